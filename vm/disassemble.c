/* The listing of a program: every instruction by its operand layout, and with it the source lines of the rows that it
 * names. */
#include "base/buffer.h"
#include "base/date.h"
#include "vm/cost.h"
#include "vm/program.h"

#include <inttypes.h>
#include <stdlib.h>

static const char *const type_names[TYPE_COUNT_OF] = {
    "bool",
    "word",
    "code",
    "text",
    "count",
    "decimal",
    "money",
    "minutes",
    "days",
    "years",
    "date",
    "time",
    "codes",
    "times",
    "set",
    "link",
    "level",
    "row",
};
static const char *const test_names[] = { "=", "range", "codes", ">=", "<=", ">", "<", "in", "undocumented",
    "documented" };

struct listing {
    const struct edict_program *p;
    struct buffer line, rows;  /* the instruction; the source lines under it */
    uint32_t *fact, *constant; /* of each register: number + 1, or 0; NULL: no memory */
    uint32_t last_row;
};

static const char *domain_name(const struct edict_program *p, uint32_t domain)
{
    return domain < p->domain_count && p->domains[domain].name ? program_string(p, p->domains[domain].name) : "";
}

/* A constant as it was written: words, codes and dates in letters. */
static void list_constant(struct listing *l, uint32_t type, int64_t value)
{
    struct buffer *b = &l->line;
    char date[11];
    buffer_byte(b, ' ');
    switch (type) {
    case TYPE_BOOL: buffer_text(b, value ? "yes" : "no"); break;
    case TYPE_WORD: buffer_text(b, program_string(l->p, l->p->words[value])); break;
    case TYPE_TEXT: buffer_printf(b, "\"%s\"", program_string(l->p, (uint32_t)value)); break;
    case TYPE_CODE:
        if (!value) buffer_text(b, "none");
        for (int shift = 56; shift >= 0 && (uint64_t)value >> shift & 0xff; shift -= 8)
            buffer_byte(b, (char)((uint64_t)value >> shift & 0xff));
        break;
    case TYPE_DATE:
        date_text((int32_t)value, date);
        buffer_text(b, date);
        break;
    case TYPE_MINUTES: buffer_printf(b, "%" PRId64 "min", value); break;
    default: buffer_printf(b, "#%" PRId64, value);
    }
}

static void list_register(struct listing *l, uint32_t reg)
{
    if (reg == NONE) {
        buffer_text(&l->line, " -");
        return;
    }
    if (l->constant && l->constant[reg]) {
        const struct image_const *c = &l->p->consts[l->constant[reg] - 1];
        if (c->state)
            buffer_text(&l->line, " ?");
        else
            list_constant(l, l->p->registers[reg].type, c->value);
        return;
    }
    buffer_printf(&l->line, " r%u", reg);
    if (l->fact && l->fact[reg])
        buffer_printf(&l->line, ":%s", program_string(l->p, l->p->facts[l->fact[reg] - 1].name));
}

/* The row's place and text, runs of blanks as one. */
static void list_source(struct listing *l, struct buffer *b, uint32_t row)
{
    const struct image_row *r = &l->p->rows[row];
    const struct image_source *s = &l->p->sources[r->source];
    const struct source text = { program_string(l->p, s->name), l->p->text + s->at, (uint32_t)s->size };
    uint32_t line, column;
    source_position(&text, r->from, &line, &column);
    const struct text whole = source_line(&text, r->from);
    buffer_printf(b, "          ; row %u %s, %s:%u:", row, program_string(l->p, l->p->items[r->item].name), text.name,
        line);
    for (uint32_t i = 0, blank = 1; i < whole.size; i++) {
        const int is_blank = whole.at[i] == ' ' || whole.at[i] == '\t' || whole.at[i] == '\r';
        if (!is_blank && blank) buffer_byte(b, ' ');
        if (!is_blank) buffer_byte(b, whole.at[i]);
        blank = (uint32_t)is_blank;
    }
    buffer_byte(b, '\n');
}

/* A row among others stands on lines of its own, the source above what it became; one alone is told below. */
static void list_row(struct listing *l, uint32_t row, uint32_t depth)
{
    if (row == l->last_row || l->p->rows[row].source == NONE) {
        buffer_printf(&l->line, " row %u", row);
        return;
    }
    l->last_row = row;
    if (depth) {
        buffer_byte(&l->line, '\n');
        list_source(l, &l->line, row);
        buffer_text(&l->line, "         ");
        return;
    }
    buffer_printf(&l->line, " row %u", row);
    list_source(l, &l->rows, row);
}

