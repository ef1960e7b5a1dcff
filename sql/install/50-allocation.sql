-- A total handed down in whole quanta, exactly.

CREATE TYPE governance.allocation_method AS ENUM ('largest_remainder', 'dhondt', 'sainte_lague', 'huntington_hill');
COMMENT ON TYPE governance.allocation_method IS
    'how allocate() rounds: largest_remainder (Hamilton, Hare-Niemeyer), dhondt (Jefferson), sainte_lague (Webster), huntington_hill (US House of Representatives)';

CREATE FUNCTION governance.allocate(
    total numeric,
    weight numeric,
    floor numeric DEFAULT 0,
    cap numeric DEFAULT NULL,
    quantum numeric DEFAULT 1,
    method governance.allocation_method DEFAULT 'largest_remainder'
) RETURNS numeric
    LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_allocate_window';
COMMENT ON FUNCTION governance.allocate(numeric, numeric, numeric, numeric, numeric, governance.allocation_method) IS
    'window function: the row''s part of a total that is shared by weight, a multiple of the quantum from floor to cap; the parts of a partition sum exactly to the total, ties go to the earlier row';
