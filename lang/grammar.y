/* The grammar. Actions only build nodes; what names mean is the compiler's. No conflicts are allowed (%expect 0): a
 * change that makes one is wrong. `where` reaches to the end of a condition, so conditions come closed and open (only
 * the last operand may be open). */
%require "3.8"
%define api.pure full
%define parse.error custom
%define parse.lac full
%expect 0
%locations
%define api.location.type {struct parse_place}
%lex-param {void *scanner}
%parse-param {void *scanner} {struct parse *p}
%code requires {
#include "lang/parse.h"
}
%code provides {
int yylex(YYSTYPE *value, YYLTYPE *at, void *scanner);
}
%code {
#include <string.h>
#ifdef __GNUC__
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#endif

typedef struct ast_node *tree;

static void yyerror(YYLTYPE *at, void *scanner, struct parse *p, const char *message)
{
    (void)scanner;
    (void)message; /* only one is left to bison: its stack is full */
    parse_too_deep(p, *at);
}
static tree node(struct parse *p, enum ast_kind kind, enum ast_op op, YYLTYPE at)
{
    return ast_new(p->arena, kind, op, parse_span(p, at));
}
static tree leaf(struct parse *p, enum ast_kind kind, enum ast_op op, struct text text, YYLTYPE at)
{
    tree n = node(p, kind, op, at);
    if (n) n->text = text;
    return n;
}
static tree with(tree n, tree child) { return n ? ast_append(n, child) : NULL; }
static tree one(struct parse *p, enum ast_kind kind, enum ast_op op, tree a, YYLTYPE at)
{
    return with(node(p, kind, op, at), a);
}
static tree two(struct parse *p, enum ast_kind kind, enum ast_op op, tree a, tree b, YYLTYPE at)
{
    return with(one(p, kind, op, a, at), b);
}
/* Moves the children of a holder to another node. */
static tree take(tree to, tree from)
{
    for (tree c = from ? from->first : NULL, next; c; c = next) {
        next = c->next;
        c->next = NULL;
        with(to, c);
    }
    return to;
}

/* The same without an operation: clauses, words, names, dates, holders of lists. */
static tree list(struct parse *p, enum ast_kind kind, YYLTYPE at) { return node(p, kind, OP_NONE, at); }
static tree clause(struct parse *p, enum ast_kind kind, tree a, YYLTYPE at) { return one(p, kind, OP_NONE, a, at); }
static tree word(struct parse *p, enum ast_kind kind, struct text t, YYLTYPE at)
{
    return leaf(p, kind, OP_NONE, t, at);
}
static tree named(struct parse *p, struct text t, YYLTYPE at) { return word(p, AST_NAME, t, at); }
static tree dated(struct parse *p, enum ast_kind kind, struct text t, YYLTYPE at, YYLTYPE all)
{
    return clause(p, kind, word(p, AST_DATE, t, at), all);
}
static tree value(struct parse *p, enum ast_op op, struct text t, YYLTYPE at) { return leaf(p, AST_VALUE, op, t, at); }
static tree quantity(struct parse *p, struct text number, struct text unit, YYLTYPE at)
{
    return with(value(p, OP_QUANTITY, number, at), named(p, unit, at));
}
static tree unary(struct parse *p, enum ast_op op, tree a, YYLTYPE at) { return one(p, AST_EXPR, op, a, at); }
static tree binary(struct parse *p, enum ast_op op, tree a, tree b, YYLTYPE at)
{
    return two(p, AST_EXPR, op, a, b, at);
}
static tree compare(struct parse *p, enum ast_op op, tree a, tree b, YYLTYPE at)
{
    return two(p, AST_COND, op, a, b, at);
}
static tree question(struct parse *p, enum ast_op op, tree query, tree where, YYLTYPE at, YYLTYPE all)
{
    with(query, clause(p, AST_WHERE, where, at));
    return one(p, AST_COND, op, query, all);
}
static tree query(struct parse *p, enum ast_op op, struct text kind, YYLTYPE at, tree of, tree same)
{
    return with(with(leaf(p, AST_QUERY, op, kind, at), of), same);
}
/* and/or chains are one node. */
static tree chain(struct parse *p, enum ast_op op, tree a, tree b, YYLTYPE at)
{
    if (!a || a->kind != AST_COND || a->op != op) return compare(p, op, a, b, at);
    a->span.to = at.to;
    return with(a, b);
}
static tree item(struct parse *p, enum ast_kind kind, struct text name, YYLTYPE at, tree parts, tree body)
{
    return take(take(word(p, kind, name, at), parts), body);
}
static tree headed(struct parse *p, enum ast_kind kind, tree headline, YYLTYPE at)
{
    return take(word(p, kind, headline ? headline->text : (struct text){"", 0}, at), headline);
}
static tree per(struct parse *p, tree names, YYLTYPE at)
{
    int whole = names && names->first && !names->first->next && text_is(names->first->text, "encounter");
    return whole ? list(p, AST_PER, at) : take(list(p, AST_PER, at), names);
}
/* Where its name stands inside it. */
static tree at_name(tree n, YYLTYPE at)
{
    if (n) {
        n->name.from = at.from;
        n->name.to = at.to;
    }
    return n;
}
static tree fold(tree n, struct text name)
{
    if (n) n->text = name;
    return n;
}
}

%union {
    struct text text;
    enum ast_op op;
    struct {
        struct text number, unit;
    } quantity;
    struct ast_node *node;
}

%token K_PACK "pack" K_CITE "cite" K_FACTS "facts" K_POLICIES "policies" K_CODES "codes" K_DEFINE "define"
    K_TABLE "table" K_THRESHOLD "threshold"
%token K_HIERARCHY "hierarchy" K_GROUP "group" K_PAIR "pair" K_CHOOSE "choose" K_BILL "bill" K_RULE "rule"
    K_RELATION "relation" K_BUNDLE "bundle"
