#!/bin/sh
# What must not depend on where, when and by what a pack was compiled. Usage: run.sh EDICT [EDICT BUILT BY THE OTHER COMPILER].
# The image's bytes: compiler, directory, the pack's folder, locale, time zone. The identity of the rules: form, comments, order of items.
edict=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
other=
[ -z "$2" ] || [ ! -x "$2" ] || other=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
bad=0
say() { if [ "$1" = 0 ]; then echo "ok $2"; else echo "not ok $2"; bad=1; fi; }
rules() { "$edict" build --format json "$1" -o "$dir/of.edx" 2> "$dir/err" | sed -n 's/.*"rules": "\([0-9a-f]*\)".*/\1/p'; }
same_rules() { wanted=$(rules "$1"); came=$(rules "$2"); [ -n "$wanted" ] && [ "$wanted" = "$came" ]; say $? "$3"; }

[ -n "$other" ] || echo "skip no build of the other compiler"
mkdir "$dir/elsewhere"
cp -R rulesets "$dir/elsewhere/renamed"
mkdir "$dir/elsewhere/tests"
cp -R tests/packs "$dir/elsewhere/tests/packs"
ln -s renamed "$dir/elsewhere/rulesets"
locale=$(locale -a 2> "$dir/err" | grep -v -e '^C' -e '^POSIX' | head -1)
for pack in $(find rulesets tests/packs -name '*.edict' | sort); do
    "$edict" build "$pack" -o "$dir/first.edx" > "$dir/log" 2>&1 || { say 1 "$pack builds"; continue; }
    there=$dir/elsewhere/$pack
    case $pack in rulesets/*) there=$dir/elsewhere/renamed/${pack#rulesets/} ;; esac
    (cd / && LC_ALL=${locale:-C} LANG=tr_TR.UTF-8 TZ=Pacific/Kiritimati "$edict" build "$there" -o "$dir/second.edx" > "$dir/log" 2>&1)
    cmp -s "$dir/first.edx" "$dir/second.edx"
    say $? "$pack: elsewhere, in another locale and time zone, the same bytes"
    if [ -n "$other" ]; then
        "$other" build "$there" -o "$dir/third.edx" > "$dir/log" 2>&1
        cmp -s "$dir/first.edx" "$dir/third.edx"
        say $? "$pack: by the other compiler the same bytes"
    fi

    # In one form, in another, without comments, with items the other way round: all beside the original, so that bases are found.
    form=$(dirname "$there")/form.edict
    "$edict" fmt "$pack" > "$dir/once" && cp "$dir/once" "$form" && "$edict" fmt "$form" | cmp -s - "$dir/once"
    say $? "$pack: fmt twice is fmt once"
    same_rules "$there" "$form" "$pack: formatted, the same rules"
    sed -e '/^ *#/d' -e 's/^\( *|.*\)| /\1 |   /' "$pack" > "$form"
    echo '# another comment' >> "$form"
    same_rules "$there" "$form" "$pack: other comments and blanks, the same rules"
    # An item lasts from a word in column 1 to the next; the pack itself stays first.
    awk '/^[a-z]/ { n++ } { item[n + 0] = item[n + 0] $0 "\n" } END { printf "%s%s", item[0], item[1]; for (i = n; i > 1; i--) printf "%s", item[i] }' "$dir/once" |
        sed '/^#/d' > "$form"
    same_rules "$there" "$form" "$pack: items the other way round, the same rules"
    rm "$form"
done
[ $bad = 0 ]
