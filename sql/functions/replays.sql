-- Deliveries of a subscription are sent again: those that failed begin anew under their ids, those that were delivered
-- go out as new deliveries of the same events. A replay looks through an index in bounded steps, each a transaction that
-- moves its position along: it survives whatever dies, and takes no delivery twice.
--
-- A replay takes an event once: what was sent again is not sent again for its own sake, but for the delivery it repeats,
-- and an event that waits already, by whoever's wish, is not queued a second time.
--
-- What it queues waits in the subscription's lane, and only so much at a time: new events of the subscription and the
-- work of others are not buried under a million old ones.

-- So many due deliveries of a subscription may wait before its replays pause: of one with a rate limit, ten seconds'
-- worth.
CREATE OR REPLACE FUNCTION martlet.replay_backlog(rate_limit double precision) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT CASE WHEN rate_limit IS NULL THEN 5000 ELSE least(5000, greatest(1, ceil(rate_limit * 10))) END::int $$;

-- Queues up to p_rows more. Returns how many rows it has looked at: 0 while there is no room, or the subscription is
-- inactive, or when the replay is at its end.
CREATE OR REPLACE FUNCTION martlet.step_replay(p_replay bigint, p_rows int) RETURNS int
LANGUAGE plpgsql
SET search_path = pg_catalog, martlet, pg_temp
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
SET max_parallel_workers_per_gather = 0
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    replay       record;
    subscription record;
    instant      bigint := martlet.id_floor(clock_timestamp());
    limit_rows   int;
    looked_at    int;
    last         bigint;
    queued_now   bigint;
    dropped_now  bigint := 0;
    at_end       boolean;
