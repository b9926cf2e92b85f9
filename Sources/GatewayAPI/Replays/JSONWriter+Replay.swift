public import JSONFilter
import WebhookCore
public import WebhookStore

extension JSONWriter {
    /// - Parameter isDuplicate: the request had been made before.
    public static func replay(_ replay: StoredReplay, isDuplicate: Bool = false) -> JSONWriter {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("id")
        writer.string(replay.id.description)
        writer.name("subscription_id")
        writer.string(replay.subscriptionID.description)
        writer.name("state")
        writer.string(replay.state.rawValue)
        writer.name("queued")
        writer.integer(Int(replay.queued))
        writer.name("not_replayable")
        writer.integer(Int(replay.notReplayable))
        writer.name("since")
        writer.time(replay.since)
        writer.name("until")
        writer.time(replay.until)
        writer.name("status")
        writer.string(replay.outcome.rawValue)
        writer.name("event")
        writer.string(replay.event)
        writer.name("request_id")
        writer.string(replay.requestID)
        writer.name("position")
        writer.time(replay.position)
        writer.name("created_at")
        writer.time(replay.createdAt)
        writer.name("finished_at")
        writer.time(replay.finishedAt)
        if isDuplicate {
            writer.name("duplicate")
            writer.bool(true)
        }
        writer.endObject()
        return writer
    }
}
