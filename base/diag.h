/* Diagnostics: what is wrong with a rule file, told to the analyst who wrote it. Collected, never printed here.
 * Codes, severities and explanations stand in diag.def. */
#ifndef EDICT_BASE_DIAG_H
#define EDICT_BASE_DIAG_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/source.h"

enum diag_code {
#define DIAG(id, code, severity, title, why, bad, good) DIAG_##id,
#include "base/diag.def"
#undef DIAG
    DIAG_COUNT
};

enum diag_severity { DIAG_NOTE, DIAG_WARNING, DIAG_ERROR };

struct diag_info {
    const char *code;       /* stable: "E101", "W201" */
    enum diag_severity severity;
    const char *title;      /* a few words */
    const char *why;        /* one paragraph for `edict explain` */
    const char *bad, *good; /* examples: rule text */
};
extern const struct diag_info diag_infos[DIAG_COUNT];

struct diag {
    enum diag_code code;
    struct span span;
    const char *message;  /* what is wrong, one sentence without a full stop */
    const char *hint;     /* what to do, or NULL; may hold line breaks (a row ready to paste) */
    struct span other;    /* a second place, when other.to > 0 */
    const char *other_note;
    struct diag *next;
};

struct diags {
    struct arena *arena;
    struct diag *first, *last;
    unsigned errors, warnings;
    unsigned limit;  /* beyond so many (default 100) the rest is only counted */
};

void diags_init(struct diags *d, struct arena *arena);
/* Adds one; the message is formatted into the arena. A second diagnostic of the same code at the same place is
 * dropped. NULL (which diag_hint and diag_other accept): dropped, beyond the limit, or no memory. */
struct diag *diag_add(struct diags *d, enum diag_code code, struct span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void diag_hint(struct diags *d, struct diag *which, const char *format, ...) __attribute__((format(printf, 3, 4)));
void diag_other(struct diag *which, struct span span, const char *note);
/* By source, then place. */
void diags_sort(struct diags *d);

/* Text for people, as
 *   hospital.edict:12:5: error E104: "famly" is not known here
 *      12 |   | famly | code |
 *         |     ^~~~~
 *         = did you mean "family"?
 * colour: ANSI escapes. Tabs and long lines survive under the caret (a line over 100 columns is cut around it). */
void diag_render(struct buffer *out, const struct diag *d, const struct source *sources, size_t count, int colour);
/* One JSON object with code, severity, file, line, column, end_line, end_column, message, hint, other. */
void diag_render_json(struct buffer *out, const struct diag *d, const struct source *sources, size_t count);

/* Of `count` words, the one that was probably meant by `wrong`, or NULL. */
const char *diag_suggest(struct text wrong, const char *const *words, size_t count);

#endif
