-- What a worker does with deliveries it cannot send now, so that they do not stand in front of the others.

-- Moves claimed rows of the fast lane into the lanes of their subscriptions (saturated, slow, inactive, or with an order
-- or a rate limit since they were dispatched).
-- Returns how many rows were still the worker's.
CREATE OR REPLACE FUNCTION martlet.park(p_worker int, p_ids bigint[]) RETURNS int
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
    parked int;
BEGIN
    WITH taken AS (
        DELETE FROM martlet.pending
        WHERE id = ANY (p_ids) AND worker = p_worker
        RETURNING id, event_id, subscription_id, tenant, test
    ), kept AS (
        INSERT INTO martlet.waiting (id, event_id, next_retry_at, subscription_id, tenant, order_key)
        SELECT taken.id, taken.event_id, now(), taken.subscription_id, taken.tenant,
               martlet.order_key_of_event(subscription.id, subscription.ordering, taken.tenant, taken.event_id)
        FROM taken
        -- Nobody waits for a deleted subscription; a test is not repeated behind the back of who asked for it.
        JOIN martlet.subscriptions AS subscription ON subscription.id = taken.subscription_id
        WHERE NOT taken.test
        RETURNING subscription_id, tenant
    ), advanced AS (
        INSERT INTO martlet.lanes (subscription_id, tenant, due_at)
        SELECT DISTINCT subscription_id, tenant, now()
        FROM kept
        -- In one order, so that two workers do not deadlock.
        ORDER BY subscription_id
        ON CONFLICT (subscription_id, tenant) DO UPDATE SET due_at = least(lanes.due_at, excluded.due_at)
    )
    SELECT count(*) INTO parked FROM taken;
    RETURN parked;
END
$$;

-- Gives claimed deliveries and batches back untouched, due at once (a worker that stops).
CREATE OR REPLACE FUNCTION martlet.give_back(p_worker int, p_ids bigint[]) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
BEGIN
    UPDATE martlet.pending SET lease_until = NULL, worker = NULL WHERE id = ANY (p_ids) AND worker = p_worker;
    UPDATE martlet.waiting SET lease_until = NULL, worker = NULL WHERE id = ANY (p_ids) AND worker = p_worker;
    UPDATE martlet.batches SET lease_until = NULL, worker = NULL WHERE id = ANY (p_ids) AND worker = p_worker;
END
$$;

-- Moves up to p_limit unclaimed rows of one subscription from the fast lane into its waiting lane, and sends its new
-- deliveries there too: it has turned slow and owns a backlog, or was given an order or a rate limit. Returns how many
-- rows it moved: call again while it equals p_limit.
CREATE OR REPLACE FUNCTION martlet.divert(p_subscription int, p_limit int) RETURNS int
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
DECLARE
    moved int;
BEGIN
    WITH unclaimed AS (
        SELECT id, tenant
        FROM martlet.pending
        WHERE subscription_id = p_subscription
          AND NOT test
          AND (lease_until IS NULL OR lease_until < now())
        ORDER BY id
        LIMIT p_limit
        FOR UPDATE SKIP LOCKED
    ), taken AS (
        DELETE FROM martlet.pending AS row
        USING unclaimed
        WHERE row.id = unclaimed.id AND row.tenant = unclaimed.tenant
        RETURNING row.id, row.event_id, row.subscription_id, row.tenant
    ), kept AS (
        INSERT INTO martlet.waiting (id, event_id, next_retry_at, subscription_id, tenant, order_key)
        SELECT taken.id, taken.event_id, now(), taken.subscription_id, taken.tenant,
               martlet.order_key_of_event(subscription.id, subscription.ordering, taken.tenant, taken.event_id)
        FROM taken
        JOIN martlet.subscriptions AS subscription ON subscription.id = taken.subscription_id
        RETURNING subscription_id, tenant
    ), advanced AS (
        INSERT INTO martlet.lanes (subscription_id, tenant, due_at)
        SELECT DISTINCT subscription_id, tenant, now()
        FROM kept
        ON CONFLICT (subscription_id, tenant) DO UPDATE SET due_at = least(lanes.due_at, excluded.due_at)
    )
    SELECT count(*) INTO moved FROM taken;
    -- After the lane, as record_attempts locks them.
    -- One with a prompt lane sends everything there in any case.
    UPDATE martlet.subscriptions SET diverted = true
    WHERE id = p_subscription AND NOT diverted AND NOT martlet.is_prompt(ordering, rate_limit);
    RETURN moved;
