/* Random items that derive facts and make records: definitions, groups, choices, pairs. */
#include "tests/oracle/make.h"

#include <stdio.h>
#include <string.h>

struct made_kind *kind_add(struct pack_maker *m, const char *name, enum domain_kind domain)
{
    struct made_kind *k = &m->kinds[m->kind_count++];
    *k = (struct made_kind){.domain = domain, .source = -1, .start = -1, .stop = -1};
    snprintf(k->name, sizeof k->name, "%s", name);
    return k;
}

void define_make(struct pack_maker *m, struct made_kind *k)
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
const struct made_fact *own_fact(struct pack_maker *m, const struct made_kind *k, enum sort sort, int maybe)
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

void group_make_of(struct pack_maker *m, int source, const char *name)
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
    if (key && source == 1 && !one_in(m, 3)) {
        char set[24];
        snprintf(set, sizeof set, "%s", new_name(m, "bag"));
        put(m, "  %s is the set of %s%s\n", set, key->name, one_in(m, 2) ? ", site" : "");
        fact_add(g, set, S_SET, 0);
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

/* What the times of other records leave of one's own. */
void times_make(struct pack_maker *m, struct made_kind *k)
{
    const struct made_fact *t = own_fact(m, k, S_TIMES, 1);
    char others[24], left[24];
    if (!t || k->domain != DOMAIN_GROUP) return;
    snprintf(others, sizeof others, "%s", new_name(m, "others"));
    put(m, "define %s of %s, cite K1\n  is times of (", others, k->name);
    int kind;
    struct buffer *out = m->out, side;
    buffer_init(&side, 0);
    m->out = &side;
    m->asking++;
    if (one_in(m, 2)) {
        put(m, " where %s", t->maybe ? "times documented and " : "");
        put_condition(m, k, 1);
    } else if (t->maybe) put(m, " where times documented");
    m->asking--;
    m->out = out;
    kind = one_in(m, 3);
    put(m, "%s%s%s)\n\n", kind ? "" : "other ", k->name, side.at ? side.at : "");
    buffer_free(&side);
    fact_add(k, others, S_TIMES, 0);
    snprintf(left, sizeof left, "%s", new_name(m, "left"));
    put(m, "define %s of %s, cite K1\n  is %s %s %s\n\n", left, k->name, t->name,
        one_in(m, 2) ? "outside" : "shared with", others);
    fact_add(k, left, S_TIMES, t->maybe);
    char minutes[24];
    snprintf(minutes, sizeof minutes, "%s", new_name(m, "minutes"));
    put(m, "define %s of %s, cite K2\n  %sis minutes of %s\n\n", minutes, k->name,
        t->maybe ? "requires times documented, else hold \"which times?\"\n  " : "", left);
    fact_add(k, minutes, S_MINUTES, 0);
    if (!one_in(m, 3)) return;
    snprintf(left, sizeof left, "%s", new_name(m, "runs"));
    put(m, "define %s of %s, cite K1\n  is %s in runs from %u min\n\n", left, k->name, others, 5 + below(m, 60));
    fact_add(k, left, S_TIMES, 0);
}

/* Units of a threshold, each dated by the minute that earned it. */
void earned_make(struct pack_maker *m, struct made_kind *k)
{
    const struct made_fact *t = own_fact(m, k, S_TIMES, 0);
    if (!t || k->domain != DOMAIN_GROUP || !strncmp(t->name, "others", 6)) return;
    unsigned n = ++m->names;
    put(m, "define whole_%u of %s, cite K1\n  is minutes of %s\n\n", n, k->name, t->name);
    put(m, "threshold steps_%u of %s, cite K3\n  | whole_%u | steps_%u |\n  | from %u min | 1 |\n", n, k->name, n, n,
        1 + below(m, 31));
    put(m, "  | then every %u min | %u more |\n\n", 15 + below(m, 300), 1 + below(m, 2));
    put(m, "bill %s as earned_%u, every row that matches, cite K2\n  dated begins, %s when earned in %s\n", k->name, n,
        "units", t->name);
    put(m, "  | whole_%u | code | units |\n  | from %u min | A1 | steps_%u |\n  | any | B10 | %u |\n\n", n,
        below(m, 60), n, 1 + below(m, 3));
}

/* Days and years between dates. */
void age_make(struct pack_maker *m, struct made_kind *k)
{
    const struct made_fact *a = any_fact(m, k, S_DATE, 1), *b = any_fact(m, k, S_DATE, 1);
    char name[24];
    const char *years = one_in(m, 2) ? "years" : "days";
    if (!a || !b) return;
    snprintf(name, sizeof name, "%s", new_name(m, "age"));
    if (a->maybe || b->maybe)
        put(m,
            "define %s of %s, cite K2\n  when %s documented and %s documented and "
            "%s from %s to %s %s %u %s\n\n",
            name, k->name, a->name, b->name, years, a->name, b->name, one_in(m, 2) ? "below" : "from", 18u, years);
    else
        put(m, "define %s of %s, cite K2\n  when %s from %s to %s below %u %s\n\n", name, k->name, "days", a->name,
            b->name, below(m, 700), "days");
    fact_add(k, name, S_BOOL, 0);
}

void choose_make(struct pack_maker *m, struct made_kind *k)
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

void pair_make(struct pack_maker *m)
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
            "define common of duo, cite K1\n  is minutes of first %s shared with "
            "second %s if first %s documented and "
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
