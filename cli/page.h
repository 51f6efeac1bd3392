/* The page that `run --pretty` prints: its parts, and what they are set with. */
#ifndef EDICT_CLI_PAGE_H
#define EDICT_CLI_PAGE_H

#include "cli.h"

/* Parts, in their order: each knows the names of the encounter and result contract and nothing more. */
void timeline_print(const struct page *page, json_t *encounter, json_t *answer);
void findings_print(const struct page *page, json_t *answer);

/* Text, clean and measured: nothing in it can steer a terminal. */
unsigned text_width(const char *text);    /* columns of UTF-8 text */
/* Cut to `width` columns (0: not cut). The caller frees. */
char *text_clean(const struct page *page, const char *text, unsigned width);

enum paint { PAINT_PLAIN, PAINT_HEADING, PAINT_DIM, PAINT_BAR, PAINT_OPEN, PAINT_GOOD, PAINT_WARN, PAINT_BAD };
void page_paint(const struct page *page, enum paint paint, const char *text);
void page_blank(const struct page *page, unsigned count);
struct cell { const char *text; unsigned width; enum paint paint; };
/* Cells side by side, each wrapped in its width; the last cell's width may be 0: the rest of the line. */
void page_row(const struct page *page, unsigned indent, const struct cell *cells, size_t count);
enum paint kind_paint(const char *kind);    /* of a finding */

/* JSON as text */
const char *member_text(json_t *object, const char *key);    /* "" where there is no text */
void word_add(struct text *t, const char *word);
void value_add(struct text *t, json_t *value, const char *between);
void code_add(struct text *t, json_t *charge);                                  /* CODE-MO-MO */
void units_add(const struct page *page, struct text *t, json_t *charge);        /* ×3; nothing for one */
char *text_done(struct text *t);    /* NULL: no memory */
/* The records that a charge or finding is about: the list that is none of the contract's own. "services": ["s1"] */
json_t *records_of(json_t *object);

/* Clock times, `2026-03-02T09:30`, as minutes since a day long ago */
enum { HOUR = 60, DAY = 24 * HOUR, NO_TIME = -1 };
int64_t minutes_read(const char *text);

#endif
