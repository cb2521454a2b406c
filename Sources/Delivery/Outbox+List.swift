package import Contacts
package import Store

/// One message as a list shows it: never what it says, never where it goes.
package struct MessageRecord: Sendable {
    /// The row in the outbox.
    package let id: Int
    /// What it is about.
    package let kind: MessageKind
    /// Tells messages of one kind to one voter apart: of identifiers their generation.
    package let generation: Int
    /// The way that it travels, or did.
    package let route: Channel
    /// Where it stands now.
    package let state: MessageState
    /// Times that it was offered to the relay or gateway; 0 again after somebody had it sent anew.
    package let attempts: Int
    /// Seconds since 1970.
    package let createdAt: Int
    /// When it came to `state`, seconds since 1970; nil while it waits for the first time.
    package let endedAt: Int?
    /// When the relay or gateway took it; what came of it later stands in `endedAt`.
    package let acceptedAt: Int?
    /// The relay's or gateway's codes; never their text, which may repeat the address.
    package let reply: String?
    /// Whether it can be sent again.
    package let canRetry: Bool
    /// The states that it has left, and when it was made to wait again, the oldest first.
    package let past: [Step]

    /// A state, since when, and the codes that came with it.
    package struct Step: Sendable, Equatable {
        /// What the message was from then on.
        package let state: MessageState
        /// Seconds since 1970.
        package let at: Int
        /// Codes of the relay or gateway; nil where there were none.
        package var reply: String?
    }

    /// Everything that it was, the oldest first, but for the moment in which it is handed over.
    package var steps: [Step] {
        var steps = [Step(state: .waiting, at: createdAt, reply: nil)]
        // Messages of an earlier version have no past but this.
        if let acceptedAt, state != .accepted, !past.contains(where: { $0.state == .accepted }) {
            steps.append(Step(state: .accepted, at: acceptedAt, reply: nil))
        }
        steps += past
        // What waits for its next attempt says why the last one failed.
        if let endedAt {
            steps.append(Step(state: state, at: endedAt, reply: reply))
        } else {
            steps[steps.count - 1].reply = reply
        }
        return steps
    }
}

/// What one order sent to many voters.
package struct Mailing: Sendable, Equatable {
    /// Why a mailing was ordered; the raw values stand in the store.
    package enum Purpose: String, Sendable, CaseIterable {
        /// An identifier for everybody who has none.
        case issue
        /// A new identifier by another channel, where one did not arrive.
        case failOver
        /// Word that the poll was extended, suspended or resumed.
        case hours
    }

    /// The row in `outbox_mailing`.
    package let id: Int
    /// What it sends.
    package let purpose: Purpose
    /// The text of a principal, as the journal has it.
    package let startedBy: String
    /// Seconds since 1970.
    package let startedAt: Int
}

/// Which messages an order is about: all, those to one place, those of one mailing, or both.
package struct MessageSelection: Sendable, Equatable {
    /// A mail's domain, or the first digits of a number, as the counts name it.
    package let place: String?
    /// A mailing's number; nil for any.
    package let mailing: Int?

    /// Nil for no condition; two conditions must both hold.
    package init(place: String? = nil, mailing: Int? = nil) { (self.place, self.mailing) = (place, mailing) }

    /// Whether it has no condition.
    package var isAll: Bool { place == nil && mailing == nil }

    /// Whether a message to this place, of this mailing, is in it.
    package func holds(place: String?, mailing: Int?) -> Bool {
        (self.place == nil || self.place == place) && (self.mailing == nil || self.mailing == mailing)
    }
}

/// What became of a message that carries an identifier.
package struct IdentifierMessage: Sendable {
    /// The voter's number.
    package let subject: Int
    /// Of the identifier that it carries.
    package let generation: Int
    /// The way that it travels, or did.
    package let route: Channel
    /// Where it stands now.
    package let state: MessageState
    /// A mail's domain, or the first digits of a number; nil for letters.
    package let place: String?
    /// The mailing's number; nil for messages that went out one by one.
    package let mailing: Int?
}

