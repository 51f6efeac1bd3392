/* Arena: a chain of malloc blocks that is filled from the front and forgotten as a whole.
 * Under AddressSanitizer each allocation ends in a poisoned gap, and a reset poisons everything; under MemorySanitizer
 * what is handed out again is as fresh as what malloc gives. Both want each allocation to come by here. */
#include "base/arena.h"

#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#elif __has_feature(memory_sanitizer)
#define ARENA_MSAN 1
#endif
#endif
#if defined(ARENA_ASAN)
#include <sanitizer/asan_interface.h>
#define GAP 16u
#define POISON(at, size) __asan_poison_memory_region((at), (size))
#define UNPOISON(at, size) __asan_unpoison_memory_region((at), (size))
#elif defined(ARENA_MSAN)
#include <sanitizer/msan_interface.h>
#define GAP 0u
#define POISON(at, size) ((void)(at), (void)(size))
#define UNPOISON(at, size) __msan_allocated_memory((at), (size))
#else
#define GAP 0u
#define POISON(at, size) ((void)(at), (void)(size))
#define UNPOISON(at, size) ((void)(at), (void)(size))
#endif

#ifdef ARENA_SMALL    /* a block for each piece: the allocation sweep wants every one of them to fail */
enum { ALIGN = 16, FIRST_ROOM = 16, MOST_ROOM = 16 };
#else
enum { ALIGN = 16, FIRST_ROOM = 16 * 1024, MOST_ROOM = 1024 * 1024 };
#endif

struct arena_block {
    struct arena_block *next;
    size_t room, used;
    alignas(ALIGN) unsigned char bytes[];
};

struct arena_piece {
    struct arena_piece *before, *next;
    alignas(ALIGN) unsigned char bytes[];
};

void arena_init(struct arena *a, size_t ceiling)
{
    *a = (struct arena){ .ceiling = ceiling };
}

void pages_take(void *at, size_t size)
{
#ifdef MADV_POPULATE_WRITE
    enum { PAGE = 4096, LARGE = 1024 * 1024 };
    const uintptr_t start = (uintptr_t)at, from = (start + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
    const uintptr_t to = (start + size) & ~(uintptr_t)(PAGE - 1);
    if (size >= LARGE && to > from)
        madvise((unsigned char *)at + (from - start), to - from, MADV_POPULATE_WRITE);
#else
    (void)at;
    (void)size;
#endif
}

/* The block's count of used bytes is right only while arena.c is at work: what the caller took in line is added here,
 * and what is free is handed back. */
static void arena_count(struct arena *a)
{
    if (a->at)
        a->now->used = a->now->room - a->left;
    a->at = NULL;
    a->left = 0;
}

static void arena_open(struct arena *a)
{
#if !defined(ARENA_ASAN) && !defined(ARENA_MSAN)
    a->at = a->now ? a->now->bytes + a->now->used : NULL;
    a->left = a->now ? a->now->room - a->now->used : 0;
#else
    (void)a;
#endif
}

/* A block with at least `need` free bytes becomes `now`: the first kept one that is large enough, moved up behind the
 * present one, or a new one. */
static struct arena_block *arena_next_block(struct arena *a, size_t need)
{
    struct arena_block **after = a->now ? &a->now->next : &a->first, **at = after;
    while (*at && (*at)->room < need)
        at = &(*at)->next;
    struct arena_block *block = *at;
    if (block) {
        *at = block->next;
        block->next = *after;
        *after = block;
        block->used = 0;
        return a->now = block;
    }
    size_t room = a->now ? a->now->room * 2 : FIRST_ROOM;
    if (room > MOST_ROOM)
        room = MOST_ROOM;
    if (room < need)
        room = need;
    if (room > SIZE_MAX - sizeof *block)
        return NULL;
    struct arena_block *fresh = malloc(sizeof *fresh + room);
    if (!fresh) {
        arena_fail(a);
        return NULL;
    }
    fresh->room = room;
    fresh->used = 0;
    fresh->next = *after;
    *after = fresh;
    a->blocks++;
    pages_take(fresh, sizeof *fresh + room);
    POISON(fresh->bytes, room);
    return a->now = fresh;
}

void *arena_more(struct arena *a, size_t size)
{
    if (size > SIZE_MAX / 2)
        return NULL;
    arena_count(a);
    size_t need = (size + (ALIGN - 1)) & ~(size_t)(ALIGN - 1);
    if (need == 0)
        need = ALIGN;
    struct arena_block *block = a->now;
    unsigned char *at = NULL;
    if (!a->ceiling || (need <= a->ceiling && a->used <= a->ceiling - need)) {
        if (!block || block->room - block->used < need + GAP)
            block = arena_next_block(a, need + GAP);
        if (block) {
            at = block->bytes + block->used;
            block->used += need + GAP;
            a->used += need;
            UNPOISON(at, size);
        }
    }
    arena_open(a);
    return at;
}

void *arena_zero(struct arena *a, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / 2 / size)
        return NULL;
    void *at = arena_alloc(a, count * size);
    if (at)
        memset(at, 0, count * size);
    return at;
}

