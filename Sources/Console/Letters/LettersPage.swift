import Crypto
import Elections
import Foundation
import Issuance
import Journal
import Operations
import Staff
import Store
import Synchronization
import Typesetting
import VoterRoll
import WebContent

/// Letters at the manager's side, parcels at the printer's.
enum LetterViews {
    /// Pages and resources.
    static let all = [
        ConsoleView(path: "letters", deed: .seeLetters) { site, call in try site.letters(call) },
        ConsoleView(path: "parcels", deed: .fetchLetters) { site, call in try site.parcels(call) },
        ConsoleView(path: "printing", deed: .seeOwn) { site, call in site.printingHelp(call) },
    ]
}

/// Deeds of managers, then those of printers.
enum LetterActions {
    /// Where managers' forms lead back.
    private static let back: @Sendable (Call) -> String = { _ in "letters" }
    /// Where printers' forms lead back.
    private static let toParcels: @Sendable (Call) -> String = { _ in "parcels" }
    /// Numbers that batches and letters may have.
    static let numbers = 1...1_000_000

    /// Deeds on letters and parcels.
    static let all = [
        ConsoleAction(
            path: "letters/specimen", deed: .orderLetters, name: "specimen", fields: { _, _ in [] },
            run: { try $0.makeSpecimen($1) }, back: back),
        ConsoleAction(
            path: "letters/specimens/{specimen}/approve", deed: .approveSpecimen, name: "approveSpecimen",
            fields: { _, _ in [DeedField("confirmed", .flag)] }, run: { try $0.approveSpecimen($1) }, back: back),
        ConsoleAction(
            path: "letters/print", deed: .orderLetters, name: "printLetters",
            fields: { site, _ in [DeedField("printer", .choice(try site.printers()), isOpen: true)] },
            intro: { try $0.aboutPrinters($1) }, run: { try $0.printLetters($1) },
            back: back),
        ConsoleAction(
            path: "letters/again", deed: .orderLetters, name: "printAgain",
            fields: { site, _ in
                [
                    DeedField("batch", .number(numbers)), DeedField("first", .number(numbers), isRequired: false),
                    DeedField("last", .number(numbers), isRequired: false),
                    DeedField("printer", .choice(try site.printers()), isOpen: true), .reason,
                ]
            }, intro: { try $0.aboutPrinters($1) }, run: { try $0.printAgain($1) }, back: back),
        ConsoleAction(
            path: "letters/{batch}/posted", deed: .orderLetters, name: "posted",
            fields: { _, _ in [DeedField("on", .date)] }, run: { try $0.posted($1) }, back: back),
        ConsoleAction(
            path: "letters/{batch}/confirm", deed: .orderLetters, name: "confirmBatch", fields: { _, _ in [] },
            run: { try $0.confirmBatch($1) }, back: back),
        ConsoleAction(
            path: "letters/{batch}/spoiled", deed: .orderLetters, name: "spoiled",
            fields: { try $0.spoiledFields($1) }, run: { try $0.spoiled($1) }, back: back),
        ConsoleAction(
            path: "letters/returned", deed: .orderLetters, name: "returned",
            fields: { _, _ in [DeedField("list", .long(maximum: 100_000))] }, run: { try $0.returned($1) }, back: back),
        ConsoleAction(
            path: "parcels/{parcel}/received", deed: .fetchLetters, name: "received", fields: { _, _ in [] },
            run: { try $0.received($1) }, back: toParcels),
        ConsoleAction(
            path: "parcels/{batch}/posted", deed: .fetchLetters, name: "postedByPrinter",
            fields: { _, _ in [DeedField("on", .date)] }, run: { try $0.posted($1) }, back: toParcels),
        ConsoleAction(
            path: "parcels/{batch}/spoiled", deed: .fetchLetters, name: "spoiledByPrinter",
            fields: { try $0.spoiledFields($1) }, run: { try $0.spoiled($1) }, back: toParcels),
        ConsoleAction(
            path: "parcels/{parcel}/destroyed", deed: .fetchLetters, name: "destroyed",
            fields: { _, _ in [DeedField("confirmed", .flag)] }, run: { try $0.destroyed($1) }, back: toParcels),
        ConsoleAction(
            path: "parcels/{parcel}/files/{file}/fetch", deed: .fetchLetters, name: "fetch", fields: { _, _ in [] },
            run: { try $0.fetch($1) }, back: toParcels),
        ConsoleAction(
            path: "parcels/key", deed: .fetchLetters, name: "printerKey",
            fields: { _, _ in [DeedField("key", .long(maximum: 60_000), isForgotten: true)] },
            run: { try $0.printerKey($1) },
            back: toParcels),
    ]
}

