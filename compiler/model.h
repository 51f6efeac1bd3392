/* What a pack means: kinds of records, their fields, tables, charges and rules, with types and resolved names. Built
 * from the composed items (compose.c) by the check_* files, read by lower_*. Lives in the compilation's arena. */
#ifndef EDICT_COMPILER_MODEL_H
#define EDICT_COMPILER_MODEL_H

#include "compiler/limits.h"
#include "compiler/cells.h"

#include "base/arena.h"
#include "base/diag.h"
#include "lang/ast.h"
#include "vm/image.h"

#define DATE_OPEN INT32_MAX
#define DATE_MIN_OPEN INT32_MIN

/* ---- packs and composed items */

struct pack {
    struct text name;
    const struct ast_node *node; /* AST_PACK */
    const char *path;            /* as opened */
    const char *shown;           /* relative to the directory of the pack asked for */
    struct ast_file *file;
    uint32_t source;
    struct pack *base;
    int32_t from, until;
};

/* A row as composed: its own text, wherever it was written, and its dates. */
struct item_row {
    const struct ast_node *node;
    int32_t from, until;
    const struct ast_node *cite;
    int number;
};
/* An entry of a code list; `except`: taken out instead of put in. */
struct item_entry {
    const struct ast_node *node;
    int32_t from, until;
    int except;
    const struct ast_node *cite; /* of the change that put it there; NULL: the list's own */
};

struct table_rows;
struct item {
    enum ast_kind kind;
    struct text name; /* what it is found by */
    const struct ast_node *node;
    const struct pack *pack;
    int32_t from, until;
    const struct ast_node *header;
    struct item_row *rows;
    unsigned row_count;
    struct item_entry *entries;
    unsigned entry_count;
    const struct ast_node *cite;
    uint32_t id;                         /* image item, set by lowering; NONE before */
    int used, changed, altered, retired; /* altered: rows were taken out or replaced */
    struct ast_node *given;         /* FROM_FILE that stands outside of the pack and replaces its rows; NULL: none */
    const struct table_rows *ready; /* all its rows, read already (archive.h); or NULL */
    struct item *next;
};

struct setting {
    struct text policy;
    const struct ast_node *value, *row;
    int32_t from, until;
    const struct pack *pack;
    struct setting *next;
};

/* ---- types */

struct word_set {
    uint32_t count;
    const uint32_t *atoms;
}; /* sorted */
struct type {
    enum value_type base;
    const struct word_set *words; /* TYPE_WORD */
    const char *unit;             /* TYPE_DECIMAL: "" or a unit of measure */
};

/* ---- kinds, fields */

enum field_how {
    FIELD_FACT,
    FIELD_POLICY,
    FIELD_DEFINE,
    FIELD_TABLE,
    FIELD_STEP,
    FIELD_HIER,
    FIELD_CHOOSE,
    FIELD_FOLD,
    FIELD_AGREED,
    FIELD_BUILTIN
};
enum check_state { UNCHECKED, CHECKING, CHECKED, BROKEN };

struct kind {
    struct text name;
    enum domain_kind domain;
    struct item *item;
    struct kind *source; /* GROUP, pair: source kind */
    struct field *fields;
    struct field *key; /* pair: ordering fact */
    struct group *group;
    enum check_state state;
    int told;             /* that it goes round in a circle */
    uint32_t id[2];       /* image domain; charges: as emitted, final */
    uint32_t exists;      /* register, or NONE */
    struct text list_key; /* facts: JSON key */
    struct field *known;
    int known_as;
    struct kind *next;
};

struct field {
    struct kind *kind;
    struct text name;
    enum field_how how;
    struct type type;
    int maybe;      /* may be not documented, and nothing says what happens then */
    unsigned level; /* how many definitions it stands on, one on the other */
    struct item *item;
    struct span span;
    enum check_state state;
    int used, charges;    /* charges: depends on charges, so made after them */
    struct field *source; /* AGREED: the members' fact */
    /* one of, by `how` */
    struct expr *expr; /* DEFINE */
    struct expr **required;
    unsigned required_count;
    const char *required_hold;
    struct table *table; /* TABLE, STEP, HIER */
    struct choose *choose;
    struct fold *fold;
    struct fact *fact;
    struct policy *policy;
    uint32_t reg[2], row_reg[2]; /* lowered: before and after MERGE; NONE */
    struct field *next;
};

