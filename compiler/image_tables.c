/* Which columns the tables from files have: name, type, and where in the image their values stand. Tables that no rule
 * asks for are written too, so that an image holds everything that its sources name. */
#include "compiler/lower.h"

#include <stdlib.h>
#include <string.h>

/* A relation of the image that holds the rows, whatever the order of its columns. */
static uint32_t relation_written(struct lower *l, struct relation *r, uint32_t *order)
{
    const uint32_t item = item_id(l, r->item);
    for (uint32_t i = 0; i < l->relations.count; i++) {
        const struct image_relation *x = &VEC(l->relations, struct image_relation)[i];
        if (x->item != item) continue;
        const struct image_string *s = &VEC(l->strings, struct image_string)[x->name];
        const char *at = memchr(l->text.at + s->at, '/', s->size); /* name/keys,column,column… */
        for (uint32_t c = 0; at && c < r->column_count; c++) {
            at = strchr(at, ',');
            if (at) order[c] = (uint32_t)strtoul(++at, NULL, 10);
        }
        if (at) return i;
    }
    for (uint32_t c = 0; c < r->column_count; c++) order[c] = c;
    return relation_id(l, r, order, r->column_count, 0);
}

/* A table that was given beside the pack, as the option that would give it again. */
static void given_put(struct lower *l, const struct item *it)
{
    struct buffer b;
    const char *mark = "=";
    buffer_init_in(&b, 0, l->m->arena);
    buffer_printf(&b, "%.*s", (int)it->name.size, it->name.at);
    for (const struct ast_node *n = it->given->first; n; n = n->next) {
        const char *name = text_z(l->m, n->text), *slash = strrchr(name, '/');
        if (n->kind == AST_LABEL) buffer_printf(&b, "%s%s", mark, slash ? slash + 1 : name);
        if (n->kind == AST_NAME) buffer_printf(&b, "%s%s", *mark == ' ' ? mark : " as ", name);
        if (n->kind == AST_VALUE) buffer_printf(&b, ", %s rows", name);
        mark = n->kind == AST_NAME ? " " : ",";
    }
    if (b.failed) l->failed = 1;
    else *(uint32_t *)vec_add(l, &l->given, sizeof(uint32_t), 1) = string_id(l, b.at);
    buffer_free(&b);
}

void columns_number(struct lower *l)
{
    uint32_t order[TABLE_COLUMNS_MAX] = {0};
    for (unsigned i = 0; i < l->m->relation_count; i++) {
        struct relation *r = &l->m->relations[i];
        if (r->state != CHECKED || r->column_count > TABLE_COLUMNS_MAX ||
            !(r->item->given || ast_child(r->item->node, AST_FROM_FILE)))
            continue;
        if (r->item->given) given_put(l, r->item);
        uint32_t relation = relation_written(l, r, order);
        for (uint32_t c = 0; c < r->column_count; c++) {
            struct image_column to = {.relation = relation,
                                      .name = string_text(l, r->columns[c]),
                                      .type = r->types[c].base,
                                      .unit = string_id(l, r->types[c].unit ? r->types[c].unit : "")};
            while (to.place < r->column_count - 1 && order[to.place] != c) to.place++;
            *(struct image_column *)vec_add(l, &l->columns, sizeof to, 1) = to;
        }
    }
}
