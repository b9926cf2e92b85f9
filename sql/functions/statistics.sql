-- Attempts are counted by subscription and hour (UTC), behind the back of the workers that record them: their statements
-- do not know of it. What is not counted yet is the short tail above `roll_up_progress.up_to`, which the views add.

-- The bounds of the histogram, in milliseconds. A request that ends with its timeout of 10 or 30 s ends a little later;
-- the last bound stands for everything longer as well.
CREATE OR REPLACE FUNCTION martlet.histogram_bounds() RETURNS int[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT ARRAY[1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500,
                 750, 1000, 2000, 3000, 5000, 7500, 11000, 31000]
$$;

-- The bound below which `percent` of the attempts stayed. `at_most`: how many stayed below each bound, the last one all.
-- width_bucket() counts the bounds that too few have reached.
CREATE OR REPLACE FUNCTION martlet.percentile_ms(at_most int[], percent int) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT (martlet.histogram_bounds())[
        width_bucket(((at_most[24]::bigint * percent + 99) / 100)::int - 1, at_most) + 1]
$$;

-- Written out: a loop over the elements takes ten times as long, and this runs for each row of the current hour.
CREATE OR REPLACE FUNCTION martlet.add_histograms(a int[], b int[]) RETURNS int[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT ARRAY[
        a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4], a[5] + b[5], a[6] + b[6],
        a[7] + b[7], a[8] + b[8], a[9] + b[9], a[10] + b[10], a[11] + b[11], a[12] + b[12],
        a[13] + b[13], a[14] + b[14], a[15] + b[15], a[16] + b[16], a[17] + b[17], a[18] + b[18],
        a[19] + b[19], a[20] + b[20], a[21] + b[21], a[22] + b[22], a[23] + b[23], a[24] + b[24]]
$$;

-- The hour of an id, as a number, which is cheaper to group by; and its beginning.
CREATE OR REPLACE FUNCTION martlet.id_hour(id bigint) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT ((id >> 22) / 3600000)::int $$;

CREATE OR REPLACE FUNCTION martlet.hour_time(id_hour int) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT to_timestamp(id_hour * 3600 + 1704067200) $$;

-- Counts up to p_limit attempts, from where it was left to where no attempt can still appear. `counted`: how many;
-- `more`: there are others to be counted now; `later`: there are others. Nothing while another worker is at it.
--
-- Where is that? Whoever records attempts locks the table, takes their ids, and commits later. So an id taken before we look
-- at the locks is safe when nobody has one, or as soon as all who had one are gone; a long transaction elsewhere does not
-- matter.
CREATE OR REPLACE FUNCTION martlet.roll_up(p_limit int, OUT counted int, OUT more boolean, OUT later boolean)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
SET jit = off
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

-- Adds the attempts with ids from p_from to before p_until to the statistics. Returns how many they are.
CREATE OR REPLACE FUNCTION martlet.count_attempts(p_from bigint, p_until bigint) RETURNS int
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

-- Up to p_limit rows of hours that are counted to their end become what they stay.
CREATE OR REPLACE FUNCTION martlet.close_hours(p_before timestamptz, p_limit int) RETURNS void
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
