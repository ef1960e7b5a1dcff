-- warn() along random series against slow code in warnings.sql and test/unit/fuzz_warning.c;
-- here: that pieces, plans and workers make no difference, and the picture.
BEGIN;
SET LOCAL search_path = governance, public;
SELECT plan(6);
SELECT setseed(0.31) \g /dev/null
CREATE TEMP TABLE series AS
    SELECT s, i, daterange('2000-01-01'::date + i, '2000-01-02'::date + i) AS period,
           CASE WHEN random() > 0.1 THEN (enum_range(NULL::grade))[1 + floor(random() * 5)::int] END AS grade, (enum_range(NULL::grade))[1 + floor(random() * 5)::int] AS clear,
           floor(random() * 3)::int AS hold
      FROM generate_series(1, 300) s, generate_series(1, 40) i ORDER BY hashint4(41 * s + i);
CREATE TEMP TABLE course AS
    SELECT s, i, grade, warn(period, grade, clear, hold => 1, keep => 1) OVER (PARTITION BY s ORDER BY i) AS w FROM series;

-- The beginning of a series does not depend on what comes after it.
SELECT is_empty($$SELECT s, i, w FROM course WHERE i <= 25
                  EXCEPT
                  SELECT s, i, warn(period, grade, clear, hold => 1, keep => 1) OVER (PARTITION BY s ORDER BY i) FROM series WHERE i <= 25$$,
                'the states so far are those of a shorter series');
SET LOCAL enable_sort = off;
CREATE INDEX ON series (s, i);
SET LOCAL enable_seqscan = off;
SELECT is_empty($$SELECT s, i, w FROM course
                  EXCEPT
                  SELECT s, i, warn(period, grade, clear, hold => 1, keep => 1) OVER (PARTITION BY s ORDER BY i) FROM series$$,
                'whatever the plan');
-- What was missing might as well not have been there.
SELECT is_empty($$SELECT s, i, (w).active, (w).grade, (w).fired, (w).held, (w).kept, (w).flapping FROM course WHERE grade IS NOT NULL
                  EXCEPT
                  SELECT s, i, (x.w).active, (x.w).grade, (x.w).fired, (x.w).held, (x.w).kept, (x.w).flapping
                    FROM (SELECT s, i, warn(period, grade, clear, hold => 1, keep => 1) OVER (PARTITION BY s ORDER BY i) AS w FROM series WHERE grade IS NOT NULL) AS x$$,
                'missing values count for nothing');
-- The states are those of the documentation, and all of them occurred.
SELECT set_eq('SELECT DISTINCT (w).state::text FROM course', '{normal,resolved,pending,no_data,recovering,firing}'::text[], 'all states but stale occur');

\set picture `cat doc/warning_picture.sql`
\set kept `cat doc/warning.svg`
SELECT is((:picture), :'kept', 'the picture in the documentation is what its query makes');
SELECT is((SELECT count(*) FROM unnest(xpath('//s:circle', xmlparse(document :'kept'), '{{s,http://www.w3.org/2000/svg}}'))), 18::bigint,
          'it is well-formed, with a circle for each of eighteen values');
SELECT * FROM finish();
ROLLBACK;
