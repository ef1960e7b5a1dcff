-- unit_rollup against GROUP BY over a closure, and against itself in other orders.
BEGIN;
SELECT plan(102);
SET LOCAL search_path = governance, public;
SET LOCAL client_min_messages = warning;
SELECT setseed(0.4242);

-- ---------- facts ----------

-- A ragged tree: some units have rows and descendants with rows.
CREATE TABLE fact (id serial, kind text, unit unitcode, value numeric, weight numeric);

CREATE FUNCTION any_unit() RETURNS unitcode LANGUAGE sql VOLATILE AS $$
    SELECT string_agg((ARRAY['1', '10', '2', 'a', 'A_1', 'north_of_the_river'])[1 + floor(6 * pg_catalog.random())::int], '.')::unitcode
      FROM generate_series(1, 1 + floor(5 * pg_catalog.random())::int)
$$;

CREATE FUNCTION any_digits(int) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(string_agg(floor(10 * pg_catalog.random())::int::text, ''), '') FROM generate_series(1, $1)
$$;

CREATE FUNCTION any_value(kind text) RETURNS numeric LANGUAGE sql VOLATILE AS $$
    SELECT CASE
        WHEN pg_catalog.random() < 0.1 THEN NULL
        WHEN pg_catalog.random() < 0.1 THEN 0
        ELSE (CASE WHEN pg_catalog.random() < 0.3 THEN '-' ELSE '' END ||
              CASE kind
                  WHEN 'whole' THEN any_digits(3) || '0'
                  WHEN 'mixed' THEN any_digits(4) || '0.' || any_digits(floor(7 * pg_catalog.random())::int)
                  WHEN 'long' THEN '7' || any_digits(39)
                  WHEN 'edge64' THEN '9223372036854775' || any_digits(3)
                  WHEN 'edge126' THEN '8507059173023461586436507423' || any_digits(10)
                  WHEN 'tiny' THEN '0.000000000000000' || any_digits(floor(10 * pg_catalog.random())::int)
                  WHEN 'deep' THEN any_digits(2) || '0.' || any_digits(floor(60 * pg_catalog.random())::int)
                  WHEN 'far' THEN any_digits(1 + floor(70 * pg_catalog.random())::int) || '.' || any_digits(floor(70 * pg_catalog.random())::int) || '0'
              END)::numeric
    END
$$;

INSERT INTO fact (kind, unit, value, weight)
SELECT kind, any_unit(), any_value(kind),
       CASE WHEN random() < 0.2 THEN NULL WHEN random() < 0.1 THEN 0 ELSE abs(any_value(kind)) END
  FROM unnest(ARRAY['whole', 'mixed', 'long', 'edge64', 'edge126', 'tiny', 'deep', 'far']) kind,
       generate_series(1, 500);
INSERT INTO fact (kind, unit, value, weight)
SELECT 'all', unit, value, weight FROM fact;
ANALYZE fact;

CREATE VIEW by_closure AS
SELECT kind, a.unit, count(value) AS n, count(value) FILTER (WHERE f.unit = a.unit) AS own,
       sum(value) AS total, avg(value) AS mean,
       sum(value * weight) / nullif(sum(weight) FILTER (WHERE value IS NOT NULL), 0) AS weighted_mean,
       sum(weight) FILTER (WHERE value IS NOT NULL) AS weight,
       min(value) AS minimum, max(value) AS maximum
  FROM fact f, pg_catalog.unnest(ancestors(f.unit)) a(unit)
 GROUP BY kind, a.unit;

CREATE VIEW by_rollup AS
SELECT kind, r.*
  FROM (SELECT kind, unit_rollup(unit, value, weight) AS s FROM fact GROUP BY kind) x, governance.unnest(s) r;

