/* Random expressions and conditions over what has been declared. */
#include "tests/oracle/make.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const words[WORDS_MADE][4] = {{"red", "green", "blue", "grey"},
                                                 {"up", "down", "flat", "up"},
                                                 {"low", "mid", "high", "mid"},
                                                 {"one", "two", "one", "two"}};

void put(struct pack_maker *m, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    buffer_text(m->out, text);
}

uint32_t below(struct pack_maker *m, uint32_t n) { return random_below(m->r, n); }
int one_in(struct pack_maker *m, uint32_t n) { return random_one_in(m->r, n); }
const char *any_word(struct pack_maker *m, int set) { return words[set][below(m, 4)]; }

const struct made_fact *any_fact(struct pack_maker *m, const struct made_kind *k, enum sort sort, int maybe)
{
    const struct made_kind *from[2] = {k, &m->kinds[0]};
    for (int turn = 0; turn < 4; turn++) {
        const struct made_kind *x = from[turn < 2 && !one_in(m, 5) ? 0 : 1];
        uint32_t n = 0, pick;
        for (int pass = 0; pass < 2; pass++) {
            pick = pass ? below(m, n) : 0;
            for (unsigned i = 0; i < x->count; i++) {
                const struct made_fact *f = &x->facts[i];
                if (f->sort != sort || (f->maybe && !maybe) || (f->charges && m->stage < 2) || f->deep > 40) continue;
                if (!pass) n++;
                else if (pick-- == 0) return f;
            }
            if (!n) break;
        }
    }
    return NULL;
}

struct made_fact *fact_add(struct made_kind *k, const char *name, enum sort sort, int maybe)
{
    static struct made_fact spare;
    struct made_fact *f = k->count < FACTS_MADE ? &k->facts[k->count++] : &spare;
    *f = (struct made_fact){.sort = sort, .maybe = maybe};
    snprintf(f->name, sizeof f->name, "%s", name);
    return f;
}

const char *new_name(struct pack_maker *m, const char *front)
{
    static char name[24];
    snprintf(name, sizeof name, "%.12s_%u", front, ++m->names);
    return name;
}

void put_code_word(struct pack_maker *m)
{
    static const char *const codes[] = {"A1", "A2",    "A3",    "A15",   "B10",  "B20",
                                        "C7", "J0696", "J1885", "96365", "96374"};
    put(m, "%s", codes[below(m, sizeof codes / sizeof *codes)]);
}

void put_literal(struct pack_maker *m, enum sort sort, int set)
{
    switch (sort) {
    case S_BOOL: put(m, one_in(m, 2) ? "yes" : "no"); break;
    case S_WORD: put(m, "%s", any_word(m, set)); break;
    case S_CODE: put_code_word(m); break;
    case S_TEXT: put(m, one_in(m, 2) ? "\"1\"" : "\"left\""); break;
    case S_COUNT: put(m, "%u", below(m, one_in(m, 4) ? 40 : 5)); break;
    case S_DECIMAL:
    case S_MONEY: put(m, one_in(m, 2) ? "%u.5" : "%u.25", below(m, 6)); break;
    case S_MINUTES: put(m, "%u min", one_in(m, 2) ? 15 * below(m, 8) + 1 : below(m, 100)); break;
    case S_DATE: put(m, "202%u-0%u-1%u", 4 + below(m, 3), 1 + below(m, 9), below(m, 10)); break;
    default: put(m, "0");
    }
}

static const struct made_kind *kind_of(struct pack_maker *m, int number) { return &m->kinds[number]; }

/* KIND, other KIND, KIND of this; with same …; where … */
void put_query(struct pack_maker *m, const struct made_kind *k, int depth, int *number)
{
    int which = 1 + (int)below(m, m->kind_count - 1), own = (int)(k - m->kinds);
    for (int turn = 0; turn < 20; turn++) {
        const struct made_kind *x = kind_of(m, which);
        int later = which > own && x->domain == DOMAIN_GROUP; /* a group made of this kind: a circle, perhaps */
        int charge = which == m->charge && m->stage < 2;
        if (x->domain != DOMAIN_CROSS && !later && !charge) break;
        which = 1 + (int)below(m, m->kind_count - 1);
        if (turn == 18) which = 1;
    }
    const struct made_kind *x = kind_of(m, which);
    int same = which == own && !one_in(m, 4),
        members = k->domain == DOMAIN_GROUP && k->source == which && !one_in(m, 3);
    *number = which;
    put(m, "%s%s", same ? "other " : "", x->name);
    if (members) put(m, " of this");
    if (same && one_in(m, 2)) {
        const struct made_fact *f = any_fact(m, x, one_in(m, 2) ? S_WORD : S_CODE, 0), *g = any_fact(m, x, S_SET, 0);
        if (g && g >= x->facts && g < x->facts + x->count && one_in(m, 2)) f = g;
        if (f && f >= x->facts && f < x->facts + x->count) put(m, " with same %s", f->name);
    }
    m->asking++;
    if (depth > 0 && !one_in(m, 4)) {
        put(m, " where ");
        put_condition(m, x, depth - 1);
    }
    m->asking--;
}

