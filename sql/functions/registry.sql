-- The registry: which plugin emits which event types. For people who choose what to subscribe to; an event needs no
-- entry to be dispatched and matched.

-- The rule of event names: segments of A-Z a-z 0-9 _ - joined by dots.
CREATE OR REPLACE FUNCTION martlet.is_event_name(name text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT octet_length(name) <= 128 AND name ~ '^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$' $$;

-- Registers a plugin, three auto events for each content table (item.{table}.created, .updated, .deleted), and
-- webhook_events: [{"name": …, "type": "manual" or "auto", "description": …}], the type manual when it is not given.
-- What exists stays as it is, its description included. Returns how many event types are new.
-- Errors: 22023 with what to change.
CREATE OR REPLACE FUNCTION martlet.install_plugin(name text, content_tables text[], webhook_events jsonb)
RETURNS int
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    p_name   text := install_plugin.name;
    p_events jsonb := coalesce(webhook_events, '[]');
    p_tables text[] := coalesce(content_tables, '{}');
    plugin   int;
    wrong    text;
    made     int;
BEGIN
    IF p_name IS NULL OR octet_length(p_name) > 64 OR NOT martlet.is_event_name(p_name) THEN
        wrong := 'name: must be segments of A-Z a-z 0-9 _ - joined by dots, at most 64 bytes';
    ELSIF p_name IN ('core', 'martlet') THEN
        wrong := format('name: %s is the gateway''s own plugin; choose another name', p_name);
    ELSIF cardinality(p_tables) > 1000 THEN
        wrong := 'content_tables: at most 1000 in one call; install the rest with another';
    ELSIF jsonb_typeof(p_events) <> 'array' THEN
        wrong := 'webhook_events: must be an array of {"name", "type", "description"}';
    ELSIF jsonb_array_length(p_events) > 1000 THEN
        wrong := 'webhook_events: at most 1000 in one call; install the rest with another';
    END IF;

    wrong := coalesce(wrong, (
        SELECT format('content_tables[%s]: item.%s.created is no event name; a table is named in A-Z a-z 0-9 _ -, '
                      'and the event name has at most 128 bytes', position - 1, coalesce(content_table, 'null'))
        FROM unnest(p_tables) WITH ORDINALITY AS given (content_table, position)
        WHERE martlet.is_event_name('item.' || content_table || '.created') IS NOT TRUE
        ORDER BY position
        LIMIT 1));
    wrong := coalesce(wrong, (
        SELECT format('webhook_events[%s]: %s', position - 1, rule)
        FROM jsonb_array_elements(CASE WHEN wrong IS NULL THEN p_events ELSE '[]' END)
                 WITH ORDINALITY AS given (event, position)
        CROSS JOIN LATERAL (SELECT CASE
            WHEN jsonb_typeof(event) <> 'object' THEN 'must be an object with name, type and description'
            WHEN event - ARRAY['name', 'type', 'description'] <> '{}' THEN 'has members beside name, type and description'
            WHEN jsonb_typeof(event -> 'name') IS DISTINCT FROM 'string' OR NOT martlet.is_event_name(event ->> 'name')
                THEN 'name must be segments of A-Z a-z 0-9 _ - joined by dots, at most 128 bytes'
            WHEN event ->> 'type' = 'system' THEN 'type must be manual or auto; system events come with the gateway'
            WHEN event ->> 'type' NOT IN ('manual', 'auto') THEN 'type must be manual or auto'
            WHEN coalesce(jsonb_typeof(event -> 'description'), 'null') NOT IN ('string', 'null')
                OR length(event ->> 'description') > 1000 THEN 'description must be a string of at most 1000 characters'
        END AS rule) AS judged
        WHERE rule IS NOT NULL
        ORDER BY position
        LIMIT 1));
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION '%', wrong USING ERRCODE = 'invalid_parameter_value';
    END IF;

    INSERT INTO martlet.plugins (name)
    SELECT p_name
    -- Else every call would use up a number of the plugins.
    WHERE NOT EXISTS (SELECT FROM martlet.plugins AS known WHERE known.name = p_name)
    ON CONFLICT DO NOTHING;
    SELECT id INTO plugin FROM martlet.plugins AS known WHERE known.name = p_name;

    -- Of a name that is given twice, the events of a table win.
    INSERT INTO martlet.event_types (plugin_id, event_name, event_type, content_table, description)
    SELECT plugin, 'item.' || content_table || '.' || change, 'auto', content_table,
           format('An item of %s was %s', content_table, change)
    FROM unnest(p_tables) AS content_table
    CROSS JOIN unnest(ARRAY['created', 'updated', 'deleted']) AS change
    UNION ALL
    SELECT plugin, event ->> 'name', coalesce(event ->> 'type', 'manual'), NULL, coalesce(event ->> 'description', '')
    FROM jsonb_array_elements(p_events) AS event
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END
$$;

-- The only way to change a description. False: there is no such event type.
CREATE OR REPLACE FUNCTION martlet.describe_event_type(p_plugin text, p_event text, p_description text) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
BEGIN
    UPDATE martlet.event_types AS event_type
    SET description = p_description
    FROM martlet.plugins AS plugin
    WHERE plugin.id = event_type.plugin_id AND plugin.name = p_plugin AND event_type.event_name = p_event;
    RETURN FOUND;
END
$$;
