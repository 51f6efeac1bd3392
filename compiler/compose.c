/* Reads the pack that was asked for and its bases, and composes one list of items: base first, then what each pack
 * adds, changes, sets and retires. Works on what was written (rows and entries keep their own spans); meaning comes
 * later. */
#include "compiler/model.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static unsigned dots_in(struct text t)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < t.size; i++) n += t.at[i] == '.';
    return n;
}

static char *name_as_path(struct model *m, struct text name, unsigned ups)
{
    char *p = arena_alloc(m->arena, ups * 3 + name.size + 8);
    if (!p) return NULL;
    char *at = p;
    for (unsigned i = 0; i < ups; i++) {
        memcpy(at, "../", 3);    /* NOLINT(bugprone-not-null-terminated-result): the name follows */
        at += 3;
    }
    for (uint32_t i = 0; i < name.size; i++) *at++ = name.at[i] == '.' ? '/' : name.at[i];
    memcpy(at, ".edict", 7);
    return p;
}

static struct pack *pack_read(struct model *m, const char *path, const char *shown)
{
    struct pack *p = arena_zero(m->arena, 1, sizeof *p);
    if (!p || !source_add(m, path, shown, &p->source)) return NULL;
    p->path = path;
    p->shown = shown;
    p->file = lang_parse_here(m->arena, m->diags, &m->sources[p->source], p->source);
    if (!p->file) {
        m->oom = 1;
        return NULL;
    }
    if (p->file->cut) m->all_lost = 1;
    for (struct ast_node *n = p->file->root->first; n; n = n->next) {
        if (n->kind != AST_PACK) continue;
        if (p->node)
            mistake(m, DIAG_DEFINED_TWICE, n->span, "put the second one into a file of its own",
                    "a file holds one pack");
        else p->node = n;
    }
    if (!p->node) {
        struct span top = {p->source, 0, 0};
        int broken = 0;
        for (struct ast_node *n = p->file->root->first; n; n = n->next) broken |= n->kind == AST_BROKEN;
        m->all_lost = 1; /* nobody knows its base */
        if (!broken) {
            struct diag *d = diag_add(m->diags, DIAG_PACK_HEADER, top, "the file does not say which pack it is");
            diag_hint(m->diags, d, "begin with: pack name.of.pack");
        }
        return p;
    }
    p->name = p->node->text;
    dates_read(m, ast_child(p->node, AST_EFFECTIVE), &p->from, &p->until);
    return p;
}

static struct pack *base_read(struct model *m, const struct pack *p, const struct ast_node *extends,
                              const char *const *search, size_t searches)
{
    const struct ast_node *label = ast_child(extends, AST_LABEL);
    const char *here = directory_of(m, p->path), *shown = directory_of(m, p->shown);
    struct pack *base = NULL;
    if (label) {
        const char *rest = text_z(m, label->text);
        base = pack_read(m, path_join(m, here, rest), path_join(m, shown, rest));
    } else {
        const char *rest = name_as_path(m, extends->text, dots_in(p->name));
        base = pack_read(m, path_join(m, here, rest), path_join(m, shown, rest));
        rest = name_as_path(m, extends->text, 0);
        for (size_t i = 0; !base && i < searches; i++) base = pack_read(m, path_join(m, search[i], rest), rest);
        if (!base && m->given) base = pack_read(m, rest, rest);
    }
    if (!base) {
        m->all_lost = 1;
        struct diag *d = diag_add(m->diags, DIAG_NO_BASE, extends->span, "the base pack %s cannot be read",
                                  text_z(m, extends->text));
        if (label) diag_hint(m->diags, d, "there is no readable file \"%s\" beside this one", text_z(m, label->text));
        else
            diag_hint(m->diags, d,
                      "looked for %s beside this pack; say where it is: extends %s from \"path/to/file.edict\"",
                      name_as_path(m, extends->text, dots_in(p->name)), text_z(m, extends->text));
    } else if (base->node && !text_equal(base->name, extends->text)) {
        struct diag *d = diag_add(m->diags, DIAG_NO_BASE, extends->span, "that file is the pack %s, not %s",
                                  text_z(m, base->name), text_z(m, extends->text));
        diag_hint(m->diags, d, "write: extends %s", text_z(m, base->name));
    }
    return base;
}

