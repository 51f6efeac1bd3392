#!/bin/sh
# Two versions of the rules by the command line: test reports, snapshot, regress. Usage: versions.sh EDICT, from the root.
edict=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
root=$(pwd)
. "$(dirname "$0")/checks.sh"
export SOURCE_DATE_EPOCH=1780000000
# edit FILE 's/…/…/': it must change something.
edit() { cp "$1" before; sed "$2" before > "$1"; cmp -s before "$1" && not_ok "the edit $2 changes $1" || :; }
fits() { same "$1 fits 80 columns" "$([ "$(wc -L < out)" -le 80 ] && echo yes)" yes; }

for command in snapshot regress effect replay; do
    status "$command --help" 0 "$edict" "$command" --help
    fits "$command --help"
    has "$command --help has a usage line" out "Usage: edict $command"
    has "$command --help has the exit statuses" out 'Exit status: 0'
    status "$command refuses an unknown option" 4 "$edict" "$command" --colour-of-it
    status "$command needs a pack" 4 "$edict" "$command"
done
cp "$here/packs/small.edict" "$here/packs/small.ndjson" .
cp -r "$root/rulesets" rules
cp "$root/examples/hospital.ndjson" .
hospital=rules/medicare/hospital.edict base=rules/cpt/administration.edict

# test: JUnit, TAP, all cores
status 'tests as JUnit' 0 "$edict" test --format junit small.edict
has 'JUnit has the counts' out '<testsuite name="small.edict" tests="3" failures="0" errors="0">'
has 'JUnit has the cases' out '<testcase classname="small.edict" name="an infusion"/>'
has 'the summary stands on standard error' err '3 of 3 tests pass'
sed 's/| 11111    /| 99999    /; s/an infusion /a <\&> one  /' small.edict > failing.edict
status 'a failed test as JUnit' 1 "$edict" test --format junit failing.edict
has 'it is a failure' out '<failure message="failing.edict:'
has 'its name is escaped' out 'name="a &lt;&amp;&gt; one"'
if command -v python3 > none; then same 'JUnit is XML' "$(python3 -c 'import xml.dom.minidom, sys; xml.dom.minidom.parse(sys.argv[1]); print("yes")' out)" yes; fi
status 'tests as TAP' 1 "$edict" test --format tap small.edict failing.edict
has 'TAP has its version' out 'TAP version 13'
has 'TAP has its plan' out '1..6'
same 'TAP has its cases' "$(grep -c '^ok' out) $(grep -c '^not ok' out)" '5 1'
printf 'pack demo.bad\n  title "x"\nnonsense here\n' > bad.edict
status 'a pack that does not compile' 2 "$edict" test --format junit bad.edict
has 'is a failure too' out '<testcase classname="bad.edict" name="compiles">'
status 'an unknown format' 4 "$edict" test --format xml small.edict
status 'many packs, one thread' 3 "$edict" test -v --threads 1 small.edict failing.edict $hospital $base nowhere.edict; cp out one; cp err one-err
status 'many packs, four threads' 3 "$edict" test -v --threads 4 small.edict failing.edict $hospital $base nowhere.edict
same 'the same is printed' "$(cmp out one && cmp err one-err && echo same)" same

