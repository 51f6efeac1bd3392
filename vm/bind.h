/* What binding, result and worlds share: the reader, fact columns, texts of one encounter. Behind
 * edict_evaluator.input and .texts; private to bind*.c, texts.c, result*.c, worlds.c and api.c. */
#ifndef EDICT_VM_BIND_H
#define EDICT_VM_BIND_H

#include "vm/evaluator.h"
#include "vm/json.h"
#include "vm/scan.h"

#define ENCOUNTER_BYTES (16u << 20)     /* one encounter's JSON */
#define UNKNOWN_KEYS 1024u              /* different unknown keys that are remembered */
#define WORLDS_MAX 1024u                /* evaluations that settle one held encounter */
#define WORLDS_CELLS (20u << 20)        /* cells that all of them together should write: large encounters get fewer */
#define WORLDS_WRITTEN (80u << 20)      /* and may, where they are larger than the encounter was */

#define STATE_UNSET 0xffffffffu         /* while reading: the record says nothing of the fact */

/* What a key of a record means. */
struct key { uint32_t hash, domain, name; uint32_t fact; uint32_t list; };   /* a fact, or a LIST domain; else NONE */

/* Places of an encounter's text between two tokens: behind a value of each key of each domain, known or not; of a list
 * also before its value, between its objects, and behind an object's opening brace. A place tells the state of the
 * reader of JSON. Each knows ways that led from it to the next value (or brace): these bytes, then that place. */
enum { WAYS = 4, WAY_ROOM = 64, UNKNOWN_PLACES = 128 };
enum { LIST_AFTER, LIST_BEFORE, LIST_BETWEEN, OBJECT_BEGIN, LIST_PLACES };
enum { PLACE_LIST = 64, PLACE_UNKNOWN, PLACE_WITHIN, PLACE_END, PLACE_FAR };  /* kinds besides the types of facts; FAR:
    of a fact that has no bit */
struct way { struct mark mark; struct place *to; };
struct place {
    struct way ways[WAYS];
    uint32_t kind, number;              /* number: of the fact, the list, the unknown key */
    uint64_t bit;                       /* of the fact, or 0 */
    struct fact_column *column;
    struct unknown_key *unknown;
    uint32_t turn;                      /* the way that is forgotten next */
    char raw[WAYS][WAY_ROOM];
};

/* A word with the quote behind it, as it stands in a text; texts that were met lately; months. */
enum { HINT_BITS = 4, MONTH_BITS = 6 };
struct word_mark { struct mark mark; const char *text; };
struct known_text { struct mark mark; int64_t number; uint64_t batch; };
struct month { uint64_t text; int32_t before; uint32_t days; };   /* yyyy-mm-; the day before its first */

/* Of so many records of a list the reasons why they have not a fact are remembered (bind_missing.c). */
enum { MISSING_PLACES = 16 };
enum { FACT_BITS = 63, MORE_FACTS = 63 };   /* facts of a domain that have a bit; the bit for there being more */
enum { FILL_CELLS = 4 };                    /* states written together; there is room for more */

/* One fact: cells of all records. Where a record says nothing of it and given is 1 it is `value`, and `step` more for
 * each record before; else a gap. bit: among the first of its domain, or 0; object: the last one that named it. clean:
 * so many cells are `value` since no record named it; reasons: of so many places `missing` holds for this run. */
struct fact_column {
    int64_t *v;
    uint32_t *w;
    uint64_t bit, object;
    int64_t value, step;
    uint32_t given, clean, reasons;
    uint32_t *missing;                  /* of the first records of a lane: the reasons that they lack it */
    uint32_t words;
    const struct word_mark *marks;      /* of its words */
    const uint32_t *numbers;
    uint32_t *hints;                    /* by hash: the word that was met */
    struct known_text *known;           /* by hash */
};

/* Records being read, `record` now, and where the reader is: behind `place`, or at the value before it. named: bits. */
struct reading { uint32_t domain, first, record; int at_value; struct place *place; uint64_t object, named; };
enum reached { AHEAD_KEY, AHEAD_VALUE, AHEAD_END };

struct unknown_key { uint32_t hash, domain; uint64_t seen; char *text; uint32_t size; uint32_t shown; }; /* text: the
    key, a 0, and from `shown` on what edict_unknown_key tells of it */

/* An entry of an EMIT's because list: the instruction, the trace row + 1 that it is for (0: all), its place in the
 * code, and what stands there; root: the register is of the encounter. */
struct because { uint32_t emit, only, entry, mode, link, reg, root; };

