# Sourced by the scripts beside it, from the top of the tree.
# GOV_PG is the Debian package's major version; PG_CONFIG says which server is used.
GOV_PG=${GOV_PG:-15}
MAKE=${MAKE:-make}
if [ -z "${PG_CONFIG:-}" ] || [ "$PG_CONFIG" = pg_config ]; then
    if [ -x "/usr/lib/postgresql/$GOV_PG/bin/pg_config" ] || ! PG_CONFIG=$(command -v pg_config); then
        PG_CONFIG=/usr/lib/postgresql/$GOV_PG/bin/pg_config
    fi
fi
export PG_CONFIG GOV_PG
# A caller's make flags and libpq settings must not reach the private server.
unset MAKEFLAGS MFLAGS MAKELEVEL PGHOST PGPORT PGDATABASE PGUSER PGPASSWORD PGOPTIONS PGSERVICE

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

# Where the private server lives; libpq reads these.
private() {
    PGHOST=$(readlink -f build/server)/socket
    PGPORT=5432
    PGUSER=postgres
    PGBIN=$("$PG_CONFIG" --bindir)
    export PGHOST PGPORT PGUSER
}
