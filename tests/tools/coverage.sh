#!/bin/sh
# Writes rulesets/COVERAGE.md: for every rule and every row of the shipped packs the tests that fail without it. Each is
# spoilt in a copy in turn (a row holds, a rule is gone) and the packs' own tests are run; what no test notices is listed.
# Usage, from the project's root: coverage.sh EDICT > rulesets/COVERAGE.md; coverage.sh --sum prints what it was made from.
export LC_ALL=C.UTF-8
packs='cpt/administration medicare/hospital medicare/office medicare/mac_overlay commercial/select_health
    commercial/regence commercial/cigna_facility commercial/anthem medicaid/medi_cal medicaid/oklahoma'

# The rules as they stand, and what is said about them by hand: COVERAGE.md is up to date while this is the same.
sum_of() { for pack in facts/encounter $packs; do cat "rulesets/$pack.edict"; done | cat - rulesets/questions.md | cksum; }
if [ "$1" = --sum ]; then sum_of; exit; fi
edict=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cp -r rulesets "$work/rules"

# What can be spoilt in a pack: first line, last line, how, column, item, the text that is shown.
list_mutants() {
    awk '
        function cell(row, n, part) { split(row, part, "|"); gsub(/^ +| +$/, "", part[n + 1]); return part[n + 1] }
        function emit(from, to, how, column, text) { printf "%d\t%d\t%s\t%d\t%s\t%s\n", from, to, how, column, item, text }
        /^[a-z]/ {
            if (kind == "rule") emit(start, last, "cut", 0, "")
            kind = $1; item = $2; start = NR; header = 0
            if (kind == "bill" && $3 == "as" || $4 == "as") for (i = 2; i < NF; i++) if ($i == "as") item = $(i + 1)
            if (kind == "bill" && item == $2) item = "bill " $2
            if (kind == "changes" && ($2 == "bill" || $2 == "table")) item = "changes " $2 " " $3
            sub(/,$/, "", item)
        }
        NF { last = NR }
        /^  \|/ && kind ~ /^(table|bill|threshold|hierarchy|sets)$/ {
            columns = split($0, unused, "|") - 2
            if (!header) { header = 1; result = columns
                if (kind == "bill") for (i = 1; i <= columns; i++) if (cell($0, i) == "code") result = i
                next }
            text = $0; gsub(/  +/, " ", text); gsub(/^ | $/, "", text)
            emit(NR, NR, kind == "table" || kind == "bill" ? "hold" : kind == "threshold" ? "count" : "cut", result, text)
        }
        /^  (remove|replace) row/ && kind == "changes" { emit(NR, NR + ($1 == "replace"), "cut", 0, $0) }
        END { if (kind == "rule") emit(start, last, "cut", 0, "") }' "$1"
}

# One of them, spoilt.
spoil() {
    awk -v from="$2" -v to="$3" -v how="$4" -v column="$5" '
        NR < from || NR > to { print; next }
        how == "hold" || how == "count" {
            n = split($0, part, "|")
            if (how == "hold") part[column + 1] = " hold \"spoilt\" "
            else sub(/[0-9]+/, 7 + substr(part[column + 1], match(part[column + 1], /[0-9]+/), RLENGTH), part[column + 1])
            row = part[1]
            for (i = 2; i <= n; i++) row = row "|" part[i]
            print row
        }' "$1"
}

# The tests of the packs given that fail, by name; what else went wrong.
failing() {
    for tested; do
        "$edict" test --format json "$work/rules/$tested.edict" > "$work/out" 2>> "$work/err"
        status=$?
        if [ $status -gt 1 ]; then echo "!status $status"; return; fi
        sed -n 's/.*"test": "\(.*\)", "place".*"passed": false.*/\1/p' "$work/out"
    done
}

# The packs whose tests see a rule of this one.
heirs() {
    case $1 in
    cpt/*) echo "$1 medicare/hospital medicare/office medicare/mac_overlay commercial/select_health" ;;
    medicare/office) echo "$1 medicare/mac_overlay commercial/regence" ;;
    *) echo "$1" ;;
    esac
}

# Why no test of a pack notices some.
reason_of() {
    case $1 in
    facility_rank*injection* | facility_rank*hydration*) echo 'decides only the order in which charges are listed; tests compare sets' ;;
    further_hours*'up to 90 min'*) echo 'says what holds without it: a threshold that is not reached gives nothing' ;;
    drug_given_as*hydration*) echo 'hydration has rows of its own in `given_as`; nothing reads this value' ;;
    'other_parent ' | 'contractor_parent ') echo 'the add-on codes shipped are all of type 1; tests/tables asks it of a whole published file' ;;
    esac
}

echo '# What the tests of the packs exercise'
echo
echo 'Made by `make coverage-rules`; do not edit. Each rule and each row of a shipped pack was spoilt in turn (a row holds, a rule'
echo 'is taken out), and the tests that stand in the packs were run: the tests named failed, so each of them exercises it. Rows of'
echo 'published tables (`ptp`, `mue`, `parent`, `billing_unit`) are compared with the published files by `tests/key`. What the compiler'
echo 'misses at once when it is gone, because other rows rest on it, is said too.'
echo
echo "<!-- made from $(sum_of) -->"
for pack in $packs; do
    "$edict" test "$work/rules/$pack.edict" > "$work/out" 2>&1 || { cat "$work/out" >&2; exit 1; }
    title=$(sed -n 's/^pack \([^ ]*\).*/\1/p' "rulesets/$pack.edict")
    list_mutants "rulesets/$pack.edict" > "$work/mutants"
    : > "$work/table"
    while IFS='	' read -r from to how column item text; do
        for way in $how cut; do
            spoil "rulesets/$pack.edict" "$from" "$to" "$way" "$column" > "$work/rules/$pack.edict"
            failing $(heirs $pack) | awk '!seen[$0]++' > "$work/failed"
            grep -q '^!' "$work/failed" || break
        done
        awk -v item="$item" -v text="$text" -v reason="$(reason_of "$item $text")" '
            { names[++n] = $0 }
            END {
                if (names[1] ~ /^!/) how = "*does not compile without it*"
                else if (!n) how = reason == "" ? "**none**" : "no test: " reason
                else { for (i = 1; i <= n && i <= 3; i++) how = how (i > 1 ? "; " : "") names[i]; if (n > 3) how = how "; " n - 3 " more" }
                gsub(/\|/, "¦", text)
                print "| `" item "`" (text == "" ? "" : " " text) " | " how " |"
            }' "$work/failed" >> "$work/table"
    done < "$work/mutants"
    cp "rulesets/$pack.edict" "$work/rules/$pack.edict"
    total=$(wc -l < "$work/table") none=$(grep -c -e '\*\*none\*\* |$' -e '| no test: ' "$work/table")
    printf '\n## %s\n\n%d rules and rows; %d that no test notices.\n\n' "$title" "$total" "$none"
    [ "$total" -eq 0 ] || { printf '| rule or row | tests that fail without it |\n|---|---|\n'; cat "$work/table"; }
done
echo
cat rulesets/questions.md
