/* R1 to R7 over decoded structs, as a C programmer would write them by hand. */
#include "bench/lite/lite.h"

enum category { INFUSED, PUSHED, INJECTED, HYDRATED, DROPPED };
enum { S360, S361, S365, S366, S367, S368, S372, S374, S375, S401, S409, S411, S413, S415, S417 };
enum { NEVER = 9 };
static const uint8_t first_slot[4][3] = { { S413, S365, S365 }, { S409, S374, S374 }, { 0 }, { S360, S360, S360 } };
static const uint8_t rank_of[5][3] = { { 1, 3, 3 }, { 2, 4, 4 }, { NEVER, NEVER, NEVER }, { 6, 6, 6 },
    { NEVER, NEVER, NEVER } };

struct sums { uint16_t units[2 * ADMINISTRATION]; uint32_t set; }; /* by slot and modifier 59 */
static inline void add(struct sums *s, int slot, int separate, int units)
{
    s->units[2 * slot + separate] = (uint16_t)(s->units[2 * slot + separate] + units);
    s->set |= 1u << (2 * slot + separate);
}

static inline int further_hours(int minutes) { return minutes > 90 ? (minutes - 31) / 60 : 0; }
static inline int later_of(int a, int b) { return a > b ? a : b; }
static inline int sooner_of(int a, int b) { return a < b ? a : b; }
static inline int overlap(const struct service *a, const struct service *b)
{
    return sooner_of(a->stop, b->stop) - later_of(a->start, b->start);
}

struct seen { uint8_t category[SERVICES], family[SERVICES]; int minutes[SERVICES]; uint32_t infusions; };

static inline void look(const struct tables *t, const struct encounter *e, struct seen *seen)
{
    const uint8_t *families = t->family[e->payer];
    seen->infusions = 0;
    for (int i = 0; i < e->services; i++) {
        const struct service *s = &e->service[i];
        const uint8_t family = families[drug_find(t, s->drug)];
        const int minutes = s->stop == NO_TIME ? 0 : s->stop - s->start;
        const enum category category = s->kind == KIND_INJECTION ? INJECTED
                                     : s->kind == KIND_HYDRATION ? HYDRATED
                                     : s->kind == KIND_PUSH      ? PUSHED
                                     : family == FAMILY_H        ? HYDRATED
                                     : minutes <= 15             ? PUSHED
                                                                 : INFUSED;
        seen->category[i] = (uint8_t)category;
        seen->family[i] = family;
        seen->minutes[i] = minutes;
        seen->infusions |= (uint32_t)(category == INFUSED) << i;
    }
}

/* Minutes of s during which an infusion runs at its site: the overlaps sorted by start, then united. */
static int covered(const struct encounter *e, const struct service *s, uint32_t infusions)
{
    int from[SERVICES], to[SERVICES], count = 0, sum = 0, end = INT32_MIN;
    for (; infusions; infusions &= infusions - 1) {
        const struct service *other = &e->service[__builtin_ctz(infusions)];
        const int start = later_of(s->start, other->start), stop = sooner_of(s->stop, other->stop);
        if (other->site != s->site || stop <= start) continue;
        int at = count++;
        for (; at > 0 && from[at - 1] > start; at--) {
            from[at] = from[at - 1];
            to[at] = to[at - 1];
        }
        from[at] = start;
        to[at] = stop;
    }
    for (int i = 0; i < count; i++) {
        const int start = later_of(from[i], end);
        if (to[i] > start) sum += to[i] - start;
        end = later_of(end, to[i]);
    }
    return sum;
}

