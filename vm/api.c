/* The evaluator's doors (edict.h): new, set, evaluate, answers. Here the stages meet: bind, run, worlds, result. */
#include "vm/bind.h"
#include "vm/limits.h"
#include "vm/result.h"

#include <stdlib.h>
#include <string.h>

edict_status edict_evaluator_new(const edict_program *program, const edict_evaluator_options *options,
    edict_evaluator **out,
                                 edict_error *error)
{
    edict_error local;
    struct edict_evaluator *e = calloc(1, sizeof *e);
    if (!error) error = &local;
    *error = (edict_error){ .status = EDICT_OK };
    *out = NULL;
    if (e) {
        e->program = program;
        if (options) e->options = *options;
        buffer_init(&e->out, ANSWER_BYTES);
        buffer_init(&e->view, VIEW_BYTES);
        if (eval_new(e) == EDICT_OK && bind_new(e, error) == EDICT_OK) {
            e->allocations++;
            *out = e;
            return EDICT_OK;
        }
        edict_evaluator_free(e);
    }
    *error = (edict_error){ .status = EDICT_MEMORY, .code = "no_memory", .message = "no memory" };
    return EDICT_MEMORY;
}

void edict_evaluator_free(edict_evaluator *e)
{
    if (!e) return;
    ahead_free(e);
    bind_free(e);
    eval_free(e);
    buffer_free(&e->out);
    buffer_free(&e->view);
    free(e);
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

int in_effect(const struct edict_evaluator *e)
{
    const struct image_header *h = e->program->header;
    const struct column *c = &e->columns[h->date_register];
    const uint32_t i = lane_cell(c, e->lane);
    return !(c->w && c->w[i]) && c->v[i] >= h->from && c->v[i] <= h->until;
}

/* What an evaluation that failed leaves in the error, when the failing stage left nothing. */
static void complete_error(edict_error *error, edict_status status)
{
    const char *code = status == EDICT_MEMORY ? "no_memory" : status == EDICT_LIMIT ? "limit" : status == EDICT_RANGE
        ? "range" : "input";
    error->status = status;
    if (!error->code[0]) clip_text(error->code, sizeof error->code, code);
    if (!error->message[0])
        clip_text(error->message, sizeof error->message, status == EDICT_MEMORY
            ? "no memory" : "the encounter cannot be evaluated");
}

static edict_status evaluate(struct edict_evaluator *e, const char *json, size_t size, edict_answer *answer,
    edict_error *error)
{
    edict_status status = bind_encounter(e, json, size, error);
    if (status != EDICT_OK) return status;
    e->finding_count = e->final_count = 0;
    memset(e->final_firsts, 0, sizeof e->final_firsts);
    if (!in_effect(e)) {
        result_write(e, answer, 1);
    } else {
        status = eval_run(e, e->program->code_size);
        if (status == EDICT_OK && lane_held(e, 0)) status = worlds_run(e);
        if (status != EDICT_OK) return status;
        *error = (edict_error){ .status = EDICT_OK };
        result_write(e, answer, 0);
    }
    if (e->out.failed == BUFFER_FULL && e->status == EDICT_OK) {
        *error = (edict_error){ .code = "limit", .message = "the answer is larger than 256 MiB (ANSWER_BYTES)" };
        return EDICT_LIMIT;
    }
    return e->out.failed ? EDICT_MEMORY : e->status;
}

edict_status edict_evaluate(edict_evaluator *e, const char *json, size_t size, uint64_t line, edict_answer *answer,
                            edict_error *error)
{
    edict_error local;
    edict_answer unused;
    if (!error) error = &local;
    if (!answer) answer = &unused;
    *error = (edict_error){ .status = EDICT_OK };
    *answer = (edict_answer){ 0 };
    e->error = error;
    worlds_forget(e);
    size_t room = e->out.room, words = input_of(e)->words.room, mark = 0;
    edict_status ahead;
    if (ahead_answer(e, json, size, line, answer, error, &ahead)) {
        e->allocations += (uint64_t)(e->out.room != room) + (uint64_t)(input_of(e)->words.room != words);
        e->error = NULL;
        return ahead;
    }
    e->dispatches = 0;
    if (line == 1 && size >= 3 && memcmp(json, "\xef\xbb\xbf", 3) == 0) mark = 3;
    edict_status status = evaluate(e, json + mark, size - mark, answer, error);
    if (status != EDICT_OK) {
        complete_error(error, status);
        error->line = line > UINT32_MAX ? UINT32_MAX : (uint32_t)line;
        error->offset += mark;
        if (status != EDICT_MEMORY) result_error(e, line, error, answer);
        if (status != EDICT_MEMORY && e->out.failed == BUFFER_NO_MEMORY) { /* none for telling what is wrong either */
            *error = (edict_error){ .line = error->line };
            complete_error(error, status = EDICT_MEMORY);
        }
        if (status == EDICT_MEMORY) {
            *answer = (edict_answer){ 0 };
            e->findings_at = 0;    /* what stands there is of an earlier encounter, or half of this one's */
        }
    }
    e->allocations += (uint64_t)(e->out.room != room) + (uint64_t)(input_of(e)->words.room != words);
    e->error = NULL;
    return status;
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
    return e->allocations + e->arena.blocks + rerun_blocks(e) + ahead_allocations(e);
}

uint64_t edict_evaluator_dispatches(const edict_evaluator *e)
{
    return e->dispatches;
}
