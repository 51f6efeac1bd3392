/* The verifier, second half: the code. Every instruction is walked by its layout and types of ops.def. What passes:
 * each register is written once, before it is read, by an operand of its type and domain; every number is in its range.
 * The evaluator relies on all of that and looks at nothing again. */
#include "vm/program.h"
#include "vm/emit.h"

#include <stdlib.h>
#include <string.h>

struct checker {
    const struct edict_program *p;
    uint32_t *assigned; /* of each register: address of the instruction that writes it, plus 2; 1: bound from outside */
    uint32_t *made;     /* the same for each domain */
    uint32_t pc;
    enum op op;
    const uint32_t *at; /* operands */
    uint32_t words;     /* so many */
    uint32_t out, in;   /* domains of outputs and inputs */
    int same_type;
    uint32_t type, target;   /* what x and e stand for */
    const uint32_t *columns; /* count of the columns group, once met */
    uint32_t charges;        /* the charges domain, or NONE */
    uint32_t kind;           /* TABLE: kind of the result at hand; CHOOSE: of the criterion */
};

static int reg_ready(const struct checker *c, uint32_t reg)
{
    return reg < c->p->register_count && c->assigned[reg] && c->assigned[reg] != c->pc + 2;
}

static int is_quantity(uint32_t type) { return type >= TYPE_COUNT && type <= TYPE_YEARS; }

static int is_comparable(uint32_t type) { return type != TYPE_CODES && type != TYPE_TIMES; }

/* The types that may stand in for each other are plain numbers all. */
static int same_type(const struct checker *c, uint32_t type, uint32_t target)
{
    return (type == c->type && target == c->target) || (is_quantity(type) && is_quantity(c->type));
}

static int type_fits(struct checker *c, char wanted, struct image_register r)
{
    const uint32_t type = r.type, target = type == TYPE_LINK ? r.target : 0;
    switch (wanted) {
    case 'b': return type == TYPE_BOOL;
    case 'c': return type == TYPE_CODE;
    case 'C': return type == TYPE_CODES;
    case 'd': return type == TYPE_DATE;
    case 't': return type == TYPE_TIME;
    case 'D': return type == TYPE_DATE || type == TYPE_TIME;
    case 'T': return type == TYPE_TIMES;
    case 'q': return is_quantity(type) || type == TYPE_DATE || type == TYPE_TIME;
    case 'S': return type == TYPE_SET;
    case 'L': return type == TYPE_LEVEL;
    case 'R': return type == TYPE_ROW;
    case 'k': return type == TYPE_LINK;
    case 'v': return is_comparable(type);
    case '*': return 1;
    case 'e':
    case 'x':
        if (wanted == 'e' && !is_comparable(type))
            return 0;
        if (c->same_type)
            return same_type(c, type, target);
        c->same_type = 1;
        c->type = type;
        c->target = target;
        return 1;
    default: return 0;
    }
}

static int check_input(struct checker *c, uint32_t reg, char type)
{
    const struct image_register *r = &c->p->registers[reg];
    return reg_ready(c, reg) && (r->domain == 0 || r->domain == c->in) && type_fits(c, type, *r);
}

/* A register that must be of domain 0. */
static int check_root(struct checker *c, uint32_t reg, char type)
{
    return reg_ready(c, reg) && c->p->registers[reg].domain == 0 && type_fits(c, type, c->p->registers[reg]);
}

static int check_output(struct checker *c, const struct operand *o, char type)
{
    const uint32_t reg = *o->word, domain = c->op == OP_CODE_GROUP && o->place == 3 ? c->in : c->out;
    if (reg >= c->p->register_count || c->assigned[reg] || c->p->registers[reg].domain != domain)
        return 0;
    if (!type_fits(c, type, c->p->registers[reg]))
        return 0;
    c->assigned[reg] = c->pc + 2;
    return 1;
}

/* The test of a cell: its operands have the type of its column. */
static int check_test(struct checker *c, const struct operand *o)
{
    const uint32_t test = o->word[0] & ~(uint32_t)CELL_NEGATED, column = c->columns[1 + 2 * (size_t)o->number[1]];
    const struct image_register r = c->p->registers[column];
    if (test > CELL_DOC)
        return 0;
    if (test == CELL_DOC || test == CELL_UNDOC)
        return 1;
    if (test == CELL_IN)
        return r.type == TYPE_CODE && o->word[1] < c->p->set_count;
    c->same_type = 1;
    c->type = r.type;
    c->target = r.type == TYPE_LINK ? r.target : 0;
    const int fits = check_input(c, o->word[1], 'e') &&
                     ((test != CELL_RANGE && test != CELL_CODES) || check_input(c, o->word[2], 'e'));
    c->same_type = 0;
    return fits && (test != CELL_CODES || r.type == TYPE_CODE);
}

