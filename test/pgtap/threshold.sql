-- Thresholds against CASE and slow SQL over their limits, and their laws, on random ones.
BEGIN;
SELECT plan(38);
SET LOCAL search_path = governance, public;
SELECT setseed(0.3004);

-- ---------- random thresholds, their limits beside them ----------

-- Steps of a third are often 0, so that limits coincide; all numbers are multiples of 1/8 in a small range.
CREATE FUNCTION step() RETURNS numeric LANGUAGE sql VOLATILE AS $$ SELECT greatest(0, pg_catalog.floor(pg_catalog.random() * 12) - 4)::numeric / 8 $$;
CREATE TEMP TABLE drawn AS
SELECT i, (ARRAY['floor', 'ceiling', 'band'])[1 + i % 3] AS kind, floor(random() * 80)::numeric / 8 - 5 AS lb, step() AS lw, step() AS lc, step() AS ln, step() AS width,
       step() AS uw, step() AS uc, step() AS un, random() < 0.6 AS w, random() < 0.6 AS c, random() < 0.6 AS n
  FROM generate_series(1, 240) AS i;
-- Effective limits of each grade: those left out are the next worse grade's.
CREATE TEMP TABLE limit_of AS
SELECT i, kind, w, c, n,
       lb, lb + w::int * lw AS lw, lb + w::int * lw + c::int * lc AS lc, lb + w::int * lw + c::int * lc + n::int * ln AS ln,
       top AS ub, top - w::int * uw AS uw, top - w::int * uw - c::int * uc AS uc, top - w::int * uw - c::int * uc - n::int * un AS un
  FROM drawn, LATERAL (SELECT lb + w::int * (lw + uw) + c::int * (lc + uc) + n::int * (ln + un) + width AS top) AS x;
UPDATE limit_of SET ub = NULL, uw = NULL, uc = NULL, un = NULL WHERE kind = 'floor';
UPDATE limit_of SET lb = NULL, lw = NULL, lc = NULL, ln = NULL WHERE kind = 'ceiling';
CREATE TEMP TABLE t AS
SELECT *, CASE kind
         WHEN 'floor' THEN format('>= %s', lb) || CASE WHEN w THEN format(' warning %s', lw) ELSE '' END || CASE WHEN c THEN format(' caution %s', lc) ELSE '' END || CASE WHEN n THEN format(' notice %s', ln) ELSE '' END
         WHEN 'ceiling' THEN format('<= %s', ub) || CASE WHEN w THEN format(' warning %s', uw) ELSE '' END || CASE WHEN c THEN format(' caution %s', uc) ELSE '' END || CASE WHEN n THEN format(' notice %s', un) ELSE '' END
         ELSE format('%s .. %s', lb, ub) || CASE WHEN w THEN format(' warning %s .. %s', lw, uw) ELSE '' END || CASE WHEN c THEN format(' caution %s .. %s', lc, uc) ELSE '' END
              || CASE WHEN n THEN format(' notice %s .. %s', ln, un) ELSE '' END
         END::threshold AS t
  FROM limit_of;
CREATE TEMP TABLE v AS SELECT n::numeric / 16 AS v FROM generate_series(-120, 200) AS n;

SELECT cmp_ok((SELECT count(DISTINCT t) FROM t), '>', 150::bigint, 'enough thresholds to be worth it');
SELECT is((SELECT count(DISTINCT grade(v, t)) FROM t, v), 5::bigint, 'every grade occurs');

-- ---------- grades and margins ----------

SELECT is_empty($$SELECT t, v, grade(v, t) FROM t, v
                   WHERE grade(v, t) <> CASE
                         WHEN v < lb OR v > ub THEN 'breach'::grade
                         WHEN v < lw OR v > uw THEN 'warning'
                         WHEN v < lc OR v > uc THEN 'caution'
                         WHEN v < ln OR v > un THEN 'notice'
                         ELSE 'normal' END$$,
                'grade is the CASE with the same limits');
