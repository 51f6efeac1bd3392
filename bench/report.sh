#!/bin/sh
# Puts what run.sh measured together as bench/RESULTS.md: report.sh EDICT DIRECTORY DATA CAPS MISSING.
export LC_ALL=C
to=$2 data=$3 caps=$4 missing=$5
median() { awk -v name="$1" -v field="${2:-2}" '$1 == name { print $field }' "$to/times" | sort -n |
    awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)] }'; }
part() { awk -v name="$1" '$1 == name { print $2 }' "$to/${2:-limit}.parts"; }
figure() { tr ' ' '\n' < "$to/$1.parts" | awk -v key="$2" 'found { print; exit } $0 == key { found = 1 }'; }
together() { echo "$(figure "$1" read) $(figure "$1" evaluate)" | awk '{ print $1 + $2 }'; }
guarded() { awk -v name="$1" '$1 == name { print $2 }' bench/expected.txt; }
counted() { awk -v name="$2" '$1 == name { print $2 }' "$to/$1.rounds"; }
ratio() { echo "$1 $2" | awk '{ if ($2 > 0) printf "%.2f", $1 / $2 }'; }
encounters=$(wc -l < "$data/encounters.ndjson")
version() { awk -v name="$1" '$1 == name { print $2 ($3 == "" ? "" : " " $3) }' "$to/versions"; }
mebibytes() { median "$1" 4 | awk '{ printf "%.1f", $1 / 1024 }'; }
complete=$(wc -l < "$to/complete_all.ndjson") held=$(wc -l < "$to/held.ndjson") hostile=$(wc -l < "$to/hostile.ndjson")
base=$(median limit) busy=$(median limit 3)
rate() { echo "$1 $(median "$2")" | awk '{ if ($2 > 0) printf "%d", $1 / $2 }'; }
to_c() { ratio "$(rate "$1" "$2")" "$(rate "$encounters" limit)"; }
hundredth() { median "$@" | awk '{ printf "%.4f", $1 / 100 }'; }
# line NAME WORDS ENCOUNTERS
line() {
    [ -n "$(median "$1")" ] || return
    same=$(awk -v name="${1%_all}" '$1 == name { print $2 }' "$to/same")
    case $1 in limit | limit_derived | caps_limit | caps_limit_all | cat) same= ;; limit_all) same=$(awk '$1 == "learnt" { print $2 }' "$to/same") ;; esac
    echo "| $2 | $(median "$1") | $(ratio "$(median "$1")" "$base") | $(median "$1" 3) | $(ratio "$(median "$1" 3)" "$busy") | $(rate "$3" "$1") | $(mebibytes "$1") | $same |"
}
cat << END
# Results of \`make bench\`

Machine: $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $CORES cores, $(awk '$1 == "MemTotal:" { printf "%.1f", $2 / 1048576 }' /proc/meminfo) GiB; $(uname -sr); $($CC --version | head -n 1).
Load of the last minutes, when it ended: $(cut -d' ' -f1-3 /proc/loadavg). Where it is above the number of cores, the clock says little: read
the processor's seconds, and ratios.
Of commit $COMMIT, $("$1" --version). Method: whole processes, answers to /dev/null, every program once a round
in turn, medians of rounds: $ROUNDS (SQLite and CLIPS, which take minutes: once). Input in the page cache. "Same" means: all answers, as the
workload's own output, have the SHA-256 of the hand-written C's. Where the time inside a process is told apart, the process is warm.
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
line node "Node.js $(version node)" "$encounters"
line luajit "$(version luajit), lua-cjson" "$encounters"
line sqlite "SQLite $(version sqlite | cut -d' ' -f1)" "$encounters"
line duckdb "DuckDB $(version duckdb), by its Node.js package" "$encounters"
base=$(median limit_derived) busy=$(median limit_derived 3)
line limit_derived "of R1 to R4 alone (ratios among these two): C by hand, one thread" "$encounters"
line clips "of R1 to R4 alone: $(version clips), fed by the C decoder" "$encounters"
both=$(part decode_evaluate)
cat << END

| ns of the processor an encounter, one thread, warm | C by hand | edict | ratio |
|---|---|---|---|
| decode | $(part decode) (keys learnt: $(part decode_learnt)) | $(figure edict read) | $(ratio "$(figure edict read)" "$(part decode)") |
| evaluate: R1 and R2 alone | $(part evaluate_r12) | $(figure r12 evaluate) | $(ratio "$(figure r12 evaluate)" "$(part evaluate_r12)") |
| evaluate: R1 to R4 alone | $(part evaluate_r14) | $(figure r14 evaluate) | $(ratio "$(figure r14 evaluate)" "$(part evaluate_r14)") |
| evaluate: all | $(part evaluate) | $(figure edict evaluate) | $(ratio "$(figure edict evaluate)" "$(part evaluate)") |
| decode and evaluate | $both | $(together edict) | $(ratio "$(together edict)" "$both") |
| write | $(part write) | $(figure edict write) (with reasons and sources) | $(ratio "$(figure edict write)" "$(part write)") |