/// Messages of one kind, way, place and state that share an hour.
package struct HourlyCount: Sendable {
    /// The beginning of the hour, seconds since 1970.
    package let hour: Int
    /// The way that they travel, or did.
    package let route: Channel
    /// A mail's domain, or the first digits of a number; nil for letters.
    package let place: String?
    /// What they are about.
    package let kind: MessageKind
    /// Where they stand now, not in that hour.
    package let state: MessageState
    /// At least 1. Small ones tell of single voters: who shows them hides them.
    package let count: Int
}

/// How many messages of a kind went one way to one place and came to one end.
package struct DeliveryCount: Sendable, Equatable {
    /// The mailing's number; nil for messages that went out one by one.
    package let mailing: Int?
    /// The way that they travel, or did.
    package let route: Channel
    /// A mail's domain, or the first digits of a number.
    package let place: String?
    /// What they are about.
    package let kind: MessageKind
    /// Where they stand now.
    package let state: MessageState
    /// At least 1.
    package let count: Int
}

/// A channel that a person holds back.
package struct ChannelHold: Sendable, Equatable {
    /// The channel; letters are held in the same table.
    package let route: Channel
    /// Who holds it, as the journal names them.
    package let by: String
    /// When it began, seconds since 1970.
    package let since: Int
}

/// What people see and do at the outbox.
extension Outbox {
    /// Characters of a number in E.164 that tell the operator: country and four digits.
    private static let numberPrefix = 7

    /// What statistics may know of a recipient.
    static func place(_ recipient: [UInt8], _ route: Channel) -> String? {
        switch route {
        case .email:
            let domain = recipient.drop { $0 != UInt8(ascii: "@") }.dropFirst()
            return domain.isEmpty ? nil : String(decoding: domain, as: UTF8.self)
        case .sms: return String(decoding: recipient.prefix(numberPrefix), as: UTF8.self)
        case .letter: return nil
        }
    }

    /// The messages of a subject, the latest first.
    package func messages(
        _ reading: borrowing Reading, election: Int, subject: Int
    ) throws(StoreError) -> [MessageRecord] {
        var past: [Int: [MessageRecord.Step]] = [:]
        try reading.each(
            """
            SELECT message, outbox_past.state, at, outbox_past.reply FROM outbox_message
            JOIN outbox_past ON outbox_past.message = outbox_message.id
            WHERE election = ? AND subject = ? ORDER BY outbox_past.id
            """, election, subject
        ) { (row: borrowing Row) throws(StoreError) in
            past[try row[0], default: []].append(
                MessageRecord.Step(state: try row.value(1), at: try row[2], reply: try row[3]))
        }
        let known = past
        return try reading.all(
            """
            SELECT id, kind, generation, channel, state, attempts, created_at, ended_at, reply, sealed IS NOT NULL, accepted_at
            FROM outbox_message WHERE election = ? AND subject = ? ORDER BY created_at DESC, id DESC
            """, election, subject
        ) { (row: borrowing Row) throws(StoreError) in
            let id: Int = try row[0]
            return MessageRecord(
                id: id, kind: try row.value(1), generation: try row[2], route: try row.value(3),
                state: try row.value(4), attempts: try row[5], createdAt: try row[6], endedAt: try row[7],
                acceptedAt: try row[10],
                reply: try row[8], canRetry: try row[9], past: known[id] ?? [])
        }
    }

    /// How many messages to voters there are of each kind, way, place and state. Reads the whole outbox.
    package func counts(_ reading: borrowing Reading, election: Int) throws(StoreError) -> [DeliveryCount] {
        try reading.all(
            """
            SELECT mailing, channel, place, kind, state, count(*) FROM outbox_message WHERE election = ? AND subject > 0
            GROUP BY mailing, channel, place, kind, state
            """, election
        ) { (row: borrowing Row) throws(StoreError) in
            DeliveryCount(
                mailing: try row[0], route: try row.value(1), place: try row[2], kind: try row.value(3),
                state: try row.value(4), count: try row[5])
        }
    }