struct fact {
    enum missing_kind missing;
    int64_t value;
    const char *hold;
    const char *prefix;
    struct field *same;
    int selector;
    const char *text;
};
struct policy_value {
    const char *written;
    int64_t value;
};
struct policy {
    struct policy_value *values;
    unsigned count;
    unsigned is;
    struct policy_dated *dated;
    unsigned dated_count;
    const char *decides;
};
struct policy_dated {
    int32_t from, until;
    unsigned value;
};

/* ---- expressions */

enum expr_op {
    X_CONST,
    X_ABSENT,
    X_FIELD,
    X_ADD,
    X_SUB,
    X_MUL,
    X_DIV,
    X_SCALE,
    X_IF,
    X_LENGTH,
    X_OUTSIDE,
    X_SHARED,
    X_RUNS,
    X_YEARS,
    X_DAYS,
    X_AND,
    X_OR,
    X_NOT,
    X_EQ,
    X_LT,
    X_LE,
    X_IN,
    X_ANY_IN,
    X_DOC,
    X_DOC_OR,
    X_ANY,
    X_COUNT,
    X_SUM,
    X_TIMES,
    X_LISTS,
    X_LOOKUP,
    X_SECOND,
    X_WEEK
};
enum expr_where { AT_RECORD, AT_THIS, AT_FIRST, AT_SECOND, AT_PAIR, AT_ENCOUNTER };

struct expr {
    enum expr_op op;
    enum expr_where at;
    struct type type;
    int maybe;
    struct span span;
    struct expr *a, *b, *c;
    int64_t value; /* CONST; DIV: rounding; LOOKUP: column */
    struct field *field;
    struct kind *via; /* FIELD; via: charge of KIND */
    struct query *query;
    union {
        struct code_set *set;      /* IN */
        struct relation *relation; /* LOOKUP, LISTS */
    };
    struct expr **args;
    unsigned arg_count;
};

struct query {
    struct kind *kind, *via;
    int other, members, correlated;
    struct field **same;
    unsigned same_count;
    struct expr *where;
    struct field *field; /* SUM, TIMES */
};

/* Where an expression stands: the record at hand, in a question also the outer one. */
struct scope {
    struct kind *record, *via;
    struct scope *outer; /* set inside a question */
    struct kind *pair;   /* pair kind visible here */
    struct query *query; /* the question whose condition this is */
    int phase;           /* 0 facts and groups, 1 charges as emitted, 2 final charges */
};

/* ---- tables */

struct result {
    enum result_kind kind;
    struct expr *expr;
    const char *hold;
    struct span span;
};
struct row {
    const struct item_row *from;
    struct cell *cells;
    struct result result; /* TABLE */
    struct expr *code, *units;
    struct expr **modifiers;
    unsigned modifier_count; /* bill */
    struct field *ladder;    /* bill: units come from this threshold */
    enum key_mode mode;
    struct expr **keys;
    unsigned key_count; /* group */
    int64_t count;      /* threshold: units in all at this rung */
    uint32_t id;        /* image row */
};
struct table {
    struct item *item;
    struct expr **columns;
    int *named;
    unsigned column_count;
    struct span *column_spans;
    struct row *rows;
    unsigned row_count;
    int dated; /* some row begins or ends */
    enum hit_policy hit;
    struct expr *every, *more; /* threshold */
};

struct criterion {
    enum criterion_kind kind;
    struct expr *a, *b;
    int flag;
    const char *hold;
    struct span span;
};
struct way {
    struct expr *when;
    struct criterion *criteria;
    unsigned count;
    const struct ast_node *node;
};
struct choose {
    struct expr **per;
    unsigned per_count;
    struct expr *among;
    struct way *ways;
    unsigned way_count;
};
struct fold {
    enum ast_op op;
    struct expr **parts;
    unsigned count;
    struct field *level;
};

