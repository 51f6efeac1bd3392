/* The answer's JSON: head, lists of charges with what stands behind them, findings. Same facts, same bytes. */
#include "vm/emit.h"
#include "vm/result.h"

#include <string.h>

static int row_add(struct edict_evaluator *e, struct holds *h, uint32_t row)
{
    for (uint32_t i = 0; i < h->row_count; i++)
        if (h->rows[i] == row) return 1;
    void *pool = h->rows;
    int ok = pool_room(e, &pool, &h->row_room, h->row_count + 1, sizeof *h->rows);
    h->rows = pool;
    if (!ok) return 0;
    h->rows[h->row_count++] = row;
    return 1;
}

/* The trace row in a cell. */
static void row_cell(struct edict_evaluator *e, struct holds *h, uint32_t reg, uint32_t record)
{
    const struct column *c = &e->columns[reg];
    uint32_t i = e->program->registers[reg].domain ? record : 0;
    if (i >= c->n || (c->w && c->w[i]) || c->v[i] < 0 || c->v[i] >= (int64_t)e->program->row_count) return;
    row_add(e, h, (uint32_t)c->v[i]);
}

static uint32_t because_at(const struct input *in, uint32_t emit)
{
    uint32_t low = 0, high = in->emit_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (in->emits[middle].at < emit) low = middle + 1;
        else high = middle;
    }
    return low < in->emit_count && in->emits[low].at == emit ? in->emits[low].because : NONE;
}

/* All rules behind one charge: its bill row, then what its bill names. */
static void rows_gather(struct edict_evaluator *e, struct holds *h, const struct charge *c)
{
    const struct edict_program *p = e->program;
    uint32_t at = because_at(input_of(e), c->emit);
    row_add(e, h, c->row);
    for (uint32_t i = 0; i < c->effect_count; i++) row_add(e, h, c->effects[i]);
    if (at == NONE) return;
    for (uint32_t i = 0; i < p->code[at]; i++) {
        const uint32_t *entry = &p->code[at + 1 + 3 * i];
        const uint32_t mode = entry[0] & 0xff, only = entry[0] >> 8;
        if (only && only - 1 != c->row) continue;
        if (mode != BECAUSE_MEMBERS) {
            row_cell(e, h, entry[2], mode == BECAUSE_SELF ? c->record : 0);
            continue;
        }
        const struct column *link = &e->columns[entry[1]];
        for (uint32_t r = 0; r < link->n; r++)
            if (link->v[r] == (int64_t)c->record && !(link->w && link->w[r])) row_cell(e, h, entry[2], r);
    }
}

void put_cites(struct edict_evaluator *e, struct buffer *out, const uint32_t *rows, uint32_t count)
{
    const struct edict_program *p = e->program;
    int first = 1;
    buffer_byte(out, '[');
    for (uint32_t i = 0; i < count; i++) {
        const struct image_row *row = &p->rows[rows[i]];
        const struct image_item *item = &p->items[row->item];
        uint32_t at = row->cites ? row->cites_at : item->cites_at, n = row->cites ? row->cites : item->cites;
        for (uint32_t k = 0; k < n; k++) {
            uint32_t cite = p->cite_refs[at + k];
            int seen = 0;
            for (uint32_t j = 0; j <= i && !seen; j++) {
                const struct image_row *r = &p->rows[rows[j]];
                const struct image_item *t = &p->items[r->item];
                uint32_t from = r->cites ? r->cites_at : t->cites_at, m = j == i ? k : r->cites ? r->cites : t->cites;
                for (uint32_t q = 0; q < m && !seen; q++) seen = p->cite_refs[from + q] == cite;
            }
            if (seen) continue;
            if (!first) buffer_text(out, ", ");
            first = 0;
            put_string(out, p, p->cites[cite].key);
        }
    }
    buffer_byte(out, ']');
}

