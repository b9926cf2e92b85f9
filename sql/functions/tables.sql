-- Tables that outside systems push into. Every change of one is one transaction with the events that it causes:
--   item.{name}.created  for each appended row: {"table_id", "name", "title", "version", "headers", "row"}
--   item.{name}.updated  for every other change: {"table_id", "name", "title", "version", "headers", "rows"}
--   item.{name}.deleted  the same, as the table was
-- Cells have no names, so the sensitive filter has only these members to look at.
--
-- Rows come as they are stored, in chunks: `p_chunks` are JSON arrays with commas between, `p_offsets` how many rows come
-- before each chunk, `p_count` how many there are. Nothing here parses them but the cast to json of an event.
--
-- What a push calls is in plpgsql: a function in SQL that is not inlined would be planned anew by each transaction.

-- The most that an event may have, less room for the members beside headers and rows: a title is short.
CREATE OR REPLACE FUNCTION martlet.table_event_bytes_max() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT 1048576 - 16384 $$;

-- The rows of a table as a JSON array of arrays.
CREATE OR REPLACE FUNCTION martlet.table_rows_json(p_id int, p_tenant text) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT '[' || coalesce(string_agg(rows, ',' ORDER BY position), '') || ']'
    FROM martlet.table_rows
    WHERE table_id = p_id AND tenant = p_tenant
$$;

-- Emits an event for each of `p_contents`: JSON members, which follow those that all events of a table have. None is
-- looked through for members to drop unless one of the names above is sensitive here: a keyword is an operator's to
-- choose. Returns how many deliveries are made.
CREATE OR REPLACE FUNCTION martlet.emit_table_events(p_table martlet.tables, p_change text, p_contents text[])
RETURNS int
LANGUAGE plpgsql
AS $$
DECLARE
    event_name text := 'item.' || p_table.name || '.' || p_change;
    head text := format('{"table_id":"%s","name":"%s","title":%s,"version":%s,',
                        p_table.id, p_table.name, to_json(p_table.title), p_table.version);
    made int;
BEGIN
    SELECT sum(deliveries) INTO made
    FROM martlet.dispatch_many(
        array_fill(event_name, ARRAY[cardinality(p_contents)]),
        ARRAY(
            SELECT CASE
                -- All names in one look: what it would find across two of them costs a needless filter, no more.
                WHEN (SELECT 'table_id,name,title,version,headers,rows,row' ~ value
                      FROM martlet.settings
                      WHERE name = 'plain_sensitive_pattern')
                THEN martlet.filter_sensitive((head || content || '}')::json)
                ELSE (head || content || '}')::json
            END
            FROM (SELECT unnest(p_contents) AS content) AS given),
        NULL,
        array_fill(p_table.tenant, ARRAY[cardinality(p_contents)]),
        NULL);
    IF made > 0 THEN
        PERFORM martlet.wake_once();
    END IF;
    RETURN made;
END
$$;

-- Emits .updated or .deleted of a table as it is now; `rows` is null where the event would be too large. Returns how many
-- deliveries are made.
--   p_rows  its rows, where the caller has them; null: they are read
CREATE OR REPLACE FUNCTION martlet.emit_table_change(p_table martlet.tables, p_change text, p_rows text) RETURNS int
LANGUAGE plpgsql
AS $$
DECLARE
    bytes_max int := martlet.table_event_bytes_max();
    headers   text := p_table.headers::text;
    rows      text;
BEGIN
    IF octet_length(headers) > bytes_max THEN
        headers := 'null';
    ELSIF octet_length(headers) + p_table.row_bytes <= bytes_max THEN
        rows := coalesce(p_rows, martlet.table_rows_json(p_table.id, p_table.tenant));
    END IF;
    RETURN martlet.emit_table_events(
        p_table, p_change, ARRAY['"headers":' || headers || ',"rows":' || coalesce(rows, 'null')]);
END
$$;

