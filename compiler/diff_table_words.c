/* Sentences about rows of relations, bundles and limits: one for each key while they are few; for all alike where they
 * come from one row of the pack, or are many. */
#include "compiler/diff_tables.h"

#include <stdio.h>
#include <string.h>

static const char *cell_text(struct edict_difference *d, enum value_type type, const char *unit, int64_t value)
{
    char code[9];
    unsigned n = 0;
    const char *out = NULL;
    switch (type) {
    case TYPE_CODE:
        for (; n < 8 && (value >> (56 - 8 * n) & 0xff); n++) code[n] = (char)(value >> (56 - 8 * n) & 0xff);
        return n ? text_copy(d, (struct text){code, n}) : "none";
    case TYPE_WORD: return (const char *)(intptr_t)value;
    case TYPE_TEXT: out = arena_printf(&d->arena, "\"%s\"", (const char *)(intptr_t)value); break;
    case TYPE_DECIMAL:
    case TYPE_MONEY: {
        char digits[40];
        int size = snprintf(digits, sizeof digits, "%lld.%06lld", (long long)(value / 1000000),
                            (long long)(value % 1000000 < 0 ? -(value % 1000000) : value % 1000000));
        while (size > 0 && digits[size - 1] == '0') digits[--size] = 0;
        if (size > 0 && digits[size - 1] == '.') digits[--size] = 0;
        out = arena_printf(&d->arena, "%s%s%s", digits, *unit ? " " : "", unit);
        break;
    }
    case TYPE_BOOL: return value ? "yes" : "no";
    case TYPE_DATE: out = date_shown(d, (int32_t)value); break;
    default:
        out = arena_printf(&d->arena, "%lld%s", (long long)value,
                           type == TYPE_MINUTES ? " min"
                           : type == TYPE_DAYS  ? " days"
                           : type == TYPE_YEARS ? " years"
                                                : "");
    }
    return out ? out : "";
}

static const char *cell_of(struct edict_difference *d, const struct table_row *r, unsigned column)
{
    return cell_text(d, r->of->types[column], r->of->units[column], table_cell(r, column));
}

static const char *key_text(struct edict_difference *d, const struct table_pair *t, const struct table_row *r)
{
    const char *out = "";
    for (unsigned c = 0; c < t->keys && out; c++)
        out = arena_printf(&d->arena, "%s%s%s", out, c ? ", " : "", cell_of(d, r, c));
    return out ? out : "";
}

static const char *values_text(struct edict_difference *d, const struct table_pair *t, const struct table_row *r)
{
    const char *out = "";
    for (unsigned c = t->keys; c < t->old->columns && out; c++)
        out = arena_printf(&d->arena, "%s%s%s %s", out, c > t->keys ? ", " : "", text_copy(d, r->of->names[c]),
                           cell_of(d, r, c));
    return out ? out : "";
}

/* What a row is called: a pair of codes, a code, or a row. */
static const char *noun(const struct table_pair *t)
{
    if (t->keys == 2 && t->old->types[0] == TYPE_CODE && t->old->types[1] == TYPE_CODE) return "pair";
    return t->keys == 1 && t->old->types[0] == TYPE_CODE ? "code" : "row";
}

static const char *gone_word(const struct table_pair *t) { return !strcmp(noun(t), "pair") ? "deleted" : "removed"; }

static const char *column_noun(struct edict_difference *d, const struct table_pair *t, unsigned column)
{
    struct text name = t->old->names[column];
    if (text_is(name, "mai") || text_is(name, "indicator")) return "indicator";
    if (text_is(name, "at most")) return "value";
    return text_copy(d, name);
}

static const char *thousands(struct edict_difference *d, unsigned long long n)
{
    const char *out;
    if (n < 1000) out = arena_printf(&d->arena, "%llu", n);
    else if (n < 1000000) out = arena_printf(&d->arena, "%llu,%03llu", n / 1000, n % 1000);
    else out = arena_printf(&d->arena, "%llu,%03llu,%03llu", n / 1000000, n / 1000 % 1000, n % 1000);
    return out ? out : "";
}

static const struct table_row *row_of(const struct key_difference *x)
{
    return x->news ? &x->now[x->news - 1] : &x->old[x->olds - 1];
}

static const struct item_row *origin_of(const struct table_row *r) { return r->of->origins[r->at]; }

static const char *cite_of(struct edict_difference *d, const struct pair *p, const struct table_row *r)
{
    const struct item_row *row = origin_of(r);
    if (row->cite) return cites_text(d, row->cite);
    const struct ast_node *h = p->now->header ? p->now->header->first : NULL, *c = row->node ? row->node->first : NULL;
    for (; h && c; h = h->next, c = c->next)
        if (text_is(h->text, "cite") && c->op == OP_VALUES) return node_text(d, c);
    return cites_text(d, p->now->cite);
}