static void derive(const struct tables *t, const struct encounter *e, struct sums *sums)
{
    struct seen seen;
    uint64_t key[SERVICES], best = UINT64_MAX;
    int first = -1, second = -1, concurrent = 0;
    look(t, e, &seen);
    memset(sums, 0, sizeof *sums);
    for (int i = 0; i < e->services; i++) {
        if (seen.category[i] == HYDRATED) {
            if (seen.infusions && seen.minutes[i] > 0) seen.minutes[i] -= covered(e, &e->service[i], seen.infusions);
            if (seen.minutes[i] < 31) seen.category[i] = DROPPED;
        }
        const uint64_t rank = rank_of[seen.category[i]][seen.family[i]];
        /* Rank, then longest, then earliest, then first: one number, the least is the best. */
        key[i] = rank == NEVER ? UINT64_MAX
                               : rank << 56 | (uint64_t)(65535 - seen.minutes[i]) << 36
                                     | (uint64_t)(e->service[i].start - e->service[0].start + (1 << 24)) << 4
                                     | (uint64_t)i;
        if (key[i] < best) {
            best = key[i];
            first = i;
        }
    }
    if (e->office && e->primary >= 1 && e->primary <= e->services && key[e->primary - 1] != UINT64_MAX)
        first = e->primary - 1;
    best = UINT64_MAX;
    for (int i = 0; first >= 0 && i < e->services; i++)
        if (e->service[i].site != e->service[first].site && key[i] < best) {
            best = key[i];
            second = i;
        }
    for (int i = 0; i < e->services; i++) {
        const int category = seen.category[i], chemo = seen.family[i] == FAMILY_C, minutes = seen.minutes[i];
        const int hours = category == PUSHED ? 0 : further_hours(minutes);
        if (category == DROPPED) continue;
        if (category == INJECTED) add(sums, chemo ? S401 : S372, 0, 1);
        else if (i == first || i == second) {
            add(sums, first_slot[category][seen.family[i]], i == second, 1);
            if (hours) add(sums, category == HYDRATED ? S361 : chemo ? S415 : S366, 0, hours);
        } else if (category == HYDRATED) add(sums, S361, 0, 1 + hours);
        else if (category == PUSHED) add(sums, chemo ? S411 : S375, 0, 1);
        else if (chemo) {
            add(sums, S417, 0, 1);
            if (hours) add(sums, S415, 0, hours);
        } else {
            int beside = 0;
            for (uint32_t rest = seen.infusions & ~(1u << i); rest && !beside; rest &= rest - 1) {
                const int j = __builtin_ctz(rest);
                beside = (j == first || j == second || j < i) && e->service[j].site == e->service[i].site
                      && overlap(&e->service[i], &e->service[j]) > 0;
            }
            if (!beside) {
                add(sums, S367, 0, 1);
                if (hours) add(sums, S366, 0, hours);
            } else if (!concurrent++) add(sums, S368, 0, 1);
        }
    }
}

static void sums_tell(const struct sums *sums, struct answer *a)
{
    a->derived_count = 0;
    for (uint32_t rest = sums->set; rest; rest &= rest - 1) {
        const int at = __builtin_ctz(rest);
        a->derived[a->derived_count++] = (struct derived){ code_pack(administration[at / 2]),
            at & 1 ? MODIFIER('5', '9') : 0, sums->units[at] };
    }
}

static inline int lifts(uint16_t m)
{
    switch (m) {
    case MODIFIER('5', '9'): case MODIFIER('X', 'E'): case MODIFIER('X', 'S'): case MODIFIER('X', 'P'):
    case MODIFIER('X', 'U'): case MODIFIER('2', '5'): case MODIFIER('L', 'T'): case MODIFIER('R', 'T'): return 1;
    default: return 0;
    }
}

static inline void say(struct answer *a, struct said said) { a->said[a->said_count++] = said; }

