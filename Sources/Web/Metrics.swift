import Synchronization

/// Counts for a monitoring system, in Prometheus' text format (0.0.4). Routes and statuses only: nothing that tells one
/// voter from another.
package final class Metrics: Sendable {
    private struct Series: Hashable {
        let route: String
        let status: Int
    }

    private struct Timing {
        var buckets = [Int](repeating: 0, count: Metrics.bounds.count)
        var count = 0
        var seconds = 0.0

        mutating func note(_ taken: Double) {
            count += 1
            seconds += taken
            for (index, bound) in Metrics.bounds.enumerated() where taken <= bound { buckets[index] += 1 }
        }
    }

    private struct State {
        var requests: [Series: Int] = [:]
        var timings: [String: Timing] = [:]
    }

    /// Upper bounds of the histogram's buckets, in seconds.
    private static let bounds = [0.001, 0.005, 0.02, 0.1, 0.5, 2.5]
    private let state = Mutex(State())

    package init() {}

    func note(route: String, status: Int, seconds: Double) {
        state.withLock { state in
            state.requests[Series(route: route, status: status), default: 0] += 1
            state.timings[route, default: Timing()].note(seconds)
        }
    }

    /// - Parameter gauges: present values by name, such as `isoloir_open_connections`.
    package func text(gauges: [(name: String, help: String, value: Int)]) -> String {
        let state = state.withLock { $0 }
        var lines = ["# HELP isoloir_requests_total Requests answered.", "# TYPE isoloir_requests_total counter"]
        for (series, count) in state.requests.sorted(by: {
            ($0.key.route, $0.key.status) < ($1.key.route, $1.key.status)
        }) {
            lines.append("isoloir_requests_total{route=\"\(series.route)\",status=\"\(series.status)\"} \(count)")
        }
        lines += [
            "# HELP isoloir_request_seconds Time to an answer.", "# TYPE isoloir_request_seconds histogram",
        ]
        for (route, timing) in state.timings.sorted(by: { $0.key < $1.key }) {
            let name = "isoloir_request_seconds"
            for (index, bound) in Metrics.bounds.enumerated() {
                lines.append("\(name)_bucket{route=\"\(route)\",le=\"\(bound)\"} \(timing.buckets[index])")
            }
            lines.append("\(name)_bucket{route=\"\(route)\",le=\"+Inf\"} \(timing.count)")
            lines.append("\(name)_sum{route=\"\(route)\"} \(timing.seconds)")
            lines.append("\(name)_count{route=\"\(route)\"} \(timing.count)")
        }
        for gauge in gauges {
            lines += [
                "# HELP \(gauge.name) \(gauge.help)", "# TYPE \(gauge.name) gauge", "\(gauge.name) \(gauge.value)",
            ]
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
