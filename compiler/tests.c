/* The tests that stand in a pack: each row is written out as an encounter by the pack's own facts, run through the
 * image, and compared with what is expected. Reads cells of free text; knows no fact by name but those that name
 * charges (code, units, modifiers). */
#include "compiler/compile.h"

#include "base/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEST_DATE "2026-03-02" /* date of service of tests that name none (SPEC.md, tests) */

struct words {
    struct text at[64];
    unsigned count;
};

static struct text trim(struct text t)
{
    while (t.size && (*t.at == ' ' || *t.at == '\t')) {
        t.at++;
        t.size--;
    }
    while (t.size && (t.at[t.size - 1] == ' ' || t.at[t.size - 1] == '\t')) t.size--;
    return t;
}

/* The next piece before `mark`, texts in quotes kept whole. */
static int piece(struct text *rest, char mark, struct text *out)
{
    uint32_t i = 0;
    int quoted = 0;
    *rest = trim(*rest);
    if (!rest->size) return 0;
    for (; i < rest->size && (quoted || rest->at[i] != mark); i++) quoted ^= rest->at[i] == '"';
    *out = trim((struct text){rest->at, i});
    rest->at += i + (i < rest->size);
    rest->size -= i + (i < rest->size);
    return 1;
}

static void words_of(struct text t, struct words *w)
{
    w->count = 0;
    struct text p;
    while (w->count < 64 && piece(&t, ' ', &p)) w->at[w->count++] = p;
}

struct facts_row {
    struct model *m;
    struct kind *kind;
    struct text value[128];
    struct field *field[128];
    unsigned count;
    const char *date;
    char times[8][20];
    unsigned times_used;
    struct text lost; /* a word that fits no fact */
};

static void value_set(struct facts_row *r, struct field *f, struct text v)
{
    for (unsigned i = 0; i < r->count; i++)
        if (r->field[i] == f) {
            r->value[i] = v;
            return;
        }
    if (r->count == 128) {
        r->lost = v;
        return;
    }
    r->field[r->count] = f;
    r->value[r->count++] = v;
}

static int is_set(const struct facts_row *r, const struct field *f)
{
    for (unsigned i = 0; i < r->count; i++)
        if (r->field[i] == f) return 1;
    return 0;
}

/* Facts are listed last first; the first unset one of a type in the order they were declared. */
static struct field *unset_fact(const struct facts_row *r, enum value_type type, uint32_t atom)
{
    struct field *found = NULL;
    for (struct field *f = r->kind->fields; f; f = f->next)
        if (f->how == FIELD_FACT && f->type.base == type && !is_set(r, f) &&
            (type != TYPE_WORD || word_set_has(f->type.words, atom)))
            found = f;
    return found;
}

static int clock_read(struct text t, int *minutes)
{
    if (t.size != 5 || t.at[2] != ':') return 0;
    for (int i = 0; i < 5; i++)
        if (i != 2 && (t.at[i] < '0' || t.at[i] > '9')) return 0;
    *minutes = ((t.at[0] - '0') * 10 + t.at[1] - '0') * 60 + (t.at[3] - '0') * 10 + t.at[4] - '0';
    return 1;
}

static void clock_set(struct facts_row *r, int minutes, int days)
{
    struct field *f = unset_fact(r, TYPE_TIME, 0);
    int32_t day;
    char date[11];
    if (!f || r->times_used == 8 || !date_parse(r->date, &day)) return;
    date_text(day + days, date);
    char *to = r->times[r->times_used++];
    snprintf(to, 20, "%sT%02d:%02d", date, minutes / 60 % 24, minutes % 60);
    value_set(r, f, text_of(to));
}

/* "10:00-11:31", "10:00-?", "10:00"; a stop that lies before the start is on the next day. */
static int clock_word(struct facts_row *r, struct text w, int days)
{
    int a, b;
    struct text from = {w.at, w.size < 5 ? w.size : 5};
    if (!clock_read(from, &a)) return 0;
    clock_set(r, a, days);
    if (w.size == 11 && w.at[5] == '-' && clock_read((struct text){w.at + 6, 5}, &b)) clock_set(r, b, days + (b < a));
    return 1;
}

