-- The values between the bands of 亩均税收 of an edition: those of all its class presets together,
-- so that a tile says one small number from which a map makes classes of any preset.
CREATE FUNCTION service.tax_breaks(number int) RETURNS float8[]
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce((SELECT array_agg(b::float8 ORDER BY b::float8)
                   FROM pub.editions AS e, jsonb_array_elements_text(e.map->'tax_bands') AS b
                   WHERE e.number = tax_breaks.number), '{}')
$$;

-- The band of a plot, 1 the lowest; 0 where it has no figure.
CREATE FUNCTION service.tax_band(tax float8, breaks float8[]) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN tax IS NULL OR tax = 'NaN' THEN 0 ELSE 1 + width_bucket(tax, breaks) END
$$;
