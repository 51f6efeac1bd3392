/* Literals of the language: dates, codes, numbers with their units, words, and the types that facts are declared with.
 */
#include "base/date.h"
#include "compiler/model.h"

#include <string.h>

int date_read(struct model *m, const struct ast_node *n, int32_t *out)
{
    struct text t = n->text;
    int year = 0, month = 0, day = 0;
    if (t.size == 10) {
        year = (t.at[0] - '0') * 1000 + (t.at[1] - '0') * 100 + (t.at[2] - '0') * 10 + (t.at[3] - '0');
        month = (t.at[5] - '0') * 10 + (t.at[6] - '0');
        day = (t.at[8] - '0') * 10 + (t.at[9] - '0');
    }
    if (t.size != 10 || !date_valid(year, month, day)) {
        struct diag *d = diag_add(m->diags, DIAG_BAD_DATE, n->span, "there is no date %s", text_z(m, t));
        if (month < 1 || month > 12) diag_hint(m->diags, d, "write year-month-day; the month goes from 01 to 12");
        else if (year < 1900 || year > 2199) diag_hint(m->diags, d, "years go from 1900 to 2199");
        else diag_hint(m->diags, d, "month %02d of %d has %d days", month, year, date_month_days(year, month));
        return 0;
    }
    *out = date_days(year, month, day);
    return 1;
}

void dates_read(struct model *m, const struct ast_node *effective, int32_t *from, int32_t *until)
{
    *from = DATE_MIN_OPEN;
    *until = DATE_OPEN;
    if (!effective) return;
    const struct ast_node *start = ast_child(effective, AST_DATE), *until_node = ast_child(effective, AST_UNTIL);
    const struct ast_node *end = until_node ? ast_child(until_node, AST_DATE) : NULL;
    int good = 1;
    if (start && !date_read(m, start, from)) good = 0;
    if (end && !date_read(m, end, until)) good = 0;
    if (good && start && end && *from > *until) {
        struct diag *d =
            diag_add(m->diags, DIAG_DATES_REVERSED, end->span, "the rules would end on %s, before they begin on %s",
                     text_z(m, end->text), text_z(m, start->text));
        diag_hint(m->diags, d, "`until` names the last day in force: exchange the two dates, or correct one");
        *until = DATE_OPEN;
    }
}

int code_pack(struct text t, int64_t *out)
{
    uint64_t v = 0;
    unsigned n = 0;
    for (const char *at = t.at, *end = at + t.size; at < end; at++) {
        const unsigned c = (unsigned char)*at;
        if (c == '.') continue;
        if ((c - '0' > 9 && c - 'A' > 25) || n == 8) return 0;
        v = v << 8 | c;
        n++;
    }
    if (!n) return 0;
    *out = (int64_t)(v << (64 - 8 * n));
    return 1;
}

static unsigned code_size(uint64_t code)
{
    unsigned n = 0;
    while (n < 8 && (code >> (56 - 8 * n) & 0xff)) n++;
    return n;
}

/* The neighbours of a code among codes of its length; overflow gives 0 or all ones. */
uint64_t code_next(uint64_t code)
{
    for (unsigned i = code_size(code); i-- > 0;) {
        unsigned shift = 56 - 8 * i;
        unsigned c = (unsigned)(code >> shift & 0xff);
        unsigned up = c == '9' ? 'A' : c == 'Z' ? '0' : c + 1;
        code = (code & ~((uint64_t)0xff << shift)) | (uint64_t)up << shift;
        if (c != 'Z') return code;
    }
    return UINT64_MAX;
}

uint64_t code_before(uint64_t code)
{
    for (unsigned i = code_size(code); i-- > 0;) {
        unsigned shift = 56 - 8 * i;
        unsigned c = (unsigned)(code >> shift & 0xff);
        unsigned down = c == 'A' ? '9' : c == '0' ? 'Z' : c - 1;
        code = (code & ~((uint64_t)0xff << shift)) | (uint64_t)down << shift;
        if (c != '0') return code;
    }
    return 0;
}

int number_read(struct text t, int64_t *scaled)
{
    int64_t v = 0;
    int places = -1;
    for (uint32_t i = 0; i < t.size; i++) {
        if (t.at[i] == '.') {
            places = 0;
            continue;
        }
        if (places >= 6) {
            if (t.at[i] != '0') return 0;
            continue;
        }
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, t.at[i] - '0', &v)) return 0;
        if (places >= 0) places++;
    }
    for (int i = places < 0 ? 0 : places; i < 6; i++)
        if (__builtin_mul_overflow(v, 10, &v)) return 0;
    *scaled = v;
    return 1;
}

