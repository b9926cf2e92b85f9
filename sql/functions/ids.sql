-- Ids carry time: milliseconds since 2024-01-01 UTC, shifted left by 22 bits, with a sequence below. A range of ids is
-- a range of time. An event and the deliveries made with it share the milliseconds.

-- STABLE, because extract() from a timestamptz is: declared stricter than its body it would not be inlined, and every
-- statement that makes ids would set up an executor of its own for it.
CREATE OR REPLACE FUNCTION martlet.id_floor(moment timestamptz) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT (floor(extract(epoch FROM moment) * 1000)::bigint - 1704067200000) << 22 $$;

CREATE OR REPLACE FUNCTION martlet.id_time(id bigint) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT to_timestamp(((id >> 22) + 1704067200000)::double precision / 1000) $$;

-- A new id at the time `floor` (an id floor).
CREATE OR REPLACE FUNCTION martlet.new_id(floor bigint) RETURNS bigint
LANGUAGE sql VOLATILE
AS $$ SELECT floor | (nextval('martlet.id_sequence') & 4194303) $$;

-- Whether a delivery was made later than its event: somebody has had it sent again.
CREATE OR REPLACE FUNCTION martlet.is_resent(delivery_id bigint, event_id bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT delivery_id >> 22 > (event_id >> 22) + 1 $$;

-- The times of ids, in units of 2^32, about a second. What attempts_batch_idx has of a batch: an attempt that carried the
-- delivery `id` is found with `times_of_ids(queue_ids) @> ARRAY[id >> 32] AND queue_ids @> ARRAY[id]`.
CREATE OR REPLACE FUNCTION martlet.times_of_ids(ids bigint[]) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT ARRAY(SELECT id >> 32 FROM unnest(ids) AS id) $$;

-- The first key of every advisory lock of the gateway; the second says whose: a worker's id, or a duty's number.
CREATE OR REPLACE FUNCTION martlet.worker_lock_class() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT 1298233452 $$;

-- Shared by every claim of a worker, the worker's id behind it: whoever holds it alone knows that no claim is on the way.
CREATE OR REPLACE FUNCTION martlet.claim_lock_class() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT 1298233454 $$;

CREATE OR REPLACE FUNCTION martlet.duty_lock_class() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT 1298233453 $$;
