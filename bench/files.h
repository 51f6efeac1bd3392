/* Files of a workload: written by its generator, read by its hand-written C. Who cannot, says so and ends. */
#ifndef BENCH_FILES_H
#define BENCH_FILES_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static inline FILE *file_open(const char *directory, const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *out = fopen(path, "wb");
    if (!out) {
        perror(path);
        exit(1);
    }
    return out;
}
static inline void file_close(FILE *out)
{
    if (ferror(out) | fclose(out)) {
        perror("cannot write");
        exit(1);
    }
}

/* The rows behind the header. */
static inline const char *file_rows(const char *directory, const char *name, const char **end)
{
    char path[1024];
    struct stat facts;
    snprintf(path, sizeof path, "%s/%s", directory, name);
    const int file = open(path, O_RDONLY);
    char *text = MAP_FAILED;
    if (file >= 0 && fstat(file, &facts) == 0)
        text = mmap(NULL, (size_t)facts.st_size + 16, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (text == MAP_FAILED) {
        perror(path);
        exit(1);
    }
    close(file);
    *end = text + facts.st_size;
    return (const char *)memchr(text, '\n', (size_t)facts.st_size) + 1;
}

#endif
