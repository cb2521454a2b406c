import Authentication
import HTTPServer
import Staff

/// `/manager/account/passphrase`: a member of the staff changes their own passphrase.
struct AccountSecret: ConsoleTask {
    /// Below `/manager/`; the API has nothing like it.
    static let path = "account/passphrase"

    /// Whose page it is.
    let site: ConsoleSite
    var context: ConsoleContext { site.context }

    /// The form, and what became of it: the present passphrase is asked for, other sessions end, and a mail says so.
    func answer(_ visitor: ConsoleSite.Visitor, _ session: Session, _ form: Form?) throws -> Response {
        guard visitor.request.method == .post else { return try shown(visitor) }
        let language = visitor.language
        let outcome = try parts.signIn.change(
            session, present: form?["present"] ?? "", form?["secret"] ?? "", again: form?["again"] ?? "")
        switch outcome {
        case .opened, .next, .forgotten:
            let note = text("ownSecret.done", language)
            return .see(
                "/manager/account?say=" + ConsoleSite.escaped(note) + "&sign=" + site.sign(note, visitor))
        case .wrong: return try shown(visitor, status: 422, error: text("ownSecret.wrong", language))
        case .wait(let seconds):
            return site.waiting(
                try shown(visitor, status: 429, error: text("enter.wait", language) + " \(seconds) s"), seconds)
        case .busy(let seconds):
            return site.waiting(
                try shown(visitor, status: 503, error: text("enter.busy", language) + " \(seconds) s"), seconds)
        case .refused(let faults, _):
            return try shown(visitor, status: 422, error: StaffSignIn(site: site).words(faults, language))
        case .gone: return .see("/manager/sign-in?say=ended")
        }
    }

    /// The form with its three fields.
    private func shown(_ visitor: ConsoleSite.Visitor, status: Int = 200, error: String? = nil) throws -> Response {
        let fields: [(String, FormModel.Input)] = [("present", .secret), ("secret", .secret), ("again", .secret)]
        let question = StaffSignIn.Question(name: "ownSecret", path: AccountSecret.path, fields: fields)
        return try StaffSignIn(site: site).ask(visitor, question, FormTrouble(status, error))
    }
}
