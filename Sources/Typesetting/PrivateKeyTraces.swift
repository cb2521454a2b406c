import Foundation

/// By what a private key is known before any program is asked, whatever way it was copied, exported or packed: it must be refused
/// even where nothing here could use it.
enum PrivateKeyTraces {
    /// Whether bytes hold a private key, or call themselves one.
    /// - Parameter bytes: at most a key file's.
    static func areIn(_ bytes: [UInt8]) -> Bool {
        if isPacket(bytes[...]) || isContainer(bytes[...]) { return true }
        let text = plain(bytes)
        if labels.contains(where: text.contains) { return true }
        if text.split(whereSeparator: \.isNewline).contains(where: isLabel) { return true }
        return bodies(decoded(bytes)).contains { isPacket($0[...]) || isContainer($0[...]) }
    }

    // MARK: Words

    /// What stands in no public key: age's, PuTTY's, and those of gpg's folder `private-keys-v1.d`.
    private static let labels = [
        "AGE-SECRET-KEY-", "PUTTY-USER-KEY-FILE", "(PRIVATE-KEY", ":PRIVATE-KEY", "PROTECTED-PRIVATE-KEY",
        "SHADOWED-PRIVATE-KEY",
    ]

    /// `-----BEGIN PGP PRIVATE KEY BLOCK-----` and every other kind's.
    private static func isLabel(_ line: Substring) -> Bool {
        line.contains("BEGIN ") && (line.contains("PRIVATE KEY") || line.contains("SECRET KEY"))
    }

    /// The text of a file: UTF-16 where it looks like it, else UTF-8.
    private static func decoded(_ bytes: [UInt8]) -> String {
        let beginning = bytes.prefix(200)
        let isWide = 3 * beginning.count { $0 == 0 } > beginning.count
        let marks = (little: bytes.starts(with: [0xFF, 0xFE]), big: bytes.starts(with: [0xFE, 0xFF]))
        guard isWide || marks.little || marks.big else { return String(decoding: bytes, as: UTF8.self) }
        let (high, low) = marks.big || !marks.little && bytes.first == 0 ? (0, 1) : (1, 0)
        var units: [UInt16] = []
        for index in stride(from: 0, to: bytes.count - 1, by: 2) {
            units.append(UInt16(bytes[index + high]) << 8 | UInt16(bytes[index + low]))
        }
        return String(decoding: units, as: UTF16.self)
    }

    /// In capitals, every blank a plain one and single, without invisible characters: mail and word processors change them.
    private static func plain(_ bytes: [UInt8]) -> String {
        var text = String.UnicodeScalarView()
        for scalar in decoded(bytes).unicodeScalars {
            let category = scalar.properties.generalCategory
            if category == .format { continue }
            if "\n\r\u{2028}\u{2029}".unicodeScalars.contains(scalar) {
                text.append("\n")
            } else if scalar.properties.isWhitespace {
                if text.last != " " { text.append(" ") }
            } else {
                text.append(category == .dashPunctuation ? "-" : scalar)
            }
        }
        return String(text).uppercased()
    }

    // MARK: Bodies

    /// Fewest characters of a line that is taken for base64.
    private static let shortestLine = 16

    /// What runs of lines in base64 stand for, as far as their beginning.
    private static func bodies(_ text: String) -> [[UInt8]] {
        var runs: [String] = []
        var isInside = false
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let line = line.trimmingCharacters(in: .whitespacesAndNewlines.union(.init(charactersIn: "\u{FEFF}>")))
            let isBody =
                line.utf8.count >= (isInside ? 1 : shortestLine)
                && line.utf8.allSatisfy {
                    65...90 ~= $0 || 97...122 ~= $0 || 48...57 ~= $0 || [43, 47, 61, 45, 95].contains($0)
                }
            if isBody, isInside { runs[runs.count - 1] += line } else if isBody { runs.append(line) }
            isInside = isBody
        }
        return runs.compactMap { run in
            let whole = run.replacing("-", with: "+").replacing("_", with: "/").prefix { $0 != "=" }
            return Data(base64Encoded: String(whole.prefix(whole.count / 4 * 4))).map { [UInt8]($0) }
        }
    }

    /// Whether bytes begin with a packet that holds a secret key or subkey (RFC 9580, 4.2 and 5.5.3).
    private static func isPacket(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let head = bytes.first, head & 0x80 != 0, bytes.count >= 8 else { return false }
        let (isNew, tag) = (head & 0x40 != 0, head & 0x40 != 0 ? head & 0x3F : head >> 2 & 0x0F)
        guard tag == 5 || tag == 7 else { return false }
        let length = bytes[bytes.startIndex + 1]
        // How many bytes the length takes; the key's version stands behind it.
        let size =
            isNew ? (length < 192 ? 1 : length < 224 ? 2 : length == 255 ? 5 : 1) : [1, 2, 4, 0][Int(head & 3)]
        return 2...6 ~= bytes[bytes.startIndex + 1 + size]
    }

    /// Whether bytes begin as PKCS #1, PKCS #8, SEC 1 or PKCS #12 do: a sequence with a small version at its head, where a public
    /// key or a certificate has something else; as an encrypted PKCS #8, whose head is a method of PKCS #5 or #12; or as
    /// OpenSSH's.
    private static func isContainer(_ bytes: ArraySlice<UInt8>) -> Bool {
        if bytes.starts(with: Array("openssh-key-v1".utf8)) { return true }
        guard let inner = DER.content(bytes) else { return false }
        if inner.starts(with: [2, 1]), let version = inner.dropFirst(2).first { return [0, 1, 3].contains(version) }
        guard let method = DER.content(inner) else { return false }
        return method.dropFirst(2).starts(with: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5])
            || method.dropFirst(2).starts(with: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 12])
    }

    private enum DER {
        /// What stands in a sequence; nil where bytes begin with none.
        static func content(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
            guard bytes.first == 0x30, let length = bytes.dropFirst().first else { return nil }
            // The long form says how many bytes of length follow; 0x80 is BER's without any.
            let more = length < 0x80 ? 0 : Int(length & 0x7F)
            return more <= 4 ? bytes.dropFirst(2 + more) : nil
        }
    }
}
