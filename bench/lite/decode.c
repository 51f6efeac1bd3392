/* JSON straight into the struct, directed by what the workload declares: no tokens, no tree, no copies. Structure is
 * checked, UTF-8 is not. `decode_learnt` compares with the producer's usual order of keys first. */
#include "bench/lite/lite.h"

#define KEY_ID KEY('i', 'd', 0, 0, 0, 0, 0, 0)
#define KEY_PAYER KEY('p', 'a', 'y', 'e', 'r', 0, 0, 0)
#define KEY_SETTING KEY('s', 'e', 't', 't', 'i', 'n', 'g', 0)
#define KEY_PRIMARY KEY('p', 'r', 'i', 'm', 'a', 'r', 'y', 0)
#define KEY_SERVICES KEY('s', 'e', 'r', 'v', 'i', 'c', 'e', 's')
#define KEY_LINES KEY('l', 'i', 'n', 'e', 's', 0, 0, 0)
#define KEY_DRUG KEY('d', 'r', 'u', 'g', 0, 0, 0, 0)
#define KEY_KIND KEY('k', 'i', 'n', 'd', 0, 0, 0, 0)
#define KEY_SITE KEY('s', 'i', 't', 'e', 0, 0, 0, 0)
#define KEY_START KEY('s', 't', 'a', 'r', 't', 0, 0, 0)
#define KEY_STOP KEY('s', 't', 'o', 'p', 0, 0, 0, 0)
#define KEY_CODE KEY('c', 'o', 'd', 'e', 0, 0, 0, 0)
#define KEY_UNITS KEY('u', 'n', 'i', 't', 's', 0, 0, 0)
#define KEY_MODS KEY('m', 'o', 'd', 's', 0, 0, 0, 0)

static inline uint8_t kind_of(const char *p) /* behind the quote */
{
    return *p == 'p' ? KIND_PUSH : *p == 'h' ? KIND_HYDRATION : p[2] == 'f' ? KIND_INFUSION : KIND_INJECTION;
}

static inline const char *site_read(const char *p, uint32_t *site) /* at the quote */
{
    const char *end = text_skip(p + 1);
    const size_t size = (size_t)(end - p - 2);
    const uint64_t bytes = eight(p + 1);
    *site = (uint32_t)(size >= 4 ? bytes : bytes & ((1ull << size * 8) - 1));
    return end;
}

static const char *mods_read(const char *p, struct line *line)
{
    int more;
    if (*p++ != '[') return NULL;
    p = blank_skip(p);
    if (*p == ']') return p + 1;
    do {
        if (*p != '"' || p[3] != '"' || line->modifiers == MODIFIERS) return NULL;
        line->modifier[line->modifiers++] = MODIFIER(p[1], p[2]);
        p += 4;
        more = follows(&p, ']');
    } while (more == 1);
    return more == 0 ? p : NULL;
}

static const char *service_read(const char *p, struct service *s, struct day *day)
{
    int more;
    uint64_t key;
    if (*p++ != '{') return NULL;
    p = blank_skip(p);
    s->stop = NO_TIME;
    do {
        if (!(p = key_read(p, &key))) return NULL;
        switch (key) {
        case KEY_DRUG:
            if (p[0] != '"' || p[6] != '"') return NULL;
            s->drug = code_pack(p + 1);
            p += 7;
            break;
        case KEY_KIND:
            s->kind = kind_of(p + 1);
            p = text_skip(p + 1);
            break;
        case KEY_SITE: p = site_read(p, &s->site); break;
        case KEY_START: case KEY_STOP:
            if (*p == '"' && p[20] == '"') {
                *(key == KEY_START ? &s->start : &s->stop) = time_of(p + 1, day);
                p += 21;
            } else if (key == KEY_STOP && memcmp(p, "null", 4) == 0) p += 4;
            else return NULL;
            break;
        default: p = value_skip(p);
        }
        more = follows(&p, '}');
    } while (more == 1);
    return more == 0 ? p : NULL;
}

static const char *line_read(const char *p, struct line *line)
{
    int more;
    uint64_t key;
    uint32_t n;
    if (*p++ != '{') return NULL;
    p = blank_skip(p);
    line->modifiers = 0;
    do {
        if (!(p = key_read(p, &key))) return NULL;
        switch (key) {
        case KEY_CODE:
            if (p[0] != '"' || p[6] != '"') return NULL;
            line->code = code_pack(p + 1);
            p += 7;
            break;
        case KEY_UNITS:
            p = number_of(p, &n);
            line->units = (uint16_t)n;
            break;
        case KEY_MODS:
            if (!(p = mods_read(p, line))) return NULL;
            break;
        default: p = value_skip(p);
        }
        more = follows(&p, '}');
    } while (more == 1);
    return more == 0 ? p : NULL;
}

