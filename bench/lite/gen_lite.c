/* The workload "infusion-lite", made anew: gen_lite DIRECTORY COUNT SEED writes drugs.csv, overrides.csv, ptp.csv and
 * mue.csv (each with a header), and encounters.ndjson. The same bytes on every machine: each random number is drawn in
 * an order that C leaves no choice about. */
#include "bench/files.h"
#include "bench/lite/lite.h"
#include "bench/random.h"

enum { VISITS = 14, PAIRS = 2000000, SPARE = 390000, DRAFT = 64 };
static const int visits[VISITS] = { 99202, 99203, 99204, 99205, 99211, 99212, 99213, 99214, 99215, 99281, 99282,
    99283, 99284, 99285 };

static struct random random_state, *r = &random_state;
static uint32_t code[CODES], drug[DRUGS], visit[VISITS], billing[ADMINISTRATION]; /* code: later sorted */
static int codes;
static char family[DRUGS];

static uint32_t below(uint32_t n) { return random_below(r, n); }
static double fraction(void) { return (double)(random_next(r) >> 11) * (1.0 / 9007199254740992.0); }
static int percent(double p) { return fraction() * 100 < p; }
static uint32_t some_code(void)
{
    const double u = fraction(); /* the square: the first codes are the frequent ones */
    return code[(int)(u * u * codes)];
}
static int is_code(uint32_t c)
{
    for (int i = 0; i < codes; i++)
        if (code[i] == c) return 1;
    return 0;
}
static int is_billing(uint32_t c)
{
    for (int i = 0; i < ADMINISTRATION; i++)
        if (billing[i] == c) return 1;
    return 0;
}
static uint32_t code_made(char letter, int number)
{
    char text[16];
    snprintf(text, sizeof text, "%c%04d", letter, number);
    return code_pack(text);
}
static uint32_t code_of_number(int number)
{
    char text[16];
    snprintf(text, sizeof text, "%05d", number);
    return code_pack(text);
}
static const char *code_text(uint32_t c, char *out)
{
    *code_put(out, c) = 0;
    return out;
}

static void codes_make(void)
{
    for (int i = 0; i < ADMINISTRATION; i++)
        code[codes++] = billing[i] = code_pack(administration[i]);
    for (int i = 0; i < VISITS; i++)
        code[codes++] = visit[i] = code_of_number(visits[i]);
    for (int i = 0; i < DRUGS;) {
        const int number = (int)below(10000);
        const uint32_t c = code_made(percent(85) ? 'J' : 'Q', number);
        if (is_code(c)) continue;
        code[codes++] = drug[i] = c;
        family[i] = i % 10 < 4 ? 'C' : i % 10 < 9 ? 'T' : 'H';
        i++;
    }
    while (codes < CODES) {
        uint32_t c;
        if (percent(60)) c = code_of_number(10000 + (int)below(86000));
        else {
            const int number = (int)below(10000);
            c = code_made("ABCDEGHJKLMPQSTV"[below(16)], number);
        }
        if (!is_code(c)) code[codes++] = c;
    }
}

static void drugs_write(const char *directory)
{
    char text[8];
    FILE *out = file_open(directory, "drugs.csv");
    fputs("drug,family\n", out);
    for (int i = 0; i < DRUGS; i++)
        fprintf(out, "%s,%c\n", code_text(drug[i], text), family[i]);
    file_close(out);
    out = file_open(directory, "overrides.csv");
    fputs("payer,drug,family\n", out);
    for (int payer = 0; payer < PAYERS; payer++) {
        char seen[DRUGS] = { 0 }, other;
        for (int count = 0; count < 30;) {
            const uint32_t i = below(DRUGS);
            if (seen[i]) continue;
            seen[i] = 1;
            do
                other = "CTH"[below(3)];
            while (other == family[i]);
            fprintf(out, "P%02d,%s,%c\n", payer, code_text(drug[i], text), other);
            count++;
        }
    }
    file_close(out);
}

static void limits_write(const char *directory)
{
    char text[8];
    FILE *out = file_open(directory, "mue.csv");
    fputs("code,most\n", out);
    for (int i = 0; i < codes; i++) {
        int is_drug = 0;
        for (int k = 0; k < DRUGS; k++)
            is_drug |= code[i] == drug[k];
        const uint32_t most = is_billing(code[i])
            ? (code[i] == billing[1] || code[i] == billing[3] || code[i] == billing[13]) ? 6 + below(4) : 1 + below(4)
            : is_drug     ? 20 + below(500)
            : percent(70) ? 1 + below(3)
                          : 1 + below(60);
        fprintf(out, "%s,%u\n", code_text(code[i], text), most);
    }
    file_close(out);
}

