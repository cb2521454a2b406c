package import Elections

/// Why it is not noted that a copy of the box key, or a backup, was destroyed.
package enum CustodyRefusal: Reason, Equatable {
    /// The file is no statement.
    case noStatement
    /// The poll is not closed.
    case stillNeeded
    /// The statement speaks of something else, or no member of the seal signed it.
    case anotherSubject
    /// A name or a reason that cannot stand on one line of a signed record.
    case notPlain
    /// Nothing of that name is left to be reported.
    case noBackup(String)
    /// So many backups have the name.
    case severalBackups(Int, name: String)

    /// What is said of each, with its values.
    package var text: ReasonText {
        switch self {
        case .noStatement:
            ReasonText(
                "custody.noStatement",
                "The file is no statement of the bureau, or a signature in it is not its member's.")
        case .stillNeeded:
            ReasonText("custody.stillNeeded", "Copies of the box key are needed until the poll is closed.")
        case .anotherSubject:
            ReasonText(
                "custody.anotherSubject",
                "The statement is not about this poll's box key, or no member of the seal signed it.")
        case .notPlain:
            ReasonText(
                "custody.notPlain",
                "Who destroyed it and why stand on one line each of a signed record: write them without line breaks.")
        case .noBackup(let name):
            ReasonText(
                "custody.noBackup",
                "No backup \"\(name, "name")\" is left to be reported: `isoloir poll custody` lists them.")
        case .severalBackups(let count, let name):
            ReasonText(
                "custody.severalBackups",
                "\(count, "count") backups are called \"\(name, "name")\": give the beginning of the SHA-256 instead.")
        }
    }
}
