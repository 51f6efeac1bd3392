/* Groups, choices, folds, bills and rules: the instructions that make records, pick among them, and speak. */
#include "compiler/lower.h"

#include <string.h>

void lower_group(struct lower *l, struct kind *k)
{
    struct group *g = k->group;
    struct place p = place_of(l, k->source);
    struct vec v = {0}, columns = {0}, rows = {0};
    uint32_t where = g->where ? lower_expr(l, &p, g->where) : NONE, exists = kind_exists(l, k->source);
    where = and_reg(l, p.domain, exists, where);
    match_columns(l, &columns, g->table, &p);
    word_put(l, &rows, g->table->row_count);
    for (unsigned r = 0; r < g->table->row_count; r++) {
        struct row *row = &g->table->rows[r];
        word_put(l, &rows, row_id(l, g->table->item, row->from, NULL, row->from->node->span));
        match_cells(l, &rows, g->table, row, &p);
        word_put(l, &rows, row->mode);
        word_put(l, &rows, row->key_count);
        for (unsigned i = 0; i < row->key_count; i++) word_put(l, &rows, lower_expr(l, &p, row->keys[i]));
    }
    uint32_t start = g->start ? field_reg(l, g->start) : NONE, stop = g->stop ? field_reg(l, g->stop) : NONE;
    k->id[0] = domain_new(
        l, (struct image_domain){
               .name = string_text(l, k->name), .kind = DOMAIN_GROUP, .a = p.domain, .b = NONE, .known = NONE});
    g->link = reg_new(l, p.domain, TYPE_LINK, k->id[0]);
    k->exists = reg_new(l, k->id[0], TYPE_BOOL, 0);
    VEC(l->domains, struct image_domain)[k->id[0]].link = g->link;
    word_put(l, &v, k->id[0]);
    word_put(l, &v, p.domain);
    word_put(l, &v, k->exists);
    word_put(l, &v, g->link);
    word_put(l, &v, where);
    words_move(l, &v, &columns);
    words_move(l, &v, &rows);
    word_put(l, &v, start);
    word_put(l, &v, stop);
    words_give(l, OP_CODE_GROUP, &v);
}

/* A register of the place's own domain, for operands that may not be broadcast. */
static void criteria_words(struct lower *l, struct vec *out, const struct way *w, const struct place *p,
                           struct item *it)
{
    word_put(l, out, w->count);
    for (unsigned i = 0; i < w->count; i++) {
        const struct criterion *c = &w->criteria[i];
        uint32_t a = c->a ? lower_expr(l, p, c->a) : l->always, b = c->b ? lower_expr(l, p, c->b) : a;
        uint32_t n = c->kind == CRITERION_HOLD ? row_id(l, it, NULL, c->hold, c->span) : (uint32_t)c->flag;
        word_put(l, out, c->kind);
        word_put(l, out, a);
        word_put(l, out, b);
        word_put(l, out, n);
    }
}

uint32_t lower_choose(struct lower *l, struct field *f)
{
    struct choose *c = f->choose;
    struct place p = place_of(l, f->kind), top = place_of(l, l->m->encounter);
    struct vec v = {0}, rest = {0};
    word_put(l, &rest, kind_exists(l, f->kind));
    word_put(l, &rest, c->among ? lower_expr(l, &p, c->among) : NONE);
    word_put(l, &rest, c->per_count);
    for (unsigned i = 0; i < c->per_count; i++) word_put(l, &rest, lower_expr(l, &p, c->per[i]));
    word_put(l, &rest, c->way_count);
    for (unsigned i = 0; i < c->way_count; i++) {
        struct vec criteria = {0};
        uint32_t when = c->ways[i].when ? lower_expr(l, &top, c->ways[i].when) : NONE;
        criteria_words(l, &criteria, &c->ways[i], &p, f->item);
        word_put(l, &rest, row_id(l, f->item, NULL, NULL, f->span));
        word_put(l, &rest, when);
        words_move(l, &rest, &criteria);
    }
    uint32_t value = reg_new(l, p.domain, TYPE_BOOL, 0), which = reg_new(l, p.domain, TYPE_ROW, 0);
    word_put(l, &v, value);
    word_put(l, &v, which);
    words_move(l, &v, &rest);
    words_give(l, OP_CODE_CHOOSE, &v);
    f->row_reg[0] = which;
    return value;
}

