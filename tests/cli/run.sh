#!/bin/sh
# The behaviour of the command line: one `ok` or `not ok` a check, a count at the end. Usage: run.sh EDICT, from the root.
edict=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
. "$(dirname "$0")/checks.sh"

# Help and usage
status 'help' 0 "$edict" --help
has 'help names the commands' out 'explain'
status 'no command is usage' 4 "$edict"
status 'an unknown command is usage' 4 "$edict" chekc
has 'and what was meant is named' err 'did you mean check?'
status 'help of an unknown command' 4 "$edict" help nothing
for command in run check build test diff fmt list new schema sign verify explain version; do
    status "$command --help" 0 "$edict" "$command" --help
    same "$command --help fits a page" "$(awk 'length > 80 {wide++} END {print (NR < 40 && !wide) ? "yes" : "no"}' out)" yes
    has "$command --help has a usage line" out "Usage: edict $command"
    has "$command --help has the exit statuses" out 'Exit status: 0'
    cp out one; "$edict" help "$command" > two; same "help $command is the same" "$(cmp one two && echo same)" same
    status "$command refuses an unknown option" 4 "$edict" "$command" --colour-of-it
done
status 'an option like another is named' 4 "$edict" run --stric
has 'it is' err 'did you mean --strict?'
status 'version' 0 "$edict" version
has 'version says it' out 'edict '
status 'version as JSON' 0 "$edict" --version --format json
has 'version is JSON' out '{"version": "'

# check, test, explain
status 'check of a good pack' 0 "$edict" check "$small" "$other"
has 'check ends with a summary' out 'small.edict: 0 errors'
printf 'pack demo.bad\n  title "x"\nnonsense here\n' > bad.edict
status 'check of a bad pack' 2 "$edict" check bad.edict
lacks 'no colour in a file' out "$esc"
status 'check with colour' 2 "$edict" check --color always bad.edict
has 'colour when asked for' out "$esc"
status 'check as JSON' 2 "$edict" check --format json bad.edict
same 'each line is JSON' "$("$json" check < out && echo yes)" yes
status 'check of no file' 3 "$edict" check nowhere.edict
has 'and why is said' err 'cannot be read: No such file'
status 'check of a directory' 3 "$edict" check "$dir"
has 'and it is said' err 'Is a directory'
status 'test of no file' 3 "$edict" test nowhere.edict
same 'nothing is counted' "$(cat out)" ''
(cd / && "$edict" check "$dir/bad.edict") > out
has 'a place is a path to go to' out "$dir/bad.edict:"
status 'check of nothing' 4 "$edict" check
status 'run with bad rules' 2 "$edict" run bad.edict "$corpus"
status 'tests pass' 0 "$edict" test "$small"
has 'tests are counted' out '3 of 3 tests pass'
sed 's/| 11111    /| 99999    /' "$small" > failing.edict
status 'a test fails' 1 "$edict" test failing.edict
has 'the failed one is shown' out 'an infusion'
has 'with what was wanted' out '99999'
has 'and the count' out '2 of 3 tests pass'
printf '%s\n' 'pack demo.lost' '  title "x"' '  version 1' '  effective 2020-01-01 until open' '' 'facts encounter known by id' \
    '  | fact | type            | not documented |' '  | id   | text            | refused        |' '  | date | date of service | refused        |' \
    '' 'facts line in lines known as n' '  | fact | type  | not documented |' '  | n    | count | position       |' \
    '  | code | code  | refused        |' '' 'tests' '  | test     | lines               | expect  |' '  | fits     | 11111               | nothing |' \
    '  | modifier | 11111-59            | nothing |' '  | units    | 11111 x3            | nothing |' \
    '  | day      | 11111 on 2026-03-02 | nothing |' > lost.edict