    /// Messages to voters by the hour in which the relay or gateway took them, or in which they came to their end otherwise;
    /// by that of their making where they wait. Reads the whole outbox.
    package func hourly(_ reading: borrowing Reading, election: Int) throws(StoreError) -> [HourlyCount] {
        try reading.all(
            """
            SELECT coalesce(accepted_at, ended_at, created_at) / 3600 * 3600 AS hour, channel, place, kind, state, count(*)
            FROM outbox_message WHERE election = ? AND subject > 0
            GROUP BY hour, channel, place, kind, state ORDER BY hour, channel, place, kind, state
            """, election
        ) { (row: borrowing Row) throws(StoreError) in
            HourlyCount(
                hour: try row[0], route: try row.value(1), place: try row[2], kind: try row.value(3),
                state: try row.value(4), count: try row[5])
        }
    }

    /// Opens a mailing and returns its number.
    package func openMailing(
        _ transaction: borrowing Transaction, election: Int, _ purpose: Mailing.Purpose, by name: String
    ) throws(StoreError) -> Int {
        try transaction.insert(
            "INSERT INTO outbox_mailing (election, purpose, started_by, started_at) VALUES (?, ?, ?, ?)", election,
            purpose.rawValue, name, clock.now)
    }

    /// The mailings of an election, the latest first.
    package func mailings(_ reading: borrowing Reading, election: Int) throws(StoreError) -> [Mailing] {
        try reading.all(
            "SELECT id, purpose, started_by, started_at FROM outbox_mailing WHERE election = ? ORDER BY id DESC",
            election
        ) { (row: borrowing Row) throws(StoreError) in
            Mailing(id: try row[0], purpose: try row.value(1), startedBy: try row[2], startedAt: try row[3])
        }
    }

    /// Why messages of a channel bounced or failed, by the codes that came back, the commonest first.
    package func replies(
        _ reading: borrowing Reading, election: Int, limit: Int
    ) throws(StoreError) -> [(route: Channel, state: MessageState, reply: String, count: Int)] {
        try reading.all(
            """
            SELECT channel, state, coalesce(reply, ''), count(*) FROM outbox_message
            WHERE election = ? AND subject > 0 AND state IN ('bounced', 'failed', 'unknown')
                AND kind NOT IN ('reminder', 'voteRecorded')
            GROUP BY channel, state, reply ORDER BY count(*) DESC LIMIT ?
            """, election, limit
        ) { (row: borrowing Row) throws(StoreError) in
            (try row.value(0), try row.value(1), try row[2], try row[3])
        }
    }

    /// Whether any message to a voter is in a selection.
    package func occurs(
        _ reading: borrowing Reading, election: Int, _ selection: MessageSelection
    ) throws(StoreError) -> Bool {
        try reading.number(
            """
            SELECT EXISTS (SELECT 1 FROM outbox_message WHERE election = ?1 AND subject > 0
                AND (?2 IS NULL OR place = ?2) AND (?3 IS NULL OR mailing = ?3))
            """, election, selection.place, selection.mailing) == 1
    }

    /// Hands every message to a voter that carries an identifier to `body`.
    package func eachIdentifier(
        _ reading: borrowing Reading, election: Int,
        _ body: (IdentifierMessage) throws(StoreError) -> Void
    ) throws(StoreError) {
        try reading.each(
            """
            SELECT subject, generation, channel, state, place, mailing FROM outbox_message
            WHERE election = ? AND subject > 0
                AND kind IN ('identifier', 'identifierCode', 'activation', 'renewal', 'renewedActivation')
            """, election
        ) { (row: borrowing Row) throws(StoreError) in
            try body(
                IdentifierMessage(
                    subject: try row[0], generation: try row[1], route: try row.value(2), state: try row.value(3),
                    place: try row[4], mailing: try row[5]))
        }
    }

    // MARK: Frames

