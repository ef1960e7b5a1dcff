-- What a database has, one object a line: definition, comment and privileges, without
-- oids. Variable members: true for the objects of the extension governance, false for
-- the objects of no extension.
\set QUIET on
\pset tuples_only on
\pset format unaligned
SET search_path = '';
WITH member AS (
    SELECT d.classid, d.objid, e.extname = 'governance' AS ours
      FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON d.refobjid = e.oid
     WHERE d.deptype = 'e' AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
), chosen (classid, objid, definition, privileges) AS (
    SELECT p.tableoid, p.oid,
           CASE WHEN p.prokind = 'a' THEN
               (SELECT pg_catalog.concat_ws(' ', p.proparallel, p.provolatile, a.aggtransfn, a.aggcombinefn, a.aggfinalfn, a.aggserialfn, a.aggdeserialfn,
                       a.aggmtransfn, a.aggtranstype::pg_catalog.regtype, a.aggfinalmodify, a.agginitval, a.aggtransspace)
                  FROM pg_catalog.pg_aggregate a WHERE a.aggfnoid = p.oid)
           ELSE pg_catalog.pg_get_functiondef(p.oid) END,
           p.proacl
      FROM pg_catalog.pg_proc p
    UNION ALL
    SELECT t.tableoid, t.oid,
           pg_catalog.concat_ws(' ', t.typlen, t.typbyval, t.typtype, t.typcategory, t.typispreferred, t.typdelim, t.typinput, t.typoutput,
                                t.typreceive, t.typsend, t.typanalyze, t.typalign, t.typstorage, t.typcollation::pg_catalog.regcollation,
                                (SELECT pg_catalog.string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)
                                   FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid)),
           t.typacl
      FROM pg_catalog.pg_type t
    UNION ALL
    SELECT o.tableoid, o.oid,
           pg_catalog.concat_ws(' ', o.oprresult::pg_catalog.regtype, o.oprcom::pg_catalog.regoperator, o.oprnegate::pg_catalog.regoperator,
                                o.oprcode, o.oprrest, o.oprjoin, o.oprcanmerge, o.oprcanhash),
           NULL
      FROM pg_catalog.pg_operator o
    UNION ALL
    SELECT f.tableoid, f.oid,
           (SELECT pg_catalog.string_agg(pg_catalog.pg_describe_object(m.tableoid, m.oid, 0), '; ' ORDER BY m.amopstrategy, m.amopopr::pg_catalog.regoperator::text)
              FROM pg_catalog.pg_amop m WHERE m.amopfamily = f.oid) || '; ' ||
           (SELECT pg_catalog.string_agg(pg_catalog.pg_describe_object(m.tableoid, m.oid, 0), '; ' ORDER BY m.amprocnum, m.amproc::text)
              FROM pg_catalog.pg_amproc m WHERE m.amprocfamily = f.oid),
           NULL
      FROM pg_catalog.pg_opfamily f
    UNION ALL
    SELECT c.tableoid, c.oid,
           pg_catalog.concat_ws(' ', c.opcintype::pg_catalog.regtype, c.opcdefault, c.opckeytype::pg_catalog.regtype),
           NULL
      FROM pg_catalog.pg_opclass c
    UNION ALL
    SELECT c.tableoid, c.oid, pg_catalog.concat_ws(' ', c.castfunc::pg_catalog.regprocedure, c.castcontext, c.castmethod), NULL
      FROM pg_catalog.pg_cast c
    UNION ALL
    SELECT c.tableoid, c.oid,
           pg_catalog.concat_ws(' ', c.relkind, c.relpersistence, c.reloptions, c.relrowsecurity,
               CASE WHEN c.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(c.oid) END,
               CASE WHEN c.relkind IN ('i', 'I') THEN pg_catalog.pg_get_indexdef(c.oid) END,
               (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated,
                                  a.attidentity, pg_catalog.pg_get_expr(d.adbin, d.adrelid), pg_catalog.col_description(c.oid, a.attnum)), ', ' ORDER BY a.attnum)
                  FROM pg_catalog.pg_attribute a
                  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)),
           c.relacl
      FROM pg_catalog.pg_class c WHERE c.relkind <> 't'
    UNION ALL
    SELECT c.tableoid, c.oid, pg_catalog.pg_get_constraintdef(c.oid), NULL
      FROM pg_catalog.pg_constraint c
    UNION ALL
    SELECT t.tableoid, t.oid, pg_catalog.pg_get_triggerdef(t.oid), NULL
      FROM pg_catalog.pg_trigger t WHERE NOT t.tgisinternal
    UNION ALL
    SELECT n.tableoid, n.oid, '', n.nspacl
      FROM pg_catalog.pg_namespace n WHERE n.nspname <> 'public'
)
SELECT pg_catalog.md5(pg_catalog.concat_ws('|', c.definition, c.privileges, pg_catalog.obj_description(c.objid, c.classid::pg_catalog.regclass::name))),
       o.description
  FROM chosen c
 CROSS JOIN LATERAL pg_catalog.pg_describe_object(c.classid, c.objid, 0) AS o (description)
  LEFT JOIN member m USING (classid, objid)
 WHERE CASE WHEN :members THEN m.ours ELSE m.ours IS NULL AND c.objid >= 16384 END
   AND o.description !~ ' pg_(temp|toast)'
 ORDER BY o.description COLLATE "C", 1;