/* An optional register. The condition of a CHOOSE way belongs to domain 0; the link of an EMIT's because is checked
 * with its row. */
static int check_optional(struct checker *c, const struct operand *o, char type)
{
    const uint32_t reg = *o->word;
    if (c->op == OP_CODE_CHOOSE && o->depth == 1)
        return reg == NONE || check_root(c, reg, type);
    if (c->op == OP_CODE_EMIT && type == '*')
        return 1;
    if (c->op == OP_CODE_CROSS) {
        const struct image_domain *d = &c->p->domains[c->at[0]];
        c->in = o->place == 5 || o->place == 8 ? d->a : d->b;
    }
    return reg == NONE || check_input(c, reg, type);
}

/* EMIT's because: mode, link, register of rows. */
static int check_because(const struct checker *c, uint32_t mode, uint32_t link, uint32_t rows)
{
    const struct edict_program *p = c->p;
    if (!reg_ready(c, rows) || p->registers[rows].type != TYPE_ROW)
        return 0;
    const uint32_t domain = p->registers[rows].domain;
    if (mode >> 8 > p->row_count)
        return 0;
    switch (mode & 0xff) {
    case BECAUSE_SELF: return domain == c->in;
    case BECAUSE_ENCOUNTER: return domain == 0;
    case BECAUSE_MEMBERS:
        return reg_ready(c, link) && p->registers[link].type == TYPE_LINK && p->registers[link].domain == domain &&
               p->registers[link].target == c->in;
    default: return 0;
    }
}

static int check_criterion(struct checker *c, const struct operand *o)
{
    const uint32_t reg = *o->word;
    const int second = o->place == 13;
    switch (c->kind) {
    case CRITERION_HOLD: return 1;
    case CRITERION_WHERE: return second ? reg == NONE || check_input(c, reg, '*') : check_input(c, reg, 'b');
    case CRITERION_SPACED: return second ? check_input(c, reg, 'v') : check_root(c, reg, 'q');
    case CRITERION_LEVEL: return second || check_input(c, reg, 'L');
    default: return second || check_input(c, reg, 'v');
    }
}

/* An input register; of some instructions what it must be depends on the words before it. */
static int check_register(struct checker *c, const struct operand *o, char type)
{
    const struct edict_program *p = c->p;
    const uint32_t reg = *o->word;
    if (c->op == OP_CODE_TABLE && o->depth == 1 && type == 'x') {
        const struct image_register r = p->registers[c->at[0]]; /* x again: the cells have used it for their columns */
        c->same_type = 1;
        c->type = r.type;
        c->target = r.type == TYPE_LINK ? r.target : 0;
        return c->kind != RESULT_REGISTER || check_input(c, reg, 'x');
    }
    if (c->op == OP_CODE_CHOOSE && o->depth == 2)
        return check_criterion(c, o);
    if (c->op == OP_CODE_EMIT && type == 'R')
        return check_because(c, o->word[-2], o->word[-1], reg);
    if (c->op == OP_CODE_EFFECT && o->place == 3)
        return c->at[1] == EFFECT_MODIFIER ? check_input(c, reg, 'c') : reg == NONE || check_input(c, reg, '*');
    if (c->op == OP_CODE_GATHER)
        c->in = p->registers[c->at[1]].target;
    if (c->op == OP_CODE_CROSS) {
        const struct image_domain *d = &p->domains[c->at[0]];
        c->in = c->kind == 1 ? d->a : c->kind == 2 ? d->b : 0;
    }
    return check_input(c, reg, type);
}

static int check_number(struct checker *c, const struct operand *o)
{
    const uint32_t n = *o->word;
    switch (c->op) {
    case OP_CODE_MUL: return n == 0 || n == 6;
    case OP_CODE_DIV: return n <= 2;
    case OP_CODE_TABLE:
        if (o->depth == 0)
            return n == HIT_FIRST || n == HIT_ONE;
        c->kind = n;
        return o->place == 5 || n <= RESULT_NONE; /* place 5: the flag of a column */
    case OP_CODE_GROUP: return o->place < 9 || n <= KEY_UNBROKEN;
    case OP_CODE_CHOOSE:
        if (o->place == 11)
            c->kind = n;
        return o->place == 11 ? n <= CRITERION_HOLD : c->kind != CRITERION_HOLD || n < c->p->row_count;
    case OP_CODE_EMIT:
        return o->place == 0 ? n < c->p->list_count : o->place == 4 ? n == HIT_FIRST || n == HIT_EVERY : 1;
    case OP_CODE_EFFECT: return n <= EFFECT_WITHDRAW;
    case OP_CODE_MERGE: return o->place != 8 || n <= CRITERION_LEAST;
    case OP_CODE_CROSS:
        c->kind = n; /* of a key: whose it is */
        return n <= (o->place == 3 ? 1 : 2);
    case OP_CODE_FIND: return o->place == 1 ? n <= FIND_NOTE : n <= CHANGE_MODIFIERS;
    default: return 1;
    }
}

