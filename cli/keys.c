/* Keys, keyrings, signatures: see keys.h. Everything read here is as untrusted as an image. */
#include "keys.h"
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_HEAD "edict secret key 1\n"
#define SIGNATURE_HEAD "edict signature 1\n"
#define SIGNED_HEAD "edict image 1\n"    /* what the key signs begins so: no other use of the key looks like it */

enum { BASE64 = sodium_base64_VARIANT_ORIGINAL, KEY_FILE_MAX = 1 << 20, IDENTITY = 17 };

struct signed_text { char bytes[sizeof SIGNED_HEAD + 2 * (size_t)crypto_hash_sha256_BYTES]; };

static int ready(void)
{
    if (sodium_init() >= 0)
        return EXIT_FINE;
    message("libsodium cannot be used");
    return EXIT_INTERNAL;
}

/* What is signed: a line, and the SHA-256 of every byte of the image in hexadecimal. */
static size_t signed_make(struct signed_text *to, const void *image, size_t size)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    const size_t head = sizeof SIGNED_HEAD - 1;
    crypto_hash_sha256(digest, image, size);
    memcpy(to->bytes, SIGNED_HEAD, head);
    sodium_bin2hex(to->bytes + head, sizeof to->bytes - head, digest, sizeof digest);
    return head + 2 * sizeof digest;
}

/* Sixteen hexadecimal digits to find a key by; not what trust rests on. */
static void key_identity(const unsigned char public[KEY_PUBLIC], char to[IDENTITY])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, public, KEY_PUBLIC);
    sodium_bin2hex(to, IDENTITY, digest, IDENTITY / 2);
}

/* Exactly `size` bytes in base 64, `length` characters. */
static int base64_read(const char *at, size_t length, unsigned char *to, size_t size)
{
    size_t got = 0;
    const char *end = NULL;
    return sodium_base642bin(to, size, at, length, NULL, &got, &end, BASE64) == 0 && got == size && end == at + length;
}

/* A new file; never one that is there. */
static int file_make(const char *path, mode_t mode, const char *text)
{
    const size_t size = strlen(text);
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0) {
        message("%s: %s", path, strerror(errno));
        return errno == EEXIST ? EXIT_USAGE : EXIT_INTERNAL;
    }
    const ssize_t wrote = write(fd, text, size);
    const int error = wrote < 0 ? errno : wrote != (ssize_t)size ? ENOSPC : 0;
    if (close(fd) == 0 && !error)
        return EXIT_FINE;
    unlink(path);
    message("%s: %s", path, strerror(error ? error : EIO));
    return EXIT_INTERNAL;
}

int key_make(const char *path, const char *name)
{
    struct key key;
    char secret[sodium_base64_ENCODED_LEN(KEY_SECRET, BASE64)], public[sodium_base64_ENCODED_LEN(KEY_PUBLIC, BASE64)];
    char text[sizeof SECRET_HEAD + sizeof secret + KEY_NAME + 2], line[sizeof public + KEY_NAME + 16];
    char *public_path = malloc(strlen(path) + sizeof ".pub");
    int exit = public_path ? ready() : EXIT_INTERNAL;
    if (exit != EXIT_FINE) {
        free(public_path);
        return exit;
    }
    sprintf(public_path, "%s.pub", path);
    crypto_sign_keypair(key.public, key.secret);
    sodium_bin2base64(secret, sizeof secret, key.secret, sizeof key.secret, BASE64);
    sodium_bin2base64(public, sizeof public, key.public, sizeof key.public, BASE64);
    snprintf(text, sizeof text, SECRET_HEAD "%s %.*s\n", secret, KEY_NAME - 1, name);
    snprintf(line, sizeof line, "ed25519 %s %.*s\n", public, KEY_NAME - 1, name);
    exit = file_make(path, 0600, text);
    if (exit == EXIT_FINE && (exit = file_make(public_path, 0644, line)) != EXIT_FINE)
        unlink(path);
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(text, sizeof text);
    key_wipe(&key);
    free(public_path);
    return exit;
}

void key_wipe(struct key *key)
{
    sodium_memzero(key, sizeof *key);
}

/* A small text file whole. */
static int small_read(const char *path, struct text *text)
{
    if (file_read_most(path, text, KEY_FILE_MAX) != 0)
        return EXIT_INPUT;
    return text->bytes ? EXIT_FINE : EXIT_INTERNAL;
}

int key_read(const char *path, struct key *into)
{
    struct text text = {0};
    struct stat about;
    if (stat(path, &about) == 0 && (about.st_mode & 077)) {
        message("%s: others may read this secret key: chmod 600 %s", path, path);
        return EXIT_INPUT;
    }
    int exit = ready();
    if (exit == EXIT_FINE)
        exit = small_read(path, &text);
    if (exit == EXIT_FINE) {
        const size_t head = sizeof SECRET_HEAD - 1;
        const int good = text.size > head && memcmp(text.bytes, SECRET_HEAD, head) == 0;
        const size_t length = good ? strcspn(text.bytes + head, " \n") : 0;
        if (!good || !base64_read(text.bytes + head, length, into->secret, KEY_SECRET)) {
            message("%s: this is no secret key of edict sign --generate", path);
            exit = EXIT_INPUT;
        } else {
            const char *name = text.bytes + head + length;
            snprintf(into->name, sizeof into->name, "%.*s", (int)strcspn(name + (*name == ' '), "\n"),
                     name + (*name == ' '));
            memcpy(into->public, into->secret + KEY_SECRET - KEY_PUBLIC, KEY_PUBLIC);
        }
    }
    if (text.bytes)
        sodium_memzero(text.bytes, text.size);
    free(text.bytes);
    return exit;
}

