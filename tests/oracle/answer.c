/* The answer as JSON, keys in the order of SPEC.md, 21. */
#include "tests/oracle/oracle.h"

#include "base/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- values as text */

static void put_code(struct buffer *out, int64_t code)
{
    if (!code) buffer_text(out, "none");
    for (int i = 0; i < 8 && ((uint64_t)code >> (56 - 8 * i) & 255); i++)
        buffer_byte(out, (char)((uint64_t)code >> (56 - 8 * i) & 255));
}

static void put_day(struct buffer *out, int64_t day)
{
    char text[11];
    date_text((int32_t)day, text);
    buffer_text(out, text);
}

static void put_time(struct buffer *out, int64_t minute)
{
    int64_t day = day_of_minute(minute), rest = minute - day * 1440;
    put_day(out, day);
    buffer_printf(out, "T%02d:%02d", (int)(rest / 60), (int)(rest % 60));
}

/* Millionths with as many places as they need, at least `least`. */
static void put_decimal(struct buffer *out, int64_t v, int least)
{
    uint64_t size = v < 0 ? -(uint64_t)v : (uint64_t)v;
    char digits[32];
    int places = 6;
    snprintf(digits, sizeof digits, "%06llu", (unsigned long long)(size % 1000000));
    while (places > least && digits[places - 1] == '0') places--;
    buffer_printf(out, "%s%llu", v < 0 ? "-" : "", (unsigned long long)(size / 1000000));
    if (places) buffer_printf(out, ".%.*s", places, digits);
}

void put_value_text(struct oracle *o, struct buffer *out, const struct type *t, int64_t v)
{
    switch (t->base) {
    case TYPE_BOOL: buffer_text(out, v ? "yes" : "no"); break;
    case TYPE_WORD: buffer_text(out, o->m->words[o->ranked[v]]); break;
    case TYPE_CODE: put_code(out, v); break;
    case TYPE_TEXT:
        if (PHRASE(v)->invented) buffer_text(out, "not documented");
        else buffer_add(out, PHRASE(v)->at, PHRASE(v)->size);
        break;
    case TYPE_DECIMAL: put_decimal(out, v, 0); break;
    case TYPE_MONEY: put_decimal(out, v, 2); break;
    case TYPE_MINUTES: buffer_printf(out, "%lld min", (long long)v); break;
    case TYPE_DAYS: buffer_printf(out, "%lld day%s", (long long)v, v == 1 ? "" : "s"); break;
    case TYPE_YEARS: buffer_printf(out, "%lld year%s", (long long)v, v == 1 ? "" : "s"); break;
    case TYPE_DATE: put_day(out, v); break;
    case TYPE_TIME: put_time(out, v); break;
    case TYPE_CODES:
        for (uint32_t i = 0; i < CODES(v)->count; i++) {
            if (i) buffer_text(out, ", ");
            put_code(out, CODES(v)->at[i]);
        }
        if (!CODES(v)->count) buffer_text(out, "none");
        break;
    case TYPE_TIMES:
        for (uint32_t i = 0; i < TIMES(v)->count; i++) {
            if (i) buffer_text(out, ", ");
            put_time(out, TIMES(v)->at[i].from);
            buffer_text(out, " to ");
            put_time(out, TIMES(v)->at[i].to);
        }
        break;
    default: buffer_int(out, v);
    }
}

static void put_key(struct buffer *out, const char *key, int first)
{
    buffer_printf(out, "%s\"%s\": ", first ? "" : ", ", key);
}

static void put_text_json(struct buffer *out, struct text t) { buffer_json(out, t.at ? t.at : "", t.size); }

void put_code_json(struct buffer *out, int64_t code)
{
    buffer_byte(out, '"');
    put_code(out, code);
    buffer_byte(out, '"');
}

void put_codes_json(struct buffer *out, const struct codes *c)
{
    buffer_byte(out, '[');
    for (uint32_t i = 0; i < c->count; i++) {
        if (i) buffer_text(out, ", ");
        put_code_json(out, c->at[i]);
    }
    buffer_byte(out, ']');
}

/* ---- records */

