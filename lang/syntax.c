/* Wording of syntax errors, in the words of the language: what stands there, what was expected, what was probably
 * meant. */
#include "lang/parse.h"
#include "lang/grammar.h"

#include <string.h>

static const struct {
    const char *word;
    int token;
} items[] = {{"pack", K_PACK},           {"cite", K_CITE},     {"facts", K_FACTS},       {"policies", K_POLICIES},
             {"codes", K_CODES},         {"define", K_DEFINE}, {"table", K_TABLE},       {"threshold", K_THRESHOLD},
             {"hierarchy", K_HIERARCHY}, {"group", K_GROUP},   {"pair", K_PAIR},         {"choose", K_CHOOSE},
             {"bill", K_BILL},           {"rule", K_RULE},     {"relation", K_RELATION}, {"bundle", K_BUNDLE},
             {"limit", K_LIMIT},         {"order", K_ORDER},   {"changes", K_CHANGES},   {"sets", K_SETS},
             {"retires", K_RETIRES},     {"tests", K_TESTS}};

int item_keyword(struct text word)
{
    for (size_t i = 0; i < sizeof items / sizeof *items; i++)
        if (text_is(word, items[i].word)) return items[i].token;
    return 0;
}

static struct text text_at(const struct parse *p, struct place at)
{
    return (struct text){p->source->bytes + at.from, at.to - at.from};
}

void item_unknown(struct parse *p, struct place at)
{
    const char *words[sizeof items / sizeof *items];
    size_t n = 0;
    for (; n < sizeof items / sizeof *items; n++) words[n] = items[n].word;
    struct text t = text_at(p, at);
    struct diag *d =
        diag_add(p->diags, DIAG_KEYWORD, parse_span(p, at), "no item begins with `%.*s`", (int)t.size, t.at);
    const char *near = diag_suggest(t, words, n);
    if (near) diag_hint(p->diags, d, "did you mean `%s`?", near);
    else
        diag_hint(p->diags, d,
                  "a word in the first column begins an item: codes, define, table, threshold, hierarchy, group, "
                  "choose, bill, rule …; lines that belong to an item are indented");
    p->bad_at = at.from;
}

struct ast_node *parse_broken(struct parse *p, struct place at)
{
    return ast_new(p->arena, AST_BROKEN, OP_NONE, parse_span(p, at));
}

/* Words that the token names stand for; NULL: a class of words that is worded as it is ("a name"). */
static int is_word(const char *name)
{
    return (*name >= 'a' && *name <= 'z' && strncmp(name, "a ", 2) != 0) || *name == ',';
}

static int is_item(const char *name)
{
    struct text t = text_of(name);
    return item_keyword(t) != 0 || !strcmp(name, "an item");
}

static int wrong_word(const char *found) { return !strcmp(found, "a name") || !strcmp(found, "a pack name"); }

/* Multi-word keywords are suggested when the words that stand there come close to them. */
static const char *phrase_meant(struct parse *p, struct place at, const char *const *expected, int count, uint32_t *to)
{
    const char *best = NULL;
    unsigned least = 99;
    for (int i = 0; i < count; i++) {
        const char *word = expected[i];
        if (!is_word(word)) continue;
        const char *bare = *word == ',' ? word + 2 : word;
        uint32_t size = (uint32_t)strlen(bare), from = at.from;
        if (*word == ',') {
            if (p->source->bytes[from] != ',') continue;
            from++;
            while (p->source->bytes[from] == ' ') from++;
        }
        /* take as many words as the phrase has */
        uint32_t end = from, blanks = 0, wanted = 0;
        for (const char *c = bare; *c; c++) wanted += *c == ' ';
        while (end < p->source->size && p->source->bytes[end] != '\n' && p->source->bytes[end] != ',' &&
               p->source->bytes[end] != '|') {
            if (p->source->bytes[end] == ' ' && ++blanks > wanted) break;
            end++;
        }
        struct text here = {p->source->bytes + from, end - from};
        unsigned far = text_distance(here, (struct text){bare, size}, 3);
        unsigned allowed = size < 4 ? 1 : size < 7 ? 2 : 3;
        if (far == 0 || far > allowed || far >= least) continue;
        least = far;
        best = bare;
        *to = end;
        (void)to;
    }
    return best;
}

void syntax_report(struct parse *p, struct place at, int found_end, const char *found, const char *const *expected,
                   int count)
{
    int item_next = is_item(found) || found_end;
    uint32_t item = item_next ? p->item_before : p->item_at;
    if (p->bad_at != UINT32_MAX && p->bad_at >= item) return; /* one mistake, one message */
    p->bad_at = at.from;
    struct buffer list;
    buffer_init(&list, 0);
    int shown = 0, more = 0;
    for (int i = 0; i < count; i++) {
        if (is_item(expected[i]) || !strcmp(expected[i], "end of file") || !strcmp(expected[i], "error")) continue;
        if (shown == 5) {
            more = 1;
            break;
        }
        const char *word = *expected[i] == ',' ? expected[i] : expected[i];
        buffer_printf(&list, is_word(word) || *word == '|' || *word == '?' ? "%s`%s`" : "%s%s", shown ? ", " : "",
                      word);
        shown++;
    }
    struct place where = at;
    uint32_t to = at.to;
    const char *meant = item_next ? NULL : phrase_meant(p, at, expected, count, &to);
    if (meant && p->source->bytes[at.from] == ',') {
        where.from++;
        while (p->source->bytes[where.from] == ' ') where.from++;
        where.to = to;
    }
    struct text here = text_at(p, where);
    struct diag *d;
    if (item_next) {
        uint32_t end = at.from;
        while (end > 0 && strchr(" \t\r\n", p->source->bytes[end - 1])) end--;
        where = (struct place){end ? end - 1 : 0, end ? end : 1};
        d = diag_add(p->diags, DIAG_SYNTAX, parse_span(p, where), "this item ends too early");
    } else if (!strcmp(found, "the end of the row"))
        d = diag_add(p->diags, DIAG_SYNTAX, parse_span(p, where), "the row ends too early");
    else
        d = diag_add(p->diags, DIAG_SYNTAX, parse_span(p, where), "`%.*s` cannot stand here",
                     (int)(here.size > 40 ? 40 : here.size), here.at);
    if (meant) diag_hint(p->diags, d, "did you mean `%s`?", meant);
    else if (shown) diag_hint(p->diags, d, "expected %s%s", list.at, more ? " …" : "");
    else if (wrong_word(found))
        diag_hint(p->diags, d, "nothing more is expected on this line; a new item begins in the first column");
    buffer_free(&list);
}
