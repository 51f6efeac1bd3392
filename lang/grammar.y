/* The grammar. Actions only build nodes; what names mean is the compiler's. No conflicts are allowed (%expect 0): a change that makes one
 * is wrong. `where` reaches to the end of a condition, so conditions come closed and open (only the last operand may be open). */
%require "3.8"
%define api.pure full
%define parse.error custom
%define parse.lac full
%expect 0
%locations
%define api.location.type {struct place}
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

static void yyerror(YYLTYPE *at, void *scanner, struct parse *p, const char *message) { (void)at; (void)scanner; (void)p; (void)message; }

static struct ast_node *node(struct parse *p, enum ast_kind kind, enum ast_op op, struct place at) { return ast_new(p->arena, kind, op, parse_span(p, at)); }
static struct ast_node *leaf(struct parse *p, enum ast_kind kind, enum ast_op op, struct text text, struct place at)
{
    struct ast_node *n = node(p, kind, op, at);
    if (n) n->text = text;
    return n;
}
static struct ast_node *with(struct ast_node *n, struct ast_node *child) { return n ? ast_append(n, child) : NULL; }
static struct ast_node *one(struct parse *p, enum ast_kind kind, enum ast_op op, struct ast_node *a, struct place at) { return with(node(p, kind, op, at), a); }
static struct ast_node *two(struct parse *p, enum ast_kind kind, enum ast_op op, struct ast_node *a, struct ast_node *b, struct place at)
{
    return with(one(p, kind, op, a, at), b);
}
/* Moves the children of a holder to another node. */
static struct ast_node *take(struct ast_node *to, struct ast_node *from)
{
    for (struct ast_node *c = from ? from->first : NULL, *next; c; c = next) { next = c->next; c->next = NULL; with(to, c); }
    return to;
}
/* and/or chains are one node. */
static struct ast_node *chain(struct parse *p, enum ast_op op, struct ast_node *a, struct ast_node *b, struct place at)
{
    if (a && a->kind == AST_COND && a->op == op) { a->span.to = at.to; return with(a, b); }
    return two(p, AST_COND, op, a, b, at);
}
static struct ast_node *item(struct parse *p, enum ast_kind kind, struct text name, struct place at, struct ast_node *parts, struct ast_node *body)
{
    struct ast_node *n = leaf(p, kind, OP_NONE, name, at);
    take(n, parts);
    return take(n, body);
}
static struct ast_node *lookup(struct parse *p, struct text t, struct ast_node *keys, struct place at)
{
    uint32_t column = 0, relation, end = t.size;
    while (column < t.size && strchr(" \t\r\n", t.at[column]) == NULL) column++;
    while (end > 3 && strchr(" \t\r\n", t.at[end - 4]) == NULL) end--;
    end -= 4;
    while (end > 0 && strchr(" \t\r\n", t.at[end - 1])) end--;
    relation = end;
    while (relation > 0 && strchr(" \t\r\n", t.at[relation - 1]) == NULL) relation--;
    struct ast_node *n = leaf(p, AST_EXPR, OP_LOOKUP, (struct text){t.at, column}, at);
    struct place where = {at.from + relation, at.from + end};
    with(n, leaf(p, AST_NAME, OP_NONE, (struct text){t.at + relation, end - relation}, where));
    return take(n, keys);
}
static enum ast_kind kind_named(struct text t)
{
    for (int k = AST_PACK; k <= AST_TESTS; k++)
        if (text_is(t, ast_kind_word((enum ast_kind)k))) return (enum ast_kind)k;
    return AST_FILE;
}
}

%union { struct text text; enum ast_op op; struct { struct text number, unit; } quantity; struct ast_node *node; }

