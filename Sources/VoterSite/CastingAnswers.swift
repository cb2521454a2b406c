import Elections
import Foundation
import HTTPServer
import Polling
import WebContent

/// The next ballot of a voter who has more than one.
/// Sent to the page's script with the receipt.
struct NextBallot: Encodable {
    /// Ballots that are left, this one among them.
    let count: Int
    let title, path: String
}

/// What a ballot page's script is told of the vote that it sent: JSON in place of a page.
struct CastingAnswers: SitePart {
    let site: SiteContext

    /// Texts of refusals that say something else of a ballot than of a form.
    private static let texts = [
        "expired": "voteExpired", "tooLong": "voteRefused", "notFound": "notEligibleText",
    ]

    /// What the page's script is told.
    private struct Told: Encodable {
        struct Proof: Encodable { let tracker, signature: String }
        let text: String?
        /// The same in each language of the election: the page changes its own without asking again.
        let texts: [String: String]?
        /// For those who look into it, in English.
        let reason: String?
        let tracker: String?
        let receipt: Proof?
        let next: NextBallot?
        /// Whether the same ballot may be taken when it is sent again, as the text says.
        let mayRepeat: Bool
    }

    /// What the script's answer holds beside its text.
    struct Details {
        /// Of the ballot that counts in place of this one.
        var tracker: String?
        var receipt: Receipt?
        /// For those who look into it, in English.
        var reason: String?
        /// That must pass before another try.
        var seconds: Int?
        var next: NextBallot?
    }

    /// The script's answer.
    /// - Parameters:
    ///   - text: the key of what the voter reads; nil when the vote was taken.
    ///   - details: what stands in it beside the text.
    func answer(
        _ visit: VoterRequest, _ status: Int, _ text: String?, _ details: Details = Details()
    ) -> Response {
        let (seconds, receipt) = (details.seconds, details.receipt)
        // One word for every refusal: the help desk must not learn from it that somebody has voted.
        if let text {
            let isEnded = text == "voteEnded" || text == "voteEndedKiosk"
            site.traces.note(
                visit, step: "ballot", trouble: isEnded ? "voteEnded" : text == "voteShut" ? text : "voteRefused")
        }
        // A poll that is suspended goes on, and somebody whose session ended signs in again.
        let isToCome = text == "voteShut" && words(visit.language).answers.isToVote && phase != .grace
        func said(_ text: String, _ language: Language) -> String {
            let said = pages.text(text, language).replacing("{seconds}", with: seconds.map(String.init) ?? "")
            guard text == "voteShut" else { return said }
            return [said, words(language).notice, isToCome ? pages.text("voteShutAgain", language) : nil]
                .compactMap(\.self).joined(separator: " ")
        }
        let told = Told(
            text: text.map { said($0, visit.language) },
            texts: text.map { text in
                Dictionary(uniqueKeysWithValues: election.languages.map { ($0.rawValue, said(text, $0)) })
            }, reason: details.reason, tracker: details.tracker,
            receipt: receipt.map { Told.Proof(tracker: $0.tracker, signature: $0.signature) }, next: details.next,
            mayRepeat: text == "voteEnded" || isToCome || status >= 500)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        guard let data = try? encoder.encode(told) else { return .text(500, "internal error\n") }
        return Response(status, type: "application/json", body: [UInt8](data))
    }

    /// What is said in place of one of the site's own pages.
    /// - Parameter name: the beginning of the keys of the page's title and text.
    func refusal(_ visit: VoterRequest, _ status: Int, _ name: String) -> Response {
        answer(visit, status, CastingAnswers.texts[name] ?? "\(name)Text")
    }
}
