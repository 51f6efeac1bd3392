/* edict sign: a detached signature beside an image, and the keys for it. */
#include "cli.h"
#include "keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIGN_KEY = 1, SIGN_OUTPUT, SIGN_GENERATE, SIGN_NAME };
static const struct option sign_options[] = {
    {"key", 'k', "FILE", SIGN_KEY}, {"output", 'o', "FILE", SIGN_OUTPUT}, {"generate", 0, "FILE", SIGN_GENERATE},
    {"name", 0, "TEXT", SIGN_NAME}, OPTION_LAST};

static int name_fits(const char *name)
{
    for (const unsigned char *c = (const unsigned char *)name; *c; c++)
        if (*c < 0x20 || *c == 0x7f)
            return 0;
    return *name && *name != ' ' && strlen(name) < KEY_NAME;
}

static int sign_generate(const struct command *command, const char *path, const char *name)
{
    const char *slash = strrchr(path, '/');
    if (!name)
        name = slash ? slash + 1 : path;
    if (!name_fits(name))
        return usage_error(command, "--name takes one line of at most %d bytes", KEY_NAME - 1);
    int exit = key_make(path, name);
    if (exit == EXIT_FINE)
        output_print(output_error(), "%s: the secret key: keep it\n%s.pub: the public key: a line for keyrings\n", path,
                     path);
    return exit;
}

/* An image is judged before it is signed: a signature says that somebody stands for it. */
static int image_judge(const char *path, const struct text *image)
{
    edict_program *program = NULL;
    edict_error error = {0};
    edict_status status = edict_program_load(image->bytes, image->size, &program, &error);
    if (status == EDICT_OK)
        status = edict_program_check(program, &error);
    edict_program_free(program);
    if (status == EDICT_OK)
        return EXIT_FINE;
    message("%s: %s: not signed", path, error.message);
    return status == EDICT_MEMORY ? EXIT_INTERNAL : EXIT_RULES;
}

static int sign_image(const char *path, const char *key_path, const char *output)
{
    struct text image = {0};
    struct key key;
    char *beside = output ? NULL : signature_path(path);
    int exit = output || beside ? EXIT_FINE : EXIT_INTERNAL;
    if (exit == EXIT_FINE)
        exit = file_read(path, &image) == 0 ? EXIT_FINE : EXIT_INPUT;
    if (exit == EXIT_FINE)
        exit = image_judge(path, &image);
    if (exit == EXIT_FINE && (exit = key_read(key_path, &key)) == EXIT_FINE) {
        exit = signature_write(&key, image.bytes, image.size, output ? output : beside);
        if (exit == EXIT_FINE)
            output_print(output_error(), "%s: signed by %s\n", output ? output : beside, key.name);
        key_wipe(&key);
    }
    free(image.bytes);
    free(beside);
    return exit;
}

static int sign_run(const struct command *command, int argc, char **argv)
{
    struct options o;
    const char *key = NULL, *output = NULL, *generate = NULL, *name = NULL;
    int id, exit = options_start(&o, command, sign_options, argc, argv);
    if (exit != EXIT_FINE)
        return exit;
    while ((id = options_next(&o)) > 0) {
        const char **to = id == SIGN_KEY ? &key : id == SIGN_OUTPUT ? &output : id == SIGN_GENERATE ? &generate : &name;
        *to = o.value;
    }
    if (id == OPTION_BAD)
        exit = EXIT_USAGE;
    else if (generate)
        exit = o.word_count || key || output ? usage_error(command, "--generate makes keys and signs nothing")
                                             : sign_generate(command, generate, name);
    else if (o.word_count != 1)
        exit = usage_error(command, "takes one image, not %zu", o.word_count);
    else if (!key)
        exit = usage_error(command, "needs --key FILE");
    else
        exit = sign_image(o.words[0], key, output);
    options_free(&o);
    return exit;
}

const struct command command_sign = {
    "sign", "sign an image, or make the keys for it",
    "Usage: edict sign IMAGE --key FILE [-o FILE]\n"
    "       edict sign --generate FILE [--name TEXT]\n"
    "\n"
    "Writes a signature (Ed25519, over the SHA-256 of every byte) beside the image:\n"
    "IMAGE.sig. The image is checked first, as by edict verify. A pair of keys: the\n"
    "secret one in FILE, for its owner alone, the public one in FILE.pub, a line to\n"
    "put into keyrings. Neither replaces a file that is there.\n"
    "\n"
    "  -k, --key FILE       the secret key\n"
    "  -o, --output FILE    the signature; not given: IMAGE.sig\n"
    "      --generate FILE  make a pair of keys\n"
    "      --name TEXT      whose keys they are; not given: the file's name\n"
    "\n"
    "  edict sign --generate compliance --name \"Compliance, 2026\"\n"
    "  edict sign hospital.edx --key compliance\n"
    "  edict run --require-signed compliance.pub hospital.edx day.ndjson\n"
    "\n"
    "Exit status: 0 written, 2 a bad image, 3 a file could not be read, 4 usage,\n"
    "5 not written.\n",
    sign_run};
