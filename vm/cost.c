/* The worst case of a program, stated before it runs: how many cells its instructions write, as a sum over the sizes of
 * the lists of an encounter. There are no jumps and no loops but those over records, so this is a bound, not an
 * estimate. */
#include "vm/program.h"

#include "base/buffer.h"
#include "vm/bind.h"
#include "vm/cost.h"
#include "vm/limits.h"
#include "vm/result.h"

#include <stdlib.h>
#include <string.h>

enum { FACTORS = 4, TERMS = 64 };

/* A product of list sizes: domains of kind LIST, ascending; CHARGES stands for the charges of all bills. */
struct term {
    uint32_t factor[FACTORS], factors;
    uint64_t times;
};

static void factor_add(struct term *t, uint32_t domain)
{
    uint32_t at = t->factors;
    if (at == FACTORS) return;
    while (at && t->factor[at - 1] > domain) {
        t->factor[at] = t->factor[at - 1];
        at--;
    }
    t->factor[at] = domain;
    t->factors++;
}

/* A group has at most as many records as its source; a pair of domains as many as their product. */
static void factors_of(const struct edict_program *p, uint32_t domain, struct term *t, unsigned depth)
{
    const struct image_domain *d = &p->domains[domain];
    if (depth > 16) return;
    switch (d->kind) {
    case DOMAIN_ROOT: return;
    case DOMAIN_GROUP: factors_of(p, d->a, t, depth + 1); return;
    case DOMAIN_CROSS:
        factors_of(p, d->a, t, depth + 1);
        factors_of(p, d->b, t, depth + 1);
        return;
    case DOMAIN_FINAL: factor_add(t, d->a); return;
    default: factor_add(t, domain);
    }
}

static void term_count(struct term *terms, uint32_t *count, const struct term *t)
{
    for (uint32_t i = 0; i < *count; i++)
        if (terms[i].factors == t->factors && !memcmp(terms[i].factor, t->factor, t->factors * sizeof *t->factor)) {
            terms[i].times++;
            return;
        }
    if (*count == TERMS) return;
    terms[*count] = *t;
    terms[(*count)++].times = 1;
}

static int term_order(const void *a, const void *b)
{
    const struct term *x = a, *y = b;
    if (x->factors != y->factors) return x->factors < y->factors ? -1 : 1;
    return memcmp(x->factor, y->factor, sizeof x->factor);
}

void cost_write(const struct edict_program *p, struct buffer *out)
{
    struct term terms[TERMS];
    uint32_t count = 0, instructions = 0;
    memset(terms, 0, sizeof terms);
    for (uint32_t pc = 0; pc < p->code_size; pc += p->code[pc] >> 8) instructions++;
    for (uint32_t r = 0; r < p->register_count; r++) {
        struct term t = {{0}, 0, 0};
        factors_of(p, p->registers[r].domain, &t, 0);
        term_count(terms, &count, &t);
    }
    qsort(terms, count, sizeof *terms, term_order);
    buffer_printf(out, "; %u instructions, each once an encounter; cells written at most: ", instructions);
    for (uint32_t i = 0; i < count; i++) {
        buffer_printf(out, "%s%llu", i ? " + " : "", (unsigned long long)terms[i].times);
        for (uint32_t f = 0; f < terms[i].factors; f++) {
            const struct image_domain *d = &p->domains[terms[i].factor[f]];
            buffer_printf(out, " × %s", program_string(p, d->kind == DOMAIN_LIST ? d->key : p->lists[0]));
        }
    }
    buffer_byte(out, '\n');
}

/* The most records that a domain can have: an encounter beyond it is refused with the limit's name. */
static uint64_t records_most(const struct edict_program *p, uint32_t domain, unsigned depth)
{
    const struct image_domain *d = &p->domains[domain];
    switch (d->kind) {
    case DOMAIN_ROOT: return 1;
    case DOMAIN_LIST: return LIMIT_RECORDS;
    case DOMAIN_GROUP: return depth > 16 ? LIMIT_PAIRS : records_most(p, d->a, depth + 1);
    case DOMAIN_CROSS: {
        const uint64_t n = records_most(p, d->a, depth + 1) * records_most(p, d->b, depth + 1);
        return n < LIMIT_PAIRS ? n : LIMIT_PAIRS;
    }
    default: return LIMIT_CHARGES;
    }
}

struct widest { const struct edict_program *p; uint64_t records; };

/* The domain of most records among those an instruction names, by its registers or itself. */
static int operand_widest(void *context, const struct operand *o)
{
    struct widest *w = context;
    uint32_t domain = NONE;
    if (strchr("oiml", o->letter) && *o->word < w->p->register_count) domain = w->p->registers[*o->word].domain;
    if (o->letter == 'k') domain = *o->word;
    const uint64_t n = domain == NONE ? 0 : records_most(w->p, domain, 0);
    if (n > w->records) w->records = n;
    return 1;
}

