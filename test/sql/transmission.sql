-- Transmission: targets handed down, exactly. Figures are worked out by hand.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT governance.create_model('transmission_test', 3005);
SET search_path = transmission_test, governance, public;
SET datestyle = 'ISO, YMD';
INSERT INTO hierarchy VALUES ('adm', 'administrative', 'administrative');
INSERT INTO tier SELECT 'adm', t, r FROM (VALUES ('nation', 1), ('province', 2), ('county', 3)) AS g (t, r);
INSERT INTO unit (code, hierarchy, tier, name)
SELECT c, 'adm', (ARRAY['nation', 'province', 'county'])[depth(c)], c::text
  FROM unnest('{N,N.A,N.B,N.C,N.A.1,N.A.2,N.A.3,N.B.1,N.B.2}'::unitcode[]) c;
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, attribute, direction) VALUES
    ('farm', 'farmland kept', '10k_mu', 'extensive', 'sum', 'last', 'binding', 'floor'),
    ('build', 'construction land', 'ha', 'extensive', 'sum', 'last', 'binding', 'ceiling'),
    ('homes', 'dwellings', 'dwellings', 'extensive', 'sum', 'sum', 'expected', 'floor'),
    ('trees', 'trees', 'count', 'extensive', 'sum', 'last', 'advisory', 'none'),
    ('people', 'people', 'persons', 'extensive', 'sum', 'last', 'advisory', 'none'),
    ('urban', 'in towns', 'persons', 'extensive', 'sum', 'last', 'advisory', 'none');
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, numerator, denominator, factor, attribute, direction) VALUES
    ('rate', 'urbanisation', '%', 'ratio', 'ratio', 'none', 'urban', 'people', 100, 'expected', 'floor');
INSERT INTO observation (indicator, unit, period, value)
SELECT 'people', u, period('2024'), v FROM (VALUES ('N.A.1', 50), ('N.A.2', 30), ('N.A.3', 20), ('N.B.1', 150), ('N.B.2', 50), ('N.C', 100)) AS g (u, v);
INSERT INTO observation (indicator, unit, period, value)
SELECT 'build', u, period('2020'), v FROM (VALUES ('N.A.1', 10), ('N.A.2', 10), ('N.A.3', 10), ('N.B.1', 20), ('N.B.2', 20), ('N.C', 30)) AS g (u, v);
CALL refresh();

-- 1000 by 100 : 200 : 100 people, and on to the counties; the binding tree adds up at every unit
INSERT INTO quota (indicator, unit, period, amount) VALUES ('farm', 'N', period('2035'), 1000);
SELECT transmit_tree('farm', 'N', period('2035'), weight_by => 'people', quantum => 0.01);
SELECT unit, amount, method, weight_by FROM quota WHERE indicator = 'farm' ORDER BY unit;
SELECT parent, amount, allotted, difference, n_allotted, n_children, complete, severity FROM transmission_gap WHERE indicator = 'farm' ORDER BY parent;

-- a binding floor: less is refused at commit, more is not
UPDATE quota SET amount = amount - 0.01 WHERE indicator = 'farm' AND unit = 'N.B.2';
UPDATE quota SET amount = amount + 1 WHERE indicator = 'farm' AND unit = 'N.B.2';
-- moved between siblings in one transaction it is none of its business
BEGIN;
UPDATE quota SET amount = amount - 5 WHERE indicator = 'farm' AND unit = 'N.B.2';
UPDATE quota SET amount = amount + 5 WHERE indicator = 'farm' AND unit = 'N.B.1';
COMMIT;
-- a child without its quota leaves the parent incomplete, and open
DELETE FROM quota WHERE indicator = 'farm' AND unit = 'N.A.3';
SELECT parent, allotted, difference, complete, severity FROM transmission_gap WHERE indicator = 'farm' AND parent = 'N.A';
-- the upper figure rises: in one transaction with what is below it
UPDATE quota SET amount = 1100 WHERE indicator = 'farm' AND unit = 'N';
BEGIN;
UPDATE quota SET amount = 1100, reason = 'second survey' WHERE indicator = 'farm' AND unit = 'N';
SELECT unit, amount, parent, parent_amount FROM stale_quota ORDER BY unit;
SELECT transmit_tree('farm', 'N', period('2035'), weight_by => 'people', quantum => 0.01);
SELECT count(*) AS stale FROM stale_quota;
COMMIT;
SELECT unit, amount FROM quota WHERE indicator = 'farm' ORDER BY unit;
SELECT unit, revision, amount, reason, decided_by = current_user AS by_me, ended_at IS NULL AS in_force
  FROM quota_history WHERE indicator = 'farm' AND unit IN ('N', 'N.A.3', 'N.B.2') ORDER BY unit, revision;