void put_known_json(struct run *r, struct kind *k, uint32_t record, struct buffer *out)
{
    struct value c = {0, &no_such_thing};
    if (k->known) c = column_of(r, k->known)->cells[record];
    if (c.why || (k->known->type.base == TYPE_TEXT && PHRASE(c.v)->invented)) {
        buffer_int(out, (int64_t)record + 1);
        return;
    }
    int bare = k->known->type.base == TYPE_COUNT, text = k->known->type.base == TYPE_TEXT;
    if (text) buffer_json(out, PHRASE(c.v)->at, PHRASE(c.v)->size);
    else {
        if (!bare) buffer_byte(out, '"');
        put_value_text(r->o, out, &k->known->type, c.v);
        if (!bare) buffer_byte(out, '"');
    }
}

/* Marks the records of a list that stand behind a record; how many are new. */
static uint32_t behind(struct run *r, struct kind *want, struct kind *k, int stage, uint32_t record, char *marks)
{
    uint32_t n = 0;
    if (!k) return 0;
    if (k == want) {
        n = !marks[record];
        marks[record] = 1;
    } else if (k == r->o->m->charge) {
        for (const struct charge *c = stage == 2 ? r->finals[record].first : r->charges[record]; c;
             c = stage == 2 ? c->more : NULL)
            n += behind(r, want, c->kind, 0, c->record, marks);
    } else if (k->domain == DOMAIN_GROUP) {
        uint32_t members = size_of_kind(r, k->source);
        for (uint32_t i = 0; i < members; i++)
            if (r->groups[kind_number_of(r->o, k)][i] == (int64_t)record) n += behind(r, want, k->source, 0, i, marks);
    } else if (k->domain == DOMAIN_CROSS) {
        uint32_t of = size_of_kind(r, k->source);
        n = behind(r, want, k->source, 0, record / of, marks);
        n += behind(r, want, k->source, 0, record % of, marks);
    }
    return n;
}

static void put_marked(struct run *r, struct kind *k, const char *marks, struct buffer *out)
{
    uint32_t n = size_of_kind(r, k);
    int first = 1;
    buffer_byte(out, '[');
    for (uint32_t i = 0; i < n; i++) {
        if (!marks[i]) continue;
        if (!first) buffer_text(out, ", ");
        first = 0;
        put_known_json(r, k, i, out);
    }
    buffer_byte(out, ']');
}

static void put_single(struct run *r, struct kind *k, const char *marks, const char *front, struct buffer *out)
{
    struct text name = k->known ? k->known->name : k->name;
    uint32_t i = 0;
    while (!marks[i]) i++;
    buffer_printf(out, ", \"%s%.*s\": ", front, (int)name.size, name.at);
    put_known_json(r, k, i, out);
}

/* ---- what stands behind: rules and their sources */

static void put_rule_name(struct buffer *out, const struct trace *t)
{
    if (t->item->kind == AST_BILL && !ast_child(t->item->node, AST_AS)) buffer_text(out, "bill ");
    buffer_add(out, t->item->name.at, t->item->name.size);
}

static const struct ast_node *cites_of(const struct trace *t)
{
    int c = 0;
    const struct ast_node *cell = NULL;
    for (const struct ast_node *h = t->row && t->item->header ? t->item->header->first : NULL; h; h = h->next, c++)
        if (text_is(h->text, "cite") && t->row->node) cell = ast_nth(t->row->node, (unsigned)c);
    if (cell && cell->op == OP_VALUES && cell->first) return cell;
    return t->row && t->row->cite ? t->row->cite : t->item->cite;
}

static void put_cites(struct buffer *out, const struct trace *const *rows, uint32_t count)
{
    struct text said[256];
    uint32_t n = 0;
    buffer_byte(out, '[');
    for (uint32_t i = 0; i < count; i++) {
        const struct ast_node *cites = cites_of(rows[i]);
        for (const struct ast_node *c = cites ? cites->first : NULL; c; c = c->next) {
            struct text key = cites->kind == AST_CITE ? c->text : c->first ? c->first->text : text_of("");
            uint32_t k = 0;
            while (k < n && !text_equal(said[k], key)) k++;
            if (k < n || !key.size || n == 256) continue;
            if (n) buffer_text(out, ", ");
            said[n++] = key;
            put_text_json(out, key);
        }
    }
    buffer_byte(out, ']');
}

/* The facts that a row of a bill stands on, each after what it stands on
 * itself. */
