-- The model: ordinary tables, views and functions in a schema of the caller's.
-- model_template(), at the end of this script, holds the chapters of sql/model.

CREATE FUNCTION governance.models()
    RETURNS TABLE (schema name, version text, srid integer, created timestamptz)
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 5
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    home name;
BEGIN
    -- A model is known by its table "model". What looks like one may be anybody's, and
    -- reading it must not run their code as the caller: no row security, no casts.
    FOR home IN
        SELECT n.nspname
          FROM pg_class c
          JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relname = 'model' AND c.relkind = 'r' AND c.relpersistence <> 't' AND NOT c.relrowsecurity
           AND (SELECT count(*) FROM pg_attribute a
                 WHERE a.attrelid = c.oid AND NOT a.attisdropped
                   AND (a.attname, a.atttypid) IN (('governance_version', 'text'::regtype), ('srid', 'integer'::regtype),
                                                   ('created', 'timestamptz'::regtype))) = 3
         ORDER BY n.nspname
    LOOP
        schema := home;
        version := NULL;
        srid := NULL;
        created := NULL;
        IF has_schema_privilege(home, 'USAGE') AND has_table_privilege(format('%I.model', home), 'SELECT') THEN
            EXECUTE format('SELECT m.governance_version, m.srid, m.created FROM %I.model m', home)
               INTO version, srid, created;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION governance.models() IS
    'the models of this database: schema, version, spatial reference, time of creation (NULLs where the caller may not read)';

CREATE FUNCTION governance.model_path(schema name) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN (
        SELECT pg_catalog.string_agg(pg_catalog.quote_ident(p.nspname), ', ' ORDER BY p.place) || ', pg_temp'
          FROM (SELECT model_path.schema, 1
                 UNION
                SELECT n.nspname, CASE e.extname WHEN 'governance' THEN 2 ELSE 3 END
                  FROM pg_catalog.pg_extension e
                  JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
                 WHERE e.extname IN ('governance', 'postgis')) AS p (nspname, place)
    );
COMMENT ON FUNCTION governance.model_path(name) IS
    'the search_path under which a model''s chapters are run, and which those of its functions keep that name something of PostGIS: model, governance, PostGIS, pg_temp';

-- Others may have the right to make functions where PostGIS is. One that matches a call
-- better than the intended would be run by whoever calls a function of the model, or by its
-- owner. So that schema stays on the path of those alone that name something of it, and
-- of none that runs with its owner's rights.
CREATE FUNCTION governance.narrow_paths(schema name) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    routine regprocedure;
BEGIN
    FOR routine IN
        SELECT p.oid
          FROM pg_proc p CROSS JOIN LATERAL unnest(p.proconfig) AS c (setting)
         WHERE p.pronamespace = quote_ident(narrow_paths.schema)::regnamespace
           -- Those of the model, that is: what else somebody put there has a path of its own.
           AND c.setting = 'search_path=' || governance.model_path(narrow_paths.schema) AND pg_has_role(p.proowner, 'USAGE')
           AND (p.prosecdef OR p.prosrc !~* '\m(st_|geom)')
    LOOP
        EXECUTE format('ALTER ROUTINE %s SET search_path = %I, governance, pg_temp', routine, narrow_paths.schema);
    END LOOP;
END
$$;
COMMENT ON FUNCTION governance.narrow_paths(name) IS
    'takes the schema of PostGIS from the search_path of a model''s functions that name nothing of it, or run with their owner''s rights; part of create_model() and upgrade_model()';

-- Areas are taken in the plane, so the reference must be projected, in metres.
CREATE FUNCTION governance.check_srid(srid integer) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    gis text;
    wkt text;
    proj text;
