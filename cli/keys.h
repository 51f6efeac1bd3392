/* Ed25519 keys, keyrings and detached signatures of images: text files, cut and put together here; the cryptography is
 * libsodium's. What is signed, and the forms of the files: SPEC.md, section 23.5. */
#ifndef EDICT_CLI_KEYS_H
#define EDICT_CLI_KEYS_H

#include <stddef.h>

enum { KEY_NAME = 80, KEY_SECRET = 64, KEY_PUBLIC = 32 };

struct key { unsigned char secret[KEY_SECRET], public[KEY_PUBLIC]; char name[KEY_NAME]; };

/* These say themselves what went wrong (message), and give an exit status. */

/* A new pair: `path` (the owner's alone) and `path`.pub, one line of a keyring. Neither is overwritten. */
int key_make(const char *path, const char *name);
/* A secret key; refused when others may read the file. Wipe it with key_wipe. */
int key_read(const char *path, struct key *into);
void key_wipe(struct key *key);
/* The signature of the image's bytes as text, to be kept beside it. Written whole or not at all. */
int signature_write(const struct key *key, const void *image, size_t size, const char *path);
/* Is there a signature at `path` of these bytes by a key of the keyring? `by`: whose. EXIT_RULES: no. */
int signature_check(const void *image, size_t size, const char *path, const char *keyring, char by[KEY_NAME]);
/* IMAGE.sig, allocated; NULL: no memory. */
char *signature_path(const char *image);

#endif
