package import Elections
package import Journal
import Store

/// Somebody of the staff, as the console knows them.
package struct StaffMember: Sendable, Equatable {
    /// Never given twice; `subject` is its negative.
    package let id: Int
    /// What they are called in the journal: short, plain, never given twice in an election.
    package let name: String
    /// As mails greet them; empty once the election's data was erased.
    package let fullName: String
    /// One for each account.
    package let role: StaffRole
    /// The language of mails and of the console.
    package let language: Language
    /// Counts the identifiers that were sent, from 1: a session of an earlier one has ended.
    package let generation: Int
    /// Whether an authenticator was enrolled.
    package let hasFactor: Bool
    /// Of a printer's OpenPGP key; nil where none was given.
    package let fingerprint: String?
    /// Who added them: `staff:name`, or `system:` at the command line.
    package let addedBy: String
    /// Seconds since 1970, as the times below.
    package let addedAt: Int
    /// Whether the account has ended; its name stays taken.
    package let isRemoved: Bool
    /// Whether the account waits for a second person's word: nobody can sign in with it.
    package let isWaiting: Bool
    /// From when on they decide on what others ask for.
    package let decidesAt: Int
    /// When their identifier was sent last.
    package let sentAt: Int

    /// As the journal has them.
    package var principal: Principal { .staff(name) }

    /// The outbox's number for them: voters have the positive ones.
    package var subject: Int { -id }

    /// A row of the columns that every query of the register lists, in their order.
    static func read(_ row: borrowing Row) throws(StoreError) -> StaffMember {
        StaffMember(
            id: try row[0], name: try row[1], fullName: try row[2], role: try row.value(3), language: try row.value(4),
            generation: try row[5], hasFactor: try row[6], fingerprint: try row[7], addedBy: try row[8],
            addedAt: try row[9], isRemoved: try row[10], isWaiting: try row[11],
            decidesAt: try row[12], sentAt: try row[13])
    }
}
