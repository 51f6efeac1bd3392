/* Mutations of images that know their structure: header, directory, every section by its elements, code by its
 * instructions. Shared by the campaign (mutate.c) and the unit suite. Deterministic: a number gives a mutation. */
#ifndef EDICT_TESTS_MUTATION_H
#define EDICT_TESTS_MUTATION_H

#include <stddef.h>
#include <stdint.h>

struct mutation {
    unsigned char *bytes;     /* a copy to be changed; room for `room` bytes */
    size_t size, room;
    unsigned section;         /* what was changed last: SECTION_COUNT the header, SECTION_COUNT + 1 bytes anywhere */
    int sealed;               /* its size and hash fields are right again */
};

uint64_t mutation_random(uint64_t *state);
/* One image from `from`: one to four changes, sealed or not. */
void mutation_make(struct mutation *m, const unsigned char *from, size_t size, uint64_t number);
/* Writes size and hash as edict build would. Needs a whole header. */
void mutation_seal(struct mutation *m);
/* Bytes of an element of a section. */
unsigned mutation_element(unsigned section);

#endif
