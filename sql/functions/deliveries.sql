-- Deliveries for people who look: listed, found and sent again one by one.

-- The deliveries of a tenant, the latest first: by when they were queued, those that arrived by when they did. `key` is
-- the id whose time that is; p_after_key and p_after_id are those of the last row before.
--   p_event   a name, prefix.* or *; null: any
--   p_status  pending, retry, delivered, failed; null: any
--   p_since   only what was queued since
-- A walk through indexes, in parts: history may be long, and what is asked for rare in it. After 300 ms it stops with a
-- row without id, whose `key` says where to go on.
CREATE OR REPLACE FUNCTION martlet.list_deliveries(
    p_tenant text, p_subscription int, p_event text, p_status text, p_since timestamptz,
    p_after_key bigint, p_after_id bigint, p_limit int)
RETURNS TABLE (
    key bigint, id bigint, event_id bigint, event_name text, subscription_id int, status text, retry_count int,
    next_retry_at timestamptz, error_message text, delivered_at timestamptz)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
-- The filters decide which index serves.
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
SET max_parallel_workers_per_gather = 0
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    -- Ids reach neither far into the past nor far into the future.
    first_id  bigint := martlet.id_floor(least(greatest(p_since, '2024-01-01Z'), now() + interval '1 day'));
    after_key bigint := p_after_key;
    after_id  bigint := p_after_id;
    part_rows int := 2000;
    part_end  bigint;
    rest      int := p_limit;
    found     int;
BEGIN
    LOOP
        -- The part ends where the first of the three has shown part_rows rows. What failed, and what was delivered to a
        -- subscription, has an index of its own; of the rest rows count that are not asked for, because to look for
        -- part_rows that are may mean to read all there is.
        part_end := greatest(
            (SELECT row.id
             FROM martlet.pending AS row
             WHERE coalesce(p_status, 'pending') = 'pending'
               AND row.id >= first_id AND row.id <= after_key
             ORDER BY row.id DESC
             OFFSET part_rows LIMIT 1),
            CASE
                WHEN p_status = 'failed' THEN
                    (SELECT row.id
                     FROM martlet.waiting AS row
                     WHERE row.status = 'failed'
                       AND (p_subscription IS NULL OR row.subscription_id = p_subscription)
                       AND row.id >= first_id AND row.id <= after_key
                     ORDER BY row.id DESC
                     OFFSET part_rows LIMIT 1)
                WHEN coalesce(p_status, '') <> 'delivered' THEN
                    (SELECT row.id
                     FROM martlet.waiting AS row
                     WHERE row.id >= first_id AND row.id <= after_key
                     ORDER BY row.id DESC
                     OFFSET part_rows LIMIT 1)
            END,
            (SELECT attempt.id
             FROM martlet.attempts AS attempt
             WHERE coalesce(p_status, 'delivered') = 'delivered'
               AND (p_subscription IS NULL OR attempt.subscription_id = p_subscription)
               AND attempt.id >= first_id AND attempt.id <= after_key
             ORDER BY attempt.id DESC
             OFFSET part_rows LIMIT 1));

        RETURN QUERY
        SELECT page.key, page.id, page.event_id,
               (SELECT event.event_name FROM martlet.events AS event
                WHERE event.tenant = p_tenant AND event.id = page.event_id),
               page.subscription_id, page.status, page.retry_count, page.next_retry_at, page.error_message,
               CASE page.status WHEN 'delivered' THEN martlet.id_time(page.key) END
        FROM (
            SELECT part.*
            FROM (
                SELECT row.id AS key, row.id, row.event_id, row.subscription_id, 'pending'::text AS status,
                       0 AS retry_count, martlet.id_time(row.id) AS next_retry_at, NULL::text AS error_message
                FROM martlet.pending AS row
                WHERE coalesce(p_status, 'pending') = 'pending'
                  AND (p_subscription IS NULL OR row.subscription_id = p_subscription)
                  AND row.id >= coalesce(part_end, first_id) AND row.id <= after_key
                  AND row.tenant = p_tenant
                  AND NOT row.test
                UNION ALL
                SELECT row.id, row.id, row.event_id, row.subscription_id, row.status,
                       row.retry_count, row.next_retry_at, row.error_message
                FROM martlet.waiting AS row
                WHERE coalesce(p_status, '') <> 'delivered'
                  AND (p_status IS NULL OR row.status = p_status)
                  AND (p_subscription IS NULL OR row.subscription_id = p_subscription)
                  AND row.id >= coalesce(part_end, first_id) AND row.id <= after_key
                  AND row.tenant = p_tenant
                UNION ALL
                SELECT attempt.id, entry.id, entry.event_id, attempt.subscription_id, 'delivered',
                       attempt.attempt - 1, NULL, NULL
                FROM martlet.attempts AS attempt
                CROSS JOIN LATERAL unnest(
                    coalesce(attempt.queue_ids, ARRAY[attempt.delivery_id]),
                    coalesce(attempt.event_ids, ARRAY[attempt.event_id])) AS entry (id, event_id)
                WHERE coalesce(p_status, 'delivered') = 'delivered'
                  AND (p_subscription IS NULL OR attempt.subscription_id = p_subscription)
                  AND attempt.id >= coalesce(part_end, first_id) AND attempt.id <= after_key
                  AND attempt.tenant = p_tenant
                  AND attempt.outcome = 'd'
                  AND entry.id >= first_id
            ) AS part
            WHERE (part.key, part.id) < (after_key, after_id)
              AND (p_event IS NULL OR EXISTS (
                  SELECT FROM martlet.events AS event
                  WHERE event.tenant = p_tenant AND event.id = part.event_id
                    AND p_event = ANY (martlet.candidate_patterns(event.event_name))))
            ORDER BY part.key DESC, part.id DESC
            LIMIT rest
        ) AS page;
        GET DIAGNOSTICS found = ROW_COUNT;
        rest := rest - found;
        EXIT WHEN rest = 0 OR part_end IS NULL;

        after_key := part_end;
        after_id := 0;
        part_rows := least(part_rows * 2, 8000);
        IF clock_timestamp() > statement_timestamp() + interval '300 milliseconds' THEN
            key := part_end;
            RETURN NEXT;
            EXIT;
        END IF;
    END LOOP;
