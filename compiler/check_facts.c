/* What an encounter says and what payers decide: facts, policies. */
#include "compiler/model.h"

#include <stdlib.h>
#include <string.h>

struct field *field_new(struct model *m, struct kind *k, struct text name, enum field_how how, struct item *it,
                        struct span span)
{
    struct field *old = field_find(k, name), *f = arena_zero(m->arena, 1, sizeof *f);
    if (!f) {
        m->oom = 1;
        return NULL;
    }
    if (old) {
        struct diag *d =
            diag_add(m->diags, DIAG_DEFINED_TWICE, span, "a %s has `%s` already", text_z(m, k->name), text_z(m, name));
        diag_other(d, old->span, "the first one");
        diag_hint(m->diags, d, "give one of them another name");
    }
    *f = (struct field){
        .kind = k, .name = name, .how = how, .item = it, .span = span, .reg = {NONE, NONE}, .row_reg = {NONE, NONE}};
    f->next = k->fields;
    k->fields = f;
    return f;
}

static const struct ast_node *first_value(const struct ast_node *cell)
{
    return cell && cell->op == OP_VALUES && cell->first && cell->first->op == OP_EQ && !cell->first->next
               ? cell->first->first
               : NULL;
}

static int column(struct model *m, const struct item *it, const char *name, int needed)
{
    int i = 0;
    for (const struct ast_node *c = it->header ? it->header->first : NULL; c; c = c->next, i++)
        if (text_is(c->text, name)) return i;
    if (needed) {
        struct diag *d = diag_add(m->diags, DIAG_BAD_TABLE, it->header ? it->header->span : it->node->span,
                                  "the column `%s` is missing", name);
        diag_hint(m->diags, d, "%s",
                  it->kind == AST_FACTS ? "write: | fact | type | not documented |"
                                        : "write: | policy | one of | is | decides |");
    }
    return -1;
}

/* Not the name of a fact, where a word may be either. */
static int is_value(struct model *m, struct text word, const struct type *type)
{
    switch (type->base) {
    case TYPE_BOOL: return text_is(word, "yes") || text_is(word, "no");
    case TYPE_WORD: return word_set_has(type->words, word_atom(m, word));
    case TYPE_CODE: return word.at[0] < 'a';
    default: return 0;
    }
}

/* Every value of the one is a value of the other. */
static int type_within(const struct type *inner, const struct type *outer)
{
    for (uint32_t i = 0; inner->base == TYPE_WORD && i < inner->words->count; i++)
        if (!word_set_has(outer->words, inner->words->atoms[i])) return 0;
    return inner->base == outer->base;
}

/* `refsued`: neither a default value nor a word for what happens. */
static void missing_unknown(struct model *m, const struct ast_node *v, const struct type *type)
{
    struct names n = {0};
    names_add(m, &n, text_of("refused"));
    if (type->base == TYPE_CODES) names_add(m, &n, text_of("empty"));
    if (type->base == TYPE_TEXT || type->base == TYPE_COUNT) names_add(m, &n, text_of("position"));
    for (uint32_t i = 0; type->words && i < type->words->count; i++)
        names_add(m, &n, text_of(m->words[type->words->atoms[i]]));
    for (struct field *f = m->encounter ? m->encounter->fields : NULL; f; f = f->next)
        if (type_within(&f->type, type)) names_add(m, &n, f->name);
    struct diag *d =
        diag_add(m->diags, DIAG_BAD_CELL, v->span, "`%s` is neither %s nor a fact of the encounter of that kind",
                 text_z(m, v->text), type_name(m, type));
    names_hint(m, d, v->text, &n, "write a default value, refused or hold \"…\", or leave the cell empty");
}

