/* Random packs: small, over all constructs, written so that nearly all of them are valid; the compiler judges the rest.
 */
#include "tests/oracle/make.h"

#include <stdio.h>
#include <string.h>

static struct made_kind *kind_add(struct pack_maker *m, const char *name, enum domain_kind domain)
{
    struct made_kind *k = &m->kinds[m->kind_count++];
    *k = (struct made_kind){.domain = domain, .source = -1, .start = -1, .stop = -1};
    snprintf(k->name, sizeof k->name, "%s", name);
    return k;
}

/* ---- what an encounter says */

static void fact_row(struct pack_maker *m, struct made_kind *k, const char *name, enum sort sort, int set)
{
    static const char *const types[S_SORTS] = {"yes or no", NULL,   "code", "text",         "count", "decimal", "money",
                                               "minutes",   "time", "date", "list of code", NULL,    NULL,      NULL};
    static const char *const sets[WORDS_MADE] = {"one of red, green, blue, grey", "one of up, down, flat",
                                                 "one of low, mid, high", "one of one, two"};
    int maybe = 0;
    put(m, "  | %s | %s | ", name, sort == S_WORD ? sets[set] : types[sort]);
    switch (below(m, 8)) {
    case 0:
    case 1: maybe = 1; break;
    case 2:
        if (sort == S_CODES) put(m, "empty");
        else if (sort == S_TIME) maybe = 1;
        else if (sort == S_COUNT && one_in(m, 2)) put(m, "position");
        else put_literal(m, sort, set);
        break;
    case 3:
        if (sort == S_DATE) put(m, "%s", k->domain == DOMAIN_ROOT ? "date" : one_in(m, 2) ? "date" : "e_day");
        else put(m, "hold \"say the %s\"", name);
        break;
    case 4: put(m, "refused"); break;
    default: put(m, "hold \"say the %s\"", name);
    }
    put(m, " |\n");
    struct made_fact *f = fact_add(k, name, sort, maybe);
    f->words = set;
}

static void facts_make(struct pack_maker *m)
{
    struct made_kind *e = kind_add(m, "encounter", DOMAIN_ROOT);
    put(m, "facts encounter known by id\n  | fact | type | not documented |\n  | id | text | refused |\n"
           "  | date | date of service | refused |\n  | e_day | date | |\n");
    fact_add(e, "id", S_TEXT, 0);
    fact_add(e, "date", S_DATE, 0);
    fact_add(e, "e_day", S_DATE, 1);
    if (one_in(m, 2)) fact_row(m, e, "e_word", S_WORD, 0);
    if (one_in(m, 2)) fact_row(m, e, "e_flag", S_BOOL, 0);
    if (one_in(m, 3)) fact_row(m, e, "e_count", S_COUNT, 0);
    if (one_in(m, 3)) fact_row(m, e, "e_codes", S_CODES, 0);
    struct made_kind *item = kind_add(m, "item", DOMAIN_LIST);
    put(m, "\nfacts item in items known by id\n  | fact | type | not documented |\n  | id | text | position \"s\" |\n");
    fact_add(item, "id", S_TEXT, 0);
    fact_row(m, item, "color", S_WORD, 0);
    fact_row(m, item, "code", S_CODE, 0);
    fact_row(m, item, "site", S_TEXT, 0);
    put(m, "  | start | time | %s |\n  | stop | time | %s |\n", one_in(m, 2) ? "hold \"when?\"" : "",
        one_in(m, 2) ? "hold \"until when?\"" : "");
    item->start = (int)item->count;
    fact_add(item, "start", S_TIME, 1);
    item->stop = (int)item->count;
    fact_add(item, "stop", S_TIME, 1);
    fact_row(m, item, "n", S_COUNT, 0);
    if (one_in(m, 2)) fact_row(m, item, "way", S_WORD, 1);
    if (one_in(m, 2)) fact_row(m, item, "dose", S_DECIMAL, 0);
    if (one_in(m, 3)) fact_row(m, item, "price", S_MONEY, 0);
    if (one_in(m, 2)) fact_row(m, item, "flag", S_BOOL, 0);
    if (one_in(m, 3)) fact_row(m, item, "wait", S_MINUTES, 0);
    if (one_in(m, 3)) fact_row(m, item, "day", S_DATE, 0);
    if (one_in(m, 3)) fact_row(m, item, "marks", S_CODES, 0);
    if (!one_in(m, 3)) return;
    struct made_kind *line = kind_add(m, "line", DOMAIN_LIST);
    put(m,
        "\nfacts line in lines known %s line_number\n  | fact | type | not documented |\n  | line_number | count | "
        "position |\n"
        "  | code | code | refused |\n  | units | count | %s |\n  | modifiers | list of code | empty |\n"
        "  | date | date | date |\n",
        one_in(m, 4) ? "by" : "as", one_in(m, 2) ? "1" : "hold \"how many?\"");
    fact_add(line, "line_number", S_COUNT, 0);
    fact_add(line, "code", S_CODE, 0);
    fact_add(line, "units", S_COUNT, 0);
    fact_add(line, "modifiers", S_CODES, 0);
    fact_add(line, "date", S_DATE, 0);
}

