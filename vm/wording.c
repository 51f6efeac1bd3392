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
    free(w->tails);
    buffer_free(&w->bytes);
    free(w);
    input_of(e)->wording = NULL;
}
