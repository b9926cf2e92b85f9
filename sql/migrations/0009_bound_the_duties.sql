-- 0009_bound_the_duties: what a worker does beside its deliveries, and what people look at, costs no more than it finds.
-- Locks: maintenance_clock, then attempts and waiting, each read once for an index. In this order, which is that of the
-- recording: else one of the two would end in a deadlock.

-- The longest time lately between two looks of maintenance at the clock.
ALTER TABLE martlet.maintenance_clock ADD COLUMN IF NOT EXISTS pause interval NOT NULL DEFAULT '0';

-- Serves what was sent again of an event. Partial: the condition is that of martlet.is_resent, and nearly no attempt
-- meets it.
CREATE INDEX IF NOT EXISTS attempts_resent_idx
    ON martlet.attempts (event_id)
    WHERE delivery_id >> 22 > (event_id >> 22) + 1 AND queue_ids IS NULL;

-- Serves the list of all that failed for good. Partial: what waits costs it nothing.
CREATE INDEX IF NOT EXISTS waiting_all_failed_idx ON martlet.waiting (id) WHERE status = 'failed';
