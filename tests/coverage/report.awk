# Reads `gcov -t -b -c` of all objects, after the list of exclusions, and prints lines and branches reached, per file, per room
# and in all; to the file `misses` each line and branch that no test reaches. Usage: run.sh, which explains how is counted.
function trim(s) { gsub(/^[ \t]+|[ \t]+$/, "", s); return s }
function place(line) { return file SUBSEP line }
function share(met, all) { return all ? sprintf("%6.2f%% of %5d", 100 * met / all, all) : "           none" }
function row(name) { printf "%s   %s   %s\n", share(line_met[name], line_all[name]), share(branch_met[name], branch_all[name]), name }
function add(name, l, lm, b, bm) { line_all[name] += l; line_met[name] += lm; branch_all[name] += b; branch_met[name] += bm }

# The exclusions: FILE | what the line says | lines or branches | how many places | why.
FILENAME ~ /exclusions/ {
    if (/^#/ || !NF) next
    if (split($0, part, / *[|] */) != 5 || part[5] == "") { print FILENAME ":" FNR ": five columns are wanted"; bad = 1; next }
    excluded++
    ex_file[excluded] = trim(part[1]); ex_text[excluded] = part[2]; ex_what[excluded] = part[3]
    ex_places[excluded] = part[4]; ex_at[excluded] = FNR
    next
}
/^ +-: +0:Source:/ {
    file = substr($0, index($0, "Source:") + 7)
    sub(root "/", "", file)
    ours = file ~ /^(base|lang|compiler|vm|cli)\//
    next
}
!ours { next }
/^ *[^ :]+: *[0-9]+:/ {
    split($0, part, ":")
    count = trim(part[1]); number = part[2] + 0
    if (!number) next
    key = file SUBSEP number
    if (!(key in text)) {
        text[key] = substr($0, length(part[1]) + length(part[2]) + 3)
        if (!(file in last)) files[++file_count] = file
        if (number > last[file]) last[file] = number
    }
    if (count != "-") { code[key] = 1; if (count !~ /^[#=]/) hits[key] += count + 0 }
    next
}
# gcov numbers calls and branches of a line together: a number that is a call's is no way.
/^branch/ {
    at = key SUBSEP $2
    way[at] = 1
    if ($2 + 1 > ways[key]) ways[key] = $2 + 1
    if ($3 == "taken") taken[at] += $4
}
END {
    for (e = 1; e <= excluded; e++) {
        places = 0
        for (n = 1; n <= last[ex_file[e]]; n++) {
            key = ex_file[e] SUBSEP n
            if (!(key in code) || !index(text[key], ex_text[e])) continue
            places++
            missing = 0
            for (w = 0; w < ways[key]; w++) if ((key, w) in way && !taken[key, w]) missing = 1
            if (!(ex_what[e] == "lines" ? !hits[key] : missing)) {
                printf "exclusions:%d: %s:%d is reached after all\n", ex_at[e], ex_file[e], n; bad = 1
            }
            if (ex_what[e] == "lines") out[key] = 1
            out_ways[key] = 1
        }
        if (places != ex_places[e]) {
            printf "exclusions:%d: %d places, not %s: %s\n", ex_at[e], places, ex_places[e], ex_text[e]; bad = 1
        }
    }
    print "            lines               branches   file"
    for (f = 1; f <= file_count; f++) {
        file = files[f]
        l = lm = b = bm = 0
        for (n = 1; n <= last[file]; n++) {
            key = file SUBSEP n
            if (!(key in code) || out[key]) continue
            l++; lm += hits[key] > 0
            if (misses && !hits[key]) print file ":" n ": not reached:" text[key] > misses
            if (out_ways[key]) continue
            reached = ""
            for (w = 0; w < ways[key]; w++) {
                if (!((key, w) in way)) continue
                b++; bm += taken[key, w] > 0; reached = reached (taken[key, w] > 0 ? "+" : "-")
            }
            if (misses && hits[key] && index(reached, "-")) print file ":" n ": " reached ":" text[key] > misses
        }
        if (!l) continue
        room = file; sub(/\/.*/, "/", room)
        add(file, l, lm, b, bm); add(room, l, lm, b, bm); add("all", l, lm, b, bm)
        row(file)
    }
    print ""
    split("base/ lang/ compiler/ vm/ cli/ all", rooms, " ")
    for (r = 1; r <= 6; r++) row(rooms[r])
    exit bad
}