struct builds {
    struct run *r;
    const struct charge *c;
    const struct field *seen[512];
    unsigned seen_count;
    const struct trace **rows;
    uint32_t *count, room;
};

static void row_add(struct builds *b, const struct trace *t)
{
    for (uint32_t i = 0; i < *b->count; i++)
        if (b->rows[i] == t) return;
    if (*b->count < b->room) b->rows[(*b->count)++] = t;
}

static void builds_expr(struct builds *b, const struct expr *e);

static void builds_field(struct builds *b, struct field *f)
{
    struct run *r = b->r;
    for (unsigned i = 0; i < b->seen_count; i++)
        if (b->seen[i] == f) return;
    if (b->seen_count == 512) return;
    b->seen[b->seen_count++] = f;
    builds_expr(b, f->expr);
    if (f->source) builds_field(b, f->source);
    for (unsigned i = 0; f->fold && i < f->fold->count; i++) builds_expr(b, f->fold->parts[i]);
    for (unsigned i = 0; f->table && i < f->table->column_count; i++) builds_expr(b, f->table->columns[i]);
    for (unsigned i = 0; f->table && i < f->table->row_count; i++) builds_expr(b, f->table->rows[i].result.expr);
    if (f->choose) builds_expr(b, f->choose->among);
    if (f->how != FIELD_TABLE && f->how != FIELD_STEP && f->how != FIELD_CHOOSE) return;
    const struct column *c = column_of(r, f);
    struct kind *k = b->c->kind;
    uint32_t from = 0, to = 1;
    const int64_t *groups = NULL;
    if (f->kind == k) {
        from = b->c->record;
        to = from + 1;
    } else if (k->group && f->kind == k->source) {
        groups = r->groups[kind_number_of(r->o, k)];
        to = size_of_kind(r, k->source);
    } else if (f->kind != r->o->m->encounter) return;
    for (uint32_t i = from; i < to; i++)
        if (c->rows[i] && (!groups || groups[i] == (int64_t)b->c->record))
            row_add(b, (const struct trace *)(intptr_t)c->rows[i]);
}

static void builds_expr(struct builds *b, const struct expr *e)
{
    if (!e) return;
    if (e->op == X_FIELD && (e->at == AT_RECORD || e->at == AT_ENCOUNTER) && e->field->how != FIELD_FACT &&
        e->field->how != FIELD_POLICY)
        builds_field(b, e->field);
    builds_expr(b, e->a);
    builds_expr(b, e->b);
    builds_expr(b, e->c);
}

void because_rows(struct run *r, const struct charge *c, const struct trace **rows, uint32_t *count, uint32_t room)
{
    struct builds b = {.r = r, .c = c, .rows = rows, .count = count, .room = room};
    row_add(&b, c->row);
    for (unsigned i = 0; i < c->effect_count; i++) row_add(&b, c->effects[i]);
    if (!c->bill) return;
    const struct table *t = c->bill->table;
    const struct row *row = &t->rows[c->bill_row];
    for (unsigned i = 0; i < t->column_count; i++) {
        unsigned looked = row->cells[i].count; /* where the first row decides, those
                                                  above it were looked at too */
        for (unsigned k = 0; t->hit == HIT_FIRST && k < c->bill_row; k++) looked += t->rows[k].cells[i].count;
        if (looked) builds_expr(&b, t->columns[i]);
    }
    builds_expr(&b, row->code);
    builds_expr(&b, row->units);
}

void put_tail_json(struct run *r, const struct charge *first, struct buffer *out)
{
    enum { MOST = 1024 };
    const struct trace **rows = run_room(r, MOST, sizeof *rows);
    uint32_t count = 0;
    struct kind *shown = r->o->shown;
    if (shown) {
        char *marks = run_room(r, size_of_kind(r, shown), 1);
        for (const struct charge *c = first; c; c = c->more) behind(r, shown, c->kind, 0, c->record, marks);
        buffer_printf(out, ", \"%.*s\": ", (int)shown->list_key.size, shown->list_key.at);
        put_marked(r, shown, marks, out);
    }
    for (const struct charge *c = first; c; c = c->more) because_rows(r, c, rows, &count, MOST);
    put_key(out, "because", 0);
    buffer_byte(out, '[');
    for (uint32_t i = 0; i < count; i++) {
        buffer_text(out, i ? ", \"" : "\"");
        put_rule_name(out, rows[i]);
        if (rows[i]->row) buffer_printf(out, "#%d", rows[i]->row->number);
        buffer_byte(out, '"');
    }
    buffer_byte(out, ']');
    put_key(out, "cite", 0);
    put_cites(out, rows, count);
}

