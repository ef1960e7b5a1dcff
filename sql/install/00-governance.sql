-- The schema is everybody's to use; only its owner can add to it.
GRANT USAGE ON SCHEMA governance TO PUBLIC;
COMMENT ON SCHEMA governance IS
    'types, functions, operators and aggregates of the extension governance; it holds no tables';

-- The library itself.

CREATE FUNCTION governance.library_version() RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_library_version';
COMMENT ON FUNCTION governance.library_version() IS
    'version of the loaded governance library; differs from the extension''s version until ALTER EXTENSION governance UPDATE';
