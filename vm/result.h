/* What result*.c, holds.c and worlds.c share: which records, rules and facts stand behind what is answered.
 * Private to them. */
#ifndef EDICT_VM_RESULT_H
#define EDICT_VM_RESULT_H

#include "vm/bind.h"
#include "vm/limits.h"
#include "vm/marks.h"
#include "vm/store.h"

/* One hold of the answer: a rule and a fact that must be documented first. */
struct hold {
    uint32_t finding;               /* of the evaluator: where it is printed */
    uint32_t row;                   /* trace row of the rule */
    uint32_t said;                  /* 1: a rule's own hold, the row has the message; 0: a fact that just is missing */
    uint32_t fact;                  /* NONE: no fact is to blame */
    uint32_t domain, record;        /* subject: of the finding when no fact is to blame */
    uint32_t count;                 /* records of the fact: entries of this hold */
    uint32_t pinned;                /* the record, where every record has a hold of its own; NONE */
};
struct hold_entry { uint32_t hold, record; };

/* What is the same in every answer, as JSON. */
struct piece { uint32_t at, size; };
/* The rules behind a charge (`because`) and what they cite, as text, by the rows: most charges were met before. */
enum { TAIL_BITS = 9, TAIL_BYTES = 1 << 18 };
struct tail { uint32_t rows, size, at; };    /* at: in bytes, the rows and behind them the text */
struct tails {
    struct tail slots[1 << TAIL_BITS];
    uint32_t size;
    char bytes[TAIL_BYTES];
};
/* Where because.c keeps what an EMIT (offset + 1) names for one of its rows, in the order in which it stands; `turn`:
 * that of the wording in which it was put there. */
struct because_place { uint32_t emit, turn, at, end; };
/* How findings name the records of a LIST domain: one (`, "line": `, a second one `, "other_line": `) or all of them
 * (`, "services": [`). */
struct subject { uint32_t domain, listed; struct piece key, other; };
/* What a FIND says: from `{"kind"` to its rule (`review`: where a rival wants something else), its message in parts
 * with an operand behind each (NONE: the last, with all that comes then), from the message's end on. */
struct said { struct piece text; uint32_t operand; };
struct find { struct piece head, review, foot; uint32_t said_at, said_size; };   /* said_size: without operands */
struct wording {
    struct buffer bytes;
    struct piece *rows, *cites, head;       /* head: from `, "pack"` to `"date": ` */
    struct piece *lists, services;          /* `, "charges": [`; `, "services": [` of what findings and charges name */
    struct subject *subjects; uint32_t subject_count;   /* in the order in which findings name them */
    struct find *finds; uint32_t *find_at;  /* by code offset: number */
    struct said *said;
    uint32_t *met, generation;              /* of each citation: list in which it was last told */
    uint32_t *told, telling;                /* of each row: the same of because lists */
    uint32_t *because, because_count;       /* because list of one charge */
    struct because_place *places;           /* of each row */
    struct because *entries; uint32_t entry_count, entry_room, entry_turn;  /* of all places */
    struct tails *tails;
    int32_t day; char day_text[16];         /* the last date told, with its quotes */
};

static inline void put_piece(struct buffer *out, const struct wording *w, struct piece piece)
{
    buffer_add(out, w->bytes.at + piece.at, piece.size);
}
/* A piece, and room for `rest` behind it. */
static inline char *store_ready(struct buffer *out, char *to, size_t rest, const struct wording *w, struct piece piece)
{
    if (!store_more(out, &to, piece.size, rest)) return to;
    return store_piece(to, w->bytes.at + piece.at, piece.size);
}
/* Another one: the lists that name rows or citations once. */
static inline uint32_t wording_turn(uint32_t *turn, uint32_t *of, uint32_t count)
{
    if (++*turn == 0) { /* after so many nothing old may look new */
        memset(of, 0, count * sizeof *of);
        *turn = 1;
    }
    return *turn;
}

/* Records of one list of one encounter, a bit each. */
struct marks { uint64_t word[(LIMIT_RECORDS + 63) / 64]; };
static inline int mark_is(const struct marks *m, uint32_t record)
{
    return (int)(m->word[record / 64] >> record % 64 & 1);
}
static inline void mark_set(struct marks *m, uint32_t record)
{
    m->word[record / 64] |= (uint64_t)1 << record % 64;
}

/* Of up to 64 records from `first` on those whose link leads to a record, a bit each. */
enum { LINKED_MOST = 64 };
static inline uint64_t linked_bits(const struct column *link, uint32_t first, uint32_t n, int64_t record)
{
    const int64_t *v = link->v + first;
    uint64_t bits = 0, open = 0;
    enum { FEW = 8 }; /* so many at once, if there are: no branch tells how many */
    if (n <= FEW && first + FEW <= link->n) {
        bits = eight_alike(v, record) & (((uint64_t)1 << n) - 1);
    } else {
        for (uint32_t i = 0; i < n; i++) bits |= (uint64_t)(v[i] == record) << i;
    }
    for (uint64_t left = link->w ? bits : 0; left; left &= left - 1)
        open |= (uint64_t)(link->w[first + (uint32_t)__builtin_ctzll(left)] != 0) << __builtin_ctzll(left);
    return bits & ~open;
}