-- a ceiling with a reserve of a tenth at the top; more than the rest is refused
INSERT INTO quota (indicator, unit, period, amount) VALUES ('build', 'N', period('2035'), 130);
SELECT transmit('build', 'N', period('2035'), 'people', reserve_share => 0.1);
SELECT unit, amount, reserve FROM quota WHERE indicator = 'build' ORDER BY unit;
UPDATE quota SET amount = amount + 1 WHERE indicator = 'build' AND unit = 'N.C';
BEGIN;
UPDATE quota SET amount = 30 WHERE indicator = 'build' AND unit = 'N.C';
SET CONSTRAINTS ALL IMMEDIATE;
ROLLBACK;
-- by equal change against 2020, at most 1.3 times of it, and by given shares
SELECT set_base('build', period('2020'), 'third survey');
INSERT INTO quota_condition (indicator, unit, period, cap_ratio, base_period)
SELECT 'build', code, period('2035'), 1.3, period('2020') FROM unit WHERE parent = 'N';
SELECT transmit('build', 'N', period('2035'), 'build', base_period => period('2020'));
SELECT unit, amount FROM quota WHERE indicator = 'build' ORDER BY unit;
SELECT transmit('build', 'N', period('2035'), 'people');
SELECT unit, amount FROM quota WHERE indicator = 'build' ORDER BY unit;
UPDATE quota SET amount = 200 WHERE indicator = 'build' AND unit = 'N';
SELECT transmit('build', 'N', period('2035'), 'people');
UPDATE observation SET value = 20 WHERE indicator = 'build' AND unit = 'N.A.1';
CALL refresh();
SELECT set_base('build', period('2020'), 'corrected');
SELECT unit, version, value FROM base_value WHERE unit IN ('N.A', 'N.B') ORDER BY unit, version;
UPDATE quota SET amount = 150 WHERE indicator = 'build' AND unit = 'N';
SELECT transmit('build', 'N', period('2035'), 'people');
SELECT unit, amount FROM quota WHERE indicator = 'build' ORDER BY unit;
UPDATE quota_condition SET base_version = 1;
SELECT transmit('build', 'N', period('2035'), 'people');
-- what is measured against base values does not move: they are neither changed, nor taken away in part or from under a condition
BEGIN;
UPDATE base_value SET value = 90 WHERE unit = 'N.A' AND version = 1;
ROLLBACK;
BEGIN;
UPDATE base_value SET version = 3 WHERE version = 1 AND unit = 'N';
ROLLBACK;
BEGIN;
UPDATE base_value SET indicator = 'farm' WHERE version = 1 AND unit = 'N';
ROLLBACK;
BEGIN;
DELETE FROM base_value WHERE version = 1;
ROLLBACK;
BEGIN;
UPDATE quota_condition SET base_version = NULL WHERE unit = 'N.C';
DELETE FROM base_value WHERE version = 2;
ROLLBACK;
BEGIN;
DELETE FROM base_value WHERE version = 2 AND unit <> 'N.C';
ROLLBACK;
BEGIN;
TRUNCATE base_value;
ROLLBACK;
-- its source is a note, and a new name of the indicator is followed; a version that no condition needs may go, and so may all
BEGIN;
UPDATE base_value SET source = 'third survey, table 4', value = value + 0.00 WHERE version = 1;
UPDATE indicator SET code = 'built' WHERE code = 'build';
SELECT indicator, version, source, count(*) FROM base_value GROUP BY 1, 2, 3 ORDER BY 2;
DELETE FROM base_value WHERE version = 2;
UPDATE quota_condition SET base_version = NULL;
DELETE FROM base_value WHERE version = 1;
ROLLBACK;
BEGIN;
UPDATE quota_condition SET base_version = NULL;
DELETE FROM base_value WHERE version = 1;
TRUNCATE base_value, quota_condition;
ROLLBACK;
UPDATE quota_condition SET cap_ratio = NULL, share = CASE unit WHEN 'N.A' THEN 0.5 WHEN 'N.B' THEN 0.3 ELSE 0.2 END, floor = CASE unit WHEN 'N.C' THEN 40 END;
SELECT transmit('build', 'N', period('2035'));
SELECT unit, amount FROM quota WHERE indicator = 'build' ORDER BY unit;

