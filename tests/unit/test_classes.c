/* Codes between the bounds of a table's cells are alike, if they are of one length: a table over code sets, ranges and
 * single codes against a comparison of texts, for codes of every length, met in any order. */
#include "tests/unit/table_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 50, ROUNDS = 120 };
static const char pack[] =
    "codes few \"Few\", cite BOOK\n  A1 to A9, B, 10010 to 10019, A1B01\n"
    "codes many \"Many\", cite BOOK\n  A0 to B9, A00 to A99, 00000 to 99999, A1B00 to A1B11, ABABABAB\n"
    "table kind of line \"Kind\", first row that matches, cite BOOK\n"
    "  | code         | kind  |\n"
    "  | few          | red   |\n"
    "  | 10000, 10020 | blue  |\n"
    "  | not many     | green |\n"
    "  | any          | grey  |\n"
    "rule r1 \"x\", cite BOOK\n  for each line where kind is red\n  then note \"x\"\n"
    "rule r2 \"x\", cite BOOK\n  for each line where kind is blue\n  then note \"x\"\n"
    "rule r4 \"x\", cite BOOK\n  for each line where kind is green\n  then note \"x\"\n"
    "rule r5 \"x\", cite BOOK\n  for each line where kind is grey\n  then note \"x\"\n";

static unsigned seed = 17;
static unsigned below(unsigned n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}

static void code_draw(char *code)
{
    static const char *const near[] = {"A1",    "A9",    "A0",     "B",     "B9",       "10010", "10019",
                                       "10000", "10020", "A1B01",  "A1B11", "ABABABAB", "A10",   "A99",
                                       "99999", "1001",  "100101", "A",     "A1B0"};
    unsigned length = 1 + below(8);
    if (below(3)) {
        strcpy(code, near[below(sizeof near / sizeof *near)]);
        if (below(2)) code[strlen(code) - 1] = "019AB"[below(5)];
        return;
    }
    for (unsigned i = 0; i < length; i++) code[i] = "019AB"[below(5)];
    code[length] = 0;
}

static int between(const char *code, const char *from, const char *to)
{
    return strlen(code) == strlen(from) && strcmp(code, from) >= 0 && strcmp(code, to) <= 0;
}

static unsigned kind_of(const char *code)
{
    const int few = between(code, "A1", "A9") || between(code, "B", "B") || between(code, "10010", "10019") ||
                    between(code, "A1B01", "A1B01");
    const int many = between(code, "A0", "B9") || between(code, "A00", "A99") || between(code, "00000", "99999") ||
                     between(code, "A1B00", "A1B11") || between(code, "ABABABAB", "ABABABAB");
    return few ? 1 : !strcmp(code, "10000") || !strcmp(code, "10020") ? 2 : !many ? 4 : 5;
}

static unsigned count_of(const char *text, const char *word)
{
    unsigned n = 0;
    for (const char *at = text; (at = strstr(at, word)); at++) n++;
    return n;
}

static void test_classes(void **state)
{
    (void)state;
    edict_evaluator *e;
    edict_error error;
    edict_answer answer;
    char text[8192], code[16];
    compile_good(pack);
    assert_int_equal(edict_evaluator_new(h.p, NULL, &e, &error), EDICT_OK);
    for (unsigned round = 0; round < ROUNDS; round++) {
        unsigned wanted[6] = {0};
        size_t n = (size_t)snprintf(text, sizeof text, "{\"id\": \"x\", \"date\": \"2026-01-01\", \"lines\": [");
        for (unsigned i = 0; i < LINES; i++) {
            code_draw(code);
            wanted[kind_of(code)]++;
            n += (size_t)snprintf(text + n, sizeof text - n, "%s{\"code\": \"%s\", \"beside\": \"A\", \"units\": 1}",
                                  i ? ", " : "", code);
        }
        n += (size_t)snprintf(text + n, sizeof text - n, "]}");
        assert_int_equal(edict_evaluate(e, text, n, 1, &answer, &error), EDICT_OK);
        for (unsigned k = 1; k < 6; k++) {
            char rule[20];
            snprintf(rule, sizeof rule, "\"rule\": \"r%u\"", k);
            if (k != 3) assert_int_equal(count_of(answer.json, rule), wanted[k]);
        }
    }
    edict_evaluator_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_classes, here_start, here_end)};
    return cmocka_run_group_tests_name("classes of codes", tests, NULL, NULL);
}
