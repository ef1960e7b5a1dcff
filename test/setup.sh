#!/usr/bin/env bash
# Brings what the private server needs: packages, build, a PostgreSQL of its own
# under build/, and the extension installed in it. Quick when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."
. test/env.sh

packages="build-essential postgresql-$GOV_PG postgresql-server-dev-$GOV_PG postgresql-$GOV_PG-postgis-3 postgresql-$GOV_PG-pgtap"

missing() {
    command -v cc >/dev/null && command -v perl >/dev/null &&
        [ -x "$PG_CONFIG" ] && [ -f "$("$PG_CONFIG" --pgxs)" ] &&
        [ -x "$("$PG_CONFIG" --bindir)/initdb" ] &&
        [ -f "$("$PG_CONFIG" --sharedir)/extension/postgis.control" ] &&
        [ -f "$("$PG_CONFIG" --sharedir)/extension/btree_gist.control" ] &&
        [ -f "$("$PG_CONFIG" --sharedir)/extension/pgtap.control" ] && return 1
    return 0
}

if missing; then
    if ! command -v apt-get >/dev/null; then
        echo "Something is missing, and this is no Debian. Install PostgreSQL 15 to 18 with its" >&2
        echo "server headers, PostGIS 3.3 or later, pgTAP, a C compiler and perl; then name the" >&2
        echo "pg_config to use: make $* PG_CONFIG=/path/to/pg_config" >&2
        exit 1
    fi
    as_root=
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null && ! [ -t 0 ]; then
            echo "Something is missing. As root, install it: apt-get install $packages" >&2
            exit 1
        fi
        as_root=sudo
    fi
    echo "installing: $packages"
    say apt-get-update $as_root apt-get update -qq
    # shellcheck disable=SC2086
    say apt-get-install $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $packages
    if missing; then
        echo "The packages were installed, but something is still missing for $PG_CONFIG." >&2
        exit 1
    fi
fi

say build "$MAKE" -s -j"$(nproc 2>/dev/null || echo 1)" all
test/server.sh start
