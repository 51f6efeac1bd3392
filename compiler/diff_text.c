/* Nodes of the tree as texts: to compare them (one text for all ways of writing the same), and to show them. */
#include "compiler/difference.h"

#include "base/date.h"

#include <stdlib.h>
#include <string.h>

int same_text(const char *a, const char *b) { return !strcmp(a ? a : "", b ? b : ""); }

const char *text_copy(struct edict_difference *d, struct text t)
{
    const char *copy = arena_copy(&d->arena, t.at ? t.at : "", t.size);
    if (!copy) d->oom = 1;
    return copy ? copy : "";
}

const char *date_shown(struct edict_difference *d, int32_t day)
{
    char text[11];
    if (day == DATE_OPEN || day == DATE_MIN_OPEN) return NULL;
    date_text(day, text);
    return text_copy(d, text_of(text));
}

/* ---- one text for all ways of writing */

/* Times in their least unit. */
static int quantity_canon(struct buffer *b, const struct ast_node *n)
{
    static const struct {
        const char *name, *least;
        int64_t times;
    } units[] = {{"minute", "min", 1}, {"minutes", "min", 1}, {"min", "min", 1},    {"hour", "min", 60},
                 {"hours", "min", 60}, {"day", "days", 1},    {"days", "days", 1},  {"week", "days", 7},
                 {"weeks", "days", 7}, {"year", "years", 1},  {"years", "years", 1}};
    const struct ast_node *unit = ast_child(n, AST_NAME);
    int64_t scaled, value;
    if (!unit || !number_read(n->text, &scaled)) return 0;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (!text_is(unit->text, units[i].name)) continue;
        if (__builtin_mul_overflow(scaled, units[i].times, &value)) return 0;
        buffer_printf(b, "(q %lld %s)", (long long)value, units[i].least);
        return 1;
    }
    buffer_printf(b, "(q %lld %.*s)", (long long)scaled, (int)unit->text.size, unit->text.at);
    return 1;
}

static int text_order(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static void canon(struct edict_difference *d, struct buffer *b, const struct ast_node *n);

/* Children whose order means nothing. */
static void children_sorted(struct edict_difference *d, struct buffer *b, const struct ast_node *n)
{
    unsigned count = ast_count(n), i = 0;
    const char **all = arena_alloc(&d->arena, (count + 1) * sizeof *all);
    struct buffer one;
    if (!all) {
        d->oom = 1;
        return;
    }
    buffer_init_in(&one, 0, &d->arena);
    for (const struct ast_node *c = n->first; c; c = c->next) {
        buffer_clear(&one);
        canon(d, &one, c);
        all[i++] = text_copy(d, (struct text){one.at, (uint32_t)one.size});
    }
    qsort(all, count, sizeof *all, text_order);
    for (i = 0; i < count; i++) buffer_text(b, all[i]);
    buffer_free(&one);
}

static void canon(struct edict_difference *d, struct buffer *b, const struct ast_node *n)
{
    if (!n || n->kind == AST_EFFECTIVE || n->kind == AST_LABEL) return;
    if (n->kind == AST_VALUE && n->op == OP_QUANTITY && quantity_canon(b, n)) return;
    if (n->kind == AST_COND && n->op == OP_AND && n->first && !n->first->next) { /* ( … ) */
        canon(d, b, n->first);
        return;
    }
    if (n->kind == AST_CELL && (n->op == OP_ANY || n->op == OP_EMPTY)) return;
    buffer_printf(b, "(%d %d ", (int)n->kind, (int)n->op);
    struct text t = d->renames ? name_mapped(d, &d->arena, n, NULL) : n->text;
    buffer_json(b, t.at ? t.at : "", t.size);
    int loose = (n->kind == AST_CELL && n->op == OP_VALUES) || n->kind == AST_CITE || n->kind == AST_SAME ||
                (n->kind == AST_COND && (n->op == OP_AND || n->op == OP_OR)) ||
                (n->kind == AST_TYPE && n->op == OP_ONE_OF);
    if (loose) children_sorted(d, b, n);
    else
        for (const struct ast_node *c = n->first; c; c = c->next) canon(d, b, c);
    buffer_byte(b, ')');
}

const char *node_canon(struct edict_difference *d, const struct ast_node *n)
{
    struct buffer b;
    buffer_init_in(&b, 0, &d->arena);
    canon(d, &b, n);
    const char *out = text_copy(d, (struct text){b.at, (uint32_t)b.size});
    if (b.failed) d->oom = 1;
    buffer_free(&b);
    return out;
}

/* ---- as it is written */

const char *node_text(struct edict_difference *d, const struct ast_node *n)
{
    if (!n || n->span.source >= d->source_count) return "";
    const struct source *s = &d->sources[n->span.source];
    uint32_t from = n->span.from, to = n->span.to <= s->size ? n->span.to : s->size, size = 0;
    char *out = arena_alloc(&d->arena, (to > from ? to - from : 0) + 1u);
    int quoted = 0;
    if (!out) {
        d->oom = 1;
        return "";
    }
    for (; from < to; from++) {
        char c = s->bytes[from];
        if (!quoted && c == '#') { /* a comment, to the end of its line */
            while (from < to && s->bytes[from] != '\n') from++;
            c = ' ';
        }
        if (c == '"' && (!from || s->bytes[from - 1] != '\\')) quoted = !quoted;
        int blank = !quoted && (c == ' ' || c == '\t' || c == '\r' || c == '\n');
        if (blank && (!size || out[size - 1] == ' ')) continue;
        out[size++] = blank ? ' ' : c;
    }
    while (size && (out[size - 1] == ' ' || out[size - 1] == ',')) size--;
    out[size] = 0;
    return out;
}

const char *item_text(struct edict_difference *d, const struct item *it)
{
    const char *word = ast_kind_word(it->kind), *name = text_copy(d, it->name);
    if (it->kind == AST_POLICIES || (it->kind == AST_BILL && text_equal(it->name, it->node->text)) ||
        it->kind == AST_ORDER)
        name = it->kind == AST_POLICIES ? "" : text_copy(d, it->node->text);
    const char *out = *name ? arena_printf(&d->arena, "%s %s", word, name) : word;
    return out ? out : "";
}

const char *item_words(struct edict_difference *d, const struct item *it)
{
    const struct ast_node *label = ast_child(it->node, AST_LABEL);
    const char *name = item_text(d, it);
    if (!label || !label->text.size) return name;
    const char *out = arena_printf(&d->arena, "%s (%s)", name, text_copy(d, label->text));
    return out ? out : "";
}

const char *cites_text(struct edict_difference *d, const struct ast_node *cite)
{
    const char *out = "";
    for (const struct ast_node *c = cite ? cite->first : NULL; c; c = c->next) {
        out = arena_printf(&d->arena, "%s%s%s", out, *out ? ", " : "", text_copy(d, c->text));
        if (!out) return "";
    }
    return out;
}