SELECT is_empty('SELECT t, v FROM t, v WHERE margin(v, t) IS DISTINCT FROM least(v - lb, ub - v)', 'margin is the least distance inside the breach limits');
SELECT is_empty($$SELECT t, v FROM t, v WHERE (margin(v, t) < 0) <> (grade(v, t) = 'breach')$$, 'a negative margin is a breach');
SELECT is_empty($$SELECT t, v FROM t, v,
                         LATERAL (SELECT CASE WHEN ub IS NULL OR v - lb < ub - v OR (v - lb = ub - v AND abs(lb) > abs(ub)) THEN lb ELSE ub END AS nearest) AS x
                   WHERE round(relative_margin(v, t), 12) IS DISTINCT FROM round(least(v - lb, ub - v) / nullif(abs(nearest), 0), 12)$$,
                'relative margin is the margin over the size of the nearest limit');
SELECT is_empty($$SELECT t, v FROM t, v WHERE grade(round(v, 9), t) <> grade(v, t) OR grade(v, t) <> grade(trim_scale(v), t)$$, 'zeros at the end change no grade');
-- Values of any size and number of decimals, against limits of their kind.
CREATE TEMP TABLE far AS
SELECT x, b, a FROM (SELECT (CASE WHEN random() < 0.5 THEN -1 ELSE 1 END * round((random() * 10 ^ (floor(random() * 60)))::numeric, floor(random() * 9)::int)) * CASE WHEN random() < 0.3 THEN 1e-30 ELSE 1 END AS x
                       FROM generate_series(1, 400)) AS r, LATERAL unnest(ARRAY[x, x + 1e-40, x - 1e-40, x * 10, -x, x + 1, 0, 1e300]) AS b, LATERAL (SELECT b + abs(b) / 7 + 1 AS a) AS y;
SELECT is_empty($$SELECT x, b FROM far WHERE grade(x, at_least(b, a)) <> CASE WHEN x < b THEN 'breach'::grade WHEN x < a THEN 'warning' ELSE 'normal' END
                     OR grade(x, at_most(a, b)) <> CASE WHEN x > a THEN 'breach'::grade WHEN x > b THEN 'warning' ELSE 'normal' END
                     OR margin(x, at_least(b)) <> x - b OR margin(x, at_most(b)) <> b - x OR lower_limit(at_least(b)) <> b
                     OR at_least(b)::text <> '>= ' || trim_scale(b)$$,
                'values and limits of any size');
-- From tables, where both have short headers, and where a limit is stored compressed.
CREATE TEMP TABLE stored AS SELECT t, v FROM t, v WHERE v = 3 OR v = -1.0625;
SELECT is_empty('SELECT * FROM stored WHERE grade(v, t) <> grade(v + 0, (t::text)::threshold)', 'from a table');
CREATE TEMP TABLE packed (t threshold);
ALTER TABLE packed ALTER COLUMN t SET STORAGE extended;
INSERT INTO packed SELECT at_least(repeat('1', 1000)::numeric, repeat('2', 1000)::numeric, repeat('3', 1000)::numeric, repeat('4', 1000)::numeric);
INSERT INTO packed TABLE packed;
SELECT cmp_ok((SELECT min(pg_column_size(t)) FROM packed), '<', 1000, 'a threshold is stored compressed');
SELECT is((SELECT array_agg(DISTINCT (grade(repeat('2', 1000)::numeric, t), t = at_least(repeat('1', 1000)::numeric, repeat('2', 1000)::numeric, repeat('3', 1000)::numeric, repeat('4', 1000)::numeric))::text) FROM packed),
          '{"(caution,t)"}', 'and read');

-- ---------- limits and text ----------

SELECT is_empty('SELECT t FROM t WHERE t::text::threshold <> t OR threshold_hash(t::text::threshold) <> threshold_hash(t)', 'what is printed is read as the same');
SELECT is_empty($$SELECT a.t, b.t FROM t AS a, t AS b WHERE (a.t = b.t) <> (a.t::text = b.t::text)$$, 'equal is what prints alike');
SELECT is_empty($$SELECT a.t, b.t FROM t AS a, t AS b WHERE (a.t = b.t) <> ((a.lb, a.lw, a.lc, a.ln, a.ub, a.uw, a.uc, a.un) IS NOT DISTINCT FROM (b.lb, b.lw, b.lc, b.ln, b.ub, b.uw, b.uc, b.un))$$,
                'equal is what has the same limits');
