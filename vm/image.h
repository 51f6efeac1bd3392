/* The image (.edx): what the compiler writes and the loader maps. Indices, never pointers; little-endian; every section
 * starts at a multiple of 16 and is used in place. docs/image in SPEC.md says the same in prose. */
#ifndef EDICT_VM_IMAGE_H
#define EDICT_VM_IMAGE_H

#include <stdint.h>

#define IMAGE_MAGIC "\x89" "EDX\r\n\x1a\n"   /* 8 bytes: shows text-mode damage */
#define IMAGE_FORMAT 3u
#define NONE 0xffffffffu

enum op {
#define OP(name, operands, types, what) OP_CODE_##name,
#include "vm/ops.def"
#undef OP
    OP_CODES
};

enum image_section {
    SECTION_STRINGS,    /* struct image_string[]: slices of TEXT; string 0 is "" */
    SECTION_TEXT,       /* bytes */
    SECTION_WORDS,      /* uint32_t[]: string of each enumerated word; word id = index; sorted by bytes */
    SECTION_DOMAINS,    /* struct image_domain[]; 0 is the encounter */
    SECTION_REGISTERS,  /* struct image_register[] */
    SECTION_CONSTS,     /* struct image_const[]: registers of domain 0 that never change */
    SECTION_FACTS,      /* struct image_fact[] */
    SECTION_FACT_WORDS, /* uint32_t[]: permitted words of facts and policies, slices */
    SECTION_POLICIES,   /* struct image_policy[] */
    SECTION_SETTINGS,   /* struct image_setting[]: dated values of policies, slices, later ones win */
    SECTION_SETS,       /* struct image_set[] */
    SECTION_SET_RANGES, /* struct image_range[], slices sorted by (lo, from) */
    SECTION_RELATIONS,  /* struct image_relation[] */
    SECTION_CELLS,      /* int64_t[]: relation rows, row-major, sorted by keys then from date */
    SECTION_CODE,       /* uint32_t[] */
    SECTION_ITEMS,      /* struct image_item[]: what charges and findings name */
    SECTION_ROWS,       /* struct image_row[]: trace rows */
    SECTION_CITES,      /* struct image_cite[] */
    SECTION_CITE_REFS,  /* uint32_t[]: cite numbers, slices */
    SECTION_BOUNDS,     /* struct image_bound[]: every constant that a quantity is compared with, sorted */
    SECTION_LISTS,      /* uint32_t[]: string of each result list; 0 is "charges" */
    SECTION_SOURCES,    /* struct image_source[] */
    SECTION_PAIRS,      /* bytes: large relations of two codes, see struct image_relation */
    SECTION_COLUMNS,    /* struct image_column[]: columns of tables that were read from files */
    SECTION_GIVEN,      /* uint32_t[]: string of each table that was given beside the pack: NAME=FILE as READER */
    SECTION_COUNT
};

struct image_slice { uint64_t offset, size; };  /* bytes from the start of the image */

struct image_header {
    char magic[8];
    uint32_t format;
    uint32_t ops;               /* fingerprint of ops.def: low 32 bits of XXH3-64 of all OP lines */
    uint64_t size;              /* of the whole image */
    uint8_t image_hash[16];     /* XXH3-128 (canonical bytes) of the image with this field zero */
    uint8_t rules_hash[16];     /* identity of the meaning alone */
    uint32_t pack_name, pack_version, pack_title, pack_owner;  /* strings */
    int32_t from, until;        /* dates in effect, inclusive; INT32_MAX: open */
    uint32_t date_register;     /* the date of service that selects rules */
    uint32_t answers_register;  /* domain 0, yes/no: may this pack answer this encounter; NONE: any */
    uint32_t source_shown;      /* domain whose records findings and charges name ("services"): NONE if there is none */
    uint32_t answers_at;        /* code words up to here suffice to know answers_register */
    uint64_t reserved[2];
    struct image_slice sections[SECTION_COUNT];
};

struct image_string { uint32_t at, size; };

