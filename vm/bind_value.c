/* One JSON value as a fact of its declared type: exact, checked, or refused with what was expected. */
#include "base/date.h"
#include "vm/bind.h"
#include "vm/limits.h"

#include <stdio.h>
#include <string.h>

static const char *type_expected(uint32_t type)
{
    switch (type) {
    case TYPE_BOOL: return "true or false";
    case TYPE_WORD: return "a word";
    case TYPE_CODE: return "a code: a string of 1 to 8 letters and digits";
    case TYPE_CODES: return "a list of codes";
    case TYPE_TEXT: return "a string";
    case TYPE_DATE: return "a date: \"YYYY-MM-DD\"";
    case TYPE_TIME: return "a time: \"YYYY-MM-DDTHH:MM\"";
    case TYPE_DECIMAL: case TYPE_MONEY: return "a number";
    default: return "a whole number";
    }
}

static const char *fact_name(const struct edict_evaluator *e)
{
    return program_string(e->program, e->program->facts[input_of(e)->fact].name);
}

/* Refuses the value just read. */
static int refuse(struct edict_evaluator *e, const char *code, const char *expected, const char *what)
{
    input_error(e, EDICT_INPUT, code, input_of(e)->json.offset, expected, "`%s` %s", fact_name(e), what);
    return -1;
}

static int wrong_type(struct edict_evaluator *e, uint32_t type)
{
    return refuse(e, "wrong_type", type_expected(type), "has another JSON type");
}

static int no_memory(struct edict_evaluator *e)
{
    input_error(e, EDICT_MEMORY, "no_memory", 0, "", "no memory");
    return -1;
}

