/* The rules behind a charge: what its bill's EMIT names, found by the row that billed, not by looking through the names
 * for all rows. Made ready with the evaluator. */
#include "vm/emit.h"
#include "vm/result.h"

#include <stdlib.h>

/* One operand (a group with all that it holds) of an instruction's layout: steps over it in layout and code. */
static uint32_t operand_skip(const char **layout, const uint32_t *code, uint32_t at)
{
    if (**layout != '(') {
        at += **layout == 'A' ? 3 : 1;
        ++*layout;
        return at;
    }
    const char *inside = *layout + 1, *l = inside;
    for (uint32_t n = code[at++]; n > 0; n--)
        for (l = inside; *l != ')';) at = operand_skip(&l, code, at);
    int depth = 1;
    for (l = inside; depth; l++) depth += (*l == '(') - (*l == ')');
    *layout = l;
    return at;
}

/* Where the because list of the EMIT at `at` stands: its last operand. */
static uint32_t because_at(const struct edict_program *p, uint32_t at)
{
    const char *l = op_infos[OP_CODE_EMIT].operands;
    uint32_t word = at + 1, last = word;
    while (*l) {
        last = word;
        word = operand_skip(&l, p->code, word);
    }
    return last;
}

/* By EMIT, then by the row that an entry is for (0: every row), then as they stand. */
static int by_row(const void *a, const void *b)
{
    const struct because *x = a, *y = b;
    if (x->emit != y->emit) return x->emit < y->emit ? -1 : 1;
    if (x->only != y->only) return x->only < y->only ? -1 : 1;
    return (x->entry > y->entry) - (x->entry < y->entry);
}

int because_new(struct input *in, const struct edict_program *p)
{
    uint32_t n = 0;
    for (uint32_t at = 0; at < p->code_size; at += p->code[at] >> 8)
        if ((p->code[at] & 0xff) == OP_CODE_EMIT) n += p->code[because_at(p, at)];
    in->because = calloc((size_t)n + 1, sizeof *in->because);
    if (!in->because) return 0;
    for (uint32_t at = 0; at < p->code_size; at += p->code[at] >> 8) {
        if ((p->code[at] & 0xff) != OP_CODE_EMIT) continue;
        const uint32_t list = because_at(p, at);
        for (uint32_t i = 0, entry = list + 1; i < p->code[list]; i++, entry += 3)
            in->because[in->because_count++] = (struct because){ at, p->code[entry] >> 8, entry, p->code[entry] & 0xff,
                p->code[entry + 1], p->code[entry + 2], p->registers[p->code[entry + 2]].domain == 0 };
    }
    qsort(in->because, in->because_count, sizeof *in->because, by_row);
    return 1;
}

/* The first of the entries that an EMIT has for one row, among all. */
static uint32_t because_first(const struct input *in, uint32_t emit, uint32_t only)
{
    const struct because *low = in->because;
    for (size_t n = in->because_count; n > 0;) {
        const struct because *middle = low + n / 2;
        if (middle->emit < emit || (middle->emit == emit && middle->only < only)) {
            low = middle + 1;
            n -= n / 2 + 1;
        } else {
            n /= 2;
        }
    }
    return (uint32_t)(low - in->because);
}

static void row_add(struct wording *w, uint32_t row)
{
    if (w->told[row] == w->telling) return;
    w->told[row] = w->telling;
    w->because[w->because_count++] = row;
}

/* The trace row in a cell. */
static inline void row_cell(struct edict_evaluator *e, struct wording *w, const struct because *b, uint32_t record)
{
    const struct column *c = &e->columns[b->reg];
    const uint32_t i = b->root ? lane_cell(c, e->lane) : record;
    if (i >= c->n || (c->w && c->w[i]) || (uint64_t)c->v[i] >= e->program->row_count) return;
    row_add(w, (uint32_t)c->v[i]);
}

/* The members of a charge's record, found once for all entries that ask by the same link. */
struct members { uint32_t link, first, end; uint64_t bits; };

static void members_gather(struct edict_evaluator *e, struct wording *w, const struct charge *c,
    const struct because *b, struct members *m)
{
    const struct column *link = &e->columns[b->link];
    if (m->link != b->link) {
        const uint32_t in = e->program->registers[b->link].domain;
        m->link = b->link;
        m->first = lane_first(e, in, e->lane);
        m->end = link->n ? lane_end(e, in, e->lane) : m->first;
        if (m->end - m->first <= LINKED_MOST)
            m->bits = linked_bits(link, m->first, m->end - m->first, (int64_t)c->record);
    }
    if (m->end - m->first <= LINKED_MOST) {
        for (uint64_t left = m->bits; left; left &= left - 1)
            row_cell(e, w, b, m->first + (uint32_t)__builtin_ctzll(left));
        return;
    }
    for (uint32_t r = m->first; r < m->end; r++)
        if (link->v[r] == (int64_t)c->record && !(link->w && link->w[r])) row_cell(e, w, b, r);
}

/* Puts the entries for all rows and those for this one beside each other, in the order in which they stand. What was
 * kept before is forgotten where it would be too much. 0: no memory. */
static int place_fill(struct edict_evaluator *e, struct wording *w, struct because_place *place, const struct charge *c)
{
    enum { ENTRIES_MOST = 1 << 16 };
    const struct input *in = input_of(e);
    uint32_t all = because_first(in, c->emit, 0), own = because_first(in, c->emit, c->row + 1);
    const uint32_t all_end = because_first(in, c->emit, 1), own_end = because_first(in, c->emit, c->row + 2);
    const uint32_t count = all_end - all + own_end - own;
    if (!w->entry_turn || w->entry_count > ENTRIES_MOST) {
        w->entry_count = 0;
        w->entry_turn++;
    }
    void *at = w->entries;
    const int ok = pool_room(e, &at, &w->entry_room, w->entry_count + count, sizeof *w->entries);
    w->entries = at;
    if (!ok) return 0;
    *place = (struct because_place){ c->emit + 1, w->entry_turn, w->entry_count, w->entry_count + count };
    while (all < all_end || own < own_end) {
        const int for_all = own == own_end || (all < all_end && in->because[all].entry < in->because[own].entry);
        w->entries[w->entry_count++] = in->because[for_all ? all++ : own++];
    }
    return 1;
}

void because_gather(struct edict_evaluator *e, struct wording *w, const struct charge *c)
{
    struct because_place *place = &w->places[c->row];
    struct members members = { .link = NONE };
    row_add(w, c->row);
    for (uint32_t i = 0; i < c->effect_count; i++) row_add(w, c->effects[i]);
    if ((place->emit != c->emit + 1 || place->turn != w->entry_turn) && !place_fill(e, w, place, c)) return;
    for (uint32_t i = place->at, end = place->end; i < end; i++) {
        const struct because *b = &w->entries[i];
        if (b->mode == BECAUSE_MEMBERS) members_gather(e, w, c, b, &members);
        else row_cell(e, w, b, b->mode == BECAUSE_SELF ? c->record : e->lane);
    }
}
