# shellcheck shell=bash
# shellcheck disable=SC2154
# Sourced by run.sh: the tree of units, the facts, and the tables that each way of rolling
# up wants. They stay in the database governance_bench_china, or _made; a run with other settings, or
# another version of this file or of the extension, makes them anew.

# The five tiers of China's administrative divisions as of 2023, by the package's own count
# 31 + 342 + 2 978 + 41 352 + 620 573 units.
package=china-division
package_version=2.7.0
package_sha512=e2e50f013fb559fa838798f2b6aee899d0a61cd9378fe93beb3106ff622a68671807dd1cd92c1c8b1b6d732a5db19dd3ffdb4dd534e9043a1e667f98c3fa8110

need() {
    command -v "$1" >/dev/null && return
    echo "$1 is missing: it fetches the units of China. Install it (on Debian: apt-get install $2), or take units made up: $MAKE bench TREE=made" >&2
    exit 1
}

fetch() {
    local tarball=build/bench/$package-$package_version.tgz
    if [ ! -f "$tarball" ]; then
        need npm npm
        say npm-pack npm pack "$package@$package_version" --silent --pack-destination build/bench --cache build/bench/npm || {
            echo "The package $package $package_version could not be fetched. Without a network take units made up: $MAKE bench TREE=made" >&2
            exit 1
        }
    fi
    if ! echo "$package_sha512  $tarball" | sha512sum --check --status; then
        echo "$tarball is not what it was when this benchmark was written; delete it to fetch it again" >&2
        exit 1
    fi
    rm -rf build/bench/package
    tar -xzf "$tarball" -C build/bench package/dist
}

# once NAME COMMAND...: does what makes NAME, unless NAME is there.
once() {
    local made=$1
    shift
    [ -z "$(sql -c "SELECT 1 FROM made WHERE name = '$made'")" ] || return 0
    echo "making $made" >&2
    # What an interrupted run has left of it.
    sql -c "DROP TABLE IF EXISTS $made" -c "DROP SCHEMA IF EXISTS $made CASCADE"
    "$@"
    sql -c "INSERT INTO made VALUES ('$made')"
}

# What all is made from, in one word.
origin() { echo "$FACTS $TREE $SEED $(cat test/bench/data.sh sql/governance--*.sql | cksum)"; }

prepare() {
    local known
    known=$(database=postgres sql -c "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '$bench_database'")
    if [ "$known" != "$(origin)" ]; then
        [ "$TREE" != china ] || fetch
        database=postgres sql -c "DROP DATABASE IF EXISTS $bench_database" -c "CREATE DATABASE $bench_database"
        sql -c 'CREATE EXTENSION governance CASCADE' -c 'CREATE EXTENSION ltree' -c 'CREATE SCHEMA bench' \
            -c 'CREATE TABLE made (name text PRIMARY KEY)'
        sql -c "COMMENT ON DATABASE $bench_database IS '$(origin)'"
    fi
    once unit make_unit
    once fact make_fact
}

needs() {
    local table
    for table in "$@"; do
        once "$table" "make_$table"
    done
}

# The package's files have a code, a name, and the codes of some ancestors.
read_china() {
    echo "CREATE TEMPORARY TABLE given (code text, name text, a text, b text, c text, d text);"
    echo "\\copy given (code, name) FROM 'build/bench/package/dist/provinces.csv' (FORMAT csv, HEADER)"
    echo "\\copy given (code, name, a) FROM 'build/bench/package/dist/cities.csv' (FORMAT csv, HEADER)"
    echo "\\copy given (code, name, a, b) FROM 'build/bench/package/dist/areas.csv' (FORMAT csv, HEADER)"
    echo "\\copy given (code, name, a, b, c) FROM 'build/bench/package/dist/streets.csv' (FORMAT csv, HEADER)"
    echo "\\copy given (code, name, a, b, c, d) FROM 'build/bench/package/dist/villages.csv' (FORMAT csv, HEADER)"
}

# As many digits a tier, only fewer units; the upper tiers are left to be implied.
read_made() {
    cat <<'SQL'
CREATE TEMPORARY TABLE given AS
    SELECT format('%s%s%s%s%s', 10 + p, lpad(c::text, 2, '0'), lpad(a::text, 2, '0'), lpad(s::text, 3, '0'), lpad(v::text, 3, '0')) AS code,
           'village' AS name
      FROM generate_series(1, 5) p, generate_series(1, 4) c, generate_series(0, 3) a, generate_series(1, 5) s, generate_series(1, 5) v;
SQL
}

