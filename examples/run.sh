#!/bin/sh
# Answers the examples and compares with what is expected of them. Usage: run.sh [--accept] EDICT, from the project's root.
accept=
[ "$1" != --accept ] || { accept=1; shift; }
edict=$1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
bad=0
for name in hospital office; do
    "$edict" run -q --strict "rulesets/medicare/$name.edict" "examples/$name.ndjson" > "$dir/raw" || { echo "not ok $name: exit status $?"; bad=1; }
    # Identities change with every rule: they are left out.
    sed 's/"rules": "[0-9a-f]*", "image": "[0-9a-f]*", //' "$dir/raw" > "$dir/came"
    [ ! $accept ] || cp "$dir/came" "examples/$name.answers.ndjson"
    awk 'NR == FNR { wanted[FNR] = $0; n = FNR; next }
        { print ($0 == wanted[FNR] ? "ok " : "not ok ") FILENAME " " FNR; if ($0 != wanted[FNR]) print "#   wanted " wanted[FNR] "\n#   came   " $0 }
        END { if (FNR != n) print "not ok " n " answers wanted, " FNR " came" }' "examples/$name.answers.ndjson" "$dir/came" |
        sed "s|$dir/came|$name|" > "$dir/log"
    cat "$dir/log"
    ! grep -q '^not ok' "$dir/log" || bad=1
done
exit $bad
