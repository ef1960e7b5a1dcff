-- The library and the extension speak of the same version.
SELECT governance.library_version() = extversion AS same_version
  FROM pg_catalog.pg_extension WHERE extname = 'governance';
