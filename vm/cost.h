/* The worst case and the boundaries of a program, as lines of a listing. */
#ifndef EDICT_VM_COST_H
#define EDICT_VM_COST_H

struct edict_program;
struct buffer;
void cost_write(const struct edict_program *p, struct buffer *out);
/* What one encounter can take at most: steps, cells, bytes, each with the limit that bounds it. */
void cost_report(const struct edict_program *p, struct buffer *out);
void bounds_write(const struct edict_program *p, struct buffer *out);

#endif
