-- 0006_create_statistics: attempts counted by hour, and what maintenance remembers between its runs.
-- Locks: new objects only.

-- Attempts by subscription and hour (UTC), of hours that are over: written once, by martlet.roll_up. All of it can be
-- counted again from the attempts of the hour.
CREATE TABLE martlet.statistics (
    hour            timestamptz NOT NULL,
    subscription_id int         NOT NULL,
    attempts        int         NOT NULL,
    delivered       int         NOT NULL,
    exhausted       int         NOT NULL,               -- attempts after which no retry was left
    -- The bound of the histogram below which this share of the attempts stayed.
    p50_ms          int         NOT NULL,
    p95_ms          int         NOT NULL,
    p99_ms          int         NOT NULL,
    tenant          text        NOT NULL,
    CONSTRAINT statistics_pkey PRIMARY KEY (subscription_id, hour, tenant)
);

-- Serves the last hours of all subscriptions, and cleanup.
CREATE INDEX statistics_hour_idx ON martlet.statistics (hour);

-- The same of the hours that still go on, and the histograms that only they need.
CREATE TABLE martlet.open_statistics (
    hour            timestamptz NOT NULL,
    subscription_id int         NOT NULL,
    attempts        int         NOT NULL,
    delivered       int         NOT NULL,
    exhausted       int         NOT NULL,
    p50_ms          int         NOT NULL,
    p95_ms          int         NOT NULL,
    p99_ms          int         NOT NULL,
    tenant          text        NOT NULL,
    at_most         int[]       NOT NULL,               -- how many attempts took no longer than each bound
    CONSTRAINT open_statistics_pkey PRIMARY KEY (subscription_id, hour, tenant)
) WITH (
    -- Room for HOT updates.
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_cost_delay = 0
);

-- The last failed attempt of each subscription that has one: its history may be millions of successes long.
CREATE TABLE martlet.last_errors (
    subscription_id int    NOT NULL,
    tenant          text   NOT NULL,
    attempt_id      bigint NOT NULL,
    error_message   text,
    CONSTRAINT last_errors_pkey PRIMARY KEY (subscription_id, tenant)
) WITH (fillfactor = 70);

-- How far the attempts are counted: moved in the transaction that counts them, so each is counted once.
CREATE TABLE martlet.roll_up_progress (
    only_row             boolean     NOT NULL DEFAULT true,
    up_to                bigint      NOT NULL DEFAULT 0,    -- ids below are counted
    -- The next place to count to, and the transactions that may still bring attempts below it.
    sampled_id           bigint      NOT NULL DEFAULT 0,
    sampled_transactions text[]      NOT NULL DEFAULT '{}',
    counted_at           timestamptz NOT NULL DEFAULT '-infinity',
    seen_at              timestamptz NOT NULL DEFAULT '-infinity',
    CONSTRAINT roll_up_progress_pkey PRIMARY KEY (only_row),
    CONSTRAINT roll_up_progress_is_one_row CHECK (only_row)
) WITH (fillfactor = 10);

INSERT INTO martlet.roll_up_progress DEFAULT VALUES;

-- What maintenance knows of the clock: nothing is dropped for a day after it has leapt.
CREATE TABLE martlet.maintenance_clock (
    only_row     boolean     NOT NULL DEFAULT true,
    seen_at      timestamptz NOT NULL DEFAULT now(),
    steady_since timestamptz NOT NULL DEFAULT '-infinity',
    CONSTRAINT maintenance_clock_pkey PRIMARY KEY (only_row),
    CONSTRAINT maintenance_clock_is_one_row CHECK (only_row)
);

INSERT INTO martlet.maintenance_clock DEFAULT VALUES;

-- Retention goes in steps of a transaction each (functions/retention.sql).
DROP FUNCTION IF EXISTS martlet.drop_partitions(interval);
