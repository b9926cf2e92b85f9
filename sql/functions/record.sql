-- Outcomes come back as a set: attempts logged, delivered rows deleted, failures moved to the waiting lanes, breakers
-- fed, in one statement. Fenced: only rows that are still this worker's count; whoever lost a lease changes nothing.
--
-- In the fast lane a row that nobody holds counts too: its claim was lost with a server that crashed (a claim does not
-- wait for the disk), or its worker was found dead and lives. Who has its outcome has sent it, and nobody else has it.

-- Records requests that delivered one row of the fast lane each: nearly all there are. Returns how many rows passed the
-- fence.
CREATE OR REPLACE FUNCTION martlet.record_delivered(
    p_worker int, p_ids bigint[], p_events bigint[], p_subscriptions int[], p_versions int[], p_tenants text[],
    p_sent_at timestamptz[], p_durations int[], p_codes smallint[], p_bodies text[], p_signatures text[])
RETURNS int
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
SET enable_seqscan = off
SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    instant   bigint;
    recorded  int;
    succeeded int[];
BEGIN
    -- Before the ids: who sees nobody with this lock knows that no smaller id is still to come (martlet.roll_up).
    LOCK TABLE ONLY martlet.attempts IN ROW EXCLUSIVE MODE;
    instant := martlet.id_floor(clock_timestamp());
    WITH done AS (
        DELETE FROM martlet.pending
        WHERE id = ANY (p_ids) AND (worker = p_worker OR worker IS NULL)
        RETURNING id, subscription_id
    ), logged AS (
        INSERT INTO martlet.attempts (
            id, delivery_id, event_id, sent_at, subscription_id, version, duration_ms, worker, attempt,
            response_code, outcome, tenant, signature, response_body)
        SELECT instant | (nextval('martlet.id_sequence') & 4194303), sent.id, sent.event_id, sent.sent_at,
               sent.subscription_id, sent.version, sent.duration_ms, p_worker, 1,
               sent.response_code, 'd', sent.tenant, sent.signature, sent.response_body
        FROM unnest(p_ids, p_events, p_subscriptions, p_versions, p_tenants, p_sent_at, p_durations, p_codes,
                    p_bodies, p_signatures)
            AS sent (id, event_id, subscription_id, version, tenant, sent_at, duration_ms, response_code,
                     response_body, signature)
        JOIN done ON done.id = sent.id
    )
    SELECT count(*), array_agg(DISTINCT subscription_id) INTO recorded, succeeded FROM done;

    PERFORM martlet.reset_breakers(succeeded);
    RETURN recorded;
END
$$;

-- A success resets the breaker, and ends an outage; nearly always there is nothing to do, and nothing is written.
CREATE OR REPLACE FUNCTION martlet.reset_breakers(p_subscriptions int[]) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    recovered int[];
BEGIN
    WITH unwell AS (
        SELECT id, tenant, tripped
        FROM martlet.subscriptions
        WHERE id = ANY (p_subscriptions) AND (failure_count > 0 OR tripped) AND active
        -- In one order, so that two workers do not deadlock.
        ORDER BY id
        FOR UPDATE
    ), well AS (
        UPDATE martlet.subscriptions AS subscription
        SET failure_count = 0, tripped = false
        FROM unwell
        WHERE subscription.id = unwell.id AND subscription.tenant = unwell.tenant
    )
    SELECT array_agg(id) INTO recovered FROM unwell WHERE tripped;
    IF recovered IS NOT NULL THEN
        PERFORM martlet.announce_recovered(recovered);
    END IF;
END
$$;

-- Records batches that were delivered, as record_delivered does single deliveries. Fenced by their own rows, which say what
-- went out in them. Returns how many were still the worker's.
CREATE OR REPLACE FUNCTION martlet.record_batches(
    p_worker int, p_batches bigint[], p_versions int[], p_sent_at timestamptz[], p_durations int[], p_codes smallint[],
    p_bodies text[], p_signatures text[])
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
    recorded  int;
    succeeded int[];
    delivered bigint[];