%token K_LIMIT "limit" K_ORDER "order" K_CHANGES "changes" K_SETS "sets" K_RETIRES "retires" K_TESTS "tests"
    K_BAD "an item"
%token <text> WORD "a name" DOTTED "a pack name" NUMBER "a number" MIXED "a code" DATE "a date" TEXT "a text"
    RAW "a cell" LOOKUP "a look-up" RUN "a run of codes"
%token <quantity> QUANTITY "a quantity"
%token <op> T_TYPE "a type"
%token T_ONE_OF "one of (a type)"
%token BAR "|" ROWEND "the end of the row" QM "?"
%token <text> IS "is" AND "and" OR "or" NOT "not" ANY "any" NO "no" OTHER "other" OF "of" WHERE "where" THIS "this"
    IN "in" FROM "from" TO "to" BELOW "below"
%token <text> OVER "over" IF "if" ELSE "else" THE "the" WHEN "when" THEN "then" HOLD "hold" BY "by" PER "per"
    DOCUMENTED "documented" OUTSIDE "outside"
%token <text> EFFECTIVE "effective" UNTIL "until" FIRST "first" SECOND "second" OPEN "open" EXCEPT "except" INTO "into"
    AS "as" LISTS "lists"
%token <text> HIGHEST "highest" GREATEST "greatest" LONGEST "longest" EARLIEST "earliest" LATEST "latest" LEAST "least"
    ALL "all"
%token UP_TO "up to" ONE_OF "one of" ANY_OF "any of" NONE_OF "none of" SHARED_WITH "shared with"
    IN_RUNS_FROM "in runs from" ROUNDED_UP "rounded up"
%token ROUNDED_DOWN "rounded down" ROUNDED "rounded" NOT_IN "not in" IS_NOT "is not" DOCUMENTED_AS "documented as"
    NOT_DOCUMENTED "not documented"
%token IF_DOCUMENTED "if documented" WITH_SAME "with same" WITH_ROW "with row" FOR_EACH "for each"
    AMONG "among those where" MINUTES_OF "minutes of"
%token TIMES_OF "times of" SUM_OF "sum of" NUMBER_OF "number of" SET_OF "set of" YEARS_FROM "years from"
    DAYS_FROM "days from" YES_WHERE_ANY "yes where any"
%token EVERY_ONE_FROM "every one from" AFTER_THE_LAST "after the last" ADD_ROW "add row" REMOVE_ROW "remove row"
    REPLACE_ROW "replace row" AFTER_ROW "after row"
%token ADD_MODIFIER "add modifier" CHANGE_UNITS "change units to" CHANGE_CODE "change code to"
    CHANGE_MODIFIERS "change modifiers to"
%token WHEN_EARNED_IN "when earned in" KNOWN_BY "known by" KNOWN_AS "known as" LIFTED_BY "lifted by"
    COUNTED_BY "counted by" EACH_DAY_UNTIL "on each day until"
    FROM_FILE "from file" THIS_FIRST "this is first"
%token THIS_SECOND "this is second" C_THEN ", then" C_ELSE ", else" C_CITE ", cite" C_EFFECTIVE ", effective"
    C_BY ", by" C_INTO ", into" C_GIVES ", gives"
%token C_CODES_IN ", codes in" C_READ ", read" C_SECTION ", section" C_URL ", url"
    C_FIRST_ROW ", first row that matches" C_ONE_ROW ", exactly one row matches"
%token C_EVERY_ROW ", every row that matches" OTHERWISE "otherwise" POSITION "position" THEN_EVERY "then every"
    MORE "more"
%token <text> DENY "deny" REVIEW "review" NOTE "note" MISSING "missing" WITHDRAW "withdraw" CHARGE "charge"
    TITLE "title" VERSION "version" OWNER "owner"
%token <text> ANSWERS "answers" EXTENDS "extends" DATED "dated" REQUIRES "requires" ADD "add" REMOVE "remove"
%token YES_OR_NO "yes or no"
%token <text> EVERY_KIND "every KIND"

%type <text> name dotted
%type <node> codes_from code dates_opt pack_dates item parts part headline pack_clauses pack_clause cite_parts cite_part
    names effective until_opt until rows header headcells row cells cell alts alt value word_value bound
%type <node> arith facts_parts facts_part opt_entries entries entry except_opt requires_list definition body_where folds
    fold opt_name_list ways way way_head criteria criterion opt_documented
%type <node> among_opt dated_opt for_each where_opt when_opt then_clause effect opt_units bundle_clauses lifted_opt
    counted_opt
    row_or_file texts changes_list change target tests_list defaults
%type <node> cond closed cconj catom open oconj oatom vlist qhead opt_same query expr sum term span post fact args arg
    order_of opt_label as_opt
%type <op> fold_op

%start file
%%
file: items ;
items: %empty
    | items item { with(p->file->root, parse_item(p, $item, @item)); }
    | items error { parse_lost(p, @error); }
    ;

name: WORD | TITLE | VERSION | OWNER | ANSWERS | EXTENDS | DATED | CHARGE | MISSING | NOTE | REVIEW | DENY | OPEN
    | ALL
    ;
dotted: WORD | DOTTED ;
names: name { $$ = with(list(p, AST_CITE, @$), named(p, $name, @name)); }
    | names ',' name { $$ = with($1, named(p, $name, @name)); if ($$) $$->span.to = @$.to; }
    ;

/* ---- what may follow an item's name on its first line */
parts: %empty { $$ = list(p, AST_FILE, @$); }
    | parts part { $$ = parse_part(p, $1, $part); }
    ;
