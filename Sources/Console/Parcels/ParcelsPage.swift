import Crypto
import Elections
import Foundation
import HTTPServer
import Issuance
import Journal
import Operations
import Staff
import Store
import Synchronization
import Typesetting
import VoterRoll
import WebContent

extension ConsoleSite {
    // MARK: The printer's side

    /// The printer's own page: their key and their parcels, nobody else's.
    /// For programs a list of parcels, as `parcelData` has them.
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
                    (text("f.created", language), time(parcel.madeAt, language)),
                    (text("letters.notToPost", language), out),
                    (
                        text("letters.received", language),
                        parcel.receivedAt.map { time($0, language) } ?? text("no", language)
                    ),
                    (
                        text("letters.destroyed", language),
                        parcel.destroyedAt.map { time($0, language) } ?? text("no", language)
                    ),
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

    /// Gives a ticket for a file; how often a file may be fetched is limited.
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
    /// - Returns: nil where the ticket is not of this file or has expired; 206 for a part, 416 for one that there is
    ///   not.
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

    /// Keeps that the printer has a parcel.
    func received(_ call: Call) throws -> DeedAnswer {
        try parts.letters.received(parcel: call.id("parcel"), by: call.viewer)
            ? .done(text("received.done", call.language), next: "parcels")
            : .refused(409, text("received.gone", call.language))
    }

    /// Keeps that the printer destroyed a parcel's files and sheets.
    func destroyed(_ call: Call) throws -> DeedAnswer {
        guard call.has("confirmed") else {
            return .refused(422, text("destroyed.confirm", call.language), field: "confirmed")
        }
        return try parts.letters.destroyed(parcel: call.id("parcel"), by: call.viewer)
            ? .done(text("destroyed.done", call.language), next: "parcels")
            : .refused(409, text("destroyed.gone", call.language))
    }

    /// Keeps the printer's public key; a private one is refused and not kept.
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

    /// What became of the sheets of every batch, to be signed.
    func reconciliationSheet(_ call: Call) throws -> Response {
        let language = call.language
        let rows = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.letters.room.reconcile(reading, parts.desk.election)
        }
        var report = Report(title: text("letters.reconciliation", language))
        report.add(
            .paragraph("\(election.title[language]). \(election.organiser.name). \(time(parts.clock.now, language))"))
        for row in rows {
            report.add(
                .heading(
                    "\(text("letters.batch", language)) \(row.batch)\(language.colon)\(text("batch.\(row.state)", language))"
                ))
            for (key, value) in [
                ("letters.printed", row.printed), ("letters.spoiled", row.spoiled),
                ("letters.withdrawn", row.withdrawn),
                ("letters.toPost", row.toPost), ("letters.reprinted", row.reprinted),
                ("letters.returned", row.returned),
            ] { report.add(.row([text(key, language), "\(value)"])) }
            let out = row.notToPost.map(String.init).joined(separator: ", ")
            report.add(
                .paragraph(
                    "\(text("letters.notToPost", language))\(language.colon)\(out.isEmpty ? text("none", language) : out)"
                ))
        }
        report.add(.paragraph(text("letters.signHere", language)))
        return try paper(report, "reconciliation.pdf")
    }

    /// What was destroyed, to be signed.
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
        report.add(
            .paragraph("\(election.title[language]). \(election.organiser.name). \(time(parts.clock.now, language))"))
        for parcel in parcels {
            report.add(.heading("\(text("letters.batch", language)) \(parcel.batch), \(parcel.printer)"))
            let when = parcel.destroyedAt.map { time($0, language) } ?? text("letters.notDestroyed", language)
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

    /// A report as a file, dated now.
    func paper(_ report: Report, _ name: String) throws -> Response {
        let created = PrintFiles.timestamp(parts.clock.now)
        return ConsoleSite.file(try report.pdf(created: created), name, type: "application/pdf")
    }
}

/// One part of a file, as a browser that goes on with a download asks for it.
enum ByteRange {
    /// Reads `bytes=500-` or `bytes=0-499`; nil for what cannot be given.
    /// - Parameter size: bytes of the whole file.
    static func read(_ text: String, size: Int) -> Range<Int>? {
        guard text.hasPrefix("bytes="), !text.contains(",") else { return nil }
        let ends = text.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Int(ends[0]), first >= 0, first < size else { return nil }
        let last = ends[1].isEmpty ? size - 1 : Int(ends[1]) ?? -1
        guard last >= first else { return nil }
        return first..<(min(last, size - 1) + 1)
    }
}