/* ---- findings */

static void put_message(struct run *r, const struct finding *f, struct buffer *out)
{
    const char *at = f->rule->effect.message ? f->rule->effect.message : "";
    struct buffer text;
    buffer_init(&text, 0);
    while (*at) {
        unsigned n = *at == '{' && at[1] >= '0' && at[1] <= '9' && at[2] == '}' ? (unsigned)(at[1] - '0') : 99;
        if (n < f->rule->effect.arg_count) {
            if (f->args[n].why) buffer_text(&text, "not documented");
            else put_value_text(r->o, &text, &f->rule->effect.args[n]->type, f->args[n].v);
            at += 3;
        } else buffer_byte(&text, *at++);
    }
    buffer_json(out, text.at ? text.at : "", text.size);
    buffer_free(&text);
}

static void put_subjects(struct run *r, const struct finding *f, struct buffer *out)
{
    for (int lists = 0; lists < 2; lists++)
        for (uint32_t i = 0; i < r->o->list_count; i++) {
            struct kind *k = r->o->lists[i];
            if ((k->known_as == 0) != lists) continue;
            uint32_t n = size_of_kind(r, k);
            char *marks = run_room(r, n + 1, 1), *other = run_room(r, n + 1, 1);
            uint32_t first = behind(r, k, f->kind_of, f->stage, f->record, marks);
            if (!lists) {
                uint32_t second = behind(r, k, f->other_kind, f->stage, f->other, other);
                if (first) put_single(r, k, marks, "", out);
                if (second) put_single(r, k, other, first ? "other_" : "", out);
                continue;
            }
            if (!(first + behind(r, k, f->other_kind, f->stage, f->other, marks))) continue;
            buffer_printf(out, ", \"%.*s\": ", (int)k->list_key.size, k->list_key.at);
            put_marked(r, k, marks, out);
        }
}

static void put_changed(struct buffer *out, const char *key, const struct type *t, struct value c)
{
    if (c.why) return;
    put_key(out, key, 0);
    if (t->base == TYPE_CODES) put_codes_json(out, CODES(c.v));
    else if (!strcmp(key, "modifiers")) {
        buffer_byte(out, '[');
        if (c.v) put_code_json(out, c.v);
        buffer_byte(out, ']');
    } else if (t->base == TYPE_CODE) put_code_json(out, c.v);
    else buffer_int(out, t->base == TYPE_DECIMAL || t->base == TYPE_MONEY ? c.v / 1000000 : c.v);
}

static void put_change(const struct finding *f, struct buffer *out)
{
    static const char *const keys[] = {"code", "units", "modifiers"};
    static const enum ast_op changes[] = {OP_CHANGE_CODE, OP_CHANGE_UNITS, OP_CHANGE_MODIFIERS};
    for (unsigned i = 0; i < 3; i++) {
        const struct field *as_billed = f->whole ? field_find(f->rule->kind, text_of(keys[i])) : NULL;
        if (f->rule->effect.op == changes[i])
            put_changed(out, keys[i], &f->rule->effect.value->type, documented(f->value));
        else if (as_billed) put_changed(out, keys[i], &as_billed->type, f->line[i]);
    }
}

static void put_head(struct buffer *out, enum finding_kind kind, const struct trace *row)
{
    static const char *const words[] = {"deny", "change", "missing", "hold", "review", "note"};
    struct buffer name;
    buffer_init(&name, 0);
    put_rule_name(&name, row);
    buffer_printf(out, "{\"kind\": \"%s\", \"rule\": ", words[kind]);
    buffer_json(out, name.at, name.size);
    buffer_free(&name);
}

static void put_foot(struct buffer *out, const struct trace *row)
{
    put_key(out, "cite", 0);
    put_cites(out, &row, 1);
    buffer_byte(out, '}');
}

