/* The same encounter evaluated again and again, in which only some facts have other values (the worlds of a held
 * encounter). The first run is of one lane; those after it carry out only what has an input that is not as it was then.
 * Charges and findings are always made anew. A run can also be a probe: most values that are tried make no difference
 * once they have been compared with the bounds of the pack, and lanes that are equal after the comparisons need not be
 * evaluated both. */
#include "vm/limits.h"
#include "vm/rerun.h"

#include <stdlib.h>
#include <string.h>

/* What an instruction depends on and what it makes, as items.
 * Listed once for all instructions, one behind the other: how many of the first, how many of the second, then both. */
struct listing {
    const struct edict_program *p;
    uint32_t *items; /* NULL: only counted */
    uint32_t count;
    int outputs;  /* is it the turn of what is made? */
    int subjects; /* an instruction that looks at the records of its operands: names them, or asks whether charges were
                     held back */
};

static void item_add(struct listing *l, uint32_t item)
{
    if (l->items)
        l->items[l->count] = item;
    l->count++;
}

static void subject_add(struct listing *l, uint32_t domain)
{
    const struct image_domain *d = &l->p->domains[domain];
    if (!domain)
        return;
    item_add(l, l->p->register_count + domain);
    if (d->kind == DOMAIN_CROSS)
        item_add(l, l->p->register_count + d->b);
}

static int operand_list(void *context, const struct operand *o)
{
    struct listing *l = context;
    const uint32_t n = *o->word, test = n & ~(uint32_t)CELL_NEGATED, registers = l->p->register_count;
    if (l->outputs) {
        if (o->letter == 'o')
            item_add(l, n);
    } else if (o->letter == 'A') {
        if (test < CELL_IN)
            item_add(l, o->word[1]);
        if (test == CELL_RANGE || test == CELL_CODES)
            item_add(l, o->word[2]);
    } else if (o->letter == 'i' || o->letter == 'm' || o->letter == 'l') {
        if (n < registers)
            item_add(l, n);
        if (n < registers && l->subjects)
            subject_add(l, l->p->registers[n].domain);
    } else if (o->letter == 'k') {
        item_add(l, registers + n);
    } else if (o->letter == 'o') {
        item_add(l, registers + l->p->registers[n].domain);
    }
    return 1;
}

static void steps_list(struct edict_evaluator *e, struct listing *l)
{
    const struct edict_program *p = l->p;
    for (struct step *s = e->steps; s->at != NONE; s++) {
        const uint32_t *at = p->code + s->at, *end = at + (*at >> 8), head = l->count;
        const char *layout = op_infos[s->op].operands;
        const enum op op = (enum op)s->op;
        s->items = head;
        l->count += 2;
        l->outputs = 0;
        l->subjects = op == OP_CODE_FIND || op == OP_CODE_EFFECT || op == OP_CODE_CAP || (op >= OP_CODE_ANY &&
            op <= OP_CODE_BEST);
        layout_walk(layout, at + 1, end, operand_list, l);
        if (op == OP_CODE_CROSS) {
            item_add(l, p->register_count + p->domains[at[1]].a);
            item_add(l, p->register_count + p->domains[at[1]].b);
        }
        const uint32_t between = l->count;
        l->outputs = 1;
        layout_walk(layout, at + 1, end, operand_list, l);
        if (op == OP_CODE_CROSS || op == OP_CODE_GROUP || op == OP_CODE_CLOSE || op == OP_CODE_MERGE)
            item_add(l, p->register_count + at[1]);
        if (l->items) {
            l->items[head] = between - head - 2;
            l->items[head + 1] = l->count - between;
        }
    }
}

/* Leaves out of what instructions depend on what no run changes (constants, policies, lists that were read) and what
 * is named twice. */
