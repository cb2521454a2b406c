import CIDN
import Inputs

/// An e-mail address that can be put into an SMTP envelope as it is: checked at birth, domain in ASCII (IDNA 2008).
package struct EmailAddress: Sendable, Hashable {
    /// RFC 5321, 4.5.3.1: octets of the local part, of the domain, and of a path less its brackets.
    private static let longestLocal = 64
    /// Octets of the domain.
    private static let longestDomain = 253
    /// Octets of the whole address.
    private static let longest = 254

    /// `local@domain`, the domain in lower-case ASCII.
    package let text: String

    /// Why a text is no address, in words that stand after the value.
    package enum Fault: Error, Sendable, Equatable {
        case noAt, local, domain, nonASCIILocal, tooLong, several

        /// Words that stand after the value.
        package var reason: String {
            switch self {
            case .noAt: "is no e-mail address: it needs one @ between a name and a domain"
            case .local: "has an invalid part before the @"
            case .domain: "has an invalid domain after the @"
            case .nonASCIILocal: "has accents or other letters before the @ that mail relays refuse"
            case .tooLong: "is longer than an e-mail address can be"
            case .several: "holds two addresses: keep one"
            }
        }
    }

    /// Takes an address alone, without name or brackets around it; the domain may have any letters.
    /// - Throws: why it is none.
    package init(_ text: String) throws(Fault) {
        var out: [UInt8] = []
        try EmailAddress.normalise(Array(text.utf8).span, onto: &out)
        self.text = String(decoding: out, as: UTF8.self)
    }

    /// Takes back what `normalise` wrote, without checking it again.
    package init(stored: [UInt8]) { text = String(decoding: stored, as: UTF8.self) }

    /// The domain, for statistics by provider.
    package var domain: Substring { text.drop { $0 != "@" }.dropFirst() }

    /// What two spellings of one mailbox share: lower case throughout. No provider tells case apart.
    /// - Parameter bytes: an address in normal form, whose domain is in small letters already.
    package static func folded(_ bytes: [UInt8]) -> [UInt8] {
        bytes.map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 32 : $0 }
    }

    /// Checks the bytes and appends the normal form to `out`.
    /// - Throws: why it is none; `out` is as before then.
    package static func normalise(_ bytes: Span<UInt8>, onto out: inout [UInt8]) throws(Fault) {
        // Four bytes for each character, before anything is made of them.
        guard bytes.count <= 4 * longest else { throw .tooLong }
        var at = -1
        var isASCII = true
        for index in bytes.indices {
            if bytes[index] == UInt8(ascii: "@") {
                guard at < 0 else { throw holdsSeparator(bytes, at, index) ? .several : .noAt }
                at = index
            }
            if bytes[index] >= 0x80 { isASCII = false }
        }
        guard at > 0, at < bytes.count - 1 else { throw .noAt }
        guard at <= longestLocal else { throw .tooLong }
        var previousDot = true
        for index in 0..<at {
            let byte = bytes[index]
            guard byte < 0x80 else { throw .nonASCIILocal }
            let isDot = byte == UInt8(ascii: ".")
            guard isDot ? !previousDot : isAtomText(byte) else { throw .local }
            previousDot = isDot
        }
        guard !previousDot else { throw .local }
        let start = out.count
        for index in 0...at { out.append(bytes[index]) }
        do throws(Fault) {
            if isASCII {
                try appendDomain(bytes.extracting(at + 1..<bytes.count), onto: &out)
            } else {
                let ascii = try toASCII(bytes.extracting(at + 1..<bytes.count))
                try appendDomain(ascii.span, onto: &out)
            }
            guard out.count - start <= longest else { throw .tooLong }
        } catch {
            out.removeLast(out.count - start)
            throw error
        }
    }

    /// Whether something that stands between two addresses stands between two @.
    private static func holdsSeparator(_ bytes: Span<UInt8>, _ first: Int, _ second: Int) -> Bool {
        for index in first..<second where bytes[index] <= 32 || ",;/<>|".utf8.contains(bytes[index]) { return true }
        return false
    }

    /// Where the address lies in what people and programs put around it: `<a@b.fr>`, `mailto:a@b.fr`, `Anne <a@b.fr>`, a dot
    /// or semicolon at the end.
    /// - Returns: a part of `range`, which may be empty; whether it is an address is looked at when it is read.
    package static func bare(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        // Nearly every address begins and ends with a letter, and holds no colon.
        if let first = range.first, let last = range.last, isPlain(bytes[first]), isPlain(bytes[last]) {
            var hasColon = false
            for index in range where bytes[index] == UInt8(ascii: ":") { hasColon = true }
            if !hasColon { return range }
        }
        let inner = unquoted(bytes, range)
        var (low, high) = (inner.lowerBound, inner.upperBound)
        if low < high, bytes[high - 1] == UInt8(ascii: ">") {
            var open = high - 1
            while open > low, bytes[open] != UInt8(ascii: "<") { open -= 1 }
            // A second address before the brackets is no name.
            var isAlone = bytes[open] == UInt8(ascii: "<")
            for index in low..<open where bytes[index] == UInt8(ascii: "@") { isAlone = false }
            if isAlone { (low, high) = (open + 1, high - 1) }
        }
        for scheme in schemes
        where high - low > scheme.count && scheme.indices.allSatisfy({ bytes[low + $0] | 32 == scheme[$0] | 32 }) {
            low += scheme.count
            // A link may go on with a subject.
            if let query = (low..<high).first(where: { bytes[$0] == UInt8(ascii: "?") }) { high = query }
        }
        return unquoted(bytes, low..<high)
    }

    /// Whether a byte is a letter or a digit of ASCII.
    private static func isPlain(_ byte: UInt8) -> Bool { 97...122 ~= byte | 32 && byte < 0x80 || 48...57 ~= byte }

    /// What stands before addresses that were copied from a link or from a directory.
    private static let schemes = ["mailto:", "smtp:"].map { Array($0.utf8) }

    /// Less blanks, brackets and quotes around it, and marks at its end. An apostrophe may begin an address by the standard, and
    /// does so nowhere: it is how a spreadsheet keeps a text.
    private static func unquoted(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high, let length = mark(bytes, low, high, among: ";,'\"([ ") { low += length }
        while low < high {
            if ";,.:/'\")] ".utf8.contains(bytes[high - 1]) || bytes[high - 1] <= 32 {
                high -= 1
            } else if high - low >= 3, mark(bytes, high - 3, high, among: "") == 3 {
                high -= 3
            } else if high - low >= 2, mark(bytes, high - 2, high, among: "") == 2 {
                high -= 2
            } else {
                break
            }
        }
        return low..<high
    }

    /// The length of a mark at a place: one of `plain`, a blank, or a quotation mark of printers; nil when there is none.
    private static func mark(_ bytes: Span<UInt8>, _ at: Int, _ end: Int, among plain: StaticString) -> Int? {
        let byte = bytes[at]
        if byte <= 32 { return 1 }
        if byte < 0x80 {
            for index in 0..<plain.utf8CodeUnitCount where unsafe plain.utf8Start[index] == byte { return 1 }
            return nil
        }
        if byte == 0xC2, at + 1 < end, bytes[at + 1] == 0xAB || bytes[at + 1] == 0xBB || bytes[at + 1] == 0xA0 {
            return 2
        }
        // U+2018 to U+201F, U+2039 and U+203A.
        guard byte == 0xE2, at + 2 < end, bytes[at + 1] == 0x80 else { return nil }
        return 0x98...0x9F ~= bytes[at + 2] || 0xB9...0xBA ~= bytes[at + 2] ? 3 : nil
    }

    /// The same for a text.
    package static func bare(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return String(decoding: bytes[bare(bytes.span, bytes.indices)], as: UTF8.self)
    }

    /// RFC 5322's atext.
    private static func isAtomText(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "/"),
            UInt8(ascii: "="), UInt8(ascii: "?"), UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"),
            UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// Labels of letters, digits and inner hyphens, at least two of them. The last is of letters alone (RFC 1123, 2.1), or in the form
    /// of IDNA (`xn--`): `.c0m` is a slip of the hand.
    /// - Throws: `.domain` or `.tooLong`; what was appended until then is the caller's to remove.
    private static func appendDomain(_ bytes: Span<UInt8>, onto out: inout [UInt8]) throws(Fault) {
        guard bytes.count <= longestDomain else { throw .tooLong }
        var label = 0
        var labels = 1
        var (lastBegin, lastHasDigit) = (0, false)
        var previous = UInt8(ascii: ".")
        for index in bytes.indices {
            var byte = bytes[index]
            if UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte { byte |= 32 }
            switch byte {
            case UInt8(ascii: "."):
                guard label > 0, previous != UInt8(ascii: "-") else { throw .domain }
                (label, lastBegin, lastHasDigit) = (-1, out.count + 1, false)
                labels += 1
            case UInt8(ascii: "a")...UInt8(ascii: "z"): break
            case UInt8(ascii: "0")...UInt8(ascii: "9"): lastHasDigit = true
            case UInt8(ascii: "-"): guard label > 0 else { throw .domain }
            default: throw .domain
            }
            label += 1
            guard label <= 63 else { throw .domain }
            previous = byte
            out.append(byte)
        }
        guard label > 0, previous != UInt8(ascii: "-"), labels > 1 else { throw .domain }
        guard !lastHasDigit || out[lastBegin...].starts(with: Array("xn--".utf8)) else { throw .domain }
    }

    /// A domain in ASCII (IDNA 2008, non-transitional).
    private static func toASCII(_ bytes: Span<UInt8>) throws(Fault) -> [UInt8] {
        let text = bytes.indices.map { bytes[$0] } + [0]
        guard TextLimit.marksAt(text) == nil else { throw .domain }
        var result: UnsafeMutablePointer<UInt8>?
        let code = unsafe idn2_lookup_u8(text, &result, Int32(IDN2_NFC_INPUT.rawValue | IDN2_NONTRANSITIONAL.rawValue))
        guard code == IDN2_OK.rawValue, let found = unsafe result else { throw .domain }
        defer { unsafe idn2_free(found) }
        return unsafe Array(String(cString: found).utf8)
    }
}
