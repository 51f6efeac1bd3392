/* What the tests of the VM share: one small image, its evaluator, the facts bound to it, and shorthands to build with.
 */
#ifndef EDICT_TESTS_VM_FIXTURE_H
#define EDICT_TESTS_VM_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/image_builder.h"
#include "vm/emit.h"
#include "vm/eval.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_REGS = 512, MAX_RECORDS = 8 };

extern struct fixture {
    struct image_builder b;
    edict_program *p;
    struct edict_evaluator e;
    edict_error error;
    int64_t v[MAX_REGS][MAX_RECORDS];
    uint32_t w[MAX_REGS][MAX_RECORDS];
    uint32_t sizes[32];
    uint32_t list, yes, no, one, two, unknown;                       /* a list domain; constants */
    uint32_t groups, exists, link_to;                                /* of group_op */
    uint32_t charges, charge_code, charge_units, final, final_units; /* of emit_op and merge_op */
} f;

int setup(void **state);
int teardown(void **state);
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

/* Builds, loads and runs the image. Facts are bound again by bind_facts when their states or numbers change. */
edict_status run(void);
edict_status again(void);
void bind_facts(void);

/* A fact of the list's records; a record's fact that is missing; registers of the list and of the encounter. */
uint32_t fact(enum value_type type, int64_t a, int64_t b, int64_t c);
void miss(uint32_t reg, uint32_t i);
uint32_t reg(enum value_type type);
uint32_t root(enum value_type type);

/* GROUP by `key`; EMIT over the list with one row where `when` is yes, and CLOSE; MERGE ordered by a register. */
void group_op(uint32_t key, uint32_t mode, uint32_t start, uint32_t stop);
void emit_op(uint32_t when, uint32_t code, uint32_t units, uint32_t quantity, uint32_t times, uint32_t modifier);
void merge_op(uint32_t criterion);
/* Builds an image with every kind of instruction: for damage and for the listing. */
void build_all(void);

#define STATE(r, i) (f.e.columns[r].w ? f.e.columns[r].w[i] : 0)
#define IS(r, i, value) \
    do { \
        assert_int_equal(STATE(r, i), 0); \
        assert_int_equal(f.e.columns[r].v[i], value); \
    } while (0)
#define OPEN(r, i) \
    do { \
        assert_int_not_equal(STATE(r, i), 0); \
        assert_false(STATE(r, i) & WHY_HELD); \
    } while (0)
#define HELD(r, i) assert_true(STATE(r, i) & WHY_HELD)
#define IS3(r, x, y, z) \
    do { \
        IS(r, 0, x); \
        IS(r, 1, y); \
        IS(r, 2, z); \
    } while (0)

#endif
