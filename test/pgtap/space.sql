-- Cells against ST_Intersection() on random coverages, whole and incremental; values carried across them against plain sums.
BEGIN;
SELECT plan(37);
SET LOCAL client_min_messages = warning;
SELECT setseed(0.4142);
SELECT governance.create_model('space_law', 3005) \g /dev/null
SET LOCAL search_path = space_law, governance, public;

INSERT INTO authority VALUES ('gov', 'government', 'government'), ('town', 'a town', 'government'), ('board', 'river board', 'department');
INSERT INTO hierarchy VALUES ('adm', 'administrative', 'administrative'), ('riv', 'basins', 'natural'), ('mix', 'overlapping zones', 'functional');
INSERT INTO tier VALUES ('adm', 'county', 1), ('adm', 'town', 2), ('adm', 'forest', 2), ('riv', 'basin', 1), ('riv', 'creek', 2), ('mix', 'zone', 1);

-- Cells of random points in a box; the basins' box is shifted, so that some land lies in none.
CREATE FUNCTION cells_of(n int, shift float8) RETURNS TABLE (i int, geom geometry) LANGUAGE sql AS $$
    SELECT row_number() OVER (ORDER BY ST_XMin(d.geom), ST_YMin(d.geom))::int, ST_Multi(ST_Intersection(d.geom, box.geom))
      FROM (SELECT ST_MakeEnvelope(1e6 + shift, 5e5, 1e6 + shift + 5e4, 5.5e5, 3005)) AS box (geom),
           (SELECT ST_Collect(ST_SetSRID(ST_Point(1e6 + shift + 5e4 * pg_catalog.random(), 5e5 + 5e4 * pg_catalog.random()), 3005)) FROM generate_series(1, n)) AS p (geom),
           ST_Dump(ST_VoronoiPolygons(p.geom, 0, box.geom)) AS d
$$;
CREATE TABLE made AS SELECT 'adm' AS h, * FROM cells_of(60, 0) UNION ALL SELECT 'riv', * FROM cells_of(25, 7000);
INSERT INTO unit (code, hierarchy, tier, name) SELECT ('A' || k)::unitcode, 'adm', 'county', 'county ' || k FROM generate_series(0, 5) k;
INSERT INTO unit (code, hierarchy, tier, name) SELECT ('R' || k)::unitcode, 'riv', 'basin', 'basin ' || k FROM generate_series(0, 3) k;
INSERT INTO unit (code, hierarchy, tier, name)
SELECT CASE h WHEN 'adm' THEN 'A' || i % 6 || '.t' || i ELSE 'R' || i % 4 || '.c' || i END::unitcode, h, CASE WHEN h = 'riv' THEN 'creek' WHEN i % 9 = 0 THEN 'forest' ELSE 'town' END, h || i FROM made;
INSERT INTO boundary (unit, geom) SELECT CASE h WHEN 'adm' THEN 'A' || i % 6 || '.t' || i ELSE 'R' || i % 4 || '.c' || i END::unitcode, geom FROM made;
INSERT INTO boundary (unit, geom) SELECT parent(unit), ST_Multi(ST_Union(geom)) FROM boundary GROUP BY 1;
-- Zones of chance, over each other.
INSERT INTO unit (code, hierarchy, tier, name) SELECT ('M' || k)::unitcode, 'mix', 'zone', 'zone ' || k FROM generate_series(1, 8) k;
INSERT INTO boundary (unit, geom)
SELECT ('M' || k)::unitcode, ST_Multi(ST_Buffer(ST_SetSRID(ST_Point(1e6 + 5e4 * random(), 5e5 + 5e4 * random()), 3005), 9000 + 9000 * random())) FROM generate_series(1, 8) k;

-- ---------- cells ----------

