/// A place in a batch's bytes; `absent` when there is nothing.
struct Slice {
    var start = 0
    var count = -1

    static let absent = Slice()

    var range: Range<Int> { start..<start + max(0, count) }
    var isAbsent: Bool { count < 0 }
}

/// One checked row: normal forms of its fields, as places in the batch's bytes.
struct RollRow {
    var line = 0
    var reference = Slice.absent
    var civility = Slice.absent
    var lastName = Slice.absent
    var firstName = Slice.absent
    var college = Slice.absent
    var site = Slice.absent
    var weight = 1
    var language = Slice.absent
    var channel = Slice.absent
    var mail = Slice.absent
    var phone = Slice.absent
    var isMobile = false
    var address = Slice.absent
    var challenge = Slice.absent
    var mailIndex = 0
    var phoneIndex = 0
    var digest = Slice.absent
    var id = 0
    // Places in the batch's sealed bytes.
    var sealedMail = Slice.absent
    var sealedPhone = Slice.absent
    var sealedAddress = Slice.absent
}

/// Rows on their way from the checker to the store, with all their bytes in two buffers.
final class RowBatch: @unchecked Sendable {
    /// Rows of one transaction: a few milliseconds of the writer's time, so that nobody else waits.
    static let size = 2048

    var rows: [RollRow] = []
    var plain: [UInt8] = []
    var sealed: [UInt8] = []

    init() { rows.reserveCapacity(RowBatch.size) }

    /// Runs `body`, which appends to `plain`, and returns where its bytes lie.
    func slice<Failure: Error>(_ body: (inout [UInt8]) throws(Failure) -> Void) throws(Failure) -> Slice {
        let start = plain.count
        try body(&plain)
        return Slice(start: start, count: plain.count - start)
    }
}