char *arena_copy(struct arena *a, const char *at, size_t size)
{
    char *copy = size < SIZE_MAX / 2 ? arena_alloc(a, size + 1) : NULL;
    if (!copy)
        return NULL;
    if (size)
        memcpy(copy, at, size);
    copy[size] = 0;
    return copy;
}

char *arena_vprintf(struct arena *a, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *at = size < 0 ? NULL : arena_alloc(a, (size_t)size + 1);
    if (at)
        vsnprintf(at, (size_t)size + 1, format, args);
    return at;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *at = arena_vprintf(a, format, args);
    va_end(args);
    return at;
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){ a->now, !a->now ? 0 : a->at ? a->now->room - a->left : a->now->used, a->used };
}

void arena_back(struct arena *a, struct arena_mark mark)
{
    if (!mark.now) {
        arena_reset(a);
        return;
    }
    mark.now->used = mark.block_used;
    POISON(mark.now->bytes + mark.block_used, mark.now->room - mark.block_used);
    for (struct arena_block *block = mark.now->next; block; block = block->next) {
        block->used = 0;
        POISON(block->bytes, block->room);
    }
    a->now = mark.now;
    a->used = mark.used;
    arena_open(a);
}

void arena_fail(struct arena *a)
{
    a->failed = 1;
    if (a->escape)
        longjmp(*a->escape, 1);
}

int arena_run(struct arena *a, void (*work)(void *context), void *context)
{
    jmp_buf here, *before = a->escape;
    if (setjmp(here)) {
        a->escape = before;
        return 0;
    }
    a->escape = &here;
    work(context);
    a->escape = before;
    return 1;
}

static struct arena_piece *piece_of(void *at)
{
    return (struct arena_piece *)(void *)((unsigned char *)at - offsetof(struct arena_piece, bytes));
}

void *arena_heap(struct arena *a, void *before, size_t size)
{
    struct arena_piece *old = before ? piece_of(before) : NULL;
    struct arena_piece *piece = size > SIZE_MAX / 2 ? NULL : realloc(old, sizeof *piece + size);
    if (!piece) {
        arena_fail(a);
        return NULL;
    }
    if (!old) {
        piece->before = NULL;
        piece->next = a->pieces;
    }
    if (piece->before)
        piece->before->next = piece;
    else
        a->pieces = piece;
    if (piece->next)
        piece->next->before = piece;
    return piece->bytes;
}

void arena_heap_free(struct arena *a, void *at)
{
    struct arena_piece *piece = at ? piece_of(at) : NULL;
    if (!piece)
        return;
    if (piece->before)
        piece->before->next = piece->next;
    else
        a->pieces = piece->next;
    if (piece->next)
        piece->next->before = piece->before;
    free(piece);
}

void arena_reset(struct arena *a)
{
    for (struct arena_block *block = a->first; block; block = block->next) {
        block->used = 0;
        POISON(block->bytes, block->room);
    }
    a->now = a->first;
    a->used = 0;
    arena_open(a);
}

void arena_free(struct arena *a)
{
    for (struct arena_block *block = a->first, *next; block; block = next) {
        next = block->next;
        UNPOISON(block->bytes, block->room);
        free(block);
    }
    for (struct arena_piece *piece = a->pieces, *next; piece; piece = next) {
        next = piece->next;
        free(piece);
    }
    arena_init(a, a->ceiling);
}
