/* edict regress: what a pack answers now, against a baseline; every difference that nobody approved fails. */
#include "regress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REGRESS_APPROVE = 1, REGRESS_REASON, REGRESS_BY, REGRESS_ALL, REGRESS_THREADS, REGRESS_QUIET, REGRESS_OLD };
static const struct option regress_options[] = {
    {"approve", 0, "all|cause NAME|encounter ID", REGRESS_APPROVE}, {"reason", 0, "TEXT", REGRESS_REASON},
    {"by", 0, "NAME", REGRESS_BY}, {"all", 'a', NULL, REGRESS_ALL}, {"threads", 0, "N", REGRESS_THREADS},
    {"quiet", 'q', NULL, REGRESS_QUIET}, {"old", 0, "PACK", REGRESS_OLD}, OPTION_REPORTS, OPTION_PACKS, OPTION_TABLES,
    OPTION_LAST};

const char *difference_kind_word(enum difference_kind kind)
{
    static const char *const words[] = {"outcome", "words", "new", "gone"};
    return words[kind];
}

/* ---- one encounter: the baseline's line against what came */

static struct difference *difference_new(struct regress *r)
{
    if (r->difference_count == r->difference_room) {
        size_t room = r->difference_room * 2 + 64;
        struct difference *grown = realloc(r->differences, room * sizeof *grown);
        if (!grown)
            return NULL;
        r->differences = grown;
        r->difference_room = room;
    }
    struct difference *d = &r->differences[r->difference_count++];
    *d = (struct difference){0};
    return d;
}

/* The elements of an outcome: "held a; b". */
static const char *element_next(const char **at, size_t *size)
{
    const char *from = *at, *end = strstr(from, "; ");
    *size = end ? (size_t)(end - from) : strlen(from);
    *at = end ? end + 2 : from + *size;
    return from;
}

static const char *elements_of(const char *outcome)
{
    const char *blank = strchr(outcome, ' ');
    return blank ? blank + 1 : outcome + strlen(outcome);
}

static int element_in(const char *outcome, const char *element, size_t size)
{
    const char *at = elements_of(outcome);
    while (*at) {
        size_t one;
        const char *found = element_next(&at, &one);
        if (one == size && memcmp(found, element, size) == 0)
            return 1;
    }
    return 0;
}

/* The rule of a finding's element: "deny:ptp@line=2". */
static int finding_reason(struct reasons *to, const char *element, size_t size)
{
    const char *colon = memchr(element, ':', size);
    size_t rule = colon ? strcspn(colon + 1, "@+?[;") : 0;
    return !colon || reasons_add(to, colon + 1, rule);
}

/* Reasons of the elements that the other outcome has not; where each has all of the other's (their order, the status),
 * of all. whys: the reasons of the charges, which stand first. */
static int reasons_of(struct reasons *to, const char *outcome, const char *other, const struct piece_text *whys,
                      size_t charges)
{
    const char *at = elements_of(outcome);
    for (size_t i = 0; *at; i++) {
        size_t size;
        const char *element = element_next(&at, &size);
        if (other && element_in(other, element, size))
            continue;
        if (!(i < charges ? reasons_add_list(to, whys[i].at, whys[i].size) : finding_reason(to, element, size)))
            return 0;
    }
    return 1;
}

/* The reasons of the charges of a kept line: numbers. */
static size_t kept_whys(const struct baseline *b, const struct kept *k, struct piece_text *whys, size_t room)
{
    size_t count = 0;
    for (const char *at = k->why; *at >= '0' && *at <= '9' && count < room;) {
        char *end;
        unsigned long number = strtoul(at, &end, 10);
        const char *why = number < b->why_count ? b->why[number] : "";
        whys[count++] = (struct piece_text){why, strlen(why)};
        at = *end == ',' ? end + 1 : end;
    }
    return count;
}