status 'what a record has no fact for fails its test' 1 "$edict" test lost.edict
has 'a modifier' out '`11111-59` in this row fits no fact'
has 'units' out '`x3` in this row fits no fact'
has 'a date' out '`2026-03-02` in this row fits no fact'
has 'and nothing else does' out '1 of 4 tests pass'
status 'one test' 0 "$edict" test --only push "$small"
has 'one test is counted' out '1 of 1 tests pass'
status 'no such test' 4 "$edict" test --only nonsuch "$small"
status 'tests as JSON' 1 "$edict" test --format json failing.edict
same 'one line a test' "$(wc -l < out)" 3
status 'all explanations' 0 "$edict" explain
code=$(awk 'NR == 1 {print $1}' out)
status 'one explanation' 0 "$edict" explain "$code"
has 'it has the code' out "$code"
status 'in small letters' 0 "$edict" explain "$(echo "$code" | tr A-Z a-z)"
status 'an unknown code' 4 "$edict" explain E99999
status 'explanations as JSON' 0 "$edict" explain --format json "$code"

# fmt
status 'fmt prints' 0 "$edict" fmt "$small"
cp out formatted.edict
status 'formatted text is formatted' 0 "$edict" fmt --check formatted.edict
sed 's/^  title     /  title         /' formatted.edict > ragged.edict
status 'fmt --check finds the other' 1 "$edict" fmt --check formatted.edict ragged.edict
same 'and names it alone' "$(cat out)" ragged.edict
status 'fmt -w' 0 "$edict" fmt -w ragged.edict
same 'fmt -w formats' "$(cmp ragged.edict formatted.edict && echo same)" same
"$edict" fmt - < formatted.edict > out 2> err
same 'fmt of standard input' "$(cmp out formatted.edict && echo same)" same
status 'fmt of no file' 3 "$edict" fmt nowhere.edict
status 'fmt of a bad file' 2 "$edict" fmt bad.edict

# diff
status 'diff of a pack with itself' 0 "$edict" diff "$small" "$small"
has 'nothing differs' out 'no difference'
sed -e 's/| 22222 | 1     |/| 22223 | 1     |/' -e 's/A small pack/The small pack/' "$small" > changed.edict
status 'diff of two versions' 1 "$edict" diff "$small" changed.edict
has 'it counts' out 'demo.small@1: 1 change'
has 'it says what changes' out 'method push, billed yes, units 1: code 22222'
has 'and its source' out '[DEMO]'
has 'and that there is more' out '1 more in words that no answer depends on'
lacks 'no colour in a file' out "$esc"
status 'diff --all' 1 "$edict" diff --all "$small" changed.edict
has 'tells the title' out 'title of the pack: A small pack'
status 'diff as JSON' 1 "$edict" diff --format json "$small" changed.edict
same 'each line is JSON' "$("$json" check < out && echo yes)" yes
same 'one line about both, one a change' "$(wc -l < out)" 2
status 'diff with colour' 1 "$edict" diff --color always "$small" changed.edict
has 'colour when asked for' out "$esc"
status 'diff takes two' 4 "$edict" diff "$small"
status 'diff with bad rules' 2 "$edict" diff "$small" bad.edict
has 'and says so' err 'bad.edict: the rules have'
status 'diff of no file' 3 "$edict" diff nowhere.edict "$small"
has 'the file is named' err 'nowhere.edict'

