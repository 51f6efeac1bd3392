/* Text numbers of one encounter: a text that the image knows has its string's number, others are numbered behind
 * them. The image's table is built once; the encounter's is forgotten in one step (a slot of an older generation
 * is empty). */
#include "vm/bind.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

struct slot { uint32_t generation, number; };
struct entry { uint64_t hash; uint32_t at, size; };
struct texts {
    uint32_t *strings; uint32_t string_mask;    /* number + 1; open addressing */
    struct slot *slots; uint32_t slot_mask, generation;
    struct entry *entries; uint32_t count, room;
    struct buffer bytes;
};

static struct texts *texts_of(const struct edict_evaluator *e)
{
    return (struct texts *)e->texts;
}

static struct text image_text(const struct edict_program *p, uint32_t n)
{
    return (struct text){ program_string(p, n), p->strings[n].size };
}

static int image_table(struct texts *t, const struct edict_program *p)
{
    uint32_t size = 16;
    while (size / 2 < p->string_count) size *= 2;
    t->strings = calloc(size, sizeof *t->strings);
    if (!t->strings) return 0;
    t->string_mask = size - 1;
    for (uint32_t n = 0; n < p->string_count; n++) {
        struct text s = image_text(p, n);
        uint32_t i = (uint32_t)XXH3_64bits(s.at, s.size) & t->string_mask;
        while (t->strings[i] && !text_equal(s, image_text(p, t->strings[i] - 1))) i = (i + 1) & t->string_mask;
        if (!t->strings[i]) t->strings[i] = n + 1;
    }
    return 1;
}

int texts_new(struct edict_evaluator *e)
{
    struct texts *t = calloc(1, sizeof *t);
    if (!t) return 0;
    e->texts = t;
    buffer_init(&t->bytes, (size_t)ENCOUNTER_BYTES * 2);
    t->generation = 1;
    t->slot_mask = 255;
    t->room = 128;
    t->slots = calloc(t->slot_mask + 1, sizeof *t->slots);
    t->entries = calloc(t->room, sizeof *t->entries);
    return t->slots && t->entries && image_table(t, e->program);
}

void texts_free(struct edict_evaluator *e)
{
    struct texts *t = texts_of(e);
    if (!t) return;
    free(t->strings);
    free(t->slots);
    free(t->entries);
    buffer_free(&t->bytes);
    free(t);
    e->texts = NULL;
}

void texts_clear(struct edict_evaluator *e)
{
    struct texts *t = texts_of(e);
    t->count = 0;
    buffer_clear(&t->bytes);
    if (++t->generation == 0) {
        memset(t->slots, 0, ((size_t)t->slot_mask + 1) * sizeof *t->slots);
        t->generation = 1;
    }
}

static int grow(struct edict_evaluator *e, struct texts *t)
{
    uint32_t size = (t->slot_mask + 1) * 2;
    struct slot *slots = calloc(size, sizeof *slots);
    struct entry *entries = realloc(t->entries, size / 2 * sizeof *entries);
    if (entries) t->entries = entries;
    if (!slots || !entries) {
        free(slots);
        return 0;
    }
    e->allocations += 2;
    free(t->slots);
    t->slots = slots;
    t->slot_mask = size - 1;
    t->room = size / 2;
    for (uint32_t n = 0; n < t->count; n++) {
        uint32_t i = (uint32_t)t->entries[n].hash & t->slot_mask;
        while (t->slots[i].generation == t->generation) i = (i + 1) & t->slot_mask;
        t->slots[i] = (struct slot){ t->generation, n };
    }
    return 1;
}

int64_t texts_intern(struct edict_evaluator *e, struct text s)
{
    struct texts *t = texts_of(e);
    const struct edict_program *p = e->program;
    uint64_t hash = XXH3_64bits(s.at, s.size);
    for (uint32_t i = (uint32_t)hash & t->string_mask; t->strings[i]; i = (i + 1) & t->string_mask)
        if (text_equal(s, image_text(p, t->strings[i] - 1))) return t->strings[i] - 1;
    if (t->count == t->room && !grow(e, t)) return -1;
    uint32_t i = (uint32_t)hash & t->slot_mask;
    for (; t->slots[i].generation == t->generation; i = (i + 1) & t->slot_mask) {
        const struct entry *old = &t->entries[t->slots[i].number];
        if (old->hash == hash && text_equal(s, (struct text){ t->bytes.at + old->at, old->size }))
            return (int64_t)p->string_count + t->slots[i].number;
    }
    size_t room = t->bytes.room;
    uint32_t at = (uint32_t)t->bytes.size;
    buffer_add(&t->bytes, s.at, s.size);
    if (t->bytes.failed) return -1;
    e->allocations += t->bytes.room != room;
    t->entries[t->count] = (struct entry){ hash, at, s.size };
    t->slots[i] = (struct slot){ t->generation, t->count };
    return (int64_t)p->string_count + t->count++;
}

uint32_t texts_count(const struct edict_evaluator *e)
{
    return texts_of(e)->count;
}

int text_is_new(const struct edict_evaluator *e, int64_t value)
{
    return value >= (int64_t)e->program->string_count + texts_of(e)->count;
}

int text_known(const struct edict_evaluator *e, int64_t value, struct text *text)
{
    if (text_is_new(e, value)) return 0;
    *text = bind_text(e, value);
    return 1;
}

struct text bind_text(const struct edict_evaluator *e, int64_t value)
{
    const struct texts *t = texts_of(e);
    const struct edict_program *p = e->program;
    if (value < 0) return (struct text){ "", 0 };
    if (value < (int64_t)p->string_count) return image_text(p, (uint32_t)value);
    value -= p->string_count;
    if (value >= t->count) return (struct text){ "", 0 };
    return (struct text){ t->bytes.at + t->entries[value].at, t->entries[value].size };
}
