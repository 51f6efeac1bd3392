/* One encounter's JSON to facts, by the facts that the pack declares. A reader
 * of its own: numbers stay text until their type is known, so that they are
 * exact. */
#include "tests/oracle/oracle.h"

#include "base/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum form { FORM_NULL, FORM_FALSE, FORM_TRUE, FORM_NUMBER, FORM_TEXT, FORM_LIST, FORM_OBJECT };
struct node {
    enum form form;
    struct text text, key;
    struct node *first, *next;
};
struct reader {
    struct arena *arena;
    const char *at, *end;
    int bad;
};

static void space(struct reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r')) r->at++;
}

static int eat(struct reader *r, const char *word)
{
    size_t n = strlen(word);
    space(r);
    if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n) != 0) return 0;
    r->at += n;
    return 1;
}

static unsigned hex(struct reader *r)
{
    unsigned v = 0;
    for (int i = 0; i < 4; i++, r->at++) {
        const char *digits = "0123456789abcdef", *d;
        char c = r->at < r->end ? *r->at : 0;
        if (c >= 'A' && c <= 'F') c = (char)(c - 'A' + 'a');
        if (!c || !(d = strchr(digits, c))) {
            r->bad = 1;
            return 0;
        }
        v = v * 16 + (unsigned)(d - digits);
    }
    return v;
}

static void put_character(char **out, unsigned c)
{
    if (c < 0x80) *(*out)++ = (char)c;
    else if (c < 0x800) {
        *(*out)++ = (char)(0xc0 | c >> 6);
        *(*out)++ = (char)(0x80 | (c & 63));
    } else if (c < 0x10000) {
        *(*out)++ = (char)(0xe0 | c >> 12);
        *(*out)++ = (char)(0x80 | (c >> 6 & 63));
        *(*out)++ = (char)(0x80 | (c & 63));
    } else {
        *(*out)++ = (char)(0xf0 | c >> 18);
        *(*out)++ = (char)(0x80 | (c >> 12 & 63));
        *(*out)++ = (char)(0x80 | (c >> 6 & 63));
        *(*out)++ = (char)(0x80 | (c & 63));
    }
}

static struct text text_read(struct reader *r)
{
    char *start = arena_alloc(r->arena, (size_t)(r->end - r->at) + 4), *out = start;
    if (!start) abort();
    while (r->at < r->end && *r->at != '"' && !r->bad) {
        if ((unsigned char)*r->at < 0x20) r->bad = 1;
        if (*r->at != '\\') {
            *out++ = *r->at++;
            continue;
        }
        static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
        const char *simple = ++r->at < r->end && *r->at ? strchr(from, *r->at) : NULL;
        if (r->at == r->end) break;
        if (simple) *out++ = to[simple - from];
        else if (*r->at != 'u') r->bad = 1;
        r->at++;
        if (simple || r->bad) continue;
        unsigned c = hex(r);
        if (c >= 0xd800 && c < 0xdc00 && r->end - r->at >= 6 && r->at[0] == '\\' && r->at[1] == 'u') {
            r->at += 2;
            unsigned low = hex(r);
            if (low < 0xdc00 || low > 0xdfff) r->bad = 1;
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        } else if (c >= 0xd800 && c <= 0xdfff) r->bad = 1;
        put_character(&out, c);
    }
    if (r->at == r->end) r->bad = 1;
    else r->at++;
    return (struct text){start, (uint32_t)(out - start)};
}

