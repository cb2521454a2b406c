import Crypto
import Delivery
import Elections
import Foundation
import Issuance
import Journal
import Operations
import Staff
import Store
import Synchronization
import Threads
import Typesetting
import VoterRoll
import WebContent

/// What a manager does with letters.
///
///     manager: makeSpecimen ──> another: approveSpecimen ──> manager: printLetters ──> parcel for the printer
///     printer: fetch files ──> received ──> posted (identifiers can be used) ──> destroyed
///     manager: confirmBatch (secrets are wiped); spoiled and returned sheets end their identifiers
extension ConsoleSite {
    /// Makes a specimen of the letters as they are now.
    func makeSpecimen(_ call: Call) throws -> DeedAnswer {
        let proof = try parts.letters.makeSpecimen(by: call.viewer)
        return .done(
            text("specimen.done", call.language), next: "letters", data: ["specimen": .optional(proof?.id)])
    }

    /// Approves a specimen; somebody else must have made it.
    func approveSpecimen(_ call: Call) throws -> DeedAnswer {
        guard call.has("confirmed") else {
            return .refused(422, text("approveSpecimen.confirm", call.language), field: "confirmed")
        }
        switch try parts.letters.approve(specimen: call.id("specimen"), by: call.viewer) {
        case .approved: return .done(text("approveSpecimen.done", call.language), next: "letters")
        case .gone: return .refused(409, text("approveSpecimen.gone", call.language))
        case .samePerson: return .refused(403, text("approveSpecimen.samePerson", call.language))
        case .tooNew(let until): return tooNew(until, call.language)
        }
    }

    /// Orders the letters that wait.
    func printLetters(_ call: Call) throws -> DeedAnswer {
        try begin(LetterDoor.Order(printer: call["printer"], again: nil, letters: nil, reason: ""), call)
    }

