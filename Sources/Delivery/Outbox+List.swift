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

    /// Opens a mailing and returns its number.
    package func openMailing(
        _ transaction: borrowing Transaction, election: Int, _ purpose: Mailing.Purpose, by name: String
    ) throws(StoreError) -> Int {
        try transaction.insert(
            "INSERT INTO outbox_mailing (election, purpose, started_by, started_at) VALUES (?, ?, ?, ?)", election,
            purpose.rawValue, name, clock.now)
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
