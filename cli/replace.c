/* Files that are written: under a temporary name beside the real one, and renamed when whole. Whatever happens in
 * between, the real name holds the old file or the new one, never a half. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct replacement {
    struct output out;
    const char *path;                /* as given, for messages */
    char target[PATH_MAX], name[PATH_MAX + 16];
    int in_place;                    /* /dev/stdout, a pipe: nothing to rename */
};

static int failed(const char *path, const char *why)
{
    message("%s: %s", path, why);
    return -1;
}

/* A new file beside the target, with the mode that the target has or would get. */
static int beside_open(struct replacement *r, int secret)
{
    struct stat now;
    mode_t mask = umask(0);
    umask(mask);
    const mode_t mode = stat(r->target, &now) == 0 ? now.st_mode & 07777 : secret ? 0600 : 0666 & ~mask;
    const int wrote = snprintf(r->name, sizeof r->name, "%s.XXXXXX", r->target);
    if (wrote >= (int)sizeof r->name) {
        errno = ENAMETOOLONG;
        return -1;
    }
    const int fd = mkstemp(r->name);
    if (fd >= 0 && fchmod(fd, mode) != 0)
        r->out.error = errno;
    return fd;
}

struct replacement *replacement_open(const char *path, int secret)
{
    struct replacement *r = calloc(1, sizeof *r);
    struct stat now;
    if (!r) {
        failed(path, "no memory");
        return NULL;
    }
    r->path = path;
    /* Behind links, so that a link stays one. */
    if (!realpath(path, r->target) && snprintf(r->target, sizeof r->target, "%s", path) >= (int)sizeof r->target) {
        failed(path, strerror(ENAMETOOLONG));
        free(r);
        return NULL;
    }
    r->in_place = stat(r->target, &now) == 0 && !S_ISREG(now.st_mode);
    r->out.fd = r->in_place ? open(r->target, O_WRONLY | O_CLOEXEC) : beside_open(r, secret);
    if (r->out.fd < 0) {
        failed(path, strerror(errno));
        free(r);
        return NULL;
    }
    return r;
}

struct output *replacement_output(struct replacement *r)
{
    return &r->out;
}

int replacement_close(struct replacement *r, int keep)
{
    output_flush(&r->out);
    if (keep && !r->in_place && !r->out.error && fsync(r->out.fd) != 0)
        r->out.error = errno;
    if (close(r->out.fd) != 0 && !r->out.error)
        r->out.error = errno;
    if (keep && !r->in_place && !r->out.error && rename(r->name, r->target) != 0)
        r->out.error = errno;
    if (!r->in_place && (!keep || r->out.error))
        unlink(r->name);
    const int bad = keep && r->out.error ? failed(r->path, strerror(r->out.error)) : 0;
    free(r);
    return bad;
}

int file_replace(const char *path, const void *bytes, size_t size)
{
    struct replacement *r = replacement_open(path, 0);
    if (!r)
        return -1;
    output_put(&r->out, bytes, size);
    return replacement_close(r, 1);
}
