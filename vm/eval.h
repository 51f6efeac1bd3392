/* Private to the eval files: cells, output columns, row matching, and the functions behind the instructions. Every
 * instruction is called with the address of its first operand; the program is verified, so operands are taken as they
 * are. */
#ifndef EDICT_VM_EVAL_H
#define EDICT_VM_EVAL_H

#include "vm/code_pairs.h"
#include "vm/evaluator.h"
#include "vm/limits.h"

enum { WHY_CACHE = 8192 };

/* Ends the evaluation. The first failure is kept. */
void eval_fail(struct edict_evaluator *e, edict_status status, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void eval_limit_named(struct edict_evaluator *e, const char *what, uint32_t limit, const char *name);
#define eval_limit(e, what, limit) eval_limit_named(e, what, limit, #limit)
void eval_range(struct edict_evaluator *e);
void eval_alloc_failed(struct edict_evaluator *e, size_t count, size_t each);
/* Scratch and columns of this evaluation; NULL: the evaluation has failed. */
static inline void *eval_alloc(struct edict_evaluator *e, size_t count, size_t each)
{
    void *at = count > LIMIT_MEMORY / each ? NULL : arena_alloc(&e->arena, count * each);
    if (!at)
        eval_alloc_failed(e, count, each);
    return at;
}
void *eval_zero(struct edict_evaluator *e, size_t count, size_t each);

/* The cells of an input register: one per record, or one for all of them (step 0). */
struct cells {
    const int64_t *v;
    const uint32_t *w;
    size_t step;
};

extern const int64_t cell_yes;

/* Cells of a register of domain 0 as the records of `domain` see them: one a record. */
struct cells cells_spread(struct edict_evaluator *e, uint32_t reg, uint32_t domain);
/* Cells of a register as the records of `domain` see them. */
static inline struct cells cells_of(struct edict_evaluator *e, uint32_t reg, uint32_t domain)
{
    const struct column *c = &e->columns[reg];
    if (e->program->registers[reg].domain)
        return (struct cells){ c->v, c->w, 1 };
    if (c->n == 1 || !domain)
        return (struct cells){ c->v, c->w, c->n != 1 };
    return cells_spread(e, reg, domain);
}
/* An optional condition: NONE is true everywhere. */
static inline struct cells cells_if(struct edict_evaluator *e, uint32_t reg, uint32_t domain)
{
    return reg == NONE ? (struct cells){ &cell_yes, NULL, 0 } : cells_of(e, reg, domain);
}
static inline int64_t cell_v(const struct cells *c, size_t i) { return c->v[i * c->step]; }
static inline uint32_t cell_w(const struct cells *c, size_t i) { return c->w ? c->w[i * c->step] : 0; }

/* The column that an instruction writes: cells not set yet, all documented. NULL: the domain is empty (nothing to do)
 * or it failed. */
static inline struct column *column_new(struct edict_evaluator *e, uint32_t reg)
{
    struct column *c = &e->columns[reg];
    c->n = e->sizes[e->program->registers[reg].domain];
    c->w = NULL;
    c->yes = 0;
    c->v = c->n ? eval_alloc(e, c->n, sizeof *c->v) : NULL;
    return c->v ? c : NULL;
}
/* Gives it states that are not set yet. */
static inline uint32_t *column_cells(struct edict_evaluator *e, struct column *c)
{
    return c->w = eval_alloc(e, c->n, sizeof *c->w);
}
/* Gives it states, all 0. Call column_settle when the cells are written: it drops the states if all stayed 0. */
uint32_t *column_states(struct edict_evaluator *e, struct column *c);
void column_settle(struct column *c);

/* A static function whose loops are over plain cells is compiled a second time for processors with vectors of 32 bytes;
 * which one it is, is found when the library is loaded. */
#if defined(NDEBUG) && defined(__x86_64__) && defined(__GLIBC__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

/* Both columns with a cell a record, or one of them a single cell: each a loop that a compiler can make wide. */
#define EACH2(N, A, B, V, EXPR) \
    do { \
        const int64_t *p_ = (A).v, *q_ = (B).v; \
        if ((A).step && (B).step) \
            for (uint32_t i = 0; i < (N); i++) { \
                const int64_t x = p_[i], y = q_[i]; \
                (V)[i] = (EXPR); \
            } \
        else if ((A).step) \
            for (uint32_t i = 0; i < (N); i++) { \
                const int64_t x = p_[i], y = q_[0]; \
                (V)[i] = (EXPR); \
            } \
        else \
            for (uint32_t i = 0; i < (N); i++) { \
                const int64_t x = p_[0], y = q_[i * (B).step]; \
                (V)[i] = (EXPR); \
            } \
    } while (0)

/* eval_logic.c: the states of both operands into o->w, merged. 0: every cell of both is documented (or it failed), and
 * o has none. Then what is not documented gets the value 0. */
int states_merge(struct edict_evaluator *e, struct column *o, const struct cells *a, const struct cells *b);
void values_clear(const struct column *o);

static inline uint32_t reg_domain(const struct edict_evaluator *e, uint32_t reg)
{
    return e->program->registers[reg].domain;
}

/* Stable sort of record numbers (or any indices). `order` < 0: a before b. */
typedef int eval_order(const void *context, uint32_t a, uint32_t b);
void eval_sort(struct edict_evaluator *e, uint32_t *list, uint32_t count, eval_order *order, const void *context);

/* Finds equal items: a hash table over item numbers, made for at most `count` of them. */
struct eval_index {
    uint32_t *slots;
    uint32_t mask;
};
typedef int eval_equal(const void *context, uint32_t a, uint32_t b);
int index_new(struct edict_evaluator *e, struct eval_index *x, uint32_t count);
/* The item already there that equals `item`, else `item`, which is then added. */
uint32_t index_add(struct eval_index *x, uint64_t hash, uint32_t item, eval_equal *equal, const void *context);
/* same.c: of each record the first one of its lane that has the same keys, of which there are `width`. The records of
 * lane l are numbers ends[l] to ends[l + 1] of `count` in all; key k of record i is keys[k * count + i]. 0: failed. */
int firsts_find(
    struct edict_evaluator *e, const int64_t *keys, uint32_t width, const uint32_t *ends, uint32_t *first);
static inline uint64_t hash_mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
    return hash ^ hash >> 29;
}