static void lists_make(struct pack_maker *m)
{
    m->lists = 1 + below(m, 3);
    for (unsigned i = 1; i <= m->lists; i++) {
        put(m, "\ncodes list_%u, cite K1\n  ", i);
        static const char *const some[] = {"A1", "A2 to A4", "B10 to B29", "J0690 to J0699", "96360 to 96379",
                                           "59", "XS",       "C7"};
        unsigned from = below(m, 8), n = 1 + below(m, 4);
        for (unsigned q = 0; q < n; q++) {
            put(m, "%s%s", q ? ", " : "", some[(from + q) % 8]);
            if (one_in(m, 5)) put(m, " effective 2026-0%u-01", 1 + below(m, 6));
            else if (one_in(m, 6)) put(m, " until 2026-0%u-15", 1 + below(m, 6));
        }
        if (i > 1 && one_in(m, 2)) put(m, ", list_%u", i - 1);
        put(m, "\n");
    }
    for (unsigned i = 0; i < 3 && one_in(m, 2); i++) {
        static const enum sort sorts[] = {S_COUNT, S_WORD, S_MINUTES, S_DECIMAL};
        enum sort sort = sorts[below(m, 4)];
        char name[24];
        snprintf(name, sizeof name, "%s", new_name(m, "rel"));
        put(m, "\nrelation %s, cite K2\n  | key_code | key_word | value_%s |\n", name, name);
        static const char *const codes[] = {"A1", "A2, A3", "B10", "J0696", "96365"}, *const all[] = {"red", "green",
                                                                                                      "blue", "grey"};
        for (unsigned q = 0; q < 5; q++) {
            if (one_in(m, 4)) continue;
            put(m, "  | %s | %s | ", codes[q], one_in(m, 2) ? "red, green" : all[q % 4]);
            put_literal(m, sort, 3);
            put(m, " |\n");
        }
        put(m, "  | C7 | grey | ");
        put_literal(m, sort, 3);
        put(m, " |\n");
        snprintf(m->relation[m->relations].name, sizeof m->relation[0].name, "%s", name);
        m->relation[m->relations].gives = sort;
        m->relation[m->relations++].words = sort == S_WORD ? 3 : 0;
    }
    if (one_in(m, 3)) return;
    put(m, "\npolicies\n  | policy | one of | is | decides |\n");
    static const struct {
        enum sort sort;
        const char *values, *is;
    } some[] = {{S_MINUTES, "16 min, 31 min, 60 min", "31 min"},
                {S_COUNT, "1, 2, 3", "2"},
                {S_WORD, "low, mid, high", "mid"},
                {S_BOOL, "yes, no", "no"},
                {S_CODE, "A1, B10, none", "B10"}};
    for (unsigned i = 0; i < 5; i++) {
        if (one_in(m, 2)) continue;
        char name[24];
        snprintf(name, sizeof name, "%s", new_name(m, "policy"));
        put(m, "  | %s | %s | %s | something |\n", name, some[i].values, some[i].is);
        snprintf(m->policy[m->policies].name, sizeof name, "%s", name);
        m->policy[m->policies++].sort = some[i].sort;
        fact_add(&m->kinds[0], name, some[i].sort, 0)->words = 2;
    }
    if (!m->policies) put(m, "  | unused | yes, no | no | outside the engine |\n");
}

/* ---- what is derived */

