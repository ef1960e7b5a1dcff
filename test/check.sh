#!/usr/bin/env bash
# The tests, in the private server that setup.sh has started.
set -euo pipefail
cd "$(dirname "$0")/.."
. test/env.sh
private

"$MAKE" -s installcheck
