/* What the commands share: exit statuses, options, packs, output, terminal. The command line is the first embedder:
 * it includes edict.h and edict_compile.h and nothing else of the project. */
#ifndef EDICT_CLI_H
#define EDICT_CLI_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "edict.h"
#include "edict_compile.h"

enum exit_status {
    EXIT_FINE = 0,
    EXIT_FINDINGS = 1,    /* findings asked to fail on, failed tests, text that is not formatted */
    EXIT_RULES = 2,       /* bad rules or a bad image */
    EXIT_INPUT = 3,       /* an encounter was refused, or a file could not be read */
    EXIT_USAGE = 4,
    EXIT_INTERNAL = 5,    /* no memory, no room on the disk, a mistake of ours */
    EXIT_INTERRUPTED = 130
};

/* Commands */
struct command {
    const char *name, *purpose, *help;
    int (*run)(const struct command *command, int argc, char **argv);
};
extern const struct command command_run, command_check, command_build, command_test, command_fmt, command_list,
    command_new, command_schema, command_explain, command_version, command_sign, command_verify, command_diff,
    command_snapshot, command_regress, command_effect, command_replay;
#define HELP_STATUS                                                                       \
    "Exit status: 0 success, 1 findings asked to fail on or failed tests, 2 bad rules,\n" \
    "3 bad input, 4 usage, 5 internal.\n"

/* Options: `--name value`, `--name=value`, `-n value`; `--` ends them. What all commands share is kept here. */
enum { OPTION_END = -1, OPTION_BAD = -2, OPTION_WORD = -3, OPTION_COLOR = -4, OPTION_FORMAT = -5, OPTION_SEARCH = -6,
       OPTION_TABLE = -7 };
