/* Random rows between bars: tables, hierarchies, thresholds, bills. */
#include "tests/oracle/make.h"

#include <stdio.h>
#include <string.h>

struct made_column {
    const struct made_fact *f;
    int named;
};

static unsigned columns_pick(struct pack_maker *m, const struct made_kind *k, struct made_column *c, unsigned most)
{
    unsigned n = 0, want = 1 + below(m, most);
    for (int turn = 0; turn < 20 && n < want; turn++) {
        const struct made_fact *f = any_fact(m, k, (enum sort)below(m, S_TIMES), one_in(m, 3));
        int again = !f || f->sort == S_CODES || f->charges || !strcmp(f->name, "code") || !strcmp(f->name, "units");
        for (unsigned i = 0; i < n; i++) again |= c[i].f == f;
        if (!again) c[n++] = (struct made_column){f, 0};
    }
    return n;
}

static void put_bound(struct pack_maker *m, const struct made_fact *f)
{
    for (unsigned i = 0; i < m->policies && one_in(m, 3); i++)
        if (m->policy[i].sort == f->sort && f->sort != S_CODE && f->sort != S_WORD) {
            put(m, "%s", m->policy[i].name);
            return;
        }
    put_literal(m, f->sort, f->words);
}

static void put_test(struct pack_maker *m, const struct made_fact *f)
{
    static const char *const how[] = {"from ", "up to ", "over ", "below ", ""};
    switch (f->sort) {
    case S_WORD:
    case S_BOOL:
    case S_TEXT:
        if (one_in(m, 5)) put(m, "not ");
        else if (f->sort == S_WORD && one_in(m, 4)) put(m, "%s, ", any_word(m, f->words));
        put_literal(m, f->sort, f->words);
        break;
    case S_CODE:
        if (one_in(m, 6)) put(m, "A1 to A%u", 1 + below(m, 3));
        else {
            if (one_in(m, 5)) put(m, "not ");
            if (m->lists && one_in(m, 2)) put(m, "list_%u", 1 + below(m, m->lists));
            else put_code_word(m);
        }
        break;
    case S_TIME: put(m, "documented"); break;
    default:
        if (one_in(m, 4)) {
            uint32_t low = below(m, 40);
            if (f->sort == S_MINUTES) put(m, "%u min to %u min", low, low + below(m, 60));
            else if (f->sort == S_COUNT) put(m, "%u to %u", low % 6, low % 6 + below(m, 5));
            else put_bound(m, f);
        } else {
            put(m, "%s", how[below(m, 5)]);
            put_bound(m, f);
        }
    }
}

static void put_cell(struct pack_maker *m, struct made_column *c)
{
    put(m, "| ");
    if (one_in(m, 3)) put(m, "any ");
    else if (c->f->maybe ? one_in(m, 2) : one_in(m, 14)) {
        put(m, "%s ", one_in(m, 3) ? "documented" : "?");
        c->named = 1;
    } else {
        if (c->f->sort == S_TIME) c->named = 1;
        put_test(m, c->f);
        put(m, " ");
    }
}

/* The cells of a row that says what happens where something is not documented;
 * 0: none is needed. */
static int put_missing(struct pack_maker *m, struct made_column *c, unsigned n)
{
    int needed = 0;
    for (unsigned i = 0; i < n; i++) needed |= c[i].f->maybe && !c[i].named;
    if (!needed) return 0;
    put(m, "  ");
    for (unsigned i = 0; i < n; i++) put(m, c[i].f->maybe && !c[i].named ? "| ? " : "| any ");
    return 1;
}

void put_rows_dates(struct pack_maker *m, int dated)
{
    if (!dated) return;
    if (one_in(m, 2)) put(m, "| | ");
    else if (one_in(m, 2)) put(m, "| 2026-0%u-01 | ", 1 + below(m, 6));
    else put(m, "| 2025-0%u-01 | 2026-0%u-2%u ", 1 + below(m, 9), 1 + below(m, 9), below(m, 9));
}

static int put_result(struct pack_maker *m, const struct made_kind *k, enum sort sort, int set)
{
    put(m, "| ");
    if (one_in(m, 8)) {
        put(m, "hold \"what of %s?\" ", new_name(m, "it"));
        return 0;
    }
    if (one_in(m, 14)) {
        put(m, "? ");
        return 1;
    }
    if (sort != S_WORD && sort != S_BOOL && one_in(m, 3)) {
        put(m, "the ");
        return put_expr(m, k, sort, set, 2) != 0;
    }
    put_literal(m, sort, set);
    put(m, " ");
    return 0;
}

