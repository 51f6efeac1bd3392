/* The day's services as bars over a clock axis, a section for each visit and access site. It shows the record and
 * judges nothing: what was charted without a stop stays open at its end. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOUR = 60, DAY = 24 * HOUR, NO_TIME = -1, LABEL = 28, TIMES = 13, OPEN = 3 };

struct bar {
    const char *id, *what, *name, *method, *site;
    int64_t visit, start, stop;
    int placed, lasting;
};
struct axis { int64_t from, step; unsigned cells; double cell; };

/* Minutes since a day long ago, or NO_TIME. */
static int64_t minutes_read(const char *text)
{
    int year, month, day, hour, minute;
    if (!text || sscanf(text, "%4d-%2d-%2dT%2d:%2d", &year, &month, &day, &hour, &minute) != 5)
        return NO_TIME;
    if (year < 1 || month < 1 || month > 12)
        return NO_TIME;
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0, y = year - 1;
    int64_t days = (int64_t)y * 365 + y / 4 - y / 100 + y / 400 + before[month - 1] + (leap && month > 2) + day - 1;
    return days * DAY + hour * HOUR + minute;
}

static const char *text_of(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    return json_is_string(value) ? json_string_value(value) : "";
}

/* Methods that take a while: without a stop they are drawn open. For the eye only. */
static int method_lasts(const char *method)
{
    static const char *const lasting[] = {"infusion", "pump", "transfusion"};
    for (size_t i = 0; i < sizeof lasting / sizeof lasting[0]; i++)
        if (strcmp(method, lasting[i]) == 0)
            return 1;
    return 0;
}

static struct bar bar_read(json_t *service)
{
    json_t *visit = json_object_get(service, "visit");
    struct bar bar = {.id = text_of(service, "id"), .what = text_of(service, "drug"), .name = text_of(service, "name"),
                      .method = text_of(service, "method"), .site = text_of(service, "site")};
    bar.visit = json_is_integer(visit) ? json_integer_value(visit) : 1;
    bar.start = minutes_read(text_of(service, "start"));
    bar.stop = minutes_read(text_of(service, "stop"));
    bar.lasting = method_lasts(bar.method);
    return bar;
}

static struct axis axis_make(const struct page *page, const struct bar *bars, size_t count)
{
    static const int64_t steps[] = {HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY};
    struct axis axis = {.from = INT64_MAX, .step = HOUR};
    int64_t to = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t begin = bars[i].start != NO_TIME ? bars[i].start : bars[i].stop;
        int64_t end = bars[i].stop != NO_TIME ? bars[i].stop : bars[i].start;
        if (begin == NO_TIME)
            continue;
        axis.from = begin < axis.from ? begin : axis.from;
        to = end > to ? end : to;
    }
    if (axis.from == INT64_MAX)
        return axis;
    axis.cells = page->width - 2 - LABEL - 1 - TIMES - 1;
    axis.from -= axis.from % HOUR;
    to += to % HOUR ? HOUR - to % HOUR : 0;
    if (to < axis.from + HOUR)
        to = axis.from + HOUR;
    axis.cell = (double)(to - axis.from) / axis.cells;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        axis.step = steps[i];
        if ((double)steps[i] / axis.cell >= 6)
            break;
    }
    return axis;
}

static void axis_print(const struct page *page, const struct axis *axis, const char *heading)
{
    char line[200];
    unsigned used = 0;
    char *clean = text_clean(page, heading, LABEL);
    output_text(page->out, "  ");
    page_paint(page, PAINT_HEADING, clean ? clean : "");
    output_print(page->out, "%*s", (int)(LABEL + 1 - (clean ? text_width(clean) : 0)), "");
    free(clean);
    memset(line, ' ', sizeof line);
    if (!axis->cells) {
        output_text(page->out, "\n");
        return;
    }
    int64_t first = axis->from + (axis->step - axis->from % axis->step) % axis->step;
    for (int64_t at = first;; at += axis->step) {
        char label[8];
        unsigned cell = (unsigned)((double)(at - axis->from) / axis->cell + 0.5);
        if (cell > axis->cells || cell + 6 > sizeof line)
            break;
        snprintf(label, sizeof label, "%02d:00", (int)(at % DAY / HOUR));
        memcpy(line + cell, label, 5);
        used = cell + 5;
    }
    line[used] = 0;
    page_paint(page, PAINT_DIM, line);
    output_text(page->out, "\n");
}

static void clock_text(char *text, size_t room, int64_t time)
{
    if (time == NO_TIME)
        snprintf(text, room, "?");
    else
        snprintf(text, room, "%02d:%02d", (int)(time % DAY / HOUR), (int)(time % HOUR));
}

