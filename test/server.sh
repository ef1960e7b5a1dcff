#!/usr/bin/env bash
# server.sh start | stop | psql ...
# A private PostgreSQL under build/server: its own copy of the binaries, so that
# the extension is installed there and nowhere else, its own data, a socket, no TCP.
# Never runs as root: called by root, it hands the server to an unprivileged user.
set -euo pipefail
cd "$(dirname "$0")/.."
. test/env.sh

owner=$(id -un)
if [ "$(id -u)" = 0 ]; then
    owner=nobody
    id postgres >/dev/null 2>&1 && owner=postgres
fi

as_owner() {
    if [ "$owner" = "$(id -un)" ]; then
        "$@"
    else
        (cd / && setpriv --reuid "$owner" --regid "$(id -g "$owner")" --clear-groups \
            env -u XDG_RUNTIME_DIR HOME=/ "$@")
    fi
}

# build/server is a folder where its owner can reach it and a socket's path fits
# (107 bytes); elsewhere, as in root's home, a link to one under /var/tmp.
place() {
    mkdir -p build
    if [ -L build/server ] && [ ! -d build/server ]; then
        rm build/server
    fi
    if [ ! -e build/server ]; then
        if [ ${#PWD} -le 60 ] && as_owner test -x "$PWD/build"; then
            mkdir build/server
        else
            ln -s "$(mktemp -d /var/tmp/governance.XXXXXX)" build/server
        fi
    fi
    home=$(readlink -f build/server)
    chmod 700 "$home"
    [ "$owner" = "$(id -un)" ] || chown "$owner" "$home"
}

# A PostgreSQL finds its files relative to its binary, so a copy of the binaries
# amid links to the rest is an installation of its own.
copy_postgres() {
    local bin share lib
    bin=$("$PG_CONFIG" --bindir) share=$("$PG_CONFIG" --sharedir) lib=$("$PG_CONFIG" --pkglibdir)
    [ -f "$root/.complete" ] && [ "$root/.complete" -nt "$bin/postgres" ] &&
        [ "$(cat "$root/.complete")" = "$("$PG_CONFIG" --version)" ] && return
    rm -rf "$root"
    mkdir -p "$root$bin" "$root$share/extension" "$root$lib/bitcode"
    cp "$bin/postgres" "$bin/initdb" "$bin/pg_ctl" "$bin/psql" "$bin/pg_dump" "$bin/pg_restore" "$root$bin/"
    find "$share" -mindepth 1 -maxdepth 1 ! -name extension -exec ln -s -t "$root$share" {} +
    find "$share/extension" -mindepth 1 ! -name 'governance*' -exec ln -s -t "$root$share/extension" {} +
    find "$lib" -mindepth 1 -maxdepth 1 ! -name bitcode ! -name 'governance*' -exec ln -s -t "$root$lib" {} +
    [ ! -d "$lib/bitcode" ] ||
        find "$lib/bitcode" -mindepth 1 -maxdepth 1 ! -name 'governance*' -exec ln -s -t "$root$lib/bitcode" {} +
    "$PG_CONFIG" --version >"$root/.complete"
}

running() {
    [ -f "$home/data/postmaster.pid" ] && as_owner "$pgbin/pg_ctl" -D "$home/data" status >/dev/null 2>&1
}

start() {
    place
    root=$home/pg
    pgbin=$root$("$PG_CONFIG" --bindir)
    copy_postgres
    say install "$MAKE" -s install DESTDIR="$root"
    chmod -R go+rX "$root"
    mkdir -p "$home/socket"
    [ "$owner" = "$(id -un)" ] || chown "$owner" "$home/socket"
    if running; then
        return
    fi
    if [ ! -f "$home/data/PG_VERSION" ] ||
        [ "$(cat "$home/data/PG_VERSION")" != "$("$pgbin/postgres" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')" ]; then
        rm -rf "$home/data"
        mkdir "$home/data"
        [ "$owner" = "$(id -un)" ] || chown "$owner" "$home/data"
        say initdb as_owner "$pgbin/initdb" -D "$home/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync
    fi
    cat >"$home/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$home/socket'
port = 5432
shared_buffers = 512MB
work_mem = 64MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
log_min_messages = warning
log_line_prefix = '%m [%p] %d '
CONF
    grep -q governance "$home/data/postgresql.conf" ||
        echo "include '$home/postgresql.conf' # governance" >>"$home/data/postgresql.conf"
    if ! as_owner "$pgbin/pg_ctl" -D "$home/data" -l "$home/data/server.log" -w -t 60 start >/dev/null; then
        echo "The private server did not start:" >&2
        tail -n 20 "$home/data/server.log" >&2
        exit 1
    fi
}

stop() {
    [ -d build/server ] || return 0
    place
    pgbin=$home/pg$("$PG_CONFIG" --bindir)
    if running; then
        as_owner "$pgbin/pg_ctl" -D "$home/data" -m fast -w stop >/dev/null
        echo "stopped the private server"
    fi
}

case ${1:-} in
    start) start ;;
    stop) stop ;;
    psql)
        shift
        private
        exec "$PGBIN/psql" "$@"
        ;;
    *)
        echo "usage: test/server.sh start | stop | psql ..." >&2
        exit 2
        ;;
esac