static int difference_causes(struct regress *r, struct difference *d, const struct kept *k, const char *why,
                             size_t charges)
{
    enum { WHYS = 2048 };
    struct piece_text *whys = malloc(WHYS * sizeof *whys);
    struct reasons old = {0}, now = {0};
    int good = whys != NULL;
    for (int all = 0; good && all < 2 && !old.count && !now.count; all++) {
        size_t count = kept_whys(&r->baseline, k, whys, WHYS);
        good = reasons_of(&old, d->old, all ? NULL : d->now, whys, count);
        const char *at = why;
        for (count = 0; count < charges && count < WHYS; count++) {
            size_t size = strcspn(at, "\n");
            whys[count] = (struct piece_text){at, size};
            at += size + 1;
        }
        good = good && reasons_of(&now, d->now, all ? NULL : d->old, whys, count);
    }
    good = good && causes_find(&r->versions, &old, &now, &d->causes);
    free(old.at);
    free(now.at);
    free(whys);
    return good;
}

/* With --old: the changes that give the new answer, tried on the encounter. */
static int difference_prove(struct regress *r, struct difference *d, const struct pool_item *item)
{
    struct both both = {0};
    struct attributed found = {0};
    int came = r->attributor ? attributor_compare(r->attributor, item->bytes, item->size, &both) : 0;
    int good = came >= 0;
    if (came > 0)
        good = attributor_find(r->attributor, item->bytes, item->size, &both, &found) == 0;
    const char **items = calloc(found.count + 1, sizeof *items);
    edict_change change;
    for (size_t i = 0; items && i < found.count; i++)
        items[i] = edict_difference_change(r->difference, found.changes[i], &change) ? change.item : "";
    good = good && items && (!found.count || causes_proved(&r->versions, items, found.count, &d->causes));
    outcome_free(&both.old_outcome);
    outcome_free(&both.now_outcome);
    free(found.changes);
    free(items);
    return good;
}

static void result_digest(struct difference *d, const char *words)
{
    struct text of = {0};
    text_put(&of, d->now, strlen(d->now));
    if (d->kind == DIFFERENCE_WORDS)
        text_put(&of, words, strlen(words));
    digest_put(d->result, of.bytes ? of.bytes : "", of.size);
    free(of.bytes);
}

static void case_tell(struct regress *r, const char *id, const struct difference *d)
{
    struct text summary = {0}, detail = {0};
    if (d && !d->approval) {
        causes_put(&d->causes, &summary);
        text_put(&detail, "was  ", 5);
        text_put(&detail, d->old, strlen(d->old));
        text_put(&detail, "\nnow  ", 6);
        text_put(&detail, d->now, strlen(d->now));
    }
    report_case(&r->report, r->path, id, !d || d->approval, summary.bytes, detail.bytes);
    free(summary.bytes);
    free(detail.bytes);
}

static int difference_end(struct regress *r, struct difference *d, const char *words)
{
    if (!d->id || !d->old || !d->now)
        return EXIT_INTERNAL;
    result_digest(d, words);
    d->approval = approval_find(&r->approvals, &r->versions, d);
    case_tell(r, d->id, d);
    return EXIT_FINE;
}

/* item->answer: DIGEST \t WORDS \t OUTCOME; item->aside: the identifier, then reasons, a line each. */
static int regress_take(void *context, const struct pool_item *item)
{
    struct regress *r = context;
    char digest[17], words[9];
    const char *outcome = item->answer + ANSWER_OUTCOME;
    size_t size = item->answer_size - ANSWER_OUTCOME;
    snprintf(digest, sizeof digest, "%.16s", item->answer);
    snprintf(words, sizeof words, "%.8s", item->answer + ANSWER_WORDS);
    struct kept *k = baseline_find(&r->baseline, digest);
    r->met++;
    if (k) {
        k->used = 1;
        if (strlen(k->outcome) == size && memcmp(k->outcome, outcome, size) == 0 && strncmp(k->words, words, 8) == 0) {
            r->same++;
            if (r->report.format != REPORT_NONE)
                report_case(&r->report, r->path, k->id, 1, NULL, NULL);
            return EXIT_FINE;
        }
    }
    struct difference *d = difference_new(r);
    size_t id_size = strcspn(item->aside, "\n");
    if (!d)
        return EXIT_INTERNAL;
    memcpy(d->digest, digest, sizeof digest);
    d->now = strndup(outcome, size);
    d->old = strdup(k ? k->outcome : "");
    d->id = strndup(item->aside, id_size);
    if (!d->now || !d->old || !d->id)
        return EXIT_INTERNAL;
    field_read(d->id);
    d->kind = !k ? DIFFERENCE_NEW : strcmp(d->old, d->now) == 0 ? DIFFERENCE_WORDS : DIFFERENCE_OUTCOME;
    if (k && (!difference_causes(r, d, k, item->aside + id_size + 1, item->mark) || !difference_prove(r, d, item)))
        return EXIT_INTERNAL;
    return difference_end(r, d, words);
}

