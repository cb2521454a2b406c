import Elections
import Issuance
import WebContent

/// What is said of printed sheets that are wrong.
struct SheetWords {
    private let say: Wording

    init(_ say: Wording) { self.say = say }

    /// Runs of sheets that a short note names: it travels in an address.
    static let mostRuns = 30

    /// Printed sheets that are wrong now, neighbours together: `3 / 1-4, 9; 4 / 2`; nil where there are none.
    func wrong(_ sheets: [Issuer.Sheet], atMost most: Int = .max) -> String? {
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
        let rest = runs.count > most ? "\(say.language.semicolon)…" : ""
        return "\(say("roll.sheets.wrong")) \(named.joined(separator: say.language.semicolon))\(rest)."
    }
}
