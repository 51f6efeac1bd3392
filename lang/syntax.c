/* Wording of syntax errors, in the words of the language: what stands there, what was probably meant, what may stand
 * there instead, and in which order an item is written. */
#include "lang/parse.h"
#include "lang/grammar.h"

#include <string.h>

#define ROWS "\n  | … | … |\n  | … | … |"
/* The items, and how each is written: what stands in capitals is chosen by the writer. */
static const struct {
    const char *word;
    int token;
    const char *shape;
} items[] = {
    {"pack", K_PACK,
     "pack NAME extends BASE\n  title \"…\"\n  version 1\n  owner \"…\"\n  effective 2026-01-01 until open\n  answers "
     "…"},
    {"cite", K_CITE, "cite KEY \"title\", section \"…\", url \"…\", read 2026-01-31"},
    {"facts", K_FACTS, "facts KIND \"…\" in LIST known by FACT" ROWS},
    {"policies", K_POLICIES, "policies" ROWS},
    {"codes", K_CODES, "codes NAME \"…\", cite KEY\n  CODE, CODE to CODE, LIST\n  except CODE"},
    {"define", K_DEFINE,
     "define NAME of KIND \"…\", cite KEY\n  requires FACT documented, else hold \"…\"\n  is …    (or when …)"},
    {"table", K_TABLE, "table NAME of KIND \"…\", first row that matches, cite KEY" ROWS},
    {"threshold", K_THRESHOLD, "threshold NAME of KIND \"…\", cite KEY" ROWS},
    {"hierarchy", K_HIERARCHY, "hierarchy NAME of KIND \"…\", cite KEY" ROWS},
    {"group", K_GROUP,
     "group KIND into KIND \"…\", first row that matches, cite KEY\n  where …" ROWS "\n  NAME is the first FACT"},
    {"pair", K_PAIR, "pair KIND into KIND \"…\" by FACT"},
    {"choose", K_CHOOSE,
     "choose NAME of KIND \"…\" per FACT, cite KEY\n  among those where …\n  by …    (or when …: …)"},
    {"bill", K_BILL, "bill KIND \"…\", every row that matches, cite KEY\n  dated FACT" ROWS},
    {"rule", K_RULE, "rule NAME \"…\", cite KEY\n  for each KIND where …\n  when …\n  then note \"…\""},
    {"relation", K_RELATION, "relation NAME \"…\", cite KEY" ROWS},
    {"bundle", K_BUNDLE, "bundle NAME \"…\", cite KEY\n  of KIND with same FACT where …\n  lifted by LIST" ROWS},
    {"limit", K_LIMIT, "limit NAME \"…\", cite KEY\n  of KIND where …\n  lifted by LIST" ROWS},
    {"order", K_ORDER, "order charge of KIND\n  by …"},
    {"changes", K_CHANGES,
     "changes codes NAME, cite KEY, effective 2026-01-01\n  add CODE, CODE    (or remove CODE)\n"
     "changes table NAME, cite KEY, effective 2026-01-01\n  replace row | … | … |\n  with row    | … | … |"},
    {"sets", K_SETS, "sets" ROWS},
    {"retires", K_RETIRES, "retires rule NAME, cite KEY"},
    {"tests", K_TESTS, "tests \"…\"\n  every service …" ROWS}};
enum { ITEMS = sizeof items / sizeof *items };

int item_keyword(struct text word)
{
    for (size_t i = 0; i < ITEMS; i++)
        if (text_is(word, items[i].word)) return items[i].token;
    return 0;
}

static size_t item_index(int token)
{
    size_t i = 0;
    while (i < ITEMS && items[i].token != token) i++;
    return i;
}

static struct text text_at(const struct parse *p, struct parse_place at)
{
    uint32_t end = at.to < p->source->size ? at.to : p->source->size, from = at.from < end ? at.from : end;
    return (struct text){p->source->bytes + from, end - from};
}

/* What stands there, for a message: one line, not long, nothing that drives a terminal. */
static const char *shown(const struct parse *p, struct parse_place at)
{
    enum { MOST = 40 };
    struct text t = text_at(p, at);
    uint32_t size = t.size;
    if (size > MOST)
        for (size = MOST; size > 0 && ((unsigned char)t.at[size] & 0xc0) == 0x80; size--) continue;
    char *out = arena_copy(p->arena, t.at, size);
    for (char *c = out; c && *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f) *c = ' ';
    const char *cut = out && size < t.size ? arena_printf(p->arena, "%s…", out) : out;
    return cut ? cut : "";
}