static void missing_read(struct model *m, struct field *f, const struct ast_node *cell)
{
    struct fact *x = f->fact;
    const struct ast_node *v = first_value(cell);
    x->missing = MISSING_ASKED;
    f->maybe = 1;
    if (!cell || cell->op == OP_EMPTY || (cell->op == OP_VALUES && cell->first && cell->first->op == OP_UNDOCUMENTED)) {
        if (f->type.base == TYPE_CODES) { x->missing = MISSING_ASKED; }
        return;
    }
    f->maybe = 0;
    if (cell->op == OP_HOLD) {
        x->hold = text_z(m, cell->text);
        return;
    }
    if (cell->op == OP_POSITION || (v && text_is(v->text, "position") && f->type.base != TYPE_WORD)) {
        const int numbered = f->type.base == TYPE_TEXT || (f->type.base == TYPE_COUNT && cell->op != OP_POSITION);
        if (!numbered)
            mistake(m, DIAG_BAD_CELL, cell->span, "a text may be `position \"…\"`, a text or a count `position`",
                    "the position in the list is no value of `%s`: %s", text_z(m, f->name), type_name(m, &f->type));
        x->missing = MISSING_POSITION;
        x->prefix = cell->op == OP_POSITION ? text_z(m, cell->text) : "";
        return;
    }
    if (v && text_is(v->text, "refused")) {
        x->missing = MISSING_REFUSED;
        return;
    }
    if (v && text_is(v->text, "empty") && f->type.base == TYPE_CODES) {
        x->missing = MISSING_EMPTY;
        return;
    }
    if (!v) {
        struct diag *d = diag_add(m->diags, DIAG_BAD_CELL, cell->span, "what happens when `%s` is not documented?",
                                  text_z(m, f->name));
        diag_hint(m->diags, d, "leave the cell empty, or write refused, hold \"…\", or a default value");
        return;
    }
    if (v->op == OP_WORD && !is_value(m, v->text, &f->type)) {
        x->missing = MISSING_SAME;
        x->same = f;
        x->text = text_z(m, v->text); /* resolved when all facts are declared */
        f->span = v->span;
        return;
    }
    struct expr *e = value_check(m, v, &f->type, NULL);
    x->missing = MISSING_DEFAULT;
    if (!e) return;
    x->value = e->value;
    if (f->type.base == TYPE_TEXT) {
        x->text = (const char *)(intptr_t)e->value;
        x->value = 0;
    }
}

static const char *const type_words[] = {"text",  "code", "list of code", "yes or no", "count",           "decimal",
                                         "money", "date", "time",         "minutes",   "date of service", "one of"};

static void type_unknown(struct model *m, const struct ast_node *cell)
{
    const struct source *source = &m->sources[cell->span.source];
    struct text t = {source->bytes + cell->span.from, cell->span.to - cell->span.from};
    struct names n = {0};
    for (size_t i = 0; i < sizeof type_words / sizeof *type_words; i++) names_add(m, &n, text_of(type_words[i]));
    struct diag *d = t.size ? diag_add(m->diags, DIAG_BAD_CELL, cell->span, "`%s` is no type", text_z(m, t))
                            : diag_add(m->diags, DIAG_BAD_CELL, cell->span, "a type is missing");
    names_hint(m, d, t, &n,
               "types are text, code, list of code, yes or no, count, decimal, money, date, time, minutes, date of "
               "service, one of …");
}

/* The row has a mistake: its name is no second one. */
static void fact_lose(struct model *m, const struct kind *k, const struct ast_node *name)
{
    if (name) name_lose(m, name->text);
    else m->all_lost = 1;
    if (k == m->encounter) name_lose(m, text_of("service")); /* it may have been the date of service */
}

static void fact_declare(struct model *m, struct kind *k, struct item *it, unsigned r, int name, int type, int missing)
{
    const struct item_row *row = &it->rows[r];
    const struct ast_node *n = first_value(row_cell(row, name)), *t = row_cell(row, type);
    const struct ast_node *ty = t && t->op == OP_TYPE ? t->first : NULL;
    unsigned least = 1u + (unsigned)(missing > type ? missing : type);
    if (n && n->op != OP_WORD) n = NULL; /* a number or a text: nothing could call it so */
    if (!row_fits(m, it, r, least) || !n || !ty) {
        fact_lose(m, k, n);
        if (ast_count(row->node) < least || ast_count(row->node) > ast_count(it->header)) return;
        if (n) type_unknown(m, t);
        else {
            struct diag *d =
                diag_add(m->diags, DIAG_BAD_CELL, row_cell(row, name)->span, "a row of facts names a fact");
            diag_hint(m->diags, d, "write one name: small letters, digits and _");
        }
        return;
    }
    struct field *f = field_new(m, k, n->text, FIELD_FACT, it, n->span);
    if (!f) return;
    f->fact = arena_zero(m->arena, 1, sizeof *f->fact);
    if (!f->fact) {
        m->oom = 1;
        return;
    }
    type_read(m, ty, &f->type);
    f->state = CHECKED;
    f->fact->selector = ty->op == OP_DATE_OF_SERVICE;
    if (!f->fact->selector) missing_read(m, f, row_cell(row, missing));
    else {
        const struct ast_node *v = first_value(row_cell(row, missing));
        f->fact->missing = MISSING_REFUSED;
        if (m->date) {
            struct diag *d = diag_add(m->diags, DIAG_DEFINED_TWICE, ty->span, "there is one date of service");
            diag_other(d, m->date->span, "the first one");
            diag_hint(m->diags, d, "write `date` as the type of any other day");
            return;
        }
        m->date = f;
        if (k != m->encounter || !v || !text_is(v->text, "refused")) {
            struct diag *d =
                diag_add(m->diags, DIAG_BAD_CELL, k == m->encounter && v ? v->span : ty->span,
                         "the date of service selects the rules: it belongs to the encounter and cannot be missing");
            diag_hint(m->diags, d, "write: | date | date of service | refused |");
        }
    }
}

