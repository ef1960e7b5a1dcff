-- allocate() against slow SQL that follows the methods' definitions, and its laws, on random partitions.
BEGIN;
SELECT plan(31);
SET LOCAL search_path = governance, public;
SELECT setseed(0.1941);

-- ---------- problems ----------

-- Each has a scale of weights, floors and caps or none, and a quantum. Every total can be met.
CREATE TEMP TABLE problem AS
SELECT p, kind, (ARRAY['largest_remainder', 'dhondt', 'sainte_lague', 'huntington_hill'])[1 + p % 4]::allocation_method AS method,
       (ARRAY[1, 0.01, 5, 0.25, 1e-30, 3e25])[1 + floor(6 * random())::int] AS quantum,
       random() < 0.5 AS floors, random() < 0.5 AS caps, 1 + floor(random() * 12)::int AS rows, random() AS fill
  FROM unnest('{few,many,decimal,wide,ragged}'::text[]) WITH ORDINALITY AS k (kind, n), generate_series(1, 80) AS i,
       LATERAL (SELECT (80 * (n - 1) + i)::int) AS x (p);

CREATE FUNCTION any_weight(kind text) RETURNS numeric LANGUAGE sql VOLATILE AS $$
    SELECT CASE
        WHEN pg_catalog.random() < 0.1 THEN 0
        ELSE CASE kind
            WHEN 'few' THEN 1 + floor(5 * pg_catalog.random())
            WHEN 'many' THEN 1 + floor(1e7 * pg_catalog.random())
            WHEN 'decimal' THEN round((100 * pg_catalog.random())::numeric, (6 * pg_catalog.random())::int)
            WHEN 'wide' THEN 1e40 + floor(1e9 * pg_catalog.random())
            WHEN 'ragged' THEN floor(1e9 * pg_catalog.random()::numeric) * (ARRAY[1e30, 1, 1e-40])[1 + floor(3 * pg_catalog.random())::int]
        END
    END
$$;

CREATE TEMP TABLE share AS
SELECT p, i, any_weight(kind) AS weight,
       CASE WHEN floors AND random() < 0.6 THEN floor(6 * random()) ELSE 0 END::numeric AS least,
       CASE WHEN caps AND random() < 0.6 THEN floor(12 * random()) END::numeric AS more
  FROM problem, LATERAL generate_series(1, rows) AS i;
-- In quanta: floor, cap, and the room between them.
CREATE TEMP TABLE room AS
SELECT p, sum(least) AS lowest,
       sum(CASE WHEN weight = 0 THEN least ELSE least + coalesce(more, 40) END) AS highest
  FROM share GROUP BY p;
CREATE TEMP TABLE task AS
SELECT p, i, method, quantum, weight, least, least + more AS most, lowest + floor(fill * (highest - lowest + 1))::numeric AS total
  FROM problem JOIN room USING (p) JOIN share USING (p);

CREATE TEMP TABLE answer AS
SELECT *, allocate(total * quantum, weight, least * quantum, most * quantum, quantum, method) OVER (PARTITION BY p ORDER BY i) AS part FROM task;

-- ---------- laws ----------

SELECT cmp_ok((SELECT count(*) FROM answer), '>', 2000::bigint, 'enough rows to be worth it');
SELECT cmp_ok((SELECT count(*) FROM answer WHERE part > least * quantum AND part < most * quantum), '>', 100::bigint, 'parts between their bounds');
SELECT cmp_ok((SELECT count(*) FROM answer WHERE part = least * quantum AND least > 0), '>', 100::bigint, 'parts at their floors');
SELECT cmp_ok((SELECT count(*) FROM answer WHERE part = most * quantum AND most > least), '>', 100::bigint, 'parts at their caps');
SELECT is_empty('SELECT p FROM answer GROUP BY p, total, quantum HAVING sum(part) <> total * quantum', 'the total is met');
SELECT is_empty('SELECT * FROM answer WHERE part < least * quantum OR part > most * quantum', 'floors and caps are respected');
SELECT is_empty('SELECT * FROM answer WHERE part % quantum <> 0 OR scale(part) <> scale(quantum)', 'parts are multiples of the quantum');
SELECT is_empty('SELECT * FROM answer WHERE weight = 0 AND part <> least * quantum', 'who has no weight receives its floor');
SELECT is_empty($$SELECT * FROM answer AS a JOIN answer AS b USING (p)
                   WHERE a.weight > b.weight AND a.least >= b.least AND (a.most >= b.most OR a.most IS NULL) AND a.part < b.part$$,
                'a larger weight, with no tighter bounds, receives no less');

