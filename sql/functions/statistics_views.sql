-- The statistics: what is counted, and the attempts that are not yet. `failed`: attempts that did not deliver, whether or not a retry follows;
-- `exhausted`: those of them after which none does. A batch counts once; a test counts. Percentiles are the bounds of a
-- fixed histogram (martlet.histogram_bounds), of all attempts, delivered or not.

-- Not for others: what roll_up has not counted yet.
CREATE OR REPLACE VIEW martlet.uncounted_statistics AS
SELECT martlet.hour_time(martlet.id_hour(id)) AS hour, subscription_id, tenant,
       count(*)::int AS attempts,
       count(*) FILTER (WHERE outcome = 'd')::int AS delivered,
       count(*) FILTER (WHERE outcome = 'f')::int AS exhausted,
       ARRAY[
           count(*) FILTER (WHERE duration_ms <= 1), count(*) FILTER (WHERE duration_ms <= 2),
           count(*) FILTER (WHERE duration_ms <= 3), count(*) FILTER (WHERE duration_ms <= 5),
           count(*) FILTER (WHERE duration_ms <= 7), count(*) FILTER (WHERE duration_ms <= 10),
           count(*) FILTER (WHERE duration_ms <= 15), count(*) FILTER (WHERE duration_ms <= 20),
           count(*) FILTER (WHERE duration_ms <= 30), count(*) FILTER (WHERE duration_ms <= 50),
           count(*) FILTER (WHERE duration_ms <= 75), count(*) FILTER (WHERE duration_ms <= 100),
           count(*) FILTER (WHERE duration_ms <= 150), count(*) FILTER (WHERE duration_ms <= 200),
           count(*) FILTER (WHERE duration_ms <= 300), count(*) FILTER (WHERE duration_ms <= 500),
           count(*) FILTER (WHERE duration_ms <= 750), count(*) FILTER (WHERE duration_ms <= 1000),
           count(*) FILTER (WHERE duration_ms <= 2000), count(*) FILTER (WHERE duration_ms <= 3000),
           count(*) FILTER (WHERE duration_ms <= 5000), count(*) FILTER (WHERE duration_ms <= 7500),
           count(*) FILTER (WHERE duration_ms <= 11000), count(*)]::int[] AS at_most
FROM martlet.attempts
-- Of one bound whose value it does not know the planner expects a third of all attempts. Of a range it expects one in 200,
-- of two ranges one in 40,000: so it takes the index, and does not compile the statement for what will never come.
WHERE id BETWEEN (SELECT up_to FROM martlet.roll_up_progress) AND (SELECT 9223372036854775807)
  AND (id, tenant) >= ((SELECT up_to FROM martlet.roll_up_progress), '')
  AND (id, tenant) <= ((SELECT 9223372036854775807), '')
GROUP BY martlet.id_hour(id), subscription_id, tenant;

CREATE OR REPLACE VIEW martlet.webhook_stats AS
SELECT subscription_id,
       tenant,
       hour,
       attempts,
       delivered,
       attempts - delivered AS failed,
       exhausted,
       delivered::double precision / attempts AS success_rate,
       p50_ms,
       p95_ms,
       p99_ms
FROM martlet.statistics
UNION ALL
SELECT subscription_id,
       tenant,
       hour,
       attempts,
       delivered,
       attempts - delivered,
       exhausted,
       delivered::double precision / attempts,
       CASE WHEN at_most IS NULL THEN p50_ms ELSE martlet.percentile_ms(at_most, 50) END,
       CASE WHEN at_most IS NULL THEN p95_ms ELSE martlet.percentile_ms(at_most, 95) END,
       CASE WHEN at_most IS NULL THEN p99_ms ELSE martlet.percentile_ms(at_most, 99) END
FROM (
    SELECT subscription_id, tenant, hour,
           coalesce(counted.attempts, 0) + coalesce(recent.attempts, 0) AS attempts,
           coalesce(counted.delivered, 0) + coalesce(recent.delivered, 0) AS delivered,
           coalesce(counted.exhausted, 0) + coalesce(recent.exhausted, 0) AS exhausted,
           counted.p50_ms, counted.p95_ms, counted.p99_ms,
           -- Null where nothing is to be added: the percentiles of the row stand.
           CASE
               WHEN counted.at_most IS NULL THEN recent.at_most
               WHEN recent.at_most IS NOT NULL THEN martlet.add_histograms(counted.at_most, recent.at_most)
           END AS at_most
    FROM martlet.open_statistics AS counted
    FULL JOIN martlet.uncounted_statistics AS recent USING (subscription_id, tenant, hour)
) AS open_hours;

