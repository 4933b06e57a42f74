-- The application's role. It owns nothing, logs in as nobody, and is put on by SET ROLE.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'geomujun_app') THEN
    CREATE ROLE geomujun_app NOLOGIN NOINHERIT;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL; -- another database of the cluster made it meanwhile
END
$$;
DO $$
BEGIN
  IF NOT pg_has_role(current_user, 'geomujun_app', 'MEMBER') THEN
    EXECUTE format('GRANT geomujun_app TO %I', current_user);
  END IF;
END
$$;
CREATE SCHEMA service;
COMMENT ON SCHEMA service IS '视图与函数；每次升级重建';
