-- Codes against slow and obvious SQL on random data, laws, and estimates against the truth.
BEGIN;
SET LOCAL search_path = governance, public;
SELECT plan(69);
SELECT setseed(0.2260);

-- Random codes with much in common, some long, with their labels beside them.
CREATE TEMP TABLE code AS
    SELECT DISTINCT labels, array_to_string(labels, '.')::unitcode AS code
      FROM (SELECT (SELECT array_agg((ARRAY['1', '2', '10', '01', 'a', 'B', '_', 'ab', repeat('x', 63)])[1 + floor(random() ^ 2 * 9)::int] ORDER BY i)
                      FROM generate_series(1, 1 + floor(random() * (CASE WHEN g % 50 = 0 THEN 32 ELSE 5 END))::int) AS i) AS labels
              FROM generate_series(1, 400) AS g) AS random;
CREATE TEMP TABLE pair AS SELECT a.code AS a, a.labels AS la, b.code AS b, b.labels AS lb FROM code AS a, code AS b;
SELECT cmp_ok((SELECT count(*) FROM pair), '>', 30000::bigint, 'enough pairs to be worth it');

-- Order.
SELECT is((SELECT count(*) FROM pair
            WHERE (a < b, a <= b, a = b, a <> b, a >= b, a > b) <>
                  (a::text COLLATE "C" < b::text, a::text COLLATE "C" <= b::text, a::text = b::text,
                   a::text <> b::text, a::text COLLATE "C" >= b::text, a::text COLLATE "C" > b::text)),
          0::bigint, 'all six comparisons are bytewise');
SELECT is((SELECT count(*) FROM pair WHERE sign(unitcode_cmp(a, b)) <> (a > b)::int - (a < b)::int), 0::bigint, 'cmp agrees with them');
SELECT is((SELECT count(*) FROM pair WHERE a = b AND (unitcode_hash(a) <> unitcode_hash(b) OR unitcode_hash_extended(a, 7) <> unitcode_hash_extended(b, 7))),
          0::bigint, 'equal codes have equal hashes');
SELECT is((SELECT unitcode_hash('33.01')), (SELECT unitcode_hash_extended('33.01', 0)::bit(32)::int), 'the seedless extended hash begins as the plain one');
SELECT results_eq('SELECT code::text FROM code ORDER BY code', 'SELECT code::text FROM code ORDER BY code::text COLLATE "C"', 'sorting is bytewise');
SELECT results_eq('SELECT code::text FROM code ORDER BY code DESC', 'SELECT code::text FROM code ORDER BY code::text COLLATE "C" DESC', 'and backwards');

-- Place in the tree.
SELECT is((SELECT count(*) FROM pair WHERE (a @> b) <> (lb[:cardinality(la)] = la)), 0::bigint, '@> is: the labels of one begin the other');
SELECT is((SELECT count(*) FROM pair WHERE (a @> b) <> (b <@ a) OR is_ancestor(a, b) <> (a @> b) OR is_descendant(b, a) <> (a @> b)), 0::bigint, '<@ is @> from the other side');
SELECT is((SELECT count(*) FROM pair WHERE (a <= b AND b < subtree_end(a)) <> (a @> b)), 0::bigint, 'a subtree is one range of codes');
SELECT is((SELECT count(*) FROM pair WHERE (a = ANY (ancestors(b))) <> (a @> b)), 0::bigint, 'ancestors are all that @> holds for');
SELECT is((SELECT count(*) FROM code WHERE depth(code) <> cardinality(labels) OR label(code) <> labels[cardinality(labels)]), 0::bigint, 'depth and label');
SELECT is((SELECT count(*) FROM code WHERE parent(code)::text IS DISTINCT FROM nullif(array_to_string(trim_array(labels, 1), '.'), '')), 0::bigint, 'parent');
SELECT is((SELECT count(*) FROM code, generate_series(-1, 33) AS n
            WHERE ancestor(code, n)::text IS DISTINCT FROM
                  CASE WHEN n BETWEEN 1 AND cardinality(labels) THEN array_to_string(labels[:n], '.') END), 0::bigint, 'ancestor at a depth');
