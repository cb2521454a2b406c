import Elections
import Polling
import Store
import Tally
import WebContent

extension ConsoleSite {
    /// The trustees on the page of seal and checks: who showed the keys, who found them in the seal, whose proven keys were
    /// replaced and on whose word, and what is here of the count.
    /// For programs a list: `name`, `proven`, `checked`, `waived`, `replaced`, `part`.
    func trustees(_ language: Language) throws -> (blocks: [Block], data: JSONValue) {
        let (list, removals) = try store.read { (reading: borrowing Reading) throws(StoreError) in
            (try parts.teller.progress(reading), try parts.teller.removals(reading))
        }
        var blocks: [Block] = [
            .table(
                Table(
                    caption: text("trustees.caption", language),
                    head: ["trustees.name", "trustees.proven", "trustees.checked", "trustees.part"].map {
                        (text($0, language), false)
                    },
                    rows: list.map { [Table.Cell($0.trustee.name)] + cells($0, language) },
                    empty: text("trustees.none", language)))
        ]
        for entry in list {
            guard let at = entry.trustee.replacedAt else { continue }
            blocks.append(
                .notice(
                    "\(entry.trustee.name)\(language.colon)\(text("trustees.replaced", language)) \(time(at, language)) (\(entry.trustee.replacedBy ?? ""))",
                    isBad: true))
        }
        for removal in removals {
            blocks.append(
                .notice(
                    "\(removal.name)\(language.colon)\(text("trustees.removed", language)) \(removal.by)", isBad: true))
        }
        for entry in list where entry.part == .unbound {
            blocks.append(
                .notice("\(entry.trustee.name)\(language.colon)\(text("trustees.unboundText", language))", isBad: true))
        }
        return (blocks, .list(list.map(data)))
    }

    /// A trustee's row behind the name.
    private func cells(_ entry: TrusteeProgress, _ language: Language) -> [Table.Cell] {
        let trustee = entry.trustee
        let checked =
            trustee.waived.map { "\(text("trustees.waived", language)) (\($0))" }
            ?? trustee.checkedAt.map { time($0, language) } ?? text("no", language)
        return [
            Table.Cell(trustee.provenAt.map { time($0, language) } ?? text("no", language)), Table.Cell(checked),
            Table.Cell(text("trustees.part.\(entry.part.rawValue)", language)),
        ]
    }

    /// The same for programs.
    private func data(_ entry: TrusteeProgress) -> JSONValue {
        .object([
            "name": .text(entry.trustee.name), "proven": .flag(entry.trustee.provenAt != nil),
            "checked": .flag(entry.trustee.checkedAt != nil), "waived": .optional(entry.trustee.waived),
            "replaced": .optional(entry.trustee.replacedBy), "part": .text(entry.part.rawValue),
        ])
    }
}
