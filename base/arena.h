/* Memory grouped by lifetime: everything of one compilation, or of one encounter, is released together.
 * Blocks are kept on reset, so a warm arena asks malloc for nothing. Not for memory that is freed piece by piece. */
#ifndef EDICT_BASE_ARENA_H
#define EDICT_BASE_ARENA_H

#include "base/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

struct arena_block;
struct arena_piece;
struct arena {
    struct arena_block *first, *now;
    unsigned char *at;      /* what is free of the block `now`; none while a sanitizer watches: see arena.c */
    size_t left;
    size_t used, ceiling;   /* bytes handed out since reset; most that may be (0: no ceiling) */
    size_t blocks;          /* blocks ever asked of malloc: does not grow once warm */
    int failed;             /* malloc said no since arena_init: what was made with this arena may lack something */
    jmp_buf *escape;        /* where to go when malloc says no; NULL: NULL is returned. See arena_run */
    struct arena_piece *pieces;    /* of arena_heap */
};

/* Fresh memory that is filled soon: where it is large and the system has a way for it, its pages come together instead
 * of one by one as they are touched. What is in it stays. */
void pages_take(void *at, size_t size);

void arena_init(struct arena *a, size_t ceiling);
/* `size` bytes aligned to 16, not cleared. NULL: no memory, or the ceiling is reached. */
void *arena_more(struct arena *a, size_t size);
static inline void *arena_alloc(struct arena *a, size_t size)
{
    const size_t need = (size + 15) & ~(size_t)15;
    if (size - 1 >= a->left || need > a->left || (a->ceiling && need > a->ceiling - a->used))
        return arena_more(a, size);
    unsigned char *at = a->at;
    a->at += need;
    a->left -= need;
    a->used += need;
    return at;
}
/* The same, cleared. */
void *arena_zero(struct arena *a, size_t count, size_t size);
/* Copies with a terminating 0. */
char *arena_copy(struct arena *a, const char *at, size_t size);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
/* A place to go back to: forgets what was handed out since, keeps the blocks. */
struct arena_mark { struct arena_block *now; size_t block_used, used; };
struct arena_mark arena_mark(const struct arena *a);
void arena_back(struct arena *a, struct arena_mark mark);
/* malloc (before NULL), realloc and free in which the arena has its part: what is not freed goes with arena_free. */
void *arena_heap(struct arena *a, void *before, size_t size);
void arena_heap_free(struct arena *a, void *at);
/* Calls work(context), in which no function of this arena returns NULL for want of memory: it ends there.
 * 1: it came to its end; 0: no memory. What `work` holds besides this arena's memory is its own to release. */
int arena_run(struct arena *a, void (*work)(void *context), void *context);
/* There is no memory: ends the innermost arena_run, or returns. */
void arena_fail(struct arena *a);
void arena_reset(struct arena *a);  /* forgets the contents, keeps the blocks */
void arena_free(struct arena *a);

#endif
