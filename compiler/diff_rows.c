/* Rows of tables, thresholds, hierarchies, groups, bills and facts in both versions: which are the same, which
 * changed, which are new or gone, which moved, which hold until or from another day. */
#include "compiler/diff_rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading */

static int column_quiet(struct text name)
{
    return text_is(name, "effective") || text_is(name, "until") || text_is(name, "cite") || text_is(name, "note") ||
           text_is(name, "means") || text_is(name, "decides");
}

static void columns_add(struct edict_difference *d, struct row_sides *s, const struct ast_node *header)
{
    for (const struct ast_node *c = header ? header->first : NULL; c; c = c->next) {
        unsigned i = 0;
        const struct text name = name_mapped(d, &d->arena, c, NULL);
        while (i < s->column_count && !text_equal(s->columns[i].name, name)) i++;
        if (i < s->column_count || i == sizeof s->columns / sizeof *s->columns) continue;
        s->columns[s->column_count++] = (struct row_column){.name = name, .quiet = column_quiet(name)};
    }
}

/* Result columns: known by name in bills and groups, the last one in tables and thresholds. */
static void results_mark(struct row_sides *s)
{
    static const char *const names[] = {"code", "units", "modifiers", "together by"};
    enum ast_kind kind = s->pair->old->kind;
    unsigned last = s->column_count;
    for (unsigned i = 0; i < s->column_count; i++) {
        if (s->columns[i].quiet) continue;
        last = i;
        for (size_t k = 0; k < 4 && (kind == AST_BILL || kind == AST_GROUP); k++)
            s->columns[i].result |= text_is(s->columns[i].name, names[k]);
        if (kind == AST_FACTS || kind == AST_POLICIES) s->columns[i].result = i > 0;
    }
    if (last < s->column_count && (kind == AST_TABLE || kind == AST_THRESHOLD)) s->columns[last].result = 1;
}

static void view_read(struct edict_difference *d, struct row_sides *s, struct row_view *v, const struct item *it,
                      const struct item_row *row)
{
    struct buffer b;
    unsigned i = 0;
    v->row = row;
    v->match = -1;
    v->cite = cites_text(d, row->cite);
    v->part = (struct part){.node = row->node,
                            .header = it->header,
                            .from = row->from,
                            .until = row->until,
                            .cite = row->cite,
                            .number = row->number};
    v->canon = arena_zero(&d->arena, s->column_count + 1u, sizeof *v->canon);
    v->shown = arena_zero(&d->arena, s->column_count + 1u, sizeof *v->shown);
    if (!v->canon || !v->shown) {
        d->oom = 1;
        return;
    }
    for (i = 0; i < s->column_count; i++) v->canon[i] = v->shown[i] = "";
    const struct ast_node *h = it->header ? it->header->first : NULL, *c = row->node->first;
    v->otherwise = c && c->op == OP_OTHERWISE;
    for (; h && c; h = h->next, c = c->next) {
        const struct text name = name_mapped(d, &d->arena, h, NULL);
        for (i = 0; i < s->column_count && !text_equal(s->columns[i].name, name);) i++;
        if (i == s->column_count || c->op == OP_OTHERWISE) continue;
        v->canon[i] = node_canon(d, c);
        v->shown[i] = c->op == OP_ANY || c->op == OP_EMPTY ? "" : node_text(d, c);
        if (text_is(h->text, "cite") && *v->shown[i]) v->cite = v->shown[i];
    }
    buffer_init_in(&b, 0, &d->arena);
    buffer_text(&b, v->otherwise ? "otherwise" : "");
    for (i = 0; i < s->column_count; i++)
        if (!s->columns[i].quiet) buffer_printf(&b, "|%s", v->canon[i]);
    v->body = text_copy(d, (struct text){b.at, (uint32_t)b.size});
    if (b.failed) d->oom = 1;
    buffer_free(&b);
}

static struct row_view *views_read(struct edict_difference *d, struct row_sides *s, const struct item *it)
{
    struct row_view *all = arena_zero(&d->arena, it->row_count + 1u, sizeof *all);
    if (!all) d->oom = 1;
    for (unsigned i = 0; i < it->row_count && all && !d->oom; i++) view_read(d, s, &all[i], it, &it->rows[i]);
    return all;
}

static int is_ordered(const struct item *it)
{
    const struct ast_node *hit = ast_child(it->node, AST_HIT);
    return it->kind == AST_HIERARCHY || (hit && hit->op == OP_FIRST_ROW);
}

