#!/usr/bin/env bash
# server.sh start | stop | remove | psql ...
# A private PostgreSQL under build/server: its own copy of the binaries, so that
# the extension is installed there and nowhere else, its own data, a socket, no TCP.
# Never runs as root: called by root, it hands the server to an unprivileged user.
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/.."
. test/env.sh

self=$(id -un)
owner=$self
if [ "$(id -u)" = 0 ]; then
    owner=nobody
    if [ -d build/server ] && [ "$(stat -Lc %u build/server)" != 0 ]; then
        owner=$(stat -Lc %U build/server)
    elif id postgres >/dev/null 2>&1; then
        owner=postgres
    fi
fi

as_owner() {
    if [ "$owner" = "$self" ]; then
        "$@"
    else
        (cd / && exec setpriv --reuid "$owner" --regid "$(id -g "$owner")" --clear-groups \
            env -u XDG_RUNTIME_DIR HOME=/ "$@")
    fi
}

give_to_owner() {
    [ "$owner" = "$self" ] || chown "$owner" "$@"
}

# build/server is a folder where its owner can reach it and its path suits a socket:
# short (107 bytes in all), and without what libpq or a setting would read as syntax.
# Elsewhere, as in root's home, it is a link to a folder under /var/tmp.
place() {
    mkdir -p build
    if [ -L build/server ] && [ ! -d build/server ]; then
        rm build/server
    fi
    if [ ! -e build/server ]; then
        local top
        top=$(pwd -P)
        if [ "$(printf %s "$top" | wc -c)" -le 70 ] && as_owner test -x "$top/build" &&
            [ -z "$(printf %s "$top" | LC_ALL=C tr -d 'A-Za-z0-9/._-')" ]; then
            mkdir build/server
        else
            ln -s "$(mktemp -d /var/tmp/governance.XXXXXX)" build/server
        fi
    fi
    find_home
    if ! chmod 700 "$home" 2>/dev/null; then
        echo "build/server belongs to another user; let them run: test/server.sh remove" >&2
        exit 1
    fi
    give_to_owner "$home"
}

find_home() {
    home=$(readlink -f build/server)
    root=$home/pg
}

# The server's process, if it runs: the one that postmaster.pid names, provided that it
# works in that data folder. After a crash or in a copied clone the file may name any other.
server_pid() {
    local file pid
    for file in "$home"/data*/postmaster.pid; do
        [ -f "$file" ] || continue
        pid=$(head -n 1 "$file")
        if [ -L /proc/self/cwd ]; then
            [ "$(as_owner readlink "/proc/$pid/cwd")" = "${file%/*}" ] || continue
        else
            kill -0 "$pid" 2>/dev/null || continue
        fi
        echo "$pid"
        return
    done
    return 1
}

answers() {
    PGHOST=$home/socket "$("$PG_CONFIG" --bindir)/psql" -XAtq -p 5432 -U postgres -d postgres -c 'SELECT 1' >/dev/null 2>&1
}

