/* What an answer comes to, in short and comparable: its status and its elements (charges, findings), without the words
 * in which it is said and without what names the pack. Two answers with the same outcome bill the same and stop the
 * same lines. */
#ifndef EDICT_CLI_OUTCOME_H
#define EDICT_CLI_OUTCOME_H

#include "cli.h"

struct piece { size_t at, size; };    /* of outcome.bytes */
/* One charge or finding. text: "96365x2-59@s1,s2+1d" (code, units, modifiers, records, days after the date of service),
 * "drug_lines:J1885x10@s1", "deny:ptp@line=2,other_line=1", "hold:family@s1?complex[false>96365x1|true>96413x1]". */
struct element {
    struct piece text, why, code;    /* why: "bill course#13, family#14", or the rule of a finding */
    int64_t units, line;             /* line: the billed line that a finding is about, or 0 */
    int finding;
};
struct outcome {
    const char *status;              /* "complete", "held", "no_rules", "refused" */
    struct text bytes;
    struct element *elements;        /* charges in the order of the answer, then findings sorted by text */
    size_t count, room, charges;
    uint64_t words;                  /* hash of what it says beside: messages, citations */
    char date[12];                   /* date of service, or "" */
};
/* 0; -1: no memory, or no answer of the contract. The outcome is reused from call to call. */
int outcome_read(struct outcome *o, const char *answer, size_t size);
void outcome_free(struct outcome *o);
/* "held 96375x1@s2; hold:family@s1?…" */
void outcome_put(const struct outcome *o, struct text *to);
/* Do two answers say the same, byte for byte, apart from what names the pack and from `because`? Fast; 0 may still be
 * the same outcome. */
int answers_same(const char *a, size_t a_size, const char *b, size_t b_size);
/* 16 hexadecimal digits of a hash of bytes: how an encounter is known without telling it. */
void digest_put(char digits[17], const void *bytes, size_t size);
/* Days from one date to another, "2026-03-02". */
long days_between(const char *from, const char *to);

#endif
