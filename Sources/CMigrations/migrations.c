#include "CMigrations.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

// A new file of sql/ needs its bytes here and its line in the table below; TidyTests finds a missing one.

static const unsigned char create_configuration[] = {
#embed "../../sql/migrations/0001_create_configuration.sql"
};
static const unsigned char create_queue[] = {
#embed "../../sql/migrations/0002_create_queue.sql"
};
static const unsigned char add_rates_and_order[] = {
#embed "../../sql/migrations/0003_add_rates_and_order.sql"
};
static const unsigned char add_batches[] = {
#embed "../../sql/migrations/0004_add_batches.sql"
};
static const unsigned char bound_the_registry[] = {
#embed "../../sql/migrations/0005_bound_the_registry.sql"
};
static const unsigned char create_statistics[] = {
#embed "../../sql/migrations/0006_create_statistics.sql"
};
static const unsigned char add_replays[] = {
#embed "../../sql/migrations/0007_add_replays.sql"
};
static const unsigned char measure_what_waits[] = {
#embed "../../sql/migrations/0008_measure_what_waits.sql"
};
static const unsigned char bound_the_duties[] = {
#embed "../../sql/migrations/0009_bound_the_duties.sql"
};
static const unsigned char register_operational_events[] = {
#embed "../../sql/migrations/0010_register_operational_events.sql"
};
static const unsigned char lease_batches[] = {
#embed "../../sql/migrations/0011_lease_batches.sql"
};
static const unsigned char add_tables[] = {
#embed "../../sql/migrations/0012_add_tables.sql"
};
static const unsigned char add_sources[] = {
#embed "../../sql/migrations/0013_add_sources.sql"
};

static const unsigned char ids[] = {
#embed "../../sql/functions/ids.sql"
};
static const unsigned char wake[] = {
#embed "../../sql/functions/wake.sql"
};
static const unsigned char ordering[] = {
#embed "../../sql/functions/ordering.sql"
};
static const unsigned char matching[] = {
#embed "../../sql/functions/matching.sql"
};
static const unsigned char subscriptions[] = {
#embed "../../sql/functions/subscriptions.sql"
};
static const unsigned char partitions[] = {
#embed "../../sql/functions/partitions.sql"
};
static const unsigned char retention[] = {
#embed "../../sql/functions/retention.sql"
};
static const unsigned char filter_sensitive[] = {
#embed "../../sql/functions/filter_sensitive.sql"
};
static const unsigned char registry[] = {
#embed "../../sql/functions/registry.sql"
};
static const unsigned char sources[] = {
#embed "../../sql/functions/sources.sql"
};
static const unsigned char dispatch[] = {
#embed "../../sql/functions/dispatch.sql"
};
static const unsigned char watch[] = {
#embed "../../sql/functions/watch.sql"
};
static const unsigned char batches[] = {
#embed "../../sql/functions/batches.sql"
};
static const unsigned char claim[] = {
#embed "../../sql/functions/claim.sql"
};
static const unsigned char prompt_lanes[] = {
#embed "../../sql/functions/prompt_lanes.sql"
};
static const unsigned char earlier_workers[] = {
#embed "../../sql/functions/earlier_workers.sql"
};
static const unsigned char park[] = {
#embed "../../sql/functions/park.sql"
};
static const unsigned char tend[] = {
#embed "../../sql/functions/tend.sql"
};
static const unsigned char record[] = {
#embed "../../sql/functions/record.sql"
};
static const unsigned char operational_events[] = {
#embed "../../sql/functions/operational_events.sql"
};
static const unsigned char deliveries[] = {
#embed "../../sql/functions/deliveries.sql"
};
static const unsigned char replays[] = {
#embed "../../sql/functions/replays.sql"
};
static const unsigned char render_request[] = {
#embed "../../sql/functions/render_request.sql"
};
static const unsigned char views[] = {
#embed "../../sql/functions/views.sql"
};
static const unsigned char statistics[] = {
#embed "../../sql/functions/statistics.sql"
};
static const unsigned char statistics_views[] = {
#embed "../../sql/functions/statistics_views.sql"
};
static const unsigned char tables[] = {
#embed "../../sql/functions/tables.sql"
};
static const unsigned char roles[] = {
#embed "../../sql/functions/roles.sql"
};

