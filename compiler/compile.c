/* The pipeline behind include/edict_compile.h: read and compose, declare, check, analyse, lower, write. */
#include "edict_compile.h"

#include "compiler/lower.h"
#include "compiler/compile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void error_fill(edict_error *error, edict_status status, const char *code, const char *message, const char *what)
{
    if (!error) return;
    memset(error, 0, sizeof *error);
    error->status = status;
    snprintf(error->code, sizeof error->code, "%s", code);
    snprintf(error->message, sizeof error->message, message, what);
}

static void header_check(struct model *m)
{
    const struct ast_node *p = m->packs->node;
    if (!p) return;
    static const struct {
        enum ast_kind kind;
        const char *word, *hint;
    } needs[] = {{AST_TITLE, "title", "title \"what these rules are\""},
                 {AST_VERSION, "version", "version 2026.1"},
                 {AST_EFFECTIVE, "effective dates", "effective 2026-01-01 until open"}};
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
        if (ast_child(p, needs[i].kind)) continue;
        struct diag *d = diag_add(m->diags, DIAG_PACK_HEADER, p->span, "the pack has no %s", needs[i].word);
        diag_hint(m->diags, d, "add below its name: %s", needs[i].hint);
    }
}

static int tables_keep(struct edict_compilation *c, const edict_compile_options *o)
{
    const char **tables = arena_zero(&c->arena, (o ? o->table_count : 0) + 1, sizeof *tables);
    for (size_t i = 0; tables && o && i < o->table_count; i++) {
        tables[i] = arena_copy(&c->arena, o->tables[i], strlen(o->tables[i]));
        if (!tables[i]) return 0;
        c->table_count = i + 1;
    }
    c->tables = tables;
    return tables != NULL;
}

struct edict_compilation *compilation_new(void)
{
    struct edict_compilation *c = calloc(1, sizeof *c);
    if (!c) return NULL;
    arena_init(&c->arena, 0);
    diags_init(&c->diags, &c->arena);
    buffer_init(&c->image, 0);
    c->model.arena = &c->arena;
    c->model.diags = &c->diags;
    return c;
}

/* Why the file cannot be read, or NULL; `room` is for its words. */
static const char *unreadable(const char *path, char *room, size_t size)
{
    FILE *f = fopen(path, "rb");
    const char *trouble = f || errno == ENOMEM ? NULL : strerror_r(errno, room, size); /* no memory: told later */
    struct stat status;
    if (f && fstat(fileno(f), &status) == 0) {
        if (S_ISDIR(status.st_mode)) trouble = strerror_r(EISDIR, room, size);
        else if (status.st_size > SOURCE_MAX) trouble = "it is larger than 64 MiB (SOURCE_MAX)";
    }
    if (f) fclose(f);
    return trouble;
}

static void sources_show(struct edict_compilation *c)
{
    const struct model *m = &c->model;
    c->shown = arena_zero(&c->arena, m->source_count + 1u, sizeof *c->shown);
    if (!c->shown) {
        c->shown = c->model.sources;
        return;
    }
    memcpy(c->shown, m->sources, m->source_count * sizeof *c->shown);
    for (const struct pack *p = m->packs; p; p = p->base) c->shown[p->source].name = p->path;
}

/* What is read, and with what; `good` in the end. Run by arena_run: where there is no memory, it ends early. */
struct work {
    struct edict_compilation *c;
    const char *path;
    const edict_compile_options *options;
    int good;
};

static void read_run(void *context)
{
    struct work *w = context;
    struct edict_compilation *c = w->c;
    struct model *m = &c->model;
    const edict_compile_options *o = w->options;
    const int kept = tables_keep(c, o);
    m->source_room = 64 + (unsigned)c->table_count;
    m->sources = arena_zero(&c->arena, m->source_room, sizeof *m->sources);
    if (!kept || !m->sources || !compose(m, w->path, o ? o->search : NULL, o ? o->searches : 0)) return;
    m->pack_sources = m->source_count;
    tables_give(m, c->tables, c->table_count);
    w->good = 1;
}

edict_status compilation_read(struct edict_compilation *c, const char *path, const struct archive *given,
                              const edict_compile_options *options, edict_error *error)
{
    struct work w = {c, path, options, 0};
    char room[128];
    const char *trouble = given ? NULL : unreadable(path, room, sizeof room);
    c->model.given = given;
    if (!trouble && arena_run(&c->arena, read_run, &w) && w.good) return EDICT_OK;
    /* what has no size before it is read: a pipe, a device */
    if (!trouble && !c->arena.failed && !given)
        trouble = "it is larger than 64 MiB (SOURCE_MAX), or cannot be read whole";
    error_fill(error, trouble ? EDICT_IO : EDICT_MEMORY, trouble ? "unreadable" : "memory",
               trouble ? "cannot be read: %s" : "no memory while reading %s", trouble ? trouble : path);
    return trouble ? EDICT_IO : EDICT_MEMORY;
}