%token K_PACK "pack" K_CITE "cite" K_FACTS "facts" K_POLICIES "policies" K_CODES "codes" K_DEFINE "define" K_TABLE "table" K_THRESHOLD "threshold"
%token K_HIERARCHY "hierarchy" K_GROUP "group" K_PAIR "pair" K_CHOOSE "choose" K_BILL "bill" K_RULE "rule" K_RELATION "relation" K_BUNDLE "bundle"
%token K_LIMIT "limit" K_ORDER "order" K_CHANGES "changes" K_SETS "sets" K_RETIRES "retires" K_TESTS "tests" K_BAD "an item"
%token <text> WORD "a name" DOTTED "a pack name" NUMBER "a number" MIXED "a code" DATE "a date" TEXT "a text" RAW "a cell" LOOKUP "a look-up"
%token <quantity> QUANTITY "a quantity"
%token <op> T_TYPE "a type"
%token T_ONE_OF "one of (a type)"
%token BAR "|" ROWEND "the end of the row" QM "?"
%token <text> IS "is" AND "and" OR "or" NOT "not" ANY "any" NO "no" OTHER "other" OF "of" WHERE "where" THIS "this" IN "in" FROM "from" TO "to" BELOW "below"
%token <text> OVER "over" IF "if" ELSE "else" THE "the" WHEN "when" THEN "then" HOLD "hold" BY "by" PER "per" DOCUMENTED "documented" OUTSIDE "outside"
%token <text> EFFECTIVE "effective" UNTIL "until" FIRST "first" SECOND "second" OPEN "open" EXCEPT "except" INTO "into" AS "as" LISTS "lists"
%token <text> HIGHEST "highest" GREATEST "greatest" LONGEST "longest" EARLIEST "earliest" LATEST "latest" LEAST "least" ALL "all"
%token UP_TO "up to" ONE_OF "one of" ANY_OF "any of" NONE_OF "none of" SHARED_WITH "shared with" IN_RUNS_FROM "in runs from" ROUNDED_UP "rounded up"
%token ROUNDED_DOWN "rounded down" ROUNDED "rounded" NOT_IN "not in" IS_NOT "is not" DOCUMENTED_AS "documented as" NOT_DOCUMENTED "not documented"
%token IF_DOCUMENTED "if documented" WITH_SAME "with same" WITH_ROW "with row" FOR_EACH "for each" AMONG "among those where" MINUTES_OF "minutes of"
%token TIMES_OF "times of" SUM_OF "sum of" NUMBER_OF "number of" SET_OF "set of" YEARS_FROM "years from" DAYS_FROM "days from" YES_WHERE_ANY "yes where any"
%token EVERY_ONE_FROM "every one from" AFTER_THE_LAST "after the last" ADD_ROW "add row" REMOVE_ROW "remove row" REPLACE_ROW "replace row" AFTER_ROW "after row"
%token ADD_MODIFIER "add modifier" CHANGE_UNITS "change units to" CHANGE_CODE "change code to" CHANGE_MODIFIERS "change modifiers to"
%token WHEN_EARNED_IN "when earned in" KNOWN_BY "known by" KNOWN_AS "known as" LIFTED_BY "lifted by" FROM_FILE "from file" THIS_FIRST "this is first"
%token THIS_SECOND "this is second" C_THEN ", then" C_ELSE ", else" C_CITE ", cite" C_EFFECTIVE ", effective" C_BY ", by" C_INTO ", into" C_GIVES ", gives"
%token C_CODES_IN ", codes in" C_READ ", read" C_SECTION ", section" C_URL ", url" C_FIRST_ROW ", first row that matches" C_ONE_ROW ", exactly one row matches"
%token C_EVERY_ROW ", every row that matches" OTHERWISE "otherwise" POSITION "position" THEN_EVERY "then every" MORE "more"
%token <text> DENY "deny" REVIEW "review" NOTE "note" MISSING "missing" WITHDRAW "withdraw" CHARGE "charge" TITLE "title" VERSION "version" OWNER "owner"
%token <text> ANSWERS "answers" EXTENDS "extends" DATED "dated" REQUIRES "requires" ADD "add" REMOVE "remove"
%token YES_OR_NO "yes or no"
%token EVERY_SERVICE "every service" EVERY_LINE "every line" EVERY_ENCOUNTER "every encounter"

%type <text> name dotted
%type <node> codes_from code dates_opt pack_dates item parts part headline pack_clauses pack_clause cite_parts cite_part names effective until_opt until rows header headcells row cells cell alts alt value word_value bound
%type <node> arith facts_parts facts_part opt_entries entries entry except_opt requires_list definition body_where folds fold opt_name_list ways way way_head criteria criterion opt_documented
%type <node> among_opt dated_opt for_each where_opt when_opt then_clause effect opt_units bundle_clauses lifted_opt row_or_file changes_list change target tests_list defaults
%type <node> cond closed cconj catom open oconj oatom vlist qhead opt_same query expr sum term span post fact args arg order_of opt_label as_opt
%type <op> fold_op

%start file
%%
file: items ;
items: %empty
    | items item { if ($item) with(p->file->root, $item); }
    | items error { yyerrok; with(p->file->root, parse_broken(p, @error)); }
    ;

name: WORD | TITLE | VERSION | OWNER | ANSWERS | EXTENDS | DATED | CHARGE | MISSING | NOTE | REVIEW | DENY | OPEN | ALL ;
dotted: WORD | DOTTED ;
names: name { $$ = with(node(p, AST_CITE, OP_NONE, @$), leaf(p, AST_NAME, OP_NONE, $name, @name)); }
    | names ',' name { $$ = with($1, leaf(p, AST_NAME, OP_NONE, $name, @name)); if ($$) $$->span.to = @$.to; }
    ;

/* ---- what may follow an item's name on its first line */
parts: %empty { $$ = node(p, AST_FILE, OP_NONE, @$); }
    | parts part { $$ = with($1, $part); }
    ;
part: TEXT { $$ = leaf(p, AST_LABEL, OP_NONE, $TEXT, @TEXT); }
    | C_CITE names { $$ = take(node(p, AST_CITE, OP_NONE, @$), $names); }
    | C_EFFECTIVE DATE until_opt { $$ = with(one(p, AST_EFFECTIVE, OP_NONE, leaf(p, AST_DATE, OP_NONE, $DATE, @DATE), @$), $until_opt); }
    | C_FIRST_ROW { $$ = node(p, AST_HIT, OP_FIRST_ROW, @$); }
    | C_ONE_ROW { $$ = node(p, AST_HIT, OP_ONE_ROW, @$); }
    | C_EVERY_ROW { $$ = node(p, AST_HIT, OP_EVERY_ROW, @$); }
    | C_GIVES name { $$ = one(p, AST_GIVES, OP_NONE, leaf(p, AST_TYPE, text_is($name, "code") ? OP_CODE : text_is($name, "count") ? OP_COUNT :
          text_is($name, "decimal") ? OP_DECIMAL : text_is($name, "money") ? OP_MONEY : text_is($name, "minutes") ? OP_MINUTES : text_is($name, "date") ? OP_DATE : OP_TEXT,
          (struct text){"", 0}, @name), @$); }
    | C_GIVES YES_OR_NO { $$ = one(p, AST_GIVES, OP_NONE, node(p, AST_TYPE, OP_YES_NO, @2), @$); }
    | INTO name { $$ = leaf(p, AST_INTO, OP_NONE, $name, @name); }
    | C_INTO name { $$ = leaf(p, AST_INTO, OP_NONE, $name, @name); }
    | C_CODES_IN name { $$ = leaf(p, AST_CODES_IN, OP_NONE, $name, @name); }
    ;
