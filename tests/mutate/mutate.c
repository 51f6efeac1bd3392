/* The campaign against the verifier: `mutate COUNT FROM (PACK.edict ENCOUNTERS.ndjson...)...` compiles each pack, and
 * opens, checks, lists and runs COUNT images that were damaged in ways that know the structure, beginning with number
 * FROM. Each is refused with a reason or runs within bounds; a crash or a hang is told with its number, with which it
 * comes again. Run it under the sanitizers: make mutate. The unit suite has 1,500 of them too (test_damage.c). */
#include "edict_compile.h"
#include "tests/mutate/mutation.h"
#include "vm/image.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SEEDS_MAX = 64, SECONDS_MAX = 60, FINDINGS_MAX = 20, ENCOUNTERS_MAX = 8, SMALL_BYTES = 24576 };
enum { PROGRESS = 500000 }; /* images between two signs of life */

struct seed {
    unsigned char *bytes;
    size_t size;
    char *encounters[ENCOUNTERS_MAX];
    size_t encounter_count;
};
struct counts {
    volatile uint64_t at, sealed, verifier, accepted, evaluated, answered, refused_input, limits;
    volatile uint64_t sections[SECTION_COUNT + 2];
};

static struct seed seeds[SEEDS_MAX];
static size_t seed_count;
static struct counts *counts;

static void die(const char *what, const char *why)
{
    fprintf(stderr, "mutate: %s: %s\n", what, why);
    exit(5);
}

static void seed_add(const char *path)
{
    edict_compilation *c = NULL;
    edict_error error = { 0 };
    size_t size = 0;
    if (seed_count == SEEDS_MAX || edict_compile(path, NULL, &c, &error) != EDICT_OK)
        die(path, error.message);
    const void *image = edict_compilation_image(c, &size);
    unsigned char *bytes = image ? malloc(size) : NULL;
    if (!bytes)
        die(path, "no image was made of it");
    memcpy(bytes, image, size);
    seeds[seed_count++] = (struct seed){ .bytes = bytes, .size = size };
    edict_compilation_free(c);
}

static void encounters_add(const char *path)
{
    FILE *file = seed_count ? fopen(path, "r") : NULL;
    struct seed *s = &seeds[seed_count - 1];
    size_t room = 0;
    if (!file)
        die(path, "cannot be read, or stands before a pack");
    while (s->encounter_count < ENCOUNTERS_MAX && getline(&s->encounters[s->encounter_count], &room, file) >= 0) {
        s->encounter_count++;
        room = 0;
    }
    fclose(file);
}

static void put_nothing(void *context, const char *bytes, size_t size)
{
    (void)bytes;
    *(size_t *)context += size;
}

/* Everything that can be done with an image that was accepted. */
static void program_use(const edict_program *program, const struct seed *s)
{
    edict_error error;
    edict_evaluator *e = NULL;
    size_t put = 0;
    edict_program_check(program, &error);
    edict_program_list(program, put_nothing, &put);
    edict_program_schema(program, put_nothing, &put);
    const char *values;
    for (unsigned i = 0; edict_program_policy(program, i, &values); i++)
        put += strlen(values) + (edict_program_policy_value(program, i) != NULL);
    if (edict_evaluator_new(program, NULL, &e, &error) != EDICT_OK)
        die("an evaluator", error.message);
    int answered = 0;
    for (size_t i = 0; i < s->encounter_count; i++) {
        edict_answer answer;
        edict_answers(e, s->encounters[i], strlen(s->encounters[i]));
        const edict_status status = edict_evaluate(e, s->encounters[i], strlen(s->encounters[i]), 1, &answer, &error);
        if (status == EDICT_OK) answered = 1;
        else if (status == EDICT_INPUT) counts->refused_input++;
        else if (status == EDICT_LIMIT || status == EDICT_RANGE) counts->limits++;
        else die("an evaluation", error.message);
        edict_charge charge;
        edict_finding finding;
        for (unsigned k = 0; edict_charge_at(e, k, &charge); k++) put += strlen(charge.code);
        for (unsigned k = 0; edict_finding_at(e, k, &finding); k++) put += strlen(finding.message);
    }
    counts->evaluated++;
    counts->answered += (uint64_t)answered;
    edict_evaluator_free(e);
}

/* A large image is as much work as a hundred small ones: small ones are taken, but for one image of 4. */
static const struct seed *seed_choose(uint64_t number)
{
    const uint64_t turn = number / 4;
    if (number % 4 == 0)
        return &seeds[turn % seed_count];
    for (uint64_t i = 0; i < seed_count; i++) {
        const struct seed *s = &seeds[(number - turn + i) % seed_count];
        if (s->size <= SMALL_BYTES)
            return s;
    }
    return &seeds[number % seed_count];
}

