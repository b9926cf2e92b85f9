-- A worker takes deliveries: from the fast lane a set at a time, from a waiting lane that it leases as a whole.

-- Registers a worker on the session that calls it; the session's lock is the worker's life (functions/tend.sql).
CREATE OR REPLACE FUNCTION martlet.register_worker(p_name text, p_user_agent text) RETURNS int
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
DECLARE
    worker int := nextval(pg_get_serial_sequence('martlet.workers', 'id'));
BEGIN
    -- Locked before the row can be seen: nobody finds it and thinks it dead.
    PERFORM pg_advisory_lock(martlet.worker_lock_class(), worker);
    INSERT INTO martlet.workers (id, name, user_agent) OVERRIDING SYSTEM VALUE
    VALUES (worker, p_name, p_user_agent);
    RETURN worker;
END
$$;

-- A worker whose session was lost takes its lock again, and with it all it had claimed. False: somebody has found it
-- dead meanwhile; it must register anew.
CREATE OR REPLACE FUNCTION martlet.resume_worker(p_worker int) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
BEGIN
    IF NOT pg_try_advisory_lock(martlet.worker_lock_class(), p_worker) THEN
        RETURN false;
    END IF;
    IF EXISTS (SELECT FROM martlet.workers WHERE id = p_worker AND stopped_at IS NULL) THEN
        RETURN true;
    END IF;
    PERFORM pg_advisory_unlock(martlet.worker_lock_class(), p_worker);
    RETURN false;
END
$$;

-- A worker that stops in order gives back what it still holds.
CREATE OR REPLACE FUNCTION martlet.retire_worker(p_worker int) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
BEGIN
    -- A claim whose caller has stopped waiting for it may still be on the way.
    PERFORM pg_advisory_xact_lock(martlet.claim_lock_class(), p_worker);
    PERFORM martlet.release_leases(ARRAY[p_worker]);
END
$$;

-- False once the worker has stopped or was found dead: the server may still run what a killed worker had sent, and
-- nobody would give those leases back. Until the claim has committed the worker is not found dead.
CREATE OR REPLACE FUNCTION martlet.may_claim(p_worker int) RETURNS boolean
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(martlet.claim_lock_class(), p_worker);
    RETURN NOT EXISTS (SELECT FROM martlet.workers WHERE id = p_worker AND stopped_at IS NOT NULL);
END
$$;

-- Leases up to p_limit deliveries of the fast lane to p_worker, oldest first, looking only at ids above p_from.
--
-- p_from 0 looks at everything and so finds expired leases; the worker's last claimed id skips what it has just taken
-- (dead rows pile up there while a long transaction elsewhere holds back vacuum); between the two stands the safe
-- horizon, below which no slow producer can still make a row appear (martlet.horizon).
--
-- Fewer rows than p_limit: there were no more. The flag is raised that makes dispatch notify (functions/wake.sql).
-- `version` is the subscription's, so that a worker sees a change the moment it is committed; null: it is deleted.
CREATE OR REPLACE FUNCTION martlet.claim_pending(p_worker int, p_limit int, p_from bigint, p_lease interval)
RETURNS TABLE (
    id bigint, event_id bigint, subscription_id int, tenant text, test boolean, version int,
    event_name text, occurred_at timestamptz, payload json)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
-- The primary key in its order, whatever the statistics of a table that is empty now and full in a second.
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    rows  tid[];
    first bigint;
    last  bigint;
BEGIN
    IF NOT martlet.may_claim(p_worker) THEN
        RETURN;
    END IF;
    -- A claim that a crash of the server undoes does no harm (functions/record.sql), so it does not wait for the disk.
    -- Not among the settings of this function: those end before the commit.
    PERFORM set_config('synchronous_commit', 'off', true);
    -- The flag first, then the look, which sees every commit that did not see the flag. Also for a claim that will find as
    -- much as it can take: a NOTIFY too many costs less than to look twice.
    PERFORM setval('martlet.sleepers', 2);
    SELECT array_agg(due.ctid), min(due.event_id), max(due.event_id) INTO rows, first, last
    FROM (
        SELECT pending.ctid, pending.event_id
        FROM martlet.pending
        WHERE pending.id > p_from
          AND (pending.lease_until IS NULL OR pending.lease_until < now())
        ORDER BY pending.id
        LIMIT p_limit
        -- What another worker is claiming is skipped, not waited for.
        FOR UPDATE SKIP LOCKED
    ) AS due;
    IF first IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH claimed AS (
        UPDATE martlet.pending
        SET lease_until = now() + p_lease, worker = p_worker
        WHERE pending.ctid = ANY (rows)
        RETURNING pending.id, pending.event_id, pending.subscription_id, pending.tenant, pending.test
    )
    SELECT claimed.id, claimed.event_id, claimed.subscription_id, claimed.tenant, claimed.test,
           subscription.version, event.event_name, coalesce(event.occurred_at, martlet.id_time(event.id)),
           event.payload
    FROM claimed
    JOIN martlet.events AS event
        ON event.tenant = claimed.tenant
        AND event.id = claimed.event_id
        -- Bounds that hold for the set: partitions outside them are not opened.
        AND event.id BETWEEN first AND last
    LEFT JOIN martlet.subscriptions AS subscription
        ON subscription.id = claimed.subscription_id
        AND subscription.tenant = claimed.tenant
    ORDER BY claimed.id;
