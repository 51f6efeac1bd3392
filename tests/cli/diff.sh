#!/bin/sh
# Two versions of published tables by the command line: what `edict diff` says of them, and of images. Usage: diff.sh EDICT, from the root.
edict=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
root=$(pwd)
. "$(dirname "$0")/checks.sh"
said() { tr '\n' ' ' < out | tr -s ' ' > one; has "$1" one "$2"; }

# Pairs of two quarters: 2,000 stay; of the new ones 1,204 are added, 86 are deleted, 12 have another indicator, 3 changed places.
pairs() {
    awk -v now="$1" 'BEGIN {
        OFS = "\t"
        for (i = 0; i < 2000; i++) print code(10000 + i), code(30000 + i % 7), "", 20200101, "*", i < 12 && now ? 0 : 1, "r"
        for (i = 0; i < 86; i++) print code(50000 + i), code(60000), "", 20200101, now ? 20260630 : "*", 1, "r"
        for (i = 0; i < 3; i++) print now ? code(70001) : code(70010 + i), now ? code(70010 + i) : code(70001), "", 20200101, "*", 1, "r"
        for (i = 0; now && i < 1204; i++) print code(80000 + i), code(90000), "", 20260701, "*", 1, "r"
    }
    function code(n) { return sprintf("%05d", n) }'
}
for quarter in 322 323; do
    pairs $((quarter - 322)) | awk -v name="ccipra-v${quarter}r0-f" '{ print > (name (NR % 4 + 1) ".txt") }' 
    cat > "pairs$quarter.edict" <<PACK
pack demo.pairs$quarter
  title     "Pairs"
  version   1
  effective 2020-01-01 until open

cite BOOK "A book", read 2026-01-31

facts encounter known by id
  | fact | type            | not documented |
  | id   | text            | refused        |
  | date | date of service | refused        |

facts line in lines known as line
  | fact | type  | not documented |
  | line | count | position       |
  | code | code  | refused        |

bundle ptp "Pairs", cite BOOK
  of line
  from file "ccipra-v${quarter}r0-f1.txt", "ccipra-v${quarter}r0-f2.txt", "ccipra-v${quarter}r0-f3.txt", "ccipra-v${quarter}r0-f4.txt" as cms ptp
PACK
    status "quarter $quarter builds" 0 "$edict" build "pairs$quarter.edict" -o "pairs$quarter.edx"
done
status 'row by row' 1 "$edict" diff --all pairs322.edx pairs323.edx
same 'all of them are told' "$(grep -c '^      ' out)" 1308
has 'as they are' out '10003, 30003: indicator 1 -> 0'
has 'with their days' out '80007, 90000 added (indicator 1), effective 2026-07-01'
for ending in edict edx; do
    status "two quarters, $ending" 1 "$edict" diff "pairs322.$ending" "pairs323.$ending"
    said "pairs are counted, $ending" 'bundle ptp (Pairs): 1,204 pairs added, 86 pairs deleted, 12 indicators changed, 3 pairs swapped'
    said "the quarters are named, $ending" 'table of 2026Q3 → 2026Q4'
done
status 'back again' 1 "$edict" diff pairs323.edx pairs322.edict
said 'the other way round' '86 pairs added, 1,204 pairs deleted, 12 indicators changed, 3 pairs swapped'
status 'a quarter and itself' 0 "$edict" diff pairs322.edx pairs322.edict
has 'nothing differs' out 'no difference'

# A difference of few rows is told row by row.
sed 's/^10005\(.*\)\t1\tr/10005\1\t0\tr/' "$(grep -l '^10005' ccipra-v322r0-f?.txt)" > one
mkdir other && cp ccipra-v322r0-f?.txt other && cp one "other/$(grep -l '^10005' ccipra-v322r0-f?.txt)" && cp pairs322.edict other
status 'one row of a file' 1 "$edict" diff pairs322.edx other/pairs322.edict
said 'it is told' 'bundle ptp (Pairs): pair 10005, 30005: indicator 1 → 0'

# The published values of two years, as they are, where they are here.
old=$root/../shared/data/ncci/mue_2024q3_practitioner.csv now=$root/../shared/data/ncci/MCR_MUE_PractitionerServices_Eff_04-01-2026.csv
if [ -f "$old" ] && [ -f "$now" ]; then
    for year in old now; do
        if [ $year = old ]; then file=$old; else file=$now; fi
        status "$year values build" 0 "$edict" build --table "mue=$file" "$root/rulesets/medicare/office.edict" -o "$year.edx"
    done
    status 'two years of values' 1 "$edict" diff old.edx now.edx
    said 'are counted' '697 codes added, 279 codes removed, 34 values changed, 12 indicators changed'
    status 'as JSON' 1 "$edict" diff --format json old.edx now.edx
    has 'with their numbers' out '"kind": "limit", "words": "limit mue (Medically unlikely units): 697 codes added", "answers": true, "count": 697'
else
    echo 'skip no published values here'
fi
echo "$((all - bad)) of $all checks pass"
[ "$bad" = 0 ]
