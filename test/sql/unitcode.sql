-- Codes of units: text, order, parts, official codes, and what the planner does with them.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET search_path = governance, public;

-- text and binary form
SELECT '33.01.06'::unitcode, 'US'::unitcode, 'a_B.0'::unitcode, repeat('x', 63)::unitcode;
SELECT length(rtrim(repeat(repeat('x', 63) || '.', 32), '.')::unitcode) AS longest;
SELECT unitcode_send('33.01') = '\x33332e3031'::bytea AS sent_as_text;
SELECT ''::unitcode;
SELECT '.'::unitcode;
SELECT '33..06'::unitcode;
SELECT '33.'::unitcode;
SELECT ' 33'::unitcode;
SELECT '33/01'::unitcode;
SELECT '33.浙江'::unitcode;
SELECT '33.é01'::unitcode;
SELECT E'33\n'::unitcode;
SELECT repeat('x', 64)::unitcode;
SELECT ('1.' || repeat('x', 100))::unitcode;
SELECT rtrim(repeat('1.', 33), '.')::unitcode;
SELECT repeat('é', 60)::unitcode;
\set VERBOSITY sqlstate
SELECT ''::unitcode;
\set VERBOSITY default
CREATE TABLE code (code unitcode);
INSERT INTO code VALUES ('33'), ('33.01.06'), (NULL), (rtrim(repeat(repeat('x', 63) || '.', 32), '.'));
CREATE TABLE code_read (code unitcode);
\copy code TO 'results/unitcode.bin' WITH (FORMAT binary)
\copy code_read FROM 'results/unitcode.bin' WITH (FORMAT binary)
SELECT count(*), count(code) FROM code_read;
SELECT count(*) AS differences FROM (TABLE code EXCEPT TABLE code_read) d;
\copy code_read FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\001\0\0\0\00633..06\377\377"' WITH (FORMAT binary)
\copy code_read FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\001\0\0\0\0\377\377"' WITH (FORMAT binary)
\copy code_read FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\001\0\0\0\00333\0\377\377"' WITH (FORMAT binary)
\copy code_read FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\001\0\0\0\00333\377\377\377"' WITH (FORMAT binary)
DROP TABLE code, code_read;

-- to text implicitly, from text by assignment only
SELECT length('33.01'::unitcode), '33.01'::unitcode LIKE '33.%' AS "like", '33.01'::unitcode::text || '/' AS text;
SELECT castmethod, castcontext, castsource::regtype, casttarget::regtype FROM pg_catalog.pg_cast
 WHERE 'unitcode'::regtype IN (castsource, casttarget) ORDER BY 1;
SELECT ARRAY['33', '33.01', NULL]::unitcode[]::text[] AS array, upper('us.a'::unitcode) AS function, 'x' || '33'::unitcode::text AS joined,
       NULL::unitcode::text IS NULL AS null_of_null, pg_typeof(max('33'::unitcode)) AS greatest;
SELECT ('33..01'::text)::unitcode;
SELECT parent('33.01'::text);

-- order: bytewise, a unit just before its subtree
SELECT code FROM (VALUES ('33'::unitcode), ('33_1'), ('33.2'), ('33.1.1'), ('330'), ('33.1'), ('a'), ('Z'), ('4')) AS v (code) ORDER BY code;
SELECT a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt, sign(unitcode_cmp(a, b))
  FROM (VALUES ('33.1'::unitcode, '330'::unitcode), ('33', '33'), ('33.2', '33.10')) AS v (a, b);
SELECT unitcode_hash('33.01') = unitcode_hash('33.01') AS same, unitcode_hash_extended('33.01', 1) <> unitcode_hash_extended('33.01', 2) AS seeded;
SELECT a, b, a @> b AS ancestor, a <@ b AS descendant, common_ancestor(a, b)
  FROM (VALUES ('33'::unitcode, '33'::unitcode), ('33', '33.01'), ('33.01', '33'), ('33', '330'), ('33.01', '33.011'),
        ('33.01.06', '33.01.07'), ('33.01', NULL)) AS v (a, b);