/* Words that begin a line of an item, and never an item. */
static int is_clause(struct text t)
{
    static const char *const words[] = {"title",    "version", "owner",  "effective", "answers", "extends", "for",
                                        "when",     "then",    "where",  "is",        "by",      "among",   "dated",
                                        "requires", "of",      "lifted", "add",       "remove",  "replace", "with",
                                        "known",    "except",  "every",  "until",     "in"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_is(t, words[i])) return 1;
    return 0;
}

void item_unknown(struct parse *p, struct parse_place at, int after_unknown)
{
    const char *words[ITEMS];
    for (size_t n = 0; n < ITEMS; n++) words[n] = items[n].word;
    struct text t = text_at(p, at);
    const char *near = is_clause(t) ? NULL : diag_suggest(t, words, ITEMS);
    p->bad_at = at.from;
    if (after_unknown && !near) return; /* more lines of the same item */
    struct diag *d = diag_add(p->diags, DIAG_KEYWORD, parse_span(p, at), "no item begins with `%s`", shown(p, at));
    if (near) diag_hint(p->diags, d, "did you mean `%s`?", near);
    else if (is_clause(t)) diag_hint(p->diags, d, "this line belongs to the item above it: indent it by two blanks");
    else
        diag_hint(p->diags, d,
                  "a word in the first column begins an item: codes, define, table, threshold, hierarchy, group, "
                  "choose, bill, rule …; lines that belong to an item are indented");
}

struct ast_node *parse_broken(struct parse *p, struct parse_place at)
{
    return ast_new(p->arena, AST_BROKEN, OP_NONE, parse_span(p, at));
}

void character_odd(struct parse *p, struct parse_place at)
{
    static const struct {
        const char *sign, *hint;
    } known[] = {{"=", "write `is`"},
                 {"==", "write `is`"},
                 {"!=", "write `is not`"},
                 {"<>", "write `is not`"},
                 {">=", "write `from`"},
                 {">", "write `over`"},
                 {"<=", "write `up to`"},
                 {"<", "write `below`"},
                 {"&", "write `and`"},
                 {"&&", "write `and`"},
                 {";", "take it out; parts of a list have commas between"},
                 {"'", "texts stand between \" and \""},
                 {"\xe2\x80\x9c", "texts stand between straight quotation marks: \""},
                 {"\xe2\x80\x9d", "texts stand between straight quotation marks: \""},
                 {"\xe2\x80\x9e", "texts stand between straight quotation marks: \""},
                 {"\xe2\x80\x98", "texts stand between straight quotation marks: \""},
                 {"\xe2\x80\x99", "texts stand between straight quotation marks: \""},
                 {"\xe2\x80\x93", "write -"},
                 {"\xe2\x80\x94", "write -"},
                 {"\xc2\xa0", "this is a blank of another kind: write an ordinary one"}};
    struct text t = text_at(p, at);
    if (p->bad_at != UINT32_MAX && p->bad_at >= p->item_at) return;
    p->bad_at = at.from;
    unsigned char c = t.size ? (unsigned char)*t.at : 0;
    int plain = (c >= 0x20 && c < 0x7f) || (c >= 0xc2 && t.size > 1);
    struct diag *d =
        plain ? diag_add(p->diags, DIAG_CHARACTER, parse_span(p, at), "`%s` means nothing here", shown(p, at))
              : diag_add(p->diags, DIAG_CHARACTER, parse_span(p, at), "the byte 0x%02X means nothing here", c);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (text_is(t, known[i].sign)) {
            diag_hint(p->diags, d, "%s", known[i].hint);
            return;
        }
    diag_hint(p->diags, d, "take it out, or put it into a text between \" and \"");
}

/* ---- what the parser expected, in the words of the language */

struct wanted {
    const char *const *names; /* of tokens, as the grammar words them */
    int count;
};

static int wants(const struct wanted *w, const char *name)
{
    for (int i = 0; i < w->count; i++)
        if (!strcmp(w->names[i], name)) return 1;
    return 0;
}

/* Is it written as it is named? Else it is a class of words ("a name") or a sign between quotes. */
static int is_word(const char *name)
{
    if (*name == ',') return 1;
    return *name >= 'a' && *name <= 'z' && strncmp(name, "a ", 2) != 0 && item_keyword(text_of(name)) == 0 &&
           strcmp(name, "an item") != 0 && strcmp(name, "end of file") != 0 && strcmp(name, "error") != 0;
}

