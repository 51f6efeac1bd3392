/* The comparison for people at a terminal: the first screen says what changes and how much, then each cause with
 * encounters shown whole. */
#include "corpus.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct page_of {
    const struct corpus *corpus;
    struct output *out;
    int color;
    unsigned width;
    const char *arrow;
};

static void paint(const struct page_of *p, const char *code)
{
    if (p->color)
        output_print(p->out, "\033[%sm", code);
}

static void heading(const struct page_of *p, const char *text)
{
    output_text(p->out, "\n");
    paint(p, "1");
    output_text(p->out, text);
    paint(p, "0");
}

static unsigned columns_of(const char *at, size_t size)
{
    unsigned n = 0;
    for (size_t i = 0; i < size; i++)
        n += ((unsigned char)at[i] & 0xc0) != 0x80;
    return n;
}

/* Words in lines of the width from `indent` on; what would steer a terminal is left out. Gives the last column. */
static unsigned flow(const struct page_of *p, const char *words, unsigned indent, unsigned from, unsigned width)
{
    unsigned column = from;
    int first = 1;
    for (const char *at = words; *at;) {
        size_t size = strcspn(at, " ");
        unsigned columns = columns_of(at, size);
        if (!first && column + 1 + columns > width) {
            output_print(p->out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!first) {
            output_text(p->out, " ");
            column++;
        }
        for (size_t i = 0; i < size; i++) {
            if (column >= width && ((unsigned char)at[i] & 0xc0) != 0x80) {    /* a word wider than the line */
                output_print(p->out, "\n%*s", (int)indent, "");
                column = indent;
            }
            output_put(p->out, (unsigned char)at[i] < ' ' || at[i] == 0x7f ? "?" : at + i, 1);
            column += ((unsigned char)at[i] & 0xc0) != 0x80;
        }
        first = 0;
        at += size;
        at += strspn(at, " ");
    }
    return column;
}

/* A row of a table: words on the left, numbers right-aligned in columns of twelve. */
static void row(const struct page_of *p, const char *name, const char *const *numbers, unsigned count)
{
    unsigned width = p->width - count * 12;
    output_text(p->out, "  ");
    unsigned column = flow(p, name, 4, 2, width - 1);
    output_print(p->out, "%*s", (int)(width > column ? width - column : 1), "");
    for (unsigned i = 0; i < count; i++)
        output_print(p->out, "%12s", numbers[i]);
    output_text(p->out, "\n");
}

static void header(const struct page_of *p, const char *title, const char *const *names, unsigned count)
{
    unsigned width = p->width - count * 12;
    heading(p, title);
    output_print(p->out, "%*s", (int)(width - strlen(title)), "");
    for (unsigned i = 0; i < count; i++)
        output_print(p->out, "%12s", names[i]);
    output_text(p->out, "\n");
}

static void units_tell(const struct page_of *p, const struct tally *t)
{
    char a[40], b[40], d[40];
    output_print(p->out, "  units of these charges: %s %s %s (%s)\n", number_text(a, t->old_units, 0), p->arrow,
                 number_text(b, t->new_units, 0), number_text(d, t->new_units - t->old_units, 1));
    if (t->priced)
        output_print(p->out, "  money, where lines say what a unit costs: %s %s %s (%s)\n",
                     money_text(a, t->old_money, 0), p->arrow, money_text(b, t->new_money, 0),
                     money_text(d, t->new_money - t->old_money, 1));
}

static void summary_tell(const struct page_of *p)
{
    const struct corpus *c = p->corpus;
    const edict_program *old = attribution_old(c->attribution), *now = attribution_new_program(c->attribution);
    char a[40], b[40], d[40];
    unsigned changes = attribution_changes(c->attribution);
    char packs[700];
    snprintf(packs, sizeof packs, "%.200s@%.80s %s %.200s@%.80s: %u change%s that can alter an answer",
             edict_program_pack(old), edict_program_version(old), p->arrow, edict_program_pack(now),
             edict_program_version(now), changes, changes == 1 ? "" : "s");
    flow(p, packs, 2, 0, p->width);
    output_text(p->out, "\n");
    paint(p, "1");
    output_print(p->out, "%s encounters, %s of them (%s) come out differently\n",
                 number_text(a, (int64_t)c->encounters, 0), number_text(b, (int64_t)c->changed, 0),
                 share_text(d, c->changed, c->encounters));
    paint(p, "0");
    if (c->held || c->answered)
        output_print(p->out, "  newly held: %s, held no more: %s\n", number_text(a, (int64_t)c->held, 0),
                     number_text(b, (int64_t)c->answered, 0));
    if (c->refused_now || c->accepted_now)
        output_print(p->out, "  newly refused: %s, refused no more: %s\n", number_text(a, (int64_t)c->refused_now, 0),
                     number_text(b, (int64_t)c->accepted_now, 0));
    if (c->words)
        output_print(p->out, "  the same, said in other words or by another source: %s\n",
                     number_text(a, (int64_t)c->words, 0));
    if (c->refused)
        output_print(p->out, "  refused by both: %s\n", number_text(a, (int64_t)c->refused, 0));
    if (c->move_count)
        units_tell(p, &c->all);
}

static void cause_row(const struct page_of *p, const struct attributed *set, uint64_t encounters)
{
    char number[40], share[40], *words = cause_words(p->corpus, set, p->arrow);
    const char *numbers[] = {number_text(number, (int64_t)encounters, 0),
                             share_text(share, encounters, p->corpus->encounters)};
    row(p, words ? words : "", numbers, 2);
    free(words);
}

/* Each change alone first; then several at once, by their numbers. */
static void causes_tell(const struct page_of *p, size_t most)
{
    const struct corpus *c = p->corpus;
    static const char *const names[] = {"encounters", "share"};
    char number[40];
    size_t several = 0;
    uint64_t rest = 0;
    unsigned silent = 0;
    header(p, "By cause", names, 2);
    for (size_t i = 0; i < c->cause_count; i++)
        if (c->causes[i].set.how == HOW_SINGLE)
            cause_row(p, &c->causes[i].set, c->causes[i].encounters);
    for (unsigned i = 0; i < attribution_changes(c->attribution); i++) {
        silent += !change_met(c, i);
        if (change_met(c, i) && !change_alone(c, i))
            cause_row(p, &(struct attributed){.how = HOW_SINGLE, .changes = &i, .count = 1}, 0);
    }
    for (size_t i = 0; i < c->cause_count; i++) {
        if (c->causes[i].set.how == HOW_SINGLE)
            continue;
        if (several++ < most)
            cause_row(p, &c->causes[i].set, c->causes[i].encounters);
        else
            rest += c->causes[i].encounters;
    }
    if (several > most)
        output_print(p->out, "  and %zu more ways in which several changes meet, %s encounters\n", several - most,
                     number_text(number, (int64_t)rest, 0));
    if (silent)
        output_print(p->out, "  %u change%s no encounter here (edict diff tells %s)\n", silent,
                     silent == 1 ? " alters" : "s alter", silent == 1 ? "it" : "them");
}

static char *move_words(const struct page_of *p, const struct move *m)
{
    struct text text = {0};
    const char *from = *m->from ? m->from : "nothing", *to = *m->to ? m->to : "nothing";
    text_put(&text, from, strlen(from));
    text_put(&text, " ", 1);
    text_put(&text, p->arrow, strlen(p->arrow));
    text_put(&text, " ", 1);
    text_put(&text, to, strlen(to));
    return text.bytes;
}

static void moves_tell(const struct page_of *p, const struct move *moves, size_t count, size_t most)
{
    static const char *const names[] = {"charges", "units", "money"};
    header(p, "By code", names, 3);
    for (size_t i = 0; i < count && i < most; i++) {
        const struct tally *t = &moves[i].tally;
        char *words = move_words(p, &moves[i]), a[40], b[40], d[40];
        const char *numbers[] = {number_text(a, (int64_t)t->encounters, 0),
                                 number_text(b, t->new_units - t->old_units, 1),
                                 t->priced ? money_text(d, t->new_money - t->old_money, 1) : ""};
        row(p, words ? words : "", numbers, 3);
        free(words);
    }
    if (count > most)
        output_print(p->out, "  and %zu more (--all tells them)\n", count - most);
}

static void turns_tell(const struct page_of *p, size_t most)
{
    const struct corpus *c = p->corpus;
    static const char *const names[] = {"newly", "no more", "money"};
    header(p, "Findings", names, 3);
    for (size_t i = 0; i < c->turn_count && i < most; i++) {
        const struct turn *t = &c->turns[i];
        char a[40], b[40], d[40];
        const char *numbers[] = {number_text(a, (int64_t)t->came, 0), number_text(b, (int64_t)t->went, 0),
                                 t->money_came || t->money_went ? money_text(d, t->money_came - t->money_went, 1) : ""};
        row(p, t->name, numbers, 3);
    }
    if (c->turn_count > most)
        output_print(p->out, "  and %zu more (--all tells them)\n", c->turn_count - most);
}

static void payers_tell(const struct page_of *p, size_t most)
{
    const struct corpus *c = p->corpus;
    static const char *const names[] = {"encounters", "units", "money"};
    header(p, "By payer", names, 3);
    for (size_t i = 0; i < c->payer_count && i < most; i++) {
        const struct payer *payer = &c->payers[i];
        const struct tally *t = &payer->tally;
        char a[40], b[40], d[40];
        const char *numbers[] = {number_text(a, (int64_t)t->encounters, 0),
                                 number_text(b, t->new_units - t->old_units, 1),
                                 t->priced ? money_text(d, t->new_money - t->old_money, 1) : ""};
        row(p, *payer->name ? payer->name : "(not said)", numbers, 3);
    }
    if (c->payer_count > most)
        output_print(p->out, "  and %zu more (--all tells them)\n", c->payer_count - most);
}

/* ---- encounters, whole */

/* Its status, then an element a line; those that the other outcome has not are marked. */
static void outcome_tell(const struct page_of *p, const char *word, const char *outcome, const char *other,
                         const char *mark, const char *color)
{
    const char *at = outcome ? strchr(outcome, ' ') : NULL;
    output_print(p->out, "     %s %.*s%s\n", word, outcome ? (int)strcspn(outcome, " ") : 0, outcome ? outcome : "",
                 at ? "" : ", nothing charged or found");
    while (at && *at) {
        at += *at == ' ';
        const char *end = strstr(at, "; ");
        char *one = strndup(at, end ? (size_t)(end - at) : strlen(at));
        int same = !one || !other || outcome_has(other, one);
        if (!same)
            paint(p, color);
        output_print(p->out, "       %s ", same ? " " : mark);
        flow(p, one ? one : "", 11, 9, p->width);
        if (!same)
            paint(p, "0");
        output_text(p->out, "\n");
        free(one);
        at = end ? end + 1 : NULL;
    }
}

static void member_tell(const struct page_of *p, const char *key, json_t *value, unsigned indent)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    output_print(p->out, "%*s", (int)indent, "");
    if (*key)
        output_print(p->out, "%s: ", key);
    flow(p, text ? text : "", indent + 2, indent + (unsigned)(*key ? strlen(key) + 2 : 0), p->width);
    output_text(p->out, "\n");
    free(text);
}

