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
-- The first of an index, not the least of all that wait, whatever the statistics say.
SET enable_seqscan = off
SET enable_bitmapscan = off
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
                     AND waiting.lease_until IS NULL
                   -- OFFSET 0: index probes for this batch, no join with all that waits.
                   OFFSET 0)
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
    INSERT INTO martlet.lanes (subscription_id, tenant, due_at, flush_to)
    SELECT head.subscription_id, head.tenant,
           CASE WHEN subscription.batch_interval_seconds IS NULL THEN 'infinity' ELSE now() END, now()
    FROM martlet.first_waiting() AS head
    JOIN martlet.subscriptions AS subscription ON subscription.id = head.subscription_id AND subscription.active
    WHERE head.next_retry_at <= now()
      AND martlet.is_batched(subscription.queue_mode, subscription.ordering, subscription.rate_limit,
                             (SELECT martlet.default_queue_mode()))
    ORDER BY head.subscription_id
    ON CONFLICT (subscription_id, tenant) DO UPDATE
    SET flush_to = coalesce(lanes.flush_to, excluded.flush_to), due_at = least(lanes.due_at, excluded.due_at);
END
$$;

-- Whether p_worker is process-webhooks and a lane is left that it may flush; p_own: or is at it.
CREATE OR REPLACE FUNCTION martlet.has_to_flush(p_worker int, p_except int[], p_own boolean) RETURNS boolean
LANGUAGE sql STABLE
AS $$
    SELECT EXISTS (SELECT FROM martlet.workers WHERE id = p_worker AND flushes)
        AND EXISTS (
            SELECT
            FROM martlet.lanes AS lane
            JOIN martlet.subscriptions AS subscription
                ON subscription.id = lane.subscription_id AND subscription.tenant = lane.tenant
            WHERE lane.flush_to IS NOT NULL
              AND (lane.lease_until IS NULL OR lane.lease_until < now() OR lane.worker = p_worker AND p_own)
              AND lane.subscription_id <> ALL (p_except)
              AND subscription.active
              AND martlet.is_batched(subscription.queue_mode, subscription.ordering, subscription.rate_limit,
                                     (SELECT martlet.default_queue_mode())))
$$;

-- Their results have changed. With what replaces them in one transaction: the claims of a worker that runs go on.
DROP FUNCTION IF EXISTS martlet.claim_batched_lane(int, int, int, bigint, timestamptz, interval);
DROP FUNCTION IF EXISTS martlet.claim_batched_lanes(int, int[], int, interval);

-- Leases up to p_requests requests of each of these lanes, which the caller has locked, and no more in all than a worker
-- has room for. Parallel arrays over the rows: those of one batch follow each other, in the order of its entries; `batches`
-- is null where a row goes alone.
CREATE OR REPLACE FUNCTION martlet.claim_batched_lanes(
    p_worker int, p_lanes int[], p_requests int, p_lease interval,
    OUT ids bigint[], OUT events bigint[], OUT subscriptions int[], OUT retries smallint[], OUT batches bigint[])
LANGUAGE plpgsql
AS $$
DECLARE
    flush_from timestamptz := (SELECT started_at FROM martlet.workers WHERE id = p_worker AND flushes);
    bytes_left bigint := 4 * martlet.batch_bytes_max();
    lane       int;
    taken      record;
BEGIN
    FOREACH lane IN ARRAY p_lanes LOOP
        EXIT WHEN bytes_left <= 0;
        SELECT * INTO taken
        FROM martlet.claim_batched_lane(p_worker, lane, p_requests, bytes_left, flush_from, p_lease);
        ids := ids || taken.ids;
        events := events || taken.events;
        subscriptions := subscriptions || array_fill(lane, ARRAY[cardinality(taken.ids)]);
        retries := retries || taken.retries;
        batches := batches || taken.batches;
        bytes_left := bytes_left - taken.bytes;
    END LOOP;
END
$$;

-- One of them. What was sent before comes first: it has waited longer. p_flush_from: when process-webhooks started; null:
-- the caller is another worker.
CREATE OR REPLACE FUNCTION martlet.claim_batched_lane(
    p_worker int, p_subscription int, p_requests int, p_bytes bigint, p_flush_from timestamptz, p_lease interval,
    OUT ids bigint[], OUT events bigint[], OUT batches bigint[], OUT retries smallint[], OUT bytes bigint)
LANGUAGE plpgsql
AS $$
DECLARE
    rows_max     CONSTANT int := 2000;
    instant      bigint := martlet.id_floor(clock_timestamp());
    subscription record;
    formed       record;
    part         record;
    is_reverse   boolean;
    room         int := p_requests;
    oldest       timestamptz;
    send_until   timestamptz;
    -- Where the rows are that are leased below: they are locked, so they stay there.
    places       tid[] := '{}';
    size         int;
    batch        bigint;
    batch_rows   int;
    batch_bytes  bigint;
    taken        int;
