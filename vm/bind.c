/* Binding: one encounter's JSON into fact columns, driven by the image's own schema. What is missing is filled
 * when everything was read, because a fact may stand for another that comes later in the text. */
#include "vm/bind.h"
#include "vm/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define STATE_NULL 0xfffffffeu   /* while reading: the record says null */

static uint32_t key_hash(uint32_t domain, struct text t)
{
    return (uint32_t)XXH3_64bits_withSeed(t.at, t.size, domain);
}

/* The slot of a key: filled, or where it would go. */
static struct key *key_slot(const struct input *in, const struct edict_program *p, uint32_t hash, uint32_t domain,
    struct text t)
{
    uint32_t i = hash & in->key_mask;
    for (; in->keys[i].name != NONE; i = (i + 1) & in->key_mask) {
        const struct key *k = &in->keys[i];
        if (k->hash == hash && k->domain == domain && p->strings[k->name].size == t.size
            && memcmp(program_string(p, k->name), t.at, t.size) == 0) break;
    }
    return &in->keys[i];
}

static void key_add(struct input *in, const struct edict_program *p, uint32_t domain, uint32_t name, uint32_t fact,
    uint32_t list)
{
    struct text t = { program_string(p, name), p->strings[name].size };
    uint32_t hash = key_hash(domain, t);
    struct key *k = key_slot(in, p, hash, domain, t);
    if (k->name == NONE) *k = (struct key){ hash, domain, name, fact, list };
}

int bind_room(struct edict_evaluator *e, uint32_t domain, uint32_t need)
{
    struct input *in = input_of(e);
    const struct edict_program *p = e->program;
    uint32_t room = in->rooms[domain] ? in->rooms[domain] : domain ? 16 : 1;
    if (need <= in->rooms[domain]) return 1;
    while (room < need) room *= 2;
    size_t *starts = realloc(in->starts[domain], room * sizeof *starts);
    if (!starts) return 0;
    in->starts[domain] = starts;
    e->allocations++;
    for (uint32_t i = 0; i < p->fact_count; i++) {
        if (p->facts[i].domain != domain) continue;
        struct fact_column *c = &in->columns[i];
        int64_t *v = realloc(c->v, room * sizeof *v);
        if (v) c->v = v;
        uint32_t *w = v ? realloc(c->w, room * sizeof *w) : NULL;
        if (w) c->w = w;
        if (!w) return 0;
        e->allocations += 2;
    }
    in->rooms[domain] = room;
    return 1;
}

