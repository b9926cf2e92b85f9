-- Which deliveries of a subscription follow one another: `ordering` is none, subscription, or a path into the data.

-- The steps of a path: dotted names (`customer.id`), or a JSON Pointer (RFC 6901) for names with dots. Empty for
-- `subscription`: all of it is one key; null for `none`.
CREATE OR REPLACE FUNCTION martlet.order_path(ordering text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN ordering = 'none' THEN NULL
        WHEN ordering = 'subscription' THEN '{}'
        WHEN ordering = '/' THEN ARRAY['']
        WHEN left(ordering, 1) = '/' THEN
            ARRAY(SELECT replace(replace(step, '~1', '/'), '~0', '~')
                  FROM unnest(string_to_array(substr(ordering, 2), '/')) WITH ORDINALITY AS steps (step, position)
                  ORDER BY position)
        ELSE string_to_array(ordering, '.')
    END
$$;

-- The key of one delivery; null: it is not ordered, because nothing is, or its data has no such member (or null there).
CREATE OR REPLACE FUNCTION martlet.order_key(p_subscription int, p_path text[], p_data json) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    IF p_path IS NULL OR cardinality(p_path) = 0 THEN
        RETURN CASE WHEN p_path IS NOT NULL THEN p_subscription END;
    END IF;
    -- PostgreSQL refuses to look into a document that has \u0000 or half a surrogate pair anywhere; an event is never
    -- refused for that. A block that catches costs a subtransaction: only where there is such an escape.
    IF p_data::text ~ '\\u(0000|[dD][89a-fA-F])' THEN
        RETURN martlet.order_key_if_readable(p_subscription, p_path, p_data);
    END IF;
    RETURN hashtextextended(p_data #>> p_path, p_subscription);
END
$$;

-- The same for data that PostgreSQL may not be able to read: all that it cannot read share a key.
CREATE OR REPLACE FUNCTION martlet.order_key_if_readable(p_subscription int, p_path text[], p_data json) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
    RETURN hashtextextended(p_data #>> p_path, p_subscription);
EXCEPTION
    WHEN data_exception THEN RETURN p_subscription;
END
$$;

-- The same for a delivery whose event is stored.
CREATE OR REPLACE FUNCTION martlet.order_key_of_event(
    p_subscription int, p_ordering text, p_tenant text, p_event bigint)
RETURNS bigint
LANGUAGE sql STABLE
AS $$
    SELECT martlet.order_key(p_subscription, martlet.order_path(p_ordering), event.payload)
    FROM martlet.events AS event
    WHERE p_ordering <> 'none' AND event.tenant = p_tenant AND event.id = p_event
$$;

-- What waits is no longer ordered: followers that wait for their first (functions/prompt_lanes.sql) are due.
CREATE OR REPLACE FUNCTION martlet.end_order() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
BEGIN
    UPDATE martlet.waiting
    SET next_retry_at = now()
    WHERE subscription_id = NEW.id AND order_key IS NOT NULL AND status = 'pending' AND next_retry_at > now();
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER subscriptions_end_order
    AFTER UPDATE OF ordering
    ON martlet.subscriptions
    FOR EACH ROW
    WHEN (OLD.ordering <> 'none' AND NEW.ordering = 'none')
    EXECUTE FUNCTION martlet.end_order();
