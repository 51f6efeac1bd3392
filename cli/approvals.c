/* The file of approvals: one line an approval, one line an encounter that it covers. An approval is of one outcome of
 * one encounter by causes that say what they said then: it outlives other changes of the pack, and ends when its own
 * rule changes again. */
#include "regress.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char first_line[] = "edict approvals 1";

static char *field_next(char **line)
{
    char *field = *line, *end = strchr(field, '\t');
    *line = end ? end + 1 : field + strlen(field);
    if (end)
        *end = 0;
    return field;
}

static int approval_take(struct approvals *a, char *line)
{
    struct approval *grown = realloc(a->all, (a->count + 1) * sizeof *grown);
    if (!grown)
        return 0;
    a->all = grown;
    struct approval *one = &a->all[a->count++];
    one->number = field_next(&line);
    one->date = field_next(&line);
    char *by = field_next(&line), *what = field_next(&line), *reason = field_next(&line);
    field_read(by);
    field_read(what);
    field_read(reason);
    one->by = by;
    one->what = what;
    one->reason = reason;
    return *reason ? 1 : -1;
}

static int each_take(struct approvals *a, char *line)
{
    if ((a->each_count & (a->each_count - 1)) == 0) {
        struct approved *grown = realloc(a->each, (a->each_count ? a->each_count * 2 : 1) * sizeof *grown);
        if (!grown)
            return 0;
        a->each = grown;
    }
    struct approved *one = &a->each[a->each_count++];
    *one = (struct approved){.approval = field_next(&line)};
    one->digest = field_next(&line);
    one->kind = field_next(&line);
    one->result = field_next(&line);
    field_next(&line);    /* the identifier is for people */
    while (*line) {
        struct cause *grown = realloc(one->causes.at, (one->causes.count + 1) * sizeof *grown);
        if (!grown)
            return 0;
        one->causes.at = grown;
        if (!cause_key_read(field_next(&line), &one->causes.at[one->causes.count++]))
            return -1;
    }
    return *one->result ? 1 : -1;
}

static int each_order(const void *a, const void *b)
{
    return strcmp(((const struct approved *)a)->digest, ((const struct approved *)b)->digest);
}

int approvals_read(struct approvals *a, const char *path)
{
    unsigned long number = 0;
    int took = 1;
    *a = (struct approvals){0};
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return EXIT_FINE;
    if (file_read(path, &a->file) != 0)
        return EXIT_INPUT;
    for (char *line = a->file.bytes, *next; *line && took > 0; line = next) {
        char *end = strchr(line, '\n');
        next = end ? end + 1 : line + strlen(line);
        if (end)
            *end = 0;
        if (end && end > line && end[-1] == '\r')
            end[-1] = 0;
        number++;
        if (number == 1)
            took = strcmp(line, first_line) == 0 ? 1 : -1;
        else if (strncmp(line, "approval\t", 9) == 0)
            took = approval_take(a, line + 9);
        else if (strncmp(line, "approved\t", 9) == 0)
            took = each_take(a, line + 9);
        else
            took = !*line || *line == '#' ? 1 : -1;
    }
    if (took < 0)
        message("%s:%lu: not a line of approvals", path, number);
    if (took > 0 && a->each)
        qsort(a->each, a->each_count, sizeof *a->each, each_order);
    return took > 0 ? EXIT_FINE : took < 0 ? EXIT_INPUT : EXIT_INTERNAL;
}

void approvals_free(struct approvals *a)
{
    for (size_t i = 0; i < a->each_count; i++)
        free(a->each[i].causes.at);
    free(a->each);
    free(a->all);
    free(a->file.bytes);
    *a = (struct approvals){0};
}

