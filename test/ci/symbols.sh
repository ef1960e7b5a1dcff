#!/usr/bin/env bash
# What the library exports, and what the scripts ask of it.
# shellcheck disable=SC2317
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/../.."
. test/ci/lib.sh

exported() { nm -D --defined-only governance.so | awk '{ print $NF }'; }
strangers() { exported | grep -vE '^(gov_|pg_finfo_gov_|Pg_magic_func$|_PG_init$|_PG_fini$)' || true; }

# Every C function that a script of any version names is there: pg_upgrade needs them all.
lost() {
    comm -23 <(cat sql/governance--*.sql | sed -n "s/.*'\(MODULE_PATHNAME\|\$libdir\/governance\)', *'\([a-z0-9_]*\)'.*/\2/p" | sort -u) \
        <(exported | sort -u)
}
named() { [ "$(cat sql/governance--*.sql | grep -c MODULE_PATHNAME)" -gt 10 ]; }
no "every exported symbol has the prefix gov_" strangers
point "the scripts name C functions" named
no "every C function named by a script exists" lost
close
