/* Rows of a relation, bundle or limit from files beside the pack: `from file "pairs.csv" as csv`. Which readers there
 * are: files_layout.c. Nothing is taken from half a file. Where the files' names say from when on they are in force,
 * each answers until the next one begins, the first also for the time before. */
#define XXH_STATIC_LINKING_ONLY    /* a state on the stack: nothing is lost when memory ends in the middle of a file */
#include "compiler/archive.h"
#include "compiler/files.h"

#include "base/date.h"

#include <stdio.h>
#include <string.h>

void file_error(struct reading *x, const char *what, const char *hint)
{
    if (x->bad++) return;
    struct diag *d = diag_add(x->m->diags, DIAG_TABLE_FILE, x->part->span, "%s, line %llu: %s", x->part->name,
                              (unsigned long long)x->line, what);
    diag_hint(x->m->diags, d, "%s", hint);
}

void part_error(struct reading *x, const char *what, const char *hint)
{
    if (x->bad++) return;
    struct diag *d = diag_add(x->m->diags, DIAG_TABLE_FILE, x->part->span, "%s: %s", x->part->name, what);
    diag_hint(x->m->diags, d, "%s", hint);
}

static int number_at(const char *at, unsigned size)
{
    int n = 0;
    for (unsigned i = 0; i < size; i++) {
        if (at[i] < '0' || at[i] > '9') return -1;
        n = n * 10 + (at[i] - '0');
    }
    return n;
}

int32_t date_field(struct reading *x, struct text t, int32_t open)
{
    int y = -1, m = -1, d = -1;
    if (!t.size || text_is(t, "*")) return open;
    if (t.size == 8) {
        y = number_at(t.at, 4);
        m = number_at(t.at + 4, 2);
        d = number_at(t.at + 6, 2);
    } else if (t.size == 10 && t.at[4] == '-' && t.at[7] == '-') {
        y = number_at(t.at, 4);
        m = number_at(t.at + 5, 2);
        d = number_at(t.at + 8, 2);
    }
    if (y >= 0 && m > 0 && d > 0 && date_valid(y, m, d)) return date_days(y, m, d);
    file_error(x, arena_printf(x->m->arena, "`%.*s` is no date", t.size < 40 ? (int)t.size : 40, t.at),
               "dates are written 2026-01-31 or 20260131; empty means open");
    return open;
}

int columns_set(struct reading *x, const char *const *names, const enum value_type *types, unsigned count)
{
    struct relation *r = x->r;
    r->columns = arena_zero(x->m->arena, count, sizeof *r->columns);
    r->types = arena_zero(x->m->arena, count, sizeof *r->types);
    if (!r->columns || !r->types) return 0;
    for (unsigned c = 0; c < count; c++) {
        r->columns[c] = text_of(names[c]);
        r->types[c] = (struct type){types[c], NULL, ""};
    }
    r->column_count = count;
    return 1;
}

/* Rows of one validity share their origin: most tables have few. */
static const struct item_row *origin_of(struct reading *x, int32_t from, int32_t until)
{
    if (x->last && x->last->from == from && x->last->until == until) return x->last;
    x->last = arena_zero(x->m->arena, 1, sizeof *x->last);
    if (!x->last) {
        x->m->oom = 1;
        return NULL;
    }
    *x->last = (struct item_row){NULL, from, until, NULL, 0};
    return x->last;
}

static int room_make(struct reading *x)
{
    struct relation *r = x->r;
    uint64_t room = x->room ? x->room * 2 : 256;
    int64_t *cells = arena_alloc(x->m->arena, room * r->column_count * sizeof *cells);
    const struct item_row **origins = arena_alloc(x->m->arena, room * sizeof *origins);
    if (!cells || !origins) {
        x->m->oom = 1;
        x->bad++;
        return 0;
    }
    if (x->room) {
        memcpy(cells, r->cells, x->room * r->column_count * sizeof *cells);
        memcpy(origins, r->origins, x->room * sizeof *origins);
    }
    r->cells = cells;
    r->origins = origins;
    x->room = room;
    return 1;
}