-- How each subscription does. `queue_depth`: what waits for it, retries and what is held included, what failed for good
-- not; counted up to 10,000 in its lane and among the oldest 5,000 deliveries of the fast lane, and true only where
-- `queue_depth_is_exact`: more is not counted, for the question must not cost more the longer the queue is.
-- `oldest_due_age`: how long the first of what is due waits; null: nothing is due. Attempts and success rate: of the
-- current hour and the 24 before.
CREATE OR REPLACE VIEW martlet.webhook_health AS
WITH fast_lane AS MATERIALIZED (
    SELECT subscription_id, tenant, count(*) AS depth, min(id) AS first_id
    FROM (SELECT id, subscription_id, tenant FROM martlet.pending ORDER BY id LIMIT 5000) AS head
    GROUP BY subscription_id, tenant
), fast_lane_size AS MATERIALIZED (
    SELECT coalesce(sum(depth), 0) AS counted FROM fast_lane
)
SELECT subscription.id AS subscription_id,
       subscription.tenant,
       subscription.name,
       CASE
           WHEN NOT subscription.active THEN 'disabled'
           WHEN subscription.failure_count > 0 THEN 'failing'
           ELSE 'healthy'
       END AS state,
       subscription.disabled_reason,
       subscription.failure_count,
       coalesce(fast_lane.depth, 0) + lane.depth AS queue_depth,
       lane.depth < 10000 AND (SELECT counted FROM fast_lane_size) < 5000 AS queue_depth_is_exact,
       CASE WHEN fast_lane.first_id IS NOT NULL OR lane.first_due <= now() THEN
           now() - least(now(), martlet.id_time(fast_lane.first_id), lane.first_due)
       END AS oldest_due_age,
       sums.attempts AS attempts_24h,
       sums.delivered AS delivered_24h,
       -- Null without attempts.
       sums.delivered::double precision / nullif(sums.attempts, 0) AS success_rate,
       CASE WHEN recent.last_failure IS NULL THEN last_error.error_message ELSE recent.last_error END AS last_error,
       martlet.id_time(coalesce(recent.last_failure, last_error.attempt_id)) AS last_error_at
FROM martlet.subscriptions AS subscription
LEFT JOIN fast_lane ON fast_lane.subscription_id = subscription.id AND fast_lane.tenant = subscription.tenant
LEFT JOIN LATERAL (
    SELECT count(*) AS depth, min(next_retry_at) AS first_due
    FROM (SELECT next_retry_at
          FROM martlet.waiting
          WHERE waiting.subscription_id = subscription.id AND status <> 'failed'
          ORDER BY next_retry_at
          LIMIT 10000) AS head
) AS lane ON true
-- Each by itself: adding up a union of the two takes half as long again.
LEFT JOIN (
    SELECT subscription_id, tenant, sum(attempts) AS attempts, sum(delivered) AS delivered
    FROM martlet.statistics
    WHERE hour >= now() - interval '25 hours'
    GROUP BY subscription_id, tenant
) AS closed ON closed.subscription_id = subscription.id AND closed.tenant = subscription.tenant
LEFT JOIN (
    SELECT subscription_id, tenant, sum(attempts) AS attempts, sum(delivered) AS delivered
    FROM martlet.open_statistics
    WHERE hour >= now() - interval '25 hours'
    GROUP BY subscription_id, tenant
) AS open ON open.subscription_id = subscription.id AND open.tenant = subscription.tenant
LEFT JOIN (
    SELECT subscription_id, tenant, count(*) AS attempts, count(*) FILTER (WHERE outcome = 'd') AS delivered,
           max(id) FILTER (WHERE outcome <> 'd') AS last_failure,
           (array_agg(error_message ORDER BY id DESC) FILTER (WHERE outcome <> 'd'))[1] AS last_error
    FROM martlet.attempts
    WHERE id BETWEEN (SELECT up_to FROM martlet.roll_up_progress) AND (SELECT 9223372036854775807)
      AND (id, tenant) >= ((SELECT up_to FROM martlet.roll_up_progress), '')
      AND (id, tenant) <= ((SELECT 9223372036854775807), '')
    GROUP BY subscription_id, tenant
) AS recent ON recent.subscription_id = subscription.id AND recent.tenant = subscription.tenant
CROSS JOIN LATERAL (
    SELECT coalesce(closed.attempts, 0) + coalesce(open.attempts, 0) + coalesce(recent.attempts, 0) AS attempts,
           coalesce(closed.delivered, 0) + coalesce(open.delivered, 0) + coalesce(recent.delivered, 0) AS delivered
) AS sums
LEFT JOIN martlet.last_errors AS last_error
    ON last_error.subscription_id = subscription.id AND last_error.tenant = subscription.tenant;