void put_tail(struct edict_evaluator *e, struct buffer *out, uint32_t first)
{
    const struct edict_program *p = e->program;
    struct holds *h = holds_of(e);
    uint32_t shown = p->header->source_shown;
    if (!h) return;
    h->row_count = 0;
    memset(h->shown, 0, sizeof h->shown);
    for (uint32_t c = first; c != NONE; c = e->charges[c].next) {
        if (shown != NONE) behind_collect(e, shown, e->charges[c].domain, e->charges[c].record, h->shown);
        rows_gather(e, h, &e->charges[c]);
    }
    if (shown != NONE) {
        put_key(out, program_string(p, p->domains[shown].key), 0);
        put_records(e, out, shown, h->shown);
    }
    put_key(out, "because", 0);
    buffer_byte(out, '[');
    for (uint32_t i = 0; i < h->row_count; i++) {
        buffer_text(out, i ? ", \"" : "\"");
        put_rule(out, p, h->rows[i]);
        buffer_byte(out, '"');
    }
    buffer_byte(out, ']');
    put_key(out, "cite", 0);
    put_cites(e, out, h->rows, h->row_count);
}

static void put_charge_head(struct buffer *out, int64_t code, int64_t units)
{
    put_key(out, "code", 1);
    put_code(out, code);
    put_key(out, "units", 0);
    buffer_int(out, units);
    put_key(out, "modifiers", 0);
}

static void put_standing(struct edict_evaluator *e, struct buffer *out, const struct standing *s)
{
    put_charge_head(out, s->code, s->units);
    buffer_byte(out, '[');
    for (uint32_t i = 0; i < s->modifier_count; i++) {
        if (i) buffer_text(out, ", ");
        put_code(out, s->modifiers[i]);
    }
    buffer_byte(out, ']');
    put_key(out, "date", 0);
    put_date(out, s->date);
    struct text tail = worlds_tail(e, s);
    buffer_add(out, tail.at, tail.size);
}

static void put_final(struct edict_evaluator *e, struct buffer *out, const struct final_charge *f)
{
    put_charge_head(out, f->code, f->units);
    put_codes(e, out, f->modifiers);
    put_key(out, "date", 0);
    put_date(out, f->date);
    put_tail(e, out, f->first);
}

static void put_list(struct edict_evaluator *e, struct buffer *out, uint32_t list, int empty)
{
    const struct edict_program *p = e->program;
    uint32_t standing_count = 0, n = 0;
    const struct standing *standing = worlds_standing(e, &standing_count);
    put_key(out, program_string(p, p->lists[list]), 0);
    buffer_byte(out, '[');
    uint32_t count = empty ? 0 : standing ? standing_count : e->final_count;
    for (uint32_t i = 0; i < count; i++) {
        if ((standing ? standing[i].list : e->finals[i].list) != list) continue;
        buffer_text(out, n++ ? ", {" : "{");
        if (standing) put_standing(e, out, &standing[i]);
        else put_final(e, out, &e->finals[i]);
        buffer_byte(out, '}');
    }
    buffer_byte(out, ']');
}

static void put_findings(struct edict_evaluator *e, struct buffer *out, edict_answer *answer)
{
    const struct holds *h = holds_of(e);
    uint32_t n = 0, kind;
    for (uint32_t i = 0; h && i < e->finding_count; i++) {
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

void result_write(struct edict_evaluator *e, edict_answer *answer, int no_rules)
{
    const struct edict_program *p = e->program;
    const struct image_header *header = p->header;
    struct buffer *out = &e->out;
    const struct column *date = &e->columns[header->date_register];
    *answer = (edict_answer){ .no_rules = no_rules };
    for (uint32_t i = 0; i < e->finding_count && !no_rules; i++) answer->held |= e->findings[i].kind == FIND_HOLD;
    if (answer->held && !holds_gather(e)) return;
    buffer_clear(out);
    buffer_byte(out, '{');
    put_key(out, "encounter", 1);
    if (p->domains[0].known == NONE) buffer_text(out, "null");
    else put_known(e, out, 0, 0);
    put_key(out, "pack", 0);
    buffer_printf(out, "\"%s@%s\"", program_string(p, header->pack_name), program_string(p, header->pack_version));
    put_key(out, "rules", 0);
    buffer_printf(out, "\"%s\"", p->rules_hex);
    put_key(out, "image", 0);
    buffer_printf(out, "\"%s\"", p->image_hex);
    put_key(out, "date", 0);
    if (date->w && date->w[0]) buffer_text(out, "null");
    else put_date(out, date->v[0]);
    put_key(out, "status", 0);
    buffer_printf(out, "\"%s\"", no_rules ? "no_rules" : answer->held ? "held" : "complete");
    for (uint32_t list = 0; list < p->list_count; list++) put_list(e, out, list, no_rules);
    put_key(out, "findings", 0);
    buffer_byte(out, '[');
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