struct input {
    struct json json;
    char *scratch;
    struct key *keys; uint32_t key_mask;            /* open addressing */
    struct fact_column *columns;                    /* one a fact */
    uint32_t *rooms;                                /* one a domain: records that its fact columns hold */
    uint64_t *seen;                                 /* one a domain: object in which its list was last met */
    size_t **starts;                                /* one a domain: byte offset of each record */
    uint32_t **firsts;                              /* one a LIST domain: first record of each lane, and the end */
    uint32_t lane;                                  /* of the encounter being read */
    uint64_t object;                                /* number of the object being read, since the evaluator was made */
    int64_t *policy_cells; uint32_t *policy_states; /* LANES_MOST a policy */
    struct unknown_key unknown[UNKNOWN_KEYS]; uint32_t unknown_count, unknown_told;
    uint32_t unknown_slots[UNKNOWN_KEYS * 2];       /* number + 1 */
    struct because *because; uint32_t because_count; /* because.c */
    struct place *places, *list_places, *unknown_places, *end;  /* of facts, of lists, of unknown keys, behind all */
    struct word_mark *word_marks;                   /* one a word of a fact */
    uint32_t *hints;
    struct known_text *known_texts;
    uint64_t batch;                                 /* number of the last bind_start */
    struct month months[1 << MONTH_BITS];
    uint32_t fact_words;                            /* words of a set of facts */
    uint32_t *facts_of, *facts_at;                  /* facts by domain; those of d: facts_at[d] to facts_at[d + 1] */
    uint64_t *full;                                 /* bits of a domain's facts */
    uint64_t *late, *met;                           /* of those: whose cells are written when all is read, as long
        as no record names them; the others, written record by record; and MORE_FACTS */
    uint32_t *ready;                                /* of each domain: places of which late facts have reasons */
    uint64_t *gaps, *doubts, *same;                 /* sets: missing in this encounter, in any lane; MISSING_SAME */
    uint32_t *known_facts;                          /* of each domain: by which its records are known, or NONE */
    uint32_t *lists, list_count;                    /* the domains that are lists */
    uint32_t *missing;                              /* MISSING_PLACES a fact: the reason that this record has none */
    uint32_t fact;                                  /* being read; NONE: no fact */
    uint32_t domain, record;                        /* record being read */
    uint32_t element;                               /* of a list of codes; NONE */
    struct text other_key;                          /* a key that is no fact, when an error is about it */
    edict_error *error;
    struct worlds *worlds;                          /* worlds.c; NULL before the first held encounter */
    struct holds *holds;                            /* holds.c */
    struct wording *wording;                        /* wording.c */
    struct buffer words;                            /* a message being put together */
};

/* First record of a lane; of the encounter being read. */
static inline uint32_t lane_at(const struct input *in, uint32_t domain, uint32_t lane)
{
    return domain ? in->firsts[domain][lane] : lane;
}
static inline uint32_t bind_first(const struct edict_evaluator *e, uint32_t domain)
{
    const struct input *in = (const struct input *)e->input;
    return lane_at(in, domain, in->lane);
}

static inline struct input *input_of(const struct edict_evaluator *e)
{
    return (struct input *)e->input;
}

/* texts.c */
int texts_new(struct edict_evaluator *e);
void texts_free(struct edict_evaluator *e);
void texts_clear(struct edict_evaluator *e);
/* The number of a text: equal texts, equal numbers. -1: no memory. */
int64_t texts_intern(struct edict_evaluator *e, struct text s);
uint32_t texts_count(const struct edict_evaluator *e);

/* bind_new.c: the slot of a key, filled, or where it would go; room for `need` records in all fact columns of a domain,
 * 0: no memory. */
struct key *key_slot(const struct input *in, const struct edict_program *p, uint32_t hash, uint32_t domain,
    struct text t);
uint32_t key_hash(uint32_t domain, struct text t);
int bind_room(struct edict_evaluator *e, uint32_t domain, uint32_t need);

static inline struct place *list_place(const struct input *in, uint32_t domain, unsigned which)
{
    return &in->list_places[domain * LIST_PLACES + which];
}

/* bind_fast.c: reads records as long as all comes as it came before. AHEAD_KEY: the reader of tokens is asked for a key
 * or the end; AHEAD_VALUE: for the value of r->place; AHEAD_END: the object is read, and its list does not go on with
 * an object that can be read here. */
enum reached read_ahead(struct edict_evaluator *e, struct reading *r);
void record_begin(struct input *in, struct reading *r);
/* Before an entry of a list, or its end: the place behind it if it came before like this, or NULL: ask the reader. */
struct place *object_ahead(struct input *in, struct place *place);
/* What was just read from byte `from` on led from a place to another; its key or brace stands at `token`. */
void way_learn(struct input *in, struct place *place, struct place *to, size_t from, size_t token);
/* A record says nothing of a fact; it ended. */
void fact_gap(struct input *in, uint32_t fact, const struct reading *r);
void record_end(struct edict_evaluator *e, const struct reading *r);

/* bind_missing.c: what the encounter does not say, when everything was read. */
edict_status bind_missing(struct edict_evaluator *e);
/* Late facts of a domain (bits) are written record by record from now on; those before `record` are made up for. */
void facts_meet(struct edict_evaluator *e, uint32_t domain, uint32_t record, uint64_t facts);
/* The column of a late fact that no record named, for all lanes. */
struct column late_column(struct edict_evaluator *e, uint32_t fact);

/* bind_value.c: the value whose first token is `token`, for in->fact. 1 read, 0 stays not documented, -1 an
 * error was set. */
int value_read(struct edict_evaluator *e, enum json_token token, int64_t *out);
int code_read(struct text t, int64_t *out);

/* bind_error.c: sets in->error at the place being read and returns EDICT_INPUT (or the status given). */
edict_status input_error(struct edict_evaluator *e, edict_status status, const char *code, size_t offset,
    const char *expected,
                         const char *format, ...) __attribute__((format(printf, 6, 7)));
/* A key of the encounter as error texts may show it: one that does not read like a name could be private. */
struct text key_shown(const struct edict_evaluator *e, struct text t);
/* Appends to a fixed text, cut between characters. */
void clip_add(char *to, size_t room, struct text t);
void clip_text(char *to, size_t room, const char *word);

/* because.c */
int because_new(struct input *in, const struct edict_program *p);

int wording_new(struct edict_evaluator *e);
void wording_free(struct edict_evaluator *e);
void worlds_free(struct edict_evaluator *e);
void holds_free(struct edict_evaluator *e);

#endif
