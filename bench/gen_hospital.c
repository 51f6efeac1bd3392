/* Encounters of the shipped packs' facts, one JSON object a line: gen_hospital COUNT SEED. A day in an infusion
 * centre: about 3.5 services and 6.9 billed lines, 1 KB; most claims agree with the record, some records lack a fact.
 * The lines come from a rough coder below, which is no rule of anybody's. */
#include "bench/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERVICES = 8, LINES = 16 };
enum method { INFUSION, PUSH, INJECTION, HYDRATION };
enum rank { CHEMO_INFUSION, CHEMO_PUSH, INFUSED, PUSHED, HYDRATED, INJECTED };

struct drug { const char *code, *unit; int chemo, complex; unsigned dose, unit_dose; };
struct service {
    const struct drug *drug;
    enum method method;
    int site, start, stop, open; /* minutes of the day; open: no stop is documented */
    enum rank rank;
    int dosed, marked; /* the dose is documented; the billed line has a mark */
};
struct line { char code[8]; unsigned units; const char *modifier; };

static const struct drug chemo[] = {
    { "J9045", "mg", 1, 0, 450, 50 }, { "J9190", "mg", 1, 0, 1000, 500 }, { "J9264", "mg", 1, 0, 180, 1 },
    { "J9035", "mg", 1, 0, 400, 10 }, { "J9271", "mg", 1, 0, 200, 1 }, { "J9299", "mg", 1, 0, 240, 1 },
    { "J9355", "mg", 1, 0, 330, 10 }, { "J9060", "mg", 1, 0, 100, 10 }, { "J9201", "mg", 1, 0, 1600, 200 },
    { "J9070", "mg", 1, 0, 900, 100 },
};
static const struct drug treatment[] = {
    { "J0696", "mg", 0, 0, 1000, 250 }, { "J3370", "mg", 0, 0, 1000, 500 }, { "J0690", "mg", 0, 0, 2000, 500 },
    { "J1885", "mg", 0, 0, 30, 15 }, { "J2405", "mg", 0, 0, 8, 1 }, { "J1200", "mg", 0, 0, 50, 50 },
    { "J1100", "mg", 0, 0, 10, 1 }, { "J2270", "mg", 0, 0, 10, 10 }, { "J1745", "mg", 0, 1, 400, 10 },
    { "J2323", "mg", 0, 1, 300, 1 }, { "J3380", "mg", 0, 1, 300, 1 }, { "J0897", "mg", 0, 1, 60, 1 },
    { "J1756", "mg", 0, 0, 200, 1 },
};
static const struct drug fluids[] = { { "J7030", "mL", 0, 0, 1000, 1000 },
    { "J7050", "mL", 0, 0, 500, 250 }, { "J7120", "mL", 0, 0, 1000, 1000 } };
static const char *const sites[] = { "L arm", "R arm", "port", "L forearm" };
static const char *const visits[] = { "99211", "99213", "99214", "99284", "G0463" };
static const char *const others[] = { "36415", "36592", "80053", "85025", "83735", "71046", "93005", "J1642", "36591" };

#define COUNT(list) ((uint32_t)(sizeof(list) / sizeof *(list)))

/* Adds units to the line of this code, or a line. */
static void line_add(struct line *lines, int *count, const char *code, unsigned units, const char *modifier)
{
    for (int i = 0; i < *count; i++)
        if (strcmp(lines[i].code, code) == 0) {
            lines[i].units += units;
            return;
        }
    if (*count == LINES)
        return;
    snprintf(lines[*count].code, sizeof lines[*count].code, "%s", code);
    lines[*count].units = units;
    lines[(*count)++].modifier = modifier;
}

static enum rank rank_of(const struct service *s)
{
    if (s->method == INJECTION)
        return INJECTED;
    if (s->method == HYDRATION)
        return HYDRATED;
    const int minutes = s->stop - s->start, push = s->method == PUSH || minutes <= 15;
    return s->drug->chemo ? (push ? CHEMO_PUSH : CHEMO_INFUSION) : push ? PUSHED : INFUSED;
}

/* What a biller in a hurry would write down. */
static int lines_of(struct random *r, const struct service *s, int services, struct line *lines)
{
    static const char *const first[] = { "96413", "96409", "96365", "96374", "96360" };
    static const char *const later[] = { "96417", "96411", "96367", "96375", "96361" };
    static const char *const more[] = { "96415", NULL, "96366", NULL, "96361" };
    int count = 0, initial = -1;
    for (int i = 0; i < services; i++)
        if (s[i].rank < INJECTED && (initial < 0 || s[i].rank < s[initial].rank))
            initial = i;
    for (int i = 0; i < services; i++) {
        const unsigned minutes = (unsigned)(s[i].stop - s[i].start), hours = minutes <= 90 ? 0 : (minutes - 31) / 60;
        if (s[i].rank == INJECTED) {
            line_add(lines, &count, s[i].drug->chemo ? "96401" : "96372", 1, initial < 0 ? NULL : "59");
            continue;
        }
        if (s[i].rank == HYDRATED && (minutes < 31 || s[i].open))
            continue;
        const char *again = i == initial ? first[s[i].rank] : later[s[i].rank];
        line_add(lines, &count, again, 1, NULL);
        if (more[s[i].rank] && hours)
            line_add(lines, &count, more[s[i].rank], hours, NULL);
    }
    if (random_yes(r, 120) && count) /* a slip */
        lines[random_below(r, (uint32_t)count)].units++;
    if (random_yes(r, 60) && count > 1)
        count--;
    for (int i = 0; i < services; i++)
        line_add(lines, &count, s[i].drug->code, s[i].drug->dose / s[i].drug->unit_dose, s[i].marked ? "JZ" : NULL);
    if (random_yes(r, 350))
        line_add(lines, &count, visits[random_below(r, COUNT(visits))], 1, random_yes(r, 800) ? "25" : NULL);
    for (uint32_t k = random_below(r, 2); k > 0; k--)
        line_add(lines, &count, others[random_below(r, COUNT(others))], 1, NULL);
    return count;
}

