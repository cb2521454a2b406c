import Compliance
import Contacts
import Delivery
import Elections
import Issuance
import Operations
import Polling
import Staff
import Tally
import VoterRoll

// The lists of words in the rooms below that models hold, and where the texts of each stand.

extension PollState: Choice {
    static var texts: String? { "poll" }
}

extension PollHours.Phase: Choice {
    // Only some of them are said, in a sentence with the state.
    static var texts: String? { nil }
}

extension ClockDoubt: Choice {
    static var texts: String? { "clock" }
}

extension Permission: Choice {
    // What requests ask for is said by the page of requests.
    static var texts: String? { nil }
}

extension StaffRole: Choice {
    static var texts: String? { nil }
    func said(_ wording: Wording) -> String { StaffRegister.word(self, wording.language) }
}

extension Channel: Choice {
    static var texts: String? { "v.channel" }
}

extension MessageState: Choice {
    static var texts: String? { "state" }
}

extension MessageKind: Choice {
    static var texts: String? { "kind" }
}

extension Mailing.Purpose: Choice {
    static var texts: String? { "mailing" }
}

extension PollMoment: Choice {
    static var texts: String? { "v.moment" }
}

extension TrusteeProgress.Part: Choice {
    static var texts: String? { "trustees.part" }
}

extension PolicyReport.State: Choice {
    static var texts: String? { "policy" }
}

extension Reminders.Target: Choice {
    static var texts: String? { "v.target" }
}

extension ChannelProof.Verdict: Choice {
    // Only the weak ones are said, in a notice.
    static var texts: String? { nil }
}

extension Column: Choice {
    static var texts: String? { "v.heading" }
}
