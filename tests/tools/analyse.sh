#!/bin/sh
# Static analysis of one source: clang-tidy (.clang-tidy says which checks), and clang's scan-build. Silent when clean.
# Usage, from the project's root: analyse.sh SOURCE DIRECTORY FLAG...
# In the directory come the object and its dependencies, by which make knows when to look again.
export LC_ALL=C
source=$1 to=$2/${1%.c}
shift 2
mkdir -p "$(dirname "$to")" || exit 1
bad=0
clang-tidy --quiet "$source" -- "$@" > "$to.log" 2>&1 || { grep -v ' warnings\{0,1\} generated' "$to.log"; bad=1; }
scan-build -o "$to.reports" --use-cc=clang --status-bugs clang "$@" -MMD -MP -MF "$to.d" -MT "$to.analysed" -c "$source" -o "$to.o" > "$to.log" 2>&1 ||
    { grep -v '^scan-build: ' "$to.log"; bad=1; }
rm -f "$to.log" "$to.o"
exit $bad
