#!/bin/sh
# Measures what is here, interleaved, and writes bench/RESULTS.md: run.sh EDICT GENERATORS DIRECTORY [ROUNDS]. Another
# build of the command, to be compared with, may be given as OTHER=path.
export LC_ALL=C
edict=$1 generators=$2 to=$3 rounds=${4:-5}
sh bench/corpus.sh "$edict" "$generators" "$to" || exit 1
[ -z "$OTHER" ] || "$OTHER" build rulesets/medicare/hospital.edict -o "$to/other.edx" > /dev/null 2>&1 || exit 1
cores=$(nproc)
: > "$to/times"

# Seconds and KiB at most of a command, as a line of the times.
clock() {
    name=$1
    shift
    start=$(date +%s.%N)
    peak=$({ command time -f %M "$@" > /dev/null 2> "$to/error"; tail -n 1 "$to/error"; })
    end=$(date +%s.%N)
    echo "$name $(echo "$end $start" | awk '{ printf "%.4f", $1 - $2 }') ${peak:-0}" >> "$to/times"
}
round=0
while [ $round -lt "$rounds" ]; do
    clock cat cat "$to/hospital.ndjson"
    clock one "$edict" run -q --threads 1 "$to/hospital.edx" "$to/hospital.ndjson"
    [ -z "$OTHER" ] || clock other "$OTHER" run -q --threads 1 "$to/other.edx" "$to/hospital.ndjson"
    clock all "$edict" run -q --threads "$cores" "$to/hospital.edx" "$to/hospital.ndjson"
    clock first "$edict" run -q --threads 1 "$to/hospital.edx" "$to/held_few.ndjson"
    clock compile "$edict" build rulesets/medicare/hospital.edict -o "$to/again.edx"
    round=$((round + 1))
done
stages=$("$generators/stages" "$to/hospital.edx" "$to/hospital.ndjson" 3)
median() { awk -v name="$1" -v field="$2" '$1 == name { print $field }' "$to/times" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
figure() { echo "$stages" | tr ' ' '\n' | awk -v key="$1" 'found { print; exit } $0 == key { found = 1 }'; }
rate() { echo "$(median "$1" 2)" | awk '{ printf "%d", 20000 / $1 }'; }
{
    echo "# Results of \`make bench\`"
    echo
    echo "Machine: $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $cores cores; $(uname -sr); $(${CC:-gcc} --version | head -n 1)."
    echo "Load when it began to be written: $(cut -d' ' -f1-3 /proc/loadavg). Medians of $rounds interleaved rounds; whole processes, answers to /dev/null."
    echo "Corpus: $(wc -l < "$to/hospital.ndjson") encounters of \`gen_hospital\`, $(wc -c < "$to/hospital.ndjson") bytes, $(echo "$(figure encounters) $(figure shared)" | awk '{ print $1 - $2 }') of them held."
    echo
    echo "| measured | seconds | encounters/s | peak MiB | ratio |"
    echo "|---|---|---|---|---|"
    base=$(median one 2)
    line() { echo "| $2 | $(median "$1" 2) | $3 | $(median "$1" 3 | awk '{ printf "%.1f", $1 / 1024 }') | $(echo "$(median "$1" 2) $base" | awk '{ printf "%.2f", $1 / $2 }') |"; }
    line cat "\`cat\` of the corpus" ""
    line one "Medicare hospital pack, \`run --threads 1\`" "$(rate one)"
    [ -z "$OTHER" ] || line other "the same with the other build" "$(rate other)"
    line all "the same, $cores threads" "$(rate all)"
    line first "first answers: two held encounters" ""
    line compile "the pack compiled" ""
    echo
    echo "Inside one process, complete encounters, ns for one: read $(figure read), evaluate $(figure evaluate), write $(figure write); $(figure dispatches) instructions carried out for one encounter (a sixteenth of those of a batch)."
    echo "In: $(figure bytes_in) bytes, out: $(figure bytes_out)."
} > bench/RESULTS.md
cat bench/RESULTS.md