static int gone_take(struct regress *r, const struct kept *k)
{
    struct difference *d = difference_new(r);
    if (!d)
        return EXIT_INTERNAL;
    snprintf(d->digest, sizeof d->digest, "%s", k->digest);
    d->kind = DIFFERENCE_GONE;
    d->id = strdup(k->id);
    d->old = strdup(k->outcome);
    d->now = strdup("");
    if (d->id)
        field_read(d->id);
    return difference_end(r, d, "");
}

static void regress_flush(void *context)
{
    (void)context;
}

/* ---- the whole */

/* Files named on the command line, else those that the baseline names, from its directory. */
static int corpus_run(struct regress *r)
{
    const struct pool_jobs jobs = {.context = r, .worker_open = answering_open, .worker_close = answering_close,
                                   .work = answering_work, .ahead = answering_ahead, .take = regress_take,
                                   .flush = regress_flush,
                                   .threads = r->threads, .quiet = r->quiet};
    if (r->options.word_count > 2)
        return pool_run(&jobs, r->options.words + 2, r->options.word_count - 2);
    const struct baseline *b = &r->baseline;
    if (!b->corpus_count)
        return usage_error(r->answering.of.command, "the baseline names no corpus: give it behind the baseline");
    char **files = calloc(b->corpus_count, sizeof *files);
    const char *slash = strrchr(r->path, '/');
    int exit = files ? EXIT_FINE : EXIT_INTERNAL;
    for (size_t i = 0; exit == EXIT_FINE && i < b->corpus_count; i++) {
        struct text file = {0};
        if (slash && b->corpus[i][0] != '/')
            text_put(&file, r->path, (size_t)(slash - r->path) + 1);
        text_put(&file, b->corpus[i], strlen(b->corpus[i]));
        files[i] = file.bytes;
        exit = file.failed ? EXIT_INTERNAL : EXIT_FINE;
    }
    if (exit == EXIT_FINE)
        exit = pool_run(&jobs, (const char *const *)files, b->corpus_count);
    for (size_t i = 0; files && i < b->corpus_count; i++)
        free(files[i]);
    free(files);
    return exit;
}

static int approve(struct regress *r, const char *path)
{
    size_t added = 0;
    int exit = approvals_write(path, &r->approving, &r->approvals, r->differences, r->difference_count, &added);
    if (exit != EXIT_FINE)
        return exit;
    if (!added)
        return usage_error(r->answering.of.command, "nothing to approve: no difference fits");
    message("%s: %zu differences approved", path, added);
    approvals_free(&r->approvals);
    exit = approvals_read(&r->approvals, path);
    for (size_t i = 0; exit == EXIT_FINE && i < r->difference_count; i++)
        r->differences[i].approval = approval_find(&r->approvals, &r->versions, &r->differences[i]);
    return exit;
}

static int old_open(struct regress *r)
{
    struct search search;
    edict_error error = {0};
    int exit = search_make(&search, &r->options);
    if (exit != EXIT_FINE)
        return exit;
    edict_status status = edict_diff(r->old, r->options.words[0], &search.options, &r->difference, &error);
    search_free(&search);
    if (status != EDICT_OK) {
        message("%s", error.message[0] ? error.message : "the two cannot be compared");
        return status_exit(status);
    }
    struct evaluators of = r->answering.of;
    of.lenient = 1;
    if (!(r->attribution = attribution_new(r->difference, &of, &exit)))
        return exit;
    if (strcmp(edict_program_rules(attribution_old(r->attribution)), r->baseline.rules) != 0)
        return usage_error(r->answering.of.command, "%s is not the pack of the baseline: its rules are others", r->old);
    r->attributor = attributor_new(r->attribution);
    return r->attributor ? EXIT_FINE : EXIT_INTERNAL;
}

