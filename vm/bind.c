/* Binding: one encounter's JSON into fact columns, driven by the image's own schema. Keys and values that do not come
 * as bind_fast.c expects them are read here, token by token. */
#include "vm/bind.h"
#include "vm/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static edict_status syntax(struct edict_evaluator *e)
{
    const struct json *j = &input_of(e)->json;
    edict_status status = strcmp(j->code, "limit") == 0 ? EDICT_LIMIT : EDICT_INPUT;
    return input_error(e, status, j->code, j->offset, "", "%s", j->message);
}

static edict_status no_memory(struct edict_evaluator *e)
{
    return input_error(e, EDICT_MEMORY, "no_memory", 0, "", "no memory");
}

static edict_status duplicate(struct edict_evaluator *e)
{
    return input_error(e, EDICT_INPUT, "duplicate_key", input_of(e)->json.offset, "each key once",
        "a key stands twice in one object");
}

/* The number of an unknown key + 1, remembered now if it is met first and there is room; else 0. */
static edict_status unknown_find(struct edict_evaluator *e, uint32_t hash, struct text t, uint32_t *number)
{
    struct input *in = input_of(e);
    const struct edict_program *p = e->program;
    const char *domain = program_string(p, p->domains[in->domain].name);
    if (e->options.strict) {
        in->other_key = t;
        return input_error(e, EDICT_INPUT, "unknown_key", in->json.offset, "a key that the pack declares",
                           "`%s` has no key of this name", domain);
    }
    uint32_t i = hash % (UNKNOWN_KEYS * 2);
    for (; in->unknown_slots[i]; i = (i + 1) % (UNKNOWN_KEYS * 2)) {
        const struct unknown_key *k = &in->unknown[in->unknown_slots[i] - 1];
        if (k->hash == hash && k->domain == in->domain && k->size == t.size && memcmp(k->text, t.at, t.size) == 0)
            break;
    }
    if (!in->unknown_slots[i] && in->unknown_count < UNKNOWN_KEYS && !memchr(t.at, 0, t.size)) {
        const struct text shown = key_shown(e, t);
        const size_t room = t.size + 1 + strlen(domain) + 1 + shown.size + 1;
        char *text = malloc(room);
        if (!text) return no_memory(e);
        e->allocations++;
        memcpy(text, t.at, t.size);
        snprintf(text + t.size, room - t.size, "%c%s.%.*s", 0, domain, (int)shown.size, shown.at);
        in->unknown[in->unknown_count] = (struct unknown_key){ hash, in->domain, 0, text, t.size, t.size + 1 };
        in->unknown_slots[i] = ++in->unknown_count;
    }
    *number = in->unknown_slots[i];
    return EDICT_OK;
}

/* The value of an unknown key: checked as JSON and passed over. */
static edict_status unknown_read(struct edict_evaluator *e, const struct reading *r, struct unknown_key *k)
{
    struct input *in = input_of(e);
    if (k && k->seen == r->object) {
        in->other_key = (struct text){ k->text, k->size };
        return duplicate(e);
    }
    if (k) k->seen = r->object;
    return json_skip(&in->json, json_next(&in->json)) ? EDICT_OK : syntax(e);
}

static edict_status fact_read(struct edict_evaluator *e, struct reading *r)
{
    struct input *in = input_of(e);
    struct fact_column *c = r->place->column;
    in->fact = r->place->number;
    if (r->named & c->bit || c->object == r->object) return duplicate(e);
    r->named |= c->bit;
    c->object = r->object;
    int64_t v = 0;
    const int read = value_read(e, json_next(&in->json), &v);
    if (read < 0) return in->json.code[0] ? syntax(e) : in->error->status;
    if (read) {
        c->v[r->record] = v;
        c->w[r->record] = 0;
    } else {
        fact_gap(in, in->fact, r);
    }
    in->fact = NONE;
    return EDICT_OK;
}

