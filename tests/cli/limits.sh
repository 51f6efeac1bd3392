#!/bin/sh
# Limits of the command, SPEC.md, 26: each at its last value, and one beyond. Usage: limits.sh EDICT, from the root.
edict=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
. "$(dirname "$0")/checks.sh"
PAYERS_MAX=500 MOVES_MAX=16384 EXAMPLE_BYTES=65536 SETS_MAX=1000 KEYS_MAX=1024 READER_LIMIT=16777216 KEY_FILE_MAX=1048576
POOL_THREADS_MAX=256 SOURCE_MAX=67108864
# pack NAME: a pack with these items on standard input.
pack() {
    { printf '%s\n' "pack demo.many" '  title     "Many"' '  version   1' '  effective 2020-01-01 until open' '' \
        'cite BOOK "The book", read 2026-01-01' '' 'facts encounter known by id' '  | fact  | type            | not documented |' \
        '  | id    | text            | refused        |' '  | date  | date of service | refused        |' \
        '  | payer | text            | ""             |' '' 'facts job in jobs known by id' '  | fact | type | not documented |' \
        '  | id   | text | position "j"   |' '  | part | code | refused        |' ''; cat; } > "$1.edict"
}
bill() { printf 'bill job, every row that matches, cite BOOK\n  | part | code | units |\n  | %s | %s | 1 |\n' "$1" "$2"; }
day='"date": "2026-03-02"'
count() { tr ',{' '\n\n' < "$1" | grep -c "$2"; }
# picked LIST KEY VALUE: that object of a list of the report in `out`, as it stands there.
picked() { "$json" field "$1" < out | sed 's/}, {/}\n{/g' | grep -F "\"$2\": \"$3\""; }

# One encounter
bill any X1 | pack one
sized() { printf '{"id": "sized", %s, "jobs": []' "$day"; printf '%*s}\n' $(($1 - 49)) ''; }
sized $READER_LIMIT > exact; same 'an encounter of 16 MiB' "$(wc -c < exact)" $((READER_LIMIT + 1))
status 'is read' 0 "$edict" run one.edict exact
sized $((READER_LIMIT + 1)) > larger
status 'one byte more is not' 3 "$edict" run one.edict larger
has 'and said' out '"too_long"'
tr ' ' '\n' < exact > exact.json
status 'the same as a document of many lines' 0 "$edict" run one.edict exact.json
tr ' ' '\n' < larger > larger.json
status 'is too long' 3 "$edict" run one.edict larger.json
has 'which is said' out '"too_long"'
rm -f exact larger exact.json larger.json

# Packs
head -c $((SOURCE_MAX + 1)) /dev/zero | tr '\0' '#' > source
status 'a pack larger than 64 MiB' 3 "$edict" check source
has 'the limit is named' err '(SOURCE_MAX)'
rm -f source
head -c $((SOURCE_MAX + 1)) /dev/zero | tr '\0' '#' | "$edict" check /dev/stdin > out 2> err
same 'one from a pipe' "$?" 3
has 'the same limit is named' err '(SOURCE_MAX)'
awk 'BEGIN { for (i = 0; i < 150; i++) printf "rule r%d, cite BOOK\n  for each job where x%d is yes\n  then note \"n\"\n", i, i }' | pack mistakes
status 'mistakes' 2 "$edict" check mistakes.edict
same 'a hundred are told' "$(grep -c ' error E' out)" 100
has 'all are counted' out '150 errors'

# Threads
sized 100 > small
status 'as many threads as there may be' 0 "$edict" run --threads $POOL_THREADS_MAX one.edict small
status 'one more' 4 "$edict" run --threads $((POOL_THREADS_MAX + 1)) one.edict small
has 'and the limit is named' err "--threads takes a number from 1 to $POOL_THREADS_MAX"

# Unknown keys: each encounter has its own.
awk -v day="$day" 'BEGIN { for (i = 0; i < 17000; i++)
    printf "{\"id\": \"k\", %s, \"own_%c%c%c\": 1}\n", day, 97 + i / 676, 97 + int(i / 26) % 26, 97 + i % 26 }' > keys.ndjson
for threads in 1 4; do
    status "17,000 unknown keys, $threads" 0 "$edict" run --threads $threads one.edict keys.ndjson
    same 'so many are told' "$(grep -c 'unknown key' err)" $KEYS_MAX
    cp err "told$threads"
done
same 'the same ones by any number of threads' "$(cmp told1 told4 && echo same)" same
head -$KEYS_MAX keys.ndjson > few; status 'as many as are told' 0 "$edict" run one.edict few
same 'all of them' "$(grep -c 'unknown key' err)" $KEYS_MAX

