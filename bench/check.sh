#!/bin/sh
# The guard: instructions of the processor (callgrind) and of the machine (dispatches) for one encounter of fixed inputs,
# compared with bench/expected.txt. check.sh [--accept] EDICT GENERATORS DIRECTORY. Repeatable, where wall time is not;
# the numbers are those of Debian 12's gcc and of a processor with AVX2 (vm/eval.h: WIDE): without it the instructions
# of the processor are shown, not judged.
export LC_ALL=C
accept=
[ "$1" = --accept ] && accept=1 && shift
edict=$1 generators=$2 to=$3
command -v valgrind > /dev/null || { echo "bench-check: skipped, valgrind is not here"; exit 0; }
sh bench/corpus.sh "$edict" "$generators" "$to" || exit 1

# Instructions of an image over a file.
instructions() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$edict" run -q --threads 1 "$to/$1.edx" "$to/$2.ndjson" 2>&1 > /dev/null |
        sed -n 's/.*Collected : //p'
}
# The same for one encounter: the difference of a longer and a shorter file, so that the start does not count.
each() {
    more=$(instructions "$1" "$2") less=$(instructions "$1" "$3")
    echo $(((more - less) / ($(wc -l < "$to/$2.ndjson") - $(wc -l < "$to/$3.ndjson"))))
}
{
    echo "complete $(each hospital complete few)"
    echo "held $(each hospital held held_few)"
    echo "lite $(each lite lite lite_few)"
    echo "caps $(each caps caps caps_few)"
    "$generators/stages" "$to/hospital.edx" "$to/some.ndjson" 1 | sed 's/.*dispatches \([0-9]*\).*/dispatches \1/'
    for w in lite caps; do
        "$generators/stages" "$to/$w.edx" "$to/$w.ndjson" 1 | sed "s/.*dispatches \([0-9]*\).*/${w}_dispatches \1/"
        "$generators/rounds" "$to/$w.edx" "$to/$w.ndjson" 3 | sed -n "s/^allocations/${w}_&/p"
    done
    # Of a warm process, whatever the number of encounters.
    "$generators/rounds" "$to/hospital.edx" "$to/complete.ndjson" 3 | grep '^allocations'
} > "$to/now.txt"
[ -z "$accept" ] || { cp "$to/now.txt" bench/expected.txt; cat bench/expected.txt; exit 0; }
grep -q ' avx2 ' /proc/cpuinfo && wide=1 || wide=0
awk -v wide=$wide 'NR == FNR { expected[$1] = $2; next }
    { change = expected[$1] ? 100 * ($2 / expected[$1] - 1) : $2 ? 100 : 0
      printf "%-16s %9d, expected %9d: %+.1f %%%s\n", $1, $2, expected[$1], change, (change <= 3 ? "" : judged() ? "  TOO MUCH" : "  (no AVX2 here)")
      bad = bad || (change > 3 && judged()) || !($1 in expected) }
    function judged() { return wide || $1 !~ /^(complete|held|lite|caps)$/ }
    END { exit bad }' bench/expected.txt "$to/now.txt"
