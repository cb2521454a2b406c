/// A row of a file that gives a voter another contact, or another answer to the election's question.
package struct ContactRow: Sendable {
    /// The voter's number.
    package let voter: Int
    /// The line in its sheet, from 1.
    package let line: Int
    /// The voter's reference.
    package let reference: String
    /// First name and family name as the roll has them.
    package let name: String
    /// The name of the roll, and after it the file's where that is not nearly the same.
    package let names: [FullName]
    /// Of `email`, `phone`, `address1` and `challenge` those that are another; of a new voter those that are given.
    package let columns: [Column]
    /// The contacts of the roll.
    package let before: VoterContacts
    /// The contacts of the file.
    package let after: VoterContacts
    /// Whether the voter's row is another than when the row was held: it must not be taken any more.
    package let isOvertaken: Bool

    /// Whether the voter gets a name that is not nearly theirs.
    package var isRenamed: Bool { names.count > 1 }
}