CREATE FUNCTION brute(a text, b text, "on" date) RETURNS TABLE (unit unitcode, region unitcode, area float8, width float8) LANGUAGE sql AS $$
    SELECT u.code, r.code, ST_Area(i.geom), CASE WHEN ST_IsEmpty(i.geom) THEN 0 ELSE 2 * (ST_MaximumInscribedCircle(i.geom)).radius END
      FROM unit u JOIN boundary ub ON ub.unit = u.code AND ub.valid @> "on" CROSS JOIN unit r JOIN boundary rb ON rb.unit = r.code AND rb.valid @> "on"
     CROSS JOIN LATERAL (SELECT ST_CollectionExtract(ST_Intersection(ub.geom, rb.geom), 3)) AS i (geom)
     WHERE u.hierarchy = a AND r.hierarchy = b AND u.valid @> "on" AND r.valid @> "on" AND ub.geom && rb.geom
$$;
-- What is wrong with the cells, by brute force.
CREATE FUNCTION faults(a text, b text, "on" date DEFAULT current_date, min_area float8 DEFAULT 1, min_width float8 DEFAULT 0)
    RETURNS TABLE (unit unitcode, region unitcode, area float8, theirs float8) LANGUAGE sql AS $$
    -- the circle is found to a thousandth of the piece's length only: those about as wide may be either
    SELECT unit, region, c.area_m2, f.area
      FROM (SELECT * FROM cell WHERE unit_hierarchy = a AND region_hierarchy = b) c
      FULL JOIN (SELECT * FROM brute(a, b, "on") WHERE area >= min_area AND width >= 0.85 * min_width) f USING (unit, region)
     WHERE (abs(c.area_m2 - f.area) < 1e-3) IS NOT TRUE AND (c.unit IS NULL AND f.width < 1.15 * min_width) IS NOT TRUE
$$;
CALL refresh_cells('adm', 'riv');
SELECT cmp_ok((SELECT count(*) FROM cell), '>', 250::bigint, 'there are cells');
SELECT is_empty($$SELECT * FROM faults('adm', 'riv')$$, 'of all tiers, as ST_Intersection() has them');
SELECT is_empty($$SELECT * FROM cell c JOIN boundary u ON u.unit = c.unit JOIN boundary r ON r.unit = c.region
                   WHERE abs(c.share_of_unit * u.area_m2 - c.area_m2) > 1e-3 OR abs(c.share_of_region * r.area_m2 - c.area_m2) > 1e-3 OR c.share_of_unit > 1$$, 'shares are of the whole units');
SELECT results_eq($$SELECT unit::text, by_tier, round(difference_m2::numeric, 1) FROM cell_gap ORDER BY 1, 2$$,
                  $$SELECT unit, tiers, round(d::numeric, 1)
                      FROM (SELECT b.unit::text, CASE WHEN rt.rank = 1 THEN CASE rt.hierarchy WHEN 'riv' THEN 'basin' ELSE 'county' END ELSE CASE rt.hierarchy WHEN 'riv' THEN 'creek' ELSE 'forest, town' END END AS tiers,
                                   coalesce(sum(ST_Area(ST_Intersection(b.geom, rb.geom))), 0) - b.area_m2 AS d, b.area_m2
                              FROM boundary b JOIN unit u ON u.code = b.unit JOIN boundary rb ON true JOIN unit r ON r.code = rb.unit JOIN tier rt ON rt.hierarchy = r.hierarchy AND rt.name = r.tier
                             WHERE (u.hierarchy, r.hierarchy) IN (('adm', 'riv'), ('riv', 'adm')) GROUP BY b.unit, b.area_m2, rt.hierarchy, rt.rank) x
                     WHERE abs(d) > 1 ORDER BY 1, 2$$, 'shares that do not sum to 1 are reported, by rank of the other side, and no others');
SELECT cmp_ok((SELECT count(*) FROM cell_gap), '>', 10::bigint, 'there are some');
CALL refresh_cells('adm', 'mix');
SELECT is_empty($$SELECT * FROM faults('adm', 'mix')$$, 'another overlay beside it');
SELECT cmp_ok((SELECT count(*) FROM cell_gap WHERE by_hierarchy = 'mix' AND share > 1), '>', 0::bigint, 'regions over each other make shares above 1, which stay');

