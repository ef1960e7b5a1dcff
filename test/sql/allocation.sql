-- allocate(): published apportionments, its arguments, and what it refuses.
\set SHOW_CONTEXT never
SET search_path = governance, public;

-- Seats in the US House of Representatives, censuses of 2010 and 2020: apportionment populations and official seats (US Census Bureau,
-- apportionment tables 1 of 2010 and 2020). Huntington-Hill with a floor of 1 is the law since 1941.
CREATE TEMP TABLE house (state text, population_2010 bigint, seats_2010 int, population_2020 bigint, seats_2020 int);
INSERT INTO house VALUES
    ('AK', 721523, 1, 736081, 1), ('AL', 4802982, 7, 5030053, 7), ('AR', 2926229, 4, 3013756, 4), ('AZ', 6412700, 9, 7158923, 9),
    ('CA', 37341989, 53, 39576757, 52), ('CO', 5044930, 7, 5782171, 8), ('CT', 3581628, 5, 3608298, 5), ('DE', 900877, 1, 990837, 1),
    ('FL', 18900773, 27, 21570527, 28), ('GA', 9727566, 14, 10725274, 14), ('HI', 1366862, 2, 1460137, 2), ('IA', 3053787, 4, 3192406, 4),
    ('ID', 1573499, 2, 1841377, 2), ('IL', 12864380, 18, 12822739, 17), ('IN', 6501582, 9, 6790280, 9), ('KS', 2863813, 4, 2940865, 4),
    ('KY', 4350606, 6, 4509342, 6), ('LA', 4553962, 6, 4661468, 6), ('MA', 6559644, 9, 7033469, 9), ('MD', 5789929, 8, 6185278, 8),
    ('ME', 1333074, 2, 1363582, 2), ('MI', 9911626, 14, 10084442, 13), ('MN', 5314879, 8, 5709752, 8), ('MO', 6011478, 8, 6160281, 8),
    ('MS', 2978240, 4, 2963914, 4), ('MT', 994416, 1, 1085407, 2), ('NC', 9565781, 13, 10453948, 14), ('ND', 675905, 1, 779702, 1),
    ('NE', 1831825, 3, 1963333, 3), ('NH', 1321445, 2, 1379089, 2), ('NJ', 8807501, 12, 9294493, 12), ('NM', 2067273, 3, 2120220, 3),
    ('NV', 2709432, 4, 3108462, 4), ('NY', 19421055, 27, 20215751, 26), ('OH', 11568495, 16, 11808848, 15), ('OK', 3764882, 5, 3963516, 5),
    ('OR', 3848606, 5, 4241500, 6), ('PA', 12734905, 18, 13011844, 17), ('RI', 1055247, 2, 1098163, 2), ('SC', 4645975, 7, 5124712, 7),
    ('SD', 819761, 1, 887770, 1), ('TN', 6375431, 9, 6916897, 9), ('TX', 25268418, 36, 29183290, 38), ('UT', 2770765, 4, 3275252, 4),
    ('VA', 8037736, 11, 8654542, 11), ('VT', 630337, 1, 643503, 1), ('WA', 6753369, 10, 7715946, 10), ('WI', 5698230, 8, 5897473, 8),
    ('WV', 1859815, 3, 1795045, 2), ('WY', 568300, 1, 577719, 1);
CREATE TEMP VIEW census AS
    SELECT 2010 AS census, state, population_2010 AS population, seats_2010 AS seats FROM house
     UNION ALL SELECT 2020, state, population_2020, seats_2020 FROM house;
SELECT census, count(*) AS states, sum(seats) AS seats, sum(allotted) AS allotted, count(*) FILTER (WHERE allotted <> seats) AS different
  FROM (SELECT *, allocate(435, population, 1, method => 'huntington_hill') OVER (PARTITION BY census ORDER BY state) AS allotted FROM census) AS a
 GROUP BY census ORDER BY census;
-- The largest remainder gives the same in 2010, and not in 2020.
SELECT census, state, seats, allotted
  FROM (SELECT *, allocate(435, population, 1) OVER (PARTITION BY census ORDER BY state) AS allotted FROM census) AS a
 WHERE allotted <> seats ORDER BY census, state;

