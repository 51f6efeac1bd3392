#!/bin/sh
# One mistake, one message: what `edict check` says of each file here, compared with the text beside it; that each file but one
# gives exactly one message; and that every code of diag.def is given by some file.
# Usage: run.sh [--accept] EDICT. --accept writes what comes; look at the difference.
accept=
case $1 in --accept | accept) accept=1; shift ;; esac
edict=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cd "$(dirname "$0")" || exit 1
export LC_ALL=C.UTF-8
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0
ok() { passed=$((passed + 1)); echo "ok $1"; }
not_ok() {
    failed=$((failed + 1)); echo "not ok $1"; shift
    for text; do printf '%s\n' "$text" | sed 's/^/#   /'; done
}
for file in *.edict; do
    name=${file%.edict}
    strict= # a message that only a strict check gives
    case $name in strict-*) strict=--strict ;; esac
    "$edict" check $strict "$file" > "$dir/got" 2> "$dir/err"
    status=$?
    cat "$dir/err" >> "$dir/got"
    [ -z "$accept" ] || cp "$dir/got" "$name.txt"
    grep -oE '(error|warning) [EW][0-9]+' "$dir/got" | cut -d ' ' -f 2 > "$dir/codes"
    cat "$dir/codes" >> "$dir/all"
    count=$(wc -l < "$dir/codes")
    case $name in five-mistakes) wanted=5 ;; *) wanted=1 ;; esac
    hints=$(grep -c '^       = ' "$dir/got")
    if [ ! -f "$name.txt" ]; then not_ok "$name" "no $name.txt yet: run.sh --accept"
    elif ! cmp -s "$dir/got" "$name.txt"; then not_ok "$name" "$(diff -u "$name.txt" "$dir/got")"
    elif [ "$count" -ne $wanted ]; then not_ok "$name" "$count messages, not $wanted" "$(cat "$dir/got")"
    elif [ "$hints" -ne $wanted ]; then not_ok "$name" "$hints hints, not $wanted" "$(cat "$dir/got")"
    elif [ $status -ne 0 ] && [ $status -ne 2 ]; then not_ok "$name" "exit status $status"
    else ok "$name"; fi
done
"$edict" check --strict base/clinic.edict > "$dir/got" 2>&1 && ok 'the base has no mistake' ||
    not_ok 'the base has no mistake' "$(cat "$dir/got")"
# E009 alone has no file: an example would be longer than the limit that it exceeds. tests/unit/test_lang.c makes some.
# (That the examples of `edict explain` do what they say is tested by tests/unit/test_explain.c.)
for code in $("$edict" explain | awk '{ print $1 }'); do
    if grep -qx "$code" "$dir/all"; then ok "$code is provoked"
    elif [ "$code" = E009 ]; then echo "skip $code: tests/unit/test_lang.c provokes it"
    else not_ok "$code is provoked" 'by no file here'; fi
done
for text in *.txt; do [ -f "${text%.txt}.edict" ] || not_ok "$text" 'has no rules beside it'; done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