enum domain_kind { DOMAIN_ROOT, DOMAIN_LIST, DOMAIN_GROUP, DOMAIN_CROSS, DOMAIN_CHARGES, DOMAIN_FINAL };
struct image_domain {
    uint32_t name;      /* string; 0 for cross domains without a name */
    uint32_t kind;      /* enum domain_kind */
    uint32_t key;       /* LIST: JSON key of the list */
    uint32_t a, b;      /* GROUP: a = source domain; CROSS: a, b; FINAL: a = charges domain; else NONE */
    uint32_t known;     /* register of the fact that names a record, or NONE */
    uint32_t known_as;  /* 0: findings list records under the list's key ("services": ["s1"]);
                           1: findings carry one under the fact's own name ("line": 2, "other_line": 1) */
    uint32_t link;      /* GROUP: register of the source records' link to their group, else NONE */
};

enum value_type {
    TYPE_BOOL,     /* 0, 1 */
    TYPE_WORD,     /* word id */
    /* up to 8 bytes of [0-9A-Z], packed from the top byte, rest 0: compares as text; 0: the code `none` */
    TYPE_CODE,
    TYPE_TEXT,     /* text number: string id of the image, or beyond them one made for the encounter */
    TYPE_COUNT,    /* whole number */
    TYPE_DECIMAL,  /* times 1,000,000 */
    TYPE_MONEY,    /* times 1,000,000 */
    TYPE_MINUTES, TYPE_DAYS, TYPE_YEARS,
    TYPE_DATE,     /* days since 1970-01-01 */
    TYPE_TIME,     /* minutes since 1970-01-01T00:00, wall clock */
    TYPE_CODES,    /* list of codes: offset << 24 | count into the encounter's list pool */
    TYPE_TIMES,    /* intervals: offset << 24 | count into the encounter's interval pool */
    TYPE_SET,      /* identity number */
    TYPE_LINK,     /* record number of domain `target`, -1: none */
    TYPE_LEVEL,    /* of a hierarchy, 0 best */
    TYPE_ROW,      /* trace row */
    TYPE_COUNT_OF
};

struct image_register { uint16_t domain; uint8_t type, flags; uint32_t target; /* LINK: domain pointed to, else 0 */ };
struct image_const { uint32_t reg, state; int64_t value; };  /* state 0: value; 1: not documented (reason ABSENT) */

enum missing_kind {
    MISSING_ASKED,     /* stays not documented */
    MISSING_REFUSED,   /* bad input */
    MISSING_DEFAULT,   /* value */
    MISSING_EMPTY,     /* list: empty */
    MISSING_POSITION,  /* count: position from 1; text: prefix string + position */
    MISSING_SAME       /* value of encounter fact (register in `value`) */
};
struct image_fact {
    uint32_t name, domain, reg, type;   /* enum value_type */
    uint32_t missing;                   /* enum missing_kind */
    uint32_t hold;                      /* string: what to ask for when it is missing; 0: made from the name */
    uint32_t words_at, words;           /* permitted words of TYPE_WORD, slice of FACT_WORDS */
    uint32_t unit;                      /* string of a decimal's unit, 0 */
    uint32_t is_selector;               /* 1: date of service */
    int64_t value;                      /* default; POSITION text: string id of the prefix; SAME: register */
};

struct image_policy {
    uint32_t name, reg, type;
    uint32_t words_at, words;           /* permitted values as strings (FACT_WORDS holds word ids for TYPE_WORD, string
                                           ids of the written values else) */
    uint32_t settings_at, settings;     /* dated values; the last one that holds on the date wins */
    uint32_t values_at;                 /* for types other than WORD: SETTINGS index of `words` entries with the
                                           permitted values in the order of words (from/until unused) */
    uint32_t item;
    uint32_t reserved;
};
struct image_setting { int32_t from, until; int64_t value; };

struct image_set { uint32_t name, at, count, item; };
struct image_range { uint64_t lo, hi; int32_t from, until; };      /* inclusive, same length; dates inclusive */

