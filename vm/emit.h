/* EMIT, the widest instruction, drawn. Operands "nkkmn(in)(r((A))ii(i)m(in)mm)mm(nmi)":
 *   n            result list (SECTION_LISTS)
 *   k k          charges domain that collects; source domain whose records are billed
 *   m            exists: yes/no of the source records (NONE: all exist)
 *   n            hit policy (HIT_FIRST, HIT_EVERY)
 *   (in)         columns: register, 1 if some row of the column names `?` or `documented`
 *   rows ( r     trace row
 *     ((A))      cells, one list of alternatives a column (empty: any)
 *     i i        code, units (units 0 or the code `none`: nothing is emitted)
 *     (i)        modifiers (the code `none` adds nothing)
 *     m          quantity of a time ladder that the units come from, or NONE
 *     (in)       its rungs: from, units in all       m m   stride and more, or NONE
 *   )
 *   m            date: a TIME or DATE register of the source, or NONE (then, or where it is not documented: date of
 *                service)
 *   m            times in which the units of a ladder are earned, or NONE: each unit gets the date of the minute that
 *                earned it
 *   (nmi)        because: mode (enum because_mode) | (trace row + 1) << 8 of the only row it is for (0: all),
 *                link, TYPE_ROW register
 * A row that is in doubt, or whose code or units are, emits nothing and is held for those reasons.
 */
#ifndef EDICT_VM_EMIT_H
#define EDICT_VM_EMIT_H

enum because_mode {
    BECAUSE_SELF,       /* the register's row of the billed record */
    BECAUSE_ENCOUNTER,  /* the register is of domain 0 */
    BECAUSE_MEMBERS     /* rows of the records whose link (register of their domain) names the billed record */
};

#endif
