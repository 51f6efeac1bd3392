/* Collecting, ordering and rendering diagnostics. Rendering reads the sources again; nothing is printed from here. */
#include "base/diag.h"

#include <assert.h>
#include <string.h>

const struct diag_info diag_infos[DIAG_COUNT] = {
#define DIAG(id, code, severity, title, why, bad, good) [DIAG_##id] = { code, severity, title, why, bad, good },
#include "base/diag.def"
#undef DIAG
};

static const char *const severity_words[] = { "note", "warning", "error" };
static const char *const severity_colours[] = { "\033[1;36m", "\033[1;33m", "\033[1;31m" };

void diags_init(struct diags *d, struct arena *arena)
{
    *d = (struct diags){ .arena = arena, .limit = 100 };
}

static int span_same(struct span a, struct span b)
{
    return a.source == b.source && a.from == b.from && a.to == b.to;
}

struct diag *diag_add(struct diags *d, enum diag_code code, struct span span, const char *format, ...)
{
    for (struct diag *old = d->first; old; old = old->next)
        if (old->code == code && span_same(old->span, span))
            return NULL;
    if (diag_infos[code].severity == DIAG_ERROR)
        d->errors++;
    else if (diag_infos[code].severity == DIAG_WARNING)
        d->warnings++;
    if (d->errors + d->warnings > d->limit)
        return NULL;
    struct diag *fresh = arena_zero(d->arena, 1, sizeof *fresh);
    if (!fresh)
        return NULL;
    va_list args;
    va_start(args, format);
    fresh->message = arena_vprintf(d->arena, format, args);
    va_end(args);
    if (!fresh->message)
        fresh->message = diag_infos[code].title;
    fresh->code = code;
    fresh->span = span;
    if (d->last)
        d->last->next = fresh;
    else
        d->first = fresh;
    d->last = fresh;
    return fresh;
}

void diag_hint(struct diags *d, struct diag *which, const char *format, ...)
{
    if (!which)
        return;
    va_list args;
    va_start(args, format);
    which->hint = arena_vprintf(d->arena, format, args);
    va_end(args);
}

void diag_other(struct diag *which, struct span span, const char *note)
{
    if (!which)
        return;
    which->other = span;
    which->other_note = note;
}

static int diag_before(const struct diag *a, const struct diag *b)
{
    if (a->span.source != b->span.source)
        return a->span.source < b->span.source;
    return a->span.from <= b->span.from;
}

/* A stable merge sort of the list. */
static struct diag *diag_list_sort(struct diag *list)
{
    if (!list || !list->next)
        return list;
    struct diag *middle = list;
    for (struct diag *end = list->next; end && end->next; end = end->next->next)
        middle = middle->next;
    struct diag *b = diag_list_sort(middle->next);
    middle->next = NULL;
    struct diag *a = diag_list_sort(list), *first = NULL, **to = &first;
    while (a && b) {
        struct diag **from = diag_before(a, b) ? &a : &b;
        *to = *from;
        to = &(*from)->next;
        *from = *to;
    }
    *to = a ? a : b;
    return first;
}

void diags_sort(struct diags *d)
{
    d->first = diag_list_sort(d->first);
    d->last = d->first;
    while (d->last && d->last->next)
        d->last = d->last->next;
}

enum { LINE_SHOWN = 100, LINE_BEFORE = 60 };

static int character_starts(char c)
{
    return ((unsigned char)c & 0xc0) != 0x80;
}

/* The line under its number, and a caret line under the span. Of a long line only the part around the span. */
static void render_line(struct buffer *out, const struct source *s, struct span span, const char *on, const char *off)
{
    uint32_t line, column, at = span.from < s->size ? span.from : s->size;
    source_position(s, at, &line, &column);
    struct text whole = source_line(s, at);
    uint32_t start = (uint32_t)(whole.at - s->bytes), from = 0, to = whole.size;
    uint32_t caret = at - start < whole.size ? at - start : whole.size;
    int cut_before = 0, cut_after = 0;
    if (whole.size > LINE_SHOWN) {
        if (caret > LINE_BEFORE) {
            from = caret - LINE_BEFORE;
            while (from < caret && !character_starts(whole.at[from]))
                from++;
            cut_before = 1;
        }
        if (to - from > LINE_SHOWN) {
            to = from + LINE_SHOWN;
            while (to < whole.size && !character_starts(whole.at[to]))
                to++;
            cut_after = to < whole.size;
        }
    }
    buffer_printf(out, "%6u | %s", (unsigned)line, cut_before ? "…" : "");
    for (uint32_t i = from; i < to; i++) {
        unsigned char c = (unsigned char)whole.at[i];
        buffer_byte(out, (c < 0x20 && c != '\t') || c == 0x7f ? ' ' : (char)c);   /* nothing that drives a terminal */
    }
    buffer_printf(out, "%s\n       | %s", cut_after ? "…" : "", cut_before ? " " : "");
    for (uint32_t i = from; i < caret; i++)
        if (whole.at[i] == '\t')
            buffer_byte(out, '\t');
        else if (character_starts(whole.at[i]))
            buffer_byte(out, ' ');
    buffer_printf(out, "%s^", on);
    uint32_t end = span.to > start + to ? to : span.to > start ? span.to - start : 0;
    for (uint32_t i = caret + 1; i < end; i++)
        if (character_starts(whole.at[i]))
            buffer_byte(out, '~');
    buffer_printf(out, "%s\n", off);
}

