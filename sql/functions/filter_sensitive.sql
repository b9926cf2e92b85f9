-- Drops members whose name contains a sensitive word, before anything is stored. The twin of SensitiveFilter in Swift:
-- both are held to Tests/Fixtures/sensitive-filter-cases.json. Bytes that stay, stay as they were.

-- \u006b, its hexadecimal digits in either case.
CREATE OR REPLACE FUNCTION martlet.hex_pattern(code int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT '\\u' || string_agg(
        CASE WHEN digit ~ '[a-f]' THEN '[' || digit || upper(digit) || ']' ELSE digit END, '' ORDER BY position)
    FROM regexp_split_to_table(lpad(to_hex(code), 4, '0'), '') WITH ORDINALITY AS hex (digit, position)
$$;

-- One character as it stands plain in the raw text of a JSON string: letters and digits themselves, everything else by
-- its code. A quote and a backslash never stand there without a backslash before them.
CREATE OR REPLACE FUNCTION martlet.plain_pattern(sign text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN sign ~ '^[A-Za-z0-9]$' THEN sign
        WHEN sign IN ('"', '\') THEN '\\\' || sign
        WHEN sign = '/' THEN '\\?/'
        ELSE '\U' || lpad(to_hex(ascii(sign)), 8, '0')
    END
$$;

-- The same as its escape; beyond the basic plane, the pair of surrogates.
CREATE OR REPLACE FUNCTION martlet.escape_pattern(sign text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN ascii(sign) < 65536 THEN martlet.hex_pattern(ascii(sign))
        ELSE martlet.hex_pattern(55296 + ((ascii(sign) - 65536) >> 10))
             || martlet.hex_pattern(56320 + ((ascii(sign) - 65536) & 1023))
    END
$$;

-- A regular expression for one keyword as it can stand in the raw text of a JSON string: each ASCII letter in either
-- case, each character also as its \u escape.
CREATE OR REPLACE FUNCTION martlet.keyword_pattern(keyword text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT string_agg(
        '(?:' || (
            SELECT string_agg(martlet.plain_pattern(spelling) || '|' || martlet.escape_pattern(spelling), '|')
            FROM (SELECT lower(character COLLATE "C") UNION SELECT upper(character COLLATE "C")) AS spellings (spelling)
        ) || ')', '' ORDER BY position)
    FROM regexp_split_to_table(keyword, '') WITH ORDINALITY AS letter (character, position)
$$;

-- The same for a text without a \u: five times as fast to look for.
CREATE OR REPLACE FUNCTION martlet.plain_keyword_pattern(keyword text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT string_agg(
        '(?:' || (
            SELECT string_agg(martlet.plain_pattern(spelling), '|')
            FROM (SELECT lower(character COLLATE "C") UNION SELECT upper(character COLLATE "C")) AS spellings (spelling)
        ) || ')', '' ORDER BY position)
    FROM regexp_split_to_table(keyword, '') WITH ORDINALITY AS letter (character, position)
$$;

-- All keywords as one alternative; kept as settings, because they change with the keywords and are read by every event.
CREATE OR REPLACE FUNCTION martlet.keep_sensitive_pattern() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, martlet, pg_temp
AS $$
BEGIN
    WITH known AS (
        SELECT unnest(ARRAY['password', 'secret', 'hash', 'key', 'token', 'salt']) AS keyword
        UNION
        SELECT keyword FROM martlet.sensitive_keywords
    )
    INSERT INTO martlet.settings (name, value)
    SELECT 'sensitive_pattern', string_agg(martlet.keyword_pattern(keyword), '|') FROM known
    UNION ALL
    SELECT 'plain_sensitive_pattern', string_agg(martlet.plain_keyword_pattern(keyword), '|') FROM known
    ON CONFLICT (name) DO UPDATE SET value = excluded.value;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER sensitive_keywords_keep_pattern
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE
    ON martlet.sensitive_keywords
    FOR EACH STATEMENT EXECUTE FUNCTION martlet.keep_sensitive_pattern();

-- Fires the trigger: the setting exists from the first migration on and follows a new version of the pattern.
INSERT INTO martlet.sensitive_keywords (keyword)
SELECT NULL WHERE false;

-- Nearly every event: nothing that could be a name to drop, and not enough brackets to be too deep.
CREATE OR REPLACE FUNCTION martlet.is_filtered(source text, sensitive text, plain_sensitive text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT source !~ CASE WHEN strpos(source, '\u') > 0 THEN sensitive ELSE plain_sensitive END
        AND (octet_length(source) <= 512 OR length(source) - length(translate(source, '[{', '')) <= 512)
$$;

-- The text of an object is `{`, chunks separated by commas, `}`. A chunk whose member is sensitive goes; the chunks
-- that stay are joined by commas; when none stays, the object is `{}`.
-- Errors: 22023 when containers are nested deeper than 512.
CREATE OR REPLACE FUNCTION martlet.filter_sensitive(data json) RETURNS json
LANGUAGE plpgsql STABLE STRICT
SET search_path = pg_catalog, martlet, pg_temp
AS $$
DECLARE
    source    text := data::text;
    sensitive text := (SELECT value FROM martlet.settings WHERE name = 'sensitive_pattern');
    plain     text := (SELECT value FROM martlet.settings WHERE name = 'plain_sensitive_pattern');
    name_is_sensitive text;
    tokens    text[];
    token     text;
    keep      boolean[];
    depth     int := 0;
    -- Per open container, by depth: is it an object; where the current chunk began; is a name expected; did an earlier
    -- chunk stay.
    is_object boolean[];
    begins    int[];
    at_name   boolean[];
    has_kept  boolean[];
    dropping  int := 0;                                  -- the depth whose current chunk is being dropped; 0: none
BEGIN
    IF martlet.is_filtered(source, sensitive, plain) THEN
        RETURN data;
    END IF;

    name_is_sensitive := '^"(?:[^"\\]|\\[^u]|\\u[0-9A-Fa-f]{4})*(?:' || sensitive || ')';
    tokens := ARRAY(SELECT part[1]
                    FROM regexp_matches(source, '"(?:[^"\\]|\\.)*"|[][{}:,]|[^][{}:,"\s]+|\s+', 'g') AS part);
    keep := array_fill(true, ARRAY[cardinality(tokens)]);

    FOR i IN 1 .. cardinality(tokens) LOOP
        token := tokens[i];
        IF token = '{' OR token = '[' THEN
            depth := depth + 1;
            IF depth > 512 THEN
                RAISE EXCEPTION 'data must not be nested deeper than 512'
                    USING ERRCODE = 'invalid_parameter_value';
            END IF;
            is_object[depth] := token = '{';
            at_name[depth] := token = '{';
            begins[depth] := i + 1;
            has_kept[depth] := false;
        ELSIF token = '}' OR token = ']' OR token = ',' THEN
            IF is_object[depth] AND (dropping = 0 OR dropping = depth) THEN
                IF dropping = depth THEN
                    -- The chunk goes with one comma: the one before it when a chunk before it stays, else its own.
                    FOR j IN begins[depth] - CASE WHEN has_kept[depth] THEN 1 ELSE 0 END
                          .. i - CASE WHEN has_kept[depth] OR token <> ',' THEN 1 ELSE 0 END LOOP
                        keep[j] := false;
                    END LOOP;
                    dropping := 0;
                ELSE
                    has_kept[depth] := true;
                END IF;
            END IF;
            IF token = ',' THEN
                at_name[depth] := is_object[depth];
                begins[depth] := i + 1;
            ELSE
                depth := depth - 1;
            END IF;
        ELSIF depth > 0 AND at_name[depth] AND left(token, 1) = '"' THEN
            at_name[depth] := false;
            IF dropping = 0 AND token ~ name_is_sensitive THEN
                dropping := depth;
            END IF;
        END IF;
    END LOOP;

    RETURN (SELECT string_agg(part, '' ORDER BY position)
            FROM unnest(tokens, keep) WITH ORDINALITY AS kept (part, stays, position)
            WHERE stays)::json;
END
$$;