static void part_read(struct facts_row *r, struct text part)
{
    struct words w;
    words_of(part, &w);
    if (!w.count) return;
    struct field *f = field_find(r->kind, w.at[0]);
    if (f && f->how == FIELD_FACT && (w.count > 1 || f->type.base == TYPE_BOOL)) {
        struct text v =
            w.count > 1 ? (struct text){w.at[1].at, (uint32_t)(part.at + part.size - w.at[1].at)} : text_of("yes");
        value_set(r, f, v);
        return;
    }
    int days = 0;
    for (unsigned i = 0; i < w.count; i++) days += text_is(w.at[i], "next");
    for (unsigned i = 0; i < w.count; i++) {
        if (text_is(w.at[i], "next") || clock_word(r, w.at[i], days)) continue;
        f = unset_fact(r, TYPE_WORD, word_atom(r->m, w.at[i]));
        int64_t code;
        if (!f && code_pack(w.at[i], &code)) f = unset_fact(r, TYPE_CODE, 0);
        if (f) value_set(r, f, w.at[i]);
        else r->lost = w.at[i];
    }
}

static void json_value(struct buffer *b, const struct field *f, struct text v)
{
    if (v.size >= 2 && v.at[0] == '"') {
        v.at++;
        v.size -= 2;
    }
    switch (f->type.base) {
    case TYPE_BOOL: buffer_text(b, text_is(v, "yes") || text_is(v, "true") ? "true" : "false"); break;
    case TYPE_COUNT:
    case TYPE_DECIMAL:
    case TYPE_MONEY:
    case TYPE_MINUTES:
    case TYPE_DAYS:
    case TYPE_YEARS: buffer_add(b, v.at, v.size); break;
    case TYPE_CODES: {
        struct text p;
        unsigned n = 0;
        buffer_byte(b, '[');
        for (struct text rest = v; piece(&rest, v.size && memchr(v.at, '+', v.size) ? '+' : ' ', &p);) {
            if (p.size && p.at[p.size - 1] == ',') p.size--;
            if (n++) buffer_byte(b, ',');
            buffer_json(b, p.at, p.size);
        }
        buffer_byte(b, ']');
        break;
    }
    default: buffer_json(b, v.at, v.size);
    }
}

static void record_write(struct buffer *b, const struct facts_row *r)
{
    buffer_byte(b, '{');
    for (unsigned i = 0; i < r->count; i++) {
        if (text_is(r->value[i], "?")) continue;
        if (b->at[b->size - 1] != '{') buffer_byte(b, ',');
        buffer_json(b, r->field[i]->name.at, r->field[i]->name.size);
        buffer_byte(b, ':');
        json_value(b, r->field[i], r->value[i]);
    }
    buffer_byte(b, '}');
}

/* "X1001", "X1002 x5", "X1003-A1+B2": a billed line. */
static void line_read(struct facts_row *r, struct text t)
{
    struct words w;
    words_of(t, &w);
    for (unsigned i = 0; i < w.count; i++) {
        struct field *units = field_find(r->kind, text_of("units")),
                     *modifiers = field_find(r->kind, text_of("modifiers")),
                     *code = field_find(r->kind, text_of("code"));
        if (w.at[i].at[0] == 'x' && w.at[i].size > 1 && units) {
            value_set(r, units, (struct text){w.at[i].at + 1, w.at[i].size - 1});
            continue;
        }
        const char *dash = i ? NULL : memchr(w.at[i].at, '-', w.at[i].size);
        if (dash && modifiers)
            value_set(r, modifiers, (struct text){dash + 1, (uint32_t)(w.at[i].at + w.at[i].size - dash - 1)});
        else if (dash) r->lost = w.at[i];
        if (!i && code) value_set(r, code, dash ? (struct text){w.at[i].at, (uint32_t)(dash - w.at[i].at)} : w.at[i]);
        else if (text_is(w.at[i], "on") && i + 1 < w.count) {
            struct field *d = field_find(r->kind, text_of("date"));
            if (d) value_set(r, d, w.at[++i]);
            else r->lost = w.at[++i];
        } else r->lost = w.at[i];
    }
    struct field *units = field_find(r->kind, text_of("units"));
    if (units && !is_set(r, units)) value_set(r, units, text_of("1"));
}

