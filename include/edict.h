/* Edict, the run half: load an image once, evaluate encounters with it from as many threads as you like.
 *
 * Ownership: what edict_*_new/open/load returns is the caller's and is released by the matching _free. Text that a
 * function hands out belongs to the object it came from and lives until the next call on that object. An edict_program
 * is immutable and may be shared between threads; an edict_evaluator belongs to one thread at a time. Nothing here
 * prints, exits or keeps global state. */
#ifndef EDICT_H
#define EDICT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EDICT_VERSION "0.1.0"

typedef enum edict_status {
    EDICT_OK = 0,
    EDICT_MEMORY,      /* malloc said no */
    EDICT_IO,          /* a file could not be read or written */
    EDICT_IMAGE,       /* the image is damaged, foreign or of another format */
    EDICT_RULES,       /* the rule file has mistakes (edict_compile.h) */
    EDICT_INPUT,       /* the encounter is no encounter of this pack */
    EDICT_LIMIT,       /* a documented limit was exceeded; the message names it */
    EDICT_RANGE,       /* a number left the range of exact arithmetic */
    EDICT_NO_PACK,     /* several packs, none answers this encounter */
    EDICT_USAGE        /* a call that makes no sense: unknown policy, value … */
} edict_status;

/* Why a call failed; filled by value, nothing to free. */
typedef struct edict_error {
    edict_status status;
    uint32_t line;          /* 1-based line of the text at hand; 0: does not apply */
    uint64_t offset;        /* byte offset in the encounter or image */
    char code[32];          /* stable word: "bad_json", "wrong_type", "missing_fact", "no_such_value" … */
    char pointer[160];      /* JSON pointer of the place, or "" */
    char expected[160];     /* what would have been right, or "" */
    char found[96];         /* what stands there instead, or "": its kind ("a string of 8 bytes", "the end of the text")
                               and never its value, unless edict_evaluator_options.show_values */
    char message[320];
} edict_error;

typedef struct edict_program edict_program;
typedef struct edict_evaluator edict_evaluator;

/* Opens an image file read-only (mapped). */
edict_status edict_program_open(const char *path, edict_program **out, edict_error *error);
/* Takes a copy of the bytes of an image. */
edict_status edict_program_load(const void *bytes, size_t size, edict_program **out, edict_error *error);
/* The same without a copy: the bytes, at a place that 16 divides (malloc's is; else EDICT_USAGE), stay the caller's and
 * must stay as they are until the program is freed. */
edict_status edict_program_view(const void *bytes, size_t size, edict_program **out, edict_error *error);
void edict_program_free(edict_program *program);

const char *edict_program_pack(const edict_program *program);        /* "demo.hospital" */
const char *edict_program_version(const edict_program *program);
const char *edict_program_title(const edict_program *program);
const char *edict_program_image(const edict_program *program);       /* 32 hex digits: identity of every byte */
const char *edict_program_rules(const edict_program *program);       /* 32 hex digits: identity of the meaning */
/* The table files that rows were read from, in the order in which they were read: name (relative to the directory of
 * the pack that was compiled) and XXH3-128 as 32 hex digits. Text of the program's; NULL past the end. */
const char *edict_program_table(const edict_program *program, unsigned index, char hash[33]);
/* Compares the stored image hash with the bytes. Reads the whole image. */
int edict_program_intact(const edict_program *program);
/* All that opening leaves out to be quick: the image hash, and the insides of the big tables, whose look-ups are safe
 * without. EDICT_OK, or EDICT_IMAGE with the first thing that is wrong. Reads the whole image. No proof of where the
 * image comes from: that is a signature's (SPEC.md, 23.5). */