# link FROM TO NAME: everything in FROM but NAME and the extension itself.
link() {
    local file list=()
    mkdir -p "$2"
    for file in "$1"/*; do
        case ${file##*/} in
            "$3" | governance | governance.* | governance--*) ;;
            *) list+=("$file") ;;
        esac
    done
    [ ${#list[@]} = 0 ] || ln -s "${list[@]}" "$2/"
}

# A PostgreSQL finds its files relative to its binary, so a copy of the binaries
# amid links to the rest is an installation of its own. Made anew when a file of the
# original has come, gone or changed, as in an upgrade.
copy_postgres() {
    local bin share lib original tool
    bin=$("$PG_CONFIG" --bindir) share=$("$PG_CONFIG" --sharedir) lib=$("$PG_CONFIG" --pkglibdir)
    # shellcheck disable=SC2012
    original=$("$PG_CONFIG" --version && cd / && LC_ALL=C ls -lL "$bin" "$share" "$share/extension" "$lib" 2>/dev/null |
        awk '/^-/ && $NF !~ /^governance/' | cksum)
    if [ -f "$root/.complete" ] && [ "$(cat "$root/.complete")" = "$original" ]; then
        return
    fi
    stop >/dev/null
    rm -rf "$root"
    link "$share" "$root$share" extension
    link "$share/extension" "$root$share/extension" ''
    link "$lib" "$root$lib" bitcode
    [ ! -d "$lib/bitcode" ] || link "$lib/bitcode" "$root$lib/bitcode" ''
    mkdir -p "$root$bin"
    for tool in postgres initdb pg_ctl; do
        cp "$bin/$tool" "$root$bin/"
    done
    echo "$original" >"$root/.complete"
}

settings() {
    local memory shared=512
    memory=$(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo 2>/dev/null || true)
    if [ -n "$memory" ] && [ "$memory" -lt 4194304 ]; then
        shared=$((memory / 8192))
    fi
    shared=${GOV_SHARED_MB:-$shared}
    cat <<CONF
listen_addresses = ''
unix_socket_directories = '$home/socket'
port = 5432
shared_buffers = ${shared}MB
work_mem = 64MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
log_min_messages = warning
log_line_prefix = '%m [%p] %d '
timezone = 'UTC'
CONF
    # A container's /dev/shm is often too small for parallel plans.
    if [ "$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $2 }')" -lt 1000000 ] 2>/dev/null; then
        echo "dynamic_shared_memory_type = sysv"
    fi
}

init_data() {
    local locale=C
    ! locale -a 2>/dev/null | grep -qix 'C\.utf-\?8' || locale=C.UTF-8
    rm -rf "$data" "$data.part"
    mkdir "$data.part"
    give_to_owner "$data.part"
    say initdb as_owner "$pgbin/initdb" -D "$data.part" -U postgres -A trust -E UTF8 --locale="$locale" --no-sync
    echo "include '../postgresql.conf'" >>"$data.part/postgresql.conf"
    mv "$data.part" "$data"
}

start() {
    local pid waited=0
    place
    pgbin=$root$("$PG_CONFIG" --bindir)
    copy_postgres
    say install "$MAKE" -s install DESTDIR="$root"
    chmod -R go+rX "$root"
    mkdir -p "$home/socket"
    give_to_owner "$home/socket"
    data=$home/data-$("$PG_CONFIG" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
    settings >"$home/postgresql.conf.new"
    if pid=$(server_pid); then
        if cmp -s "$home/postgresql.conf.new" "$home/postgresql.conf" && [ "$pid" = "$(head -n 1 "$data/postmaster.pid" 2>/dev/null)" ]; then
            until answers || [ $((waited += 1)) -gt 30 ]; do
                sleep 1
            done
            [ $waited -gt 30 ] || return 0
        fi
        stop >/dev/null
    fi
    mv "$home/postgresql.conf.new" "$home/postgresql.conf"
    [ -f "$data/PG_VERSION" ] || init_data
    rm -f "$data/postmaster.pid" "$home"/socket/.s.*
    if ! as_owner "$pgbin/pg_ctl" -D "$data" -l "$data/server.log" -w -t 300 start >/dev/null; then
        echo "The private server did not start:" >&2
        tail -n 20 "$data/server.log" >&2
        echo "To begin anew, without what is in its databases: test/server.sh remove" >&2
        exit 1
    fi
}

stop() {
    local pid waited=0
    [ -d build/server ] || return 0
    find_home
    pid=$(server_pid) || return 0
    if ! kill -INT "$pid"; then
        echo "The private server runs as another user; only they or root can stop it." >&2
        exit 1
    fi
    while server_pid >/dev/null; do
        sleep 0.1
        if [ $((waited += 1)) = 600 ]; then
            kill -QUIT "$pid"
        elif [ $waited -gt 700 ]; then
            echo "The private server (process $pid) does not stop." >&2
            exit 1
        fi
    done
    echo "stopped the private server"
}

remove() {
    stop
    [ -e build/server ] || return 0
    find_home
    rm -rf "$home" build/server
    echo "removed the private server and its databases"
}

case ${1:-} in
    start | stop | remove) "$1" ;;
    psql)
        shift
        private
        exec "$PGBIN/psql" "$@"
        ;;
    *)
        echo "usage: test/server.sh start | stop | remove | psql ..." >&2
        exit 2
        ;;
esac
