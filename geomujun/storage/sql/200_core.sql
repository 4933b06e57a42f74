-- Names of enterprises with the last day each was borne; NULL for the present one and for a former
-- one whose day nobody wrote.
CREATE VIEW service.enterprise_names AS
SELECT e.uscc, e.name, NULL::date AS valid_to, TRUE AS present, e.load_from, e.load_to
FROM core.enterprises AS e
UNION ALL
SELECT e.uscc,
       btrim(regexp_replace(part, '[（(]\s*至.*$', '')),
       nullif(substring(part FROM '至\s*(\d{4}-\d{2}-\d{2})'), '')::date,
       FALSE, e.load_from, e.load_to
FROM core.enterprises AS e, regexp_split_to_table(e.former_names, '[；;]') AS part
WHERE btrim(part) <> '';

-- One line per figure that several sources report differently: values by source side by side.
CREATE VIEW service.figure_discrepancies AS
SELECT uscc, year, figure,
       jsonb_object_agg(source, value) AS by_source,
       max(value) - min(value) AS spread,
       CASE WHEN max(abs(value)) > 0 THEN (max(value) - min(value)) / max(abs(value)) END AS share
FROM (
  SELECT i.uscc, i.year, i.source, f.key AS figure, (f.value)::double precision AS value
  FROM core.indicators AS i,
       jsonb_each(
         to_jsonb(i) - ARRAY['id', 'scope', 'file_id', 'row', 'uscc', 'year', 'source', 'digest',
                             'load_from', 'load_to', 'valid_from', 'valid_to']
       ) AS f
  WHERE i.load_to IS NULL AND jsonb_typeof(f.value) = 'number'
) AS figures
GROUP BY uscc, year, figure
HAVING count(DISTINCT value) > 1;
