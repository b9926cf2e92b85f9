-- 0001_create_configuration: the small, cold tables: settings, registry, keys, subscriptions and their routes.
-- Locks: new objects only.

-- Every row of the gateway names its tenant, and every key contains it, so that the schema can be distributed by
-- tenant later. There are no foreign keys between hot tables: the statements that write them keep them whole.

CREATE TABLE martlet.settings (
    name  text NOT NULL,
    value text NOT NULL,
    CONSTRAINT settings_pkey PRIMARY KEY (name)
);

INSERT INTO martlet.settings (name, value)
VALUES ('queue_mode', 'immediate'),
       ('event_order', 'chronological'),
       ('retention_days', '30');

-- What the sensitive filter looks for beyond its six defaults; see functions/filter_sensitive.sql.
CREATE TABLE martlet.sensitive_keywords (
    keyword text NOT NULL,
    CONSTRAINT sensitive_keywords_pkey PRIMARY KEY (keyword),
    CONSTRAINT sensitive_keywords_are_lower_case_and_not_empty
        CHECK (keyword <> '' AND keyword = lower(keyword COLLATE "C"))
);

CREATE TABLE martlet.plugins (
    id         int         GENERATED ALWAYS AS IDENTITY,
    name       text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT plugins_pkey PRIMARY KEY (id),
    CONSTRAINT plugins_name_is_unique UNIQUE (name)
);

CREATE TABLE martlet.event_types (
    plugin_id     int         NOT NULL,
    event_name    text        NOT NULL,
    event_type    text        NOT NULL,
    content_table text,
    description   text        NOT NULL DEFAULT '',
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT event_types_pkey PRIMARY KEY (plugin_id, event_name),
    CONSTRAINT event_types_plugin_exists FOREIGN KEY (plugin_id) REFERENCES martlet.plugins (id),
    CONSTRAINT event_types_type_is_known CHECK (event_type IN ('auto', 'manual', 'system'))
);

-- The events of the core plugin, known to everyone without registration.
WITH core AS (
    INSERT INTO martlet.plugins (name) VALUES ('core') RETURNING id
)
INSERT INTO martlet.event_types (plugin_id, event_name, event_type, description)
SELECT core.id, event.name, 'system', event.description
FROM core,
     (VALUES ('page.published', 'A page was published'),
             ('page.draft_discarded', 'The draft of a page was discarded'),
             ('media.uploaded', 'A media file was uploaded'),
             ('media.deleted', 'A media file was deleted'),
             ('auth.login', 'A user logged in'),
             ('auth.logout', 'A user logged out'),
             ('order.created', 'An order was placed'),
             ('form.submitted', 'A form was submitted'),
             ('user.registered', 'A user registered'),
             ('emailmarketing.subscribed', 'An address subscribed to a mailing list'),
             ('deployment.completed', 'A deployment finished')) AS event (name, description);

-- API keys are random 256-bit values: one SHA-256 is enough to store them, and nothing slower is needed.
CREATE TABLE martlet.api_keys (
    id         int         GENERATED ALWAYS AS IDENTITY,
    tenant     text,                                    -- null: every tenant
    role       text        NOT NULL,
    name       text        NOT NULL,
    prefix     text        NOT NULL,                    -- the first characters, so that a person recognises it
    key_hash   bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT api_keys_pkey PRIMARY KEY (id),
    CONSTRAINT api_keys_hash_is_unique UNIQUE (key_hash),
    CONSTRAINT api_keys_role_is_known CHECK (role IN ('admin', 'publisher', 'viewer'))
);

CREATE TABLE martlet.subscriptions (
    id                      int         GENERATED ALWAYS AS IDENTITY,
    tenant                  text        NOT NULL DEFAULT 'default',
    name                    text        NOT NULL,
    url                     text        NOT NULL,
    events                  text[]      NOT NULL,
    profile                 text        NOT NULL DEFAULT 'standard',

    -- Sealed with the master key (AES-256-GCM); the previous one signs beside it while an overlap lasts.
    secret                  bytea       NOT NULL,
    previous_secret         bytea,
    previous_secret_until   timestamptz,

    -- Header values that look like credentials are "***" here and stand, sealed, in sealed_headers.
    custom_headers          json        NOT NULL DEFAULT '{}',
    sealed_headers          bytea,

    queue_mode              text,                       -- null: the setting of that name
    event_order             text,                       -- null: the setting of that name
    batch_size              int         NOT NULL DEFAULT 10,
    batch_interval_seconds  int,                        -- null: only process-webhooks sends batches
    max_retries             smallint    NOT NULL DEFAULT 5,
    timeout_seconds         smallint    NOT NULL DEFAULT 10,
    concurrency             int,                        -- null: the worker's default
    disable_on_gone         boolean,                    -- null: the profile's default

    active                  boolean     NOT NULL DEFAULT true,
    failure_count           int         NOT NULL DEFAULT 0,
    disabled_reason         text,
    -- A slow receiver: new deliveries go to its lane at once instead of standing in front of the others.
    diverted                boolean     NOT NULL DEFAULT false,

    version                 int         NOT NULL DEFAULT 1,
    created_at              timestamptz NOT NULL DEFAULT now(),
    updated_at              timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT subscriptions_pkey PRIMARY KEY (id, tenant),
    CONSTRAINT subscriptions_profile_is_known CHECK (profile IN ('standard', 'newmeta', 'mautic')),
    CONSTRAINT subscriptions_queue_mode_is_known CHECK (queue_mode IN ('immediate', 'queued')),
    CONSTRAINT subscriptions_event_order_is_known CHECK (event_order IN ('chronological', 'reverse')),
    CONSTRAINT subscriptions_batch_size_in_range CHECK (batch_size BETWEEN 1 AND 1000),
    CONSTRAINT subscriptions_max_retries_in_range CHECK (max_retries BETWEEN 1 AND 20),
    CONSTRAINT subscriptions_timeout_in_range CHECK (timeout_seconds BETWEEN 1 AND 30),
    CONSTRAINT subscriptions_reason_only_while_inactive CHECK (NOT active OR disabled_reason IS NULL)
)
-- Room for HOT updates of failure_count.
WITH (fillfactor = 70);

-- What a request was sent to and how: one row per change, so that history stays true after an edit or a deletion.
CREATE TABLE martlet.subscription_versions (
    subscription_id int         NOT NULL,
    version         int         NOT NULL,
    tenant          text        NOT NULL,
    url             text        NOT NULL,
    profile         text        NOT NULL,
    custom_headers  json        NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT subscription_versions_pkey PRIMARY KEY (subscription_id, version, tenant)
);

-- Who gets an event: one row per active subscription and pattern, probed with the few patterns a name can match.
-- Kept by a trigger on subscriptions; lane 0 is the fast lane (pending), lane 1 the waiting lanes.
CREATE TABLE martlet.routes (
    tenant          text     NOT NULL,
    pattern         text     NOT NULL,
    subscription_id int      NOT NULL,
    lane            smallint NOT NULL,
    CONSTRAINT routes_pkey PRIMARY KEY (tenant, pattern, subscription_id) INCLUDE (lane)
);

-- Serves the trigger that replaces the routes of one subscription.
CREATE INDEX routes_subscription_idx ON martlet.routes (subscription_id);
