/* The whole evaluation in the order of SPEC.md, 18: read, in effect?, derive,
 * charge, change charges, speak, settle. */
#include "tests/oracle/oracle.h"

#include <stdlib.h>
#include <string.h>

void run_begin(struct run *r, struct oracle *o, struct encounter *e)
{
    struct arena arena = r->arena;
    arena_reset(&arena);
    memset(r, 0, sizeof *r);
    r->arena = arena;
    r->o = o;
    r->e = e;
    r->date = (int32_t)e->facts[known_of(o, o->m->date)->number][0].v;
    r->columns = run_room(r, o->field_count * 2 + 64u, sizeof *r->columns);
}

/* All that is needed from this stage on, for all records, whether or not it
 * decides something. */
static void derive(struct run *r, int stage)
{
    r->stage = stage;
    for (uint32_t i = 0; i < r->o->want_count; i++)
        if (r->o->wants[i].stage == stage) column_of(r, r->o->wants[i].field);
    struct place top = {.kind = r->o->m->encounter};
    for (uint32_t i = 0; i < r->o->alone_count; i++)
        if (r->o->alone[i].stage == stage) eval(r, &top, r->o->alone[i].e);
    for (uint32_t i = 0; stage == 0 && i < r->o->kind_count; i++)
        if (r->o->kinds_wanted[i] && r->o->kinds[i] != r->o->m->charge) size_of_kind(r, r->o->kinds[i]);
}

void run_all(struct run *r)
{
    struct model *m = r->o->m;
    struct place top = {.kind = m->encounter};
    derive(r, 0);
    if (m->answers) eval(r, &top, m->answers);
    for (unsigned i = 0; i < m->bill_count; i++) bill_run(r, &m->bills[i]);
    for (unsigned i = 0; i < m->rule_count; i++)
        if (m->rules[i].phase == 0) charge_rule_run(r, &m->rules[i]);
    charges_doubt(r);
    derive(r, 1);
    for (unsigned i = 0; i < m->rule_count; i++)
        if (m->rules[i].phase == 1) rule_run(r, &m->rules[i]);
    for (unsigned i = 0; i < m->cap_count; i++) cap_run(r, &m->caps[i]);
    charges_merge(r);
    derive(r, 2);
    for (unsigned i = 0; i < m->rule_count; i++)
        if (m->rules[i].phase == 2) rule_run(r, &m->rules[i]);
}

int oracle_answer(struct oracle *o, const char *json, size_t size, uint32_t worlds, struct buffer *out)
{
    struct encounter *e = o->encounter;
    struct run *r = o->run;
    struct settled settled = {0};
    buffer_clear(out);
    if (encounter_read(o, e, json, size) < 0) return 0;
    run_begin(r, o, e);
    if (r->date < o->m->packs->from || r->date > o->m->packs->until) {
        answer_write(r, NULL, out);
        return 1;
    }
    run_all(r);
    if (r->failed) {
        buffer_text(out, "{\"error\": {\"code\": \"range\", "
                         "\"message\": \"a number left the range of exact arithmetic\", "
                         "\"pointer\": \"\", \"expected\": \"\", \"found\": \"\"}, "
                         "\"line\": 1, \"offset\": 0}");
        return 1;
    }
    int held = 0;
    for (uint32_t i = 0; i < r->finding_count; i++) held |= r->findings[i].kind == FIND_HOLD;
    struct arena arena;
    arena_init(&arena, 0);
    if (held) worlds_settle(r, &arena, worlds, &settled);
    answer_write(r, &settled, out);
    arena_free(&arena);
    return 1;
}
