/* The reference evaluator: what a checked model (compiler/model.h) says of an
 * encounter, worked out record by record as SPEC.md puts it. Slow and plain on
 * purpose; it shares no code with lowering, images or the VM, which it judges.
 */
#ifndef EDICT_TESTS_ORACLE_H
#define EDICT_TESTS_ORACLE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "compiler/model.h"

/* ---- why a value is not there */

enum reason_kind { R_NOTHING, R_FACT, R_HOLD, R_BOTH };
/* Equal reasons of one evaluation are one object. */
struct reason {
    enum reason_kind kind;
    int held;
    const void *a, *b; /* FACT: struct field · HOLD: struct trace, reason behind
                          it · BOTH: two reasons */
    uint32_t record;   /* FACT */
    struct reason *next;
    int lenient;   /* numbers out of range in questions do not count for records that are ruled out */
    unsigned walk; /* in which it was met last (hold.c) */
};
extern const struct reason no_such_thing;

/* A value: documented where `why` is NULL. What `v` is says the type: numbers
 * as in the model; words by their rank in the alphabet; texts, lists of codes,
 * clock intervals and sets are addresses (struct phrase, codes, times, bag). */
struct value {
    int64_t v;
    const struct reason *why;
};

struct phrase {
    const char *at;
    uint32_t size;
    int invented; /* stands for a text that nobody wrote (world.c) */
};
struct codes {
    uint32_t count;
    int64_t at[];
};
struct stretch {
    int64_t from, to;
};
struct times {
    uint32_t count;
    struct stretch at[];
};
struct bag { /* a set of tuples, sorted */
    uint32_t count, width;
    const struct type *types;
    struct value *at;
};
#define PHRASE(v) ((const struct phrase *)(intptr_t)(v))
#define CODES(v) ((const struct codes *)(intptr_t)(v))
#define TIMES(v) ((const struct times *)(intptr_t)(v))
#define BAG(v) ((const struct bag *)(intptr_t)(v))
#define POINTER(p) ((int64_t)(intptr_t)(p))

/* What `because`, `rule` and holds name: an item, one of its rows, or a hold
 * that stands in it. */
struct trace {
    struct item *item;
    const struct item_row *row;   /* NULL: the item */
    const char *hold;             /* its text, or "" */
    const struct field *interval; /* where the hold is: the end of this `all … to
                                     …` lies before its start */
};

/* ---- a pack, ready to be asked */

struct pointer_map {
    const void **keys;
    void **values;
    size_t room, count;
};
void *pointer_get(const struct pointer_map *m, const void *key);
void pointer_put(struct pointer_map *m, const void *key, void *value);
void pointer_free(struct pointer_map *m);

enum { STAGES = 3, KINDS_MOST = KINDS_MAX + 8 };
struct known { /* what the oracle knows of a field */
    struct field *field;
    uint32_t number;
    int reached[STAGES];
};
struct bound {
    enum value_type type;
    int64_t value;
};
struct want { /* fields that stand behind what is said, by the stage that needs
                 them first */
    struct field *field;
    int stage;
};

struct alone { /* an expression that depends on no record */
    const struct expr *e;
    int stage;
};

struct oracle {
    struct model *m;
    struct arena arena;
    struct pointer_map fields, traces; /* struct known; struct trace by what it stands for */
    uint32_t field_count;
    struct kind *kinds[KINDS_MOST]; /* number of a kind: where it stands here */
    uint32_t kind_count;
    struct kind *lists[KINDS_MOST]; /* kinds of the encounter's lists, by name */
    uint32_t list_count;
    struct kind *shown; /* whose records charges name */
    int64_t *rank;      /* of a word (atom) in the alphabet */
    uint32_t *ranked;
    struct want *wants;
    uint32_t want_count, want_room;
    struct alone *alone;
    uint32_t alone_count, alone_room;
    int kinds_wanted[KINDS_MOST];
    struct bound *bounds;
    uint32_t bound_count, bound_room;
    const char *texts[64];
    uint32_t text_count;
    struct text results[64]; /* lists of charges in the answer */
    uint32_t result_count;
    struct pointer_map chosen; /* policy field → 1 + index of its value: --set */
    const char *rules, *image;
    void *readings; /* pointer_map: relations, indexed (expr.c) */
    int lenient;    /* numbers out of range in questions do not count for records that are ruled out */
    unsigned walk;  /* through reasons: the last one's number */
    struct encounter *encounter;
    struct run *run;
};

/* ---- one encounter */

struct refusal { /* as the error object of the contract */
    char code[32], pointer[160];
};
struct encounter {
    struct arena arena;
    struct value **facts; /* by number of the field: a cell for each record */
    uint32_t sizes[KINDS_MOST];
    struct refusal refusal;
};

/* ---- one evaluation of it */

