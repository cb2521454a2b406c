/// How many came, of how many.
package struct TurnoutCount: Sendable, Equatable {
    /// Who may sign the list of the ballot.
    package let electors: Int
    /// Who has, whether published in a round or not.
    package let signatures: Int

    /// - Parameter signatures: at most as many as there are electors.
    package init(electors: Int, signatures: Int) { (self.electors, self.signatures) = (electors, signatures) }

    /// The count as a line of a record says it.
    package var words: String {
        "\(signatures) signatures of \(electors) electors, \(abstentions) abstentions, \(percent(".")) %"
    }

    /// Electors who did not come.
    package var abstentions: Int { electors - signatures }

    /// `81.67`: two places, rounded to the nearest; `0.00` where nobody may vote.
    /// - Parameter point: what stands between them.
    package func percent(_ point: String) -> String {
        guard electors > 0 else { return "0\(point)00" }
        let hundredths = (10_000 * signatures + electors / 2) / electors
        let rest = hundredths % 100
        return "\(hundredths / 100)\(point)\(rest < 10 ? "0" : "")\(rest)"
    }
}
