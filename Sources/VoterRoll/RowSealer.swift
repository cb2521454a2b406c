import Crypto

/// Seals the contacts of checked rows. One for each thread.
struct RowSealer {
    private let election: Int
    /// For indices and digests.
    private let keys: RollKeys
    /// Of nonces of its own.
    private let sealer: Sealer
    /// What a value is bound to; room that is used again.
    private var place: [UInt8] = []
    /// The folded mail address; room that is used again.
    private var folded: [UInt8] = []

    /// - Parameter election: the election's number in the store.
    init(election: Int, keys: RollKeys) {
        self.election = election
        self.keys = keys
        sealer = keys.sealer()
    }

    /// Bytes of a row's digest; behind them stand as many of its answer's own, where it has one: an answer is hashed anew at
    /// every import, and whether it is another could not be told otherwise.
    static let digestBytes = 16

    /// Computes a row's digest and blind indices, which need no voter number. The row must be the batch's last.
    /// - Parameters:
    ///   - row: gets digest and indices.
    ///   - batch: gets the digest's bytes behind the sealed ones.
    mutating func index(_ row: inout RollRow, _ batch: inout RowBuffer) {
        if !row.mail.isAbsent {
            folded.removeAll(keepingCapacity: true)
            for byte in batch.plain[row.mail.range] { folded.append(65...90 ~= byte ? byte | 32 : byte) }
            row.mailIndex = keys.index.index(folded.span)
        }
        if !row.phone.isAbsent { row.phoneIndex = keys.index.index(batch.plain.span.extracting(row.phone.range)) }
        // The row's normal forms lie one behind the other; their lengths follow, so that no two rows look alike.
        for slice in [
            row.reference, row.civility, row.lastName, row.firstName, row.college, row.site, row.language, row.channel,
            row.mail, row.phone, row.address, row.challenge,
        ] {
            batch.plain.append(UInt8(truncatingIfNeeded: slice.count >> 8))
            batch.plain.append(UInt8(truncatingIfNeeded: slice.count))
        }
        for shift in stride(from: 24, through: 0, by: -8) {
            batch.plain.append(UInt8(truncatingIfNeeded: row.weight >> shift))
        }
        let whole = row.reference.start..<batch.plain.count
        let start = batch.sealed.count
        let plain = batch.plain
        keys.digest.append(fingerprintOf: plain.span.extracting(whole), onto: &batch.sealed)
        if !row.challenge.isAbsent {
            // The reference goes in front: the same answer of two voters does not look alike.
            var answer = LengthPrefixedFields("roll answer")
            answer.append(plain.span.extracting(row.reference.range))
            answer.append(plain.span.extracting(row.challenge.range))
            keys.digest.append(fingerprintOf: answer.bytes.span, onto: &batch.sealed)
        }
        row.digest = Slice(start: start, count: batch.sealed.count - start)
    }

    /// Seals a row's address for its voter.
    /// - Parameter row: whose number must be known.
    mutating func sealAddress(_ row: inout RollRow, _ batch: inout RowBuffer) {
        row.sealedAddress = seal(row.address, .address, row.id, &batch)
    }

    /// Seals what is not sealed yet of a row's contacts.
    /// - Parameter row: whose number must be known.
    mutating func sealRest(_ row: inout RollRow, _ batch: inout RowBuffer) {
        row.sealedMail = seal(row.mail, .mail, row.id, &batch)
        row.sealedPhone = seal(row.phone, .phone, row.id, &batch)
        if row.sealedAddress.isAbsent { sealAddress(&row, &batch) }
    }

    /// Seals one value into the batch's sealed bytes; `.absent` where there is none.
    private mutating func seal(_ slice: Slice, _ column: SealedColumn, _ id: Int, _ batch: inout RowBuffer) -> Slice {
        guard !slice.isAbsent else { return .absent }
        column.place(election: election, voter: id, into: &place)
        let start = batch.sealed.count
        let (plain, associated) = (batch.plain, place)
        sealer.seal(plain.span.extracting(slice.range), associated: associated.span, onto: &batch.sealed)
        return Slice(start: start, count: batch.sealed.count - start)
    }
}
