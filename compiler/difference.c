/* The doors of a comparison (include/edict_compile.h): reads both versions, lists what changes between them, and makes
 * hybrids. What is compared and how: diff_items.c and the files that it calls. */
#include "compiler/difference.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- changes */

struct change *change_new(struct edict_difference *d, const char *kind, int answers, const char *item)
{
    struct change *c = arena_zero(&d->arena, 1, sizeof *c);
    if (!c) {
        d->oom = 1;
        d->spare = (struct change){.shown = {.item = "", .kind = "", .words = "", .cite = ""}};
        return &d->spare;
    }
    c->shown = (edict_change){.item = item, .kind = kind, .words = "", .cite = "", .answers = answers, .count = 1};
    if (d->last) d->last->next = c;
    else d->first = c;
    d->last = c;
    d->count++;
    return c;
}

void change_say(struct edict_difference *d, struct change *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *words = arena_vprintf(&d->arena, format, args);
    va_end(args);
    if (words) c->shown.words = words;
    else d->oom = 1;
}

void change_dates(struct edict_difference *d, struct change *c, int32_t from, int32_t until)
{
    c->shown.effective = date_shown(d, from);
    c->shown.until = date_shown(d, until);
}

void change_cite(struct edict_difference *d, struct change *c, const struct ast_node *cite)
{
    c->shown.cite = cites_text(d, cite);
}

struct slot *slot_new(struct edict_difference *d, struct pair *p, enum slot_kind kind)
{
    struct slot *s = arena_zero(&d->arena, 1, sizeof *s);
    if (!s) {
        d->oom = 1;
        return &d->spare_slot;
    }
    s->kind = kind;
    if (p->last) p->last->next = s;
    else p->first = s;
    p->last = s;
    return s;
}

void part_add(struct edict_difference *d, struct slot *s, int now, struct part part)
{
    struct part **parts = now ? &s->now : &s->old;
    unsigned *count = now ? &s->news : &s->olds;
    if (!(*count & (*count - 1))) { /* grows by halves: 0, 1, 2, 4 … */
        struct part *more = arena_alloc(&d->arena, (*count ? *count * 2u : 1u) * sizeof *more);
        if (!more) {
            d->oom = 1;
            return;
        }
        if (*count) memcpy(more, *parts, *count * sizeof *more);
        *parts = more;
    }
    (*parts)[(*count)++] = part;
}

/* Those that can alter an answer first, else as they were found. */
static void changes_number(struct edict_difference *d)
{
    unsigned n = 0;
    d->all = arena_alloc(&d->arena, (d->count + 1) * sizeof *d->all);
    d->needed = arena_alloc(&d->arena, (d->count + 1) * sizeof *d->needed);
    if (!d->all || !d->needed) {
        d->oom = 1;
        return;
    }
    for (int answers = 1; answers >= 0; answers--) {
        for (struct change *c = d->first; c; c = c->next)
            if (c->shown.answers == answers) d->all[c->number = n++] = c;
        if (answers) d->answering = n;
    }
}

/* ---- reading both versions */

/* Which of the two it is about. */
static void error_name(edict_error *error, const char *path)
{
    char why[sizeof error->message];
    if (!error) return;
    memcpy(why, error->message, sizeof why);
    snprintf(error->message, sizeof error->message, "%.120s: %.190s", path, why);
}

static edict_status mistakes_tell(const struct version *v, edict_error *error)
{
    const struct edict_compilation *c = v->made;
    const struct diag *d = c->diags.first;
    char text[600];
    uint32_t line = 0, column = 0;
    while (d && d->next && diag_infos[d->code].severity != DIAG_ERROR) d = d->next;
    if (d) source_position(&c->model.sources[d->span.source], d->span.from, &line, &column);
    snprintf(text, sizeof text, "%s: the rules have %u mistake%s, the first on line %u of %s: %s", v->path,
             c->diags.errors, c->diags.errors == 1 ? "" : "s", line, d ? c->model.sources[d->span.source].name : "",
             d ? d->message : "");
    error_fill(error, EDICT_RULES, "rules", "%s", text);
    return EDICT_RULES;
}

/* An image is compiled again from what it carries: it must mean what it meant. */
static edict_status image_compile(struct edict_difference *d, struct version *v, edict_error *error)
{
    edict_status status = archive_open(&v->archive, &d->arena, v->path, error);
    if (status != EDICT_OK) return status;
    v->made = compilation_new();
    if (!v->made) return EDICT_MEMORY;
    edict_compile_options options = {.tables = v->archive.given, .table_count = v->archive.given_count};
    status = compilation_read(v->made, v->archive.sources->name, &v->archive, &options, error);
    if (status != EDICT_OK) return status;
    if (!compilation_finish(v->made)) return EDICT_MEMORY;
    const struct image_header *h = (const void *)v->made->image.at;
    if (!v->made->diags.errors && !memcmp(h->rules_hash, archive_header(&v->archive)->rules_hash, sizeof h->rules_hash))
        return EDICT_OK;
    if (v->made->diags.errors) return mistakes_tell(v, error);
    error_fill(error, EDICT_IMAGE, "other_rules", "the sources in the image give other rules: build it again%s", "");
    return EDICT_IMAGE;
}

