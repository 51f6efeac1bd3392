/* From reasons of answers to the items and rows that changed. First the rows that the reasons name; where none of them
 * changed, the changed items that the named ones build on; where none of those did, all that changed. */
#include "causes.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int reasons_add(struct reasons *r, const char *at, size_t size)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->at[i].size == size && memcmp(r->at[i].at, at, size) == 0)
            return 1;
    struct piece_text *grown = realloc(r->at, (r->count + 1) * sizeof *grown);
    if (!grown)
        return 0;
    r->at = grown;
    r->at[r->count++] = (struct piece_text){at, size};
    return 1;
}

int reasons_add_list(struct reasons *r, const char *list, size_t size)
{
    for (size_t from = 0, to; from < size; from = to + 2) {
        for (to = from; to < size && list[to] != ','; to++)
            ;
        if (!reasons_add(r, list + from, to - from))
            return 0;
    }
    return 1;
}

/* "family#14": the item's name and the row's number, or 0. */
static size_t reason_split(const struct piece_text *reason, unsigned *number)
{
    const char *mark = memchr(reason->at, '#', reason->size);
    *number = mark ? (unsigned)strtoul(mark + 1, NULL, 10) : 0;
    return mark ? (size_t)(mark - reason->at) : reason->size;
}

static int cause_same(const struct cause *a, const struct cause *b)
{
    return a->kind == b->kind && a->number == b->number && a->meaning == b->meaning && strcmp(a->name, b->name) == 0;
}

static int cause_add(struct causes *causes, struct cause cause)
{
    for (size_t i = 0; i < causes->count; i++)
        if (cause_same(&causes->at[i], &cause))
            return 1;
    struct cause *grown = realloc(causes->at, (causes->count + 1) * sizeof *grown);
    if (!grown)
        return 0;
    causes->at = grown;
    causes->at[causes->count++] = cause;
    return 1;
}

static int row_has(const struct kept_item *item, uint32_t meaning)
{
    for (size_t r = 0; item && r < item->row_count; r++)
        if (item->rows[r].meaning == meaning)
            return 1;
    return 0;
}

/* Rows of this number that the other version has not: changed or new ones in `now`, ones that are gone in `old`. A row
 * that is gone where another one stands at its number is that one, changed. number 0: every row. */
static int rows_causes(struct causes *causes, const struct kept_item *old, const struct kept_item *now, unsigned number)
{
    for (size_t r = 0; now && r < now->row_count; r++)
        if ((!number || now->rows[r].number == number) && !row_has(old, now->rows[r].meaning) &&
            !cause_add(causes, (struct cause){CAUSE_ROW, now->name, now->rows[r].number, now->rows[r].meaning}))
            return 0;
    for (size_t r = 0; old && now && r < old->row_count; r++) {
        int replaced = 0;
        if ((number && old->rows[r].number != number) || row_has(now, old->rows[r].meaning))
            continue;
        for (size_t k = 0; k < now->row_count; k++)
            replaced |= now->rows[k].number == old->rows[r].number && !row_has(old, now->rows[k].meaning);
        if (!replaced &&
            !cause_add(causes, (struct cause){CAUSE_ROW_GONE, now->name, old->rows[r].number, old->rows[r].meaning}))
            return 0;
    }
    return 1;
}

/* All that differs between both versions of an item, of which one at least is there. */
static int item_causes(struct causes *causes, const struct kept_item *old, const struct kept_item *now)
{
    assert(old || now);
    enum { ROWS_TOLD = 12 };
    size_t before = causes->count;
    if (old && now && old->meaning == now->meaning)
        return 1;
    if (old && !now)
        return cause_add(causes, (struct cause){CAUSE_ITEM_GONE, old->name, 0, old->meaning});
    if (old && old->heading == now->heading && now->row_count) {
        if (!rows_causes(causes, old, now, 0))
            return 0;
        if (causes->count > before && causes->count - before <= ROWS_TOLD)
            return 1;
        causes->count = before;    /* only their order, or too many to tell one by one */
    }
    return cause_add(causes, (struct cause){CAUSE_ITEM, now->name, 0, now->meaning});
}