static struct node *node_read(struct reader *r, unsigned depth)
{
    struct node *n = arena_zero(r->arena, 1, sizeof *n), **tail;
    if (!n) abort();
    tail = &n->first;
    space(r);
    if (depth > 64 || r->at == r->end) {
        r->bad = 1;
        return n;
    }
    if (eat(r, "null")) n->form = FORM_NULL;
    else if (eat(r, "true")) n->form = FORM_TRUE;
    else if (eat(r, "false")) n->form = FORM_FALSE;
    else if (eat(r, "\"")) {
        n->form = FORM_TEXT;
        n->text = text_read(r);
    } else if (*r->at == '{' || *r->at == '[') {
        char close = *r->at == '{' ? '}' : ']';
        n->form = *r->at++ == '{' ? FORM_OBJECT : FORM_LIST;
        for (int more = 0; !r->bad; more = 1) {
            space(r);
            if (!more && r->at < r->end && *r->at == close) break;
            if (more && r->at < r->end && *r->at == close) break;
            if (more && !eat(r, ",")) r->bad = 1;
            struct text key = {"", 0};
            if (n->form == FORM_OBJECT && !r->bad) {
                if (!eat(r, "\"")) r->bad = 1;
                else key = text_read(r);
                if (!eat(r, ":")) r->bad = 1;
            }
            if (r->bad) break;
            *tail = node_read(r, depth + 1);
            (*tail)->key = key;
            tail = &(*tail)->next;
        }
        if (r->at == r->end) r->bad = 1;
        else r->at++;
    } else {
        const char *start = r->at;
        while (r->at < r->end && strchr("+-.0123456789eE", *r->at) && *r->at) r->at++;
        n->form = FORM_NUMBER;
        n->text = (struct text){start, (uint32_t)(r->at - start)};
        if (start == r->at) r->bad = 1;
    }
    return n;
}

/* ---- values */

struct binding {
    struct oracle *o;
    struct encounter *e;
    struct kind *kind;
    uint32_t record;
};

static void escaped(char *to, size_t room, struct text t)
{
    size_t n = strlen(to);
    for (uint32_t i = 0; i < t.size && n + 3 < room; i++) {
        if (t.at[i] == '~' || t.at[i] == '/') to[n++] = '~';
        to[n++] = t.at[i] == '~' ? '0' : t.at[i] == '/' ? '1' : t.at[i];
    }
    to[n] = 0;
}

static int refuse(const struct binding *b, const char *code, const struct text *key, int record, int element)
{
    struct refusal *x = &b->e->refusal;
    snprintf(x->code, sizeof x->code, "%s", code);
    x->pointer[0] = 0;
    if (b->kind != b->o->m->encounter) {
        strcat(x->pointer, "/");
        escaped(x->pointer, sizeof x->pointer, b->kind->list_key);
        size_t n = strlen(x->pointer);
        if (record) snprintf(x->pointer + n, sizeof x->pointer - n, "/%u", b->record);
    }
    if (key) {
        strcat(x->pointer, "/");
        escaped(x->pointer, sizeof x->pointer, *key);
    }
    size_t n = strlen(x->pointer);
    if (element >= 0) snprintf(x->pointer + n, sizeof x->pointer - n, "/%d", element);
    return -1;
}

static int code_read(struct text t, int64_t *out)
{
    uint64_t v = 0;
    unsigned n = 0;
    for (uint32_t i = 0; i < t.size; i++) {
        int c = (unsigned char)t.at[i];
        if (c == '.') continue;
        if (c >= 'a' && c <= 'z') c += 'A' - 'a';
        if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) || n == 8) return 0;
        v |= (uint64_t)c << (56 - 8 * n++);
    }
    *out = (int64_t)v;
    return n > 0;
}

/* A JSON number times ten to the power of `places`, exactly. 0: more places
 * than that; -1: too large. */
static int digits_read(struct text t, int places, int64_t *out)
{
    char digits[64] = "";
    int n = 0, point = 0, negative = t.size && *t.at == '-', exponent = 0;
    uint32_t i = (uint32_t)negative;
    for (; i < t.size && t.at[i] != 'e' && t.at[i] != 'E'; i++) {
        if (t.at[i] == '.') {
            point = 1;
            continue;
        }
        exponent -= point;
        if (n == 0 && t.at[i] == '0') continue;
        if (n == 60) abort(); /* the campaign writes no such number */
        digits[n++] = t.at[i];
    }
    if (i < t.size) exponent += atoi(t.at + i + 1);
    while (n && digits[n - 1] == '0') {
        n--;
        exponent++;
    }
    if (n == 0) {
        *out = 0;
        return 1;
    }
    exponent += places;
    if (exponent < 0) return 0;
    __extension__ __int128 v = 0;
    for (int k = 0; k < n + exponent; k++) {
        v = v * 10 + (k < n ? digits[k] - '0' : 0);
        if (v > INT64_MAX) return -1;
    }
    *out = (int64_t)(negative ? -v : v);
    return 1;
}

