import Compliance
import Crypto
import Elections
import HTTPServer
import Issuance
import Journal
import Operations
import Polling
import Staff
import Store
import Typesetting
import VoterRoll
import WebContent

/// What is answered and accepted of the policy.
struct PolicyActions: ConsoleWork {
    let context: ConsoleContext

    /// What stands above the form of the grid's answers.
    private static let aboutAnswers = FormAbout("answersForm", NoDetails.self) { _, _ in NoDetails() }
    /// What stands above the form of an acceptance.
    private static let aboutPoint = FormAbout("pointForm", PointAbout.self) { PolicyActions($0).aboutPoint($1) }

    /// The point that is to be accepted.
    struct PointAbout: PageModel {
        let objective: String
        let words: String
        let cure: String
    }

    /// Their forms.
    static let all = [
        ConsoleAction(
            path: "policy/answers", permission: .changeRoll, name: "policyAnswers",
            fields: { task, _ in
                let given = try task.store.read { (reading: borrowing Reading) throws(StoreError) in
                    try task.parts.policy.answers(reading)
                }
                return task.parts.policy.text.questions.filter { $0.voters == nil }.map {
                    FormField(
                        $0.id, .choice(["yes", "no"]), label: $0.text, value: given[$0.id].map { $0 ? "yes" : "no" })
                }
            }, about: aboutAnswers,
            run: { try PolicyActions($0).answerPolicy($1) },
            back: { _ in "policy" }),
        ConsoleAction(
            path: "policy/points/{point}/accept", permission: .acceptPolicy, name: "acceptPoint",
            fields: { _, _ in [FormField("reason", .long(maximum: 1000))] },
            about: aboutPoint,
            run: { try PolicyActions($0).acceptPoint($1) }, back: { _ in "policy" }),
    ]

    /// Keeps the answers from which the level is computed.
    func answerPolicy(_ call: ConsoleRequest) throws -> ActionResult {
        let asked = parts.policy.text.questions.filter { $0.voters == nil }.map(\.id)
        let answers = Dictionary(uniqueKeysWithValues: asked.map { ($0, call[$0] == "yes") })
        return try parts.policy.answer(answers, by: call.viewer)
            ? .done(text("policyAnswers.done", call.language), next: "policy")
            : .refused(422, text("fault.choice", call.language))
    }

    /// The point that is to be accepted; nil for one that there is not.
    func aboutPoint(_ call: ConsoleRequest) -> PointAbout? {
        guard let point = parts.policy.text.points.first(where: { $0.id == call.place["point"] }) else { return nil }
        return PointAbout(
            objective: point.objective, words: point.text[call.language], cure: point.cure[call.language])
    }

    /// Keeps that the bureau accepts what the settings lack, and why.
    func acceptPoint(_ call: ConsoleRequest) throws -> ActionResult {
        try parts.policy.accept(
            point: call.place["point"] ?? "", reason: call["reason"].trimmed, by: call.viewer)
            ? .done(text("acceptPoint.done", call.language), next: "policy")
            : .refused(404, text("notFound.text", call.language))
    }
}
