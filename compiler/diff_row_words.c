/* Sentences about rows: what a row asks for, what it gives, and what of it changed. */
#include "compiler/diff_rows.h"

#include <string.h>

static const char *kind_of(const struct item *it)
{
    return it->kind == AST_TABLE ? "row" : it->kind == AST_POLICIES ? "policy" : ast_kind_word(it->kind);
}

static const char *cells_text(struct edict_difference *d, const struct row_sides *s, const struct row_view *r,
                              int results)
{
    const char *out = "";
    for (unsigned i = 0; i < s->column_count; i++) {
        const struct row_column *c = &s->columns[i];
        if (c->quiet || c->result != results || !*r->shown[i]) continue;
        out = arena_printf(&d->arena, "%s%s%s %s", out, *out ? ", " : "", text_copy(d, c->name), r->shown[i]);
        if (!out) return "";
    }
    return out;
}

/* Of a threshold the count that is reached, of a fact and a policy its name: what does not change with a bound. */
static const char *row_name(struct edict_difference *d, const struct row_sides *s, const struct row_view *r)
{
    enum ast_kind kind = s->pair->old->kind;
    unsigned last = 0;
    if (kind == AST_THRESHOLD) {
        for (unsigned i = 0; i < s->column_count; i++)
            if (!s->columns[i].quiet) last = i;
        return r->shown[last];
    }
    if (kind == AST_FACTS || kind == AST_POLICIES) return r->shown[0];
    (void)d;
    return NULL;
}

const char *row_when(struct edict_difference *d, const struct row_sides *s, const struct row_view *r)
{
    const char *name = row_name(d, s, r);
    if (name && *name) return name;
    if (r->otherwise) return "otherwise";
    const char *cells = cells_text(d, s, r, 0);
    return *cells ? cells : "always";
}

struct change *row_change_new(struct edict_difference *d, const struct row_sides *s, const struct row_view *r)
{
    const struct item *it = s->pair->old;
    const char *name = it->kind == AST_POLICIES ? "policy" : item_text(d, it), *when = row_when(d, s, r);
    const char *item = arena_printf(&d->arena, "%s %s", name, when);
    struct change *c = change_new(d, kind_of(it), 1, item ? item : "");
    c->shown.cite = *r->cite ? r->cite : cites_text(d, s->pair->now->cite);
    return c;
}

static const char *name_before(struct edict_difference *d, const struct row_sides *s)
{
    return s->pair->old->kind == AST_POLICIES ? "policy" : item_words(d, s->pair->now);
}

void row_added_say(struct edict_difference *d, const struct row_sides *s, struct change *c, const struct row_view *r,
                   int added)
{
    const char *what = added ? "added" : "removed", *gives = cells_text(d, s, r, 1), *name = row_name(d, s, r);
    if (name && s->pair->old->kind != AST_THRESHOLD)
        change_say(d, c, "%s %s %s%s%s", name_before(d, s), name, what, *gives ? ": " : "", gives);
    else if (name) change_say(d, c, "%s: step %s %s: %s", name_before(d, s), name, what, cells_text(d, s, r, 0));
    else if (s->pair->old->kind == AST_HIERARCHY)
        change_say(d, c, "%s: level %s %s", name_before(d, s), row_when(d, s, r), what);
    else
        change_say(d, c, "%s: row %s: %s%s%s", name_before(d, s), what, row_when(d, s, r), *gives ? " gives " : "",
                   gives);
}

void row_changed_say(struct edict_difference *d, const struct row_sides *s, struct change *c, const struct row_view *a,
                     const struct row_view *b)
{
    const char *words = "", *kept = "", *name = row_name(d, s, a);
    unsigned changed = 0;
    for (unsigned i = 0; i < s->column_count; i++) {
        const struct row_column *k = &s->columns[i];
        const char *column = text_copy(d, k->name), *x = *a->shown[i] ? a->shown[i] : "any",
                   *y = *b->shown[i] ? b->shown[i] : "any";
        if (k->quiet || (!*a->canon[i] && !*b->canon[i])) continue;
        if (!strcmp(a->canon[i], b->canon[i])) {
            if (!k->result || s->pair->old->kind == AST_BILL)
                kept = arena_printf(&d->arena, "%s%s%s %s", kept, *kept ? ", " : "", column, a->shown[i]);
        } else {
            if (k->result && !*a->shown[i]) x = "nothing";
            if (k->result && !*b->shown[i]) y = "nothing";
            int plain = s->pair->old->kind == AST_THRESHOLD && changed == 0;
            words = plain ? arena_printf(&d->arena, "%s -> %s", x, y)
                          : arena_printf(&d->arena, "%s%s%s %s -> %s", words, *words ? "; " : "", column, x, y);
            changed++;
        }
        if (!kept || !words) {
            d->oom = 1;
            return;
        }
    }
    if (name && s->pair->old->kind == AST_POLICIES) change_say(d, c, "policy %s: %s", name, words);
    else if (name) change_say(d, c, "%s, %s: %s", name_before(d, s), name, words);
    else if (a->otherwise) change_say(d, c, "%s: otherwise: %s", name_before(d, s), words);
    else change_say(d, c, "%s: %s%s%s", name_before(d, s), kept, *kept ? ": " : "", words);
    c->shown.cite = *b->cite ? b->cite : cites_text(d, s->pair->now->cite);
}
