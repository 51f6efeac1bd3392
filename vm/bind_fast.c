/* The usual case of reading an encounter, without tokens: what stands between two values came last time too, to the
 * byte, and values are as they are mostly written. Anything else is left to the reader of tokens, at the same place, as
 * if nothing had been tried. */
#include "base/date.h"
#include "vm/bind.h"
#include "vm/limits.h"

#include <string.h>

static inline int way_same(const struct place *at, unsigned i, const char *p, size_t left)
{
    const struct mark *m = &at->ways[i].mark;
    return mark_same(m, p, left) && (m->size <= 16 || memcmp(at->raw[i] + 8, p + 8, m->size - 16u) == 0);
}

/* Another way than the first one. Near the end of the text, of which mark_same() needs more, also that one. */
static const struct way *way_other(const struct place *at, const char *p, size_t left)
{
    for (unsigned i = 1; i < WAYS; i++)
        if (way_same(at, i, p, left)) return &at->ways[i];
    for (unsigned i = 0; i < WAYS && left < 8; i++)
        if (at->ways[i].to && at->ways[i].mark.size <= left && memcmp(at->raw[i], p, at->ways[i].mark.size) == 0)
            return &at->ways[i];
    return NULL;
}

/* The way from a place that is the same here, or NULL. */
static inline const struct way *way_find(const struct place *at, const char *p, size_t left)
{
    return way_same(at, 0, p, left) ? at->ways : way_other(at, p, left);
}

void way_learn(struct input *in, struct place *place, struct place *to, size_t from, size_t token)
{
    const struct json *j = &in->json;
    const size_t size = j->pos - from;
    if (!place || size > WAY_ROOM) return;
    const uint32_t i = place->turn;
    place->turn = (i + 1) % WAYS;
    place->ways[i] = (struct way){ bytes_mark(j->at + from, (uint32_t)size), to };
    place->ways[i].mark.token = (uint8_t)(token - from);
    memcpy(place->raw[i], j->at + from, size);
}

struct place *object_ahead(struct input *in, struct place *place)
{
    struct json *j = &in->json;
    const struct way *w = way_find(place, j->at + j->pos, j->size - j->pos);
    if (!w) return NULL;
    j->offset = j->pos + w->mark.token;
    j->pos += w->mark.size;
    if (w->to == in->end) {
        j->depth = 1;
        j->state = STATE_AFTER;
    } else {
        j->open[1] = '[';
        j->open[2] = '{';
        j->depth = 3;
        j->state = STATE_KEY_OR_END;
    }
    return w->to;
}

/* The length of a plain string whose opening quote stands at `p`, or NONE. */
static uint32_t plain_string(const char *p, size_t left)
{
    if (left < 2 || *p != '"') return NONE;
    const unsigned n = json_plain(p + 1, left - 1, JSON_TEXT_BYTES);
    return n + 1 < left && p[n + 1] == '"' ? n : NONE;
}

static inline uint32_t hash_of(uint64_t x, unsigned bits) { return (uint32_t)(x * 0x9E3779B97F4A7C15u >> (64 - bits)); }

/* The day of ten bytes. Months are remembered: their first day, and how many they have. */
static inline int day_read(struct input *in, const char *p, int32_t *day)
{
    const uint64_t text = load8(p);
    struct month *m = &in->months[hash_of(text, MONTH_BITS)];
    const unsigned tens = (unsigned char)p[8] - (unsigned)'0', ones = (unsigned char)p[9] - (unsigned)'0';
    const unsigned n = tens * 10 + ones;
    if (m->text != text) {
        if (!date_parse(p, day)) return 0;
        *m = (struct month){ text, *day - (int32_t)n,
            (uint32_t)date_month_days((p[0] - '0') * 1000 + (p[1] - '0') * 100 + (p[2] - '0') * 10 + (p[3] - '0'),
                (p[5] - '0') * 10 + (p[6] - '0')) };
        return 1;
    }
    *day = m->before + (int32_t)n;
    return ones <= 9 && tens <= 3 && n - 1 < m->days;
}

