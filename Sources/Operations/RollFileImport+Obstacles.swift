extension RollFileImport {
    /// Why no file may be uploaded now.
    package enum Obstacle: String, Sendable, CaseIterable {
        /// The poll is sealed: the roll does not change any more.
        case sealed
        /// Another file is read, waits to be applied, or is applied.
        case busy
    }

    /// Why what was read is not applied.
    package enum Unapplied: String, Sendable, CaseIterable {
        /// No file waits.
        case nothing
        /// Another file was read since somebody looked at this one.
        case another
        /// Rows are refused, and nobody said that the others are enough.
        case faults
        /// The poll was sealed since the file was read.
        case sealed
    }
}
