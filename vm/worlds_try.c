/* Candidate values of missing facts: one for every class of values that the pack can tell apart. Words and
 * yes/no: all. Times and counts: both sides of every bound that the image compares with. Texts: those that are
 * there, and new ones. What cannot be listed so (codes, decimals, dates) stays not documented in every world,
 * which is poorer and never wrong. */
#include "vm/worlds.h"

#include <stdlib.h>
#include <string.h>

static int number_order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Ascending, each once. */
static void numbers_settle(struct worlds *w)
{
    if (w->number_count == 0) return;
    qsort(w->numbers, w->number_count, sizeof *w->numbers, number_order);
    uint32_t n = 1;
    for (uint32_t i = 1; i < w->number_count; i++)
        if (w->numbers[i] != w->numbers[n - 1]) w->numbers[n++] = w->numbers[i];
    w->number_count = n;
    w->number_settle = 2 * n + 64;
    w->crowded = n > w->number_most;
}

/* Hundreds of times with every bound around each are a list nobody could try out: it ends where it is too long. */
static int number_add(struct edict_evaluator *e, struct worlds *w, int64_t value)
{
    if (w->number_count >= w->number_settle && !w->crowded) numbers_settle(w);
    if (w->crowded) return 1;
    void *pool = w->numbers;
    int ok = pool_room(e, &pool, &w->number_room, w->number_count + 1, sizeof *w->numbers);
    w->numbers = pool;
    if (ok) w->numbers[w->number_count++] = value;
    return ok;
}

/* The other end of the interval that has this register as one end: its register, and which end is ours. NONE: no
 * interval. */
static uint32_t partner(const struct edict_program *p, uint32_t reg, int *is_end)
{
    for (uint32_t at = 0; at < p->code_size; at += p->code[at] >> 8) {
        if ((p->code[at] & 0xff) != OP_CODE_SPAN) continue;
        if (p->code[at + 2] == reg || p->code[at + 3] == reg) {
            *is_end = p->code[at + 3] == reg;
            return p->code[at + (*is_end ? 2 : 3)];
        }
    }
    return NONE;
}

/* Lengths at which a ladder goes on giving: its last rung and so many strides. */
static void ladders_add(struct edict_evaluator *e, struct worlds *w, int64_t base, int64_t sign, int64_t low,
    int64_t high)
{
    const struct edict_program *p = e->program;
    for (uint32_t at = 0; at < p->code_size; at += p->code[at] >> 8) {
        if ((p->code[at] & 0xff) != OP_CODE_STEP) continue;
        uint32_t rungs = p->code[at + 4], tail = at + 5 + 3 * rungs;
        if (rungs == 0 || p->code[tail] == NONE || p->code[tail + 1] == NONE) continue;
        uint32_t from = p->code[at + 5 + 3 * (rungs - 1) + 1], stride = p->code[tail];
        if (p->registers[from].type != TYPE_MINUTES || p->registers[from].domain || p->registers[stride].domain)
            continue;
        const struct column *f = &e->columns[from], *s = &e->columns[stride];
        if ((f->w && f->w[0]) || (s->w && s->w[0]) || s->v[0] <= 0) continue;
        /* No length is below 0, nor a stride beyond a day: a damaged image may say so, and would be counted up to. */
        const int64_t step = s->v[0] > 1441 ? 1441 : s->v[0];
        int64_t m = f->v[0];
        if (m < 0) m = m % step ? m % step + step : 0;
        for (; m <= 1440; m += step) {
            const int64_t value = base + sign * (sign > 0 ? m : m - 1);
            if (value >= low && value <= high) number_add(e, w, value);
        }
    }
}

/* Both sides of every bound of minutes from `base` on, inside [low, high]. */
static void bounds_add(struct edict_evaluator *e, struct worlds *w, int64_t base, int64_t sign, int64_t low,
    int64_t high)
{
    const struct edict_program *p = e->program;
    for (uint32_t i = 0; i < p->bound_count; i++) {
        if (p->bounds[i].type != TYPE_MINUTES || p->bounds[i].value < 0 || p->bounds[i].value > 1440) continue;
        for (int64_t d = 0; d < 2; d++) {
            int64_t value = base + sign * p->bounds[i].value + d;
            if (value >= low && value <= high) number_add(e, w, value);
        }
    }
}

