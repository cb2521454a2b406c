package import Elections

/// Voters by college and site, and by weight: what the small-group rule needs.
package struct GroupCounts: Sendable {
    /// Few enough that looking through them beats a dictionary.
    private struct Group {
        let college: [UInt8]
        let site: [UInt8]
        /// How many voters hold each weight.
        var holders: [Int: Int] = [:]
    }

    /// Voters by college and site.
    private var groups: [Group] = []

    /// Of nobody yet.
    package init() {}

    /// Counts a checked row.
    mutating func add(_ batch: RowBuffer, _ row: RollRow) {
        let (college, site) = (batch.plain[row.college.range], batch.plain[row.site.range])
        let known = groups.firstIndex { $0.college.elementsEqual(college) && $0.site.elementsEqual(site) }
        if known == nil { groups.append(Group(college: Array(college), site: Array(site))) }
        groups[known ?? groups.count - 1].holders[row.weight, default: 0] += 1
    }

    /// How many voters may vote on `ballot`.
    /// - Parameter ballot: of the election whose colleges and sites the file uses.
    package func eligible(_ ballot: Election.Ballot) -> Int { holders(ballot).values.reduce(0, +) }

    /// How many of them hold each weight.
    package func holders(_ ballot: Election.Ballot) -> [Int: Int] {
        groups.reduce(into: [:]) { sum, group in
            let college = String(decoding: group.college, as: UTF8.self)
            let site = String(decoding: group.site, as: UTF8.self)
            if ballot.admits(college: college, site: site) { sum.merge(group.holders, uniquingKeysWith: +) }
        }
    }
}