int code_read(struct text t, int64_t *out)
{
    uint64_t v = 0;
    unsigned n = 0;
    for (uint32_t i = 0; i < t.size; i++) {
        char c = t.at[i];
        if (c == '.') continue;
        if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
        if (n == 8 || !((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'))) return 0;
        v |= (uint64_t)(unsigned char)c << (56 - 8 * n++);
    }
    *out = (int64_t)v;
    return n > 0;
}

static int read_word(struct edict_evaluator *e, const struct image_fact *f, struct text t, int64_t *out)
{
    const struct edict_program *p = e->program;
    char expected[160] = "";
    for (uint32_t i = 0; i < f->words; i++) {
        uint32_t word = p->fact_words[f->words_at + i];
        if (text_is(t, program_string(p, p->words[word]))) {
            *out = word;
            return 1;
        }
    }
    for (uint32_t i = 0; i < f->words; i++) {
        const char *word = program_string(p, p->words[p->fact_words[f->words_at + i]]);
        if (strlen(expected) + strlen(word) + 6 > sizeof expected) {
            clip_text(expected, sizeof expected, ", ...");
            break;
        }
        if (i) clip_text(expected, sizeof expected, ", ");
        clip_text(expected, sizeof expected, word);
    }
    return refuse(e, "no_such_value", expected, "is none of the permitted values");
}

static int two(const char *p, int limit, int *out)
{
    if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9') return 0;
    *out = (p[0] - '0') * 10 + (p[1] - '0');
    return *out < limit;
}

/* yyyy-mm-ddThh:mm[:ss[.f…]]; seconds are dropped. */
static int read_time(struct text t, int64_t *out)
{
    int32_t days;
    int hour, minute, second;
    if (t.size < 16 || !date_parse(t.at, &days) || (t.at[10] != 'T' && t.at[10] != 't') || t.at[13] != ':') return 0;
    if (!two(t.at + 11, 24, &hour) || !two(t.at + 14, 60, &minute)) return 0;
    if (t.size > 16) {
        if (t.size < 19 || t.at[16] != ':' || !two(t.at + 17, 60, &second)) return 0;
        if (t.size == 20 || (t.size > 20 && t.at[19] != '.')) return 0;
        for (uint32_t i = 20; i < t.size; i++)
            if (t.at[i] < '0' || t.at[i] > '9') return 0;
    }
    *out = ((int64_t)days * 24 + hour) * 60 + minute;
    return 1;
}

static int read_number(struct edict_evaluator *e, uint32_t type, struct text t, int64_t *out)
{
    int scaled = type == TYPE_DECIMAL || type == TYPE_MONEY;
    int good = json_integer_read(t, scaled ? 6 : 0, out);
    if (good == 0)
        return refuse(e, scaled ? "number_range" : "wrong_type", scaled ? "at most 6 decimal places" : "a whole number",
                      scaled ? "has more than 6 decimal places" : "is not a whole number");
    if (good < 0)
        return refuse(e, "number_range", scaled ? "up to 9223372036854.775807" : "up to 2147483647", "is too large");
    if (!scaled && *out < 0 && (type == TYPE_COUNT || type == TYPE_MINUTES))
        return refuse(e, "number_range", "from 0 to 2147483647", "is negative");
    if (!scaled && (*out > INT32_MAX || *out < -INT32_MAX))
        return refuse(e, "number_range", "up to 2147483647", "is too large");
    return 1;
}

static int read_codes(struct edict_evaluator *e, int64_t *out)
{
    struct input *in = input_of(e);
    uint32_t at = e->code_count, n = 0;
    for (;;) {
        enum json_token token = json_next(&in->json);
        if (token == JSON_ERROR) return -1;
        if (token == JSON_ARRAY_END) break;
        in->element = n;
        int64_t code;
        if (token != JSON_STRING) return wrong_type(e, TYPE_CODE);
        if (!code_read(in->json.text, &code))
            return refuse(e, "bad_code", type_expected(TYPE_CODE), "holds something that is no code");
        if (at + n >= LIMIT_CODES) {
            input_error(e, EDICT_LIMIT, "limit", in->json.offset, "", "more than %d codes in lists (LIMIT_CODES)",
                LIMIT_CODES);
            return -1;
        }
        void *pool = e->codes;
        int ok = pool_room(e, &pool, &e->code_room, at + n + 1, sizeof *e->codes);
        e->codes = pool;
        if (!ok) return no_memory(e);
        e->codes[at + n++] = code;
    }
    in->element = NONE;
    if (n == 0) return 0;
    e->code_count = at + n;
    *out = (int64_t)((uint64_t)at << 24 | n);
    return 1;
}

static int read_string(struct edict_evaluator *e, const struct image_fact *f, int64_t *out)
{
    struct text t = input_of(e)->json.text;
    int32_t days;
    switch (f->type) {
    case TYPE_WORD:
        return read_word(e, f, t, out);
    case TYPE_CODE:
        return code_read(t, out) ? 1 : refuse(e, "bad_code", type_expected(f->type), "is no code");
    case TYPE_TEXT:
        *out = texts_intern(e, t);
        return *out < 0 ? no_memory(e) : 1;
    case TYPE_DATE:
        if (t.size != 10 || !date_parse(t.at, &days))
            return refuse(e, "bad_date", "a date: YYYY-MM-DD, from 1900 to 2199", "is no date");
        *out = days;
        return 1;
    case TYPE_TIME:
        if (!read_time(t, out))
            return refuse(e, "bad_time", "a time: YYYY-MM-DDTHH:MM, from 1900 to 2199, without a time zone",
                "is no time");
        return 1;
    default:
        return wrong_type(e, f->type);
    }
}

int value_read(struct edict_evaluator *e, enum json_token token, int64_t *out)
{
    struct input *in = input_of(e);
    const struct image_fact *f = &e->program->facts[in->fact];
    switch (token) {
    case JSON_ERROR:
        return -1;
    case JSON_NULL:
        return 0;
    case JSON_STRING:
        return read_string(e, f, out);
    case JSON_NUMBER:
        if (f->type == TYPE_COUNT || f->type == TYPE_DECIMAL || f->type == TYPE_MONEY || f->type == TYPE_MINUTES
            || f->type == TYPE_DAYS || f->type == TYPE_YEARS)
            return read_number(e, f->type, in->json.text, out);
        return wrong_type(e, f->type);
    case JSON_TRUE: case JSON_FALSE:
        *out = token == JSON_TRUE;
        return f->type == TYPE_BOOL ? 1 : wrong_type(e, f->type);
    case JSON_ARRAY:
        if (f->type == TYPE_CODES) return read_codes(e, out);
        /* fallthrough */
    default:
        return wrong_type(e, f->type);
    }
}