static int check_operand(void *context, const struct operand *o)
{
    struct checker *c = context;
    const struct edict_program *p = c->p;
    const char type = op_infos[c->op].types[o->place];
    if (o->letter == ')')
        return 1;
    const uint32_t n = *o->word;
    switch (o->letter) {
    case 'o': return check_output(c, o, type);
    case 'i': return check_register(c, o, type);
    case 'm': return check_optional(c, o, type);
    case 'l': return check_input(c, n, 'k');
    case 'k': return n < p->domain_count;
    case 'n': return check_number(c, o);
    case 's': return n < p->string_count;
    case 'S': return n < p->set_count;
    case 'R': return n < p->relation_count;
    case 'r': return n < p->row_count;
    case 'A': return check_test(c, o);
    case '(':
        if (o->depth == 0 && !c->columns)
            c->columns = o->word;
        return op_infos[c->op].operands[o->place + 2] != 'A' || n == c->columns[0];
    default: return 1;
    }
}

static int domain_is(const struct checker *c, uint32_t k, uint32_t kind)
{
    return k < c->p->domain_count && c->p->domains[k].kind == kind;
}

static int make_domain(struct checker *c, uint32_t k, uint32_t kind)
{
    if (!domain_is(c, k, kind) || c->made[k])
        return 0;
    c->made[k] = c->pc + 2;
    return 1;
}

/* Domain of the first of some registers that is not 0; registers out of range count as 0 and are refused later. */
static uint32_t first_domain(const struct checker *c, const uint32_t *regs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (regs[i] < c->p->register_count && c->p->registers[regs[i]].domain)
            return c->p->registers[regs[i]].domain;
    return 0;
}

static int final_made(const struct checker *c)
{
    for (uint32_t k = 0; k < c->p->domain_count; k++)
        if (c->p->domains[k].kind == DOMAIN_FINAL && c->made[k])
            return 1;
    return 0;
}

/* Sets the domains of outputs and inputs; notes the domain made. */
static int check_domains(struct checker *c)
{
    const struct edict_program *p = c->p;
    const uint32_t *at = c->at;
    const struct image_register *first = at[0] < p->register_count ? &p->registers[at[0]] : NULL;
    switch (c->op) {
    case OP_CODE_ANY:
    case OP_CODE_COUNT:
    case OP_CODE_SUM:
    case OP_CODE_MIN:
    case OP_CODE_MAX:
    case OP_CODE_FIRST:
    case OP_CODE_AGREE:
    case OP_CODE_UNION:
    case OP_CODE_SETOF:
    case OP_CODE_BEST: {
        const size_t inputs = c->op == OP_CODE_ANY || c->op == OP_CODE_COUNT ? 2 : c->op == OP_CODE_BEST ? 4 : 3;
        if (at[1] >= p->register_count || p->registers[at[1]].type != TYPE_LINK)
            return 0;
        c->out = p->registers[at[1]].target;
        c->in = first_domain(c, at + 1, c->op == OP_CODE_SETOF ? 2 : inputs);
        if (c->op == OP_CODE_SETOF && !c->in && at[3] && c->words > 4)
            c->in = first_domain(c, at + 4, 1);
        return c->made[c->out] && c->made[c->in];
    }
    case OP_CODE_CROSS:
        c->out = at[0];
        return domain_is(c, at[0], DOMAIN_CROSS) && c->made[p->domains[at[0]].a] && c->made[p->domains[at[0]].b] &&
               make_domain(c, at[0], DOMAIN_CROSS);
    case OP_CODE_GROUP:
        c->in = at[1];
        c->out = at[0];
        return domain_is(c, at[0], DOMAIN_GROUP) && p->domains[at[0]].a == at[1] && c->made[at[1]] &&
               make_domain(c, at[0], DOMAIN_GROUP);
    case OP_CODE_EMIT:
        c->in = at[2];
        return domain_is(c, at[1], DOMAIN_CHARGES) && !c->made[at[1]] && at[2] < p->domain_count && c->made[at[2]] &&
               p->domains[at[2]].kind < DOMAIN_CROSS;
    case OP_CODE_CLOSE: c->out = at[0]; return make_domain(c, at[0], DOMAIN_CHARGES);
    case OP_CODE_EFFECT:
    case OP_CODE_CAP: c->in = c->charges; return !final_made(c) && c->charges != NONE && c->made[c->charges];
    case OP_CODE_MERGE:
        c->out = at[0];
        c->in = at[1];
        return !final_made(c) && domain_is(c, at[1], DOMAIN_CHARGES) && c->made[at[1]] &&
               make_domain(c, at[0], DOMAIN_FINAL);
    case OP_CODE_FIND: c->in = first_domain(c, at + 2, 2); return 1;
    default:
        if (!first || !c->made[first->domain])
            return 0;
        c->out = c->in = first->domain;
        return 1;
    }
}