part: TEXT { $$ = word(p, AST_LABEL, $TEXT, @TEXT); }
    | C_CITE names { $$ = take(list(p, AST_CITE, @$), $names); }
    | C_EFFECTIVE DATE until_opt { $$ = with(dated(p, AST_EFFECTIVE, $DATE, @DATE, @$), $until_opt); }
    | C_FIRST_ROW { $$ = node(p, AST_HIT, OP_FIRST_ROW, @$); }
    | C_ONE_ROW { $$ = node(p, AST_HIT, OP_ONE_ROW, @$); }
    | C_EVERY_ROW { $$ = node(p, AST_HIT, OP_EVERY_ROW, @$); }
    | C_GIVES name { $$ = clause(p, AST_GIVES, parse_type(p, $name, @name), @$); }
    | C_GIVES YES_OR_NO { $$ = clause(p, AST_GIVES, node(p, AST_TYPE, OP_YES_NO, @2), @$); }
    | INTO name { $$ = word(p, AST_INTO, $name, @name); }
    | C_INTO name { $$ = word(p, AST_INTO, $name, @name); }
    | C_CODES_IN name { $$ = word(p, AST_CODES_IN, $name, @name); }
    ;
until_opt: %empty { $$ = NULL; } | until ;
until: UNTIL DATE { $$ = dated(p, AST_UNTIL, $DATE, @DATE, @$); }
    | UNTIL OPEN { $$ = list(p, AST_UNTIL, @$); }
    ;
effective: EFFECTIVE DATE until_opt { $$ = with(dated(p, AST_EFFECTIVE, $DATE, @DATE, @$), $until_opt); }
    | until { $$ = clause(p, AST_EFFECTIVE, $until, @$); }
    ;
headline: name OF name parts { $$ = take(with(word(p, AST_FILE, $1, @$), word(p, AST_OF, $3, @3)), $parts); } ;

item: K_BAD { $$ = parse_broken(p, @$); }
    | K_PACK dotted pack_clauses { $$ = item(p, AST_PACK, $dotted, @$, $pack_clauses, NULL); }
    | K_CITE name TEXT cite_parts
        { $$ = take(clause(p, AST_CITE_ITEM, word(p, AST_LABEL, $TEXT, @TEXT), @$), $cite_parts);
          fold($$, $name); }
    | K_FACTS name facts_parts rows { $$ = with(item(p, AST_FACTS, $name, @$, $facts_parts, NULL), $rows); }
    | K_POLICIES rows { $$ = clause(p, AST_POLICIES, $rows, @$); }
    | K_CODES name parts opt_entries except_opt
        { $$ = with(with(item(p, AST_CODES, $name, @$, $parts, NULL), $opt_entries), $except_opt); }
    | K_DEFINE headline requires_list definition
        { $$ = with(take(headed(p, AST_DEFINE, $headline, @$), $requires_list), $definition); }
    | K_TABLE headline rows { $$ = with(headed(p, AST_TABLE, $headline, @$), $rows); }
    | K_THRESHOLD headline rows { $$ = with(headed(p, AST_THRESHOLD, $headline, @$), $rows); }
    | K_HIERARCHY headline rows { $$ = with(headed(p, AST_HIERARCHY, $headline, @$), $rows); }
    | K_GROUP name[from] INTO name[to] parts body_where rows folds
        { $$ = with(at_name(word(p, AST_GROUP, $from, @$), @from), word(p, AST_INTO, $to, @to));
          take(with(with(take($$, $parts), $body_where), $rows), $folds); }
    | K_PAIR name[from] INTO name[to] opt_label BY name[key]
        { $$ = with(at_name(word(p, AST_PAIR, $from, @$), @from), word(p, AST_INTO, $to, @to));
          with(with($$, $opt_label), word(p, AST_BY, $key, @key)); }
    | K_CHOOSE name[n] OF name[k] opt_label PER names parts among_opt ways
        { $$ = with(with(word(p, AST_CHOOSE, $n, @$), word(p, AST_OF, $k, @k)), $opt_label);
          take(with(take(with($$, per(p, $names, @names)), $parts), $among_opt), $ways); }
    | K_BILL name as_opt parts dated_opt rows
        { $$ = with(at_name(word(p, AST_BILL, $name, @$), @name), $as_opt);
          with(with(take($$, $parts), $dated_opt), $rows); }
    | K_RULE name parts for_each when_opt then_clause
        { $$ = item(p, AST_RULE, $name, @$, $parts, NULL);
          with(with(with($$, $for_each), $when_opt), $then_clause); }
    | K_RELATION name parts row_or_file { $$ = with(item(p, AST_RELATION, $name, @$, $parts, NULL), $row_or_file); }
    | K_BUNDLE name parts bundle_clauses row_or_file
        { $$ = with(item(p, AST_BUNDLE, $name, @$, $parts, $bundle_clauses), $row_or_file); }
    | K_LIMIT name parts bundle_clauses counted_opt row_or_file
        { $$ = with(with(item(p, AST_LIMIT, $name, @$, $parts, $bundle_clauses), $counted_opt), $row_or_file); }
    | K_ORDER name order_of parts BY criteria
        { $$ = take(with(word(p, AST_ORDER, $name, @$), $order_of), $parts);
          with($$, take(list(p, AST_WAY, @criteria), $criteria)); }
    | K_CHANGES target parts changes_list { $$ = take(take($target, $parts), $changes_list); }
    | K_SETS parts rows { $$ = with(take(list(p, AST_SETS, @$), $parts), $rows); }
    | K_RETIRES target parts { $$ = take($target, $parts); if ($$) $$->kind = AST_RETIRES; }
    | K_TESTS opt_label tests_list rows
        { $$ = with(take(with(list(p, AST_TESTS, @$), $opt_label), $tests_list), $rows); }
    ;
