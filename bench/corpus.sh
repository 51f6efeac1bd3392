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
# The workloads: a generator's tables are the same for any number of encounters.
workload() { # NAME PACK TABLE...
    name=$1 pack=$2 tables=
    shift 2
    [ -s "$to/$name.ndjson" ] || {
        mkdir -p "$to/$name.tables" && "$generators/$name/gen_$name" "$to/$name.tables" 1100 42
        mv "$to/$name.tables/encounters.ndjson" "$to/$name.ndjson"
    }
    head -n 100 "$to/$name.ndjson" > "$to/${name}_few.ndjson"
    for t in "$@"; do tables="$tables --table $t=$to/$name.tables/$t.csv"; done
    "$edict" build "$pack" $tables -o "$to/$name.edx" > /dev/null 2>&1
}
# The first rules of lite/ alone, as C by hand is measured by parts and as some peers can say no more: what the pack says of
# R1 and R2 with a bill of what each service counts as; R1 to R4 as it stands.
rules=bench/lite/infusion.edict
{
    sed '/^group service into course/,$d' $rules
    printf 'bill service as counted, every row that matches, cite WORKLOAD\n  | given | code | units |\n'
    printf '  | %s | %s | 1 |\n' infusion A1 push A2 injection A3 hydration A4
} > "$to/lite_r12.edict"
sed '/^# R5/,$d' $rules > "$to/lite_r14.edict"
workload lite "$to/lite_r12.edict" drugs overrides
mv "$to/lite.edx" "$to/lite_r12.edx"
workload lite "$to/lite_r14.edict" drugs overrides
mv "$to/lite.edx" "$to/lite_r14.edx"
workload lite $rules drugs overrides ptp mue
workload caps bench/caps/caps.edict catalogue ages reasons
head -n 2 "$to/held.ndjson" > "$to/held_few.ndjson"
head -n 100 "$to/complete.ndjson" > "$to/few.ndjson"
