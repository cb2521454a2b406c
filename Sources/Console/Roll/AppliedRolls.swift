import Elections
import Issuance
import Operations
import Staff
import Store
import VoterRoll
import WebContent

/// What became of a file: what waits of it and how that ended, the older files whose place it took, printed sheets that are wrong.
extension ConsoleSite {
    /// The same for programs: `request`, `held` and `needsBureau` where something waits, `replaced` requests, `sheets`; `kept` voters stay
    /// on the roll until the others are approved.
    func waits(_ applied: VoterDesk.AppliedRoll) -> [String: JSONValue] {
        var data: [String: JSONValue] = [
            "replaced": .list(applied.replaced.map { .number($0) }), "sheets": sheetData(applied.sheets),
        ]
        if let request = applied.request {
            data["request"] = .number(request)
            data["held"] = .number(applied.held)
            data["needsBureau"] = .flag(applied.isForBureau)
            data["kept"] = .number(applied.kept)
        }
        return data
    }

    /// What waits, in words; nil where nothing does.
    func waitingWords(_ applied: VoterDesk.AppliedRoll, _ language: Language) -> String? {
        guard applied.request != nil else { return nil }
        let who = text(applied.isForBureau ? "reissue.askedBureau" : "reissue.asked", language)
        let kept =
            applied.kept == 0 ? "" : " \(text("rollApply.kept", language))\(language.colon)\(applied.kept)."
        return "\(text("rollApply.held", language))\(language.colon)\(applied.held).\(kept) \(who)"
    }

    /// The requests of older files that ended; nil where none did.
    func replacedWords(_ applied: VoterDesk.AppliedRoll, _ language: Language) -> String? {
        guard !applied.replaced.isEmpty else { return nil }
        return "\(text("rollApply.replaced", language)) \(applied.replaced.map { "\($0)" }.joined(separator: ", "))."
    }

    /// What waits of an applied file, or how that ended; nil where nothing waited.
    func requestWords(_ applied: VoterDesk.AppliedRoll, _ language: Language) throws -> String? {
        guard let id = applied.request else { return nil }
        let (request, now) = try store.read { (reading: borrowing Reading) throws(StoreError) in
            (try approvals.request(reading, id), parts.desk.clock.now)
        }
        guard let request else { return nil }
        let isWaiting = request.state == .waiting && request.expiresAt > now
        return isWaiting ? waitingWords(applied, language) : ended(request, language)
    }

    /// How a request of a file ended.
    private func ended(_ request: Approvals.Request, _ language: Language) -> String {
        let key =
            switch request.state {
            case .approved: "roll.request.approved"
            case .takenBack: "roll.request.takenBack"
            case .refused: request.replacedBy == nil ? "roll.request.refused" : "roll.request.replaced"
            case .waiting: "roll.request.expired"
            }
        let successor = request.replacedBy.map { " (\($0))" } ?? ""
        let number = "\(text("roll.request", language)) \(request.id)"
        return "\(number)\(language.colon)\(text(key, language))\(successor)."
    }

    /// Says of files whose request ended without a decision that what waited did not come onto the roll: whoever asked may not know.
    /// - Parameter own: the request of which the page says so already.
    func lapsedNotices(but own: Int?, _ language: Language) throws -> [Block] {
        let lapsed = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.desk.lapsedFiles(reading)
        }
        return lapsed.filter { $0.id != own }.map { request in
            let file = request.order["file"] ?? ""
            return .notice(
                "\(file)\(language.colon)\(ended(request, language)) \(text("approvals.by", language))\(language.colon)\(request.askedBy).",
                isBad: false)
        }
    }

    /// Requests that ended without a decision, for the list of approvals; nothing where there are none.
    func lapsedTable(_ language: Language) throws -> [Block] {
        let lapsed = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try approvals.lapsed(reading, since: parts.desk.clock.now - VoterDesk.lapsedSeconds).map {
                request throws(StoreError) in (request, try parts.desk.voter(reading, request.subject))
            }
        }
        guard !lapsed.isEmpty else { return [] }
        let rows = lapsed.map { request, voter -> [Table.Cell] in
            [
                Table.Cell("\(request.id)"), Table.Cell(deedWords(request, language)),
                Table.Cell(voter?.courteousName(language) ?? fileWords(request, language) ?? "?"),
                Table.Cell(request.askedBy),
                Table.Cell(
                    request.replacedBy.map { "\(text("approvals.replaced", language)) \($0)" }
                        ?? text("approvals.expired", language)),
            ]
        }
        return [
            .table(
                Table(
                    caption: text("approvals.lapsed", language),
                    head: ["approvals.number", "approvals.what", "f.name", "approvals.by", "approvals.end"].map {
                        (text($0, language), false)
                    }, rows: rows, empty: text("none", language)))
        ]
    }

    // MARK: Printed sheets

    /// Runs of sheets that a short note names: it travels in an address.
    static let mostSheetRuns = 30

    /// Printed sheets that are wrong now, neighbours together: `3 / 1-4, 9; 4 / 2`; nil where there are none.
    func sheetWords(_ sheets: [Issuer.Sheet], _ language: Language, atMost most: Int = .max) -> String? {
        guard !sheets.isEmpty else { return nil }
        var runs: [(batch: Int, first: Int, last: Int)] = []
        for sheet in sheets {
            if let run = runs.last, run.batch == sheet.batch, run.last + 1 == sheet.number {
                runs[runs.count - 1].last = sheet.number
            } else {
                runs.append((sheet.batch, sheet.number, sheet.number))
            }
        }
        var batches: [(batch: Int, numbers: [String])] = []
        for run in runs.prefix(most) {
            let words = run.first == run.last ? "\(run.first)" : "\(run.first)-\(run.last)"
            if batches.last?.batch == run.batch {
                batches[batches.count - 1].numbers.append(words)
            } else {
                batches.append((run.batch, [words]))
            }
        }
        let named = batches.map { "\($0.batch) / \($0.numbers.joined(separator: ", "))" }
        let rest = runs.count > most ? "\(language.semicolon)…" : ""
        return "\(text("roll.sheets.wrong", language)) \(named.joined(separator: language.semicolon))\(rest)."
    }

    /// The same for programs.
    func sheetData(_ sheets: [Issuer.Sheet]) -> JSONValue {
        .list(sheets.map { .object(["batch": .number($0.batch), "number": .number($0.number)]) })
    }
}