/* Record tests. */
/* Answers met before, by code, set and date; of a set that is the same on every date the date is 0. */
enum { SET_CACHE_BITS = 12, DATE_FIRST = -25567, DATE_LAST = 84005 };
static inline int date_is_usual(int64_t date) { return date >= DATE_FIRST && date <= DATE_LAST; }
struct set_answer {
    int64_t code;
    uint32_t set; /* number of the set + 1 */
    int32_t date;
    int has;
};
int set_ask(const struct edict_evaluator *e, struct set_answer *a, uint32_t set, int64_t code, int64_t date);
static inline int set_has(const struct edict_evaluator *e, uint32_t set, int64_t code, int64_t date)
{
    const int64_t day = e->set_dated[set] ? date : 0;
    const uint64_t mixed = ((uint64_t)code ^ (uint64_t)set << 17 ^ (uint64_t)(uint32_t)day << 40) * 0x9E3779B97F4A7C15u;
    struct set_answer *a = &e->set_cache[mixed >> (64 - SET_CACHE_BITS)];
    const int met = a->code == code && a->set == set + 1 && a->date == day && date_is_usual(date);
    return met ? a->has : set_ask(e, a, set, code, date);
}
/* The memories of set_has, eval_codes.c and eval_relation.c. 0: no memory. */
int lookup_caches_new(struct edict_evaluator *e);
int rows_met_new(struct edict_evaluator *e);
int codes_new(struct edict_evaluator *e);
int hash_parts_new(struct edict_evaluator *e);
static inline int keys_order(const int64_t *row, const int64_t *keys, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (row[i] != keys[i])
            return row[i] < keys[i] ? -1 : 1;
    return 0;
}
/* A row that an image's opening has looked at, or that is as good: of a large relation only look-ups look at rows. */
static inline int row_good(const struct edict_program *p, const struct image_relation *r, const int64_t *row)
{
    return relation_looked_at(r) || program_value_fits(p, TYPE_ROW, row[r->columns + 2]);
}
/* The first row that holds on the date of those with these keys; they stand together, and `at` is the first of them or
 * another row. */