BEGIN
    -- Before the ids: who sees nobody with this lock knows that no smaller id is still to come (martlet.roll_up).
    LOCK TABLE ONLY martlet.attempts IN ROW EXCLUSIVE MODE;
    instant := martlet.id_floor(clock_timestamp());
    WITH done AS (
        DELETE FROM martlet.batches
        WHERE id = ANY (p_batches) AND worker = p_worker
        RETURNING id, subscription_id, tenant, retry_count, entries, events
    ), logged AS (
        INSERT INTO martlet.attempts (
            id, delivery_id, sent_at, subscription_id, version, duration_ms, worker, attempt, response_code, outcome,
            tenant, signature, response_body, queue_ids, event_ids)
        SELECT instant | (nextval('martlet.id_sequence') & 4194303), done.id, sent.sent_at, done.subscription_id,
               sent.version, sent.duration_ms, p_worker, done.retry_count + 1, sent.response_code, 'd', done.tenant,
               sent.signature, sent.response_body, done.entries, done.events
        FROM unnest(p_batches, p_versions, p_sent_at, p_durations, p_codes, p_bodies, p_signatures)
            AS sent (id, version, sent_at, duration_ms, response_code, response_body, signature)
        JOIN done ON done.id = sent.id
    )
    SELECT count(*), array_agg(DISTINCT subscription_id), ARRAY(SELECT unnest(entries) FROM done)
    INTO recorded, succeeded, delivered
    FROM done;
    DELETE FROM martlet.waiting WHERE id = ANY (delivered);

    PERFORM martlet.reset_breakers(succeeded);
    RETURN recorded;
END
$$;

-- Records requests of any outcome. Arrays over requests: p_requests (X-Delivery-ID), … ; arrays over the rows that the
-- requests carried: p_ids with p_request_of, the position of its request. What a batch carried its own row says.
--   p_outcomes     d delivered, r again after p_waits, f failed for good
--   p_waits        from the end of the attempt, in milliseconds; null unless r
--   p_tests        a person waits for the outcome: logged, announced, neither repeated nor counted
-- Breakers, folded per subscription from the requests in order (BreakerTally): p_tally_…; p_trip_reasons: what to write
-- when one trips; p_gone: disable the subscription at once, with this reason.
-- Returns the subscriptions that this call disabled.
CREATE OR REPLACE FUNCTION martlet.record_attempts(
    p_worker int,
    p_requests bigint[], p_subscriptions int[], p_versions int[], p_tenants text[], p_attempts smallint[],
    p_sent_at timestamptz[], p_durations int[], p_codes smallint[], p_outcomes text[], p_waits bigint[],
    p_errors text[], p_bodies text[], p_signatures text[], p_tests boolean[],
    p_ids bigint[], p_events bigint[], p_request_of int[],
    p_tally_of int[], p_tally_leading int[], p_tally_longest int[], p_tally_trailing int[], p_tally_success boolean[],
    p_trip_reasons text[], p_gone text[])
RETURNS int[]
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
SET enable_seqscan = off
SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    instant   bigint;
    -- How many rows are fenced one by one; those behind them by their batch.
    alone     int := coalesce(cardinality(p_ids), 0);
    entries   record;
    counted   int[];
    exhausted bigint[];
    disabled  int[];
    recovered int[];
