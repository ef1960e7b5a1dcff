-- Making, listing, upgrading and dropping models.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT governance.create_model('territory_a', 3005);
SELECT governance.create_model();
SELECT schema, srid, version = governance.model_version() AS current FROM governance.models() WHERE schema LIKE 'territory%' ORDER BY schema;
-- it belongs to the caller
SELECT DISTINCT pg_catalog.pg_get_userbyid(c.relowner) = current_user AS mine
  FROM pg_catalog.pg_class c WHERE c.relnamespace = 'territory_a'::regnamespace;
-- and is no part of the extension
SELECT count(*) FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class c ON c.oid = d.objid AND d.classid = 'pg_class'::regclass
 WHERE d.deptype = 'e' AND c.relnamespace = 'territory_a'::regnamespace;
-- every table, view and function of it has a comment
SELECT c.relname FROM pg_catalog.pg_class c
 WHERE c.relnamespace = 'territory_a'::regnamespace AND c.relkind IN ('r', 'v')
   AND pg_catalog.obj_description(c.oid, 'pg_class') IS NULL;
SELECT p.proname FROM pg_catalog.pg_proc p
 WHERE p.pronamespace = 'territory_a'::regnamespace AND pg_catalog.obj_description(p.oid, 'pg_proc') IS NULL;
-- every view asks with the rights of its reader
SELECT c.relname FROM pg_catalog.pg_class c
 WHERE c.relnamespace = 'territory_a'::regnamespace AND c.relkind = 'v'
   AND NOT coalesce(c.reloptions @> '{security_invoker=true}', false);
-- every table has a key, or else whole rows, by which publications tell its rows apart
SELECT c.relname, c.relreplident FROM pg_catalog.pg_class c
 WHERE c.relnamespace = 'territory_a'::regnamespace AND c.relkind = 'r'
   AND (c.relreplident <> 'd' OR NOT EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)) ORDER BY c.relname;
-- refused, and nothing left behind
SELECT governance.create_model('territory_a', 3005);
SELECT governance.create_model('degrees', 4326);
SELECT governance.create_model('feet', 2227);
SELECT governance.create_model('unknown', 999999);
SELECT governance.create_model('pg_model', 3005);
SELECT governance.create_model('governance', 3005);
CREATE SCHEMA taken;
CREATE FUNCTION taken.f() RETURNS integer LANGUAGE sql RETURN 1;
SELECT governance.create_model('taken', 3005);
SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname IN ('degrees', 'feet', 'unknown');
SELECT count(*) FROM pg_catalog.pg_class WHERE relnamespace = 'taken'::regnamespace;
DROP FUNCTION taken.f();
-- an empty schema will do, and a name that needs quotes
SELECT governance.create_model('taken', 3005);
SELECT governance.create_model('Nord "1"', 2154);
INSERT INTO "Nord ""1""".hierarchy VALUES ('a', 'a', 'natural');
-- several models side by side, independent
SELECT (SELECT count(*) FROM "Nord ""1""".hierarchy) AS here, (SELECT count(*) FROM taken.hierarchy) AS there;
SELECT governance.upgrade_model('taken') = governance.model_version() AS up_to_date;
UPDATE taken.model SET governance_version = '99.0';
SELECT governance.upgrade_model('taken');
-- only its owner's steps and triggers run in an upgrade
DROP ROLE IF EXISTS gov_regress_owner;
CREATE ROLE gov_regress_owner;
ALTER SCHEMA taken OWNER TO gov_regress_owner;
SELECT governance.upgrade_model('taken');
-- what merely looks like a model is none, and breaks nothing
CREATE SCHEMA decoy;
CREATE TABLE decoy.model (governance_version text);
CREATE TEMP TABLE model (governance_version text, srid integer, created timestamptz);
SELECT schema FROM governance.models() WHERE schema NOT LIKE 'territory%';
SELECT governance.create_model('$user', 3005);
SELECT governance.create_model(NULL);
SELECT governance.create_model('web', 3857);
SELECT governance.drop_model('web');
SELECT governance.create_model('earth', 4978);
DROP TABLE model;
DROP SCHEMA decoy CASCADE;
SELECT governance.upgrade_model('nowhere');
SELECT governance.drop_model('nowhere');
SELECT governance.drop_model('public');
SELECT governance.drop_model('taken');
SELECT governance.drop_model('Nord "1"');
SELECT governance.drop_model('territory');
SELECT governance.drop_model('territory_a');
SELECT count(*) FROM governance.models();
DROP ROLE gov_regress_owner;
