import Bureau
import Crypto
import Elections
import Foundation
import Issuance
import Journal
import Letterpress
import Staff
import Store
import Synchronization
import VoterRoll

/// Letters at the manager's side, parcels at the printer's.
enum LetterViews {
    static let all = [
        ConsoleView(path: "letters", deed: .seeLetters) { site, call in try site.letters(call) },
        ConsoleView(path: "parcels", deed: .fetchLetters) { site, call in try site.parcels(call) },
        ConsoleView(path: "printing", deed: .seeOwn) { site, call in site.printingHelp(call) },
    ]
}

enum LetterActions {
    private static let back: @Sendable (Call) -> String = { _ in "letters" }
    private static let toParcels: @Sendable (Call) -> String = { _ in "parcels" }
    private static let numbers = 1...1_000_000

    static let all = [
        ConsoleAction(
            path: "letters/specimen", deed: .orderLetters, name: "specimen", fields: { _, _ in [] },
            run: { try $0.makeSpecimen($1) }, back: back),
        ConsoleAction(
            path: "letters/specimens/{specimen}/approve", deed: .approveSpecimen, name: "approveSpecimen",
            fields: { _, _ in [DeedField("confirmed", .flag)] }, run: { try $0.approveSpecimen($1) }, back: back),
        ConsoleAction(
            path: "letters/print", deed: .orderLetters, name: "printLetters",
            fields: { site, _ in [DeedField("printer", .choice(try site.printers()))] },
            intro: { try $0.aboutPrinters($1) }, run: { try $0.printLetters($1) },
            back: back),
        ConsoleAction(
            path: "letters/again", deed: .orderLetters, name: "printAgain",
            fields: { site, _ in
                [
                    DeedField("batch", .number(numbers)), DeedField("first", .number(numbers), isRequired: false),
                    DeedField("last", .number(numbers), isRequired: false),
                    DeedField("printer", .choice(try site.printers())), .reason,
                ]
            }, intro: { try $0.aboutPrinters($1) }, run: { try $0.printAgain($1) }, back: back),
        ConsoleAction(
            path: "letters/{batch}/posted", deed: .orderLetters, name: "posted",
            fields: { _, _ in [DeedField("on", .date)] }, run: { try $0.posted($1) }, back: back),
        ConsoleAction(
            path: "letters/{batch}/confirm", deed: .orderLetters, name: "confirmBatch", fields: { _, _ in [] },
            run: { try $0.confirmBatch($1) }, back: back),
        ConsoleAction(
            path: "letters/{batch}/spoiled", deed: .orderLetters, name: "spoiled", fields: { _, _ in spoiledFields },
            run: { try $0.spoiled($1) }, back: back),
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
            fields: { _, _ in spoiledFields },
            run: { try $0.spoiled($1) }, back: toParcels),
        ConsoleAction(
            path: "parcels/{parcel}/destroyed", deed: .fetchLetters, name: "destroyed",
            fields: { _, _ in [DeedField("confirmed", .flag)] }, run: { try $0.destroyed($1) }, back: toParcels),
        ConsoleAction(
            path: "parcels/{parcel}/files/{file}/fetch", deed: .fetchLetters, name: "fetch", fields: { _, _ in [] },
            run: { try $0.fetch($1) }, back: toParcels),
        ConsoleAction(
            path: "parcels/key", deed: .fetchLetters, name: "printerKey",
            fields: { _, _ in [DeedField("key", .long(maximum: 60_000))] }, run: { try $0.printerKey($1) },
            back: toParcels),
    ]

    private static let spoiledFields = [
        DeedField("number", .number(numbers)), DeedField("destroyed", .flag, isRequired: false), DeedField.reason,
    ]
}

enum LetterFiles {
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

    func letters(_ call: Call) throws -> Screen {
        let language = call.language
        let letters = parts.letters
        let (proof, waiting, rows, batches, parcels) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (
                LetterDoor.Proof?, Int, [Reconciliation], [PrintBatch], [Parcel]
            ) in
            (
                try letters.proof(reading), try letters.room.waiting(reading),
                try letters.room.reconcile(reading, parts.desk.election),
                try letters.room.batches(reading, parts.desk.election), try letters.parcels(reading, of: nil)
            )
        }
        let isApproved = try letters.isApproved()
        let mayOrder = call.viewer.may(.orderLetters)
        var blocks: [Block] = jobBlocks(letters.job, language)
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