BEGIN
    SELECT * INTO replay
    FROM martlet.replays AS replay
    WHERE replay.id = p_replay AND replay.state = 'running'
    FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    SELECT active, ordering, rate_limit,
           batch_interval_seconds IS NULL
               AND martlet.is_batched(queue_mode, ordering, rate_limit, martlet.default_queue_mode()) AS waits_for_run
    INTO subscription
    FROM martlet.subscriptions AS subscription
    WHERE subscription.id = replay.subscription_id AND subscription.tenant = replay.tenant;
    IF NOT FOUND THEN
        UPDATE martlet.replays AS row SET state = 'cancelled', finished_at = now() WHERE row.id = p_replay;
        RETURN 0;
    END IF;
    UPDATE martlet.replays AS row SET stepped_at = clock_timestamp() WHERE row.id = p_replay;
    -- Where only process-webhooks sends, due rows are no sign that the receiver is behind: they would wait for each other
    -- from run to run.
    limit_rows := CASE WHEN subscription.waits_for_run THEN p_rows ELSE
        least(p_rows, martlet.replay_backlog(subscription.rate_limit) - (
            SELECT count(*)
            FROM (SELECT
                  FROM martlet.waiting AS row
                  WHERE row.subscription_id = replay.subscription_id
                    AND row.status <> 'failed'
                    AND row.next_retry_at <= now()
                  LIMIT martlet.replay_backlog(subscription.rate_limit)) AS due)) END;
    IF limit_rows <= 0 OR NOT subscription.active THEN
        RETURN 0;
    END IF;

    IF replay.phase = 'failed' THEN
        WITH next AS MATERIALIZED (
            SELECT row.id, row.event_id
            FROM martlet.waiting AS row
            WHERE row.subscription_id = replay.subscription_id
              AND row.status = 'failed'
              AND row.id > replay.position
              AND row.id < replay.end_id
            ORDER BY row.id
            LIMIT limit_rows
            FOR UPDATE
        ), revived AS (
            UPDATE martlet.waiting AS row
            SET status = 'pending', retry_count = 0, next_retry_at = now()
            FROM next
            WHERE row.id = next.id AND row.tenant = replay.tenant
              AND (replay.event = '*' OR EXISTS (
                  SELECT FROM martlet.events AS event
                  WHERE event.tenant = replay.tenant AND event.id = next.event_id
                    AND replay.event = ANY (martlet.candidate_patterns(event.event_name))))
            RETURNING row.id
        )
        SELECT (SELECT count(*) FROM next), (SELECT max(next.id) FROM next), (SELECT count(*) FROM revived),
               (SELECT count(*) FROM next) < limit_rows
        INTO looked_at, last, queued_now, at_end;
    ELSE
        -- Attempts recorded before the request: what the replay itself sends is not replayed.
        WITH ahead AS MATERIALIZED (
            SELECT attempt.id, attempt.outcome,
                   coalesce(attempt.queue_ids, ARRAY[attempt.delivery_id]) AS queue_ids,
                   coalesce(attempt.event_ids, ARRAY[attempt.event_id]) AS event_ids
            FROM martlet.attempts AS attempt
            WHERE attempt.subscription_id = replay.subscription_id
              AND attempt.id > replay.position
              AND attempt.id < replay.id
              AND NOT attempt.test
            ORDER BY attempt.id
            LIMIT limit_rows
        ), next AS (
            -- A batch is taken as a whole, so the step may be longer by one batch.
            SELECT *
            FROM (SELECT *, sum(cardinality(queue_ids)) OVER (ORDER BY id) - cardinality(queue_ids) AS entries_before
                  FROM ahead) AS counted
            WHERE entries_before < limit_rows
        ), entry AS (
            SELECT entry.id, entry.event_id, event.event_name, event.payload
            FROM next
            CROSS JOIN LATERAL unnest(next.queue_ids, next.event_ids) AS entry (id, event_id)
            LEFT JOIN martlet.events AS event ON event.tenant = replay.tenant AND event.id = entry.event_id
            WHERE next.outcome = 'd'
              AND entry.id >= replay.first_id
              AND entry.id < replay.end_id
              AND NOT martlet.is_resent(entry.id, entry.event_id)
        ), waits AS MATERIALIZED (
            -- By the event alone, and no join: with the statistics of a table that was empty the planner would read a whole
            -- lane for each entry.
            SELECT row.event_id, row.subscription_id, row.tenant, row.status
            FROM martlet.waiting AS row
            WHERE row.event_id = ANY (ARRAY(SELECT entry.event_id FROM entry))
        ), arrived AS MATERIALIZED (
            SELECT attempt.id, attempt.event_id, attempt.subscription_id, attempt.tenant, attempt.outcome
            FROM martlet.attempts AS attempt
            WHERE attempt.event_id = ANY (ARRAY(SELECT entry.event_id FROM entry))
              AND martlet.is_resent(attempt.delivery_id, attempt.event_id)
              AND attempt.queue_ids IS NULL
              -- The partitions since the day of the replay.
              AND attempt.id >= martlet.id_floor(date_trunc('day', martlet.id_time(replay.id), 'UTC'))
              AND attempt.id < instant + (60000::bigint << 22)
        ), sent_again AS (
            INSERT INTO martlet.waiting (id, event_id, next_retry_at, subscription_id, tenant, order_key)
            SELECT martlet.new_id(instant), ordered.event_id, now(), replay.subscription_id, replay.tenant,
                   ordered.order_key
            FROM (SELECT entry.event_id,
                         martlet.order_key(
                             replay.subscription_id, martlet.order_path(subscription.ordering), entry.payload)
                             AS order_key
                  FROM entry
                  WHERE (replay.event = '*' AND entry.event_name IS NOT NULL
                         OR replay.event = ANY (martlet.candidate_patterns(entry.event_name)))
                    AND entry.event_id NOT IN (
                        SELECT waits.event_id
                        FROM waits
                        WHERE waits.subscription_id = replay.subscription_id
                          AND waits.tenant = replay.tenant
                          AND waits.status <> 'failed')
                    -- It failed when it was sent again, began anew with this replay, and has arrived.
                    AND entry.event_id NOT IN (
                        SELECT arrived.event_id
                        FROM arrived
                        WHERE arrived.id > replay.id
                          AND arrived.subscription_id = replay.subscription_id
                          AND arrived.tenant = replay.tenant
                          AND arrived.outcome = 'd')
                  -- Ids are given in this order, which is the order of the deliveries.
                  ORDER BY entry.id
                  OFFSET 0) AS ordered
            RETURNING id
        )
        SELECT (SELECT count(*) FROM next), (SELECT max(next.id) FROM next), (SELECT count(*) FROM sent_again),
               (SELECT count(*) FROM entry WHERE entry.event_name IS NULL),
               (SELECT count(*) FROM ahead) < limit_rows
                   AND (SELECT count(*) FROM ahead) = (SELECT count(*) FROM next)
        INTO looked_at, last, queued_now, dropped_now, at_end;
    END IF;

    UPDATE martlet.replays AS row
    SET queued = row.queued + queued_now,
        not_replayable = row.not_replayable + dropped_now,
        position = coalesce(last, row.position)
    WHERE row.id = p_replay;
    IF at_end THEN
        IF replay.phase = 'failed' AND replay.status = 'any' THEN
            UPDATE martlet.replays AS row SET phase = 'delivered', position = row.first_id - 1 WHERE row.id = p_replay;
            -- Not none: there is more to do.
            RETURN greatest(looked_at, 1);
        END IF;
        UPDATE martlet.replays AS row SET state = 'done', finished_at = clock_timestamp() WHERE row.id = p_replay;
    END IF;
    RETURN looked_at;
