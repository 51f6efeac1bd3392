# Reads `ok`, `not ok` and `skip` lines (TAP and its like) and says how many there were: "PASSED FAILED SKIPPED".
/^not ok/ { failed++; next }
/^ok.*# SKIP/ || /^skip/ { skipped++; next }
/^ok/ { passed++ }
END { print passed + 0, failed + 0, skipped + 0 }
