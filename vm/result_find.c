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

const char *kind_word(uint32_t kind)
{
    static const char *const words[] = { "deny", "change", "missing", "hold", "review", "note" };
    return kind < sizeof words / sizeof *words ? words[kind] : "note";
}

/* One operand of a message; `size` grows by its bytes, not escaped. */
static char *store_operand(struct edict_evaluator *e, struct buffer *out, char *to, const struct argument *a,
    size_t *size)
{
    static const char open[] = "not documented";
    struct text t = { open, sizeof open - 1 };
    struct buffer *words = &input_of(e)->words;
    char code[8];
    if (!a->state && a->type == TYPE_COUNT) {
        char *next = store_int(to, a->value);
        *size += (size_t)(next - to);
        return next;
    }
    if (!a->state && a->type == TYPE_CODE && a->value) {
        t = (struct text){ code, code_bytes(a->value, code) };
    } else if (!a->state && a->type == TYPE_TEXT) {
        text_known(e, a->value, &t);
    } else if (!a->state) {
        buffer_clear(words);
        result_value(e, words, a->type, a->value);
        if (words->failed) out->failed = words->failed;
        t = (struct text){ words->at, (uint32_t)words->size };
    }
    *size += t.size;
    return store_text(out, to, STORE_CHARGE, t.at, t.size);
}

static int is_made(const struct edict_program *p, uint32_t domain)
{
    return domain != NONE && p->domains[domain].kind != DOMAIN_LIST;
}

/* The record of a LIST domain that stands behind a record, the first one if there are several; NONE. */
static uint32_t record_behind(const struct edict_evaluator *e, uint32_t want, uint32_t domain, uint32_t record)
{
    if (domain == want) return record;
    if (!is_made(e->program, domain)) return NONE;
    struct marks marks = { { 0 } };
    uint32_t word = 0;
    if (!behind_collect(e, want, domain, record, &marks)) return NONE;
    while (!marks.word[word]) word++;
    return lane_first(e, want, e->lane) + word * 64 + (uint32_t)__builtin_ctzll(marks.word[word]);
}

static char *store_all(struct edict_evaluator *e, struct buffer *out, char *to, const struct subject *s,
    const struct marks *marks, uint32_t count)
{
    to = store_ready(out, to, STORE_CHARGE, input_of(e)->wording, s->key);
    to = store_records(e, out, to, STORE_CHARGE, s->domain, marks, count);
    *to = ']';
    return to + 1;
}

static char *store_one(struct edict_evaluator *e, struct buffer *out, char *to, struct piece key, uint32_t domain,
    uint32_t record)
{
    to = store_ready(out, to, STORE_CHARGE, input_of(e)->wording, key);
    return store_known(e, out, to, STORE_CHARGE, domain, record);
}

/* The records that a finding is about: single ones under their fact's name, others as lists. */
static char *store_subjects(struct edict_evaluator *e, struct buffer *out, char *to, const struct finding *f)
{
    const struct wording *w = input_of(e)->wording;
    const int made = is_made(e->program, f->domain) || is_made(e->program, f->other_domain);
    for (const struct subject *s = w->subjects; s < w->subjects + w->subject_count; s++) {
        const uint32_t d = s->domain;
        if (!made && d != f->domain && d != f->other_domain) continue; /* no other records stand behind these */
        if (s->listed) {
            struct marks marks = { { 0 } };
            uint32_t count = behind_collect(e, d, f->domain, f->record, &marks);
            count += behind_collect(e, d, f->other_domain, f->other, &marks);
            if (count) to = store_all(e, out, to, s, &marks, count);
            continue;
        }
        const uint32_t one = record_behind(e, d, f->domain, f->record);
        const uint32_t other = record_behind(e, d, f->other_domain, f->other);
        if (one != NONE) to = store_one(e, out, to, s->key, d, one);
        if (other != NONE) to = store_one(e, out, to, one == NONE ? s->key : s->other, d, other);
    }
    return to;
}

/* A value of a change as the contract writes it: modifiers are a list, even one that is a single code. */
static char *store_changed(struct edict_evaluator *e, struct buffer *out, char *to, uint32_t what, uint32_t type,
    int64_t value)
{
    const int modifiers = what == CHANGE_MODIFIERS;
    to = modifiers ? store(to, ", \"modifiers\": ")
        : what == CHANGE_CODE ? store(to, ", \"code\": ") : store(to, ", \"units\": ");
    if (type == TYPE_CODES) return store_codes(e, out, to, STORE_CHARGE, value);
    if (modifiers) {
        to = store(to, "[");
        if (value) to = store_code(to, value);
        return store(to, "]");
    }
    if (type == TYPE_CODE) return store_code(to, value);
    return store_int(to, type == TYPE_DECIMAL || type == TYPE_MONEY ? value / 1000000 : value);
}

/* What should stand there. Where the last three operands are code, units and modifiers of the subject, all of it. */
static char *store_change(struct edict_evaluator *e, struct buffer *out, char *to, const struct finding *f)
{
    static const uint32_t changes[] = { CHANGE_CODE, CHANGE_UNITS, CHANGE_MODIFIERS };
    const struct edict_program *p = e->program;
    const uint32_t reg = p->code[f->code_at + (p->code[f->code_at] >> 8) - 1];
    const uint32_t type = reg == NONE ? TYPE_CODE : p->registers[reg].type;
    for (uint32_t i = 0; i < 3; i++) {
        const struct argument *a = f->args >= 3 ? &e->args[f->args_at + f->args - 3 + i] : NULL;
        if (f->change == changes[i]) to = store_changed(e, out, to, changes[i], type, f->value);
        else if (a && !a->state) to = store_changed(e, out, to, changes[i], a->type, a->value);
    }
    return to;
}

