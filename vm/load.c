/* Opening an image: from a file by mapping, from bytes by copying or as they stand; then it is verified. And what a
 * program says about itself. */
#include "vm/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_STATIC_LINKING_ONLY    /* a state on the stack: no allocation can fail */
#include <xxhash.h>

edict_status image_error(edict_error *error, edict_status status, const char *code, const char *format, ...)
{
    if (!error)
        return status;
    *error = (edict_error){ .status = status };
    snprintf(error->code, sizeof error->code, "%s", code);
    va_list args;
    va_start(args, format);
    vsnprintf(error->message, sizeof error->message, format, args);
    va_end(args);
    return status;
}

/* Greatest `hi` so far in each set: where it is below a code, no earlier range can hold the code. */
static int derive_reach(struct edict_program *p)
{
    p->reach = malloc(((size_t)p->range_count + 1) * sizeof *p->reach);
    if (!p->reach)
        return 0;
    memset(p->reach, 0, ((size_t)p->range_count + 1) * sizeof *p->reach);
    for (uint32_t s = 0; s < p->set_count; s++) {
        uint64_t reach = 0;
        for (uint32_t i = p->sets[s].at; i < p->sets[s].at + p->sets[s].count; i++) {
            reach = p->ranges[i].hi > reach ? p->ranges[i].hi : reach;
            p->reach[i] = reach;
        }
    }
    return 1;
}

static const char *policy_value(const struct edict_program *p, const struct image_policy *policy, uint32_t n)
{
    const uint32_t word = p->fact_words[policy->words_at + n];
    return program_string(p, policy->type == TYPE_WORD ? p->words[word] : word);
}

/* The permitted values of all policies as text. */
static int derive_policies(struct edict_program *p)
{
    size_t size = 1, at = 0;
    for (uint32_t i = 0; i < p->policy_count; i++, size++)
        for (uint32_t k = 0; k < p->policies[i].words; k++)
            size += strlen(policy_value(p, &p->policies[i], k)) + 2;
    p->policy_texts = malloc(size);
    p->policy_text_at = malloc(((size_t)p->policy_count + 1) * sizeof *p->policy_text_at);
    if (!p->policy_texts || !p->policy_text_at || size > UINT32_MAX)
        return 0;
    for (uint32_t i = 0; i < p->policy_count; i++) {
        p->policy_text_at[i] = (uint32_t)at;
        for (uint32_t k = 0; k < p->policies[i].words; k++) {
            const char *value = policy_value(p, &p->policies[i], k);
            const size_t length = strlen(value);
            if (k) {
                p->policy_texts[at++] = ',';
                p->policy_texts[at++] = ' ';
            }
            memcpy(p->policy_texts + at, value, length);
            at += length;
        }
        p->policy_texts[at++] = 0;
    }
    return 1;
}

static void hex_text(char out[33], const uint8_t hash[16])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < 16; i++) {
        out[2 * i] = digits[hash[i] >> 4];
        out[2 * i + 1] = digits[hash[i] & 15];
    }
    out[32] = 0;
}

/* Takes over p, whose bytes and size are set. */
static edict_status program_finish(struct edict_program *p, edict_program **out, edict_error *error)
{
    edict_status status = program_verify(p, error);
    if (status == EDICT_OK && (!derive_reach(p) || !derive_policies(p) || !relations_index(p)))
        status = image_error(error, EDICT_MEMORY, "no_memory", "no memory");
    if (status != EDICT_OK) {
        edict_program_free(p);
        return status;
    }
    hex_text(p->image_hex, p->header->image_hash);
    hex_text(p->rules_hex, p->header->rules_hash);
    *out = p;
    return EDICT_OK;
}

edict_status edict_program_load(const void *bytes, size_t size, edict_program **out, edict_error *error)
{
    *out = NULL;
    struct edict_program *p = calloc(1, sizeof *p);
    unsigned char *copy = p ? malloc(size + 1) : NULL;
    if (!copy) {
        free(p);
        return image_error(error, EDICT_MEMORY, "no_memory", "no memory");
    }
    if (size)
        memcpy(copy, bytes, size);
    p->bytes = copy;
    p->size = size;
    return program_finish(p, out, error);
}

