import Authentication
import Elections
import HTTPServer
import Store
import Templating
import WebContent

/// `/space/secret`: a signed-in voter changes their secret.
struct SecretChangePages: SitePages {
    let site: SiteContext

    /// For signed-in voters alone.
    static let table = [
        get("/space/secret") { pages, visit in
            .now(try pages.signedIn(visit) { try pages.change(visit, $0) })
        },
        post("/space/secret") { pages, visit in try pages.takeChange(visit) },
    ]

    /// Why a secret was not changed.
    struct SecretTrouble {
        /// Of HTTP.
        var status = 200
        /// The key of what is said of it; nil where nothing was tried yet.
        var error: String?
        /// What stands behind that, as it is.
        var more: String?
        var faults: [PassphraseRules.Fault] = []
    }

    /// The page on which the secret is changed.
    func change(
        _ visit: VoterRequest, _ session: Session, _ trouble: SecretTrouble = SecretTrouble(),
        typed: Form = Form(fields: [])
    ) throws(StoreError) -> Response {
        let (error, faults) = (trouble.error, trouble.faults)
        let username = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.authenticator.shownIdentifier(reading, session)
        }
        let isOfPresent = error == "secretWrong" || error == "secretEmpty"
        return page(
            .change, visit, PageHead(status: trouble.status, title: "spaceSecret", error: error, more: trouble.more),
            [
                "isBadPresent": .flag(isOfPresent),
                "username": username.map { .object(["text": .text($0)]) } ?? .nothing,
                "owner": .text(tokens.owner(visit, session)),
                "idleSeconds": .text("\(min(session.idleSeconds, session.endsAt - parts.clock.now))"),
            ].merging(SecretPages.typedTwice(typed, faults)) { $1 })
    }

    /// Changes the secret, for which the present one is asked; other sessions end.
    func takeChange(_ visit: VoterRequest) throws -> Reply {
        guard let session = try session(visit) else { return .now(see(visit, "/", "say=ended")) }
        let form = visit.request.form() ?? Form(fields: [])
        guard tokens.isOwn(visit, form, session) else { return .now(see(visit, "/", "say=other")) }
        if SecretText.normalised(form["present"]).isEmpty {
            return .now(try change(visit, session, SecretTrouble(status: 422, error: "secretEmpty"), typed: form))
        }
        return later(visit) { [self] in
            let outcome = try parts.desk.change(
                session, present: form["present"], form["secret"], again: form["again"])
            switch outcome {
            case .next: return see(visit, "/space", "set=changed")
            case .wrong:
                return try change(visit, session, SecretTrouble(status: 422, error: "secretWrong"), typed: form)
            case .wait(let seconds):
                return try change(
                    visit, session, SecretTrouble(status: 429, error: "secretWait", more: "\(seconds)"), typed: form)
            case .busy(let seconds): return busy(visit, seconds: seconds)
            case .refused(let faults, let uncounted):
                return try change(
                    visit, session,
                    SecretTrouble(
                        status: 422, error: faults.first.map(SecretPages.text),
                        more: SecretPages(site: site).reasons(visit, faults, uncounted),
                        faults: faults), typed: form)
            case .opened, .forgotten, .gone: return see(visit, "/", "say=ended")
            }
        }
    }
}
