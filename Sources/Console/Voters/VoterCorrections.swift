import Contacts
import Crypto
import Elections
import Operations
import Store
import VoterRoll

/// Corrections of a voter: one form with a field for each column.
struct VoterCorrections: ConsoleWork {
    let context: ConsoleContext

    /// What the roll says of a voter, as the form shows it.
    private struct Present {
        /// Those that may be shown, by column.
        let values: [Column: String]
        /// Of contacts what may be shown of them; an address is told of, not shown.
        let masked: [Column: String]
        let isSealed: Bool
    }

    /// The hidden field that carries what a column's field showed: what was not touched is corrected to nothing, whatever somebody
    /// else made of it meanwhile.
    private static func shown(_ column: Column) -> String { "was.\(column.rawValue)" }

    /// Columns in the order of the form.
    private static let columns: [Column] = [
        .civility, .lastName, .firstName, .college, .site, .weight, .email, .phone, .address1, .language, .channel,
        .challenge,
    ]
    /// Those whose present value is not put into the form: contacts are shown masked, answers not at all.
    private static let hidden: Set<Column> = [.email, .phone, .address1, .challenge]
    /// Letters of a column's value.
    private static let longest: [Column: Int] = [
        .lastName: 100, .firstName: 100, .email: 254, .phone: 30, .address1: 400, .challenge: 200,
    ]

    /// Nil when there is no such voter.
    private func present(_ call: ConsoleRequest) throws -> Present? {
        let found = try store.read { (reading: borrowing Reading) throws(StoreError) -> (VoterSupport.Page, Bool)? in
            guard let page = try VoterSupport(parts.operations).page(reading, voter: call.id("voter"), for: call.viewer)
            else { return nil }
            return (page, try parts.operations.isSealed(reading))
        }
        guard let (page, isSealed) = found else { return nil }
        let voter = page.voter
        let civility =
            switch voter.civility {
            case .none: ""
            case .mister: "M"
            case .madam: "Mme"
            }
        let values: [Column: String] = [
            .civility: civility, .lastName: voter.lastName, .firstName: voter.firstName,
            .college: voter.college, .site: voter.site, .weight: "\(voter.weight)", .language: voter.language.rawValue,
            .channel: voter.channel?.rawValue ?? "",
        ]
        var masked: [Column: String] = [:]
        (masked[.email], masked[.phone]) = (page.mail, page.phone)
        if page.hasAddress { masked[.address1] = text("correct.hasAddress", call.language) }
        if page.hasAnswer { masked[.challenge] = text("correct.hasAnswer", call.language) }
        return Present(values: values, masked: masked, isSealed: isSealed)
    }

    /// The columns that an election has and that may be corrected now.
    private func columns(_ present: Present?) -> [Column] {
        VoterCorrections.columns.filter { column in
            switch column {
            case .site where election.sites.isEmpty, .challenge where election.access.challenge == nil: false
            default: present?.isSealed != true || column.changesAfterSeal
            }
        }
    }

    /// A field for each column, with today's value in it, and beside it a hidden one with what was shown.
    func fields(_ call: ConsoleRequest) throws -> [FormField] {
        let present = try present(call)
        guard call.source == "console" else { return programFields() }
        // A form of an older page, or a program's, names one column and its value.
        let single = Column(rawValue: call["column"])
        var fields: [FormField] = []
        for column in columns(present) {
            let typed = column == single ? call.values["value"] : nil
            fields.append(field(column, present, typed, call))
            if VoterCorrections.erasable.contains(column), present?.masked[column] != nil {
                fields.append(FormField("erase.\(column.rawValue)", .flag, isRequired: false))
            }
            if let today = present?.values[column] {
                let name = VoterCorrections.shown(column)
                fields.append(FormField(name, .hidden, isRequired: false, value: today).forgotten)
            }
        }
        return fields + [.reason]
    }

    /// Why a sealed poll's form is short; nil while it is not.
    func sealNote(_ call: ConsoleRequest) throws -> String? {
        try present(call)?.isSealed == true ? text("correct.sealed", call.language) : nil
    }

    /// Contacts, which a box beside the field removes.
    private static let erasable: Set<Column> = [.email, .phone, .address1]