-- Only what changed is looked at again.
CREATE TABLE kept AS SELECT ctid AS at, unit, region FROM overlay_cell WHERE unit_hierarchy = 'adm' AND region_hierarchy = 'riv';
CALL refresh_cells('adm', 'riv');
SELECT is_empty($$SELECT at, unit, region FROM kept EXCEPT SELECT ctid, unit, region FROM overlay_cell$$, 'a second refresh writes no cell');
UPDATE boundary SET geom = ST_Translate(geom, 900, -700) WHERE unit IN ('A1.t1', 'A2.t2', 'R3.c3');
UPDATE boundary SET geom = ST_Multi(ST_Difference(geom, ST_Buffer(ST_PointOnSurface(geom), 300))) WHERE unit IN ('A3.t3', 'R1.c5');
DELETE FROM boundary WHERE unit IN ('A4.t4', 'R2.c6');
UPDATE unit SET valid = daterange('2000-01-01', '2010-01-01') WHERE code IN ('A5.t5', 'R3.c7');
INSERT INTO unit (code, hierarchy, tier, name) VALUES ('A1.new', 'adm', 'town', 'new'), ('R1.new', 'riv', 'creek', 'new');
INSERT INTO boundary (unit, geom) VALUES ('A1.new', ST_Multi(ST_MakeEnvelope(1.01e6, 5.1e5, 1.02e6, 5.2e5, 3005))), ('R1.new', ST_Multi(ST_MakeEnvelope(1.015e6, 5.15e5, 1.025e6, 5.25e5, 3005)));
CALL refresh_cells('adm', 'riv');
SELECT is_empty($$SELECT * FROM faults('adm', 'riv')$$, 'after changes on both sides the cells are right again');
SELECT cmp_ok((SELECT count(*) FROM kept k JOIN overlay_cell c ON (c.ctid, c.unit, c.region) = (k.at, k.unit, k.region)), '>', (SELECT count(*) / 2 FROM kept), 'and most were not touched');
SELECT is_empty($$SELECT * FROM faults('adm', 'mix') WHERE unit NOT IN ('A1.t1', 'A2.t2', 'A3.t3', 'A4.t4', 'A5.t5', 'A1.new')$$, 'nor was another overlay');

-- Slivers by area and by width; and back again.
CALL refresh_cells('adm', 'riv', min_area_m2 => 2e6);
SELECT is_empty($$SELECT * FROM faults('adm', 'riv', min_area => 2e6)$$, 'small ones are no cells');
SELECT is_empty($$SELECT g.unit, g.by_tier, g.slivers_m2, b.area FROM cell_gap g
                    JOIN (SELECT unit, tier, sum(area) AS area FROM (SELECT b.*, r.tier FROM brute('adm', 'riv', current_date) b JOIN unit r ON r.code = b.region) x
                           WHERE area < 2e6 AND area > 0.001 GROUP BY 1, 2) b ON b.unit = g.unit AND b.tier = g.by_tier
                   WHERE abs(g.slivers_m2 - b.area) > 1e-2$$, 'and are accounted for');
CALL refresh_cells('adm', 'riv', min_width_m => 400);
SELECT is_empty($$SELECT * FROM faults('adm', 'riv', min_width => 400)$$, 'nor are narrow ones');
SELECT cmp_ok((SELECT count(*) FROM overlay_cell WHERE sliver AND area_m2 > 1), '>', 5::bigint, 'of which there are some');
SELECT ok(is_wide(g, 50) AND NOT is_wide(g, 60) AND 2 * ST_Area(g) / ST_Perimeter(g) < 1, 'a block that goes on in a sliver is as wide as the block')
  FROM ST_GeomFromText('POLYGON((0 0, 5000 0, 5000 -50, 5100 -50, 5100 0, 10000 0, 10000 0.3, 0 0.3, 0 0))', 3005) g;
CALL refresh_cells('adm', 'riv');
SELECT is_empty($$SELECT * FROM faults('adm', 'riv')$$, 'without the rule they are cells again');

