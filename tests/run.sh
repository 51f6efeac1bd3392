#!/bin/sh
# Runs every test there is against one build: each part's count, what failed in it, and one count of all at the end.
# Usage, from the project's root: tests/run.sh BUILD-DIRECTORY [PART]...      (make test, make test PARTS='cases packs')
# A part is a command that prints `ok …`, `not ok …` or `skip …` lines; one that ends badly without a `not ok`, or that ran
# nothing, has failed. CC names the compiler of the build, SANITIZE its -fsanitize options.
build=$1
shift
edict=$build/edict
parts=${*:-units sweep fuzz packs check form cases differ answers examples same cli embed docs habits key}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export LC_ALL=C.UTF-8 EDICT="$edict"
export ASAN_OPTIONS=detect_leaks=1:${ASAN_OPTIONS:-} UBSAN_OPTIONS=print_stacktrace=1:${UBSAN_OPTIONS:-}
shipped=$(find rulesets -name '*.edict' | sort)
packs="$shipped $(find tests/packs tests/tables bench -name '*.edict' | sort)"
total_passed=0 total_failed=0 total_skipped=0

# try NAME COMMAND…: one check.
try() {
    name=$1
    shift
    if "$@" > "$work/try" 2>&1; then echo "ok $name"; else echo "not ok $name"; sed 's/^/#   /' "$work/try"; fi
}

