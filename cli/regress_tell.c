/* The report of edict regress: what differs, by cause, largest first, with encounters to look at; or as JSON. */
#include "regress.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void causes_put(const struct causes *causes, struct text *to)
{
    for (size_t i = 0; i < causes->count; i++) {
        text_put(to, i ? "; " : "", i ? 2 : 0);
        cause_put(&causes->at[i], to);
    }
}

struct cause_group { char *name; const struct difference **all; size_t count; };

static char *group_name(const struct difference *d)
{
    struct text name = {0};
    static const char *const fixed[] = {NULL, NULL, "encounters that are not in the baseline",
                                        "encounters that are not in the corpus any more"};
    text_put(&name, "", 0);
    if (fixed[d->kind])
        text_put(&name, fixed[d->kind], strlen(fixed[d->kind]));
    causes_put(&d->causes, &name);
    if (d->kind == DIFFERENCE_WORDS)
        text_put(&name, " (other words only)", 19);
    return name.bytes;
}

static int group_order(const void *a, const void *b)
{
    const struct cause_group *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count) - (x->count > y->count) : strcmp(x->name, y->name);
}

static int named_order(const void *a, const void *b)
{
    return strcmp(((const struct cause_group *)a)->name, ((const struct cause_group *)b)->name);
}

/* The shortest first: the smallest example says it best. */
static int difference_order(const void *a, const void *b)
{
    const struct difference *x = *(const struct difference *const *)a, *y = *(const struct difference *const *)b;
    size_t x_size = strlen(x->old) + strlen(x->now), y_size = strlen(y->old) + strlen(y->now);
    return x_size != y_size ? (x_size > y_size) - (x_size < y_size) : (x > y) - (x < y);
}

static void outcome_print(const struct regress *r, const char *word, const char *outcome, const char *color)
{
    struct output *out = output_standard();
    output_print(out, "    %s%s%s  ", r->color ? color : "", word, r->color ? "\033[0m" : "");
    for (const char *at = outcome; *at;) {    /* an element a line where it does not fit */
        const char *end = strstr(at, "; ");
        size_t size = end ? (size_t)(end - at) : strlen(at);
        output_print(out, "%s%.*s\n", at == outcome ? "" : "         ", (int)size, at);
        at += size + (end ? 2 : 0);
    }
    if (!*outcome)
        output_text(out, "nothing\n");
}

static void group_tell(const struct regress *r, struct cause_group *g)
{
    enum { SHOWN = 3 };
    struct output *out = output_standard();
    output_print(out, "\n%s%s%s: %zu\n", r->color ? "\033[1m" : "", g->name, r->color ? "\033[0m" : "", g->count);
    qsort(g->all, g->count, sizeof *g->all, difference_order);
    for (size_t i = 0; i < g->count && (i < SHOWN || r->show_all); i++) {
        output_print(out, "  %s\n", g->all[i]->id);
        outcome_print(r, "was", g->all[i]->old, "\033[31m");
        outcome_print(r, "now", g->all[i]->now, "\033[32m");
    }
    if (g->count > SHOWN && !r->show_all)
        output_print(out, "  and %zu more (--all shows them)\n", g->count - SHOWN);
}

static void groups_tell(const struct regress *r)
{
    struct cause_group *groups = calloc(r->difference_count + 1, sizeof *groups);
    size_t count = 0, kept = 0;
    for (size_t i = 0; groups && i < r->difference_count; i++) {
        if (r->differences[i].approval)
            continue;
        groups[count].name = group_name(&r->differences[i]);
        groups[count].all = malloc(sizeof *groups->all);
        if (!groups[count].name || !groups[count].all)
            break;
        groups[count].all[0] = &r->differences[i];
        groups[count++].count = 1;
    }
    if (count)
        qsort(groups, count, sizeof *groups, named_order);
    for (size_t i = 1; i < count; i++) {    /* of one name: one */
        struct cause_group *to = &groups[kept], *from = &groups[i];
        if (strcmp(to->name, from->name) != 0) {
            groups[++kept] = *from;
            continue;
        }
        const struct difference **grown = to->all;
        if ((to->count & (to->count - 1)) == 0)
            grown = realloc(to->all, to->count * 2 * sizeof *grown);
        if (grown) {
            to->all = grown;
            to->all[to->count++] = from->all[0];
        } else {
            output_standard()->error = ENOMEM;
        }
        free(from->name);
        free(from->all);
    }
    count = count ? kept + 1 : 0;
    if (count)
        qsort(groups, count, sizeof *groups, group_order);
    for (size_t i = 0; i < count; i++) {
        if (!r->quiet)
            group_tell(r, &groups[i]);
        free(groups[i].name);
        free(groups[i].all);
    }
    free(groups);
}

static void json_tell(const struct difference *d)
{
    json_t *causes = json_array(), *line;
    for (size_t i = 0; causes && i < d->causes.count; i++) {
        struct text cause = {0};
        cause_put(&d->causes.at[i], &cause);
        json_array_append_new(causes, json_text(cause.bytes ? cause.bytes : ""));
        free(cause.bytes);
    }
    line = json_pack("{s:o,s:s,s:o,s:o,s:o,s:b}", "encounter", json_text(d->id), "kind", difference_kind_word(d->kind),
                     "old", json_text(d->old), "new", json_text(d->now), "causes", causes, "approved",
                     d->approval != NULL);
    if (line && d->approval) {
        json_object_set_new(line, "by", json_text(d->approval->by));
        json_object_set_new(line, "reason", json_text(d->approval->reason));
    }
    output_json(output_standard(), line);
}

void regress_tell(const struct regress *r)
{
    const int machine = r->options.json || r->report.format != REPORT_NONE;
    struct output *out = machine ? output_error() : output_standard();
    size_t approved = 0;
    for (size_t i = 0; i < r->difference_count; i++) {
        approved += r->differences[i].approval != NULL;
        if (r->options.json)
            json_tell(&r->differences[i]);
    }
    output_print(out, "%s@%s against %s (%s)\n", edict_program_pack(r->pack.program),
                 edict_program_version(r->pack.program), r->path, r->baseline.pack);
    output_print(out, "%" PRIu64 " encounters: %" PRIu64 " as before, %zu different", r->met, r->same,
                 r->difference_count);
    if (approved)
        output_print(out, ", of which %zu approved", approved);
    output_text(out, "\n");
    if (!machine)
        groups_tell(r);
}
