/* edict verify: is an image whole, and who signed it. */
#include "cli.h"
#include "keys.h"

#include <stdio.h>
#include <stdlib.h>

enum { VERIFY_KEYRING = 1, VERIFY_SIGNATURE };
static const struct option verify_options[] = {
    {"keyring", 'k', "FILE", VERIFY_KEYRING}, {"signature", 0, "FILE", VERIFY_SIGNATURE},
    {"format", 0, "text|json", OPTION_FORMAT}, OPTION_LAST};

static void verify_say(const struct options *o, const edict_program *p, const char *path, const char *by)
{
    if (o->json)
        output_json(output_standard(),
                    json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "file", json_text(path), "pack",
                              json_text(edict_program_pack(p)), "version", json_text(edict_program_version(p)), "image",
                              json_text(edict_program_image(p)), "rules", json_text(edict_program_rules(p)), "signed",
                              by ? json_text(by) : json_null()));
    else
        output_print(output_standard(), "%s: %s@%s\n  structure, tables and content are whole\n  image %s\n  rules %s\n"
                     "  %s%s\n", path, edict_program_pack(p), edict_program_version(p), edict_program_image(p),
                     edict_program_rules(p), by ? "signed by " : "signature: not asked for (--keyring)", by ? by : "");
}

static int verify_image(const struct options *o, const char *path, const char *keyring, const char *signature)
{
    struct text image = {0};
    edict_program *program = NULL;
    edict_error error = {0};
    char by[KEY_NAME], *beside = signature ? NULL : signature_path(path);
    int exit = signature || beside ? EXIT_FINE : EXIT_INTERNAL;
    if (exit == EXIT_FINE)
        exit = file_read(path, &image) == 0 ? EXIT_FINE : EXIT_INPUT;
    if (exit == EXIT_FINE) {
        edict_status status = edict_program_load(image.bytes, image.size, &program, &error);
        if (status == EDICT_OK)
            status = edict_program_check(program, &error);
        if (status != EDICT_OK) {
            message("%s: %s", path, error.message);
            exit = status == EDICT_MEMORY ? EXIT_INTERNAL : EXIT_RULES;
        }
    }
    if (exit == EXIT_FINE && keyring)
        exit = signature_check(image.bytes, image.size, signature ? signature : beside, keyring, by);
    if (exit == EXIT_FINE)
        verify_say(o, program, path, keyring ? by : NULL);
    edict_program_free(program);
    free(image.bytes);
    free(beside);
    return exit;
}

static int verify_run(const struct command *command, int argc, char **argv)
{
    struct options o;
    const char *keyring = NULL, *signature = NULL;
    int id, exit = options_start(&o, command, verify_options, argc, argv);
    if (exit != EXIT_FINE)
        return exit;
    while ((id = options_next(&o)) > 0)
        *(id == VERIFY_KEYRING ? &keyring : &signature) = o.value;
    if (id == OPTION_BAD)
        exit = EXIT_USAGE;
    else if (o.word_count != 1)
        exit = usage_error(command, "takes one image, not %zu", o.word_count);
    else if (signature && !keyring)
        exit = usage_error(command, "--signature needs --keyring: whose signature counts");
    else
        exit = verify_image(&o, o.words[0], keyring, signature);
    options_free(&o);
    return exit;
}

const struct command command_verify = {
    "verify", "check that an image is whole, and who signed it",
    "Usage: edict verify IMAGE [--keyring FILE] [OPTION]...\n"
    "\n"
    "Reads the whole image: header, sections, code, every table, and that its bytes\n"
    "are those that were built. With a keyring also its signature, IMAGE.sig. What is\n"
    "whole may still come from anybody; a signature says from whom.\n"
    "\n"
    "  -k, --keyring FILE    public keys, one a line: the .pub files of edict sign\n"
    "      --signature FILE  the signature; not given: IMAGE.sig\n"
    "      --format json     pack, version, hashes and signer as JSON\n"
    "\n"
    "  edict verify hospital.edx --keyring compliance.pub\n"
    "\n"
    "Exit status: 0 good, 2 damaged, not signed or by none of the keys, 3 a file\n"
    "could not be read, 4 usage, 5 internal.\n",
    verify_run};
