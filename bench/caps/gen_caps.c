/* The second workload: gen_caps DIRECTORY COUNT SEED writes catalogue.csv, ages.csv, reasons.csv (each with a header)
 * and encounters.ndjson. The same bytes on every machine: each random number is drawn in an order that C leaves no
 * choice about. */
#include "bench/caps/caps.h"
#include "bench/files.h"
#include "bench/random.h"

enum { LISTED = 1800, KNOWN = 2000, REASONS = 20, COMMON = 60 };

static struct random random_state, *r = &random_state;
static int need_of[KNOWN];
static char reason[NEEDS][REASONS][5];

static uint32_t below(uint32_t n) { return random_below(r, n); }
static int percent(uint32_t p) { return below(100) < p; }

static void tables_write(const char *directory)
{
    FILE *out = file_open(directory, "catalogue.csv"), *ages = file_open(directory, "ages.csv");
    fputs("code,level,daily,monthly,needs\n", out);
    fputs("code,band\n", ages);
    for (int i = 0; i < LISTED; i++) {
        const uint32_t level = below(5), daily = 1 + below(9), more = below(12);
        need_of[i] = percent(30) ? 1 + (int)below(NEEDS - 1) : 0;
        fprintf(out, "K%04d,%c,%u,%u,D%03d\n", i, 'A' + (char)level, daily, daily + more, need_of[i]);
        if (percent(75)) continue;
        const uint32_t from = below(BANDS), to = from + below(BANDS - from);
        for (uint32_t band = from; band <= to; band++) fprintf(ages, "K%04d,%s\n", i, band_names[band]);
    }
    file_close(out);
    file_close(ages);
    out = file_open(directory, "reasons.csv");
    fputs("need,diagnosis\n", out);
    for (int need = 1; need < NEEDS; need++)
        for (int i = 0; i < REASONS; i++) {
            const uint32_t letter = below(26), number = below(1000);
            snprintf(reason[need][i], sizeof reason[need][i], "%c%03u", 'A' + (char)letter, number % 1000);
            fprintf(out, "D%03d,%s\n", need, reason[need][i]);
        }
    file_close(out);
}

static void item_put(FILE *out, int n, uint32_t code, int day, uint32_t provider)
{
    static const char *const settings[] = { "clinic", "home", "hospital" };
    const uint32_t units = percent(60) ? 1 : 1 + below(8), setting = below(3), cents = below(90000);
    fprintf(out, "%s{\"n\":%d,\"code\":\"K%04u\",\"units\":%u", n > 1 ? "," : "", n, code, units);
    fprintf(out, ",\"on\":\"2026-03-%02d\",\"provider\":\"P%04u\"", day, provider);
    fprintf(out, ",\"setting\":\"%s\",\"charge\":%u.%02u}", settings[setting], cents / 100, cents % 100);
}

static void encounter_put(FILE *out, int number)
{
    const uint32_t items = 5 + below(7), year = 1935 + below(90), month = 1 + below(12), day = 1 + below(28);
    uint32_t code[ITEMS], provider[3];
    const uint32_t mrn = below(99999999), plan = below(20);
    fprintf(out, "{\"id\":\"M%08d\",\"mrn\":\"%08u\",\"date\":\"2026-03-31\"", number, mrn);
    fprintf(out, ",\"birth_date\":\"%u-%02u-%02u\",\"plan\":\"P%02u\"", year, month, day, plan);
    for (uint32_t i = 0; i < items; i++) /* the square: the first codes are the frequent ones; some come again */
        code[i] = i && percent(35) ? code[below(i)] : below(below(KNOWN) + 1);
    for (int i = 0; i < 3; i++) provider[i] = below(500);
    fputs(",\"diagnoses\":[", out);
    for (uint32_t i = 0, count = 1 + below(4); i < count; i++) {
        const int need = need_of[code[below(items)]];
        const uint32_t letter = below(26), other = below(1000), one = below(REASONS);
        if (need && percent(85)) fprintf(out, "%s{\"code\":\"%s\"}", i ? "," : "", reason[need][one]);
        else fprintf(out, "%s{\"code\":\"%c%03u\"}", i ? "," : "", 'A' + (char)letter, other);
    }
    fputs("],\"items\":[", out);
    int on = 1 + (int)below(COMMON / 4);
    for (uint32_t i = 0; i < items; i++) {
        if (percent(40)) on += (int)below(4);
        const uint32_t by = below(3);
        item_put(out, (int)i + 1, code[i], on > 31 ? 31 : on, provider[by]);
    }
    fputs("]}\n", out);
}

int main(int count, char **given)
{
    if (count != 4) {
        fprintf(stderr, "usage: gen_caps DIRECTORY COUNT SEED\n");
        return 4;
    }
    random_state = random_from(strtoull(given[3], NULL, 10));
    tables_write(given[1]);
    FILE *out = file_open(given[1], "encounters.ndjson");
    for (int i = 0, all = atoi(given[2]); i < all; i++) encounter_put(out, i);
    file_close(out);
    return 0;
}