-- a condition that nothing is handed down under does nothing: a mistyped period, another indicator, a root
BEGIN;
INSERT INTO quota_condition (indicator, unit, period, cap) VALUES
    ('build', 'N.A', period('2053'), 40), ('trees', 'N.A', period('2035'), 40), ('build', 'N', period('2035'), 40), ('build', 'N.A.1', period('2035'), 40);
SELECT * FROM condition_without_quota ORDER BY indicator, unit, period;
DELETE FROM quota WHERE indicator = 'build' AND unit = 'N.A';
SELECT count(*) FROM condition_without_quota;
INSERT INTO quota (indicator, unit, period, amount) VALUES ('build', 'N', period('2053'), 100);
SELECT indicator, unit FROM condition_without_quota ORDER BY indicator, unit;
ROLLBACK;

-- expected: a warning; advisory: a note
INSERT INTO quota (indicator, unit, period, amount) VALUES
    ('homes', 'N', period('2030'), 100), ('homes', 'N.A', period('2030'), 20), ('homes', 'N.B', period('2030'), 20), ('homes', 'N.C', period('2030'), 20),
    ('trees', 'N', period('2030'), 100), ('trees', 'N.A', period('2030'), 200);
SELECT indicator, parent, allotted, difference, complete, severity FROM transmission_gap WHERE indicator IN ('homes', 'trees') AND parent = 'N' ORDER BY 1;
-- binding what is broken is refused
UPDATE indicator SET attribute = 'binding' WHERE code = 'homes';

-- a ratio is not handed down by sum; what the children's come to is compared: (40 x 100 + 60 x 200 + 50 x 100) / 400 = 52.5
INSERT INTO quota (indicator, unit, period, amount) VALUES
    ('rate', 'N', period('2030'), 55), ('rate', 'N.A', period('2030'), 40), ('rate', 'N.B', period('2030'), 60), ('rate', 'N.C', period('2030'), 50);
SELECT parent, amount, trim_scale(allotted) AS implied, trim_scale(difference) AS difference, tolerance, severity FROM transmission_gap WHERE indicator = 'rate' AND parent = 'N';
SELECT transmit('rate', 'N', period('2030'), 'people');

-- 12 786.19 ten thousand hectares are stated as 191 792.79 ten thousand mu: rounding; a tenth less is not
INSERT INTO quota (indicator, unit, period, amount, measure_unit) VALUES ('farm', 'N', period('2020'), 12786.19, '10k_ha');
INSERT INTO quota (indicator, unit, period, amount) VALUES ('farm', 'N.A', period('2020'), 91792.79), ('farm', 'N.B', period('2020'), 50000.00), ('farm', 'N.C', period('2020'), 50000.00);
SELECT parent, amount, measure_unit, trim_scale(round(difference, 6)) AS difference, trim_scale(round(tolerance, 6)) AS tolerance, severity
  FROM transmission_gap WHERE indicator = 'farm' AND period = period('2020') AND parent = 'N';
