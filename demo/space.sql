-- Hierarchies over the same land: cells, and what they leave uncovered.
\set ON_ERROR_STOP on
\pset footer off
\pset null '-'
\pset linestyle ascii
\pset border 1
SET client_min_messages = warning;
SET search_path = bc, governance, public;
SET lc_numeric = 'C';

INSERT INTO authority SELECT u.code::text, 'Board of ' || u.name, 'government' FROM unit u WHERE u.tier = 'regional district';
UPDATE unit SET authority = code::text WHERE tier = 'regional district';
INSERT INTO authority VALUES ('lwrs', 'Ministry of Water, Land and Resource Stewardship', 'department');
INSERT INTO duty VALUES ('admin', 'regional district', 'water', 'accountable', 'lwrs');
CALL refresh_cells('admin', 'eco', unit_tiers => '{regional district}', region_tiers => '{ecoprovince}');
CALL refresh_cells('admin', 'water', unit_tiers => '{regional district}', region_tiers => '{water district}');
ANALYZE;

\echo
\echo 'British Columbia: hierarchies over the same land'
\echo '================================================'
\echo 'Cells of regional districts with ecoprovinces and with water districts. What does not sum to the whole is reported, and not scaled.'
\echo
SELECT c.region_hierarchy AS "over", count(*) FILTER (WHERE c.area_m2 > 1e6) AS "cells above 1 km2", count(*) FILTER (WHERE c.area_m2 <= 1e6) AS smaller,
       to_char(sum(c.area_m2) / 1e6, 'FM9,999,990') AS km2,
       (SELECT count(*) FROM cell_gap g WHERE g.hierarchy = 'admin' AND g.by_hierarchy = c.region_hierarchy) AS "districts not covered once",
       (SELECT count(*) FROM cell_gap g WHERE g.by_hierarchy = 'admin' AND g.hierarchy = c.region_hierarchy) AS "regions not covered once"
  FROM cell c GROUP BY c.region_hierarchy ORDER BY c.region_hierarchy;

\echo 'The districts that are in most pieces, and who answers for each'
\echo
SELECT c.unit_name AS district, c.region_hierarchy AS "over", c.region_name AS region, to_char(c.area_m2 / 1e6, 'FM999,990') AS km2,
       to_char(100 * c.share_of_unit, 'FM990.0') AS "% of district", to_char(100 * c.share_of_region, 'FM990.0') AS "% of region", a.name AS "answers for it"
  FROM cell c LEFT JOIN authority a ON a.code = c.authority
 WHERE c.area_m2 > 1e6
   AND c.unit = (SELECT x.unit FROM cell x WHERE x.area_m2 > 1e6 GROUP BY x.unit ORDER BY count(*) DESC, x.unit LIMIT 1)
 ORDER BY c.region_hierarchy, c.area_m2 DESC LIMIT 10;

\echo 'The worst ten that cells leave uncovered or cover twice'
\echo
SELECT g.name AS unit, g.tier, g.by_tier AS "by", to_char(g.area_m2 / 1e6, 'FM999,990') AS km2, to_char(g.difference_m2 / 1e6, 'FMS999,990.0') AS "difference km2",
       to_char(100 * g.share, 'FM990.0') AS "% covered"
  FROM cell_gap g ORDER BY abs(g.difference_m2) DESC, g.unit LIMIT 10;

\echo 'The population of 2000, carried from districts to ecoprovinces by area'
\echo
SELECT coalesce(u.name, 'outside of all') AS ecoprovince, to_char(sum(t.value), 'FM99,999,999') AS persons, min(t.state) AS state
  FROM transfer('population', period('2000'), 'eco', from_tier => 'regional district') t LEFT JOIN unit u ON u.code = t.unit
 GROUP BY t.unit, u.name ORDER BY sum(t.value) DESC;
SELECT to_char(sum(t.value), 'FM99,999,999') AS "all rows",
       (SELECT to_char(sum(o.value), 'FM99,999,999') FROM observation o WHERE o.indicator = 'population' AND o.period = period('2000')) AS "observed"
  FROM transfer('population', period('2000'), 'eco', from_tier => 'regional district') t;

\echo 'Parents against their children: what is covered by no child'
\echo
CREATE TEMP TABLE parts AS
    SELECT p.hierarchy, p.tier, x.tiers, p.name, b.area_m2, coalesce(sum(overlap_area(b.geom, cb.geom, true)), 0) AS inside_m2, coalesce(sum(covers_area(b.geom, cb.geom, true)), 0) AS beyond_m2
      FROM unit p
      JOIN boundary b ON b.unit = p.code
     CROSS JOIN (VALUES ('water district', '{water precinct}'::text[]), ('regional district', '{municipality}'), ('regional district', '{municipality,unincorporated area}')) AS x (parent, tiers)
      LEFT JOIN (unit c JOIN boundary cb ON cb.unit = c.code) ON c.parent = p.code AND c.tier = ANY (x.tiers)
     WHERE p.tier = x.parent
     GROUP BY p.code, x.tiers, b.unit, b.valid;
SELECT p.tier AS parents, array_to_string(p.tiers, ', ') AS children, count(*) AS n, to_char(sum(p.area_m2) / 1e6, 'FM9,999,990') AS km2, to_char(sum(p.inside_m2) / 1e6, 'FM9,999,990') AS "covered km2",
       to_char(100 * (1 - sum(p.inside_m2) / sum(p.area_m2)), 'FM990.0') AS "% uncovered", to_char(sum(p.beyond_m2) / 1e6, 'FM990.000') AS "children beyond, km2"
  FROM parts p GROUP BY p.tier, p.tiers ORDER BY p.tier DESC, p.tiers;
\echo 'The water districts that precincts do not cover'
\echo
SELECT p.name AS district, to_char(p.area_m2 / 1e6, 'FM999,990') AS km2, to_char((p.area_m2 - p.inside_m2) / 1e6, 'FM999,990') AS "uncovered km2", to_char(100 * (1 - p.inside_m2 / p.area_m2), 'FM990.0') AS "%"
  FROM parts p WHERE p.tier = 'water district' AND p.area_m2 - p.inside_m2 > 1e6 ORDER BY p.area_m2 - p.inside_m2 DESC, p.name LIMIT 10;