END
$$;

-- A sample for the safe horizon: an id taken now is safe once the oldest running transaction began after the sample.
-- The number of the sample's own transaction stands for those that begin after it. A snapshot does not tell it: its xmax
-- is the first number that has not completed, and transactions at and above it may be running.
CREATE OR REPLACE FUNCTION martlet.horizon() RETURNS TABLE (id bigint, oldest bigint, next bigint)
LANGUAGE sql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
    SELECT martlet.id_floor(clock_timestamp()),
           pg_snapshot_xmin(snapshot)::text::bigint,
           pg_current_xact_id()::text::bigint
    FROM (SELECT pg_current_snapshot() AS snapshot OFFSET 0) AS sample
$$;

-- Leases up to p_lanes due lanes to p_worker and, of all of them, up to p_rows due requests in equal parts. A lane stays
-- leased until martlet.release_lanes. p_except: subscriptions that this worker cannot sign for; another may.
--
-- A row is a request: a delivery with its event, or a batch (functions/batches.sql), whose events are in the arrays.
--
-- Prompt lanes (functions/prompt_lanes.sql) may be claimed from again by the worker that has them: when they are due, or
-- when they are among p_again. `wait_ms`: not to be sent earlier than this after the answer; `order_key`: after those of
-- the same key that have smaller ids.
CREATE OR REPLACE FUNCTION martlet.claim_waiting(
    p_worker int, p_lanes int, p_rows int, p_lease interval, p_except int[], p_again int[])
RETURNS TABLE (
    id bigint, event_id bigint, subscription_id int, tenant text, retry_count smallint, version int,
    event_name text, occurred_at timestamptz, payload json, wait_ms int, order_key bigint,
    event_names text[], moments timestamptz[], payloads json[])
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
SET enable_seqscan = off
-- A lane by its own index: until a table that was empty is analyzed, sorting what is due in all lanes looks as cheap.
SET enable_incremental_sort = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
SET jit = off
-- What one claim returns stays in memory.
SET work_mem = '32MB'
AS $$
#variable_conflict use_column
DECLARE
    plain   int[];
    prompt  int[];
    batched int[];
    share   int;
    taken   record;
    read    int;