until_opt: %empty { $$ = NULL; } | until ;
until: UNTIL DATE { $$ = one(p, AST_UNTIL, OP_NONE, leaf(p, AST_DATE, OP_NONE, $DATE, @DATE), @$); }
    | UNTIL OPEN { $$ = node(p, AST_UNTIL, OP_NONE, @$); }
    ;
effective: EFFECTIVE DATE until_opt { $$ = with(one(p, AST_EFFECTIVE, OP_NONE, leaf(p, AST_DATE, OP_NONE, $DATE, @DATE), @$), $until_opt); }
    | until { $$ = one(p, AST_EFFECTIVE, OP_NONE, $until, @$); }
    ;
headline: name OF name parts { $$ = item(p, AST_FILE, $1, @$, one(p, AST_FILE, OP_NONE, leaf(p, AST_OF, OP_NONE, $3, @3), @$), $parts); } ;

item: K_BAD { $$ = parse_broken(p, @$); }
    | K_PACK dotted pack_clauses { $$ = item(p, AST_PACK, $dotted, @$, $pack_clauses, NULL); }
    | K_CITE name TEXT cite_parts { $$ = item(p, AST_CITE_ITEM, $name, @$, one(p, AST_FILE, OP_NONE, leaf(p, AST_LABEL, OP_NONE, $TEXT, @TEXT), @$), $cite_parts); }
    | K_FACTS name facts_parts rows { $$ = with(item(p, AST_FACTS, $name, @$, $facts_parts, NULL), $rows); }
    | K_POLICIES rows { $$ = one(p, AST_POLICIES, OP_NONE, $rows, @$); }
    | K_CODES name parts opt_entries except_opt { $$ = with(with(item(p, AST_CODES, $name, @$, $parts, NULL), $opt_entries), $except_opt); }
    | K_DEFINE headline requires_list definition { $$ = with(take(take(leaf(p, AST_DEFINE, OP_NONE, $headline ? $headline->text : (struct text){"", 0}, @$), $headline), $requires_list), $definition); }
    | K_TABLE headline rows { $$ = with(take(leaf(p, AST_TABLE, OP_NONE, $headline ? $headline->text : (struct text){"", 0}, @$), $headline), $rows); }
    | K_THRESHOLD headline rows { $$ = with(take(leaf(p, AST_THRESHOLD, OP_NONE, $headline ? $headline->text : (struct text){"", 0}, @$), $headline), $rows); }
    | K_HIERARCHY headline rows { $$ = with(take(leaf(p, AST_HIERARCHY, OP_NONE, $headline ? $headline->text : (struct text){"", 0}, @$), $headline), $rows); }
    | K_GROUP name[from] INTO name[to] parts body_where rows folds
        { $$ = item(p, AST_GROUP, $from, @$, one(p, AST_FILE, OP_NONE, leaf(p, AST_INTO, OP_NONE, $to, @to), @$), $parts); with($$, $body_where); with($$, $rows); take($$, $folds); }
    | K_PAIR name[from] INTO name[to] opt_label BY name[key]
        { $$ = leaf(p, AST_PAIR, OP_NONE, $from, @$); with($$, leaf(p, AST_INTO, OP_NONE, $to, @to)); with($$, $opt_label); with($$, leaf(p, AST_BY, OP_NONE, $key, @key)); }
    | K_CHOOSE name[n] OF name[k] opt_label PER names parts among_opt ways
        { $$ = item(p, AST_CHOOSE, $n, @$, one(p, AST_FILE, OP_NONE, leaf(p, AST_OF, OP_NONE, $k, @k), @$), NULL); with($$, $opt_label);
          struct ast_node *per = node(p, AST_PER, OP_NONE, @names);
          if (!($names && $names->first && !$names->first->next && text_is($names->first->text, "encounter"))) take(per, $names);
          with($$, per); take($$, $parts); with($$, $among_opt); take($$, $ways); }
    | K_BILL name as_opt parts dated_opt rows { $$ = with(leaf(p, AST_BILL, OP_NONE, $name, @$), $as_opt); take($$, $parts); with($$, $dated_opt); with($$, $rows); }
    | K_RULE name parts for_each when_opt then_clause { $$ = item(p, AST_RULE, $name, @$, $parts, NULL); with($$, $for_each); with($$, $when_opt); with($$, $then_clause); }
    | K_RELATION name parts row_or_file { $$ = with(item(p, AST_RELATION, $name, @$, $parts, NULL), $row_or_file); }
    | K_BUNDLE name parts bundle_clauses row_or_file { $$ = with(item(p, AST_BUNDLE, $name, @$, $parts, $bundle_clauses), $row_or_file); }
    | K_LIMIT name parts bundle_clauses row_or_file { $$ = with(item(p, AST_LIMIT, $name, @$, $parts, $bundle_clauses), $row_or_file); }
    | K_ORDER name order_of parts BY criteria { $$ = with(leaf(p, AST_ORDER, OP_NONE, $name, @$), $order_of); take($$, $parts); with($$, take(node(p, AST_WAY, OP_NONE, @criteria), $criteria)); }
    | K_CHANGES target parts changes_list { $$ = take(take($target, $parts), $changes_list); if ($$) $$->span = parse_span(p, @target); }
    | K_SETS parts rows { $$ = with(take(node(p, AST_SETS, OP_NONE, @$), $parts), $rows); }
    | K_RETIRES target parts { $$ = take($target, $parts); if ($$) { $$->kind = AST_RETIRES; $$->span = parse_span(p, @target); } }
    | K_TESTS opt_label tests_list rows { $$ = with(node(p, AST_TESTS, OP_NONE, @$), $opt_label); take($$, $tests_list); with($$, $rows); }
    ;