static void items_thin(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    struct rerun *r = e->rerun;
    unsigned char *changes = r->states;
    uint32_t *seen = r->live, to = 0;
    for (uint32_t i = 0; i < p->register_count + p->domain_count; i++)
        changes[i] = r->makers[i] != 0;
    for (uint32_t i = 0; i < p->fact_count; i++)
        changes[p->facts[i].reg] = 1;
    for (struct step *s = e->steps; s->at != NONE; s++) {
        const uint32_t number = (uint32_t)(s - e->steps) + 1, head = to, made = r->items[s->items + 1];
        const uint32_t *item = r->items + s->items + 2, *end = item + r->items[s->items];
        unsigned char *narrow = &r->narrow[number - 1];
        *narrow = op_is_narrow((enum op)s->op) && p->registers[end[0]].domain;
        s->items = head;
        for (to += 2; item < end; item++) {
            *narrow &= *item >= p->register_count || p->registers[*item].type != TYPE_LINK;
            if (!changes[*item] || seen[*item] == number)
                continue;
            seen[*item] = number;
            r->items[to++] = *item;
        }
        r->items[head] = to - head - 2;
        r->items[head + 1] = made;
        for (; item < end + made; item++)
            r->items[to++] = *item;
    }
}

static int op_is_remade(enum op op)
{
    return op == OP_CODE_EMIT || op == OP_CODE_CLOSE || op == OP_CODE_EFFECT || op == OP_CODE_CAP ||
           op == OP_CODE_MERGE || op == OP_CODE_FIND;
}

/* The next `count` things of `each` bytes of a block. */
static void *part(char **at, size_t count, size_t each)
{
    void *start = *at;
    *at += count * each;
    return start;
}

static int rerun_new(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    const size_t registers = p->register_count, domains = p->domain_count, items = registers + domains;
    size_t steps = 0;
    while (e->steps[steps].at != NONE)
        steps++;
    const size_t size = sizeof(struct rerun) + 2 * registers * sizeof(struct column) +
                        2 * domains * sizeof(uint32_t *) + (2 * items + registers + 3 * domains) * sizeof(uint32_t) +
                        3 * items + 2 * steps;
    struct listing l = { .p = p };
    steps_list(e, &l);
    struct rerun *r = e->rerun = calloc(1, size);
    l.items = r ? calloc((size_t)l.count + 1, sizeof *l.items) : NULL;
    if (!l.items) {
        free(r);
        e->rerun = NULL;
        return 0;
    }
    char *at = (char *)(r + 1);
    r->columns = part(&at, registers, sizeof *r->columns);
    r->wide = part(&at, registers, sizeof *r->wide);
    r->firsts = part(&at, domains, sizeof *r->firsts);
    r->owners = part(&at, domains, sizeof *r->owners);
    r->live = part(&at, items + registers, sizeof *r->live);
    r->makers = part(&at, items, sizeof *r->makers);
    r->sizes = part(&at, domains, sizeof *r->sizes);
    r->pairs = part(&at, domains, sizeof *r->pairs);
    r->held = part(&at, domains, sizeof *r->held);
    r->reached = part(&at, items, 1);
    r->states = part(&at, items, 1);
    r->begins = part(&at, items, 1);
    r->quiet = part(&at, steps, 1);
    r->narrow = part(&at, steps, 1);
    r->items = l.items;
    l.count = 0;
    steps_list(e, &l);
    for (const struct step *s = e->steps; s->at != NONE; s++) {
        const uint32_t *item = r->items + s->items, *makes = item + 2 + item[0];
        for (uint32_t i = 0; i < item[1]; i++)
            r->makers[makes[i]] = (uint32_t)(s - e->steps) + 1;
    }
    items_thin(e);
    arena_init(&r->arena, WORLDS_BYTES);
    e->allocations += 2;
    return 1;
}

void rerun_free(struct edict_evaluator *e)
{
    if (!e->rerun)
        return;
    arena_free(&e->rerun->arena);
    free(e->rerun->items);
    free(e->rerun);
    e->rerun = NULL;
}

uint64_t rerun_blocks(const struct edict_evaluator *e) { return e->rerun ? e->rerun->arena.blocks : 0; }