static edict_status version_read(struct edict_difference *d, struct version *v, const edict_compile_options *options,
                                 edict_error *error)
{
    edict_status status;
    const int archive = archive_is(v->path);
    if (archive < 0) {
        error_fill(error, EDICT_MEMORY, "memory", "no memory while reading %s", v->path);
        return EDICT_MEMORY;
    }
    if (archive) status = image_compile(d, v, error);
    else status = edict_compile(v->path, options, &v->made, error);
    if (status == EDICT_IO || status == EDICT_IMAGE) error_name(error, v->path);
    if (status == EDICT_OK && v->made->diags.errors) status = mistakes_tell(v, error);
    return status;
}

/* The new version once more, its sources numbered behind those of the old one, so that parts of both stand in one
 * model. */
static int both_read(struct edict_difference *d, const edict_compile_options *options)
{
    const struct version *v = &d->versions[1];
    struct model *old = &d->old->model, *m = &d->read;
    m->arena = &d->arena;
    m->diags = &d->diags;
    m->given = v->archive.bytes ? &v->archive : NULL;
    m->source_room = old->source_count + 64 + (unsigned)d->now->table_count;
    m->sources = arena_zero(&d->arena, m->source_room, sizeof *m->sources);
    if (!m->sources) return 0;
    memcpy(m->sources, old->sources, old->source_count * sizeof *old->sources);
    m->source_count = old->source_count;
    if (!compose(m, m->given ? v->archive.sources->name : v->path, options ? options->search : NULL,
                 options && !m->given ? options->searches : 0) ||
        m->oom)
        return 0;
    tables_give(m, d->now->tables, d->now->table_count);
    d->sources = m->sources;
    d->source_count = m->source_count;
    return !d->diags.errors;
}

/* Versions are compared alternative by alternative. */
static void runs_open(struct edict_difference *d, const struct model *m)
{
    for (const struct item *it = m->items; it; it = it->next)
        for (unsigned r = 0; r < it->row_count; r++) ast_open_all(&d->arena, it->rows[r].node);
}

struct diff_work {
    struct edict_difference *d;
    const edict_compile_options *options;
    int good;
};

static void diff_run(void *context)
{
    struct diff_work *w = context;
    if (!both_read(w->d, w->options)) return;
    runs_open(w->d, &w->d->old->model);
    runs_open(w->d, &w->d->now->model);
    runs_open(w->d, &w->d->read);
    cells_open_all(&w->d->old->model);
    cells_open_all(&w->d->now->model);
    items_compare(w->d);
    changes_number(w->d);
    w->good = 1;
}

edict_status edict_diff(const char *old_path, const char *new_path, const edict_compile_options *options,
                        edict_difference **out, edict_error *error)
{
    struct edict_difference *d = calloc(1, sizeof *d);
    edict_status status = EDICT_MEMORY;
    *out = NULL;
    if (d) {
        arena_init(&d->arena, 0);
        diags_init(&d->diags, &d->arena);
        d->versions[0].path = old_path;
        d->versions[1].path = new_path;
        status = version_read(d, &d->versions[0], options, error);
        if (status == EDICT_OK) status = version_read(d, &d->versions[1], options, error);
        d->old = d->versions[0].made;
        d->now = d->versions[1].made;
        struct diff_work w = {d, options, 0};
        if (status == EDICT_OK && (!arena_run(&d->arena, diff_run, &w) || !w.good)) d->oom = 1;
        if (d->oom) status = EDICT_MEMORY;
    }
    if (status == EDICT_MEMORY) error_fill(error, EDICT_MEMORY, "memory", "no memory%s", "");
    if (status == EDICT_OK) *out = d;
    else edict_difference_free(d);
    return status;
}

void edict_difference_free(edict_difference *d)
{
    if (!d) return;
    edict_compilation_free(d->old);
    edict_compilation_free(d->now);
    edict_compilation_free(d->hybrid);
    arena_free(&d->arena);
    free(d);
}

int edict_difference_change(const edict_difference *d, unsigned index, edict_change *out)
{
    if (index >= d->count) return 0;
    *out = d->all[index]->shown;
    return 1;
}

static const void *version_image(const struct version *v, size_t *size)
{
    if (!v->archive.bytes) return edict_compilation_image(v->made, size);
    *size = v->archive.size;
    return v->archive.bytes;
}

void edict_difference_rows(edict_difference *d, unsigned change, edict_put *put, void *context)
{
    if (change < d->count) tables_tell(d, d->all[change], put, context);
}

const void *edict_difference_old(const edict_difference *d, size_t *size)
{
    return version_image(&d->versions[0], size);
}