opt_label: %empty { $$ = NULL; } | TEXT { $$ = word(p, AST_LABEL, $TEXT, @TEXT); } ;
as_opt: %empty { $$ = NULL; } | AS name { $$ = word(p, AST_AS, $name, @name); } ;
order_of: %empty { $$ = NULL; } | OF name { $$ = word(p, AST_OF, $name, @name); } ;

pack_clauses: %empty { $$ = list(p, AST_FILE, @$); } | pack_clauses pack_clause { $$ = parse_part(p, $1, $2); } ;
pack_clause: EXTENDS dotted { $$ = word(p, AST_EXTENDS, $dotted, @dotted); }
    | EXTENDS dotted FROM TEXT { $$ = with(word(p, AST_EXTENDS, $dotted, @dotted), word(p, AST_LABEL, $TEXT, @TEXT)); }
    | TITLE TEXT { $$ = word(p, AST_TITLE, $TEXT, @$); }
    | VERSION NUMBER { $$ = word(p, AST_VERSION, $2, @$); }
    | VERSION MIXED { $$ = word(p, AST_VERSION, $2, @$); }
    | VERSION dotted { $$ = word(p, AST_VERSION, $2, @$); }
    | VERSION TEXT { $$ = word(p, AST_VERSION, $2, @$); }
    | OWNER TEXT { $$ = word(p, AST_OWNER, $TEXT, @$); }
    | pack_dates
    | ANSWERS cond { $$ = clause(p, AST_ANSWERS, $cond, @$); }
    ;
pack_dates: EFFECTIVE DATE until_opt { $$ = with(dated(p, AST_EFFECTIVE, $DATE, @DATE, @$), $until_opt); } ;
cite_parts: %empty { $$ = list(p, AST_FILE, @$); } | cite_parts cite_part { $$ = parse_part(p, $1, $2); } ;
cite_part: C_SECTION TEXT { $$ = word(p, AST_SECTION, $TEXT, @$); }
    | C_URL TEXT { $$ = word(p, AST_URL, $TEXT, @$); }
    | C_READ DATE { $$ = dated(p, AST_READ, $DATE, @DATE, @$); }
    ;
facts_parts: %empty { $$ = list(p, AST_FILE, @$); }
    | facts_parts facts_part { $$ = parse_part(p, $1, $2); }
    | facts_parts ',' facts_part { $$ = parse_part(p, $1, $3); }
    ;
facts_part: TEXT { $$ = word(p, AST_LABEL, $TEXT, @TEXT); }
    | IN name { $$ = word(p, AST_IN, $name, @name); }
    | KNOWN_BY name { $$ = word(p, AST_KNOWN_BY, $name, @name); }
    | KNOWN_AS name { $$ = leaf(p, AST_KNOWN_BY, OP_KNOWN_AS, $name, @name); }
    ;

/* ---- lists of codes */
opt_entries: %empty { $$ = NULL; } | entries { $$ = $1; } ;
entries: entry { $$ = clause(p, AST_ENTRIES, $entry, @$); }
    | entries ',' entry { $$ = with($1, $entry); if ($$) $$->span.to = @$.to; }
    ;
entry: codes_from opt_label dates_opt { $$ = with(with($1, $2), $3); if ($$) $$->span = parse_span(p, @$); } ;
codes_from: code { $$ = clause(p, AST_ENTRY, $1, @$); }
    | code TO code { $$ = two(p, AST_ENTRY, OP_NONE, $1, $3, @$); }
    ;
code: WORD { $$ = value(p, OP_WORD, $1, @$); }
    | NUMBER { $$ = value(p, OP_NUMBER, $1, @$); }
    | MIXED { $$ = value(p, OP_MIXED, $1, @$); }
    ;
dates_opt: %empty { $$ = NULL; } | effective ;
except_opt: %empty { $$ = NULL; } | EXCEPT entries { $$ = take(list(p, AST_EXCEPT, @$), $entries); } ;

/* ---- definitions, groups, choices, bills, rules */
requires_list: %empty { $$ = list(p, AST_FILE, @$); }
    | requires_list REQUIRES names DOCUMENTED C_ELSE HOLD TEXT
        { $$ = with($1, with(take(list(p, AST_REQUIRES, @$), $names), word(p, AST_LABEL, $TEXT, @TEXT))); }
    ;
definition: IS expr { $$ = clause(p, AST_IS, $expr, @$); } | WHEN cond { $$ = clause(p, AST_WHEN, $cond, @$); } ;
body_where: %empty { $$ = NULL; } | WHERE cond { $$ = clause(p, AST_WHERE, $cond, @$); } ;
folds: %empty { $$ = list(p, AST_FILE, @$); } | folds fold { $$ = with($1, $2); } ;
fold: name IS opt_the HIGHEST name[f] BY name[h]
        { $$ = fold(two(p, AST_FOLD, OP_HIGHEST, named(p, $f, @f), named(p, $h, @h), @$), $1); }
    | name IS opt_the fold_op name[f] { $$ = fold(one(p, AST_FOLD, $fold_op, named(p, $f, @f), @$), $1); }
    | name IS opt_the SET_OF names { $$ = take(leaf(p, AST_FOLD, OP_SET_OF, $1, @$), $names); }
    | name IS opt_the ALL name[a] TO name[b]
        { $$ = fold(two(p, AST_FOLD, OP_ALL_TO, named(p, $a, @a), named(p, $b, @b), @$), $1); }
    ;
opt_the: %empty | THE ;
fold_op: EARLIEST { $$ = OP_EARLIEST; }
    | LATEST { $$ = OP_LATEST; }
    | FIRST { $$ = OP_FIRST; }
    | SUM_OF { $$ = OP_SUM_OF; }
    | NUMBER_OF { $$ = OP_NUMBER_OF; }
    | YES_WHERE_ANY { $$ = OP_YES_WHERE_ANY; }
    ;
