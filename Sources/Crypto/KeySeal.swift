import CSodium

/// Seals key files on the disk under a secret that lies elsewhere, such as one of systemd's encrypted credentials: whoever copies
/// the folder, or takes the disk away, has no key.
package struct KeySeal: Sendable {
    /// First line of a sealed key file.
    static let mark = "isoloir sealed key 1\n"
    /// Shortest secret in bytes: base64 of 16 random ones and more.
    private static let shortest = 22
    /// Longest file of a secret in bytes.
    private static let longestFile = 4096

    private let key: Secret

    /// Reads the secret from a file among systemd's credentials; white space at its end does not count.
    /// - Throws: where the file cannot be read, is larger than 4096 bytes, or holds fewer than 22 characters.
    /// - Throws: where the file cannot be read, is larger than 4096 bytes, or holds fewer than 22 bytes.
    package init(file: String) throws(KeyError) {
        // systemd gives its credentials to the service by an access list, which shows as rights of a group; their folder is closed.
        var content = try PrivateFile.read(file, limit: KeySeal.longestFile, secret: false)
        while let last = content.last, [9, 10, 13, 32].contains(last) { content.removeLast() }
        guard content.count >= KeySeal.shortest else {
            throw KeyError(
                "\(file) is too short to seal keys with.",
                cure: "Make it of 32 random bytes: head -c 32 /dev/urandom | base64")
        }
        key = Secret(sha256(content))
    }

    /// A key file's sealed content, bound to its name.
    func seal(_ content: [UInt8], name: String, randomness: Randomness) -> [UInt8] {
        let sealed = Sealer(key: key, randomness: randomness).seal(content, associated: Array(name.utf8))
        return Array((KeySeal.mark + hex(sealed) + "\n").utf8)
    }

    /// The content of a sealed key file; nil where it was sealed under another secret or for another name, or changed.
    func open(_ content: [UInt8], name: String, randomness: Randomness) -> [UInt8]? {
        let text = String(decoding: content, as: UTF8.self)
        guard text.hasPrefix(KeySeal.mark), text.hasSuffix("\n"),
            let sealed = bytes(hex: text.dropFirst(KeySeal.mark.count).dropLast())
        else { return nil }
        return Sealer(key: key, randomness: randomness).open(sealed, associated: Array(name.utf8))
    }
}