void row_keep(struct reading *x, const int64_t *cells, int32_t from, int32_t until)
{
    struct relation *r = x->r;
    const struct item *it = r->item;
    if (from > until) {
        file_error(x, "this row would end before it begins",
                   "the last day in force stands behind the first: are two columns exchanged?");
        return;
    }
    if (x->part->from > from) from = x->part->from;
    if (x->part->until < until) until = x->part->until;
    if (it->from > from) from = it->from;
    if (it->until < until) until = it->until;
    if (from > until) return; /* another file answers then, or the item does not hold */
    if (++x->rows > FILE_ROWS_MAX) {
        file_error(x, "too many rows", "a table has at most 16 million rows");
    } else if (!x->room && r->column_count > 1 && r->types[0].base == TYPE_CODE && r->types[1].base == TYPE_CODE) {
        if (!r->pairs) r->pairs = pairs_new(x->m, r->column_count);
        if (!r->pairs || !pairs_add(x->m, r->pairs, cells, r->column_count, from, until))
            file_error(x, "too many different codes, or combinations of what stands beside them",
                       "a table of two codes has at most 65,535 of each");
    } else {
        if (x->rows > x->room && !room_make(x)) return;
        memcpy(r->cells + (x->rows - 1) * r->column_count, cells, r->column_count * sizeof *cells);
        r->origins[x->rows - 1] = origin_of(x, from, until);
        r->row_count = (unsigned)x->rows;
    }
}

/* ---- several files */

static void parts_date(struct reading *x, struct part *all, unsigned count)
{
    const struct item *it = x->r->item;
    unsigned dated = 0;
    for (unsigned i = 0; i < count; i++) dated += all[i].day != DATE_MIN_OPEN;
    for (unsigned i = 0; i < count && !x->bad; i++) {
        struct part *p = x->part = &all[i];
        if (p->day == DATE_MIN_OPEN) {
            if (x->layout->dated || (dated && count > 1))
                part_error(x, "the name of this file does not say from when on it is in force",
                           "leave the file its own name: with the date or the number of the quarter in it");
            continue;
        }
        int earlier = 0;
        for (unsigned k = 0; k < count; k++) {
            earlier |= all[k].day < p->day;
            if (all[k].day > p->day && all[k].day - 1 < p->until) p->until = all[k].day - 1;
        }
        if (earlier) p->from = p->day;
        if (ast_child(it->node, AST_EFFECTIVE) && (quarter_end(p->day) < it->from || p->day > it->until))
            part_error(x,
                       arena_printf(x->m->arena,
                                    "this is the table of the quarter from %s on, the rules here are in "
                                    "effect from %s until %s",
                                    day_text(x, p->day), day_text(x, it->from), day_text(x, it->until)),
                       "take the file of the right quarter, or correct `effective`");
    }
}

static struct part *parts_read(struct reading *x, unsigned *count)
{
    struct model *m = x->m;
    const struct pack *p = x->r->item->pack;
    for (const struct ast_node *n = x->from->first; n; n = n->next) *count += n->kind == AST_LABEL;
    struct part *all = arena_zero(m->arena, *count + 1u, sizeof *all);
    unsigned i = 0;
    if (!all) return NULL;
    for (const struct ast_node *n = x->from->first; n; n = n->next) {
        if (n->kind != AST_LABEL) continue;
        const char *name = text_z(m, n->text), *slash = strrchr(name, '/');
        all[i] = (struct part){
            .name = name, .span = n->span, .day = DATE_MIN_OPEN, .from = DATE_MIN_OPEN, .until = DATE_OPEN};
        all[i].path = x->r->item->given ? name : path_join(m, directory_of(m, p->path), name);
        if (x->layout->name) x->layout->name(slash ? slash + 1 : name, &all[i]);
        i++;
    }
    x->parts = all;
    x->part_count = *count;
    parts_date(x, all, *count);
    if (!x->bad) parts_check(x);
    return all;
}

