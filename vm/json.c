/* The JSON reader: see json.h. A small state machine; each call of json_next() reads one token and its separator. */
#include "vm/json.h"

#include <string.h>

/* NOLINTNEXTLINE(readability-non-const-parameter): written to through the reader */
void json_start(struct json *j, const char *at, size_t size, char *scratch)
{
    *j = (struct json){ .at = at, .size = size, .scratch = scratch, .state = STATE_VALUE, .code = "", .message = "" };
}

static enum json_token fail(struct json *j, size_t offset, const char *code, const char *message)
{
    j->state = STATE_BROKEN;
    j->offset = offset;
    j->code = code;
    j->message = message;
    return JSON_ERROR;
}

static enum json_token bad(struct json *j, size_t offset, const char *message)
{
    return fail(j, offset, "bad_json", message);
}

static void space(struct json *j)
{
    while (j->pos < j->size) {
        char c = j->at[j->pos];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return;
        j->pos++;
    }
}

/* Length of the UTF-8 character at `p`, 0: none of the standard's well-formed sequences. */
static unsigned utf8(const unsigned char *p, size_t left)
{
    unsigned char c = p[0];
    if (c < 0x80) return 1;
    unsigned n = c >= 0xc2 && c <= 0xdf ? 2 : (c & 0xf0) == 0xe0 ? 3 : c >= 0xf0 && c <= 0xf4 ? 4 : 0;
    if (n == 0 || n > left) return 0;
    for (unsigned i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80) return 0;
    if ((c == 0xe0 && p[1] < 0xa0) || (c == 0xed && p[1] > 0x9f)) return 0;
    if ((c == 0xf0 && p[1] < 0x90) || (c == 0xf4 && p[1] > 0x8f)) return 0;
    return n;
}

static int hex4(const char *p, size_t left, uint32_t *out)
{
    uint32_t v = 0;
    if (left < 4) return 0;
    for (unsigned i = 0; i < 4; i++) {
        char c = p[i];
        uint32_t d = c >= '0' && c <= '9' ? (uint32_t)(c - '0') : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                   : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10) : 16;
        if (d == 16) return 0;
        v = v << 4 | d;
    }
    *out = v;
    return 1;
}

static unsigned utf8_put(char *out, uint32_t c)
{
    if (c < 0x80) { out[0] = (char)c; return 1; }
    if (c < 0x800) { out[0] = (char)(0xc0 | c >> 6); out[1] = (char)(0x80 | (c & 63)); return 2; }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12); out[1] = (char)(0x80 | (c >> 6 & 63)); out[2] = (char)(0x80 | (c & 63));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18); out[1] = (char)(0x80 | (c >> 12 & 63)); out[2] = (char)(0x80 | (c >> 6 & 63));
    out[3] = (char)(0x80 | (c & 63));
    return 4;
}

/* One escape, pos at the character after the backslash; its bytes go to out (room for 4). 0: j is broken. */
static unsigned escape(struct json *j, char *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    size_t start = j->pos - 1;
    char c = j->pos < j->size ? j->at[j->pos] : 0;
    const char *simple = c ? memchr(from, c, sizeof from - 1) : NULL;
    j->pos++;
    if (simple) {
        out[0] = to[simple - from];
        return 1;
    }
    uint32_t high, low;
    if (c != 'u' || !hex4(j->at + j->pos, j->size - j->pos, &high)) {
        bad(j, start, "this escape is none of JSON's");
        return 0;
    }
    j->pos += 4;
    if (high >= 0xd800 && high <= 0xdfff) {
        if (high > 0xdbff || j->size - j->pos < 6 || j->at[j->pos] != '\\' || j->at[j->pos + 1] != 'u'
            || !hex4(j->at + j->pos + 2, j->size - j->pos - 2, &low) || low < 0xdc00 || low > 0xdfff) {
            bad(j, start, "half of a surrogate pair");
            return 0;
        }
        j->pos += 6;
        high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    }
    return utf8_put(out, high);
}

