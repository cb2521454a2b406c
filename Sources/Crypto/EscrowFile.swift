import CSodium

/// A bureau member's keys: one half opens what is sealed to the member (X25519, libsodium sealed boxes), the other signs what
/// the member accepts in writing (Ed25519).
///
/// An escrow file holds an election's key in two halves, each sealed to one member: **both** open it together, neither
/// alone. It covers the loss of the key folder. What members sign is checked by trustees' programs, not by the server alone.
package struct EscrowMember: Sendable {
    private static let publicMark = "isoloir member public key 2"
    private static let privateMark = "isoloir member private key 2"
    /// Files of earlier versions have no signing half: they still open escrow files.
    private static let earlierMarks = ["isoloir escrow public key 1", "isoloir escrow private key 1"]
    private static let longestFile = 4096
    /// Bytes of a key, and of the seed of a signing key.
    private static let keyBytes = 32

    /// One line: 100 bytes of UTF-8 at most, no controls.
    package let name: String
    fileprivate let publicKey: [UInt8]
    /// The Ed25519 public key, 32 bytes; nil for files of earlier versions.
    package let signingKey: [UInt8]?

    /// Makes a pair: `PATH.pub` to hand out, `PATH.key` for the member alone.
    /// - Throws: where the name is no line, a file is there already, or the disk fails. The private file may be there
    ///   by then.
    package static func create(name: String, path: String) throws(KeyError) {
        Sodium.require()
        guard isName(name) else {
            throw KeyError("A bureau member needs a name of one line.", cure: "Give it with --name \"Jeanne Martin\".")
        }
        var publicKey = [UInt8](repeating: 0, count: Int(crypto_box_PUBLICKEYBYTES))
        var privateKey = [UInt8](repeating: 0, count: Int(crypto_box_SECRETKEYBYTES))
        unsafe crypto_box_keypair(&publicKey, &privateKey)
        let seed = Randomness.system.bytes(keyBytes)
        let signing = hex(SigningKey(seed: Secret(seed)).publicKey)
        try PrivateFile.create(
            path + ".key",
            Array("\(privateMark)\n\(name)\n\(hex(publicKey))\n\(hex(privateKey))\n\(hex(seed))\n".utf8))
        try PrivateFile.create(path + ".pub", Array("\(publicMark)\n\(name)\n\(hex(publicKey))\n\(signing)\n".utf8))
    }

    /// Letters of a name at most: it stands on one line of papers that people read.
    private static let longestName = 100

    /// One line of 100 bytes at most with something to see in it. `PlainLine.isName`, which the bureau's register asks,
    /// is stricter.
    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= longestName
            && !name.unicodeScalars.contains { $0.value < 32 || $0.value == 127 }
            && name.contains { !$0.isWhitespace }
    }

    /// Reads a public file.
    /// - Throws: where it cannot be read, is no such file, or was changed.
    package init(publicFile path: String) throws(KeyError) {
        try self.init(
            publicFile: try PrivateFile.read(path, limit: EscrowMember.longestFile, secret: false), name: path)
    }

    /// Reads a public file's content.
    /// - Parameter file: what errors call it.
    /// - Throws: where it is no member's public file, or its name cannot stand on a paper.
    package init(publicFile content: [UInt8], name file: String) throws(KeyError) {
        let (lines, hasSigning) = try EscrowMember.lines(content, of: file, mark: EscrowMember.publicMark, extra: 3)
        guard EscrowMember.isName(lines[0]) else {
            throw KeyError("\(file) has no proper name.", cure: "Give the file made by `isoloir key member`.")
        }
        name = lines[0]
        publicKey = try EscrowMember.key(lines[1], file)
        signingKey = hasSigning ? try EscrowMember.key(lines[2], file) : nil
    }

    /// Reads a private file: the member and the private half.
    fileprivate static func identity(_ path: String) throws(KeyError) -> (member: EscrowMember, key: Secret) {
        let content = try PrivateFile.read(path, limit: longestFile, secret: true)
        let (lines, _) = try lines(content, of: path, mark: privateMark, extra: 4)
        return try (EscrowMember(name: lines[0], publicKey: key(lines[1], path)), Secret(key(lines[2], path)))
    }

    /// The member's name and the key that signs, from the private file.
    /// - Throws: also for a file of an earlier version, and for one that others may read.
    package static func signer(_ path: String) throws(KeyError) -> (name: String, key: SigningKey) {
        let content = try PrivateFile.read(path, limit: longestFile, secret: true)
        let (lines, hasSigning) = try lines(content, of: path, mark: privateMark, extra: 4)
        guard hasSigning else {
            throw KeyError(
                "\(path) was made by an earlier version and cannot sign.",
                cure: "Make a new pair with `isoloir key member` and give its public file to the election manager.")
        }
        return (lines[0], SigningKey(seed: Secret(try key(lines[3], path))))
    }

    private init(name: String, publicKey: [UInt8]) {
        (self.name, self.publicKey, signingKey) = (name, publicKey, nil)
    }

    /// The lines after the mark.
    /// - Parameter extra: how many there are, the signing half's among them, which comes last.
    private static func lines(
        _ content: [UInt8], of path: String, mark: String, extra: Int
    ) throws(KeyError) -> (lines: [String], hasSigning: Bool) {
        let lines = String(decoding: content, as: UTF8.self).split(separator: "\n").map(String.init)
        if lines.count == extra + 1, lines[0] == mark { return (Array(lines[1...]), true) }
        let earlier = earlierMarks[mark == publicMark ? 0 : 1]
        guard lines.count == extra, lines[0] == earlier else {
            throw KeyError("\(path) is no \(mark).", cure: "Give the file made by `isoloir key member`.")
        }
        return (Array(lines[1...]), false)
    }

    /// 32 bytes of hexadecimal digits.
    private static func key(_ text: String, _ path: String) throws(KeyError) -> [UInt8] {
        guard let key = bytes(hex: text), key.count == keyBytes else {
            throw KeyError("\(path) was changed.", cure: "Give the file made by `isoloir key member`.")
        }
        return key
    }
}

