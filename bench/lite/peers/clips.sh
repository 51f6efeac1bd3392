#!/bin/sh
# R1 to R4 in CLIPS: clips.sh DIRECTORY FILE FACTS, FACTS being the built bench/lite/facts.c; or clips.sh version. On
# standard error nanoseconds an encounter of evaluation alone. CLIPS gets an empty standard input: at the end of commands
# that do not say (exit) it asks there for more, for ever, which is what `timeout` is for.
here=$(dirname "$0")
[ "$1" = version ] && exec sh -c 'command -v clips > /dev/null && echo "CLIPS $(dpkg-query -W -f "\${Version}" clips)"'
tables=$(mktemp) || exit 1
trap 'rm -f "$tables"' EXIT
awk -F, 'FNR > 1 && NF == 2 { printf "(drug (code \"%s\") (family %s))\n", $1, $2 }
    FNR > 1 && NF == 3 { printf "(override (payer %s) (drug \"%s\") (family %s))\n", $1, $2, $3 }' \
    "$1/drugs.csv" "$1/overrides.csv" > "$tables"
"$3" < "$2" | timeout -s KILL 3600 clips -f2 /dev/fd/5 3<&0 4< "$tables" 5<< END < /dev/null
(load* "$here/clips.clp")
(reset)
(main)
(exit)
END
