-- What makes the schema a model. The chapters are run in the order of their numbers,
-- under the search_path that governance.model_path() gives; by hand, with psql:
--   psql -v srid=6933 -c "SET search_path = m, governance, public" -f sql/model/00-model.sql ...

CREATE TABLE model (
    one                boolean PRIMARY KEY DEFAULT true CHECK (one),
    governance_version text NOT NULL,
    srid               integer NOT NULL,
    created            timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE model IS 'one row: what this schema is, made by governance.create_model()';
COMMENT ON COLUMN model.governance_version IS 'version of governance whose chapters this schema has';
COMMENT ON COLUMN model.srid IS 'spatial reference of every geometry in this model; projected, in metres';

INSERT INTO model (governance_version, srid) VALUES (governance.model_version(), :srid);
