-- For workers of the release before, which may run on for a while after a migration: what they call has other
-- parameters now. They know neither order nor rate limits, so they get no lane that has one. One release later a
-- migration drops these.

CREATE OR REPLACE FUNCTION martlet.claim_lanes(
    p_worker int, p_lanes int, p_rows int, p_lease interval, p_except int[])
RETURNS TABLE (
    id bigint, event_id bigint, subscription_id int, tenant text, retry_count smallint, version int,
    event_name text, occurred_at timestamptz, payload json)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT id, event_id, subscription_id, tenant, retry_count, version, event_name, occurred_at, payload
    FROM martlet.claim_lanes(
        p_worker, p_lanes, p_rows, p_lease,
        p_except || ARRAY(
            SELECT subscription.id
            FROM martlet.subscriptions AS subscription
            WHERE active AND (ordering <> 'none' OR rate_limit IS NOT NULL)),
        '{}');
END
$$;

CREATE OR REPLACE FUNCTION martlet.release_lanes(p_worker int, p_subscriptions int[]) RETURNS int
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
BEGIN
    RETURN martlet.release_lanes(p_worker, p_subscriptions, array_fill(0, ARRAY[cardinality(p_subscriptions)]));
END
$$;

CREATE OR REPLACE FUNCTION martlet.maintain() RETURNS text
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
DECLARE
    made    int := martlet.make_partitions();
    expired bigint;
BEGIN
    SELECT rows INTO expired FROM martlet.expire(10000);
    RETURN format('%s partitions made, %s rows expired, dropped: %s', made, expired, martlet.drop_old_partition());
END
$$;
