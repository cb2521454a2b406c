/// A JSON value (RFC 8259), texts as UTF-8 bytes: enough to read an election's documents without Foundation.
package indirect enum JSON: Sendable {
    /// A name with its value, in the order of the text.
    package struct Member: Sendable {
        /// UTF-8, its escapes resolved.
        package let name: [UInt8]
        /// Of any kind.
        package let value: JSON
    }

    /// In the order of the text, no name twice.
    case object([Member])
    /// Any number of values, of any kinds.
    case array([JSON])
    /// UTF-8, its escapes resolved.
    case text([UInt8])
    /// A whole number as far as `Int` goes: 64 bits on the server, 32 in the browser.
    case number(Int)
    /// `true` or `false`.
    case flag(Bool)
    case null

    /// More members than this in one object: no document of an election has a hundredth of them.
    package static let mostMembers = 100_000

    /// The value of a whole text; nil when it is no JSON, has a fraction, a name twice, more than `mostMembers` members in one
    /// object, or is nested too deeply. The time taken grows with the length of the text and hardly faster.
    /// - Parameter text: the caller bounds its length. Bytes of texts are not checked to be UTF-8.
    package static func read(_ text: [UInt8]) -> JSON? {
        var reader = JSONReader(text: text)
        guard let value = reader.value(depth: 0) else { return nil }
        reader.space()
        return reader.at == text.count ? value : nil
    }

    /// The value of an object's member; nil where there is none of this name, and for what is no object.
    package subscript(_ name: StaticString) -> JSON? {
        guard case .object(let members) = self else { return nil }
        for member in members where JSON.equal(member.name, name) { return member.value }
        return nil
    }

    /// The bytes of a text, escapes resolved; nil for every other value.
    package var bytes: [UInt8]? { if case .text(let bytes) = self { bytes } else { nil } }
    /// A whole number; nil for every other value, also for a text of digits.
    package var integer: Int? { if case .number(let number) = self { number } else { nil } }
    /// The values of an array; nil for every other value.
    package var list: [JSON]? { if case .array(let list) = self { list } else { nil } }

    static func equal(_ bytes: [UInt8], _ literal: StaticString) -> Bool {
        literal.withUTF8Buffer { buffer in
            guard bytes.count == buffer.count else { return false }
            for index in 0..<buffer.count where unsafe bytes[index] != buffer[index] { return false }
            return true
        }
    }

    /// Appends a text as the protocol writes it: quoted, with only what must be escaped escaped (section 1).
    /// - Parameter text: UTF-8; it is not checked.
    package static func append(text: [UInt8], to output: inout [UInt8]) {
        output.append(34)
        for byte in text {
            switch byte {
            case 34, 92:
                output.append(92)
                output.append(byte)
            case 8: output += "\\b"
            case 9: output += "\\t"
            case 10: output += "\\n"
            case 12: output += "\\f"
            case 13: output += "\\r"
            case 0..<32, 127:
                output += "\\u00"
                output.append(byte >> 4 + 48)
                output.append(byte & 15 < 10 ? byte & 15 + 48 : byte & 15 + 87)
            default: output.append(byte)
            }
        }
        output.append(34)
    }
}

/// Reads from left to right, each byte once.
private struct JSONReader {
    let text: [UInt8]
    /// The next byte to be read.
    var at = 0

    /// Documents of an election are three or four deep.
    private static let deepest = 16

    mutating func space() { while at < text.count, [32, 9, 10, 13].contains(text[at]) { at += 1 } }

    /// Passes over a mark and the spaces before it; false where something else stands there.
    private mutating func take(_ byte: UInt8) -> Bool {
        space()
        guard at < text.count, text[at] == byte else { return false }
        at += 1
        return true
    }

    /// - Parameter depth: how many arrays and objects the value lies in.
    mutating func value(depth: Int) -> JSON? {
        space()
        guard at < text.count, depth <= JSONReader.deepest else { return nil }
        switch text[at] {
        case 123: return object(depth)
        case 91: return array(depth)
        case 34: return string().map { .text($0) }
        case 116: return literal("true") ? .flag(true) : nil
        case 102: return literal("false") ? .flag(false) : nil
        case 110: return literal("null") ? .null : nil
        default: return number()
        }
    }

    /// Passes over these bytes; false where others stand here.
    private mutating func literal(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard text.count - at >= count, JSON.equal(Array(text[at..<at + count]), word) else { return false }
        at += count
        return true
    }

    private mutating func object(_ depth: Int) -> JSON? {
        var members: [JSON.Member] = []
        guard take(123) else { return nil }
        if take(125) { return .object(members) }
        repeat {
            space()
            guard let name = string(), take(58), let value = value(depth: depth + 1) else { return nil }
            guard members.count < JSON.mostMembers else { return nil }
            members.append(JSON.Member(name: name, value: value))
        } while take(44)
        return take(125) && JSONReader.areDistinct(members) ? .object(members) : nil
    }