-- Of another day, and of some tiers.
UPDATE boundary SET valid = daterange('2015-01-01', NULL) WHERE unit IN ('A0.t6', 'R0.c8');
INSERT INTO boundary (unit, valid, geom) SELECT unit, daterange(NULL, '2015-01-01'), ST_Multi(ST_Envelope(geom)) FROM boundary WHERE unit IN ('A0.t6', 'R0.c8');
CALL refresh_cells('adm', 'riv', '2005-06-01');
SELECT is_empty($$SELECT * FROM faults('adm', 'riv', '2005-06-01')$$, 'as of a day in the past');
SELECT is_empty($$SELECT id FROM cell_map WHERE unit_hierarchy = 'adm' AND region_hierarchy = 'riv' AND abs(ST_Area(geom) - area_m2) > 1e-3$$, 'the map draws them as of that day');
SELECT is((SELECT count(*) FROM cell_map WHERE region_hierarchy = 'riv'), (SELECT count(*) FROM cell WHERE region_hierarchy = 'riv'), 'all of them');
CALL refresh_cells('adm', 'riv', current_date, '{town,forest}', '{creek}');
SELECT set_eq($$SELECT DISTINCT unit_tier, region_tier FROM cell WHERE region_hierarchy = 'riv'$$, $$VALUES ('town', 'creek'), ('forest', 'creek')$$, 'some tiers only');
SELECT is_empty($$SELECT f.* FROM faults('adm', 'riv') f JOIN unit u ON u.code = f.unit JOIN unit r ON r.code = f.region WHERE u.tier IN ('town', 'forest') AND r.tier = 'creek'$$, 'and all of those');

-- One authority: the unit's, or that of the nearest above, unless duty says otherwise.
UPDATE unit SET authority = 'gov' WHERE code = 'A1';
UPDATE unit SET authority = 'town' WHERE code = 'A1.t7';
INSERT INTO duty VALUES ('adm', 'forest', 'riv', 'accountable', 'board'), ('adm', 'town', 'riv', 'plan', 'board'), ('adm', 'town', 'mix', 'accountable', 'board');
SELECT is_empty($$SELECT unit, authority, unit_authority, duty_authority FROM cell
                   WHERE region_hierarchy = 'riv'
                     AND (unit_authority IS DISTINCT FROM CASE WHEN unit = 'A1.t7' THEN 'town' WHEN unit <@ 'A1' THEN 'gov' END
                          OR duty_authority IS DISTINCT FROM CASE unit_tier WHEN 'forest' THEN 'board' END
                          OR authority IS DISTINCT FROM coalesce(duty_authority, unit_authority))$$, 'authorities');

-- ---------- values carried across ----------

INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, weight_by, numerator, denominator, factor, decimals) VALUES
    ('people', 'people', 'persons', 'extensive', 'sum', 'last', NULL, NULL, NULL, 1, NULL), ('jobless', 'jobless', 'persons', 'extensive', 'sum', 'last', NULL, NULL, NULL, 1, NULL),
    ('farm', 'farmland', 'ha', 'extensive', 'sum', 'last', NULL, NULL, NULL, 1, NULL), ('moved', 'balance', 'persons', 'extensive', 'sum', 'sum', NULL, NULL, NULL, 1, NULL),
    ('rate', 'rate', '1', 'ratio', 'ratio', 'none', NULL, 'jobless', 'people', 1, NULL), ('income', 'income', 'CNY', 'intensive', 'weighted_mean', 'mean', 'people', NULL, NULL, 1, NULL),
    ('rain', 'rain', 'm', 'intensive', 'mean', 'mean', NULL, NULL, NULL, 1, NULL), ('class', 'class', 'class', 'ordinal', 'max', 'last', NULL, NULL, NULL, 1, NULL);
