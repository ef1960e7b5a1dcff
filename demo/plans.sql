-- Lines and zones of both models, held against each other; :map is the file the map is written to.
\set ON_ERROR_STOP on
\pset footer off
\pset null '-'
\pset linestyle ascii
\pset border 1
SET client_min_messages = warning;
SET lc_numeric = 'C';

-- British Columbia: municipalities are the zones, protected areas the control lines.
SET search_path = bc, governance, public;
CREATE TEMP TABLE protected (code text, name text, designation text, rigidity text, source_m2 numeric, wkt text);
\copy protected FROM 'demo/data/bc/protected_area.csv' CSV HEADER
INSERT INTO layer (code, name, role, rigid, source, accuracy_m) VALUES
    ('protected', 'Parks, ecological reserves and protected areas', 'control_line', true, 'DataBC, simplified', 100),
    ('municipality', 'Municipalities', 'zone', false, 'DataBC, simplified', 100);
SELECT count(register_feature('protected', ST_GeomFromText(wkt, 3005), kind => designation, name => name, stated_area => source_m2, repair => true)) FROM protected \g /dev/null
SELECT count(register_feature('municipality', m.geom, unit => m.code, kind => m.tier, name => m.name)) FROM unit_map m WHERE m.tier = 'municipality' \g /dev/null
INSERT INTO spatial_rule (code, name, left_layer, relation, right_layer, min_area_m2, severity) VALUES
    ('built_off_protected', 'Municipalities keep off protected areas', 'municipality', 'disjoint', 'protected', 10000, 'warning');
ANALYZE feature;
CALL check_space();

-- United States: national forests against parks, in the equal-area reference of the model.
SET search_path = us, governance, public;
CREATE TEMP TABLE park (code text, name text, designation text, wkt text);
CREATE TEMP TABLE forest (code text, name text, kind text, wkt text);
\copy park FROM 'demo/data/us/protected_area.csv' CSV HEADER
\copy forest FROM 'demo/data/us/planning_zone.csv' CSV HEADER
INSERT INTO layer (code, name, role, rigid, source, accuracy_m) VALUES
    ('park', 'National parks and monuments', 'control_line', true, 'National Park Service, simplified', 500),
    ('forest', 'National forests', 'zone', false, 'Forest Service, simplified', 500);
SELECT count(register_feature('park', ST_Transform(ST_GeomFromText(wkt, 4326), 5070), kind => designation, name => name, repair => true)) FROM park \g /dev/null
SELECT count(register_feature('forest', ST_Transform(ST_GeomFromText(wkt, 4326), 5070), kind => kind, name => name, repair => true)) FROM forest \g /dev/null
INSERT INTO spatial_rule (code, name, left_layer, relation, right_layer, min_area_m2, severity) VALUES
    ('forest_off_park', 'Forests are managed outside of parks', 'forest', 'disjoint', 'park', 1000000, 'warning');
ANALYZE feature;
CALL check_space();

\echo
\echo 'Zones against control lines'
\echo '==========================='
\echo 'Found by check_space(). What is known was counted from the same data by ST_Intersection.'
\echo
SELECT k.what, count(*) AS conflicts, k.pairs AS known, round(sum(c.area_m2)::numeric / 1000000) AS km2, k.km2 AS "known km2"
  FROM (VALUES ('bc', 'municipalities in protected areas, above 1 ha', 100, 7379), ('us', 'national forests in parks, above 1 km2', 42, 366)) AS k (model, what, pairs, km2)
  JOIN (SELECT 'bc' AS model, area_m2 FROM bc.conflict UNION ALL SELECT 'us', area_m2 FROM us.conflict) AS c USING (model)
 GROUP BY k.model, k.what, k.pairs, k.km2 ORDER BY k.model;

SET search_path = bc, governance, public;
\echo 'British Columbia, the worst ten'
\echo
SELECT row_number() OVER (ORDER BY c.area_m2 DESC) AS "no.", c.left_name AS municipality, c.right_name AS "protected area", c.right_kind AS kind,
       round(c.area_m2::numeric / 1000000, 1) AS km2, round(100 * c.share::numeric, 1) AS "% of municipality", round(c.width_m) AS "width m"
  FROM conflict c ORDER BY c.area_m2 DESC LIMIT 10;
\echo 'United States, the worst ten'
\echo
SELECT row_number() OVER (ORDER BY c.area_m2 DESC) AS "no.", c.left_name AS forest, c.right_name AS park,
       round(c.area_m2::numeric / 1000000, 1) AS km2, round(c.width_m) AS "width m"
  FROM us.conflict c ORDER BY c.area_m2 DESC LIMIT 10;
\echo 'Slivers: how many of these conflicts a least width would leave out'
\echo
SELECT m.model, count(*) AS conflicts, count(*) FILTER (WHERE m.width_m < 500) AS "under 500 m", round(sum(m.area_m2) FILTER (WHERE m.width_m < 500) / 1e6) AS "of these km2"
  FROM (SELECT 'bc' AS model, width_m, area_m2 FROM bc.conflict UNION ALL SELECT 'us', width_m, area_m2 FROM us.conflict) AS m GROUP BY m.model ORDER BY m.model;

