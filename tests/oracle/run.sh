#!/bin/sh
# The VM against the reference evaluator on all encounters that are here: the shipped packs with the examples and the answer
# key (where it lies beside the project), the cases, and some random ones. Usage, from the project's root: run.sh DIFFER.
differ=$1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export LC_ALL=C.UTF-8
root=$PWD

# What a pack is asked: examples, key, random ones by its own facts.
for pack in rulesets/medicare/hospital.edict rulesets/medicare/office.edict; do
    "$differ" pack $pack examples/hospital.ndjson examples/office.ndjson $(ls ../shared/cases/*.jsonl tests/answers/*.jsonl 2> "$dir/none") random 100 1
done
for pack in $(find rulesets/commercial rulesets/medicaid -name '*.edict' | sort) tests/packs/acme.edict; do
    "$differ" pack $pack random 30 2
done
# Random packs. `make differ COUNT=… SEED=…` is the same for longer.
"$differ" campaign 6000 1
# Faults that are put into images on purpose are noticed.
"$differ" teeth 1
# The same rules said otherwise: no answer changes.
"$differ" rewrites 3000 1
# The cases: their rules, further packs and files, each with the encounters that follow.
for case in tests/cases/*.case; do
    rm -rf "$dir/at"
    mkdir "$dir/at"
    awk -v to="$dir/at" -v root="$root" '
        /^--- / {
            if (out) close(out)
            out = ""
            if ($2 == "rules" && !n) out = to "/rules.edict"
            if ($2 == "pack") out = to "/" $3 ".edict"
            if ($2 == "file") out = to "/" $3
            if ($2 == "encounter") out = to "/" ++n ".encounters"
            next
        }
        out { gsub(/@ROOT@/, root); print > out }' "$case"
    [ -f "$dir/at/rules.edict" ] && [ -f "$dir/at/1.encounters" ] || continue
    "$differ" pack "$dir/at/rules.edict" "$dir"/at/*.encounters random 40 3 | sed "s|$dir/at/rules.edict|$case|"
done