void facts_declare(struct model *m, struct item *it, struct kind *k)
{
    int name = column(m, it, "fact", 1), type = column(m, it, "type", 1), missing = column(m, it, "not documented", 1);
    if (name < 0 || type < 0 || missing < 0) {
        m->all_lost = 1;
        return;
    }
    if (it->row_count > FACTS_MAX) {
        m->all_lost = 1;
        mistake(m, DIAG_LIMIT, it->rows[FACTS_MAX].node->span, "split the records into two kinds",
                "a kind of record has at most %d facts", FACTS_MAX);
        return;
    }
    for (unsigned r = 0; r < it->row_count; r++) fact_declare(m, k, it, r, name, type, missing);
}

/* Defaults that name a fact of the encounter. */
void facts_resolve(struct model *m)
{
    for (struct kind *k = m->kinds; k; k = k->next)
        for (struct field *f = k->fields; f; f = f->next) {
            if (f->how != FIELD_FACT || f->fact->missing != MISSING_SAME) continue;
            struct field *same = m->encounter ? field_find(m->encounter, text_of(f->fact->text)) : NULL;
            if (!same || !type_within(&same->type, &f->type)) {
                struct ast_node v = {.text = text_of(f->fact->text), .span = f->span};
                if (!name_is_lost(m, v.text)) missing_unknown(m, &v, &f->type);
                f->fact->missing = MISSING_ASKED;
                continue;
            }
            f->fact->same = same;
            f->maybe = same->maybe;
        }
}

/* ---- policies */

static struct text written(struct model *m, const struct ast_node *v)
{
    const struct ast_node *unit = v->op == OP_QUANTITY ? ast_child(v, AST_NAME) : NULL;
    return unit ? text_of(arena_printf(m->arena, "%s %s", text_z(m, v->text), text_z(m, unit->text))) : v->text;
}

static int code_like(const struct ast_node *v)
{
    int64_t code;
    return text_is(v->text, "none") ||
           ((v->op == OP_WORD || v->op == OP_MIXED || v->op == OP_NUMBER) && code_pack(v->text, &code));
}

static struct type policy_type(struct model *m, const struct ast_node *cell)
{
    unsigned n = 0, quantities = 0, codes = 0, bare = 0, numbers = 0, yes = 0;
    uint32_t *atoms = arena_alloc(m->arena, (ast_count(cell) + 1) * sizeof *atoms);
    const struct ast_node *last = NULL;
    if (!atoms) {
        m->oom = 1;
        return (struct type){TYPE_WORD, NULL, ""};
    }
    for (const struct ast_node *a = cell->first; a; a = a->next) {
        const struct ast_node *v = a->first;
        if (!v) continue;
        atoms[n++] = word_atom(m, v->text);
        quantities += v->op == OP_QUANTITY;
        if (v->op == OP_QUANTITY) last = v;
        numbers += v->op == OP_NUMBER && !five_digits(v);
        codes += (unsigned)code_like(v);
        bare += !text_is(v->text, "none");
        yes += (unsigned)(text_is(v->text, "yes") || text_is(v->text, "no"));
    }
    struct type t = {TYPE_WORD, word_set_of(m, atoms, n), ""};
    if (quantities) {
        struct expr *e = value_check(m, last, NULL, NULL);
        if (e) t = e->type;
    } else if (n && numbers == n && numbers == bare) t = (struct type){TYPE_COUNT, NULL, ""};
    else if (n && codes == n && bare) t = (struct type){TYPE_CODE, NULL, ""};
    else if (n && yes == n) t = (struct type){TYPE_BOOL, NULL, ""};
    return t;
}

