/* What opening leaves out because it would read the whole image: its hash, and the insides of the tables of pairs. The
 * verifier (verify.c) makes an image safe to run; this shows whether it is the one that was built. */
#include "vm/code_pairs.h"
#include "vm/program.h"

#include <string.h>

static edict_status bad(edict_error *error, const char *what, uint32_t n)
{
    return image_error(error, EDICT_IMAGE, "damaged_image", "the image is damaged: %s %u", what, n);
}

/* The bits of a first code are as many as its rows want, and of each row both are set. */
static int filter_good(const struct code_pairs_layout *l, uint32_t i)
{
    const uint32_t from = l->filter_starts[i], words = filter_bits(l->starts[i + 1] - l->starts[i]) / 64;
    for (uint32_t k = l->starts[i]; k < l->starts[i + 1]; k++) {
        const uint32_t mark = l->rows[k] >> 16, shift = filter_shift(words);
        if (~l->filter[from + filter_word(mark, shift)] & filter_mask(mark, shift))
            return 0;
    }
    return 1;
}

static int index_good(const struct code_pairs_layout *l)
{
    for (uint32_t i = 0; i < l->count; i++)
        if (code_number(l, l->codes[i]) != i)
            return 0;
    return 1;
}

/* Codes ascend, the slices of rows follow each other to the end, each row points to a code and a row, in order; what
 * serves to find them finds them. */
static int pairs_good(const struct edict_program *p, const struct image_relation *r)
{
    const struct code_pairs_layout l = code_pairs_layout(p->pairs, r);
    const int64_t *code = l.codes;
    const uint32_t *start = l.starts, *row = l.rows, *words = l.filter_starts;
    for (uint32_t i = 0; i < r->codes; i++)
        if (!program_value_fits(p, TYPE_CODE, code[i]) || (i && code[i] <= code[i - 1]) || start[i] > start[i + 1])
            return 0;
    if (start[0] != 0 || start[r->codes] != r->pairs || words[0] != 0 || words[r->codes] != r->filter_words)
        return 0;
    for (uint32_t i = 0; i < r->codes; i++)
        if (words[i + 1] < words[i] || words[i + 1] - words[i] != filter_bits(start[i + 1] - start[i]) / 64)
            return 0;
    for (uint32_t i = 0; i < r->codes; i++)
        for (uint32_t k = start[i]; k < start[i + 1]; k++)
            if (code_of_mark(row[k] >> 16) >= r->codes || (row[k] & 0xffff) >= r->rows ||
                (k > start[i] && row[k] <= row[k - 1]))
                return 0;
    for (uint32_t i = 0; i < r->codes; i++)
        if (!filter_good(&l, i))
            return 0;
    return index_good(&l);
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