static void list_test(struct listing *l, const uint32_t *word)
{
    const uint32_t test = word[0] & ~(uint32_t)CELL_NEGATED;
    buffer_printf(&l->line, " %s%s", word[0] & CELL_NEGATED ? "not " : "", test_names[test]);
    if (test == CELL_IN)
        buffer_printf(&l->line, " %s", program_string(l->p, l->p->sets[word[1]].name));
    else if (test < CELL_UNDOC)
        list_register(l, word[1]);
    if (test == CELL_RANGE || test == CELL_CODES)
        list_register(l, word[2]);
}

static int list_operand(void *context, const struct operand *o)
{
    struct listing *l = context;
    const struct edict_program *p = l->p;
    switch (o->letter) {
    case 'o':
        list_register(l, *o->word);
        buffer_printf(
            &l->line, "=%s/%s", domain_name(p, p->registers[*o->word].domain), type_names[p->registers[*o->word].type]);
        break;
    case 'i':
    case 'm':
    case 'l':
        if (*o->word == NONE || *o->word < p->register_count)
            list_register(l, *o->word);
        break;
    case 'k': buffer_printf(&l->line, " domain %u %s", *o->word, domain_name(p, *o->word)); break;
    case 'n': buffer_printf(&l->line, " %u", *o->word); break;
    case 's':
        buffer_byte(&l->line, ' ');
        buffer_json(&l->line, program_string(p, *o->word), p->strings[*o->word].size);
        break;
    case 'S': buffer_printf(&l->line, " set %s", program_string(p, p->sets[*o->word].name)); break;
    case 'R': buffer_printf(&l->line, " relation %s", program_string(p, p->relations[*o->word].name)); break;
    case 'r': list_row(l, *o->word, o->depth); break;
    case 'A': list_test(l, o->word); break;
    case '(': buffer_text(&l->line, " ("); break;
    case ')': buffer_text(&l->line, " )"); break;
    default: break;
    }
    return !l->line.failed;
}

/* Which registers are facts, which constants. */
static void name_registers(struct listing *l)
{
    const struct edict_program *p = l->p;
    l->fact = calloc((size_t)p->register_count + 1, sizeof *l->fact);
    l->constant = calloc((size_t)p->register_count + 1, sizeof *l->constant);
    for (uint32_t i = 0; l->fact && i < p->fact_count; i++)
        l->fact[p->facts[i].reg] = i + 1;
    for (uint32_t i = 0; l->constant && i < p->const_count; i++)
        l->constant[p->consts[i].reg] = i + 1;
}

void edict_program_cost(const edict_program *program, edict_put *put, void *context)
{
    struct buffer out;
    buffer_init(&out, 0);
    cost_report(program, &out);
    put(context, out.at ? out.at : "", out.size);
    buffer_free(&out);
}

void edict_program_list(const edict_program *program, edict_put *put, void *context)
{
    struct listing l = { .p = program, .last_row = NONE };
    buffer_init(&l.line, 0);
    buffer_init(&l.rows, 0);
    name_registers(&l);
    buffer_printf(&l.line, "; %s %s, image %s, rules %s\n", edict_program_pack(program), edict_program_version(program),
        program->image_hex, program->rules_hex);
    char hash[33];
    const char *table;
    for (unsigned i = 0; (table = edict_program_table(program, i, hash)); i++)
        buffer_printf(&l.line, "; table %s %s\n", hash, table);
    cost_write(program, &l.line);
    bounds_write(program, &l.line);
    for (uint32_t pc = 0; pc < program->code_size && !l.line.failed; pc += program->code[pc] >> 8) {
        const uint32_t *at = program->code + pc;
        const struct op_info *info = &op_infos[*at & 0xff];
        buffer_printf(&l.line, "%8u  %-8s", pc, info->name);
        layout_walk(info->operands, at + 1, at + (*at >> 8), list_operand, &l);
        buffer_byte(&l.line, '\n');
        if (l.rows.size)
            buffer_add(&l.line, l.rows.at, l.rows.size);
        put(context, l.line.at, l.line.size);
        buffer_clear(&l.line);
        buffer_clear(&l.rows);
    }
    if (l.line.size)
        put(context, l.line.at, l.line.size);
    buffer_free(&l.line);
    buffer_free(&l.rows);
    free(l.fact);
    free(l.constant);
}
