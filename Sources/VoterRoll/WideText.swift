import Inputs

/// Text that has to be looked at character by character.
enum WideText {
    /// Whether something stands in a range that is neither plain ASCII nor a letter of Latin-1.
    static func stands(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range {
            let byte = bytes[index]
            if byte >= 0xC2 && byte != 0xC3 || byte < 32 || ProgramMarks.mayBegin(byte) { return true }
        }
        return false
    }

    /// Why a line of an address is refused for a character that nobody sees, or for what a program left there; nil where none is.
    static func fault(_ bytes: [UInt8], _ lines: [Range<Int>]) -> String? {
        for line in lines where stands(bytes.span, line) {
            if let reason = Invisible.fault(bytes[line], allowingSpaces: true) ?? Mojibake.fault(bytes[line])
                ?? ProgramMarks.fault(bytes[line])
            {
                return reason
            }
        }
        return nil
    }

    /// Whether no byte of a combining mark stands in a range, as in nearly every cell.
    static func hasNoMark(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range where bytes[index] >= 0xCC { return false }
        return true
    }
}
