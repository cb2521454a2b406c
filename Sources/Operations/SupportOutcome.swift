package import Contacts
package import Issuance

/// What an order for one voter came to. Whether the voter has voted never shows in it.
package enum SupportOutcome: Sendable, Equatable {
    /// `keepsOld`: the old identifier works until the new one's letter is posted. `without`: the second person whom the command
    /// line, which knows one, went without; alerts at the console say what was odd.
    case done(noticeBy: Channel?, sheets: [Issuer.Sheet], keepsOld: Bool = false, without: SecondPerson? = nil)
    /// A second person must approve; only one of the bureau where `byBureau`.
    case asked(request: Int, byBureau: Bool)
    case unknownVoter
    /// The contact, the channel or a value is refused; why.
    case refused(SupportRefusal)
    /// The answer to the question is missing.
    case answerMissing
    case answerWrong
    /// Too many wrong answers: the next one may be given in so many seconds.
    case wait(seconds: Int)
    case busy(seconds: Int)
    /// The same request waits already.
    case already(request: Int)

    /// Why what was approved is not done any more.
    static let changedMeanwhile = SupportOutcome.refused(.changedMeanwhile)
}
