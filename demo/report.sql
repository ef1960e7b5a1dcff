-- What the planner reads.
\set ON_ERROR_STOP on
\pset footer off
\pset null '-'
\pset linestyle ascii
\pset border 1
SET client_min_messages = warning;
SET search_path = us, governance, public;
SET lc_numeric = 'C';

\echo
\echo 'United States: 3 142 counties rolled up'
\echo '======================================='
\echo 'Counts are summed. The unemployment rate is unemployed / labour force, computed anew at every unit.'
\echo

CREATE TEMP TABLE sheet AS
    SELECT t.code, t.indented_name, t.rank, t.tier, v.indicator, v.period, v.value
      FROM unit_tree t
      JOIN indicator_value v ON v.unit = t.code
     WHERE t.rank <= 4;
CREATE TEMP VIEW summary AS
    SELECT s.code, s.rank, s.indented_name AS unit,
           to_char(max(s.value) FILTER (WHERE s.indicator = 'population' AND s.period = period('2010')), 'FM999,999,999') AS "population 2010",
           to_char(max(s.value) FILTER (WHERE s.indicator = 'population' AND s.period = period('2018')), 'FM999,999,999') AS "population 2018",
           to_char(max(s.value) FILTER (WHERE s.indicator = 'housing_units'), 'FM999,999,999') AS "housing units 2010",
           to_char(max(s.value) FILTER (WHERE s.indicator = 'labor_force' AND s.period = period('2018')), 'FM999,999,999') AS "labour force 2018",
           to_char(max(s.value) FILTER (WHERE s.indicator = 'unemployment_rate' AND s.period = period('2009')), 'FM90.0') AS "unempl. % 2009",
           to_char(max(s.value) FILTER (WHERE s.indicator = 'unemployment_rate' AND s.period = period('2018')), 'FM90.0') AS "unempl. % 2018"
      FROM sheet s
     GROUP BY s.code, s.rank, s.indented_name;
SELECT unit, "population 2010", "population 2018", "housing units 2010", "labour force 2018", "unempl. % 2009", "unempl. % 2018"
  FROM summary ORDER BY code;

\echo 'Reforms: six counties that are no more'
\echo '-------------------------------------'
\echo 'Figures stand under the codes of their time; what the source gives under other codes was brought there by reform().'
\echo
SELECT l.happened, l.kind, p.name AS predecessor, s.name AS successor, round(l.share, 4) AS share,
       (SELECT count(*) FROM observation o WHERE o.unit IN (p.code, s.code) AND o.source LIKE '%carried from%') AS "values brought"
  FROM lineage l JOIN unit p ON p.code = l.predecessor JOIN unit s ON s.code = l.successor
 ORDER BY l.happened, s.name;
\echo 'Their history on the counties of 2018, and on those of 2010'
\echo
SELECT v.indicator, period_label(v.period) AS year, u.name AS unit,
       max(v.value) FILTER (WHERE v.set = 2018) AS "units of 2018", max(v.state) FILTER (WHERE v.set = 2018) AS "how",
       max(v.value) FILTER (WHERE v.set = 2010) AS "units of 2010", max(v.state) FILTER (WHERE v.set = 2010) AS "how "
  FROM (SELECT 2018 AS set, a.* FROM values_on('2018-12-31', 'housing_units') a UNION ALL SELECT 2010, b.* FROM values_on('2010-12-31', 'housing_units') b
        UNION ALL SELECT 2018, a.* FROM values_on('2018-12-31', 'labor_force') a UNION ALL SELECT 2010, b.* FROM values_on('2010-12-31', 'labor_force') b) v
  JOIN unit u ON u.code = v.unit
 WHERE v.unit IN (SELECT l.successor FROM lineage l WHERE l.happened > '2010-12-31' UNION SELECT l.predecessor FROM lineage l WHERE l.happened > '2010-12-31')
   AND (v.indicator = 'housing_units' OR v.period IN (period('2009'), period('2018')))
 GROUP BY v.indicator, v.period, u.name
 ORDER BY v.indicator, v.period, u.name;

\echo 'Against the published figures of 51 states and the nation'
\echo '---------------------------------------------------------'
\echo 'A unit is exact when the sum of its counties is the published figure. Without the reforms, the values under retired codes would be missing.'
\echo
CREATE TEMP TABLE comparison AS
    SELECT p.indicator, p.period, p.unit, u.name, v.value, p.value AS published,
           v.value - p.value AS difference,
           v.value - p.value - coalesce((SELECT sum(r.value) FROM demo.retired r
                                          WHERE r.indicator = p.indicator AND r.period = p.period AND r.unit <@ p.unit), 0) AS before
      FROM demo.published p
      JOIN unit u ON u.code = p.unit
      JOIN indicator i ON i.code = p.indicator AND i.space_op = 'sum'
      JOIN indicator_value v ON v.indicator = p.indicator AND v.period = p.period AND v.unit = p.unit;
