-- Prompt lanes: those of subscriptions with an order or a rate limit. All their deliveries wait in the lane, healthy ones
-- too, so their lanes are looked at more often than once a second, and claimed from again while rows are in the air.

CREATE OR REPLACE FUNCTION martlet.is_prompt(ordering text, rate_limit double precision) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT coalesce(ordering <> 'none' OR rate_limit IS NOT NULL, false) $$;

-- How far ahead the sending of rows is planned: what a worker holds of a limited lane at most, and what is wasted at most
-- when it dies.
CREATE OR REPLACE FUNCTION martlet.plan_ahead() RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT interval '500 milliseconds' $$;

-- The rate is kept by GCRA, the token bucket as one number. A request conforms when it leaves no earlier than its
-- theoretical arrival time less the tolerance, (burst - 1) / rate; each moves that time by 1 / rate, from now on if it
-- has passed. This is how late the time can be in an honest lane; a larger one is of an earlier, slower limit.
CREATE OR REPLACE FUNCTION martlet.send_time(
    next_send_at timestamptz, rate_limit double precision, rate_burst int)
RETURNS timestamptz
LANGUAGE sql STABLE
AS $$
    SELECT least(
        greatest(next_send_at, now()),
        now() + martlet.plan_ahead()
            + make_interval(secs => coalesce(rate_burst, ceil(rate_limit)::int) / rate_limit))
$$;

-- When a limited lane may be claimed from: so long before its next request leaves that there are always some at hand.
-- Null: it is not limited.
CREATE OR REPLACE FUNCTION martlet.claimable_from(
    next_send_at timestamptz, rate_limit double precision, rate_burst int)
RETURNS timestamptz
LANGUAGE sql STABLE
AS $$
    SELECT martlet.send_time(next_send_at, rate_limit, rate_burst)
        - make_interval(secs => (coalesce(rate_burst, ceil(rate_limit)::int) - 1) / rate_limit)
        - martlet.plan_ahead() / 2
    WHERE rate_limit IS NOT NULL
$$;

-- Advances prompt lanes to rows that dispatch put there; one probe a subscription. Returns in how many milliseconds a
-- lane is due that p_worker may claim from; null: none is.
CREATE OR REPLACE FUNCTION martlet.advance_prompt_lanes(p_worker int, p_except int[]) RETURNS int
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
SET enable_seqscan = off
SET enable_incremental_sort = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
SET jit = off
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

-- Leases up to p_rows deliveries of each of these lanes, which the caller has locked, and of those of p_again that are
-- p_worker's.
CREATE OR REPLACE FUNCTION martlet.claim_prompt_lanes(
    p_worker int, p_due int[], p_again int[], p_rows int, p_lease interval)
RETURNS TABLE (
    id bigint, event_id bigint, subscription_id int, tenant text, retry_count smallint, version int,
    event_name text, occurred_at timestamptz, payload json, wait_ms int, order_key bigint)
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

-- One of them. Other workers may not while the lease of the lane lasts, but neither rate nor order hangs on that: the
-- rate is in the lane's row, which is locked here, and a key whose first row is leased is left alone.
CREATE OR REPLACE FUNCTION martlet.claim_prompt_lane(
    p_worker int, p_subscription int, p_rows int, p_lease interval,
    OUT ids bigint[], OUT waits int[], OUT keys bigint[])
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

-- Chooses up to p_rows deliveries of an ordered lane that may go out, and locks them: of each key its first ones (fewer
-- than run_max), and those only while the very first is due and none of them is leased: one that was committed late may
-- have come to stand before others that are in the air. A first that was tried before goes alone: the others would wait
-- here for nothing when it fails again.
--
-- is_blocked: rows are due that stand behind others. has_more: to be called again at once.
CREATE OR REPLACE FUNCTION martlet.next_in_order(
    p_subscription int, p_rows int, OUT ids bigint[], OUT keys bigint[], OUT is_blocked boolean, OUT has_more boolean)
LANGUAGE plpgsql
SET enable_seqscan = off
SET enable_incremental_sort = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
SET jit = off
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

-- The first row of a key: leased, held (it waits for its retry), or free.
CREATE OR REPLACE FUNCTION martlet.first_of_key(
    p_subscription int, p_key bigint, OUT state text, OUT next_retry_at timestamptz)
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

-- The next key that has rows, p_from or above, and whether its first row may go out.
CREATE OR REPLACE FUNCTION martlet.next_key(
    p_subscription int, p_from bigint, OUT order_key bigint, OUT is_free boolean)
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
