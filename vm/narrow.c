/* Rows are matched and ladders climbed record by record, which takes long. In a run after the first one, most records
 * of all lanes are what they were in the first run: such an instruction is carried out for the others alone, as if its
 * domain had no more, and what it makes of them is put among what the first run made. */
#include "vm/rerun.h"

#include <string.h>

/* The records of a domain, of all lanes, of which something is not as in the first run. */
struct narrow {
    struct edict_evaluator *e;
    uint32_t domain, each, all; /* records of one lane, of all of them */
    unsigned char *unlike;
    uint32_t *list, count;
};

void lanes_copy(void *to, const void *from, size_t size, uint32_t lanes)
{
    char *at = to;
    const size_t all = size * lanes;
    memcpy(at, from, size);
    for (size_t done = size; done < all; done *= 2)
        memcpy(at + done, at, done < all - done ? done : all - done);
}

int op_is_narrow(enum op op) { return op == OP_CODE_TABLE || op == OP_CODE_HIER || op == OP_CODE_STEP; }

/* Is each input one cell, or one of each record, in which it can be unlike the first run's? */
static int is_narrow(const struct narrow *n, const struct step *s)
{
    const struct edict_evaluator *e = n->e;
    const struct rerun *r = e->rerun;
    const uint32_t *item = r->items + s->items, registers = e->program->register_count;
    if (e->lanes == 1 || n->each < 2 || r->reached[e->program->header->date_register])
        return 0;
    for (uint32_t i = 0; i < item[0]; i++) {
        const uint32_t x = item[2 + i];
        const int other = r->states[x] == ITEM_OTHER;
        if (other && (x >= registers || reg_domain(e, x) != n->domain || e->columns[x].n != n->all))
            return 0;
    }
    return 1;
}

static void plain_mark(unsigned char *restrict unlike, const int64_t *restrict v, const int64_t *restrict first,
    uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        unlike[i] |= v[i] != first[i];
}

/* Marks the records in which a column is unlike the first run's. */
static void column_mark(const struct narrow *n, uint32_t reg)
{
    const struct edict_evaluator *e = n->e;
    const struct column *c = &e->columns[reg], *first = &e->rerun->columns[reg];
    const uint32_t type = e->program->registers[reg].type;
    for (uint32_t at = 0; at < n->all; at += n->each) {
        if (!c->w && !first->w && !is_list(type)) {
            plain_mark(n->unlike + at, c->v + at, first->v, n->each);
            continue;
        }
        for (uint32_t i = 0; i < n->each; i++) {
            const uint32_t w = c->w ? c->w[at + i] : 0;
            n->unlike[at + i] |=
                w != (first->w ? first->w[i] : 0) || (!w && !value_same(e, type, c->v[at + i], first->v[i]));
        }
    }
}

/* Finds them. 0: too many, or no memory. */
static int narrow_find(struct narrow *n, const struct step *s)
{
    const struct rerun *r = n->e->rerun;
    const uint32_t *item = r->items + s->items;
    n->unlike = eval_zero(n->e, n->all, 1);
    n->list = eval_alloc(n->e, n->all, sizeof *n->list);
    if (!n->unlike || !n->list)
        return 0;
    for (uint32_t i = 0; i < item[0]; i++)
        if (r->states[item[2 + i]] == ITEM_OTHER)
            column_mark(n, item[2 + i]);
    for (uint32_t i = 0; i < n->all; i++) {
        n->list[n->count] = i;
        n->count += n->unlike[i];
    }
    return n->count <= n->all / 2;
}

/* An input of these records alone; of the encounter: one cell for all. */
static void input_narrow(const struct narrow *n, uint32_t reg)
{
    struct edict_evaluator *e = n->e;
    const struct rerun *r = e->rerun;
    const int other = r->states[reg] == ITEM_OTHER;
    struct column *c = &e->columns[reg];
    if (!other)
        *c = r->columns[reg];
    if (e->program->registers[reg].domain != n->domain)
        return;
    int64_t *v = eval_alloc(e, n->count, sizeof *v);
    uint32_t *w = c->w ? eval_alloc(e, n->count, sizeof *w) : NULL;
    if (e->status != EDICT_OK)
        return;
    for (uint32_t k = 0; k < n->count; k++) {
        const uint32_t at = other ? n->list[k] : n->list[k] % n->each;
        v[k] = c->v[at];
        if (w)
            w[k] = c->w[at];
    }
    *c = (struct column){ v, w, n->count, 0 };
}

/* What was made of these records among what the first run made. */
static void output_widen(const struct narrow *n, uint32_t reg)
{
    struct edict_evaluator *e = n->e;
    const struct column *first = &e->rerun->columns[reg];
    struct column *c = &e->columns[reg];
    const struct column made = *c;
    int64_t *v = eval_alloc(e, n->all, sizeof *v);
    uint32_t *w = first->w || made.w ? eval_zero(e, n->all, sizeof *w) : NULL;
    if (e->status != EDICT_OK)
        return;
    lanes_copy(v, first->v, n->each * sizeof *v, e->lanes);
    if (first->w)
        lanes_copy(w, first->w, n->each * sizeof *w, e->lanes);
    for (uint32_t k = 0; k < n->count; k++) {
        v[n->list[k]] = made.v[k];
        if (w)
            w[n->list[k]] = made.w ? made.w[k] : 0;
    }
    *c = (struct column){ v, w, n->all, 0 };
    column_settle(c);
}

int step_narrow(struct edict_evaluator *e, const struct step *s)
{
    const struct edict_program *p = e->program;
    const struct rerun *r = e->rerun;
    if (!r->narrow[s - e->steps])
        return 0;
    const uint32_t *item = r->items + s->items, *makes = item + 2 + item[0];
    const uint32_t date = p->header->date_register, domain = p->registers[makes[0]].domain;
    struct narrow n = { .e = e, .domain = domain, .each = r->sizes[domain], .all = e->sizes[domain] };
    if (!is_narrow(&n, s) || !narrow_find(&n, s))
        return 0;
    struct column *before = eval_alloc(e, (size_t)item[0] + 1, sizeof *before);
    if (!before)
        return 1;
    before[item[0]] = e->columns[date];
    e->columns[date] = r->columns[date];
    for (uint32_t i = 0; i < item[0]; i++) {
        if (item[2 + i] >= p->register_count)
            continue;
        before[i] = e->columns[item[2 + i]];
        input_narrow(&n, item[2 + i]);
    }
    e->sizes[domain] = n.count;
    if (e->status == EDICT_OK)
        eval_step_run(e, s, p->code);
    e->sizes[domain] = n.all;
    for (uint32_t i = 0; i < item[0]; i++)
        if (item[2 + i] < p->register_count)
            e->columns[item[2 + i]] = before[i];
    e->columns[date] = before[item[0]];
    for (uint32_t i = 0; i < item[1] && e->status == EDICT_OK; i++)
        output_widen(&n, makes[i]);
    return 1;
}
