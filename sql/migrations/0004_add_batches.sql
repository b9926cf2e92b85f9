-- 0004_add_batches: requests that carry several deliveries of a subscription in queued mode (functions/batches.sql).
-- Locks: waiting, lanes, workers and attempts; no row is rewritten. attempts is read once for an index of batches.

-- A request with several deliveries, from the claim that formed it until it is delivered or has failed for good: the same
-- deliveries under the same id over retries, and after the death of a worker.
CREATE TABLE martlet.batches (
    id              bigint      NOT NULL,               -- X-Delivery-ID of the request
    due_at          timestamptz NOT NULL,
    subscription_id int         NOT NULL,
    bytes           int         NOT NULL,               -- of the data of its events
    tenant          text        NOT NULL,
    entries         bigint[]    NOT NULL,               -- ids in waiting
    CONSTRAINT batches_pkey PRIMARY KEY (id, tenant)
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 2000,
    autovacuum_vacuum_cost_delay = 0
);

-- Serves the claim of a lane.
CREATE INDEX batches_lane_idx ON martlet.batches (subscription_id, due_at, id);

ALTER TABLE martlet.waiting
    -- Goes out with the others of this batch; null: alone, or no batch has been formed yet. In no index, so that a claim
    -- of a batch is a HOT update of its rows.
    ADD COLUMN batch_id bigint,
    SET (fillfactor = 50);

-- Serves retries of single deliveries in the lane of a subscription that was switched to queued mode.
CREATE INDEX waiting_retry_idx
    ON martlet.waiting (subscription_id, next_retry_at, id)
    WHERE status = 'retry';

ALTER TABLE martlet.lanes
    -- What waited at this time is being sent; null: nothing is, until the next interval or process-webhooks.
    ADD COLUMN flush_to timestamptz;

-- Serves process-webhooks.
CREATE INDEX lanes_flush_idx ON martlet.lanes (flush_to) WHERE flush_to IS NOT NULL;

ALTER TABLE martlet.workers
    ADD COLUMN flushes boolean NOT NULL DEFAULT false;  -- process-webhooks: sends what no interval sends

ALTER TABLE martlet.attempts
    ADD COLUMN event_ids bigint[];                      -- of queue_ids, in their order

-- Serves what was delivered lately in batches. Partial: single requests cost it nothing.
CREATE INDEX attempts_batches_idx ON martlet.attempts (id) WHERE queue_ids IS NOT NULL;

-- Another result column; the function comes back in the next step.
DROP FUNCTION IF EXISTS martlet.claim_lanes(int, int, int, interval, int[], int[]);