static void finish_run(void *context)
{
    struct work *w = context;
    struct edict_compilation *c = w->c;
    struct model *m = &c->model;
    header_check(m);
    if (!c->diags.errors || (m->packs->node && m->items)) {
        int parsed = 1;
        for (struct pack *p = m->packs; p; p = p->base)
            for (struct ast_node *n = p->file->root->first; n; n = n->next) parsed &= n->kind != AST_BROKEN;
        c->broken = !parsed;
        if (declare(m)) {
            check_all(m);
            if (!c->diags.errors) analyse_all(m);
        }
    }
    int good = 1;
    if (!c->diags.errors) {
        struct lower *l = arena_zero(&c->arena, 1, sizeof *l);
        good = l != NULL;
        if (good) {
            l->m = m;
            good = image_write(l, &c->image);
        }
    }
    if (c->diags.errors) buffer_clear(&c->image);
    /* Whatever was made in want of memory may lack something, mistakes told included. */
    w->good = !m->oom && !c->arena.failed && (good || c->diags.errors);
}

int compilation_finish(struct edict_compilation *c)
{
    struct work w = {c, NULL, NULL, 0};
    return arena_run(&c->arena, finish_run, &w) && w.good;
}

edict_status edict_compile(const char *path, const edict_compile_options *options, edict_compilation **out,
                           edict_error *error)
{
    struct edict_compilation *c = compilation_new();
    edict_status status = EDICT_MEMORY;
    *out = NULL;
    if (!c) error_fill(error, EDICT_MEMORY, "memory", "no memory%s", "");
    else if ((status = compilation_read(c, path, NULL, options, error)) == EDICT_OK) {
        c->strict = c->model.strict = options && options->strict;
        sources_show(c);
        if (!compilation_finish(c)) {
            error_fill(error, EDICT_MEMORY, "memory", "no memory while compiling %s", path);
            status = EDICT_MEMORY;
        }
    }
    if (status != EDICT_OK) {
        edict_compilation_free(c);
        return status;
    }
    diags_sort(&c->diags);
    *out = c;
    return EDICT_OK;
}

void edict_compilation_free(edict_compilation *c)
{
    if (!c) return;
    buffer_free(&c->image);
    arena_free(&c->arena);
    free(c);
}

int edict_compilation_took(const edict_compilation *c, size_t table)
{
    return table < c->table_count && table_is_for(&c->model, c->tables[table]);
}

const char *edict_compilation_base(const edict_compilation *c)
{
    return c->model.packs && c->model.packs->base ? c->model.packs->base->path : NULL;
}

size_t edict_compilation_errors(const edict_compilation *c) { return c->diags.errors; }
size_t edict_compilation_warnings(const edict_compilation *c) { return c->diags.warnings; }

static void report(const edict_compilation *c, int json, int colour, edict_put *put, void *context)
{
    struct buffer b;
    buffer_init(&b, 0);
    for (const struct diag *d = c->diags.first; d; d = d->next) {
        buffer_clear(&b);
        if (json) {
            diag_render_json(&b, d, c->shown, c->model.source_count);
            buffer_byte(&b, '\n');
        } else diag_render(&b, d, c->shown, c->model.source_count, colour);
        if (b.size) put(context, b.at, b.size);
    }
    buffer_free(&b);
}

void edict_compilation_report(const edict_compilation *c, int colour, edict_put *put, void *context)
{
    report(c, 0, colour, put, context);
}
void edict_compilation_report_json(const edict_compilation *c, edict_put *put, void *context)
{
    report(c, 1, 0, put, context);
}

const void *edict_compilation_image(const edict_compilation *c, size_t *size)
{
    *size = c->image.size;
    return c->image.size ? c->image.at : NULL;
}

edict_status edict_format(const char *name, const char *bytes, size_t size, edict_put *put, void *context)
{
    struct arena arena;
    struct diags diags;
    struct buffer b;
    arena_init(&arena, 0);
    diags_init(&diags, &arena);
    buffer_init(&b, 0);
    struct source s = {name, arena_copy(&arena, bytes, size), (uint32_t)size};
    struct ast_file *file = s.bytes && size < UINT32_MAX ? lang_parse(&arena, &diags, &s, 0) : NULL;
    edict_status status = file ? EDICT_OK : EDICT_MEMORY;
    if (file && diags.errors) {
        status = EDICT_RULES;
        diags_sort(&diags);
        for (const struct diag *d = diags.first; d; d = d->next) diag_render(&b, d, &s, 1, 0);
    } else if (file) lang_format(&b, &s, file);
    if (b.failed) status = EDICT_MEMORY;
    else if (b.size) put(context, b.at, b.size);
    buffer_free(&b);
    arena_free(&arena);
    return status;
}

const edict_explanation *edict_explanation_at(unsigned index)
{
    static const edict_explanation all[] = {
/* NOLINTNEXTLINE(bugprone-macro-parentheses): texts */
#define DIAG(id, code, severity, title, why, bad, good) {code, title, why, bad, good, severity == DIAG_ERROR},
#include "base/diag.def"
#undef DIAG
    };
    return index < DIAG_COUNT ? &all[index] : NULL;
}

const edict_explanation *edict_explain(const char *code)
{
    for (unsigned i = 0; i < DIAG_COUNT; i++)
        if (!strcmp(diag_infos[i].code, code)) return edict_explanation_at(i);
    return NULL;
}