/* Candidates around the clock times of the encounter. */
static void clocks_add(struct edict_evaluator *e, struct worlds *w, int fine, int64_t low, int64_t high)
{
    const struct edict_program *p = e->program;
    for (uint32_t i = 0; i < p->fact_count; i++) {
        if (p->facts[i].type != TYPE_TIME) continue;
        const struct column *c = &e->columns[p->facts[i].reg];
        for (uint32_t r = 0; r < c->n && !w->crowded; r++) {
            if (c->w && c->w[r]) continue;
            for (int64_t d = 0; d < 2; d++)
                if (c->v[r] + d >= low && c->v[r] + d <= high) number_add(e, w, c->v[r] + d);
            if (!fine) continue;
            bounds_add(e, w, c->v[r], 1, low, high);
            bounds_add(e, w, c->v[r], -1, low, high);
        }
    }
}

static void both_sides_add(struct edict_evaluator *e, struct worlds *w, int64_t value, int64_t low, int64_t high)
{
    for (int64_t d = 0; d < 2; d++)
        if (value + d >= low && value + d <= high)
            number_add(e, w, value + d);
}

/* Rules ask for the greater part of one length in another: the middle of every documented interval, and the time that
 * is as far behind each clock time as `base` is before it. */
static void halves_add(struct edict_evaluator *e, struct worlds *w, int64_t base, int64_t low, int64_t high)
{
    const struct edict_program *p = e->program;
    for (uint32_t at = 0; at < p->code_size; at += p->code[at] >> 8) {
        if ((p->code[at] & 0xff) != OP_CODE_SPAN)
            continue;
        if (fact_of_register(p, p->code[at + 2]) == NONE || fact_of_register(p, p->code[at + 3]) == NONE)
            continue;
        const struct column *from = &e->columns[p->code[at + 2]], *to = &e->columns[p->code[at + 3]];
        for (uint32_t r = 0; r < from->n && r < to->n && !w->crowded; r++)
            if (!(from->w && from->w[r]) && !(to->w && to->w[r]))
                both_sides_add(e, w, from->v[r] + (to->v[r] - from->v[r]) / 2, low, high);
    }
    for (uint32_t i = 0; i < p->fact_count; i++) {
        const struct column *c = &e->columns[p->facts[i].reg];
        for (uint32_t r = 0; p->facts[i].type == TYPE_TIME && r < c->n && !w->crowded; r++)
            if (!(c->w && c->w[r]))
                both_sides_add(e, w, 2 * c->v[r] - base - 1, low, high);
    }
}

static void time_candidates(struct edict_evaluator *e, struct worlds *w, const struct trial *t, int fine)
{
    const struct edict_program *p = e->program;
    const struct image_fact *f = &p->facts[t->fact];
    int is_end = 0;
    uint32_t reg = partner(p, f->reg, &is_end);
    if (reg == NONE || p->registers[reg].domain != f->domain) {
        clocks_add(e, w, 1, INT64_MIN / 2, INT64_MAX / 2);
        return;
    }
    const struct column *c = &e->columns[reg];
    if (t->record >= c->n) return;
    if (c->w && c->w[t->record]) {
        /* The other end is missing too. Where that matters nobody can say how long it was. */
        uint32_t other = fact_of_register(p, reg);
        for (uint32_t i = 0; i < w->blamed_count; i++)
            if (w->blamed[i].hold == other && w->blamed[i].record == t->record) return;
        clocks_add(e, w, 1, INT64_MIN / 2, INT64_MAX / 2);
        return;
    }
    int64_t base = c->v[t->record], sign = is_end ? 1 : -1;
    int64_t low = is_end ? base + 1 : base - 1440, high = is_end ? base + 1440 : base - 1;
    number_add(e, w, low);
    number_add(e, w, high);
    /* A begin is the later the shorter: its classes start one minute after the bound's own. */
    bounds_add(e, w, base, sign, low, high);
    clocks_add(e, w, fine, low, high);
    halves_add(e, w, base, low, high);
    if (fine) ladders_add(e, w, base, sign, low, high);
}

static void text_candidates(struct edict_evaluator *e, struct worlds *w, const struct trial *t, uint32_t number)
{
    const struct edict_program *p = e->program;
    const struct column *c = &e->columns[p->facts[t->fact].reg];
    uint32_t constants = 0, same = 0;
    for (uint32_t i = 0; i < p->const_count; i++)
        if (p->registers[p->consts[i].reg].type == TYPE_TEXT && !p->consts[i].state) constants++;
    if (constants > WORLDS_TEXTS) return;
    for (uint32_t i = 0; i < p->const_count; i++)
        if (p->registers[p->consts[i].reg].type == TYPE_TEXT && !p->consts[i].state) number_add(e, w,
            p->consts[i].value);
    for (uint32_t r = 0; r < c->n; r++)
        if (!(c->w && c->w[r])) number_add(e, w, c->v[r]);
    for (uint32_t i = 0; i < number; i++) same += w->blamed[i].hold == t->fact;
    for (uint32_t i = 0; i <= same; i++)
        number_add(e, w, (int64_t)p->string_count + texts_count(e) + (int64_t)t->fact * LIMIT_RECORDS + i);
}

