-- 0011_lease_batches: a batch is leased as one row, and its deliveries are written once, when its outcome is known.
-- Locks: batches, for a moment, and attempts, which is read once for an index of batches; no row is rewritten.

ALTER TABLE martlet.batches
    ADD COLUMN IF NOT EXISTS events bigint[],           -- of entries, in their order; null: no claim has leased it as a row
    ADD COLUMN IF NOT EXISTS retry_count smallint NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS lease_until timestamptz,
    ADD COLUMN IF NOT EXISTS worker int;

-- The times of ids, in units of 2^32, about a second: what is indexed of a batch (functions/ids.sql).
CREATE OR REPLACE FUNCTION martlet.times_of_ids(ids bigint[]) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT ARRAY(SELECT id >> 32 FROM unnest(ids) AS id) $$;

-- Serves the attempts of one delivery that was sent in a batch. By the second, not by the id: an entry a batch, mostly,
-- instead of one a delivery. Partial: single requests cost it nothing.
DROP INDEX IF EXISTS martlet.attempts_batch_idx;
CREATE INDEX attempts_batch_idx
    ON martlet.attempts USING gin (martlet.times_of_ids(queue_ids))
    WHERE queue_ids IS NOT NULL;