static int is_one_of(const char *name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(name, list[i])) return 1;
    return 0;
}
#define IS_ONE_OF(name, list) is_one_of(name, list, sizeof(list) / sizeof *(list))

/* Tokens that only begin a name, a value, a condition: told by one word for all of them. */
static const char *const as_name[] = {"title",   "version", "owner",  "answers", "extends", "dated", "charge",
                                      "missing", "note",    "review", "deny",    "open",    "all"};
static const char *const as_value[] = {"a name",  "a number", "a code", "a text", "a date", "a quantity",
                                       "no",      "other",    "hold",   "first",  "second", "open",
                                       "longest", "earliest", "latest", "all",    "title"};
static const char *const as_operand[] = {"a name",     "a number",  "a code",    "a text",   "a date",    "a quantity",
                                         "this",       "first",     "second",    "times of", "number of", "sum of",
                                         "years from", "days from", "a look-up", "'('",      "minutes of"};
static const char *const as_condition[] = {"any", "no", "any of", "none of", "this is first", "this is second"};
static const char *const as_cell[] = {
    "any",    "otherwise", "documented", "not documented", "not",      "up to",           "from",   "below",
    "over",   "?",         "the",        "hold",           "position", "then every",      "a name", "a number",
    "a code", "a text",    "a date",     "a quantity",     "a type",   "one of (a type)", "a cell",
    "a run of codes"};
/* Right, but never what was forgotten. */
static const char *const as_more[] = {
    "and", "or",  "is not", "not in",  "below",       "over",         "not documented", "documented as", "'+'", "'-'",
    "'*'", "'/'", "'('",    "outside", "shared with", "in runs from", "a look-up",      "rounded",       "if",  "more"};

static void list_add(struct buffer *list, int *count, const char *format, const char *word)
{
    enum { MOST = 6 };
    if (++*count > MOST) return;
    buffer_text(list, *count > 1 ? ", " : "");
    buffer_printf(list, format, word);
}

/* The list of what may stand there. Returns how many entries it would have. */
static int wanted_list(const struct wanted *w, struct buffer *list)
{
    int count = 0, rest = 0;
    int cell = wants(w, "otherwise") && wants(w, "?"), operand = wants(w, "times of") && wants(w, "number of");
    int condition = operand && wants(w, "any of"), name = wants(w, "a name");
    int value = !operand && name && wants(w, "a number") && wants(w, "a quantity");
    if (wants(w, "|")) list_add(list, &count, "%s", "a row between bars");
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < w->count; i++) {
            const char *word = w->names[i];
            if (cell && IS_ONE_OF(word, as_cell)) continue;
            if (condition && IS_ONE_OF(word, as_condition)) continue;
            if (operand && IS_ONE_OF(word, as_operand)) continue;
            if (value && IS_ONE_OF(word, as_value)) continue;
            if (!operand && !value && name && IS_ONE_OF(word, as_name) && wants(w, "title")) continue;
            if (IS_ONE_OF(word, as_more) || !strcmp(word, "|") || !strcmp(word, "the end of the row")) {
                rest++;
                continue;
            }
            int plain = is_word(word);
            if (!plain && *word != '\'' && strncmp(word, "a ", 2) != 0) continue;
            if (plain != (pass == 0)) continue;
            if (*word == '\'') {
                char sign[2] = {word[1], 0};
                list_add(list, &count, "`%s`", sign);
            } else list_add(list, &count, plain ? "`%s`" : "%s", !strcmp(word, "one of (a type)") ? "one of" : word);
        }
        if (pass == 0) {
            if (cell) list_add(list, &count, "%s", "a value, `from`, `up to`, `any`, `?` or `hold \"…\"`");
            if (condition) list_add(list, &count, "%s", "a condition");
            else if (operand) list_add(list, &count, "%s", "a value or the name of a fact");
            else if (value && !cell) list_add(list, &count, "%s", "a value");
        }
    }
    return count ? count : -rest;
}

/* ---- what was probably meant */

static int ends_phrase(char c) { return c == '\n' || c == ',' || c == '|' || c == '"' || c == '#' || c == '('; }

/* So many words from `from` on, on one line. */
static struct parse_place words_from(const struct parse *p, uint32_t from, unsigned words)
{
    const char *at = p->source->bytes;
    uint32_t end = from, size = p->source->size;
    for (unsigned n = 0; n < words && end < size; n++) {
        uint32_t next = end;
        while (n && next < size && (at[next] == ' ' || at[next] == '\t')) next++;
        if (next == size || ends_phrase(at[next])) break;
        for (end = next; end < size && at[end] != ' ' && at[end] != '\t' && at[end] != '\r' && !ends_phrase(at[end]);)
            end++;
    }
    return (struct parse_place){from, end};
}

