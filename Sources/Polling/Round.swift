import BallotEngine

/// A round of publication.
package struct Round: Sendable {
    /// From 1, without gaps, in each ballot's own count.
    package let number: Int
    /// When the box was read, in seconds since 1970.
    package let at: Int
    /// Ballots that this round made public, without those of earlier rounds.
    package let ballots: Int
    /// Voters who had signed when the box was read, those of earlier rounds among them.
    package let signatures: Int
    /// What anybody can compare with an archive: the hash of its last event with this round, 64 hexadecimal digits.
    package let head: String
    /// The number of that event, the setup being 0: as many as there are ballots by then.
    package let height: Int

    /// From where the archive goes on.
    var end: ArchiveWriter.End { ArchiveWriter.End(height: height + 1, parent: Array(head.utf8)) }
}