    /// Whether no name stands twice. Sorting needs no hash, whose collisions the writer of a text could choose.
    private static func areDistinct(_ members: [JSON.Member]) -> Bool {
        guard members.count > 1 else { return true }
        var keys: [NameKey] = []
        keys.reserveCapacity(members.count)
        for place in 0..<members.count { keys.append(NameKey(members[place].name, place: place)) }
        keys.sort { left, right in
            if left.length != right.length { return left.length < right.length }
            if left.tail != right.tail { return left.tail < right.tail }
            return precedes(members[left.place].name, members[right.place].name)
        }
        for index in 1..<keys.count {
            let (one, other) = (members[keys[index - 1].place].name, members[keys[index].place].name)
            if one == other { return false }
        }
        return true
    }

    /// What most names are told apart by, without a look at the rest of their bytes.
    private struct NameKey {
        let length: Int
        /// The last eight bytes: names that are counted up differ there.
        let tail: UInt64
        let place: Int

        init(_ name: [UInt8], place: Int) {
            var tail: UInt64 = 0
            for byte in name.suffix(8) { tail = tail << 8 | UInt64(byte) }
            (length, self.tail, self.place) = (name.count, tail, place)
        }
    }

    /// Whether the first of two names of one length comes before the second, byte by byte.
    private static func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        for index in 0..<left.count where left[index] != right[index] { return left[index] < right[index] }
        return false
    }

    private mutating func array(_ depth: Int) -> JSON? {
        var list: [JSON] = []
        guard take(91) else { return nil }
        if take(93) { return .array(list) }
        repeat {
            guard let value = value(depth: depth + 1) else { return nil }
            list.append(value)
        } while take(44)
        return take(93) ? .array(list) : nil
    }

    /// Digits of a number: all numbers of so many fit, and a sign before them changes nothing of that.
    private static let mostDigits = 18

    /// A whole number of 18 digits at most, without a fraction.
    private mutating func number() -> JSON? {
        let isNegative = text[at] == 45
        if isNegative { at += 1 }
        let start = at
        var value = 0
        while at < text.count, text[at] >= 48, text[at] <= 57 {
            let (scaled, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, more) = scaled.addingReportingOverflow(Int(text[at] - 48))
            guard !over, !more else { return nil }
            value = sum
            at += 1
        }
        guard at > start, at - start <= JSONReader.mostDigits, at == start + 1 || text[start] != 48 else { return nil }
        if at < text.count, [46, 69, 101].contains(text[at]) { return nil }
        return .number(isNegative ? -value : value)
    }

    /// A text from its opening quotation mark on; control characters must be escaped in it.
    private mutating func string() -> [UInt8]? {
        guard at < text.count, text[at] == 34 else { return nil }
        at += 1
        var bytes: [UInt8] = []
        while at < text.count {
            let byte = text[at]
            at += 1
            switch byte {
            case 34: return bytes
            case 92: guard escape(&bytes) else { return nil }
            case 0..<32: return nil
            default: bytes.append(byte)
            }
        }
        return nil
    }

    /// What stands behind a backslash.
    private mutating func escape(_ bytes: inout [UInt8]) -> Bool {
        guard at < text.count else { return false }
        let byte = text[at]
        at += 1
        switch byte {
        case 34, 92, 47: bytes.append(byte)
        case 98: bytes.append(8)
        case 102: bytes.append(12)
        case 110: bytes.append(10)
        case 114: bytes.append(13)
        case 116: bytes.append(9)
        case 117: return unicode(&bytes)
        default: return false
        }
        return true
    }

    /// The UTF-8 of four hexadecimal digits, of eight for a surrogate pair; a lone surrogate is refused.
    private mutating func unicode(_ bytes: inout [UInt8]) -> Bool {
        guard var point = hexadecimal() else { return false }
        if point >> 10 == 0x36 {
            guard literal("\\u"), let low = hexadecimal(), low >> 10 == 0x37 else { return false }
            point = 0x10000 + (point & 0x3FF) << 10 + low & 0x3FF
        }
        guard point >> 11 != 0x1B else { return false }
        switch point {
        case 0..<0x80: bytes.append(UInt8(point))
        case 0x80..<0x800: bytes += [0xC0 | UInt8(point >> 6), tail(point)]
        case 0x800..<0x10000: bytes += [0xE0 | UInt8(point >> 12), tail(point >> 6), tail(point)]
        default: bytes += [0xF0 | UInt8(point >> 18), tail(point >> 12), tail(point >> 6), tail(point)]
        }
        return true
    }

    private func tail(_ point: UInt32) -> UInt8 { 0x80 | UInt8(point & 63) }

    /// Four digits of either case.
    private mutating func hexadecimal() -> UInt32? {
        guard text.count - at >= 4 else { return nil }
        var value: UInt32 = 0
        for _ in 0..<4 {
            let byte = text[at]
            at += 1
            switch byte {
            case 48...57: value = value << 4 | UInt32(byte - 48)
            case 65...70: value = value << 4 | UInt32(byte - 55)
            case 97...102: value = value << 4 | UInt32(byte - 87)
            default: return nil
            }
        }
        return value
    }
}
