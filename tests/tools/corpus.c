/* Encounters in the facts of the shipped packs, one JSON object a line: corpus COUNT [SEED [SETTING]]. The same numbers
 * give the same bytes on every machine. Wide rather than typical: every method and route, several sites, orders, bags,
 * visits, facts that are missing, lines with charges that agree with the record or not. Patients are made up. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

static uint64_t next(void)
{
    uint64_t z = (state += 0x9E3779B97F4A7C15u);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static unsigned below(unsigned n) { return (unsigned)((next() >> 32) * n >> 32); }
static int yes(unsigned of_thousand) { return below(1000) < of_thousand; }
#define COUNT(list) ((unsigned)(sizeof(list) / sizeof *(list)))
#define ANY(list) ((list)[below(COUNT(list))])

/* Everyday drugs, and ones that the packs' lists tell apart. */
static const char *const treatment[] = {"J0696", "J3370", "J0690", "J1885", "J2405",
                                        "J1200", "J1100", "J2270", "J1756", "J0744"};
static const char *const biologic[] = {"J1745", "J2323", "J3380", "J2350", "J3262", "J0897", "J2357", "Q5104"};
static const char *const chemo[] = {"J9045", "J9190", "J9035", "J9271", "J9355", "J9060", "J9070", "J9217"};
static const char *const fluid[] = {"J7030", "J7050", "J7120", "J7040"};
static const char *const rare[] = {"J3475", "J3480", "J1642", "J9175", "J3490", "A9576", "J0585"};
static const char *const codes[] = {
    "96360", "96361", "96365", "96366", "96367", "96368", "96372", "96374", "96375", "96376", "96401", "96409", "96411",
    "96413", "96415", "96417", "96523", "99213", "99214", "G0463", "36415", "J0696", "J1885", "J1745", "J7030"};
static const char *const payers[] = {"medicare", "medicare", "medicare", "acme", "anthem", "state"};
static const char *const sites[] = {"port", "left arm", "right arm"};
static const char *const units[] = {"mg", "mg", "mg", "mg", "mg", "mg", "mg", "mg", "mcg", "g"};

static void text(const char *key, const char *value) { printf(", \"%s\": \"%s\"", key, value); }

/* Minutes of the day, also behind midnight. */
static void clock_put(const char *key, const char *day, const char *after, unsigned minutes)
{
    printf(", \"%s\": \"%sT%02u:%02u\"", key, minutes < 1440 ? day : after, minutes / 60 % 24, minutes % 60);
}

static void rare_facts(void)
{
    if (yes(30)) text("order", yes(500) ? "o1" : "o2");
    if (yes(30)) text("bag", "b1");
    if (yes(20)) printf(", \"visit\": 2");
    if (yes(40)) printf(", \"primary\": %s", yes(800) ? "true" : "false");
    if (yes(10)) printf(", \"discontinued\": true");
}

/* One service; gives the minute at which the next one may start. */
static unsigned service_put(unsigned number, unsigned at, const char *day, const char *after, unsigned where)
{
    static const char *const others[] = {"pump", "refill", "flush", "declot", "draw", "transfusion", "applicator"};
    unsigned how = below(1000), kind = below(1000), minutes = 0, start = at + below(12), cancer = where / 100;
    int hydration = kind >= 820 && kind < 950;
    const char *drug = hydration                ? ANY(fluid)
                       : kind >= 950            ? ANY(rare)
                       : kind < 120             ? ANY(biologic)
                       : cancer && kind < 520   ? ANY(chemo)
                                                : ANY(treatment);
    const char *method = how < 520 || hydration ? "infusion"
                         : how < 800            ? "push"
                         : how < 960            ? "injection"
                                                : ANY(others);
    printf("%s{\"drug\": \"%s\"", number ? ", " : "", drug);
    if (!yes(1)) text("method", method);
    if (*method == 'i' && method[2] == 'j') {
        if (!yes(2)) text("route", yes(500) ? "SC" : yes(900) ? "IM" : "intralesional");
        if (yes(100)) printf(", \"lesions\": %u", 1 + below(10));
    } else if (!yes(1)) {
        text("route", yes(970) ? "IV" : yes(300) ? "IA" : yes(300) ? "IT" : yes(500) ? "SC" : "peritoneal");
    }
    if (hydration || !yes(20))
        text("purpose", hydration ? (yes(850) ? "hydration" : "vehicle") : yes(990) ? "treatment" : "test_dose");
    if (*method == 'i' && method[2] == 'f')
        minutes = yes(100) ? 5 + below(12) : yes(650) ? 16 + below(80) : 80 + below(200);
    else if (strcmp(method, "pump") == 0) minutes = 300 + below(400);
    else minutes = 1 + below(8);
    if (!yes(1)) clock_put("start", day, after, start);
    if ((*method == 'i' || *method == 'p') && !yes(*method == 'i' ? 4 : 400))
        clock_put("stop", day, after, start + minutes);
    if (!yes(1)) text("site", sites[where % 100 == 9 ? below(COUNT(sites)) : where % 100]);
    if (where % 100 == 9 && !yes(60)) printf(", \"site_necessary\": %s", yes(900) ? "true" : "false");
    if (kind < 120 && !yes(20)) printf(", \"complex\": %s", yes(700) ? "true" : "false");
    if (yes(450)) {
        printf(", \"dose\": %u", (1 + below(40)) * 10);
        if (!yes(3)) text("dose_unit", ANY(units));
        if (yes(300)) printf(", \"discarded\": %u", below(5) * 10);
        if (yes(900)) text("container", yes(800) ? "single_dose" : "multi_dose");
    }
    rare_facts();
    printf("}");
    return yes(200) ? start + below(20) : start + minutes + below(10);
}

