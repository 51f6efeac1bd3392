/* The parser and the formatter by their door: recovery, comments, spans, line ends, depth, and that formatting keeps
 * the tree. Messages are held by tests/cases/mistakes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "lang/ast.h"
#include "lang/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parsed {
    struct arena arena;
    struct diags diags;
    struct source source;
    struct ast_file *file;
};

/* In place: afterwards the text is what it was. */
static void parse(struct parsed *p, const char *text)
{
    arena_init(&p->arena, 0);
    diags_init(&p->diags, &p->arena);
    const size_t size = strlen(text);
    char *bytes = arena_zero(&p->arena, 1, size + 2);
    memcpy(bytes, text, size);
    p->source = (struct source){"test.edict", bytes, (uint32_t)size};
    p->file = lang_parse_here(&p->arena, &p->diags, &p->source, 0);
    assert_non_null(p->file);
    assert_memory_equal(bytes, text, size + 1);
    assert_int_equal(bytes[size + 1], 0);
}

static void tree_write(struct buffer *b, const struct ast_node *n)
{
    buffer_printf(b, "(%d %d ", (int)n->kind, (int)n->op);
    buffer_json(b, n->text.at, n->text.size);
    for (const struct ast_node *c = n->first; c; c = c->next) tree_write(b, c);
    buffer_byte(b, ')');
}

static const char *const sample = "# above\n"
                                  "pack a.b\n"
                                  "  title   \"x\"   # beside\n"
                                  "  version 1\n"
                                  "\n"
                                  "codes   few\n"
                                  "  A1,A2 to A9 , J1234\n"
                                  "table  t of   visit , first row that matches\n"
                                  "|  one|two |\n"
                                  "| from 3 min,? |  hold \"why | not\"|\n"
                                  "|otherwise| b|\n";

static void test_items(void **state)
{
    (void)state;
    struct parsed p;
    parse(&p, sample);
    assert_int_equal(p.diags.errors, 0);
    assert_int_equal(ast_count(p.file->root), 3);
    const struct ast_node *table = ast_nth(p.file->root, 2), *rows = ast_child(table, AST_ROWS);
    assert_int_equal(table->kind, AST_TABLE);
    assert_true(text_is(table->text, "t"));
    assert_int_equal(ast_count(rows), 3);
    const struct ast_node *cell = ast_nth(ast_nth(rows, 1), 1);
    assert_int_equal(cell->op, OP_HOLD);
    assert_true(text_is(cell->text, "why | not"));
    uint32_t line, column;
    source_position(&p.source, cell->span.from, &line, &column);
    assert_int_equal(line, 10);
    assert_int_equal(column, 19);
    assert_non_null(p.file->comments);
    assert_true(p.file->comments->own_line);
    assert_non_null(p.file->comments->next);
    assert_false(p.file->comments->next->own_line);
    assert_null(p.file->comments->next->next);
    arena_free(&p.arena);
}

static void test_recovery(void **state)
{
    (void)state;
    struct parsed p;
    parse(&p, "pack a.b\n  title \"x\"\n\ntabel t of v\n  | a |\n\ndefine x of v\n  is ) 3\n\ncodes few\n  A1\n");
    assert_int_equal(p.diags.errors, 2);
    assert_int_equal(p.diags.first->code, DIAG_KEYWORD);
    unsigned broken = 0, codes = 0;
    for (const struct ast_node *n = p.file->root->first; n; n = n->next) {
        broken += n->kind == AST_BROKEN;
        codes += n->kind == AST_CODES;
    }
    assert_int_equal(broken, 2);
    assert_int_equal(codes, 1);
    arena_free(&p.arena);
}

static void test_line_ends(void **state)
{
    (void)state;
    struct parsed unix_text, dos;
    struct buffer text, a, b;
    buffer_init(&text, 0);
    buffer_init(&a, 0);
    buffer_init(&b, 0);
    buffer_text(&text, "\xEF\xBB\xBF");
    for (const char *c = sample; *c; c++) {
        if (*c == '\n') buffer_byte(&text, '\r');
        buffer_byte(&text, *c);
    }
    parse(&unix_text, sample);
    parse(&dos, text.at);
    assert_int_equal(dos.diags.errors, 0);
    tree_write(&a, unix_text.file->root);
    tree_write(&b, dos.file->root);
    assert_string_equal(a.at, b.at);
    arena_free(&unix_text.arena);
    arena_free(&dos.arena);
    buffer_free(&text);
    buffer_free(&a);
    buffer_free(&b);
}

