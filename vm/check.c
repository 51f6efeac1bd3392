/* What opening leaves out because it would read the whole image: its hash, and the insides of the tables of pairs. The
 * verifier (verify.c) makes an image safe to run; this shows whether it is the one that was built. */
#include "vm/program.h"

#include <string.h>

static edict_status bad(edict_error *error, const char *what, uint32_t n)
{
    return image_error(error, EDICT_IMAGE, "damaged_image", "the image is damaged: %s %u", what, n);
}

/* Codes ascend, the slices of rows follow each other to the end, each row points to a code and a row, in order. */
static int pairs_good(const struct edict_program *p, const struct image_relation *r)
{
    const int64_t *code = (const void *)(p->pairs + r->pairs_at);
    const uint32_t *start = (const void *)(code + r->codes), *row = start + r->codes + 1;
    for (uint32_t i = 0; i < r->codes; i++)
        if (!program_value_fits(p, TYPE_CODE, code[i]) || (i && code[i] <= code[i - 1]) || start[i] > start[i + 1])
            return 0;
    if (start[0] != 0 || start[r->codes] != r->pairs)
        return 0;
    for (uint32_t i = 0; i < r->codes; i++)
        for (uint32_t k = start[i]; k < start[i + 1]; k++)
            if (row[k] >> 16 >= r->codes || (row[k] & 0xffff) >= r->rows || (k > start[i] && row[k] <= row[k - 1]))
                return 0;
    return 1;
}

edict_status edict_program_check(const edict_program *program, edict_error *error)
{
    edict_error local;
    if (!error)
        error = &local;
    *error = (edict_error){ .status = EDICT_OK };
    for (uint32_t i = 0; i < program->relation_count; i++)
        if (program->relations[i].codes && !pairs_good(program, &program->relations[i]))
            return bad(error, "pairs of relation", i);
    if (!edict_program_intact(program))
        return image_error(error, EDICT_IMAGE, "damaged_image",
            "the image is damaged: its bytes are not those that were built");
    return EDICT_OK;
}