# build, list, schema, new
status 'build' 0 "$edict" build "$small" -o small.edx
has 'build says the pack' err 'demo.small@1'
cp small.edx first.edx
status 'build again' 0 "$edict" build "$small" -o small.edx --format json
same 'the same bytes' "$(cmp small.edx first.edx && echo same)" same
has 'build as JSON' out '"pack": "demo.small"'
status 'build from table files' 0 "$edict" build "$packs/../../tables/whole.edict" -o whole.edx
has 'each file with its hash' err '  table '
has 'by its own name' err 'MCR_MUE_PractitionerServices_Eff_07-01-2026.csv'
status 'as JSON too' 0 "$edict" build "$packs/../../tables/whole.edict" -o whole.edx --format json
has 'all seven' out '"name": "AOC_V2026Q3-F-MCR.txt"'
status 'and of an image' 0 "$edict" list whole.edx
same 'list has them' "$(grep -c '^; table [0-9a-f]\{32\} ' out)" 7
tables=$packs/../../tables office=$packs/../../../rulesets/medicare/office.edict hospital=$packs/../../../rulesets/medicare/hospital.edict
pairs="$tables/ccipra-v322r0-f1.txt,$tables/ccipra-v322r0-f2.txt,$tables/ccipra-v322r0-f3.txt,$tables/ccipra-v322r0-f4.txt"
units="$tables/MCR_MUE_PractitionerServices_Eff_04-01-2026.csv"
printf '{"id": "x", "setting": "office", "date": "2026-07-02", "lines": [{"code": "96365", "units": 1}, {"code": "36591", "units": 1}, {"code": "0999T", "units": 1}, {"code": "A0425", "units": 251}]}\n' > claim.ndjson
status 'tables from the command line' 0 "$edict" run -t "ptp=$pairs" --table "mue=$units" -t "parent=$tables/AOC_V2026Q3-F-MCR.txt as cms aoc, 9 rows" "$office" claim.ndjson
has 'pairs of the file' out '36591 is not paid beside 96365'
has 'units of the file' out 'A0425, at most 250 per line'
has 'add-on codes of the file' out '"rule": "contractor_parent", "line": 3'
same 'one note, of the table of another quarter' "$(grep -o '"kind": "note"[^}]*answers ([a-z]*)' out | sed 's/.*answers//')" ' (mue)'
status 'without it the rows of the pack answer' 0 "$edict" run "$office" claim.ndjson
lacks 'they know nothing of it' out 'contractor_parent'
status 'an image of them' 0 "$edict" build -t "mue=$units" "$office" -o given.edx
has 'has their hash' err '  table '
cp given.edx first.edx; mkdir -p elsewhere; cp "$units" elsewhere
status 'from elsewhere' 0 "$edict" build -t "mue=elsewhere/${units##*/}" "$office" -o given.edx
same 'it is the same image' "$(cmp given.edx first.edx && echo same)" same
status 'several times is more files' 0 "$edict" check -t "mue=$units" -t "mue=$tables/MCR_MUE_PractitionerServices_Eff_07-01-2026.csv" "$office"
status 'a table that the pack has not' 2 "$edict" check -t "mues=$units" "$office"
has 'which one was meant' out 'did you mean `mue`?'
has 'with a caret under it' out '--table:1:1: error E405'
status 'a file for another table' 2 "$edict" check -t "mue=$tables/AOC_V2026Q3-F-MCR.txt" "$office"
has 'what is missing' out 'this is no file for mue: it gives the columns add_on, type, primary'
status 'a part that is missing' 2 "$edict" check -t "ptp=${pairs%,*}" "$office"
has 'is named' out 'part 4 of this table is missing'
status 'no such file' 2 "$edict" build -t "mue=nowhere.csv" "$office" -o none.edx
has 'is said' err 'nowhere.csv: the file cannot be read'
same 'and no image is written' "$(ls none.edx 2> /dev/null)" ''
status 'too few rows' 2 "$edict" check -t "mue=$units as cms mue, 5 rows" "$office"
has 'how many there are' out 'the files have 4 rows, 5 are expected'
status 'a reader that is none' 2 "$edict" check -t "mue=$units as cms units" "$office"
status 'a file of nothing known' 2 "$edict" check -t "mue=$office" "$office"
has 'asks for the reader' out 'what is in this file is not recognised'
status 'no equals sign' 2 "$edict" check -t mue "$office"
has 'shows the form' out 'write: NAME=FILE'
added=$packs/../../packs/recipes/add_a_code.edict
printf '{"id": "x", "payer": "medicare", "setting": "office", "date": "2026-05-02", "lines": [{"code": "96529", "units": 2}, {"code": "A0425", "units": 251}]}\n' > claim.ndjson
status 'rows that a pack adds' 0 "$edict" run -t "mue=$units" "$added" claim.ndjson
has 'are beside those of the file' out '96529, at most 1 per date'
has 'which are there' out 'A0425, at most 250 per line'
printf 'pack acme.less extends medicare.office from "%s"\n  title "x"\n  version 1\n  effective 2026-01-01 until open\nchanges limit mue\n  remove row | J3489, J7030 |\n' "$office" > less.edict
status 'rows that a pack takes out' 2 "$edict" check -t "mue=$units" less.edict
has 'would come back' out 'the file would bring them back'
status 'several packs and no name' 4 "$edict" run -t "mue=$units" "$office" "$hospital" claim.ndjson
has 'asks for it' err 'say whose table it is'
status 'several packs and a name' 0 "$edict" run -t "medicare.office:mue=$units" "$office" "$hospital" claim.ndjson
status 'a name of none' 4 "$edict" run -t "medicare.offices:mue=$units" "$office" claim.ndjson
status 'an image takes none' 4 "$edict" run -t "mue=$units" given.edx claim.ndjson
status 'build of a bad pack' 2 "$edict" build bad.edict -o bad.edx
[ -e bad.edx ] && not_ok 'no image of a bad pack' || ok 'no image of a bad pack'
status 'build where nothing can be written' 5 "$edict" build "$small" -o /nowhere/small.edx
status 'build of an image' 4 "$edict" build small.edx -o other.edx
same 'nothing half-written is left' "$(ls | grep -c 'edx\.')" 0
status 'list' 0 "$edict" list small.edx
[ -s out ] && ok 'list lists' || not_ok 'list lists'
status 'list --cost' 0 "$edict" list --cost small.edx
same 'the parts of the memory are its sum' "$(awk '/^bytes of the image/ { seen = 1 } /^bytes of memory/ { all = $4 } all && /^  / && !seen { match($0, / [0-9]+  /); sum += substr($0, RSTART, RLENGTH) } END { print (all == sum && all > 0) ? "sum" : all " " sum }' out)" sum
same 'the image is as large as its file' "$(awk '/^bytes of the image/ { print $5 }' out)" "$(wc -c < small.edx)"
same 'and each instruction of the listing counts' "$(awk '/^instructions/ { print $2 }' out)" "$("$edict" list small.edx | sed -n 's/^; \([0-9]*\) instructions.*/\1/p')"
status 'schema' 0 "$edict" schema "$small"
same 'the schema is JSON' "$(tr -d '\n' < out | "$json" check && echo yes)" yes
head -c 100 small.edx > cut.edx
status 'a cut image' 2 "$edict" run cut.edx "$corpus"
status 'new' 0 "$edict" new acme.small --extends demo.small --from "$small" -o acme.edict
status 'what new made is good' 0 "$edict" check --strict acme.edict
status 'and its tests pass' 0 "$edict" test acme.edict
has "which are the base's" out '3 of 3 tests pass'
status 'and it is formatted' 0 "$edict" fmt --check acme.edict
has 'policies stand there with what they may be' acme.edict '# yes, no'
status 'new does not overwrite' 4 "$edict" new acme.small --extends demo.small --from "$small" -o acme.edict
# The base is named as it is seen from the new pack; its tests come with it, those of `every KIND` too.
mkdir -p packs/deep/er beside && cp "$small" packs/small.edict
"$edict" new acme.small --extends demo.small --from packs/small.edict -o packs/deep/er/acme.edict 2> err
has 'a base two directories up' packs/deep/er/acme.edict 'extends demo.small from "../../small.edict"'
status 'is found from there' 0 "$edict" test packs/deep/er/acme.edict
"$edict" new acme.small --extends demo.small --from packs/small.edict -o beside/acme.edict 2> err
has 'a base in another directory' beside/acme.edict 'from "../packs/small.edict"'
"$edict" new acme.small --extends demo.small --from packs/small.edict -o below.edict 2> err
has 'a base below' below.edict 'from "packs/small.edict"'
status 'is found too' 0 "$edict" check --strict below.edict
{ cat "$small"; printf '\ntests "More"\n  every service drug X1001\n'; printf '  | test | services | expect |\n'
  for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do echo "  | test $i with a name of some length | push ; push | 22222 x2 |"; done; } > packs/more.edict
