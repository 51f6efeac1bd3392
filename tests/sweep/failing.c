/* malloc, calloc, realloc and free for the whole process, shared libraries too, since the program's own come first.
 * Under the address sanitizer they stand in front of its own. No allocator: it counts, fails and hands on. */
#include "tests/sweep/failing.h"

#include <errno.h>
#include <stdlib.h>

#if defined __SANITIZE_ADDRESS__
#define REAL(name) __interceptor_##name
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define REAL(name) __interceptor_##name
#endif
#endif
#ifndef REAL
#define REAL(name) __libc_##name
#endif

void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t count, size_t size);
void *REAL(realloc)(void *at, size_t size);
void REAL(free)(void *at);

unsigned long asked;
long live;
int failing_now;
static unsigned long fail_from, fail_to;

void failing_begin(unsigned long from, unsigned long to)
{
    fail_from = from;
    fail_to = to;
    asked = 0;
    failing_now = from != 0;
}

void failing_end(void) { fail_from = fail_to = 0; failing_now = 0; }

static int refused(void)
{
    ++asked;
    if (fail_from == 0 || asked < fail_from || asked > fail_to)
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size)
{
    void *at = refused() ? NULL : REAL(malloc)(size);
    live += at != NULL;
    return at;
}

void *calloc(size_t count, size_t size)
{
    void *at = refused() ? NULL : REAL(calloc)(count, size);
    live += at != NULL;
    return at;
}

void *realloc(void *before, size_t size)
{
    void *at = refused() ? NULL : REAL(realloc)(before, size);
    live += at != NULL && !before;
    return at;
}

void free(void *at)
{
    live -= at != NULL;
    REAL(free)(at);
}