static const struct martlet_sql_file martlet_migrations[] = {
    {"migrations/0001_create_configuration.sql", create_configuration, sizeof create_configuration},
    {"migrations/0002_create_queue.sql", create_queue, sizeof create_queue},
    {"migrations/0003_add_rates_and_order.sql", add_rates_and_order, sizeof add_rates_and_order},
    {"migrations/0004_add_batches.sql", add_batches, sizeof add_batches},
    {"migrations/0005_bound_the_registry.sql", bound_the_registry, sizeof bound_the_registry},
    {"migrations/0006_create_statistics.sql", create_statistics, sizeof create_statistics},
    {"migrations/0007_add_replays.sql", add_replays, sizeof add_replays},
    {"migrations/0008_measure_what_waits.sql", measure_what_waits, sizeof measure_what_waits},
    {"migrations/0009_bound_the_duties.sql", bound_the_duties, sizeof bound_the_duties},
    {"migrations/0010_register_operational_events.sql", register_operational_events,
     sizeof register_operational_events},
    {"migrations/0011_lease_batches.sql", lease_batches, sizeof lease_batches},
    {"migrations/0012_add_tables.sql", add_tables, sizeof add_tables},
    {"migrations/0013_add_sources.sql", add_sources, sizeof add_sources},
};
const size_t martlet_migrations_count = sizeof martlet_migrations / sizeof *martlet_migrations;

static const struct martlet_sql_file martlet_functions[] = {
    {"functions/ids.sql", ids, sizeof ids},
    {"functions/wake.sql", wake, sizeof wake},
    {"functions/ordering.sql", ordering, sizeof ordering},
    {"functions/matching.sql", matching, sizeof matching},
    {"functions/subscriptions.sql", subscriptions, sizeof subscriptions},
    {"functions/partitions.sql", partitions, sizeof partitions},
    {"functions/retention.sql", retention, sizeof retention},
    {"functions/filter_sensitive.sql", filter_sensitive, sizeof filter_sensitive},
    {"functions/registry.sql", registry, sizeof registry},
    {"functions/sources.sql", sources, sizeof sources},
    {"functions/dispatch.sql", dispatch, sizeof dispatch},
    {"functions/batches.sql", batches, sizeof batches},
    {"functions/watch.sql", watch, sizeof watch},
    {"functions/claim.sql", claim, sizeof claim},
    {"functions/prompt_lanes.sql", prompt_lanes, sizeof prompt_lanes},
    {"functions/earlier_workers.sql", earlier_workers, sizeof earlier_workers},
    {"functions/park.sql", park, sizeof park},
    {"functions/tend.sql", tend, sizeof tend},
    {"functions/record.sql", record, sizeof record},
    {"functions/operational_events.sql", operational_events, sizeof operational_events},
    {"functions/deliveries.sql", deliveries, sizeof deliveries},
    {"functions/replays.sql", replays, sizeof replays},
    {"functions/render_request.sql", render_request, sizeof render_request},
    {"functions/views.sql", views, sizeof views},
    {"functions/statistics.sql", statistics, sizeof statistics},
    {"functions/statistics_views.sql", statistics_views, sizeof statistics_views},
    {"functions/tables.sql", tables, sizeof tables},
    {"functions/roles.sql", roles, sizeof roles},
};

const struct martlet_sql_file *martlet_migrations_list(void) { return martlet_migrations; }
const struct martlet_sql_file *martlet_functions_list(void) { return martlet_functions; }
const size_t martlet_functions_count = sizeof martlet_functions / sizeof *martlet_functions;
