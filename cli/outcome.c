/* From an answer to its outcome. Of the answer the names of the contract are known and nothing more. */
#include "outcome.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

void digest_put(char digits[17], const void *bytes, size_t size)
{
    snprintf(digits, 17, "%016llx", (unsigned long long)XXH3_64bits(bytes, size));
}

/* Days since a day long ago; the usual count with March as the first month. */
static long day_number(const char *date)
{
    int year = 0, month = 1, day = 1;
    /* NOLINTNEXTLINE(cert-err34-c): widths bound the numbers */
    if (sscanf(date, "%4d-%2d-%2d", &year, &month, &day) != 3)
        return 0;
    year -= month <= 2;
    int era = year / 400, of_era = year - era * 400, of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097L + of_era * 365L + of_era / 4 - of_era / 100 + of_year;
}

long days_between(const char *from, const char *to)
{
    return day_number(to) - day_number(from);
}

static void add(struct outcome *o, const char *text)
{
    text_put(&o->bytes, text, strlen(text));
}

/* Names of records are the producer's: what would end an element is written as %XX. */
static void add_name(struct outcome *o, json_t *value)
{
    char number[32];
    if (json_is_integer(value)) {
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
        add(o, number);
    }
    for (const char *c = json_is_string(value) ? json_string_value(value) : ""; *c; c++) {
        unsigned char byte = (unsigned char)*c;
        if (byte > ' ' && byte != 0x7f && !strchr(";,%+?[]|@", byte)) {
            text_put(&o->bytes, c, 1);
        } else {
            snprintf(number, sizeof number, "%%%02X", byte);
            add(o, number);
        }
    }
}

static void add_code(struct outcome *o, json_t *charge)
{
    char units[32];
    size_t i;
    json_t *modifier, *count = json_object_get(charge, "units");
    add_name(o, json_object_get(charge, "code"));
    snprintf(units, sizeof units, "x%lld", (long long)json_integer_value(count));
    if (count)
        add(o, units);
    json_array_foreach(json_object_get(charge, "modifiers"), i, modifier) {
        add(o, "-");
        add_name(o, modifier);
    }
}

static int is_contract(const char *key)
{
    static const char *const keys[] = {"code", "units", "modifiers", "date", "because", "cite", "kind",
                                       "rule", "fact",  "values",    "message"};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        if (strcmp(keys[k], key) == 0)
            return 1;
    return 0;
}

/* "@s1,s2", "@line=2,other_line=1": the keys that are none of the contract's own name records. */
static void add_records(struct outcome *o, json_t *object)
{
    const char *key, *before = "@";
    json_t *value, *one;
    size_t i;
    json_object_foreach(object, key, value) {
        if (is_contract(key))
            continue;
        if (json_is_array(value)) {
            json_array_foreach(value, i, one) {
                add(o, before);
                add_name(o, one);
                before = ",";
            }
        } else {
            add(o, before);
            add(o, key);
            add(o, "=");
            add_name(o, value);
            before = ",";
        }
    }
}

static struct element *element_new(struct outcome *o)
{
    if (o->count == o->room) {
        size_t room = o->room * 2 + 16;
        struct element *grown = realloc(o->elements, room * sizeof *grown);
        if (!grown) {
            o->bytes.failed = 1;
            return NULL;
        }
        o->elements = grown;
        o->room = room;
    }
    struct element *e = &o->elements[o->count++];
    *e = (struct element){.text = {o->bytes.size, 0}};
    return e;
}

static void words_add(struct outcome *o, json_t *value)
{
    size_t i;
    json_t *one;
    if (json_is_string(value))
        o->words = o->words * 31 + XXH3_64bits(json_string_value(value), json_string_length(value));
    json_array_foreach(value, i, one)
        words_add(o, one);
}

static void add_why(struct outcome *o, struct element *e, json_t *why)
{
    size_t i;
    json_t *one;
    e->why.at = o->bytes.size;
    if (json_is_string(why))
        add(o, json_string_value(why));
    json_array_foreach(why, i, one) {
        if (i)
            add(o, ", ");
        add(o, json_string_value(one));
    }
    e->why.size = o->bytes.size - e->why.at;
}

