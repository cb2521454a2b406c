import Operations
import Staff
import VoterRoll

/// How an import of the roll goes on. What does not belong to its state is null.
struct RollModel: PageModel {
    let state: State
    /// The file's name.
    var file: String?
    /// Of `failed`: where and why, in English. Of `asks`: why.
    var line: Int?
    var why: String?
    /// Of `asks`: the headings that nobody knows.
    var headings: [Heading]?
    /// Of `asks`: the sheets to choose from. Of `ready` and `applied`: those that were read.
    var sheets: [String]?
    /// Rows: of `reading` those that were read by now, of `ready` and `applied` all of them, and how they were read.
    var rows: Int?
    var encoding: String?
    /// Refused rows without a readable reference.
    var nameless: Int?
    /// Voters who are new, changed, or not in the file.
    var added: Int?
    var changed: Int?
    var removed: Int?
    /// Rows that are left out, and those that look odd.
    var rejected: Int?
    var warned: Int?
    /// Headings that mean nothing here.
    var ignored: [String]?
    /// The first ones, as on the page.
    var faults: [Fault]?
    var warnings: [Fault]?
    var differences: [Difference]?
    /// Of `applied`: requests of older files whose place it took, and printed sheets that are wrong now.
    var replaced: [Int]?
    var wrongSheets: [PrintedSheet]?
    /// The request of rows that wait for a second person, for how many voters, and who stays on the roll until it is decided.
    var request: Int?
    var held: Int?
    var needsBureau: Bool?
    var kept: Int?
    /// Files whose request ended without a decision in the last days, the latest first: what waited of them did not come onto the
    /// roll. Null where there are none.
    var lapsed: [Lapsed]?
    var view = OnPage(View())

    /// How far it is.
    enum State: String, CaseIterable, Choice {
        case none, reading, applying, failed, asks, cancelled, ready, applied
        /// No file is taken any more.
        case sealed
        static var texts: String? { nil }
    }

    /// A file whose request ended without a decision.
    struct Lapsed: PageModel {
        /// The request's number.
        let request: Int
        let file: String
        /// As the journal has them.
        let askedBy: String
        /// Nobody could approve from then on.
        let expiresAt: Moment
        /// The newer file's request that took its place; null where it expired.
        let replacedBy: String?

        init(_ request: Approvals.Request) {
            (self.request, file, askedBy) = (request.id, request.order["file"] ?? "", request.askedBy)
            (expiresAt, replacedBy) = (Moment(request.expiresAt), request.replacedBy)
        }
    }

    /// A heading that nobody knows.
    struct Heading: PageModel {
        /// The name of its field in the answer.
        let field: String
        let heading: String
        /// What it would be read as.
        let column: Column?
    }

    /// Something that is wrong or odd.
    struct Fault: PageModel {
        let line: Int
        /// The heading; empty for the whole row.
        let column: String
        let value: String
        /// In English.
        let reason: String

        init(_ fault: RollFault) {
            (line, column, value, reason) = (fault.line, fault.column, fault.value, fault.reason)
        }
    }

    /// A voter whom the file changes.
    struct Difference: PageModel {
        let line: Int
        let reference: String
        let changes: [String]
    }

    /// What the page says.
    struct View: PageModel {
        var isSealed = false
        /// How the import goes on.
        var notices: [Notice] = []
        /// Whether the file that is read can be dropped, and whether it asks.
        var isReading = false
        var asks = false
        var report: Report?
        /// What is said of files whose request lapsed.
        var lapsed: [Notice] = []
    }

    /// What a file would do, in the reader's words.
    struct Report: PageModel {
        let heading: String
        let rows: Int
        let encoding: String
        let sheets: String
        let added: Int
        let changed: Int
        let removed: Int
        let rejected: Int
        let warned: Int
        let ignored: String
        /// How many rows have no reference; null for none.
        let nameless: Int?
        let faults: [FaultLine]
        let warnings: [FaultLine]
        let differences: [DifferenceLine]
        /// New voters and those who are not in the file, the first ones by name.
        let names: [NameList]
    }

    /// A fault in the reader's words.
    struct FaultLine: PageModel {
        let line: Int
        let column: String
        let value: String
        let reason: String
    }

    /// A change in the reader's words.
    struct DifferenceLine: PageModel {
        let line: Int
        let reference: String
        let changes: String
    }

    /// Names under a heading.
    struct NameList: PageModel {
        let id: String
        let heading: String
        let names: [String]
    }
}

extension RollModel {
    /// Takes over what a file would do.
    mutating func take(_ summary: RollFileImport.Summary) {
        (rows, encoding, sheets) = (summary.rows, summary.encoding, summary.sheets)
        (nameless, added, changed, removed) = (summary.nameless, summary.added, summary.changed, summary.removed)
        (rejected, warned, ignored) = (summary.rejected, summary.warningCount, summary.ignored)
        faults = summary.faults.map { Fault($0) }
        warnings = summary.warnings.map { Fault($0) }
        differences = summary.differences.map {
            Difference(line: $0.line, reference: $0.reference, changes: $0.changes.map(\.text))
        }
    }

    /// Takes over what an applied file leaves open.
    mutating func take(_ applied: AppliedRoll) {
        (replaced, wrongSheets) = (applied.replaced, applied.sheets.map { PrintedSheet($0) })
        guard let number = applied.request else { return }
        (request, held, needsBureau, kept) = (number, applied.held, applied.isForBureau, applied.kept)
    }

    /// Takes over what a file leaves open.
    mutating func take(_ question: RollFileImport.Question) {
        (why, sheets) = (question.why, question.sheets)
        headings = question.headings.enumerated().map { index, heading in
            Heading(field: "h\(index)", heading: heading.text, column: heading.column)
        }
    }
}
