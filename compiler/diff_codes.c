/* Lists of codes in both versions: which codes are on them on which days. How a list is written (ranges, order, what is
 * taken out again) does not count. Lists in lists are compared as names: what changes in them is told there. */
#include "compiler/difference.h"

#include <stdlib.h>
#include <string.h>

struct stretch {
    uint64_t lo, hi;
    int32_t from, until;
    const struct ast_node *node; /* the entry that put it there */
};
struct stretches {
    struct stretch *at;
    unsigned count, room;
};
struct list_side {
    struct stretches in, out; /* out: taken out, also of the lists in it */
};

static unsigned length_of(uint64_t code)
{
    unsigned n = 0;
    while (n < 8 && (code >> (56 - 8 * n) & 0xff)) n++;
    return n;
}

static void stretch_add(struct edict_difference *d, struct stretches *s, struct stretch x)
{
    if (x.from > x.until || x.lo > x.hi) return;
    if (s->count == s->room) {
        unsigned room = s->room ? s->room * 2 : 64;
        struct stretch *more = arena_alloc(&d->arena, room * sizeof *more);
        if (!more) {
            d->oom = 1;
            return;
        }
        if (s->count) memcpy(more, s->at, s->count * sizeof *more);
        s->at = more;
        s->room = room;
    }
    s->at[s->count++] = x;
}

static void stretch_cut(struct edict_difference *d, struct stretches *s, const struct stretch *c)
{
    struct stretches out = {0};
    for (unsigned i = 0; i < s->count; i++) {
        struct stretch x = s->at[i], y = x;
        if (length_of(x.lo) != length_of(c->lo) || x.hi < c->lo || c->hi < x.lo || x.until < c->from ||
            c->until < x.from) {
            stretch_add(d, &out, x);
            continue;
        }
        if (x.lo < c->lo) {
            y.hi = code_before(c->lo);
            stretch_add(d, &out, y);
        }
        if (x.hi > c->hi) {
            y = x;
            y.lo = code_next(c->hi);
            stretch_add(d, &out, y);
        }
        y = x;
        y.lo = x.lo > c->lo ? x.lo : c->lo;
        y.hi = x.hi < c->hi ? x.hi : c->hi;
        if (x.from < c->from) {
            y.until = c->from - 1;
            stretch_add(d, &out, y);
        }
        y.until = x.until;
        if (x.until > c->until) {
            y.from = c->until + 1;
            stretch_add(d, &out, y);
        }
    }
    *s = out;
}

static int is_list(const struct item_entry *e)
{
    const struct ast_node *v = e->node->first;
    return v && v->op == OP_WORD && v->text.size && v->text.at[0] >= 'a';
}

static int entry_stretch(const struct item_entry *e, struct stretch *out)
{
    const struct ast_node *a = e->node->first, *b = a ? a->next : NULL;
    int64_t lo, hi;
    if (!a || !code_pack(a->text, &lo)) return 0;
    if (!b || b->kind != AST_VALUE || !code_pack(b->text, &hi)) hi = lo;
    *out = (struct stretch){(uint64_t)lo, (uint64_t)hi, e->from, e->until, e->node};
    return 1;
}

static void side_read(struct edict_difference *d, struct list_side *s, const struct item *it)
{
    struct stretch x;
    for (unsigned i = 0; i < it->entry_count; i++) {
        const struct item_entry *e = &it->entries[i];
        if (is_list(e) || !entry_stretch(e, &x)) continue;
        if (e->except) {
            stretch_cut(d, &s->in, &x);
            stretch_add(d, &s->out, x);
        } else {
            stretch_cut(d, &s->out, &x); /* put in again behind */
            stretch_cut(d, &s->in, &x);
            stretch_add(d, &s->in, x);
        }
    }
}

/* ---- pieces of the codes between all ends of stretches */

static int code_order(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    unsigned n = length_of(x), m = length_of(y);
    return n != m ? (n < m ? -1 : 1) : x < y ? -1 : x > y;
}