static void pairs(const struct tables *t, const struct encounter *e, const struct code_entry *const *entry,
    struct answer *a)
{
    uint32_t lifted = 0;
    for (int i = 0; i < e->lines; i++) {
        for (int m = 0; m < e->line[i].modifiers; m++)
            if (lifts(e->line[i].modifier[m])) lifted |= 1u << i;
        if (entry[i]) __builtin_prefetch(t->pair[entry[i]->id]);
    }
    for (int i = 0; i < e->lines; i++) {
        uint32_t hits = 0;
        if (!entry[i]) continue;
        const uint64_t *row = t->pair[entry[i]->id], *helps = t->lifts[entry[i]->id];
        for (int j = 0; j < e->lines; j++)
            if (entry[j]) hits |= (uint32_t)(row[entry[j]->id / 64] >> entry[j]->id % 64 & 1) << j;
        for (; hits; hits &= hits - 1) {
            const int j = __builtin_ctz(hits), helped = helps[entry[j]->id / 64] >> entry[j]->id % 64 & 1;
            if (helped && ((lifted >> i | lifted >> j) & 1)) continue;
            say(a, (struct said){ e->line[i].code, e->line[j].code, (uint32_t)j + 1, 0, 0,
                      helped ? PTP_UNLESS : PTP_NEVER });
        }
    }
}

static void limits(const struct encounter *e, const struct code_entry *const *entry, struct answer *a)
{
    for (int i = 0; i < e->lines; i++) {
        uint32_t total = 0;
        int before = 0;
        for (int j = 0; j < i; j++)
            before |= e->line[j].code == e->line[i].code;
        if (before || !entry[i]) continue;
        for (int j = i; j < e->lines; j++)
            total += e->line[j].code == e->line[i].code ? e->line[j].units : 0;
        if (total > entry[i]->most) say(a, (struct said){ e->line[i].code, 0, total, entry[i]->most, 0, TOO_MANY });
    }
}

static void compare(const struct encounter *e, const struct code_entry *const *entry, const struct sums *derived,
    struct answer *a)
{
    struct sums billed = { { 0 }, 0 };
    for (int i = 0; i < e->lines; i++) {
        int separate = 0;
        if (!entry[i] || entry[i]->slot == NO_SLOT) continue;
        for (int m = 0; m < e->line[i].modifiers; m++)
            separate |= e->line[i].modifier[m] == MODIFIER('5', '9');
        add(&billed, entry[i]->slot, separate, e->line[i].units);
    }
    for (uint32_t rest = billed.set | derived->set; rest; rest &= rest - 1) {
        const int at = __builtin_ctz(rest);
        const uint32_t bit = 1u << at, code = code_pack(administration[at / 2]);
        const uint16_t modifier = at & 1 ? MODIFIER('5', '9') : 0, was = billed.units[at], should = derived->units[at];
        if (!(billed.set & bit)) say(a, (struct said){ code, 0, should, 0, modifier, MISSING });
        else if (!(derived->set & bit)) say(a, (struct said){ code, 0, was, 0, modifier, UNSUPPORTED });
        else if (was != should) say(a, (struct said){ code, 0, was, should, modifier, OTHER_UNITS });
    }
}

void evaluate_families(const struct tables *t, const struct encounter *e, struct answer *a)
{
    struct seen seen;
    look(t, e, &seen);
    a->said_count = 0;
    a->derived_count = e->services;
    for (int i = 0; i < e->services; i++)
        a->derived[i] = (struct derived){ seen.category[i], seen.family[i], (uint16_t)seen.minutes[i] };
}

void evaluate_derived(const struct tables *t, const struct encounter *e, struct answer *a)
{
    struct sums sums;
    derive(t, e, &sums);
    a->said_count = 0;
    sums_tell(&sums, a);
}

void evaluate(const struct tables *t, const struct encounter *e, struct answer *a)
{
    const struct code_entry *entry[LINES];
    struct sums sums;
    for (int i = 0; i < e->lines; i++)
        entry[i] = code_find(t, e->line[i].code);
    a->said_count = 0;
    derive(t, e, &sums);
    sums_tell(&sums, a);
    pairs(t, e, entry, a);
    limits(e, entry, a);
    compare(e, entry, &sums, a);
}

const struct evaluation evaluations[] = { { "evaluate_r12", evaluate_families }, { "evaluate_r14", evaluate_derived },
    { "evaluate", evaluate }, { NULL, NULL } };
