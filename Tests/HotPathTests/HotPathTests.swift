import Testing

/// What an event costs before and after the network and the database. Instructions and allocations are counted, not
/// times: the counts are the same on a busy machine, and to a thousandth the same from run to run.
///
/// A step is held against a loop of the same build that is not ours, so that a processor's extensions or another
/// compiler move both. A bound is a quarter above what was measured when it was written: lower it with the code.
struct HotPathTests {
    struct Share: Sendable, CustomTestStringConvertible {
        let step: HotPath.Step
        /// Not counted: a step that is part of `step` and has a share of its own.
        var without: HotPath.Step?
        let reference: HotPath.Step
        let max: Double

        var testDescription: String {
            "\(step)" + (without.map { " without \($0)" } ?? "") + " ÷ \(reference) ≤ \(max)"
        }
    }

    @Test(arguments: [
        // Of a hundred events.
        Share(step: .batch, reference: .checksum, max: 133),
        Share(step: .envelope, reference: .checksum, max: 6.2),
        Share(step: .filter, reference: .checksum, max: 5.2),
        Share(step: .payload, reference: .checksum, max: 0.91),
        Share(step: .request, without: .code, reference: .checksum, max: 5.1),
        Share(step: .verdict, reference: .checksum, max: 0.18),
        // Nearly all of it is libcrypto's: a second pass over the body would show.
        Share(step: .code, reference: .digest, max: 1.25),
    ])
    func `a step of the hot path takes no more instructions than its share`(share: Share) async throws {
        let step = try await HotPath.instructions(of: share.step)
        let reference = try await HotPath.instructions(of: share.reference)
        let part = if let without = share.without { try await HotPath.instructions(of: without) } else { 0.0 }
        let ratio = (step - part) / reference
        #expect(reference > 1_000, "a reference of \(reference) instructions does not loop over the data")
        #expect(ratio > 0 && ratio <= share.max, "\(ratio)")
    }

    @Test(arguments: [
        (step: HotPath.Step.filter, max: 0.0), (step: .payload, max: 1), (step: .code, max: 3),
        (step: .envelope, max: 7), (step: .request, max: 17), (step: .verdict, max: 0), (step: .batch, max: 11),
    ])
    func `a step of the hot path allocates no more than it needs`(step: HotPath.Step, max: Double) async throws {
        let allocations = try await HotPath.allocations(of: step)
        #expect(allocations <= max)
    }
}