static void define_make(struct pack_maker *m, struct made_kind *k)
{
    static const enum sort sorts[] = {S_COUNT, S_MINUTES, S_DECIMAL, S_CODE,  S_WORD,
                                      S_BOOL,  S_TIME,    S_DATE,    S_TIMES, S_MONEY};
    char name[24];
    enum sort sort = sorts[below(m, 10)];
    int set = sort == S_WORD ? (int)below(m, 2) : 0, maybe;
    struct buffer *out = m->out, side;
    buffer_init(&side, 0);
    m->out = &side;
    if (sort == S_BOOL && one_in(m, 2)) {
        put(m, "when ");
        put_condition(m, k, 2);
        maybe = 0;
    } else {
        put(m, "is ");
        maybe = put_expr(m, k, sort, set, 2);
    }
    m->out = out;
    if (maybe >= 0) {
        const struct made_fact *f = any_fact(m, k, (enum sort)below(m, S_TIMES), 1);
        snprintf(name, sizeof name, "%s", new_name(m, "def"));
        put(m, "define %s of %s, cite K1\n", name, k->name);
        if (f && (maybe ? !one_in(m, 3) : one_in(m, 6))) {
            put(m, "  requires %s documented, else hold \"%s needs it\"\n", f->name, name);
            maybe = 0;
        }
        put(m, "  %s\n\n", side.at);
        struct made_fact *made = fact_add(k, name, sort, maybe);
        made->words = set;
        made->charges = m->stage == 2;
        made->deep = 2;
    }
    buffer_free(&side);
}

/* A fact of the kind itself. */
static const struct made_fact *own_fact(struct pack_maker *m, const struct made_kind *k, enum sort sort, int maybe)
{
    for (int turn = 0; turn < 8; turn++) {
        const struct made_fact *f = any_fact(m, k, sort, maybe);
        if (f && f >= k->facts && f < k->facts + k->count) return f;
    }
    return NULL;
}

static void fold_row(struct pack_maker *m, struct made_kind *g, const struct made_kind *k)
{
    static const char *const folds[] = {"earliest", "latest", "first", "sum of"};
    const struct made_fact *f = any_fact(m, k, (enum sort)below(m, S_TIMES), 1);
    int how = (int)below(m, 4);
    char name[24];
    if (!f || f < k->facts || f >= k->facts + k->count) return;
    if (how < 2 && (f->sort == S_TEXT || f->sort == S_CODES)) how = 2;
    if (how == 3 && f->sort != S_COUNT && f->sort != S_DECIMAL && f->sort != S_MONEY && f->sort != S_MINUTES) how = 2;
    snprintf(name, sizeof name, "%s", new_name(m, "fold"));
    put(m, "  %s is the %s %s\n", name, folds[how], f->name);
    fact_add(g, name, f->sort, f->maybe)->words = f->words;
}