static void table_of_one(struct pack_maker *m, struct made_kind *k)
{
    const struct made_fact *f = any_fact(m, k, S_WORD, 1);
    const char *name = new_name(m, "table");
    static const char *const distinct[WORDS_MADE][5] = {
        {"red", "green", "blue", "grey"}, {"up", "down", "flat"}, {"low", "mid", "high"}, {"one", "two"}};
    if (!f) return;
    put(m, "table %s of %s, exactly one row matches, cite K1\n  | %s | %s |\n", name, k->name, f->name, name);
    for (unsigned i = 0; distinct[f->words][i]; i++) put(m, "  | %s | %u.5 |\n", distinct[f->words][i], below(m, 9));
    if (f->maybe) put(m, "  | ? | 0.5 |\n");
    fact_add(k, name, S_DECIMAL, 0);
}

void make_table(struct pack_maker *m, struct made_kind *k)
{
    static const enum sort sorts[] = {S_WORD, S_WORD, S_COUNT, S_CODE, S_BOOL, S_MINUTES, S_DECIMAL, S_TIMES};
    static const char *const gives[] = {"yes or no", "", "code", "text", "count", "decimal", "money", "minutes"};
    struct made_column c[4];
    char name[24];
    enum sort sort = sorts[below(m, 8)];
    unsigned n = columns_pick(m, k, c, 4), rows = 1 + below(m, 4);
    int set = 2, dated = one_in(m, 4), cited = one_in(m, 4), maybe = 0;
    const struct made_fact *t = sort == S_TIMES ? any_fact(m, k, S_TIMES, 1) : NULL;
    if (one_in(m, 8)) {
        table_of_one(m, k);
        return;
    }
    if (!n || (sort == S_TIMES && !t)) return;
    snprintf(name, sizeof name, "%s", new_name(m, "table"));
    put(m, "table %s of %s, first row that matches%s%s, cite K1\n  ", name, k->name,
        sort < S_TIME && *gives[sort] ? ", gives " : "", sort < S_TIME ? gives[sort] : "");
    for (unsigned i = 0; i < n; i++) put(m, "| %s ", c[i].f->name);
    put(m, "| %s %s%s|\n", name, dated ? "| effective | until " : "", cited ? "| cite " : "");
    for (unsigned r = 0; r < rows; r++) {
        put(m, "  ");
        for (unsigned i = 0; i < n; i++) put_cell(m, &c[i]);
        if (t) {
            put(m, "| the ");
            int other = put_expr(m, k, S_TIMES, 0, 1);
            if (other < 0) put(m, "%s", t->name);
            maybe |= other ? 1 : 0;
            put(m, " ");
        } else maybe |= put_result(m, k, sort, set);
        put_rows_dates(m, dated);
        if (cited) put(m, one_in(m, 2) ? "| K2 " : "| K1, K3 ");
        put(m, "|\n");
    }
    if (put_missing(m, c, n)) {
        if (t) put(m, "| the %s ", t->name);
        else maybe |= put_result(m, k, sort, set);
        put(m, "|\n");
    }
    put(m, "  | otherwise ");
    for (unsigned i = 1; i < n; i++) put(m, "| ");
    if (t) {
        put(m, "| the %s |\n", t->name);
        maybe |= t->maybe;
    } else {
        put(m, "| ");
        put_literal(m, sort, set);
        put(m, " |\n");
    }
    fact_add(k, name, sort, maybe)->words = set;
}

void make_hierarchy(struct pack_maker *m, struct made_kind *k)
{
    struct made_column c[3];
    unsigned n = columns_pick(m, k, c, 3), rows = 1 + below(m, 4);
    char name[24];
    if (!n) return;
    snprintf(name, sizeof name, "%s", new_name(m, "rank"));
    put(m, "hierarchy %s of %s, cite K2\n  ", name, k->name);
    for (unsigned i = 0; i < n; i++) put(m, "| %s ", c[i].f->name);
    put(m, "|\n");
    for (unsigned r = 0; r < rows; r++) {
        put(m, "  ");
        for (unsigned i = 0; i < n; i++) put_cell(m, &c[i]);
        put(m, "|\n");
    }
    if (put_missing(m, c, n)) put(m, "|\n");
    put(m, "  | otherwise |\n");
    fact_add(k, name, S_LEVEL, 0);
}