among_opt: %empty { $$ = NULL; } | AMONG cond { $$ = clause(p, AST_AMONG, $cond, @$); } ;
ways: way { $$ = clause(p, AST_FILE, $way, @$); } | ways way { $$ = with($1, $2); } ;
way: way_head criteria { $$ = take($1, $criteria); if ($$) $$->span.to = @$.to; } ;
way_head: WHEN cond ':' { $$ = clause(p, AST_WAY, clause(p, AST_WHEN, $cond, @$), @$); }
    | BY { $$ = list(p, AST_WAY, @$); }
    ;
criteria: criterion { $$ = clause(p, AST_FILE, $1, @$); }
    | criteria C_THEN criterion { $$ = with($1, $3); }
    | criteria C_ELSE HOLD TEXT { $$ = with($1, leaf(p, AST_CRITERION, OP_HOLD, $TEXT, @$)); }
    | EVERY_ONE_FROM post AFTER_THE_LAST C_BY name
        { $$ = clause(p, AST_FILE, two(p, AST_CRITERION, OP_SPACED, $post, named(p, $name, @name), @$), @$); }
    ;
criterion: HIGHEST name { $$ = at_name(leaf(p, AST_CRITERION, OP_HIGHEST, $name, @$), @name); }
    | GREATEST name opt_documented { $$ = with(at_name(leaf(p, AST_CRITERION, OP_GREATEST, $name, @$), @name), $3); }
    | LONGEST name opt_documented { $$ = with(at_name(leaf(p, AST_CRITERION, OP_GREATEST, $name, @$), @name), $3); }
    | LATEST name opt_documented { $$ = with(at_name(leaf(p, AST_CRITERION, OP_GREATEST, $name, @$), @name), $3); }
    | EARLIEST name opt_documented { $$ = with(at_name(leaf(p, AST_CRITERION, OP_LEAST, $name, @$), @name), $3); }
    | LEAST name opt_documented { $$ = with(at_name(leaf(p, AST_CRITERION, OP_LEAST, $name, @$), @name), $3); }
    | WHERE cond { $$ = one(p, AST_CRITERION, OP_WHERE, $cond, @$); }
    ;
opt_documented: %empty { $$ = NULL; } | IF_DOCUMENTED { $$ = list(p, AST_DOCUMENTED_FLAG, @$); } ;
dated_opt: %empty { $$ = NULL; }
    | DATED name { $$ = clause(p, AST_DATED, named(p, $name, @name), @$); }
    | DATED name[a] ',' name[b] WHEN_EARNED_IN name[c]
        { $$ = two(p, AST_DATED, OP_NONE, named(p, $a, @a), named(p, $b, @b), @$);
        with($$, named(p, $c, @c)); }
    ;
for_each: FOR_EACH name order_of where_opt
        { $$ = with(with(at_name(word(p, AST_FOR_EACH, $name, @$), @name), $order_of), $where_opt); }
    ;
where_opt: %empty { $$ = NULL; } | WHERE cond { $$ = clause(p, AST_WHERE, $cond, @$); } ;
when_opt: %empty { $$ = NULL; } | WHEN cond { $$ = clause(p, AST_WHEN, $cond, @$); } ;
then_clause: THEN effect { $$ = clause(p, AST_THEN, $effect, @$); } ;
effect: ADD_MODIFIER post { $$ = one(p, AST_EFFECT, OP_ADD_MODIFIER, $2, @$); }
    | WITHDRAW TEXT { $$ = leaf(p, AST_EFFECT, OP_WITHDRAW, $2, @$); }
    | HOLD TEXT { $$ = leaf(p, AST_EFFECT, OP_HOLD, $2, @$); }
    | REVIEW TEXT { $$ = leaf(p, AST_EFFECT, OP_REVIEW, $2, @$); }
    | NOTE TEXT { $$ = leaf(p, AST_EFFECT, OP_NOTE, $2, @$); }
    | DENY TEXT { $$ = leaf(p, AST_EFFECT, OP_DENY, $2, @$); }
    | MISSING TEXT { $$ = leaf(p, AST_EFFECT, OP_MISSING, $2, @$); }
    | CHANGE_UNITS expr TEXT { $$ = with(leaf(p, AST_EFFECT, OP_CHANGE_UNITS, $3, @$), $2); }
    | CHANGE_CODE expr TEXT { $$ = with(leaf(p, AST_EFFECT, OP_CHANGE_CODE, $3, @$), $2); }
    | CHANGE_MODIFIERS expr TEXT { $$ = with(leaf(p, AST_EFFECT, OP_CHANGE_MODIFIERS, $3, @$), $2); }
    | CHARGE post opt_units { $$ = with(one(p, AST_EFFECT, OP_CHARGE, $2, @$), $3); }
    ;
opt_units: %empty { $$ = NULL; } | WORD expr { parse_units_word(p, $1, @1); $$ = $2; } ;

/* ---- relations, bundles, limits */
row_or_file: rows
    | FROM_FILE texts AS opt_name_list { $$ = take(take(list(p, AST_FROM_FILE, @$), $texts), $4); }
    | FROM_FILE texts AS opt_name_list ',' NUMBER[n] WORD
        { $$ = with(take(take(list(p, AST_FROM_FILE, @$), $texts), $4), value(p, OP_NUMBER, $n, @n));
          parse_rows_word(p, $WORD, @WORD); }
    ;
texts: TEXT { $$ = clause(p, AST_FILE, word(p, AST_LABEL, $TEXT, @TEXT), @$); }
    | texts ',' TEXT { $$ = with($1, word(p, AST_LABEL, $TEXT, @TEXT)); }
    ;
