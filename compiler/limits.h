/* How large a pack may be. Each limit is reported as E009 where it is exceeded, never passed over, but for the last
 * ones: a larger table is not analysed, more differences are told together. SPEC.md lists them. */
#ifndef EDICT_COMPILER_LIMITS_H
#define EDICT_COMPILER_LIMITS_H

enum {
    SOURCE_MAX = 64 << 20,      /* bytes of a file */
    BASES_MAX = 16,             /* packs in a chain */
    KINDS_MAX = 64,             /* kinds of records */
    FACTS_MAX = 1000,           /* of a kind */
    POLICIES_MAX = 1000,        /* in all */
    WORDS_MAX = 4096,           /* permitted in one place */
    TABLE_COLUMNS_MAX = 60,     /* of a table or relation */
    LADDER_ROWS_MAX = 64,       /* of a threshold */
    LADDER_DATES_MAX = 32,      /* on which its rows change */
    NAMES_MAX = 30,             /* that `requires`, `set of`, `per` or a group's row name */
    MESSAGE_FACTS_MAX = 10,     /* {facts} in a message */
    DEFINITIONS_DEEP = 64,      /* fields that stand on each other */
    LISTS_DEEP = 64,            /* lists of codes in lists of codes */
    ROWS_MAX = 500000,          /* of one item, written in the pack */
    RELATION_ROWS_MAX = 4000000, /* each value of a cell counted by itself */
    CLASSES_MAX = 128,          /* of values of a column, that the analysis tells apart */
    COMBINATIONS_MAX = 200000,  /* of them, in a table that is analysed for holes */
    ANALYSED_ROWS_MAX = 2000,   /* of a table that is analysed: each may be compared with each */
    APART_MAX = 40              /* differences of one item that are told one by one */
};

#endif
