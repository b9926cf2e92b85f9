-- 0012_add_tables: tables that outside systems push into.
-- Locks: new objects only.

CREATE TABLE IF NOT EXISTS martlet.tables (
    id          int         GENERATED ALWAYS AS IDENTITY,
    tenant      text        NOT NULL,
    -- A segment of the names of its events, item.{name}.created and so on.
    name        text        NOT NULL,
    title       text        NOT NULL,

    -- The document but for its rows: headers is an array of strings, the others are what senders made them.
    headers     json        NOT NULL DEFAULT '[]',
    settings    json        NOT NULL DEFAULT '{}',
    formatting  json        NOT NULL DEFAULT '{}',

    row_count   int         NOT NULL DEFAULT 0,
    row_bytes   bigint      NOT NULL DEFAULT 0,         -- of all rows, as JSON
    version     bigint      NOT NULL DEFAULT 1,         -- counts every change of what is above, and of is_public
    rows_since  bigint      NOT NULL DEFAULT 1,         -- the version that rows were last replaced in: others only added
    last_chunk  int         NOT NULL DEFAULT 0,         -- its position in table_rows; 0: there are no rows
    is_public   boolean     NOT NULL DEFAULT false,

    -- What pushes are signed with, sealed for this table; null: nobody pushes.
    secret      bytea,

    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT tables_pkey PRIMARY KEY (id, tenant),
    CONSTRAINT tables_name_is_unique_in_its_tenant UNIQUE (tenant, name),
    CONSTRAINT tables_name_is_one_segment CHECK (name ~ '^[A-Za-z0-9_-]{1,64}$')
)
-- Room for HOT updates: every push writes a new version of its row.
WITH (fillfactor = 50);

-- The rows of a table, several in one row of this one, so that a push writes few rows and an append writes what it
-- appends. Each stands at the position of its first row, counted from 1, and reaches to the next. Whoever writes cuts
-- (TableChunks in Swift); how is nobody else's concern.
CREATE TABLE IF NOT EXISTS martlet.table_rows (
    table_id int  NOT NULL,
    position int  NOT NULL,
    tenant   text NOT NULL,
    rows     text NOT NULL,                             -- JSON arrays of strings with commas between
    CONSTRAINT table_rows_pkey PRIMARY KEY (table_id, position, tenant)
)
-- Two fit on half a page, uncompressed and not in TOAST, and their next versions on the other half: a replacement is HOT
-- updates, and the next one uses the room that they leave behind.
WITH (fillfactor = 50, toast_tuple_target = 4080);

-- Larger ones are single large rows: compressing them would cost more than all else does.
ALTER TABLE martlet.table_rows ALTER COLUMN rows SET STORAGE EXTERNAL;

-- Pushes that were made, by the key that they carried; kept for `retention_days`.
CREATE TABLE IF NOT EXISTS martlet.push_keys (
    table_id   int         NOT NULL,
    key        text        NOT NULL,
    tenant     text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT push_keys_pkey PRIMARY KEY (table_id, key, tenant)
);

-- Serves cleanup: insertion order is the order of time.
CREATE INDEX IF NOT EXISTS push_keys_created_idx ON martlet.push_keys USING brin (created_at);