static uint32_t link_target(const struct checker *c, uint32_t reg) { return c->p->registers[reg].target; }

/* The values of a relation's column may become cells of this type; those of a large one are looked at when found. */
static int check_lookup(const struct checker *c)
{
    const struct edict_program *p = c->p;
    const struct image_relation *r = &p->relations[c->at[1]];
    const uint32_t type = p->registers[c->at[0]].type;
    if (c->at[2] >= r->columns || c->at[3] != r->keys || type > TYPE_TIME || (r->codes && c->at[2] < 2))
        return 0;
    const int64_t *cell = p->cells + r->at + c->at[2];
    for (uint64_t i = 0; relation_looked_at(r) && i < r->rows; i++, cell += (size_t)r->columns + 3)
        if (!program_value_fits(p, type, *cell))
            return 0;
    return 1;
}

/* What the walk cannot see: operands that must agree with each other. All registers are known to be in range. */
/* The relations of a CROSS, from their number on: of one of two codes both, one of each record; of another all keys. */
static int check_listed(const struct edict_program *p, const uint32_t *at)
{
    uint32_t relations = *at++;
    for (; relations; relations--, at += 2 + 2 * (size_t)at[1]) {
        const struct image_relation *r = &p->relations[at[0]];
        if (at[1] != (r->codes ? 2 : r->keys) || (r->codes && at[2] * at[4] != 2))
            return 0;
    }
    return 1;
}

static int check_together(const struct checker *c)
{
    const struct edict_program *p = c->p;
    const uint32_t *at = c->at;
    switch (c->op) {
    case OP_CODE_LISTS: return at[2] == p->relations[at[1]].keys;
    case OP_CODE_LOOKUP: return check_lookup(c);
    case OP_CODE_ORDER2: return link_target(c, at[1]) == link_target(c, at[2]);
    case OP_CODE_INDEX: return link_target(c, at[0]) == p->registers[at[0]].domain;
    case OP_CODE_CROSS:
        return link_target(c, at[1]) == p->domains[at[0]].a && link_target(c, at[2]) == p->domains[at[0]].b &&
               check_listed(p, at + 7 + 2 * (size_t)at[4]);
    case OP_CODE_GROUP: {
        int unbroken = 0;
        const uint32_t *row = at + 6 + 2 * (size_t)at[5], *end = at + c->words;
        for (uint32_t rows = *row++; rows; rows--) {
            uint32_t columns = row[1];
            for (row += 2; columns; columns--)
                row += 1 + 3 * (size_t)*row;
            unbroken |= row[0] == KEY_UNBROKEN;
            row += 2 + (size_t)row[1];
        }
        return link_target(c, at[3]) == at[0] && (!unbroken || (end[-1] != NONE && end[-2] != NONE));
    }
    case OP_CODE_CLOSE:
        for (uint32_t i = 0; i < at[5]; i++)
            if (link_target(c, at[7 + 2 * (size_t)i]) != at[6 + 2 * (size_t)i])
                return 0;
        return 1;
    case OP_CODE_MERGE: return p->domains[at[0]].a == at[1] && link_target(c, at[6]) == at[1];
    case OP_CODE_FIND: {
        const uint32_t change = at[c->words - 2], to = at[c->words - 1];
        const uint32_t type = to == NONE ? (uint32_t)TYPE_COUNT_OF : p->registers[to].type;
        return change == CHANGE_NOTHING || (change == CHANGE_UNITS && is_quantity(type)) ||
               (change == CHANGE_CODE && type == TYPE_CODE) ||
               (change == CHANGE_MODIFIERS && (type == TYPE_CODE || type == TYPE_CODES));
    }
    default: return 1;
    }
}

