/* The state of one evaluation: columns, pools, reasons, charges, findings. Sized once, reset per encounter. */
#ifndef EDICT_VM_EVALUATOR_H
#define EDICT_VM_EVALUATOR_H

#include "base/arena.h"
#include "base/buffer.h"
#include "vm/program.h"
#include "vm/why.h"

/* Encounters that are evaluated together: each has a lane, a number from 0 on. A domain's records stand in the order of
 * the lanes; the records of domain 0 are the lanes themselves. Record numbers and links count over all lanes; only the
 * reasons (WHY_FACT) count from the lane's own first record. */
enum { LANES_MOST = 64 };

/* One register's cells. w NULL: every cell is documented. Of domain 0 with n 1: one cell for every lane. yes: every
 * cell is yes (implied.c). */
struct column { int64_t *v; uint32_t *w; uint32_t n, yes; };

struct interval { int64_t from, to; };   /* minutes, half-open; a stored set is sorted, disjoint, not touching */

/* A charge as emitted (EMIT), before effects. */
struct charge {
    uint32_t list, domain, record;      /* result list; source domain and record */
    uint32_t lane;
    int64_t code, units, date;
    int64_t modifiers;                  /* TYPE_CODES */
    uint32_t row;                       /* trace row of the bill */
    uint32_t emit;                      /* code offset of its EMIT: the because list */
    uint32_t withheld;                  /* 1: an effect in doubt, withdrawn or cut to nothing */
    uint32_t next;                      /* MERGE: next charge that was added into the same final one, or NONE */
    uint32_t effects[4], effect_count;  /* trace rows of the rules that gave it modifiers; more are not told */
};
/* A charge of the answer. */
struct final_charge {
    uint32_t list, lane;
    int64_t code, units, date, modifiers;
    uint32_t first, last;               /* charge chain */
};

struct finding {
    uint32_t kind, row;                 /* enum finding_kind; trace row of rule */
    uint32_t domain, record;            /* subject, or NONE */
    uint32_t other_domain, other;       /* second record, or NONE */
    uint32_t change; int64_t value;     /* enum change_kind */
    uint32_t message;                   /* string, with {0} {1} … for operands; 0: made from the reasons */
    uint32_t args_at, args;             /* slice of evaluator.args */
    uint32_t why;                       /* hold: state word */
    uint32_t code_at;                   /* instruction, for dedup */
    uint32_t lane, next;                /* next one of this lane while the code runs; NONE */
    uint32_t same;                      /* one before it that may be equal, while the code runs; NONE */
    uint32_t rival;                     /* REVIEW: 1 + trace row of the rule that says something else; 0: none */
};
/* Of the pools: entries below belong to bind, or to an evaluation that is kept (worlds_keep.c), and stay when another
 * one begins; so does what the arena had given. */
struct pinned { uint32_t whys, codes, intervals; struct arena_mark arena; };
enum { FINDING_SLOTS = 512 };
struct finding_slot { uint32_t run, last; };
struct argument { uint32_t type; uint32_t state; int64_t value; };

struct spread { uint32_t domain, run; int64_t *v; uint32_t *w; };

/* One instruction, found beforehand. column: its output, if it does nothing else; then the column's domain. probed,
 * items: rerun.c. sure, needless: numbers of implied.c or 0; where the first holds the column is yes
 * everywhere, where the second does nobody reads it. */
struct step { uint32_t at, op, column, domain, probed, items, sure, needless; };

/* Pairs of a CROSS domain. kin: 1 + the domain, maybe this one, that keeps those with an equal first key for all
 * questions like this one in a run, and with which columns of keys it found them. first: the domain, maybe this one, of
 * the first question about the same two domains; counted: the run in which its pairs were. */
struct pair_list { int64_t *x, *y; const int64_t *key, *other; uint32_t n, run, kin, first, counted; };

