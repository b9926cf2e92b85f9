-- 0007_add_replays: what was sent or has failed is sent again on request; recovery is announced.
-- Locks: subscriptions, attempts and settings for a moment; waiting is read once for an index.

-- Serves replay and lists: the deliveries of a subscription that failed for good. Partial: what waits costs it nothing.
CREATE INDEX IF NOT EXISTS waiting_failed_idx
    ON martlet.waiting (subscription_id, id)
    WHERE status = 'failed';

-- Switched off for its failures, and nothing has arrived since: the next success is a recovery.
ALTER TABLE martlet.subscriptions ADD COLUMN IF NOT EXISTS tripped boolean NOT NULL DEFAULT false;

-- Somebody's test of a subscription: on record, and never sent again.
ALTER TABLE martlet.attempts ADD COLUMN IF NOT EXISTS test boolean NOT NULL DEFAULT false;

-- A setting that the programs would refuse must not come in by another door: it decides what is dropped.
ALTER TABLE martlet.settings DROP CONSTRAINT IF EXISTS settings_retention_is_days;
ALTER TABLE martlet.settings ADD CONSTRAINT settings_retention_is_days
    CHECK (name <> 'retention_days' OR value ~ '^[1-9][0-9]{0,3}$');

-- One row per request to send deliveries of a subscription again. Rows stay 30 days: so long a request id is known.
CREATE TABLE IF NOT EXISTS martlet.replays (
    id              bigint      NOT NULL,
    tenant          text        NOT NULL,
    subscription_id int         NOT NULL,
    request_id      text,                               -- the caller's; null: every call is a request of its own

    -- Which deliveries: queued in [first_id, end_id), with this outcome, of an event that matches the pattern.
    first_id        bigint      NOT NULL,
    end_id          bigint      NOT NULL,
    status          text        NOT NULL,
    event           text        NOT NULL,

    -- Those that failed first, then those that were delivered; `position` is the last id looked at.
    state           text        NOT NULL DEFAULT 'running',
    phase           text        NOT NULL,
    position        bigint      NOT NULL,
    queued          bigint      NOT NULL DEFAULT 0,
    not_replayable  bigint      NOT NULL DEFAULT 0,     -- their events are no longer kept
    stepped_at      timestamptz NOT NULL DEFAULT now(),
    finished_at     timestamptz,

    CONSTRAINT replays_pkey PRIMARY KEY (id, tenant),
    CONSTRAINT replays_request_is_unique UNIQUE (subscription_id, tenant, request_id),
    CONSTRAINT replays_status_is_known CHECK (status IN ('failed', 'delivered', 'any')),
    CONSTRAINT replays_state_is_known CHECK (state IN ('running', 'done', 'cancelled')),
    CONSTRAINT replays_phase_is_known CHECK (phase IN ('failed', 'delivered')),
    CONSTRAINT replays_finished_unless_running CHECK ((state = 'running') = (finished_at IS NULL))
);

-- Serves the duty that advances them, the one that waited longest first.
CREATE INDEX IF NOT EXISTS replays_running_idx ON martlet.replays (stepped_at) WHERE state = 'running';
