/* Edict's answers to caps.edict as the workload's own output: map < answers. What a finding says before its colon is
 * the workload's; reasons and sources are left out. */
#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAID = 512, RULES = 5 };
static const char *const rules[RULES] = { "wrong_age", "no_reason", "daily", "monthly", "next_day" };
struct said { int rule, item; char text[64]; };

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

static int order(const void *a, const void *b)
{
    const struct said *x = a, *y = b;
    return x->rule != y->rule ? x->rule - y->rule : x->item - y->item;
}

static void answer_put(const json_t *answer, size_t line)
{
    struct said said[SAID];
    size_t i, count = 0;
    const json_t *entry;
    printf("{\"id\":\"%s\",\"charges\":{", text_at(answer, "encounter"));
    json_array_foreach(json_object_get(answer, "charges"), i, entry)
        printf("%s\"%s\":%lld", i ? "," : "", text_at(entry, "code"),
            (long long)json_integer_value(json_object_get(entry, "units")));
    printf("},\"findings\":[");
    json_array_foreach(json_object_get(answer, "findings"), i, entry) {
        const char *message = text_at(entry, "message"), *colon = strchr(message, ':');
        struct said *s = &said[count];
        if (count == SAID || !colon) fail("a finding that the workload does not know", line);
        for (s->rule = 0; s->rule < RULES && strcmp(rules[s->rule], text_at(entry, "rule")) != 0;) s->rule++;
        if (s->rule == RULES) fail("a rule that the workload does not know", line);
        s->item = atoi(message);
        snprintf(s->text, sizeof s->text, "%.*s", (int)(colon - message), message);
        count++;
    }
    qsort(said, count, sizeof *said, order);
    for (i = 0; i < count; i++) printf("%s\"%s %s\"", i ? "," : "", rules[said[i].rule], said[i].text);
    puts("]}");
}

int main(void)
{
    char *text = NULL;
    size_t room = 0;
    ssize_t size;
    for (size_t line = 1; (size = getline(&text, &room, stdin)) > 0; line++) {
        json_t *answer = json_loadb(text, (size_t)size, 0, NULL);
        if (!answer || strcmp(text_at(answer, "status"), "complete") != 0) fail("not a complete answer", line);
        answer_put(answer, line);
        json_decref(answer);
    }
    free(text);
    return 0;
}
