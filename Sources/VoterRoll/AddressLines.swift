import Contacts
import Inputs

/// The lines of a row's address while they are put together: bytes, and where each line lies in them. One value serves all rows.
struct AddressLines {
    /// All that was copied, lines or not.
    private(set) var bytes: [UInt8] = []
    /// The lines from the top, as places in `bytes`.
    var lines: [Range<Int>] = []
    /// Whether something holds more than Latin-1.
    private(set) var hasWide = false

    /// Begins another row's address; the memory stays.
    mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        lines.removeAll(keepingCapacity: true)
        hasWide = false
    }

    /// A line as a text.
    func text(_ line: Range<Int>) -> String { String(decoding: bytes[line], as: UTF8.self) }

    /// Adds the lines of a cell: whoever types Alt+Enter in a spreadsheet begins a new one.
    mutating func add(_ cell: Span<UInt8>, _ range: Range<Int>) {
        var start = range.lowerBound
        for index in range where cell[index] == 10 || cell[index] == 13 {
            addLine(cell, start..<index)
            start = index + 1
        }
        addLine(cell, start..<range.upperBound)
    }

    /// Adds a line unless it is blank.
    private mutating func addLine(_ cell: Span<UInt8>, _ range: Range<Int>) {
        guard let line = Invisible.trimmed(cell, range) else { return }
        let copied = copy(cell, line)
        lines.append(copied)
    }

    /// Copies a range, with plain spaces, and returns where it lies in `bytes`; it is no line yet.
    mutating func copy(_ cell: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        let start = bytes.count
        guard WideText.stands(cell, range) else {
            bytes.append(copying: cell.extracting(range))
            return start..<bytes.count
        }
        hasWide = true
        // Spaces of all widths are spaces.
        let text = String(decoding: range.map { cell[$0] }, as: UTF8.self)
        for scalar in text.unicodeScalars {
            if Invisible.isSpace(scalar) {
                bytes.append(32)
            } else {
                bytes.append(contentsOf: Array(String(scalar).utf8))
            }
        }
        return start..<bytes.count
    }

    /// Copies one byte behind what was copied last.
    mutating func copy(_ byte: UInt8) { bytes.append(byte) }

    /// Copies bytes as they are, and returns where they lie.
    @discardableResult
    mutating func copy(_ more: some Collection<UInt8>) -> Range<Int> {
        let start = bytes.count
        bytes.append(contentsOf: more)
        return start..<bytes.count
    }

    /// Copies words as one line, and returns where it lies.
    mutating func join(_ words: [[UInt8]]) -> Range<Int> {
        let start = bytes.count
        for word in words {
            if bytes.count > start { bytes.append(32) }
            _ = copy(word.span, word.indices)
        }
        return start..<bytes.count
    }

    /// Forgets what was copied behind a place.
    mutating func forget(from start: Int) { bytes.removeLast(bytes.count - start) }

    /// Shortens the last line to what of a range is left without the marks at its end; where nothing is, the line goes.
    mutating func cutLast(to range: Range<Int>) {
        if let kept = trimmed(range) { lines[lines.count - 1] = kept } else { lines.removeLast() }
    }

    /// A range less the marks that part it from what stood behind it.
    func trimmed(_ range: Range<Int>) -> Range<Int>? {
        var high = range.upperBound
        while high > range.lowerBound, " ,;-/|".utf8.contains(bytes[high - 1]) { high -= 1 }
        return high > range.lowerBound ? range.lowerBound..<high : nil
    }

    /// Whether a country, a range of the bytes, is France, or is not named.
    func isFrench(_ country: Range<Int>) -> Bool { country.isEmpty || PostalAddress.isFrance(bytes.span, country) }
}