opt_label: %empty { $$ = NULL; } | TEXT { $$ = leaf(p, AST_LABEL, OP_NONE, $TEXT, @TEXT); } ;
as_opt: %empty { $$ = NULL; } | AS name { $$ = leaf(p, AST_AS, OP_NONE, $name, @name); } ;
order_of: %empty { $$ = NULL; } | OF name { $$ = leaf(p, AST_OF, OP_NONE, $name, @name); } ;

pack_clauses: %empty { $$ = node(p, AST_FILE, OP_NONE, @$); } | pack_clauses pack_clause { $$ = with($1, $2); } ;
pack_clause: EXTENDS dotted { $$ = leaf(p, AST_EXTENDS, OP_NONE, $dotted, @dotted); }
    | EXTENDS dotted FROM TEXT { $$ = with(leaf(p, AST_EXTENDS, OP_NONE, $dotted, @dotted), leaf(p, AST_LABEL, OP_NONE, $TEXT, @TEXT)); }
    | TITLE TEXT { $$ = leaf(p, AST_TITLE, OP_NONE, $TEXT, @$); }
    | VERSION NUMBER { $$ = leaf(p, AST_VERSION, OP_NONE, $2, @$); }
    | VERSION MIXED { $$ = leaf(p, AST_VERSION, OP_NONE, $2, @$); }
    | VERSION dotted { $$ = leaf(p, AST_VERSION, OP_NONE, $2, @$); }
    | VERSION TEXT { $$ = leaf(p, AST_VERSION, OP_NONE, $2, @$); }
    | OWNER TEXT { $$ = leaf(p, AST_OWNER, OP_NONE, $TEXT, @$); }
    | pack_dates
    | ANSWERS cond { $$ = one(p, AST_ANSWERS, OP_NONE, $cond, @$); }
    ;
pack_dates: EFFECTIVE DATE until_opt { $$ = with(one(p, AST_EFFECTIVE, OP_NONE, leaf(p, AST_DATE, OP_NONE, $DATE, @DATE), @$), $until_opt); } ;
cite_parts: %empty { $$ = node(p, AST_FILE, OP_NONE, @$); } | cite_parts cite_part { $$ = with($1, $2); } ;
cite_part: C_SECTION TEXT { $$ = leaf(p, AST_SECTION, OP_NONE, $TEXT, @$); }
    | C_URL TEXT { $$ = leaf(p, AST_URL, OP_NONE, $TEXT, @$); }
    | C_READ DATE { $$ = one(p, AST_READ, OP_NONE, leaf(p, AST_DATE, OP_NONE, $DATE, @DATE), @$); }
    ;
facts_parts: %empty { $$ = node(p, AST_FILE, OP_NONE, @$); } | facts_parts facts_part { $$ = with($1, $2); } ;
facts_part: TEXT { $$ = leaf(p, AST_LABEL, OP_NONE, $TEXT, @TEXT); }
    | IN name { $$ = leaf(p, AST_IN, OP_NONE, $name, @name); }
    | KNOWN_BY name { $$ = leaf(p, AST_KNOWN_BY, OP_NONE, $name, @name); }
    | KNOWN_AS name { $$ = leaf(p, AST_KNOWN_BY, OP_KNOWN_AS, $name, @name); }
    | ',' facts_part { $$ = $2; }
    ;

/* ---- lists of codes */
opt_entries: %empty { $$ = NULL; } | entries { $$ = $1; } ;
entries: entry { $$ = one(p, AST_ENTRIES, OP_NONE, $entry, @$); }
    | entries ',' entry { $$ = with($1, $entry); if ($$) $$->span.to = @$.to; }
    ;
entry: codes_from opt_label dates_opt { $$ = with(with($1, $2), $3); if ($$) $$->span = parse_span(p, @$); } ;
codes_from: code { $$ = one(p, AST_ENTRY, OP_NONE, $1, @$); } | code TO code { $$ = two(p, AST_ENTRY, OP_NONE, $1, $3, @$); } ;
code: WORD { $$ = leaf(p, AST_VALUE, OP_WORD, $1, @$); }
    | NUMBER { $$ = leaf(p, AST_VALUE, OP_NUMBER, $1, @$); }
    | MIXED { $$ = leaf(p, AST_VALUE, OP_MIXED, $1, @$); }
    ;
dates_opt: %empty { $$ = NULL; } | effective ;
except_opt: %empty { $$ = NULL; } | EXCEPT entries { $$ = take(node(p, AST_EXCEPT, OP_NONE, @$), $entries); } ;

/* ---- definitions, groups, choices, bills, rules */
requires_list: %empty { $$ = node(p, AST_FILE, OP_NONE, @$); }
    | requires_list REQUIRES names DOCUMENTED C_ELSE HOLD TEXT
        { $$ = with($1, with(take(node(p, AST_REQUIRES, OP_NONE, @$), $names), leaf(p, AST_LABEL, OP_NONE, $TEXT, @TEXT))); }
    ;
