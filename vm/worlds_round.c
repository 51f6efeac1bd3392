/* The worlds of one round, evaluated side by side. Most candidates of a time lie between the same bounds as their
 * neighbours: a probe, which evaluates no more than the comparisons, tells which worlds come to the same, and one of
 * each kind is evaluated to the end. They are met in their order, as if each had been. */
#include "vm/worlds.h"

#include <string.h>
#include <xxhash.h>

enum { PROBE_LEAST = 8 }; /* worlds from which on a probe is worth its while */

/* The candidates of world number `world`: the last trial counts on first. */
static void trials_at(struct worlds *w, uint32_t world)
{
    for (uint32_t i = w->trial_count; i-- > 0; world /= w->trials[i].count)
        w->trials[i].now = world % w->trials[i].count;
}

/* The kind of a lane that has been probed; where w->bytes fails, any. NONE: no memory. */
static uint32_t kind_of(struct edict_evaluator *e, struct worlds *w, uint32_t lane, uint32_t run)
{
    const size_t at = w->bytes.size;
    buffer_byte(&w->bytes, 0);
    lane_state(e, lane, run, &w->bytes);
    if (w->bytes.failed)
        return 0;
    const size_t size = w->bytes.size - at;
    const uint64_t hash = XXH3_64bits(w->bytes.at + at, size);
    for (uint32_t i = 0; i < w->state_count; i++) {
        const struct world_state *s = &w->states[i];
        if (s->hash != hash || s->size != size || memcmp(w->bytes.at + s->at, w->bytes.at + at, size) != 0)
            continue;
        w->bytes.size = at;
        return i;
    }
    void *pool = w->states;
    const int ok = pool_room(e, &pool, &w->state_room, w->state_count + 1, sizeof *w->states);
    w->states = pool;
    if (!ok)
        return NONE;
    w->states[w->state_count] = (struct world_state){ hash, at, size };
    return w->state_count++;
}

/* Fills w->kinds. 0: a probe failed. */
static int kinds_find(struct edict_evaluator *e, struct worlds *w, uint32_t worlds, uint32_t lanes)
{
    uint32_t at = 0, n;
    w->state_count = 0;
    buffer_clear(&w->bytes);
    for (; lanes >= PROBE_LEAST && at < worlds && !w->bytes.failed; at += n) {
        n = worlds - at < lanes ? worlds - at : lanes;
        for (uint32_t lane = 0; lane < n; lane++) {
            trials_at(w, at + lane);
            trials_set(e, w, lane);
        }
        lanes_use(e, w, n);
        if (rerun(e, at ? RERUN_PROBE_AGAIN : RERUN_PROBE) != EDICT_OK)
            return 0;
        for (uint32_t lane = 0; lane < n; lane++)
            if ((w->kinds[at + lane] = kind_of(e, w, lane, at)) == NONE)
                return 0;
        if (w->state_count == at + n) { /* the first ones all differ: so may the others */
            at += n;
            break;
        }
    }
    if (w->bytes.failed == BUFFER_NO_MEMORY)
        e->status = EDICT_MEMORY;
    for (uint32_t i = w->bytes.failed ? 0 : at; i < worlds; i++)
        w->kinds[i] = i;
    return e->status == EDICT_OK;
}

/* Evaluates the n kinds that the worlds from `from` to `to` are of, in lanes. 0: one failed, or they turn out much
 * larger than the encounter without the facts, from which their number was taken. */
static int window_run(struct edict_evaluator *e, struct worlds *w, uint32_t from, uint32_t to, uint32_t n,
    int64_t *possible)
{
    uint64_t cells[WORLDS_LANES];
    enum { UNMET, POSSIBLE, IMPOSSIBLE } met[WORLDS_LANES] = { UNMET };
    lanes_use(e, w, n);
    if (rerun(e, RERUN_WHOLE) != EDICT_OK)
        return 0;
    for (uint32_t lane = 0; lane < n; lane++)
        cells[lane] = eval_lane_cells(e, lane);
    for (uint32_t i = from; i < to; i++)
        w->written += cells[w->kind_lanes[w->kinds[i]]];
    if (w->written > WORLDS_WRITTEN)
        return 0;
    for (uint32_t i = from; i < to; i++) {
        const int64_t before = *possible;
        e->lane = w->kind_lanes[w->kinds[i]];
        trials_at(w, i);
        if (met[e->lane] != IMPOSSIBLE && !world_meet(e, w, met[e->lane] == POSSIBLE, possible))
            return 0;
        met[e->lane] = *possible > before ? POSSIBLE : IMPOSSIBLE;
    }
    for (uint32_t i = from; i < to; i++)
        w->kind_lanes[w->kinds[i]] = NONE;
    e->lane = 0;
    return 1;
}

int64_t round_run(struct edict_evaluator *e, struct worlds *w, uint32_t worlds, uint32_t lanes)
{
    int64_t possible = 0;
    void *kinds = w->kinds, *kind_lanes = w->kind_lanes;
    const int room = pool_room(e, &kinds, &w->kind_room, worlds, sizeof *w->kinds) &&
                     pool_room(e, &kind_lanes, &w->kind_lane_room, worlds, sizeof *w->kind_lanes);
    w->kinds = kinds;
    w->kind_lanes = kind_lanes;
    if (!room || !trials_reach(e, w))
        return -1;
    trials_at(w, 0);
    trials_set(e, w, 0);
    lanes_use(e, w, 1);
    if (rerun_start(e, lanes) != EDICT_OK || !kinds_find(e, w, worlds, lanes))
        return -1;
    memset(w->kind_lanes, 0xff, worlds * sizeof *w->kind_lanes);
    for (uint32_t i = 0, from = 0, n = 0; i < worlds; i++) {
        uint32_t *lane = &w->kind_lanes[w->kinds[i]];
        if (*lane == NONE && n == lanes) {
            if (!window_run(e, w, from, i, n, &possible))
                return -1;
            from = i;
            n = 0;
        }
        if (*lane == NONE) {
            *lane = n++;
            trials_at(w, i);
            trials_set(e, w, *lane);
        }
        if (i + 1 == worlds && !window_run(e, w, from, worlds, n, &possible))
            return -1;
    }
    return possible;
}
