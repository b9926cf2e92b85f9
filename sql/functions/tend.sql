-- The duties that a queue needs every second; every worker calls this, and one of them at a time does it.

-- Its result has changed. With what replaces it in one transaction: a worker that misses it for a moment loses its
-- session, is taken for dead, and what it has in the air is sent twice.
DROP FUNCTION IF EXISTS martlet.tend(int);

-- Gives back what dead workers hold, and advances the lanes to rows that dispatch put there (dispatch itself never
-- touches a lane row, so that producers do not wait for each other). Called by p_worker on the session that holds its
-- lock. Returns how many workers were found dead, whether a lane is due, whether there are lanes to be looked at more
-- often (functions/prompt_lanes.sql), and whether a replay is running. A worker that is idle learns here all there is to
-- know: it asks nothing else.
CREATE OR REPLACE FUNCTION martlet.tend(
    p_worker int,
    OUT dead int, OUT lane_is_due boolean, OUT has_prompt_lanes boolean, OUT replay_is_running boolean)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
SET enable_seqscan = off
SET enable_incremental_sort = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
BEGIN
    dead := 0;
    IF pg_try_advisory_xact_lock(martlet.duty_lock_class(), 3) THEN
        dead := martlet.bury_dead_workers(p_worker);
        PERFORM martlet.advance_lanes();
    END IF;
    lane_is_due := EXISTS (
        SELECT
        FROM martlet.lanes
        -- One that this worker has: its rows may be done with, and the lane not given back yet.
        WHERE due_at <= now() AND (lease_until IS NULL OR lease_until < now() OR worker = p_worker));
    -- What only waits for its rate or for those before it is due as well: whoever empties the queue is not done yet.
    lane_is_due := lane_is_due OR EXISTS (
        SELECT
        FROM martlet.lanes AS lane
        JOIN martlet.subscriptions AS subscription
            ON subscription.id = lane.subscription_id AND subscription.tenant = lane.tenant
        WHERE lane.due_at > now()
          AND lane.due_at < now() + interval '2 minutes'
          AND martlet.is_prompt(subscription.ordering, subscription.rate_limit)
          AND subscription.active
          AND EXISTS (
              SELECT FROM martlet.waiting
              WHERE waiting.subscription_id = lane.subscription_id
                AND waiting.status <> 'failed'
                AND waiting.next_retry_at <= now()));
    -- And what process-webhooks has begun.
    lane_is_due := lane_is_due OR martlet.has_to_flush(p_worker, '{}', true);
    has_prompt_lanes := EXISTS (
        SELECT FROM martlet.subscriptions WHERE active AND (ordering <> 'none' OR rate_limit IS NOT NULL));
    replay_is_running := EXISTS (SELECT FROM martlet.replays WHERE state = 'running');
END
$$;

-- A worker whose lock can be taken is dead: its leases end now, not when they would expire.
CREATE OR REPLACE FUNCTION martlet.bury_dead_workers(p_worker int) RETURNS int
LANGUAGE plpgsql
AS $$
DECLARE
    dead int[];
BEGIN
    dead := ARRAY(
        SELECT id
        FROM (SELECT id, started_at FROM martlet.workers WHERE stopped_at IS NULL OFFSET 0) AS known
        -- Released when this transaction ends. The caller's own lock is its session's, which would get it again.
        WHERE id <> p_worker
          -- A server that has just started has taken every worker's session: they are about to come back.
          AND (started_at > pg_postmaster_start_time()
               OR now() > pg_postmaster_start_time() + interval '5 seconds')
          AND pg_try_advisory_xact_lock(martlet.worker_lock_class(), id)
          -- Its last claim may still be on the way: then the next look finds it dead.
          AND pg_try_advisory_xact_lock(martlet.claim_lock_class(), id));
    IF cardinality(dead) = 0 THEN
        RETURN 0;
    END IF;
    PERFORM martlet.release_leases(dead);
    RETURN cardinality(dead);
END
$$;

-- Ends everything these workers hold, and marks them stopped.
CREATE OR REPLACE FUNCTION martlet.release_leases(p_workers int[]) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE martlet.pending SET lease_until = NULL, worker = NULL WHERE worker = ANY (p_workers);
    UPDATE martlet.waiting SET lease_until = NULL, worker = NULL
    WHERE worker = ANY (p_workers) AND lease_until IS NOT NULL;
    UPDATE martlet.batches SET lease_until = NULL, worker = NULL WHERE worker = ANY (p_workers);
    -- After the rows: what they had leased is due again.
    PERFORM FROM martlet.lanes WHERE worker = ANY (p_workers) ORDER BY subscription_id FOR UPDATE;
    UPDATE martlet.lanes SET lease_until = NULL, worker = NULL, due_at = martlet.next_due(subscription_id)
    WHERE worker = ANY (p_workers);
    UPDATE martlet.workers SET stopped_at = now() WHERE id = ANY (p_workers);
END
$$;

-- The first delivery of each subscription that has waiting rows: one probe per subscription, however many rows they are.
CREATE OR REPLACE FUNCTION martlet.first_waiting()
RETURNS TABLE (subscription_id int, tenant text, next_retry_at timestamptz)
LANGUAGE sql STABLE
AS $$
    WITH RECURSIVE head (subscription_id, tenant, next_retry_at) AS (
        (SELECT subscription_id, tenant, next_retry_at
         FROM martlet.waiting
         WHERE status <> 'failed'
         ORDER BY subscription_id, next_retry_at, id
         LIMIT 1)
        UNION ALL
        SELECT next.subscription_id, next.tenant, next.next_retry_at
        FROM head
        CROSS JOIN LATERAL (
            SELECT subscription_id, tenant, next_retry_at
            FROM martlet.waiting
            WHERE status <> 'failed' AND subscription_id > head.subscription_id
            ORDER BY subscription_id, next_retry_at, id
            LIMIT 1
        ) AS next
    )
    SELECT * FROM head
$$;

-- Lanes become due with the first delivery that waits in them.
CREATE OR REPLACE FUNCTION martlet.advance_lanes() RETURNS void
LANGUAGE sql
AS $$
    INSERT INTO martlet.lanes (subscription_id, tenant, due_at)
    SELECT head.subscription_id, head.tenant, due.due_at
    FROM martlet.first_waiting() AS head
    JOIN martlet.subscriptions AS subscription ON subscription.id = head.subscription_id AND subscription.active
    LEFT JOIN martlet.lanes AS lane ON lane.subscription_id = head.subscription_id
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN NOT martlet.is_batched(subscription.queue_mode, subscription.ordering, subscription.rate_limit,
                                        (SELECT martlet.default_queue_mode()))
                THEN greatest(
                    head.next_retry_at, lane.blocked_until,
                    martlet.claimable_from(lane.next_send_at, subscription.rate_limit, subscription.rate_burst))
            -- Whatever comes later is due later.
            WHEN lane.due_at <= now() + make_interval(secs => subscription.batch_interval_seconds) THEN lane.due_at
            ELSE martlet.next_batch_due(subscription.id, subscription.batch_interval_seconds)
        END AS due_at
    ) AS due
    WHERE lane.subscription_id IS NULL
       OR ((lane.lease_until IS NULL OR lane.lease_until < now()) AND lane.due_at > due.due_at)
    ORDER BY head.subscription_id
    ON CONFLICT (subscription_id, tenant) DO UPDATE SET due_at = least(lanes.due_at, excluded.due_at)
$$;
