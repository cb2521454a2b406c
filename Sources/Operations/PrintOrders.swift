import Contacts
import Crypto
import Delivery
import Elections
import Foundation
import Glibc
package import Issuance
import Journal
import Staff
import Store
import Synchronization
package import Typesetting
import VoterRoll

/// Letters between election manager and printer: specimen, print run, parcel, receipt, destruction.
///
///     manager           PrintOrders                        printer
///       | specimen ----> | approved once ----------------> |
///       | print -------> | PDFs, encrypted to their key    |
///       |                | parcel ------------------------>| fetch: a POST, three times at most, counted
///       |                | <---------------- arrived, posted, destroyed
package final class PrintOrders: Sendable {
    let context: OperationContext
    /// Batches and letters in the store, whatever file they are printed to.
    package let letterBatches: LetterBatches
    let messageTemplates: MessageTemplates
    let style: LetterStyle
    /// Enclosures that were looked at.
    let shelf = EnclosureShelf()
    /// Where parcels lie, encrypted: a folder beside the store, for its account alone.
    let folder: String
    /// One print run at a time in this process; `ProcessLock` keeps the others away.
    private let running = Mutex<Job?>(nil)

    /// How often a file may be fetched: once, and twice more when something went wrong.
    package static let mostFetched = 3
    /// Seconds for which a fetch may be resumed.
    package static let ticketSeconds = 3600

    /// - Parameter folder: where parcels are to lie; it is made with the first one.
    package init(
        _ context: OperationContext, letterBatches: LetterBatches, messageTemplates: MessageTemplates,
        style: LetterStyle,
        folder: String
    ) {
        (self.context, self.letterBatches, self.messageTemplates, self.folder) = (
            context, letterBatches, messageTemplates, folder
        )
        self.style = style
    }

    var election: StoredElection { context.election }

    // MARK: Printing

    /// Where a print run stands.
    package enum Job: Sendable {
        /// So many letters are written by now.
        case printing(letters: Int)
        /// It broke off: why. The batch goes on with the next order.
        case failed(PrintRefusal)
        /// With the references of voters whose letter could not be printed, and why.
        case done(batch: Int, letters: Int, leftOut: [String])
    }

    /// The present print run, or the last one since the start.
    package var job: Job? { running.withLock { $0 } }

    /// What is to be printed.
    package struct Order: Sendable {
        /// The printer's name in the register; nil at the command line, whose files go where it says.
        package let printer: String?
        /// A batch that is to be printed once more; nil for the letters that wait.
        package let again: Int?
        /// The letters of `again` to print, by their numbers in the batch; nil for all.
        package let letters: ClosedRange<Int>?
        /// Why a batch is printed again; empty for a first run.
        package let reason: String

        /// - Parameter printer: a member of the staff in the role of printer, by the name in the register; nil at
        ///   the command line.
        package init(printer: String?, again: Int?, letters: ClosedRange<Int>?, reason: String) {
            (self.printer, self.again, self.letters, self.reason) = (printer, again, letters, reason)
        }
    }

    /// Why an order cannot begin.
    package enum Obstacle: String, Sendable { case busy, notApproved, noPrinter, noKey, nothingWaits, notPrintable }

    /// Checks an order and takes the place of the one print run; nil when it may begin with `print`, else nothing is
    /// taken. Whoever got the place calls `print`, or `giveUp` where that cannot begin.
    /// - Throws: `PrintRefusal` when the specimen cannot be made, or what the store said.
    package func begin(_ order: Order) throws -> Obstacle? {
        guard try proofState().isApproved else { return .notApproved }
        guard let name = order.printer else { return .noPrinter }
        let found = try context.store.read {
            (reading: borrowing Reading) throws(StoreError) -> (StaffMember?, hasKey: Bool, waiting: Int, isOpen: Bool)
            in
            (
                try context.register.member(reading, name: name),
                try context.register.printerKey(reading, of: name) != nil,
                try letterBatches.waiting(reading, context.election),
                try letterBatches.batches(reading, election).contains { $0.state == .printing }
            )
        }
        guard found.0?.role == .printer else { return .noPrinter }
        guard found.hasKey else { return .noKey }
        if let again = order.again {
            let batch = try context.store.read { (reading: borrowing Reading) throws(StoreError) -> PrintBatch? in
                try letterBatches.batch(reading, election, number: again)
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
    package func print(_ order: Order, by actor: Actor) {
        do {
            let done = try run(order, by: actor)
            running.withLock { $0 = done }
        } catch {
            let why = error as? PrintRefusal ?? .fault("\(error)")
            running.withLock { $0 = .failed(why) }
        }
    }

    /// Ends a print run that could not begin.
    package func giveUp(because reason: String) { running.withLock { $0 = .failed(.fault(reason)) } }

    /// Prints a batch from its opening to its parcel.
    /// - Throws: `PrintRefusal`, `LetterError` or what the store or the disk said; the half-written folder is gone
    ///   then.
    private func run(_ order: Order, by actor: Actor) throws -> Job {
        guard let name = order.printer,
            let bytes = try context.store.read({ (reading: borrowing Reading) throws(StoreError) in
                try context.register.printerKey(reading, of: name)
            })
        else { throw PrintRefusal.noKey(printer: order.printer ?? "") }
        let printer = try printerKey(bytes)
        let mark = hex(context.randomness.bytes(6))
        var place: String?
        do {
            let target = PrintTarget(printer: printer) { [self] batch in
                let folder = "\(folder)/\(election.election.id)-\(batch.number)-\(mark)"
                place = folder
                return folder
            } progress: { [self] count in
                running.withLock { $0 = .printing(letters: count) }
            }
            let outcome = try printBatch(order, to: target, by: actor) { batch, folder, manifest in
                try parcel(manifest, order, batch, in: folder, for: printer.name, by: actor)
            }
            switch outcome {
            case .notApproved: throw PrintRefusal.notApproved
            case .nothingWaits: throw PrintRefusal.nothingWaits
            case .printed(let manifest, let leftOut):
                return .done(
                    batch: manifest.batch, letters: manifest.letters,
                    leftOut: leftOut.map { "\($0.reference ?? "\($0.voter)"): \($0.reason)" })
            }
        } catch {
            // Nothing half written stays; the batch goes on with the next order. What cannot be removed now is swept later.
            if let place, FileManager.default.fileExists(atPath: place) {
                try? FileManager.default.removeItem(atPath: place)
            }
            throw error
        }
    }

    /// Keeps the key to which a printer's files are encrypted.
    /// - Returns: its fingerprint; nil where whoever gives it is no printer of this election.
    /// - Throws: `PrintRefusal.key` for a private key, or for what is no key that letters can be encrypted to; what the store said.
    package func keep(printerKey bytes: [UInt8], by actor: Actor) throws -> String? {
        guard case .staff(let name) = actor.principal else { return nil }
        let fingerprint = try printerKey(bytes).name
        let isKept = try context.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try context.register.keep(
                transaction, printerKey: bytes, fingerprint: fingerprint, of: name, by: actor.principal)
        }
        return isKept ? fingerprint : nil
    }

    /// A printer's public key from its file's bytes. gpg reads keys from files: one lies in the temporary folder
    /// meanwhile.
    /// - Throws: `PrintRefusal.key` for a private key, or for what is no key that letters can be encrypted to.
    package func printerKey(_ bytes: [UInt8]) throws -> PrinterKey {
        // Before it is a file: what lay on a disk may be found there again.
        guard !PrinterKey.isLabelledPrivate(bytes) else { throw PrintRefusal.key(.isPrivate) }
        let path = NSTemporaryDirectory() + "/isoloir-key-\(hex(context.randomness.bytes(8)))"
        try PrivateFile.create(path, bytes)
        defer { unsafe unlink(path) }
        do throws(PrinterKeyError) { return try PrinterKey(path: path) } catch {
            guard case .noKey(let output) = error.fault else { throw PrintRefusal.key(error.fault) }
            throw PrintRefusal.key(.noKey(output.replacing(path, with: "the file")))
        }
    }

    /// Measures what lies in the folder, and gives what notes it as a parcel and tells the printer by mail.
    /// - Throws: when an enclosure or manifest cannot be read back.
    private func parcel(
        _ manifest: PrintManifest, _ order: Order, _ batch: PrintBatch, in place: String, for fingerprint: String,
        by actor: Actor
    ) throws -> PrintTarget.Note {
        var names = manifest.files.map(\.file) + manifest.enclosures.map(\.file)
        names += ["manifest.csv.gpg", "manifest.json.gpg"]
        var files: [(name: String, bytes: Int, sha256: String)] = []
        for name in names {
            let known = manifest.files.first { $0.file == name }
            let (bytes, digest) = try known.map { ($0.bytes, $0.sha256) } ?? PrintOrders.measure("\(place)/\(name)")
            files.append((name, bytes, digest))
        }
        let (listed, name) = (files, order.printer ?? "")
        return { [self] transaction throws(StoreError) in
            let id = try transaction.insert(
                """
                INSERT INTO bureau_parcel (election, batch, printer, fingerprint, folder, letters, first, last, why, made_by,
                    made_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """, election.number, batch.number, name, fingerprint, place, manifest.letters,
                order.letters?.lowerBound ?? 1, order.letters?.upperBound ?? batch.letters, order.reason,
                actor.principal.text, context.clock.now)
            for (index, file) in listed.enumerated() {
                try transaction.execute(
                    "INSERT INTO bureau_file (parcel, number, name, bytes, sha256) VALUES (?, ?, ?, ?, ?)", id,
                    index + 1,
                    file.name, file.bytes, file.sha256)
            }
            try journal(
                transaction, actor, .lettersParcel,
                [
                    "parcel": "\(id)", "batch": "\(batch.number)", "printer": name, "key": fingerprint,
                    "letters": "\(manifest.letters)",
                ])
            if let printer = try context.register.member(transaction.reading, name: name) {
                try context.register.queue(
                    transaction, printer,
                    VoterNotification(
                        .staffParcel, by: .email, priority: .recovery, generation: id,
                        values: ["console": context.register.link("/parcels"), "batch": "\(batch.number)"]))
            }
        }
    }

    /// A file's length in bytes and its SHA-256 in hexadecimal; it is read whole.
    private static func measure(_ path: String) throws -> (Int, String) {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        return (data.count, hex(sha256([UInt8](data))))
    }

    /// A journal entry of this election by whoever looks.
    func journal(
        _ transaction: borrowing Transaction, _ actor: Actor, _ action: JournalAction, _ details: [String: String]
    ) throws(StoreError) {
        try context.journal.record(
            transaction, election: election.election.id, by: actor.principal, action, details)
    }
}