    private func proofWords(_ proof: LetterDoor.Proof?, _ isApproved: Bool, _ language: Language) -> String {
        guard let proof else { return text("letters.noSpecimen", language) }
        if isApproved, let by = proof.approvedBy, let at = proof.approvedAt {
            return "\(text("letters.approved", language)) \(by), \(time(at))"
        }
        return text(proof.approvedAt == nil ? "letters.unapproved" : "letters.changed", language)
    }

    private func jobBlocks(_ job: LetterDoor.Job?, _ language: Language) -> [Block] {
        switch job {
        case nil: []
        case .printing(let count): [.notice("\(text("letters.printing", language)) \(count)", isBad: false)]
        case .failed(let why): [.notice("\(text("letters.failed", language)) \(why)", isBad: true)]
        case .done(let batch, let count, let leftOut):
            [.notice("\(text("letters.done", language)) \(batch) : \(count)", isBad: false)]
                + leftOut.map { .notice("\(text("letters.leftOut", language)) \($0)", isBad: true) }
        }
    }

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
                        Table.Cell(parcel.fingerprint), Table.Cell(time(parcel.madeAt)),
                        Table.Cell("\(parcel.files.map(\.fetched).max() ?? 0)"),
                        Table.Cell(parcel.receivedAt.map(time) ?? ""), Table.Cell(parcel.destroyedAt.map(time) ?? ""),
                    ]
                }, empty: text("letters.noParcel", language)))
    }

    private func batchData(_ row: Reconciliation) -> JSONValue {
        .object([
            "batch": .number(row.batch), "state": .text(row.state), "printed": .number(row.printed),
            "spoiled": .number(row.spoiled), "withdrawn": .number(row.withdrawn), "toPost": .number(row.toPost),
            "reprinted": .number(row.reprinted), "returned": .number(row.returned),
            "destroyed": .number(row.destroyed),
        ])
    }

    private func parcelData(_ parcel: Parcel) -> JSONValue {
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

    func makeSpecimen(_ call: Call) throws -> DeedAnswer {
        let proof = try parts.letters.makeSpecimen(by: call.viewer)
        return .done(
            text("specimen.done", call.language), next: "letters", data: ["specimen": .optional(proof?.id)])
    }

    func approveSpecimen(_ call: Call) throws -> DeedAnswer {
        guard call.has("confirmed") else {
            return .refused(422, text("approveSpecimen.confirm", call.language), field: "confirmed")
        }
        return try parts.letters.approve(specimen: call.id("specimen"), by: call.viewer)
            ? .done(text("approveSpecimen.done", call.language), next: "letters")
            : .refused(409, text("approveSpecimen.gone", call.language))
    }

    func printLetters(_ call: Call) throws -> DeedAnswer {
        try begin(LetterDoor.Order(printer: call["printer"], again: nil, letters: nil, reason: ""), call)
    }

    func printAgain(_ call: Call) throws -> DeedAnswer {
        let first = call.number("first")
        if first == nil, call.number("last") != nil {
            return .refused(422, text("printAgain.range", call.language), field: "first")
        }
        let last = call.number("last") ?? first
        if let first, let last, last < first {
            return .refused(422, text("printAgain.range", call.language), field: "last")
        }
        let range = first.flatMap { first in last.map { first...$0 } }
        return try begin(
            LetterDoor.Order(
                printer: call["printer"], again: call.number("batch"), letters: range, reason: call["reason"].trimmed),
            call)
    }

    /// Begins a print run on a thread of its own: a hundred thousand letters take half a minute.
    private func begin(_ order: LetterDoor.Order, _ call: Call) throws -> DeedAnswer {
        if let obstacle = try parts.letters.begin(order) {
            return .refused(409, text("print.\(obstacle.rawValue)", call.language), field: "printer")
        }
        let (letters, viewer) = (parts.letters, call.viewer)
        Thread { letters.print(order, by: viewer) }.start()
        return .done(text("printLetters.begun", call.language), next: "letters", data: ["state": .text("begun")])
    }

    func posted(_ call: Call) throws -> DeedAnswer {
        let language = call.language
        let (batch, date) = (call.id("batch"), call["on"])
        let isTheirs = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.letters.isTheirs(reading, batch: batch, call.viewer)
        }
        guard isTheirs else { return .refused(404, text("parcel.unknown", language)) }
        let zone = TimeZone(identifier: election.timeZone) ?? .gmt
        guard let start = LocalTime.read(date + " 00:00", zone: zone) ?? LocalTime.read(date + " 01:00", zone: zone)
        else {
            return .refused(422, text("fault.date", language), field: "on")
        }
        guard start <= parts.clock.now else { return .refused(422, text("posted.future", language), field: "on") }
        // A day may have 25 hours; the last of them still belongs to it.
        let outcome = try parts.letters.room.posted(
            parts.desk.election, batch: batch, on: date, before: start + 25 * 3600, by: call.viewer.principal)
        let next = call.viewer.role == .printer ? "parcels" : "letters"
        switch outcome {
        case .success(let count):
            let words = count.map { "\(text("posted.done", language)) \($0)." } ?? text("posted.corrected", language)
            return .done(words, next: next, data: ["activated": .optional(count)])
        case .failure(let why): return .refused(409, refusal(why.description, "refusal.letters", language), field: "on")
        }
    }

    func confirmBatch(_ call: Call) throws -> DeedAnswer {
        let outcome = try parts.letters.room.confirm(
            parts.desk.election, batch: call.id("batch"), by: call.viewer.principal)
        switch outcome {
        case .success(let count):
            return .done(
                "\(text("confirmBatch.done", call.language)) \(count).", next: "letters",
                data: ["letters": .number(count)])
        case .failure(let why): return .refused(409, refusal(why.description, "refusal.letters", call.language))
        }
    }

    func spoiled(_ call: Call) throws -> DeedAnswer {
        let language = call.language
        let outcome = try store.write {
            (transaction: borrowing Transaction) throws(StoreError) -> Result<PrintRoom.Loss, PrintRefusal>? in
            let number = call.number("number") ?? 0
            guard try parts.letters.isTheirs(transaction.reading, batch: call.id("batch"), letter: number, call.viewer)
            else { return nil }
            // What the post has is not the printer's any more.
            if call.viewer.role == .printer,
                try parts.letters.room.batch(transaction.reading, parts.desk.election, number: call.id("batch"))?.state
                    != .printed
            {
                return nil
            }
            return try parts.letters.room.lose(
                transaction, parts.desk.election, batch: call.id("batch"), letter: call.number("number") ?? 0,
                isReturned: false, destroyed: call.has("destroyed"), reason: call["reason"].trimmed,
                by: call.viewer.principal)
        }
        switch outcome {
        case nil: return .refused(404, text("parcel.unknown", language))
        case .success:
            return .done(text("spoiled.done", language), next: call.viewer.role == .printer ? "parcels" : "letters")
        case .failure(let why):
            return .refused(409, refusal(why.description, "refusal.letters", language), field: "number")
        }
    }

    /// Letters that the post returned: a line each, with batch and number, or a voter's reference.
    func returned(_ call: Call) throws -> DeedAnswer {
        var (done, refused): (Int, [String]) = (0, [])
        for (index, line) in call["list"].split(whereSeparator: \.isNewline).enumerated() {
            let fields = line.split { ";,\t ".contains($0) }.map(String.init)
            guard !fields.isEmpty else { continue }
            let outcome = try store.write {
                (transaction: borrowing Transaction) throws(StoreError) -> Result<PrintRoom.Loss, PrintRefusal> in
                var place: (batch: Int, number: Int)?
                if fields.count == 2, let batch = Int(fields[0]), let number = Int(fields[1]) {
                    place = (batch, number)
                }
                if fields.count == 1 {
                    place = try parts.letters.room.latestLetter(
                        transaction.reading, parts.desk.election, reference: fields[0])
                }
                guard let place else { return .failure(PrintRefusal(text("returned.unknown", call.language))) }
                return try parts.letters.room.lose(
                    transaction, parts.desk.election, batch: place.batch, letter: place.number, isReturned: true,
                    destroyed: false, reason: "returned by the post", by: call.viewer.principal)
            }
            switch outcome {
            case .success: done += 1
            case .failure(let why):
                refused.append("\(index + 1) : \(refusal(why.description, "returned.unknown", call.language))")
            }
        }
        let words = "\(text("returned.done", call.language)) \(done)."
        guard refused.isEmpty else { return .refused(422, words + " " + refused.joined(separator: " "), field: "list") }
        return .done(words, next: "letters", data: ["returned": .number(done)])
    }

    // MARK: The printer's side

    func parcels(_ call: Call) throws -> Screen {
        let language = call.language
        guard case .staff(let name) = call.viewer.principal else { return Screen(title: "", blocks: [], data: .none) }
        let (parcels, member, rows) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> ([Parcel], StaffMember?, [Reconciliation]) in
            (
                try parts.letters.parcels(reading, of: name), try parts.register.member(reading, name: name),
                try parts.letters.room.reconcile(reading, parts.desk.election)
            )
        }
        var blocks: [Block] = [
            .facts([
                (text("letters.key", language), member?.fingerprint ?? text("parcels.noKey", language))
            ]),
            .links([
                (text("printerKey.title", language), "/manager/parcels/key"),
                (text("letters.seeSpecimen", language), "/manager/parcels/specimen.pdf"),
                (text("printing.title", language), "/manager/printing"),
            ]),
        ]
        for parcel in parcels {
            let numbers = rows.first { $0.batch == parcel.batch }?.notToPost ?? []
            let out = numbers.isEmpty ? text("none", language) : numbers.map(String.init).joined(separator: ", ")
            blocks += [
                .heading("\(text("letters.batch", language)) \(parcel.batch)"),
                .facts([
                    (text("letters.count", language), "\(parcel.letters)"),
                    (text("f.created", language), time(parcel.madeAt)),
                    (text("letters.notToPost", language), out),
                    (text("letters.received", language), parcel.receivedAt.map(time) ?? text("no", language)),
                    (text("letters.destroyed", language), parcel.destroyedAt.map(time) ?? text("no", language)),
                ]),
            ]
            guard parcel.destroyedAt == nil else { continue }
            blocks.append(
                .table(
                    Table(
                        caption: text("parcels.files", language),
                        head: [
                            ("parcels.file", false), ("parcels.size", true), ("parcels.sha", false),
                            ("parcels.left", true),
                        ].map { (text($0.0, language), $0.1) },
                        rows: parcel.files.map { file in
                            [
                                Table.Cell(file.name, path: "/manager/parcels/\(parcel.id)/files/\(file.number)/fetch"),
                                .number(file.bytes), Table.Cell(file.sha256),
                                .number(LetterDoor.mostFetched - file.fetched),
                            ]
                        })))
            let deeds =
                (parcel.receivedAt == nil ? [("received", "\(parcel.id)/received")] : [])
                + [("spoiledByPrinter", "\(parcel.batch)/spoiled"), ("postedByPrinter", "\(parcel.batch)/posted")]
                + (parcel.receivedAt == nil ? [] : [("destroyed", "\(parcel.id)/destroyed")])
            blocks.append(.links(deeds.map { (text("\($0.0).title", language), "/manager/parcels/\($0.1)") }))
        }
        if parcels.isEmpty { blocks.append(.text(text("parcels.none", language))) }
        return Screen(
            title: text("menu.parcels", language), blocks: blocks, data: .list(parcels.map(parcelData)))
    }

    func fetch(_ call: Call) throws -> DeedAnswer {
        let (parcel, file) = (call.id("parcel"), call.id("file"))
        switch try parts.letters.fetch(parcel: parcel, file: file, by: call.viewer) {
        case .ticket(let ticket):
            let path = "parcels/\(parcel)/files/\(file)/\(ticket)"
            return .shown(
                Screen(
                    title: text("fetch.title", call.language),
                    blocks: [
                        .text(text("fetch.ready", call.language)),
                        .links([
                            (text("fetch.link", call.language), "/manager/" + path),
                            (text("back", call.language), "/manager/parcels"),
                        ]),
                    ], data: .object(["path": .text("/manager/" + path), "seconds": .number(LetterDoor.ticketSeconds)]))
            )
        case .spent: return .refused(409, text("fetch.spent", call.language))
        case .unknown: return .refused(404, text("parcel.unknown", call.language))
        }
    }

    /// A file of a parcel, or the part of it that a broken download still needs (RFC 9110, section 14).
    func parcelFile(_ call: Call, _ request: Request) throws -> Response? {
        let found = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.letters.file(
                reading, parcel: call.id("parcel"), file: call.id("file"), ticket: call.place["ticket"] ?? "",
                by: call.viewer)
        }
        guard let found else { return nil }
        var response = Response(200, type: "application/octet-stream")
        response.file = found.path
        let size = response.size
        response.headers += [
            ("Content-Disposition", "attachment; filename=\"\(found.name)\""), ("Accept-Ranges", "bytes"),
        ]
        guard let wanted = request.header("range") else { return response }
        guard let range = ByteRange.read(wanted, size: size) else {
            var refusal = Response.text(416, "no such part\n")
            refusal.headers.append(("Content-Range", "bytes */\(size)"))
            return refusal
        }
        response.status = 206
        response.range = range
        response.headers.append(("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"))
        return response
    }

    func received(_ call: Call) throws -> DeedAnswer {
        try parts.letters.received(parcel: call.id("parcel"), by: call.viewer)
            ? .done(text("received.done", call.language), next: "parcels")
            : .refused(409, text("received.gone", call.language))
    }

    func destroyed(_ call: Call) throws -> DeedAnswer {
        guard call.has("confirmed") else {
            return .refused(422, text("destroyed.confirm", call.language), field: "confirmed")
        }
        return try parts.letters.destroyed(parcel: call.id("parcel"), by: call.viewer)
            ? .done(text("destroyed.done", call.language), next: "parcels")
            : .refused(409, text("destroyed.gone", call.language))
    }

    func printerKey(_ call: Call) throws -> DeedAnswer {
        guard case .staff(let name) = call.viewer.principal else {
            return .refused(403, text("denied.text", call.language))
        }
        let bytes = Array(call["key"].utf8)
        let fingerprint: String
        do { fingerprint = try parts.letters.printerKey(bytes).name } catch let error as LetterError {
            return .refused(422, refusal(error.message, "refusal.key", call.language), field: "key")
        }
        let isKept = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try parts.register.keep(
                transaction, printerKey: bytes, fingerprint: fingerprint, of: name, by: call.viewer.principal)
        }
        guard isKept else { return .refused(409, text("denied.text", call.language)) }
        return .done(
            "\(text("printerKey.done", call.language)) \(fingerprint)", next: "parcels",
            data: ["fingerprint": .text(fingerprint)])
    }

    /// One page for printers: a key pair with Gpg4win, and what is done with a parcel.
    func printingHelp(_ call: Call) -> Screen {
        let language = call.language
        var blocks: [Block] = [.text(text("printing.text", language))]
        for step in 1...6 {
            blocks += [
                .heading(text("printing.\(step).title", language)), .text(text("printing.\(step).text", language)),
            ]
        }
        return Screen(title: text("printing.title", language), blocks: blocks, data: .none)
    }

    // MARK: Papers

    func reconciliationSheet(_ call: Call) throws -> Response {
        let language = call.language
        let rows = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.letters.room.reconcile(reading, parts.desk.election)
        }
        var report = Report(title: text("letters.reconciliation", language))
        report.add(.paragraph("\(election.title[language]). \(election.organiser.name). \(time(parts.clock.now))"))
        for row in rows {
            report.add(
                .heading("\(text("letters.batch", language)) \(row.batch) : \(text("batch.\(row.state)", language))"))
            for (key, value) in [
                ("letters.printed", row.printed), ("letters.spoiled", row.spoiled),
                ("letters.withdrawn", row.withdrawn),
                ("letters.toPost", row.toPost), ("letters.reprinted", row.reprinted),
                ("letters.returned", row.returned),
            ] { report.add(.row([text(key, language), "\(value)"])) }
            let out = row.notToPost.map(String.init).joined(separator: ", ")
            report.add(
                .paragraph("\(text("letters.notToPost", language)) : \(out.isEmpty ? text("none", language) : out)"))
        }
        report.add(.paragraph(text("letters.signHere", language)))
        return try paper(report, "reconciliation.pdf")
    }

    func destructionRecord(_ call: Call) throws -> Response {
        let language = call.language
        let (parcels, rows) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> ([Parcel], [Reconciliation]) in
            (
                try parts.letters.parcels(reading, of: nil),
                try parts.letters.room.reconcile(reading, parts.desk.election)
            )
        }
        var report = Report(title: text("letters.destruction", language))
        report.add(.paragraph("\(election.title[language]). \(election.organiser.name). \(time(parts.clock.now))"))
        for parcel in parcels {
            report.add(.heading("\(text("letters.batch", language)) \(parcel.batch), \(parcel.printer)"))
            let when = parcel.destroyedAt.map(time) ?? text("letters.notDestroyed", language)
            report.add(.row([text("letters.destroyed", language), when]))
            for file in parcel.files { report.add(.mono("\(file.sha256)  \(file.name)")) }
        }
        for row in rows {
            report.add(
                .row(["\(text("letters.sheetsDestroyed", language)) \(row.batch)", "\(row.destroyed) / \(row.spoiled)"])
            )
        }
        report.add(.paragraph(text("letters.signHere", language)))
        return try paper(report, "destruction.pdf")
    }

    func paper(_ report: Report, _ name: String) throws -> Response {
        let created = PrintFiles.timestamp(parts.clock.now)
        return ConsoleSite.file(try report.pdf(created: created), name, type: "application/pdf")
    }
}

/// One part of a file, as a browser that goes on with a download asks for it.
enum ByteRange {
    /// Reads `bytes=500-` or `bytes=0-499`; nil for what cannot be given.
    static func read(_ text: String, size: Int) -> Range<Int>? {
        guard text.hasPrefix("bytes="), !text.contains(",") else { return nil }
        let ends = text.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Int(ends[0]), first >= 0, first < size else { return nil }
        let last = ends[1].isEmpty ? size - 1 : Int(ends[1]) ?? -1
        guard last >= first else { return nil }
        return first..<(min(last, size - 1) + 1)
    }
}
