import Authentication
import HTTPServer
import Staff

/// `/manager/account/passphrase`: a member of the staff changes their own passphrase.
enum AccountSecret {
    /// Below `/manager/`; the API has nothing like it.
    static let path = "account/passphrase"
}

extension ConsoleSite {
    /// The form, and what became of it: the present passphrase is asked for, other sessions end, and a mail says so.
    func ownSecret(_ visitor: Visitor, _ session: Session, _ form: Form?) throws -> Response {
        guard visitor.request.method == .post else { return try ownSecret(visitor) }
        let language = visitor.language
        let outcome = try parts.signIn.change(
            session, present: form?["present"] ?? "", form?["secret"] ?? "", again: form?["again"] ?? "")
        switch outcome {
        case .opened, .next, .forgotten:
            let note = text("ownSecret.done", language)
            return .see(
                "/manager/account?say=" + ConsoleSite.escaped(note) + "&sign=" + sign(note, visitor))
        case .wrong: return try ownSecret(visitor, status: 422, error: text("ownSecret.wrong", language))
        case .wait(let seconds):
            return waiting(
                try ownSecret(visitor, status: 429, error: text("enter.wait", language) + " \(seconds) s"), seconds)
        case .busy(let seconds):
            return waiting(
                try ownSecret(visitor, status: 503, error: text("enter.busy", language) + " \(seconds) s"), seconds)
        case .refused(let faults, _): return try ownSecret(visitor, status: 422, error: words(faults, language))
        case .gone: return .see("/manager/sign-in?say=ended")
        }
    }

    /// The form with its three fields.
    private func ownSecret(_ visitor: Visitor, status: Int = 200, error: String? = nil) throws -> Response {
        try question(
            visitor, "ownSecret", path: AccountSecret.path,
            fields: [("present", .secret), ("secret", .secret), ("again", .secret)], status: status,
            error: error,
            after: [.links([(text("back", visitor.language), "/manager/account")])])
    }
}
