import Polling
import Tally

/// Seal, box, trustees and notes.
struct SealModel: PageModel {
    /// Null before the poll is sealed.
    let poll: PollState?
    /// Why the server does not believe its clock; null while it does.
    let clockDoubt: ClockDoubt?
    /// What the seal is known by.
    let fingerprint: String?
    /// When the poll was opened; null before.
    let opened: Moment?
    /// The hour in force.
    let closes: Moment
    /// Each time that the store was brought back from a backup.
    let restores: [Restore]
    /// How long the journal is and its last hash, or where it breaks.
    let journal: Worded
    /// What the audit found, in English; empty where everything fits.
    let findings: [String]
    let trustees: [TrusteeLine]
    /// Trustees who were taken away with keys that they had shown.
    let removals: [Removal]
    let notes: Notes
    let ballots: [Ballot]
    let view: OnPage<View>

    /// The box of one ballot, as of its last round.
    struct Ballot: PageModel {
        /// By its name in the election.
        let ballot: String
        let electors: Int
        /// Encrypted ballots that are public.
        let ballots: Int
        let signatures: Int
        let rounds: Int
        /// The hash of the last public event; null before the first round.
        let head: String?
        /// How many public events there are.
        let height: Int
        /// When the last round was; null before the first.
        let lastRound: Moment?
        let view: OnPage<BallotView>
    }

    /// What the page says of it in its own way.
    struct BallotView: PageModel {
        let title: String
    }

    /// A trustee who was taken away.
    struct Removal: PageModel {
        /// Somebody of the same name may be among the trustees with other keys.
        let name: String
        /// The members who signed, with their keys and their reason.
        let by: String
    }

    /// That the store was brought back from a backup.
    struct Restore: PageModel {
        let at: Moment
        /// The latest time in the backup: what came after it is lost.
        let backupAt: Moment
        /// Of the sealed backup, in hexadecimal.
        let sha256: String
        /// Whether voting waits for two members, and votes may be lost.
        let isHeld: Bool
        /// When two members had voting go on; null until then.
        let resumedAt: Moment?

        init(_ restore: PollRestore) {
            (at, backupAt) = (Moment(restore.at), Moment(restore.backupAt))
            (sha256, isHeld, resumedAt) = (restore.sha256, restore.holds, Moment(restore.resumedAt))
        }
    }

    /// What the bureau noted for the minutes.
    struct Notes: PageModel {
        let incidents: [Incident]
        let present: [Presence]
    }

    /// Something that happened.
    struct Incident: PageModel {
        let at: Moment
        let words: String?
        /// The member of the bureau who noted it.
        let notedBy: String
    }

    /// Who was there at a moment.
    struct Presence: PageModel {
        let moment: PollMoment
        let names: [String]
        /// The member of the bureau who noted it.
        let notedBy: String
        /// In one line.
        let list: OnPage<String>
    }

    /// What the page says beside that.
    struct View: PageModel {
        let state: String
        let isDoubted: Bool
        /// Restores, the audit, and what is to be known of trustees.
        let restores: [Notice]
        let audit: Notice?
        let trustees: [Notice]
        /// What anybody can compare with the published box.
        let hasHeads: Bool
        let heads: [String]
        let hasNotes: Bool
        let hasDecisions: Bool
        /// What can be decided, noted and taken away.
        let decisions: [Link]
    }

    /// A way to a form or file.
    struct Link: PageModel {
        let text: String
        /// Below `/manager/`.
        let path: String
    }
}

extension SealModel.Notes {
    init(_ chronicle: PollChronicle) {
        incidents = chronicle.events.filter { $0.kind == .incident }.map {
            SealModel.Incident(at: Moment($0.time ?? $0.at), words: $0.words, notedBy: $0.who)
        }
        present = PollMoment.allCases.compactMap { moment in
            chronicle.present[moment].map {
                SealModel.Presence(
                    moment: moment, names: $0.names, notedBy: $0.notedBy,
                    list: OnPage($0.names.joined(separator: ", ")))
            }
        }
    }
}

/// A trustee: who showed the keys, who found them in the seal, and what is here of the count.
struct TrusteeLine: PageModel {
    let name: String
    /// Whether they showed that they hold the keys.
    let proven: Bool
    /// Whether they found them in the seal.
    let checked: Bool
    /// When they did; null before.
    let provenAt: Moment?
    let checkedAt: Moment?
    /// On whose word nobody waits for their check.
    let waived: String?
    /// On whose word proven keys were replaced.
    let replaced: String?
    /// When they were; null where they were not.
    let replacedAt: Moment?
    let part: TrusteeProgress.Part
    let view: OnPage<View>

    /// What the page says of it in its own way.
    struct View: PageModel {
        let proven: String
        let checked: String
    }

    init(_ entry: TrusteeProgress, _ say: Wording) {
        let trustee = entry.trustee
        (name, part) = (trustee.name, entry.part)
        (proven, checked) = (trustee.provenAt != nil, trustee.checkedAt != nil)
        (provenAt, checkedAt) = (Moment(trustee.provenAt), Moment(trustee.checkedAt))
        (waived, replaced, replacedAt) = (trustee.waived, trustee.replacedBy, Moment(trustee.replacedAt))
        view = OnPage(
            View(
                proven: trustee.provenAt.map { say.time($0) } ?? say("no"),
                checked: trustee.waived.map { "\(say("trustees.waived")) (\($0))" }
                    ?? trustee.checkedAt.map { say.time($0) } ?? say("no")))
    }
}
