/* The pieces of an answer that are the same every time, ready as JSON: the head, the names of rows, the keys of
 * citations. */
#include "base/date.h"
#include "vm/result.h"

#include <stdlib.h>

static struct piece piece_end(const struct buffer *b, size_t from)
{
    return (struct piece){ (uint32_t)from, (uint32_t)(b->size - from) };
}

/* `, "key": [` */
static struct piece list_open(struct buffer *b, const char *key)
{
    const size_t from = b->size;
    put_key(b, key, 0);
    buffer_byte(b, '[');
    return piece_end(b, from);
}

/* `, "key": ` */
static struct piece key_piece(struct buffer *b, const char *front, const char *key)
{
    const size_t from = b->size;
    buffer_printf(b, ", \"%s%s\": ", front, key);
    return piece_end(b, from);
}

/* Single records are named before lists. */
static int subjects_new(struct wording *w, const struct edict_program *p)
{
    w->subjects = calloc(p->domain_count, sizeof *w->subjects);
    for (uint32_t listed = 0; w->subjects && listed < 2; listed++)
        for (uint32_t i = 0; i < p->domain_count; i++) {
            const struct image_domain *d = &p->domains[i];
            if (d->kind != DOMAIN_LIST || (d->known_as == 0) != listed) continue;
            struct subject *s = &w->subjects[w->subject_count++];
            *s = (struct subject){ .domain = i, .listed = listed };
            const uint32_t fact = d->known == NONE ? NONE : fact_of_register(p, d->known);
            const char *name = program_string(p, fact == NONE ? d->name : p->facts[fact].name);
            s->key = listed ? list_open(&w->bytes, program_string(p, d->key)) : key_piece(&w->bytes, "", name);
            if (!listed) s->other = key_piece(&w->bytes, "other_", name);
        }
    return w->subjects != NULL;
}

/* From the end of a finding's message on. Made apart: citations are pieces of the wording themselves. */
static struct piece foot_piece(struct edict_evaluator *e, struct buffer *b, size_t from, uint32_t row)
{
    struct buffer *foot = &input_of(e)->words;
    buffer_clear(foot);
    buffer_byte(foot, '"');
    put_name(foot, "cite");
    put_cites(e, foot, &row, 1);
    buffer_byte(foot, '}');
    if (foot->failed) b->failed = foot->failed;
    buffer_add(b, foot->at, foot->size);
    return piece_end(b, from);
}

/* The parts of a FIND's message around its operands {0}, {1} …, and what comes then. Returns their number. */
static uint32_t said_new(struct edict_evaluator *e, struct buffer *b, const uint32_t *find, struct said *said,
    uint32_t *size)
{
    const struct edict_program *p = e->program;
    const uint32_t row = find[1], message = find[5], operands = find[6];
    const char *at = program_string(p, message), *end = at + p->strings[message].size, *done = at;
    size_t from = b->size;
    uint32_t count = 0;
    *size = p->strings[message].size;
    put_name(b, "message");
    buffer_byte(b, '"');
    for (; at < end; at++) {
        if (*at != '{') continue;
        const char *digit = at + 1;
        uint32_t n = 0;
        while (digit < end && *digit >= '0' && *digit <= '9' && n < 1000) n = n * 10 + (uint32_t)(*digit++ - '0');
        if (digit == at + 1 || digit >= end || *digit != '}' || n >= operands) continue;
        buffer_escaped(b, done, (size_t)(at - done));
        said[count++] = (struct said){ piece_end(b, from), n };
        from = b->size;
        *size -= (uint32_t)(digit + 1 - at);
        at = digit;
        done = digit + 1;
    }
    buffer_escaped(b, done, (size_t)(end - done));
    said[count++] = (struct said){ foot_piece(e, b, from, row), NONE };
    return count;
}

/* So many operands a message may name, and one. */
static size_t said_most(const struct edict_program *p, uint32_t message)
{
    size_t n = 1;
    for (uint32_t i = 0; i < p->strings[message].size; i++) n += program_string(p, message)[i] == '{';
    return n;
}

static struct piece head_piece(struct buffer *b, const struct edict_program *p, uint32_t kind, uint32_t row)
{
    const size_t from = b->size;
    buffer_printf(b, "{\"kind\": \"%s\", \"rule\": ", kind_word(kind));
    put_string(b, p, p->items[p->rows[row].item].name);
    return piece_end(b, from);
}