    /// Orders a batch, or some letters of it, once more; the reason is kept.
    /// - Returns: a refusal when the numbers are no range.
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
        do throws(OwnThread.Fault) { try OwnThread.begin("the letters") { letters.print(order, by: viewer) } } catch {
            letters.giveUp(because: error.description)
            throw error
        }
        return .done(text("printLetters.begun", call.language), next: "letters", data: ["state": .text("begun")])
    }

    /// Says on which day the post took a batch: its identifiers can be used from then on.
    /// Managers and the printer of the batch alone; a second date corrects the first.
    func posted(_ call: Call) throws -> DeedAnswer {
        let language = call.language
        let (batch, date) = (call.id("batch"), call["on"])
        let isTheirs = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.letters.isTheirs(reading, batch: batch, call.viewer)
        }
        guard isTheirs else { return .refused(404, text("parcel.unknown", language)) }
        let next = call.viewer.role == .printer ? "parcels" : "letters"
        let outcome = try LetterPosting(room: parts.letters.room, election: parts.desk.election).post(
            batch: batch, on: date, now: parts.clock.now, by: call.viewer.principal)
        switch outcome {
        case .noDay: return .refused(422, text("fault.date", language), field: "on")
        case .notBegun: return .refused(422, text("posted.future", language), field: "on")
        case .activated(let count):
            return .done("\(text("posted.done", language)) \(count).", next: next, data: ["activated": .number(count)])
        case .corrected: return .done(text("posted.corrected", language), next: next, data: ["activated": .none])
        case .refused(let why):
            return .refused(409, refusal(why.description, "refusal.letters", language), field: "on")
        }
    }

    /// Wipes the secrets of a posted batch.
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

    /// The fields of the form for a spoiled sheet. Once its number is known, one asks back with the first letters of the name on it: a
    /// mistyped number would end the identifier of somebody whose letter is on its way.
    func spoiledFields(_ call: Call) throws(StoreError) -> [DeedField] {
        let fields = [
            DeedField("number", .number(LetterActions.numbers)), DeedField("destroyed", .flag, isRequired: false),
            DeedField.reason,
        ]
        guard call.source == "console" else {
            return fields + [DeedField("held", .text(maximum: 40), isRequired: false)]
        }
        let sheet = try store.read { (reading: borrowing Reading) throws(StoreError) -> PrintRoom.Sheet? in
            guard try mayReport(reading, call) else { return nil }
            return try spoiledSheet(call).sheet(reading, isPrinter: call.viewer.role == .printer)
        }
        return fields + (sheet.map { [DeedField("held", .choice(["", $0.name]), isRequired: false)] } ?? [])
    }

    /// The operation on the sheet that a call names.
    private func spoiledSheet(_ call: Call) -> SpoiledSheet {
        SpoiledSheet(
            call.id("batch"), call.number("number") ?? 0, store: store, room: parts.letters.room,
            election: parts.desk.election)
    }

    /// Whether that sheet is the caller's to speak of.
    private func mayReport(_ reading: borrowing Reading, _ call: Call) throws(StoreError) -> Bool {
        try parts.letters.isTheirs(
            reading, batch: call.id("batch"), letter: call.number("number") ?? 0, call.viewer)
    }

    /// Ends a sheet and the identifier on it, once its name was confirmed.
    func spoiled(_ call: Call) throws -> DeedAnswer {
        let language = call.language
        let isPrinter = call.viewer.role == .printer
        let outcome = try spoiledSheet(call).end(
            named: call["held"].trimmed, destroyed: call.has("destroyed"), reason: call["reason"].trimmed,
            isPrinter: isPrinter, by: call.viewer.principal
        ) { reading throws(StoreError) in try mayReport(reading, call) }
        switch outcome {
        case .unknown: return .refused(404, text("spoiled.unknown", language), field: "number")
        case .asks(let sheet):
            return .refused(422, "\(text("spoiled.ask", language)) \(sheet.name)\u{2026}", field: "held")
        case .done(let loss):
            // A printer learns nothing of what a voter has besides the sheet.
            let more = loss.keepsOld && !isPrinter ? " " + text("spoiled.keepsOld", language) : ""
            return .done(text("spoiled.done", language) + more, next: isPrinter ? "parcels" : "letters")
        case .refused(let why):
            return .refused(409, refusal(why.description, "refusal.letters", language), field: "number")
        }
    }

    /// Letters that the post returned: a line each, with batch and number, or a voter's reference.
    /// What is wrong with single lines is said by their numbers; the others are taken.
    func returned(_ call: Call) throws -> DeedAnswer {
        let language = call.language
        let entries = call["list"].split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
            .filter { !$1.allSatisfy(ConsoleSite.isBetween) }
            .map { LetterReturns.Entry(line: $0 + 1, place: ConsoleSite.letter($1)) }
        let returns = LetterReturns(room: parts.letters.room, store: store, election: parts.desk.election)
        let outcome = try returns.take(entries, by: call.viewer.principal)
        let words = "\(text("returned.done", language)) \(outcome.done)."
        guard outcome.refused.isEmpty else {
            let faults = outcome.refused.map { line, why in
                let said = why.map { refusal($0.description, "returned.unknown", language) }
                return "\(line)\(language.colon)\(said ?? text("returned.unknown", language))"
            }
            return .refused(422, words + " " + faults.joined(separator: " "), field: "list")
        }
        return .done(words, next: "letters", data: ["returned": .number(outcome.done)])
    }

    /// Whether a character parts fields of a line.
    private static func isBetween(_ character: Character) -> Bool { ";,\t ".contains(character) }

    /// Batch and number, or a voter's reference.
    private static func letter(_ line: Substring) -> LetterReturns.Place {
        let fields = line.split(whereSeparator: isBetween).map(String.init)
        if fields.count == 2, let batch = Int(fields[0]), let number = Int(fields[1]) {
            return .letter(batch: batch, number: number)
        }
        return fields.count == 1 ? .voter(reference: fields[0]) : .unreadable
    }
}