UPDATE quota SET amount = 91792.59 WHERE indicator = 'farm' AND unit = 'N.A' AND period = period('2020');
-- 1 mu is 1/1500 km2: the approved 6925.25 and 5950.00 are 4.62 and 3.97 ten thousand km2
SELECT round(6925.25 * measure_size('farm', '10k_mu') / measure_size('farm', 'km2') / 10000, 2) AS arable,
       round(5950.00 * measure_size('farm', '10k_mu') / measure_size('farm', 'km2') / 10000, 2) AS farmland;

-- against what is measured
INSERT INTO observation (indicator, unit, period, value, measure_unit) VALUES ('farm', 'N.C', period('2024'), 270, '10k_mu'), ('farm', 'N.B.1', period('2024'), 1, 'ha');
CALL refresh();
SELECT unit, tier, amount, measure_unit, value_period, value, difference, share, met FROM quota_progress
 WHERE indicator = 'farm' AND period = period('2035') AND unit IN ('N.C', 'N.B.1') ORDER BY unit;
-- and beside the grades
SELECT unit, period_label, value, quota, quota_measure_unit, quota_threshold, quota_grade, quota_margin, quota_share, quota_met FROM evaluation_quota
 WHERE indicator = 'farm' AND quota_period = period('2035') AND unit IN ('N.C', 'N.B.1') ORDER BY unit;

-- what is refused
SELECT transmit('nothing', 'N', period('2035'), 'people');
SELECT transmit('farm', 'N', period('2035'), 'nothing');
SELECT transmit('farm', 'N.Z', period('2035'), 'people');
SELECT transmit('farm', 'N', period('2036'), 'people');
SELECT transmit('farm', 'N', period('2035'), 'people', 0);
SELECT transmit('farm', 'N', period('2035'), 'people', reserve_share => 1.5);
SELECT transmit('farm', 'N', period('2035'));
SELECT transmit('farm', 'N', period('2035'), 'people', base_period => period('2019'));
SELECT transmit('farm', 'N', period('2035'), 'people', quantum => 7);
SELECT set_base('farm', period('1999'));
\set VERBOSITY terse
INSERT INTO quota (indicator, unit, period, amount) VALUES ('farm', 'N', period('2040'), 'NaN');
INSERT INTO quota (indicator, unit, period, amount, reserve) VALUES ('farm', 'N', period('2040'), 10, 11);
INSERT INTO quota (indicator, unit, period, amount) VALUES ('farm', 'N', '[2040-01-01,)', 10);
INSERT INTO quota_condition (indicator, unit, period, cap_ratio) VALUES ('farm', 'N.A', period('2035'), 1.3);
\set VERBOSITY default
INSERT INTO quota_condition (indicator, unit, period, cap_ratio, base_period) VALUES ('farm', 'N.A', period('2035'), 1.3, period('1999'));
SELECT transmit('farm', 'N', period('2035'), 'people', quantum => 0.01);
DELETE FROM quota_condition WHERE indicator = 'farm';
-- what allocate refuses names the parent and its children, however many parents are handed down at once
INSERT INTO quota_condition (indicator, unit, period, floor, cap) VALUES
    ('homes', 'N.B.1', period('2035'), 30, NULL), ('homes', 'N.B.2', period('2035'), 40, NULL), ('homes', 'N.A.2', period('2035'), 3, 2);