static inline const int64_t *rows_dated(
    const struct edict_program *p, const struct image_relation *r, size_t at, const int64_t *keys, int64_t date)
{
    const size_t width = (size_t)r->columns + 3;
    for (; at < r->rows; at++) {
        const int64_t *row = p->cells + r->at + at * width;
        if (keys_order(row, keys, r->keys) != 0)
            return NULL;
        if (row[r->columns] <= date && date <= row[r->columns + 1])
            return row;
    }
    return NULL;
}
static inline size_t slot_next(const struct relation_index *x, size_t slot)
{
    return (slot + 1) & (((size_t)1 << (64 - x->shift)) - 1);
}
static inline uint32_t slot_mark(const struct relation_index *x, uint64_t hash)
{
    return (uint32_t)(hash >> (x->shift - 16)) & UINT16_MAX;
}
/* Whether a row may have keys of this hash, or a key whose part of the hash is this. */
static inline uint32_t index_knows(const struct relation_index *x, uint64_t hash)
{
    hash >>= x->known_for;
    return (uint32_t)(x->known[hash >> 6] >> (hash & 63)) & 1;
}
/* The row that a slot names; of an empty one, the relation's first. */
static inline const int64_t *slot_row(const struct edict_program *p, uint32_t relation, uint32_t slot)
{
    const struct image_relation *r = &p->relations[relation];
    return p->cells + r->at + ((slot & UINT16_MAX) - (slot != 0)) * ((size_t)r->columns + 3);
}
/* relation_find by an index. */
static inline const int64_t *index_find(const struct edict_program *p, const struct image_relation *r,
    const struct relation_index *x, uint64_t hash, const int64_t *keys, int64_t date)
{
    const uint32_t mark = slot_mark(x, hash);
    const size_t width = (size_t)r->columns + 3, home = hash >> x->shift;
    const uint32_t one = x->slots[home], two = x->slots[slot_next(x, home)]; /* nearly always one of these */
    const uint32_t other = 0 - (uint32_t)(one >> 16 != mark), slot = one ^ ((one ^ two) & other);
    if (one && slot && slot >> 16 == mark) {
        const size_t row = (slot & UINT16_MAX) - 1;
        if (keys_order(p->cells + r->at + row * width, keys, r->keys) == 0)
            return rows_dated(p, r, row, keys, date);
    }
    for (size_t at = hash >> x->shift; x->slots[at]; at = slot_next(x, at)) {
        const size_t row = (x->slots[at] & UINT16_MAX) - 1;
        if (x->slots[at] >> 16 == mark && keys_order(p->cells + r->at + row * width, keys, r->keys) == 0)
            return rows_dated(p, r, row, keys, date);
    }
    return NULL;
}
/* The row of the relation with these keys on the date, or NULL. */
const int64_t *relation_find(const struct edict_program *p, uint32_t relation, const int64_t *keys, int64_t date);
/* eval_codes.c: of a relation of pairs. */
const int64_t *pairs_find(
    const struct edict_program *p, const struct image_relation *r, const int64_t *keys, int64_t date);
/* Where a key's cells come from. One that was gathered by a link of pairs: `at` is the link and the cells are those of
 * the records it was gathered from; else NULL. */
struct key_source {
    const int64_t *v, *at;
    size_t step;
    uint32_t records; /* cells */
    uint32_t reg;     /* they are of this register */
};
struct key_source key_source(struct edict_evaluator *e, uint32_t reg, const struct cells *key, uint32_t records);
/* Which pairs of records may have rows: q names the relation and, of its first and second code, register and domain.
 * pairs_marks fills in the rest; 0: not done, because a code is not documented (or failed). pairs_may: of each record
 * may is set where some row has its code first (side 0) or second; pairs_keep: of each pair of records keep is set
 * where the relation may have their codes. */
struct filter { /* the bits that answer for the rows of a first code */
    const uint64_t *words;
    uint32_t shift;
};
static inline uint32_t filter_has(const struct filter *f, uint32_t mark)
{
    return !(~f->words[filter_word(mark, f->shift)] & filter_mask(mark, f->shift));
}
struct pairs_question {
    uint32_t relation, regs[2], domains[2];
    const struct filter *filters; /* of each record with the first code */
    const uint32_t *marks, *numbers; /* of each with the second */
};
int pairs_marks(struct edict_evaluator *e, struct pairs_question *q);
void pairs_may(const struct pairs_question *q, uint32_t side, uint32_t records, unsigned char *may);
void pairs_keep(const struct pairs_question *q, const int64_t *first, const int64_t *second, uint32_t count,
    unsigned char *keep);
/* LISTS of a relation of pairs, whose keys (registers `regs`) are documented. 0: not done, because the codes were not
 * gathered by links of pairs. */
int pairs_list(struct edict_evaluator *e, uint32_t relation, const uint32_t *regs, const struct cells *keys,
    const struct cells *date, struct column *o);

/* Pools of lists: room for `need` more behind the end, not counted yet. NULL: failed. Earlier addresses become invalid.
 */
