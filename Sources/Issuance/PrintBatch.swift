/// A batch of letters for the printer.
package struct PrintBatch: Sendable, Equatable {
    /// A batch goes through them in this order; the raw values stand in the store.
    package enum State: String, Sendable {
        /// Its letters are being numbered; a process that dies meanwhile leaves them waiting.
        case gathering
        /// Its files may not be complete yet: printing goes on where it broke off.
        case printing
        /// `printed`: its files are whole. `posted`: its identifiers are in force. `confirmed`: its secrets are wiped.
        case printed, posted, confirmed
    }

    /// The row in the store.
    package let id: Int
    /// Counts the batches of an election from 1: what people name it by.
    package let number: Int
    /// How far it has come.
    package let state: State
    /// Letters that were numbered, from 1 to this.
    package let letters: Int
    /// When it was numbered, seconds since 1970; the letters carry this day.
    package let createdAt: Int
    /// The day of posting, `2026-11-10`; nil before.
    package let postedOn: String?
    /// Whether its secrets are gone, so that it cannot be printed again.
    package let isWiped: Bool
}

/// What became of the sheets of a batch.
package struct Reconciliation: Sendable, Codable, Equatable {
    /// The batch's number.
    package let batch: Int
    /// Numbers of the sheets that are spoiled or withdrawn: to be taken out of the pile.
    package let notToPost: [Int]
    /// `printing`, `printed`, `posted` or `confirmed`.
    package let state: String
    /// Sheets for the post: printed, less spoiled and withdrawn.
    package let toPost: Int
    /// Sheets that were numbered, whatever became of them.
    package let printed: Int
    /// Sheets that were reported as spoiled, at the printer's or in the pile.
    package let spoiled: Int
    /// Taken back before posting, since the voter has a newer identifier or has left the roll: not to be posted.
    package let withdrawn: Int
    /// Times that a sheet was printed again.
    package let reprinted: Int
    /// Spoiled or returned sheets that were destroyed, as whoever reported them said.
    package let destroyed: Int
    /// Sheets that the post brought back.
    package let returned: Int
}
