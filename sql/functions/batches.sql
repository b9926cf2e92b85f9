-- Queued mode: the deliveries of a subscription wait in its lane, and a flush sends what waited at its beginning, several
-- a request. A flush begins batch_interval after the first delivery that waits, or when process-webhooks starts.

-- An order or a rate limit sends deliveries one by one (functions/prompt_lanes.sql), whatever the mode.
CREATE OR REPLACE FUNCTION martlet.is_batched(
    queue_mode text, ordering text, rate_limit double precision, default_queue_mode text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT ordering = 'none' AND rate_limit IS NULL AND coalesce(queue_mode, default_queue_mode) = 'queued' $$;

-- Not in SQL, which would be parsed and planned by every statement that asks.
CREATE OR REPLACE FUNCTION martlet.default_queue_mode() RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
BEGIN
    RETURN (SELECT value FROM martlet.settings WHERE name = 'queue_mode');
END
$$;

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
SET enable_incremental_sort = off
SET enable_bitmapscan = off
AS $$
    SELECT CASE WHEN p_interval_seconds IS NULL THEN 'infinity' ELSE coalesce(
        least(
            (SELECT due_at
             FROM martlet.batches
             WHERE subscription_id = p_subscription AND lease_until IS NULL
             ORDER BY subscription_id, due_at
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
SET enable_incremental_sort = off
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
DROP FUNCTION IF EXISTS martlet.dissolve_batches(bigint[]);

-- Leases up to p_requests requests of each of these lanes, which the caller has locked, and no more in all than a worker
-- has room for.
--   batches   their ids, in the order in which they are to go out
--   singles   deliveries that go alone
CREATE OR REPLACE FUNCTION martlet.claim_batched_lanes(
    p_worker int, p_lanes int[], p_requests int, p_lease interval, OUT batches bigint[], OUT singles bigint[])
LANGUAGE plpgsql
AS $$
DECLARE
    -- Of all lanes together: so that each has a part, and what was stored together is read together.
    requests_max CONSTANT int := 40;
    flush_from timestamptz := (SELECT started_at FROM martlet.workers WHERE id = p_worker AND flushes);
    bytes_left bigint := 4 * martlet.batch_bytes_max();
    lane       int;
    taken      record;
BEGIN
    batches := '{}';
    singles := '{}';
    FOREACH lane IN ARRAY p_lanes LOOP
        EXIT WHEN bytes_left <= 0;
        SELECT * INTO taken
        FROM martlet.claim_batched_lane(
            p_worker, lane, least(p_requests, greatest(1, requests_max / cardinality(p_lanes))), bytes_left, flush_from,
            p_lease);
        batches := batches || taken.batches;
        singles := singles || taken.singles;
        bytes_left := bytes_left - taken.bytes;
    END LOOP;
END
$$;

-- One of them. What was sent before comes first: it has waited longer. p_flush_from: when process-webhooks started; null:
-- the caller is another worker.
--
-- A batch is leased by its own row. Its deliveries stay as they are until its outcome is known: what is among the entries
-- of a batch is no candidate for another.
CREATE OR REPLACE FUNCTION martlet.claim_batched_lane(
    p_worker int, p_subscription int, p_requests int, p_bytes bigint, p_flush_from timestamptz, p_lease interval,
    OUT batches bigint[], OUT singles bigint[], OUT bytes bigint)
LANGUAGE plpgsql
AS $$
DECLARE
    rows_max     CONSTANT int := 2000;
    instant      bigint := martlet.id_floor(clock_timestamp());
    subscription record;
    is_reverse   boolean;
    formed       record;
    part         record;
    room         int := p_requests;
    -- Of batches that have not failed yet: once they have, these are marked.
    in_batches   bigint[];
    oldest       timestamptz;
    send_until   timestamptz;
    rows         int;
    heads        int[] := '{}';
    lasts        int[] := '{}';
    head         int := 1;
    last         int;
    before       bigint := 0;
    taken        int;
BEGIN
    batches := '{}';
    singles := '{}';
    bytes := 0;
    SELECT *, martlet.is_batched(queue_mode, ordering, rate_limit, (SELECT martlet.default_queue_mode())) AS is_queued
    INTO subscription
    FROM martlet.subscriptions
    WHERE id = p_subscription AND active;
    IF NOT FOUND OR subscription.is_queued AND subscription.batch_interval_seconds IS NULL AND p_flush_from IS NULL THEN
        UPDATE martlet.lanes
        SET due_at = 'infinity', lease_until = NULL, worker = NULL,
            flush_to = CASE WHEN subscription.id IS NOT NULL THEN lanes.flush_to END
        WHERE subscription_id = p_subscription;
        RETURN;
    END IF;

    FOR formed IN
        SELECT batch.id, batch.entries, batch.bytes
        FROM martlet.batches AS batch
        WHERE batch.subscription_id = p_subscription
          AND batch.due_at <= now()
          AND (batch.lease_until IS NULL OR batch.lease_until < now())
        ORDER BY batch.subscription_id, batch.due_at, batch.id
    LOOP
        EXIT WHEN room = 0 OR bytes >= p_bytes;
        -- What is left of it: an entry may have been cancelled.
        SELECT array_agg(entry.id ORDER BY entry.position) AS ids, array_agg(entry.event_id ORDER BY entry.position) AS events,
               max(entry.retry_count) AS retries, bool_or(entry.lease_until >= now()) AS is_leased
        INTO part
        FROM (
            SELECT waiting.id, waiting.event_id, waiting.lease_until, waiting.retry_count,
                   array_position(formed.entries, waiting.id) AS position
            FROM martlet.waiting
            WHERE waiting.id = ANY (formed.entries)
              AND waiting.status <> 'failed'
              AND (waiting.batch_id = formed.id OR waiting.batch_id IS NULL)
        ) AS entry;
        IF part.ids IS NULL THEN
            DELETE FROM martlet.batches AS batch
            WHERE batch.id = formed.id AND (batch.lease_until IS NULL OR batch.lease_until < now());
        -- Workers of the release before lease its entries.
        ELSIF part.is_leased IS NOT TRUE THEN
            UPDATE martlet.batches AS batch
            SET lease_until = now() + p_lease, worker = p_worker, entries = part.ids, events = part.events,
                retry_count = part.retries
            WHERE batch.id = formed.id
              AND batch.due_at <= now()
              AND (batch.lease_until IS NULL OR batch.lease_until < now());
            IF FOUND THEN
                room := room - 1;
                batches := batches || formed.id;
                bytes := bytes + formed.bytes;
            END IF;
        END IF;
    END LOOP;
    in_batches := ARRAY(
        SELECT unnest(batch.entries)
        FROM martlet.batches AS batch
        WHERE batch.subscription_id = p_subscription AND batch.retry_count = 0);

    IF room > 0 AND subscription.is_queued THEN
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
    ELSIF room > 0 THEN
        -- Batches are left from before it was switched to immediate mode.
        singles := ARRAY(
            SELECT id
            FROM martlet.waiting
            WHERE subscription_id = p_subscription
              AND status <> 'failed'
              AND batch_id IS NULL
              AND next_retry_at <= now()
              AND (lease_until IS NULL OR lease_until < now())
              AND id <> ALL (in_batches)
            ORDER BY subscription_id, next_retry_at, id
            LIMIT room
            FOR UPDATE SKIP LOCKED);
    END IF;
    IF cardinality(singles) > 0 THEN
        UPDATE martlet.waiting SET lease_until = now() + p_lease, worker = p_worker WHERE id = ANY (singles);
        room := room - cardinality(singles);
    END IF;

    IF subscription.is_queued THEN
        is_reverse := coalesce(
            subscription.event_order, (SELECT value FROM martlet.settings WHERE name = 'event_order')) = 'reverse';
        SELECT flush_to INTO send_until FROM martlet.lanes WHERE subscription_id = p_subscription;
        rows := least(room, greatest(1, rows_max / subscription.batch_size)) * subscription.batch_size;
        IF room > 0 AND bytes < p_bytes THEN
            SELECT * INTO part FROM martlet.next_entries(p_subscription, send_until, rows, is_reverse, in_batches);
            IF part.ids IS NULL THEN
                SELECT first_due INTO oldest
                FROM martlet.next_entries(p_subscription, 'infinity', 1, false, in_batches);
                send_until := CASE
                    WHEN oldest <= p_flush_from THEN p_flush_from
                    WHEN oldest + make_interval(secs => subscription.batch_interval_seconds) <= now() THEN now()
                    -- There may be more to send again, and what is claimed here may be given back: only a claim that
                    -- finds nothing ends the flush.
                    WHEN cardinality(batches) + cardinality(singles) > 0 THEN p_flush_from
                END;
                SELECT * INTO part FROM martlet.next_entries(p_subscription, send_until, rows, is_reverse, in_batches);
            END IF;
            WHILE head <= cardinality(part.ids) AND room > 0 AND bytes < p_bytes LOOP
                -- As many as a request may have, and at least one.
                last := greatest(head, least(
                    head + subscription.batch_size - 1, cardinality(part.ids),
                    width_bucket(before + martlet.batch_bytes_max(), part.through)));
                heads := heads || head;
                lasts := lasts || last;
                bytes := bytes + part.through[last] - before;
                before := part.through[last];
                room := room - 1;
                head := last + 1;
            END LOOP;
            WITH made AS (
                INSERT INTO martlet.batches (
                    id, due_at, subscription_id, bytes, tenant, entries, events, lease_until, worker)
                SELECT martlet.new_id(instant), now(), p_subscription,
                       part.through[stretch.last] - coalesce(part.through[stretch.head - 1], 0), subscription.tenant,
                       part.ids[stretch.head:stretch.last], part.events[stretch.head:stretch.last],
                       now() + p_lease, p_worker
                FROM unnest(heads, lasts) AS stretch (head, last)
                RETURNING batches.id
            )
            -- In the order in which they were made.
            SELECT batches || array_agg(made.id) INTO batches FROM made;
        END IF;
    END IF;

    taken := cardinality(batches) + cardinality(singles);
    -- Nothing to do: the lane sleeps until there is. A lease that stands there has expired.
    UPDATE martlet.lanes
    SET flush_to = send_until,
        lease_until = CASE WHEN taken > 0 THEN now() + p_lease END,
        worker = CASE WHEN taken > 0 THEN p_worker END
    WHERE subscription_id = p_subscription;
    IF taken = 0 THEN
        -- It looks at flush_to.
        UPDATE martlet.lanes SET due_at = martlet.next_due(p_subscription) WHERE subscription_id = p_subscription;
    END IF;
END
$$;

-- The deliveries that a flush to p_until takes next, up to p_limit: by the time at which they are due, or from the end of
-- it. In the order of their ids, which is that of the events; null: there are none.
--   through    bytes of the data of each and of those before it
--   first_due  of those taken
CREATE OR REPLACE FUNCTION martlet.next_entries(
    p_subscription int, p_until timestamptz, p_limit int, p_reverse boolean, p_except bigint[],
    OUT ids bigint[], OUT events bigint[], OUT through bigint[], OUT first_due timestamptz)
LANGUAGE plpgsql
AS $$
BEGIN
    IF p_reverse THEN
        SELECT array_agg(entry.id), array_agg(entry.event_id), array_agg(entry.through), min(entry.next_retry_at)
        INTO ids, events, through, first_due
        FROM (
            SELECT row.id, row.event_id, row.next_retry_at,
                   sum(row.bytes) OVER (ORDER BY row.id DESC ROWS UNBOUNDED PRECEDING) AS through
            FROM (
                SELECT waiting.id, waiting.event_id, waiting.next_retry_at,
                       coalesce(waiting.data_bytes, martlet.data_bytes(waiting.tenant, waiting.event_id)) AS bytes
                FROM martlet.waiting
                WHERE subscription_id = p_subscription
                  AND status <> 'failed'
                  AND status = 'pending'
                  AND batch_id IS NULL
                  AND next_retry_at <= p_until
                  AND (lease_until IS NULL OR lease_until < now())
                  AND id <> ALL (p_except)
                ORDER BY subscription_id DESC, next_retry_at DESC, id DESC
                LIMIT p_limit
            ) AS row
        ) AS entry;
    ELSE
        SELECT array_agg(entry.id), array_agg(entry.event_id), array_agg(entry.through), min(entry.next_retry_at)
        INTO ids, events, through, first_due
        FROM (
            SELECT row.id, row.event_id, row.next_retry_at,
                   sum(row.bytes) OVER (ORDER BY row.id ROWS UNBOUNDED PRECEDING) AS through
            FROM (
                SELECT waiting.id, waiting.event_id, waiting.next_retry_at,
                       coalesce(waiting.data_bytes, martlet.data_bytes(waiting.tenant, waiting.event_id)) AS bytes
                FROM martlet.waiting
                WHERE subscription_id = p_subscription
                  AND status <> 'failed'
                  AND status = 'pending'
                  AND batch_id IS NULL
                  AND next_retry_at <= p_until
                  AND (lease_until IS NULL OR lease_until < now())
                  AND id <> ALL (p_except)
                ORDER BY subscription_id, next_retry_at, id
                LIMIT p_limit
            ) AS row
        ) AS entry;
    END IF;
END
$$;

-- What goes out in these batches, one row each, in the order given. Left out: those of which an event is gone.
CREATE OR REPLACE FUNCTION martlet.read_batches(p_batches bigint[])
RETURNS TABLE (
    id bigint, subscription_id int, tenant text, retry_count smallint, version int,
    event_names text[], moments timestamptz[], payloads json[])
LANGUAGE sql STABLE
AS $$
    SELECT batch.id, batch.subscription_id, batch.tenant, batch.retry_count, batch.version,
           content.event_names, content.moments, content.payloads
    FROM (
        SELECT row.*, subscription.version
        FROM unnest(p_batches) WITH ORDINALITY AS claimed (id, position)
        JOIN martlet.batches AS row ON row.id = claimed.id
        LEFT JOIN martlet.subscriptions AS subscription
            ON subscription.id = row.subscription_id AND subscription.tenant = row.tenant
        ORDER BY claimed.position
        OFFSET 0
    ) AS batch
    CROSS JOIN LATERAL (
        SELECT array_agg(entry.event_name) AS event_names, array_agg(entry.moment) AS moments,
               array_agg(entry.payload) AS payloads
        FROM (
            SELECT event.event_name, coalesce(event.occurred_at, martlet.id_time(event.id)) AS moment, event.payload
            FROM unnest(batch.events) WITH ORDINALITY AS member (event_id, position)
            -- A probe for each, whatever the statistics of a table say that was empty a moment ago.
            CROSS JOIN LATERAL (
                SELECT * FROM martlet.events WHERE events.tenant = batch.tenant AND events.id = member.event_id OFFSET 0
            ) AS event
            ORDER BY member.position
        ) AS entry
    ) AS content
    WHERE cardinality(content.payloads) = cardinality(batch.events)
$$;

-- Ends the deliveries of these batches whose event is gone (martlet.end_without_event); their batches go out without them.
-- Returns the batches that had some and are left.
CREATE OR REPLACE FUNCTION martlet.drop_lost_entries(p_worker int, p_batches bigint[]) RETURNS bigint[]
LANGUAGE plpgsql
AS $$
DECLARE
    lost  bigint[];
    short bigint[];
    empty bigint[];
BEGIN
    SELECT array_agg(entry.id), array_agg(DISTINCT batch.id) INTO lost, short
    FROM martlet.batches AS batch
    CROSS JOIN LATERAL unnest(batch.entries, batch.events) AS entry (id, event_id)
    WHERE batch.id = ANY (p_batches)
      AND NOT EXISTS (
          SELECT FROM martlet.events AS event WHERE event.tenant = batch.tenant AND event.id = entry.event_id);
    PERFORM martlet.fail_without_event(lost);
    UPDATE martlet.batches AS batch
    SET (entries, events) = (
        SELECT coalesce(array_agg(entry.id ORDER BY entry.position), '{}'),
               coalesce(array_agg(entry.event_id ORDER BY entry.position), '{}')
        FROM unnest(batch.entries, batch.events) WITH ORDINALITY AS entry (id, event_id, position)
        WHERE entry.id <> ALL (lost))
    WHERE batch.id = ANY (short);
    WITH gone AS (
        DELETE FROM martlet.batches AS batch
        WHERE batch.id = ANY (short) AND cardinality(batch.entries) = 0
        RETURNING batch.id, batch.subscription_id
    ), freed AS (
        -- Nothing of them is left with the worker, which would give them back.
        UPDATE martlet.lanes AS lane
        SET lease_until = NULL, worker = NULL, due_at = now()
        FROM (SELECT DISTINCT subscription_id FROM gone) AS emptied
        WHERE lane.subscription_id = emptied.subscription_id
          AND lane.worker = p_worker
          AND NOT EXISTS (
              SELECT FROM martlet.batches AS other
              WHERE other.subscription_id = lane.subscription_id AND other.worker = p_worker
                AND other.id NOT IN (SELECT id FROM gone))
          AND NOT EXISTS (
              SELECT FROM martlet.waiting
              WHERE waiting.subscription_id = lane.subscription_id AND waiting.worker = p_worker
                AND waiting.lease_until IS NOT NULL)
    )
    SELECT array_agg(gone.id) INTO empty FROM gone;
    RETURN ARRAY(SELECT id FROM unnest(short) AS id WHERE id <> ALL (coalesce(empty, '{}')));
END
$$;

-- Of an event's data, where the delivery does not tell; 0: the event is gone (martlet.end_without_event).
CREATE OR REPLACE FUNCTION martlet.data_bytes(p_tenant text, p_event bigint) RETURNS int
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(
        (SELECT octet_length(payload::text) FROM martlet.events WHERE tenant = p_tenant AND id = p_event), 0)
$$;

-- The subscription was given an order or a rate limit: what waited for a retry in batches goes out alone. False: one is
-- still in the air, and nothing is to overtake it.
CREATE OR REPLACE FUNCTION martlet.dissolve_batches(p_subscription int) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
    freed bigint[];
BEGIN
    WITH gone AS (
        DELETE FROM martlet.batches
        WHERE subscription_id = p_subscription AND (lease_until IS NULL OR lease_until < now())
        RETURNING entries
    )
    SELECT array_agg(entry) INTO freed FROM gone, unnest(gone.entries) AS entry;
    UPDATE martlet.waiting SET batch_id = NULL WHERE id = ANY (freed) AND batch_id IS NOT NULL;
    RETURN NOT EXISTS (SELECT FROM martlet.batches WHERE subscription_id = p_subscription);
END
$$;