/* Can a value of this sort be written in an expression? */
static int is_literal(enum sort sort)
{
    return sort != S_BOOL && sort != S_WORD && sort != S_TIME && sort != S_TIMES && sort != S_CODES && sort < S_LEVEL;
}

static int put_fact(struct pack_maker *m, const struct made_kind *k, enum sort sort, int set)
{
    const struct made_fact *f = NULL;
    for (int turn = 0; turn < 60 && !f; turn++) {
        f = any_fact(m, k, sort, one_in(m, 3));
        if (f && sort == S_WORD && f->words != set) f = NULL;
    }
    if (!f) {
        if (!is_literal(sort)) return -1;
        put_literal(m, sort, set);
        return 0;
    }
    put(m, "%s", f->name);
    return f->maybe;
}

/* A maybe-fact with a value for where it is not there. */
static int put_guarded(struct pack_maker *m, const struct made_kind *k, enum sort sort, int set)
{
    const struct made_fact *f = is_literal(sort) ? any_fact(m, k, sort, 1) : NULL;
    if (!f) return -1;
    put(m, "(%s if %s documented else ", f->name, f->name);
    put_literal(m, sort, set);
    put(m, ")");
    return 0;
}

static int put_number(struct pack_maker *m, const struct made_kind *k, enum sort sort, int depth)
{
    int kind, a, b;
    switch (below(m, 8)) {
    case 0:
    case 1:
        put(m, "(");
        a = put_expr(m, k, sort, 0, depth - 1);
        put(m, one_in(m, 2) ? " + " : " - ");
        b = put_expr(m, k, sort, 0, depth - 1);
        put(m, ")");
        return a | b;
    case 2:
        put(m, "(");
        a = put_expr(m, k, sort, 0, depth - 1);
        put(m, " * ");
        b = put_expr(m, k, S_COUNT, 0, depth - 1);
        put(m, ")");
        return a | b;
    case 3:
        if (sort == S_COUNT) {
            enum sort of = one_in(m, 2) ? S_COUNT : S_MINUTES;
            put(m, "(");
            a = put_expr(m, k, of, 0, depth - 1);
            put(m, " / ");
            b = put_expr(m, k, of, 0, depth - 1);
            put(m, one_in(m, 3) ? " rounded)" : one_in(m, 2) ? " rounded up)" : " rounded down)");
            return a | b;
        }
        break;
    case 4:
        if (sort == S_COUNT && !m->asking) {
            put(m, "number of (");
            put_query(m, k, depth, &kind);
            put(m, ")");
            return 0;
        }
        break;
    case 5:
        if (!m->asking && (sort == S_COUNT || sort == S_MINUTES || sort == S_DECIMAL)) {
            unsigned n = 1 + below(m, m->kind_count - 1);
            const struct made_kind *x = &m->kinds[n];
            const struct made_fact *f = NULL;
            int later = (int)n > (int)(k - m->kinds) && x->domain == DOMAIN_GROUP;
            for (unsigned i = 0; i < x->count; i++)
                if (x->facts[i].sort == sort && !x->facts[i].maybe && !x->facts[i].charges) f = &x->facts[i];
            if (!f || later || x->domain == DOMAIN_CROSS || ((int)n == m->charge && m->stage < 2)) break;
            put(m, "sum of %s of (%s%s)", f->name, x == k ? "other " : "", x->name);
            return 0;
        }
        break;
    case 6:
        if (sort == S_MINUTES && k->start >= 0 && !m->asking) {
            const struct made_fact *s = &k->facts[k->start], *e = &k->facts[k->stop];
            put(m, "(%s - %s)", e->name, s->name);
            return s->maybe | e->maybe;
        }
        break;
    default:
        if (sort == S_MINUTES) {
            const struct made_fact *f = any_fact(m, k, S_TIMES, 1);
            if (!f) break;
            put(m, "minutes of %s", f->name);
            return f->maybe;
        }
    }
    return put_fact(m, k, sort, 0);
}