/* `key`: without the records behind a charge, to be compared between worlds. */
void put_finding_json(struct run *r, const struct finding *f, int key, struct buffer *out)
{
    int charge = f->kind_of == r->o->m->charge;
    put_head(out, f->kind, f->row);
    if (!key || !charge) put_subjects(r, f, out);
    if (f->changes) put_change(f, out);
    else if (charge) {
        const struct charge *c = f->stage == 2 ? NULL : r->charges[f->record];
        put_key(out, "code", 0);
        put_code_json(out, c ? c->code : r->finals[f->record].code);
        put_key(out, "units", 0);
        buffer_int(out, c ? c->left : r->finals[f->record].units);
        put_key(out, "modifiers", 0);
        put_codes_json(out, c ? c->now : r->finals[f->record].modifiers);
    }
    put_key(out, "message", 0);
    if (f->rival) {
        struct buffer text;
        buffer_init(&text, 0);
        buffer_text(&text, "the rules ");
        put_rule_name(&text, f->rival);
        buffer_text(&text, " and ");
        put_rule_name(&text, f->row);
        buffer_text(&text, " want different things here");
        buffer_json(out, text.at, text.size);
        buffer_free(&text);
    } else put_message(r, f, out);
    put_foot(out, f->row);
}

/* What to ask for, where the pack has no words of its own. */
static void put_request(struct run *r, const struct hold *h, const char *marks, struct buffer *out)
{
    struct kind *k = h->fact->kind;
    struct buffer text;
    buffer_init(&text, 0);
    buffer_text(&text, "document the ");
    for (uint32_t i = 0; i < h->fact->name.size; i++)
        buffer_byte(&text, h->fact->name.at[i] == '_' ? ' ' : h->fact->name.at[i]);
    const char *before = " of ";
    for (uint32_t i = 0; k != r->o->m->encounter && i < size_of_kind(r, k); i++) {
        if (!marks[i]) continue;
        struct value c = k->known ? column_of(r, k->known)->cells[i] : undocumented(&no_such_thing);
        buffer_text(&text, before);
        before = ", ";
        if (h->pinned || c.why) buffer_printf(&text, "%.*s ", (int)k->name.size, k->name.at);
        if (c.why) buffer_int(&text, (int64_t)i + 1);
        else put_value_text(r->o, &text, &k->known->type, c.v);
    }
    buffer_json(out, text.at, text.size);
    buffer_free(&text);
}

static void put_hold(struct run *r, const struct hold *h, const struct settled *s, struct buffer *out)
{
    const char *own = h->said ? h->row->hold : "";
    put_head(out, FIND_HOLD, h->row);
    if (!h->fact) {
        struct finding about = r->findings[h->finding];
        put_subjects(r, &about, out);
        put_key(out, "message", 0);
        if (*own) put_text_json(out, text_of(own));
        else buffer_text(out, "\"what is documented does not decide this\"");
        put_foot(out, h->row);
        return;
    }
    struct kind *k = h->fact->kind;
    int top = k == r->o->m->encounter;
    uint32_t only = 0;
    char *marks = run_room(r, size_of_kind(r, k) + 1, 1);
    for (uint32_t i = 0; i < h->count; i++)
        if (!h->entries[i].dropped) marks[only = h->entries[i].record] = 1;
    if (!top && k->known_as) put_single(r, k, marks, "", out);
    else if (!top) {
        buffer_printf(out, ", \"%.*s\": ", (int)k->list_key.size, k->list_key.at);
        put_marked(r, k, marks, out);
    }
    put_key(out, "fact", 0);
    put_text_json(out, h->fact->name);
    for (uint32_t i = 0; s && s->active && h->left == 1 && i < s->class_count; i++) {
        if (s->classes[i].fact != h->fact || s->classes[i].record != only) continue;
        put_key(out, "values", 0);
        buffer_add(out, s->classes[i].json.at, s->classes[i].json.size);
        break;
    }
    put_key(out, "message", 0);
    if (h->fact->fact->hold && *h->fact->fact->hold) put_text_json(out, text_of(h->fact->fact->hold));
    else if (*own) put_text_json(out, text_of(own));
    else put_request(r, h, marks, out);
    put_foot(out, h->row);
}

/* ---- the whole */

static void put_charge_head(struct buffer *out, int64_t code, int64_t units, const struct codes *modifiers, int64_t day)
{
    put_key(out, "code", 1);
    put_code_json(out, code);
    put_key(out, "units", 0);
    buffer_int(out, units);
    put_key(out, "modifiers", 0);
    put_codes_json(out, modifiers);
    buffer_text(out, ", \"date\": \"");
    put_day(out, day);
    buffer_byte(out, '"');
}

