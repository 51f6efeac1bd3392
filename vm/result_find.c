/* Findings as JSON: whom they are about, what should change, what must be documented. Keys in the contract's
 * order. */
#include "vm/result.h"

#include <string.h>

/* A message put together; what could not be put together is no message. */
static void put_words(struct buffer *out, const struct buffer *text)
{
    if (text->failed) out->failed = text->failed;
    buffer_json(out, text->at ? text->at : "", text->size);
}

/* A message with {0}, {1} … replaced by its operands. */
static void message(struct edict_evaluator *e, struct buffer *out, const struct finding *f)
{
    const struct edict_program *p = e->program;
    const char *at = program_string(p, f->message), *end = at + p->strings[f->message].size, *done = at;
    struct input *in = input_of(e);
    struct buffer *text = &in->words;
    buffer_clear(text);
    for (; at < end; at++) {
        if (*at != '{') continue;
        const char *digit = at + 1;
        uint32_t n = 0;
        while (digit < end && *digit >= '0' && *digit <= '9' && n < 1000) n = n * 10 + (uint32_t)(*digit++ - '0');
        if (digit == at + 1 || digit >= end || *digit != '}' || n >= f->args) continue;
        buffer_add(text, done, (size_t)(at - done));
        const struct argument *a = &e->args[f->args_at + n];
        if (a->state) buffer_text(text, "not documented");
        else result_value(e, text, a->type, a->value);
        at = digit;
        done = digit + 1;
    }
    if (end > done) buffer_add(text, done, (size_t)(end - done));
    put_words(out, text);
}

static const char *kind_word(uint32_t kind)
{
    static const char *const words[] = { "deny", "change", "missing", "hold", "review", "note" };
    return kind < sizeof words / sizeof *words ? words[kind] : "note";
}

static void put_head(struct buffer *out, const struct edict_program *p, uint32_t kind, uint32_t row)
{
    buffer_byte(out, '{');
    put_first(out, "kind");
    buffer_byte(out, '"');
    buffer_text(out, kind_word(kind));
    buffer_byte(out, '"');
    put_name(out, "rule");
    put_string(out, p, p->items[p->rows[row].item].name);
}

static void put_known_as(struct edict_evaluator *e, struct buffer *out, uint32_t domain, const struct marks *marks,
    const char *front)
{
    const struct edict_program *p = e->program;
    uint32_t fact = known_fact(p, domain), r = 0;
    const uint32_t first = lane_first(e, domain, e->lane), n = lane_end(e, domain, e->lane) - first;
    while (r < n && !mark_is(marks, r)) r++;
    if (r == n) return;
    buffer_text(out, ", \"");
    buffer_text(out, front);
    buffer_text(out, program_string(p, fact == NONE ? p->domains[domain].name : p->facts[fact].name));
    buffer_text(out, "\": ");
    put_known(e, out, domain, first + r);
}

static void put_records(struct edict_evaluator *e, struct buffer *out, uint32_t domain, const struct marks *marks)
{
    buffer_byte(out, '[');
    char *to = buffer_open(out, STORE_OVER);
    if (to) buffer_close(out, store_records(e, out, to, 0, domain, marks));
    buffer_byte(out, ']');
}

/* The records that a finding is about: single ones under their fact's name, others as lists. */
static void put_subjects(struct edict_evaluator *e, struct buffer *out, const struct finding *f)
{
    const struct edict_program *p = e->program;
    for (uint32_t pass = 0; pass < 2; pass++) {
        for (uint32_t d = 1; d < p->domain_count; d++) {
            if (p->domains[d].kind != DOMAIN_LIST || (p->domains[d].known_as != 0) != (pass == 0)) continue;
            struct marks shown = { { 0 } }, other = { { 0 } };
            uint32_t first = behind_collect(e, d, f->domain, f->record, &shown);
            if (pass == 0) {
                uint32_t second = behind_collect(e, d, f->other_domain, f->other, &other);
                if (first) put_known_as(e, out, d, &shown, "");
                if (second) put_known_as(e, out, d, &other, first ? "other_" : "");
            } else if (first + behind_collect(e, d, f->other_domain, f->other, &shown)) {
                put_key(out, program_string(p, p->domains[d].key), 0);
                put_records(e, out, d, &shown);
            }
        }
    }
}

