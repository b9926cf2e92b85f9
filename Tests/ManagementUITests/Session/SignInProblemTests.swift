import Testing
import WebhookStore

@testable import ManagementUI

struct SignInProblemTests {
    @Test func `admins and viewers get in, publishers and strangers are told why not`() {
        #expect(SignInProblem.of(Caller(role: .admin, tenant: nil)) == nil)
        #expect(SignInProblem.of(Caller(role: .viewer, tenant: "acme")) == nil)
        #expect(SignInProblem.of(Caller(role: .publisher, tenant: nil))?.contains("publisher") == true)
        #expect(SignInProblem.of(nil)?.contains("not valid") == true)
    }
}