const void *edict_difference_new(const edict_difference *d, size_t *size)
{
    return version_image(&d->versions[1], size);
}

int edict_difference_same(const edict_difference *d)
{
    const struct image_header *a = (const void *)d->old->image.at, *b = (const void *)d->now->image.at;
    return !memcmp(a->rules_hash, b->rules_hash, sizeof a->rules_hash);
}

/* ---- hybrids */

/* 1: it makes a pack; 0: it does not; -1: no memory. */
static int hybrid_try(struct edict_difference *d, const unsigned char *chosen)
{
    edict_compilation_free(d->hybrid);
    d->hybrid = hybrid_make(d, chosen);
    if (!d->hybrid) return -1;
    return !d->hybrid->diags.errors;
}

/* 0: no such change. */
static int chosen_fill(const struct edict_difference *d, unsigned char *chosen, const unsigned *changes, size_t count)
{
    memset(chosen, 0, d->count + 1u);
    for (size_t i = 0; i < count; i++) {
        if (changes[i] >= d->count) return 0;
        chosen[changes[i]] = 1;
    }
    return 1;
}

static unsigned answering_chosen(const struct edict_difference *d, const unsigned char *chosen)
{
    unsigned n = 0;
    for (unsigned i = 0; i < d->answering; i++) n += chosen[i];
    return n;
}

edict_status edict_difference_image(edict_difference *d, const unsigned *changes, size_t count, const void **image,
                                    size_t *size, edict_error *error)
{
    unsigned char *chosen = calloc(d->count + 1u, 1);
    edict_status status = EDICT_OK;
    *image = NULL;
    *size = 0;
    if (!chosen) status = EDICT_MEMORY;
    else if (!chosen_fill(d, chosen, changes, count)) {
        error_fill(error, EDICT_USAGE, "no_such_change", "there is no such change%s", "");
        status = EDICT_USAGE;
    } else {
        unsigned n = answering_chosen(d, chosen);
        if (n == 0) *image = edict_difference_old(d, size);
        else if (n == d->answering) *image = edict_difference_new(d, size);
        else {
            int good = hybrid_try(d, chosen);
            if (good < 0) status = EDICT_MEMORY;
            else if (!good) {
                const struct diag *first = d->hybrid->diags.first;
                while (first && first->next && diag_infos[first->code].severity != DIAG_ERROR) first = first->next;
                error_fill(error, EDICT_RULES, "not_alone", "%s", first ? first->message : "");
                status = EDICT_RULES;
            } else *image = edict_compilation_image(d->hybrid, size);
        }
    }
    if (status == EDICT_MEMORY) error_fill(error, EDICT_MEMORY, "memory", "no memory%s", "");
    free(chosen);
    return status;
}

static int makes_pack(struct edict_difference *d, const unsigned char *chosen)
{
    const unsigned n = answering_chosen(d, chosen);
    return n == 0 || n == d->answering ? 1 : hybrid_try(d, chosen);
}

/* All of them make a pack: takes out, in pieces that grow smaller, what is not asked for and not needed. What uses
 * something stands behind it in most cases, so the last ones go first. -1: no memory. */
static int needed_least(struct edict_difference *d, unsigned char *chosen, const unsigned char *asked,
                        unsigned char *trial)
{
    unsigned size = d->answering / 2 + 1, dropped = 1;
    while (dropped || size > 1) {
        if (size > 1 || !dropped) size = (size + 1) / 2;
        dropped = 0;
        for (unsigned end = d->answering, from; end > 0; end = from) {
            unsigned any = 0;
            from = end > size ? end - size : 0;
            memcpy(trial, chosen, d->count);
            for (unsigned i = from; i < end; i++)
                if (trial[i] && !asked[i]) {
                    trial[i] = 0;
                    any++;
                }
            const int good = any ? makes_pack(d, trial) : 0;
            if (good < 0) return -1;
            if (!good) continue;
            memcpy(chosen, trial, d->count);
            dropped += any;
        }
    }
    return 0;
}

size_t edict_difference_needed(edict_difference *d, const unsigned *changes, size_t count, const unsigned **needed)
{
    const size_t room = d->count + 1u;
    unsigned char *chosen = calloc(3, room), *trial = chosen ? chosen + room : NULL,
                  *asked = chosen ? trial + room : NULL;
    size_t n = 0;
    *needed = d->needed;
    if (!chosen || !chosen_fill(d, asked, changes, count)) {
        free(chosen);
        return 0;
    }
    memcpy(chosen, asked, d->count);
    int good = makes_pack(d, chosen);
    if (!good) {
        for (unsigned i = 0; i < d->answering; i++) chosen[i] = 1;
        good = needed_least(d, chosen, asked, trial) == 0 ? 1 : -1;
    }
    for (unsigned i = 0; good > 0 && i < d->count; i++)
        if (chosen[i]) d->needed[n++] = i;
    free(chosen);
    return n;
}
