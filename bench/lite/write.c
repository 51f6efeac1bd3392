/* The workload's answer as one line of JSON. */
#include "bench/lite/lite.h"
#include "bench/put.h"

#define OPEN(literal) { literal, sizeof(literal) - 1 }

static char *modifier_put(char *p, uint16_t m)
{
    if (!m) return p;
    *p++ = (char)(m >> 8);
    *p++ = (char)(m & 255);
    return p;
}

static char *said_put(char *p, const struct said *f)
{
    static const struct { char text[32]; size_t size; } open[] = { OPEN("{\"t\":\"PTP0\",\"c1\":\""),
        OPEN("{\"t\":\"PTP1\",\"c1\":\""), OPEN("{\"t\":\"MUE\",\"code\":\""), OPEN("{\"t\":\"MISSING\",\"code\":\""),
        OPEN("{\"t\":\"UNSUPPORTED\",\"code\":\""), OPEN("{\"t\":\"UNITS\",\"code\":\"") };
    memcpy(p, open[f->what].text, sizeof open->text);
    p = code_put(p + open[f->what].size, f->code);
    switch (f->what) {
    case PTP_NEVER: case PTP_UNLESS:
        p = PUT(p, "\",\"c2\":\"");
        p = code_put(p, f->other);
        p = PUT(p, "\",\"line\":");
        break;
    case TOO_MANY: p = PUT(p, "\",\"units\":"); break;
    default:
        p = PUT(p, "\",\"mod\":\"");
        p = modifier_put(p, f->modifier);
        p = f->what == OTHER_UNITS ? PUT(p, "\",\"billed\":") : PUT(p, "\",\"units\":");
    }
    p = number_put(p, f->a);
    if (f->what == TOO_MANY) p = number_put(PUT(p, ",\"max\":"), f->b);
    if (f->what == OTHER_UNITS) p = number_put(PUT(p, ",\"derived\":"), f->b);
    *p++ = '}';
    return p;
}

size_t answer_write(const struct encounter *e, const struct answer *a, int derived_only, char *out)
{
    char *p = PUT(out, "{\"id\":\"");
    memcpy(p, e->id, sizeof e->id);
    p = PUT(p + e->id_size, "\",\"derived\":[");
    for (uint32_t i = 0; i < a->derived_count; i++) {
        const struct derived *d = &a->derived[i];
        if (i) *p++ = ',';
        p = code_put(PUT(p, "{\"code\":\""), d->code);
        p = modifier_put(PUT(p, "\",\"mod\":\""), d->modifier);
        p = number_put(PUT(p, "\",\"units\":"), d->units);
        *p++ = '}';
    }
    if (derived_only) return (size_t)(PUT(p, "]}\n") - out);
    p = PUT(p, "],\"findings\":[");
    for (uint32_t i = 0; i < a->said_count; i++) {
        if (i) *p++ = ',';
        p = said_put(p, &a->said[i]);
    }
    return (size_t)(PUT(p, "]}\n") - out);
}
