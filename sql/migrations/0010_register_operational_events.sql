-- 0010_register_operational_events: what the gateway tells about itself is in the registry, for those who choose from it.
-- Locks: plugins and event_types, which are small and cold.

INSERT INTO martlet.plugins (name) VALUES ('martlet') ON CONFLICT DO NOTHING;

INSERT INTO martlet.event_types (plugin_id, event_name, event_type, description)
SELECT plugin.id, event.name, 'system', event.description
FROM martlet.plugins AS plugin,
     (VALUES ('webhook.subscription.disabled', 'A subscription was switched off for its failures'),
             ('webhook.subscription.recovered', 'A delivery has arrived again after that'),
             ('webhook.delivery.exhausted', 'A delivery has failed for good')) AS event (name, description)
WHERE plugin.name = 'martlet'
ON CONFLICT (plugin_id, event_name) DO NOTHING;
