import GatewayRuntime

/// What to do next, in commands that work as they stand.
enum DevHints {
    static func text(ports: DevPorts, directory: DevDirectory, keys: DevKeys) -> String {
        """

        Everything is running; what arrives at the receiver is printed here. In another terminal:

          send an event
            curl -sS http://\(ports.ingest.reachable)/v1/events -H "Authorization: Bearer \(keys.adminKeyExpression)" \\
              -H 'Content-Type: application/json' -d '{"event":"demo.hello","data":{"to":"the world"}}'

          manage tables in a browser
            http://\(ports.ingest.reachable)/ui  (sign in with the key that `echo "\(keys.adminKeyExpression)"` prints)

          look at the queue and the attempts in SQL
            make psql

          use the other commands here
            export DATABASE_URL="$(cat \(directory.databaseURLFile))"
            export MARTLET_MASTER_KEY="$(cat \(directory.masterKeyFile))"

        Ctrl-C stops everything; the data stay in \(directory.path).

        """
    }
}
