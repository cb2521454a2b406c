import Glibc

/// The folder that holds the keys: one file for each election, and one for backups. It lies outside the store's
/// folder and never goes into a backup.
package struct KeyFolder: Sendable {
    /// First line of a key file, so that no other file is taken for one.
    private static let mark = "isoloir election key 1\n"
    /// Longest key file in bytes.
    private static let longestFile = 1024

    /// Absolute and without links; made with rights for its owner alone.
    package let path: String
    /// The folder of box keys, in which this account must be able to erase; the same folder unless another was given.
    package let boxFolder: String
    private let randomness: Randomness
    /// Under which new key files are sealed, and sealed ones opened; nil where they lie in clear.
    private let seal: KeySeal?

    /// - Parameters:
    ///   - store: the store's path; keys in the same folder as the store are refused, since whoever copies the folder would
    ///     take both.
    ///   - boxKeys: another folder for box keys, nil for the same.
    ///   - seal: what key files are sealed under on the disk; box keys, which the close erases, are not.
    /// - Throws: where a folder cannot be made, or lies in the store's.
    package init(
        path: String, store: String, boxKeys: String? = nil, seal: KeySeal? = nil, randomness: Randomness
    ) throws(KeyError) {
        (self.randomness, self.seal) = (randomness, seal)
        let keys = try KeyFolder.made(path, option: "--keys", store: store)
        self.path = keys
        boxFolder =
            try boxKeys.map { folder throws(KeyError) in
                try KeyFolder.made(folder, option: "boxKeys in isoloir.yaml", store: store)
            } ?? keys
    }

    /// Makes a folder for keys where there is none; its path without links.
    private static func made(_ path: String, option: String, store: String) throws(KeyError) -> String {
        let previousMask = umask(0o077)
        let made = unsafe mkdir(path, 0o700)
        umask(previousMask)
        guard made == 0 || errno == EEXIST, let keys = resolved(path) else {
            throw KeyError(
                "The key folder \(path) cannot be made.",
                cure: "Check the path given with \(option) and its permissions.")
        }
        let folder = store.lastIndex(of: "/").map { String(store[..<$0]) } ?? "."
        if let stored = resolved(folder.isEmpty ? "/" : folder),
            stored == keys || keys.hasPrefix(stored + "/") && stored != "/"
        {
            throw KeyError(
                "The key folder \(keys) lies in the store's folder \(stored).",
                cure: "Give another folder with \(option), so that a copy of the one never carries the other.")
        }
        return keys
    }

    /// Whether there is a file. A folder that cannot be searched holds no proof that there is none: records say that a key
    /// was destroyed, or never lay there.
    private static func isThere(_ file: String) throws(KeyError) -> Bool {
        var status = stat()
        if unsafe lstat(file, &status) == 0 { return true }
        let code = errno
        if code == ENOENT || code == ENOTDIR { return false }
        throw KeyError(
            "Whether \(file) is there cannot be told: \(unsafe String(cString: strerror(code))).",
            cure: "Let the account that owns the key folder do this, and check the disk.")
    }

    /// The key of an election, nil when there is none yet (or no more: a destroyed election).
    /// - Parameter election: its name, which is the file's.
    /// - Throws: where it is sealed and the secret is missing or another, others may read it, it was changed, or
    ///   the folder cannot be searched.
    package func key(of election: String) throws(KeyError) -> ElectionKey? {
        let file = fileName(election)
        guard try KeyFolder.isThere(file) else { return nil }
        let content = try PrivateFile.read(file, limit: KeyFolder.longestFile, secret: true)
        guard String(decoding: content, as: UTF8.self).hasPrefix(KeySeal.mark) else {
            return try KeyFolder.decode(content, file: file)
        }
        guard let seal else {
            throw KeyError(
                "\(file) is sealed, and this program was not given the secret.",
                cure: "Let systemd hand it over: systemd-run --pipe --wait --uid=isoloir "
                    + "-p LoadCredentialEncrypted=isoloir-seal:/etc/credstore.encrypted/isoloir-seal isoloir ...")
        }
        guard let plain = seal.open(content, name: election, randomness: randomness) else {
            throw KeyError(
                "\(file) does not open with this secret: it was sealed under another one, or changed.",
                cure: "Give the right secret, or restore the key from the escrow file with `isoloir key restore`.")
        }
        return try KeyFolder.decode(plain, file: file)
    }

    /// Whether an election's key file is sealed.
    /// - Throws: where it cannot be read, or others may read it.
    package func isSealed(_ election: String) throws(KeyError) -> Bool {
        let content = try PrivateFile.read(fileName(election), limit: KeyFolder.longestFile, secret: true)
        return String(decoding: content, as: UTF8.self).hasPrefix(KeySeal.mark)
    }

    /// Seals every key file that lies in clear, and overwrites what lay there. Where it breaks off, run again it ends the work.
    /// - Returns: the names of those that were sealed.
    /// - Throws: where there is no secret, a key does not open, or the disk fails.
    package func sealAll() throws(KeyError) -> [String] {
        guard let seal else {
            throw KeyError(
                "There is no secret to seal keys under.",
                cure: "Let systemd hand it over: systemd-run --pipe --wait --uid=isoloir "
                    + "-p LoadCredentialEncrypted=isoloir-seal:/etc/credstore.encrypted/isoloir-seal isoloir key seal --yes"
            )
        }
        // Those that are sealed open under this secret, or nothing is sealed under another one beside them.
        for name in try keyNames() where try isSealed(name) { _ = try key(of: name) }
        var sealed: [String] = []
        for name in try keyNames() {
            let file = fileName(name)
            let (clear, new) = (file + ".clear", file + ".new")
            if try !isSealed(name), let key = try key(of: name) {
                if try KeyFolder.isThere(new) { unsafe unlink(new) }
                let content = seal.seal(KeyFolder.encode(key), name: name, randomness: randomness)
                try PrivateFile.create(new, content)
                // A second name, so that what lay there can be overwritten once the new file has its place.
                var isLinked = try KeyFolder.isThere(clear)
                if !isLinked { isLinked = unsafe link(file, clear) == 0 }
                guard isLinked, unsafe rename(new, file) == 0 else {
                    throw KeyError(
                        "\(file) cannot be replaced: \(unsafe String(cString: strerror(errno))).",
                        cure: "Check the disk.")
                }
                try PrivateFile.syncFolder(of: file)
                sealed.append(name)
            }
            if try KeyFolder.isThere(clear) { try PrivateFile.destroy(clear, randomness) }
        }
        return sealed
    }

    /// The names of all keys in the folder.
    private func keyNames() throws(KeyError) -> [String] {
        guard let folder = unsafe opendir(path) else {
            throw KeyError("\(path) cannot be read.", cure: "Check the account that runs this program.")
        }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".key") { names.append(String(name.dropLast(4))) }
        }
        return names.sorted()
    }

    /// The key of an election, made when there is none.
    /// - Throws: as `key` and `install`.
    package func keyOrNew(of election: String) throws(KeyError) -> ElectionKey {
        if let key = try key(of: election) { return key }
        let key = ElectionKey(from: randomness)
        try install(key, for: election)
        return key
    }

    /// Puts a key in place, for instance one that came back from escrow; never replaces another.
    /// - Throws: where there is one already, or the disk fails.
    package func install(_ key: ElectionKey, for election: String) throws(KeyError) {
        let content = KeyFolder.encode(key)
        try PrivateFile.create(
            fileName(election), seal?.seal(content, name: election, randomness: randomness) ?? content)
    }

    /// Where the box key of an election lies from the opening of its poll on.
    package func boxKeyFile(_ election: String) -> String { "\(boxFolder)/\(election).box" }

    /// Puts a box key in its place; never replaces another. Where root does it, it belongs to the folder's account, which
    /// votes are taken by and which must be able to erase it.
    /// - Throws: where there is one already, the disk fails, or the owner cannot be changed.
    package func putBoxKey(_ content: Secret, of election: String) throws(KeyError) {
        let file = boxKeyFile(election)
        try PrivateFile.create(file, content)
        var status = stat()
        guard geteuid() == 0, unsafe stat(boxFolder, &status) == 0, status.st_uid != 0 else { return }
        guard unsafe chown(file, status.st_uid, status.st_gid) == 0 else {
            throw KeyError("\(file) cannot be given to its folder's account.", cure: "Check the folder \(boxFolder).")
        }
    }

    /// Whether this account may erase what lies in the folder of box keys.
    package var mayErase: Bool { unsafe access(boxFolder, W_OK) == 0 }

    /// Where a box key of an election may lie: its place, and the keys' folder where that is another.
    package func boxKeyFiles(_ election: String) -> [String] {
        let place = boxKeyFile(election)
        return path == boxFolder ? [place] : [place, "\(path)/\(election).box"]
    }

    /// Overwrites and removes a copy of the box key.
    /// - Returns: false where there is none.
    /// - Throws: where it cannot be overwritten and removed.
    package func destroyBoxKey(_ file: String) throws(KeyError) -> Bool {
        guard try KeyFolder.isThere(file) else { return false }
        try PrivateFile.destroy(file, randomness)
        return true
    }

    /// Overwrites and removes the keys of an election: nothing sealed under them can be opened again.
    /// - Throws: at the first file that cannot be overwritten and removed; those after it are still there.
    package func destroy(_ election: String) throws(KeyError) {
        for path in [fileName(election)] + boxKeyFiles(election) where try KeyFolder.isThere(path) {
            try PrivateFile.destroy(path, randomness)
        }
    }

    private func fileName(_ election: String) -> String { "\(path)/\(election).key" }

    private static func encode(_ key: ElectionKey) -> [UInt8] {
        Array(mark.utf8) + key.secret.reveal { key in Array(hex(key.indices.map { key[$0] }).utf8) } + [10]
    }

    /// - Throws: where the mark is missing, or what follows is not 32 bytes of digits.
    private static func decode(_ content: [UInt8], file: String) throws(KeyError) -> ElectionKey {
        let text = String(decoding: content, as: UTF8.self)
        guard text.hasPrefix(mark), text.hasSuffix("\n"),
            let bytes = bytes(hex: text.dropFirst(mark.count).dropLast()), let key = ElectionKey(Secret(bytes))
        else {
            throw KeyError(
                "\(file) is not a key file, or was changed.",
                cure: "Restore it from the escrow file with `isoloir key restore`.")
        }
        return key
    }
}

/// The absolute path without links, nil when there is no such folder.
private func resolved(_ path: String) -> String? {
    guard let buffer = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(buffer) }
    return unsafe String(cString: buffer)
}