/* A hash over numbered things: slots of another generation are free. */
struct hold_slot { uint32_t generation, number, hash; };
struct hold_index { struct hold_slot *slots; uint32_t room, count, generation; };
/* What is known of a reason: the gathering, walk and finding (from 1) that met it last; the rules, a bit each, too. */
struct hold_mark { uint32_t gathering, walk, finding, rules; };
/* A rule that holds: whether the ends that lie before their begins have been looked for, and were found. */
struct hold_rule { uint32_t row; int looked, reversed; };

struct holds {
    struct hold *list; uint32_t count, room;
    struct hold_entry *entries; uint32_t entry_count, entry_room;
    struct hold_index known, entered, asked;            /* of the list; of the entries; facts that a rule asks for */
    struct hold_mark *marks; uint32_t mark_room, walk, gathering;
    struct hold_rule *rules; uint32_t rule_count, rule_room;
    uint32_t *stack; uint32_t stack_room;
    uint32_t *queue; uint32_t queue_room;
};

/* Gathers the holds of the lane e->lane from its findings. 0: no memory. */
int holds_gather(struct edict_evaluator *e);
struct holds *holds_of(struct edict_evaluator *e);
static inline int hold_plain_message(const struct finding *f) { return f->kind == FIND_HOLD && f->why == 0; }

/* because.c: all rules behind one charge that are not among w->because yet: its bill row, then what its bill names. */
void because_gather(struct edict_evaluator *e, struct wording *w, const struct charge *c);

/* Marks the records of LIST domain `want` that stand behind a record. Returns how many marks are new. Marks count from
 * the lane's first record, as the reasons and the holds do. */
uint32_t behind_collect(const struct edict_evaluator *e, uint32_t want, uint32_t domain, uint32_t record,
    struct marks *marks);
uint32_t fact_of_register(const struct edict_program *p, uint32_t reg);

/* Pieces of JSON: `, "key": ` of a key that is a literal. */
#define put_name(out, key) buffer_add((out), ", \"" key "\": ", sizeof(", \"" key "\": ") - 1)
#define put_first(out, key) buffer_add((out), "\"" key "\": ", sizeof("\"" key "\": ") - 1)
void put_key(struct buffer *out, const char *key, int first);
void put_string(struct buffer *out, const struct edict_program *p, uint32_t string);
void put_code(struct buffer *out, int64_t code);
/* The word of a finding's kind. */
const char *kind_word(uint32_t kind);
/* Stored (store.h): the name of a record; a date; `"code": …, "units": …, "modifiers": […]`; records that are marked,
 * without brackets. */
char *store_name(struct edict_evaluator *e, struct buffer *out, char *to, size_t rest, uint32_t domain,
    uint32_t record);
/* … with numbers in line. */
static inline char *store_known(struct edict_evaluator *e, struct buffer *out, char *to, size_t rest, uint32_t domain,
    uint32_t record)
{
    const uint32_t reg = e->program->domains[domain].known;
    const struct column *c = &e->columns[reg == NONE ? 0 : reg];
    if (reg == NONE || e->program->registers[reg].type != TYPE_COUNT || record >= c->n || (c->w && c->w[record]))
        return store_name(e, out, to, rest, domain, record);
    return store_int(to, c->v[record]);
}
char *store_date(struct wording *w, char *to, int64_t date);
char *store_codes(struct edict_evaluator *e, struct buffer *out, char *to, size_t rest, int64_t list);
char *store_charge(struct edict_evaluator *e, struct buffer *out, char *to, size_t rest, int64_t code, int64_t units,
    int64_t modifiers);
char *store_records(struct edict_evaluator *e, struct buffer *out, char *to, size_t rest, uint32_t domain,
    const struct marks *marks, uint32_t count);
void put_rule(struct buffer *out, const struct edict_program *p, uint32_t row);
/* `, "services": […], "because": […], "cite": […]` of the chain of charges that starts at `first`. */
void put_tail(struct edict_evaluator *e, struct buffer *out, uint32_t first);
void put_cites(struct edict_evaluator *e, struct buffer *out, const uint32_t *rows, uint32_t count);
/* Finding number `i`, without holds that have reasons. */
void put_finding(struct edict_evaluator *e, struct buffer *out, const struct finding *f);
/* The same without the records behind a charge: what is certain of it where the record may move. */
void put_finding_key(struct edict_evaluator *e, struct buffer *out, const struct finding *f);
/* Does an earlier hold ask for the same fact of the same records in the same words? */
int hold_is_repeated(struct edict_evaluator *e, uint32_t number);
void put_hold(struct edict_evaluator *e, struct buffer *out, uint32_t number);

/* worlds.c: what stands in every world, when worlds were evaluated; else NULL. */
struct standing {
    uint32_t list, modifier_count;
    int64_t code, units, date;
    int64_t modifiers[8];
    uint32_t tail_at, tail_size;    /* text of put_tail */
};
const struct standing *worlds_standing(const struct edict_evaluator *e, uint32_t *count);
struct text worlds_tail(const struct edict_evaluator *e, const struct standing *s);
/* `[…]`: the classes of values of a fact and what each gives; empty: not known, or they do not differ. */
struct text worlds_values(const struct edict_evaluator *e, uint32_t fact, uint32_t record);
/* Findings that are there in every world though not in the three-valued answer: `{…}` each. */
struct text worlds_finding(const struct edict_evaluator *e, uint32_t n, uint32_t *kind);
void worlds_forget(struct edict_evaluator *e);

#endif