-- Without bounds.
CREATE TEMP TABLE free AS
SELECT p, i, method, quantum, total, weight, allocate(total * quantum, weight, quantum => quantum, method => method) OVER (PARTITION BY p ORDER BY i) AS part,
       sum(weight) OVER (PARTITION BY p) AS weights
  FROM task WHERE p IN (SELECT p FROM task GROUP BY p HAVING sum(weight) > 0);
SELECT is_empty('SELECT p FROM free GROUP BY p, total, quantum HAVING sum(part) <> total * quantum', 'the total is met without bounds');
SELECT is_empty($$SELECT * FROM free WHERE method = 'largest_remainder' AND abs(part * weights - total * quantum * weight) >= quantum * weights$$,
                'largest remainder: every part is within one quantum of its quota');
SELECT is_empty($$SELECT * FROM free WHERE method = 'dhondt' AND (part + quantum) * weights <= total * quantum * weight$$,
                'D''Hondt: no part is below its quota rounded down');
SELECT is_empty($$SELECT a.* FROM free AS a JOIN free AS b USING (p, method, quantum)
                   WHERE method = 'dhondt' AND a.weight > 0 AND b.part > 0 AND a.weight * b.part > b.weight * (a.part + quantum)$$,
                'D''Hondt: nobody''s next claim is better than one that was met');
SELECT is_empty($$SELECT a.* FROM free AS a JOIN free AS b USING (p, method, quantum)
                   WHERE method = 'sainte_lague' AND b.part > 0 AND a.weight * (2 * b.part - quantum) > b.weight * (2 * a.part + quantum)$$,
                'Sainte-Lague: nor here');
SELECT is_empty($$SELECT a.* FROM free AS a JOIN free AS b USING (p, method, quantum)
                   WHERE method = 'huntington_hill' AND b.part > 0
                     AND a.weight * a.weight * b.part * (b.part - quantum) > b.weight * b.weight * a.part * (a.part + quantum)$$,
                'Huntington-Hill: nor here');

-- Other units, other weights of the same proportions, other order.
CREATE TEMP TABLE other AS
SELECT p, i, part,
       allocate(total, weight, least, most, 1, method) OVER w * quantum AS units,
       allocate(total * quantum, weight * 7e31, least * quantum, most * quantum, quantum, method) OVER w AS scaled,
       allocate(total * quantum, weight / 1000, least * quantum - quantum / 3 * (least > 0)::int, most * quantum + quantum / 2, quantum, method) OVER w AS loose
  FROM answer WINDOW w AS (PARTITION BY p ORDER BY i);
SELECT is_empty('SELECT * FROM other WHERE units <> part', 'amounts in other units: the same parts');
SELECT is_empty('SELECT * FROM other WHERE scaled <> part', 'weights times a factor: the same parts');
SELECT is_empty('SELECT * FROM other WHERE loose <> part', 'bounds between two multiples of the quantum bind at the multiple inside');

CREATE TEMP TABLE shuffled AS
SELECT p, i, weight, least, most, part,
       allocate(total * quantum, weight, least * quantum, most * quantum, quantum, method) OVER (PARTITION BY p ORDER BY random()) AS again
  FROM answer;
SELECT is_empty($$SELECT * FROM shuffled AS s
                   WHERE part <> again AND p IN (SELECT p FROM problem WHERE kind IN ('many', 'wide'))
                     AND NOT EXISTS (SELECT FROM shuffled AS t WHERE t.p = s.p AND t.i <> s.i AND t.weight = s.weight)$$,
                'the order of rows matters only where weights tie');
SELECT is_empty('SELECT p FROM shuffled GROUP BY p HAVING sum(part) <> sum(again)', 'and never to the sum');