-- Emits .created for each row of `p_chunks`. `headers` is null where it is long: it would be there a thousand times;
-- `row` where the event would be too large. Returns how many deliveries are made.
CREATE OR REPLACE FUNCTION martlet.emit_appended_rows(p_table martlet.tables, p_chunks text[]) RETURNS int
LANGUAGE plpgsql
AS $$
DECLARE
    events_max CONSTANT int := 1000;
    bytes_max  int := martlet.table_event_bytes_max();
    headers    text := CASE WHEN octet_length(p_table.headers::text) <= 4096 THEN p_table.headers::text ELSE 'null' END;
    appended   text[] := ARRAY(
        SELECT row.cells::text
        FROM unnest(p_chunks) WITH ORDINALITY AS chunk (rows, number)
        CROSS JOIN LATERAL json_array_elements(('[' || chunk.rows || ']')::json) WITH ORDINALITY AS row (cells, index)
        ORDER BY chunk.number, row.index);
    made       int := 0;
BEGIN
    FOR head IN 1 .. cardinality(appended) BY events_max LOOP
        made := made + martlet.emit_table_events(p_table, 'created', ARRAY(
            SELECT '"headers":' || headers || ',"row":'
                   || CASE WHEN octet_length(cells) + octet_length(headers) <= bytes_max THEN cells ELSE 'null' END
            FROM (SELECT unnest(appended[head : head + events_max - 1]) AS cells) AS given));
    END LOOP;
    RETURN made;
END
$$;

-- Registers the events of a table; what is registered already stays.
CREATE OR REPLACE FUNCTION martlet.register_table_events(p_name text) RETURNS void
LANGUAGE sql
AS $$ SELECT martlet.install_plugin('tables', ARRAY[p_name], NULL) $$;

-- Puts chunks behind the rows that `p_table` says are there, and returns where the last chunk stands then. A few rows go
-- into the last chunk there is, as long as it stays short: else a table that grows row by row would be a chunk a row.
CREATE OR REPLACE FUNCTION martlet.append_table_rows(p_table martlet.tables, p_chunks text[], p_offsets int[])
RETURNS int
LANGUAGE plpgsql
AS $$
DECLARE
    filled_max CONSTANT int := 2000;
BEGIN
    IF cardinality(p_chunks) = 1 AND octet_length(p_chunks[1]) < filled_max THEN
        UPDATE martlet.table_rows
        SET rows = rows || ',' || p_chunks[1]
        WHERE table_id = p_table.id AND position = p_table.last_chunk AND tenant = p_table.tenant
          AND octet_length(rows) + octet_length(p_chunks[1]) < filled_max;
        IF FOUND THEN
            RETURN p_table.last_chunk;
        END IF;
    END IF;
    INSERT INTO martlet.table_rows (table_id, position, tenant, rows)
    SELECT p_table.id, p_table.row_count + rows_before + 1, p_table.tenant, rows
    FROM (SELECT unnest(p_chunks) AS rows, unnest(p_offsets) AS rows_before) AS given;
    RETURN coalesce(p_table.row_count + p_offsets[cardinality(p_offsets)] + 1, p_table.last_chunk);
END
$$;

-- Puts chunks in the place of all rows that `p_table` says are there, and returns where the last chunk stands then. A chunk
-- is written over the one that stood at its position.
CREATE OR REPLACE FUNCTION martlet.replace_table_rows(p_table martlet.tables, p_chunks text[], p_offsets int[])
RETURNS int
LANGUAGE plpgsql
AS $$
BEGIN
    -- One chunk in the place of one: most tables are small.
    IF cardinality(p_chunks) = 1 AND p_table.last_chunk = 1 THEN
        UPDATE martlet.table_rows
        SET rows = p_chunks[1]
        WHERE table_id = p_table.id AND position = 1 AND tenant = p_table.tenant;
        RETURN 1;
    END IF;

    DELETE FROM martlet.table_rows AS known
    WHERE known.table_id = p_table.id AND known.tenant = p_table.tenant
      AND NOT EXISTS (SELECT FROM unnest(p_offsets) AS rows_before WHERE rows_before + 1 = known.position);

    -- What is the same is not written.
    UPDATE martlet.table_rows AS known
    SET rows = given.rows
    FROM unnest(p_chunks, p_offsets) AS given (rows, rows_before)
    WHERE known.table_id = p_table.id AND known.tenant = p_table.tenant
      AND known.position = given.rows_before + 1 AND known.rows <> given.rows;

    INSERT INTO martlet.table_rows (table_id, position, tenant, rows)
    SELECT p_table.id, rows_before + 1, p_table.tenant, rows
    FROM unnest(p_chunks, p_offsets) AS given (rows, rows_before)
    WHERE NOT EXISTS (
        SELECT
        FROM martlet.table_rows AS known
        WHERE known.table_id = p_table.id AND known.tenant = p_table.tenant
          AND known.position = given.rows_before + 1);
    RETURN coalesce(p_offsets[cardinality(p_offsets)] + 1, 0);
