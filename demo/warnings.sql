-- What stands out: warnings of unemployment, 2009 to 2018.
\set ON_ERROR_STOP on
\pset footer off
\pset null '-'
\pset linestyle ascii
\pset border 1
SET client_min_messages = warning;
SET search_path = us, governance, public;

\echo
\echo 'United States: unemployment, whom to look at'
\echo '============================================'
\echo 'By the limit above, at most 6.4 %, warning above 5.5 %. It fires with the second year beyond, and ends at 5 %.'
\echo

\echo 'The nation, year by year'
\echo
SELECT string_agg(to_char(lower(c.period), 'YYYY') || ' ' || c.value || ' ' || (c.status).state, ', ' ORDER BY c.period) AS "per cent, and state of the warning"
  FROM warning_course('unemployment_rate', '{US}') c;

\echo 'Counties by how they stood'
\echo
SELECT period_label(c.period) AS year, count(*) FILTER (WHERE (c.status).state = 'pending') AS pending, count(*) FILTER (WHERE (c.status).state = 'firing') AS firing,
       count(*) FILTER (WHERE (c.status).state = 'recovering') AS recovering, count(*) FILTER (WHERE (c.status).state = 'resolved') AS resolved,
       count(*) FILTER (WHERE (c.status).state IN ('no_data', 'stale')) AS "without a value", count(*) FILTER (WHERE (c.status).flaps) AS flapping
  FROM warning_course('unemployment_rate') c
  JOIN unit u ON u.code = c.unit AND u.tier = 'county'
 WHERE NOT upper_inf(c.period)
 GROUP BY c.period ORDER BY c.period;

\echo 'In 2018: five lines of them, the furthest beyond their limit'
\echo
SELECT a.unit_name || ', ' || s.name AS county, a.state, a.grade, a.since_label AS since, a.value AS "per cent", a.threshold, -a.margin AS "beyond the limit", a.basis
  FROM active_warning a
  JOIN unit s ON s.code = governance.parent(a.unit)
 WHERE a.indicator = 'unemployment_rate' AND a.tier = 'county'
 ORDER BY a.margin, a.unit LIMIT 5;