static int regress_compare(struct regress *r)
{
    struct text path = {0};
    int exit = baseline_read(&r->baseline, r->path);
    if (exit == EXIT_FINE)
        exit = pack_open(&r->pack, r->options.words[0], &r->options, PACK_ERRORS);
    if (exit == EXIT_FINE)
        exit = tables_taken(&r->options);
    if (exit == EXIT_FINE)
        exit = items_read(&r->pack, &r->items, &r->versions.full, &r->item_count);
    if (exit != EXIT_FINE)
        return exit;
    r->answering.known = &r->baseline;
    r->answering.of.sets = r->baseline.sets;
    r->answering.of.set_count = r->baseline.set_count;
    r->versions = (struct versions){r->baseline.items, r->items, r->versions.full, r->baseline.item_count,
                                    r->item_count, r->baseline.rules, edict_program_rules(r->pack.program)};
    edict_evaluator **tried = evaluators_open(&r->answering.of, &exit);
    evaluators_close(&r->answering.of, tried);
    if (exit == EXIT_FINE && r->old)
        exit = old_open(r);
    text_put(&path, r->path, strlen(r->path));
    text_put(&path, ".approved", 9);
    if (exit == EXIT_FINE)
        exit = approvals_read(&r->approvals, path.bytes);
    if (exit == EXIT_FINE)
        exit = corpus_run(r);
    for (size_t i = 0; exit == EXIT_FINE && i < r->baseline.kept_count; i++)
        if (!r->baseline.kept[i].used)
            exit = gone_take(r, &r->baseline.kept[i]);
    if (exit == EXIT_FINE && r->approving.count)
        exit = approve(r, path.bytes);
    free(path.bytes);
    if (exit != EXIT_FINE)
        return exit;
    report_suite_end(&r->report, r->path);
    report_end(&r->report, "edict regress");
    regress_tell(r);
    for (size_t i = 0; i < r->difference_count; i++)
        if (!r->differences[i].approval)
            return EXIT_FINDINGS;
    return EXIT_FINE;
}

static int approve_take(struct regress *r, const char *what)
{
    if (strcmp(what, "all") != 0 && (strncmp(what, "cause ", 6) != 0 || !what[6]) &&
        (strncmp(what, "encounter ", 10) != 0 || !what[10]))
        return usage_error(r->answering.of.command,
                           "--approve takes all, \"cause NAME\" or \"encounter ID\", not \"%s\"", what);
    r->approving.all[r->approving.count++] = what;
    return EXIT_FINE;
}

/* `--approve cause NAME` may be two words. */
static int approve_option(struct regress *r, char **joined)
{
    struct options *o = &r->options;
    if ((strcmp(o->value, "cause") == 0 || strcmp(o->value, "encounter") == 0) && o->at < o->argc) {
        struct text both = {0};
        text_put(&both, o->value, strlen(o->value));
        text_put(&both, " ", 1);
        text_put(&both, o->argv[o->at], strlen(o->argv[o->at]));
        o->at++;
        *joined = both.bytes;
        return both.failed ? EXIT_INTERNAL : approve_take(r, both.bytes);
    }
    return approve_take(r, o->value);
}

