/* The usual case of reading an encounter, without tokens: keys that come as they came last time, to the byte, and
 * values as they are mostly written. Anything else is left to the reader of tokens, at the same place, as if nothing
 * had been tried. */
#include "base/date.h"
#include "vm/bind.h"

#include <string.h>

uint32_t key_ahead(struct input *in, uint32_t last)
{
    const struct follow *f = &in->follows[last];
    struct json *j = &in->json;
    if (f->key == NONE || f->size > j->size - j->pos || memcmp(f->raw, j->at + j->pos, f->size) != 0 ||
        (j->state != STATE_KEY_OR_END && (j->state != STATE_AFTER || j->open[j->depth - 1] != '{')))
        return NONE;
    j->offset = j->pos + f->quote;
    j->pos += f->size;
    j->state = STATE_VALUE;
    return f->key;
}

void key_learn(struct input *in, uint32_t last, uint32_t key, size_t from)
{
    struct follow *f = &in->follows[last];
    const struct json *j = &in->json;
    size_t end = j->pos;
    while (end < j->size && strchr(" \t\n\r", j->at[end]) && j->at[end]) end++;
    f->key = NONE;
    if (end - from > sizeof f->raw) return;
    f->size = (uint32_t)(end - from);
    f->quote = (uint32_t)(j->offset - from);
    memcpy(f->raw, j->at + from, f->size);
    f->key = key;
}

/* The length of a plain string whose opening quote stands at `p`, or NONE. */
static uint32_t plain_string(const char *p, size_t left)
{
    if (left < 2 || *p != '"') return NONE;
    const unsigned n = json_plain(p + 1, left - 1, JSON_TEXT_BYTES);
    return n + 1 < left && p[n + 1] == '"' ? n : NONE;
}

/* The day of ten bytes; most dates of an encounter are the same. */
static int day_read(struct input *in, const char *p, int32_t *day)
{
    if (memcmp(in->day_text, p, sizeof in->day_text) != 0) {
        if (!date_parse(p, &in->day)) {
            in->day_text[0] = 0;
            return 0;
        }
        memcpy(in->day_text, p, sizeof in->day_text);
    }
    *day = in->day;
    return 1;
}

static int digit_pair(const char *p)
{
    const unsigned a = (unsigned char)p[0] - (unsigned)'0', b = (unsigned char)p[1] - (unsigned)'0';
    return a > 9 || b > 9 ? 99 : (int)(a * 10 + b);
}

/* Bytes of a time with its quotes, or 0. */
static size_t time_fast(struct input *in, const char *p, size_t left, int64_t *out)
{
    int32_t day;
    if (left < 18 || p[0] != '"' || p[11] != 'T' || p[14] != ':') return 0;
    const int hour = digit_pair(p + 12), minute = digit_pair(p + 15);
    const int seconds = p[17] == ':';
    if (hour > 23 || minute > 59 || (seconds ? left < 21 || p[20] != '"' || digit_pair(p + 18) > 59 : p[17] != '"') ||
        !day_read(in, p + 1, &day))
        return 0;
    *out = ((int64_t)day * 24 + hour) * 60 + minute;
    return seconds ? 21 : 18;
}

/* Bytes of a code with its quotes, or 0. */
static size_t code_fast(const char *p, size_t left, int64_t *out)
{
    uint64_t v = 0;
    size_t n = 1;
    if (left < 10 || p[0] != '"') return 0;
    for (; n < 9; n++) {
        const unsigned char c = (unsigned char)p[n];
        if ((c < '0' || c > '9') && (c < 'A' || c > 'Z')) break;
        v |= (uint64_t)c << (64 - 8 * n);
    }
    *out = (int64_t)v;
    return n > 1 && p[n] == '"' ? n + 1 : 0;
}