struct edict_evaluator {
    const struct edict_program *program;
    edict_evaluator_options options;
    struct column *columns;             /* one a register; consts are filled once */
    uint32_t *sizes;                    /* records of each domain, of all lanes */
    uint32_t lanes, lane;               /* how many; the one that is being answered */
    int64_t lane_numbers[LANES_MOST];   /* 0, 1, 2 …: links to the encounter */
    uint32_t charge_domain;             /* of the program: DOMAIN_CHARGES, or 0 */
    uint32_t **firsts;                  /* first record of each lane in each domain, and the end; several lanes only */
    uint32_t **owners;                  /* lane of each record; several lanes only; NULL for pairs: see lane_of */
    const int64_t **pairs[2];           /* of each CROSS domain: its links to x and y */
    uint32_t *all_pairs;                /* … and how many pairs it would have without keys */
    struct pair_list *pair_lists;       /* … and what eval_pairs.c keeps */
    struct arena arena;                 /* reset for every evaluation */
    struct why_node *whys; uint32_t why_count, why_room;
    struct interval *intervals; uint32_t interval_count, interval_room;
    int64_t *codes; uint32_t code_count, code_room;     /* pool of TYPE_CODES lists */
    struct charge *charges; uint32_t charge_count, charge_room;
    struct final_charge *finals; uint32_t final_count, final_room;
    uint32_t charges_held[LANES_MOST];  /* state word: why charges were held back (CLOSE, MERGE) */
    uint32_t charge_firsts[LANES_MOST + 1], final_firsts[LANES_MOST + 1], finding_firsts[LANES_MOST + 1];
    uint32_t finding_heads[LANES_MOST], finding_tails[LANES_MOST];
    struct finding *findings; uint32_t finding_count, finding_room;
    struct finding_slot finding_slots[FINDING_SLOTS];   /* those of this run by their hash, the last one first */
    uint32_t findings_told;             /* counts findings, those too that were there already */
    struct argument *args; uint32_t arg_count, arg_room;
    struct ahead *ahead;                /* encounters evaluated before they are asked for: ahead.c; or NULL */
    void *texts;                        /* texts of the encounter: bind.c */
    void *input;                        /* reader state, fact columns: bind.c */
    struct buffer out;                  /* the answer */
    size_t findings_at;                 /* byte of `out` behind `"findings": [`; 0: none (view.c) */
    struct buffer view;                 /* texts handed out by edict_charge_at, edict_finding_at */
    int64_t *policy_values; unsigned char *policy_set;   /* --set */
    struct pinned pinned;
    uint64_t allocations, dispatches;   /* pool growths; instructions since the caller last set it to 0 */
    uint64_t cells;                     /* cells of all columns of the last run: what another will cost (worlds.c) */
    struct step *steps;                 /* the code; behind it one with `at` NONE */
    struct rerun *rerun;                /* rerun.c; NULL: no worlds were evaluated yet */
    uint32_t *writers;                  /* of each register: code offset + 1 of its one instruction, or 0 */
    struct implied *implied;            /* implied.c */
    int64_t *yes; uint32_t yes_count;   /* so many cells that are yes, of this run */
    uint32_t *outputs;                  /* registers that instructions write, of each domain */
    struct spread *spreads;             /* of each register of domain 0: its cells dealt to another domain's records */
    uint32_t run;                       /* number of the run, for spreads */
    edict_status status; edict_error *error;
    int64_t *const_values; uint32_t *const_states;      /* cells of the constant registers */
    struct row_plan *row_plans; uint32_t row_plan_count, *row_plan_at;  /* rows.c; number + 1 by code offset */
    unsigned char *fixed;               /* of each register: a constant */
    struct set_answer *set_cache;       /* lookup.c */
    struct rows_met *rows_met;          /* eval_relation.c: of each relation */
    struct pair_ends *pair_ends;        /* eval_relation.c */
    struct code_numbers *code_numbers;  /* eval_codes.c */
    struct hash_part *hash_parts;       /* eval_listed.c */
    struct code_pairs *code_pairs;      /* eval_codes.c */
    unsigned char *set_dated;           /* of each set: does it depend on the date */
    uint32_t *why_cache;                /* recent reasons by hash: equal ones share a node */
    void *identities;                   /* SETOF: sets met in this evaluation */
};

/* First record of a lane in a domain, and behind its last. */
static inline uint32_t lane_first(const struct edict_evaluator *e, uint32_t domain, uint32_t lane)
{
    if (!domain)
        return lane;
    return e->lanes > 1 ? e->firsts[domain][lane] : lane ? e->sizes[domain] : 0;
}
static inline uint32_t lane_end(const struct edict_evaluator *e, uint32_t domain, uint32_t lane)
{
    return lane_first(e, domain, lane + 1);
}
/* The lane of a record; of a pair: that of its first record (eval_pairs.c). */
uint32_t lane_of_pair(const struct edict_evaluator *e, uint32_t domain, uint32_t record);
static inline uint32_t lane_of(const struct edict_evaluator *e, uint32_t domain, uint32_t record)
{
    if (!domain || e->lanes == 1)
        return domain ? 0 : record;
    return e->owners[domain] ? e->owners[domain][record] : lane_of_pair(e, domain, record);
}
/* The cell of a column of domain 0 that holds for a lane. */
static inline uint32_t lane_cell(const struct column *c, uint32_t lane) { return c->n == 1 ? 0 : lane; }

/* Columns, sizes, pools and constants of a new evaluator whose `program` is set; the counterpart leaves `e` alone. */
edict_status eval_new(struct edict_evaluator *e);
void eval_free(struct edict_evaluator *e);

/* Runs the code over the facts bound in the columns (bind.c fills fact and policy columns, sizes of ROOT and LIST
 * domains and the pinned part of the pools). May be called again for the same encounter after a fact cell was changed
 * (worlds.c): it forgets all it made before. `to`: code words to run (program->code_size: all). */
edict_status eval_run(struct edict_evaluator *e, uint32_t to);
void eval_cells_count(struct edict_evaluator *e); /* of the last run, into e->cells */
uint64_t eval_lane_cells(const struct edict_evaluator *e, uint32_t lane); /* of one of its lanes */