SELECT is((SELECT count(*) FROM code
            WHERE ancestors(code) <> (SELECT array_agg(array_to_string(labels[:n], '.')::unitcode ORDER BY n) FROM generate_series(1, cardinality(labels)) AS n)),
          0::bigint, 'ancestors, root first');
SELECT is((SELECT count(*) FROM code WHERE depth(code) > 1 AND child(parent(code), label(code)) <> code), 0::bigint, 'child undoes parent');
SELECT is((SELECT count(*) FROM code WHERE official(code) <> array_to_string(labels, '')), 0::bigint, 'official joins the labels');
SELECT is((SELECT count(*) FROM code WHERE unitcode(official(code), (SELECT array_agg(length(l) ORDER BY n) FROM unnest(labels) WITH ORDINALITY AS u (l, n))) <> code),
          0::bigint, 'unitcode undoes official');
SELECT is((SELECT count(*) FROM code WHERE convert_from(unitcode_send(code), 'UTF8')::unitcode <> code OR code::text::unitcode <> code), 0::bigint, 'text and binary form lose nothing');
SELECT is((SELECT count(*) FROM generate_series(1, 99) AS p, generate_series(0, 99, 7) AS c, generate_series(0, 99, 7) AS d
            WHERE gb2260(to_char(p, 'FM00') || to_char(c, 'FM00') || to_char(d, 'FM00'))::text <>
                  to_char(p, 'FM00') || CASE WHEN c > 0 OR d > 0 THEN '.' || to_char(c, 'FM00') ELSE '' END || CASE WHEN d > 0 THEN '.' || to_char(d, 'FM00') ELSE '' END),
          0::bigint, 'gb2260 drops trailing zero tiers, and no others');

-- What codes have in common.
SELECT is((SELECT count(*) FROM pair
            WHERE common_ancestor(a, b) IS DISTINCT FROM
                  (SELECT x FROM unnest(ancestors(a)) AS x WHERE x = ANY (ancestors(b)) ORDER BY depth(x) DESC LIMIT 1)), 0::bigint, 'common_ancestor of two');
CREATE TEMP TABLE few AS
    SELECT g, code, random() AS r FROM generate_series(1, 500) AS g,
        LATERAL (SELECT code FROM code WHERE g > 0 AND labels[1] = (ARRAY['1', '2', '10'])[1 + g % 3] ORDER BY random() LIMIT 1 + g % 4) AS c;
INSERT INTO few SELECT g, NULL, random() FROM generate_series(1, 600, 3) AS g;
INSERT INTO few SELECT g, 'a.1', random() FROM generate_series(2, 500, 10) AS g;
CREATE TEMP TABLE few_common AS
    SELECT g, (SELECT x FROM (SELECT unnest(ancestors(code)) AS x FROM few AS f WHERE f.g = few.g AND code IS NOT NULL) AS every
                GROUP BY x HAVING count(*) = (SELECT count(code) FROM few AS f WHERE f.g = few.g) ORDER BY depth(x) DESC LIMIT 1) AS common
      FROM few GROUP BY g;
SELECT results_eq('SELECT g, common_ancestor(code) FROM few GROUP BY g ORDER BY g', 'SELECT g, common FROM few_common ORDER BY g', 'common_ancestor of many');
SELECT cmp_ok((SELECT count(*) FROM few_common WHERE common IS NULL), '>', 60::bigint, 'some of them have none');
SELECT results_eq('SELECT g, common_ancestor(code ORDER BY r) FROM few GROUP BY g ORDER BY g', 'SELECT g, common_ancestor(code ORDER BY r DESC) FROM few GROUP BY g ORDER BY g', 'in any order');
-- Split each group at random, combine the parts' states.
CREATE TEMP TABLE state AS
    SELECT g, part, (SELECT CASE WHEN count(code) = 0 THEN NULL ELSE coalesce(common_ancestor(code)::text, '') END FROM few AS f WHERE f.g = few.g AND f.r >= part * 0.5 AND f.r < (part + 1) * 0.5) AS state
      FROM few, generate_series(0, 1) AS part GROUP BY g, part;
