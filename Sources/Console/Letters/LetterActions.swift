import Crypto
import Delivery
import Elections
import Issuance
import Journal
import Operations
import Staff
import Store
import Threads
import Typesetting
import VoterRoll
import WebContent

/// What a manager does with letters.
///
///     manager: makeSpecimen ──> another: approveSpecimen ──> manager: printLetters ──> parcel for the printer
///     printer: fetch files ──> received ──> posted (identifiers can be used) ──> destroyed
///     manager: confirmBatch (secrets are wiped); spoiled and returned sheets end their identifiers
struct LetterActions: ConsoleWork {
    let context: ConsoleContext

    /// Where managers' forms lead back.
    private static let back: @Sendable (ConsoleRequest) -> String = { _ in "letters" }
    /// Numbers that batches and letters may have.
    static let numbers = 1...1_000_000

    /// What stands above the forms that print.
    private static let aboutPrinters = FormAbout("printersForm", PrintersAbout.self) {
        try LetterActions($0).aboutPrinters($1)
    }

    /// The printers whose keys are to be compared.
    struct PrintersAbout: PageModel {
        let printers: [Printer]

        /// One of them.
        struct Printer: PageModel {
            let name: String
            /// The key's fingerprint, or that there is none.
            let key: String
        }
    }

    /// Actions on letters.
    static let all = [
        ConsoleAction(
            path: "letters/specimen", permission: .orderLetters, name: "specimen", fields: { _, _ in [] },
            answer: SpecimenMade.self, run: { try LetterActions($0).makeSpecimen($1) }, back: back),
        ConsoleAction(
            path: "letters/specimens/{specimen}/approve", permission: .approveSpecimen, name: "approveSpecimen",
            fields: { _, _ in [FormField("confirmed", .flag)] }, run: { try LetterActions($0).approveSpecimen($1) },
            back: back),
        ConsoleAction(
            path: "letters/print", permission: .orderLetters, name: "printLetters",
            fields: { task, _ in [FormField("printer", .choice(try LetterActions(task).printers())).open] },
            about: aboutPrinters, answer: Begun.self,
            run: { try LetterActions($0).printLetters($1) },
            back: back),
        ConsoleAction(
            path: "letters/again", permission: .orderLetters, name: "printAgain",
            fields: { task, _ in
                [
                    FormField("batch", .number(numbers)), FormField("first", .number(numbers), isRequired: false),
                    FormField("last", .number(numbers), isRequired: false),
                    FormField("printer", .choice(try LetterActions(task).printers())).open, .reason,
                ]
            }, about: aboutPrinters, answer: Begun.self,
            run: { try LetterActions($0).printAgain($1) }, back: back),
        ConsoleAction(
            path: "letters/{batch}/posted", permission: .orderLetters, name: "posted",
            fields: { _, _ in [FormField("on", .date)] }, answer: SheetActions.Posted.self,
            run: { try SheetActions($0).posted($1) }, back: back),
        ConsoleAction(
            path: "letters/{batch}/confirm", permission: .orderLetters, name: "confirmBatch", fields: { _, _ in [] },
            answer: Confirmed.self, run: { try LetterActions($0).confirmBatch($1) }, back: back),
        ConsoleAction(
            path: "letters/{batch}/spoiled", permission: .orderLetters, name: "spoiled",
            fields: { try SheetActions($0).spoiledFields($1) }, run: { try SheetActions($0).spoiled($1) }, back: back),
        ConsoleAction(
            path: "letters/returned", permission: .orderLetters, name: "returned",
            fields: { _, _ in [FormField("list", .long(maximum: 100_000))] }, answer: Returned.self,
            run: { try LetterActions($0).returned($1) }, back: back),
    ]

    /// The specimen that was made.
    struct SpecimenMade: PageModel {
        /// Null where nothing can be printed yet.
        let specimen: Int?
    }

    /// A print run: `GET letters` tells how it goes on.
    struct Begun: PageModel {
        /// That it is under way.
        enum State: String, CaseIterable, Choice {
            case begun
            static var texts: String? { nil }
        }

        let state: State
    }

    /// Letters whose secrets are wiped.
    struct Confirmed: PageModel {
        let letters: Int
    }

    /// Letters that were taken as returned.
    struct Returned: PageModel {
        let returned: Int
    }

