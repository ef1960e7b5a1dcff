# shellcheck shell=bash
# Sourced by the scripts beside it, from the top of the tree.

# Which PostgreSQL: PG_CONFIG if given, else Debian's GOV_PG, else the first of 15
# to 18 that can build extensions, else 15, which setup.sh then installs.
choose_postgres() {
    local version
    if [ -z "${PG_CONFIG:-}" ] || [ "$PG_CONFIG" = pg_config ]; then
        for version in ${GOV_PG:-15 16 17 18}; do
            PG_CONFIG=/usr/lib/postgresql/$version/bin/pg_config
            if [ -x "$PG_CONFIG" ] && [ -f "$("$PG_CONFIG" --pgxs)" ]; then
                break
            fi
            PG_CONFIG=
        done
        if [ -z "$PG_CONFIG" ] && ! command -v apt-get >/dev/null; then
            PG_CONFIG=$(command -v pg_config) || true
        fi
        PG_CONFIG=${PG_CONFIG:-/usr/lib/postgresql/${GOV_PG:-15}/bin/pg_config}
    fi
    case $PG_CONFIG in
        /usr/lib/postgresql/*/bin/pg_config)
            GOV_PG=${PG_CONFIG#/usr/lib/postgresql/}
            GOV_PG=${GOV_PG%%/*}
            ;;
        /*) ;;
        */*) PG_CONFIG=$PWD/$PG_CONFIG ;;
        *) PG_CONFIG=$(command -v "$PG_CONFIG" || echo "$PG_CONFIG") ;;
    esac
    GOV_PG=${GOV_PG:-15}
    export PG_CONFIG GOV_PG
}

# say NAME COMMAND...: the command's output goes to build/log/NAME; shown if it fails.
say() {
    local name=$1
    shift
    mkdir -p build/log
    if ! "$@" >"build/log/$name" 2>&1; then
        echo "failed: $* (build/log/$name)" >&2
        tail -n 40 "build/log/$name" >&2
        return 1
    fi
}

# alone COMMAND...: goes on as the command, once no other run holds this clone's lock.
# The lock is not passed on, else the server would keep it.
alone() {
    local lock=$PWD/build/lock
    if [ "${GOV_ALONE:-}" = "$lock" ] || ! command -v flock >/dev/null; then
        return
    fi
    mkdir -p build
    flock -n "$lock" true || echo "waiting for another run in this clone to end" >&2
    GOV_ALONE=$lock exec flock -o "$lock" "$@"
}

# Where the private server lives; libpq reads these; PGBIN has its programs.
private() {
    PGHOST=$(readlink -f build/server)/socket
    PGPORT=5432
    PGUSER=postgres
    PGCLIENTENCODING=UTF8
    PGBIN=$("$PG_CONFIG" --bindir)
    export PGHOST PGPORT PGUSER PGCLIENTENCODING PGBIN
}

# A caller's language, make flags and libpq settings must not reach the private server.
export LC_ALL=C
MAKE=${MAKE:-make}
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
for variable in "${!PG@}"; do
    [ "$variable" = PG_CONFIG ] || unset "$variable"
done
unset variable
choose_postgres
