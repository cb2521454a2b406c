import Access
package import Delivery
import Elections
import Issuance
import Journal
import Staff
package import Store
import Synchronization
import VoterRoll

/// What became of the messages: counts, reasons, channels held back, and the way round a channel that fails.
package final class DeliveryDesk: Sendable {
    package let desk: VoterDesk
    /// Counting reads the whole outbox: what was counted serves everybody for a while.
    private let kept = Mutex<(at: Int, picture: Picture)?>(nil)

    /// Seconds for which a count serves.
    private static let keptSeconds = 10
    /// Messages to one place below which it is not named: a domain of one person is a person.
    static let smallPlace = 5
    /// Reasons shown.
    private static let mostReplies = 20
    /// Standard thresholds, in per cent of the messages that came to an end.
    package static let thresholds = ["bounced": 5, "failed": 5, "unknown": 1]
    /// Messages to a place from which on a share means something.
    private static let leastForAlert = 20

    package init(_ desk: VoterDesk) { self.desk = desk }

    /// The outbox in figures.
    package struct Picture: Sendable {
        package struct Line: Sendable, Equatable {
            package let name: String
            /// By the state's name: `waiting` holds what is not needed any more too, while the poll is open.
            package var states: [String: Int] = [:]

            package var total: Int { states.values.reduce(0, +) }

            package init(name: String) { self.name = name }
        }

        /// A share above its threshold.
        package struct Warning: Sendable, Equatable {
            package let route: Route
            package let place: String
            package let state: String
            package let percent: Int
            package let threshold: Int
        }

        package let at: Int
        package let channels: [Line]
        /// Mail domains and operators' prefixes.
        package let places: [(route: Route, line: Line)]
        /// What one order sent to many, the latest first; nil for all that went out one by one.
        package let mailings: [(mailing: Mailing?, route: Route, line: Line)]
        package let replies: [(route: Route, state: MessageState, reply: String, count: Int)]
        package let pauses: [(route: String, reason: String)]
        package let holds: [ChannelHold]
        package let warnings: [Warning]
        package let segments: [(priority: Priority, count: Int)]
    }

    /// The outbox as it stood at most some seconds ago. What would tell of votes is not counted: reminders and the word
    /// that a vote was recorded.
    package func picture() throws(StoreError) -> Picture {
        let now = desk.clock.now
        if let kept = kept.withLock({ $0 }), kept.at > now - DeliveryDesk.keptSeconds { return kept.picture }
        let picture = try desk.store.read { (reading: borrowing Reading) throws(StoreError) in
            try count(reading, now)
        }
        kept.withLock { $0 = (now, picture) }
        return picture
    }

    /// Forgets what was counted.
    package func forget() { kept.withLock { $0 = nil } }

    private func count(_ reading: borrowing Reading, _ now: Int) throws(StoreError) -> Picture {
        let isSecret = try desk.isSecret(reading)
        var channels: [Route: Picture.Line] = [:]
        var places: [Route: [String: Picture.Line]] = [:]
        var mailings: [Int: [Route: Picture.Line]] = [:]
        for entry in try desk.outbox.counts(reading, election: desk.election.number)
        where !VoterDesk.tellsOfVote(entry.kind) {
            let state = VoterDesk.shown(entry.state, isSecret: isSecret)
            let name = (state == .waitingOrOver ? .waiting : state).rawValue
            channels[entry.route, default: Picture.Line(name: entry.route.rawValue)].states[name, default: 0] +=
                entry.count
            mailings[entry.mailing ?? 0, default: [:]][entry.route, default: Picture.Line(name: "")].states[
                name, default: 0] += entry.count
            if let place = entry.place {
                places[entry.route, default: [:]][place, default: Picture.Line(name: place)].states[name, default: 0] +=
                    entry.count
            }
        }
        var lines: [(route: Route, line: Picture.Line)] = []
        for route in [Route.email, .sms] {
            var others = Picture.Line(name: "")
            for line in (places[route] ?? [:]).values.sorted(by: { ($1.total, $0.name) < ($0.total, $1.name) }) {
                guard line.total < DeliveryDesk.smallPlace else {
                    lines.append((route, line))
                    continue
                }
                others.states.merge(line.states, uniquingKeysWith: +)
            }
            if others.total > 0 { lines.append((route, others)) }
        }
        let limits = try thresholds(reading)
        let known: [Mailing?] = try desk.outbox.mailings(reading, election: desk.election.number)
        return Picture(
            at: now, channels: Route.allCases.compactMap { channels[$0] }, places: lines,
            mailings: (known + [nil]).flatMap { mailing in
                Route.allCases.compactMap { route in
                    mailings[mailing?.id ?? 0]?[route].map { (mailing, route, $0) }
                }
            },
            replies: try desk.outbox.replies(
                reading, election: desk.election.number, limit: DeliveryDesk.mostReplies),
            pauses: try desk.outbox.pauses(reading), holds: try desk.outbox.holds(reading),
            warnings: lines.flatMap { DeliveryDesk.warnings($0.route, $0.line, limits) },
            segments: try desk.outbox.segmentsToday(reading))
    }

    private static func warnings(
        _ route: Route, _ line: Picture.Line, _ limits: [String: Int]
    ) -> [Picture.Warning] {
        let ended = line.total - (line.states["waiting"] ?? 0)
        guard ended >= leastForAlert else { return [] }
        return limits.sorted { $0.key < $1.key }.compactMap { state, limit in
            let percent = (line.states[state] ?? 0) * 100 / ended
            guard percent >= limit, percent > 0 else { return nil }
            return Picture.Warning(
                route: route, place: line.name, state: state, percent: percent, threshold: limit)
        }
    }

    // MARK: Thresholds

    /// The shares, in per cent, from which on a warning is shown.
    package func thresholds(_ reading: borrowing Reading) throws(StoreError) -> [String: Int] {
        var limits = DeliveryDesk.thresholds
        try reading.each("SELECT name, value FROM bureau_threshold WHERE election = ?", desk.election.number) {
            (row: borrowing Row) throws(StoreError) in
            let name: String = try row[0]
            if limits[name] != nil { limits[name] = try row[1] }
        }
        return limits
    }

    /// Sets a threshold; false when there is none of this name.
    package func set(threshold name: String, percent: Int, by viewer: Viewer) throws(StoreError) -> Bool {
        guard DeliveryDesk.thresholds[name] != nil, 1...100 ~= percent else { return false }
        try desk.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                """
                INSERT INTO bureau_threshold (election, name, value) VALUES (?, ?, ?)
                ON CONFLICT (election, name) DO UPDATE SET value = excluded.value
                """, desk.election.number, name, percent)
            try journal(transaction, viewer, "delivery.threshold", ["name": name, "percent": "\(percent)"])
        }
        forget()
        return true
    }

    private func journal(
        _ transaction: borrowing Transaction, _ viewer: Viewer, _ action: String, _ details: [String: String]
    ) throws(StoreError) {
        try desk.logbook.record(
            transaction, election: desk.election.election.id, by: viewer.principal, action, details)
    }

    // MARK: Channels

    /// Holds a channel back: batches and recoveries wait, connection codes go on.
    package func hold(_ route: Route, reason: String, by viewer: Viewer) throws(StoreError) {
        try desk.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try desk.outbox.hold(transaction, route, by: viewer.principal.text)
            try journal(transaction, viewer, "delivery.hold", ["channel": route.rawValue, "reason": reason])
        }
        forget()
    }

    /// Releases a channel; false when nobody held it.
    package func release(_ route: Route, by viewer: Viewer) throws(StoreError) -> Bool {
        let isHeld = try desk.store.write { (transaction: borrowing Transaction) throws(StoreError) -> Bool in
            guard try desk.outbox.release(transaction, route) else { return false }
            try journal(transaction, viewer, "delivery.release", ["channel": route.rawValue])
            return true
        }
        forget()
        return isHeld
    }

    /// Whether any message is in a selection, or nothing was selected: a misspelt domain is none.
    package func occurs(_ selection: MessageSelection) throws(StoreError) -> Bool {
        if selection.isAll { return true }
        return try desk.store.read { (reading: borrowing Reading) throws(StoreError) in
            try desk.outbox.occurs(reading, election: desk.election.number, selection)
        }
    }

    /// A selection as the journal keeps it.
    package static func details(_ selection: MessageSelection) -> [String: String] {
        var details: [String: String] = [:]
        if let place = selection.place { details["place"] = place }
        if let mailing = selection.mailing { details["mailing"] = "\(mailing)" }
        return details
    }

    // MARK: Another channel

    /// Voters reached for in one order: some seconds of work. The rest waits for the next one.
    package static let mostAtOnce = 5000

    /// Voters whose identifier in use did not arrive by a channel, and who never signed in.
    private func stranded(
        _ reading: borrowing Reading, from: Route, _ selection: MessageSelection
    ) throws(StoreError) -> [(voter: Int, generation: Int)] {
        // A renewal that nobody has used takes nothing away: what counts is the identifier in use.
        var inUse: [Int: Int] = [:]
        try desk.issuer.eachHeld(reading, desk.election) { voter, generation, _, _ throws(StoreError) in
            inUse[voter] = generation
        }
        var voters: [Int: Int] = [:]
        try desk.outbox.eachIdentifier(reading, election: desk.election.number) { message throws(StoreError) in
            guard message.route == from, [.bounced, .failed].contains(message.state),
                inUse[message.subject] == message.generation,
                selection.holds(place: message.place, mailing: message.mailing)
            else { return }
            voters[message.subject] = message.generation
        }
        var signedIn: Set<Int> = []
        try desk.door.eachSignedIn(reading) { principal throws(StoreError) in
            if case .voter(let id) = principal { signedIn.insert(id) }
        }
        for voter in signedIn { voters[voter] = nil }
        return voters.map { ($0.key, $0.value) }.sorted { $0.voter < $1.voter }
    }

    /// How many voters a fail-over would reach for.
    package func strandedCount(from: Route) throws(StoreError) -> Int {
        try desk.store.read { (reading: borrowing Reading) throws(StoreError) in
            try stranded(reading, from: from, MessageSelection()).count
        }
    }

    /// What a fail-over did.
    package struct FailOver: Sendable, Equatable {
        package var reissued = 0
        /// Whom the other channel does not reach.
        package var unreachable = 0
        /// Who waits for another order, since one has its measure.
        package var left = 0
    }

    /// Gives a new identifier by another channel to every voter whom one did not reach, each in a transaction of its own:
    /// what is interrupted goes on where it was.
    package func failOver(
        from: Route, to: Route, of selection: MessageSelection, reason: String, by viewer: Viewer
    ) throws(StoreError) -> FailOver {
        let (generations, found) = try desk.store.read { (reading: borrowing Reading) throws(StoreError) in
            let stranded = try stranded(reading, from: from, selection)
            return (
                Dictionary(uniqueKeysWithValues: stranded.map { ($0.voter, $0.generation) }),
                try desk.issuer.reachable(
                    reading, desk.election, key: desk.key, office: desk.directory.office, among: stranded.map(\.voter),
                    by: to, limit: DeliveryDesk.mostAtOnce)
            )
        }
        var outcome = FailOver(unreachable: found.unreachable, left: found.left)
        var mailing: Int?
        if !found.voters.isEmpty {
            mailing = try desk.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try desk.outbox.openMailing(
                    transaction, election: desk.election.number, .failOver, by: viewer.principal.text)
            }
        }
        for id in found.voters {
            let isDone = try desk.store.write { (transaction: borrowing Transaction) throws(StoreError) -> Bool in
                // Pressed twice, or renewed meanwhile: what was sent since stays.
                guard let voter = try desk.voter(transaction.reading, id),
                    try desk.issuer.history(transaction.reading, voter: id).contains(where: {
                        $0.generation == generations[id] && $0.state == "active"
                    })
                else { return false }
                let reissue = try desk.issuer.reissue(
                    transaction, desk.election, key: desk.key, office: desk.directory.office,
                    reference: voter.reference, by: to, contact: nil, reason: reason, principal: viewer.principal,
                    mailing: mailing)
                if case .done = reissue { return true }
                return false
            }
            if isDone { outcome.reissued += 1 }
        }
        try desk.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try journal(
                transaction, viewer, "delivery.failOver",
                DeliveryDesk.details(selection).merging([
                    "from": from.rawValue, "to": to.rawValue, "reissued": "\(outcome.reissued)",
                    "unreachable": "\(outcome.unreachable)", "reason": reason,
                ]) { $1 })
        }
        forget()
        return outcome
    }
}
