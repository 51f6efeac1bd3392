/* Edict's answers to bench/lite/infusion.edict as the workload's own output: map [derived] < answers. What the answer
 * says in words (a pair's codes, units billed) is read out of the message. Reasons and sources are left out. */
#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAID = 256 };
/* Findings in the workload's order: pairs by their two lines, limits by line, comparisons by code and modifier. */
struct said { int group; long first, second; char key[24], text[160]; };

static void fail(const char *what, size_t line)
{
    fprintf(stderr, "map: answer %zu: %s\n", line, what);
    exit(1);
}

static const char *text_at(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text ? text : "";
}
static long number_at(const json_t *o, const char *key) { return (long)json_integer_value(json_object_get(o, key)); }
static const char *first_modifier(const json_t *o)
{
    const char *text = json_string_value(json_array_get(json_object_get(o, "modifiers"), 0));
    return text ? text : "";
}

static int order(const void *a, const void *b)
{
    const struct said *x = a, *y = b;
    if (x->group != y->group) return x->group - y->group;
    if (x->first != y->first) return x->first < y->first ? -1 : 1;
    if (x->second != y->second) return x->second < y->second ? -1 : 1;
    return strcmp(x->key, y->key);
}

/* 0: a finding that the workload does not know. */
static int said_of(const json_t *finding, struct said *s)
{
    const char *rule = text_at(finding, "rule"), *message = text_at(finding, "message");
    char code[16], other[16], flag[8];
    long a = 0, b = 0;
    *s = (struct said){ .group = 0 };
    if (strcmp(rule, "ptp") == 0) {
        const int always = strstr(message, "(indicator 0)") != NULL;
        if (sscanf(message, "ptp: %15s is not paid beside %5s", code, other) != 2) return 0;
        s->first = number_at(finding, "other_n");
        s->second = number_at(finding, "n");
        snprintf(s->text, sizeof s->text, "{\"t\":\"PTP%d\",\"c1\":\"%s\",\"c2\":\"%s\",\"line\":%ld}", !always, other,
            code, s->second);
    } else if (strcmp(rule, "too_many") == 0) {
        s->group = 1;
        s->first = number_at(finding, "n");
        if (sscanf(message, "%15s %ld %ld:", code, &a, &b) != 3) return 0;
        snprintf(s->text, sizeof s->text, "{\"t\":\"MUE\",\"code\":\"%s\",\"units\":%ld,\"max\":%ld}", code, a, b);
    } else if (strcmp(rule, "not_billed") == 0) {
        s->group = 2;
        snprintf(s->key, sizeof s->key, "%.7s%.7s", text_at(finding, "code"), first_modifier(finding));
        snprintf(s->text, sizeof s->text, "{\"t\":\"MISSING\",\"code\":\"%.7s\",\"mod\":\"%.7s\",\"units\":%ld}",
            text_at(finding, "code"), first_modifier(finding), number_at(finding, "units"));
    } else if (strcmp(rule, "unsupported") == 0 || strcmp(rule, "units") == 0) {
        const int count = sscanf(message, "%7s %7s %ld %ld:", code, flag, &a, &b);
        const char *modifier = strcmp(flag, "yes") == 0 ? "59" : "";
        s->group = 2;
        snprintf(s->key, sizeof s->key, "%s%s", code, modifier);
        if (count == 3)
            snprintf(s->text, sizeof s->text, "{\"t\":\"UNSUPPORTED\",\"code\":\"%s\",\"mod\":\"%s\",\"units\":%ld}",
                code, modifier, a);
        else if (count == 4)
            snprintf(s->text, sizeof s->text,
                "{\"t\":\"UNITS\",\"code\":\"%s\",\"mod\":\"%s\",\"billed\":%ld,\"derived\":%ld}", code, modifier, a,
                b);
        else return 0;
    } else return 0;
    return 1;
}

static void answer_put(const json_t *answer, int derived_only, size_t line)
{
    struct said said[SAID];
    size_t i, count = 0;
    const json_t *entry;
    printf("{\"id\":\"%s\",\"derived\":[", text_at(answer, "encounter"));
    json_array_foreach(json_object_get(answer, "charges"), i, entry)
        printf("%s{\"code\":\"%s\",\"mod\":\"%s\",\"units\":%ld}", i ? "," : "", text_at(entry, "code"),
            first_modifier(entry), number_at(entry, "units"));
    if (derived_only) {
        puts("]}");
        return;
    }
    printf("],\"findings\":[");
    json_array_foreach(json_object_get(answer, "findings"), i, entry) {
        if (count == SAID || !said_of(entry, &said[count])) fail("a finding that the workload does not know", line);
        count++;
    }
    qsort(said, count, sizeof *said, order);
    for (i = 0; i < count; i++)
        printf("%s%s", i ? "," : "", said[i].text);
    puts("]}");
}

int main(int count, char **words)
{
    char *text = NULL;
    size_t room = 0;
    ssize_t size;
    for (size_t line = 1; (size = getline(&text, &room, stdin)) > 0; line++) {
        json_t *answer = json_loadb(text, (size_t)size, 0, NULL);
        if (!answer || strcmp(text_at(answer, "status"), "complete") != 0) fail("not a complete answer", line);
        answer_put(answer, count > 1 && strcmp(words[1], "derived") == 0, line);
        json_decref(answer);
    }
    free(text);
    return 0;
}
