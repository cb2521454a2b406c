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

/// A request with what it would change, as those see it who decide.
struct RequestModel: PageModel {
    let what: String
    /// The file that it is about; null where it is about a voter.
    let file: String?
    /// Whether the file is the voter who would be added, and why.
    let isAddition: Bool
    let reason: String
    /// Whom it is about; null where it is about a file.
    let voter: Person?
    /// References of those whose place the voter would take.
    let replaces: String?
    let askedBy: String
    let expiresAt: Moment
    let changes: [Change]
    /// The contact that the voter gave, after the one that holds.
    let contact: String?
    /// The rows of a file that wait; null where it is about a voter.
    let rows: Rows?
    let needsBureau: Bool

    /// The voter.
    struct Person: PageModel {
        let name: String
        let reference: String
        /// How the caller's identity was checked.
        let check: String
    }

    /// What would stand in a column.
    struct Change: PageModel {
        let column: String
        let values: String
    }

    /// What waits of a file.
    struct Rows: PageModel {
        let list: [Row]
        /// References of rows that something came before; null for none.
        let overtaken: String?
    }

    /// One of its rows.
    struct Row: PageModel {
        let line: Int
        let reference: String
        let name: String
        let changes: String
    }
}

/// What stands above the forms of a request.
struct RequestAbout: ConsoleWork {
    let context: ConsoleContext

    /// A request with what it is about.
    private struct Found: Sendable {
        let request: Approvals.Request
        /// Nil where it is about a file.
        let voter: Voter?
        /// The voter's, as messages go to them now.
        let contacts: VoterContacts?
        let file: HeldRolls.File?
        /// References of those whose place the voter would take.
        let replaced: [String]
    }

    /// What a request asks for, with what it would change; nil when there is none of this number.
    func model(_ call: ConsoleRequest) throws -> RequestModel? {
        guard let found = try found(call) else { return nil }
        let (request, say) = (found.request, wording(call.language))
        let words = RequestWords(context, call.language)
        let file = words.file(request)
        let corrections = request.corrections.sorted { $0.key.rawValue < $1.key.rawValue }
        return RequestModel(
            what: words.permission(request), file: file, isAddition: request.isAddition, reason: request.reason,
            voter: file == nil ? person(found, say) : nil,
            replaces: file != nil || found.replaced.isEmpty ? nil : found.replaced.joined(separator: ", "),
            askedBy: request.askedBy, expiresAt: Moment(request.expiresAt),
            changes: corrections.map { column, value in
                let values = [before(column, request.stood[column], say), after(column, value, say)]
                return RequestModel.Change(
                    column: say.choice("column", column.rawValue),
                    values: values.compactMap(\.self).joined(separator: " \u{2192} "))
            }, contact: contact(found, say), rows: found.file.map { rows(of: $0, say) },
            needsBureau: request.needsBureau)
    }

    /// Reads the request and what it is about.
    private func found(_ call: ConsoleRequest) throws(StoreError) -> Found? {
        try store.read { (reading: borrowing Reading) throws(StoreError) -> Found? in
            guard let request = try approvals.request(reading, call.id("request")) else { return nil }
            let voter = try parts.operations.voter(reading, request.subject)
            return Found(
                request: request, voter: voter,
                contacts: try voter.map { voter throws(StoreError) in
                    try parts.operations.directory.contacts(reading, voter)
                }, file: try HeldRolls(parts.operations).file(reading, request),
                replaced: try ReplacementSearch(parts.operations).replacedReferences(reading, request))
        }
    }

    /// Whom a request is about, and how their identity was checked.
    private func person(_ found: Found, _ say: Wording) -> RequestModel.Person {
        RequestModel.Person(
            name: found.voter?.courteousName(say.language) ?? "?", reference: found.voter?.reference ?? "?",
            check: found.request.order["check"].map { say.choice("check", $0) } ?? say("none"))
    }

    /// The contact that a voter gave, after what may be shown of the present one; nil where none was given.
    private func contact(_ found: Found, _ say: Wording) -> String? {
        guard let contact = found.request.order["contact"], !contact.isEmpty else { return nil }
        let present =
            found.request.order["route"] == Channel.sms.rawValue
            ? before(.phone, found.contacts?.phone?.text ?? "", say)
            : before(.email, found.contacts?.mail?.text ?? "", say)
        return "\(present ?? "") \u{2192} \(contact)"
    }

    /// Who changes to what by a file that waits.
    private func rows(of file: HeldRolls.File, _ say: Wording) -> RequestModel.Rows {
        let overtaken = file.rows.filter(\.isOvertaken).map(\.reference)
        // All of them: one that is overtaken now is taken after all where its entry is put back before the decision.
        return RequestModel.Rows(
            list: file.rows.map {
                .init(
                    line: $0.line, reference: $0.reference, name: $0.name,
                    changes: changes($0, file, say).joined(separator: say.language.semicolon))
            }, overtaken: overtaken.isEmpty ? nil : overtaken.joined(separator: ", "))
    }

    /// What stood on the roll, as far as it may be shown; nil of a request that does not say.
    private func before(_ column: Column, _ value: String?, _ say: Wording) -> String? {
        guard let value else { return nil }
        guard !value.isEmpty else { return say("none") }
        switch column {
        case .email: return VoterContacts.masked(mail: value)
        case .phone: return VoterContacts.masked(phone: value)
        case .address1: return value.split(separator: "|").last.map { "… \($0)" }
        case .challenge: return say("correct.hasAnswer")
        default: return say.choice(column.rawValue, value)
        }
    }

    /// What would stand there. An answer is nobody's to see.
    private func after(_ column: Column, _ value: String, _ say: Wording) -> String {
        if value.isEmpty { return say("correct.erased") }
        return column == .challenge
            ? say("correct.newAnswer") : say.choice(column.rawValue, value)
    }

    /// What a row changes, one after another.
    private func changes(_ row: ContactRow, _ file: HeldRolls.File, _ say: Wording) -> [String] {
        var words = row.columns.map { change($0, row, say) }
        words += (file.others[row.reference] ?? []).map { RollWords(say).change($0) }
        if let replaces = replacesWords(file.replaced[row.reference] ?? [], say) { words.append(replaces) }
        return words
    }

    /// In whose place a row puts its voter; nil where in nobody's.
    private func replacesWords(_ references: [String], _ say: Wording) -> String? {
        guard !references.isEmpty else { return nil }
        return "\(say("decide.replaces"))\(say.language.colon)\(references.joined(separator: ", "))"
    }

    /// A contact that a row changes: what may be shown of the old one, and the new one.
    private func change(_ column: Column, _ row: ContactRow, _ say: Wording) -> String {
        let (old, new): (String?, String?) =
            switch column {
            case .email: (row.before.mail?.text, row.after.mail?.text)
            case .phone: (row.before.phone?.text, row.after.phone?.text)
            // Nobody sees an answer, and a hash says nothing.
            case .challenge: ("?", "?")
            default: (row.before.address?.lines.last, row.after.address?.lines.joined(separator: ", "))
            }
        let before = before(column, old ?? "", say) ?? ""
        let after = after(column, new ?? "", say)
        return "\(say.choice("column", column.rawValue))\(say.language.colon)\(before) → \(after)"
    }
}