status 'a base with many tests' 0 "$edict" new acme.small --extends demo.small --from packs/more.edict -o many.edict
status 'a few of them are kept, and pass' 0 "$edict" test many.edict
status 'a base without a source' 0 "$edict" new acme.small --extends demo.small
has 'says how tests are written' out '# tests'
has 'and where its policies stand' out "from the base's \`policies\`"
status 'a base that has mistakes' 2 "$edict" new acme.small --extends demo.small --from cut.edx
rm -r packs beside below.edict many.edict
status 'new needs a good name' 4 "$edict" new Acme --extends demo.small
status 'new needs a base' 4 "$edict" new acme.small

# run
status 'run a source' 0 "$edict" run "$small" "$corpus"
cp out answers; cp err summary
same 'one answer a line' "$(wc -l < out)" 4
has 'the summary' err 'edict: 4 answered (1 held), 0 refused'
status 'run an image' 0 "$edict" run small.edx "$corpus"
same 'the same answers, but for nothing' "$(cmp out answers && echo same)" same
cp small.edx image-without-a-name
status 'an image by its first bytes' 0 "$edict" run image-without-a-name "$corpus"
"$edict" run small.edx < "$corpus" > out 2> err; same 'standard input' "$(cmp out answers && echo same)" same
"$edict" run small.edx - < "$corpus" > out 2> err; same 'standard input by -' "$(cmp out answers && echo same)" same
sed 's/$/\r/' "$corpus" > crlf.ndjson
status 'CRLF' 0 "$edict" run small.edx crlf.ndjson
same 'CRLF gives the same' "$(cmp out answers && echo same)" same
{ echo; sed 'G' "$corpus"; } > gaps.ndjson
status 'empty lines are skipped' 0 "$edict" run small.edx gaps.ndjson
same 'empty lines give the same' "$(cmp out answers && echo same)" same
printf '%s' "$(cat "$corpus")" > noend.ndjson
status 'no line end at the end' 0 "$edict" run small.edx noend.ndjson
same 'it gives the same' "$(cmp out answers && echo same)" same
"$json" tall < "$corpus" > tall.json
status 'objects over several lines' 0 "$edict" run small.edx tall.json
same 'they give the same' "$(cmp out answers && echo same)" same
"$json" array < "$corpus" > array.json
status 'an array' 0 "$edict" run small.edx array.json
same 'it gives the same' "$(cmp out answers && echo same)" same
: > empty.ndjson
status 'an empty file' 0 "$edict" run small.edx empty.ndjson
has 'is no encounter' err '0 answered, 0 refused'
status 'no such file' 3 "$edict" run small.edx nowhere.ndjson "$corpus"
has 'the other file is answered' err '4 answered'
status 'no pack' 4 "$edict" run "$corpus"

