-- Warnings of a model: what is kept, what is shown, what is refused.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT governance.create_model('warnings_test', 3005);
SET search_path = warnings_test, governance, public;
SET datestyle = 'ISO, YMD';
INSERT INTO hierarchy VALUES ('h', 'h', 'administrative');
INSERT INTO authority VALUES ('B1', 'Bureau One', 'department');
INSERT INTO tier VALUES ('h', 'province', 1), ('h', 'district', 2), ('h', 'town', 3);
INSERT INTO unit (code, hierarchy, tier, name, authority) VALUES
    ('P', 'h', 'province', 'Province', NULL), ('P.A', 'h', 'district', 'District A', 'B1'), ('P.B', 'h', 'district', 'District B', NULL),
    ('P.A.1', 'h', 'town', 'Town A1', NULL), ('P.A.2', 'h', 'town', 'Town A2', NULL), ('P.B.1', 'h', 'town', 'Town B1', NULL);
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, max_age) VALUES
    ('load', 'Load', '%', 'intensive', 'mean', 'last', NULL), ('level', 'Level', 'm', 'intensive', 'none', 'last', '6 months');

-- a rule's settings
INSERT INTO threshold_rule (indicator, threshold, fires_at) VALUES ('load', '<= 80', 'normal');
INSERT INTO threshold_rule (indicator, threshold, keep) VALUES ('load', '<= 80', -1);
INSERT INTO threshold_rule (indicator, threshold, flap_start) VALUES ('load', '<= 80', 0);
INSERT INTO threshold_rule (indicator, threshold, flap_start, flap_stop) VALUES ('load', '<= 80', 0.2, 0.4);
INSERT INTO threshold_rule (indicator, threshold, flap_start) VALUES ('load', '<= 80', 'NaN');

INSERT INTO threshold_rule (id, indicator, threshold, clear, hold, basis, source) VALUES (1, 'load', '<= 80 warning 70', '<= 75 warning 65', 1, 'law', 'Act 5');
INSERT INTO threshold_rule (id, indicator, unit, threshold, fires_at) VALUES (2, 'level', 'P', '>= 1 warning 2', 'breach');
INSERT INTO observation (indicator, unit, period, value)
SELECT s.indicator, s.unit, period((2010 + y.i)::text), y.v
  FROM (VALUES ('load', 'P.A.1'::unitcode, '{60,75,82,78,72}'::numeric[]), ('load', 'P.A.2', '{60,80,90,76,68}'), ('load', 'P.B.1', '{60,60,NULL,71,60}'),
               ('level', 'P', '{1.5,0.5,0.5,NULL,3}'), ('level', 'P.B', '{3,0.5,NULL,NULL,NULL}')) AS s (indicator, unit, vals),
       unnest(s.vals) WITH ORDINALITY AS y (v, i);
-- monthly figures beside the yearly ones are a series by themselves
INSERT INTO observation (indicator, unit, period, value) VALUES ('level', 'P', period('2015-01'), 0.2), ('level', 'P', period('2015-02'), 4);
-- and a figure that ends long before its period does is stale
INSERT INTO observation (indicator, unit, period, value) VALUES ('level', 'P.A', period('2015-01'), 0.2);
CALL refresh();

SELECT indicator, unit, span, state, active, grade, period_label(since) AS since, period_label(breached) AS breached, period_label(fired) AS fired,
       period_label(period) AS period, period_label(judged) AS judged, value, margin, rule, held, missing
  FROM warning ORDER BY indicator, span, unit;
SELECT indicator, unit, period_label(period) AS period, previous, state, grade, value, threshold, rule, cause
  FROM warning_event ORDER BY indicator, span, unit, period;
SELECT indicator_name, unit_name, tier, authority, state, grade, since_label, n_values, period_label, value, measure_unit, margin, basis, source, within, n_within
  FROM active_warning ORDER BY indicator, unit;

-- the course of one series, from nothing
SELECT period_label(period) AS period, value, (status).state, (status).grade, (status).held FROM warning_course('load', '{P.A.1}') ORDER BY period;
SELECT count(*) FROM warning_course('nothing');

-- a value that came late: what was told is withdrawn, what should have been is added
INSERT INTO observation (indicator, unit, period, value) VALUES ('load', 'P.B.1', period('2013'), 71)
    ON CONFLICT (indicator, period, unit) DO UPDATE SET value = 72;
UPDATE observation SET value = 73 WHERE indicator = 'load' AND unit = 'P.B.1' AND value IS NULL;
CALL refresh();
SELECT unit, period_label(period) AS period, previous, state, value, cause, withdrawn_at IS NOT NULL AS withdrawn
  FROM warning_event WHERE indicator = 'load' AND unit = 'P.B.1' ORDER BY id;
-- only what has changed is computed again: a false row elsewhere stays, until all is
UPDATE warning SET state = 'normal' WHERE unit = 'P.A.1';
UPDATE observation SET value = 61 WHERE indicator = 'load' AND unit = 'P.B.1' AND period = period('2011');
CALL refresh();
SELECT state FROM warning WHERE unit = 'P.A.1';
CALL refresh(full => true);
SELECT state FROM warning WHERE unit = 'P.A.1';