static int reason_causes(const struct versions *v, const struct piece_text *reason, struct causes *causes)
{
    unsigned number;
    size_t size = reason_split(reason, &number);
    const struct kept_item *old = item_kept(v->old_items, v->old_count, reason->at, size);
    const struct kept_item *now = item_kept(v->new_items, v->new_count, reason->at, size);
    if (!old && !now)
        return 1;
    if (!number || !old || !now)
        return item_causes(causes, old, now);
    if (!rows_causes(causes, old, now, number))
        return 0;
    return old->heading == now->heading || cause_add(causes, (struct cause){CAUSE_ITEM, now->name, 0, now->meaning});
}

/* Marks what the items of the reasons build on. */
static void reach(const struct versions *v, size_t item, unsigned char *reached)
{
    if (reached[item])
        return;
    reached[item] = 1;
    for (size_t i = 0; i < v->full[item].read_count; i++)
        reach(v, v->full[item].reads[i], reached);
}

static int reached_causes(const struct versions *v, const struct reasons *const reasons[2], struct causes *causes)
{
    unsigned char *reached = calloc(v->new_count + 1, 1);
    unsigned number;
    int good = reached != NULL;
    for (int side = 0; good && side < 2; side++)
        for (size_t i = 0; i < reasons[side]->count; i++) {
            size_t size = reason_split(&reasons[side]->at[i], &number);
            const struct kept_item *item = item_kept(v->new_items, v->new_count, reasons[side]->at[i].at, size);
            if (item)
                reach(v, (size_t)(item - v->new_items), reached);
        }
    for (size_t i = 0; good && i < v->new_count; i++) {
        const struct kept_item *now = &v->new_items[i];
        if (reached[i])
            good = item_causes(causes, item_kept(v->old_items, v->old_count, now->name, strlen(now->name)), now);
    }
    free(reached);
    return good;
}

static int all_causes(const struct versions *v, struct causes *causes)
{
    int good = 1;
    for (size_t i = 0; good && i < v->new_count; i++) {
        const struct kept_item *now = &v->new_items[i];
        good = item_causes(causes, item_kept(v->old_items, v->old_count, now->name, strlen(now->name)), now);
    }
    for (size_t i = 0; good && i < v->old_count; i++) {
        const struct kept_item *old = &v->old_items[i];
        if (!item_kept(v->new_items, v->new_count, old->name, strlen(old->name)))
            good = item_causes(causes, old, NULL);
    }
    return good;
}

int causes_find(const struct versions *v, const struct reasons *old, const struct reasons *now, struct causes *causes)
{
    const struct reasons *const both[2] = {old, now};
    int good = 1;
    *causes = (struct causes){0};
    if (strcmp(v->old_rules, v->new_rules) == 0)
        return cause_add(causes, (struct cause){CAUSE_PROGRAM, EDICT_VERSION, 0, 0});
    if (!v->new_items || !v->old_count)
        return cause_add(causes, (struct cause){CAUSE_RULES, v->new_rules, 0, 0});
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; good && i < both[side]->count; i++)
            good = reason_causes(v, &both[side]->at[i], causes);
    if (good && !causes->count)
        good = reached_causes(v, both, causes);
    if (good && !causes->count)
        good = all_causes(v, causes);
    if (good && !causes->count)
        good = cause_add(causes, (struct cause){CAUSE_RULES, v->new_rules, 0, 0});
    return good;
}

/* "bill course family …" is about `bill course`, "threshold hours 1" about `hours`. */
static int change_about(const char *change, const char *name)
{
    const char *second = strchr(change, ' ');
    size_t size = strlen(name);
    for (const char *at = change; at; at = at == change && second ? second + 1 : NULL)
        if (strncmp(at, name, size) == 0 && (!at[size] || at[size] == ' '))
            return 1;
    return 0;
}

static int is_proved(const struct cause *cause, const char *const *changes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (change_about(changes[i], cause->name))
            return 1;
    return 0;
}

