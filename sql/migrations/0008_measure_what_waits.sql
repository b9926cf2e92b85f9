-- 0008_measure_what_waits: batches are cut by the size of their events without reading these.
-- Locks: waiting, for a moment; no row is rewritten.

ALTER TABLE martlet.waiting
    -- Of the event's data, in bytes; null: its event tells.
    ADD COLUMN IF NOT EXISTS data_bytes int,
    -- So that a claim is a HOT update of all rows of a page: with its lease and its batch a row is a third longer.
    SET (fillfactor = 40);
