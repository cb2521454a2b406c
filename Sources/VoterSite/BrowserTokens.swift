import Authentication
import Crypto
import Elections
import HTTPServer
import Journal
import Polling
import Templating
import WebContent

/// Whose page a request comes from: in one browser another person may have signed in since the page came. And what is said of a
/// vote that was taken, in the words of the hour.
extension VoterSite {
    /// Whose page it is, for this browser alone: it tells nobody who that is.
    /// - Returns: a keyed hash of voter and browser.
    func owner(_ visit: VoterRequest, _ voter: Int) -> String {
        String(hex(forms.hash("owner:\(voter):" + visit.browser)).prefix(BallotRoutes.ownerDigits))
    }

    /// The same of a session; empty for one that is no voter's.
    func owner(_ visit: VoterRequest, _ session: Session) -> String {
        guard case .voter(let voter) = session.principal else { return "" }
        return owner(visit, voter)
    }

    /// Whether a form comes from a page of the session's voter. One that names nobody is judged by the session alone.
    func isOwn(_ visit: VoterRequest, _ form: Form, _ session: Session) -> Bool {
        form["owner"].isEmpty || Secret(form["owner"]).matches(Secret(owner(visit, session)))
    }

    /// The key of what is said of a vote that was taken: once no ballot is taken any more, nothing is said of a next publication,
    /// and of an abandoned poll nothing is promised.
    func receiptKey(_ name: String) -> String {
        let answers = words(election.languages.first ?? .fr).answers
        if answers.isNever { return name + "Abandoned" }
        return answers.isToVote ? name : name + "Over"
    }

    /// What stands beside a receipt.
    func receiptWords(_ language: Language) -> [String: TemplateValue] {
        [
            "doneText": .text(pages.text(receiptKey("voteDoneText"), language)),
            "trackerText": .text(pages.text(receiptKey("voteTrackerText"), language)),
        ]
    }
}