struct group {
    struct table *table;
    struct expr *where;
    struct field *start, *stop;
    uint32_t link;
};

struct code_range {
    uint64_t lo, hi;
    int32_t from, until;
};
struct code_set {
    struct text name;
    struct item *item;
    enum check_state state;
    struct code_range *ranges;
    unsigned count;
    uint32_t id;
    int used;
    unsigned level; /* lists in lists */
};
struct quarter {
    int32_t from, until; /* first and last day */
};
struct asked {
    struct kind *kind;
    struct asked *next;
};
struct relation {
    struct text name;
    struct item *item;
    struct text *columns;
    struct type *types;
    unsigned column_count;
    int64_t *cells; /* NULL: in `pairs` (pairs.h) */
    struct pairs *pairs;
    unsigned row_count;
    const struct item_row **origins;
    struct quarter *quarters; /* of its files, as their names say; the earliest first. None: not known */
    unsigned quarter_count;
    struct asked *asked; /* kinds of records for which rows are looked up */
    uint32_t id;
    enum check_state state;
    int used;
};

struct bill {
    struct item *item;
    struct kind *kind;
    struct table *table;
    struct text list;
    struct field *dated;
    struct field *ladder, *ladder_times;
    struct code_set *codes;
    enum check_state state;
};
struct effect {
    enum ast_op op;
    struct expr *value, *units;
    const char *message;
    struct expr **args;
    unsigned arg_count;
};
struct rule {
    struct item *item;
    struct kind *kind, *via;
    struct expr *where, *when;
    struct effect effect;
    int phase;
    struct query *pair;  /* bundle: the other record; `when` is asked of both */
    struct expr *listed; /* … that it lists both at all, as the `when` of each of its rules wants */
};
struct cap {
    struct item *item;
    const struct item_row *row;
    int64_t code, most;
    int per;
    struct expr *where; /* of the charge; NULL: always */
};                      /* per: 0 encounter, 1 date, 2 week */

struct data_file {
    const char *name; /* relative to the directory of the pack asked for */
    unsigned char hash[16];
    uint64_t size;
    struct data_file *next;
};

/* Words among which a suggestion is looked for; grows in the arena. */
struct names {
    const char **at;
    size_t count, room;
};

/* A name or word that was reported: its other places are the same mistake. */
struct said {
    enum diag_code code;
    const char *what;
    struct diag *diag;
    struct said *next;
};

struct archive;
struct model {
    int strict; /* say also what only a strict check asks for */
    struct arena *arena;
    struct diags *diags;
    const struct archive *given; /* read from there, not from files (archive.h); or NULL */
    struct source *sources;
    unsigned source_count, source_room;
    unsigned pack_sources;    /* so many are packs, 0: all; the others do not go into the image */
    struct data_file *files;  /* read for relations: name and hash go into the image */
    struct pack *packs;       /* the pack asked for first, then its bases */
    struct item *items;       /* sorted by kind and name */
    struct setting *settings; /* nearest pack first */
    struct kind *kinds;
    struct kind *encounter, *charge;
    struct field *policies;
    struct field *date; /* the date of service */
    struct code_set *sets;
    unsigned set_count;
    struct relation *relations;
    unsigned relation_count;
    struct bill *bills;
    unsigned bill_count;
    struct rule *rules;
    unsigned rule_count;
    struct cap *caps;
    unsigned cap_count;
    struct expr *answers;
    struct way *order;
    struct kind *order_via;
    const char **words;
    unsigned word_count, word_room; /* atoms: word texts in order of appearance */
    struct item **named;            /* all items that were added, by hash of kind and name; retired ones too */
    unsigned named_count, named_room;
    struct constant *constants; /* codes in condition cells, each once: open addressing */
    unsigned constant_count, constant_room;
    struct text *lost; /* words of items that could not be read, sorted; NULL: not looked yet */
    size_t lost_count;
    struct said *said;     /* unknown names that were reported */
    struct names lost_too; /* names whose own row or item has a mistake */
    int all_lost;          /* a base or a header could not be read: any name may be its */
    struct field *path[DEFINITIONS_DEEP];
    struct code_set *lists[LISTS_DEEP];
    unsigned lists_deep; /* lists being checked, for cycles */
    unsigned kinds_told; /* kinds beyond the limit */
    unsigned depth;      /* fields being checked, for cycles */
    struct expr spare;   /* stands in when there is no memory: the result is thrown away */
    int oom;
};

