-- What the application may: read what it serves, add what people decide, change what is passing.
GRANT USAGE ON SCHEMA raw, core, review, pub, audit, auth, service, meta TO geomujun_app;
REVOKE ALL ON ALL TABLES IN SCHEMA raw, core, review, pub, audit, auth, service, meta
  FROM geomujun_app;
GRANT SELECT ON meta.alembic_version, raw.loads, raw.files, raw.jobs TO geomujun_app;
GRANT SELECT ON ALL TABLES IN SCHEMA core, pub, review, audit, auth, service TO geomujun_app;
GRANT INSERT ON audit.log, review.decisions, review.closings, review.field_checks,
  pub.edition_states TO geomujun_app;
GRANT INSERT, UPDATE ON review.proposals, review.objections, review.claims, pub.current,
  auth.api_keys, auth.grants, raw.jobs TO geomujun_app;
GRANT INSERT, DELETE ON review.scenarios TO geomujun_app;
GRANT DELETE ON review.claims, pub.current TO geomujun_app;
GRANT UPDATE (state) ON pub.editions TO geomujun_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA service TO geomujun_app;
