/* Policies in both versions: what holds on which day, whether it stands in the policy itself or in `sets` of a pack. */
#include "compiler/difference.h"

#include <string.h>

static const struct field *policy_find(const struct model *m, struct text name)
{
    for (const struct field *f = m->policies; f; f = f->next)
        if (text_equal(f->name, name)) return f;
    return NULL;
}

static const char *value_on(const struct policy *p, int32_t day)
{
    unsigned v = p->is;
    for (unsigned i = 0; i < p->dated_count; i++)
        if (p->dated[i].from <= day && day <= p->dated[i].until) v = p->dated[i].value;
    return v < p->count ? p->values[v].written : "";
}

/* The next day after `day` on which a value may be another one; DATE_OPEN: none. */
static int32_t day_next(const struct policy *p, int32_t day, int32_t least)
{
    for (unsigned i = 0; i < p->dated_count; i++) {
        int32_t a = p->dated[i].from, b = p->dated[i].until == DATE_OPEN ? DATE_OPEN : p->dated[i].until + 1;
        if (a > day && a < least) least = a;
        if (b > day && b < least) least = b;
    }
    return least;
}

static int value_same(const char *a, const char *b) { return !strcmp(a, b); }

/* Each run of days with another value: "old -> new". Gives how many runs. */
static unsigned values_say(struct edict_difference *d, struct change **out, const struct policy *a,
                           const struct policy *b, const char *name)
{
    unsigned runs = 0;
    const char *words = "";
    struct change *c = NULL;
    for (int32_t day = DATE_MIN_OPEN, next; day != DATE_OPEN; day = next) {
        const char *x = value_on(a, day), *y = value_on(b, day);
        next = day_next(b, day, day_next(a, day, DATE_OPEN));
        if (value_same(x, y)) continue;
        while (next != DATE_OPEN && value_same(value_on(a, next), x) && value_same(value_on(b, next), y))
            next = day_next(b, next, day_next(a, next, DATE_OPEN));
        if (!c) {
            const char *item = arena_printf(&d->arena, "policy %s", name);
            c = *out = change_new(d, "policy", 1, item ? item : "");
        }
        const char *from = date_shown(d, day), *until = date_shown(d, next == DATE_OPEN ? DATE_OPEN : next - 1);
        if (runs++ == 0) {
            words = arena_printf(&d->arena, "%s -> %s", x, y);
            c->shown.effective = from;
            c->shown.until = until;
            continue;
        }
        if (runs == 2) {
            words = arena_printf(&d->arena, "%s%s%s%s%s", words ? words : "", c->shown.effective ? " from " : "",
                                 c->shown.effective ? c->shown.effective : "", c->shown.until ? " until " : "",
                                 c->shown.until ? c->shown.until : "");
            c->shown.until = NULL;
        }
        words = arena_printf(&d->arena, "%s; %s -> %s%s%s%s%s", words ? words : "", x, y, from ? " from " : "",
                             from ? from : "", until ? " until " : "", until ? until : "");
    }
    if (c) change_say(d, c, "policy %s: %s", name, words ? words : "");
    return runs;
}

static const char *values_text(struct edict_difference *d, const struct policy *p)
{
    const char *out = "";
    for (unsigned i = 0; i < p->count && out; i++)
        out = arena_printf(&d->arena, "%s%s%s", out, i ? ", " : "", p->values[i].written);
    return out ? out : "";
}

static int values_permitted_same(const struct policy *a, const struct policy *b)
{
    for (unsigned i = 0; i < a->count; i++) {
        unsigned k = 0;
        while (k < b->count && strcmp(a->values[i].written, b->values[k].written) != 0) k++;
        if (k == b->count) return 0;
    }
    return a->count == b->count;
}

static struct text row_name(const struct item *it, unsigned r)
{
    const struct ast_node *h = it->header ? it->header->first : NULL, *c = it->rows[r].node->first;
    for (; h && c; h = h->next, c = c->next)
        if (text_is(h->text, "policy") && c->first && c->first->first) return c->first->first->text;
    return (struct text){"", 0};
}

