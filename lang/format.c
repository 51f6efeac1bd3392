/* The canonical form, made from the lines of the source: layout only, every non-blank character survives in its order.
 * Items in column 1, what belongs to them two blanks in, rows between aligned bars, lists of short clauses aligned. */
#include "lang/ast.h"

#include <string.h>

enum { STEP = 2, COLUMNS = 256, MOST_PADDING = 16, COMMENT_GAP = 2 };

enum line_kind { LINE_COMMENT, LINE_ITEM, LINE_ROW, LINE_CLAUSE };

/* A line of the source that is not blank, without the blanks around it. */
struct line {
    const char *at;
    size_t size;    /* all of it */
    size_t code;    /* without the comment at its end and the blanks before that */
    size_t comment; /* where the comment begins; `size`: none */
    size_t indent;  /* columns in the source */
    enum line_kind kind;
    int open;              /* a text on it is not closed: the line stays as it is */
    int outer;             /* a comment that stands between items */
    int blank;             /* a blank line stands before it: in the source, later in the output */
    struct text word;      /* the keyword of its item */
    size_t to;             /* columns in the output */
    size_t split, padding; /* after `split` bytes of its canonical text follow so many more blanks */
};

struct lines {
    struct line *at;
    size_t count;
};

static int is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v'; }

/* Past the text that begins at `i`; 0 when it is not closed. */
static size_t text_end(const char *at, size_t size, size_t i)
{
    for (i++; i < size; i++) {
        if (at[i] == '\\' && i + 1 < size) i++;
        else if (at[i] == '"') return i + 1;
    }
    return 0;
}

/* The first `wanted` outside texts from `i` on, or `size`. A text that is not closed reaches to the end. */
static size_t find_outside(const char *at, size_t size, size_t i, char wanted)
{
    while (i < size && at[i] != wanted) {
        size_t past = at[i] == '"' ? text_end(at, size, i) : i + 1;
        i = past ? past : size;
    }
    return i;
}

static int has_open_text(const char *at, size_t size)
{
    for (size_t i = 0; (i = find_outside(at, size, i, '"')) < size;) {
        i = text_end(at, size, i);
        if (i == 0) return 1;
    }
    return 0;
}

static int is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || ((unsigned char)c & 0x80);
}

static struct line line_read(const char *from, const char *end)
{
    struct line l = {0};
    for (; from < end && is_blank(*from); from++)
        l.indent = *from == '\t' ? (l.indent / STEP + 1) * STEP : l.indent + 1;
    while (end > from && is_blank(end[-1])) end--;
    l.at = from;
    l.size = (size_t)(end - from);
    l.comment = find_outside(from, l.size, 0, '#');
    l.code = l.comment;
    while (l.code > 0 && is_blank(from[l.code - 1])) l.code--;
    if (l.size == 0) return l;
    l.open = has_open_text(from, l.code);
    l.kind = *from == '#'                        ? LINE_COMMENT
             : *from == '|'                      ? LINE_ROW
             : l.indent == 0 && is_letter(*from) ? LINE_ITEM
                                                 : LINE_CLAUSE;
    return l;
}

/* The lines that are not blank, in a buffer that the caller frees. */
static struct lines lines_read(struct buffer *room, const struct source *s)
{
    int blank = 0;
    for (const char *at = s->bytes, *stop = s->bytes + s->size; at < stop;) {
        const char *end = memchr(at, '\n', (size_t)(stop - at));
        struct line l = line_read(at, end ? end : stop);
        at = end ? end + 1 : stop;
        l.blank = blank;
        blank = l.size == 0;
        if (!blank) buffer_add(room, &l, sizeof l);
    }
    return (struct lines){(struct line *)(void *)room->at, room->size / sizeof(struct line)};
}

/* ---- what belongs to what */

static void mark_comments(struct lines all)
{
    int item_follows = 1, inside = 0;
    for (size_t i = all.count; i-- > 0;) {
        struct line *l = &all.at[i];
        if (l->kind == LINE_COMMENT) l->outer = l->indent == 0 && item_follows;
        else item_follows = l->kind == LINE_ITEM;
    }
    for (size_t i = 0; i < all.count; i++) {
        struct line *l = &all.at[i];
        if (l->kind == LINE_ITEM) inside = 1;
        else if (l->kind == LINE_COMMENT && !inside) l->outer = 1;
        else if (l->outer) inside = 0;
    }
}

/* Indentation: two blanks, four for what was deeper than the shallowest line of its item. */
static void indent_item(struct line *from, struct line *end)
{
    size_t shallowest = SIZE_MAX;
    struct text word = {from->at, 0};
    if (from->kind == LINE_ITEM)
        while (word.size < from->size && is_letter(word.at[word.size])) word.size++;
    for (struct line *l = from; l < end; l++)
        if (l->kind != LINE_COMMENT && l->indent > 0 && l->indent < shallowest) shallowest = l->indent;
    for (struct line *l = from; l < end; l++) {
        l->word = word;
        if (l->kind == LINE_ITEM || l->outer) l->to = 0;
        else l->to = l->kind != LINE_ROW && l->indent > shallowest ? 2 * STEP : STEP;
    }
}