/* ---- items */

static struct text item_name(const struct ast_node *n)
{
    const struct ast_node *c = NULL;
    if (n->kind == AST_GROUP || n->kind == AST_PAIR) c = ast_child(n, AST_INTO);
    if (n->kind == AST_BILL) c = ast_child(n, AST_AS);
    if (n->kind == AST_POLICIES) return text_of("policies");
    if (n->kind == AST_ORDER) return text_of("order");
    return c ? c->text : n->text;
}

struct item *item_find(struct model *m, enum ast_kind kind, struct text name)
{
    for (struct item *it = m->items; it; it = it->next)
        if ((!kind || it->kind == kind) && it->kind != AST_CITE_ITEM && text_equal(it->name, name)) return it;
    return NULL;
}

static uint64_t item_hash(enum ast_kind kind, struct text name)
{
    return XXH3_64bits_withSeed(name.at, name.size, (uint64_t)kind);
}

/* The item of this very kind that was added under this name, if it is not retired; by hash. */
static struct item *item_known(const struct model *m, enum ast_kind kind, struct text name)
{
    if (!m->named_room) return NULL;
    for (uint64_t at = item_hash(kind, name);; at++) {
        struct item *it = m->named[at & (m->named_room - 1)];
        if (!it || (it->kind == kind && !it->retired && text_equal(it->name, name))) return it;
    }
}

static void item_note(struct model *m, struct item *it)
{
    if (m->named_count * 2 >= m->named_room) {
        const unsigned had = m->named_room, room = had ? had * 2 : 256;
        struct item **before = m->named;
        m->named = arena_zero(m->arena, room, sizeof *m->named);
        if (!m->named) {
            m->oom = 1;
            m->named_room = m->named_count = 0;
            return;
        }
        m->named_room = room;
        m->named_count = 0;
        for (unsigned i = 0; i < had; i++)
            if (before[i]) item_note(m, before[i]);
    }
    uint64_t at = item_hash(it->kind, it->name);
    while (m->named[at & (m->named_room - 1)]) at++;
    m->named[at & (m->named_room - 1)] = it;
    m->named_count++;
}

static int column_of(struct model *m, const struct ast_node *header, const char *name)
{
    int i = 0;
    (void)m;
    for (const struct ast_node *c = header ? header->first : NULL; c; c = c->next, i++)
        if (text_is(c->text, name)) return i;
    return -1;
}

static const struct ast_node *cell_value(const struct ast_node *row, int column)
{
    const struct ast_node *c = column < 0 ? NULL : ast_nth(row, (unsigned)column);
    return c && c->op == OP_VALUES && c->first && c->first->op == OP_EQ ? c->first->first : NULL;
}

/* effective and until columns of a row */
static void row_dates(struct model *m, const struct ast_node *header, const struct ast_node *row, int32_t *from,
                      int32_t *until)
{
    const struct ast_node *a = cell_value(row, column_of(m, header, "effective"));
    const struct ast_node *b = cell_value(row, column_of(m, header, "until"));
    if (a && a->op == OP_DATE_LITERAL && !date_read(m, a, from)) a = NULL;
    if (b && b->op == OP_DATE_LITERAL && !date_read(m, b, until)) b = NULL;
    if (a && b && *from > *until) {
        struct diag *d = diag_add(m->diags, DIAG_DATES_REVERSED, b->span, "this row would end before it begins");
        diag_hint(m->diags, d, "`until` is the last day in force: exchange the two dates, or correct one");
    }
}

static void rows_add(struct model *m, struct item *it, const struct ast_node *row, int32_t from, int32_t until,
                     const struct ast_node *cite, int at)
{
    struct item_row *rows = arena_zero(m->arena, it->row_count + 1u, sizeof *rows);
    if (!rows) {
        m->oom = 1;
        return;
    }
    unsigned k = at < 0 || (unsigned)at > it->row_count ? it->row_count : (unsigned)at;
    if (k) memcpy(rows, it->rows, k * sizeof *rows);
    if (it->row_count > k) memcpy(rows + k + 1, it->rows + k, (it->row_count - k) * sizeof *rows);
    int number = 0;
    for (unsigned i = 0; i < it->row_count; i++)
        if (it->rows[i].number > number) number = it->rows[i].number;
    rows[k] = (struct item_row){row, from, until, cite, number + 1};
    row_dates(m, it->header, row, &rows[k].from, &rows[k].until);
    it->rows = rows;
    it->row_count++;
}