const struct approval *approval_find(const struct approvals *a, const struct versions *v, const struct difference *d)
{
    size_t low = 0, high = a->each_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (strcmp(a->each[middle].digest, d->digest) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < a->each_count && strcmp(a->each[low].digest, d->digest) == 0; low++) {
        const struct approved *one = &a->each[low];
        int holds = strcmp(one->result, d->result) == 0 && strcmp(one->kind, difference_kind_word(d->kind)) == 0;
        for (size_t c = 0; holds && c < one->causes.count; c++)
            holds = cause_holds(v, &one->causes.at[c]);
        for (size_t i = 0; holds && i < a->count; i++)
            if (strcmp(a->all[i].number, one->approval) == 0)
                return &a->all[i];
    }
    return NULL;
}

/* A difference with several causes is meant only when all of them are. */
int approving_means(const struct approving *approving, const struct difference *d)
{
    int by_cause = d->causes.count > 0;
    for (size_t i = 0; i < approving->count; i++) {
        const char *what = approving->all[i];
        if (strcmp(what, "all") == 0)
            return 1;
        if (strncmp(what, "encounter ", 10) == 0 && strcmp(what + 10, d->id) == 0)
            return 1;
    }
    for (size_t c = 0; by_cause && c < d->causes.count; c++) {
        int named = 0;
        for (size_t i = 0; i < approving->count; i++)
            named |= strncmp(approving->all[i], "cause ", 6) == 0 &&
                     cause_named(&d->causes.at[c], approving->all[i] + 6);
        by_cause = named;
    }
    return by_cause;
}

static void today(char date[16])
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    time_t now = epoch ? (time_t)strtoll(epoch, NULL, 10) : time(NULL);
    struct tm day;
    if (!gmtime_r(&now, &day) || !strftime(date, 16, "%Y-%m-%d", &day))
        snprintf(date, 16, "1970-01-01");
}

static void field_add(struct text *to, const char *text)
{
    text_put(to, "\t", 1);
    field_put(to, text, strlen(text));
}

int approvals_write(const char *path, const struct approving *approving, const struct approvals *before,
                    const struct difference *differences, size_t count, size_t *added)
{
    struct text file = {0}, what = {0};
    char number[32], date[16];
    *added = 0;
    today(date);
    /* what stands there is kept as it is, comments too */
    if (before->file.bytes) {
        if (file_read(path, &file) != 0)
            return EXIT_INPUT;
        if (file.size && file.bytes[file.size - 1] != '\n')
            text_put(&file, "\n", 1);
    } else {
        text_put(&file, first_line, sizeof first_line - 1);
        text_put(&file, "\n# differences that were meant: written by edict regress --approve\n", 67);
    }
    for (size_t i = 0; i < approving->count; i++) {
        text_put(&what, i ? ", " : "", i ? 2 : 0);
        text_put(&what, approving->all[i], strlen(approving->all[i]));
    }
    snprintf(number, sizeof number, "%zu", before->count + 1);
    text_put(&file, "approval", 8);
    field_add(&file, number);
    field_add(&file, date);
    field_add(&file, approving->by);
    field_add(&file, what.bytes ? what.bytes : "");
    field_add(&file, approving->reason);
    text_put(&file, "\n", 1);
    for (size_t i = 0; i < count; i++) {
        const struct difference *d = &differences[i];
        if (d->approval || !approving_means(approving, d))
            continue;
        ++*added;
        text_put(&file, "approved", 8);
        field_add(&file, number);
        field_add(&file, d->digest);
        field_add(&file, difference_kind_word(d->kind));
        field_add(&file, d->result);
        field_add(&file, d->id);
        for (size_t c = 0; c < d->causes.count; c++) {
            text_put(&file, "\t", 1);
            cause_key_put(&d->causes.at[c], &file);
        }
        text_put(&file, "\n", 1);
    }
    int exit = file.failed || what.failed ? EXIT_INTERNAL : EXIT_FINE;
    if (exit == EXIT_FINE && *added && file_replace(path, file.bytes, file.size) != 0)
        exit = EXIT_INTERNAL;
    free(file.bytes);
    free(what.bytes);
    return exit;
}