/* Bytes of a time with its quotes, or 0. */
static inline size_t time_fast(struct input *in, const char *p, size_t left, int64_t *out)
{
    int32_t day;
    if (left < 21 || p[0] != '"') return 0;
    const uint64_t x = (load8(p + 11) & 0xffffffffffffu) ^ 0x30303a303054u;  /* T00:00 */
    const unsigned hour = (unsigned)(x >> 8 & 0xff) * 10 + (unsigned)(x >> 16 & 0xff);
    const unsigned minute = (unsigned)(x >> 32 & 0xff) * 10 + (unsigned)(x >> 40);
    if (x & 0xff0000ffu || !are_digits(x) || hour > 23 || minute > 59 || !day_read(in, p + 1, &day)) return 0;
    *out = ((int64_t)day * 24 + hour) * 60 + minute;
    if (p[17] == '"') return 18;
    const unsigned tens = (unsigned char)p[18] - (unsigned)'0', ones = (unsigned char)p[19] - (unsigned)'0';
    return p[17] == ':' && tens <= 5 && ones <= 9 && p[20] == '"' ? 21 : 0;
}

/* Bytes of a code with its quotes, or 0. */
static inline size_t code_fast(const char *p, size_t left, int64_t *out)
{
    const uint64_t ones = 0x0101010101010101u, high = ones << 7;
    if (left < 10 || p[0] != '"') return 0;
    uint64_t w = load8(p + 1), x = w ^ ones * '"';
    const uint64_t quote = (x - ones) & ~x & high;  /* its lowest bit is in the first quote */
    size_t n = 8;
    if (quote) {
        const uint64_t keep = (quote ^ (quote - 1)) >> 8;
        n = (size_t)__builtin_ctzll(quote) / 8;
        w &= keep;
        x = w | (ones * '0' & ~keep);
    } else {
        if (p[9] != '"') return 0;
        x = w;
    }
    const uint64_t digit = (x + ones * (0x80 - '0')) & ~(x + ones * (0x7f - '9'));
    const uint64_t letter = (x + ones * (0x80 - 'A')) & ~(x + ones * (0x7f - 'Z'));
    if (!n || x & high || ((digit | letter) & high) != high) return 0;
    *out = (int64_t)__builtin_bswap64(w);
    return n + 2;
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

/* Bytes of a number of up to seven digits without sign and exponent, in millionths (places 6) or whole (0); or 0. */
static inline size_t number_fast(const char *p, size_t left, unsigned places, int64_t *out)
{
    if (left < 9) return 0;
    if (p[1] == ',' && p[0] >= '0' && p[0] <= '9') {    /* most of them */
        *out = places ? (p[0] - '0') * (int64_t)1000000 : p[0] - '0';
        return 1;
    }
    uint64_t x = load8(p) ^ 0x3030303030303030u;
    const uint64_t other = (x | (x + 0x0606060606060606u)) & 0xf0f0f0f0f0f0f0f0u;
    if (!other) return 0;
    size_t n = (size_t)__builtin_ctzll(other) / 8;
    if (!n || (n > 1 && p[0] == '0')) return 0;
    x <<= 64 - 8 * n;               /* the digits, zeros before them */
    x = x * 10 + (x >> 8);          /* pairs, fours, all eight */
    int64_t v = (int64_t)((((x & 0xff000000ffu) * (100 + (1000000ull << 32))) +
        ((x >> 16 & 0xff000000ffu) * (1 + (10000ull << 32)))) >> 32);
    if (p[n] == '.') {
        const size_t point = n++;
        for (; n < left && places && p[n] >= '0' && p[n] <= '9'; places--) v = v * 10 + (p[n++] - '0');
        if (n == point + 1 || n == left || (p[n] >= '0' && p[n] <= '9')) return 0;
    }
    if (p[n] == 'e' || p[n] == 'E') return 0;
    while (places--) v *= 10;
    *out = v;
    return n;
}

/* Words are tried by what their first bytes said last time, then all. */
static inline size_t word_fast(const struct fact_column *c, const char *p, size_t left, int64_t *out)
{
    if (left < 10 || p[0] != '"') return 0;
    uint32_t *hint = &c->hints[hash_of(load8(p + 1), HINT_BITS)], k = *hint;
    for (uint32_t i = 0; i < c->words; i++) {
        const struct word_mark *w = &c->marks[k];
        if (mark_same(&w->mark, p + 1, left - 1) &&
            (w->mark.size <= 16 || memcmp(w->text + 8, p + 9, w->mark.size - 16u) == 0)) {
            *hint = k;
            *out = c->numbers[k];
            return w->mark.size + 1u;
        }
        k = k + 1 == c->words ? 0 : k + 1;
    }
    return 0;
}

/* Short texts are remembered with their numbers as long as the numbers hold. */
static inline size_t text_fast(struct edict_evaluator *e, struct known_text *known, const char *p, size_t left,
    int64_t *out)
{
    const uint64_t batch = input_of(e)->batch;
    if (left < 10) return 0;
    struct known_text *k = &known[hash_of(load8(p + 1), HINT_BITS)];
    if (p[0] == '"' && mark_same(&k->mark, p + 1, left - 1) && k->batch == batch) {
        *out = k->number;
        return k->mark.size + 1u;
    }
    const uint32_t n = plain_string(p, left);
    if (n == NONE || (*out = texts_intern(e, (struct text){ p + 1, n })) < 0) return 0;
    if (n < 16) *k = (struct known_text){ bytes_mark(p + 1, n + 1), *out, batch };
    return n + 2u;
}

/* Bytes of a string that nobody reads, or 0. */
static inline size_t string_pass(const char *p, size_t left)
{
    size_t n = 1;
    if (left > JSON_TEXT_BYTES) left = JSON_TEXT_BYTES;
    for (;;) {
        n += json_plain(p + n, left - n, left - n);
        if (left - n < 2) return 0;
        if (p[n] == '"') return n + 1;
        if (p[n] != '\\' || !p[n + 1] || !strchr("\"\\/bfnrt", p[n + 1])) return 0;
        n += 2;
    }
}

/* Bytes of a number without sign and exponent that nobody reads, or 0. */
static inline size_t number_pass(const char *p, size_t left)
{
    size_t n = 0, point = 0;
    while (n < left && p[n] >= '0' && p[n] <= '9') n++;
    if (!n || (n > 1 && p[0] == '0') || left - n < 2) return 0;
    if (p[n] == '.') {
        point = ++n;
        while (n < left && p[n] >= '0' && p[n] <= '9') n++;
    }
    return n == point || n == left || p[n] == 'e' || p[n] == 'E' ? 0 : n;
}

/* Bytes of a value that nobody reads, or 0. */
static inline size_t value_pass(const char *p, size_t left)
{
    if (left < 6) return 0;
    switch (*p) {
    case '"': return string_pass(p, left);
    case 't': return memcmp(p, "true", 4) == 0 ? 4 : 0;
    case 'f': return memcmp(p, "false", 5) == 0 ? 5 : 0;
    case 'n': return memcmp(p, "null", 4) == 0 ? 4 : 0;
    default: return number_pass(p, left);
    }
}

static inline void gap(struct input *in, uint32_t fact, const struct reading *r)
{
    const struct fact_column *c = &in->columns[fact];
    c->v[r->record] = c->value + c->step * (r->record - r->first);
    c->w[r->record] = c->given ? 0 : STATE_UNSET;
    in->gaps[fact / 64] |= (uint64_t)!c->given << fact % 64;
}

void fact_gap(struct input *in, uint32_t fact, const struct reading *r)
{
    gap(in, fact, r);
}

/* Bytes of the value of a fact and the value; *read 0: it says that it is not documented. Or 0. */
static inline size_t fact_fast(struct edict_evaluator *e, const struct place *place, const char *p, size_t left,
    int64_t *v, int *read)
{
    const struct fact_column *c = place->column;
    struct input *in = input_of(e);
    size_t size = 0;
    int32_t day;
    if (left < 5) return 0;
    switch (place->kind) {
    case TYPE_BOOL:
        *v = memcmp(p, "true", 4) == 0;
        size = *v ? 4 : memcmp(p, "false", 5) == 0 ? 5 : 0;
        break;
    case TYPE_WORD: size = word_fast(c, p, left, v); break;
    case TYPE_CODE: size = code_fast(p, left, v); break;
    case TYPE_CODES: size = codes_fast(e, p, left, v, read); break;
    case TYPE_TEXT: size = text_fast(e, c->known, p, left, v); break;
    case TYPE_DATE:
        if (left > 12 && p[0] == '"' && p[11] == '"' && day_read(in, p + 1, &day)) {
            size = 12;
            *v = day;
        }
        break;
    case TYPE_TIME: size = time_fast(in, p, left, v); break;
    default: size = number_fast(p, left, place->kind == TYPE_DECIMAL || place->kind == TYPE_MONEY ? 6 : 0, v);
    }
    if (size || memcmp(p, "null", 4) != 0) return size;
    *read = 0;
    return 4;
}

void record_begin(struct input *in, struct reading *r)
{
    r->object = ++in->object;
    r->place = list_place(in, r->domain, OBJECT_BEGIN);
    r->named = 0;
    in->starts[r->domain][r->record] = in->json.offset;
}

void record_end(struct edict_evaluator *e, const struct reading *r)
{
    struct input *in = input_of(e);
    const uint32_t *facts = in->facts_of + in->facts_at[r->domain];
    const uint32_t count = in->facts_at[r->domain + 1] - in->facts_at[r->domain];
    const uint64_t late = r->named & ~in->met[r->domain];
    if (late) facts_meet(e, r->domain, r->record, late);
    for (uint64_t left = in->full[r->domain] & in->met[r->domain] & ~r->named; left; left &= left - 1)
        gap(in, facts[__builtin_ctzll(left)], r);
    for (uint32_t i = FACT_BITS; i < count; i++)
        if (in->columns[facts[i]].object != r->object) fact_gap(in, facts[i], r);
}

/* Behind the brace of the list's next record, if it comes as it came before and there is room; else NULL. */
static inline const char *next_record(struct edict_evaluator *e, struct reading *r, const char *p, const char *end)
{
    struct input *in = input_of(e);
    const uint32_t next = r->record + 1;
    const struct place *between = list_place(in, r->domain, LIST_BETWEEN);
    const struct way *w = way_find(between, p, (size_t)(end - p));
    if (!w || w->to == in->end || next - r->first == LIMIT_RECORDS || next >= in->rooms[r->domain]) return NULL;
    in->json.offset = (size_t)(p - in->json.at) + w->mark.token;
    e->sizes[r->domain] = r->record = next;
    record_begin(in, r);
    return p + w->mark.size;
}

enum reached read_ahead(struct edict_evaluator *e, struct reading *r)
{
    struct input *in = input_of(e);
    struct json *j = &in->json;
    const char *const end = j->at + j->size, *p = j->at + j->pos, *token = j->at + j->offset;
    struct place *place = r->place;
    for (int at_value = r->at_value; place; at_value = 0) {
        size_t size = 0;
        if (!at_value) {
            const struct way *w = way_find(place, p, (size_t)(end - p));
            if (!w) break;
            token = p + w->mark.token;
            p += w->mark.size;
            place = w->to;
        }
        if (place->kind < PLACE_LIST) {
            const struct fact_column *c = place->column;
            int64_t v = 0;
            int read = 1;
            if (!(r->named & c->bit)) size = fact_fast(e, place, p, (size_t)(end - p), &v, &read);
            if (size) {
                r->named |= c->bit;
                c->v[r->record] = v;
                c->w[r->record] = 0;
                if (!read) fact_gap(in, place->number, r);
            }
        } else if (place->kind == PLACE_UNKNOWN) {
            if (place->unknown->seen != r->object) size = value_pass(p, (size_t)(end - p));
            if (size) place->unknown->seen = r->object;
        } else if (place->kind == PLACE_END) {
            if (r->named != in->met[r->domain]) record_end(e, r);
            const char *next = r->domain ? next_record(e, r, p, end) : NULL;
            if (!next) {
                j->pos = (size_t)(p - j->at);
                j->state = --j->depth ? STATE_AFTER : STATE_DONE;
                return AHEAD_END;
            }
            place = r->place;
            size = (size_t)(next - p);
        }
        if (!size) {
            r->at_value = 1;
            r->place = place;
            j->offset = (size_t)(token - j->at);
            j->pos = (size_t)(p - j->at);
            j->state = STATE_VALUE;
            return AHEAD_VALUE;
        }
        p += size;
    }
    r->place = place;
    r->at_value = 0;
    j->state = place == list_place(in, r->domain, OBJECT_BEGIN) ? STATE_KEY_OR_END : STATE_AFTER;
    j->pos = (size_t)(p - j->at);
    return AHEAD_KEY;
}
