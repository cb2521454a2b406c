import Bureau
import Crypto
import Elections
import Foundation
import Issuance
import Journal
import Letterpress
import Operations
import Staff
import Store
import Synchronization
import VoterRoll

/// What a manager does with letters.
extension ConsoleSite {
    func makeSpecimen(_ call: Call) throws -> DeedAnswer {
        let proof = try parts.letters.makeSpecimen(by: call.viewer)
        return .done(
            text("specimen.done", call.language), next: "letters", data: ["specimen": .optional(proof?.id)])
    }

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