/* Texts by their bytes, so that no order of reading shows; those that nobody wrote last. */
static void texts_sort(struct edict_evaluator *e, struct worlds *w)
{
    for (uint32_t i = 1; i < w->number_count; i++) {
        const int64_t v = w->numbers[i];
        uint32_t k = i;
        for (; k > 0; k--) {
            const int64_t u = w->numbers[k - 1];
            const int new_v = text_is_new(e, v), new_u = text_is_new(e, u);
            const int order = new_v || new_u ? new_v - new_u : text_compare(bind_text(e, v), bind_text(e, u));
            if (order > 0 || (order == 0 && v >= u)) break;
            w->numbers[k] = u;
        }
        w->numbers[k] = v;
    }
}

/* The candidates of blamed fact `number` into w->numbers, ascending, each once. More than `most`: some of them, and
 * still more than that. */
static void candidates_list(struct edict_evaluator *e, struct worlds *w, const struct trial *t, uint32_t number,
    int fine, uint32_t most)
{
    const struct edict_program *p = e->program;
    const struct image_fact *f = &p->facts[t->fact];
    w->number_count = 0;
    w->number_most = most;
    w->number_settle = 2 * most + 2;
    w->crowded = 0;
    switch (f->type) {
    case TYPE_BOOL:
        number_add(e, w, 0);
        number_add(e, w, 1);
        break;
    case TYPE_WORD:
        for (uint32_t i = 0; i < f->words; i++) number_add(e, w, p->fact_words[f->words_at + i]);
        break;
    case TYPE_COUNT:
        number_add(e, w, 0);
        number_add(e, w, 1);
        for (uint32_t i = 0; i < p->bound_count; i++) {
            if (p->bounds[i].type != TYPE_COUNT || p->bounds[i].value < 0) continue;
            number_add(e, w, p->bounds[i].value);
            number_add(e, w, p->bounds[i].value + 1);
        }
        break;
    case TYPE_TIME:
        time_candidates(e, w, t, fine);
        break;
    case TYPE_TEXT:
        text_candidates(e, w, t, number);
        break;
    default:
        break;
    }
    numbers_settle(w);
    if (f->type == TYPE_TEXT && !w->crowded) texts_sort(e, w);
}

static int followers_add(struct edict_evaluator *e, struct worlds *w, uint32_t trial)
{
    const struct edict_program *p = e->program;
    const struct image_fact *f = &p->facts[w->trials[trial].fact];
    for (uint32_t i = 0; f->domain == 0 && i < p->fact_count; i++) {
        if (p->facts[i].missing != MISSING_SAME || p->facts[i].value != (int64_t)f->reg) continue;
        const struct column *c = &e->columns[p->facts[i].reg];
        for (uint32_t r = 0; r < c->n; r++) {
            if (!c->w || c->w[r] != w->trials[trial].state) continue;
            void *pool = w->followers;
            int ok = pool_room(e, &pool, &w->follower_room, w->follower_count + 1, sizeof *w->followers);
            w->followers = pool;
            if (!ok) return 0;
            w->followers[w->follower_count++] = (struct follower){ i, r, trial };
        }
    }
    return 1;
}

static int trial_add(struct edict_evaluator *e, struct worlds *w, struct trial t)
{
    t.at = w->candidate_count;
    t.count = w->number_count;
    void *pool = w->candidates, *trials = w->trials;
    int ok = pool_room(e, &pool, &w->candidate_room, t.at + t.count, sizeof *w->candidates)
             && pool_room(e, &trials, &w->trial_room, w->trial_count + 1, sizeof *w->trials);
    w->candidates = pool;
    w->trials = trials;
    if (!ok) return 0;
    for (uint32_t k = 0; k < t.count; k++) w->candidates[t.at + k] = (struct candidate){ w->numbers[k], 0, NONE };
    w->candidate_count += t.count;
    w->trials[w->trial_count++] = t;
    return followers_add(e, w, w->trial_count - 1);
}

