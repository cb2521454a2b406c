import Authentication
package import Contacts
package import Delivery
import Elections
import Issuance
import Journal
import Staff
package import Store
import Synchronization
import VoterRoll

/// What became of the messages: counts, reasons, channels held back, and the way round a channel that fails.
package final class DeliveryService: Sendable {
    let context: OperationContext
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

    /// Begins without a count; the first picture is counted when it is asked for.
    package init(_ context: OperationContext) { self.context = context }

    /// The outbox in figures.
    package struct Picture: Sendable {
        /// Messages of one channel, place or mailing, counted by state.
        package struct Line: Sendable, Equatable {
            /// The channel's name, a mail domain, or an operator's prefix; empty for all small places together and
            /// for a mailing.
            package let name: String
            /// By the state's name. No vote withdraws a message, so that what waits and what is void are told apart.
            package var states: [String: Int] = [:]

            /// All messages of the line, whatever became of them.
            package var total: Int { states.values.reduce(0, +) }

            /// A line without messages.
            package init(name: String) { self.name = name }
        }

        /// A share above its threshold.
        package struct Warning: Sendable, Equatable {
            /// Mail, SMS or letter.
            package let route: Channel
            /// The mail domain or the prefix; empty for all small places together.
            package let place: String
            /// `bounced`, `failed` or `unknown`.
            package let state: String
            /// The share of this state in what came to an end, per cent, rounded down.
            package let percent: Int
            /// The per cent from which on this is shown; a person may have set it.
            package let threshold: Int
        }

        /// When it was counted, seconds since 1970.
        package let at: Int
        /// One for each channel that carried anything, by the channel's name.
        package let channels: [Line]
        /// Mail domains and operators' prefixes.
        package let places: [(route: Channel, line: Line)]
        /// What one order sent to many, the latest first; nil for all that went out one by one.
        package let mailings: [(mailing: Mailing?, route: Channel, line: Line)]
        /// The codes that came back with bounces, failures and lost connections, the commonest first, 20 at most.
        package let replies: [(route: Channel, state: MessageState, reply: String, count: Int)]
        /// Channels that the dispatcher stopped by itself, such as by a refused password, and why. They are paused
        /// for every election.
        package let pauses: [(route: String, reason: String)]
        /// Channels that a person holds back, for every election of this store.
        package let holds: [ChannelHold]
        /// By channel and place, in the order of `places`.
        package let warnings: [Warning]
        /// SMS segments that were used up today, by priority.
        package let segments: [(priority: Priority, count: Int)]
        /// Vote confirmations that did not arrive; not for everybody who may see the rest.
        package let undelivered: UndeliveredConfirmations
    }

    /// The outbox as it stood at most some seconds ago. What would tell of votes is not counted: reminders never, and
    /// confirmations only once the poll has ended.
    package func picture() throws(StoreError) -> Picture {
        let now = context.clock.now
        if let kept = kept.withLock({ $0 }), kept.at > now - DeliveryService.keptSeconds { return kept.picture }
        let picture = try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            try count(reading, now)
        }
        kept.withLock { $0 = (now, picture) }
        return picture
    }

    /// Forgets what was counted.
    package func forget() { kept.withLock { $0 = nil } }

    /// Counts the whole outbox of the election, in one pass over its groups.
    private func count(_ reading: borrowing Reading, _ now: Int) throws(StoreError) -> Picture {
        var channels: [Channel: Picture.Line] = [:]
        var places: [Channel: [String: Picture.Line]] = [:]
        var mailings: [Int: [Channel: Picture.Line]] = [:]
        for entry in try context.outbox.reports.counts(reading, election: context.election.number)
        where !VoteSecrecy.concernsVote(entry.kind) {
            let name = entry.state.rawValue
            channels[entry.route, default: Picture.Line(name: entry.route.rawValue)].states[name, default: 0] +=
                entry.count
            mailings[entry.mailing ?? 0, default: [:]][entry.route, default: Picture.Line(name: "")].states[
                name, default: 0] += entry.count
            if let place = entry.place {
                places[entry.route, default: [:]][place, default: Picture.Line(name: place)].states[name, default: 0] +=
                    entry.count
            }
        }
        var lines: [(route: Channel, line: Picture.Line)] = []
        for route in [Channel.email, .sms] {
            var others = Picture.Line(name: "")
            for line in (places[route] ?? [:]).values.sorted(by: { ($1.total, $0.name) < ($0.total, $1.name) }) {
                guard line.total < DeliveryService.smallPlace else {
                    lines.append((route, line))
                    continue
                }
                others.states.merge(line.states, uniquingKeysWith: +)
            }
            if others.total > 0 { lines.append((route, others)) }
        }
        let limits = try thresholds(reading)
        let known: [Mailing?] = try context.outbox.reports.mailings(reading, election: context.election.number)
        return Picture(
            at: now, channels: Channel.allCases.compactMap { channels[$0] }, places: lines,
            mailings: (known + [nil]).flatMap { mailing in
                Channel.allCases.compactMap { route in
                    mailings[mailing?.id ?? 0]?[route].map { (mailing, route, $0) }
                }
            },
            replies: try context.outbox.reports.replies(
                reading, election: context.election.number, limit: DeliveryService.mostReplies),
            pauses: try context.outbox.reports.pauses(reading), holds: try context.outbox.reports.holds(reading),
            warnings: lines.flatMap { DeliveryService.warnings($0.route, $0.line, limits) },
            segments: try context.outbox.reports.segmentsToday(reading),
            undelivered: try UndeliveredConfirmations(reading, context.outbox, of: context.election))
    }

    /// The states of one place whose share reaches their limit; none where fewer than 20 messages came to an end.
    /// What is printed or was handed to a gateway counts as ended here, though it may yet be delivered.
    private static func warnings(
        _ route: Channel, _ line: Picture.Line, _ limits: [String: Int]
    ) -> [Picture.Warning] {
        let ended = line.total - (line.states["waiting"] ?? 0) - (line.states["withdrawn"] ?? 0)
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
        var limits = DeliveryService.thresholds
        try reading.each("SELECT name, value FROM bureau_threshold WHERE election = ?", context.election.number) {
            (row: borrowing Row) throws(StoreError) in
            let name: String = try row[0]
            if limits[name] != nil { limits[name] = try row[1] }
        }
        return limits
    }

    /// Sets a threshold of this election; false when there is none of this name, or the share is not from 1 to 100.
    package func set(threshold name: String, percent: Int, by actor: Actor) throws(StoreError) -> Bool {
        guard DeliveryService.thresholds[name] != nil, 1...100 ~= percent else { return false }
        try context.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                """
                INSERT INTO bureau_threshold (election, name, value) VALUES (?, ?, ?)
                ON CONFLICT (election, name) DO UPDATE SET value = excluded.value
                """, context.election.number, name, percent)
            try journal(transaction, actor, .deliveryThreshold, ["name": name, "percent": "\(percent)"])
        }
        forget()
        return true
    }

    private func journal(
        _ transaction: borrowing Transaction, _ actor: Actor, _ action: JournalAction, _ details: [String: String],
        personal: [String: String] = [:]
    ) throws(StoreError) {
        try context.journal.record(
            transaction, election: context.election.election.id, by: actor.principal, action, details,
            personal: .init(personal, key: context.key))
    }

    // MARK: Channels

    /// Holds a channel back: batches and recoveries wait, connection codes go on. It holds for every election of the
    /// store; the journal has it under this one.
    package func hold(_ route: Channel, reason: String, by actor: Actor) throws(StoreError) {
        try context.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try context.outbox.hold(transaction, route, by: actor.principal.text)
            try journal(transaction, actor, .deliveryHold, ["channel": route.rawValue, "reason": reason])
        }
        forget()
    }

    /// Releases a channel for every election of the store; false when nobody held it.
    package func release(_ route: Channel, by actor: Actor) throws(StoreError) -> Bool {
        let isHeld = try context.store.write { (transaction: borrowing Transaction) throws(StoreError) -> Bool in
            guard try context.outbox.release(transaction, route) else { return false }
            try journal(transaction, actor, .deliveryRelease, ["channel": route.rawValue])
            return true
        }
        forget()
        return isHeld
    }

    /// Whether any message is in a selection, or nothing was selected: a misspelt domain is none.
    package func occurs(_ selection: MessageSelection) throws(StoreError) -> Bool {
        if selection.isAll { return true }
        return try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            try context.outbox.reports.occurs(reading, election: context.election.number, selection)
        }
    }

    /// The sealed part of a selection in the journal: a mail domain may be one voter's alone, and the journal outlives the roll.
    static func personal(_ selection: MessageSelection) -> [String: String] {
        selection.place.map { ["place": $0] } ?? [:]
    }

    /// A selection as the journal keeps it in clear.
    package static func details(_ selection: MessageSelection) -> [String: String] {
        var details: [String: String] = [:]
        if let mailing = selection.mailing { details["mailing"] = "\(mailing)" }
        return details
    }

    // MARK: Another channel

    /// Voters reached for in one order: some seconds of work. The rest waits for the next one.
    package static let mostAtOnce = 5000

    /// Voters whose identifier in use did not arrive by a channel, and who never signed in.
    private func stranded(
        _ reading: borrowing Reading, from: Channel, _ selection: MessageSelection
    ) throws(StoreError) -> [(voter: Int, generation: Int)] {
        // A renewal that nobody has used takes nothing away: what counts is the identifier in use. Whom a letter is made for is
        // not left alone.
        var inUse: [Int: Int] = [:]
        try context.issuer.eachHeld(reading, context.election, .latest) { voter, generation, _, _ throws(StoreError) in
            inUse[voter] = generation
        }
        var voters: [Int: Int] = [:]
        try context.outbox.reports.eachIdentifier(reading, election: context.election.number) {
            message throws(StoreError) in
            guard message.route == from, [.bounced, .failed].contains(message.state),
                inUse[message.subject] == message.generation,
                selection.holds(place: message.place, mailing: message.mailing)
            else { return }
            voters[message.subject] = message.generation
        }
        var signedIn: Set<Int> = []
        try context.authenticator.eachSignedIn(reading) { principal throws(StoreError) in
            if case .voter(let id) = principal { signedIn.insert(id) }
        }
        for voter in signedIn { voters[voter] = nil }
        return voters.map { ($0.key, $0.value) }.sorted { $0.voter < $1.voter }
    }

    /// Whether a voter who was found stranded still is: pressed twice, renewed meanwhile, signed in, or with a letter made for them
    /// that waits for the post, what was sent since stays.
    package func isStranded(
        _ reading: borrowing Reading, voter: Int, generation: Int?
    ) throws(StoreError) -> Bool {
        let latest = try context.issuer.history(reading, voter: voter).first {
            ["active", "unposted"].contains($0.state)
        }
        guard let latest, latest.generation == generation, latest.state == "active" else { return false }
        return try context.authenticator.firstSignIn(reading, .voter(voter)) == nil
    }

    /// How many voters a fail-over would reach for, whatever place or mailing. Reads all identifiers and the outbox.
    package func strandedCount(from: Channel) throws(StoreError) -> Int {
        try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            try stranded(reading, from: from, MessageSelection()).count
        }
    }

    /// What a fail-over did.
    package struct FailOver: Sendable, Equatable {
        /// Voters who were given a new identifier.
        package var reissued = 0
        /// Whom the other channel does not reach.
        package var unreachable = 0
        /// Who waits for another order, since one has its measure.
        package var left = 0
        /// Who stay as they are: something else was sent to them meanwhile, or the issuance refused.
        package var unchanged = 0
    }

    /// Gives a new identifier by another channel to every voter whom one did not reach, each in a transaction of its own:
    /// what is interrupted goes on where it was, and the journal has what was done by then. Each voter is in one of the counts.
    /// - Parameters:
    ///   - selection: the place or the mailing whose messages did not arrive.
    ///   - reason: one line, for the journal.
    package func failOver(
        from: Channel, to: Channel, of selection: MessageSelection, reason: String, by actor: Actor
    ) throws(StoreError) -> FailOver {
        let (generations, found) = try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            let stranded = try stranded(reading, from: from, selection)
            return (
                Dictionary(uniqueKeysWithValues: stranded.map { ($0.voter, $0.generation) }),
                try context.issuer.reachable(
                    reading,
                    context.issuance,
                    among: stranded.map(\.voter), by: to, limit: DeliveryService.mostAtOnce)
            )
        }
        var outcome = FailOver(unreachable: found.unreachable, left: found.left)
        var mailing: Int?
        if !found.voters.isEmpty {
            mailing = try context.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try context.outbox.openMailing(
                    transaction, election: context.election.number, .failOver, by: actor.principal.text)
            }
        }
        do throws(StoreError) {
            for id in found.voters {
                let isDone = try giveNew(id, to: to, instead: generations[id], reason, mailing, by: actor)
                if isDone { outcome.reissued += 1 } else { outcome.unchanged += 1 }
            }
        } catch {
            outcome.left += found.voters.count - outcome.reissued - outcome.unchanged
            try note(outcome, from: from, to: to, of: selection, reason: reason, by: actor)
            throw error
        }
        try note(outcome, from: from, to: to, of: selection, reason: reason, by: actor)
        return outcome
    }

    /// One voter of a fail-over; false where something else was sent meanwhile, or the issuance refuses.
    private func giveNew(
        _ id: Int, to: Channel, instead generation: Int?, _ reason: String, _ mailing: Int?, by actor: Actor
    ) throws(StoreError) -> Bool {
        try context.store.write { (transaction: borrowing Transaction) throws(StoreError) -> Bool in
            guard let voter = try context.voter(transaction.reading, id),
                try isStranded(transaction.reading, voter: id, generation: generation)
            else { return false }
            let reissue = try context.issuer.reissue(
                transaction,
                context.issuance,
                reference: voter.reference,
                ReissueOrder(by: to, contact: nil, reason: reason, principal: actor.principal, mailing: mailing))
            if case .done = reissue { return true }
            return false
        }
    }

    /// Writes into the journal what a fail-over did.
    private func note(
        _ outcome: FailOver, from: Channel, to: Channel, of selection: MessageSelection, reason: String, by actor: Actor
    ) throws(StoreError) {
        try context.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try journal(
                transaction, actor, .deliveryFailOver,
                DeliveryService.details(selection).merging([
                    "from": from.rawValue, "to": to.rawValue, "reissued": "\(outcome.reissued)",
                    "unreachable": "\(outcome.unreachable)", "left": "\(outcome.left)",
                    "unchanged": "\(outcome.unchanged)", "reason": reason,
                ]) { $1 }, personal: DeliveryService.personal(selection))
        }
        forget()
    }
}
