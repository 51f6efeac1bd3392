#!/bin/sh
# Puts what run.sh measured together as bench/RESULTS.md: report.sh EDICT DIRECTORY DATA CAPS MISSING.
export LC_ALL=C
to=$2 data=$3 caps=$4 missing=$5
median() { awk -v name="$1" -v field="${2:-2}" '$1 == name { print $field }' "$to/times" | sort -n |
    awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)] }'; }
part() { awk -v name="$1" '$1 == name { print $2 }' "$to/${2:-limit}.parts"; }
figure() { tr ' ' '\n' < "$to/$1.parts" | awk -v key="$2" 'found { print; exit } $0 == key { found = 1 }'; }
counted() { awk -v name="$2" '$1 == name { print $2 }' "$to/$1.rounds"; }
ratio() { echo "$1 $2" | awk '{ if ($2 > 0) printf "%.2f", $1 / $2 }'; }
encounters=$(wc -l < "$data/encounters.ndjson")
complete=$(wc -l < "$to/complete.ndjson") held=$(wc -l < "$to/held.ndjson")
base=$(median limit) busy=$(median limit 3)
rate() { echo "$1 $(median "$2")" | awk '{ if ($2 > 0) printf "%d", $1 / $2 }'; }
# line NAME WORDS ENCOUNTERS
line() {
    [ -n "$(median "$1")" ] || return
    same=$(awk -v name="${1%_all}" '$1 == name { print $2 }' "$to/same")
    case $1 in limit | caps_limit | cat) same= ;; limit_all) same=$(awk '$1 == "learnt" { print $2 }' "$to/same") ;; esac
    echo "| $2 | $(median "$1") | $(ratio "$(median "$1")" "$base") | $(median "$1" 3) | $(ratio "$(median "$1" 3)" "$busy") | $(rate "$3" "$1") | $(median "$1" 4 | awk '{ printf "%.1f", $1 / 1024 }') | $same |"
}
cat << END
# Results of \`make bench\`

Machine: $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $CORES cores; $(uname -sr); $($CC --version | head -n 1).
Load of the last minutes, when it ended: $(cut -d' ' -f1-3 /proc/loadavg). Where it is above the number of cores, the clock says little: read
the processor's seconds, and ratios.
Of commit $(git describe --always 2> /dev/null). Method: whole processes, answers to /dev/null, $ROUNDS rounds, every program once a round in turn, medians. Input in the page cache.
"Same" means: all answers, as the workload's own output, have the SHA-256 of the hand-written C's.
$([ -z "$missing" ] || echo "Not here, so not measured:$missing.")

## The workload of lite/: $encounters encounters, $(wc -c < "$data/encounters.ndjson") bytes

| whole process | seconds | to C | of the processor | to C | encounters/s | peak MiB | same |
|---|---|---|---|---|---|---|---|
END
line cat "\`cat\`" "$encounters"
line limit "C by hand, one thread" "$encounters"
line learnt "C by hand, order of keys learnt, one thread" "$encounters"
line limit_all "the same, $CORES threads" "$encounters"
line edict "**edict run**, one thread" "$encounters"
line edict_all "**edict run**, $CORES threads" "$encounters"
line node "Node.js $(node --version 2> /dev/null)" "$encounters"
line luajit "LuaJIT, lua-cjson" "$encounters"
line sqlite "SQLite" "$encounters"
line duckdb "DuckDB" "$encounters"
both=$(part decode_evaluate)
cat << END

| ns an encounter, one thread, warm | C by hand | edict | ratio |
|---|---|---|---|
| decode | $(part decode) (keys learnt: $(part decode_learnt)) | $(figure edict read) | $(ratio "$(figure edict read)" "$(part decode)") |
| evaluate: R1 to R2, R1 to R4, all | $(part evaluate_r12), $(part evaluate_r14), $(part evaluate) | all: $(figure edict evaluate) | $(ratio "$(figure edict evaluate)" "$(part evaluate)") |
| decode and evaluate | $both | $(echo "$(figure edict read) $(figure edict evaluate)" | awk '{ print $1 + $2 }') | $(echo "$(figure edict read) $(figure edict evaluate) $both" | awk '{ printf "%.2f", ($1 + $2) / $3 }') |
| write | $(part write) | $(figure edict write) (with reasons and sources) | $(ratio "$(figure edict write)" "$(part write)") |

