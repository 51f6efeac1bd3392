/* The workload's three tables: CSV to one block. */
#include "bench/caps/caps.h"
#include "bench/files.h"

const char *const band_names[BANDS] = { "infant", "child", "youth", "adult", "elder" };

/* A number, and what stands behind it. */
static uint16_t number_at(const char **p)
{
    uint32_t n;
    *p = number_of(*p, &n) + 1;
    return (uint16_t)n;
}

struct tables *tables_read(const char *directory)
{
    struct tables *t = calloc(1, sizeof *t);
    const char *end, *p;
    if (!t) return NULL;
    for (int i = 0; i < CODES; i++) t->entry[i].level = LEVEL_E;
    for (p = file_rows(directory, "catalogue.csv", &end); p < end;) {
        struct entry *entry = &t->entry[four_digits(p + 1)];
        entry->listed = 1;
        entry->level = (uint8_t)(p[6] - 'A');
        p += 8;
        entry->daily = number_at(&p);
        entry->monthly = number_at(&p);
        entry->need = three_digits(p + 1);
        p += 5;
    }
    for (p = file_rows(directory, "ages.csv", &end); p < end; p = strchr(p, '\n') + 1)
        for (int band = 0; band < BANDS; band++)
            if (p[6] == *band_names[band]) t->entry[four_digits(p + 1)].bands |= (uint8_t)(1 << band);
    for (p = file_rows(directory, "reasons.csv", &end); p < end; p += 10) {
        const uint16_t icd = icd_of(p + 5);
        t->reason[three_digits(p + 1)][icd / 64] |= 1ull << icd % 64;
    }
    return t;
}
