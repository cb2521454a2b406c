/// How long a text from outside may be. It stands before anything looks at the text: `String.count` counts what a reader
/// sees, and one "character" may be half a megabyte of combining marks, on which comparing, folding and normalising take
/// time that grows with the square of their number.
package struct TextLimit: Sendable, Equatable {
    /// Bytes of UTF-8.
    package let bytes: Int
    /// Unicode scalars.
    package let scalars: Int

    /// - Parameter bytes: at most; four for each scalar where only those are given.
    package init(scalars: Int, bytes: Int? = nil) { (self.scalars, self.bytes) = (scalars, bytes ?? 4 * scalars) }

    /// Combining marks in a row. No writing piles up more than a handful; thirty leave room for the oddest scholar.
    package static let mostMarks = 30

    /// What keeps a text from being looked at.
    package enum Fault: Error, Sendable, Equatable {
        case tooLong
        /// More than `mostMarks` combining marks stand in a row.
        case marks
    }

    /// What is wrong with a text; nil when it may be looked at.
    package func fault(_ text: some StringProtocol) -> Fault? {
        var text = String(text)
        return text.withUTF8 { unsafe fault(bytes: $0) }
    }

    /// Whether a text may be looked at.
    package func admits(_ text: some StringProtocol) -> Bool { fault(text) == nil }

    /// What is wrong with a text of these bytes of UTF-8.
    package func fault(bytes: some Collection<UInt8>) -> Fault? {
        guard bytes.count <= self.bytes else { return .tooLong }
        var count = 0
        for byte in bytes where byte & 0xC0 != 0x80 { count += 1 }
        guard count <= scalars else { return .tooLong }
        return TextLimit.marksAt(bytes) == nil ? nil : .marks
    }

    /// The byte at which a run of combining marks is too long; nil where there is none. Bytes that are no UTF-8 end a run.
    package static func marksAt(_ bytes: some Sequence<UInt8>) -> Int? {
        var (at, run, value, left): (Int, Int, UInt32, Int) = (0, 0, 0, 0)
        for byte in bytes {
            defer { at += 1 }
            switch byte {
            // No mark begins before U+0300, which is CC 80.
            case 0..<0x80, 0xC0..<0xCC: (run, left) = (0, 0)
            case 0x80..<0xC0:
                guard left > 0 else { continue }
                value = value << 6 | UInt32(byte & 0x3F)
                left -= 1
                guard left == 0 else { continue }
                run = isMark(value) ? run + 1 : 0
                if run > mostMarks { return at }
            case 0xCC..<0xE0: (value, left) = (UInt32(byte & 0x1F), 1)
            case 0xE0..<0xF0: (value, left) = (UInt32(byte & 0x0F), 2)
            default: (value, left) = (UInt32(byte & 0x07), 3)
            }
        }
        return nil
    }

    /// Whether a scalar hangs on the one before it: marks, joiners, variation selectors, and what colours or spells out a
    /// picture.
    private static func isMark(_ value: UInt32) -> Bool {
        guard let scalar = Unicode.Scalar(value) else { return false }
        switch value {
        case 0x200C, 0x200D, 0x1F3FB...0x1F3FF, 0xE0020...0xE007F: return true
        default: break
        }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: return true
        default: return false
        }
    }
}

extension TextLimit {
    /// Longest secret in characters: more than anybody types, less than what would keep Argon2 busy.
    package static let longestSecret = 256
    /// Of a typed secret: a character of any script is four scalars at most in what people type.
    package static let secret = TextLimit(scalars: 4 * longestSecret)
}