END
$$;

-- Begins a replay of what was queued in [p_since, p_until), and takes the first p_rows; a small one is done with that.
--   p_status   failed, delivered or any
--   p_event    a name, prefix.* or *
--   p_request  a request id seen before begins nothing: `outcome` is duplicate, `id` the first one's
--   outcome    started, duplicate, missing (there is no such subscription), inactive
CREATE OR REPLACE FUNCTION martlet.start_replay(
    p_subscription int, p_tenant text, p_since timestamptz, p_until timestamptz, p_status text, p_event text,
    p_request text, p_rows int, OUT outcome text, OUT id bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    new_replay bigint := martlet.new_id(martlet.id_floor(clock_timestamp()));
    -- Ids reach neither far into the past nor far into the future.
    first_id   bigint := martlet.id_floor(least(greatest(p_since, '2024-01-01Z'), now()));
    end_id     bigint := new_replay;
    is_active  boolean;
    looked_at  int;
    rest       int := p_rows;
BEGIN
    SELECT row.id INTO id
    FROM martlet.replays AS row
    WHERE row.subscription_id = p_subscription AND row.tenant = p_tenant AND row.request_id = p_request;
    IF FOUND THEN
        outcome := 'duplicate';
        RETURN;
    END IF;
    SELECT row.active INTO is_active
    FROM martlet.subscriptions AS row
    WHERE row.id = p_subscription AND row.tenant = p_tenant;
    IF NOT FOUND OR NOT is_active THEN
        outcome := CASE WHEN is_active IS NULL THEN 'missing' ELSE 'inactive' END;
        RETURN;
    END IF;
    IF p_until < now() THEN
        end_id := martlet.id_floor(greatest(p_until, '2024-01-01Z'));
    END IF;
    DELETE FROM martlet.replays AS row WHERE row.finished_at < now() - interval '30 days';
    INSERT INTO martlet.replays (
        id, tenant, subscription_id, request_id, first_id, end_id, status, event, phase, position)
    VALUES (
        new_replay, p_tenant, p_subscription, p_request, first_id, end_id, p_status, p_event,
        CASE p_status WHEN 'delivered' THEN 'delivered' ELSE 'failed' END, first_id - 1)
    ON CONFLICT (subscription_id, tenant, request_id) DO NOTHING;
    IF NOT FOUND THEN
        -- The same request at the same time came first.
        SELECT row.id INTO id
        FROM martlet.replays AS row
        WHERE row.subscription_id = p_subscription AND row.tenant = p_tenant AND row.request_id = p_request;
        outcome := 'duplicate';
        RETURN;
    END IF;
    LOOP
        looked_at := martlet.step_replay(new_replay, rest);
        rest := rest - looked_at;
        EXIT WHEN looked_at = 0 OR rest <= 0;
    END LOOP;
    PERFORM martlet.advance_lane(p_subscription, p_tenant, now());
    PERFORM martlet.wake();
    outcome := 'started';
    id := new_replay;
END
$$;

-- The duty: one step of each replay that is running, p_rows at most; one worker of all does it. Lanes find what it
-- queued within a second (martlet.tend).
CREATE OR REPLACE FUNCTION martlet.advance_replays(p_rows int, OUT running int, OUT looked_at int)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
DECLARE
    replay bigint;
BEGIN
    running := 0;
    looked_at := 0;
    IF NOT pg_try_advisory_xact_lock(martlet.duty_lock_class(), 7) THEN
        RETURN;
    END IF;
    FOR replay IN
        SELECT id FROM martlet.replays WHERE state = 'running' ORDER BY stepped_at LIMIT 20
    LOOP
        running := running + 1;
        looked_at := looked_at + martlet.step_replay(replay, p_rows);
    END LOOP;
END
$$;

-- Ends a replay: what it has queued goes out, nothing more is queued. Null: there is none; false: it had ended.
CREATE OR REPLACE FUNCTION martlet.cancel_replay(p_id bigint, p_tenant text) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
BEGIN
    UPDATE martlet.replays
    SET state = 'cancelled', finished_at = now()
    WHERE id = p_id AND tenant = p_tenant AND state = 'running';
    IF FOUND THEN
        RETURN true;
    END IF;
    RETURN (SELECT false FROM martlet.replays WHERE id = p_id AND tenant = p_tenant);
END
$$;