-- the parts
SELECT depth(c), label(c), parent(c), ancestors(c), child(c, 'x_1'), official(c), subtree_end(c)
  FROM (VALUES ('33.01.06'::unitcode), ('US')) AS v (c);
SELECT n, ancestor('33.01.06', n) FROM unnest(ARRAY[-1, 0, 1, 2, 3, 4, 2147483647]) AS n;
SELECT child('33', '');
SELECT child('33', 'a.b');
SELECT child('33', '浙');
SELECT child('33', repeat('x', 64));
SELECT child(rtrim(repeat('1.', 32), '.')::unitcode, '1');
SELECT subtree_end('33')::text::unitcode;

-- official codes
SELECT unitcode('330106', '{2,2,2,3,3}'), unitcode('06037', '{2,3}'), unitcode('33', '{2,2,2,3,3}'), unitcode('330100', '{2,2,2}');
SELECT unitcode('33010', '{2,2,2,3,3}');
SELECT unitcode('3301061', '{2,2,2}');
SELECT unitcode('', '{2}');
SELECT unitcode('33.1', '{2,2}');
SELECT unitcode('33é1', '{2,2}');
SELECT unitcode('33', '{}');
SELECT unitcode('33', '{2,0}');
SELECT unitcode('33', '{2,64}');
SELECT unitcode('33', '{2,NULL}');
SELECT unitcode('33', '{{2}}');
SELECT unitcode('33', array_fill(1, ARRAY[33]));
SELECT gb2260(c) FROM unnest(ARRAY['33', '3301', '330100', '330106', '330000', '330106001', '110101001007', '330000000000', '441900003000', '469001', '330006']) AS c;
SELECT gb2260('3');
SELECT gb2260('3301060');
SELECT gb2260('33010a');
SELECT gb2260('３３');
SELECT gb2260('000000');
SELECT gb2260('');
SELECT gb2260(NULL) IS NULL AS null_of_null;

-- the aggregate: NULL is passed over, different roots stay apart whatever follows
SELECT common_ancestor(c) FROM (VALUES ('33.01'::unitcode), (NULL), ('33.01.02'), ('33.02.01')) AS v (c);
SELECT common_ancestor(c) FROM (VALUES ('33.01'::unitcode), ('44'), ('33.01'), ('33.01')) AS v (c);
SELECT common_ancestor(c) FROM (VALUES (NULL::unitcode), ('33.01'), (NULL)) AS v (c);
SELECT common_ancestor(c) FROM (VALUES (NULL::unitcode)) AS v (c);
SELECT common_ancestor(c) FROM (VALUES ('33'::unitcode)) AS v (c) WHERE false;
SELECT common_ancestor_final('33..01');

-- what the planner does
SET search_path = '';
CREATE TABLE public.unit AS
    SELECT (a || coalesce('.' || b || coalesce('.' || c, ''), ''))::governance.unitcode AS code, c AS n
      FROM generate_series(10, 19) AS a, (SELECT generate_series(10, 49) UNION ALL SELECT NULL) AS b (b),
           (SELECT generate_series(10, 39) UNION ALL SELECT NULL) AS c (c)
     WHERE b IS NOT NULL OR c IS NULL;
