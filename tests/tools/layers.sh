#!/bin/sh
# Says which include crosses a stage, and whether the run half needs the compiler. Silent when all is well.
# Usage: layers.sh [RUN-ARCHIVE LIBRARY...], from the project's root.
out=$(grep -Hn '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' cli/*.[ch] compiler/*.[ch] lang/*.[chly] vm/*.[ch] base/*.[ch] \
        include/*.h 2>/dev/null | awk '
{
    split($0, part, ":"); file = part[1]; line = part[2]
    match($0, /"[^"]*"/); name = substr($0, RSTART + 1, RLENGTH - 2)
    from = file; sub(/\/.*/, "", from)
    public = name == "edict.h" || name == "edict_compile.h" || name ~ /^include\//
    to = name ~ /\// ? name : public ? "include" : from
    sub(/\/.*/, "", to)
    if (name ~ /\.\.\//) to = "a path upwards"
    good = 0
    if (from == "cli")      good = to == "include" || to == "cli"
    if (from == "compiler") good = to == "compiler" || to == "lang" || to == "base" || to == "include" || \
                                   name == "vm/image.h" || name == "vm/code_pairs.h" || name == "vm/ops.h" || \
                                   name == "vm/ops.def"
    if (from == "lang")     good = to == "lang" || to == "base"
    if (from == "vm")       good = (to == "vm" || to == "base" || to == "include") && name !~ /edict_compile\.h/
    if (from == "base")     good = to == "base"
    if (from == "include")  good = to == "include"
    if (!good) print file ":" line ": " from "/ must not include \"" name "\""
}')
[ -z "$out" ] || { echo "$out"; failed=1; }
if [ -n "$1" ]; then
    archive=$1; shift
    dir=$(mktemp -d) || exit 1
    trap 'rm -rf "$dir"' EXIT
    cat > "$dir/host.c" <<'C'
#include "edict.h"
int main(void) { edict_program *p = 0; edict_error e = {0}; return edict_program_load("", 0, &p, &e) == EDICT_OK; }
C
    ${CC:-cc} -Iinclude "$dir/host.c" -Wl,--whole-archive "$archive" -Wl,--no-whole-archive -o "$dir/host" "$@" 2> "$dir/log" ||
        { echo "$archive does not link alone:"; cat "$dir/log"; failed=1; }
fi
exit ${failed:-0}