part_units() {
    for unit in "$build"/tests/test_*; do
        case $unit in *.o | *.d | *'*') continue ;; esac
        CMOCKA_MESSAGE_OUTPUT=TAP "$unit" > "$work/unit" 2>&1
        status=$?
        cat "$work/unit"
        # Ended early: by a signal, a sanitizer, an assert; the plan says how many tests there are.
        awk -v unit="$unit" -v status="$status" '
            /^1\.\./ { planned = substr($0, 4) } /^ok/ { ran++ } /^not ok/ { ran++; told = 1 }
            END { if (!planned || planned != ran || (status && !told)) print "not ok " unit ": " ran + 0 " of " planned + 0 " tests, status " status }' "$work/unit"
    done
}
part_packs() {
    for pack in $packs; do
        "$edict" test --format json "$pack" > "$work/tests"
        status=$?
        [ $status -le 1 ] || echo "not ok $pack: exit status $status"
        sed -n 's/^/# /; /"passed": false/p' "$work/tests"
        awk -v pack="$pack" '/"passed": true/ { print "ok " pack } /"passed": false/ { print "not ok " pack }' "$work/tests"
        [ -s "$work/tests" ] || ! grep -q '^tests' "$pack" || echo "not ok $pack: none of its tests ran"
    done
}
part_check() { for pack in $packs; do try "check --strict $pack" "$edict" check --strict "$pack"; done; }
part_form() { for pack in $packs; do try "fmt --check $pack" "$edict" fmt --check "$pack"; done; }
part_cases() {
    sh tests/cases/run.sh "$edict"
    [ ! -f tests/cases/mistakes/run.sh ] || sh tests/cases/mistakes/run.sh "$edict"
}
part_differ() { sh tests/oracle/run.sh "$build/tests/differ"; }
part_answers() {
    for answers in tests/answers/*.jsonl; do "$build/tests/answers" "$answers" || echo "not ok $answers: status $?"; done
}
part_examples() { sh examples/run.sh "$edict"; }
part_same() { sh tests/same/run.sh "$edict" "$OTHER"; }
part_cli() { for script in run signed faults versions diff corpus pages usage changes limits; do sh "tests/cli/$script.sh" "$edict" || echo "not ok $script.sh: status $?"; done; }
part_fuzz() {
    for target in $(ls tests/fuzz/corpus); do
        "$build/tests/fuzz/replay_$target" tests/fuzz/corpus/$target/* || echo "not ok $target: status $?"
    done
}
part_sweep() {
    "$build/tests/sweep/sweep" 2>&1
    calls=$(cat include/*.h | sed '/^typedef/d; s/^ *\*.*//; s|/\*.*||' | grep -o '\bedict_[a-z_]*(' | sort -u)
    for call in $calls; do grep -qF "$call" tests/sweep/sweep.c || echo "not ok $call…) is public and not swept"; done
    [ "$(echo "$calls" | wc -l)" -gt 40 ] && echo 'ok each public function is swept' || echo 'not ok the headers were not understood'
}
part_embed() { sh tests/embed/run.sh "$build"; }
part_docs() {
    documents=$(ls README.md SPEC.md CONTRIBUTING.md docs/*.md 2> "$work/none")
    grep -q '^```' $documents || { echo 'skip no document has a block'; return; }
    sh tests/tools/doc_test.sh $(grep -l '^```' $documents)
}
part_habits() {
    for habit in layers words style limits; do
        case $habit in layers) set -- "$build/libedict-run.a" -lxxhash -lpthread $SANITIZE ;; *) set -- ;; esac
        sh "tests/tools/$habit.sh" "$@" > "$work/habit" 2>&1
        status=$?
        if [ $status -eq 0 ] && [ ! -s "$work/habit" ]; then echo "ok $habit"; else echo "not ok $habit"; sed 's/^/#   /' "$work/habit"; fi
    done
    if ! grep -qF "made from $(sh tests/tools/coverage.sh --sum) " rulesets/COVERAGE.md; then
        echo 'not ok rulesets/COVERAGE.md is up to date'; echo '#   the packs have changed: make coverage-rules'
    elif grep -n '[*][*]none[*][*]' rulesets/COVERAGE.md > "$work/habit"; then
        echo 'not ok each rule and row of a pack is noticed by a test'; sed 's/^/#   /' "$work/habit"
    else echo 'ok each rule and row of a pack is noticed by a test'; fi
}
# The answer key and the published tables, where they are (tests/key/README.md).
part_key() {
    [ -d ../shared/cases ] && python3 -c '' 2> "$work/none" || { echo 'skip the answer key is not here, or no python3'; return; }
    for script in ${1:-cases records claims pairs units}; do
        PYTHONDONTWRITEBYTECODE=1 python3 tests/key/$script.py || echo "not ok tests/key/$script.py: status $?"
    done
}
# Only when it is named, in a build with CONF=tsan: encounters shared out to threads by the command, and by hosts.
part_threads() {
    export TSAN_OPTIONS=halt_on_error=1:exitcode=66:${TSAN_OPTIONS:-}
    nm "$edict" | grep -q __tsan_init || { echo "not ok $edict is no build with CONF=tsan"; return; }
    for pack in hospital office; do
        # Many batches, so that every thread has some.
        awk '{ line[NR] = $0 } END { for (i = 0; i < 100; i++) for (n = 1; n <= NR; n++) print line[n] }' examples/$pack.ndjson > "$work/day"
        "$edict" run -q --threads 1 rulesets/medicare/$pack.edict "$work/day" > "$work/one"
        for threads in 2 4 8; do
            try "$pack, $threads threads" "$edict" run -q --threads $threads rulesets/medicare/$pack.edict "$work/day" -e "$work/errors"
            "$edict" run -q --threads $threads rulesets/medicare/$pack.edict "$work/day" 2> "$work/told" | cmp -s - "$work/one" &&
                [ ! -s "$work/told" ] && echo "ok $pack, $threads threads: the answers of one" || { echo "not ok $pack, $threads threads: other answers"; sed 's/^/#   /' "$work/told" | head -40; }
        done
    done
    part_embed
}
# Only when it is named: the whole published table of pairs, some seconds and 165 MB in the directory of temporary files.
part_whole() { part_key whole; }

for part in $parts; do
    "part_$part" > "$work/log" 2>&1
    status=$?
    set -- $(awk -f tests/tools/count.awk "$work/log")
    passed=$1 failed=$2 skipped=$3
    if [ $status -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; echo "not ok the part ended with $status" >> "$work/log"; tail -5 "$work/log"; fi
    if [ $((passed + failed + skipped)) -eq 0 ]; then failed=1; echo "not ok nothing ran" >> "$work/log"; fi
    [ "$failed" -eq 0 ] || { echo "---- $part"; grep -v -e '^ok' -e '^1\.\.' "$work/log" | head -100; echo "----"; }
    printf '%-9s %4d passed' "$part" "$passed"
    [ "$failed" -eq 0 ] || printf ', %d failed' "$failed"
    [ "$skipped" -eq 0 ] || printf ', %d skipped: %s' "$skipped" "$(sed -n -e 's/^skip //p' -e 's/.*# SKIP //p' "$work/log" | head -1)"
    echo
    total_passed=$((total_passed + passed)) total_failed=$((total_failed + failed)) total_skipped=$((total_skipped + skipped))
done
echo "$total_passed passed, $total_failed failed, $total_skipped skipped"
[ $total_failed -eq 0 ] && [ $total_passed -gt 0 ]