END
$$;

-- Makes a table and registers its events; emits none. Returns it with its rows as a JSON array.
--   p_name    null: `p_base`, which is made of the title, with the id behind it where that name is taken
-- Errors: 23505 when the name is taken.
CREATE OR REPLACE FUNCTION martlet.create_table(
    p_tenant text, p_title text, p_name text, p_base text, p_is_public boolean,
    p_headers json, p_settings json, p_formatting json, p_chunks text[], p_offsets int[], p_count int)
RETURNS TABLE (stored martlet.tables, stored_rows text)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
SET jit = off
AS $$
DECLARE
    rows text := array_to_string(p_chunks, ',');
    made martlet.tables;
BEGIN
    INSERT INTO martlet.tables (
        tenant, name, title, headers, settings, formatting, is_public)
    VALUES (p_tenant, coalesce(p_name, p_base), p_title, p_headers, p_settings, p_formatting, p_is_public)
    ON CONFLICT ON CONSTRAINT tables_name_is_unique_in_its_tenant DO NOTHING
    RETURNING * INTO made;
    IF made IS NULL AND p_name IS NOT NULL THEN
        RAISE EXCEPTION 'there is a table of that name already'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'tables_name_is_unique_in_its_tenant';
    ELSIF made IS NULL THEN
        made.id := nextval(pg_get_serial_sequence('martlet.tables', 'id'));
        INSERT INTO martlet.tables (
            id, tenant, name, title, headers, settings, formatting, is_public)
        OVERRIDING SYSTEM VALUE
        VALUES (made.id, p_tenant, p_base || '_' || made.id, p_title, p_headers, p_settings, p_formatting,
                p_is_public)
        RETURNING * INTO made;
    END IF;
    UPDATE martlet.tables
    SET row_count = p_count, row_bytes = octet_length(rows),
        last_chunk = martlet.append_table_rows(made, p_chunks, p_offsets)
    WHERE id = made.id AND tenant = made.tenant
    RETURNING * INTO stored;
    PERFORM martlet.register_table_events(made.name);
    stored_rows := '[' || rows || ']';
    RETURN NEXT;
END
$$;

-- Locks a table, so that it stays as the caller expects it until the end of the transaction. False: there is none.
--   p_open, p_closed  the versions it may have while it takes pushes, and while it takes none; null: any
-- Errors: 55000 when it has another.
CREATE OR REPLACE FUNCTION martlet.lock_table(p_id int, p_tenant text, p_open bigint[], p_closed bigint[])
RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, martlet, pg_temp
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    is_expected boolean;
BEGIN
    SELECT coalesce(version = ANY (CASE WHEN secret IS NULL THEN p_closed ELSE p_open END), true)
    INTO is_expected
    FROM martlet.tables
    WHERE id = p_id AND tenant = p_tenant
    FOR UPDATE;
    IF NOT is_expected THEN
        RAISE EXCEPTION 'the table has another version' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN FOUND;
END
$$;

