/* Looking things up by name, and saying so when there is nothing: suggestions are drawn from what is visible. */
#include "compiler/model.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const char *text_z(struct model *m, struct text t)
{
    const char *z = arena_copy(m->arena, t.at ? t.at : "", t.size);
    if (!z) {
        m->oom = 1;
        return "";
    }
    return z;
}

struct kind *kind_find(struct model *m, struct text name)
{
    for (struct kind *k = m->kinds; k; k = k->next)
        if (text_equal(k->name, name)) return k;
    return NULL;
}

struct field *field_find(const struct kind *k, struct text name)
{
    for (struct field *f = k ? k->fields : NULL; f; f = f->next)
        if (text_equal(f->name, name)) return f;
    return NULL;
}

struct field *field_of(struct model *m, struct kind *k, struct text name)
{
    struct field *f = field_find(k, name);
    if (f || !k || k->domain != DOMAIN_GROUP) return f;
    struct field *under = field_of(m, k->source, name);
    if (!under) return NULL;
    f = arena_zero(m->arena, 1, sizeof *f);
    if (!f) {
        m->oom = 1;
        return NULL;
    }
    f->kind = k;
    f->name = under->name;
    f->how = FIELD_AGREED;
    f->source = under;
    f->item = k->item;
    f->span = under->span;
    f->reg[0] = f->reg[1] = f->row_reg[0] = f->row_reg[1] = NONE;
    f->next = k->fields;
    k->fields = f;
    return f;
}

struct code_set *set_find(struct model *m, struct text name)
{
    for (unsigned i = 0; i < m->set_count; i++)
        if (text_equal(m->sets[i].name, name)) {
            m->sets[i].used = 1;
            return &m->sets[i];
        }
    return NULL;
}

struct relation *relation_named(struct model *m, struct text name)
{
    for (unsigned i = 0; i < m->relation_count; i++)
        if (text_equal(m->relations[i].name, name)) {
            m->relations[i].used = 1;
            return &m->relations[i];
        }
    return NULL;
}

uint32_t word_atom(struct model *m, struct text word)
{
    for (unsigned i = 0; i < m->word_count; i++)
        if (text_is(word, m->words[i])) return i;
    if (m->word_count == m->word_room) {
        unsigned room = m->word_room ? m->word_room * 2 : 256;
        const char **more = arena_zero(m->arena, room, sizeof *more);
        if (!more) {
            m->oom = 1;
            return 0;
        }
        if (m->word_count) memcpy(more, m->words, m->word_count * sizeof *more);
        m->words = more;
        m->word_room = room;
    }
    m->words[m->word_count] = text_z(m, word);
    return m->word_count++;
}