static int tables_new(struct edict_evaluator *e, struct input *in)
{
    const struct edict_program *p = e->program;
    uint32_t size = 16;
    while (size / 2 < p->fact_count + p->domain_count) size *= 2;
    in->keys = malloc(size * sizeof *in->keys);
    in->key_mask = size - 1;
    in->scratch = malloc(JSON_TEXT_BYTES);
    in->follows = calloc((size_t)size + p->domain_count + 1, sizeof *in->follows);
    in->last_words = calloc(p->fact_count + 1u, sizeof *in->last_words);
    in->facts_of = calloc(p->fact_count + 1u, sizeof *in->facts_of);
    in->facts_at = calloc(p->domain_count + 2u, sizeof *in->facts_at);
    in->lists = calloc(p->domain_count + 1u, sizeof *in->lists);
    in->missing = calloc((size_t)(p->fact_count + 1u) * MISSING_PLACES, sizeof *in->missing);
    in->columns = calloc(p->fact_count + 1u, sizeof *in->columns);
    in->rooms = calloc(p->domain_count + 1u, sizeof *in->rooms);
    in->seen = calloc(p->domain_count + 1u, sizeof *in->seen);
    in->starts = calloc(p->domain_count + 1u, sizeof *in->starts);
    in->firsts = calloc(p->domain_count + 1u, sizeof *in->firsts);
    in->policy_cells = calloc((size_t)(p->policy_count + 1u) * LANES_MOST, sizeof *in->policy_cells);
    in->policy_states = calloc((size_t)(p->policy_count + 1u) * LANES_MOST, sizeof *in->policy_states);
    if (!e->policy_values) e->policy_values = calloc(p->policy_count + 1u, sizeof *e->policy_values);
    if (!e->policy_set) e->policy_set = calloc(p->policy_count + 1u, 1);
    if (!in->keys || !in->scratch || !in->columns || !in->rooms || !in->seen || !in->starts || !in->firsts
        || !in->follows || !in->last_words || !in->facts_of || !in->facts_at || !in->policy_cells
        || !in->policy_states || !in->lists || !in->missing || !e->policy_values || !e->policy_set) return 0;
    for (uint32_t i = 0; i < size; i++) in->keys[i].name = NONE;
    for (uint32_t i = 0; i < size + p->domain_count; i++) in->follows[i].key = NONE;
    for (uint32_t d = 0, n = 0; d < p->domain_count; d++) {
        for (uint32_t i = 0; i < p->fact_count; i++)
            if (p->facts[i].domain == d) in->facts_of[n++] = i;
        in->facts_at[d + 1] = n;
    }
    for (uint32_t i = 0; i < p->fact_count; i++) key_add(in, p, p->facts[i].domain, p->facts[i].name, i, NONE);
    for (uint32_t d = 0; d < p->domain_count; d++)
        if (p->domains[d].kind == DOMAIN_LIST) {
            in->lists[in->list_count++] = d;
            key_add(in, p, 0, p->domains[d].key, NONE, d);
        }
    for (uint32_t d = 0; d < p->domain_count; d++)
        if (p->domains[d].kind <= DOMAIN_LIST) {
            e->firsts[d] = in->firsts[d] = calloc(LANES_MOST + 1, sizeof **in->firsts);
            if (!in->firsts[d] || !bind_room(e, d, 1)) return 0;
        }
    return because_new(in, p) && texts_new(e) && wording_new(e);
}

edict_status bind_new(struct edict_evaluator *e, edict_error *error)
{
    struct input *in = calloc(1, sizeof *in);
    e->input = in;
    if (in) buffer_init(&in->words, (size_t)ENCOUNTER_BYTES * 2);
    if (in && tables_new(e, in)) return EDICT_OK;
    *error = (edict_error){ .status = EDICT_MEMORY, .code = "no_memory", .message = "no memory" };
    return EDICT_MEMORY;
}

void bind_free(struct edict_evaluator *e)
{
    struct input *in = input_of(e);
    if (!in) return;
    texts_free(e);
    worlds_free(e);
    holds_free(e);
    wording_free(e);
    for (uint32_t i = 0; in->columns && i < e->program->fact_count; i++) {
        free(in->columns[i].v);
        free(in->columns[i].w);
    }
    for (uint32_t d = 0; in->starts && d < e->program->domain_count; d++) free(in->starts[d]);
    for (uint32_t d = 0; in->firsts && d < e->program->domain_count; d++) free(in->firsts[d]);
    for (uint32_t i = 0; i < in->unknown_count; i++) free(in->unknown[i].text);
    free(in->keys);
    free(in->follows);
    free(in->last_words);
    free(in->lists);
    free(in->missing);
    free(in->facts_of);
    free(in->facts_at);
    free(in->scratch);
    free(in->columns);
    free(in->rooms);
    free(in->seen);
    free(in->starts);
    free(in->firsts);
    free(in->policy_cells);
    free(in->policy_states);
    free(in->because);
    buffer_free(&in->words);
    free(e->policy_values);
    free(e->policy_set);
    e->policy_values = NULL;
    e->policy_set = NULL;
    free(in);
    e->input = NULL;
}

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