-- a new period goes on from how a series stands, and reads nothing before it: as if the breach had lasted long
BEGIN;
UPDATE warning SET held = 40 WHERE unit = 'P.A.1';
INSERT INTO observation (indicator, unit, period, value) SELECT 'load', u, period('2016'), 90 FROM unnest('{P.A.1,P.A.2}'::unitcode[]) u;
CALL refresh();
SELECT unit, state, period_label(period) AS period, held, standing, sides::bit(21) FROM warning WHERE indicator = 'load' ORDER BY unit;
-- but one that comes late, and one before all others, does not
INSERT INTO observation (indicator, unit, period, value) VALUES ('load', 'P.A.1', period('2009'), 60);
CALL refresh();
SELECT unit, state, period_label(period) AS period, held FROM warning WHERE indicator = 'load' ORDER BY unit;
INSERT INTO observation (indicator, unit, period, value) SELECT 'load', 'P.A.1', period('2017'), 90;
CALL refresh();
SELECT unit, state, period_label(period) AS period, held, missing FROM warning WHERE indicator = 'load' ORDER BY unit;
-- a value that comes late for a period that others have
INSERT INTO observation (indicator, unit, period, value) SELECT 'load', 'P.B.1', period('2017'), 90;
CALL refresh();
CREATE TEMP TABLE so_far AS SELECT w.* FROM warning w;
CALL refresh(full => true);
SELECT count(*) AS differ FROM (SELECT * FROM so_far EXCEPT SELECT * FROM warning) AS d;
ROLLBACK;

-- 30 days are no month, though PostgreSQL takes such intervals for equal: each is a series, and goes on
BEGIN;
INSERT INTO observation (indicator, unit, period, value) VALUES
    ('level', 'P.B', period('2015-01'), 0.2), ('level', 'P.B', daterange('2015-02-10', '2015-03-12'), 3);
CALL refresh();
INSERT INTO observation (indicator, unit, period, value) VALUES ('level', 'P.B', daterange('2015-03-12', '2015-04-11'), 0.2), ('level', 'P.B', period('2015-02'), 0.1);
CALL refresh();
SELECT span, state, period_label(since) AS since, period_label(period) AS period FROM warning WHERE unit = 'P.B' AND indicator = 'level' ORDER BY span;
SELECT span, period_label(period) AS period, previous, state FROM warning_event WHERE unit = 'P.B' AND indicator = 'level' AND span <> 'P1Y' ORDER BY span, period;
SELECT period_label, previous_grade, change, difference, since FROM evaluation_history WHERE unit = 'P.B' AND indicator = 'level' AND lower(period) >= '2015-01-01' ORDER BY period;
SELECT warning_message(NULL, NULL, w, 'value')::jsonb ->> 'span' AS told FROM warning w WHERE unit = 'P.B' AND indicator = 'level' ORDER BY span;
ROLLBACK;

-- a rule that holds no longer resolves what it raised, from then on; the past remains
UPDATE threshold_rule SET valid = daterange(NULL, '2013-01-01') WHERE id = 2;
CALL refresh();
SELECT unit, span, state, active, period_label(since) AS since, rule FROM warning WHERE indicator = 'level' ORDER BY unit, span;
-- without any rule there is nothing to warn of
DELETE FROM threshold_rule WHERE id = 2;
CALL refresh();
SELECT count(*) FROM warning WHERE indicator = 'level';
SELECT count(*) FILTER (WHERE withdrawn_at IS NULL) AS standing, count(*) > 0 AS kept FROM warning_event WHERE indicator = 'level';

-- an indicator's name goes along, and so does all when it goes
UPDATE threshold_rule SET keep = keep + 1 WHERE indicator = 'load';
UPDATE indicator SET code = 'burden' WHERE code = 'load';
CALL refresh();
SELECT count(*) AS noted FROM pending_rule;
SELECT indicator, count(*) FROM warning GROUP BY indicator;

-- what is sent fits, whatever the names
SELECT octet_length(m) < 8000, m::jsonb ? 'value', m::jsonb ? 'indicator'
  FROM warning w, (VALUES (10), (3000), (9000)) AS n (n),
       LATERAL (SELECT warning_message(NULL, NULL, ROW(repeat('x', n), w.unit, w.span, w.state, w.active, w.grade, w.since, w.breached, w.fired, w.period, w.judged, w.value, w.margin,
                                                 at_most(repeat('9', CASE n WHEN 3000 THEN 999 ELSE 3 END)::numeric, repeat('8', CASE n WHEN 3000 THEN 999 ELSE 3 END)::numeric, repeat('7', CASE n WHEN 3000 THEN 999 ELSE 3 END)::numeric, repeat('6', CASE n WHEN 3000 THEN 999 ELSE 3 END)::numeric),
                                                 w.rule, w.held, w.kept, w.missing, w.flapping, w.flaps, w.standing, w.sides, w.changed_at)::warning, 'value')) AS l (m)
 WHERE w.unit = 'P' ORDER BY n;

SELECT governance.drop_model('warnings_test');