uint32_t lower_fold(struct lower *l, struct field *f)
{
    struct kind *k = f->kind;
    struct fold *fold = f->fold;
    struct place p = place_of(l, k->source);
    uint32_t domain = kind_domain(l, k), link = k->group->link, w[NAMES_MAX + 4], n = 0;
    uint32_t part[NAMES_MAX] = {0};
    for (unsigned i = 0; i < fold->count; i++) part[i] = lower_expr(l, &p, fold->parts[i]);
    enum op op = OP_CODE_FIRST;
    w[n++] = link;
    w[n++] = NONE;
    switch (fold->op) {
    case OP_NUMBER_OF: return ir_op(l, OP_CODE_COUNT, domain, TYPE_COUNT, 0, w, n);
    case OP_EARLIEST: op = OP_CODE_MIN; break;
    case OP_LATEST: op = OP_CODE_MAX; break;
    case OP_SUM_OF: op = OP_CODE_SUM; break;
    case OP_FIRST: op = OP_CODE_FIRST; break;
    case OP_YES_WHERE_ANY: {
        uint32_t any[2] = {link, part[0]};
        return ir_op(l, OP_CODE_ANY, domain, TYPE_BOOL, 0, any, 2);
    }
    case OP_ALL_TO: {
        const char *hold = arena_printf(l->m->arena, "%s lies before %s", text_z(l->m, fold->parts[1]->field->name),
                                        text_z(l->m, fold->parts[0]->field->name));
        uint32_t span[3] = {part[0], part[1], row_id(l, f->item, NULL, hold, f->span)};
        w[n++] = ir_op(l, OP_CODE_SPAN, p.domain, TYPE_TIMES, 0, span, 3);
        return ir_op(l, OP_CODE_UNION, domain, TYPE_TIMES, 0, w, n);
    }
    case OP_SET_OF:
        w[n++] = fold->count;
        for (unsigned i = 0; i < fold->count; i++) w[n++] = part[i];
        return ir_op(l, OP_CODE_SETOF, domain, TYPE_SET, 0, w, n);
    case OP_HIGHEST:
        w[n++] = part[1];
        w[n++] = part[0];
        return ir_op(l, OP_CODE_BEST, domain, f->type.base, 0, w, n);
    default: l->failed = 1; break;
    }
    w[n++] = part[0];
    return ir_op(l, op, domain, f->type.base, 0, w, n);
}

/* ---- because: every table, ladder and choice behind a bill, in dependency order */

struct because {
    struct lower *l;
    struct vec *out;
    struct field *seen[512];
    unsigned count;
    struct kind *kind;
    uint32_t only; /* for charges of this trace row */
};

static void because_expr(struct because *b, const struct expr *e);
static void because_field(struct because *b, struct field *f)
{
    for (unsigned i = 0; i < b->count; i++)
        if (b->seen[i] == f) return;
    if (b->count == 512) return;
    b->seen[b->count++] = f;
    if (f->expr) because_expr(b, f->expr);
    if (f->source) because_field(b, f->source);
    for (unsigned i = 0; f->fold && i < f->fold->count; i++) because_expr(b, f->fold->parts[i]);
    for (unsigned i = 0; f->table && i < f->table->column_count; i++) because_expr(b, f->table->columns[i]);
    for (unsigned i = 0; f->table && i < f->table->row_count; i++) because_expr(b, f->table->rows[i].result.expr);
    if (f->choose) because_expr(b, f->choose->among);
    if (f->row_reg[0] == NONE) return;
    uint32_t mode, link = NONE;
    if (f->kind == b->kind) mode = 0;
    else if (f->kind == b->l->m->encounter) mode = 1;
    else if (b->kind->group && f->kind == b->kind->source) {
        mode = 2;
        link = b->kind->group->link;
    } else return;
    word_put(b->l, b->out, mode | (b->only + 1) << 8);
    word_put(b->l, b->out, link);
    word_put(b->l, b->out, f->row_reg[0]);
}

static void because_expr(struct because *b, const struct expr *e)
{
    if (!e) return;
    if (e->op == X_FIELD && (e->at == AT_RECORD || e->at == AT_ENCOUNTER) && e->field->how != FIELD_FACT &&
        e->field->how != FIELD_POLICY)
        because_field(b, e->field);
    because_expr(b, e->a);
    because_expr(b, e->b);
    because_expr(b, e->c);
}