# Keys and signatures
"$edict" build one.edict -o one.edx > out 2> err
status 'a key' 0 "$edict" sign --generate key
status 'signs' 0 "$edict" sign one.edx --key key
cp key.pub ring; { printf '\n'; } >> ring; printf '%*s' $((KEY_FILE_MAX - $(wc -c < ring))) '' | tr ' ' '\n' >> ring
status 'a keyring of 1 MiB' 0 "$edict" verify one.edx --keyring ring
echo >> ring
status 'one byte more' 3 "$edict" verify one.edx --keyring ring
has 'and it is said' err 'too large: at most 1 MiB'
head -c $((KEY_FILE_MAX + 1)) /dev/zero > key; chmod 600 key
status 'nor a keyring that does not end' 3 timeout -s KILL 60 "$edict" verify one.edx --keyring /dev/zero
has 'which is said' err 'too large: at most 1 MiB'
status 'a secret key that is larger' 3 "$edict" sign one.edx --key key
has 'and that is said' err 'too large: at most 1 MiB'

# Two versions over encounters: payers, each twice, three more than are told by themselves.
bill any X1 | pack old; bill any X2 | pack new
awk -v day="$day" -v n=$((PAYERS_MAX + 3)) 'BEGIN { for (k = 0; k < 2; k++) for (i = 1; i <= n; i++)
    printf "{\"id\": \"p\", %s, \"payer\": \"p%d\", \"jobs\": [{\"part\": \"A1\"}]}\n", day, i }' > payers.ndjson
status 'more payers' 1 "$edict" diff --format json old.edict new.edict --corpus payers.ndjson
"$json" field payers < out > payers
same 'than are told apart' "$(count payers '"payer"')" $((PAYERS_MAX + 1))
for payer in "p1 2" "p$PAYERS_MAX 2" "(others) 6"; do
    same "encounters of ${payer% *}" "$(picked payers payer "${payer% *}" | grep -o '"encounters": [0-9]*')" "\"encounters\": ${payer#* }"
done

# Codes that become others: three more than are told by themselves.
bill any part | pack old; bill any X1 | pack new
awk -v day="$day" -v n=$((MOVES_MAX + 3)) 'BEGIN { for (i = 1; i <= n; i++) {
    if (i % 400 == 1) printf "%s{\"id\": \"m\", %s, \"jobs\": [", (i == 1 ? "" : "]}\n"), day
    printf "%s{\"part\": \"A%05d\"}", (i % 400 == 1 ? "" : ","), i } print "]}" }' > moves.ndjson
status 'more codes' 1 "$edict" diff --format json old.edict new.edict --corpus moves.ndjson
"$json" field codes < out > codes
same 'than are told apart' "$(count codes '"from"')" $((MOVES_MAX + 1))
same 'the others together' "$(picked codes from '(others)' | grep -c .)" 1

# Examples: of encounters that one cause changes, a large one only where it is the first.
large() { printf '{"id": "%s", %s, "jobs": [{"part": "A1"}]' "$2" "$day"; printf '%*s}\n' $(($1 - 59)) ''; }
bill any X1 | pack old; bill any X2 | pack new
large 100 a > corpus; large $EXAMPLE_BYTES b >> corpus
same 'an encounter of 64 KiB' "$(tail -1 corpus | wc -c)" $((EXAMPLE_BYTES + 1))
examples() { status "$1" 1 "$edict" diff --format json old.edict new.edict --corpus corpus
    same 'so many examples' "$("$json" field causes < out | grep -o '"encounter": {"id": "[a-z]' | wc -l)" "$2"; }
examples 'is an example' 2
large 100 a > corpus; large $((EXAMPLE_BYTES + 1)) b >> corpus
examples 'one byte more is none' 1
large $((EXAMPLE_BYTES + 1)) b > corpus; large 100 a >> corpus
examples 'but where it is the first' 2

# Sets of changes that are tried out: each encounter has a cause of its own.
codes() { awk -v n="$1" 'BEGIN { printf "codes dear, cite BOOK\n  A0000"; for (i = 1; i <= n; i++) printf ", A%04d", i; print "\n" }'; }
{ codes 0; bill dear X1; } | pack old; { codes $((SETS_MAX + 50)); bill dear X1; } | pack new
awk -v day="$day" -v n=$((SETS_MAX + 50)) 'BEGIN { for (i = 1; i <= n; i++)
    printf "{\"id\": \"s\", %s, \"jobs\": [{\"part\": \"A%04d\"}]}\n", day, i }' > sets.ndjson
status 'more causes' 1 "$edict" diff old.edict new.edict --corpus sets.ndjson --ndjson all
same 'than are tried out' "$("$json" field how < all | grep -c unknown)" 50
same 'each of the others has its own' "$("$json" field how < all | grep -c alone)" $SETS_MAX

echo "$((all - bad)) of $all checks pass"
[ "$bad" = 0 ]
