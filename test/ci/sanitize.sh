#!/usr/bin/env bash
# What needs no backend, under the address and undefined-behaviour sanitizers; and the
# whole library under the latter, in a server of its own.
# shellcheck disable=SC2317
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/../.."
. test/ci/lib.sh

for program in test/unit/*.c; do
    [ -f "$program" ] || continue
    for seed in 1 "$(date +%s)"; do
        point "$(basename "$program" .c), seed $seed" env UNIT_ROUNDS=100000 UNIT_SEED="$seed" \
            UNIT_CFLAGS='-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer' test/unit.sh "$program"
    done
done

sanitized() { nm -D --undefined-only governance.so | grep __ubsan_; }

copy=build/ci/sanitize
[ ! -x $copy/test/server.sh ] || $copy/test/server.sh remove
copy_of_tree $copy
cd $copy
mkdir -p build/log
trap 'test/server.sh remove >/dev/null' EXIT
export COPT='-fsanitize=undefined -fno-sanitize-recover=all'
point "the library compiles" test/setup.sh
point "the library is watched" sanitized
point "regress, watched" test/check.sh regress
point "pgtap, watched" test/check.sh pgtap
close
