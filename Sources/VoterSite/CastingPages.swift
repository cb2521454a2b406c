import Authentication
import Elections
import HTTPServer
import Journal
import Polling
import Store
import Tally
import WebContent

/// `/ballots/{ballot}`, its form: the vote.
struct CastingPages: SitePages {
    let site: SiteContext

    /// What stands in the script's answer beside its text.
    private typealias Details = CastingAnswers.Details

    /// That of one ballot.
    /// - Parameter ballot: its name in the election, which the address has too.
    static func table(of ballot: String) -> [Route] {
        [post("/ballots/\(ballot)") { pages, visit in try pages.cast(visit, ballot) }]
    }

    /// Takes a ballot that the page's script sealed. The work is done on the pool, and the answer is the script's
    /// JSON.
    /// - Parameter name: of the ballot.
    /// - Throws: an error of the store before the work was put off; one after that becomes an answer of its own.
    func cast(_ visit: VoterRequest, _ name: String) throws -> Reply {
        guard let session = try session(visit), case .voter(let voter) = session.principal else {
            // At a kiosk there is no other tab to sign in: it would end this page.
            return .now(told(visit, 401, visit.isKiosk ? "voteEndedKiosk" : "voteEnded"))
        }
        let form = visit.request.form() ?? Form(fields: [])
        // The page of somebody who shared this browser: neither their ballot nor an answer about this voter's.
        guard tokens.isOwn(visit, form, session) else {
            return .now(told(visit, 409, "voteOther"))
        }
        // Asked before the work waits for a thread: a flood takes no place in the queue of honest votes.
        let admission: CastingPace.Admission
        switch parts.station.casting.pace.admit(voter) {
        case .admitted(let given): admission = given
        case .paused(let seconds): return .now(answer(visit, .paused(seconds: seconds)))
        case .underWay: return .now(answer(visit, .underWay))
        }
        let text = Array(form["ballot"].utf8)
        return .later { [self] in
            do {
                let outcome = try parts.station.casting.cast(
                    text, voter: voter, ballot: name, sessionOpenedAt: session.openedAt, admission: admission)
                var next: NextBallot?
                if case .cast = outcome { next = try left(visit, voter, session) }
                return answer(visit, outcome, next)
            } catch { return failure(visit, error) }
        }
    }

    /// What the voter can still vote on.
    /// Nil where there is nothing, or votes are not taken any more.
    func left(_ visit: VoterRequest, _ voter: Int, _ session: Session) throws(StoreError) -> NextBallot? {
        let entries = try store.read { (reading: borrowing Reading) throws(StoreError) -> [VoterBallot] in
            guard try parts.station.voterBallots.isOpen(reading, sessionOpenedAt: session.openedAt) else {
                return [VoterBallot]()
            }
            return try parts.station.voterBallots.ballots(reading, voter: voter)
        }
        let waiting = entries.filter { $0.signedAt == nil }
        return waiting.first.map {
            NextBallot(
                count: waiting.count, title: $0.ballot.title[visit.language],
                path: visit.path("/ballots/\($0.ballot.id)"))
        }
    }

    /// The script's answer.
    private func told(
        _ visit: VoterRequest, _ status: Int, _ text: String?, _ details: Details = Details()
    ) -> Response {
        CastingAnswers(site: site).answer(visit, status, text, details)
    }

    /// What the page is told of a cast, with the status that fits.
    private func answer(_ visit: VoterRequest, _ outcome: Casting, _ next: NextBallot? = nil) -> Response {
        switch outcome {
        case .cast(let receipt): told(visit, 200, nil, Details(receipt: receipt, next: next))
        case .otherCounts(let tracker): told(visit, 409, "voteAlarmOther", Details(tracker: tracker))
        case .voted: told(visit, 409, "voteVoted")
        case .refused(let fault): told(visit, 422, "voteRefused", Details(reason: ArchiveVerifier.words(fault)))
        case .notYours: told(visit, 409, "voteOther", Details(reason: "the credential is not this voter's"))
        case .notEligible: told(visit, 404, "notEligibleText")
        case .shut: told(visit, 403, "voteShut")
        case .paused(let seconds): told(visit, 429, "votePaused", Details(seconds: seconds)).retry(after: seconds)
        case .underWay: told(visit, 503, "busyText").retry(after: 1)
        }
    }
}