/* A key of the record and the place behind its value, or the end of the record. */
static edict_status key_read(struct edict_evaluator *e, struct reading *r)
{
    struct input *in = input_of(e);
    struct json *j = &in->json;
    const size_t from = j->pos;
    const enum json_token token = json_next(j);
    struct place *to = in->end, *const place = r->place;
    uint32_t number = 0;
    if (token == JSON_OBJECT_END) {
        record_end(e, r);
    } else if (token == JSON_KEY) {
        const uint32_t hash = key_hash(r->domain, j->text);
        const struct key *k = key_slot(in, e->program, hash, r->domain, j->text);
        if (k->name == NONE) {
            const edict_status status = unknown_find(e, hash, j->text, &number);
            if (status != EDICT_OK) return status;
            to = number && number <= UNKNOWN_PLACES ? &in->unknown_places[number - 1] : NULL;
        } else {
            to = k->fact != NONE ? &in->places[k->fact] : list_place(in, k->list, LIST_AFTER);
        }
        while (j->pos < j->size && j->at[j->pos] && strchr(" \t\n\r", j->at[j->pos])) j->pos++;
    } else {
        return syntax(e);
    }
    r->place = to;
    r->at_value = to != NULL;
    if (!to) return unknown_read(e, r, number ? &in->unknown[number - 1] : NULL);
    way_learn(in, place, to, from, j->offset);
    return EDICT_OK;
}

static edict_status list_read(struct edict_evaluator *e, uint32_t domain);

/* The value before the place at which the record is. */
static edict_status place_read(struct edict_evaluator *e, struct reading *r)
{
    struct input *in = input_of(e);
    const uint32_t list = r->place->number;
    r->at_value = 0;
    if (r->place->column) return fact_read(e, r);
    if (r->place->kind == PLACE_UNKNOWN) return unknown_read(e, r, r->place->unknown);
    in->domain = list;
    in->record = NONE;
    if (in->seen[list] == r->object) return duplicate(e);
    in->seen[list] = r->object;
    return list_read(e, list);
}

/* The object of a record, its opening brace just read, and those after it that read_ahead takes. */
static edict_status record_read(struct edict_evaluator *e, struct reading *r)
{
    struct input *in = input_of(e);
    if (!bind_room(e, r->domain, r->record + 1)) return no_memory(e);
    record_begin(in, r);
    while (r->place != in->end) {
        const enum reached reached = read_ahead(e, r);
        if (reached == AHEAD_END) break;
        in->domain = r->domain;
        in->record = r->record;
        const edict_status status = reached == AHEAD_KEY ? key_read(e, r) : place_read(e, r);
        if (status != EDICT_OK) return status;
    }
    return EDICT_OK;
}

static edict_status list_read(struct edict_evaluator *e, uint32_t domain)
{
    struct input *in = input_of(e);
    const uint32_t first = bind_first(e, domain);
    struct place *place = list_place(in, domain, LIST_BEFORE), *to = object_ahead(in, place);
    size_t from = in->json.pos;
    enum json_token token = to ? JSON_ARRAY : json_next(&in->json);
    if (token == JSON_NULL) return EDICT_OK;
    if (token == JSON_ERROR) return syntax(e);
    if (token != JSON_ARRAY)
        return input_error(e, EDICT_INPUT, "wrong_type", in->json.offset, "a list of objects", "this is no list");
    for (uint32_t n = first;; n = e->sizes[domain]) {
        in->domain = domain;
        in->record = n;
        if (!to) {
            token = json_next(&in->json);
            if (token == JSON_ERROR) return syntax(e);
            if (token != JSON_ARRAY_END && token != JSON_OBJECT)
                return input_error(e, EDICT_INPUT, "wrong_type", in->json.offset, "an object",
                    "this entry of the list is no object");
            to = token == JSON_ARRAY_END ? in->end : list_place(in, domain, OBJECT_BEGIN);
            way_learn(in, place, to, from, in->json.offset);
        }
        if (to == in->end) return EDICT_OK;
        if (n - first == LIMIT_RECORDS) {
            in->record = NONE;
            return input_error(e, EDICT_LIMIT, "limit", in->json.offset, "",
                "the list has more than %d entries (LIMIT_RECORDS)",
                               LIMIT_RECORDS);
        }
        struct reading r = { .domain = domain, .first = first, .record = n };
        edict_status status = record_read(e, &r);
        if (status != EDICT_OK) return status;
        e->sizes[domain] = r.record + 1;
        place = list_place(in, domain, LIST_BETWEEN);
        from = in->json.pos;
        to = object_ahead(in, place);
    }
}