static void put_codes(struct edict_evaluator *e, struct buffer *out, int64_t list)
{
    char *to = buffer_open(out, STORE_CHARGE);
    if (to) buffer_close(out, store_codes(e, out, to, 0, list));
}

static void put_charge(struct edict_evaluator *e, struct buffer *out, int64_t code, int64_t units, int64_t modifiers)
{
    put_name(out, "code");
    put_code(out, code);
    put_name(out, "units");
    buffer_int(out, units);
    put_name(out, "modifiers");
    put_codes(e, out, modifiers);
}

/* A value of a change as the contract writes it: modifiers are a list, even one that is a single code. */
static void put_changed(struct edict_evaluator *e, struct buffer *out, const char *key, uint32_t type, int64_t value)
{
    put_key(out, key, 0);
    if (type == TYPE_CODES) {
        put_codes(e, out, value);
    } else if (strcmp(key, "modifiers") == 0) {
        buffer_byte(out, '[');
        if (value) put_code(out, value);
        buffer_byte(out, ']');
    } else if (type == TYPE_CODE) {
        put_code(out, value);
    } else {
        buffer_int(out, type == TYPE_DECIMAL || type == TYPE_MONEY ? value / 1000000 : value);
    }
}

/* What should stand there. Where the last three operands are code, units and modifiers of the subject, all of it. */
static void put_change(struct edict_evaluator *e, struct buffer *out, const struct finding *f)
{
    static const char *const keys[] = { "code", "units", "modifiers" };
    static const uint32_t changes[] = { CHANGE_CODE, CHANGE_UNITS, CHANGE_MODIFIERS };
    const struct edict_program *p = e->program;
    const uint32_t reg = p->code[f->code_at + (p->code[f->code_at] >> 8) - 1];
    const uint32_t type = reg == NONE ? TYPE_CODE : p->registers[reg].type;
    for (uint32_t i = 0; i < 3; i++) {
        const struct argument *a = f->args >= 3 ? &e->args[f->args_at + f->args - 3 + i] : NULL;
        if (f->change == changes[i]) put_changed(e, out, keys[i], type, f->value);
        else if (a && !a->state) put_changed(e, out, keys[i], a->type, a->value);
    }
}

static void put_foot(struct edict_evaluator *e, struct buffer *out, uint32_t row)
{
    put_name(out, "cite");
    put_cites(e, out, &row, 1);
    buffer_byte(out, '}');
}

static void put_rivals(struct edict_evaluator *e, struct buffer *out, const struct finding *f)
{
    const struct edict_program *p = e->program;
    struct buffer *text = &input_of(e)->words;
    buffer_clear(text);
    buffer_printf(text, "the rules %s and %s want different things here",
                  program_string(p, p->items[p->rows[f->rival - 1].item].name),
        program_string(p, p->items[p->rows[f->row].item].name));
    put_words(out, text);
}

static void put_parts(struct edict_evaluator *e, struct buffer *out, const struct finding *f, int key)
{
    const struct edict_program *p = e->program;
    uint32_t kind = f->domain == NONE ? NONE : p->domains[f->domain].kind;
    put_head(out, p, f->kind, f->row);
    if (!key || (kind != DOMAIN_FINAL && kind != DOMAIN_CHARGES)) put_subjects(e, out, f);
    if (f->change != CHANGE_NOTHING) {
        put_change(e, out, f);
    } else if (kind == DOMAIN_FINAL && f->record < e->final_count) {
        const struct final_charge *c = &e->finals[f->record];
        put_charge(e, out, c->code, c->units, c->modifiers);
    } else if (kind == DOMAIN_CHARGES && f->record < e->charge_count) {
        const struct charge *c = &e->charges[f->record];
        put_charge(e, out, c->code, c->units, c->modifiers);
    }
    put_name(out, "message");
    if (f->rival) put_rivals(e, out, f);
    else message(e, out, f);
    put_foot(e, out, f->row);
}

void put_finding(struct edict_evaluator *e, struct buffer *out, const struct finding *f)
{
    put_parts(e, out, f, 0);
}

void put_finding_key(struct edict_evaluator *e, struct buffer *out, const struct finding *f)
{
    put_parts(e, out, f, 1);
}