/* rerun.c: which instructions tell the values of these facts apart (yes or no for each). 0: no memory. Then a first run
 * of one lane, and others for up to so many lanes, as often as these facts get other values: of them only what is not
 * as in the first run is carried out. `probe`: and of that only what tells apart the lanes of which alike.c writes the
 * state; `again`: the reasons of the last run stay too. */
int rerun_plan(struct edict_evaluator *e, const unsigned char *facts);
edict_status rerun_start(struct edict_evaluator *e, uint32_t lanes);
enum rerun_kind { RERUN_WHOLE, RERUN_PROBE, RERUN_PROBE_AGAIN };
edict_status rerun(struct edict_evaluator *e, enum rerun_kind kind);
void rerun_free(struct edict_evaluator *e);
uint64_t rerun_blocks(const struct edict_evaluator *e); /* asked of malloc */
/* Flags in `live`: of this register the states alone. */
#define LIVE_STATES (1u << 31)
/* alike.c: all that the rest of the evaluation reads of a lane after a probe; `run`: its number. Equal bytes, equal
 * charges and findings. */
void lane_state(const struct edict_evaluator *e, uint32_t lane, uint32_t run, struct buffer *out);

/* bind.c */
edict_status bind_new(struct edict_evaluator *e, edict_error *error);
void bind_free(struct edict_evaluator *e);
/* Reads one encounter into the fact columns. */
edict_status bind_encounter(struct edict_evaluator *e, const char *json, size_t size, edict_error *error);
/* The same for up to LANES_MOST encounters: start, add each (one that is refused leaves no trace), end. */
void bind_start(struct edict_evaluator *e);
edict_status bind_add(struct edict_evaluator *e, const char *json, size_t size, edict_error *error);
void bind_end(struct edict_evaluator *e);
/* Policies again, after --set. */
void bind_policies(struct edict_evaluator *e);
/* Text of a TYPE_TEXT value. */
struct text bind_text(const struct edict_evaluator *e, int64_t value);
/* Does it stand for a text that nobody wrote (worlds.c)? */
int text_is_new(const struct edict_evaluator *e, int64_t value);
/* The text, if somebody wrote it. 0: nobody did, *text stays as it is. */
int text_known(const struct edict_evaluator *e, int64_t value, struct text *text);

/* result.c: has the lane a finding that holds it? */
int lane_held(const struct edict_evaluator *e, uint32_t lane);
/* The answer's JSON of the lane e->lane from charges and findings. `held`, `no_rules` are its status. */
void result_write(struct edict_evaluator *e, edict_answer *answer, int no_rules);
void result_error(struct edict_evaluator *e, uint64_t line, const edict_error *error, edict_answer *answer);
/* A value as text for messages: code, date, count, word … */
void result_value(struct edict_evaluator *e, struct buffer *out, uint32_t type, int64_t value);

/* worlds.c: after an evaluation with hold findings: what stands whatever the missing facts are. Replaces e->finals by
 * what stands and fills `values` for result_write. */
edict_status worlds_run(struct edict_evaluator *e);

/* ahead.c */
void ahead_free(struct edict_evaluator *e);
/* Forgets what was evaluated ahead and not asked for yet. */
void ahead_drop(struct edict_evaluator *e);
/* The next one that was evaluated ahead, if it is this text: 1 answered (status in *status), 0: evaluate it. */
int ahead_answer(struct edict_evaluator *e, const char *json, size_t size, uint64_t line, edict_answer *answer,
    edict_error *error, edict_status *status);
/* Unknown keys that may be told so far. */
uint32_t ahead_unknown(const struct edict_evaluator *e);
/* The evaluator whose answer came last: e, or the one that answers what cannot be evaluated with others. */
struct edict_evaluator *ahead_answered(const struct edict_evaluator *e);
uint64_t ahead_allocations(const struct edict_evaluator *e);

/* alone.c: an evaluator, made and freed; one encounter, its line counted from 1 (0: unknown). `out`, `error` may not be
 * NULL. Blocks that it asked malloc for. */
edict_status alone_new(const struct edict_program *program, const edict_evaluator_options *options,
    struct edict_evaluator **out, edict_error *error);
void alone_free(struct edict_evaluator *e);
edict_status alone_evaluate(struct edict_evaluator *e, const char *json, size_t size, uint64_t line,
    edict_answer *answer, edict_error *error);
uint64_t alone_allocations(const struct edict_evaluator *e);
/* Counts it where the answer's or the messages' buffer has not the room any more that it had. */
void buffers_count(struct edict_evaluator *e, size_t out, size_t words);
/* Is the date of the lane e->lane one on which the pack is in effect? */
int in_effect(const struct edict_evaluator *e);

/* Growing pools; 0: no memory (e->status says so). */
int pool_room(struct edict_evaluator *e, void **at, uint32_t *room, uint32_t need, size_t each);

#endif
