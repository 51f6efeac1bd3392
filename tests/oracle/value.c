/* Values and the reasons why they are missing: exact numbers, equality of every
 * type, clock intervals. */
#include "tests/oracle/oracle.h"

#include <stdlib.h>
#include <string.h>

const struct reason no_such_thing = {.kind = R_NOTHING};

void *run_room(struct run *r, size_t count, size_t each)
{
    void *at = arena_zero(&r->arena, count ? count : 1, each);
    if (!at) abort();
    return at;
}

struct value documented(int64_t v) { return (struct value){v, NULL}; }
struct value undocumented(const struct reason *why) { return (struct value){0, why}; }

/* ---- reasons */

static const struct reason *reason_one(struct run *r, struct reason like)
{
    uint64_t hash = (uint64_t)(uintptr_t)like.a * 31 + (uint64_t)(uintptr_t)like.b * 17 + like.kind + like.record * 7u;
    struct reason **head = &r->heads[(hash ^ hash >> 12) % (sizeof r->heads / sizeof *r->heads)];
    for (struct reason *x = *head; x; x = x->next)
        if (x->kind == like.kind && x->a == like.a && x->b == like.b && x->record == like.record) return x;
    struct reason *x = run_room(r, 1, sizeof *x);
    *x = like;
    x->next = *head;
    return *head = x;
}

const struct reason *reason_fact(struct arena *a, struct field *f, uint32_t record)
{
    struct reason *x = arena_zero(a, 1, sizeof *x);
    if (!x) abort();
    *x = (struct reason){.kind = R_FACT, .a = f, .record = record};
    return x;
}

const struct reason *reason_hold(struct run *r, const struct trace *t, const struct reason *behind)
{
    return reason_one(r, (struct reason){.kind = R_HOLD, .held = 1, .a = t, .b = behind});
}

static int has_half(const struct reason *whole, const struct reason *part)
{
    return whole->kind == R_BOTH && (whole->a == part || whole->b == part);
}

/* Both, in this order. What is there already is not added again; that there is
 * no such thing says nothing beside another reason. */
const struct reason *reason_both(struct run *r, const struct reason *a, const struct reason *b)
{
    if (!a || !b || a == b) return a ? a : b;
    if (a->kind == R_NOTHING || has_half(b, a)) return b;
    if (b->kind == R_NOTHING || has_half(a, b)) return a;
    return reason_one(r, (struct reason){.kind = R_BOTH, .held = a->held || b->held, .a = a, .b = b});
}

/* ---- equality and order */

static int numbers_compare(int64_t a, int64_t b) { return a < b ? -1 : a > b; }

int value_compare(const struct type *t, int64_t a, int64_t b)
{
    if (a == b) return 0;
    if (t->base == TYPE_TEXT) {
        const struct phrase *x = PHRASE(a), *y = PHRASE(b);
        if (x->invented || y->invented) return numbers_compare(x->invented, y->invented);
        return text_compare((struct text){x->at, x->size}, (struct text){y->at, y->size});
    }
    if (t->base == TYPE_CODES) {
        const struct codes *x = CODES(a), *y = CODES(b);
        for (uint32_t i = 0; i < x->count && i < y->count; i++)
            if (x->at[i] != y->at[i]) return numbers_compare(x->at[i], y->at[i]);
        return numbers_compare(x->count, y->count);
    }
    if (t->base == TYPE_TIMES) {
        const struct times *x = TIMES(a), *y = TIMES(b);
        for (uint32_t i = 0; i < x->count && i < y->count; i++) {
            if (x->at[i].from != y->at[i].from) return numbers_compare(x->at[i].from, y->at[i].from);
            if (x->at[i].to != y->at[i].to) return numbers_compare(x->at[i].to, y->at[i].to);
        }
        return numbers_compare(x->count, y->count);
    }
    if (t->base == TYPE_SET) {
        const struct bag *x = BAG(a), *y = BAG(b);
        if (x->width != y->width || x->count != y->count)
            return x->width != y->width ? numbers_compare(x->width, y->width) : numbers_compare(x->count, y->count);
        for (uint32_t i = 0; i < x->count * x->width; i++) {
            if (!x->at[i].why != !y->at[i].why) return x->at[i].why ? 1 : -1;
            if (x->types[i % x->width].base != y->types[i % x->width].base) return 1;
            int order = x->at[i].why ? 0 : value_compare(&x->types[i % x->width], x->at[i].v, y->at[i].v);
            if (order) return order;
        }
        return 0;
    }
    return numbers_compare(a, b);
}

int value_same(const struct type *t, int64_t a, int64_t b) { return value_compare(t, a, b) == 0; }

/* ---- numbers */

int64_t exact_add(struct run *r, int64_t a, int64_t b)
{
    int64_t n;
    if (!__builtin_add_overflow(a, b, &n)) return n;
    r->failed = 1;
    return 0;
}

int64_t exact_sub(struct run *r, int64_t a, int64_t b)
{
    int64_t n;
    if (!__builtin_sub_overflow(a, b, &n)) return n;
    r->failed = 1;
    return 0;
}