static void render_place(struct buffer *out, const struct source *s, uint32_t offset)
{
    uint32_t line, column;
    source_position(s, offset, &line, &column);
    buffer_printf(out, "%s:%u:%u: ", s->name, (unsigned)line, (unsigned)column);
}

void diag_render(struct buffer *out, const struct diag *d, const struct source *sources, size_t count, int colour)
{
    const struct diag_info *info = &diag_infos[d->code];
    const char *bold = colour ? "\033[1m" : "", *off = colour ? "\033[0m" : "";
    const char *tint = colour ? severity_colours[info->severity] : "";
    const struct source *s = d->span.source < count ? &sources[d->span.source] : NULL;
    buffer_text(out, bold);
    if (s)
        render_place(out, s, d->span.from);
    buffer_printf(out, "%s%s%s %s:%s %s%s%s\n", off, tint, severity_words[info->severity], info->code, off, bold,
                  d->message, off);
    if (s)
        render_line(out, s, d->span, tint, off);
    for (const char *hint = d->hint; hint && *hint;) {
        size_t size = strcspn(hint, "\n");
        buffer_text(out, hint == d->hint ? "       = " : "       | ");
        buffer_add(out, hint, size);
        buffer_byte(out, '\n');
        hint += size + (hint[size] == '\n');
    }
    if (d->other.to > 0 && d->other.source < count) {
        assert(sources);
        buffer_text(out, "  ");
        render_place(out, &sources[d->other.source], d->other.from);
        buffer_printf(out, "note: %s\n", d->other_note ? d->other_note : "see here");
        render_line(out, &sources[d->other.source], d->other, tint, off);
    }
}

static void json_text(struct buffer *out, const char *key, const char *value)
{
    buffer_printf(out, ",\"%s\":", key);
    if (value)
        buffer_json(out, value, strlen(value));
    else
        buffer_text(out, "null");
}

static void json_place(struct buffer *out, const struct source *s, struct span span)
{
    uint32_t line, column, end_line, end_column;
    source_position(s, span.from, &line, &column);
    source_position(s, span.to > span.from ? span.to : span.from, &end_line, &end_column);
    json_text(out, "file", s->name);
    buffer_printf(out, ",\"line\":%u,\"column\":%u,\"end_line\":%u,\"end_column\":%u", (unsigned)line, (unsigned)column,
                  (unsigned)end_line, (unsigned)end_column);
}

void diag_render_json(struct buffer *out, const struct diag *d, const struct source *sources, size_t count)
{
    const struct diag_info *info = &diag_infos[d->code];
    buffer_printf(out, "{\"code\":\"%s\",\"severity\":\"%s\"", info->code, severity_words[info->severity]);
    if (d->span.source < count)
        json_place(out, &sources[d->span.source], d->span);
    json_text(out, "message", d->message);
    json_text(out, "hint", d->hint);
    if (d->other.to > 0 && d->other.source < count) {
        assert(sources);
        buffer_text(out, ",\"other\":{\"note\":");
        const char *note = d->other_note ? d->other_note : "";
        buffer_json(out, note, strlen(note));
        json_place(out, &sources[d->other.source], d->other);
        buffer_byte(out, '}');
    } else {
        buffer_text(out, ",\"other\":null");
    }
    buffer_byte(out, '}');
}

const char *diag_suggest(struct text wrong, const char *const *words, size_t count)
{
    unsigned limit = wrong.size < 3 ? 0 : wrong.size < 5 ? 1 : wrong.size < 9 ? 2 : 3, best = limit + 1;
    const char *found = NULL;
    for (size_t i = 0; i < count; i++) {
        unsigned distance = text_distance(wrong, text_of(words[i]), limit);
        if (distance < best) {
            best = distance;
            found = words[i];
        }
    }
    return found;
}
