package import Contacts
package import Store

/// The same figures of every election of the store, each in one walk over the outbox: a look for each election would walk over all
/// messages every time.
extension OutboxReports {
    /// How many messages of each channel are in each state, by the election's number; see `summary`.
    package func summaries(
        _ reading: borrowing Reading
    ) throws(StoreError) -> [Int: [(route: String, state: String, count: Int)]] {
        var found: [Int: [(route: String, state: String, count: Int)]] = [:]
        try reading.each(
            """
            SELECT election, channel, state, count(*) FROM outbox_message
            WHERE kind NOT IN ('reminder', 'voteRecorded') GROUP BY election, channel, state
            ORDER BY election, channel, state
            """
        ) { (row: borrowing Row) throws(StoreError) in
            let election: Int = try row[0]
            found[election, default: []].append((try row[1], try row[2], try row[3]))
        }
        return found
    }

    /// For how many seconds the oldest message of each channel has been due, word of votes and reminders among them, by the
    /// election's number; channels where nothing waits are left out.
    /// - Parameter now: seconds since 1970.
    package func oldestDue(
        _ reading: borrowing Reading, now: Int
    ) throws(StoreError) -> [Int: [(route: String, seconds: Int)]] {
        var found: [Int: [(route: String, seconds: Int)]] = [:]
        try reading.each(
            """
            SELECT election, channel, ?1 - min(due_at) FROM outbox_message
            WHERE state = 'waiting' AND due_at <= ?1 GROUP BY election, channel
            """, now
        ) { (row: borrowing Row) throws(StoreError) in
            let election: Int = try row[0]
            found[election, default: []].append((try row[1], try row[2]))
        }
        return found
    }

    /// How many vote confirmations did not arrive, by the election's number and channel; see `failedConfirmations`.
    package func failedConfirmations(
        _ reading: borrowing Reading
    ) throws(StoreError) -> [Int: [(route: Channel, failed: Int, unknown: Int, bounced: Int)]] {
        var found: [Int: [(route: Channel, failed: Int, unknown: Int, bounced: Int)]] = [:]
        try reading.each(
            """
            SELECT election, channel, sum(state = 'failed' AND sealed IS NOT NULL),
                sum(state = 'unknown' AND sealed IS NOT NULL), sum(state = 'bounced') FROM outbox_message
            WHERE kind = 'voteRecorded' AND state IN ('failed', 'unknown', 'bounced')
            GROUP BY election, channel ORDER BY election, channel
            """
        ) { (row: borrowing Row) throws(StoreError) in
            let election: Int = try row[0]
            found[election, default: []].append((try row.value(1), try row[2], try row[3], try row[4]))
        }
        return found
    }
}
