/* The comparison as one JSON object: the same numbers as the text, with every change, cause and example. */
#include "corpus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Millionths as an exact decimal text: a JSON number may be read as a binary fraction. */
static json_t *money_json(int64_t millionths)
{
    char room[40], plain[40];
    size_t size = 0;
    for (const char *c = money_text(room, millionths, 0); *c; c++)
        if (*c != ',')
            plain[size++] = *c;
    return json_stringn(plain, size);
}

static json_t *tally_json(const struct tally *t, const char *what)
{
    json_t *o = json_pack("{s:I,s:[I,I]}", what, (json_int_t)t->encounters, "units", (json_int_t)t->old_units,
                          (json_int_t)t->new_units);
    if (o && t->priced)
        json_object_set_new(o, "money", json_pack("[o,o]", money_json(t->old_money), money_json(t->new_money)));
    return o;
}

static json_t *moves_json(const struct move *moves, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < count; i++) {
        json_t *o = tally_json(&moves[i].tally, "charges");
        if (o) {
            json_object_set_new(o, "from", *moves[i].from ? json_text(moves[i].from) : json_null());
            json_object_set_new(o, "to", *moves[i].to ? json_text(moves[i].to) : json_null());
        }
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *turns_json(const struct corpus *c)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < c->turn_count; i++) {
        const struct turn *t = &c->turns[i];
        json_t *o = json_pack("{s:o,s:I,s:I}", "finding", json_text(t->name), "newly", (json_int_t)t->came, "no_more",
                              (json_int_t)t->went);
        if (o && (t->money_came || t->money_went))
            json_object_set_new(o, "money", json_pack("[o,o]", money_json(t->money_came), money_json(t->money_went)));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *payers_json(const struct corpus *c)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < c->payer_count; i++) {
        json_t *o = tally_json(&c->payers[i].tally, "encounters");
        if (o)
            json_object_set_new(o, "payer", *c->payers[i].name ? json_text(c->payers[i].name) : json_null());
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *changes_json(const struct corpus *c)
{
    json_t *list = json_array();
    edict_change change;
    for (unsigned i = 0; list && edict_difference_change(c->job->difference, i, &change) && change.answers; i++) {
        json_t *o = json_pack("{s:i,s:o,s:o,s:o,s:b}", "change", (int)i, "item", json_text(change.item), "kind",
                              json_text(change.kind), "words", json_text(change.words), "met", change_met(c, i));
        if (o && change.effective)
            json_object_set_new(o, "effective", json_text(change.effective));
        if (o && change.until)
            json_object_set_new(o, "until", json_text(change.until));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *example_json(const struct corpus *c, struct attributor *attributor, const struct example *e)
{
    char *old = NULL, *now = NULL;
    json_t *encounter = json_loadb(e->json, e->size, 0, NULL);
    example_read(attributor, e, &old, &now);
    json_t *o = json_pack("{s:o,s:I,s:o,s:o,s:o}", "file", json_text(pool_file_name(c->job->files[e->file])), "line",
                          (json_int_t)e->line, "old", json_text(old ? old : ""), "new", json_text(now ? now : ""),
                          "encounter", encounter ? encounter : json_text(e->json));
    free(old);
    free(now);
    return o;
}

static json_t *causes_json(const struct corpus *c)
{
    json_t *list = json_array();
    struct attributor *attributor = examples_open(c);
    for (size_t i = 0; list && i < c->cause_count; i++) {
        const struct cause_of *cause = &c->causes[i];
        json_t *changes = json_array(), *examples = json_array();
        char *words = cause_words(c, &cause->set, "->");
        for (size_t k = 0; k < cause->set.count; k++)
            json_array_append_new(changes, json_integer(cause->set.changes[k]));
        for (size_t e = 0; attributor && e < cause->example_count; e++)
            json_array_append_new(examples, example_json(c, attributor, &cause->examples[e]));
        json_array_append_new(list, json_pack("{s:o,s:s,s:o,s:I,s:I,s:I,s:o,s:o}", "changes", changes, "how",
                                              how_word(cause->set.how), "words", json_text(words ? words : ""),
                                              "encounters", (json_int_t)cause->encounters, "newly_held",
                                              (json_int_t)cause->held, "held_no_more", (json_int_t)cause->answered,
                                              "codes", moves_json(cause->moves, cause->move_count), "examples",
                                              examples));
        free(words);
    }
    attributor_free(attributor);
    return list;
}

static json_t *side_json(const edict_program *p)
{
    return json_pack("{s:o,s:o,s:s,s:s}", "pack", json_text(edict_program_pack(p)), "version",
                     json_text(edict_program_version(p)), "rules", edict_program_rules(p), "image",
                     edict_program_image(p));
}

void corpus_json(const struct corpus *c, struct output *out)
{
    json_t *o = json_pack("{s:o,s:o,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "old",
                          side_json(attribution_old(c->attribution)), "new",
                          side_json(attribution_new_program(c->attribution)), "encounters", (json_int_t)c->encounters,
                          "different", (json_int_t)c->changed, "newly_held", (json_int_t)c->held,
                          "held_no_more", (json_int_t)c->answered, "newly_refused", (json_int_t)c->refused_now,
                          "refused_no_more", (json_int_t)c->accepted_now, "words_only", (json_int_t)c->words,
                          "refused_by_both", (json_int_t)c->refused);
    if (o) {
        json_t *all = tally_json(&c->all, "encounters");
        json_object_del(all, "encounters");
        json_object_update(o, all);
        json_decref(all);
        json_object_set_new(o, "changes", changes_json(c));
        json_object_set_new(o, "causes", causes_json(c));
        json_object_set_new(o, "codes", moves_json(c->moves, c->move_count));
        json_object_set_new(o, "findings", turns_json(c));
        json_object_set_new(o, "payers", payers_json(c));
    }
    char *text = o ? json_dumps(o, JSON_REAL_PRECISION(15)) : NULL;
    if (text)
        output_put(out, text, strlen(text));
    else
        out->error = ENOMEM;
    output_put(out, "\n", 1);
    free(text);
    json_decref(o);
}
