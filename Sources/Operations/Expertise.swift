import Crypto
import Elections
import Foundation
package import Journal
import Polling
package import Store

/// An independent expert's report on the system, by its date and fingerprint; the report itself stays with the organiser.
package struct Expertise: Sendable, Equatable {
    /// As the report bears it: `2026-10-30`.
    package let date: String
    /// The expert's name, one line, as a person typed it.
    package let expert: String
    /// Of the report's file, in hexadecimal.
    package let sha256: String
    /// Who noted it.
    package let by: String
    /// When it was noted, seconds since 1970.
    package let at: Int

    /// What was noted for an election; nil where nothing was.
    package static func find(_ reading: borrowing Reading, election: Int) throws(StoreError) -> Expertise? {
        try reading.first("SELECT date, expert, sha256, by, at FROM bureau_expertise WHERE election = ?", election) {
            (row: borrowing Row) throws(StoreError) in
            Expertise(date: try row[0], expert: try row[1], sha256: try row[2], by: try row[3], at: try row[4])
        }
    }
}

extension PolicyService {
    /// Notes the expert's report, in place of an earlier one; returns why not, nil when it was done.
    /// - Parameters:
    ///   - report: the file's bytes, of which the fingerprint alone is kept.
    ///   - date: `2026-10-30`, not after today (UTC).
    ///   - expert: one line.
    ///   - who: whoever notes it, by their name.
    package func note(
        expertise report: [UInt8], date: String, expert: String, who: String, by principal: Principal
    ) throws(StoreError) -> String? {
        let (expert, who) = (PlainLine.spaced(expert), PlainLine.spaced(who))
        guard PlainLine.isName(expert), PlainLine.isName(who) else {
            return "A name is one line of at most \(PlainLine.longestName) bytes."
        }
        guard let day = Expertise.day(date), day <= context.clock.now else {
            return "\"\(date)\" is no day up to today: write the report's date as 2026-10-30."
        }
        guard !report.isEmpty else { return "The report is empty: give its file." }
        let digest = hex(Crypto.sha256(report))
        let (election, now) = (context.election, context.clock.now)
        try context.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                """
                INSERT INTO bureau_expertise (election, date, expert, sha256, by, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                ON CONFLICT (election) DO UPDATE SET date = ?2, expert = ?3, sha256 = ?4, by = ?5, at = ?6
                """, election.number, date, expert, digest, who, now)
            try context.journal.record(
                transaction, election: election.election.id, by: principal, .policyExpertise,
                ["date": date, "expert": expert, "sha256": digest, "by": who])
        }
        return nil
    }
}

extension Expertise {
    /// When a day begins, by the world's clock; nil for what is none.
    static func day(_ text: String) -> Int? {
        TimeZone(secondsFromGMT: 0).flatMap { LocalTime.read(text + " 00:00", zone: $0) }
    }
}
