import Contacts
import Delivery
import Elections
import Operations

/// A new identifier in place of a lost one.
struct VoterReissue: ConsoleWork {
    let context: ConsoleContext

    /// Channel, contact or the wish to keep the old one, reason, and how identity was checked.
    /// - Parameter isElsewhere: whether it goes to a contact that the voter gives now.
    func fields(_ call: ConsoleRequest, isElsewhere: Bool) throws -> [FormField] {
        let open = election.channels.map(\.rawValue)
        let channels = isElsewhere ? open.filter { $0 != Channel.letter.rawValue } : open
        let keep = channels.contains(Channel.letter.rawValue) ? [VoterActions.keepUntilPosted] : []
        return [FormField("channel", .choice(channels))]
            + (isElsewhere ? [FormField("contact", .text(maximum: 254))] : keep) + [.reason, VoterActions.check]
            + (try VoterActions(context).answerField(call))
    }

    /// Orders a new identifier, which may wait for a second person.
    func reissue(_ call: ConsoleRequest, isElsewhere: Bool) throws -> ActionResult {
        let route = Channel(rawValue: call["channel"]) ?? .email
        let keepsOld = call.has("keepUntilPosted")
        guard !keepsOld || route == .letter else {
            return .refused(422, text("reissue.keepLetter", call.language), field: "keepUntilPosted")
        }
        let order = VoterOrder(
            voter: call.id("voter"), route: route, contact: isElsewhere ? call["contact"].trimmed : nil,
            reason: call["reason"].trimmed, check: VoterActions.check(call), answer: call["answer"], keepsOld: keepsOld)
        let outcome = try IdentifierReissue(parts.operations).reissue(order, by: call.viewer)
        let isSame = election.access.keepsIdentifier
        guard route == .letter else {
            return VoterActions(context).answer(outcome, call, done: isSame ? "reissue.doneSame" : "reissue.done")
        }
        if case .done(_, _, true, _) = outcome {
            return VoterActions(context).answer(outcome, call, done: "reissue.letterKept")
        }
        return VoterActions(context).answer(
            outcome, call, done: isSame ? "reissue.letterSame" : "reissue.letter",
            more: keepsOld ? "reissue.noneKept" : nil)
    }
}