/// Specimens, papers to sign, and files of parcels.
enum LetterFiles {
    /// A parcel's file is given for a ticket alone.
    static let all = [
        ConsoleFile(path: "letters/specimen.pdf", deed: .seeLetters) { site, _, _ in
            ConsoleSite.file(try site.parts.letters.specimen(), "specimen.pdf", type: "application/pdf")
        },
        ConsoleFile(path: "parcels/specimen.pdf", deed: .fetchLetters) { site, _, _ in
            ConsoleSite.file(try site.parts.letters.specimen(), "specimen.pdf", type: "application/pdf")
        },
        ConsoleFile(path: "letters/reconciliation.pdf", deed: .seeLetters) { site, call, _ in
            try site.reconciliationSheet(call)
        },
        ConsoleFile(path: "letters/destruction.pdf", deed: .seeLetters) { site, call, _ in
            try site.destructionRecord(call)
        },
        ConsoleFile(path: "parcels/{parcel}/files/{file}/{ticket}", deed: .fetchLetters) { site, call, request in
            try site.parcelFile(call, request)
        },
    ]
}

extension ConsoleSite {
    /// The printers who have an account.
    func printers() throws(StoreError) -> [String] {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.register.members(reading).filter { $0.role == .printer }.map(\.name)
        }
    }

    /// Whose key everything is encrypted to: to be compared by telephone before anything is printed.
    func aboutPrinters(_ call: Call) throws -> [Block]? {
        let members = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.register.members(reading).filter { $0.role == .printer }
        }
        let language = call.language
        return [
            .text(text("letters.compare", language)),
            .facts(members.map { ($0.name, $0.fingerprint ?? text("parcels.noKey", language)) }),
        ]
    }

    // MARK: The manager's side

    /// The manager's page: what waits, the specimen, batches and parcels.
    /// For programs: `waiting`, `specimenApproved`, `specimen`, `batches` and `parcels`.
    func letters(_ call: Call) throws -> Screen {
        let language = call.language
        let letters = parts.letters
        // Read first: a run that is over by now has its parcel in the tables below.
        let job = letters.job
        let (proof, waiting, rows, batches, parcels) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (
                LetterDoor.Proof?, Int, [Reconciliation], [PrintBatch], [Parcel]
            ) in
            (
                try letters.proof(reading), try letters.room.waiting(reading, parts.desk.election),
                try letters.room.reconcile(reading, parts.desk.election),
                try letters.room.batches(reading, parts.desk.election), try letters.parcels(reading, of: nil)
            )
        }
        let isApproved = try letters.isApproved()
        let mayOrder = call.viewer.may(.orderLetters)
        var blocks: [Block] = jobBlocks(job, language)
        blocks += [
            .facts([
                (text("letters.waiting", language), "\(waiting)"),
                (text("letters.specimen", language), proofWords(proof, isApproved, language)),
            ])
        ]
        var links: [(text: String, path: String)] = []
        if mayOrder { links.append((text("specimen.title", language), "/manager/letters/specimen")) }
        if proof != nil { links.append((text("letters.seeSpecimen", language), "/manager/letters/specimen.pdf")) }
        if let proof, !isApproved, call.viewer.may(.approveSpecimen) {
            links.append(
                (text("approveSpecimen.title", language), "/manager/letters/specimens/\(proof.id)/approve"))
        }
        if mayOrder {
            links += [
                (text("printLetters.title", language), "/manager/letters/print"),
                (text("printAgain.title", language), "/manager/letters/again"),
                (text("returned.title", language), "/manager/letters/returned"),
            ]
        }
        links += [
            (text("letters.reconciliation", language), "/manager/letters/reconciliation.pdf"),
            (text("letters.destruction", language), "/manager/letters/destruction.pdf"),
        ]
        blocks.append(.links(links))
        blocks += [batchTable(rows, batches, mayOrder, language), parcelTable(parcels, language)]
        return Screen(
            title: text("menu.letters", language), blocks: blocks,
            data: .object([
                "waiting": .number(waiting), "specimenApproved": .flag(isApproved),
                "specimen": proof.map { .number($0.id) } ?? .none, "batches": .list(rows.map(batchData)),
                "parcels": .list(parcels.map(parcelData)),
            ]), isLive: true)
    }

    /// Whether the specimen holds, and who approved it.
    private func proofWords(_ proof: LetterDoor.Proof?, _ isApproved: Bool, _ language: Language) -> String {
        guard let proof else { return text("letters.noSpecimen", language) }
        if isApproved, let by = proof.approvedBy, let at = proof.approvedAt {
            return "\(text("letters.approved", language)) \(by), \(time(at, language))"
        }
        return text(proof.approvedAt == nil ? "letters.unapproved" : "letters.changed", language)
    }

    /// How the print run goes on, or how it ended.
    private func jobBlocks(_ job: LetterDoor.Job?, _ language: Language) -> [Block] {
        switch job {
        case nil: []
        case .printing(let count): [.notice("\(text("letters.printing", language)) \(count)", isBad: false)]
        case .failed(let why): [.notice("\(text("letters.failed", language)) \(why)", isBad: true)]
        case .done(let batch, let count, let leftOut):
            [.notice("\(text("letters.done", language)) \(batch)\(language.colon)\(count)", isBad: false)]
                + leftOut.map { .notice("\(text("letters.leftOut", language)) \($0)", isBad: true) }
        }
    }

    /// Batches with their counts, and what comes next for each.
    private func batchTable(
        _ rows: [Reconciliation], _ batches: [PrintBatch], _ mayOrder: Bool, _ language: Language
    ) -> Block {
        .table(
            Table(
                caption: text("letters.batches", language),
                head: [
                    ("letters.batch", true), ("f.state", false), ("letters.printed", true), ("letters.spoiled", true),
                    ("letters.withdrawn", true), ("letters.toPost", true), ("letters.reprinted", true),
                    ("letters.returned", true), ("letters.postedOn", false), ("letters.deeds", false),
                    ("staff.deeds", false),
                ].map { (text($0.0, language), $0.1) },
                rows: rows.map { row in
                    let batch = batches.first { $0.number == row.batch }
                    let next: (String, String)? =
                        switch batch?.state {
                        case .printed: ("posted", "/manager/letters/\(row.batch)/posted")
                        case .posted: ("confirmBatch", "/manager/letters/\(row.batch)/confirm")
                        default: nil
                        }
                    return [
                        .number(row.batch), Table.Cell(text("batch.\(row.state)", language)), .number(row.printed),
                        .number(row.spoiled),
                        .number(row.withdrawn), .number(row.toPost), .number(row.reprinted), .number(row.returned),
                        Table.Cell(batch?.postedOn ?? ""),
                        mayOrder && next != nil
                            ? Table.Cell(text("\(next?.0 ?? "").title", language), path: next?.1) : Table.Cell(""),
                        Table.Cell(
                            mayOrder ? text("spoiled.title", language) : "",
                            path: mayOrder ? "/manager/letters/\(row.batch)/spoiled" : nil),
                    ]
                }, empty: text("letters.noBatch", language)))
    }

    /// Parcels with the key that they are encrypted to.
    private func parcelTable(_ parcels: [Parcel], _ language: Language) -> Block {
        .table(
            Table(
                caption: text("letters.parcels", language),
                head: [
                    "letters.batch", "letters.printer", "letters.count", "letters.key", "f.created", "letters.fetched",
                    "letters.received", "letters.destroyed",
                ].map { (text($0, language), false) },
                rows: parcels.map { parcel in
                    [
                        Table.Cell("\(parcel.batch)"), Table.Cell(parcel.printer), Table.Cell("\(parcel.letters)"),
                        Table.Cell(parcel.fingerprint), Table.Cell(time(parcel.madeAt, language)),
                        Table.Cell("\(parcel.files.map(\.fetched).max() ?? 0)"),
                        Table.Cell(parcel.receivedAt.map { time($0, language) } ?? ""),
                        Table.Cell(parcel.destroyedAt.map { time($0, language) } ?? ""),
                    ]
                }, empty: text("letters.noParcel", language)))
    }

    /// A batch's counts for programs.
    /// `batch`, `state`, `printed`, `spoiled`, `withdrawn`, `toPost`, `reprinted`, `returned`, `destroyed`.
    private func batchData(_ row: Reconciliation) -> JSONValue {
        .object([
            "batch": .number(row.batch), "state": .text(row.state), "printed": .number(row.printed),
            "spoiled": .number(row.spoiled), "withdrawn": .number(row.withdrawn), "toPost": .number(row.toPost),
            "reprinted": .number(row.reprinted), "returned": .number(row.returned),
            "destroyed": .number(row.destroyed),
        ])
    }

    /// A parcel and its files for programs.
    /// `id`, `batch`, `printer`, `key`, `letters`, `madeAt`, `receivedAt`, `destroyedAt`, and `files` with `number`,
    /// `name`, `bytes`, `sha256`, `fetched`.
    func parcelData(_ parcel: Parcel) -> JSONValue {
        .object([
            "id": .number(parcel.id), "batch": .number(parcel.batch), "printer": .text(parcel.printer),
            "key": .text(parcel.fingerprint), "letters": .number(parcel.letters), "madeAt": .time(parcel.madeAt),
            "receivedAt": .time(parcel.receivedAt), "destroyedAt": .time(parcel.destroyedAt),
            "files": .list(
                parcel.files.map {
                    .object([
                        "number": .number($0.number), "name": .text($0.name), "bytes": .number($0.bytes),
                        "sha256": .text($0.sha256), "fetched": .number($0.fetched),
                    ])
                }),
        ])
    }
}
