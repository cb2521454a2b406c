import Contacts

/// Where a French postcode and a town stand in a line.
struct TownPlace {
    /// Five digits.
    let code: [UInt8]
    /// Where the code begins, its `F-` included.
    let start: Int
    /// Where the code ends.
    let end: Int

    /// What stands before numbers of five digits that are no postcode.
    private static let boxes: Set<String> = ["bp", "cs", "ts", "tsa", "cedex", "n", "no"]

    /// The last five digits that stand alone before a word; nil when there are none.
    static func find(_ bytes: [UInt8], _ line: Range<Int>) -> TownPlace? {
        var at = line.upperBound
        while at > line.lowerBound {
            at -= 1
            guard isDigit(bytes[at]) else { continue }
            let end = at
            var first = end
            while first > line.lowerBound, isDigit(bytes[first - 1]) { first -= 1 }
            at = first
            guard end - first == 4, isWord(bytes, behind: end, line), isFree(bytes, before: first, line) else {
                continue
            }
            return TownPlace(code: Array(bytes[first...end]), start: withPrefix(bytes, first, line), end: end + 1)
        }
        return nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { 48...57 ~= byte }

    /// Whether a space and a letter follow.
    private static func isWord(_ bytes: [UInt8], behind end: Int, _ line: Range<Int>) -> Bool {
        var next = end + 1
        while next < line.upperBound, " -,".utf8.contains(bytes[next]) { next += 1 }
        return next > end + 1 && next < line.upperBound && PostalAddress.isLetter(bytes[next])
    }

    /// Whether nothing stands right before, and no word that makes the digits a post box.
    private static func isFree(_ bytes: [UInt8], before first: Int, _ line: Range<Int>) -> Bool {
        let head = bytes[line.lowerBound..<first]
        guard let last = head.last else { return true }
        guard " ,;-(/".utf8.contains(last) else { return false }
        let word = head.split(whereSeparator: { " ,;-(/".utf8.contains($0) }).last ?? []
        return !boxes.contains(Folding.plain(String(decoding: word, as: UTF8.self)))
    }

    /// Where the `F-` before a postcode begins.
    private static func withPrefix(_ bytes: [UInt8], _ first: Int, _ line: Range<Int>) -> Int {
        guard first >= line.lowerBound + 2, bytes[first - 1] == UInt8(ascii: "-"),
            bytes[first - 2] | 32 == UInt8(ascii: "f"),
            first == line.lowerBound + 2 || !PostalAddress.isLetter(bytes[first - 3])
        else { return first }
        return first - 2
    }
}