SELECT is((SELECT count(*) FROM few_common JOIN state AS x USING (g) JOIN state AS y USING (g)
            WHERE x.part = 0 AND y.part = 1
              AND common IS DISTINCT FROM common_ancestor_final(CASE WHEN x.state IS NULL THEN y.state WHEN y.state IS NULL THEN x.state ELSE common_ancestor_combine(x.state, y.state) END)),
          0::bigint, 'states combine to the same');

-- Parallel workers, and index scans against none.
CREATE TABLE tap_unit AS SELECT code, n FROM code, generate_series(1, 60) AS n;
ALTER TABLE tap_unit SET (parallel_workers = 3);
CREATE INDEX tap_unit_code ON tap_unit (code);
CREATE INDEX tap_unit_n_code ON tap_unit (n, code);
ANALYZE tap_unit;
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    plan text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        plan := plan || line || E'\n';
    END LOOP;
    RETURN plan;
END $$;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT matches(pg_temp.plan_of('SELECT n, common_ancestor(code) FROM tap_unit WHERE code <> ''1'' GROUP BY n'), 'Partial', 'common_ancestor runs in workers');
SELECT results_eq('SELECT n, ancestor(code, 1), common_ancestor(code) FROM tap_unit GROUP BY 1, 2 ORDER BY 1, 2',
                  'SELECT n, r, c FROM generate_series(1, 60) AS n, (SELECT ancestor(code, 1), common_ancestor(code) FROM code GROUP BY 1) AS s (r, c) ORDER BY 1, 2', 'with the same result');
SELECT is((SELECT common_ancestor(code) FROM tap_unit), NULL, 'and NULL for several roots');
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL enable_seqscan = off;
SELECT is((SELECT count(*) FROM code AS x WHERE (SELECT array_agg(code ORDER BY code) FROM tap_unit WHERE code <@ x.code) IS DISTINCT FROM
                                                (SELECT array_agg(c.code ORDER BY c.code) FROM code AS c, generate_series(1, 60) WHERE c.labels[:cardinality(x.labels)] = x.labels)),
          0::bigint, '<@ by the index finds what it should');
SELECT is((SELECT count(*) FROM code AS x WHERE (SELECT array_agg(code ORDER BY code) FROM tap_unit WHERE code @> x.code) IS DISTINCT FROM
                                                (SELECT array_agg(c.code ORDER BY c.code) FROM code AS c, generate_series(1, 60) WHERE x.labels[:cardinality(c.labels)] = c.labels)),
          0::bigint, '@> by the index finds what it should');
-- Rows of a scan on a lower column come in the index's order, or get sorted.
DROP INDEX tap_unit_code;
SET LOCAL enable_bitmapscan = off;
SET LOCAL enable_sort = off;
SELECT matches(pg_temp.plan_of($$SELECT n, code FROM tap_unit WHERE n BETWEEN 3 AND 9 AND code @> '1.2.10' ORDER BY n, code$$), 'Index Cond: .*n >= 3.*code', 'a scan on two columns');
SELECT is((SELECT count(*) FROM code AS x,
                  LATERAL (SELECT n < lag(n) OVER () OR (n = lag(n) OVER () AND code < lag(code) OVER ()) AS wrong
                             FROM (SELECT n, code FROM tap_unit WHERE n BETWEEN 3 AND 9 AND code @> x.code ORDER BY n, code) AS t) AS rows
            WHERE wrong), 0::bigint, 'sorted rows are sorted');
RESET enable_bitmapscan;
RESET enable_sort;
RESET enable_seqscan;

-- Estimates: a ragged tree as large and as uneven as that of the United States (nation, 4 regions,
-- 9 divisions, 51 states, 3142 counties) or as that of British Columbia (28 districts of 1 to 20 units,
-- one unit that skips a tier, and a second small tree).
CREATE TABLE tap_tree (tree text, code unitcode);
INSERT INTO tap_tree
    WITH state AS (SELECT g, 'US.R' || 1 + g % 9 % 4 || '.D' || g % 9 || '.' || to_char(g, 'FM00') AS code, 1 + floor(250 * random() ^ 3)::int AS n FROM generate_series(0, 50) AS g),
         county AS (SELECT code || '.' || to_char(i, 'FM000') AS code FROM state, generate_series(1, n) AS i)
    SELECT DISTINCT 'us', unnest(ancestors(code::unitcode)) FROM county;