# snapshot
status 'snapshot' 0 "$edict" snapshot $hospital hospital.ndjson -o hospital.baseline
has 'snapshot says what it kept' err 'edict: hospital.baseline: 18 answers of medicare.hospital@2026.1'
cp hospital.baseline first.baseline
status 'snapshot again, in one thread' 0 "$edict" snapshot --threads 1 -q $hospital hospital.ndjson -o hospital.baseline
same 'the same bytes' "$(cmp hospital.baseline first.baseline && echo same)" same
same '-q is quiet' "$(cat err)" ''
same 'a line an encounter' "$(grep -c '^[0-9a-f]\{16\}	' hospital.baseline)" 18
has 'the corpus is named' hospital.baseline 'corpus	hospital.ndjson'
same 'of the encounter only its id is kept: no dates' "$(grep '^[0-9a-f]\{16\}	' hospital.baseline | grep -c '20[0-9][0-9]-')" 0
lacks 'and no drug of it' hospital.baseline 'ceftriaxone'
mkdir -p suite/deep; status 'a baseline elsewhere' 0 "$edict" snapshot -q $hospital hospital.ndjson -o suite/deep/h.baseline
has 'names the corpus from where it is' suite/deep/h.baseline 'corpus	../../hospital.ndjson'
(cd / && "$edict" regress "$dir/$hospital" "$dir/suite/deep/h.baseline") > out 2> err; same 'and is found from anywhere' "$?" 0
status 'snapshot of no corpus' 4 "$edict" snapshot $hospital -o x.baseline
status 'snapshot without -o' 4 "$edict" snapshot $hospital hospital.ndjson
status 'snapshot of what is not there' 3 "$edict" snapshot $hospital nowhere.ndjson -o x.baseline
[ -e x.baseline ] && not_ok 'half a baseline is none' || ok 'half a baseline is none'
status 'snapshot where nothing can be written' 5 "$edict" snapshot $hospital hospital.ndjson -o /nowhere/x.baseline

# regress: nothing changed
status 'regress of the same pack' 0 "$edict" regress $hospital hospital.baseline
has 'says so' out '18 encounters: 18 as before, 0 different'
status 'as JUnit' 0 "$edict" regress --format junit $hospital hospital.baseline
has 'a case an encounter' out 'tests="18" failures="0"'
printf '\n# a remark\n' >> $base; "$edict" fmt -w $base
status 'a remark is no difference' 0 "$edict" regress $hospital hospital.baseline

# regress: one change, approved; an unrelated one; its own rule again
edit $base 's/^\(  | hydration_floor  *| 31 min, 16 min  *| \)31 min/\116 min/'
status 'a policy of the base' 1 "$edict" regress $hospital hospital.baseline; fits 'the report'
has 'how many differ' out '18 encounters: 17 as before, 1 different'
has 'the cause is named' out 'policy hydration_floor: 1'
has 'what was' out 'was  complete'
has 'what is' out 'now  complete 96360x1@s1'
status 'as TAP' 1 "$edict" regress --format tap $hospital hospital.baseline
has 'the difference fails' out 'not ok 1 - hospital.baseline: H-01 hydration of half an hour'
same 'the others pass' "$(grep -c '^ok' out)" 17
status 'as JSON' 1 "$edict" regress --format json $hospital hospital.baseline
same 'one line a difference' "$("$json" field causes < out)" '["policy hydration_floor"]'
status 'an approval needs a reason' 4 "$edict" regress $hospital hospital.baseline --approve all --by me
status 'an approval needs a name' 4 "$edict" regress $hospital hospital.baseline --approve all --reason it
status 'an approval of what' 4 "$edict" regress $hospital hospital.baseline --approve some --reason it --by me
status 'an approval of another cause' 4 "$edict" regress $hospital hospital.baseline --approve cause family --reason it --by me
[ -e hospital.baseline.approved ] && not_ok 'approves nothing' || ok 'approves nothing'
status 'an approval by cause' 0 "$edict" regress $hospital hospital.baseline --approve cause 'policy hydration_floor' --reason 'bulletin 12' --by 'A. Coder'
has 'it is kept, readable' hospital.baseline.approved 'A. Coder	cause policy hydration_floor	bulletin 12'
has 'with the encounter' hospital.baseline.approved 'H-01 hydration of half an hour	item policy hydration_floor='
status 'what is approved passes' 0 "$edict" regress $hospital hospital.baseline
has 'and is counted' out '1 different, of which 1 approved'
cp $base approved.edict
edit $base 's/^\(  | missing_stop_time  *| [^|]*| \)hold/\1push/'
status 'another policy changes' 1 "$edict" regress $hospital hospital.baseline --format json
has 'its difference fails' out 'policy missing_stop_time'
same 'the approved one stays approved' "$("$json" field approved < out | sort | tr '\n' ' ')" 'false true '
cp approved.edict $base
edit $base 's/^\(  | hydration_floor  *| \)31 min, 16 min  *| 16 min/\115 min, 16 min | 15 min/'
status 'its own rule changes again' 1 "$edict" regress $hospital hospital.baseline
has 'it is approved no more' out 'policy hydration_floor: 1'
cp approved.edict $base
status 'and approved again when it is as it was' 0 "$edict" regress $hospital hospital.baseline

