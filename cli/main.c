/* edict: finds the command and hands over. */
#include "cli.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct command *const commands[] = {
    &command_run, &command_check, &command_build, &command_test, &command_diff, &command_effect,
    &command_snapshot, &command_regress, &command_replay, &command_fmt, &command_list, &command_new, &command_schema,
    &command_sign, &command_verify, &command_explain, &command_version};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void help_put(struct output *o)
{
    output_text(o, "Edict answers how a day of care is billed, by rules that are data.\n\n"
                   "Usage: edict COMMAND [OPTION]... [ARGUMENT]...\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        output_print(o, "  %-9s%s\n", commands[i]->name, commands[i]->purpose);
    output_text(o, "  help     the help of a command: edict help run\n\n"
                   "Begin with: edict check PACK, edict test PACK, edict run --pretty PACK FILE\n"
                   "Each command has --help.\n" HELP_STATUS);
}

static const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static int command_unknown(const char *name)
{
    const char *names[COMMANDS + 1];
    for (size_t i = 0; i < COMMANDS; i++)
        names[i] = commands[i]->name;
    names[COMMANDS] = "help";
    const char *near = name_nearest(name, names, COMMANDS + 1);
    if (near)
        return usage_error(NULL, "no command %s; did you mean %s?", name, near);
    return usage_error(NULL, "no command %s", name);
}

static int command_help(const struct command *command)
{
    output_print(output_standard(), "edict %s: %s\n\n%s", command->name, command->purpose, command->help);
    return output_end(output_standard(), EXIT_FINE);
}

static int help_asked(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return 1;
    return 0;
}

/* A standard stream that is closed would be the next file that is opened, and be written over. What stands in for it
 * fails when it is used: the wrong way round. */
static void streams_hold(void)
{
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0)
            _exit(EXIT_INTERNAL);
}

int main(int argc, char **argv)
{
    streams_hold();
    setlocale(LC_CTYPE, "");
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);    /* a file that may not grow is a failed write */
    if (argc < 2) {
        help_put(output_error());
        output_flush(output_error());
        return EXIT_USAGE;
    }
    const char *name = argv[1];
    int help = strcmp(name, "help") == 0;
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || (help && (argc == 2 || argv[2][0] == '-'))) {
        help_put(output_standard());
        return output_end(output_standard(), EXIT_FINE);
    }
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        name = "version";
    const struct command *command = command_find(help ? argv[2] : name);
    if (!command)
        return command_unknown(help ? argv[2] : name);
    if (help || help_asked(argc - 2, argv + 2))
        return command_help(command);
    int exit = command->run(command, argc - 2, argv + 2);
    output_flush(output_error());
    return output_end(output_standard(), exit);
}
