-- 0009_bound_the_duties: what a worker does beside its deliveries costs less.
-- Locks: maintenance_clock for a moment.

-- Another result column; the function comes back in the next step.
DROP FUNCTION IF EXISTS martlet.tend(int);

-- The longest time lately between two looks of maintenance at the clock.
ALTER TABLE martlet.maintenance_clock ADD COLUMN IF NOT EXISTS pause interval NOT NULL DEFAULT '0';
