-- 0003_add_rates_and_order: how often and in which order a subscription is sent to.
-- Locks: subscriptions, waiting and lanes; no row is rewritten, but waiting is read once for an index that stays empty.

ALTER TABLE martlet.subscriptions
    ADD COLUMN rate_limit double precision,             -- requests a second of all workers together; null: no limit
    ADD COLUMN rate_burst int,                          -- requests at once; null: a second's worth
    -- none, subscription, or the path of the member whose value is the key (functions/ordering.sql)
    ADD COLUMN ordering   text NOT NULL DEFAULT 'none',
    ADD CONSTRAINT subscriptions_rate_limit_in_range CHECK (rate_limit BETWEEN 0.01 AND 10000),
    ADD CONSTRAINT subscriptions_rate_burst_in_range CHECK (rate_burst BETWEEN 1 AND 10000),
    ADD CONSTRAINT subscriptions_ordering_in_range CHECK (octet_length(ordering) BETWEEN 1 AND 256);

-- Serves the look at prompt lanes (functions/prompt_lanes.sql). Partial: most subscriptions are not in it.
CREATE INDEX subscriptions_prompt_idx
    ON martlet.subscriptions (id)
    WHERE active AND (ordering <> 'none' OR rate_limit IS NOT NULL);

ALTER TABLE martlet.waiting
    ADD COLUMN order_key bigint;                        -- rows of one key go out one after the other; null: whenever

-- Serves "who is the first of this key". Partial: what is not ordered costs it nothing.
CREATE INDEX waiting_key_idx
    ON martlet.waiting (subscription_id, order_key, id)
    WHERE order_key IS NOT NULL AND status <> 'failed';

ALTER TABLE martlet.lanes
    -- The theoretical arrival time of the next request (GCRA, functions/prompt_lanes.sql); null: never limited.
    ADD COLUMN next_send_at  timestamptz,
    -- All that is due stands behind rows in flight: looking again sooner finds the same.
    ADD COLUMN blocked_until timestamptz;
