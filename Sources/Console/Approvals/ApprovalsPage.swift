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

/// Requests for a second person: the list, what each would change, and the decision.
extension ConsoleSite {
    /// Requests that wait; one's own can be taken back, others decided.
    /// For programs a list: `id`, `deed`, `voter` (null where it is about a file), `file` and how many `voters` it is about, `reason`,
    /// `askedBy`, `expiresAt`, `needsBureau`.
    func approvalsScreen(_ call: Call) throws -> Screen {
        let language = call.language
        let found = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> [(Approvals.Request, Voter?)] in
            var list: [(Approvals.Request, Voter?)] = []
            for request in try approvals.waiting(reading) {
                list.append((request, try parts.desk.voter(reading, request.subject)))
            }
            return list
        }
        let rows = found.map { request, voter -> [Table.Cell] in
            let isMine = request.askedBy == call.viewer.principal.text
            return [
                Table.Cell(
                    "\(text(isMine ? "takeBack.title" : "decide.title", language)) \(request.id)",
                    path: "/manager/approvals/\(request.id)/\(isMine ? "take-back" : "decide")"),
                Table.Cell(deedWords(request, language)),
                Table.Cell(voter?.courteousName(language) ?? fileWords(request, language) ?? "?"),
                Table.Cell(request.reason), Table.Cell(request.askedBy), Table.Cell(time(request.expiresAt, language)),
                Table.Cell(text(request.needsBureau ? "approvals.bureau" : "approvals.anybody", language)),
            ]
        }
        return Screen(
            title: text("menu.approvals", language),
            blocks: [
                .text(text("approvals.text", language)),
                .table(
                    Table(
                        caption: text("menu.approvals", language),
                        head: [
                            "approvals.number", "approvals.what", "f.name", "why", "approvals.by", "approvals.until",
                            "approvals.who",
                        ].map { (text($0, language), false) }, rows: rows, empty: text("approvals.none", language))),
            ] + (try lapsedTable(language)),
            data: .list(
                found.map { request, _ in
                    .object([
                        "id": .number(request.id), "deed": .text(request.deed.rawValue),
                        "voter": .optional(request.heldImport == nil ? request.subject : nil),
                        "file": .optional(request.heldImport == nil ? nil : request.order["file"]),
                        "voters": .number(request.order["voters"].flatMap { Int($0) } ?? 1),
                        "reason": .text(request.reason), "askedBy": .text(request.askedBy),
                        "expiresAt": .time(request.expiresAt), "needsBureau": .flag(request.needsBureau),
                    ])
                }), isLive: true)
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
        var facts = [(text("approvals.what", language), deedWords(request, language))]
        if let file = fileWords(request, language) {
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

    /// The file that a request is about and how many voters it has; nil where it is about one voter.
    func fileWords(_ request: Approvals.Request, _ language: Language) -> String? {
        guard request.heldImport != nil else { return nil }
        if request.isAddition { return request.order["file"] ?? "" }
        let voters = request.order["voters"] ?? "?"
        return "\(request.order["file"] ?? ""), \(voters) \(text("approvals.voters", language))"
    }

    /// What is asked for.
    func deedWords(_ request: Approvals.Request, _ language: Language) -> String {
        if request.isAddition { return text("approvals.added", language) }
        return text(request.heldImport == nil ? "deed.\(request.deed.rawValue)" : "approvals.file", language)
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
        let overtaken = file.rows.filter(\.isOvertaken).map(\.reference)
        // All of them: one that is overtaken now is taken after all where its entry is put back before the decision.
        let rows = file.rows.map { row -> [Table.Cell] in
            [
                Table.Cell("\(row.line)"), Table.Cell(row.reference), Table.Cell(row.name),
                Table.Cell(
                    (row.columns.map { change($0, row, language) }
                        + (file.others[row.reference] ?? []).map { changeText($0, language) }
                        + (replacesWords(file.replaced[row.reference] ?? [], language).map { [$0] } ?? []))
                        .joined(separator: language.semicolon)),
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
        return [DeedField("without", .text(maximum: ConsoleSite.longestReferences), isRequired: false)]
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
            return .done(text("decide.refused", language), next: "approvals", data: ["state": .text("refused")])
        case .denied(let denial):
            let key: String
            switch denial {
            case .gone: key = "decide.gone"
            case .expired: key = "decide.expired"
            case .samePerson: key = "decide.samePerson"
            case .bureauOnly: key = "decide.bureau"
            case .tooNew(let until): return tooNew(until, language)
            }
            return .refused(denial == .samePerson || denial == .bureauOnly ? 403 : 409, text(key, language))
        case .carriedOut(.done(let notice, let sheets, _)):
            var words = text("decide.done", language)
            for sheet in sheets {
                words += " " + text("reissue.sheet", language) + " \(sheet.batch) / \(sheet.number)."
            }
            return .done(
                words, next: "approvals", data: ["state": .text("done"), "noticeBy": .optional(notice?.rawValue)])
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
            if let wrong = sheetWords(sheets, language, atMost: ConsoleSite.mostSheetRuns) { words += " \(wrong)" }
            return .done(
                words, next: "approvals",
                data: [
                    "state": .text("done"), "voters": .number(voters),
                    "overtaken": .list(overtaken.map { .text($0) }), "leftOut": .list(leftOut.map { .text($0) }),
                    "struck": .list(struck.map { .text($0) }), "sheets": sheetData(sheets),
                ])
        case .carriedOut(.refused(let reason)):
            return .done(
                text("decide.notDone", language) + " " + refusal(reason, "refusal.contact", language),
                next: "approvals", data: ["state": .text("impossible")])
        case .carriedOut:
            return .done(text("decide.notDone", language), next: "approvals", data: ["state": .text("impossible")])
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