/// An election's key sealed to two bureau members.
package enum EscrowFile {
    private static let mark = "isoloir escrow 1"
    private static let longestFile = 8192

    /// Writes the escrow file of `key`.
    /// - Throws: where both members have one key, a file is there already, or the disk fails.
    package static func create(
        _ path: String, key: ElectionKey, election: String, members: (EscrowMember, EscrowMember),
        randomness: Randomness
    ) throws(KeyError) {
        guard members.0.publicKey != members.1.publicKey else {
            throw KeyError("Both halves would go to \(members.0.name).", cure: "Name two different bureau members.")
        }
        let mask = randomness.bytes(ElectionKey.count)
        let rest = key.secret.reveal { key in key.indices.map { key[$0] ^ mask[$0] } }
        let halves = [(members.0, mask), (members.1, rest)].map { member, half in
            "\(member.name)\n\(hex(member.publicKey))\n\(hex(seal(half, to: member)))\n"
        }
        try PrivateFile.create(path, Array(([mark, election].map { $0 + "\n" } + halves).joined().utf8))
    }

    /// The election and its key, opened with the private files of both members in any order.
    /// - Throws: where a half stays closed, naming its member, or the file was changed.
    package static func open(
        _ path: String, privateFiles: [String]
    ) throws(KeyError) -> (election: String, key: ElectionKey) {
        let content = try PrivateFile.read(path, limit: longestFile, secret: false)
        let lines = String(decoding: content, as: UTF8.self).split(separator: "\n").map(String.init)
        guard lines.count == 8, lines[0] == mark else {
            throw KeyError("\(path) is not an escrow file.", cure: "Give the file made by `isoloir key escrow`.")
        }
        var key = [UInt8](repeating: 0, count: ElectionKey.count)
        var identities: [(member: EscrowMember, key: Secret)] = []
        for file in privateFiles { identities.append(try EscrowMember.identity(file)) }
        for (name, publicKey, sealed) in [(lines[2], lines[3], lines[4]), (lines[5], lines[6], lines[7])] {
            guard let identity = identities.first(where: { hex($0.member.publicKey) == publicKey }),
                let half = open(bytes(hex: sealed) ?? [], identity)
            else {
                throw KeyError(
                    "The half sealed to \(name) stays closed.",
                    cure: "Both members must be present: give both private files with --member.")
            }
            for index in key.indices { key[index] ^= half[index] }
        }
        guard let opened = ElectionKey(Secret(key)) else {
            throw KeyError("\(path) was changed.", cure: "Use another copy of it.")
        }
        return (lines[1], opened)
    }

    /// One half sealed so that the member alone opens it.
    private static func seal(_ half: [UInt8], to member: EscrowMember) -> [UInt8] {
        var sealed = [UInt8](repeating: 0, count: half.count + crypto_box_sealbytes())
        unsafe crypto_box_seal(&sealed, half, UInt64(half.count), member.publicKey)
        return sealed
    }

    /// Nil where the half is another member's, or was changed.
    private static func open(_ sealed: [UInt8], _ identity: (member: EscrowMember, key: Secret)) -> [UInt8]? {
        var half = [UInt8](repeating: 0, count: ElectionKey.count)
        guard sealed.count == half.count + crypto_box_sealbytes() else { return nil }
        let code = identity.key.reveal { key in
            unsafe key.withUnsafeBufferPointer { key -> Int32 in
                guard let key = key.baseAddress else { return -1 }
                return unsafe crypto_box_seal_open(
                    &half, sealed, UInt64(sealed.count), identity.member.publicKey, key)
            }
        }
        return code == 0 ? half : nil
    }
}
