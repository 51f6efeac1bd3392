/* The answer's JSON: head, lists of charges with what stands behind them, findings. Same facts, same bytes. */
#include "vm/result.h"

#include <string.h>

void put_cites(struct edict_evaluator *e, struct buffer *out, const uint32_t *rows, uint32_t count)
{
    const struct edict_program *p = e->program;
    struct wording *w = input_of(e)->wording;
    int first = 1;
    const uint32_t turn = wording_turn(&w->generation, w->met, p->cite_count);
    buffer_byte(out, '[');
    for (uint32_t i = 0; i < count; i++) {
        const struct image_row *row = &p->rows[rows[i]];
        const struct image_item *item = &p->items[row->item];
        uint32_t at = row->cites ? row->cites_at : item->cites_at, n = row->cites ? row->cites : item->cites;
        for (uint32_t k = 0; k < n; k++) {
            uint32_t cite = p->cite_refs[at + k];
            if (w->met[cite] == turn) continue;
            w->met[cite] = turn;
            if (!first) buffer_add(out, ", ", 2);
            first = 0;
            put_piece(out, w, w->cites[cite]);
        }
    }
    buffer_byte(out, ']');
}

/* What stands behind these rows was told before, with the same bytes: where. NULL: it was not, and `slot` is for it. */
static const char *tail_known(const struct wording *w, uint64_t hash, struct tail **slot)
{
    struct tails *t = w->tails;
    const size_t rows = w->because_count * sizeof *w->because;
    *slot = &t->slots[hash >> (64 - TAIL_BITS)];
    if ((*slot)->rows != w->because_count) return NULL;
    const char *at = t->bytes + (*slot)->at;
    return memcmp(at, w->because, rows) == 0 ? at + rows : NULL;
}

static void tail_keep(const struct wording *w, struct tail *slot, const char *at, size_t size)
{
    struct tails *t = w->tails;
    const size_t rows = w->because_count * sizeof *w->because;
    if (rows + size > TAIL_BYTES / 64) return;
    if (t->size + rows + size > TAIL_BYTES) {
        memset(t->slots, 0, sizeof t->slots);
        t->size = 0;
    }
    *slot = (struct tail){ w->because_count, (uint32_t)size, t->size };
    memcpy(t->bytes + t->size, w->because, rows);
    memcpy(t->bytes + t->size + rows, at, size);
    t->size += (uint32_t)(rows + size);
}

/* `, "because": […], "cite": […]` of the rows that were gathered. */
static char *store_because(struct edict_evaluator *e, struct buffer *out, char *to)
{
    struct wording *w = input_of(e)->wording;
    struct tail *slot;
    uint64_t hash = ~(uint64_t)w->because_count;
    for (uint32_t i = 0; i < w->because_count; i++) hash = (hash ^ w->because[i]) * 0x9E3779B97F4A7C15u ^ hash >> 29;
    const char *told = tail_known(w, hash, &slot);
    if (told) {
        if (!store_more(out, &to, slot->size, STORE_CHARGE)) return to;
        return (char *)memcpy(to, told, slot->size) + slot->size;
    }
    buffer_close(out, to);
    const size_t from = out->size;
    put_name(out, "because");
    buffer_byte(out, '[');
    for (uint32_t i = 0; i < w->because_count; i++) {
        if (i) buffer_add(out, ", ", 2);
        put_piece(out, w, w->rows[w->because[i]]);
    }
    buffer_byte(out, ']');
    put_name(out, "cite");
    put_cites(e, out, w->because, w->because_count);
    if (!out->failed) tail_keep(w, slot, out->at + from, out->size - from);
    return store_reopen(out, from, STORE_CHARGE);
}

/* `, "services": […]` of the chain of charges that starts at `first`, whose rows are gathered on the way. */
static char *store_behind(struct edict_evaluator *e, struct buffer *out, char *to, uint32_t first)
{
    struct wording *w = input_of(e)->wording;
    const uint32_t shown = e->program->header->source_shown;
    struct marks marks = { { 0 } };
    uint32_t count = 0;
    wording_turn(&w->telling, w->told, e->program->row_count);
    w->because_count = 0;
    for (uint32_t c = first; c != NONE; c = e->charges[c].next) {
        if (shown != NONE) count += behind_collect(e, shown, e->charges[c].domain, e->charges[c].record, &marks);
        because_gather(e, w, &e->charges[c]);
    }
    if (shown == NONE) return to;
    to = store_ready(out, to, STORE_CHARGE, w, w->services);
    to = store_records(e, out, to, STORE_CHARGE, shown, &marks, count);
    *to = ']';
    return to + 1;
}

void put_tail(struct edict_evaluator *e, struct buffer *out, uint32_t first)
{
    char *to = buffer_open(out, STORE_CHARGE);
    if (!to) return;
    buffer_close(out, store_because(e, out, store_behind(e, out, to, first)));
}

static void put_standing(struct edict_evaluator *e, struct buffer *out, const struct standing *s)
{
    put_first(out, "code");
    put_code(out, s->code);
    put_name(out, "units");
    buffer_int(out, s->units);
    put_name(out, "modifiers");
    buffer_byte(out, '[');
    for (uint32_t i = 0; i < s->modifier_count; i++) {
        if (i) buffer_text(out, ", ");
        put_code(out, s->modifiers[i]);
    }
    buffer_byte(out, ']');
    put_name(out, "date");
    char date[STORE_VALUE];
    buffer_add(out, date, (size_t)(store_date(input_of(e)->wording, date, s->date) - date));
    struct text tail = worlds_tail(e, s);
    buffer_add(out, tail.at, tail.size);
}

