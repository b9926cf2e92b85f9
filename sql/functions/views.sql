-- The stable surface: what operators and applications query. Physical tables may change under it.

CREATE OR REPLACE VIEW martlet.webhook_events AS
SELECT event_type.plugin_id,
       plugin.name AS plugin,
       event_type.event_name,
       event_type.event_type,
       event_type.content_table,
       event_type.description
FROM martlet.event_types AS event_type
JOIN martlet.plugins AS plugin ON plugin.id = event_type.plugin_id;

CREATE OR REPLACE VIEW martlet.webhook_subscriptions AS
SELECT id,
       tenant,
       name,
       url,
       events,
       custom_headers,
       profile,
       coalesce(queue_mode, (SELECT value FROM martlet.settings WHERE settings.name = 'queue_mode')) AS queue_mode,
       coalesce(event_order, (SELECT value FROM martlet.settings WHERE settings.name = 'event_order')) AS event_order,
       batch_size,
       make_interval(secs => batch_interval_seconds) AS batch_interval,
       max_retries,
       timeout_seconds,
       concurrency,
       active,
       failure_count,
       disabled_reason,
       created_at,
       updated_at,
       rate_limit,
       CASE WHEN rate_limit IS NOT NULL THEN coalesce(rate_burst, ceil(rate_limit)::int) END AS rate_burst,
       ordering,
       coalesce(disable_on_gone, profile <> 'newmeta') AS disable_on_gone
FROM martlet.subscriptions;

-- The name of an event, by its key. A function and no subquery: with it the planner counts one index for each partition
-- there is, and compiles (`jit`, on by default) for seconds what runs for milliseconds. Its body is bound when it is made:
-- no search_path of a caller reaches it, and a SET clause would cost ten times the lookup.
CREATE OR REPLACE FUNCTION martlet.event_name_of(p_tenant text, p_id bigint) RETURNS text
LANGUAGE sql
STABLE
PARALLEL SAFE
SECURITY DEFINER
COST 10
BEGIN ATOMIC
    SELECT event.event_name FROM martlet.events AS event WHERE event.tenant = p_tenant AND event.id = p_id;
END;

-- Until when the batch is leased that a delivery is in. A function for the same reason.
CREATE OR REPLACE FUNCTION martlet.batch_lease(p_subscription int, p_id bigint) RETURNS timestamptz
LANGUAGE sql
STABLE
PARALLEL SAFE
SECURITY DEFINER
COST 10
BEGIN ATOMIC
    SELECT max(batch.lease_until)
    FROM martlet.batches AS batch
    WHERE batch.subscription_id = p_subscription AND p_id = ANY (batch.entries);
END;

-- What waits, what failed, and what was delivered in the last 24 hours. An event's name is looked up for each row, by
-- its key: as a join the planner may read the whole history of events instead. A condition on status leaves out the parts that
-- cannot hold it.
CREATE OR REPLACE VIEW martlet.webhook_queue AS
SELECT delivery.id,
       delivery.tenant,
       delivery.subscription_id,
       delivery.event_id,
       martlet.event_name_of(delivery.tenant, delivery.event_id) AS event_name,
       'pending'::text AS status,
       0 AS retry_count,
       martlet.id_time(delivery.id) AS next_retry_at,
       NULL::text AS error_message,
       delivery.lease_until AS leased_until,
       martlet.id_time(delivery.id) AS created_at,
       NULL::timestamptz AS delivered_at
FROM martlet.pending AS delivery
UNION ALL
SELECT delivery.id,
       delivery.tenant,
       delivery.subscription_id,
       delivery.event_id,
       martlet.event_name_of(delivery.tenant, delivery.event_id),
       delivery.status,
       -- Of one type in all parts: only then does the planner look into them, and may walk an index to the first rows.
       delivery.retry_count::int,
       delivery.next_retry_at,
       delivery.error_message,
       coalesce(delivery.lease_until, martlet.batch_lease(delivery.subscription_id, delivery.id)),
       martlet.id_time(delivery.id),
       NULL
FROM martlet.waiting AS delivery
UNION ALL
SELECT attempt.delivery_id,
       attempt.tenant,
       attempt.subscription_id,
       attempt.event_id,
       martlet.event_name_of(attempt.tenant, attempt.event_id),
       'delivered',
       attempt.attempt - 1,
       NULL,
       NULL,
       NULL,
       martlet.id_time(attempt.delivery_id),
       martlet.id_time(attempt.id)
FROM martlet.attempts AS attempt
WHERE attempt.outcome = 'd'
  AND attempt.queue_ids IS NULL
  AND attempt.id > martlet.id_floor(now() - interval '24 hours')
UNION ALL
SELECT entry.id,
       attempt.tenant,
       attempt.subscription_id,
       entry.event_id,
       martlet.event_name_of(attempt.tenant, entry.event_id),
       'delivered',
       attempt.attempt - 1,
       NULL,
       NULL,
       NULL,
       martlet.id_time(entry.id),
       martlet.id_time(attempt.id)
FROM martlet.attempts AS attempt
CROSS JOIN LATERAL unnest(attempt.queue_ids, attempt.event_ids) AS entry (id, event_id)
WHERE attempt.outcome = 'd'
  AND attempt.queue_ids IS NOT NULL
  AND attempt.id > martlet.id_floor(now() - interval '24 hours');

CREATE OR REPLACE VIEW martlet.webhook_deliveries AS
SELECT attempt.id,
       attempt.tenant,
       coalesce(attempt.queue_ids, ARRAY[attempt.delivery_id]) AS queue_ids,
       attempt.subscription_id,
       attempt.attempt,
       version.url AS request_url,
       martlet.render_headers(
           version.profile, CASE WHEN attempt.queue_ids IS NULL THEN event.event_name ELSE 'webhook.batch' END,
           attempt.delivery_id, attempt.sent_at, attempt.signature, worker.user_agent, version.custom_headers)
           AS request_headers,
       CASE WHEN attempt.queue_ids IS NULL THEN
           martlet.render_payload(
               version.profile, event.event_name, coalesce(event.occurred_at, martlet.id_time(event.id)), event.payload)
       ELSE
           -- Types in the order of their first entry, entries in theirs.
           (SELECT '{' || string_agg('"' || type.event_name || '":[' || type.entries || ']', ',' ORDER BY type.position) || '}'
            FROM (SELECT entry_event.event_name, min(entry.position) AS position,
                         string_agg(
                             martlet.render_entry(
                                 entry_event.payload,
                                 coalesce(entry_event.occurred_at, martlet.id_time(entry_event.id))),
                             ',' ORDER BY entry.position) AS entries
                  FROM unnest(attempt.event_ids) WITH ORDINALITY AS entry (event_id, position)
                  JOIN martlet.events AS entry_event
                      ON entry_event.tenant = attempt.tenant AND entry_event.id = entry.event_id
                  GROUP BY entry_event.event_name) AS type)
       END AS request_payload,
       attempt.response_code,
       attempt.response_body,
       attempt.duration_ms,
       attempt.error_message,
       attempt.sent_at AS created_at
FROM martlet.attempts AS attempt
LEFT JOIN martlet.events AS event ON event.tenant = attempt.tenant AND event.id = attempt.event_id
LEFT JOIN martlet.subscription_versions AS version
    ON version.subscription_id = attempt.subscription_id AND version.version = attempt.version
LEFT JOIN martlet.workers AS worker ON worker.id = attempt.worker;