static unsigned ends_read(const struct stretches *s, uint64_t *ends, unsigned n)
{
    for (unsigned i = 0; i < s->count; i++) {
        ends[n++] = s->at[i].lo;
        ends[n++] = code_next(s->at[i].hi);
    }
    return n;
}

static const char *code_text(struct edict_difference *d, uint64_t code)
{
    char text[9];
    unsigned n = length_of(code);
    for (unsigned i = 0; i < n; i++) text[i] = (char)(code >> (56 - 8 * i) & 0xff);
    return text_copy(d, (struct text){text, n});
}

static struct ast_node *value_node(struct edict_difference *d, uint64_t code, struct span span)
{
    struct ast_node *v = ast_new(&d->arena, AST_VALUE, OP_MIXED, span);
    if (v) v->text = text_of(code_text(d, code));
    else d->oom = 1;
    return v;
}

/* An entry as if it were written for this piece alone. */
static void piece_add(struct edict_difference *d, struct slot *s, int now, const struct stretch *x, int except)
{
    struct ast_node *n = ast_new(&d->arena, AST_ENTRY, OP_NONE, x->node->span);
    if (!n) {
        d->oom = 1;
        return;
    }
    ast_append(n, value_node(d, x->lo, x->node->span));
    if (x->hi != x->lo) ast_append(n, value_node(d, x->hi, x->node->span));
    part_add(d, s, now, (struct part){.node = n, .from = x->from, .until = x->until, .except = except});
}