/* What is known of an item: it depends on the facts; it is a number or time made of them, on which each value shows; it
 * depends on charges; a probe needs it, makes it; it is in `live`. */
enum reach { REACHED = 1, FINE = 2, LATE = 4, NEEDED = 8, PROBED = 16, LIVE = 32 };

/* Types of values that are only told apart by comparing them with others. */
static int type_is_fine(uint32_t type) { return (type >= TYPE_COUNT && type <= TYPE_TIME) || type == TYPE_TIMES; }

static int op_is_late(enum op op) { return op_is_remade(op) && op != OP_CODE_EMIT; }

/* Which items depend on the facts; which instructions read what shows each value. */
static void plan_reach(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    const struct rerun *r = e->rerun;
    unsigned char *reached = r->reached;
    for (struct step *s = e->steps; s->at != NONE; s++) {
        const uint32_t *item = r->items + s->items, *makes = item + 2 + item[0];
        unsigned found = op_is_remade((enum op)s->op) ? REACHED : 0;
        for (uint32_t i = 0; i < item[0]; i++)
            found |= reached[item[2 + i]];
        if (op_is_late((enum op)s->op))
            found |= LATE;
        s->probed = (found & (FINE | LATE)) == FINE;
        for (uint32_t i = 0; i < item[1] && found; i++) {
            const int is_fine = makes[i] < p->register_count && type_is_fine(p->registers[makes[i]].type);
            reached[makes[i]] |= (unsigned char)((found & (REACHED | LATE)) | (s->probed && is_fine ? FINE : 0));
        }
    }
}

/* What a probe needs besides. */
static void plan_probe(struct edict_evaluator *e)
{
    const struct rerun *r = e->rerun;
    unsigned char *reached = r->reached;
    uint32_t n = 0;
    while (e->steps[n].at != NONE)
        n++;
    while (n-- > 0) {
        struct step *s = &e->steps[n];
        const uint32_t *item = r->items + s->items, *makes = item + 2 + item[0];
        for (uint32_t i = 0; i < item[1]; i++)
            s->probed |= (reached[makes[i]] & (NEEDED | REACHED)) == (NEEDED | REACHED);
        for (uint32_t i = 0; i < item[1] && s->probed; i++)
            reached[makes[i]] |= PROBED;
        for (uint32_t i = 0; i < item[0] && s->probed; i++)
            reached[item[2 + i]] |= NEEDED;
    }
}

static void live_add(struct edict_evaluator *e, uint32_t item)
{
    struct rerun *r = e->rerun;
    if ((r->reached[item] & (PROBED | LIVE)) != PROBED)
        return;
    r->reached[item] |= LIVE;
    r->live[r->live_count++] = item;
}

/* What a probe makes and others read: the other instructions, and those who write the answer. Where ends lie before
 * their begins they look for the record by themselves (blame_reversed); the interval's state says which it is. */
static void plan_live(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    struct rerun *r = e->rerun;
    r->live_count = 0;
    for (const struct step *s = e->steps; s->at != NONE; s++) {
        const uint32_t *item = r->items + s->items;
        for (uint32_t i = 0; i < item[0] && !s->probed; i++)
            live_add(e, item[2 + i]);
        if (s->op == OP_CODE_SPAN && s->probed)
            r->live[r->live_count++] = s->column | LIVE_STATES;
    }
    for (uint32_t i = 0; i < p->domain_count; i++) {
        if (p->domains[i].known != NONE)
            live_add(e, p->domains[i].known);
        if (p->domains[i].link != NONE)
            live_add(e, p->domains[i].link);
    }
}

