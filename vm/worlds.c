/* What stands whatever the missing facts are. The three-valued evaluation has said that facts are missing and
 * which; here the finitely many classes of values that they can take are evaluated one by one (a world each),
 * and the least that all of them give is charged. Bounded by WORLDS_MAX; facts beyond the bound stay not
 * documented in every world. Ends with the evaluation as it was before. */
#include "vm/worlds.h"
#include "vm/limits.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

void worlds_free(struct edict_evaluator *e)
{
    struct worlds *w = input_of(e)->worlds;
    if (!w) return;
    void *owned[] = { w->trials, w->followers, w->candidates, w->outcomes, w->standing, w->findings, w->values,
        w->rows, w->blamed,
        w->numbers, w->kinds, w->kind_lanes, w->states, w->sizes, w->tried };
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) free(owned[i]);
    buffer_free(&w->text);
    buffer_free(&w->scratch);
    buffer_free(&w->bytes);
    free(w);
    input_of(e)->worlds = NULL;
}

void worlds_forget(struct edict_evaluator *e)
{
    if (input_of(e)->worlds) input_of(e)->worlds->active = 0;
}

static struct worlds *worlds_of(struct edict_evaluator *e)
{
    struct input *in = input_of(e);
    if (!in->worlds) {
        in->worlds = calloc(1, sizeof *in->worlds);
        if (!in->worlds) return NULL;
        e->allocations++;
        buffer_init(&in->worlds->text, WORLDS_BYTES);
        buffer_init(&in->worlds->scratch, WORLDS_BYTES);
        buffer_init(&in->worlds->bytes, WORLDS_BYTES);
    }
    return in->worlds;
}

static const struct worlds *active(const struct edict_evaluator *e)
{
    const struct worlds *w = input_of(e)->worlds;
    return w && w->active ? w : NULL;
}

const struct standing *worlds_standing(const struct edict_evaluator *e, uint32_t *count)
{
    static const struct standing nothing;
    const struct worlds *w = active(e);
    *count = w ? w->standing_count : 0;
    return w ? w->standing_count ? w->standing : &nothing : NULL;
}

struct text worlds_tail(const struct edict_evaluator *e, const struct standing *s)
{
    return (struct text){ input_of(e)->worlds->text.at + s->tail_at, s->tail_size };
}

struct text worlds_values(const struct edict_evaluator *e, uint32_t fact, uint32_t record)
{
    const struct worlds *w = active(e);
    for (uint32_t i = 0; w && i < w->value_count; i++)
        if (w->values[i].fact == fact && w->values[i].record == record)
            return (struct text){ w->text.at + w->values[i].at, w->values[i].size };
    return (struct text){ "", 0 };
}

struct text worlds_finding(const struct edict_evaluator *e, uint32_t n, uint32_t *kind)
{
    const struct worlds *w = active(e);
    for (uint32_t i = 0; w && i < w->finding_count; i++) {
        if (!w->findings[i].alive || n-- > 0) continue;
        *kind = w->findings[i].kind;
        return (struct text){ w->text.at + w->findings[i].at, w->findings[i].size };
    }
    return (struct text){ "", 0 };
}

/* One more element in a pool of w: its address, NULL: no memory. */
static void *more(struct edict_evaluator *e, void **pool, uint32_t *room, uint32_t *count, size_t each)
{
    if (!pool_room(e, pool, room, *count + 1, each)) return NULL;
    return (char *)*pool + (size_t)(*count)++ * each;
}

#define MORE(e, out, pool, room, count) do { \
    void *pool_ = (pool); \
    (out) = more((e), &pool_, &(room), &(count), sizeof *(pool)); \
    (pool) = pool_; \
} while (0)

static int blamed_add(struct edict_evaluator *e, struct worlds *w, uint32_t fact, uint32_t record)
{
    for (uint32_t i = 0; i < w->blamed_count; i++)
        if (w->blamed[i].hold == fact && w->blamed[i].record == record) return 1;
    struct hold_entry *entry;
    MORE(e, entry, w->blamed, w->blamed_room, w->blamed_count);
    if (entry) *entry = (struct hold_entry){ fact, record };
    return entry != NULL;
}

static int is_missing(const struct edict_evaluator *e, uint32_t fact, uint32_t record)
{
    const struct image_fact *f = &e->program->facts[fact];
    const struct column *c = &e->columns[f->reg];
    record += lane_first(e, f->domain, e->lane);
    return c->w && record < c->n && c->w[record];
}