/* As images name it. */
static const char *file_name(const struct reading *x)
{
    const char *name = x->part->name, *slash = strrchr(name, '/');
    if (x->r->item->given) return slash ? slash + 1 : name;
    return path_join(x->m, directory_of(x->m, x->r->item->pack->shown), name);
}

/* One file; its hash goes into the image. */
static int part_read(struct reading *x, struct part *part)
{
    struct model *m = x->m;
    XXH3_state_t state, *hash = NULL;
    struct data_file *file = NULL, **last = &m->files;
    x->part = part;
    x->line = 1;
    x->records = 0;
    x->began = x->year = x->worded = 0;
    x->newest = DATE_MIN_OPEN;
    if (x->pass == 0) {
        file = arena_zero(m->arena, 1, sizeof *file);
        if (!file) {
            m->oom = 1;
            return 0;
        }
        hash = &state;
        XXH3_128bits_reset(hash);
        x->file = file;
    }
    int good = file_records(x, hash);
    if (hash) {
        XXH128_canonical_t digest;
        XXH128_canonicalFromHash(&digest, XXH3_128bits_digest(hash));
        memcpy(file->hash, digest.digest, sizeof file->hash);
        file->name = file_name(x);
        while (*last) last = &(*last)->next;
        if (good) *last = file;
    }
    return good;
}

/* What the files should have, where it is said: the only way to see that one was cut behind a whole row. */
static void rows_look(struct reading *x)
{
    const struct ast_node *wanted = ast_child(x->from, AST_VALUE);
    int64_t scaled = 0;
    if (!wanted) return;
    if (!number_read(wanted->text, &scaled) || scaled % 1000000) scaled = -1;
    if ((uint64_t)scaled == x->seen * 1000000) return;
    struct diag *d = diag_add(x->m->diags, DIAG_TABLE_FILE, wanted->span,
                              "the files have %llu rows, %.*s are expected; the last is "
                              "%s, line %llu",
                              (unsigned long long)x->seen, (int)wanted->text.size, wanted->text.at, x->part->name,
                              (unsigned long long)x->line);
    diag_hint(x->m->diags, d, "a file is cut off or of another quarter: download it again, or correct the number");
    x->bad++;
}

/* A file in place of the pack's rows has their columns, in their order; others may follow. */
static void columns_look(struct reading *x)
{
    const struct item *it = x->r->item;
    const struct ast_node *h = it->given && it->header ? it->header->first : NULL;
    struct buffer wanted, got;
    int same = 1;
    buffer_init_in(&wanted, 0, x->m->arena);
    buffer_init_in(&got, 0, x->m->arena);
    for (unsigned c = 0; h && !column_trails(h); h = h->next, c++) {
        same &= c < x->r->column_count && text_equal(h->text, x->r->columns[c]);
        buffer_printf(&wanted, "%s%.*s", c ? ", " : "", (int)h->text.size, h->text.at);
    }
    for (unsigned c = 0; c < x->r->column_count; c++)
        buffer_printf(&got, "%s%.*s", c ? ", " : "", (int)x->r->columns[c].size, x->r->columns[c].at);
    if (!same) {
        const char *name = text_z(x->m, it->name);
        struct diag *d = diag_add(x->m->diags, DIAG_TABLE_FILE, it->given->span,
                                  "this is no file for %s: it gives the columns %s", name, got.at ? got.at : "none");
        diag_hint(x->m->diags, d, "%s has the columns %s", name, wanted.at ? wanted.at : "none");
        x->bad++;
    }
    buffer_free(&wanted);
    buffer_free(&got);
}