int rerun_plan(struct edict_evaluator *e, const unsigned char *facts)
{
    const struct edict_program *p = e->program;
    int planned = 1; /* the last time, for the same facts; at first for none */
    if (!e->rerun && !rerun_new(e))
        return 0;
    for (uint32_t i = 0; i < p->fact_count; i++)
        planned &= (e->rerun->reached[p->facts[i].reg] & REACHED) == facts[i];
    if (planned)
        return 1;
    memset(e->rerun->reached, 0, (size_t)p->register_count + p->domain_count);
    for (uint32_t i = 0; i < p->fact_count; i++)
        e->rerun->reached[p->facts[i].reg] = facts[i] ? REACHED | FINE | PROBED : 0;
    plan_reach(e);
    plan_probe(e);
    plan_live(e);
    for (uint32_t i = 0; i < p->register_count + p->domain_count; i++) {
        const struct rerun *r = e->rerun;
        r->begins[i] = r->makers[i] ? ITEM_OLD : r->reached[i] & REACHED ? ITEM_OTHER : ITEM_SAME;
    }
    return 1;
}

/* The facts that get other values later: a column may be that of its input, and the first run is to stay. */
static void facts_copy(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    for (uint32_t i = 0; i < p->fact_count; i++) {
        struct column *c = &e->columns[p->facts[i].reg];
        if (!(e->rerun->reached[p->facts[i].reg] & REACHED))
            continue;
        int64_t *v = eval_alloc(e, c->n, sizeof *v);
        uint32_t *w = eval_alloc(e, c->n, sizeof *w);
        if (!v || !w)
            return;
        memcpy(v, c->v, c->n * sizeof *v);
        c->v = v;
        c->w = c->w ? memcpy(w, c->w, c->n * sizeof *w) : NULL;
    }
}

edict_status rerun_start(struct edict_evaluator *e, uint32_t lanes)
{
    const struct edict_program *p = e->program;
    struct rerun *r = e->rerun;
    arena_reset(&r->arena);
    r->lanes = lanes;
    eval_restart(e);
    facts_copy(e);
    for (const struct step *s = e->steps; s->at != NONE && e->status == EDICT_OK; s++) {
        struct step made = *s;
        const uint32_t charges = e->charge_count, findings = e->findings_told;
        made.needless = 0; /* here; another run may ask for it */
        eval_step_run(e, &made, p->code);
        r->quiet[s - e->steps] = (s->op == OP_CODE_EMIT || s->op == OP_CODE_FIND) && e->charge_count == charges &&
                                 e->findings_told == findings;
        if (s->op == OP_CODE_CLOSE || s->op == OP_CODE_MERGE)
            r->held[p->code[s->at + 1]] = e->charges_held[0];
    }
    r->identities = NULL;
    if (e->identities && (r->identities = eval_alloc(e, 1, IDENTITIES_SIZE))) /* later runs put theirs in front */
        memcpy(r->identities, e->identities, IDENTITIES_SIZE);
    r->mark = arena_mark(&e->arena);
    r->whys = e->why_count;
    r->codes = e->code_count;
    r->intervals = e->interval_count;
    memcpy(r->columns, e->columns, p->register_count * sizeof *r->columns);
    memset(r->wide, 0, p->register_count * sizeof *r->wide);
    memset(r->firsts, 0, p->domain_count * sizeof *r->firsts);
    memcpy(r->sizes, e->sizes, p->domain_count * sizeof *r->sizes);
    memcpy(r->pairs, e->all_pairs, p->domain_count * sizeof *r->pairs);
    return e->status;
}

static void *wide_alloc(struct edict_evaluator *e, size_t count, size_t each)
{
    void *at = arena_alloc(&e->rerun->arena, count * each);
    if (!at)
        eval_fail(e, EDICT_LIMIT, "limit", "more than %u MiB of worlds (WORLDS_BYTES)", (unsigned)(WORLDS_BYTES >> 20));
    return at;
}

