-- 0005_bound_the_registry: what install_plugin and PATCH check holds for every writer of the registry.
-- Locks: plugins and event_types, which are small and cold.

ALTER TABLE martlet.plugins
    DROP CONSTRAINT IF EXISTS plugins_name_keeps_the_rule,
    ADD CONSTRAINT plugins_name_keeps_the_rule
        CHECK (octet_length(name) <= 64 AND name ~ '^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$');

ALTER TABLE martlet.event_types
    DROP CONSTRAINT IF EXISTS event_types_name_keeps_the_rule,
    DROP CONSTRAINT IF EXISTS event_types_description_is_short,
    ADD CONSTRAINT event_types_name_keeps_the_rule
        CHECK (octet_length(event_name) <= 128 AND event_name ~ '^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$'),
    ADD CONSTRAINT event_types_description_is_short CHECK (length(description) <= 1000);