opt_name_list: name { $$ = clause(p, AST_FILE, named(p, $name, @name), @$); }
    | opt_name_list name { $$ = with($1, named(p, $name, @name)); }
    ;
bundle_clauses: OF name opt_same where_opt lifted_opt
        { $$ = with(clause(p, AST_FILE, word(p, AST_OF, $name, @name), @$), $opt_same);
          with(with($$, $where_opt), $lifted_opt); }
    ;
counted_opt: %empty { $$ = NULL; }
    | COUNTED_BY name { $$ = word(p, AST_COUNTED_BY, $name, @name); }
    | COUNTED_BY name[f] EACH_DAY_UNTIL name[d]
        { $$ = with(word(p, AST_COUNTED_BY, $f, @f), word(p, AST_UNTIL, $d, @d)); }
    ;
lifted_opt: %empty { $$ = NULL; } | LIFTED_BY name { $$ = word(p, AST_LIFTED_BY, $name, @name); } ;

/* ---- changes */
target: name { $$ = parse_target(p, NULL, @name, $name, @$); }
    | name[k] name[n] as_opt { $$ = with(parse_target(p, &$k, @k, $n, @$), $as_opt); }
    ;
changes_list: %empty { $$ = list(p, AST_FILE, @$); } | changes_list change { $$ = with($1, $2); } ;
change: ADD entries { $$ = take(list(p, AST_ADD, @$), $entries); }
    | REMOVE entries { $$ = take(list(p, AST_REMOVE, @$), $entries); }
    | ADD_ROW row { $$ = clause(p, AST_ADD_ROW, $row, @$); }
    | ADD_ROW row[a] AFTER_ROW row[b] { $$ = two(p, AST_ADD_ROW, OP_NONE, $a, $b, @$); }
    | REMOVE_ROW row { $$ = clause(p, AST_REMOVE_ROW, $row, @$); }
    | REPLACE_ROW row[a] WITH_ROW row[b] { $$ = two(p, AST_REPLACE_ROW, OP_NONE, $a, $b, @$); }
    ;
tests_list: %empty { $$ = list(p, AST_FILE, @$); } | tests_list defaults { $$ = with($1, $2); } ;
defaults: EVERY_KIND RAW { $$ = with(word(p, AST_DEFAULTS, $RAW, @$), named(p, $1, @1)); }
    ;

/* ---- rows */
rows: header { $$ = clause(p, AST_ROWS, $1, @$); } | rows row { $$ = with($1, $2); if ($$) $$->span.to = @$.to; } ;
header: BAR headcells ROWEND { $$ = $2; if ($$) { $$->span = parse_span(p, @headcells); } } ;
headcells: RAW BAR { $$ = clause(p, AST_HEADER, leaf(p, AST_RAW, OP_RAW, $1, @1), @$); }
    | headcells RAW BAR { $$ = with($1, leaf(p, AST_RAW, OP_RAW, $2, @2)); }
    ;
row: BAR cells ROWEND { $$ = $2; if ($$) { $$->span.from = @BAR.from; $$->span.to = @cells.to; } } ;
cells: cell BAR { $$ = clause(p, AST_ROW, $1, @$); } | cells cell BAR { $$ = with($1, $2); } ;
cell: %empty { $$ = node(p, AST_CELL, OP_EMPTY, @$); }
    | RAW { $$ = leaf(p, AST_CELL, $1.size ? OP_RAW : OP_EMPTY, $1, @$); }
    | ANY { $$ = node(p, AST_CELL, OP_ANY, @$); }
    | OTHERWISE { $$ = node(p, AST_CELL, OP_OTHERWISE, @$); }
    | HOLD TEXT { $$ = leaf(p, AST_CELL, OP_HOLD, $TEXT, @$); }
    | POSITION TEXT { $$ = leaf(p, AST_CELL, OP_POSITION, $TEXT, @$); }
    | THEN_EVERY value { $$ = one(p, AST_CELL, OP_THEN_EVERY, $2, @$); }
    | value MORE { $$ = one(p, AST_CELL, OP_MORE, $1, @$); }
    | THE expr { $$ = one(p, AST_CELL, OP_EXPR, $2, @$); }
    | arith { $$ = one(p, AST_CELL, OP_EXPR, $1, @$); }
    | T_TYPE { $$ = one(p, AST_CELL, OP_TYPE, node(p, AST_TYPE, $1, @1), @$); }
    | T_TYPE WORD { $$ = one(p, AST_CELL, OP_TYPE, leaf(p, AST_TYPE, $1, $2, @$), @$); }
    | T_ONE_OF vlist { $$ = one(p, AST_CELL, OP_TYPE, take(node(p, AST_TYPE, OP_ONE_OF, @$), $2), @$); }
    | alts { $$ = take(node(p, AST_CELL, OP_VALUES, @$), $1); }
    | RUN { $$ = parse_run(p, $1, @$); }
    ;
arith: value '+' value { $$ = binary(p, OP_ADD, $1, $3, @$); }
    | value '-' value { $$ = binary(p, OP_SUB, $1, $3, @$); }
    | value '*' value { $$ = binary(p, OP_MUL, $1, $3, @$); }
    | arith '+' value { $$ = binary(p, OP_ADD, $1, $3, @$); }
    | arith '-' value { $$ = binary(p, OP_SUB, $1, $3, @$); }
    ;
