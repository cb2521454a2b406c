package import Elections
import Foundation
import Inputs
package import Store

/// Finds voters by the beginnings of their names and references, in any order, accents aside.
package struct RollSearch: Sendable {
    /// Its store is used.
    let registrar: Registrar

    /// Voters shown for one search.
    package static let mostFound = 50

    /// Voters taken into the index in one transaction: some hundredths of a second, so that nobody else waits.
    private static let searchChunk = 4000

    /// Words of a search that are looked at.
    private static let mostWords = 6

    /// What a search found.
    package struct Found: Sendable {
        /// At most `mostFound`, in no order.
        package let voters: [Voter]
        /// Whether there are more than are shown.
        package let isCut: Bool

        /// What tests and pages without a store use.
        package init(voters: [Voter], isCut: Bool) { (self.voters, self.isCut) = (voters, isCut) }
    }

    /// The voters of whom every word typed begins a word of name or reference.
    /// - Parameter typed: as it was typed, of any length; too long a text finds nothing.
    package func find(
        _ reading: borrowing Reading, _ election: StoredElection, _ typed: String
    ) throws(StoreError) -> Found {
        guard let query = RollSearch.query(typed) else { return Found(voters: [], isCut: false) }
        // CROSS JOIN holds the order: the planner would ask the index once for each voter of the roll, 25 s at a million.
        var voters = try reading.all(
            """
            SELECT id, v.reference, civility, v.last_name, v.first_name, college, site, weight, language, channel,
                returned_at IS NOT NULL
            FROM roll_search CROSS JOIN roll_voter AS v ON v.id = roll_search.rowid
            WHERE roll_search MATCH ? AND v.election = ? AND removed_at IS NULL
                AND (SELECT state FROM roll_import WHERE roll_import.id = v.import) = 'published'
            LIMIT ?
            """, query, election.number, RollSearch.mostFound + 1, row: Registrar.voter)
        // Until the index has everybody, an exact reference is found all the same.
        if voters.isEmpty,
            let exact = try registrar.voter(
                reading, election, reference: typed.trimmingCharacters(in: .whitespacesAndNewlines))
        {
            voters = [exact]
        }
        return Found(
            voters: Array(voters.prefix(RollSearch.mostFound)), isCut: voters.count > RollSearch.mostFound)
    }

    /// What is searched for at most.
    private static let searched = TextLimit(scalars: 400)

    /// What was typed as FTS5 asks for it: each word in quotes, as a beginning; nil when there is no word.
    static func query(_ typed: String) -> String? {
        guard searched.admits(typed) else { return nil }
        // Scalar by scalar, as FTS5's tokenizer sees them: a joiner inside a word would make two words of it.
        let plain = typed.precomposedStringWithCanonicalMapping.lowercased().unicodeScalars.map { scalar -> Character in
            scalar.properties.isAlphabetic || scalar.properties.numericType != nil ? Character(scalar) : " "
        }
        let words = String(plain).split(separator: " ").prefix(mostWords)
        guard !words.isEmpty else { return nil }
        return words.map(String.init).map { word in
            // A ligature and its two letters are one spelling.
            let spellings = Set([
                word, word.replacing("oe", with: "\u{153}"), word.replacing("\u{153}", with: "oe"),
            ])
            return "(" + spellings.sorted().map { "\"\($0)\" *" }.joined(separator: " OR ") + ")"
        }.joined(separator: " AND ")
    }

    /// Takes the next voters of published rolls into the index; returns whether there may be more. Run by one worker.
    /// - Throws: an error of the store; the next call goes on from where it was.
    package func index() throws(StoreError) -> Bool {
        let isDue = try registrar.store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.number(
                """
                SELECT EXISTS (SELECT 1 FROM roll_voter WHERE id > (SELECT last FROM roll_searched)
                    AND import IN (SELECT id FROM roll_import WHERE state = 'published'))
                """) == 1
        }
        guard isDue else { return false }
        return try registrar.store.write(durable: .soon) {
            (transaction: borrowing Transaction) throws(StoreError) -> Bool in
            let first = try transaction.reading.number("SELECT last FROM roll_searched")
            let last = try transaction.reading.number(
                """
                SELECT coalesce(max(id), 0) FROM (SELECT id FROM roll_voter WHERE id > ?1
                    AND import IN (SELECT id FROM roll_import WHERE state = 'published')
                    AND id < coalesce((SELECT min(waiting.id) FROM roll_voter AS waiting
                        WHERE waiting.id > ?1 AND waiting.import IN
                            (SELECT id FROM roll_import WHERE state = 'loading')), 9223372036854775807)
                    ORDER BY id LIMIT ?2)
                """, first, RollSearch.searchChunk)
            guard last > first else { return false }
            try transaction.execute(
                """
                INSERT INTO roll_search (rowid, reference, last_name, first_name)
                SELECT id, reference, last_name, first_name FROM roll_voter WHERE id > ? AND id <= ?
                    AND import IN (SELECT id FROM roll_import WHERE state = 'published')
                """, first, last)
            try transaction.execute("UPDATE roll_searched SET last = ?", last)
            return true
        }
    }

    /// Takes a voter's present words out of the index, before they change. A voter whom it does not hold yet stays out.
    /// Called before names change, with `learnWords` after: the index holds no copy of them to compare with.
    func forgetWords(_ transaction: borrowing Transaction, voter: Int) throws(StoreError) {
        try transaction.execute(
            """
            INSERT INTO roll_search (roll_search, rowid, reference, last_name, first_name)
            SELECT 'delete', id, reference, last_name, first_name FROM roll_voter
            WHERE id = ? AND id <= (SELECT last FROM roll_searched)
            """, voter)
    }

    /// Takes a voter's words in again, after they changed.
    func learnWords(_ transaction: borrowing Transaction, voter: Int) throws(StoreError) {
        try transaction.execute(
            """
            INSERT INTO roll_search (rowid, reference, last_name, first_name)
            SELECT id, reference, last_name, first_name FROM roll_voter
            WHERE id = ? AND id <= (SELECT last FROM roll_searched)
            """, voter)
    }
}