edict_status edict_program_check(const edict_program *program, edict_error *error);
/* Disassembly beside the source; the JSON Schema of the pack's facts. Appended by `put(context, bytes, size)`. */
typedef void edict_put(void *context, const char *bytes, size_t size);
void edict_program_list(const edict_program *program, edict_put *put, void *context);
/* The worst case of one encounter: instructions, cells, steps, bytes, with the limits that bound them. */
void edict_program_cost(const edict_program *program, edict_put *put, void *context);
void edict_program_schema(const edict_program *program, edict_put *put, void *context);
/* Policies: name, permitted values (words separated by ", "). NULL past the end. */
const char *edict_program_policy(const edict_program *program, unsigned index, const char **values);
/* The pack's own value of that policy; where values are dated, the last one. NULL past the end. */
const char *edict_program_policy_value(const edict_program *program, unsigned index);

typedef struct edict_evaluator_options {
    int strict;             /* unknown keys are errors */
    int show_values;        /* `found` and unknown keys may quote the input */
} edict_evaluator_options;

/* options NULL: all zero. The evaluator keeps a reference to the program: free it first. */
edict_status edict_evaluator_new(const edict_program *program, const edict_evaluator_options *options,
                                 edict_evaluator **out, edict_error *error);
void edict_evaluator_free(edict_evaluator *evaluator);
/* --set POLICY=VALUE: holds until changed, on every date. Value NULL: back to the pack's. */
edict_status edict_evaluator_set(edict_evaluator *evaluator, const char *policy, const char *value, edict_error *error);

enum edict_kind { EDICT_DENY, EDICT_CHANGE, EDICT_MISSING, EDICT_HOLD, EDICT_REVIEW, EDICT_NOTE, EDICT_KINDS };
typedef struct edict_answer {
    const char *json;       /* one JSON object, no line end; the evaluator's, until its next call */
    size_t size;
    int held, no_rules;
    uint32_t findings[EDICT_KINDS];
} edict_answer;

/* Evaluates one encounter (a JSON object of `size` bytes, not terminated). On EDICT_INPUT, EDICT_LIMIT and EDICT_RANGE
 * the answer holds the `error` object of the contract (with `line` as given), the evaluator stays usable. On
 * EDICT_MEMORY there is no answer, and no charge or finding of any: the evaluator stays usable too. */
edict_status edict_evaluate(edict_evaluator *evaluator, const char *json, size_t size, uint64_t line,
                            edict_answer *answer, edict_error *error);
/* A hint for hosts with many encounters: the next calls of edict_evaluate will be for these, in this order and with
 * these very bytes, which stay as they are until then. Evaluating some together is quicker; the answers are the same.
 * Returns how many of them were taken in (the first so many; 0: none), for which the host then calls edict_evaluate.
 * Any other call order is fine and forgets the rest. */
typedef struct edict_encounter { const char *json; size_t size; } edict_encounter;
size_t edict_evaluate_ahead(edict_evaluator *evaluator, const edict_encounter *encounters, size_t count);
/* The answer as values, for hosts that want no JSON: charges of all lists in their order, then findings. 0 past the
 * end, or no memory for the texts.
 * Texts live until the evaluator's next call. modifiers: joined by "-", or "". kind: "deny", "change", "missing",
 * "hold", "review", "note". */
typedef struct edict_charge { const char *list, *code, *modifiers, *date; int64_t units; } edict_charge;
typedef struct edict_finding { const char *kind, *rule, *message; } edict_finding;
int edict_charge_at(const edict_evaluator *evaluator, unsigned index, edict_charge *out);
int edict_finding_at(const edict_evaluator *evaluator, unsigned index, edict_finding *out);
/* Would this pack answer the encounter when several are given: 1 yes, 0 no (its `answers` condition is not certain, or
 * no version is in effect on the date), -1 not an encounter. */
int edict_answers(edict_evaluator *evaluator, const char *json, size_t size);
/* The next unknown key met since the evaluator was made, each once ("service.colour"), or NULL. */
const char *edict_unknown_key(edict_evaluator *evaluator);
/* How often malloc was asked since the evaluator was made: does not grow once warm. Instructions of the last
 * evaluation. */
uint64_t edict_evaluator_allocations(const edict_evaluator *evaluator);
uint64_t edict_evaluator_dispatches(const edict_evaluator *evaluator);

#ifdef __cplusplus
}
#endif
#endif
