/* Encounters to outcomes, on any thread: what a baseline keeps of an answer. */
#include "baseline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct worker {
    const struct evaluators *of;
    const struct baseline *known;
    edict_evaluator **evaluators;
    struct outcome outcome;
};

void *answering_open(void *context)
{
    const struct answering *answering = context;
    struct worker *worker = calloc(1, sizeof *worker);
    int exit = EXIT_FINE;
    if (!worker)
        return NULL;
    worker->of = &answering->of;
    worker->known = answering->known;
    worker->evaluators = evaluators_open(worker->of, &exit);
    if (exit == EXIT_FINE)
        return worker;
    free(worker);
    return NULL;
}

void answering_close(void *worker)
{
    struct worker *w = worker;
    evaluators_close(w->of, w->evaluators);
    outcome_free(&w->outcome);
    free(w);
}

/* The identifier stands first in an answer: `{"encounter": "…", "pack": …`. */
static void id_put(struct text *to, const char *answer, size_t size, const struct pool_item *item)
{
    static const char head[] = "{\"encounter\": ";
    char line[40];
    if (size > sizeof head && memcmp(answer, head, sizeof head - 1) == 0) {
        json_error_t error;
        json_t *id = json_loadb(answer + sizeof head - 1, size - sizeof head + 1,
                                JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, &error);
        if (json_is_string(id))
            field_put(to, json_string_value(id), json_string_length(id));
        if (json_is_integer(id)) {
            snprintf(line, sizeof line, "%lld", (long long)json_integer_value(id));
            field_put(to, line, strlen(line));
        }
        int known = json_is_string(id) || json_is_integer(id);
        json_decref(id);
        if (known)
            return;
    }
    snprintf(line, sizeof line, "number %llu", (unsigned long long)item->number + 1);
    text_put(to, line, strlen(line));
}

size_t answering_ahead(void *context, void *state, const struct pool_item *const *items, size_t count)
{
    struct worker *worker = state;
    edict_encounter encounters[POOL_AHEAD];
    (void)context;
    for (size_t i = 0; i < count; i++)
        encounters[i] = (edict_encounter){items[i]->bytes, items[i]->size};
    return edict_evaluate_ahead(worker->evaluators[0], encounters, count);
}

/* Hash of all that an answer says: what stands behind the identities of pack and image. */
static void answer_digest_put(char digits[17], const char *answer, size_t size)
{
    static const char image[] = "\"image\": \"";
    const char *from = memmem(answer, size, image, sizeof image - 1), *end = answer + size;
    from = from ? memchr(from + sizeof image - 1, '"', (size_t)(end - from) - (sizeof image - 1)) : NULL;
    if (!from)
        from = answer;
    digest_put(digits, from, (size_t)(end - from));
}

int answering_work(void *context, void *state, struct pool_item *item, struct text *answer_text, struct text *aside)
{
    struct worker *worker = state;
    struct outcome *o = &worker->outcome;
    edict_answer answer = {0};
    edict_error error = {0};
    char digest[17], whole[17], words[32];
    (void)context;
    if (item->too_long) {
        message("an encounter is longer than 16 MiB: it cannot be kept");
        return EXIT_INPUT;
    }
    edict_status status = edict_evaluate(worker->evaluators[0], item->bytes, item->size, 0, &answer, &error);
    int refused = status == EDICT_INPUT || status == EDICT_LIMIT || status == EDICT_RANGE;
    if (status != EDICT_OK && !refused)
        return EXIT_INTERNAL;
    digest_put(digest, item->bytes, item->size);
    answer_digest_put(whole, answer.json, answer.size);
    text_put(answer_text, digest, 16);
    text_put(answer_text, "\t", 1);
    const struct kept *known = worker->known ? baseline_known(worker->known, digest) : NULL;
    if (known && strlen(known->words) == 24 && strcmp(known->words + 8, whole) == 0) {
        text_put(answer_text, known->words, 24);
        text_put(answer_text, "\t", 1);
        text_put(answer_text, known->outcome, strlen(known->outcome));
        id_put(aside, answer.json, answer.size, item);
        return EXIT_FINE;
    }
    if (outcome_read(o, answer.json, answer.size) != 0)
        return EXIT_INTERNAL;
    snprintf(words, sizeof words, "%08x%s\t", (unsigned)(o->words ^ o->words >> 32), whole);
    text_put(answer_text, words, strlen(words));
    outcome_put(o, answer_text);
    id_put(aside, answer.json, answer.size, item);
    text_put(aside, "\n", 1);
    for (size_t i = 0; i < o->charges; i++) {
        text_put(aside, o->bytes.bytes + o->elements[i].why.at, o->elements[i].why.size);
        text_put(aside, "\n", 1);
    }
    item->mark = (unsigned)o->charges;
    return EXIT_FINE;
}
