/* The usual case of reading an encounter, without tokens: what stands between two values came last time too, to the
 * byte, and values are as they are mostly written. Anything else is left to the reader of tokens, at the same place, as
 * if nothing had been tried. */
#include "base/date.h"
#include "vm/bind.h"
#include "vm/limits.h"

#include <string.h>

static inline int way_same(const struct place *at, unsigned i, const char *p)
{
    const struct mark *m = &at->ways[i].mark;
    return mark_same(m, p) &&
        (m->size <= MARK_HEAD || memcmp(at->raw[i] + MARK_HEAD, p + MARK_HEAD, m->size - (unsigned)MARK_HEAD) == 0);
}

/* Another way than the first one. */
static const struct way *way_other(const struct place *at, const char *p)
{
    for (unsigned i = 1; i < WAYS; i++)
        if (way_same(at, i, p)) return &at->ways[i];
    return NULL;
}

/* The way from a place that is the same here, or NULL. WAY_ROOM bytes may be looked at. */
static inline const struct way *way_find(const struct place *at, const char *p)
{
    return way_same(at, 0, p) ? at->ways : way_other(at, p);
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
    const size_t left = j->size - j->pos;
    char last[WAY_ROOM] = { 0 };
    const char *p = left < WAY_ROOM ? memcpy(last, j->at + j->pos, left) : j->at + j->pos;
    const struct way *w = way_find(place, p);
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

enum { CODES_FEW = 8 };

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

/* Bytes of a date with its quotes, or 0. */
static inline size_t date_fast(struct input *in, const char *p, int64_t *out)
{
    int32_t day;
    if (p[0] != '"' || p[11] != '"' || !day_read(in, p + 1, &day)) return 0;
    *out = day;
    return 12;
}

/* Bytes of a time with its quotes, or 0. */
static inline size_t time_fast(struct input *in, const char *p, int64_t *out)
{
    int32_t day;
    const int seconds = p[17] == ':';
    uint64_t x = load8(p + 12) ^ 0x30303a30303a3030u;   /* 00:00:00 */
    if (p[0] != '"' || p[11] != 'T' || p[seconds ? 20 : 17] != '"') return 0;
    if (!seconds) x &= 0xffffffffffu;
    if ((x | (x + 0x767a7f767a7f767du)) & 0x8080808080808080u) return 0;    /* none above 29:59:59 */
    const uint64_t pairs = x * 10 + (x >> 8);
    const unsigned hour = (unsigned)(pairs & 0xff), minute = (unsigned)(pairs >> 24 & 0xff);
    if (hour > 23 || !day_read(in, p + 1, &day)) return 0;
    *out = ((int64_t)day * 24 + hour) * 60 + minute;
    return seconds ? 21 : 18;
}

/* Bytes of a code with its quotes, or 0. */
static inline size_t code_fast(const char *p, int64_t *out)
{
    const uint64_t ones = 0x0101010101010101u, high = ones << 7;
    if (p[0] != '"') return 0;
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

static size_t codes_fast(struct edict_evaluator *e, const char *p, int64_t *out)
{
    int64_t codes[CODES_FEW];
    uint32_t n = 0;
    size_t at = 1;
    if (p[0] != '[') return 0;
    while (n < CODES_FEW) {
        const size_t size = code_fast(p + at, &codes[n]);
        if (!size) return 0;
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

/* So many digits stand there, or eight. */
static inline size_t digits_some(const char *p)
{
    const uint64_t x = load8(p) ^ 0x3030303030303030u;
    const uint64_t other = (x | (x + 0x0606060606060606u)) & 0xf0f0f0f0f0f0f0f0u;
    return other ? (size_t)__builtin_ctzll(other) / 8 : 8;
}

/* Bytes of a number of up to seven digits without sign and exponent, in millionths (places 6) or whole (0); or 0. */
static inline size_t number_fast(const char *p, unsigned places, int64_t *out)
{
    static const int64_t tens[] = { 1, 10, 100, 1000, 10000, 100000, 1000000 };
    if (p[1] == ',' && p[0] >= '0' && p[0] <= '9') {    /* most of them */
        *out = places ? (p[0] - '0') * (int64_t)1000000 : p[0] - '0';
        return 1;
    }
    uint64_t x = load8(p) ^ 0x3030303030303030u;
    size_t n = digits_some(p);
    if (!n || n == 8 || (n > 1 && p[0] == '0')) return 0;
    x <<= 64 - 8 * n;               /* the digits, zeros before them */
    x = x * 10 + (x >> 8);          /* pairs, fours, all eight */
    int64_t v = (int64_t)((((x & 0xff000000ffu) * (100 + (1000000ull << 32))) +
        ((x >> 16 & 0xff000000ffu) * (1 + (10000ull << 32)))) >> 32);
    if (p[n] == '.') {
        const size_t point = n++;
        for (; places && p[n] >= '0' && p[n] <= '9'; places--) v = v * 10 + (p[n++] - '0');
        if (n == point + 1 || (p[n] >= '0' && p[n] <= '9')) return 0;
    }
    if (p[n] == 'e' || p[n] == 'E') return 0;
    *out = v * tens[places];
    return n;
}

/* Is the rest of a word, of more bytes than are compared at once, there too, and the quote? */
static int word_ends(const struct word_mark *w, const char *p, size_t left)
{
    const unsigned last = w->mark.size - 1u;
    return left > last && memcmp(w->text + MARK_HEAD, p + MARK_HEAD, last - MARK_HEAD) == 0 && p[last] == '"';
}

/* Words are tried by what their first bytes said last time, then all. */
static inline size_t word_fast(const struct fact_column *c, const char *p, size_t left, int64_t *out)
{
    if (p[0] != '"') return 0;
    uint32_t *hint = &c->hints[hash_of(load8(p + 1), HINT_BITS)], k = *hint;
    for (uint32_t i = 0; i < c->words; i++) {
        const struct word_mark *w = &c->marks[k];
        if (mark_same(&w->mark, p + 1) && (w->mark.size <= MARK_HEAD || word_ends(w, p + 1, left - 1))) {
            if (i) *hint = k;
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
    struct known_text *k = &known[hash_of(load8(p + 1), HINT_BITS)];
    if (p[0] == '"' && mark_same(&k->mark, p + 1) && k->batch == batch) {
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
static inline size_t number_pass(const char *p)
{
    enum { MANY = 20 };
    size_t n = digits_some(p), end = n;
    while (n >= 8 && n < MANY && p[n] >= '0' && p[n] <= '9') n++;
    if (!n || n == MANY || (n > 1 && p[0] == '0')) return 0;
    if (p[n] == '.') {
        end = digits_some(p + n + 1);
        n += end + 1;
    }
    return !end || (p[n] >= '0' && p[n] <= '9') || p[n] == 'e' || p[n] == 'E' ? 0 : n;
}

/* Bytes of a value that nobody reads, or 0. */
static inline size_t value_pass(const char *p, size_t left)
{
    switch (*p) {
    case '"': return string_pass(p, left);
    case 't': return memcmp(p, "true", 4) == 0 ? 4 : 0;
    case 'f': return memcmp(p, "false", 5) == 0 ? 5 : 0;
    case 'n': return memcmp(p, "null", 4) == 0 ? 4 : 0;
    default: return number_pass(p);
    }
}

static inline void gap(struct input *in, uint32_t fact, const struct reading *r)
{
    const struct fact_column *c = &in->columns[fact];
    const uint32_t place = r->record - r->first;
    c->v[r->record] = c->value + c->step * place;
    if (place < c->reasons) {
        c->w[r->record] = c->missing[place] << 1;
        in->doubts[fact / 64] |= (uint64_t)1 << fact % 64;
        return;
    }
    c->w[r->record] = c->given ? 0 : STATE_UNSET;
    in->gaps[fact / 64] |= (uint64_t)!c->given << fact % 64;
}

void fact_gap(struct input *in, uint32_t fact, const struct reading *r)
{
    gap(in, fact, r);
}

static inline void record_open(struct input *in, struct reading *r)
{
    r->object = ++in->object;
    r->place = list_place(in, r->domain, OBJECT_BEGIN);
    r->named = 0;
    in->starts[r->domain][r->record] = in->json.offset;
}

void record_begin(struct input *in, struct reading *r)
{
    record_open(in, r);
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

/* Where the reader is in the text, or, near its end, in a copy of the rest with bytes behind it that stand in no text:
 * so nothing that is looked at has to be counted, but for values that may be longer than CODES_FEW codes. A value
 * begins at `far` at the latest, or in the copy. */
enum { NEAR_END = WAY_ROOM + CODES_FEW * 11 + 8, PAST_END = 64 };
struct text_view { const char *begin, *end, *far; size_t offset; char *near; /* of NEAR_END + PAST_END */ };

/* Goes on in the copy: the place in it. */
static const char *view_end(struct text_view *view, const char *p)
{
    const size_t left = (size_t)(view->end - p);
    memcpy(view->near, p, left);
    memset(view->near + left, 0, PAST_END);
    view->offset += (size_t)(p - view->begin);
    view->begin = view->near;
    view->end = view->far = view->near + left;
    return view->near;
}

/* The list's next record, behind whose brace the reader is now; it has one as it came before, and there is room. */
static inline int record_next(struct edict_evaluator *e, struct reading *r, const struct way *w, size_t at)
{
    struct input *in = input_of(e);
    const uint32_t next = r->record + 1;
    if (!w || w->to == in->end || next - r->first == LIMIT_RECORDS || next >= in->rooms[r->domain]) return 0;
    in->json.offset = at + w->mark.token;
    e->sizes[r->domain] = r->record = next;
    record_open(in, r);
    return 1;
}

enum reached read_ahead(struct edict_evaluator *e, struct reading *r)
{
    struct input *in = input_of(e);
    struct json *j = &in->json;
    char near[NEAR_END + PAST_END];
    struct text_view view = { .begin = j->at, .end = j->at + j->size, .near = near };
    const char *p = j->at + j->pos;
    struct place *place = r->place;
    const struct way *w = NULL;
    uint64_t named = r->named;
    if (view.end - p < NEAR_END) p = view_end(&view, p);
    else view.far = view.end - NEAR_END;
    for (int at_value = r->at_value; place; at_value = 0) {
        if (p > view.far) p = view_end(&view, p);
        if (!at_value) {
            w = way_find(place, p);
            if (!w) break;
            p += w->mark.size;
            place = w->to;
        }
        size_t size = 0;
        int64_t v = 0;
        int open = 0;       /* it says that the fact is not documented */
        if (!(named & place->bit)) switch (place->kind) {
        case TYPE_BOOL:
            v = memcmp(p, "true", 4) == 0;
            size = v ? 4 : memcmp(p, "false", 5) == 0 ? 5 : 0;
            break;
        case TYPE_WORD: size = word_fast(place->column, p, (size_t)(view.end - p), &v); break;
        case TYPE_CODE: size = code_fast(p, &v); break;
        case TYPE_CODES:
            open = p[0] == '[' && p[1] == ']';
            size = open ? 2 : codes_fast(e, p, &v);
            break;
        case TYPE_TEXT: size = text_fast(e, place->column->known, p, (size_t)(view.end - p), &v); break;
        case TYPE_DATE: size = date_fast(in, p, &v); break;
        case TYPE_TIME: size = time_fast(in, p, &v); break;
        case TYPE_DECIMAL: case TYPE_MONEY: size = number_fast(p, 6, &v); break;
        default: size = number_fast(p, 0, &v); break;
        case PLACE_UNKNOWN:
            if (place->unknown->seen != r->object) size = value_pass(p, (size_t)(view.end - p));
            if (!size) break;
            place->unknown->seen = r->object;
            p += size;
            continue;
        case PLACE_END:
            r->named = named;
            if (named != in->met[r->domain]) record_end(e, r);
            w = r->domain ? way_find(list_place(in, r->domain, LIST_BETWEEN), p) : NULL;
            if (!record_next(e, r, w, view.offset + (size_t)(p - view.begin))) {
                j->pos = view.offset + (size_t)(p - view.begin);
                j->state = --j->depth ? STATE_AFTER : STATE_DONE;
                return AHEAD_END;
            }
            named = 0;
            place = r->place;
            p += w->mark.size;
            continue;
        case PLACE_LIST: case PLACE_WITHIN: case PLACE_FAR: break;
        }
        if (!size && place->bit & ~named && memcmp(p, "null", 4) == 0) {
            open = 1;
            size = 4;
        }
        if (!size) {
            r->at_value = 1;
            r->named = named;
            r->place = place;
            j->pos = view.offset + (size_t)(p - view.begin);
            if (w) j->offset = j->pos - w->mark.size + w->mark.token;
            j->state = STATE_VALUE;
            return AHEAD_VALUE;
        }
        p += size;
        named |= place->bit;
        if (open) {
            fact_gap(in, place->number, r);
            continue;
        }
        place->column->v[r->record] = v;
        place->column->w[r->record] = 0;
    }
    r->named = named;
    r->place = place;
    r->at_value = 0;
    j->state = place == list_place(in, r->domain, OBJECT_BEGIN) ? STATE_KEY_OR_END : STATE_AFTER;
    j->pos = view.offset + (size_t)(p - view.begin);
    return AHEAD_KEY;
}