INSERT INTO tap_tree
    WITH district AS (SELECT 'BC.RD' || g AS code, 1 + floor(20 * random() ^ 2)::int AS n FROM generate_series(100, 127) AS g),
         municipality AS (SELECT code || '.MU' || i AS code FROM district, generate_series(1, n) AS i UNION ALL VALUES ('BC.MU059'), ('NRBC.NA1.A'), ('NRBC.NA1.B'), ('NRBC.NA2.A'))
    SELECT DISTINCT 'bc', unnest(ancestors(code::unitcode)) FROM municipality;
\set demo `test -f demo/data/us/unit.csv && test -f demo/data/bc/unit.csv && echo true || echo false`
\if :demo
CREATE TEMP TABLE us_unit (code text, parent_code text, tier int, tier_name text, name text, wkt text);
CREATE TEMP TABLE bc_unit (hierarchy text, tier int, tier_name text, code text, parent_code text, name text, area numeric, wkt text);
\copy us_unit FROM 'demo/data/us/unit.csv' WITH (FORMAT csv, HEADER)
\copy bc_unit FROM 'demo/data/bc/unit.csv' WITH (FORMAT csv, HEADER)
INSERT INTO tap_tree
    WITH RECURSIVE unit AS (
        SELECT 'demo us' AS tree, code, parent_code, CASE tier WHEN 4 THEN left(code, 2) WHEN 5 THEN right(code, 3) ELSE code END AS label FROM us_unit
        UNION ALL
        SELECT 'demo bc', code, parent_code, code FROM bc_unit),
    path AS (
        SELECT tree, code, label::unitcode AS path FROM unit WHERE parent_code IS NULL
        UNION ALL
        SELECT tree, u.code, child(p.path, u.label) FROM unit AS u JOIN path AS p USING (tree) WHERE p.code = u.parent_code)
    SELECT tree, path FROM path;
\endif