static void element_code(struct outcome *o, struct element *e, json_t *object)
{
    json_t *code = json_object_get(object, "code");
    e->units = json_integer_value(json_object_get(object, "units"));
    e->code.at = o->bytes.size;
    if (code)
        add_name(o, code);
    e->code.size = o->bytes.size - e->code.at;
}

static void charge_read(struct outcome *o, const char *list, json_t *charge)
{
    struct element *e = element_new(o);
    const char *date = json_string_value(json_object_get(charge, "date"));
    char days[32];
    if (!e)
        return;
    if (strcmp(list, "charges") != 0) {
        add(o, list);
        add(o, ":");
    }
    add_code(o, charge);
    add_records(o, charge);
    if (date && o->date[0] && strcmp(date, o->date) != 0) {
        snprintf(days, sizeof days, "%+ldd", days_between(o->date, date));
        add(o, days);
    }
    e->text.size = o->bytes.size - e->text.at;
    add_why(o, e, json_object_get(charge, "because"));
    element_code(o, e, charge);
    words_add(o, json_object_get(charge, "cite"));
}

/* A clock time without its date, which is the encounter's to keep: "10:15", "00:15+1d". */
static void add_value(struct outcome *o, json_t *value)
{
    const char *text = json_string_value(value);
    char days[32];
    int year, month, day, hour, minute, end = 0;
    /* NOLINTNEXTLINE(cert-err34-c): widths bound the numbers */
    if (!text || !o->date[0] || sscanf(text, "%4d-%2d-%2dT%2d:%2d%n", &year, &month, &day, &hour, &minute, &end) != 5 ||
        end != 16 || text[16]) {
        add_name(o, value);
        return;
    }
    add(o, text + 11);
    snprintf(days, sizeof days, "%+ldd", days_between(o->date, text));
    add(o, memcmp(text, o->date, 10) == 0 ? "" : days);
}

static void value_read(struct outcome *o, json_t *value)
{
    json_t *is = json_object_get(value, "value"), *charge;
    size_t i;
    if (json_is_boolean(is)) {
        add(o, json_is_true(is) ? "true" : "false");
    } else if (is) {
        add_value(o, is);
    } else {
        add_value(o, json_object_get(value, "from"));
        add(o, "..");
        add_value(o, json_object_get(value, "to"));
    }
    add(o, ">");
    json_array_foreach(json_object_get(value, "charges"), i, charge) {
        if (i)
            add(o, ",");
        add_code(o, charge);
    }
}

static void finding_read(struct outcome *o, json_t *finding)
{
    struct element *e = element_new(o);
    json_t *values = json_object_get(finding, "values"), *value;
    size_t i;
    if (!e)
        return;
    e->finding = 1;
    e->line = json_integer_value(json_object_get(finding, "line"));
    const char *kind = json_string_value(json_object_get(finding, "kind"));
    const char *rule = json_string_value(json_object_get(finding, "rule"));
    add(o, kind ? kind : "");
    add(o, ":");
    add(o, rule ? rule : "");    /* the pack's own name: a word, or two ("bill course") */
    add_records(o, finding);
    if (json_object_get(finding, "code")) {
        add(o, "+");
        add_code(o, finding);
    }
    if (json_object_get(finding, "fact")) {
        add(o, "?");
        add_name(o, json_object_get(finding, "fact"));
    }
    json_array_foreach(values, i, value) {
        add(o, i ? "|" : "[");
        value_read(o, value);
    }
    add(o, json_array_size(values) ? "]" : "");
    e->text.size = o->bytes.size - e->text.at;
    add_why(o, e, json_object_get(finding, "rule"));
    element_code(o, e, finding);
    uint64_t before = o->words;    /* a sum: the order of findings says nothing */
    o->words = 0;
    words_add(o, json_object_get(finding, "message"));
    words_add(o, json_object_get(finding, "cite"));
    o->words += before;
}

static int element_order(const char *bytes, const struct element *a, const struct element *b)
{
    size_t least = a->text.size < b->text.size ? a->text.size : b->text.size;
    int order = memcmp(bytes + a->text.at, bytes + b->text.at, least);
    return order ? order : (a->text.size > b->text.size) - (a->text.size < b->text.size);
}

