package import Elections
package import Journal
import Store

/// Somebody of the staff, as the console knows them.
package struct StaffMember: Sendable, Equatable {
    package let id: Int
    /// What they are called in the journal: short, plain, never given twice in an election.
    package let name: String
    package let fullName: String
    package let role: StaffRole
    package let language: Language
    package let generation: Int
    /// Whether an authenticator was enrolled.
    package let hasFactor: Bool
    /// Of a printer's OpenPGP key; nil where none was given.
    package let fingerprint: String?
    package let addedBy: String
    package let addedAt: Int
    package let isRemoved: Bool
    /// Whether the account waits for a second person's word: nobody can sign in with it.
    package let isWaiting: Bool
    /// From when on they decide on what others ask for.
    package let decidesAt: Int
    /// When their identifier was sent last.
    package let sentAt: Int

    package var principal: Principal { .staff(name) }

    /// The outbox's number for them: voters have the positive ones.
    package var subject: Int { -id }

    static func read(_ row: borrowing Row) throws(StoreError) -> StaffMember {
        StaffMember(
            id: try row[0], name: try row[1], fullName: try row[2], role: try row.value(3), language: try row.value(4),
            generation: try row[5], hasFactor: try row[6], fingerprint: try row[7], addedBy: try row[8],
            addedAt: try row[9], isRemoved: try row[10], isWaiting: try row[11],
            decidesAt: try row[12], sentAt: try row[13])
    }
}
