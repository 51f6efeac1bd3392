#!/bin/sh
# Lines and branches that the tests reached, from the counters of a build with CONF=cov. Usage, from the project's root:
# run.sh BUILD-DIRECTORY [FILE]: each miss goes to the file.
build=$1
for object in $(find "$build"/base "$build"/lang "$build"/compiler "$build"/vm "$build"/cli -name '*.gcno' | sort); do
    gcov -t -b -c -o "$object" "$object" 2> /dev/null
done | LC_ALL=C awk -v root="$PWD" -v misses="$2" -f tests/coverage/report.awk tests/coverage/exclusions -
