/* One difference as billing sees it: which charge became which, with units, and with money where the encounter's own
 * lines say what such a unit costs; which findings came and went. */
#include "corpus.h"

#include <stdlib.h>
#include <string.h>

static struct piece name_add(struct steps *s, const char *at, size_t size)
{
    struct piece piece = {s->bytes.size, size};
    text_put(&s->bytes, at, size);
    text_put(&s->bytes, "", 1);
    return piece;
}

/* Of "CODEx2-MO@s1+1d" what is billed: "CODE-MO". */
static struct piece charge_name(struct steps *s, const struct outcome *o, const struct element *e)
{
    const char *at = o->bytes.bytes + e->text.at;
    size_t size = strcspn(at, "@+;");
    size = size < e->text.size ? size : e->text.size;
    size_t units = size, after;
    while (units && at[units - 1] != 'x')    /* the last x with digits behind it */
        units--;
    units -= units != 0;
    for (after = units + 1; after < size && at[after] >= '0' && at[after] <= '9'; after++)
        ;
    struct piece piece = {s->bytes.size, 0};
    text_put(&s->bytes, at, units);
    if (after < size)
        text_put(&s->bytes, at + after, size - after);
    piece.size = s->bytes.size - piece.at;
    text_put(&s->bytes, "", 1);
    return piece;
}

static const char *records_at(const struct outcome *o, const struct element *e, size_t *size)
{
    const char *at = o->bytes.bytes + e->text.at, *mark = memchr(at, '@', e->text.size);
    *size = mark ? e->text.size - (size_t)(mark - at) : 0;
    return mark ? mark : at;
}

static int same_records(const struct outcome *a, const struct element *x, const struct outcome *b,
                        const struct element *y)
{
    size_t x_size, y_size;
    const char *x_at = records_at(a, x, &x_size), *y_at = records_at(b, y, &y_size);
    return x_size == y_size && memcmp(x_at, y_at, x_size) == 0;
}

static int same_code(const struct outcome *a, const struct element *x, const struct outcome *b, const struct element *y)
{
    return x->code.size == y->code.size &&
           memcmp(a->bytes.bytes + x->code.at, b->bytes.bytes + y->code.at, x->code.size) == 0;
}

/* ---- money: exact to millionths, as far as a JSON number is */

static int64_t millionths(json_t *value)
{
    return json_is_number(value) ? (int64_t)(json_number_value(value) * 1e6 + 0.5) : 0;
}