/* Those that the reasons name too, where there are some: an item may have changed in several rows. */
int causes_proved(const struct versions *v, const char *const *changes, size_t count, struct causes *causes)
{
    struct causes all = {0}, kept = {0};
    int good = !v->new_items || all_causes(v, &all);
    for (int round = 0; good && round < 2 && !kept.count; round++) {
        const struct causes *from = round ? &all : causes;
        for (size_t i = 0; good && i < from->count; i++)
            if (is_proved(&from->at[i], changes, count))
                good = cause_add(&kept, from->at[i]);
    }
    free(all.at);
    if (!good || !kept.count) {
        free(kept.at);
        return good;
    }
    free(causes->at);
    *causes = kept;
    return 1;
}

int cause_holds(const struct versions *v, const struct cause *c)
{
    if (c->kind == CAUSE_PROGRAM)
        return strcmp(c->name, EDICT_VERSION) == 0;
    if (c->kind == CAUSE_RULES || !v->new_items)
        return c->kind == CAUSE_RULES && strcmp(c->name, v->new_rules) == 0;
    const struct kept_item *now = item_kept(v->new_items, v->new_count, c->name, strlen(c->name));
    switch (c->kind) {
    case CAUSE_ROW: return row_has(now, (uint32_t)c->meaning);
    case CAUSE_ROW_GONE: return now && !row_has(now, (uint32_t)c->meaning);
    case CAUSE_ITEM: return now && now->meaning == c->meaning;
    default: return !now;
    }
}

/* ---- as text */

static const char *const kind_words[] = {"row", "row-gone", "item", "item-gone", "rules", "program"};

void cause_key_put(const struct cause *c, struct text *to)
{
    char number[64] = "";
    text_put(to, kind_words[c->kind], strlen(kind_words[c->kind]));
    text_put(to, " ", 1);
    field_put(to, c->name, strlen(c->name));
    if (c->kind == CAUSE_ROW || c->kind == CAUSE_ROW_GONE)
        snprintf(number, sizeof number, "#%u=%08x", c->number, (unsigned)c->meaning);
    else if (c->kind == CAUSE_ITEM || c->kind == CAUSE_ITEM_GONE)
        snprintf(number, sizeof number, "=%016llx", (unsigned long long)c->meaning);
    text_put(to, number, strlen(number));
}

int cause_key_read(char *text, struct cause *c)
{
    size_t word = strcspn(text, " ");
    for (unsigned k = 0; k < sizeof kind_words / sizeof *kind_words; k++) {
        if (strlen(kind_words[k]) != word || memcmp(kind_words[k], text, word) != 0 || !text[word])
            continue;
        char *name = text + word + 1, *equal = strrchr(name, '='), *mark = equal ? strrchr(name, '#') : NULL;
        *c = (struct cause){.kind = (enum cause_kind)k, .name = name};
        if (c->kind <= CAUSE_ITEM_GONE) {
            if (!equal)
                return 0;
            c->meaning = strtoull(equal + 1, NULL, 16);
            *equal = 0;
        }
        if (c->kind <= CAUSE_ROW_GONE) {
            if (!mark)
                return 0;
            c->number = (unsigned)strtoul(mark + 1, NULL, 10);
            *mark = 0;
        }
        field_read(name);
        return 1;
    }
    return 0;
}

void cause_put(const struct cause *c, struct text *to)
{
    char text[600];
    switch (c->kind) {
    case CAUSE_ROW: snprintf(text, sizeof text, "%.500s, row %u", c->name, c->number); break;
    case CAUSE_ROW_GONE: snprintf(text, sizeof text, "%.500s, row %u that is gone", c->name, c->number); break;
    case CAUSE_ITEM: snprintf(text, sizeof text, "%.500s", c->name); break;
    case CAUSE_ITEM_GONE: snprintf(text, sizeof text, "%.500s, which is gone", c->name); break;
    case CAUSE_RULES: snprintf(text, sizeof text, "the rules (the pack is an image)"); break;
    default: snprintf(text, sizeof text, "the program: the rules are the same"); break;
    }
    text_put(to, text, strlen(text));
}

int cause_named(const struct cause *c, const char *name)
{
    char row[600];
    snprintf(row, sizeof row, "%.500s#%u", c->name, c->number);
    if (c->kind == CAUSE_RULES || c->kind == CAUSE_PROGRAM)
        return strcmp(name, kind_words[c->kind]) == 0;
    return strcmp(name, c->name) == 0 || strcmp(name, row) == 0;
}