{ sed -n 1p "$corpus"; echo '{"id": "broken", "services": ['; echo 'no json'; echo '[1]'; sed -n 2p "$corpus"; } > broken.ndjson
status 'broken lines' 3 "$edict" run small.edx broken.ndjson
same 'an answer each' "$(wc -l < out)" 5
same 'errors in their places' "$(grep -n '"error"' out | cut -d: -f1 | tr '\n' ' ')" '2 3 4 '
same 'they carry their lines' "$("$json" field line < out | tr '\n' ' ')" '2 3 4 '
has 'refusals are counted' err '2 answered, 3 refused'
{ echo '{"id": "broken", "serv'; cat "$corpus"; } > first.ndjson
status 'a broken first line' 3 "$edict" run small.edx first.ndjson
has 'costs one answer' err '4 answered (1 held), 1 refused'
{ printf '{"id": "'; head -c 17825792 /dev/zero | tr '\0' x; printf '"}\n'; } > long.ndjson
cat "$corpus" >> long.ndjson
status 'a line that is too long' 3 "$edict" run small.edx long.ndjson
has 'is named' out '"too_long"'
has 'and costs one answer' err '4 answered (1 held), 1 refused'

status 'two packs' 0 "$edict" run "$small" "$other" "$corpus"
has 'each answers its own' out '"pack": "demo.other@1"'
sed 's/"small"/"nobody"/' "$corpus" > nobody.ndjson
status 'no pack answers' 3 "$edict" run "$small" "$other" nobody.ndjson
has 'it is said in place' out '"no_pack"'
status '--set' 0 "$edict" run --set billed=no small.edx "$corpus"
lacks '--set changes the answer' out '22222'
status 'an unknown policy' 4 "$edict" run --set biled=no small.edx "$corpus"
has 'what was meant is named' err 'did you mean billed?'
status 'an unknown value' 4 "$edict" run --set billed=maybe small.edx "$corpus"
has 'the values are named' err 'yes, no'
status '--set without a value' 4 "$edict" run --set billed small.edx "$corpus"
status '--fail-on' 1 "$edict" run --fail-on deny,hold small.edx "$corpus"
same 'everything is answered all the same' "$(wc -l < out)" 4
status '--fail-on what is not there' 0 "$edict" run --fail-on deny small.edx "$corpus"
status '--fail-on an unknown kind' 4 "$edict" run --fail-on denial small.edx "$corpus"
status 'refused goes before findings' 3 "$edict" run --fail-on hold small.edx "$corpus" broken.ndjson
sed 's/"id": "a"/"colour": 1, &/; s/"id": "b"/"colour": 2, &/' "$corpus" > keys.ndjson
status 'unknown keys' 0 "$edict" run small.edx keys.ndjson keys.ndjson
same 'one warning a key and file' "$(grep -c colour err)" 2
status 'unknown keys, strict' 3 "$edict" run --strict small.edx keys.ndjson
status '--quiet' 0 "$edict" run --quiet small.edx keys.ndjson
same '--quiet is quiet' "$(cat err)" ''
"$edict" run small.edx < "$corpus" 2> err > /dev/full; same 'a full disk' "$?" 5
same 'a full disk is named, and nothing else' "$(cat err)" 'edict: writing failed: No space left on device'
i=0; while [ $i -lt 2000 ]; do cat "$corpus"; i=$((i + 1)); done > much.ndjson
{ "$edict" run small.edx much.ndjson; echo "status $?" >&2; } 2> err | head -1 > out
same 'a reader that goes away is no noise' "$(cat err)" 'status 0'

