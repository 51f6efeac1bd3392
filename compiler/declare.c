/* Everything that has a name is declared first: kinds of records, fields, lists, policies. Order of items never
 * matters. */
#include "compiler/model.h"

#include <string.h>

static struct kind *kind_new(struct model *m, struct text name, enum domain_kind domain, struct item *it)
{
    struct kind *k = kind_find(m, name);
    if (k) {
        struct diag *d = diag_add(m->diags, DIAG_DEFINED_TWICE, it->node->span,
                                  "there is a kind of record called %s already", text_z(m, name));
        if (k->item) diag_other(d, k->item->node->span, "the first one");
        diag_hint(m->diags, d, "give it another name");
        return NULL;
    }
    unsigned kinds = 0;
    for (const struct kind *o = m->kinds; o; o = o->next) kinds++;
    if (kinds == KINDS_MAX) {
        if (!m->kinds_told++)
            mistake(m, DIAG_LIMIT, it->node->span, "make the pack smaller", "there are more than %d kinds of records",
                    KINDS_MAX);
        name_lose(m, name);
        return NULL;
    }
    k = arena_zero(m->arena, 1, sizeof *k);
    if (!k) {
        m->oom = 1;
        return NULL;
    }
    *k =
        (struct kind){.name = name, .domain = domain, .item = it, .id = {NONE, NONE}, .exists = NONE, .next = m->kinds};
    m->kinds = k;
    return k;
}

struct kind *kind_need(struct model *m, struct text name, struct span span)
{
    struct kind *k = kind_find(m, name);
    if (k) return k;
    if (name_is_lost(m, name) || said_before(m, DIAG_UNKNOWN_KIND, name, span)) return NULL;
    struct names n = {0};
    names_kinds(m, &n);
    struct diag *d =
        diag_add(m->diags, DIAG_UNKNOWN_KIND, span, "there is no kind of record called `%s`", text_z(m, name));
    said_note(m, DIAG_UNKNOWN_KIND, name, d);
    names_hint(m, d, name, &n, "kinds come from `facts`, `group` and `pair`");
    return NULL;
}

int kind_serves(struct model *m, const struct kind *k, struct span span, const char *what)
{
    if (k->domain != DOMAIN_CROSS && k != m->charge) return 1;
    struct diag *d = diag_add(m->diags, DIAG_UNKNOWN_KIND, span, "%s cannot be made of %s records", what,
                              text_z(m, k->name));
    diag_hint(m->diags, d, "%s",
              k == m->charge ? "charges are made last: a `rule` may ask about them"
                             : "a pair is compared, by a `define` of it or in a question: name the records that it is "
                               "made of");
    return 0;
}

static void builtin(struct model *m, struct kind *k, const char *name, enum value_type base)
{
    struct field *f = field_new(m, k, text_of(name), FIELD_BUILTIN, NULL, (struct span){0, 0, 0});
    if (!f) return;
    f->type = (struct type){base, NULL, ""};
    f->state = CHECKED;
}

static void kinds_declare(struct model *m)
{
    for (struct item *it = m->items; it; it = it->next) {
        if (it->kind != AST_FACTS) continue;
        const struct ast_node *in = ast_child(it->node, AST_IN);
        int root = text_is(it->name, "encounter");
        struct kind *k = kind_new(m, it->name, root ? DOMAIN_ROOT : DOMAIN_LIST, it);
        if (!k) continue;
        if (root) m->encounter = k;
        k->list_key = in ? in->text : it->name;
        k->state = CHECKED;
    }
    if (!m->encounter) {
        if (anything_lost(m)) return;
        struct span top = m->packs->node ? m->packs->node->span : (struct span){0, 0, 0};
        struct diag *d = diag_add(m->diags, DIAG_PACK_HEADER, top, "nothing says what an encounter is");
        diag_hint(m->diags, d, "extend a pack that declares it, or write: facts encounter");
        return;
    }
    for (struct item *it = m->items; it; it = it->next) {
        struct kind *k = it->kind == AST_FACTS ? kind_find(m, it->name) : NULL;
        if (k && k->item == it) facts_declare(m, it, k);
    }
    for (struct kind *k = m->kinds; k; k = k->next) {
        const struct ast_node *known = k->item ? ast_child(k->item->node, AST_KNOWN_BY) : NULL;
        if (!known) continue;
        struct scope s = {.record = k};
        k->known = field_find(k, known->text);
        k->known_as = known->op == OP_KNOWN_AS;
        if (!k->known) unknown_name(m, known->span, known->text, &s);
    }
    facts_resolve(m);
    if (!m->date && !anything_lost(m)) {
        struct diag *d =
            diag_add(m->diags, DIAG_PACK_HEADER, m->encounter->item->node->span, "no fact is the date of service");
        diag_hint(m->diags, d, "write in facts encounter: | date | date of service | refused |");
    }
    struct item none = {.node = m->encounter->item->node};
    m->charge = kind_new(m, text_of("charge"), DOMAIN_CHARGES, &none);
    if (m->charge) {
        m->charge->item = NULL;
        m->charge->state = CHECKED;
        builtin(m, m->charge, "code", TYPE_CODE);
        builtin(m, m->charge, "units", TYPE_COUNT);
        builtin(m, m->charge, "date", TYPE_DATE);
        builtin(m, m->charge, "modifiers", TYPE_CODES);
    }
    for (struct item *it = m->items; it; it = it->next)
        if (it->kind == AST_GROUP) kind_new(m, it->name, DOMAIN_GROUP, it);
        else if (it->kind == AST_PAIR) kind_new(m, it->name, DOMAIN_CROSS, it);
    for (struct item *it = m->items; it; it = it->next) {
        if (it->kind != AST_GROUP && it->kind != AST_PAIR) continue;
        struct kind *k = kind_find(m, it->name);
        if (k && k->item == it) k->source = kind_need(m, it->node->text, ast_name(it->node));
    }
}