definition: IS expr { $$ = one(p, AST_IS, OP_NONE, $expr, @$); } | WHEN cond { $$ = one(p, AST_WHEN, OP_NONE, $cond, @$); } ;
body_where: %empty { $$ = NULL; } | WHERE cond { $$ = one(p, AST_WHERE, OP_NONE, $cond, @$); } ;
folds: %empty { $$ = node(p, AST_FILE, OP_NONE, @$); } | folds fold { $$ = with($1, $2); } ;
fold: name IS opt_the HIGHEST name[f] BY name[h] { $$ = two(p, AST_FOLD, OP_HIGHEST, leaf(p, AST_NAME, OP_NONE, $f, @f), leaf(p, AST_NAME, OP_NONE, $h, @h), @$); if ($$) $$->text = $1; }
    | name IS opt_the fold_op name[f] { $$ = one(p, AST_FOLD, $fold_op, leaf(p, AST_NAME, OP_NONE, $f, @f), @$); if ($$) $$->text = $1; }
    | name IS opt_the SET_OF names { $$ = take(leaf(p, AST_FOLD, OP_SET_OF, $1, @$), $names); }
    | name IS opt_the ALL name[a] TO name[b] { $$ = two(p, AST_FOLD, OP_ALL_TO, leaf(p, AST_NAME, OP_NONE, $a, @a), leaf(p, AST_NAME, OP_NONE, $b, @b), @$); if ($$) $$->text = $1; }
    ;
opt_the: %empty | THE ;
fold_op: EARLIEST { $$ = OP_EARLIEST; } | LATEST { $$ = OP_LATEST; } | FIRST { $$ = OP_FIRST; } | SUM_OF { $$ = OP_SUM_OF; } | NUMBER_OF { $$ = OP_NUMBER_OF; }
    | YES_WHERE_ANY { $$ = OP_YES_WHERE_ANY; } ;
among_opt: %empty { $$ = NULL; } | AMONG cond { $$ = one(p, AST_AMONG, OP_NONE, $cond, @$); } ;
ways: way { $$ = one(p, AST_FILE, OP_NONE, $way, @$); } | ways way { $$ = with($1, $2); } ;
way: way_head criteria { $$ = take($1, $criteria); if ($$) $$->span.to = @$.to; } ;
way_head: WHEN cond ':' { $$ = one(p, AST_WAY, OP_NONE, one(p, AST_WHEN, OP_NONE, $cond, @$), @$); } | BY { $$ = node(p, AST_WAY, OP_NONE, @$); } ;
criteria: criterion { $$ = one(p, AST_FILE, OP_NONE, $1, @$); }
    | criteria C_THEN criterion { $$ = with($1, $3); }
    | criteria C_ELSE HOLD TEXT { $$ = with($1, leaf(p, AST_CRITERION, OP_HOLD, $TEXT, @$)); }
    | EVERY_ONE_FROM post AFTER_THE_LAST C_BY name { $$ = one(p, AST_FILE, OP_NONE, two(p, AST_CRITERION, OP_SPACED, $post, leaf(p, AST_NAME, OP_NONE, $name, @name), @$), @$); }
    ;
criterion: HIGHEST name { $$ = leaf(p, AST_CRITERION, OP_HIGHEST, $name, @$); }
    | GREATEST name opt_documented { $$ = with(leaf(p, AST_CRITERION, OP_GREATEST, $name, @$), $3); }
    | LONGEST name opt_documented { $$ = with(leaf(p, AST_CRITERION, OP_GREATEST, $name, @$), $3); }
    | LATEST name opt_documented { $$ = with(leaf(p, AST_CRITERION, OP_GREATEST, $name, @$), $3); }
    | EARLIEST name opt_documented { $$ = with(leaf(p, AST_CRITERION, OP_LEAST, $name, @$), $3); }
    | LEAST name opt_documented { $$ = with(leaf(p, AST_CRITERION, OP_LEAST, $name, @$), $3); }
    | WHERE cond { $$ = one(p, AST_CRITERION, OP_WHERE, $cond, @$); }
    ;
opt_documented: %empty { $$ = NULL; } | IF_DOCUMENTED { $$ = node(p, AST_DOCUMENTED_FLAG, OP_NONE, @$); } ;
dated_opt: %empty { $$ = NULL; }
    | DATED name { $$ = one(p, AST_DATED, OP_NONE, leaf(p, AST_NAME, OP_NONE, $name, @name), @$); }
    | DATED name[a] ',' name[b] WHEN_EARNED_IN name[c] { $$ = two(p, AST_DATED, OP_NONE, leaf(p, AST_NAME, OP_NONE, $a, @a), leaf(p, AST_NAME, OP_NONE, $b, @b), @$);
        with($$, leaf(p, AST_NAME, OP_NONE, $c, @c)); }
    ;
for_each: FOR_EACH name order_of where_opt { $$ = with(with(leaf(p, AST_FOR_EACH, OP_NONE, $name, @$), $order_of), $where_opt); } ;
where_opt: %empty { $$ = NULL; } | WHERE cond { $$ = one(p, AST_WHERE, OP_NONE, $cond, @$); } ;
when_opt: %empty { $$ = NULL; } | WHEN cond { $$ = one(p, AST_WHEN, OP_NONE, $cond, @$); } ;
then_clause: THEN effect { $$ = one(p, AST_THEN, OP_NONE, $effect, @$); } ;
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
opt_units: %empty { $$ = NULL; } | WORD expr { $$ = $2; } ;

/* ---- relations, bundles, limits */
row_or_file: rows
    | FROM_FILE TEXT AS opt_name_list { $$ = take(one(p, AST_FROM_FILE, OP_NONE, leaf(p, AST_LABEL, OP_NONE, $TEXT, @TEXT), @$), $4); }
    ;
opt_name_list: name { $$ = one(p, AST_FILE, OP_NONE, leaf(p, AST_NAME, OP_NONE, $name, @name), @$); }
    | opt_name_list name { $$ = with($1, leaf(p, AST_NAME, OP_NONE, $name, @name)); }
    ;
bundle_clauses: OF name opt_same where_opt lifted_opt
        { $$ = one(p, AST_FILE, OP_NONE, leaf(p, AST_OF, OP_NONE, $name, @name), @$); with($$, $opt_same); with($$, $where_opt); with($$, $lifted_opt); } ;