END
$$;

-- One delivery, wherever it stands; one that left the queue is known by its attempts. No row: there is none.
CREATE OR REPLACE FUNCTION martlet.find_delivery(p_id bigint, p_tenant text)
RETURNS TABLE (
    key bigint, id bigint, event_id bigint, event_name text, subscription_id int, status text, retry_count int,
    next_retry_at timestamptz, error_message text, delivered_at timestamptz)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
SET max_parallel_workers_per_gather = 0
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT found.key, found.id, found.event_id,
           (SELECT event.event_name FROM martlet.events AS event
            WHERE event.tenant = p_tenant AND event.id = found.event_id),
           found.subscription_id, found.status, found.retry_count, found.next_retry_at, found.error_message,
           CASE found.status WHEN 'delivered' THEN martlet.id_time(found.key) END
    FROM (
        SELECT 1 AS place, row.id AS key, row.id, row.event_id, row.subscription_id, 'pending'::text AS status,
               0 AS retry_count, martlet.id_time(row.id) AS next_retry_at, NULL::text AS error_message
        FROM martlet.pending AS row
        WHERE row.id = p_id AND row.tenant = p_tenant
        UNION ALL
        SELECT 1, row.id, row.id, row.event_id, row.subscription_id, row.status,
               row.retry_count, row.next_retry_at, row.error_message
        FROM martlet.waiting AS row
        WHERE row.id = p_id AND row.tenant = p_tenant
        UNION ALL
        -- What neither waits nor was delivered was cancelled with its subscription, or was a test.
        SELECT 2, attempt.id, p_id, attempt.event_id, attempt.subscription_id,
               CASE attempt.outcome WHEN 'd' THEN 'delivered' ELSE 'failed' END,
               attempt.attempt - 1, NULL, attempt.error_message
        FROM martlet.attempts AS attempt
        WHERE attempt.delivery_id = p_id AND attempt.queue_ids IS NULL
          AND attempt.id >= p_id >> 22 << 22
          AND attempt.tenant = p_tenant
        UNION ALL
        SELECT 2, attempt.id, p_id, attempt.event_ids[array_position(attempt.queue_ids, p_id)], attempt.subscription_id,
               CASE attempt.outcome WHEN 'd' THEN 'delivered' ELSE 'failed' END,
               attempt.attempt - 1, NULL, attempt.error_message
        FROM martlet.attempts AS attempt
        WHERE martlet.times_of_ids(attempt.queue_ids) @> ARRAY[p_id >> 32]
          AND attempt.queue_ids @> ARRAY[p_id]
          AND attempt.id >= p_id >> 22 << 22
          AND attempt.tenant = p_tenant
    ) AS found
    ORDER BY found.place, found.key DESC
    LIMIT 1;