static void one_say(struct edict_difference *d, const struct pair *p, const struct table_pair *t, struct change *c,
                    const struct key_difference *x, unsigned long long alike, const char *keys)
{
    const struct table_row *r = row_of(x);
    const struct item_row *days = origin_of(r);
    const char *words = item_words(d, p->now), *what = noun(t), *many = alike > 1 ? "s" : "";
    const char *values = values_text(d, t, r), *open = *values ? " (" : "", *close = *values ? ")" : "";
    switch (x->what) {
    case KEY_ADDED:
        change_say(d, c, "%s: %s%s %s added%s%s%s", words, what, many, keys, open, values, close);
        change_dates(d, c, days->from, days->until);
        break;
    case KEY_DELETED:
        change_say(d, c, "%s: %s%s %s %s%s%s%s", words, what, many, keys, gone_word(t), open, values, close);
        if (x->news) change_dates(d, c, days->until + 1, DATE_OPEN);
        else change_dates(d, c, days->from, days->until);
        break;
    case KEY_CHANGED:
        change_say(d, c, "%s: %s%s %s: %s %s -> %s", words, what, many, keys, text_copy(d, t->old->names[x->column]),
                   cell_of(d, &x->old[x->olds - 1], x->column), cell_of(d, &x->now[x->news - 1], x->column));
        change_dates(d, c, days->from, days->until);
        break;
    case KEY_DATES:
        change_say(d, c, "%s: %s%s %s: other dates", words, what, many, keys);
        change_dates(d, c, days->from, days->until);
        break;
    default: change_say(d, c, "%s: %s%s %s swapped", words, what, many, keys);
    }
}

static void many_say(struct edict_difference *d, const struct pair *p, const struct table_pair *t, struct change *c,
                     const struct key_difference *x)
{
    const char *words = item_words(d, p->now), *n = thousands(d, c->shown.count), *what = noun(t),
               *many = c->shown.count == 1 ? "" : "s";
    switch (x->what) {
    case KEY_ADDED: change_say(d, c, "%s: %s %s%s added", words, n, what, many); break;
    case KEY_DELETED: change_say(d, c, "%s: %s %s%s %s", words, n, what, many, gone_word(t)); break;
    case KEY_CHANGED: change_say(d, c, "%s: %s %s%s changed", words, n, column_noun(d, t, x->column), many); break;
    case KEY_DATES: change_say(d, c, "%s: %s %s%s with other dates", words, n, what, many); break;
    default: change_say(d, c, "%s: %s %s%s swapped", words, n, what, many);
    }
}

static const struct item_row *days_from(const struct table_row *rows, unsigned count)
{
    return count ? origin_of(&rows[count - 1]) : NULL;
}

/* Of one row of the pack, with the same values. */
static int alike(const struct table_pair *t, const struct key_difference *a, const struct key_difference *b)
{
    if (a->what != b->what || a->column != b->column || !a->olds != !b->olds || !a->news != !b->news) return 0;
    const struct item_row *x = days_from(a->old, a->olds), *y = days_from(b->old, b->olds);
    if (x != y || (x && !x->node)) return 0;
    x = days_from(a->now, a->news);
    y = days_from(b->now, b->news);
    if (x != y || (x && !x->node)) return 0;
    for (unsigned c = t->keys; c < t->old->columns; c++)
        if (!table_cells_same(t, row_of(a), row_of(b), c)) return 0;
    return 1;
}

/* "A, B with C, D" where each goes with each, else the pairs one by one. */
static const char *keys_text(struct edict_difference *d, const struct table_pair *t, const struct change *c)
{
    const char *all = "", *first = "", *second = "", *last[2] = {"", ""};
    unsigned n = 0, firsts = 0, seconds = 0;
    for (size_t i = 0; i < t->count && all && first && second; i++) {
        const struct key_difference *x = &t->differences[i];
        if (x->change != c) continue;
        const struct table_row *r = row_of(x);
        all = arena_printf(&d->arena, "%s%s%s", all, n++ ? t->keys > 1 ? "; " : ", " : "", key_text(d, t, r));
        if (t->keys != 2) continue;
        const char *a = cell_of(d, r, 0), *b = cell_of(d, r, 1);
        if (strcmp(a, last[0]) != 0) first = arena_printf(&d->arena, "%s%s%s", first, firsts++ ? ", " : "", a);
        if (firsts == 1) second = arena_printf(&d->arena, "%s%s%s", second, seconds++ ? ", " : "", b);
        last[0] = a;
    }
    if (t->keys == 2 && firsts * seconds == n && n > 1) all = arena_printf(&d->arena, "%s with %s", first, second);
    return all ? all : "";
}

static struct change *change_of(struct edict_difference *d, struct pair *p, const struct key_difference *x,
                                const char *key)
{
    const char *item = arena_printf(&d->arena, "%s %s", item_text(d, p->old), key);
    struct change *c = change_new(d, ast_kind_word(p->old->kind), 1, item ? item : "");
    c->shown.cite = cite_of(d, p, row_of(x));
    c->shown.count = 0;
    return c;
}

