package import BallotCore

/// What casting came to.
package enum Casting: Sendable {
    /// The ballot counts; the same answer for the same bytes, however often they come.
    case cast(Receipt)
    /// Another ballot was cast with this credential, and counts.
    case otherCounts(tracker: String)
    /// This voter has voted on this ballot.
    case voted(at: Int)
    case refused(BallotFault)
    /// The credential is another voter's, or none of this election.
    case notYours
    case notEligible
    case shut
    /// Too many of this voter's ballots were refused: none is looked at for so many seconds.
    case paused(seconds: Int)
    /// Other ballots of this voter are being checked at this moment.
    case underWay
}