static void rows_read(struct model *m, struct item *it, const struct ast_node *rows)
{
    unsigned count = 0;
    for (const struct ast_node *r = rows->first; r; r = r->next) count += r->kind == AST_ROW;
    it->header = ast_child(rows, AST_HEADER);
    if (count > ROWS_MAX) {
        mistake(m, DIAG_LIMIT, it->header ? it->header->span : rows->span, "read them from a file",
                "there are more than %d rows", ROWS_MAX);
        return;
    }
    it->rows = arena_zero(m->arena, count ? count : 1, sizeof *it->rows);
    if (!it->rows) {
        m->oom = 1;
        return;
    }
    for (const struct ast_node *r = rows->first; r; r = r->next) {
        if (r->kind != AST_ROW) continue;
        struct item_row *to = &it->rows[it->row_count++];
        *to = (struct item_row){r, it->from, it->until, NULL, (int)it->row_count};
        row_dates(m, it->header, r, &to->from, &to->until);
    }
}

static void entries_add(struct model *m, struct item *it, const struct ast_node *list, int except, int32_t from,
                        int32_t until, const struct ast_node *cite)
{
    unsigned more = ast_count(list);
    struct item_entry *entries = arena_zero(m->arena, it->entry_count + more + 1, sizeof *entries);
    if (!entries) {
        m->oom = 1;
        return;
    }
    if (it->entry_count) memcpy(entries, it->entries, it->entry_count * sizeof *entries);
    for (const struct ast_node *e = list->first; e; e = e->next) {
        struct item_entry *to = &entries[it->entry_count++];
        *to = (struct item_entry){e, from, until, except, cite};
        const struct ast_node *own = ast_child(e, AST_EFFECTIVE);
        if (own) {
            int32_t a, b;
            dates_read(m, own, &a, &b);
            if (a != DATE_MIN_OPEN) to->from = a;
            if (b != DATE_OPEN) to->until = b;
        }
    }
    it->entries = entries;
}

static void item_add(struct model *m, const struct pack *p, const struct ast_node *n)
{
    struct text name = item_name(n);
    struct item *it = item_known(m, n->kind, name);
    if (it && n->kind == AST_POLICIES) { /* several blocks of policies are one */
        const struct ast_node *rows = ast_child(n, AST_ROWS);
        for (const struct ast_node *r = rows ? rows->first : NULL; r; r = r->next)
            if (r->kind == AST_ROW) rows_add(m, it, r, DATE_MIN_OPEN, DATE_OPEN, NULL, -1);
        return;
    }
    if (it) {
        struct diag *d = diag_add(m->diags, DIAG_DEFINED_TWICE, n->span, "%s %s is there already",
                                  ast_kind_word(n->kind), text_z(m, name));
        diag_other(d, it->node->span, "the first one");
        if (it->pack == p) diag_hint(m->diags, d, "give it another name");
        else
            diag_hint(m->diags, d, "to alter what the base says, write: changes %s %s", ast_kind_word(n->kind),
                      text_z(m, name));
        return;
    }
    it = arena_zero(m->arena, 1, sizeof *it);
    if (!it) {
        m->oom = 1;
        return;
    }
    it->kind = n->kind;
    it->name = name;
    it->node = n;
    it->pack = p;
    it->cite = ast_child(n, AST_CITE);
    it->id = NONE;
    dates_read(m, ast_child(n, AST_EFFECTIVE), &it->from, &it->until);
    const struct ast_node *rows = ast_child(n, AST_ROWS);
    if (rows) rows_read(m, it, rows);
    if (n->kind == AST_CODES) {
        const struct ast_node *e = ast_child(n, AST_ENTRIES), *x = ast_child(n, AST_EXCEPT);
        if (e) entries_add(m, it, e, 0, it->from, it->until, NULL);
        if (x) entries_add(m, it, x, 1, it->from, it->until, NULL);
    }
    it->next = m->items;
    m->items = it;
    item_note(m, it);
}