int64_t exact_mul(struct run *r, int64_t a, int64_t b)
{
    int64_t n;
    if (!__builtin_mul_overflow(a, b, &n)) return n;
    r->failed = 1;
    return 0;
}

__extension__ typedef __int128 wide;

/* a * b / by, rounded: how 0 up, 1 down, 2 half up. */
int64_t exact_mul_div(struct run *r, int64_t a, int64_t b, int64_t by, int how)
{
    wide n = (wide)a * b, d = by;
    if (d < 0) {
        n = -n;
        d = -d;
    }
    wide down = n >= 0 ? n / d : -((-n + d - 1) / d), rest = n - down * d;
    if (how == 0 && rest) down++;
    if (how == 2 && rest * 2 >= d) down++;
    if (down < INT64_MIN || down > INT64_MAX) {
        r->failed = 1;
        return 0;
    }
    return (int64_t)down;
}

int64_t day_of_minute(int64_t minute)
{
    int64_t day = minute / 1440;
    return day * 1440 > minute ? day - 1 : day;
}

/* ---- codes */

const struct codes *codes_of(struct run *r, const int64_t *codes, uint32_t count)
{
    struct codes *c = run_room(r, 1, sizeof *c + count * sizeof *c->at);
    c->count = count;
    if (count) memcpy(c->at, codes, count * sizeof *codes);
    return c;
}

int codes_have(const struct codes *list, int64_t code)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->at[i] == code) return 1;
    return 0;
}

int64_t code_of(const char *text)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < 8 && text[i]; i++) v |= (uint64_t)(unsigned char)text[i] << (56 - 8 * i);
    return (int64_t)v;
}

static unsigned code_size(uint64_t code)
{
    unsigned n = 0;
    while (n < 8 && (code >> (56 - 8 * n) & 255)) n++;
    return n;
}

int set_lists(const struct code_set *s, int64_t code, int32_t date)
{
    uint64_t c = (uint64_t)code;
    for (unsigned i = 0; i < s->count; i++) {
        const struct code_range *x = &s->ranges[i];
        if (code_size(x->lo) == code_size(c) && x->lo <= c && c <= x->hi && x->from <= date && date <= x->until)
            return 1;
    }
    return 0;
}

/* ---- clock intervals: sorted, disjoint, not touching */

const struct times *times_join(struct run *r, struct stretch *all, uint32_t count)
{
    struct times *out = run_room(r, 1, sizeof *out + count * sizeof *out->at);
    for (uint32_t i = 1; i < count; i++)
        for (uint32_t k = i; k && all[k].from < all[k - 1].from; k--) {
            struct stretch x = all[k];
            all[k] = all[k - 1];
            all[k - 1] = x;
        }
    for (uint32_t i = 0; i < count; i++) {
        struct stretch *last = out->count ? &out->at[out->count - 1] : NULL;
        if (all[i].from >= all[i].to) continue;
        if (!last || all[i].from > last->to) out->at[out->count++] = all[i];
        else if (all[i].to > last->to) last->to = all[i].to;
    }
    return out;
}

const struct times *times_shared(struct run *r, const struct times *a, const struct times *b)
{
    struct stretch *all = run_room(r, (size_t)a->count * b->count, sizeof *all);
    uint32_t n = 0;
    for (uint32_t i = 0; i < a->count; i++)
        for (uint32_t k = 0; k < b->count; k++) {
            struct stretch x = {a->at[i].from > b->at[k].from ? a->at[i].from : b->at[k].from,
                                a->at[i].to < b->at[k].to ? a->at[i].to : b->at[k].to};
            if (x.from < x.to) all[n++] = x;
        }
    return times_join(r, all, n);
}

const struct times *times_outside(struct run *r, const struct times *a, const struct times *b)
{
    struct stretch *all = run_room(r, (size_t)a->count + b->count, sizeof *all);
    uint32_t n = 0;
    for (uint32_t i = 0; i < a->count; i++) {
        int64_t from = a->at[i].from;
        for (uint32_t k = 0; k < b->count; k++) {
            if (b->at[k].to <= from || b->at[k].from >= a->at[i].to) continue;
            if (b->at[k].from > from) all[n++] = (struct stretch){from, b->at[k].from};
            from = b->at[k].to;
        }
        if (from < a->at[i].to) all[n++] = (struct stretch){from, a->at[i].to};
    }
    return times_join(r, all, n);
}

const struct times *times_runs(struct run *r, const struct times *a, int64_t least)
{
    struct stretch *all = run_room(r, a->count, sizeof *all);
    uint32_t n = 0;
    for (uint32_t i = 0; i < a->count; i++)
        if (exact_sub(r, a->at[i].to, a->at[i].from) >= least) all[n++] = a->at[i];
    return times_join(r, all, n);
}

int64_t times_length(struct run *r, const struct times *a)
{
    int64_t all = 0;
    for (uint32_t i = 0; i < a->count; i++) all = exact_add(r, all, exact_sub(r, a->at[i].to, a->at[i].from));
    return all;
}