struct image_relation {
    uint32_t name, columns, keys, item;   /* keys: leading columns that are looked up */
    uint64_t at, rows; /* CELLS index of the first cell; each row has `columns` cells + from + until + trace row */
    /* codes > 0: columns 0 and 1 are codes and stand in PAIRS, from byte `pairs_at` on (a multiple of 8), as
     * vm/code_pairs.h lays them out:
     *     int64_t code[codes], sorted; uint64_t filter[filter_words]; uint32_t start[codes + 1];
     *     uint32_t filter_start[codes + 1]; uint32_t row[pairs]; uint16_t index[code_pairs_slots(codes)]
     * Rows start[i] to start[i + 1] have code[i] in column 0; each is: mark of the code of column 1 << 16 | row of
     * CELLS that holds the other columns, the dates and the trace row; sorted. Two bits of a word from
     * filter[filter_start[i]] to [filter_start[i + 1]] are set for each of these rows: where they are not, there is
     * none. Their values are not verified: a look-up finds nothing where one points nowhere. */
    uint32_t codes, filter_words;
    uint64_t pairs_at, pairs;
};

enum item_kind {
    ITEM_TABLE, ITEM_DEFINE, ITEM_THRESHOLD, ITEM_HIERARCHY, ITEM_GROUP, ITEM_CHOOSE, ITEM_BILL, ITEM_RULE, ITEM_BUNDLE,
    ITEM_LIMIT, ITEM_POLICY, ITEM_CODES, ITEM_RELATION, ITEM_FACTS, ITEM_ORDER
};
struct image_item {
    uint32_t name, kind, label;
    uint32_t source, from, to;      /* span in SOURCES */
    uint32_t cites_at, cites;       /* slice of CITE_REFS */
};
struct image_row {
    uint32_t item, number;          /* row number from 1; 0: the item itself */
    uint32_t hold;                  /* string of a hold cell, or 0 */
    uint32_t from, to;              /* span in the item's source (of the row; the row's own source: `source`) */
    uint32_t source;
    uint32_t cites_at, cites;       /* the row's own; none: the item's */
};
struct image_cite { uint32_t key, title, section, url; int32_t read; uint32_t reserved; };
struct image_bound { uint32_t type, reserved; int64_t value; };
/* Those of one table stand together, as in the file. Not needed to evaluate: a table is read out of an image by them.
 * place: among the relation's columns. */
struct image_column { uint32_t relation, place, name, type, unit, reserved; };
struct image_source { uint32_t name, reserved; uint8_t hash[16]; uint64_t at, size; }; /* at, size: in section TEXT */

/* Tests of a cell (operand letter A): test | CELL_NEGATED. */
enum cell_test {
    CELL_EQ,        /* column = x */
    CELL_RANGE,     /* x <= column <= y */
    CELL_CODES,     /* as RANGE, and of the same length as x */
    CELL_GE, CELL_LE, CELL_GT, CELL_LT,
    CELL_IN,        /* x: code set number */
    CELL_UNDOC,     /* is not documented */
    CELL_DOC,       /* is documented */
    CELL_NEGATED = 0x80
};
enum hit_policy { HIT_FIRST, HIT_ONE, HIT_EVERY };
enum result_kind { RESULT_REGISTER, RESULT_HOLD, RESULT_NONE };
enum key_mode { KEY_TOGETHER, KEY_ALONE, KEY_UNBROKEN };
enum criterion_kind {
    CRITERION_LEVEL,      /* least level (HIER) */
    CRITERION_GREATEST, CRITERION_LEAST,   /* number 1: those not documented do not compete */
    CRITERION_WHERE,      /* keep those with register true, if any; second register: the same condition without
                             opt-outs, for blame, or the same */
    CRITERION_SPACED,     /* every one from (register, domain 0) after the last, by second register */
    CRITERION_HOLD        /* more than one left: held by trace row `number` */
};
enum effect_kind { EFFECT_MODIFIER, EFFECT_WITHDRAW };
enum finding_kind { FIND_DENY, FIND_CHANGE, FIND_MISSING, FIND_HOLD, FIND_REVIEW, FIND_NOTE };
enum change_kind { CHANGE_NOTHING, CHANGE_UNITS, CHANGE_CODE, CHANGE_MODIFIERS };

#endif
