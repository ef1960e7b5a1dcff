-- The model's coverage on the territory of British Columbia: tiers, parents and children, stored findings.
BEGIN;
SELECT plan(22);
\i demo/bc.sql
SET LOCAL search_path = bc, governance, public;
SET LOCAL client_min_messages = warning;

-- A district and the one municipality that hangs directly under the province are one coverage.
SELECT is((SELECT count(*) FROM coverage_units('admin', 'regional district')), 29::bigint, 'what skips a tier belongs to it');
SELECT is((SELECT count(*) FROM coverage_units('admin', 'municipality')), 189::bigint, 'tiers of one rank lie beside each other');
SELECT is_empty($$SELECT * FROM coverage_defects_of('admin', 'municipality') WHERE kind = 'overlap' AND area_m2 > 1$$, 'nothing is claimed twice by more than a square metre');
SELECT set_eq($$SELECT c.parent, round(c.uncovered_m2) AS a, round(c.outside_m2) AS b FROM parent_coverage('admin') c WHERE c.tier = 'regional district'$$,
              $$SELECT p.unit, round(ST_Area(ST_Difference(p.geom, ST_Union(b.geom)))) AS a, round(ST_Area(ST_Difference(ST_Union(b.geom), p.geom))) AS b
                  FROM boundary p JOIN unit c ON c.parent = p.unit JOIN boundary b ON b.unit = c.code JOIN unit pu ON pu.code = p.unit AND pu.tier = 'regional district' GROUP BY p.unit, p.geom$$,
              'districts are held against the union of their municipalities');
SELECT ok(abs(sum(c.area_m2 - c.uncovered_m2) / 1e6 - 785050) < 1
          AND abs((SELECT sum(b.area_m2) FROM boundary b JOIN unit u ON u.code = b.unit AND u.tier = 'water district') / 1e6 - 1041377) < 1,
          'precincts cover 785 050 of the 1 041 377 km2 of the districts: ' || sum(c.area_m2 - c.uncovered_m2) / 1e6)
  FROM parent_coverage('water') c WHERE c.tier = 'water district';
SELECT set_eq($$SELECT unit, round(outside_m2) AS a, round(nowhere_m2) AS b FROM child_coverage('water')$$,
              $$SELECT c.code, round(ST_Area(ST_Difference(b.geom, pb.geom))) AS a, round(ST_Area(ST_Difference(b.geom, (SELECT ST_Union(o.geom) FROM boundary o JOIN unit u ON u.code = o.unit AND u.tier = 'water district' WHERE o.geom && b.geom)))) AS b
                  FROM unit c JOIN boundary b ON b.unit = c.code JOIN boundary pb ON pb.unit = c.parent WHERE c.hierarchy = 'water'$$,
              'precincts are held against their district, and all districts');
SAVEPOINT stored;
-- Whole metres would add up exactly in any order.
UPDATE boundary SET geom = ST_Translate(geom, pi(), exp(1));
CREATE TEMP TABLE nesting AS SELECT p.* FROM hierarchy h CROSS JOIN parent_coverage(h.code) p;
DO $$
DECLARE
    u unitcode;
BEGIN
    FOR u IN SELECT c.code FROM unit c ORDER BY md5(c.code::text) LOOP
        UPDATE unit SET name = name WHERE code = u;
        UPDATE boundary SET geom = geom WHERE unit = u;
    END LOOP;
END
$$;
SELECT set_eq($$SELECT p.* FROM hierarchy h CROSS JOIN parent_coverage(h.code) p$$, 'TABLE nesting', 'to the last digit, however the rows are stored');
ROLLBACK TO stored;
-- Children thrown over each other and over the edge: three in one place, two outside, and some that only touch.
INSERT INTO hierarchy VALUES ('heap', 'heap', 'functional');
INSERT INTO tier VALUES ('heap', 'whole', 1), ('heap', 'part', 2);
INSERT INTO unit (code, hierarchy, tier, name) SELECT ('H' || k)::unitcode, 'heap', 'whole', '' FROM generate_series(1, 60) k;
INSERT INTO unit (code, hierarchy, tier, name) SELECT ('H' || k || '.' || i)::unitcode, 'heap', 'part', '' FROM generate_series(1, 60) k, generate_series(1, 2 + k % 7) i;
SELECT setseed(0.31) \g /dev/null
INSERT INTO boundary (unit, geom) SELECT code, ST_Multi(ST_Rotate(ST_MakeEnvelope(1e6, 6e5, 1e6 + 100, 6e5 + 100, 3005), random(), 1e6 + 50, 6e5 + 50)) FROM unit WHERE tier = 'whole';
INSERT INTO boundary (unit, geom)
SELECT u.code, ST_Multi(CASE WHEN k % 3 = 0 THEN ST_MakeEnvelope(x, y, x + 20, y + 20, 3005) ELSE ST_Buffer(ST_SetSRID(ST_Point(x, y), 3005), r, 3) END)
  FROM (SELECT code, ordinality AS k, 1e6 + 20 * floor(6 * random()) AS x, 6e5 + 20 * floor(6 * random()) AS y, 5 + 40 * random() AS r
          FROM (SELECT code, row_number() OVER (ORDER BY code) AS ordinality FROM unit WHERE tier = 'part') s) u;