lifted_opt: %empty { $$ = NULL; } | LIFTED_BY name { $$ = leaf(p, AST_LIFTED_BY, OP_NONE, $name, @name); } ;

/* ---- changes */
target: name { $$ = leaf(p, AST_CHANGES, OP_NONE, $name, @$); enum ast_kind k = kind_named($name); if ($$ && (k == AST_POLICIES || k == AST_ORDER)) $$->op = (enum ast_op)k; }
    | name[k] name[n] as_opt {
        enum ast_kind k = kind_named($k);
        if (k == AST_FILE) {
            struct diag *d = diag_add(p->diags, DIAG_SYNTAX, parse_span(p, @k), "`%.*s` is no kind of item", (int)$k.size, $k.at);
            diag_hint(p->diags, d, "write `changes` and what is changed: codes, table, threshold, hierarchy, group, bill, rule … and its name");
        }
        $$ = with(leaf(p, AST_CHANGES, (enum ast_op)k, $n, @$), $as_opt); }
    ;
changes_list: %empty { $$ = node(p, AST_FILE, OP_NONE, @$); } | changes_list change { $$ = with($1, $2); } ;
change: ADD entries { $$ = take(node(p, AST_ADD, OP_NONE, @$), $entries); }
    | REMOVE entries { $$ = take(node(p, AST_REMOVE, OP_NONE, @$), $entries); }
    | ADD_ROW row { $$ = one(p, AST_ADD_ROW, OP_NONE, $row, @$); }
    | ADD_ROW row[a] AFTER_ROW row[b] { $$ = two(p, AST_ADD_ROW, OP_NONE, $a, $b, @$); }
    | REMOVE_ROW row { $$ = one(p, AST_REMOVE_ROW, OP_NONE, $row, @$); }
    | REPLACE_ROW row[a] WITH_ROW row[b] { $$ = two(p, AST_REPLACE_ROW, OP_NONE, $a, $b, @$); }
    ;
tests_list: %empty { $$ = node(p, AST_FILE, OP_NONE, @$); } | tests_list defaults { $$ = with($1, $2); } ;
defaults: EVERY_SERVICE RAW { $$ = leaf(p, AST_DEFAULTS, OP_SERVICE, $RAW, @$); }
    | EVERY_LINE RAW { $$ = leaf(p, AST_DEFAULTS, OP_LINE, $RAW, @$); }
    | EVERY_ENCOUNTER RAW { $$ = leaf(p, AST_DEFAULTS, OP_NONE, $RAW, @$); }
    ;

/* ---- rows */
rows: header { $$ = one(p, AST_ROWS, OP_NONE, $1, @$); } | rows row { $$ = with($1, $2); if ($$) $$->span.to = @$.to; } ;
header: BAR headcells ROWEND { $$ = $2; if ($$) { $$->span = parse_span(p, @headcells); } } ;
headcells: RAW BAR { $$ = one(p, AST_HEADER, OP_NONE, leaf(p, AST_RAW, OP_RAW, $1, @1), @$); }
    | headcells RAW BAR { $$ = with($1, leaf(p, AST_RAW, OP_RAW, $2, @2)); }
    ;
row: BAR cells ROWEND { $$ = $2; if ($$) { $$->span.from = @BAR.from; $$->span.to = @cells.to; } } ;
cells: cell BAR { $$ = one(p, AST_ROW, OP_NONE, $1, @$); } | cells cell BAR { $$ = with($1, $2); } ;
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
    ;
arith: value '+' value { $$ = two(p, AST_EXPR, OP_ADD, $1, $3, @$); }
    | value '-' value { $$ = two(p, AST_EXPR, OP_SUB, $1, $3, @$); }
    | value '*' value { $$ = two(p, AST_EXPR, OP_MUL, $1, $3, @$); }
    | arith '+' value { $$ = two(p, AST_EXPR, OP_ADD, $1, $3, @$); }
    | arith '-' value { $$ = two(p, AST_EXPR, OP_SUB, $1, $3, @$); }
    ;
alts: alt { $$ = one(p, AST_FILE, OP_NONE, $1, @$); } | alts ',' alt { $$ = with($1, $3); } ;
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
value: WORD { $$ = leaf(p, AST_VALUE, OP_WORD, $1, @$); }
    | NUMBER { $$ = leaf(p, AST_VALUE, OP_NUMBER, $1, @$); }
    | MIXED { $$ = leaf(p, AST_VALUE, OP_MIXED, $1, @$); }
    | TEXT { $$ = leaf(p, AST_VALUE, OP_TEXT_LITERAL, $1, @$); }
    | DATE { $$ = leaf(p, AST_VALUE, OP_DATE_LITERAL, $1, @$); }
    | QUANTITY { $$ = with(leaf(p, AST_VALUE, OP_QUANTITY, $1.number, @$), leaf(p, AST_NAME, OP_NONE, $1.unit, @$)); }
    ;
word_value: value
    | NO { $$ = leaf(p, AST_VALUE, OP_WORD, $1, @$); }
    | OTHER { $$ = leaf(p, AST_VALUE, OP_WORD, $1, @$); }
    | HOLD { $$ = leaf(p, AST_VALUE, OP_WORD, $1, @$); }
    | FIRST { $$ = leaf(p, AST_VALUE, OP_WORD, $1, @$); }
    | SECOND { $$ = leaf(p, AST_VALUE, OP_WORD, $1, @$); }
    | OPEN { $$ = leaf(p, AST_VALUE, OP_WORD, $1, @$); }
    | LONGEST { $$ = leaf(p, AST_VALUE, OP_WORD, $1, @$); }
    | EARLIEST { $$ = leaf(p, AST_VALUE, OP_WORD, $1, @$); }
    | LATEST { $$ = leaf(p, AST_VALUE, OP_WORD, $1, @$); }
    | ALL { $$ = leaf(p, AST_VALUE, OP_WORD, $1, @$); }
    | TITLE { $$ = leaf(p, AST_VALUE, OP_WORD, $1, @$); }
    ;
