package import CommandLineKit
import Elections
package import HTTPServer
import Operations
import Polling
import Store
import Synchronization
import Threads

/// Builds the sites of the elections that a `serve` holds, at its start and for elections that come, are mended or go while it
/// runs. What is wrong with one of several is complained of, and the others are served.
///
///     store ── election, key, seal, box ── checked ──> site, in the table
///                                             └─ fault ──> complained of, tried again each minute; its host: "not now"
package final class ServedElections: Sendable {
    /// What happened to one election at a look.
    enum News {
        case added(HostedSite)
        case faulty(id: String, reason: String)
        case gone(id: String)
    }

    /// Seconds after which an election that could not be served is tried again: its whole box is read each time.
    private static let retrySeconds = 60.0

    /// What is known of elections that cannot be served.
    private struct Fault: Sendable {
        let reason: String
        let triedAt: Double
    }

    /// The sites that were built.
    package let table = SiteTable()
    private let services: Services
    /// Whether one election was asked for, and no other is ever served.
    private let isNamed: Bool
    /// Answers for paths that are not the voters'.
    private let extra: @Sendable (Request) -> Response?
    private let log: AccessLog
    private let cache = ContentCache()
    private let faults = Mutex<[String: Fault]>([:])

    /// - Parameters:
    ///   - isNamed: whether `--election` names the one to serve.
    ///   - extra: answers for paths that are not the voters', whatever the host.
    package init(
        _ services: Services, isNamed: Bool, log: AccessLog,
        extra: @escaping @Sendable (Request) -> Response? = { _ in nil }
    ) { (self.services, self.isNamed, self.extra, self.log) = (services, isNamed, extra, log) }

    /// Builds every site.
    /// - Throws: refused where nothing can be served, with the fault of an election that is alone.
    package func begin() throws(Refusal) {
        let found = isNamed ? [] : try StoredElections(services).found()
        for case .destroyed(let stored) in found { table.retire(stored) }
        let present = found.filter { if case .destroyed = $0 { false } else { true } }
        // One that is alone refuses to be served, as its administrator sees at once.
        guard present.count > 1 else {
            let only: StoredElection
            switch present.first {
            case .election(let stored, _)?: only = stored
            case .damaged(_, let error)?: throw Refusal(error)
            case .destroyed?, nil: only = try services.election()
            }
            return table.put(HostedSite(only, try build(only)))
        }
        var refusals: [String] = []
        for case .faulty(let id, let reason) in look(found) { refusals.append("\(id): \(reason)") }
        guard table.all.contains(where: { $0.site != nil }) else { throw Refusal(refusals.joined(separator: "\n")) }
        for refusal in refusals { Terminal.complain("\(refusal)\nUntil then its voters get a page that says so.") }
    }

    /// Looks for elections that came, were mended or were destroyed.
    /// - Throws: what the store said.
    func look() throws(Refusal) -> [News] {
        isNamed ? [] : look(try StoredElections(services).found())
    }

    private func look(_ found: [StoredElections.Found]) -> [News] {
        var news: [News] = []
        var present: Set<String> = []
        for case .election(let stored, let isSealed) in found {
            present.insert(stored.election.id)
            if let change = look(at: stored, isSealed: isSealed, among: found) { news.append(change) }
        }
        for case .damaged(let id, let error) in found {
            present.insert(id)
            if !table.all.contains(where: { $0.id == id }), note(id, error.description) {
                news.append(.faulty(id: id, reason: error.description))
            }
        }
        table.note(unreadable: found.compactMap { if case .damaged(let id, _) = $0 { id } else { nil } })
        // The last one stays as it is: who comes is told what became of it.
        for hosted in table.all where !present.contains(hosted.id) && table.all.count > 1 {
            table.retire(hosted.election)
            news.append(.gone(id: hosted.id))
        }
        return news
    }

    /// Builds the site of an election that has none, where it is time to try.
    private func look(at stored: StoredElection, isSealed: Bool, among found: [StoredElections.Found]) -> News? {
        let id = stored.election.id
        let hosted = table.all.first { $0.id == id }
        if hosted?.site != nil { return nil }
        let isTime = faults.withLock { faults in
            faults[id].map { Monotonic.seconds - $0.triedAt >= ServedElections.retrySeconds } ?? true
        }
        guard isTime else { return nil }
        do throws(Refusal) {
            try StoredElections.refuseRivals(of: stored, isSealed: isSealed, among: found)
            if isTaken(by: stored) {
                throw Refusal(
                    "Another election is served at \(stored.election.address) as its definition was when `serve` began: start "
                        + "`serve` again.")
            }
            let new = HostedSite(stored, try build(stored))
            table.put(new)
            faults.withLock { $0[id] = nil }
            return .added(new)
        } catch {
            // Of two at one address the one that is served goes on; a changed address is known from here on.
            table.put(HostedSite(stored, nil))
            return note(id, error.description) ? .faulty(id: id, reason: error.description) : nil
        }
    }

    /// Whether another election is served at an election's address.
    private func isTaken(by stored: StoredElection) -> Bool {
        table.all.contains { $0.site != nil && $0.id != stored.election.id && $0.sharesAddress(with: stored) }
    }

    /// Keeps why an election is not served; whether it is news.
    private func note(_ id: String, _ reason: String) -> Bool {
        faults.withLock { faults in
            defer { faults[id] = Fault(reason: reason, triedAt: Monotonic.seconds) }
            return faults[id]?.reason != reason
        }
    }

    /// Checks box and seal, and builds the sites. A missing box key is complained of and no obstacle: voters get a page that
    /// says so.
    private func build(_ election: StoredElection) throws(Refusal) -> Site {
        let services = services.serving(election)
        try PollAdministration(services, election).checkBox()
        try PollAdministration(services, election).checkFrozen()
        let lines = SiteLog(log, election: election.election.id, table)
        let site = try SiteBuilder(services, cache).build(election, extra: extra) { lines.write($0) }
        if let fault = try refusing({ try site.station.boxKey.fault() }) {
            Terminal.complain(
                "\(election.election.id): \(services.boxKeyWords(fault, election)). Until then voters get a page that says so."
            )
        }
        return site
    }
}
