#!/bin/sh
# Fuzzes each target for so many seconds, beginning with its corpus: run.sh DIRECTORY SECONDS TARGET... What is new stays
# in DIRECTORY; a finding is a file there. Ends with 1 when there is one.
bin=$1 seconds=$2
shift 2
status=0
for target; do
    mkdir -p "$bin/new-$target"
    if "$bin/target_$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 -max_len=65536 -print_final_stats=1 \
        -artifact_prefix="$bin/finding-$target-" -dict="tests/fuzz/$target.dict" "$bin/new-$target" "tests/fuzz/corpus/$target" \
        > "$bin/$target.log" 2>&1; then result='no findings'; else result="FINDINGS, see $bin/$target.log" status=1; fi
    echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$bin/$target.log") executions," \
        "coverage $(grep -o 'cov: [0-9]*' "$bin/$target.log" | tail -1 | cut -c6-), $result"
done
exit $status
