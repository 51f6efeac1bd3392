/* Facts of all records of a kind: what the encounter says, and what rules
 * derive. */
#include "tests/oracle/oracle.h"

#include <stdlib.h>
#include <string.h>

uint32_t size_of_kind(struct run *r, struct kind *k)
{
    struct model *m = r->o->m;
    uint32_t n = kind_number_of(r->o, k);
    if (k == m->charge) return r->stage == 2 ? r->final_count : r->charge_count;
    if (k == m->encounter) return 1;
    if (r->made[n]) return r->sizes[n];
    r->made[n] = 1;
    if (k->domain == DOMAIN_CROSS) {
        uint32_t of = size_of_kind(r, k->source);
        r->sizes[n] = of * of;
    } else if (k->domain == DOMAIN_GROUP) group_make(r, k);
    else r->sizes[n] = r->e->sizes[n];
    return r->sizes[n];
}

/* Is the record there for certain? A group may perhaps exist, and then so does
 * a pair of it. Of the two ways round, a pair is the one that stands first in
 * the list. */
struct value exists_of(struct run *r, struct kind *k, uint32_t i)
{
    if (k->domain == DOMAIN_CROSS) {
        uint32_t n = size_of_kind(r, k->source);
        if (i / n >= i % n) return documented(0);
        return cell_and(r, exists_of(r, k->source, i / n), exists_of(r, k->source, i % n));
    }
    if (k->domain != DOMAIN_GROUP) return documented(1);
    size_of_kind(r, k);
    return r->exists[kind_number_of(r->o, k)][i];
}

static struct value policy_cell(struct run *r, struct field *f)
{
    const struct policy *p = f->policy;
    unsigned value = p->is;
    for (unsigned i = 0; i < p->dated_count; i++)
        if (p->dated[i].from <= r->date && r->date <= p->dated[i].until) value = p->dated[i].value;
    const unsigned *set = pointer_get(&r->o->chosen, f);
    if (set) value = *set;
    int64_t v = p->values[value].value;
    return documented(f->type.base == TYPE_WORD ? r->o->rank[v] : v);
}

static void builtin_column(struct run *r, struct field *f, struct column *c, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct charge *x = r->stage == 2 ? NULL : r->charges[i];
        const struct final *y = r->stage == 2 ? &r->finals[i] : NULL;
        const struct codes *modifiers = x ? x->modifiers : y->modifiers;
        c->cells[i].v = text_is(f->name, "code")    ? (x ? x->code : y->code)
                        : text_is(f->name, "units") ? (x ? x->units : y->units)
                        : text_is(f->name, "date")  ? (x ? x->date : y->date)
                                                    : POINTER(modifiers);
    }
}

/* A definition; where it requires something that is missing, it holds. */
static struct value define_cell(struct run *r, struct field *f, const struct place *p)
{
    struct value x = eval(r, p, f->expr);
    const struct reason *behind = NULL;
    for (unsigned i = 0; i < f->required_count; i++) behind = reason_both(r, behind, eval(r, p, f->required[i]).why);
    if (!behind) return x;
    if (!behind->held) behind = reason_hold(r, trace_of(r->o, f, f->item, NULL, f->required_hold), behind);
    return undocumented(reason_both(r, behind, x.why));
}

struct value of_encounter_cell(struct run *r, struct field *f, const struct place *p)
{
    return f->how == FIELD_AGREED ? of_encounter_cell(r, f->source, p) : define_cell(r, f, p);
}

struct column *column_of(struct run *r, struct field *f)
{
    struct known *known = known_of(r->o, f);
    struct column *c = &r->columns[known->number * 2 + (f->kind == r->o->m->charge && r->stage == 2)];
    if (c->state == 2) return c;
    if (c->state == 1) abort(); /* a circle: the pack was not checked */
    c->state = 1;
    uint32_t n = size_of_kind(r, f->kind);
    if (f->how == FIELD_FACT) {
        c->cells = r->e->facts[known->number];
        c->state = 2;
        return c;
    }
    c->cells = run_room(r, n, sizeof *c->cells);
    c->rows = run_room(r, n, sizeof *c->rows);
    switch (f->how) {
    case FIELD_POLICY: c->cells[0] = policy_cell(r, f); break;
    case FIELD_BUILTIN: builtin_column(r, f, c, n); break;
    case FIELD_DEFINE:
        for (uint32_t i = 0; i < n; i++) {
            struct place p = {.kind = f->kind, .i = i};
            c->cells[i] = define_cell(r, f, &p);
        }
        break;
    case FIELD_TABLE: table_column(r, f, c); break;
    case FIELD_STEP: ladder_column(r, f, c); break;
    case FIELD_HIER: hierarchy_column(r, f, c); break;
    case FIELD_CHOOSE: choose_column(r, f, c); break;
    case FIELD_FOLD:
    case FIELD_AGREED: fold_column(r, f, c); break;
    default: abort();
    }
    c->state = 2;
    return c;
}
