#!/bin/sh
# Runs sectioned cases: what the rules of a case answer to its encounters, say about themselves, and are compiled to.
# Usage: run.sh [--accept] EDICT [CASE]…, from the project's root. --accept writes what came into the case; look at the difference.
# A case is free text, then sections, each begun by a line of its own:
#   --- rules            the pack, kept as rules.edict; @ROOT@ is the project's directory
#   --- pack NAME        a further pack, kept as NAME.edict beside it
#   --- file NAME        a file beside it
#   --- and WHAT         the rules with this text behind them, for the next expectation
#   --- run NAME…        the packs of the following answers (not given: rules)
#   --- set P=V…         policies of the next section alone, ~ for a blank; other options too
#   --- encounter        NDJSON, until the next such section
#   --- result           what `edict run` answers: each charge and finding on a line, hashes left out
#   --- refused          the same, where the exit status is 3
#   --- diagnostics      what `edict check` says
#   --- listing [WORD]   what `edict list` shows, or its lines with WORD
#   --- tests            what `edict test` says
accept=
[ "$1" != --accept ] || { accept=1; shift; }
edict=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
shift
root=$PWD
[ $# -gt 0 ] || set -- tests/cases/*.case
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export LC_ALL=C.UTF-8
passed=0 failed=0

# Answers as they are kept: without identities, charges and findings on lines of their own.
answers() {
    sed -e 's/"rules": "[0-9a-f]*", "image": "[0-9a-f]*", //' -e 's/\("status": "[a-z_]*"\), /\1,\n  /' -e 's/\], "findings": \[/],\n  "findings": [/' "$1" |
        awk '/^  "findings"/ { gsub(/\{"kind": /, "\n    &") } /^  "charges"/ { gsub(/\{"code": /, "\n    &") } { gsub(/, \n/, ",\n"); print }'
}
# One section with an expectation: what comes goes into the file $2.
produce() {
    case $1 in
    result | refused)
        want=0; [ "$1" = result ] || want=3
        packs=
        for pack in $run; do packs="$packs $pack.edict"; done
        eval "timeout 100 \"\$edict\" run -q $options $packs encounter" > "$dir/raw" 2> "$dir/err"
        status=$?
        answers "$dir/raw" > "$2"
        [ $status -eq $want ] || { echo "exit status $status"; cat "$dir/err"; } >> "$2" ;;
    diagnostics) timeout 100 "$edict" check --color never $options rules.edict > "$2" 2>&1 ;;
    listing) timeout 100 "$edict" list rules.edict 2>&1 | grep -F -- "$argument" > "$2" ;;
    tests) timeout 100 "$edict" test --color never $options rules.edict > "$2" 2>&1 ;;
    esac
}
# Sections of the case: NNN holds the text, index its number, name and argument.
for file; do
    rm -rf "$dir/at" "$dir/parts"
    mkdir "$dir/at" "$dir/parts"
    awk -v to="$dir/parts" '
        function begin() { if (name) close(name); name = sprintf("%s/%03d", to, ++n); printf "" > name }
        BEGIN { begin(); print "001 text" > (to "/index") }
        /^--- / { begin(); printf "%03d %s\n", n, substr($0, 5) > (to "/index"); next }
        { print > name }' "$file"
    run=rules options='' about='' checks=0 bad=0
    while read -r number name argument; do
        part=$dir/parts/$number
        case $name in
        text) ;;
        rules | pack | file)
            case $name in rules) to=rules.edict ;; pack) to=$argument.edict ;; *) to=$argument ;; esac
            sed "s|@ROOT@|$root|g" "$part" > "$dir/at/$to"
            [ "$name" != rules ] || cp "$dir/at/$to" "$dir/alone" ;;
        and) sed "s|@ROOT@|$root|g" "$part" | cat "$dir/alone" - > "$dir/at/rules.edict"; about=": $argument" ;;
        encounter) cp "$part" "$dir/at/encounter" ;;
        run) run=$argument ;;
        set)
            for option in $argument; do
                case $option in --*) ;; *) option="--set '$(echo "$option" | tr '~' ' ')'" ;; esac
                options="$options $option"
            done ;;
        result | refused | diagnostics | listing | tests)
            (cd "$dir/at" && produce "$name" "$dir/came")
            sed -i "s|$root|@ROOT@|g" "$dir/came"
            options=
            checks=$((checks + 1))
            about=$name\ $checks${about:-}
            if cmp -s "$part" "$dir/came" && [ -s "$part" ]; then passed=$((passed + 1)); echo "ok $file: $about"
            elif [ $accept ] && [ -s "$dir/came" ]; then cp "$dir/came" "$part"; bad=1; echo "accepted $file: $about"
            else failed=$((failed + 1)); echo "not ok $file: $about"; diff "$part" "$dir/came" | sed 's/^/#   /'; fi
            about='' ;;
        *) failed=$((failed + 1)); echo "not ok $file: no such section: $name" ;;
        esac
    done < "$dir/parts/index"
    [ $checks -gt 0 ] || { failed=$((failed + 1)); echo "not ok $file: it expects nothing"; }
    if [ $accept ] && [ $bad = 1 ]; then
        while read -r number name argument; do
            [ "$name" = text ] || echo "--- $name${argument:+ $argument}"
            cat "$dir/parts/$number"
        done < "$dir/parts/index" > "$dir/new" && cp "$dir/new" "$file"
    fi
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
