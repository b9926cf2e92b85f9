/// API keys that were found in the database a moment ago, and whose they are.
typealias KeyCache = RecentCache<KeyHash, Caller>