CREATE INDEX unit_code ON public.unit (code);
ANALYZE public.unit;
CREATE FUNCTION public.plan_has(query text, pattern text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    line text;
    plan text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        plan := plan || line || E'\n';
    END LOOP;
    RETURN plan ~ pattern;
END $$;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
-- exact conditions in every form, without the operator as a filter
SELECT form, public.plan_has(format('SELECT * FROM public.unit WHERE %s', form), pattern) AS planned,
       public.plan_has(format('SELECT * FROM public.unit WHERE %s', form), 'Filter') AS filtered
  FROM (VALUES
    ($$code OPERATOR(governance.<@) '12.13'$$, 'Index Cond: .*>=.* ''12.13''.* AND .*<.* ''12.13/'''),
    ($$'12.13' OPERATOR(governance.@>) code$$, 'Index Cond: .*>=.* ''12.13''.* AND .*<.* ''12.13/'''),
    ($$governance.is_descendant(code, '12.13')$$, 'Index Cond: .*>=.* ''12.13''.* AND .*<.* ''12.13/'''),
    ($$governance.is_ancestor('12.13', code)$$, 'Index Cond: .*>=.* ''12.13''.* AND .*<.* ''12.13/'''),
    ($$code OPERATOR(governance.@>) '12.13.14'$$, 'Index Cond: .*=. ANY .*[{]12,12.13,12.13.14[}]'),
    ($$'12.13.14' OPERATOR(governance.<@) code$$, 'Index Cond: .*=. ANY .*[{]12,12.13,12.13.14[}]'),
    ($$governance.is_ancestor(code, '12.13.14')$$, 'Index Cond: .*=. ANY .*[{]12,12.13,12.13.14[}]'),
    ($$governance.is_descendant('12.13.14', code)$$, 'Index Cond: .*=. ANY .*[{]12,12.13,12.13.14[}]')) AS v (form, pattern);
SELECT count(*) FROM public.unit WHERE code OPERATOR(governance.<@) '12.13';
SELECT code FROM public.unit WHERE code OPERATOR(governance.@>) '12.13.14' ORDER BY code;
-- patterns are matched as text, whatever indexes of the code there are, and by an index of the text
CREATE INDEX unit_hash ON public.unit USING hash (code);
CREATE VIEW public.pattern AS
    SELECT i, v.condition FROM (VALUES (1, 'code LIKE ''12.13%'''), (2, 'code NOT LIKE ''1_.%'''), (3, 'code ~~* ''12.13%'''), (4, 'code ~ ''^12\.13'''), (5, 'code ~* ''^12\.13'''), (6, 'code ^@ ''12.13'''),
        (7, 'code SIMILAR TO ''12.1(3|4)%'''), (8, 'code LIKE ''12.13'''), (9, 'starts_with(code, ''12.13'')'), (10, '''12.13.14'' LIKE code::text || ''%''')) AS v (i, condition);
CREATE FUNCTION public.matched(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    EXECUTE query INTO n;
    RETURN n;
END $$;
SELECT condition, public.matched('SELECT count(*) FROM public.unit WHERE ' || condition),
       public.plan_has('SELECT * FROM public.unit WHERE ' || condition, 'Index Cond') AS by_index
  FROM public.pattern ORDER BY i;
SET enable_seqscan = on;
PREPARE matching AS SELECT count(*) FROM public.unit WHERE code LIKE $1;
EXECUTE matching('12.13%');
SET plan_cache_mode = force_generic_plan;
EXECUTE matching('12.13%');
RESET plan_cache_mode;
DEALLOCATE matching;
SET enable_seqscan = off;
DROP INDEX public.unit_hash;
CREATE INDEX unit_text ON public.unit ((code::text) text_pattern_ops);
SELECT condition, public.matched('SELECT count(*) FROM public.unit WHERE ' || condition),
       public.plan_has('SELECT * FROM public.unit WHERE ' || condition, 'unit_text.*Index Cond') AS by_index
  FROM public.pattern ORDER BY i;
SELECT count(*) FROM public.unit WHERE code LIKE '12.13%' AND code OPERATOR(governance.<@) '12';
SELECT count(*) FROM public.unit a JOIN public.unit b ON b.code LIKE a.code::text || '.%' WHERE a.code = '12.13';
DROP INDEX public.unit_text;
DROP VIEW public.pattern;
DROP FUNCTION public.matched;
-- NULL, volatile and self-referring arguments give no condition
SELECT count(*) FROM public.unit WHERE code OPERATOR(governance.<@) NULL;
SELECT public.plan_has($$SELECT * FROM public.unit WHERE code OPERATOR(governance.<@) (random()::int::text)::governance.unitcode$$, 'Index Cond');
SELECT public.plan_has($$SELECT * FROM public.unit WHERE code OPERATOR(governance.<@) governance.ancestor(code, n)$$, 'Index Cond');
-- parameters of a generic plan
SET plan_cache_mode = force_generic_plan;
PREPARE below AS SELECT count(*) FROM public.unit WHERE code OPERATOR(governance.<@) $1;
PREPARE above AS SELECT count(*) FROM public.unit WHERE code OPERATOR(governance.@>) $1;
SELECT public.plan_has('EXECUTE below(NULL)', 'Index Cond: .*\$1.*subtree_end\(\$1\)') AS below,
       public.plan_has('EXECUTE above(NULL)', 'Index Cond: .*ANY \(governance.ancestors\(\$1\)\)') AS above;
EXECUTE below('12');
EXECUTE above('12.13.14');
EXECUTE below(NULL);
EXECUTE above(NULL);
RESET plan_cache_mode;
-- joins
CREATE TABLE public.place AS SELECT code FROM public.unit WHERE n = 12;
ANALYZE public.place;
SELECT public.plan_has('SELECT * FROM public.place p JOIN public.unit u ON u.code OPERATOR(governance.@>) p.code', 'Index Cond: .*ANY \(governance.ancestors\(p.code\)\)') AS above,
       public.plan_has('SELECT * FROM public.place p JOIN public.unit u ON u.code OPERATOR(governance.<@) p.code', 'Index Cond: .*subtree_end\(p.code\)') AS below;
SELECT count(*) FROM public.place p JOIN public.unit u ON u.code OPERATOR(governance.@>) p.code;
SELECT count(*) FROM public.place p JOIN public.unit u ON u.code OPERATOR(governance.<@) p.code;
-- a lower column of an index: in order, so that no sort is needed or left out
DROP INDEX public.unit_code;
CREATE INDEX unit_n_code ON public.unit (n, code);
SELECT public.plan_has($$SELECT * FROM public.unit WHERE n >= 0 AND code OPERATOR(governance.<@) '12.13' ORDER BY n, code$$, 'Index Cond: .*12.13/') AS below,
       public.plan_has($$SELECT * FROM public.unit WHERE n >= 0 AND code OPERATOR(governance.@>) '12.13.14' ORDER BY n, code$$, 'Index Cond: .*code') AS above;
SELECT n, code FROM public.unit WHERE n >= 37 AND code OPERATOR(governance.<@) '12.13' ORDER BY n, code;
SELECT n, code FROM public.unit WHERE n >= 0 AND code OPERATOR(governance.@>) '12.13.14' ORDER BY n, code;
-- a partial index, partitions, an index of another order
DROP INDEX public.unit_n_code;
CREATE INDEX unit_part ON public.unit (code) WHERE code OPERATOR(governance.<@) '12';
SELECT public.plan_has($$SELECT * FROM public.unit WHERE code OPERATOR(governance.<@) '12' AND code OPERATOR(governance.<@) '12.13'$$, 'unit_part') AS partial;
CREATE TABLE public.parted (code governance.unitcode) PARTITION BY RANGE (code);
CREATE TABLE public.parted_1 PARTITION OF public.parted FOR VALUES FROM (MINVALUE) TO ('15');
CREATE TABLE public.parted_2 PARTITION OF public.parted FOR VALUES FROM ('15') TO (MAXVALUE);
CREATE INDEX ON public.parted (code);
INSERT INTO public.parted SELECT code FROM public.unit;
ANALYZE public.parted;
SELECT public.plan_has($$SELECT * FROM public.parted WHERE code OPERATOR(governance.<@) '15'$$, 'Index Cond') AS parted;
SELECT count(*) FROM public.parted WHERE code OPERATOR(governance.<@) '15';
CREATE TABLE public.hashed (code governance.unitcode) PARTITION BY HASH (code);
CREATE TABLE public.hashed_0 PARTITION OF public.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE public.hashed_1 PARTITION OF public.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO public.hashed SELECT code FROM public.unit;
SELECT bool_and(n > 0) AS spread FROM (SELECT count(*) AS n FROM public.hashed GROUP BY tableoid) c HAVING count(*) = 2;
CREATE FUNCTION public.reverse_cmp(governance.unitcode, governance.unitcode) RETURNS int LANGUAGE sql IMMUTABLE
    RETURN governance.unitcode_cmp($2, $1);
CREATE OPERATOR CLASS public.reverse_ops FOR TYPE governance.unitcode USING btree AS
    OPERATOR 1 governance.>, OPERATOR 2 governance.>=, OPERATOR 3 governance.=, OPERATOR 4 governance.<=, OPERATOR 5 governance.<,
    FUNCTION 1 public.reverse_cmp(governance.unitcode, governance.unitcode);
CREATE INDEX unit_reverse ON public.unit (code public.reverse_ops);
SELECT public.plan_has($$SELECT * FROM public.unit WHERE code OPERATOR(governance.<@) '13.13'$$, 'unit_reverse') AS other_order;
SELECT count(*) FROM public.unit WHERE code OPERATOR(governance.<@) '13.13';
-- a domain
CREATE DOMAIN public.place_code AS governance.unitcode CHECK (governance.depth(VALUE) <= 3);
CREATE TABLE public.domained (code public.place_code PRIMARY KEY);
INSERT INTO public.domained SELECT code FROM public.unit;
ANALYZE public.domained;
SELECT public.plan_has($$SELECT * FROM public.domained WHERE code OPERATOR(governance.<@) '13.13'$$, 'Index Cond: .*13.13/') AS domained;
SELECT count(*) FROM public.domained WHERE code OPERATOR(governance.<@) '13.13';
-- without the schema on the path: = compares as text, without the index; what no operator of text does is refused
CREATE TABLE public.named (name text);
INSERT INTO public.named SELECT code::text FROM public.unit WHERE code OPERATOR(governance.<@) '13.13';
ANALYZE public.named;
SELECT v.condition, public.plan_has('SELECT * FROM public.unit WHERE ' || v.condition, '\(\(code\)::text ') AS as_text,
       public.plan_has('SELECT * FROM public.unit WHERE ' || v.condition, 'Index Cond: .*code') AS by_index
  FROM (VALUES (1, 'code = ''13.13'''), (2, 'code = ''13.13''::governance.unitcode'), (3, 'code IN (''13.13'', ''13.14'')'), (4, 'code < ''13.13'''), (5, 'code OPERATOR(governance.=) ''13.13''')) AS v (i, condition)
 ORDER BY v.i;
SELECT count(*) AS joined FROM public.unit u JOIN public.named n ON n.name = u.code;
SELECT count(*) FROM public.unit WHERE code = 'no code';
SELECT count(*) FROM public.unit WHERE code <@ '13.13';
SELECT count(*) FROM public.unit a JOIN public.unit b ON a.code <@ b.code;
SET search_path = governance;
SELECT public.plan_has('SELECT * FROM public.unit WHERE code = ''13.13''', 'Index Cond: .*code = ') AS by_index,
       public.plan_has('SELECT * FROM public.unit WHERE code = ''13.13''::text', '\(\(code\)::text = ') AS as_text,
       public.plan_has('SELECT * FROM public.unit WHERE code = ''13.13''::text::unitcode', 'Index Cond: .*code = ') AS by_index_cast;
SELECT count(*) AS joined FROM public.unit u JOIN public.named n ON n.name::unitcode = u.code;
SELECT count(*) FROM public.unit WHERE code = 'no code';
SET search_path = '';
DROP TABLE public.named;
DROP TABLE public.unit, public.place, public.parted, public.hashed, public.domained;
DROP FUNCTION public.plan_has;

-- the catalogue: every object is described; strict where it may be; operators know each other
RESET search_path;
SELECT count(*) AS without_comment FROM pg_catalog.pg_proc p
 WHERE pronamespace = 'governance'::regnamespace
   AND (proname ~ '^(unitcode|is_ancestor|is_descendant|common_ancestor)' OR proname IN ('gb2260', 'official', 'depth', 'label', 'parent', 'ancestor', 'ancestors', 'child', 'subtree_end'))
   AND obj_description(oid, 'pg_proc') IS NULL;
SELECT oprname, oprcom::regoperator, oprnegate::regoperator, oprcanhash, oprcanmerge, oprrest, oprjoin FROM pg_catalog.pg_operator
 WHERE oprleft = 'governance.unitcode'::regtype ORDER BY oprname;
-- the end of a subtree is its own end, and no unit
SELECT governance.subtree_end(governance.subtree_end('33.01'));
SELECT governance.unit_rollup(governance.subtree_end('33.01'), 1);
