/* The workload's four tables: CSV to one block. */
#include "bench/files.h"
#include "bench/lite/lite.h"

#include <sys/mman.h>

const char *const administration[ADMINISTRATION] = { "96360", "96361", "96365", "96366", "96367", "96368", "96372",
    "96374", "96375", "96401", "96409", "96411", "96413", "96415", "96417" };

static uint8_t family_of(char c) { return c == 'C' ? FAMILY_C : c == 'H' ? FAMILY_H : FAMILY_T; }

static void codes_read(struct tables *t, const char *directory)
{
    const char *end, *p = file_rows(directory, "mue.csv", &end);
    for (uint16_t id = 0; p < end; id++) {
        const uint32_t code = code_pack(p);
        uint32_t at = code * 0x9E3779B1u >> 16;
        uint16_t most = 0;
        for (p += 6; *p != '\n'; p++)
            most = (uint16_t)(most * 10 + *p - '0');
        p++;
        while (t->code[at].code != NO_CODE)
            at = (at + 1) & 65535;
        t->code[at] = (struct code_entry){ code, id, most, NO_SLOT };
        for (uint8_t i = 0; i < ADMINISTRATION; i++)
            if (code_pack(administration[i]) == code)
                t->code[at].slot = i;
    }
}

struct tables *tables_read(const char *directory)
{
    struct tables *t = mmap(NULL, sizeof *t, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const char *end, *p = file_rows(directory, "drugs.csv", &end);
    if (t == MAP_FAILED) return NULL;
    memset(t->drug, 0xff, sizeof t->drug);
    memset(t->family, FAMILY_T, sizeof t->family);
    memset(t->code, 0xff, sizeof t->code);
    for (uint32_t i = 0; p < end; p += 8, i++) {
        const uint32_t code = code_pack(p);
        uint32_t at = code * 0x9E3779B1u >> 22;
        while (t->drug[at] != NO_CODE)
            at = (at + 1) & 1023;
        t->drug[at] = code;
        t->drug_index[at] = i;
        for (int payer = 0; payer <= PAYERS; payer++)
            t->family[payer][i] = family_of(p[6]);
    }
    for (p = file_rows(directory, "overrides.csv", &end); p < end; p += 12)
        t->family[(p[1] - '0') * 10 + p[2] - '0'][drug_find(t, code_pack(p + 4))] = family_of(p[10]);
    codes_read(t, directory);
    uint32_t last = NO_CODE;
    size_t row = 0;
    for (p = file_rows(directory, "ptp.csv", &end); p < end; p += 14) {
        const uint32_t first = code_pack(p);
        if (first != last) row = code_find(t, last = first)->id;
        const uint16_t column = code_find(t, code_pack(p + 6))->id;
        t->pair[row][column / 64] |= 1ull << column % 64;
        t->lifts[row][column / 64] |= (uint64_t)(p[12] == '1') << column % 64;
    }
    return t;
}