$([ ! -s "$to/zen" ] || echo "GoRules Zen, R1 and R2 as a decision table in a loop: $(cat "$to/zen"); $(ratio "$(cut -d' ' -f1 "$to/zen")" "$(part evaluate_r12)") times C by hand, $(ratio "$(cut -d' ' -f1 "$to/zen")" "$(figure r12 evaluate)") times edict.
")
$([ ! -s "$to/clips.said" ] || awk -v c="$(part evaluate_r14)" '$1 == "evaluate" {
    printf "CLIPS, R1 to R4 as rules, facts asserted, rules run, facts retracted: %.0f ns; %.0f times C by hand.\n", $2, $2 / c
}' "$to/clips.said")
Instructions of the machine an encounter: $(figure edict dispatches); of R1 to R4 alone $(figure r14 dispatches), its answers the same as C's: $(awk '$1 == "derived_edict" { print $2 }' "$to/same"). Of the processor, as \`make bench-check\` guards them:
$(guarded lite). Allocations in a warm round: $(counted lite allocations).

## The workload of caps/: $(wc -l < "$caps/encounters.ndjson") encounters, $(wc -c < "$caps/encounters.ndjson") bytes

| whole process | seconds | to C | of the processor | to C | encounters/s | peak MiB | same |
|---|---|---|---|---|---|---|---|
$(base=$(median caps_limit) busy=$(median caps_limit 3)
line caps_limit "C by hand, one thread" "$encounters"
line caps_limit_all "the same, $CORES threads" "$encounters"
line caps_edict "**edict run**, one thread" "$encounters"
line caps_edict_all "**edict run**, $CORES threads" "$encounters")

| ns of the processor an encounter, one thread, warm | C by hand | edict | ratio |
|---|---|---|---|
| decode | $(part decode caps_limit) (keys learnt: $(part decode_learnt caps_limit)) | $(figure caps read) | $(ratio "$(figure caps read)" "$(part decode caps_limit)") |
| evaluate: C1, all | $(part evaluate_c1 caps_limit), $(part evaluate caps_limit) | all: $(figure caps evaluate) | $(ratio "$(figure caps evaluate)" "$(part evaluate caps_limit)") |
| decode and evaluate | $(part decode_evaluate caps_limit) | $(together caps) | $(ratio "$(together caps)" "$(part decode_evaluate caps_limit)") |
| write | $(part write caps_limit) | $(figure caps write) (with reasons and sources) | $(ratio "$(figure caps write)" "$(part write caps_limit)") |

Instructions of the machine an encounter: $(figure caps dispatches). Of the processor: $(guarded caps).

## The Medicare hospital pack over encounters of gen_hospital and gen_hostile

| | seconds | encounters/s | to C's encounters/s in lite | peak MiB |
|---|---|---|---|---|
| $complete complete encounters, one thread | $(median hospital) | $(rate "$complete" hospital) | $(to_c "$complete" hospital) | $(mebibytes hospital) |
| the same, $CORES threads | $(median hospital_all) | $(rate "$complete" hospital_all) | $(to_c "$complete" hospital_all) | $(mebibytes hospital_all) |
$([ -z "$(median other)" ] || echo "| the same, the other build, one thread | $(median other) | $(rate "$complete" other) | $(to_c "$complete" other) | $(mebibytes other) |
")| $held held encounters, one thread | $(median held) | $(rate "$held" held) | | $(mebibytes held) |
| $hostile hostile ones ($(counted hostile refused) refused, $(counted hostile held) held), one thread | $(median hostile) | $(rate "$hostile" hostile) | | $(mebibytes hostile) |

The slowest hostile encounter, of the processor: $(sed 's/^ *//' "$to/hostile.slowest").

ns of the processor an encounter, complete: read $(figure hospital read), evaluate $(figure hospital evaluate), write $(figure hospital write);
instructions of the machine $(figure hospital dispatches), of the processor $(guarded complete), held $(guarded held); allocations in a warm round $(counted hospital allocations).

## Compile, open

| | seconds | of the processor | peak MiB |
|---|---|---|---|
| first answer of a process: started, image with 2 million pairs mapped, one encounter (one of 100 in turn) | $(hundredth first) | $(hundredth first 3) | $(mebibytes first) |
| the hospital pack, source to image | $(median pack) | $(median pack 3) | $(mebibytes pack) |
| ${PACK_ROWS:-10000} rows and 200 rules, $(wc -c < "$to/large.edict") bytes | $(median large) | $(median large 3) | $(mebibytes large) |
| $((${PACK_ROWS:-10000} / 2)) rows and 200 rules | $(median half) | $(median half 3) | $(mebibytes half) |
| the pack of lite/ with 2 million pairs from CSV | $(median pairs) | $(median pairs 3) | $(mebibytes pairs) |

Opening inside a process: the image with the pairs $(counted lite open_us) microseconds, that of the hospital pack $(counted hospital open_us).
C by hand reads the same tables in $(awk '{ print $2 }' "$data/tables.ms") ms. Image with the pairs: $(wc -c < "$to/lite.edx") bytes; C's mapped tables: $(wc -c < "$data/limit.tables").
END