static void group_make_of(struct pack_maker *m, int source, const char *name)
{
    struct made_kind *k = &m->kinds[source], *g = kind_add(m, name, DOMAIN_GROUP);
    const struct made_fact *w = own_fact(m, k, S_WORD, 0), *c = own_fact(m, k, S_CODE, 0),
                           *b = own_fact(m, k, S_BOOL, 0);
    const struct made_fact *key = c ? c : w;
    int timed = k->start >= 0;
    g->source = source;
    put(m, "group %s into %s, first row that matches, cite K1\n", k->name, g->name);
    if (one_in(m, 3)) {
        put(m, "  where ");
        put_condition(m, k, 1);
        put(m, "\n");
    }
    if (w) {
        put(m, "  | %s | together by |\n  | %s | %s%s |\n", w->name, any_word(m, w->words), key->name,
            timed && one_in(m, 2) ? ", unbroken" : "");
        if (one_in(m, 2)) put(m, "  | %s | alone |\n", any_word(m, w->words));
        int also = c && one_in(m, 2);
        put(m, "  | otherwise | %s%s%s%s |\n", w->name, also ? ", " : "", also ? c->name : "",
            timed && one_in(m, 2) ? ", unbroken" : "");
    } else put(m, "  | id | together by |\n  | any | alone |\n");
    if (timed) {
        put(m, "  times is all %s to %s\n", k->facts[k->start].name, k->facts[k->stop].name);
        fact_add(g, "times", S_TIMES, k->facts[k->start].maybe | k->facts[k->stop].maybe);
        put(m, "  begins is the earliest %s\n  ends is the latest %s\n", k->facts[k->start].name,
            k->facts[k->stop].name);
        g->start = (int)g->count;
        fact_add(g, "begins", S_TIME, k->facts[k->start].maybe);
        g->stop = (int)g->count;
        fact_add(g, "ends", S_TIME, k->facts[k->stop].maybe);
    }
    for (unsigned i = below(m, 4); i; i--) fold_row(m, g, k);
    put(m, "  %s is number of %s\n", new_name(m, "parts"), k->name);
    char parts[24];
    snprintf(parts, sizeof parts, "parts_%u", m->names);
    fact_add(g, parts, S_COUNT, 0);
    if (b && one_in(m, 2)) {
        char any[24];
        snprintf(any, sizeof any, "%s", new_name(m, "some"));
        put(m, "  %s is yes where any %s\n", any, b->name);
        fact_add(g, any, S_BOOL, 0);
    }
    if (key && one_in(m, 2)) {
        char set[24];
        snprintf(set, sizeof set, "%s", new_name(m, "bag"));
        put(m, "  %s is the set of %s, id\n", set, key->name);
    }
    for (unsigned i = 0; i < k->count; i++)
        if (k->facts[i].sort == S_LEVEL && w && one_in(m, 2)) {
            char best[24];
            snprintf(best, sizeof best, "%s", new_name(m, "best"));
            put(m, "  %s is the highest %s by %s\n", best, w->name, k->facts[i].name);
            fact_add(g, best, S_WORD, 0)->words = w->words;
            break;
        }
    for (unsigned i = 0; i < k->count; i++) { /* what all members have in common */
        const struct made_fact *f = &k->facts[i];
        if (f->sort >= S_TIMES || f->sort == S_CODES || f->charges || one_in(m, 2)) continue;
        struct made_fact *x = fact_add(g, f->name, f->sort, f->maybe);
        x->words = f->words;
        x->deep = f->deep + 1;
    }
    put(m, "\n");
}

static void choose_make(struct pack_maker *m, struct made_kind *k)
{
    const struct made_fact *per = any_fact(m, k, one_in(m, 2) ? S_WORD : S_CODE, 0), *t = any_fact(m, k, S_TIME, 1);
    char name[24];
    snprintf(name, sizeof name, "%s", new_name(m, "pick"));
    put(m, "choose %s of %s per %s, cite K3\n", name, k->name, per && !one_in(m, 3) ? per->name : "encounter");
    if (one_in(m, 3)) {
        put(m, "  among those where ");
        put_condition(m, k, 1);
        put(m, "\n");
    }
    if (t && !t->maybe && one_in(m, 4))
        put(m, "  by every one from %u min after the last, by %s\n", 10 + below(m, 60), t->name);
    else {
        unsigned n = 1 + below(m, 3);
        const struct made_fact *flag = any_fact(m, &m->kinds[0], S_BOOL, 0);
        int ways = flag && one_in(m, 4);
        for (int w = 0; w <= ways; w++) {
            if (ways) put(m, "  when %s is %s: ", flag->name, w ? "no" : "yes");
            else put(m, "  by ");
            for (unsigned i = 0; i < n; i++) {
                static const enum sort sorts[] = {S_COUNT, S_TIME, S_MINUTES, S_LEVEL, S_DECIMAL};
                static const char *const how[] = {"greatest", "least", "latest", "earliest", "longest"};
                enum sort sort = sorts[below(m, 5)];
                const struct made_fact *f = any_fact(m, k, sort, 1);
                if (i) put(m, ", then ");
                if (!f || one_in(m, 6)) {
                    put(m, "where ");
                    put_condition(m, k, 1);
                } else if (sort == S_LEVEL) put(m, "highest %s", f->name);
                else put(m, "%s %s%s", how[below(m, 5)], f->name, f->maybe || one_in(m, 5) ? " if documented" : "");
            }
            if (one_in(m, 4)) put(m, ", else hold \"which one, %s?\"", name);
            put(m, "\n");
        }
    }
    put(m, "\n");
    fact_add(k, name, S_BOOL, 0);
}