struct interval *times_room(struct edict_evaluator *e, size_t need);
int64_t *codes_room(struct edict_evaluator *e, size_t need);
/* Are two documented values of a type equal? Lists of codes and of intervals: if they hold the same. */
int list_same(const struct edict_evaluator *e, uint32_t type, int64_t x, int64_t y);
static inline int is_list(uint32_t type) { return type == TYPE_CODES || type == TYPE_TIMES; }
static inline int value_same(const struct edict_evaluator *e, uint32_t type, int64_t x, int64_t y)
{
    return x == y || (is_list(type) && list_same(e, type, x, y));
}
#define LIST_AT(ref) ((uint32_t)((uint64_t)(ref) >> 24))
#define LIST_SIZE(ref) ((uint32_t)((uint64_t)(ref)&0xffffff))
#define LIST_REF(at, size) ((int64_t)((uint64_t)(at) << 24 | (size)))
/* Counts `size` items at the end of a pool and returns their reference; of nothing: 0. */
static inline int64_t list_take(uint32_t *count, uint32_t size)
{
    int64_t ref = size ? LIST_REF(*count, size) : 0;
    *count += size;
    return ref;
}

/* Row matching (eval_table.c). */
enum match_result { MATCH_NO, MATCH_YES, MATCH_MAYBE };
struct match {
    struct edict_evaluator *e;
    uint32_t domain; /* whose records are matched */
    struct match_column {
        struct cells cells;
        uint32_t named;
    } * columns;
    uint32_t count;
    struct row_plan *plan; /* NULL: no rows are ruled out beforehand */
    uint64_t decided;      /* columns that all rows left agree with for certain; rows_begin */
    /* Of up to 64 rows (rows_open), else NULL: of each record the rows that are left; the columns that those of this
     * record agree with, beside those that the rows of every record do (NULL: none). `left`: of the record at hand. */
    uint64_t *alive, *agreed, everywhere, left;
    uint64_t tested; /* then: all columns that a row tests; 0: not known */
    struct cells date;
    uint32_t why; /* MATCH_MAYBE: the reasons */
};
/* `at`: count of the columns. Returns what follows them, NULL: failed. */
const uint32_t *match_open(struct match *m, struct edict_evaluator *e, uint32_t domain, const uint32_t *at);
/* `cells`: count of the columns of one row. */
enum match_result match_row(struct match *m, const uint32_t *cells, size_t record);
/* The alternatives of one column. */
enum match_result match_cell(
    const struct match *m, uint32_t column, const uint32_t *tests, uint32_t count, size_t record);
/* rows.c: for one record after another, the rows that can match: the next one from `from` on, or `count`. */
int rows_new(struct edict_evaluator *e);
void rows_free(struct edict_evaluator *e);
struct row_plan *rows_plan(const struct edict_evaluator *e, const uint32_t *columns);
int rows_open(struct match *m); /* 0: failed */
void rows_begin_wide(struct match *m, size_t record);
uint32_t rows_next_wide(const struct match *m, uint32_t from, uint32_t count);
static inline void rows_begin(struct match *m, size_t record)
{
    if (!m->alive) {
        rows_begin_wide(m, record);
        return;
    }
    m->left = m->alive[record];
    m->decided = m->everywhere | (m->agreed ? m->agreed[record] : 0);
}
static inline uint32_t rows_next(const struct match *m, uint32_t from, uint32_t count)
{
    if (!m->alive || from >= count)
        return m->alive ? count : rows_next_wide(m, from, count);
    const uint64_t bits = m->left >> from;
    return bits ? from + (uint32_t)__builtin_ctzll(bits) : count;
}
/* Do the rows left of every record match it for certain, as they are in `alive`? */
static inline int rows_certain(const struct match *m)
{
    return m->alive && m->tested && !(m->tested & ~m->everywhere);
}
const uint32_t *match_skip(const uint32_t *cells);
/* Reasons in the columns that the row tests: those that it asks whether they are documented, or else any that are not.
 */
uint32_t match_behind(const struct match *m, const uint32_t *cells, size_t record, int asked);

/* Time ladder (eval_table.c). */
struct ladder {
    uint32_t domain;       /* of the records it is asked for */
    const uint32_t *rungs; /* first rung; `each` words a rung; `from` at word 0 */
    uint32_t count, each;
    uint32_t units_at;     /* word of a rung with its units */
    int units_direct;      /* the word is the number itself, not a register */
    uint32_t stride, more; /* registers or NONE */
};
/* Units earned by x, and the rung reached (`count`: none). State of the result. */
uint32_t ladder_units(
    struct edict_evaluator *e, const struct ladder *l, size_t record, int64_t x, int64_t *units, uint32_t *rung);
