package import Foundation

/// An election that belenios-tool 2.0 made: two trustees, two questions (one with a blank vote), weights, a revote.
package enum SampleElection {
    /// The tool's files, as it wrote them.
    package static let folder = repository.appending(path: "Tests/BallotTests/Fixtures")

    /// Its ballots, in the order in which they were cast.
    package static let ballots = ["ballot1.json", "ballot1b.json", "ballot2.json", "ballot3.json", "ballot4.json"]

    /// A file of the sample without its final newline, which no hash covers.
    /// - Throws: what Foundation says where there is none of this name.
    package static func bytes(_ name: String) throws -> [UInt8] {
        var bytes = [UInt8](try Data(contentsOf: folder.appending(path: name)))
        if bytes.last == 10 { bytes.removeLast() }
        return bytes
    }
}