# regress: causes proved with the pack of the baseline
cp -r "$root/rulesets" old-rules; cp -r "$root/rulesets/." rules
edit $base 's/^\(  | hydration_floor  *| 31 min, 16 min  *| \)31 min/\116 min/; s/^\(  | same_drug_repeat_min  *| 31 min, 16 min  *| \)31 min/\116 min/'
status 'two policies' 1 "$edict" regress --format json $hospital first.baseline
same 'may both be the cause' "$("$json" field causes < out)" '["policy same_drug_repeat_min", "policy hydration_floor"]'
status 'two policies, and the old pack' 1 "$edict" regress --format json $hospital first.baseline --old old-rules/medicare/hospital.edict
same 'one is' "$("$json" field causes < out)" '["policy hydration_floor"]'
status 'another pack is not the old one' 4 "$edict" regress $hospital first.baseline --old old-rules/medicare/office.edict

# regress: rows, encounters, files that are none
cp -r "$root/rulesets/." rules; rm hospital.baseline.approved
edit $base 's/^\(  | chemotherapy | IV  *| push  *| initial  *| \)96409/\196411/'
status 'a row of a bill' 1 "$edict" regress $hospital hospital.baseline
has 'is named by its number' out 'bill course, row 6: 1'
status 'an approval by encounter' 0 "$edict" regress $hospital hospital.baseline --approve encounter 'H-09 two lines, the second was necessary' --reason 'tried out' --by me
edit $base 's/^\(  | therapeutic  *| IV  *| push  *| sequential  *| \)96375/\196374/'
status 'another row of the same bill' 1 "$edict" regress $hospital hospital.baseline
has 'is another cause' out 'bill course, row 13: 3'
lacks 'and leaves the approval' out 'H-09'
cp -r "$root/rulesets/." rules; rm hospital.baseline.approved
{ sed 1d hospital.ndjson; echo '{"id": "new", "setting": "facility", "date": "2026-03-02"}'; } > less.ndjson
status 'encounters that came and went' 1 "$edict" regress $hospital hospital.baseline less.ndjson
has 'one came' out 'encounters that are not in the baseline: 1'
has 'one went' out 'encounters that are not in the corpus any more: 1'
status 'both approved' 0 "$edict" regress $hospital hospital.baseline less.ndjson --approve all --reason 'new corpus' --by me
status 'stay approved' 0 "$edict" regress $hospital hospital.baseline less.ndjson
sort -r hospital.ndjson > sorted.ndjson
status 'the order of the corpus is nothing' 0 "$edict" regress $hospital hospital.baseline sorted.ndjson
{ cat hospital.ndjson; sed -n 1p hospital.ndjson; } > more.ndjson
status 'an encounter that is there twice' 1 "$edict" regress -a $hospital hospital.baseline more.ndjson
has 'came once more, under its name' out 'H-01 hydration of half an hour'
edit $base 's/then deny "[^"]*"/then deny "said in other words"/'
status 'other words' 1 "$edict" regress -a $hospital hospital.baseline
has 'are a difference of their own' out '(other words only)'
cp -r "$root/rulesets/." rules
head -20 hospital.baseline > cut.baseline
status 'a baseline that is cut off' 3 "$edict" regress $hospital cut.baseline
has 'is named so' err 'the baseline is cut off'
status 'no baseline' 3 "$edict" regress $hospital hospital.ndjson
has 'is said' err 'this is no baseline'
sed 's/^because.*/nonsense/' hospital.baseline > bad.baseline
status 'a broken line' 3 "$edict" regress $hospital bad.baseline
has 'is named' err 'bad.baseline:'
echo broken > hospital.baseline.approved
status 'broken approvals' 3 "$edict" regress $hospital hospital.baseline
rm hospital.baseline.approved
"$edict" snapshot -q small.edict - -o small.baseline < small.ndjson
status 'a baseline from standard input names no corpus' 4 "$edict" regress small.edict small.baseline
status 'it is given again' 0 "$edict" regress small.edict small.baseline small.ndjson
status '--set is kept' 0 "$edict" snapshot -q --set billed=no small.edict small.ndjson -o set.baseline
status 'and used again' 0 "$edict" regress small.edict set.baseline
"$edict" build -o small.edx small.edict 2> err
status 'regress of an image' 0 "$edict" regress small.edx small.baseline small.ndjson

