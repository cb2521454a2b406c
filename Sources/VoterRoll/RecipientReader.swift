import Contacts

/// Finds the voter's name above an address, and puts it there where it is missing.
struct RecipientReader {
    /// Where the columns stand, and who is told.
    private let sheet: SheetColumns
    /// A line and a name as they are compared.
    private var folded: [UInt8] = []

    /// - Parameter sheet: where the columns stand, and who is told.
    init(_ sheet: SheetColumns) { self.sheet = sheet }

    /// Puts the voter's name before the lines where it is not there; returns how many lines name the voter.
    mutating func name(
        _ address: inout AddressLines, _ row: RollRow, _ batch: RowBuffer, _ fields: RowFields
    ) -> Int {
        guard !row.lastName.isAbsent, !row.firstName.isAbsent else { return 0 }
        if mayBeRecipient(address.lines[0], of: address, row, batch) {
            let given = address.lines.map { address.text($0) }
            let (own, rest) = recipient(row, batch).above(given)
            if own + rest == given { return own.count }
            address.lines.removeFirst(given.count - rest.count)
        }
        if let line = shortLine(row, batch, in: &address) {
            address.lines.insert(line, at: 0)
            return 1
        }
        let recipient = recipient(row, batch)
        let added = recipient.lines(room: PostalAddress.mostLines - address.lines.count)
        if added != [recipient.whole] {
            sheet.report.warn(
                RollFault(
                    line: fields.line, column: sheet.heading(.lastName),
                    value: "\(recipient.firstName) \(recipient.lastName)",
                    reason: "is too long for a line of the address: \(added.joined(separator: " / ")) is printed"))
        }
        let lines = added.map { address.copy(Array($0.utf8)) }
        address.lines.insert(contentsOf: lines, at: 0)
        return added.count
    }

    /// The recipient that a checked row's civility and names make.
    private func recipient(_ row: RollRow, _ batch: RowBuffer) -> Recipient {
        let isMister = !row.civility.isAbsent && batch.plain[row.civility.start] == UInt8(ascii: "M")
        return Recipient(
            title: row.civility.isAbsent ? "" : isMister ? "M" : "Mme",
            firstName: String(decoding: batch.plain[row.firstName.range], as: UTF8.self),
            lastName: String(decoding: batch.plain[row.lastName.range], as: UTF8.self))
    }

    /// Whether a line may be the recipient's, without making texts of nearly every row: a digit or no trace of the family name
    /// says that it is not.
    private mutating func mayBeRecipient(
        _ line: Range<Int>, of address: AddressLines, _ row: RollRow, _ batch: RowBuffer
    ) -> Bool {
        let name = row.lastName.range
        for index in line where 48...57 ~= address.bytes[index] { return false }
        // A long name may be set over two lines, of which the first is without the family name, or cut off.
        guard name.count + row.firstName.count + 5 <= PostalAddress.longestLine, line.count < Recipient.longLine
        else { return true }
        folded.removeAll(keepingCapacity: true)
        Folding.appendLetters(address.bytes, line, onto: &folded)
        let split = folded.count
        Folding.appendLetters(batch.plain, name, onto: &folded)
        let length = folded.count - split
        guard length > 0 else { return true }
        guard split >= length else { return false }
        for start in 0...split - length {
            var offset = 0
            while offset < length, folded[start + offset] == folded[split + offset] { offset += 1 }
            if offset == length { return true }
        }
        return false
    }

    /// `Mme Jeanne DUPONT`, copied into an address; nil where that is too long for a line, or may be.
    private func shortLine(_ row: RollRow, _ batch: RowBuffer, in address: inout AddressLines) -> Range<Int>? {
        let first = batch.plain[row.firstName.range]
        let last = batch.plain[row.lastName.range]
        guard first.count + last.count + 5 <= PostalAddress.longestLine else { return nil }
        let start = address.bytes.count
        if !row.civility.isAbsent {
            let isMister = batch.plain[row.civility.start] == UInt8(ascii: "M")
            address.copy(Array((isMister ? "M " : "Mme ").utf8))
        }
        address.copy(first)
        address.copy(32)
        if last.allSatisfy({ $0 < 0x80 }) {
            for byte in last { address.copy(97...122 ~= byte ? byte - 32 : byte) }
        } else {
            address.copy(Array(String(decoding: last, as: UTF8.self).uppercased().utf8))
        }
        return start..<address.bytes.count
    }
}