INSERT INTO observation (indicator, unit, period, value, measure_unit)
SELECT i.code, u.code, q.period,
       CASE i.code WHEN 'people' THEN floor(5000 * random()) WHEN 'jobless' THEN floor(300 * random()) WHEN 'farm' THEN round((1000 * random())::numeric, floor(4 * random())::int)
                   WHEN 'moved' THEN floor(300 * random()) - 150 WHEN 'class' THEN 1 + floor(5 * random()) ELSE round((900 * random())::numeric, 1) END,
       CASE WHEN i.code = 'farm' AND random() < 0.3 THEN 'mu' END
  FROM indicator i, unit u, (VALUES (period('2020')), (period('2021-01')), (period('2021-02'))) q (period)
 WHERE u.hierarchy = 'adm' AND u.tier <> 'county' AND i.code <> 'rate' AND u.valid @> current_date AND (i.code = 'moved' OR q.period = period('2020')) AND random() < 0.95;
CALL refresh_cells('adm', 'riv');
CREATE TABLE carried AS
SELECT i.code AS name, h.h, f.f, t.* FROM indicator i, (VALUES ('riv'), ('mix')) h (h), (VALUES (NULL), ('county')) f (f),
       transfer(i.code, CASE i.code WHEN 'moved' THEN period('2021') ELSE period('2020') END, h.h, from_tier => f.f) t;
SELECT cmp_ok((SELECT count(*) FROM carried WHERE state = 'remainder'), '>', 50::bigint, 'some land lies in no region');
SELECT is_empty($$SELECT c.name, h, f, sum(c.value) FROM carried c JOIN indicator i ON i.code = c.name AND i.kind = 'extensive' GROUP BY 1, 2, 3
                  HAVING sum(c.value) IS DISTINCT FROM (SELECT sum(s.value) FROM transfer_source(c.name, CASE c.name WHEN 'moved' THEN period('2021') ELSE period('2020') END, 'adm', f) s)
                      -- The mu is no decimal fraction of the hectare.
                      OR round(sum(c.value), 12) IS DISTINCT FROM (SELECT round(sum(o.value / CASE o.measure_unit WHEN 'mu' THEN 15 ELSE 1 END), 12) FROM observation o
                                                                    WHERE o.indicator = c.name AND o.period <@ CASE c.name WHEN 'moved' THEN period('2021') ELSE period('2020') END)
                      OR count(*) FILTER (WHERE c.unit IS NULL AND c.state <> 'remainder') > 0$$, 'what goes in comes out, or is a remainder: exactly');
SELECT is((SELECT count(DISTINCT (name, h, f)) FROM carried), 2 * 2 * 8::bigint, 'of all indicators');
SELECT is_empty($$SELECT * FROM carried WHERE name IN ('people', 'jobless', 'moved') AND value <> trunc(value)$$, 'counts stay whole');
SELECT is_empty($$SELECT c.unit, c.value, b.value FROM carried c
                   JOIN (SELECT x.region, sum(o.value * (x.area / ub.area_m2)::numeric) AS value, count(*) AS n
                           FROM brute('adm', 'riv', current_date) x JOIN boundary ub ON ub.unit = x.unit AND ub.valid @> current_date
                           JOIN observation o ON o.unit = x.unit AND o.indicator = 'people' WHERE x.area >= 1 GROUP BY x.region) b ON b.region = c.unit
                   WHERE c.name = 'people' AND c.h = 'riv' AND c.f IS NULL AND abs(c.value - b.value) > b.n$$, 'by area, within one for each that contributes');
SELECT set_eq($$SELECT unit FROM carried WHERE name = 'people' AND h = 'riv' AND f IS NULL AND unit IS NOT NULL$$,
              $$SELECT DISTINCT c.region FROM cell c JOIN observation o ON o.unit = c.unit AND o.indicator = 'people' WHERE c.region_tier = 'creek'$$, 'at the lowest regions');
SELECT is_empty($$SELECT c.unit, c.value, b.mean FROM carried c
                   JOIN (SELECT x.region, sum(o.value * x.area::numeric) / sum(x.area::numeric) AS mean
                           FROM brute('adm', 'riv', current_date) x JOIN observation o ON o.unit = x.unit AND o.indicator = 'rain' WHERE x.area >= 1 GROUP BY x.region) b ON b.region = c.unit
                   WHERE c.name = 'rain' AND c.h = 'riv' AND c.f IS NULL AND abs(c.value - b.mean) > 1e-6$$, 'a mean is weighted by area');
