package import Crypto

/// The subkeys with which a roll is sealed and searched.
package struct RollKeys: Sendable {
    /// Seals mail, phone and address.
    let contacts: Secret
    /// Makes the blind indices by which a contact is found.
    let index: LookupKey
    /// Makes the digest by which an unchanged row is told.
    let digest: LookupKey
    /// Of the sealers' nonces.
    let randomness: Randomness

    /// - Parameter key: the election's; what is sealed for one election opens in no other.
    package init(_ key: ElectionKey, randomness: Randomness) {
        contacts = key.subkey(.contacts)
        index = LookupKey(key.subkey(.contactIndex))
        digest = LookupKey(key.subkey(.rowDigest))
        self.randomness = randomness
    }

    /// A sealer of its own nonces: one for each thread.
    func sealer() -> Sealer { Sealer(key: contacts, randomness: randomness) }
}
