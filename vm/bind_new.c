/* What reading needs, made with the evaluator: keys, columns, words as they stand in a text. */
#include "vm/bind.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

uint32_t key_hash(uint32_t domain, struct text t)
{
    return (uint32_t)XXH3_64bits_withSeed(t.at, t.size, domain);
}

struct key *key_slot(const struct input *in, const struct edict_program *p, uint32_t hash, uint32_t domain,
    struct text t)
{
    uint32_t i = hash & in->key_mask;
    for (; in->keys[i].name != NONE; i = (i + 1) & in->key_mask) {
        const struct key *k = &in->keys[i];
        if (k->hash == hash && k->domain == domain && p->strings[k->name].size == t.size
            && memcmp(program_string(p, k->name), t.at, t.size) == 0) break;
    }
    return &in->keys[i];
}

static void key_add(struct input *in, const struct edict_program *p, uint32_t domain, uint32_t name, uint32_t fact,
    uint32_t list)
{
    struct text t = { program_string(p, name), p->strings[name].size };
    uint32_t hash = key_hash(domain, t);
    struct key *k = key_slot(in, p, hash, domain, t);
    if (k->name == NONE) *k = (struct key){ hash, domain, name, fact, list };
}

int bind_room(struct edict_evaluator *e, uint32_t domain, uint32_t need)
{
    struct input *in = input_of(e);
    const struct edict_program *p = e->program;
    uint32_t room = in->rooms[domain] ? in->rooms[domain] : domain ? 16 : 1;
    if (need <= in->rooms[domain]) return 1;
    while (room < need) room *= 2;
    size_t *starts = realloc(in->starts[domain], room * sizeof *starts);
    if (!starts) return 0;
    in->starts[domain] = starts;
    e->allocations++;
    for (uint32_t i = 0; i < p->fact_count; i++) {
        if (p->facts[i].domain != domain) continue;
        struct fact_column *c = &in->columns[i];
        int64_t *v = realloc(c->v, room * sizeof *v);
        if (v) c->v = v;
        uint32_t *w = v ? realloc(c->w, (room + FILL_CELLS) * sizeof *w) : NULL;
        if (w) c->w = w;
        if (!w) return 0;
        e->allocations += 2;
    }
    in->rooms[domain] = room;
    return 1;
}

/* A word that stands in a text as itself is looked for with the quote behind it. */
static struct word_mark word_mark(const struct edict_program *p, uint32_t string)
{
    const uint32_t size = p->strings[string].size;
    const char *text = program_string(p, string);
    char quoted[MARK_ROOM];
    struct word_mark m = { MARK_NONE, text };
    if (size >= MARK_ROOM || json_plain(text, size, size) != size) return m;
    memcpy(quoted, text, size);
    quoted[size] = '"';
    m.mark = bytes_mark(quoted, size + 1);
    return m;
}

static void place_new(struct input *in, struct place *place, uint32_t kind, uint32_t number)
{
    place->kind = kind;
    place->number = number;
    place->turn = 0;
    place->bit = kind < PLACE_LIST ? in->columns[number].bit : 0;
    place->column = kind < PLACE_LIST || kind == PLACE_FAR ? &in->columns[number] : NULL;
    place->unknown = kind == PLACE_UNKNOWN ? &in->unknown[number] : NULL;
    for (uint32_t i = 0; i < WAYS; i++) place->ways[i] = (struct way){ MARK_NONE, NULL };
}

static int places_new(struct input *in, const struct edict_program *p)
{
    const uint32_t lists = p->domain_count * LIST_PLACES;
    in->places = malloc((p->fact_count + lists + UNKNOWN_PLACES + (size_t)1) * sizeof *in->places);
    if (!in->places) return 0;
    in->list_places = in->places + p->fact_count;
    in->unknown_places = in->list_places + lists;
    in->end = in->unknown_places + UNKNOWN_PLACES;
    for (uint32_t i = 0; i < p->fact_count; i++)
        place_new(in, &in->places[i], in->columns[i].bit ? p->facts[i].type : PLACE_FAR, i);
    for (uint32_t i = 0; i < lists; i++)
        place_new(in, &in->list_places[i], i % LIST_PLACES == LIST_AFTER ? PLACE_LIST : PLACE_WITHIN, i / LIST_PLACES);
    for (uint32_t i = 0; i < UNKNOWN_PLACES; i++) place_new(in, &in->unknown_places[i], PLACE_UNKNOWN, i);
    place_new(in, in->end, PLACE_END, 0);
    return 1;
}

