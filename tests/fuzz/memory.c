/* Files in memory for targets whose bytes the compiler reads as a file: nothing is written to a disk, execution by
 * execution. The linker gives the targets this fopen in place of the C library's (-Wl,--wrap=fopen). */
#include "tests/fuzz/memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);

enum { FILES_MOST = 32 };
static struct {
    const char *path;
    int memory;
} files[FILES_MOST];
static size_t file_count;

void memory_file(const char *path, const void *bytes, size_t size)
{
    size_t i = 0;
    while (i < file_count && strcmp(files[i].path, path) != 0) i++;
    if (i == FILES_MOST) abort();
    if (i == file_count) {
        files[i].path = path;
        files[i].memory = memfd_create(path, MFD_CLOEXEC);
        file_count++;
    }
    if (files[i].memory < 0 || ftruncate(files[i].memory, 0) != 0) abort();
    if (pwrite(files[i].memory, bytes, size, 0) != (ssize_t)size) abort();
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
    for (size_t i = 0; i < file_count; i++) {
        char name[32];
        if (strcmp(files[i].path, path) != 0) continue;
        snprintf(name, sizeof name, "/proc/self/fd/%d", files[i].memory); /* opened anew: with its own position */
        return __real_fopen(name, mode);
    }
    return __real_fopen(path, mode);
}
