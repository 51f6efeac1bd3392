/* One evaluator: made, one encounter evaluated at a time, freed. Here the stages meet: bind, run, worlds, result. */
#include "vm/bind.h"
#include "vm/limits.h"
#include "vm/result.h"

#include <stdlib.h>
#include <string.h>

edict_status alone_new(const struct edict_program *program, const edict_evaluator_options *options,
    struct edict_evaluator **out, edict_error *error)
{
    struct edict_evaluator *e = calloc(1, sizeof *e);
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
        alone_free(e);
    }
    *error = (edict_error){ .status = EDICT_MEMORY, .code = "no_memory", .message = "no memory" };
    return EDICT_MEMORY;
}

void alone_free(struct edict_evaluator *e)
{
    if (!e) return;
    bind_free(e);
    eval_free(e);
    buffer_free(&e->out);
    buffer_free(&e->view);
    free(e);
}

uint64_t alone_allocations(const struct edict_evaluator *e)
{
    return e->allocations + e->arena.blocks + rerun_blocks(e);
}

void buffers_count(struct edict_evaluator *e, size_t out, size_t words)
{
    e->allocations += (uint64_t)(e->out.room != out) + (uint64_t)(input_of(e)->words.room != words);
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

edict_status alone_evaluate(struct edict_evaluator *e, const char *json, size_t size, uint64_t line,
    edict_answer *answer, edict_error *error)
{
    const size_t out = e->out.room, words = input_of(e)->words.room;
    size_t mark = 0;
    *error = (edict_error){ .status = EDICT_OK };
    *answer = (edict_answer){ 0 };
    e->error = error;
    worlds_forget(e);
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
    buffers_count(e, out, words);
    e->error = NULL;
    return status;
}