BEGIN
    -- Before the ids: who sees nobody with this lock knows that no smaller id is still to come (martlet.roll_up).
    LOCK TABLE ONLY martlet.attempts IN ROW EXCLUSIVE MODE;
    instant := martlet.id_floor(clock_timestamp());
    SELECT array_agg(entry.id) AS ids, array_agg(entry.event_id) AS events, array_agg(batch.position) AS request_of
    INTO entries
    FROM (
        SELECT request.position, batch.entries, batch.events
        FROM unnest(p_requests) WITH ORDINALITY AS request (id, position)
        JOIN martlet.batches AS batch ON batch.id = request.id
        WHERE batch.worker = p_worker
        -- In one order, so that two workers do not deadlock.
        ORDER BY batch.id
        FOR UPDATE OF batch
    ) AS batch
    CROSS JOIN LATERAL unnest(batch.entries, batch.events) AS entry (id, event_id);
    p_ids := p_ids || entries.ids;
    p_events := p_events || entries.events;
    p_request_of := p_request_of || entries.request_of;
    WITH request AS MATERIALIZED (
        SELECT *
        FROM unnest(p_requests, p_subscriptions, p_versions, p_tenants, p_attempts, p_sent_at, p_durations, p_codes,
                    p_outcomes, p_waits, p_errors, p_bodies, p_signatures, p_tests) WITH ORDINALITY
            AS request (id, subscription_id, version, tenant, attempt, sent_at, duration_ms, response_code, outcome,
                        wait_ms, error_message, response_body, signature, test, position)
    ), carried AS MATERIALIZED (
        SELECT row.id, row.event_id, row.position, row.place, row.place > alone AS in_batch, request.outcome,
               request.test
        FROM unnest(p_ids, p_events, p_request_of) WITH ORDINALITY AS row (id, event_id, position, place)
        JOIN request ON request.position = row.position
    ), from_fast AS (
        DELETE FROM martlet.pending
        WHERE id = ANY (p_ids) AND (worker = p_worker OR worker IS NULL)
        RETURNING id
    ), from_waiting AS (
        DELETE FROM martlet.waiting
        USING carried
        WHERE waiting.id = carried.id
          AND waiting.id = ANY (p_ids)
          AND carried.outcome = 'd'
          AND (carried.in_batch OR waiting.worker = p_worker AND waiting.lease_until IS NOT NULL)
        RETURNING waiting.id, waiting.subscription_id, waiting.order_key
    ), again AS (
        UPDATE martlet.waiting
        SET status = CASE request.outcome WHEN 'f' THEN 'failed' ELSE 'retry' END,
            retry_count = CASE request.outcome WHEN 'f' THEN waiting.retry_count ELSE request.attempt END,
            next_retry_at = CASE WHEN request.outcome <> 'f'
                THEN now() + make_interval(secs => request.wait_ms / 1000.0) END,
            error_message = request.error_message,
            batch_id = CASE WHEN request.outcome <> 'f' AND request.id <> waiting.id THEN request.id END,
            lease_until = NULL,
            worker = NULL
        FROM carried
        JOIN request ON request.position = carried.position
        WHERE waiting.id = carried.id
          AND waiting.id = ANY (p_ids)
          AND carried.outcome <> 'd'
          AND waiting.status <> 'failed'
          AND (carried.in_batch OR waiting.worker = p_worker AND waiting.lease_until IS NOT NULL)
        RETURNING waiting.id, waiting.subscription_id, waiting.tenant, waiting.next_retry_at, waiting.order_key
    ), promoted AS (
        -- Who comes next of an ordered key, put off until the one before was due, need not wait for that any more.
        UPDATE martlet.waiting
        SET next_retry_at = now()
        FROM (SELECT id, subscription_id, order_key FROM from_waiting
              UNION ALL
              SELECT id, subscription_id, order_key FROM again WHERE next_retry_at IS NULL) AS gone
        CROSS JOIN LATERAL (
            SELECT follower.id
            FROM martlet.waiting AS follower
            WHERE follower.subscription_id = gone.subscription_id
              AND follower.order_key = gone.order_key
              AND follower.status <> 'failed'
              AND follower.id > gone.id
            ORDER BY follower.subscription_id, follower.order_key, follower.id
            LIMIT 1
        ) AS next
        WHERE gone.order_key IS NOT NULL
          AND waiting.id = next.id
          AND waiting.status = 'pending'
          AND waiting.next_retry_at > now()
          AND waiting.lease_until IS NULL
        RETURNING waiting.subscription_id, waiting.tenant, waiting.next_retry_at
    ), moved AS (
        INSERT INTO martlet.waiting (
            id, event_id, next_retry_at, subscription_id, retry_count, status, tenant, error_message)
        SELECT carried.id, carried.event_id,
               CASE WHEN request.outcome <> 'f'
                   THEN now() + make_interval(secs => request.wait_ms / 1000.0) END,
               request.subscription_id,
               CASE request.outcome WHEN 'f' THEN request.attempt - 1 ELSE request.attempt END,
               CASE request.outcome WHEN 'f' THEN 'failed' ELSE 'retry' END,
               request.tenant, request.error_message
        FROM from_fast
        JOIN carried ON carried.id = from_fast.id
        JOIN request ON request.position = carried.position
        WHERE carried.outcome <> 'd' AND NOT carried.test
        RETURNING id, subscription_id, tenant, next_retry_at
    ), held AS (
        SELECT carried.id, carried.event_id, carried.position, carried.place,
               carried.outcome = 'f' AND NOT carried.test AS exhausted
        FROM carried
        WHERE carried.id IN (SELECT id FROM from_fast UNION ALL SELECT id FROM from_waiting
                             UNION ALL SELECT id FROM again)
    ), batch AS MATERIALIZED (
        SELECT DISTINCT request.id, request.outcome, request.wait_ms, request.attempt
        FROM held
        JOIN request ON request.position = held.position
        WHERE held.id <> request.id
    ), batch_again AS (
        UPDATE martlet.batches
        SET due_at = now() + make_interval(secs => batch.wait_ms / 1000.0), retry_count = batch.attempt,
            lease_until = NULL, worker = NULL
        FROM batch
        WHERE batches.id = batch.id AND batch.outcome = 'r'
    ), batch_ended AS (
        DELETE FROM martlet.batches USING batch WHERE batches.id = batch.id AND batch.outcome <> 'r'
    ), logged AS (
        INSERT INTO martlet.attempts (
            id, delivery_id, event_id, sent_at, subscription_id, version, duration_ms, worker, attempt,
            response_code, outcome, tenant, signature, response_body, error_message, queue_ids, event_ids, test)
        SELECT instant | (nextval('martlet.id_sequence') & 4194303), request.id,
               CASE WHEN entries.ids = ARRAY[request.id] THEN entries.events[1] END,
               request.sent_at, request.subscription_id, request.version, request.duration_ms, p_worker,
               request.attempt, request.response_code,
               request.outcome::"char",
               request.tenant, request.signature, request.response_body, request.error_message,
               CASE WHEN entries.ids <> ARRAY[request.id] THEN entries.ids END,
               CASE WHEN entries.ids <> ARRAY[request.id] THEN entries.events END,
               request.test
        FROM request
        JOIN (SELECT position, array_agg(id ORDER BY place) AS ids, array_agg(event_id ORDER BY place) AS events
              FROM held GROUP BY position) AS entries
            ON entries.position = request.position
    ), advanced AS (
        INSERT INTO martlet.lanes (subscription_id, tenant, due_at)
        SELECT subscription_id, tenant, min(next_retry_at)
        FROM (SELECT subscription_id, tenant, next_retry_at FROM moved
              UNION ALL
              SELECT subscription_id, tenant, next_retry_at FROM again
              UNION ALL
              SELECT subscription_id, tenant, next_retry_at FROM promoted) AS later
        WHERE next_retry_at IS NOT NULL
        GROUP BY subscription_id, tenant
        -- In one order, so that two workers do not deadlock.
        ORDER BY subscription_id
        ON CONFLICT (subscription_id, tenant) DO UPDATE SET due_at = least(lanes.due_at, excluded.due_at)
    )
    SELECT array_agg(DISTINCT request.subscription_id), (SELECT array_agg(id) FROM held WHERE held.exhausted)
    INTO counted, exhausted
    FROM request
    WHERE request.position IN (SELECT position FROM held);

    -- The breaker: ten failures in a row, wherever the row begins, even when a success ends it. A subscription none of
    -- whose requests was still this worker's is left alone.
    WITH tally AS (
        SELECT *
        FROM unnest(p_tally_of, p_tally_leading, p_tally_longest, p_tally_trailing, p_tally_success, p_trip_reasons, p_gone)
            AS tally (subscription_id, leading_run, longest_run, trailing_run, success, trip_reason, gone)
    ), locked AS MATERIALIZED (
        -- In one order, so that two workers do not deadlock.
        SELECT subscription.id, subscription.tenant, subscription.failure_count, subscription.tripped, tally.*
        FROM martlet.subscriptions AS subscription
        JOIN tally ON tally.subscription_id = subscription.id
        WHERE subscription.id = ANY (counted)
          AND subscription.active
          AND (tally.longest_run > 0 OR subscription.failure_count > 0 OR subscription.tripped)
        ORDER BY subscription.id
        FOR UPDATE OF subscription
    ), judged AS (
        SELECT id, tenant, trip_reason, gone, success, tripped,
               failure_count + leading_run >= 10 OR longest_run >= 10 AS trips,
               CASE WHEN success THEN trailing_run ELSE failure_count + trailing_run END AS failures
        FROM locked
    ), counted AS (
        UPDATE martlet.subscriptions AS subscription
        SET failure_count = judged.failures, tripped = judged.tripped AND NOT judged.success
        FROM judged
        WHERE subscription.id = judged.id AND NOT judged.trips AND judged.gone IS NULL
    ), tripped AS (
        UPDATE martlet.subscriptions AS subscription
        SET active = false,
            tripped = true,
            failure_count = CASE WHEN judged.trips THEN 10 ELSE judged.failures END,
            disabled_reason = CASE WHEN judged.trips THEN judged.trip_reason ELSE judged.gone END
        FROM judged
        WHERE subscription.id = judged.id AND (judged.trips OR judged.gone IS NOT NULL)
        RETURNING subscription.id
    )
    SELECT (SELECT array_agg(id) FROM tripped),
           (SELECT array_agg(id) FROM judged WHERE tripped AND success AND NOT trips AND gone IS NULL)
    INTO disabled, recovered;

    IF exhausted IS NOT NULL THEN
        PERFORM martlet.announce_exhausted(exhausted);
    END IF;
    IF disabled IS NOT NULL THEN
        PERFORM martlet.announce_disabled(disabled);
    END IF;
    IF recovered IS NOT NULL THEN
        PERFORM martlet.announce_recovered(recovered);
    END IF;

    -- Whoever asked for a test listens for its id.
    PERFORM pg_notify('martlet_tests', id::text)
    FROM unnest(p_requests, p_tests) AS request (id, test)
    WHERE test;
    RETURN coalesce(disabled, '{}');