static void image_try(struct mutation *m, uint64_t number)
{
    edict_program *program = NULL;
    edict_error error = { 0 };
    const struct seed *s = seed_choose(number);
    mutation_make(m, s->bytes, s->size, number);
    counts->sections[m->section]++;
    counts->sealed += (uint64_t)m->sealed;
    alarm(SECONDS_MAX);
    const edict_status status = edict_program_load(m->bytes, m->size, &program, &error);
    /* What the header gives away is refused before there is anything to verify. */
    const int header = status != EDICT_OK && (!strcmp(error.code, "no_image") || !strcmp(error.code, "other_format") ||
        strstr(error.message, "cut off"));
    counts->verifier += !header;
    if (status == EDICT_OK) {
        counts->accepted++;
        program_use(program, s);
        edict_program_free(program);
    } else if (status != EDICT_IMAGE || !error.message[0]) {
        die("an image", "refused without a reason");
    }
}

/* In a child, from counts->at on: if it dies, the number of the image is there. */
static void child_run(uint64_t end)
{
    size_t most = 0;
    for (size_t i = 0; i < seed_count; i++)
        most = seeds[i].size > most ? seeds[i].size : most;
    struct mutation m = { .room = most + 4096 };
    m.bytes = malloc(m.room);
    if (!m.bytes)
        die("memory", "none");
    for (; counts->at < end; counts->at++) {
        image_try(&m, counts->at);
        if ((counts->at + 1) % PROGRESS == 0)
            fprintf(stderr, "mutate: image %llu of those up to %llu\n", (unsigned long long)counts->at + 1,
                (unsigned long long)end);
    }
    _exit(0);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        die("usage", "mutate COUNT FROM (PACK.edict ENCOUNTERS.ndjson...)...");
    const uint64_t count = strtoull(argv[1], NULL, 10), from = strtoull(argv[2], NULL, 10);
    for (int i = 3; i < argc; i++) {
        const char *end = strrchr(argv[i], '.');
        if (end && strcmp(end, ".edict") == 0) seed_add(argv[i]);
        else encounters_add(argv[i]);
    }
    for (size_t i = 0; i == 0 || i < seed_count; i++)
        if (!seeds[i].encounter_count)
            die("usage", "packs and encounters for each are needed");
    counts = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (counts == MAP_FAILED)
        die("memory", "none");
    unsigned findings = 0;
    const time_t began = time(NULL);
    for (counts->at = from; counts->at < from + count && findings < FINDINGS_MAX;) {
        fflush(stdout);
        const pid_t child = fork();
        int status = 0;
        if (child == 0)
            child_run(from + count);
        if (child < 0 || waitpid(child, &status, 0) < 0)
            die("a child", "cannot be made");
        if (status) {
            printf("FINDING image %llu: %s (mutate 1 %llu ...)\n", (unsigned long long)counts->at,
                WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? "it hangs" : "it crashes",
                (unsigned long long)counts->at);
            findings++;
            counts->at++;
        }
    }
    const double all = (double)(counts->at - from) / 100;
    printf("%llu images from %llu, %zu seeds, %ld s: %.1f %% re-sealed, %.1f %% reach the verifier, "
        "%.1f %% are accepted, %.1f %% evaluated (%.1f %% with an answer)\n",
        (unsigned long long)(counts->at - from), (unsigned long long)from, seed_count, (long)(time(NULL) -
        began), (double)counts->sealed / all, (double)counts->verifier / all,
        (double)counts->accepted / all, (double)counts->evaluated / all, (double)counts->answered / all);
    printf("encounters refused %llu, at a limit or out of range %llu; images by what was changed last:",
        (unsigned long long)counts->refused_input, (unsigned long long)counts->limits);
    for (unsigned i = 0; i < SECTION_COUNT + 2; i++)
        printf(" %u:%llu", i, (unsigned long long)counts->sections[i]);
    /* The shares that a campaign promises; few images say nothing about them. */
    const int low = count >= 1000 && ((double)counts->sealed / all < 40 || (double)counts->evaluated / all < 5);
    int missed = 0;
    for (unsigned i = 0; count >= 500000 && i < SECTION_COUNT; i++)
        missed += !counts->sections[i];
    printf("\n%u findings%s%s\n", findings, low ? "; TOO FEW reach the verifier (40 %) or the evaluator (5 %)" : "",
        missed ? "; SECTIONS NEVER CHANGED" : "");
    return findings || low || missed ? 1 : 0;
}