    /// The printers who have an account.
    func printers() throws(StoreError) -> [String] {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.register.members(reading).filter { $0.role == .printer }.map(\.name)
        }
    }

    /// Whose key everything is encrypted to: to be compared by telephone before anything is printed.
    func aboutPrinters(_ call: ConsoleRequest) throws -> PrintersAbout? {
        let members = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.register.members(reading).filter { $0.role == .printer }
        }
        return PrintersAbout(
            printers: members.map {
                .init(name: $0.name, key: $0.fingerprint ?? text("parcels.noKey", call.language))
            })
    }

    /// Makes a specimen of the letters as they are now.
    func makeSpecimen(_ call: ConsoleRequest) throws -> ActionResult {
        let proof: SpecimenProof?
        do { proof = try parts.letters.makeSpecimen(by: call.viewer) } catch let fault as PrintRefusal {
            return faulty(fault, call.language)
        }
        return .done(
            text("specimen.done", call.language), next: "letters", details: SpecimenMade(specimen: proof?.id))
    }

    /// Approves a specimen; somebody else must have made it.
    func approveSpecimen(_ call: ConsoleRequest) throws -> ActionResult {
        guard call.has("confirmed") else {
            return .refused(422, text("approveSpecimen.confirm", call.language), field: "confirmed")
        }
        let decision: SpecimenDecision
        do { decision = try parts.letters.approve(specimen: call.id("specimen"), by: call.viewer) } catch let fault
            as PrintRefusal
        { return faulty(fault, call.language) }
        switch decision {
        case .approved: return .done(text("approveSpecimen.done", call.language), next: "letters")
        case .gone: return .refused(409, text("approveSpecimen.gone", call.language))
        case .samePerson: return .refused(403, text("approveSpecimen.samePerson", call.language))
        case .tooNew(let until): return StaffActions(context).tooNew(until, call.language)
        case .mayNot: return .refused(403, text("denied.title", call.language))
        }
    }

    /// Orders the letters that wait.
    func printLetters(_ call: ConsoleRequest) throws -> ActionResult {
        try begin(PrintOrders.Order(printer: call["printer"], again: nil, letters: nil, reason: ""), call)
    }

    /// Orders a batch, or some letters of it, once more; the reason is kept.
    /// - Returns: a refusal when the numbers are no range.
    func printAgain(_ call: ConsoleRequest) throws -> ActionResult {
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
            PrintOrders.Order(
                printer: call["printer"], again: call.number("batch"), letters: range, reason: call["reason"].trimmed),
            call)
    }

    /// Begins a print run on a thread of its own: a hundred thousand letters take half a minute.
    private func begin(_ order: PrintOrders.Order, _ call: ConsoleRequest) throws -> ActionResult {
        do {
            if let obstacle = try parts.letters.begin(order) {
                return .refused(409, text("print.\(obstacle.rawValue)", call.language), field: "printer")
            }
        } catch let fault as PrintRefusal { return faulty(fault, call.language) }
        let (letters, viewer) = (parts.letters, call.viewer)
        do throws(OwnThread.Fault) { try OwnThread.begin("the letters") { letters.print(order, by: viewer) } } catch {
            letters.giveUp(because: error.description)
            throw error
        }
        return .done(text("printLetters.begun", call.language), next: "letters", details: Begun(state: .begun))
    }

    /// A template or an enclosure that no letter can be made with.
    private func faulty(_ fault: PrintRefusal, _ language: Language) -> ActionResult {
        .refused(409, said(fault, language))
    }

    /// Wipes the secrets of a posted batch.
    func confirmBatch(_ call: ConsoleRequest) throws -> ActionResult {
        let outcome = try parts.letters.letterBatches.confirm(
            parts.operations.election, batch: call.id("batch"), by: call.viewer.principal)
        switch outcome {
        case .success(let count):
            return .done(
                "\(text("confirmBatch.done", call.language)) \(count).", next: "letters",
                details: Confirmed(letters: count))
        case .failure(let why): return .refused(409, said(why, call.language))
        }
    }

    /// Letters that the post returned: a line each, with batch and number, or a voter's reference.
    /// What is wrong with single lines is said by their numbers; the others are taken.
    func returned(_ call: ConsoleRequest) throws -> ActionResult {
        let language = call.language
        let entries = call["list"].split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
            .filter { !$1.allSatisfy(LetterActions.isBetween) }
            .map { LetterReturns.Entry(line: $0 + 1, place: LetterActions.letter($1)) }
        let returns = LetterReturns(
            letterBatches: parts.letters.letterBatches, store: store, election: parts.operations.election)
        let outcome = try returns.take(entries, by: call.viewer.principal)
        let words = "\(text("returned.done", language)) \(outcome.done)."
        guard outcome.refused.isEmpty else {
            let faults = outcome.refused.map { line, why in
                let fault = why.map { said($0, language) }
                return "\(line)\(language.colon)\(fault ?? text("returned.unknown", language))"
            }
            return .refused(422, words + " " + faults.joined(separator: " "), field: "list")
        }
        return .done(words, next: "letters", details: Returned(returned: outcome.done))
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