/* A column of the first run in all lanes. */
static void wide_new(struct edict_evaluator *e, uint32_t reg)
{
    const struct image_register *to = &e->program->registers[reg];
    struct rerun *r = e->rerun;
    const struct column *c = &r->columns[reg];
    const size_t n = c->n;
    int64_t *v = wide_alloc(e, n * r->lanes, sizeof *v);
    uint32_t *w = v && c->w ? wide_alloc(e, n * r->lanes, sizeof *w) : NULL;
    if (e->status != EDICT_OK)
        return;
    lanes_copy(v, c->v, n * sizeof *v, r->lanes);
    if (w)
        lanes_copy(w, c->w, n * sizeof *w, r->lanes);
    for (size_t i = n; i < n * r->lanes && v && to->type == TYPE_LINK; i++)
        if (v[i] >= 0)
            v[i] += (int64_t)(i / n * r->sizes[to->target]);
    r->wide[reg] = (struct column){ v, w, c->n, c->yes };
}

static void item_fetch(struct edict_evaluator *e, uint32_t item);

static void column_fetch(struct edict_evaluator *e, uint32_t reg)
{
    struct rerun *r = e->rerun;
    if (e->lanes == 1 || !r->columns[reg].n) {
        e->columns[reg] = r->columns[reg];
        return;
    }
    if (!r->wide[reg].v)
        wide_new(e, reg);
    e->columns[reg] = r->wide[reg];
    e->columns[reg].n *= e->lanes;
}

/* How many records a domain of the first run has in these lanes. */
static void sizes_fetch(struct edict_evaluator *e, uint32_t domain)
{
    struct rerun *r = e->rerun;
    const uint32_t n = r->sizes[domain];
    const int owned = e->program->domains[domain].kind != DOMAIN_CROSS;
    e->sizes[domain] = n * e->lanes;
    e->all_pairs[domain] = r->pairs[domain] * e->lanes;
    if (e->lanes > 1 && !r->firsts[domain]) {
        uint32_t *firsts = wide_alloc(e, (size_t)r->lanes + 1, sizeof *firsts);
        uint32_t *owners = firsts && owned ? wide_alloc(e, (size_t)n * r->lanes, sizeof *owners) : NULL;
        for (uint32_t lane = 0; firsts && lane <= r->lanes; lane++)
            firsts[lane] = lane * n;
        for (uint32_t i = 0; owners && i < n * r->lanes; i++)
            owners[i] = i / n;
        r->firsts[domain] = firsts;
        r->owners[domain] = owners;
    }
    if (e->lanes > 1) {
        e->firsts[domain] = r->firsts[domain];
        e->owners[domain] = r->owners[domain];
    }
}

/* A domain of the first run. Of pairs also the links, and what says which are made (implied.c looks at it). */
static void domain_fetch(struct edict_evaluator *e, uint32_t domain)
{
    const struct edict_program *p = e->program;
    const struct rerun *r = e->rerun;
    const uint32_t maker = r->makers[p->register_count + domain];
    sizes_fetch(e, domain);
    if (p->domains[domain].kind != DOMAIN_CROSS)
        return;
    const struct step *s = &e->steps[maker - 1];
    const uint32_t *item = r->items + s->items, *at = p->code + s->at + 1;
    for (uint32_t i = 0; i < item[0]; i++)
        item_fetch(e, item[2 + i]);
    item_fetch(e, at[1]);
    item_fetch(e, at[2]);
    e->pairs[0][domain] = e->columns[at[1]].v;
    e->pairs[1][domain] = e->columns[at[2]].v;
}

/* Brings what the first run left into this run, unless it is here. */
static void item_fetch(struct edict_evaluator *e, uint32_t item)
{
    const uint32_t registers = e->program->register_count;
    if (e->rerun->states[item] != ITEM_OLD)
        return;
    e->rerun->states[item] = ITEM_SAME;
    if (item >= registers) {
        domain_fetch(e, item - registers);
        return;
    }
    item_fetch(e, registers + e->program->registers[item].domain);
    column_fetch(e, item);
}

