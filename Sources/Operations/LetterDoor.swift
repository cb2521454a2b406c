import Crypto
import Delivery
import Elections
import Foundation
import Glibc
package import Issuance
import Journal
import Staff
package import Store
import Synchronization
package import Typesetting
import VoterRoll

/// Letters between election manager and printer: specimen, print run, parcel, receipt, destruction.
///
///     manager           LetterDoor                         printer
///       | specimen ----> | approved once ----------------> |
///       | print -------> | PDFs, encrypted to their key    |
///       |                | parcel ------------------------>| fetch: a POST, three times at most, counted
///       |                | <---------------- arrived, posted, destroyed
package final class LetterDoor: Sendable {
    /// The election's desk: store, register of staff, clock and journal are its.
    package let desk: VoterDesk
    /// Batches and letters in the store, whatever file they are printed to.
    package let room: PrintRoom
    private let office: MessageOffice
    private let style: LetterStyle
    /// Where parcels lie, encrypted: a folder beside the store, for its account alone.
    let folder: String
    /// One print run at a time in this process; `ProcessLock` keeps the others away.
    private let running = Mutex<Job?>(nil)

    /// How often a file may be fetched: once, and twice more when something went wrong.
    package static let mostFetched = 3
    /// Seconds for which a fetch may be resumed.
    package static let ticketSeconds = 3600

    /// - Parameter folder: where parcels are to lie; it is made with the first one.
    package init(_ desk: VoterDesk, room: PrintRoom, office: MessageOffice, style: LetterStyle, folder: String) {
        (self.desk, self.room, self.office, self.folder) = (desk, room, office, folder)
        self.style = style
    }

    private var election: StoredElection { desk.election }

    // MARK: Specimen

    /// A specimen that was made.
    package struct Proof: Sendable {
        /// By which it is approved.
        package let id: Int
        /// Of the PDF, 64 hexadecimal digits: it is another as soon as a text of the letter is.
        package let sha256: String
        /// As the journal has them: `staff:name`.
        package let madeBy: String
        /// Seconds since 1970.
        package let madeAt: Int
        /// Nil while it waits for a second person.
        package let approvedBy: String?
        /// Seconds since 1970; nil while it waits for a second person.
        package let approvedAt: Int?
    }

    /// The specimen as the templates make it now, a PDF; the same texts and hours give the same bytes.
    /// - Throws: `PrintRefusal` when a template is wrong, a sign has no picture, or the store cannot be read.
    package func specimen() throws(PrintRefusal) -> [UInt8] {
        do {
            // No time of the day in it: its hash says whether texts changed since it was approved.
            let hours = try desk.store.read { (reading: borrowing Reading) throws(StoreError) in
                try PollHours.find(reading, election)
            }
            return try Specimen(election: election.election, office: office, hours: hours, style: style).pdf(
                created: PrintFiles.timestamp(0))
        } catch { throw PrintRefusal("The specimen cannot be made: \(error)") }
    }

    /// The latest specimen, approved or not; nil when none was made. Its texts may be others by now: `isApproved`
    /// compares.
    package func proof(_ reading: borrowing Reading) throws(StoreError) -> Proof? {
        try reading.first(
            """
            SELECT id, sha256, made_by, made_at, approved_by, approved_at FROM bureau_specimen
            WHERE election = ? ORDER BY id DESC LIMIT 1
            """, election.number
        ) { (row: borrowing Row) throws(StoreError) in
            Proof(
                id: try row[0], sha256: try row[1], madeBy: try row[2], madeAt: try row[3], approvedBy: try row[4],
                approvedAt: try row[5])
        }
    }

    /// Makes a specimen for approval; one of the same texts is not made twice, whoever made it.
    /// - Throws: `PrintRefusal` when it cannot be made, or what the store said.
    package func makeSpecimen(by viewer: Viewer) throws -> Proof? {
        let digest = hex(sha256(try specimen()))
        return try desk.store.write { (transaction: borrowing Transaction) throws(StoreError) -> Proof? in
            if let known = try proof(transaction.reading), known.sha256 == digest { return known }
            try transaction.execute(
                "INSERT INTO bureau_specimen (election, sha256, made_by, made_at) VALUES (?, ?, ?, ?)", election.number,
                digest, viewer.principal.text, desk.clock.now)
            try journal(transaction, viewer, "letters.specimen", ["sha256": digest])
            return try proof(transaction.reading)
        }
    }

    /// What approving a specimen came to.
    package enum ProofDecision: Sendable, Equatable {
        case approved
        /// There is none that waits, or the texts are others by now.
        case gone
        /// Whoever made it may be the person who approves.
        case samePerson
        /// The account is new: it approves nothing before this time.
        case tooNew(until: Int)
    }

    /// Approves the latest specimen (BAT), which somebody else made.
    /// - Throws: `PrintRefusal` when it cannot be made anew for comparison, or what the store said.
    package func approve(specimen id: Int, by viewer: Viewer) throws -> ProofDecision {
        let digest = hex(sha256(try specimen()))
        return try desk.store.write { (transaction: borrowing Transaction) throws(StoreError) -> ProofDecision in
            guard let proof = try proof(transaction.reading), proof.id == id, proof.sha256 == digest,
                proof.approvedAt == nil
            else { return .gone }
            let maker = Principal(text: proof.madeBy) ?? viewer.principal
            guard try !desk.register.areOne(transaction.reading, maker, viewer.principal) else { return .samePerson }
            let until = try desk.register.decidesAt(transaction.reading, viewer.principal)
            guard until <= desk.clock.now else { return .tooNew(until: until) }
            try transaction.execute(
                "UPDATE bureau_specimen SET approved_by = ?, approved_at = ? WHERE id = ?", viewer.principal.text,
                desk.clock.now, id)
            try journal(transaction, viewer, "letters.approve", ["sha256": digest])
            return .approved
        }
    }

    /// Whether letters may be printed: the specimen of the present texts was approved.
    /// - Throws: `PrintRefusal` when it cannot be made anew for comparison, or what the store said.
    package func isApproved() throws -> Bool {
        let digest = hex(sha256(try specimen()))
        let latest = try desk.store.read { (reading: borrowing Reading) throws(StoreError) -> Proof? in
            try proof(reading)
        }
        return latest?.sha256 == digest && latest?.approvedAt != nil
    }

    // MARK: Printing

    /// Where a print run stands.
    package enum Job: Sendable {
        /// So many letters are written by now.
        case printing(letters: Int)
        /// It broke off: why, in words for the election manager. The batch goes on with the next order.
        case failed(String)
        /// With the references of voters whose letter could not be printed, and why.
        case done(batch: Int, letters: Int, leftOut: [String])
    }

    /// The present print run, or the last one since the start.
    package var job: Job? { running.withLock { $0 } }

    /// What is to be printed.
    package struct Order: Sendable {
        /// The printer's name in the register.
        package let printer: String
        /// A batch that is to be printed once more; nil for the letters that wait.
        package let again: Int?
        /// The letters of `again` to print, by their numbers in the batch; nil for all.
        package let letters: ClosedRange<Int>?
        /// Why a batch is printed again; empty for a first run.
        package let reason: String

        /// - Parameter printer: a member of the staff in the role of printer, by the name in the register.
        package init(printer: String, again: Int?, letters: ClosedRange<Int>?, reason: String) {
            (self.printer, self.again, self.letters, self.reason) = (printer, again, letters, reason)
        }
    }

    /// Why an order cannot begin.
    package enum Obstacle: String, Sendable { case busy, notApproved, noPrinter, noKey, nothingWaits, notPrintable }

    /// Checks an order and takes the place of the one print run; nil when it may begin with `print`, else nothing is
    /// taken. Whoever got the place calls `print`, or `giveUp` where that cannot begin.
    /// - Throws: `PrintRefusal` when the specimen cannot be made, or what the store said.
    package func begin(_ order: Order) throws -> Obstacle? {
        guard try isApproved() else { return .notApproved }
        let found = try desk.store.read {
            (reading: borrowing Reading) throws(StoreError) -> (StaffMember?, hasKey: Bool, waiting: Int, isOpen: Bool)
            in
            (
                try desk.register.member(reading, name: order.printer),
                try desk.register.printerKey(reading, of: order.printer) != nil,
                try room.waiting(reading, desk.election),
                try room.batches(reading, election).contains { $0.state == .printing }
            )
        }
        guard found.0?.role == .printer else { return .noPrinter }
        guard found.hasKey else { return .noKey }
        if let again = order.again {
            let batch = try desk.store.read { (reading: borrowing Reading) throws(StoreError) -> PrintBatch? in
                try room.batch(reading, election, number: again)
            }
            guard let batch, [.printed, .posted].contains(batch.state), !batch.isWiped else { return .notPrintable }
        }
        guard order.again != nil || found.waiting > 0 || found.isOpen else { return .nothingWaits }
        let isFree = running.withLock { job in
            if case .printing = job { return false }
            job = .printing(letters: 0)
            return true
        }
        return isFree ? nil : .busy
    }

    /// The work of a print run, on whatever thread calls it. What breaks off goes on with the next order.
    package func print(_ order: Order, by viewer: Viewer) {
        do {
            let done = try run(order, by: viewer)
            running.withLock { $0 = done }
        } catch { running.withLock { $0 = .failed("\(error)") } }
    }

    /// Ends a print run that could not begin.
    package func giveUp(because reason: String) { running.withLock { $0 = .failed(reason) } }

    /// Prints a batch from its opening to its parcel.
    /// - Throws: `PrintRefusal`, `LetterError` or what the store or the disk said; the half-written folder is gone
    ///   then.
    private func run(_ order: Order, by viewer: Viewer) throws -> Job {
        let lock = try ProcessLock(store: desk.store.path, name: "printing")
        defer { withExtendedLifetime(lock) {} }
        try room.wipeOld(election, by: viewer.principal)
        guard
            let bytes = try desk.store.read({ (reading: borrowing Reading) throws(StoreError) in
                try desk.register.printerKey(reading, of: order.printer)
            })
        else { throw PrintRefusal("The printer \(order.printer) has no key.") }
        let printer = try printerKey(bytes)
        let batch: PrintBatch?
        if let again = order.again {
            batch = try room.reopen(
                election, batch: again, letters: order.letters, reason: order.reason, by: viewer.principal
            ).get()
        } else {
            batch = try room.openBatch(
                election, key: desk.key, noticesApart: style.noticesApart, by: viewer.principal)
        }
        guard let batch else { throw PrintRefusal("No letter waits to be printed.") }
        let place = "\(folder)/\(election.election.id)-\(batch.number)-\(hex(desk.randomness.bytes(6)))"
        do {
            let files = try PrintFiles(room, election, key: desk.key, folder: place, printer: printer, style: style)
            try files.prepare(batch)
            let manifest = try files.write(batch, only: order.letters) { [self] count in
                running.withLock { $0 = .printing(letters: count) }
            }
            let leftOut = try parcel(
                manifest, order, batch, place, printer.name, without: files.setAside, by: viewer)
            return .done(batch: batch.number, letters: manifest.letters, leftOut: leftOut)
        } catch {
            // Nothing half written stays; the batch goes on with the next order. What cannot be removed now is swept later.
            if FileManager.default.fileExists(atPath: place) { try? FileManager.default.removeItem(atPath: place) }
            throw error
        }
    }

    /// Ends the identifier of a letter that cannot be printed, and says whose it was.
    private func setAside(
        _ transaction: borrowing Transaction, _ letter: PrintFiles.SetAside, by viewer: Viewer
    ) throws(StoreError) -> String {
        // A refusal says that it was ended before.
        _ = try room.lose(
            transaction, election, batch: letter.batch, letter: letter.number, isReturned: false, destroyed: false,
            reason: "cannot be printed: \(letter.reason)", by: viewer.principal)
        let reference = try desk.registrar.voter(transaction.reading, id: letter.voter)?.reference
        return "\(reference ?? "\(letter.voter)"): \(letter.reason)"
    }

    /// A printer's public key from its file's bytes. gpg reads keys from files: one lies in the temporary folder
    /// meanwhile.
    /// - Throws: `LetterError` for a private key, or for what is no key that letters can be encrypted to.
    package func printerKey(_ bytes: [UInt8]) throws -> PrinterKey {
        // Before it is a file: what lay on a disk may be found there again.
        guard !PrinterKey.isLabelledPrivate(bytes) else { throw PrinterKey.burnt("the file") }
        let path = NSTemporaryDirectory() + "/isoloir-key-\(hex(desk.randomness.bytes(8)))"
        try PrivateFile.create(path, bytes)
        defer { unsafe unlink(path) }
        do throws(LetterError) { return try PrinterKey(path: path) } catch {
            throw LetterError(error.message.replacing(path, with: "the file"))
        }
    }

    /// Notes what lies in the folder as a parcel, ends what could not be printed, closes a first run's batch, and tells the printer
    /// by mail. One step: where it breaks off, the next order finds those letters again, and names them.
    /// - Returns: the references of voters whose letter is not in the parcel, and why.
    /// - Throws: when an enclosure or manifest cannot be read back, or the store fails: no row is left then.
    private func parcel(
        _ manifest: PrintManifest, _ order: Order, _ batch: PrintBatch, _ place: String, _ fingerprint: String,
        without letters: [PrintFiles.SetAside], by viewer: Viewer
    ) throws -> [String] {
        var names = manifest.files.map(\.file) + manifest.enclosures.map(\.file)
        names += ["manifest.csv.gpg", "manifest.json.gpg"]
        var files: [(name: String, bytes: Int, sha256: String)] = []
        for name in names {
            let known = manifest.files.first { $0.file == name }
            let (bytes, digest) = try known.map { ($0.bytes, $0.sha256) } ?? LetterDoor.measure("\(place)/\(name)")
            files.append((name, bytes, digest))
        }
        let listed = files
        return try desk.store.write { (transaction: borrowing Transaction) throws(StoreError) -> [String] in
            var leftOut: [String] = []
            for letter in letters { leftOut.append(try setAside(transaction, letter, by: viewer)) }
            let id = try transaction.insert(
                """
                INSERT INTO bureau_parcel (election, batch, printer, fingerprint, folder, letters, first, last, why, made_by,
                    made_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """, election.number, batch.number, order.printer, fingerprint, place, manifest.letters,
                order.letters?.lowerBound ?? 1, order.letters?.upperBound ?? batch.letters, order.reason,
                viewer.principal.text, desk.clock.now)
            for (index, file) in listed.enumerated() {
                try transaction.execute(
                    "INSERT INTO bureau_file (parcel, number, name, bytes, sha256) VALUES (?, ?, ?, ?, ?)", id,
                    index + 1,
                    file.name, file.bytes, file.sha256)
            }
            try journal(
                transaction, viewer, "letters.parcel",
                [
                    "parcel": "\(id)", "batch": "\(batch.number)", "printer": order.printer, "key": fingerprint,
                    "letters": "\(manifest.letters)",
                ])
            if let printer = try desk.register.member(transaction.reading, name: order.printer) {
                try desk.register.queue(
                    transaction, printer, .staffParcel, generation: id, priority: .recovery,
                    values: ["console": desk.register.console + "/parcels", "batch": "\(batch.number)"])
            }
            // One step: a batch with a parcel is printed, and one without is not.
            if order.again == nil { try room.finish(transaction, batch) }
            return leftOut
        }
    }

    /// A file's length in bytes and its SHA-256 in hexadecimal; it is read whole.
    private static func measure(_ path: String) throws -> (Int, String) {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        return (data.count, hex(sha256([UInt8](data))))
    }

    /// A journal entry of this election by whoever looks.
    func journal(
        _ transaction: borrowing Transaction, _ viewer: Viewer, _ action: String, _ details: [String: String]
    ) throws(StoreError) {
        try desk.logbook.record(
            transaction, election: election.election.id, by: viewer.principal, action, details)
    }
}
