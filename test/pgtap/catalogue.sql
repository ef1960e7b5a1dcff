-- Rules for every object of the extension, read from the catalogue. Each lists those who
-- break it; exceptions stand here by name, with their reason.
BEGIN;
SELECT plan(40);

CREATE TEMP VIEW member AS
    SELECT d.classid, d.objid, d.classid::regclass::name AS catalogue, pg_describe_object(d.classid, d.objid, 0) AS name
      FROM pg_depend d
      JOIN pg_extension e ON e.oid = d.refobjid
     WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND e.extname = 'governance';
CREATE TEMP VIEW function AS
    SELECT p.*, l.lanname, p.oid::regprocedure::text AS signature
      FROM pg_proc p
      JOIN member m ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid
      JOIN pg_language l ON l.oid = p.prolang;
CREATE TEMP VIEW aggregate AS
    SELECT a.*, f.signature, f.proname, f.proparallel FROM pg_aggregate a JOIN function f ON f.oid = a.aggfnoid;
CREATE TEMP VIEW operator AS
    SELECT o.*, o.oid::regoperator::text AS signature
      FROM pg_operator o JOIN member m ON m.classid = 'pg_operator'::regclass AND m.objid = o.oid;

-- The rules below mean something only if there is something to hold them against.
SELECT cmp_ok((SELECT count(*) FROM function), '>', 40::bigint, 'there are functions');
SELECT cmp_ok((SELECT count(*) FROM aggregate), '>=', 4::bigint, 'there are aggregates');
SELECT cmp_ok((SELECT count(*) FROM operator), '>=', 10::bigint, 'there are operators');

-- Ownership
SELECT is_empty($$SELECT m.name FROM member m JOIN pg_class c ON c.oid = m.objid
                   WHERE m.classid = 'pg_class'::regclass AND c.relkind NOT IN ('c', 'v')$$,
                'the extension owns no table, sequence, index or materialised view');
SELECT is_empty($$SELECT f.signature FROM function f WHERE f.pronamespace <> 'governance'::regnamespace$$,
                'every function is in the schema governance');
SELECT is_empty($$SELECT m.name FROM member m JOIN pg_type t ON t.oid = m.objid
                   WHERE m.classid = 'pg_type'::regclass AND t.typnamespace <> 'governance'::regnamespace$$,
                'every type is in the schema governance');
SELECT is_empty($$SELECT signature FROM operator WHERE oprnamespace <> 'governance'::regnamespace$$,
                'every operator is in the schema governance');
SELECT ok(has_schema_privilege('public', 'governance', 'USAGE'), 'everybody may use the schema');
SELECT ok(NOT has_schema_privilege('public', 'governance', 'CREATE'), 'but not add to it');
SELECT is_empty($$SELECT signature FROM function WHERE prosecdef$$, 'no function runs with its owner''s rights');

-- Comments. Array types, row types and operator families come along with what they belong to.
SELECT is_empty($$SELECT m.name FROM member m
                    LEFT JOIN pg_type t ON m.classid = 'pg_type'::regclass AND t.oid = m.objid
                   WHERE obj_description(m.objid, m.catalogue) IS NULL
                     AND m.classid <> 'pg_opfamily'::regclass
                     AND NOT (m.classid = 'pg_type'::regclass AND (t.typcategory = 'A' OR t.typrelid <> 0))
                     AND NOT (m.classid = 'pg_class'::regclass AND obj_description((SELECT reltype FROM pg_class WHERE oid = m.objid), 'pg_type') IS NOT NULL)$$,
                'every object has a comment');
SELECT isnt(obj_description('governance'::regnamespace, 'pg_namespace'), NULL, 'the schema has a comment');
SELECT is_empty($$SELECT m.name, obj_description(m.objid, m.catalogue) FROM member m
                   WHERE length(obj_description(m.objid, m.catalogue)) < 10$$, 'a comment is more than a word');