static unsigned words_in(const char *phrase)
{
    unsigned n = 1;
    for (; *phrase; phrase++) n += *phrase == ' ';
    return n;
}

struct meant {
    const char *word;
    struct parse_place at;
    unsigned far;
    int exact; /* the words stand there, only their comma is missing */
};

/* Does what stands at `from` come close to the phrase, closer than `best` does? Of equals the longer one wins. */
static void meant_try(const struct parse *p, const char *phrase, uint32_t from, struct meant *best)
{
    int comma = *phrase == ',';
    const char *bare = comma ? phrase + 2 : phrase;
    const char *at = p->source->bytes;
    int found = from < p->source->size && at[from] == ',';
    if (found && !comma) return;
    if (found)
        for (from++; at[from] == ' ' || at[from] == '\t';) from++;
    uint32_t size = (uint32_t)strlen(bare);
    unsigned allowed = size < 5 ? 1 : size < 8 ? 2 : 3, words = words_in(bare);
    for (unsigned n = words; n > 0 && n + 1 >= words; n--) { /* all its words, or one blank forgotten */
        struct parse_place place = words_from(p, from, n);
        struct text there = text_at(p, place);
        if (!there.size || there.size > size + allowed) continue;
        unsigned far = text_distance(there, (struct text){bare, size}, allowed);
        int swapped = size == 2 && there.size == 2 && there.at[0] == bare[1] && there.at[1] == bare[0];
        if (far > allowed || (size < 3 && far && !swapped) || (far == 0 && (!comma || found))) continue;
        if (best->word && (far > best->far || (far == best->far && size <= strlen(best->word)))) continue;
        *best = (struct meant){comma && !found ? phrase : bare, place, far, far == 0};
    }
}

/* The word before was read as a name; but perhaps it was meant as a word of the language. */
static void meant_before(const struct parse *p, int in_row, struct meant *best)
{
    static const char *const cell[] = {"any",      "otherwise",  "documented", "not documented", "not",
                                       "up to",    "from",       "below",      "over",           "hold",
                                       "position", "then every", "the",        "one of"};
    static const char *const prose[] = {"one of",    "any of",        "none of",   "documented as", "minutes of",
                                        "times of",  "sum of",        "number of", "set of",        "years from",
                                        "days from", "up to",         "more than", "less than",     "shared with",
                                        "with same", "if documented", "known by",  "known as",      "lifted by",
                                        "from file", "counted by",    "other",     "this"};
    if (p->before != WORD) return;
    if (in_row)
        for (size_t i = 0; i < sizeof cell / sizeof *cell; i++) meant_try(p, cell[i], p->before_at.from, best);
    else
        for (size_t i = 0; i < sizeof prose / sizeof *prose; i++) meant_try(p, prose[i], p->before_at.from, best);
}

/* Is the place inside a row? */
static int row_holds(const struct parse *p, uint32_t at)
{
    while (at > 0 && p->source->bytes[at - 1] != '\n')
        if (p->source->bytes[--at] == '|') return 1;
    return 0;
}

static int one_line(const struct parse *p, uint32_t from, uint32_t to)
{
    return memchr(p->source->bytes + from, '\n', to - from) == NULL;
}

static int is_plain(int token)
{
    return token == WORD || token == NUMBER || token == MIXED || token == QUANTITY || token == DATE;
}

static void hint_wanted(struct parse *p, struct diag *d, const struct wanted *w)
{
    size_t item = item_index(p->item);
    struct buffer list;
    buffer_init(&list, 0);
    int count = wanted_list(w, &list);
    if (count > 0 && count <= 6 && list.at) diag_hint(p->diags, d, "expected %s", list.at);
    else if (item < ITEMS) diag_hint(p->diags, d, "it is written like this:\n%s", items[item].shape);
    buffer_free(&list);
}

