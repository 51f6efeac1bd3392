/* Sentences, numbers and examples of a comparison, for all its reports. */
#include "corpus.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *how_word(enum how how)
{
    static const char *const words[] = {"alone", "parts", "together", "unknown"};
    return words[how];
}

static void put(struct text *to, const char *text)
{
    text_put(to, text, strlen(text));
}

static void sentence_put(struct text *to, const char *words, const char *arrow)
{
    for (const char *at = words, *next; *at; at = next) {
        next = strstr(at, "->");
        text_put(to, at, next ? (size_t)(next - at) : strlen(at));
        if (!next)
            break;
        put(to, arrow);
        next += 2;
    }
}

static void change_put(const struct corpus *corpus, unsigned number, struct text *to, const char *arrow)
{
    edict_change change;
    if (!edict_difference_change(corpus->job->difference, number, &change))
        return;
    sentence_put(to, change.words, arrow);
    if (change.effective) {
        put(to, ", effective ");
        put(to, change.effective);
    }
    if (change.until) {
        put(to, change.effective ? " until " : ", until ");
        put(to, change.until);
    }
}

/* "[5+6] the sentences" of one cause; several at once by their numbers: "[1], [5]: each makes its part". */
char *cause_words(const struct corpus *corpus, const struct attributed *set, const char *arrow)
{
    struct text text = {0};
    char number[24];
    static const char *const behind[] = {"", ": each makes its part", ": only together", ""};
    int single = set->how == HOW_SINGLE;
    put(&text, single ? "[" : "");
    for (size_t i = 0; i < set->count; i++) {
        snprintf(number, sizeof number, single ? "%s%u" : "%s[%u]", i ? single ? "+" : ", " : "", set->changes[i] + 1);
        put(&text, number);
    }
    put(&text, single ? "] " : set->count ? behind[set->how] : "several changes, not taken apart");
    for (size_t i = 0; single && i < set->count; i++) {
        put(&text, i ? "; with it: " : "");
        change_put(corpus, set->changes[i], &text, arrow);
    }
    return text.bytes;
}

int change_alone(const struct corpus *corpus, unsigned change)
{
    for (size_t i = 0; i < corpus->cause_count; i++)
        for (size_t k = 0; corpus->causes[i].set.how == HOW_SINGLE && k < corpus->causes[i].set.count; k++)
            if (corpus->causes[i].set.changes[k] == change)
                return 1;
    return 0;
}

const char *number_text(char room[40], int64_t number, int sign)
{
    char digits[32];
    int size = snprintf(digits, sizeof digits, "%" PRIu64, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
    char *to = room;
    if (number < 0 || (sign && number > 0))
        *to++ = number < 0 ? '-' : '+';
    for (int i = 0; i < size; i++) {
        if (i && (size - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = 0;
    return room;
}

const char *money_text(char room[40], int64_t millionths, int sign)
{
    uint64_t all = millionths < 0 ? 0 - (uint64_t)millionths : (uint64_t)millionths;
    uint64_t cents = (all + 5000) / 10000;
    char whole[40];
    number_text(whole, (int64_t)(cents / 100), 0);
    snprintf(room, 40, "%s%.30s.%02u", millionths < 0 ? "-" : sign && cents ? "+" : "", whole, (unsigned)(cents % 100));
    return room;
}

const char *share_text(char room[40], uint64_t part, uint64_t of)
{
    double share = of ? (double)part * 100 / (double)of : 0;
    snprintf(room, 40, part && share < 0.01 ? "under 0.01 %%" : share < 1 ? "%.2f %%" : "%.1f %%", share);
    return room;
}

struct attributor *examples_open(const struct corpus *corpus)
{
    return attributor_new(corpus->attribution);
}

int example_read(struct attributor *attributor, const struct example *example, char **old, char **now)
{
    struct both both = {0};
    struct text texts[2] = {{0}, {0}};
    int came = attributor_compare(attributor, example->json, example->size, &both);
    if (came >= 0) {
        outcome_put(&both.old_outcome, &texts[0]);
        outcome_put(&both.now_outcome, &texts[1]);
    }
    outcome_free(&both.old_outcome);
    outcome_free(&both.now_outcome);
    *old = texts[0].bytes;
    *now = texts[1].bytes;
    return came < 0 || texts[0].failed || texts[1].failed ? -1 : 0;
}

int change_met(const struct corpus *corpus, unsigned change)
{
    for (size_t i = 0; i < corpus->cause_count; i++)
        for (size_t k = 0; k < corpus->causes[i].set.count; k++)
            if (corpus->causes[i].set.changes[k] == change)
                return 1;
    return 0;
}

int outcome_has(const char *outcome, const char *element)
{
    size_t size = strlen(element);
    for (const char *at = strchr(outcome, ' '); at && *at;) {
        at += *at == ' ';
        const char *end = strstr(at, "; ");
        size_t one = end ? (size_t)(end - at) : strlen(at);
        if (one == size && memcmp(at, element, size) == 0)
            return 1;
        at = end ? end + 1 : NULL;
    }
    return 0;
}
