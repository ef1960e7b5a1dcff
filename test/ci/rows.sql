-- The rows of every table and view that belongs to no extension: a count and a sum each.
\pset tuples_only on
\pset format unaligned
SET search_path = '';
SELECT pg_catalog.format('SELECT %L, count(*), pg_catalog.md5(pg_catalog.string_agg(t::text, chr(10) ORDER BY t::text COLLATE "C")) FROM %s t',
                         c.oid::pg_catalog.regclass, c.oid::pg_catalog.regclass)
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'v', 'm')
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.deptype = 'e' AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid)
 ORDER BY c.oid::pg_catalog.regclass::text COLLATE "C"
\gexec
