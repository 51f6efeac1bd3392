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

const char *column_trailer_near(struct text name)
{
    static const char *const words[] = {"effective", "until", "cite"};
    return diag_suggest(name, words, sizeof words / sizeof *words);
}

int header_body(struct model *m, const struct ast_node *header, unsigned *count)
{
    int trailer = 0;
    *count = 0;
    for (const struct ast_node *c = header->first; c; c = c->next) {
        if (column_trails(c)) trailer = 1;
        else if (trailer) {
            mistake(m, DIAG_BAD_TABLE, c->span, "effective, until and cite are the last columns",
                    "`%s` stands after effective, until or cite", text_z(m, c->text));
            return 0;
        } else ++*count;
    }
    return 1;
}

static int fits(const struct item *it, unsigned r, unsigned least)
{
    unsigned cells = ast_count(it->rows[r].node);
    return cells >= least && cells <= ast_count(it->header);
}

/* No row fits: then it is the header that has a cell too few or too many. */
static int header_misfits(const struct item *it, unsigned least)
{
    for (unsigned r = 0; r < it->row_count; r++)
        if (fits(it, r, least)) return 0;
    return it->row_count > 1;
}

int header_fits(struct model *m, const struct item *it, unsigned least)
{
    for (unsigned r = 0; r < it->row_count; r++)
        if (fits(it, r, least)) return 1;
    return !it->row_count || row_fits(m, it, 0, least);
}

int row_fits(struct model *m, const struct item *it, unsigned r, unsigned least)
{
    const struct ast_node *row = it->rows[r].node;
    unsigned cells = ast_count(row), columns = ast_count(it->header);
    if (fits(it, r, least)) return 1;
    if (r > 0 && ast_count(it->rows[r - 1].node) == cells) return 0; /* the same mistake again */
    const char *s = cells == 1 ? "" : "s";
    if (r == 0 && header_misfits(it, least)) {
        struct diag *d = mistake(m, cells > columns ? DIAG_TOO_MANY_CELLS : DIAG_TOO_FEW_CELLS, it->header->span,
                                 cells > columns ? "name every column, or take the cells out that have no name"
                                                 : "take a name out, or add the cells; a bar stands between two cells",
                                 "the header names %u columns, the rows have %u cell%s", columns, cells, s);
        diag_other(d, row->span, "the first of them");
        return 0;
    }
    struct diag *d;
    if (cells > columns)
        d = mistake(m, DIAG_TOO_MANY_CELLS, ast_nth(row, columns)->span,
                    "take a cell out; several values of one column stand in one cell, with commas between",
                    "this row has %u cell%s, the header names %u columns", cells, s, columns);
    else
        d = mistake(m, DIAG_TOO_FEW_CELLS, row->span,
                    "a cell is missing, or a bar between two cells; write `any` where a column does not matter",
                    "this row has %u cell%s, the header names %u columns", cells, s, columns);
    diag_other(d, it->header->span, "the columns");
    return 0;
}
