#!/bin/sh
# Measures what is here, in turn, and writes bench/RESULTS.md: run.sh EDICT GENERATORS DIRECTORY [ROUNDS]. Another build of
# the command, to be compared with, may be given as OTHER=path. LITE: how many encounters of a workload; HOSTILE: how many
# of gen_hostile; PACK_ROWS: how large the compiled pack. Peers are optional, what is missing is said; who answers
# otherwise than C is told as such.
export LC_ALL=C
edict=$1 generators=$2 to=$3 rounds=${4:-${ROUNDS:-3}}
lite=${LITE:-200000}
sh bench/corpus.sh "$edict" "$generators" "$to" || exit 1
limit=$generators/lite/limit data=$to/full-$lite
if [ ! -s "$data/limit.tables" ]; then
    mkdir -p "$data" && "$generators/lite/gen_lite" "$data" "$lite" 42 && "$limit" tables "$data" > "$data/tables.ms" || exit 1
fi
[ -z "$OTHER" ] || "$OTHER" build rulesets/medicare/hospital.edict -o "$to/other.edx" > /dev/null 2>&1 || exit 1
[ -x /usr/bin/time ] || { echo 'bench: install the package time'; exit 1; }
cores=$(nproc) commit=$(git describe --always --dirty 2> /dev/null) # before bench/RESULTS.md is written over
: > "$to/times"