static void pair_make(struct pack_maker *m)
{
    int of = 1 + (int)below(m, m->kind_count - 1);
    struct made_kind *k = &m->kinds[of];
    if (k->domain == DOMAIN_CROSS) return;
    const struct made_fact *by = any_fact(m, k, one_in(m, 2) ? S_TIME : S_COUNT, 1);
    if (!by || by < k->facts || by >= k->facts + k->count) return;
    put(m, "pair %s into duo by %s\n\n", k->name, by->name);
    struct made_kind *duo = kind_add(m, "duo", DOMAIN_CROSS);
    duo->source = of;
    m->pair = (int)(duo - m->kinds);
    const struct made_fact *n = any_fact(m, k, S_COUNT, 0), *t = any_fact(m, k, S_TIMES, 1);
    if (n && n >= k->facts && n < k->facts + k->count) {
        put(m, "define apart of duo, cite K1\n  is second %s - first %s\n\n", n->name, n->name);
        fact_add(duo, "apart", S_COUNT, 0);
    }
    if (t && t >= k->facts && t < k->facts + k->count) {
        put(m,
            "define common of duo, cite K1\n  is minutes of first %s shared with second %s if first %s documented and "
            "second %s documented else 0 min\n\n",
            t->name, t->name, t->name, t->name);
        fact_add(duo, "common", S_MINUTES, 0);
    }
    if (!duo->count) return;
    char name[24];
    snprintf(name, sizeof name, "%s", new_name(m, "meets"));
    put(m, "define %s of %s, cite K2\n  when any other %s where %s %s %u%s%s\n\n", name, k->name, k->name,
        duo->facts[0].name, one_in(m, 2) ? "from" : "below", below(m, 20),
        duo->facts[0].sort == S_MINUTES ? " min" : "", one_in(m, 2) ? " and this is second" : "");
    fact_add(k, name, S_BOOL, 0);
}

/* ---- what is said */

static void rule_make(struct pack_maker *m)
{
    struct made_kind *k = &m->kinds[below(m, m->kind_count)];
    static const char *const kinds[] = {"deny", "missing", "review", "note", "note", "hold"};
    put(m, "rule %s, cite K2%s\n  for each %s", new_name(m, "rule"), one_in(m, 6) ? ", effective 2026-03-01" : "",
        k->name);
    m->stage = 2;
    if (one_in(m, 2)) {
        put(m, " where ");
        put_condition(m, k, 1);
    }
    put(m, "\n");
    if (one_in(m, 2)) {
        put(m, "  when ");
        put_condition(m, k, 2);
        put(m, "\n");
    }
    const struct made_fact *f = any_fact(m, k, (enum sort)below(m, S_TIMES), 1), *g = any_fact(m, k, S_COUNT, 1);
    int line = !strcmp(k->name, "line") && one_in(m, 3);
    if (line && one_in(m, 2)) put(m, "  then change units to %u \"so many\"\n\n", below(m, 5));
    else if (line) put(m, "  then change %s to 59 \"for {code}\"\n\n", one_in(m, 2) ? "code" : "modifiers");
    else
        put(m, "  then %s \"about %s%s%s %s%s%s\"\n\n", kinds[below(m, 6)], f ? "{" : "", f ? f->name : "",
            f ? "}" : "", g ? "{" : "", g ? g->name : "", g ? "}" : "");
}

static void charge_rules_make(struct pack_maker *m)
{
    struct made_kind *charge = &m->kinds[m->charge];
    for (unsigned i = below(m, 4); i; i--) {
        int withdraw = one_in(m, 3);
        m->stage = one_in(m, 2) ? 2 : 1;
        put(m, "rule %s, cite K3\n  for each charge where ", new_name(m, "effect"));
        put_condition(m, charge, 2);
        if (withdraw) put(m, "\n  then withdraw \"{code} goes\"\n\n");
        else put(m, "\n  then add modifier %s\n\n", one_in(m, 2) ? "59" : "XS");
    }
    m->stage = 0;
    if (one_in(m, 4)) {
        struct made_kind *k = &m->kinds[1];
        put(m, "rule %s, cite K3\n  for each %s where ", new_name(m, "charges"), k->name);
        put_condition(m, k, 1);
        put(m, "\n  then charge C7 units %u\n\n", 1 + below(m, 3));
    }
    if (one_in(m, 3)) {
        put(m,
            "limit %s, cite K1\n  of charge\n  | code | at most | per |\n  | A1, A2 | %u | %s |\n  | B10 | 1 | "
            "encounter |\n\n",
            new_name(m, "cap"), 1 + below(m, 3),
            one_in(m, 3)   ? "date"
            : one_in(m, 2) ? "week"
                           : "encounter");
    }
    m->stage = 0;
    if (one_in(m, 2)) {
        put(m, "order charge%s by %s%s\n\n", one_in(m, 2) ? " of item" : "",
            one_in(m, 2) ? "least code" : "greatest units", one_in(m, 2) ? ", then latest date" : "");
    }
    if (m->kind_count > 2 && !strcmp(m->kinds[2].name, "line")) {
        if (one_in(m, 2))
            put(m,
                "bundle %s, cite K2\n  of line%s\n  lifted by list_1\n  | column_1 | column_2 | indicator |\n  | A1, "
                "A2 | B10, A3 | 1 |\n"
                "  | B10 | C7, 96365 | 0 |\n  | J0696 | J1885 | %u |\n\n",
                new_name(m, "bundle"), one_in(m, 2) ? " with same date" : "", below(m, 3));
        if (one_in(m, 2))
            put(m,
                "limit %s, cite K2\n  of line%s\n  | code | at most | per |\n  | A1 | 2 | line |\n  | A2, B10 | %u | "
                "date |\n  | C7 | 3 | week |\n"
                "  | 96365 | 1 | encounter |\n\n",
                new_name(m, "most"), one_in(m, 2) ? "\n  lifted by list_1" : "", 1 + below(m, 4));
    }
}