static int atom_order(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

const struct word_set *word_set_of(struct model *m, const uint32_t *atoms, unsigned count)
{
    struct word_set *s = arena_zero(m->arena, 1, sizeof *s);
    uint32_t *own = arena_alloc(m->arena, (count ? count : 1) * sizeof *own);
    if (!s || !own) {
        m->oom = 1;
        return NULL;
    }
    if (count) memcpy(own, atoms, count * sizeof *own);
    qsort(own, count, sizeof *own, atom_order);
    for (unsigned i = 0; i < count; i++)
        if (!i || own[i] != own[i - 1]) own[s->count++] = own[i];
    s->atoms = own;
    return s;
}

const struct word_set *word_set_union(struct model *m, const struct word_set *a, const struct word_set *b)
{
    if (!a || !b) return a ? a : b;
    uint32_t *all = arena_alloc(m->arena, ((size_t)a->count + b->count + 1) * sizeof *all);
    if (!all) {
        m->oom = 1;
        return NULL;
    }
    if (a->count) memcpy(all, a->atoms, a->count * sizeof *all);
    if (b->count) memcpy(all + a->count, b->atoms, b->count * sizeof *all);
    return word_set_of(m, all, a->count + b->count);
}

int word_set_has(const struct word_set *s, uint32_t atom)
{
    for (uint32_t i = 0; s && i < s->count; i++)
        if (s->atoms[i] == atom) return 1;
    return 0;
}

static int z_order(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

const char *word_set_text(struct model *m, const struct word_set *s)
{
    enum { SHOWN = 24 };
    struct names n = {0};
    for (uint32_t i = 0; s && i < s->count; i++) names_add(m, &n, text_of(m->words[s->atoms[i]]));
    if (n.count) qsort(n.at, n.count, sizeof *n.at, z_order);
    struct buffer b;
    buffer_init_in(&b, 0, m->arena);
    for (size_t i = 0; i < n.count && i < SHOWN; i++) {
        if (i) buffer_text(&b, ", ");
        buffer_text(&b, n.at[i]);
    }
    if (n.count > SHOWN) buffer_text(&b, " …");
    const char *out = arena_copy(m->arena, b.at ? b.at : "", b.size);
    buffer_free(&b);
    return out ? out : "";
}

const char *type_name(struct model *m, const struct type *t)
{
    switch (t->base) {
    case TYPE_BOOL: return "yes or no";
    case TYPE_WORD: return arena_printf(m->arena, "one of %s", word_set_text(m, t->words));
    case TYPE_CODE: return "a code";
    case TYPE_TEXT: return "a text";
    case TYPE_COUNT: return "a count";
    case TYPE_DECIMAL:
        return t->unit && *t->unit ? arena_printf(m->arena, "an amount in %s", t->unit) : "a decimal number";
    case TYPE_MONEY: return "an amount of money";
    case TYPE_MINUTES: return "a time in minutes";
    case TYPE_DAYS: return "a number of days";
    case TYPE_YEARS: return "a number of years";
    case TYPE_DATE: return "a date";
    case TYPE_TIME: return "a clock time";
    case TYPE_CODES: return "a list of codes";
    case TYPE_TIMES: return "a set of clock intervals";
    case TYPE_SET: return "a set";
    case TYPE_LEVEL: return "a place in a hierarchy";
    default: return "a value";
    }
}

/* ---- messages and suggestions */

struct diag *mistake(struct model *m, enum diag_code code, struct span span, const char *hint, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *message = arena_vprintf(m->arena, format, args);
    va_end(args);
    struct diag *d = diag_add(m->diags, code, span, "%s", message ? message : "");
    diag_hint(m->diags, d, "%s", hint);
    return d;
}

void names_add(struct model *m, struct names *n, struct text name)
{
    if (n->count == n->room) {
        size_t room = n->room ? n->room * 2 : 64;
        const char **more = arena_alloc(m->arena, room * sizeof *more);
        if (!more) {
            m->oom = 1;
            return;
        }
        if (n->count) memcpy(more, n->at, n->count * sizeof *more);
        n->at = more;
        n->room = room;
    }
    n->at[n->count++] = text_z(m, name);
}

void names_kinds(struct model *m, struct names *n)
{
    for (struct kind *k = m->kinds; k; k = k->next) names_add(m, n, k->name);
}

void names_sets(struct model *m, struct names *n)
{
    for (unsigned i = 0; i < m->set_count; i++) names_add(m, n, m->sets[i].name);
}

static void names_fields(struct model *m, struct names *n, const struct kind *k)
{
    for (unsigned depth = 0; k && depth < KINDS_MAX; depth++, k = k->domain == DOMAIN_GROUP ? k->source : NULL)
        for (struct field *f = k->fields; f; f = f->next) names_add(m, n, f->name);
}

void names_hint(struct model *m, struct diag *d, struct text wrong, const struct names *n, const char *otherwise, ...)
{
    const char *near = diag_suggest(wrong, n->at, n->count);
    if (near) {
        diag_hint(m->diags, d, "did you mean `%s`?", near);
        return;
    }
    va_list args;
    va_start(args, otherwise);
    const char *hint = arena_vprintf(m->arena, otherwise, args);
    va_end(args);
    if (hint) diag_hint(m->diags, d, "%s", hint);
}

/* ---- names in items that could not be read */

static int word_char(char c) { return isalnum((unsigned char)c) || c == '_'; }

static int text_order(const void *a, const void *b)
{
    return text_compare(*(const struct text *)a, *(const struct text *)b);
}

/* The words from `at` to where the next item begins: counted, and written when there is room for them. */
static const char *words_read(const char *at, const char *end, struct text *out, size_t *count)
{
    for (const char *from = at; at < end;) {
        if (at > from && at[-1] == '\n' && isalpha((unsigned char)*at)) break;
        if (!word_char(*at)) {
            at++;
            continue;
        }
        const char *word = at;
        while (at < end && word_char(*at)) at++;
        if (out) out[*count] = (struct text){word, (uint32_t)(at - word)};
        ++*count;
    }
    return at;
}

static size_t lost_read(const struct model *m, struct text *out)
{
    size_t count = 0;
    for (const struct pack *p = m->packs; p; p = p->base) {
        const struct source *s = &m->sources[p->source];
        const char *seen = s->bytes, *end = s->bytes + s->size;
        for (const struct ast_node *n = p->file ? p->file->root->first : NULL; n; n = n->next)
            if (n->kind == AST_BROKEN && s->bytes + n->span.from >= seen)
                seen = words_read(s->bytes + n->span.from, end, out, &count);
    }
    return count;
}

int name_is_lost(struct model *m, struct text name)
{
    if (m->all_lost) return 1;
    for (size_t i = 0; i < m->lost_too.count; i++)
        if (text_is(name, m->lost_too.at[i])) return 1;
    if (!m->lost) {
        size_t count = lost_read(m, NULL);
        m->lost = arena_alloc(m->arena, (count + 1) * sizeof *m->lost);
        if (!m->lost) {
            m->oom = 1;
            return 1;
        }
        m->lost_count = lost_read(m, m->lost);
        qsort(m->lost, m->lost_count, sizeof *m->lost, text_order);
    }
    return m->lost_count && bsearch(&name, m->lost, m->lost_count, sizeof *m->lost, text_order) != NULL;
}

int anything_lost(struct model *m) { return name_is_lost(m, text_of("")) || m->lost_count || m->lost_too.count; }

int said_before(struct model *m, enum diag_code code, struct text what, struct span span)
{
    struct said *s = m->said;
    while (s && (s->code != code || !text_is(what, s->what))) s = s->next;
    if (!s) return 0;
    struct diag *d = s->diag;
    int first = span.source == d->span.source ? span.from < d->span.from : span.source < d->span.source;
    if (!d->other.to && (span.source != d->span.source || span.from != d->span.from))
        diag_other(d, first ? d->span : span, "and here");
    if (first) d->span = span;
    return 1;
}

void said_note(struct model *m, enum diag_code code, struct text what, struct diag *d)
{
    struct said *s = d ? arena_zero(m->arena, 1, sizeof *s) : NULL;
    if (!s) return;
    *s = (struct said){code, text_z(m, what), d, m->said};
    m->said = s;
}

void name_lose(struct model *m, struct text name) { names_add(m, &m->lost_too, name); }

void unknown_list(struct model *m, struct span span, struct text name)
{
    if (name_is_lost(m, name) || said_before(m, DIAG_UNKNOWN_NAME, name, span)) return;
    struct names n = {0};
    names_sets(m, &n);
    struct diag *d =
        diag_add(m->diags, DIAG_UNKNOWN_NAME, span, "there is no list of codes called `%s`", text_z(m, name));
    said_note(m, DIAG_UNKNOWN_NAME, name, d);
    names_hint(m, d, name, &n, "declare it: codes %s", text_z(m, name));
}

/* Made of records of a kind that is not known: so are its facts. */
static int kind_is_lost(const struct kind *k)
{
    return (k->domain == DOMAIN_GROUP || k->domain == DOMAIN_CROSS) && !k->source;
}

void unknown_name(struct model *m, struct span span, struct text name, const struct scope *s)
{
    if (name_is_lost(m, name) || (s && s->record && kind_is_lost(s->record))) return;
    if (said_before(m, DIAG_UNKNOWN_NAME, name, span)) return;
    struct diag *d = diag_add(m->diags, DIAG_UNKNOWN_NAME, span, "`%s` is not known here", text_z(m, name));
    struct names n = {0};
    if (!d) return;
    said_note(m, DIAG_UNKNOWN_NAME, name, d);
    if (s) {
        names_fields(m, &n, s->record);
        names_fields(m, &n, s->via);
        names_fields(m, &n, s->pair);
        names_fields(m, &n, m->encounter);
        for (struct field *f = m->policies; f; f = f->next) names_add(m, &n, f->name);
    } else {
        names_kinds(m, &n);
        names_sets(m, &n);
        for (unsigned i = 0; i < m->relation_count; i++) names_add(m, &n, m->relations[i].name);
    }
    if (s && s->record)
        names_hint(m, d, name, &n, "a %s has no such fact; declare it in `facts`, or define it: define %s of %s",
                   text_z(m, s->record->name), text_z(m, name), text_z(m, s->record->name));
    else names_hint(m, d, name, &n, "declare it as an item of its own");
}
