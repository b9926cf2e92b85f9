-- What is older than the setting `retention_days` goes: partitions whole, the rest in steps of a transaction each, so
-- that nobody waits for it, and a month that nobody cleaned up is caught up with a step at a time.

-- Whether the clock has run without a leap for a day. A clock that is a year ahead for an hour would otherwise cost the
-- whole history; so would a date typed wrong.
--
-- A pause looks like a leap until it comes again: where maintenance runs every hour, one of more than a day is taken for a
-- leap; where cron runs it every day or every week, one of up to three times as long is not, nor longer than 100 days: who
-- has seen one wrong year is not to believe the next. A pause is forgotten after as long as it took, and when the clock
-- goes back, for then it was none.
CREATE OR REPLACE FUNCTION martlet.clock_is_steady() RETURNS boolean
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

CREATE OR REPLACE FUNCTION martlet.retention() RETURNS interval
LANGUAGE sql STABLE
AS $$
    -- Without a setting the default: no date at all must not look like "everything is old".
    SELECT coalesce(
        (SELECT make_interval(days => value::int) FROM martlet.settings WHERE name = 'retention_days'),
        interval '30 days')
$$;

-- Deletes up to `p_limit` rows of each kind that nothing needs any more. `rows`: how many went; `more`: there may be
-- others. Nothing while another worker is at it.
CREATE OR REPLACE FUNCTION martlet.expire(p_limit int, OUT rows bigint, OUT more boolean)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
-- Index scans of what is old, not a look at all that is young.
SET enable_seqscan = off
SET jit = off
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

-- Ends deliveries that cannot be sent because their event is gone: somebody has removed it by hand, or brought back a part
-- of a backup. They fail, so that a person sees them, and can retry them once the event is back. Returns how many.
--
-- No claim returns such a row, and it is leased in vain again and again. But whoever cannot leave is overtaken by all
-- others: a look at the heads of the lanes finds it, and nothing else need be read. Each event is looked up by its key: as
-- a join the planner may read all events there are.
CREATE OR REPLACE FUNCTION martlet.end_without_event(p_limit int) RETURNS int
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

CREATE OR REPLACE FUNCTION martlet.event_is_gone() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT 'the event of this delivery is no longer kept' $$;

-- The same for waiting deliveries that were found. Returns how many were not over yet.
CREATE OR REPLACE FUNCTION martlet.fail_without_event(p_ids bigint[]) RETURNS int
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

-- Drops the oldest partition that ended longer ago than the retention; null: none, or it is in use and goes another day.
-- A partition stays, however old, while a delivery needs one of its events: it waits, it is held, or it has failed.
--
-- One a transaction: dropping locks the parent until the end. It cannot be detached concurrently first: that does not go
-- with a default partition, nor inside a function.
CREATE OR REPLACE FUNCTION martlet.drop_old_partition() RETURNS text
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
-- A writer must not wait behind us for long.
SET lock_timeout = '200ms'
-- Through indexes, whatever the statistics say of queues that are empty now and full in a second.
SET enable_seqscan = off
SET jit = off
AS $$
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
$$;
