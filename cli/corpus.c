/* Compares two versions over a corpus: encounters are evaluated and attributed in all threads, and summed up in the
 * order of the input. What is kept grows with the kinds of difference, not with the corpus. */
#include "corpus.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Payers, moves and names of findings that are told each by itself; a larger encounter is an example only where it is
 * the first of its cause. */
enum { PAYERS_MAX = 500, MOVES_MAX = 1 << 14, EXAMPLE_BYTES = 64 << 10 };
static const char others[] = "(others)";
enum { MARK_SAME = 1, MARK_REFUSED = 2, MARK_LONG = 4 };

/* What a thread found of one encounter that differs; given to the thread that sums up. */
struct changed {
    struct attributed set;
    struct steps steps;
    const char *old_status, *now_status;
    int words_only;
};
struct worker { struct corpus *corpus; struct attributor *attributor; struct both both; struct steps steps; };

/* ---- in any thread */

static void *worker_open(void *context)
{
    struct corpus *corpus = context;
    struct worker *worker = calloc(1, sizeof *worker);
    if (worker && (worker->attributor = attributor_new(corpus->attribution))) {
        worker->corpus = corpus;
        return worker;
    }
    free(worker);
    return NULL;
}

static void worker_close(void *context)
{
    struct worker *worker = context;
    attributor_free(worker->attributor);
    outcome_free(&worker->both.old_outcome);
    outcome_free(&worker->both.now_outcome);
    steps_free(&worker->steps);
    free(worker);
}

static json_t *elements_json(const struct outcome *o)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < o->count; i++) {
        const struct piece *text = &o->elements[i].text;
        json_array_append_new(list, json_stringn(o->bytes.bytes + text->at, text->size));
    }
    return list;
}

static json_t *changes_json(const struct attributed *set)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < set->count; i++)
        json_array_append_new(list, json_integer(set->changes[i]));
    return list;
}

/* The line of --ndjson: the encounter's name as the answer has it, both outcomes, the causes by number. */
static void difference_put(const struct worker *worker, const struct pool_item *item, const struct changed *changed,
                           struct text *to)
{
    const struct both *both = &worker->both;
    json_t *answer = json_loadb(both->now.json, both->now.size, 0, NULL), *id = json_object_get(answer, "encounter");
    json_t *line = json_pack("{s:O?,s:I,s:o,s:[s,s],s:o,s:o,s:s,s:o}", "encounter", id, "line",
                             (json_int_t)item->line, "payer", json_text(changed->steps.payer), "status",
                             both->old_outcome.status, both->now_outcome.status, "old",
                             elements_json(&both->old_outcome), "new", elements_json(&both->now_outcome), "how",
                             how_word(changed->set.how), "changes", changes_json(&changed->set));
    if (line && worker->corpus->job->file_count > 1)
        json_object_set_new(line, "file", json_text(pool_file_name(worker->corpus->job->files[item->file])));
    char *text = line ? json_dumps(line, 0) : NULL;
    if (text)
        text_put(to, text, strlen(text));
    else
        to->failed = 1;
    text_put(to, "\n", 1);
    free(text);
    json_decref(line);
    json_decref(answer);
}

static int words_only(const struct both *both)
{
    const struct outcome *a = &both->old_outcome, *b = &both->now_outcome;
    if (a->status != b->status || a->count != b->count)
        return 0;
    for (size_t i = 0; i < a->count; i++)
        if (a->elements[i].text.size != b->elements[i].text.size ||
            memcmp(a->bytes.bytes + a->elements[i].text.at, b->bytes.bytes + b->elements[i].text.at,
                   a->elements[i].text.size) != 0)
            return 0;
    return 1;
}

static size_t encounters_ahead(void *context, void *state, const struct pool_item *const *items, size_t count)
{
    struct worker *worker = state;
    edict_encounter encounters[POOL_AHEAD];
    (void)context;
    for (size_t i = 0; i < count; i++)
        encounters[i] = (edict_encounter){items[i]->bytes, items[i]->size};
    return attributor_ahead(worker->attributor, encounters, count);
}

