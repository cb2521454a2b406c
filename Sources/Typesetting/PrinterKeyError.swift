/// Why a file is not taken as a printer's key.
package struct PrinterKeyError: Error, CustomStringConvertible, Equatable {
    /// What is wrong with the key.
    package enum Fault: Sendable, Equatable {
        /// gpg finds no key, and says this.
        case noKey(String)
        /// It has been on its way, and whoever kept a copy could read every letter.
        case isPrivate
        /// The file cannot be read, or is longer than so many bytes.
        case unreadable(longest: Int)
        /// None or several.
        case notOne
        /// It has no part that encrypts, or that part has expired.
        case cannotEncrypt
        /// gpg does not work here: what it, or the system, says.
        case gpg(String)
    }

    /// What is wrong.
    package let fault: Fault
    /// The file, as its reader knows it.
    private let file: String

    /// - Parameter file: a path, or what a reader calls it who knows no path.
    package init(_ fault: Fault, _ file: String) { (self.fault, self.file) = (fault, file) }

    /// A whole sentence, with what to do about it.
    package var description: String {
        switch fault {
        case .noKey(let output): "\(file) holds no OpenPGP key that gpg can read: \(output)"
        case .isPrivate:
            "\(file) holds a private key. It is burnt: whoever saw it on its way can read what is encrypted to it. Nothing of "
                + "it was kept. Revoke it, make a new OpenPGP pair of keys, and give the public key alone."
        case .unreadable(let longest): "\(file) cannot be read, or is longer than the \(longest) bytes of a key."
        case .notOne: "\(file) must hold exactly one OpenPGP key."
        case .cannotEncrypt:
            "The key in \(file) cannot encrypt, or has expired: ask the printer for a current one."
        case .gpg(let reason): reason
        }
    }
}
