# shellcheck shell=bash
# shellcheck disable=SC2154
# Sourced by run.sh: what the jobs of overlays are made of. Everything lies in a square
# country, of cells of 250 m a side for the zones. Borders are sums of waves that halve in
# length and shrink in height, Weierstrass's function, so they are rough on all scales.
#   zone    ZONES cells that cover the country exactly, 33 points each
#   line    LINES multipolygons of up to VERTICES points: a land with three lakes,
#           an island in each, and four islands off its coast
#   parcel  100 000 cells at most, likewise, and then damaged
#   county, basin    two coverages of the country by 3 136 and 196 cells
#   drawn, part_drawn    models in which zones and lines are features, and rules for both
# All are valid by the way they are made.

space_origin() { echo "$ZONES $LINES $VERTICES $SEED $(cksum <test/bench/space.sh)"; }

# What other settings have left is made anew, though not the rest of the database.
prepare_space() {
    [ "$(sql -c "SELECT name FROM made WHERE name LIKE 'space %'")" != "space $(space_origin)" ] || return 0
    sql -c "DROP TABLE IF EXISTS zone, line, parcel, part_zone, part_line, county, basin, piece_128, piece_256, part_piece_128, part_piece_256" \
        -c "DROP SCHEMA IF EXISTS drawn, part_drawn CASCADE" \
        -c "DELETE FROM made WHERE name LIKE 'space %' OR name IN ('zone', 'line', 'parcel', 'part_zone', 'part_line', 'county', 'basin', 'drawn', 'part_drawn',
                                                                   'piece_128', 'piece_256', 'part_piece_128', 'part_piece_256')"
    sql <<'SQL'
-- A number from 0 to 1 for each of many, always the same for a seed.
CREATE OR REPLACE FUNCTION chance(seed bigint, of bigint) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (hashint8extended(of, seed) & 1048575) / 1048576.0::float8;

-- From -1 to 1, repeating itself from 0 to 1.
CREATE OR REPLACE FUNCTION wave(t float8, seed bigint, octaves integer) RETURNS float8 LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    total float8 := 0;
    height float8 := 0.426;
    turns float8 := 2 * pi();
BEGIN
    FOR k IN 1 .. octaves LOOP
        total := total + height * cos(turns * t + 2 * pi() * chance(seed, k));
        height := 0.574 * height;
        turns := 2 * turns;
    END LOOP;
    RETURN total;
END
$$;

