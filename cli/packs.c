/* Opens packs: a source is compiled in memory, an image is mapped. */
#include "cli.h"
#include "keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int status_exit(edict_status status)
{
    switch (status) {
    case EDICT_OK: return EXIT_FINE;
    case EDICT_IMAGE: case EDICT_RULES: return EXIT_RULES;
    case EDICT_IO: case EDICT_INPUT: case EDICT_LIMIT: case EDICT_RANGE: case EDICT_NO_PACK: return EXIT_INPUT;
    case EDICT_USAGE: return EXIT_USAGE;
    case EDICT_MEMORY: break;
    }
    return EXIT_INTERNAL;
}

int path_is_image(const char *path)
{
    char head[4];
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))    /* what is read from a pipe is gone */
        return 0;
    FILE *file = fopen(path, "rb");
    size_t got = file ? fread(head, 1, sizeof head, file) : 0;
    if (file)
        fclose(file);
    return got == sizeof head && memcmp(head, "\x89" "EDX", sizeof head) == 0;
}

static int path_ends(const char *path, const char *ending)
{
    size_t size = strlen(path), end = strlen(ending);
    return size > end && strcmp(path + size - end, ending) == 0;
}

int path_is_pack(const char *path)
{
    return path_ends(path, ".edict") || path_ends(path, ".edx") || (strcmp(path, "-") != 0 && path_is_image(path));
}

/* Where packs were installed: beside the program, PREFIX/bin/edict and PREFIX/share/edict/rulesets. */
static void search_installed(char *path, size_t room)
{
    ssize_t size = readlink("/proc/self/exe", path, room - 1);
    path[size > 0 ? size : 0] = 0;
    for (int level = 0; level < 2; level++) {
        char *slash = strrchr(path, '/');
        if (slash)
            *slash = 0;
    }
    size_t used = strlen(path);
    snprintf(path + used, room - used, "/share/edict/rulesets");
}

int search_make(struct search *s, const struct options *o)
{
    *s = (struct search){.paths = calloc(o->searches + 1, sizeof *s->paths)};
    if (!s->paths) {
        message("no memory");
        return EXIT_INTERNAL;
    }
    for (size_t i = 0; i < o->searches; i++)
        s->paths[i] = o->search[i];
    search_installed(s->installed, sizeof s->installed - 32);
    s->paths[o->searches] = s->installed;
    s->options = (edict_compile_options){.search = s->paths, .searches = o->searches + 1};
    return EXIT_FINE;
}

void search_free(struct search *s)
{
    free(s->paths);
    s->paths = NULL;
}

int pack_compile_quiet(struct pack *pack, const char *path, const struct options *o, int strict)
{
    struct search search;
    edict_error error = {0};
    *pack = (struct pack){.path = path};
    if (search_make(&search, o) != EXIT_FINE)
        return EXIT_INTERNAL;
    search.options.strict = strict;
    search.options.tables = o->tables;
    search.options.table_count = o->table_count;
    edict_status status = edict_compile(path, &search.options, &pack->compilation, &error);
    search_free(&search);
    if (status == EDICT_OK)
        return EXIT_FINE;
    snprintf(pack->problem, sizeof pack->problem, "%s: %s", path,
             error.message[0] ? error.message : "cannot be compiled");
    return status == EDICT_LIMIT || status == EDICT_RANGE ? EXIT_RULES : status_exit(status);
}

int pack_compile(struct pack *pack, const char *path, const struct options *o, int strict)
{
    int exit = pack_compile_quiet(pack, path, o, strict);
    if (exit != EXIT_FINE)
        message("%s", pack->problem);
    else
        tables_mark(o, pack);
    return exit;
}

void tables_mark(const struct options *o, const struct pack *pack)
{
    for (size_t i = 0; pack->compilation && i < o->table_count; i++)
        o->taken[i] |= (unsigned char)edict_compilation_took(pack->compilation, i);
}

int tables_named(const struct options *o, size_t packs)
{
    for (size_t i = 0; packs > 1 && i < o->table_count; i++) {
        const char *equals = strchr(o->tables[i], '='), *colon = strchr(o->tables[i], ':');
        if (!colon || (equals && colon > equals))
            return usage_error(o->command, "several packs: say whose table it is, --table PACK:%s", o->tables[i]);
    }
    return EXIT_FINE;
}

int tables_taken(const struct options *o)
{
    for (size_t i = 0; i < o->table_count; i++)
        if (!o->taken[i])
            return usage_error(o->command, "--table %s is for none of the packs here that are compiled", o->tables[i]);
    return EXIT_FINE;
}

int pack_report(const struct pack *pack, struct output *to, int color)
{
    edict_compilation_report(pack->compilation, color, output_put, to);
    return edict_compilation_errors(pack->compilation) ? EXIT_RULES : EXIT_FINE;
}

static edict_status pack_load(struct pack *pack, edict_error *error)
{
    size_t size = 0;
    const void *image = edict_compilation_image(pack->compilation, &size);
    if (image)
        return edict_program_view(image, size, &pack->program, error); /* pack_close frees it first */
    snprintf(error->message, sizeof error->message, "no image was made");
    return EDICT_RULES;
}

int pack_open(struct pack *pack, const char *path, const struct options *o, enum pack_wanted wanted)
{
    edict_error error = {0};
    edict_status status;
    *pack = (struct pack){.path = path};
    if (path_ends(path, ".edx") || path_is_image(path)) {
        status = edict_program_open(path, &pack->program, &error);
    } else {
        int exit = pack_compile(pack, path, o, 0);
        if (exit != EXIT_FINE)
            return exit;
        size_t errors = edict_compilation_errors(pack->compilation);
        if (errors || (wanted == PACK_WARNINGS && edict_compilation_warnings(pack->compilation))) {
            pack_report(pack, output_error(), terminal_color(2, o->color));
            output_flush(output_error());
        }
        if (errors)
            return EXIT_RULES;
        status = pack_load(pack, &error);
    }
    if (status == EDICT_OK)
        return EXIT_FINE;
    message("%s: %s", path, error.message[0] ? error.message : "cannot be opened");
    return status == EDICT_IO ? EXIT_INPUT : status == EDICT_MEMORY ? EXIT_INTERNAL : EXIT_RULES;
}

int pack_open_signed(struct pack *pack, const char *path, const char *keyring)
{
    struct text image = {0};
    edict_error error = {0};
    char by[KEY_NAME], *signature = NULL;
    *pack = (struct pack){.path = path};
    if (!path_ends(path, ".edx") && !path_is_image(path)) {
        message("%s: only an image can be signed: build it and sign it (edict build, edict sign)", path);
        return EXIT_RULES;
    }
    int exit = file_read(path, &image) == 0 ? EXIT_FINE : EXIT_INPUT;
    if (exit == EXIT_FINE && !(signature = signature_path(path)))
        exit = EXIT_INTERNAL;
    if (exit == EXIT_FINE)
        exit = signature_check(image.bytes, image.size, signature, keyring, by);
    if (exit == EXIT_FINE) {
        const edict_status status = edict_program_load(image.bytes, image.size, &pack->program, &error);
        if (status != EDICT_OK) {
            message("%s: %s", path, error.message);
            exit = status == EDICT_MEMORY ? EXIT_INTERNAL : EXIT_RULES;
        }
    }
    free(signature);
    free(image.bytes);
    return exit;
}

void pack_close(struct pack *pack)
{
    edict_program_free(pack->program);
    edict_compilation_free(pack->compilation);
    *pack = (struct pack){0};
}