static int time_read(struct text t, int64_t *out)
{
    int32_t day;
    int hour, minute, used = 0;
    char copy[20] = "";
    if (t.size < 16 || !date_parse(t.at, &day) || (t.at[10] != 'T' && t.at[10] != 't')) return 0;
    memcpy(copy, t.at + 11, 5);
    for (int i = 0; i < 5; i++)
        if (i == 2 ? copy[i] != ':' : copy[i] < '0' || copy[i] > '9') return 0;
    if (sscanf(copy, "%2d:%2d", &hour, &minute) != 2 || hour > 23 || minute > 59) return 0;
    *out = (int64_t)day * 1440 + hour * 60 + minute;
    if (t.size == 16) return 1;
    if (t.size < 19 || t.at[16] != ':' || t.at[17] < '0' || t.at[17] > '5') return 0;
    if (t.at[18] < '0' || t.at[18] > '9') return 0;
    if (t.size == 19) return 1;
    if (t.at[19] != '.' || t.size == 20) return 0;
    for (uint32_t i = 20; i < t.size; i++) used |= t.at[i] < '0' || t.at[i] > '9';
    return !used;
}

static int64_t phrase_new(struct encounter *e, struct text t)
{
    struct phrase *x = arena_zero(&e->arena, 1, sizeof *x);
    if (!x) abort();
    *x = (struct phrase){t.at, t.size, 0};
    return POINTER(x);
}

/* 1 read, 0 not documented, -1 refused. */
static int codes_read(const struct binding *b, const struct field *f, const struct node *n, int64_t *out)
{
    uint32_t count = 0;
    for (const struct node *c = n->first; c; c = c->next) count++;
    struct codes *list = arena_zero(&b->e->arena, 1, sizeof *list + count * sizeof *list->at);
    if (!list) abort();
    for (const struct node *c = n->first; c; c = c->next, list->count++) {
        if (c->form != FORM_TEXT) return refuse(b, "wrong_type", &f->name, 1, (int)list->count);
        if (!code_read(c->text, &list->at[list->count])) return refuse(b, "bad_code", &f->name, 1, (int)list->count);
    }
    *out = POINTER(list);
    return count > 0;
}

static int value_read(const struct binding *b, const struct field *f, const struct node *n, int64_t *out)
{
    enum value_type t = f->type.base;
    int32_t day;
    int scaled = t == TYPE_DECIMAL || t == TYPE_MONEY;
    int numeric = scaled || t == TYPE_COUNT || t == TYPE_MINUTES || t == TYPE_DAYS || t == TYPE_YEARS;
    if (n->form == FORM_NULL) return 0;
    if (n->form == FORM_NUMBER && numeric) {
        int good = digits_read(n->text, scaled ? 6 : 0, out);
        if (good == 0) return refuse(b, scaled ? "number_range" : "wrong_type", &f->name, 1, -1);
        int below = !scaled && *out < 0 && (t == TYPE_COUNT || t == TYPE_MINUTES);
        if (good < 0 || below || (!scaled && (*out > INT32_MAX || *out < -INT32_MAX)))
            return refuse(b, "number_range", &f->name, 1, -1);
        return 1;
    }
    if ((n->form == FORM_TRUE || n->form == FORM_FALSE) && t == TYPE_BOOL) {
        *out = n->form == FORM_TRUE;
        return 1;
    }
    if (n->form == FORM_LIST && t == TYPE_CODES) return codes_read(b, f, n, out);
    if (n->form != FORM_TEXT || numeric || t == TYPE_BOOL || t == TYPE_CODES)
        return refuse(b, "wrong_type", &f->name, 1, -1);
    switch (t) {
    case TYPE_WORD:
        for (uint32_t i = 0; i < f->type.words->count; i++)
            if (text_is(n->text, b->o->m->words[f->type.words->atoms[i]])) {
                *out = b->o->rank[f->type.words->atoms[i]];
                return 1;
            }
        return refuse(b, "no_such_value", &f->name, 1, -1);
    case TYPE_CODE: return code_read(n->text, out) ? 1 : refuse(b, "bad_code", &f->name, 1, -1);
    case TYPE_TEXT: *out = phrase_new(b->e, n->text); return 1;
    case TYPE_DATE:
        if (n->text.size != 10 || !date_parse(n->text.at, &day)) return refuse(b, "bad_date", &f->name, 1, -1);
        *out = day;
        return 1;
    case TYPE_TIME: return time_read(n->text, out) ? 1 : refuse(b, "bad_time", &f->name, 1, -1);
    default: return refuse(b, "wrong_type", &f->name, 1, -1);
    }
}