static int rising(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}
static int rising_code(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static uint64_t pair_of(uint32_t first, uint32_t second, int indicator)
{
    return ((uint64_t)first << 31 | second) << 1 | (uint64_t)indicator;
}

static void pairs_write(const char *directory)
{
    uint64_t *pair = malloc((PAIRS + SPARE + 10000) * sizeof *pair), fill = 0;
    uint32_t count = 0, distinct = 0, kept = 0;
    char first[8], second[8];
    if (!pair) exit(1);
    for (int i = 0; i < ADMINISTRATION; i++)
        for (int k = 0; k < ADMINISTRATION; k++)
            if (i != k && percent(8)) pair[count++] = pair_of(billing[i], billing[k], 1);
    for (int i = 0; i < ADMINISTRATION; i++)
        for (int k = 0; k < VISITS; k++)
            if (percent(30)) pair[count++] = pair_of(billing[i], visit[k], 1);
    for (int i = 0; i < DRUGS; i++)
        for (int k = 0; k < 4; k++) {
            const uint32_t c = billing[below(ADMINISTRATION)];
            pair[count++] = pair_of(c, drug[i], percent(50));
        }
    while (count < PAIRS + SPARE) {
        const uint32_t a = some_code(), b = some_code();
        if (a == b || ((is_billing(a) || is_billing(b)) && !percent(10))) continue;
        pair[count++] = pair_of(a, b, percent(40));
    }
    qsort(pair, count, sizeof *pair, rising);
    for (uint32_t i = 0; i < count; i++)
        if (distinct == 0 || pair[distinct - 1] >> 1 != pair[i] >> 1) pair[distinct++] = pair[i];
    if (distinct < PAIRS) {
        fprintf(stderr, "gen_lite: only %u pairs\n", distinct);
        exit(1);
    }
    /* What is too much goes evenly. */
    for (uint32_t i = 0; i < distinct; i++)
        if ((fill += distinct - PAIRS) >= distinct) fill -= distinct;
        else pair[kept++] = pair[i];
    FILE *out = file_open(directory, "ptp.csv");
    fputs("column_1,column_2,indicator\n", out);
    for (uint32_t i = 0; i < kept && i < PAIRS; i++)
        fprintf(out, "%s,%s,%d\n", code_text((uint32_t)(pair[i] >> 32), first),
            code_text((uint32_t)(pair[i] >> 1 & 0x3fffffff), second), (int)(pair[i] & 1));
    file_close(out);
    free(pair);
}

/* ---- Encounters. */
static const char *const sites[] = { "LA", "RA", "PORT", "LFA" }, *const units[] = { "MG", "ML", "UN" };
static const char *const words[] = { "pt", "tolerated", "infusion", "well", "vitals", "stable", "no", "reaction",
    "noted", "IV", "patent", "flushed", "with", "NS", "premeds", "given", "ordered", "by", "Dr.", "line", "cleared",
    "hx", "of", "nausea", "monitored", "discharged", "ambulatory" };

static uint32_t site_of(const char *name)
{
    uint32_t site = 0;
    memcpy(&site, name, strlen(name));
    return site;
}

static void services_make(struct encounter *e, int day)
{
    int32_t at = day * 1440 + 420 + (int32_t)below(600);
    const int two = percent(15);
    const uint32_t site = below(4), other = (site + 1 + below(3)) & 3;
    for (int i = 0; i < e->services; i++) {
        struct service *s = &e->service[i];
        const uint32_t how = below(100);
        const int unknown = percent(0.5);
        const uint32_t d = below(DRUGS);
        s->drug = unknown ? code_pack("J99Z9") : drug[d];
        s->kind = how < 55 ? KIND_INFUSION : how < 70 ? KIND_PUSH : how < 83 ? KIND_INJECTION : KIND_HYDRATION;
        s->site = site_of(sites[two && percent(40) ? other : site]);
        const uint32_t lasts = s->kind == KIND_INFUSION
            ? (percent(12) ? 5 + below(12) : percent(70) ? 16 + below(80) : 80 + below(200))
            : s->kind == KIND_HYDRATION ? 20 + below(180)
            : s->kind == KIND_PUSH      ? 1 + below(8)
                                        : 0;
        s->start = i && percent(30) ? (s - 1)->start + (int32_t)below(20) : at + (int32_t)below(10);
        s->stop = s->start + (int32_t)lasts;
        if (s->stop > at) at = s->stop;
        if (s->kind != KIND_INJECTION && percent(2)) s->stop = NO_TIME;
    }
}

static void modifier_add(struct line *line, const char *m) { line->modifier[line->modifiers++] = MODIFIER(m[0], m[1]); }

/* What the record supports, in three of ten encounters with mistakes. */
static int billed_make(const struct answer *a, struct line *line)
{
    const int bad = percent(30);
    int count = 0;
    for (uint32_t k = 0; k < a->derived_count; k++) {
        const struct derived *d = &a->derived[k];
        if (bad && percent(12)) continue;
        struct line l = { d->code, d->units, 0, { 0 } };
        if (bad && percent(15)) l.units = (uint16_t)(l.units + 1 + below(2));
        if (d->modifier) {
            if (!bad || percent(60)) modifier_add(&l, "59");
        } else if (percent(3)) modifier_add(&l, "XU");
        if (bad && percent(6)) l.code = billing[below(ADMINISTRATION)];
        line[count++] = l;
        if (bad && l.units > 1 && percent(10) && count < 60) {
            line[count - 1].units--;
            line[count] = line[count - 1];
            line[count++].units = 1;
        }
    }
    return count;
}

static void lines_make(struct encounter *e, const struct answer *a)
{
    static const char *const marks[] = { "LT", "RT", "59", "XS", "76" };
    struct line line[DRAFT];
    int count = billed_make(a, line);
    const int billed = count;
    for (int i = 0; i < e->services; i++)
        if (e->service[i].kind != KIND_HYDRATION && count < 60) {
            struct line l = { e->service[i].drug, (uint16_t)(1 + below(percent(90) ? 40 : 400)), 0, { 0 } };
            if (percent(15)) modifier_add(&l, "JW");
            line[count++] = l;
        }
    if (percent(35)) {
        struct line l = { visit[below(VISITS)], 1, 0, { 0 } };
        if (percent(60)) modifier_add(&l, "25");
        line[count++] = l;
    }
    for (int more = percent(50) ? 0 : 1 + (int)below(3); more > 0; more--) {
        struct line l = { 0, 1, 0, { 0 } };
        l.code = percent(2) ? code_pack("99ZZ9") : some_code();
        if (percent(20)) l.units = (uint16_t)(1 + below(4));
        if (percent(20)) modifier_add(&l, marks[below(5)]);
        if (percent(5)) modifier_add(&l, "GA");
        line[count++] = l;
    }
    if (count > LINES && billed >= LINES) count = LINES;
    while (count > LINES) { /* some of what is not administration */
        const int out = billed + (int)below((uint32_t)(count - billed));
        line[out] = line[--count];
    }
    if (count == 0) line[count++] = (struct line){ visit[6], 1, 0, { 0 } };
    memcpy(e->line, line, (size_t)count * sizeof *line);
    e->lines = (uint8_t)count;
}

static void date_put(char *out, int day)
{
    const int z = day + 719468, era = z / 146097, of_era = z % 146097;
    const int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const int of_year = of_era - (365 * year + year / 4 - year / 100), m = (5 * of_year + 2) / 153;
    const int month = m < 10 ? m + 3 : m - 9;
    snprintf(out, 11, "%04u-%02u-%02u", (unsigned)(year + era * 400 + (month <= 2)) % 10000u, (unsigned)month % 100u,
        (unsigned)(of_year - (153 * m + 2) / 5 + 1) % 100u);
}

static void note_put(FILE *out)
{
    const int count = percent(25) ? 0 : (int)below(40), escapes = percent(20);
    fputs("\"note\":\"", out);
    for (int k = 0; k < count; k++) {
        fprintf(out, "%s%s", words[below(27)], k + 1 < count ? " " : "");
        if (escapes && percent(10)) fputs(percent(50) ? "\\n" : "\\\"ok\\\" ", out);
    }
    fputs("\",", out);
}

static void services_put(FILE *out, const struct encounter *e)
{
    static const char *const kinds[] = { "infusion", "push", "injection", "hydration" };
    fputs("\"services\":[", out);
    for (int i = 0; i < e->services; i++) {
        const struct service *s = &e->service[i];
        char c[8], start[16], stop[16];
        const char *route = s->kind != KIND_INJECTION ? "IV" : percent(50) ? "SC" : "IM";
        date_put(start, s->start / 1440);
        fprintf(out, "%s{\"seq\":%d,\"drug\":\"%s\",\"kind\":\"%s\",\"route\":\"%s\",\"site\":\"%.4s\"", i ? "," : "",
            i + 1, code_text(s->drug, c), kinds[s->kind], route, (const char *)&s->site);
        fprintf(out, ",\"start\":\"%sT%02d:%02d:00\"", start, s->start % 1440 / 60, s->start % 60);
        if (s->stop == NO_TIME) fputs(",\"stop\":null", out);
        else {
            date_put(stop, s->stop / 1440);
            fprintf(out, ",\"stop\":\"%sT%02d:%02d:00\"", stop, s->stop % 1440 / 60, s->stop % 60);
        }
        const uint32_t unit = below(3), tenths = below(10), dose = 1 + below(500);
        fprintf(out, ",\"dose\":%u.%u,\"uom\":\"%s\"}", dose, tenths, units[unit]);
    }
    putc(']', out);
}

static void lines_put(FILE *out, const struct encounter *e)
{
    char c[8];
    fputs("\"lines\":[", out);
    for (int i = 0; i < e->lines; i++) {
        const struct line *l = &e->line[i];
        fprintf(out, "%s{\"n\":%d,\"code\":\"%s\",\"units\":%d,\"mods\":[", i ? "," : "", i + 1, code_text(l->code, c),
            l->units);
        for (int m = 0; m < l->modifiers; m++)
            fprintf(out, "%s\"%c%c\"", m ? "," : "", l->modifier[m] >> 8, l->modifier[m] & 255);
        fputs("]}", out);
    }
    putc(']', out);
}

static void encounter_put(FILE *out, const struct encounter *e, int number, int day)
{
    const char *setting = e->office ? "office" : "facility";
    const int other_order = percent(3);
    char date[16];
    putc('{', out);
    if (!other_order) fprintf(out, "\"id\":\"E%08d\",", number);
    fprintf(out, "\"mrn\":\"%08u\",", below(99999999));
    if (!other_order) fprintf(out, "\"payer\":\"P%02d\",\"setting\":\"%s\",", e->payer, setting);
    date_put(date, day);
    fprintf(out, "\"dos\":\"%s\",\"npi\":\"%010u\",", date, 1000000000u + below(900000000));
    if (!other_order) fprintf(out, "\"primary\":%d,", e->primary);
    note_put(out);
    if (other_order) {
        lines_put(out, e);
        putc(',', out);
        services_put(out, e);
        fprintf(out, ",\"primary\":%d,\"setting\":\"%s\",\"payer\":\"P%02d\",\"id\":\"E%08d\"}\n", e->primary, setting,
            e->payer, number);
    } else {
        services_put(out, e);
        putc(',', out);
        lines_put(out, e);
        fputs("}\n", out);
    }
}

int main(int count, char **given)
{
    static const uint32_t most[SERVICES] = { 15, 37, 57, 72, 83, 91, 96, 100 };
    if (count != 4) {
        fprintf(stderr, "usage: gen_lite DIRECTORY COUNT SEED\n");
        return 4;
    }
    random_state = random_from(strtoull(given[3], NULL, 10));
    codes_make();
    drugs_write(given[1]);
    qsort(code, (size_t)codes, sizeof *code, rising_code);
    limits_write(given[1]);
    pairs_write(given[1]);
    const struct tables *tables = tables_read(given[1]);
    if (!tables) return 1;
    FILE *out = file_open(given[1], "encounters.ndjson");
    for (int i = 0, all = atoi(given[2]); i < all; i++) {
        struct encounter e;
        struct answer a;
        memset(&e, 0, sizeof e);
        e.payer = (uint8_t)below(PAYERS);
        e.office = (uint8_t)percent(35);
        const uint32_t draw = below(100);
        for (e.services = 1; draw >= most[e.services - 1];) e.services++;
        const int day = day_of(2025, 1, 1) + (int)below(365);
        services_make(&e, day);
        e.primary = (uint8_t)(1 + below(e.services));
        evaluate_derived(tables, &e, &a);
        lines_make(&e, &a);
        encounter_put(out, &e, i, day);
    }
    file_close(out);
    return 0;
}