alts: alt { $$ = clause(p, AST_FILE, $1, @$); } | alts ',' alt { $$ = with($1, $3); } ;
alt: value { $$ = one(p, AST_ALT, OP_EQ, $1, @$); }
    | NOT alt { $$ = one(p, AST_ALT, OP_NOT, $2, @$); }
    | value[a] TO value[b] { $$ = two(p, AST_ALT, OP_RANGE, $a, $b, @$); }
    | UP_TO bound { $$ = one(p, AST_ALT, OP_UP_TO, $2, @$); }
    | FROM bound { $$ = one(p, AST_ALT, OP_FROM, $2, @$); }
    | BELOW bound { $$ = one(p, AST_ALT, OP_BELOW, $2, @$); }
    | OVER bound { $$ = one(p, AST_ALT, OP_OVER, $2, @$); }
    | QM { $$ = node(p, AST_ALT, OP_UNDOCUMENTED, @$); }
    | NOT_DOCUMENTED { $$ = node(p, AST_ALT, OP_UNDOCUMENTED, @$); }
    | DOCUMENTED { $$ = node(p, AST_ALT, OP_DOCUMENTED, @$); }
    ;
bound: value ;
value: WORD { $$ = value(p, OP_WORD, $1, @$); }
    | NUMBER { $$ = value(p, OP_NUMBER, $1, @$); }
    | MIXED { $$ = value(p, OP_MIXED, $1, @$); }
    | TEXT { $$ = value(p, OP_TEXT_LITERAL, $1, @$); }
    | DATE { $$ = value(p, OP_DATE_LITERAL, $1, @$); }
    | QUANTITY { $$ = quantity(p, $1.number, $1.unit, @$); }
    ;
word_value: value
    | NO { $$ = value(p, OP_WORD, $1, @$); }
    | OTHER { $$ = value(p, OP_WORD, $1, @$); }
    | HOLD { $$ = value(p, OP_WORD, $1, @$); }
    | FIRST { $$ = value(p, OP_WORD, $1, @$); }
    | SECOND { $$ = value(p, OP_WORD, $1, @$); }
    | OPEN { $$ = value(p, OP_WORD, $1, @$); }
    | LONGEST { $$ = value(p, OP_WORD, $1, @$); }
    | EARLIEST { $$ = value(p, OP_WORD, $1, @$); }
    | LATEST { $$ = value(p, OP_WORD, $1, @$); }
    | ALL { $$ = value(p, OP_WORD, $1, @$); }
    | TITLE { $$ = value(p, OP_WORD, $1, @$); }
    ;
vlist: word_value { $$ = clause(p, AST_FILE, $1, @$); } | vlist ',' word_value { $$ = with($1, $3); } ;

/* ---- conditions */
cond: closed | open ;
closed: cconj | closed[a] OR cconj[b] { $$ = chain(p, OP_OR, $a, $b, @$); } ;
cconj: catom | cconj[a] AND catom[b] { $$ = chain(p, OP_AND, $a, $b, @$); } ;
open: oconj | closed[a] OR oconj[b] { $$ = chain(p, OP_OR, $a, $b, @$); } ;
oconj: oatom | cconj[a] AND oatom[b] { $$ = chain(p, OP_AND, $a, $b, @$); } ;
oatom: ANY qhead WHERE cond { $$ = question(p, OP_ANY, $qhead, $cond, @cond, @$); }
    | NO qhead WHERE cond { $$ = question(p, OP_NO, $qhead, $cond, @cond, @$); }
    ;
catom: '(' cond ')' { $$ = one(p, AST_COND, OP_AND, $cond, @$); }
    | ANY qhead { $$ = one(p, AST_COND, OP_ANY, $qhead, @$); }
    | NO qhead { $$ = one(p, AST_COND, OP_NO, $qhead, @$); }
    | THIS_FIRST { $$ = node(p, AST_COND, OP_THIS_FIRST, @$); }
    | THIS_SECOND { $$ = node(p, AST_COND, OP_THIS_SECOND, @$); }
    | ANY_OF name[a] IN name[b] { $$ = compare(p, OP_ANY_OF, named(p, $a, @a), named(p, $b, @b), @$); }
    | NONE_OF name[a] IN name[b] { $$ = compare(p, OP_NONE_OF, named(p, $a, @a), named(p, $b, @b), @$); }
    | WORD LISTS args { $$ = take(leaf(p, AST_COND, OP_LISTS, $WORD, @$), $args); }
    | sum IS word_value { $$ = compare(p, OP_IS, $sum, $3, @$); }
    | sum IS_NOT word_value { $$ = compare(p, OP_IS_NOT, $sum, $3, @$); }
    | sum IS THIS name { $$ = compare(p, OP_IS, $sum, leaf(p, AST_EXPR, OP_THIS, $name, @name), @$); }
    | sum IS_NOT THIS name { $$ = compare(p, OP_IS_NOT, $sum, leaf(p, AST_EXPR, OP_THIS, $name, @name), @$); }
    | sum IS THE post { $$ = compare(p, OP_IS, $sum, $post, @$); }
    | sum IS_NOT THE post { $$ = compare(p, OP_IS_NOT, $sum, $post, @$); }
    | sum IS ONE_OF vlist { $$ = take(one(p, AST_COND, OP_ONE_OF, $sum, @$), $vlist); }
    | sum IS_NOT ONE_OF vlist { $$ = take(one(p, AST_COND, OP_NOT_ONE_OF, $sum, @$), $vlist); }
    | sum IN name { $$ = compare(p, OP_IN, $sum, named(p, $name, @name), @$); }
    | sum NOT_IN name { $$ = compare(p, OP_NOT_IN, $sum, named(p, $name, @name), @$); }
    | sum DOCUMENTED { $$ = one(p, AST_COND, OP_DOCUMENTED, $sum, @$); }
    | sum NOT_DOCUMENTED { $$ = one(p, AST_COND, OP_UNDOCUMENTED, $sum, @$); }
    | sum DOCUMENTED_AS word_value { $$ = compare(p, OP_DOCUMENTED_AS, $sum, $3, @$); }
    | sum[a] FROM sum[b] { $$ = compare(p, OP_FROM, $a, $b, @$); }
    | sum[a] UP_TO sum[b] { $$ = compare(p, OP_UP_TO, $a, $b, @$); }
    | sum[a] BELOW sum[b] { $$ = compare(p, OP_BELOW, $a, $b, @$); }
    | sum[a] OVER sum[b] { $$ = compare(p, OP_OVER, $a, $b, @$); }
    ;
