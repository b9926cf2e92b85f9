-- Events and attempts lie in one partition a day (UTC), made ahead and dropped behind, never deleted row by row.

-- Makes the partitions from yesterday (a clock may be behind) to `ahead` from now. Returns how many it made.
CREATE OR REPLACE FUNCTION martlet.make_partitions(ahead interval DEFAULT '14 days') RETURNS int
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
-- A day is 24 hours here, also where the session's time zone changes its clocks.
SET timezone = 'UTC'
AS $$
DECLARE
    day       timestamptz;
    parent    text;
    partition text;
    made      int := 0;
BEGIN
    -- Two at once would collide on the names.
    PERFORM pg_advisory_xact_lock(martlet.duty_lock_class(), 1);
    FOR day IN
        SELECT generate_series(date_trunc('day', now(), 'UTC') - interval '1 day', now() + ahead, interval '1 day')
    LOOP
        FOREACH parent IN ARRAY ARRAY['events', 'attempts'] LOOP
            partition := format('%s_%s', parent, to_char(day AT TIME ZONE 'UTC', 'YYYYMMDD'));
            CONTINUE WHEN to_regclass('martlet.' || partition) IS NOT NULL;
            -- Attached, not made in place: PARTITION OF locks the parent against everybody, and would wait for every
            -- open transaction that has dispatched something while all others wait for it.
            EXECUTE format('CREATE TABLE martlet.%I (LIKE martlet.%I INCLUDING ALL)', partition, parent);
            EXECUTE format(
                'ALTER TABLE martlet.%I ATTACH PARTITION martlet.%I FOR VALUES FROM (%s) TO (%s)',
                parent, partition, martlet.id_floor(day), martlet.id_floor(day + interval '1 day'));
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END
$$;

-- Drops the partitions that ended more than `keep` ago. A partition whose events a waiting row still needs stays.
-- Returns how many it dropped.
CREATE OR REPLACE FUNCTION martlet.drop_partitions(keep interval) RETURNS int
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
DECLARE
    old      record;
    dropped  int := 0;
    patience text := current_setting('lock_timeout');
BEGIN
    PERFORM pg_advisory_xact_lock(martlet.duty_lock_class(), 1);
    -- A writer must not wait behind us for long: what is in use is dropped another day.
    PERFORM set_config('lock_timeout', '200ms', true);
    FOR old IN
        SELECT part.relname AS partition, parent.relname AS parent,
               martlet.id_floor(to_date(right(part.relname, 8), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC')
                   AS first_id,
               martlet.id_floor((to_date(right(part.relname, 8), 'YYYYMMDD') + 1)::timestamp AT TIME ZONE 'UTC')
                   AS end_id
        FROM pg_inherits AS link
        JOIN pg_class AS part ON part.oid = link.inhrelid
        JOIN pg_class AS parent ON parent.oid = link.inhparent
        WHERE parent.oid IN ('martlet.events'::regclass, 'martlet.attempts'::regclass)
        ORDER BY part.relname
    LOOP
        CONTINUE WHEN old.end_id > martlet.id_floor(now() - keep);
        CONTINUE WHEN old.parent = 'events' AND (
            EXISTS (SELECT FROM martlet.pending WHERE event_id >= old.first_id AND event_id < old.end_id)
            OR EXISTS (SELECT FROM martlet.waiting WHERE event_id >= old.first_id AND event_id < old.end_id));
        BEGIN
            EXECUTE format('DROP TABLE martlet.%I', old.partition);
            dropped := dropped + 1;
        EXCEPTION WHEN lock_not_available THEN
            -- It is the parent that is in use: the next one would have to wait too.
            EXIT;
        END;
    END LOOP;
    PERFORM set_config('lock_timeout', patience, true);
    RETURN dropped;
END
$$;

-- The hourly duty: one worker of all does it. Null: another is at it.
CREATE OR REPLACE FUNCTION martlet.maintain() RETURNS text
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
DECLARE
    keep      interval;
    made      int;
    dropped   int;
    expired   bigint;
    cancelled bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(martlet.duty_lock_class(), 2) THEN
        RETURN NULL;
    END IF;
    SELECT make_interval(days => value::int) INTO keep FROM martlet.settings WHERE name = 'retention_days';
    made := martlet.make_partitions();
    DELETE FROM martlet.idempotency_keys WHERE event_id < martlet.id_floor(now() - keep);
    GET DIAGNOSTICS expired = ROW_COUNT;
    -- A dispatch that was under way while its subscription was deleted has put them there.
    DELETE FROM martlet.waiting
    WHERE NOT EXISTS (SELECT FROM martlet.subscriptions WHERE subscriptions.id = waiting.subscription_id);
    GET DIAGNOSTICS cancelled = ROW_COUNT;
    DELETE FROM martlet.lanes
    WHERE NOT EXISTS (SELECT FROM martlet.subscriptions WHERE subscriptions.id = lanes.subscription_id);
    -- Last: it locks the parents until the transaction ends.
    dropped := martlet.drop_partitions(keep);
    RETURN format(
        '%s partitions made, %s dropped, %s idempotency keys expired, %s deliveries of deleted subscriptions cancelled',
        made, dropped, expired, cancelled);
END
$$;
