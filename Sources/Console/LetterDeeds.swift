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
        let sheet = try store.read { (reading: borrowing Reading) throws(StoreError) in try heldSheet(reading, call) }
        return fields + (sheet.map { [DeedField("held", .choice(["", $0.name]), isRequired: false)] } ?? [])
    }

    /// The sheet that a call names, where it is the caller's to speak of.
    private func heldSheet(_ reading: borrowing Reading, _ call: Call) throws(StoreError) -> PrintRoom.Sheet? {
        let (batch, number) = (call.id("batch"), call.number("number") ?? 0)
        guard try parts.letters.isTheirs(reading, batch: batch, letter: number, call.viewer) else { return nil }
        // What the post has is not the printer's any more.
        if call.viewer.role == .printer,
            try parts.letters.room.batch(reading, parts.desk.election, number: batch)?.state != .printed
        {
            return nil
        }
        return try parts.letters.room.sheet(reading, parts.desk.election, batch: batch, letter: number)
    }

    /// What asking for the end of a sheet came to.
    private enum Spoiling {
        case unknown
        case asks(PrintRoom.Sheet)
        case done(PrintRoom.Loss)
        case refused(PrintRefusal)
    }

    /// Ends a sheet and the identifier on it, once its name was confirmed.
    func spoiled(_ call: Call) throws -> DeedAnswer {
        let language = call.language
        let outcome = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Spoiling in
            guard let sheet = try heldSheet(transaction.reading, call) else { return .unknown }
            guard call["held"].trimmed == sheet.name else { return .asks(sheet) }
            let lost = try parts.letters.room.lose(
                transaction, parts.desk.election, batch: sheet.batch, letter: sheet.number, isReturned: false,
                destroyed: call.has("destroyed"), reason: call["reason"].trimmed, by: call.viewer.principal)
            switch lost {
            case .success(let loss): return .done(loss)
            case .failure(let why): return .refused(why)
            }
        }
        switch outcome {
        case .unknown: return .refused(404, text("spoiled.unknown", language), field: "number")
        case .asks(let sheet):
            return .refused(422, "\(text("spoiled.ask", language)) \(sheet.name)\u{2026}", field: "held")
        case .done(let loss):
            // A printer learns nothing of what a voter has besides the sheet.
            let isPrinter = call.viewer.role == .printer
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