static int encounter_work(void *context, void *state, struct pool_item *item, struct text *answer, struct text *aside)
{
    struct worker *worker = state;
    (void)context;
    item->mark = MARK_LONG;
    if (item->too_long)
        return EXIT_FINE;
    int different = attributor_compare(worker->attributor, item->bytes, item->size, &worker->both);
    if (different < 0)
        return EXIT_INTERNAL;
    item->mark = different ? 0 : MARK_SAME;
    if (!different) {
        const edict_answer *now = &worker->both.now;
        item->mark |= now->size > 9 && memcmp(now->json, "{\"error\":", 9) == 0 ? MARK_REFUSED : 0U;
        return EXIT_FINE;
    }
    struct changed *changed = calloc(1, sizeof *changed);
    if (!changed)
        return EXIT_INTERNAL;
    text_put(aside, (const char *)&changed, sizeof changed);
    if (aside->failed) {
        free(changed);
        return EXIT_INTERNAL;
    }
    changed->old_status = worker->both.old_outcome.status;
    changed->now_status = worker->both.now_outcome.status;
    changed->words_only = words_only(&worker->both);
    /* what differs stands in the answers now: the attribution evaluates no more with these two evaluators */
    if (attributor_find(worker->attributor, item->bytes, item->size, &worker->both, &changed->set) != 0 ||
        steps_find(&changed->steps, &worker->both, item->bytes, item->size) != 0)
        return EXIT_INTERNAL;
    if (worker->corpus->job->ndjson)
        difference_put(worker, item, changed, answer);
    return EXIT_FINE;
}

/* ---- summing up: in one thread, in order */

static int grow(void *array, size_t count, size_t size)
{
    void **at = array;
    if (count & (count - 1))
        return 1;
    void *grown = realloc(*at, (count ? count * 2 : 1) * size);
    if (grown)
        *at = grown;
    return grown != NULL;
}

static void tally_add(struct tally *to, const struct step *step)
{
    to->old_units += step->old_units;
    to->new_units += step->new_units;
    if (step->priced) {
        to->old_money += step->old_money;
        to->new_money += step->new_money;
        to->priced++;
    }
}

static struct move *move_of(struct move **moves, size_t *count, const char *from, const char *to)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp((*moves)[i].from, from) == 0 && strcmp((*moves)[i].to, to) == 0)
            return &(*moves)[i];
    if (*count >= MOVES_MAX && from != others)
        return move_of(moves, count, others, others);
    if (!grow(moves, *count, sizeof **moves))
        return NULL;
    struct move *made = &(*moves)[*count];
    *made = (struct move){.from = strdup(from), .to = strdup(to)};
    if (!made->from || !made->to)
        return NULL;
    ++*count;
    return made;
}

static struct turn *turn_of(struct corpus *c, const char *name)
{
    for (size_t i = 0; i < c->turn_count; i++)
        if (strcmp(c->turns[i].name, name) == 0)
            return &c->turns[i];
    if (c->turn_count >= MOVES_MAX && name != others)
        return turn_of(c, others);
    if (!grow(&c->turns, c->turn_count, sizeof *c->turns))
        return NULL;
    struct turn *made = &c->turns[c->turn_count];
    *made = (struct turn){.name = strdup(name)};
    c->turn_count += made->name != NULL;
    return made->name ? made : NULL;
}

static struct payer *payer_of(struct corpus *c, const char *name)
{
    for (size_t i = 0; i < c->payer_count; i++)
        if (strcmp(c->payers[i].name, name) == 0)
            return &c->payers[i];
    if (c->payer_count >= PAYERS_MAX && name != others)
        return payer_of(c, others);
    if (!grow(&c->payers, c->payer_count, sizeof *c->payers))
        return NULL;
    struct payer *made = &c->payers[c->payer_count];
    *made = (struct payer){.name = strdup(name)};
    c->payer_count += made->name != NULL;
    return made->name ? made : NULL;
}

static struct cause_of *cause_of(struct corpus *c, const struct attributed *set)
{
    for (size_t i = 0; i < c->cause_count; i++) {
        const struct attributed *known = &c->causes[i].set;
        if (known->how == set->how && known->count == set->count &&
            memcmp(known->changes, set->changes, set->count * sizeof *set->changes) == 0)
            return &c->causes[i];
    }
    if (!grow(&c->causes, c->cause_count, sizeof *c->causes))
        return NULL;
    struct cause_of *made = &c->causes[c->cause_count];
    *made = (struct cause_of){.set = {.how = set->how, .count = set->count,
                                      .changes = malloc((set->count + 1) * sizeof *set->changes)}};
    if (!made->set.changes)
        return NULL;
    if (set->count)
        memcpy(made->set.changes, set->changes, set->count * sizeof *set->changes);
    c->cause_count++;
    return made;
}

/* The smallest ones, of equal ones the first. */
static int example_keep(struct cause_of *cause, const struct pool_item *item)
{
    size_t at = cause->example_count;
    if (item->size > EXAMPLE_BYTES && at)
        return 1;
    while (at && cause->examples[at - 1].size > item->size)
        at--;
    if (at == EXAMPLES)
        return 1;
    char *json = malloc(item->size + 1);
    if (!json)
        return 0;
    memcpy(json, item->bytes, item->size);
    json[item->size] = 0;
    if (cause->example_count == EXAMPLES)
        free(cause->examples[--cause->example_count].json);
    memmove(&cause->examples[at + 1], &cause->examples[at],
            (cause->example_count - at) * sizeof *cause->examples);
    cause->examples[at] = (struct example){.json = json, .size = item->size, .file = item->file, .line = item->line};
    cause->example_count++;
    return 1;
}

