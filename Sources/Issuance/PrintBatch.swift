/// A batch of letters for the printer.
package struct PrintBatch: Sendable, Equatable {
    package enum State: String, Sendable {
        /// Its letters are being numbered; a process that dies meanwhile leaves them waiting.
        case gathering
        /// Its files may not be complete yet: printing goes on where it broke off.
        case printing
        case printed, posted, confirmed
    }

    package let id: Int
    package let number: Int
    package let state: State
    package let letters: Int
    package let createdAt: Int
    package let postedOn: String?
    package let isWiped: Bool
}

/// Why a printing order was not carried out.
package struct PrintRefusal: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// What became of the sheets of a batch.
package struct Reconciliation: Sendable, Codable, Equatable {
    package let batch: Int
    /// Numbers of the sheets that are spoiled or withdrawn: to be taken out of the pile.
    package let notToPost: [Int]
    /// `printing`, `printed`, `posted` or `confirmed`.
    package let state: String
    /// Sheets for the post: printed, less spoiled and withdrawn.
    package let toPost: Int
    package let printed: Int
    package let spoiled: Int
    /// Taken back before posting, since the voter has a newer identifier or has left the roll: not to be posted.
    package let withdrawn: Int
    package let reprinted: Int
    package let destroyed: Int
    package let returned: Int
}

/// One file of a batch, as the manifest lists it.
package struct PrintedFile: Sendable, Codable, Equatable {
    package let file: String
    package let first: Int
    package let last: Int
    package let letters: Int
    package let sheets: Int
    package let bytes: Int
    package let sha256: String
}

/// What the printer is told; no secret in it.
package struct PrintManifest: Sendable, Codable, Equatable {
    package let election: String
    package let batch: Int
    package let letters: Int
    package let sheets: Int
    /// SHA-256 over the fixed texts of the letters.
    package let templates: String
    package let files: [PrintedFile]

    /// The same as CSV, with headings.
    package var csv: String {
        "election,batch,file,first,last,letters,sheets,bytes,sha256,templates\r\n"
            + files.map {
                "\(election),\(batch),\($0.file),\($0.first),\($0.last),\($0.letters),\($0.sheets),\($0.bytes),\($0.sha256),\(templates)\r\n"
            }.joined()
    }
}
