import Delivery
import Elections
import Operations

/// A new identifier in place of a lost one.
struct VoterReissue: ConsoleWork {
    let context: ConsoleContext

    /// Channel, contact or the wish to keep the old one, reason, and how identity was checked.
    /// - Parameter isElsewhere: whether it goes to a contact that the voter gives now.
    func fields(_ call: Call, isElsewhere: Bool) throws -> [DeedField] {
        let open = election.channels.map(\.rawValue)
        let channels = isElsewhere ? open.filter { $0 != Route.letter.rawValue } : open
        let keep = channels.contains(Route.letter.rawValue) ? [VoterActions.keepUntilPosted] : []
        return [DeedField("channel", .choice(channels))]
            + (isElsewhere ? [DeedField("contact", .text(maximum: 254))] : keep) + [.reason, VoterActions.check]
            + (try VoterActions(context).answerField(call))
    }

    /// Orders a new identifier, which may wait for a second person.
    func reissue(_ call: Call, isElsewhere: Bool) throws -> DeedAnswer {
        let route = Route(rawValue: call["channel"]) ?? .email
        let keepsOld = call.has("keepUntilPosted")
        guard !keepsOld || route == .letter else {
            return .refused(422, text("reissue.keepLetter", call.language), field: "keepUntilPosted")
        }
        let order = VoterOrder(
            voter: call.id("voter"), route: route, contact: isElsewhere ? call["contact"].trimmed : nil,
            reason: call["reason"].trimmed, check: VoterActions.check(call), answer: call["answer"], keepsOld: keepsOld)
        let outcome = try parts.desk.reissue(order, by: call.viewer)
        let isSame = election.access.renewal == .keep || election.access.scheme == .email
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