int put_expr(struct pack_maker *m, const struct made_kind *k, enum sort sort, int set, int depth)
{
    if (!is_literal(sort)) { /* then there must be a fact to name */
        const struct made_fact *f = NULL;
        for (int turn = 0; turn < 30 && !f; turn++) {
            f = any_fact(m, k, sort, 0);
            if (f && sort == S_WORD && f->words != set) f = NULL;
        }
        if (!f) return -1;
    }
    if (depth > 0 && one_in(m, 4)) {
        int a, b;
        put(m, "(");
        a = put_expr(m, k, sort, set, depth - 1);
        put(m, " if ");
        put_condition(m, k, depth - 1);
        put(m, " else ");
        b = put_expr(m, k, sort, set, depth - 1);
        put(m, ")");
        return a < 0 || b < 0 ? -1 : a | b;
    }
    if (one_in(m, 4)) {
        int guarded = put_guarded(m, k, sort, set);
        if (guarded >= 0) return guarded;
    }
    if (depth > 0 && one_in(m, 6))
        for (unsigned i = 0; i < m->relations; i++) {
            const struct made_fact *f = any_fact(m, k, S_CODE, 0), *w = any_fact(m, k, S_WORD, 0);
            if (m->relation[i].gives != sort || m->relation[i].words != set || !f || !w || w->words != 0) continue;
            if (one_in(m, 4))
                put(m, "value_%s from %s for %s, %s", m->relation[i].name, m->relation[i].name, f->name, w->name);
            else put(m, "value_%s from %s for %s, %s", m->relation[i].name, m->relation[i].name, f->name, w->name);
            return 1;
        }
    if (depth > 0 && (sort == S_COUNT || sort == S_MINUTES || sort == S_DECIMAL || sort == S_MONEY))
        return put_number(m, k, sort, depth);
    if (sort == S_DECIMAL && depth > 0 && m->amounts && one_in(m, 4)) {
        const struct made_fact *f = any_fact(m, k, S_CODE, 0);
        if (f) {
            put(m, "amount from amounts for %s", f->name);
            return 1;
        }
    }
    if (sort == S_DECIMAL && depth > 0 && one_in(m, 6)) {
        const struct made_fact *n = any_fact(m, k, S_COUNT, 0);
        if (n) {
            put(m, "(%s + 0.5)", n->name);
            return 0;
        }
    }
    if (sort == S_TIME && depth > 0 && one_in(m, 4)) {
        const struct made_fact *f = any_fact(m, k, S_TIME, 1);
        if (f) {
            put(m, "(%s + ", f->name);
            int b = put_expr(m, k, S_MINUTES, 0, depth - 1);
            put(m, ")");
            return f->maybe | b;
        }
    }
    if (sort == S_TIMES && depth > 0) {
        const struct made_fact *f = any_fact(m, k, S_TIMES, 1), *g = any_fact(m, k, S_TIMES, 1);
        if (!f || !g) return -1;
        if (one_in(m, 3)) put(m, "%s in runs from %u min", f->name, 5 + below(m, 40));
        else put(m, "%s %s %s", f->name, one_in(m, 2) ? "outside" : "shared with", g->name);
        return f->maybe | g->maybe;
    }
    return put_fact(m, k, sort, set);
}

/* ---- conditions */

