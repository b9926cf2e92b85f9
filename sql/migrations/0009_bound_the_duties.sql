-- 0009_bound_the_duties: what a worker does beside its deliveries costs less.
-- Locks: none but that of a function.

-- Another result column; the function comes back in the next step.
DROP FUNCTION IF EXISTS martlet.tend(int);