INSERT INTO quota (indicator, unit, period, amount) VALUES ('homes', 'N', period('2035'), 100);
SELECT transmit_tree('homes', 'N', period('2035'), 'people');
UPDATE quota_condition SET cap = NULL WHERE unit = 'N.A.2' AND indicator = 'homes';
SELECT transmit_tree('homes', 'N', period('2035'), 'people');
UPDATE quota_condition SET floor = 60 WHERE unit = 'N.B.2' AND indicator = 'homes';
SELECT transmit_tree('homes', 'N', period('2035'), 'people');
DELETE FROM quota_condition WHERE indicator = 'homes';
INSERT INTO quota_condition (indicator, unit, period, share) SELECT 'homes', code, period('2035'), CASE WHEN code <@ 'N.A' AND code <> 'N.A' THEN 0 ELSE 1 END FROM unit;
SELECT transmit_tree('homes', 'N', period('2035'));
UPDATE quota SET amount = -5 WHERE indicator = 'homes' AND unit = 'N' AND period = period('2035');
SELECT transmit('homes', 'N', period('2035'), 'people', reserve_share => 0.1);
-- nothing of it was written; what would be handed down can be looked at
SELECT unit, amount FROM quota WHERE indicator = 'homes' AND period = period('2035');
UPDATE quota SET amount = 100 WHERE indicator = 'homes' AND unit = 'N' AND period = period('2035');
SELECT unit, amount FROM parts_of('homes', '{N}', period('2035'), 'people', method => 'dhondt') ORDER BY unit;

-- reserves at two tiers: a child's own is kept, and converted, when it is handed to again
SELECT transmit('homes', 'N', period('2035'), 'people', reserve_share => 0.2);
UPDATE quota SET reserve = 5 WHERE indicator = 'homes' AND unit = 'N.B' AND period = period('2035');
SELECT transmit_tree('homes', 'N', period('2035'), 'people');
SELECT unit, amount, reserve FROM quota WHERE indicator = 'homes' AND period = period('2035') ORDER BY unit;
SELECT parent, difference, complete, severity FROM transmission_gap WHERE indicator = 'homes' AND period = period('2035') ORDER BY parent;
-- handed down again, nothing is new
SELECT transmit_tree('homes', 'N', period('2035'), 'people');
SELECT max(revision) FROM quota_history WHERE indicator = 'homes' AND unit = 'N.A.1' AND period = period('2035');
-- less than what a child keeps in reserve is refused
\set VERBOSITY terse
UPDATE quota SET amount = 12 WHERE indicator = 'homes' AND unit = 'N' AND period = period('2035');
UPDATE quota SET reserve = 0 WHERE indicator = 'homes' AND unit = 'N' AND period = period('2035');
UPDATE quota SET amount = 6 WHERE indicator = 'homes' AND unit = 'N' AND period = period('2035');
SELECT transmit_tree('homes', 'N', period('2035'), 'people');
\set VERBOSITY default
INSERT INTO quota (indicator, unit, period, amount, measure_unit) VALUES ('build', 'N.A', period('2040'), 30, 'ha'), ('build', 'N', period('2040'), 60, 'ha');
UPDATE quota SET reserve = 2 WHERE indicator = 'build' AND unit = 'N.A' AND period = period('2040');
UPDATE quota SET amount = 900, measure_unit = 'mu' WHERE indicator = 'build' AND unit = 'N' AND period = period('2040');
SELECT transmit('build', 'N', period('2040'), 'people');
SELECT unit, amount, reserve, measure_unit FROM quota WHERE indicator = 'build' AND period = period('2040') AND unit <= 'N.A' ORDER BY unit;

