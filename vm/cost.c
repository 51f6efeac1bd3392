/* The worst case of a program, stated before it runs: how many cells its instructions write, as a sum over the sizes of
 * the lists of an encounter. There are no jumps and no loops but those over records, so this is a bound, not an
 * estimate. */
#include "vm/program.h"

#include "base/buffer.h"
#include "vm/cost.h"

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