static void list_write(struct buffer *b, struct model *m, struct kind *k, struct text cell, struct text defaults,
                       const char *date, struct text *lost)
{
    struct text one, part;
    unsigned n = 0;
    int lines = field_find(k, text_of("code")) != NULL;
    buffer_byte(b, '[');
    while (piece(&cell, ';', &one)) {
        struct facts_row r = {.m = m, .kind = k, .date = date};
        int comma = 0;
        struct text rest = one;
        while (piece(&rest, ',', &part)) {
            if (lines && !comma++) line_read(&r, part);
            else part_read(&r, part);
        }
        struct facts_row more = {.m = m, .kind = k, .date = date};
        for (rest = defaults; piece(&rest, ',', &part);) part_read(&more, part);
        for (unsigned i = 0; i < more.count; i++)
            if (!is_set(&r, more.field[i])) value_set(&r, more.field[i], more.value[i]);
        if (r.lost.size || more.lost.size) *lost = r.lost.size ? r.lost : more.lost;
        if (n++) buffer_byte(b, ',');
        record_write(b, &r);
    }
    buffer_byte(b, ']');
}

/* ---- expectations */

struct expected {
    char what[64];
    int64_t units;
};
struct wish {
    struct expected charge[64];
    unsigned charges;
    struct {
        struct text kind, message;
    } finding[32];
    unsigned findings;
    int held, no_rules;
};

static void charge_key(char *out, const char *code, const char *modifiers, const char *date)
{
    snprintf(out, 64, "%s%s%s %s", code, *modifiers ? "-" : "", modifiers, date);
}

static void expect_read(struct wish *w, struct text cell, const char *date)
{
    struct text p;
    while (piece(&cell, ',', &p)) {
        struct words v;
        words_of(p, &v);
        if (!v.count || text_is(v.at[0], "nothing")) continue;
        if (text_is(v.at[0], "no_rules")) {
            w->no_rules = 1;
            continue;
        }
        if (v.count > 1 && v.at[1].at[0] == '"') {
            if (w->findings == 32) continue;
            w->finding[w->findings].kind = v.at[0];
            w->finding[w->findings++].message = (struct text){v.at[1].at + 1, v.at[1].size - 2};
            w->held |= text_is(v.at[0], "hold");
            continue;
        }
        if (w->charges == 64) continue;
        struct expected *e = &w->charge[w->charges++];
        char code[24], on[16], mods[24] = "";
        const char *dash = memchr(v.at[0].at, '-', v.at[0].size);
        uint32_t size = dash ? (uint32_t)(dash - v.at[0].at) : v.at[0].size;
        snprintf(code, sizeof code, "%.*s", (int)size, v.at[0].at);
        if (dash) snprintf(mods, sizeof mods, "%.*s", (int)(v.at[0].size - size - 1), dash + 1);
        for (char *c = mods; *c; c++)
            if (*c == '+') *c = '-';
        snprintf(on, sizeof on, "%s", date);
        e->units = 1;
        for (unsigned i = 1; i < v.count; i++) {
            if (v.at[i].at[0] == 'x') e->units = strtoll(v.at[i].at + 1, NULL, 10);
            if (text_is(v.at[i], "on") && i + 1 < v.count)
                snprintf(on, sizeof on, "%.*s", (int)v.at[i + 1].size, v.at[i + 1].at);
        }
        charge_key(e->what, code, mods, on);
    }
}

