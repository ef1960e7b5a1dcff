-- Units, tiers, boundaries.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT governance.create_model('units_test', 3005);
SET search_path = units_test, governance, public;
INSERT INTO hierarchy VALUES ('adm', 'administrative', 'administrative'), ('riv', 'river basins', 'natural');
INSERT INTO hierarchy VALUES ('x', 'x', 'political');
INSERT INTO tier VALUES ('adm', 'province', 1), ('adm', 'district', 2), ('adm', 'town', 3), ('adm', 'village', 3), ('riv', 'basin', 1);
-- children may come before their parents in one statement; the tree may be ragged
INSERT INTO unit (code, hierarchy, tier, name) VALUES
    ('P.A.1', 'adm', 'town', 'Town 1'), ('P.A.2', 'adm', 'village', 'Village 2'), ('P.C', 'adm', 'town', 'Free town'),
    ('P', 'adm', 'province', 'Province'), ('P.A', 'adm', 'district', 'District A'), ('P.B', 'adm', 'district', 'District B'),
    ('R', 'riv', 'basin', 'River');
SELECT code, parent, indented_name, rank, children FROM unit_tree;
-- orphans, wrong order of tiers, another hierarchy's parent, unknown tier, bad codes
INSERT INTO unit (code, hierarchy, tier, name) VALUES ('P.X.1', 'adm', 'town', 'orphan');
INSERT INTO unit (code, hierarchy, tier, name) VALUES ('P.A.1.a', 'adm', 'village', 'as deep as its parent');
INSERT INTO unit (code, hierarchy, tier, name) VALUES ('P.R', 'riv', 'basin', 'a basin in a province');
INSERT INTO unit (code, hierarchy, tier, name) VALUES ('P.D', 'adm', 'basin', 'no such tier here');
INSERT INTO unit (code, hierarchy, tier, name) VALUES ('P..D', 'adm', 'district', 'bad code');
UPDATE unit SET tier = 'province' WHERE code = 'P.A';
UPDATE unit SET tier = 'village' WHERE code = 'P.A';
UPDATE tier SET rank = 5 WHERE name = 'district';
DELETE FROM unit WHERE code = 'P.A';
INSERT INTO unit (code, hierarchy, tier, name, valid) VALUES ('P.E', 'adm', 'district', 'never', 'empty');
-- a whole tree after a single unit, in one session: what is planned for one does not read the table for each
BEGIN;
ANALYZE unit;
INSERT INTO unit (code, hierarchy, tier, name) VALUES ('P.B.0', 'adm', 'town', 'one');
INSERT INTO unit (code, hierarchy, tier, name) SELECT child('P.B', i::text), 'adm', 'town', 'of many' FROM generate_series(1, 3000) i;
SELECT seq_tup_read < 100 AND idx_tup_fetch < 10 * 3000 AS by_key FROM pg_stat_xact_user_tables WHERE relid = 'unit'::regclass;
ROLLBACK;
-- renaming a tier and moving all ranks
UPDATE tier SET name = 'region' WHERE name = 'district';
UPDATE tier SET rank = rank * 10 WHERE hierarchy = 'adm';
SELECT count(*) FROM unit WHERE tier = 'region';

-- boundaries
CREATE FUNCTION pg_temp.box(x float8, y float8, size float8) RETURNS geometry LANGUAGE sql
    RETURN ST_Multi(ST_MakeEnvelope(x, y, x + size, y + size, 3005));
INSERT INTO boundary (unit, valid, geom) VALUES
    ('P.A', '[2000-01-01,2010-01-01)', pg_temp.box(0, 0, 100)),
    ('P.A', '[2010-01-01,)', pg_temp.box(0, 0, 200)),
    ('P.B', DEFAULT, pg_temp.box(200, 100, 100)),
    ('P.A.1', DEFAULT, pg_temp.box(0, 0, 50));
SELECT unit, valid, area_m2 FROM boundary ORDER BY unit, valid;
SELECT unit, area_m2 FROM boundary_asof('2005-06-01') ORDER BY unit;
SELECT unit, area_m2 FROM boundary_asof('1999-12-31') ORDER BY unit;
SELECT code, tier, area_m2, ST_SRID(geom) FROM unit_map ORDER BY code;
SELECT * FROM neighbours('P.A');
SELECT * FROM neighbours('P.A', '2005-06-01');
SELECT * FROM neighbours('P.B');
-- two at once
INSERT INTO boundary (unit, valid, geom) VALUES ('P.A', '[2005-01-01,2006-01-01)', pg_temp.box(0, 0, 1));
-- invalid, with the reason and the place
INSERT INTO boundary (unit, geom) VALUES ('P', 'SRID=3005;MULTIPOLYGON(((0 0, 10 10, 10 0, 0 10, 0 0)))');
INSERT INTO boundary (unit, geom) VALUES ('P', 'SRID=3005;MULTIPOLYGON(((0 0, 10 0, 10 10, 0 10, 0 0), (20 20, 21 20, 21 21, 20 20)))');
-- of two crossings GEOS names the one or the other
\set VERBOSITY terse
INSERT INTO boundary (unit, geom) VALUES ('P', 'SRID=3005;MULTIPOLYGON(((0 0, 10 0, 10 10, 0 10, 0 0)), ((5 5, 15 5, 15 15, 5 15, 5 5)))');
\set VERBOSITY default
INSERT INTO boundary (unit, geom) VALUES ('P', 'SRID=3005;MULTIPOLYGON EMPTY');
INSERT INTO boundary (unit, geom) VALUES ('P', 'SRID=3005;MULTIPOLYGON(((0 0, NaN 0, 10 10, 0 10, 0 0)))');
-- wrong reference, wrong type, no such unit
INSERT INTO boundary (unit, geom) VALUES ('P', ST_Multi(ST_MakeEnvelope(0, 0, 1, 1, 4326)));
INSERT INTO boundary (unit, geom) VALUES ('P', ST_MakePoint(0, 0));
INSERT INTO boundary (unit, geom) VALUES ('P.Z', pg_temp.box(0, 0, 1));
-- nothing of that went in
SELECT count(*) FROM boundary;

-- validity of units
UPDATE unit SET valid = '(,2015-07-01)' WHERE code = 'P.A.2';
SELECT code FROM unit_asof('2015-06-30') WHERE hierarchy = 'adm' EXCEPT SELECT code FROM unit_asof('2015-07-01');
SELECT count(*) FROM unit_tree WHERE code = 'P.A.2';

-- works without a search_path
SET search_path = '';
SELECT count(*) FROM units_test.unit_tree;
SELECT neighbour, border_m FROM units_test.neighbours('P.A');
INSERT INTO units_test.boundary (unit, geom) VALUES ('P', public.ST_GeomFromText('MULTIPOLYGON(((0 0, 10 10, 10 0, 0 10, 0 0)))', 3005));
RESET search_path;
SELECT governance.drop_model('units_test');
