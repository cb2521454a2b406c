import Contacts
import Staff
import VoterRoll

/// Who would stand where somebody with an identifier of the same name stood, who is or will be off the roll. People of one name cannot
/// be told apart: each of them takes the place of each.
struct Replacements: Sendable, Equatable {
    /// People of one name.
    struct Group: Sendable, Equatable {
        /// Those who come.
        var rows: Set<Int>
        /// Those who go or went.
        let voters: Set<Int>
    }

    /// The order's entry of who takes whose place.
    static let entry = "replacing"

    private(set) var groups: [Group] = []
    /// Where each who comes stands among the groups: in two where an old and a new name are somebody's.
    private var places: [Int: [Int]] = [:]
    /// Those who go of each group, in their numbers' order: a long file has many of one name.
    private var ordered: [[Int]] = []

    /// Nobody takes anybody's place.
    init() {}

    init(_ groups: [Group]) {
        self.groups = groups.filter { !$0.rows.isEmpty && !$0.voters.isEmpty }
        ordered = self.groups.map { $0.voters.sorted() }
        for (place, group) in self.groups.enumerated() {
            for row in group.rows { places[row, default: []].append(place) }
        }
    }

    /// As an order keeps it: `7,8>3;9>4`, numbers of voters.
    init(text: String) {
        self.init(
            text.split(separator: ";").map { group in
                let sides = group.split(separator: ">", omittingEmptySubsequences: false).map { side in
                    Set(side.split(separator: ",").compactMap { Int($0) })
                }
                return sides.count == 2 ? Group(rows: sides[0], voters: sides[1]) : Group(rows: [], voters: [])
            })
    }

    /// The same, to be kept.
    var text: String {
        func list(_ voters: Set<Int>) -> String { voters.sorted().map(String.init).joined(separator: ",") }
        return groups.map { "\(list($0.rows))>\(list($0.voters))" }.joined(separator: ";")
    }

    /// Everybody who comes.
    var rows: Set<Int> { Set(places.keys) }

    /// Whether somebody would take a place.
    func contains(_ row: Int) -> Bool { places[row] != nil }

    /// Whether a voter is one whose place somebody would take.
    func isIn(_ voter: Int, placeOf row: Int) -> Bool {
        places[row]?.contains { groups[$0].voters.contains(voter) } ?? false
    }

    /// Whose places some would take.
    func voters(of rows: Set<Int>) -> Set<Int> {
        groups.filter { !$0.rows.isDisjoint(with: rows) }.reduce(into: []) { $0.formUnion($1.voters) }
    }

    /// The first of those whose place one would take.
    func voters(of row: Int, atMost most: Int) -> [Int] {
        let voters = (places[row] ?? []).flatMap { ordered[$0].lazy.filter { $0 != row }.prefix(most) }
        return Array(Set(voters).sorted().prefix(most))
    }

    /// What concerns some of those who come.
    func of(_ rows: Set<Int>) -> Replacements {
        Replacements(groups.map { Group(rows: $0.rows.intersection(rows), voters: $0.voters) })
    }
}

/// Somebody who might take another's place.
struct Comer {
    let voter: Int
    /// Names that count: the ones that they have or would have.
    let names: [FullName]
    /// The contacts that they would have.
    let contacts: VoterContacts
}

extension Approvals.Request {
    /// Who would take whose place by it.
    var replacements: Replacements { Replacements(text: order[Replacements.entry] ?? "") }
}
