/* JSON for the tests that are shell: json check (each line is one value), tall (each line indented), array (all lines
 * as one array), field NAME (that member of each line's object, as JSON). Reads standard input. */
#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int put(json_t *value, size_t flags)
{
    const int bad = json_dumpf(value, stdout, flags | JSON_ENCODE_ANY);
    putchar('\n');
    return bad;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    json_t *all = json_array();
    char *line = NULL;
    size_t capacity = 0;
    unsigned number = 0;
    int bad = 0;
    while (getline(&line, &capacity, stdin) >= 0) {
        json_error_t error;
        json_t *value = json_loads(line, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
        number++;
        if (!value) {
            fprintf(stderr, "line %u, column %d: %s\n", number, error.column, error.text);
            bad = 1;
            continue;
        }
        if (!strcmp(what, "tall")) bad |= put(value, JSON_INDENT(2));
        if (!strcmp(what, "field") && argc > 2 && json_object_get(value, argv[2]))
            bad |= put(json_object_get(value, argv[2]), 0);
        json_array_append_new(all, value);
    }
    if (!strcmp(what, "array")) bad |= put(all, JSON_INDENT(1));
    json_decref(all);
    free(line);
    return bad || !number;
}