struct unit {
    const char *name;
    enum value_type base;
    int64_t times;
};
static const struct unit units[] = {
    {"min", TYPE_MINUTES, 1},    {"minute", TYPE_MINUTES, 1}, {"minutes", TYPE_MINUTES, 1}, {"hour", TYPE_MINUTES, 60},
    {"hours", TYPE_MINUTES, 60}, {"day", TYPE_DAYS, 1},       {"days", TYPE_DAYS, 1},       {"week", TYPE_DAYS, 7},
    {"weeks", TYPE_DAYS, 7},     {"year", TYPE_YEARS, 1},     {"years", TYPE_YEARS, 1},
};

/* A bare number of five digits is a billing code: counts from 10000 carry a point or a unit. */
int five_digits(const struct ast_node *n)
{
    return n->op == OP_NUMBER && n->text.size == 5 && !memchr(n->text.at, '.', 5);
}

static struct expr *number_const(struct model *m, const struct ast_node *n, const struct type *want)
{
    int64_t scaled;
    if (!number_read(n->text, &scaled)) {
        mistake(m, DIAG_NUMBER_RANGE, n->span, "numbers have up to six digits behind the point and twelve before it",
                "%s is outside the range of exact numbers", text_z(m, n->text));
        return NULL;
    }
    int whole = scaled % 1000000 == 0;
    struct type t = {TYPE_COUNT, NULL, ""};
    if (want->base == TYPE_DECIMAL || want->base == TYPE_MONEY) {
        t = *want;
        if (want->base == TYPE_DECIMAL && want->unit && *want->unit) {
            struct diag *d = diag_add(m->diags, DIAG_MISSING_UNIT, n->span, "%s of what?", text_z(m, n->text));
            diag_hint(m->diags, d, "write the unit: %s %s", text_z(m, n->text), want->unit);
            return NULL;
        }
        return expr_const(m, t, scaled, n->span);
    }
    if (!whole) {
        t.base = TYPE_DECIMAL;
        return expr_const(m, t, scaled, n->span);
    }
    return expr_const(m, t, scaled / 1000000, n->span);
}

static struct expr *quantity_const(struct model *m, const struct ast_node *n)
{
    const struct ast_node *unit = ast_child(n, AST_NAME);
    int64_t scaled;
    if (!number_read(n->text, &scaled)) {
        mistake(m, DIAG_NUMBER_RANGE, n->span, "numbers have up to six digits behind the point and twelve before it",
                "%s is outside the range of exact numbers", text_z(m, n->text));
        return NULL;
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (!text_is(unit->text, units[i].name)) continue;
        int64_t v;
        if (__builtin_mul_overflow(scaled, units[i].times, &v) || v % 1000000) {
            struct diag *d = diag_add(m->diags, DIAG_NUMBER_RANGE, n->span, "a time is a whole number of %s",
                                      units[i].base == TYPE_MINUTES ? "minutes" : "days");
            diag_hint(m->diags, d, units[i].times > 1 ? "write it in the smaller unit" : "write a whole number");
            return NULL;
        }
        return expr_const(m, (struct type){units[i].base, NULL, ""}, v / 1000000, n->span);
    }
    return expr_const(m, (struct type){TYPE_DECIMAL, NULL, text_z(m, unit->text)}, scaled, n->span);
}

