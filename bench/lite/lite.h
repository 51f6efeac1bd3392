/* The workload "infusion-lite" as hand-written C sees it: fixed structs, codes of five characters as numbers, tables
 * mapped from one file. This is the limit that the engine is measured against; it shares nothing with the engine. */
#ifndef BENCH_LITE_H
#define BENCH_LITE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "bench/scan.h"

enum { SERVICES = 8, LINES = 10, MODIFIERS = 3, DRUGS = 300, PAYERS = 20, CODES = 15000, ROW_BITS = 15360 };
enum { DERIVED = 32, FINDINGS = 160, ADMINISTRATION = 15 };
enum kind { KIND_INFUSION, KIND_PUSH, KIND_INJECTION, KIND_HYDRATION };
enum family { FAMILY_C, FAMILY_T, FAMILY_H };
enum finding { PTP_NEVER, PTP_UNLESS, TOO_MANY, MISSING, UNSUPPORTED, OTHER_UNITS };
#define NO_TIME INT32_MIN
#define PAST_END 64 /* readable bytes that a decoder needs behind the text */
#define MODIFIER(a, b) ((uint16_t)((a) << 8 | (b)))

struct service { int32_t start, stop; uint32_t drug, site; uint8_t kind; };
struct line { uint32_t code; uint16_t units, modifiers, modifier[MODIFIERS]; };
struct encounter {
    char id[12];
    uint8_t id_size, payer, office, primary, services, lines;
    struct service service[SERVICES];
    struct line line[LINES];
};
struct derived { uint32_t code; uint16_t modifier, units; };
struct said { uint32_t code, other, a, b; uint16_t modifier; uint8_t what; };
struct answer { uint32_t derived_count, said_count; struct derived derived[DERIVED]; struct said said[FINDINGS]; };

struct code_entry { uint32_t code; uint16_t id, most; uint8_t slot; }; /* slot: 0 to 14 of administration, or NO_SLOT */
#define NO_SLOT 255
#define NO_CODE UINT32_MAX
struct tables {
    uint32_t drug[1024], drug_index[1024];
    uint8_t family[PAYERS + 1][DRUGS + 1];
    struct code_entry code[65536];
    uint64_t pair[CODES][ROW_BITS / 64], lifts[CODES][ROW_BITS / 64]; /* by ids; lifts: a modifier helps */
};
extern const char *const administration[ADMINISTRATION]; /* in ascending order */

/* Five characters 0-9A-Z to 30 bits that sort alike. */
static inline uint32_t code_pack(const char *p)
{
    uint32_t code = 0;
    for (int i = 0; i < 5; i++)
        code = code << 6 | (uint32_t)(p[i] - '0');
    return code;
}
static inline char *code_put(char *out, uint32_t code)
{
    for (int shift = 24; shift >= 0; shift -= 6)
        *out++ = (char)((code >> shift & 63) + '0');
    return out;
}
static inline const struct code_entry *code_find(const struct tables *t, uint32_t code)
{
    uint32_t at = code * 0x9E3779B1u >> 16;
    while (t->code[at].code != code) {
        if (t->code[at].code == NO_CODE) return NULL;
        at = (at + 1) & 65535;
    }
    return &t->code[at];
}
static inline uint32_t drug_find(const struct tables *t, uint32_t code) /* DRUGS: none */
{
    uint32_t at = code * 0x9E3779B1u >> 22;
    while (t->drug[at] != code) {
        if (t->drug[at] == NO_CODE) return DRUGS;
        at = (at + 1) & 1023;
    }
    return t->drug_index[at];
}

/* From the CSV files of the directory. NULL: no memory. */
struct tables *tables_read(const char *directory);

/* One line of JSON, with PAST_END bytes behind it. 0: not an encounter. `_learnt` expects the producer's usual order
 * of keys and falls back to the other. */
typedef int decode_line(const char *text, struct encounter *e);
decode_line decode, decode_learnt;

typedef void evaluate_encounter(const struct tables *t, const struct encounter *e, struct answer *a);
evaluate_encounter evaluate_families; /* R1 and R2 only */
evaluate_encounter evaluate_derived;  /* R1 to R4 */
evaluate_encounter evaluate;          /* all */
/* Up to one without a name. */
extern const struct evaluation { const char *name; evaluate_encounter *run; } evaluations[];

enum { ANSWER_BYTES = 16384 };
size_t answer_write(const struct encounter *e, const struct answer *a, int derived_only, char *out);

#endif
