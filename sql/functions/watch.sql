-- Events of an application's own tables: item.{table}.created, .updated and .deleted, an event a row, dispatched by
-- statement. The triggers belong to the owner of the table and call a function of that owner, which turns rows into
-- JSON: so what a condition or a cast to JSON calls runs with the owner's rights, never with those of the gateway, and
-- whoever writes the table needs no right of the gateway's at all.

-- Whether a row as JSON is one object and nothing else is in it that has members, nor so many arrays that they could be
-- too deep. Braces and brackets in strings say no as well: then the filter looks closer.
CREATE OR REPLACE FUNCTION martlet.is_flat(source text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT source NOT LIKE '_%{%' AND (octet_length(source) <= 512 OR source NOT LIKE '%[%') $$;

-- Emits an event for each of these rows of one query, which all have the members of the first, inside the caller's own
-- transaction. Filter and limits are those of dispatch.
-- Errors: 22023 for a name, tenant or size out of range.
CREATE OR REPLACE FUNCTION martlet.dispatch_rows(p_name text, p_rows json[], p_tenant text) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
DECLARE
    sensitive text := (SELECT value FROM martlet.settings WHERE name = 'sensitive_pattern');
    plain     text;
    largest   int;
    are_flat  boolean;
    filtered  json[] := p_rows;
BEGIN
    IF martlet.is_event_name(p_name) IS NOT TRUE THEN
        RAISE EXCEPTION 'event_name must be segments of A-Z a-z 0-9 _ - joined by dots, at most 128 bytes'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF (p_tenant ~ '^[A-Za-z0-9_-]{1,64}$') IS NOT TRUE THEN
        RAISE EXCEPTION 'tenant must be 1 to 64 of A-Z a-z 0-9 _ -'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT max(octet_length(source)), bool_and(martlet.is_flat(source)) INTO largest, are_flat
    FROM (SELECT data::text AS source FROM (SELECT unnest(p_rows) AS data) AS given OFFSET 0) AS text;
    IF largest > 1048576 THEN
        RAISE EXCEPTION 'a row of % bytes is too large for the event %: data must be at most 1048576 bytes (1 MiB)',
                largest, p_name
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Watch the table with columns => … that leaves the large ones out.';
    END IF;
    -- Of flat rows the names of the first are all there are: looking at them costs a tenth of looking through the data.
    IF NOT are_flat OR EXISTS (
        SELECT FROM json_object_keys(p_rows[1]) AS name WHERE to_json(name)::text ~ sensitive)
    THEN
        plain := (SELECT value FROM martlet.settings WHERE name = 'plain_sensitive_pattern');
        filtered := ARRAY(
            SELECT CASE
                WHEN martlet.is_filtered(source, sensitive, plain) THEN data
                ELSE martlet.filter_sensitive(data)
            END
            FROM (SELECT data, data::text AS source FROM (SELECT unnest(p_rows) AS data) AS given OFFSET 0) AS text);
    END IF;
    PERFORM martlet.dispatch_many(
        array_fill(p_name, ARRAY[cardinality(p_rows)]),
        filtered,
        NULL,
        array_fill(p_tenant, ARRAY[cardinality(p_rows)]),
        NULL);
    PERFORM martlet.wake();
END
$$;

-- The columns of a table that the filter would drop.
CREATE OR REPLACE FUNCTION martlet.sensitive_columns(tbl regclass) RETURNS text[]
LANGUAGE sql STABLE
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
    SELECT coalesce(array_agg(attname::text), '{}')
    FROM pg_attribute
    WHERE attrelid = tbl
      AND attnum > 0
      AND NOT attisdropped
      AND to_json(attname::text)::text ~ (SELECT value FROM martlet.settings WHERE name = 'sensitive_pattern')
$$;

-- The other ones, each behind the name of a row: what a statement is written with.
CREATE OR REPLACE FUNCTION martlet.open_columns(tbl regclass, row_alias text) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(string_agg(format('%s.%I', row_alias, attname), ', ' ORDER BY attnum), '')
    FROM pg_attribute
    WHERE attrelid = tbl
      AND attnum > 0
      AND NOT attisdropped
      AND attname <> ALL (martlet.sensitive_columns(tbl))
$$;

-- The trigger function of a watched table, from DECLARE to END. Rows are read through a cursor and handed over a thousand
-- at a time, so that a statement may change any number of them. With p_filtered the columns are looked up by each
-- statement and the sensitive ones left out, which costs a statement more and a row much less than the filter.
CREATE OR REPLACE FUNCTION martlet.watch_source(
    p_columns text[], p_condition text, p_tenant text, p_filtered boolean) RETURNS text
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    pairs     boolean := p_columns IS NOT NULL OR p_condition IS NOT NULL;
    condition text := coalesce(E'(\n' || p_condition || E'\n)', 'true');
    paired    text := CASE WHEN p_filtered THEN '$1' ELSE 'paired' END;
    -- Both transition tables hold the rows in the order in which they were changed.
    numbered  text := '(SELECT row_number() OVER () AS martlet_position, item AS martlet_row, item.* FROM %s AS item)';
    changed   text := coalesce((
        SELECT format(' AND (NOT paired OR ROW(%s)::record *<> ROW(%s)::record)',
                      string_agg(format('NEW.%I', name), ', ' ORDER BY position),
                      string_agg(format('OLD.%I', name), ', ' ORDER BY position))
        FROM unnest(p_columns) WITH ORDINALITY AS given (name, position)
        HAVING count(*) > 0), '');
    source    text := '';
    origin    text;
    query     text;
    change    record;
BEGIN
    FOR change IN
        SELECT *
        FROM (VALUES ('INSERT', 'created', 'NEW', 'new_rows', 'OLD'),
                     ('UPDATE', 'updated', 'NEW', 'new_rows', 'OLD'),
                     ('DELETE', 'deleted', 'OLD', 'old_rows', 'NEW'))
                 AS operation (name, event, row_alias, rows, other_alias)
    LOOP
        origin := CASE
            WHEN NOT pairs THEN format('%s AS %s', change.rows, change.row_alias)
            WHEN change.name = 'UPDATE' THEN
                format(numbered, 'new_rows') || ' AS NEW LEFT JOIN ' || format(numbered, 'old_rows')
                || format(' AS OLD ON OLD.martlet_position = NEW.martlet_position AND %s', paired)
                || ' WHERE ' || condition || changed || ' ORDER BY NEW.martlet_position'
            -- The row that there is none of is there, all null: one condition fits all three.
            ELSE format('%1$s AS %2$s LEFT JOIN %1$s AS %3$s ON false WHERE %4$s',
                        change.rows, change.row_alias, change.other_alias, condition)
        END;
        query := CASE
            WHEN p_columns IS NOT NULL THEN
                (SELECT format('SELECT (SELECT row_to_json(chosen) FROM (SELECT %s) AS chosen) FROM %s',
                               string_agg(format('%s.%I', change.row_alias, name), ', ' ORDER BY position), origin)
                 FROM unnest(p_columns) WITH ORDINALITY AS given (name, position))
            WHEN p_filtered THEN
                format('EXECUTE %L || martlet.open_columns(TG_RELID, %L) || %L USING paired',
                       'SELECT (SELECT row_to_json(chosen) FROM (SELECT ', change.row_alias,
                       ') AS chosen) FROM ' || origin)
            WHEN pairs AND change.name = 'UPDATE' THEN 'SELECT row_to_json(NEW.martlet_row) FROM ' || origin
            ELSE format('SELECT row_to_json(%s) FROM %s', change.row_alias, origin)
        END;
        source := source || format($branch$
    IF TG_OP = %L THEN
        event := TG_ARGV[0] || '.%s';%s
        FOR item IN %s LOOP
            batch := array_append(batch, item);
            bytes := bytes + pg_column_size(item);
            IF cardinality(batch) = 1000 OR bytes > 4194304 THEN
                PERFORM martlet.dispatch_rows(event, batch, %L);
                batch := '{}';
                bytes := 0;
            END IF;
        END LOOP;
    END IF;$branch$, change.name, change.event,
            -- A row moves to another partition and a trigger there drops it: it is old and not new, and who was who is
            -- lost for this statement.
            CASE WHEN pairs AND change.name = 'UPDATE' THEN
                E'\n        paired := (SELECT count(*) FROM old_rows) = (SELECT count(*) FROM new_rows);' END,
            query, p_tenant);
    END LOOP;
    RETURN format($function$#variable_conflict use_column
DECLARE
    event  text;
    item   json;
    batch  json[] := '{}';
    bytes  int := 0;
    paired boolean;
BEGIN%s
    IF cardinality(batch) > 0 THEN
        PERFORM martlet.dispatch_rows(event, batch, %L);
    END IF;
    RETURN NULL;
END$function$, source, p_tenant);
END
$$;

-- Emits item.{table}.created, .updated and .deleted for every row that a committed statement inserts, updates or
-- deletes; called again it changes the options. Returns the names of the three event types, which it registers under
-- the plugin `watch`.
--   columns    only these are in the data, and an update that changes none of them emits nothing; null: all columns,
--              and every update emits
--   condition  only rows for which it is true, written as in the WHEN of a row trigger: NEW.total > 100; NEW is all
--              null for a deleted row, OLD for an inserted one. Functions and operators that are not PostgreSQL's own
--              need their schema
--   tenant     whose events they are
--   name       what {table} is in the event names; null: the name under which the table is watched already, else its own
-- Called with the rights of the table's owner, who must be a martlet_publisher and may create functions in the schema
-- of the table. TRUNCATE emits nothing, nor does a statement that names a partition of the table instead of the table.
-- Errors: 42809 for what is no table to be watched, 42501 for rights that are missing, 22023 for options.
CREATE OR REPLACE FUNCTION martlet.watch(
    tbl regclass, columns text[] DEFAULT NULL, condition text DEFAULT NULL, tenant text DEFAULT 'default',
    name text DEFAULT NULL)
RETURNS text[]
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    p_tenant  text := watch.tenant;
    role_before text := current_setting('role');
    target    record;
    -- Of a table that is watched already.
    old_prefix   text;
    old_function text;
    old_owner    oid;
    wrong     text;
    prefix    text;
    function  text;
    probe     refcursor;
BEGIN
    SELECT class.relname, class.relkind, class.relpersistence, class.relowner, space.nspname,
           pg_get_userbyid(class.relowner) AS owner
    INTO target
    FROM pg_class AS class
    JOIN pg_namespace AS space ON space.oid = class.relnamespace
    WHERE class.oid = tbl;
    wrong := CASE
        WHEN target.relname IS NULL THEN 'tbl: there is no such table'
        WHEN target.nspname IN ('pg_catalog', 'information_schema') OR target.nspname LIKE 'pg\_toast%'
            THEN format('%s belongs to PostgreSQL: only tables of applications can be watched', tbl)
        WHEN target.nspname = 'martlet' THEN format('%s belongs to the gateway: only tables of applications can be watched', tbl)
        WHEN target.relkind IN ('v', 'm') THEN format('%s is a view: watch the tables that it reads', tbl)
        WHEN target.relkind = 'f' THEN format('%s is a foreign table: watch it on the server that has it', tbl)
        WHEN target.relkind NOT IN ('r', 'p') THEN format('%s is no table', tbl)
        WHEN target.relpersistence = 't' THEN format('%s is a temporary table: dispatch its events yourself', tbl)
    END;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION '%', wrong USING ERRCODE = 'wrong_object_type';
    END IF;
    IF NOT pg_has_role(target.relowner, 'MEMBER') THEN
        RAISE EXCEPTION 'only its owner, %, may have % watched', target.owner, tbl
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT (has_schema_privilege(target.relowner, 'martlet', 'USAGE')
            AND has_function_privilege(target.relowner, 'martlet.dispatch_rows(text, json[], text)', 'EXECUTE')) THEN
        RAISE EXCEPTION 'the owner of %, %, may not emit events', tbl, target.owner
            USING ERRCODE = 'insufficient_privilege',
                  HINT = format('GRANT martlet_publisher TO %I', target.owner);
    END IF;
    IF NOT has_schema_privilege(target.relowner, target.nspname, 'CREATE') THEN
        RAISE EXCEPTION 'the owner of %, %, may not create the trigger''s function in the schema %',
                tbl, target.owner, target.nspname
            USING ERRCODE = 'insufficient_privilege',
                  HINT = format('GRANT CREATE ON SCHEMA %I TO %I', target.nspname, target.owner);
    END IF;
    -- What creating the triggers takes anyway: two calls at once come one after the other.
    EXECUTE format('LOCK TABLE ONLY %s IN SHARE ROW EXCLUSIVE MODE', tbl);

    SELECT split_part(encode(tgargs, 'escape'), '\000', 1), proc.oid::regproc::text, proc.proowner
    INTO old_prefix, old_function, old_owner
    FROM pg_trigger
    JOIN pg_proc AS proc ON proc.oid = tgfoid
    WHERE tgrelid = tbl AND tgname = 'martlet_watch_created' AND proname LIKE 'martlet\_watch\_%';
    prefix := coalesce('item.' || watch.name, old_prefix, 'item.' || target.relname);
    wrong := CASE
        WHEN martlet.is_event_name(prefix || '.created') IS NOT TRUE THEN
            format('%s.created is no event name: give a name => … of A-Z a-z 0-9 _ -, at most 115 bytes', prefix)
        WHEN (p_tenant ~ '^[A-Za-z0-9_-]{1,64}$') IS NOT TRUE THEN 'tenant must be 1 to 64 of A-Z a-z 0-9 _ -'
        WHEN columns = '{}' THEN 'columns: name at least one, or leave it out for all of them'
        WHEN (SELECT count(*) <> count(DISTINCT given) FROM unnest(columns) AS given) THEN
            'columns: one is null, or named twice'
        WHEN octet_length(condition) > 10000 THEN 'condition: has at most 10000 bytes'
        WHEN btrim(condition) = '' THEN 'condition: must be an expression; leave it out for every row'
    END;
    wrong := coalesce(wrong, (
        SELECT format('columns: %s has no column %s', tbl, string_agg(quote_ident(given), ', '))
        FROM unnest(columns) AS given
        WHERE NOT EXISTS (SELECT FROM pg_attribute
                          WHERE attrelid = tbl AND attname = given AND attnum > 0 AND NOT attisdropped)
        HAVING count(*) > 0));
    wrong := coalesce(wrong, (
        SELECT format('columns: the filter would drop %s, which has a sensitive name', string_agg(given, ', '))
        FROM unnest(columns) AS given
        WHERE given = ANY (martlet.sensitive_columns(tbl))
        HAVING count(*) > 0));
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION '%', wrong USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM martlet.install_plugin('watch', ARRAY[substr(prefix, length('item.') + 1)], '[]');

    IF old_owner <> target.relowner THEN
        PERFORM martlet.unwatch(tbl);
        old_function := NULL;
    END IF;
    -- From here on as the owner of the table, whom the function has to belong to.
    IF current_user <> target.owner THEN
        PERFORM set_config('role', target.owner, true);
    END IF;
    IF condition IS NOT NULL THEN
        -- A cursor takes one query only, so this is one expression; nothing is read through it.
        BEGIN
            OPEN probe FOR EXECUTE format(
                E'SELECT FROM (SELECT * FROM %s) AS NEW, (SELECT * FROM %1$s) AS OLD WHERE (\n%s\n) IS TRUE',
                tbl, condition);
            CLOSE probe;
        EXCEPTION WHEN OTHERS THEN
            RAISE EXCEPTION 'condition: %', SQLERRM
                USING ERRCODE = 'invalid_parameter_value',
                      HINT = 'Write it as in the WHEN of a row trigger: NEW.total > 100 AND OLD.total <= 100.';
        END;
    END IF;
    function := coalesce(old_function, format('%I.%I', target.nspname, 'martlet_watch_' || tbl::oid::text));
    EXECUTE format(
        'CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
        -- A plan is made for the number of rows of the first statement and serves all later ones: no nested loop.
        'SET search_path = pg_catalog, pg_temp SET timezone = ''UTC'' SET enable_nestloop = off '
        'SET jit = off AS %L',
        function,
        martlet.watch_source(
            columns, condition, p_tenant, columns IS NULL AND martlet.sensitive_columns(tbl) <> '{}'));
    -- Or anybody could put it on a table of their own and emit events with the owner's rights.
    EXECUTE format('REVOKE ALL ON FUNCTION %s() FROM PUBLIC', function);
    EXECUTE format(
        'CREATE OR REPLACE TRIGGER martlet_watch_created AFTER INSERT ON %1$s '
        'REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION %2$s(%3$L)',
        tbl, function, prefix);
    EXECUTE format(
        'CREATE OR REPLACE TRIGGER martlet_watch_updated AFTER UPDATE ON %1$s '
        'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION %2$s(%3$L)',
        tbl, function, prefix);
    EXECUTE format(
        'CREATE OR REPLACE TRIGGER martlet_watch_deleted AFTER DELETE ON %1$s '
        'REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION %2$s(%3$L)',
        tbl, function, prefix);
    PERFORM set_config('role', role_before, true);
    RETURN ARRAY[prefix || '.created', prefix || '.updated', prefix || '.deleted'];
END
$$;

-- Ends it; the event types stay in the registry. False: the table was not watched.
CREATE OR REPLACE FUNCTION martlet.unwatch(tbl regclass) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    trigger record;
    watched boolean := false;
BEGIN
    FOR trigger IN
        SELECT tgname, tgfoid, row_number() OVER () = count(*) OVER () AS is_last
        FROM pg_trigger
        JOIN pg_proc AS proc ON proc.oid = tgfoid
        WHERE tgrelid = tbl
          -- The owner of a table may give a trigger any name, and the caller may drop more than the owner may.
          AND proname LIKE 'martlet\_watch\_%'
          AND tgname IN ('martlet_watch_created', 'martlet_watch_updated', 'martlet_watch_deleted')
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', trigger.tgname, tbl);
        IF trigger.is_last THEN
            EXECUTE format('DROP FUNCTION %s', trigger.tgfoid::regprocedure);
        END IF;
        watched := true;
    END LOOP;
    RETURN watched;
END
$$;
