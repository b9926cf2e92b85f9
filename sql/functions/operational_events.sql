-- What the gateway tells about itself, as events like any other: dispatched in the transaction that causes them. Each
-- cause is announced once: a subscription that is off cannot be switched off again, a recovery ends what it began, and
-- the delivery of such an event that fails for good is not announced. They go to whoever subscribes to them, so they
-- do not tell a receiver's URL, which is often a credential.

CREATE OR REPLACE FUNCTION martlet.is_operational(event_name text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT event_name IN (
        'webhook.subscription.disabled', 'webhook.subscription.recovered', 'webhook.delivery.exhausted')
$$;

-- Emits an event of this name for each of these data, an array beside that of their tenants; null: for nothing.
CREATE OR REPLACE FUNCTION martlet.announce(p_name text, p_data json[], p_tenants text[]) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    IF p_data IS NOT NULL THEN
        PERFORM martlet.dispatch_many(
            array_fill(p_name, ARRAY[cardinality(p_data)]), p_data, NULL, p_tenants, NULL);
        PERFORM martlet.wake();
    END IF;
END
$$;

-- Emits webhook.subscription.disabled for each of these subscriptions, which were switched off for their failures.
CREATE OR REPLACE FUNCTION martlet.announce_disabled(p_subscriptions int[]) RETURNS void
LANGUAGE sql
AS $$
    SELECT martlet.announce(
        'webhook.subscription.disabled',
        array_agg(json_build_object(
            'subscription_id', subscription.id::text,
            'name', subscription.name,
            'failure_count', subscription.failure_count,
            'disabled_reason', subscription.disabled_reason)),
        array_agg(subscription.tenant))
    FROM martlet.subscriptions AS subscription
    WHERE subscription.id = ANY (p_subscriptions)
$$;

-- Emits webhook.subscription.recovered for each of these subscriptions: the first delivery has arrived after it was
-- switched off for its failures and on again.
CREATE OR REPLACE FUNCTION martlet.announce_recovered(p_subscriptions int[]) RETURNS void
LANGUAGE sql
AS $$
    SELECT martlet.announce(
        'webhook.subscription.recovered',
        array_agg(json_build_object(
            'subscription_id', subscription.id::text,
            'name', subscription.name)),
        array_agg(subscription.tenant))
    FROM martlet.subscriptions AS subscription
    WHERE subscription.id = ANY (p_subscriptions)
$$;

-- Emits webhook.delivery.exhausted for each of these deliveries, which have just failed for good.
CREATE OR REPLACE FUNCTION martlet.announce_exhausted(p_deliveries bigint[]) RETURNS void
LANGUAGE sql
AS $$
    SELECT martlet.announce(
        'webhook.delivery.exhausted',
        array_agg(json_build_object(
            'delivery_id', delivery.id::text,
            'event_id', delivery.event_id::text,
            'event', event.event_name,
            'subscription_id', delivery.subscription_id::text,
            'name', subscription.name,
            'attempts', delivery.retry_count + 1,
            'error', delivery.error_message)),
        array_agg(delivery.tenant))
    FROM martlet.waiting AS delivery
    JOIN martlet.events AS event ON event.tenant = delivery.tenant AND event.id = delivery.event_id
    JOIN martlet.subscriptions AS subscription
        ON subscription.id = delivery.subscription_id AND subscription.tenant = delivery.tenant
    WHERE delivery.id = ANY (p_deliveries) AND NOT martlet.is_operational(event.event_name)
$$;
