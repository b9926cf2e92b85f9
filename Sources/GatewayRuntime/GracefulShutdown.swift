public import Logging
public import ServiceLifecycle

/// How all three programs stop.
public enum GracefulShutdown {
    /// A group that runs `services` until SIGTERM or SIGINT, or until one of them ends.
    ///
    /// They are stopped in reverse order, each when those after it have ended: list what others need first. What has
    /// not ended after `grace` is cancelled.
    public static func group(of services: [any Service], grace: Duration, logger: Logger) -> ServiceGroup {
        var configuration = ServiceGroupConfiguration(
            services: services.map { service in
                // One that has done its work, such as a worker with a time limit, ends the program, and so does one
                // that failed: in both cases the others finish what they have in flight.
                .init(
                    service: NamedService(service: service),
                    successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup)
            },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger)
        configuration.maximumGracefulShutdownDuration = grace
        return ServiceGroup(configuration: configuration)
    }
}

/// The library describes services in its log, with all that is in them: keys, and whatever holds some.
private struct NamedService: Service, CustomStringConvertible {
    let service: any Service

    var description: String { "\(type(of: service))" }

    func run() async throws { try await service.run() }
}
