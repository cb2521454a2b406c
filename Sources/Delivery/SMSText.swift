/// How a text travels as SMS (3GPP TS 23.038).
package struct SMSText: Sendable, Equatable {
    /// Whether every character is in the GSM 7-bit alphabet; otherwise UCS-2 must be asked for.
    package let isGSM: Bool
    /// Messages it takes on the air, each of which is paid for.
    package let segments: Int

    private static let basic = Set(
        ("@\u{A3}$\u{A5}\u{E8}\u{E9}\u{F9}\u{EC}\u{F2}\u{C7}\n\u{D8}\u{F8}\r\u{C5}\u{E5}\u{394}_\u{3A6}\u{393}\u{39B}"
            + "\u{3A9}\u{3A0}\u{3A8}\u{3A3}\u{398}\u{39E}\u{C6}\u{E6}\u{DF}\u{C9} !\"#\u{A4}%&'()*+,-./0123456789:;<=>?"
            + "\u{A1}ABCDEFGHIJKLMNOPQRSTUVWXYZ\u{C4}\u{D6}\u{D1}\u{DC}\u{A7}\u{BF}abcdefghijklmnopqrstuvwxyz\u{E4}\u{F6}"
            + "\u{F1}\u{FC}\u{E0}").unicodeScalars)
    /// Characters that take two places.
    private static let extended = Set("\u{C}^{}\\[~]|\u{20AC}".unicodeScalars)

    /// Counts by GSM septets (160 in one message, 153 in each of several), or by UTF-16 units where one character is
    /// foreign (70 and 67).
    package init(_ text: String) {
        var places = 0
        var gsm = true
        for scalar in text.unicodeScalars {
            if SMSText.basic.contains(scalar) {
                places += 1
            } else if SMSText.extended.contains(scalar) {
                places += 2
            } else {
                gsm = false
            }
        }
        isGSM = gsm
        if gsm {
            segments = places <= 160 ? 1 : (places + 152) / 153
        } else {
            let units = text.utf16.count
            segments = units <= 70 ? 1 : (units + 66) / 67
        }
    }

    /// The characters of a text that are outside the GSM alphabet, each once.
    package static func foreign(_ text: String) -> [Character] {
        var found: [Character] = []
        for character in text
        where !character.unicodeScalars.allSatisfy({ basic.contains($0) || extended.contains($0) })
            && !found.contains(character)
        {
            found.append(character)
        }
        return found
    }
}
