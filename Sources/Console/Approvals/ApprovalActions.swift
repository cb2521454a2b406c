import Authentication
import Contacts
import Delivery
import Elections
import Foundation
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

    /// Their forms.
    static let all = [
        ConsoleAction(
            path: "approvals/{request}/decide", deed: .decide, name: "decide",
            fields: { task, call in
                [DeedField("decision", .choice(["approve", "refuse"])), .reason]
                    + (try ApprovalActions(task).rowsField(call))
            }, intro: { try ApprovalActions($0).aboutRequest($1) }, answer: Decided.self,
            run: { try ApprovalActions($0).decide($1) }, back: { _ in "approvals" }),
        ConsoleAction(
            path: "approvals/{request}/take-back", deed: .decide, name: "takeBack", fields: { _, _ in [] },
            intro: { try ApprovalActions($0).aboutRequest($1) }, run: { try ApprovalActions($0).takeBack($1) },
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
        var noticeBy: Route?
        /// How many rows of a file were taken; null where it was about one voter.
        var voters: Int?
        /// Rows of a file that were not taken, since something came between, or on the decider's word; and voters struck off.
        var overtaken: [String] = []
        var leftOut: [String] = []
        var struck: [String] = []
        /// Printed sheets that are wrong now.
        var sheets: [PrintedSheet] = []
    }

    /// What a request asks for, with what it would change; nil when there is none of this number.
    func aboutRequest(_ call: Call) throws -> [Block]? {
        let language = call.language
        let found = try store.read { (reading: borrowing Reading) throws(StoreError) -> About? in
            guard let request = try approvals.request(reading, call.id("request")) else { return nil }
            let voter = try parts.desk.voter(reading, request.subject)
            return About(
                request: request, voter: voter,
                contacts: try voter.map { voter throws(StoreError) in
                    try parts.desk.directory.contacts(reading, voter)
                }, file: try parts.desk.heldFile(reading, request),
                replaced: try parts.desk.replacedReferences(reading, request))
        }
        guard let found else { return nil }
        let request = found.request
        var facts = [(text("approvals.what", language), RequestWords(context, language).deed(request))]
        if let file = RequestWords(context, language).file(request) {
            facts.append((text(request.isAddition ? "f.reference" : "roll.file", language), file))
            if request.isAddition { facts.append((text("why", language), request.reason)) }
        } else {
            facts += aboutVoter(request, found.voter, language)
            if !found.replaced.isEmpty {
                facts.append((text("decide.replaces", language), found.replaced.joined(separator: ", ")))
            }
        }
        facts += [
            (text("approvals.by", language), request.askedBy),
            (text("approvals.until", language), time(request.expiresAt, language)),
        ]
        for (column, value) in request.corrections.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let values = [before(column, request.stood[column], language), after(column, value, language)]
            facts.append(
                (
                    choiceText("column", column.rawValue, language),
                    values.compactMap(\.self).joined(separator: " → ")
                ))
        }
        if let contact = request.order["contact"], !contact.isEmpty {
            let present =
                request.order["route"] == Route.sms.rawValue
                ? before(.phone, found.contacts?.phone?.text ?? "", language)
                : before(.email, found.contacts?.mail?.text ?? "", language)
            facts.append((text("f.contact", language), "\(present ?? "") → \(contact)"))
        }
        var blocks: [Block] = [.facts(facts)]
        if let file = found.file { blocks += rows(of: file, language) }
        if request.needsBureau { blocks.append(.notice(text("decide.bureau", language), isBad: false)) }
        return blocks
    }

    /// A request with what it is about.
    private struct About: Sendable {
        let request: Approvals.Request
        /// Nil where it is about a file.
        let voter: Voter?
        /// The voter's, as messages go to them now.
        let contacts: VoterContacts?
        let file: VoterDesk.HeldFile?
        /// References of those whose place the voter would take.
        let replaced: [String]
    }

    /// Whom a request is about, and why.
    private func aboutVoter(
        _ request: Approvals.Request, _ voter: Voter?, _ language: Language
    ) -> [(String, String)] {
        [
            (text("f.name", language), voter?.courteousName(language) ?? "?"),
            (text("f.reference", language), voter?.reference ?? "?"),
            (text("why", language), request.reason),
            (
                text("f.check", language),
                request.order["check"].map { choiceText("check", $0, language) } ?? text("none", language)
            ),
        ]
    }

    /// What stood on the roll, as far as it may be shown; nil of a request that does not say.
    private func before(_ column: Column, _ value: String?, _ language: Language) -> String? {
        guard let value else { return nil }
        guard !value.isEmpty else { return text("none", language) }
        switch column {
        case .email: return VoterContacts.masked(mail: value)
        case .phone: return VoterContacts.masked(phone: value)
        case .address1: return value.split(separator: "|").last.map { "… \($0)" }
        case .challenge: return text("correct.hasAnswer", language)
        default: return choiceText(column.rawValue, value, language)
        }
    }

    /// What would stand there. An answer is nobody's to see.
    private func after(_ column: Column, _ value: String, _ language: Language) -> String {
        if value.isEmpty { return text("correct.erased", language) }
        return column == .challenge
            ? text("correct.newAnswer", language) : choiceText(column.rawValue, value, language)
    }

    /// Who changes to what by a file that waits.
    private func rows(of file: VoterDesk.HeldFile, _ language: Language) -> [Block] {
        let (say, overtaken) = (wording(language), file.rows.filter(\.isOvertaken).map(\.reference))
        // All of them: one that is overtaken now is taken after all where its entry is put back before the decision.
        let rows = file.rows.map { row -> [Table.Cell] in
            [
                Table.Cell("\(row.line)"), Table.Cell(row.reference), Table.Cell(row.name),
                Table.Cell(changes(row, file, say).joined(separator: language.semicolon)),
            ]
        }
        var blocks: [Block] = [
            .table(
                Table(
                    caption: text("f.contact", language),
                    head: ["roll.line", "f.reference", "f.name", "roll.changes"].map { (text($0, language), false) },
                    rows: rows, empty: text("none", language)))
        ]
        if !overtaken.isEmpty {
            blocks.append(
                .notice(
                    "\(text("decide.overtaken", language))\(language.colon)\(overtaken.joined(separator: ", "))",
                    isBad: false))
        }
        return blocks
    }

    /// What a row changes, one after another.
    private func changes(_ row: ContactRow, _ file: VoterDesk.HeldFile, _ say: Wording) -> [String] {
        var words = row.columns.map { change($0, row, say.language) }
        words += (file.others[row.reference] ?? []).map { RollWords(say).change($0) }
        if let replaces = replacesWords(file.replaced[row.reference] ?? [], say.language) { words.append(replaces) }
        return words
    }

    /// In whose place a row puts its voter; nil where in nobody's.
    private func replacesWords(_ references: [String], _ language: Language) -> String? {
        guard !references.isEmpty else { return nil }
        return "\(text("decide.replaces", language))\(language.colon)\(references.joined(separator: ", "))"
    }

    /// A contact that a row changes: what may be shown of the old one, and the new one.
    private func change(_ column: Column, _ row: ContactRow, _ language: Language) -> String {
        let (old, new): (String?, String?) =
            switch column {
            case .email: (row.before.mail?.text, row.after.mail?.text)
            case .phone: (row.before.phone?.text, row.after.phone?.text)
            // Nobody sees an answer, and a hash says nothing.
            case .challenge: ("?", "?")
            default: (row.before.address?.lines.last, row.after.address?.lines.joined(separator: ", "))
            }
        let before = before(column, old ?? "", language) ?? ""
        let after = after(column, new ?? "", language)
        return "\(choiceText("column", column.rawValue, language))\(language.colon)\(before) → \(after)"
    }

    /// Of a file that waits: the rows that are not approved with the others.
    func rowsField(_ call: Call) throws -> [DeedField] {
        let request = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try approvals.request(reading, call.id("request"))
        }
        guard let request, request.heldImport != nil, !request.isAddition else { return [] }
        return [DeedField("without", .text(maximum: ApprovalActions.longestReferences), isRequired: false)]
    }

    /// Letters of a list of references: about a hundred of them; who leaves out more refuses the file.
    private static let longestReferences = 2000

    /// Approves or refuses a request; nobody decides their own, nor what they had a hand in.
    /// - Returns: `state`: `done`, `refused`, or `impossible` where what was asked for cannot be done any more.
    func decide(_ call: Call) throws -> DeedAnswer {
        let language = call.language
        let decided = try parts.desk.decide(
            request: call.id("request"), approved: call["decision"] == "approve", answer: call["reason"].trimmed,
            leavingOut: Set(call["without"].split { ",;".contains($0) || $0.isWhitespace }.map(String.init)),
            by: call.viewer)
        switch decided {
        case .refusedRequest:
            return .done(text("decide.refused", language), next: "approvals", details: Decided(state: .refused))
        case .denied(let denial):
            let key: String
            switch denial {
            case .gone: key = "decide.gone"
            case .expired: key = "decide.expired"
            case .samePerson: key = "decide.samePerson"
            case .bureauOnly: key = "decide.bureau"
            case .tooNew(let until): return StaffActions(context).tooNew(until, language)
            }
            return .refused(denial == .samePerson || denial == .bureauOnly ? 403 : 409, text(key, language))
        case .carriedOut(.done(let notice, let sheets, _)):
            var words = text("decide.done", language)
            for sheet in sheets {
                words += " " + text("reissue.sheet", language) + " \(sheet.batch) / \(sheet.number)."
            }
            return .done(
                words, next: "approvals", details: Decided(state: .done, noticeBy: notice))
        case .unknownRows(let references):
            return .refused(
                422, text("decide.unknownRows", language), field: "without",
                more: references.joined(separator: ", "))
        case .appliedFile(let voters, let overtaken, let leftOut, let struck, let sheets):
            var words = "\(text("decide.doneFile", language)) \(voters)."
            if !struck.isEmpty {
                words += " \(text("decide.struck", language))\(language.colon)\(struck.joined(separator: ", "))."
            }
            if !overtaken.isEmpty {
                words += " \(text("decide.overtaken", language))\(language.colon)\(overtaken.joined(separator: ", "))."
            }
            if !leftOut.isEmpty {
                words += " \(text("decide.leftOut", language))\(language.colon)\(leftOut.joined(separator: ", "))."
            }
            if let wrong = SheetWords(wording(language)).wrong(sheets, atMost: SheetWords.mostRuns) {
                words += " \(wrong)"
            }
            return .done(
                words, next: "approvals",
                details: Decided(
                    state: .done, voters: voters, overtaken: overtaken, leftOut: leftOut, struck: struck,
                    sheets: sheets.map { PrintedSheet($0) }))
        case .carriedOut(.refused(let reason)):
            return .done(
                text("decide.notDone", language) + " " + refusal(reason, "refusal.contact", language),
                next: "approvals", details: Decided(state: .impossible))
        case .carriedOut:
            return .done(text("decide.notDone", language), next: "approvals", details: Decided(state: .impossible))
        }
    }

    /// Takes one's own request back.
    func takeBack(_ call: Call) throws -> DeedAnswer {
        let isDone = try parts.desk.takeBack(request: call.id("request"), by: call.viewer)
        return isDone
            ? .done(text("takeBack.done", call.language), next: "approvals")
            : .refused(409, text("decide.gone", call.language))
    }
}