static edict_status encounter_read(struct edict_evaluator *e, const char *json, size_t size, edict_error *error)
{
    struct input *in = input_of(e);
    e->status = EDICT_OK;
    e->error = error;
    in->error = error;
    in->fact = in->element = NONE;
    in->other_key.at = NULL;
    in->domain = 0;
    in->record = in->lane;
    if (size > ENCOUNTER_BYTES)
        return input_error(e, EDICT_LIMIT, "limit", ENCOUNTER_BYTES, "",
            "the encounter is larger than 16 MiB (ENCOUNTER_BYTES)");
    for (uint32_t i = 0; i < in->fact_words; i++) in->gaps[i] = 0;
    json_start(&in->json, json, size, in->scratch);
    enum json_token token = json_next(&in->json);
    if (token == JSON_ERROR) return syntax(e);
    if (token != JSON_OBJECT)
        return input_error(e, EDICT_INPUT, "wrong_type", in->json.offset, "a JSON object",
            "an encounter is a JSON object");
    struct reading r = { .domain = 0, .first = in->lane, .record = in->lane };
    edict_status status = record_read(e, &r);
    if (status != EDICT_OK) return status;
    in->domain = 0;
    in->record = in->lane;
    if (json_next(&in->json) != JSON_END) return syntax(e);
    status = bind_missing(e);
    return status != EDICT_OK ? status : e->status;
}

void bind_start(struct edict_evaluator *e)
{
    e->why_count = 2;
    e->code_count = e->interval_count = 0;
    e->pinned = (struct pinned){ 0 };
    struct input *in = input_of(e);
    for (uint32_t d = 0; d < e->program->domain_count; d++) {
        const int more = in->facts_at[d + 1] - in->facts_at[d] > FACT_BITS;
        e->sizes[d] = in->ready[d] = 0;
        in->met[d] = (in->full[d] & ~in->late[d]) | (uint64_t)more << MORE_FACTS;
    }
    for (uint32_t i = 0; i < in->fact_words; i++) in->doubts[i] = 0;
    for (uint32_t i = 0; i < e->program->fact_count; i++) in->columns[i].reasons = 0;
    in->batch++;
    e->lanes = 0;
    e->lane = 0;
    texts_clear(e);
}

edict_status bind_add(struct edict_evaluator *e, const char *json, size_t size, edict_error *error)
{
    struct input *in = input_of(e);
    const uint32_t whys = e->why_count, codes = e->code_count;
    in->lane = e->lanes;
    e->sizes[0] = in->lane + 1;
    for (uint32_t i = 0; i < in->list_count; i++) in->firsts[in->lists[i]][in->lane] = e->sizes[in->lists[i]];
    edict_status status = encounter_read(e, json, size, error);
    if (status == EDICT_OK) {
        e->lanes++;
        for (uint32_t i = 0; i < in->fact_words; i++) in->doubts[i] |= in->gaps[i];
        for (uint32_t i = 0; i < in->list_count; i++) in->firsts[in->lists[i]][e->lanes] = e->sizes[in->lists[i]];
    } else {
        e->why_count = whys;
        e->code_count = codes;
        e->sizes[0] = in->lane;
        in->ready[0] = in->lane > 0;
        for (uint32_t i = 0; i < e->program->fact_count; i++) in->columns[i].clean = in->columns[i].reasons = 0;
        for (uint32_t i = 0; i < in->list_count; i++) {
            const uint32_t d = in->lists[i], *firsts = in->firsts[d];
            e->sizes[d] = firsts[in->lane];
            in->ready[d] = 0;       /* its reasons are gone */
            for (uint32_t lane = 0; lane < in->lane; lane++)
                if (firsts[lane + 1] - firsts[lane] > in->ready[d]) in->ready[d] = firsts[lane + 1] - firsts[lane];
        }
    }
    return status;
}