END
$$;

-- Queues one test delivery of the event for exactly this subscription, whatever it subscribes to and whether or not it
-- is active. Returns the delivery's id; null when there is no such subscription.
CREATE OR REPLACE FUNCTION martlet.dispatch_test(p_subscription int, p_tenant text, p_event text, p_data json)
RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
DECLARE
    instant  bigint := martlet.id_floor(clock_timestamp());
    event    bigint := martlet.new_id(instant);
    delivery bigint := martlet.new_id(instant);
BEGIN
    IF NOT EXISTS (SELECT FROM martlet.subscriptions WHERE id = p_subscription AND tenant = p_tenant) THEN
        RETURN NULL;
    END IF;
    INSERT INTO martlet.events (id, tenant, event_name, payload) VALUES (event, p_tenant, p_event, p_data);
    INSERT INTO martlet.pending (id, event_id, subscription_id, tenant, test)
    VALUES (delivery, event, p_subscription, p_tenant, true);
    RETURN delivery;
END
$$;

-- Takes back a test that no worker has taken. False: one has.
CREATE OR REPLACE FUNCTION martlet.cancel_test(p_id bigint) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
BEGIN
    DELETE FROM martlet.pending WHERE id = p_id AND test AND worker IS NULL;
    RETURN FOUND;
END
$$;
