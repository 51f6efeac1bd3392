/* Looking things up by name, and saying so when there is nothing: suggestions are drawn from what is visible. */
#include "compiler/model.h"

#include <ctype.h>
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
    uint32_t all[1024];
    unsigned n = 0;
    for (uint32_t i = 0; i < a->count && n < 1024; i++) all[n++] = a->atoms[i];
    for (uint32_t i = 0; i < b->count && n < 1024; i++) all[n++] = b->atoms[i];
    return word_set_of(m, all, n);
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
    const char *list[64];
    unsigned n = 0;
    for (; s && n < s->count && n < 64; n++) list[n] = m->words[s->atoms[n]];
    qsort(list, n, sizeof *list, z_order);
    struct buffer b;
    buffer_init(&b, 0);
    for (unsigned i = 0; i < n; i++) {
        if (i) buffer_text(&b, ", ");
        buffer_text(&b, list[i]);
    }
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

static size_t names_of(struct model *m, const struct kind *k, const char **names, size_t n, size_t room)
{
    for (; k; k = k->domain == DOMAIN_GROUP ? k->source : NULL)
        for (struct field *f = k->fields; f && n < room; f = f->next) names[n++] = text_z(m, f->name);
    return n;
}

static int word_in(const char *at, const char *end, struct text name)
{
    for (const char *p = at; p + name.size <= end; p++) {
        if (memcmp(p, name.at, name.size) != 0) continue;
        int before = p > at && (isalnum((unsigned char)p[-1]) || p[-1] == '_');
        int after = p + name.size < end && (isalnum((unsigned char)p[name.size]) || p[name.size] == '_');
        if (!before && !after) return 1;
    }
    return 0;
}

int name_is_lost(const struct model *m, struct text name)
{
    for (const struct pack *p = m->packs; p; p = p->base)
        for (const struct ast_node *n = p->file->root->first; n; n = n->next) {
            if (n->kind != AST_BROKEN) continue;
            const struct source *src = &m->sources[p->source];
            const char *at = src->bytes + n->span.from, *end = src->bytes + src->size, *e = at;
            while (e < end && !(*e == '\n' && e + 1 < end && e[1] != ' ' && e[1] != '\t' && e[1] != '\n' &&
                                e[1] != '\r' && e[1] != '#'))
                e++;
            if (word_in(at, e, name)) return 1;
        }
    return 0;
}

void unknown_name(struct model *m, struct span span, struct text name, const struct scope *s)
{
    if (name_is_lost(m, name)) return;
    const char *names[2048];
    size_t n = 0;
    if (s) {
        n = names_of(m, s->record, names, n, 2048);
        n = names_of(m, s->via, names, n, 2048);
        n = names_of(m, s->pair, names, n, 2048);
        n = names_of(m, m->encounter, names, n, 2048);
        for (struct field *f = m->policies; f && n < 2048; f = f->next) names[n++] = text_z(m, f->name);
    } else {
        for (struct kind *k = m->kinds; k && n < 2048; k = k->next) names[n++] = text_z(m, k->name);
        for (unsigned i = 0; i < m->set_count && n < 2048; i++) names[n++] = text_z(m, m->sets[i].name);
        for (unsigned i = 0; i < m->relation_count && n < 2048; i++) names[n++] = text_z(m, m->relations[i].name);
    }
    struct diag *d = diag_add(m->diags, DIAG_UNKNOWN_NAME, span, "`%s` is not known here", text_z(m, name));
    const char *near = diag_suggest(name, names, n);
    if (near) diag_hint(m->diags, d, "did you mean `%s`?", near);
    else if (s && s->record)
        diag_hint(m->diags, d, "a %s has no such fact; declare it in `facts`, or define it: define %s of %s",
                  text_z(m, s->record->name), text_z(m, name), text_z(m, s->record->name));
    else diag_hint(m->diags, d, "declare it as an item of its own");
}
