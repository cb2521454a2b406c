/// One field of one voter that is corrected.
package struct FieldCorrection: Sendable {
    let reference: String
    let column: Column
    let value: String
    let reason: String

    /// - Parameters:
    ///   - reference: the voter's.
    ///   - value: as it would stand in the roll, of an answer the hash that `prepare` made; address lines are separated by `|`;
    ///     empty removes a contact.
    ///   - reason: one line, for the journal.
    package init(reference: String, column: Column, value: String, reason: String) {
        (self.reference, self.column, self.value, self.reason) = (reference, column, value, reason)
    }
}
