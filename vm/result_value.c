/* Values as text: for messages (result_value) and as JSON (put_…). */
#include "base/date.h"
#include "vm/result.h"

#include <stdio.h>
#include <string.h>

static void code_text(struct buffer *out, int64_t code)
{
    char text[8];
    uint32_t n = 0;
    if (code == 0) buffer_text(out, "none");
    for (uint64_t c = (uint64_t)code; c >> 56 && n < 8; c <<= 8) text[n++] = (char)(c >> 56);
    buffer_add(out, text, n);
}

static void time_text(struct buffer *out, int64_t minutes)
{
    int64_t days = minutes / 1440, rest = minutes % 1440;
    if (rest < 0) { rest += 1440; days--; }
    char date[11];
    date_text((int32_t)days, date);
    buffer_printf(out, "%sT%02d:%02d", date, (int)(rest / 60), (int)(rest % 60));
}

static void decimal_text(struct buffer *out, int64_t value, int least)
{
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value, part = size % 1000000;
    char digits[8];
    int n = 6;
    if (value < 0) buffer_byte(out, '-');
    buffer_int(out, (int64_t)(size / 1000000));
    snprintf(digits, sizeof digits, "%06u", (unsigned)part);
    while (n > least && digits[n - 1] == '0') n--;
    if (n == 0) return;
    buffer_byte(out, '.');
    buffer_add(out, digits, (size_t)n);
}

static void times_text(struct edict_evaluator *e, struct buffer *out, int64_t list)
{
    uint32_t at = (uint32_t)((uint64_t)list >> 24), n = (uint32_t)(list & 0xffffff);
    for (uint32_t i = 0; i < n && at + i < e->interval_count; i++) {
        if (i) buffer_text(out, ", ");
        time_text(out, e->intervals[at + i].from);
        buffer_text(out, " to ");
        time_text(out, e->intervals[at + i].to);
    }
}

void result_value(struct edict_evaluator *e, struct buffer *out, uint32_t type, int64_t value)
{
    const struct edict_program *p = e->program;
    char date[11];
    switch (type) {
    case TYPE_BOOL:
        buffer_text(out, value ? "yes" : "no");
        break;
    case TYPE_WORD:
        if (value >= 0 && value < (int64_t)p->word_count) buffer_text(out, program_string(p, p->words[value]));
        break;
    case TYPE_CODE:
        code_text(out, value);
        break;
    case TYPE_TEXT: {
        struct text t = bind_text(e, value);
        if (text_is_new(e, value)) buffer_text(out, "not documented");
        else buffer_add(out, t.at, t.size);
        break;
    }
    case TYPE_DECIMAL:
        decimal_text(out, value, 0);
        break;
    case TYPE_MONEY:
        decimal_text(out, value, 2);
        break;
    case TYPE_MINUTES: case TYPE_DAYS: case TYPE_YEARS:
        buffer_int(out, value);
        buffer_text(out, type == TYPE_MINUTES ? " min" : type == TYPE_DAYS ? " day" : " year");
        if (type != TYPE_MINUTES && value != 1) buffer_byte(out, 's');
        break;
    case TYPE_DATE:
        date_text((int32_t)value, date);
        buffer_text(out, date);
        break;
    case TYPE_TIME:
        time_text(out, value);
        break;
    case TYPE_CODES: {
        uint32_t at = (uint32_t)((uint64_t)value >> 24), n = (uint32_t)(value & 0xffffff);
        for (uint32_t i = 0; i < n && at + i < e->code_count; i++) {
            if (i) buffer_text(out, ", ");
            code_text(out, e->codes[at + i]);
        }
        if (n == 0) buffer_text(out, "none");
        break;
    }
    case TYPE_TIMES:
        times_text(e, out, value);
        break;
    case TYPE_ROW:
        if (value >= 0 && value < (int64_t)p->row_count) put_rule(out, p, (uint32_t)value);
        break;
    default:
        buffer_int(out, value);
    }
}

void put_key(struct buffer *out, const char *key, int first)
{
    buffer_text(out, first ? "\"" : ", \"");
    buffer_text(out, key);
    buffer_text(out, "\": ");
}

void put_string(struct buffer *out, const struct edict_program *p, uint32_t string)
{
    buffer_json(out, program_string(p, string), p->strings[string].size);
}

void put_date(struct buffer *out, int64_t date)
{
    char text[11];
    date_text((int32_t)date, text);
    buffer_byte(out, '"');
    buffer_add(out, text, 10);
    buffer_byte(out, '"');
}

void put_code(struct buffer *out, int64_t code)
{
    buffer_byte(out, '"');
    code_text(out, code);
    buffer_byte(out, '"');
}

void put_codes(struct edict_evaluator *e, struct buffer *out, int64_t list)
{
    uint32_t at = (uint32_t)((uint64_t)list >> 24), n = (uint32_t)(list & 0xffffff);
    buffer_byte(out, '[');
    for (uint32_t i = 0; i < n; i++) {
        if (i) buffer_text(out, ", ");
        put_code(out, e->codes[at + i]);
    }
    buffer_byte(out, ']');
}

/* item#row, or the item alone. */
void put_rule(struct buffer *out, const struct edict_program *p, uint32_t row)
{
    buffer_text(out, program_string(p, p->items[p->rows[row].item].name));
    if (p->rows[row].number) buffer_printf(out, "#%u", p->rows[row].number);
}

uint32_t fact_of_register(const struct edict_program *p, uint32_t reg)
{
    for (uint32_t i = 0; i < p->fact_count; i++)
        if (p->facts[i].reg == reg) return i;
    return NONE;
}

uint32_t known_fact(const struct edict_program *p, uint32_t domain)
{
    return p->domains[domain].known == NONE ? NONE : fact_of_register(p, p->domains[domain].known);
}

void put_known(struct edict_evaluator *e, struct buffer *out, uint32_t domain, uint32_t record)
{
    const struct edict_program *p = e->program;
    uint32_t reg = p->domains[domain].known;
    const struct column *c = reg == NONE ? NULL : &e->columns[reg];
    const int text = c && p->registers[reg].type == TYPE_TEXT;
    if (!c || record >= c->n || (c->w && c->w[record]) || (text && text_is_new(e, c->v[record]))) {
        buffer_int(out, (int64_t)(record - lane_first(e, domain, e->lane)) + 1);
    } else if (text) {
        struct text t = bind_text(e, c->v[record]);
        buffer_json(out, t.at, t.size);
    } else if (p->registers[reg].type == TYPE_COUNT) {
        buffer_int(out, c->v[record]);
    } else {
        buffer_byte(out, '"');
        result_value(e, out, p->registers[reg].type, c->v[record]);
        buffer_byte(out, '"');
    }
}

void put_records(struct edict_evaluator *e, struct buffer *out, uint32_t domain, const unsigned char *marks)
{
    int first = 1;
    buffer_byte(out, '[');
    const uint32_t from = lane_first(e, domain, e->lane), n = lane_end(e, domain, e->lane) - from;
    for (uint32_t r = 0; r < n; r++) {
        if (!marks[r]) continue;
        if (!first) buffer_text(out, ", ");
        first = 0;
        put_known(e, out, domain, from + r);
    }
    buffer_byte(out, ']');
}