int signature_write(const struct key *key, const void *image, size_t size, const char *path)
{
    struct signed_text text;
    unsigned char signature[crypto_sign_BYTES];
    char coded[sodium_base64_ENCODED_LEN(crypto_sign_BYTES, BASE64)], identity[IDENTITY], out[512];
    const size_t length = signed_make(&text, image, size);
    crypto_sign_detached(signature, NULL, (const unsigned char *)text.bytes, length, key->secret);
    sodium_bin2base64(coded, sizeof coded, signature, sizeof signature, BASE64);
    key_identity(key->public, identity);
    const int wrote = snprintf(out, sizeof out, SIGNATURE_HEAD "key %s\nsha256 %s\nsignature %s\n", identity,
                               text.bytes + sizeof SIGNED_HEAD - 1, coded);
    return file_replace(path, out, (size_t)wrote) == 0 ? EXIT_FINE : EXIT_INTERNAL;
}

/* The line `name VALUE` of a signature: its value, `length` characters; NULL: there is none. */
static const char *field(const char *text, const char *name, size_t *length)
{
    const size_t size = strlen(name);
    for (const char *line = text; *line; line += *line == '\n') {
        if (strncmp(line, name, size) == 0 && line[size] == ' ') {
            *length = strcspn(line + size + 1, "\r\n");
            return line + size + 1;
        }
        line += strcspn(line, "\n");
    }
    return NULL;
}

static int signature_read(const char *path, unsigned char signature[crypto_sign_BYTES])
{
    struct text text = {0};
    size_t length = 0;
    int exit = small_read(path, &text);
    if (exit == EXIT_FINE) {
        const char *coded = strncmp(text.bytes, SIGNATURE_HEAD, sizeof SIGNATURE_HEAD - 1) == 0
                                ? field(text.bytes, "signature", &length) : NULL;
        if (!coded || !base64_read(coded, length, signature, crypto_sign_BYTES)) {
            message("%s: this is no signature of edict sign", path);
            exit = EXIT_RULES;
        }
    }
    free(text.bytes);
    return exit;
}

/* One line of a keyring: `ed25519 KEY NAME`. 1 a key, 0 nothing there, -1 something else. */
static int ring_line(const char *line, size_t size, struct key *into)
{
    static const char kind[] = "ed25519 ";
    while (size && (line[size - 1] == '\r' || line[size - 1] == ' '))
        size--;
    if (!size || line[0] == '#')
        return 0;
    if (size <= sizeof kind - 1 || memcmp(line, kind, sizeof kind - 1) != 0)
        return -1;
    line += sizeof kind - 1;
    size -= sizeof kind - 1;
    const char *blank = memchr(line, ' ', size);
    const size_t length = blank ? (size_t)(blank - line) : size;
    const char *name = line + length + (length < size);
    snprintf(into->name, sizeof into->name, "%.*s", (int)(line + size - name), name);
    return base64_read(line, length, into->public, KEY_PUBLIC) ? 1 : -1;
}

int signature_check(const void *image, size_t size, const char *path, const char *keyring, char by[KEY_NAME])
{
    unsigned char signature[crypto_sign_BYTES];
    struct signed_text what;
    struct text ring = {0};
    int exit = ready(), found = 0;
    if (exit == EXIT_FINE)
        exit = small_read(keyring, &ring);
    if (exit == EXIT_FINE && access(path, F_OK) != 0) {
        message("%s: there is no signature", path);
        exit = EXIT_RULES;
    }
    if (exit == EXIT_FINE)
        exit = signature_read(path, signature);
    const size_t length = exit == EXIT_FINE ? signed_make(&what, image, size) : 0;
    unsigned number = 1, keys = 0;
    for (const char *line = ring.bytes; exit == EXIT_FINE && !found && *line; number++) {
        struct key key;
        const size_t end = strcspn(line, "\n");
        const int got = ring_line(line, end, &key);
        if (got < 0) {
            message("%s:%u: this is no key: `ed25519 KEY NAME` is wanted", keyring, number);
            exit = EXIT_INPUT;
        } else if (got > 0) {
            keys++;
            found = crypto_sign_verify_detached(signature, (const unsigned char *)what.bytes, length, key.public) == 0;
            if (found)
                snprintf(by, KEY_NAME, "%s", key.name);
        }
        line += end + (line[end] == '\n');
    }
    if (exit == EXIT_FINE && !found) {
        message("%s: no key of %s signed this image (%u tried)", path, keyring, keys);
        exit = EXIT_RULES;
    }
    free(ring.bytes);
    return exit;
}

char *signature_path(const char *image)
{
    char *path = malloc(strlen(image) + sizeof ".sig");
    if (path)
        sprintf(path, "%s.sig", image);
    else
        message("no memory");
    return path;
}
