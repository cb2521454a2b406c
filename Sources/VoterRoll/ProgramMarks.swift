import Contacts

/// What programs leave in a text that somebody else was to read: `&eacute;` and `<br>` of web pages, `%C3%A9` of links, `\'` of
/// databases, `_x000D_` of workbooks. On an envelope it would stand as it is.
enum ProgramMarks {
    /// Bytes of the longest mark that is looked for: `&thetasym;` and the like.
    private static let longest = 12

    /// Whether a byte may begin such a mark, and stands in few addresses otherwise.
    static func mayBegin(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: "%"), UInt8(ascii: "\\"), UInt8(ascii: "_"): true
        default: false
        }
    }

    /// Why a value is refused for such a mark, in words that stand after the value; nil when it holds none.
    static func fault(_ bytes: some Collection<UInt8>) -> String? {
        guard bytes.contains(where: mayBegin) else { return nil }
        let text = Array(bytes)
        for start in text.indices where mayBegin(text[start]) {
            guard let length = length(text[start...].prefix(longest)) else { continue }
            let mark = String(decoding: text[start..<start + length], as: UTF8.self)
            return "holds '\(mark)', which a program put there: write what it stands for"
        }
        return nil
    }

    /// The length of a mark at the beginning of `rest`; nil when there is none.
    private static func length(_ rest: ArraySlice<UInt8>) -> Int? {
        guard let first = rest.first else { return nil }
        let tail = rest.dropFirst()
        switch first {
        case UInt8(ascii: "&"):
            let name = tail.prefix { $0 != UInt8(ascii: ";") }
            let isName = name.allSatisfy { isHexOrLetter($0) || $0 == UInt8(ascii: "#") }
            return name.count >= 2 && name.count < tail.count && isName ? name.count + 2 : nil
        case UInt8(ascii: "<"):
            guard let letter = tail.first, letter == UInt8(ascii: "/") || PostalAddress.isLetter(letter) else {
                return nil
            }
            return rest.prefix { $0 != UInt8(ascii: ">") }.count + (rest.contains(UInt8(ascii: ">")) ? 1 : 0)
        case UInt8(ascii: "%"): return tail.count >= 2 && tail.prefix(2).allSatisfy(isHex) ? 3 : nil
        case UInt8(ascii: "\\"): return min(2, rest.count)
        default:
            guard rest.count >= 7, tail.first == UInt8(ascii: "x"), tail.dropFirst().prefix(4).allSatisfy(isHex),
                rest[rest.startIndex + 6] == UInt8(ascii: "_")
            else { return nil }
            return 7
        }
    }

    private static func isHex(_ byte: UInt8) -> Bool { 48...57 ~= byte || 97...102 ~= byte | 32 }
    private static func isHexOrLetter(_ byte: UInt8) -> Bool { 48...57 ~= byte || 97...122 ~= byte | 32 }
}