SELECT is_empty($$SELECT t FROM t, LATERAL (VALUES ('breach'::grade, lb, ub), ('warning', lw, uw), ('caution', lc, uc), ('notice', ln, un), ('normal', NULL, NULL)) AS l (g, lower, upper)
                   WHERE lower_limit(t, g) IS DISTINCT FROM lower OR upper_limit(t, g) IS DISTINCT FROM upper$$, 'the limits of each grade');
SELECT is_empty($$SELECT t, g FROM t, unnest(enum_range('notice'::grade, 'breach')) AS g
                   WHERE EXISTS (SELECT FROM limits(t) AS l WHERE l.grade = g) <> (g = 'breach' OR (lower_limit(t, g), upper_limit(t, g)) IS DISTINCT FROM
                         (SELECT (lower_limit(t, w), upper_limit(t, w)) FROM unnest(enum_range(g, 'breach')) WITH ORDINALITY AS x (w, o) WHERE o = 2))$$,
                'limits() has a row for each grade whose limits differ from the next worse grade''s');
SELECT is_empty($$SELECT t, g FROM t, unnest(enum_range('notice'::grade, 'breach')) AS g
                   WHERE EXISTS (SELECT FROM limits(t) AS l WHERE l.grade = g) <> EXISTS (SELECT FROM v WHERE grade(v, t) = g)$$,
                'and these are the grades that occur');
SELECT is_empty($$SELECT t FROM t, LATERAL (SELECT array_agg(l.grade) AS grades, array_agg(l.grade ORDER BY l.grade DESC) AS sorted FROM limits(t) AS l) AS x WHERE grades <> sorted OR grades[1] <> 'breach'$$,
                'the worst first');
SELECT is_empty($$SELECT t FROM t WHERE kind = 'floor' AND at_least(lower_limit(t), lower_limit(t, 'warning'), lower_limit(t, 'caution'), lower_limit(t, 'notice')) <> t
                     OR kind = 'ceiling' AND at_most(upper_limit(t), upper_limit(t, 'warning'), upper_limit(t, 'caution'), upper_limit(t, 'notice')) <> t
                     OR kind = 'band' AND tighten(at_least(lower_limit(t), lower_limit(t, 'warning'), lower_limit(t, 'caution'), lower_limit(t, 'notice')),
                                                  at_most(upper_limit(t), upper_limit(t, 'warning'), upper_limit(t, 'caution'), upper_limit(t, 'notice'))) <> t$$,
                'limits taken apart and put together');

-- ---------- strictness ----------

CREATE TEMP TABLE few AS SELECT * FROM t WHERE i <= 90;
CREATE TEMP TABLE graded AS SELECT i, t, array_agg(grade(v, t) ORDER BY v) AS grades FROM few, v GROUP BY i, t;
CREATE TEMP TABLE pair AS
SELECT a.t AS a, b.t AS b, a.grades AS ga, b.grades AS gb, x.worse, x.never_better
  FROM graded AS a, graded AS b,
       LATERAL (SELECT array_agg(greatest(p, q) ORDER BY o) AS worse, bool_and(q >= p) AS never_better FROM unnest(a.grades, b.grades) WITH ORDINALITY AS u (p, q, o)) AS x;
