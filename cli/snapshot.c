/* edict snapshot: keeps what a pack answers to a corpus, as a baseline for edict regress. */
#include "baseline.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SNAPSHOT_OUTPUT = 1, SNAPSHOT_SET, SNAPSHOT_THREADS, SNAPSHOT_QUIET };
static const struct option snapshot_options[] = {
    {"output", 'o', "BASELINE", SNAPSHOT_OUTPUT}, {"set", 's', "POLICY=VALUE", SNAPSHOT_SET},
    {"threads", 0, "N", SNAPSHOT_THREADS}, {"quiet", 'q', NULL, SNAPSHOT_QUIET},
    {"color", 0, "WHEN", OPTION_COLOR}, OPTION_PACKS, OPTION_TABLES, OPTION_LAST};

struct snapshot {
    struct answering answering;         /* first: what the pool's context begins with */
    struct options options;
    struct pack pack;
    struct text answers;                /* lines */
    char **why;                         /* reasons, by number; a hash table of numbers + 1 over them */
    uint32_t *table;
    size_t why_count, table_size;
    uint64_t count, refused;
    unsigned threads;
    int quiet;
    const char *output;
};

/* ---- reasons: few different ones, each kept once */

static uint64_t bytes_hash(const char *bytes, size_t size)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 1099511628211u;
    return hash;
}

static int table_grow(struct snapshot *s)
{
    size_t size = s->table_size ? s->table_size * 2 : 1024;
    uint32_t *table = calloc(size, sizeof *table);
    char **why = realloc(s->why, size * sizeof *why);
    if (why)
        s->why = why;
    if (!table || !why) {
        free(table);
        return 0;
    }
    for (size_t i = 0; i < s->why_count; i++) {
        size_t at = (size_t)bytes_hash(why[i], strlen(why[i])) & (size - 1);
        while (table[at])
            at = (at + 1) & (size - 1);
        table[at] = (uint32_t)i + 1;
    }
    free(s->table);
    s->table = table;
    s->table_size = size;
    return 1;
}

/* The number of these reasons; -1: no memory. */
static long why_number(struct snapshot *s, const char *why, size_t size)
{
    if (s->why_count * 2 >= s->table_size && !table_grow(s))
        return -1;
    size_t at = (size_t)bytes_hash(why, size) & (s->table_size - 1);
    for (; s->table[at]; at = (at + 1) & (s->table_size - 1)) {
        const char *known = s->why[s->table[at] - 1];
        if (strlen(known) == size && memcmp(known, why, size) == 0)
            return (long)s->table[at] - 1;
    }
    if (!(s->why[s->why_count] = strndup(why, size)))
        return -1;
    s->table[at] = (uint32_t)s->why_count + 1;
    return (long)s->why_count++;
}

static int snapshot_take(void *context, const struct pool_item *item)
{
    struct snapshot *s = context;
    const char *at = item->aside, *id = at, *end = memchr(at, '\n', item->aside_size);
    size_t id_size = (size_t)(end - id);
    char number[32];
    text_put(&s->answers, item->answer, item->answer_size);
    for (unsigned i = 0; i < item->mark; i++) {
        at = end + 1;
        end = memchr(at, '\n', item->aside_size - (size_t)(at - item->aside));
        long why = why_number(s, at, (size_t)(end - at));
        if (why < 0)
            return EXIT_INTERNAL;
        snprintf(number, sizeof number, "%c%ld", i ? ',' : '\t', why);
        text_put(&s->answers, number, strlen(number));
    }
    text_put(&s->answers, item->mark ? "\t" : "\t-\t", item->mark ? 1 : 3);
    text_put(&s->answers, id, id_size);
    text_put(&s->answers, "\n", 1);
    s->count++;
    s->refused += item->answer_size >= ANSWER_OUTCOME + 7 &&
                  strncmp(item->answer + ANSWER_OUTCOME, "refused", 7) == 0;
    return s->answers.failed ? EXIT_INTERNAL : EXIT_FINE;
}

static void snapshot_flush(void *context)
{
    (void)context;
}

/* ---- the file */

static void line_put(struct text *to, const char *word, const char *value)
{
    text_put(to, word, strlen(word));
    text_put(to, "\t", 1);
    field_put(to, value, strlen(value));
    text_put(to, "\n", 1);
}