# replay
"$edict" build $hospital -o hospital.edx 2> err; "$edict" build small.edict -o small.edx 2> err
"$edict" run -q hospital.edx hospital.ndjson > hospital.answers
status 'replay' 0 "$edict" replay hospital.answers hospital.ndjson --image hospital.edx
same 'everything is made again' "$(cat out)" '18 answers: 18 made again byte for byte, 0 not'
sed '2s/"units": 1/"units": 7/; 5s/, "/,"/' hospital.answers > forged.answers
status 'two answers that were not given' 1 "$edict" replay hospital.ndjson hospital.ndjson --image hospital.edx
has 'what is no answer is told' out 'no answer of edict'
status 'two answers that were changed' 1 "$edict" replay forged.answers hospital.ndjson --image hospital.edx; fits 'the report'
has 'are counted' out '18 answers: 16 made again byte for byte, 2 not'
has 'one in its charges' out 'by charges'
has 'which were' out '- 96360x7@s1'
has 'one in how it is written' out 'by the way it is written'
status 'the wrong image' 1 "$edict" replay hospital.answers hospital.ndjson --image small.edx --format json
same 'is told for each' "$("$json" field result < out | sort -u) $(wc -l < out)" '"cannot be made again" 18'
"$edict" run -q hospital.edx small.edx small.ndjson hospital.ndjson > both.answers 2> err
status 'several images' 0 "$edict" replay both.answers small.ndjson hospital.ndjson --image hospital.edx --image small.edx
has 'each makes its own' out 'made again byte for byte, 0 not'
cp -r "$root/rulesets/." rules
edit $base 's/^\(  | hydration_floor  *| 31 min, 16 min  *| \)31 min/\116 min/'
status 'with the pack of today' 0 "$edict" replay hospital.answers hospital.ndjson --image hospital.edx --with $hospital
has 'what it would say' out '+ 96360x1@s1'
has 'and why' out 'policy hydration_floor: 31 min -> 16 min'
has 'and for how many' out '1 would be another answer now'
cp -r "$root/rulesets/." rules
status 'fewer answers than encounters' 1 "$edict" replay hospital.answers hospital.ndjson small.ndjson --image hospital.edx
has 'it is said' err 'ends before the encounters do'
head -3 hospital.ndjson > three.ndjson
status 'more answers than encounters' 3 "$edict" replay hospital.answers three.ndjson --image hospital.edx
status 'no image' 4 "$edict" replay hospital.answers hospital.ndjson
status 'no answers' 3 "$edict" replay nowhere.answers hospital.ndjson --image hospital.edx

echo "$((all - bad)) of $all checks pass"
[ "$bad" = 0 ]
