import Authentication
import Contacts
import Crypto
import Elections
import Foundation
import Journal
import Operations
import Polling
import Staff
import Store
import VoterRoll
import WebContent

extension ConsoleSite {
    // MARK: Roll

    /// The page of the roll: how an import goes on, and the form for another one while the poll is not sealed.
    /// For programs `state`: `none`, `reading`, `applying`, `failed`, `asks`, `cancelled`, `ready`, `applied` or
    /// `sealed`, with what belongs to it.
    func rollScreen(_ call: Call) throws -> Screen {
        let language = call.language
        let isSealed = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.desk.isSealed(reading)
        }
        var blocks: [Block] = isSealed ? [.notice(text("roll.sealed.text", language), isBad: false)] : []
        var ownRequest: Int?
        var state = "none"
        var data: [String: JSONValue] = [:]
        switch parts.roll.job {
        case nil: break
        case .reading(let file, let rows):
            state = "reading"
            blocks.append(.notice("\(file)\(language.colon)\(text("roll.reading", language)) \(rows)", isBad: false))
            blocks.append(.links([(text("rollDrop.title", language), "/manager/roll/drop")]))
        case .applying(let file):
            state = "applying"
            blocks.append(.notice("\(file)\(language.colon)\(text("roll.applying", language))", isBad: false))
        case .failed(let file, let line, let why):
            state = "failed"
            data = ["file": .text(file), "line": .number(line), "why": .text(why)]
            blocks.append(.notice(failure(file, line, why, language), isBad: true))
        case .asks(let file, let question):
            state = "asks"
            data = asked(file, question)
            blocks.append(.notice(failure(file, 0, question.why, language), isBad: false))
            blocks.append(
                .links([
                    (text("rollColumns.title", language), "/manager/roll/columns"),
                    (text("rollDrop.title", language), "/manager/roll/drop"),
                ]))
        case .cancelled(let file):
            state = "cancelled"
            blocks.append(.notice("\(file)\(language.colon)\(text("roll.cancelled", language))", isBad: false))
        case .applied(let file, let summary, let applied):
            state = "applied"
            data = report(file, summary).merging(waits(applied)) { $1 }
            // Those who wait are counted there alone.
            let (new, others) = (summary.added - applied.heldNew, summary.changed - applied.held + applied.heldNew)
            blocks.append(
                .notice(
                    "\(file)\(language.colon)\(text("roll.applied", language)) +\(new), \(others), -\(summary.removed - applied.kept)",
                    isBad: false))
            if let words = replacedWords(applied, language) { blocks.append(.notice(words, isBad: false)) }
            if let words = try requestWords(applied, language) { blocks.append(.notice(words, isBad: false)) }
            if let words = sheetWords(applied.sheets, language) { blocks.append(.notice(words, isBad: true)) }
            ownRequest = applied.request
        case .ready(let file, let summary):
            state = "ready"
            data = report(file, summary)
            blocks += ready(file, summary, language)
        }
        blocks += try lapsedNotices(but: ownRequest, language)
        guard !isSealed else {
            return Screen(title: text("menu.roll", language), blocks: blocks, data: .object(["state": .text("sealed")]))
        }
        blocks.append(.heading(text("roll.upload", language)))
        blocks.append(
            .form(
                FormBlock(
                    path: "/manager/\(RollUpload.path)",
                    fields: [
                        .init(
                            name: "file", label: text("roll.file", language), hint: text("roll.file.hint", language),
                            input: .file),
                        .init(
                            name: "valid", label: text("roll.valid", language), input: .check, value: "",
                            isRequired: false),
                    ], button: text("roll.do", language))))
        blocks.append(
            .links([
                (text("rollAdd.title", language), "/manager/roll/add"),
                (text("roll.sample", language), "/manager/roll/sample.csv"),
                (text("rollHeadings.title", language), "/manager/roll/headings"),
            ]))
        return Screen(
            title: text("menu.roll", language), blocks: blocks,
            data: .object(data.merging(["state": .text(state)]) { $1 }),
            isLive: ["reading", "applying"].contains(state))
    }

    /// What a file would do, for programs.
    /// `rows`, `encoding`, `sheets`, how many were `added`, `changed`, `removed`, `rejected` and `warned`, and the
    /// first `faults`, `warnings` and `differences`.
    private func report(_ file: String, _ summary: RollDesk.Summary) -> [String: JSONValue] {
        func list(_ faults: [RollFault]) -> JSONValue {
            .list(
                faults.map {
                    .object([
                        "line": .number($0.line), "column": .text($0.column), "value": .text($0.value),
                        "reason": .text($0.reason),
                    ])
                })
        }
        return [
            "file": .text(file), "rows": .number(summary.rows), "encoding": .text(summary.encoding),
            "sheets": .list(summary.sheets.map { .text($0) }), "nameless": .number(summary.nameless),
            "added": .number(summary.added), "changed": .number(summary.changed), "removed": .number(summary.removed),
            "rejected": .number(summary.rejected), "warned": .number(summary.warningCount),
            "ignored": .list(summary.ignored.map { .text($0) }),
            // The first ones only, as on the page.
            "faults": list(summary.faults), "warnings": list(summary.warnings),
            "differences": .list(
                summary.differences.map {
                    .object([
                        "line": .number($0.line), "reference": .text($0.reference),
                        "changes": .list($0.changes.map { .text($0.text) }),
                    ])
                }),
        ]
    }

    /// What a file that was read would do, with its faults and warnings.
    private func ready(_ file: String, _ summary: RollDesk.Summary, _ language: Language) -> [Block] {
        var blocks: [Block] = [
            .heading("\(file)\(language.colon)\(text("roll.ready", language))"),
            .facts([
                (text("roll.rows", language), "\(summary.rows)"), (text("roll.encoding", language), summary.encoding),
                (
                    text("roll.sheets", language),
                    summary.sheets.isEmpty ? text("none", language) : summary.sheets.joined(separator: ", ")
                ),
                (text("roll.added", language), "\(summary.added)"),
                (text("roll.changed", language), "\(summary.changed)"),
                (text("roll.removed", language), "\(summary.removed)"),
                (text("roll.rejected", language), "\(summary.rejected)"),
                (text("roll.warnings", language), "\(summary.warningCount)"),
                (
                    text("roll.ignored", language),
                    summary.ignored.isEmpty ? text("none", language) : summary.ignored.joined(separator: ", ")
                ),
            ]),
        ]
        func table(_ caption: String, _ faults: [RollFault]) -> Block {
            .table(
                Table(
                    caption: text(caption, language),
                    head: ["roll.line", "roll.column", "f.value", "why"].map { (text($0, language), false) },
                    rows: faults.prefix(200).map {
                        [
                            Table.Cell("\($0.line)"), Table.Cell(columnName($0.column, language)),
                            Table.Cell($0.value), Table.Cell(said($0.reason, language)),
                        ]
                    }, empty: text("none", language)))
        }
        if summary.nameless > 0 {
            blocks.append(
                .notice(
                    "\(text("roll.nameless", language))\(language.colon)\(summary.nameless)", isBad: false))
        }
        blocks += [
            table("roll.rejected", summary.faults),
            table("roll.warnings", WarningOrder.sorted(summary.warnings, as: text("roll.homonyms", language))),
        ]
        blocks.append(
            .table(
                Table(
                    caption: text("roll.changed", language),
                    head: ["roll.line", "f.reference", "roll.changes"].map { (text($0, language), false) },
                    rows: summary.differences.map {
                        [
                            Table.Cell("\($0.line)"), Table.Cell($0.reference),
                            Table.Cell(
                                $0.changes.map { changeText($0, language) }.joined(separator: language.semicolon)),
                        ]
                    }, empty: text("none", language))))
        for (key, count, names) in [
            ("roll.added", summary.added, summary.addedNames), ("roll.removed", summary.removed, summary.removedNames),
        ] where !names.isEmpty {
            let rest = count > names.count ? " (\(text("roll.first", language)) \(names.count))" : ""
            blocks += [.heading("\(text(key, language))\(language.colon)\(count)\(rest)"), .codes(names)]
        }
        blocks.append(
            .links([
                (text("rollApply.title", language), "/manager/roll/apply"),
                (text("rollDrop.title", language), "/manager/roll/drop"),
            ]))
        return blocks
    }

    /// What is asked of a voter who was left out.
    func lateVoterFields() -> [DeedField] {
        func optional(_ name: String, _ maximum: Int = 254) -> DeedField {
            DeedField(name, .text(maximum: maximum), isRequired: false)
        }
        return [
            DeedField("reference", .text(maximum: 64)), DeedField("last_name", .text(maximum: 100)),
            optional("first_name", 100), DeedField("civility", .choice(["", "M", "Mme"]), isRequired: false),
            DeedField("college", .choice(election.colleges.keys.sorted())),
            DeedField(
                "site", .choice(election.sites.isEmpty ? [""] : election.sites.keys.sorted()),
                isRequired: !election.sites.isEmpty), optional("email"),
            optional("phone", 30), DeedField("address1", .long(maximum: 400), isRequired: false), .reason,
        ]
    }

    /// Adds a voter who was left out.
    /// - Returns: the new voter's number as `voter`, or `state`: `waits`, with the `request` that others decide first.
    func addVoter(_ call: Call) throws -> DeedAnswer {
        let columns: [Column] = [.lastName, .firstName, .civility, .college, .site, .email, .phone, .address1]
        let values = Dictionary(uniqueKeysWithValues: columns.map { ($0, call[$0.rawValue].trimmed) })
        let (change, voter) = try parts.roll.add(
            reference: call["reference"].trimmed, values: values, reason: call["reason"].trimmed, by: call.viewer)
        switch change {
        case .done:
            return .done(
                text("rollAdd.done", call.language), next: "voters/\(voter ?? 0)", data: ["voter": .optional(voter)])
        case .asked: return answer(change, call, done: "rollAdd.done", next: "roll")
        case .sealed: return .refused(409, text("roll.cannot.sealed", call.language))
        case .refused(let reason):
            return .refused(422, refusal(reason, "refusal.value", call.language), field: "reference")
        case .refusedColumns: return answer(change, call, done: "rollAdd.done", next: "roll")
        case .importing: return .refused(409, text("roll.cannot.busy", call.language))
        case .unknownVoter, .already, .overtaken: return .refused(404, text("reissue.unknown", call.language))
        }
    }

    /// Publishes the roll that was read; it must be confirmed.
    func applyRoll(_ call: Call) throws -> DeedAnswer {
        guard call.has("confirmed") else {
            return .refused(422, text("rollApply.confirm", call.language), field: "confirmed")
        }
        // A form of before does not apply a file that somebody else has read in since.
        let number = call["import"].isEmpty ? nil : Int(call["import"]) ?? -1
        switch try parts.roll.apply(number, by: call.viewer) {
        case .obstacle(let why): return .refused(409, text("roll.cannot.\(why)", call.language))
        case .done(let applied):
            let language = call.language
            let words = [
                text(applied.request == nil ? "rollApply.done" : "rollApply.partly", language),
                replacedWords(applied, language), waitingWords(applied, language),
                sheetWords(applied.sheets, language, atMost: ConsoleSite.mostSheetRuns),
            ]
            return .done(words.compactMap(\.self).joined(separator: " "), next: "roll", data: waits(applied))
        }
    }

    /// Drops the file that is read or waits.
    func dropRoll(_ call: Call) throws -> DeedAnswer {
        try parts.roll.drop()
            ? .done(text("rollDrop.done", call.language), next: "roll")
            : .refused(409, text("roll.cannot.nothing", call.language))
    }
}
