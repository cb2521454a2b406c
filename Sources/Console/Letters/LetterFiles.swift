import Crypto
import Elections
import HTTPServer
import Issuance
import Journal
import Operations
import Staff
import Store
import Typesetting
import VoterRoll
import WebContent

/// Specimens, papers to sign, and files of parcels.
struct LetterFiles: ConsoleWork {
    let context: ConsoleContext

    /// A parcel's file is given for a ticket alone.
    static let all = [
        ConsoleFile(path: "letters/specimen.pdf", permission: .seeLetters) { task, call, _ in
            LetterFiles(task).specimen(call)
        },
        ConsoleFile(path: "parcels/specimen.pdf", permission: .fetchLetters) { task, call, _ in
            LetterFiles(task).specimen(call)
        },
        // Named by what is in it: whoever approves sees what the digest of the specimen stands for.
        ConsoleFile(path: "letters/enclosures/{sha256}", permission: .approveSpecimen) { task, call, _ in
            LetterFiles(task).enclosure(call)
        },
        ConsoleFile(path: "letters/reconciliation.pdf", permission: .seeLetters) { task, call, _ in
            try LetterFiles(task).reconciliationSheet(call)
        },
        ConsoleFile(path: "letters/destruction.pdf", permission: .seeLetters) { task, call, _ in
            try LetterFiles(task).destructionRecord(call)
        },
        ConsoleFile(path: "parcels/{parcel}/files/{file}/{ticket}", permission: .fetchLetters) { task, call, request in
            try ParcelFiles(task).file(call, request)
        },
    ]

    /// The letters as they would be printed now.
    func specimen(_ call: ConsoleRequest) -> Response {
        do throws(PrintRefusal) {
            return HandedOut.file(try parts.letters.specimen(), "specimen.pdf", type: "application/pdf")
        } catch { return faulty(error, call) }
    }

    /// What goes into the envelopes as well; nil for one that does not, or no more.
    func enclosure(_ call: ConsoleRequest) -> Response? {
        do throws(PrintRefusal) {
            let matter = try parts.letters.matter()
            guard let index = matter.enclosureDigests.firstIndex(of: call.place["sha256"] ?? "") else { return nil }
            return HandedOut.file(matter.enclosures[index].bytes, "enclosure-\(index + 1).pdf", type: "application/pdf")
        } catch { return faulty(error, call) }
    }

    /// Says what is wrong with what is to be printed: a missing enclosure is no fault of the program.
    private func faulty(_ fault: PrintRefusal, _ call: ConsoleRequest) -> Response {
        .text(409, said(fault, call.language) + "\n")
    }

    /// What became of the sheets of every batch, to be signed.
    func reconciliationSheet(_ call: ConsoleRequest) throws -> Response {
        let language = call.language
        let rows = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.letters.letterBatches.reconcile(reading, parts.operations.election)
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
        return try HandedOut(context).paper(report, "reconciliation.pdf")
    }

    /// What was destroyed, to be signed.
    func destructionRecord(_ call: ConsoleRequest) throws -> Response {
        let language = call.language
        let (parcels, rows) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> ([Parcel], [Reconciliation]) in
            (
                try parts.letters.parcels(reading, of: nil),
                try parts.letters.letterBatches.reconcile(reading, parts.operations.election)
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
        return try HandedOut(context).paper(report, "destruction.pdf")
    }
}
