package import Contacts
package import Store

/// What people are shown of the outbox: never what a message says, never where it goes.
package struct OutboxReports: Sendable {
    let clock: Clock

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

    /// How many vote confirmations failed, perhaps did not arrive, or came back, by channel; those whose content is still there,
    /// but for the last. Not to be told while votes are taken.
    package func failedConfirmations(
        _ reading: borrowing Reading, election: Int
    ) throws(StoreError) -> [(route: Channel, failed: Int, unknown: Int, bounced: Int)] {
        try reading.all(
            """
            SELECT channel, sum(state = 'failed' AND sealed IS NOT NULL), sum(state = 'unknown' AND sealed IS NOT NULL),
                sum(state = 'bounced') FROM outbox_message
            WHERE election = ? AND kind = 'voteRecorded' AND state IN ('failed', 'unknown', 'bounced')
            GROUP BY channel ORDER BY channel
            """, election
        ) { (row: borrowing Row) throws(StoreError) in (try row.value(0), try row[1], try row[2], try row[3]) }
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

    /// How many messages of each channel are in each state. What is counted tells nothing of votes: reminders go to who did not vote,
    /// and word of a vote to who did.
    package func summary(
        _ reading: borrowing Reading, election: Int
    ) throws(StoreError) -> [(route: String, state: String, count: Int)] {
        try reading.all(
            """
            SELECT channel, state, count(*) FROM outbox_message
            WHERE election = ? AND kind NOT IN ('reminder', 'voteRecorded') GROUP BY channel, state
            ORDER BY channel, state
            """, election
        ) { (row: borrowing Row) throws(StoreError) in (try row[0], try row[1], try row[2]) }
    }

    /// Why channels are paused.
    package func pauses(_ reading: borrowing Reading) throws(StoreError) -> [(route: String, reason: String)] {
        try reading.all("SELECT channel, reason FROM outbox_pause ORDER BY channel") {
            (row: borrowing Row) throws(StoreError) in (try row[0], try row[1])
        }
    }

    /// The channels that people hold back.
    package func holds(_ reading: borrowing Reading) throws(StoreError) -> [ChannelHold] {
        try reading.all("SELECT channel, by, since FROM outbox_hold ORDER BY channel") {
            (row: borrowing Row) throws(StoreError) in
            ChannelHold(route: try row.value(0), by: try row[1], since: try row[2])
        }
    }

    /// How many messages of a channel are still to be handed over.
    /// - Parameter election: whose; nil for those of all.
    package func waiting(
        _ reading: borrowing Reading, _ route: Channel, election: Int? = nil
    ) throws(StoreError) -> Int {
        try reading.number(
            """
            SELECT count(*) FROM outbox_message
            WHERE state = 'waiting' AND channel = ?1 AND (?2 IS NULL OR election = ?2)
            """, route.rawValue, election)
    }

    /// Messages that failed, came back, or of which nobody knows whether they arrived, the latest first; none that would tell
    /// whether somebody has voted.
    package func troubles(
        _ reading: borrowing Reading, election: Int, limit: Int
    ) throws(StoreError) -> [UndeliveredMessage] {
        try reading.all(
            """
            SELECT subject, channel, kind, state, reply, ended_at, sealed IS NOT NULL FROM outbox_message
            WHERE state IN ('failed', 'unknown', 'bounced') AND election = ? AND kind NOT IN ('reminder', 'voteRecorded')
            ORDER BY ended_at DESC, id LIMIT ?
            """, election, limit
        ) { (row: borrowing Row) throws(StoreError) in
            UndeliveredMessage(
                subject: try row[0], route: try row[1], kind: try row[2], state: try row[3], reply: try row[4],
                endedAt: try row[5], canRetry: try row[6])
        }
    }

    /// SMS segments charged today, for each class that sent any.
    package func segmentsToday(_ reading: borrowing Reading) throws(StoreError) -> [(priority: Priority, count: Int)] {
        try reading.all("SELECT priority, used FROM outbox_budget WHERE day = ? ORDER BY priority", clock.now / 86_400)
        {
            (row: borrowing Row) throws(StoreError) in (Priority(rawValue: try row[0]) ?? .batch, try row[1])
        }
    }
}
