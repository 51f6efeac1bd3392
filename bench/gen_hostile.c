/* Encounters of the shipped packs' facts that nobody would wish for, one JSON object a line: gen_hostile COUNT SEED.
 * Each kind of trouble in turn: nothing documented, services by the dozen at one site, two hundred lines, keys nobody
 * knows, nesting, escapes, keys in no usual order, numbers at the edge, keys twice, text cut short, bytes spoiled,
 * lists as long as they may be of which much is missing. */
#include "bench/random.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum trouble {
    NOTHING_DOCUMENTED, CROWD, MANY_LINES, UNKNOWN_KEYS, ANY_ORDER, EDGES, KEY_TWICE, CUT, SPOILED, LONG_LISTS, TROUBLES
};
enum { ROOM = 1 << 18 };

static struct random random_state, *r = &random_state;
static char out[ROOM];
static size_t size;

static void put(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void put(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size += (size_t)vsnprintf(out + size, ROOM - size, format, args);
    va_end(args);
}

static const char *pick(const char *const *list, uint32_t count) { return list[random_below(r, count)]; }
#define PICK(list) pick(list, (uint32_t)(sizeof(list) / sizeof *(list)))

static const char *const drugs[] = { "J9045", "J9190", "J1745", "J0696", "J3370", "J7030", "J1885", "J3380" };
static const char *const methods[] = { "infusion", "push", "injection" };
static const char *const codes[] = { "96365", "96366", "96367", "96368", "96374", "96375", "96413", "96415", "96360" };
static const char *const modifiers[] = { "59", "XS", "25", "JW", "JZ", "GA" };

/* A service of which each fact is documented with one chance in 1000. */
static void patchy_put(int i, uint32_t chance)
{
    const uint32_t start = random_below(r, 1440), stop = start + random_below(r, 200);
    put("%s{\"id\":\"s%d\"", i ? "," : "", i + 1);
    if (random_yes(r, chance)) put(",\"drug\":\"%s\"", PICK(drugs));
    if (random_yes(r, chance)) put(",\"method\":\"%s\"", PICK(methods));
    if (random_yes(r, chance)) put(",\"route\":\"IV\"");
    if (random_yes(r, chance)) put(",\"purpose\":\"treatment\"");
    if (random_yes(r, chance)) put(",\"site\":\"%u\"", random_below(r, 500));
    if (random_yes(r, chance)) put(",\"start\":\"2026-03-02T%02u:%02u\"", start / 60, start % 60);
    if (random_yes(r, chance))
        put(",\"stop\":\"2026-03-0%uT%02u:%02u\"", 2 + stop / 1440, stop / 60 % 24, stop % 60);
    put("}");
}

static void service_put(enum trouble trouble, int i)
{
    const uint32_t start = trouble == CROWD ? 480 + random_below(r, 300) : 480 + 10 * (uint32_t)i;
    const uint32_t stop = start + random_below(r, 200);
    put("%s{\"id\":\"s%d\",\"drug\":\"%s\"", i ? "," : "", i + 1, PICK(drugs));
    if (trouble != NOTHING_DOCUMENTED || random_yes(r, 500))
        put(",\"method\":\"%s\",\"route\":\"IV\",\"purpose\":\"treatment\"", PICK(methods));
    if (trouble == EDGES) put(",\"dose\":%s", random_yes(r, 500) ? "9223372036854.775807" : "0.000001");
    if (trouble == KEY_TWICE && random_yes(r, 300)) put(",\"drug\":\"J0696\"");
    if (trouble != NOTHING_DOCUMENTED || random_yes(r, 300))
        put(",\"start\":\"2026-03-02T%02u:%02u\"", start / 60 % 24, start % 60);
    if (trouble != NOTHING_DOCUMENTED)
        put(",\"stop\":\"2026-03-0%uT%02u:%02u\"", 2 + stop / 1440, stop / 60 % 24, stop % 60);
    put("}");
}

static void services_put(enum trouble trouble)
{
    int count = trouble == CROWD ? 40 + (int)random_below(r, 20) : 1 + (int)random_below(r, 6);
    if (trouble == LONG_LISTS) count = random_yes(r, 500) ? 500 : 10 + (int)random_below(r, 300);
    const uint32_t chance = random_below(r, 1001);
    put("\"services\":[");
    for (int i = 0; i < count; i++)
        if (trouble == LONG_LISTS) patchy_put(i, chance);
        else service_put(trouble, i);
    put("]");
}

static void lines_put(enum trouble trouble)
{
    const int count = trouble == MANY_LINES ? 200 : (int)random_below(r, trouble == LONG_LISTS ? 501 : 8);
    put("\"lines\":[");
    for (int i = 0; i < count; i++) {
        const unsigned units = trouble == EDGES && random_yes(r, 300) ? 2147483647u : 1 + random_below(r, 9);
        put("%s{\"line\":%d,\"code\":\"%s\",\"units\":%u,\"modifiers\":[", i ? "," : "", i + 1, PICK(codes), units);
        for (uint32_t k = random_below(r, 4), m = 0; m < k; m++)
            put("%s\"%s\"", m ? "," : "", PICK(modifiers));
        put("]}");
    }
    put("]");
}

static void nonsense_put(void)
{
    const int deep = 1 + (int)random_below(r, 40);
    put("\"key%u\":", random_below(r, 3000));
    for (int i = 0; i < deep; i++)
        put(i % 2 ? "{\"a\\u0301\":" : "[");
    put("\"\\\"\\\\ \\ud83d\\ude00 %u caf\xc3\xa9\"", random_below(r, 1000));
    for (int i = deep; i-- > 0;)
        put(i % 2 ? "}" : "]");
    put(",");
}

static void encounter_put(enum trouble trouble, unsigned long number)
{
    const int reversed = trouble == ANY_ORDER && random_yes(r, 500);
    const char *blank = trouble == ANY_ORDER ? " \t " : "";
    put("{%s", blank);
    for (int i = 0; trouble == UNKNOWN_KEYS && i < 20; i++)
        nonsense_put();
    if (reversed) {
        lines_put(trouble);
        put("%s,%s", blank, blank);
    }
    services_put(trouble);
    put("%s,%s\"date\":%s\"2026-03-02\",\"setting\":\"facility\",\"payer\":\"medicare\",\"claim\":\"institutional\"",
        blank, blank, blank);
    if (!reversed) {
        put(",");
        lines_put(trouble);
    }
    put(",\"id\":\"H%08lu\"}", number);
}

int main(int count, char **words)
{
    if (count != 3) {
        fprintf(stderr, "usage: gen_hostile COUNT SEED\n");
        return 4;
    }
    random_state = random_from(strtoull(words[2], NULL, 10));
    for (unsigned long i = 0, all = strtoul(words[1], NULL, 10); i < all; i++) {
        const enum trouble trouble = (enum trouble)(i % TROUBLES);
        size = 0;
        encounter_put(trouble, i);
        if (size >= ROOM) return 1;
        if (trouble == CUT) size = 1 + random_below(r, (uint32_t)size - 1);
        if (trouble == SPOILED)
            for (int k = 0; k < 3; k++) {
                char *at = out + random_below(r, (uint32_t)size);
                *at = (char)random_below(r, 256);
                if (*at == '\n') *at = ' ';
            }
        out[size++] = '\n';
        fwrite(out, 1, size, stdout);
    }
    return ferror(stdout) != 0;
}