BEGIN
    IF NOT martlet.may_claim(p_worker) THEN
        RETURN;
    END IF;
    SELECT array_agg(due_lane.subscription_id) FILTER (WHERE NOT due_lane.is_prompt AND NOT due_lane.is_batched),
           array_agg(due_lane.subscription_id) FILTER (WHERE due_lane.is_prompt),
           array_agg(due_lane.subscription_id) FILTER (WHERE due_lane.is_batched),
           greatest(1, p_rows / greatest(1, count(*) + coalesce(cardinality(p_again), 0)))
    INTO plain, prompt, batched, share
    FROM (
        SELECT lane.subscription_id, martlet.is_prompt(subscription.ordering, subscription.rate_limit) AS is_prompt,
               NOT martlet.is_prompt(subscription.ordering, subscription.rate_limit)
                   AND (coalesce(martlet.is_batched(subscription.queue_mode, subscription.ordering, subscription.rate_limit,
                                                    (SELECT martlet.default_queue_mode())), false)
                        -- Formed while it was in queued mode.
                        OR EXISTS (SELECT FROM martlet.batches WHERE batches.subscription_id = lane.subscription_id))
                   AS is_batched
        FROM martlet.lanes AS lane
        LEFT JOIN martlet.subscriptions AS subscription
            ON subscription.id = lane.subscription_id AND subscription.tenant = lane.tenant
        WHERE lane.due_at <= now()
          AND (lane.lease_until IS NULL OR lane.lease_until < now()
               OR lane.worker = p_worker AND martlet.is_prompt(subscription.ordering, subscription.rate_limit))
          AND lane.subscription_id <> ALL (p_except)
        ORDER BY lane.due_at
        LIMIT p_lanes
        FOR UPDATE OF lane SKIP LOCKED
    ) AS due_lane;

    IF prompt IS NOT NULL OR cardinality(p_again) > 0 THEN
        RETURN QUERY
        SELECT *, NULL::text[], NULL::timestamptz[], NULL::json[]
        FROM martlet.claim_prompt_lanes(p_worker, prompt, p_again, share, p_lease);
    END IF;
    IF EXISTS (SELECT FROM martlet.workers WHERE id = p_worker AND flushes) THEN
        batched := batched || ARRAY(
            SELECT lane.subscription_id
            FROM martlet.lanes AS lane
            WHERE lane.flush_to IS NOT NULL
              AND (lane.lease_until IS NULL OR lane.lease_until < now())
              AND lane.subscription_id <> ALL (p_except)
              AND lane.subscription_id <> ALL (coalesce(plain || prompt || batched, '{}'))
            ORDER BY lane.flush_to
            LIMIT greatest(0, p_lanes - coalesce(cardinality(batched), 0))
            FOR UPDATE OF lane SKIP LOCKED);
        batched := ARRAY(
            SELECT subscription.id
            FROM martlet.subscriptions AS subscription
            WHERE subscription.id = ANY (batched)
              AND martlet.is_batched(subscription.queue_mode, subscription.ordering, subscription.rate_limit,
                                     (SELECT martlet.default_queue_mode())));
        share := greatest(1, least(share, p_rows / greatest(1, cardinality(batched))));
    END IF;
    IF cardinality(batched) > 0 THEN
        SELECT * INTO taken FROM martlet.claim_batched_lanes(p_worker, batched, share, p_lease);
        LOOP
            RETURN QUERY
            SELECT batch.id, NULL::bigint, batch.subscription_id, batch.tenant, batch.retry_count, batch.version,
                   NULL::text, NULL::timestamptz, NULL::json, 0, NULL::bigint,
                   batch.event_names, batch.moments, batch.payloads
            FROM martlet.read_batches(taken.batches) AS batch;
            GET DIAGNOSTICS read = ROW_COUNT;
            EXIT WHEN read = cardinality(taken.batches);
            taken.batches := martlet.drop_lost_entries(p_worker, taken.batches);
        END LOOP;
        IF cardinality(taken.singles) > 0 THEN
            RETURN QUERY
            SELECT alone.id, alone.event_id, alone.subscription_id, alone.tenant, alone.retry_count,
                   subscription.version, event.event_name, coalesce(event.occurred_at, martlet.id_time(event.id)),
                   event.payload, 0, NULL::bigint, NULL::text[], NULL::timestamptz[], NULL::json[]
            -- First the deliveries: while statistics say that there are no events, these look like the shorter list.
            FROM (SELECT * FROM martlet.waiting WHERE waiting.id = ANY (taken.singles) OFFSET 0) AS alone
            CROSS JOIN LATERAL (
                SELECT * FROM martlet.events WHERE events.tenant = alone.tenant AND events.id = alone.event_id OFFSET 0
            ) AS event
            LEFT JOIN martlet.subscriptions AS subscription
                ON subscription.id = alone.subscription_id AND subscription.tenant = alone.tenant
            ORDER BY alone.subscription_id, alone.id;
        END IF;
    END IF;
    IF plain IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH due_lane AS MATERIALIZED (
        SELECT subscription_id FROM unnest(plain) AS subscription_id
    ), due AS MATERIALIZED (
        SELECT row.id, row.subscription_id
        FROM due_lane
        JOIN martlet.subscriptions AS subscription
            ON subscription.id = due_lane.subscription_id AND subscription.active
        CROSS JOIN LATERAL (
            SELECT waiting.id, waiting.subscription_id
            FROM martlet.waiting
            WHERE waiting.subscription_id = due_lane.subscription_id
              AND waiting.status <> 'failed'
              AND waiting.next_retry_at <= now()
              AND (waiting.lease_until IS NULL OR waiting.lease_until < now())
            ORDER BY waiting.next_retry_at, waiting.id
            LIMIT share
            FOR UPDATE SKIP LOCKED
        ) AS row
    ), leased AS (
        UPDATE martlet.lanes AS lane
        SET lease_until = now() + p_lease, worker = p_worker
        FROM (SELECT DISTINCT subscription_id FROM due) AS busy
        WHERE lane.subscription_id = busy.subscription_id
    ), idle AS (
        -- Nothing to do: an inactive subscription's lane sleeps until it is activated, another's until its next row.
        -- A lease that stands there has expired.
        UPDATE martlet.lanes AS lane
        SET due_at = martlet.next_due(due_lane.subscription_id), lease_until = NULL, worker = NULL
        FROM due_lane
        WHERE lane.subscription_id = due_lane.subscription_id
          AND NOT EXISTS (SELECT FROM due WHERE due.subscription_id = due_lane.subscription_id)
    ), claimed AS (
        UPDATE martlet.waiting
        SET lease_until = now() + p_lease, worker = p_worker
        -- No join: with the statistics of a table that was empty it would read all of the table for each row.
        WHERE waiting.id = ANY (ARRAY(SELECT id FROM due))
        RETURNING waiting.id, waiting.event_id, waiting.subscription_id, waiting.tenant, waiting.retry_count
    )
    SELECT claimed.id, claimed.event_id, claimed.subscription_id, claimed.tenant, claimed.retry_count,
           subscription.version, event.event_name, coalesce(event.occurred_at, martlet.id_time(event.id)), event.payload,
           0, NULL::bigint, NULL::text[], NULL::timestamptz[], NULL::json[]
    FROM claimed
    JOIN martlet.events AS event ON event.tenant = claimed.tenant AND event.id = claimed.event_id
    LEFT JOIN martlet.subscriptions AS subscription
        ON subscription.id = claimed.subscription_id
        AND subscription.tenant = claimed.tenant
    ORDER BY claimed.subscription_id, claimed.id;