static int services_of(struct random *r, struct service *s)
{
    static const uint32_t most[SERVICES] = { 150, 370, 570, 720, 830, 910, 960, 1000 };
    const uint32_t draw = random_below(r, 1000);
    const int cancer = random_yes(r, 450);
    const int site = (int)random_below(r, COUNT(sites)), two = random_yes(r, 40);
    int count = 1, at = 420 + (int)random_below(r, 360);
    while (draw >= most[count - 1])
        count++;
    for (int i = 0; i < count; i++, s++) {
        const uint32_t how = random_below(r, 100);
        s->method = how < 45 ? INFUSION : how < 70 ? PUSH : how < 84 ? INJECTION : HYDRATION;
        s->drug = s->method == HYDRATION ? &fluids[random_below(r, COUNT(fluids))]
                : cancer && random_yes(r, 400) ? &chemo[random_below(r, COUNT(chemo))]
                                               : &treatment[random_below(r, COUNT(treatment))];
        s->site = two && random_yes(r, 400) ? (site + 1) % (int)COUNT(sites) : site;
        s->start = i && random_yes(r, 200) ? (s - 1)->start + (int)random_below(r, 20) : at + (int)random_below(r, 10);
        s->stop = s->start + (s->method == INFUSION ? (random_yes(r, 120) ? 5 + (int)random_below(r, 12)
                                   : random_yes(r, 700)                  ? 16 + (int)random_below(r, 80)
                                                                         : 80 + (int)random_below(r, 160))
                          : s->method == HYDRATION ? 20 + (int)random_below(r, 150)
                                                   : 1 + (int)random_below(r, 5));
        s->open = (s->method == INFUSION || s->method == HYDRATION) && random_yes(r, 8);
        at = s->stop > at ? s->stop : at;
        s->rank = rank_of(s);
        s->dosed = s->method != HYDRATION && random_yes(r, 600);
        s->marked = s->dosed && random_yes(r, 900);
    }
    return count;
}

static void date_put(char *out, int day) { sprintf(out, "2026-%02d-%02d", 1 + day / 28, 1 + day % 28); }

static void service_put(struct random *r, const struct service *s, int number, const char *date, int two)
{
    static const char *const methods[] = { "infusion", "push", "injection", "infusion" };
    const char *route = s->method != INJECTION ? "IV" : random_yes(r, 500) ? "SC" : "IM";
    printf("%s{\"id\":\"s%d\",\"drug\":\"%s\",\"method\":\"%s\",\"route\":\"%s\",\"purpose\":\"%s\"",
        number > 1 ? "," : "", number, s->drug->code, methods[s->method], route,
        s->method == HYDRATION ? "hydration" : "treatment");
    printf(",\"start\":\"%sT%02d:%02d\"", date, s->start / 60 % 24, s->start % 60);
    if ((s->method == INFUSION || s->method == HYDRATION) && !s->open)
        printf(",\"stop\":\"%sT%02d:%02d\"", date, s->stop / 60 % 24, s->stop % 60);
    if (s->method != INJECTION)
        printf(",\"site\":\"%s\"", sites[s->site]);
    if (two && random_yes(r, 950))
        printf(",\"site_necessary\":true");
    if (s->drug->complex && random_yes(r, 970))
        printf(",\"complex\":%s", random_yes(r, 600) ? "true" : "false");
    if (s->dosed)
        printf(",\"dose\":%u,\"dose_unit\":\"%s\",\"container\":\"single_dose\"", s->drug->dose, s->drug->unit);
    putchar('}');
}

int main(int count, char **words)
{
    if (count != 3) {
        fprintf(stderr, "usage: gen_hospital COUNT SEED\n");
        return 4;
    }
    struct random random = random_from(strtoull(words[2], NULL, 10)), *r = &random;
    const unsigned long encounters = strtoul(words[1], NULL, 10);
    for (unsigned long i = 0; i < encounters; i++) {
        struct service s[SERVICES];
        struct line lines[LINES];
        char date[32];
        const int services = services_of(r, s), n = lines_of(r, s, services, lines);
        int two = 0;
        for (int k = 1; k < services; k++)
            two |= s[k].site != s[0].site;
        date_put(date, (int)random_below(r, 336));
        printf("{\"id\":\"E%08lu\",\"payer\":\"medicare\",\"setting\":\"facility\",\"claim\":\"institutional\","
               "\"date\":\"%s\",\"birth_date\":\"%u-0%u-1%u\",\"sex\":\"%c\",\"services\":[",
            i, date, 1930 + random_below(r, 70), 1 + random_below(r, 9), random_below(r, 10), "FM"[random_below(r, 2)]);
        for (int k = 0; k < services; k++)
            service_put(r, &s[k], k + 1, date, two);
        printf("],\"lines\":[");
        for (int k = 0; k < n; k++) {
            printf("%s{\"line\":%d,\"code\":\"%s\",\"units\":%u,\"modifiers\":[", k ? "," : "", k + 1, lines[k].code,
                lines[k].units);
            printf(lines[k].modifier ? "\"%s\"]}" : "]}", lines[k].modifier);
        }
        printf("]}\n");
    }
    return 0;
}