SELECT is_empty($$SELECT c.unit, c.value, b.mean FROM carried c
                   JOIN (SELECT x.region, CASE WHEN count(p.value) = count(*) THEN sum(o.value * p.value * (x.area / ub.area_m2)::numeric) / sum(p.value * (x.area / ub.area_m2)::numeric) END AS mean
                           FROM brute('adm', 'riv', current_date) x JOIN boundary ub ON ub.unit = x.unit AND ub.valid @> current_date
                           JOIN observation o ON o.unit = x.unit AND o.indicator = 'income' LEFT JOIN observation p ON p.unit = x.unit AND p.indicator = 'people' WHERE x.area >= 1 GROUP BY x.region) b ON b.region = c.unit
                   WHERE c.name = 'income' AND c.h = 'riv' AND c.f IS NULL AND (abs(c.value - b.mean) > 1e-6 OR (c.value IS NULL) <> (b.mean IS NULL))$$, 'by its own weight where it has one');
SELECT is_empty($$SELECT c.unit, c.value FROM carried c
                   WHERE c.name = 'class' AND c.h = 'riv' AND c.f IS NULL AND c.value <> (SELECT max(o.value) FROM observation o WHERE o.indicator = 'class' AND o.unit = ANY (c.sources))$$, 'classes by their operator');
SELECT is_empty($$SELECT r.unit FROM carried r JOIN carried n ON n.unit = r.unit AND n.h = r.h AND n.f IS NOT DISTINCT FROM r.f AND n.name = 'jobless'
                    JOIN carried d ON d.unit = r.unit AND d.h = r.h AND d.f IS NOT DISTINCT FROM r.f AND d.name = 'people'
                   WHERE r.name = 'rate' AND r.value IS DISTINCT FROM trim_scale(n.value / nullif(d.value, 0))$$, 'rates are those of their parts');
SELECT is_empty($$SELECT unit, state FROM carried c
                   WHERE h = 'riv' AND f IS NULL AND name = 'people' AND unit IS NOT NULL
                     AND (state = 'partial') <> ((SELECT sum(ST_Area(ST_Intersection(rb.geom, ub.geom))) FROM boundary rb, boundary ub WHERE rb.unit = c.unit AND rb.valid @> current_date AND ub.unit = ANY (c.sources) AND ub.valid @> current_date)
                                                 < (SELECT area_m2 - 1 FROM boundary rb WHERE rb.unit = c.unit AND rb.valid @> current_date))$$, 'regions that the sources do not cover are partial');

-- By what is known of the cells; and against the direction of the overlay.
INSERT INTO cell_weight (indicator, unit, region, value) SELECT 'people', unit, region, floor(3 * random()) FROM cell WHERE region_hierarchy = 'riv' AND unit_tier <> 'county' AND region_tier = 'creek';
CREATE TABLE weighed AS SELECT * FROM transfer('farm', period('2020'), 'riv', weight_by => 'people');
SELECT is((SELECT sum(value) FROM weighed), (SELECT sum(value) FROM carried WHERE name = 'farm' AND h = 'riv' AND f IS NULL), 'by other weights the sum is the same');
SELECT is_empty($$SELECT unit FROM weighed w WHERE unit IS NOT NULL AND value <> 0 AND NOT EXISTS (SELECT FROM cell_weight c WHERE c.region = w.unit AND c.value > 0)$$, 'nothing goes where the weight is none');
INSERT INTO observation (indicator, unit, period, value) SELECT 'farm', code, period('2019'), round((100 * random())::numeric, 2) FROM unit WHERE tier = 'creek' AND valid @> current_date;
SELECT is((SELECT sum(value) FROM transfer('farm', period('2019'), 'adm')), (SELECT sum(value) FROM observation WHERE indicator = 'farm' AND period = period('2019')), 'the other way too');

SELECT * FROM finish();
ROLLBACK;