/* The text of a cell with runs of blanks made one, for comparing rows as analysts do. */
static char *cell_text(struct model *m, const struct ast_node *cell)
{
    const char *at = m->sources[cell->span.source].bytes + cell->span.from;
    uint32_t size = cell->span.to - cell->span.from;
    char *out = arena_alloc(m->arena, size + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; out && i < size; i++) {
        int blank = at[i] == ' ' || at[i] == '\t';
        if (blank && (n == 0 || out[n - 1] == ' ')) continue;
        out[n++] = blank ? ' ' : at[i];
    }
    while (out && n && out[n - 1] == ' ') n--;
    if (out) out[n] = 0;
    return out;
}

static int row_begins(struct model *m, const struct ast_node *row, const struct ast_node *wanted)
{
    const struct ast_node *a = row->first, *b = wanted->first;
    for (; b; a = a->next, b = b->next)
        if (!a || strcmp(cell_text(m, a), cell_text(m, b)) != 0) return 0;
    return 1;
}

/* The one row that begins with the cells of `wanted`, or -1 and a report. */
static int row_find(struct model *m, const struct item *it, const struct ast_node *wanted)
{
    int found = -1;
    unsigned hits = 0;
    for (unsigned i = 0; i < it->row_count; i++)
        if (row_begins(m, it->rows[i].node, wanted)) {
            if (!hits++) found = (int)i;
        }
    if (hits == 1) return found;
    struct diag *d = diag_add(m->diags, DIAG_NO_SUCH_ROW, wanted->span,
                              hits ? "%u rows of %s %s begin like this" : "%.0uno row of %s %s begins like this", hits,
                              ast_kind_word(it->kind), text_z(m, it->name));
    if (hits) {
        diag_other(d, it->rows[found].node->span, "the first of them");
        diag_hint(m->diags, d, "write more cells, so that one row is meant");
    } else if (it->row_count) {
        assert(it->header);
        diag_other(d, it->header->span, "the table as it stands");
        diag_hint(m->diags, d, "copy the cells of the row as they are written in %s",
                  m->sources[it->rows[0].node->span.source].name);
    }
    return -1;
}

static void row_change(struct model *m, struct item *it, const struct ast_node *change, const struct ast_node *cite,
                       int32_t from, int32_t until)
{
    const struct ast_node *row = change->first, *second = row ? row->next : NULL;
    if (!row) return;
    const int filed = ast_child(it->node, AST_FROM_FILE) != NULL;
    if (filed && change->kind != AST_ADD_ROW) {
        mistake(m, DIAG_NOT_IN_BASE, change->span, "its rows stand in a file: rows can be added to them",
                "no row of %s %s can be pointed at", ast_kind_word(it->kind), text_z(m, it->name));
        return;
    }
    if (!it->header && !filed) {
        mistake(m, DIAG_NOT_IN_BASE, change->span,
                "change what it has: codes are added with `add`, taken out with `remove`", "%s %s has no rows",
                ast_kind_word(it->kind), text_z(m, it->name));
        return;
    }
    it->changed = 1;
    if (change->kind == AST_ADD_ROW) {
        int at = second ? row_find(m, it, second) : -1;
        if (second && at < 0) return;
        for (unsigned i = 0; i < it->row_count; i++)
            if (ast_count(it->rows[i].node) == ast_count(row) && row_begins(m, it->rows[i].node, row)) {
                struct diag *d =
                    diag_add(m->diags, DIAG_DEAD_OVERRIDE, row->span, "the base has this very row already");
                diag_other(d, it->rows[i].node->span, "here");
                diag_hint(m->diags, d, "leave the change out");
            }
        rows_add(m, it, row, from, until, cite, second ? at + 1 : -1);
        return;
    }
    it->altered = 1;
    int at = row_find(m, it, row);
    if (at < 0) return;
    if (change->kind == AST_REPLACE_ROW && second) rows_add(m, it, second, from, until, cite, at + 1);
    struct item_row *old = &it->rows[at];    /* the rows may have moved */
    if (from == DATE_MIN_OPEN && until == DATE_OPEN) {
        memmove(old, old + 1, (it->row_count - (unsigned)at - 1) * sizeof *old);
        it->row_count--;
        return;
    }
    if (until != DATE_OPEN && until < old->until) { /* it comes back afterwards */
        struct item_row again = *old;
        rows_add(m, it, again.node, until + 1, again.until, again.cite, at + 1);
        it->rows[at + 1].number = again.number;
        old = &it->rows[at];
    }
    if (from != DATE_MIN_OPEN && from - 1 < old->until) old->until = from - 1;
}