static const char *text_of(json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* What one unit of this code was asked for on the lines of the encounter; 0 where none says. */
static int64_t unit_price(json_t *lines, const char *code, size_t size)
{
    size_t i;
    json_t *line;
    json_array_foreach(lines, i, line) {
        const char *billed = text_of(line, "code");
        json_t *units = json_object_get(line, "units");
        int64_t count = units ? json_integer_value(units) : 1, asked = millionths(json_object_get(line, "charge"));
        if (strlen(billed) == size && memcmp(billed, code, size) == 0 && asked && count > 0)
            return asked / count;
    }
    return 0;
}

static int64_t line_money(json_t *lines, int64_t number)
{
    size_t i;
    json_t *line;
    json_array_foreach(lines, i, line) {
        json_t *said = json_object_get(line, "line");
        if ((said ? json_integer_value(said) : (int64_t)i + 1) == number)
            return millionths(json_object_get(line, "charge"));
    }
    return 0;
}

/* ---- pairing */

static void step_price(struct step *step, json_t *lines, const struct outcome *o, const struct element *e, int now)
{
    int64_t price = unit_price(lines, o->bytes.bytes + e->code.at, e->code.size);
    int64_t money = price * e->units;
    *(now ? &step->new_units : &step->old_units) = e->units;
    *(now ? &step->new_money : &step->old_money) = money;
    step->priced &= price != 0;
}

static int step_add(struct steps *s, const struct both *both, const struct element *old, const struct element *now,
                    json_t *lines)
{
    struct step *grown = realloc(s->steps, (s->step_count + 1) * sizeof *grown);
    if (!grown)
        return 0;
    s->steps = grown;
    struct step *step = &s->steps[s->step_count++];
    *step = (struct step){.priced = 1};
    step->from = old ? charge_name(s, &both->old_outcome, old) : name_add(s, "", 0);
    step->to = now ? charge_name(s, &both->now_outcome, now) : name_add(s, "", 0);
    if (old)
        step_price(step, lines, &both->old_outcome, old, 0);
    if (now)
        step_price(step, lines, &both->now_outcome, now, 1);
    return 1;
}

static int turned_add(struct steps *s, const struct outcome *o, const struct element *e, int came, json_t *lines)
{
    struct turned *grown = realloc(s->turned, (s->turned_count + 1) * sizeof *grown);
    if (!grown)
        return 0;
    s->turned = grown;
    const char *at = o->bytes.bytes + e->text.at;
    size_t size = strcspn(at, "@+?[;/");
    struct turned *t = &s->turned[s->turned_count++];
    *t = (struct turned){.came = came, .money = e->line ? line_money(lines, e->line) : 0};
    t->name = name_add(s, at, size < e->text.size ? size : e->text.size);
    for (char *c = s->bytes.bytes + t->name.at; *c; c++)
        *c = *c == ':' ? ' ' : *c;
    return 1;
}

/* Elements that the other side has not, each counted as often as it stands: marks 1. */
static void marks_make(const struct outcome *o, const struct outcome *other, unsigned char *marks, unsigned char *met)
{
    memset(met, 0, other->count);
    for (size_t i = 0; i < o->count; i++) {
        const struct piece *x = &o->elements[i].text;
        marks[i] = 1;
        for (size_t k = 0; k < other->count && marks[i]; k++) {
            const struct piece *y = &other->elements[k].text;
            if (!met[k] && x->size == y->size &&
                memcmp(o->bytes.bytes + x->at, other->bytes.bytes + y->at, x->size) == 0) {
                met[k] = 1;
                marks[i] = 0;
            }
        }
    }
}

/* Of a lost charge the one that came for the same records; else one of the same code; else none. */
static int pairs_add(struct steps *s, const struct both *both, unsigned char *lost, unsigned char *came, json_t *lines)
{
    const struct outcome *old = &both->old_outcome, *now = &both->now_outcome;
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < old->charges; i++)
            for (size_t k = 0; k < now->charges && lost[i]; k++) {
                const struct element *x = &old->elements[i], *y = &now->elements[k];
                if (!came[k] || !(round ? same_code(old, x, now, y) : same_records(old, x, now, y)))
                    continue;
                lost[i] = came[k] = 0;
                if (!step_add(s, both, x, y, lines))
                    return 0;
            }
    return 1;
}

static int rest_add(struct steps *s, const struct both *both, const unsigned char *marks, int now, json_t *lines)
{
    const struct outcome *o = now ? &both->now_outcome : &both->old_outcome;
    for (size_t i = 0; i < o->count; i++) {
        const struct element *e = &o->elements[i];
        if (!marks[i])
            continue;
        if (!(e->finding ? turned_add(s, o, e, now, lines)
                         : step_add(s, both, now ? NULL : e, now ? e : NULL, lines)))
            return 0;
    }
    return 1;
}

int steps_find(struct steps *s, const struct both *both, const char *encounter, size_t size)
{
    const struct outcome *old = &both->old_outcome, *now = &both->now_outcome;
    size_t most = old->count > now->count ? old->count : now->count;
    unsigned char *lost = calloc(most + 1, 1), *came = calloc(most + 1, 1), *met = calloc(most + 1, 1);
    json_t *root = json_loadb(encounter, size, 0, NULL), *lines = json_object_get(root, "lines");
    int good = lost && came && met;
    s->bytes.size = s->step_count = s->turned_count = 0;
    const char *payer = text_of(root, "payer");
    size_t kept = strlen(payer) < sizeof s->payer ? strlen(payer) : sizeof s->payer - 1;
    memcpy(s->payer, payer, kept);
    s->payer[kept] = 0;
    if (good) {
        marks_make(old, now, lost, met);
        marks_make(now, old, came, met);
        good = pairs_add(s, both, lost, came, lines) && rest_add(s, both, lost, 0, lines) &&
               rest_add(s, both, came, 1, lines);
    }
    json_decref(root);
    free(lost);
    free(came);
    free(met);
    return good && !s->bytes.failed ? 0 : -1;
}

void steps_free(struct steps *s)
{
    free(s->bytes.bytes);
    free(s->steps);
    free(s->turned);
    *s = (struct steps){0};
}
