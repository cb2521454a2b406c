import CSodium

/// libsodium, initialised once. Every call into the library goes through a type that touches `ready` first.
enum Sodium {
    /// Whether the library initialised; it fails only where the system offers no randomness.
    static let ready: Bool = sodium_init() >= 0

    /// Stops the program when there is no source of randomness: nothing here may go on with predictable keys.
    static func require() { precondition(ready, "libsodium could not initialise: no source of randomness") }
}
