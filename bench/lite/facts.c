/* Encounters of the workload as lines of words that CLIPS reads (peers/clips.clp tells the order): facts < encounters.
 * The decoder is that of the hand-written C, so what this costs is little. */
#include "bench/lite/lite.h"

#include <stdio.h>
#include <stdlib.h>

static void encounter_put(const struct encounter *e)
{
    static const char *const kinds[] = { "infusion", "push", "injection", "hydration" };
    printf("%.*s P%02d %s %d", e->id_size, e->id, e->payer, e->office ? "office" : "facility", e->primary);
    for (int i = 0; i < e->services; i++) {
        const struct service *s = &e->service[i];
        char drug[8], site[8];
        *code_put(drug, s->drug) = 0;
        memcpy(site, &s->site, sizeof s->site);
        site[sizeof s->site] = 0;
        /* Strings: a code such as 1E234 is no number. A service without an end took no time. */
        const int32_t stop = s->stop == NO_TIME ? s->start : s->stop;
        printf(" \"%s\" %s \"%s\" %d %d", drug, kinds[s->kind], site, s->start, stop);
    }
    putchar('\n');
}

int main(void)
{
    char *text = NULL;
    size_t room = 0;
    struct encounter e;
    memset(&e, 0, sizeof e);
    for (ssize_t size; (size = getline(&text, &room, stdin)) > 0;) {
        /* A decoder may look a little beyond the line. */
        if (room < (size_t)size + PAST_END && !(text = realloc(text, room = (size_t)size + PAST_END))) return 1;
        memset(text + size, 0, PAST_END);
        if (!decode(text, &e)) {
            fputs("facts: a line that is no encounter\n", stderr);
            return 1;
        }
        encounter_put(&e);
    }
    free(text);
    return ferror(stdin) | ferror(stdout) | fclose(stdout);
}
