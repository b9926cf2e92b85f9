-- 0009_bound_the_duties: what a worker does beside its deliveries, and what people look at, costs no more than it finds.
-- Locks: waiting and attempts, each read once for an index; maintenance_clock.

-- The longest time lately between two looks of maintenance at the clock.
ALTER TABLE martlet.maintenance_clock ADD COLUMN IF NOT EXISTS pause interval NOT NULL DEFAULT '0';

-- Serves the list of all that failed for good. Partial: what waits costs it nothing.
CREATE INDEX IF NOT EXISTS waiting_all_failed_idx ON martlet.waiting (id) WHERE status = 'failed';

-- Serves what was sent again of an event. Partial: the condition is that of martlet.is_resent, and nearly no attempt
-- meets it.
CREATE INDEX IF NOT EXISTS attempts_resent_idx
    ON martlet.attempts (event_id)
    WHERE delivery_id >> 22 > (event_id >> 22) + 1 AND queue_ids IS NULL;
