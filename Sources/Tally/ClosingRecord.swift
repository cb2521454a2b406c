import BallotCore
import Crypto
import Polling

/// What the closing record says of the count: trustees compare it, on paper or on screen, with what they are given to open.
///
///     isoloir closing record 1
///     election cse-2026
///     seal 1F0A 22C4 ...
///     manifest 1f0a22c4...
///     opened ...
///     closed ...
///     ballot titulaires-ouvriers
///       uuid 7C6BMAqeBAjnqy
///       electors 120
///       signatures 98
///       ballots 98
///       weight 106
///       weights 94x1 4x3
///       round 5
///       head 0b12...
///       tally 9fe3...
///     ed25519 ...
///     signature ...
package struct ClosingRecord: Sendable {
    /// Its file's name beside the archives.
    package static let fileName = "closing-record.txt"

    /// One ballot (scrutin).
    package struct Entry: Sendable {
        /// Its name in the election's definition, as the manifest has it.
        package let name: String
        /// Its identifier in the ballot protocol.
        package let uuid: String
        /// Who may vote on it.
        package let electors: Int
        /// Lines of the signature list that are signed: as many as ballots, or trustees open nothing.
        package let signatures: Int
        /// Ballots that were added up.
        package let ballots: Int
        /// The sum of their weights.
        package let weight: Int
        /// How many ballots weigh how much; the totals of few of one weight tell what single voters chose.
        package let byWeight: [Int: Int]
        /// The last round and the archive's event hash at its end (64 hexadecimal digits); nil where nobody voted.
        package let round: Int?
        /// Nil together with `round`.
        package let head: String?
        /// SHA-256 of the encrypted tally, 64 hexadecimal digits: the name of its file in the archive.
        package let tally: String
    }

    /// The election's name (`cse-2026`).
    package let election: String
    /// SHA-256 of the manifest, 64 hexadecimal digits.
    package let manifest: String
    /// At least one, no two of one name.
    package let entries: [Entry]
    /// SHA-256 of the signed lines, 64 hexadecimal digits: what members accept when they accept the record.
    package let digest: String

    static let mark = "isoloir closing record 1"

    /// - Returns: nil when it is no closing record signed by this key.
    /// - Parameters:
    ///   - bytes: the record with its signature; a custody record may stand below it.
    ///   - key: of the sealed manifest, 32 bytes.
    package init?(_ bytes: [UInt8], by key: [UInt8]) {
        guard let lines = SignedRecord.lines(bytes, by: key), lines.first == ClosingRecord.mark else { return nil }
        digest = hex(sha256(Array((lines.joined(separator: "\n") + "\n").utf8)))
        var (entries, current): ([Entry], [String: String]) = ([], [:])
        var head: [String: String] = [:]
        // What follows on custody is for people.
        for line in lines[1...].prefix(while: { !$0.hasPrefix("custody ") }) + ["ballot"] {
            let words = line.drop { $0 == " " }.split(separator: " ", maxSplits: 1).map(String.init)
            guard let name = words.first else { return nil }
            let value = words.count > 1 ? words[1] : ""
            // Each field once: a second one would say something else.
            guard
                line == "ballot" || (line.hasPrefix("  ") ? current[name] : name == "ballot" ? nil : head[name]) == nil
            else { return nil }
            if name == "ballot", !line.hasPrefix("  ") {
                if !current.isEmpty {
                    guard let entry = ClosingRecord.entry(current) else { return nil }
                    entries.append(entry)
                }
                current = ["name": value]
            } else if line.hasPrefix("  ") {
                current[name] = value
            } else {
                head[name] = value
            }
        }
        guard let election = head["election"], let manifest = head["manifest"], !entries.isEmpty else { return nil }
        guard Set(entries.map(\.name)).count == entries.count else { return nil }
        (self.election, self.manifest, self.entries) = (election, manifest, entries)
    }

    /// The entry of a ballot's fields; nil where one lacks or is no number.
    private static func entry(_ fields: [String: String]) -> Entry? {
        func number(_ name: String) -> Int? { fields[name].flatMap { Int($0) } }
        guard let name = fields["name"], !name.isEmpty, let uuid = fields["uuid"], let electors = number("electors"),
            let signatures = number("signatures"), let ballots = number("ballots"), let weight = number("weight"),
            let tally = fields["tally"]
        else { return nil }
        guard let classes = byWeight(fields["weights"], ballots: ballots, weight: weight) else { return nil }
        return Entry(
            name: name, uuid: uuid, electors: electors, signatures: signatures, ballots: ballots, weight: weight,
            byWeight: classes, round: number("round"), head: fields["head"], tally: tally)
    }

    /// The ballots of each weight as "94x1 4x3" says; all weigh 1 where nothing is said. Nil where they are not the ballots and
    /// the weight that the record has.
    private static func byWeight(_ text: String?, ballots: Int, weight: Int) -> [Int: Int]? {
        var classes: [Int: Int] = [:]
        for word in (text ?? (ballots > 0 ? "\(ballots)x1" : "")).split(separator: " ") {
            let parts = word.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
            guard parts.count == 2, let count = parts[0], let each = parts[1], count > 0, each > 0,
                count <= CredentialList.mostWeight, each <= CredentialList.mostWeight / count, classes[each] == nil
            else { return nil }
            classes[each] = count
        }
        let sum = classes.reduce(0) { $0 &+ $1.key * $1.value }
        return classes.values.reduce(0, &+) == ballots && sum == weight ? classes : nil
    }
}

extension ClosingRecord.Entry {
    /// The entry's lines.
    var lines: [String] {
        var lines = [
            "ballot \(name)", "  uuid \(uuid)", "  electors \(electors)", "  signatures \(signatures)",
            "  ballots \(ballots)", "  weight \(weight)",
        ]
        if byWeight.keys.contains(where: { $0 != 1 }) {
            let classes = byWeight.sorted { $0.key < $1.key }.map { "\($0.value)x\($0.key)" }
            lines.append("  weights \(classes.joined(separator: " "))")
        }
        if let round, let head { lines += ["  round \(round)", "  head \(head)"] }
        return lines + ["  tally \(tally)"]
    }
}

/// A digest as somebody typed it from paper or pasted it: blanks and case do not matter.
package enum TypedDigest {
    /// Hexadecimal digits that must be typed at least: 128 bits, which nobody meets by trying.
    package static let fewest = 32

    /// Whether what was typed is this digest, or its beginning of at least `fewest` digits.
    /// - Parameter digest: hexadecimal digits in lower case.
    package static func fits(_ typed: String, _ digest: String) -> Bool {
        let digits = typed.lowercased().filter { !$0.isWhitespace }
        return digits.utf8.count >= fewest && digest.hasPrefix(digits)
    }
}
