#!/bin/sh
# The workload in DuckDB, in memory, by its Node.js package: duckdb.sh DIRECTORY FILE, or duckdb.sh version. NODE_PATH
# names where the package is.
[ "$1" = version ] && exec node -e 'console.log(require("@duckdb/node-api").version())'
exec node "$(dirname "$0")/duckdb.js" "$@"