/* Its facts, one list element a line. */
static void encounter_tell(const struct page_of *p, const struct example *e)
{
    json_t *root = json_loadb(e->json, e->size, 0, NULL), *value, *one, *plain = json_object();
    const char *key;
    size_t i;
    if (!json_is_object(root)) {
        output_text(p->out, "     ");
        flow(p, e->json, 5, 5, p->width);
        output_text(p->out, "\n");
    }
    json_object_foreach(root, key, value)
        if (!json_is_array(value))
            json_object_set(plain, key, value);
    if (json_object_size(plain))
        member_tell(p, "", plain, 5);
    json_object_foreach(root, key, value) {
        if (!json_is_array(value))
            continue;
        output_print(p->out, "     %s:\n", key);
        json_array_foreach(value, i, one)
            member_tell(p, "", one, 7);
    }
    json_decref(plain);
    json_decref(root);
}

static void example_tell(const struct page_of *p, struct attributor *attributor, const struct example *e)
{
    char *old = NULL, *now = NULL;
    const char *file = pool_file_name(p->corpus->job->files[e->file]);
    example_read(attributor, e, &old, &now);
    output_print(p->out, "   %s:%" PRIu64 "\n", file, e->line);
    encounter_tell(p, e);
    outcome_tell(p, "was", old, now, "-", "31");
    outcome_tell(p, "now", now, old, "+", "32");
    free(old);
    free(now);
}