static int by_day(const void *a, const void *b)
{
    const struct part *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

/* The days on which the piece is in: neighbouring ones joined. */
static const struct ast_node *piece_read(struct edict_difference *d, struct slot *s, int now,
                                         const struct stretches *all, uint64_t lo, uint64_t hi, int except)
{
    const struct ast_node *node = NULL;
    for (unsigned i = 0; i < all->count; i++) {
        struct stretch x = all->at[i];
        if (length_of(x.lo) != length_of(lo) || x.lo > lo || x.hi < hi) continue;
        node = x.node;
        x.lo = lo;
        x.hi = hi;
        piece_add(d, s, now, &x, except);
    }
    struct part *parts = now ? s->now : s->old;
    unsigned *count = now ? &s->news : &s->olds, n = 0;
    if (*count > 1) qsort(parts, *count, sizeof *parts, by_day);
    for (unsigned i = 1; i < *count; i++)
        if (parts[n].until != DATE_OPEN && parts[i].from == parts[n].until + 1) parts[n].until = parts[i].until;
        else parts[++n] = parts[i];
    if (*count) *count = n + 1;
    return node;
}

static int days_same(const struct slot *s)
{
    if (s->olds != s->news) return 0;
    for (unsigned i = 0; i < s->olds; i++)
        if (s->old[i].from != s->now[i].from || s->old[i].until != s->now[i].until) return 0;
    return 1;
}

/* The runs of days that are in `a` and not in `b`; the last one in from and until. Both are sorted. */
static unsigned days_less(const struct part *a, unsigned n, const struct part *b, unsigned m, int32_t *from,
                          int32_t *until)
{
    unsigned runs = 0;
    for (unsigned i = 0; i < n; i++) {
        int32_t at = a[i].from;
        int left = 1;
        for (unsigned k = 0; k < m && left; k++) {
            if (b[k].until < at || b[k].from > a[i].until) continue;
            if (b[k].from > at) {
                *from = at;
                *until = b[k].from - 1;
                runs++;
            }
            left = b[k].until < a[i].until;
            if (left) at = b[k].until + 1;
        }
        if (!left) continue;
        *from = at;
        *until = a[i].until;
        runs++;
    }
    return runs;
}

static const char *days_words(struct edict_difference *d, const struct part *parts, unsigned count)
{
    const char *out = "";
    for (unsigned i = 0; i < count && out; i++) {
        const char *a = date_shown(d, parts[i].from), *b = date_shown(d, parts[i].until);
        out = arena_printf(&d->arena, "%s%s%s%s%s%s%s", out, *out ? ", " : "",
                           !a && !b ? "always"
                           : a      ? "from "
                                    : "",
                           a ? a : "", a && b ? " " : "", b ? "until " : "", b ? b : "");
    }
    return out && *out ? out : "never";
}

/* What the change of the list cites, where one of the new version names the code. */
static const struct ast_node *cite_of(const struct item *now, struct text name)
{
    struct stretch x;
    int64_t code;
    for (unsigned i = now->entry_count; i-- > 0;) {
        const struct item_entry *e = &now->entries[i];
        if (!e->cite) continue;
        if (is_list(e)
                ? text_equal(e->node->first->text, name)
                : code_pack(name, &code) && entry_stretch(e, &x) && x.lo <= (uint64_t)code && (uint64_t)code <= x.hi)
            return e->cite;
    }
    return now->cite;
}

static void piece_say(struct edict_difference *d, struct pair *p, struct slot *s, const char *codes, struct text first,
                      const struct ast_node *node, int taken_out)
{
    const struct ast_node *label = ast_child(node, AST_LABEL);
    const char *name = text_copy(d, p->old->name);
    const char *item = arena_printf(&d->arena, "codes %s %s", name, codes);
    const char *what = label ? arena_printf(&d->arena, "%s (%s)", codes, text_copy(d, label->text)) : codes;
    struct change *c = s->change = change_new(d, "codes", 1, item ? item : "");
    int32_t from = DATE_MIN_OPEN, until = DATE_OPEN;
    unsigned lost = days_less(s->old, s->olds, s->now, s->news, &from, &until);
    int32_t won_from = DATE_MIN_OPEN, won_until = DATE_OPEN;
    unsigned won = days_less(s->now, s->news, s->old, s->olds, &won_from, &won_until);
    change_cite(d, c, cite_of(p->now, first));
    if (lost + won != 1) {
        change_say(d, c, "%s on %s: %s -> %s", what, name, days_words(d, s->old, s->olds),
                   days_words(d, s->now, s->news));
        return;
    }
    if (won) change_dates(d, c, won_from, won_until);
    else change_dates(d, c, from, until);
    if (taken_out) change_say(d, c, "%s %s of %s", what, won ? "taken out" : "no longer taken out", name);
    else change_say(d, c, "%s %s %s", what, won ? "added to" : "removed from", name);
}

/* Taking these codes out of the lists in it is the change that took them out of the list itself. */
static struct change *change_known(const struct pair *p, uint64_t lo, uint64_t hi)
{
    for (const struct slot *s = p->first; s; s = s->next) {
        const struct part *any = s->olds ? s->old : s->now;
        const struct ast_node *a = any && s->kind == SLOT_ENTRY && s->change ? any->node->first : NULL;
        const struct ast_node *b = a ? a->next : NULL;
        int64_t from, to;
        if (!a || any->except || !code_pack(a->text, &from)) continue;
        if (!b || b->kind != AST_VALUE || !code_pack(b->text, &to)) to = from;
        if ((uint64_t)from == lo && (uint64_t)to == hi) return s->change;
    }
    return NULL;
}

static void pieces_compare(struct edict_difference *d, struct pair *p, const struct stretches *a,
                           const struct stretches *b, int except)
{
    unsigned n = 0;
    uint64_t *ends = arena_alloc(&d->arena, (2u * (a->count + b->count) + 1u) * sizeof *ends);
    if (!ends) {
        d->oom = 1;
        return;
    }
    n = ends_read(b, ends, ends_read(a, ends, 0));
    if (n) qsort(ends, n, sizeof *ends, code_order);
    for (unsigned i = 0; i + 1 < n && !d->oom; i++) {
        uint64_t lo = ends[i], hi = code_before(ends[i + 1]);
        if (lo == ends[i + 1] || length_of(lo) != length_of(ends[i + 1]) || hi < lo) continue;
        struct slot *s = slot_new(d, p, SLOT_ENTRY);
        const struct ast_node *old = piece_read(d, s, 0, a, lo, hi, except),
                              *now = piece_read(d, s, 1, b, lo, hi, except);
        if ((!old && !now) || days_same(s)) continue;
        const char *codes =
            lo == hi ? code_text(d, lo) : arena_printf(&d->arena, "%s to %s", code_text(d, lo), code_text(d, hi));
        s->change = except ? change_known(p, lo, hi) : NULL;
        if (!s->change) piece_say(d, p, s, codes ? codes : "", text_of(code_text(d, lo)), old ? old : now, except);
    }
}

/* ---- lists in the list */

static const struct item_entry *list_find(struct edict_difference *d, const struct item *it,
                                          const struct item_entry *like)
{
    for (unsigned i = 0; i < it->entry_count; i++) {
        const struct item_entry *e = &it->entries[i];
        if (is_list(e) && !e->except == !like->except &&
            text_equal(name_mapped(d, &d->arena, e->node->first, NULL),
                       name_mapped(d, &d->arena, like->node->first, NULL)))
            return e;
    }
    return NULL;
}

static void list_slot(struct edict_difference *d, struct pair *p, const struct item_entry *a,
                      const struct item_entry *b)
{
    struct slot *s = slot_new(d, p, SLOT_ENTRY);
    const struct item_entry *any = a ? a : b;
    if (a) part_add(d, s, 0, (struct part){.node = a->node, .from = a->from, .until = a->until, .except = a->except});
    if (b) part_add(d, s, 1, (struct part){.node = b->node, .from = b->from, .until = b->until, .except = b->except});
    if (days_same(s)) return;
    const char *what = arena_printf(&d->arena, "the list %s", text_copy(d, any->node->first->text));
    piece_say(d, p, s, what ? what : "", any->node->first->text, any->node, any->except);
}

static unsigned lists_compare(struct edict_difference *d, struct pair *p)
{
    unsigned lists = 0;
    for (unsigned i = 0; i < p->old->entry_count; i++)
        if (is_list(&p->old->entries[i])) {
            list_slot(d, p, &p->old->entries[i], list_find(d, p->now, &p->old->entries[i]));
            lists++;
        }
    for (unsigned i = 0; i < p->now->entry_count; i++)
        if (is_list(&p->now->entries[i])) {
            lists++;
            if (!list_find(d, p->old, &p->now->entries[i])) list_slot(d, p, NULL, &p->now->entries[i]);
        }
    return lists;
}

/* ---- what a code is called */

static void labels_compare(struct edict_difference *d, struct pair *p)
{
    for (unsigned i = 0; i < p->old->entry_count; i++)
        for (unsigned k = 0; k < p->now->entry_count; k++) {
            const struct ast_node *a = p->old->entries[i].node, *b = p->now->entries[k].node;
            const struct ast_node *x = ast_child(a, AST_LABEL), *y = ast_child(b, AST_LABEL);
            struct text none = {"", 0}, t = x ? x->text : none, u = y ? y->text : none;
            if (!a->first || !b->first || !text_equal(a->first->text, b->first->text) || text_equal(t, u) ||
                p->old->entries[i].except != p->now->entries[k].except)
                continue;
            const char *code = text_copy(d, a->first->text), *name = text_copy(d, p->old->name);
            const char *item = arena_printf(&d->arena, "codes %s %s", name, code);
            struct change *c = change_new(d, "label", 0, item ? item : "");
            change_say(d, c, "%s on %s: \"%s\" -> \"%s\"", code, name, text_copy(d, t), text_copy(d, u));
        }
}

void codes_compare(struct edict_difference *d, struct pair *p)
{
    struct list_side a = {.in = {0}}, b = {.in = {0}};
    side_read(d, &a, p->old);
    side_read(d, &b, p->now);
    pieces_compare(d, p, &a.in, &b.in, 0);
    if (lists_compare(d, p)) pieces_compare(d, p, &a.out, &b.out, 2);
    labels_compare(d, p);
}