-- Functions
SELECT set_eq($$SELECT proname FROM function WHERE provolatile = 'v'$$,
              '{create_model,drop_model,narrow_paths,upgrade_model}'::name[],
              'volatile are those that change a model, and no other');
-- models() and its like read tables; selectivity estimates read statistics.
SELECT set_eq($$SELECT proname FROM function
                 WHERE provolatile = 's' AND prorettype <> 'float8'::regtype AND proargtypes[0] IS DISTINCT FROM 'internal'::regtype$$,
              '{check_srid,model_path,models}'::name[],
              'stable are those that read tables');
SELECT set_eq($$SELECT proname FROM function WHERE proparallel = 'u'$$,
              '{create_model,drop_model,narrow_paths,upgrade_model}'::name[],
              'parallel-unsafe are those that change a model');
SELECT set_eq($$SELECT proname FROM function WHERE proparallel = 'r'$$, '{models}'::name[],
              'parallel-restricted is models(), which asks for every model''s table');
-- These refuse NULL with an error of their own, or take it for a limit that is not there; everything else is strict.
SELECT is_empty($$SELECT signature FROM function f
                   WHERE NOT proisstrict AND prokind = 'f' AND pronargs > 0
                     AND proname NOT IN ('check_srid', 'create_model', 'at_least', 'at_most')
                     AND NOT EXISTS (SELECT FROM aggregate a WHERE f.oid IN (a.aggtransfn, a.aggcombinefn, a.aggfinalfn))$$,
                'functions are strict, but for those behind aggregates, those that make a model and those with limits left out');
SELECT is_empty($$SELECT signature FROM function f WHERE prorettype = 'internal'::regtype AND NOT ('internal'::regtype = ANY (proargtypes))$$,
                'what returns internal takes internal');
SELECT is_empty($$SELECT signature FROM function
                   WHERE lanname = 'plpgsql' AND NOT coalesce(proconfig, '{}')::text LIKE '%search\_path=%pg\_temp%'$$,
                'PL/pgSQL functions pin their search_path, pg_temp last');
SELECT is_empty($$SELECT signature FROM function
                   WHERE lanname = 'sql' AND prosqlbody IS NULL AND proname NOT IN ('model_template', 'model_steps')$$,
                'SQL functions have bound bodies, but for the two that hold the model''s text');
SELECT set_eq($$SELECT DISTINCT lanname FROM function WHERE prokind = 'f'$$, '{c,plpgsql,sql}'::name[], 'languages');
SELECT is_empty($$SELECT signature FROM function
                   WHERE lanname = 'c' AND (prosrc !~ '^gov_' OR probin <> '$libdir/governance')$$,
                'C functions are in the library, under the prefix gov_');
SELECT is_empty($$SELECT f.signature FROM function f JOIN pg_proc c
                         ON c.pronamespace = 'pg_catalog'::regnamespace AND c.proname = f.proname AND c.proargtypes = f.proargtypes$$,
                'no function has the name and arguments of a built-in one');

-- Aggregates
SELECT is_empty($$SELECT signature FROM aggregate WHERE aggcombinefn = 0$$, 'every aggregate has a combine function');
SELECT is_empty($$SELECT a.signature FROM aggregate a JOIN pg_type t ON t.oid = a.aggtranstype WHERE t.typtype = 'p'$$,
                'every aggregate has a state of a named type');
SELECT is_empty($$SELECT signature FROM aggregate WHERE proparallel <> 's'$$, 'every aggregate is parallel-safe');
SELECT is_empty($$SELECT a.signature FROM aggregate a JOIN pg_proc p ON p.proname = a.proname
                   WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'a'$$,
                'no aggregate is called like a built-in one');

