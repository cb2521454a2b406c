import Elections
import Operations
import Staff
import Store
import VoterRoll
import WebContent

/// The page of the roll: how an import goes on, and the form for another one while the poll is not sealed.
struct RollPage: ConsolePage {
    static let path = "roll"
    static let permission = Permission.changeRoll
    static let template = "roll"
    let context: ConsoleContext

    /// Lines of a list of faults on the page.
    private static let mostFaults = 200

    func title(_ model: RollModel, _ wording: Wording) -> String { wording("menu.roll") }
    func isLive(_ model: RollModel) -> Bool { [.reading, .applying].contains(model.state) }

    func model(_ call: ConsoleRequest) throws -> RollModel? {
        let (isSealed, lapsed) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (Bool, [Approvals.Request]) in
            (try parts.operations.isSealed(reading), try HeldRolls(parts.operations).lapsed(reading))
        }
        var (model, view) = try present(call)
        view.lapsed = AppliedWords(context, call.language).notices(lapsed, but: model.request)
        if isSealed { model = RollModel(state: .sealed) }
        view.isSealed = isSealed
        model.lapsed = lapsed.isEmpty ? nil : lapsed.map { RollModel.Lapsed($0) }
        model.view = OnPage(view)
        return model
    }

    /// How the import goes on, for programs and for people.
    private func present(_ call: ConsoleRequest) throws -> (RollModel, RollModel.View) {
        let say = wording(call.language)
        let (words, colon) = (RollWords(say), say.language.colon)
        var (model, view) = (RollModel(state: .none), RollModel.View())
        switch parts.rollImport.job {
        case nil: break
        case .reading(let file, let rows):
            model = RollModel(state: .reading, file: file, rows: rows)
            view.notices = [Notice("\(file)\(colon)\(say("roll.reading")) \(rows)")]
            view.isReading = true
        case .applying(let file):
            model = RollModel(state: .applying, file: file)
            view.notices = [Notice("\(file)\(colon)\(say("roll.applying"))")]
        case .failed(let file, let line, let why):
            model = RollModel(state: .failed, file: file, line: line, why: why)
            view.notices = [Notice(words.failure(file, line, why), isBad: true)]
        case .asks(let file, let question):
            model = RollModel(state: .asks, file: file)
            model.take(question)
            view.notices = [Notice(words.failure(file, 0, question.why))]
            view.asks = true
        case .cancelled(let file):
            model = RollModel(state: .cancelled, file: file)
            view.notices = [Notice("\(file)\(colon)\(say("roll.cancelled"))")]
        case .applied(let file, let summary, let applied):
            model = RollModel(state: .applied, file: file)
            model.take(summary)
            model.take(applied)
            view.notices = try notices(file, summary, applied, call.language)
        case .ready(let file, let summary):
            model = RollModel(state: .ready, file: file)
            model.take(summary)
            view.report = report(file, summary, say)
        }
        return (model, view)
    }

    /// What became of a file that was applied.
    private func notices(
        _ file: String, _ summary: RollFileImport.Summary, _ applied: AppliedRoll, _ language: Language
    ) throws -> [Notice] {
        let (say, words) = (wording(language), AppliedWords(context, language))
        // Those who wait are counted there alone.
        let (new, others) = (summary.added - applied.heldNew, summary.changed - applied.held + applied.heldNew)
        let counts = "+\(new), \(others), -\(summary.removed - applied.kept)"
        var notices = [Notice("\(file)\(language.colon)\(say("roll.applied")) \(counts)")]
        if let replaced = words.replaced(applied) { notices.append(Notice(replaced)) }
        if let request = try words.request(applied) { notices.append(Notice(request)) }
        if let wrong = SheetWords(say).wrong(applied.sheets) { notices.append(Notice(wrong, isBad: true)) }
        return notices
    }

    /// What a file that was read would do, with its faults and warnings.
    private func report(_ file: String, _ summary: RollFileImport.Summary, _ say: Wording) -> RollModel.Report {
        let words = RollWords(say)
        func joined(_ names: [String]) -> String { names.isEmpty ? say("none") : names.joined(separator: ", ") }
        func lines(_ faults: [RollFault]) -> [RollModel.FaultLine] {
            faults.prefix(RollPage.mostFaults).map {
                .init(line: $0.line, column: words.column($0.column), value: $0.value, reason: say.said($0.reason))
            }
        }
        return RollModel.Report(
            heading: "\(file)\(say.language.colon)\(say("roll.ready"))", rows: summary.rows, encoding: summary.encoding,
            sheets: joined(summary.sheets), added: summary.added, changed: summary.changed, removed: summary.removed,
            rejected: summary.rejected, warned: summary.warningCount, ignored: joined(summary.ignored),
            nameless: summary.nameless > 0 ? summary.nameless : nil,
            faults: lines(summary.faults),
            warnings: lines(WarningOrder.sorted(summary.warnings, as: say("roll.homonyms"))),
            differences: summary.differences.map {
                .init(
                    line: $0.line, reference: $0.reference,
                    changes: $0.changes.map { words.change($0) }.joined(separator: say.language.semicolon))
            }, names: names(summary, say))
    }

    /// Those who are new, and those whom the file lacks; only where there are any.
    private func names(_ summary: RollFileImport.Summary, _ say: Wording) -> [RollModel.NameList] {
        [
            ("added", summary.added, summary.addedNames), ("removed", summary.removed, summary.removedNames),
        ].filter { !$0.2.isEmpty }.map { key, count, names in
            let rest = count > names.count ? " (\(say("roll.first")) \(names.count))" : ""
            return RollModel.NameList(
                id: key, heading: "\(say("roll.\(key)"))\(say.language.colon)\(count)\(rest)", names: names)
        }
    }
}
