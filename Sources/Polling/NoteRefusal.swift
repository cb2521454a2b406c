package import Elections

/// Why the bureau's note for the minutes is not kept.
package enum NoteRefusal: Reason, Equatable {
    /// A name or a text that cannot stand on one line of a signed record.
    case notPlain
    /// The hour at which it happened is before the seal, or to come.
    case hour
    /// Nobody, too many, or somebody twice.
    case names
    /// Who was there at a count that cannot have begun.
    case countToCome
    /// Before the seal, or after the destruction.
    case noPoll

    /// What is said of each, with its values.
    package var text: ReasonText {
        switch self {
        case .notPlain:
            ReasonText(
                "note.notPlain",
                "Names and words stand on one line each of a signed record: at most \(PlainLine.longestName, "name") bytes for a name and \(PlainLine.longest, "words") for words, without line breaks and without characters that nobody sees."
            )
        case .hour:
            ReasonText(
                "note.hour", "The hour lies before the seal or ahead of now: give the hour at which it happened.")
        case .names:
            ReasonText(
                "note.names",
                "Give the names of those who are there, each once, \(BureauNotes.mostPresent, "most") at most.")
        case .countToCome: ReasonText("note.countToCome", "The count comes after the final close.")
        case .noPoll: ReasonText("note.noPoll", "Notes are taken from the seal on, until the poll is destroyed.")
        }
    }
}
