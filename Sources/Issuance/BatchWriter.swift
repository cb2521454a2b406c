import Contacts
package import Crypto
import Delivery
package import Elections
import Foundation
import Store
package import Typesetting
import VoterRoll

/// Writes the files of a batch into a folder: PDFs, `manifest.csv` with a line for each sheet, and `manifest.json`, each
/// appearing under its name only when it is whole; everything encrypted when there is a printer's key.
package final class BatchWriter {
    private let letterBatches: LetterBatches
    private let election: StoredElection
    private let key: ElectionKey
    private let folder: String
    private let printer: PrinterKey?
    private let matter: PrintMatter
    private var faces: [LetterFace] = []
    private var faceOf: [Int: Int] = [:]
    private var enclosures: [PrintedEnclosure] = []
    private var templateDigest = RunningDigest()
    /// Letters that cannot be printed as they are; the rest of the batch is.
    package private(set) var setAside: [SetAside] = []

    /// A letter that cannot be printed, and why.
    package struct SetAside: Sendable {
        /// The batch's number.
        package let batch: Int
        /// The letter's number in the batch.
        package let number: Int
        /// The voter's number on the roll.
        package let voter: Int
        /// Why, as the press says it; it may quote the address.
        package let reason: String
        /// Whether no approved text is of its kind: then nothing on the roll is wrong.
        package let isOfUnknownKind: Bool
        /// Whether it carries an identifier or a code; a notice carries none.
        package let carriesSecret: Bool
    }

    /// Letters opened at a time: few, since their secrets stand in memory meanwhile.
    private static let piece = 100

    /// Makes the folder (mode 0700) where it is missing.
    /// - Parameters:
    ///   - folder: where the files go; a file of the same name is replaced.
    ///   - printer: the key to which everything is encrypted; nil for files in clear.
    ///   - matter: what the approved specimen was made of.
    /// - Throws: `PrintRefusal` when the folder cannot be made.
    package init(
        _ letterBatches: LetterBatches, _ election: StoredElection, key: ElectionKey, folder: String,
        printer: PrinterKey?,
        matter: PrintMatter
    ) throws(PrintRefusal) {
        (self.letterBatches, self.election, self.key, self.folder) = (letterBatches, election, key, folder)
        (self.printer, self.matter) = (printer, matter)
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .folder(folder, error.localizedDescription)
        }
    }

    /// Refuses a folder that holds a finished print run already: its manifest would be lost.
    /// - Throws: the refusal, with the name of the manifest that lies there, in clear or encrypted.
    package static func refuseFinished(_ folder: String) throws(PrintRefusal) {
        for name in ["manifest.json", "manifest.json.gpg"]
        where FileManager.default.fileExists(atPath: "\(folder)/\(name)") {
            throw .earlierRun(folder: folder, file: name)
        }
    }

    /// Writes all letters of a batch, or one.
    /// `prepare` must have been called. Called once; another writer of the same batch writes the same files.
    /// - Parameter progress: called now and then with the letters written.
    /// - Parameter only: the letters to write, by number; nil for all.
    /// - Throws: `PrintRefusal` when a file cannot be written or a letter's secrets do not open; files that were
    ///   finished stay.
    package func write(
        _ batch: PrintBatch, only: ClosedRange<Int>? = nil, progress: (Int) -> Void = { _ in }
    ) throws(PrintRefusal) -> PrintManifest {
        try writeEnclosures(batch)
        let lines = try PrintOutput("\(folder)/manifest.csv", printer)
        let files: [PrintedFile]
        do throws(PrintRefusal) {
            try lines.put(SheetLines.headings)
            files = try writeFiles(batch, only: only, lines: lines, progress: progress)
        } catch {
            lines.abandon()
            throw error
        }
        _ = try lines.finish()
        let count = files.reduce(0) { $0 + $1.letters }
        let manifest = PrintManifest(
            election: election.election.id, batch: batch.number, letters: count, sheets: count,
            envelope: matter.style.envelope.rawValue, window: matter.style.window.rawValue,
            templates: hex(templateDigest.finish()), files: files, enclosures: enclosures)
        // Written last: a folder with a manifest.json is complete.
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try save(Array(try encoder.encode(manifest)), as: "manifest.json")
        } catch let error as PrintRefusal {
            throw error
        } catch {
            throw .fault("The manifest could not be written as JSON: \(error)")
        }
        return manifest
    }

    /// Splits the batch into files of `LetterBatches.lettersPerFile` letters, in two rows where notices stand apart.
    private func writeFiles(
        _ batch: PrintBatch, only: ClosedRange<Int>?, lines: PrintOutput, progress: (Int) -> Void
    ) throws(PrintRefusal) -> [PrintedFile] {
        var files: [PrintedFile] = []
        let end = min(only?.upperBound ?? batch.letters, batch.letters)
        for content in matter.style.noticesApart ? [PrintedFile.Content.identifiers, .notices] : [.all] {
            for first in stride(from: only?.lowerBound ?? 1, through: end, by: LetterBatches.lettersPerFile) {
                let last = min(end, first + LetterBatches.lettersPerFile - 1)
                if let (file, sheets) = try writeFile(batch, first, last, content) {
                    try lines.put(
                        SheetLines.lines(sheets, in: file, election: election.election.id, batch: batch.number))
                    files.append(file)
                }
                progress(last)
            }
        }
        return files
    }

    /// Writes what goes with the letters, each once: the printing house makes as many as the manifest says.
    private func writeEnclosures(_ batch: PrintBatch) throws(PrintRefusal) {
        for (index, enclosure) in matter.enclosures.enumerated() {
            let number = BatchWriter.padded(batch.number, 3)
            let name = "\(election.election.id)-\(number)-enclosure-\(index + 1).pdf"
            let (file, size, digest) = try save(enclosure.bytes, as: name)
            enclosures.append(
                PrintedEnclosure(
                    file: file, college: enclosure.college, pages: enclosure.pages, copies: 0, bytes: size,
                    sha256: digest)
            )
        }
    }

    /// The files that go with a letter, counted. A notice brings no identifier, and nothing to read before a vote.
    private func enclosed(_ letter: LetterMessage) throws(LetterError) -> [String] {
        guard letter.kind.carriesIdentifier, !enclosures.isEmpty else { return [] }
        var college: String?
        if enclosures.contains(where: { $0.college != nil }) {
            do throws(StoreError) {
                college = try letterBatches.store.read { (reading: borrowing Reading) throws(StoreError) in
                    try letterBatches.registrar.voter(reading, id: letter.subject)?.college
                }
            } catch { throw LetterError("\(error)") }
        }
        let fitting = enclosures.indices.filter { enclosures[$0].college == nil || enclosures[$0].college == college }
        for index in fitting { enclosures[index].copies += 1 }
        return fitting.map { enclosures[$0].file }
    }

    /// Writes one PDF; nil where no letter between the numbers is to be printed.
    private func writeFile(
        _ batch: PrintBatch, _ first: Int, _ last: Int, _ content: PrintedFile.Content
    ) throws(PrintRefusal) -> (PrintedFile, [PrintedSheet])? {
        let letters: [(number: Int, message: Int)]
        let carries: Int? = content == .all ? nil : content == .identifiers ? 1 : 0
        do throws(StoreError) {
            letters = try letterBatches.store.read { (reading: borrowing Reading) throws(StoreError) in
                try reading.all(
                    """
                    SELECT number, message FROM issuance_letter
                    WHERE batch = ?1 AND number BETWEEN ?2 AND ?3 AND state = 'printed' AND (?4 IS NULL OR carries = ?4)
                    ORDER BY number
                    """, batch.id, first, last, carries
                ) { (row: borrowing Row) throws(StoreError) in (try row[0], try row[1]) }
            }
        } catch { throw .fault("\(error)") }
        guard let low = letters.first?.number, let high = letters.last?.number else { return nil }
        let numbers =
            "\(BatchWriter.padded(batch.number, 3))-\(BatchWriter.padded(low, 6))-\(BatchWriter.padded(high, 6))"
        let name = "\(election.election.id)-\(numbers)\(content == .notices ? "-notices" : "").pdf"
        let output = try PrintOutput("\(folder)/\(name)", printer)
        let sheets: [PrintedSheet]
        do throws(LetterError) { sheets = try write(letters, of: batch, as: numbers, to: output) } catch {
            output.abandon()
            throw .fileFault(name, "\(error)")
        }
        let (size, digest) = try output.finish()
        let file = PrintedFile(
            file: output.name, content: content, first: low, last: high, letters: sheets.count, sheets: sheets.count,
            bytes: size, sha256: digest)
        return (file, sheets)
    }

    /// Writes the letters' pages; returns what the machine that inserts them is told of each.
    private func write(
        _ letters: [(number: Int, message: Int)], of batch: PrintBatch, as numbers: String, to output: PrintOutput
    ) throws(LetterError) -> [PrintedSheet] {
        let queued = QueuedLetters(outbox: letterBatches.outbox, election: election.number, key: key)
        let definition = election.election
        let title = "\(definition.title[definition.languages.first ?? .fr]) \u{2013} \(numbers)"
        let paper = try matter.style.paper(definition, title: title, created: BatchWriter.timestamp(batch.createdAt))
        let press = try LetterPress(faces: faces, paper: paper, write: output.write)
        try press.prepare()
        var written: [PrintedSheet] = []
        for start in stride(from: 0, to: letters.count, by: BatchWriter.piece) {
            let piece = letters[start..<min(start + BatchWriter.piece, letters.count)]
            for (number, letter) in zip(piece.map(\.number), try open(queued, piece.map(\.message))) {
                // Withdrawn since the batch was numbered: its number is left out.
                guard let letter else { continue }
                // The page of a letter that no approved text belongs to, or that the press cannot set.
                let page: Letter
                do throws(LetterError) {
                    page = try self.page(letter, batch.number, number)
                    try press.add(page)
                } catch {
                    setAside.append(
                        SetAside(
                            batch: batch.number, number: number, voter: letter.subject, reason: "\(error)",
                            isOfUnknownKind: faceOf[letter.frame] == nil,
                            carriesSecret: letter.kind.carriesIdentifier))
                    continue
                }
                written.append(
                    PrintedSheet(
                        number: number, address: PostalAddress(stored: letter.model.recipient),
                        language: faces[page.face].language, enclosures: try enclosed(letter)))
            }
        }
        try press.finish()
        return written
    }

    /// A letter as the press sets it.
    private func page(
        _ letter: LetterMessage, _ batch: Int, _ number: Int
    ) throws(LetterError) -> Letter {
        let face = try face(letter)
        let values = letter.model.values
        return Letter(
            face: face, recipient: PostalAddress(stored: letter.model.recipient).lines,
            greeting: (values["greeting"] ?? "") + ",", codes: faces[face].slots.map { values[$0] ?? "" },
            link: SiteLink.text(site: faces[face].site, identifier: values["identifier"]),
            mark:
                "\(election.election.id) \u{2013} \(BatchWriter.padded(batch, 3)) \u{2013} \(BatchWriter.padded(number, 6))",
            matrix: BatchWriter.matrix(batch: batch, number: number))
    }

    /// What the DataMatrix of a sheet says: batch, number, sheet of the letter, sheets of the letter.
    static func matrix(batch: Int, number: Int) -> String {
        "\(BatchWriter.padded(batch, 3))-\(BatchWriter.padded(number, 6))-01-01"
    }

    /// Loads the faces of every frame that letters of this election use, dated as the batch is. A letter that was queued under other
    /// texts is printed with those of today, which were approved.
    /// - Throws: `PrintRefusal` when a template is faulty or the store cannot be read.
    package func prepare(_ batch: PrintBatch) throws(PrintRefusal) {
        let frames: [(id: Int, frame: MessageEnvelope)]
        do throws(StoreError) {
            frames = try letterBatches.store.read { (reading: borrowing Reading) throws(StoreError) in
                try letterBatches.outbox.letterFrames(reading, election: election.number)
            }
        } catch { throw .fault("\(error)") }
        do throws(LetterError) {
            for (id, frame) in frames { try addFace(id, frame, printedAt: batch.createdAt) }
        } catch { throw .fault("\(error)") }
    }

    /// Loads the face of letters with a frame, and adds its text to the digest of the templates.
    private func addFace(_ id: Int, _ frame: MessageEnvelope, printedAt: Int) throws(LetterError) {
        // A second word to the same mailbox is of a kind of its own, and says the same.
        let kind = MessageKind(rawValue: frame.kind).map { $0 == .noticeHeld ? .notice : $0 }
        let isUntilPosted = frame.flags["isUntilPosted"] ?? false
        // What no specimen shows is not printed: `face` says so of a letter of another kind.
        guard let form = PrintMatter.forms.first(where: { $0.kind == kind && $0.isUntilPosted == isUntilPosted })
        else { return }
        let (text, face) = try matter.face(form, Language(rawValue: frame.language) ?? .fr) {
            LocalTime.day(printedAt, zone: election.election.timeZone, $0)
        }
        faceOf[id] = faces.count
        templateDigest.update(Array(text.utf8).span)
        faces.append(face)
    }

    /// The place in `faces` of a letter's frame.
    private func face(_ letter: LetterMessage) throws(LetterError) -> Int {
        guard let face = faceOf[letter.frame] else {
            throw LetterError("It is of a kind that this version does not print: nobody approved its text.")
        }
        return face
    }

    /// The letters; nil for one whose secrets are gone.
    private func open(_ queued: QueuedLetters, _ messages: [Int]) throws(LetterError) -> [LetterMessage?] {
        do throws(StoreError) {
            return try letterBatches.store.read { (reading: borrowing Reading) throws(StoreError) in
                var letters: [LetterMessage?] = []
                for message in messages { letters.append(try queued.letter(reading, message)) }
                return letters
            }
        } catch { throw LetterError("\(error)") }
    }

    /// Writes a whole file; returns its name, which ends in `.gpg` where it is encrypted, its size in bytes and its
    /// SHA-256.
    @discardableResult
    private func save(_ bytes: [UInt8], as name: String) throws(PrintRefusal) -> (
        name: String, size: Int, digest: String
    ) {
        let output = try PrintOutput("\(folder)/\(name)", printer)
        guard output.write(bytes.span) else {
            output.abandon()
            throw .noSpace("\(folder)/\(name)")
        }
        let (size, digest) = try output.finish()
        return (output.name, size, digest)
    }

    /// A number with zeros before it.
    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    /// ISO 8601, for the PDF's metadata.
    package static func timestamp(_ seconds: Int) -> String {
        Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
    }
}
