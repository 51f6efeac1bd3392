/* JSON straight into the struct, directed by what the workload declares. `decode_learnt` compares with the producer's
 * usual order of keys first. */
#include "bench/caps/caps.h"

#define KEY_ID KEY('i', 'd', 0, 0, 0, 0, 0, 0)
#define KEY_DATE KEY('d', 'a', 't', 'e', 0, 0, 0, 0)
#define KEY_N KEY('n', 0, 0, 0, 0, 0, 0, 0)
#define KEY_ON KEY('o', 'n', 0, 0, 0, 0, 0, 0)
#define KEY_CODE KEY('c', 'o', 'd', 'e', 0, 0, 0, 0)
#define KEY_UNITS KEY('u', 'n', 'i', 't', 's', 0, 0, 0)
#define KEY_ITEMS KEY('i', 't', 'e', 'm', 's', 0, 0, 0)
#define KEY_PROVIDER KEY('p', 'r', 'o', 'v', 'i', 'd', 'e', 'r')
#define KEY_SETTING KEY('s', 'e', 't', 't', 'i', 'n', 'g', 0)

static inline int32_t ymd_of(const char *p)
{
    return (int32_t)(four_digits(p) * 10000) + two(p + 5) * 100 + two(p + 8);
}
static inline uint8_t setting_of(const char *p) { return p[0] == 'c' ? CLINIC : p[2] == 'm' ? HOME : HOSPITAL; }
static inline const char *id_read(const char *p, struct encounter *e)
{
    const char *end = text_skip(p);
    if (end - p > (ptrdiff_t)sizeof e->id) return NULL;
    e->id_size = (uint8_t)(end - p - 1);
    memcpy(e->id, p, sizeof e->id);
    return end;
}

static const char *item_read(const char *p, struct item *item, struct day *day)
{
    int more;
    uint64_t key;
    if (*p++ != '{') return NULL;
    p = blank_skip(p);
    do {
        if (!(p = key_read(p, &key))) return NULL;
        switch (key) {
        case KEY_CODE: item->code = four_digits(p + 2), p += 7; break;
        case KEY_UNITS: p = number_of(p, &item->units); break;
        case KEY_ON: item->on = date_of(p + 1, day), p += 12; break;
        case KEY_PROVIDER: item->provider = four_digits(p + 2), p += 7; break;
        case KEY_SETTING:
            item->setting = setting_of(p + 1);
            p = text_skip(p + 1);
            break;
        default: p = value_skip(p);
        }
        more = follows(&p, '}');
    } while (more == 1);
    return more == 0 ? p : NULL;
}

static const char *diagnosis_read(const char *p, uint16_t *diagnosis)
{
    int more;
    uint64_t key;
    if (*p++ != '{') return NULL;
    p = blank_skip(p);
    do {
        if (!(p = key_read(p, &key))) return NULL;
        if (key == KEY_CODE) *diagnosis = icd_of(p + 1), p += 6;
        else p = value_skip(p);
        more = follows(&p, '}');
    } while (more == 1);
    return more == 0 ? p : NULL;
}

static const char *list_read(const char *p, struct encounter *e, int items, struct day *day)
{
    int more, count = 0;
    if (*p++ != '[') return NULL;
    p = blank_skip(p);
    if (*p == ']') return p + 1;
    do {
        if (count == (items ? ITEMS : DIAGNOSES)) return NULL;
        p = items ? item_read(p, &e->item[count], day) : diagnosis_read(p, &e->diagnosis[count]);
        if (!p) return NULL;
        count++;
        more = follows(&p, ']');
    } while (more == 1);
    *(items ? &e->items : &e->diagnoses) = (uint8_t)count;
    return more == 0 ? p : NULL;
}

int decode(const char *p, struct encounter *e)
{
    struct day day = { "", 0 };
    uint64_t key;
    int more;
    e->diagnoses = e->items = e->id_size = 0;
    p = blank_skip(p);
    if (*p++ != '{') return 0;
    p = blank_skip(p);
    do {
        const char *name = p;
        if (!(p = key_read(p, &key))) return 0;
        if (key == KEY_ID) p = id_read(p + 1, e);
        else if (key == KEY_DATE) e->date = ymd_of(p + 1), p += 12;
        else if (key == KEY_ITEMS) p = list_read(p, e, 1, &day);
        else if (memcmp(name, "\"birth_date\"", 12) == 0) e->birth_date = ymd_of(p + 1), p += 12;
        else if (memcmp(name, "\"diagnoses\"", 11) == 0) p = list_read(p, e, 0, &day);
        else p = value_skip(p);
        if (!p) return 0;
        more = follows(&p, '}');
    } while (more == 1);
    return more == 0;
}

int decode_learnt(const char *text, struct encounter *e)
{
    struct day day = { "", 0 };
    const char *p = text;
#define OTHERWISE decode(text, e)
    EXPECT("{\"id\":\"");
    if (!(p = id_read(p, e))) return 0;
    EXPECT(",\"mrn\":\"");
    p = text_skip(p);
    EXPECT(",\"date\":\"");
    e->date = ymd_of(p), p += 10;
    EXPECT("\",\"birth_date\":\"");
    e->birth_date = ymd_of(p), p += 10;
    EXPECT("\",\"plan\":\"");
    p = text_skip(p);
    EXPECT(",\"diagnoses\":[");
    for (e->diagnoses = 0;; p++) {
        EXPECT("{\"code\":\"");
        e->diagnosis[e->diagnoses++] = icd_of(p), p += 4;
        EXPECT("\"}");
        if (*p != ',' || e->diagnoses == DIAGNOSES) break;
    }
    EXPECT("],\"items\":[");
    for (e->items = 0;; p++) {
        struct item *item = &e->item[e->items++];
        EXPECT("{\"n\":");
        PASS_NUMBER();
        EXPECT(",\"code\":\"K");
        item->code = four_digits(p), p += 4;
        EXPECT("\",\"units\":");
        p = number_of(p, &item->units);
        EXPECT(",\"on\":\"");
        item->on = date_of(p, &day), p += 10;
        EXPECT("\",\"provider\":\"P");
        item->provider = four_digits(p), p += 4;
        EXPECT("\",\"setting\":\"");
        item->setting = setting_of(p);
        p = text_skip(p);
        EXPECT(",\"charge\":");
        PASS_NUMBER();
        EXPECT("}");
        if (*p != ',' || e->items == ITEMS) break;
    }
    EXPECT("]}");
    return 1;
}
