/* Why an answer may have become another one, told without the old pack: the rows and items that its reasons name and
 * that mean something else now. */
#ifndef EDICT_CLI_CAUSES_H
#define EDICT_CLI_CAUSES_H

#include "baseline.h"

enum cause_kind {
    CAUSE_ROW,        /* a row that says something else, or is new */
    CAUSE_ROW_GONE,   /* a row that is no more */
    CAUSE_ITEM,       /* an item, by all that it says; also a new one */
    CAUSE_ITEM_GONE,
    CAUSE_RULES,      /* the pack as a whole: an image tells no items */
    CAUSE_PROGRAM     /* the rules are the same: edict itself */
};
struct cause {
    enum cause_kind kind;
    const char *name;     /* of the item; lives as long as the items */
    unsigned number;      /* of the row */
    uint64_t meaning;
};
struct causes { struct cause *at; size_t count; };

/* Both versions of the rules. new_items NULL: the pack is an image. */
struct versions {
    const struct kept_item *old_items, *new_items;
    const edict_item *full;
    size_t old_count, new_count;
    const char *old_rules, *new_rules;
};
/* A set of reasons: "family#14" or "too_many_units"; texts are borrowed. */
struct reasons { struct piece_text { const char *at; size_t size; } *at; size_t count; };
int reasons_add(struct reasons *reasons, const char *at, size_t size);         /* one; 0: no memory */
int reasons_add_list(struct reasons *reasons, const char *list, size_t size);  /* ", " between */

/* Why something for which the old answer had these reasons and the new one those differs. Never empty; 0: no memory.
 * The caller frees causes->at. */
int causes_find(const struct versions *v, const struct reasons *old, const struct reasons *now, struct causes *causes);
/* What was proved to be the cause, by the names of changes (edict_change.item: "policy NAME", "bill KIND …"), taken as
 * the items and rows that changed there. Replaces causes; where no item fits, they stay as they are. 0: no memory. */
int causes_proved(const struct versions *v, const char *const *changes, size_t count, struct causes *causes);
/* Does the pack still say there what it said: is an approval that names this cause still one of the same change? */
int cause_holds(const struct versions *v, const struct cause *cause);
/* "family#14=8f3a1b2c" for files, and back (name points into text, which is cut); for people: "family, row 14". */
void cause_key_put(const struct cause *cause, struct text *to);
int cause_key_read(char *text, struct cause *cause);
void cause_put(const struct cause *cause, struct text *to);
/* Is it meant by `--approve cause NAME`: an item's name, or "family#14". */
int cause_named(const struct cause *cause, const char *name);

#endif
