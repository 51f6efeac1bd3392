/* What the identity of the meaning is computed from, piece by piece: also what single items are known by (items.c). */
#ifndef EDICT_COMPILER_IDENTITY_H
#define EDICT_COMPILER_IDENTITY_H

#include "base/buffer.h"
#include "compiler/model.h"

void identity_node(struct buffer *b, const struct ast_node *n);
/* An item without its rows and entries. */
void identity_item(struct buffer *b, const struct item *it);
void identity_row(struct buffer *b, const struct item_row *row);
void identity_entry(struct buffer *b, const struct item_entry *entry);
/* One row of policies or facts, its free text left out; the order of such rows means nothing. */
void identity_loose_row(struct buffer *b, const struct item *it, const struct item_row *row);

#endif