static int check_instruction(struct checker *c, const uint32_t *end)
{
    const char *layout = op_infos[c->op].operands;
    const size_t least = strcspn(layout, "(") + (strchr(layout, '(') != NULL);
    c->words = (uint32_t)(end - c->at);
    c->same_type = 0;
    c->columns = NULL;
    c->kind = c->out = c->in = 0;
    return c->words >= least && check_domains(c) && layout_walk(layout, c->at, end, check_operand, c) &&
           check_together(c);
}

/* Registers that are filled before the code runs. */
static int check_bound(struct checker *c)
{
    const struct edict_program *p = c->p;
    for (uint32_t k = 0; k < p->domain_count; k++) {
        c->made[k] = p->domains[k].kind <= DOMAIN_LIST;
        if (p->domains[k].kind == DOMAIN_CHARGES)
            c->charges = k;
    }
    for (uint32_t i = 0; i < p->const_count; i++)
        if (c->assigned[p->consts[i].reg]++)
            return 0;
    const uint32_t date = p->header->date_register;
    for (uint32_t i = 0; i < p->fact_count; i++)
        if (c->assigned[p->facts[i].reg]++)
            return 0;
    for (uint32_t i = 0; i < p->fact_count; i++)
        if (p->facts[i].missing == MISSING_SAME && !c->assigned[p->facts[i].value])
            return 0;
    if (date >= p->register_count || !c->assigned[date] || p->registers[date].domain != 0 ||
        p->registers[date].type != TYPE_DATE)
        return 0;
    /* policies last: their values are looked for by the date, when all facts are filled */
    for (uint32_t i = 0; i < p->policy_count; i++)
        if (c->assigned[p->policies[i].reg]++)
            return 0;
    return 1;
}

/* Registers that the header and the domains name: written by then. */
static int check_named(const struct checker *c, uint32_t pc)
{
    const struct image_header *h = c->p->header;
    const uint32_t reg = h->answers_register;
    if (pc == h->answers_at && reg != NONE)
        return reg < c->p->register_count && c->assigned[reg] && c->p->registers[reg].domain == 0 &&
               c->p->registers[reg].type == TYPE_BOOL;
    return 1;
}

static edict_status check_code(struct checker *c, edict_error *error)
{
    const struct edict_program *p = c->p;
    int answers = p->header->answers_register == NONE;
    if (!check_bound(c))
        return image_error(
            error, EDICT_IMAGE, "damaged_image", "the image is damaged: a register is bound twice or not at all");
    for (uint32_t pc = 0;; pc += p->code[pc] >> 8) {
        if (!check_named(c, pc))
            return image_error(error, EDICT_IMAGE, "damaged_image", "the image is damaged: answers register");
        answers |= pc == p->header->answers_at;
        if (pc == p->code_size)
            break;
        const uint32_t op = p->code[pc] & 0xff, size = p->code[pc] >> 8;
        c->pc = pc;
        c->op = (enum op)op;
        c->at = p->code + pc + 1;
        if (op >= OP_CODES || !size || size > p->code_size - pc || !check_instruction(c, p->code + pc + size))
            return image_error(error, EDICT_IMAGE, "damaged_image", "the image is damaged: instruction %s at %u",
                op < OP_CODES ? op_infos[op].name : "?", pc);
    }
    for (uint32_t k = 0; k < p->domain_count; k++) {
        const struct image_domain *d = &p->domains[k];
        if ((d->known != NONE && c->assigned[d->known] != 1) ||
            (d->kind == DOMAIN_GROUP && !c->assigned[d->link]))
            return image_error(error, EDICT_IMAGE, "damaged_image", "the image is damaged: domain %u", k);
    }
    if (!answers)
        return image_error(error, EDICT_IMAGE, "damaged_image", "the image is damaged: answers register");
    return EDICT_OK;
}

edict_status program_verify_code(const struct edict_program *p, edict_error *error)
{
    struct checker c = { .p = p, .charges = NONE };
    edict_status status = EDICT_MEMORY;
    c.assigned = calloc((size_t)p->register_count + 1, sizeof *c.assigned);
    c.made = calloc((size_t)p->domain_count + 1, sizeof *c.made);
    if (c.assigned && c.made)
        status = check_code(&c, error);
    else
        image_error(error, EDICT_MEMORY, "no_memory", "no memory");
    free(c.assigned);
    free(c.made);
    return status;
}
