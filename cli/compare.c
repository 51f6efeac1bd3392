/* From options to the comparison over a corpus and its reports. */
#include "compare.h"

#include "corpus.h"

#include <stdlib.h>
#include <string.h>

int comparing_start(struct comparing *c, int argc)
{
    *c = (struct comparing){.threads = pool_cores()};
    c->corpus = calloc((size_t)argc + 1, sizeof *c->corpus);
    c->sets = calloc((size_t)argc + 1, sizeof *c->sets);
    return c->corpus && c->sets ? EXIT_FINE : EXIT_INTERNAL;
}

void comparing_free(struct comparing *c)
{
    free(c->corpus);
    free(c->sets);
}

int comparing_take(struct comparing *c, const struct options *o, int id)
{
    switch (id) {
    case COMPARE_CORPUS: c->corpus[c->corpus_count++] = o->value; return EXIT_FINE;
    case COMPARE_NDJSON: c->ndjson = o->value; return EXIT_FINE;
    case COMPARE_HTML: c->html = o->value; return EXIT_FINE;
    case COMPARE_SET: c->sets[c->set_count++] = o->value; return EXIT_FINE;
    case COMPARE_THREADS: return pool_threads_take(o->command, o->value, &c->threads);
    case COMPARE_QUIET: c->quiet = 1; return EXIT_FINE;
    default: return EXIT_USAGE;
    }
}

int comparing_ready(struct comparing *c, const struct options *o, size_t first)
{
    if (!c->corpus_count && o->word_count > first)
        return usage_error(o->command, "%s: files of encounters stand behind --corpus", o->words[first]);
    if (!c->corpus_count && (c->ndjson || c->html || c->set_count))
        return usage_error(o->command, "--ndjson, --html and --set need a --corpus");
    for (size_t i = first; i < o->word_count; i++)
        c->corpus[c->corpus_count++] = o->words[i];
    return EXIT_FINE;
}

/* Both packs have to know each --set between them, so it is judged on both at once. */
static int sets_check(const struct comparing *c, const struct options *o, const struct corpus *corpus)
{
    struct pack packs[2] = {{.path = "old"}, {.path = "new"}};
    int exit;
    packs[0].program = (edict_program *)(uintptr_t)attribution_old(corpus->attribution);
    packs[1].program = (edict_program *)(uintptr_t)attribution_new_program(corpus->attribution);
    const struct evaluators of = {.command = o->command, .packs = packs, .pack_count = 2, .sets = c->sets,
                                  .set_count = c->set_count};
    edict_evaluator **tried = evaluators_open(&of, &exit);
    evaluators_close(&of, tried);
    return exit;
}

int comparing_run(const struct comparing *c, const struct options *o, edict_difference *difference)
{
    const struct corpus_job job = {.command = o->command, .difference = difference, .files = c->corpus,
                                   .file_count = c->corpus_count, .ndjson = c->ndjson, .threads = c->threads,
                                   .quiet = c->quiet,
                                   .of = {.command = o->command, .sets = c->sets, .set_count = c->set_count,
                                          .lenient = 1}};
    struct corpus corpus;
    int exit = corpus_open(&corpus, &job);
    if (exit == EXIT_FINE)
        exit = sets_check(c, o, &corpus);
    if (exit == EXIT_FINE)
        exit = corpus_compare(&corpus);
    if (exit == EXIT_FINE || exit == EXIT_FINDINGS || exit == EXIT_INTERRUPTED || exit == EXIT_INPUT) {
        if (exit == EXIT_INTERRUPTED)
            message("interrupted: what follows is of the encounters until then");
        if (o->json)
            corpus_json(&corpus, output_standard());
        else
            corpus_text(&corpus, output_standard(), terminal_color(1, o->color), c->all ? EXAMPLES : 1);
        int wrote = c->html ? corpus_html(&corpus, c->html) : EXIT_FINE;
        exit = wrote != EXIT_FINE ? wrote : exit;
    }
    corpus_free(&corpus);
    return exit;
}