# clock NAME COMMAND...: seconds by the clock, of the processor, KiB at most, as a line of the times.
clock() {
    name=$1
    shift
    /usr/bin/time -o "$to/time" -f '%e %U %S %M' "$@" > /dev/null 2> "$to/error"
    ended=$?
    case $name$ended in *0 | hostile3) ;; *) echo "run.sh: $name ended with $ended" >&2 ;; esac # 3: some were refused
    awk -v name="$name" 'NF == 4 { print name, $1, $2 + $3, $4 }' "$to/time" >> "$to/times"
}
# The peers that are here, their command in the variable peer_NAME.
missing=
have() { # NAME COMMAND-TO-TRY... : is it here?
    name=$1
    shift
    if "$@" > "$to/version" 2>&1; then
        peers="$peers $name"
        echo "$name $(head -n 1 "$to/version" | cut -d' ' -f1-2)" >> "$to/versions"
    else missing="$missing $name"; fi
}
peers=
: > "$to/versions"
rm -f "$to"/*.said # of an earlier run, with other peers
have node node --version
have luajit luajit -e 'require "cjson"; print(jit.version)'
have sqlite sh bench/lite/peers/sqlite.sh version
have duckdb sh bench/lite/peers/duckdb.sh version
have clips sh bench/lite/peers/clips.sh version
[ -z "$missing" ] || echo "bench: not here, left out:$missing (bench/lite/peers/README.md says where they come from)"
# Zen says R1 and R2 only; its time is of evaluation alone.
node bench/lite/peers/zen.js "$data" "$data/encounters.ndjson" 2000 > "$to/zen" 2> "$to/error" || missing="$missing zen"
peer() { # NAME [derived]
    case $1 in
    node) echo "node bench/lite/peers/node.js $data $data/encounters.ndjson $2" ;;
    luajit) echo "luajit bench/lite/peers/luajit.lua $data $data/encounters.ndjson $2" ;;
    clips) echo "sh bench/lite/peers/clips.sh $data $data/encounters.ndjson $generators/lite/facts" ;;
    *) echo "sh bench/lite/peers/$1.sh $data $data/encounters.ndjson $2" ;;
    esac
}
sum() { sha256sum | cut -c1-64; }
caps=$to/caps-$lite
if [ ! -s "$caps/limit.tables" ]; then
    mkdir -p "$caps" && "$generators/caps/gen_caps" "$caps" "$lite" 42 && "$generators/caps/limit" tables "$caps" > "$to/tables.ms" || exit 1
fi
lite_run() { "$edict" run -q --threads "$1" "$to/lite.edx" "$data/encounters.ndjson"; }

# Do they say the same?
expected=$("$limit" run "$data" "$data/encounters.ndjson" | sum)
expected_derived=$("$limit" run "$data" "$data/encounters.ndjson" derived | sum)
same() { # NAME SUM: CLIPS says R1 to R4 only
    case $1 in clips) wanted=$expected_derived ;; *) wanted=$expected ;; esac
    [ "$2" = "$wanted" ] && echo "$1 yes" || echo "$1 NO"
}
{
    same edict "$(lite_run "$cores" 2> "$to/error" | "$generators/lite/map" | sum)"
    [ "$("$edict" run -q "$to/lite_r14.edx" "$data/encounters.ndjson" 2> "$to/error" | "$generators/lite/map" derived | sum)" = \
        "$expected_derived" ] && echo derived_edict yes || echo derived_edict NO
    [ "$("$edict" run -q "$to/caps.edx" "$caps/encounters.ndjson" 2> "$to/error" | "$generators/caps/map" | sum)" = \
        "$("$generators/caps/limit" run "$caps" "$caps/encounters.ndjson" | sum)" ] && echo caps_edict yes || echo caps_edict NO
    same learnt "$("$limit" run "$data" "$data/encounters.ndjson" learnt threads "$cores" | sum)"
    for p in $peers; do
        /usr/bin/time -o "$to/time" -f '%e %U %S %M' $(peer "$p") > "$to/out" 2> "$to/$p.said"
        awk -v name="$p" 'NF == 4 { print name, $1, $2 + $3, $4 }' "$to/time" >> "$to/times"
        same "$p" "$(sum < "$to/out")"
    done
} > "$to/same"
cat "$to/same"

tables=$(for t in drugs overrides ptp mue; do echo "--table $t=$data/$t.csv"; done)
"$generators/gen_pack" ${PACK_ROWS:-10000} 200 > "$to/large.edict"
"$generators/gen_pack" $((${PACK_ROWS:-10000} / 2)) 200 > "$to/half.edict"
head -n 1 "$data/encounters.ndjson" > "$to/one.ndjson"
"$generators/gen_hostile" ${HOSTILE:-500} 42 > "$to/hostile.ndjson"
# The complete ones of many: enough that the clock tells.
lines=$to/hospital.lines
"$edict" run -q --threads "$cores" "$to/hospital.edx" "$to/hospital.ndjson" 2> "$to/error" | grep -n '"status": "complete"' |
    cut -d: -f1 > "$lines"
awk 'NR == FNR { complete[$1]; next } FNR in complete' "$lines" "$to/hospital.ndjson" > "$to/complete_all.ndjson"
# A process that answers one encounter ends before a clock of hundredths has moved: a hundred of them.
firsts='i=0; while [ $i -lt 100 ]; do "$0" run -q --threads 1 "$1" "$2"; i=$((i + 1)); done'
round=0
while [ $round -lt "$rounds" ]; do
    clock cat cat "$data/encounters.ndjson"
    clock limit "$limit" run "$data" "$data/encounters.ndjson"
    clock learnt "$limit" run "$data" "$data/encounters.ndjson" learnt
    clock edict "$edict" run -q --threads 1 "$to/lite.edx" "$data/encounters.ndjson"
    clock limit_derived "$limit" run "$data" "$data/encounters.ndjson" derived
    clock limit_all "$limit" run "$data" "$data/encounters.ndjson" learnt threads "$cores"
    clock edict_all "$edict" run -q --threads "$cores" "$to/lite.edx" "$data/encounters.ndjson"
    clock caps_limit "$generators/caps/limit" run "$caps" "$caps/encounters.ndjson"
    clock caps_edict "$edict" run -q --threads 1 "$to/caps.edx" "$caps/encounters.ndjson"
    clock caps_limit_all "$generators/caps/limit" run "$caps" "$caps/encounters.ndjson" threads "$cores"
    clock caps_edict_all "$edict" run -q --threads "$cores" "$to/caps.edx" "$caps/encounters.ndjson"
    # SQLite and CLIPS take minutes: the run that was compared is the one that counts.
    for p in $peers; do case $p in sqlite | clips) ;; *) clock "$p" $(peer "$p") ;; esac; done
    clock hospital "$edict" run -q --threads 1 "$to/hospital.edx" "$to/complete_all.ndjson"
    clock hospital_all "$edict" run -q --threads "$cores" "$to/hospital.edx" "$to/complete_all.ndjson"
    clock hostile "$edict" run -q --threads 1 "$to/hospital.edx" "$to/hostile.ndjson"
    clock held "$edict" run -q --threads 1 "$to/hospital.edx" "$to/held.ndjson"
    [ -z "$OTHER" ] || clock other "$OTHER" run -q --threads 1 "$to/other.edx" "$to/complete_all.ndjson"
    clock first sh -c "$firsts" "$edict" "$to/lite.edx" "$to/one.ndjson"
    clock pack "$edict" build rulesets/medicare/hospital.edict -o "$to/again.edx"
    clock large "$edict" build "$to/large.edict" -o "$to/again.edx"
    clock half "$edict" build "$to/half.edict" -o "$to/again.edx"
    clock pairs "$edict" build bench/lite/infusion.edict $tables -o "$to/again.edx"
    round=$((round + 1))
done
"$limit" time "$data" "$data/encounters.ndjson" "$rounds" > "$to/limit.parts"
"$generators/caps/limit" time "$caps" "$caps/encounters.ndjson" "$rounds" > "$to/caps_limit.parts"
head -n 20000 "$data/encounters.ndjson" > "$to/lite20k.ndjson"
"$generators/stages" "$to/lite.edx" "$to/lite20k.ndjson" "$rounds" > "$to/edict.parts"
"$generators/stages" "$to/lite_r12.edx" "$to/lite20k.ndjson" "$rounds" > "$to/r12.parts"
"$generators/stages" "$to/lite_r14.edx" "$to/lite20k.ndjson" "$rounds" > "$to/r14.parts"
head -n 20000 "$caps/encounters.ndjson" > "$to/caps20k.ndjson"
"$generators/stages" "$to/caps.edx" "$to/caps20k.ndjson" "$rounds" > "$to/caps.parts"
"$generators/stages" "$to/hospital.edx" "$to/complete_all.ndjson" "$rounds" > "$to/hospital.parts"
"$generators/rounds" "$to/lite.edx" "$to/lite20k.ndjson" 2 > "$to/lite.rounds"
"$generators/rounds" "$to/hospital.edx" "$to/complete_all.ndjson" 2 > "$to/hospital.rounds"
"$generators/rounds" "$to/hospital.edx" "$to/hostile.ndjson" 1 > "$to/hostile.rounds"
"$generators/slowest" "$to/hospital.edx" "$to/hostile.ndjson" 1 > "$to/hostile.slowest"
CC=${CC:-gcc} CORES=$cores ROUNDS=$rounds COMMIT=$commit sh bench/report.sh "$edict" "$to" "$data" "$caps" "$missing" > bench/RESULTS.md
cat bench/RESULTS.md
