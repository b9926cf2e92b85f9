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
    row_bytes   bigint      NOT NULL DEFAULT 0,         -- of all rows, as array literals: about what they are as JSON
    version     bigint      NOT NULL DEFAULT 1,         -- counts every change of what is above, and of is_public
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

-- One row per row, so that an append writes what it appends. The positions of a table run from 1 to its row_count.
CREATE TABLE IF NOT EXISTS martlet.table_rows (
    table_id int    NOT NULL,
    position bigint NOT NULL,
    tenant   text   NOT NULL,
    cells    text[] NOT NULL,
    CONSTRAINT table_rows_pkey PRIMARY KEY (table_id, position, tenant)
);

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
