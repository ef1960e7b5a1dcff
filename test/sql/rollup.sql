-- unit_rollup: what it looks like, and what it refuses.
SET search_path = governance, public;

CREATE TEMP TABLE fact (unit unitcode, value numeric, weight numeric);
INSERT INTO fact VALUES
    ('33.01', 12.50, 1.5), ('33.01', 3, 2), ('33.02', -1.25, NULL), ('33.02.07', 0, 1),
    ('33', NULL, 3), ('44.1.2', 7, 0), ('5', 123456789012345678901234567890123456789012.5, 2);

SELECT unit_rollup(unit, value) FROM fact;
SELECT unit_rollup(unit, value, weight) FROM fact;
SELECT * FROM governance.unnest((SELECT unit_rollup(unit, value, weight) FROM fact WHERE unit <> '5'));
SELECT unit, n, total, mean, weighted_mean FROM governance.unnest((SELECT unit_rollup(unit, value, weight) FROM fact WHERE unit = '5'));
SELECT lookup(unit_rollup(unit, value, weight), '33') FROM fact;
SELECT (lookup(unit_rollup(unit, value), '99')) IS NULL AS not_there FROM fact;

-- Missing is not zero.
SELECT unit, n, own, total FROM governance.unnest((SELECT unit_rollup(u, v)
    FROM (VALUES ('a.zero'::unitcode, 0::numeric), ('a.missing', NULL)) x(u, v)));
SELECT * FROM governance.unnest((SELECT unit_rollup(u, v)
    FROM (VALUES ('a'::unitcode, 2::numeric), ('a', 4), ('a', 6), ('a', NULL)) x(u, v)));
SELECT unit_rollup(unit, value) IS NULL AS no_rows FROM fact WHERE false;
SELECT unit_rollup(unit, NULL) FROM fact;
SELECT unit_rollup(NULL::unitcode, NULL::numeric) IS NULL AS nothing_at_all FROM fact;

-- Merging.
SELECT '{33.01=2:15.5:3.0:12.5@3.5:24.75, 33=0}'::unit_rollup + '{33.03=1:5.000, 33.01=1:-4}';
SELECT unit_rollup(s) FROM (VALUES ('{a=1:1}'::unit_rollup), (NULL), ('{a=1:2.50}'), ('{}')) x(s);
SELECT '{a=1:1}'::unit_rollup + NULL IS NULL AS null_operand;
SELECT '{a=1:1}'::unit_rollup = '{a=1:1}' AS same, '{a=1:1}'::unit_rollup = '{a=1:1.0}' AS other_scale,
       '{a=1:1}'::unit_rollup <> '{a=0}' AS different;
SELECT unit_rollup_accum(unit_rollup_accum(NULL, 'a.b', 1.5), 'a', 2);

-- Text: any order and white space in, one form out.
SELECT s::unit_rollup FROM (VALUES ('{}'), (' { } '), ('{b=1:007.50 ,a=0}'), ('{ a=1:-0 }')) x(s);
-- What it refuses.
CREATE FUNCTION pg_temp.refusal(query text, OUT code text, OUT message text, OUT detail text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
END $$;

SELECT s, r.*
  FROM (VALUES (''), ('a=1:1'), ('{a}'), ('{a=}'), ('{a=1}'), ('{a=1:}'), ('{a=1:1e5}'), ('{a=1:NaN}'), ('{a=1:.5}'), ('{a=1:1:1:1}'), ('{a=2:3}'),
               ('{a=2:3:1:2.0}'), ('{a=2:3:2:1}'), ('{a=2:4:1:2}'), ('{a=3:9:1:2}'), ('{a=3:4:1:5}'), ('{a=3:8:1:3}'), ('{a=0@1:1}'), ('{a=1:1@-1:-1}'), ('{a=1:1@0:1}'), ('{a=1:1@1:1.5}'), ('{a=1:1@2:999}'), ('{a=1:0.5@0.5:0.2}'), ('{a=2:3:1:2@2:1}'), ('{a=3:6:1:3@2:7}'),
               ('{a=1:1, a=1:1}'), ('{a=1:1,}'), ('{a=1:1} x'), ('{a=1:1 ö}'), ('{a..b=1:1}'), ('{a=1234567890123456789:1:1:1}'), ('{a=-1:1}')) x(s),
       pg_temp.refusal(format('SELECT %L::governance.unit_rollup', s)) r;

-- A weight without a value is not looked at.
SELECT unit_rollup('a', NULL, w) FROM (VALUES (-1), ('NaN'::numeric)) x(w);

SELECT q, r.*
  FROM (VALUES ($$'33.01', 'NaN'::numeric$$), ($$'33.01', '-infinity'::numeric$$), ($$'33.01', 1, 'NaN'::numeric$$),
               ($$'33.01', 1, 'infinity'::numeric$$), ($$'33.01', 1, -0.5$$), ($$NULL::governance.unitcode, 1.50$$)) x(q),
       pg_temp.refusal(format('SELECT governance.unit_rollup(%s)', q)) r;

-- What is beyond numeric, or beyond a count.
SELECT unit_rollup('a', ('0.' || repeat('0', 9999) || '1')::numeric, ('0.' || repeat('0', 9999) || '1')::numeric);
SELECT unit_rollup('a', v) FROM (VALUES (('9' || repeat('0', 131071))::numeric), (('9' || repeat('0', 131071))::numeric)) x(v);
SELECT unit_rollup(s) FROM generate_series(1, 2), (SELECT '{a=999999999999999999:0:0:0}'::unit_rollup AS s) x;
SELECT unit_rollup(s) FROM generate_series(1, 12), (SELECT '{a=999999999999999999:0:0:0}'::unit_rollup AS s) x;

-- With an empty search_path, and as a role that owns nothing.
SET search_path = '';
SELECT governance.unit_rollup('a.b'::governance.unitcode, 1) OPERATOR(governance.+) '{a=1:2}'::governance.unit_rollup;
SET client_min_messages = warning;
DROP ROLE IF EXISTS gov_rollup_reader;
CREATE ROLE gov_rollup_reader;
GRANT USAGE ON SCHEMA governance TO gov_rollup_reader;
SET ROLE gov_rollup_reader;
SELECT total FROM governance.unnest('{a.b=1:2}'::governance.unit_rollup);
RESET ROLE;
REVOKE USAGE ON SCHEMA governance FROM gov_rollup_reader;
DROP ROLE gov_rollup_reader;

-- What engines that split aggregates ask of them.
SELECT aggfnoid::regprocedure, aggcombinefn <> 0 AS combines, typtype <> 'p' AS named_state, proparallel, aggfinalfn = 0 AS state_is_result
  FROM pg_catalog.pg_aggregate
  JOIN pg_catalog.pg_proc p ON p.oid = aggfnoid
  JOIN pg_catalog.pg_type t ON t.oid = aggtranstype
 WHERE p.proname = 'unit_rollup' ORDER BY pronargs, 1;
