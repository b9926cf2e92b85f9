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
