/* The evaluator's doors (edict.h): new, set, evaluate, answers. */
#include "vm/bind.h"
#include "vm/result.h"

#include <string.h>

edict_status edict_evaluator_new(const edict_program *program, const edict_evaluator_options *options,
    edict_evaluator **out, edict_error *error)
{
    edict_error local;
    return alone_new(program, options, out, error ? error : &local);
}

void edict_evaluator_free(edict_evaluator *e)
{
    if (!e) return;
    ahead_free(e);
    alone_free(e);
}

static const char *policy_word(const struct edict_program *p, const struct image_policy *policy, uint32_t i)
{
    uint32_t n = p->fact_words[policy->words_at + i];
    return program_string(p, policy->type == TYPE_WORD ? p->words[n] : n);
}

static int64_t policy_number(const struct edict_program *p, const struct image_policy *policy, uint32_t i)
{
    return policy->type == TYPE_WORD
        ? (int64_t)p->fact_words[policy->words_at + i] : p->settings[policy->values_at + i].value;
}

/* Is `value` the written one, or its number without the unit? */
static int policy_is(const char *written, const char *value)
{
    size_t n = strlen(value);
    return strncmp(written, value, n) == 0 && (written[n] == 0 || (written[n] == ' ' && n > 0 && value[n - 1] != ' '));
}

static void list_add(char *to, size_t room, const char *word)
{
    if (strlen(to) + strlen(word) + 8 > room) {
        if (strlen(to) < 4 || strcmp(to + strlen(to) - 3, "...") != 0) clip_text(to, room, ", ...");
        return;
    }
    if (to[0]) clip_text(to, room, ", ");
    clip_text(to, room, word);
}

static edict_status usage(edict_error *error, const char *code, const char *what, const char *name,
    const char *expected)
{
    *error = (edict_error){ .status = EDICT_USAGE };
    clip_text(error->code, sizeof error->code, code);
    clip_text(error->message, sizeof error->message, what);
    clip_text(error->message, sizeof error->message, " `");
    clip_text(error->message, sizeof error->message, name);
    clip_text(error->message, sizeof error->message, "`");
    clip_text(error->expected, sizeof error->expected, expected);
    return EDICT_USAGE;
}

edict_status edict_evaluator_set(edict_evaluator *e, const char *policy, const char *value, edict_error *error)
{
    const struct edict_program *p = e->program;
    edict_error local;
    char expected[sizeof local.expected] = "";
    if (!error) error = &local;
    ahead_drop(e);
    for (uint32_t i = 0; i < p->policy_count; i++) {
        const struct image_policy *q = &p->policies[i];
        list_add(expected, sizeof expected, program_string(p, q->name));
        if (strcmp(program_string(p, q->name), policy) != 0) continue;
        e->policy_set[i] = 0;
        if (!value) return EDICT_OK;
        for (int exact = 1; exact >= 0; exact--)
            for (uint32_t k = 0; k < q->words; k++) {
                const char *written = policy_word(p, q, k);
                if (exact ? strcmp(written, value) != 0 : !policy_is(written, value)) continue;
                e->policy_set[i] = 1;
                e->policy_values[i] = policy_number(p, q, k);
                return EDICT_OK;
            }
        expected[0] = 0;
        for (uint32_t k = 0; k < q->words; k++) list_add(expected, sizeof expected, policy_word(p, q, k));
        return usage(error, "no_such_value", "the policy does not permit this value:", policy, expected);
    }
    return usage(error, "no_such_policy", "the pack has no policy", policy, expected);
}

/* No error, without a byte written that nobody reads: once an encounter. */
static void error_clear(edict_error *error)
{
    error->status = EDICT_OK;
    error->line = 0;
    error->offset = 0;
    error->code[0] = error->pointer[0] = error->expected[0] = error->found[0] = error->message[0] = 0;
}

edict_status edict_evaluate(edict_evaluator *e, const char *json, size_t size, uint64_t line, edict_answer *answer,
    edict_error *error)
{
    edict_error local;
    edict_answer unused;
    edict_status status;
    if (!error) error = &local;
    if (!answer) answer = &unused;
    error_clear(error);
    *answer = (edict_answer){ 0 };
    e->error = error;
    worlds_forget(e);
    const size_t out = e->out.room, words = input_of(e)->words.room;
    const int answered = ahead_answer(e, json, size, line, answer, error, &status);
    buffers_count(e, out, words);
    e->error = NULL;
    return answered ? status : alone_evaluate(e, json, size, line, answer, error);
}

int edict_answers(edict_evaluator *e, const char *json, size_t size)
{
    const struct image_header *h = e->program->header;
    edict_error error = { .status = EDICT_OK };
    int answer = 1;
    size_t mark = size >= 3 && memcmp(json, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    worlds_forget(e);
    ahead_drop(e);
    if (bind_encounter(e, json + mark, size - mark, &error) != EDICT_OK) {
        answer = -1;
    } else if (!in_effect(e)) {
        answer = 0;
    } else if (h->answers_register != NONE) {
        const struct column *c = &e->columns[h->answers_register];
        answer = eval_run(e, h->answers_at) == EDICT_OK && c->v && !(c->w && c->w[0]) && c->v[0] != 0;
    }
    e->error = NULL;
    return answer;
}

const char *edict_unknown_key(edict_evaluator *e)
{
    struct input *in = input_of(e);
    if (in->unknown_told >= ahead_unknown(e)) return NULL;
    const struct unknown_key *k = &in->unknown[in->unknown_told++];
    return k->text + k->shown;
}

uint64_t edict_evaluator_allocations(const edict_evaluator *e)
{
    return alone_allocations(e) + ahead_allocations(e);
}

uint64_t edict_evaluator_dispatches(const edict_evaluator *e)
{
    return e->dispatches;
}