-- units of measure: of the indicator's dimension, and of a size that stays
INSERT INTO quota (indicator, unit, period, amount, measure_unit) VALUES ('farm', 'N.B', period('2040'), 1, 'persons');
UPDATE indicator SET measure_unit = 'ha' WHERE code = 'farm';
UPDATE measure_unit SET factor = 3 WHERE code = '10k_ha';
-- a reason given later is kept beside the one before, and makes nothing stale; decided again, the author is oneself
UPDATE quota SET reason = 'as agreed' WHERE indicator = 'trees' AND unit = 'N';
UPDATE quota SET reason = 'as agreed in May' WHERE indicator = 'trees' AND unit = 'N';
SELECT count(*) AS stale FROM stale_quota WHERE indicator = 'trees';
UPDATE quota SET decided_at = decided_at + interval '1 s', decided_by = 'somebody' WHERE indicator = 'trees' AND unit = 'N';
SELECT revision, amount, reason, decided_by = current_user AS by_me, ended_at >= decided_at AS sound FROM quota_history WHERE indicator = 'trees' AND unit = 'N' ORDER BY revision;
SELECT unit, parent FROM stale_quota WHERE indicator = 'trees';
-- an indicator's new name is no decision
UPDATE indicator SET code = 'forest' WHERE code = 'trees';
SELECT count(*), max(revision) FROM quota_history WHERE indicator = 'forest' AND unit = 'N';
UPDATE indicator SET code = 'trees' WHERE code = 'forest';
DELETE FROM quota WHERE period = period('2040');
SELECT unit, count(*), count(*) FILTER (WHERE ended_at IS NULL) AS in_force FROM quota_history WHERE period = period('2040') GROUP BY unit ORDER BY unit;

-- nor is that of its unit of measure, or of what it was weighed by; history follows
INSERT INTO quota (indicator, unit, period, amount, measure_unit) VALUES ('build', 'N', period('2050'), 30, 'ha');
SELECT transmit('build', 'N', period('2050'), 'people');
UPDATE quota SET amount = amount + 1 WHERE indicator = 'build' AND period = period('2050') AND unit = 'N';
SELECT transmit('build', 'N', period('2050'), 'people', quantum => 0.01);
UPDATE measure_unit SET code = 'hectare' WHERE code = 'ha';
UPDATE indicator SET code = 'population' WHERE code = 'people';
SELECT unit, revision, amount, measure_unit, weight_by, ended_at IS NULL AS in_force FROM quota_history
 WHERE indicator = 'build' AND period = period('2050') ORDER BY unit, revision;
SELECT count(*) AS stale FROM stale_quota WHERE period = period('2050');
UPDATE measure_unit SET code = 'ha' WHERE code = 'hectare';
UPDATE indicator SET code = 'people' WHERE code = 'population';
-- what has been handed down from a quota that is withdrawn is stale, unless set by hand
UPDATE indicator SET attribute = 'expected' WHERE code = 'build';
UPDATE quota SET method = NULL WHERE indicator = 'build' AND period = period('2050') AND unit = 'N.B';
DELETE FROM quota WHERE indicator = 'build' AND period = period('2050') AND unit = 'N';
SELECT unit, parent, parent_amount FROM stale_quota WHERE period = period('2050') ORDER BY unit;
-- a table that is emptied leaves its history
BEGIN;
TRUNCATE quota;
SELECT count(*) > 0 AS kept, count(*) FILTER (WHERE ended_at IS NULL) AS in_force, count(DISTINCT unit) FILTER (WHERE indicator = 'build' AND period = period('2050')) AS of_2050
  FROM quota_history;
ROLLBACK;
DELETE FROM quota WHERE period = period('2050');
UPDATE indicator SET attribute = 'binding' WHERE code = 'build';

-- what a ratio's quotas come to is not known where one of them has no weight; a weight that lacks too much is none
BEGIN;
DELETE FROM observation WHERE indicator = 'people' AND unit <@ 'N.C';
CALL refresh();
SELECT parent, amount, allotted, difference, complete, severity FROM transmission_gap WHERE indicator = 'rate' AND parent = 'N';
DELETE FROM observation WHERE indicator = 'people' AND unit IN ('N.A.1', 'N.A.2');
INSERT INTO observation (indicator, unit, period, value) VALUES ('people', 'N.C', period('2024'), 100);
CALL refresh();
SELECT value, round(coverage, 2) AS coverage, state FROM indicator_value WHERE indicator = 'people' AND unit = 'N.A';
INSERT INTO quota (indicator, unit, period, amount) VALUES ('homes', 'N', period('2034'), 100);
SELECT transmit('homes', 'N', period('2034'), 'people');
ROLLBACK;

