/* The day's services as bars over a clock axis, a section for each visit and access site. It shows the record and
 * judges nothing: a service of which an end is asked for, because a hold names it, stays open there. */
#include "page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TIMES = 13, OPEN = 3, AXIS_LEAST = 18, LABELS = 5, LABEL_LEAST = 6, EPOCH_DAY = 719162 };

struct bar {
    json_t *service;
    char id[24];
    const char *site;
    int64_t visit, start, stop;
    int placed, open;
};
/* What stands before the bars: the id and the facts that are words, a column each. */
struct label { const char *keys[LABELS]; unsigned id, widths[LABELS], width; size_t count; };
struct axis { int64_t from, step; unsigned cells; double cell; };
struct timeline { const struct page *page; struct bar *bars; size_t count; struct label label; struct axis axis; };

int64_t minutes_read(const char *text)
{
    int year, month, day, hour, minute;
    /* NOLINTNEXTLINE(cert-err34-c): widths bound the numbers */
    if (strlen(text) < 16 || sscanf(text, "%4d-%2d-%2dT%2d:%2d", &year, &month, &day, &hour, &minute) != 5)
        return NO_TIME;
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || minute < 0)
        return NO_TIME;
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0, y = year - 1;
    int64_t days = (int64_t)y * 365 + y / 4 - y / 100 + y / 400 + before[month - 1] + (leap && month > 2) + day - 1;
    return (days * 24 + hour) * HOUR + minute;
}

/* 09:30; the date as 03-02. */
static void clock_text(char text[16], int64_t time)
{
    if (time == NO_TIME)
        strcpy(text, "?");
    else
        snprintf(text, 16, "%02d:%02d", (int)(time % DAY / HOUR), (int)(time % HOUR));
}

static void day_text(char text[16], int64_t time, int year)
{
    time_t seconds = (time_t)((time / DAY - EPOCH_DAY) * DAY * 60);
    struct tm day;
    if (!gmtime_r(&seconds, &day) || !strftime(text, 16, year ? "%Y-%m-%d" : "%m-%d", &day))
        text[0] = 0;
}

/* Does a hold ask for one of the service's two times? */
static int time_asked(json_t *answer, const char *id)
{
    size_t i, k;
    json_t *finding, *name;
    json_array_foreach(json_object_get(answer, "findings"), i, finding) {
        const char *fact = member_text(finding, "fact");
        if (strcmp(member_text(finding, "kind"), "hold") != 0 ||
            (strcmp(fact, "start") != 0 && strcmp(fact, "stop") != 0))
            continue;
        json_array_foreach(records_of(finding), k, name)
            if (json_is_string(name) && strcmp(json_string_value(name), id) == 0)
                return 1;
    }
    return 0;
}

static void bar_read(struct bar *bar, json_t *service, size_t number, json_t *answer)
{
    json_t *visit = json_object_get(service, "visit");
    const char *id = member_text(service, "id");
    *bar = (struct bar){.service = service, .site = member_text(service, "site")};
    if (*id)
        snprintf(bar->id, sizeof bar->id, "%s", id);
    else
        snprintf(bar->id, sizeof bar->id, "s%zu", number);
    bar->visit = json_is_integer(visit) ? json_integer_value(visit) : 1;
    bar->start = minutes_read(member_text(service, "start"));
    bar->stop = minutes_read(member_text(service, "stop"));
    bar->open = (bar->start == NO_TIME || bar->stop == NO_TIME) && time_asked(answer, *id ? id : bar->id);
}

/* Labels */

static int is_word(const char *key, json_t *value)
{
    return json_is_string(value) && strcmp(key, "id") != 0 && strcmp(key, "site") != 0 &&
           minutes_read(json_string_value(value)) == NO_TIME;
}

static void label_widen(struct label *label, const char *key, json_t *value)
{
    size_t i = 0;
    while (i < label->count && strcmp(label->keys[i], key) != 0)
        i++;
    if (i == LABELS)
        return;
    if (i == label->count)
        label->keys[label->count++] = key;
    unsigned width = text_width(json_string_value(value));
    if (width > label->widths[i])
        label->widths[i] = width;
}

/* Too wide: first the last facts go, then the widest one becomes narrower. */
static void label_fit(struct label *label, unsigned most)
{
    for (;;) {
        size_t widest = 0;
        label->width = label->id;
        for (size_t i = 0; i < label->count; i++) {
            label->width += 1 + label->widths[i];
            if (label->widths[i] > label->widths[widest])
                widest = i;
        }
        if (label->width <= most || !label->count)
            break;
        unsigned over = label->width - most, spare = label->widths[widest] - 1;
        if (label->count > 3 || label->widths[widest] <= LABEL_LEAST)
            label->count--;
        else
            label->widths[widest] -= over < spare - LABEL_LEAST + 1 ? over : spare - LABEL_LEAST + 1;
    }
    if (label->width < 16)
        label->width = 16;
}

