-- An event goes in: stored once, fanned out to the deliveries of everyone it matches, in one transaction.

-- Stores a set of events that are already filtered and validated. A row per event, in the order given:
-- its id, how many deliveries it made, and whether its idempotency key was seen before (then the id is the first
-- event's and nothing was made). p_keys null: no event has a key.
CREATE OR REPLACE FUNCTION martlet.dispatch_many(
    p_names text[], p_payloads json[], p_keys text[], p_tenants text[], p_occurred timestamptz[])
RETURNS TABLE (id bigint, deliveries int, duplicate boolean)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
-- The set is small and the tables are not: index probes, whatever the statistics of a busy table say just now.
-- And no compilation, here and in every function of the hot path: a plan that looks expensive would cost a quarter of a
-- second before its first row.
SET enable_seqscan = off
SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
SET jit = off
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

-- Emits an event inside the caller's own transaction: commit sends it, rollback does not. Returns the event's id; with
-- an idempotency key seen before, the first event's, and nothing is sent twice.
-- Errors: 22023 for a name, key, tenant or size out of range.
CREATE OR REPLACE FUNCTION martlet.dispatch(
    event_name text, data json, idempotency_key text DEFAULT NULL, tenant text DEFAULT 'default')
RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
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
$$;
