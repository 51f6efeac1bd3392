/* What binding, result and worlds share: the reader, fact columns, texts of one encounter. Behind
 * edict_evaluator.input and .texts; private to bind*.c, texts.c, result*.c, worlds.c and api.c. */
#ifndef EDICT_VM_BIND_H
#define EDICT_VM_BIND_H

#include "vm/evaluator.h"
#include "vm/json.h"

#define ENCOUNTER_BYTES (16u << 20)     /* one encounter's JSON */
#define UNKNOWN_KEYS 1024u              /* different unknown keys that are remembered */
#define WORLDS_MAX 1024u                /* evaluations that settle one held encounter */
#define WORLDS_CELLS (16u << 20)        /* cells that all of them together should write: large encounters get fewer */
#define WORLDS_WRITTEN (64u << 20)      /* and may, where they are larger than the encounter was */

#define STATE_UNSET 0xffffffffu         /* while reading: this record has not named the fact yet */

/* What a key of a record means. */
struct key { uint32_t hash, domain, name; uint32_t fact; uint32_t list; };   /* a fact, or a LIST domain; else NONE */

/* What came behind a key (or at the beginning of a record) last time: the bytes from the end of the value before to the
 * next value, and the key that they name. */
struct follow { uint32_t key, size, quote; char raw[52]; };

/* Of so many records of a list the reasons why they have not a fact are remembered (bind.c). */
enum { MISSING_PLACES = 16 };

struct fact_column { int64_t *v; uint32_t *w; };

struct unknown_key { uint32_t hash, domain; uint64_t seen; char *text; uint32_t size; uint32_t shown; }; /* text: the
    key, a 0, and from `shown` on what edict_unknown_key tells of it */

/* An entry of an EMIT's because list: the instruction, the trace row + 1 that it is for (0: all), its place in the
 * code, and what stands there. One of no instruction (NONE) behind the last. */
struct because { uint32_t emit, only, entry, mode, link, reg; };

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
    struct follow *follows;                         /* one a slot of keys, and one a domain behind them */
    uint32_t *last_words;                           /* of each fact: place of its last word */
    char day_text[10]; int32_t day;                 /* the last date read */
    uint32_t *lists, list_count;                    /* the domains that are lists */
    uint32_t *missing;                              /* MISSING_PLACES a fact: the reason that this record has none */
    uint32_t *facts_of, *facts_at;                  /* facts by domain; those of d: facts_at[d] to facts_at[d + 1] */
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

/* First record of the encounter being read. */
static inline uint32_t bind_first(const struct edict_evaluator *e, uint32_t domain)
{
    const struct input *in = (const struct input *)e->input;
    return domain ? in->firsts[domain][in->lane] : in->lane;
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

/* bind.c: room for `need` records in all fact columns of a domain. 0: no memory. */
int bind_room(struct edict_evaluator *e, uint32_t domain, uint32_t need);

/* bind_fast.c: the slot of the key that follows slot `last`, if it came as last time, and its value is next; NONE: ask
 * the reader. A key that the reader gave, `from` where the value before it ended. The value of a fact: 1 read, 0 stays
 * not documented, -1 ask the reader. */
uint32_t key_ahead(struct input *in, uint32_t last);
void key_learn(struct input *in, uint32_t last, uint32_t key, size_t from);
int value_fast(struct edict_evaluator *e, uint32_t fact, int64_t *out);

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
