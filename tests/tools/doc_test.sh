#!/bin/sh
# Runs the code blocks of the documents with the built program. Usage, from the project's root: doc_test.sh [FILE]...
# The words behind the three back quotes say what a block is:
#   edict [PATH]          a whole pack: checked, its form compared with `edict fmt`, its tests run. Kept under PATH, so that others extend it
#   edict header          a whole pack that stands before every fragment after it
#   edict fragment        items: as a whole pack, behind the header
#   edict refused CODE    the same, and the compiler finds just this one mistake
#   json encounter [PACK] one encounter, for that pack of the project or the last pack above it
#   json answer           what the program answers to it; blanks, line ends and hashes are not compared
#   console               lines `$ edict …` are run in the directory of the packs (the project's rulesets/ and examples/ are there too),
#                         what follows is what they print; a line … stands for any number of lines
EDICT=${EDICT:-build/release/edict}
case $EDICT in /*) ;; *) EDICT=$PWD/$EDICT ;; esac
[ -x "$EDICT" ] || { echo "not ok: there is no program $EDICT"; echo "0 passed, 1 failed"; exit 1; }
[ $# -gt 0 ] || set -- README.md SPEC.md CONTRIBUTING.md docs/*.md
here=$PWD
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0
mkdir "$dir/blocks" "$dir/packs" "$dir/bin"
ln -s "$EDICT" "$dir/bin/edict"
for name in rulesets examples; do ln -s "$here/$name" "$dir/packs/$name"; done
PATH=$dir/bin:$PATH

# blocks/NNNN holds a block's text, blocks/index one line a block: its file, first line and words.
awk -v to="$dir/blocks" '
FNR == 1 { open = 0 }
/^```/ && open { open = 0; close(name); next }
/^```/ { open = 1; name = sprintf("%s/%04d", to, ++n); info = substr($0, 4); printf "" > name
         printf "%04d %s %d %s\n", n, FILENAME, FNR + 1, info > (to "/index"); next }
open { print > name }' "$@" || exit 1
[ -s "$dir/blocks/index" ] || { echo "not ok: no block in $*"; echo "0 passed, 1 failed"; exit 1; }

# What counts of an answer: everything but blanks between its parts and the two hashes.
squeeze() {
    awk '{ text = text $0 "\n" }
    END {
        for (i = 1; i <= length(text); i++) {
            c = substr(text, i, 1)
            if (quoted) { out = out c; if (c == "\\") { out = out substr(text, ++i, 1) } else if (c == "\"") quoted = 0 }
            else if (c == "\"") { out = out c; quoted = 1 }
            else if (c !~ /[ \t\r\n]/) out = out c
        }
        gsub(/"rules":"[^"]*"/, "\"rules\":\"\"", out); gsub(/"image":"[^"]*"/, "\"image\":\"\"", out)
        gsub(/[}],[{]/, "},\n{", out)
        print out
    }'
}

# Does the text of a file fit the expected one, in which a line … stands for any lines?
matches() {
    awk 'NR == FNR { want[++w] = $0; next } { got[++g] = $0 }
    function fits(i, j) {
        for (; i <= w; i++) {
            if (want[i] == "…") { for (; j <= g + 1; j++) if (fits(i + 1, j)) return 1; return 0 }
            if (j > g || got[j] != want[i]) return 0
            j++
        }
        return j == g + 1
    }
    END { exit !fits(1, 1) }' "$1" "$2"
}

good() { passed=$((passed + 1)); echo "ok $where: $1"; }
bad() { failed=$((failed + 1)); echo "not ok $where: $1"; sed 's/^/  | /' "$dir/log"; }
tell() { if [ "$1" -eq 0 ]; then good "$2"; else bad "$2"; fi; }

# The pack in "$pack" is right, and so are its tests and the form of the block.
pack_try() {
    "$EDICT" check -I rulesets "$pack" > "$dir/log" 2>&1 && "$EDICT" fmt --check "$block" > "$dir/log" 2>&1 &&
        { ! grep -q '^tests' "$block" || "$EDICT" test -I rulesets "$pack" > "$dir/log" 2>&1; }
    tell $? "$1"
}

# One command of a console block: "$command", its expected output in blocks/want.
command_try() {
    [ -n "$command" ] || return
    (cd "$dir/packs" && eval "$command") > "$dir/log" 2>&1 < /dev/null
    status=$?
    if [ -s "$dir/want" ]; then matches "$dir/want" "$dir/log"; else [ $status -eq 0 ]; fi
    tell $? "\$ $command"
}

pack= header= encounter=
while read -r number file line kind what rest; do
    block=$dir/blocks/$number where=$file:$line
    case $kind-$what in
    edict-header) pack=$dir/packs/page.edict header=$block; cp "$block" "$pack"; pack_try "header" ;;
    edict-fragment) pack=$dir/packs/page.edict; { cat "$header"; echo; cat "$block"; } > "$pack"; pack_try "fragment" ;;
    edict-refused)
        { cat "$header"; echo; cat "$block"; } > "$dir/packs/refused.edict"
        "$EDICT" check --format json -I rulesets "$dir/packs/refused.edict" > "$dir/log" 2>/dev/null
        [ "$(grep -c '"severity":"error"' "$dir/log")" = 1 ] && grep -q "\"code\":\"$rest\"" "$dir/log"
        tell $? "refused with $rest" ;;
    edict-*)
        pack=$dir/packs/${what:-page.edict}
        mkdir -p "${pack%/*}" && cp "$block" "$pack"
        pack_try "pack ${what:-}" ;;
    json-encounter) encounter=$block pack=${rest:+$dir/packs/}${rest:-$pack} ;;
    json-answer)
        "$EDICT" run -q -I rulesets "$pack" "$encounter" > "$dir/raw" 2> "$dir/log"
        squeeze < "$dir/raw" > "$dir/got"; squeeze < "$block" > "$dir/want"
        diff "$dir/want" "$dir/got" > "$dir/log"
        tell $? "answer" ;;
    console-*)
        command=; : > "$dir/want"
        while IFS= read -r text; do
            case $text in
            "\$ "*) command_try; command=${text#??}; : > "$dir/want" ;;
            *) printf '%s\n' "$text" >> "$dir/want" ;;
            esac
        done < "$block"
        command_try ;;
    esac
done < "$dir/blocks/index"

# The map of the house names every source file; every directory says what it is for.
where=docs/architecture.md
if [ -f $where ]; then
    for file in base/* lang/* compiler/* vm/* cli/* include/*; do
        case $file in *.[chyl] | *.def) grep -q "\`${file##*/}\`" $where || echo "no line for $file" ;; esac
    done > "$dir/log"
    [ ! -s "$dir/log" ]; tell $? "names every source file"
fi
where=README.md
find . -name .git -prune -o -path ./build -prune -o -type d ! -name . -print | while read -r name; do
    [ -n "$(find "$name" -maxdepth 1 -type f)" ] || continue
    [ -f "$name/README.md" ] || echo "$name has none"
    [ "$name" = ./rulesets ] && continue # the analysts' guide
    [ ! -f "$name/README.md" ] || [ "$(wc -l < "$name/README.md")" -le 15 ] || echo "$name/README.md: more than 15 lines"
done > "$dir/log"
[ ! -s "$dir/log" ]; tell $? "in every directory, at most 15 lines"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