static int changed_sum(struct corpus *c, struct cause_of *cause, const struct changed *changed)
{
    const struct steps *s = &changed->steps;
    struct payer *payer = payer_of(c, s->payer);
    if (!payer)
        return 0;
    payer->tally.encounters++;
    for (size_t i = 0; i < s->step_count; i++) {
        const struct step *step = &s->steps[i];
        const char *from = s->bytes.bytes + step->from.at, *to = s->bytes.bytes + step->to.at;
        struct move *all = move_of(&c->moves, &c->move_count, from, to);
        struct move *own = move_of(&cause->moves, &cause->move_count, from, to);
        if (!all || !own)
            return 0;
        all->tally.encounters++;
        own->tally.encounters++;
        tally_add(&all->tally, step);
        tally_add(&own->tally, step);
        tally_add(&payer->tally, step);
        tally_add(&c->all, step);
    }
    for (size_t i = 0; i < s->turned_count; i++) {
        struct turn *turn = turn_of(c, s->bytes.bytes + s->turned[i].name.at);
        if (!turn)
            return 0;
        *(s->turned[i].came ? &turn->came : &turn->went) += 1;
        *(s->turned[i].came ? &turn->money_came : &turn->money_went) += s->turned[i].money;
    }
    return 1;
}

static void statuses_sum(struct corpus *c, struct cause_of *cause, const struct changed *changed)
{
    int was_held = *changed->old_status == 'h', is_held = *changed->now_status == 'h';
    int was_refused = *changed->old_status == 'r', is_refused = *changed->now_status == 'r';
    c->held += !was_held && is_held;
    cause->held += !was_held && is_held;
    c->answered += was_held && !is_held && !is_refused;
    cause->answered += was_held && !is_held && !is_refused;
    c->refused_now += !was_refused && is_refused;
    c->accepted_now += was_refused && !is_refused;
    c->words += changed->words_only != 0;
}

static void changed_free(struct changed *changed)
{
    free(changed->set.changes);
    steps_free(&changed->steps);
    free(changed);
}

static int encounter_take(void *context, const struct pool_item *item)
{
    struct corpus *c = context;
    struct changed *changed;
    c->encounters++;
    c->refused += (item->mark & (MARK_REFUSED | MARK_LONG)) != 0;
    if (item->aside_size != sizeof changed)
        return EXIT_FINE;
    memcpy(&changed, item->aside, sizeof changed);
    struct cause_of *cause = cause_of(c, &changed->set);
    int good = cause != NULL && changed_sum(c, cause, changed) && example_keep(cause, item);
    if (good) {
        c->changed++;
        cause->encounters++;
        statuses_sum(c, cause, changed);
    }
    changed_free(changed);
    if (c->ndjson)
        output_put(c->ndjson, item->answer, item->answer_size);
    return !good || (c->ndjson && c->ndjson->error) ? EXIT_INTERNAL : EXIT_FINE;
}

/* ---- progress */