/* What to ask for, where the pack has no words of its own: "document the site necessary of s2, s3". */
static void ask(struct edict_evaluator *e, struct buffer *out, const struct hold *hold, const struct marks *marks)
{
    const struct edict_program *p = e->program;
    const struct image_fact *f = &p->facts[hold->fact];
    struct buffer *text = &input_of(e)->words;
    buffer_clear(text);
    buffer_text(text, "document the ");
    for (const char *c = program_string(p, f->name); *c; c++) buffer_byte(text, *c == '_' ? ' ' : *c);
    int first = 1;
    const uint32_t begin = lane_first(e, f->domain, e->lane), n = lane_end(e, f->domain, e->lane) - begin;
    for (uint32_t r = begin; f->domain != 0 && r < begin + n; r++) {
        if (!mark_is(marks, r - begin)) continue;
        buffer_text(text, first ? " of " : ", ");
        first = 0;
        uint32_t reg = p->domains[f->domain].known;
        const struct column *c = reg == NONE ? NULL : &e->columns[reg];
        if (hold->pinned != NONE || !c || (c->w && c->w[r])) buffer_printf(text, "%s ", program_string(p,
            p->domains[f->domain].name));
        if (!c || (c->w && c->w[r])) buffer_int(text, (int64_t)(r - begin) + 1);
        else result_value(e, text, p->registers[reg].type, c->v[r]);
    }
    put_words(out, text);
}

static int hold_has(const struct holds *h, uint32_t number, uint32_t record)
{
    for (uint32_t i = 0; i < h->entry_count; i++)
        if (h->entries[i].hold == number && h->entries[i].record == record) return 1;
    return 0;
}

int hold_is_repeated(struct edict_evaluator *e, uint32_t number)
{
    const struct holds *h = holds_of(e);
    const struct hold *hold = &h->list[number];
    const struct edict_program *p = e->program;
    if (hold->fact == NONE) return 0;
    for (uint32_t k = 0; k < number; k++) {
        const struct hold *old = &h->list[k];
        if (old->fact != hold->fact || old->count < hold->count) continue;
        if (!p->facts[hold->fact].hold && (p->rows[old->row].item != p->rows[hold->row].item
            || p->rows[old->row].hold != p->rows[hold->row].hold || old->said != hold->said)) continue;
        uint32_t same = 0;
        for (uint32_t i = 0; i < h->entry_count; i++)
            if (h->entries[i].hold == number && h->entries[i].record != NONE)
                same += (uint32_t)hold_has(h, k, h->entries[i].record);
        if (same == hold->count) return 1;
    }
    return 0;
}

void put_hold(struct edict_evaluator *e, struct buffer *out, uint32_t number)
{
    const struct edict_program *p = e->program;
    struct holds *h = holds_of(e);
    const struct hold *hold = &h->list[number];
    const struct finding *f = &e->findings[hold->finding];
    struct marks marks = { { 0 } };
    put_head(out, p, FIND_HOLD, hold->row);
    if (hold->fact == NONE) {
        put_subjects(e, out, f);
        put_name(out, "message");
        if (hold->said && p->rows[hold->row].hold) put_string(out, p, p->rows[hold->row].hold);
        else if (f->message) message(e, out, f);
        else buffer_text(out, "\"what is documented does not decide this\"");
        put_foot(e, out, hold->row);
        return;
    }
    const struct image_fact *fact = &p->facts[hold->fact];
    uint32_t only = NONE;
    for (uint32_t i = 0; i < h->entry_count; i++) {
        if (h->entries[i].hold != number || h->entries[i].record == NONE) continue;
        only = h->entries[i].record;
        marks.word[only / 64] |= (uint64_t)1 << only % 64;
    }
    if (fact->domain != 0 && p->domains[fact->domain].known_as) {
        put_known_as(e, out, fact->domain, &marks, "");
    } else if (fact->domain != 0) {
        put_key(out, program_string(p, p->domains[fact->domain].key), 0);
        put_records(e, out, fact->domain, &marks);
    }
    put_name(out, "fact");
    put_string(out, p, fact->name);
    struct text values = hold->count == 1 ? worlds_values(e, hold->fact, only) : (struct text){ "", 0 };
    if (values.size) {
        put_name(out, "values");
        buffer_add(out, values.at, values.size);
    }
    put_name(out, "message");
    /* A fact that asks in words of its own: those of the rule are about another one. */
    if (fact->hold) put_string(out, p, fact->hold);
    else if (hold->said && p->rows[hold->row].hold) put_string(out, p, p->rows[hold->row].hold);
    else ask(e, out, hold, &marks);
    put_foot(e, out, hold->row);
}