static int regress_arguments(struct regress *r, char **joined)
{
    struct options *o = &r->options;
    const struct command *command = r->answering.of.command;
    int id, exit = EXIT_FINE;
    while (exit == EXIT_FINE && (id = options_next(o)) != OPTION_END) {
        switch (id) {
        case REGRESS_APPROVE: exit = approve_option(r, joined++); break;
        case REGRESS_REASON: r->approving.reason = o->value; break;
        case REGRESS_BY: r->approving.by = o->value; break;
        case REGRESS_ALL: r->show_all = 1; break;
        case REGRESS_THREADS: exit = pool_threads_take(command, o->value, &r->threads); break;
        case REGRESS_QUIET: r->quiet = 1; break;
        case REGRESS_OLD: r->old = o->value; break;
        default: exit = EXIT_USAGE;
        }
    }
    if (exit != EXIT_FINE)
        return exit;
    if (o->word_count < 2)
        return usage_error(command, o->word_count ? "no baseline given" : "no pack given");
    const struct approving *a = &r->approving;
    if (a->count && (!a->reason || !*a->reason || !a->by || !*a->by))
        return usage_error(command, "--approve needs --reason TEXT and --by NAME: who meant it, and why");
    if (!a->count && (a->reason || a->by))
        return usage_error(command, "--reason and --by belong to --approve");
    r->path = o->words[1];
    r->color = terminal_color(1, o->color);
    r->report = (struct report){.format = report_format_read(o->format), .out = output_standard()};
    if (a->count)
        r->report.format = REPORT_NONE;
    return EXIT_FINE;
}

static int regress_run(const struct command *command, int argc, char **argv)
{
    struct regress r = {.threads = pool_cores()};
    int exit = options_start(&r.options, command, regress_options, argc, argv);
    if (exit != EXIT_FINE)
        return exit;
    char **joined = calloc((size_t)argc + 1, sizeof *joined);
    r.approving.all = calloc((size_t)argc + 1, sizeof *r.approving.all);
    r.answering.of = (struct evaluators){.command = command, .packs = &r.pack, .pack_count = 1};
    exit = joined && r.approving.all ? regress_arguments(&r, joined) : EXIT_INTERNAL;
    if (exit == EXIT_FINE)
        exit = regress_compare(&r);
    for (size_t i = 0; i < r.difference_count; i++) {
        free(r.differences[i].id);
        free(r.differences[i].old);
        free(r.differences[i].now);
        free(r.differences[i].causes.at);
    }
    free(r.differences);
    attributor_free(r.attributor);
    attribution_free(r.attribution);
    edict_difference_free(r.difference);
    for (int i = 0; joined && i < argc; i++)
        free(joined[i]);
    free(joined);
    free(r.approving.all);
    items_free(r.items, r.item_count);
    approvals_free(&r.approvals);
    baseline_free(&r.baseline);
    pack_close(&r.pack);
    options_free(&r.options);
    return exit;
}

const struct command command_regress = {
    "regress", "compare a pack with a baseline; fail on what nobody approved",
    "Usage: edict regress PACK BASELINE [CORPUS...] [OPTION]...\n"
    "\n"
    "Answers the corpus again (as the baseline names it, or as given) and compares\n"
    "with what `edict snapshot` kept. A difference is another outcome, the same one\n"
    "in other words, or an encounter that came or went. Causes are the rules and rows\n"
    "of the pack that the reasons lead to and that mean something else now.\n"
    "\n"
    "      --old PACK          the pack of the baseline (source or image): causes are\n"
    "                          then proved by trying each change alone\n"
    "  -a, --all               every difference, not three of each cause\n"
    "      --approve all | cause NAME | encounter ID   these were meant; repeatable.\n"
    "                          Of several causes of a difference, each must be named\n"
    "      --reason TEXT       why, and\n"
    "      --by NAME           who says so; kept in BASELINE.approved\n"
    "      --format FORMAT     text; json: one difference a line; junit; tap\n"
    "      --threads N         threads that answer; as many as cores if not given\n"
    "      --color WHEN        always, never, auto\n"
    "  -I, --search DIR        where base packs are looked for; repeatable\n"
    "  -t, --table NAME=FILE   rows of a table from files: see edict build --help\n"
    "  -q, --quiet             the summary alone\n"
    "\n"
    "  edict regress hospital.edict hospital.baseline\n"
    "  edict regress hospital.edict hospital.baseline --approve cause family#14 \\\n"
    "        --reason \"bulletin 12\" --by \"A. Coder\"\n"
    "\n"
    "An approval holds while the encounter comes to the same outcome and the rules\n"
    "named as its causes say the same, whatever else changes in the pack.\n"
    "Exit status: 0 nothing that is not approved, 1 differences, 2 bad rules, 3 a\n"
    "file could not be read, 4 usage, 5 internal, 130 Ctrl-C.\n",
    regress_run};