static void mismatch(struct model *m, const struct ast_node *n, const struct expr *got, const struct type *want)
{
    const char *shown = got ? type_name(m, &got->type) : "a word";
    struct diag *d;
    int64_t code;
    int got_number = got && (got->type.base == TYPE_COUNT || got->type.base == TYPE_DECIMAL) && n->op != OP_QUANTITY;
    int wants_unit = want->base == TYPE_MINUTES || want->base == TYPE_DAYS || want->base == TYPE_YEARS;
    if (got_number && wants_unit) {
        const char *unit = want->base == TYPE_MINUTES ? "min" : want->base == TYPE_DAYS ? "days" : "years";
        d = diag_add(m->diags, DIAG_MISSING_UNIT, n->span, "%s of what?", text_z(m, n->text));
        diag_hint(m->diags, d, "write the unit: %s %s", text_z(m, n->text), unit);
    } else if (n->op == OP_QUANTITY) {
        d = diag_add(m->diags, DIAG_WRONG_UNIT, n->span, "%s is expected here, this is %s", type_name(m, want), shown);
        if (wants_unit)
            diag_hint(m->diags, d, "write %s",
                      want->base == TYPE_MINUTES ? "minutes (min) or hours"
                      : want->base == TYPE_DAYS  ? "days or weeks"
                                                 : "years");
        else diag_hint(m->diags, d, "write the number without this unit");
    } else if (want->base == TYPE_COUNT && code_pack(n->text, &code)) {
        d = diag_add(m->diags, DIAG_CODE_COUNT, n->span, "%s is a code, %s is expected here", text_z(m, n->text),
                     type_name(m, want));
        if (n->op == OP_NUMBER)
            diag_hint(m->diags, d, "five digits are a code; a count of that size is written %s.0", text_z(m, n->text));
        else diag_hint(m->diags, d, "write a number; a code never stands for a count");
    } else {
        d = diag_add(m->diags, DIAG_WRONG_TYPE, n->span, "%s is expected here, `%s` is %s", type_name(m, want),
                     text_z(m, n->text), shown);
        if (want->base == TYPE_CODE || want->base == TYPE_CODES)
            diag_hint(m->diags, d, "codes are written bare, capital letters and digits");
        else if (want->base == TYPE_BOOL) diag_hint(m->diags, d, "write yes or no");
        else if (want->base == TYPE_TEXT) diag_hint(m->diags, d, "write it between \" and \"");
        else if (want->base == TYPE_DATE) diag_hint(m->diags, d, "write a date as 2026-01-31");
        else if (want->base == TYPE_WORD && n->op == OP_TEXT_LITERAL)
            diag_hint(m->diags, d, "words are written bare, without quotation marks");
        else if (want->base == TYPE_WORD) diag_hint(m->diags, d, "write one of these words");
        else diag_hint(m->diags, d, "write %s, or name a fact that is one", type_name(m, want));
    }
}

static struct expr *word_const(struct model *m, const struct ast_node *n, const struct type *want)
{
    uint32_t atom = word_atom(m, n->text);
    if (want->words && !word_set_has(want->words, atom)) {
        static const char *const others[] = {"any", "otherwise", "documented"};
        struct names names = {0};
        for (uint32_t i = 0; i < want->words->count; i++)
            names_add(m, &names, text_of(m->words[want->words->atoms[i]]));
        for (size_t i = 0; i < sizeof others / sizeof *others; i++) names_add(m, &names, text_of(others[i]));
        const char *permitted = word_set_text(m, want->words);
        struct text key = text_of(arena_printf(m->arena, "%s of %s", text_z(m, n->text), permitted));
        if (said_before(m, DIAG_NOT_A_WORD, key, n->span)) return NULL;
        struct diag *d = diag_add(m->diags, DIAG_NOT_A_WORD, n->span, "`%s` is not one of the words permitted here",
                                  text_z(m, n->text));
        const char *near = diag_suggest(n->text, names.at, names.count);
        if (near) diag_hint(m->diags, d, "did you mean `%s`? permitted: %s", near, permitted);
        else diag_hint(m->diags, d, "permitted: %s", permitted);
        said_note(m, DIAG_NOT_A_WORD, key, d);
        return NULL;
    }
    return expr_const(m, *want, atom, n->span);
}

