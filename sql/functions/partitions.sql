-- Events and attempts lie in one partition a day (UTC), made ahead and dropped behind (functions/retention.sql).
--
-- What no such partition takes goes to the default one: after two weeks without maintenance, or with a clock that leapt.
-- Nobody is refused, and its rows stay there: their day gets no partition of its own, and retention deletes them.

-- Makes the partitions from yesterday (a clock may be behind) to `ahead` from now. Returns how many it made: of many
-- only one where the default partition has rows, because each has to read those.
CREATE OR REPLACE FUNCTION martlet.make_partitions(ahead interval DEFAULT '14 days') RETURNS int
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
-- A day is 24 hours here, also where the session's time zone changes its clocks.
SET timezone = 'UTC'
-- Attaching waits for whoever reads or fills the default partition, and others would wait behind us: another time.
SET lock_timeout = '200ms'
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
