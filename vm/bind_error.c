/* Errors of the input, told with the place: JSON pointer, byte offset, what would have been right. They quote
 * keys, never values (unless options.show_values). */
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

static void pointer(const struct edict_program *p, const struct input *in, char *to, size_t room)
{
    to[0] = 0;
    if (in->domain != 0) {
        step(to, room, text_of(program_string(p, p->domains[in->domain].key)));
        if (in->record != NONE) step_number(to, room, in->record);
    }
    if (in->fact != NONE) step(to, room, text_of(program_string(p, p->facts[in->fact].name)));
    else if (in->other_key.at) step(to, room, in->other_key);
    if (in->element != NONE) step_number(to, room, in->element);
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
    pointer(e->program, in, error->pointer, sizeof error->pointer);
    char message[sizeof error->message * 2];
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    clip_text(error->message, sizeof error->message, message);
    return status;
}
