#!/usr/bin/env bash
# setup.sh [COMMAND...]
# Brings what the private server needs: packages, build, a PostgreSQL of its own
# under build/, and the extension installed in it; then goes on as the command.
# Quick when all is there.
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/.."
. test/env.sh

# What is not there yet, a word each.
lacking() {
    local tool extension
    for tool in cc "$MAKE" perl prove diff; do
        command -v "$tool" >/dev/null || echo "$tool"
    done
    if [ ! -x "$PG_CONFIG" ]; then
        echo "$PG_CONFIG"
        return
    fi
    [ -f "$("$PG_CONFIG" --pgxs)" ] || echo "server-headers"
    [ -x "$("$PG_CONFIG" --bindir)/initdb" ] || echo "server"
    for extension in postgis btree_gist pgtap; do
        [ -f "$("$PG_CONFIG" --sharedir)/extension/$extension.control" ] || echo "$extension"
    done
}

# As root, or through sudo, which asks for its password where there is a terminal.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

may_become_root() {
    [ "$(id -u)" = 0 ] && return
    command -v sudo >/dev/null || return
    sudo -n true 2>/dev/null && return
    [ -t 0 ] && [ -t 2 ] && sudo -v
}

# Debian's package makes and starts a cluster 'main' when it is first installed. Nobody
# asked us for one: a setting of our own says no, and goes away after the installation.
no_main_cluster=/etc/postgresql-common/createcluster.d/governance-setup.conf

install_packages() {
    local packages status=0
    say apt-get-update as_root apt-get update -qq ||
        echo "the package lists are not up to date; going on with those at hand" >&2
    if [ ! -x "$PG_CONFIG" ] && [ "$GOV_PG" = 15 ] && ! apt-cache show postgresql-15 >/dev/null 2>&1; then
        GOV_PG=$(apt-cache depends postgresql | sed -n 's/.*Depends: postgresql-\([0-9][0-9]*\)$/\1/p')
        PG_CONFIG=
        choose_postgres
    fi
    packages="build-essential perl postgresql-$GOV_PG postgresql-server-dev-$GOV_PG"
    packages="$packages postgresql-$GOV_PG-postgis-3 postgresql-$GOV_PG-pgtap"
    echo "installing: $packages"
    if [ ! -d "/usr/lib/postgresql/$GOV_PG/bin" ] || [ ! -x "/usr/lib/postgresql/$GOV_PG/bin/postgres" ]; then
        trap 'as_root rm -f "$no_main_cluster"' EXIT
        as_root mkdir -p "${no_main_cluster%/*}"
        echo 'create_main_cluster = false' | as_root tee "$no_main_cluster" >/dev/null
    fi
    # What is there already is not upgraded: a running server of the machine stays as it is.
    # shellcheck disable=SC2086
    say apt-get-install as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
        --no-install-recommends --no-upgrade -o DPkg::Lock::Timeout=300 $packages || status=$?
    as_root rm -f "$no_main_cluster"
    trap - EXIT
    return $status
}

need_packages() {
    local missing
    missing=$(lacking)
    [ -n "$missing" ] || return 0
    if ! command -v apt-get >/dev/null; then
        cat >&2 <<TEXT
Missing: ${missing//$'\n'/, }
This is not Debian. Install PostgreSQL 15 to 18 with its server headers, PostGIS 3.3 or later,
pgTAP, a C compiler, make and perl; then say which PostgreSQL to use:
    $MAKE check PG_CONFIG=/path/to/pg_config
TEXT
        exit 1
    fi
    if ! may_become_root; then
        cat >&2 <<TEXT
Missing: ${missing//$'\n'/, }
Let root install it, then call again:
    apt-get install build-essential perl postgresql-$GOV_PG postgresql-server-dev-$GOV_PG \\
        postgresql-$GOV_PG-postgis-3 postgresql-$GOV_PG-pgtap
TEXT
        exit 1
    fi
    install_packages || exit 1
    missing=$(lacking)
    if [ -n "$missing" ]; then
        echo "The packages were installed, but for $PG_CONFIG this is still missing: ${missing//$'\n'/, }" >&2
        exit 1
    fi
}

# Root is needed for packages only. In somebody's clone it goes on as that somebody,
# so that nothing is left there which is not theirs.
leave_root() {
    local user
    [ "$(id -u)" = 0 ] || return 0
    user=$(stat -c %U . 2>/dev/null) || return 0
    [ "$user" != root ] && id "$user" >/dev/null 2>&1 || return 0
    if setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups test -w . 2>/dev/null; then
        exec setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups \
            env HOME=/ USER="$user" LOGNAME="$user" test/setup.sh "$@"
    fi
}

# Objects made for another PostgreSQL, with other flags or from sources that are gone
# are of no use.
build() {
    local built_for
    built_for=$(echo "$PG_CONFIG" "$("$PG_CONFIG" --version)" "${CC:-}" "${COPT:-}" "${PROFILE:-}" src/*.c sql/install/*.sql sql/model/*.sql)
    mkdir -p build
    if [ -f build/built-for ] && [ "$(cat build/built-for)" != "$built_for" ]; then
        say clean "$MAKE" -s clean
    fi
    echo "$built_for" >build/built-for
    say build "$MAKE" -s -j"$(nproc 2>/dev/null || echo 1)" all
}

need_packages
leave_root "$@"
alone test/setup.sh "$@"
version=$("$PG_CONFIG" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
if [ "$version" -lt 15 ]; then
    echo "$PG_CONFIG is of PostgreSQL $version; governance needs 15 or later." >&2
    exit 1
fi
build
test/server.sh start
[ $# = 0 ] || exec "$@"
