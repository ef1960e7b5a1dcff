-- Limits for unemployment and poverty: who is beyond them, since when, by how much.
\set ON_ERROR_STOP on
\pset footer off
\pset null '-'
\pset linestyle ascii
\pset border 1
SET client_min_messages = warning;
SET search_path = us, governance, public;

\echo
\echo 'United States: counties held against limits'
\echo '==========================================='
\echo 'Limits as used in programmes of the federal government; rates are rounded to a tenth, so 6.5 per cent or more is above 6.4.'
\echo

-- Figures are of every third year: a warning fires with the second one beyond, and ends well within.
INSERT INTO threshold_rule (indicator, hierarchy, tier, threshold, clear, hold, basis, source) VALUES
    ('unemployment_rate', 'census', NULL, '<= 6.4 warning 5.5', '<= 6 warning 5', 1, 'law', 'Workforce Innovation and Opportunity Act: area of substantial unemployment'),
    ('poverty_rate', 'census', 'county', '<= 19.9 warning 17.5', NULL, 0, 'expert_judgement', 'USDA Economic Research Service: high-poverty county');
CALL refresh();
ANALYZE;

SELECT r.indicator, r.threshold, r.basis, r.source FROM threshold_rule r ORDER BY r.id;

\echo 'How many counties have which grade'
\echo
SELECT s.indicator, s.period_label AS year, s.n_normal AS normal, s.n_warning AS warning, s.n_breach AS breach, s.n_ungraded AS "no value"
  FROM evaluation_summary s
 WHERE s.indicator IN ('unemployment_rate', 'poverty_rate') AND s.tier = 'county' AND s.period_label IN ('2009', '2014', '2018')
 ORDER BY s.indicator DESC, s.period;

\echo 'The five with the highest unemployment, 2018: since when, of the years observed, and by how much'
\echo
SELECT h.unit_name AS county, s.name AS state, h.value AS "%", h.threshold AS "limit", h.grade, -h.margin AS beyond, h.since, h.n_periods AS "years observed"
  FROM evaluation_history h
  JOIN unit s ON s.code = parent(h.unit)
 WHERE h.indicator = 'unemployment_rate' AND h.tier = 'county' AND h.period_label = '2018' AND h.grade = 'breach'
 ORDER BY h.margin, h.unit
 LIMIT 5;

\echo 'Beyond both limits in 2018, by state'
\echo
SELECT s.name AS state, count(*) AS counties, max(-u.margin) AS "most beyond, unemployment", max(-p.margin) AS "most beyond, poverty"
  FROM evaluation u
  JOIN evaluation p ON p.unit = u.unit AND p.indicator = 'poverty_rate' AND p.period = u.period AND p.grade = 'breach'
  JOIN unit s ON s.code = parent(u.unit)
 WHERE u.indicator = 'unemployment_rate' AND u.period = period('2018') AND u.tier = 'county' AND u.grade = 'breach'
 GROUP BY s.name
 ORDER BY count(*) DESC, s.name
 LIMIT 5;
