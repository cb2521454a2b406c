import Crypto

/// The tokens that browsers hold as cookies: 256 bits, of which the store keeps a keyed hash alone.
package struct CookieTokens: Sendable {
    /// Of the election's sign-ins.
    let key: LookupKey
    /// Whose they are: a token of the other realm has another form.
    let realm: Authenticator.Realm
    let randomness: Randomness

    /// The form in which a token is stored.
    func hash(_ token: String) -> [UInt8] {
        key.hash(realm == .voters ? "token:" + token : "\(realm.rawValue):token:" + token)
    }

    /// A new one, in hexadecimal.
    func new() -> String { hex(randomness.bytes(32)) }
}
