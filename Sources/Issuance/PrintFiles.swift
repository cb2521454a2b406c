import Contacts
package import Crypto
import Delivery
package import Elections
import Foundation
package import Letterpress
import Store
import Templating

/// Writes the files of a batch into a folder: PDFs, `manifest.json` and `manifest.csv`, each appearing under its name
/// only when it is whole; everything encrypted when there is a printer's key.
package final class PrintFiles {
    private let room: PrintRoom
    private let election: StoredElection
    private let key: ElectionKey
    private let folder: String
    private let printer: PrinterKey?
    private let profile: PrinterProfile
    private var faces: [LetterFace] = []
    private var faceOf: [Int: Int] = [:]
    private var templateDigest = RunningDigest()
    /// Letters that cannot be printed as they are; the rest of the batch is.
    package private(set) var setAside: [SetAside] = []

    /// A letter that cannot be printed, and why.
    package struct SetAside: Sendable {
        package let batch: Int
        package let number: Int
        package let voter: Int
        package let reason: String
    }

    /// Letters opened at a time: few, since their secrets stand in memory meanwhile.
    private static let piece = 100

    package init(
        _ room: PrintRoom, _ election: StoredElection, key: ElectionKey, folder: String, printer: PrinterKey?,
        profile: PrinterProfile = PrinterProfile()
    ) throws(PrintRefusal) {
        (self.room, self.election, self.key, self.folder) = (room, election, key, folder)
        (self.printer, self.profile) = (printer, profile)
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw PrintRefusal("The folder \(folder) cannot be made: \(error.localizedDescription)")
        }
    }

    /// Refuses a folder that holds a finished print run already: its manifest would be lost.
    package static func refuseFinished(_ folder: String) throws(PrintRefusal) {
        for name in ["manifest.json", "manifest.json.gpg"]
        where FileManager.default.fileExists(atPath: "\(folder)/\(name)") {
            throw PrintRefusal("\(folder) holds \(name) of an earlier print run: give another folder with --to.")
        }
    }

    /// Writes all letters of a batch, or one.
    /// - Parameter progress: called now and then with the letters written.
    package func write(
        _ batch: PrintBatch, only: ClosedRange<Int>? = nil, progress: (Int) -> Void = { _ in }
    ) throws(PrintRefusal) -> PrintManifest {
        var files: [PrintedFile] = []
        var first = only?.lowerBound ?? 1
        let end = min(only?.upperBound ?? batch.letters, batch.letters)
        while first <= end {
            let last = min(end, first + PrintRoom.lettersPerFile - 1)
            if let file = try writeFile(batch, first, last) { files.append(file) }
            progress(last)
            first = last + 1
        }
        let count = files.reduce(0) { $0 + $1.letters }
        let manifest = PrintManifest(
            election: election.election.id, batch: batch.number, letters: count, sheets: count,
            templates: hex(templateDigest.finish()), files: files)
        try save(Array(manifest.csv.utf8), as: "manifest.csv")
        // Written last: a folder with a manifest.json is complete.
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try save(Array(try encoder.encode(manifest)), as: "manifest.json")
        } catch let error as PrintRefusal {
            throw error
        } catch {
            throw PrintRefusal("The manifest could not be written as JSON: \(error)")
        }
        return manifest
    }

    private func writeFile(_ batch: PrintBatch, _ first: Int, _ last: Int) throws(PrintRefusal) -> PrintedFile? {
        let letters: [(number: Int, message: Int)]
        do throws(StoreError) {
            letters = try room.store.read { (reading: borrowing Reading) throws(StoreError) in
                try reading.all(
                    """
                    SELECT number, message FROM issuance_letter
                    WHERE batch = ? AND number BETWEEN ? AND ? AND state = 'printed' ORDER BY number
                    """, batch.id, first, last
                ) { (row: borrowing Row) throws(StoreError) in (try row[0], try row[1]) }
            }
        } catch { throw PrintRefusal("\(error)") }
        guard let low = letters.first?.number, let high = letters.last?.number else { return nil }
        let name = "\(election.election.id)-\(padded(batch.number, 3))-\(padded(low, 6))-\(padded(high, 6)).pdf"
        let output = try Output("\(folder)/\(name)", printer)
        let written: Int
        do throws(LetterError) { written = try write(letters, of: batch, to: output) } catch {
            output.abandon()
            throw PrintRefusal("\(name): \(error)")
        }
        let (size, digest) = try output.finish()
        return PrintedFile(
            file: output.name, first: low, last: high, letters: written, sheets: written, bytes: size,
            sha256: digest)
    }

    /// Writes the letters' pages; returns how many there are.
    private func write(
        _ letters: [(number: Int, message: Int)], of batch: PrintBatch, to output: Output
    ) throws(LetterError) -> Int {
        let desk = LetterDesk(outbox: room.outbox, election: election.number, key: key)
        let press = try LetterPress(
            faces: faces, profile: profile, created: PrintFiles.timestamp(batch.createdAt), write: output.write)
        try press.prepare()
        var written = 0
        for start in stride(from: 0, to: letters.count, by: PrintFiles.piece) {
            let piece = letters[start..<min(start + PrintFiles.piece, letters.count)]
            for (number, letter) in zip(piece.map(\.number), try open(desk, piece.map(\.message))) {
                // Withdrawn since the batch was numbered: its number is left out.
                guard let letter else { continue }
                let page = try page(letter, batch.number, number)
                do throws(LetterError) {
                    try press.add(page)
                    written += 1
                } catch {
                    setAside.append(
                        SetAside(batch: batch.number, number: number, voter: letter.subject, reason: "\(error)"))
                }
            }
        }
        try press.finish()
        return written
    }

    private func page(_ letter: LetterMessage, _ batch: Int, _ number: Int) throws(LetterError) -> Letter {
        let face = try face(letter)
        let values = letter.model.values
        return Letter(
            face: face, recipient: PostalAddress(stored: letter.model.recipient).lines,
            greeting: (values["greeting"] ?? "") + ",", codes: faces[face].slots.map { values[$0] ?? "" },
            link: SiteLink.text(site: faces[face].site, identifier: values["identifier"]),
            mark: "\(election.election.id) \u{2013} \(padded(batch, 3)) \u{2013} \(padded(number, 6))")
    }

    /// Loads the faces of every frame that letters of this election use.
    package func prepare() throws(PrintRefusal) {
        do throws(StoreError) {
            let (frames, hours) = try room.store.read {
                (reading: borrowing Reading) throws(StoreError) -> ([(id: Int, frame: MessageFrame)], PollHours) in
                (
                    try room.outbox.letterFrames(reading, election: election.number),
                    try PollHours.find(reading, election)
                )
            }
            // A letter gives the hours of the day on which it is printed.
            for (id, frame) in frames {
                do throws(LetterError) { try addFace(id, frame.with(hours, election.election)) } catch {
                    throw StoreError(.failed, "\(error)")
                }
            }
        } catch { throw PrintRefusal("\(error)") }
    }

    private func addFace(_ id: Int, _ frame: MessageFrame) throws(LetterError) {
        faceOf[id] = faces.count
        let name = "letter/\(frame.kind).\(frame.language).md"
        let markdown: String
        do throws(TemplateError) { markdown = try LoadedFrame(frame, route: .letter).text([:]) } catch {
            throw LetterError("\(error)")
        }
        let bytes = Array(markdown.utf8)
        templateDigest.update(bytes.span)
        let slots = MessageKind(rawValue: frame.kind)?.personalNames.filter { $0 != "greeting" } ?? []
        faces.append(
            try LetterFace(markdown: markdown, slots: slots, site: frame.shared["address"] ?? "", file: name))
    }

    private func face(_ letter: LetterMessage) throws(LetterError) -> Int {
        guard let face = faceOf[letter.frame] else { throw LetterError("Letter \(letter.id) has an unknown template.") }
        return face
    }

    /// The letters; nil for one whose secrets are gone.
    private func open(_ desk: LetterDesk, _ messages: [Int]) throws(LetterError) -> [LetterMessage?] {
        do throws(StoreError) {
            return try room.store.read { (reading: borrowing Reading) throws(StoreError) in
                var letters: [LetterMessage?] = []
                for message in messages { letters.append(try desk.letter(reading, message)) }
                return letters
            }
        } catch { throw LetterError("\(error)") }
    }

    private func save(_ bytes: [UInt8], as name: String) throws(PrintRefusal) {
        let output = try Output("\(folder)/\(name)", printer)
        guard output.write(bytes.span) else {
            output.abandon()
            throw PrintRefusal("\(folder)/\(name) could not be written: check the free space.")
        }
        _ = try output.finish()
    }

    private func padded(_ number: Int, _ width: Int) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    /// ISO 8601, for the PDF's metadata.
    package static func timestamp(_ seconds: Int) -> String {
        Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
    }
}