static int row_known(const struct worlds *w, uint32_t row)
{
    for (uint32_t i = 0; i < w->row_count; i++)
        if (w->rows[i] == row) return 1;
    return 0;
}

/* The facts to blame after an evaluation. `first`: also the rules that hold because of them. 0: no memory. */
static int blamed_gather(struct edict_evaluator *e, struct worlds *w, int first)
{
    const struct holds *h = holds_of(e);
    for (uint32_t i = 0; i < h->entry_count; i++) {
        const struct hold *hold = &h->list[h->entries[i].hold];
        uint32_t record = h->entries[i].record;
        if (record == NONE || !is_missing(e, hold->fact, record)) continue;
        if (!blamed_add(e, w, hold->fact, record)) return 0;
        if (!first || !hold->said || row_known(w, hold->row)) continue;
        uint32_t *row;
        MORE(e, row, w->rows, w->row_room, w->row_count);
        if (!row) return 0;
        *row = hold->row;
    }
    return 1;
}

/* A world that no encounter is in: the values that were tried leave a rule without an answer that asked for them. */
static int impossible(struct edict_evaluator *e, const struct worlds *w)
{
    const struct holds *h = holds_of(e);
    int refused = 0;
    for (uint32_t i = 0; i < h->count; i++) {
        const struct hold *hold = &h->list[i];
        int missing = 0;
        for (uint32_t k = 0; hold->fact != NONE && k < h->entry_count && !missing; k++)
            missing = h->entries[k].hold == i && h->entries[k].record != NONE && is_missing(e, hold->fact,
                h->entries[k].record);
        if (missing) return 0;
        if (hold->said && row_known(w, hold->row)) refused = 1;
    }
    return refused;
}

static int code_order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int standing_of(const struct edict_evaluator *e, const struct final_charge *f, struct standing *s)
{
    uint32_t at = (uint32_t)((uint64_t)f->modifiers >> 24), n = (uint32_t)(f->modifiers & 0xffffff);
    *s = (struct standing){ .list = f->list, .modifier_count = n, .code = f->code, .units = f->units, .date = f->date };
    if (n > WORLDS_MODIFIERS) return 0;
    if (n) memcpy(s->modifiers, e->codes + at, n * sizeof *s->modifiers);
    return 1;
}

static int standing_same(const struct standing *a, const struct standing *b)
{
    int64_t x[WORLDS_MODIFIERS], y[WORLDS_MODIFIERS];
    if (a->list != b->list || a->code != b->code || a->date != b->date || a->modifier_count != b->modifier_count)
        return 0;
    if (memcmp(a->modifiers, b->modifiers, a->modifier_count * sizeof *x) == 0) return 1;
    if (a->modifier_count == 1) return 0;
    memcpy(x, a->modifiers, sizeof x);
    memcpy(y, b->modifiers, sizeof y);
    qsort(x, a->modifier_count, sizeof *x, code_order);
    qsort(y, b->modifier_count, sizeof *y, code_order);
    return memcmp(x, y, a->modifier_count * sizeof *x) == 0;
}

/* Units of a charge like `s` in the evaluation just made. */
static int64_t final_units(const struct edict_evaluator *e, const struct standing *s, uint32_t *first)
{
    for (uint32_t i = e->final_firsts[e->lane]; i < e->final_firsts[e->lane + 1]; i++) {
        struct standing now;
        const struct final_charge *f = &e->finals[i];
        if (f->code != s->code || !standing_of(e, f, &now) || !standing_same(&now, s)) continue;
        *first = f->first;
        return f->units;
    }
    return 0;
}

/* Keeps of a list of outcomes what this world gives too. 0: no memory or too many modifiers. */
static int candidate_meet(struct edict_evaluator *e, struct worlds *w, struct candidate *c)
{
    uint32_t last = NONE, first;
    if (c->met++) {
        for (uint32_t i = c->first; i != NONE; i = w->outcomes[i].next) {
            struct standing *s = &w->outcomes[i].what;
            int64_t units = s->units > 0 ? final_units(e, s, &first) : 0;
            if (units < s->units) s->units = units;
        }
        return 1;
    }
    for (uint32_t i = e->final_firsts[e->lane]; i < e->final_firsts[e->lane + 1]; i++) {
        struct outcome *o;
        MORE(e, o, w->outcomes, w->outcome_room, w->outcome_count);
        if (!o || !standing_of(e, &e->finals[i], &o->what)) return 0;
        o->next = NONE;
        uint32_t number = w->outcome_count - 1;
        if (last == NONE) c->first = number;
        else w->outcomes[last].next = number;
        last = number;
    }
    return 1;
}