static void line(struct buffer *out, const char *what, uint64_t n, const char *why)
{
    buffer_printf(out, "%-22s %14llu  %s\n", what, (unsigned long long)n, why);
}

void cost_report(const struct edict_program *p, struct buffer *out)
{
    uint64_t cells = 0, steps = 0, most = 0;
    uint32_t instructions = 0;
    for (uint32_t r = 0; r < p->register_count; r++) cells += records_most(p, p->registers[r].domain, 0);
    for (uint32_t pc = 0; pc < p->code_size; pc += p->code[pc] >> 8, instructions++) {
        const uint32_t *at = p->code + pc;
        struct widest w = { p, 1 };
        layout_walk(op_infos[*at & 0xff].operands, at + 1, at + (*at >> 8), operand_widest, &w);
        steps += w.records * (*at >> 8);
    }
    const uint64_t columns = cells * (sizeof(int64_t) + sizeof(uint32_t));
    const struct { const char *what; uint64_t bytes; const char *why; } memory[] = {
        { "  columns", columns < LIMIT_MEMORY ? columns : LIMIT_MEMORY, "two words a cell, and scratch: LIMIT_MEMORY" },
        { "  reasons", (uint64_t)LIMIT_REASONS * (sizeof(struct why_node) + sizeof(struct hold_mark)),
            "LIMIT_REASONS, and the marks of holds" },
        { "  intervals", (uint64_t)LIMIT_INTERVALS * sizeof(struct interval), "LIMIT_INTERVALS" },
        { "  codes in lists", (uint64_t)LIMIT_CODES * sizeof(int64_t), "LIMIT_CODES" },
        { "  charges, findings", (uint64_t)LIMIT_CHARGES * (sizeof(struct charge) + sizeof(struct final_charge)) +
            (uint64_t)LIMIT_FINDINGS * sizeof(struct finding) + (uint64_t)LIMIT_ARGUMENTS * sizeof(struct argument),
            "LIMIT_CHARGES, LIMIT_FINDINGS, LIMIT_ARGUMENTS" },
        { "  texts, answer", (uint64_t)ENCOUNTER_BYTES * 4 + ANSWER_BYTES, "ENCOUNTER_BYTES four times, ANSWER_BYTES" },
        { "  worlds, views", 4 * WORLDS_BYTES + VIEW_BYTES, "WORLDS_BYTES four times, VIEW_BYTES" },
        { "  unknown keys", UNKNOWN_KEYS * 2ull * JSON_TEXT_BYTES, "UNKNOWN_KEYS, JSON_TEXT_BYTES" },
    };
    buffer_printf(out, "%s@%s: the most that one encounter can take, at the limits of SPEC.md, 26\n",
        edict_program_pack(p), edict_program_version(p));
    line(out, "instructions", instructions, "each once an evaluation: no jumps");
    line(out, "cells written", cells, "by one evaluation");
    line(out, "steps", steps, "operands looked at by one evaluation, for each record once");
    line(out, "cells of worlds", WORLDS_WRITTEN, "written by all evaluations of a held encounter: WORLDS_WRITTEN");
    line(out, "evaluations", WORLDS_MAX + 1u, "of a held encounter: WORLDS_MAX, as far as WORLDS_CELLS go; else 1");
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++) most += memory[i].bytes;
    line(out, "bytes of memory", most, "of one evaluator, whatever the encounter:");
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++)
        line(out, memory[i].what, memory[i].bytes, memory[i].why);
    line(out, "bytes of the image", p->size, "shared by all evaluators");
    cost_write(p, out);
}

void bounds_write(const struct edict_program *p, struct buffer *out)
{
    static const char *const units[] = {
        [TYPE_COUNT] = "", [TYPE_MINUTES] = " min", [TYPE_DAYS] = " days", [TYPE_YEARS] = " years"};
    buffer_text(out, "; boundaries:");
    for (uint32_t i = 0; i < p->bound_count; i++) {
        const struct image_bound *b = &p->bounds[i];
        buffer_text(out, i ? ", " : " ");
        if (b->type == TYPE_DECIMAL) {
            buffer_int(out, b->value / 1000000);
            if (b->value % 1000000) buffer_printf(out, ".%06lld", (long long)(b->value % 1000000));
        } else {
            buffer_int(out, b->value);
            buffer_text(out, b->type < sizeof units / sizeof *units && units[b->type] ? units[b->type] : "");
        }
    }
    buffer_byte(out, '\n');
}
