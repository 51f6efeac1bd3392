#!/bin/sh
# Says which limit of SPEC.md, 26, the code does not have, and which no test names. Silent when all is well.
# (That each limit of the headers stands there: tests/unit/test_limits.c.) From the project's root.
names=$(sed -n '/^## 26 /,/^## 27 /p' SPEC.md | grep '^|' | grep -o '`[A-Z][A-Z_]*[A-Z]`' | tr -d '`' | sort -u)
[ "$(echo "$names" | wc -l)" -gt 50 ] || { echo 'the tables of SPEC.md, 26, were not understood'; exit 1; }
code=$(ls base/*.[ch] lang/*.[chly] compiler/*.[ch] vm/*.[ch] cli/*.[ch])
bad=0
for name in $names; do
    cat $code | grep -qE "^#define $name +[(0-9]|^([^/]*[^A-Z_a-z])?$name = [0-9]" || { echo "$name: SPEC.md, 26, names it, the code has none"; bad=1; }
    grep -qw "$name" tests/unit/test_*.c tests/cli/*.sh || { echo "$name: no test of tests/unit or tests/cli names it"; bad=1; }
done
exit $bad