-- approved by the State Council, in ten thousand mu, to 2035: arable land and permanent basic farmland
INSERT INTO unit (code, hierarchy, tier, name)
SELECT c, 'adm', (ARRAY['nation', 'province', 'county'])[depth(c)], n
  FROM (VALUES ('CN'::unitcode, 'nation'), ('CN.13', 'Hebei'), ('CN.21', 'Liaoning'), ('CN.21.02', 'Dalian'), ('CN.21.99', 'all others'), ('CN.36', 'Jiangxi'), ('CN.42', 'Hubei'), ('CN.99', 'all others')) AS u (c, n);
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, attribute, direction)
VALUES ('arable', 'arable land', '10k_mu', 'extensive', 'sum', 'last', 'binding', 'floor');
INSERT INTO quota (indicator, unit, period, amount)
SELECT i, u, period('2035'), a
  FROM (VALUES ('CN', 186500, 154600), ('CN.13', 8801, 7665), ('CN.21', 7601.00, 6250.67), ('CN.21.02', 550.99, 479.02), ('CN.36', 4004.59, 3545.43), ('CN.42', 6925.25, 5950.00)) AS g (u, arable, farm)
 CROSS JOIN LATERAL (VALUES ('arable', arable), ('farm', farm)) AS v (i, a);
SELECT count(*) AS n, count(*) FILTER (WHERE a.amount >= f.amount) AS farmland_is_arable,
       count(*) FILTER (WHERE p.amount > a.amount) AS less_than_parent,
       string_agg(round(f.amount * measure_size('farm', '10k_mu') / measure_size('farm', 'km2') / 10000, 2)::text, ' ' ORDER BY a.unit) AS farmland_10k_km2
  FROM quota a JOIN quota f ON f.indicator = 'farm' AND (f.unit, f.period) = (a.unit, a.period)
  LEFT JOIN quota p ON p.indicator = 'arable' AND p.unit = parent(a.unit) AND p.period = a.period
 WHERE a.indicator = 'arable';