static void cause_tell(const struct page_of *p, struct attributor *attributor, size_t number, unsigned examples)
{
    const struct cause_of *cause = &p->corpus->causes[number];
    char *words = cause_words(p->corpus, &cause->set, p->arrow), a[40], b[40];
    output_text(p->out, "\n");
    paint(p, "1");
    flow(p, words ? words : "", 3, 0, p->width);
    paint(p, "0");
    output_print(p->out, "\n   %s encounter%s", number_text(a, (int64_t)cause->encounters, 0),
                 cause->encounters == 1 ? "" : "s");
    if (cause->held)
        output_print(p->out, ", %s newly held", number_text(b, (int64_t)cause->held, 0));
    if (cause->answered)
        output_print(p->out, ", %s held no more", number_text(b, (int64_t)cause->answered, 0));
    output_text(p->out, "\n");
    for (size_t i = 0; i < cause->move_count && i < 5; i++) {
        char *move = move_words(p, &cause->moves[i]);
        output_print(p->out, "   %s: %s\n", move ? move : "",
                     number_text(a, (int64_t)cause->moves[i].tally.encounters, 0));
        free(move);
    }
    for (size_t i = 0; attributor && i < cause->example_count && i < examples; i++)
        example_tell(p, attributor, &cause->examples[i]);
    free(words);
}

void corpus_text(const struct corpus *c, struct output *out, int color, unsigned examples)
{
    struct page_of page = {c, out, color, terminal_width(1), terminal_utf8() ? "\xe2\x86\x92" : "->"};
    size_t most = examples > 1 ? SIZE_MAX : 10;
    summary_tell(&page);
    if (!c->changed)
        return;
    causes_tell(&page, examples > 1 ? SIZE_MAX : 5);
    if (c->move_count)
        moves_tell(&page, c->moves, c->move_count, most);
    if (c->turn_count)
        turns_tell(&page, most);
    if (c->payer_count)
        payers_tell(&page, most);
    struct attributor *attributor = examples_open(c);
    size_t told = examples > 1 || c->cause_count < 12 ? c->cause_count : 12;
    for (size_t i = 0; i < told; i++)
        cause_tell(&page, attributor, i, examples);
    if (told < c->cause_count)
        output_print(out, "\n%zu more causes (--all tells them)\n", c->cause_count - told);
    attributor_free(attributor);
}
