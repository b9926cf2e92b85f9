-- 0013_add_sources: outside systems push events that they sign in their own ways.
-- Locks: new objects only.  Re-run: safe.

CREATE TABLE IF NOT EXISTS martlet.sources (
    id                int         GENERATED ALWAYS AS IDENTITY,
    tenant            text        NOT NULL DEFAULT 'default',
    name              text        NOT NULL,             -- in the URL, so unique over all tenants
    scheme            text        NOT NULL,

    -- A JSON array, sealed with the master key for this row (AES-256-GCM); null: every push is refused.
    secrets           bytea,
    secret_count      smallint    NOT NULL DEFAULT 0,

    tolerance_seconds int         NOT NULL DEFAULT 300,
    options           json        NOT NULL DEFAULT '{}',    -- of the scheme: url, signature_header, …
    active            boolean     NOT NULL DEFAULT true,
    version           int         NOT NULL DEFAULT 1,       -- counts changes, so that none overwrites another unseen
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT sources_pkey PRIMARY KEY (id),
    CONSTRAINT sources_name_is_unique UNIQUE (name),
    CONSTRAINT sources_scheme_is_known CHECK (scheme IN (
        'github', 'stripe', 'shopify', 'slack', 'standard', 'svix', 'paddle', 'linear', 'twilio', 'hmac-hex',
        'hmac-base64')),
    CONSTRAINT sources_secrets_are_counted CHECK (secret_count BETWEEN 0 AND 3 AND (secret_count = 0) = (secrets IS NULL)),
    CONSTRAINT sources_tolerance_in_range CHECK (tolerance_seconds BETWEEN 1 AND 86400)
);