/* ---- which rows say the same */

static int rows_same(const struct row_view *a, const struct row_view *b) { return !strcmp(a->body, b->body); }

/* The longest run of rows in the same order; they are matched. */
static void order_match(struct edict_difference *d, struct row_sides *s)
{
    unsigned n = s->olds, m = s->news, i = 0, k;
    while (i < n && i < m && rows_same(&s->old[i], &s->now[i])) {
        s->old[i].match = s->now[i].match = (int)i;
        i++;
    }
    unsigned first = i, width;
    while (n > first && m > first && rows_same(&s->old[n - 1], &s->now[m - 1])) {
        s->old[--n].match = (int)--m;
        s->now[m].match = (int)n;
    }
    width = m - first + 1;
    if (n == first || m == first || (uint64_t)(n - first + 1) * width > 4000000) return;
    uint32_t *best = arena_heap(&d->arena, NULL, (size_t)(n - first + 1) * width * sizeof *best);
    if (!best) {
        d->oom = 1;
        return;
    }
    memset(best, 0, (size_t)(n - first + 1) * width * sizeof *best);
    for (i = n; i-- > first;)
        for (k = m; k-- > first;) {
            uint32_t *at = &best[(i - first) * width + (k - first)];
            if (rows_same(&s->old[i], &s->now[k])) *at = at[width + 1] + 1;
            else *at = at[width] >= at[1] ? at[width] : at[1];
        }
    for (i = k = first; i < n && k < m;) {
        const uint32_t *at = &best[(i - first) * width + (k - first)];
        if (rows_same(&s->old[i], &s->now[k])) {
            s->old[i].match = (int)k;
            s->now[k++].match = (int)i++;
        } else if (at[width] >= at[1]) i++;
        else k++;
    }
    arena_heap_free(&d->arena, best);
}

/* Of what is left, rows that say the same somewhere else: they moved. */
static void moved_match(struct row_sides *s)
{
    for (unsigned i = 0; i < s->olds; i++)
        for (unsigned k = 0; s->old[i].match < 0 && k < s->news; k++)
            if (s->now[k].match < 0 && s->old[i].row->from == s->now[k].row->from &&
                rows_same(&s->old[i], &s->now[k])) {
                s->old[i].match = (int)k;
                s->now[k].match = (int)i;
                s->old[i].moves = s->now[k].moves = s->ordered;
            }
}

/* ---- slots */

static void slot_fill(struct edict_difference *d, struct slot *to, struct row_view *old, struct row_view *now)
{
    if (old) part_add(d, to, 0, old->part);
    if (now) part_add(d, to, 1, now->part);
    if (old) old->placed = 1;
    if (now) now->placed = 1;
}

/* How much two rows have in common: equal cells that say something, and the place. */
static unsigned likeness(const struct row_sides *s, const struct row_view *a, const struct row_view *b)
{
    unsigned same = 0, said = 0;
    if (a->otherwise != b->otherwise) return 0;
    if (a->otherwise) return 100;
    if (s->pair->old->kind == AST_FACTS) return same_text(a->shown[0], b->shown[0]) ? 100 : 0;
    for (unsigned i = 0; i < s->column_count; i++) {
        if (s->columns[i].quiet || (!*a->canon[i] && !*b->canon[i])) continue;
        said++;
        same += !strcmp(a->canon[i], b->canon[i]);
    }
    return said ? same * 99 / said : 0;
}

static unsigned words_more(const struct row_sides *s)
{
    unsigned n = 0;
    for (unsigned i = 0; i < s->column_count; i++) n += !s->columns[i].quiet;
    return n;
}

/* The unmatched new row that is most like the old one: in tables of one or two columns the one in its place. */
static struct row_view *like_find(struct row_sides *s, const struct row_view *a, unsigned from, unsigned to)
{
    struct row_view *best = NULL;
    unsigned few = words_more(s) < 3, most = few ? 0 : 65;
    for (unsigned k = s->ordered ? from : 0; k < (s->ordered ? to : s->news); k++) {
        struct row_view *b = &s->now[k];
        if (b->match >= 0 || b->placed) continue;
        unsigned like = likeness(s, a, b) * 2, here = k >= from && k < to;
        if (like || (few && here && s->pair->old->kind != AST_FACTS)) like += here;
        if (like > most) {
            most = like;
            best = b;
        }
    }
    return best;
}