void make_threshold(struct pack_maker *m, struct made_kind *k)
{
    enum sort sort = one_in(m, 3) ? S_COUNT : S_MINUTES;
    const struct made_fact *f = any_fact(m, k, sort, 0);
    const char *unit = sort == S_MINUTES ? " min" : "";
    unsigned rows = 1 + below(m, 3), from = 1 + below(m, sort == S_MINUTES ? 31 : 3), count = 1;
    int dated = one_in(m, 4);
    char name[24];
    if (!f) return;
    snprintf(name, sizeof name, "%s", new_name(m, "steps"));
    put(m, "threshold %s of %s, cite K3\n  | %s | %s %s|\n", name, k->name, f->name, name,
        dated ? "| effective | until " : "");
    if (from > 1 && one_in(m, 2)) put(m, "  | up to %u%s | 0 %s|\n", from - 1, unit, dated ? "| | " : "");
    for (unsigned r = 0; r < rows; r++) {
        unsigned later = from + 1 + below(m, 20);
        if (dated && r + 1 == rows) {
            unsigned month = 1 + below(m, 3);
            put(m, "  | from %u%s | %u | | 2026-0%u-15 |\n", from, unit, count, month);
            put(m, "  | from %u%s | %u | 2026-0%u-16 | |\n", from + 1, unit, count, month);
        } else put(m, "  | from %u%s | %u %s|\n", from, unit, count, dated ? "| | " : "");
        count += 1 + below(m, 2);
        from = later;
    }
    if (!one_in(m, 3))
        put(m, "  | then every %u%s | %u more %s|\n", 1 + below(m, 60), unit, 1 + below(m, 2), dated ? "| | " : "");
    fact_add(k, name, S_COUNT, 0);
}

/* Units of a row: a number, a fact that counts, an expression. */
static void put_units(struct pack_maker *m, const struct made_kind *k)
{
    const struct made_fact *f = any_fact(m, k, S_COUNT, 0);
    if (f && !f->charges && one_in(m, 2)) put(m, "| %s ", f->name);
    else if (one_in(m, 4)) {
        struct buffer *out = m->out, side;
        buffer_init(&side, 0);
        m->out = &side;
        int maybe = put_expr(m, k, S_COUNT, 0, 1);
        m->out = out;
        if (maybe) put(m, "| 1 ");
        else put(m, "| the %s ", side.at);
        buffer_free(&side);
    } else put(m, "| %u ", below(m, 4));
}

void make_bill(struct pack_maker *m, struct made_kind *k)
{
    struct made_column c[3];
    unsigned n = columns_pick(m, k, c, 3), rows = 1 + below(m, 5);
    int first = one_in(m, 3), modifiers = one_in(m, 2), dated = one_in(m, 5), cited = one_in(m, 4);
    const struct made_fact *day = any_fact(m, k, one_in(m, 2) ? S_TIME : S_DATE, 1),
                           *times = any_fact(m, k, S_TIMES, 1);
    if (!n) return;
    put(m, "bill %s as %s, %s row that matches", k->name, new_name(m, "bill"), first ? "first" : "every");
    if (one_in(m, 5)) put(m, ", into others");
    put(m, ", cite K1, K2\n");
    if (day && one_in(m, 2)) {
        put(m, "  dated %s", day->name);
        if (times && one_in(m, 2)) put(m, ", units when earned in %s", times->name);
        put(m, "\n");
    }
    put(m, "  ");
    for (unsigned i = 0; i < n; i++) put(m, "| %s ", c[i].f->name);
    put(m, "| code | units %s%s%s|\n", modifiers ? "| modifiers " : "", dated ? "| effective | until " : "",
        cited ? "| cite " : "");
    for (unsigned r = 0; r <= rows; r++) {
        const struct made_fact *code = any_fact(m, k, S_CODE, 0);
        if (r == rows) {
            if (!put_missing(m, c, n)) break;
        } else {
            put(m, "  ");
            for (unsigned i = 0; i < n; i++) put_cell(m, &c[i]);
        }
        if (one_in(m, 9)) put(m, "| hold \"which code, %s?\" | ", new_name(m, "then"));
        else if (one_in(m, 12)) put(m, "| none | ");
        else {
            put(m, "| ");
            if (code && !code->charges && one_in(m, 4)) put(m, "%s ", code->name);
            else put_code_word(m);
            put(m, " ");
            put_units(m, k);
        }
        if (modifiers) put(m, one_in(m, 3) ? "| " : one_in(m, 2) ? "| 59 " : one_in(m, 2) ? "| XS, 59 " : "| none ");
        put_rows_dates(m, dated);
        if (cited && one_in(m, 2)) put(m, dated ? "| K3 " : "| K3 ");
        else if (cited) put(m, "| ");
        put(m, "|\n");
    }
}
