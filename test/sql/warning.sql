-- warn(): what becomes of one value after the other.
\set SHOW_CONTEXT never
SET search_path = governance, public;
SET datestyle = 'ISO, YMD';

-- Prometheus: breach above 50, hold 1, keep 1
CREATE FUNCTION pg_temp.along(vals numeric[], hold integer DEFAULT 0, keep integer DEFAULT 0, clear threshold DEFAULT '<= 50', limits threshold DEFAULT '<= 50',
                              fires_at grade DEFAULT 'breach') RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat(coalesce(v::text, '-'), ' ', (w).state), ', ' ORDER BY i)
      FROM (SELECT i, v, governance.warn(daterange('2000-01-01'::date + i::int, '2000-01-02'::date + i::int), grade(v, limits), grade(v, clear),
                                         hold => hold, keep => keep, fires_at => fires_at) OVER (ORDER BY i) AS w
              FROM unnest(vals) WITH ORDINALITY AS u (v, i)) AS s;
$$;
SELECT pg_temp.along('{75,85,70,70,10,10}', 1, 1);
SELECT pg_temp.along('{75,10}', 1);
-- with another hold the same values tell another story
SELECT pg_temp.along('{75,85,70}', 2), pg_temp.along('{75,85,70}', 3);

-- hysteresis: entered above 50, left at 40
SELECT pg_temp.along('{30,45,51,50,45,41,52,45,40,45,30}', clear => '<= 40');
-- a value between the limits is no breach while a warning is pending
SELECT pg_temp.along('{51,45,51,51}', 1, clear => '<= 40');
-- from recovering it fires again at once: the breach has lasted all the time
SELECT pg_temp.along('{51,51,51,45,51,40}', 2, clear => '<= 40');
-- kept: only values fit to leave count, in a row
SELECT pg_temp.along('{51,40,45,40,39,38,37}', 0, 2, '<= 40');

-- missing values neither count nor end anything
SELECT pg_temp.along('{51,NULL,52}', 1), pg_temp.along('{51,NULL,NULL,40}'), pg_temp.along('{NULL,NULL,51,40,NULL,40}');

-- each grade has its limit for leaving
SELECT i, v, (w).state, (w).grade, (w).active, (w).since, (w).fired
  FROM (SELECT i, v, warn(period((2000 + i)::text), grade(v, '<= 80 warning 76'), grade(v, '<= 78 warning 74')) OVER (ORDER BY i) AS w
          FROM unnest('{70,77,81,79,78,75,NULL,74}'::numeric[]) WITH ORDINALITY AS u (v, i)) AS s ORDER BY i;

-- by default it fires at warning; at which grade is said by the rule
SELECT pg_temp.along('{70,77,81}', limits => '<= 80 warning 76 notice 60', fires_at => 'warning', clear => NULL),
       pg_temp.along('{70,77,81}', limits => '<= 80 warning 76 notice 60', fires_at => 'notice', clear => NULL);
SELECT (warn(period('2020'), 'caution') OVER ()).state, (warn(period('2020'), 'warning') OVER ()).state;

-- flapping: six of twenty steps, until there are less than four
SELECT i, (w).state, (w).flapping, (w).flaps
  FROM (SELECT i, warn(daterange(i, i + 1), (ARRAY['normal', 'breach'])[v]::grade) OVER (ORDER BY i) AS w
          FROM (SELECT '2020-01-01'::date + n AS i, CASE WHEN n <= 7 THEN 1 + n % 2 ELSE 1 END AS v FROM generate_series(1, 27) n) AS s) AS t
 WHERE i IN ('2020-01-07', '2020-01-08', '2020-01-09', '2020-01-22', '2020-01-24', '2020-01-25', '2020-01-26', '2020-01-28');
-- a share in tenths or hundredths is meant exactly: eleven of twenty are 0.55
SELECT bool_or((w).flaps), max((w).flapping)
  FROM (SELECT warn(daterange('2020-01-01'::date + n, '2020-01-02'::date + n), (ARRAY['normal', 'breach'])[1 + n % 2]::grade,
                    flap_start => 0.55, flap_stop => 0.55) OVER (ORDER BY n) AS w
          FROM generate_series(1, 12) n) AS s;