static char *store_final(struct edict_evaluator *e, struct buffer *out, char *to, const struct final_charge *f)
{
    to = store_charge(e, out, to, STORE_CHARGE, f->code, f->units, f->modifiers);
    to = store(to, ", \"date\": ");
    to = store_date(input_of(e)->wording, to, f->date);
    return store_because(e, out, store_behind(e, out, to, f->first));
}

/* A list of charges: those that stand in every world, or those of the lane. Once there is no room nothing more is
 * stored than what there was room for. */
static char *store_list(struct edict_evaluator *e, struct buffer *out, char *to, uint32_t list, int empty)
{
    uint32_t count = 0;
    const struct standing *standing = worlds_standing(e, &count);
    const struct wording *w = input_of(e)->wording;
    if (out->failed) return to;
    to = store_ready(out, to, STORE_CHARGE, w, w->lists[list]);
    uint32_t n = 0, i = standing ? 0 : e->final_firsts[e->lane];
    if (!standing) count = e->final_firsts[e->lane + 1];
    for (; i < count && !empty && !out->failed; i++) {
        if ((standing ? standing[i].list : e->finals[i].list) != list) continue;
        to = n++ ? store(to, ", {") : store(to, "{");
        if (standing) {
            const size_t at = (size_t)(to - out->at);
            buffer_close(out, to);
            put_standing(e, out, &standing[i]);
            to = store_reopen(out, at, STORE_CHARGE);
        } else {
            to = store_final(e, out, to, &e->finals[i]);
        }
        to = store(to, "}");
    }
    return store(to, "]");
}

static void put_findings(struct edict_evaluator *e, struct buffer *out, edict_answer *answer)
{
    const struct holds *h = holds_of(e);
    uint32_t n = 0, kind;
    for (uint32_t i = e->finding_firsts[e->lane]; h && i < e->finding_firsts[e->lane + 1]; i++) {
        const struct finding *f = &e->findings[i];
        if (f->kind != FIND_HOLD || f->why == 0) {
            if (n++) buffer_text(out, ", ");
            put_finding(e, out, f);
            if (f->kind < EDICT_KINDS) answer->findings[f->kind]++;
            continue;
        }
        for (uint32_t k = 0; k < h->count; k++) {
            if (h->list[k].finding != i || (h->list[k].fact != NONE && !h->list[k].count)) continue;
            if (hold_is_repeated(e, k)) continue;
            if (n++) buffer_text(out, ", ");
            put_hold(e, out, k);
            answer->findings[EDICT_HOLD]++;
        }
    }
    for (uint32_t i = 0;; i++) {
        struct text t = worlds_finding(e, i, &kind);
        if (!t.size) break;
        if (n++) buffer_text(out, ", ");
        buffer_add(out, t.at, t.size);
        if (kind < EDICT_KINDS) answer->findings[kind]++;
    }
}

int lane_held(const struct edict_evaluator *e, uint32_t lane)
{
    for (uint32_t i = e->finding_firsts[lane]; i < e->finding_firsts[lane + 1]; i++)
        if (e->findings[i].kind == FIND_HOLD) return 1;
    return 0;
}

void result_write(struct edict_evaluator *e, edict_answer *answer, int no_rules)
{
    const struct edict_program *p = e->program;
    struct buffer *out = &e->out;
    struct wording *w = input_of(e)->wording;
    const struct column *date = &e->columns[p->header->date_register];
    *answer = (edict_answer){ .no_rules = no_rules };
    const uint32_t lane = lane_cell(date, e->lane);
    answer->held = !no_rules && lane_held(e, e->lane);
    if (answer->held && !holds_gather(e)) return;
    buffer_clear(out);
    char *to = buffer_open(out, STORE_CHARGE);
    if (!to) return;
    to = store(to, "{\"encounter\": ");
    to = p->domains[0].known == NONE ? store(to, "null") : store_known(e, out, to, STORE_CHARGE, 0, e->lane);
    to = store_ready(out, to, STORE_CHARGE, w, w->head);
    to = date->w && date->w[lane] ? store(to, "null") : store_date(w, to, date->v[lane]);
    to = no_rules ? store(to, ", \"status\": \"no_rules\"") : answer->held ? store(to, ", \"status\": \"held\"") :
        store(to, ", \"status\": \"complete\"");
    for (uint32_t list = 0; list < p->list_count; list++) to = store_list(e, out, to, list, no_rules);
    to = store(to, ", \"findings\": [");
    buffer_close(out, to);
    e->findings_at = out->size;
    if (!no_rules) put_findings(e, out, answer);
    buffer_text(out, "]}");
    answer->json = out->at;
    answer->size = out->size;
}

void result_error(struct edict_evaluator *e, uint64_t line, const edict_error *error, edict_answer *answer)
{
    struct buffer *out = &e->out;
    const struct { const char *key, *text; } parts[] = {
        { "code", error->code }, { "message", error->message }, { "pointer", error->pointer }, { "expected",
            error->expected }, { "found", error->found } };
    *answer = (edict_answer){ 0 };
    e->findings_at = 0;
    buffer_clear(out);
    buffer_text(out, "{\"error\": {");
    for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++) {
        put_key(out, parts[i].key, i == 0);
        buffer_json(out, parts[i].text, strlen(parts[i].text));
    }
    buffer_printf(out, "}, \"line\": %llu, \"offset\": %llu}", (unsigned long long)line,
        (unsigned long long)error->offset);
    answer->json = out->at;
    answer->size = out->size;
}