-- Changes what is not null; all that is of rows is null together. Where all of it is as it was, there is neither a new
-- version nor an event. Returns the table with its rows as a JSON array; no row: there is no such table.
--   p_open, p_closed  as of martlet.lock_table
-- Errors: 23505 when the name is taken, 55000 when the table has another version.
CREATE OR REPLACE FUNCTION martlet.change_table(
    p_id int, p_tenant text, p_open bigint[], p_closed bigint[], p_title text, p_name text, p_is_public boolean,
    p_headers json, p_settings json, p_formatting json, p_chunks text[], p_offsets int[], p_count int)
RETURNS TABLE (stored martlet.tables, stored_rows text)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
    rows    text := array_to_string(p_chunks, ',');
    target  martlet.tables;
BEGIN
    IF NOT martlet.lock_table(p_id, p_tenant, p_open, p_closed) THEN
        RETURN;
    END IF;
    SELECT * INTO target FROM martlet.tables WHERE id = p_id AND tenant = p_tenant;
    p_title := nullif(p_title, target.title);
    p_name := nullif(p_name, target.name);
    p_is_public := nullif(p_is_public, target.is_public);
    p_headers := nullif(p_headers::text, target.headers::text);
    p_settings := nullif(p_settings::text, target.settings::text);
    p_formatting := nullif(p_formatting::text, target.formatting::text);
    IF p_count = target.row_count AND '[' || rows || ']' = martlet.table_rows_json(p_id, p_tenant) THEN
        rows := NULL;
    END IF;
    IF num_nonnulls(p_title, p_name, p_is_public, p_headers, p_settings, p_formatting, rows) = 0 THEN
        stored := target;
        stored_rows := martlet.table_rows_json(p_id, p_tenant);
        RETURN NEXT;
        RETURN;
    END IF;
    IF rows IS NOT NULL THEN
        target.last_chunk := martlet.replace_table_rows(target, p_chunks, p_offsets);
        target.rows_since := target.version + 1;
    END IF;
    UPDATE martlet.tables AS known
    SET title = coalesce(p_title, known.title),
        name = coalesce(p_name, known.name),
        is_public = coalesce(p_is_public, known.is_public),
        headers = coalesce(p_headers, known.headers),
        settings = coalesce(p_settings, known.settings),
        formatting = coalesce(p_formatting, known.formatting),
        row_count = coalesce(p_count, known.row_count),
        row_bytes = coalesce(octet_length(rows), known.row_bytes),
        rows_since = target.rows_since,
        last_chunk = target.last_chunk,
        version = known.version + 1,
        updated_at = clock_timestamp()
    WHERE known.id = p_id AND known.tenant = p_tenant
    RETURNING * INTO stored;
    IF p_name IS NOT NULL THEN
        PERFORM martlet.register_table_events(stored.name);
    END IF;
    stored_rows := coalesce('[' || rows || ']', martlet.table_rows_json(p_id, p_tenant));
    IF num_nonnulls(p_title, p_name, p_headers, p_settings, p_formatting, rows) > 0 THEN
        PERFORM martlet.emit_table_change(stored, 'updated', stored_rows);
    END IF;
    RETURN NEXT;
END
$$;

-- Deletes a table and all that belongs to it but its event types. False: there is none.
--   p_open, p_closed  as of martlet.lock_table
-- Errors: 55000 when the table has another version.
CREATE OR REPLACE FUNCTION martlet.delete_table(p_id int, p_tenant text, p_open bigint[], p_closed bigint[])
RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
    target martlet.tables;
BEGIN
    IF NOT martlet.lock_table(p_id, p_tenant, p_open, p_closed) THEN
        RETURN false;
    END IF;
    SELECT * INTO target FROM martlet.tables WHERE id = p_id AND tenant = p_tenant;
    PERFORM martlet.emit_table_change(target, 'deleted', NULL);
    DELETE FROM martlet.table_rows WHERE table_id = p_id AND tenant = p_tenant;
    DELETE FROM martlet.push_keys WHERE table_id = p_id AND tenant = p_tenant;
    DELETE FROM martlet.tables WHERE id = p_id AND tenant = p_tenant;
    RETURN true;
END
$$;

