-- Labels of periods, both ways.
\set SHOW_CONTEXT never
SET search_path = governance, public;
SET datestyle = 'ISO, YMD';
SELECT l AS label, period(l) FROM unnest('{2025,2025Q1,2025Q4,2025-01,2024-02,2025-12,2025-07-14,2024-02-29,2025W28,2020W53,2026W01,2021/2025,2025/2025,0001,9999,9999-12-31,0001W01,9999W52}'::text[]) l;
SELECT period('2025Q5');
SELECT period('2025-13');
SELECT period('2025-00');
SELECT period('2025-02-29');
SELECT period('2025-02-00');
SELECT period('2025W00');
SELECT period('2025W53');
SELECT period('2025W54');
SELECT period('2020W54');
SELECT period('2025/2021');
SELECT period('2025/0000');
SELECT period('2025/20211');
SELECT period('2025Q3x');
SELECT period('2025Q');
SELECT period('2025-07-14 ');
SELECT period('2025/');
SELECT period('0000');
SELECT period('');
SELECT period(' 2025');
SELECT period('2025 ');
SELECT period('25');
SELECT period('2025-7');
SELECT period('2025q3');
SELECT period('２０２５');
SELECT period(repeat('２０２５', 20));
SELECT period(NULL) IS NULL AS null_in_null_out;
-- other spans print as themselves, whatever DateStyle is
SET datestyle = 'German, DMY';
SELECT period_label(r) FROM (VALUES (1, daterange('2025-01-15', '2025-02-01')), (2, daterange('2025-02-01', '2025-04-01')), (3, 'empty'), (4, daterange(NULL, '2025-01-01')),
    (5, daterange('2025-01-01', NULL)), (6, daterange(NULL, NULL)), (7, daterange('-infinity', 'infinity')), (8, daterange('0044-03-15 BC', '0044-03-16 BC')),
    (9, daterange('0001-01-01 BC', '0001-01-01')), (10, daterange('9999-01-01', '10000-01-01')), (11, daterange('10000-01-01', '10001-01-01')),
    (12, daterange('9990-01-01', '10001-01-01')), (13, daterange('0001-12-25 BC', '0002-01-01')), (14, daterange('2025-07-08', '2025-07-15')), (15, daterange('5874896-12-31', '5874897-12-31')),
    (16, period('9999W52')), (17, daterange('10000-01-03', '10000-01-10')), (18, daterange('0001-01-01', '10000-01-01'))) AS v (i, r) ORDER BY i;
-- what has no label prints as the range does under ISO
SET datestyle = 'ISO, MDY';
SELECT count(*) AS ranges, count(*) FILTER (WHERE period_label(r) <> r::text) AS changed
  FROM generate_series(-2451000, 2900000, 9973) AS d, (VALUES (2), (6), (29), (32), (91), (93), (367), (100001)) AS n (n), LATERAL (SELECT daterange(date '2000-01-01' + d, date '2000-01-01' + d + n)) AS x (r)
 WHERE NOT (extract(day FROM lower(r)) = 1 AND extract(day FROM upper(r)) = 1);
-- every day, week, month, quarter and year of 400 years, there and back
SELECT count(*) AS labels, count(*) FILTER (WHERE period_label(period(l)) <> l) AS changed, count(DISTINCT period(l)) AS spans
  FROM (SELECT to_char(d, 'YYYY-MM-DD') FROM generate_series(date '1801-01-01', '2200-12-31', '1 day') d
         UNION SELECT to_char(d, 'IYYY"W"IW') FROM generate_series(date '1801-01-05', '2200-12-22', '7 days') d
         UNION SELECT to_char(d, 'YYYY-MM') FROM generate_series(date '1801-01-01', '2200-12-31', '1 month') d
         UNION SELECT to_char(d, 'YYYY"Q"Q') FROM generate_series(date '1801-01-01', '2200-12-31', '1 month') d
         UNION SELECT to_char(d, 'YYYY') FROM generate_series(date '1801-01-01', '2200-12-31', '1 year') d
         UNION SELECT '1801/' || y FROM generate_series(1802, 2200) y) AS t (l);
-- weeks and days follow one another without gap or overlap
SELECT count(*) AS breaks
  FROM (SELECT period(to_char(d, 'IYYY"W"IW')) AS w, lead(period(to_char(d, 'IYYY"W"IW'))) OVER (ORDER BY d) AS next
          FROM generate_series(date '1801-01-05', '2200-12-22', '7 days') d) t
 WHERE upper(w) <> lower(next);
-- how long a span is: whole months, on whatever day they begin, else days
SELECT r, period_span(r) FROM (VALUES (1, period('2025')), (2, period('2021/2025')), (3, period('2025Q1')), (4, period('2025-02')), (5, period('2025W28')), (6, period('2025-07-14')),
    (7, daterange('2025-01-01', '2025-01-31')), (8, daterange('2025-02-04', '2025-03-06')), (9, daterange('2025-04-01', '2025-05-01')), (10, daterange('2024-04-01', '2025-04-01')),
    (11, daterange('2025-05-26', '2025-06-26')), (12, daterange('2025-01-01', '2026-07-01')), (13, daterange('2025-01-31', '2025-02-28')), (14, daterange('2023-01-01', '2023-12-31')),
    (15, daterange('0001-12-01 BC', '0001-01-01')), (16, daterange('4713-01-01 BC', '5874897-12-31')), (17, 'empty'), (18, daterange(NULL, '2025-01-01')), (19, daterange('2025-01-01', NULL)),
    (20, daterange('2025-01-01', 'infinity')), (21, daterange('-infinity', '2025-01-01')), (22, daterange('2025-02-01', '2025-02-14', '[]'))) AS v (i, r) ORDER BY i;
-- what it says is as long, as PostgreSQL reads it, in whatever style intervals are
SET intervalstyle = 'sql_standard';
SELECT count(*) AS spans, count(*) FILTER (WHERE lower(r) + period_span(r)::interval <> upper(r)) AS wrong,
       count(*) FILTER (WHERE (period_span(r) LIKE '%D') <> (extract(day FROM lower(r)) <> extract(day FROM upper(r)))) AS misnamed
  FROM generate_series(-700000, 700000, 997) AS d, (VALUES (1), (7), (28), (29), (30), (31), (59), (90), (91), (92), (365), (366), (731), (100001)) AS n (n),
       LATERAL (SELECT daterange(date '2000-01-01' + d, date '2000-01-01' + d + n)) AS x (r);
SET search_path = '';
SELECT governance.period_span(governance.period('2025Q3'));
SELECT governance.period_label(governance.period('2025Q3'));
