# What the scripts of this directory share: a place of their own to run in, and the checks. Sourced with `edict` set.
here=$(cd "$(dirname "$0")" && pwd)
json=$(dirname "$edict")/tests/json
[ -x "$json" ] || { echo "not ok 0 - $json is not built (make test)"; exit 1; }
packs=$here/packs
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
export LC_ALL=C.UTF-8
unset NO_COLOR COLUMNS
all=0 bad=0
ok() { all=$((all + 1)); echo "ok $all - $1"; }
not_ok() { all=$((all + 1)); bad=$((bad + 1)); echo "not ok $all - $1"; shift
    for text; do printf '%s\n' "$text" | sed 's/^/#   /'; done; }
# status NAME WANTED COMMAND…: the exit status; standard output and error stay in the files out and err.
status() { name=$1 wanted=$2; shift 2; "$@" > out 2> err < /dev/null; got=$?
    [ "$got" = "$wanted" ] && ok "$name" || not_ok "$name" "status $got, wanted $wanted" "$(head -5 err)"; }
has() { grep -qF -- "$3" "$2" && ok "$1" || not_ok "$1" "not in $2: $3" "$(head -8 "$2")"; }
lacks() { grep -qF -- "$3" "$2" && not_ok "$1" "in $2: $3" || ok "$1"; }
same() { [ "$2" = "$3" ] && ok "$1" || not_ok "$1" "wanted: $3" "got: $2"; }
esc=$(printf '\033')
small=$packs/small.edict other=$packs/other.edict corpus=$packs/small.ndjson
