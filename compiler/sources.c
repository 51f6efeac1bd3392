/* Where the texts of packs come from: files, or the sources that an image carries. And the names by which they are
 * known: relative to the directory of the pack that was asked for. */
#include "compiler/archive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct room_work {
    struct arena *arena;
    size_t size;
    char *kept;
};
static void room_run(void *context)
{
    struct room_work *w = context;
    w->kept = arena_alloc(w->arena, w->size);
}

/* All of a file, two zeros behind it for the scanner; NULL: it is too large or cannot be read. Nothing here may end
 * early while the file is open: room for what it has is made before. */
static char *file_bytes(struct model *m, const char *path, size_t *out)
{
    FILE *f = fopen(path, "rb");
    if (!f && errno == ENOMEM) arena_fail(m->arena);
    if (!f) return NULL;
    struct stat about;
    const int regular = fstat(fileno(f), &about) == 0 && S_ISREG(about.st_mode);
    size_t room = regular && about.st_size < SOURCE_MAX ? (size_t)about.st_size + 2 : SOURCE_MAX + 2, size = 0, got;
    struct room_work w = {m->arena, room + 1, NULL};
    const struct arena_mark mark = arena_mark(m->arena);
    if (!arena_run(m->arena, room_run, &w)) w.kept = NULL;
    while (w.kept && size < room - 1 && (got = fread(w.kept + size, 1, room - 1 - size, f)) > 0) size += got;
    int bad = ferror(f) || size > SOURCE_MAX;
    fclose(f);
    if (!w.kept) arena_fail(m->arena);
    else if (bad) arena_back(m->arena, mark);
    else w.kept[size] = w.kept[size + 1] = 0;
    *out = size;
    return bad ? NULL : w.kept;
}

static char *given_read(struct model *m, const char *name, size_t *size)
{
    for (unsigned i = 0; i < m->given->source_count; i++) {
        const struct source *s = &m->given->sources[i];
        if (strcmp(s->name, name) != 0) continue;
        char *kept = arena_alloc(m->arena, s->size + 2u);
        *size = s->size;
        if (!kept) return NULL;
        memcpy(kept, s->bytes, s->size);
        kept[s->size] = kept[s->size + 1] = 0;
        return kept;
    }
    return NULL;
}

/* Its bytes may be written (lang_parse_here). NULL: there is none, or it cannot be read. */
struct source *source_add(struct model *m, const char *path, const char *shown, uint32_t *index)
{
    size_t size = 0;
    char *kept = m->given ? given_read(m, shown, &size) : file_bytes(m, path, &size);
    if (!kept || m->source_count == m->source_room) return NULL;
    *index = m->source_count;
    struct source *s = &m->sources[m->source_count++];
    s->name = shown;
    s->bytes = kept;
    s->size = (uint32_t)size;
    return s;
}

const char *directory_of(struct model *m, const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? arena_copy(m->arena, path, (size_t)(slash - path)) : ".";
}

char *path_join(struct model *m, const char *directory, const char *rest)
{
    if (*rest == '/' || !strcmp(directory, ".")) return arena_copy(m->arena, rest, strlen(rest));
    char *joined = arena_printf(m->arena, "%s/%s", directory, rest);
    /* a/../b becomes b, so that the same file has one name */
    for (char *at = joined, *up; at && (up = strstr(at, "/../"));) {
        char *before = up;
        while (before > joined && before[-1] != '/') before--;
        at = up + 3;
        if (!strncmp(before, "../", 3) || !strncmp(before, "./", 2) || before == up) continue;
        memmove(before, up + 4, strlen(up + 4) + 1);
        at = before > joined ? before - 1 : joined;
    }
    return joined;
}
