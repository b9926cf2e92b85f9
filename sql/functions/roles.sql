-- What each program needs and no more. Roles belong to the whole cluster: they may exist already, and another
-- migration may be making them now. Where the migrating user may not create roles, the grants are left out and
-- whoever connects needs the rights of the schema's owner.

DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['martlet_ingest', 'martlet_worker', 'martlet_reader', 'martlet_publisher'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role);
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL;
            WHEN insufficient_privilege THEN
                RAISE NOTICE 'role % not created: needs CREATEROLE', role;
        END;
    END LOOP;
END
$$;

-- Nothing for everyone: functions are callable by PUBLIC unless somebody says no.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA martlet FROM PUBLIC;

DO $$
DECLARE
    grants text[][] := ARRAY[
        -- The reader: the views, and the functions they call, which run with the reader's rights, not the view's. No
        -- table that holds a secret, sealed or not.
        ['martlet_reader', 'SELECT ON martlet.webhook_events, martlet.webhook_subscriptions, martlet.webhook_queue, martlet.webhook_deliveries'],
        ['martlet_reader', 'EXECUTE ON FUNCTION martlet.event_name_of(text, bigint), martlet.batch_lease(int, bigint), martlet.id_time(bigint), martlet.id_floor(timestamptz), martlet.rfc3339(timestamptz, text), martlet.render_entry(json, timestamptz), martlet.render_payload(text, text, timestamptz, json), martlet.render_headers(text, text, bigint, timestamptz, text, text, json)'],
        -- An application that emits events in its own transactions.
        ['martlet_publisher', 'EXECUTE ON FUNCTION martlet.dispatch(text, json, text, text)'],
        -- … from its tables, too, and says which there are.
        ['martlet_publisher', 'EXECUTE ON FUNCTION martlet.install_plugin(text, text[], jsonb), martlet.is_event_name(text), martlet.watch(regclass, text[], text, text, text), martlet.unwatch(regclass), martlet.watch_source(text[], text, text, boolean), martlet.sensitive_columns(regclass), martlet.open_columns(regclass, text), martlet.dispatch_rows(text, json[], text)'],
        ['martlet_ingest', 'SELECT, INSERT, UPDATE ON martlet.subscriptions, martlet.sensitive_keywords, martlet.settings'],
        ['martlet_ingest', 'USAGE ON SEQUENCE martlet.subscriptions_id_seq'],
        ['martlet_ingest', 'SELECT ON SEQUENCE martlet.sleepers'],
        ['martlet_ingest', 'SELECT, INSERT, UPDATE, DELETE ON martlet.sources'],
        ['martlet_ingest', 'USAGE ON SEQUENCE martlet.sources_id_seq'],
        ['martlet_ingest', 'SELECT, INSERT, DELETE ON martlet.api_keys'],
        ['martlet_ingest', 'SELECT ON martlet.events, martlet.pending, martlet.waiting, martlet.attempts, martlet.schema_migrations, martlet.webhook_events, martlet.webhook_subscriptions, martlet.webhook_queue, martlet.webhook_deliveries'],
        ['martlet_ingest', 'EXECUTE ON FUNCTION martlet.event_name_of(text, bigint), martlet.batch_lease(int, bigint), martlet.id_time(bigint), martlet.id_floor(timestamptz), martlet.rfc3339(timestamptz, text), martlet.render_entry(json, timestamptz), martlet.render_payload(text, text, timestamptz, json), martlet.render_headers(text, text, bigint, timestamptz, text, text, json)'],
        ['martlet_ingest', 'EXECUTE ON FUNCTION martlet.dispatch(text, json, text, text), martlet.dispatch_many(text[], json[], text[], text[], timestamptz[]), martlet.dispatch_test(int, text, text, json), martlet.cancel_test(bigint), martlet.wake_once(), martlet.make_partitions(interval), martlet.activate_subscription(int, text), martlet.deactivate_subscription(int, text, text), martlet.delete_subscription(int, text)'],
        ['martlet_ingest', 'EXECUTE ON FUNCTION martlet.install_plugin(text, text[], jsonb), martlet.describe_event_type(text, text, text)'],
        ['martlet_ingest', 'SELECT ON martlet.replays'],
        ['martlet_ingest', 'EXECUTE ON FUNCTION martlet.is_resent(bigint, bigint)'],
        ['martlet_ingest', 'EXECUTE ON FUNCTION martlet.list_deliveries(text, int, text, text, timestamptz, bigint, bigint, int), martlet.find_delivery(bigint, text), martlet.retry_delivery(bigint, text), martlet.start_replay(int, text, timestamptz, timestamptz, text, text, text, int), martlet.cancel_replay(bigint, text)'],
        ['martlet_ingest', 'SELECT ON martlet.tables, martlet.table_rows'],
        ['martlet_ingest', 'EXECUTE ON FUNCTION martlet.table_rows_json(int, text), martlet.create_table(text, text, text, text, boolean, json, json, json, text[]), martlet.change_table(int, text, bigint[], bigint[], text, text, boolean, json, json, json, text[]), martlet.delete_table(int, text, bigint[], bigint[]), martlet.set_table_secret(int, text, bytea), martlet.push_table(int, bytea, text, text, boolean, json, json, json, text[], int, bigint)'],
        ['martlet_worker', 'EXECUTE ON FUNCTION martlet.advance_replays(int)'],
        ['martlet_worker', 'SELECT ON martlet.subscriptions, martlet.settings, martlet.schema_migrations'],
        ['martlet_worker', 'EXECUTE ON FUNCTION martlet.register_worker(text, text), martlet.begin_flush(int), martlet.resume_worker(int), martlet.retire_worker(int), martlet.claim_pending(int, int, bigint, interval), martlet.claim_lanes(int, int, int, interval, int[], int[]), martlet.advance_prompt_lanes(int, int[]), martlet.release_lanes(int, int[], int[]), martlet.horizon(), martlet.park(int, bigint[]), martlet.give_back(int, bigint[]), martlet.give_back_unknown(int, bigint[], boolean), martlet.renew_leases(int, bigint[], interval), martlet.divert(int, int), martlet.tend(int), martlet.maintain(), martlet.wake_once(), martlet.record_delivered(int, bigint[], bigint[], int[], int[], text[], timestamptz[], int[], smallint[], text[], text[]), martlet.record_attempts(int, bigint[], int[], int[], text[], smallint[], timestamptz[], int[], smallint[], text[], bigint[], text[], text[], text[], boolean[], bigint[], bigint[], int[], int[], int[], int[], int[], boolean[], text[], text[])'],
        ['martlet_worker', 'EXECUTE ON FUNCTION martlet.confirm_leases(int, bigint[], interval)'],
        ['martlet_worker', 'EXECUTE ON FUNCTION martlet.claim_waiting(int, int, int, interval, int[], int[]), martlet.record_batches(int, bigint[], int[], timestamptz[], int[], smallint[], text[], text[])'],
        ['martlet_worker', 'EXECUTE ON FUNCTION martlet.record_batches(int, bigint[], int[], int[], text[], smallint[], timestamptz[], int[], smallint[], text[], text[], bigint[], bigint[], int[])'],
        ['martlet_worker', 'EXECUTE ON FUNCTION martlet.claim_lanes(int, int, int, interval, int[]), martlet.release_lanes(int, int[])'],
        ['martlet_worker', 'EXECUTE ON FUNCTION martlet.make_partitions(interval), martlet.expire(int), martlet.drop_old_partition(), martlet.roll_up(int)'],
        ['martlet_reader', 'SELECT ON martlet.webhook_stats, martlet.webhook_health'],
        ['martlet_reader', 'EXECUTE ON FUNCTION martlet.histogram_bounds(), martlet.percentile_ms(int[], int), martlet.add_histograms(int[], int[]), martlet.id_hour(bigint), martlet.hour_time(int)'],
        ['martlet_ingest', 'SELECT ON martlet.webhook_stats, martlet.webhook_health'],
        ['martlet_ingest', 'EXECUTE ON FUNCTION martlet.histogram_bounds(), martlet.percentile_ms(int[], int), martlet.add_histograms(int[], int[]), martlet.id_hour(bigint), martlet.hour_time(int)']
    ];
    granted text[];
BEGIN
    FOREACH granted SLICE 1 IN ARRAY grants LOOP
        CONTINUE WHEN NOT EXISTS (SELECT FROM pg_roles WHERE rolname = granted[1]);
        EXECUTE format('GRANT USAGE ON SCHEMA martlet TO %I', granted[1]);
        EXECUTE format('GRANT %s TO %I', granted[2], granted[1]);
    END LOOP;
END
$$;
