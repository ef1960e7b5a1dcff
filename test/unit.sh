#!/usr/bin/env bash
# unit.sh PROGRAM.c
# Compiles a program with those sources that need no backend, and runs it with a number of
# rounds (UNIT_ROUNDS) and a seed (UNIT_SEED) as its arguments. UNIT_CFLAGS adds flags.
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/.."

name=$(basename "$1" .c)
folder=build/unit$(printf %s "${UNIT_CFLAGS:-}" | tr -cs 'a-z0-9' '-')
mkdir -p "$folder"
flags="-std=c99 -D_GNU_SOURCE -g -O1 -Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare -Isrc -Itest/unit ${UNIT_CFLAGS:-}"

# A source needs no backend when it compiles without PostgreSQL's headers.
objects=()
for source in src/*.c; do
    # shellcheck disable=SC2086
    if "${CC:-cc}" $flags -E "$source" >/dev/null 2>&1; then
        "${CC:-cc}" $flags -c -o "$folder/$(basename "$source" .c).o" "$source"
        objects+=("$folder/$(basename "$source" .c).o")
    fi
done
rm -f "$folder/$name.a"
[ ${#objects[@]} = 0 ] || ar rc "$folder/$name.a" "${objects[@]}"
library=()
[ ! -f "$folder/$name.a" ] || library=("$folder/$name.a")
# shellcheck disable=SC2086
"${CC:-cc}" $flags -o "$folder/$name" "$1" "${library[@]}" -lm
started=$(date +%s)
if ! timeout 300 "$folder/$name" "${UNIT_ROUNDS:-20000}" "${UNIT_SEED:-1}" </dev/null >"$folder/$name.log" 2>&1; then
    echo "unit $name ... FAILED"
    tail -n 40 "$folder/$name.log" >&2
    exit 1
fi
echo "unit $name ... ok ($(($(date +%s) - started)) s)"
