/* The second workload as hand-written C sees it: a month of one patient's items, held against caps, ages, diagnoses and
 * a hierarchy of five levels. It shares nothing with the engine. */
#ifndef BENCH_CAPS_H
#define BENCH_CAPS_H

#include "bench/scan.h"

enum { ITEMS = 16, DIAGNOSES = 8, CODES = 10000, NEEDS = 200, ICD = 26000, CHARGES = 7, FINDINGS = 5 * ITEMS };
enum level { LEVEL_A, LEVEL_B, LEVEL_C, LEVEL_D, LEVEL_E };
enum band { INFANT, CHILD, YOUTH, ADULT, ELDER, BANDS };
enum setting { CLINIC, HOME, HOSPITAL };
enum finding { WRONG_AGE, NO_REASON, TOO_MANY_DAILY, TOO_MANY_MONTHLY, AGAIN };
#define PAST_END 64 /* readable bytes that a decoder needs behind the text */

struct item { int32_t on; uint32_t code, provider, units; uint8_t setting; }; /* code: of K0000 to K9999 */
struct encounter {
    char id[12];
    uint8_t id_size, diagnoses, items;
    int32_t date, birth_date; /* year, month, day as one number */
    uint16_t diagnosis[DIAGNOSES]; /* of A000 to Z999 */
    struct item item[ITEMS];
};
struct said { uint32_t a, b; uint8_t what, item; };
struct answer { uint32_t units[CHARGES], said_count; struct said said[FINDINGS]; };

struct entry { uint8_t listed, level, bands; uint16_t daily, monthly, need; }; /* bands: none, for all ages */
struct tables { struct entry entry[CODES]; uint64_t reason[NEEDS][(ICD + 63) / 64]; };
extern const char *const band_names[BANDS];
extern const char charge_codes[CHARGES][6];

/* From the CSV files of the directory. NULL: no memory. */
struct tables *tables_read(const char *directory);

/* One line of JSON, with PAST_END bytes behind it. 0: not an encounter. `_learnt` expects the producer's usual order
 * of keys and falls back to the other. */
typedef int decode_line(const char *text, struct encounter *e);
decode_line decode, decode_learnt;

typedef void evaluate_encounter(const struct tables *t, const struct encounter *e, struct answer *a);
evaluate_encounter evaluate_derived; /* C1 */
evaluate_encounter evaluate;         /* all */
/* Up to one without a name. */
extern const struct evaluation { const char *name; evaluate_encounter *run; } evaluations[];

enum { ANSWER_BYTES = 16384 };
size_t answer_write(const struct encounter *e, const struct answer *a, int derived_only, char *out);

static inline uint32_t four_digits(const char *p) { return (uint32_t)(two(p) * 100 + two(p + 2)); }
static inline uint16_t three_digits(const char *p) { return (uint16_t)((p[0] - '0') * 100 + two(p + 1)); }
static inline uint16_t icd_of(const char *p) { return (uint16_t)((p[0] - 'A') * 1000 + three_digits(p + 1)); }

#endif