/// The address behind a letter's QR code.
enum SiteLink {
    /// The site, and behind `#` the identifier, which the sign-in page puts into its field: the part after `#` stays in
    /// the voter's browser and reaches no server and no log.
    static func text(site: String, identifier: String?) -> String {
        guard let identifier else { return site }
        var text = site + "/#"
        for byte in identifier.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "@"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }
}

/// One file on its way to the disk, in clear or through gpg; it gets its name when it is whole.
private final class Output {
    let name: String
    private let path: String
    private let draft: String
    private var file: FileHandle?
    private var encryption: PrinterKey.Encryption?
    /// What waits to be written: the press hands over a few bytes at a time.
    private var buffer: [UInt8] = []
    private static let bufferBytes = 1 << 17

    init(_ path: String, _ printer: PrinterKey?) throws(PrintRefusal) {
        self.path = printer == nil ? path : path + ".gpg"
        draft = self.path + ".part"
        name = String(self.path.split(separator: "/").last ?? "")
        do throws(LetterError) { encryption = try printer?.begin(draft) } catch { throw PrintRefusal("\(error)") }
        guard printer == nil else { return }
        guard FileManager.default.createFile(atPath: draft, contents: nil, attributes: [.posixPermissions: 0o600]),
            let opened = FileHandle(forWritingAtPath: draft)
        else { throw PrintRefusal("\(draft) cannot be made: check the folder's permissions.") }
        file = opened
    }

