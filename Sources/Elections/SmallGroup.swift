/// Who may vote on a ballot, where they are so few that its result would tell who voted what. Roll check and seal ask the same rule.
package enum SmallGroup: Sendable, Hashable {
    /// Nobody may vote: no acceptance helps.
    case nobody
    /// So few may vote.
    case few(Int)
    /// So few hold this weight, and others another: totals tell their votes apart.
    case weight(Int, holders: Int)

    /// What there is to say of a ballot; nothing where the bureau accepted its small groups in writing.
    /// - Parameter holders: how many of those who may vote hold each weight.
    package static func all(of ballot: Election.Ballot, holders: [Int: Int]) -> [SmallGroup] {
        let count = holders.values.reduce(0, +)
        guard count > 0 else { return [.nobody] }
        guard ballot.smallGroupAccepted == nil else { return [] }
        let weights = holders.filter { holders.count > 1 && $0.value < Election.smallGroup }
        return (count < Election.smallGroup ? [.few(count)] : [])
            + weights.sorted { $0.key < $1.key }.map { .weight($0.key, holders: $0.value) }
    }

    /// The reason and its cure, in English.
    /// - Parameter ballot: the ballot's name in the election's file.
    package func words(_ ballot: String) -> String {
        let cure =
            "the result could tell who voted what. If the bureau accepts that in writing, name the document in \"smallGroupAccepted\"."
        return switch self {
        case .nobody: "Nobody on the roll may vote on \(ballot)."
        case .few(let count): "Only \(count) voters may vote on \(ballot): \(cure)"
        case .weight(let weight, let holders):
            "Only \(holders) voters of \(ballot) hold the weight \(weight): \(cure)"
        }
    }
}
