/* Results of checks for machines: JUnit XML and TAP. What is checked is the command's. */
#ifndef EDICT_CLI_REPORT_H
#define EDICT_CLI_REPORT_H

#include "cli.h"

enum report_format { REPORT_NONE, REPORT_JUNIT, REPORT_TAP };
struct report {
    enum report_format format;
    struct output *out;
    struct text suites, cases;       /* JUnit says counts first: written when they are known */
    unsigned long all, failed, suite_all, suite_failed;
};
/* `--format NAME`: REPORT_NONE when it is neither. */
enum report_format report_format_read(const char *name);
/* detail: lines of what was wanted and what came, or NULL; of a failed check. */
void report_case(struct report *r, const char *suite, const char *name, int passed, const char *summary,
                 const char *detail);
/* Cases from here on belong to another suite. */
void report_suite_end(struct report *r, const char *suite);
/* Everything written; also when nothing was checked. */
void report_end(struct report *r, const char *name);
/* Text in XML: markup escaped, characters that XML does not know replaced. */
void xml_put(struct text *to, const char *text);

#endif
