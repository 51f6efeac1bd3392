#!/bin/sh
# Says where C knows what only rules may know. Silent when all is well. From the project's root.
# vm/ and base/: no word of the domain, no billing code. compiler/, lang/, cli/, include/: no word of medicine, billing code, payer's
# name or minute.
# One word is the contract's: a charge of the result has `code`, `units`, `date` and `modifiers`, whatever the pack is about, so the
# engine that writes results and the message table that speaks of bills must name it. The codes put there come from packs alone.
engine=$(ls vm/*.[ch] vm/*.def base/*.[ch] base/*.def 2>/dev/null)
others=$(ls compiler/*.[ch] compiler/*.def lang/*.[chly] lang/*.def cli/*.[ch] include/*.h 2>/dev/null)
# Numbers of five digits that are limits, dates and file modes.
numbers='10000|65535|65536|32768|100000|36524|25567|84005|0[0-7]{4}'
code='(^|[^0-9A-Za-z_$%.#x-])([0-9]{4}[FTU]|[0-9]{5}|[A-CEGHJ-MP-V][0-9]{4})($|[^0-9A-Za-z_.])'
domain='medicare|medicaid|hydration|chemo|therapeutic|infusion|\bpush|payer|\bdrugs?\b|vaccin|patient|intravenous'
domain="$domain|diagnos[ie]s|\\bcpt\\b|hcpcs"
medicine='hydration|chemo|therapeutic|infus|\bpush|\bdrugs?\b|vaccin|intravenous|diagnos[ie]s|\bcpt\b|hcpcs'
names='medicare|medicaid|\baetna|\bcigna|humana|united ?health|blue ?cross|anthem|tricare|kaiser|noridian|novitas|palmetto'
minute='(^|[^0-9a-z_])[1-9][0-9]*[ _]?min(utes?)?\b|\bminutes?[a-z_]*[[:space:]]*[<>=]=?[[:space:]]*[0-9]{2,}'
find_in() {    # what, options of grep, pattern, files
    what=$1 options=$2 pattern=$3
    shift 3
    grep -Hn '' "$@" | sed -E "s/(^|[^0-9A-Za-z_])($numbers)([^0-9A-Za-z_]|\$)/\1\3/g" |
        sed -E 's/^([^:]*:[0-9]+:)/\1 /' | grep -E $options "$pattern" | sed "s/\$/   <- $what/"
}
out=$(find_in 'a word of the domain' -i "$domain" $engine
      find_in 'a billing code' -- "$code" $engine $others
      find_in 'a word of medicine' -i "$medicine" $others
      find_in 'a payer' -i "$names" $others
      find_in 'a minute' -i "$minute" $others)
[ -z "$out" ] || { echo "$out"; exit 1; }