    func write(_ bytes: Span<UInt8>) -> Bool {
        unsafe bytes.withUnsafeBufferPointer { unsafe buffer.append(contentsOf: $0) }
        return buffer.count < Output.bufferBytes || flush()
    }

    private func flush() -> Bool {
        defer { buffer.removeAll(keepingCapacity: true) }
        if let encryption { return encryption.write(buffer.span) }
        do {
            try file?.write(contentsOf: buffer)
            return true
        } catch {
            return false
        }
    }

    /// Closes the file, gives it its name, and returns its size and SHA-256.
    func finish() throws(PrintRefusal) -> (size: Int, digest: String) {
        guard flush() else { throw PrintRefusal("\(path) could not be written: check the free space.") }
        do throws(LetterError) { try encryption?.finish() } catch { throw PrintRefusal("\(error)") }
        do {
            try file?.synchronize()
            try file?.close()
            let digest = RunningDigest()
            var size = 0
            let whole = try FileHandle(forReadingFrom: URL(fileURLWithPath: draft))
            while let piece = try whole.read(upToCount: 1 << 18), !piece.isEmpty {
                let bytes = [UInt8](piece)
                digest.update(bytes.span)
                size += bytes.count
            }
            try whole.close()
            guard unsafe rename(draft, path) == 0 else { throw PrintRefusal("\(path) cannot be named: \(errno)") }
            return (size, hex(digest.finish()))
        } catch {
            throw PrintRefusal("\(path) could not be written: \(error)")
        }
    }

    /// Removes what was begun.
    func abandon() {
        file?.closeFile()
        encryption = nil
        unsafe unlink(draft)
    }
}