static int finds_new(struct edict_evaluator *e, struct wording *w)
{
    const struct edict_program *p = e->program;
    struct buffer *b = &w->bytes;
    size_t finds = 0, said = 0;
    for (uint32_t at = 0; at < p->code_size; at += p->code[at] >> 8) {
        if ((p->code[at] & 0xff) != OP_CODE_FIND) continue;
        said += said_most(p, p->code[at + 5]);
        finds++;
    }
    w->finds = calloc(finds + 1, sizeof *w->finds);
    w->said = calloc(said + 1, sizeof *w->said);
    w->find_at = calloc((size_t)p->code_size + 1, sizeof *w->find_at);
    if (!w->finds || !w->said || !w->find_at) return 0;
    finds = said = 0;
    for (uint32_t at = 0; at < p->code_size; at += p->code[at] >> 8) {
        if ((p->code[at] & 0xff) != OP_CODE_FIND) continue;
        const uint32_t row = p->code[at + 1];
        struct find *x = &w->finds[finds];
        w->find_at[at] = (uint32_t)finds++;
        x->head = head_piece(b, p, p->code[at + 2], row);
        x->review = head_piece(b, p, FIND_REVIEW, row);
        x->foot = foot_piece(e, b, b->size, row);
        x->said_at = (uint32_t)said;
        said += said_new(e, b, p->code + at, w->said + said, &x->said_size);
    }
    return 1;
}

int wording_new(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    struct wording *w = input_of(e)->wording = calloc(1, sizeof *w);
    if (!w) return 0;
    struct buffer *b = &w->bytes;
    buffer_init(b, (size_t)1 << 30);
    w->rows = calloc((size_t)p->row_count + 1, sizeof *w->rows);
    w->cites = calloc((size_t)p->cite_count + 1, sizeof *w->cites);
    w->met = calloc((size_t)p->cite_count + 1, sizeof *w->met);
    w->lists = calloc((size_t)p->list_count + 1, sizeof *w->lists);
    w->told = calloc((size_t)p->row_count + 1, sizeof *w->told);
    w->because = calloc((size_t)p->row_count + 1, sizeof *w->because);
    w->places = calloc((size_t)p->row_count + 1, sizeof *w->places);
    w->tails = calloc(1, sizeof *w->tails);
    if (!w->rows || !w->cites || !w->met || !w->lists || !w->told || !w->because || !w->places || !w->tails) return 0;
    for (uint32_t i = 0; i < p->list_count; i++) w->lists[i] = list_open(b, program_string(p, p->lists[i]));
    const uint32_t shown = p->header->source_shown;
    if (shown != NONE) w->services = list_open(b, program_string(p, p->domains[shown].key));
    for (uint32_t i = 0; i < p->row_count; i++) {
        const size_t from = b->size;
        buffer_byte(b, '"');
        put_rule(b, p, i);
        buffer_byte(b, '"');
        w->rows[i] = piece_end(b, from);
    }
    for (uint32_t i = 0; i < p->cite_count; i++) {
        const size_t from = b->size;
        put_string(b, p, p->cites[i].key);
        w->cites[i] = piece_end(b, from);
    }
    if (!subjects_new(w, p) || !finds_new(e, w)) return 0;
    date_text(0, w->day_text + 1);
    w->day_text[0] = w->day_text[11] = '"';
    const size_t from = b->size;
    buffer_printf(b, ", \"pack\": \"%s@%s\", \"rules\": \"%s\", \"image\": \"%s\", \"date\": ",
        program_string(p, p->header->pack_name), program_string(p, p->header->pack_version), p->rules_hex,
        p->image_hex);
    w->head = piece_end(b, from);
    buffer_open(b, STORE_OVER); /* read beyond what is there */
    return !b->failed;
}

void wording_free(struct edict_evaluator *e)
{
    struct wording *w = input_of(e)->wording;
    if (!w) return;
    free(w->rows);
    free(w->cites);
    free(w->met);
    free(w->lists);
    free(w->told);
    free(w->because);
    free(w->places);
    free(w->entries);
    free(w->tails);
    free(w->subjects);
    free(w->finds);
    free(w->find_at);
    free(w->said);
    buffer_free(&w->bytes);
    free(w);
    input_of(e)->wording = NULL;
}
