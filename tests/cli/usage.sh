#!/bin/sh
# Options given wrongly, and what is seldom given: each is told in one line, and ends with its status. Usage: usage.sh EDICT, from the root.
edict=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
root=$PWD
. "$(dirname "$0")/checks.sh"
hospital=$root/rulesets/medicare/hospital.edict

# refused NAME WORDS COMMAND…: usage, and that is said.
refused() { name=$1 words=$2; shift 2; status "$name" 4 "$@"; has "$name is said" err "$words"; same "$name: no answer" "$(cat out)" ''; }
status 'an image of the small pack' 0 "$edict" build "$small" -o small.edx

# Options
refused 'a colour of another name' '--color takes always, never or auto' "$edict" check --color red "$small"
refused 'a value for what takes none' '--strict takes no value' "$edict" check --strict=yes "$small"
refused 'an option without its value' '--output needs' "$edict" build "$small" --output
refused 'a letter without its value' '-o needs' "$edict" build "$small" -o
refused 'a letter with a value it does not take' '-q takes no value' "$edict" run -qx "$small"
refused 'an option of no name' 'unknown option --zzzzzzzz' "$edict" run --zzzzzzzz
refused 'a letter of no meaning' 'unknown option -Z' "$edict" run -Z
refused 'pages as JSON' '--pretty prints text, --format json does not' "$edict" run --pretty --format json "$small"
refused 'a format of no name' '--format' "$edict" run --format xml "$small"
refused 'no threads' '--threads' "$edict" run --threads 0 "$small"
refused 'threads in words' '--threads' "$edict" run --threads many "$small"
refused 'a finding of no kind' '--fail-on' "$edict" run --fail-on denied "$small"
for command in build list schema verify; do
    refused "$command of two" 'takes one' "$edict" $command small.edx small.edx
    refused "$command of none" 'edict '$command "$edict" $command
done
refused 'test of none' 'no pack given' "$edict" test
refused 'fmt of none' 'no file given' "$edict" fmt
refused 'version of something' 'takes no argument' "$edict" version 1
refused 'new of two' 'takes one name' "$edict" new acme.one acme.two --extends demo.small
refused 'new from an image' 'is an image; --from takes the base pack' "$edict" new acme.one --extends demo.small --from small.edx
refused 'new from another pack' 'not demo.other' "$edict" new acme.one --extends demo.other --from "$small"
status 'new from no file' 3 "$edict" new acme.one --extends demo.small --from nowhere.edict
status 'new into no directory' 5 "$edict" new acme.one --extends demo.small -o nowhere/one.edict

# `--` ends the options
cp "$small" ./--strict.edict
status 'a file called as an option' 0 "$edict" check -- --strict.edict
has 'it is checked' out '--strict.edict: 0 errors'

# new: from a base with policies and tests, into another directory
mkdir -p packs/payers bases
cp "$small" bases/small.edict
for to in packs/payers/one.edict one.edict bases/one.edict bases/../packs/two.edict; do
    status "new into $to" 0 "$edict" new acme.one --extends demo.small --from bases/small.edict -o $to
    status 'which finds its base' 0 "$edict" check --strict $to
    status 'and passes its tests' 0 "$edict" test $to
done
has 'the base is named from there' packs/payers/one.edict '"../../bases/small.edict"'
has 'and from beside it' bases/one.edict '"small.edict"'
status 'new from the hospital' 0 "$edict" new acme.ward --extends medicare.hospital --from "$hospital"
cp out ward.edict
status 'it has no mistake' 0 "$edict" check --strict ward.edict
status 'its tests pass' 0 "$edict" test ward.edict
status 'new without its source' 0 "$edict" new acme.bare --extends demo.small
has 'says what is meant' out 'sets'

# build --strict
sed 's/^tests/policies\n  | policy | one of  | is  | decides |\n  | unheard | yes, no | yes | nothing |\n\ntests/' "$small" > loose.edict
status 'a warning, and --strict' 2 "$edict" build --strict loose.edict -o loose.edx
has 'is said' err 'warnings, and --strict: no image written'
same 'no image' "$(ls loose.edx 2> err)" ''

# --fail-on, and warnings once for each key
status 'fail on a note' 0 "$edict" run -q --fail-on deny "$small" "$corpus"
printf '%s\n' '{"id": "a", "colour": 1}' '{"id": "b", "colour": 2, "shape": 3}' > keys.ndjson
"$edict" run "$small" keys.ndjson > out 2> err
has 'an unknown key is told' err 'colour'
same 'once, not for each encounter' "$(grep -c colour err)" 1

# replay with all that it takes
"$edict" run -q small.edx "$corpus" > small.answers
status 'replay, quietly, in two threads' 0 "$edict" replay -q --threads 2 --all small.answers "$corpus" --image small.edx
same 'nothing on standard error' "$(cat err)" ''
refused 'replay --with two images' '--with compares one --image' "$edict" replay small.answers "$corpus" --image small.edx --image small.edx --with "$small"
refused 'replay of no image' 'replay' "$edict" replay small.answers "$corpus"
status 'replay of what is no answer' 1 "$edict" replay "$corpus" "$corpus" --image small.edx
i=0; while [ $i -lt 25 ]; do cat "$corpus"; i=$((i + 1)); done > many.ndjson
"$edict" run -q small.edx many.ndjson | sed 's/"units": 1/"units": 7/' > forged.answers
status 'many differences' 1 "$edict" replay forged.answers many.ndjson --image small.edx
has 'twenty are told' out 'more (--all tells them)'
status 'all of them' 1 "$edict" replay --all forged.answers many.ndjson --image small.edx
lacks 'are told' out 'more (--all tells them)'

# Progress is for terminals, and is wiped away
if command -v script > none; then
    mkfifo pipe
    (cat "$corpus"; sleep 1.3; cat "$corpus"; sleep 0.4; cat "$corpus") > pipe &
    TERM=xterm script -qec "$edict run $small pipe > answers" screen < /dev/null > none 2>&1
    has 'progress on a terminal' screen ' answered, 0 refused'
    has 'is wiped away' screen "$esc[K"
fi
echo "$((all - bad)) of $all checks pass"
[ "$bad" = 0 ]
