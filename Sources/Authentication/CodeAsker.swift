/// Where a request for a code comes from.
package struct CodeAsker: Sendable {
    /// The network of the browser's address: an IPv4 address, or the first half of an IPv6 one.
    let network: String
    /// Whether somebody read a picture, or listened to a sound, for this request.
    let passedPicture: Bool

    /// - Parameters:
    ///   - network: as the web server saw it; it is kept as a keyed hash only.
    ///   - passedPicture: lets one more message out than the pace allows.
    package init(network: String, passedPicture: Bool = false) {
        (self.network, self.passedPicture) = (network, passedPicture)
    }
}

/// A wish for a message with a code.
struct CodeClaim {
    /// The keyed hash of the identifier.
    let subject: [UInt8]
    /// What it opens: limits are counted for each purpose alone.
    let purpose: CodeRequest.Purpose
    /// The keyed hash of the network.
    let network: [UInt8]
    /// Whether a picture was read for it, or a right code typed in the same browser.
    let isPictured: Bool
}