struct option {
    const char *name;
    char letter;
    const char *value;    /* what the option takes, NULL: nothing */
    int id;
};
#define OPTION_COMMON {"color", 0, "WHEN", OPTION_COLOR}, {"format", 0, "text|json", OPTION_FORMAT}
#define OPTION_REPORTS {"color", 0, "WHEN", OPTION_COLOR}, {"format", 0, "text|json|junit|tap", OPTION_FORMAT}
#define OPTION_PACKS {"search", 'I', "DIR", OPTION_SEARCH}
#define OPTION_TABLES {"table", 't', "NAME=FILE", OPTION_TABLE}
#define OPTION_LAST {NULL, 0, NULL, 0}
struct options {
    const struct command *command;
    const struct option *table;
    int argc, at, words_only;
    char **argv;
    const char *value;         /* of the option or word just met */
    const char *color;         /* always, never, auto */
    const char *format;        /* --format, one of those that the option names; NULL: not given */
    int json;                  /* --format json */
    const char **search;       /* --search, in order */
    size_t searches;
    const char **tables;       /* --table, in order */
    unsigned char *taken;      /* by some pack */
    size_t table_count;
    const char **words;        /* positional arguments, filled by options_word */
    size_t word_count;
};
int options_start(struct options *o, const struct command *command, const struct option *table, int argc, char **argv);
/* The id of the option, or one of the names above. Words are collected and not returned. */
int options_next(struct options *o);
void options_free(struct options *o);
int usage_error(const struct command *command, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The nearest of the names, or NULL when none is near. */
const char *name_nearest(const char *name, const char *const *names, size_t count);

/* Output */
struct output {
    int fd, error;             /* errno of the first failed write */
    size_t used;
    char bytes[1 << 16];
};
struct output *output_standard(void);
struct output *output_error(void);
void output_put(void *output, const char *bytes, size_t size);    /* an edict_put */
void output_text(struct output *o, const char *text);
void output_print(struct output *o, const char *format, ...) __attribute__((format(printf, 2, 3)));
void output_json(struct output *o, json_t *value);                /* one line; releases the value */
void output_flush(struct output *o);
/* Flushes; gives the exit status: as given, or internal when a write failed. A reader that went away is no failure. */
int output_end(struct output *o, int status);
void message(const char *format, ...) __attribute__((format(printf, 1, 2)));    /* one line on standard error */
json_t *json_text(const char *text);    /* a JSON string whatever the bytes */

struct text { char *bytes; size_t size, room; int failed; };
void text_put(void *text, const char *bytes, size_t size);        /* an edict_put */
/* These say themselves what went wrong; 0 or -1, or NULL. "-" is standard input. */
int file_read(const char *path, struct text *into);
int file_read_most(const char *path, struct text *into, size_t most);    /* said too when it is larger */
int file_replace(const char *path, const void *bytes, size_t size);
/* The same piece by piece: a temporary name, renamed on replacement_close(keep) and not before. secret: a new file is
 * its owner's alone. The path must live as long. */
struct replacement;
struct replacement *replacement_open(const char *path, int secret);
struct output *replacement_output(struct replacement *r);
int replacement_close(struct replacement *r, int keep);

/* Terminal */
int terminal_is(int fd);
int terminal_color(int fd, const char *when);    /* NO_COLOR and TERM=dumb are honoured */
unsigned terminal_width(int fd);
int terminal_utf8(void);

/* Packs */
struct pack {
    const char *path;
    edict_compilation *compilation;    /* of a source; NULL for an image */
    edict_program *program;            /* NULL when the rules have mistakes */
    char problem[1200];                /* why there is no compilation */
};
int path_is_pack(const char *path);
int path_is_image(const char *path);    /* by its first bytes */
/* How packs are compiled: --search, then where packs were installed. An exit status. The options point into it. */
struct search { const char **paths; char installed[4200]; edict_compile_options options; };
int search_make(struct search *search, const struct options *o);
void search_free(struct search *search);
/* No program, no report. The first says what went wrong, the second leaves it in `problem`, for other threads. */
int pack_compile_quiet(struct pack *pack, const char *path, const struct options *o, int strict);
int pack_compile(struct pack *pack, const char *path, const struct options *o, int strict);
int pack_report(const struct pack *pack, struct output *to, int color);
/* --table of several packs names one of them, and each was for one. Usage errors; ask when the packs are known, and
 * when they are compiled. */
int tables_named(const struct options *o, size_t packs);
int tables_taken(const struct options *o);
void tables_mark(const struct options *o, const struct pack *pack);    /* after pack_compile_quiet */
enum pack_wanted { PACK_ERRORS, PACK_WARNINGS };
/* Source or image to a program; mistakes (and warnings, if wanted) are reported on standard error. An exit status. */
int pack_open(struct pack *pack, const char *path, const struct options *o, enum pack_wanted wanted);
/* As pack_open, but only an image with a signature beside it by a key of the keyring: the bytes that were checked are
 * the bytes that run. */
int pack_open_signed(struct pack *pack, const char *path, const char *keyring);
void pack_close(struct pack *pack);
int status_exit(edict_status status);

/* An evaluator of each pack, with --set applied. What is wrong is said. */
struct evaluators {
    const struct command *command;
    const struct pack *packs;
    size_t pack_count;
    const char **sets;                 /* POLICY=VALUE */
    size_t set_count;
    edict_evaluator_options options;
    int lenient;                       /* a --set that no pack knows is passed over: it was judged before */
};
/* A row of pack_count evaluators; NULL: *exit says why. */
edict_evaluator **evaluators_open(const struct evaluators *of, int *exit);
void evaluators_close(const struct evaluators *of, edict_evaluator **evaluators);

/* Reader of encounters: NDJSON, or JSON over several lines. */
enum read_result { READ_ENCOUNTER, READ_LONG, READ_END, READ_FAILED };
struct reader {
    int fd, mode, eof;
    uint64_t line, bytes;            /* lines and bytes taken so far */
    char *data;
    size_t room, from, end;
    size_t indent;                   /* blanks before the next document on its line; SIZE_MAX: more than blanks */
    int (*idle)(void *context);      /* called before a read that would wait; not 0: do not read, READ_FAILED */
    /* called with the pieces of an encounter that is too long, if there is somebody: READ_LONG then follows */
    void (*over)(void *context, const char *bytes, size_t size);
    void *context;
};
int reader_open(struct reader *r, const char *path);
/* The next encounter and the line where it begins. The bytes live until the next call. */
enum read_result reader_next(struct reader *r, const char **bytes, size_t *size, uint64_t *line);
void reader_close(struct reader *r);
#define READER_LIMIT ((size_t)16 << 20)

/* The page of `run --pretty` */
struct page { struct output *out; int color, ascii; unsigned width; };
void page_print(const struct page *page, const char *encounter, size_t encounter_size, const char *answer, size_t size);

#endif