# Ancestors that are not given are implied by those that are. The peers know a unit by a
# number, given out in the order of the codes, and its parent and place by number and path.
make_unit() {
    {
        "read_$TREE"
        cat <<'SQL'
CREATE TABLE unit (
    id     integer NOT NULL,
    parent integer,
    tier   integer NOT NULL,
    code   unitcode NOT NULL,
    path   ltree NOT NULL,
    name   text NOT NULL
);
INSERT INTO unit (id, tier, code, path, name)
    SELECT row_number() OVER (ORDER BY u.code), depth(u.code), u.code, u.code::text::ltree, coalesce(g.name, official(u.code))
      FROM (SELECT DISTINCT unnest(ancestors(unitcode(g.code, '{2,2,2,3,3}'))) AS code FROM given g) AS u
      LEFT JOIN given g ON unitcode(g.code, '{2,2,2,3,3}') = u.code
     ORDER BY u.code;
ALTER TABLE unit ADD PRIMARY KEY (id), ADD UNIQUE (code);
UPDATE unit u SET parent = p.id FROM unit p WHERE p.code = parent(u.code);
VACUUM FULL unit;
CLUSTER unit USING unit_pkey;
VACUUM ANALYZE unit;
-- The peers are written for a tree without gaps: its leaves are the fifth tier.
SELECT 1 / (count(*) FILTER (WHERE tier <> 5) = 0)::integer FROM unit u WHERE NOT EXISTS (SELECT FROM unit c WHERE c.parent = u.id) \g /dev/null
SQL
    } | sql -f -
}

# A fact for every leaf and group once, then for some twice, in random order; fewer facts
# are a random choice of them. Randomness is a hash of the fact's number, so that it is
# the same everywhere.
make_fact() {
    sql -v facts="$FACTS" <<'SQL'
CREATE UNLOGGED TABLE fact (
    unit_id   integer NOT NULL,
    indicator integer NOT NULL,
    period    integer NOT NULL,
    unit      unitcode NOT NULL,
    value     numeric NOT NULL
);
CREATE TEMPORARY TABLE leaf AS
    SELECT row_number() OVER (ORDER BY id) - 1 AS n, id, code FROM unit WHERE tier = 5;
ANALYZE leaf;
WITH cells AS (
    SELECT 16 * count(*) AS n FROM leaf
), chosen AS (
    SELECT i, i % c.n AS cell, hashint8extended(i, :seed) AS random
      FROM cells c, generate_series(0, greatest(:facts, c.n) - 1) i
     ORDER BY random
     LIMIT :facts
)
INSERT INTO fact (unit_id, indicator, period, unit, value)
    SELECT l.id, 1 + cell % 4, 2021 + cell / 4 % 4, l.code,
           -- Persons, hectares to a tenth, money to a hundredth, tonnes to a thousandth.
           round((hashint8extended(i, :seed + 1) & 16777215) / (10 ^ (cell % 4))::numeric, (cell % 4)::integer)
      FROM chosen c
      JOIN leaf l ON l.n = c.cell / 16
     ORDER BY c.random;
-- So that the planner knows how many groups there are, and hash tables are made large enough.
CREATE STATISTICS fact_groups (ndistinct) ON unit, indicator, period FROM fact;
CREATE STATISTICS fact_groups_by_id (ndistinct) ON unit_id, indicator, period FROM fact;
VACUUM ANALYZE fact;
SQL
}

# A tenth of the facts, for the cost of one as they become more.
make_fact_tenth() {
    sql <<'SQL'
CREATE UNLOGGED TABLE fact_tenth (LIKE fact);
INSERT INTO fact_tenth SELECT * FROM fact LIMIT (SELECT count(*) / 10 FROM fact);
VACUUM ANALYZE fact_tenth;
SQL
}