edict_status edict_program_view(const void *bytes, size_t size, edict_program **out, edict_error *error)
{
    *out = NULL;
    if ((uintptr_t)bytes % 16)
        return image_error(error, EDICT_USAGE, "unaligned_image",
                           "the image stands at an address that 16 does not divide");
    struct edict_program *p = calloc(1, sizeof *p);
    if (!p)
        return image_error(error, EDICT_MEMORY, "no_memory", "no memory");
    p->bytes = bytes;
    p->size = size;
    p->hold = BYTES_VIEWED;
    return program_finish(p, out, error);
}

edict_status edict_program_open(const char *path, edict_program **out, edict_error *error)
{
    *out = NULL;
    struct stat about = { 0 };
    int file = open(path, O_RDONLY | O_CLOEXEC);
    int trouble = file < 0 || fstat(file, &about) != 0 ? errno : S_ISDIR(about.st_mode) ? EISDIR : 0;
    char why[128];
    if (trouble || !S_ISREG(about.st_mode)) {
        if (file >= 0)
            close(file);
        return image_error(error, EDICT_IO, "cannot_read", "cannot be read: %s",
                           trouble ? strerror_r(trouble, why, sizeof why) : "it is no file on a disk");
    }
    if (about.st_size <= 0) {
        close(file);
        return image_error(error, EDICT_IMAGE, "damaged_image", "the image is empty");
    }
    void *bytes = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    trouble = errno;
    close(file);
    if (bytes == MAP_FAILED)
        return image_error(error, EDICT_IO, "cannot_read", "cannot be mapped: %s",
                           strerror_r(trouble, why, sizeof why));
    struct edict_program *p = calloc(1, sizeof *p);
    if (!p) {
        munmap(bytes, (size_t)about.st_size);
        return image_error(error, EDICT_MEMORY, "no_memory", "no memory");
    }
    p->bytes = bytes;
    p->size = (size_t)about.st_size;
    p->hold = BYTES_MAPPED;
    return program_finish(p, out, error);
}

void edict_program_free(edict_program *program)
{
    if (!program)
        return;
    union {
        const unsigned char *given;
        void *own;
    } bytes = { program->bytes };
    if (program->hold == BYTES_MAPPED)
        munmap(bytes.own, program->size);
    else if (program->hold == BYTES_OWN)
        free(bytes.own);
    relations_free(program);
    free(program->reach);
    free(program->policy_texts);
    free(program->policy_text_at);
    free(program);
}

const char *edict_program_pack(const edict_program *program)
{
    return program_string(program, program->header->pack_name);
}

const char *edict_program_version(const edict_program *program)
{
    return program_string(program, program->header->pack_version);
}

const char *edict_program_title(const edict_program *program)
{
    return program_string(program, program->header->pack_title);
}

const char *edict_program_image(const edict_program *program) { return program->image_hex; }

const char *edict_program_rules(const edict_program *program) { return program->rules_hex; }

int edict_program_intact(const edict_program *program)
{
    static const unsigned char zero[16];
    const size_t at = offsetof(struct image_header, image_hash), after = at + sizeof zero;
    XXH3_state_t state;
    XXH3_128bits_reset(&state);
    XXH3_128bits_update(&state, program->bytes, at);
    XXH3_128bits_update(&state, zero, sizeof zero);
    XXH3_128bits_update(&state, program->bytes + after, program->size - after);
    XXH128_canonical_t hash;
    XXH128_canonicalFromHash(&hash, XXH3_128bits_digest(&state));
    return memcmp(hash.digest, program->header->image_hash, sizeof zero) == 0;
}

const char *edict_program_policy(const edict_program *program, unsigned index, const char **values)
{
    if (index >= program->policy_count)
        return NULL;
    if (values)
        *values = program->policy_texts + program->policy_text_at[index];
    return program_string(program, program->policies[index].name);
}

const char *edict_program_table(const edict_program *program, unsigned index, char hash[33])
{
    for (uint32_t i = 0; i < program->source_count; i++) {
        if (program->sources[i].size || index--) /* a pack has its text beside it */
            continue;
        hex_text(hash, program->sources[i].hash);
        return program_string(program, program->sources[i].name);
    }
    return NULL;
}

const char *edict_program_policy_value(const edict_program *program, unsigned index)
{
    if (index >= program->policy_count || !program->policies[index].settings)
        return NULL;
    const struct image_policy *q = &program->policies[index];
    const int64_t value = program->settings[q->settings_at + q->settings - 1].value;
    if (q->type == TYPE_WORD)
        return program_string(program, program->words[value]);
    for (uint32_t i = 0; i < q->words; i++)
        if (program->settings[q->values_at + i].value == value)
            return program_string(program, program->fact_words[q->words_at + i]);
    return NULL;
}
