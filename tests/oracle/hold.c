/* From reasons to holds: every missing fact that is to blame is named, by the
 * rule that asks for it in words of its own, or else by the rule that needed
 * it. */
#include "tests/oracle/oracle.h"

#include <stdlib.h>
#include <string.h>

static struct hold *hold_for(struct run *r, struct holds *h, const struct hold *like)
{
    for (uint32_t i = 0; i < h->count; i++) {
        struct hold *x = h->list[i];
        if (x->said != like->said || x->fact != like->fact || x->pinned != like->pinned) continue;
        if (like->said || !like->fact) {
            if (x->row != like->row) continue;
        }
        if (!like->fact && (x->kind != like->kind || x->record != like->record)) continue;
        return x;
    }
    if (h->count == h->room) {
        uint32_t room = h->room * 2 + 8;
        struct hold **more = run_room(r, room, sizeof *more);
        if (h->count) memcpy(more, h->list, h->count * sizeof *more);
        h->list = more;
        h->room = room;
    }
    struct hold *x = run_room(r, 1, sizeof *x);
    *x = *like;
    return h->list[h->count++] = x;
}

static void lack_add(struct run *r, struct holds *h, struct hold *x, uint32_t record)
{
    for (uint32_t i = 0; i < x->count; i++)
        if (x->entries[i].record == record) return;
    if (x->count == x->room) {
        uint32_t room = x->room * 2 + 4;
        struct lack *more = run_room(r, room, sizeof *more);
        if (x->count) memcpy(more, x->entries, x->count * sizeof *more);
        x->entries = more;
        x->room = room;
    }
    if (h->blame_count == h->blame_room) {
        uint32_t room = h->blame_room * 2 + 8;
        struct blame *more = run_room(r, room, sizeof *more);
        if (h->blame_count) memcpy(more, h->blames, h->blame_count * sizeof *more);
        h->blames = more;
        h->blame_room = room;
    }
    h->blames[h->blame_count++] = (struct blame){x, x->count};
    x->entries[x->count++] = (struct lack){x->fact, record, 0};
    x->left++;
}

static void blame(struct run *r, struct holds *h, struct hold like, struct field *fact, uint32_t record)
{
    int top = fact->kind == r->o->m->encounter;
    like.fact = fact;
    like.kind = top ? NULL : fact->kind;
    like.record = 0;
    if (!top && fact->kind->known_as) like.pinned = record + 1; /* every record has a hold of its own */
    lack_add(r, h, hold_for(r, h, &like), record);
}

struct walk {
    struct run *r;
    struct holds *h;
    const struct hold *like;
    unsigned found;
    const struct reason **rules; /* that hold, met on the way */
    uint32_t rule_count, rule_room;
};

static void walk(struct walk *w, struct reason *x)
{
    if (!x || x->kind == R_NOTHING || x->walk == w->r->o->walk) return;
    x->walk = w->r->o->walk;
    if (x->kind == R_BOTH) {
        walk(w, (struct reason *)(intptr_t)x->a);
        walk(w, (struct reason *)(intptr_t)x->b);
        return;
    }
    w->found++;
    if (x->kind == R_FACT) {
        blame(w->r, w->h, *w->like, (struct field *)(intptr_t)x->a, x->record);
        return;
    }
    if (w->rule_count == w->rule_room) {
        uint32_t room = w->rule_room * 2 + 8;
        const struct reason **more = run_room(w->r, room, sizeof *more);
        if (w->rule_count) memcpy(more, w->rules, w->rule_count * sizeof *more);
        w->rules = more;
        w->rule_room = room;
    }
    w->rules[w->rule_count++] = x;
}

/* Everything is documented, but the end of an interval lies before its start:
 * its end is to blame. */
static void blame_reversed(struct walk *w, const struct trace *t)
{
    const struct field *f = t->interval;
    struct field *from = f ? plain_fact(f->fold->parts[0]->field) : NULL,
                 *to = f ? plain_fact(f->fold->parts[1]->field) : NULL;
    struct run *r = w->r;
    if (!f || from->how != FIELD_FACT || to->how != FIELD_FACT) return;
    const struct column *a = column_of(r, from), *b = column_of(r, to);
    uint32_t n = size_of_kind(r, from->kind), k = size_of_kind(r, to->kind);
    for (uint32_t i = 0; i < n && i < k; i++) {
        if (a->cells[i].why || b->cells[i].why || b->cells[i].v >= a->cells[i].v) continue;
        w->found++;
        blame(r, w->h, *w->like, to, i);
    }
}

static void finding_holds(struct run *r, struct holds *h, uint32_t number)
{
    const struct finding *f = &r->findings[number];
    struct hold like = {.finding = number, .row = f->row, .kind = f->kind_of, .record = f->kind_of ? f->record : 0};
    struct walk w = {.r = r, .h = h, .like = &like};
    r->o->walk++;
    walk(&w, (struct reason *)(intptr_t)f->why);
    if (!w.found) hold_for(r, h, &like);
    for (uint32_t i = 0; i < w.rule_count; i++) {
        const struct reason *x = w.rules[i];
        uint32_t seen = 0;
        while (seen < i && w.rules[seen] != x) seen++;
        if (seen < i) continue;
        struct hold said = like;
        said.row = x->a;
        said.said = 1;
        w.like = &said;
        w.found = 0;
        r->o->walk++;
        walk(&w, (struct reason *)(intptr_t)x->b);
        if (!w.found) blame_reversed(&w, x->a);
        if (!w.found) hold_for(r, h, &said);
    }
}

void holds_find(struct run *r, struct holds *h)
{
    *h = (struct holds){0};
    for (uint32_t i = 0; i < r->finding_count; i++)
        if (r->findings[i].kind == FIND_HOLD && r->findings[i].why) finding_holds(r, h, i);
    /* What a rule asks for in words of its own need not be said again. */
    for (uint32_t i = 0; i < h->blame_count; i++) {
        struct hold *x = h->blames[i].hold;
        struct lack *lack = &x->entries[h->blames[i].entry];
        for (uint32_t q = 0; !x->said && q < h->blame_count; q++) {
            const struct hold *y = h->blames[q].hold;
            const struct lack *other = &y->entries[h->blames[q].entry];
            if (!y->said || y->fact != x->fact || other->record != lack->record) continue;
            lack->dropped = 1;
            x->left--;
            break;
        }
    }
}
