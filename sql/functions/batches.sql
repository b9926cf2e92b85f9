-- Queued mode: the deliveries of a subscription wait in its lane, and a flush sends what waited at its beginning, several
-- a request. A flush begins batch_interval after the first delivery that waits, or when process-webhooks starts.

-- An order or a rate limit sends deliveries one by one (functions/prompt_lanes.sql), whatever the mode.
CREATE OR REPLACE FUNCTION martlet.is_batched(
    queue_mode text, ordering text, rate_limit double precision, default_queue_mode text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT ordering = 'none' AND rate_limit IS NULL AND coalesce(queue_mode, default_queue_mode) = 'queued' $$;

CREATE OR REPLACE FUNCTION martlet.default_queue_mode() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT value FROM martlet.settings WHERE name = 'queue_mode' $$;

-- A request stops growing at so many bytes of data; a larger event goes alone. Many receivers take no larger bodies.
CREATE OR REPLACE FUNCTION martlet.batch_bytes_max() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT 1048576 $$;

-- When the lane of an active subscription in queued mode has work next: for a batch that was formed, for a single
-- delivery that waits for its retry, for a flush. Without an interval only process-webhooks has work there.
CREATE OR REPLACE FUNCTION martlet.next_batch_due(p_subscription int, p_interval_seconds int) RETURNS timestamptz
LANGUAGE sql STABLE
AS $$
    SELECT CASE WHEN p_interval_seconds IS NULL THEN 'infinity' ELSE coalesce(
        least(
            (SELECT batch.due_at
             FROM martlet.batches AS batch
             WHERE batch.subscription_id = p_subscription
               AND EXISTS (
                   SELECT FROM martlet.waiting
                   WHERE waiting.id = ANY (batch.entries)
                     AND waiting.batch_id = batch.id
                     AND waiting.lease_until IS NULL)
             ORDER BY batch.subscription_id, batch.due_at
             LIMIT 1),
            (SELECT next_retry_at
             FROM martlet.waiting
             WHERE subscription_id = p_subscription
               AND status = 'retry'
               AND batch_id IS NULL
               AND lease_until IS NULL
             ORDER BY subscription_id, next_retry_at
             LIMIT 1),
            (SELECT CASE WHEN row.next_retry_at <= lane.flush_to THEN row.next_retry_at
                         ELSE row.next_retry_at + make_interval(secs => p_interval_seconds) END
             FROM (SELECT subscription_id, next_retry_at
                   FROM martlet.waiting
                   WHERE subscription_id = p_subscription
                     AND status <> 'failed'
                     AND status = 'pending'
                     AND batch_id IS NULL
                     AND lease_until IS NULL
                   ORDER BY subscription_id, next_retry_at, id
                   LIMIT 1) AS row
             LEFT JOIN martlet.lanes AS lane ON lane.subscription_id = row.subscription_id)),
        'infinity') END
$$;

-- p_worker is process-webhooks: begins a flush of every lane in queued mode in which something is due, whatever its
-- interval. One that is under way, or was left when the time was over, is ended first: what it holds has waited longer.
CREATE OR REPLACE FUNCTION martlet.begin_flush(p_worker int) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
SET enable_seqscan = off
SET jit = off
AS $$
BEGIN
    UPDATE martlet.workers SET flushes = true WHERE id = p_worker;
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
    INSERT INTO martlet.lanes (subscription_id, tenant, due_at, flush_to)
    SELECT head.subscription_id, head.tenant,
           CASE WHEN subscription.batch_interval_seconds IS NULL THEN 'infinity' ELSE now() END, now()
    FROM head
    JOIN martlet.subscriptions AS subscription ON subscription.id = head.subscription_id AND subscription.active
    WHERE head.next_retry_at <= now()
      AND martlet.is_batched(subscription.queue_mode, subscription.ordering, subscription.rate_limit,
                             (SELECT martlet.default_queue_mode()))
    ORDER BY head.subscription_id
    ON CONFLICT (subscription_id, tenant) DO UPDATE
    SET flush_to = coalesce(lanes.flush_to, excluded.flush_to), due_at = least(lanes.due_at, excluded.due_at);
END
$$;

-- Leases up to p_requests requests of each of these lanes, which the caller has locked, and no more in all than a worker
-- has room for. Rows of one batch follow each other, in the order of its entries.
CREATE OR REPLACE FUNCTION martlet.claim_batched_lanes(p_worker int, p_lanes int[], p_requests int, p_lease interval)
RETURNS TABLE (
    id bigint, event_id bigint, subscription_id int, tenant text, retry_count smallint, version int,
    event_name text, occurred_at timestamptz, payload json, wait_ms int, order_key bigint, batch_id bigint)
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    flush_from timestamptz := (SELECT started_at FROM martlet.workers WHERE id = p_worker AND flushes);
    bytes_left bigint := 8 * martlet.batch_bytes_max();
    lane       int;
    ids        bigint[];
    taken      record;
BEGIN
    FOREACH lane IN ARRAY p_lanes LOOP
        EXIT WHEN bytes_left <= 0;
        SELECT * INTO taken
        FROM martlet.claim_batched_lane(p_worker, lane, p_requests, bytes_left, flush_from, p_lease);
        ids := ids || taken.ids;
        bytes_left := bytes_left - taken.bytes;
    END LOOP;
    RETURN QUERY
    SELECT row.id, row.event_id, row.subscription_id, row.tenant, row.retry_count,
           subscription.version, event.event_name, coalesce(event.occurred_at, martlet.id_time(event.id)), event.payload,
           0, NULL::bigint, row.batch_id
    FROM unnest(ids) WITH ORDINALITY AS claimed (id, position)
    -- OFFSET 0, here and below: one index probe a row. A join may read the whole table for each, while statistics say
    -- that it is empty.
    CROSS JOIN LATERAL (SELECT * FROM martlet.waiting WHERE waiting.id = claimed.id OFFSET 0) AS row
    CROSS JOIN LATERAL (
        SELECT * FROM martlet.events WHERE events.tenant = row.tenant AND events.id = row.event_id OFFSET 0
    ) AS event
    LEFT JOIN martlet.subscriptions AS subscription
        ON subscription.id = row.subscription_id AND subscription.tenant = row.tenant
    ORDER BY claimed.position;
END
$$;

-- One of them. What was sent before comes first: it has waited longer. p_flush_from: when process-webhooks started; null:
-- the caller is another worker.
CREATE OR REPLACE FUNCTION martlet.claim_batched_lane(
    p_worker int, p_subscription int, p_requests int, p_bytes bigint, p_flush_from timestamptz, p_lease interval,
    OUT ids bigint[], OUT bytes bigint)
LANGUAGE plpgsql
AS $$
DECLARE
    rows_max     CONSTANT int := 2000;
    instant      bigint := martlet.id_floor(clock_timestamp());
    subscription record;
    is_reverse   boolean;
    again        bigint[];
    singles      bigint[];
    room         int;
    oldest       timestamptz;
    send_until   timestamptz;
    candidates   bigint[];
    entry        record;
    batch        bigint;
    batch_rows   int;
    batch_bytes  bigint;
    chosen       bigint[];
    batches      bigint[];
    sizes        int[];
BEGIN
    ids := '{}';
    bytes := 0;
    SELECT * INTO subscription FROM martlet.subscriptions WHERE id = p_subscription AND active;
    IF NOT FOUND OR subscription.batch_interval_seconds IS NULL AND p_flush_from IS NULL THEN
        UPDATE martlet.lanes
        SET due_at = 'infinity', lease_until = NULL, worker = NULL,
            flush_to = CASE WHEN subscription.id IS NOT NULL THEN lanes.flush_to END
        WHERE subscription_id = p_subscription;
        RETURN;
    END IF;
    is_reverse := coalesce(
        subscription.event_order, (SELECT value FROM martlet.settings WHERE name = 'event_order')) = 'reverse';

    -- Batches whose entries went out alone meanwhile, or were cancelled.
    DELETE FROM martlet.batches AS batch
    WHERE batch.subscription_id = p_subscription
      AND NOT EXISTS (
          SELECT FROM martlet.waiting WHERE waiting.id = ANY (batch.entries) AND waiting.batch_id = batch.id);

    SELECT array_agg(due.id), coalesce(sum(due.bytes), 0) INTO again, bytes
    FROM (
        SELECT formed.id, formed.bytes
        FROM martlet.batches AS formed
        WHERE formed.subscription_id = p_subscription
          AND formed.due_at <= now()
          AND EXISTS (
              SELECT FROM martlet.waiting
              WHERE waiting.id = ANY (formed.entries)
                AND waiting.batch_id = formed.id
                AND (waiting.lease_until IS NULL OR waiting.lease_until < now()))
        ORDER BY formed.subscription_id, formed.due_at, formed.id
        LIMIT p_requests
    ) AS due;
    room := p_requests - coalesce(cardinality(again), 0);
    singles := ARRAY(
        SELECT id
        FROM martlet.waiting
        WHERE subscription_id = p_subscription
          AND status = 'retry'
          AND batch_id IS NULL
          AND next_retry_at <= now()
          AND (lease_until IS NULL OR lease_until < now())
        ORDER BY subscription_id, next_retry_at, id
        LIMIT room
        FOR UPDATE SKIP LOCKED);
    room := room - cardinality(singles);

    SELECT next_retry_at INTO oldest
    FROM martlet.waiting
    WHERE subscription_id = p_subscription
      AND status <> 'failed'
      AND status = 'pending'
      AND batch_id IS NULL
      AND (lease_until IS NULL OR lease_until < now())
    ORDER BY subscription_id, next_retry_at, id
    LIMIT 1;
    SELECT lane.flush_to INTO send_until FROM martlet.lanes AS lane WHERE lane.subscription_id = p_subscription;
    IF oldest > send_until THEN
        send_until := NULL;
    END IF;
    send_until := CASE
        WHEN oldest <= coalesce(send_until, p_flush_from) THEN coalesce(send_until, p_flush_from)
        WHEN oldest + make_interval(secs => subscription.batch_interval_seconds) <= now() THEN now()
        -- There may be more to send again.
        WHEN room = 0 THEN p_flush_from
    END;

    IF send_until IS NOT NULL AND room > 0 AND bytes < p_bytes THEN
        candidates := CASE WHEN is_reverse THEN ARRAY(
            SELECT id
            FROM martlet.waiting
            WHERE subscription_id = p_subscription
              AND status <> 'failed'
              AND status = 'pending'
              AND batch_id IS NULL
              AND next_retry_at <= send_until
              AND (lease_until IS NULL OR lease_until < now())
            ORDER BY subscription_id DESC, next_retry_at DESC, id DESC
            LIMIT least(room, greatest(1, rows_max / subscription.batch_size)) * subscription.batch_size
            FOR UPDATE SKIP LOCKED)
        ELSE ARRAY(
            SELECT id
            FROM martlet.waiting
            WHERE subscription_id = p_subscription
              AND status <> 'failed'
              AND status = 'pending'
              AND batch_id IS NULL
              AND next_retry_at <= send_until
              AND (lease_until IS NULL OR lease_until < now())
            ORDER BY subscription_id, next_retry_at, id
            LIMIT least(room, greatest(1, rows_max / subscription.batch_size)) * subscription.batch_size
            FOR UPDATE SKIP LOCKED)
        END;
        FOR entry IN
            SELECT waiting.id, octet_length(event.payload::text) AS bytes
            FROM unnest(candidates) WITH ORDINALITY AS candidate (id, position)
            CROSS JOIN LATERAL (SELECT * FROM martlet.waiting WHERE waiting.id = candidate.id OFFSET 0) AS waiting
            CROSS JOIN LATERAL (
                SELECT payload
                FROM martlet.events
                WHERE events.tenant = waiting.tenant AND events.id = waiting.event_id
                OFFSET 0
            ) AS event
            ORDER BY candidate.position
        LOOP
            IF batch IS NULL OR batch_rows = subscription.batch_size
                OR batch_bytes + entry.bytes > martlet.batch_bytes_max() THEN
                EXIT WHEN room = 0 OR bytes >= p_bytes;
                room := room - 1;
                batch := martlet.new_id(instant);
                batch_rows := 0;
                batch_bytes := 0;
            END IF;
            batch_rows := batch_rows + 1;
            batch_bytes := batch_bytes + entry.bytes;
            bytes := bytes + entry.bytes;
            chosen := chosen || entry.id;
            batches := batches || batch;
            sizes := sizes || entry.bytes;
        END LOOP;
        INSERT INTO martlet.batches (id, due_at, subscription_id, bytes, tenant, entries)
        SELECT formed.batch_id, now(), p_subscription, sum(formed.size), subscription.tenant, array_agg(formed.id)
        FROM unnest(chosen, batches, sizes) AS formed (id, batch_id, size)
        GROUP BY formed.batch_id;
    END IF;

    -- A statement a batch, behind those that were formed before.
    FOR entry IN
        SELECT formed.id, formed.entries, coalesce(formed.id = ANY (batches), false) AS is_new
        FROM martlet.batches AS formed
        WHERE formed.subscription_id = p_subscription AND formed.id = ANY (coalesce(again || batches, again, batches))
        ORDER BY formed.id
    LOOP
        WITH claimed AS (
            UPDATE martlet.waiting
            SET lease_until = now() + p_lease, worker = p_worker, batch_id = entry.id
            WHERE waiting.id = ANY (entry.entries) AND (entry.is_new OR waiting.batch_id = entry.id)
            RETURNING waiting.id
        )
        SELECT ids || array_agg(id ORDER BY CASE WHEN is_reverse THEN -id ELSE id END) INTO ids FROM claimed;
    END LOOP;
    UPDATE martlet.waiting SET lease_until = now() + p_lease, worker = p_worker WHERE id = ANY (singles);
    ids := singles || ids;

    UPDATE martlet.lanes SET flush_to = send_until WHERE subscription_id = p_subscription;
    -- Nothing to do: the lane sleeps until there is. A lease that stands there has expired.
    UPDATE martlet.lanes
    SET lease_until = CASE WHEN cardinality(ids) > 0 THEN now() + p_lease END,
        worker = CASE WHEN cardinality(ids) > 0 THEN p_worker END,
        due_at = CASE WHEN cardinality(ids) > 0 THEN lanes.due_at
            ELSE martlet.next_batch_due(p_subscription, subscription.batch_interval_seconds) END
    WHERE subscription_id = p_subscription;
END
$$;
