/// The sealed columns; the numbers are part of the associated data and never change.
enum SealedColumn: UInt8 {
    case mail = 1
    case phone = 2
    case address = 3

    /// What a sealed value is bound to: election, voter and column.
    /// - Parameter bytes: becomes 17 bytes: both numbers, the highest byte first, and the column.
    func place(election: Int, voter: Int, into bytes: inout [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        for number in [election, voter] {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: number >> shift))
            }
        }
        bytes.append(rawValue)
    }
}
