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
