package import Crypto
package import Store

/// A letter in the outbox, opened.
package struct LetterMessage: Sendable {
    /// The row in the outbox.
    package let id: Int
    /// The voter's number.
    package let subject: Int
    /// Of the identifier that it carries or tells of.
    package let generation: Int
    /// The number of its frame, which holds the fixed text.
    package let frame: Int
    /// What it is about.
    package let kind: MessageKind
    /// Recipient and secrets, in clear: to be kept no longer than the letter is drawn.
    package let model: PersonalModel
}

/// Reads the letters of one election. One for each thread.
package final class QueuedLetters {
    private let election: Int
    private let sealer: Sealer

    /// - Parameter key: the election's; the letters' subkey is derived from it.
    package init(outbox: Outbox, election: Int, key: ElectionKey) {
        self.election = election
        sealer = Sealer(key: key.subkey(.outbox), randomness: outbox.randomness)
    }

    /// Hands every letter that waits to be printed to `body`, in no order: sorting them here would hold them all in memory.
    /// - Throws: `.damaged` when a letter does not open with the election's key; what `body` throws.
    package func eachWaiting(
        _ reading: borrowing Reading, _ body: (LetterMessage) throws(StoreError) -> Void
    ) throws(StoreError) {
        try reading.each(
            """
            SELECT id, subject, generation, frame, kind, sealed FROM outbox_message
            WHERE channel = 'letter' AND state = 'waiting' AND election = ?
            """, election
        ) { (row: borrowing Row) throws(StoreError) in try body(try letter(row)) }
    }

    /// The letter with this number; nil when its secrets were wiped or it was withdrawn.
    /// - Throws: `.damaged` when it does not open with the election's key.
    package func letter(_ reading: borrowing Reading, _ id: Int) throws(StoreError) -> LetterMessage? {
        try reading.first(
            """
            SELECT id, subject, generation, frame, kind, sealed FROM outbox_message
            WHERE id = ? AND election = ? AND sealed IS NOT NULL
            """, id, election
        ) { (row: borrowing Row) throws(StoreError) in try letter(row) }
    }

    private func letter(_ row: borrowing Row) throws(StoreError) -> LetterMessage {
        let id: Int = try row[0]
        let kind: MessageKind = try row.value(4)
        guard let plain = sealer.open(try row[5], associated: PersonalModel.place(id)),
            let model = PersonalModel(plain, names: kind.personalNames)
        else {
            throw StoreError(
                .damaged, "Letter \(id) does not open with this election's key.",
                cure: "Check that --keys names the right key folder; if it does, run `store check`.")
        }
        return LetterMessage(
            id: id, subject: try row[1], generation: try row[2], frame: try row[3], kind: kind, model: model)
    }
}

extension Outbox {
    /// Takes a letter into a batch and says whose it is; nil when it was withdrawn meanwhile.
    package func markPrinted(
        _ transaction: borrowing Transaction, letter id: Int
    ) throws(StoreError) -> (subject: Int, generation: Int, kind: MessageKind)? {
        let changed = try transaction.execute(
            "UPDATE outbox_message SET state = 'printed', ended_at = ? WHERE id = ? AND state = 'waiting'", clock.now,
            id)
        guard changed == 1 else { return nil }
        return try transaction.reading.first("SELECT subject, generation, kind FROM outbox_message WHERE id = ?", id) {
            (row: borrowing Row) throws(StoreError) in (try row[0], try row[1], try row.value(2))
        }
    }

    /// Lets a letter wait again whose batch was never completed.
    package func unprint(_ transaction: borrowing Transaction, letter id: Int) throws(StoreError) {
        try transaction.execute(
            "UPDATE outbox_message SET state = 'waiting', ended_at = NULL WHERE id = ? AND state = 'printed'", id)
    }

    /// Says that the post has a letter.
    package func markPosted(_ transaction: borrowing Transaction, letter id: Int) throws(StoreError) {
        try transaction.execute(
            "UPDATE outbox_message SET state = 'sent', ended_at = ? WHERE id = ? AND state = 'printed'", clock.now, id)
    }

    /// Wipes the secrets of a letter that was printed; a posted one is `confirmed` from then on.
    package func wipe(_ transaction: borrowing Transaction, letter id: Int) throws(StoreError) {
        try transaction.execute(
            """
            UPDATE outbox_message SET sealed = NULL, state = CASE state WHEN 'sent' THEN 'confirmed' ELSE state END,
                ended_at = CASE state WHEN 'sent' THEN ? ELSE ended_at END
            WHERE id = ? AND state IN ('printed', 'sent')
            """, clock.now, id)
    }

    /// Takes back one letter.
    package func withdraw(_ transaction: borrowing Transaction, letter id: Int) throws(StoreError) {
        try transaction.execute(
            """
            UPDATE outbox_message SET state = 'withdrawn', sealed = NULL, ended_at = ?
            WHERE id = ? AND state IN ('waiting', 'printed', 'sent')
            """, clock.now, id)
    }

    /// The frames that letters of an election use.
    package func letterFrames(
        _ reading: borrowing Reading, election: Int
    ) throws(StoreError) -> [(id: Int, frame: MessageEnvelope)] {
        let ids = try reading.all(
            "SELECT DISTINCT frame FROM outbox_message WHERE channel = 'letter' AND election = ? ORDER BY frame",
            election
        ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
        var frames: [(id: Int, frame: MessageEnvelope)] = []
        for id in ids { frames.append((id, try frame(reading, id))) }
        return frames
    }
}
