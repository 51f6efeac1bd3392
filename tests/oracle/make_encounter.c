/* Random encounters by a pack's own facts: values on both sides of the pack's
 * own constants, facts missing, odd dates. */
#include "tests/oracle/differ.h"

#include "base/date.h"

#include <stdlib.h>
#include <string.h>

struct maker {
    struct random *r;
    const struct oracle *o;
    struct buffer *out;
    int32_t date;
    uint32_t missing; /* one fact in so many is not documented; 0: none */
    int wild;         /* huge numbers, mistakes */
    int64_t last;     /* clock time last written: the next one stands near it */
};

static int chance(struct maker *m, uint32_t n) { return random_one_in(m->r, n); }

/* A constant of this type that the pack compares with, or `other`. */
static int64_t constant(struct maker *m, enum value_type type, int64_t other)
{
    uint32_t n = 0, pick;
    for (uint32_t i = 0; i < m->o->bound_count; i++) n += m->o->bounds[i].type == type;
    pick = random_below(m->r, n + 1);
    for (uint32_t i = 0; i < m->o->bound_count; i++)
        if (m->o->bounds[i].type == type && pick-- == 0) return m->o->bounds[i].value;
    return other;
}

static int64_t any_code(struct maker *m)
{
    const struct model *model = m->o->m;
    uint32_t kind = random_below(m->r, 8);
    if (kind < 4 && model->set_count) {
        const struct code_set *s = &model->sets[random_below(m->r, model->set_count)];
        if (s->count) {
            const struct code_range *x = &s->ranges[random_below(m->r, s->count)];
            return (int64_t)(chance(m, 3) ? x->hi : x->lo);
        }
    }
    if (kind < 5 && model->relation_count) {
        const struct relation *rel = &model->relations[random_below(m->r, model->relation_count)];
        if (rel->cells && rel->row_count)
            for (uint32_t c = 0; c < rel->column_count; c++)
                if (rel->types[c].base == TYPE_CODE && (chance(m, 2) || c + 1 == rel->column_count))
                    return rel->cells[(size_t)random_below(m->r, rel->row_count) * rel->column_count + c];
    }
    int64_t code = constant(m, TYPE_CODE, 0);
    return code ? code : code_of(chance(m, 2) ? "J0696" : "Q9999");
}

static void put_day(struct maker *m, int64_t day)
{
    char text[11];
    date_text((int32_t)day, text);
    buffer_printf(m->out, "\"%s\"", text);
}

static int64_t clamp_day(int64_t day) { return day < -25567 ? -25567 : day > 84005 ? 84005 : day; }

/* A day on which something in the pack begins or ends, or one beside it. */
static int32_t day_of_change(struct maker *m)
{
    const struct model *model = m->o->m;
    uint32_t n = 0, skip;
    for (const struct item *it = model->items; it; it = it->next) n += it->row_count + it->entry_count;
    skip = random_below(m->r, n + 1);
    for (const struct item *it = model->items; it; it = it->next)
        for (uint32_t i = 0; i < it->row_count + it->entry_count; i++) {
            if (skip-- != 0) continue;
            int32_t from = i < it->row_count ? it->rows[i].from : it->entries[i - it->row_count].from;
            int32_t until = i < it->row_count ? it->rows[i].until : it->entries[i - it->row_count].until;
            if (until != DATE_OPEN && chance(m, 2)) return until + (int32_t)random_below(m->r, 2);
            if (from != DATE_MIN_OPEN) return from - (int32_t)random_below(m->r, 2);
        }
    return date_days(2026, 3, 2);
}

static void date_choose(struct maker *m)
{
    const struct pack *p = m->o->m->packs;
    int64_t day = date_days(2026, 3, 2);
    switch (random_below(m->r, 10)) {
    case 0:
    case 1:
    case 2: day = day_of_change(m); break;
    case 3: day = p->from == DATE_MIN_OPEN ? day : p->from - (int)random_below(m->r, 2); break;
    case 4: day = p->until == DATE_OPEN ? day : p->until + (int)random_below(m->r, 2); break;
    case 5: day = date_days(2024, 2, 29) + (int)random_below(m->r, 1200); break;
    default: break;
    }
    m->date = (int32_t)clamp_day(day);
}

