-- Periods as statistics names them: years, quarters, months, weeks, days.

CREATE FUNCTION governance.period(label text) RETURNS daterange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_period';
COMMENT ON FUNCTION governance.period(text) IS
    'span of days of a label: 2025, 2025Q3, 2025-07, 2025-07-14, 2025W28 (ISO week), 2021/2025 (years, both included)';

CREATE FUNCTION governance.period_label(period daterange) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_period_label';
COMMENT ON FUNCTION governance.period_label(daterange) IS
    'label of a span of days that period() would read back; another span in ISO form, such as [2025-01-15,2025-02-01), whatever DateStyle is';

CREATE FUNCTION governance.period_span(period daterange) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_period_span';
COMMENT ON FUNCTION governance.period_span(daterange) IS
    'length of a span of days in ISO 8601 form: whole years and months as P1Y, P3M, P1Y6M, anything else in days, P7D, P30D; NULL for a span without both ends';