/* What one row of a bill stands on: the columns that it (or, where the first row decides, one before it) looks at, its
 * code and units. */
static void because_row(struct because *b, const struct table *t, unsigned r)
{
    b->count = 0;
    b->only = t->rows[r].id;
    for (unsigned c = 0; c < t->column_count; c++) {
        unsigned looked = t->rows[r].cells[c].count;
        for (unsigned k = 0; t->hit == HIT_FIRST && k < r; k++) looked += t->rows[k].cells[c].count;
        if (looked) because_expr(b, t->columns[c]);
    }
    because_expr(b, t->rows[r].code);
    because_expr(b, t->rows[r].units);
}

/* ---- bills */

static uint32_t list_id(struct lower *l, struct text name)
{
    uint32_t s = string_text(l, name);
    for (uint32_t i = 0; i < l->lists.count; i++)
        if (VEC(l->lists, uint32_t)[i] == s) return i;
    uint32_t *to = vec_add(l, &l->lists, sizeof *to, 1);
    *to = s;
    return l->lists.count - 1;
}

/* A hold in the code column: held where what its row calls not documented is missing. */
static uint32_t held_code(struct lower *l, const struct table *t, const struct row *row, const struct place *p)
{
    uint32_t w[TABLE_COLUMNS_MAX + 4], n = 0, domain = 0;
    w[n++] = const_reg(l, TYPE_CODE, 0, 0);
    w[n++] = row->id;
    n++;
    for (unsigned c = 0; c < t->column_count; c++)
        for (unsigned a = 0; !row->cells[c].run && a < row->cells[c].count; a++)
            if (row->cells[c].alts[a].test == CELL_UNDOC) {
                w[n] = lower_expr(l, p, t->columns[c]);
                if (reg_domain(l, w[n])) domain = reg_domain(l, w[n]);
                n++;
                break;
            }
    if (n == 3) w[n++] = const_reg(l, TYPE_CODE, 0, 1);
    w[2] = n - 3;
    return ir_op(l, OP_CODE_HOLDIF, domain, TYPE_CODE, 0, w, n);
}

static void bill_emit(struct lower *l, const struct bill *b)
{
    struct table *t = b->table;
    struct place p = place_of(l, b->kind);
    struct vec v = {0}, rows = {0}, columns = {0}, because = {0};
    match_columns(l, &columns, t, &p);
    word_put(l, &rows, t->row_count);
    for (unsigned r = 0; r < t->row_count; r++) {
        struct row *row = &t->rows[r];
        int hold = row->result.kind == RESULT_HOLD;
        row->id = row_id(l, t->item, row->from, hold ? row->result.hold : NULL, row->from->node->span);
        word_put(l, &rows, row->id);
        match_cells(l, &rows, t, row, &p);
        uint32_t code = hold ? held_code(l, t, row, &p) : lower_expr(l, &p, row->code);
        word_put(l, &rows, code);
        word_put(l, &rows, hold ? const_reg(l, TYPE_COUNT, 1, 0) : lower_expr(l, &p, row->units));
        word_put(l, &rows, row->modifier_count);
        for (unsigned i = 0; i < row->modifier_count; i++) word_put(l, &rows, lower_expr(l, &p, row->modifiers[i]));
        if (row->ladder && b->ladder_times && (!b->ladder || b->ladder == row->ladder)) {
            word_put(l, &rows, lower_expr(l, &p, row->ladder->table->columns[0]));
            step_words(l, &rows, row->ladder->table, &p);
        } else {
            word_put(l, &rows, NONE);
            word_put(l, &rows, 0);
            word_put(l, &rows, NONE);
            word_put(l, &rows, NONE);
        }
    }
    struct because why = {.l = l, .out = &because, .kind = b->kind};
    for (unsigned r = 0; r < t->row_count; r++) because_row(&why, t, r);
    uint32_t dated = b->dated ? field_reg(l, b->dated) : NONE,
             times = b->ladder_times ? field_reg(l, b->ladder_times) : NONE;
    word_put(l, &v, list_id(l, b->list));
    word_put(l, &v, l->billed);
    word_put(l, &v, p.domain);
    word_put(l, &v, kind_exists(l, b->kind));
    word_put(l, &v, t->hit);
    words_move(l, &v, &columns);
    words_move(l, &v, &rows);
    word_put(l, &v, dated);
    word_put(l, &v, times);
    word_put(l, &v, because.count / 3);
    words_move(l, &v, &because);
    words_give(l, OP_CODE_EMIT, &v);
}

