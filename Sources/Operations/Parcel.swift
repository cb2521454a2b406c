/// Encrypted files for a printer.
package struct Parcel: Sendable {
    /// One encrypted file of a parcel.
    package struct File: Sendable {
        /// Within the parcel, from 1.
        package let number: Int
        /// Its file name, without a folder.
        package let name: String
        /// Its length, encrypted.
        package let bytes: Int
        /// Of the encrypted bytes, 64 hexadecimal digits: the printer compares it.
        package let sha256: String
        /// How often it was fetched.
        package let fetched: Int
    }

    /// By which the printer speaks of it; counted over all elections of the store.
    package let id: Int
    /// The batch of letters that it holds, by its number in the election.
    package let batch: Int
    /// The printer's name in the register.
    package let printer: String
    /// Of the key they are encrypted to.
    package let fingerprint: String
    /// How many letters its files hold.
    package let letters: Int
    /// Why the batch was printed again; empty for a first run.
    package let why: String
    /// Seconds since 1970.
    package let madeAt: Int
    /// When the printer said that it arrived and opens, seconds since 1970; nil before.
    package let receivedAt: Int?
    /// When the printer said that everything is destroyed, seconds since 1970; nil before. Our files go with it.
    package let destroyedAt: Int?
    /// By number.
    package let files: [File]
}
