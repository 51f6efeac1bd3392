#!/bin/sh
# The world fails: refused encounters kept, full disks, closed pipes, signals, cut and unreadable files, images replaced
# while they run. Usage: faults.sh EDICT, from the root.
root=$(pwd)
edict=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
. "$(dirname "$0")/checks.sh"
"$edict" build "$small" -o small.edx 2> err
good() { printf '{"id": "%s", "payer": "small", "date": "2026-03-02", "services": [{"drug": "X1001", "method": "push"}]}\n' "$1"; }
temporary() { ls | grep -c '\.[A-Za-z0-9]\{6\}$'; }
# until_lines FILE N: waits (10 s at most) until the file has as many lines.
until_lines() { tries=0; while [ "$(wc -l < "$1")" -lt "$2" ] && [ $tries -lt 200 ]; do sleep 0.05; tries=$((tries + 1)); done; }
big() { head -c 17000000 /dev/zero | tr '\0' x; }

# --errors
{ good 1; echo '{"id": "2", "date": "2026-02-30"}'; good 3; printf 'no \0 json \377\r\n'; good 5; printf '{"id": 6'; } > mixed
status 'refused ones are kept' 3 "$edict" run --errors kept small.edx mixed
same 'the others are answered' "$(grep -c '"charges"' out)" 3
{ sed -n 2p mixed; sed -n 4p mixed | tr -d '\r'; tail -n 1 mixed; echo; } > wanted
same 'as they came' "$(cmp kept wanted && echo same)" same
same 'for the owner alone' "$(ls -l kept | cut -c1-10)" '-rw-------'
sed -i 's/02-30/02-28/; /no/d; s/^{"id": 6.*/{"id": "6", "date": "2026-03-02"}/' kept
status 'corrected they run' 0 "$edict" run --errors kept small.edx kept
same 'and nothing is left to correct' "$(wc -c < kept)" 0
status 'in the order of the input, whatever the threads' 3 "$edict" run --threads 1 --errors one small.edx mixed mixed mixed
"$edict" run --threads 7 --errors seven small.edx mixed mixed mixed > out 2> err
same 'they are' "$(cmp one seven && wc -l < one)" 9
{ good 1; big; echo; echo '{"id": 3}'; big; } > long
status 'too long ones are kept too' 3 "$edict" run --errors kept small.edx long
same 'in their places' "$(awk '{print length($0)}' kept | tr '\n' ' ')" '17000000 9 17000000 '
same 'each is told' "$(grep -c too_long out)" 2
rm -f kept long
status 'no encounter of several packs' 3 "$edict" run --errors kept small.edx "$other" mixed
status '--errors where nothing can be written' 5 "$edict" run --errors /nowhere/x small.edx mixed
same 'nothing is answered before that is said' "$(cat out)" ''
status '--errors on a full disk' 5 "$edict" run --errors /dev/full small.edx mixed
has 'is told' err 'No space left'

# A document that does not close, among several that do: the others are answered.
tall() { printf '{\n  "id": "%s",\n  "payer": "small",\n  "date": "2026-03-02"%s\n' "$1" "$2"; }
{ tall 1 '}'; tall 2 ',"services": ['; tall 3 '}'; tall 4 ', "x": "'; tall 5 '}'; } > tall.json
status 'documents that do not close' 3 "$edict" run --errors kept small.edx tall.json
same 'hurt no others' "$(grep -c '"charges"' out)" 3
same 'are told with their lines' "$("$json" field line < out | tr '\n' ' ')" '5 13 '
same 'and kept' "$(grep -c id kept)" 2
{ echo '['; for i in 1 2 3 4 5; do printf '  {\n    "id": "%s",\n    "date": "2026-03-02"%s,\n' $i "$([ $i = 3 ] || echo '}')"; done
  echo '  {"id": "6", "date": "2026-03-02"}'; echo ']'; } > array.json
