import Authentication
import Crypto
import Delivery
import Elections
import HTTPServer
import Staff
import Store
import Typesetting
import WebContent

/// The authenticator, the last step of signing in.
extension StaffSignIn {
    /// Asks for the authenticator's code, or shows a new secret for it where the member has none yet.
    func askFactor(_ visitor: ConsoleSite.Visitor, status: Int = 200, error: String? = nil) throws -> Response {
        guard let session = visitor.session, let member = visitor.member else { return going("sign-in?say=ended") }
        if session.confirmedAt != nil { return .see("/manager") }
        guard !member.hasFactor else {
            let question = Question(name: "factor", path: "factor", fields: [("code", .code)])
            return try ask(visitor, question, FormTrouble(status, error))
        }
        let secret = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try factor.begin(transaction, member)
        }
        guard let secret else { return going("factor") }
        let account = TimeCode.address(secret, issuer: "Isoloir \(election.id)", account: member.name)
        let question = Question(name: "enrol", path: "factor", fields: [("code", .code)])
        let model = EnrolModel(
            square: SquareCode.modules(account).map {
                .init(side: $0.count + 2 * SquareDrawing.quiet, path: SquareDrawing.outline($0))
            }, secret: StaffSignIn.grouped(TimeCode.base32(secret)),
            form: form(question, isWrong: error != nil, visitor.language))
        return try show(visitor, question, model, FormTrouble(status, error))
    }

    /// In groups of four, for those who type it.
    private static func grouped(_ text: String) -> String {
        stride(from: 0, to: text.count, by: 4).map { String(text.dropFirst($0).prefix(4)) }.joined(separator: " ")
    }

    /// Takes that code. The first one proves the authenticator, and the spare codes are shown this once.
    func takeFactor(_ visitor: ConsoleSite.Visitor, _ form: Form?) throws -> Response {
        let language = visitor.language
        guard let session = visitor.session, let member = visitor.member else { return going("sign-in?say=ended") }
        if session.confirmedAt != nil { return .see("/manager") }
        let (typed, source) = (form?["code"] ?? "", visitor.request.source)
        let (outcome, spare) = try store.write {
            (transaction: borrowing Transaction) throws(StoreError) -> (SecondFactor.Outcome, spare: [String]) in
            if member.hasFactor {
                return (
                    try factor.confirm(transaction, member, session, at: parts.authenticator, typed, from: source), []
                )
            }
            return try factor.enrol(transaction, member, session, at: parts.authenticator, typed, from: source)
        }
        switch outcome {
        case .wrong:
            site.metrics.refuse(.factor)
            return try askFactor(visitor, status: 422, error: text("factor.wrong", language))
        case .wait(let seconds):
            return site.waiting(
                try askFactor(visitor, status: 429, error: text("enter.wait", language) + " \(seconds) s"), seconds)
        case .right where spare.isEmpty:
            site.metrics.pass(.factor)
            return .see("/manager")
        case .right:
            site.metrics.pass(.factor)
            let page = RenderedPage(
                title: text("spare.title", language), template: "spare", model: SpareModel(codes: spare))
            return try site.show(visitor, page, path: "factor")
        }
    }
}
