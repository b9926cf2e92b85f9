-- 0002_create_queue: events, the lanes deliveries wait in, and the log of attempts.
-- Locks: new objects only.

-- The low 22 bits of every id; the bits above are milliseconds since 2024-01-01 UTC (functions/ids.sql). A range of
-- ids is a range of time, which is what partitions and retention need.
CREATE SEQUENCE martlet.id_sequence;

-- 2 while some worker sleeps, else 1. A sequence, because it is read and set without locks, rows or bloat; unlogged,
-- because after a crash nobody sleeps.
CREATE UNLOGGED SEQUENCE martlet.sleepers;

-- Append-only, one row per event whatever its fan-out. json, not jsonb: the bytes are delivered as they came.
CREATE TABLE martlet.events (
    id          bigint      NOT NULL,
    occurred_at timestamptz,                            -- null: the time in the id
    tenant      text        NOT NULL,
    event_name  text        NOT NULL,
    payload     json        NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (tenant, id)
) PARTITION BY RANGE (id);

-- The first event of each key; kept for `retention_days`, also when the partition of the event has to stay longer.
CREATE TABLE martlet.idempotency_keys (
    tenant   text   NOT NULL,
    key      text   NOT NULL,
    event_id bigint NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant, key)
);

-- Serves cleanup: insertion order is event order.
CREATE INDEX idempotency_keys_event_idx ON martlet.idempotency_keys USING brin (event_id);

-- The fast lane: first attempts of healthy subscriptions that take events one by one. The primary key is the only
-- index, so taking a lease is a HOT update; completion deletes. Vacuumed early, so that the head stays short.
CREATE TABLE martlet.pending (
    id              bigint  NOT NULL,
    event_id        bigint  NOT NULL,
    lease_until     timestamptz,
    subscription_id int     NOT NULL,
    worker          int,
    test            boolean NOT NULL DEFAULT false,     -- a person waits for it: one attempt, no breaker
    tenant          text    NOT NULL,
    CONSTRAINT pending_pkey PRIMARY KEY (id, tenant)
) WITH (
    fillfactor = 45,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 20000,
    autovacuum_vacuum_insert_scale_factor = 0,
    autovacuum_vacuum_insert_threshold = 1000000000,
    autovacuum_analyze_threshold = 1000000000,
    autovacuum_vacuum_cost_delay = 0
);

-- The waiting lanes: retries, batches, what a slow subscription has piled up, what an inactive one holds, what failed.
CREATE TABLE martlet.waiting (
    id              bigint      NOT NULL,
    event_id        bigint      NOT NULL,
    next_retry_at   timestamptz,                        -- null once failed
    lease_until     timestamptz,
    subscription_id int         NOT NULL,
    worker          int,
    retry_count     smallint    NOT NULL DEFAULT 0,
    -- pending -> retry -> … -> failed; a delivered row is deleted, its attempt tells the rest
    status          text        NOT NULL DEFAULT 'pending',
    tenant          text        NOT NULL,
    error_message   text,
    CONSTRAINT waiting_pkey PRIMARY KEY (id, tenant),
    CONSTRAINT waiting_status_is_known CHECK (status IN ('pending', 'retry', 'failed')),
    CONSTRAINT waiting_is_due_some_day_unless_failed CHECK ((status = 'failed') = (next_retry_at IS NULL))
) WITH (
    fillfactor = 80,
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 2000,
    autovacuum_vacuum_cost_delay = 0
);

-- Serves the claim of a lane, oldest due first. Partial: failed rows cost it nothing.
CREATE INDEX waiting_lane_idx
    ON martlet.waiting (subscription_id, next_retry_at, id)
    WHERE status <> 'failed';

-- Serves `WHERE status IN ('pending', 'retry') ORDER BY next_retry_at` on webhook_queue.
CREATE INDEX waiting_due_idx
    ON martlet.waiting (next_retry_at)
    WHERE status <> 'failed';

-- Serves retention: the oldest event that a row still needs.
CREATE INDEX waiting_event_idx ON martlet.waiting (event_id);

-- One row per subscription that has waiting rows. One worker leases a lane at a time, which is what keeps order,
-- batches and caps.
CREATE TABLE martlet.lanes (
    subscription_id int         NOT NULL,
    due_at          timestamptz NOT NULL,
    lease_until     timestamptz,
    worker          int,
    tenant          text        NOT NULL,
    CONSTRAINT lanes_pkey PRIMARY KEY (subscription_id, tenant)
) WITH (
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0
);

CREATE INDEX lanes_due_idx ON martlet.lanes (due_at);

-- A live worker holds the session advisory lock (martlet.worker_lock_class(), id): a lock that can be taken belongs to
-- a dead one. Rows stay: attempts name the worker that made them.
CREATE TABLE martlet.workers (
    id         int         GENERATED ALWAYS AS IDENTITY,
    name       text        NOT NULL,
    user_agent text        NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    stopped_at timestamptz,
    CONSTRAINT workers_pkey PRIMARY KEY (id)
);

CREATE INDEX workers_live_idx ON martlet.workers (id) WHERE stopped_at IS NULL;

-- Append-only, one row per HTTP request. What was sent is not stored again: the event, the version of the
-- subscription and the signature rebuild it (functions/render_request.sql).
CREATE TABLE martlet.attempts (
    id              bigint      NOT NULL,
    delivery_id     bigint      NOT NULL,               -- X-Delivery-ID: a queue id, or the id of a batch
    event_id        bigint,                             -- null for a batch
    sent_at         timestamptz NOT NULL,
    subscription_id int         NOT NULL,
    version         int         NOT NULL,
    duration_ms     int         NOT NULL,
    worker          int         NOT NULL,
    attempt         smallint    NOT NULL,
    response_code   smallint,                           -- null: no answer
    outcome         "char"      NOT NULL,               -- d delivered, r retry, f failed
    tenant          text        NOT NULL,
    signature       text        NOT NULL,               -- the value of the header that carries it
    response_body   text,
    error_message   text,
    queue_ids       bigint[],                           -- null: just delivery_id
    CONSTRAINT attempts_pkey PRIMARY KEY (id, tenant),
    CONSTRAINT attempts_outcome_is_known CHECK (outcome IN ('d', 'r', 'f'))
) PARTITION BY RANGE (id);

-- Serves the attempts of one delivery.
CREATE INDEX attempts_delivery_idx ON martlet.attempts (delivery_id);

-- Serves the history of a subscription, newest first.
CREATE INDEX attempts_subscription_idx ON martlet.attempts (subscription_id, id);

-- Serves the attempts of one delivery that was sent in a batch. Partial: single requests cost it nothing.
CREATE INDEX attempts_batch_idx
    ON martlet.attempts USING gin (queue_ids)
    WHERE queue_ids IS NOT NULL;