/* The quarters that the names speak of, each once, the earliest first. */
static void quarters_keep(struct reading *x)
{
    struct relation *r = x->r;
    for (unsigned i = 0; i < x->part_count; i++)
        if (x->parts[i].day == DATE_MIN_OPEN) return;
    r->quarters = arena_zero(x->m->arena, x->part_count + 1u, sizeof *r->quarters);
    if (!r->quarters) {
        x->m->oom = 1;
        return;
    }
    for (unsigned i = 0; i < x->part_count; i++) {
        unsigned k = 0, at = r->quarter_count;
        while (k < r->quarter_count && r->quarters[k].from != x->parts[i].day) k++;
        if (k < r->quarter_count) continue;
        for (; at && r->quarters[at - 1].from > x->parts[i].day; at--) r->quarters[at] = r->quarters[at - 1];
        r->quarters[at] = (struct quarter){x->parts[i].day, quarter_end(x->parts[i].day)};
        r->quarter_count++;
    }
}

/* Rows that were read already, in another compilation or for an image. The files are only named. */
static int parts_given(struct reading *x, const struct table_rows *rows)
{
    struct model *m = x->m;
    for (unsigned i = 0; i < x->part_count && m->given; i++) {
        struct data_file *file = arena_zero(m->arena, 1, sizeof *file), **last = &m->files;
        if (!file) {
            m->oom = 1;
            return 0;
        }
        x->part = &x->parts[i];
        file->name = file_name(x);
        if (!archive_file(m->given, file)) part_error(x, "the image does not hold this table", "build it again");
        while (*last) last = &(*last)->next;
        *last = file;
    }
    if (!rows && !x->bad) part_error(x, "the image does not hold the rows of this table", "build it again");
    if (x->bad || !rows_take_in(m, x->r, rows)) return 0;
    quarters_keep(x);
    return !m->oom;
}

int relation_file(struct model *m, struct relation *r, const struct ast_node *from)
{
    const struct ast_node *reader = ast_child(from, AST_NAME), *first = ast_child(from, AST_LABEL);
    struct reading x = {.m = m, .r = r, .from = from, .layout = layout_find(reader)};
    static const char readers[] = "as csv, as tsv, as cms ptp, as cms mue, as mue table, or as cms aoc";
    if (!reader && first) x.layout = layout_recognise(m->arena, text_z(m, first->text));
    if (!x.layout) {
        struct diag *d = diag_add(m->diags, DIAG_TABLE_FILE, reader ? reader->span : from->span,
                                  reader ? "there is no such reader" : "what is in this file is not recognised");
        diag_hint(m->diags, d, reader ? "write: %s" : "say which reader it is for, behind the files: %s", readers);
        return 0;
    }
    for (unsigned i = 0; !reader && r->item->given && i < 2 && x.layout->words[i]; i++) { /* as if it had been said */
        struct ast_node *word = ast_new(m->arena, AST_NAME, OP_NONE, from->span);
        if (word) word->text = text_of(x.layout->words[i]);
        if (word) ast_append(r->item->given, word);
        else m->oom = 1;
    }
    unsigned count = 0;
    struct part *all = parts_read(&x, &count);
    const struct table_rows *ready = r->item->ready ? r->item->ready : archive_table(m, r->item);
    int good = all && !x.bad;
    if (ready || m->given) return good && parts_given(&x, ready);
    good = good && x.layout->begin(&x);
    buffer_init_in(&x.scratch, 1 << 20, m->arena);
    for (x.pass = 0; good && x.pass < x.layout->passes; x.pass++) {
        for (unsigned i = 0; good && i < count; i++) {
            x.first_file = i == 0;
            good = part_read(&x, &all[i]);
        }
        if (good && x.pass + 1 < x.layout->passes && x.layout->between) good = x.layout->between(&x);
    }
    buffer_free(&x.scratch);
    if (good) rows_look(&x);
    if (good && !x.bad) columns_look(&x);
    if (!good || x.bad || m->oom) return 0;
    quarters_keep(&x);
    if (!r->pairs && !r->cells && !room_make(&x)) return 0;
    if (r->pairs && x.rows <= PAIRS_LEAST) {
        relation_expand(m, r);
        r->pairs = NULL;
    }
    return !m->oom;
}