static void apart(struct edict_difference *d, struct pair *p, struct table_pair *t)
{
    for (size_t i = 0; i < t->count && !d->oom; i++) {
        struct key_difference *x = &t->differences[i];
        if (x->change) continue;
        struct change *c = x->change = change_of(d, p, x, key_text(d, t, row_of(x)));
        c->shown.count = 1;
        for (size_t k = i + 1; k < t->count; k++) {
            struct key_difference *y = &t->differences[k];
            int mirror = x->what == KEY_SWAPPED && y->what == KEY_SWAPPED &&
                         table_cell(row_of(x), 0) == table_cell(row_of(y), 1) &&
                         table_cell(row_of(x), 1) == table_cell(row_of(y), 0);
            if (y->change || (!mirror && (x->what == KEY_SWAPPED || !alike(t, x, y)))) continue;
            y->change = c;
            c->shown.count += !mirror;
        }
        const char *keys = keys_text(d, t, c);
        if (x->what == KEY_SWAPPED) keys = key_text(d, t, x->olds ? x->old : x->now);
        if (c->shown.count > 1 || x->what == KEY_SWAPPED) {
            const char *item = arena_printf(&d->arena, "%s %s", item_text(d, p->old), keys);
            c->shown.item = item ? item : "";
        }
        one_say(d, p, t, c, x, c->shown.count, keys);
    }
}

/* How many changes there would be, rows of one kind taken together. */
static size_t apart_count(const struct table_pair *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->count && n <= APART_MAX; i++) {
        size_t k = i > 200 ? i - 200 : 0;
        while (k < i && !alike(t, &t->differences[i], &t->differences[k])) k++;
        n += k == i;
    }
    return n;
}

static void together(struct edict_difference *d, struct pair *p, struct table_pair *t)
{
    for (int what = 0; what < KEY_CHANGES; what++)
        for (unsigned column = 0; column < t->old->columns; column++) {
            struct change *c = NULL;
            const struct key_difference *any = NULL;
            for (size_t i = 0; i < t->count && !d->oom; i++) {
                struct key_difference *x = &t->differences[i];
                if (x->what != (enum key_change)what || x->column != column) continue;
                const char *which = what == KEY_CHANGED ? column_noun(d, t, column) : "";
                static const char *const words[] = {"added", "removed", "changed", "dates", "swapped"};
                if (!c) {
                    const char *key = arena_printf(&d->arena, "%s%s%s", words[what], *which ? " " : "", which);
                    c = change_of(d, p, x, key ? key : "");
                }
                x->change = c;
                any = x;
                c->shown.count += what == KEY_SWAPPED ? x->news > 0 : 1;
            }
            if (c) many_say(d, p, t, c, any);
        }
}

void table_changes(struct edict_difference *d, struct pair *p, struct table_pair *t)
{
    if (apart_count(t) <= APART_MAX) apart(d, p, t);
    else together(d, p, t);
}

/* ---- the rows of those that were told together */

static void row_tell(struct edict_difference *d, const struct table_pair *t, const struct key_difference *x,
                     struct buffer *b)
{
    const struct table_row *r = row_of(x);
    const char *values = values_text(d, t, r);
    buffer_text(b, key_text(d, t, r));
    switch (x->what) {
    case KEY_ADDED: buffer_text(b, " added"); break;
    case KEY_DELETED: buffer_printf(b, " %s", gone_word(t)); break;
    case KEY_CHANGED:
        buffer_printf(b, ": %.*s %s -> %s\n", (int)t->old->names[x->column].size, t->old->names[x->column].at,
                      cell_of(d, &x->old[x->olds - 1], x->column), cell_of(d, &x->now[x->news - 1], x->column));
        return;
    case KEY_SWAPPED: buffer_text(b, x->news ? " added, swapped" : " deleted, swapped"); break;
    default: buffer_text(b, ": other dates"); break;
    }
    if (*values) buffer_printf(b, " (%s)", values);
    const struct item_row *days = origin_of(r);
    const char *from = x->olds && x->news ? NULL : date_shown(d, days->from), *until = date_shown(d, days->until);
    if (from) buffer_printf(b, ", effective %s", from);
    if (until) buffer_printf(b, ", until %s", until);
    buffer_byte(b, '\n');
}

void tables_tell(struct edict_difference *d, const struct change *c, edict_put *put, void *context)
{
    struct buffer b;
    buffer_init(&b, 0);
    for (unsigned i = 0; i < d->pair_count && c->shown.count > 1; i++) {
        const struct table_pair *t = d->pairs[i].table;
        for (size_t k = 0; t && k < t->count; k++) {
            if (t->differences[k].change != c) continue;
            buffer_clear(&b);
            row_tell(d, t, &t->differences[k], &b);
            if (b.size) put(context, b.at, b.size);
        }
    }
    buffer_free(&b);
}
