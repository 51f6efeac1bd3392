#!/bin/sh
# The campaign of damaged images: packs and encounters of the cases, and the hospital's. Usage, from the root:
# run.sh MUTATE COUNT FROM [JOBS]: images FROM to FROM + COUNT, shared out to so many processes.
mutate=$1 count=$2 from=$3 jobs=${4:-1} root=$(pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
set --
for case in tests/cases/*.case; do
    name=$(basename "$case" .case)
    # The first rules and encounters of a case; what does not compile by itself is left out.
    awk -v to="$work/$name" -v root="$root" '/^--- / { part = $2; seen[part]++; next }
        part == "rules" && seen[part] == 1 { gsub("@ROOT@", root); print > (to ".edict") }
        part == "encounter" && seen[part] == 1 { print > (to ".ndjson") }' "$case"
    [ -f "$work/$name.edict" ] && [ -s "$work/$name.ndjson" ] || continue
    "$mutate" 0 0 "$work/$name.edict" "$work/$name.ndjson" > "$work/log" 2>&1 && set -- "$@" "$work/$name.edict" "$work/$name.ndjson"
done
# A table of many pairs, cell by cell too large for its image.
sed "s#\"../cases#\"$root/tests/cases#" tests/mutate/pairs.edict > "$work/pairs.edict"
awk 'BEGIN { print "column_1,column_2"; for (i = 0; i < 5000; i++) printf "A%04d,B%04d\n", i % 70, (i * 7 + int(i / 70)) % 90 }' > "$work/pairs.csv"
set -- "$@" "$work/pairs.edict" tests/mutate/pairs.ndjson tests/tables/whole.edict tests/mutate/tables.ndjson rulesets/medicare/hospital.edict examples/hospital.ndjson
# Images are many and short-lived: no stack is kept for each allocation (a finding comes again, with it, by its number).
ASAN_OPTIONS=${ASAN_OPTIONS-malloc_context_size=0:quarantine_size_mb=16}
export ASAN_OPTIONS
i=0 status=0 all=''
while [ $i -lt "$jobs" ]; do
    "$mutate" $((count / jobs)) $((from + i * (count / jobs))) "$@" &
    all="$all $!" i=$((i + 1))
done
for pid in $all; do wait "$pid" || status=1; done
exit $status