/* The charges of the first world, with what stands behind them as text. */
static int standing_start(struct edict_evaluator *e, struct worlds *w)
{
    for (uint32_t i = e->final_firsts[e->lane]; i < e->final_firsts[e->lane + 1]; i++) {
        struct standing *s;
        MORE(e, s, w->standing, w->standing_room, w->standing_count);
        if (!s || !standing_of(e, &e->finals[i], s)) return 0;
        s->tail_at = (uint32_t)w->text.size;
        put_tail(e, &w->text, e->finals[i].first);
        s->tail_size = (uint32_t)w->text.size - s->tail_at;
    }
    return 1;
}

static void standing_meet(const struct edict_evaluator *e, struct worlds *w)
{
    uint32_t first;
    for (uint32_t i = 0; i < w->standing_count; i++) {
        struct standing *s = &w->standing[i];
        int64_t units = s->units > 0 ? final_units(e, s, &first) : 0;
        if (units < s->units) s->units = units;
    }
}

static uint64_t finding_hash(struct edict_evaluator *e, struct worlds *w, const struct finding *f)
{
    buffer_clear(&w->scratch);
    put_finding_key(e, &w->scratch, f);
    return XXH3_64bits(w->scratch.at, w->scratch.size);
}

/* Too much text only means that the three-valued answer stands; want of memory ends the evaluation. */
static int texts_failed(struct edict_evaluator *e, const struct worlds *w)
{
    if (w->text.failed == BUFFER_NO_MEMORY || w->scratch.failed == BUFFER_NO_MEMORY) e->status = EDICT_MEMORY;
    return w->text.failed || w->scratch.failed;
}

/* Findings that are in every world so far: alive 1; those of this one are marked 2 on the way. */
static int findings_meet(struct edict_evaluator *e, struct worlds *w, int first)
{
    const uint32_t from = e->finding_firsts[e->lane], end = e->finding_firsts[e->lane + 1];
    uint32_t alive = 0;
    for (uint32_t i = 0; i < w->finding_count; i++) alive += w->findings[i].alive;
    if ((!first && alive == 0) || end - from > WORLDS_FINDINGS) {
        w->finding_count = 0;
        return 1;
    }
    for (uint32_t i = from; i < end; i++) {
        const struct finding *f = &e->findings[i];
        if (f->kind == FIND_HOLD) continue;
        uint64_t hash = finding_hash(e, w, f);
        if (first) {
            size_t at = w->text.size;
            put_finding(e, &w->text, f);
            struct world_finding *new;
            MORE(e, new, w->findings, w->finding_room, w->finding_count);
            if (!new) return 0;
            *new = (struct world_finding){ (uint32_t)at, (uint32_t)(w->text.size - at), f->kind, 2, hash };
            continue;
        }
        uint32_t k = 0;
        while (k < w->finding_count && (w->findings[k].alive != 1 || w->findings[k].hash != hash)) k++;
        if (k < w->finding_count) w->findings[k].alive = 2;
    }
    if (texts_failed(e, w)) return 0;
    for (uint32_t k = 0; k < w->finding_count; k++) w->findings[k].alive = w->findings[k].alive == 2;
    return 1;
}

int world_meet(struct edict_evaluator *e, struct worlds *w, int again, int64_t *possible)
{
    if (!again) {
        if (!holds_gather(e)) return 0;
        if (holds_of(e)->count) {
            if (impossible(e, w)) return 1;
            if (!blamed_gather(e, w, 0)) return 0;
        }
        if (*possible == 0 && !standing_start(e, w)) return 0;
        if (*possible > 0) standing_meet(e, w);
        if (!findings_meet(e, w, *possible == 0)) return 0;
    }
    for (uint32_t i = 0; i < w->trial_count; i++)
        if (!candidate_meet(e, w, &w->candidates[w->trials[i].at + w->trials[i].now])) return 0;
    ++*possible;
    return 1;
}

