# Reads `ok`, `not ok` and `skip` lines (TAP and its like) and says how many there were: "PASSED FAILED SKIPPED".
# cmocka says `not ok` of what it skips.
/^(not )?ok.*# SKIP/ || /^skip/ { skipped++; next }
/^not ok/ { failed++; next }
/^ok/ { passed++ }
END { print passed + 0, failed + 0, skipped + 0 }