static void label_make(struct timeline *t)
{
    const char *key;
    json_t *value;
    for (size_t i = 0; i < t->count; i++) {
        unsigned id = text_width(t->bars[i].id);
        t->label.id = id > t->label.id ? id : t->label.id;
        json_object_foreach(t->bars[i].service, key, value)
            if (is_word(key, value))
                label_widen(&t->label, key, value);
    }
    unsigned room = t->page->width - 2 - 1 - 1 - TIMES, most = room * 3 / 5;
    if (t->label.id > 12)
        t->label.id = 12;
    label_fit(&t->label, most < room - AXIS_LEAST ? most : room - AXIS_LEAST);
}

static void text_pad(const struct page *page, enum paint paint, const char *text, unsigned width)
{
    char *clean = text_clean(page, text, width);
    unsigned used = text_width(clean ? clean : "");
    page_paint(page, paint, clean ? clean : "");
    page_blank(page, used < width ? width - used : 0);
    free(clean);
}

static void label_print(const struct timeline *t, const struct bar *bar)
{
    const struct label *label = &t->label;
    unsigned used = label->id;
    output_text(t->page->out, "  ");
    text_pad(t->page, PAINT_PLAIN, bar->id, label->id);
    for (size_t i = 0; i < label->count; i++) {
        json_t *value = json_object_get(bar->service, label->keys[i]);
        page_blank(t->page, 1);
        text_pad(t->page, i < 2 ? PAINT_PLAIN : PAINT_DIM, json_is_string(value) ? json_string_value(value) : "",
                 label->widths[i]);
        used += 1 + label->widths[i];
    }
    page_blank(t->page, label->width + 1 - used);
}

/* Axis */

static void axis_make(struct timeline *t)
{
    static const int steps[] = {HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY};
    struct axis *axis = &t->axis;
    int64_t to = 0;
    *axis = (struct axis){.from = INT64_MAX, .step = 28 * (int64_t)DAY};
    for (size_t i = 0; i < t->count; i++) {
        const struct bar *bar = &t->bars[i];
        int64_t begin = bar->start != NO_TIME ? bar->start : bar->stop;
        int64_t end = bar->stop != NO_TIME ? bar->stop : bar->start;
        if (begin == NO_TIME)
            continue;
        axis->from = begin < axis->from ? begin : axis->from;
        axis->from = end < axis->from ? end : axis->from;
        to = end > to ? end : to;
        to = begin > to ? begin : to;
    }
    if (axis->from == INT64_MAX)
        return;
    axis->cells = t->page->width - 2 - t->label.width - 1 - TIMES - 1;
    axis->from -= axis->from % HOUR;
    to += to % HOUR ? HOUR - to % HOUR : 0;
    if (to < axis->from + HOUR)
        to = axis->from + HOUR;
    axis->cell = (double)(to - axis->from) / axis->cells;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if ((double)steps[i] / axis->cell >= 6) {
            axis->step = steps[i];
            break;
        }
}

/* The heading of a section and the clock: whole hours, and midnight as the date that begins. */
static void axis_print(const struct timeline *t, const char *heading)
{
    const struct axis *axis = &t->axis;
    char label[16];
    unsigned used = 0;
    output_text(t->page->out, "  ");
    if (axis->cells) {
        text_pad(t->page, PAINT_HEADING, heading, t->label.width);
        page_blank(t->page, 1);
        for (int64_t at = axis->from + (axis->step - axis->from % axis->step) % axis->step;; at += axis->step) {
            unsigned cell = (unsigned)((double)(at - axis->from) / axis->cell + 0.5);
            if (cell > axis->cells)
                break;
            if (at % DAY)
                clock_text(label, at);
            else
                day_text(label, at, 0);
            page_blank(t->page, cell - used);
            page_paint(t->page, at % DAY ? PAINT_DIM : PAINT_HEADING, label);
            used = cell + (unsigned)strlen(label);
        }
    } else {
        char *clean = text_clean(t->page, heading, t->page->width - 2);
        page_paint(t->page, PAINT_HEADING, clean ? clean : "");
        free(clean);
    }
    output_text(t->page->out, "\n");
}

/* Bars */

static void blanks_add(struct text *t, unsigned count)
{
    while (count--)
        text_put(t, " ", 1);
}

/* An end is asked for: three cells towards it. */
static void open_add(const struct page *page, const struct axis *axis, const struct bar *bar, unsigned at,
                     struct text *t)
{
    const char *cell = page->ascii ? ":" : "▒";
    if (bar->start != NO_TIME) {
        blanks_add(t, at + OPEN > axis->cells ? axis->cells - OPEN : at);
        for (unsigned i = 1; i < OPEN; i++)
            word_add(t, cell);
        word_add(t, "?");
        return;
    }
    unsigned from = at >= OPEN ? at - OPEN + 1 : 0;
    blanks_add(t, from);
    word_add(t, "?");
    for (unsigned i = from + 1; i <= at; i++)
        word_add(t, cell);
}