END
$$;

-- A claim of p_worker was lost on its way (the connection died before the answer): gives back what is leased to the
-- worker and not among p_held, which is all that it knows of. p_lanes: in the waiting lanes, else in the fast lane.
-- The caller has no claim of that kind under way; one that the server is still at is waited for.
CREATE OR REPLACE FUNCTION martlet.give_back_unknown(p_worker int, p_held bigint[], p_lanes boolean) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(martlet.claim_lock_class(), p_worker);
    IF NOT p_lanes THEN
        UPDATE martlet.pending SET lease_until = NULL, worker = NULL
        WHERE worker = p_worker AND id <> ALL (p_held);
        RETURN;
    END IF;
    UPDATE martlet.waiting SET lease_until = NULL, worker = NULL
    WHERE worker = p_worker AND lease_until IS NOT NULL AND id <> ALL (p_held);
    UPDATE martlet.batches SET lease_until = NULL, worker = NULL WHERE worker = p_worker AND id <> ALL (p_held);
    PERFORM FROM martlet.lanes WHERE worker = p_worker ORDER BY subscription_id FOR UPDATE;
    UPDATE martlet.lanes SET lease_until = NULL, worker = NULL, due_at = martlet.next_due(subscription_id)
    WHERE worker = p_worker
      AND NOT EXISTS (
          SELECT FROM martlet.waiting
          WHERE waiting.subscription_id = lanes.subscription_id AND waiting.worker = p_worker
            AND waiting.lease_until IS NOT NULL)
      AND NOT EXISTS (
          SELECT FROM martlet.batches
          WHERE batches.subscription_id = lanes.subscription_id AND batches.worker = p_worker);
END
$$;

-- Extends the leases of deliveries that are still in the air, and those of their lanes. Returns those that are still
-- the worker's.
CREATE OR REPLACE FUNCTION martlet.renew_leases(p_worker int, p_ids bigint[], p_lease interval) RETURNS SETOF bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
BEGIN
    RETURN QUERY
    UPDATE martlet.pending SET lease_until = now() + p_lease WHERE id = ANY (p_ids) AND worker = p_worker
    RETURNING id;
    RETURN QUERY
    UPDATE martlet.waiting SET lease_until = now() + p_lease
    WHERE id = ANY (p_ids) AND worker = p_worker AND lease_until IS NOT NULL
    RETURNING id;
    RETURN QUERY
    UPDATE martlet.batches SET lease_until = now() + p_lease WHERE id = ANY (p_ids) AND worker = p_worker
    RETURNING id;
    PERFORM FROM martlet.lanes WHERE worker = p_worker ORDER BY subscription_id FOR UPDATE;
    UPDATE martlet.lanes SET lease_until = now() + p_lease
    WHERE worker = p_worker
      AND subscription_id IN (
          SELECT subscription_id FROM martlet.waiting WHERE id = ANY (p_ids) AND worker = p_worker
          UNION ALL
          SELECT subscription_id FROM martlet.batches WHERE id = ANY (p_ids) AND worker = p_worker);
END
$$;

-- A worker whose session was lost says which deliveries of the fast lane it has and has not sent: leased to it anew are
-- those that are still its own, and those that nobody holds (functions/record.sql says how that comes about). Returns
-- them; the others have been taken meanwhile.
CREATE OR REPLACE FUNCTION martlet.confirm_leases(p_worker int, p_ids bigint[], p_lease interval) RETURNS SETOF bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
BEGIN
    IF NOT martlet.may_claim(p_worker) THEN
        RETURN;
    END IF;
    RETURN QUERY
    UPDATE martlet.pending SET lease_until = now() + p_lease, worker = p_worker
    WHERE id = ANY (p_ids) AND (worker = p_worker OR worker IS NULL)
    RETURNING id;
END
$$;