/* ---- sources.c */
struct source *source_add(struct model *m, const char *path, const char *shown, uint32_t *index);
const char *directory_of(struct model *m, const char *path);
char *path_join(struct model *m, const char *directory, const char *rest);

/* ---- compose.c: reads the pack and its bases, applies sets, changes, retires */
int compose(struct model *m, const char *path, const char *const *search, size_t searches);
struct item *item_find(struct model *m, enum ast_kind kind, struct text name);

/* ---- names.c */
struct kind *kind_find(struct model *m, struct text name);
/* The same; reports when there is none. */
struct kind *kind_need(struct model *m, struct text name, struct span span);
/* Can `what` be made of it? Pairs are only compared, and charges come last. 0: reported. */
int kind_serves(struct model *m, const struct kind *k, struct span span, const char *what);
struct field *field_find(const struct kind *k, struct text name);
/* Field of a record of kind k: its own, or for groups what all members agree on (made on demand). */
struct field *field_of(struct model *m, struct kind *k, struct text name);
struct code_set *set_find(struct model *m, struct text name);
struct relation *relation_named(struct model *m, struct text name);
uint32_t word_atom(struct model *m, struct text word);
const struct word_set *word_set_of(struct model *m, const uint32_t *atoms, unsigned count);
const struct word_set *word_set_union(struct model *m, const struct word_set *a, const struct word_set *b);
int word_set_has(const struct word_set *s, uint32_t atom);
const char *word_set_text(struct model *m, const struct word_set *s);
void names_add(struct model *m, struct names *n, struct text name);
/* One diagnostic with its hint. */
struct diag *mistake(struct model *m, enum diag_code code, struct span span, const char *hint, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
void names_kinds(struct model *m, struct names *n);
void names_sets(struct model *m, struct names *n);
/* Says which of the names was probably meant; without one, the hint. */
void names_hint(struct model *m, struct diag *d, struct text wrong, const struct names *n, const char *otherwise, ...)
    __attribute__((format(printf, 5, 6)));
/* E101 with a suggestion among everything visible in the scope (or kinds, lists …). */
void unknown_name(struct model *m, struct span span, struct text name, const struct scope *s);
void unknown_list(struct model *m, struct span span, struct text name);
/* Does the name stand in an item that could not be read? Then it is no second mistake. */
int name_is_lost(struct model *m, struct text name);
int anything_lost(struct model *m);
/* Was this said before, of the same name? Then the message moves to the first place and shows another one. */
int said_before(struct model *m, enum diag_code code, struct text what, struct span span);
void said_note(struct model *m, enum diag_code code, struct text what, struct diag *d);
void name_lose(struct model *m, struct text name);
const char *text_z(struct model *m, struct text t);
const char *type_name(struct model *m, const struct type *t);

/* ---- values.c */
int date_read(struct model *m, const struct ast_node *n, int32_t *out);
/* [from, until] of an EFFECTIVE node or columns; reports E006, E007. */
void dates_read(struct model *m, const struct ast_node *effective, int32_t *from, int32_t *until);
int code_pack(struct text t, int64_t *out); /* 0: no code */
uint64_t code_next(uint64_t code);
uint64_t code_before(uint64_t code);
int number_read(struct text t, int64_t *scaled); /* times 1,000,000; 0: out of range */
/* A VALUE node as a constant of type `want` (base TYPE_COUNT_OF: whatever it is). NULL: reported. */
struct expr *value_check(struct model *m, const struct ast_node *n, const struct type *want, const struct scope *s);
int five_digits(const struct ast_node *n);
int type_read(struct model *m, const struct ast_node *n, struct type *out);

/* ---- check_*.c */
struct expr *expr_check(struct model *m, struct scope *s, const struct ast_node *n, const struct type *want);
struct expr *cond_check(struct model *m, struct scope *s, const struct ast_node *n);
struct expr *field_expr(struct model *m, struct field *f, enum expr_where at, struct span span);
struct expr *name_check(struct model *m, struct scope *s, struct text name, struct span span);
struct expr *expr_new(struct model *m, enum expr_op op, enum value_type base, struct span span);
struct expr *expr_const(struct model *m, struct type type, int64_t value, struct span span);
/* A code as an alternative of a cell, one for all cells: `span` is where it stands first. Not to be altered. */
struct expr *expr_code(struct model *m, int64_t code, struct span span);
/* Reports E305 when a value that may be undocumented decides something here. */
/* May the value be not documented? */
int expr_maybe(const struct expr *e);
int expr_maybe_in_row(const struct expr *e, const struct table *t, const struct row *row);
void guard(struct model *m, const struct expr *e, const char *where);
void field_check(struct model *m, struct field *f);
void kind_check(struct model *m, struct kind *k);
void set_check(struct model *m, struct code_set *s);
void relation_check(struct model *m, struct relation *r);
struct table *table_check(struct model *m, struct item *it, struct scope *s, unsigned results, int kind);
void choose_check(struct model *m, struct field *f);
void ways_check(struct model *m, struct scope *s, const struct ast_node *item, struct way **ways, unsigned *count);
int declare(struct model *m); /* kinds, fields, lists by name */
void check_all(struct model *m);
int bundle_check(struct model *m, struct item *it, struct rule *out);
int limit_check(struct model *m, struct item *it, struct rule *out);

/* ---- check_facts.c */
struct field *field_new(struct model *m, struct kind *k, struct text name, enum field_how how, struct item *it,
                        struct span span);
void facts_declare(struct model *m, struct item *it, struct kind *k);
void facts_resolve(struct model *m);
void policies_declare(struct model *m, struct item *it);
void settings_apply(struct model *m);
int code_listed(const struct code_set *s, uint64_t code); /* on some date: for checks of literal codes */
struct table *threshold_check(struct model *m, struct item *it, struct scope *s);

/* ---- files.c: a relation's rows from a file beside the pack. 0: reported. */
int relation_file(struct model *m, struct relation *r, const struct ast_node *from);

/* ---- tables_given.c: files for tables of the pack, as text: see edict_compile_options. After composing. */
void tables_give(struct model *m, const char *const *tables, size_t count);
int table_is_for(const struct model *m, const char *table); /* this pack, not another one */

/* ---- quarters.c: what is said where a table of another quarter answers */
/* Notes that rows of the relation are looked up for records of the kind. */
void relation_asked(struct model *m, struct relation *r, struct kind *k);
/* Adds the rules that say so, behind all others. */
void quarters_tell(struct model *m);

/* ---- rows.c */
int column_trails(const struct ast_node *name); /* effective, until, cite: of the row, not of the table */
int columns_few(struct model *m, const struct ast_node *header);
const char *column_trailer_near(struct text name); /* which of them was probably meant, or NULL */
/* How many columns stand before those; they come last, or it is said. */
int header_body(struct model *m, const struct ast_node *header, unsigned *count);
const struct ast_node *row_cell(const struct item_row *row, int column); /* NULL: none */
/* Has row r not more cells than the header names, and not fewer than `least`? Else says so. */
int header_fits(struct model *m, const struct item *it, unsigned least); /* does any row? Else says so */
int row_fits(struct model *m, const struct item *it, unsigned r, unsigned least);

/* ---- analyse.c: holes, overlaps, hierarchies that leave members out, unused things */
void table_analyse(struct model *m, struct table *t);
void analyse_all(struct model *m);

#endif
