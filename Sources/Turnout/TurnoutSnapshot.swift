/// The election in figures, as it stood at one moment.
///
/// While the poll is open it is made anew only when a round was published, and no figure moves by fewer than ten: from two
/// pictures nobody learns who voted between them.
package struct TurnoutSnapshot: Sendable, Codable, Equatable {
    /// What was reached of a group of voters.
    package struct Funnel: Sendable, Codable, Equatable {
        /// Voters on the roll.
        package var eligible = 0
        /// With an identifier in use, or on its way by post.
        package var issued = 0
        /// With an identifier that a relay, a gateway or the post took; a bounce takes it back.
        package var delivered = 0
        /// Who have signed in once at least.
        package var signedIn = 0
        /// Who have voted on one ballot at least, as of the last round.
        package var voted = 0

        /// Nobody yet.
        package init() {}
    }

    /// One group of a partition.
    package struct Cell: Sendable, Codable, Equatable {
        /// The college's, site's or channel's name in the election; empty for none.
        package let name: String
        /// Voters in the group.
        package let eligible: Int
        /// Nil where it would tell of persons.
        package let voted: Int?
        /// What was shown last while the poll is open, and the number of that picture.
        let last: Int?
        let lastAt: Int?
    }

    /// A round of one ballot.
    package struct Step: Sendable, Codable, Equatable {
        /// When it was published, seconds since 1970.
        package let at: Int
        /// How many had signed by then, all rounds before it together.
        package let signatures: Int
    }

    /// One hour of the poll.
    package struct Hour: Sendable, Codable, Equatable {
        /// When it begins, seconds since 1970.
        package let at: Int
        /// Persons whose first vote fell into it.
        package var votes: Int
    }

    /// When it was made, seconds since 1970.
    package let at: Int
    /// The poll's state; nil before the seal.
    package let poll: String?
    /// The round that it stands for, seconds since 1970; nil before the first.
    package let roundAt: Int?
    /// All voters together; its votes move by nothing or by ten while the poll is open.
    package let all: Funnel
    /// By college, by site, and by the channel of the first identifier.
    package let partitions: [[Cell]]
    /// In the order of the poll; empty before the seal and after destruction.
    package let ballots: [BallotTurnout]
    /// In order; hours without a vote are left out.
    package let hours: [Hour]
    /// After the close, for those who may know who has voted: compared with no earlier picture.
    package let final: [[Cell]]?
    /// While the poll is open, this picture and the earlier ones from which something is still shown.
    let history: [PublishedFigures]

    /// Fewer persons than this could be told apart.
    package static let small = 10
}

/// Voters who are alike in college, site and channel. Never shown.
struct Stratum: Sendable, Codable, Equatable {
    /// Nil where they have none: a channel before the first identifier.
    let names: [String?]
    var count: SmallCells.Count
    /// How many have voted at least, by all that was shown so far.
    var least: Int
}

/// A snapshot that later ones are compared with.
struct PublishedFigures: Sendable, Codable, Equatable {
    /// Counts the pictures of an election from 1.
    let number: Int
    /// All voters as they stood then, also what was not shown.
    let kinds: [Stratum]
    /// The groups whose votes it showed, by partition.
    let shown: [[String]]
}

/// The turnout of one ballot (scrutin).
package struct BallotTurnout: Sendable, Codable, Equatable {
    /// The ballot's name in the election.
    package let ballot: String
    /// Who may vote on it.
    package let electors: Int
    /// Of the last round; of all votes once the poll is closed.
    package let signatures: Int
    /// When rounds were published, and how many had signed by then.
    package let rounds: [TurnoutSnapshot.Step]
}