static void put_time(struct maker *m)
{
    int64_t base = (int64_t)m->date * 1440 + 480 + random_below(m->r, 40) * 15, t = base;
    if (m->last && !chance(m, 4)) {
        int64_t minutes = constant(m, TYPE_MINUTES, (int64_t)random_below(m->r, 200));
        if (minutes < -2000 || minutes > 2000) minutes = 30;
        t = m->last + minutes + (int64_t)random_below(m->r, 3) - 1;
        if (chance(m, 15)) t += 1440 + (int64_t)random_below(m->r, 400);
        if (chance(m, 12)) t = m->last;
        if (chance(m, 40)) t = m->last - (int64_t)random_below(m->r, 90);
    }
    if (m->wild && chance(m, 30)) t += ((int64_t)random_below(m->r, 60) - 30) * 1440;
    if (t < -25567 * (int64_t)1440) t = base;
    if (t > 84005 * (int64_t)1440) t = base;
    m->last = t;
    char text[11];
    int64_t day = day_of_minute(t), rest = t - day * 1440;
    date_text((int32_t)day, text);
    buffer_printf(m->out, "\"%sT%02d:%02d%s\"", text, (int)(rest / 60), (int)(rest % 60), chance(m, 30) ? ":59" : "");
}

static void put_number(struct maker *m, enum value_type type)
{
    int scaled = type == TYPE_DECIMAL || type == TYPE_MONEY;
    int64_t v = chance(m, 3) ? (int64_t)random_below(m->r, 8) * (scaled ? 1000000 : 1)
                             : constant(m, type, (int64_t)random_below(m->r, 300) * (scaled ? 500000 : 1));
    if (!chance(m, 3)) v += (int64_t)random_below(m->r, 3) - 1;
    if (m->wild && chance(m, 6)) v = scaled ? INT64_MAX - random_below(m->r, 9) : 2147483647 - random_below(m->r, 3);
    if (m->wild && chance(m, 12)) v = -v;
    if (!scaled && (v > 2147483647 || v < -2147483647)) v = 7;
    if (!scaled) {
        if (v && v % 10 == 0 && chance(m, 10)) buffer_printf(m->out, "%llde1", (long long)(v / 10));
        else buffer_printf(m->out, chance(m, 20) ? "%lld.0" : "%lld", (long long)v);
        return;
    }
    uint64_t size = v < 0 ? -(uint64_t)v : (uint64_t)v;
    buffer_printf(m->out, "%s%llu", v < 0 ? "-" : "", (unsigned long long)(size / 1000000));
    if (size % 1000000 || chance(m, 5)) buffer_printf(m->out, ".%06llu", (unsigned long long)(size % 1000000));
}

static void put_code(struct maker *m)
{
    int64_t code = any_code(m);
    char text[9] = {0};
    for (int i = 0; i < 8; i++) text[i] = (char)((uint64_t)code >> (56 - 8 * i) & 255);
    if (chance(m, 25)) text[0] = (char)(text[0] >= 'A' ? text[0] + 'a' - 'A' : text[0]);
    buffer_printf(m->out, "\"%s\"", *text ? text : "X1");
}

static void put_text(struct maker *m)
{
    static const char *const texts[] = {"1", "2", "left arm", "ein \\u00fc", "\\\"q\\\"", "a/b~c", ""};
    uint32_t n = m->o->text_count, pick = random_below(m->r, n + 7);
    if (pick < n) buffer_json(m->out, m->o->texts[pick], strlen(m->o->texts[pick]));
    else buffer_printf(m->out, "\"%s\"", texts[chance(m, 2) ? random_below(m->r, 2) : pick - n]);
}