void pack_make(struct random *r, struct buffer *out)
{
    static struct pack_maker room;
    struct pack_maker *m = &room;
    memset(m, 0, sizeof *m);
    m->r = r;
    m->out = out;
    m->pair = m->charge = -1;
    buffer_clear(out);
    put(m,
        "pack made.up\n  title \"Made up\"\n  version 1\n  effective 2024-01-01 until %s\n\n"
        "cite K1 \"One\", section \"1\", read 2026-01-01\ncite K2 \"Two\", section \"2\", read 2026-01-01\n"
        "cite K3 \"Three\", section \"3\", read 2026-01-01\n\n",
        one_in(m, 3) ? "2026-06-30" : "open");
    facts_make(m);
    lists_make(m);
    put(m, "\n");
    int grouped = 0;
    for (unsigned turn = 4 + below(m, 14); turn; turn--) {
        struct made_kind *k = &m->kinds[below(m, m->kind_count)];
        switch (below(m, 10)) {
        case 0:
        case 1:
        case 2:
            if (k->domain != DOMAIN_CROSS) define_make(m, k);
            break;
        case 3:
        case 4:
            if (k->domain != DOMAIN_CROSS) make_table(m, k), put(m, "\n");
            break;
        case 5:
            if (k->domain != DOMAIN_CROSS && k->domain != DOMAIN_ROOT) make_hierarchy(m, k), put(m, "\n");
            break;
        case 6:
            if (k->domain != DOMAIN_CROSS) make_threshold(m, k), put(m, "\n");
            break;
        case 7:
            if (k->domain != DOMAIN_CROSS && k->domain != DOMAIN_ROOT) choose_make(m, k);
            break;
        case 8:
            if (grouped < 2) group_make_of(m, grouped ? (int)m->kind_count - 1 : 1, grouped ? "pile" : "batch");
            grouped += m->kinds[m->kind_count - 1].domain == DOMAIN_GROUP ? 1 : 2;
            break;
        default:
            if (m->pair < 0 && one_in(m, 2)) pair_make(m), grouped += m->pair >= 0 ? 2 : 0;
        }
    }
    for (unsigned i = 1 + below(m, 3); i; i--) {
        struct made_kind *k = &m->kinds[below(m, m->kind_count)];
        if (k->domain != DOMAIN_CROSS || one_in(m, 30)) make_bill(m, k), put(m, "\n");
    }
    m->charge = (int)m->kind_count;
    struct made_kind *c = kind_add(m, "charge", DOMAIN_CHARGES);
    fact_add(c, "code", S_CODE, 0);
    fact_add(c, "units", S_COUNT, 0);
    fact_add(c, "date", S_DATE, 0);
    fact_add(c, "modifiers", S_CODES, 0);
    if (one_in(m, 3)) define_make(m, c);
    charge_rules_make(m);
    m->stage = 2;
    for (unsigned i = below(m, 3); i; i--) {
        struct made_kind *k = &m->kinds[below(m, m->kind_count)];
        if (k->domain != DOMAIN_CROSS) define_make(m, k);
    }
    for (unsigned i = 1 + below(m, 5); i; i--) rule_make(m);
}