status 'the same in an array' 3 "$edict" run small.edx array.json
same 'five are answered' "$(grep -c '"charges"' out)" 5
{ tall 1 '}'; printf '{"id": "'; big; printf '",\n "date": 1\n}\n'; tall 3 '}'; } > long.json
status 'a document that is too long' 3 "$edict" run small.edx long.json
same 'hurts no others' "$(grep -c '"charges"' out) $(grep -c too_long out)" '2 1'
rm -f long.json

# Dozens of services of which nothing is documented: each reason is walked once, not once for each rule that gives it.
# That took minutes; a minute here is for a slow machine under the sanitizers.
{ printf '{"id": "bare", "setting": "facility", "date": "2026-03-02", "services": [{}'
  for i in 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do printf ', {}'; done; printf ']}\n'; } > bare
status 'nothing is documented' 0 timeout -s KILL 60 "$edict" run --threads 1 "$root/rulesets/medicare/hospital.edict" bare
same 'it is held, and each service is named' "$(grep -c '"status": "held"' out) $(grep -c '"s1", "s2", .*"s25"' out)" '1 1'

# What cannot be read
good 1 > one
status 'a directory' 3 "$edict" run small.edx . one
same 'the other file is answered' "$(wc -l < out)" 1
if head -c 1 /proc/self/mem > out 2> err; then :; elif [ -e /proc/self/mem ]; then
    status 'a file that fails in reading' 3 "$edict" run small.edx /proc/self/mem one
    has 'is told' err 'Input/output error'
    same 'the other file is answered' "$(wc -l < out)" 1
fi
if [ "$(id -u)" != 0 ]; then
    cp one secret; chmod 0 secret
    status 'a file that nobody may read' 3 "$edict" run small.edx secret one
fi
size=$(wc -c < small.edx) cut=0 refused=0 tried=0
while [ $cut -lt "$size" ]; do
    head -c $cut small.edx > cut.edx; "$edict" run cut.edx one > out 2> err; [ $? = 2 ] && [ -s err ] && refused=$((refused + 1))
    tried=$((tried + 1)) cut=$((cut + 131))
done
same "$tried images cut off are refused" $refused $tried
# Input piece by piece: the same answers.
{ good 1; good 2; } > two
"$edict" run small.edx two > whole 2> err
i=1; while [ $i -le "$(wc -c < two)" ]; do printf '%s' "$(tail -c +$i two | head -c 41)"; [ $((i % 3)) = 0 ] && sleep 0.01; i=$((i + 41)); done |
    sed 's/}{/}\n{/' | "$edict" run small.edx - > out 2> err
same 'short reads' "$(cmp whole out && echo same)" same

# What cannot be written
"$edict" run small.edx two > /dev/full 2> err; same 'a full disk' $? 5
has 'is told' err 'No space left'
"$edict" run small.edx two 2> err >&-; same 'standard output closed' $? 5
"$edict" build --format json "$small" -o closed.edx 2> err >&-; same 'closed, and a file is written' $? 5
status 'which is whole' 0 "$edict" verify closed.edx
"$edict" run small.edx > out 2> err <&-; same 'standard input closed' $? 3
"$edict" run small.edx two > out 2>&-; same 'standard error closed' $? 0
same 'answers come all the same' "$(cmp whole out && echo same)" same
big > before; cp before target.edx
(ulimit -f 1; "$edict" build "$small" -o target.edx 2> err); same 'a file that may not grow' $? 5
same 'the old one is untouched' "$(cmp before target.edx && echo same)" same
same 'no half file is left' "$(temporary)" 0
(ulimit -f 1; "$edict" sign --generate limited 2> err); rm -f before target.edx
printf 'pack a.b\n title "x"\n  version 1\n' > ragged.edict; cp ragged.edict before
(ulimit -f 0; "$edict" fmt -w ragged.edict 2> err); same 'fmt -w' "$(cmp before ragged.edict && echo same)" same
same 'nor here' "$(temporary)" 0

