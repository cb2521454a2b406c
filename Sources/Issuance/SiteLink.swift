/// The address behind a letter's QR code.
enum SiteLink {
    /// The site, and behind `#` the identifier, which the sign-in page puts into its field: the part after `#` stays in
    /// the voter's browser and reaches no server and no log.
    /// - Parameters:
    ///   - site: the address without a slash at its end.
    ///   - identifier: as it is shown; nil for the site alone. Characters that an address cannot hold are
    ///     percent-encoded.
    static func text(site: String, identifier: String?) -> String {
        guard let identifier else { return site }
        var text = site + "/#"
        for byte in identifier.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "@"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }
}