BEGIN
    ids := '{}';
    events := '{}';
    batches := '{}';
    retries := '{}';
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

    FOR formed IN
        SELECT batch.id, batch.entries, batch.bytes
        FROM martlet.batches AS batch
        WHERE batch.subscription_id = p_subscription AND batch.due_at <= now()
        ORDER BY batch.subscription_id, batch.due_at, batch.id
    LOOP
        EXIT WHEN room = 0 OR bytes >= p_bytes;
        SELECT array_agg(entry.place) AS places, array_agg(entry.id) AS ids, array_agg(entry.event_id) AS events,
               array_agg(entry.retry_count) AS retries
        INTO part
        FROM (
            SELECT waiting.ctid AS place, waiting.id, waiting.event_id, waiting.retry_count
            FROM martlet.waiting
            WHERE waiting.id = ANY (formed.entries)
              AND waiting.batch_id = formed.id
              AND (waiting.lease_until IS NULL OR waiting.lease_until < now())
            ORDER BY array_position(formed.entries, waiting.id)
            FOR UPDATE SKIP LOCKED
        ) AS entry;
        SELECT count(*) INTO taken
        FROM martlet.waiting
        WHERE waiting.id = ANY (formed.entries) AND waiting.batch_id = formed.id;
        IF taken = 0 THEN
            -- Its entries went out alone meanwhile, or were cancelled.
            DELETE FROM martlet.batches WHERE id = formed.id;
        -- All of it or nothing: somebody is at one of them just now.
        ELSIF taken = cardinality(part.ids) THEN
            room := room - 1;
            places := places || part.places;
            ids := ids || part.ids;
            events := events || part.events;
            retries := retries || part.retries;
            batches := batches || array_fill(formed.id, ARRAY[taken]);
            bytes := bytes + formed.bytes;
        END IF;
    END LOOP;

    IF room > 0 THEN
        SELECT array_agg(single.place) AS places, array_agg(single.id) AS ids, array_agg(single.event_id) AS events,
               array_agg(single.retry_count) AS retries
        INTO part
        FROM (
            SELECT ctid AS place, id, event_id, retry_count
            FROM martlet.waiting
            WHERE subscription_id = p_subscription
              AND status = 'retry'
              AND batch_id IS NULL
              AND next_retry_at <= now()
              AND (lease_until IS NULL OR lease_until < now())
            ORDER BY subscription_id, next_retry_at, id
            LIMIT room
            FOR UPDATE SKIP LOCKED
        ) AS single;
        IF part.ids IS NOT NULL THEN
            taken := cardinality(part.ids);
            room := room - taken;
            places := part.places || places;
            ids := part.ids || ids;
            events := part.events || events;
            retries := part.retries || retries;
            batches := array_fill(NULL::bigint, ARRAY[taken]) || batches;
        END IF;
    END IF;

    SELECT next_retry_at INTO oldest
    FROM martlet.waiting
    WHERE subscription_id = p_subscription
      AND status <> 'failed'
      AND status = 'pending'
      AND batch_id IS NULL
      AND (lease_until IS NULL OR lease_until < now())
    ORDER BY subscription_id, next_retry_at, id
    LIMIT 1;
    SELECT flush_to INTO send_until FROM martlet.lanes WHERE subscription_id = p_subscription;
    IF oldest > send_until THEN
        send_until := NULL;
    END IF;
    send_until := CASE
        WHEN oldest <= coalesce(send_until, p_flush_from) THEN coalesce(send_until, p_flush_from)
        WHEN oldest + make_interval(secs => subscription.batch_interval_seconds) <= now() THEN now()
        -- There may be more to send again, and what is claimed here may be given back: only a claim that finds nothing
        -- ends the flush.
        WHEN cardinality(ids) > 0 THEN p_flush_from
    END;

    IF send_until IS NOT NULL AND room > 0 AND bytes < p_bytes THEN
        taken := least(room, greatest(1, rows_max / subscription.batch_size)) * subscription.batch_size;
        -- Taken by the time at which they are due, cut into batches by their ids, which is the order of the events.
        IF is_reverse THEN
            SELECT array_agg(entry.place ORDER BY entry.id DESC) AS places,
                   array_agg(entry.id ORDER BY entry.id DESC) AS ids,
                   array_agg(entry.event_id ORDER BY entry.id DESC) AS events,
                   array_agg(entry.bytes ORDER BY entry.id DESC) AS sizes
            INTO part
            FROM (
                SELECT waiting.ctid AS place, waiting.id, waiting.event_id,
                       coalesce(waiting.data_bytes, martlet.data_bytes(waiting.tenant, waiting.event_id)) AS bytes
                FROM martlet.waiting
                WHERE subscription_id = p_subscription
                  AND status <> 'failed'
                  AND status = 'pending'
                  AND batch_id IS NULL
                  AND next_retry_at <= send_until
                  AND (lease_until IS NULL OR lease_until < now())
                ORDER BY subscription_id DESC, next_retry_at DESC, id DESC
                LIMIT taken
                FOR UPDATE SKIP LOCKED
            ) AS entry;
        ELSE
            SELECT array_agg(entry.place) AS places, array_agg(entry.id) AS ids, array_agg(entry.event_id) AS events,
                   array_agg(entry.bytes) AS sizes
            INTO part
            FROM (
                SELECT *
                FROM (
                    SELECT waiting.ctid AS place, waiting.id, waiting.event_id,
                           coalesce(waiting.data_bytes, martlet.data_bytes(waiting.tenant, waiting.event_id)) AS bytes
                    FROM martlet.waiting
                    WHERE subscription_id = p_subscription
                      AND status <> 'failed'
                      AND status = 'pending'
                      AND batch_id IS NULL
                      AND next_retry_at <= send_until
                      AND (lease_until IS NULL OR lease_until < now())
                    ORDER BY subscription_id, next_retry_at, id
                    LIMIT taken
                    FOR UPDATE SKIP LOCKED
                ) AS row
                ORDER BY row.id
            ) AS entry;
        END IF;
        taken := 0;
        FOREACH size IN ARRAY coalesce(part.sizes, '{}') LOOP
            IF batch IS NULL OR batch_rows = subscription.batch_size
                OR batch_bytes + size > martlet.batch_bytes_max() THEN
                EXIT WHEN room = 0 OR bytes >= p_bytes;
                room := room - 1;
                batch := martlet.new_id(instant);
                batch_rows := 0;
                batch_bytes := 0;
            END IF;
            taken := taken + 1;
            batch_rows := batch_rows + 1;
            batch_bytes := batch_bytes + size;
            bytes := bytes + size;
            batches := batches || batch;
        END LOOP;
        places := places || part.places[:taken];
        ids := ids || part.ids[:taken];
        events := events || part.events[:taken];
        retries := retries || array_fill(0::smallint, ARRAY[taken]);
        INSERT INTO martlet.batches (id, due_at, subscription_id, bytes, tenant, entries)
        SELECT entry.batch_id, now(), p_subscription, sum(entry.bytes), subscription.tenant, array_agg(entry.id)
        FROM (SELECT unnest(part.ids[:taken]) AS id, unnest(part.sizes[:taken]) AS bytes,
                     unnest(batches[cardinality(batches) - taken + 1:]) AS batch_id) AS entry
        GROUP BY entry.batch_id;
    END IF;

    UPDATE martlet.waiting
    SET lease_until = now() + p_lease, worker = p_worker, batch_id = entry.batch_id
    FROM unnest(places, batches) AS entry (place, batch_id)
    WHERE waiting.ctid = entry.place;
    -- Nothing to do: the lane sleeps until there is. A lease that stands there has expired.
    UPDATE martlet.lanes
    SET flush_to = send_until,
        lease_until = CASE WHEN cardinality(ids) > 0 THEN now() + p_lease END,
        worker = CASE WHEN cardinality(ids) > 0 THEN p_worker END
    WHERE subscription_id = p_subscription;
    IF cardinality(ids) = 0 THEN
        -- It looks at flush_to.
        UPDATE martlet.lanes
        SET due_at = martlet.next_batch_due(p_subscription, subscription.batch_interval_seconds)
        WHERE subscription_id = p_subscription;
    END IF;
END
$$;

-- Of an event's data, where the delivery does not tell; 0: the event is gone (martlet.end_without_event).
CREATE OR REPLACE FUNCTION martlet.data_bytes(p_tenant text, p_event bigint) RETURNS int
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(
        (SELECT octet_length(payload::text) FROM martlet.events WHERE tenant = p_tenant AND id = p_event), 0)
$$;

-- Batches of which a delivery goes out alone now, since its subscription was given an order or a rate limit: the others
-- are free as well. A request under their id would have lost entries.
CREATE OR REPLACE FUNCTION martlet.dissolve_batches(p_batches bigint[]) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE martlet.waiting
    SET batch_id = NULL
    WHERE id = ANY (ARRAY(SELECT unnest(entries) FROM martlet.batches WHERE id = ANY (p_batches)))
      AND batch_id = ANY (p_batches);
    DELETE FROM martlet.batches WHERE id = ANY (p_batches);
END
$$;