/* Few, and mostly in order: insertion. */
static void elements_sort(struct outcome *o, size_t from)
{
    for (size_t i = from + 1; i < o->count; i++)
        for (size_t k = i; k > from && element_order(o->bytes.bytes, &o->elements[k - 1], &o->elements[k]) > 0; k--) {
            struct element moved = o->elements[k];
            o->elements[k] = o->elements[k - 1];
            o->elements[k - 1] = moved;
        }
}

static void refusal_read(struct outcome *o, json_t *error)
{
    struct element *e = element_new(o);
    if (!e)
        return;
    e->finding = 1;
    add_name(o, json_object_get(error, "code"));
    add_name(o, json_object_get(error, "pointer"));
    e->text.size = o->bytes.size - e->text.at;
    add_why(o, e, NULL);
    words_add(o, json_object_get(error, "message"));
}

int outcome_read(struct outcome *o, const char *answer, size_t size)
{
    json_t *root = json_loadb(answer, size, 0, NULL), *value, *one, *error;
    const char *key, *status, *date;
    size_t i;
    o->bytes.size = o->count = o->charges = 0;
    o->words = 0;
    o->date[0] = 0;
    o->status = "refused";
    text_put(&o->bytes, "", 0);
    if (!root)
        return -1;
    if ((error = json_object_get(root, "error"))) {
        refusal_read(o, error);
    } else {
        status = json_string_value(json_object_get(root, "status"));
        date = json_string_value(json_object_get(root, "date"));
        snprintf(o->date, sizeof o->date, "%s", date ? date : "");
        o->status = !status || strcmp(status, "complete") == 0 ? "complete" : *status == 'h' ? "held" : "no_rules";
        json_object_foreach(root, key, value)
            if (json_is_array(value) && strcmp(key, "findings") != 0)
                json_array_foreach(value, i, one)
                    charge_read(o, key, one);
        o->charges = o->count;
        json_array_foreach(json_object_get(root, "findings"), i, one)
            finding_read(o, one);
        elements_sort(o, o->charges);
    }
    json_decref(root);
    return o->bytes.failed ? -1 : 0;
}

void outcome_free(struct outcome *o)
{
    free(o->bytes.bytes);
    free(o->elements);
    *o = (struct outcome){0};
}

void outcome_put(const struct outcome *o, struct text *to)
{
    text_put(to, o->status, strlen(o->status));
    for (size_t i = 0; i < o->count; i++) {
        text_put(to, i ? "; " : " ", i ? 2 : 1);
        text_put(to, o->bytes.bytes + o->elements[i].text.at, o->elements[i].text.size);
    }
}

/* Behind what names the pack: from the date of service on. An error begins with itself. */
static const char *answer_body(const char *answer, size_t size)
{
    static const char mark[] = "\", \"date\": ";    /* in no text: its quotation mark would be escaped */
    const char *at = size && answer[1] == '"' && answer[2] == 'e' && answer[3] == 'r' ? answer : NULL;
    return at ? at : memmem(answer, size, mark, sizeof mark - 1);
}

int answers_same(const char *a, size_t a_size, const char *b, size_t b_size)
{
    static const char mark[] = "\"because\": [";
    const char *a_end = a + a_size, *b_end = b + b_size;
    const char *a_at = answer_body(a, a_size), *b_at = answer_body(b, b_size);
    while (a_at && b_at) {
        const char *a_stop = memmem(a_at, (size_t)(a_end - a_at), mark, sizeof mark - 1);
        size_t size = (size_t)((a_stop ? a_stop : a_end) - a_at);
        if ((size_t)(b_end - b_at) < size || memcmp(a_at, b_at, size) != 0)
            return 0;
        b_at += size;
        if (!a_stop)
            return b_at == b_end;
        if ((size_t)(b_end - b_at) < sizeof mark || memcmp(b_at, mark, sizeof mark - 1) != 0)
            return 0;
        a_at = memchr(a_stop + sizeof mark, ']', (size_t)(a_end - a_stop) - sizeof mark);
        b_at = memchr(b_at, ']', (size_t)(b_end - b_at));
    }
    return 0;
}