/* A key that the pack does not know: remembered once, its value checked as JSON and passed over. */
static edict_status unknown_read(struct edict_evaluator *e, uint32_t hash, struct text t)
{
    struct input *in = input_of(e);
    const struct edict_program *p = e->program;
    const char *domain = program_string(p, p->domains[in->domain].name);
    in->other_key = t;
    if (e->options.strict)
        return input_error(e, EDICT_INPUT, "unknown_key", in->json.offset, "a key that the pack declares",
                           "`%s` has no key of this name", domain);
    uint32_t i = hash % (UNKNOWN_KEYS * 2);
    for (; in->unknown_slots[i]; i = (i + 1) % (UNKNOWN_KEYS * 2)) {
        const struct unknown_key *k = &in->unknown[in->unknown_slots[i] - 1];
        if (k->hash == hash && k->domain == in->domain && k->size == t.size
            && memcmp(k->text, t.at, t.size) == 0) break;
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
    if (in->unknown_slots[i]) {
        struct unknown_key *k = &in->unknown[in->unknown_slots[i] - 1];
        if (k->seen == in->object) return duplicate(e);
        k->seen = in->object;
    }
    in->other_key.at = NULL;
    return json_skip(&in->json, json_next(&in->json)) ? EDICT_OK : syntax(e);
}

static edict_status fact_read(struct edict_evaluator *e, uint32_t fact)
{
    struct input *in = input_of(e);
    struct fact_column *c = &in->columns[fact];
    in->fact = fact;
    if (c->w[in->record] != STATE_UNSET) return duplicate(e);
    int64_t v = 0;
    int read = value_fast(e, fact, &v);
    if (read < 0) {
        v = 0;
        read = value_read(e, json_next(&in->json), &v);
    }
    if (read < 0) return in->json.code[0] ? syntax(e) : in->error->status;
    c->v[in->record] = v;
    c->w[in->record] = read ? 0 : STATE_NULL;
    in->fact = NONE;
    return EDICT_OK;
}

static edict_status list_read(struct edict_evaluator *e, uint32_t domain);

/* The object of one record, its opening brace just read. */
static edict_status record_read(struct edict_evaluator *e, uint32_t domain, uint32_t record)
{
    struct input *in = input_of(e);
    const struct edict_program *p = e->program;
    uint64_t object = ++in->object;
    if (!bind_room(e, domain, record + 1)) return no_memory(e);
    in->starts[domain][record] = in->json.offset;
    for (uint32_t i = in->facts_at[domain]; i < in->facts_at[domain + 1]; i++)
        in->columns[in->facts_of[i]].w[record] = STATE_UNSET;
    uint32_t last = in->key_mask + 1 + domain, hash = 0;
    for (;;) {
        in->domain = domain;
        in->record = record;
        struct text t = { "", 0 };
        const size_t from = in->json.pos;
        const uint32_t ahead = key_ahead(in, last);
        const struct key *k = &in->keys[ahead];
        if (ahead == NONE) {
            enum json_token token = json_next(&in->json);
            if (token == JSON_OBJECT_END) return EDICT_OK;
            if (token != JSON_KEY) return syntax(e);
            t = in->json.text;
            hash = key_hash(domain, t);
            k = key_slot(in, p, hash, domain, t);
            if (k->name != NONE) key_learn(in, last, (uint32_t)(k - in->keys), from);
        }
        if (k->name != NONE) last = (uint32_t)(k - in->keys);
        edict_status status;
        if (k->name == NONE) {
            uint64_t inner = in->object;
            in->object = object;
            status = unknown_read(e, hash, t);
            in->object = inner;
        } else if (k->fact != NONE) {
            status = fact_read(e, k->fact);
        } else {
            in->domain = k->list;
            in->record = NONE;
            if (in->seen[k->list] == object) return duplicate(e);
            in->seen[k->list] = object;
            status = list_read(e, k->list);
        }
        if (status != EDICT_OK) return status;
    }
}

static edict_status list_read(struct edict_evaluator *e, uint32_t domain)
{
    struct input *in = input_of(e);
    enum json_token token = json_next(&in->json);
    if (token == JSON_NULL) return EDICT_OK;
    if (token == JSON_ERROR) return syntax(e);
    if (token != JSON_ARRAY)
        return input_error(e, EDICT_INPUT, "wrong_type", in->json.offset, "a list of objects", "this is no list");
    const uint32_t first = bind_first(e, domain);
    for (uint32_t n = first;; n++) {
        in->domain = domain;
        in->record = n;
        token = json_next(&in->json);
        if (token == JSON_ERROR) return syntax(e);
        if (token == JSON_ARRAY_END) return EDICT_OK;
        if (token != JSON_OBJECT)
            return input_error(e, EDICT_INPUT, "wrong_type", in->json.offset, "an object",
                "this entry of the list is no object");
        if (n - first == LIMIT_RECORDS) {
            in->record = NONE;
            return input_error(e, EDICT_LIMIT, "limit", in->json.offset, "",
                "the list has more than %d entries (LIMIT_RECORDS)",
                               LIMIT_RECORDS);
        }
        edict_status status = record_read(e, domain, n);
        if (status != EDICT_OK) return status;
        e->sizes[domain] = n + 1;
    }
}

/* The state of a fact that its record must document: the reason is looked for among all only where the one that was
 * met last is gone. */
static uint32_t missing_state(struct edict_evaluator *e, uint32_t fact, uint32_t place)
{
    if (place >= MISSING_PLACES) return why_fact(e, fact, place);
    uint32_t *node = &input_of(e)->missing[fact * MISSING_PLACES + place];
    const struct why_node *n = &e->whys[*node];
    if (*node >= e->why_count || n->kind != WHY_FACT || n->a != fact || n->b != place)
        *node = why_fact(e, fact, place) >> 1;
    return *node << 1;
}

/* The value and state of a fact that record `r` does not document. */
static edict_status missing_fill(struct edict_evaluator *e, uint32_t fact, uint32_t r)
{
    struct input *in = input_of(e);
    const struct edict_program *p = e->program;
    const struct image_fact *f = &p->facts[fact];
    struct fact_column *c = &in->columns[fact];
    const uint32_t place = r - bind_first(e, f->domain);
    char text[64];
    c->v[r] = 0;
    c->w[r] = 0;
    switch (f->missing) {
    case MISSING_REFUSED:
        in->domain = f->domain;
        in->record = r;
        in->fact = fact;
        return input_error(e, EDICT_INPUT, "missing_fact", in->starts[f->domain][r],
            "a value: this fact must be documented",
                           "`%s` is missing", program_string(p, f->name));
    case MISSING_DEFAULT:
        c->v[r] = f->value;
        return EDICT_OK;
    case MISSING_EMPTY:
        return EDICT_OK;
    case MISSING_POSITION:
        if (f->type != TYPE_TEXT) {
            c->v[r] = (int64_t)place + 1;
            return EDICT_OK;
        }
        snprintf(text, sizeof text, "%.40s%u", program_string(p, (uint32_t)f->value), place + 1);
        c->v[r] = texts_intern(e, text_of(text));
        return c->v[r] < 0 ? no_memory(e) : EDICT_OK;
    case MISSING_SAME: {
        const struct column *from = &e->columns[f->value];
        c->v[r] = from->v[lane_cell(from, in->lane)];
        c->w[r] = from->w ? from->w[lane_cell(from, in->lane)] : 0;
        return EDICT_OK;
    }
    default:
        c->w[r] = missing_state(e, fact, place);
        return EDICT_OK;
    }
}

static edict_status column_finish(struct edict_evaluator *e, uint32_t fact)
{
    struct input *in = input_of(e);
    const struct image_fact *f = &e->program->facts[fact];
    struct fact_column *c = &in->columns[fact];
    uint32_t n = e->sizes[f->domain];
    const uint32_t first = bind_first(e, f->domain);
    for (uint32_t r = first; r < n; r++) {
        if (c->w[r] < STATE_NULL) continue;
        if (f->missing == MISSING_ASKED) {
            c->v[r] = 0;
            c->w[r] = missing_state(e, fact, r - first);
            continue;
        }
        edict_status status = missing_fill(e, fact, r);
        if (status != EDICT_OK) return status;
    }
    e->columns[f->reg] = (struct column){ c->v, c->w, n, 0 };
    return EDICT_OK;
}

/* No two records of a list have one name. */
static edict_status names_check(struct edict_evaluator *e, uint32_t domain)
{
    struct input *in = input_of(e);
    const struct image_domain *d = &e->program->domains[domain];
    if (d->known == NONE) return EDICT_OK;
    const struct column *c = &e->columns[d->known];
    const uint32_t first = bind_first(e, domain);
    for (uint32_t r = first + 1; r < c->n; r++)
        for (uint32_t q = first; q < r; q++) {
            if (c->v[q] != c->v[r] || (c->w && (c->w[q] || c->w[r]))) continue;
            in->domain = domain;
            in->record = r;
            for (uint32_t i = 0; i < e->program->fact_count; i++)
                if (e->program->facts[i].reg == d->known) in->fact = i;
            return input_error(e, EDICT_INPUT, "duplicate_id", in->starts[domain][r],
                "a name of its own for every entry",
                               "entries %u and %u of the list have the same name", q - first, r - first);
        }
    return EDICT_OK;
}

static edict_status finish(struct edict_evaluator *e)
{
    const struct input *in = input_of(e);
    const struct edict_program *p = e->program;
    edict_status status = EDICT_OK;
    /* A fact that stands for another comes after it; two rounds suffice, because it stands for one that asks or
     * has a default. */
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < p->fact_count && status == EDICT_OK; i++)
            if ((p->facts[i].missing == MISSING_SAME) == round) status = column_finish(e, i);
    for (uint32_t i = 0; i < in->list_count && status == EDICT_OK; i++) status = names_check(e, in->lists[i]);
    return status;
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
    json_start(&in->json, json, size, in->scratch);
    enum json_token token = json_next(&in->json);
    if (token == JSON_ERROR) return syntax(e);
    if (token != JSON_OBJECT)
        return input_error(e, EDICT_INPUT, "wrong_type", in->json.offset, "a JSON object",
            "an encounter is a JSON object");
    edict_status status = record_read(e, 0, in->lane);
    if (status != EDICT_OK) return status;
    in->domain = 0;
    in->record = in->lane;
    if (json_next(&in->json) != JSON_END) return syntax(e);
    status = finish(e);
    return status != EDICT_OK ? status : e->status;
}

