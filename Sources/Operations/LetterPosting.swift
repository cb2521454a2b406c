package import Elections
import Foundation
package import Issuance
package import Journal
package import Store

/// Says on which day the post took a batch: its identifiers can be used from then on; a second day corrects the first. Console, API
/// and command line come here.
package struct LetterPosting: Sendable {
    /// What came of it.
    package enum Outcome: Sendable {
        /// So many identifiers can be used since.
        case activated(Int)
        /// Only the day was corrected.
        case corrected
        /// The text is no day of the calendar, written as `2026-11-10`.
        case noDay
        /// The day has not begun in the election's time zone.
        case notBegun
        /// Why not, in English.
        case refused(PrintRefusal)
    }

    private let letterBatches: LetterBatches
    private let election: StoredElection

    /// - Parameter letterBatches: the batches of the store.
    package init(letterBatches: LetterBatches, election: StoredElection) {
        (self.letterBatches, self.election) = (letterBatches, election)
    }

    /// A day of the calendar, from its first second to the first of the next one, in seconds since 1970; nil where the text is none.
    /// It has 23 to 25 hours where clocks change.
    /// - Parameters:
    ///   - text: `2026-11-10`.
    ///   - zone: an identifier of the time zone database.
    package static func day(_ text: String, zone: String) -> Range<Int>? {
        guard let zone = TimeZone(identifier: zone), text.utf8.count == 10,
            let noon = LocalTime.read(text + " 12:00", zone: zone)
        else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let start = calendar.startOfDay(for: Date(timeIntervalSince1970: TimeInterval(noon)))
        guard let next = calendar.date(byAdding: .day, value: 1, to: start) else { return nil }
        return Int(start.timeIntervalSince1970)..<Int(next.timeIntervalSince1970)
    }

    /// The day that a moment belongs to, as `day` reads it.
    /// - Parameter time: in seconds since 1970.
    package static func day(of time: Int, zone: String) -> String {
        String(LocalTime.short(time, zone: zone).prefix(10))
    }

    /// Marks the batch as posted.
    /// - Parameters:
    ///   - text: the day, `2026-11-10`.
    ///   - now: in seconds since 1970.
    /// - Throws: an error of the store; calling it again completes what was begun.
    package func post(
        batch: Int, on text: String, now: Int, by principal: Principal
    ) throws(StoreError) -> Outcome {
        guard let day = LetterPosting.day(text, zone: election.election.timeZone) else { return .noDay }
        guard day.lowerBound <= now else { return .notBegun }
        switch try letterBatches.posted(election, batch: batch, on: text, before: day.upperBound, by: principal) {
        case .success(let count?): return .activated(count)
        case .success(nil): return .corrected
        case .failure(let why): return .refused(why)
        }
    }
}
