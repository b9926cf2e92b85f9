import EndToEndSupport
import Glibc
import LoopbackReceiver
import PrivatePostgres
import TestSupport
import Testing

struct ExampleTests {
    @Test func `the example shop's receiver hears what was committed, and nothing else`() async throws {
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url)
            // As its first lines tell people to.
            let psql = SupervisedCommand(
                executable: "/bin/sh",
                arguments: [
                    "-c", #"exec "$1" psql --set ON_ERROR_STOP=1 --file "$2""#, "sh", try Program.martlet.path,
                    PackageRoot.path + "/deploy/examples/shop.sql",
                ],
                environment: installation.environment.merging(
                    ["PATH": getenv("PATH").map { String(cString: $0) } ?? ""]) { $1 },
                farewell: .kill)
            let exit = try await withChildProcess(named: "psql", psql) { try await $0.waitForExit() }
            #expect(exit == .exited(0))
            try await installation.drain()
            let requests = try await receiver.requests(count: 5, within: .seconds(20))
            #expect(
                requests.compactMap { $0.header("x-webhook-event") }.sorted() == [
                    "item.products.created", "item.products.created", "item.products.updated", "order.created",
                    "stock.low",
                ])
            #expect(try await installation.database.count("martlet.events") == 5)
        }
    }

    @Test func `a watched table reaches the receiver with its row as data`() async throws {
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url, to: "item.orders.*", profile: "newmeta")
            try await installation.withWorker { _ in
                try await installation.database.run(
                    """
                    CREATE TABLE public.orders (id bigint, total numeric);
                    SELECT martlet.watch('public.orders');
                    INSERT INTO public.orders VALUES (12345678901234567, 19.90);
                    """)
                let requests = try await receiver.requests(count: 1, within: .seconds(20))
                #expect(requests[0].bodyText == #"{"id":12345678901234567,"total":19.90}"#)
            }
        }
    }
}