static void indent_all(struct lines all)
{
    for (size_t from = 0, end; from < all.count; from = end) {
        for (end = from + 1; end < all.count && all.at[end].kind != LINE_ITEM;) end++;
        indent_item(all.at + from, all.at + end);
    }
}

/* From blank lines of the source to those of the output: one between items, none below an item's first line, elsewhere
 * as many as there were, at most one. Items of one line with the same keyword may stand together. */
static void space_lines(struct lines all)
{
    for (size_t i = 0; i < all.count; i++) {
        struct line *l = &all.at[i], *before = i ? l - 1 : NULL, *after = i + 1 < all.count ? l + 1 : NULL;
        if (!before) {
            l->blank = 0;
        } else if (l->kind == LINE_ITEM) {
            int one_line = !after || after->kind == LINE_ITEM || after->outer;
            int together = one_line && before->kind == LINE_ITEM && text_equal(l->word, before->word);
            l->blank |= !before->outer && !together;
        } else if (l->outer) {
            l->blank |= !before->outer;
        } else if (before->kind == LINE_ITEM) {
            l->blank = 0;
        }
    }
}

/* ---- the text of a line */

static size_t characters(const char *at, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < size; i++) n += ((unsigned char)at[i] & 0xc0) != 0x80;
    return n;
}

static void put_blanks(struct buffer *out, size_t count)
{
    while (count-- > 0) buffer_byte(out, ' ');
}

/* Runs of blanks outside texts become one blank. With `commas`: none before a comma and one behind it. Returns the
 * number of characters; `out` may be NULL. */
static size_t put_text(struct buffer *out, const char *at, size_t size, int commas)
{
    size_t width = 0;
    int gap = 0;
    char last = 0;
    for (size_t i = 0, past; i < size; i = past) {
        past = i + 1;
        if (is_blank(at[i])) {
            gap = 1;
            continue;
        }
        if (at[i] == '"' && (past = text_end(at, size, i)) == 0) past = size;
        if (last && (commas ? at[i] != ',' && (gap || last == ',') : gap)) {
            width++;
            if (out) buffer_byte(out, ' ');
        }
        gap = 0;
        last = at[past - 1];
        width += characters(at + i, past - i);
        if (out) buffer_add(out, at + i, past - i);
    }
    return width;
}

/* The cell that begins at the bar `i`; gives the place of the next bar, or `code` where the row is not closed.
 * 0: nothing follows the bar. */
static int cell_next(const struct line *l, size_t *i, const char **at, size_t *size)
{
    size_t from = *i + 1, next = find_outside(l->at, l->code, from, '|'), to = next;
    if (next == l->code && from >= l->code) return 0;
    while (from < to && is_blank(l->at[from])) from++;
    while (to > from && is_blank(l->at[to - 1])) to--;
    *at = l->at + from;
    *size = to - from;
    *i = next;
    return 1;
}

/* The cells from the bar at `i` on, padded to `widths` (NULL: as wide as they are). */
static void put_cells(struct buffer *out, const struct line *l, size_t i, const size_t *widths)
{
    const char *at;
    size_t size;
    for (unsigned column = 0; i < l->code && cell_next(l, &i, &at, &size); column++) {
        size_t width = widths && column < COLUMNS ? widths[column] : 0;
        buffer_text(out, widths || size ? "| " : "|");
        size_t used = put_text(out, at, size, 0);
        if (i == l->code) return;
        put_blanks(out, used < width ? width - used : 0);
        buffer_byte(out, ' ');
    }
    buffer_byte(out, '|');
}

/* The canonical text of a line that is no row of a table, without its comment. */
static void put_clause(struct buffer *out, const struct line *l)
{
    size_t bar = find_outside(l->at, l->code, 0, '|'), before = bar;
    while (before > 0 && is_blank(l->at[before - 1])) before--;
    put_text(out, l->at, before, !text_is(l->word, "tests"));
    if (bar < l->code) {
        put_blanks(out, before > 0);
        put_cells(out, l, bar, NULL);
    }
}

static void put_comment(struct buffer *out, const struct line *l)
{
    put_blanks(out, l->code > 0 && l->comment < l->size ? COMMENT_GAP : 0);
    for (size_t i = l->comment; i < l->size; i++) buffer_byte(out, l->at[i] == '\t' ? ' ' : l->at[i]);
}

/* ---- aligning */

