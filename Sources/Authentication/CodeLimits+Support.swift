package import Journal
package import Store

/// What the help desk sees and does.
extension CodeLimits {
    /// Seconds for which the next attempt, or the next message with a code, is put off for any of these identifiers; 0 for
    /// none.
    /// - Parameter subjects: keyed hashes of identifiers.
    package func slowed(
        _ reading: borrowing Reading, _ principal: Principal, subjects: [[UInt8]]
    ) throws(StoreError) -> Int {
        var longest = try passphrases.attempts.wait(reading, election: election, subject: Array(principal.text.utf8))
        for subject in subjects {
            longest = max(longest, try paceWait(reading, subject))
            longest = max(longest, try passphrases.attempts.wait(reading, election: election, subject: subject))
        }
        return longest
    }

    /// Those for whom the most messages beside the pace were sent that an hour allows: each had its picture read, and each
    /// costs.
    package func costly(_ reading: borrowing Reading) throws(StoreError) -> [Principal] {
        try reading.all(
            """
            SELECT principal FROM access_request
            WHERE election = ? AND realm = ? AND pictured = 1 AND created_at > ? AND principal IS NOT NULL
            GROUP BY principal HAVING count(*) >= ?
            """, election, realm.rawValue, clock.now - CodeLimits.hour, CodeLimits.mostPictured
        ) { (row: borrowing Row) throws(StoreError) -> String in try row[0] }.compactMap(Principal.init(text:))
    }

    /// Forgets the wrong secrets, the messages and the guesses at others' codes with these identifiers: the next request
    /// has a message of its own. The day's wrong codes stay counted, so that codes remain long while somebody guesses.
    package func unlock(
        _ transaction: borrowing Transaction, _ principal: Principal, subjects: [[UInt8]]
    ) throws(StoreError) {
        for subject in subjects + [Array(principal.text.utf8)] {
            try passphrases.attempts.succeed(transaction, election: election, subject: subject)
            try clearPace(transaction, subject)
        }
    }
}