static void cells_fill(const struct page *page, const struct axis *axis, const struct bar *bar, struct text *t,
                       enum paint *paint)
{
    const char *full = page->ascii ? "=" : "█", *left = page->ascii ? "=" : "▌", *right = page->ascii ? "=" : "▐";
    const char *mark = page->ascii ? "|" : "▎", *open = page->ascii ? ":" : "▒";
    int64_t start = bar->start, stop = bar->stop;
    int64_t at = start != NO_TIME ? start : stop;
    unsigned first = (unsigned)((double)(at - axis->from) / axis->cell);
    *paint = PAINT_BAR;
    if (first >= axis->cells)
        first = axis->cells - 1;
    if (start == NO_TIME) {    /* only the end is known */
        unsigned gap = first > OPEN ? first - OPEN : 0;
        for (unsigned i = 0; i < gap; i++)
            text_put(t, " ", 1);
        text_put(t, "?", 1);
        for (unsigned i = gap + 1; i <= first; i++)
            text_put(t, open, strlen(open));
        *paint = PAINT_OPEN;
        return;
    }
    if (stop == NO_TIME && bar->lasting && first + OPEN > axis->cells)
        first = axis->cells - OPEN;
    for (unsigned i = 0; i < first; i++)
        text_put(t, " ", 1);
    if (stop == NO_TIME && bar->lasting) {
        for (unsigned i = 1; i < OPEN; i++)
            text_put(t, open, strlen(open));
        text_put(t, "?", 1);
        *paint = PAINT_OPEN;
        return;
    }
    if (stop <= start || stop == NO_TIME) {
        text_put(t, mark, strlen(mark));
        return;
    }
    for (unsigned i = first; i < axis->cells; i++) {    /* half a cell each: drawn when its middle is inside */
        double half = axis->cell / 2, begin = (double)axis->from + i * axis->cell;
        double l = begin + half / 2, r = l + half;
        int has_left = l >= (double)start && l < (double)stop, has_right = r >= (double)start && r < (double)stop;
        if (!has_left && !has_right && begin > (double)start)
            break;
        const char *cell = has_left && has_right ? full : has_left ? left : has_right ? right : i == first ? mark : " ";
        text_put(t, cell, strlen(cell));
    }
}

static void bar_print(const struct page *page, const struct axis *axis, const struct bar *bar)
{
    char label[400], begin[8], end[8], times[24] = "";
    struct text t = {0};
    enum paint paint = PAINT_BAR;
    snprintf(label, sizeof label, "%.40s%s%.40s%s%.120s", bar->id, *bar->what ? " " : "", bar->what,
             *bar->name ? " " : "", bar->name);
    size_t size = strlen(bar->method);
    unsigned room = size < LABEL / 2 ? LABEL - 1 - (unsigned)size : LABEL / 2;
    char *clean = text_clean(page, label, room), *method = text_clean(page, bar->method, LABEL - 1 - room);
    unsigned used = text_width(clean ? clean : "") + 1 + text_width(method ? method : "");
    output_print(page->out, "  %s ", clean ? clean : "");
    page_paint(page, PAINT_DIM, method ? method : "");
    output_print(page->out, "%*s", (int)(LABEL + 1 - (used < LABEL ? used : LABEL)), "");
    free(clean);
    free(method);
    text_put(&t, "", 0);
    if (bar->start != NO_TIME || bar->stop != NO_TIME)
        cells_fill(page, axis, bar, &t, &paint);
    clock_text(begin, sizeof begin, bar->start);
    clock_text(end, sizeof end, bar->stop);
    if (bar->start == NO_TIME && bar->stop == NO_TIME)
        snprintf(times, sizeof times, "no times");
    else if (bar->stop == NO_TIME && !bar->lasting)
        snprintf(times, sizeof times, "%s", begin);
    else
        snprintf(times, sizeof times, "%s%s%s", begin, page->ascii ? "-" : "–", end);
    page_paint(page, paint, t.failed ? "" : t.bytes);
    output_print(page->out, "%*s", (int)(axis->cells + 1 - (t.failed ? 0 : text_width(t.bytes))), "");
    page_paint(page, paint == PAINT_OPEN ? PAINT_OPEN : PAINT_PLAIN, times);
    output_text(page->out, "\n");
    free(t.bytes);
}

static void section_print(const struct page *page, const struct axis *axis, struct bar *bars, size_t count, size_t at,
                          int visits)
{
    char heading[120];
    const char *site = bars[at].site;
    int64_t visit = bars[at].visit;
    if (visits)
        snprintf(heading, sizeof heading, "visit %d%s%.80s", (int)visit, *site ? ", site " : "", site);
    else
        snprintf(heading, sizeof heading, "%s%.80s", *site ? "site " : "no site", site);
    axis_print(page, axis, heading);
    for (size_t i = at; i < count; i++)
        if (bars[i].visit == visit && strcmp(bars[i].site, site) == 0) {
            bar_print(page, axis, &bars[i]);
            bars[i].placed = 1;
        }
}

void timeline_print(const struct page *page, json_t *services)
{
    size_t count = json_array_size(services);
    struct bar *bars = count ? calloc(count, sizeof *bars) : NULL;
    char (*ids)[24] = count ? calloc(count, sizeof *ids) : NULL;
    int visits = 0;
    if (bars && ids) {
        page_paint(page, PAINT_HEADING, "Timeline");
        output_text(page->out, "\n");
        for (size_t i = 0; i < count; i++) {
            bars[i] = bar_read(json_array_get(services, i));
            visits |= bars[i].visit != bars[0].visit;
            snprintf(ids[i], sizeof ids[i], "s%zu", i + 1);
            if (!*bars[i].id)
                bars[i].id = ids[i];
        }
        struct axis axis = axis_make(page, bars, count);
        for (size_t i = 0; i < count; i++)
            if (!bars[i].placed)
                section_print(page, &axis, bars, count, i, visits);
        output_text(page->out, "\n");
    }
    free(bars);
    free(ids);
}