# All cores: the same bytes whatever the number of threads
i=0; while [ $i -lt 1500 ]; do cat "$corpus"; sed -n '2,4p' broken.ndjson; [ $i -ne 700 ] || cat keys.ndjson; i=$((i + 1)); done > many.ndjson
cat long.ndjson many.ndjson > mixed.ndjson
status '--threads 1' 3 "$edict" run --threads 1 small.edx mixed.ndjson keys.ndjson mixed.ndjson
cp out one-thread; cp err one-thread-err
for threads in 2 3 16; do
    status "--threads $threads" 3 "$edict" run --threads $threads small.edx mixed.ndjson keys.ndjson mixed.ndjson
    same "$threads threads give the same answers" "$(cmp out one-thread && echo same)" same
    same "$threads threads say the same" "$(cmp err one-thread-err && echo same)" same
done
"$edict" run --threads 4 small.edx - < mixed.ndjson > out 2> err; "$edict" run --threads 1 small.edx mixed.ndjson > one-thread 2> err
same 'from standard input too' "$(cmp out one-thread && echo same)" same
cat mixed.ndjson | "$edict" run --threads 2 small.edx keys.ndjson - keys.ndjson mixed.ndjson > out 2> err
cat mixed.ndjson | "$edict" run --threads 1 small.edx keys.ndjson - keys.ndjson mixed.ndjson > one-thread 2> err
same 'a pipe between files, in one thread' "$(cmp out one-thread && echo same)" same
cat mixed.ndjson | "$edict" run --threads 1 -q --errors refused small.edx - keys.ndjson > one 2> err; cp refused copied
"$edict" run --threads 1 -q --errors refused small.edx mixed.ndjson keys.ndjson > out 2> err
same 'as from a file' "$(cmp out one && cmp refused copied && echo same)" same
status 'two packs in four threads' 3 "$edict" run --threads 4 "$small" "$other" mixed.ndjson; cp out four-threads
status 'and in one' 3 "$edict" run --threads 1 "$small" "$other" mixed.ndjson
same 'give the same' "$(cmp out four-threads && echo same)" same
status 'pages in three threads' 0 "$edict" run --pretty --threads 3 small.edx much.ndjson; cp out three-threads
status 'and in one' 0 "$edict" run --pretty --threads 1 small.edx much.ndjson
same 'give the same' "$(cmp out three-threads && echo same)" same
for threads in 0 -1 257 2x ''; do status "--threads '$threads'" 4 "$edict" run "--threads=$threads" small.edx "$corpus"; done
for threads in 1 2; do
    "$edict" run --threads $threads small.edx much.ndjson 2> err | head -1 > out
    same "a reader that goes away is no noise, $threads" "$(cat err)" ''
    # An encounter that comes alone is answered at once, before the next one comes.
    mkfifo in$threads; "$edict" run -q --threads $threads small.edx in$threads > live 2> err & run=$!
    exec 9> in$threads
    for i in 1 2 3; do
        sed -n "${i}p" "$corpus" >&9
        n=0; while [ "$(wc -l < live)" -lt $i ] && [ $n -lt 200 ]; do sleep 0.05; n=$((n + 1)); done
        same "answer $i before the next encounter, $threads" "$(wc -l < live)" $i
    done
    # Ctrl-C: what was answered stands. (A shell without job control starts background commands deaf to it.)
    kill -INT $run; sleep 0.1; kill -0 $run 2> none && cat much.ndjson >&9 2> none
    exec 9>&-; wait $run; got=$?
    [ "$got" = 130 ] || [ "$got" = 0 ] && ok "an interrupted run ends, $threads" || not_ok "an interrupted run ends, $threads" "status $got"