-- Operators: pg_upgrade to later versions refuses what CREATE EXTENSION lets pass.
SELECT is_empty($$SELECT o.signature FROM operator o LEFT JOIN pg_operator c ON c.oid = o.oprcom
                   WHERE o.oprcom <> 0 AND (c.oprcom <> o.oid OR c.oprleft <> o.oprright OR c.oprright <> o.oprleft) IS NOT FALSE$$,
                'commutators are mutual');
SELECT is_empty($$SELECT o.signature FROM operator o LEFT JOIN pg_operator n ON n.oid = o.oprnegate
                   WHERE o.oprnegate <> 0 AND (n.oprnegate <> o.oid OR n.oprleft <> o.oprleft OR n.oprright <> o.oprright) IS NOT FALSE$$,
                'negators are mutual');
SELECT is_empty($$SELECT signature FROM operator
                   WHERE oprresult = 'boolean'::regtype AND (oprrest = 0 OR oprjoin = 0 OR oprcom = 0)$$,
                'boolean operators have estimators and a commutator');
SELECT is_empty($$SELECT o.signature FROM operator o
                   WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid IN (o.oprleft, o.oprright))$$,
                'no operator is on built-in types alone');

-- Types
SELECT is_empty($$SELECT m.name FROM member m JOIN pg_type t ON t.oid = m.objid
                   WHERE m.classid = 'pg_type'::regclass AND t.typtype = 'b' AND t.typcategory <> 'A'
                     AND (t.typreceive = 0 OR t.typsend = 0)$$,
                'base types have binary input and output');
SELECT is_empty($$SELECT m.name FROM member m JOIN pg_type t ON t.oid = m.objid
                   WHERE m.classid = 'pg_type'::regclass AND t.typtype = 'b' AND t.typcategory <> 'A'
                     AND NOT EXISTS (SELECT FROM pg_opclass c JOIN pg_am a ON a.oid = c.opcmethod JOIN pg_amproc p ON p.amprocfamily = c.opcfamily
                                      WHERE c.opcintype = t.oid AND c.opcdefault AND a.amname = 'hash' AND p.amprocnum = 2)$$,
                'base types have a hash class with the extended function');

-- The functions of a model. Others may make functions where PostGIS is.
SELECT lives_ok($$SELECT governance.create_model('watched', 3005)$$, 'a model is made');
CREATE TEMP VIEW routine AS
    SELECT p.oid::regprocedure::text AS signature, p.proname, p.prosecdef, p.prosrc, c.path,
           string_to_array(c.path, ', ') && ARRAY(SELECT n.nspname::text FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'postgis') AS wide
      FROM pg_proc p
      LEFT JOIN LATERAL (SELECT substr(s, 13) AS path FROM unnest(p.proconfig) s WHERE s LIKE 'search\_path=%') c ON true
     WHERE p.pronamespace = 'watched'::regnamespace AND p.prosqlbody IS NULL;
SELECT is_empty($$SELECT signature, path FROM routine WHERE path IS NULL OR path NOT LIKE 'watched, governance, %pg\_temp'$$,
                'what is not bound when it is made has a path that begins in the model and ends in pg_temp');
SELECT is_empty($$SELECT signature FROM routine WHERE prosecdef AND wide$$, 'PostGIS''s schema is not on the path of what runs with its owner''s rights');
SELECT is_empty($$SELECT d.signature, w.signature FROM routine d JOIN routine w ON w.wide AND d.prosrc ~ ('\m' || w.proname || '\(') WHERE d.prosecdef$$,
                'nor on that of what is called there');

CREATE FUNCTION watched.own() RETURNS integer LANGUAGE sql SECURITY DEFINER SET search_path = watched, public AS 'SELECT 1';
SELECT lives_ok($$SELECT governance.upgrade_model('watched')$$, 'a model that is up to date is left so');
SELECT is((SELECT p.proconfig FROM pg_proc p WHERE p.oid = 'watched.own()'::regprocedure), '{"search_path=watched, public"}'::text[],
          'and a function that somebody has put there keeps its path');

SELECT * FROM finish();
ROLLBACK;
