-- Which subscriptions get an event: not "which patterns match this name", asked of every subscription, but "who has one
-- of the few patterns that can match it", asked of an index.

-- a.b.c -> {a.b.c, *, a.*, a.b.*}
CREATE OR REPLACE FUNCTION martlet.candidate_patterns(event_name text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    patterns text[] := ARRAY[event_name, '*'];
    prefix   int := 0;
    rest     text := event_name;
    dot      int;
BEGIN
    LOOP
        dot := strpos(rest, '.');
        EXIT WHEN dot = 0;
        prefix := prefix + dot;
        patterns := patterns || (left(event_name, prefix) || '*');
        rest := substr(rest, dot + 1);
    END LOOP;
    RETURN patterns;
END
$$;

-- The lane of a subscription's new deliveries: 0 fast, 1 waiting, 2 waiting in order.
CREATE OR REPLACE FUNCTION martlet.lane_of(
    queue_mode text, diverted boolean, ordering text, rate_limit double precision)
RETURNS smallint
LANGUAGE sql STABLE
AS $$
    SELECT CASE
        WHEN ordering <> 'none' THEN 2
        WHEN diverted OR rate_limit IS NOT NULL THEN 1
        WHEN coalesce(queue_mode, (SELECT value FROM martlet.settings WHERE name = 'queue_mode')) = 'queued' THEN 1
        ELSE 0
    END::smallint
$$;

-- Of 0.1.0; with the trigger that no longer calls it in one transaction.
DROP FUNCTION IF EXISTS martlet.lane_of(text, boolean);

CREATE OR REPLACE FUNCTION martlet.keep_routes() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
BEGIN
    -- A change of the default that is under way commits first, or waits for us and then sees these routes. Before any
    -- route is touched: it will touch them too.
    IF TG_OP <> 'DELETE' AND NEW.queue_mode IS NULL THEN
        PERFORM FROM martlet.settings WHERE name = 'queue_mode' FOR SHARE;
    END IF;
    DELETE FROM martlet.routes WHERE subscription_id = OLD.id AND TG_OP <> 'INSERT';
    IF TG_OP <> 'DELETE' AND NEW.active THEN
        INSERT INTO martlet.routes (tenant, pattern, subscription_id, lane)
        SELECT DISTINCT NEW.tenant, pattern, NEW.id,
               martlet.lane_of(NEW.queue_mode, NEW.diverted, NEW.ordering, NEW.rate_limit)
        FROM unnest(NEW.events) AS pattern;
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER subscriptions_keep_routes
    AFTER INSERT OR DELETE OR UPDATE OF tenant, events, active, queue_mode, diverted, ordering, rate_limit
    ON martlet.subscriptions
    FOR EACH ROW EXECUTE FUNCTION martlet.keep_routes();

-- The default queue mode decides the lane of every subscription that does not set its own.
CREATE OR REPLACE FUNCTION martlet.keep_default_lanes() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
BEGIN
    UPDATE martlet.routes AS route
    SET lane = martlet.lane_of(
        subscription.queue_mode, subscription.diverted, subscription.ordering, subscription.rate_limit)
    FROM martlet.subscriptions AS subscription
    WHERE subscription.id = route.subscription_id
      AND subscription.queue_mode IS NULL;
    PERFORM pg_notify('martlet_subscriptions', '');
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER settings_keep_default_lanes
    AFTER INSERT OR UPDATE OF value
    ON martlet.settings
    FOR EACH ROW
    WHEN (NEW.name = 'queue_mode')
    EXECUTE FUNCTION martlet.keep_default_lanes();