args: arg { $$ = clause(p, AST_FILE, $1, @$); } | args ',' arg { $$ = with($1, $3); } ;
arg: name { $$ = leaf(p, AST_EXPR, OP_FACT, $1, @$); }
    | NUMBER { $$ = value(p, OP_NUMBER, $1, @$); }
    | MIXED { $$ = value(p, OP_MIXED, $1, @$); }
    | TEXT { $$ = value(p, OP_TEXT_LITERAL, $1, @$); }
    | THIS name { $$ = leaf(p, AST_EXPR, OP_THIS, $2, @$); }
    ;
qhead: name[k] opt_same { $$ = query(p, OP_NONE, $k, @k, NULL, $opt_same); }
    | OTHER name[k] opt_same { $$ = query(p, OP_OTHER, $k, @k, NULL, $opt_same); }
    | name[k] OF name[v] opt_same { $$ = query(p, OP_NONE, $k, @k, word(p, AST_OF, $v, @v), $opt_same); }
    | OTHER name[k] OF name[v] opt_same { $$ = query(p, OP_OTHER, $k, @k, word(p, AST_OF, $v, @v), $opt_same); }
    | name[k] OF THIS opt_same { $$ = query(p, OP_NONE, $k, @k, word(p, AST_OF, $THIS, @THIS), $opt_same); }
    ;
opt_same: %empty { $$ = NULL; } | WITH_SAME names { $$ = take(list(p, AST_SAME, @$), $names); } ;
query: qhead
    | '(' qhead ')' { $$ = $2; }
    | '(' qhead WHERE cond ')' { $$ = with($qhead, clause(p, AST_WHERE, $cond, @cond)); }
    ;

/* ---- expressions */
expr: sum | sum[a] IF cond ELSE expr[b] { $$ = with(binary(p, OP_IF, $a, $cond, @$), $b); }
    | sum[a] IF cond C_ELSE expr[b] { $$ = with(binary(p, OP_IF, $a, $cond, @$), $b); }
    ;
sum: term
    | sum[a] '+' term[b] { $$ = binary(p, OP_ADD, $a, $b, @$); }
    | sum[a] '-' term[b] { $$ = binary(p, OP_SUB, $a, $b, @$); }
    ;
term: span | term[a] '*' span[b] { $$ = binary(p, OP_MUL, $a, $b, @$); }
    | term[a] '/' span[b] ROUNDED_UP { $$ = binary(p, OP_DIV_UP, $a, $b, @$); }
    | term[a] '/' span[b] ROUNDED_DOWN { $$ = binary(p, OP_DIV_DOWN, $a, $b, @$); }
    | term[a] '/' span[b] ROUNDED { $$ = binary(p, OP_DIV_NEAR, $a, $b, @$); }
    ;
span: post | MINUTES_OF post { $$ = unary(p, OP_MINUTES_OF, $2, @$); } ;
post: fact
    | post[a] OUTSIDE fact[b] { $$ = binary(p, OP_OUTSIDE, $a, $b, @$); }
    | post[a] SHARED_WITH fact[b] { $$ = binary(p, OP_SHARED, $a, $b, @$); }
    | post[a] IN_RUNS_FROM fact[b] { $$ = binary(p, OP_RUNS, $a, $b, @$); }
    ;
fact: WORD { $$ = leaf(p, AST_EXPR, OP_FACT, $1, @$); }
    | NUMBER { $$ = value(p, OP_NUMBER, $1, @$); }
    | MIXED { $$ = value(p, OP_MIXED, $1, @$); }
    | TEXT { $$ = value(p, OP_TEXT_LITERAL, $1, @$); }
    | DATE { $$ = value(p, OP_DATE_LITERAL, $1, @$); }
    | QUANTITY { $$ = quantity(p, $1.number, $1.unit, @$); }
    | THIS name { $$ = leaf(p, AST_EXPR, OP_THIS, $2, @$); }
    | FIRST name { $$ = leaf(p, AST_EXPR, OP_FIRST, $2, @$); }
    | SECOND name { $$ = leaf(p, AST_EXPR, OP_SECOND, $2, @$); }
    | TIMES_OF query { $$ = unary(p, OP_TIMES_OF, $2, @$); }
    | NUMBER_OF query { $$ = unary(p, OP_NUMBER_OF, $2, @$); }
    | SUM_OF name OF query { $$ = binary(p, OP_SUM_OF, named(p, $name, @name), $query, @$); }
    | YEARS_FROM fact[a] TO fact[b] { $$ = binary(p, OP_YEARS, $a, $b, @$); }
    | DAYS_FROM fact[a] TO fact[b] { $$ = binary(p, OP_DAYS, $a, $b, @$); }
    | LOOKUP args { $$ = take(parse_lookup(p, $1, @$), $args); }
    | '(' expr ')' { $$ = $expr; }
    ;
%%
static int yyreport_syntax_error(const yypcontext_t *context, void *scanner, struct parse *p)
{
    yysymbol_kind_t expected[YYNTOKENS];
    const char *names[YYNTOKENS];
    int n = yypcontext_expected_tokens(context, expected, YYNTOKENS);
    yysymbol_kind_t found = yypcontext_token(context);
    (void)scanner;
    if (n < 0) return n;
    for (int i = 0; i < n; i++) names[i] = yysymbol_name(expected[i]);
    int token = found == YYSYMBOL_YYEOF ? 0 : p->last;
    syntax_report(p, *yypcontext_location(context), token, yysymbol_name(found), names, n);
    return 0;
}