# The star dimension: for every leaf its unit at each tier.
make_star() {
    sql <<'SQL'
CREATE UNLOGGED TABLE star AS
    SELECT u5.id AS unit_id, u1.id AS tier1, u2.id AS tier2, u3.id AS tier3, u4.id AS tier4, u5.id AS tier5
      FROM unit u5
      JOIN unit u4 ON u4.id = u5.parent
      JOIN unit u3 ON u3.id = u4.parent
      JOIN unit u2 ON u2.id = u3.parent
      JOIN unit u1 ON u1.id = u2.parent
     WHERE u5.tier = 5;
ALTER TABLE star ADD PRIMARY KEY (unit_id);
VACUUM ANALYZE star;
SQL
}

# The closure table: all pairs of a unit and itself or an ancestor.
make_closure() {
    sql <<'SQL'
CREATE UNLOGGED TABLE closure AS
    WITH RECURSIVE pair (ancestor, descendant) AS (
        SELECT id, id FROM unit
        UNION ALL
        SELECT u.parent, p.descendant FROM pair p JOIN unit u ON u.id = p.ancestor WHERE u.parent IS NOT NULL
    )
    SELECT ancestor, descendant FROM pair ORDER BY ancestor, descendant;
ALTER TABLE closure ADD PRIMARY KEY (ancestor, descendant);
VACUUM ANALYZE closure;
SQL
}

# A model with the same units, and the facts as observations, one a unit, indicator and
# year. Foreign keys are dropped while it loads and checked when they are added again.
make_model() {
    sql <<'SQL'
SET search_path = governance, public;
SELECT create_model('model') \g /dev/null
SET search_path = model, governance, public;
INSERT INTO hierarchy VALUES ('adm', 'administrative divisions', 'administrative');
INSERT INTO tier SELECT 'adm', 'tier ' || n, n FROM generate_series(1, 5) n;
INSERT INTO unit (code, hierarchy, tier, name) SELECT u.code, 'adm', 'tier ' || u.tier, u.name FROM bench.unit u ORDER BY u.code;
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op) VALUES
    ('i1', 'persons', 'persons', 'extensive', 'sum', 'last'),
    ('i2', 'farmland', 'ha', 'extensive', 'sum', 'last'),
    ('i3', 'dwellings', 'dwellings', 'extensive', 'sum', 'last'),
    ('i4', 'harvest', 't', 'extensive', 'sum', 'sum');
ANALYZE unit;

CREATE TEMPORARY TABLE dropped AS
    SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conrelid = 'observation'::regclass AND contype = 'f';
SELECT format('ALTER TABLE observation DROP CONSTRAINT %I', conname) FROM dropped \gexec
INSERT INTO observation (indicator, unit, period, value)
    SELECT 'i' || f.indicator, f.unit, daterange(make_date(f.period, 1, 1), make_date(f.period + 1, 1, 1)), sum(f.value)
      FROM bench.fact f
     GROUP BY f.indicator, f.unit, f.period
     ORDER BY 1, 3, 2;
SELECT format('ALTER TABLE observation ADD CONSTRAINT %I %s', conname, definition) FROM dropped \gexec
VACUUM ANALYZE observation;
CALL refresh();
VACUUM ANALYZE indicator_value, refreshed, unit;
SQL
}

# A model with the same units and one group of values, an observation a leaf; and a target
# that is still to be handed down.
make_handed() {
    sql <<'SQL'
SET search_path = governance, public;
SELECT create_model('handed') \g /dev/null
SET search_path = handed, governance, public;
INSERT INTO hierarchy VALUES ('adm', 'administrative divisions', 'administrative');
INSERT INTO tier SELECT 'adm', 'tier ' || n, n FROM generate_series(1, 5) n;
INSERT INTO unit (code, hierarchy, tier, name) SELECT u.code, 'adm', 'tier ' || u.tier, u.name FROM bench.unit u ORDER BY u.code;
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, attribute, direction) VALUES
    ('people', 'population', 'persons', 'extensive', 'sum', 'last', 'advisory', 'none'),
    ('target', 'dwellings to be built', 'dwellings', 'extensive', 'sum', 'sum', 'expected', 'floor');
ANALYZE unit;
INSERT INTO observation (indicator, unit, period, value)
    SELECT 'people', u.code, '[2024-01-01,2025-01-01)', 1 + (hashint4extended(u.id, :seed) & 4095) FROM bench.unit u WHERE u.tier = 5 ORDER BY u.code;
VACUUM ANALYZE observation;
CALL refresh();
VACUUM ANALYZE indicator_value;
SQL
}
