/* The pack's facts as a JSON Schema (2020-12): what an encounter may say. Made from the image alone. */
#include "base/date.h"
#include "vm/program.h"

#include "base/buffer.h"

static void put_text(struct buffer *out, const struct edict_program *p, uint32_t string)
{
    buffer_json(out, program_string(p, string), p->strings[string].size);
}

static void indent(struct buffer *out, unsigned depth)
{
    buffer_byte(out, '\n');
    while (depth-- > 0) buffer_text(out, "  ");
}

static void put_type(struct buffer *out, const char *type, int optional)
{
    if (optional) buffer_printf(out, "\"type\": [\"%s\", \"null\"]", type);
    else buffer_printf(out, "\"type\": \"%s\"", type);
}

static void put_value(struct buffer *out, const struct edict_program *p, const struct image_fact *f)
{
    int64_t v = f->value;
    uint64_t code = (uint64_t)v;
    char date[11];
    switch (f->type) {
    case TYPE_BOOL:
        buffer_text(out, v ? "true" : "false");
        break;
    case TYPE_WORD:
        put_text(out, p, p->words[v]);
        break;
    case TYPE_TEXT:
        put_text(out, p, (uint32_t)v);
        break;
    case TYPE_CODE:
        buffer_byte(out, '"');
        for (; code >> 56; code <<= 8) buffer_byte(out, (char)(code >> 56));
        buffer_byte(out, '"');
        break;
    case TYPE_DATE:
        date_text((int32_t)v, date);
        buffer_json(out, date, 10);
        break;
    case TYPE_DECIMAL: case TYPE_MONEY:
        buffer_printf(out, "%s%lld.%06lld", v < 0 ? "-" : "", (long long)(v < 0 ? -(v / 1000000) : v / 1000000),
                      (long long)(v < 0 ? -(v % 1000000) : v % 1000000));
        break;
    default:
        buffer_int(out, v);
    }
}

static void put_fact(struct buffer *out, const struct edict_program *p, const struct image_fact *f)
{
    static const char code[] = "\"pattern\": \"^\\\\.*([0-9A-Za-z]\\\\.*){1,8}$\"";
    int optional = f->missing != MISSING_REFUSED;
    buffer_byte(out, '{');
    switch (f->type) {
    case TYPE_BOOL:
        put_type(out, "boolean", optional);
        break;
    case TYPE_WORD:
        buffer_text(out, "\"enum\": [");
        for (uint32_t i = 0; i < f->words; i++) {
            if (i) buffer_text(out, ", ");
            put_text(out, p, p->words[p->fact_words[f->words_at + i]]);
        }
        buffer_text(out, optional ? ", null]" : "]");
        break;
    case TYPE_CODE:
        put_type(out, "string", optional);
        buffer_printf(out, ", %s", code);
        break;
    case TYPE_CODES:
        put_type(out, "array", optional);
        buffer_printf(out, ", \"items\": {\"type\": \"string\", %s}", code);
        break;
    case TYPE_TEXT:
        put_type(out, "string", optional);
        break;
    case TYPE_DATE:
        put_type(out, "string", optional);
        buffer_text(out, ", \"format\": \"date\"");
        break;
    case TYPE_TIME:
        put_type(out, "string", optional);
        buffer_text(out, ", \"pattern\": \"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\\\.[0-9]+)?)?$\"");
        break;
    case TYPE_DECIMAL: case TYPE_MONEY:
        put_type(out, "number", optional);
        break;
    default:
        put_type(out, "integer", optional);
    }
    if (f->missing == MISSING_DEFAULT && f->type != TYPE_CODES) {
        buffer_text(out, ", \"default\": ");
        put_value(out, p, f);
    }
    if (f->unit) {
        buffer_text(out, ", \"description\": ");
        put_text(out, p, f->unit);
    }
    buffer_byte(out, '}');
}

/* The members of an object schema for one domain, without its braces. */
static void put_domain(struct buffer *out, const struct edict_program *p, uint32_t domain, unsigned depth)
{
    uint32_t n = 0;
    buffer_text(out, "\"type\": \"object\",");
    indent(out, depth);
    buffer_text(out, "\"properties\": {");
    for (uint32_t i = 0; i < p->fact_count; i++) {
        if (p->facts[i].domain != domain) continue;
        if (n++) buffer_byte(out, ',');
        indent(out, depth + 1);
        put_text(out, p, p->facts[i].name);
        buffer_text(out, ": ");
        put_fact(out, p, &p->facts[i]);
    }
    for (uint32_t d = 1; domain == 0 && d < p->domain_count; d++) {
        if (p->domains[d].kind != DOMAIN_LIST) continue;
        if (n++) buffer_byte(out, ',');
        indent(out, depth + 1);
        put_text(out, p, p->domains[d].key);
        buffer_text(out, ": {\"type\": [\"array\", \"null\"], \"items\": {");
        indent(out, depth + 2);
        put_domain(out, p, d, depth + 2);
        buffer_text(out, "}}");
    }
    indent(out, depth);
    buffer_text(out, "},");
    indent(out, depth);
    buffer_text(out, "\"required\": [");
    n = 0;
    for (uint32_t i = 0; i < p->fact_count; i++) {
        if (p->facts[i].domain != domain || p->facts[i].missing != MISSING_REFUSED) continue;
        if (n++) buffer_text(out, ", ");
        put_text(out, p, p->facts[i].name);
    }
    buffer_byte(out, ']');
}

void edict_program_schema(const edict_program *program, edict_put *put, void *context)
{
    struct buffer out;
    buffer_init(&out, 0);
    buffer_text(&out, "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"title\": ");
    buffer_byte(&out, '"');
    buffer_printf(&out, "%s@%s", program_string(program, program->header->pack_name),
                  program_string(program, program->header->pack_version));
    buffer_text(&out, "\",\n  ");
    put_domain(&out, program, 0, 1);
    buffer_text(&out, "\n}\n");
    if (!out.failed) put(context, out.at, out.size);
    buffer_free(&out);
}