static void not_in_base(struct model *m, const struct ast_node *n, struct text name, const char *what, const char *hint)
{
    enum ast_kind kind = (enum ast_kind)n->op;
    struct names names = {0};
    if (name_is_lost(m, name)) return;
    for (struct item *o = m->items; o; o = o->next)
        if (o->kind != AST_CITE_ITEM && (!kind || o->kind == kind)) names_add(m, &names, o->name);
    struct diag *d = diag_add(m->diags, DIAG_NOT_IN_BASE, n->span, "the base has no %s%s%s%s",
                              kind ? ast_kind_word(kind) : "item", kind ? " " : " named ", text_z(m, name), what);
    names_hint(m, d, name, &names, "%s", hint);
}

/* The item that `changes` or `retires` names. */
static struct text target_name(const struct ast_node *n)
{
    const struct ast_node *as = ast_child(n, AST_AS);
    enum ast_kind kind = (enum ast_kind)n->op;
    if (kind == AST_POLICIES || kind == AST_ORDER) return text_of(ast_kind_word(kind));
    return as ? as->text : n->text;
}

static void change_apply(struct model *m, const struct ast_node *n)
{
    struct item *it = NULL;
    enum ast_kind kind = (enum ast_kind)n->op;
    struct text name = target_name(n);
    it = item_find(m, kind, name);
    if (!it) {
        not_in_base(m, n, name, "",
                    "a change names something that the base has; to add something new, leave `changes` out");
        return;
    }
    int32_t from, until;
    dates_read(m, ast_child(n, AST_EFFECTIVE), &from, &until);
    const struct ast_node *cite = ast_child(n, AST_CITE);
    for (const struct ast_node *c = n->first; c; c = c->next) {
        switch (c->kind) {
        case AST_ADD:
        case AST_REMOVE:
            if (it->kind != AST_CODES) {
                struct diag *d = diag_add(m->diags, DIAG_NOT_IN_BASE, c->span, "%s %s is no list of codes",
                                          ast_kind_word(it->kind), text_z(m, it->name));
                diag_hint(m->diags, d, "write: %s row | … |", c->kind == AST_ADD ? "add" : "remove");
            } else {
                entries_add(m, it, c, c->kind == AST_REMOVE ? 2 : 0, from, until, cite);
                it->changed = 1;
            }
            break;
        case AST_ADD_ROW:
        case AST_REMOVE_ROW:
        case AST_REPLACE_ROW: row_change(m, it, c, cite, from, until); break;
        default: break;
        }
    }
}

static void retire(struct model *m, const struct ast_node *n)
{
    enum ast_kind kind = (enum ast_kind)n->op;
    struct text name = target_name(n);
    for (struct item **at = &m->items; *at; at = &(*at)->next)
        if ((!kind || (*at)->kind == kind) && (*at)->kind != AST_CITE_ITEM && text_equal((*at)->name, name)) {
            (*at)->retired = 1;
            *at = (*at)->next;
            return;
        }
    not_in_base(m, n, name, " to retire", "`retires` names an item of the base as it is written there");
}