/* The value of a policy for a lane, and whether it is known. */
static int policy_value(const struct edict_evaluator *e, uint32_t number, uint32_t lane, int64_t *out)
{
    const struct edict_program *p = e->program;
    const struct image_policy *policy = &p->policies[number];
    const struct column *c = &e->columns[p->header->date_register];
    const uint32_t cell = lane_cell(c, lane);
    const int dated = !c->w || !c->w[cell];
    const int64_t date = dated ? c->v[cell] : 0;
    *out = e->policy_values[number];
    if (e->policy_set[number]) return 1;
    for (uint32_t n = policy->settings; n > 0; n--) {
        const struct image_setting *s = &p->settings[policy->settings_at + n - 1];
        if (!dated || date < s->from || date > s->until) continue;
        *out = s->value;
        return 1;
    }
    return 0;
}

/* Has a policy one value on all days from `from` to `until`? */
static int policy_same(const struct edict_evaluator *e, uint32_t number, int64_t from, int64_t until)
{
    const struct edict_program *p = e->program;
    const struct image_policy *policy = &p->policies[number];
    if (e->policy_set[number]) return 1;
    for (uint32_t n = policy->settings; n > 0; n--) {
        const struct image_setting *s = &p->settings[policy->settings_at + n - 1];
        if (s->from <= from && until <= s->until) return 1;
        if (s->from <= until && from <= s->until) return 0;
    }
    return 1;
}

/* A policy that is the same for all lanes is one cell. */
void bind_policies(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    struct input *in = input_of(e);
    const struct column *dates = &e->columns[p->header->date_register];
    int64_t from = dates->v[0], until = from;
    uint32_t undated = 0;
    for (uint32_t lane = 0; lane < dates->n; lane++) {
        undated |= dates->w ? dates->w[lane] : 0;
        if (dates->v[lane] < from) from = dates->v[lane];
        if (dates->v[lane] > until) until = dates->v[lane];
    }
    for (uint32_t i = 0; i < p->policy_count; i++) {
        int64_t *v = &in->policy_cells[(size_t)i * LANES_MOST];
        uint32_t *w = &in->policy_states[(size_t)i * LANES_MOST], differ = 0, any = 0;
        const uint32_t lanes = !undated && policy_same(e, i, from, until) ? 1 : e->lanes;
        for (uint32_t lane = 0; lane < lanes; lane++) {
            any |= w[lane] = policy_value(e, i, lane, &v[lane]) ? 0 : WHY_STATE_ABSENT;
            differ |= v[lane] != v[0] || w[lane] != w[0];
        }
        e->columns[p->policies[i].reg] = (struct column){ v, any ? w : NULL, differ ? e->lanes : 1, 0 };
    }
}

void bind_end(struct edict_evaluator *e)
{
    const struct input *in = input_of(e);
    const struct edict_program *p = e->program;
    e->pinned.whys = e->why_count;
    e->pinned.codes = e->code_count;
    for (uint32_t i = 0; i < p->fact_count; i++) {
        const struct fact_column *c = &in->columns[i];
        const uint32_t n = e->sizes[p->facts[i].domain];
        uint32_t any = 0;
        if (c->bit & ~in->met[p->facts[i].domain]) {
            e->columns[p->facts[i].reg] = late_column(e, i);
            continue;
        }
        for (uint32_t r = 0; r < n && in->doubts[i / 64] >> i % 64 & 1; r++) any |= c->w[r];
        e->columns[p->facts[i].reg] = (struct column){ c->v, any ? c->w : NULL, n, 0 };
    }
    bind_policies(e);
}

edict_status bind_encounter(struct edict_evaluator *e, const char *json, size_t size, edict_error *error)
{
    bind_start(e);
    edict_status status = bind_add(e, json, size, error);
    if (status == EDICT_OK) bind_end(e);
    e->lanes = 1;
    return status;
}
