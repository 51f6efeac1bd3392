/* The answer as values for hosts that want no JSON: edict_charge_at, edict_finding_at. Reads what result_write() wrote
 * or read. */
#include "vm/result.h"

#include "base/date.h"

#include <string.h>

static const char *keep(struct buffer *b, size_t from) { return b->failed ? "" : b->at + from; }

static void code_put(struct buffer *b, int64_t code)
{
    for (int shift = 56; shift >= 0 && (uint64_t)code >> shift & 0xff; shift -= 8)
        buffer_byte(b, (char)((uint64_t)code >> shift & 0xff));
}

int edict_charge_at(const edict_evaluator *evaluator, unsigned index, edict_charge *out)
{
    struct edict_evaluator *e = ahead_answered(evaluator);    /* only its scratch buffer changes */
    struct buffer *b = &e->view;
    uint32_t count = 0;
    const struct standing *standing = worlds_standing(e, &count);
    const uint32_t first = e->final_firsts[e->lane];
    if (!e->findings_at || index >= (standing ? count : e->final_firsts[e->lane + 1] - first)) return 0;
    const struct final_charge *f = standing ? NULL : &e->finals[first + index];
    const struct standing *s = standing ? &standing[index] : NULL;
    int64_t list = s ? 0 : f->modifiers;
    uint32_t mods = s ? s->modifier_count : (uint32_t)(list & 0xffffff);
    char date[11];
    buffer_clear(b);
    code_put(b, s ? s->code : f->code);
    buffer_byte(b, 0);
    size_t modifiers = b->size;
    for (uint32_t i = 0; i < mods; i++) {
        if (i) buffer_byte(b, '-');
        code_put(b, s ? s->modifiers[i] : e->codes[(list >> 24) + i]);
    }
    buffer_byte(b, 0);
    size_t day = b->size;
    date_text((int32_t)(s ? s->date : f->date), date);
    buffer_text(b, date);
    out->list = program_string(e->program, e->program->lists[s ? s->list : f->list]);
    out->code = keep(b, 0);
    out->modifiers = keep(b, modifiers);
    out->date = keep(b, day);
    out->units = s ? s->units : f->units;
    return !b->failed;
}

/* The text of a key's string value inside one finding, unescaped into the buffer; offset in it, or of an empty text. */
static size_t text_of_key(struct buffer *b, const char *at, const char *end, const char *key)
{
    size_t from = b->size, size = strlen(key);
    while (at + size < end && memcmp(at, key, size) != 0) at++;
    for (at += size; at < end && *at != '"'; at++) {
        if (*at == '\\' && at + 1 < end) {
            at++;
            buffer_byte(b, *at == 'n' ? '\n' : *at == 't' ? '\t' : *at == 'u' ? '?' : *at);
            if (*at == 'u') at += 4;
        } else buffer_byte(b, *at);
    }
    buffer_byte(b, 0);
    return from;
}

int edict_finding_at(const edict_evaluator *evaluator, unsigned index, edict_finding *out)
{
    struct edict_evaluator *e = ahead_answered(evaluator);
    struct buffer *b = &e->view;
    if (!e->findings_at) return 0;
    const char *at = e->out.at + e->findings_at, *end = e->out.at + e->out.size, *from = NULL;
    int depth = 0, quoted = 0;
    unsigned n = 0;
    for (; at < end; at++) {
        if (quoted) {
            if (*at == '\\') at++;
            else quoted = *at != '"';
        } else if (*at == '"') quoted = 1;
        else if (*at == '{') { if (!depth++) from = at; }
        else if (*at == ']' && !depth) return 0;
        else if (*at == '}' && !--depth && n++ == index) break;
    }
    if (at >= end || !from) return 0;
    buffer_clear(b);
    size_t kind = text_of_key(b, from, at, "\"kind\": \""), rule = text_of_key(b, from, at, "\"rule\": \""),
           message = text_of_key(b, from, at, "\"message\": \"");
    *out = (edict_finding){keep(b, kind), keep(b, rule), keep(b, message)};
    return !b->failed;
}