/* The least x that earns unit number `unit`; never: INT64_MAX. */
uint32_t ladder_need(struct edict_evaluator *e, const struct ladder *l, size_t record, int64_t unit, int64_t *x);

/* Findings (eval_find.c). */
void finding_add(struct edict_evaluator *e, const struct finding *f);
void finding_hold(
    struct edict_evaluator *e, uint32_t row, uint32_t domain, uint32_t record, uint32_t why, const uint32_t *at);
/* Puts the findings in order of their lanes, when the code has run. */
void findings_close(struct edict_evaluator *e);
/* Puts `count` items of `each` bytes in order of their lanes, those of one lane as they stand; firsts as in evaluator.
 * `lane`: byte of an item with its lane. */
void lanes_sort(struct edict_evaluator *e, void *items, uint32_t count, size_t each, size_t lane, uint32_t *firsts);
/* Where lanes end among records that were counted in one loop over all: `first` has the lanes' first records and the
 * end, behind[i] how many were counted up to record i. ends may be first. */
static inline void lanes_end(const uint32_t *first, const uint32_t *behind, uint32_t lanes, uint32_t *ends)
{
    ends[0] = 0;
    for (uint32_t lane = 1; lane <= lanes; lane++)
        ends[lane] = first[lane] ? behind[first[lane] - 1] : 0;
}
/* Where the records of each lane begin in a domain, and the end; in `own` of LANES_MOST + 1 if they stand nowhere. */
static inline const uint32_t *lanes_first(const struct edict_evaluator *e, uint32_t domain, uint32_t *own)
{
    if (domain && e->lanes > 1)
        return e->firsts[domain];
    for (uint32_t lane = 0; lane <= e->lanes; lane++)
        own[lane] = lane_first(e, domain, lane);
    return own;
}
/* Domain `domain` gets its sizes from what each lane has of it (firsts filled); owners are made. 0: failed. */
uint32_t *lanes_new(struct edict_evaluator *e, uint32_t domain);
int lanes_close(struct edict_evaluator *e, uint32_t domain);

/* implied.c: what is certain of pairs without asking; 0: no memory. Does it hold in this run? Makes the column yes. */
int implied_new(struct edict_evaluator *e);
int implied_holds(const struct edict_evaluator *e, uint32_t number);
void implied_yes(struct edict_evaluator *e, uint32_t reg);
const int64_t *yes_cells(struct edict_evaluator *e, uint32_t n); /* so many that are yes; NULL: failed */
/* eval_pairs.c: which questions about pairs are of a kin; 0: no memory. */
int kin_new(struct edict_evaluator *e);

/* Forgets charges and findings; all that the last run made. One instruction. The size of what SETOF keeps in
 * evaluator.identities. */
void eval_forget(struct edict_evaluator *e);
void eval_restart(struct edict_evaluator *e);
void lanes_number(struct edict_evaluator *e);
void eval_step_run(struct edict_evaluator *e, const struct step *s, const uint32_t *code);
enum { IDENTITY_HEADS = 256 };
#define IDENTITIES_SIZE ((IDENTITY_HEADS + 1) * sizeof(void *))

/* The instructions, one family a file. */
void eval_cells(struct edict_evaluator *e, enum op op, const uint32_t *at);
void eval_logic(struct edict_evaluator *e, enum op op, const uint32_t *at);
void eval_relation(struct edict_evaluator *e, enum op op, const uint32_t *at);
void eval_times(struct edict_evaluator *e, enum op op, const uint32_t *at);
void eval_cross(struct edict_evaluator *e, const uint32_t *at);
void eval_fold(struct edict_evaluator *e, enum op op, const uint32_t *at);
void eval_table(struct edict_evaluator *e, const uint32_t *at);
void eval_hier(struct edict_evaluator *e, const uint32_t *at);
void eval_step(struct edict_evaluator *e, const uint32_t *at);
void eval_group(struct edict_evaluator *e, const uint32_t *at);
void eval_choose(struct edict_evaluator *e, const uint32_t *at);
void eval_emit(struct edict_evaluator *e, const uint32_t *at);
void eval_close(struct edict_evaluator *e, const uint32_t *at);
void eval_effect(struct edict_evaluator *e, const uint32_t *at);
void eval_cap(struct edict_evaluator *e, const uint32_t *at);
void eval_merge(struct edict_evaluator *e, const uint32_t *at);
void eval_find(struct edict_evaluator *e, const uint32_t *at);
/* eval_times.c: union of the sets sets[members[i] * step]. */
int64_t times_union(
    struct edict_evaluator *e, const int64_t *sets, const uint32_t *members, uint32_t count, size_t step);

#endif