-- Texts, so that the decimals printed are compared too; min() and max() print those of
-- whichever row came first, ours those of the total.
CREATE FUNCTION rows_agree(asked text) RETURNS text LANGUAGE sql AS $$
    SELECT results_eq(
        format('SELECT unit::text COLLATE "C", n, own, total::text, mean::text, weighted_mean::text, weight::text,
                       minimum, maximum, scale(minimum) = scale(total), scale(maximum) = scale(total)
                  FROM by_rollup WHERE kind = %L', asked),
        format('SELECT unit::text COLLATE "C", n, own, total::text, mean::text, weighted_mean::text, weight::text,
                       minimum, maximum, n > 0 OR NULL, n > 0 OR NULL
                  FROM by_closure WHERE kind = %L ORDER BY 1', asked),
        asked || ': rows and their order are those of GROUP BY over the closure')
$$;
SELECT rows_agree(kind)
  FROM unnest(ARRAY['whole', 'mixed', 'long', 'edge64', 'edge126', 'tiny', 'deep', 'far', 'all']) kind;

SELECT ok(bool_and(wide), 'kinds that are meant to be wide are, and the others are not')
  FROM (SELECT kind, (max(length(trim_scale(abs(total))::text)) > 38) = (kind IN ('long', 'edge126', 'deep', 'far', 'all')) AS wide
          FROM by_rollup GROUP BY kind) k;

-- Without weights.
SELECT is_empty($$
    SELECT * FROM (SELECT kind, unit_rollup(unit, value) AS s FROM fact GROUP BY kind) x, governance.unnest(s) r
     WHERE r.weight IS NOT NULL OR r.weighted_mean IS NOT NULL$$, 'no weights, no weighted mean');
SELECT results_eq($$
    SELECT kind, r.unit::text, r.n, r.own, r.total::text, r.mean::text, r.minimum, r.maximum
      FROM (SELECT kind, unit_rollup(unit, value) AS s FROM fact GROUP BY kind ORDER BY kind) x, governance.unnest(s) r$$, $$
    SELECT kind, unit::text, n, own, total::text, mean::text, minimum, maximum FROM by_rollup ORDER BY kind, unit$$,
    'the plain aggregate gives the same amounts as the weighted one');

-- lookup() gives what unnest() gives.
SELECT is_empty($$
    SELECT * FROM (SELECT kind, unit_rollup(unit, value, weight) AS s FROM fact GROUP BY kind) x, governance.unnest(s) r
     WHERE lookup(s, r.unit)::text IS DISTINCT FROM r::text$$, 'lookup() of every unit is its row');
SELECT is(lookup(unit_rollup(unit, value), 'nowhere'), NULL, 'lookup() of a unit that is not in it is NULL') FROM fact;
SELECT is(lookup('{a.b=1:5}', 'a.b.c'), NULL, 'lookup() below a unit that is in it is NULL');
SELECT is(lookup('{a.b=1:5}', 'a')::text, '(a,1,0,5,5.0000000000000000,,,5,5)', 'lookup() of an ancestor');
SELECT is(lookup('{a.b=1:5, a_b=1:7, a1=1:9}', 'a')::text, '(a,1,0,5,5.0000000000000000,,,5,5)',
          'a unit is no ancestor of one that only begins with its letters');

-- ---------- order, splits, round trips ----------

CREATE TABLE whole AS SELECT kind, unit_rollup(unit, value, weight) AS s FROM fact GROUP BY kind;

CREATE FUNCTION shuffled(asked text) RETURNS bytea LANGUAGE sql VOLATILE AS $$
    SELECT unit_rollup_send(unit_rollup(unit, value, weight ORDER BY pg_catalog.random())) FROM fact WHERE kind = asked
$$;
SELECT is_empty($$SELECT 1 FROM whole, generate_series(1, 5) WHERE shuffled(kind) <> unit_rollup_send(s)$$,
                'rows in random order give equal bytes');

CREATE FUNCTION split(asked text, parts int, OUT merged unit_rollup, OUT added unit_rollup, OUT texts unit_rollup)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    part unit_rollup;
BEGIN
    CREATE TEMP TABLE part_of AS
        SELECT p, unit_rollup(unit, value, weight) AS s
          FROM (SELECT *, floor(parts * random())::int AS p FROM fact WHERE kind = asked) f GROUP BY p;
    SELECT unit_rollup(s ORDER BY random()), unit_rollup(s::text::unit_rollup ORDER BY random())
      INTO merged, texts FROM part_of;
    added := '{}';
    FOR part IN SELECT s FROM part_of ORDER BY random() LOOP
        added := CASE WHEN random() < 0.5 THEN added + part ELSE part + added END;
    END LOOP;
    DROP TABLE part_of;
END $$;
SELECT is_empty($$
    SELECT kind, parts FROM whole, generate_series(1, 9, 2) parts, split(kind, parts) x
     WHERE unit_rollup_send(merged) <> unit_rollup_send(s) OR unit_rollup_send(added) <> unit_rollup_send(s)
        OR unit_rollup_send(texts) <> unit_rollup_send(s)$$,
    'random splits merged by the aggregate, by + and through text give equal bytes');
SELECT is_empty($$SELECT 1 FROM whole WHERE s::text::unit_rollup <> s$$, 'text is lossless');
SELECT is_empty($$SELECT 1 FROM whole a, whole b WHERE a.s + b.s <> b.s + a.s$$, '+ is commutative');
SELECT is_empty($$SELECT 1 FROM whole a, whole b, whole c WHERE a.kind < b.kind AND b.kind < c.kind AND (a.s + b.s) + c.s <> a.s + (b.s + c.s)$$, '+ is associative');
SELECT is_empty($$SELECT 1 FROM whole WHERE s + '{}' <> s OR '{}' + s <> s$$, 'the empty state adds nothing');
SELECT is_empty($$SELECT 1 FROM whole a, whole b WHERE (a.s = b.s) <> (a.kind = b.kind) OR (a.s = b.s) = (a.s <> b.s)$$,
                '= and <> tell contents apart');
SELECT is((SELECT count(*)::int FROM (SELECT s FROM whole UNION SELECT s::text::unit_rollup FROM whole) x), 9,
          'equal states hash alike');
SELECT is((SELECT unit_rollup(s)::text FROM whole), (SELECT unit_rollup(unit, value, weight)::text FROM fact),
          'states of different kinds merge to that of all rows');

-- Large states are merged side by side, small ones unit by unit.
CREATE TABLE large_fact AS
SELECT i % 19 AS part, ('L' || j % 41 || '.' || j)::unitcode AS unit,
       CASE WHEN i % 7 = 0 THEN NULL WHEN j % 211 = 0 THEN 1e36 * i WHEN j % 5 = 0 THEN i * 0.001 ELSE i - 100000 END AS value,
       CASE WHEN j % 3 = 0 THEN i % 4 WHEN j % 1001 = 0 THEN 1e40 END AS weight
  FROM (SELECT i, CASE WHEN i % 19 < 17 THEN i * 7919 % 40000 ELSE i % 50 END AS j FROM generate_series(1, 270000) i) x;
CREATE TABLE large AS SELECT part, unit_rollup(unit, value, weight) AS s FROM large_fact GROUP BY part;
CREATE TABLE large_whole AS SELECT unit_rollup(unit, value, weight ORDER BY part) AS s FROM large_fact;
SELECT ok(count(*) FILTER (WHERE n > 12000) = 17 AND count(*) FILTER (WHERE n < 100) = 2, 'seventeen of the parts are large, two are small')
  FROM (SELECT count(*) AS n FROM large, governance.unnest(s) GROUP BY part) x;
SELECT is((SELECT count(*)::int FROM large_whole, generate_series(1, 4) i
            WHERE s = (SELECT unit_rollup(l.s ORDER BY hashint4(l.part + i)) FROM large l)), 4, 'large and small states merge to that of all rows, in any order');
SELECT is_empty($$
    SELECT p FROM generate_series(0, 18) p
     WHERE (SELECT unit_rollup_send(a.s + b.s) FROM large a, large b WHERE a.part = p AND b.part = (p + 11) % 19)
        <> (SELECT unit_rollup_send(unit_rollup(unit, value, weight)) FROM large_fact WHERE part IN (p, (p + 11) % 19))$$, '+ of large states');
SELECT results_eq($$SELECT r.unit::text, r.n, r.own, r.total::text, r.weighted_mean::text FROM (SELECT unit_rollup(s) AS s FROM large) x, governance.unnest(s) r WHERE depth(r.unit) = 1$$,
                  $$SELECT r.unit::text, r.n, r.own, r.total::text, r.weighted_mean::text FROM large_whole, governance.unnest(s) r WHERE depth(r.unit) = 1$$, 'merged ones are read out');
SELECT is_empty($$
    SELECT part FROM (SELECT part, unit_rollup(s) OVER (ORDER BY part) AS s FROM large) x
     WHERE part % 3 = 2 AND s <> (SELECT unit_rollup(unit, value, weight) FROM large_fact f WHERE f.part <= x.part)$$, 'a growing frame of large states');
CREATE FUNCTION added_one_by_one() RETURNS unit_rollup LANGUAGE plpgsql AS $$
DECLARE
    kept unit_rollup := '{}';
    part unit_rollup;
BEGIN
    FOR part IN SELECT s FROM large ORDER BY hashint4(large.part) LOOP
        kept := kept + part;
        IF lookup(kept, 'L7') IS NULL THEN
            RAISE EXCEPTION 'L7 is in each of them';
        END IF;
    END LOOP;
    RETURN unit_rollup_accum(kept, 'L7.added', 1, 1);
END $$;
SELECT is(unit_rollup_send(added_one_by_one()), (SELECT unit_rollup_send(s + '{L7.added=1:1@1:1}') FROM large_whole), 'large states in a variable');
-- Two large states wait to be merged, which fails at a: it fails whenever it is asked for.
CREATE FUNCTION asked_again(ways int[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    kept unit_rollup;
    found text;
BEGIN
    SELECT ('{a=1:' || repeat('9', 131072) || ', ' || string_agg('b' || i || '=1:1', ', ') || '}')::unit_rollup INTO kept FROM generate_series(1, 10000) i;
    kept := kept + kept;
    FOR i IN 1..array_length(ways, 1) LOOP
        BEGIN
            CASE ways[i]
                WHEN 1 THEN found := concat_ws(' ', found, (lookup(kept, 'b1')).total);
                WHEN 2 THEN found := concat_ws(' ', found, length(kept::text));
                WHEN 3 THEN found := concat_ws(' ', found, (kept + '{b1=1:1}') IS NOT NULL);
                WHEN 4 THEN found := concat_ws(' ', found, (unit_rollup_accum(kept, 'b1', 1)) IS NOT NULL);
            END CASE;
        EXCEPTION WHEN numeric_value_out_of_range THEN
            found := concat_ws(' ', found, 'refused');
        END;
    END LOOP;
    RETURN found;
END $$;
SELECT is(asked_again(ARRAY[way, 1, 2]), CASE WHEN way < 3 THEN 'refused' ELSE 't' END || ' refused refused', 'an error while large states are merged leaves them as they were, ' || way)
  FROM generate_series(1, 4) way;
-- So does a row that waits in an aggregate: read by a final function, which goes on after the error.
CREATE FUNCTION read_twice(s unit_rollup) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    FOR i IN 1..2 LOOP
        BEGIN
            found := concat_ws(' ', found, (lookup(s, 'a')).n);
        EXCEPTION WHEN numeric_value_out_of_range THEN
            found := concat_ws(' ', found, 'refused');
        END;
    END LOOP;
    RETURN found;
END $$;
CREATE AGGREGATE read_twice(unitcode, numeric) (SFUNC = unit_rollup_accum, STYPE = unit_rollup, FINALFUNC = read_twice);
SELECT is(read_twice('a', v), 'refused refused', 'a row whose sum is out of range is not left out')
  FROM (VALUES (repeat('9', 131072)::numeric), (1)) x(v);
-- And reading takes nothing from them.
CREATE FUNCTION read_often() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    kept unit_rollup;
    found text := '';
BEGIN
    SELECT a.s + b.s INTO kept FROM large a, large b WHERE a.part = 1 AND b.part = 2;
    FOR i IN 1..3 LOOP
        found := concat_ws(' ', found, (lookup(kept, 'L7')).n, (lookup(kept + '{L7.added=2:2:1:1}', 'L7')).n,
                           (SELECT n FROM governance.unnest(kept) WHERE unit = 'L7'), length(kept::text), hashtext(kept::text));
    END LOOP;
    RETURN found;
END $$;
SELECT is(read_often(), (SELECT repeat(concat_ws(' ', '', n, n + 2, n, length(s::text), hashtext(s::text)), 3)
                           FROM (SELECT unit_rollup(unit, value, weight) AS s FROM large_fact WHERE part IN (1, 2)) x, lookup(s, 'L7')),
          'large states in a variable can be read often');

-- ---------- plans ----------

CREATE FUNCTION plan_has(query text, wanted text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        IF line ~ wanted THEN RETURN true; END IF;
    END LOOP;
    RETURN false;
END $$;

SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_leader_participation = off;

SELECT ok(plan_has('SELECT unit_rollup(unit, value, weight) FROM fact', 'Partial Aggregate'), 'plain aggregation is parallel');
SELECT is(unit_rollup(unit, value, weight)::text, (SELECT unit_rollup(s)::text FROM whole), 'and gives the same')
  FROM fact;
SET LOCAL enable_sort = off;
SELECT ok(plan_has('SELECT kind, unit_rollup(unit, value, weight) FROM fact GROUP BY kind', 'Partial HashAggregate'),
          'hashed aggregation is parallel');
SELECT results_eq('SELECT kind, unit_rollup_send(unit_rollup(unit, value, weight)) FROM fact GROUP BY kind ORDER BY kind',
                  'SELECT kind, unit_rollup_send(s) FROM whole ORDER BY kind', 'and gives the same');
SET LOCAL enable_sort = on;
SET LOCAL enable_hashagg = off;
SELECT ok(plan_has('SELECT kind, unit_rollup(unit, value, weight) FROM fact GROUP BY kind', 'Partial GroupAggregate'),
          'sorted aggregation is parallel');
SELECT results_eq('SELECT kind, unit_rollup_send(unit_rollup(unit, value, weight)) FROM fact GROUP BY kind ORDER BY kind',
                  'SELECT kind, unit_rollup_send(s) FROM whole ORDER BY kind', 'and gives the same');
SET LOCAL enable_hashagg = on;
SELECT ok(plan_has('SELECT unit_rollup(s) FROM whole', 'Partial Aggregate'), 'merging is parallel');
SELECT is((SELECT unit_rollup(s)::text FROM whole), (SELECT unit_rollup(s::text::unit_rollup)::text FROM whole),
          'and gives the same');
SELECT ok(plan_has('SELECT unit_rollup(unit, value) FROM fact WHERE id + 0 < 0', 'Partial Aggregate'), 'no rows, in parallel');
SELECT is(unit_rollup(unit, value), NULL, 'no rows, in parallel: NULL') FROM fact WHERE id + 0 < 0;
SELECT is((SELECT btrim(unit_rollup(unit, value)::text, '{}') FROM fact WHERE value IS NULL),
          (SELECT string_agg(unit::text || '=0', ', ' ORDER BY unit) FROM (SELECT DISTINCT unit FROM fact WHERE value IS NULL) u),
          'values all NULL, in parallel: units occur');

CREATE TABLE parted (LIKE fact) PARTITION BY HASH (unit);
CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO parted SELECT * FROM fact;
ANALYZE parted;
SET LOCAL enable_partitionwise_aggregate = on;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT ok(plan_has('SELECT kind, unit_rollup(unit, value, weight) FROM parted GROUP BY kind', 'Partial (Hash|Group)?Aggregate'),
          'partition-wise aggregation is partial');
SELECT results_eq('SELECT kind, unit_rollup_send(unit_rollup(unit, value, weight)) FROM parted GROUP BY kind ORDER BY kind',
                  'SELECT kind, unit_rollup_send(s) FROM whole ORDER BY kind', 'and gives the same');
SELECT ok(plan_has('SELECT unit, unit_rollup(unit, value, weight) FROM parted GROUP BY unit', 'Append'),
          'partition-wise by the partition key');
SELECT is((SELECT unit_rollup(s)::text FROM (SELECT unit_rollup(unit, value, weight) AS s FROM parted GROUP BY unit) x),
          (SELECT unit_rollup(s)::text FROM whole), 'and gives the same');

-- Spilling to disk, and very many groups.
SET LOCAL work_mem = '64kB';
SELECT is((SELECT count(*)::int
             FROM (SELECT kind, id % 500 AS k, unit_rollup(unit, value, weight) AS s FROM fact GROUP BY 1, 2) x
             JOIN (SELECT kind, id % 500 AS k, unit_rollup(unit, value, weight ORDER BY id) AS s FROM fact GROUP BY 1, 2) y
            USING (kind, k, s)),
          (SELECT count(DISTINCT (kind, id % 500))::int FROM fact), 'groups beyond work_mem are the same as sorted ones');
RESET work_mem;

-- Groups that know many units of a large dictionary, few of it, and in between.
CREATE TABLE many AS
SELECT i, ('p' || i % 31 || '.c' || i * 7919 % 2003)::unitcode AS unit, (i * 31 % 10007 - 5000) * 0.01 AS value,
       CASE WHEN i % 2 = 0 THEN 'half' WHEN i % 3 = 0 THEN 'third' WHEN i % 500 = 1 THEN 'few' ELSE 'g' || i % 40 END AS g
  FROM generate_series(1, 60000) i;
CREATE VIEW many_wrong AS
SELECT g, unit::text COLLATE "C" AS unit, n, total, minimum, maximum
  FROM (SELECT g, unit_rollup(unit, value) AS s FROM many GROUP BY g) x, governance.unnest(s)
EXCEPT
SELECT g, a.unit::text COLLATE "C", count(*), sum(value), min(value), max(value)
  FROM many m, pg_catalog.unnest(ancestors(m.unit)) a(unit) GROUP BY 1, 2;
SELECT is_empty('SELECT * FROM many_wrong', 'large and small groups in one hashed aggregation');
SELECT is((SELECT count(*) FROM (SELECT unit_rollup(unit, value) AS s FROM many GROUP BY g) x, governance.unnest(s)),
          (SELECT count(DISTINCT (g, a.unit)) FROM many m, pg_catalog.unnest(ancestors(m.unit)) a(unit)), 'with all their rows');
SELECT results_eq($$
    SELECT g, i % 2, unit_rollup(unit, value)::text FROM many GROUP BY GROUPING SETS ((g), (i % 2), ()) ORDER BY 1, 2$$, $$
    SELECT g, NULL::int, unit_rollup(unit, value)::text FROM many GROUP BY g UNION ALL
    SELECT NULL, i % 2, unit_rollup(unit, value)::text FROM many GROUP BY i % 2 UNION ALL
    SELECT NULL, NULL, unit_rollup(unit, value)::text FROM many ORDER BY 1, 2$$, 'grouping sets');
-- Groups that know all of a small dictionary, little of it when others have made it large,
-- and again much of it; with weights, and with amounts that do not stay small.
CREATE TABLE waves AS
SELECT phase, g, ('w' || j % 7 || '.' || j)::unitcode AS unit,
       CASE WHEN (i + g) % 11 = 0 THEN 12345678901234567890123.5 WHEN i % 13 = 0 THEN 0.5 ELSE i * g END AS value,
       CASE WHEN i % 3 = 0 THEN i % 5 END AS weight
  FROM (SELECT 1 AS phase, i, g, i AS j FROM generate_series(1, 600) i, generate_series(1, 3) g
        UNION ALL SELECT 2, i, 9, i FROM generate_series(1, 20000) i
        UNION ALL SELECT 3, i, g, 18000 + i FROM generate_series(1, 50) i, generate_series(1, 3) g
        UNION ALL SELECT 4, i, g, i * 2 FROM generate_series(1, 9000) i, generate_series(1, 2) g) x;
CREATE VIEW waves_wrong AS
SELECT g, r.unit::text COLLATE "C" AS unit, n, total, mean, weight, weighted_mean, minimum, maximum
  FROM (SELECT g, unit_rollup(unit, value, weight) AS s FROM (SELECT * FROM waves ORDER BY phase) x GROUP BY g) y, governance.unnest(s) r
EXCEPT
SELECT g, a.unit::text COLLATE "C", count(*), sum(value), avg(value), sum(weight),
       sum(value * weight) / nullif(sum(weight), 0), min(value), max(value)
  FROM waves w, pg_catalog.unnest(ancestors(w.unit)) a(unit) GROUP BY 1, 2;
SELECT is_empty('SELECT * FROM waves_wrong', 'groups that are a large part of the dictionary now, and a small one then');
SELECT is((SELECT count(*) FROM (SELECT unit_rollup(unit, value) AS s FROM waves GROUP BY g) x, governance.unnest(s)),
          (SELECT count(DISTINCT (g, a.unit)) FROM waves w, pg_catalog.unnest(ancestors(w.unit)) a(unit)), 'with all their rows');

-- Memory is that of a group's own units, even if it once knew all of the dictionary.
CREATE TABLE sparse AS
SELECT i % 100 AS g, ('p' || j % 31 || '.c' || j)::unitcode AS unit, i AS value
  FROM (SELECT i, CASE WHEN i < 30000 THEN i / 100 ELSE i END AS j FROM generate_series(1, 300000) i) x;
ANALYZE sparse;
CREATE FUNCTION peak_memory(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, FORMAT json) ' || query INTO plan;
    RETURN (plan #>> '{0,Plan,Peak Memory Usage}')::bigint;
END $$;
SELECT cmp_ok(peak_memory('SELECT g, unit_rollup(unit, value) FROM sparse GROUP BY g'), '<', 40000::bigint,
              'a hundred groups of 3 300 units among 300 000 take less than 40 MB');

-- Were the cost of a group to grow with the number of groups, this would take minutes.
SET LOCAL statement_timeout = '60s';
SET LOCAL work_mem = '1GB';
SELECT is((SELECT count(s)::int FROM (SELECT unit_rollup(unit, value) AS s FROM many GROUP BY i) x), 60000,
          'very many groups at once');
RESET work_mem;
RESET statement_timeout;

-- ---------- as a window function ----------

SELECT results_eq($$
    SELECT id, unit_rollup(unit, value) OVER (ORDER BY id)::text FROM fact WHERE id <= 60 ORDER BY id$$, $$
    SELECT id, (SELECT unit_rollup(f.unit, f.value)::text FROM fact f WHERE f.id <= g.id) FROM fact g WHERE id <= 60 ORDER BY id$$,
    'a growing frame: results handed out do not change');
SELECT results_eq($$
    SELECT id, unit_rollup(unit, value) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING)::text FROM fact WHERE id <= 60 ORDER BY id$$, $$
    SELECT id, (SELECT unit_rollup(f.unit, f.value)::text FROM fact f WHERE f.id BETWEEN g.id - 2 AND least(g.id + 1, 60)) FROM fact g WHERE id <= 60 ORDER BY id$$,
    'a moving frame');
SELECT is_empty($$
    SELECT 1 FROM (SELECT array_agg(s ORDER BY id) AS all_s
                     FROM (SELECT id, unit_rollup(unit, value) OVER (ORDER BY id) AS s FROM fact WHERE id <= 60) x) y,
         generate_series(1, 60) i
     WHERE all_s[i] <> (SELECT unit_rollup(unit, value) FROM fact WHERE id <= i)$$,
    'results kept are those of their rows');

-- ---------- outliving the query ----------

CREATE FUNCTION keep() RETURNS unit_rollup LANGUAGE plpgsql AS $$
DECLARE
    kept unit_rollup;
    copied unit_rollup;
    seen text;
BEGIN
    SELECT a.s + b.s INTO kept FROM whole a, whole b WHERE a.kind = 'whole' AND b.kind = 'far';
    kept := kept + '{kept=1:1}';
    copied := kept;
    seen := kept::text;
    kept := kept + '{kept=1:1}';
    IF copied::text <> seen OR copied = kept THEN
        RAISE EXCEPTION 'a copy changed with its original';
    END IF;
    BEGIN
        kept := kept + (SELECT unit_rollup(unit, value / 0) FROM fact);
        RAISE EXCEPTION 'not reached';
    EXCEPTION WHEN division_by_zero THEN
        NULL;
    END;
    RETURN kept;
END $$;
SELECT is(lookup(keep(), 'kept')::text, '(kept,2,2,2,1.00000000000000000000,,,1,1)', 'a variable outlives the query that made its state');
SELECT is(keep(), (SELECT unit_rollup(s) FROM whole WHERE kind IN ('whole', 'far')) + '{kept=2:2:1:1}', 'and is right');

CREATE TABLE stored (s unit_rollup);
INSERT INTO stored
SELECT unit_rollup(('u' || i % 97 || '.' || md5(i::text))::unitcode, i * 1.25) FROM generate_series(1, 100000) i;
SELECT ok(pg_column_size(s) > 1000000, 'a large state is stored outside its row') FROM stored;
SELECT is((SELECT string_agg(r.unit::text || ' ' || r.n || ' ' || r.total, ';') FROM stored, governance.unnest(s) r WHERE depth(r.unit) = 1),
          (SELECT string_agg(u || ' ' || n || ' ' || t, ';' ORDER BY u COLLATE "C")
             FROM (SELECT 'u' || i % 97 AS u, count(*) AS n, sum(i * 1.25) AS t FROM generate_series(1, 100000) i GROUP BY 1) x),
          'and read again');

-- ---------- means ----------

-- Few and many values, sums of few and many digits: the mean has the digits and decimals of avg().
CREATE TABLE mean_of AS
SELECT unit, v * 10 ^ e AS value
  FROM (SELECT ('m' || n || '.' || s || '.' || e + 40)::unitcode AS unit, e::numeric, n, s,
               round((pg_catalog.random() * 2 - 1)::numeric * 10 ^ s::numeric, s) AS v
          FROM unnest(ARRAY[1, 2, 3, 9, 70]) n, generate_series(1, n), generate_series(0, 18, 3) s, generate_series(-20, 12, 4) e) x;
INSERT INTO mean_of
SELECT ('z' || i)::unitcode, ('0.' || repeat('0', 990 + i * 5) || '7')::numeric FROM generate_series(1, 12) i;
SELECT is_empty($$
    SELECT r.unit, r.mean, m.mean
      FROM (SELECT unit_rollup(unit, value) AS s FROM mean_of) x, governance.unnest(s) r
      JOIN (SELECT unit, avg(value) AS mean FROM mean_of GROUP BY unit) m USING (unit)
     WHERE r.mean::text <> m.mean::text$$, 'means are those of avg(), to the last decimal');

-- ---------- limits of numeric ----------

CREATE TABLE extreme AS
SELECT unit_rollup(u, v, w) AS s
  FROM (VALUES ('a'::unitcode, ('9' || repeat('0', 131071))::numeric, 1::numeric),
               ('a.b', ('-8' || repeat('0', 131071))::numeric, 0),
               ('a.b', ('0.' || repeat('0', 16382) || '1')::numeric, 2),
               ('a.c', ('0.' || repeat('0', 16382) || '0')::numeric, NULL)) v(u, v, w);
SELECT ok(r.total = ('1' || repeat('0', 131071))::numeric + ('0.' || repeat('0', 16382) || '1')::numeric AND scale(r.total) = 16383
          AND r.minimum = ('-8' || repeat('0', 131071))::numeric AND scale(r.minimum) = 16383,
          '131 072 digits before the point and 16 383 behind stay exact')
  FROM extreme, lookup(s, 'a') r;
SELECT ok(s::text::unit_rollup = s, 'and go through text') FROM extreme;
SELECT is((SELECT unit_rollup(s)::text FROM generate_series(1, 3) i, LATERAL (SELECT ('{a=9000000:0:-' || i || ':' || i || ', b=1:' || i || '}')::unit_rollup AS s) x),
          '{a=27000000:0:-3:3, b=3:6:1:3}', 'counts of more than 24 bits');
SELECT is((SELECT unit_rollup(u, v)::text FROM (VALUES ('a'::unitcode, ('0.' || repeat('0', 299) || '7')::numeric), ('a', 1), ('b', 2), ('b', ('0.' || repeat('0', 299))::numeric)) x(u, v)),
          format('{a=2:1.%s7:0.%s7:1.%s0, b=2:2.%s:0.%s:2.%s}', repeat('0', 299), repeat('0', 299), repeat('0', 299), repeat('0', 299), repeat('0', 299), repeat('0', 299)),
          'scales of more than 8 bits');
SELECT is((SELECT unit_rollup(u, v)::text FROM (VALUES ('a'::unitcode, 1e40), ('a', -1e40)) x(u, v)),
          '{a=2:0:-10000000000000000000000000000000000000000:10000000000000000000000000000000000000000}',
          'a sum that becomes small again');
SELECT is((SELECT unit_rollup(s)::text FROM (VALUES ('{a=1:10000000000000000000000000000000000000000}'::unit_rollup), ('{}')) x(s)),
          '{a=1:10000000000000000000000000000000000000000}', 'a wide value merged');

-- ---------- numeric's layout ----------

-- Every value goes through our reading and writing of it.
SELECT is_empty($$
    SELECT v FROM (
        SELECT (sign || lead || repeat('0', zeros) || CASE WHEN digits > 0 THEN '.' || repeat('0', digits - 1) || tail ELSE '' END)::numeric AS v
          FROM unnest(ARRAY['', '-']) sign, unnest(ARRAY['0', '1', '9999', '10000', '1234567', '99999999999999999999', '123456789012345678901234567890123456']) lead,
               unnest(ARRAY[0, 1, 3, 4, 5, 17, 40, 300]) zeros, unnest(ARRAY[0, 1, 2, 3, 4, 5, 8, 16, 37, 38, 62, 63, 64, 65, 300]) digits, unnest(ARRAY['0', '1', '9']) tail) x
     WHERE (lookup(governance.unit_rollup_accum(NULL, 'u', v), 'u')).total::text <> v::text
        OR (lookup(governance.unit_rollup_accum(NULL, 'u', v)::text::unit_rollup, 'u')).total::text <> v::text
        OR numeric_send((lookup(governance.unit_rollup_accum(NULL, 'u', v), 'u')).total) <> numeric_send(v)$$,
    'numerics of all layouts come back as they went in');

-- ---------- hostile text and bytes ----------

-- From 16 on without an exception, as COPY ... ON_ERROR and pg_input_is_valid() ask.
CREATE FUNCTION refused(input text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    valid boolean;
BEGIN
    IF current_setting('server_version_num')::int >= 160000 THEN
        EXECUTE format('SELECT pg_input_is_valid(%L, %L)', input, 'governance.unit_rollup') INTO valid;
        RETURN NOT valid;
    END IF;
    PERFORM input::governance.unit_rollup;
    RETURN false;
EXCEPTION WHEN invalid_text_representation OR numeric_value_out_of_range THEN
    RETURN current_setting('server_version_num')::int < 160000;
END $$;
SELECT is_empty($$
    SELECT t FROM unnest(ARRAY['', 'a=1:1', '{a}', '{a=}', '{a=1}', '{a=1:}', '{a=1:1e5}', '{a=1:.5}', '{a=2:3}', '{a=2:3:1}', '{a=2:3:1:}', '{a=2:3:1:2.0}',
                               '{a=2:3:2:1}', '{a=2:4:1:2}', '{a=0@1:1}', '{a=1:1@}', '{a=1:1@1}', '{a=1:1@-1:-1}', '{a=1:1, a=1:1}', '{a=1:1,}', '{a=1:1} x',
                               '{a..b=1:1}', '{a=1234567890123456789:1:1:1}', '{a=-1:1}', '{', '{a=1:1']) t
     WHERE NOT refused(t)$$, 'text that is none is refused');
-- Were each number to look at all of the text, this would take minutes.
SET LOCAL statement_timeout = '20s';
SELECT is((SELECT count(*)::int FROM (SELECT ('{' || string_agg('u' || i || '=1:1' || repeat('0', 40), ',') || '}')::unit_rollup AS s FROM generate_series(1, 100000) i) x,
                  governance.unnest(s)), 100000, 'text of very many long numbers');
RESET statement_timeout;
SELECT throws_ok(format('SELECT ''{a=1:0.%s}''::unit_rollup', repeat('0', 16384)), '22003', NULL, 'more decimals than numeric has are out of its range');
SELECT is(('{a=1:0.' || repeat('0', 16383) || '}')::unit_rollup IS NULL, false, 'and as many are not');
SELECT ok(refused('{a=1:0.' || repeat('0', 16384) || '}'), 'from 16 on softly');
SELECT ok(NOT refused('{}') AND NOT refused('{a=1:1}'), 'text that is one is not');

CREATE TABLE received (s unit_rollup);
-- Feeds bytes to the receive function by way of a binary COPY.
CREATE FUNCTION receive(bytes bytea, OUT error text, OUT state unit_rollup) LANGUAGE plpgsql AS $$
DECLARE
    file text := current_setting('data_directory') || '/governance_rollup_test.bin';
    message oid;
BEGIN
    DELETE FROM received;
    message := lo_from_bytea(0, '\x5047434f50590aff0d0a00' || int4send(0) || int4send(0) || int2send(1::smallint)
                                || int4send(length(bytes)) || bytes || int2send((-1)::smallint));
    PERFORM lo_export(message, file);
    PERFORM lo_unlink(message);
    EXECUTE format('COPY received FROM %L (FORMAT binary)', file);
    SELECT s INTO state FROM received;
EXCEPTION WHEN invalid_binary_representation OR numeric_value_out_of_range THEN
    error := sqlstate;
END $$;

SELECT is_empty($$SELECT kind FROM whole, receive(unit_rollup_send(s)) r WHERE r.state IS DISTINCT FROM s$$,
                'binary COPY is lossless');

CREATE TABLE image AS
SELECT unit_rollup_send('{33=0, 33.01=2:15.5:3.0:12.5@3.5:24.75, 33.02=1:-1.25, 44.1.2=3:9:-1:7@0:0, 5=1:12345678901234567890123456789012345678901234567890.5@3:37037036703703703670370370367037037036703703703671.5}'::unit_rollup) AS bytes;

-- A changed image either is refused, or is the one image of what it says.
CREATE FUNCTION refused_or_canonical(bytes bytea) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    r record;
BEGIN
    r := receive(bytes);
    RETURN r.error IS NOT NULL
        OR unit_rollup_send(r.state) = bytes AND unit_rollup_send(r.state::text::unit_rollup) = bytes
           AND unit_rollup_send(r.state + '{}') = bytes
           AND (SELECT count(*) >= 0 FROM governance.unnest(r.state));
END $$;
SELECT is_empty($$
    SELECT i, b FROM image, generate_series(0, length(bytes) - 1) i,
           unnest(ARRAY[1, 2, 4, 8, 16, 32, 64, 128, 255]) b
     WHERE NOT refused_or_canonical(set_byte(bytes, i, get_byte(bytes, i) # b))$$, 'no changed byte gives another state''s bytes');
SELECT is_empty($$SELECT i FROM image, generate_series(0, length(bytes) - 1) i WHERE (receive(substr(bytes, 1, i))).error IS NULL$$,
                'no shortened image is taken');
SELECT isnt((receive(bytes || '\x00')).error, NULL, 'nor one with a byte more') FROM image;
SELECT is((receive('\x0200')).error, '22P03', 'another version is refused');
SELECT is((receive('\x01ffffffffffffffffff01')).error, '22P03', 'a count beyond the bytes is refused');
SELECT is((receive('\x010100026161f8ffffffffffffffff01')).error, '22P03', 'a count of values out of range is refused');
SELECT is((receive('\x01010002612d00')).error, '22P03', 'a bad code is refused');
SELECT is((receive('\x0102000162000001610000')).error, '22P03', 'codes out of order are refused');
SELECT is((receive('\x010100016109000000010005')).error, '22P03', 'a small amount given as a wide one is refused');
SELECT is((receive('\x0101000161090000feff03ffffffff0f')).error, '22P03', 'more digits than bytes are refused');
SELECT is((receive('\x010100016109000014012710')).error, '22P03', 'a digit of 10000 is refused');

-- Wide amounts that no rows could have.
SELECT is_empty($$
    SELECT left(t, 80) FROM unnest(ARRAY[
        '{a=3:100000000000000000000000000000000000000000:1:2}',
        '{a=3:-100000000000000000000000000000000000000000:1:2}',
        '{a=3:5:1:100000000000000000000000000000000000000000, b=1:1, a=1:1}',
        '{a=3:29999999999999999999999999999999999999999.9:10000000000000000000000000000000000000000.0:10000000000000000000000000000000000000002.0}',
        '{a=3:30000000000000000000000000000000000000006.1:10000000000000000000000000000000000000000.0:10000000000000000000000000000000000000002.0}',
        '{a=3:60000000000000000000000000000000000000:20000000000000000000000000000000000001:20000000000000000000000000000000000002}',
        '{a=2:30000000000000000000000000000000000000001:10000000000000000000000000000000000000000:20000000000000000000000000000000000000000}',
        '{a=2:1:' || repeat('9', 131072) || ':' || repeat('9', 131072) || '}',
        '{a=3:' || repeat('9', 131072) || ':1:' || repeat('9', 131072) || '}',
        '{a=3:-' || repeat('9', 131072) || ':-1:' || repeat('9', 131072) || '}',
        '{a=1:3' || repeat('0', 131071) || '@5:1}', '{a=1:3' || repeat('0', 40) || '@2:6' || repeat('0', 39) || '1}',
        '{a=2:3:1:2@20000000000000000000000000000000000000.1:40000000000000000000000000000000000000.3}',
        '{a=2:3:1:2@20000000000000000000000000000000000000.1:20000000000000000000000000000000000000.0}',
        '{a=1:' || repeat('9', 131073) || '}', '{a=1:1' || repeat('0', 131072) || '.5}']) t
     WHERE NOT coalesce(refused(t), false)$$, 'wide amounts that no rows could have are refused');
SELECT throws_ok(format('SELECT ''{a=2:1:%s:%1$s}''::unit_rollup', repeat('9', 131072)), '22P02', 'invalid unit_rollup at unit "a"', 'as text that is none');
SELECT is(s::text, t, 'and those that rows could have are not')
  FROM (SELECT t, t::unit_rollup AS s
          FROM unnest(ARRAY['{a=3:30000000000000000000000000000000000000001.0:10000000000000000000000000000000000000000.0:10000000000000000000000000000000000000001.0}',
                            '{a=3:-' || repeat('9', 131072) || ':-' || repeat('9', 131072) || ':' || repeat('9', 131072) || '}',
                            '{a=2:3:1:2@20000000000000000000000000000000000000.1:40000000000000000000000000000000000000.2}',
                            '{a=2:3:1:2@20000000000000000000000000000000000000.1:20000000000000000000000000000000000000.1}',
                            '{a=3:' || repeat('9', 131072) || ':-' || repeat('9', 131072) || ':' || repeat('9', 131072) || '}']) t) x;
SELECT is((SELECT count(*)::int FROM (SELECT '{a=1:1, b.c=2:3:1:2}'::text AS good, i FROM generate_series(1, 20000) i) x WHERE (good || repeat(' ', i % 2))::unit_rollup IS NOT NULL), 20000,
          'very many inputs');

COPY (SELECT 1 WHERE false) TO PROGRAM 'rm -f governance_rollup_test.bin';

SELECT * FROM finish();
ROLLBACK;
