import EndToEndSupport
import LoopbackReceiver
import TestSupport
import Testing

struct StatsTests {
    @Test func `nothing that the API asks is compiled first`() async throws {
        try await withInstallation { installation, client in
            try await installation.database.run(
                """
                CREATE TABLE public.seen (jit text);
                CREATE FUNCTION public.see() RETURNS trigger LANGUAGE plpgsql
                AS $$ BEGIN INSERT INTO public.seen VALUES (current_setting('jit')); RETURN NEW; END $$;
                CREATE TRIGGER see AFTER INSERT ON martlet.api_keys FOR EACH ROW EXECUTE FUNCTION public.see();
                """)
            _ = try await client.call("POST", "/v1/keys", #"{"name": "n", "role": "viewer"}"#, expecting: 201)
            #expect(try await installation.database.value("SELECT jit FROM public.seen") == .string("off"))
        }
    }

    @Test func `a worker counts what it has sent, and the API shows it`() async throws {
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url, to: "order.*")
            try await installation.withWorker { _ in
                for _ in 1...3 { try await client.dispatch("order.created") }
                try await installation.untilAttempts(3)
                let stats = try await client.send("GET", "/v1/stats")
                #expect(stats.text.contains(#""success_rate":1"#))
                try await eventually("the attempts are counted", within: .seconds(60)) {
                    try await installation.database.value(
                        "SELECT coalesce(sum(attempts), 0) AS counted FROM martlet.open_statistics"
                    ).doubleValue == 3
                }
                #expect(try await client.send("GET", "/v1/stats").text == stats.text)
            }
        }
    }
}