/* Is what an instruction has just made as in the first run? */
static void made_compare(struct edict_evaluator *e, const struct step *s)
{
    const uint32_t registers = e->program->register_count;
    const struct rerun *r = e->rerun;
    const uint32_t *item = r->items + s->items, *makes = item + 2 + item[0];
    unsigned char other = ITEM_SAME;
    for (uint32_t i = 0; i < item[1]; i++) {
        if (makes[i] >= registers)
            continue;
        r->states[makes[i]] = lanes_as_first(e, makes[i]) ? ITEM_SAME : ITEM_OTHER;
        if (r->states[makes[i]] == ITEM_OTHER)
            other = ITEM_OTHER;
    }
    for (uint32_t i = 0; i < item[1]; i++) {
        if (makes[i] < registers)
            continue;
        const uint32_t domain = makes[i] - registers;
        r->states[makes[i]] = s->op == OP_CODE_CROSS || s->op == OP_CODE_GROUP ? other : ITEM_SAME;
        for (uint32_t lane = 0; lane < e->lanes; lane++)
            if (e->sizes[domain] != r->sizes[domain] * e->lanes ||
                lane_first(e, domain, lane) != r->sizes[domain] * lane ||
                (op_is_late((enum op)s->op) && e->charges_held[lane] != r->held[domain]))
                r->states[makes[i]] = ITEM_OTHER;
    }
}

/* At the beginning of a run only facts, policies and constants are there. */
static void states_begin(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    const struct rerun *r = e->rerun;
    memcpy(r->states, r->begins, (size_t)p->register_count + p->domain_count);
    lanes_number(e);
    for (uint32_t i = 0; i < p->domain_count && e->lanes > 1; i++)
        if (p->domains[i].kind == DOMAIN_LIST)
            lanes_close(e, i);
}

static void step_rerun(struct edict_evaluator *e, const struct step *s)
{
    const struct rerun *r = e->rerun;
    const uint32_t *item = r->items + s->items;
    const uint32_t number = (uint32_t)(s - e->steps) + 1;
    int run = op_is_remade((enum op)s->op) && !r->quiet[number - 1];
    for (uint32_t i = 0; i < item[0] && !run; i++)
        run = r->states[item[2 + i]] == ITEM_OTHER;
    if (!run)
        return;
    for (uint32_t i = 0; i < item[0]; i++)
        if (item[2 + i] >= e->program->register_count && r->makers[item[2 + i]] != number)
            item_fetch(e, item[2 + i]);
    if (e->status == EDICT_OK && !step_narrow(e, s)) {
        for (uint32_t i = 0; i < item[0]; i++)
            if (r->makers[item[2 + i]] != number)
                item_fetch(e, item[2 + i]);
        if (e->status == EDICT_OK)
            eval_step_run(e, s, e->program->code);
    }
    if (e->status == EDICT_OK)
        made_compare(e, s);
}

edict_status rerun(struct edict_evaluator *e, enum rerun_kind kind)
{
    const struct edict_program *p = e->program;
    const struct rerun *r = e->rerun;
    arena_back(&e->arena, r->mark);
    e->status = EDICT_OK;
    e->identities = r->identities ? e->identities : NULL;
    if (r->identities)
        memcpy(e->identities, r->identities, IDENTITIES_SIZE);
    if (kind != RERUN_PROBE_AGAIN)
        e->why_count = r->whys;
    e->code_count = r->codes;
    e->interval_count = r->intervals;
    eval_forget(e);
    states_begin(e);
    for (const struct step *s = e->steps; s->at != NONE && e->status == EDICT_OK; s++)
        if (kind == RERUN_WHOLE || s->probed)
            step_rerun(e, s);
    if (kind != RERUN_WHOLE)
        return e->status;
    findings_close(e);
    for (uint32_t i = 0; i < p->domain_count; i++) { /* for those who write the answer */
        if (p->domains[i].link != NONE)
            item_fetch(e, p->domains[i].link);
        if (r->states[p->register_count + i] == ITEM_OLD)
            sizes_fetch(e, i);
    }
    return e->status;
}