END
$$;

-- When a subscription's lane has work next: 'infinity' while the subscription is inactive or has nothing to do.
CREATE OR REPLACE FUNCTION martlet.next_due(p_subscription int) RETURNS timestamptz
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(
        (SELECT CASE
             WHEN martlet.is_batched(subscription.queue_mode, subscription.ordering, subscription.rate_limit,
                                     (SELECT martlet.default_queue_mode()))
                 THEN martlet.next_batch_due(subscription.id, subscription.batch_interval_seconds)
             ELSE
                 -- The first in the order of the index, not the least of all: there may be very many.
                 (SELECT waiting.next_retry_at
                  FROM martlet.waiting
                  WHERE waiting.subscription_id = p_subscription
                    AND waiting.status <> 'failed'
                    AND waiting.lease_until IS NULL
                  ORDER BY waiting.subscription_id, waiting.next_retry_at, waiting.id
                  LIMIT 1)
             END
         FROM martlet.subscriptions AS subscription
         WHERE subscription.id = p_subscription AND subscription.active),
        'infinity')
$$;

-- Makes a lane due no later than p_due.
CREATE OR REPLACE FUNCTION martlet.advance_lane(p_subscription int, p_tenant text, p_due timestamptz) RETURNS void
LANGUAGE sql
AS $$
    INSERT INTO martlet.lanes (subscription_id, tenant, due_at)
    VALUES (p_subscription, p_tenant, p_due)
    ON CONFLICT (subscription_id, tenant) DO UPDATE SET due_at = least(lanes.due_at, excluded.due_at)
$$;

-- Gives back lanes whose claimed rows are all recorded. Returns how many of them are due again already.
-- p_late_ms: by how much the worker was behind the plan of a limited lane; so much later the next one may send.
CREATE OR REPLACE FUNCTION martlet.release_lanes(p_worker int, p_subscriptions int[], p_late_ms int[]) RETURNS int
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
SET enable_seqscan = off
SET enable_incremental_sort = off
SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
    due int;
BEGIN
    -- In one order, here and wherever several lanes are locked, so that nobody deadlocks.
    PERFORM
    FROM martlet.lanes
    WHERE subscription_id = ANY (p_subscriptions) AND worker = p_worker
    ORDER BY subscription_id
    FOR UPDATE;

    WITH released AS (
        UPDATE martlet.lanes AS lane
        SET lease_until = NULL,
            worker = NULL,
            blocked_until = NULL,
            next_send_at = lane.next_send_at + make_interval(secs => given.late_ms / 1000.0),
            due_at = greatest(
                -- A flush goes on: the claim that finds nothing more says when there will be.
                CASE WHEN lane.flush_to IS NULL THEN martlet.next_due(lane.subscription_id) ELSE now() END,
                (SELECT martlet.claimable_from(
                     lane.next_send_at + make_interval(secs => given.late_ms / 1000.0),
                     subscription.rate_limit, subscription.rate_burst)
                 FROM martlet.subscriptions AS subscription
                 WHERE subscription.id = lane.subscription_id AND subscription.tenant = lane.tenant))
        FROM unnest(p_subscriptions, p_late_ms) AS given (subscription_id, late_ms)
        WHERE lane.subscription_id = given.subscription_id AND lane.worker = p_worker
        RETURNING lane.subscription_id, lane.due_at
    ), emptied AS (
        -- The pile is gone: the subscription may take the fast lane again.
        UPDATE martlet.subscriptions AS subscription
        SET diverted = false
        FROM released
        WHERE released.due_at = 'infinity'
          AND subscription.id = released.subscription_id
          AND subscription.diverted
          AND subscription.active
    )
    SELECT count(*) INTO due FROM released WHERE due_at <= now();
    RETURN due;
END
$$;
