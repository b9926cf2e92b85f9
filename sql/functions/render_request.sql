-- What was sent, rebuilt for people who look at an attempt: the rules are WebhookCore's (PayloadBuilder,
-- SignedRequest), and a test holds the two to the same bytes.

-- 2026-11-22T15:04:05.123Z, or with an offset: 2026-11-22T15:04:05.123+00:00
CREATE OR REPLACE FUNCTION martlet.rfc3339(moment timestamptz, zone text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS') || zone $$;

-- The data as one entry of an aggregated body: its members, then `timestamp`; a member of that name gives way.
CREATE OR REPLACE FUNCTION martlet.render_entry(data json, moment timestamptz) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, martlet, pg_temp
AS $$
DECLARE
    source  text := btrim(data::text, E' \t\r\n');
    ending  text := '"timestamp":"' || martlet.rfc3339(moment, '+00:00') || '"}';
    tokens  text[];
    token   text;
    keep    boolean[];
    depth   int := 0;
    name    text;
    begins  int := 2;                                    -- the first token of the current member
    kept    boolean := false;                            -- an earlier member stays
    members text;
BEGIN
    IF left(source, 1) <> '{' THEN
        RETURN '{"data":' || source || ',' || ending;
    END IF;
    IF source !~ '"(?:t|\\u0074)(?:i|\\u0069)(?:m|\\u006[dD])(?:e|\\u0065)(?:s|\\u0073)(?:t|\\u0074)(?:a|\\u0061)(?:m|\\u006[dD])(?:p|\\u0070)"' THEN
        source := rtrim(left(source, -1), E' \t\r\n');
        RETURN source || CASE WHEN source = '{' THEN '' ELSE ',' END || ending;
    END IF;

    tokens := ARRAY(SELECT part[1]
                    FROM regexp_matches(source, '"(?:[^"\\]|\\.)*"|[][{}:,]|[^][{}:,"\s]+|\s+', 'g') AS part);
    -- The braces of the object itself are written below.
    keep := array_fill(true, ARRAY[cardinality(tokens)]);
    keep[1] := false;
    keep[cardinality(tokens)] := false;
    FOR i IN 1 .. cardinality(tokens) LOOP
        token := tokens[i];
        IF depth = 1 AND (token = ',' OR token = '}') THEN
            IF name ~ '^"(?:t|\\u0074)(?:i|\\u0069)(?:m|\\u006[dD])(?:e|\\u0065)(?:s|\\u0073)(?:t|\\u0074)(?:a|\\u0061)(?:m|\\u006[dD])(?:p|\\u0070)"$' THEN
                -- The member goes with one comma: the one before it when a member before it stays, else its own.
                FOR j IN begins - CASE WHEN kept THEN 1 ELSE 0 END
                      .. i - CASE WHEN kept OR token = '}' THEN 1 ELSE 0 END LOOP
                    keep[j] := false;
                END LOOP;
            ELSE
                kept := true;
            END IF;
            begins := i + 1;
            name := NULL;
        ELSIF depth = 1 AND name IS NULL AND left(token, 1) = '"' THEN
            name := token;
        END IF;
        depth := depth + CASE WHEN token IN ('{', '[') THEN 1 WHEN token IN ('}', ']') THEN -1 ELSE 0 END;
    END LOOP;

    members := (SELECT string_agg(part, '' ORDER BY position)
                FROM unnest(tokens, keep) WITH ORDINALITY AS token (part, stays, position)
                WHERE stays);
    RETURN '{' || CASE WHEN kept THEN rtrim(members, E' \t\r\n') || ',' ELSE '' END || ending;
END
$$;

CREATE OR REPLACE FUNCTION martlet.render_payload(profile text, event_name text, moment timestamptz, data json)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE profile
        WHEN 'standard' THEN
            '{"type":"' || event_name || '","timestamp":"' || martlet.rfc3339(moment, 'Z') || '","data":' || data::text || '}'
        WHEN 'newmeta' THEN data::text
        WHEN 'mautic' THEN '{"' || event_name || '":[' || martlet.render_entry(data, moment) || ']}'
    END
$$;

-- The signature headers of an attempt; the signature is no credential: it opens nothing but this body.
CREATE OR REPLACE FUNCTION martlet.render_headers(
    profile text, event_name text, delivery_id bigint, sent_at timestamptz, signature text, user_agent text,
    custom_headers json)
RETURNS json
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT json_object_agg(header.name, header.value ORDER BY header.part, header.position)
    FROM (
        SELECT 1 AS part, position, name, value
        FROM unnest(
            ARRAY['Content-Type', 'User-Agent', 'X-Webhook-Event', 'X-Delivery-ID'],
            ARRAY['application/json', user_agent, event_name, delivery_id::text])
            WITH ORDINALITY AS fixed (name, value, position)
        UNION ALL
        SELECT 2, position, name, value
        FROM unnest(
            CASE profile
                WHEN 'standard' THEN ARRAY['webhook-id', 'webhook-timestamp', 'webhook-signature']
                WHEN 'newmeta' THEN ARRAY['X-Webhook-Signature']
                WHEN 'mautic' THEN ARRAY['Webhook-Signature']
            END,
            CASE profile
                WHEN 'standard' THEN ARRAY[
                    'msg_' || delivery_id, floor(extract(epoch FROM sent_at))::bigint::text, signature]
                ELSE ARRAY[signature]
            END)
            WITH ORDINALITY AS signed (name, value, position)
        UNION ALL
        SELECT 3, position, key, value
        FROM json_each_text(custom_headers) WITH ORDINALITY AS custom (key, value, position)
    ) AS header
$$;
