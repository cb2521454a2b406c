import BallotEngine

/// A round in the making. Its trackers are written beforehand and count only once the round stands there: the box is read
/// without the writer, and no vote waits for more than a few hundred short rows.
struct StagedRound: Sendable {
    /// As it was when the box was read.
    let ballot: PollBallot
    /// From 1, in the ballot's own count.
    let number: Int
    /// How many become public with it.
    let ballots: Int
    /// Signed lines of the list when the box was read.
    let signatures: Int
    /// Ballots in the box when it was read.
    let votes: Int
    /// The end of the archive with this round.
    let end: ArchiveWriter.End

    var head: String { String(decoding: end.parent, as: UTF8.self) }
    /// The number of the archive's last event, the setup being 0: as many as there are ballots.
    var height: Int { end.height - 1 }
}