/* ---- records */

static const struct reason unread = {.kind = R_NOTHING}; /* the record says nothing of this fact, or null */

static int list_read(struct binding *b, struct kind *k, const struct node *list);

static int key_again(const struct node *object, const struct node *n)
{
    for (const struct node *c = object->first; c != n; c = c->next)
        if (text_equal(c->key, n->key)) return 1;
    return 0;
}

static int record_read(struct binding *b, const struct node *object)
{
    struct binding here = *b;
    for (const struct node *n = object->first; n; n = n->next) {
        struct field *f = NULL;
        struct kind *list = NULL;
        for (struct field *x = b->kind->fields; x; x = x->next)
            if (x->how == FIELD_FACT && text_equal(x->name, n->key)) f = x;
        for (uint32_t i = 0; !f && b->kind == b->o->m->encounter && i < b->o->list_count; i++)
            if (text_equal(b->o->lists[i]->list_key, n->key)) list = b->o->lists[i];
        if (key_again(object, n)) {
            if (list) here.kind = list;
            return refuse(&here, "duplicate_key", list ? NULL : &n->key, !list, -1);
        }
        if (list && list_read(b, list, n) < 0) return -1;
        if (!f) continue;
        struct value *cell = &b->e->facts[known_of(b->o, f)->number][b->record];
        int read = value_read(&here, f, n, &cell->v);
        if (read < 0) return -1;
        if (read) cell->why = NULL;
    }
    return 0;
}

static void facts_room(struct oracle *o, struct encounter *e, struct kind *k, uint32_t n)
{
    for (struct field *f = k->fields; f; f = f->next) {
        if (f->how != FIELD_FACT) continue;
        struct value *cells = arena_zero(&e->arena, n ? n : 1, sizeof *cells);
        if (!cells) abort();
        for (uint32_t i = 0; i < n; i++) cells[i].why = &unread;
        e->facts[known_of(o, f)->number] = cells;
    }
}

static int list_read(struct binding *b, struct kind *k, const struct node *list)
{
    struct binding inner = {.o = b->o, .e = b->e, .kind = k};
    uint32_t n = 0;
    if (list->form == FORM_NULL) return 0;
    if (list->form != FORM_LIST) return refuse(&inner, "wrong_type", NULL, 0, -1);
    for (const struct node *c = list->first; c; c = c->next) n++;
    facts_room(b->o, b->e, k, n);
    b->e->sizes[kind_number_of(b->o, k)] = n;
    for (const struct node *c = list->first; c; c = c->next, inner.record++) {
        if (c->form != FORM_OBJECT) return refuse(&inner, "wrong_type", NULL, 1, -1);
        if (record_read(&inner, c) < 0) return -1;
    }
    return 0;
}

/* ---- what is missing */

