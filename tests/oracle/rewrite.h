/* See rewrite.c. */
#ifndef EDICT_TESTS_ORACLE_REWRITE_H
#define EDICT_TESTS_ORACLE_REWRITE_H

#include "tests/oracle/differ.h"

unsigned rewrite_count(void);
const char *rewrite_what(unsigned how);
/* Does the identity of the meaning stay too? */
int rewrite_keeps_rules(unsigned how);
/* The pack said otherwise. 0: there is nothing in it that could be. */
int rewrite(struct random *r, unsigned how, const struct buffer *text, struct buffer *out);
/* An answer as it may be compared: without identities, and with the old names. */
void answer_plain(struct buffer *out, const char *json, size_t size);

#endif