/* A string, pos at its opening quote. Text without escapes is left where it is. */
static int string(struct json *j)
{
    size_t quote = j->pos++, start = j->pos, size = 0;
    int decoded = 0;
    while (j->pos < j->size) {
        unsigned char c = (unsigned char)j->at[j->pos];
        char piece[4];
        const char *from = j->at + j->pos;
        unsigned n = json_plain(from, j->size - j->pos, JSON_TEXT_BYTES - size);
        if (n) {
            if (decoded) memcpy(j->scratch + size, from, n);
            j->pos += n;
            size += n;
            continue;
        }
        if (c == '"') {
            j->text = decoded ? (struct text){ j->scratch, (uint32_t)size } : (struct text){ j->at + start,
                (uint32_t)size };
            j->pos++;
            return 1;
        }
        if (c < 0x20) {
            bad(j, j->pos, "a control character inside a string must be escaped");
            return 0;
        }
        if (c == '\\') {
            if (!decoded) memcpy(j->scratch, j->at + start, size);
            decoded = 1;
            j->pos++;
            n = escape(j, piece);
            if (!n) return 0;
            from = piece;
        } else {
            n = utf8((const unsigned char *)from, j->size - j->pos);
            if (!n) {
                fail(j, j->pos, "bad_utf8", "these bytes are not UTF-8");
                return 0;
            }
            j->pos += n;
        }
        if (size + n > JSON_TEXT_BYTES) {
            fail(j, quote, "limit", "a string is longer than 65536 bytes (JSON_TEXT_BYTES)");
            return 0;
        }
        if (decoded) memcpy(j->scratch + size, from, n);
        size += n;
    }
    bad(j, quote, "the string does not end");
    return 0;
}

static int digits(struct json *j)
{
    size_t start = j->pos;
    while (j->pos < j->size && j->at[j->pos] >= '0' && j->at[j->pos] <= '9') j->pos++;
    return j->pos > start;
}

static int number(struct json *j)
{
    size_t start = j->pos;
    if (j->at[j->pos] == '-') j->pos++;
    int zero = j->pos < j->size && j->at[j->pos] == '0';
    size_t whole = j->pos;
    int good = digits(j) && !(zero && j->pos - whole > 1);
    if (good && j->pos < j->size && j->at[j->pos] == '.') {
        j->pos++;
        good = digits(j);
    }
    if (good && j->pos < j->size && (j->at[j->pos] == 'e' || j->at[j->pos] == 'E')) {
        j->pos++;
        if (j->pos < j->size && (j->at[j->pos] == '+' || j->at[j->pos] == '-')) j->pos++;
        good = digits(j);
    }
    if (!good) {
        bad(j, start, "this number is not one of JSON's");
        return 0;
    }
    if (j->pos - start > JSON_TEXT_BYTES) {
        fail(j, start, "limit", "a number is longer than 65536 bytes (JSON_TEXT_BYTES)");
        return 0;
    }
    j->text = (struct text){ j->at + start, (uint32_t)(j->pos - start) };
    return 1;
}

static int word(struct json *j, const char *is)
{
    size_t n = strlen(is);
    if (j->size - j->pos < n || memcmp(j->at + j->pos, is, n) != 0) return 0;
    j->pos += n;
    return 1;
}

/* After a value: the separator belongs to it, so that the next token starts clean. */
static void after(struct json *j)
{
    j->state = j->depth ? STATE_AFTER : STATE_DONE;
}

static enum json_token open(struct json *j, char kind)
{
    if (j->depth == JSON_DEPTH)
        return fail(j, j->pos, "limit", "objects and arrays are nested deeper than 64 (JSON_DEPTH)");
    j->open[j->depth++] = (unsigned char)kind;
    j->state = kind == '{' ? STATE_KEY_OR_END : STATE_VALUE_OR_END;
    j->pos++;
    return kind == '{' ? JSON_OBJECT : JSON_ARRAY;
}

static enum json_token value(struct json *j)
{
    char c = j->at[j->pos];
    if (c == '{' || c == '[') return open(j, c);
    enum json_token token = JSON_ERROR;
    if (c == '"') token = string(j) ? JSON_STRING : JSON_ERROR;
    else if (c == '-' || (c >= '0' && c <= '9')) token = number(j) ? JSON_NUMBER : JSON_ERROR;
    else if (word(j, "true")) token = JSON_TRUE;
    else if (word(j, "false")) token = JSON_FALSE;
    else if (word(j, "null")) token = JSON_NULL;
    else return bad(j, j->pos, "a value must stand here");
    if (token != JSON_ERROR) after(j);
    return token;
}

