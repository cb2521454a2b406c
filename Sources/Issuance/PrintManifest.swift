import VoterRoll

/// One file of a batch, as the manifest lists it.
package struct PrintedFile: Sendable, Codable, Equatable {
    /// What its letters carry: `all`, or where they are kept apart `identifiers` or `notices`.
    package enum Content: String, Sendable, Codable { case all, identifiers, notices }

    /// Its name in the batch's folder; `.gpg` at its end where it is encrypted.
    package let file: String
    /// Which letters of the batch stand in it.
    package let content: Content
    /// The lowest letter number in it.
    package let first: Int
    /// The highest; numbers between the two may be missing, where a letter was withdrawn.
    package let last: Int
    /// Letters in it.
    package let letters: Int
    /// Sheets of paper, today as many as letters.
    package let sheets: Int
    /// The file's size, encrypted where it is.
    package let bytes: Int
    /// In hexadecimal, of the file as it is handed over.
    package let sha256: String
}

/// What the printer is told of a batch as a whole, as JSON; no secret in it. Every sheet has a line of its own in the CSV.
package struct PrintManifest: Sendable, Codable, Equatable {
    /// The election's name in the settings and the journal.
    package let election: String
    /// The batch's number.
    package let batch: Int
    /// Letters in all files.
    package let letters: Int
    /// Sheets of paper in all files.
    package let sheets: Int
    /// `dl` or `c5`, and the side of its window.
    package let envelope: String
    /// `left` or `right`.
    package let window: String
    /// SHA-256 over the fixed texts of the letters.
    package let templates: String
    /// In the order of the letters' numbers; notices that stand apart come last.
    package let files: [PrintedFile]
    /// In the order of the settings.
    package let enclosures: [PrintedEnclosure]
}

/// A file that goes into envelopes with the letters, as the manifest lists it.
package struct PrintedEnclosure: Sendable, Codable, Equatable {
    /// Its name in the batch's folder.
    package let file: String
    /// The college whose letters it goes with; nil for all.
    package let college: String?
    /// Pages of the PDF.
    package let pages: Int
    /// With how many letters it goes.
    package internal(set) var copies: Int
    /// The file's size, encrypted where it is.
    package let bytes: Int
    /// In hexadecimal, of the file as it is handed over.
    package let sha256: String
}

/// Lines of the manifest as CSV: one for each sheet, for inserting machines and the post. No name and no secret in it.
enum SheetLines {
    /// The first line of `manifest.csv`.
    static let headings = "election,batch,file,number,pages,postcode,country,language,enclosures,sha256\r\n"

    /// A line for each sheet, CRLF at its end.
    static func lines(_ sheets: [PrintedSheet], in file: PrintedFile, election: String, batch: Int) -> String {
        sheets.map { sheet in
            let fields = [
                election, "\(batch)", file.file, "\(sheet.number)", "\(sheet.pages)", sheet.postcode, sheet.country,
                sheet.language, sheet.enclosures, file.sha256,
            ]
            // An address abroad is somebody's own text.
            return fields.map(SpreadsheetField.quoted).joined(separator: ",") + "\r\n"
        }.joined()
    }
}