BEGIN
    SELECT quote_ident(n.nspname) INTO gis
      FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
     WHERE e.extname = 'postgis';
    EXECUTE format('SELECT s.srtext, s.proj4text FROM %s.spatial_ref_sys s WHERE s.srid = $1', gis)
       INTO wkt, proj USING check_srid.srid;
    IF wkt IS NULL THEN
        RAISE EXCEPTION 'spatial reference % is not known', coalesce(check_srid.srid::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Take a projected, equal-area one in metres that spatial_ref_sys lists, such as 6933 for the whole world.';
    ELSIF wkt ~* '^GEOG' THEN
        RAISE EXCEPTION 'spatial reference % is geographic, not projected', check_srid.srid
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'Its coordinates are in degrees, and an area in square degrees means nothing.',
                  HINT = 'Take a projected, equal-area one in metres, such as 6933 for the whole world, and ST_Transform the boundaries to it.';
    ELSIF wkt !~* '^(PROJCS|PROJCRS|PROJECTEDCRS|COMPD_CS\["[^"]*",PROJCS)' THEN
        RAISE EXCEPTION 'spatial reference % is not projected', check_srid.srid
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Take a projected, equal-area one in metres, such as 6933 for the whole world.';
    ELSIF coalesce(proj, '') !~ '\+units=m( |$)' AND wkt !~* 'UNIT\["(metre|meter)", *1[],.]' THEN
        RAISE EXCEPTION 'spatial reference % is not in metres', check_srid.srid
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'Areas would come out in its own units.',
                  HINT = 'Take a projected, equal-area one in metres, such as 6933 for the whole world.';
    ELSIF wkt ~* 'mercator' AND wkt !~* 'transverse' THEN
        RAISE WARNING 'spatial reference % is a Mercator projection: its areas are too large away from the equator', check_srid.srid
            USING HINT = 'An equal-area one, such as 6933 for the whole world, measures areas truly.';
    END IF;
END
$$;
COMMENT ON FUNCTION governance.check_srid(integer) IS
    'raises invalid_parameter_value (22023) unless the spatial reference is known, projected and in metres';

CREATE FUNCTION governance.create_model(schema name DEFAULT 'territory', srid integer DEFAULT 6933)
    RETURNS name
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    SET client_min_messages = warning
    AS $$
#variable_conflict use_variable
DECLARE
    home oid := to_regnamespace(quote_ident(schema));
    part record;
BEGIN
    PERFORM governance.check_srid(srid);
    -- A search_path reads "$user" as the name of the role.
    IF schema IS NULL OR schema ~ '^pg_' OR schema IN ('governance', 'information_schema', '$user', '') THEN
        RAISE EXCEPTION 'schema name % is reserved', coalesce('"' || schema || '"', 'NULL')
            USING ERRCODE = 'reserved_name';
    END IF;
    IF home IS NULL THEN
        EXECUTE format('CREATE SCHEMA %I', schema);
    ELSIF EXISTS (SELECT FROM governance.models() m WHERE m.schema = create_model.schema) THEN
        RAISE EXCEPTION 'schema "%" holds a model already', schema
            USING ERRCODE = 'duplicate_schema',
                  HINT = 'Use another schema, or governance.upgrade_model() to bring the model up to date.';
    ELSIF EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_namespace'::regclass
                                            AND d.refobjid = home AND d.deptype IN ('n', 'a')
                                            AND d.classid <> 'pg_default_acl'::regclass) THEN
        RAISE EXCEPTION 'schema "%" is not empty', schema
            USING ERRCODE = 'duplicate_schema',
                  HINT = 'A model takes a new or an empty schema.';
    END IF;

    PERFORM set_config('search_path', governance.model_path(schema), true);
    ASSERT current_schema() = schema;
    FOR part IN SELECT t.chapter, t.body FROM governance.model_template() t ORDER BY t.chapter LOOP
        EXECUTE replace(part.body, ':srid', srid::text);
    END LOOP;
    PERFORM governance.narrow_paths(schema);
    RETURN schema;
END
$$;
COMMENT ON FUNCTION governance.create_model(name, integer) IS
    'makes a model, owned by the caller, in a new or empty schema; srid must be projected and in metres; returns the schema';

CREATE FUNCTION governance.upgrade_model(schema name) RETURNS text
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_variable
DECLARE
    held text;
    wanted text := governance.model_version();
    step record;
    owner name;
BEGIN
    SELECT pg_get_userbyid(n.nspowner) INTO owner FROM pg_namespace n WHERE n.nspname = schema;
    IF owner <> current_user THEN
        -- Its steps fire its owner's triggers and make tables: neither is for another role.
        RAISE EXCEPTION 'must be owner of model "%"', schema
            USING ERRCODE = 'insufficient_privilege',
                  HINT = format('SET ROLE %I first.', owner);
    END IF;
    SELECT m.version INTO held FROM governance.models() m WHERE m.schema = upgrade_model.schema;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'schema "%" holds no model', schema
            USING ERRCODE = 'undefined_object',
                  HINT = 'governance.models() lists the models of this database.';
    END IF;
    PERFORM set_config('search_path', governance.model_path(schema), true);
    EXECUTE format('LOCK TABLE %I.model IN SHARE ROW EXCLUSIVE MODE', schema);
    WHILE held IS DISTINCT FROM wanted LOOP
        SELECT s.version_after, s.body INTO step FROM governance.model_steps() s WHERE s.version_before = held;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'model "%" is of version %, and there is no way from it to version %', schema, held, wanted
                USING ERRCODE = 'feature_not_supported',
                      HINT = 'A model newer than the extension needs ALTER EXTENSION governance UPDATE first.';
        END IF;
        EXECUTE step.body;
        held := step.version_after;
        EXECUTE format('UPDATE %I.model SET governance_version = $1', schema) USING held;
    END LOOP;
    PERFORM governance.narrow_paths(schema);
    RETURN held;
END
$$;
COMMENT ON FUNCTION governance.upgrade_model(name) IS
    'brings a model made by an older version up to date, its data kept; returns the version reached';

CREATE FUNCTION governance.drop_model(schema name) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM governance.models() m WHERE m.schema = drop_model.schema) THEN
        RAISE EXCEPTION 'schema "%" holds no model', drop_model.schema
            USING ERRCODE = 'undefined_object',
                  HINT = 'governance.models() lists the models of this database.';
    END IF;
    EXECUTE format('DROP SCHEMA %I CASCADE', drop_model.schema);
END
$$;
COMMENT ON FUNCTION governance.drop_model(name) IS
    'drops a model: its schema and all that is in it';
