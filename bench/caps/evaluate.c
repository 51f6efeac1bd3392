/* C1 to C5 over decoded structs, as a C programmer would write them by hand. */
#include "bench/caps/caps.h"

const char charge_codes[CHARGES][6] = { "V1001", "V1002", "V1003", "V1004", "V1005", "V2001", "V3001" };
enum { V1001, V1002, V1003, V1004, V1005, V2001, V3001 };

static inline int rank_of(int level, int setting)
{
    switch (level) {
    case LEVEL_A: return 0;
    case LEVEL_B: return setting == HOSPITAL ? 1 : setting == CLINIC ? 2 : 3;
    case LEVEL_C: return setting == HOME ? 4 : 2;
    case LEVEL_D: return 3;
    default: return 4;
    }
}

void evaluate_derived(const struct tables *t, const struct encounter *e, struct answer *a)
{
    uint64_t key[ITEMS];
    memset(a->units, 0, sizeof a->units);
    a->said_count = 0;
    /* Rank, then most units, then first: one number, the least is the best. */
    for (int i = 0; i < e->items; i++) {
        const struct item *item = &e->item[i];
        key[i] = (uint64_t)rank_of(t->entry[item->code].level, item->setting) << 40
               | (uint64_t)(UINT32_MAX - item->units) << 8 | (uint64_t)i;
    }
    for (int i = 0; i < e->items; i++) {
        const struct item *item = &e->item[i];
        const int level = t->entry[item->code].level;
        int best = 1;
        for (int j = 0; j < e->items; j++)
            best &= !(e->item[j].provider == item->provider && e->item[j].on == item->on && key[j] < key[i]);
        if (best)
            a->units[level == LEVEL_A ? V1001
                     : level == LEVEL_B ? (item->setting == HOSPITAL ? V1002 : V1003)
                     : level == LEVEL_C ? V1004
                                        : V1005]++;
        else if (level <= LEVEL_B) a->units[V2001] += item->units;
        else if (item->setting == HOME) a->units[V3001]++;
        else if (level <= LEVEL_D) a->units[V2001] += item->units;
    }
}

static inline void say(struct answer *a, int what, int item, uint32_t x, uint32_t y)
{
    a->said[a->said_count++] = (struct said){ x, y, (uint8_t)what, (uint8_t)item };
}

static void caps(const struct encounter *e, const struct entry *const *entry, struct answer *a)
{
    uint32_t monthly[ITEMS];
    for (int i = 0; i < e->items; i++) {
        uint32_t daily = 0, all = 0;
        int before = 0, today = 0;
        for (int j = 0; j < e->items; j++) {
            if (e->item[j].code != e->item[i].code) continue;
            const int same = e->item[j].on == e->item[i].on;
            before |= j < i;
            today |= same && j < i;
            all += e->item[j].units;
            daily += same ? e->item[j].units : 0;
        }
        monthly[i] = before || !entry[i]->listed || all <= entry[i]->monthly ? 0 : all;
        if (!today && entry[i]->listed && daily > entry[i]->daily) say(a, TOO_MANY_DAILY, i, daily, entry[i]->daily);
    }
    for (int i = 0; i < e->items; i++)
        if (monthly[i]) say(a, TOO_MANY_MONTHLY, i, monthly[i], entry[i]->monthly);
}

void evaluate(const struct tables *t, const struct encounter *e, struct answer *a)
{
    const struct entry *entry[ITEMS];
    const int age = (e->date - e->birth_date) / 10000; /* both as yyyymmdd: full years */
    const int band = age < 2 ? INFANT : age < 12 ? CHILD : age < 18 ? YOUTH : age < 65 ? ADULT : ELDER;
    evaluate_derived(t, e, a);
    for (int i = 0; i < e->items; i++)
        entry[i] = &t->entry[e->item[i].code];
    for (int i = 0; i < e->items; i++)
        if (entry[i]->bands && !(entry[i]->bands >> band & 1)) say(a, WRONG_AGE, i, 0, 0);
    for (int i = 0; i < e->items; i++) {
        if (!entry[i]->need) continue;
        const uint64_t *reason = t->reason[entry[i]->need];
        int found = 0;
        for (int d = 0; d < e->diagnoses; d++)
            found |= (int)(reason[e->diagnosis[d] / 64] >> e->diagnosis[d] % 64 & 1);
        if (!found) say(a, NO_REASON, i, entry[i]->need, 0);
    }
    caps(e, entry, a);
    for (int i = 0; i < e->items; i++) {
        const struct item *item = &e->item[i];
        int again = 0;
        if (entry[i]->level != LEVEL_C && entry[i]->level != LEVEL_D) continue;
        for (int j = 0; j < e->items; j++) {
            const int days = e->item[j].on - item->on;
            again |= e->item[j].code == item->code && e->item[j].provider == item->provider && days >= 1 && days <= 2;
        }
        if (again) say(a, AGAIN, i, 0, 0);
    }
}

const struct evaluation evaluations[] = { { "evaluate_c1", evaluate_derived }, { "evaluate", evaluate },
    { NULL, NULL } };