struct charge { /* as made, and what became of it */
    struct text list;
    struct kind *kind;
    uint32_t record, number;         /* number: in the order of making */
    int64_t code, units, date, left; /* units as made; what a limit left */
    const struct codes *modifiers, *now;
    const struct trace *row;
    const struct bill *bill;
    unsigned bill_row;
    int withheld;
    struct charge *more; /* added into the same final charge */
    const struct trace *effects[4];
    unsigned effect_count;
};
struct final {
    struct text list;
    int64_t code, units, date;
    const struct codes *modifiers;
    struct charge *first, *last;
};
enum about { ABOUT_NOTHING, ABOUT_RECORD, ABOUT_PAIR };
struct finding { /* a finding */
    enum finding_kind kind;
    const struct trace *row;
    struct kind *kind_of, *other_kind; /* of the record that it is about; NULL: the encounter */
    int stage;                         /* 1: charges as made */
    uint32_t record, other;
    const struct reason *why; /* of a hold */
    const struct rule *rule;
    const struct trace *rival;
    int changes;
    int64_t value;
    struct value args[MESSAGE_FACTS_MAX];
    int whole; /* a change that says code, units and modifiers of the line */
    struct value line[3];
};

struct column {
    struct value *cells;
    int64_t *rows; /* addresses of the traces that decided */
    int state;     /* 0 not made, 1 being made, 2 there */
};
struct run {
    struct oracle *o;
    struct encounter *e;
    struct arena arena;
    struct reason *heads[256];
    int failed; /* a number left exact arithmetic */
    int stage;
    int32_t date;
    struct column *columns; /* 2 for each field: of charges as made, of final ones */
    uint32_t sizes[KINDS_MOST];
    int made[KINDS_MOST];
    struct value *exists[KINDS_MOST];
    int64_t *groups[KINDS_MOST]; /* of a group kind: number of each source
                                    record's group, -1 */
    struct charge **charges;
    uint32_t charge_count, charge_room;
    struct final *finals;
    uint32_t final_count;
    const struct reason *charges_held;
    struct finding *findings;
    uint32_t finding_count, finding_room;
};

/* Where an expression is asked: a record, and in a question also the one that
 * asks. */
struct place {
    struct kind *kind, *outer;
    uint32_t i, o;
};

/* ---- pack.c: what stands behind the answers, and names for it */
struct oracle *oracle_new(struct model *m);
void oracle_free(struct oracle *o);
/* As --set. 0: no such policy or value. */
int oracle_set(struct oracle *o, const char *policy, const char *value);
void oracle_unset(struct oracle *o);
void reach_all(struct oracle *o);
struct known *known_of(struct oracle *o, struct field *f);
uint32_t kind_number_of(const struct oracle *o, const struct kind *k);
const struct trace *trace_of(struct oracle *o, const void *key, struct item *it, const struct item_row *row,
                             const char *hold);
/* Does it say the same for all records? */
int of_encounter(const struct oracle *o, const struct expr *e);
int field_of_encounter(const struct oracle *o, const struct field *f);
/* Of such a field, asked by no record. */
struct value of_encounter_cell(struct run *r, struct field *f, const struct place *p);
struct field *plain_fact(struct field *f);

/* ---- oracle.c: the whole. The answer goes to `out`; `worlds`: how many may be
 * tried out. Returns 0 where the encounter is refused: then
 * o->encounter->refusal tells why and `out` is empty. */
int oracle_answer(struct oracle *o, const char *json, size_t size, uint32_t worlds, struct buffer *out);
/* Facts are taken from `e`, which must outlive the run. */
void run_begin(struct run *r, struct oracle *o, struct encounter *e);
void run_all(struct run *r);

/* ---- read.c: JSON to facts */
int encounter_read(struct oracle *o, struct encounter *e, const char *json, size_t size);

/* ---- value.c */
const struct reason *reason_fact(struct arena *a, struct field *f, uint32_t record);
const struct reason *reason_hold(struct run *r, const struct trace *t, const struct reason *behind);
const struct reason *reason_both(struct run *r, const struct reason *a, const struct reason *b);
struct value documented(int64_t v);
struct value undocumented(const struct reason *why);
int value_compare(const struct type *t, int64_t a, int64_t b); /* an order that has equality right */
int value_same(const struct type *t, int64_t a, int64_t b);
const struct codes *codes_of(struct run *r, const int64_t *codes, uint32_t count);
int codes_have(const struct codes *list, int64_t code);
int64_t code_of(const char *text);
int64_t day_of_minute(int64_t minute);
int set_lists(const struct code_set *s, int64_t code, int32_t date);
void *run_room(struct run *r, size_t count, size_t each);
int64_t exact_add(struct run *r, int64_t a, int64_t b);
int64_t exact_sub(struct run *r, int64_t a, int64_t b);
int64_t exact_mul(struct run *r, int64_t a, int64_t b);
int64_t exact_mul_div(struct run *r, int64_t a, int64_t b, int64_t by, int how);
/* Clock intervals. */
const struct times *times_join(struct run *r, struct stretch *all, uint32_t count);
const struct times *times_outside(struct run *r, const struct times *a, const struct times *b);
const struct times *times_shared(struct run *r, const struct times *a, const struct times *b);
const struct times *times_runs(struct run *r, const struct times *a, int64_t least);
int64_t times_length(struct run *r, const struct times *a);