/* The item ended, the row ended or the cell ended, and more was expected. */
static void report_end(struct parse *p, struct parse_place at, int row, const struct wanted *w)
{
    struct diag *d;
    if (row) {
        d = diag_add(p->diags, DIAG_SYNTAX, parse_span(p, at), "this cell is not complete");
        hint_wanted(p, d, w);
        return;
    }
    uint32_t end = at.from;
    int item = p->item;
    if (p->item_at == at.from) p->item = p->item_kind_before;
    size_t index = item_index(p->item);
    for (uint32_t from; end > 0; end = from) { /* over blank lines and comments */
        while (end > 0 && strchr(" \t\r\n", p->source->bytes[end - 1])) end--;
        for (from = end; from > 0 && p->source->bytes[from - 1] != '\n';) from--;
        const char *first = p->source->bytes + from + strspn(p->source->bytes + from, " \t");
        if (*first != '#') break;
    }
    d = diag_add(p->diags, DIAG_SYNTAX, (struct span){p->index, end ? end - 1 : 0, end ? end : 1},
                 "this %s is not complete", index < ITEMS ? items[index].word : "item");
    hint_wanted(p, d, w);
    p->item = item;
}

void syntax_report(struct parse *p, struct parse_place at, int token, const char *found, const char *const *expected,
                   int count)
{
    struct wanted w = {expected, count};
    int end = token == 0, next = end || item_index(token) < ITEMS || token == K_BAD;
    uint32_t item = next && !end ? p->item_before : p->item_at;
    if (p->bad_at != UINT32_MAX && p->bad_at >= item) return; /* one mistake, one message */
    p->bad_at = at.from;
    int in_row = row_holds(p, at.from);
    if (next || (token == BAR && in_row) || token == ROWEND) {
        report_end(p, at, !next, &w);
        return;
    }
    struct meant meant = {NULL, at, 0, 0};
    int name = wants(&w, "a name");
    for (int i = 0; i < count; i++)
        if (is_word(expected[i]) && !(name && IS_ONE_OF(expected[i], as_name)) &&
            (token == WORD || words_in(expected[i]) > 1 || *expected[i] == ','))
            meant_try(p, expected[i], at.from, &meant);
    if (!meant.word) meant_before(p, in_row, &meant);
    size_t index = item_index(p->item);
    struct diag *d;
    if (meant.word && meant.exact) {
        d = diag_add(p->diags, DIAG_SYNTAX, parse_span(p, meant.at), "a comma is missing before `%s`",
                     shown(p, meant.at));
        diag_hint(p->diags, d, "write `%s`", meant.word);
        return;
    }
    int together = is_plain(token) && is_plain(p->before) && one_line(p, p->before_at.from, at.from);
    if (!meant.word && together && wants(&w, "','") && (!in_row || (token == p->before && p->item != K_FACTS))) {
        d = diag_add(p->diags, DIAG_SYNTAX, parse_span(p, at), "a comma is missing before `%s`", shown(p, at));
        diag_hint(p->diags, d, "write a comma between the two");
        return;
    }
    if (!meant.word && is_word(found) && name && !wants(&w, "times of")) {
        d = diag_add(p->diags, DIAG_SYNTAX, parse_span(p, at), "`%s` is a word of the language and cannot be a name",
                     shown(p, at));
        diag_hint(p->diags, d, "take another word");
        return;
    }
    if (in_row && !meant.word && p->before == WORD && is_plain(token)) /* `around 60 kg` */
        d = diag_add(p->diags, DIAG_SYNTAX, (struct span){p->index, p->before_at.from, at.to},
                     "`%s` is no value of a cell", shown(p, (struct parse_place){p->before_at.from, at.to}));
    else if (token == BAR) d = diag_add(p->diags, DIAG_SYNTAX, parse_span(p, at), "a row cannot stand here");
    else d = diag_add(p->diags, DIAG_SYNTAX, parse_span(p, meant.at), "`%s` cannot stand here", shown(p, meant.at));
    if (meant.word) diag_hint(p->diags, d, "did you mean `%s`?", meant.word);
    else if (in_row && p->item != K_FACTS)
        diag_hint(p->diags, d,
                  "a cell holds values with commas between, A to B, from …, up to …, any, ?, hold \"…\", or `the` and "
                  "an expression");
    else if (in_row)
        diag_hint(p->diags, d,
                  "types are text, code, list of code, yes or no, count, decimal, money, date, time, minutes, date of "
                  "service, one of …");
    else if (token == FROM && p->before == WORD)
        diag_hint(p->diags, d, "a look-up is written: COLUMN from RELATION for FACT");
    else if (wants(&w, "|") && token != ',' && index < ITEMS)
        diag_hint(p->diags, d, "rows are expected: a line | … | … | with the names of the columns, then the rows");
    else if ((is_word(found) || token == BAR) && index < ITEMS)
        diag_hint(p->diags, d, "it is written like this:\n%s", items[index].shape);
    else hint_wanted(p, d, &w);
}