/* What stands for a fact of which a record says nothing, if the record alone tells. */
static void given_new(struct fact_column *c, const struct image_fact *f)
{
    const int counted = f->missing == MISSING_POSITION && f->type == TYPE_COUNT;
    c->given = f->missing == MISSING_EMPTY || f->missing == MISSING_DEFAULT || counted;
    c->value = f->missing == MISSING_DEFAULT ? f->value : counted;
    c->step = counted;
}

/* Where each cell is the same or asked for, and nobody looks before all is read. */
static int is_late(const struct input *in, const struct edict_program *p, uint32_t fact)
{
    const struct image_fact *f = &p->facts[fact];
    if (in->columns[fact].step || (!in->columns[fact].given && f->missing != MISSING_ASKED)) return 0;
    if (f->domain) return in->known_facts[f->domain] != fact;
    for (uint32_t i = 0; i < p->fact_count; i++)
        if (p->facts[i].missing == MISSING_SAME && p->facts[i].value == f->reg) return 0;
    return f->reg != p->header->date_register;
}

static void facts_new(struct input *in, const struct edict_program *p)
{
    for (uint32_t d = 0, n = 0; d < p->domain_count; d++) {
        in->known_facts[d] = NONE;
        for (uint32_t i = 0; i < p->fact_count; i++) {
            const struct image_fact *f = &p->facts[i];
            if (f->domain != d) continue;
            const uint32_t place = n - in->facts_at[d];
            in->columns[i].bit = place < FACT_BITS ? (uint64_t)1 << place : 0;
            in->full[d] |= in->columns[i].bit;
            in->facts_of[n++] = i;
            if (f->reg == p->domains[d].known) in->known_facts[d] = i;
            given_new(&in->columns[i], f);
        }
        in->facts_at[d + 1] = n;
        for (uint32_t i = in->facts_at[d]; i < n; i++)
            if (is_late(in, p, in->facts_of[i]))
                in->late[d] |= in->columns[in->facts_of[i]].bit;
    }
}

/* What bind_fast.c works with. */
static int fast_new(struct input *in, const struct edict_program *p)
{
    const uint32_t words = p->fact_count / 64 + 1;
    in->fact_words = words;
    in->word_marks = calloc(p->fact_word_count + 1u, sizeof *in->word_marks);
    in->hints = calloc((size_t)(p->fact_count + 1u) << HINT_BITS, sizeof *in->hints);
    in->known_texts = calloc((size_t)(p->fact_count + 1u) << HINT_BITS, sizeof *in->known_texts);
    in->facts_of = calloc(p->fact_count + p->domain_count * 3u + 2u, sizeof *in->facts_of);
    in->full = calloc(p->domain_count * 3u + 3u * words, sizeof *in->full);
    if (!in->word_marks || !in->hints || !in->known_texts || !in->facts_of || !in->full) return 0;
    in->facts_at = in->facts_of + p->fact_count;
    in->known_facts = in->facts_at + p->domain_count + 1;
    in->ready = in->known_facts + p->domain_count;
    in->late = in->full + p->domain_count;
    in->met = in->late + p->domain_count;
    in->gaps = in->met + p->domain_count;
    in->doubts = in->gaps + words;
    in->same = in->doubts + words;
    facts_new(in, p);
    for (uint32_t i = 0; i < p->fact_count; i++) {
        const struct image_fact *f = &p->facts[i];
        struct fact_column *c = &in->columns[i];
        c->missing = &in->missing[(size_t)i * MISSING_PLACES];
        c->words = f->words;
        c->marks = &in->word_marks[f->words_at];
        c->numbers = &p->fact_words[f->words_at];
        c->hints = &in->hints[(size_t)i << HINT_BITS];
        c->known = &in->known_texts[(size_t)i << HINT_BITS];
        if (f->missing == MISSING_SAME) in->same[i / 64] |= (uint64_t)1 << i % 64;
        for (uint32_t k = f->words_at; f->type == TYPE_WORD && k < f->words_at + f->words; k++)
            in->word_marks[k] = word_mark(p, p->words[p->fact_words[k]]);
    }
    return places_new(in, p);
}