static void policy_declare(struct model *m, struct item *it, unsigned r, int name, int one_of, int is, int decides)
{
    const struct item_row *row = &it->rows[r];
    const struct ast_node *n = first_value(row_cell(row, name)), *cell = row_cell(row, one_of),
                          *now = first_value(row_cell(row, is));
    unsigned least = 1u + (unsigned)(one_of > is ? one_of : is);
    if (!row_fits(m, it, r, least)) {
        fact_lose(m, NULL, n);
        return;
    }
    int single = cell && cell->op == OP_VALUES;
    for (const struct ast_node *a = single ? cell->first : NULL; a; a = a->next) single &= a->op == OP_EQ;
    if (!n || !single || !now) {
        fact_lose(m, NULL, n);
        struct diag *d = diag_add(m->diags, DIAG_BAD_CELL, row->node->span,
                                  "a policy has a name, its permitted values, and the one that holds");
        diag_hint(m->diags, d, "write: | name | value, value | value | what it decides |");
        return;
    }
    for (struct field *o = m->policies; o; o = o->next)
        if (text_equal(o->name, n->text)) {
            struct diag *d =
                diag_add(m->diags, DIAG_DEFINED_TWICE, n->span, "policy %s is there already", text_z(m, n->text));
            diag_other(d, o->span, "the first one");
            diag_hint(m->diags, d, "to choose another value, write it under `sets`");
            return;
        }
    struct field *f = arena_zero(m->arena, 1, sizeof *f);
    struct policy *p = arena_zero(m->arena, 1, sizeof *p);
    unsigned count = ast_count(cell);
    if (!f || !p || !(p->values = arena_zero(m->arena, count + 1u, sizeof *p->values))) {
        m->oom = 1;
        return;
    }
    *f = (struct field){.kind = m->encounter,
                        .name = n->text,
                        .how = FIELD_POLICY,
                        .item = it,
                        .span = n->span,
                        .state = CHECKED,
                        .policy = p,
                        .reg = {NONE, NONE},
                        .row_reg = {NONE, NONE},
                        .type = policy_type(m, cell)};
    p->is = UINT32_MAX;
    for (const struct ast_node *a = cell->first; a; a = a->next) {
        struct expr *e = a->first ? value_check(m, a->first, &f->type, NULL) : NULL;
        if (!e) f->state = BROKEN;
        if (!e) continue;
        if (text_equal(written(m, a->first), written(m, now))) p->is = p->count;
        p->values[p->count++] = (struct policy_value){text_z(m, written(m, a->first)), e->value};
    }
    if (p->is == UINT32_MAX && f->state != BROKEN) {
        struct text w = written(m, now);
        struct names permitted = {0};
        for (unsigned i = 0; i < p->count; i++) names_add(m, &permitted, text_of(p->values[i].written));
        struct diag *d =
            diag_add(m->diags, DIAG_NOT_A_WORD, now->span, "`%s` is not one of the permitted values", text_z(m, w));
        names_hint(m, d, w, &permitted, "choose one of those in the column before");
        if (f->type.base == TYPE_WORD)
            said_note(m, DIAG_NOT_A_WORD,
                      text_of(arena_printf(m->arena, "%s of %s", text_z(m, w), word_set_text(m, f->type.words))), d);
        p->is = 0;
    }
    const struct ast_node *what = row_cell(row, decides);
    p->decides = what ? text_z(m, what->text) : "";
    f->next = m->policies;
    m->policies = f;
}

static int policy_value_on(const struct policy *p, int32_t day)
{
    unsigned v = p->is;
    for (unsigned i = 0; i < p->dated_count; i++)
        if (p->dated[i].from <= day && day <= p->dated[i].until) v = p->dated[i].value;
    return (int)v;
}