    /// A column's field.
    /// - Parameter typed: what an older form or a program gave for this column alone.
    private func field(_ column: Column, _ present: Present?, _ typed: String?, _ call: ConsoleRequest) -> FormField {
        let kind: FormField.Kind
        switch column {
        case .civility: kind = .choice(["", "M", "Mme"])
        case .college: kind = .choice(election.colleges.keys.sorted())
        // What the roll holds can always be left as it is: no site where no ballot asks for one, a channel of earlier settings.
        case .site: kind = .choice(VoterCorrections.with(present?.values[.site], election.sites.keys.sorted()))
        case .language: kind = .choice(Language.allCases.map(\.rawValue))
        case .channel:
            kind = .choice(VoterCorrections.with(present?.values[.channel], [""] + election.channels.map(\.rawValue)))
        case .weight: kind = .number(1...Registrar.heaviest)
        case .address1: kind = .long(maximum: VoterCorrections.longest[column] ?? 400)
        default: kind = .text(maximum: VoterCorrections.longest[column] ?? 254)
        }
        if let now = present?.values[column], let given = call.values[column.rawValue]?.trimmed {
            // What was left alone shows what holds today, whoever changed it since.
            if given == call.values[VoterCorrections.shown(column)] {
                return FormField(column.rawValue, kind, isRequired: false, value: now).forgotten
            }
            if given != now {
                let shown = choiceText(column.rawValue, now, call.language)
                return FormField(
                    column.rawValue, kind, isRequired: false, value: now,
                    hint: "\(text("correct.now", call.language)) \(shown)")
            }
        }
        let today = present?.masked[column]
        let hint = today.map { "\(text("correct.now", call.language)) \($0). \(text("correct.keep", call.language))" }
        return FormField(
            column.rawValue, kind, isRequired: false, value: typed ?? present?.values[column],
            hint: hint ?? (VoterCorrections.hidden.contains(column) ? text("correct.noneYet", call.language) : nil))
    }

    /// What a program may send: each column that it wants to correct, in the words of the roll; or one, by its name.
    private func programFields() -> [FormField] {
        columns(nil).map { column in
            FormField(column.rawValue, .long(maximum: VoterCorrections.longest[column] ?? 254), isRequired: false)
        } + [
            FormField("column", .choice(VoterCorrections.columns.map(\.rawValue)), isRequired: false),
            FormField("value", .long(maximum: 400), isRequired: false), .reason,
        ]
    }

    /// The choices of a field, today's value among them.
    private static func with(_ today: String?, _ choices: [String]) -> [String] {
        guard let today, !choices.contains(today) else { return choices }
        return [today] + choices
    }

    /// What is to be corrected: what differs from what the form showed, and what was typed into an empty field. Programs show
    /// nothing: for them it is what differs from today's value.
    /// - Returns: values as they were typed; empty ones remove a contact.
    private func corrections(_ call: ConsoleRequest, _ present: Present) -> [Column: String] {
        if let column = Column(rawValue: call["column"]) { return [column: call["value"].trimmed] }
        var found: [Column: String] = [:]
        for column in VoterCorrections.columns {
            guard let typed = call.values[column.rawValue]?.trimmed else { continue }
            if VoterCorrections.hidden.contains(column) {
                // In a form an empty field is one that was left alone; a program names what it means.
                if !typed.isEmpty || call.source != "console" { found[column] = typed }
                if typed.isEmpty, call.has("erase.\(column.rawValue)") { found[column] = "" }
            } else if typed != call.values[VoterCorrections.shown(column)] ?? present.values[column],
                typed != present.values[column]
            {
                found[column] = typed
            }
        }
        return found
    }

    /// Corrects what was changed in the form, or asks a second person to; refused where somebody else corrected
    /// meanwhile.
    func correct(_ call: ConsoleRequest) throws -> ActionResult {
        let language = call.language
        guard let present = try present(call) else { return .refused(404, text("reissue.unknown", language)) }
        if !call["column"].isEmpty, Column(rawValue: call["column"]).map(VoterCorrections.columns.contains) != true {
            return .refused(422, text("fault.choice", language), field: "column")
        }
        for column in VoterCorrections.erasable
        where call.has("erase.\(column.rawValue)") && !call[column.rawValue].trimmed.isEmpty {
            return .refused(422, text("correct.eraseOrType", language), field: column.rawValue)
        }
        let corrections = corrections(call, present)
        guard !corrections.isEmpty else { return .refused(422, text("correct.nothing", language)) }
        // What the form showed is compared again where the correction is written.
        var seen: [Column: String] = [:]
        for column in corrections.keys { seen[column] = call.values[VoterCorrections.shown(column)] }
        let change = try RollCorrection(parts.operations).correct(
            voter: call.id("voter"), corrections, seen: seen, reason: call["reason"].trimmed, by: call.viewer)
        if case .refusedColumns(let reasons) = change {
            let isSingle = !call["column"].isEmpty && call.source != "console"
            return .faults(
                VoterCorrections.columns.compactMap { column in
                    reasons[column].map {
                        (isSingle ? "value" : column.rawValue, said($0, language))
                    }
                })
        }
        return RollAnswers(context).answer(
            change, call, done: corrections.count > 1 ? "correct.doneAll" : "correct.done",
            next: "voters/\(call.id("voter"))")
    }
}
