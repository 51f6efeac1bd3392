/* The workload's answer as one line of JSON: charges by code, findings by rule and item. */
#include "bench/caps/caps.h"
#include "bench/put.h"

static char *digits_put(char *p, uint32_t n, uint32_t place)
{
    for (; place; place /= 10) *p++ = (char)('0' + n / place % 10);
    return p;
}

size_t answer_write(const struct encounter *e, const struct answer *a, int derived_only, char *out)
{
    static const char *const rules[] = { "\"wrong_age ", "\"no_reason ", "\"daily ", "\"monthly ", "\"next_day " };
    char *p = PUT(out, "{\"id\":\"");
    const char *comma = "";
    memcpy(p, e->id, sizeof e->id);
    p = PUT(p + e->id_size, "\",\"charges\":{");
    for (int i = 0; i < CHARGES; i++) {
        if (!a->units[i]) continue;
        if (*comma) *p++ = ',';
        comma = ",";
        *p++ = '"';
        memcpy(p, charge_codes[i], 5);
        p = number_put(PUT(p + 5, "\":"), a->units[i]);
    }
    if (derived_only) return (size_t)(PUT(p, "}}\n") - out);
    p = PUT(p, "},\"findings\":[");
    for (uint32_t i = 0; i < a->said_count; i++) {
        const struct said *s = &a->said[i];
        if (i) *p++ = ',';
        const size_t size = strlen(rules[s->what]);
        memcpy(p, rules[s->what], size);
        p = number_put(p + size, s->item + 1u);
        p = digits_put(PUT(p, " K"), e->item[s->item].code, 1000);
        if (s->what == NO_REASON) p = digits_put(PUT(p, " D"), s->a, 100);
        if (s->what == TOO_MANY_DAILY || s->what == TOO_MANY_MONTHLY) {
            *p++ = ' ';
            p = number_put(p, s->a);
            *p++ = ' ';
            p = number_put(p, s->b);
        }
        *p++ = '"';
    }
    return (size_t)(PUT(p, "]}\n") - out);
}