struct expr *value_check(struct model *m, const struct ast_node *n, const struct type *want, const struct scope *s)
{
    (void)s;
    struct type any = {TYPE_COUNT_OF, NULL, ""};
    if (!want) want = &any;
    int wordish = n->op == OP_WORD || n->op == OP_NUMBER || n->op == OP_MIXED;
    int64_t code;
    int32_t day;
    struct expr *got = NULL;
    if (want->base == TYPE_WORD && wordish) return word_const(m, n, want);
    if ((want->base == TYPE_CODE || want->base == TYPE_CODES) && wordish) {
        if (text_is(n->text, "none")) return expr_const(m, (struct type){TYPE_CODE, NULL, ""}, 0, n->span);
        if (code_pack(n->text, &code)) return expr_const(m, (struct type){TYPE_CODE, NULL, ""}, code, n->span);
        mismatch(m, n, NULL, want);
        return NULL;
    }
    if (five_digits(n) && want->base != TYPE_DECIMAL && want->base != TYPE_MONEY && code_pack(n->text, &code)) {
        if (want->base == TYPE_COUNT_OF) return expr_const(m, (struct type){TYPE_CODE, NULL, ""}, code, n->span);
        mismatch(m, n, NULL, want);
        return NULL;
    }
    switch (n->op) {
    case OP_NUMBER: got = number_const(m, n, want); break;
    case OP_QUANTITY: got = quantity_const(m, n); break;
    case OP_DATE_LITERAL:
        if (!date_read(m, n, &day)) return NULL;
        got = expr_const(m, (struct type){TYPE_DATE, NULL, ""}, day, n->span);
        break;
    case OP_TEXT_LITERAL:
        got = expr_const(m, (struct type){TYPE_TEXT, NULL, ""}, 0, n->span);
        got->field = NULL;
        got->value = (int64_t)(intptr_t)text_z(m, n->text); /* a string until lowering numbers it */
        break;
    default:
        if (text_is(n->text, "yes") || text_is(n->text, "no"))
            got = expr_const(m, (struct type){TYPE_BOOL, NULL, ""}, text_is(n->text, "yes"), n->span);
        else if (want->base == TYPE_COUNT_OF && code_pack(n->text, &code))
            got = expr_const(m, (struct type){TYPE_CODE, NULL, ""}, code, n->span);
        else if (want->base == TYPE_COUNT_OF) {
            uint32_t atom = word_atom(m, n->text);
            got = expr_const(m, (struct type){TYPE_WORD, word_set_of(m, &atom, 1), ""}, atom, n->span);
        } else {
            mismatch(m, n, NULL, want);
            return NULL;
        }
    }
    if (!got) return NULL;
    if (want->base == TYPE_COUNT_OF || got->type.base == want->base) {
        if (got->type.base == TYPE_DECIMAL && want->base == TYPE_DECIMAL &&
            strcmp(got->type.unit, want->unit ? want->unit : "") != 0) {
            struct diag *d = diag_add(m->diags, DIAG_WRONG_UNIT, n->span, "%s is expected here, this is %s",
                                      type_name(m, want), type_name(m, &got->type));
            if (want->unit && *want->unit) diag_hint(m->diags, d, "write the amount in %s", want->unit);
            else diag_hint(m->diags, d, "write the number without this unit, or declare the fact with it");
            return NULL;
        }
        return got;
    }
    mismatch(m, n, got, want);
    return NULL;
}

int type_read(struct model *m, const struct ast_node *n, struct type *out)
{
    *out = (struct type){TYPE_TEXT, NULL, ""};
    switch (n->op) {
    case OP_TEXT: out->base = TYPE_TEXT; break;
    case OP_CODE: out->base = TYPE_CODE; break;
    case OP_LIST_OF_CODE: out->base = TYPE_CODES; break;
    case OP_YES_NO: out->base = TYPE_BOOL; break;
    case OP_COUNT: out->base = TYPE_COUNT; break;
    case OP_DECIMAL:
        out->base = TYPE_DECIMAL;
        out->unit = n->text.size ? text_z(m, n->text) : "";
        break;
    case OP_MONEY: out->base = TYPE_MONEY; break;
    case OP_DATE:
    case OP_DATE_OF_SERVICE: out->base = TYPE_DATE; break;
    case OP_TIME: out->base = TYPE_TIME; break;
    case OP_MINUTES: out->base = TYPE_MINUTES; break;
    case OP_ONE_OF: {
        uint32_t *atoms = arena_alloc(m->arena, (ast_count(n) + 1) * sizeof *atoms);
        unsigned count = 0;
        for (const struct ast_node *v = n->first; v && atoms; v = v->next) {
            uint32_t atom = word_atom(m, v->text);
            for (unsigned i = 0; i < count; i++)
                if (atoms[i] == atom)
                    mistake(m, DIAG_DEFINED_TWICE, v->span, "take one of the two out", "`%s` stands twice in this list",
                            text_z(m, v->text));
            atoms[count++] = atom;
        }
        if (count > WORDS_MAX)
            mistake(m, DIAG_LIMIT, n->span, "make it a text or a code", "at most %d words are permitted in one place",
                    WORDS_MAX);
        out->base = TYPE_WORD;
        out->words = word_set_of(m, atoms, count);
        break;
    }
    default: return 0;
    }
    return 1;
}
