import Compliance
import Elections
import Operations
import Staff
import Store
import WebContent

/// The policy's points at a level, and what the settings lack.
struct PolicyModel: PageModel {
    /// Points of the grid; null while a question has no answer.
    let points: Int?
    /// The level of the grid; null while a question has no answer.
    let computedLevel: Int?
    /// What the election's definition says.
    let declaredLevel: Int
    /// The level of the points below.
    let checkedLevel: Int
    /// Questions of the grid.
    let questions: Int
    /// Points that are missing or unknown.
    let open: Int
    /// The last day on which the recommendation applies, `2026-12-31`, where the election closes later; null where it applies.
    let outdatedSince: String?
    let lines: [Line]
    let view: OnPage<View>

    /// One point of the recommendation.
    struct Line: PageModel {
        let point: String
        /// The level from which on it is asked for.
        let level: Int
        let objective: String
        /// What is asked for.
        let words: Worded
        let state: PolicyReport.State
        /// The member of the bureau who accepts that it is missing.
        let acceptedBy: String?
        /// Why they do, in their own words.
        let acceptedWhy: String?
        /// What to do about it.
        let cure: Worded
        let view: OnPage<LineView>
    }

    /// What the page says of a point in its own way.
    struct LineView: PageModel {
        let state: String
        /// Whether anything is to be done.
        let isMissing: Bool
        let canAccept: Bool
    }

    /// What the page says beside that.
    struct View: PageModel {
        /// The levels that can be asked for.
        let levels: [Int]
        /// Where the points come from.
        let source: String
        let year: String
        /// That other rules follow before the election closes; nil where they do not.
        let outdated: String?
    }
}

/// The page of the policy: the election's own level unless another one is asked for.
struct PolicyPage: ConsolePage {
    static let path = "policy"
    static let permission = Permission.seePolicy
    static let query = [FormField("level", .number(levels), isRequired: false)]
    static let template = "policy"
    let context: ConsoleContext

    /// The levels of the recommendation.
    private static let levels = 1...3

    func title(_ model: PolicyModel, _ wording: Wording) -> String { wording("menu.policy") }

    func model(_ call: ConsoleRequest) throws -> PolicyModel? {
        let level = call.number("level").flatMap { PolicyPage.levels ~= $0 ? $0 : nil }
        let report = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.policy.report(reading, level: level)
        }
        let policy = parts.policy.text
        return PolicyModel(
            points: report.points, computedLevel: report.computedLevel, declaredLevel: election.level,
            checkedLevel: report.level, questions: policy.questions.count, open: report.open.count,
            outdatedSince: report.outdatedSince,
            lines: report.lines.map { line($0, call) },
            view: OnPage(
                PolicyModel.View(
                    levels: Array(PolicyPage.levels), source: policy.source, year: "\(policy.year)",
                    outdated: report.outdatedSince.map { outdated($0, wording(call.language)) })))
    }

    /// What is said where the recommendation ends before the election does.
    private func outdated(_ day: String, _ say: Wording) -> String {
        let last = LetterPosting.day(day, zone: election.timeZone).map {
            LocalTime.day($0.lowerBound, zone: election.timeZone, say.language)
        }
        return say("policy.outdated").replacing("{}", with: last ?? day)
    }

    /// One point in the reader's words.
    private func line(_ line: PolicyReport.Line, _ call: ConsoleRequest) -> PolicyModel.Line {
        let say = wording(call.language)
        let accepted = line.acceptedBy.map {
            "\(say("policy.accepted")) \($0)\(say.language.colon)\(line.acceptedWhy ?? "")"
        }
        return PolicyModel.Line(
            point: line.point.id, level: line.point.level, objective: line.point.objective,
            words: Worded(line.point.text.en, line.point.text[call.language]), state: line.state,
            acceptedBy: line.acceptedBy, acceptedWhy: line.acceptedWhy,
            cure: Worded(line.point.cure.en, line.point.cure[call.language]),
            view: OnPage(
                PolicyModel.LineView(
                    state: accepted ?? line.state.said(say),
                    isMissing: [.missing, .warned].contains(line.state),
                    canAccept: call.viewer.may(.acceptPolicy) && line.state == .missing && line.acceptedBy == nil)))
    }
}