/* The round in lanes; where they do not fit into the limits together, one by one. */
static int64_t round_try(struct edict_evaluator *e, struct worlds *w, uint32_t worlds)
{
    uint32_t lanes = worlds < WORLDS_LANES ? worlds : WORLDS_LANES;
    const uint32_t blamed = w->blamed_count;
    int64_t possible = -1;
    for (; possible < 0 && lanes > 0 && e->status != EDICT_MEMORY; lanes = lanes > 1 ? 1 : 0) {
        for (uint32_t i = 0; i < w->trial_count; i++) {
            for (uint32_t k = 0; k < w->trials[i].count; k++) {
                w->candidates[w->trials[i].at + k].met = 0;
                w->candidates[w->trials[i].at + k].first = NONE;
            }
        }
        w->blamed_count = blamed;
        w->outcome_count = w->standing_count = w->finding_count = 0;
        buffer_clear(&w->text);
        if (!lanes_spread(e, w, lanes)) break;
        possible = round_run(e, w, worlds, lanes);
        if (possible < 0) evaluation_release(e, &w->kept); /* it may have taken the room */
        e->lane = 0;
        lanes_use(e, w, 1);
    }
    return possible;
}

/* Rounds until no new fact comes up: some matter only once another is known. 1: w holds what stands, 0: nothing
 * to tell. */
static int rounds_run(struct edict_evaluator *e, struct worlds *w)
{
    const uint64_t affordable = WORLDS_CELLS / (e->cells + 1);
    uint32_t budget = affordable < WORLDS_MAX ? (uint32_t)affordable : WORLDS_MAX, blamed = 0;
    int64_t possible = 0;
    w->trial_count = 0;
    for (int round = 0; round < WORLDS_ROUNDS && w->blamed_count > blamed; round++) {
        int fine = 1;
        struct trial_plan plan = trials_plan(e, w, budget < WORLDS_FINE ? budget : WORLDS_FINE, 1, 0);
        if (plan.left) {
            fine = 0;
            plan = trials_plan(e, w, budget, 0, 0);
        }
        if (plan.trials <= w->trial_count) break;
        uint32_t most = fine && budget > WORLDS_FINE ? WORLDS_FINE : budget;
        if (!trials_plan(e, w, most, fine, 1).trials) return 0;
        budget -= plan.worlds;
        blamed = w->blamed_count;
        if (!w->ran && !evaluation_keep(e, &w->kept)) return 0;
        w->ran = 1;
        possible = round_try(e, w, plan.worlds);
        trials_restore(e, w);
        if (possible < 0) return 0;
    }
    return possible > 0;
}

static void put_json_value(struct edict_evaluator *e, struct buffer *out, uint32_t type, int64_t value)
{
    if (type == TYPE_BOOL) {
        buffer_text(out, value ? "true" : "false");
        return;
    }
    if (type != TYPE_COUNT) buffer_byte(out, '"');
    result_value(e, out, type, value);
    if (type != TYPE_COUNT) buffer_byte(out, '"');
}

static void put_outcomes(const struct worlds *w, struct buffer *out, uint32_t first)
{
    int n = 0;
    buffer_byte(out, '[');
    for (uint32_t i = first; i != NONE; i = w->outcomes[i].next) {
        const struct standing *s = &w->outcomes[i].what;
        if (s->units <= 0) continue;
        buffer_text(out, n++ ? ", {" : "{");
        put_first(out, "code");
        put_code(out, s->code);
        put_name(out, "units");
        buffer_int(out, s->units);
        put_name(out, "modifiers");
        buffer_byte(out, '[');
        for (uint32_t k = 0; k < s->modifier_count; k++) {
            if (k) buffer_text(out, ", ");
            put_code(out, s->modifiers[k]);
        }
        buffer_text(out, "]}");
    }
    buffer_byte(out, ']');
}

static uint32_t outcome_alive(const struct worlds *w, uint32_t i)
{
    while (i != NONE && w->outcomes[i].what.units <= 0) i = w->outcomes[i].next;
    return i;
}

static int outcomes_same(const struct worlds *w, uint32_t a, uint32_t b)
{
    uint32_t x = outcome_alive(w, a), y = outcome_alive(w, b);
    for (; x != NONE; x = outcome_alive(w, w->outcomes[x].next)) {
        uint32_t i = y;
        while (i != NONE && !(w->outcomes[i].what.units == w->outcomes[x].what.units
                              && standing_same(&w->outcomes[i].what, &w->outcomes[x].what)))
            i = outcome_alive(w, w->outcomes[i].next);
        if (i == NONE) return 0;
    }
    uint32_t n = 0, m = 0;
    for (x = outcome_alive(w, a); x != NONE; x = outcome_alive(w, w->outcomes[x].next)) n++;
    for (; y != NONE; y = outcome_alive(w, w->outcomes[y].next)) m++;
    return n == m;
}

