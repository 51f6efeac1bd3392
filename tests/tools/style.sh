#!/bin/sh
# Says which source is wider than 120 columns or longer than 600 lines (the grammar: 900). Silent when all is well.
# From the project's root.
export LC_ALL=C
find base lang compiler vm cli include tests examples bench -name '*.[chly]' -o -name '*.cpp' -o -name '*.def' | sort | xargs awk '
    function finish() {
        most = file ~ /\.y$/ ? 900 : 600
        if (lines > most) { print file ": " lines " lines, at most " most; bad = 1 }
    }
    FNR == 1 { finish(); file = FILENAME; lines = 0 }
    {
        lines++
        gsub(/[\200-\277]/, "")    # characters, not bytes
        if (length($0) > 120) { print file ":" FNR ": " length($0) " columns, at most 120"; bad = 1 }
    }
    END { finish(); exit bad }'