static void settings_read(struct model *m, const struct pack *p, const struct ast_node *n)
{
    const struct ast_node *rows = ast_child(n, AST_ROWS), *header = rows ? ast_child(rows, AST_HEADER) : NULL;
    int policy = column_of(m, header, "policy"), is = column_of(m, header, "is");
    if (!rows || policy < 0 || is < 0) {
        struct diag *d = diag_add(m->diags, DIAG_BAD_TABLE, header ? header->span : n->span,
                                  "`sets` needs the columns policy and is");
        diag_hint(m->diags, d, "write: | policy | is |");
        return;
    }
    for (const struct ast_node *r = rows->first; r; r = r->next) {
        if (r->kind != AST_ROW) continue;
        const struct ast_node *name = cell_value(r, policy), *value = cell_value(r, is);
        if (!name || !value || ast_count(ast_nth(r, (unsigned)is)) > 1) {
            mistake(m, DIAG_BAD_CELL, r->span, "write: | policy | value |",
                    "a row of `sets` names a policy and one value");
            continue;
        }
        struct setting *s = arena_zero(m->arena, 1, sizeof *s);
        if (!s) {
            m->oom = 1;
            return;
        }
        *s = (struct setting){name->text, value, r, DATE_MIN_OPEN, DATE_OPEN, p, m->settings};
        row_dates(m, header, r, &s->from, &s->until);
        for (struct setting *o = m->settings; o; o = o->next)
            if (o->pack == p && text_equal(o->policy, s->policy) && s->from <= o->until && o->from <= s->until) {
                struct diag *d = diag_add(m->diags, DIAG_DATES_OVERLAP, r->span,
                                          "policy %s is set twice for the same dates", text_z(m, s->policy));
                diag_other(d, o->row->span, "the other setting");
                diag_hint(m->diags, d, "give the rows `effective` and `until` dates that do not meet, or take one out");
                break;
            }
        m->settings = s;
    }
}

static int item_order(const void *a, const void *b)
{
    const struct item *x = *(struct item *const *)a, *y = *(struct item *const *)b;
    if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
    return text_compare(x->name, y->name);
}

/* Order of items never matters: from here on they stand by kind and name. */
static void items_sort(struct model *m)
{
    unsigned n = 0, i = 0;
    for (struct item *it = m->items; it; it = it->next) n++;
    if (!n) return;
    struct item **all = arena_alloc(m->arena, n * sizeof *all);
    if (!all) {
        m->oom = 1;
        return;
    }
    for (struct item *it = m->items; it; it = it->next) all[i++] = it;
    qsort(all, n, sizeof *all, item_order);
    m->items = all[0];
    for (i = 0; i < n; i++) all[i]->next = i + 1 < n ? all[i + 1] : NULL;
}

/* First what the base loses, then what is new, then what changes: so the order of items in the file means nothing. */
static void pack_compose(struct model *m, const struct pack *p)
{
    for (const struct ast_node *n = p->file->root->first; n; n = n->next)
        if (n->kind == AST_RETIRES) retire(m, n);
    for (const struct ast_node *n = p->file->root->first; n; n = n->next) {
        switch (n->kind) {
        case AST_PACK:
        case AST_BROKEN:
        case AST_TESTS:
        case AST_RETIRES:
        case AST_CHANGES: break;
        case AST_SETS: settings_read(m, p, n); break;
        default: item_add(m, p, n);
        }
    }
    for (const struct ast_node *n = p->file->root->first; n; n = n->next)
        if (n->kind == AST_CHANGES) change_apply(m, n);
}

int compose(struct model *m, const char *path, const char *const *search, size_t searches)
{
    struct pack *chain[BASES_MAX];
    unsigned depth = 0;
    path = arena_copy(m->arena, path, strlen(path)); /* the caller's may end before the model does */
    const char *slash = strrchr(path, '/');
    struct pack *p = pack_read(m, path, slash && !m->given ? slash + 1 : path);
    m->packs = p;
    if (!p) return 0;
    while (p && p->file) {
        chain[depth++] = p;
        const struct ast_node *extends = p->node ? ast_child(p->node, AST_EXTENDS) : NULL;
        if (!extends) break;
        if (depth == BASES_MAX) {
            mistake(m, DIAG_LIMIT, extends->span, "let some of them be one pack",
                    "a pack may stand on at most %d others", BASES_MAX - 1);
            break;
        }
        for (unsigned i = 0; i < depth; i++)
            if (text_equal(chain[i]->name, extends->text)) {
                struct diag *d =
                    diag_add(m->diags, DIAG_CYCLE, extends->span, "%s extends itself", text_z(m, extends->text));
                diag_hint(m->diags, d, "a payer pack names its base, never the other way round");
                extends = NULL;
                break;
            }
        if (!extends) break;
        p->base = base_read(m, p, extends, search, searches);
        p = p->base;
    }
    for (unsigned i = depth; i-- > 0;) pack_compose(m, chain[i]);
    items_sort(m);
    return 1;
}
