#!/usr/bin/env bash
# clang-tidy: checks that find bugs, not taste. Every source is one point.
# shellcheck disable=SC2317
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/../.."
. test/ci/lib.sh

checks='-*,clang-analyzer-*,bugprone-*'
# PostgreSQL's own idiom: its macros, its Datum, its argument lists.
for idiom in easily-swappable-parameters reserved-identifier macro-parentheses narrowing-conversions \
    assignment-in-if-condition implicit-widening-of-multiplication-result branch-clone sizeof-expression; do
    checks="$checks,-bugprone-$idiom"
done
checks="$checks,-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling"

for source in src/*.c; do
    point "$source" clang-tidy --quiet --warnings-as-errors='*' --checks="$checks" "$source" -- \
        -std=gnu99 -Isrc -I"$("$PG_CONFIG" --includedir-server)" -I"$("$PG_CONFIG" --includedir)" \
        -D_GNU_SOURCE -DUSE_ASSERT_CHECKING '-DGOV_VERSION="analysis"'
done
close
