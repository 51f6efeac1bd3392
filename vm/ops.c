/* The table of instructions as data, its fingerprint, and the walk over operands that verifier and disassembler share.
 */
#include "vm/program.h"

#include <string.h>
#include <xxhash.h>

const struct op_info op_infos[OP_CODES] = {
#define OP(name, operands, types, what) { #name, operands, types, what },
#include "vm/ops.def"
#undef OP
};

uint32_t ops_fingerprint(void)
{
    static const char lines[] =
#define OP(name, operands, types, what) #name " " operands "\n"
#include "vm/ops.def"
#undef OP
        ;
    return (uint32_t)XXH3_64bits(lines, sizeof lines - 1);
}

struct walk {
    const uint32_t *end;
    const char *layout;
    int (*visit)(void *context, const struct operand *operand);
    void *context;
    struct operand now;
};

static const char *layout_group_end(const char *layout)
{
    for (int depth = 1; depth; layout++)
        depth += (*layout == '(') - (*layout == ')');
    return layout;
}

static int walk_show(struct walk *w, const char *layout, const uint32_t *word)
{
    w->now.letter = *layout;
    w->now.place = (uint32_t)(layout - w->layout);
    w->now.word = word;
    return w->visit(w->context, &w->now);
}

/* The operands of `layout` up to its end or closing parenthesis; NULL: they do not fit or `visit` had enough. */
static const uint32_t *walk_part(struct walk *w, const char *layout, const uint32_t *at)
{
    for (; *layout && *layout != ')'; layout++) {
        size_t words = *layout == 'A' ? 3 : 1;
        if ((size_t)(w->end - at) < words || !walk_show(w, layout, at))
            return NULL;
        if (*layout != '(') {
            at += words;
            continue;
        }
        uint32_t count = *at++, depth = w->now.depth++;
        for (uint32_t i = 0; i < count; i++) {
            w->now.number[depth] = i;
            if (!(at = walk_part(w, layout + 1, at)))
                return NULL;
        }
        w->now.depth = depth;
        layout = layout_group_end(layout + 1) - 1;
        if (!walk_show(w, layout, at))
            return NULL;
    }
    return at;
}

int layout_walk(const char *layout, const uint32_t *at, const uint32_t *end,
    int (*visit)(void *context, const struct operand *operand), void *context)
{
    struct walk w = { .end = end, .layout = layout, .visit = visit, .context = context };
    return walk_part(&w, layout, at) == end;
}
