/* Takes encounters out of a file or pipe: one a line (NDJSON), or JSON objects over several lines, or an array of them.
 * The text is only cut here, at line ends or at balanced brackets; what it says is the library's to read. Memory is
 * bounded by the limit. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MODE_UNKNOWN, MODE_LINES, MODE_DOCUMENTS, MODE_ARRAY };
enum { READ_SIZE = 1 << 18 };

int reader_open(struct reader *r, const char *path)
{
    *r = (struct reader){.line = 1};
    r->fd = strcmp(path, "-") == 0 ? 0 : open(path, O_RDONLY | O_CLOEXEC);
    return r->fd < 0 ? -1 : 0;
}

void reader_close(struct reader *r)
{
    if (r->fd > 0)
        close(r->fd);
    free(r->data);
}

/* More bytes behind the ones not yet taken: 1, at the end 0, on failure or interruption -1. */
static int reader_fill(struct reader *r)
{
    if (r->eof)
        return 0;
    if (r->from) {
        memmove(r->data, r->data + r->from, r->end - r->from);
        r->end -= r->from;
        r->from = 0;
    }
    if (r->room - r->end < READ_SIZE) {
        char *grown = realloc(r->data, r->room * 2 + READ_SIZE);
        if (!grown) {
            errno = ENOMEM;
            return -1;
        }
        r->data = grown;
        r->room = r->room * 2 + READ_SIZE;
    }
    struct pollfd wait = {.fd = r->fd, .events = POLLIN};
    ssize_t got;
    do {
        if (r->idle && poll(&wait, 1, 0) == 0 && r->idle(r->context) != 0) {
            errno = EINTR;
            return -1;
        }
        got = read(r->fd, r->data + r->end, r->room - r->end);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return -1;
    r->eof = got == 0;
    r->end += (size_t)got;
    r->bytes += (uint64_t)got;
    return got > 0;
}

static int blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct depth { size_t depth; int text, escape; };

/* Follows brackets and strings. Gives 1 at the bracket that closes the outermost one. */
static int depth_step(struct depth *d, char c)
{
    if (d->text) {
        if (d->escape)
            d->escape = 0;
        else if (c == '\\')
            d->escape = 1;
        else if (c == '"')
            d->text = 0;
        return 0;
    }
    if (c == '"')
        d->text = 1;
    else if (c == '{' || c == '[')
        d->depth++;
    else if ((c == '}' || c == ']') && d->depth)
        return --d->depth == 0;
    return 0;
}

static size_t take_blank(struct reader *r)
{
    while (r->from < r->end && blank(r->data[r->from])) {
        const char c = r->data[r->from++];
        r->line += c == '\n';
        if (c == '\n')
            r->indent = 0;
        else if (r->indent != SIZE_MAX)
            r->indent++;
    }
    return r->end - r->from;
}

/* Looks at the first line and at the beginning of the second. A first line that is no whole value and is not followed
 * by another object is the first line of a document; every other file is NDJSON, whatever is wrong with its lines. */
static int reader_decide(struct reader *r)
{
    int got;
    do
        got = reader_fill(r);
    while (got > 0 && r->end < 3);
    if (got < 0)
        return -1;
    if (r->end >= 3 && memcmp(r->data, "\xef\xbb\xbf", 3) == 0)
        r->from = 3;
    while (take_blank(r) == 0)
        if ((got = reader_fill(r)) <= 0)
            return got;
    r->mode = MODE_LINES;
    if (r->data[r->from] == '[') {
        r->from++;
        r->indent = SIZE_MAX;
        r->mode = MODE_ARRAY;
        return 1;
    }
    if (r->data[r->from] != '{')
        return 1;
    struct depth depth = {0};
    size_t at = 0;
    int first = 1;
    while (at < READER_LIMIT) {
        if (r->from + at == r->end && (got = reader_fill(r)) <= 0)
            return got < 0 ? -1 : 1;
        char c = r->data[r->from + at++];
        if (first) {
            if (depth_step(&depth, c))
                return 1;
            first = c != '\n';
        } else if (!blank(c)) {
            if (c != '{')
                r->mode = MODE_DOCUMENTS;
            return 1;
        }
    }
    return 1;
}

static void over(struct reader *r, const char *bytes, size_t size)
{
    if (r->over)
        r->over(r->context, bytes, size);
}

/* Drops the rest of a line that is too long. */
static enum read_result skip_line(struct reader *r)
{
    for (;;) {
        char *at = r->data + r->from, *end = memchr(at, '\n', r->end - r->from);
        over(r, at, end ? (size_t)(end - at) : r->end - r->from);
        if (end) {
            r->from += (size_t)(end - at) + 1;
            r->line++;
            return READ_LONG;
        }
        r->from = r->end = 0;
        int got = reader_fill(r);
        if (got <= 0)
            return got < 0 ? READ_FAILED : READ_LONG;
    }
}

static enum read_result next_line(struct reader *r, const char **bytes, size_t *size, uint64_t *line)
{
    size_t seen = 0;
    for (;;) {
        char *at = r->data + r->from, *end = NULL;
        size_t have = r->end - r->from;
        if (have > seen)
            end = memchr(at + seen, '\n', have - seen);
        if (!end && have <= READER_LIMIT) {
            seen = have;
            int got = reader_fill(r);
            if (got < 0)
                return READ_FAILED;
            if (got > 0)
                continue;
            if (!have)
                return READ_END;
            at = r->data + r->from;
        }
        size_t length = end ? (size_t)(end - at) : have, used = end ? length + 1 : length;
        *line = r->line;
        if (length > READER_LIMIT) {
            if (end)
                over(r, at, length);
            r->from += end ? used : 0;
            r->line += end != NULL;
            return end ? READ_LONG : skip_line(r);
        }
        r->from += used;
        r->line += end != NULL;
        while (length && blank(at[length - 1]))
            length--;
        if (length && strspn(at, " \t\r") < length) {
            *bytes = at;
            *size = length;
            return READ_ENCOUNTER;
        }
        if (!end)
            return READ_END;
        seen = 0;
    }
}

/* A document whose brackets do not close: where the next one seems to begin, a line that starts as this one did.
 * SIZE_MAX: nowhere. Only asked when nothing else helps, for in a whole document such a line may stand too. */
static size_t next_begin(const struct reader *r, size_t size)
{
    const char *at = r->data + r->from;
    if (r->indent == SIZE_MAX)
        return SIZE_MAX;
    for (size_t i = 1; i + r->indent + 1 < size; i++) {
        const char *line = memchr(at + i, '\n', size - i - r->indent - 1);
        if (!line)
            return SIZE_MAX;
        i = (size_t)(line - at);
        size_t blanks = 0;
        while (blanks < r->indent && (line[1 + blanks] == ' ' || line[1 + blanks] == '\t'))
            blanks++;
        if (blanks == r->indent && line[1 + blanks] == '{')
            return i + 1;
    }
    return SIZE_MAX;
}

static enum read_result document_cut(struct reader *r, size_t size, const char **bytes, size_t *taken)
{
    for (size_t i = 0; i < size; i++)
        r->line += r->data[r->from + i] == '\n';
    *bytes = r->data + r->from;
    *taken = size;
    r->indent = size && r->data[r->from + size - 1] == '\n' ? 0 : SIZE_MAX;
    r->from += size;
    return READ_ENCOUNTER;
}

static enum read_result next_document(struct reader *r, const char **bytes, size_t *size, uint64_t *line)
{
    struct depth depth = {0};
    size_t at = 0, cut;
    int got, dropped = 0;
    for (;;) {
        while (take_blank(r) == 0)
            if ((got = reader_fill(r)) <= 0)
                return got < 0 ? READ_FAILED : READ_END;
        char c = r->data[r->from];
        if (r->mode == MODE_ARRAY && (c == ',' || c == ']')) {
            r->from++;
            r->indent = SIZE_MAX;
            r->mode = c == ',' ? MODE_ARRAY : MODE_DOCUMENTS;
            continue;
        }
        break;
    }
    *line = r->line;
    for (int done = 0; !done;) {
        if (r->from + at == r->end && (got = reader_fill(r)) <= 0) {
            if (got < 0)
                return READ_FAILED;
            if (!dropped && (cut = next_begin(r, at)) != SIZE_MAX)
                return document_cut(r, cut, bytes, size);
            break;
        }
        char c = r->data[r->from + at++];
        done = depth_step(&depth, c) || (!depth.depth && !depth.text && c == '\n');
        const int crossed = done && r->data[r->from] == '{' && c == ']';    /* it closes the array around */
        if (at <= READER_LIMIT && !crossed)
            continue;
        if (!dropped && (cut = next_begin(r, at)) != SIZE_MAX)
            return document_cut(r, cut, bytes, size);
        if (crossed)
            break;
        dropped = 1;
        over(r, r->data + r->from, at);
        document_cut(r, at, bytes, size);
        at = 0;
    }
    if (!dropped)
        return document_cut(r, at, bytes, size);
    over(r, r->data + r->from, at);
    document_cut(r, at, bytes, size);
    return READ_LONG;
}

enum read_result reader_next(struct reader *r, const char **bytes, size_t *size, uint64_t *line)
{
    if (r->mode == MODE_UNKNOWN) {
        int got = reader_decide(r);
        if (got <= 0)
            return got < 0 ? READ_FAILED : READ_END;
    }
    return r->mode == MODE_LINES ? next_line(r, bytes, size, line) : next_document(r, bytes, size, line);
}
