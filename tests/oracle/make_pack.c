/* Random packs: small, over all constructs, written so that nearly all of them
 * are valid; the compiler judges the rest.
 */
#include "tests/oracle/make.h"

#include <stdio.h>
#include <string.h>

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
        else if (k->domain != DOMAIN_ROOT && (sort == S_TEXT || sort == S_COUNT) && !one_in(m, 3))
            put(m, sort == S_TEXT ? "e_site" : "e_n");
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

/* A clock time: asked for, or said to be missing by the rules themselves. */
static void time_row(struct pack_maker *m, struct made_kind *k, const char *name, const char *hold)
{
    int maybe = one_in(m, 3);
    put(m, "  | %s | time | %s |\n", name, maybe ? "" : hold);
    fact_add(k, name, S_TIME, maybe);
}

static void facts_make(struct pack_maker *m)
{
    struct made_kind *e = kind_add(m, "encounter", DOMAIN_ROOT);
    put(m, "facts encounter known by id\n  | fact | type | not documented |\n  | "
           "id | text | refused |\n"
           "  | date | date of service | refused |\n  | e_day | date | |\n");
    fact_add(e, "id", S_TEXT, 0);
    fact_add(e, "date", S_DATE, 0);
    fact_add(e, "e_day", S_DATE, 1);
    if (one_in(m, 2)) fact_row(m, e, "e_word", S_WORD, 0);
    if (one_in(m, 2)) fact_row(m, e, "e_flag", S_BOOL, 0);
    if (one_in(m, 3)) fact_row(m, e, "e_count", S_COUNT, 0);
    if (one_in(m, 3)) fact_row(m, e, "e_codes", S_CODES, 0);
    put(m, "  | e_site | text | hold \"where?\" |\n  | e_n | count | hold \"how "
           "many?\" |\n  | e_time | time | |\n");
    fact_add(e, "e_site", S_TEXT, 0);
    fact_add(e, "e_n", S_COUNT, 0);
    fact_add(e, "e_time", S_TIME, 1);
    struct made_kind *item = kind_add(m, "item", DOMAIN_LIST);
    put(m, "\nfacts item in items known by id\n  | fact | type | not documented "
           "|\n  | id | text | position \"s\" |\n");
    fact_add(item, "id", S_TEXT, 0);
    fact_row(m, item, "color", S_WORD, 0);
    fact_row(m, item, "code", S_CODE, 0);
    fact_row(m, item, "site", S_TEXT, 0);
    item->start = (int)item->count;
    time_row(m, item, "start", "hold \"when?\"");
    item->stop = (int)item->count;
    time_row(m, item, "stop", "hold \"until when?\"");
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
        "\nfacts line in lines known %s line_number\n  | fact | type | not "
        "documented |\n  | line_number | count | "
        "position |\n"
        "  | code | code | refused |\n  | units | count | %s |\n  | modifiers | "
        "list of code | empty |\n"
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
    if (one_in(m, 2)) {
        put(m, "\nrelation amounts, cite K3\n  | of_code | amount | until |\n  | "
               "A1, A2 | 2.5 | 2026-02-28 |\n  | A1 | 3.5 | 2024-01-01 |\n  | B10 "
               "| 7 | |\n  | J0696 | 1.25 | |\n");
        m->amounts = 1;
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
    if (!strcmp(k->name, "item") && one_in(m, 6)) {
        put(m, "  then change code to A1 \"{id} {n} {color} {site}\"\n\n");
        return;
    }
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
            "limit %s, cite K1%s\n  of charge%s\n  | code | at most | per |\n  | "
            "A1, A2 | %u | %s |\n  | B10 | 1 | "
            "encounter |\n\n",
            new_name(m, "cap"), one_in(m, 3) ? ", effective 2025-06-01 until 2026-03-31" : "",
            one_in(m, 3) ? " where units below 3" : "", 1 + below(m, 3),
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
                "bundle %s, cite K2\n  of line%s\n  lifted by list_1\n  | column_1 | "
                "column_2 | indicator |\n  | A1, "
                "A2 | B10, A3 | 1 |\n"
                "  | B10 | C7, 96365 | 0 |\n  | J0696 | J1885 | %u |\n\n",
                new_name(m, "bundle"), one_in(m, 2) ? " with same date" : "", below(m, 3));
        if (one_in(m, 2))
            put(m,
                "limit %s, cite K2\n  of line%s\n  | code | at most | per |\n  | A1 "
                "| 2 | line |\n  | A2, B10 | %u | "
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
        "pack made.up\n  title \"Made up\"\n  version 1\n  effective 2024-01-01 "
        "until %s\n%s\n"
        "cite K1 \"One\", section \"1\", read 2026-01-01\ncite K2 \"Two\", "
        "section \"2\", read 2026-01-01\n"
        "cite K3 \"Three\", section \"3\", read 2026-01-01\n\n",
        one_in(m, 3) ? "2026-06-30" : "open",
        one_in(m, 4) ? "  answers (any item where n from 3) or date from 2026-02-01\n" : "");
    facts_make(m);
    lists_make(m);
    put(m, "\n");
    int grouped = 0;
    for (unsigned turn = 4 + below(m, 14); turn; turn--) {
        struct made_kind *k = &m->kinds[below(m, m->kind_count)];
        switch (below(m, 11)) {
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
        case 9:
            times_make(m, k);
            if (one_in(m, 2)) earned_make(m, k);
            if (one_in(m, 2) && k->domain != DOMAIN_CROSS) age_make(m, k);
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
    for (unsigned i = 0; i < 2 && !strcmp(m->kinds[2].name, "line") && one_in(m, 3); i++)
        put(m,
            "rule rival_%u, cite K%u\n  for each line where units from %u\n  then "
            "change units to %u \"as {code}, {units}, {date} say\"\n\n"
            "rule rival_%u, cite K1\n  for each line where units from %u\n  then "
            "change units to %s \"another\"\n\n",
            i * 2, i + 1, below(m, 4), below(m, 4), i * 2 + 1, below(m, 4), one_in(m, 2) ? "units - 1" : "2");
}
