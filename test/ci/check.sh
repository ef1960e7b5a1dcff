#!/usr/bin/env bash
# make check, as a newcomer calls it.
# shellcheck disable=SC2317
set -uo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/../.." || exit 1
mkdir -p build/log
make check 2>&1 | tee build/log/ci-check
status=${PIPESTATUS[0]}
tail -n 5 build/log/ci-check | grep -qE '^[0-9]+ passed, [0-9]+ failed$' || echo "0 passed, 1 failed"
exit "$status"