    /// The frames of mails and SMS that wait, or failed and may be sent again.
    package func unsentFrames(_ reading: borrowing Reading, election: Int) throws(StoreError) -> [Int] {
        let waiting = try reading.all(
            """
            SELECT DISTINCT frame FROM outbox_message
            WHERE state = 'waiting' AND channel IN ('email', 'sms') AND election = ?
            """, election
        ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
        let failed = try reading.all(
            """
            SELECT DISTINCT frame FROM outbox_message
            WHERE state IN ('failed', 'unknown') AND channel IN ('email', 'sms') AND election = ?
            """, election
        ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
        return Set(waiting + failed).sorted()
    }

    /// Gives mails and SMS that have not left another frame in place of theirs.
    package func reframe(
        _ transaction: borrowing Transaction, election: Int, from frame: Int, to changed: Int
    ) throws(StoreError) {
        try transaction.execute(
            """
            UPDATE outbox_message SET frame = ?
            WHERE state = 'waiting' AND channel IN ('email', 'sms') AND election = ? AND frame = ?
            """, changed, election, frame)
        try transaction.execute(
            """
            UPDATE outbox_message SET frame = ?
            WHERE state IN ('failed', 'unknown') AND channel IN ('email', 'sms') AND election = ? AND frame = ?
            """, changed, election, frame)
    }

    /// Ends what the outbox keeps of an election's voters: what was sealed, where it went, and what came back. What still waits
    /// is withdrawn: a message without its content would stop the courier of every other election.
    package func erase(_ transaction: borrowing Transaction, election: Int) throws(StoreError) {
        try transaction.execute(
            "UPDATE outbox_message SET state = 'withdrawn', ended_at = ? WHERE election = ? AND state = 'waiting'",
            clock.now, election)
        try transaction.execute(
            """
            UPDATE outbox_message SET sealed = NULL, place = NULL, reply = NULL, provider_id = NULL
            WHERE election = ? AND coalesce(sealed, place, reply, provider_id) IS NOT NULL
            """, election)
        try transaction.execute(
            "DELETE FROM outbox_early WHERE message IN (SELECT id FROM outbox_message WHERE election = ?)", election)
        try transaction.execute(
            """
            UPDATE outbox_past SET reply = NULL
            WHERE reply IS NOT NULL AND message IN (SELECT id FROM outbox_message WHERE election = ?)
            """, election)
    }

    /// Reminders are of no use after the close: those that wait end with the one in force.
    package func moveReminders(
        _ transaction: borrowing Transaction, election: Int, to closes: Int
    ) throws(StoreError) {
        try transaction.execute(
            """
            UPDATE outbox_message SET expires_at = ?1
            WHERE state IN ('waiting', 'failed', 'unknown') AND channel IN ('email', 'sms') AND election = ?2
                AND kind = 'reminder' AND expires_at IS NOT NULL
            """, closes, election)
    }

    // MARK: Channels

    /// The channels that people hold back.
    package func holds(_ reading: borrowing Reading) throws(StoreError) -> [ChannelHold] {
        try reading.all("SELECT channel, by, since FROM outbox_hold ORDER BY channel") {
            (row: borrowing Row) throws(StoreError) in
            ChannelHold(route: try row.value(0), by: try row[1], since: try row[2])
        }
    }

    /// Holds a channel back until it is released. Codes go on: somebody waits for them at a screen.
    package func hold(_ transaction: borrowing Transaction, _ route: Channel, by name: String) throws(StoreError) {
        try transaction.execute(
            "INSERT INTO outbox_hold (channel, by, since) VALUES (?, ?, ?) ON CONFLICT (channel) DO NOTHING",
            route.rawValue, name, clock.now)
    }

    /// Releases a channel; false when nobody held it.
    package func release(_ transaction: borrowing Transaction, _ route: Channel) throws(StoreError) -> Bool {
        try transaction.execute("DELETE FROM outbox_hold WHERE channel = ?", route.rawValue) == 1
    }

    /// Makes one message of a subject that failed due again; false when it cannot be sent any more.
    package func retry(
        _ transaction: borrowing Transaction, election: Int, subject: Int, message: Int
    ) throws(StoreError) -> Bool {
        try transaction.execute(
            """
            UPDATE outbox_message SET state = 'waiting', attempts = 0, due_at = ?, ended_at = NULL, reply = NULL
            WHERE id = ? AND election = ? AND subject = ? AND state IN ('failed', 'unknown') AND sealed IS NOT NULL
                AND channel IN ('email', 'sms') AND kind NOT IN ('reminder', 'voteRecorded')
            """, clock.now, message, election, subject) == 1
    }
}