-- a reform leaves quotas where they are, and lists those whose units have ended; they are carried by its shares, exactly
INSERT INTO quota (indicator, unit, period, amount, reserve) VALUES ('build', 'N.B', period('2060'), 100, 0), ('build', 'N.B.1', period('2060'), 33, 0), ('build', 'N.B.2', period('2060'), 67, 10);
SELECT reform('split', '2055-01-01', '{N.B.2}', '{N.B.3,N.B.4,N.B.5}', '{three,four,five}', '{0.25,0.25,0.5}');
SELECT indicator, unit, period_label(period) AS period, amount, unit_valid, counterparts FROM closed_quota ORDER BY 1, 3;
SELECT parent, allotted, difference, n_allotted, n_children, severity FROM transmission_gap WHERE indicator = 'build' AND period = period('2060');
SELECT reform_quotas();
SELECT unit, amount, reserve, reason FROM quota WHERE indicator = 'build' AND period = period('2060') ORDER BY unit;
SELECT parent, allotted, difference, n_allotted, n_children, severity FROM transmission_gap WHERE indicator = 'build' AND period = period('2060');
SELECT unit, amount, ended_at IS NOT NULL AS ended FROM quota_history WHERE indicator = 'build' AND period = period('2060') AND unit = 'N.B.2';
-- into a unit that has a quota: only if asked for; and one that is no sum where they are the same
INSERT INTO quota (indicator, unit, period, amount) VALUES ('rate', 'N.B.3', period('2060'), 60), ('rate', 'N.B.4', period('2060'), 61);
SELECT count(*) FROM reform('merge', '2056-01-01', '{N.B.4}', '{N.B.3}');
SELECT reform_quotas('{N.B.4}', add => true);
UPDATE quota SET amount = 60 WHERE indicator = 'rate' AND unit = 'N.B.4';
DELETE FROM quota WHERE indicator = 'rate' AND unit = 'N.B.3' AND period = period('2060');
SELECT reform_quotas('{N.B.4}');
UPDATE quota SET method = 'dhondt' WHERE indicator = 'build' AND unit = 'N.B.3' AND period = period('2060');
SELECT reform_quotas('{N.B.4}', add => true);
SELECT indicator, unit, amount, reserve, method, reason FROM quota WHERE period = period('2060') AND unit = 'N.B.3' ORDER BY 1;
SELECT count(*) AS closed FROM closed_quota;
SELECT count(*) AS left_over FROM quota_check;
-- a role that may decide quotas needs no more
DROP ROLE IF EXISTS gov_regress_planner;
CREATE ROLE gov_regress_planner;
GRANT USAGE ON SCHEMA transmission_test TO gov_regress_planner;
GRANT SELECT ON ALL TABLES IN SCHEMA transmission_test TO gov_regress_planner;
GRANT INSERT, UPDATE ON quota TO gov_regress_planner;
SET ROLE gov_regress_planner;
UPDATE quota SET amount = 9999 WHERE indicator = 'build' AND unit = 'N.A';
UPDATE quota SET amount = 1 WHERE indicator = 'build' AND unit = 'N.A';
RESET ROLE;
SELECT decided_by FROM quota WHERE indicator = 'build' AND unit = 'N.A';
-- nor does it decide in another's name
BEGIN;
REVOKE INSERT ON quota FROM gov_regress_planner;
GRANT INSERT (indicator, unit, period, amount, reserve, measure_unit, method, weight_by, reason, decided_at) ON quota TO gov_regress_planner;
SET LOCAL ROLE gov_regress_planner;
SAVEPOINT own;
INSERT INTO quota (indicator, unit, period, amount, decided_by) VALUES ('trees', 'N', period('2070'), 30, 'somebody');
ROLLBACK TO own;
INSERT INTO quota (indicator, unit, period, amount) VALUES ('trees', 'N', period('2070'), 30);
SELECT transmit('trees', 'N', period('2070'), 'people');
SELECT DISTINCT decided_by FROM quota WHERE period = period('2070');
ROLLBACK;
BEGIN;
GRANT DELETE ON quota TO gov_regress_planner;
SET LOCAL ROLE gov_regress_planner;
DELETE FROM quota WHERE indicator = 'trees' AND unit = 'N.A';
RESET ROLE;
SELECT ended_by FROM quota_history WHERE indicator = 'trees' AND unit = 'N.A';
ROLLBACK;
-- nor need it read units of measure to give one
BEGIN;
UPDATE quota SET measure_unit = 'ha' WHERE indicator = 'build' AND unit = 'N.A';
REVOKE SELECT ON measure_unit FROM gov_regress_planner;
SET LOCAL ROLE gov_regress_planner;
UPDATE quota SET measure_unit = 'mu' WHERE indicator = 'build' AND unit = 'N.A';
SELECT decided_by, measure_unit FROM quota WHERE indicator = 'build' AND unit = 'N.A';
ROLLBACK;
DROP OWNED BY gov_regress_planner;
DROP ROLE gov_regress_planner;
SET search_path = '';
SELECT transmission_test.transmit('homes', 'N', '[2030-01-01,2031-01-01)', 'people');
SELECT indicator, parent, severity FROM transmission_test.transmission_gap WHERE severity IS NOT NULL ORDER BY 1, 2;
RESET search_path;
SELECT governance.drop_model('transmission_test');