static size_t codes_fast(struct edict_evaluator *e, const char *p, size_t left, int64_t *out, int *read)
{
    enum { CODES_FEW = 8 };
    int64_t codes[CODES_FEW];
    uint32_t n = 0;
    size_t at = 1;
    if (left < 2 || p[0] != '[') return 0;
    if (p[1] == ']') {
        *read = 0;
        return 2;
    }
    while (n < CODES_FEW) {
        const size_t size = code_fast(p + at, left - at, &codes[n]);
        if (!size || at + size >= left) return 0;
        at += size;
        n++;
        if (p[at] == ']') break;
        if (p[at++] != ',') return 0;
    }
    void *pool = e->codes;
    if (p[at] != ']' || e->code_count > UINT16_MAX) return 0;
    const int ok = pool_room(e, &pool, &e->code_room, e->code_count + n, sizeof *e->codes);
    e->codes = pool;
    if (!ok) return 0;
    memcpy(e->codes + e->code_count, codes, n * sizeof *codes);
    *out = (int64_t)((uint64_t)e->code_count << 24 | n);
    e->code_count += n;
    return at + 1;
}

static size_t number_fast(const char *p, size_t left, int64_t *out)
{
    int64_t v = 0;
    size_t n = 0;
    while (n < left && n < 10 && p[n] >= '0' && p[n] <= '9') v = v * 10 + (p[n++] - '0');
    if (n == 0 || n == 10 || n == left || (p[0] == '0' && n > 1) || p[n] == '.' || p[n] == 'e' || p[n] == 'E') return 0;
    *out = v;
    return n;
}

static size_t word_fast(struct edict_evaluator *e, uint32_t fact, const char *p, size_t left, int64_t *out)
{
    const struct edict_program *program = e->program;
    const struct image_fact *f = &program->facts[fact];
    struct input *in = input_of(e);
    const uint32_t size = plain_string(p, left);
    if (size == NONE) return 0;
    for (uint32_t i = 0, k = in->last_words[fact]; i < f->words; i++, k = k + 1 == f->words ? 0 : k + 1) {
        const uint32_t word = program->fact_words[f->words_at + k], string = program->words[word];
        if (program->strings[string].size != size || memcmp(program_string(program, string), p + 1, size) != 0)
            continue;
        in->last_words[fact] = k;
        *out = word;
        return size + 2u;
    }
    return 0;
}

int value_fast(struct edict_evaluator *e, uint32_t fact, int64_t *out)
{
    struct input *in = input_of(e);
    struct json *j = &in->json;
    const char *p = j->at + j->pos;
    const size_t left = j->size - j->pos;
    size_t size = 0;
    int read = 1;
    int32_t day;
    if (j->state != STATE_VALUE || !left) return -1;
    switch (e->program->facts[fact].type) {
    case TYPE_BOOL:
        size = left > 4 && memcmp(p, "true", 4) == 0 ? 4 : left > 5 && memcmp(p, "false", 5) == 0 ? 5 : 0;
        *out = size == 4;
        break;
    case TYPE_WORD: size = word_fast(e, fact, p, left, out); break;
    case TYPE_CODE: size = code_fast(p, left, out); break;
    case TYPE_CODES: size = codes_fast(e, p, left, out, &read); break;
    case TYPE_TEXT: {
        const uint32_t n = plain_string(p, left);
        if (n != NONE && (*out = texts_intern(e, (struct text){ p + 1, n })) >= 0) size = n + 2u;
        break;
    }
    case TYPE_DATE:
        if (left > 12 && p[0] == '"' && p[11] == '"' && day_read(in, p + 1, &day)) size = 12;
        if (size) *out = day;
        break;
    case TYPE_TIME: size = time_fast(in, p, left, out); break;
    case TYPE_DECIMAL:
    case TYPE_MONEY:
        size = number_fast(p, left, out);
        *out = size ? *out * 1000000 : 0;
        break;
    default: size = number_fast(p, left, out);
    }
    if (!size) return -1;
    j->pos += size;
    j->state = STATE_AFTER;
    return read;
}