static void cites_compare(struct edict_difference *d, struct row_sides *s, struct slot *to, struct row_view *a,
                          struct row_view *b)
{
    if (same_text(a->cite, b->cite)) return;
    struct change *c = to->change = row_change_new(d, s, a);
    c->shown.kind = "cite";
    c->shown.cite = b->cite;
    change_say(d, c, "%s: %s: source %s -> %s", item_words(d, s->pair->now), row_when(d, s, a),
               *a->cite ? a->cite : "of the table", *b->cite ? b->cite : "of the table");
}

static const char *days_words(struct edict_difference *d, const struct row_view *r)
{
    const char *a = date_shown(d, r->row->from), *b = date_shown(d, r->row->until);
    if (!a && !b) return "always";
    const char *out = arena_printf(&d->arena, "%s%s%s%s%s", a ? "from " : "", a ? a : "", a && b ? " " : "",
                                   b ? "until " : "", b ? b : "");
    return out ? out : "";
}

/* From a day on another row stands in its place, or none: what `changes … effective` makes, and dated rows. */
static int dated_slot(struct edict_difference *d, struct row_sides *s, struct row_view *a, struct row_view *b)
{
    unsigned at = (unsigned)(b - s->now), end = at + 1;
    struct row_view *other = NULL;
    if (b->row->from != a->row->from || b->row->until >= a->row->until) return 0;
    for (; end < s->news && s->now[end].match < 0; end++) {
        struct row_view *x = &s->now[end];
        if (x->row->from <= b->row->until || x->row->until > a->row->until) break;
        if (rows_same(x, a)) continue;
        if (other && !rows_same(x, other)) break;
        other = x;
    }
    struct slot *to = slot_new(d, s->pair, SLOT_ROW);
    struct change *c = to->change = row_change_new(d, s, a);
    slot_fill(d, to, a, b);
    for (unsigned k = at + 1; k < end; k++) slot_fill(d, to, NULL, &s->now[k]);
    if (other) {
        row_changed_say(d, s, c, a, other);
        change_dates(d, c, other->row->from, other->row->until < a->row->until ? other->row->until : DATE_OPEN);
    } else {
        int32_t again = end > at + 1 ? s->now[at + 1].row->from - 1 : DATE_OPEN;
        row_added_say(d, s, c, a, 0);
        change_dates(d, c, b->row->until + 1, again);
    }
    return 1;
}

/* The other way round: what held from a day on no longer does, the row before it goes on. */
static int dated_back_slot(struct edict_difference *d, struct row_sides *s, struct row_view *a, struct row_view *b)
{
    const unsigned at = (unsigned)(a - s->old);
    struct row_view *other = at + 1 < s->olds ? &s->old[at + 1] : NULL;
    if (!other || other->match >= 0 || other->placed || b->row->from != a->row->from ||
        other->row->from != a->row->until + 1 || other->row->until != b->row->until)
        return 0;
    struct slot *to = slot_new(d, s->pair, SLOT_ROW);
    struct change *c = to->change = row_change_new(d, s, other);
    slot_fill(d, to, a, b);
    slot_fill(d, to, other, NULL);
    row_changed_say(d, s, c, other, b);
    change_dates(d, c, other->row->from, other->row->until);
    return 1;
}

static void matched_slot(struct edict_difference *d, struct row_sides *s, struct row_view *a, struct row_view *b)
{
    a->placed = b->placed = 1;
    if (a->row->from != b->row->from || a->row->until != b->row->until)
        if (dated_slot(d, s, a, b) || (a->row->until < b->row->until && dated_back_slot(d, s, a, b))) return;
    struct slot *to = slot_new(d, s->pair, SLOT_ROW);
    slot_fill(d, to, a, b);
    if (a->row->from != b->row->from || a->row->until != b->row->until) {
        struct change *c = to->change = row_change_new(d, s, a);
        c->shown.kind = "dates";
        c->shown.cite = b->cite;
        change_say(d, c, "%s: %s: in effect %s -> %s", item_words(d, s->pair->now), row_when(d, s, a), days_words(d, a),
                   days_words(d, b));
    } else cites_compare(d, s, to, a, b);
}

static void lost_slot(struct edict_difference *d, struct row_sides *s, struct row_view *a, unsigned from,
                      unsigned to_row)
{
    struct row_view *b = like_find(s, a, from, to_row);
    struct slot *to = slot_new(d, s->pair, SLOT_ROW);
    struct change *c = to->change = row_change_new(d, s, a);
    slot_fill(d, to, a, b);
    if (!b) {
        row_added_say(d, s, c, a, 0);
        change_dates(d, c, a->row->from, a->row->until);
        return;
    }
    row_changed_say(d, s, c, a, b);
    if (a->row->from == b->row->from && a->row->until == b->row->until) change_dates(d, c, a->row->from, a->row->until);
    else change_say(d, c, "%s; in effect %s -> %s", c->shown.words, days_words(d, a), days_words(d, b));
}

