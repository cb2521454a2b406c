import Delivery
import Elections
import Issuance
import Operations
import Staff
import Store
import VoterRoll
import WebContent

/// One voter's page, contacts masked.
struct VoterPage: ConsolePage {
    static let path = "voters/{voter}"
    static let permission = Permission.seeVoters
    static let template = "voter"
    let context: ConsoleContext

    func title(_ model: VoterModel, _ wording: Wording) -> String { model.voter.name.said(wording) }

    func model(_ call: ConsoleRequest) throws -> VoterModel? {
        let found = try store.read { (reading: borrowing Reading) throws(StoreError) -> (VoterSupport.Page, Bool)? in
            guard let page = try VoterSupport(parts.operations).page(reading, voter: call.id("voter"), for: call.viewer)
            else { return nil }
            return (page, try parts.operations.isSealed(reading))
        }
        guard let (page, isSealed) = found else { return nil }
        let say = wording(call.language)
        return VoterModel(
            voter: VoterSummary(page.voter, call.language), mail: page.mail, phone: page.phone,
            hasAddress: page.hasAddress, weight: page.voter.weight,
            hasReturnedLetter: page.voter.hasReturnedLetter,
            hasAnswer: election.access.challenge == nil ? nil : page.hasAnswer, isWaiting: !page.waiting.isEmpty,
            firstSignIn: Moment(page.firstSignIn), hasSecret: page.hasSecret,
            slowedSeconds: page.slowedFor, channels: page.channels.verdict,
            identifierChannel: page.channels.identifier, codeChannels: page.channels.codes,
            identifiers: try page.identifiers.map { try VoterModel.Identifier($0, say) },
            messages: page.messages.map { VoterModel.Message($0, say, mayRetry: call.viewer.may(.runDeliveries)) },
            signatures: page.signatures?.map {
                VoterModel.Signature(ballot: $0.ballot[call.language], signedAt: Moment($0.signedAt))
            }, view: OnPage(view(page, isSealed, call)))
    }

    /// What the page says beside that.
    private func view(_ page: VoterSupport.Page, _ isSealed: Bool, _ call: ConsoleRequest) -> VoterModel.View {
        let say = wording(call.language)
        let verdict = page.channels.verdict
        let offered = VoterActions.onPage.filter {
            call.viewer.may($0.permission) && !($0.name == "strike" && isSealed)
        }
        return VoterModel.View(
            site: page.voter.site.isEmpty ? say("none") : say.choice("site", page.voter.site),
            slowed: page.slowedFor > 0, channels: ChannelWords(say).proof(page.channels),
            answer: election.access.challenge == nil ? nil : say(page.hasAnswer ? "yes" : "no"),
            weakness: [.one, .oneAndAnswer].contains(verdict) ? say("proof.\(verdict.rawValue)") : nil,
            hasDeeds: !offered.isEmpty,
            actions: offered.map { VoterModel.Link(text: say("\($0.name).title"), segment: $0.segment) })
    }
}

/// Which channels brought what, in words.
struct ChannelWords {
    private let say: Wording

    init(_ say: Wording) { self.say = say }

    /// The way of the identifier and those of the code.
    func proof(_ proof: ChannelProof) -> String {
        guard let identifier = proof.identifier else { return say("proof.none") }
        let codes = proof.codes.isEmpty ? say("none") : proof.codes.map { $0.said(say) }.joined(separator: ", ")
        return
            "\(say("proof.identifier")) \(identifier.said(say))\(say.language.semicolon)\(say("proof.code")) \(codes)"
    }
}
