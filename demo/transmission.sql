-- A target handed down: dwellings, from the province to districts and municipalities.
\set ON_ERROR_STOP on
\set SHOW_CONTEXT never
\pset footer off
\pset null '-'
\pset linestyle ascii
\pset border 1
SET client_min_messages = warning;
SET search_path = bc, governance, public;

\echo
\echo 'British Columbia: a target handed down'
\echo '======================================'
\echo '100 000 dwellings by 2030, an example: by population, in tens, at least 20 wherever there is land to build on.'
\echo 'Where the population is not known, the floor is all that is given.'
\echo

INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, attribute, direction)
VALUES ('homes', 'Dwellings to be built', 'dwellings', 'extensive', 'sum', 'sum', 'binding', 'floor');
INSERT INTO quota_condition (indicator, unit, period, share, floor)
SELECT 'homes', u.code, period('2030'), coalesce(v.value, 0), 20 * (SELECT count(*) FROM leaf_unit(period('2030'), u.code))
  FROM unit u
  LEFT JOIN indicator_value v ON v.indicator = 'population' AND v.period = period('2000') AND v.unit = u.code
 WHERE u.hierarchy = 'admin' AND u.parent IS NOT NULL;
INSERT INTO quota (indicator, unit, period, amount, reason) VALUES ('homes', 'BC', period('2030'), 100000, 'first draft');
SELECT transmit_tree('homes', 'BC', period('2030'), quantum => 10) AS "units that received a part";

CREATE TEMP VIEW largest AS
    SELECT repeat('  ', depth(q.unit) - 1) || u.name AS unit, o.share AS population, o.floor, q.amount AS dwellings
      FROM quota q
      JOIN unit u ON u.code = q.unit
      LEFT JOIN quota_condition o USING (indicator, unit, period)
     WHERE q.indicator = 'homes'
       AND (depth(q.unit) = 1
            OR ancestor(q.unit, 2) = (SELECT c.unit FROM quota c WHERE c.indicator = 'homes' AND depth(c.unit) = 2 ORDER BY c.amount DESC, c.unit OFFSET 1 LIMIT 1))
     ORDER BY q.unit;
SELECT * FROM largest;

\echo 'The proof: amount, less what was handed to the children, at every unit'
\echo
SELECT count(*) AS "units that hand down", sum(n_allotted) AS "parts", count(*) FILTER (WHERE difference <> 0) AS "with a difference",
       count(*) FILTER (WHERE NOT complete) AS "incomplete"
  FROM transmission_gap WHERE indicator = 'homes';

\echo 'The province asks for 10 000 more. In the same transaction: what is out of date, and handed down again'
\echo
BEGIN;
UPDATE quota SET amount = 110000, reason = 'second draft' WHERE indicator = 'homes' AND unit = 'BC';
SELECT count(*) AS "stale districts", sum(amount) AS "their dwellings", max(parent_amount) AS "of" FROM stale_quota WHERE indicator = 'homes';
SELECT transmit_tree('homes', 'BC', period('2030'), quantum => 10) AS "units that received a part";
COMMIT;
SELECT revision, amount, reason, ended_at IS NULL AS "in force" FROM quota_history WHERE indicator = 'homes' AND unit = 'BC' ORDER BY revision;

\echo 'A district that takes ten off a municipality is refused by the database:'
\echo
\set ON_ERROR_STOP off
UPDATE quota SET amount = amount - 10
 WHERE indicator = 'homes' AND unit = (SELECT q.unit FROM quota q WHERE q.indicator = 'homes' AND depth(q.unit) = 3 ORDER BY q.amount DESC, q.unit LIMIT 1);
\set ON_ERROR_STOP on