CREATE FUNCTION pg_temp.estimate(query text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
    RETURN greatest((plan -> 0 -> 'Plan' ->> 'Plan Rows')::float8, 1);
END $$;
-- The worst ratio of estimate and truth, either way, where no truth is below one row.
CREATE FUNCTION pg_temp.worst(operator text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    worst float8;
BEGIN
    EXECUTE format('CREATE TEMP TABLE truth AS
        SELECT a.code, greatest(count(f.code), 1)::float8 AS n FROM tap_tree AS a LEFT JOIN tap_fact AS f ON f.code %s a.code
         WHERE tree = current_setting(''tap.tree'') GROUP BY 1', operator);
    SELECT max(greatest(n / e, e / n)) INTO worst
      FROM (SELECT n, pg_temp.estimate(format('SELECT FROM tap_fact WHERE code %s %L', operator, code)) AS e FROM truth) AS pairs;
    DROP TABLE truth;
    RETURN round(worst::numeric, 2);
END $$;
-- The same for joins: all units with all rows, and the units of each depth, kept apart, with all rows.
CREATE FUNCTION pg_temp.worst_join() RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    d int;
    truth float8;
    guess float8;
    worst float8 := 1;
    kind text;
    query text;
BEGIN
    FOR d IN SELECT DISTINCT depth(code) FROM tap_tree WHERE tree = current_setting('tap.tree') UNION SELECT 0 LOOP
        CREATE TABLE tap_tier AS SELECT code FROM tap_tree WHERE tree = current_setting('tap.tree') AND d IN (0, depth(code));
        CREATE INDEX ON tap_tier (code);
        ANALYZE tap_tier;
        FOREACH query IN ARRAY ARRAY[
            'FROM tap_fact AS f JOIN tap_tier AS t ON f.code <@ t.code',
            'FROM tap_fact AS f JOIN tap_tier AS t ON t.code @> f.code',
            'FROM tap_fact AS f WHERE EXISTS (SELECT FROM tap_tier AS t WHERE f.code <@ t.code)',
            'FROM tap_tier AS t WHERE EXISTS (SELECT FROM tap_fact AS f WHERE f.code <@ t.code)'] LOOP
            EXECUTE 'SELECT greatest(count(*), 1) ' || query INTO truth;
            guess := pg_temp.estimate('SELECT ' || query);
            worst := greatest(worst, truth / guess, guess / truth);
        END LOOP;
        DROP TABLE tap_tier;
    END LOOP;
    RETURN round(worst::numeric, 2);
END $$;
-- One table of units, and one of facts with a number of rows for each leaf: no more rows
-- than ANALYZE takes into its sample, so that the outcome is no matter of luck.
CREATE FUNCTION pg_temp.estimates(what text, rows_per_leaf int) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    worst numeric;
BEGIN
    PERFORM set_config('tap.tree', what, true);
    IF NOT EXISTS (SELECT FROM tap_tree WHERE tree = what) THEN
        RETURN NEXT skip('the demo''s data is not here', 3);
        RETURN;
    END IF;
    IF rows_per_leaf = 0 THEN
        CREATE TABLE tap_fact AS SELECT code FROM tap_tree WHERE tree = what;
    ELSE
        CREATE TABLE tap_fact AS
            SELECT code FROM tap_tree AS t, generate_series(1, rows_per_leaf)
             WHERE tree = what AND NOT EXISTS (SELECT FROM tap_tree AS b WHERE b.tree = what AND parent(b.code) = t.code)
             ORDER BY random();
    END IF;
    CREATE INDEX ON tap_fact (code);
    ANALYZE tap_fact;
    ASSERT (SELECT count(*) <= 30000 FROM tap_fact), 'these rows are more than a sample';
    worst := pg_temp.worst('<@');
    RETURN NEXT ok(worst <= 2, format('%s, %s rows a leaf: <@ of every unit within 2 of the truth (%s)', what, rows_per_leaf, worst));
    worst := pg_temp.worst('@>');
    RETURN NEXT ok(worst <= 2, format('%s, %s rows a leaf: @> of every unit within 2 of the truth (%s)', what, rows_per_leaf, worst));
    worst := pg_temp.worst_join();
    RETURN NEXT ok(worst <= 2, format('%s, %s rows a leaf: joins within 2 of the truth (%s)', what, rows_per_leaf, worst));
    DROP TABLE tap_fact;
END $$;
SELECT pg_temp.estimates('us', 0);
SELECT pg_temp.estimates('us', 9);
SELECT pg_temp.estimates('bc', 0);
SELECT pg_temp.estimates('bc', 20);
SELECT pg_temp.estimates('demo us', 0);
SELECT pg_temp.estimates('demo us', 9);
SELECT pg_temp.estimates('demo bc', 0);
SELECT pg_temp.estimates('demo bc', 20);

-- A table larger than a sample: a thousand units of few rows each, more than are listed, are counted in an
-- index, if there is one and the user may see all rows; else they are guessed. Those of the upper depths
-- are listed, the small ones too.
CREATE TABLE tap_many AS
    SELECT ('A.' || to_char(g % 40, 'FM00') || '.' || to_char(g, 'FM0000') || '.' || i)::unitcode AS code
      FROM generate_series(0, 1999) AS g, generate_series(1, CASE WHEN g % 40 = 39 THEN 1 ELSE 1 + g % 80 END) AS i;
INSERT INTO tap_many SELECT ('A.' || to_char(u, 'FM00'))::unitcode FROM generate_series(0, 39) AS u, generate_series(1, 50);
CREATE TEMP TABLE many_truth AS
    SELECT depth, ancestor(code, depth) AS code, count(*)::float8 AS n FROM tap_many, generate_series(2, 3) AS depth
     WHERE depth(code) >= depth GROUP BY 1, 2;
CREATE FUNCTION pg_temp.worst_many(at int) RETURNS numeric LANGUAGE sql AS $$
    SELECT round(max(greatest(n / e, e / n))::numeric, 2)
      FROM (SELECT n, pg_temp.estimate(format('SELECT FROM tap_many WHERE code <@ %L', code)) AS e FROM many_truth WHERE depth = at AND hashtext(code::text) % 4 = 0) AS pairs
$$;
ANALYZE tap_many;
SELECT cmp_ok((SELECT count(*) FROM tap_many), '>', 60000::bigint, 'a table larger than a sample');
SELECT cmp_ok(pg_temp.worst_many(2), '<=', 2::numeric, 'the units of an upper depth are known by the sample');
SELECT cmp_ok(pg_temp.worst_many(3), '>', 4::numeric, 'small ones are guessed');
CREATE INDEX tap_many_code ON tap_many (code);
ANALYZE tap_many;
SELECT is(pg_temp.worst_many(3), 1.00, 'but counted if there is an index');
CREATE ROLE tap_reader;
GRANT SELECT ON tap_many, many_truth TO tap_reader;
ALTER TABLE tap_many ENABLE ROW LEVEL SECURITY;
CREATE POLICY tap_all ON tap_many USING (code <> 'A.00');
SET ROLE tap_reader;
SELECT cmp_ok(pg_temp.worst_many(3), '>', 4::numeric, 'for who may not see all rows nothing is counted');
RESET ROLE;
DROP TABLE tap_many;

-- What ANALYZE keeps can be read by anyone who may, in code order; and nothing to count is no trouble.
CREATE TABLE tap_fact AS SELECT code FROM tap_tree WHERE tree = 'bc';
ANALYZE tap_fact;
SELECT is((SELECT most_common_elems::text::unitcode[] FROM pg_stats WHERE tablename = 'tap_fact' AND attname = 'code'),
          (SELECT array_agg(a.code ORDER BY a.code) FROM tap_tree AS a WHERE tree = 'bc' AND EXISTS (SELECT FROM tap_fact AS b WHERE b.code <@ a.code AND b.code <> a.code)),
          'pg_stats lists the units with subtrees');
SELECT is((SELECT cardinality(most_common_elem_freqs) - cardinality(most_common_elems::text::unitcode[]) FROM pg_stats WHERE tablename = 'tap_fact' AND attname = 'code'), 2,
          'with their shares, the least and the greatest');
UPDATE tap_fact SET code = NULL;
ANALYZE tap_fact;
SELECT is(pg_temp.estimate($$SELECT FROM tap_fact WHERE code <@ 'BC'$$) < 10, true, 'a column of NULL has statistics');
DELETE FROM tap_fact;
ANALYZE tap_fact;
SELECT cmp_ok(pg_temp.estimate($$SELECT FROM tap_fact WHERE code <@ 'BC'$$), '<', 100::float8, 'an empty table too');

-- Taken as text a code is estimated by its column's statistics before PostgreSQL 18, and everywhere by those of its text.
CREATE TABLE tap_text AS SELECT code FROM tap_tree WHERE tree = 'us';
ANALYZE tap_text;
CREATE FUNCTION pg_temp.off(condition text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    n float8;
BEGIN
    EXECUTE 'SELECT count(*) FROM tap_text a, tap_text b WHERE a.code OPERATOR(governance.=) b.code AND a.' || condition INTO n;
    RETURN greatest(pg_temp.estimate('SELECT FROM tap_text a, tap_text b WHERE a.code::text = b.code::text AND a.' || condition) / n,
                    n / pg_temp.estimate('SELECT FROM tap_text a, tap_text b WHERE a.code::text = b.code::text AND a.' || condition));
END $$;
SELECT current_setting('server_version_num')::int < 180000 AS seen_through \gset
\if :seen_through
SELECT cmp_ok(pg_temp.off('code IS NOT NULL'), '<', 1.1::float8, 'a join of texts is estimated by the statistics of codes');
SELECT cmp_ok(pg_temp.off('code LIKE ''US.R1.%'''), '<', 1.5::float8, 'and a pattern');
\else
SELECT skip('from 18 on the cast is a call, without statistics', 2);
\endif
CREATE STATISTICS tap_text_code ON (code::text) FROM tap_text;
ANALYZE tap_text;
SELECT cmp_ok(pg_temp.off('code IS NOT NULL'), '<', 1.1::float8, 'a join of texts is estimated by statistics of the text');
SELECT cmp_ok(pg_temp.off('code LIKE ''US.R1.%'''), '<', 1.5::float8, 'and a pattern');

SELECT finish();
ROLLBACK;
