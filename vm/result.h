/* What result*.c, holds.c and worlds.c share: which records, rules and facts stand behind what is answered.
 * Private to them. */
#ifndef EDICT_VM_RESULT_H
#define EDICT_VM_RESULT_H

#include "vm/bind.h"
#include "vm/limits.h"

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
struct wording {
    struct buffer bytes;
    struct piece *rows, *cites, head;       /* head: from `, "pack"` to `"date": ` */
    uint32_t *met, generation;              /* of each citation: list in which it was last told */
};

static inline void put_piece(struct buffer *out, const struct wording *w, struct piece piece)
{
    buffer_add(out, w->bytes.at + piece.at, piece.size);
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
    uint32_t *rows; uint32_t row_count, row_room;       /* because list of one charge */
    unsigned char shown[LIMIT_RECORDS], other[LIMIT_RECORDS];
};

/* Gathers the holds of the lane e->lane from its findings. 0: no memory. */
int holds_gather(struct edict_evaluator *e);
struct holds *holds_of(struct edict_evaluator *e);
static inline int hold_plain_message(const struct finding *f) { return f->kind == FIND_HOLD && f->why == 0; }

/* because.c: all rules behind one charge, into h->rows: its bill row, then what its bill names. */
void because_gather(struct edict_evaluator *e, struct holds *h, const struct charge *c);

/* Marks the records of LIST domain `want` that stand behind a record. Returns how many marks are new. Marks count from
 * the lane's first record, as the reasons and the holds do. */
uint32_t behind_collect(const struct edict_evaluator *e, uint32_t want, uint32_t domain, uint32_t record,
    unsigned char *marks);
/* The fact that names a domain's records, or NONE. */
uint32_t known_fact(const struct edict_program *p, uint32_t domain);
uint32_t fact_of_register(const struct edict_program *p, uint32_t reg);

/* Pieces of JSON: `, "key": ` of a key that is a literal. */
#define put_name(out, key) buffer_add((out), ", \"" key "\": ", sizeof(", \"" key "\": ") - 1)
#define put_first(out, key) buffer_add((out), "\"" key "\": ", sizeof("\"" key "\": ") - 1)
void put_key(struct buffer *out, const char *key, int first);
void put_string(struct buffer *out, const struct edict_program *p, uint32_t string);
void put_known(struct edict_evaluator *e, struct buffer *out, uint32_t domain, uint32_t record);
void put_date(struct buffer *out, int64_t date);
void put_code(struct buffer *out, int64_t code);
void put_codes(struct edict_evaluator *e, struct buffer *out, int64_t list);
void put_rule(struct buffer *out, const struct edict_program *p, uint32_t row);
/* `[…]` with the records of `domain` that are marked. */
void put_records(struct edict_evaluator *e, struct buffer *out, uint32_t domain, const unsigned char *marks);
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
