/* Rows between bars before anybody asks what they mean: cells by column, and as many of them as the header names. */
#include "compiler/model.h"

int column_trails(const struct ast_node *name)
{
    return text_is(name->text, "effective") || text_is(name->text, "until") || text_is(name->text, "cite");
}

const struct ast_node *row_cell(const struct item_row *row, int column)
{
    return column < 0 ? NULL : ast_nth(row->node, (unsigned)column);
}

int row_fits(struct model *m, const struct ast_node *header, const struct ast_node *row, unsigned least)
{
    unsigned cells = ast_count(row), columns = ast_count(header);
    if (cells >= least && cells <= columns) return 1;
    const char *s = cells == 1 ? "" : "s";
    struct diag *d;
    if (cells > columns) {
        d = diag_add(m->diags, DIAG_TOO_MANY_CELLS, ast_nth(row, columns)->span,
                     "this row has %u cell%s, the header names %u columns", cells, s, columns);
        diag_hint(m->diags, d, "take a cell out; several values of one column stand in one cell, with commas between");
    } else {
        d = diag_add(m->diags, DIAG_TOO_FEW_CELLS, row->span, "this row has %u cell%s, the header names %u columns",
                     cells, s, columns);
        diag_hint(m->diags, d,
                  "a cell is missing, or a bar between two cells; write `any` where a column does not matter");
    }
    diag_other(d, header->span, "the columns");
    return 0;
}