struct trial_plan trials_plan(struct edict_evaluator *e, struct worlds *w, uint32_t budget, int fine, int make)
{
    const struct edict_program *p = e->program;
    struct trial_plan plan = { 1, 0, 0 };
    if (make) w->trial_count = w->candidate_count = w->follower_count = 0;
    for (uint32_t i = 0; i < w->blamed_count; i++) {
        struct trial t = { .fact = w->blamed[i].hold, .record = w->blamed[i].record };
        t.state = e->columns[p->facts[t.fact].reg].w[t.record];
        candidates_list(e, w, &t, i, fine, budget / plan.worlds);
        if (w->number_count == 0) continue;
        if (w->number_count > budget / plan.worlds) {
            plan.left++;
            continue;
        }
        plan.worlds *= w->number_count;
        plan.trials++;
        if (make && !trial_add(e, w, t)) return (struct trial_plan){ 0, 0, 0 };
    }
    return plan;
}

int lanes_spread(struct edict_evaluator *e, struct worlds *w, uint32_t lanes)
{
    const struct edict_program *p = e->program;
    struct input *in = input_of(e);
    void *sizes = w->sizes;
    const int ok = pool_room(e, &sizes, &w->size_room, p->domain_count, sizeof *w->sizes);
    w->sizes = sizes;
    if (!ok) return 0;
    for (uint32_t d = 0; d < p->domain_count; d++) {
        w->sizes[d] = p->domains[d].kind > DOMAIN_LIST ? 0 : e->sizes[d];
        if (!bind_room(e, d, w->sizes[d] * lanes)) {
            e->status = EDICT_MEMORY;
            return 0;
        }
    }
    for (uint32_t i = 0; i < p->fact_count; i++) {
        const struct fact_column *c = &in->columns[i];
        const size_t n = w->sizes[p->facts[i].domain];
        for (uint32_t lane = 1; lane < lanes && n; lane++) {
            memcpy(c->v + lane * n, c->v, n * sizeof *c->v);
            memcpy(c->w + lane * n, c->w, n * sizeof *c->w);
        }
    }
    return 1;
}

void lanes_use(struct edict_evaluator *e, const struct worlds *w, uint32_t lanes)
{
    const struct edict_program *p = e->program;
    struct input *in = input_of(e);
    e->lanes = lanes;
    for (uint32_t d = 0; d < p->domain_count; d++) {
        if (p->domains[d].kind > DOMAIN_LIST) continue;
        e->sizes[d] = w->sizes[d] * lanes;
        for (uint32_t lane = 0; d && lane <= lanes; lane++) in->firsts[d][lane] = lane * w->sizes[d];
    }
    for (uint32_t i = 0; i < p->fact_count; i++) {
        struct fact_column *c = &in->columns[i];
        struct column *to = &e->columns[p->facts[i].reg];
        *to = (struct column){ c->v, to->w ? c->w : NULL, e->sizes[p->facts[i].domain], 0 };
    }
}

int trials_reach(struct edict_evaluator *e, struct worlds *w)
{
    void *tried = w->tried;
    const int ok = pool_room(e, &tried, &w->tried_room, e->program->fact_count, sizeof *w->tried);
    w->tried = tried;
    if (!ok) return 0;
    memset(w->tried, 0, e->program->fact_count);
    for (uint32_t i = 0; i < w->trial_count; i++) w->tried[w->trials[i].fact] = 1;
    for (uint32_t i = 0; i < w->follower_count; i++) w->tried[w->followers[i].fact] = 1;
    return rerun_plan(e, w->tried);
}

static void cell_set(struct edict_evaluator *e, uint32_t fact, uint32_t record, int64_t v, uint32_t state)
{
    struct fact_column *c = &input_of(e)->columns[fact];
    c->clean = 0;
    c->v[record] = v;
    c->w[record] = state;
}

void trials_set(struct edict_evaluator *e, const struct worlds *w, uint32_t lane)
{
    const struct image_fact *facts = e->program->facts;
    for (uint32_t i = 0; i < w->trial_count; i++) {
        const struct trial *t = &w->trials[i];
        cell_set(e, t->fact, t->record + lane * w->sizes[facts[t->fact].domain],
            w->candidates[t->at + t->now].value, 0);
    }
    for (uint32_t i = 0; i < w->follower_count; i++) {
        const struct trial *t = &w->trials[w->followers[i].trial];
        const struct follower *f = &w->followers[i];
        cell_set(e, f->fact, f->record + lane * w->sizes[facts[f->fact].domain],
            w->candidates[t->at + t->now].value, 0);
    }
}

void trials_restore(struct edict_evaluator *e, const struct worlds *w)
{
    for (uint32_t i = 0; i < w->trial_count; i++) cell_set(e, w->trials[i].fact, w->trials[i].record, 0,
        w->trials[i].state);
    for (uint32_t i = 0; i < w->follower_count; i++)
        cell_set(e, w->followers[i].fact, w->followers[i].record, 0, w->trials[w->followers[i].trial].state);
}
