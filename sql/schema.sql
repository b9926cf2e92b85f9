-- What the migrations and functions add up to. Written by `make schema`; do not edit.

CREATE SCHEMA martlet;

CREATE FUNCTION martlet.activate_subscription(p_id integer, p_tenant text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    AS $$
DECLARE
    was_active boolean;
BEGIN
    SELECT active INTO was_active
    FROM martlet.subscriptions
    WHERE id = p_id AND tenant = p_tenant
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE martlet.subscriptions
    SET active = true, failure_count = 0, disabled_reason = NULL
    WHERE id = p_id AND tenant = p_tenant;
    IF NOT was_active THEN
        UPDATE martlet.batches SET due_at = now() WHERE subscription_id = p_id AND due_at > now();
        UPDATE martlet.waiting
        SET next_retry_at = now()
        WHERE subscription_id = p_id AND status <> 'failed' AND next_retry_at > now();
        PERFORM martlet.advance_lane(p_id, p_tenant, now());
        PERFORM martlet.wake();
    END IF;
    RETURN true;
END
$$;

CREATE FUNCTION martlet.add_histograms(a integer[], b integer[]) RETURNS integer[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT ARRAY[
        a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4], a[5] + b[5], a[6] + b[6],
        a[7] + b[7], a[8] + b[8], a[9] + b[9], a[10] + b[10], a[11] + b[11], a[12] + b[12],
        a[13] + b[13], a[14] + b[14], a[15] + b[15], a[16] + b[16], a[17] + b[17], a[18] + b[18],
        a[19] + b[19], a[20] + b[20], a[21] + b[21], a[22] + b[22], a[23] + b[23], a[24] + b[24]]
$$;

CREATE FUNCTION martlet.advance_lane(p_subscription integer, p_tenant text, p_due timestamp with time zone) RETURNS void
    LANGUAGE sql
    AS $$
    INSERT INTO martlet.lanes (subscription_id, tenant, due_at)
    VALUES (p_subscription, p_tenant, p_due)
    ON CONFLICT (subscription_id, tenant) DO UPDATE SET due_at = least(lanes.due_at, excluded.due_at)
$$;

CREATE FUNCTION martlet.advance_lanes() RETURNS void
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

CREATE FUNCTION martlet.advance_prompt_lanes(p_worker integer, p_except integer[]) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_incremental_sort TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
DECLARE
    due_ms int;
BEGIN
    INSERT INTO martlet.lanes (subscription_id, tenant, due_at)
    SELECT head.subscription_id, head.tenant, head.due_at
    FROM (
        SELECT subscription.id AS subscription_id, subscription.tenant, lane.due_at AS lane_due_at,
               greatest(
                   row.next_retry_at, lane.blocked_until,
                   martlet.claimable_from(lane.next_send_at, subscription.rate_limit, subscription.rate_burst)) AS due_at
        FROM martlet.subscriptions AS subscription
        LEFT JOIN martlet.lanes AS lane
            ON lane.subscription_id = subscription.id AND lane.tenant = subscription.tenant
        CROSS JOIN LATERAL (
            SELECT waiting.next_retry_at
            FROM martlet.waiting
            WHERE waiting.subscription_id = subscription.id
              AND waiting.status <> 'failed'
              AND waiting.lease_until IS NULL
            ORDER BY waiting.subscription_id, waiting.next_retry_at, waiting.id
            LIMIT 1
        ) AS row
        WHERE subscription.active
          AND (subscription.ordering <> 'none' OR subscription.rate_limit IS NOT NULL)
    ) AS head
    WHERE head.lane_due_at IS NULL OR head.lane_due_at > head.due_at
    ORDER BY head.subscription_id
    ON CONFLICT (subscription_id, tenant) DO UPDATE SET due_at = least(lanes.due_at, excluded.due_at);

    SELECT least(greatest(0, ceil(extract(epoch FROM lane.due_at - now()) * 1000)), 3600000) INTO due_ms
    FROM martlet.lanes AS lane
    LEFT JOIN martlet.subscriptions AS subscription
        ON subscription.id = lane.subscription_id AND subscription.tenant = lane.tenant
    WHERE lane.due_at < 'infinity'
      AND (lane.lease_until IS NULL OR lane.lease_until < now()
           OR lane.worker = p_worker AND martlet.is_prompt(subscription.ordering, subscription.rate_limit))
      AND lane.subscription_id <> ALL (p_except)
    ORDER BY lane.due_at
    LIMIT 1;
    -- A lane without an interval is never due, but for process-webhooks.
    IF due_ms IS DISTINCT FROM 0 AND martlet.has_to_flush(p_worker, p_except, false) THEN
        RETURN 0;
    END IF;
    RETURN due_ms;
END
$$;

CREATE FUNCTION martlet.advance_replays(p_rows integer, OUT running integer, OUT looked_at integer) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
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

CREATE FUNCTION martlet.announce(p_name text, p_data json[], p_tenants text[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF p_data IS NOT NULL THEN
        PERFORM martlet.dispatch_many(
            array_fill(p_name, ARRAY[cardinality(p_data)]), p_data, NULL, p_tenants, NULL);
        PERFORM martlet.wake();
    END IF;
END
$$;

CREATE FUNCTION martlet.announce_disabled(p_subscriptions integer[]) RETURNS void
    LANGUAGE sql
    AS $$
    SELECT martlet.announce(
        'webhook.subscription.disabled',
        array_agg(json_build_object(
            'subscription_id', subscription.id::text,
            'name', subscription.name,
            'failure_count', subscription.failure_count,
            'disabled_reason', subscription.disabled_reason)),
        array_agg(subscription.tenant))
    FROM martlet.subscriptions AS subscription
    WHERE subscription.id = ANY (p_subscriptions)
$$;

CREATE FUNCTION martlet.announce_exhausted(p_deliveries bigint[]) RETURNS void
    LANGUAGE sql
    AS $$
    SELECT martlet.announce(
        'webhook.delivery.exhausted',
        array_agg(json_build_object(
            'delivery_id', delivery.id::text,
            'event_id', delivery.event_id::text,
            'event', event.event_name,
            'subscription_id', delivery.subscription_id::text,
            'name', subscription.name,
            'attempts', delivery.retry_count + 1,
            'error', delivery.error_message)),
        array_agg(delivery.tenant))
    FROM martlet.waiting AS delivery
    JOIN martlet.events AS event ON event.tenant = delivery.tenant AND event.id = delivery.event_id
    JOIN martlet.subscriptions AS subscription
        ON subscription.id = delivery.subscription_id AND subscription.tenant = delivery.tenant
    WHERE delivery.id = ANY (p_deliveries) AND NOT martlet.is_operational(event.event_name)
$$;

CREATE FUNCTION martlet.announce_key() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_notify('martlet_keys', '');
    RETURN NULL;
END
$$;

CREATE FUNCTION martlet.announce_recovered(p_subscriptions integer[]) RETURNS void
    LANGUAGE sql
    AS $$
    SELECT martlet.announce(
        'webhook.subscription.recovered',
        array_agg(json_build_object(
            'subscription_id', subscription.id::text,
            'name', subscription.name)),
        array_agg(subscription.tenant))
    FROM martlet.subscriptions AS subscription
    WHERE subscription.id = ANY (p_subscriptions)
$$;

CREATE FUNCTION martlet.announce_source() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_notify('martlet_sources', '');
    RETURN NULL;
END
$$;

CREATE FUNCTION martlet.announce_subscription() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM pg_notify('martlet_subscriptions', OLD.id::text);
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.version = OLD.version THEN
        RETURN NULL;
    END IF;
    INSERT INTO martlet.subscription_versions (subscription_id, version, tenant, url, profile, custom_headers)
    VALUES (NEW.id, NEW.version, NEW.tenant, NEW.url, NEW.profile, NEW.custom_headers);
    PERFORM pg_notify('martlet_subscriptions', NEW.id::text);
    RETURN NULL;
END
$$;

CREATE TABLE martlet.tables (
    id integer NOT NULL,
    tenant text NOT NULL,
    name text NOT NULL,
    title text NOT NULL,
    headers json DEFAULT '[]'::json NOT NULL,
    settings json DEFAULT '{}'::json NOT NULL,
    formatting json DEFAULT '{}'::json NOT NULL,
    row_count integer DEFAULT 0 NOT NULL,
    row_bytes bigint DEFAULT 0 NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    rows_since bigint DEFAULT 1 NOT NULL,
    last_chunk integer DEFAULT 0 NOT NULL,
    is_public boolean DEFAULT false NOT NULL,
    secret bytea,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT tables_name_is_one_segment CHECK ((name ~ '^[A-Za-z0-9_-]{1,64}$'::text))
)
WITH (fillfactor='50');

CREATE FUNCTION martlet.append_table_rows(p_table martlet.tables, p_chunks text[], p_offsets integer[]) RETURNS integer
    LANGUAGE plpgsql
    AS $$
DECLARE
    filled_max CONSTANT int := 2000;
BEGIN
    IF cardinality(p_chunks) = 1 AND octet_length(p_chunks[1]) < filled_max THEN
        UPDATE martlet.table_rows
        SET rows = rows || ',' || p_chunks[1]
        WHERE table_id = p_table.id AND position = p_table.last_chunk AND tenant = p_table.tenant
          AND octet_length(rows) + octet_length(p_chunks[1]) < filled_max;
        IF FOUND THEN
            RETURN p_table.last_chunk;
        END IF;
    END IF;
    INSERT INTO martlet.table_rows (table_id, position, tenant, rows)
    SELECT p_table.id, p_table.row_count + rows_before + 1, p_table.tenant, rows
    FROM (SELECT unnest(p_chunks) AS rows, unnest(p_offsets) AS rows_before) AS given;
    RETURN coalesce(p_table.row_count + p_offsets[cardinality(p_offsets)] + 1, p_table.last_chunk);
END
$$;

CREATE FUNCTION martlet.batch_bytes_max() RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT 1048576 $$;

CREATE TABLE martlet.batches (
    id bigint NOT NULL,
    due_at timestamp with time zone NOT NULL,
    subscription_id integer NOT NULL,
    bytes integer NOT NULL,
    tenant text NOT NULL,
    entries bigint[] NOT NULL,
    events bigint[],
    retry_count smallint DEFAULT 0 NOT NULL,
    lease_until timestamp with time zone,
    worker integer
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='2000', autovacuum_vacuum_cost_delay='0');

CREATE FUNCTION martlet.batch_lease(p_subscription integer, p_id bigint) RETURNS timestamp with time zone
    LANGUAGE sql STABLE SECURITY DEFINER COST 10 PARALLEL SAFE
    BEGIN ATOMIC
 SELECT max(batch.lease_until) AS max
    FROM martlet.batches batch
   WHERE ((batch.subscription_id = batch_lease.p_subscription) AND (batch_lease.p_id = ANY (batch.entries)));
END;

CREATE FUNCTION martlet.begin_flush(p_worker integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_incremental_sort TO 'off'
    SET jit TO 'off'
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

CREATE FUNCTION martlet.bury_dead_workers(p_worker integer) RETURNS integer
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

CREATE FUNCTION martlet.cancel_replay(p_id bigint, p_tenant text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
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

CREATE FUNCTION martlet.cancel_test(p_id bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    AS $$
BEGIN
    DELETE FROM martlet.pending WHERE id = p_id AND test AND worker IS NULL;
    RETURN FOUND;
END
$$;

CREATE FUNCTION martlet.candidate_patterns(event_name text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
DECLARE
    patterns text[] := ARRAY[event_name, '*'];
    prefix   int := 0;
    rest     text := event_name;
    dot      int;
BEGIN
    LOOP
        dot := strpos(rest, '.');
        EXIT WHEN dot = 0;
        prefix := prefix + dot;
        patterns := patterns || (left(event_name, prefix) || '*');
        rest := substr(rest, dot + 1);
    END LOOP;
    RETURN patterns;
END
$$;

CREATE FUNCTION martlet.change_table(p_id integer, p_tenant text, p_open bigint[], p_closed bigint[], p_title text, p_name text, p_is_public boolean, p_headers json, p_settings json, p_formatting json, p_chunks text[], p_offsets integer[], p_count integer) RETURNS TABLE(stored martlet.tables, stored_rows text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
DECLARE
    rows    text := array_to_string(p_chunks, ',');
    target  martlet.tables;
BEGIN
    IF NOT martlet.lock_table(p_id, p_tenant, p_open, p_closed) THEN
        RETURN;
    END IF;
    SELECT * INTO target FROM martlet.tables WHERE id = p_id AND tenant = p_tenant;
    p_title := nullif(p_title, target.title);
    p_name := nullif(p_name, target.name);
    p_is_public := nullif(p_is_public, target.is_public);
    p_headers := nullif(p_headers::text, target.headers::text);
    p_settings := nullif(p_settings::text, target.settings::text);
    p_formatting := nullif(p_formatting::text, target.formatting::text);
    IF p_count = target.row_count AND '[' || rows || ']' = martlet.table_rows_json(p_id, p_tenant) THEN
        rows := NULL;
    END IF;
    IF num_nonnulls(p_title, p_name, p_is_public, p_headers, p_settings, p_formatting, rows) = 0 THEN
        stored := target;
        stored_rows := martlet.table_rows_json(p_id, p_tenant);
        RETURN NEXT;
        RETURN;
    END IF;
    IF rows IS NOT NULL THEN
        target.last_chunk := martlet.replace_table_rows(target, p_chunks, p_offsets);
        target.rows_since := target.version + 1;
    END IF;
    UPDATE martlet.tables AS known
    SET title = coalesce(p_title, known.title),
        name = coalesce(p_name, known.name),
        is_public = coalesce(p_is_public, known.is_public),
        headers = coalesce(p_headers, known.headers),
        settings = coalesce(p_settings, known.settings),
        formatting = coalesce(p_formatting, known.formatting),
        row_count = coalesce(p_count, known.row_count),
        row_bytes = coalesce(octet_length(rows), known.row_bytes),
        rows_since = target.rows_since,
        last_chunk = target.last_chunk,
        version = known.version + 1,
        updated_at = clock_timestamp()
    WHERE known.id = p_id AND known.tenant = p_tenant
    RETURNING * INTO stored;
    IF p_name IS NOT NULL THEN
        PERFORM martlet.register_table_events(stored.name);
    END IF;
    stored_rows := coalesce('[' || rows || ']', martlet.table_rows_json(p_id, p_tenant));
    IF num_nonnulls(p_title, p_name, p_headers, p_settings, p_formatting, rows) > 0 THEN
        PERFORM martlet.emit_table_change(stored, 'updated', stored_rows);
    END IF;
    RETURN NEXT;
END
$$;

CREATE FUNCTION martlet.claim_batched_lane(p_worker integer, p_subscription integer, p_requests integer, p_bytes bigint, p_flush_from timestamp with time zone, p_lease interval, OUT batches bigint[], OUT singles bigint[], OUT bytes bigint) RETURNS record
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

CREATE FUNCTION martlet.claim_batched_lanes(p_worker integer, p_lanes integer[], p_requests integer, p_lease interval, OUT batches bigint[], OUT singles bigint[]) RETURNS record
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

CREATE FUNCTION martlet.claim_lanes(p_worker integer, p_lanes integer, p_rows integer, p_lease interval, p_except integer[]) RETURNS TABLE(id bigint, event_id bigint, subscription_id integer, tenant text, retry_count smallint, version integer, event_name text, occurred_at timestamp with time zone, payload json)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
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

CREATE FUNCTION martlet.claim_lanes(p_worker integer, p_lanes integer, p_rows integer, p_lease interval, p_except integer[], p_again integer[]) RETURNS TABLE(id bigint, event_id bigint, subscription_id integer, tenant text, retry_count smallint, version integer, event_name text, occurred_at timestamp with time zone, payload json, wait_ms integer, order_key bigint, batch_id bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
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

CREATE FUNCTION martlet.claim_lock_class() RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT 1298233454 $$;

CREATE FUNCTION martlet.claim_pending(p_worker integer, p_limit integer, p_from bigint, p_lease interval) RETURNS TABLE(id bigint, event_id bigint, subscription_id integer, tenant text, test boolean, version integer, event_name text, occurred_at timestamp with time zone, payload json)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
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

CREATE FUNCTION martlet.claim_prompt_lane(p_worker integer, p_subscription integer, p_rows integer, p_lease interval, OUT ids bigint[], OUT waits integer[], OUT keys bigint[]) RETURNS record
    LANGUAGE plpgsql
    AS $$
DECLARE
    subscription record;
    allowed      int := p_rows;
    is_blocked   boolean := false;
    has_more     boolean := false;
    send_at      timestamptz;
    next_due     timestamptz;
    blocked_till timestamptz;
BEGIN
    SELECT * INTO subscription FROM martlet.subscriptions WHERE id = p_subscription AND active;
    IF NOT FOUND THEN
        UPDATE martlet.lanes SET due_at = 'infinity' WHERE subscription_id = p_subscription;
        RETURN;
    END IF;
    -- Formed before it was given its order or its rate limit.
    IF EXISTS (SELECT FROM martlet.batches WHERE batches.subscription_id = p_subscription)
        AND NOT martlet.dissolve_batches(p_subscription)
    THEN
        UPDATE martlet.lanes
        SET blocked_until = now() + interval '1 second', due_at = now() + interval '1 second', flush_to = NULL
        WHERE subscription_id = p_subscription;
        RETURN;
    END IF;

    IF subscription.rate_limit IS NOT NULL THEN
        SELECT martlet.send_time(lane.next_send_at, subscription.rate_limit, subscription.rate_burst)
            - make_interval(secs => (coalesce(subscription.rate_burst, ceil(subscription.rate_limit)::int) - 1)
                / subscription.rate_limit)
        INTO send_at
        FROM martlet.lanes AS lane
        WHERE lane.subscription_id = p_subscription;
        -- Those that leave within the plan; a rate of many a second plans no more than there is room for.
        allowed := least(p_rows, greatest(0, 1 + floor(
            extract(epoch FROM now() + martlet.plan_ahead() - send_at) * subscription.rate_limit)));
    END IF;

    IF allowed > 0 AND subscription.ordering <> 'none' THEN
        SELECT * INTO ids, keys, is_blocked, has_more FROM martlet.next_in_order(p_subscription, allowed);
    ELSIF allowed > 0 THEN
        ids := ARRAY(
            SELECT id
            FROM martlet.waiting
            WHERE subscription_id = p_subscription
              AND status <> 'failed'
              AND next_retry_at <= now()
              AND (lease_until IS NULL OR lease_until < now())
            ORDER BY subscription_id, next_retry_at, id
            LIMIT allowed
            FOR UPDATE SKIP LOCKED);
        keys := array_fill(NULL::bigint, ARRAY[cardinality(ids)]);
    END IF;
    ids := coalesce(ids, '{}');
    UPDATE martlet.waiting SET lease_until = now() + p_lease, worker = p_worker WHERE id = ANY (ids);

    waits := CASE WHEN subscription.rate_limit IS NULL THEN array_fill(0, ARRAY[cardinality(ids)])
        ELSE ARRAY(SELECT greatest(0, ceil(1000 * (
                              extract(epoch FROM send_at - now()) + (position - 1) / subscription.rate_limit)))::int
                   FROM generate_series(1, cardinality(ids)) AS position) END;

    next_due := CASE
        -- As many as were allowed: there may be more.
        WHEN cardinality(ids) = allowed OR has_more THEN now()
        ELSE martlet.next_due(p_subscription)
    END;
    -- What is due and cannot go stands behind rows in flight, whose worker asks again when they are done. It is looked at
    -- seldom enough that many such lanes do not fill the day with it.
    blocked_till := CASE WHEN is_blocked AND NOT has_more THEN
        now() + greatest(interval '100 milliseconds', 20 * (clock_timestamp() - now())) END;
    UPDATE martlet.lanes AS lane
    SET worker = CASE WHEN cardinality(ids) > 0 THEN p_worker ELSE lane.worker END,
        lease_until = CASE WHEN cardinality(ids) > 0 THEN now() + p_lease ELSE lane.lease_until END,
        next_send_at = CASE WHEN cardinality(ids) > 0 AND subscription.rate_limit IS NOT NULL THEN
                martlet.send_time(lane.next_send_at, subscription.rate_limit, subscription.rate_burst)
                    + make_interval(secs => cardinality(ids) / subscription.rate_limit)
            ELSE lane.next_send_at END,
        blocked_until = blocked_till,
        -- It may have been in queued mode.
        flush_to = NULL,
        -- No later than the lease ends: then others look what became of its rows.
        due_at = least(
            CASE WHEN lane.lease_until IS NOT NULL OR cardinality(ids) > 0 THEN now() + p_lease END,
            greatest(
                next_due,
                blocked_till,
                send_at + make_interval(secs => cardinality(ids) / subscription.rate_limit) - martlet.plan_ahead() / 2))
    WHERE lane.subscription_id = p_subscription;
END
$$;

CREATE FUNCTION martlet.claim_prompt_lanes(p_worker integer, p_due integer[], p_again integer[], p_rows integer, p_lease interval) RETURNS TABLE(id bigint, event_id bigint, subscription_id integer, tenant text, retry_count smallint, version integer, event_name text, occurred_at timestamp with time zone, payload json, wait_ms integer, order_key bigint)
    LANGUAGE plpgsql
    AS $$
#variable_conflict use_column
DECLARE
    lane  int;
    ids   bigint[];
    waits int[];
    keys  bigint[];
    taken record;
BEGIN
    FOR lane IN
        SELECT due FROM unnest(p_due) AS due
        UNION
        SELECT again.subscription_id
        FROM (SELECT lanes.subscription_id
              FROM martlet.lanes
              WHERE lanes.subscription_id = ANY (p_again) AND lanes.worker = p_worker
              FOR UPDATE SKIP LOCKED) AS again
    LOOP
        SELECT * INTO taken FROM martlet.claim_prompt_lane(p_worker, lane, p_rows, p_lease);
        ids := ids || taken.ids;
        waits := waits || taken.waits;
        keys := keys || taken.keys;
    END LOOP;
    RETURN QUERY
    SELECT row.id, row.event_id, row.subscription_id, row.tenant, row.retry_count,
           subscription.version, event.event_name, coalesce(event.occurred_at, martlet.id_time(event.id)), event.payload,
           claimed.wait_ms, claimed.order_key
    FROM unnest(ids, waits, keys) AS claimed (id, wait_ms, order_key)
    -- A probe for each, whatever the statistics of a table say that was empty a moment ago.
    CROSS JOIN LATERAL (SELECT * FROM martlet.waiting WHERE waiting.id = claimed.id OFFSET 0) AS row
    JOIN martlet.events AS event ON event.tenant = row.tenant AND event.id = row.event_id
    LEFT JOIN martlet.subscriptions AS subscription
        ON subscription.id = row.subscription_id AND subscription.tenant = row.tenant
    ORDER BY row.subscription_id, claimed.wait_ms, row.id;
END
$$;

CREATE FUNCTION martlet.claim_waiting(p_worker integer, p_lanes integer, p_rows integer, p_lease interval, p_except integer[], p_again integer[]) RETURNS TABLE(id bigint, event_id bigint, subscription_id integer, tenant text, retry_count smallint, version integer, event_name text, occurred_at timestamp with time zone, payload json, wait_ms integer, order_key bigint, event_names text[], moments timestamp with time zone[], payloads json[])
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_incremental_sort TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    SET work_mem TO '32MB'
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

CREATE FUNCTION martlet.claimable_from(next_send_at timestamp with time zone, rate_limit double precision, rate_burst integer) RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    AS $$
    SELECT martlet.send_time(next_send_at, rate_limit, rate_burst)
        - make_interval(secs => (coalesce(rate_burst, ceil(rate_limit)::int) - 1) / rate_limit)
        - martlet.plan_ahead() / 2
    WHERE rate_limit IS NOT NULL
$$;

CREATE FUNCTION martlet.clock_is_steady() RETURNS boolean
    LANGUAGE sql
    AS $$
    UPDATE martlet.maintenance_clock
    SET steady_since = CASE
            WHEN now() < seen_at - interval '1 minute'
              OR now() > seen_at + greatest(interval '1 day', least(3 * pause, interval '100 days'))
                THEN now()
            ELSE steady_since
        END,
        pause = CASE
            WHEN now() < seen_at - interval '1 minute' THEN interval '0'
            ELSE greatest(now() - seen_at, pause - (now() - seen_at))
        END,
        seen_at = now()
    RETURNING steady_since <= now() - interval '1 day'
$$;

CREATE FUNCTION martlet.close_hours(p_before timestamp with time zone, p_limit integer) RETURNS void
    LANGUAGE sql
    AS $$
    WITH closed AS (
        DELETE FROM martlet.open_statistics
        WHERE ctid = ANY (ARRAY(SELECT ctid FROM martlet.open_statistics WHERE hour < p_before LIMIT p_limit))
        RETURNING *
    )
    INSERT INTO martlet.statistics (
        hour, subscription_id, tenant, attempts, delivered, exhausted, p50_ms, p95_ms, p99_ms)
    SELECT hour, subscription_id, tenant, attempts, delivered, exhausted, p50_ms, p95_ms, p99_ms
    FROM closed
$$;

CREATE FUNCTION martlet.confirm_leases(p_worker integer, p_ids bigint[], p_lease interval) RETURNS SETOF bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
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

CREATE FUNCTION martlet.count_attempts(p_from bigint, p_until bigint) RETURNS integer
    LANGUAGE sql
    AS $$
    WITH recent AS MATERIALIZED (
        SELECT martlet.id_hour(id) AS hour, subscription_id, tenant,
               count(*)::int AS attempts,
               count(*) FILTER (WHERE outcome = 'd')::int AS delivered,
               count(*) FILTER (WHERE outcome = 'f')::int AS exhausted,
               max(id) FILTER (WHERE outcome <> 'd') AS last_failure,
               ARRAY[
                   count(*) FILTER (WHERE duration_ms <= 1), count(*) FILTER (WHERE duration_ms <= 2),
                   count(*) FILTER (WHERE duration_ms <= 3), count(*) FILTER (WHERE duration_ms <= 5),
                   count(*) FILTER (WHERE duration_ms <= 7), count(*) FILTER (WHERE duration_ms <= 10),
                   count(*) FILTER (WHERE duration_ms <= 15), count(*) FILTER (WHERE duration_ms <= 20),
                   count(*) FILTER (WHERE duration_ms <= 30), count(*) FILTER (WHERE duration_ms <= 50),
                   count(*) FILTER (WHERE duration_ms <= 75), count(*) FILTER (WHERE duration_ms <= 100),
                   count(*) FILTER (WHERE duration_ms <= 150), count(*) FILTER (WHERE duration_ms <= 200),
                   count(*) FILTER (WHERE duration_ms <= 300), count(*) FILTER (WHERE duration_ms <= 500),
                   count(*) FILTER (WHERE duration_ms <= 750), count(*) FILTER (WHERE duration_ms <= 1000),
                   count(*) FILTER (WHERE duration_ms <= 2000), count(*) FILTER (WHERE duration_ms <= 3000),
                   count(*) FILTER (WHERE duration_ms <= 5000), count(*) FILTER (WHERE duration_ms <= 7500),
                   count(*) FILTER (WHERE duration_ms <= 11000), count(*)]::int[] AS at_most
        FROM martlet.attempts
        WHERE id >= p_from AND id < p_until
        GROUP BY martlet.id_hour(id), subscription_id, tenant
    ), added AS (
        INSERT INTO martlet.open_statistics AS known (
            hour, subscription_id, tenant, attempts, delivered, exhausted, at_most, p50_ms, p95_ms, p99_ms)
        SELECT martlet.hour_time(hour), subscription_id, tenant, attempts, delivered, exhausted, at_most,
               martlet.percentile_ms(at_most, 50), martlet.percentile_ms(at_most, 95), martlet.percentile_ms(at_most, 99)
        FROM recent
        ON CONFLICT (subscription_id, hour, tenant) DO UPDATE
        SET attempts = known.attempts + excluded.attempts,
            delivered = known.delivered + excluded.delivered,
            exhausted = known.exhausted + excluded.exhausted,
            (at_most, p50_ms, p95_ms, p99_ms) = (
                SELECT at_most, martlet.percentile_ms(at_most, 50), martlet.percentile_ms(at_most, 95),
                       martlet.percentile_ms(at_most, 99)
                FROM (SELECT martlet.add_histograms(known.at_most, excluded.at_most) AS at_most OFFSET 0) AS merged)
    ), failed AS (
        INSERT INTO martlet.last_errors AS known (subscription_id, tenant, attempt_id, error_message)
        SELECT failure.subscription_id, failure.tenant, failure.id, attempt.error_message
        FROM (SELECT subscription_id, tenant, max(last_failure) AS id FROM recent GROUP BY subscription_id, tenant)
            AS failure
        JOIN martlet.attempts AS attempt ON attempt.id = failure.id AND attempt.tenant = failure.tenant
        WHERE failure.id IS NOT NULL
        ON CONFLICT (subscription_id, tenant) DO UPDATE
        SET attempt_id = excluded.attempt_id,
            error_message = excluded.error_message
    )
    SELECT coalesce(sum(attempts), 0)::int FROM recent
$$;

CREATE FUNCTION martlet.create_table(p_tenant text, p_title text, p_name text, p_base text, p_is_public boolean, p_headers json, p_settings json, p_formatting json, p_chunks text[], p_offsets integer[], p_count integer) RETURNS TABLE(stored martlet.tables, stored_rows text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET jit TO 'off'
    AS $$
DECLARE
    rows text := array_to_string(p_chunks, ',');
    made martlet.tables;
BEGIN
    INSERT INTO martlet.tables (
        tenant, name, title, headers, settings, formatting, is_public)
    VALUES (p_tenant, coalesce(p_name, p_base), p_title, p_headers, p_settings, p_formatting, p_is_public)
    ON CONFLICT ON CONSTRAINT tables_name_is_unique_in_its_tenant DO NOTHING
    RETURNING * INTO made;
    IF made IS NULL AND p_name IS NOT NULL THEN
        RAISE EXCEPTION 'there is a table of that name already'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'tables_name_is_unique_in_its_tenant';
    ELSIF made IS NULL THEN
        made.id := nextval(pg_get_serial_sequence('martlet.tables', 'id'));
        INSERT INTO martlet.tables (
            id, tenant, name, title, headers, settings, formatting, is_public)
        OVERRIDING SYSTEM VALUE
        VALUES (made.id, p_tenant, p_base || '_' || made.id, p_title, p_headers, p_settings, p_formatting,
                p_is_public)
        RETURNING * INTO made;
    END IF;
    UPDATE martlet.tables
    SET row_count = p_count, row_bytes = octet_length(rows),
        last_chunk = martlet.append_table_rows(made, p_chunks, p_offsets)
    WHERE id = made.id AND tenant = made.tenant
    RETURNING * INTO stored;
    PERFORM martlet.register_table_events(made.name);
    stored_rows := '[' || rows || ']';
    RETURN NEXT;
END
$$;

CREATE FUNCTION martlet.data_bytes(p_tenant text, p_event bigint) RETURNS integer
    LANGUAGE sql STABLE
    AS $$
    SELECT coalesce(
        (SELECT octet_length(payload::text) FROM martlet.events WHERE tenant = p_tenant AND id = p_event), 0)
$$;

CREATE FUNCTION martlet.deactivate_subscription(p_id integer, p_tenant text, p_reason text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    AS $$
BEGIN
    UPDATE martlet.subscriptions
    SET active = false, disabled_reason = p_reason
    WHERE id = p_id AND tenant = p_tenant AND active;
    RETURN FOUND OR EXISTS (SELECT FROM martlet.subscriptions WHERE id = p_id AND tenant = p_tenant);
END
$$;

CREATE FUNCTION martlet.default_queue_mode() RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$
BEGIN
    RETURN (SELECT value FROM martlet.settings WHERE name = 'queue_mode');
END
$$;

CREATE FUNCTION martlet.delete_subscription(p_id integer, p_tenant text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM martlet.subscriptions WHERE id = p_id AND tenant = p_tenant) THEN
        RETURN false;
    END IF;
    -- What a worker has in the air is fenced: its record finds no row. The subscription comes last, as record_attempts
    -- locks them.
    DELETE FROM martlet.pending WHERE subscription_id = p_id;
    DELETE FROM martlet.batches WHERE subscription_id = p_id;
    DELETE FROM martlet.waiting WHERE subscription_id = p_id;
    DELETE FROM martlet.lanes WHERE subscription_id = p_id;
    DELETE FROM martlet.subscriptions WHERE id = p_id AND tenant = p_tenant;
    RETURN FOUND;
END
$$;

CREATE FUNCTION martlet.delete_table(p_id integer, p_tenant text, p_open bigint[], p_closed bigint[]) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
DECLARE
    target martlet.tables;
BEGIN
    IF NOT martlet.lock_table(p_id, p_tenant, p_open, p_closed) THEN
        RETURN false;
    END IF;
    SELECT * INTO target FROM martlet.tables WHERE id = p_id AND tenant = p_tenant;
    PERFORM martlet.emit_table_change(target, 'deleted', NULL);
    DELETE FROM martlet.table_rows WHERE table_id = p_id AND tenant = p_tenant;
    DELETE FROM martlet.push_keys WHERE table_id = p_id AND tenant = p_tenant;
    DELETE FROM martlet.tables WHERE id = p_id AND tenant = p_tenant;
    RETURN true;
END
$$;

CREATE FUNCTION martlet.describe_event_type(p_plugin text, p_event text, p_description text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    AS $$
BEGIN
    UPDATE martlet.event_types AS event_type
    SET description = p_description
    FROM martlet.plugins AS plugin
    WHERE plugin.id = event_type.plugin_id AND plugin.name = p_plugin AND event_type.event_name = p_event;
    RETURN FOUND;
END
$$;

CREATE FUNCTION martlet.dispatch(event_name text, data json, idempotency_key text DEFAULT NULL::text, tenant text DEFAULT 'default'::text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    AS $_$
DECLARE
    event_id bigint;
BEGIN
    IF martlet.is_event_name(event_name) IS NOT TRUE THEN
        RAISE EXCEPTION 'event_name must be segments of A-Z a-z 0-9 _ - joined by dots, at most 128 bytes'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF data IS NULL THEN
        RAISE EXCEPTION 'data must be JSON; for none at all pass ''null''::json'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF octet_length(data::text) > 1048576 THEN
        RAISE EXCEPTION 'data must be at most 1048576 bytes (1 MiB)'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF octet_length(idempotency_key) NOT BETWEEN 1 AND 255 THEN
        RAISE EXCEPTION 'idempotency_key must be 1 to 255 bytes'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF idempotency_key LIKE E'\x01%' THEN
        RAISE EXCEPTION 'idempotency_key must not begin with U+0001: such keys are the gateway''s own'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF tenant IS NULL OR octet_length(tenant) NOT BETWEEN 1 AND 64 OR tenant !~ '^[A-Za-z0-9_-]+$' THEN
        RAISE EXCEPTION 'tenant must be 1 to 64 of A-Z a-z 0-9 _ -'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    SELECT made.id INTO event_id
    FROM martlet.dispatch_many(
        ARRAY[event_name],
        ARRAY[martlet.filter_sensitive(data)],
        CASE WHEN idempotency_key IS NOT NULL THEN ARRAY[idempotency_key] END,
        ARRAY[tenant],
        NULL) AS made;
    PERFORM martlet.wake();
    RETURN event_id;
END
$_$;

CREATE FUNCTION martlet.dispatch_many(p_names text[], p_payloads json[], p_keys text[], p_tenants text[], p_occurred timestamp with time zone[]) RETURNS TABLE(id bigint, deliveries integer, duplicate boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
#variable_conflict use_column
DECLARE
    instant bigint := martlet.id_floor(clock_timestamp());
    -- One event, or rows of one table: what matches one matches all, and nothing has to be joined.
    are_alike boolean := p_names[1] = ALL (p_names) AND p_tenants[1] = ALL (p_tenants);
    ids     bigint[];
    firsts  bigint[];
    -- Who gets what: parallel arrays, a row per kind of event and subscription.
    kind_tenants  text[];
    kind_names    text[];
    subscriptions int[];
    lanes         smallint[];
    orderings     text[];
    sizes         int[];
    first_number  bigint;
    first_id      bigint;
BEGIN
    ids := ARRAY(SELECT instant | (nextval('martlet.id_sequence') & 4194303)
                 FROM generate_series(1, cardinality(p_names)));

    IF p_keys IS NOT NULL THEN
        -- In one order, so that two sets with the same keys wait for each other instead of deadlocking. Of a key
        -- that stands twice in the set, the earlier event wins.
        INSERT INTO martlet.idempotency_keys (tenant, key, event_id)
        SELECT tenant, key, id
        FROM unnest(p_tenants, p_keys, ids) WITH ORDINALITY AS given (tenant, key, id, position)
        WHERE key IS NOT NULL
        ORDER BY tenant, key, position
        ON CONFLICT DO NOTHING;

        firsts := ARRAY(SELECT seen.event_id
                        FROM unnest(p_tenants, p_keys, ids) WITH ORDINALITY AS given (tenant, key, id, position)
                        LEFT JOIN martlet.idempotency_keys AS seen
                            ON seen.tenant = given.tenant AND seen.key = given.key AND seen.event_id <> given.id
                        ORDER BY position);
    END IF;

    -- unnest() in the select list, here and below: row by row, in order. In FROM it would copy every payload into a
    -- store of its own first.
    INSERT INTO martlet.events (id, occurred_at, tenant, event_name, payload)
    SELECT id, occurred, tenant, name, payload
    FROM (SELECT unnest(ids) AS id, unnest(p_occurred) AS occurred, unnest(p_tenants) AS tenant,
                 unnest(p_names) AS name, unnest(p_payloads) AS payload, unnest(firsts) AS first) AS given
    WHERE first IS NULL;

    SELECT array_agg(kind.tenant), array_agg(kind.name), array_agg(route.subscription_id), array_agg(route.lane),
           array_agg(CASE WHEN route.lane = 2 THEN
               (SELECT subscription.ordering
                FROM martlet.subscriptions AS subscription
                WHERE subscription.id = route.subscription_id AND subscription.tenant = kind.tenant)
           END)
    INTO kind_tenants, kind_names, subscriptions, lanes, orderings
    FROM (SELECT DISTINCT tenant, name
          FROM (SELECT unnest(p_tenants) AS tenant, unnest(p_names) AS name) AS given) AS kind
    CROSS JOIN LATERAL (
        SELECT DISTINCT route.subscription_id, route.lane
        FROM unnest(martlet.candidate_patterns(kind.name)) AS candidate
        -- OFFSET 0: one index probe per candidate, never a scan of the routes.
        CROSS JOIN LATERAL (
            SELECT subscription_id, lane
            FROM martlet.routes AS route
            WHERE route.tenant = kind.tenant AND route.pattern = candidate
            OFFSET 0
        ) AS route
    ) AS route;

    IF 0 = ANY (lanes) AND are_alike THEN
        INSERT INTO martlet.pending (id, event_id, subscription_id, tenant)
        SELECT instant | (nextval('martlet.id_sequence') & 4194303), given.id, matched.subscription_id, given.tenant
        FROM (SELECT unnest(ids) AS id, unnest(p_tenants) AS tenant, unnest(firsts) AS first) AS given
        CROSS JOIN unnest(subscriptions, lanes) AS matched (subscription_id, lane)
        WHERE given.first IS NULL AND matched.lane = 0;
    ELSIF 0 = ANY (lanes) THEN
        INSERT INTO martlet.pending (id, event_id, subscription_id, tenant)
        SELECT instant | (nextval('martlet.id_sequence') & 4194303), given.id, matched.subscription_id, given.tenant
        FROM (SELECT unnest(ids) AS id, unnest(p_tenants) AS tenant, unnest(p_names) AS name,
                     unnest(firsts) AS first) AS given
        JOIN unnest(kind_tenants, kind_names, subscriptions, lanes) AS matched (tenant, name, subscription_id, lane)
            ON matched.tenant = given.tenant AND matched.name = given.name
        WHERE given.first IS NULL AND matched.lane = 0;
    END IF;
    IF 0 < ANY (lanes) THEN
        first_number := nextval('martlet.id_sequence');
        first_id := instant | (first_number & 4194303);
        sizes := ARRAY(SELECT octet_length(payload::text) FROM (SELECT unnest(p_payloads) AS payload) AS given);
        INSERT INTO martlet.waiting (id, event_id, next_retry_at, subscription_id, data_bytes, tenant, order_key)
        SELECT first_id + nextval('martlet.id_sequence') - first_number, event_id, now(), subscription_id, size, tenant,
               CASE WHEN lane = 2 THEN
                   martlet.order_key(subscription_id, martlet.order_path(ordering), p_payloads[position])
               END
        -- Ids are given in the order of the events: it is the order of their deliveries. Where the sequence passes a
        -- multiple of 2^22 they run on into the next millisecond.
        FROM (SELECT given.id AS event_id, given.tenant, given.size, given.position, matched.subscription_id,
                     matched.lane, matched.ordering
              FROM unnest(ids, p_tenants, p_names, firsts, sizes) WITH ORDINALITY
                      AS given (id, tenant, name, first, size, position)
              JOIN unnest(kind_tenants, kind_names, subscriptions, lanes, orderings)
                      AS matched (tenant, name, subscription_id, lane, ordering)
                  ON matched.tenant = given.tenant AND matched.name = given.name
              WHERE given.first IS NULL AND matched.lane > 0
              ORDER BY given.position
              OFFSET 0) AS ordered;
    END IF;

    IF subscriptions IS NULL OR are_alike THEN
        RETURN QUERY
        SELECT coalesce(first, id),
               CASE WHEN first IS NULL THEN coalesce(cardinality(subscriptions), 0) ELSE 0 END,
               first IS NOT NULL
        FROM (SELECT unnest(ids) AS id, unnest(firsts) AS first) AS given;
        RETURN;
    END IF;
    RETURN QUERY
    SELECT coalesce(given.first, given.id), coalesce(fan_out.deliveries, 0), given.first IS NOT NULL
    FROM unnest(ids, p_tenants, p_names, firsts) WITH ORDINALITY AS given (id, tenant, name, first, position)
    LEFT JOIN (SELECT tenant, name, count(*)::int AS deliveries
               FROM unnest(kind_tenants, kind_names) AS matched (tenant, name)
               GROUP BY tenant, name) AS fan_out
        ON fan_out.tenant = given.tenant AND fan_out.name = given.name AND given.first IS NULL
    ORDER BY position;
END
$$;

CREATE FUNCTION martlet.dispatch_rows(p_name text, p_rows json[], p_tenant text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    AS $_$
DECLARE
    sensitive text := (SELECT value FROM martlet.settings WHERE name = 'sensitive_pattern');
    plain     text;
    largest   int;
    are_flat  boolean;
    filtered  json[] := p_rows;
BEGIN
    IF martlet.is_event_name(p_name) IS NOT TRUE THEN
        RAISE EXCEPTION 'event_name must be segments of A-Z a-z 0-9 _ - joined by dots, at most 128 bytes'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF (p_tenant ~ '^[A-Za-z0-9_-]{1,64}$') IS NOT TRUE THEN
        RAISE EXCEPTION 'tenant must be 1 to 64 of A-Z a-z 0-9 _ -'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT max(octet_length(source)), bool_and(martlet.is_flat(source)) INTO largest, are_flat
    FROM (SELECT data::text AS source FROM (SELECT unnest(p_rows) AS data) AS given OFFSET 0) AS text;
    IF largest > 1048576 THEN
        RAISE EXCEPTION 'a row of % bytes is too large for the event %: data must be at most 1048576 bytes (1 MiB)',
                largest, p_name
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Watch the table with columns => … that leaves the large ones out.';
    END IF;
    -- Of flat rows the names of the first are all there are: looking at them costs a tenth of looking through the data.
    IF NOT are_flat OR EXISTS (
        SELECT FROM json_object_keys(p_rows[1]) AS name WHERE to_json(name)::text ~ sensitive)
    THEN
        plain := (SELECT value FROM martlet.settings WHERE name = 'plain_sensitive_pattern');
        filtered := ARRAY(
            SELECT CASE
                WHEN martlet.is_filtered(source, sensitive, plain) THEN data
                ELSE martlet.filter_sensitive(data)
            END
            FROM (SELECT data, data::text AS source FROM (SELECT unnest(p_rows) AS data) AS given OFFSET 0) AS text);
    END IF;
    PERFORM martlet.dispatch_many(
        array_fill(p_name, ARRAY[cardinality(p_rows)]),
        filtered,
        NULL,
        array_fill(p_tenant, ARRAY[cardinality(p_rows)]),
        NULL);
    PERFORM martlet.wake();
END
$_$;

CREATE FUNCTION martlet.dispatch_test(p_subscription integer, p_tenant text, p_event text, p_data json) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
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

CREATE FUNCTION martlet.dissolve_batches(p_subscription integer) RETURNS boolean
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

CREATE FUNCTION martlet.divert(p_subscription integer, p_limit integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
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

CREATE FUNCTION martlet.drop_lost_entries(p_worker integer, p_batches bigint[]) RETURNS bigint[]
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

CREATE FUNCTION martlet.drop_old_partition() RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET lock_timeout TO '200ms'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS $_$
DECLARE
    floor bigint := martlet.id_floor(now() - martlet.retention());
    old   record;
BEGIN
    IF NOT pg_try_advisory_xact_lock(martlet.duty_lock_class(), 2) OR NOT martlet.clock_is_steady() THEN
        RETURN NULL;
    END IF;
    FOR old IN
        SELECT part.relname AS partition,
               parent.relname = 'events' AS has_events,
               martlet.id_floor(day.day) AS first_id,
               martlet.id_floor(day.day + interval '24 hours') AS end_id
        FROM pg_inherits AS link
        JOIN pg_class AS part ON part.oid = link.inhrelid
        JOIN pg_class AS parent ON parent.oid = link.inhparent
        CROSS JOIN LATERAL (
            SELECT to_date(right(part.relname, 8), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC' AS day
            WHERE part.relname ~ '_[0-9]{8}$'
        ) AS day
        WHERE parent.oid IN ('martlet.events'::regclass, 'martlet.attempts'::regclass)
        ORDER BY right(part.relname, 8), part.relname
    LOOP
        EXIT WHEN (old.end_id <= floor) IS NOT TRUE;
        -- In this order: deliveries move from the fast lane to the others, never back. There they share the milliseconds
        -- of their event, or run on into the next one (functions/ids.sql), so their own ids find them.
        CONTINUE WHEN old.has_events AND (
            EXISTS (SELECT
                    FROM martlet.pending
                    WHERE id >= old.first_id AND id < old.end_id + (2 << 22)
                      AND event_id >= old.first_id AND event_id < old.end_id)
            OR EXISTS (SELECT FROM martlet.waiting WHERE event_id >= old.first_id AND event_id < old.end_id));
        BEGIN
            EXECUTE format('LOCK TABLE martlet.%I IN ACCESS EXCLUSIVE MODE', old.partition);
            -- A replay may have needed it meanwhile: it reads the event and puts a row into a waiting lane.
            CONTINUE WHEN old.has_events AND EXISTS (
                SELECT FROM martlet.waiting WHERE event_id >= old.first_id AND event_id < old.end_id);
            EXECUTE format('DROP TABLE martlet.%I', old.partition);
            RETURN old.partition;
        EXCEPTION WHEN lock_not_available THEN
            -- Most likely the parent is in use: the next one would have to wait too.
            RETURN NULL;
        END;
    END LOOP;
    RETURN NULL;
END
$_$;

CREATE FUNCTION martlet.duty_lock_class() RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT 1298233453 $$;

CREATE FUNCTION martlet.emit_appended_rows(p_table martlet.tables, p_chunks text[]) RETURNS integer
    LANGUAGE plpgsql
    AS $$
DECLARE
    events_max CONSTANT int := 1000;
    bytes_max  int := martlet.table_event_bytes_max();
    headers    text := CASE WHEN octet_length(p_table.headers::text) <= 4096 THEN p_table.headers::text ELSE 'null' END;
    appended   text[] := ARRAY(
        SELECT row.cells::text
        FROM unnest(p_chunks) WITH ORDINALITY AS chunk (rows, number)
        CROSS JOIN LATERAL json_array_elements(('[' || chunk.rows || ']')::json) WITH ORDINALITY AS row (cells, index)
        ORDER BY chunk.number, row.index);
    made       int := 0;
BEGIN
    FOR head IN 1 .. cardinality(appended) BY events_max LOOP
        made := made + martlet.emit_table_events(p_table, 'created', ARRAY(
            SELECT '"headers":' || headers || ',"row":'
                   || CASE WHEN octet_length(cells) + octet_length(headers) <= bytes_max THEN cells ELSE 'null' END
            FROM (SELECT unnest(appended[head : head + events_max - 1]) AS cells) AS given));
    END LOOP;
    RETURN made;
END
$$;

CREATE FUNCTION martlet.emit_table_change(p_table martlet.tables, p_change text, p_rows text) RETURNS integer
    LANGUAGE plpgsql
    AS $$
DECLARE
    bytes_max int := martlet.table_event_bytes_max();
    headers   text := p_table.headers::text;
    rows      text;
BEGIN
    IF octet_length(headers) > bytes_max THEN
        headers := 'null';
    ELSIF octet_length(headers) + p_table.row_bytes <= bytes_max THEN
        rows := coalesce(p_rows, martlet.table_rows_json(p_table.id, p_table.tenant));
    END IF;
    RETURN martlet.emit_table_events(
        p_table, p_change, ARRAY['"headers":' || headers || ',"rows":' || coalesce(rows, 'null')]);
END
$$;

CREATE FUNCTION martlet.emit_table_events(p_table martlet.tables, p_change text, p_contents text[]) RETURNS integer
    LANGUAGE plpgsql
    AS $$
DECLARE
    event_name text := 'item.' || p_table.name || '.' || p_change;
    head text := format('{"table_id":"%s","name":"%s","title":%s,"version":%s,',
                        p_table.id, p_table.name, to_json(p_table.title), p_table.version);
    made int;
BEGIN
    SELECT sum(deliveries) INTO made
    FROM martlet.dispatch_many(
        array_fill(event_name, ARRAY[cardinality(p_contents)]),
        ARRAY(
            SELECT CASE
                -- All names in one look: what it would find across two of them costs a needless filter, no more.
                WHEN (SELECT 'table_id,name,title,version,headers,rows,row' ~ value
                      FROM martlet.settings
                      WHERE name = 'plain_sensitive_pattern')
                THEN martlet.filter_sensitive((head || content || '}')::json)
                ELSE (head || content || '}')::json
            END
            FROM (SELECT unnest(p_contents) AS content) AS given),
        NULL,
        array_fill(p_table.tenant, ARRAY[cardinality(p_contents)]),
        NULL);
    IF made > 0 THEN
        PERFORM martlet.wake_once();
    END IF;
    RETURN made;
END
$$;

CREATE FUNCTION martlet.end_order() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    AS $$
BEGIN
    UPDATE martlet.waiting
    SET next_retry_at = now()
    WHERE subscription_id = NEW.id AND order_key IS NOT NULL AND status = 'pending' AND next_retry_at > now();
    RETURN NULL;
END
$$;

CREATE FUNCTION martlet.end_without_event(p_limit integer) RETURNS integer
    LANGUAGE plpgsql
    AS $$
#variable_conflict use_column
DECLARE
    ended int;
    gone  int;
BEGIN
    WITH ended AS (
        DELETE FROM martlet.pending
        WHERE id = ANY (ARRAY(
            SELECT head.id
            FROM (SELECT id, tenant, event_id FROM martlet.pending ORDER BY id LIMIT 1000) AS head
            WHERE martlet.event_name_of(head.tenant, head.event_id) IS NULL
            LIMIT p_limit))
        RETURNING id, event_id, subscription_id, tenant, test
    )
    INSERT INTO martlet.waiting (id, event_id, subscription_id, tenant, status, error_message)
    SELECT id, event_id, subscription_id, tenant, 'failed', martlet.event_is_gone() FROM ended WHERE NOT test;
    GET DIAGNOSTICS ended = ROW_COUNT;

    gone := martlet.fail_without_event(ARRAY(
        SELECT head.id
        FROM martlet.first_waiting() AS lane
        CROSS JOIN LATERAL (
            SELECT id, tenant, event_id
            FROM martlet.waiting
            WHERE waiting.subscription_id = lane.subscription_id AND waiting.status <> 'failed'
            ORDER BY waiting.subscription_id, waiting.next_retry_at, waiting.id
            LIMIT 20
        ) AS head
        WHERE martlet.event_name_of(head.tenant, head.event_id) IS NULL
        LIMIT p_limit));
    RETURN ended + gone;
END
$$;

CREATE FUNCTION martlet.escape_pattern(sign text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT CASE
        WHEN ascii(sign) < 65536 THEN martlet.hex_pattern(ascii(sign))
        ELSE martlet.hex_pattern(55296 + ((ascii(sign) - 65536) >> 10))
             || martlet.hex_pattern(56320 + ((ascii(sign) - 65536) & 1023))
    END
$$;

CREATE FUNCTION martlet.event_is_gone() RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT 'the event of this delivery is no longer kept' $$;

CREATE TABLE martlet.events (
    id bigint NOT NULL,
    occurred_at timestamp with time zone,
    tenant text NOT NULL,
    event_name text NOT NULL,
    payload json NOT NULL
)
PARTITION BY RANGE (id);

CREATE FUNCTION martlet.event_name_of(p_tenant text, p_id bigint) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER COST 10 PARALLEL SAFE
    BEGIN ATOMIC
 SELECT event.event_name
    FROM martlet.events event
   WHERE ((event.tenant = event_name_of.p_tenant) AND (event.id = event_name_of.p_id));
END;

CREATE FUNCTION martlet.expire(p_limit integer, OUT rows bigint, OUT more boolean) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS $$
DECLARE
    oldest timestamptz := now() - martlet.retention();
    floor  bigint := martlet.id_floor(oldest);
    gone   bigint;
BEGIN
    rows := 0;
    more := false;
    IF NOT pg_try_advisory_xact_lock(martlet.duty_lock_class(), 2) THEN
        RETURN;
    END IF;

    -- A dispatch that was under way while its subscription was deleted has put them there.
    DELETE FROM martlet.waiting
    WHERE ctid = ANY (ARRAY(
        SELECT waiting.ctid
        FROM martlet.first_waiting() AS lane
        JOIN martlet.waiting ON waiting.subscription_id = lane.subscription_id AND waiting.status <> 'failed'
        WHERE NOT EXISTS (SELECT FROM martlet.subscriptions WHERE subscriptions.id = lane.subscription_id)
        LIMIT p_limit));
    GET DIAGNOSTICS gone = ROW_COUNT;
    rows := rows + gone;
    more := more OR gone = p_limit;
    DELETE FROM martlet.lanes
    WHERE NOT EXISTS (SELECT FROM martlet.subscriptions WHERE subscriptions.id = lanes.subscription_id);
    DELETE FROM martlet.last_errors
    WHERE NOT EXISTS (SELECT FROM martlet.subscriptions WHERE subscriptions.id = last_errors.subscription_id);
    -- Batches whose deliveries were cancelled.
    DELETE FROM martlet.batches
    WHERE (lease_until IS NULL OR lease_until < now())
      AND NOT EXISTS (SELECT FROM martlet.waiting WHERE waiting.id = ANY (batches.entries) OFFSET 0);

    gone := martlet.end_without_event(p_limit);
    rows := rows + gone;
    more := more OR gone > 0;

    IF NOT martlet.clock_is_steady() THEN
        RETURN;
    END IF;

    DELETE FROM martlet.idempotency_keys
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM martlet.idempotency_keys WHERE event_id < floor LIMIT p_limit));
    GET DIAGNOSTICS gone = ROW_COUNT;
    rows := rows + gone;
    more := more OR gone = p_limit;
    DELETE FROM martlet.push_keys
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM martlet.push_keys WHERE created_at < oldest LIMIT p_limit FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS gone = ROW_COUNT;
    rows := rows + gone;
    more := more OR gone = p_limit;

    DELETE FROM martlet.statistics
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM martlet.statistics WHERE hour < oldest LIMIT p_limit));
    GET DIAGNOSTICS gone = ROW_COUNT;
    rows := rows + gone;
    more := more OR gone = p_limit;

    -- The default partitions are no range of time: they are never dropped.
    DELETE FROM martlet.attempts_default
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM martlet.attempts_default WHERE id < floor LIMIT p_limit));
    GET DIAGNOSTICS gone = ROW_COUNT;
    rows := rows + gone;
    more := more OR gone = p_limit;
    DELETE FROM martlet.events_default
    WHERE ctid = ANY (ARRAY(
        SELECT ctid
        FROM martlet.events_default AS event
        WHERE id < floor
          AND NOT EXISTS (SELECT FROM martlet.pending WHERE pending.event_id = event.id)
          AND NOT EXISTS (SELECT FROM martlet.waiting WHERE waiting.event_id = event.id)
        LIMIT p_limit));
    GET DIAGNOSTICS gone = ROW_COUNT;
    rows := rows + gone;
    more := more OR gone = p_limit;

    -- Attempts name their worker and the version of their subscription. A day more than attempts are kept: an attempt
    -- may end after the version it was made with, and its partition ends with the day.
    DELETE FROM martlet.workers
    WHERE id = ANY (ARRAY(SELECT id FROM martlet.workers WHERE stopped_at < oldest - interval '1 day' LIMIT p_limit));
    GET DIAGNOSTICS gone = ROW_COUNT;
    rows := rows + gone;
    more := more OR gone = p_limit;
    DELETE FROM martlet.subscription_versions
    WHERE ctid = ANY (ARRAY(
        SELECT version.ctid
        FROM martlet.subscription_versions AS version
        -- When the next version came; of the last one of a deleted subscription only its attempts know how long it lived.
        WHERE coalesce(
            (SELECT next.created_at < oldest - interval '1 day'
             FROM martlet.subscription_versions AS next
             WHERE next.subscription_id = version.subscription_id AND next.version > version.version
             ORDER BY next.version
             LIMIT 1),
            version.created_at < oldest - interval '1 day'
                AND NOT EXISTS (SELECT FROM martlet.subscriptions WHERE subscriptions.id = version.subscription_id)
                AND NOT EXISTS (SELECT FROM martlet.attempts
                                WHERE attempts.subscription_id = version.subscription_id AND attempts.id >= floor))
        LIMIT p_limit));
    GET DIAGNOSTICS gone = ROW_COUNT;
    rows := rows + gone;
    more := more OR gone = p_limit;
END
$$;

CREATE FUNCTION martlet.fail_without_event(p_ids bigint[]) RETURNS integer
    LANGUAGE plpgsql
    AS $$
DECLARE
    failed int;
BEGIN
    UPDATE martlet.waiting
    SET status = 'failed', next_retry_at = NULL, lease_until = NULL, worker = NULL, batch_id = NULL,
        error_message = martlet.event_is_gone()
    WHERE status <> 'failed' AND id = ANY (p_ids);
    GET DIAGNOSTICS failed = ROW_COUNT;
    RETURN failed;
END
$$;

CREATE FUNCTION martlet.filter_sensitive(data json) RETURNS json
    LANGUAGE plpgsql STABLE STRICT
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    AS $$
DECLARE
    source    text := data::text;
    sensitive text := (SELECT value FROM martlet.settings WHERE name = 'sensitive_pattern');
    plain     text := (SELECT value FROM martlet.settings WHERE name = 'plain_sensitive_pattern');
    name_is_sensitive text;
    tokens    text[];
    token     text;
    keep      boolean[];
    depth     int := 0;
    -- Per open container, by depth: is it an object; where the current chunk began; is a name expected; did an earlier
    -- chunk stay.
    is_object boolean[];
    begins    int[];
    at_name   boolean[];
    has_kept  boolean[];
    dropping  int := 0;                                  -- the depth whose current chunk is being dropped; 0: none
BEGIN
    IF martlet.is_filtered(source, sensitive, plain) THEN
        RETURN data;
    END IF;

    name_is_sensitive := '^"(?:[^"\\]|\\[^u]|\\u[0-9A-Fa-f]{4})*(?:' || sensitive || ')';
    tokens := ARRAY(SELECT part[1]
                    FROM regexp_matches(source, '"(?:[^"\\]|\\.)*"|[][{}:,]|[^][{}:,"\s]+|\s+', 'g') AS part);
    keep := array_fill(true, ARRAY[cardinality(tokens)]);

    FOR i IN 1 .. cardinality(tokens) LOOP
        token := tokens[i];
        IF token = '{' OR token = '[' THEN
            depth := depth + 1;
            IF depth > 512 THEN
                RAISE EXCEPTION 'data must not be nested deeper than 512'
                    USING ERRCODE = 'invalid_parameter_value';
            END IF;
            is_object[depth] := token = '{';
            at_name[depth] := token = '{';
            begins[depth] := i + 1;
            has_kept[depth] := false;
        ELSIF token = '}' OR token = ']' OR token = ',' THEN
            IF is_object[depth] AND (dropping = 0 OR dropping = depth) THEN
                IF dropping = depth THEN
                    -- The chunk goes with one comma: the one before it when a chunk before it stays, else its own.
                    FOR j IN begins[depth] - CASE WHEN has_kept[depth] THEN 1 ELSE 0 END
                          .. i - CASE WHEN has_kept[depth] OR token <> ',' THEN 1 ELSE 0 END LOOP
                        keep[j] := false;
                    END LOOP;
                    dropping := 0;
                ELSE
                    has_kept[depth] := true;
                END IF;
            END IF;
            IF token = ',' THEN
                at_name[depth] := is_object[depth];
                begins[depth] := i + 1;
            ELSE
                depth := depth - 1;
            END IF;
        ELSIF depth > 0 AND at_name[depth] AND left(token, 1) = '"' THEN
            at_name[depth] := false;
            IF dropping = 0 AND token ~ name_is_sensitive THEN
                dropping := depth;
            END IF;
        END IF;
    END LOOP;

    RETURN (SELECT string_agg(part, '' ORDER BY position)
            FROM unnest(tokens, keep) WITH ORDINALITY AS kept (part, stays, position)
            WHERE stays)::json;
END
$$;

CREATE FUNCTION martlet.find_delivery(p_id bigint, p_tenant text) RETURNS TABLE(key bigint, id bigint, event_id bigint, event_name text, subscription_id integer, status text, retry_count integer, next_retry_at timestamp with time zone, error_message text, delivered_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    SET max_parallel_workers_per_gather TO '0'
    SET jit TO 'off'
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

CREATE FUNCTION martlet.first_of_key(p_subscription integer, p_key bigint, OUT state text, OUT next_retry_at timestamp with time zone) RETURNS record
    LANGUAGE sql STABLE
    AS $$
    SELECT CASE
               WHEN waiting.lease_until >= now() THEN 'leased'
               WHEN waiting.status = 'retry' AND waiting.next_retry_at > now() THEN 'held'
               ELSE 'free'
           END,
           waiting.next_retry_at
    FROM martlet.waiting
    WHERE waiting.subscription_id = p_subscription AND waiting.order_key = p_key AND waiting.status <> 'failed'
    ORDER BY waiting.subscription_id, waiting.order_key, waiting.id
    LIMIT 1
$$;

CREATE FUNCTION martlet.first_waiting() RETURNS TABLE(subscription_id integer, tenant text, next_retry_at timestamp with time zone)
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

CREATE FUNCTION martlet.give_back(p_worker integer, p_ids bigint[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
BEGIN
    UPDATE martlet.pending SET lease_until = NULL, worker = NULL WHERE id = ANY (p_ids) AND worker = p_worker;
    UPDATE martlet.waiting SET lease_until = NULL, worker = NULL WHERE id = ANY (p_ids) AND worker = p_worker;
    UPDATE martlet.batches SET lease_until = NULL, worker = NULL WHERE id = ANY (p_ids) AND worker = p_worker;
END
$$;

CREATE FUNCTION martlet.give_back_unknown(p_worker integer, p_held bigint[], p_lanes boolean) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
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

CREATE FUNCTION martlet.has_to_flush(p_worker integer, p_except integer[], p_own boolean) RETURNS boolean
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

CREATE FUNCTION martlet.hex_pattern(code integer) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT '\\u' || string_agg(
        CASE WHEN digit ~ '[a-f]' THEN '[' || digit || upper(digit) || ']' ELSE digit END, '' ORDER BY position)
    FROM regexp_split_to_table(lpad(to_hex(code), 4, '0'), '') WITH ORDINALITY AS hex (digit, position)
$$;

CREATE FUNCTION martlet.histogram_bounds() RETURNS integer[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT ARRAY[1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500,
                 750, 1000, 2000, 3000, 5000, 7500, 11000, 31000]
$$;

CREATE FUNCTION martlet.horizon() RETURNS TABLE(id bigint, oldest bigint, next bigint)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    AS $$
    SELECT martlet.id_floor(clock_timestamp()),
           pg_snapshot_xmin(snapshot)::text::bigint,
           pg_current_xact_id()::text::bigint
    FROM (SELECT pg_current_snapshot() AS snapshot OFFSET 0) AS sample
$$;

CREATE FUNCTION martlet.hour_time(id_hour integer) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT to_timestamp(id_hour * 3600 + 1704067200) $$;

CREATE FUNCTION martlet.id_floor(moment timestamp with time zone) RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT (floor(extract(epoch FROM moment) * 1000)::bigint - 1704067200000) << 22 $$;

CREATE FUNCTION martlet.id_hour(id bigint) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT ((id >> 22) / 3600000)::int $$;

CREATE FUNCTION martlet.id_time(id bigint) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT to_timestamp(((id >> 22) + 1704067200000)::double precision / 1000) $$;

CREATE FUNCTION martlet.install_plugin(name text, content_tables text[], webhook_events jsonb) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    AS $$
#variable_conflict use_column
DECLARE
    p_name   text := install_plugin.name;
    p_events jsonb := coalesce(webhook_events, '[]');
    p_tables text[] := coalesce(content_tables, '{}');
    plugin   int;
    wrong    text;
    made     int;
BEGIN
    IF p_name IS NULL OR octet_length(p_name) > 64 OR NOT martlet.is_event_name(p_name) THEN
        wrong := 'name: must be segments of A-Z a-z 0-9 _ - joined by dots, at most 64 bytes';
    ELSIF p_name IN ('core', 'martlet') THEN
        wrong := format('name: %s is the gateway''s own plugin; choose another name', p_name);
    ELSIF cardinality(p_tables) > 1000 THEN
        wrong := 'content_tables: at most 1000 in one call; install the rest with another';
    ELSIF jsonb_typeof(p_events) <> 'array' THEN
        wrong := 'webhook_events: must be an array of {"name", "type", "description"}';
    ELSIF jsonb_array_length(p_events) > 1000 THEN
        wrong := 'webhook_events: at most 1000 in one call; install the rest with another';
    END IF;

    wrong := coalesce(wrong, (
        SELECT format('content_tables[%s]: item.%s.created is no event name; a table is named in A-Z a-z 0-9 _ -, '
                      'and the event name has at most 128 bytes', position - 1, coalesce(content_table, 'null'))
        FROM unnest(p_tables) WITH ORDINALITY AS given (content_table, position)
        WHERE martlet.is_event_name('item.' || content_table || '.created') IS NOT TRUE
        ORDER BY position
        LIMIT 1));
    wrong := coalesce(wrong, (
        SELECT format('webhook_events[%s]: %s', position - 1, rule)
        FROM jsonb_array_elements(CASE WHEN wrong IS NULL THEN p_events ELSE '[]' END)
                 WITH ORDINALITY AS given (event, position)
        CROSS JOIN LATERAL (SELECT CASE
            WHEN jsonb_typeof(event) <> 'object' THEN 'must be an object with name, type and description'
            WHEN event - ARRAY['name', 'type', 'description'] <> '{}' THEN 'has members beside name, type and description'
            WHEN jsonb_typeof(event -> 'name') IS DISTINCT FROM 'string' OR NOT martlet.is_event_name(event ->> 'name')
                THEN 'name must be segments of A-Z a-z 0-9 _ - joined by dots, at most 128 bytes'
            WHEN event ->> 'type' = 'system' THEN 'type must be manual or auto; system events come with the gateway'
            WHEN event ->> 'type' NOT IN ('manual', 'auto') THEN 'type must be manual or auto'
            WHEN coalesce(jsonb_typeof(event -> 'description'), 'null') NOT IN ('string', 'null')
                OR length(event ->> 'description') > 1000 THEN 'description must be a string of at most 1000 characters'
        END AS rule) AS judged
        WHERE rule IS NOT NULL
        ORDER BY position
        LIMIT 1));
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION '%', wrong USING ERRCODE = 'invalid_parameter_value';
    END IF;

    INSERT INTO martlet.plugins (name)
    SELECT p_name
    -- Else every call would use up a number of the plugins.
    WHERE NOT EXISTS (SELECT FROM martlet.plugins AS known WHERE known.name = p_name)
    ON CONFLICT DO NOTHING;
    SELECT id INTO plugin FROM martlet.plugins AS known WHERE known.name = p_name;

    -- Of a name that is given twice, the events of a table win.
    INSERT INTO martlet.event_types (plugin_id, event_name, event_type, content_table, description)
    SELECT plugin, 'item.' || content_table || '.' || change, 'auto', content_table,
           format('An item of %s was %s', content_table, change)
    FROM unnest(p_tables) AS content_table
    CROSS JOIN unnest(ARRAY['created', 'updated', 'deleted']) AS change
    UNION ALL
    SELECT plugin, event ->> 'name', coalesce(event ->> 'type', 'manual'), NULL, coalesce(event ->> 'description', '')
    FROM jsonb_array_elements(p_events) AS event
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END
$$;

CREATE FUNCTION martlet.is_batched(queue_mode text, ordering text, rate_limit double precision, default_queue_mode text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT ordering = 'none' AND rate_limit IS NULL AND coalesce(queue_mode, default_queue_mode) = 'queued' $$;

CREATE FUNCTION martlet.is_event_name(name text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$ SELECT octet_length(name) <= 128 AND name ~ '^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$' $_$;

CREATE FUNCTION martlet.is_filtered(source text, sensitive text, plain_sensitive text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT source !~ CASE WHEN strpos(source, '\u') > 0 THEN sensitive ELSE plain_sensitive END
        AND (octet_length(source) <= 512 OR length(source) - length(translate(source, '[{', '')) <= 512)
$$;

CREATE FUNCTION martlet.is_flat(source text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT source NOT LIKE '_%{%' AND (octet_length(source) <= 512 OR source NOT LIKE '%[%') $$;

CREATE FUNCTION martlet.is_operational(event_name text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT event_name IN (
        'webhook.subscription.disabled', 'webhook.subscription.recovered', 'webhook.delivery.exhausted')
$$;

CREATE FUNCTION martlet.is_prompt(ordering text, rate_limit double precision) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT coalesce(ordering <> 'none' OR rate_limit IS NOT NULL, false) $$;

CREATE FUNCTION martlet.is_resent(delivery_id bigint, event_id bigint) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT delivery_id >> 22 > (event_id >> 22) + 1 $$;

CREATE FUNCTION martlet.keep_default_lanes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    AS $$
BEGIN
    UPDATE martlet.routes AS route
    SET lane = martlet.lane_of(
        subscription.queue_mode, subscription.diverted, subscription.ordering, subscription.rate_limit)
    FROM martlet.subscriptions AS subscription
    WHERE subscription.id = route.subscription_id
      AND subscription.queue_mode IS NULL;
    PERFORM pg_notify('martlet_subscriptions', '');
    RETURN NULL;
END
$$;

CREATE FUNCTION martlet.keep_routes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    AS $$
BEGIN
    -- A change of the default that is under way commits first, or waits for us and then sees these routes. Before any
    -- route is touched: it will touch them too.
    IF TG_OP <> 'DELETE' AND NEW.queue_mode IS NULL THEN
        PERFORM FROM martlet.settings WHERE name = 'queue_mode' FOR SHARE;
    END IF;
    DELETE FROM martlet.routes WHERE subscription_id = OLD.id AND TG_OP <> 'INSERT';
    IF TG_OP <> 'DELETE' AND NEW.active THEN
        INSERT INTO martlet.routes (tenant, pattern, subscription_id, lane)
        SELECT DISTINCT NEW.tenant, pattern, NEW.id,
               martlet.lane_of(NEW.queue_mode, NEW.diverted, NEW.ordering, NEW.rate_limit)
        FROM unnest(NEW.events) AS pattern;
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION martlet.keep_sensitive_pattern() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    AS $$
BEGIN
    WITH known AS (
        SELECT unnest(ARRAY['password', 'secret', 'hash', 'key', 'token', 'salt']) AS keyword
        UNION
        SELECT keyword FROM martlet.sensitive_keywords
    )
    INSERT INTO martlet.settings (name, value)
    SELECT 'sensitive_pattern', string_agg(martlet.keyword_pattern(keyword), '|') FROM known
    UNION ALL
    SELECT 'plain_sensitive_pattern', string_agg(martlet.plain_keyword_pattern(keyword), '|') FROM known
    ON CONFLICT (name) DO UPDATE SET value = excluded.value;
    RETURN NULL;
END
$$;

CREATE FUNCTION martlet.keyword_pattern(keyword text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT string_agg(
        '(?:' || (
            SELECT string_agg(martlet.plain_pattern(spelling) || '|' || martlet.escape_pattern(spelling), '|')
            FROM (SELECT lower(character COLLATE "C") UNION SELECT upper(character COLLATE "C")) AS spellings (spelling)
        ) || ')', '' ORDER BY position)
    FROM regexp_split_to_table(keyword, '') WITH ORDINALITY AS letter (character, position)
$$;

CREATE FUNCTION martlet.lane_of(queue_mode text, diverted boolean, ordering text, rate_limit double precision) RETURNS smallint
    LANGUAGE sql STABLE
    AS $$
    SELECT CASE
        WHEN ordering <> 'none' THEN 2
        WHEN diverted OR rate_limit IS NOT NULL THEN 1
        WHEN coalesce(queue_mode, (SELECT value FROM martlet.settings WHERE name = 'queue_mode')) = 'queued' THEN 1
        ELSE 0
    END::smallint
$$;

CREATE FUNCTION martlet.list_deliveries(p_tenant text, p_subscription integer, p_event text, p_status text, p_since timestamp with time zone, p_after_key bigint, p_after_id bigint, p_limit integer) RETURNS TABLE(key bigint, id bigint, event_id bigint, event_name text, subscription_id integer, status text, retry_count integer, next_retry_at timestamp with time zone, error_message text, delivered_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    SET max_parallel_workers_per_gather TO '0'
    SET jit TO 'off'
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

CREATE FUNCTION martlet.lock_table(p_id integer, p_tenant text, p_open bigint[], p_closed bigint[]) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
DECLARE
    is_expected boolean;
BEGIN
    SELECT coalesce(version = ANY (CASE WHEN secret IS NULL THEN p_closed ELSE p_open END), true)
    INTO is_expected
    FROM martlet.tables
    WHERE id = p_id AND tenant = p_tenant
    FOR UPDATE;
    IF NOT is_expected THEN
        RAISE EXCEPTION 'the table has another version' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN FOUND;
END
$$;

CREATE FUNCTION martlet.maintain() RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    AS $$
DECLARE
    made    int := martlet.make_partitions();
    expired bigint;
BEGIN
    SELECT rows INTO expired FROM martlet.expire(10000);
    RETURN format('%s partitions made, %s rows expired, dropped: %s', made, expired, martlet.drop_old_partition());
END
$$;

CREATE FUNCTION martlet.make_partitions(ahead interval DEFAULT '14 days'::interval) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET lock_timeout TO '200ms'
    AS $$
DECLARE
    day       timestamptz;
    parent    text;
    partition text;
    overflow  boolean;
    taken     boolean;
    made      int := 0;
BEGIN
    -- Two at once would collide on the names. Waited for as long as it takes, unlike locks on the tables.
    PERFORM set_config('lock_timeout', '0', true);
    PERFORM pg_advisory_xact_lock(martlet.duty_lock_class(), 1);
    PERFORM set_config('lock_timeout', '200ms', true);

    FOREACH parent IN ARRAY ARRAY['events', 'attempts'] LOOP
        partition := parent || '_default';
        IF to_regclass('martlet.' || partition) IS NULL THEN
            EXECUTE format('CREATE TABLE martlet.%I (LIKE martlet.%I INCLUDING ALL)', partition, parent);
            EXECUTE format('ALTER TABLE martlet.%I ATTACH PARTITION martlet.%I DEFAULT', parent, partition);
        END IF;
        EXECUTE format('SELECT EXISTS (SELECT FROM martlet.%I)', partition) INTO overflow;

        FOR day IN
            SELECT generate_series(
                date_trunc('day', now(), 'UTC') - interval '1 day', now() + ahead, interval '1 day')
        LOOP
            partition := format('%s_%s', parent, to_char(day AT TIME ZONE 'UTC', 'YYYYMMDD'));
            CONTINUE WHEN to_regclass('martlet.' || partition) IS NOT NULL;
            IF overflow THEN
                EXECUTE format(
                    'SELECT EXISTS (SELECT FROM martlet.%I WHERE id >= %s AND id < %s)',
                    parent || '_default', martlet.id_floor(day), martlet.id_floor(day + interval '1 day'))
                INTO taken;
                CONTINUE WHEN taken;
            END IF;
            BEGIN
                -- Attached, not made in place: PARTITION OF locks the parent against everybody, and would wait for
                -- every open transaction that has dispatched something while all others wait for it.
                EXECUTE format('CREATE TABLE martlet.%I (LIKE martlet.%I INCLUDING ALL)', partition, parent);
                EXECUTE format(
                    'ALTER TABLE martlet.%I ATTACH PARTITION martlet.%I FOR VALUES FROM (%s) TO (%s)',
                    parent, partition, martlet.id_floor(day), martlet.id_floor(day + interval '1 day'));
                made := made + 1;
            EXCEPTION
                -- A row of that day came into the default partition just now.
                WHEN check_violation THEN CONTINUE;
                WHEN lock_not_available THEN EXIT;
            END;
            IF overflow THEN
                RETURN made;
            END IF;
        END LOOP;
    END LOOP;
    RETURN made;
END
$$;

CREATE FUNCTION martlet.may_claim(p_worker integer) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(martlet.claim_lock_class(), p_worker);
    RETURN NOT EXISTS (SELECT FROM martlet.workers WHERE id = p_worker AND stopped_at IS NOT NULL);
END
$$;

CREATE FUNCTION martlet.new_id(floor bigint) RETURNS bigint
    LANGUAGE sql
    AS $$ SELECT floor | (nextval('martlet.id_sequence') & 4194303) $$;

CREATE FUNCTION martlet.next_batch_due(p_subscription integer, p_interval_seconds integer) RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    SET enable_seqscan TO 'off'
    SET enable_incremental_sort TO 'off'
    SET enable_bitmapscan TO 'off'
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

CREATE FUNCTION martlet.next_due(p_subscription integer) RETURNS timestamp with time zone
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

CREATE FUNCTION martlet.next_entries(p_subscription integer, p_until timestamp with time zone, p_limit integer, p_reverse boolean, p_except bigint[], OUT ids bigint[], OUT events bigint[], OUT through bigint[], OUT first_due timestamp with time zone) RETURNS record
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

CREATE FUNCTION martlet.next_in_order(p_subscription integer, p_rows integer, OUT ids bigint[], OUT keys bigint[], OUT is_blocked boolean, OUT has_more boolean) RETURNS record
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    SET enable_incremental_sort TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
DECLARE
    depth     CONSTANT int := 1000;
    run_max   CONSTANT int := 32;
    due_ids   bigint[];
    due_keys  bigint[];
    free      bigint[];
    held      bigint[];
    held_till timestamptz[];
    deferred  int := 0;
    first_key bigint;
    locked    bigint[];
BEGIN
    -- The keys of what is due.
    SELECT array_agg(due.id), array_agg(due.order_key) INTO due_ids, due_keys
    FROM (
        SELECT id, order_key
        FROM martlet.waiting
        WHERE subscription_id = p_subscription
          AND status <> 'failed'
          AND next_retry_at <= now()
          AND (lease_until IS NULL OR lease_until < now())
        ORDER BY subscription_id, next_retry_at, id
        LIMIT depth
    ) AS due;
    SELECT array_agg(key.order_key) FILTER (WHERE head.state = 'free'),
           array_agg(key.order_key) FILTER (WHERE head.state = 'held'),
           array_agg(head.next_retry_at) FILTER (WHERE head.state = 'held'),
           coalesce(bool_or(head.state <> 'free'), false)
    INTO free, held, held_till, is_blocked
    FROM (SELECT DISTINCT order_key FROM unnest(due_keys) AS order_key WHERE order_key IS NOT NULL) AS key
    CROSS JOIN LATERAL martlet.first_of_key(p_subscription, key.order_key) AS head;

    -- Those behind a first that waits for its retry wait as long, in steps: each is touched once a retry, and the key
    -- comes back by itself whatever becomes of its first.
    IF held IS NOT NULL THEN
        UPDATE martlet.waiting AS follower
        SET next_retry_at = least(behind.next_retry_at, now() + interval '10 minutes')
        FROM (
            SELECT due.id, head.next_retry_at
            FROM unnest(due_ids, due_keys) AS due (id, order_key)
            JOIN unnest(held, held_till) AS head (order_key, next_retry_at) ON head.order_key = due.order_key
            OFFSET 0
        ) AS behind
        -- A probe for each, whatever statistics say.
        CROSS JOIN LATERAL (
            SELECT waiting.ctid AS place
            FROM martlet.waiting
            WHERE waiting.id = behind.id AND waiting.status = 'pending'
            FOR UPDATE SKIP LOCKED
        ) AS locked
        WHERE follower.ctid = locked.place;
        GET DIAGNOSTICS deferred = ROW_COUNT;
    END IF;

    -- Everything in sight stands behind something: other keys, from anywhere in their ring on.
    IF free IS NULL AND cardinality(due_ids) = depth THEN
        FOREACH first_key IN ARRAY ARRAY[hashtextextended(random()::text, 0), -9223372036854775808] LOOP
            WITH RECURSIVE key (order_key, is_free, position) AS (
                SELECT first.order_key, first.is_free, 1 FROM martlet.next_key(p_subscription, first_key) AS first
                UNION ALL
                SELECT next.order_key, next.is_free, key.position + 1
                FROM key
                CROSS JOIN LATERAL martlet.next_key(p_subscription, key.order_key + 1) AS next
                WHERE key.position < depth AND key.order_key < 9223372036854775807
            )
            SELECT array_agg(order_key) FILTER (WHERE is_free) INTO free FROM key;
            EXIT WHEN free IS NOT NULL;
        END LOOP;
    END IF;

    -- The first rows of each free key, as evenly as there is room, and what has no key.
    SELECT array_agg(run.id ORDER BY run.id), array_agg(run.order_key ORDER BY run.id) INTO ids, keys
    FROM (
        SELECT front.id, front.order_key
        FROM (SELECT order_key FROM unnest(free) AS order_key LIMIT p_rows) AS key
        CROSS JOIN LATERAL (
            SELECT row.id, row.order_key, row_number() OVER in_order AS position,
                   bool_and(row.can_go) OVER in_order AS can_go,
                   bool_or(row.is_leased) OVER () AS is_leased,
                   first_value(row.status) OVER in_order = 'retry' AS is_retried
            FROM (
                SELECT waiting.id, waiting.order_key, waiting.status,
                       coalesce(waiting.lease_until >= now(), false) AS is_leased,
                       waiting.status = 'pending' OR waiting.next_retry_at <= now() AS can_go
                FROM martlet.waiting
                WHERE waiting.subscription_id = p_subscription
                  AND waiting.order_key = key.order_key
                  AND waiting.status <> 'failed'
                ORDER BY waiting.subscription_id, waiting.order_key, waiting.id
                LIMIT run_max
            ) AS row
            WINDOW in_order AS (ORDER BY row.id)
        ) AS front
        WHERE front.can_go AND NOT front.is_leased
          AND (front.position = 1 OR NOT front.is_retried)
          AND front.position <= least(run_max - 1, greatest(1, p_rows / cardinality(free)))
        UNION ALL
        (SELECT due.id, NULL
         FROM unnest(due_ids, due_keys) AS due (id, order_key)
         WHERE due.order_key IS NULL
         LIMIT p_rows)
    ) AS run;

    -- Whoever changes one of them now may change whether it can go: without it nothing behind it goes.
    locked := ARRAY(
        SELECT id
        FROM martlet.waiting
        WHERE id = ANY (ids)
          AND status <> 'failed'
          AND (lease_until IS NULL OR lease_until < now())
          AND (status = 'pending' OR next_retry_at <= now())
        FOR UPDATE SKIP LOCKED);
    SELECT array_agg(chosen.id ORDER BY chosen.id), array_agg(chosen.order_key ORDER BY chosen.id) INTO ids, keys
    FROM (
        SELECT candidate.id, candidate.order_key
        FROM (
            SELECT id, order_key,
                   bool_and(id = ANY (locked)) OVER (
                       PARTITION BY order_key, CASE WHEN order_key IS NULL THEN id END ORDER BY id) AS unbroken
            FROM unnest(ids, keys) AS run (id, order_key)
        ) AS candidate
        WHERE candidate.unbroken
        ORDER BY candidate.id
        LIMIT p_rows
    ) AS chosen;

    is_blocked := is_blocked OR ids IS NULL AND due_ids IS NOT NULL;
    has_more := deferred > 0 OR ids IS NOT NULL AND cardinality(due_ids) = depth;
END
$$;

CREATE FUNCTION martlet.next_key(p_subscription integer, p_from bigint, OUT order_key bigint, OUT is_free boolean) RETURNS record
    LANGUAGE sql STABLE
    AS $$
    SELECT waiting.order_key,
           (waiting.lease_until IS NULL OR waiting.lease_until < now())
               AND (waiting.status = 'pending' OR waiting.next_retry_at <= now())
    FROM martlet.waiting
    WHERE waiting.subscription_id = p_subscription AND waiting.order_key >= p_from AND waiting.status <> 'failed'
    ORDER BY waiting.subscription_id, waiting.order_key, waiting.id
    LIMIT 1
$$;

CREATE FUNCTION martlet.next_subscription_version() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

CREATE FUNCTION martlet.open_columns(tbl regclass, row_alias text) RETURNS text
    LANGUAGE sql STABLE
    AS $$
    SELECT coalesce(string_agg(format('%s.%I', row_alias, attname), ', ' ORDER BY attnum), '')
    FROM pg_attribute
    WHERE attrelid = tbl
      AND attnum > 0
      AND NOT attisdropped
      AND attname <> ALL (martlet.sensitive_columns(tbl))
$$;

CREATE FUNCTION martlet.order_key(p_subscription integer, p_path text[], p_data json) RETURNS bigint
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
BEGIN
    IF p_path IS NULL OR cardinality(p_path) = 0 THEN
        RETURN CASE WHEN p_path IS NOT NULL THEN p_subscription END;
    END IF;
    -- PostgreSQL refuses to look into a document that has \u0000 or half a surrogate pair anywhere; an event is never
    -- refused for that. A block that catches costs a subtransaction: only where there is such an escape.
    IF p_data::text ~ '\\u(0000|[dD][89a-fA-F])' THEN
        RETURN martlet.order_key_if_readable(p_subscription, p_path, p_data);
    END IF;
    RETURN hashtextextended(p_data #>> p_path, p_subscription);
END
$$;

CREATE FUNCTION martlet.order_key_if_readable(p_subscription integer, p_path text[], p_data json) RETURNS bigint
    LANGUAGE plpgsql IMMUTABLE
    AS $$
BEGIN
    RETURN hashtextextended(p_data #>> p_path, p_subscription);
EXCEPTION
    WHEN data_exception THEN RETURN p_subscription;
END
$$;

CREATE FUNCTION martlet.order_key_of_event(p_subscription integer, p_ordering text, p_tenant text, p_event bigint) RETURNS bigint
    LANGUAGE sql STABLE
    AS $$
    SELECT martlet.order_key(p_subscription, martlet.order_path(p_ordering), event.payload)
    FROM martlet.events AS event
    WHERE p_ordering <> 'none' AND event.tenant = p_tenant AND event.id = p_event
$$;

CREATE FUNCTION martlet.order_path(ordering text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT CASE
        WHEN ordering = 'none' THEN NULL
        WHEN ordering = 'subscription' THEN '{}'
        WHEN ordering = '/' THEN ARRAY['']
        WHEN left(ordering, 1) = '/' THEN
            ARRAY(SELECT replace(replace(step, '~1', '/'), '~0', '~')
                  FROM unnest(string_to_array(substr(ordering, 2), '/')) WITH ORDINALITY AS steps (step, position)
                  ORDER BY position)
        ELSE string_to_array(ordering, '.')
    END
$$;

CREATE FUNCTION martlet.park(p_worker integer, p_ids bigint[]) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
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

CREATE FUNCTION martlet.percentile_ms(at_most integer[], percent integer) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT (martlet.histogram_bounds())[
        width_bucket(((at_most[24]::bigint * percent + 99) / 100)::int - 1, at_most) + 1]
$$;

CREATE FUNCTION martlet.plain_keyword_pattern(keyword text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT string_agg(
        '(?:' || (
            SELECT string_agg(martlet.plain_pattern(spelling), '|')
            FROM (SELECT lower(character COLLATE "C") UNION SELECT upper(character COLLATE "C")) AS spellings (spelling)
        ) || ')', '' ORDER BY position)
    FROM regexp_split_to_table(keyword, '') WITH ORDINALITY AS letter (character, position)
$$;

CREATE FUNCTION martlet.plain_pattern(sign text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
    SELECT CASE
        WHEN sign ~ '^[A-Za-z0-9]$' THEN sign
        WHEN sign IN ('"', '\') THEN '\\\' || sign
        WHEN sign = '/' THEN '\\?/'
        ELSE '\U' || lpad(to_hex(ascii(sign)), 8, '0')
    END
$_$;

CREATE FUNCTION martlet.plan_ahead() RETURNS interval
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT interval '500 milliseconds' $$;

CREATE FUNCTION martlet.push_table(p_id integer, p_secret bytea, p_key text, p_title text, p_append boolean, p_headers json, p_settings json, p_formatting json, p_chunks text[], p_offsets integer[], p_count integer, p_rows_max integer, p_bytes_max bigint, OUT outcome text, OUT title text, OUT row_count integer, OUT version bigint) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
#variable_conflict use_column
DECLARE
    target martlet.tables;
    rows   text := array_to_string(p_chunks, ',');
    bytes  bigint := octet_length(rows);
    place  int;
    made   int;
BEGIN
    SELECT * INTO target FROM martlet.tables WHERE id = p_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        outcome := 'unknown';
        RETURN;
    END IF;
    outcome := CASE
        WHEN target.secret IS DISTINCT FROM p_secret THEN 'stale'
        WHEN p_append AND (target.row_count + p_count > p_rows_max OR target.row_bytes + bytes > p_bytes_max) THEN 'full'
        ELSE 'done'
    END;
    IF p_key IS NOT NULL AND outcome <> 'stale' THEN
        IF EXISTS (SELECT FROM martlet.push_keys WHERE table_id = p_id AND key = p_key AND tenant = target.tenant) THEN
            outcome := 'duplicate';
        ELSIF outcome = 'done' THEN
            INSERT INTO martlet.push_keys (table_id, key, tenant) VALUES (p_id, p_key, target.tenant);
        END IF;
    END IF;
    -- An append of nothing changes nothing, unless it brings another title.
    IF outcome = 'done' AND NOT (p_append AND p_count = 0 AND coalesce(p_title, target.title) = target.title) THEN
        place := CASE
            WHEN p_append THEN martlet.append_table_rows(target, p_chunks, p_offsets)
            ELSE martlet.replace_table_rows(target, p_chunks, p_offsets)
        END;
        UPDATE martlet.tables AS known
        SET title = coalesce(p_title, known.title),
            headers = coalesce(p_headers, known.headers),
            settings = coalesce(p_settings, known.settings),
            formatting = coalesce(p_formatting, known.formatting),
            row_count = CASE WHEN p_append THEN known.row_count ELSE 0 END + p_count,
            row_bytes = CASE WHEN p_append THEN known.row_bytes ELSE 0 END + bytes,
            rows_since = CASE WHEN p_append THEN known.rows_since ELSE known.version + 1 END,
            last_chunk = place,
            version = known.version + 1,
            updated_at = clock_timestamp()
        WHERE known.id = p_id AND known.tenant = target.tenant
        RETURNING * INTO target;
        -- No event has them; they would be carried from call to call.
        target.settings := 'null';
        target.formatting := 'null';
        made := CASE
            WHEN NOT p_append THEN martlet.emit_table_change(target, 'updated', '[' || rows || ']')
            WHEN p_count > 0 THEN martlet.emit_appended_rows(target, p_chunks)
            ELSE martlet.emit_table_change(target, 'updated', NULL)
        END;
    END IF;
    title := target.title;
    row_count := target.row_count;
    version := target.version;
END
$$;

CREATE FUNCTION martlet.read_batches(p_batches bigint[]) RETURNS TABLE(id bigint, subscription_id integer, tenant text, retry_count smallint, version integer, event_names text[], moments timestamp with time zone[], payloads json[])
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

CREATE FUNCTION martlet.record_attempts(p_worker integer, p_requests bigint[], p_subscriptions integer[], p_versions integer[], p_tenants text[], p_attempts smallint[], p_sent_at timestamp with time zone[], p_durations integer[], p_codes smallint[], p_outcomes text[], p_waits bigint[], p_errors text[], p_bodies text[], p_signatures text[], p_tests boolean[], p_ids bigint[], p_events bigint[], p_request_of integer[], p_tally_of integer[], p_tally_leading integer[], p_tally_longest integer[], p_tally_trailing integer[], p_tally_success boolean[], p_trip_reasons text[], p_gone text[]) RETURNS integer[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
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

CREATE FUNCTION martlet.record_batches(p_worker integer, p_batches bigint[], p_versions integer[], p_sent_at timestamp with time zone[], p_durations integer[], p_codes smallint[], p_bodies text[], p_signatures text[]) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
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

CREATE FUNCTION martlet.record_batches(p_worker integer, p_batches bigint[], p_subscriptions integer[], p_versions integer[], p_tenants text[], p_attempts smallint[], p_sent_at timestamp with time zone[], p_durations integer[], p_codes smallint[], p_bodies text[], p_signatures text[], p_ids bigint[], p_events bigint[], p_sizes integer[]) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
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

CREATE FUNCTION martlet.record_delivered(p_worker integer, p_ids bigint[], p_events bigint[], p_subscriptions integer[], p_versions integer[], p_tenants text[], p_sent_at timestamp with time zone[], p_durations integer[], p_codes smallint[], p_bodies text[], p_signatures text[]) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
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

CREATE FUNCTION martlet.register_table_events(p_name text) RETURNS void
    LANGUAGE sql
    AS $$ SELECT martlet.install_plugin('tables', ARRAY[p_name], NULL) $$;

CREATE FUNCTION martlet.register_worker(p_name text, p_user_agent text) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
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

CREATE FUNCTION martlet.release_lanes(p_worker integer, p_subscriptions integer[]) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    AS $$
BEGIN
    RETURN martlet.release_lanes(p_worker, p_subscriptions, array_fill(0, ARRAY[cardinality(p_subscriptions)]));
END
$$;

CREATE FUNCTION martlet.release_lanes(p_worker integer, p_subscriptions integer[], p_late_ms integer[]) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_incremental_sort TO 'off'
    SET enable_bitmapscan TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
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

CREATE FUNCTION martlet.release_leases(p_workers integer[]) RETURNS void
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

CREATE FUNCTION martlet.render_entry(data json, moment timestamp with time zone) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    AS $_$
DECLARE
    source  text := btrim(data::text, E' \t\r\n');
    ending  text := '"timestamp":"' || martlet.rfc3339(moment, '+00:00') || '"}';
    tokens  text[];
    token   text;
    keep    boolean[];
    depth   int := 0;
    name    text;
    begins  int := 2;                                    -- the first token of the current member
    kept    boolean := false;                            -- an earlier member stays
    members text;
BEGIN
    IF left(source, 1) <> '{' THEN
        RETURN '{"data":' || source || ',' || ending;
    END IF;
    IF source !~ '"(?:t|\\u0074)(?:i|\\u0069)(?:m|\\u006[dD])(?:e|\\u0065)(?:s|\\u0073)(?:t|\\u0074)(?:a|\\u0061)(?:m|\\u006[dD])(?:p|\\u0070)"' THEN
        source := rtrim(left(source, -1), E' \t\r\n');
        RETURN source || CASE WHEN source = '{' THEN '' ELSE ',' END || ending;
    END IF;

    tokens := ARRAY(SELECT part[1]
                    FROM regexp_matches(source, '"(?:[^"\\]|\\.)*"|[][{}:,]|[^][{}:,"\s]+|\s+', 'g') AS part);
    -- The braces of the object itself are written below.
    keep := array_fill(true, ARRAY[cardinality(tokens)]);
    keep[1] := false;
    keep[cardinality(tokens)] := false;
    FOR i IN 1 .. cardinality(tokens) LOOP
        token := tokens[i];
        IF depth = 1 AND (token = ',' OR token = '}') THEN
            IF name ~ '^"(?:t|\\u0074)(?:i|\\u0069)(?:m|\\u006[dD])(?:e|\\u0065)(?:s|\\u0073)(?:t|\\u0074)(?:a|\\u0061)(?:m|\\u006[dD])(?:p|\\u0070)"$' THEN
                -- The member goes with one comma: the one before it when a member before it stays, else its own.
                FOR j IN begins - CASE WHEN kept THEN 1 ELSE 0 END
                      .. i - CASE WHEN kept OR token = '}' THEN 1 ELSE 0 END LOOP
                    keep[j] := false;
                END LOOP;
            ELSE
                kept := true;
            END IF;
            begins := i + 1;
            name := NULL;
        ELSIF depth = 1 AND name IS NULL AND left(token, 1) = '"' THEN
            name := token;
        END IF;
        depth := depth + CASE WHEN token IN ('{', '[') THEN 1 WHEN token IN ('}', ']') THEN -1 ELSE 0 END;
    END LOOP;

    members := (SELECT string_agg(part, '' ORDER BY position)
                FROM unnest(tokens, keep) WITH ORDINALITY AS token (part, stays, position)
                WHERE stays);
    RETURN '{' || CASE WHEN kept THEN rtrim(members, E' \t\r\n') || ',' ELSE '' END || ending;
END
$_$;

CREATE FUNCTION martlet.render_headers(profile text, event_name text, delivery_id bigint, sent_at timestamp with time zone, signature text, user_agent text, custom_headers json) RETURNS json
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT json_object_agg(header.name, header.value ORDER BY header.part, header.position)
    FROM (
        SELECT 1 AS part, position, name, value
        FROM unnest(
            ARRAY['Content-Type', 'User-Agent', 'X-Webhook-Event', 'X-Delivery-ID'],
            ARRAY['application/json', user_agent, event_name, delivery_id::text])
            WITH ORDINALITY AS fixed (name, value, position)
        UNION ALL
        SELECT 2, position, name, value
        FROM unnest(
            CASE profile
                WHEN 'standard' THEN ARRAY['webhook-id', 'webhook-timestamp', 'webhook-signature']
                WHEN 'newmeta' THEN ARRAY['X-Webhook-Signature']
                WHEN 'mautic' THEN ARRAY['Webhook-Signature']
            END,
            CASE profile
                WHEN 'standard' THEN ARRAY[
                    'msg_' || delivery_id, floor(extract(epoch FROM sent_at))::bigint::text, signature]
                ELSE ARRAY[signature]
            END)
            WITH ORDINALITY AS signed (name, value, position)
        UNION ALL
        SELECT 3, position, key, value
        FROM json_each_text(custom_headers) WITH ORDINALITY AS custom (key, value, position)
    ) AS header
$$;

CREATE FUNCTION martlet.render_payload(profile text, event_name text, moment timestamp with time zone, data json) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT CASE profile
        WHEN 'standard' THEN
            '{"type":"' || event_name || '","timestamp":"' || martlet.rfc3339(moment, 'Z') || '","data":' || data::text || '}'
        WHEN 'newmeta' THEN data::text
        WHEN 'mautic' THEN '{"' || event_name || '":[' || martlet.render_entry(data, moment) || ']}'
    END
$$;

CREATE FUNCTION martlet.renew_leases(p_worker integer, p_ids bigint[], p_lease interval) RETURNS SETOF bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
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

CREATE FUNCTION martlet.replace_table_rows(p_table martlet.tables, p_chunks text[], p_offsets integer[]) RETURNS integer
    LANGUAGE plpgsql
    AS $$
BEGIN
    -- One chunk in the place of one: most tables are small.
    IF cardinality(p_chunks) = 1 AND p_table.last_chunk = 1 THEN
        UPDATE martlet.table_rows
        SET rows = p_chunks[1]
        WHERE table_id = p_table.id AND position = 1 AND tenant = p_table.tenant;
        RETURN 1;
    END IF;

    DELETE FROM martlet.table_rows AS known
    WHERE known.table_id = p_table.id AND known.tenant = p_table.tenant
      AND NOT EXISTS (SELECT FROM unnest(p_offsets) AS rows_before WHERE rows_before + 1 = known.position);

    -- What is the same is not written.
    UPDATE martlet.table_rows AS known
    SET rows = given.rows
    FROM unnest(p_chunks, p_offsets) AS given (rows, rows_before)
    WHERE known.table_id = p_table.id AND known.tenant = p_table.tenant
      AND known.position = given.rows_before + 1 AND known.rows <> given.rows;

    INSERT INTO martlet.table_rows (table_id, position, tenant, rows)
    SELECT p_table.id, rows_before + 1, p_table.tenant, rows
    FROM unnest(p_chunks, p_offsets) AS given (rows, rows_before)
    WHERE NOT EXISTS (
        SELECT
        FROM martlet.table_rows AS known
        WHERE known.table_id = p_table.id AND known.tenant = p_table.tenant
          AND known.position = given.rows_before + 1);
    RETURN coalesce(p_offsets[cardinality(p_offsets)] + 1, 0);
END
$$;

CREATE FUNCTION martlet.replay_backlog(rate_limit double precision) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN rate_limit IS NULL THEN 5000 ELSE least(5000, greatest(1, ceil(rate_limit * 10))) END::int $$;

CREATE FUNCTION martlet.reset_breakers(p_subscriptions integer[]) RETURNS void
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

CREATE FUNCTION martlet.resume_worker(p_worker integer) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
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

CREATE FUNCTION martlet.retention() RETURNS interval
    LANGUAGE sql STABLE
    AS $$
    -- Without a setting the default: no date at all must not look like "everything is old".
    SELECT coalesce(
        (SELECT make_interval(days => value::int) FROM martlet.settings WHERE name = 'retention_days'),
        interval '30 days')
$$;

CREATE FUNCTION martlet.retire_worker(p_worker integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    AS $$
BEGIN
    -- A claim whose caller has stopped waiting for it may still be on the way.
    PERFORM pg_advisory_xact_lock(martlet.claim_lock_class(), p_worker);
    PERFORM martlet.release_leases(ARRAY[p_worker]);
END
$$;

CREATE FUNCTION martlet.retry_delivery(p_id bigint, p_tenant text, OUT outcome text, OUT id bigint) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
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

CREATE FUNCTION martlet.rfc3339(moment timestamp with time zone, zone text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS') || zone $$;

CREATE FUNCTION martlet.roll_up(p_limit integer, OUT counted integer, OUT more boolean, OUT later boolean) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
DECLARE
    -- In this order. Workers of the release before take their ids a moment before they lock the table.
    latest   bigint := martlet.id_floor(clock_timestamp() - interval '100 milliseconds');
    writers  text[] := ARRAY(
        SELECT virtualtransaction
        FROM pg_locks
        WHERE locktype = 'relation'
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND relation = 'martlet.attempts'::regclass
          AND mode = 'RowExclusiveLock'
          AND pid <> pg_backend_pid());
    progress martlet.roll_up_progress;
    safe     bigint;
    reached  bigint;
BEGIN
    counted := 0;
    more := false;
    later := false;
    IF NOT pg_try_advisory_xact_lock(martlet.duty_lock_class(), 4) THEN
        RETURN;
    END IF;
    SELECT * INTO progress FROM martlet.roll_up_progress;
    IF clock_timestamp() < progress.seen_at THEN
        -- The clock was set back: attempts get ids below what is counted. This hour and what follows is counted again.
        progress.up_to := least(progress.up_to, martlet.id_floor(date_trunc('hour', clock_timestamp(), 'UTC')));
        progress.sampled_id := 0;
        DELETE FROM martlet.statistics WHERE hour >= date_trunc('hour', clock_timestamp(), 'UTC');
        DELETE FROM martlet.open_statistics WHERE hour >= date_trunc('hour', clock_timestamp(), 'UTC');
    END IF;

    safe := CASE
        WHEN cardinality(writers) = 0 THEN latest
        WHEN NOT progress.sampled_transactions && writers THEN progress.sampled_id
        ELSE 0
    END;
    IF safe > 0 OR progress.sampled_id = 0 THEN
        progress.sampled_id := latest;
        progress.sampled_transactions := writers;
    END IF;
    reached := greatest(safe, progress.up_to);
    -- Not too often: where many subscriptions have few attempts each, one row is written for each of them every time.
    IF clock_timestamp() < progress.counted_at + interval '2 seconds' AND NOT EXISTS (
        SELECT FROM martlet.attempts WHERE id >= progress.up_to AND id < reached OFFSET 20000)
    THEN
        reached := progress.up_to;
    END IF;
    IF EXISTS (SELECT FROM martlet.attempts WHERE id >= progress.up_to AND id < reached) THEN
        SELECT id INTO safe
        FROM martlet.attempts
        WHERE id >= progress.up_to AND id < reached
        ORDER BY id
        LIMIT 1 OFFSET p_limit;
        IF FOUND THEN
            more := true;
            reached := safe;
        END IF;
        counted := martlet.count_attempts(progress.up_to, reached);
        progress.counted_at := clock_timestamp();
    END IF;
    PERFORM martlet.close_hours(martlet.hour_time(martlet.id_hour(reached)), p_limit);

    UPDATE martlet.roll_up_progress
    SET up_to = reached,
        sampled_id = progress.sampled_id,
        sampled_transactions = progress.sampled_transactions,
        counted_at = progress.counted_at,
        seen_at = clock_timestamp();
    later := EXISTS (SELECT FROM martlet.attempts WHERE id >= reached);
END
$$;

CREATE FUNCTION martlet.send_time(next_send_at timestamp with time zone, rate_limit double precision, rate_burst integer) RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    AS $$
    SELECT least(
        greatest(next_send_at, now()),
        now() + martlet.plan_ahead()
            + make_interval(secs => coalesce(rate_burst, ceil(rate_limit)::int) / rate_limit))
$$;

CREATE FUNCTION martlet.sensitive_columns(tbl regclass) RETURNS text[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    AS $$
    SELECT coalesce(array_agg(attname::text), '{}')
    FROM pg_attribute
    WHERE attrelid = tbl
      AND attnum > 0
      AND NOT attisdropped
      AND to_json(attname::text)::text ~ (SELECT value FROM martlet.settings WHERE name = 'sensitive_pattern')
$$;

CREATE FUNCTION martlet.set_table_secret(p_id integer, p_tenant text, p_secret bytea) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    AS $$
BEGIN
    UPDATE martlet.tables SET secret = p_secret WHERE id = p_id AND tenant = p_tenant;
    RETURN FOUND;
END
$$;

CREATE FUNCTION martlet.start_replay(p_subscription integer, p_tenant text, p_since timestamp with time zone, p_until timestamp with time zone, p_status text, p_event text, p_request text, p_rows integer, OUT outcome text, OUT id bigint) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
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

CREATE FUNCTION martlet.step_replay(p_replay bigint, p_rows integer) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    SET max_parallel_workers_per_gather TO '0'
    SET jit TO 'off'
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

CREATE FUNCTION martlet.table_event_bytes_max() RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT 1048576 - 16384 $$;

CREATE FUNCTION martlet.table_rows_json(p_id integer, p_tenant text) RETURNS text
    LANGUAGE sql STABLE
    AS $$
    SELECT '[' || coalesce(string_agg(rows, ',' ORDER BY position), '') || ']'
    FROM martlet.table_rows
    WHERE table_id = p_id AND tenant = p_tenant
$$;

CREATE FUNCTION martlet.tend(p_worker integer, OUT dead integer, OUT lane_is_due boolean, OUT has_prompt_lanes boolean, OUT replay_is_running boolean) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_incremental_sort TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
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

CREATE FUNCTION martlet.times_of_ids(ids bigint[]) RETURNS bigint[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT ARRAY(SELECT id >> 32 FROM unnest(ids) AS id) $$;

CREATE FUNCTION martlet.unwatch(tbl regclass) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    trigger record;
    watched boolean := false;
BEGIN
    FOR trigger IN
        SELECT tgname, tgfoid, row_number() OVER () = count(*) OVER () AS is_last
        FROM pg_trigger
        JOIN pg_proc AS proc ON proc.oid = tgfoid
        WHERE tgrelid = tbl
          -- The owner of a table may give a trigger any name, and the caller may drop more than the owner may.
          AND proname LIKE 'martlet\_watch\_%'
          AND tgname IN ('martlet_watch_created', 'martlet_watch_updated', 'martlet_watch_deleted')
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', trigger.tgname, tbl);
        IF trigger.is_last THEN
            EXECUTE format('DROP FUNCTION %s', trigger.tgfoid::regprocedure);
        END IF;
        watched := true;
    END LOOP;
    RETURN watched;
END
$$;

CREATE FUNCTION martlet.wake() RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (SELECT last_value FROM martlet.sleepers) = 2 THEN
        NOTIFY martlet_work;
    END IF;
END
$$;

CREATE FUNCTION martlet.wake_once() RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'martlet', 'pg_temp'
    AS $$
BEGIN
    IF (SELECT last_value FROM martlet.sleepers) = 2 THEN
        PERFORM setval('martlet.sleepers', 1);
        NOTIFY martlet_work;
        RETURN true;
    END IF;
    RETURN false;
END
$$;

CREATE FUNCTION martlet.watch(tbl regclass, columns text[] DEFAULT NULL::text[], condition text DEFAULT NULL::text, tenant text DEFAULT 'default'::text, name text DEFAULT NULL::text) RETURNS text[]
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
#variable_conflict use_column
DECLARE
    p_tenant  text := watch.tenant;
    role_before text := current_setting('role');
    target    record;
    -- Of a table that is watched already.
    old_prefix   text;
    old_function text;
    old_owner    oid;
    wrong     text;
    prefix    text;
    function  text;
    probe     refcursor;
BEGIN
    SELECT class.relname, class.relkind, class.relpersistence, class.relowner, space.nspname,
           pg_get_userbyid(class.relowner) AS owner
    INTO target
    FROM pg_class AS class
    JOIN pg_namespace AS space ON space.oid = class.relnamespace
    WHERE class.oid = tbl;
    wrong := CASE
        WHEN target.relname IS NULL THEN 'tbl: there is no such table'
        WHEN target.nspname IN ('pg_catalog', 'information_schema') OR target.nspname LIKE 'pg\_toast%'
            THEN format('%s belongs to PostgreSQL: only tables of applications can be watched', tbl)
        WHEN target.nspname = 'martlet' THEN format('%s belongs to the gateway: only tables of applications can be watched', tbl)
        WHEN target.relkind IN ('v', 'm') THEN format('%s is a view: watch the tables that it reads', tbl)
        WHEN target.relkind = 'f' THEN format('%s is a foreign table: watch it on the server that has it', tbl)
        WHEN target.relkind NOT IN ('r', 'p') THEN format('%s is no table', tbl)
        WHEN target.relpersistence = 't' THEN format('%s is a temporary table: dispatch its events yourself', tbl)
    END;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION '%', wrong USING ERRCODE = 'wrong_object_type';
    END IF;
    IF NOT pg_has_role(target.relowner, 'MEMBER') THEN
        RAISE EXCEPTION 'only its owner, %, may have % watched', target.owner, tbl
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT (has_schema_privilege(target.relowner, 'martlet', 'USAGE')
            AND has_function_privilege(target.relowner, 'martlet.dispatch_rows(text, json[], text)', 'EXECUTE')) THEN
        RAISE EXCEPTION 'the owner of %, %, may not emit events', tbl, target.owner
            USING ERRCODE = 'insufficient_privilege',
                  HINT = format('GRANT martlet_publisher TO %I', target.owner);
    END IF;
    IF NOT has_schema_privilege(target.relowner, target.nspname, 'CREATE') THEN
        RAISE EXCEPTION 'the owner of %, %, may not create the trigger''s function in the schema %',
                tbl, target.owner, target.nspname
            USING ERRCODE = 'insufficient_privilege',
                  HINT = format('GRANT CREATE ON SCHEMA %I TO %I', target.nspname, target.owner);
    END IF;
    -- What creating the triggers takes anyway: two calls at once come one after the other.
    EXECUTE format('LOCK TABLE ONLY %s IN SHARE ROW EXCLUSIVE MODE', tbl);

    SELECT split_part(encode(tgargs, 'escape'), '\000', 1), proc.oid::regproc::text, proc.proowner
    INTO old_prefix, old_function, old_owner
    FROM pg_trigger
    JOIN pg_proc AS proc ON proc.oid = tgfoid
    WHERE tgrelid = tbl AND tgname = 'martlet_watch_created' AND proname LIKE 'martlet\_watch\_%';
    prefix := coalesce('item.' || watch.name, old_prefix, 'item.' || target.relname);
    wrong := CASE
        WHEN martlet.is_event_name(prefix || '.created') IS NOT TRUE THEN
            format('%s.created is no event name: give a name => … of A-Z a-z 0-9 _ -, at most 115 bytes', prefix)
        WHEN (p_tenant ~ '^[A-Za-z0-9_-]{1,64}$') IS NOT TRUE THEN 'tenant must be 1 to 64 of A-Z a-z 0-9 _ -'
        WHEN columns = '{}' THEN 'columns: name at least one, or leave it out for all of them'
        WHEN (SELECT count(*) <> count(DISTINCT given) FROM unnest(columns) AS given) THEN
            'columns: one is null, or named twice'
        WHEN octet_length(condition) > 10000 THEN 'condition: has at most 10000 bytes'
        WHEN btrim(condition) = '' THEN 'condition: must be an expression; leave it out for every row'
    END;
    wrong := coalesce(wrong, (
        SELECT format('columns: %s has no column %s', tbl, string_agg(quote_ident(given), ', '))
        FROM unnest(columns) AS given
        WHERE NOT EXISTS (SELECT FROM pg_attribute
                          WHERE attrelid = tbl AND attname = given AND attnum > 0 AND NOT attisdropped)
        HAVING count(*) > 0));
    wrong := coalesce(wrong, (
        SELECT format('columns: the filter would drop %s, which has a sensitive name', string_agg(given, ', '))
        FROM unnest(columns) AS given
        WHERE given = ANY (martlet.sensitive_columns(tbl))
        HAVING count(*) > 0));
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION '%', wrong USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM martlet.install_plugin('watch', ARRAY[substr(prefix, length('item.') + 1)], '[]');

    IF old_owner <> target.relowner THEN
        PERFORM martlet.unwatch(tbl);
        old_function := NULL;
    END IF;
    -- From here on as the owner of the table, whom the function has to belong to.
    IF current_user <> target.owner THEN
        PERFORM set_config('role', target.owner, true);
    END IF;
    IF condition IS NOT NULL THEN
        -- A cursor takes one query only, so this is one expression; nothing is read through it.
        BEGIN
            OPEN probe FOR EXECUTE format(
                E'SELECT FROM (SELECT * FROM %s) AS NEW, (SELECT * FROM %1$s) AS OLD WHERE (\n%s\n) IS TRUE',
                tbl, condition);
            CLOSE probe;
        EXCEPTION WHEN OTHERS THEN
            RAISE EXCEPTION 'condition: %', SQLERRM
                USING ERRCODE = 'invalid_parameter_value',
                      HINT = 'Write it as in the WHEN of a row trigger: NEW.total > 100 AND OLD.total <= 100.';
        END;
    END IF;
    function := coalesce(old_function, format('%I.%I', target.nspname, 'martlet_watch_' || tbl::oid::text));
    EXECUTE format(
        'CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
        -- A plan is made for the number of rows of the first statement and serves all later ones: no nested loop.
        'SET search_path = pg_catalog, pg_temp SET timezone = ''UTC'' SET enable_nestloop = off '
        'SET jit = off AS %L',
        function,
        martlet.watch_source(
            columns, condition, p_tenant, columns IS NULL AND martlet.sensitive_columns(tbl) <> '{}'));
    -- Or anybody could put it on a table of their own and emit events with the owner's rights.
    EXECUTE format('REVOKE ALL ON FUNCTION %s() FROM PUBLIC', function);
    EXECUTE format(
        'CREATE OR REPLACE TRIGGER martlet_watch_created AFTER INSERT ON %1$s '
        'REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION %2$s(%3$L)',
        tbl, function, prefix);
    EXECUTE format(
        'CREATE OR REPLACE TRIGGER martlet_watch_updated AFTER UPDATE ON %1$s '
        'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION %2$s(%3$L)',
        tbl, function, prefix);
    EXECUTE format(
        'CREATE OR REPLACE TRIGGER martlet_watch_deleted AFTER DELETE ON %1$s '
        'REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION %2$s(%3$L)',
        tbl, function, prefix);
    PERFORM set_config('role', role_before, true);
    RETURN ARRAY[prefix || '.created', prefix || '.updated', prefix || '.deleted'];
END
$_$;

CREATE FUNCTION martlet.watch_source(p_columns text[], p_condition text, p_tenant text, p_filtered boolean) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
DECLARE
    pairs     boolean := p_columns IS NOT NULL OR p_condition IS NOT NULL;
    condition text := coalesce(E'(\n' || p_condition || E'\n)', 'true');
    paired    text := CASE WHEN p_filtered THEN '$1' ELSE 'paired' END;
    -- Both transition tables hold the rows in the order in which they were changed.
    numbered  text := '(SELECT row_number() OVER () AS martlet_position, item AS martlet_row, item.* FROM %s AS item)';
    changed   text := coalesce((
        SELECT format(' AND (NOT paired OR ROW(%s)::record *<> ROW(%s)::record)',
                      string_agg(format('NEW.%I', name), ', ' ORDER BY position),
                      string_agg(format('OLD.%I', name), ', ' ORDER BY position))
        FROM unnest(p_columns) WITH ORDINALITY AS given (name, position)
        HAVING count(*) > 0), '');
    source    text := '';
    origin    text;
    query     text;
    change    record;
BEGIN
    FOR change IN
        SELECT *
        FROM (VALUES ('INSERT', 'created', 'NEW', 'new_rows', 'OLD'),
                     ('UPDATE', 'updated', 'NEW', 'new_rows', 'OLD'),
                     ('DELETE', 'deleted', 'OLD', 'old_rows', 'NEW'))
                 AS operation (name, event, row_alias, rows, other_alias)
    LOOP
        origin := CASE
            WHEN NOT pairs THEN format('%s AS %s', change.rows, change.row_alias)
            WHEN change.name = 'UPDATE' THEN
                format(numbered, 'new_rows') || ' AS NEW LEFT JOIN ' || format(numbered, 'old_rows')
                || format(' AS OLD ON OLD.martlet_position = NEW.martlet_position AND %s', paired)
                || ' WHERE ' || condition || changed || ' ORDER BY NEW.martlet_position'
            -- The row that there is none of is there, all null: one condition fits all three.
            ELSE format('%1$s AS %2$s LEFT JOIN %1$s AS %3$s ON false WHERE %4$s',
                        change.rows, change.row_alias, change.other_alias, condition)
        END;
        query := CASE
            WHEN p_columns IS NOT NULL THEN
                (SELECT format('SELECT (SELECT row_to_json(chosen) FROM (SELECT %s) AS chosen) FROM %s',
                               string_agg(format('%s.%I', change.row_alias, name), ', ' ORDER BY position), origin)
                 FROM unnest(p_columns) WITH ORDINALITY AS given (name, position))
            WHEN p_filtered THEN
                format('EXECUTE %L || martlet.open_columns(TG_RELID, %L) || %L USING paired',
                       'SELECT (SELECT row_to_json(chosen) FROM (SELECT ', change.row_alias,
                       ') AS chosen) FROM ' || origin)
            WHEN pairs AND change.name = 'UPDATE' THEN 'SELECT row_to_json(NEW.martlet_row) FROM ' || origin
            ELSE format('SELECT row_to_json(%s) FROM %s', change.row_alias, origin)
        END;
        source := source || format($branch$
    IF TG_OP = %L THEN
        event := TG_ARGV[0] || '.%s';%s
        FOR item IN %s LOOP
            batch := array_append(batch, item);
            bytes := bytes + pg_column_size(item);
            IF cardinality(batch) = 1000 OR bytes > 4194304 THEN
                PERFORM martlet.dispatch_rows(event, batch, %L);
                batch := '{}';
                bytes := 0;
            END IF;
        END LOOP;
    END IF;$branch$, change.name, change.event,
            -- A row moves to another partition and a trigger there drops it: it is old and not new, and who was who is
            -- lost for this statement.
            CASE WHEN pairs AND change.name = 'UPDATE' THEN
                E'\n        paired := (SELECT count(*) FROM old_rows) = (SELECT count(*) FROM new_rows);' END,
            query, p_tenant);
    END LOOP;
    RETURN format($function$#variable_conflict use_column
DECLARE
    event  text;
    item   json;
    batch  json[] := '{}';
    bytes  int := 0;
    paired boolean;
BEGIN%s
    IF cardinality(batch) > 0 THEN
        PERFORM martlet.dispatch_rows(event, batch, %L);
    END IF;
    RETURN NULL;
END$function$, source, p_tenant);
END
$_$;

CREATE FUNCTION martlet.worker_lock_class() RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT 1298233452 $$;

CREATE TABLE martlet.api_keys (
    id integer NOT NULL,
    tenant text,
    role text NOT NULL,
    name text NOT NULL,
    prefix text NOT NULL,
    key_hash bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT api_keys_role_is_known CHECK ((role = ANY (ARRAY['admin'::text, 'publisher'::text, 'viewer'::text])))
);

ALTER TABLE martlet.api_keys ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME martlet.api_keys_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE martlet.attempts (
    id bigint NOT NULL,
    delivery_id bigint NOT NULL,
    event_id bigint,
    sent_at timestamp with time zone NOT NULL,
    subscription_id integer NOT NULL,
    version integer NOT NULL,
    duration_ms integer NOT NULL,
    worker integer NOT NULL,
    attempt smallint NOT NULL,
    response_code smallint,
    outcome "char" NOT NULL,
    tenant text NOT NULL,
    signature text NOT NULL,
    response_body text,
    error_message text,
    queue_ids bigint[],
    event_ids bigint[],
    test boolean DEFAULT false NOT NULL,
    CONSTRAINT attempts_outcome_is_known CHECK ((outcome = ANY (ARRAY['d'::"char", 'r'::"char", 'f'::"char"])))
)
PARTITION BY RANGE (id);

CREATE TABLE martlet.attempts_default (
    id bigint NOT NULL,
    delivery_id bigint NOT NULL,
    event_id bigint,
    sent_at timestamp with time zone NOT NULL,
    subscription_id integer NOT NULL,
    version integer NOT NULL,
    duration_ms integer NOT NULL,
    worker integer NOT NULL,
    attempt smallint NOT NULL,
    response_code smallint,
    outcome "char" NOT NULL,
    tenant text NOT NULL,
    signature text NOT NULL,
    response_body text,
    error_message text,
    queue_ids bigint[],
    event_ids bigint[],
    test boolean DEFAULT false NOT NULL,
    CONSTRAINT attempts_outcome_is_known CHECK ((outcome = ANY (ARRAY['d'::"char", 'r'::"char", 'f'::"char"])))
);

CREATE TABLE martlet.event_types (
    plugin_id integer NOT NULL,
    event_name text NOT NULL,
    event_type text NOT NULL,
    content_table text,
    description text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT event_types_description_is_short CHECK ((length(description) <= 1000)),
    CONSTRAINT event_types_name_keeps_the_rule CHECK (((octet_length(event_name) <= 128) AND (event_name ~ '^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$'::text))),
    CONSTRAINT event_types_type_is_known CHECK ((event_type = ANY (ARRAY['auto'::text, 'manual'::text, 'system'::text])))
);

CREATE TABLE martlet.events_default (
    id bigint NOT NULL,
    occurred_at timestamp with time zone,
    tenant text NOT NULL,
    event_name text NOT NULL,
    payload json NOT NULL
);

CREATE SEQUENCE martlet.id_sequence
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE martlet.idempotency_keys (
    tenant text NOT NULL,
    key text NOT NULL,
    event_id bigint NOT NULL
);

CREATE TABLE martlet.lanes (
    subscription_id integer NOT NULL,
    due_at timestamp with time zone NOT NULL,
    lease_until timestamp with time zone,
    worker integer,
    tenant text NOT NULL,
    next_send_at timestamp with time zone,
    blocked_until timestamp with time zone,
    flush_to timestamp with time zone
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_cost_delay='0');

CREATE TABLE martlet.last_errors (
    subscription_id integer NOT NULL,
    tenant text NOT NULL,
    attempt_id bigint NOT NULL,
    error_message text
)
WITH (fillfactor='70');

CREATE TABLE martlet.maintenance_clock (
    only_row boolean DEFAULT true NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    steady_since timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    pause interval DEFAULT '00:00:00'::interval NOT NULL,
    CONSTRAINT maintenance_clock_is_one_row CHECK (only_row)
);

CREATE TABLE martlet.open_statistics (
    hour timestamp with time zone NOT NULL,
    subscription_id integer NOT NULL,
    attempts integer NOT NULL,
    delivered integer NOT NULL,
    exhausted integer NOT NULL,
    p50_ms integer NOT NULL,
    p95_ms integer NOT NULL,
    p99_ms integer NOT NULL,
    tenant text NOT NULL,
    at_most integer[] NOT NULL
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000', autovacuum_vacuum_cost_delay='0');

CREATE TABLE martlet.pending (
    id bigint NOT NULL,
    event_id bigint NOT NULL,
    lease_until timestamp with time zone,
    subscription_id integer NOT NULL,
    worker integer,
    test boolean DEFAULT false NOT NULL,
    tenant text NOT NULL
)
WITH (fillfactor='45', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='20000', autovacuum_vacuum_insert_scale_factor='0', autovacuum_vacuum_insert_threshold='1000000000', autovacuum_analyze_threshold='1000000000', autovacuum_vacuum_cost_delay='0');

CREATE TABLE martlet.plugins (
    id integer NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT plugins_name_keeps_the_rule CHECK (((octet_length(name) <= 64) AND (name ~ '^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$'::text)))
);

ALTER TABLE martlet.plugins ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME martlet.plugins_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE martlet.push_keys (
    table_id integer NOT NULL,
    key text NOT NULL,
    tenant text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE martlet.replays (
    id bigint NOT NULL,
    tenant text NOT NULL,
    subscription_id integer NOT NULL,
    request_id text,
    first_id bigint NOT NULL,
    end_id bigint NOT NULL,
    status text NOT NULL,
    event text NOT NULL,
    state text DEFAULT 'running'::text NOT NULL,
    phase text NOT NULL,
    "position" bigint NOT NULL,
    queued bigint DEFAULT 0 NOT NULL,
    not_replayable bigint DEFAULT 0 NOT NULL,
    stepped_at timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT replays_finished_unless_running CHECK (((state = 'running'::text) = (finished_at IS NULL))),
    CONSTRAINT replays_phase_is_known CHECK ((phase = ANY (ARRAY['failed'::text, 'delivered'::text]))),
    CONSTRAINT replays_state_is_known CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'cancelled'::text]))),
    CONSTRAINT replays_status_is_known CHECK ((status = ANY (ARRAY['failed'::text, 'delivered'::text, 'any'::text])))
);

CREATE TABLE martlet.roll_up_progress (
    only_row boolean DEFAULT true NOT NULL,
    up_to bigint DEFAULT 0 NOT NULL,
    sampled_id bigint DEFAULT 0 NOT NULL,
    sampled_transactions text[] DEFAULT '{}'::text[] NOT NULL,
    counted_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    seen_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT roll_up_progress_is_one_row CHECK (only_row)
)
WITH (fillfactor='10');

CREATE TABLE martlet.routes (
    tenant text NOT NULL,
    pattern text NOT NULL,
    subscription_id integer NOT NULL,
    lane smallint NOT NULL
);

CREATE TABLE martlet.schema_migrations (
    version integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE martlet.sensitive_keywords (
    keyword text NOT NULL,
    CONSTRAINT sensitive_keywords_are_lower_case_and_not_empty CHECK (((keyword <> ''::text) AND (keyword = lower((keyword COLLATE "C")))))
);

CREATE TABLE martlet.settings (
    name text NOT NULL,
    value text NOT NULL,
    CONSTRAINT settings_retention_is_days CHECK (((name <> 'retention_days'::text) OR (value ~ '^[1-9][0-9]{0,3}$'::text)))
);

CREATE UNLOGGED SEQUENCE martlet.sleepers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE martlet.sources (
    id integer NOT NULL,
    tenant text DEFAULT 'default'::text NOT NULL,
    name text NOT NULL,
    scheme text NOT NULL,
    secrets bytea,
    secret_count smallint DEFAULT 0 NOT NULL,
    tolerance_seconds integer DEFAULT 300 NOT NULL,
    options json DEFAULT '{}'::json NOT NULL,
    active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT sources_scheme_is_known CHECK ((scheme = ANY (ARRAY['github'::text, 'stripe'::text, 'shopify'::text, 'slack'::text, 'standard'::text, 'svix'::text, 'paddle'::text, 'linear'::text, 'twilio'::text, 'hmac-hex'::text, 'hmac-base64'::text]))),
    CONSTRAINT sources_secrets_are_counted CHECK ((((secret_count >= 0) AND (secret_count <= 3)) AND ((secret_count = 0) = (secrets IS NULL)))),
    CONSTRAINT sources_tolerance_in_range CHECK (((tolerance_seconds >= 1) AND (tolerance_seconds <= 86400)))
);

ALTER TABLE martlet.sources ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME martlet.sources_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE martlet.statistics (
    hour timestamp with time zone NOT NULL,
    subscription_id integer NOT NULL,
    attempts integer NOT NULL,
    delivered integer NOT NULL,
    exhausted integer NOT NULL,
    p50_ms integer NOT NULL,
    p95_ms integer NOT NULL,
    p99_ms integer NOT NULL,
    tenant text NOT NULL
);

CREATE TABLE martlet.subscription_versions (
    subscription_id integer NOT NULL,
    version integer NOT NULL,
    tenant text NOT NULL,
    url text NOT NULL,
    profile text NOT NULL,
    custom_headers json NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE martlet.subscriptions (
    id integer NOT NULL,
    tenant text DEFAULT 'default'::text NOT NULL,
    name text NOT NULL,
    url text NOT NULL,
    events text[] NOT NULL,
    profile text DEFAULT 'standard'::text NOT NULL,
    secret bytea NOT NULL,
    previous_secret bytea,
    previous_secret_until timestamp with time zone,
    custom_headers json DEFAULT '{}'::json NOT NULL,
    sealed_headers bytea,
    queue_mode text,
    event_order text,
    batch_size integer DEFAULT 10 NOT NULL,
    batch_interval_seconds integer,
    max_retries smallint DEFAULT 5 NOT NULL,
    timeout_seconds smallint DEFAULT 10 NOT NULL,
    concurrency integer,
    disable_on_gone boolean,
    active boolean DEFAULT true NOT NULL,
    failure_count integer DEFAULT 0 NOT NULL,
    disabled_reason text,
    diverted boolean DEFAULT false NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    rate_limit double precision,
    rate_burst integer,
    ordering text DEFAULT 'none'::text NOT NULL,
    tripped boolean DEFAULT false NOT NULL,
    CONSTRAINT subscriptions_batch_size_in_range CHECK (((batch_size >= 1) AND (batch_size <= 1000))),
    CONSTRAINT subscriptions_event_order_is_known CHECK ((event_order = ANY (ARRAY['chronological'::text, 'reverse'::text]))),
    CONSTRAINT subscriptions_max_retries_in_range CHECK (((max_retries >= 1) AND (max_retries <= 20))),
    CONSTRAINT subscriptions_ordering_in_range CHECK (((octet_length(ordering) >= 1) AND (octet_length(ordering) <= 256))),
    CONSTRAINT subscriptions_profile_is_known CHECK ((profile = ANY (ARRAY['standard'::text, 'newmeta'::text, 'mautic'::text]))),
    CONSTRAINT subscriptions_queue_mode_is_known CHECK ((queue_mode = ANY (ARRAY['immediate'::text, 'queued'::text]))),
    CONSTRAINT subscriptions_rate_burst_in_range CHECK (((rate_burst >= 1) AND (rate_burst <= 10000))),
    CONSTRAINT subscriptions_rate_limit_in_range CHECK (((rate_limit >= (0.01)::double precision) AND (rate_limit <= (10000)::double precision))),
    CONSTRAINT subscriptions_reason_only_while_inactive CHECK (((NOT active) OR (disabled_reason IS NULL))),
    CONSTRAINT subscriptions_timeout_in_range CHECK (((timeout_seconds >= 1) AND (timeout_seconds <= 30)))
)
WITH (fillfactor='70');

ALTER TABLE martlet.subscriptions ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME martlet.subscriptions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE martlet.table_rows (
    table_id integer NOT NULL,
    "position" integer NOT NULL,
    tenant text NOT NULL,
    rows text NOT NULL
)
WITH (fillfactor='50', toast_tuple_target='4080');
ALTER TABLE ONLY martlet.table_rows ALTER COLUMN rows SET STORAGE EXTERNAL;

ALTER TABLE martlet.tables ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME martlet.tables_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW martlet.uncounted_statistics AS
 SELECT martlet.hour_time(martlet.id_hour(attempts.id)) AS hour,
    attempts.subscription_id,
    attempts.tenant,
    (count(*))::integer AS attempts,
    (count(*) FILTER (WHERE (attempts.outcome = 'd'::"char")))::integer AS delivered,
    (count(*) FILTER (WHERE (attempts.outcome = 'f'::"char")))::integer AS exhausted,
    ARRAY[(count(*) FILTER (WHERE (attempts.duration_ms <= 1)))::integer, (count(*) FILTER (WHERE (attempts.duration_ms <= 2)))::integer, (count(*) FILTER (WHERE (attempts.duration_ms <= 3)))::integer, (count(*) FILTER (WHERE (attempts.duration_ms <= 5)))::integer, (count(*) FILTER (WHERE (attempts.duration_ms <= 7)))::integer, (count(*) FILTER (WHERE (attempts.duration_ms <= 10)))::integer, (count(*) FILTER (WHERE (attempts.duration_ms <= 15)))::integer, (count(*) FILTER (WHERE (attempts.duration_ms <= 20)))::integer, (count(*) FILTER (WHERE (attempts.duration_ms <= 30)))::integer, (count(*) FILTER (WHERE (attempts.duration_ms <= 50)))::integer, (count(*) FILTER (WHERE (attempts.duration_ms <= 75)))::integer, (count(*) FILTER (WHERE (attempts.duration_ms <= 100)))::integer, (count(*) FILTER (WHERE (attempts.duration_ms <= 150)))::integer, (count(*) FILTER (WHERE (attempts.duration_ms <= 200)))::integer, (count(*) FILTER (WHERE (attempts.duration_ms <= 300)))::integer, (count(*) FILTER (WHERE (attempts.duration_ms <= 500)))::integer, (count(*) FILTER (WHERE (attempts.duration_ms <= 750)))::integer, (count(*) FILTER (WHERE (attempts.duration_ms <= 1000)))::integer, (count(*) FILTER (WHERE (attempts.duration_ms <= 2000)))::integer, (count(*) FILTER (WHERE (attempts.duration_ms <= 3000)))::integer, (count(*) FILTER (WHERE (attempts.duration_ms <= 5000)))::integer, (count(*) FILTER (WHERE (attempts.duration_ms <= 7500)))::integer, (count(*) FILTER (WHERE (attempts.duration_ms <= 11000)))::integer, (count(*))::integer] AS at_most
   FROM martlet.attempts
  WHERE (((attempts.id >= ( SELECT roll_up_progress.up_to
           FROM martlet.roll_up_progress)) AND (attempts.id <= ( SELECT '9223372036854775807'::bigint))) AND (ROW(attempts.id, attempts.tenant) >= ROW(( SELECT roll_up_progress.up_to
           FROM martlet.roll_up_progress), ''::text)) AND (ROW(attempts.id, attempts.tenant) <= ROW(( SELECT '9223372036854775807'::bigint), ''::text)))
  GROUP BY (martlet.id_hour(attempts.id)), attempts.subscription_id, attempts.tenant;

CREATE TABLE martlet.waiting (
    id bigint NOT NULL,
    event_id bigint NOT NULL,
    next_retry_at timestamp with time zone,
    lease_until timestamp with time zone,
    subscription_id integer NOT NULL,
    worker integer,
    retry_count smallint DEFAULT 0 NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    tenant text NOT NULL,
    error_message text,
    order_key bigint,
    batch_id bigint,
    data_bytes integer,
    CONSTRAINT waiting_is_due_some_day_unless_failed CHECK (((status = 'failed'::text) = (next_retry_at IS NULL))),
    CONSTRAINT waiting_status_is_known CHECK ((status = ANY (ARRAY['pending'::text, 'retry'::text, 'failed'::text])))
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='2000', autovacuum_vacuum_cost_delay='0', fillfactor='40');

CREATE TABLE martlet.workers (
    id integer NOT NULL,
    name text NOT NULL,
    user_agent text NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    stopped_at timestamp with time zone,
    flushes boolean DEFAULT false NOT NULL
);

CREATE VIEW martlet.webhook_deliveries AS
 SELECT attempt.id,
    attempt.tenant,
    COALESCE(attempt.queue_ids, ARRAY[attempt.delivery_id]) AS queue_ids,
    attempt.subscription_id,
    attempt.attempt,
    version.url AS request_url,
    martlet.render_headers(version.profile,
        CASE
            WHEN (attempt.queue_ids IS NULL) THEN event.event_name
            ELSE 'webhook.batch'::text
        END, attempt.delivery_id, attempt.sent_at, attempt.signature, worker.user_agent, version.custom_headers) AS request_headers,
        CASE
            WHEN (attempt.queue_ids IS NULL) THEN martlet.render_payload(version.profile, event.event_name, COALESCE(event.occurred_at, martlet.id_time(event.id)), event.payload)
            ELSE ( SELECT (('{'::text || string_agg((((('"'::text || type.event_name) || '":['::text) || type.entries) || ']'::text), ','::text ORDER BY type."position")) || '}'::text)
               FROM ( SELECT entry_event.event_name,
                        min(entry."position") AS "position",
                        string_agg(martlet.render_entry(entry_event.payload, COALESCE(entry_event.occurred_at, martlet.id_time(entry_event.id))), ','::text ORDER BY entry."position") AS entries
                       FROM (unnest(attempt.event_ids) WITH ORDINALITY entry(event_id, "position")
                         JOIN martlet.events entry_event ON (((entry_event.tenant = attempt.tenant) AND (entry_event.id = entry.event_id))))
                      GROUP BY entry_event.event_name) type)
        END AS request_payload,
    attempt.response_code,
    attempt.response_body,
    attempt.duration_ms,
    attempt.error_message,
    attempt.sent_at AS created_at
   FROM (((martlet.attempts attempt
     LEFT JOIN martlet.events event ON (((event.tenant = attempt.tenant) AND (event.id = attempt.event_id))))
     LEFT JOIN martlet.subscription_versions version ON (((version.subscription_id = attempt.subscription_id) AND (version.version = attempt.version))))
     LEFT JOIN martlet.workers worker ON ((worker.id = attempt.worker)));

CREATE VIEW martlet.webhook_events AS
 SELECT event_type.plugin_id,
    plugin.name AS plugin,
    event_type.event_name,
    event_type.event_type,
    event_type.content_table,
    event_type.description
   FROM (martlet.event_types event_type
     JOIN martlet.plugins plugin ON ((plugin.id = event_type.plugin_id)));

CREATE VIEW martlet.webhook_health AS
 WITH fast_lane AS MATERIALIZED (
         SELECT head.subscription_id,
            head.tenant,
            count(*) AS depth,
            min(head.id) AS first_id
           FROM ( SELECT pending.id,
                    pending.subscription_id,
                    pending.tenant
                   FROM martlet.pending
                  ORDER BY pending.id
                 LIMIT 5000) head
          GROUP BY head.subscription_id, head.tenant
        ), fast_lane_size AS MATERIALIZED (
         SELECT COALESCE(sum(fast_lane_1.depth), (0)::numeric) AS counted
           FROM fast_lane fast_lane_1
        )
 SELECT subscription.id AS subscription_id,
    subscription.tenant,
    subscription.name,
        CASE
            WHEN (NOT subscription.active) THEN 'disabled'::text
            WHEN (subscription.failure_count > 0) THEN 'failing'::text
            ELSE 'healthy'::text
        END AS state,
    subscription.disabled_reason,
    subscription.failure_count,
    (COALESCE(fast_lane.depth, (0)::bigint) + lane.depth) AS queue_depth,
    ((lane.depth < 10000) AND (( SELECT fast_lane_size.counted
           FROM fast_lane_size) < (5000)::numeric)) AS queue_depth_is_exact,
        CASE
            WHEN ((fast_lane.first_id IS NOT NULL) OR (lane.first_due <= now())) THEN (now() - LEAST(now(), martlet.id_time(fast_lane.first_id), lane.first_due))
            ELSE NULL::interval
        END AS oldest_due_age,
    sums.attempts AS attempts_24h,
    sums.delivered AS delivered_24h,
    ((sums.delivered)::double precision / (NULLIF(sums.attempts, 0))::double precision) AS success_rate,
        CASE
            WHEN (recent.last_failure IS NULL) THEN last_error.error_message
            ELSE recent.last_error
        END AS last_error,
    martlet.id_time(COALESCE(recent.last_failure, last_error.attempt_id)) AS last_error_at
   FROM (((((((martlet.subscriptions subscription
     LEFT JOIN fast_lane ON (((fast_lane.subscription_id = subscription.id) AND (fast_lane.tenant = subscription.tenant))))
     LEFT JOIN LATERAL ( SELECT count(*) AS depth,
            min(head.next_retry_at) AS first_due
           FROM ( SELECT waiting.next_retry_at
                   FROM martlet.waiting
                  WHERE ((waiting.subscription_id = subscription.id) AND (waiting.status <> 'failed'::text))
                  ORDER BY waiting.next_retry_at
                 LIMIT 10000) head) lane ON (true))
     LEFT JOIN ( SELECT statistics.subscription_id,
            statistics.tenant,
            sum(statistics.attempts) AS attempts,
            sum(statistics.delivered) AS delivered
           FROM martlet.statistics
          WHERE (statistics.hour >= (now() - '25:00:00'::interval))
          GROUP BY statistics.subscription_id, statistics.tenant) closed ON (((closed.subscription_id = subscription.id) AND (closed.tenant = subscription.tenant))))
     LEFT JOIN ( SELECT open_statistics.subscription_id,
            open_statistics.tenant,
            sum(open_statistics.attempts) AS attempts,
            sum(open_statistics.delivered) AS delivered
           FROM martlet.open_statistics
          WHERE (open_statistics.hour >= (now() - '25:00:00'::interval))
          GROUP BY open_statistics.subscription_id, open_statistics.tenant) open ON (((open.subscription_id = subscription.id) AND (open.tenant = subscription.tenant))))
     LEFT JOIN ( SELECT attempts.subscription_id,
            attempts.tenant,
            count(*) AS attempts,
            count(*) FILTER (WHERE (attempts.outcome = 'd'::"char")) AS delivered,
            max(attempts.id) FILTER (WHERE (attempts.outcome <> 'd'::"char")) AS last_failure,
            (array_agg(attempts.error_message ORDER BY attempts.id DESC) FILTER (WHERE (attempts.outcome <> 'd'::"char")))[1] AS last_error
           FROM martlet.attempts
          WHERE (((attempts.id >= ( SELECT roll_up_progress.up_to
                   FROM martlet.roll_up_progress)) AND (attempts.id <= ( SELECT '9223372036854775807'::bigint))) AND (ROW(attempts.id, attempts.tenant) >= ROW(( SELECT roll_up_progress.up_to
                   FROM martlet.roll_up_progress), ''::text)) AND (ROW(attempts.id, attempts.tenant) <= ROW(( SELECT '9223372036854775807'::bigint), ''::text)))
          GROUP BY attempts.subscription_id, attempts.tenant) recent ON (((recent.subscription_id = subscription.id) AND (recent.tenant = subscription.tenant))))
     CROSS JOIN LATERAL ( SELECT ((COALESCE(closed.attempts, (0)::bigint) + COALESCE(open.attempts, (0)::bigint)) + COALESCE(recent.attempts, (0)::bigint)) AS attempts,
            ((COALESCE(closed.delivered, (0)::bigint) + COALESCE(open.delivered, (0)::bigint)) + COALESCE(recent.delivered, (0)::bigint)) AS delivered) sums)
     LEFT JOIN martlet.last_errors last_error ON (((last_error.subscription_id = subscription.id) AND (last_error.tenant = subscription.tenant))));

CREATE VIEW martlet.webhook_queue AS
 SELECT delivery.id,
    delivery.tenant,
    delivery.subscription_id,
    delivery.event_id,
    martlet.event_name_of(delivery.tenant, delivery.event_id) AS event_name,
    'pending'::text AS status,
    0 AS retry_count,
    martlet.id_time(delivery.id) AS next_retry_at,
    NULL::text AS error_message,
    delivery.lease_until AS leased_until,
    martlet.id_time(delivery.id) AS created_at,
    NULL::timestamp with time zone AS delivered_at
   FROM martlet.pending delivery
UNION ALL
 SELECT delivery.id,
    delivery.tenant,
    delivery.subscription_id,
    delivery.event_id,
    martlet.event_name_of(delivery.tenant, delivery.event_id) AS event_name,
    delivery.status,
    (delivery.retry_count)::integer AS retry_count,
    delivery.next_retry_at,
    delivery.error_message,
    COALESCE(delivery.lease_until, martlet.batch_lease(delivery.subscription_id, delivery.id)) AS leased_until,
    martlet.id_time(delivery.id) AS created_at,
    NULL::timestamp with time zone AS delivered_at
   FROM martlet.waiting delivery
UNION ALL
 SELECT attempt.delivery_id AS id,
    attempt.tenant,
    attempt.subscription_id,
    attempt.event_id,
    martlet.event_name_of(attempt.tenant, attempt.event_id) AS event_name,
    'delivered'::text AS status,
    (attempt.attempt - 1) AS retry_count,
    NULL::timestamp with time zone AS next_retry_at,
    NULL::text AS error_message,
    NULL::timestamp with time zone AS leased_until,
    martlet.id_time(attempt.delivery_id) AS created_at,
    martlet.id_time(attempt.id) AS delivered_at
   FROM martlet.attempts attempt
  WHERE ((attempt.outcome = 'd'::"char") AND (attempt.queue_ids IS NULL) AND (attempt.id > martlet.id_floor((now() - '24:00:00'::interval))))
UNION ALL
 SELECT entry.id,
    attempt.tenant,
    attempt.subscription_id,
    entry.event_id,
    martlet.event_name_of(attempt.tenant, entry.event_id) AS event_name,
    'delivered'::text AS status,
    (attempt.attempt - 1) AS retry_count,
    NULL::timestamp with time zone AS next_retry_at,
    NULL::text AS error_message,
    NULL::timestamp with time zone AS leased_until,
    martlet.id_time(entry.id) AS created_at,
    martlet.id_time(attempt.id) AS delivered_at
   FROM (martlet.attempts attempt
     CROSS JOIN LATERAL UNNEST(attempt.queue_ids, attempt.event_ids) entry(id, event_id))
  WHERE ((attempt.outcome = 'd'::"char") AND (attempt.queue_ids IS NOT NULL) AND (attempt.id > martlet.id_floor((now() - '24:00:00'::interval))));

CREATE VIEW martlet.webhook_stats AS
 SELECT statistics.subscription_id,
    statistics.tenant,
    statistics.hour,
    statistics.attempts,
    statistics.delivered,
    (statistics.attempts - statistics.delivered) AS failed,
    statistics.exhausted,
    ((statistics.delivered)::double precision / (statistics.attempts)::double precision) AS success_rate,
    statistics.p50_ms,
    statistics.p95_ms,
    statistics.p99_ms
   FROM martlet.statistics
UNION ALL
 SELECT open_hours.subscription_id,
    open_hours.tenant,
    open_hours.hour,
    open_hours.attempts,
    open_hours.delivered,
    (open_hours.attempts - open_hours.delivered) AS failed,
    open_hours.exhausted,
    ((open_hours.delivered)::double precision / (open_hours.attempts)::double precision) AS success_rate,
        CASE
            WHEN (open_hours.at_most IS NULL) THEN open_hours.p50_ms
            ELSE martlet.percentile_ms(open_hours.at_most, 50)
        END AS p50_ms,
        CASE
            WHEN (open_hours.at_most IS NULL) THEN open_hours.p95_ms
            ELSE martlet.percentile_ms(open_hours.at_most, 95)
        END AS p95_ms,
        CASE
            WHEN (open_hours.at_most IS NULL) THEN open_hours.p99_ms
            ELSE martlet.percentile_ms(open_hours.at_most, 99)
        END AS p99_ms
   FROM ( SELECT subscription_id,
            tenant,
            hour,
            (COALESCE(counted.attempts, 0) + COALESCE(recent.attempts, 0)) AS attempts,
            (COALESCE(counted.delivered, 0) + COALESCE(recent.delivered, 0)) AS delivered,
            (COALESCE(counted.exhausted, 0) + COALESCE(recent.exhausted, 0)) AS exhausted,
            counted.p50_ms,
            counted.p95_ms,
            counted.p99_ms,
                CASE
                    WHEN (counted.at_most IS NULL) THEN recent.at_most
                    WHEN (recent.at_most IS NOT NULL) THEN martlet.add_histograms(counted.at_most, recent.at_most)
                    ELSE NULL::integer[]
                END AS at_most
           FROM (martlet.open_statistics counted
             FULL JOIN martlet.uncounted_statistics recent USING (subscription_id, tenant, hour))) open_hours;

CREATE VIEW martlet.webhook_subscriptions AS
 SELECT subscriptions.id,
    subscriptions.tenant,
    subscriptions.name,
    subscriptions.url,
    subscriptions.events,
    subscriptions.custom_headers,
    subscriptions.profile,
    COALESCE(subscriptions.queue_mode, ( SELECT settings.value
           FROM martlet.settings
          WHERE (settings.name = 'queue_mode'::text))) AS queue_mode,
    COALESCE(subscriptions.event_order, ( SELECT settings.value
           FROM martlet.settings
          WHERE (settings.name = 'event_order'::text))) AS event_order,
    subscriptions.batch_size,
    make_interval(secs => (subscriptions.batch_interval_seconds)::double precision) AS batch_interval,
    subscriptions.max_retries,
    subscriptions.timeout_seconds,
    subscriptions.concurrency,
    subscriptions.active,
    subscriptions.failure_count,
    subscriptions.disabled_reason,
    subscriptions.created_at,
    subscriptions.updated_at,
    subscriptions.rate_limit,
        CASE
            WHEN (subscriptions.rate_limit IS NOT NULL) THEN COALESCE(subscriptions.rate_burst, (ceil(subscriptions.rate_limit))::integer)
            ELSE NULL::integer
        END AS rate_burst,
    subscriptions.ordering,
    COALESCE(subscriptions.disable_on_gone, (subscriptions.profile <> 'newmeta'::text)) AS disable_on_gone
   FROM martlet.subscriptions;

ALTER TABLE martlet.workers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME martlet.workers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY martlet.attempts ATTACH PARTITION martlet.attempts_default DEFAULT;

ALTER TABLE ONLY martlet.events ATTACH PARTITION martlet.events_default DEFAULT;

ALTER TABLE ONLY martlet.api_keys
    ADD CONSTRAINT api_keys_hash_is_unique UNIQUE (key_hash);

ALTER TABLE ONLY martlet.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY martlet.attempts
    ADD CONSTRAINT attempts_pkey PRIMARY KEY (id, tenant);

ALTER TABLE ONLY martlet.attempts_default
    ADD CONSTRAINT attempts_default_pkey PRIMARY KEY (id, tenant);

ALTER TABLE ONLY martlet.batches
    ADD CONSTRAINT batches_pkey PRIMARY KEY (id, tenant);

ALTER TABLE ONLY martlet.event_types
    ADD CONSTRAINT event_types_pkey PRIMARY KEY (plugin_id, event_name);

ALTER TABLE ONLY martlet.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (tenant, id);

ALTER TABLE ONLY martlet.events_default
    ADD CONSTRAINT events_default_pkey PRIMARY KEY (tenant, id);

ALTER TABLE ONLY martlet.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant, key);

ALTER TABLE ONLY martlet.lanes
    ADD CONSTRAINT lanes_pkey PRIMARY KEY (subscription_id, tenant);

ALTER TABLE ONLY martlet.last_errors
    ADD CONSTRAINT last_errors_pkey PRIMARY KEY (subscription_id, tenant);

ALTER TABLE ONLY martlet.maintenance_clock
    ADD CONSTRAINT maintenance_clock_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY martlet.open_statistics
    ADD CONSTRAINT open_statistics_pkey PRIMARY KEY (subscription_id, hour, tenant);

ALTER TABLE ONLY martlet.pending
    ADD CONSTRAINT pending_pkey PRIMARY KEY (id, tenant);

ALTER TABLE ONLY martlet.plugins
    ADD CONSTRAINT plugins_name_is_unique UNIQUE (name);

ALTER TABLE ONLY martlet.plugins
    ADD CONSTRAINT plugins_pkey PRIMARY KEY (id);

ALTER TABLE ONLY martlet.push_keys
    ADD CONSTRAINT push_keys_pkey PRIMARY KEY (table_id, key, tenant);

ALTER TABLE ONLY martlet.replays
    ADD CONSTRAINT replays_pkey PRIMARY KEY (id, tenant);

ALTER TABLE ONLY martlet.replays
    ADD CONSTRAINT replays_request_is_unique UNIQUE (subscription_id, tenant, request_id);

ALTER TABLE ONLY martlet.roll_up_progress
    ADD CONSTRAINT roll_up_progress_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY martlet.routes
    ADD CONSTRAINT routes_pkey PRIMARY KEY (tenant, pattern, subscription_id) INCLUDE (lane);

ALTER TABLE ONLY martlet.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);

ALTER TABLE ONLY martlet.sensitive_keywords
    ADD CONSTRAINT sensitive_keywords_pkey PRIMARY KEY (keyword);

ALTER TABLE ONLY martlet.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (name);

ALTER TABLE ONLY martlet.sources
    ADD CONSTRAINT sources_name_is_unique UNIQUE (name);

ALTER TABLE ONLY martlet.sources
    ADD CONSTRAINT sources_pkey PRIMARY KEY (id);

ALTER TABLE ONLY martlet.statistics
    ADD CONSTRAINT statistics_pkey PRIMARY KEY (subscription_id, hour, tenant);

ALTER TABLE ONLY martlet.subscription_versions
    ADD CONSTRAINT subscription_versions_pkey PRIMARY KEY (subscription_id, version, tenant);

ALTER TABLE ONLY martlet.subscriptions
    ADD CONSTRAINT subscriptions_pkey PRIMARY KEY (id, tenant);

ALTER TABLE ONLY martlet.table_rows
    ADD CONSTRAINT table_rows_pkey PRIMARY KEY (table_id, "position", tenant);

ALTER TABLE ONLY martlet.tables
    ADD CONSTRAINT tables_name_is_unique_in_its_tenant UNIQUE (tenant, name);

ALTER TABLE ONLY martlet.tables
    ADD CONSTRAINT tables_pkey PRIMARY KEY (id, tenant);

ALTER TABLE ONLY martlet.waiting
    ADD CONSTRAINT waiting_pkey PRIMARY KEY (id, tenant);

ALTER TABLE ONLY martlet.workers
    ADD CONSTRAINT workers_pkey PRIMARY KEY (id);

CREATE INDEX attempts_batch_idx ON ONLY martlet.attempts USING gin (martlet.times_of_ids(queue_ids)) WHERE (queue_ids IS NOT NULL);

CREATE INDEX attempts_batches_idx ON ONLY martlet.attempts USING btree (id) WHERE (queue_ids IS NOT NULL);

CREATE INDEX attempts_delivery_idx ON ONLY martlet.attempts USING btree (delivery_id);

CREATE INDEX attempts_default_delivery_id_idx ON martlet.attempts_default USING btree (delivery_id);

CREATE INDEX attempts_resent_idx ON ONLY martlet.attempts USING btree (event_id) WHERE (((delivery_id >> 22) > ((event_id >> 22) + 1)) AND (queue_ids IS NULL));

CREATE INDEX attempts_default_event_id_idx ON martlet.attempts_default USING btree (event_id) WHERE (((delivery_id >> 22) > ((event_id >> 22) + 1)) AND (queue_ids IS NULL));

CREATE INDEX attempts_default_id_idx ON martlet.attempts_default USING btree (id) WHERE (queue_ids IS NOT NULL);

CREATE INDEX attempts_subscription_idx ON ONLY martlet.attempts USING btree (subscription_id, id);

CREATE INDEX attempts_default_subscription_id_id_idx ON martlet.attempts_default USING btree (subscription_id, id);

CREATE INDEX attempts_default_times_of_ids_idx ON martlet.attempts_default USING gin (martlet.times_of_ids(queue_ids)) WHERE (queue_ids IS NOT NULL);

CREATE INDEX batches_lane_idx ON martlet.batches USING btree (subscription_id, due_at, id);

CREATE INDEX idempotency_keys_event_idx ON martlet.idempotency_keys USING brin (event_id);

CREATE INDEX lanes_due_idx ON martlet.lanes USING btree (due_at);

CREATE INDEX lanes_flush_idx ON martlet.lanes USING btree (flush_to) WHERE (flush_to IS NOT NULL);

CREATE INDEX push_keys_created_idx ON martlet.push_keys USING brin (created_at);

CREATE INDEX replays_running_idx ON martlet.replays USING btree (stepped_at) WHERE (state = 'running'::text);

CREATE INDEX routes_subscription_idx ON martlet.routes USING btree (subscription_id);

CREATE INDEX statistics_hour_idx ON martlet.statistics USING btree (hour);

CREATE INDEX subscriptions_prompt_idx ON martlet.subscriptions USING btree (id) WHERE (active AND ((ordering <> 'none'::text) OR (rate_limit IS NOT NULL)));

CREATE INDEX waiting_all_failed_idx ON martlet.waiting USING btree (id) WHERE (status = 'failed'::text);

CREATE INDEX waiting_due_idx ON martlet.waiting USING btree (next_retry_at) WHERE (status <> 'failed'::text);

CREATE INDEX waiting_event_idx ON martlet.waiting USING btree (event_id);

CREATE INDEX waiting_failed_idx ON martlet.waiting USING btree (subscription_id, id) WHERE (status = 'failed'::text);

CREATE INDEX waiting_key_idx ON martlet.waiting USING btree (subscription_id, order_key, id) WHERE ((order_key IS NOT NULL) AND (status <> 'failed'::text));

CREATE INDEX waiting_lane_idx ON martlet.waiting USING btree (subscription_id, next_retry_at, id) WHERE (status <> 'failed'::text);

CREATE INDEX waiting_retry_idx ON martlet.waiting USING btree (subscription_id, next_retry_at, id) WHERE (status = 'retry'::text);

CREATE INDEX workers_live_idx ON martlet.workers USING btree (id) WHERE (stopped_at IS NULL);

ALTER INDEX martlet.attempts_delivery_idx ATTACH PARTITION martlet.attempts_default_delivery_id_idx;

ALTER INDEX martlet.attempts_resent_idx ATTACH PARTITION martlet.attempts_default_event_id_idx;

ALTER INDEX martlet.attempts_batches_idx ATTACH PARTITION martlet.attempts_default_id_idx;

ALTER INDEX martlet.attempts_pkey ATTACH PARTITION martlet.attempts_default_pkey;

ALTER INDEX martlet.attempts_subscription_idx ATTACH PARTITION martlet.attempts_default_subscription_id_id_idx;

ALTER INDEX martlet.attempts_batch_idx ATTACH PARTITION martlet.attempts_default_times_of_ids_idx;

ALTER INDEX martlet.events_pkey ATTACH PARTITION martlet.events_default_pkey;

CREATE TRIGGER api_keys_announce AFTER INSERT OR DELETE OR UPDATE ON martlet.api_keys FOR EACH STATEMENT EXECUTE FUNCTION martlet.announce_key();

CREATE TRIGGER sensitive_keywords_keep_pattern AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON martlet.sensitive_keywords FOR EACH STATEMENT EXECUTE FUNCTION martlet.keep_sensitive_pattern();

CREATE TRIGGER settings_keep_default_lanes AFTER INSERT OR UPDATE OF value ON martlet.settings FOR EACH ROW WHEN ((new.name = 'queue_mode'::text)) EXECUTE FUNCTION martlet.keep_default_lanes();

CREATE TRIGGER sources_announce AFTER INSERT OR DELETE OR UPDATE ON martlet.sources FOR EACH STATEMENT EXECUTE FUNCTION martlet.announce_source();

CREATE TRIGGER subscriptions_announce AFTER INSERT OR DELETE OR UPDATE ON martlet.subscriptions FOR EACH ROW EXECUTE FUNCTION martlet.announce_subscription();

CREATE TRIGGER subscriptions_end_order AFTER UPDATE OF ordering ON martlet.subscriptions FOR EACH ROW WHEN (((old.ordering <> 'none'::text) AND (new.ordering = 'none'::text))) EXECUTE FUNCTION martlet.end_order();

CREATE TRIGGER subscriptions_keep_routes AFTER INSERT OR DELETE OR UPDATE OF tenant, events, active, queue_mode, diverted, ordering, rate_limit ON martlet.subscriptions FOR EACH ROW EXECUTE FUNCTION martlet.keep_routes();

CREATE TRIGGER subscriptions_next_version BEFORE UPDATE OF name, url, events, profile, secret, previous_secret, previous_secret_until, custom_headers, sealed_headers, queue_mode, event_order, batch_size, batch_interval_seconds, max_retries, timeout_seconds, concurrency, disable_on_gone, active, diverted, rate_limit, rate_burst, ordering ON martlet.subscriptions FOR EACH ROW EXECUTE FUNCTION martlet.next_subscription_version();

ALTER TABLE ONLY martlet.event_types
    ADD CONSTRAINT event_types_plugin_exists FOREIGN KEY (plugin_id) REFERENCES martlet.plugins(id);

GRANT USAGE ON SCHEMA martlet TO martlet_reader;
GRANT USAGE ON SCHEMA martlet TO martlet_publisher;
GRANT USAGE ON SCHEMA martlet TO martlet_ingest;
GRANT USAGE ON SCHEMA martlet TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.activate_subscription(p_id integer, p_tenant text) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.activate_subscription(p_id integer, p_tenant text) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.add_histograms(a integer[], b integer[]) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.add_histograms(a integer[], b integer[]) TO martlet_reader;
GRANT ALL ON FUNCTION martlet.add_histograms(a integer[], b integer[]) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.advance_lane(p_subscription integer, p_tenant text, p_due timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.advance_lanes() FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.advance_prompt_lanes(p_worker integer, p_except integer[]) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.advance_prompt_lanes(p_worker integer, p_except integer[]) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.advance_replays(p_rows integer, OUT running integer, OUT looked_at integer) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.advance_replays(p_rows integer, OUT running integer, OUT looked_at integer) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.announce(p_name text, p_data json[], p_tenants text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.announce_disabled(p_subscriptions integer[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.announce_exhausted(p_deliveries bigint[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.announce_key() FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.announce_recovered(p_subscriptions integer[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.announce_source() FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.announce_subscription() FROM PUBLIC;

GRANT SELECT ON TABLE martlet.tables TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.append_table_rows(p_table martlet.tables, p_chunks text[], p_offsets integer[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.batch_bytes_max() FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.batch_lease(p_subscription integer, p_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.batch_lease(p_subscription integer, p_id bigint) TO martlet_reader;
GRANT ALL ON FUNCTION martlet.batch_lease(p_subscription integer, p_id bigint) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.begin_flush(p_worker integer) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.begin_flush(p_worker integer) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.bury_dead_workers(p_worker integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.cancel_replay(p_id bigint, p_tenant text) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.cancel_replay(p_id bigint, p_tenant text) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.cancel_test(p_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.cancel_test(p_id bigint) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.candidate_patterns(event_name text) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.change_table(p_id integer, p_tenant text, p_open bigint[], p_closed bigint[], p_title text, p_name text, p_is_public boolean, p_headers json, p_settings json, p_formatting json, p_chunks text[], p_offsets integer[], p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.change_table(p_id integer, p_tenant text, p_open bigint[], p_closed bigint[], p_title text, p_name text, p_is_public boolean, p_headers json, p_settings json, p_formatting json, p_chunks text[], p_offsets integer[], p_count integer) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.claim_batched_lane(p_worker integer, p_subscription integer, p_requests integer, p_bytes bigint, p_flush_from timestamp with time zone, p_lease interval, OUT batches bigint[], OUT singles bigint[], OUT bytes bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.claim_batched_lanes(p_worker integer, p_lanes integer[], p_requests integer, p_lease interval, OUT batches bigint[], OUT singles bigint[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.claim_lanes(p_worker integer, p_lanes integer, p_rows integer, p_lease interval, p_except integer[]) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.claim_lanes(p_worker integer, p_lanes integer, p_rows integer, p_lease interval, p_except integer[]) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.claim_lanes(p_worker integer, p_lanes integer, p_rows integer, p_lease interval, p_except integer[], p_again integer[]) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.claim_lanes(p_worker integer, p_lanes integer, p_rows integer, p_lease interval, p_except integer[], p_again integer[]) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.claim_lock_class() FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.claim_pending(p_worker integer, p_limit integer, p_from bigint, p_lease interval) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.claim_pending(p_worker integer, p_limit integer, p_from bigint, p_lease interval) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.claim_prompt_lane(p_worker integer, p_subscription integer, p_rows integer, p_lease interval, OUT ids bigint[], OUT waits integer[], OUT keys bigint[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.claim_prompt_lanes(p_worker integer, p_due integer[], p_again integer[], p_rows integer, p_lease interval) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.claim_waiting(p_worker integer, p_lanes integer, p_rows integer, p_lease interval, p_except integer[], p_again integer[]) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.claim_waiting(p_worker integer, p_lanes integer, p_rows integer, p_lease interval, p_except integer[], p_again integer[]) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.claimable_from(next_send_at timestamp with time zone, rate_limit double precision, rate_burst integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.clock_is_steady() FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.close_hours(p_before timestamp with time zone, p_limit integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.confirm_leases(p_worker integer, p_ids bigint[], p_lease interval) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.confirm_leases(p_worker integer, p_ids bigint[], p_lease interval) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.count_attempts(p_from bigint, p_until bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.create_table(p_tenant text, p_title text, p_name text, p_base text, p_is_public boolean, p_headers json, p_settings json, p_formatting json, p_chunks text[], p_offsets integer[], p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.create_table(p_tenant text, p_title text, p_name text, p_base text, p_is_public boolean, p_headers json, p_settings json, p_formatting json, p_chunks text[], p_offsets integer[], p_count integer) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.data_bytes(p_tenant text, p_event bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.deactivate_subscription(p_id integer, p_tenant text, p_reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.deactivate_subscription(p_id integer, p_tenant text, p_reason text) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.default_queue_mode() FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.delete_subscription(p_id integer, p_tenant text) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.delete_subscription(p_id integer, p_tenant text) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.delete_table(p_id integer, p_tenant text, p_open bigint[], p_closed bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.delete_table(p_id integer, p_tenant text, p_open bigint[], p_closed bigint[]) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.describe_event_type(p_plugin text, p_event text, p_description text) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.describe_event_type(p_plugin text, p_event text, p_description text) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.dispatch(event_name text, data json, idempotency_key text, tenant text) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.dispatch(event_name text, data json, idempotency_key text, tenant text) TO martlet_publisher;
GRANT ALL ON FUNCTION martlet.dispatch(event_name text, data json, idempotency_key text, tenant text) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.dispatch_many(p_names text[], p_payloads json[], p_keys text[], p_tenants text[], p_occurred timestamp with time zone[]) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.dispatch_many(p_names text[], p_payloads json[], p_keys text[], p_tenants text[], p_occurred timestamp with time zone[]) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.dispatch_rows(p_name text, p_rows json[], p_tenant text) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.dispatch_rows(p_name text, p_rows json[], p_tenant text) TO martlet_publisher;

REVOKE ALL ON FUNCTION martlet.dispatch_test(p_subscription integer, p_tenant text, p_event text, p_data json) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.dispatch_test(p_subscription integer, p_tenant text, p_event text, p_data json) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.dissolve_batches(p_subscription integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.divert(p_subscription integer, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.divert(p_subscription integer, p_limit integer) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.drop_lost_entries(p_worker integer, p_batches bigint[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.drop_old_partition() FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.drop_old_partition() TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.duty_lock_class() FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.emit_appended_rows(p_table martlet.tables, p_chunks text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.emit_table_change(p_table martlet.tables, p_change text, p_rows text) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.emit_table_events(p_table martlet.tables, p_change text, p_contents text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.end_order() FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.end_without_event(p_limit integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.escape_pattern(sign text) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.event_is_gone() FROM PUBLIC;

GRANT SELECT ON TABLE martlet.events TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.event_name_of(p_tenant text, p_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.event_name_of(p_tenant text, p_id bigint) TO martlet_reader;
GRANT ALL ON FUNCTION martlet.event_name_of(p_tenant text, p_id bigint) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.expire(p_limit integer, OUT rows bigint, OUT more boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.expire(p_limit integer, OUT rows bigint, OUT more boolean) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.fail_without_event(p_ids bigint[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.filter_sensitive(data json) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.find_delivery(p_id bigint, p_tenant text) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.find_delivery(p_id bigint, p_tenant text) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.first_of_key(p_subscription integer, p_key bigint, OUT state text, OUT next_retry_at timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.first_waiting() FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.give_back(p_worker integer, p_ids bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.give_back(p_worker integer, p_ids bigint[]) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.give_back_unknown(p_worker integer, p_held bigint[], p_lanes boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.give_back_unknown(p_worker integer, p_held bigint[], p_lanes boolean) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.has_to_flush(p_worker integer, p_except integer[], p_own boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.hex_pattern(code integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.histogram_bounds() FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.histogram_bounds() TO martlet_reader;
GRANT ALL ON FUNCTION martlet.histogram_bounds() TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.horizon() FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.horizon() TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.hour_time(id_hour integer) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.hour_time(id_hour integer) TO martlet_reader;
GRANT ALL ON FUNCTION martlet.hour_time(id_hour integer) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.id_floor(moment timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.id_floor(moment timestamp with time zone) TO martlet_reader;
GRANT ALL ON FUNCTION martlet.id_floor(moment timestamp with time zone) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.id_hour(id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.id_hour(id bigint) TO martlet_reader;
GRANT ALL ON FUNCTION martlet.id_hour(id bigint) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.id_time(id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.id_time(id bigint) TO martlet_reader;
GRANT ALL ON FUNCTION martlet.id_time(id bigint) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.install_plugin(name text, content_tables text[], webhook_events jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.install_plugin(name text, content_tables text[], webhook_events jsonb) TO martlet_publisher;
GRANT ALL ON FUNCTION martlet.install_plugin(name text, content_tables text[], webhook_events jsonb) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.is_batched(queue_mode text, ordering text, rate_limit double precision, default_queue_mode text) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.is_event_name(name text) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.is_event_name(name text) TO martlet_publisher;

REVOKE ALL ON FUNCTION martlet.is_filtered(source text, sensitive text, plain_sensitive text) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.is_flat(source text) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.is_operational(event_name text) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.is_prompt(ordering text, rate_limit double precision) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.is_resent(delivery_id bigint, event_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.is_resent(delivery_id bigint, event_id bigint) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.keep_default_lanes() FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.keep_routes() FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.keep_sensitive_pattern() FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.keyword_pattern(keyword text) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.lane_of(queue_mode text, diverted boolean, ordering text, rate_limit double precision) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.list_deliveries(p_tenant text, p_subscription integer, p_event text, p_status text, p_since timestamp with time zone, p_after_key bigint, p_after_id bigint, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.list_deliveries(p_tenant text, p_subscription integer, p_event text, p_status text, p_since timestamp with time zone, p_after_key bigint, p_after_id bigint, p_limit integer) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.lock_table(p_id integer, p_tenant text, p_open bigint[], p_closed bigint[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.maintain() FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.maintain() TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.make_partitions(ahead interval) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.make_partitions(ahead interval) TO martlet_ingest;
GRANT ALL ON FUNCTION martlet.make_partitions(ahead interval) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.may_claim(p_worker integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.new_id(floor bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.next_batch_due(p_subscription integer, p_interval_seconds integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.next_due(p_subscription integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.next_entries(p_subscription integer, p_until timestamp with time zone, p_limit integer, p_reverse boolean, p_except bigint[], OUT ids bigint[], OUT events bigint[], OUT through bigint[], OUT first_due timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.next_in_order(p_subscription integer, p_rows integer, OUT ids bigint[], OUT keys bigint[], OUT is_blocked boolean, OUT has_more boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.next_key(p_subscription integer, p_from bigint, OUT order_key bigint, OUT is_free boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.next_subscription_version() FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.open_columns(tbl regclass, row_alias text) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.open_columns(tbl regclass, row_alias text) TO martlet_publisher;

REVOKE ALL ON FUNCTION martlet.order_key(p_subscription integer, p_path text[], p_data json) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.order_key_if_readable(p_subscription integer, p_path text[], p_data json) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.order_key_of_event(p_subscription integer, p_ordering text, p_tenant text, p_event bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.order_path(ordering text) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.park(p_worker integer, p_ids bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.park(p_worker integer, p_ids bigint[]) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.percentile_ms(at_most integer[], percent integer) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.percentile_ms(at_most integer[], percent integer) TO martlet_reader;
GRANT ALL ON FUNCTION martlet.percentile_ms(at_most integer[], percent integer) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.plain_keyword_pattern(keyword text) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.plain_pattern(sign text) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.plan_ahead() FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.push_table(p_id integer, p_secret bytea, p_key text, p_title text, p_append boolean, p_headers json, p_settings json, p_formatting json, p_chunks text[], p_offsets integer[], p_count integer, p_rows_max integer, p_bytes_max bigint, OUT outcome text, OUT title text, OUT row_count integer, OUT version bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.push_table(p_id integer, p_secret bytea, p_key text, p_title text, p_append boolean, p_headers json, p_settings json, p_formatting json, p_chunks text[], p_offsets integer[], p_count integer, p_rows_max integer, p_bytes_max bigint, OUT outcome text, OUT title text, OUT row_count integer, OUT version bigint) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.read_batches(p_batches bigint[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.record_attempts(p_worker integer, p_requests bigint[], p_subscriptions integer[], p_versions integer[], p_tenants text[], p_attempts smallint[], p_sent_at timestamp with time zone[], p_durations integer[], p_codes smallint[], p_outcomes text[], p_waits bigint[], p_errors text[], p_bodies text[], p_signatures text[], p_tests boolean[], p_ids bigint[], p_events bigint[], p_request_of integer[], p_tally_of integer[], p_tally_leading integer[], p_tally_longest integer[], p_tally_trailing integer[], p_tally_success boolean[], p_trip_reasons text[], p_gone text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.record_attempts(p_worker integer, p_requests bigint[], p_subscriptions integer[], p_versions integer[], p_tenants text[], p_attempts smallint[], p_sent_at timestamp with time zone[], p_durations integer[], p_codes smallint[], p_outcomes text[], p_waits bigint[], p_errors text[], p_bodies text[], p_signatures text[], p_tests boolean[], p_ids bigint[], p_events bigint[], p_request_of integer[], p_tally_of integer[], p_tally_leading integer[], p_tally_longest integer[], p_tally_trailing integer[], p_tally_success boolean[], p_trip_reasons text[], p_gone text[]) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.record_batches(p_worker integer, p_batches bigint[], p_versions integer[], p_sent_at timestamp with time zone[], p_durations integer[], p_codes smallint[], p_bodies text[], p_signatures text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.record_batches(p_worker integer, p_batches bigint[], p_versions integer[], p_sent_at timestamp with time zone[], p_durations integer[], p_codes smallint[], p_bodies text[], p_signatures text[]) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.record_batches(p_worker integer, p_batches bigint[], p_subscriptions integer[], p_versions integer[], p_tenants text[], p_attempts smallint[], p_sent_at timestamp with time zone[], p_durations integer[], p_codes smallint[], p_bodies text[], p_signatures text[], p_ids bigint[], p_events bigint[], p_sizes integer[]) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.record_batches(p_worker integer, p_batches bigint[], p_subscriptions integer[], p_versions integer[], p_tenants text[], p_attempts smallint[], p_sent_at timestamp with time zone[], p_durations integer[], p_codes smallint[], p_bodies text[], p_signatures text[], p_ids bigint[], p_events bigint[], p_sizes integer[]) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.record_delivered(p_worker integer, p_ids bigint[], p_events bigint[], p_subscriptions integer[], p_versions integer[], p_tenants text[], p_sent_at timestamp with time zone[], p_durations integer[], p_codes smallint[], p_bodies text[], p_signatures text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.record_delivered(p_worker integer, p_ids bigint[], p_events bigint[], p_subscriptions integer[], p_versions integer[], p_tenants text[], p_sent_at timestamp with time zone[], p_durations integer[], p_codes smallint[], p_bodies text[], p_signatures text[]) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.register_table_events(p_name text) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.register_worker(p_name text, p_user_agent text) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.register_worker(p_name text, p_user_agent text) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.release_lanes(p_worker integer, p_subscriptions integer[]) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.release_lanes(p_worker integer, p_subscriptions integer[]) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.release_lanes(p_worker integer, p_subscriptions integer[], p_late_ms integer[]) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.release_lanes(p_worker integer, p_subscriptions integer[], p_late_ms integer[]) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.release_leases(p_workers integer[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.render_entry(data json, moment timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.render_entry(data json, moment timestamp with time zone) TO martlet_reader;
GRANT ALL ON FUNCTION martlet.render_entry(data json, moment timestamp with time zone) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.render_headers(profile text, event_name text, delivery_id bigint, sent_at timestamp with time zone, signature text, user_agent text, custom_headers json) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.render_headers(profile text, event_name text, delivery_id bigint, sent_at timestamp with time zone, signature text, user_agent text, custom_headers json) TO martlet_reader;
GRANT ALL ON FUNCTION martlet.render_headers(profile text, event_name text, delivery_id bigint, sent_at timestamp with time zone, signature text, user_agent text, custom_headers json) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.render_payload(profile text, event_name text, moment timestamp with time zone, data json) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.render_payload(profile text, event_name text, moment timestamp with time zone, data json) TO martlet_reader;
GRANT ALL ON FUNCTION martlet.render_payload(profile text, event_name text, moment timestamp with time zone, data json) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.renew_leases(p_worker integer, p_ids bigint[], p_lease interval) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.renew_leases(p_worker integer, p_ids bigint[], p_lease interval) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.replace_table_rows(p_table martlet.tables, p_chunks text[], p_offsets integer[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.replay_backlog(rate_limit double precision) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.reset_breakers(p_subscriptions integer[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.resume_worker(p_worker integer) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.resume_worker(p_worker integer) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.retention() FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.retire_worker(p_worker integer) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.retire_worker(p_worker integer) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.retry_delivery(p_id bigint, p_tenant text, OUT outcome text, OUT id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.retry_delivery(p_id bigint, p_tenant text, OUT outcome text, OUT id bigint) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.rfc3339(moment timestamp with time zone, zone text) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.rfc3339(moment timestamp with time zone, zone text) TO martlet_reader;
GRANT ALL ON FUNCTION martlet.rfc3339(moment timestamp with time zone, zone text) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.roll_up(p_limit integer, OUT counted integer, OUT more boolean, OUT later boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.roll_up(p_limit integer, OUT counted integer, OUT more boolean, OUT later boolean) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.send_time(next_send_at timestamp with time zone, rate_limit double precision, rate_burst integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.sensitive_columns(tbl regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.sensitive_columns(tbl regclass) TO martlet_publisher;

REVOKE ALL ON FUNCTION martlet.set_table_secret(p_id integer, p_tenant text, p_secret bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.set_table_secret(p_id integer, p_tenant text, p_secret bytea) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.start_replay(p_subscription integer, p_tenant text, p_since timestamp with time zone, p_until timestamp with time zone, p_status text, p_event text, p_request text, p_rows integer, OUT outcome text, OUT id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.start_replay(p_subscription integer, p_tenant text, p_since timestamp with time zone, p_until timestamp with time zone, p_status text, p_event text, p_request text, p_rows integer, OUT outcome text, OUT id bigint) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.step_replay(p_replay bigint, p_rows integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.table_event_bytes_max() FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.table_rows_json(p_id integer, p_tenant text) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.table_rows_json(p_id integer, p_tenant text) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.tend(p_worker integer, OUT dead integer, OUT lane_is_due boolean, OUT has_prompt_lanes boolean, OUT replay_is_running boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.tend(p_worker integer, OUT dead integer, OUT lane_is_due boolean, OUT has_prompt_lanes boolean, OUT replay_is_running boolean) TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.times_of_ids(ids bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.times_of_ids(ids bigint[]) TO martlet_ingest;

REVOKE ALL ON FUNCTION martlet.unwatch(tbl regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.unwatch(tbl regclass) TO martlet_publisher;

REVOKE ALL ON FUNCTION martlet.wake() FROM PUBLIC;

REVOKE ALL ON FUNCTION martlet.wake_once() FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.wake_once() TO martlet_ingest;
GRANT ALL ON FUNCTION martlet.wake_once() TO martlet_worker;

REVOKE ALL ON FUNCTION martlet.watch(tbl regclass, columns text[], condition text, tenant text, name text) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.watch(tbl regclass, columns text[], condition text, tenant text, name text) TO martlet_publisher;

REVOKE ALL ON FUNCTION martlet.watch_source(p_columns text[], p_condition text, p_tenant text, p_filtered boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION martlet.watch_source(p_columns text[], p_condition text, p_tenant text, p_filtered boolean) TO martlet_publisher;

REVOKE ALL ON FUNCTION martlet.worker_lock_class() FROM PUBLIC;

GRANT SELECT,INSERT,DELETE ON TABLE martlet.api_keys TO martlet_ingest;

GRANT SELECT ON TABLE martlet.attempts TO martlet_ingest;

GRANT SELECT ON TABLE martlet.pending TO martlet_ingest;

GRANT SELECT ON TABLE martlet.replays TO martlet_ingest;

GRANT SELECT ON TABLE martlet.schema_migrations TO martlet_ingest;
GRANT SELECT ON TABLE martlet.schema_migrations TO martlet_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE martlet.sensitive_keywords TO martlet_ingest;

GRANT SELECT,INSERT,UPDATE ON TABLE martlet.settings TO martlet_ingest;
GRANT SELECT ON TABLE martlet.settings TO martlet_worker;

GRANT SELECT ON SEQUENCE martlet.sleepers TO martlet_ingest;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE martlet.sources TO martlet_ingest;

GRANT USAGE ON SEQUENCE martlet.sources_id_seq TO martlet_ingest;

GRANT SELECT,INSERT,UPDATE ON TABLE martlet.subscriptions TO martlet_ingest;
GRANT SELECT ON TABLE martlet.subscriptions TO martlet_worker;

GRANT USAGE ON SEQUENCE martlet.subscriptions_id_seq TO martlet_ingest;

GRANT SELECT ON TABLE martlet.table_rows TO martlet_ingest;

GRANT SELECT ON TABLE martlet.waiting TO martlet_ingest;

GRANT SELECT ON TABLE martlet.webhook_deliveries TO martlet_reader;
GRANT SELECT ON TABLE martlet.webhook_deliveries TO martlet_ingest;

GRANT SELECT ON TABLE martlet.webhook_events TO martlet_reader;
GRANT SELECT ON TABLE martlet.webhook_events TO martlet_ingest;

GRANT SELECT ON TABLE martlet.webhook_health TO martlet_reader;
GRANT SELECT ON TABLE martlet.webhook_health TO martlet_ingest;

GRANT SELECT ON TABLE martlet.webhook_queue TO martlet_reader;
GRANT SELECT ON TABLE martlet.webhook_queue TO martlet_ingest;

GRANT SELECT ON TABLE martlet.webhook_stats TO martlet_reader;
GRANT SELECT ON TABLE martlet.webhook_stats TO martlet_ingest;

GRANT SELECT ON TABLE martlet.webhook_subscriptions TO martlet_reader;
GRANT SELECT ON TABLE martlet.webhook_subscriptions TO martlet_ingest;
