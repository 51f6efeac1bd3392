#!/bin/sh
# The page that `run --pretty` prints, whole, against pages.txt: wide, and narrow in ASCII; and in colour, the same words.
# Usage: pages.sh [--accept] EDICT, from the root. --accept writes what comes; look at the difference.
accept=
[ "$1" != --accept ] || { accept=1; shift; }
edict=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
root=$PWD
. "$(dirname "$0")/checks.sh"
hospital=$root/rulesets/medicare/hospital.edict

page() { width=$1; shift; COLUMNS=$width "$edict" run -q --pretty "$@" "$hospital" "$packs/pages.ndjson"; }
{ page 100; page 60 --ascii; } > pages 2> err
[ -z "$accept" ] || cp pages "$here/pages.txt"
if cmp -s pages "$here/pages.txt"; then ok 'the pages are as expected'
else not_ok 'the pages are as expected' "$(diff -u "$here/pages.txt" pages)"; fi
same 'no page is wider than the terminal' "$(page 72 --ascii 2> err | awk 'length > 72 && !/http/ { wide++ } END { print wide + 0 }')" 0
same 'no byte of ASCII pages is beyond it' "$(page 60 --ascii 2> err | LC_ALL=C tr -d '\001-\176' | wc -c)" 0
page 100 --color always 2> err | sed "s/$esc\[[0-9;]*m//g" > plain
page 100 2> err > wide
cmp -s plain wide && ok 'colours change no word' || not_ok 'colours change no word' "$(diff plain wide | head -20)"

echo "$((all - bad)) of $all checks pass"
[ "$bad" = 0 ]
