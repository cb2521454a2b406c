import Bureau
import Elections
import Operations
import Store
import VoterRoll

/// Corrections of one field of one voter.
extension ConsoleSite {
    /// The fields of a correction; with a column in the address its present value stands in the form.
    func correctionFields(_ call: Call) throws -> [DeedField] {
        let column = Column(rawValue: call["column"])
        let present = try column.flatMap { column in try values(call).first { $0.column == column }?.value }
        return [
            DeedField("column", .choice(VoterActions.columns.map(\.rawValue))),
            DeedField("value", .long(maximum: 400), isRequired: false, value: present), .reason,
        ]
    }

    /// What stands on the roll, each with its own link to the form; contacts are masked on the page, and not filled in.
    func presentValues(_ call: Call) throws -> [Block] {
        let language = call.language
        let values = try values(call)
        guard !values.isEmpty else { return [] }
        let path = "/manager/voters/\(call.id("voter"))/correct?column="
        return [
            .table(
                Table(
                    caption: text("correct.today", language),
                    head: [("f.column", false), ("f.value", false)].map { (text($0.0, language), $0.1) },
                    rows: values.map { column, value in
                        [
                            Table.Cell(choiceText("column", column.rawValue, language), path: path + column.rawValue),
                            Table.Cell(value),
                        ]
                    }, empty: text("none", language)))
        ]
    }

    /// The values of a voter that may be shown, as the page calls them: a correction takes them in these words.
    private func values(_ call: Call) throws -> [(column: Column, value: String)] {
        let voter = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.desk.voter(reading, call.id("voter"))
        }
        guard let voter else { return [] }
        let language = call.language
        let civility =
            switch voter.civility {
            case .none: ""
            case .mister: "M."
            case .madam: "Mme"
            }
        return [
            (.lastName, voter.lastName), (.firstName, voter.firstName), (.civility, civility),
            (.college, choiceText("college", voter.college, language)),
            (.site, choiceText("site", voter.site, language)), (.weight, "\(voter.weight)"),
            (.language, voter.language.rawValue), (.channel, voter.channel?.rawValue ?? ""),
        ]
    }

    func correct(_ call: Call) throws -> DeedAnswer {
        guard let column = Column(rawValue: call["column"]), VoterActions.columns.contains(column) else {
            return .refused(422, text("fault.choice", call.language), field: "column")
        }
        let change = try parts.roll.correct(
            voter: call.id("voter"), column: column, value: call["value"].trimmed, reason: call["reason"].trimmed,
            by: call.viewer)
        return answer(change, call, done: "correct.done", next: "voters/\(call.id("voter"))")
    }
}
