/* Fuzzing of images: refused with a reason, or checked, listed and run within bounds. The bytes are changes to an image
 * of ours that was compiled just now, so that a corpus does not grow old with the format: byte 0 says which image (bits
 * 0 and 1) and whether size and hash are not made right again (bit 7), then eight bytes a change: section, element (2),
 * byte of the element, how, value (3). Or they are a whole image, whose format, operations, size and hash are made
 * ours. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory.h"

#include "edict_compile.h"
#include "tests/mutate/mutation.h"
#include "vm/image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BASES = 3, ENCOUNTERS = 2, CHANGE = 8, CHANGES_MOST = 64 };
static struct base {
    const char *pack, *encounters; /* paths */
    unsigned char *image;
    size_t size;
    char lines[ENCOUNTERS][2048];
} bases[BASES] = {{.pack = "tests/sweep/sweep.edict", .encounters = "tests/sweep/sweep.ndjson"},
                  {.pack = "tests/sweep/files.edict", .encounters = "tests/sweep/sweep.ndjson"},
                  {.pack = "tests/mutate/pairs.edict", .encounters = "tests/mutate/pairs.ndjson"}};

/* A table of many pairs, so that its rows stand in the image packed. */
static void pairs_make(void)
{
    static char text[128 * 1024];
    size_t at = (size_t)sprintf(text, "column_1,column_2\n");
    for (int i = 0; i < 5000; i++)
        at += (size_t)sprintf(text + at, "A%04d,B%04d\n", i % 70, (i * 7 + i / 70) % 90);
    memory_file("tests/mutate/pairs.csv", text, at);
}

static void base_make(struct base *b)
{
    edict_compilation *c = NULL;
    edict_error error;
    if (edict_compile(b->pack, NULL, &c, &error) != EDICT_OK) abort();
    const void *image = edict_compilation_image(c, &b->size);
    if (!image || !(b->image = malloc(b->size))) abort();
    memcpy(b->image, image, b->size);
    edict_compilation_free(c);
    FILE *f = fopen(b->encounters, "r");
    for (int i = 0; i < ENCOUNTERS && f && fgets(b->lines[i], sizeof b->lines[i], f); i++) {}
    if (!f || fclose(f) || !*b->lines[0]) abort();
}

static void put_nothing(void *context, const char *bytes, size_t size)
{
    (void)bytes;
    *(size_t *)context += size;
}

static void image_try(const unsigned char *image, size_t size, const struct base *b)
{
    edict_program *program = NULL;
    edict_evaluator *e = NULL;
    edict_error error;
    edict_answer answer;
    size_t put = 0;
    if (edict_program_load(image, size, &program, &error) != EDICT_OK) {
        if (!error.message[0]) abort();
        return;
    }
    edict_program_check(program, &error);
    edict_program_list(program, put_nothing, &put);
    edict_program_schema(program, put_nothing, &put);
    edict_program_cost(program, put_nothing, &put);
    if (edict_evaluator_new(program, NULL, &e, &error) == EDICT_OK) {
        for (int i = 0; i < ENCOUNTERS && b->lines[i][0]; i++) {
            edict_answers(e, b->lines[i], strlen(b->lines[i]));
            edict_evaluate(e, b->lines[i], strlen(b->lines[i]), 1, &answer, &error);
        }
        edict_evaluator_free(e);
    }
    edict_program_free(program);
}

/* One change of `size` bytes at most: a value is put there, added to what is there, or taken from another element. */
static void change(unsigned char *image, size_t size, const uint8_t *how)
{
    const struct image_header *h = (const void *)image;
    const unsigned section = how[0] % (SECTION_COUNT + 1);
    struct image_slice s = {0, sizeof *h};
    size_t each = 4;
    if (section < SECTION_COUNT) {
        s = h->sections[section];
        each = mutation_element(section);
    }
    if (s.offset > size || s.size > size - s.offset || s.size < each) return;
    const size_t count = s.size / each, element = (how[1] | (size_t)how[2] << 8) % count;
    const size_t at = s.offset + element * each + how[3] % each;
    size_t width = (size_t)1 << (how[4] & 3);
    const uint32_t raw = how[5] | (uint32_t)how[6] << 8 | (uint32_t)how[7] << 16;
    const int64_t value = (int64_t)raw - (raw & 0x800000 ? 0x1000000 : 0);
    uint64_t word = 0;
    if (width > s.offset + s.size - at) width = 1;
    memcpy(&word, image + at, width);
    switch (how[4] >> 2 & 3) {
    case 0: word = (uint64_t)value; break;
    case 1: word += (uint64_t)value; break;
    case 2: word ^= (uint64_t)1 << (raw & 63); break;
    default: {
        const size_t other = s.offset + raw % count * each + how[3] % each;
        if (width <= s.offset + s.size - other) memcpy(&word, image + other, width);
    }
    }
    memcpy(image + at, &word, width);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (!bases[0].image) {
        pairs_make();
        for (int i = 0; i < BASES; i++) base_make(&bases[i]);
    }
    if (!size) return 0;
    const struct base *b = &bases[(bytes[0] & 3) % BASES];
    const int whole = bytes[0] == 0x89; /* as images begin */
    if (whole) b = &bases[0];
    struct mutation m = {.size = whole ? size : b->size};
    if (!(m.bytes = malloc(m.size))) abort();
    memcpy(m.bytes, whole ? bytes : b->image, m.size);
    if (whole && size >= sizeof(struct image_header)) {
        const struct image_header *ours = (const void *)b->image;
        struct image_header *h = (void *)m.bytes;
        h->format = ours->format;
        h->ops = ours->ops;
        mutation_seal(&m);
    }
    for (size_t i = 1; !whole && i + CHANGE <= size && i < 1 + CHANGE * CHANGES_MOST; i += CHANGE)
        change(m.bytes, m.size, bytes + i);
    if (!whole && !(bytes[0] & 0x80)) mutation_seal(&m);
    image_try(m.bytes, m.size, b);
    free(m.bytes);
    return 0;
}
