-- NOTIFY in every transaction costs most of the commits per second, because PostgreSQL serialises notifying commits.
-- So a worker that is about to sleep raises a flag (martlet.claim_pending), and dispatch notifies only while it is up.

-- Inside the transaction that dispatches: the flag stays up, because this transaction may take long to commit, and
-- until then others must go on waking the workers.
CREATE OR REPLACE FUNCTION martlet.wake() RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    IF (SELECT last_value FROM martlet.sleepers) = 2 THEN
        NOTIFY martlet_work;
    END IF;
END
$$;

-- In a transaction that commits at once: one NOTIFY a sleep, and transactions that notify wait for each other's commits
-- only if they begin before this has put the flag down. What others commit before this does, the woken worker sees; if
-- this fails after all, it looks after its nap.
CREATE OR REPLACE FUNCTION martlet.wake_once() RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
BEGIN
    IF (SELECT last_value FROM martlet.sleepers) = 2 THEN
        PERFORM setval('martlet.sleepers', 1);
        NOTIFY martlet_work;
        RETURN true;
    END IF;
    RETURN false;
END
$$;
