#!/bin/sh
# Two versions over a corpus: diff --corpus. Usage: corpus.sh EDICT, from the root. ENCOUNTERS=100000 asks the whole question.
# The truth is found without diff: each edit is made alone in the sources, and run on every encounter.
edict=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
root=$(pwd)
. "$(dirname "$0")/checks.sh"
corpus_tool=$(dirname "$edict")/tests/corpus
[ -x "$corpus_tool" ] || { echo "not ok 0 - $corpus_tool is not built (make test)"; exit 1; }
"$corpus_tool" "${ENCOUNTERS:-400}" 7 > corpus.ndjson
same 'a corpus is the same every time' "$("$corpus_tool" 50 7 | cmp - corpus.ndjson 2>&1 | grep -c differ)" 0

# Edits of the shipped pack: name, item by which diff knows it, file, what is done to the file. The last ones change no answer.
cat > edits <<'E'
floor	policy hydration_floor	cpt/administration	s/^\(  | hydration_floor  *| 31 min, 16 min  *| \)31 min/\116 min/
stop	policy missing_stop_time	cpt/administration	s/^\(  | missing_stop_time  *| [^|]*| \)hold/\1push/
gap	policy repeat_push_gap	cpt/administration	s/^\(  | repeat_push_gap  *| [^|]*| \)over_30 /\1at_least_30 /
list	codes complex_drug J2323	cpt/administration	/^codes complex_drug/,/^$/s/J2323 "natalizumab", J2327/J2327/
bill	bill course 	cpt/administration	s/^\(  | therapeutic  *| IV  *| push  *| sequential  *| \)96375/\196376/
hours	threshold further_hours	cpt/administration	s/^\(  | \)up to 90 min \( *| 0 \)/\1up to 95 min \2/; s/^\(  | \)from 91 min \( *| 1  *|$\)/\1from 96 min \2/
rank	hierarchy facility_rank	cpt/administration	/^hierarchy facility_rank/,/^$/{s/| therapeutic  | push /| therapeutic  | PUSH /; s/| therapeutic  | injection /| therapeutic  | push /; s/| PUSH /| injection /}
remark		cpt/administration	s/^codes contrast/# a remark of no consequence\n&/
title		medicare/hospital	s/title     "Medicare outpatient hospital"/title     "Medicare, outpatient"/
E
# pack DIRECTORY NAME…: the shipped packs with these edits.
pack() { rm -rf "$1"; cp -r "$root/rulesets" "$1"; to=$1; shift
    for edit; do
        file=$to/$(awk -F'\t' -v e="$edit" '$1 == e {print $3}' edits).edict
        cp "$file" before; sed "$(awk -F'\t' -v e="$edit" '$1 == e {print $4}' edits)" before > "$file"
        cmp -s before "$file" && not_ok "the edit $edit changes $file"
    done; }
# said DIRECTORY FILE: an answer a line, without what names the pack or counts rows.
said() { "$edict" run -q "$1/medicare/hospital.edict" "$2" |
    sed 's/"pack": "[^"]*", "rules": "[^"]*", "image": "[^"]*", //; s/"because": \[[^]]*\], //g'; }
names=$(cut -f1 edits)
pack old; pack new $names
said old corpus.ndjson > old.said; said new corpus.ndjson > new.said
for edit in $names; do pack "only.$edit" "$edit"; done
# picked FILE: the lines that `lines` names in its first column.
picked() { awk 'NR == FNR {want[$1]; next} FNR in want' lines "$1"; }
paste -d'\n' old.said new.said | awk 'NR % 2 {old = $0; next} old != $0 {print NR / 2}' > truly

status 'diff --corpus' 1 "$edict" diff old/medicare/hospital.edict new/medicare/hospital.edict --corpus corpus.ndjson --ndjson all.ndjson
cp out report
same 'the report fits 80 columns' "$([ "$(wc -L < report)" -le 80 ] && echo yes)" yes
sed 's/,\([0-9]\)/\1/g' report > plain    # 1,234
has 'the first screen has the count' plain "encounters, $(wc -l < truly) of them"
"$json" field line < all.ndjson > told
same 'just the encounters that differ are told' "$(cmp truly told && echo same)" same
[ "$(wc -l < truly)" -gt 50 ] && ok 'many differ' || not_ok 'many differ' "$(wc -l < truly)"

# Every cause against the truth
status 'the changes by number' 1 "$edict" diff --format json old/medicare/hospital.edict new/medicare/hospital.edict
sed 1d out | "$json" field item | tr -d '"' > items
awk -F'\t' 'NR == FNR {if ($2 != "") item[$1] = $2; next}
    {found = "?"; for (e in item) if (index($0, item[e]) == 1) found = e; print found}' edits items > edit-of-change