SELECT cmp_ok((SELECT count(*) FROM pair WHERE a @> b AND a <> b), '>', 100::bigint, 'enough pairs of which one is stricter');
-- The values reach beyond all limits and lie closer than those do, so they tell all thresholds apart.
SELECT is_empty('SELECT a, b FROM pair WHERE (a @> b) <> never_better', 'a @> b: no value has a better grade by b');
SELECT is_empty('SELECT a, b FROM pair WHERE (a @> b) <> (b <@ a)', '<@ is @> turned round');
SELECT is_empty('SELECT a, b FROM pair WHERE (a @> b AND b @> a) <> (a = b)', 'both ways only for equal ones');
SELECT is_empty('SELECT a, b FROM pair WHERE a @> b AND a > b', 'the laxer sorts first');
SELECT is_empty('SELECT a, b FROM pair WHERE (a < b, a <= b, a = b, a <> b, a >= b, a > b) IS DISTINCT FROM
                        (threshold_cmp(a, b) < 0, threshold_cmp(a, b) <= 0, threshold_cmp(a, b) = 0, threshold_cmp(a, b) <> 0, threshold_cmp(a, b) >= 0, threshold_cmp(a, b) > 0)
                     OR threshold_cmp(a, b) <> -threshold_cmp(b, a)', 'operators of order agree');
SELECT is((WITH s AS (SELECT t, row_number() OVER (ORDER BY t, i) AS n FROM t) SELECT count(*) FROM s AS a JOIN s AS b ON a.n < b.n WHERE a.t > b.t), 0::bigint, 'the order is transitive');

-- ---------- tighten ----------

CREATE FUNCTION tightened(a threshold, b threshold) RETURNS threshold LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN governance.tighten(a, b);
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN NULL;
END $$;
CREATE TEMP TABLE tight AS SELECT a, b, worse, tightened(a, b) AS t FROM pair;
SELECT cmp_ok((SELECT count(t) FROM tight), '>', 3000::bigint, 'enough pairs that can be tightened');
SELECT cmp_ok((SELECT count(*) FROM tight WHERE t IS NULL), '>', 300::bigint, 'and enough that cannot');
SELECT is_empty('SELECT a, b, t FROM tight WHERE t IS NOT NULL AND worse <> (SELECT array_agg(grade(v, t) ORDER BY v) FROM v)', 'by both, a value has the worse of its two grades');
SELECT is_empty($$SELECT a, b FROM tight WHERE (t IS NULL) <> ('normal' <> ALL (worse))$$, 'refused if and only if no value would be normal');
SELECT is_empty('SELECT x.a, x.b FROM tight AS x JOIN tight AS y ON x.a = y.b AND x.b = y.a WHERE x.t IS DISTINCT FROM y.t', 'tighten commutes');
SELECT is_empty('SELECT a FROM tight WHERE a = b AND t <> a', 'and of one and the same is that');
SELECT is_empty('SELECT a, b FROM tight WHERE NOT (a @> t AND b @> t)', 'it is no laxer than either');
SELECT is_empty('SELECT a, b FROM tight WHERE (a @> b) <> (t IS NOT DISTINCT FROM b)', 'and the second itself where that is no laxer');
CREATE TEMP TABLE triple AS SELECT a.t AS a, b.t AS b, c.t AS c FROM few AS a, few AS b, few AS c WHERE a.i % 4 = 0 AND b.i % 3 = 0 AND c.i % 5 = 0;
SELECT is_empty('SELECT * FROM triple WHERE tightened(tightened(a, b), c) IS DISTINCT FROM tightened(a, tightened(b, c))', 'tighten associates');
SELECT is_empty('SELECT a, b, c FROM triple WHERE tightened(tightened(a, b), c) IS NOT NULL
                    AND (SELECT tighten(x) FROM unnest(ARRAY[b, NULL, a, c, a]) AS x) IS DISTINCT FROM tightened(tightened(a, b), c)', 'the aggregate is tighten, over and over');

-- ---------- in plans ----------

-- Partial aggregates are combined, in workers where there are any.
CREATE TEMP TABLE many AS SELECT i % 7 AS g, at_least(i % 97, warning => 100 + i % 13) AS t FROM generate_series(1, 20000) AS i;
CREATE TABLE parted (g int, t threshold) PARTITION BY HASH (t);
CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parted TABLE many;
SET LOCAL enable_partitionwise_aggregate = on;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT results_eq('SELECT g, tighten(t) FROM parted GROUP BY g ORDER BY g', 'SELECT g, at_least(max(lower_limit(t)), max(lower_limit(t, $$warning$$))) FROM many GROUP BY g ORDER BY g', 'partial aggregates are combined');
SET LOCAL enable_hashagg = off;
CREATE TEMP TABLE sorted AS SELECT t, count(*) AS n FROM parted GROUP BY t;
SET LOCAL enable_hashagg = on;
SET LOCAL enable_sort = off;
SELECT results_eq('SELECT t::text, count(*) FROM parted GROUP BY t ORDER BY t::text COLLATE "C"', 'SELECT t::text, n FROM sorted ORDER BY t::text COLLATE "C"', 'groups by hashing and by sorting are the same');

SELECT * FROM finish();
ROLLBACK;