static void put_value(struct maker *m, const struct field *f)
{
    if (m->wild && chance(m, 60)) {
        static const char *const wrong[] = {"[]",
                                            "{}",
                                            "\"no such word\"",
                                            "\"2026-02-30\"",
                                            "true",
                                            "1.5",
                                            "[\"??\"]",
                                            "-1",
                                            "99999999999999999999",
                                            "0.1234567",
                                            "\"2026-03-02T25:61\""};
        buffer_text(m->out, wrong[random_below(m->r, sizeof wrong / sizeof *wrong)]);
        return;
    }
    switch (f->type.base) {
    case TYPE_BOOL: buffer_text(m->out, chance(m, 2) ? "true" : "false"); break;
    case TYPE_WORD: {
        const char *word = m->o->m->words[f->type.words->atoms[random_below(m->r, f->type.words->count)]];
        buffer_json(m->out, word, strlen(word));
        break;
    }
    case TYPE_CODE: put_code(m); break;
    case TYPE_CODES: {
        uint32_t n = random_below(m->r, chance(m, 20) ? 10 : 3);
        buffer_byte(m->out, '[');
        for (uint32_t i = 0; i < n; i++) {
            if (i) buffer_text(m->out, ", ");
            put_code(m);
        }
        buffer_byte(m->out, ']');
        break;
    }
    case TYPE_TEXT: put_text(m); break;
    case TYPE_DATE:
        if (f->fact->selector) put_day(m, m->date);
        else if (chance(m, 3)) put_day(m, clamp_day(m->date - (int64_t)random_below(m->r, 36500)));
        else put_day(m, clamp_day(m->date + (int64_t)random_below(m->r, 3) - 1 - (chance(m, 2) ? 6570 : 0)));
        break;
    case TYPE_TIME: put_time(m); break;
    default: put_number(m, f->type.base);
    }
}

static void put_record(struct maker *m, const struct kind *k, uint32_t number)
{
    const struct field *facts[FACTS_MAX];
    uint32_t n = 0, said = 0;
    for (const struct field *f = k->fields; f; f = f->next)
        if (f->how == FIELD_FACT) facts[n++] = f;
    buffer_byte(m->out, '{');
    m->last = chance(m, 3) ? m->last : 0;
    for (uint32_t i = n; i-- > 0;) { /* as declared, so that a start stands before its stop */
        const struct field *f = facts[i];
        int must = f->fact->missing == MISSING_REFUSED, position = f->fact->missing == MISSING_POSITION;
        if (must ? m->wild && chance(m, 200) : position ? !chance(m, 12) : m->missing && chance(m, m->missing)) {
            if (!chance(m, 6)) continue;
            buffer_printf(m->out, "%s\"%.*s\": null", said++ ? ", " : "", (int)f->name.size, f->name.at);
            continue;
        }
        buffer_printf(m->out, "%s\"%.*s\": ", said++ ? ", " : "", (int)f->name.size, f->name.at);
        if (f == k->known && !chance(m, 60) && f->type.base == TYPE_TEXT)
            buffer_printf(m->out, "\"%.*s%u\"", (int)(k->name.size ? 1 : 0), k->name.at, number + 1);
        else put_value(m, f);
    }
    if (chance(m, 50)) buffer_printf(m->out, "%s\"unheard_of\": {\"a\": [1, 2]}", said++ ? ", " : "");
    for (uint32_t i = 0; k == m->o->m->encounter && i < m->o->list_count; i++) {
        const struct kind *list = m->o->lists[i];
        uint32_t count = random_below(m->r, chance(m, 8) ? 9 : 4);
        if (chance(m, 8)) continue;
        buffer_printf(m->out, "%s\"%.*s\": [", said++ ? ", " : "", (int)list->list_key.size, list->list_key.at);
        for (uint32_t q = 0; q < count; q++) {
            if (q) buffer_text(m->out, ", ");
            put_record(m, list, q);
        }
        buffer_byte(m->out, ']');
    }
    buffer_byte(m->out, '}');
}

void encounter_make(struct random *r, const struct oracle *o, struct buffer *out)
{
    static const uint32_t missing[] = {0, 0, 30, 12, 12, 5, 3};
    struct maker m = {.r = r, .o = o, .out = out};
    buffer_clear(out);
    m.missing = missing[random_below(r, sizeof missing / sizeof *missing)];
    m.wild = random_one_in(r, 10);
    date_choose(&m);
    put_record(&m, o->m->encounter, 0);
}