static uint32_t dated_cond(struct lower *l, const struct item *it, uint32_t domain, uint32_t cond)
{
    if (it->from != DATE_MIN_OPEN)
        cond =
            and_reg(l, domain, ir2(l, OP_CODE_LE, 0, TYPE_BOOL, const_reg(l, TYPE_DATE, it->from, 0), l->date), cond);
    if (it->until != DATE_OPEN)
        cond =
            and_reg(l, domain, ir2(l, OP_CODE_LE, 0, TYPE_BOOL, l->date, const_reg(l, TYPE_DATE, it->until, 0)), cond);
    return cond;
}

/* A pair stands in its domain both ways round, and with itself: rules speak of it once. */
static uint32_t each_pair_once(struct lower *l, const struct place *p)
{
    return ir2(l, OP_CODE_LT, p->domain, TYPE_BOOL, p->outer, p->inner);
}

/* A condition of a rule behind others: its questions need not be asked of a record that those rule out. */
static uint32_t condition_lower(struct lower *l, const struct expr *e, const struct place *p, uint32_t cond)
{
    if (!e) return cond;
    l->premise = cond != NONE && p->domain && reg_domain(l, cond) == p->domain ? cond : NONE;
    const uint32_t reg = lower_expr(l, p, e);
    l->premise = NONE;
    return and_reg(l, p->domain, cond, reg);
}
static uint32_t conditions_lower(struct lower *l, const struct rule *r, const struct place *p, uint32_t cond)
{
    return condition_lower(l, r->when, p, condition_lower(l, r->where, p, cond));
}

/* rule … then charge: a bill with one row and no columns, where the rule's condition holds. */
static void charge_emit(struct lower *l, const struct rule *r)
{
    struct place p = place_of(l, r->kind);
    struct vec v = {0};
    uint32_t cond = kind_exists(l, r->kind);
    cond = conditions_lower(l, r, &p, cond);
    cond = dated_cond(l, r->item, p.domain, cond);
    uint32_t code = lower_expr(l, &p, r->effect.value), units = lower_expr(l, &p, r->effect.units);
    word_put(l, &v, 0);
    word_put(l, &v, l->billed);
    word_put(l, &v, p.domain);
    word_put(l, &v, cond);
    word_put(l, &v, HIT_EVERY);
    word_put(l, &v, 0);
    word_put(l, &v, 1);
    word_put(l, &v, row_id(l, r->item, NULL, NULL, r->item->node->span));
    word_put(l, &v, 0);
    word_put(l, &v, code);
    word_put(l, &v, units);
    word_put(l, &v, 0);
    word_put(l, &v, NONE);
    word_put(l, &v, 0);
    word_put(l, &v, NONE);
    word_put(l, &v, NONE);
    word_put(l, &v, NONE);
    word_put(l, &v, NONE);
    word_put(l, &v, 0);
    words_give(l, OP_CODE_EMIT, &v);
}

/* ---- rules */

/* A condition must be a column of the domain it speaks about. */
static uint32_t on_domain(struct lower *l, uint32_t domain, uint32_t reg)
{
    if (reg == NONE) reg = l->always;
    if (reg_domain(l, reg) == domain) return reg;
    return ir2(l, OP_CODE_AND, domain, TYPE_BOOL, reg, l->always);
}

/* A change says the whole line as it should be: code, units and modifiers are its last three operands, what does not
 * change as billed. */
static uint32_t whole_change(struct lower *l, const struct rule *r, uint32_t *args, uint32_t count)
{
    static const char *const names[] = {"code", "units", "modifiers"};
    struct field *f[3];
    int change =
        r->effect.op == OP_CHANGE_UNITS || r->effect.op == OP_CHANGE_CODE || r->effect.op == OP_CHANGE_MODIFIERS;
    int whole = change;
    for (unsigned i = 0; i < 3; i++) whole = whole && (f[i] = field_find(r->kind, text_of(names[i])));
    if (change && !whole) /* else operands of the message would be taken for them */
        for (unsigned i = 0; i < 3; i++) args[count++] = const_reg(l, TYPE_CODE, 0, 1);
    for (unsigned i = 0; i < 3 && whole; i++) args[count++] = field_reg(l, f[i]);
    return count;
}

