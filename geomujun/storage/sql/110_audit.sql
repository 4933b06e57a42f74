-- SHA-256 over the hash before it and this row's content; time in microseconds, so that no
-- session's time zone or date style has a say.
CREATE FUNCTION service.audit_hash(entry audit.log) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$
  SELECT sha256(
    entry.previous || convert_to(
      jsonb_build_array(
        entry.id, (extract(epoch FROM entry.at) * 1000000)::bigint,
        entry.actor, entry.action, entry.subject, entry.details
      )::text, 'UTF8'
    )
  )
$$;

-- Number, time and chain are given here and never by the writer. The lock lasts to the end of the
-- transaction: numbers have no gap, and the row before is a committed one.
CREATE FUNCTION service.audit_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  last audit.log;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('geomujun/audit'));
  SELECT * INTO last FROM audit.log ORDER BY id DESC LIMIT 1;
  NEW.id := coalesce(last.id, 0) + 1;
  NEW.at := date_trunc('microseconds', clock_timestamp());
  NEW.previous := coalesce(last.hash, sha256(''::bytea));
  NEW.hash := service.audit_hash(NEW);
  RETURN NEW;
END
$$;

CREATE TRIGGER chain BEFORE INSERT ON audit.log
  FOR EACH ROW EXECUTE FUNCTION service.audit_chain();

-- The first row that does not follow from the one before it, or NULL when the chain is whole.
-- Rows cut off at the end are told by `rows` and `last` against a figure kept elsewhere.
CREATE FUNCTION service.audit_verify(OUT rows bigint, OUT broken_at bigint, OUT last text)
LANGUAGE sql STABLE AS $$
  WITH chain AS (
    SELECT l.id,
           l.id = row_number() OVER w
             AND l.previous = coalesce(lag(l.hash) OVER w, sha256(''::bytea))
             AND l.hash = service.audit_hash(l) AS whole
    FROM audit.log AS l
    WINDOW w AS (ORDER BY l.id)
  )
  SELECT count(*), min(id) FILTER (WHERE NOT whole),
         (SELECT encode(hash, 'hex') FROM audit.log ORDER BY id DESC LIMIT 1)
  FROM chain
$$;
