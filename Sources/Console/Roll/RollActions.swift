import Authentication
import Contacts
import Crypto
import Elections
import Journal
import Operations
import Polling
import Staff
import Store
import VoterRoll
import WebContent

/// What is done with the roll: a file applied or dropped, a voter added who was left out.
struct RollActions: ConsoleWork {
    let context: ConsoleContext

    /// Where their forms lead back.
    private static let toRoll: @Sendable (ConsoleRequest) -> String = { _ in "roll" }

    /// Their forms.
    static let all = [
        ConsoleAction(
            path: "roll/add", permission: .changeRoll, name: "rollAdd",
            fields: { task, _ in RollActions(task).lateVoterFields() },
            answer: VoterOutcome.self, run: { try RollActions($0).addVoter($1) }, back: toRoll),
        ConsoleAction(
            path: "roll/apply", permission: .changeRoll, name: "rollApply",
            fields: { task, _ in
                [
                    FormField("confirmed", .flag),
                    FormField(
                        "import", .hidden, isRequired: false, value: task.parts.rollImport.waitingFile.map(String.init)),
                ]
            },
            answer: AppliedAnswer.self, run: { try RollActions($0).applyRoll($1) }, back: toRoll),
        ConsoleAction(
            path: "roll/columns", permission: .changeRoll, name: "rollColumns",
            fields: { task, _ in RollColumns(task).fields() },
            about: FormAbout("noticeForm", MessageModel.self) { RollColumns($0).about($1) },
            run: { try RollColumns($0).answer($1) }, back: toRoll),
        ConsoleAction(
            path: "roll/drop", permission: .changeRoll, name: "rollDrop", fields: { _, _ in [] },
            run: { try RollActions($0).dropRoll($1) },
            back: toRoll),
    ]

    /// What an applied file leaves open.
    struct AppliedAnswer: PageModel {
        /// Requests of older files whose place it took.
        let replaced: [Int]
        /// Printed sheets that are wrong now.
        let sheets: [PrintedSheet]
        /// The request of rows that wait; null where none do.
        let request: Int?
        /// Voters who wait.
        let held: Int
        /// Whether only a member of the bureau may approve it.
        let needsBureau: Bool
        /// Voters who stay on the roll until the others are approved.
        let kept: Int

        init(_ applied: AppliedRoll) {
            (replaced, sheets) = (applied.replaced, applied.sheets.map { PrintedSheet($0) })
            (request, held, needsBureau, kept) = (applied.request, applied.held, applied.isForBureau, applied.kept)
        }
    }

    /// What is asked of a voter who was left out.
    func lateVoterFields() -> [FormField] {
        func optional(_ name: String, _ maximum: Int = 254) -> FormField {
            FormField(name, .text(maximum: maximum), isRequired: false)
        }
        return [
            FormField("reference", .text(maximum: 64)), FormField("last_name", .text(maximum: 100)),
            optional("first_name", 100), FormField("civility", .choice(["", "M", "Mme"]), isRequired: false),
            FormField("college", .choice(election.colleges.keys.sorted())),
            FormField(
                "site", .choice(election.sites.isEmpty ? [""] : election.sites.keys.sorted()),
                isRequired: !election.sites.isEmpty), optional("email"),
            optional("phone", 30), FormField("address1", .long(maximum: 400), isRequired: false), .reason,
        ]
    }

    /// Adds a voter who was left out.
    /// - Returns: with the new voter's number, or with the request that others decide first.
    func addVoter(_ call: ConsoleRequest) throws -> ActionResult {
        let columns: [Column] = [.lastName, .firstName, .civility, .college, .site, .email, .phone, .address1]
        let values = Dictionary(uniqueKeysWithValues: columns.map { ($0, call[$0.rawValue].trimmed) })
        let (change, voter) = try RollAddition(parts.operations).add(
            reference: call["reference"].trimmed, values: values, reason: call["reason"].trimmed, by: call.viewer)
        switch change {
        case .done:
            return .done(
                text("rollAdd.done", call.language), next: "voters/\(voter ?? 0)",
                details: VoterOutcome(state: .done, voter: voter))
        case .asked: return RollAnswers(context).answer(change, call, done: "rollAdd.done", next: "roll")
        case .sealed: return .refused(409, text("roll.cannot.sealed", call.language))
        case .refused(let reason):
            return .refused(422, said(reason, call.language), field: "reference")
        case .refusedColumns: return RollAnswers(context).answer(change, call, done: "rollAdd.done", next: "roll")
        case .importing: return .refused(409, text("roll.cannot.busy", call.language))
        case .unknownVoter, .already, .overtaken: return .refused(404, text("reissue.unknown", call.language))
        }
    }

    /// Publishes the roll that was read; it must be confirmed.
    func applyRoll(_ call: ConsoleRequest) throws -> ActionResult {
        guard call.has("confirmed") else {
            return .refused(422, text("rollApply.confirm", call.language), field: "confirmed")
        }
        // A form of before does not apply a file that somebody else has read in since.
        let number = call["import"].isEmpty ? nil : Int(call["import"]) ?? -1
        switch try parts.rollImport.apply(number, by: call.viewer) {
        case .obstacle(let why): return .refused(409, text("roll.cannot.\(why.rawValue)", call.language))
        case .done(let applied):
            let words = AppliedWords(context, call.language)
            let sentences = [
                text(applied.request == nil ? "rollApply.done" : "rollApply.partly", call.language),
                words.replaced(applied), words.waiting(applied),
                SheetWords(wording(call.language)).wrong(applied.sheets, atMost: SheetWords.mostRuns),
            ]
            return .done(
                sentences.compactMap(\.self).joined(separator: " "), next: "roll", details: AppliedAnswer(applied))
        }
    }

    /// Drops the file that is read or waits.
    func dropRoll(_ call: ConsoleRequest) throws -> ActionResult {
        try parts.rollImport.drop()
            ? .done(text("rollDrop.done", call.language), next: "roll")
            : .refused(409, text("roll.cannot.nothing", call.language))
    }
}