static void find_put(struct lower *l, const struct rule *r, const struct place *p, uint32_t cond,
                     enum finding_kind kind)
{
    struct vec v = {0};
    enum change_kind change = r->effect.op == OP_CHANGE_UNITS       ? CHANGE_UNITS
                              : r->effect.op == OP_CHANGE_CODE      ? CHANGE_CODE
                              : r->effect.op == OP_CHANGE_MODIFIERS ? CHANGE_MODIFIERS
                                                                    : CHANGE_NOTHING;
    uint32_t args[13], count = r->effect.arg_count, value = change ? lower_expr(l, p, r->effect.value) : NONE;
    for (unsigned i = 0; i < count; i++) args[i] = lower_expr(l, p, r->effect.args[i]);
    count = whole_change(l, r, args, count);
    word_put(l, &v, row_id(l, r->item, NULL, kind == FIND_HOLD ? r->effect.message : NULL, r->item->node->span));
    word_put(l, &v, kind);
    word_put(l, &v, on_domain(l, p->domain, cond));
    word_put(l, &v, NONE);
    word_put(l, &v, string_id(l, r->effect.message));
    word_put(l, &v, count);
    for (unsigned i = 0; i < count; i++) word_put(l, &v, args[i]);
    word_put(l, &v, change);
    word_put(l, &v, value);
    words_give(l, OP_CODE_FIND, &v);
}

static void rule_lower(struct lower *l, const struct rule *r)
{
    static const struct {
        enum ast_op op;
        enum finding_kind kind;
    } kinds[] = {{OP_DENY, FIND_DENY},           {OP_MISSING, FIND_MISSING},    {OP_HOLD, FIND_HOLD},
                 {OP_REVIEW, FIND_REVIEW},       {OP_NOTE, FIND_NOTE},          {OP_WITHDRAW, FIND_NOTE},
                 {OP_CHANGE_UNITS, FIND_CHANGE}, {OP_CHANGE_CODE, FIND_CHANGE}, {OP_CHANGE_MODIFIERS, FIND_CHANGE}};
    struct place p = place_of(l, r->kind);
    uint32_t cond = kind_exists(l, r->kind);
    if (r->kind->domain == DOMAIN_CROSS) cond = and_reg(l, p.domain, cond, each_pair_once(l, &p));
    if (r->pair) {
        struct cross *c;
        struct place outer = p;
        cond = query_mask(l, &outer, r->pair, r, &p, &c);
    }
    if (r->via) {
        uint32_t link = charge_link(l, r->via);
        cond = and_reg(l, p.domain, cond,
                       link == NONE ? const_reg(l, TYPE_BOOL, 0, 0) : links_somewhere(l, p.domain, link));
    }
    cond = conditions_lower(l, r, &p, cond);
    cond = dated_cond(l, r->item, p.domain, cond);
    if (r->phase == 1) {
        uint32_t w[4] = {row_id(l, r->item, NULL, NULL, r->item->node->span),
                         r->effect.op == OP_WITHDRAW ? EFFECT_WITHDRAW : EFFECT_MODIFIER, on_domain(l, p.domain, cond),
                         r->effect.value ? lower_expr(l, &p, r->effect.value) : l->always};
        ir_put(l, OP_CODE_EFFECT, w, 4);
        if (r->effect.op != OP_WITHDRAW || !r->effect.message || !*r->effect.message) return;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].op == r->effect.op) find_put(l, r, &p, cond, kinds[i].kind);
}

static void caps_lower(struct lower *l)
{
    struct place p = place_of(l, l->m->charge);
    uint32_t code = field_reg(l, field_find(l->m->charge, text_of("code"))),
             date = field_reg(l, field_find(l->m->charge, text_of("date")));
    for (unsigned i = 0; i < l->m->cap_count; i++) {
        const struct cap *c = &l->m->caps[i];
        uint32_t cond = ir2(l, OP_CODE_EQ, p.domain, TYPE_BOOL, code, const_reg(l, TYPE_CODE, c->code, 0));
        if (c->where) cond = and_reg(l, p.domain, cond, lower_expr(l, &p, c->where));
        if (c->row->from != DATE_MIN_OPEN)
            cond = and_reg(l, p.domain, cond,
                           ir2(l, OP_CODE_LE, 0, TYPE_BOOL, const_reg(l, TYPE_DATE, c->row->from, 0), l->date));
        if (c->row->until != DATE_OPEN)
            cond = and_reg(l, p.domain, cond,
                           ir2(l, OP_CODE_LE, 0, TYPE_BOOL, l->date, const_reg(l, TYPE_DATE, c->row->until, 0)));
        uint32_t key = c->per == 1   ? date
                       : c->per == 2 ? ir1(l, OP_CODE_WEEKOF, p.domain, TYPE_DATE, date)
                                     : const_reg(l, TYPE_DATE, 0, 0);
        uint32_t w[4] = {row_id(l, c->item, c->row, NULL, c->row->node ? c->row->node->span : c->item->node->span),
                         cond, const_reg(l, TYPE_COUNT, c->most, 0), key};
        ir_put(l, OP_CODE_CAP, w, 4);
    }
}

