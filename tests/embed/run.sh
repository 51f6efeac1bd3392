#!/bin/sh
# Installs into an empty directory, builds a C and a C++ host there by pkg-config alone, and runs them: shared and static.
# Usage: run.sh BUILD-DIRECTORY [PACK CORPUS], from the project's root. CC and SANITIZE as the build had them.
build=$1
pack=${2:-tests/cli/packs/small.edict}
corpus=${3:-tests/cli/packs/small.ndjson}
cc=${CC:-cc}
case $cc in *clang*) cxx=clang++ ;; *) cxx=g++ ;; esac
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
bad=0 all=0
step() { name=$1; shift; all=$((all + 1)); if "$@" > "$dir/log" 2>&1; then echo "ok $all - $name"; else
    echo "not ok $all - $name"; sed 's/^/#   /' "$dir/log"; bad=$((bad + 1)); fi; }
in_shell() { sh -c "$1"; }
export PKG_CONFIG_PATH="$dir/usr/lib/pkgconfig"
warn="-Wall -Wextra -Wpedantic -Werror $SANITIZE"
install="make -s B=$build CC=$cc CONF=$(basename "$build" -clang)"
step 'make install' $install install PREFIX="$dir/usr"
step 'build an image' "$dir/usr/bin/edict" build "$pack" -o "$dir/small.edx"
run_libs="$(pkg-config --cflags --libs edict-run)"
all_libs="$(pkg-config --cflags --libs edict)"
step 'C host, shared run half' $cc -std=c17 $warn tests/embed/host.c -o "$dir/host" $run_libs -pthread
step 'it runs' env LD_LIBRARY_PATH="$dir/usr/lib" "$dir/host" "$dir/small.edx" "$corpus"
step 'C host, static run half' $cc -std=c17 $warn tests/embed/host.c -o "$dir/host_a" -I"$dir/usr/include" \
    "$dir/usr/lib/libedict-run.a" $(pkg-config --static --libs-only-l edict-run | sed 's/-ledict-run//') -pthread
step 'it runs' "$dir/host_a" "$dir/small.edx" "$corpus"
step 'C++ host, whole library' $cxx -std=c++17 $warn tests/embed/host.cpp -o "$dir/hostpp" $all_libs -pthread
step 'it runs' env LD_LIBRARY_PATH="$dir/usr/lib" "$dir/hostpp" "$pack" "$corpus"
step 'C++ host, whole static library' $cxx -std=c++17 $warn tests/embed/host.cpp -o "$dir/hostpp_a" -I"$dir/usr/include" \
    "$dir/usr/lib/libedict.a" $(pkg-config --static --libs-only-l edict | sed 's/-ledict//') -pthread
step 'it runs' "$dir/hostpp_a" "$pack" "$corpus"
step 'the run half has no compiler' in_shell "! nm -D --defined-only '$dir/usr/lib/libedict-run.so' | grep edict_compile"
step 'only edict_ names are exported' in_shell "! nm -D --defined-only '$dir/usr/lib/libedict.so' | awk '{print \$3}' | grep -v ^edict_"
step 'and the archives show no others' in_shell "! nm -g --defined-only '$dir/usr/lib/libedict.a' '$dir/usr/lib/libedict-run.a' | awk 'NF == 3 {print \$3}' | grep -v ^edict_"
step 'make uninstall' $install uninstall PREFIX="$dir/usr"
step 'nothing is left' in_shell "[ -z \"\$(find '$dir/usr' -type f -o -type l)\" ]"
echo "$((all - bad)) of $all checks pass"
[ "$bad" = 0 ]