/* From the directory of the baseline to the corpus; the full path where no other is known. */
static void corpus_put(struct text *to, const char *baseline, const char *corpus)
{
    char from[PATH_MAX], real[PATH_MAX], directory[PATH_MAX];
    snprintf(directory, sizeof directory, "%s", baseline);
    char *slash = strrchr(directory, '/');
    if (slash)
        slash[slash == directory] = 0;
    if (!realpath(slash ? directory : ".", from) || !realpath(corpus, real)) {
        line_put(to, "corpus", corpus);
        return;
    }
    size_t same = 0;    /* the part of both paths that is the same, with its slash */
    strcat(from, "/");
    for (size_t i = 0; from[i] && from[i] == real[i]; i++)
        if (from[i] == '/')
            same = i + 1;
    struct text path = {0};
    for (const char *up = from + same; *up; up++)
        if (*up == '/')
            text_put(&path, "../", 3);
    text_put(&path, real + same, strlen(real + same));
    line_put(to, "corpus", path.bytes ? path.bytes : corpus);
    free(path.bytes);
}

static int items_put(const struct pack *pack, struct text *to)
{
    struct kept_item *items;
    const edict_item *full;
    size_t count;
    char number[64];
    int exit = items_read(pack, &items, &full, &count);
    for (size_t i = 0; exit == EXIT_FINE && i < count; i++) {
        text_put(to, "item\t", 5);
        field_put(to, items[i].name, strlen(items[i].name));
        snprintf(number, sizeof number, "\t%016llx\t%016llx\t", (unsigned long long)items[i].meaning,
                 (unsigned long long)items[i].heading);
        text_put(to, number, strlen(number));
        for (size_t r = 0; r < items[i].row_count; r++) {
            snprintf(number, sizeof number, "%s%u=%08x", r ? " " : "", items[i].rows[r].number,
                     items[i].rows[r].meaning);
            text_put(to, number, strlen(number));
        }
        text_put(to, "\n", 1);
    }
    items_free(items, count);
    return exit;
}

static int snapshot_write(struct snapshot *s, size_t corpora)
{
    struct text file = {0};
    char pack[400], end[40];
    const edict_program *program = s->pack.program;
    snprintf(pack, sizeof pack, "%s@%s", edict_program_pack(program), edict_program_version(program));
    text_put(&file, "edict baseline 1\n", 17);
    line_put(&file, "# what a pack answers to a corpus: made by edict snapshot, compared by edict regress", "");
    line_put(&file, "pack", pack);
    line_put(&file, "rules", edict_program_rules(program));
    line_put(&file, "image", edict_program_image(program));
    line_put(&file, "program", EDICT_VERSION);
    for (size_t i = 0; i < s->answering.of.set_count; i++)
        line_put(&file, "set", s->answering.of.sets[i]);
    for (size_t i = 0; i < corpora; i++)
        if (strcmp(s->options.words[i + 1], "-") != 0)
            corpus_put(&file, s->output, s->options.words[i + 1]);
    int exit = items_put(&s->pack, &file);
    text_put(&file, s->answers.bytes ? s->answers.bytes : "", s->answers.size);
    for (size_t i = 0; i < s->why_count; i++)
        line_put(&file, "because", s->why[i]);
    snprintf(end, sizeof end, "%llu", (unsigned long long)s->count);
    line_put(&file, "end", end);
    if (exit == EXIT_FINE && !file.failed && file_replace(s->output, file.bytes, file.size) != 0)
        exit = EXIT_INTERNAL;
    if (file.failed)
        exit = EXIT_INTERNAL;
    free(file.bytes);
    return exit;
}