CREATE OR REPLACE FUNCTION octaves(points integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN greatest(1, floor(log(2, points))::integer - 1);

-- Round a centre the distance is a function of the angle, so that no such ring meets itself.
CREATE OR REPLACE FUNCTION ring(x float8, y float8, radius float8, points integer, seed bigint) RETURNS geometry LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT ST_MakeLine(array_agg(ST_SetSRID(ST_Point(x + r * cos(2 * pi() * i / points), y + r * sin(2 * pi() * i / points)), 6933) ORDER BY n))
      FROM generate_series(0, points) AS n
     CROSS JOIN LATERAL (SELECT n % points) AS a (i)
     CROSS JOIN LATERAL (SELECT radius * (1 + 0.3 * wave(i::float8 / points, seed, octaves(points))) OFFSET 0) AS d (r);
END;

-- The border between two corners of cells leaves the straight line by less than a twelfth
-- of a cell, and towards its ends by less still: those that meet in a corner stay apart.
CREATE OR REPLACE PROCEDURE make_cells(name text, side integer, points integer, width float8, seed bigint) LANGUAGE plpgsql AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.corner, pg_temp.border;
    CREATE TEMPORARY TABLE corner AS
        SELECT i, j, 1e6 + width * (i + CASE WHEN i IN (0, side) THEN 0 ELSE 0.3 * (chance(seed, 2 * (i * 100000::bigint + j)) - 0.5) END) AS x,
                     1e6 + width * (j + CASE WHEN j IN (0, side) THEN 0 ELSE 0.3 * (chance(seed, 2 * (i * 100000::bigint + j) + 1) - 0.5) END) AS y
          FROM generate_series(0, side) i, generate_series(0, side) j;
    ANALYZE corner;
    CREATE TEMPORARY TABLE border AS
        SELECT a.i, a.j, a.i <> b.i AS level,
               ST_MakeLine(array_agg(ST_SetSRID(ST_Point(a.x + t * (b.x - a.x) + CASE WHEN a.i = b.i THEN off ELSE 0 END,
                                                         a.y + t * (b.y - a.y) + CASE WHEN a.i = b.i THEN 0 ELSE off END), 6933) ORDER BY n)) AS line
          FROM (VALUES (0, 1), (1, 0)) AS d (i, j)
         CROSS JOIN corner a
          JOIN corner b ON b.i = a.i + d.i AND b.j = a.j + d.j
         CROSS JOIN generate_series(0, points) AS n
         CROSS JOIN LATERAL (SELECT n::float8 / points) AS p (t)
         CROSS JOIN LATERAL (
            SELECT CASE WHEN n IN (0, points) OR a.i = b.i AND a.i IN (0, side) OR a.j = b.j AND a.j IN (0, side) THEN 0
                        ELSE width * 0.08 * sin(pi() * t)
                             * wave(t, seed + 4 * (a.i * 100000::bigint + a.j) + (a.i = b.i)::integer + 2, octaves(points)) END) AS o (off)
         GROUP BY a.i, a.j, b.i;
    CREATE UNIQUE INDEX ON border (i, j, level);
    ANALYZE border;
    EXECUTE format('CREATE TABLE %I AS
        SELECT (row_number() OVER (ORDER BY s.i, s.j))::integer AS id,
               ST_MakePolygon(ST_RemoveRepeatedPoints(ST_MakeLine(ARRAY[s.line, e.line, ST_Reverse(n.line), ST_Reverse(w.line)]))) AS geom
          FROM border s
          JOIN border e ON NOT e.level AND e.i = s.i + 1 AND e.j = s.j
          JOIN border n ON n.level AND n.i = s.i AND n.j = s.j + 1
          JOIN border w ON NOT w.level AND w.i = s.i AND w.j = s.j
         WHERE s.level', name);
    DROP TABLE corner, border;
END
$$;
SQL
    sql -c "INSERT INTO made VALUES ('space $(space_origin)')"
}

# Cells along a side of the country, of the zones and of others, and its length in metres.
side_of() { awk -v n="$1" 'BEGIN { s = int(sqrt(n)); print s * s < n ? s + 1 : s }'; }
country() { echo $((250 * $(side_of "$ZONES"))); }

# cells TABLE NUMBER POINTS: a coverage, by points a border.
cells() {
    local side
    side=$(side_of "$2")
    sql -c "CALL make_cells('$1', $side, $3, $(country)::float8 / $side, $SEED)"
    finish_layer "$1"
}

finish_layer() {
    sql <<SQL
ALTER TABLE $1 ADD PRIMARY KEY (id);
CREATE INDEX ON $1 USING gist (geom);
VACUUM ANALYZE $1;
SQL
}

make_zone() { cells zone "$ZONES" 8; }

# One in 2 500 is moved by a few metres, one in 5 000 taken away, one in 5 000 gets a point more.
make_parcel() {
    cells parcel $((ZONES < 100000 ? ZONES : 100000)) 8
    sql <<'SQL'
ALTER TABLE parcel ADD code unitcode;
UPDATE parcel SET code = ('P' || id)::unitcode;
UPDATE parcel SET geom = ST_Translate(geom, 3, 5) WHERE id % 2500 = 1230;
DELETE FROM parcel WHERE id % 5000 = 130;
UPDATE parcel SET geom = ST_MakePolygon(ST_AddPoint(ST_ExteriorRing(geom), ST_LineInterpolatePoint(ST_MakeLine(ST_PointN(ST_ExteriorRing(geom), 4), ST_PointN(ST_ExteriorRing(geom), 5)), 0.5), 4))
 WHERE id % 5000 = 710;
CLUSTER parcel USING parcel_pkey;
VACUUM ANALYZE parcel;
SQL
}
make_county() { cells county $((ZONES < 3136 ? ZONES : 3136)) 64; }
make_basin() { cells basin $((ZONES / 16 < 196 ? ZONES / 16 : 196)) $((VERTICES / 8 < 2048 ? VERTICES / 8 : 2048)); }

# Sizes are spread evenly over the logarithm from a thirty-fifth of VERTICES, places and
# sizes are independent. In a land's unit of length its radius is 0.7 at least and 1.3 at most.
make_line() {
    local columns
    columns=$(side_of "$LINES")
    sql -v lines="$LINES" -v vertices="$VERTICES" -v tile="$(($(country) / columns))" -v columns="$columns" <<'SQL'
CREATE TABLE line AS
    WITH land AS (
        SELECT n AS id, 1e6 + :tile * (n % :columns + 0.5) AS x, 1e6 + :tile * (n / :columns + 0.5) AS y, 0.37 * :tile AS unit,
               greatest(512, :vertices * 35 ^ -((row_number() OVER (ORDER BY chance(:seed, n), n) - 1) / :lines::float8))::integer AS points, 100 * (:seed + n) AS seed
          FROM generate_series(0, :lines - 1) n
    )
    SELECT l.id, ST_Collect(ARRAY[
               ST_MakePolygon(ring(x, y, unit, (0.55 * points)::integer, l.seed),
                              ARRAY(SELECT ring(x + 0.35 * unit * cos(k * 2.0944), y + 0.35 * unit * sin(k * 2.0944), 0.2 * unit, points / 10, l.seed + k)
                                      FROM generate_series(1, 3) k))]
               || ARRAY(SELECT ST_MakePolygon(ring(x + 0.35 * unit * cos(k * 2.0944), y + 0.35 * unit * sin(k * 2.0944), 0.08 * unit, points / 32, l.seed + 10 + k))
                          FROM generate_series(1, 3) k)
               || ARRAY(SELECT ST_MakePolygon(ring(x + 1.16 * unit * a, y + 1.16 * unit * b, 0.12 * unit, points / 64, l.seed + 20 + 2 * a + b))
                          FROM (VALUES (-1, -1), (-1, 1), (1, -1), (1, 1)) AS corner (a, b))) AS geom
      FROM land l;
SQL
    finish_layer line
}

# A part that ST_Intersection can be waited for: one in fifteen of the lines, and the zones about them.
make_part_line() {
    needs line
    sql -c "CREATE TABLE part_line AS SELECT * FROM line WHERE id % 15 = 7 % (SELECT count(*) FROM line)"
    finish_layer part_line
}
make_part_zone() {
    needs zone part_line
    sql -c "CREATE TABLE part_zone AS SELECT z.* FROM zone z WHERE EXISTS (SELECT FROM part_line l WHERE l.geom && z.geom)"
    finish_layer part_zone
}

# pieces TABLE OF VERTICES
pieces() {
    sql <<SQL
CREATE TABLE $1 AS SELECT l.id AS line, (row_number() OVER ())::integer AS id, p.geom FROM $2 l CROSS JOIN LATERAL ST_Subdivide(l.geom, $3) AS p (geom);
SQL
    finish_layer "$1"
}
make_piece_128() { needs line && pieces piece_128 line 128; }
make_piece_256() { needs line && pieces piece_256 line 256; }
make_part_piece_128() { needs part_line && pieces part_piece_128 part_line 128; }
make_part_piece_256() { needs part_line && pieces part_piece_256 part_line 256; }

# drawn_model NAME ZONES LINES: the lines are growth boundaries, and a zone is of the kind that
# belongs where it lies, construction within and cropland without, but for one in fifty of either.
# So most of what breaks a rule lies across a border. A line's id is above those of all zones.
drawn_model() {
    sql <<SQL
SET search_path = governance, public;
SELECT create_model('$1') \g /dev/null
SET search_path = $1, governance, public;
INSERT INTO layer (code, name, role, accuracy_m) VALUES ('zoning', 'zones', 'zone', 0.1), ('growth_boundary', 'urban growth boundaries', 'control_line', 0.1);
CREATE TEMPORARY TABLE inside AS
    SELECT z.id FROM bench.$2 z JOIN bench.$3 l ON z.geom && l.geom GROUP BY z.id, z.geom HAVING sum(overlap_area(z.geom, l.geom, true)) > ST_Area(z.geom) / 2;
INSERT INTO feature (id, layer, kind, geom)
    SELECT z.id, 'zoning', CASE WHEN (i.id IS NOT NULL) = (bench.chance($SEED, z.id) < 0.98) THEN 'construction' ELSE 'cropland' END, ST_Multi(z.geom)
      FROM bench.$2 z LEFT JOIN inside i USING (id) ORDER BY z.id;
INSERT INTO feature (id, layer, geom) SELECT 1 + $ZONES * 2 + l.id, 'growth_boundary', l.geom FROM bench.$3 l ORDER BY l.id;
INSERT INTO spatial_rule (code, left_layer, left_kind, relation, right_layer, min_area_m2) VALUES
    ('built within', 'zoning', 'construction', 'within', 'growth_boundary', 1), ('cropland without', 'zoning', 'cropland', 'disjoint', 'growth_boundary', 1);
VACUUM ANALYZE feature;
CALL check_space();
VACUUM ANALYZE finding;
SQL
}
make_drawn() { needs zone line && drawn_model drawn zone line; }
make_part_drawn() { needs part_zone part_line && drawn_model part_drawn part_zone part_line; }
