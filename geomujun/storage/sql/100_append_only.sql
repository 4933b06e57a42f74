-- Rows of people's doings are added and never changed, whoever asks.
CREATE FUNCTION service.refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.log
  FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON review.decisions
  FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON review.closings
  FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON review.field_checks
  FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pub.edition_states
  FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