static int expect_met(const struct wish *w, edict_evaluator *ev, const edict_answer *answer, struct buffer *got)
{
    struct wish left = *w;
    int good = answer->held == w->held && answer->no_rules == w->no_rules;
    edict_charge c;
    edict_finding f;
    for (unsigned i = 0; edict_charge_at(ev, i, &c); i++) {
        char key[64];
        unsigned k = 0;
        charge_key(key, c.code, c.modifiers, c.date);
        buffer_printf(got, "%s%s%s%s x%lld on %s", got->size ? ", " : "", c.code, *c.modifiers ? "-" : "", c.modifiers,
                      (long long)c.units, c.date);
        while (k < left.charges && (strcmp(left.charge[k].what, key) != 0 || left.charge[k].units != c.units)) k++;
        if (k == left.charges) {
            good = 0;
            continue;
        }
        left.charge[k] = left.charge[--left.charges];
    }
    if (left.charges) good = 0;
    for (unsigned k = 0; k < w->findings; k++) {
        int found = 0;
        for (unsigned i = 0; edict_finding_at(ev, i, &f) && !found; i++)
            found = text_is(w->finding[k].kind, f.kind) &&
                    memmem(f.message, strlen(f.message), w->finding[k].message.at, w->finding[k].message.size) != NULL;
        good &= found;
    }
    for (unsigned i = 0; edict_finding_at(ev, i, &f); i++)
        buffer_printf(got, "%s%s \"%s\"", got->size ? ", " : "", f.kind, f.message);
    if (answer->no_rules) buffer_text(got, "no_rules");
    if (!got->size) buffer_text(got, "nothing");
    return good;
}

/* ---- running */

struct run {
    edict_compilation *c;
    edict_program *program;
    edict_evaluator *evaluator;    /* of the test at hand */
    const char *only;
    edict_test_put *put;
    void *context;
    int failed;
};

/* What `every KIND` says of records of this kind. */
static struct text defaults_of(const struct ast_node *tests, const struct kind *k)
{
    struct text defaults = {"", 0};
    for (const struct ast_node *d = tests->first; d; d = d->next)
        if (d->kind == AST_DEFAULTS && text_equal(d->first->text, k->name)) defaults = d->text;
    return defaults;
}