static void charges_close(struct lower *l)
{
    struct model *m = l->m;
    static const char *const names[] = {"code", "units", "date", "modifiers"};
    uint32_t w[160], n = 0;
    w[n++] = l->billed;
    for (unsigned i = 0; i < 4; i++) {
        struct field *f = field_find(m->charge, text_of(names[i]));
        w[n++] = f->reg[0] = reg_new(l, l->billed, f->type.base, 0);
    }
    uint32_t count_at = n++;
    for (unsigned i = 0; i < m->bill_count; i++) {
        struct kind *k = m->bills[i].kind;
        unsigned j = 0;
        while (j < l->from_count && l->from[j].kind != k) j++;
        if (j < l->from_count || j == KINDS_MAX) continue;
        uint32_t d = kind_domain(l, k);
        l->from[l->from_count].kind = k;
        l->from[l->from_count++].link = reg_new(l, l->billed, TYPE_LINK, d);
        w[n++] = d;
        w[n++] = l->from[l->from_count - 1].link;
    }
    w[count_at] = l->from_count;
    ir_put(l, OP_CODE_CLOSE, w, n);
}

static void charges_merge(struct lower *l)
{
    struct model *m = l->m;
    static const char *const names[] = {"code", "units", "date", "modifiers"};
    struct vec v = {0}, order = {0};
    unsigned count = 0;
    struct place p = place_of(l, m->charge);
    for (unsigned i = 0; m->order && i < m->order->count; i++) {
        const struct criterion *c = &m->order->criteria[i];
        if (c->kind == CRITERION_WHERE || c->kind == CRITERION_SPACED || c->kind == CRITERION_HOLD) continue;
        word_put(l, &order, c->kind);
        word_put(l, &order, lower_expr(l, &p, c->a));
        word_put(l, &order, (uint32_t)c->flag);
        count++;
    }
    uint32_t regs[5];
    for (unsigned i = 0; i < 4; i++) {
        struct field *f = field_find(m->charge, text_of(names[i]));
        regs[i] = f->reg[1] = reg_new(l, l->final, f->type.base, 0);
    }
    regs[4] = l->final_link = reg_new(l, l->final, TYPE_LINK, l->billed);
    word_put(l, &v, l->final);
    word_put(l, &v, l->billed);
    for (unsigned i = 0; i < 5; i++) word_put(l, &v, regs[i]);
    word_put(l, &v, count);
    words_move(l, &v, &order);
    words_give(l, OP_CODE_MERGE, &v);
}

void lower_all(struct lower *l)
{
    struct model *m = l->m;
    l->answers = l->premise = NONE;
    l->answers_at = 0;
    if (m->answers) {
        struct place top = place_of(l, m->encounter);
        l->answers = lower_expr(l, &top, m->answers);
        l->answers_at = l->code.count;
    }
    for (unsigned i = 0; i < m->bill_count; i++)
        if (m->bills[i].table && m->bills[i].kind) bill_emit(l, &m->bills[i]);
    for (unsigned i = 0; i < m->rule_count; i++)
        if (m->rules[i].phase == 0) charge_emit(l, &m->rules[i]);
    charges_close(l);
    l->phase = 1;
    for (unsigned i = 0; i < m->rule_count; i++)
        if (m->rules[i].phase == 1) rule_lower(l, &m->rules[i]);
    caps_lower(l);
    charges_merge(l);
    l->phase = 2;
    for (unsigned i = 0; i < m->rule_count; i++)
        if (m->rules[i].phase == 2) rule_lower(l, &m->rules[i]);
}