static const char *lists_read(const char *p, struct encounter *e, int services, struct day *day)
{
    int more, count = 0;
    if (*p++ != '[') return NULL;
    p = blank_skip(p);
    if (*p == ']') return p + 1;
    do {
        if (count == (services ? SERVICES : LINES)) return NULL;
        p = services ? service_read(p, &e->service[count], day) : line_read(p, &e->line[count]);
        if (!p) return NULL;
        count++;
        more = follows(&p, ']');
    } while (more == 1);
    *(services ? &e->services : &e->lines) = (uint8_t)count;
    return more == 0 ? p : NULL;
}

static inline uint8_t payer_of(const char *p) /* behind the quote */
{
    const unsigned payer = p[0] == 'P' && p[3] == '"' ? (unsigned)two(p + 1) : PAYERS;
    return (uint8_t)(payer < PAYERS ? payer : PAYERS);
}

int decode(const char *p, struct encounter *e)
{
    struct day day = { "", 0 };
    const char *from;
    uint64_t key;
    uint32_t n;
    int more;
    e->services = e->lines = e->id_size = 0;
    p = blank_skip(p);
    if (*p++ != '{') return 0;
    p = blank_skip(p);
    do {
        if (!(p = key_read(p, &key))) return 0;
        from = p + 1;
        switch (key) {
        case KEY_ID:
            p = text_skip(from);
            if (p - from > (ptrdiff_t)sizeof e->id) return 0;
            e->id_size = (uint8_t)(p - from - 1);
            memcpy(e->id, from, sizeof e->id);
            break;
        case KEY_PAYER:
            e->payer = payer_of(from);
            p = text_skip(from);
            break;
        case KEY_SETTING:
            e->office = *from == 'o';
            p = text_skip(from);
            break;
        case KEY_PRIMARY:
            p = number_of(p, &n);
            e->primary = (uint8_t)n;
            break;
        case KEY_SERVICES: case KEY_LINES:
            if (!(p = lists_read(p, e, key == KEY_SERVICES, &day))) return 0;
            break;
        default: p = value_skip(p);
        }
        more = follows(&p, '}');
    } while (more == 1);
    return more == 0;
}

/* ---- The usual order of keys. */
int decode_learnt(const char *text, struct encounter *e)
{
    struct day day = { "", 0 };
    const char *p = text, *end;
    uint32_t n;
#define OTHERWISE decode(text, e)
    EXPECT("{\"id\":\"");
    end = text_skip(p);
    if (end - p > (ptrdiff_t)sizeof e->id) return 0;
    e->id_size = (uint8_t)(end - p - 1);
    memcpy(e->id, p, sizeof e->id);
    p = end;
    EXPECT(",\"mrn\":\"");
    p = text_skip(p);
    EXPECT(",\"payer\":\"");
    e->payer = payer_of(p);
    p = text_skip(p);
    EXPECT(",\"setting\":\"");
    e->office = *p == 'o';
    p = text_skip(p);
    EXPECT(",\"dos\":\"");
    p = text_skip(p);
    EXPECT(",\"npi\":\"");
    p = text_skip(p);
    EXPECT(",\"primary\":");
    p = number_of(p, &n);
    e->primary = (uint8_t)n;
    EXPECT(",\"note\":\"");
    p = text_skip(p);
    EXPECT(",\"services\":[");
    for (e->services = 0;; p++) {
        struct service *s = &e->service[e->services++];
        EXPECT("{\"seq\":");
        PASS_NUMBER();
        EXPECT(",\"drug\":\"");
        s->drug = code_pack(p);
        p += 5;
        EXPECT("\",\"kind\":\"");
        s->kind = kind_of(p);
        p = text_skip(p);
        EXPECT(",\"route\":\"");
        p = text_skip(p);
        EXPECT(",\"site\":");
        if (*p != '"') return decode(text, e);
        p = site_read(p, &s->site);
        EXPECT(",\"start\":\"");
        s->start = time_of(p, &day);
        p += 19;
        EXPECT("\",\"stop\":");
        s->stop = NO_TIME;
        if (*p == '"') {
            s->stop = time_of(p + 1, &day);
            p += 20;
            EXPECT("\"");
        } else EXPECT("null");
        EXPECT(",\"dose\":");
        PASS_NUMBER();
        EXPECT(",\"uom\":\"");
        p = text_skip(p);
        EXPECT("}");
        if (*p != ',' || e->services == SERVICES) break;
    }
    EXPECT("],\"lines\":[");
    for (e->lines = 0;; p++) {
        struct line *line = &e->line[e->lines++];
        EXPECT("{\"n\":");
        PASS_NUMBER();
        EXPECT(",\"code\":\"");
        line->code = code_pack(p);
        line->modifiers = 0;
        p += 5;
        EXPECT("\",\"units\":");
        p = number_of(p, &n);
        line->units = (uint16_t)n;
        EXPECT(",\"mods\":");
        if (!(p = mods_read(p, line))) return 0;
        EXPECT("}");
        if (*p != ',' || e->lines == LINES) break;
    }
    EXPECT("]}");
    return 1;
}
