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
# The workload of bench/lite; its tables are the same for any number of encounters.
mkdir -p "$to/tables"
[ -s "$to/lite.ndjson" ] || { "$generators/lite/gen_lite" "$to/tables" 1100 42; mv "$to/tables/encounters.ndjson" "$to/lite.ndjson"; }
head -n 100 "$to/lite.ndjson" > "$to/lite_few.ndjson"
tables=$(for t in drugs overrides ptp mue; do echo "--table $t=$to/tables/$t.csv"; done)
"$edict" build bench/lite/infusion.edict $tables -o "$to/lite.edx" > /dev/null 2>&1
head -n 2 "$to/held.ndjson" > "$to/held_few.ndjson"
head -n 100 "$to/complete.ndjson" > "$to/few.ndjson"