static void put_list(struct run *r, struct text list, const struct settled *s, struct buffer *out)
{
    int n = 0;
    buffer_printf(out, ", \"%.*s\": [", (int)list.size, list.at);
    for (uint32_t i = 0; s && s->active && i < s->standing_count; i++) {
        const struct standing *x = &s->standing[i];
        if (!text_equal(x->list, list)) continue;
        buffer_text(out, n++ ? ", {" : "{");
        put_charge_head(out, x->code, x->units, x->modifiers, x->date);
        buffer_add(out, x->tail.at, x->tail.size);
        buffer_byte(out, '}');
    }
    for (uint32_t i = 0; s && !s->active && i < r->final_count; i++) {
        const struct final *x = &r->finals[i];
        if (!text_equal(x->list, list)) continue;
        buffer_text(out, n++ ? ", {" : "{");
        put_charge_head(out, x->code, x->units, x->modifiers, x->date);
        put_tail_json(r, x->first, out);
        buffer_byte(out, '}');
    }
    buffer_byte(out, ']');
}

static int lacks(const struct hold *h, uint32_t record)
{
    for (uint32_t i = 0; i < h->count; i++)
        if (!h->entries[i].dropped && h->entries[i].record == record) return 1;
    return 0;
}

/* A fact that asks in words of its own asks once: is it asked for all of these
 * records before? */
static int asked_before(const struct holds *holds, uint32_t number)
{
    const struct hold *h = holds->list[number];
    if (!h->fact || !h->fact->fact->hold || !*h->fact->fact->hold) return 0;
    for (uint32_t k = 0; k < number; k++) {
        int all = holds->list[k]->fact == h->fact && h->left > 0;
        for (uint32_t i = 0; i < h->count && all; i++)
            all = h->entries[i].dropped || lacks(holds->list[k], h->entries[i].record);
        if (all) return 1;
    }
    return 0;
}

static void put_findings(struct run *r, const struct settled *s, struct buffer *out)
{
    struct holds holds;
    int n = 0;
    holds_find(r, &holds);
    for (uint32_t i = 0; i < r->finding_count; i++) {
        const struct finding *f = &r->findings[i];
        if (f->kind != FIND_HOLD || !f->why) {
            if (n++) buffer_text(out, ", ");
            put_finding_json(r, f, 0, out);
            continue;
        }
        for (uint32_t k = 0; k < holds.count; k++) {
            if (holds.list[k]->finding != i || (holds.list[k]->fact && !holds.list[k]->left)) continue;
            if (asked_before(&holds, k)) continue;
            if (n++) buffer_text(out, ", ");
            put_hold(r, holds.list[k], s, out);
        }
    }
    for (uint32_t i = 0; s->active && i < s->finding_count; i++) {
        if (!s->findings[i].alive) continue;
        if (n++) buffer_text(out, ", ");
        buffer_add(out, s->findings[i].json.at, s->findings[i].json.size);
    }
}

/* s NULL: no version is in effect. */
void answer_write(struct run *r, const struct settled *s, struct buffer *out)
{
    const struct oracle *o = r->o;
    const struct pack *pack = o->m->packs;
    const struct ast_node *version = ast_child(pack->node, AST_VERSION);
    int held = 0;
    for (uint32_t i = 0; s && i < r->finding_count; i++) held |= r->findings[i].kind == FIND_HOLD;
    buffer_text(out, "{\"encounter\": ");
    if (o->m->encounter->known) put_known_json(r, o->m->encounter, 0, out);
    else buffer_text(out, "null");
    buffer_printf(out,
                  ", \"pack\": \"%.*s@%.*s\", \"rules\": \"%s\", \"image\": "
                  "\"%s\", \"date\": \"",
                  (int)pack->name.size, pack->name.at, (int)version->text.size, version->text.at, o->rules, o->image);
    put_day(out, r->date);
    buffer_printf(out, "\", \"status\": \"%s\"", !s ? "no_rules" : held ? "held" : "complete");
    for (uint32_t i = 0; i < o->result_count; i++) put_list(r, o->results[i], s, out);
    buffer_text(out, ", \"findings\": [");
    if (s) put_findings(r, s, out);
    buffer_text(out, "]}");
}
