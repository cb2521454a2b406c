import Synchronization

/// A measure by its name, with its values by labels, as Prometheus takes it in.
package struct MetricFamily: Sendable {
    /// `counter` only grows while the process lives; `gauge` is a state. The raw values are Prometheus' words.
    package enum Kind: String, Sendable { case counter, gauge }

    /// One value with the labels that tell it from the family's others.
    package struct Sample: Sendable {
        /// Values are escaped when they are written; names must be Prometheus' own form.
        let labels: [(name: String, value: String)]
        let value: Double

        /// - Parameter labels: none for a family of one value.
        package init(_ value: Double, _ labels: [(name: String, value: String)] = []) {
            (self.value, self.labels) = (value, labels)
        }
    }

    /// `isoloir_requests_total`: a unit, and `_total` for counters, stand at its end.
    let name: String
    /// What it counts, for people, on one line.
    let help: String
    let kind: Kind
    let samples: [Sample]

    /// A family of several values, told apart by their labels.
    package init(_ name: String, _ help: String, _ kind: Kind = .gauge, _ samples: [Sample]) {
        (self.name, self.help, self.kind, self.samples) = (name, help, kind, samples)
    }

    /// One value without labels.
    package init(_ name: String, _ help: String, _ kind: Kind = .gauge, _ value: Double) {
        self.init(name, help, kind, [Sample(value)])
    }

    /// The same with the election as a label of every value.
    package func labelled(election: String) -> MetricFamily {
        MetricFamily(name, help, kind, samples.map { Sample($0.value, [("election", election)] + $0.labels) })
    }

    /// One family for each name, with the values of all that bear it, in the order in which names first come.
    package static func joined(_ families: [MetricFamily]) -> [MetricFamily] {
        let byName = Dictionary(grouping: families) { $0.name }
        var seen: Set<String> = []
        return families.filter { seen.insert($0.name).inserted }.map { first in
            MetricFamily(first.name, first.help, first.kind, byName[first.name, default: []].flatMap(\.samples))
        }
    }

    /// As the text format writes it, without line ends.
    var lines: [String] {
        ["# HELP \(name) \(help)", "# TYPE \(name) \(kind.rawValue)"]
            + samples.map { "\(name)\(MetricFamily.braced($0.labels)) \(MetricFamily.number($0.value))" }
    }

    /// `{site="voters",status="200"}`; backslash, quote and line end are escaped (text format 0.0.4).
    static func braced(_ labels: [(name: String, value: String)]) -> String {
        guard !labels.isEmpty else { return "" }
        let pairs = labels.map { label in
            let value = label.value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing(
                "\n", with: "\\n")
            return "\(label.name)=\"\(value)\""
        }
        return "{\(pairs.joined(separator: ","))}"
    }

    /// Whole numbers without a point.
    static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    }
}

