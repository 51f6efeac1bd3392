/* What the makers of random packs share: what has been declared so far, by
 * type, so that what is written is valid. */
#ifndef EDICT_TESTS_ORACLE_MAKE_H
#define EDICT_TESTS_ORACLE_MAKE_H

#include "tests/oracle/differ.h"

enum sort {
    S_BOOL,
    S_WORD,
    S_CODE,
    S_TEXT,
    S_COUNT,
    S_DECIMAL,
    S_MONEY,
    S_MINUTES,
    S_TIME,
    S_DATE,
    S_CODES,
    S_TIMES,
    S_LEVEL,
    S_SET,
    S_SORTS
};
enum { FACTS_MADE = 80, KINDS_MADE = 10, WORDS_MADE = 4 };

struct made_fact {
    char name[24];
    enum sort sort;
    int words;   /* S_WORD: which set */
    int maybe;   /* may be not documented, and nothing says what then */
    int charges; /* asks about charges: for rules only */
    int deep;    /* definitions that it stands on */
};
struct made_kind {
    char name[24];
    enum domain_kind domain;
    int source, start, stop; /* kinds; facts of the kind: a clock time and its end */
    struct made_fact facts[FACTS_MADE];
    unsigned count;
};
struct pack_maker {
    struct random *r;
    struct buffer *out;
    struct made_kind kinds[KINDS_MADE];
    unsigned kind_count;
    unsigned names, lists, relations;
    struct {
        char name[24];
        enum sort gives;
        int words;
    } relation[4];
    struct {
        char name[24];
        enum sort sort;
        int words;
    } policy[8];
    unsigned policies;
    int amounts; /* is there a relation of codes and amounts */
    int pair;    /* kind of pairs, -1 */
    int asking;  /* inside a question: no other one */
    int stage;   /* 2: charges may be asked about */
    int charge;  /* number of the kind `charge` */
};

void put(struct pack_maker *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
uint32_t below(struct pack_maker *m, uint32_t n);
int one_in(struct pack_maker *m, uint32_t n);
const char *any_word(struct pack_maker *m, int set);
/* A fact of the kind, or of the encounter, of this sort; NULL: none. */
const struct made_fact *any_fact(struct pack_maker *m, const struct made_kind *k, enum sort sort, int maybe);
struct made_fact *fact_add(struct made_kind *k, const char *name, enum sort sort, int maybe);
const char *new_name(struct pack_maker *m, const char *front);
void put_code_word(struct pack_maker *m);
void put_literal(struct pack_maker *m, enum sort sort, int words);

/* make_expr.c: each returns whether the value may be not documented. */
int put_expr(struct pack_maker *m, const struct made_kind *k, enum sort sort, int words, int depth);
void put_condition(struct pack_maker *m, const struct made_kind *k, int depth);
void put_query(struct pack_maker *m, const struct made_kind *k, int depth, int *kind);

/* make_table.c */
void make_table(struct pack_maker *m, struct made_kind *k);
void make_hierarchy(struct pack_maker *m, struct made_kind *k);
void make_threshold(struct pack_maker *m, struct made_kind *k);
void make_bill(struct pack_maker *m, struct made_kind *k);
void put_rows_dates(struct pack_maker *m, int dated);

/* make_derive.c */
struct made_kind *kind_add(struct pack_maker *m, const char *name, enum domain_kind domain);
/* A fact of the kind itself, or NULL. */
const struct made_fact *own_fact(struct pack_maker *m, const struct made_kind *k, enum sort sort, int maybe);
void define_make(struct pack_maker *m, struct made_kind *k);
void group_make_of(struct pack_maker *m, int source, const char *name);
void times_make(struct pack_maker *m, struct made_kind *k);
void earned_make(struct pack_maker *m, struct made_kind *k);
void age_make(struct pack_maker *m, struct made_kind *k);
void choose_make(struct pack_maker *m, struct made_kind *k);
void pair_make(struct pack_maker *m);

#endif