SELECT c.indicator, period_label(c.period) AS year,
       count(*) FILTER (WHERE c.difference = 0) || ' of ' || count(*) AS "exact",
       max(c.difference) FILTER (WHERE c.unit = 'US') AS "nation differs",
       max(c.before) FILTER (WHERE c.unit = 'US') AS "before the reforms",
       max(abs(c.difference)) AS "largest difference",
       to_char(max(100 * abs(c.difference) / c.published), '990.0000') AS "that in %"
  FROM comparison c
 GROUP BY c.indicator, c.period
 ORDER BY c.indicator, c.period;

\echo 'The states that differed by more than 0.05 per cent'
\echo
SELECT c.indicator, period_label(c.period) AS year, c.name AS state, c.value AS "sum of counties", c.published,
       c.before AS "before the reforms", c.difference AS remains,
       CASE WHEN c.difference = 0 THEN 'exact'
            WHEN abs(c.difference) < 0.0005 * c.published THEN 'rounding'
            WHEN c.indicator = 'census_population' AND c.difference = -6222
            THEN 'Bedford city has no row'
            ELSE 'not explained' END AS "what remains"
  FROM comparison c
 WHERE abs(c.before) > 0.0005 * c.published
 ORDER BY c.indicator, c.period, c.unit;

SELECT count(*) FILTER (WHERE v.value = p.value) || ' of ' || count(*) AS "unemployment rates equal to the published ones",
       max(abs(v.value - p.value)) AS "largest difference, points"
  FROM demo.published p
  JOIN indicator_value v ON v.indicator = p.indicator AND v.period = p.period AND v.unit = p.unit
 WHERE p.indicator = 'unemployment_rate';

SET search_path = bc, governance, public;
\echo 'British Columbia: drawn against official area'
\echo '============================================='
\echo 'Official areas are those of the unsimplified polygons.'
\echo
SELECT h.name AS hierarchy, m.tier, count(*) AS units,
       to_char(sum(m.area_m2) / 1e6, 'FM9,999,990') AS "drawn km2",
       to_char(sum(o.value), 'FM9,999,990') AS "official km2",
       count(o.value) AS "with official",
       to_char(100 * (sum(m.area_m2) FILTER (WHERE o.value IS NOT NULL) / 1e6 / sum(o.value) - 1), 'S990.000') AS "differs by %",
       to_char(max(100 * abs(m.area_m2 / 1e6 / o.value - 1)), 'FM990.00') AS "at most %"
  FROM unit_map m
  JOIN hierarchy h ON h.code = m.hierarchy
  LEFT JOIN (SELECT o.unit, o.value / 1000000 AS value FROM observation o
              WHERE o.indicator = 'official_area') o ON o.unit = m.code
 GROUP BY h.name, m.rank, m.tier
 ORDER BY h.name, m.rank, m.tier;

\echo 'Stated areas of districts against the sum of what lies in them'
\echo
SELECT h.name AS hierarchy, count(*) AS districts,
       to_char(sum(m.reported), 'FM9,999,990') AS "stated km2", to_char(sum(m.children), 'FM9,999,990') AS "children km2",
       count(*) FILTER (WHERE m.n_missing > 0) AS "with a child not stated"
  FROM reported_mismatch m
  JOIN unit u ON u.code = m.unit
  JOIN hierarchy h ON h.code = u.hierarchy
 GROUP BY h.name ORDER BY h.name;

\echo 'How much of a total is known: population of municipalities, 2000'
\echo
SELECT u.tier, count(*) AS units, sum(v.n_present) || ' of ' || sum(v.n_expected) AS "leaf units with a value",
       to_char(sum(v.value), 'FM99,999,999') AS population,
       count(*) FILTER (WHERE v.state = 'ok') AS ok, count(*) FILTER (WHERE v.state = 'insufficient') AS insufficient,
       count(*) FILTER (WHERE v.state = 'no_data') AS "no data"
  FROM indicator_value v JOIN unit u ON u.code = v.unit
 WHERE v.indicator = 'population'
 GROUP BY u.tier ORDER BY min(u.code);
