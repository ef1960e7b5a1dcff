-- Warnings: what becomes of one value after the other.

CREATE TYPE governance.warning_state AS ENUM ('normal', 'resolved', 'pending', 'stale', 'no_data', 'recovering', 'firing');
COMMENT ON TYPE governance.warning_state IS
    'normal; resolved: a warning has ended; pending: in breach, but not yet for long enough; stale, no_data: no value to judge by; recovering: out of breach, but not yet beyond the limit for leaving; firing';

CREATE TYPE governance.warning_status AS (
    state    governance.warning_state,
    active   boolean,
    grade    governance.grade,
    since    daterange,
    breached daterange,
    fired    daterange,
    judged   daterange,
    held     integer,
    kept     integer,
    missing  integer,
    flapping double precision,
    flaps    boolean,
    standing governance.warning_state,
    sides    integer
);
COMMENT ON TYPE governance.warning_status IS 'how a warning stands after a period';
COMMENT ON COLUMN governance.warning_status.state IS 'what the reader is shown';
COMMENT ON COLUMN governance.warning_status.active IS 'whether a warning stands: it has fired and has not ended, whether or not there is a value now';
COMMENT ON COLUMN governance.warning_status.grade IS 'the grade that stands: the last value''s, or, while active, what has not yet been left beyond its limit for leaving';
COMMENT ON COLUMN governance.warning_status.since IS 'the period in which this state began';
COMMENT ON COLUMN governance.warning_status.breached IS 'while pending or active: the period in which the breach began';
COMMENT ON COLUMN governance.warning_status.fired IS 'while active: the period in which it fired';
COMMENT ON COLUMN governance.warning_status.judged IS 'the last period that had a value';
COMMENT ON COLUMN governance.warning_status.held IS 'while pending or active: how many values the breach had lasted before the last one';
COMMENT ON COLUMN governance.warning_status.kept IS 'how many values, in a row, it has been kept firing that were fit to end it';
COMMENT ON COLUMN governance.warning_status.missing IS 'how many periods, in a row, have had no value';
COMMENT ON COLUMN governance.warning_status.flapping IS 'in how many of the 20 steps between the last 21 values they went into breach or out of it, as a share';
COMMENT ON COLUMN governance.warning_status.flaps IS 'whether that share has reached flap_start, and not since been below flap_stop';
COMMENT ON COLUMN governance.warning_status.standing IS 'what stands: state, or, while there is no value, the state before';
COMMENT ON COLUMN governance.warning_status.sides IS 'the last 21 values as bits, the last one lowest: 1 in breach; before the first value, as it was';

CREATE FUNCTION governance.warn(
    period daterange,
    grade governance.grade,
    clear_grade governance.grade DEFAULT NULL,
    absence governance.warning_state DEFAULT 'no_data',
    hold integer DEFAULT 0,
    keep integer DEFAULT 0,
    fires_at governance.grade DEFAULT 'warning',
    flap_start double precision DEFAULT 0.3,
    flap_stop double precision DEFAULT 0.2,
    before governance.warning_status DEFAULT NULL
) RETURNS governance.warning_status
    LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_warn';
COMMENT ON FUNCTION governance.warn(daterange, governance.grade, governance.grade, governance.warning_state, integer, integer, governance.grade, double precision, double precision, governance.warning_status) IS
    'window function: how the warning of a series stands after the row''s period, by the grades of its values in the order of the window; a grade of NULL is a missing value; before: how it stood before the first row';
