import Crypto

/// The sums of a ballot's box, signature list and electors, with the number of votes they stand for.
///
/// In the clear they could be mended by hand: two of them differ by a member's keyed term, and whoever takes a ballot away
/// could subtract its term. They are kept sealed.
struct BoxSums: Sendable, Equatable {
    /// Grows by one each time the sums are written: an earlier row put back is known by it while the station runs.
    var revision: Int
    var votes: Int
    /// Of the ballots in their slots.
    var box: [UInt8]
    /// Of the signatures.
    var list: [UInt8]
    /// Of the lines that are not signed with their sealed credentials, and of the slots with theirs.
    var electors: [UInt8]

    /// The sums of an empty box, before any elector is entered.
    static let none = BoxSums(
        revision: 0, votes: 0, box: MultisetSeal.empty, list: MultisetSeal.empty, electors: MultisetSeal.empty)
}

/// Seals the sums of an election's boxes, each bound to its ballot and to the head of the last round.
struct SumsSeal: Sendable {
    private let key: Secret
    private let election: String
    private let randomness: Randomness

    /// - Parameter election: its name, to which every seal is bound.
    init(_ key: ElectionKey, election: String, randomness: Randomness) {
        (self.key, self.election, self.randomness) = (key.subkey(.boxSums), election, randomness)
    }

    private func place(_ uuid: [UInt8], _ head: String) -> [UInt8] {
        var fields = LengthPrefixedFields("polling.sums", election)
        fields.append(uuid.span)
        fields.append(head)
        return fields.bytes
    }

    /// - Parameter head: the head of the ballot's last round; empty before the first.
    func seal(_ sums: BoxSums, uuid: [UInt8], head: String) -> [UInt8] {
        let plain =
            FixedWidth.bytes(sums.revision, 8) + FixedWidth.bytes(sums.votes, 8) + sums.box + sums.list + sums.electors
        return Sealer(key: key, randomness: randomness).seal(plain, associated: place(uuid, head))
    }

    private func toldPlace(_ manifest: [UInt8]) -> [UInt8] {
        var fields = LengthPrefixedFields("polling.told", election)
        fields.append(sha256(manifest).span)
        return fields.bytes
    }

    /// Seals how many were told at once, for this poll alone.
    func seal(told: Int, manifest: [UInt8]) -> [UInt8] {
        Sealer(key: key, randomness: randomness).seal(FixedWidth.bytes(told, 8), associated: toldPlace(manifest))
    }

    /// The number that was sealed; nil for what was changed, or is another poll's.
    func told(_ sealed: [UInt8], manifest: [UInt8]) -> Int? {
        guard let plain = Sealer(key: key, randomness: randomness).open(sealed, associated: toldPlace(manifest)),
            plain.count == 8
        else { return nil }
        return FixedWidth.number(plain[...])
    }

    private var manifestPlace: [UInt8] { LengthPrefixedFields("polling.manifest", election).bytes }

    /// Seals a manifest's digest: whoever writes the store's file cannot write another manifest.
    func seal(manifest: [UInt8]) -> [UInt8] {
        Sealer(key: key, randomness: randomness).seal(sha256(manifest), associated: manifestPlace)
    }

    /// Whether a manifest is the one that was sealed.
    func isSealed(manifest: [UInt8], by sealed: [UInt8]) -> Bool {
        Sealer(key: key, randomness: randomness).open(sealed, associated: manifestPlace) == sha256(manifest)
    }

    /// Nil for what was changed, belongs to another ballot, or was sealed under another round's head.
    func open(_ sealed: [UInt8], uuid: [UInt8], head: String) -> BoxSums? {
        let count = MultisetSeal.count
        let plain = Sealer(key: key, randomness: randomness).open(sealed, associated: place(uuid, head))
        guard let plain, plain.count == 16 + 3 * count else { return nil }
        func sum(_ number: Int) -> [UInt8] { Array(plain[(16 + number * count)...].prefix(count)) }
        return BoxSums(
            revision: FixedWidth.number(plain[..<8]), votes: FixedWidth.number(plain[8..<16]), box: sum(0),
            list: sum(1),
            electors: sum(2))
    }
}