-- The secret that pushes are signed with from now on, sealed; null: nobody pushes any more. False: there is no such table.
CREATE OR REPLACE FUNCTION martlet.set_table_secret(p_id int, p_tenant text, p_secret bytea) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
BEGIN
    UPDATE martlet.tables SET secret = p_secret WHERE id = p_id AND tenant = p_tenant;
    RETURN FOUND;
END
$$;

-- A push that was signed with `p_secret`: one transaction with its events. Pushes to one table wait for each other.
--   p_key     null: no idempotency key
--   p_title   null: it stays
--   p_append  the rows are added; else they replace those there are, and headers, settings and formatting theirs unless
--             they are null
--   p_rows_max, p_bytes_max  of a table that is appended to
-- Outcomes: `done`, `duplicate` (the key was seen before: nothing happened), `full`, `stale` (p_secret is not the secret
-- of the table any more), `unknown` (there is no such table).
CREATE OR REPLACE FUNCTION martlet.push_table(
    p_id int, p_secret bytea, p_key text, p_title text, p_append boolean,
    p_headers json, p_settings json, p_formatting json, p_chunks text[], p_offsets int[], p_count int,
    p_rows_max int, p_bytes_max bigint,
    OUT outcome text, OUT title text, OUT row_count int, OUT version bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
-- By the keys, whatever the statistics of a table say that was empty a moment ago.
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    target martlet.tables;
    rows   text := array_to_string(p_chunks, ',');
    bytes  bigint := octet_length(rows);
    place  int;
    made   int;
BEGIN
    SELECT * INTO target FROM martlet.tables WHERE id = p_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        outcome := 'unknown';
        RETURN;
    END IF;
    outcome := CASE
        WHEN target.secret IS DISTINCT FROM p_secret THEN 'stale'
        WHEN p_append AND (target.row_count + p_count > p_rows_max OR target.row_bytes + bytes > p_bytes_max) THEN 'full'
        ELSE 'done'
    END;
    IF p_key IS NOT NULL AND outcome <> 'stale' THEN
        IF EXISTS (SELECT FROM martlet.push_keys WHERE table_id = p_id AND key = p_key AND tenant = target.tenant) THEN
            outcome := 'duplicate';
        ELSIF outcome = 'done' THEN
            INSERT INTO martlet.push_keys (table_id, key, tenant) VALUES (p_id, p_key, target.tenant);
        END IF;
    END IF;
    -- An append of nothing changes nothing, unless it brings another title.
    IF outcome = 'done' AND NOT (p_append AND p_count = 0 AND coalesce(p_title, target.title) = target.title) THEN
        place := CASE
            WHEN p_append THEN martlet.append_table_rows(target, p_chunks, p_offsets)
            ELSE martlet.replace_table_rows(target, p_chunks, p_offsets)
        END;
        UPDATE martlet.tables AS known
        SET title = coalesce(p_title, known.title),
            headers = coalesce(p_headers, known.headers),
            settings = coalesce(p_settings, known.settings),
            formatting = coalesce(p_formatting, known.formatting),
            row_count = CASE WHEN p_append THEN known.row_count ELSE 0 END + p_count,
            row_bytes = CASE WHEN p_append THEN known.row_bytes ELSE 0 END + bytes,
            rows_since = CASE WHEN p_append THEN known.rows_since ELSE known.version + 1 END,
            last_chunk = place,
            version = known.version + 1,
            updated_at = clock_timestamp()
        WHERE known.id = p_id AND known.tenant = target.tenant
        RETURNING * INTO target;
        -- No event has them; they would be carried from call to call.
        target.settings := 'null';
        target.formatting := 'null';
        made := CASE
            WHEN NOT p_append THEN martlet.emit_table_change(target, 'updated', '[' || rows || ']')
            WHEN p_count > 0 THEN martlet.emit_appended_rows(target, p_chunks)
            ELSE martlet.emit_table_change(target, 'updated', NULL)
        END;
    END IF;
    title := target.title;
    row_count := target.row_count;
    version := target.version;
END
$$;
