#!/bin/sh
# Two versions of a small shop with a change of every kind, against changes.txt: all that `edict diff` says, forwards, backwards
# and over encounters. Usage: changes.sh [--accept] EDICT, from the root. --accept writes what comes; look at the difference.
accept=
[ "$1" != --accept ] || { accept=1; shift; }
edict=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
. "$(dirname "$0")/checks.sh"
old=$packs/shop_old.edict new=$packs/shop_new.edict
export COLUMNS=100

# Each kind of work with each part, on days in three years.
awk 'BEGIN {
    split("repair paint wash", kind); split("A1 A2 A3 A4 B2 B5 S1 S2", part)
    for (y = 2021; y <= 2026; y += 1) for (k = 1; k <= 3; k++) for (p = 1; p <= 8; p++)
        printf "{\"id\": \"%d-%d-%d\", \"date\": \"%d-03-02\", \"jobs\": [{\"kind\": \"%s\", \"part\": \"%s\", \"parts\": %d, \"start\": \"%d-03-02T08:00\", \"bench\": \"%d\"}]}\n",
            y, k, p, y, kind[k], part[p], 1 + (p + k) % 5, y, 1 + p % 3
    print "{\"id\": \"refused now\", \"date\": \"2025-03-02\", \"jobs\": [{\"kind\": \"polish\", \"part\": \"A1\", \"start\": \"2025-03-02T08:00\"}]}"
    print "{\"id\": \"refused by both\", \"date\": \"2025-02-30\"}"
    print "{\"id\": \"nothing\", \"date\": \"2025-03-02\"}" }' > days.ndjson
for pack in old new; do
    eval "source=\$$pack"
    status "$pack has no mistake" 0 "$edict" check "$source"
    status "$pack builds" 0 "$edict" build "$source" -o $pack.edx
done
say() { echo "---- $*"; shift; "$edict" diff "$@" 2>&1; echo "---- status $?"; }
{
    say forwards --all "$old" "$new"
    say backwards "$new" "$old"
    say JSON --format json "$old" "$new"
    say 'over encounters' -q "$old" "$new" --corpus days.ndjson
    say 'over encounters, all' -q --all --set grade=low "$new" "$old" --corpus days.ndjson
} | sed "s|$packs/||g; s/\"\(rules\|image\)\": \"[0-9a-f]*\"/\"\1\": \"…\"/g" > changes
[ -z "$accept" ] || cp changes "$here/changes.txt"
if cmp -s changes "$here/changes.txt"; then ok 'the changes are as expected'
else not_ok 'the changes are as expected' "$(diff -u "$here/changes.txt" changes)"; fi

status 'images say the same' 1 "$edict" diff --all old.edx new.edx
cp out images
status 'as sources' 1 "$edict" diff --all "$old" "$new"
same 'word for word' "$(cmp out images && echo same)" same
status 'every difference in a file, and a page' 1 "$edict" diff -q "$old" "$new" --corpus days.ndjson --ndjson each.ndjson --html page.html
same 'each line is JSON' "$("$json" check < each.ndjson && echo yes)" yes
has 'the page has the changes' page.html 'table cost'
has 'and what is refused no more' page.html 'Refused no more'
has 'and by both' page.html 'Refused by both'
status 'over encounters as JSON' 1 "$edict" diff -q --format json "$old" "$new" --corpus days.ndjson
same 'one object' "$("$json" check < out && echo yes)" yes
status 'in one thread' 1 "$edict" diff -q --threads 1 --format json "$old" "$new" --corpus days.ndjson; cp out one
status 'in three' 1 "$edict" diff -q --threads 3 --format json "$old" "$new" --corpus days.ndjson
same 'the same' "$(cmp out one && echo same)" same
status 'colours' 1 "$edict" diff -q --color always "$old" "$new" --corpus days.ndjson; sed "s/$esc\[[0-9;]*m//g" out > plain
status 'and none' 1 "$edict" diff -q "$old" "$new" --corpus days.ndjson
same 'change no word' "$(cmp out plain && echo same)" same

# The same two as a baseline and what comes of it: causes are items and rows that are other, gone or new.
status 'a snapshot of the old one' 0 "$edict" snapshot "$old" days.ndjson -o shop.baseline
status 'regress' 1 "$edict" regress "$new" shop.baseline
has 'a row is a cause' out 'cost'
has 'an item that is gone is one' out 'old_one'
status 'regress, quietly and in two threads' 1 "$edict" regress -q --threads 2 "$new" shop.baseline
status 'with the old pack' 1 "$edict" regress --all --old "$old" "$new" shop.baseline
has 'causes are proved' out 'heavy: 12'
status 'against an image' 1 "$edict" regress new.edx shop.baseline
for format in json junit tap; do status "regress as $format" 1 "$edict" regress --format $format "$new" shop.baseline; done
"$edict" run -q old.edx days.ndjson > old.answers
status 'replay with the new one' 0 "$edict" replay --all old.answers days.ndjson --image old.edx --with "$new"
has 'says what it would give' out '->'

echo "$((all - bad)) of $all checks pass"
[ "$bad" = 0 ]
