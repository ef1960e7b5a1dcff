-- Periods as statistics names them: years, quarters, months, weeks, days.

CREATE FUNCTION governance.period(label text) RETURNS daterange
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    part text[];
    first date;
    after date;
BEGIN
    part := regexp_match(label, '^([0-9]{4})(?:/([0-9]{4})|Q([0-9])|W([0-9]{2})|-([0-9]{2})(?:-([0-9]{2}))?)?$');
    IF part IS NULL THEN
        RAISE EXCEPTION 'invalid period: "%"', label
            USING ERRCODE = 'invalid_datetime_format',
                  HINT = 'Write 2025, 2025Q3, 2025-07, 2025-07-14, 2025W28, or 2021/2025 for years from first to last.';
    END IF;
    IF part[1] = '0000' OR part[2] = '0000' OR part[3] NOT IN ('1', '2', '3', '4') OR part[4] NOT BETWEEN '01' AND '53'
       OR part[5] NOT BETWEEN '01' AND '12' THEN
        RAISE EXCEPTION 'period out of range: "%"', label
            USING ERRCODE = 'datetime_field_overflow',
                  DETAIL = 'Years run from 0001 to 9999, quarters from 1 to 4, months from 01 to 12, weeks from 01 to 52 or 53.';
    ELSIF part[2] < part[1] THEN
        RAISE EXCEPTION 'period ends before it begins: "%"', label
            USING ERRCODE = 'datetime_field_overflow';
    END IF;

    first := make_date(part[1]::integer, 1, 1);
    CASE
        WHEN part[2] IS NOT NULL THEN
            after := make_date(part[2]::integer, 1, 1) + interval '1 year';
        WHEN part[3] IS NOT NULL THEN
            first := first + (part[3]::integer - 1) * interval '3 months';
            after := first + interval '3 months';
        WHEN part[4] IS NOT NULL THEN
            -- ISO 8601: week 1 is the one with January 4th; a week belongs to the year of its Thursday.
            first := date_trunc('week', (first + 3)::timestamp)::date + 7 * (part[4]::integer - 1);
            after := first + 7;
            IF extract(isoyear FROM first) <> part[1]::integer THEN
                RAISE EXCEPTION 'period out of range: "%"', label
                    USING ERRCODE = 'datetime_field_overflow',
                          DETAIL = format('The year %s has 52 weeks.', part[1]);
            END IF;
        WHEN part[6] IS NOT NULL THEN
            first := first + (part[5]::integer - 1) * interval '1 month';
            after := first + part[6]::integer;
            IF part[6] = '00' OR after > (first + interval '1 month')::date THEN
                RAISE EXCEPTION 'period out of range: "%"', label
                    USING ERRCODE = 'datetime_field_overflow',
                          DETAIL = 'The month has no such day.';
            END IF;
            first := after - 1;
        WHEN part[5] IS NOT NULL THEN
            first := first + (part[5]::integer - 1) * interval '1 month';
            after := first + interval '1 month';
        ELSE
            after := first + interval '1 year';
    END CASE;
    RETURN daterange(first, after);
END
$$;
COMMENT ON FUNCTION governance.period(text) IS
    'span of days of a label: 2025, 2025Q3, 2025-07, 2025-07-14, 2025W28 (ISO week), 2021/2025 (years, both included)';

CREATE FUNCTION governance.period_label(period daterange) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    first date := lower(period);
    after date := upper(period);
BEGIN
    IF isempty(period) THEN
        RETURN 'empty';
    END IF;
    IF first >= date '0001-01-01' AND after <= date '10000-01-01' AND isfinite(first) AND isfinite(after) THEN
        IF extract(doy FROM first) = 1 AND extract(doy FROM after) = 1 THEN
            RETURN to_char(first, 'YYYY') || CASE WHEN after > first + interval '1 year' THEN to_char(after - 1, '"/"YYYY') ELSE '' END;
        ELSIF extract(day FROM first) = 1 AND after = first + interval '1 month' THEN
            RETURN to_char(first, 'YYYY-MM');
        ELSIF extract(day FROM first) = 1 AND extract(month FROM first) IN (1, 4, 7, 10) AND after = first + interval '3 months' THEN
            RETURN to_char(first, 'YYYY"Q"Q');
        ELSIF after = first + 1 THEN
            RETURN to_char(first, 'YYYY-MM-DD');
        ELSIF after = first + 7 AND extract(isodow FROM first) = 1 AND extract(isoyear FROM first) BETWEEN 1 AND 9999 THEN
            RETURN to_char(first, 'IYYY"W"IW');
        END IF;
    END IF;
    -- Not period::text: that follows DateStyle.
    RETURN CASE WHEN lower_inc(period) THEN '[' ELSE '(' END
        || CASE WHEN isfinite(first) THEN to_char(first, 'YYYY-MM-DD') || CASE WHEN first < date '0001-01-01' THEN ' BC' ELSE '' END ELSE coalesce(first::text, '') END
        || ','
        || CASE WHEN isfinite(after) THEN to_char(after, 'YYYY-MM-DD') || CASE WHEN after < date '0001-01-01' THEN ' BC' ELSE '' END ELSE coalesce(after::text, '') END
        || CASE WHEN upper_inc(period) THEN ']' ELSE ')' END;
END
$$;
COMMENT ON FUNCTION governance.period_label(daterange) IS
    'label of a span of days that period() would read back; another span in ISO form, such as [2025-01-15,2025-02-01), whatever DateStyle is';
