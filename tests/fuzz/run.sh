#!/bin/sh
# Fuzzes each target for so long, beginning with its corpus: run.sh BUILD TIME TARGET..., from the project's root, where
# BUILD/tests/fuzz has the targets. JOBS=N: so many side by side. What is new stays in BUILD/new-TARGET; a finding is a
# file BUILD/findings/TARGET-*. One line a target, also when it was cut off; ends with 1 when there is a finding.
# COVER=DIRECTORY: a build that counts lines and branches, with replays: the corpora are run there too. LOG=FILE: what came
# of it is written behind what stands there.
build=$1
case $2 in
    *[!0-9smh]* | [smh]* | '' | *[smh]?*) echo "run.sh: TIME is 600, 90s, 10m or 1h, not '$2'" >&2; exit 2 ;;
    *h) seconds=$((${2%h} * 3600)) ;;
    *m) seconds=$((${2%m} * 60)) ;;
    *) seconds=${2%s} ;;
esac
shift 2
jobs=${JOBS:-1}
mkdir -p "$build/findings"

# target_run TARGET: its log ends with the time that it ran.
target_run() {
    began=$(date +%s)
    mkdir -p "$build/new-$1"
    set -- "$1" "$build/new-$1" "tests/fuzz/corpus/$1"
    [ ! -f "tests/fuzz/$1.dict" ] || set -- "$@" "-dict=tests/fuzz/$1.dict"
    case $1 in differ) set -- "$@" -entropic=0 -max_len=4096 ;; image) set -- "$@" -max_len=16384 ;; esac
    name=$1
    shift
    # A hang is half a minute, where the slowest answer within the limits takes some seconds under the sanitizers.
    "$build/tests/fuzz/target_$name" -max_total_time="$seconds" -timeout=30 -report_slow_units=30 -rss_limit_mb=3072 \
        -malloc_limit_mb=1024 -max_len=65536 -print_final_stats=1 -artifact_prefix="$build/findings/$name-" "$@" \
        > "$build/$name.log" 2>&1 &
    child=$!
    wait $child
    status=$?
    [ -z "$cut" ] || wait $child 2> /dev/null
    echo "ended: status $status, $(($(date +%s) - began)) seconds" >> "$build/$name.log"
}
# worker NUMBER TARGET...: every jobs-th target.
worker() {
    cut='' turn=$1
    trap 'cut=1; kill $child 2> /dev/null' TERM
    shift
    for target; do
        [ $((turn % jobs)) -ne 0 ] || [ -n "$cut" ] || target_run "$target"
        turn=$((turn + 1))
    done
}
# Of a log: its last number behind a word.
last() { grep -o "$1 *[0-9][0-9]*" "$build/$target.log" | tail -1 | grep -o '[0-9]*$'; }
group() { echo "$1" | sed ':a; s/\([0-9]\)\([0-9]\{3\}\)\($\|,\)/\1,\2\3/; ta'; }

for target; do rm -f "$build/$target.log"; done
touch "$build/began"
workers='' n=0
while [ $n -lt "$jobs" ]; do
    worker "$n" "$@" &
    workers="$workers $!" n=$((n + 1))
done
cut_off=''
trap 'cut_off=", cut off"; kill $workers 2> /dev/null' INT TERM
for pid in $workers; do
    while kill -0 "$pid" 2> /dev/null; do wait "$pid"; done
done
trap - INT TERM

# covered TARGET: "LINES | BRANCHES" of all but the command that its corpus reaches, in percent.
covered() {
    find "$COVER" -name '*.gcda' -delete
    for directory in "tests/fuzz/corpus/$1" "$build/new-$1"; do
        find "$directory" -type f | xargs -r "$COVER/tests/fuzz/replay_$1" > "$build/$1.replay" 2>&1 || return
    done
    for object in $(find "$COVER/base" "$COVER/lang" "$COVER/compiler" "$COVER/vm" -name '*.gcno' | sort); do
        gcov -t -b -c -o "$object" "$object" 2> /dev/null
    done | LC_ALL=C awk -v root="$PWD" -f tests/coverage/report.awk /dev/null - |
        awk '$NF == "all" { gsub("of", " "); print $1 " | " $3 }'
}

status=0 rows=''
for target; do
    log=$build/$target.log
    [ -f "$log" ] || { echo "$target: not begun"; continue; }
    count=$(last '^#'); cov=$(last 'cov:'); ft=$(last 'ft:'); took=$(sed -n 's/^ended: .*, \([0-9]*\) seconds/\1/p' "$log")
    edges=$(sed -n 's/.*modules *(\([0-9]*\) inline.*/\1/p' "$log")
    files=$(grep -o 'corp: [0-9]*/[0-9A-Za-z]*' "$log" | tail -1 | cut -c7- | sed 's|/| inputs, |')
    found=$(find "$build/findings" -name "$target-*" ! -name "$target-slow-unit-*" -newer "$build/began" | wc -l)
    done=$(sed -n 's/^ended: status \([0-9]*\), .*/\1/p' "$log")
    # It has ended badly and left no file: whatever it was is a finding too.
    [ "$found" -gt 0 ] || [ "${done:-0}" -eq 0 ] || [ -n "$cut_off" ] || found=1
    rate=$((${count:-0} / (${took:-0} > 0 ? ${took:-0} : 1)))
    [ "$found" -eq 0 ] || status=1
    echo "$target: $(group "${count:-0}") executions in ${took:-?} s, $(group $rate)/s, ${cov:-0} of ${edges:-?} edges (cov)," \
        "${ft:-0} features (ft), corpus ${files:-none}, findings: $found$([ "$found" -eq 0 ] || echo ", see $log")$cut_off"
    lines=''
    if [ -n "$COVER" ]; then
        lines=$(covered "$target")
        echo "$target: lines and branches of the library that its corpus reaches: ${lines:-not measured}"
    fi
    rows="$rows| $target | $(group "${took:-0}") | $(group "${count:-0}") | $(group $rate) | $(group "${cov:-0}") of $(group "${edges:-0}") |\
 $(group "${ft:-0}") | ${files:-none} | ${lines:- | } | $found |
"
done
if [ -n "$LOG" ]; then
    [ -f "$LOG" ] || cat tests/fuzz/log_head.md > "$LOG"
    commit=$(git rev-parse --short HEAD 2> /dev/null)$([ -z "$(git status --porcelain --untracked-files=no 2> /dev/null)" ] || echo ' and changes')
    {
        echo
        echo "## $(date -u +%Y-%m-%d), commit ${commit:-unknown}"
        echo
        echo "$(clang --version | head -1), $(group "$seconds") seconds a target, $jobs at a time$cut_off."
        echo
        echo '| target | seconds | executions | a second | edges | features | corpus | lines | branches | findings |'
        echo '|---|---|---|---|---|---|---|---|---|---|'
        printf '%s' "$rows"
    } >> "$LOG"
    echo "written: $LOG"
fi
exit $status