static double seconds_since(const struct timespec *then)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - then->tv_sec) + (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

static void progress_show(void *context, const char *file, int percent)
{
    struct corpus *c = context;
    struct progress *p = &c->progress;
    if (!p->on || seconds_since(&p->began) < 1 || seconds_since(&p->last) < 0.2)
        return;
    clock_gettime(CLOCK_MONOTONIC, &p->last);
    fprintf(stderr, "\r\033[K%s: %" PRIu64 " compared, %" PRIu64 " different", file, c->encounters, c->changed);
    if (percent >= 0)
        fprintf(stderr, ", %d %%", percent);
    p->shown = 1;
}

static void progress_clear(void *context)
{
    struct corpus *c = context;
    if (c->progress.shown)
        fprintf(stderr, "\r\033[K");
    c->progress.shown = 0;
}

static void corpus_flush(void *context)
{
    struct corpus *c = context;
    if (c->ndjson)
        output_flush(c->ndjson);
}

/* ---- the whole */

static int cause_order(const void *a, const void *b)
{
    const struct cause_of *x = a, *y = b;
    if (x->encounters != y->encounters)
        return (x->encounters < y->encounters) - (x->encounters > y->encounters);
    for (size_t i = 0; i < x->set.count && i < y->set.count; i++)
        if (x->set.changes[i] != y->set.changes[i])
            return x->set.changes[i] < y->set.changes[i] ? -1 : 1;
    if (x->set.count != y->set.count)
        return x->set.count < y->set.count ? -1 : 1;
    return (x->set.how > y->set.how) - (x->set.how < y->set.how);
}

static int move_order(const void *a, const void *b)
{
    const struct move *x = a, *y = b;
    if (x->tally.encounters != y->tally.encounters)
        return x->tally.encounters < y->tally.encounters ? 1 : -1;
    int order = strcmp(x->from, y->from);
    return order ? order : strcmp(x->to, y->to);
}

static int turn_order(const void *a, const void *b)
{
    const struct turn *x = a, *y = b;
    uint64_t x_all = x->came + x->went, y_all = y->came + y->went;
    return x_all != y_all ? (x_all < y_all ? 1 : -1) : strcmp(x->name, y->name);
}

static int payer_order(const void *a, const void *b)
{
    const struct payer *x = a, *y = b;
    return x->tally.encounters != y->tally.encounters ? (x->tally.encounters < y->tally.encounters ? 1 : -1)
                                                      : strcmp(x->name, y->name);
}

static void corpus_sort(struct corpus *c)
{
    if (c->cause_count)
        qsort(c->causes, c->cause_count, sizeof *c->causes, cause_order);
    if (c->move_count)
        qsort(c->moves, c->move_count, sizeof *c->moves, move_order);
    for (size_t i = 0; i < c->cause_count; i++)
        if (c->causes[i].move_count)
            qsort(c->causes[i].moves, c->causes[i].move_count, sizeof *c->moves, move_order);
    if (c->turn_count)
        qsort(c->turns, c->turn_count, sizeof *c->turns, turn_order);
    if (c->payer_count)
        qsort(c->payers, c->payer_count, sizeof *c->payers, payer_order);
}

static int ndjson_open(struct corpus *c)
{
    const char *path = c->job->ndjson;
    if (!path)
        return EXIT_FINE;
    if (!(c->ndjson = calloc(1, sizeof *c->ndjson)))
        return EXIT_INTERNAL;
    c->ndjson->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (c->ndjson->fd >= 0)
        return EXIT_FINE;
    message("%s: %s", path, strerror(errno));
    free(c->ndjson);
    c->ndjson = NULL;
    return EXIT_INPUT;
}

static int ndjson_close(struct corpus *c, int exit)
{
    if (!c->ndjson)
        return exit;
    output_flush(c->ndjson);
    if (close(c->ndjson->fd) != 0 && !c->ndjson->error)
        c->ndjson->error = errno;
    if (c->ndjson->error) {
        message("%s: %s", c->job->ndjson, strerror(c->ndjson->error));
        exit = EXIT_INTERNAL;
    }
    free(c->ndjson);
    c->ndjson = NULL;
    return exit;
}

int corpus_open(struct corpus *c, const struct corpus_job *job)
{
    int exit;
    *c = (struct corpus){.job = job};
    c->attribution = attribution_new(job->difference, &job->of, &exit);
    return exit;
}

int corpus_compare(struct corpus *c)
{
    const struct corpus_job *job = c->job;
    const struct pool_jobs jobs = {.context = c, .worker_open = worker_open, .worker_close = worker_close,
                                   .work = encounter_work, .ahead = encounters_ahead, .take = encounter_take,
                                   .flush = corpus_flush,
                                   .progress = progress_show, .progress_clear = progress_clear,
                                   .threads = job->threads, .quiet = job->quiet};
    int exit = ndjson_open(c);
    if (exit != EXIT_FINE)
        return exit;
    c->progress.on = terminal_is(2) && !job->quiet;
    clock_gettime(CLOCK_MONOTONIC, &c->progress.began);
    c->progress.last = c->progress.began;
    exit = pool_run(&jobs, job->files, job->file_count);
    progress_clear(c);
    exit = ndjson_close(c, exit);
    corpus_sort(c);
    return exit == EXIT_FINE && c->changed ? EXIT_FINDINGS : exit;
}

static void moves_free(struct move *moves, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(moves[i].from);
        free(moves[i].to);
    }
    free(moves);
}

void corpus_free(struct corpus *c)
{
    for (size_t i = 0; i < c->cause_count; i++) {
        for (size_t e = 0; e < c->causes[i].example_count; e++)
            free(c->causes[i].examples[e].json);
        moves_free(c->causes[i].moves, c->causes[i].move_count);
        free(c->causes[i].set.changes);
    }
    free(c->causes);
    moves_free(c->moves, c->move_count);
    for (size_t i = 0; i < c->turn_count; i++)
        free(c->turns[i].name);
    free(c->turns);
    for (size_t i = 0; i < c->payer_count; i++)
        free(c->payers[i].name);
    free(c->payers);
    attribution_free(c->attribution);
    *c = (struct corpus){0};
}