static void row_run(struct run *run, const struct pack *p, const struct ast_node *tests, const struct ast_node *header,
                    const struct ast_node *row)
{
    struct model *m = &run->c->model;
    struct facts_row top = {.m = m, .kind = m->encounter, .date = TEST_DATE};
    struct text name = {"", 0}, expect = {"", 0}, lists[16];
    struct kind *list_kinds[16];
    unsigned list_count = 0;
    edict_error error = {0};
    struct buffer json, got;
    char date[16] = TEST_DATE;
    buffer_init_in(&json, 0, m->arena);
    buffer_init_in(&got, 0, m->arena);
    const struct ast_node *h = header->first, *c = row->first;
    edict_evaluator_free(run->evaluator);
    run->evaluator = NULL;
    if (edict_evaluator_new(run->program, NULL, &run->evaluator, &error) != EDICT_OK) {
        arena_fail(m->arena);
        return;
    }
    edict_evaluator *ev = run->evaluator;
    for (const struct ast_node *d = tests->first; d; d = d->next)
        if (d->kind == AST_DEFAULTS && !kind_find(m, d->first->text))
            buffer_printf(&got, "every %s: there is no such kind", text_z(m, d->first->text));
    for (struct text rest = defaults_of(tests, m->encounter), part; piece(&rest, ',', &part);) part_read(&top, part);
    for (; h && c; h = h->next, c = c->next) {
        struct text v = trim(c->text);
        struct field *f = field_find(m->encounter, h->text);
        if (text_is(h->text, "test")) name = v;
        else if (text_is(h->text, "expect")) expect = v;
        else if (f && f->how == FIELD_FACT) {
            if (v.size) value_set(&top, f, v);
        } else {
            struct kind *k = m->kinds;
            while (k && (k->domain != DOMAIN_LIST || !text_equal(k->list_key, h->text))) k = k->next;
            if (k && list_count < 16) {
                list_kinds[list_count] = k;
                lists[list_count++] = v;
            } else if (!k && v.size && edict_evaluator_set(ev, text_z(m, h->text), text_z(m, v), &error) != EDICT_OK)
                buffer_printf(&got, "column %s: %s (permitted: %s)", text_z(m, h->text), error.message, error.expected);
        }
    }
    if (!is_set(&top, m->date)) value_set(&top, m->date, text_of(TEST_DATE));
    for (unsigned i = 0; i < top.count; i++)
        if (top.field[i] == m->date) snprintf(date, sizeof date, "%.*s", (int)top.value[i].size, top.value[i].at);
    for (struct field *f = m->encounter->fields; f; f = f->next)
        if (f->how == FIELD_FACT && f->fact->missing == MISSING_REFUSED && f->type.base == TYPE_TEXT &&
            !is_set(&top, f))
            value_set(&top, f, text_of("test"));
    record_write(&json, &top);
    json.size--;
    for (unsigned i = 0; i < list_count; i++) {
        if (!lists[i].size) continue;
        buffer_byte(&json, ',');
        buffer_json(&json, list_kinds[i]->list_key.at, list_kinds[i]->list_key.size);
        buffer_byte(&json, ':');
        list_write(&json, m, list_kinds[i], lists[i], defaults_of(tests, list_kinds[i]), date, &top.lost);
    }
    buffer_byte(&json, '}');
    if (top.lost.size) buffer_printf(&got, "`%s` in this row fits no fact", text_z(m, top.lost));
    if (!run->only || memmem(name.at, name.size, run->only, strlen(run->only))) {
        struct wish wish = {0};
        edict_answer answer = {0};
        int good = !got.size;
        expect_read(&wish, expect, date);
        if (good) {
            edict_status status = edict_evaluate(ev, json.at, json.size, 1, &answer, &error);
            if (status == EDICT_MEMORY) arena_fail(m->arena);
            if (status != EDICT_OK) {
                good = 0;
                buffer_printf(&got, "%s %s in %s", error.message, error.pointer, json.at);
            } else good = expect_met(&wish, ev, &answer, &got);
        }
        uint32_t line, column;
        source_position(&m->sources[p->source], row->span.from, &line, &column);
        const char *place = arena_printf(m->arena, "%s:%u", p->path, line);
        edict_test t = {text_z(m, name), place, good, text_z(m, expect), got.at ? got.at : ""};
        run->failed += !good;
        if (run->put) run->put(run->context, &t);
    }
    buffer_free(&json);
    buffer_free(&got);
}

/* A pack's own tests only: those of its base hold for the base. */
static void tests_run(void *context)
{
    struct run *run = context;
    const struct pack *p = run->c->model.packs;
    for (const struct ast_node *n = p->file->root->first; n; n = n->next) {
        const struct ast_node *rows = n->kind == AST_TESTS ? ast_child(n, AST_ROWS) : NULL,
                              *header = rows ? ast_child(rows, AST_HEADER) : NULL;
        for (const struct ast_node *r = header ? rows->first : NULL; r; r = r->next)
            if (r->kind == AST_ROW) row_run(run, p, n, header, r);
    }
}

int edict_compilation_test(edict_compilation *c, const char *only, edict_test_put *put, void *context)
{
    struct run run = {.c = c, .only = only, .put = put, .context = context};
    edict_error error;
    if (!c->image.size || edict_program_view(c->image.at, c->image.size, &run.program, &error) != EDICT_OK) return -1;
    const int whole = arena_run(&c->arena, tests_run, &run);
    edict_evaluator_free(run.evaluator);
    edict_program_free(run.program);
    return whole ? run.failed : -1;
}