CREATE TEMP TABLE heaped AS
SELECT p.unit, p.geom AS whole, ST_Union(b.geom) AS parts,
       (SELECT coalesce(ST_Area(ST_Union(ST_Intersection(x.geom, y.geom))), 0)
          FROM boundary x JOIN boundary y ON y.unit > x.unit AND parent(y.unit) = parent(x.unit) WHERE parent(x.unit) = p.unit) AS twice
  FROM boundary p JOIN boundary b ON parent(b.unit) = p.unit JOIN unit u ON u.code = p.unit AND u.tier = 'whole' GROUP BY p.unit, p.geom;
SELECT is_empty($$SELECT c.*, h.unit FROM parent_coverage('heap') c FULL JOIN heaped h ON h.unit = c.parent
                   WHERE (abs(c.uncovered_m2 - ST_Area(ST_Difference(h.whole, h.parts))) < 0.01 AND abs(c.outside_m2 - ST_Area(ST_Difference(h.parts, h.whole))) < 0.01
                          AND abs(c.overlapping_m2 - h.twice) < 0.01) IS NOT TRUE$$, 'parents against unions of children that lie over each other');
SELECT ok(count(*) FILTER (WHERE c.children_m2 - c.overlapping_m2 > ST_Area(h.parts) + 1) > 15 AND count(*) FILTER (WHERE c.overlapping_m2 > 0 AND c.children_m2 - c.overlapping_m2 < ST_Area(h.parts) + 1e-6) > 20, 'many of them over two others, and some over one')
  FROM parent_coverage('heap') c JOIN heaped h ON h.unit = c.parent;
ROLLBACK TO stored;
SELECT is_empty($$SELECT * FROM neighbours('BC.RD002') n
                    FULL JOIN (SELECT nb.unit, ST_Length(ST_Intersection(ST_Boundary(b.geom), ST_Boundary(nb.geom))) AS length
                                 FROM boundary b JOIN boundary nb ON ST_Intersects(b.geom, nb.geom) AND nb.unit <> b.unit
                                 JOIN unit u ON u.code = nb.unit AND u.tier = 'regional district' WHERE b.unit = 'BC.RD002') l ON l.unit = n.neighbour
                   WHERE (abs(n.border_m - l.length) < 1e-3) IS NOT TRUE$$, 'neighbours and their borders');

-- Stored findings: ids stay, what is allowed stays allowed until it grows, what is gone is closed.
CALL check_coverage('admin', 'regional district');
CREATE TEMP TABLE first_check AS SELECT * FROM coverage_finding;
SELECT set_eq($$SELECT kind, unit_a, unit_b, area_m2 FROM coverage_finding$$, $$SELECT kind, unit_a, unit_b, area_m2 FROM coverage_defects_of('admin', 'regional district')$$, 'what is found is kept');
SELECT allow_coverage_defect(id, 'a lake') FROM coverage_defect ORDER BY area_m2 DESC LIMIT 1 \g /dev/null
CALL check_coverage('admin', 'regional district');
SELECT results_eq($$SELECT id, kind, area_m2, first_seen FROM coverage_finding ORDER BY id$$, $$SELECT id, kind, area_m2, first_seen FROM first_check ORDER BY id$$, 'a second check finds the same under the same ids');
SELECT is((SELECT count(*) FROM coverage_defect WHERE allowed AND allowed_reason = 'a lake'), 1::bigint, 'what is allowed stays so');
-- The lake becomes larger; a district moves; then all is as before.
CREATE TEMP TABLE before AS SELECT * FROM boundary;
UPDATE boundary b SET geom = ST_Multi(ST_Difference(b.geom, ST_Buffer(ST_PointOnSurface(ST_Intersection(ST_Buffer(d.geom, 500), b.geom)), 2000)))
  FROM coverage_defect d WHERE d.allowed AND b.unit = d.unit_a;
