package import CommandLineKit
package import Elections

extension Refusal {
    /// What a room refused, in English.
    package init(_ reason: any Reason, status: Status = .refused) { self.init(reason.description, status: status) }
}
