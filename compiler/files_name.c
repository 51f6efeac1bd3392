/* What the names of published files say: the quarter, the part, the revision, which table it is; and whether the files
 * of one table go together. What stands in the files is not looked at here. */
#include "compiler/files.h"

#include "base/date.h"

#include <string.h>
#include <strings.h>

int quarter_of(int year, int quarter, int32_t *day)
{
    if (year < 1990 || year >= 2100 || quarter < 1 || quarter > 4) return 0;
    *day = date_days(year, 3 * quarter - 2, 1);
    return 1;
}

int32_t quarter_end(int32_t day)
{
    int y, m, d;
    date_parts(day, &y, &m, &d);
    m = (m - 1) / 3 * 3 + 4;
    return date_days(m > 12 ? y + 1 : y, m > 12 ? 1 : m, 1) - 1;
}

const char *day_text(struct reading *x, int32_t day)
{
    char text[11];
    if (day == DATE_OPEN || day == DATE_MIN_OPEN) return "open";
    date_text(day, text);
    return arena_copy(x->m->arena, text, strlen(text));
}

static struct text front(const char *name, const char *to) { return (struct text){name, (uint32_t)(to - name)}; }

/* …-v322r0-f1.txt: third quarter of the 32nd year, revision 0, first part. */
void version_name(const char *name, struct part *part)
{
    int version, n;
    for (const char *at = name; *at; at++) {
        if (!strncasecmp(at, "-v", 2) && strlen(at) > 6 && digits_read(at + 2, 3, &version) &&
            (at[5] == 'r' || at[5] == 'R') && digits_read(at + 6, 1, &n) &&
            quarter_of(1994 + version / 10, version % 10 + 1, &part->day)) {
            part->revision = (unsigned)n + 1;
            part->stem = front(name, at);
        }
        if (!strncasecmp(at, "-f", 2) && digits_read(at + 2, 1, &n) && n > 0 && !strcasecmp(at + 3, ".txt"))
            part->part = (unsigned)n;
    }
}

/* …_Eff_04-01-2026.csv */
void effective_name(const char *name, struct part *part)
{
    int y, m, d;
    const char *at = strcasestr(name, "_Eff_");
    if (at && strlen(at) >= 15 && digits_read(at + 5, 2, &m) && digits_read(at + 8, 2, &d) &&
        digits_read(at + 11, 4, &y) && y >= 1990 && y < 2100 && date_valid(y, m, d)) {
        part->day = date_days(y, m, d);
        part->stem = front(name, at);
    }
}

/* …_2026q3… */
static const char *quarter_find(const char *name, int32_t *day)
{
    int y, q;
    for (const char *at = name; strlen(at) >= 6; at++)
        if (digits_read(at, 4, &y) && (at[4] == 'q' || at[4] == 'Q') && digits_read(at + 5, 1, &q) &&
            quarter_of(y, q, day))
            return at;
    return NULL;
}

void quarter_name(const char *name, struct part *part)
{
    const char *at = quarter_find(name, &part->day);
    if (!at) return;
    part->stem = front(name, at);
    part->tail = text_of(at + 6);
}

/* …_V2026Q3-F-MCR.txt, …_V2025Q4_01-MCR.txt: what stands between quarter and program is the revision. */
void release_name(const char *name, struct part *part)
{
    const char *at = quarter_find(name, &part->day), *dash = at ? strrchr(at, '-') : NULL;
    if (dash) part->tail = front(dash + 1, dash + 1 + strcspn(dash + 1, "."));
}

static int text_alike(struct text a, struct text b)
{
    return a.size == b.size && (!a.size || !strncasecmp(a.at, b.at, a.size));
}

/* Two files: one table? */
static void pair_check(struct reading *x, const struct part *a, const struct part *b)
{
    struct arena *arena = x->m->arena;
    if (a->day == DATE_MIN_OPEN || b->day == DATE_MIN_OPEN) return;
    if (!text_alike(a->stem, b->stem) || !text_alike(a->tail, b->tail))
        part_error(x, arena_printf(arena, "this is not the same table as %s", b->name),
                   "the files of one table differ in quarter and part only: was one of another table taken?");
    else if (a->day != b->day) return;
    else if (a->revision != b->revision)
        part_error(x, arena_printf(arena, "this is another revision of the table than %s", b->name),
                   "take all parts of one revision, the latest");
    else if (!a->part || !b->part)
        part_error(x, arena_printf(arena, "%s is of the same quarter, from %s on", b->name, day_text(x, a->day)),
                   "give one file a quarter, or all of its numbered parts");
    else if (a->part == b->part) part_error(x, "this part of the table is named twice", "name every part once");
}

/* The number of the last part that the table of this day must have. */
static unsigned parts_wanted(const struct reading *x, int32_t day)
{
    unsigned most = x->layout->parts;
    for (unsigned k = 0; k < x->part_count; k++)
        if (x->parts[k].day == day && x->parts[k].part > most) most = x->parts[k].part;
    return most;
}

static void part_missing(struct reading *x, int32_t day, unsigned part)
{
    struct arena *arena = x->m->arena;
    for (unsigned k = 0; k < x->part_count; k++)
        if (x->parts[k].part == part && x->parts[k].day != day)
            part_error(x,
                       arena_printf(arena, "part %u of this table is missing; %s is of another release, from %s on",
                                    part, x->parts[k].name, day_text(x, x->parts[k].day)),
                       "take all parts of one release");
    part_error(x, arena_printf(arena, "part %u of this table is missing", part),
               "a table is given with all of its parts: from file \"…-f1…\", \"…-f2…\" and so on");
}

void parts_check(struct reading *x)
{
    for (unsigned i = 0; i < x->part_count; i++)
        for (unsigned k = 0; k < i && !x->bad; k++) {
            x->part = &x->parts[i];
            pair_check(x, &x->parts[i], &x->parts[k]);
        }
    for (unsigned i = 0; i < x->part_count && !x->bad; i++) {
        unsigned seen = 0;
        x->part = &x->parts[i];
        if (!x->part->part) continue;
        for (unsigned k = 0; k < x->part_count; k++)
            if (x->parts[k].day == x->part->day) seen |= 1u << x->parts[k].part;
        for (unsigned part = 1; part <= parts_wanted(x, x->part->day) && !x->bad; part++)
            if (!(seen >> part & 1)) part_missing(x, x->part->day, part);
    }
}
