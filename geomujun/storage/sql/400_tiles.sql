-- Who may see a row: its division begins with one of the reader's; {''} sees all, {} nothing.
-- A plain predicate, not a row-level policy: PostGIS's && is not leakproof, so that a policy would
-- keep it from the GiST index (70 to 105 times slower on 200,000 parcels).
CREATE FUNCTION service.may_see(division text, divisions text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT division ^@ ANY (divisions)
$$;

-- Of one tile: its square, the square with the buffer around it, the one within which a shape is
-- drawn whole, what brings a shape into its 4096 × 4096 units, and the units lines may move.
CREATE FUNCTION service.frame_of(tile_z int, tile_x int, tile_y int)
RETURNS TABLE (square geometry, buffered geometry, wide geometry,
               east float8, north float8, scale float8, slack float8)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT s, ST_TileEnvelope(tile_z, tile_x, tile_y, margin => 64.0 / 4096),
         ST_TileEnvelope(tile_z, tile_x, tile_y, margin => 0.5),
         -ST_XMin(s), -ST_YMax(s), 4096 / (ST_XMax(s) - ST_XMin(s)),
         -- a pixel of a screen is 8 units, 4 just before the next zoom
         CASE WHEN tile_z <= 12 THEN 4 WHEN tile_z = 13 THEN 2 ELSE 0 END
  FROM ST_TileEnvelope(tile_z, tile_x, tile_y) AS s
$$;

-- A shape in the units of a tile, its outer rings clockwise there as MVT 2.1 wants them. Clipping costs as much as all
-- else, so that only shapes that reach far beyond the tile are clipped.
CREATE FUNCTION service.tile_shape(shape geometry, square geometry, wide geometry,
                                   east float8, north float8, scale float8, slack float8)
RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN NOT shape @ wide THEN ST_AsMVTGeom(shape, square, 4096, 64)
    WHEN slack > 0 THEN ST_Simplify(ST_SnapToGrid(
      ST_TransScale(ST_ForcePolygonCW(shape), east, north, scale, -scale), 1), slack, true)
    ELSE ST_SnapToGrid(
      ST_TransScale(ST_ForcePolygonCW(shape), east, north, scale, -scale), 1)
  END
$$;

-- Plots of one tile: number, both grades, tax class and flags (1 low-efficiency, 2 under review,
-- 4 open findings); the rest is asked for on click.
CREATE FUNCTION service.plots_tile(number int, tile_z int, tile_x int, tile_y int, divisions text[])
RETURNS bytea
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  f record;
  made bytea;
BEGIN
  SELECT * INTO f FROM service.frame_of(tile_z, tile_x, tile_y);
  SELECT ST_AsMVT(t, 'plots', 4096, 'geom') INTO made
  FROM (
    SELECT p.parcel_code, p.parcel_grade, p.enterprise_grade, p.tax_class,
           p.low_efficiency::int + 2 * p.review::int + 4 * (p.findings > 0)::int AS flags,
           service.tile_shape(
             p.geom_3857, f.square, f.wide, f.east, f.north, f.scale, f.slack) AS geom
    FROM pub.plots AS p
    WHERE p.edition = number
      AND p.geom_3857 && f.buffered
      AND p.division_code ^@ ANY (divisions)
    ORDER BY p.parcel_code -- the same content is the same bytes, whatever the plan
    OFFSET 0 -- or every shape would be made twice, once for the condition below
  ) AS t
  WHERE NOT ST_IsEmpty(t.geom);
  RETURN made;
END
$$;

-- Cells of 1/32 tile with the area of each grade, drawn straight in the tile's own coordinates.
CREATE FUNCTION service.grid_tile(number int, tile_z int, tile_x int, tile_y int, divisions text[])
RETURNS bytea
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  made bytea;
BEGIN
  SELECT ST_AsMVT(t, 'grid', 4096, 'geom') INTO made
  FROM (
    SELECT sum(g.plots)::int AS plots, round(sum(g.area_m2))::bigint AS area_m2,
           round(sum(g.parcel_a_m2))::bigint AS parcel_a, round(sum(g.parcel_b_m2))::bigint AS parcel_b,
           round(sum(g.parcel_c_m2))::bigint AS parcel_c, round(sum(g.parcel_d_m2))::bigint AS parcel_d,
           round(sum(g.firm_a_m2))::bigint AS firm_a, round(sum(g.firm_b_m2))::bigint AS firm_b,
           round(sum(g.firm_c_m2))::bigint AS firm_c, round(sum(g.firm_d_m2))::bigint AS firm_d,
           round(sum(g.low_m2))::bigint AS low,
           CASE WHEN sum(g.tax_m2) > 0
                THEN round((sum(g.tax_class_sum) / sum(g.tax_m2))::numeric, 1)::float8 END AS tax_class,
           ST_MakeEnvelope((g.x - tile_x * 32) * 128, (g.y - tile_y * 32) * 128,
                           (g.x - tile_x * 32 + 1) * 128, (g.y - tile_y * 32 + 1) * 128) AS geom
    FROM pub.grid AS g
    WHERE g.edition = number AND g.z = tile_z
      AND g.x BETWEEN tile_x * 32 AND tile_x * 32 + 31
      AND g.y BETWEEN tile_y * 32 AND tile_y * 32 + 31
      AND g.division_code ^@ ANY (divisions)
    GROUP BY g.x, g.y
    ORDER BY g.x, g.y
  ) AS t;
  RETURN made;
END
$$;

-- How many plots have their middle in a tile of z5 to z13: it is one cell of five zooms above.
CREATE FUNCTION service.plots_in(number int, tile_z int, tile_x int, tile_y int, divisions text[])
RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(sum(g.plots), 0) FROM pub.grid AS g
  WHERE g.edition = number AND g.z = tile_z - 5 AND g.x = tile_x AND g.y = tile_y
    AND g.division_code ^@ ANY (divisions)
$$;

-- The layer `land`: cells below z12, plots from there on; where so many plots lie in a tile of z12
-- or z13 that it would pass 300 KB, cells stand for them: nothing is left out silently. A plot
-- takes more than 45 bytes, so that tiles far too full are not drawn first.
CREATE FUNCTION service.land_tile(number int, tile_z int, tile_x int, tile_y int, divisions text[])
RETURNS bytea
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  made bytea;
BEGIN
  IF tile_z > 13 THEN
    RETURN service.plots_tile(number, tile_z, tile_x, tile_y, divisions);
  END IF;
  IF tile_z >= 12 AND service.plots_in(number, tile_z, tile_x, tile_y, divisions) * 45 <= 300000
  THEN
    made := service.plots_tile(number, tile_z, tile_x, tile_y, divisions);
    IF made IS NULL OR length(made) <= 300000 THEN
      RETURN made;
    END IF;
  END IF;
  RETURN service.grid_tile(number, tile_z, tile_x, tile_y, divisions);
END
$$;

-- Tiles that hold a plot, from `lowest` to `highest` zoom.
CREATE FUNCTION service.tiles_of(number int, lowest int, highest int)
RETURNS TABLE (z int, x int, y int)
LANGUAGE sql STABLE AS $$
  WITH boxes AS (
    SELECT (ST_XMin(b) + 20037508.342789244) / 40075016.685578488 AS west,
           (ST_XMax(b) + 20037508.342789244) / 40075016.685578488 AS east,
           (20037508.342789244 - ST_YMax(b)) / 40075016.685578488 AS north,
           (20037508.342789244 - ST_YMin(b)) / 40075016.685578488 AS south
    FROM (SELECT p.geom_3857 AS b FROM pub.plots AS p
          WHERE p.edition = number AND p.geom_3857 IS NOT NULL) AS shapes
  )
  SELECT DISTINCT levels, columns, rows
  FROM generate_series(lowest, highest) AS levels, boxes,
       generate_series(floor(west * 2 ^ levels)::int, floor(east * 2 ^ levels)::int) AS columns,
       generate_series(floor(north * 2 ^ levels)::int, floor(south * 2 ^ levels)::int) AS rows
  ORDER BY 1, 2, 3
$$;

-- The cells of an edition for all zooms to 13, each plot counted where its middle lies.
CREATE FUNCTION service.grid_of(number int)
RETURNS TABLE (z int, x int, y int, division_code text, plots int,
               parcel_a float8, parcel_b float8, parcel_c float8, parcel_d float8,
               firm_a float8, firm_b float8, firm_c float8, firm_d float8,
               area float8, low float8, tax_sum float8, tax float8)
LANGUAGE sql STABLE AS $$
  WITH middles AS MATERIALIZED (
    SELECT ((ST_X(c) + 20037508.342789244) / 40075016.685578488) AS px,
           ((20037508.342789244 - ST_Y(c)) / 40075016.685578488) AS py,
           p.division_code, p.parcel_grade AS pg, p.enterprise_grade AS eg,
           coalesce(p.area_m2, 0) AS m2, p.low_efficiency, p.tax_class
    FROM (SELECT q.*, ST_Centroid(q.geom_3857) AS c FROM pub.plots AS q
          WHERE q.edition = number AND q.geom_3857 IS NOT NULL) AS p
  )
  SELECT levels, floor(px * 2 ^ (levels + 5))::int, floor(py * 2 ^ (levels + 5))::int,
         m.division_code, count(*)::int,
         coalesce(sum(m2) FILTER (WHERE pg = 'A'), 0), coalesce(sum(m2) FILTER (WHERE pg = 'B'), 0),
         coalesce(sum(m2) FILTER (WHERE pg = 'C'), 0), coalesce(sum(m2) FILTER (WHERE pg = 'D'), 0),
         coalesce(sum(m2) FILTER (WHERE eg = 'A'), 0), coalesce(sum(m2) FILTER (WHERE eg = 'B'), 0),
         coalesce(sum(m2) FILTER (WHERE eg = 'C'), 0), coalesce(sum(m2) FILTER (WHERE eg = 'D'), 0),
         sum(m2), coalesce(sum(m2) FILTER (WHERE low_efficiency), 0),
         coalesce(sum(m2 * tax_class) FILTER (WHERE tax_class > 0), 0),
         coalesce(sum(m2) FILTER (WHERE tax_class > 0), 0)
  FROM generate_series(0, 13) AS levels, middles AS m
  GROUP BY 1, 2, 3, 4
$$;