static int tables_new(struct edict_evaluator *e, struct input *in)
{
    const struct edict_program *p = e->program;
    uint32_t size = 16;
    while (size / 2 < p->fact_count + p->domain_count) size *= 2;
    in->keys = malloc(size * sizeof *in->keys);
    in->key_mask = size - 1;
    in->scratch = malloc(JSON_TEXT_BYTES);
    in->lists = calloc(p->domain_count + 1u, sizeof *in->lists);
    in->missing = calloc((size_t)(p->fact_count + 1u) * MISSING_PLACES, sizeof *in->missing);
    in->columns = calloc(p->fact_count + 1u, sizeof *in->columns);
    in->rooms = calloc(p->domain_count + 1u, sizeof *in->rooms);
    in->seen = calloc(p->domain_count + 1u, sizeof *in->seen);
    in->starts = calloc(p->domain_count + 1u, sizeof *in->starts);
    in->firsts = calloc(p->domain_count + 1u, sizeof *in->firsts);
    in->policy_cells = calloc((size_t)(p->policy_count + 1u) * LANES_MOST, sizeof *in->policy_cells);
    in->policy_states = calloc((size_t)(p->policy_count + 1u) * LANES_MOST, sizeof *in->policy_states);
    if (!e->policy_values) e->policy_values = calloc(p->policy_count + 1u, sizeof *e->policy_values);
    if (!e->policy_set) e->policy_set = calloc(p->policy_count + 1u, 1);
    if (!in->keys || !in->scratch || !in->columns || !in->rooms || !in->seen || !in->starts || !in->firsts
        || !in->policy_cells || !in->policy_states || !in->lists || !in->missing || !e->policy_values
        || !e->policy_set) return 0;
    for (uint32_t i = 0; i < size; i++) in->keys[i].name = NONE;
    for (uint32_t i = 0; i < p->fact_count; i++) key_add(in, p, p->facts[i].domain, p->facts[i].name, i, NONE);
    for (uint32_t d = 0; d < p->domain_count; d++)
        if (p->domains[d].kind == DOMAIN_LIST) {
            in->lists[in->list_count++] = d;
            key_add(in, p, 0, p->domains[d].key, NONE, d);
        }
    for (uint32_t d = 0; d < p->domain_count; d++)
        if (p->domains[d].kind <= DOMAIN_LIST) {
            e->firsts[d] = in->firsts[d] = calloc(LANES_MOST + 1, sizeof **in->firsts);
            if (!in->firsts[d] || !bind_room(e, d, 1)) return 0;
        }
    return fast_new(in, p) && because_new(in, p) && texts_new(e) && wording_new(e);
}

edict_status bind_new(struct edict_evaluator *e, edict_error *error)
{
    struct input *in = calloc(1, sizeof *in);
    e->input = in;
    if (in) buffer_init(&in->words, (size_t)ENCOUNTER_BYTES * 2);
    if (in && tables_new(e, in)) return EDICT_OK;
    *error = (edict_error){ .status = EDICT_MEMORY, .code = "no_memory", .message = "no memory" };
    return EDICT_MEMORY;
}

void bind_free(struct edict_evaluator *e)
{
    struct input *in = input_of(e);
    if (!in) return;
    texts_free(e);
    worlds_free(e);
    holds_free(e);
    wording_free(e);
    for (uint32_t i = 0; in->columns && i < e->program->fact_count; i++) {
        free(in->columns[i].v);
        free(in->columns[i].w);
    }
    for (uint32_t d = 0; in->starts && d < e->program->domain_count; d++) free(in->starts[d]);
    for (uint32_t d = 0; in->firsts && d < e->program->domain_count; d++) free(in->firsts[d]);
    for (uint32_t i = 0; i < in->unknown_count; i++) free(in->unknown[i].text);
    free(in->keys);
    free(in->places);
    free(in->word_marks);
    free(in->hints);
    free(in->known_texts);
    free(in->full);
    free(in->facts_of);
    free(in->lists);
    free(in->missing);
    free(in->scratch);
    free(in->columns);
    free(in->rooms);
    free(in->seen);
    free(in->starts);
    free(in->firsts);
    free(in->policy_cells);
    free(in->policy_states);
    free(in->because);
    buffer_free(&in->words);
    free(e->policy_values);
    free(e->policy_set);
    e->policy_values = NULL;
    e->policy_set = NULL;
    free(in);
    e->input = NULL;
}