$([ ! -s "$to/zen" ] || echo "GoRules Zen, R1 and R2 as a decision table in a loop: $(cat "$to/zen"); $(ratio "$(cut -d' ' -f1 "$to/zen")" "$(part evaluate_r12)") times C by hand.
")
Instructions of the machine an encounter: $(figure edict dispatches). Allocations in a warm round: $(counted lite allocations).

## The workload of caps/: $(wc -l < "$caps/encounters.ndjson") encounters, $(wc -c < "$caps/encounters.ndjson") bytes

| whole process | seconds | to C | of the processor | to C | encounters/s | peak MiB | same |
|---|---|---|---|---|---|---|---|
$(base=$(median caps_limit) busy=$(median caps_limit 3)
line caps_limit "C by hand, one thread" "$encounters"
line caps_edict "**edict run**, one thread" "$encounters")

| ns an encounter, one thread, warm | C by hand | edict | ratio |
|---|---|---|---|
| decode | $(part decode caps_limit) (keys learnt: $(part decode_learnt caps_limit)) | $(figure caps read) | $(ratio "$(figure caps read)" "$(part decode caps_limit)") |
| evaluate: C1, all | $(part evaluate_c1 caps_limit), $(part evaluate caps_limit) | all: $(figure caps evaluate) | $(ratio "$(figure caps evaluate)" "$(part evaluate caps_limit)") |
| write | $(part write caps_limit) | $(figure caps write) (with reasons and sources) | $(ratio "$(figure caps write)" "$(part write caps_limit)") |

## The Medicare hospital pack over encounters of gen_hospital

| | seconds | encounters/s | to C's encounters/s in lite |
|---|---|---|---|
| $complete complete encounters | $(median hospital) | $(rate "$complete" hospital) | $(ratio "$(rate "$complete" hospital)" "$(rate "$encounters" limit)") |
| $held held encounters | $(median held) | $(rate "$held" held) | |
$([ -z "$(median other)" ] || echo "| the same, the other build | $(median other) | $(rate "$complete" other) | |")

ns an encounter, complete: read $(figure hospital read), evaluate $(figure hospital evaluate), write $(figure hospital write);
instructions $(figure hospital dispatches); allocations in a warm round $(counted hospital allocations).

## Compile, open

| | seconds | of the processor | peak MiB |
|---|---|---|---|
| first answer of a process: image mapped, one encounter (0: under a hundredth) | $(median first) | $(median first 3) | $(median first 4 | awk '{ printf "%.1f", $1 / 1024 }') |
| the hospital pack, source to image | $(median pack) | $(median pack 3) | $(median pack 4 | awk '{ printf "%.1f", $1 / 1024 }') |
| 10,000 rows and 200 rules, $(wc -c < "$to/large.edict") bytes | $(median large) | $(median large 3) | $(median large 4 | awk '{ printf "%.1f", $1 / 1024 }') |
| 5,000 rows and 200 rules | $(median half) | $(median half 3) | $(median half 4 | awk '{ printf "%.1f", $1 / 1024 }') |
| the pack of lite/ with 2 million pairs from CSV | $(median pairs) | $(median pairs 3) | $(median pairs 4 | awk '{ printf "%.1f", $1 / 1024 }') |

C by hand reads the same tables in $(awk '{ print $2 }' "$data/tables.ms") ms. Image with the pairs: $(wc -c < "$to/lite.edx") bytes; C's mapped tables: $(wc -c < "$data/limit.tables").
END