static void line_put(unsigned number, unsigned seed)
{
    static const char *const modifiers[] = {"59", "XE", "JZ", "JW", "25", "RT"};
    const char *code = codes[(seed + number * 7) % COUNT(codes)];
    printf("%s{\"code\": \"%s\"", number ? ", " : "", code);
    unsigned count = yes(850) ? 1 : 1 + below(6);
    if (!yes(2)) printf(", \"units\": %u", count);
    if (yes(180)) printf(", \"modifiers\": [\"%s\"]", ANY(modifiers));
    if (yes(900)) printf(", \"charge\": %u.%02u", count * (20 + below(400)), below(100));
    printf("}");
}

static void encounter_put(unsigned long number, const char *setting)
{
    static const char *const diagnoses[] = {"Z51.11", "C50.911", "K50.90", "E86.0", "D50.9", "M06.9"};
    unsigned year = yes(150) ? 2024 : yes(300) ? 2025 : 2026, month = 1 + below(12), day = 1 + below(27);
    unsigned services = 1 + below(yes(150) ? 8 : 4), at = 420 + below(yes(30) ? 900 : 360);
    unsigned access = (yes(400) ? 100 : 0) + (yes(50) ? 9 : below(COUNT(sites)));    /* hundreds: cancer; 9: several */
    char date[16], after[16];
    snprintf(date, sizeof date, "%04u-%02u-%02u", year % 10000, month % 100, day % 100);
    snprintf(after, sizeof after, "%04u-%02u-%02u", year % 10000, month % 100, (day + 1) % 100);
    const char *where = *setting ? setting : yes(800) ? "facility" : "office";
    printf("{\"id\": \"C%08lu\"", number);
    text("payer", ANY(payers));
    text("setting", where);
    text("date", date);
    if (yes(900)) text("claim", *where == 'f' ? "institutional" : "professional");
    if (yes(500)) {
        printf(", \"birth_date\": \"%u-0%u-1%u\"", 1930 + below(90), 1 + below(9), below(10));
        text("sex", yes(500) ? "F" : "M");
    }
    if (yes(500)) printf(", \"diagnoses\": [\"%s\"]", ANY(diagnoses));
    printf(", \"services\": [");
    for (unsigned s = 0; s < services; s++) at = service_put(s, at, date, after, access);
    printf("]");
    if (yes(600)) {
        unsigned lines = 1 + below(7), seed = below(100);
        printf(", \"lines\": [");
        for (unsigned l = 0; l < lines; l++) line_put(l, seed);
        printf("]");
    }
    printf("}\n");
}

int main(int argc, char **argv)
{
    unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    if (!count) {
        fprintf(stderr, "usage: corpus COUNT [SEED [SETTING]]\n");
        return 4;
    }
    state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    for (unsigned long i = 0; i < count; i++) encounter_put(i + 1, argc > 3 ? argv[3] : "");
    return ferror(stdout) || fflush(stdout) ? 5 : 0;
}