# Every command that writes: a full disk is told with 5, and what stood there before still stands.
"$edict" snapshot small.edx one -o base 2> err; "$edict" run small.edx one > archived 2> err
"$edict" sign --generate key 2> err
for words in "test $small" "diff $small $other" "regress small.edx base one" "replay archived one --image small.edx" "fmt $small" \
    "list $small" "list --cost small.edx" "new a.b --extends demo.small --from $small" "schema small.edx" \
    "verify small.edx" "explain E303" version "help run" "run --pretty small.edx one" "check --format json ragged.edict"; do
    "$edict" $words > /dev/full 2> err < /dev/null; same "full disk: $words" $? 5
done
for words in "build $small -o" "snapshot small.edx one -o" "sign small.edx --key key -o" "diff $small $other --corpus one --html" \
    "run small.edx mixed --errors"; do
    echo before > target; cp target before
    (trap '' XFSZ; ulimit -f 0; exec "$edict" $words target 2>&1 > /dev/null) | cat > err
    has "no room for a file: $words" err 'File too large'
    same 'the old one is untouched' "$(cmp before target && echo same)" same
done
for words in "new a.b --extends demo.small --from $small -o fresh" "sign --generate fresh" \
    "regress small.edx base changed --approve all --reason x --by y"; do
    { good 2; good 1 | sed 's/X1001/X1002/'; } > changed
    (trap '' XFSZ; ulimit -f 0; "$edict" $words > /dev/null 2>&1; echo $? 1>&2) 2>&1 | cat > got
    same "no room for a new file: $words" "$(cat got)" 5
    same 'there is none' "$(ls fresh base.approved 2> /dev/null)" ''
done
same 'no half file is left anywhere' "$(temporary)" 0

# Signals: what was answered is kept, and the refused ones too.
mkfifo pipe
for signal in INT TERM HUP; do
    : > out; rm -f kept
    env --default-signal=INT,TERM,HUP "$edict" run --errors kept small.edx pipe > out 2> err & pid=$!
    exec 3> pipe; { good 1; echo '{"id": 2}'; good 3; } >&3; until_lines out 3
    same "$signal: not yet under its name" "$(ls kept 2> /dev/null)" ''
    kill -s $signal $pid; wait $pid; same "$signal ends it" $? 130
    exec 3>&-
    same "$signal: answers are kept" "$(wc -l < out)" 3
    same "$signal: refused ones are kept" "$(cat kept)" '{"id": 2}'
    has "$signal: and counted" err '2 answered'
done
: > out; rm -f kept
"$edict" run --errors kept small.edx pipe > out 2> err & pid=$!
exec 3> pipe; { good 1; echo '{"id": 2}'; } >&3; until_lines out 2
kill -9 $pid; wait $pid 2> /dev/null; exec 3>&-
same 'kill -9 leaves no half file under a final name' "$(ls kept 2> /dev/null)" ''
rm -f kept.*
whole=0 i=0
while [ $i -lt 25 ]; do
    rm -f killed.edx; "$edict" build "$small" -o killed.edx 2> err & pid=$!
    sleep 0.00$((i % 10)); kill -9 $pid 2> /dev/null; wait $pid 2> /dev/null
    if [ ! -e killed.edx ] || "$edict" verify killed.edx > out 2> err; then whole=$((whole + 1)); fi
    i=$((i + 1))
done
same 'nor of an image, whenever it comes' $whole 25
rm -f killed.edx*

# The image is replaced while it runs.
cp small.edx running.edx; : > out
"$edict" run running.edx pipe > out 2> err & pid=$!
exec 3> pipe; good 1 >&3; until_lines out 1
"$edict" build "$other" -o running.edx 2> built
good 1 >&3; exec 3>&-; wait $pid; same 'an image replaced while it runs' $? 0
same 'goes on as it was' "$(uniq out | wc -l) $(wc -l < out)" '1 2'
"$edict" run running.edx one > after 2> err; has 'and is the new one afterwards' after 'demo.other'

echo "$((all - bad)) of $all checks pass"
[ "$bad" = 0 ]