END
$$;

-- Sends one delivery again: what waits is due at once; what failed for good begins anew, with all its retries; what was
-- delivered goes out as a new delivery of the same event, unless one waits already.
--   p_outcome  queued, missing, deleted (its subscription is), inactive (its subscription is), dropped (its event is no
--              longer kept)
--   id         of the delivery that goes out
CREATE OR REPLACE FUNCTION martlet.retry_delivery(p_id bigint, p_tenant text, OUT outcome text, OUT id bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    delivery     record;
    subscription record;
    instant      bigint := martlet.id_floor(clock_timestamp());
    queued_id    bigint := p_id;
BEGIN
    SELECT * INTO delivery FROM martlet.find_delivery(p_id, p_tenant);
    IF NOT FOUND THEN
        outcome := 'missing';
        RETURN;
    END IF;
    SELECT active, ordering INTO subscription
    FROM martlet.subscriptions AS subscription
    WHERE subscription.id = delivery.subscription_id AND subscription.tenant = p_tenant;
    IF NOT FOUND THEN
        outcome := 'deleted';
        RETURN;
    END IF;
    IF NOT subscription.active THEN
        outcome := 'inactive';
        RETURN;
    END IF;

    IF NOT EXISTS (SELECT FROM martlet.pending AS row WHERE row.id = p_id AND row.tenant = p_tenant) THEN
        UPDATE martlet.waiting AS row
        SET status = CASE row.status WHEN 'failed' THEN 'pending' ELSE row.status END,
            retry_count = CASE row.status WHEN 'failed' THEN 0 ELSE row.retry_count END,
            -- One that is on its way comes to its own end.
            next_retry_at = CASE WHEN row.lease_until > now() THEN row.next_retry_at ELSE now() END
        WHERE row.id = p_id AND row.tenant = p_tenant;
        IF FOUND THEN
            -- A batch goes out as a whole.
            UPDATE martlet.batches AS batch
            SET due_at = now()
            FROM martlet.waiting AS row
            WHERE row.id = p_id
              AND row.tenant = p_tenant
              AND batch.id = row.batch_id
              AND batch.tenant = row.tenant
              AND batch.due_at > now()
              AND (row.lease_until IS NULL OR row.lease_until <= now());
        ELSIF EXISTS (
            SELECT FROM martlet.attempts AS attempt
            WHERE attempt.delivery_id = p_id AND attempt.id >= p_id >> 22 << 22 AND attempt.test)
        THEN
            outcome := 'missing';
            RETURN;
        ELSIF delivery.status IN ('pending', 'retry') THEN
            -- It was in the queue a moment ago: on its way, and has arrived meanwhile.
            outcome := 'queued';
            id := p_id;
            RETURN;
        ELSE
            -- Asked for twice in a row, it goes out once.
            SELECT row.id INTO queued_id
            FROM martlet.waiting AS row
            WHERE row.event_id = delivery.event_id
              AND row.subscription_id = delivery.subscription_id
              AND row.tenant = p_tenant
              AND row.status <> 'failed'
            ORDER BY row.id
            LIMIT 1;
            IF FOUND THEN
                SELECT again.outcome, again.id INTO outcome, id
                FROM martlet.retry_delivery(queued_id, p_tenant) AS again;
                RETURN;
            END IF;
            queued_id := martlet.new_id(instant);
            INSERT INTO martlet.waiting (id, event_id, next_retry_at, subscription_id, tenant, order_key)
            SELECT queued_id, event.id, now(), delivery.subscription_id, p_tenant,
                   martlet.order_key(
                       delivery.subscription_id, martlet.order_path(subscription.ordering), event.payload)
            FROM martlet.events AS event
            WHERE event.tenant = p_tenant AND event.id = delivery.event_id;
            IF NOT FOUND THEN
                outcome := 'dropped';
                RETURN;
            END IF;
        END IF;
        PERFORM martlet.advance_lane(delivery.subscription_id, p_tenant, now());
        PERFORM martlet.wake();
    END IF;
    outcome := 'queued';
    id := queued_id;
END
$$;
