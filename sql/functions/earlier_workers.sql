-- For workers of the release before, which may run on for a while after a migration: what they call has other
-- parameters now. They know neither how batches are leased nor, the earliest of them, order and rate limits, so they get
-- no lane that has one. One release later a migration drops these.

CREATE OR REPLACE FUNCTION martlet.claim_lanes(
    p_worker int, p_lanes int, p_rows int, p_lease interval, p_except int[], p_again int[])
RETURNS TABLE (
    id bigint, event_id bigint, subscription_id int, tenant text, retry_count smallint, version int,
    event_name text, occurred_at timestamptz, payload json, wait_ms int, order_key bigint, batch_id bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT id, event_id, subscription_id, tenant, retry_count, version, event_name, occurred_at, payload, wait_ms,
           order_key, NULL::bigint
    FROM martlet.claim_waiting(
        p_worker, p_lanes, p_rows, p_lease,
        p_except || ARRAY(
            SELECT subscription.id
            FROM martlet.subscriptions AS subscription
            WHERE martlet.is_batched(subscription.queue_mode, subscription.ordering, subscription.rate_limit,
                                     (SELECT martlet.default_queue_mode()))
               OR EXISTS (SELECT FROM martlet.batches WHERE batches.subscription_id = subscription.id)),
        p_again);
END
$$;

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

-- Batches whose entries were leased one by one. p_ids and p_events have the entries of all of them one behind the other,
-- p_sizes how many of these are whose. Returns how many entries passed the fence.
CREATE OR REPLACE FUNCTION martlet.record_batches(
    p_worker int, p_batches bigint[], p_subscriptions int[], p_versions int[], p_tenants text[], p_attempts smallint[],
    p_sent_at timestamptz[], p_durations int[], p_codes smallint[], p_bodies text[], p_signatures text[],
    p_ids bigint[], p_events bigint[], p_sizes int[])
RETURNS int
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    instant   bigint;
    held      bigint[];
    is_whole  boolean;
    succeeded int[];
BEGIN
    -- Before the ids: who sees nobody with this lock knows that no smaller id is still to come (martlet.roll_up).
    LOCK TABLE ONLY martlet.attempts IN ROW EXCLUSIVE MODE;
    instant := martlet.id_floor(clock_timestamp());
    WITH done AS (
        DELETE FROM martlet.waiting
        WHERE id = ANY (p_ids) AND worker = p_worker AND lease_until IS NOT NULL
        RETURNING id
    )
    SELECT coalesce(array_agg(id), '{}') INTO held FROM done;
    is_whole := cardinality(held) = cardinality(p_ids);

    WITH sent AS (
        SELECT sent.*, last - size + 1 AS first
        FROM (SELECT *, (sum(size) OVER (ORDER BY position))::int AS last
              FROM unnest(p_batches, p_subscriptions, p_versions, p_tenants, p_attempts, p_sent_at, p_durations,
                          p_codes, p_bodies, p_signatures, p_sizes) WITH ORDINALITY
                  AS sent (id, subscription_id, version, tenant, attempt, sent_at, duration_ms, response_code,
                           response_body, signature, size, position)) AS sent
    ), done AS (
        SELECT * FROM sent WHERE is_whole OR p_ids[first:last] && held
    ), ended AS (
        DELETE FROM martlet.batches WHERE id = ANY (ARRAY(SELECT id FROM done))
    ), logged AS (
        INSERT INTO martlet.attempts (
            id, delivery_id, sent_at, subscription_id, version, duration_ms, worker, attempt, response_code, outcome,
            tenant, signature, response_body, queue_ids, event_ids)
        SELECT instant | (nextval('martlet.id_sequence') & 4194303), done.id, done.sent_at, done.subscription_id,
               done.version, done.duration_ms, p_worker, done.attempt, done.response_code, 'd', done.tenant,
               done.signature, done.response_body,
               CASE WHEN is_whole THEN p_ids[first:last]
                    ELSE ARRAY(SELECT entry FROM unnest(p_ids[first:last]) WITH ORDINALITY AS entry (entry, place)
                               WHERE entry = ANY (held) ORDER BY place) END,
               CASE WHEN is_whole THEN p_events[first:last]
                    ELSE ARRAY(SELECT event
                               FROM unnest(p_ids[first:last], p_events[first:last]) WITH ORDINALITY
                                   AS entry (entry, event, place)
                               WHERE entry = ANY (held) ORDER BY place) END
        FROM done
    )
    SELECT array_agg(DISTINCT subscription_id) INTO succeeded FROM done;

    PERFORM martlet.reset_breakers(succeeded);
    RETURN cardinality(held);
END
$$;
