import Elections

/// Whom the rules want beside the person who asks.
package enum SecondPerson: Sendable, Equatable {
    /// Anybody who decides.
    case another
    /// A member of the bureau: something about it is odd.
    case bureau

    /// Whom the election's own setting wants for what is the voter's alone to give away.
    static func standard(_ election: StoredElection) -> SecondPerson? {
        election.election.access.fourEyes ? .another : nil
    }
}
