/* The encounters that take the most processor time, each alone, one evaluator: slowest IMAGE ENCOUNTERS [COUNT].
 * A guard against input that takes its reader's time; not how fast a corpus is answered (stages.c, rounds.c). */
#include "bench/clock.h"
#include "edict.h"

#include <stdio.h>
#include <stdlib.h>

struct one { double took; unsigned long line; size_t size; edict_status status; int held; };

static int slower(const void *a, const void *b)
{
    const double x = ((const struct one *)a)->took, y = ((const struct one *)b)->took;
    return x > y ? -1 : x < y;
}

int main(int count, char **words)
{
    edict_program *program = NULL;
    edict_evaluator *evaluator = NULL;
    edict_error error = {0};
    struct one *all = NULL;
    char *line = NULL;
    size_t room = 0, most = count > 3 ? (size_t)strtoul(words[3], NULL, 10) : 5, n = 0;
    FILE *in = count > 2 ? fopen(words[2], "r") : NULL;
    if (!in || edict_program_open(words[1], &program, &error) ||
        edict_evaluator_new(program, NULL, &evaluator, &error)) {
        fprintf(stderr, "usage: slowest IMAGE ENCOUNTERS [COUNT]\n%s\n", error.message);
        return 4;
    }
    for (ssize_t size; (size = getline(&line, &room, in)) > 0; n++) {
        edict_answer answer = {0};
        struct one *more = n % 1024 ? all : realloc(all, (n + 1024) * sizeof *all);
        if (!more) return 1;
        all = more;
        const double before = clock_now();
        const edict_status status = edict_evaluate(evaluator, line, (size_t)size, n + 1, &answer, &error);
        all[n] = (struct one){ clock_now() - before, n + 1, (size_t)size, status, answer.held };
    }
    if (n) qsort(all, n, sizeof *all, slower);
    for (size_t i = 0; i < n && i < most; i++)
        printf("%8.1f ms  line %lu, %zu bytes: %s\n", all[i].took * 1e3, all[i].line, all[i].size,
            all[i].status ? "refused" : all[i].held ? "held" : "complete");
    free(all);
    free(line);
    fclose(in);
    edict_evaluator_free(evaluator);
    edict_program_free(program);
    return 0;
}
