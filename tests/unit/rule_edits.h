/* Changes to rule text, drawn by a seed: each picks a place in a pack, changes it as an analyst would, and writes down
 * what is true of it. Works on lines and bars alone and shares nothing with the compiler. */
#ifndef EDICT_TESTS_RULE_EDITS_H
#define EDICT_TESTS_RULE_EDITS_H

#include <stddef.h>
#include <stdint.h>

enum { EDIT_LINES = 4000, EDIT_TEXT = 1200 };

/* A source in lines; `item`: keyword of the item that the line belongs to, `name`: its name, `header`: the line with
 * the names of the columns, or -1. */
struct rule_text {
    const char *path;
    char *lines[EDIT_LINES];
    unsigned count;
    char item[EDIT_LINES][16], name[EDIT_LINES][48];
    int header[EDIT_LINES];
};

/* What must be said: a change of this kind whose sentence holds all of these; kind NULL: nothing. */
struct rule_truth {
    const char *edit, *kind, *effective;
    char words[3][EDIT_TEXT];
    int quiet; /* no answer depends on it: it is said, but does not count */
};

typedef int rule_edit(struct rule_text *t, uint64_t *seed, struct rule_truth *truth);
struct rule_edit_kind {
    const char *name;
    rule_edit *make;  /* 0: no place for it in this text */
    const char *path; /* of the source that it changes */
    unsigned times;
};
extern const struct rule_edit_kind rule_edits_real[], rule_edits_none[];
extern const unsigned rule_edit_real_count, rule_edit_none_count;

int rule_text_read(struct rule_text *t, const char *path);
void rule_text_free(struct rule_text *t);
uint64_t rule_random(uint64_t *seed);

/* ---- for the files that make the changes */
typedef int line_fits(const struct rule_text *t, unsigned i);
/* A line for which `fits` says yes; EDIT_LINES: none. */
unsigned edit_pick(const struct rule_text *t, uint64_t *seed, line_fits *fits);
void line_set(struct rule_text *t, unsigned i, const char *text);
void line_out(struct rule_text *t, unsigned i);
void line_in(struct rule_text *t, unsigned i, const char *text);
int line_swap(struct rule_text *t, unsigned i, const char *from, const char *to); /* the first one in the line */
int is_row(const struct rule_text *t, unsigned i);
int edit_of_item(const struct rule_text *t, unsigned i, const char *item);
void edit_cell_get(const char *line, unsigned column, char *out, size_t room);
void edit_cell_set(struct rule_text *t, unsigned i, unsigned column, const char *value);
int edit_column_of(const struct rule_text *t, unsigned i, const char *name);
void edit_say(struct rule_truth *x, const char *kind, const char *a, const char *b, const char *c);
void edit_say_change(struct rule_truth *x, const char *kind, const char *name, const char *from, const char *to);

#endif