static int missing_fill(struct binding *b, struct field *f, struct value *c)
{
    struct fact *x = f->fact;
    char text[64];
    switch (x->missing) {
    case MISSING_REFUSED: return refuse(b, "missing_fact", &f->name, 1, -1);
    case MISSING_DEFAULT:
        *c = documented(f->type.base == TYPE_WORD ? b->o->rank[x->value] : x->value);
        if (f->type.base == TYPE_TEXT) c->v = phrase_new(b->e, text_of(x->text));
        return 0;
    case MISSING_EMPTY: {
        struct codes *none = arena_zero(&b->e->arena, 1, sizeof *none);
        if (!none) abort();
        *c = documented(POINTER(none));
        return 0;
    }
    case MISSING_POSITION:
        *c = documented((int64_t)b->record + 1);
        if (f->type.base != TYPE_TEXT) return 0;
        snprintf(text, sizeof text, "%.40s%u", x->prefix, b->record + 1);
        c->v = phrase_new(b->e, text_of(arena_copy(&b->e->arena, text, strlen(text))));
        return 0;
    case MISSING_SAME: *c = b->e->facts[known_of(b->o, x->same)->number][0]; return 0;
    default: *c = undocumented(reason_fact(&b->e->arena, f, b->record)); return 0;
    }
}

/* Facts in the order of their rows; fields stand the other way round. */
static int kind_fill(struct binding *b, struct field *f, int same)
{
    if (!f) return 0;
    if (kind_fill(b, f->next, same) < 0) return -1;
    if (f->how != FIELD_FACT || (f->fact->missing == MISSING_SAME) != same) return 0;
    struct value *cells = b->e->facts[known_of(b->o, f)->number];
    for (b->record = 0; b->record < b->e->sizes[kind_number_of(b->o, b->kind)]; b->record++)
        if (cells[b->record].why == &unread && missing_fill(b, f, &cells[b->record]) < 0) return -1;
    return 0;
}

static int names_check(struct binding *b)
{
    const struct field *f = b->kind->known;
    if (!f) return 0;
    const struct value *c = b->e->facts[known_of(b->o, (struct field *)(intptr_t)f)->number];
    for (b->record = 1; b->record < b->e->sizes[kind_number_of(b->o, b->kind)]; b->record++)
        for (uint32_t q = 0; q < b->record; q++)
            if (!c[q].why && !c[b->record].why && value_same(&f->type, c[q].v, c[b->record].v))
                return refuse(b, "duplicate_id", &f->name, 1, -1);
    return 0;
}

int encounter_read(struct oracle *o, struct encounter *e, const char *json, size_t size)
{
    struct model *m = o->m;
    arena_reset(&e->arena);
    memset(e->sizes, 0, sizeof e->sizes);
    e->refusal = (struct refusal){{0}, {0}};
    e->facts = arena_zero(&e->arena, o->field_count + 64u, sizeof *e->facts);
    if (!e->facts) abort();
    struct binding b = {.o = o, .e = e, .kind = m->encounter};
    struct reader r = {.arena = &e->arena, .at = json, .end = json + size};
    const struct node *top = node_read(&r, 1);
    space(&r);
    if (r.bad || r.at != r.end) return refuse(&b, "bad_json", NULL, 0, -1);
    if (top->form != FORM_OBJECT) return refuse(&b, "wrong_type", NULL, 0, -1);
    for (uint32_t i = 0; i < o->list_count; i++) facts_room(o, e, o->lists[i], 0);
    facts_room(o, e, m->encounter, 1);
    e->sizes[kind_number_of(o, m->encounter)] = 1;
    if (record_read(&b, top) < 0) return -1;
    for (int same = 0; same < 2; same++)
        for (uint32_t i = 0; i <= o->list_count; i++) {
            b.kind = i ? o->lists[i - 1] : m->encounter;
            if (kind_fill(&b, b.kind->fields, same) < 0) return -1;
        }
    for (uint32_t i = 0; i < o->list_count; i++) {
        b.kind = o->lists[i];
        if (names_check(&b) < 0) return -1;
    }
    return 0;
}