static void put_comparison(struct pack_maker *m, const struct made_kind *k, const struct made_fact *f)
{
    const char *this = m->asking && one_in(m, 3) ? "" : NULL;
    (void)this;
    switch (f->sort) {
    case S_BOOL: put(m, "%s is %s", f->name, one_in(m, 2) ? "yes" : "no"); break;
    case S_WORD:
        if (one_in(m, 3))
            put(m, "%s is %sone of %s, %s", f->name, one_in(m, 3) ? "not " : "", any_word(m, f->words),
                any_word(m, f->words));
        else put(m, "%s is %s%s", f->name, one_in(m, 3) ? "not " : "", any_word(m, f->words));
        break;
    case S_CODE:
        if (m->lists && one_in(m, 2))
            put(m, "%s %sin list_%u", f->name, one_in(m, 3) ? "not " : "", 1 + below(m, m->lists));
        else {
            put(m, "%s is ", f->name);
            put_code_word(m);
        }
        break;
    case S_TEXT:
        put(m, "%s is ", f->name);
        put_literal(m, S_TEXT, 0);
        break;
    case S_CODES:
        if (m->lists) put(m, "%s of %s in list_%u", one_in(m, 2) ? "any" : "none", f->name, 1 + below(m, m->lists));
        else put(m, "%s documented", f->name);
        break;
    case S_COUNT:
    case S_DECIMAL:
    case S_MONEY:
    case S_MINUTES:
    case S_DATE: {
        static const char *const how[] = {"from", "up to", "over", "below", "is"};
        put(m, "%s %s ", f->name, how[below(m, 5)]);
        put_literal(m, f->sort, 0);
        break;
    }
    case S_TIME: {
        const struct made_fact *g = any_fact(m, k, S_TIME, 0);
        if (g && !f->maybe) put(m, "%s %s %s", f->name, one_in(m, 2) ? "up to" : "over", g->name);
        else put(m, "%s documented", f->name);
        break;
    }
    default: put(m, "%s documented", f->name);
    }
}

void put_condition(struct pack_maker *m, const struct made_kind *k, int depth)
{
    if (depth > 0 && one_in(m, 4)) {
        const char *join = one_in(m, 2) ? "and" : "or";
        put(m, "(");
        put_condition(m, k, depth - 1);
        put(m, " %s ", join);
        put_condition(m, k, depth - 1);
        put(m, ")");
        return;
    }
    if (depth > 0 && !m->asking && one_in(m, 5)) {
        int kind;
        put(m, one_in(m, 3) ? "(no " : "(any ");
        put_query(m, k, depth - 1, &kind);
        put(m, ")");
        return;
    }
    if (depth > 0 && one_in(m, 8)) { /* a quantity worked out on the spot */
        enum sort sort = one_in(m, 2) ? S_COUNT : S_MINUTES;
        struct buffer *out = m->out, side;
        buffer_init(&side, 0);
        m->out = &side;
        int maybe = put_expr(m, k, sort, 0, depth - 1);
        m->out = out;
        if (!maybe) {
            put(m, "%s %s ", side.at, one_in(m, 2) ? "from" : "below");
            put_literal(m, sort, 0);
        }
        buffer_free(&side);
        if (!maybe) return;
    }
    if (m->amounts && one_in(m, 12)) {
        const struct made_fact *f = any_fact(m, k, S_CODE, 0),
                               *n = any_fact(m, k, one_in(m, 2) ? S_COUNT : S_DECIMAL, 0);
        if (f && n) {
            put(m, "amounts lists %s, %s", f->name, n->name);
            return;
        }
    }
    if (one_in(m, 12)) { /* a count beside amounts, a set beside another one */
        const struct made_fact *d = any_fact(m, k, S_DECIMAL, 0), *n = any_fact(m, k, S_COUNT, 0);
        if (d && n) {
            put(m, "%s %s (%s + 0.5)", n->name, one_in(m, 2) ? "from" : "below", d->name);
            return;
        }
    }
    if (m->relations && one_in(m, 10)) {
        const struct made_fact *f = any_fact(m, k, S_CODE, 0);
        if (f) {
            put(m, "%s lists %s", m->relation[below(m, m->relations)].name, f->name);
            return;
        }
    }
    for (int turn = 0; turn < 12; turn++) {
        const struct made_fact *f = any_fact(m, k, (enum sort)below(m, S_TIMES), one_in(m, 3));
        if (!f) continue;
        if (f->maybe && one_in(m, 3)) put(m, "%s %sdocumented", f->name, one_in(m, 2) ? "not " : "");
        else if (f->maybe && (f->sort == S_WORD || f->sort == S_BOOL)) {
            put(m, "%s documented as ", f->name);
            put_literal(m, f->sort, f->words);
        } else if (f->maybe) {
            put(m, "(%s documented and ", f->name);
            put_comparison(m, k, f);
            put(m, ")");
        } else put_comparison(m, k, f);
        return;
    }
    if (m->asking && k->count) put(m, "%s documented", k->facts[0].name);
    else put(m, "id documented");
}
