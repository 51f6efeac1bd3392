/* The state of one evaluation: columns, pools, reasons, charges, findings. Sized once, reset per encounter. */
#ifndef EDICT_VM_EVALUATOR_H
#define EDICT_VM_EVALUATOR_H

#include "base/arena.h"
#include "base/buffer.h"
#include "vm/program.h"
#include "vm/why.h"

/* One register's cells. w NULL: every cell is documented. */
struct column { int64_t *v; uint32_t *w; uint32_t n; };

struct interval { int64_t from, to; };   /* minutes, half-open; a stored set is sorted, disjoint, not touching */

/* A charge as emitted (EMIT), before effects. */
struct charge {
    uint32_t list, domain, record;      /* result list; source domain and record */
    int64_t code, units, date;
    int64_t modifiers;                  /* TYPE_CODES */
    uint32_t row;                       /* trace row of the bill */
    uint32_t emit;                      /* code offset of its EMIT: the because list */
    uint32_t withheld;                  /* 1: an effect in doubt, withdrawn or cut to nothing */
    uint32_t next;                      /* MERGE: next charge that was added into the same final one, or NONE */
    uint32_t effects[4], effect_count;  /* trace rows of the rules that gave it modifiers; more are not told */
};
/* A charge of the answer. */
struct final_charge { uint32_t list; int64_t code, units, date, modifiers; uint32_t first, last; /* charge chain */ };

struct finding {
    uint32_t kind, row;                 /* enum finding_kind; trace row of rule */
    uint32_t domain, record;            /* subject, or NONE */
    uint32_t other_domain, other;       /* second record, or NONE */
    uint32_t change; int64_t value;     /* enum change_kind */
    uint32_t message;                   /* string, with {0} {1} … for operands; 0: made from the reasons */
    uint32_t args_at, args;             /* slice of evaluator.args */
    uint32_t why;                       /* hold: state word */
    uint32_t code_at;                   /* instruction, for dedup */
    uint32_t rival;                     /* REVIEW: 1 + trace row of the rule that says something else; 0: none */
};
struct argument { uint32_t type; uint32_t state; int64_t value; };

struct edict_evaluator {
    const struct edict_program *program;
    edict_evaluator_options options;
    struct column *columns;             /* one a register; consts are filled once */
    uint32_t *sizes;                    /* records of each domain */
    struct arena arena;                 /* reset for every evaluation */
    struct why_node *whys; uint32_t why_count, why_room;
    struct interval *intervals; uint32_t interval_count, interval_room;
    int64_t *codes; uint32_t code_count, code_room;     /* pool of TYPE_CODES lists */
    struct charge *charges; uint32_t charge_count, charge_room;
    struct final_charge *finals; uint32_t final_count, final_room;
    uint32_t charges_held;              /* state word: why charges were held back (MERGE) */
    struct finding *findings; uint32_t finding_count, finding_room;
    struct argument *args; uint32_t arg_count, arg_room;
    void *texts;                        /* texts of the encounter: bind.c */
    void *input;                        /* reader state, fact columns: bind.c */
    struct buffer out;                  /* the answer */
    size_t findings_at;                 /* byte of `out` behind `"findings": [`; 0: none (view.c) */
    struct buffer view;                 /* texts handed out by edict_charge_at, edict_finding_at */
    int64_t *policy_values; unsigned char *policy_set;   /* --set */
    uint32_t pinned_base;               /* pools: entries below belong to bind and survive eval_reset */
    uint32_t pinned_codes;
    uint64_t allocations, dispatches;   /* pool growths; instructions since the caller last set it to 0 */
    uint64_t cells;                     /* cells written by the last run: what another run will cost (worlds.c) */
    edict_status status; edict_error *error;
    int64_t *const_values; uint32_t *const_states;      /* cells of the constant registers */
    uint32_t *why_cache;                /* recent reasons by hash: equal ones share a node */
    void *identities;                   /* SETOF: sets met in this evaluation */
};

/* Columns, sizes, pools and constants of a new evaluator whose `program` is set; the counterpart leaves `e` alone. */
edict_status eval_new(struct edict_evaluator *e);
void eval_free(struct edict_evaluator *e);

/* Runs the code over the facts bound in the columns (bind.c fills fact and policy columns, sizes of ROOT and LIST
 * domains and the pinned part of the pools). May be called again for the same encounter after a fact cell was changed
 * (worlds.c): it forgets all it made before. `to`: code words to run (program->code_size: all). */
edict_status eval_run(struct edict_evaluator *e, uint32_t to);

/* bind.c */
edict_status bind_new(struct edict_evaluator *e, edict_error *error);
void bind_free(struct edict_evaluator *e);
/* Reads one encounter into the fact columns. Policies are set by bind_policies once the date is known. */
edict_status bind_encounter(struct edict_evaluator *e, const char *json, size_t size, edict_error *error);
void bind_policies(struct edict_evaluator *e);
/* Text of a TYPE_TEXT value. */
struct text bind_text(const struct edict_evaluator *e, int64_t value);

/* result.c: the answer's JSON from charges and findings. `held`, `no_rules` are its status. */
void result_write(struct edict_evaluator *e, edict_answer *answer, int no_rules);
void result_error(struct edict_evaluator *e, uint64_t line, const edict_error *error, edict_answer *answer);
/* A value as text for messages: code, date, count, word … */
void result_value(struct edict_evaluator *e, struct buffer *out, uint32_t type, int64_t value);

/* worlds.c: after an evaluation with hold findings: what stands whatever the missing facts are. Replaces e->finals by
 * what stands and fills `values` for result_write. */
edict_status worlds_run(struct edict_evaluator *e);

/* Growing pools; 0: no memory (e->status says so). */
int pool_room(struct edict_evaluator *e, void **at, uint32_t *room, uint32_t need, size_t each);

#endif