/// Counts for a monitoring system, in Prometheus' text format (0.0.4). Routes and statuses only: nothing that tells one
/// voter from another.
package final class Metrics: Sendable {
    /// Whose pages: everybody's or the console's.
    package enum Side: String, Sendable { case `public`, console }

    /// What requests are counted by.
    private struct Series: Hashable {
        /// The pattern of the path, never the path itself.
        let route: String
        let status: Int
    }

    /// A histogram of one route's times.
    private struct Timing {
        /// Answers that took at most as long as each of `bounds`.
        var buckets = [Int](repeating: 0, count: Metrics.bounds.count)
        var count = 0
        /// All of them together.
        var seconds = 0.0

        /// Adds one answer.
        mutating func note(_ taken: Double) {
            count += 1
            seconds += taken
            for (index, bound) in Metrics.bounds.enumerated() where taken <= bound { buckets[index] += 1 }
        }
    }

    /// What was counted since the process began.
    private struct State {
        var requests: [Series: Int] = [:]
        var timings: [String: Timing] = [:]
        /// By raw values of `Step`: how many were looked at, and how many of them were wrong.
        var attempts: [String: Int] = [:]
        var refusals: [String: Int] = [:]
        /// By the work's name.
        var faults: [String: Int] = [:]
    }

    /// A step of a sign-in at which somebody was turned away.
    package enum Step: String, Sendable, CaseIterable { case code, secret, factor }

    /// Upper bounds of the histogram's buckets, in seconds.
    private static let bounds = [0.001, 0.005, 0.02, 0.1, 0.5, 2.5]
    private let side: Side
    private let election: String
    private let state = Mutex(State())

    /// - Parameters:
    ///   - side: the label `site` of everything that is counted here.
    ///   - election: the label of that name; empty for requests that belong to no election.
    package init(_ side: Side, election: String) { (self.side, self.election) = (side, election) }

    /// Counts an answer.
    /// - Parameters:
    ///   - route: the pattern of the path, never the path itself, which may name a voter.
    ///   - seconds: from the whole request to the answer.
    package func note(route: String, status: Int, seconds: Double) {
        state.withLock { state in
            state.requests[Series(route: route, status: status), default: 0] += 1
            state.timings[route, default: Timing()].note(seconds)
        }
    }

    /// Counts a sign-in that was refused.
    package func refuse(_ step: Step) {
        state.withLock { state in
            state.attempts[step.rawValue, default: 0] += 1
            state.refusals[step.rawValue, default: 0] += 1
        }
    }

    /// Counts one that passed: of how many attempts the refused ones are a share.
    package func pass(_ step: Step) { state.withLock { $0.attempts[step.rawValue, default: 0] += 1 } }

    /// Counts work beside the requests that failed; it is tried again.
    package func fail(_ work: String) { state.withLock { $0.faults[work, default: 0] += 1 } }

    /// Everything that was counted, and what else there is to be known at the moment.
    package static func text(_ all: [Metrics], _ families: [MetricFamily]) -> String {
        let states = all.map { metrics in
            (
                labels: Labels(site: metrics.side.rawValue, election: metrics.election),
                state: metrics.state.withLock { $0 }
            )
        }
        var lines = requests(states).lines + histogram(states)
        lines +=
            signIns(
                states.map { ($0.labels, $0.state.attempts) }, "isoloir_sign_ins_checked_total",
                "Codes, secrets and authenticators' codes that were looked at."
            ).lines
        lines +=
            signIns(
                states.map { ($0.labels, $0.state.refusals) }, "isoloir_sign_ins_refused_total",
                "Wrong codes, secrets and authenticators' codes."
            ).lines
        lines += failures(states).lines + families.flatMap(\.lines)
        return lines.joined(separator: "\n") + "\n"
    }

    /// What everything is counted by.
    private struct Labels {
        let site: String
        let election: String

        /// In front of the labels of one value.
        var pairs: [(name: String, value: String)] { [("site", site), ("election", election)] }
    }

    /// Answers by site, election, route and status.
    private static func requests(_ states: [(labels: Labels, state: State)]) -> MetricFamily {
        let samples = states.flatMap { labels, state in
            state.requests.sorted { ($0.key.route, $0.key.status) < ($1.key.route, $1.key.status) }.map {
                MetricFamily.Sample(
                    Double($0.value), labels.pairs + [("route", $0.key.route), ("status", "\($0.key.status)")])
            }
        }
        return MetricFamily("isoloir_requests_total", "Requests answered.", .counter, samples)
    }

    /// Times by site, election and route: a family of its own form.
    private static func histogram(_ states: [(labels: Labels, state: State)]) -> [String] {
        let name = "isoloir_request_duration_seconds"
        var lines = ["# HELP \(name) Time to an answer.", "# TYPE \(name) histogram"]
        for (site, state) in states {
            for (route, timing) in state.timings.sorted(by: { $0.key < $1.key }) {
                let labels = site.pairs + [(name: "route", value: route)]
                let limits = zip(bounds.map { "\($0)" }, timing.buckets).map { ($0, $1) } + [("+Inf", timing.count)]
                for (bound, count) in limits {
                    lines.append("\(name)_bucket\(MetricFamily.braced(labels + [("le", bound)])) \(count)")
                }
                lines.append("\(name)_sum\(MetricFamily.braced(labels)) \(timing.seconds)")
                lines.append("\(name)_count\(MetricFamily.braced(labels)) \(timing.count)")
            }
        }
        return lines
    }

    /// Zero is told as well: a rate has a beginning.
    private static func signIns(
        _ counts: [(labels: Labels, counts: [String: Int])], _ name: String, _ help: String
    ) -> MetricFamily {
        let samples = counts.flatMap { labels, counts in
            Step.allCases.map {
                MetricFamily.Sample(Double(counts[$0.rawValue] ?? 0), labels.pairs + [("step", $0.rawValue)])
            }
        }
        return MetricFamily(name, help, .counter, samples)
    }

    /// Failures by election and work, over its sites.
    private static func failures(_ states: [(labels: Labels, state: State)]) -> MetricFamily {
        let faults = states.reduce(into: [String: [String: Int]]()) {
            $0[$1.labels.election, default: [:]].merge($1.state.faults, uniquingKeysWith: +)
        }
        let samples = faults.sorted { $0.key < $1.key }.flatMap { election, faults in
            faults.sorted { $0.key < $1.key }.map {
                MetricFamily.Sample(Double($0.value), [("election", election), ("work", $0.key)])
            }
        }
        return MetricFamily(
            "isoloir_background_failures_total", "Work beside the requests that failed and is tried again.", .counter,
            samples)
    }
}