-- series apart, and what is said of missing values
SELECT s, i, (w).state, (w).grade, (w).judged, (w).missing
  FROM (SELECT s, i, warn(period(i::text), g, absence => CASE WHEN s = 'b' THEN 'stale'::warning_state ELSE 'no_data' END) OVER (PARTITION BY s ORDER BY i) AS w
          FROM (VALUES ('a', 2000, 'breach'::grade), ('a', 2001, NULL), ('b', 2000, NULL), ('b', 2001, 'normal'), ('b', 2002, NULL)) AS v (s, i, g)) AS x ORDER BY s, i;

-- gone on with from any row, a series comes to the same; values in and out of breach, and missing ones, at random
CREATE TEMP TABLE series AS
SELECT s, i, period((2000 + i)::text) AS period, CASE WHEN r % 7 > 0 THEN (enum_range(NULL::grade))[1 + r % 5] END AS grade, (enum_range(NULL::grade))[1 + r / 5 % 5] AS clear,
       s % 3 AS hold, s / 3 % 3 AS keep
  FROM generate_series(1, 60) s, generate_series(1, 50) i, LATERAL (SELECT abs(hashint4extended(s, i) % 1000003)::integer) AS h (r);
CREATE TEMP TABLE whole AS
SELECT s, i, warn(period, grade, clear, hold => hold, keep => keep) OVER (PARTITION BY s ORDER BY i) AS w FROM series;
SELECT count(*) AS rows, count(DISTINCT (p.w).state) AS states, count(*) FILTER (WHERE (p.w).flaps) > 100 AS some_flap, count(*) FILTER (WHERE p.w IS DISTINCT FROM g.w) AS differ
  FROM (SELECT c.cut, v.s, v.i, warn(v.period, v.grade, v.clear, hold => v.hold, keep => v.keep, before => b.w) OVER (PARTITION BY c.cut, v.s ORDER BY v.i) AS w
          FROM generate_series(1, 49, 4) AS c (cut) JOIN series v ON v.i > c.cut JOIN whole b ON b.s = v.s AND b.i = c.cut) AS p
  JOIN whole g USING (s, i);
SELECT warn(period('2020'), 'breach', before => ROW('no_data', false, NULL, period('2019'), NULL, NULL, NULL, 0, 0, 1, 0, false, 'no_data', NULL)::warning_status) OVER ();
SELECT warn(period('2020'), 'breach', before => ROW('normal', false, 'normal', period('2019'), NULL, NULL, period('2019'), 0, 0, 0, 0, false, 'normal', 1 << 21)::warning_status) OVER ();
SELECT warn(period('2020'), 'breach', before => ROW('normal', false, 'normal', period('2019'), NULL, NULL, period('2019'), -1, 0, 0, 0, false, 'normal', 0)::warning_status) OVER ();
SELECT warn(period('2020'), 'breach', before => ROW('normal', false, 'normal', period('2019'), NULL, NULL, period('2019'), 0, 0, 0, 0, false, 'normal', NULL)::warning_status) OVER ();

SELECT warn(NULL, 'breach') OVER ();
SELECT warn(period('2020'), 'breach', hold => -1) OVER ();
SELECT warn(period('2020'), 'breach', keep => NULL) OVER ();
SELECT warn(period('2020'), 'breach', fires_at => 'normal') OVER ();
SELECT warn(period('2020'), NULL, absence => 'firing') OVER ();
SELECT warn(period('2020'), NULL, absence => NULL) OVER ();
SELECT warn(period('2020'), 'breach', flap_start => 1.5) OVER ();
SELECT warn(period('2020'), 'breach', flap_stop => 'NaN') OVER ();
SELECT warn(period('2020'), 'breach', flap_start => 0.1) OVER ();
SELECT warn(period('2020'), 'breach', flap_start => 0, flap_stop => 0) OVER ();
SELECT warn(period('2020'), 'breach');
