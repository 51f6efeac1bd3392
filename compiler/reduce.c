/* Less work for the machine with the same answers: what concerns one record of a pair is computed on the record, and
 * what nobody reads is left out. */
#include "compiler/lower.h"
#include "vm/ops.h"

#include <string.h>

/* Operations that give a value for every input: an error can come neither from doing them nor from leaving them out. */
static int op_is_total(enum op op)
{
    switch (op) {
    case OP_CODE_EQ:
    case OP_CODE_LT:
    case OP_CODE_LE:
    case OP_CODE_NOT:
    case OP_CODE_AND:
    case OP_CODE_OR:
    case OP_CODE_DOC:
    case OP_CODE_DOCOR:
    case OP_CODE_IF:
    case OP_CODE_IN:
    case OP_CODE_ANYIN:
    case OP_CODE_HAS:
    case OP_CODE_LISTS: return 1;
    default: return 0;
    }
}

static struct origin origin_of(const struct lower *l, uint32_t reg) { return VEC(l->origins, struct origin)[reg]; }

/* The link through which a register on pairs was gathered; 0 where it is the encounter's, NONE otherwise. */
static uint32_t side_of(const struct lower *l, uint32_t domain, uint32_t reg)
{
    const struct origin o = origin_of(l, reg);
    if (!reg_domain(l, reg)) return 0;
    for (uint32_t i = 0; i < l->crosses.count; i++) {
        const struct cross *c = &VEC(l->crosses, struct cross)[i];
        if (c->domain == domain && o.op == OP_CODE_GATHER && (o.a == c->x || o.a == c->y)) return o.a;
    }
    return NONE;
}

/* Which operands are registers: of LISTS all but the relation and the number of keys, of IN all but the set. */
static int is_register(enum op op, uint32_t place)
{
    if (op == OP_CODE_IN || op == OP_CODE_ANYIN) return place != 1;
    return op != OP_CODE_LISTS || place > 1;
}

uint32_t one_sided(struct lower *l, enum op op, uint32_t domain, enum value_type type, uint32_t target,
                   const uint32_t *rest, uint32_t count)
{
    uint32_t link = 0, moved[16];
    if (VEC(l->domains, struct image_domain)[domain].kind != DOMAIN_CROSS || !op_is_total(op) || count > 16)
        return NONE;
    if (op == OP_CODE_AND) { /* (a and b) and c, where b and c ask the same record: a and (b and c) */
        const struct origin first = origin_of(l, rest[0]);
        const uint32_t side = side_of(l, domain, rest[1]);
        if (first.op == OP_CODE_AND && side && side != NONE && side_of(l, domain, first.b) == side)
            return ir2(l, op, domain, type, first.a, ir2(l, op, domain, type, first.b, rest[1]));
    }
    for (uint32_t i = 0; i < count; i++) {
        moved[i] = rest[i];
        if (!is_register(op, i)) continue;
        const uint32_t side = side_of(l, domain, rest[i]);
        if (side == NONE || (side && link && side != link)) return NONE;
        if (!side) continue;
        link = side;
        moved[i] = origin_of(l, rest[i]).b;
    }
    if (!link) return NONE;
    const uint32_t base = VEC(l->registers, struct image_register)[link].target;
    return gather(l, link, ir_op(l, op, base, type, target, moved, count));
}

struct use {
    unsigned char *used; /* of each register */
    const uint32_t *code;
};

/* Marks the registers that an instruction reads. `layout`: its operands from `at` on; gives what follows the group. */
static const uint32_t *operands_mark(struct use *u, const char **layout, const uint32_t *at)
{
    for (; **layout && **layout != ')'; ++*layout) {
        if (**layout == '(') {
            const char *inside = ++*layout;
            for (uint32_t n = *at++; n; n--) {
                *layout = inside;
                at = operands_mark(u, layout, at);
            }
            int depth = 1;
            for (*layout = inside; depth; ++*layout) depth += (**layout == '(') - (**layout == ')');
            --*layout;
        } else if (**layout == 'A') {
            const uint32_t test = at[0] & ~(uint32_t)CELL_NEGATED;
            if (test < CELL_IN) u->used[at[1]] = 1;
            if (test == CELL_RANGE || test == CELL_CODES) u->used[at[2]] = 1;
            at += 3;
        } else {
            if (strchr("ilm", **layout) && *at != NONE) u->used[*at] = 1;
            at++;
        }
    }
    return at;
}

/* Result cells of tables and criteria of choices may hold a word that is no register. */
static void marks_widen(struct use *u, const uint32_t *at, uint32_t size, uint32_t registers)
{
    for (uint32_t i = 1; i < size; i++)
        if (at[i] < registers) u->used[at[i]] = 1;
}

static void outside_mark(const struct lower *l, unsigned char *used)
{
    used[l->date] = used[l->always] = 1;
    if (l->answers != NONE) used[l->answers] = 1;
    for (uint32_t i = 0; i < l->domains.count; i++) {
        const struct image_domain *d = &VEC(l->domains, struct image_domain)[i];
        if (d->known != NONE) used[d->known] = 1;
        if (d->link != NONE) used[d->link] = 1;
    }
}

void dead_remove(struct lower *l)
{
    const uint32_t registers = l->registers.count, count = l->code.count;
    uint32_t *code = l->code.at, instructions = 0;
    for (uint32_t at = 0; at < count; at += code[at] >> 8) instructions++;
    uint32_t *starts = arena_alloc(l->m->arena, (instructions + 1) * sizeof *starts);
    struct use u = {arena_zero(l->m->arena, registers + 1, 1), code};
    unsigned char *dead = arena_zero(l->m->arena, instructions + 1, 1);
    if (!starts || !u.used || !dead) {
        l->failed = 1;
        return;
    }
    outside_mark(l, u.used);
    for (uint32_t i = 0, at = 0; i < instructions; at += code[at] >> 8) starts[i++] = at;
    for (uint32_t i = instructions; i-- > 0;) {
        const uint32_t at = starts[i];
        const enum op op = (enum op)(code[at] & 0xff);
        const char *layout = op_infos[op].operands;
        dead[i] = (op == OP_CODE_GATHER || op_is_total(op)) && !u.used[code[at + 1]];
        if (dead[i]) continue;
        if (op == OP_CODE_TABLE || op == OP_CODE_CHOOSE || op == OP_CODE_EMIT)
            marks_widen(&u, code + at, code[at] >> 8, registers);
        else
            operands_mark(&u, &layout, code + at + 1);
    }
    uint32_t to = 0, answers_at = 0;
    for (uint32_t i = 0; i < instructions; i++) {
        const uint32_t at = starts[i], size = code[at] >> 8;
        if (!dead[i]) {
            memmove(code + to, code + at, size * sizeof *code);
            to += size;
        }
        if (at + size == l->answers_at) answers_at = to;
    }
    l->answers_at = answers_at;
    l->code.count = to;
}
