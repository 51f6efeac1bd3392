/* Fuzzing of rules and encounters together: the bytes make the choices of the generator of random packs and encounters
 * (tests/oracle), so that what is mutated is a choice. The VM answers as the reference evaluator does, byte for byte;
 * where not, pack, encounter and both answers are printed. Bytes 0 to 3: what follows when the others are used up;
 * byte 4: how many of the rest are the pack's, in 256ths; the encounters have the others. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory.h"
#include "tests/oracle/differ.h"

#include <stdio.h>
#include <stdlib.h>

static struct buffer base, payer, report;

static int answer_ask(void *context, struct subject *s, const struct buffer *json)
{
    (void)context;
    if (subject_ask(s, json->at, json->size, &report)) return 1;
    fprintf(stderr, "---- base.edict\n%s", base.at);
    if (payer.size) fprintf(stderr, "---- payer.edict\n%s", payer.at);
    fprintf(stderr, "---- the answers differ%s\n%s", s->together ? ", several at once" : "", report.at);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    enum { HEAD = 5 };
    struct subject s;
    uint64_t tail = 0;
    for (size_t i = 0; i < 4 && i < size; i++) tail = tail << 8 | bytes[i];
    const size_t rest = size > HEAD ? size - HEAD : 0, packs = rest ? rest * bytes[4] >> 8 : 0;
    const uint8_t *at = bytes + size - rest;
    if (!base.ceiling) {
        buffer_init(&base, 0);
        buffer_init(&payer, 0);
        buffer_init(&report, 0);
    }
    struct random r = {.state = tail, .at = at, .end = at + packs};
    const char *path = "base.edict";
    pack_make(&r, &base);
    memory_file(path, base.at, base.size);
    buffer_clear(&payer);
    if (random_one_in(&r, 4)) {
        payer_make(&r, &base, "base.edict", &payer);
        path = "payer.edict";
        memory_file(path, payer.at, payer.size);
    }
    r.at = at + packs;
    r.end = at + rest;
    const int open = subject_open(&s, path, NULL, 0);
    if (open < 0) abort(); /* rules are accepted, and their image refused */
    if (!open) return 0;
    dozen_make(&s, &r, 1 + random_below(&r, DOZEN), answer_ask, NULL);
    subject_close(&s);
    return 0;
}
