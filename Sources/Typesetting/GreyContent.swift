/// What a page draws, in black and grey alone (DeviceGray): a mailing house prints black, and a text that is red, green and blue in
/// equal parts comes out of its machines in four colours, or is refused.
enum GreyContent {
    /// A content stream (PDF 1.4, 4.1) with colours as grey, and without settings of transparency.
    /// - Throws: where it holds an operator that a letter has no need of and that may bring colour.
    static func grey(_ source: [UInt8]) throws(LetterError) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(source.count)
        // Everything before `copied` is in the result; the operands of the present operator begin at `operands`.
        var (copied, operands, at) = (0, 0, 0)
        while at < source.count {
            guard let end = try ending(source, at) else {
                at += 1
                continue
            }
            let isOperator = isRegular(source[at]) && !isNumberOrName(source[at])
            defer { at = end }
            guard isOperator else { continue }
            defer { operands = end }
            let name = String(decoding: source[at..<end], as: UTF8.self)
            guard !colourful.contains(name) else {
                throw LetterError("A letter holds black and grey only, but a page sets a colour with \"\(name)\".")
            }
            guard ["rg", "RG", "gs"].contains(name) else { continue }
            result += source[copied..<operands]
            copied = end
            guard name != "gs" else { continue }
            result += Array((" " + (try level(source[operands..<at])) + (name == "rg" ? " g" : " G")).utf8)
        }
        result += source[copied...]
        return result
    }

    /// Operators that set another space of colours, shade, or hold a picture of their own.
    private static let colourful: Set<String> = ["cs", "CS", "sc", "SC", "scn", "SCN", "k", "K", "sh", "BI", "ID"]

    /// The grey of red, green and blue, as the eye weighs them (ITU-R BT.601).
    private static func level(_ operands: ArraySlice<UInt8>) throws(LetterError) -> String {
        let words = operands.split(whereSeparator: isSpace).map { String(decoding: $0, as: UTF8.self) }
        let values = words.compactMap { Double($0) }
        guard words.count == 3, values.count == 3 else {
            throw LetterError(
                "A page sets a colour with \"\(words.joined(separator: " "))\" in place of three numbers.")
        }
        if words[0] == words[1], words[1] == words[2] { return words[0] }
        return PDFNumber.text(0.299 * values[0] + 0.587 * values[1] + 0.114 * values[2])
    }

    /// Where the token that begins at `start` ends; nil for white space and the marks that stand alone.
    private static func ending(_ source: [UInt8], _ start: Int) throws(LetterError) -> Int? {
        switch source[start] {
        case UInt8(ascii: "("): return try string(source, start)
        case UInt8(ascii: "<") where start + 1 < source.count && source[start + 1] == UInt8(ascii: "<"):
            return start + 2
        case UInt8(ascii: "<"):
            guard let end = source[start...].firstIndex(of: UInt8(ascii: ">")) else { throw unfinished }
            return end + 1
        case let byte where !isRegular(byte) && byte != UInt8(ascii: "/"): return nil
        default:
            var end = start + 1
            while end < source.count, isRegular(source[end]) { end += 1 }
            return end
        }
    }

    /// The end of a string in brackets, which may hold others and marks behind a backslash.
    private static func string(_ source: [UInt8], _ start: Int) throws(LetterError) -> Int {
        var (depth, at) = (0, start)
        while at < source.count {
            switch source[at] {
            case UInt8(ascii: "\\"): at += 1
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"):
                depth -= 1
                if depth == 0 { return at + 1 }
            default: break
            }
            at += 1
        }
        throw unfinished
    }

    /// What a string without an end is told as.
    private static var unfinished: LetterError { LetterError("A page's text breaks off inside a string.") }

    /// The white space of PDF (1.7, 7.2.2).
    private static func isSpace(_ byte: UInt8) -> Bool { [0, 9, 10, 12, 13, 32].contains(byte) }

    /// Whether a byte is neither white space nor one of the marks that end a word.
    private static func isRegular(_ byte: UInt8) -> Bool {
        switch byte {
        case 0, 9, 10, 12, 13, 32, UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"),
            UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "/"),
            UInt8(ascii: "%"):
            false
        default: true
        }
    }

    /// Whether a byte begins a number or a name, which operators do not.
    private static func isNumberOrName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "/"):
            true
        default: false
        }
    }
}

/// Numbers as PDF writes them: never with an exponent.
enum PDFNumber {
    /// To a thousandth.
    static func text(_ value: Double) -> String {
        let thousandths = Int((value.magnitude * 1000).rounded())
        let (whole, rest) = thousandths.quotientAndRemainder(dividingBy: 1000)
        var text = (value < 0 && thousandths > 0 ? "-" : "") + "\(whole)"
        guard rest > 0 else { return text }
        text += "." + String("\(1000 + rest)".dropFirst())
        while text.hasSuffix("0") { text.removeLast() }
        return text
    }
}
