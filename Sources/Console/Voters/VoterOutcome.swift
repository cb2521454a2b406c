import Contacts
import Delivery
import Issuance

/// What came of an action on a voter, or on the roll.
struct VoterOutcome: PageModel {
    /// Whether it was done.
    enum State: String, CaseIterable, Choice {
        case done
        /// A second person decides.
        case waits
        static var texts: String? { nil }
    }

    let state: State
    /// By which channel the voter was told.
    var noticeBy: Channel?
    /// Whether the old identifier works until the letter is posted.
    var keepsOld = false
    /// Printed sheets that must not be posted, or are wrong now.
    var sheets: [PrintedSheet] = []
    /// The request that waits.
    var request: Int?
    /// Whether only a member of the bureau may approve it.
    var needsBureau = false
    /// The number of a voter who was added.
    var voter: Int?
}

/// One printed letter.
struct PrintedSheet: PageModel {
    let batch: Int
    /// Within the batch.
    let number: Int

    init(_ sheet: Issuer.Sheet) { (batch, number) = (sheet.batch, sheet.number) }
}

/// A voter's contacts in clear.
struct RevealedContacts: PageModel {
    let mail: String?
    let phone: String?
    /// In one line.
    let address: String?
    let voter: OnPage<Int>
}

/// A voter as the forms name them.
struct VoterAbout: PageModel {
    let name: String
    let reference: String
    /// Masked; null for none.
    let mail: String?
    let phone: String?
    /// Which channels brought what.
    let channels: String
    /// That they are reached by one channel alone, where that matters.
    let warning: String?
    /// Why a form is short.
    var note: String?
}
