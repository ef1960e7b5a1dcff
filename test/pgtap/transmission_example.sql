-- The worked example of doc/transmission.md: its SQL is run as it stands there, and comes to the parts that its tables give.
SET client_min_messages = warning;
SELECT plan(9);

-- Blocks of SQL, tables and the error of the section; three characters stand for a fence.
\set one `awk '/^## /{ on = /worked example/ } on && /^...sql$/ { n++; s = 1; next } /^...$/ { s = 0 } on && s && n == 1' doc/transmission.md`
\set two `awk '/^## /{ on = /worked example/ } on && /^...sql$/ { n++; s = 1; next } /^...$/ { s = 0 } on && s && n == 2' doc/transmission.md`
\set three `awk '/^## /{ on = /worked example/ } on && /^...sql$/ { n++; s = 1; next } /^...$/ { s = 0 } on && s && n == 3' doc/transmission.md`
\set rows `awk -F' *[|] *' '/^## /{ on = /worked example/ } on && /^[|] unit/ { n++ } on && /^[|] P/ { printf "%s(%d, %c%s%c::unitcode, %s)", (rows++ ? ", " : ""), n, 39, $2, 39, $8 }' doc/transmission.md`
\set message `awk '/^## /{ on = /worked example/ } on && sub(/^ERROR:  /, "")' doc/transmission.md`

SET search_path = governance, public;
CREATE TEMP TABLE told (step integer, unit unitcode, part numeric);
INSERT INTO told VALUES :rows;
SELECT is((SELECT count(*) FROM told), 18::bigint, 'three tables of six units');

\o /dev/null
:one
\o
SET search_path = example, governance, public;
SELECT results_eq('SELECT q.unit, q.amount FROM quota q WHERE q.unit <> ''P'' ORDER BY 1', 'SELECT unit, part FROM told WHERE step = 1 ORDER BY 1', 'by population');
SELECT is((SELECT max(revision) FROM quota_history), 1::bigint, 'each decided once');

\o /dev/null
:two
\o
SELECT results_eq('SELECT q.unit, q.amount FROM quota q WHERE q.unit <> ''P'' ORDER BY 1', 'SELECT unit, part FROM told WHERE step = 2 ORDER BY 1', 'with a floor');

BEGIN;
UPDATE quota SET amount = 1100, reserve = 110 WHERE unit = 'P';
SELECT results_eq('SELECT unit FROM stale_quota ORDER BY 1', $$VALUES ('P.A'::unitcode), ('P.B'), ('P.C')$$, 'a new figure makes the cities'' stale');
SELECT throws_ok('SET CONSTRAINTS ALL IMMEDIATE', '23514', :'message', 'and is refused by itself, in the words of the document');
ROLLBACK;

\o /dev/null
:three
\o
SELECT results_eq('SELECT q.unit, q.amount FROM quota q WHERE q.unit <> ''P'' ORDER BY 1', 'SELECT unit, part FROM told WHERE step = 3 ORDER BY 1', 'handed down again');
SELECT is((SELECT count(*) FROM transmission_gap WHERE difference <> 0 OR NOT complete), 0::bigint, 'all sums are exact');
SELECT is((SELECT count(*) FROM stale_quota), 0::bigint, 'nothing is stale');
SELECT * FROM finish();
RESET search_path;
SELECT governance.drop_model('example') \g /dev/null