same 'each change is one of the edits' "$(paste edit-of-change items | grep '^?')" ''
same 'all but the last two edits are changes' "$(sort -u edit-of-change | wc -l)" 7
"$json" field changes < all.ndjson | tr -d '[] ' > numbers
"$json" field how < all.ndjson | tr -d '"' > hows
# line, how, the edits meant, each once
paste told hows numbers | awk 'NR == FNR {edit[NR - 1] = $1; next}
    {n = split($3, c, ","); split("", met); meant = ""
     for (i = 1; i <= n; i++) if (!(edit[c[i]] in met)) {met[edit[c[i]]]; meant = meant (meant == "" ? "" : "+") edit[c[i]]}
     print $1, $2, meant}' edit-of-change - > meant
same 'none is left without a cause' "$(grep -c unknown meant)" 0
for edits in $(cut -d' ' -f3 meant | sort -u); do
    pack only $(echo "$edits" | tr '+' ' ')
    awk -v edits="$edits" '$3 == edits {print $1, $2}' meant > lines
    picked corpus.ndjson > some.ndjson; picked new.said > want.said
    said only some.ndjson > only.said
    same "$edits alone: the new answers, $(wc -l < lines) of them" "$(cmp only.said want.said && wc -l < only.said)" "$(wc -l < lines)"
    case $edits in *+*)
        for edit in $(echo "$edits" | tr '+' ' '); do
            said "only.$edit" some.ndjson > only.said
            same "$edits: $edit alone gives none of them" "$(paste -d'\n' only.said want.said |
                awk 'NR % 2 {only = $0; next} only == $0 {same++} END {print same + 0}')" 0
        done ;;
    esac
done

# The same bytes for any number of threads; other forms
"$edict" diff old/medicare/hospital.edict new/medicare/hospital.edict --threads 1 --corpus corpus.ndjson --ndjson one.ndjson > out 2> err
same 'one thread says the same' "$(cmp out report && cmp one.ndjson all.ndjson && echo same)" same
split -l 150 corpus.ndjson part.
status 'several files' 1 "$edict" diff old/medicare/hospital.edict new/medicare/hospital.edict --format json --corpus part.*
same 'come to the same' "$("$json" field different < out)" "$(wc -l < truly)"
same 'the report as JSON is one object' "$(wc -l < out)" 1
status 'the report as a page' 1 "$edict" diff old/medicare/hospital.edict new/medicare/hospital.edict --corpus corpus.ndjson --html page.html
has 'it has a chart' page.html '<svg viewBox'
has 'and its causes' page.html 'policy hydration_floor: 31 min'
same 'it needs nothing else' "$(grep -c -e 'http' -e 'src=' page.html)" 0
if command -v python3 > none; then same 'its markup is well formed' "$(sed 's/<!DOCTYPE html>//; s/<meta [^>]*>//g; s/&rarr;/-/g; s/&mdash;/-/g' page.html | python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parseString(sys.stdin.buffer.read()); print("yes")')" yes; fi
status 'two packs that say the same' 0 "$edict" diff old/medicare/hospital.edict old/medicare/hospital.edict --corpus corpus.ndjson
has 'no encounter differs' out 'encounters, 0 of them'
status 'a file that is not there' 3 "$edict" diff old/medicare/hospital.edict new/medicare/hospital.edict --corpus nowhere.ndjson
status 'files without --corpus' 4 "$edict" diff old/medicare/hospital.edict new/medicare/hospital.edict corpus.ndjson
status '--html without --corpus' 4 "$edict" diff old/medicare/hospital.edict new/medicare/hospital.edict --html page.html
status '--set in both' 1 "$edict" diff --set hydration_floor=16 old/medicare/hospital.edict new/medicare/hospital.edict --corpus corpus.ndjson
lacks 'takes a policy out of the comparison' out '[2] policy hydration_floor: 31 min → 16 min'
status '--set of what neither has' 4 "$edict" diff --set hydration_flor=16 old/medicare/hospital.edict new/medicare/hospital.edict --corpus corpus.ndjson
sed 's/"setting": "[a-z]*"/"setting": "moon"/' corpus.ndjson | head -5 > refused.ndjson
status 'encounters that both refuse' 0 "$edict" diff old/medicare/hospital.edict new/medicare/hospital.edict --corpus refused.ndjson
has 'are counted' out 'refused by both: 5'

# effect: a payer's pack against its base
printf 'pack state.payer extends medicare.hospital\n  title "A payer"\n  version 1\n  effective 2020-01-01 until open\n  answers payer is "state"\n\ncite P "P", read 2026-01-01\n\nsets\n  | policy          | is     | cite |\n  | hydration_floor | 16 min | P    |\n' > payer.edict
status 'effect' 1 "$edict" effect -I old payer.edict
has 'tells what the payer changes' out 'policy hydration_floor: 31 min → 16 min'
status 'effect over a corpus' 1 "$edict" effect -I old payer.edict --corpus corpus.ndjson
has 'tells whom' out '] policy hydration_floor: 31 min → 16 min'
status 'effect of a pack that extends none' 4 "$edict" effect old/facts/encounter.edict
"$edict" build -I old payer.edict -o payer.edx 2> err
status 'effect of an image' 4 "$edict" effect payer.edx

echo "$((all - bad)) of $all checks pass"
[ "$bad" = 0 ]