void bind_start(struct edict_evaluator *e)
{
    e->why_count = 2;
    e->code_count = e->interval_count = 0;
    e->pinned_base = e->pinned_codes = 0;
    for (uint32_t d = 0; d < e->program->domain_count; d++) e->sizes[d] = 0;
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
        for (uint32_t i = 0; i < in->list_count; i++) in->firsts[in->lists[i]][e->lanes] = e->sizes[in->lists[i]];
    } else {
        e->why_count = whys;
        e->code_count = codes;
        e->sizes[0] = in->lane;
        for (uint32_t i = 0; i < in->list_count; i++) e->sizes[in->lists[i]] = in->firsts[in->lists[i]][in->lane];
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

/* A policy that is the same for all lanes is one cell. */
void bind_policies(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    struct input *in = input_of(e);
    for (uint32_t i = 0; i < p->policy_count; i++) {
        int64_t *v = &in->policy_cells[(size_t)i * LANES_MOST];
        uint32_t *w = &in->policy_states[(size_t)i * LANES_MOST], differ = 0, any = 0;
        for (uint32_t lane = 0; lane < e->lanes; lane++) {
            any |= w[lane] = policy_value(e, i, lane, &v[lane]) ? 0 : WHY_STATE_ABSENT;
            differ |= v[lane] != v[0] || w[lane] != w[0];
        }
        e->columns[p->policies[i].reg] = (struct column){ v, any ? w : NULL, differ ? e->lanes : 1, 0 };
    }
}

void bind_end(struct edict_evaluator *e)
{
    struct input *in = input_of(e);
    const struct edict_program *p = e->program;
    e->pinned_base = e->why_count;
    e->pinned_codes = e->code_count;
    for (uint32_t i = 0; i < p->fact_count; i++) {
        const struct fact_column *c = &in->columns[i];
        const uint32_t n = e->sizes[p->facts[i].domain];
        uint32_t any = 0;
        for (uint32_t r = 0; r < n; r++) any |= c->w[r];
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