vlist: word_value { $$ = one(p, AST_FILE, OP_NONE, $1, @$); } | vlist ',' word_value { $$ = with($1, $3); } ;

/* ---- conditions */
cond: closed | open ;
closed: cconj | closed[a] OR cconj[b] { $$ = chain(p, OP_OR, $a, $b, @$); } ;
cconj: catom | cconj[a] AND catom[b] { $$ = chain(p, OP_AND, $a, $b, @$); } ;
open: oconj | closed[a] OR oconj[b] { $$ = chain(p, OP_OR, $a, $b, @$); } ;
oconj: oatom | cconj[a] AND oatom[b] { $$ = chain(p, OP_AND, $a, $b, @$); } ;
oatom: ANY qhead WHERE cond { with($qhead, one(p, AST_WHERE, OP_NONE, $cond, @cond)); $$ = one(p, AST_COND, OP_ANY, $qhead, @$); }
    | NO qhead WHERE cond { with($qhead, one(p, AST_WHERE, OP_NONE, $cond, @cond)); $$ = one(p, AST_COND, OP_NO, $qhead, @$); }
    ;
catom: '(' cond ')' { $$ = $cond; if ($$) { struct ast_node *n = one(p, AST_COND, OP_AND, $cond, @$); $$ = n; } }
    | ANY qhead { $$ = one(p, AST_COND, OP_ANY, $qhead, @$); }
    | NO qhead { $$ = one(p, AST_COND, OP_NO, $qhead, @$); }
    | THIS_FIRST { $$ = node(p, AST_COND, OP_THIS_FIRST, @$); }
    | THIS_SECOND { $$ = node(p, AST_COND, OP_THIS_SECOND, @$); }
    | ANY_OF name[a] IN name[b] { $$ = two(p, AST_COND, OP_ANY_OF, leaf(p, AST_NAME, OP_NONE, $a, @a), leaf(p, AST_NAME, OP_NONE, $b, @b), @$); }
    | NONE_OF name[a] IN name[b] { $$ = two(p, AST_COND, OP_NONE_OF, leaf(p, AST_NAME, OP_NONE, $a, @a), leaf(p, AST_NAME, OP_NONE, $b, @b), @$); }
    | WORD LISTS args { $$ = take(leaf(p, AST_COND, OP_LISTS, $WORD, @$), $args); }
    | sum IS word_value { $$ = two(p, AST_COND, OP_IS, $sum, $3, @$); }
    | sum IS_NOT word_value { $$ = two(p, AST_COND, OP_IS_NOT, $sum, $3, @$); }
    | sum IS THIS name { $$ = two(p, AST_COND, OP_IS, $sum, leaf(p, AST_EXPR, OP_THIS, $name, @name), @$); }
    | sum IS_NOT THIS name { $$ = two(p, AST_COND, OP_IS_NOT, $sum, leaf(p, AST_EXPR, OP_THIS, $name, @name), @$); }
    | sum IS THE post { $$ = two(p, AST_COND, OP_IS, $sum, $post, @$); }
    | sum IS_NOT THE post { $$ = two(p, AST_COND, OP_IS_NOT, $sum, $post, @$); }
    | sum IS ONE_OF vlist { $$ = take(one(p, AST_COND, OP_ONE_OF, $sum, @$), $vlist); }
    | sum IS_NOT ONE_OF vlist { $$ = take(one(p, AST_COND, OP_NOT_ONE_OF, $sum, @$), $vlist); }
    | sum IN name { $$ = two(p, AST_COND, OP_IN, $sum, leaf(p, AST_NAME, OP_NONE, $name, @name), @$); }
    | sum NOT_IN name { $$ = two(p, AST_COND, OP_NOT_IN, $sum, leaf(p, AST_NAME, OP_NONE, $name, @name), @$); }
    | sum DOCUMENTED { $$ = one(p, AST_COND, OP_DOCUMENTED, $sum, @$); }
    | sum NOT_DOCUMENTED { $$ = one(p, AST_COND, OP_UNDOCUMENTED, $sum, @$); }
    | sum DOCUMENTED_AS word_value { $$ = two(p, AST_COND, OP_DOCUMENTED_AS, $sum, $3, @$); }
    | sum[a] FROM sum[b] { $$ = two(p, AST_COND, OP_FROM, $a, $b, @$); }
    | sum[a] UP_TO sum[b] { $$ = two(p, AST_COND, OP_UP_TO, $a, $b, @$); }
    | sum[a] BELOW sum[b] { $$ = two(p, AST_COND, OP_BELOW, $a, $b, @$); }
    | sum[a] OVER sum[b] { $$ = two(p, AST_COND, OP_OVER, $a, $b, @$); }
    ;
args: arg { $$ = one(p, AST_FILE, OP_NONE, $1, @$); } | args ',' arg { $$ = with($1, $3); } ;
arg: name { $$ = leaf(p, AST_EXPR, OP_FACT, $1, @$); }
    | NUMBER { $$ = leaf(p, AST_VALUE, OP_NUMBER, $1, @$); }
    | MIXED { $$ = leaf(p, AST_VALUE, OP_MIXED, $1, @$); }
    | TEXT { $$ = leaf(p, AST_VALUE, OP_TEXT_LITERAL, $1, @$); }
    | THIS name { $$ = leaf(p, AST_EXPR, OP_THIS, $2, @$); }
    ;
