/* JUnit XML as CI servers read it; TAP version 13. */
#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum report_format report_format_read(const char *name)
{
    if (!name)
        return REPORT_NONE;
    return strcmp(name, "junit") == 0 ? REPORT_JUNIT : strcmp(name, "tap") == 0 ? REPORT_TAP : REPORT_NONE;
}

static void put(struct text *to, const char *text)
{
    text_put(to, text, strlen(text));
}

static void put_number(struct text *to, unsigned long number)
{
    char text[32];
    snprintf(text, sizeof text, "%lu", number);
    put(to, text);
}

/* Bytes of one well-formed character, or 0. */
static size_t utf8_size(const unsigned char *c)
{
    size_t size = *c < 0x80 ? 1 : *c < 0xc2 ? 0 : *c < 0xe0 ? 2 : *c < 0xf0 ? 3 : *c < 0xf5 ? 4 : 0;
    for (size_t i = 1; i < size; i++)
        if ((c[i] & 0xc0) != 0x80)
            return 0;
    return size;
}

void xml_put(struct text *to, const char *text)
{
    for (const char *c = text; *c;) {
        size_t size = utf8_size((const unsigned char *)c);
        switch (*c) {
        case '&': put(to, "&amp;"); break;
        case '<': put(to, "&lt;"); break;
        case '>': put(to, "&gt;"); break;
        case '"': put(to, "&quot;"); break;
        default:
            if (!size || ((unsigned char)*c < ' ' && *c != '\n' && *c != '\t') || *c == 0x7f)
                put(to, "?");
            else
                text_put(to, c, size);
        }
        c += size ? size : 1;
    }
}

static void junit_case(struct report *r, const char *suite, const char *name, int passed, const char *summary,
                       const char *detail)
{
    put(&r->cases, "    <testcase classname=\"");
    xml_put(&r->cases, suite);
    put(&r->cases, "\" name=\"");
    xml_put(&r->cases, name);
    if (passed) {
        put(&r->cases, "\"/>\n");
        return;
    }
    put(&r->cases, "\">\n      <failure message=\"");
    xml_put(&r->cases, summary ? summary : "");
    put(&r->cases, "\">");
    xml_put(&r->cases, detail ? detail : "");
    put(&r->cases, "</failure>\n    </testcase>\n");
}

/* A description ends with its line; `#` would begin a directive. */
static void tap_text(struct output *out, const char *text)
{
    for (const char *c = text; *c; c++)
        output_print(out, *c == '#' ? "\\#" : (unsigned char)*c < ' ' || *c == 0x7f ? " " : "%c", *c);
}

static void tap_case(struct report *r, const char *suite, const char *name, int passed, const char *summary,
                     const char *detail)
{
    if (r->all == 1)
        output_text(r->out, "TAP version 13\n");
    output_print(r->out, "%sok %lu - ", passed ? "" : "not ", r->all);
    tap_text(r->out, suite);
    output_text(r->out, ": ");
    tap_text(r->out, name);
    output_text(r->out, "\n");
    if (passed)
        return;
    json_t *said = json_text(summary ? summary : "");
    char *quoted = said ? json_dumps(said, JSON_ENCODE_ANY) : NULL;    /* a JSON text is a YAML text */
    output_print(r->out, "  ---\n  message: %s\n", quoted ? quoted : "\"\"");
    free(quoted);
    json_decref(said);
    if (detail && *detail) {
        output_text(r->out, "  detail: |\n");
        for (const char *line = detail; *line;) {
            size_t size = strcspn(line, "\n");
            output_print(r->out, "    %.*s\n", (int)size, line);
            line += size + (line[size] == '\n');
        }
    }
    output_text(r->out, "  ...\n");
}

void report_case(struct report *r, const char *suite, const char *name, int passed, const char *summary,
                 const char *detail)
{
    if (r->format == REPORT_NONE)
        return;
    r->all++;
    r->suite_all++;
    r->failed += !passed;
    r->suite_failed += !passed;
    if (r->format == REPORT_TAP)
        tap_case(r, suite, name, passed, summary, detail);
    else
        junit_case(r, suite, name, passed, summary, detail);
}

static void junit_counts(struct text *to, const char *name, unsigned long all, unsigned long failed)
{
    put(to, " name=\"");
    xml_put(to, name);
    put(to, "\" tests=\"");
    put_number(to, all);
    put(to, "\" failures=\"");
    put_number(to, failed);
    put(to, "\" errors=\"0\">\n");
}

void report_suite_end(struct report *r, const char *suite)
{
    if (r->format == REPORT_JUNIT) {
        put(&r->suites, "  <testsuite");
        junit_counts(&r->suites, suite, r->suite_all, r->suite_failed);
        text_put(&r->suites, r->cases.bytes ? r->cases.bytes : "", r->cases.size);
        put(&r->suites, "  </testsuite>\n");
        r->cases.size = 0;
    }
    r->suite_all = r->suite_failed = 0;
}

void report_end(struct report *r, const char *name)
{
    if (r->format == REPORT_TAP)
        output_print(r->out, "%s1..%lu\n", r->all ? "" : "TAP version 13\n", r->all);
    if (r->format == REPORT_JUNIT) {
        struct text head = {0};
        put(&head, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
        junit_counts(&head, name, r->all, r->failed);
        output_put(r->out, head.bytes ? head.bytes : "", head.size);
        output_put(r->out, r->suites.bytes ? r->suites.bytes : "", r->suites.size);
        output_text(r->out, "</testsuites>\n");
        if (head.failed || r->suites.failed || r->cases.failed)
            r->out->error = ENOMEM;
        free(head.bytes);
    }
    free(r->suites.bytes);
    free(r->cases.bytes);
    r->suites = r->cases = (struct text){0};
}