/* Would the setting change anything on any day? Only days on which something begins or ends matter. */
static int setting_is_dead(const struct policy *p, const struct setting *s, unsigned value)
{
    if (policy_value_on(p, s->from) != (int)value) return 0;
    for (unsigned i = 0; i < p->dated_count; i++) {
        int32_t a = p->dated[i].from, b = p->dated[i].until;
        if (a >= s->from && a <= s->until && policy_value_on(p, a) != (int)value) return 0;
        if (b < DATE_OPEN && b + 1 >= s->from && b + 1 <= s->until && policy_value_on(p, b + 1) != (int)value) return 0;
    }
    return 1;
}

static void setting_apply(struct model *m, const struct setting *s)
{
    struct field *f = m->policies;
    while (f && !text_equal(f->name, s->policy)) f = f->next;
    if (!f) {
        if (name_is_lost(m, s->policy)) return;
        struct names n = {0};
        for (struct field *o = m->policies; o; o = o->next) names_add(m, &n, o->name);
        struct diag *d = diag_add(m->diags, DIAG_NOT_IN_BASE, s->row->first->span, "the base has no policy %s",
                                  text_z(m, s->policy));
        names_hint(m, d, s->policy, &n, "`sets` chooses among the policies of the base");
        return;
    }
    if (f->state == BROKEN) return;
    struct policy *p = f->policy;
    unsigned v = 0;
    struct text w = written(m, s->value);
    for (; v < p->count; v++)
        if (text_is(w, p->values[v].written)) break;
    if (v == p->count) {
        struct type t = f->type;
        struct names n = {0};
        struct buffer all;
        buffer_init_in(&all, 0, m->arena);
        for (unsigned i = 0; i < p->count; i++) {
            buffer_printf(&all, "%s%s", i ? ", " : "", p->values[i].written);
            names_add(m, &n, text_of(p->values[i].written));
        }
        if ((t.base == TYPE_WORD || value_check(m, s->value, &t, NULL))) {
            struct diag *d = diag_add(m->diags, DIAG_NOT_A_WORD, s->value->span, "`%s` is not a value of policy %s",
                                      text_z(m, w), text_z(m, f->name));
            const char *near = diag_suggest(w, n.at, n.count);
            if (near) diag_hint(m->diags, d, "did you mean `%s`? permitted: %s", near, all.at ? all.at : "");
            else diag_hint(m->diags, d, "permitted: %s", all.at ? all.at : "");
        }
        buffer_free(&all);
        return;
    }
    if (setting_is_dead(p, s, v)) {
        struct diag *d = diag_add(m->diags, DIAG_DEAD_OVERRIDE, s->row->span, "policy %s is %s already",
                                  text_z(m, f->name), p->values[v].written);
        diag_hint(m->diags, d, "leave this row out: it changes nothing");
    }
    struct policy_dated *dated = arena_zero(m->arena, p->dated_count + 1u, sizeof *dated);
    if (!dated) {
        m->oom = 1;
        return;
    }
    if (p->dated_count) memcpy(dated, p->dated, p->dated_count * sizeof *dated);
    dated[p->dated_count++] = (struct policy_dated){s->from, s->until, v};
    p->dated = dated;
}

void policies_declare(struct model *m, struct item *it)
{
    int name = column(m, it, "policy", 1), one_of = column(m, it, "one of", 1), is = column(m, it, "is", 1),
        decides = column(m, it, "decides", 0);
    if (name < 0 || one_of < 0 || is < 0) {
        m->all_lost = 1;
        return;
    }
    if (it->row_count > POLICIES_MAX) {
        m->all_lost = 1;
        mistake(m, DIAG_LIMIT, it->rows[POLICIES_MAX].node->span, "take those out that nothing asks for",
                "there are more than %d policies", POLICIES_MAX);
        return;
    }
    for (unsigned r = 0; r < it->row_count; r++) policy_declare(m, it, r, name, one_of, is, decides);
}

void settings_apply(struct model *m)
{
    size_t n = 0, i = 0;
    for (const struct setting *s = m->settings; s; s = s->next) n++;
    const struct setting **all = arena_alloc(m->arena, (n + 1) * sizeof *all);
    if (!all) {
        m->oom = 1;
        return;
    }
    for (const struct setting *s = m->settings; s; s = s->next) all[i++] = s;
    while (n-- > 0) setting_apply(m, all[n]); /* the base's first, the nearest pack's last */
}
