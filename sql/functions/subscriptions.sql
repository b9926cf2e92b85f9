-- What follows a change of a subscription.

-- Every change that a worker must see makes a new version and tells the workers; the counters are not such changes.
CREATE OR REPLACE FUNCTION martlet.next_subscription_version() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER subscriptions_next_version
    BEFORE UPDATE OF name, url, events, profile, secret, previous_secret, previous_secret_until, custom_headers,
        sealed_headers, queue_mode, event_order, batch_size, batch_interval_seconds, max_retries, timeout_seconds,
        concurrency, disable_on_gone, active, diverted, rate_limit, rate_burst, ordering
    ON martlet.subscriptions
    FOR EACH ROW EXECUTE FUNCTION martlet.next_subscription_version();

CREATE OR REPLACE FUNCTION martlet.announce_subscription() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM pg_notify('martlet_subscriptions', OLD.id::text);
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.version = OLD.version THEN
        RETURN NULL;
    END IF;
    INSERT INTO martlet.subscription_versions (subscription_id, version, tenant, url, profile, custom_headers)
    VALUES (NEW.id, NEW.version, NEW.tenant, NEW.url, NEW.profile, NEW.custom_headers);
    PERFORM pg_notify('martlet_subscriptions', NEW.id::text);
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER subscriptions_announce
    AFTER INSERT OR DELETE OR UPDATE
    ON martlet.subscriptions
    FOR EACH ROW EXECUTE FUNCTION martlet.announce_subscription();

CREATE OR REPLACE FUNCTION martlet.announce_key() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM pg_notify('martlet_keys', '');
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER api_keys_announce
    AFTER INSERT OR DELETE OR UPDATE
    ON martlet.api_keys
    FOR EACH STATEMENT EXECUTE FUNCTION martlet.announce_key();

-- Deletes a subscription and cancels what waits for it; attempts and versions stay. False: there is none.
CREATE OR REPLACE FUNCTION martlet.delete_subscription(p_id int, p_tenant text) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM martlet.subscriptions WHERE id = p_id AND tenant = p_tenant) THEN
        RETURN false;
    END IF;
    -- What a worker has in the air is fenced: its record finds no row. The subscription comes last, as record_attempts
    -- locks them.
    DELETE FROM martlet.pending WHERE subscription_id = p_id;
    DELETE FROM martlet.batches WHERE subscription_id = p_id;
    DELETE FROM martlet.waiting WHERE subscription_id = p_id;
    DELETE FROM martlet.lanes WHERE subscription_id = p_id;
    DELETE FROM martlet.subscriptions WHERE id = p_id AND tenant = p_tenant;
    RETURN FOUND;
END
$$;

-- Turns a subscription on: count and reason cleared, what was held due at once. False: there is none.
CREATE OR REPLACE FUNCTION martlet.activate_subscription(p_id int, p_tenant text) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
DECLARE
    was_active boolean;
BEGIN
    SELECT active INTO was_active
    FROM martlet.subscriptions
    WHERE id = p_id AND tenant = p_tenant
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE martlet.subscriptions
    SET active = true, failure_count = 0, disabled_reason = NULL
    WHERE id = p_id AND tenant = p_tenant;
    IF NOT was_active THEN
        UPDATE martlet.batches SET due_at = now() WHERE subscription_id = p_id AND due_at > now();
        UPDATE martlet.waiting
        SET next_retry_at = now()
        WHERE subscription_id = p_id AND status <> 'failed' AND next_retry_at > now();
        PERFORM martlet.advance_lane(p_id, p_tenant, now());
        PERFORM martlet.wake();
    END IF;
    RETURN true;
END
$$;

-- Turns a subscription off: what waits is held. False: there is none.
CREATE OR REPLACE FUNCTION martlet.deactivate_subscription(p_id int, p_tenant text, p_reason text) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
BEGIN
    UPDATE martlet.subscriptions
    SET active = false, disabled_reason = p_reason
    WHERE id = p_id AND tenant = p_tenant AND active;
    RETURN FOUND OR EXISTS (SELECT FROM martlet.subscriptions WHERE id = p_id AND tenant = p_tenant);
END
$$;