/* The rows of one table: comments and blank lines may stand between them. */
static void measure_rows(struct lines all, size_t i, size_t widths[COLUMNS])
{
    memset(widths, 0, COLUMNS * sizeof *widths);
    for (; i < all.count && (all.at[i].kind == LINE_ROW || (all.at[i].kind == LINE_COMMENT && !all.at[i].outer)); i++) {
        const struct line *l = &all.at[i];
        if (l->kind != LINE_ROW || l->open) continue;
        const char *at;
        size_t bar = 0, size;
        for (unsigned column = 0; column < COLUMNS && cell_next(l, &bar, &at, &size) && bar < l->code; column++) {
            size_t width = put_text(NULL, at, size, 0);
            if (width > widths[column]) widths[column] = width;
        }
    }
}

/* The end of the word at `i`: a blank, or a text that stands without one. */
static size_t past_word(const char *at, size_t size, size_t i)
{
    while (i < size && at[i] != ' ' && at[i] != '"') i++;
    return i;
}

/* Where the second part of a short clause begins, which stands below the second parts of its neighbours: the pack's
 * title, a citation's text, how a group makes a fact, what a choice does in a case, the row of a change. 0: nowhere. */
static size_t split_place(const struct line *l, const char *at, size_t size)
{
    size_t i = past_word(at, size, 0);
    if (l->kind == LINE_ITEM) {
        if (!text_is(l->word, "cite") || i >= size) return 0;
        i = past_word(at, size, i + 1);
        return i + 1 < size && at[i] == ' ' && at[i + 1] == '"' ? i : 0;
    }
    if (l->kind != LINE_CLAUSE || l->to != STEP || i >= size || at[i] != ' ') return 0;
    if (text_is(l->word, "pack")) return i;
    if (text_is(l->word, "changes")) {
        i = find_outside(at, size, i, '|');
        return i < size ? i - 1 : 0;
    }
    if (text_is(l->word, "group")) return size - i > 4 && memcmp(at + i, " is ", 4) == 0 ? i : 0;
    if (!text_is(l->word, "choose") || i != 4 || memcmp(at, "when", 4) != 0) return 0;
    while ((i = find_outside(at, size, i, ':')) < size) {
        i++;
        if (i < size && at[i] == ' ') return i;
    }
    return 0;
}

/* Pads the clauses from `i` on that split and stand directly below each other, unless they differ too much. */
static size_t align_splits(struct lines all, size_t i, struct buffer *scratch)
{
    size_t from = i, widest = 0, narrowest = SIZE_MAX;
    for (; i < all.count && (i == from || !all.at[i].blank); i++) {
        struct line *l = &all.at[i];
        if (l->open || l->kind == LINE_ROW || l->kind == LINE_COMMENT) break;
        buffer_clear(scratch);
        put_clause(scratch, l);
        l->split = scratch->size ? split_place(l, scratch->at, scratch->size) : 0;
        if (!l->split) break;
        l->padding = characters(scratch->at, l->split);
        widest = l->padding > widest ? l->padding : widest;
        narrowest = l->padding < narrowest ? l->padding : narrowest;
    }
    for (size_t k = from; k < i; k++)
        all.at[k].padding = widest - narrowest > MOST_PADDING ? 0 : widest - all.at[k].padding;
    return i > from ? i : from + 1;
}

static void put_line(struct buffer *out, const struct line *l, const size_t *widths, struct buffer *scratch)
{
    if (l->blank) buffer_byte(out, '\n');
    put_blanks(out, l->to);
    if (l->open) {
        buffer_add(out, l->at, l->size);
    } else if (l->kind == LINE_ROW) {
        put_cells(out, l, 0, widths);
    } else if (l->code > 0) {
        buffer_clear(scratch);
        put_clause(scratch, l);
        if (scratch->failed) return;
        buffer_add(out, scratch->at, l->split);
        put_blanks(out, l->padding);
        buffer_add(out, scratch->at + l->split, scratch->size - l->split);
    }
    if (!l->open) put_comment(out, l);
    buffer_byte(out, '\n');
}

void lang_format(struct buffer *out, const struct source *source, const struct ast_file *file)
{
    struct buffer room, scratch;
    size_t widths[COLUMNS];
    int measured = 0;
    (void)file;
    buffer_init(&room, 0);
    buffer_init(&scratch, 0);
    struct lines all = lines_read(&room, source);
    mark_comments(all);
    indent_all(all);
    space_lines(all);
    for (size_t i = 0; i < all.count;) i = align_splits(all, i, &scratch);
    for (size_t i = 0; i < all.count && !room.failed && !scratch.failed; i++) {
        const struct line *l = &all.at[i];
        if (l->kind != LINE_COMMENT || l->outer) {
            if (l->kind == LINE_ROW && !measured) measure_rows(all, i, widths);
            measured = l->kind == LINE_ROW;
        }
        put_line(out, l, widths, &scratch);
    }
    out->failed |= room.failed || scratch.failed;
    buffer_free(&scratch);
    buffer_free(&room);
}
