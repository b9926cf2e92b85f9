-- 0011_lease_batches: a batch is leased as one row, and its deliveries are written once, when its outcome is known.
-- Locks: batches, for a moment; no row is rewritten.

ALTER TABLE martlet.batches
    ADD COLUMN IF NOT EXISTS events bigint[],           -- of entries, in their order; null: no claim has leased it as a row
    ADD COLUMN IF NOT EXISTS retry_count smallint NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS lease_until timestamptz,
    ADD COLUMN IF NOT EXISTS worker int;
