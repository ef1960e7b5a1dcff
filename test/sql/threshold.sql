-- Grades and thresholds: text, what is refused, numbers, order.
\set SHOW_CONTEXT never
SET search_path = governance, public;

-- the literals of the manual
SELECT v AS value, grade(v, t), margin(v, t), round(relative_margin(v, t), 4) AS relative
  FROM (SELECT '>= 120 warning 125 caution 130 notice 140'::threshold AS t) AS x,
       unnest('{119.99,120,124.999,125,129,130,139,140,-3,0,1e30}'::numeric[]) AS v;
SELECT v AS value, grade(v, '<= 80 warning 76'), margin(v, '<= 80 warning 76') FROM unnest('{75,76,76.1,80,80.00,80.01}'::numeric[]) AS v;
SELECT v AS value, grade(v, t), margin(v, t), round(relative_margin(v, t), 4) AS relative
  FROM (SELECT '0.4 .. 0.6 warning 0.45 .. 0.55'::threshold AS t) AS x,
       unnest('{0.39,0.4,0.44,0.45,0.5,0.55,0.56,0.6,0.61}'::numeric[]) AS v;
SELECT max(g) AS worst, min(g) AS best FROM unnest('{notice,breach,normal,warning}'::grade[]) AS g;

-- canonical output; a limit that says nothing is left out
SELECT text, text::threshold FROM (VALUES
    (1, '>=120'), (2, '  >= 120.000  WARNING 0125.50 '), (3, '<=-0.0'), (4, '.4...6warning.45...55'), (5, '1e3 .. +12.5E+2'),
    (6, '>= 1 notice 3 warning 2'), (7, E'<=\t5\nwarning 4.999'), (8, '>= 120 warning 120'), (9, '>= 120 warning 125 caution 125 notice 126'),
    (10, '3 .. 3'), (11, '-5 .. -2 notice -4 .. -2'), (12, '1 .. 9 warning 1 .. 9 caution 2 .. 9'), (13, '>= 1e-12'), (14, '<= 1e20'),
    (15, '>= 10000 warning 100000000'), (16, '>= 0.00010001 notice 0.0001000100')) AS v (i, text) ORDER BY i;
SELECT length((repeat('9', 1000) || '.' || repeat('9', 1000) || ' .. ' || repeat('9', 1000) || '.' || repeat('9', 1000))::threshold::text) AS longest;
SELECT threshold_send('>= 120.0 warning 125') = '>= 120 warning 125'::bytea AS sent_as_text;

-- binary form, read back
CREATE TEMP TABLE sent (t threshold);
INSERT INTO sent VALUES ('>= 120 warning 125'), ('<= 80'), (NULL), ('0.4 .. 0.6 warning 0.45 .. 0.55');
INSERT INTO sent SELECT at_least(repeat('8', 1000)::numeric);
CREATE TEMP TABLE received (t threshold);
\copy sent TO 'results/threshold.bin' WITH (FORMAT binary)
\copy received FROM 'results/threshold.bin' WITH (FORMAT binary)
SELECT count(*), count(t) FROM received;
SELECT count(*) AS differences FROM (TABLE sent EXCEPT TABLE received) AS d;
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\001\0\0\0\004>= x\377\377"' WITH (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\001\0\0\0\0\377\377"' WITH (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\001\0\0\0\005>= 1\0\377\377"' WITH (FORMAT binary)

