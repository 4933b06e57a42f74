-- A text with codes of land beyond a reader's divisions cut to the county; `geomujun.policy.beyond`
-- makes the pattern and cuts what is answered, this one what a filter sees. NULL: nothing is cut.
CREATE FUNCTION service.land_hidden(told text, beyond text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT CASE WHEN beyond IS NULL THEN told
             ELSE regexp_replace(told, beyond, '\1\2…', 'g') END $$;