static int snapshot_make(struct snapshot *s)
{
    const struct pool_jobs jobs = {.context = s, .worker_open = answering_open, .worker_close = answering_close,
                                   .work = answering_work, .ahead = answering_ahead, .take = snapshot_take,
                                   .flush = snapshot_flush,
                                   .threads = s->threads, .quiet = s->quiet};
    size_t corpora = s->options.word_count - 1;
    int exit = pack_open(&s->pack, s->options.words[0], &s->options, PACK_ERRORS);
    if (exit != EXIT_FINE)
        return exit;
    if ((exit = tables_taken(&s->options)) != EXIT_FINE)
        return exit;
    edict_evaluator **tried = evaluators_open(&s->answering.of, &exit);
    evaluators_close(&s->answering.of, tried);
    if (exit == EXIT_FINE)
        exit = pool_run(&jobs, s->options.words + 1, corpora);
    if (exit != EXIT_FINE)
        return exit;    /* half a baseline is none */
    exit = snapshot_write(s, corpora);
    if (exit == EXIT_FINE && !s->quiet) {
        fprintf(stderr, "edict: %s: %llu answers of %s@%s", s->output, (unsigned long long)s->count,
                edict_program_pack(s->pack.program), edict_program_version(s->pack.program));
        if (s->refused)
            fprintf(stderr, ", %llu of them refusals", (unsigned long long)s->refused);
        fputc('\n', stderr);
    }
    return exit;
}

static int snapshot_run(const struct command *command, int argc, char **argv)
{
    struct snapshot s = {.threads = pool_cores()};
    struct options *o = &s.options;
    int id, exit = options_start(o, command, snapshot_options, argc, argv);
    if (exit != EXIT_FINE)
        return exit;
    s.answering.of = (struct evaluators){.command = command, .packs = &s.pack, .pack_count = 1,
                                         .sets = calloc((size_t)argc + 1, sizeof(char *))};
    while (exit == EXIT_FINE && (id = options_next(o)) != OPTION_END) {
        switch (id) {
        case SNAPSHOT_OUTPUT: s.output = o->value; break;
        case SNAPSHOT_SET: s.answering.of.sets[s.answering.of.set_count++] = o->value; break;
        case SNAPSHOT_THREADS: exit = pool_threads_take(command, o->value, &s.threads); break;
        case SNAPSHOT_QUIET: s.quiet = 1; break;
        default: exit = EXIT_USAGE;
        }
    }
    if (exit == EXIT_FINE && !s.output)
        exit = usage_error(command, "say with -o where the baseline is kept");
    else if (exit == EXIT_FINE && o->word_count < 2)
        exit = usage_error(command, o->word_count ? "no corpus given" : "no pack given");
    if (exit == EXIT_FINE)
        exit = s.answering.of.sets ? snapshot_make(&s) : EXIT_INTERNAL;
    for (size_t i = 0; i < s.why_count; i++)
        free(s.why[i]);
    free(s.why);
    free(s.table);
    free(s.answers.bytes);
    free(s.answering.of.sets);
    pack_close(&s.pack);
    options_free(o);
    return exit;
}

const struct command command_snapshot = {
    "snapshot", "keep what a pack answers to a corpus, for regress",
    "Usage: edict snapshot PACK CORPUS... -o BASELINE [OPTION]...\n"
    "\n"
    "Answers the encounters of the corpus (files as for run; -: standard input) and\n"
    "keeps the outcome of each in one text file for version control: `edict regress`\n"
    "compares a later version of the pack with it. Kept are the encounter's id, a\n"
    "hash of it, the charges and findings, their reasons, and a hash of each rule of\n"
    "the pack; of the encounter itself nothing else. Where the corpus stands is kept\n"
    "too, relative to the baseline; regress reads it from there or takes it again.\n"
    "\n"
    "  -o, --output BASELINE   the file to write, whole or not at all\n"
    "  -s, --set POLICY=VALUE  choose another value of a policy; repeatable; kept\n"
    "      --threads N         threads that answer; as many as cores if not given\n"
    "  -I, --search DIR        where base packs are looked for; repeatable\n"
    "  -t, --table NAME=FILE   rows of a table from files: see edict build --help\n"
    "      --color WHEN        always, never, auto (terminal, and NO_COLOR not set)\n"
    "  -q, --quiet             no summary\n"
    "\n"
    "  edict snapshot hospital.edict corpus/*.ndjson -o hospital.baseline\n"
    "\n"
    "Exit status: 0 written, 2 bad rules, 3 the corpus could not be read or the\n"
    "baseline not written, 4 usage, 5 internal, 130 Ctrl-C.\n",
    snapshot_run};