done
same 'whole answers stand after Ctrl-C' "$("$json" check < live && echo yes)" yes

# Pages
status '--pretty' 0 "$edict" run --pretty small.edx "$corpus"
has 'a page has charges' out 'Charges'
has 'a page has findings' out 'Findings'
lacks 'no colour in a file' out "$esc"
status '--pretty --color always' 0 "$edict" run --pretty --color always small.edx "$corpus"
has 'colour when asked for' out "$esc"
status '--format text is --pretty' 0 "$edict" run --format text small.edx "$corpus"
has 'it is' out 'Charges'
cat > wide.ndjson <<'E'
{"id": "名前", "payer": "small", "date": "2026-03-02", "services": [{"drug": "X1001", "method": "infusion", "start": "2026-03-02T23:30", "stop": "2026-03-03T01:00"}, {"id": "évident", "drug": "X1002", "method": "push", "start": "2026-03-03T00:30"}, {"id": "\u001b[31mred", "drug": "X1003", "method": "push"}]}
{"id": "empty", "payer": "small", "date": "2026-03-02"}
{"id": "early", "payer": "small", "date": "1999-03-02"}
E
for width in 60 80 120; do
    COLUMNS=$width "$edict" run --pretty small.edx wide.ndjson > out 2> err
    same "pages fit $width columns" "$([ "$(wc -L < out)" -le $width ] && echo yes)" yes
    same 'and end without blanks' "$(grep -c ' $' out)" 0
done
has 'midnight is a date' out '03-03'
has 'a bar over midnight' out '23:30–01:00+1'
has 'no times' out 'no times'
lacks 'no escape of the input' out "$esc"
has 'no rules' out 'no rules on this date'
status '--pretty --ascii' 0 "$edict" run --pretty --ascii small.edx "$corpus"
same '--ascii is ASCII' "$(LC_ALL=C grep -c '[^ -~]' out)" 0
if script -qec true /dev/null > /dev/null 2>&1; then
    TERM=xterm script -qec "$edict run --pretty small.edx $corpus" /dev/null > out 2> err < /dev/null
    has 'colour on a terminal' out "$esc"
    NO_COLOR=1 TERM=xterm script -qec "$edict run --pretty small.edx $corpus" /dev/null > out 2> err < /dev/null
    lacks 'NO_COLOR is honoured' out "$esc"
fi

echo "$((all - bad)) of $all checks pass"
[ "$bad" = 0 ]
