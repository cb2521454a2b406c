import Authentication
package import Contacts
package import Delivery
package import Elections
import Issuance
package import Journal
package import Store
import VoterRoll

/// Word to every voter that the poll was extended, suspended, resumed (also after a restore) or abandoned: the same words to all, whether they have voted or
/// not, since a message to those alone who have not would list them at the relay.
///
///     manager             operation                 Announcements            outbox
///       | suspend, tell --> | one transaction:          |                      |
///       |                   |  state, hours, journal    |                      |
///       |                   |  order ------------------>|                      |
///       |                   |                           | chunk by chunk ----->|
///       |                   | the poll changes again: what was not queued is left out, what waits is taken back
package struct Announcements: Sendable {
    /// What is announced.
    package enum News: String, Sendable, CaseIterable {
        case extending = "extension"
        case suspension, resumption
        /// The poll goes on, and its box came from a backup: whose ballot is missing votes again.
        case restoration
        case abandonment

        /// The kind of message that carries it; each kind has its own template.
        package var kind: MessageKind {
            switch self {
            case .extending: .pollExtended
            case .suspension: .pollSuspended
            case .resumption: .pollResumed
            case .restoration: .pollRestored
            case .abandonment: .pollAbandoned
            }
        }

        /// Whether it is true of the poll as it stands.
        func holds(_ hours: PollHours, now: Int) -> Bool {
            switch (self, hours.phase(now)) {
            case (.extending, .ahead), (.extending, .overdue), (.extending, .extended): hours.isExtended
            case (.suspension, .suspended), (.abandonment, .abandoned): true
            case (.resumption, .open), (.resumption, .extended), (.restoration, .open), (.restoration, .extended): true
            // Opened, or resumed, before the announced hour.
            case (.resumption, .ahead), (.restoration, .ahead): hours.stage == .open
            default: false
            }
        }

        /// What it is to voters that votes are taken again: after a restore it always asks them to look for their ballot, and
        /// is no choice of whoever resumes.
        package static func resumption(_ hours: PollHours) -> News { hours.isRestored ? .restoration : .resumption }
    }

    /// What voters would get, and how many.
    package struct Preview: Sendable {
        /// One message as one voter would read it.
        package struct Text: Sendable {
            /// The language in which these voters are written to.
            package let language: Language
            /// Mail or SMS; nothing is announced by letter.
            package let route: Channel
            /// The whole message, addressed to an invented person.
            package let text: String
        }

        /// One for each language of the election and each channel that it uses, mail before SMS.
        package let texts: [Text]
        /// Voters with a mail address or a mobile number: each gets one message.
        package let reached: Int
        /// Voters with neither mail nor mobile: they are not told.
        package let unreached: Int
    }

    private let context: OperationContext
    private let messageTemplates: MessageTemplates

    /// Voters handled in one transaction, so that no vote waits long.
    private static let chunk = 200

    /// The announcements of the context's election.
    package init(_ context: OperationContext) {
        (self.context, messageTemplates) = (context, context.directory.messageTemplates)
    }

    private var election: StoredElection { context.election }

    /// The messages as they would be with these hours; nothing is queued. Reads the whole roll.
    /// - Throws: what is wrong with a template, or what the store said.
    package func preview(_ news: News, _ hours: PollHours) throws -> Preview {
        let definition = election.election
        var texts: [Preview.Text] = []
        for language in definition.languages {
            for route in [Channel.email, .sms]
            where definition.channels.contains(where: { $0.rawValue == route.rawValue }) {
                let frame = try LoadedFrame(try messageTemplates.frame(news.kind, language, route, hours), route: route)
                let name = language == .fr ? "Madame Anne Exemple" : "Ms Anne Example"
                texts.append(Preview.Text(language: language, route: route, text: try frame.text(["greeting": name])))
            }
        }
        var (reached, unreached) = (0, 0)
        try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            try context.registrar.each(reading, election) { _, sealed throws(StoreError) in
                if sealed.reaches > 0 { reached += 1 } else { unreached += 1 }
            }
        }
        return Preview(texts: texts, reached: reached, unreached: unreached)
    }

    /// Orders the message in the transaction of the change; `follow` queues it.
    package func order(
        _ transaction: borrowing Transaction, _ news: News, by principal: Principal
    ) throws(StoreError) {
        let mailing = try context.outbox.openMailing(
            transaction, election: election.number, .hours, by: principal.text)
        try transaction.execute(
            """
            INSERT INTO bureau_announcement (election, news, mailing, asked_by, asked_at) VALUES (?, ?, ?, ?, ?)
            """, election.number, news.rawValue, mailing, principal.text, context.clock.now)
        try context.journal.record(
            transaction, election: election.election.id, by: principal, .pollAnnounce,
            ["news": news.rawValue, "mailing": "\(mailing)"])
    }

    /// Queues the next piece of an announcement; returns whether there was any, how many were told, and what went wrong with
    /// single voters, who must not keep it from the others. Any program may do it, also several at once.
    package func follow() throws(StoreError) -> (hasWorked: Bool, told: Int, faults: [String]) {
        let isThere = try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.number(
                "SELECT EXISTS (SELECT 1 FROM bureau_announcement WHERE election = ? AND ended_at IS NULL)",
                election.number) == 1
        }
        guard isThere else { return (false, 0, []) }
        var (told, faults): (Int, [String]) = (0, [])
        let hasWorked = try context.store.write { (transaction: borrowing Transaction) throws(StoreError) -> Bool in
            (told, faults) = (0, [])
            guard let run = try current(transaction.reading) else { return false }
            // While a clock in doubt holds the poll nothing is decided: the word waits.
            let stage = try PollHours.find(transaction.reading, election).stage
            if stage == .halted { return false }
            let voters = try isTrue(transaction.reading, run) ? next(transaction.reading, after: run.last) : []
            for voter in voters {
                do throws(StoreError) {
                    if try tell(transaction, voter, run) { told += 1 }
                } catch { faults.append("voter \(voter) cannot be told of the poll's hours: \(error)") }
            }
            try transaction.execute(
                "UPDATE bureau_announcement SET last_voter = ?, ended_at = ? WHERE id = ?", voters.last ?? run.last,
                voters.isEmpty ? context.clock.now : nil as Int?, run.id)
            return true
        }
        return (hasWorked, told, faults)
    }

    /// An order that has not come to its end.
    private struct Run {
        /// Of `bureau_announcement`.
        let id: Int
        let news: News
        /// The outbox's number for the order, by which what waits of it is taken back.
        let mailing: Int
        /// The number of the last voter told; 0 before the first.
        let last: Int
    }

    /// The oldest order that has not ended; nil when there is none.
    private func current(_ reading: borrowing Reading) throws(StoreError) -> Run? {
        try reading.first(
            """
            SELECT id, news, mailing, last_voter FROM bureau_announcement WHERE election = ? AND ended_at IS NULL
            ORDER BY id LIMIT 1
            """, election.number
        ) { (row: borrowing Row) throws(StoreError) -> Run in
            Run(id: try row[0], news: try row.value(1), mailing: try row[2], last: try row[3])
        }
    }

    /// Whether the news still holds, and no later one was ordered. That the box came from a backup is not made untrue by a
    /// later hour.
    private func isTrue(_ reading: borrowing Reading, _ run: Run) throws(StoreError) -> Bool {
        let later = try reading.number(
            """
            SELECT count(*) FROM bureau_announcement
            WHERE election = ?1 AND id > ?2 AND NOT (?3 = 'restoration' AND news = 'extension')
            """, election.number, run.id, run.news.rawValue)
        let hours = try PollHours.find(reading, election)
        return later == 0 && run.news.holds(hours, now: context.clock.now)
    }

    /// The numbers of the next voters on the roll, at most a chunk; empty at its end.
    private func next(_ reading: borrowing Reading, after last: Int) throws(StoreError) -> [Int] {
        var voters: [Int] = []
        try context.registrar.each(reading, election, after: last, limit: Announcements.chunk) {
            voter, _ throws(StoreError) in voters.append(voter.id)
        }
        return voters
    }

    /// Queues the word to one voter by their first channel, mail before SMS; false where neither reaches them.
    private func tell(_ transaction: borrowing Transaction, _ voter: Int, _ run: Run) throws(StoreError) -> Bool {
        let principal = Principal.voter(voter)
        guard let route = try context.directory.routes(transaction.reading, principal).first(where: { $0 != .letter })
        else { return false }
        var note = VoterNotification(run.news.kind, by: route, priority: .batch, generation: run.id)
        note.mailing = run.mailing
        return try context.directory.send(transaction, principal, note) != nil
    }
}
