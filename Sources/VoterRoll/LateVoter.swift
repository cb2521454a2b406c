/// A voter who was left out of the roll's files.
package struct LateVoter: Sendable {
    let reference: String
    let values: [Column: String]
    let reason: String
    let isNoted: Bool

    /// - Parameters:
    ///   - reference: as it was typed.
    ///   - values: by column, as they would stand in the roll; address lines separated by `|` in `address1`.
    ///   - reason: one line, for the journal.
    ///   - isNoted: false leaves the journal to `LateVoters.note`, where others may have to agree first.
    package init(reference: String, values: [Column: String], reason: String, isNoted: Bool = true) {
        (self.reference, self.values, self.reason, self.isNoted) = (reference, values, reason, isNoted)
    }
}
