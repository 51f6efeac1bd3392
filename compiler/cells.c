/* Codes in condition cells: each code is one expression for all cells, and a run (lang/run.h) is a list of them. */
#include "compiler/check_expr.h"
#include "lang/run.h"

#include <string.h>

/* A code's characters stand in its upper bytes: the first half is folded in, or the middle of the product would know
 * the last characters only. */
static uint64_t place_of_code(int64_t code)
{
    const uint64_t c = (uint64_t)code;
    return (c ^ c >> 32) * 0x9e3779b97f4a7c15u >> 32;
}

static int codes_grow(struct model *m)
{
    const unsigned room = m->constant_room ? m->constant_room * 2 : 1024;
    struct constant_place *more = arena_zero(m->arena, room, sizeof *more);
    if (!more) return 0;
    for (unsigned i = 0; i < m->constant_room; i++) {
        if (!m->constants[i].constant) continue;
        uint64_t at = place_of_code(m->constants[i].code);
        while (more[at & (room - 1)].constant) at++;
        more[at & (room - 1)] = m->constants[i];
    }
    m->constants = more;
    m->constant_room = room;
    return 1;
}

struct constant *constant_code(struct model *m, int64_t code, struct span span)
{
    const struct type type = {TYPE_CODE, NULL, ""};
    if (m->constant_count * 2 >= m->constant_room && !codes_grow(m)) return NULL;
    uint64_t at = place_of_code(code);
    struct constant_place *c = &m->constants[at & (m->constant_room - 1)];
    for (; c->constant; c = &m->constants[++at & (m->constant_room - 1)])
        if (c->code == code) return c->constant;
    struct constant *fresh = arena_alloc(m->arena, sizeof *fresh);
    if (!fresh) return NULL;
    *fresh = (struct constant){expr_const(m, type, code, span), NONE};
    *c = (struct constant_place){code, fresh};
    m->constant_count++;
    return fresh;
}

/* A run of codes: each stands for itself, so nothing can be wrong with it. */
int run_read(struct model *m, const struct ast_node *run, struct cell *out)
{
    const unsigned most = run->text.size / 2 + 1;
    struct text rest = run->text;
    unsigned count = 0;
    if (m->run_room < most) {
        m->run = arena_alloc(m->arena, most * sizeof *m->run);
        m->run_room = m->run ? most : 0;
    }
    for (struct text t; m->run && (t = run_code(&rest)).size;) {
        int64_t code = 0;
        code_pack(t, &code);
        struct constant *c = constant_code(m, code, run_span(run, t));
        if (!c) break;
        m->run[count++] = c;
    }
    out->codes = arena_alloc(m->arena, (count + 1) * sizeof *out->codes);
    if (!out->codes || rest.size) {
        m->oom = 1;
        return 0;
    }
    memcpy(out->codes, m->run, count * sizeof *out->codes);
    out->count = count;
    return 1;
}
