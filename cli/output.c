/* Buffered output, messages, files read whole. Files that are written: replace.c. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct output standard_output = {.fd = 1}, error_output = {.fd = 2};

struct output *output_standard(void)
{
    return &standard_output;
}

struct output *output_error(void)
{
    return &error_output;
}

static void write_all(struct output *o, const char *bytes, size_t size)
{
    while (size && !o->error) {
        ssize_t wrote = write(o->fd, bytes, size);
        if (wrote < 0) {
            if (errno != EINTR)
                o->error = errno;
            continue;
        }
        bytes += wrote;
        size -= (size_t)wrote;
    }
}

void output_flush(struct output *o)
{
    write_all(o, o->bytes, o->used);
    o->used = 0;
}

void output_put(void *output, const char *bytes, size_t size)
{
    struct output *o = output;
    if (size > sizeof o->bytes - o->used)
        output_flush(o);
    if (size > sizeof o->bytes) {
        write_all(o, bytes, size);
        return;
    }
    if (size)
        memcpy(o->bytes + o->used, bytes, size);
    o->used += size;
}

void output_text(struct output *o, const char *text)
{
    output_put(o, text, strlen(text));
}

void output_print(struct output *o, const char *format, ...)
{
    char small[1024];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(small, sizeof small, format, arguments);
    va_end(arguments);
    if (size < 0)
        return;
    if ((size_t)size < sizeof small) {
        output_put(o, small, (size_t)size);
        return;
    }
    char *large = malloc((size_t)size + 1);
    if (!large) {
        o->error = ENOMEM;
        return;
    }
    va_start(arguments, format);
    vsnprintf(large, (size_t)size + 1, format, arguments);
    va_end(arguments);
    output_put(o, large, (size_t)size);
    free(large);
}

void output_json(struct output *o, json_t *value)
{
    char *text = value ? json_dumps(value, 0) : NULL;
    if (text)
        output_print(o, "%s\n", text);
    else
        o->error = ENOMEM;
    free(text);
    json_decref(value);
}

int output_end(struct output *o, int status)
{
    output_flush(o);
    if (!o->error || o->error == EPIPE)
        return status;
    message("writing failed: %s", strerror(o->error));
    return EXIT_INTERNAL;
}

void message(const char *format, ...)
{
    char text[1200];
    va_list arguments;
    output_flush(&error_output);
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "edict: %s\n", text);
}

json_t *json_text(const char *text)
{
    json_t *value = json_string(text);
    if (value)
        return value;
    struct text copy = {0};
    for (const char *c = text; *c; c++)
        text_put(&copy, (unsigned char)*c < 0x80 ? c : "?", 1);
    value = json_stringn(copy.bytes ? copy.bytes : "", copy.size);
    free(copy.bytes);
    return value;
}

void text_put(void *text, const char *bytes, size_t size)
{
    struct text *t = text;
    if (t->failed)
        return;
    if (size >= t->room - t->size) {
        size_t room = (t->room + size) * 2 + 64;
        char *grown = room > t->room ? realloc(t->bytes, room) : NULL;
        if (!grown) {
            t->failed = 1;
            return;
        }
        t->bytes = grown;
        t->room = room;
    }
    if (size)
        memcpy(t->bytes + t->size, bytes, size);
    t->size += size;
    t->bytes[t->size] = 0;
}

int file_read(const char *path, struct text *into)
{
    return file_read_most(path, into, SIZE_MAX - 1);
}

int file_read_most(const char *path, struct text *into, size_t most)
{
    char bytes[1 << 14];
    int fd = strcmp(path, "-") == 0 ? 0 : open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = -1;
    text_put(into, "", 0);
    while (fd >= 0 && !into->failed && into->size <= most && (got = read(fd, bytes, sizeof bytes)) != 0) {
        if (got < 0 && errno != EINTR)
            break;
        if (got > 0)
            text_put(into, bytes, (size_t)got);
    }
    int error = into->failed ? ENOMEM : got < 0 ? errno : 0;
    if (fd > 0)
        close(fd);
    if (!error && into->size <= most)
        return 0;
    if (error)
        message("%s: %s", path, strerror(error));
    else
        message("%s: too large: at most %zu MiB", path, most >> 20);
    return -1;
}
