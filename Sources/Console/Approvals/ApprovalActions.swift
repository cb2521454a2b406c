import Authentication
import Contacts
import Delivery
import Elections
import Issuance
import Journal
import Operations
import Staff
import Store
import VoterRoll
import WebContent

/// Requests for a second person: what each would change, and the decision.
struct ApprovalActions: ConsoleWork {
    let context: ConsoleContext

    /// What stands above their forms.
    private static let aboutRequest = FormAbout("requestForm", RequestModel.self) { try RequestAbout($0).model($1) }

    /// Their forms.
    static let all = [
        ConsoleAction(
            path: "approvals/{request}/decide", permission: .decide, name: "decide",
            fields: { task, call in
                [FormField("decision", .choice(["approve", "refuse"])), .reason]
                    + (try ApprovalActions(task).rowsField(call))
            }, about: aboutRequest, answer: Decided.self,
            run: { try ApprovalActions($0).decide($1) }, back: { _ in "approvals" }),
        ConsoleAction(
            path: "approvals/{request}/take-back", permission: .decide, name: "takeBack", fields: { _, _ in [] },
            about: aboutRequest, run: { try ApprovalActions($0).takeBack($1) },
            back: { _ in "approvals" }),
    ]

    /// What came of a decision.
    struct Decided: PageModel {
        /// What became of what was asked for.
        enum State: String, CaseIterable, Choice {
            case done, refused, impossible
            static var texts: String? { nil }
        }

        let state: State
        /// By which channel the voter was told.
        var noticeBy: Channel?
        /// How many rows of a file were taken; null where it was about one voter.
        var voters: Int?
        /// Rows of a file that were not taken, since something came between, or on the decider's word; and voters struck off.
        var overtaken: [String] = []
        var leftOut: [String] = []
        var struck: [String] = []
        /// Printed sheets that are wrong now.
        var sheets: [PrintedSheet] = []
    }

    /// Of a file that waits: the rows that are not approved with the others.
    func rowsField(_ call: ConsoleRequest) throws -> [FormField] {
        let request = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try approvals.request(reading, call.id("request"))
        }
        guard let request, request.heldImport != nil, !request.isAddition else { return [] }
        return [FormField("without", .text(maximum: ApprovalActions.longestReferences), isRequired: false)]
    }

    /// Letters of a list of references: about a hundred of them; who leaves out more refuses the file.
    private static let longestReferences = 2000

    /// Approves or refuses a request; nobody decides their own, nor what they had a hand in.
    /// - Returns: `state`: `done`, `refused`, or `impossible` where what was asked for cannot be done any more.
    func decide(_ call: ConsoleRequest) throws -> ActionResult {
        let language = call.language
        let decided = try ApprovalDecision(parts.operations).decide(
            request: call.id("request"), approved: call["decision"] == "approve", answer: call["reason"].trimmed,
            leavingOut: Set(call["without"].split { ",;".contains($0) || $0.isWhitespace }.map(String.init)),
            by: call.viewer)
        switch decided {
        case .refusedRequest:
            return .done(text("decide.refused", language), next: "approvals", details: Decided(state: .refused))
        case .denied(let denial): return denied(denial, call)
        case .carriedOut(.done(let notice, let sheets, _, _)):
            let named = sheets.map { " \(text("reissue.sheet", language)) \($0.batch) / \($0.number)." }
            return .done(
                text("decide.done", language) + named.joined(), next: "approvals",
                details: Decided(state: .done, noticeBy: notice))
        case .unknownRows(let references):
            return .refused(
                422, text("decide.unknownRows", language), field: "without",
                more: references.joined(separator: ", "))
        case .appliedFile(let voters, let overtaken, let leftOut, let struck, let sheets):
            let decided = Decided(
                state: .done, voters: voters, overtaken: overtaken, leftOut: leftOut, struck: struck,
                sheets: sheets.map { PrintedSheet($0) })
            let wrong = SheetWords(wording(language)).wrong(sheets, atMost: SheetWords.mostRuns)
            return .done(
                words(decided, language) + (wrong.map { " \($0)" } ?? ""), next: "approvals", details: decided)
        case .carriedOut(.refused(let reason)):
            return .done(
                text("decide.notDone", language) + " " + said(reason, language),
                next: "approvals", details: Decided(state: .impossible))
        case .carriedOut:
            return .done(text("decide.notDone", language), next: "approvals", details: Decided(state: .impossible))
        }
    }

    /// Why somebody may not decide.
    private func denied(_ denial: Approvals.Denial, _ call: ConsoleRequest) -> ActionResult {
        switch denial {
        case .gone: .refused(409, text("decide.gone", call.language))
        case .expired: .refused(409, text("decide.expired", call.language))
        case .samePerson: .refused(403, text("decide.samePerson", call.language))
        case .bureauOnly: .refused(403, text("decide.bureau", call.language))
        case .tooNew(let until): StaffActions(context).tooNew(until, call.language)
        }
    }

    /// What became of the rows of a file.
    private func words(_ decided: Decided, _ language: Language) -> String {
        let lists = [
            ("decide.struck", decided.struck), ("decide.overtaken", decided.overtaken),
            ("decide.leftOut", decided.leftOut),
        ]
        let named = lists.filter { !$0.1.isEmpty }.map { key, references in
            " \(text(key, language))\(language.colon)\(references.joined(separator: ", "))."
        }
        return "\(text("decide.doneFile", language)) \(decided.voters ?? 0)." + named.joined()
    }

    /// Takes one's own request back.
    func takeBack(_ call: ConsoleRequest) throws -> ActionResult {
        let isDone = try ApprovalDecision(parts.operations).takeBack(request: call.id("request"), by: call.viewer)
        return isDone
            ? .done(text("takeBack.done", call.language), next: "approvals")
            : .refused(409, text("decide.gone", call.language))
    }
}