-- Where rounding each share by itself misses the total: 100.02, and 101.
SELECT weight, allocate(100, weight, quantum => 0.01) OVER (ORDER BY i) AS part, round(100 * weight / sum(weight) OVER (), 2) AS rounded
  FROM unnest('{331.172154,519.632271,213.466626,729.200169,410.338305,613.159488,0}'::numeric[]) WITH ORDINALITY AS w (weight, i) ORDER BY i;
SELECT weight, allocate(100, weight) OVER (ORDER BY i) AS part, round(weight) AS rounded
  FROM unnest('{13.626332,47.989636,9.596008,28.788024}'::numeric[]) WITH ORDINALITY AS w (weight, i) ORDER BY i;

-- The methods differ in whom rounding favours.
CREATE TEMP TABLE party (name text, votes int);
INSERT INTO party VALUES ('A', 53000), ('B', 24000), ('C', 23000);
SELECT name, allocate(7, votes) OVER w AS largest_remainder, allocate(7, votes, method => 'dhondt') OVER w AS dhondt,
       allocate(7, votes, method => 'sainte_lague') OVER w AS sainte_lague, allocate(7, votes, method => 'huntington_hill') OVER w AS huntington_hill
  FROM party WINDOW w AS (ORDER BY name) ORDER BY name;

-- Floors and caps: who is held by one leaves the others to share the rest by weight.
CREATE TEMP TABLE county (code text, stock numeric, least numeric, most numeric);
INSERT INTO county VALUES ('a', 500, 0, 30), ('b', 300, 0, NULL), ('c', 150, 10, NULL), ('d', 50, 12, 40), ('e', 0, 2, 7);
SELECT code, allocate(100, stock) OVER w AS free, allocate(100, stock, least) OVER w AS floors,
       allocate(100, stock, least, most) OVER w AS both, allocate(100, stock, least, most, 0.1) OVER w AS finer,
       allocate(100, stock, least, most, 1, 'dhondt') OVER w AS dhondt, allocate(54, stock, least, most) OVER w AS tight
  FROM county WINDOW w AS (ORDER BY code) ORDER BY code;
-- A bound between two multiples of the quantum: the part is a multiple above the floor, below the cap.
SELECT i, allocate(40, 1, f, c, 5) OVER (ORDER BY i) FROM (VALUES (1, 12, NULL), (2, 0, 9.99), (3, 0, NULL), (4, 0, 'infinity')) AS v (i, f, c);

-- Ties go to the earlier row of the window's order.
SELECT i, allocate(2, 1) OVER (ORDER BY i) AS first, allocate(2, 1) OVER (ORDER BY i DESC) AS last,
       allocate(2, 1, method => 'dhondt') OVER (ORDER BY i DESC) AS dhondt, allocate(2, 1, method => 'sainte_lague') OVER (ORDER BY i DESC) AS sainte_lague,
       allocate(2, 1, method => 'huntington_hill') OVER (ORDER BY i DESC) AS huntington_hill
  FROM generate_series(1, 4) AS i ORDER BY i;
-- The quantum's decimals are the parts'; a frame changes nothing.
SELECT allocate(1.5, 1, quantum => 0.50) OVER (ORDER BY i ROWS CURRENT ROW), allocate(30, 1, quantum => 10) OVER (ORDER BY i) FROM generate_series(1, 2) AS i;
-- Nothing to hand out, an unknown total, nobody to have it.
SELECT i, allocate(0, w) OVER (ORDER BY i) AS zero, allocate(NULL, w) OVER (ORDER BY i) AS unknown, allocate(3, w, i) OVER (ORDER BY i) AS floors_alone
  FROM (VALUES (1, 0), (2, 0)) AS v (i, w);
SELECT allocate(3, 1) OVER () FROM generate_series(1, 0);
-- Far beyond 64 and 128 bits.
SELECT i, allocate(1e60, w, i, 7e59, 1e-20) OVER (ORDER BY i) AS part FROM (VALUES (1, 1e-40), (2, 3e80), (3, 1e80 + 1e-40)) AS v (i, w);
SELECT i, allocate(2, w, method => m::allocation_method) OVER (PARTITION BY m ORDER BY i) AS part, m
  FROM (VALUES (1, 1e50), (2, 1e50 + 1e-50), (3, 1e50 - 1e-50)) AS v (i, w), unnest('{largest_remainder,dhondt,sainte_lague,huntington_hill}'::text[]) AS m ORDER BY m, i;

