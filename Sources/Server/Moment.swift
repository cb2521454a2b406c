import Foundation

/// Times as people read them in lists.
package enum Moment {
    /// `2026-11-10 09:41:07`, in UTC.
    package static func text(_ seconds: Int) -> String {
        Date(timeIntervalSince1970: TimeInterval(seconds))
            .formatted(.iso8601.year().month().day().dateTimeSeparator(.space).time(includingFractionalSeconds: false))
    }
}