/* Half a cell each: drawn when its middle is inside. What is shorter than that is a mark. */
static void closed_add(const struct page *page, const struct axis *axis, const struct bar *bar, unsigned at,
                       struct text *t)
{
    const char *full = page->ascii ? "=" : "█", *left = page->ascii ? "=" : "▌", *right = page->ascii ? "=" : "▐";
    const char *mark = page->ascii ? "|" : "▎";
    int drawn = 0;
    if (bar->start != NO_TIME && bar->stop > bar->start) {
        double from = (double)(bar->start - axis->from) / axis->cell;
        double to = (double)(bar->stop - axis->from) / axis->cell;
        for (unsigned i = 0; i < axis->cells && i < to; i++) {
            int has_left = i + 0.25 >= from && i + 0.25 < to, has_right = i + 0.75 >= from && i + 0.75 < to;
            if (!has_left && !has_right && drawn)
                break;
            word_add(t, has_left && has_right ? full : has_left ? left : has_right ? right : " ");
            drawn |= has_left | has_right;
        }
    }
    if (!drawn) {
        t->size = 0;
        blanks_add(t, at);
        word_add(t, mark);
    }
}

static void times_text(const struct page *page, const struct bar *bar, char *text, size_t room)
{
    char begin[16], end[16], days[16] = "";
    clock_text(begin, bar->start);
    clock_text(end, bar->stop);
    int64_t later = bar->start != NO_TIME && bar->stop != NO_TIME ? bar->stop / DAY - bar->start / DAY : 0;
    if (later > 0)
        snprintf(days, sizeof days, "+%lld", (long long)(later > 9 ? 9 : later));
    if (bar->start == NO_TIME && bar->stop == NO_TIME)
        snprintf(text, room, "no times");
    else if (bar->stop == NO_TIME && !bar->open)
        snprintf(text, room, "%s", begin);
    else
        snprintf(text, room, "%s%s%s%s", begin, page->ascii ? "-" : "–", end, days);
}

static void bar_print(const struct timeline *t, const struct bar *bar)
{
    const struct axis *axis = &t->axis;
    struct text line = {0};
    char times[64];
    int64_t first = bar->start != NO_TIME ? bar->start : bar->stop;
    text_put(&line, "", 0);
    label_print(t, bar);
    if (first != NO_TIME) {
        unsigned at = (unsigned)((double)(first - axis->from) / axis->cell);
        if (at >= axis->cells)
            at = axis->cells - 1;
        (bar->open ? open_add : closed_add)(t->page, axis, bar, at, &line);
    }
    char *cells = text_done(&line);
    unsigned used = text_width(cells ? cells : "");
    page_paint(t->page, bar->open ? PAINT_OPEN : PAINT_BAR, cells ? cells : "");
    times_text(t->page, bar, times, sizeof times);
    page_blank(t->page, axis->cells ? axis->cells + 1 - used : 0);
    page_paint(t->page, bar->open ? PAINT_OPEN : PAINT_PLAIN, times);
    output_text(t->page->out, "\n");
    free(cells);
}

static void section_print(const struct timeline *t, size_t at, int visits)
{
    char heading[120];
    const struct bar *first = &t->bars[at];
    if (visits)
        snprintf(heading, sizeof heading, "visit %lld%s%.80s", (long long)first->visit, *first->site ? ", site " : "",
                 first->site);
    else
        snprintf(heading, sizeof heading, "%s%.80s", *first->site ? "site " : "no site", first->site);
    axis_print(t, heading);
    for (size_t i = at; i < t->count; i++)
        if (t->bars[i].visit == first->visit && strcmp(t->bars[i].site, first->site) == 0) {
            bar_print(t, &t->bars[i]);
            t->bars[i].placed = 1;
        }
}

void timeline_print(const struct page *page, json_t *encounter, json_t *answer)
{
    json_t *services = json_object_get(encounter, "services");
    struct timeline t = {.page = page, .count = json_array_size(services)};
    char day[16] = "";
    int visits = 0;
    if (!t.count || !(t.bars = calloc(t.count, sizeof *t.bars)))
        return;
    for (size_t i = 0; i < t.count; i++) {
        bar_read(&t.bars[i], json_array_get(services, i), i + 1, answer);
        visits |= t.bars[i].visit != t.bars[0].visit;
    }
    label_make(&t);
    axis_make(&t);
    page_paint(page, PAINT_HEADING, "Timeline");
    if (t.axis.cells)
        day_text(day, t.axis.from, 1);
    if (*day && strcmp(day, member_text(answer, "date")) != 0)
        output_print(page->out, " from %s", day);
    output_text(page->out, "\n");
    for (size_t i = 0; i < t.count; i++)
        if (!t.bars[i].placed)
            section_print(&t, i, visits);
    output_text(page->out, "\n");
    free(t.bars);
}
