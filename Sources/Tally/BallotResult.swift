package import Elections

/// The result of a ballot (scrutin) in words.
package struct BallotResult: Sendable {
    /// One answer with its total.
    package struct Line: Sendable {
        /// As voters read it, in every language.
        package let answer: LocalText
        /// By weight; the number of ballots where all weigh 1.
        package let votes: Int
    }

    /// A question with what its answers came to.
    package struct Answered: Sendable {
        /// From the election's definition.
        package let question: Election.Question
        /// In the order of the ballot.
        package let lines: [Line]
        /// Nil where the question has no blank vote.
        package let blank: Int?
    }

    /// From the election's definition.
    package let ballot: Election.Ballot
    /// Voters on its list.
    package let electors: Int
    /// Ballots counted, and the sum of their weights.
    package let counted: Int
    /// The most that an answer can have.
    package let weight: Int
    /// In the order of the ballot.
    package let questions: [Answered]
}

extension BallotResult.Answered {
    /// Valid votes ("suffrages exprim\u{E9}s"): what was cast less what is blank; a ballot with several names is one.
    /// - Parameter weight: of all ballots counted, on this question as on every other.
    package func valid(of weight: Int) -> Int { weight - (blank ?? 0) }
}
