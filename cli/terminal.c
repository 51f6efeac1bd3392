/* What is known of the terminal: is it one, how wide, may it be coloured, does it show UTF-8. */
#include "cli.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int terminal_is(int fd)
{
    return isatty(fd);
}

int terminal_color(int fd, const char *when)
{
    if (strcmp(when, "auto") != 0)
        return when[0] == 'a';
    const char *no = getenv("NO_COLOR"), *kind = getenv("TERM");
    return isatty(fd) && !(no && *no) && kind && strcmp(kind, "dumb") != 0;
}

unsigned terminal_width(int fd)
{
    struct winsize size = {0};
    const char *columns = getenv("COLUMNS");
    long width = columns ? strtol(columns, NULL, 10) : 0;
    if (width <= 0 && isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0)
        width = size.ws_col;
    if (width <= 0)
        width = 80;
    return width < 60 ? 60 : width > 160 ? 160 : (unsigned)width;
}

int terminal_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}