/* A result column that is not called like its table: the name that the other items use may be either. */
static void result_lose(struct model *m, const struct item *it)
{
    const struct ast_node *last = NULL;
    for (const struct ast_node *c = it->header ? it->header->first : NULL; c; c = c->next)
        if (!column_trails(c)) last = c;
    if (last && !text_equal(last->text, it->name)) name_lose(m, last->text);
}

/* Groups of groups of themselves: shown once, and cut. */
static void kinds_circle(struct model *m)
{
    for (struct kind *k = m->kinds; k; k = k->next) {
        struct kind *o = k->source;
        for (unsigned n = 0; o && o != k && n < KINDS_MAX; n++) o = o->source;
        if (o != k) continue;
        struct buffer way;
        buffer_init_in(&way, 0, m->arena);
        buffer_text(&way, text_z(m, k->name));
        do {
            o = o->source;
            buffer_printf(&way, " → %s", text_z(m, o->name));
        } while (o != k);
        mistake(m, DIAG_CYCLE, k->item->node->span, "make one of them from what `facts` declares",
                "these records are made from themselves: %s", way.at ? way.at : "");
        buffer_free(&way);
        for (struct kind *next; o; o = next) {
            next = o->source;
            o->source = NULL;
        }
    }
}

static void named_declare(struct model *m)
{
    unsigned sets = 0, relations = 0;
    for (struct item *it = m->items; it; it = it->next) {
        sets += it->kind == AST_CODES;
        relations += it->kind == AST_RELATION || it->kind == AST_BUNDLE || it->kind == AST_LIMIT;
    }
    m->sets = arena_zero(m->arena, sets + 1u, sizeof *m->sets);
    m->relations = arena_zero(m->arena, relations + 1u, sizeof *m->relations);
    if (!m->sets || !m->relations) {
        m->oom = 1;
        return;
    }
    for (struct item *it = m->items; it; it = it->next) {
        if (it->kind == AST_CODES)
            m->sets[m->set_count++] = (struct code_set){.name = it->name, .item = it, .id = NONE};
        if (it->kind == AST_RELATION || it->kind == AST_BUNDLE || it->kind == AST_LIMIT)
            m->relations[m->relation_count++] = (struct relation){.name = it->name, .item = it, .id = NONE};
        if (it->kind == AST_POLICIES) policies_declare(m, it);
    }
    settings_apply(m);
    for (struct item *it = m->items; it; it = it->next) {
        enum field_how how = it->kind == AST_DEFINE      ? FIELD_DEFINE
                             : it->kind == AST_TABLE     ? FIELD_TABLE
                             : it->kind == AST_THRESHOLD ? FIELD_STEP
                             : it->kind == AST_HIERARCHY ? FIELD_HIER
                             : it->kind == AST_CHOOSE    ? FIELD_CHOOSE
                                                         : FIELD_FACT;
        if (how == FIELD_TABLE || how == FIELD_STEP) result_lose(m, it);
        if (how != FIELD_FACT) {
            const struct ast_node *of = ast_child(it->node, AST_OF);
            struct kind *k = of ? kind_need(m, of->text, of->span) : NULL;
            if (k) field_new(m, k, it->name, how, it, it->node->span);
            else name_lose(m, it->name);
        }
        struct kind *k = it->kind == AST_GROUP ? kind_find(m, it->name) : NULL;
        if (!k) continue;
        for (const struct ast_node *n = it->node->first; n; n = n->next)
            if (n->kind == AST_FOLD && k->item != it) name_lose(m, n->text);
            else if (n->kind == AST_FOLD) {
                struct field *f = field_new(m, k, n->text, FIELD_FOLD, it, n->span);
                struct fold *fold = arena_zero(m->arena, 1, sizeof *fold);
                if (!f || !fold) {
                    m->oom = 1;
                    return;
                }
                fold->op = n->op;
                f->fold = fold;
            }
    }
}

/* `effective` on an item that has no dates of its own would be silently ignored: it is a mistake. */
static void dates_refuse(struct model *m)
{
    for (const struct item *it = m->items; it; it = it->next) {
        const struct ast_node *e = ast_child(it->node, AST_EFFECTIVE);
        int dateless =
            it->kind == AST_DEFINE || it->kind == AST_CHOOSE || it->kind == AST_PAIR || it->kind == AST_ORDER;
        if (!e || !dateless) continue;
        struct diag *d = diag_add(m->diags, DIAG_SYNTAX, e->span, "%s %s cannot have dates of its own",
                                  ast_kind_word(it->kind), text_z(m, it->name));
        diag_hint(m->diags, d, "date the rows of a table, or write: is … if date from 2026-01-31 else …");
    }
}

int declare(struct model *m)
{
    dates_refuse(m);
    kinds_declare(m);
    kinds_circle(m);
    if (!m->encounter || !m->charge) return 0;
    named_declare(m);
    return 1;
}
