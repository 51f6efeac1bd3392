/* edict build: a pack source to an image file, written whole or not at all. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

enum { BUILD_OUTPUT = 1, BUILD_STRICT };
static const struct option build_options[] = {
    {"output", 'o', "FILE", BUILD_OUTPUT}, {"strict", 0, NULL, BUILD_STRICT}, OPTION_COMMON,
    OPTION_PACKS, OPTION_TABLES, OPTION_LAST};

static json_t *build_tables(const edict_program *p)
{
    char hash[33];
    const char *name;
    json_t *all = json_array();
    for (unsigned i = 0; (name = edict_program_table(p, i, hash)); i++)
        json_array_append_new(all, json_pack("{s:o,s:s}", "name", json_text(name), "hash", hash));
    return all;
}

static void build_say(const struct options *o, const struct pack *pack, const char *file, size_t size)
{
    const edict_program *p = pack->program;
    char hash[33];
    const char *name;
    if (o->json) {
        output_json(output_standard(),
                    json_pack("{s:o,s:o,s:o,s:o,s:o,s:I,s:o}", "pack", json_text(edict_program_pack(p)), "version",
                              json_text(edict_program_version(p)), "image", json_text(edict_program_image(p)), "rules",
                              json_text(edict_program_rules(p)), "file", json_text(file), "bytes", (json_int_t)size,
                              "tables", build_tables(p)));
        return;
    }
    output_print(output_error(), "%s: %s@%s, %zu bytes\n  image %s\n  rules %s\n", file, edict_program_pack(p),
                 edict_program_version(p), size, edict_program_image(p), edict_program_rules(p));
    for (unsigned i = 0; (name = edict_program_table(p, i, hash)); i++)
        output_print(output_error(), "  table %s %s\n", hash, name);
}

static int build_pack(const struct options *o, const char *path, const char *file, int strict)
{
    struct pack pack;
    size_t size = 0;
    int exit = pack_open(&pack, path, o, PACK_WARNINGS);
    if (exit == EXIT_FINE && !pack.compilation)
        exit = usage_error(o->command, "%s is an image already", path);
    if (exit == EXIT_FINE)
        exit = tables_taken(o);
    if (exit == EXIT_FINE && strict && edict_compilation_warnings(pack.compilation)) {
        message("%s: warnings, and --strict: no image written", path);
        exit = EXIT_RULES;
    }
    if (exit == EXIT_FINE) {
        const void *image = edict_compilation_image(pack.compilation, &size);
        if (file_replace(file, image, size) != 0)
            exit = EXIT_INTERNAL;
        else
            build_say(o, &pack, file, size);
    }
    pack_close(&pack);
    return exit;
}

static int build_run(const struct command *command, int argc, char **argv)
{
    struct options o;
    const char *file = NULL;
    char name[4096];
    int id, strict = 0, exit = options_start(&o, command, build_options, argc, argv);
    if (exit != EXIT_FINE)
        return exit;
    while ((id = options_next(&o)) > 0) {
        if (id == BUILD_OUTPUT)
            file = o.value;
        else
            strict = 1;
    }
    if (id == OPTION_BAD) {
        exit = EXIT_USAGE;
    } else if (o.word_count != 1) {
        exit = usage_error(command, "takes one pack, not %zu", o.word_count);
    } else {
        size_t size = strlen(o.words[0]);
        if (size > 6 && strcmp(o.words[0] + size - 6, ".edict") == 0)
            size -= 6;
        if (!file && snprintf(name, sizeof name, "%.*s.edx", (int)size, o.words[0]) >= (int)sizeof name)
            exit = usage_error(command, "the name is too long");
        else
            exit = build_pack(&o, o.words[0], file ? file : name, strict);
    }
    options_free(&o);
    return exit;
}

const struct command command_build = {
    "build", "compile a pack to an image file",
    "Usage: edict build PACK [-o FILE.edx] [OPTION]...\n"
    "\n"
    "Compiles a pack source with its bases to one image. The same sources give the\n"
    "same bytes anywhere. The file is replaced in one step, or not at all.\n"
    "\n"
    "  -o, --output FILE   the image; not given: PACK with .edx for .edict\n"
    "      --strict        warnings are errors\n"
    "      --format json   pack, version and hashes as JSON on standard output\n"
    "      --color WHEN    always, never, auto (terminal, and NO_COLOR not set)\n"
    "  -I, --search DIR    where base packs are looked for; repeatable\n"
    "  -t, --table NAME=FILE[,FILE]...[ as READER][, N rows]\n"
    "                      the bundle, limit or relation NAME takes its rows from\n"
    "                      these files, as published, instead of the pack's own;\n"
    "                      repeatable. Not given: READER by what the file looks like;\n"
    "                      else csv, tsv, cms ptp, cms mue, mue table, cms aoc\n"
    "\n"
    "  edict build rules/hospital.edict -o hospital.edx\n"
    "  edict run hospital.edx day.ndjson\n"
    "  edict build part_b.edict -t ptp=ccipra-v322r0-f1.txt,ccipra-v322r0-f2.txt,...\n"
    "\n"
    "It prints two identities: `image` of every byte, `rules` of the meaning alone,\n"
    "which formatting, comments and order do not change.\n"
    "Exit status: 0 written, 2 bad rules, 3 a file could not be read, 4 usage,\n"
    "5 not written.\n",
    build_run};