-- Divisor methods: who loses when there is more to hand out? Nobody.
CREATE TEMP TABLE growing AS
SELECT n, m.method, i, w, allocate(n, w, f, c, 1, m.method) OVER (PARTITION BY n, m.method ORDER BY i) AS part
  FROM (SELECT i, floor(1000 * random())::int + 1 AS w, (i % 3)::int AS f, CASE WHEN i % 4 = 0 THEN 9 END AS c FROM generate_series(1, 9) AS i) AS u,
       generate_series(9, 60) AS n, unnest('{dhondt,sainte_lague,huntington_hill}'::allocation_method[]) AS m (method);
SELECT is_empty('SELECT * FROM growing AS a JOIN growing AS b USING (method, i) WHERE b.n = a.n + 1 AND b.part NOT IN (a.part, a.part + 1)',
                'divisor methods: one more quantum goes to one row, and nobody loses');
-- The largest remainder does not grant that: a row can lose by a larger total.
SELECT is((SELECT array_agg(part ORDER BY total, i) FROM (SELECT total, i, allocate(total, w) OVER (PARTITION BY total ORDER BY i) AS part
                                                     FROM unnest(ARRAY[10, 11]) AS total, unnest('{6,6,2}'::int[]) WITH ORDINALITY AS v (w, i)) AS x),
          '{4,4,2,5,5,1}'::numeric[], 'largest remainder: the Alabama paradox is there');

-- ---------- slow definitions ----------

-- One quantum after the other to the best claim.
CREATE FUNCTION granted(weights numeric[], floors numeric[], caps numeric[], total numeric, method allocation_method) RETURNS numeric[] LANGUAGE plpgsql AS $$
DECLARE
    part numeric[] := floors;
    left_over int := total - (SELECT sum(f) FROM unnest(floors) AS f);
    best int;
    better boolean;
BEGIN
    FOR turn IN 1 .. left_over LOOP
        best := NULL;
        FOR i IN 1 .. cardinality(weights) LOOP
            CONTINUE WHEN weights[i] = 0 OR part[i] >= caps[i];
            better := best IS NULL OR CASE method
                WHEN 'dhondt' THEN weights[i] * (part[best] + 1) > weights[best] * (part[i] + 1)
                WHEN 'sainte_lague' THEN weights[i] * (2 * part[best] + 1) > weights[best] * (2 * part[i] + 1)
                WHEN 'huntington_hill' THEN CASE WHEN part[i] = 0 AND part[best] = 0 THEN weights[i] > weights[best]
                    ELSE weights[i] * weights[i] * part[best] * (part[best] + 1) > weights[best] * weights[best] * part[i] * (part[i] + 1) END
                END;
            IF better THEN
                best := i;
            END IF;
        END LOOP;
        part[best] := part[best] + 1;
    END LOOP;
    RETURN part;
END $$;
SELECT is_empty($$SELECT p, method, array_agg(part / quantum ORDER BY i), granted(array_agg(weight ORDER BY i), array_agg(least ORDER BY i), array_agg(most ORDER BY i), total, method)
                    FROM answer WHERE method <> 'largest_remainder' GROUP BY p, total, method
                  HAVING array_agg(part / quantum ORDER BY i) <> granted(array_agg(weight ORDER BY i), array_agg(least ORDER BY i), array_agg(most ORDER BY i), total, method)$$,
                'divisor methods, granted one by one');

-- The water level: the highest bound / weight at which no more than the total is placed tells who rises; those share what the others leave.
CREATE TEMP VIEW bounded AS
SELECT *, CASE WHEN weight = 0 THEN least ELSE coalesce(most, total + 1) END AS ceiling FROM answer WHERE method = 'largest_remainder';
CREATE TEMP TABLE reached AS
SELECT p, e.bound, e.weight
  FROM (SELECT p, 0 AS bound, 1 AS weight FROM bounded UNION SELECT p, least, weight FROM bounded WHERE weight > 0 UNION SELECT p, ceiling, weight FROM bounded WHERE weight > 0) AS e,
       LATERAL (SELECT sum(greatest(b.least * e.weight, least(b.ceiling * e.weight, b.weight * e.bound))) AS placed, min(total) AS total FROM bounded AS b WHERE b.p = e.p) AS s
 WHERE placed <= total * e.weight;
