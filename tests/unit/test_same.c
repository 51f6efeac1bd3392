/* firsts_find (vm/same.c): of each record the first one of its lane with the same keys, as it is found by looking at
 * those before it one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "vm/eval.h"
#include "vm/limits.h"
#include "vm/marks.h"

enum { RECORDS = 300, WIDTH_MOST = 3, LANES = 3 };

static int64_t keys[RECORDS * WIDTH_MOST];

static uint32_t plainly(uint32_t width, uint32_t count, uint32_t from, uint32_t i)
{
    for (uint32_t j = from; j < i; j++) {
        uint32_t same = 0;
        while (same < width && keys[same * count + j] == keys[same * count + i])
            same++;
        if (same == width)
            return j;
    }
    return i;
}

static void check(struct edict_evaluator *e, uint32_t width, const uint32_t *ends)
{
    uint32_t first[RECORDS];
    assert_true(firsts_find(e, keys, width, ends, first));
    for (uint32_t lane = 0; lane < e->lanes; lane++)
        for (uint32_t i = ends[lane]; i < ends[lane + 1]; i++)
            assert_int_equal(first[i], plainly(width, ends[e->lanes], ends[lane], i));
    arena_reset(&e->arena);
}

/* Few and many different keys; lanes of one, of some and of many records, and empty ones. */
static void test_firsts(void **state)
{
    struct edict_evaluator e = { .lanes = LANES };
    uint64_t draw = 1;
    (void)state;
    arena_init(&e.arena, LIMIT_MEMORY);
    for (uint32_t width = 0; width <= WIDTH_MOST; width++)
        for (uint32_t round = 0; round < 60; round++) {
            const uint32_t sizes[LANES] = { round % 18, round % 7 ? round : 0, round * 2 + 1 };
            const uint32_t different = 1 + round * round % 97;
            uint32_t ends[LANES + 1] = { 0 };
            for (uint32_t lane = 0; lane < LANES; lane++)
                ends[lane + 1] = ends[lane] + sizes[lane];
            for (uint32_t i = 0; i < ends[LANES] * width; i++) {
                draw = hash_mix(draw, i);
                keys[i] = (int64_t)(draw % different) - 3;
            }
            check(&e, width, ends);
        }
    arena_free(&e.arena);
}

/* Different keys whose bytes are alike. */
static void test_marks_alike(void **state)
{
    struct edict_evaluator e = { .lanes = 1 };
    const uint32_t ends[2] = { 0, 40 };
    int64_t key = 0;
    (void)state;
    arena_init(&e.arena, LIMIT_MEMORY);
    for (uint32_t i = 0; i < ends[1]; i++, key++) {
        while (key_mark(key) != key_mark(1))
            key++;
        keys[i] = key;
    }
    keys[39] = keys[20];
    check(&e, 1, ends);
    arena_free(&e.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_firsts), cmocka_unit_test(test_marks_alike) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