/* The tree of what the formatter writes is the tree of what it read. */
static void keeps_tree(const char *text)
{
    struct parsed p, q;
    struct buffer out, a, b;
    buffer_init(&out, 0);
    buffer_init(&a, 0);
    buffer_init(&b, 0);
    parse(&p, text);
    assert_int_equal(p.diags.errors, 0);
    lang_format(&out, &p.source, p.file);
    parse(&q, out.at);
    assert_int_equal(q.diags.errors, 0);
    ast_open_all(&p.arena, p.file->root);
    ast_open_all(&q.arena, q.file->root);
    tree_write(&a, p.file->root);
    tree_write(&b, q.file->root);
    assert_string_equal(a.at, b.at);
    arena_free(&p.arena);
    arena_free(&q.arena);
    buffer_free(&out);
    buffer_free(&a);
    buffer_free(&b);
}

static void test_format_keeps_tree(void **state)
{
    (void)state;
    static const char *const packs[] = {"rulesets/facts/encounter.edict", "rulesets/cpt/administration.edict",
                                        "rulesets/medicare/hospital.edict", "rulesets/medicare/office.edict",
                                        "tests/packs/acme.edict"};
    keeps_tree(sample);
    for (size_t i = 0; i < sizeof packs / sizeof *packs; i++) {
        FILE *f = fopen(packs[i], "rb");
        char *text = calloc(1, 1 << 20);
        assert_non_null(f);
        assert_non_null(text);
        assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
        keeps_tree(text);
        free(text);
        fclose(f);
    }
}

static const struct ast_node *cell_at(const struct parsed *p, unsigned item, unsigned row, unsigned column)
{
    return ast_nth(ast_nth(ast_child(ast_nth(p->file->root, item), AST_ROWS), row), column);
}

/* A run, taken apart, is what the grammar makes of the same cell where it reads no runs. */
static void test_runs(void **state)
{
    (void)state;
    struct parsed p;
    struct buffer a, b;
    buffer_init(&a, 0);
    buffer_init(&b, 0);
    parse(&p, "table t of v, first row that matches\n  | one | t |\n"
              "  |\tA1,J1234 , 17 ,0042T, E11.95,M05.A,12345678\t| 1, 2 |\n"
              "  | A1, b | x |\n  | A1, 123456789 | x |\n  | A1, B to C | x |\n  | A1 | x |\n  | A1, 1.5 | x |\n"
              "relation r\n  | one |\n  |\tA1,J1234 , 17 ,0042T, E11.95,M05.A,12345678\t|\n");
    assert_int_equal(p.diags.errors, 0);
    const struct ast_node *run = cell_at(&p, 0, 1, 0), *plain = cell_at(&p, 1, 1, 0);
    assert_true(ast_is_run(run));
    assert_true(ast_is_run(cell_at(&p, 0, 1, 1)));
    for (unsigned row = 2; row < 7; row++) assert_false(ast_is_run(cell_at(&p, 0, row, 0)));
    assert_false(ast_is_run(plain));
    assert_int_equal(run->depth, plain->depth);
    assert_int_equal(run->span.to - run->span.from, plain->span.to - plain->span.from);
    assert_int_equal(run_count(run->text), 7);
    ast_open(&p.arena, run);
    assert_int_equal(ast_count(run), 7);
    tree_write(&a, run);
    tree_write(&b, plain);
    assert_string_equal(a.at, b.at);
    for (const struct ast_node *x = run->first, *y = plain->first; x; x = x->next, y = y->next) {
        const struct ast_node *v = x->first;
        assert_int_equal(x->span.from - run->span.from, y->span.from - plain->span.from);
        assert_memory_equal(&x->span, &v->span, sizeof x->span);
        assert_memory_equal(p.source.bytes + v->span.from, v->text.at, v->text.size);
        assert_int_equal(v->name.to - v->name.from, v->text.size);
        assert_int_equal(x->depth, y->depth);
    }
    arena_free(&p.arena);
    buffer_free(&a);
    buffer_free(&b);
}

/* Nesting beyond the limit is one mistake that names it (E009), not a crash. */
static void test_depth(void **state)
{
    (void)state;
    struct parsed p;
    struct buffer text;
    buffer_init(&text, 0);
    buffer_text(&text, "pack a.b\n  title \"x\"\n\ndefine x of v\n  is ");
    for (int i = 0; i < 20000; i++) buffer_byte(&text, '(');
    buffer_byte(&text, '1');
    for (int i = 0; i < 20000; i++) buffer_byte(&text, ')');
    buffer_text(&text, "\n");
    parse(&p, text.at);
    assert_int_equal(p.diags.errors, 1);
    assert_int_equal(p.diags.first->code, DIAG_LIMIT);
    arena_free(&p.arena);
    buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items),     cmocka_unit_test(test_recovery),
        cmocka_unit_test(test_line_ends), cmocka_unit_test(test_format_keeps_tree),
        cmocka_unit_test(test_depth),     cmocka_unit_test(test_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
