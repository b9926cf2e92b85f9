-- Tables that outside systems push into. Every change of one is one transaction with the events that it causes:
--   item.{name}.created  for each appended row: {"table_id", "name", "title", "version", "headers", "row"}
--   item.{name}.updated  for every other change: {"table_id", "name", "title", "version", "headers", "rows"}
--   item.{name}.deleted  the same, as the table was
-- Cells have no names, so the sensitive filter has only these members to look at.

-- The most that an event may have.
CREATE OR REPLACE FUNCTION martlet.event_bytes_max() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT 1048576 $$;

-- The rows of a table as a JSON array of arrays.
CREATE OR REPLACE FUNCTION martlet.table_rows_json(p_id int, p_tenant text) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT '[' || coalesce(string_agg(array_to_json(cells)::text, ',' ORDER BY position), '') || ']'
    FROM martlet.table_rows
    WHERE table_id = p_id AND tenant = p_tenant
$$;

-- The same of rows that are given as array literals.
CREATE OR REPLACE FUNCTION martlet.literals_json(p_rows text[]) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT '[' || coalesce(string_agg(array_to_json(literal::text[])::text, ',' ORDER BY position), '') || ']'
    FROM unnest(p_rows) WITH ORDINALITY AS given (literal, position)
$$;

-- The data of an event of a table: the members that all have, and then `p_content`, which is JSON members too.
CREATE OR REPLACE FUNCTION martlet.table_event(p_table martlet.tables, p_content text) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT format(
        '{"table_id":"%s","name":"%s","title":%s,"version":%s,%s}',
        p_table.id, p_table.name, to_json(p_table.title), p_table.version, p_content)
$$;

-- Emits an event a row of `p_contents`. None of them is looked through for members to drop unless one of the names
-- above is sensitive here: a keyword is an operator's to choose.
CREATE OR REPLACE FUNCTION martlet.emit_table_events(p_table martlet.tables, p_change text, p_contents text[])
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, martlet, pg_temp
SET jit = off
AS $$
DECLARE
    name     text := 'item.' || p_table.name || '.' || p_change;
    payloads json[];
    made     int;
BEGIN
    payloads := ARRAY(
        SELECT martlet.table_event(p_table, content)::json
        FROM (SELECT unnest(p_contents) AS content) AS given);
    IF EXISTS (
        SELECT
        FROM unnest(ARRAY['table_id', 'name', 'title', 'version', 'headers', 'rows', 'row']) AS member
        WHERE member ~ (SELECT value FROM martlet.settings WHERE settings.name = 'plain_sensitive_pattern'))
    THEN
        payloads := ARRAY(
            SELECT martlet.filter_sensitive(payload) FROM (SELECT unnest(payloads) AS payload) AS given);
    END IF;
    SELECT sum(deliveries) INTO made
    FROM martlet.dispatch_many(
        array_fill(name, ARRAY[cardinality(payloads)]), payloads, NULL,
        array_fill(p_table.tenant, ARRAY[cardinality(payloads)]), NULL);
    IF made > 0 THEN
        PERFORM martlet.wake_once();
    END IF;
END
$$;

