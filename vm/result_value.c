/* Values as text: for messages (result_value) and as JSON (put_…). */
#include "base/date.h"
#include "vm/result.h"

#include <stdio.h>
#include <string.h>

static void code_text(struct buffer *out, int64_t code)
{
    char text[8];
    if (code == 0) buffer_text(out, "none");
    else buffer_add(out, text, code_bytes(code, text));
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

const char store_pairs[200] = "00010203040506070809" "10111213141516171819" "20212223242526272829"
    "30313233343536373839" "40414243444546474849" "50515253545556575859" "60616263646566676869"
    "70717273747576777879" "80818283848586878889" "90919293949596979899";

int store_grow(struct buffer *out, char **to, size_t most)
{
    buffer_close(out, *to);
    char *more = buffer_open(out, most);
    if (!more) return 0;
    *to = more;
    return 1;
}

char *store_reopen(struct buffer *out, size_t at, size_t rest)
{
    char *to = buffer_open(out, rest + STORE_OVER);
    return to ? to : out->at + at;
}

char *store_long(struct buffer *out, char *to, size_t rest, const char *text, size_t size)
{
    const size_t at = (size_t)(to - out->at);
    buffer_close(out, to);
    buffer_escaped(out, text, size);
    return store_reopen(out, at, rest);
}

char *store_date(struct wording *w, char *to, int64_t date)
{
    if ((int32_t)date != w->day) {
        w->day = (int32_t)date;
        date_text(w->day, w->day_text + 1);
        w->day_text[11] = '"';
    }
    memcpy(to, w->day_text, sizeof w->day_text);
    return to + 12;
}

void put_code(struct buffer *out, int64_t code)
{
    char text[STORE_VALUE];
    buffer_add(out, text, (size_t)(store_code(text, code) - text));
}

char *store_codes(struct edict_evaluator *e, struct buffer *out, char *to, size_t rest, int64_t list)
{
    const uint32_t n = (uint32_t)(list & 0xffffff);
    const size_t at = (size_t)((uint64_t)list >> 24);
    *to++ = '[';
    if (n && store_more(out, &to, (size_t)n * STORE_VALUE, rest)) {
        for (uint32_t i = 0; i < n; i++) to = store(store_code(to, e->codes[at + i]), ", ");
        to -= 2;
    }
    *to = ']';
    return to + 1;
}

char *store_charge(struct edict_evaluator *e, struct buffer *out, char *to, size_t rest, int64_t code, int64_t units,
    int64_t modifiers)
{
    to = store_code(store(to, "\"code\": "), code);
    to = store_int(store(to, ", \"units\": "), units);
    return store_codes(e, out, store(to, ", \"modifiers\": "), rest, modifiers);
}

/* item#row, or the item alone. */
void put_rule(struct buffer *out, const struct edict_program *p, uint32_t row)
{
    buffer_text(out, program_string(p, p->items[p->rows[row].item].name));
    if (!p->rows[row].number) return;
    buffer_byte(out, '#');
    buffer_int(out, p->rows[row].number);
}

uint32_t fact_of_register(const struct edict_program *p, uint32_t reg)
{
    for (uint32_t i = 0; i < p->fact_count; i++)
        if (p->facts[i].reg == reg) return i;
    return NONE;
}

char *store_name(struct edict_evaluator *e, struct buffer *out, char *to, size_t rest, uint32_t domain,
    uint32_t record)
{
    const struct edict_program *p = e->program;
    const uint32_t reg = p->domains[domain].known, type = reg == NONE ? TYPE_COUNT : p->registers[reg].type;
    const struct column *c = reg == NONE ? NULL : &e->columns[reg];
    struct text t;
    if (!c || record >= c->n || (c->w && c->w[record]) || (type == TYPE_TEXT && !text_known(e, c->v[record], &t)))
        return store_int(to, (int64_t)(record - lane_first(e, domain, e->lane)) + 1);
    *to++ = '"';
    if (type == TYPE_TEXT) {
        to = store_text(out, to, rest + 1, t.at, t.size);
    } else {
        const size_t at = (size_t)(to - out->at);
        buffer_close(out, to);
        result_value(e, out, type, c->v[record]);
        to = store_reopen(out, at, rest + STORE_VALUE);
    }
    *to = '"';
    return to + 1;
}

char *store_records(struct edict_evaluator *e, struct buffer *out, char *to, size_t rest, uint32_t domain,
    const struct marks *marks, uint32_t count)
{
    const size_t room = rest + (size_t)count * STORE_VALUE;
    if (!count || !store_more(out, &to, 0, room)) return to;
    for (uint32_t first = lane_first(e, domain, e->lane), i = 0; count; first += 64, i++)
        for (uint64_t word = marks->word[i]; word; word &= word - 1, count--)
            to = store(store_known(e, out, to, room, domain, first + (uint32_t)__builtin_ctzll(word)), ", ");
    return to - 2;
}