static void new_slot(struct edict_difference *d, struct row_sides *s, struct row_view *b)
{
    struct slot *to = slot_new(d, s->pair, SLOT_ROW);
    struct change *c = to->change = row_change_new(d, s, b);
    slot_fill(d, to, NULL, b);
    row_added_say(d, s, c, b, 1);
    change_dates(d, c, b->row->from, b->row->until);
}

static int results_same(const struct row_sides *s, const struct row_view *a, const struct row_view *b)
{
    for (unsigned i = 0; i < s->column_count; i++)
        if (s->columns[i].result && strcmp(a->canon[i], b->canon[i])) return 0;
    return s->pair->old->kind != AST_HIERARCHY;
}

/* Can it be seen that the row moved? Not where no record fits it and one of the rows that it passed, or both give the
 * same. */
static int move_matters(struct edict_difference *d, const struct row_sides *s, const struct row_view *a,
                        const struct row_view *b)
{
    const unsigned i = (unsigned)(a - s->old), k = (unsigned)(b - s->now);
    for (unsigned j = 0; j < s->olds; j++) {
        const struct row_view *o = &s->old[j];
        if (o->match < 0 || o == a) continue;
        const unsigned l = (unsigned)o->match;
        if ((i < j) == (k < l) || results_same(s, a, o)) continue;
        if (s->pair->old->kind == AST_HIERARCHY || !rows_apart(&d->old->model, s->pair->old, i, j) ||
            !rows_apart(&d->now->model, s->pair->now, k, l))
            return 1;
    }
    return 0;
}

/* A row that stands somewhere else among rows of which the first decides: taken out here, put in there. */
static void moved_slot(struct edict_difference *d, struct row_sides *s, struct row_view *a, struct row_view *b, int now)
{
    assert(a && b);
    struct slot *to = slot_new(d, s->pair, SLOT_ROW);
    if (!a->moved) {
        unsigned at = (unsigned)(b - s->now);
        struct change *c = a->moved = row_change_new(d, s, a);
        const char *next = at + 1 < s->news ? row_when(d, s, &s->now[at + 1]) : NULL;
        c->shown.kind = s->pair->old->kind == AST_HIERARCHY ? "hierarchy" : "order";
        c->shown.answers = move_matters(d, s, a, b);
        change_say(d, c, "%s: %s moves %s%s", item_words(d, s->pair->now), row_when(d, s, a),
                   next ? "before " : "to the end", next ? next : "");
    }
    to->change = a->moved;
    slot_fill(d, to, now ? NULL : a, now ? b : NULL);
}

/* Both versions from the top: what stands between two rows that are in both belongs together. */
static void slots_make(struct edict_difference *d, struct row_sides *s)
{
    unsigned i = 0, k = 0;
    while (i < s->olds || k < s->news) {
        struct row_view *a = i < s->olds ? &s->old[i] : NULL, *b = k < s->news ? &s->now[k] : NULL;
        unsigned end = k;
        while (end < s->news && (s->now[end].match < 0 || s->now[end].placed || s->now[end].moves)) end++;
        if (a && a->placed) i++;
        else if (b && b->placed) k++;
        else if (a && a->match < 0) lost_slot(d, s, a, k, end);
        else if (b && b->match < 0) new_slot(d, s, b);
        else if (a && a->moves) moved_slot(d, s, a, &s->now[a->match], 0);
        else if (b && b->moves) moved_slot(d, s, &s->old[b->match], b, 1);
        else if (a) matched_slot(d, s, a, &s->now[a->match]);
        else k++;
    }
}

void rows_compare(struct edict_difference *d, struct pair *p)
{
    struct row_sides s = {.pair = p, .ordered = is_ordered(p->now)};
    if (!p->old->header || !p->now->header) return;
    columns_add(d, &s, p->old->header);
    columns_add(d, &s, p->now->header);
    results_mark(&s);
    s.olds = p->old->row_count;
    s.news = p->now->row_count;
    s.old = views_read(d, &s, p->old);
    s.now = views_read(d, &s, p->now);
    if (d->oom) return;
    order_match(d, &s);
    moved_match(&s);
    slots_make(d, &s);
}
