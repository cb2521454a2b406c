package import Crypto

/// Leave to use a device that many share as a kiosk: at such a device nothing is stored, and whoever goes away is signed out.
/// A member of the bureau signs it on a machine of their own; the site takes it by the keys that the seal carries.
///
///     isoloir kiosk 1
///     election cse-2026
///     until 1796140800 (seconds since 1970)
///     place Hall du site de Lille
package struct KioskGrant: Sendable, Equatable {
    /// The election's name, in the signed text but not in the token: a reader must know it.
    package let election: String
    /// Where the device stands.
    package let place: String
    /// Seconds since 1970 until which the device may be used so. The reader of a token compares it with the clock, not
    /// this type.
    package let until: Int

    private static let mark = "isoloir kiosk 1"
    /// Bytes of a place.
    package static let longestPlace = 60
    /// Hours for which a device is lent at most.
    package static let mostHours = 14 * 24
    /// Characters of a token: the time, the place and the signature in hexadecimal, and two dots.
    private static let longestToken = 20 + 2 * longestPlace + 128 + 2

    /// - Returns: nil when the place is empty, too long, or has more than one line.
    package init?(election: String, place: String, until: Int) {
        guard PlainLine.isPlain(election), PlainLine.isPlain(place), place.utf8.count <= KioskGrant.longestPlace,
            until > 0
        else { return nil }
        (self.election, self.place, self.until) = (election, place, until)
    }

    /// What is signed.
    private var text: [UInt8] {
        Array("\(KioskGrant.mark)\nelection \(election)\nuntil \(until)\nplace \(place)\n".utf8)
    }

    /// What the link carries: digits, hexadecimal digits and dots.
    package func token(signedBy key: SigningKey) -> String {
        "\(until).\(hex(Array(place.utf8))).\(hex(key.sign(text)))"
    }

    /// Reads a token; nil when no member of the bureau signed it for this election.
    /// - Parameter members: of the sealed manifest; one signature of any of them is enough.
    /// - Returns: a grant whose time may be over: that is the caller's to ask.
    package init?(token: String, election: String, members: [BureauMember]) {
        guard token.utf8.count <= KioskGrant.longestToken else { return nil }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let until = Int(parts[0]), String(until) == parts[0],
            let place = Crypto.bytes(hex: parts[1]), let signature = Crypto.bytes(hex: parts[2]),
            let grant = KioskGrant(
                election: election, place: String(decoding: place, as: UTF8.self), until: until),
            members.contains(where: { SigningKey.isSigned(grant.text, by: $0.key, signature) })
        else { return nil }
        self = grant
    }
}
