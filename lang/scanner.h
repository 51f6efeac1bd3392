/* The doors of the generated scanner, so that nobody includes generated text. */
#ifndef EDICT_LANG_SCANNER_H
#define EDICT_LANG_SCANNER_H

struct parse;
struct yy_buffer_state;
int yylex_init_extra(struct parse *p, void **scanner);
struct yy_buffer_state *yy_scan_buffer(char *base, size_t size, void *scanner);
int yylex_destroy(void *scanner);

#endif
