-- The library itself.

CREATE FUNCTION governance.library_version() RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_library_version';
COMMENT ON FUNCTION governance.library_version() IS
    'version of the loaded governance library; differs from the extension''s version until ALTER EXTENSION governance UPDATE';
