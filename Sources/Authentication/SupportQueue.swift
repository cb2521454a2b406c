package import Crypto
package import Elections
import FoundationEssentials
package import Store

/// What voters ask the help desk, and where callers stand by their support code.
package struct SupportQueue: Sendable {
    /// A question as it was sent.
    package struct Question: Sendable, Codable, Equatable {
        /// As the voter typed it; nobody checked it, nor the other two.
        package let name: String
        /// A mail address, a number or anything else by which an answer may come.
        package let contact: String
        /// The question itself.
        package let text: String

        /// Lengths are the caller's business: only the sum of all open questions is limited here.
        package init(name: String, contact: String, text: String) {
            (self.name, self.contact, self.text) = (name, contact, text)
        }
    }

    /// A question in the queue.
    package struct Entry: Sendable {
        /// Its number, by which it is closed.
        package let id: Int
        /// The support code of the browser that it came from.
        package let code: String
        /// Seconds since 1970.
        package let at: Int
        /// Whether somebody closed it.
        package let isDone: Bool
        /// Opened with the election's key.
        package let question: Question
    }

    /// Where a browser stood last: never contacts, never the vote.
    package struct Trace: Sendable, Equatable {
        /// The page or form that the browser saw last, by a plain word of the site.
        package let step: String
        /// What was wrong there, by a plain word of the site; empty for nothing.
        package let trouble: String
        /// Seconds since 1970.
        package let at: Int
        /// Whether the browser has sent a form: a look at a page alone begins no trace, or who opens pages fills the disk.
        package let isForm: Bool

        /// - Parameters:
        ///   - step: see above; never what somebody typed.
        ///   - trouble: likewise.
        package init(step: String, trouble: String, at: Int, isForm: Bool) {
            (self.step, self.trouble, self.at, self.isForm) = (step, trouble, at, isForm)
        }
    }

    private let election: Int
    private let key: ElectionKey
    private let clock: Clock
    private let randomness: Randomness

    /// The queue of one election; questions are sealed under its key.
    package init(election: StoredElection, key: ElectionKey, clock: Clock, randomness: Randomness) {
        (self.election, self.key, self.clock, self.randomness) = (election.number, key, clock, randomness)
    }

    /// What sealed questions are bound to.
    private func place(_ code: String) -> [UInt8] {
        var fields = LengthPrefixedFields("help", code)
        fields.append(election)
        return fields.bytes
    }

    /// Bytes of the questions that wait for an answer, sealed: some thousands of the longest. More are a flood, which nobody
    /// would read, and which would fill the disk that votes need.
    package static let mostOpenBytes = 16 << 20

    /// Takes a question; false when so many wait that no more are taken.
    package func ask(
        _ transaction: borrowing Transaction, code: String, _ question: Question
    ) throws(StoreError) -> Bool {
        let open = try transaction.reading.number(
            "SELECT coalesce(sum(length(sealed)), 0) FROM recovery_help WHERE election = ? AND done_at IS NULL",
            election)
        guard open < SupportQueue.mostOpenBytes else { return false }
        let plain: Data
        do { plain = try JSONEncoder().encode(question) } catch {
            throw StoreError(.failed, "A question could not be written as JSON: \(error).")
        }
        let sealed = Sealer(key: key.subkey(.access), randomness: randomness).seal(
            [UInt8](plain), associated: place(code))
        try transaction.execute(
            "INSERT INTO recovery_help (election, code, sealed, created_at) VALUES (?, ?, ?, ?)", election, code,
            sealed,
            clock.now)
        return true
    }

    /// Questions on one page at the console.
    package static let pageSize = 50

    /// How many questions wait.
    package func waiting(_ reading: borrowing Reading) throws(StoreError) -> Int {
        try reading.number(
            "SELECT count(*) FROM recovery_help WHERE election = ? AND done_at IS NULL", election)
    }

    /// The questions, the oldest first.
    /// - Parameters:
    ///   - number: the question after which the list begins.
    ///   - limit: how many at most.
    package func questions(
        _ reading: borrowing Reading, withDone: Bool, after number: Int = 0, limit: Int = .max
    ) throws(StoreError) -> [Entry] {
        let rows = try reading.all(
            """
            SELECT id, code, created_at, done_at IS NOT NULL, sealed FROM recovery_help
            WHERE election = ? AND (? OR done_at IS NULL) AND id > ? ORDER BY id LIMIT ?
            """, election, withDone, number, limit
        ) {
            (row: borrowing Row) throws(StoreError) -> (id: Int, code: String, at: Int, isDone: Bool, sealed: [UInt8])
            in
            (try row[0], try row[1], try row[2], try row[3], try row[4])
        }
        let sealer = Sealer(key: key.subkey(.access), randomness: randomness)
        var entries: [Entry] = []
        for row in rows {
            guard let plain = sealer.open(row.sealed, associated: place(row.code)),
                let question = try? JSONDecoder().decode(Question.self, from: Data(plain))
            else { throw StoreError(.damaged, "Question \(row.id) does not open.", cure: "Run `store check`.") }
            entries.append(Entry(id: row.id, code: row.code, at: row.at, isDone: row.isDone, question: question))
        }
        return entries
    }

    /// Marks a question as answered; false when there is none that waits with this number.
    package func close(_ transaction: borrowing Transaction, question id: Int) throws(StoreError) -> Bool {
        try transaction.execute(
            "UPDATE recovery_help SET done_at = ? WHERE id = ? AND election = ? AND done_at IS NULL", clock.now, id,
            election) == 1
    }

    /// Traces kept at once, the latest: some ten megabytes, and more than the voters who come in a week.
    package static let mostTraces = 100_000

    /// Notes where browsers stand that have sent a form, now or earlier.
    package func note(_ transaction: borrowing Transaction, _ traces: [String: Trace]) throws(StoreError) {
        for (code, trace) in traces where !trace.isForm {
            try transaction.execute(
                "UPDATE recovery_trace SET step = ?, trouble = ?, at = ? WHERE election = ? AND code = ?", trace.step,
                trace.trouble, trace.at, election, code)
        }
        let begun = traces.filter(\.value.isForm)
        guard !begun.isEmpty else { return }
        for (code, trace) in begun {
            try transaction.execute(
                """
                INSERT INTO recovery_trace (election, code, step, trouble, at) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (election, code) DO UPDATE SET step = ?3, trouble = ?4, at = ?5
                """, election, code, trace.step, trace.trouble, trace.at)
        }
        try transaction.execute(
            """
            DELETE FROM recovery_trace WHERE (election, code) IN (
                SELECT election, code FROM recovery_trace ORDER BY at
                LIMIT max(0, (SELECT count(*) FROM recovery_trace) - ?))
            """, SupportQueue.mostTraces)
    }

    /// Where the browser with this support code stood last.
    package func trace(_ reading: borrowing Reading, code: String) throws(StoreError) -> Trace? {
        try reading.first(
            "SELECT step, trouble, at FROM recovery_trace WHERE election = ? AND code = ?", election, code
        ) { (row: borrowing Row) throws(StoreError) in
            Trace(step: try row[0], trouble: try row[1], at: try row[2], isForm: true)
        }
    }
}