/* ---- expr.c, ask.c */
struct value eval(struct run *r, const struct place *p, const struct expr *e);
struct value cell_and(struct run *r, struct value a, struct value b);
struct value cell_or(struct run *r, struct value a, struct value b);
/* Does x (and its key) come after y? */
struct value pair_second(struct run *r, struct kind *pair, uint32_t x, uint32_t y);
struct value ask(struct run *r, const struct place *p, const struct expr *e);
/* Is record j one that the query means? */
struct value asked(struct run *r, const struct place *p, const struct query *q, uint32_t j);
/* Where charge i came from: its record of that kind, -1: another kind. */
int64_t charge_source(const struct run *r, uint32_t i, const struct kind *k);
const int64_t *relation_row(struct run *r, struct relation *rel, const struct value *keys, const struct type *types,
                            const uint32_t *columns, uint32_t count);

/* ---- column.c: facts, all records of a kind at once */
struct column *column_of(struct run *r, struct field *f);
uint32_t size_of_kind(struct run *r, struct kind *k);
struct value exists_of(struct run *r, struct kind *k, uint32_t i);
void fold_column(struct run *r, struct field *f, struct column *c);

/* ---- table.c */
enum fit { FITS_NOT, FITS, FITS_PERHAPS };
enum fit row_fit(struct run *r, const struct table *t, const struct row *row, const struct value *columns,
                 const struct place *p, const struct reason **why);
struct value *columns_eval(struct run *r, const struct table *t, const struct place *p);
/* Everything in the rows that must be worked out, fits or not: where a number
 * leaves exact arithmetic is told. */
void rows_touch(struct run *r, const struct table *t, const struct place *p);
const struct reason *row_behind(struct run *r, const struct table *t, const struct row *row,
                                const struct value *columns, int asked_only);
void table_column(struct run *r, struct field *f, struct column *c);
void hierarchy_column(struct run *r, struct field *f, struct column *c);
void ladder_column(struct run *r, struct field *f, struct column *c);
/* The quantity from which on the ladder gives `unit`; never: INT64_MAX. */
struct value rungs_need(struct run *r, const struct table *t, const struct place *p, int64_t unit);

/* ---- group.c, choose.c */
void group_make(struct run *r, struct kind *k);
void choose_column(struct run *r, struct field *f, struct column *c);

/* ---- charge.c, find.c */
void bill_run(struct run *r, const struct bill *b);
void charge_rule_run(struct run *r, const struct rule *rule);
void charge_make(struct run *r, const struct charge *c);
void hold_say(struct run *r, const struct trace *row, struct kind *k, uint32_t record, const struct reason *why);
void effect_run(struct run *r, const struct rule *rule, struct value *conditions);
void cap_run(struct run *r, const struct cap *cap);
void charges_doubt(struct run *r);
void charges_merge(struct run *r);
void rule_run(struct run *r, const struct rule *rule);
struct value *rule_conditions(struct run *r, const struct rule *rule, struct place **places, uint32_t *count);

/* ---- hold.c: from reasons to what must be documented */
struct lack {
    struct field *fact;
    uint32_t record;
    int dropped;
};
struct hold {
    uint32_t finding;
    const struct trace *row;
    int said;           /* the row asks for it in its own words */
    struct field *fact; /* NULL: none is to blame */
    struct kind *kind;
    uint32_t record, pinned;
    struct lack *entries; /* records that lack the fact, in the order in which
                             they came up */
    uint32_t count, room, left;
    uint32_t first; /* number of its first entry among all */
};
struct blame { /* entries of all holds in their order */
    struct hold *hold;
    uint32_t entry;
};
struct holds {
    struct hold **list;
    uint32_t count, room;
    struct blame *blames;
    uint32_t blame_count, blame_room;
};
void holds_find(struct run *r, struct holds *out);

/* ---- world.c: what stands whatever the missing facts are */
struct standing {
    struct text list;
    int64_t code, units, date;
    const struct codes *modifiers;
    struct text tail;
};
struct classes {
    struct field *fact;
    uint32_t record;
    struct text json;
};
struct lasting {
    struct text json, key;
    int alive;
};
struct settled {
    int active;
    struct standing *standing;
    uint32_t standing_count;
    struct classes *classes;
    uint32_t class_count;
    struct lasting *findings;
    uint32_t finding_count;
};
void worlds_settle(struct run *r, struct arena *a, uint32_t budget, struct settled *out);

/* ---- answer.c */
void answer_write(struct run *r, const struct settled *s, struct buffer *out);
void put_finding_json(struct run *r, const struct finding *f, int key, struct buffer *out);
void put_tail_json(struct run *r, const struct charge *first, struct buffer *out);
void put_value_text(struct oracle *o, struct buffer *out, const struct type *t, int64_t v);
void put_code_json(struct buffer *out, int64_t code);
void put_codes_json(struct buffer *out, const struct codes *c);
void put_known_json(struct run *r, struct kind *k, uint32_t record, struct buffer *out);
void because_rows(struct run *r, const struct charge *c, const struct trace **rows, uint32_t *count, uint32_t room);

#endif