qhead: name opt_same { $$ = with(leaf(p, AST_QUERY, OP_NONE, $name, @name), $opt_same); }
    | OTHER name opt_same { $$ = with(leaf(p, AST_QUERY, OP_OTHER, $name, @name), $opt_same); }
    | name[k] OF name[v] opt_same { $$ = with(one(p, AST_QUERY, OP_NONE, leaf(p, AST_OF, OP_NONE, $v, @v), @k), $opt_same); if ($$) $$->text = $k; }
    | OTHER name[k] OF name[v] opt_same { $$ = with(one(p, AST_QUERY, OP_OTHER, leaf(p, AST_OF, OP_NONE, $v, @v), @k), $opt_same); if ($$) $$->text = $k; }
    | name[k] OF THIS opt_same { $$ = with(one(p, AST_QUERY, OP_NONE, leaf(p, AST_OF, OP_NONE, $THIS, @THIS), @k), $opt_same); if ($$) $$->text = $k; }
    ;
opt_same: %empty { $$ = NULL; } | WITH_SAME names { $$ = take(node(p, AST_SAME, OP_NONE, @$), $names); } ;
query: qhead | '(' qhead ')' { $$ = $2; } | '(' qhead WHERE cond ')' { $$ = with($qhead, one(p, AST_WHERE, OP_NONE, $cond, @cond)); } ;

/* ---- expressions */
expr: sum | sum[a] IF cond ELSE expr[b] { $$ = with(two(p, AST_EXPR, OP_IF, $a, $cond, @$), $b); }
    | sum[a] IF cond C_ELSE expr[b] { $$ = with(two(p, AST_EXPR, OP_IF, $a, $cond, @$), $b); } ;
sum: term | sum[a] '+' term[b] { $$ = two(p, AST_EXPR, OP_ADD, $a, $b, @$); } | sum[a] '-' term[b] { $$ = two(p, AST_EXPR, OP_SUB, $a, $b, @$); } ;
term: span | term[a] '*' span[b] { $$ = two(p, AST_EXPR, OP_MUL, $a, $b, @$); }
    | term[a] '/' span[b] ROUNDED_UP { $$ = two(p, AST_EXPR, OP_DIV_UP, $a, $b, @$); }
    | term[a] '/' span[b] ROUNDED_DOWN { $$ = two(p, AST_EXPR, OP_DIV_DOWN, $a, $b, @$); }
    | term[a] '/' span[b] ROUNDED { $$ = two(p, AST_EXPR, OP_DIV_NEAR, $a, $b, @$); }
    ;
span: post | MINUTES_OF post { $$ = one(p, AST_EXPR, OP_MINUTES_OF, $2, @$); } ;
post: fact | post[a] OUTSIDE fact[b] { $$ = two(p, AST_EXPR, OP_OUTSIDE, $a, $b, @$); } | post[a] SHARED_WITH fact[b] { $$ = two(p, AST_EXPR, OP_SHARED, $a, $b, @$); }
    | post[a] IN_RUNS_FROM fact[b] { $$ = two(p, AST_EXPR, OP_RUNS, $a, $b, @$); } ;
fact: WORD { $$ = leaf(p, AST_EXPR, OP_FACT, $1, @$); }
    | NUMBER { $$ = leaf(p, AST_VALUE, OP_NUMBER, $1, @$); }
    | MIXED { $$ = leaf(p, AST_VALUE, OP_MIXED, $1, @$); }
    | TEXT { $$ = leaf(p, AST_VALUE, OP_TEXT_LITERAL, $1, @$); }
    | DATE { $$ = leaf(p, AST_VALUE, OP_DATE_LITERAL, $1, @$); }
    | QUANTITY { $$ = with(leaf(p, AST_VALUE, OP_QUANTITY, $1.number, @$), leaf(p, AST_NAME, OP_NONE, $1.unit, @$)); }
    | THIS name { $$ = leaf(p, AST_EXPR, OP_THIS, $2, @$); }
    | FIRST name { $$ = leaf(p, AST_EXPR, OP_FIRST, $2, @$); }
    | SECOND name { $$ = leaf(p, AST_EXPR, OP_SECOND, $2, @$); }
    | TIMES_OF query { $$ = one(p, AST_EXPR, OP_TIMES_OF, $2, @$); }
    | NUMBER_OF query { $$ = one(p, AST_EXPR, OP_NUMBER_OF, $2, @$); }
    | SUM_OF name OF query { $$ = two(p, AST_EXPR, OP_SUM_OF, leaf(p, AST_NAME, OP_NONE, $name, @name), $query, @$); }
    | YEARS_FROM fact[a] TO fact[b] { $$ = two(p, AST_EXPR, OP_YEARS, $a, $b, @$); }
    | DAYS_FROM fact[a] TO fact[b] { $$ = two(p, AST_EXPR, OP_DAYS, $a, $b, @$); }
    | LOOKUP args { $$ = lookup(p, $1, $args, @$); }
    | '(' expr ')' { $$ = $expr; }
    ;
%%
static int yyreport_syntax_error(const yypcontext_t *context, void *scanner, struct parse *p)
{
    enum { MOST = 24 };
    yysymbol_kind_t expected[MOST];
    const char *names[MOST];
    int n = yypcontext_expected_tokens(context, expected, MOST);
    yysymbol_kind_t found = yypcontext_token(context);
    (void)scanner;
    if (n < 0) return n;
    for (int i = 0; i < n; i++) names[i] = yysymbol_name(expected[i]);
    syntax_report(p, *yypcontext_location(context), found == YYSYMBOL_YYEOF, found == YYSYMBOL_YYEMPTY ? "" : yysymbol_name(found), names, n);
    return 0;
}