CREATE TEMP TABLE level AS
SELECT DISTINCT ON (p) * FROM reached AS l
 WHERE NOT EXISTS (SELECT FROM reached AS h WHERE h.p = l.p AND h.bound * l.weight > l.bound * h.weight);
CREATE TEMP TABLE quota AS
SELECT b.*, CASE
         WHEN b.weight * l.bound < least * l.weight OR b.weight = 0 THEN 'floor'
         WHEN b.weight * l.bound >= ceiling * l.weight THEN 'cap'
         ELSE 'between' END AS held
  FROM bounded AS b JOIN level AS l USING (p);
CREATE TEMP VIEW rising AS
SELECT *, total - sum(CASE held WHEN 'floor' THEN least WHEN 'cap' THEN ceiling ELSE 0 END) OVER w AS to_share,
       sum(weight) FILTER (WHERE held = 'between') OVER w AS weights FROM quota WINDOW w AS (PARTITION BY p);
CREATE TEMP VIEW rounded AS
SELECT *, CASE held WHEN 'floor' THEN least WHEN 'cap' THEN ceiling ELSE div(to_share * weight, weights) END AS whole,
       CASE held WHEN 'between' THEN (to_share * weight) % weights ELSE 0 END AS rest FROM rising;
CREATE TEMP VIEW expected AS
SELECT *, whole + (rest > 0 AND row_number() OVER (PARTITION BY p ORDER BY rest DESC, i) <= total - sum(whole) OVER (PARTITION BY p))::int AS expected FROM rounded;
SELECT cmp_ok((SELECT count(*) FROM expected), '>', 500::bigint, 'the slow definition of the largest remainder has rows');
SELECT is_empty('SELECT * FROM expected WHERE expected * quantum <> part', 'largest remainder between floors and caps, by the slow definition');
SELECT is_empty($$SELECT * FROM expected WHERE held = 'between' AND abs(part / quantum * weights - to_share * weight) >= weights$$,
                'a part that no bound holds is within one quantum of its quota');

-- ---------- partitions ----------

CREATE TEMP TABLE big AS SELECT i, 1 + floor(1e6 * random())::numeric AS w, i / 100 AS p FROM generate_series(1, 20000) AS i;
SELECT is((SELECT sum(part) FROM (SELECT allocate(1000003, w) OVER (ORDER BY i) AS part FROM big) AS x), 1000003::numeric, 'a partition of 20 000 rows');
CREATE TEMP TABLE in_memory AS SELECT i, allocate(1000003, w, i % 7, 60) OVER (ORDER BY i) AS part FROM big;
SET LOCAL work_mem = '64kB';
SELECT is_empty('SELECT i, allocate(1000003, w, i % 7, 60) OVER (ORDER BY i) FROM big EXCEPT SELECT * FROM in_memory', 'a partition on disk gives the same');
SELECT is((SELECT count(DISTINCT s) = 1 AND min(s) = 777 FROM (SELECT p, sum(part) AS s FROM (SELECT p, allocate(777, w) OVER (PARTITION BY p ORDER BY i) AS part FROM big) AS x GROUP BY p) AS y),
          true, 'each of many partitions has the whole total');
SELECT is((SELECT array_agg(DISTINCT total = s) FROM (SELECT p, (10 * p + 1)::numeric AS total, sum(part) AS s
                                                   FROM (SELECT p, allocate(10 * p + 1, w) OVER (PARTITION BY p ORDER BY i) AS part FROM big) AS x GROUP BY p) AS y),
          '{t}'::boolean[], 'or a total of its own');
SELECT is((SELECT sum(total) - sum(part) FROM (SELECT 5 AS total, allocate(5, w) OVER (ORDER BY i) AS part, allocate(70, w) OVER (ORDER BY i DESC) AS other
                                           FROM big LIMIT 1) AS x) <= 5, true, 'a query that stops early');

SELECT * FROM finish();
ROLLBACK;
