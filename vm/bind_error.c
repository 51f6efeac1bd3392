/* Errors of the input, told with the place: JSON pointer, byte offset, what would have been right, what stands there.
 * They quote keys that look like names, never values (unless options.show_values). */
#include "vm/bind.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void clip_add(char *to, size_t room, struct text t)
{
    size_t have = strlen(to), size = t.size;
    if (have + 1 >= room) return;
    if (size > room - 1 - have) {
        size = room - 1 - have;
        while (size > 0 && ((unsigned char)t.at[size] & 0xc0) == 0x80) size--;
    }
    for (size_t i = 0; i < size; i++) to[have + i] = t.at[i] ? t.at[i] : '?';
    to[have + size] = 0;
}

void clip_text(char *to, size_t room, const char *word)
{
    clip_add(to, room, text_of(word));
}

/* A step of a JSON pointer: ~ and / are escaped. */
static void step(char *to, size_t room, struct text t)
{
    clip_text(to, room, "/");
    for (uint32_t i = 0; i < t.size; i++) {
        uint32_t n = 1;
        while (i + n < t.size && ((unsigned char)t.at[i + n] & 0xc0) == 0x80) n++;
        if (t.at[i] == '~') clip_text(to, room, "~0");
        else if (t.at[i] == '/') clip_text(to, room, "~1");
        else clip_add(to, room, (struct text){ t.at + i, n });
        i += n - 1;
    }
}

static void step_number(char *to, size_t room, uint32_t n)
{
    char digits[16];
    snprintf(digits, sizeof digits, "/%u", n);
    clip_text(to, room, digits);
}

/* Does a key read like the name of a fact? */
static int key_is_name(struct text t)
{
    uint32_t digits = 0;
    if (!t.size || t.size > 40) return 0;
    for (uint32_t i = 0; i < t.size; i++) {
        const char c = t.at[i];
        const int letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        const int digit = c >= '0' && c <= '9';
        digits += (uint32_t)digit;
        if (!letter && !(i && (digit || c == '-' || c == '.' || c == ':' || c == '/' || c == '~'))) return 0;
    }
    return digits <= 3;
}

struct text key_shown(const struct edict_evaluator *e, struct text t)
{
    return e->options.show_values || key_is_name(t) ? t : text_of("(not shown)");
}

static void pointer(const struct edict_evaluator *e, char *to, size_t room)
{
    const struct edict_program *p = e->program;
    const struct input *in = input_of(e);
    to[0] = 0;
    if (in->domain != 0) {
        step(to, room, text_of(program_string(p, p->domains[in->domain].key)));
        if (in->record != NONE) step_number(to, room, in->record);
    }
    if (in->fact != NONE) step(to, room, text_of(program_string(p, p->facts[in->fact].name)));
    else if (in->other_key.at) step(to, room, key_shown(e, in->other_key));
    if (in->element != NONE) step_number(to, room, in->element);
}

/* How many bytes show what was found: a number, a word, a text with its quotes; else one character. */
static size_t found_size(const char *at, size_t left)
{
    size_t n = 1;
    if (at[0] == '"') {
        while (n < left && at[n] != '"') n += at[n] == '\\' ? 2 : 1;
        return n < left ? n + 1 : left;
    }
    if ((at[0] >= '0' && at[0] <= '9') || at[0] == '-' || (at[0] >= 'a' && at[0] <= 'z'))
        while (n < left && at[n] > ' ' && !strchr(",:]}\"[{", at[n])) n++;
    while (n < left && ((unsigned char)at[n] & 0xc0) == 0x80) n++;
    return n;
}

/* What stands at `offset`: its kind, which names nobody; with show_values itself. */
static void found(const struct edict_evaluator *e, size_t offset, char *to, size_t room)
{
    const struct json *j = &input_of(e)->json;
    if (offset >= j->size) {
        clip_text(to, room, "the end of the text");
        return;
    }
    const char *at = j->at + offset;
    const unsigned char c = (unsigned char)at[0];
    size_t size = found_size(at, j->size - offset);
    for (size_t i = 0; i < size && j->code[0]; i++)     /* not read as JSON: nobody has judged these bytes */
        if ((unsigned char)at[i] >= 0x80 || (unsigned char)at[i] < 0x20) size = i;
    if (c < 0x20 || c == 0x7f) snprintf(to, room, "the control character U+%04X", c);
    else if (j->size - offset >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0) clip_text(to, room, "a byte order mark");
    else if (e->options.show_values && size) clip_add(to, room, (struct text){ at, (uint32_t)size });
    else if (c == '"' && (j->code[0] || size < 2)) clip_text(to, room, "a string");
    else if (c == '"') snprintf(to, room, "a string of %zu byte%s", size - 2, size == 3 ? "" : "s");
    else if (c == '-' || (c >= '0' && c <= '9')) clip_text(to, room, "a number");
    else if (c == '{') clip_text(to, room, "an object");
    else if (c == '[') clip_text(to, room, "a list");
    else if (c == 't' || c == 'f' || c == 'n')
        clip_text(to, room, size == 4 && memcmp(at, "null", 4) == 0 ? "null" :
            (size == 4 && memcmp(at, "true", 4) == 0) || (size == 5 && memcmp(at, "false", 5) == 0)
            ? "true or false" : "a word");
    else if (strchr("}],:'\\+./", c)) snprintf(to, room, "the character %c", c);
    else clip_text(to, room, c >= 0x80 ? "a character or byte beyond ASCII" : "a word or character");
}

edict_status input_error(struct edict_evaluator *e, edict_status status, const char *code, size_t offset,
    const char *expected,
                         const char *format, ...)
{
    struct input *in = input_of(e);
    edict_error *error = in->error;
    va_list args;
    *error = (edict_error){ .status = status, .offset = offset };
    clip_text(error->code, sizeof error->code, code);
    clip_text(error->expected, sizeof error->expected, expected);
    pointer(e, error->pointer, sizeof error->pointer);
    if (strcmp(code, "missing_fact") == 0) clip_text(error->found, sizeof error->found, "nothing");
    else if (status == EDICT_INPUT && strncmp(code, "duplicate", 9) != 0 && strcmp(code, "unknown_key") != 0)
        found(e, offset, error->found, sizeof error->found);
    char message[sizeof error->message * 2];
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    clip_text(error->message, sizeof error->message, message);
    return status;
}