-- A view that names arguments keeps them; whether columns are qualified is PostgreSQL's to say.
CREATE TEMP VIEW allotted AS SELECT code, allocate(total => 100, weight => stock, quantum => 0.1) OVER (ORDER BY code) AS part FROM county;
SELECT pg_get_viewdef('allotted'::regclass) ~ 'allocate\(total => \(100\)::numeric, weight => (county\.)?stock, quantum => 0\.1\) OVER' AS kept;

-- What it refuses.
CREATE FUNCTION pg_temp.refusal(arguments text, sets text, OUT code text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SELECT allocate(%s) OVER (ORDER BY i) FROM (VALUES %s) AS v (i, w, x)', arguments, sets);
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;
\pset expanded on
SELECT arguments, sets, r.* FROM (VALUES
    (1, '10, w', '(1, 1, 0), (2, NULL, 0)'),
    (2, '10, w', '(1, 1, 0), (2, -2.5, 0)'),
    (3, '10, w', $$(1, 1, 0), (2, 'NaN'::numeric, 0)$$),
    (4, '10, w', $$(1, 1, 0), (2, 'infinity'::numeric, 0)$$),
    (5, '10, w', '(1, 0, 0), (2, 0, 0)'),
    (6, '10, w, x', '(1, 1, 6), (2, 1, 5.5)'),
    (7, '10, w, x', '(1, 1, 6), (2, 1, 10.5)'),
    (8, '10, w, x', '(1, 1, 6), (2, 1, -1)'),
    (9, '10, w, x', '(1, 1, 6), (2, 1, NULL)'),
    (10, '10, w, 0, x', '(1, 1, 3), (2, 4, 6.9)'),
    (11, '10, w, 3 - w / 2, x', '(1, 0, 3), (2, 4, 6.9)'),
    (12, '10, w, 2, x', '(1, 1, 3), (2, 4, 1)'),
    (13, '10, w, 0.2, x', '(1, 1, 3), (2, 4, 0.9)'),
    (14, '10, w, 0, x', '(1, 1, 3), (2, 4, -1)'),
    (15, '10, w, 0, x', $$(1, 1, 3), (2, 4, 'NaN'::numeric)$$),
    (16, '10.05, w, 0, NULL, 0.1', '(1, 1, 3)'),
    (17, '10, w, 0, NULL, 0', '(1, 1, 3)'),
    (18, '10, w, 0, NULL, -1', '(1, 1, 3)'),
    (19, '10, w, 0, NULL, NULL', '(1, 1, 3)'),
    (20, '10, w, 0, NULL, 1, NULL', '(1, 1, 3)'),
    (21, '-10, w', '(1, 1, 3)'),
    (22, $$'NaN', w$$, '(1, 1, 3)'),
    (23, 'x, w', '(1, 1, 3), (2, 1, 3.0), (3, 1, 4)'),
    (24, 'x, w', '(1, 1, 3), (2, 1, NULL)'),
    (25, 'x, w', '(1, 1, NULL), (2, 1, 7)'),
    (26, '10, w, 0, NULL, x', '(1, 1, 2), (2, 1, 1)'),
    (27, $$10, w, 0, NULL, 1, x::allocation_method$$, $$(1, 1, 'dhondt'), (2, 1, 'sainte_lague')$$),
    (28, '1e20, w, 0, x', '(1, 1, 3e19), (2, 4, 7e19 - 1)'),
    (30, '50, w, x', '(1, 1, 6), (2, 1, 0), (3, 1, 16), (4, 1, 7), (5, 1, 16), (6, 1, 8)'),
    (31, '50, w, 0, x', '(1, 1, 6), (2, 1, 9), (3, 1, 3), (4, 1, 7), (5, 1, 3), (6, 1, 8), (7, 0, 1)'),
    (29, '1e60, w, 0, x', '(1, 1, 3e59), (2, 4, 7e59 - 1)')) AS t (i, arguments, sets),
    LATERAL pg_temp.refusal(arguments, sets) AS r
 ORDER BY i;
\pset expanded off
SELECT allocate(10, 1);
SELECT allocate(10, 1, method => 'hamilton') OVER ();
SET search_path = '';
SELECT governance.allocate(10, 1, method => 'dhondt') OVER (ORDER BY i) FROM pg_catalog.generate_series(1, 3) AS i;