static enum json_token key(struct json *j)
{
    if (j->at[j->pos] != '"') return bad(j, j->pos, "a key in double quotes must stand here");
    if (!string(j)) return JSON_ERROR;
    space(j);
    if (j->pos >= j->size || j->at[j->pos] != ':') return bad(j, j->pos, "a colon must stand here");
    j->pos++;
    j->state = STATE_VALUE;
    return JSON_KEY;
}

enum json_token json_next(struct json *j)
{
    if (j->state == STATE_BROKEN) return JSON_ERROR;
    space(j);
    if (j->state == STATE_DONE) {
        j->offset = j->pos;
        return j->pos == j->size ? JSON_END : bad(j, j->pos, "something follows after the end of the value");
    }
    if (j->pos >= j->size) return bad(j, j->pos, "the text ends too early");
    char c = j->at[j->pos];
    if (j->state == STATE_AFTER) {
        int object = j->open[j->depth - 1] == '{';
        if (c == ',') {
            j->pos++;
            space(j);
            if (j->pos >= j->size) return bad(j, j->pos, "the text ends too early");
            j->state = object ? STATE_KEY : STATE_VALUE;
        } else if (c == (object ? '}' : ']')) {
            j->state = object ? STATE_KEY_OR_END : STATE_VALUE_OR_END;
        } else {
            return bad(j, j->pos, object ? "a comma or } must stand here" : "a comma or ] must stand here");
        }
        c = j->at[j->pos];
    }
    j->offset = j->pos;
    if ((j->state == STATE_KEY_OR_END && c == '}') || (j->state == STATE_VALUE_OR_END && c == ']')) {
        j->pos++;
        j->depth--;
        after(j);
        return c == '}' ? JSON_OBJECT_END : JSON_ARRAY_END;
    }
    return j->state == STATE_KEY || j->state == STATE_KEY_OR_END ? key(j) : value(j);
}

int json_skip(struct json *j, enum json_token token)
{
    if (token == JSON_ERROR) return 0;
    if (token != JSON_OBJECT && token != JSON_ARRAY) return 1;
    unsigned until = j->depth - 1;
    while (j->depth > until)
        if (json_next(j) == JSON_ERROR) return 0;
    return 1;
}

int json_integer_read(struct text number_text, unsigned scale, int64_t *out)
{
    const char *p = number_text.at, *end = p + number_text.size;
    int negative = p < end && *p == '-', point = 0;
    uint64_t v = 0;
    int64_t places = (int64_t)scale, exponent = 0;   /* digits still to be moved over the point */
    int64_t zeros = 0;                               /* zeros seen after the last other digit */
    int full = 0;
    for (p += negative; p < end && *p != 'e' && *p != 'E'; p++) {
        if (*p == '.') { point = 1; continue; }
        places -= point;
        if (*p == '0') { zeros++; continue; }
        for (zeros += v != 0 || full; zeros > 0; zeros--)
            if (v > UINT64_MAX / 10) { full = 1; zeros = 1; } else v *= 10;
        if (v > UINT64_MAX - (uint64_t)(*p - '0')) full = 1; else v += (uint64_t)(*p - '0');
        zeros = 0;
    }
    places += zeros;
    if (p < end) {
        p++;
        int down = p < end && *p == '-';
        if (p < end && (*p == '-' || *p == '+')) p++;
        for (; p < end; p++)
            if (exponent < 1000000000) exponent = exponent * 10 + (*p - '0');
        places += down ? -exponent : exponent;
    }
    if (v == 0 && !full) { *out = 0; return 1; }
    if (places < 0) return 0;
    if (full) return -1;
    for (; places > 0; places--) {
        if (v > UINT64_MAX / 10) return -1;
        v *= 10;
    }
    if (v > (uint64_t)INT64_MAX) return -1;
    *out = negative ? -(int64_t)v : (int64_t)v;
    return 1;
}