/* The classes of one fact's values: neighbours that give the same are one class, which lasts until the next one
 * begins. */
static int values_put(struct edict_evaluator *e, struct worlds *w, const struct trial *t)
{
    uint32_t type = e->program->facts[t->fact].type, classes = 0;
    int ranges = type == TYPE_TIME || type == TYPE_COUNT, differ = 0;
    size_t start = w->text.size;
    if (type == TYPE_TEXT) return 1;
    buffer_byte(&w->text, '[');
    for (uint32_t i = 0; i < t->count;) {
        const struct candidate *c = &w->candidates[t->at + i];
        uint32_t end = i + 1;
        while (ranges && end < t->count && c->met && w->candidates[t->at + end].met
               && outcomes_same(w, c->first, w->candidates[t->at + end].first)) end++;
        if (c->met) {
            int64_t last = end < t->count ? w->candidates[t->at + end].value - 1 : w->candidates[t->at + end - 1].value;
            const int open = type == TYPE_COUNT && end == t->count; /* no bound lies beyond the last value tried */
            if (!ranges) last = c->value;
            buffer_text(&w->text, classes++ ? ", {" : "{");
            put_key(&w->text, last == c->value && !open ? "value" : "from", 1);
            put_json_value(e, &w->text, type, c->value);
            if (last != c->value && !open) {
                put_name(&w->text, "to");
                put_json_value(e, &w->text, type, last);
            }
            put_name(&w->text, "charges");
            put_outcomes(w, &w->text, c->first);
            buffer_byte(&w->text, '}');
            for (uint32_t k = 0; k < i && !differ; k++) {
                const struct candidate *other = &w->candidates[t->at + k];
                differ = other->met && !outcomes_same(w, other->first, c->first);
            }
        }
        i = end;
    }
    buffer_byte(&w->text, ']');
    if (!differ) return 1;
    struct world_values *v;
    MORE(e, v, w->values, w->value_room, w->value_count);
    if (v) *v = (struct world_values){ t->fact, t->record, (uint32_t)start, (uint32_t)(w->text.size - start) };
    return v != NULL;
}

/* With the evaluation as it was before: what it charges too is told with its own reasons; what it finds too is
 * told once. */
static int settle(struct edict_evaluator *e, struct worlds *w)
{
    uint32_t n = 0, first = NONE;
    for (uint32_t i = 0; i < w->standing_count; i++) {
        struct standing s = w->standing[i];
        if (s.units <= 0) continue;
        if (final_units(e, &s, &first) > 0) {
            s.tail_at = (uint32_t)w->text.size;
            put_tail(e, &w->text, first);
            s.tail_size = (uint32_t)w->text.size - s.tail_at;
        }
        w->standing[n++] = s;
    }
    w->standing_count = n;
    for (uint32_t i = 0; i < e->finding_count && w->finding_count; i++) {
        if (e->findings[i].kind == FIND_HOLD) continue;
        uint64_t hash = finding_hash(e, w, &e->findings[i]);
        uint32_t k = 0;
        while (k < w->finding_count && (!w->findings[k].alive || w->findings[k].hash != hash)) k++;
        if (k < w->finding_count) w->findings[k].alive = 0;
    }
    w->value_count = 0;
    for (uint32_t i = 0; i < w->trial_count; i++)
        if (!values_put(e, w, &w->trials[i])) return 0;
    return !texts_failed(e, w);
}

edict_status worlds_run(struct edict_evaluator *e)
{
    struct worlds *w = worlds_of(e);
    uint64_t dispatches = e->dispatches;
    if (!w) return e->status = EDICT_MEMORY;
    size_t rooms = w->text.room + w->scratch.room + w->bytes.room;
    w->active = w->ran = 0;
    w->written = 0;
    w->blamed_count = w->row_count = 0;
    if (!holds_gather(e) || !blamed_gather(e, w, 1)) return e->status;
    if (w->blamed_count == 0) return EDICT_OK;
    int found = rounds_run(e, w);
    /* A world that failed (too large a number, a limit) only means that the three-valued answer stands. */
    if (e->status == EDICT_MEMORY || !w->ran) {
        evaluation_release(e, &w->kept);
        return e->status;
    }
    if (evaluation_back(e, &w->kept) || eval_run(e, e->program->code_size) == EDICT_OK)
        w->active = found && settle(e, w);
    e->allocations += w->text.room + w->scratch.room + w->bytes.room != rooms;
    e->dispatches = dispatches;
    return e->status;
}