CALL check_coverage('admin', 'regional district');
SELECT is((SELECT count(*) FROM coverage_defect d JOIN first_check f USING (id) WHERE d.area_m2 > f.area_m2 + 1e6 AND NOT d.allowed AND d.allowed_reason = 'a lake'), 1::bigint, 'what was allowed and grew is open again, under its id');
UPDATE boundary b SET geom = ST_Multi(ST_Translate(b.geom, 300, 300)) WHERE unit = 'BC.RD002';
CALL check_coverage('admin', 'regional district');
SELECT cmp_ok((SELECT count(*) FROM coverage_defect WHERE kind = 'overlap' AND 'BC.RD002' IN (unit_a, unit_b) AND severity = 'warning'), '>=', 3::bigint, 'a moved district overlaps its neighbours');
SELECT set_eq($$SELECT o.unit_a, o.unit_b, round(o.area_m2) AS area FROM coverage_defect o WHERE kind = 'overlap' AND area_m2 > 100$$,
              $$SELECT a.unit AS unit_a, b.unit AS unit_b, round(ST_Area(ST_Intersection(a.geom, b.geom))) AS area FROM coverage_units('admin', 'regional district') a JOIN coverage_units('admin', 'regional district') b ON b.unit > a.unit AND b.geom && a.geom
                 WHERE ST_Area(ST_Intersection(a.geom, b.geom)) > 100$$, 'as ST_Intersection() finds');
UPDATE boundary b SET geom = o.geom FROM before o WHERE o.unit = b.unit AND o.valid = b.valid AND NOT ST_OrderingEquals(o.geom, b.geom);
CALL check_coverage('admin', 'regional district');
SELECT set_eq($$SELECT id, area_m2 FROM coverage_finding WHERE status <> 'closed'$$, $$SELECT id, area_m2 FROM first_check$$, 'put right, the former defects are there and the others closed');
SELECT cmp_ok((SELECT count(*) FROM coverage_finding WHERE status = 'closed'), '>=', 3::bigint, 'closed ones are kept');
-- An allowance is for one place: the same two may not overlap elsewhere, if by less.
INSERT INTO hierarchy VALUES ('two', 'two', 'functional');
INSERT INTO tier VALUES ('two', 'lot', 1);
INSERT INTO unit (code, hierarchy, tier, name) VALUES ('T1', 'two', 'lot', ''), ('T2', 'two', 'lot', '');
INSERT INTO boundary (unit, geom) VALUES ('T1', ST_Multi(ST_MakeEnvelope(0, 0, 11, 10, 3005))), ('T2', ST_Multi(ST_MakeEnvelope(10, 0, 20, 10, 3005)));
CREATE TEMP TABLE two (step serial, area_m2 float8, allowed boolean);
CALL check_coverage('two', 'lot');
SELECT allow_coverage_defect(id, 'a passage') FROM coverage_defect WHERE tier = 'lot' \g /dev/null
UPDATE boundary SET geom = ST_Multi(ST_MakeEnvelope(0, 0, 10.5, 10, 3005)) WHERE unit = 'T1';
CALL check_coverage('two', 'lot');
INSERT INTO two (area_m2, allowed) SELECT area_m2, allowed FROM coverage_defect WHERE tier = 'lot';
UPDATE boundary SET geom = ST_Multi(ST_MakeEnvelope(19.5, 0, 30, 10, 3005)) WHERE unit = 'T1';
CALL check_coverage('two', 'lot');
INSERT INTO two (area_m2, allowed) SELECT area_m2, allowed FROM coverage_defect WHERE tier = 'lot';
UPDATE boundary SET geom = ST_Multi(ST_MakeEnvelope(0, 0, 11, 10, 3005)) WHERE unit = 'T1';
CALL check_coverage('two', 'lot');
INSERT INTO two (area_m2, allowed) SELECT area_m2, allowed FROM coverage_defect WHERE tier = 'lot';
SELECT results_eq('SELECT area_m2, allowed FROM two ORDER BY step', $$VALUES (5::float8, true), (5, false), (10, true)$$, 'allowed where it lay, and open elsewhere');
SELECT throws_ok($$SELECT coverage_defects_of('admin', 'village')$$, '42704', 'tier "village" of hierarchy "admin" does not exist', 'a tier that does not exist');
SELECT throws_ok($$CALL check_coverage('admin', 'village')$$, '42704', 'tier "village" of hierarchy "admin" does not exist', 'cannot be checked');
SELECT throws_ok($$SELECT allow_coverage_defect(-1)$$, 'P0002', NULL, 'nor what is not there be allowed');

SELECT * FROM finish();
ROLLBACK;
