#!/usr/bin/env bash
# A copy of the tree, compiled with every warning an error and PostgreSQL's assertions on;
# the tests again with that library, in a server of the copy's own.
# shellcheck disable=SC2317
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/../.."
. test/ci/lib.sh
export COPT='-Werror -DUSE_ASSERT_CHECKING'

has_assertions() { nm -D --undefined-only governance.so | grep ExceptionalCondition; }

copy=build/ci/strict
[ ! -x $copy/test/server.sh ] || $copy/test/server.sh remove
copy_of_tree $copy
cd $copy
mkdir -p build/log
trap 'test/server.sh remove >/dev/null' EXIT
point "compiles without a warning" test/setup.sh
point "the library asserts" has_assertions
point "regress, with assertions" test/check.sh regress
point "pgtap, with assertions" test/check.sh pgtap
close