static char *store_rivals(struct edict_evaluator *e, struct buffer *out, char *to, const struct finding *f,
    struct piece foot)
{
    const struct edict_program *p = e->program;
    struct buffer *text = &input_of(e)->words;
    buffer_clear(text);
    buffer_printf(text, "the rules %s and %s want different things here",
        program_string(p, p->items[p->rows[f->rival - 1].item].name),
        program_string(p, p->items[p->rows[f->row].item].name));
    if (text->failed) out->failed = text->failed;
    to = store_text(out, store(to, ", \"message\": \""), STORE_CHARGE, text->at, text->size);
    return store_ready(out, to, STORE_CHARGE, input_of(e)->wording, foot);
}

/* A message, its operands between the parts of it that are always the same. Not longer than one put together. */
static char *store_message(struct edict_evaluator *e, struct buffer *out, char *to, const struct finding *f,
    const struct find *x)
{
    const struct input *in = input_of(e);
    size_t size = x->said_size;
    for (const struct said *s = in->wording->said + x->said_at;; s++) {
        to = store_ready(out, to, STORE_CHARGE, in->wording, s->text);
        if (s->operand == NONE) break;
        to = store_operand(e, out, to, &e->args[f->args_at + s->operand], &size);
    }
    if (size > in->words.ceiling) out->failed = BUFFER_FULL;
    return to;
}

static void put_parts(struct edict_evaluator *e, struct buffer *out, const struct finding *f, int key)
{
    const struct wording *w = input_of(e)->wording;
    const struct find *x = &w->finds[w->find_at[f->code_at]];
    const uint32_t kind = f->domain == NONE ? NONE : e->program->domains[f->domain].kind;
    char *to = buffer_open(out, STORE_CHARGE);
    if (!to) return;
    to = store_ready(out, to, STORE_CHARGE, w, f->rival ? x->review : x->head);
    if (!key || (kind != DOMAIN_FINAL && kind != DOMAIN_CHARGES)) to = store_subjects(e, out, to, f);
    if (f->change != CHANGE_NOTHING) {
        to = store_change(e, out, to, f);
    } else if (kind == DOMAIN_FINAL && f->record < e->final_count) {
        const struct final_charge *c = &e->finals[f->record];
        to = store_charge(e, out, store(to, ", "), STORE_CHARGE, c->code, c->units, c->modifiers);
    } else if (kind == DOMAIN_CHARGES && f->record < e->charge_count) {
        const struct charge *c = &e->charges[f->record];
        to = store_charge(e, out, store(to, ", "), STORE_CHARGE, c->code, c->units, c->modifiers);
    }
    to = f->rival ? store_rivals(e, out, to, f, x->foot) : store_message(e, out, to, f, x);
    buffer_close(out, to);
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

/* The records that lack the fact of a hold; where findings name one record, every record has a hold of its own. */
static char *store_lacking(struct edict_evaluator *e, struct buffer *out, char *to, uint32_t domain,
    const struct marks *marks, uint32_t count, uint32_t only)
{
    const struct subject *s = input_of(e)->wording->subjects;
    while (s->domain != domain) s++;
    if (s->listed) return store_all(e, out, to, s, marks, count);
    return store_one(e, out, to, s->key, domain, lane_first(e, domain, e->lane) + only);
}

void put_hold(struct edict_evaluator *e, struct buffer *out, uint32_t number)
{
    const struct edict_program *p = e->program;
    const struct holds *h = holds_of(e);
    const struct hold *hold = &h->list[number];
    const struct image_fact *fact = hold->fact == NONE ? NULL : &p->facts[hold->fact];
    const uint32_t words = hold->said ? p->rows[hold->row].hold : 0;
    struct marks marks = { { 0 } };
    uint32_t only = NONE, count = 0;
    for (uint32_t i = 0; fact && i < h->entry_count; i++) {
        if (h->entries[i].hold != number || h->entries[i].record == NONE) continue;
        only = h->entries[i].record;
        mark_set(&marks, only);
        count++;
    }
    buffer_text(out, "{\"kind\": \"hold\", \"rule\": ");
    put_string(out, p, p->items[p->rows[hold->row].item].name);
    char *to = buffer_open(out, STORE_CHARGE);
    if (!to) return;
    if (!fact) to = store_subjects(e, out, to, &e->findings[hold->finding]);
    else if (fact->domain) to = store_lacking(e, out, to, fact->domain, &marks, count, only);
    buffer_close(out, to);
    if (fact) {
        put_name(out, "fact");
        put_string(out, p, fact->name);
        struct text values = hold->count == 1 ? worlds_values(e, hold->fact, only) : (struct text){ "", 0 };
        if (values.size) {
            put_name(out, "values");
            buffer_add(out, values.at, values.size);
        }
    }
    put_name(out, "message");
    /* A fact that asks in words of its own: those of the rule are about another one. */
    if (fact && fact->hold) put_string(out, p, fact->hold);
    else if (words) put_string(out, p, words);
    else if (fact) ask(e, out, hold, &marks);
    else buffer_text(out, "\"what is documented does not decide this\"");
    put_name(out, "cite");
    put_cites(e, out, &hold->row, 1);
    buffer_byte(out, '}');
}