-- Emits .updated or .deleted of a table as it is now; `rows` is null where the event would be too large.
CREATE OR REPLACE FUNCTION martlet.emit_table_change(p_table martlet.tables, p_change text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, martlet, pg_temp
AS $$
DECLARE
    -- Room for the other members: a title is short.
    bytes_max int := martlet.event_bytes_max() - 16384;
    headers   text := p_table.headers::text;
    rows      text := 'null';
BEGIN
    IF octet_length(headers) > bytes_max THEN
        headers := 'null';
    ELSIF octet_length(headers) + p_table.row_bytes <= bytes_max THEN
        rows := martlet.table_rows_json(p_table.id, p_table.tenant);
        -- The size as JSON is not quite that as literals.
        IF octet_length(headers) + octet_length(rows) > bytes_max THEN
            rows := 'null';
        END IF;
    END IF;
    PERFORM martlet.emit_table_events(
        p_table, p_change, ARRAY[format('"headers":%s,"rows":%s', headers, rows)]);
END
$$;

-- Emits .created for each of the rows from `p_first` on. `headers` is null where it is long: it would be there a
-- thousand times; `row` where the event would be too large.
CREATE OR REPLACE FUNCTION martlet.emit_appended_rows(p_table martlet.tables, p_first bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, martlet, pg_temp
-- By the key, whatever the statistics of a table say that was empty a moment ago.
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
    bytes_max int := martlet.event_bytes_max() - 16384;
    headers   text := CASE WHEN octet_length(p_table.headers::text) <= 4096 THEN p_table.headers::text ELSE 'null' END;
    contents  text[];
BEGIN
    FOR head IN p_first .. p_table.row_count BY 1000 LOOP
        contents := ARRAY(
            SELECT '"headers":' || headers || ',"row":'
                   || CASE WHEN octet_length(cells) + octet_length(headers) <= bytes_max THEN cells ELSE 'null' END
            FROM (SELECT position, array_to_json(cells)::text AS cells
                  FROM martlet.table_rows
                  WHERE table_id = p_table.id AND tenant = p_table.tenant
                    AND position >= head AND position < head + 1000
                  OFFSET 0) AS appended
            ORDER BY position);
        PERFORM martlet.emit_table_events(p_table, 'created', contents);
    END LOOP;
END
$$;

-- Registers the events of a table; what is registered already stays.
CREATE OR REPLACE FUNCTION martlet.register_table_events(p_name text) RETURNS void
LANGUAGE sql
AS $$ SELECT martlet.install_plugin('tables', ARRAY[p_name], NULL) $$;

-- Rows are array literals, one each: the server reads them in one go, and no client has to send arrays of arrays.
CREATE OR REPLACE FUNCTION martlet.insert_table_rows(p_id int, p_tenant text, p_after bigint, p_rows text[]) RETURNS void
LANGUAGE sql
AS $$
    INSERT INTO martlet.table_rows (table_id, position, tenant, cells)
    SELECT p_id, p_after + position, p_tenant, literal::text[]
    FROM unnest(p_rows) WITH ORDINALITY AS given (literal, position)
$$;

CREATE OR REPLACE FUNCTION martlet.literal_bytes(p_rows text[]) RETURNS bigint
LANGUAGE sql IMMUTABLE
AS $$ SELECT coalesce(sum(octet_length(literal)), 0) FROM unnest(p_rows) AS literal $$;

-- Makes a table and registers its events; emits none. Returns the row.
--   p_name    null: `p_base`, which is made of the title, with the id behind it where that name is taken
-- Errors: 23505 when the name is taken.
CREATE OR REPLACE FUNCTION martlet.create_table(
    p_tenant text, p_title text, p_name text, p_base text, p_is_public boolean,
    p_headers json, p_settings json, p_formatting json, p_rows text[])
RETURNS SETOF martlet.tables
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
SET jit = off
AS $$
DECLARE
    made martlet.tables;
BEGIN
    INSERT INTO martlet.tables (
        tenant, name, title, headers, settings, formatting, row_count, row_bytes, is_public)
    VALUES (p_tenant, coalesce(p_name, p_base), p_title, p_headers, p_settings, p_formatting,
            cardinality(p_rows), martlet.literal_bytes(p_rows), p_is_public)
    ON CONFLICT ON CONSTRAINT tables_name_is_unique_in_its_tenant DO NOTHING
    RETURNING * INTO made;
    IF made IS NULL AND p_name IS NOT NULL THEN
        RAISE EXCEPTION 'there is a table of that name already'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'tables_name_is_unique_in_its_tenant';
    ELSIF made IS NULL THEN
        made.id := nextval(pg_get_serial_sequence('martlet.tables', 'id'));
        INSERT INTO martlet.tables (
            id, tenant, name, title, headers, settings, formatting, row_count, row_bytes, is_public)
        OVERRIDING SYSTEM VALUE
        VALUES (made.id, p_tenant, p_base || '_' || made.id, p_title, p_headers, p_settings, p_formatting,
                cardinality(p_rows), martlet.literal_bytes(p_rows), p_is_public)
        RETURNING * INTO made;
    END IF;
    PERFORM martlet.insert_table_rows(made.id, made.tenant, 0, p_rows);
    PERFORM martlet.register_table_events(made.name);
    RETURN NEXT made;
END
$$;

-- Puts `p_rows` in the place of all rows.
CREATE OR REPLACE FUNCTION martlet.replace_table_rows(p_id int, p_tenant text, p_rows text[]) RETURNS void
LANGUAGE sql
AS $$
    DELETE FROM martlet.table_rows WHERE table_id = p_id AND tenant = p_tenant;
    SELECT martlet.insert_table_rows(p_id, p_tenant, 0, p_rows)
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

-- Changes what is not null. Where all of it is as it was, there is neither a new version nor an event. No row: there is
-- no such table.
--   p_open, p_closed  as of martlet.lock_table
-- Errors: 23505 when the name is taken, 55000 when the table has another version.
CREATE OR REPLACE FUNCTION martlet.change_table(
    p_id int, p_tenant text, p_open bigint[], p_closed bigint[], p_title text, p_name text, p_is_public boolean,
    p_headers json, p_settings json, p_formatting json, p_rows text[])
RETURNS SETOF martlet.tables
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
    changed martlet.tables;
BEGIN
    IF NOT martlet.lock_table(p_id, p_tenant, p_open, p_closed) THEN
        RETURN;
    END IF;
    SELECT * INTO changed FROM martlet.tables WHERE id = p_id AND tenant = p_tenant;
    p_title := nullif(p_title, changed.title);
    p_name := nullif(p_name, changed.name);
    p_is_public := nullif(p_is_public, changed.is_public);
    p_headers := nullif(p_headers::text, changed.headers::text);
    p_settings := nullif(p_settings::text, changed.settings::text);
    p_formatting := nullif(p_formatting::text, changed.formatting::text);
    IF cardinality(p_rows) = changed.row_count
        AND martlet.literals_json(p_rows) = martlet.table_rows_json(p_id, p_tenant)
    THEN
        p_rows := NULL;
    END IF;
    IF num_nonnulls(p_title, p_name, p_is_public, p_headers, p_settings, p_formatting, p_rows) = 0 THEN
        RETURN NEXT changed;
        RETURN;
    END IF;
    UPDATE martlet.tables AS target
    SET title = coalesce(p_title, target.title),
        name = coalesce(p_name, target.name),
        is_public = coalesce(p_is_public, target.is_public),
        headers = coalesce(p_headers, target.headers),
        settings = coalesce(p_settings, target.settings),
        formatting = coalesce(p_formatting, target.formatting),
        row_count = coalesce(cardinality(p_rows), target.row_count),
        row_bytes = CASE WHEN p_rows IS NULL THEN target.row_bytes ELSE martlet.literal_bytes(p_rows) END,
        version = target.version + 1,
        updated_at = clock_timestamp()
    WHERE target.id = p_id AND target.tenant = p_tenant
    RETURNING * INTO changed;
    IF p_rows IS NOT NULL THEN
        PERFORM martlet.replace_table_rows(changed.id, changed.tenant, p_rows);
    END IF;
    IF p_name IS NOT NULL THEN
        PERFORM martlet.register_table_events(changed.name);
    END IF;
    IF num_nonnulls(p_title, p_name, p_headers, p_settings, p_formatting, p_rows) > 0 THEN
        PERFORM martlet.emit_table_change(changed, 'updated');
    END IF;
    RETURN NEXT changed;
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
    PERFORM martlet.emit_table_change(target, 'deleted');
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
    p_headers json, p_settings json, p_formatting json, p_rows text[], p_rows_max int, p_bytes_max bigint,
    OUT outcome text, OUT title text, OUT row_count int, OUT version bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    target martlet.tables;
    bytes  bigint := martlet.literal_bytes(p_rows);
    first  bigint;
BEGIN
    SELECT * INTO target FROM martlet.tables WHERE id = p_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        outcome := 'unknown';
        RETURN;
    END IF;
    first := target.row_count + 1;
    outcome := CASE
        WHEN target.secret IS DISTINCT FROM p_secret THEN 'stale'
        WHEN EXISTS (SELECT FROM martlet.push_keys WHERE table_id = p_id AND key = p_key AND tenant = target.tenant)
            THEN 'duplicate'
        WHEN p_append
            AND (target.row_count + cardinality(p_rows) > p_rows_max OR target.row_bytes + bytes > p_bytes_max)
            THEN 'full'
        ELSE 'done'
    END;
    IF outcome = 'done' AND p_key IS NOT NULL THEN
        INSERT INTO martlet.push_keys (table_id, key, tenant) VALUES (p_id, p_key, target.tenant);
    END IF;
    -- An append of nothing changes nothing, unless it brings another title.
    IF outcome = 'done' AND NOT (p_append AND p_rows = '{}' AND coalesce(p_title, target.title) = target.title) THEN
        UPDATE martlet.tables AS known
        SET title = coalesce(p_title, known.title),
            headers = coalesce(p_headers, known.headers),
            settings = coalesce(p_settings, known.settings),
            formatting = coalesce(p_formatting, known.formatting),
            row_count = CASE WHEN p_append THEN known.row_count ELSE 0 END + cardinality(p_rows),
            row_bytes = CASE WHEN p_append THEN known.row_bytes ELSE 0 END + bytes,
            version = known.version + 1,
            updated_at = clock_timestamp()
        WHERE known.id = p_id AND known.tenant = target.tenant
        RETURNING * INTO target;
        -- No event has them; they would be carried from call to call.
        target.settings := 'null';
        target.formatting := 'null';
        IF p_append THEN
            PERFORM martlet.insert_table_rows(p_id, target.tenant, first - 1, p_rows);
        ELSE
            PERFORM martlet.replace_table_rows(p_id, target.tenant, p_rows);
        END IF;
        IF p_append AND p_rows <> '{}' THEN
            PERFORM martlet.emit_appended_rows(target, first);
        ELSE
            PERFORM martlet.emit_table_change(target, 'updated');
        END IF;
    END IF;
    title := target.title;
    row_count := target.row_count;
    version := target.version;
END
$$;