\echo 'Stated against drawn: protected areas of British Columbia'
\echo '--------------------------------------------------------'
\echo 'The polygons are simplified; their borders may lie off by 100 m. That explains most differences from the stated areas.'
\echo
SELECT count(*) AS areas, round(sum(m.stated_m2)::numeric / 1000000) AS "stated km2", round(sum(m.drawn_m2)::numeric / 1000000) AS "drawn km2",
       count(*) FILTER (WHERE m.disagrees IS NULL) AS "agree", count(m.disagrees) AS "disagree",
       (SELECT count(*) FROM feature f WHERE f.layer = 'protected' AND f.original IS NOT NULL) AS repaired
  FROM map_line_data m WHERE m.layer = 'protected';
\echo 'Where stated and drawn area differ most, beyond the tolerance'
\echo
SELECT f.name AS "protected area", round(m.stated_m2::numeric / 1000000, 2) AS "stated km2", round(m.drawn_m2::numeric / 1000000, 2) AS "drawn km2",
       round(m.stated_tolerance_m2::numeric / 1000000, 2) AS "tolerance km2"
  FROM map_line_data m JOIN feature f ON f.id = m.feature
 WHERE m.layer = 'protected' AND m.disagrees IS NOT NULL ORDER BY abs(m.drawn_less_stated_m2) DESC LIMIT 5;

-- What overlap_area() measures is an indicator like any other: the share of its area that a district protects.
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op) VALUES ('protected_area', 'Protected areas, as drawn', 'ha', 'extensive', 'sum', 'last');
INSERT INTO indicator (code, name, measure_unit, kind, space_op, numerator, denominator, factor, decimals) VALUES
    ('protected_share', 'Share of area that is protected', '%', 'ratio', 'ratio', 'protected_area', 'drawn_area', 100, 1);
INSERT INTO observation (indicator, unit, period, value, measure_unit, source)
SELECT 'protected_area', m.code, period('2017'), sum(coalesce(overlap_area(m.geom, f.geom, true), 0))::numeric, 'm2', 'overlap of boundary and protected areas'
  FROM unit_map m LEFT JOIN feature f ON f.layer = 'protected' AND f.geom && m.geom
 WHERE m.hierarchy = 'admin' AND NOT EXISTS (SELECT FROM unit c WHERE c.parent = m.code)
 GROUP BY m.code;
INSERT INTO threshold_rule (indicator, hierarchy, threshold, basis, source)
VALUES ('protected_share', 'admin', '>= 17 notice 30', 'plan', 'Convention on Biological Diversity: Aichi target 11 (17 per cent of land), Kunming-Montreal target 3 (30 per cent)');
CALL refresh('protected_area');
\echo 'Share of area that is protected by what is in the data, by regional district: the most and the least'
\echo
WITH ranked AS (
    SELECT u.name, u.tier, v.value, row_number() OVER (PARTITION BY u.tier ORDER BY v.value DESC) AS place, count(*) OVER (PARTITION BY u.tier) AS n, v.unit
      FROM indicator_value v JOIN unit u ON u.code = v.unit
     WHERE v.indicator = 'protected_share' AND v.period = period('2017') AND u.tier IN ('province', 'regional district') AND u.hierarchy = 'admin'
)
SELECT r.name AS unit, round(a.value / 100) AS "protected km2", r.value AS "% of its area"
  FROM ranked r JOIN indicator_value a ON a.indicator = 'protected_area' AND a.period = period('2017') AND a.unit = r.unit
 WHERE r.tier = 'province' OR r.place <= 4 OR r.place > r.n - 3
 ORDER BY r.tier, r.place;
\echo 'Held against 17 per cent, which the Convention on Biological Diversity asked for by 2020, and 30 per cent, by 2030'
\echo
SELECT s.tier, s.n_units AS units, s.n_normal AS "30 % or more", s.n_notice AS "17 to 30 %", s.n_breach AS "less than 17 %", s.worst_unit_names[1] AS "the least"
  FROM evaluation_summary s
 WHERE s.indicator = 'protected_share' AND s.period_label = '2017' AND s.tier IN ('province', 'regional district')
 ORDER BY s.tier_rank;

-- What a change costs: one municipality is redrawn.
\echo 'Following a change: the City of Kamloops gives up what lies in parks, and takes it back'
\echo
CREATE TEMP TABLE before AS SELECT id, geom FROM feature WHERE layer = 'municipality' AND name = 'City of Kamloops';
CREATE TEMP TABLE step AS
    SELECT 0 AS step, 'as delivered' AS what, count(*) FILTER (WHERE f.status = 'open') AS open, count(*) FILTER (WHERE f.status = 'closed') AS closed FROM finding f WHERE f.left_feature = (SELECT id FROM before);
UPDATE feature f SET geom = ST_Multi(ST_Difference(f.geom, (SELECT ST_Union(p.geom) FROM feature p WHERE p.layer = 'protected' AND p.geom && f.geom))) WHERE f.id = (SELECT id FROM before);
CALL check_space();
INSERT INTO step SELECT 1, 'redrawn', count(*) FILTER (WHERE f.status = 'open'), count(*) FILTER (WHERE f.status = 'closed') FROM finding f WHERE f.left_feature = (SELECT id FROM before);
UPDATE feature f SET geom = b.geom FROM before b WHERE f.id = b.id;
CALL check_space();
INSERT INTO step SELECT 2, 'taken back', count(*) FILTER (WHERE f.status = 'open'), count(*) FILTER (WHERE f.status = 'closed') FROM finding f WHERE f.left_feature = (SELECT id FROM before);
SELECT what, open AS "findings open", closed AS "closed" FROM step ORDER BY step;

\i demo/map.sql