static int row_find(const struct item *it, struct text name)
{
    for (unsigned r = 0; it && r < it->row_count; r++)
        if (text_equal(row_name(it, r), name)) return (int)r;
    return -1;
}

static struct part row_part(const struct item *it, int r)
{
    const struct item_row *row = &it->rows[r];
    return (struct part){.node = row->node,
                         .header = it->header,
                         .from = row->from,
                         .until = row->until,
                         .cite = row->cite,
                         .number = row->number};
}

/* The keys that the setting of the new version cites, or the row. */
static const char *cite_of(struct edict_difference *d, const struct model *m, const struct item *it, int r,
                           struct text name)
{
    const struct setting *s = m->settings;
    while (s && !text_equal(s->policy, name)) s = s->next;
    const struct ast_node *row = s ? s->row : r >= 0 ? it->rows[r].node : NULL, *last = row ? row->last : NULL;
    const char *text = last ? node_text(d, last) : "";
    for (const char *c = text; *c; c++)
        if ((*c < 'A' || *c > 'Z') && (*c < '0' || *c > '9') && !strchr("_, ", *c)) return "";
    return text;
}

static void policy_compare(struct edict_difference *d, struct pair *p, struct text name)
{
    const struct field *a = policy_find(&d->old->model, name), *b = policy_find(&d->now->model, name_new(d, name));
    int x = p->old ? row_find(p->old, name) : -1, y = p->now ? row_find(p->now, name_new(d, name)) : -1;
    const char *shown = text_copy(d, name), *item = arena_printf(&d->arena, "policy %s", shown);
    struct slot *s = slot_new(d, p, SLOT_ROW);
    s->policy = name;
    if (x >= 0) part_add(d, s, 0, row_part(p->old, x));
    if (y >= 0) part_add(d, s, 1, row_part(p->now, y));
    if (!a || !b) {
        const struct policy *only = a ? a->policy : b ? b->policy : NULL;
        if (!only) return;
        s->change = change_new(d, "policy", 1, item ? item : "");
        change_say(d, s->change, "policy %s %s: %s (one of %s)", shown, a ? "removed" : "added",
                   value_on(only, DATE_OPEN), values_text(d, only));
    } else if (!values_say(d, &s->change, a->policy, b->policy, shown) &&
               !values_permitted_same(a->policy, b->policy)) {
        s->change = change_new(d, "policy", 1, item ? item : "");
        change_say(d, s->change, "policy %s: may be %s -> %s", shown, values_text(d, a->policy),
                   values_text(d, b->policy));
    } else if (!same_text(a->policy->decides, b->policy->decides)) {
        struct change *c = change_new(d, "label", 0, item ? item : "");
        change_say(d, c, "policy %s decides \"%s\" -> \"%s\"", shown, a->policy->decides, b->policy->decides);
    }
    if (s->change && y >= 0) s->change->shown.cite = cite_of(d, &d->read, p->now, y, name);
}

/* Does the old version have it, by this name or another one? */
static int policy_known(const struct edict_difference *d, const struct pair *p, struct text name)
{
    for (const struct rename *r = d->renames; r; r = r->next)
        if (text_equal(r->now, name)) return row_find(p->old, r->old) >= 0;
    return row_find(p->old, name) >= 0;
}

/* Either item may be missing: then it has no rows. */
void policies_compare(struct edict_difference *d, struct pair *p)
{
    for (unsigned r = 0; p->old && r < p->old->row_count && !d->oom; r++) policy_compare(d, p, row_name(p->old, r));
    for (unsigned r = 0; p->now && r < p->now->row_count && !d->oom; r++)
        if (!policy_known(d, p, row_name(p->now, r))) policy_compare(d, p, row_name(p->now, r));
}
