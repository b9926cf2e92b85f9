-- Servers keep the sources they use in memory: every change tells them.
CREATE OR REPLACE FUNCTION martlet.announce_source() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM pg_notify('martlet_sources', '');
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER sources_announce
    AFTER INSERT OR DELETE OR UPDATE
    ON martlet.sources
    FOR EACH STATEMENT EXECUTE FUNCTION martlet.announce_source();