-- what is refused
CREATE FUNCTION pg_temp.refusal(expression text, OUT code text, OUT message text, OUT detail text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'SELECT ' || expression;
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
END $$;
\pset format unaligned
\pset fieldsep ' | '
SELECT left(text, 50) AS text, r.* FROM unnest(ARRAY[
    '', '  ', '120', '>', '> 120', '<80', '>=', '>= x', '=> 5', 'warning 5', '>= 5,5', '>= 1 .. 2', '>= 1.', '>= 1e', '0x10 .. 0x20', '5 warning 3', '5 .. ', '5 .. 6 warning 5',
    '>= 120 warning', '>= 120 warn 125', '>= 120 normal 125', '>= 120 breach 125', '>= 120 warning 125 warning 126', '>= 120 125', '>= 120 warning 125;', '≥ 120',
    '>= NaN', '<= infinity', '-inf .. 3', '0 .. Infinity', '>= 1e1000', '<= -1e-1001', '>= 1e999999999999', '>= ' || repeat('1', 1001), '>= 0.' || repeat('1', 1001),
    '>= 120 warning 119.99', '>= 120 warning 130 caution 125', '>= 120 caution 110', '>= 120 notice 125 warning 130', '<= 80 warning 81', '<= 80 warning 70 notice 75',
    '0.6 .. 0.4', '0.4 .. 0.6 warning 0.3 .. 0.5', '0.4 .. 0.6 warning 0.5 .. 0.7', '0 .. 9 warning 6 .. 5', '0 .. 9 warning 2 .. 8 notice 1 .. 7', repeat('x', 300)]) WITH ORDINALITY AS v (text, i),
    LATERAL pg_temp.refusal(quote_literal(text) || '::governance.threshold') AS r ORDER BY i;
SELECT text, r.* FROM unnest(ARRAY[
    $$grade('NaN', '>= 5')$$, $$margin('NaN', '>= 5')$$, $$relative_margin('NaN', '1 .. 5')$$, $$at_least('NaN')$$, $$at_most(5, 'infinity')$$, $$at_least(1e1000)$$, $$at_least(1e-1001)$$,
    'at_least(120, 110)', 'at_most(80, 70, notice => 75)', $$tighten('>= 120 warning 125', '<= 80')$$, $$tighten('<= 80', '>= 120 warning 125')$$,
    $$tighten('>= 100 warning 150', '<= 140')$$, $$tighten(t::threshold ORDER BY t DESC) FROM unnest('{>= 3,<= 7,8 .. 9}'::text[]) AS t$$]) WITH ORDINALITY AS v (text, i),
    LATERAL pg_temp.refusal(text) AS r ORDER BY i;
\pset format aligned
\set VERBOSITY default
SELECT '>= 120 warning 110'::threshold;
SELECT '> 120'::threshold;

-- infinite values lie beyond every limit; NULL stays NULL
SELECT v, t, grade(v, t), margin(v, t), relative_margin(v, t)
  FROM unnest('{infinity,-infinity,NULL}'::numeric[]) AS v, unnest('{>= 5,<= 5,4 .. 5,NULL}'::threshold[]) AS t;
-- a margin in relation to zero is none; halfway the larger limit counts
SELECT v, t, margin(v, t), round(relative_margin(v, t), 4) AS relative
  FROM (VALUES (3, '>= 0'), (-3, '<= 0'), (1, '0 .. 2'), (0.5, '0 .. 2'), (1.5, '0 .. 2'), (3, '-2 .. 2'), (0, '0 .. 0'), (0.0, '-1 .. 1'), (-3, '>= -4'), (2.5, '-5 .. 5')) AS v (v, t0),
       LATERAL (SELECT t0::threshold AS t) AS x;

-- from numbers, and back to numbers
SELECT at_least(120), at_least(120, 125.50), at_least(120, notice => 140), at_most(80, warning => 76, caution => 70.0), at_least(NULL, 3) IS NULL AS none;
SELECT tighten(at_least(0.4, warning => 0.45), at_most(0.6, warning => 0.55)) AS band;
SELECT t, l.* FROM unnest('{>= 120 warning 125 notice 140,<= 80,0.4 .. 0.6 warning 0.45 .. 0.6}'::threshold[]) AS t, limits(t) AS l;
SELECT g, lower_limit(t, g), upper_limit(t, g) FROM unnest(enum_range(NULL::grade)) AS g, (SELECT '0.4 .. 0.6 warning 0.45 .. 0.6'::threshold AS t) AS x;
SELECT lower_limit('>= 120 warning 125'), upper_limit('>= 120 warning 125'), upper_limit('<= -0.5');

-- equality, hashing, order
SELECT '>= 120.0'::threshold = '>= 120' AS eq, '>= 120'::threshold <> '<= 120' AS ne,
       threshold_hash('>= 120.0 warning 125') = threshold_hash('>= 120 warning 125.00') AS same,
       threshold_hash_extended('>= 120', 1) <> threshold_hash_extended('>= 120', 2) AS seeded;
SELECT count(DISTINCT t) AS distinct_ones, count(*) FROM unnest('{>= 1,>= 1.0,<= 1,1 .. 1,>= 1 warning 1}'::threshold[]) AS t;
SELECT t FROM unnest('{>= 120 warning 125,<= 80,>= 9,0.4 .. 0.6,>= 120,<= 80 notice 3,<= 200,0.4 .. 0.5,>= 120 warning 130,>= -3,<= -3}'::threshold[]) AS t ORDER BY t;

-- strictness
SELECT a, b, a @> b AS "a @> b", a <@ b AS "a <@ b" FROM (VALUES
    ('>= 120'::threshold, '>= 125'::threshold), ('>= 120', '>= 120 warning 125'), ('>= 120 warning 125', '>= 122'), ('>= 120 warning 125', '>= 125'),
    ('>= 120', '<= 300'), ('>= 120', '130 .. 300'), ('<= 300', '130 .. 300'), ('0.4 .. 0.6', '0.45 .. 0.55'), ('0.4 .. 0.6', '0.45 .. 0.65'), ('<= 5', '<= 5.00')) AS v (a, b);
SELECT a, b, tighten(a, b) FROM (VALUES
    ('>= 120 warning 125'::threshold, '>= 130'::threshold), ('>= 120 warning 125', '>= 122 caution 124'), ('>= 120 warning 125', '<= 200 caution 190'), ('0.4 .. 0.6', '0.5 .. 0.7 warning 0.55 .. 0.7')) AS v (a, b);
SELECT tighten(t) FROM unnest('{>= 120 warning 125,NULL,>= 122,<= 300}'::threshold[]) AS t;
SELECT tighten(t) IS NULL AS none FROM unnest('{NULL}'::threshold[]) AS t;

-- in a table: cast on assignment, keys, a check
CREATE TEMP TABLE rule (code text PRIMARY KEY, t threshold NOT NULL UNIQUE CHECK (t <@ '>= 0'));
INSERT INTO rule SELECT code, '>= ' || least FROM (VALUES ('a', 5), ('b', 6.50)) AS v (code, least);
INSERT INTO rule VALUES ('c', '>= 6.5');
INSERT INTO rule VALUES ('c', '<= 6.5');
SELECT code, t FROM rule WHERE t = at_least(6.5);
