/* See bend.c. */
#ifndef EDICT_TESTS_ORACLE_BEND_H
#define EDICT_TESTS_ORACLE_BEND_H

#include <stddef.h>

unsigned bend_count(void);
const char *bend_what(unsigned number);
/* Makes the image wrong in this way. Returns whether that changed anything. */
int bend_image(void *bytes, size_t size, unsigned number);

#endif
