#!/bin/sh
# Makes what is measured, once: corpus.sh EDICT GENERATORS DIRECTORY. Images are made anew each time.
set -e
edict=$1 generators=$2 to=$3
mkdir -p "$to"
[ -s "$to/hospital.ndjson" ] || "$generators/gen_hospital" 20000 42 > "$to/hospital.ndjson"
[ -s "$to/some.ndjson" ] || "$generators/gen_hospital" 1100 7 > "$to/some.ndjson"
"$edict" build rulesets/medicare/hospital.edict -o "$to/hospital.edx" > /dev/null 2>&1
# The held ones apart: they cost a hundred times as much.
"$edict" run -q --threads 1 "$to/hospital.edx" "$to/some.ndjson" > "$to/some.answers"
grep -n '"status": "held"' "$to/some.answers" | cut -d: -f1 > "$to/held.lines"
awk 'NR == FNR { held[$1]; next } FNR in held' "$to/held.lines" "$to/some.ndjson" | head -n 12 > "$to/held.ndjson"
awk 'NR == FNR { held[$1]; next } !(FNR in held)' "$to/held.lines" "$to/some.ndjson" > "$to/complete.ndjson"
head -n 2 "$to/held.ndjson" > "$to/held_few.ndjson"
head -n 100 "$to/complete.ndjson" > "$to/few.ndjson"
