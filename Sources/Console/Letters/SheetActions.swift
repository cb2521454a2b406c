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

/// What managers and printers both say of sheets: that the post took them, or that they are spoiled.
struct SheetActions: ConsoleWork {
    let context: ConsoleContext

    /// The identifiers that can be used from now on.
    struct Posted: PageModel {
        /// Null where only the date was corrected.
        let activated: Int?
    }

    /// Says on which day the post took a batch: its identifiers can be used from then on.
    /// Managers and the printer of the batch alone; a second date corrects the first.
    func posted(_ call: ConsoleRequest) throws -> ActionResult {
        let language = call.language
        let (batch, date) = (call.id("batch"), call["on"])
        let isTheirs = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.letters.isTheirs(reading, batch: batch, call.viewer)
        }
        guard isTheirs else { return .refused(404, text("parcel.unknown", language)) }
        let next = call.viewer.role == .printer ? "parcels" : "letters"
        let outcome = try LetterPosting(letterBatches: parts.letters.letterBatches, election: parts.operations.election)
            .post(
                batch: batch, on: date, now: parts.clock.now, by: call.viewer.principal)
        switch outcome {
        case .noDay: return .refused(422, text("fault.date", language), field: "on")
        case .notBegun: return .refused(422, text("posted.future", language), field: "on")
        case .activated(let count):
            return .done("\(text("posted.done", language)) \(count).", next: next, details: Posted(activated: count))
        case .corrected: return .done(text("posted.corrected", language), next: next, details: Posted(activated: nil))
        case .refused(let why):
            return .refused(409, said(why, language), field: "on")
        }
    }

    /// The fields of the form for a spoiled sheet. Once its number is known, one asks back with the first letters of the name on
    /// it: a mistyped number would end the identifier of somebody whose letter is on its way.
    func spoiledFields(_ call: ConsoleRequest) throws(StoreError) -> [FormField] {
        let fields = [
            FormField("number", .number(LetterActions.numbers)), FormField("destroyed", .flag, isRequired: false),
            FormField.reason,
        ]
        guard call.source == "console" else {
            return fields + [FormField("held", .text(maximum: 40), isRequired: false)]
        }
        let sheet = try store.read { (reading: borrowing Reading) throws(StoreError) -> LetterBatches.Sheet? in
            guard try mayReport(reading, call) else { return nil }
            return try spoiledSheet(call).sheet(reading, isPrinter: call.viewer.role == .printer)
        }
        return fields + (sheet.map { [FormField("held", .choice(["", $0.name]), isRequired: false)] } ?? [])
    }

    /// The operation on the sheet that a call names.
    private func spoiledSheet(_ call: ConsoleRequest) -> SpoiledSheet {
        SpoiledSheet(
            call.id("batch"), call.number("number") ?? 0, store: store, letterBatches: parts.letters.letterBatches,
            election: parts.operations.election)
    }

    /// Whether that sheet is the caller's to speak of.
    private func mayReport(_ reading: borrowing Reading, _ call: ConsoleRequest) throws(StoreError) -> Bool {
        try parts.letters.isTheirs(
            reading, batch: call.id("batch"), letter: call.number("number") ?? 0, call.viewer)
    }

    /// Ends a sheet and the identifier on it, once its name was confirmed.
    func spoiled(_ call: ConsoleRequest) throws -> ActionResult {
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
            return .refused(409, said(why, language), field: "number")
        }
    }
}
