import Crypto
import Elections

/// A roll that was read and checked, and waits in the store to be published or discarded.
package struct LoadedRoll: Sendable {
    /// The row in `roll_import`, by which it is published or discarded.
    let importID: Int
    /// Whose roll it will be.
    let election: StoredElection
    /// With which its contacts are sealed.
    let keys: RollKeys
    /// How the text was encoded, for people.
    package let encoding: String
    /// What separates fields, for people; empty for workbooks.
    package let separator: String
    /// The sheets that were read; empty for text.
    package let sheets: [String]
    /// Headings of all sheets that meant nothing: their columns were not read.
    package let ignoredHeadings: [String]
    /// Rows of the file, headings and empty lines apart.
    package let rows: Int
    /// Everything that was found wrong or odd.
    package let report: RollReport
    /// Names of voters that are new, changed, or missing in the file, the first few of each, and how many there are.
    package let added: Changes
    /// Voters with a row that differs from the roll, or that were struck off before.
    package let changed: Changes
    /// Voters of the roll whom the file lacks; none where a refused row may be anybody's.
    package let removed: Changes
    /// The numbers of all removed voters.
    package let removedIDs: [Int]
    /// Whether the election had a published roll before.
    package let isUpdate: Bool
    /// Eligible voters for each ballot, and how many hold each weight, in this file.
    package let groups: GroupCounts

    /// Some of many.
    package struct Changes: Sendable {
        /// How many there are in all.
        package fileprivate(set) var count = 0
        /// Reference, family name and first name of the first of them.
        package fileprivate(set) var names: [String] = []
        /// Names shown; all of them are in the report's file.
        private static let shown = 20

        /// Counts a name; it is made only where it is shown.
        mutating func add(_ name: @autoclosure () -> String) {
            count += 1
            if names.count < Changes.shown { names.append(name()) }
        }
    }
}
