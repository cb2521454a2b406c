import Foundation

/// Times as people read them in lists, and as programs do.
package enum Moment {
    /// `2026-11-10 09:41:07`, in UTC.
    package static func text(_ seconds: Int) -> String {
        Date(timeIntervalSince1970: TimeInterval(seconds))
            .formatted(.iso8601.year().month().day().dateTimeSeparator(.space).time(includingFractionalSeconds: false))
    }

    /// `2026-11-10T09:41:07Z`, in UTC by RFC 3339: in all that `--json` prints, as in the interface for programs. An exported entry of
    /// the journal alone has seconds since 1970, in `at`, since the chain is over that number; `time` beside it is `text`.
    package static func stamp(_ seconds: Int) -> String {
        Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
    }
}
