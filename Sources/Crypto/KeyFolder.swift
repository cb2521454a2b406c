import Glibc

/// The folder that holds the keys: one file for each election, and one for backups. It lies outside the store's
/// folder and never goes into a backup.
package struct KeyFolder: Sendable {
    /// First line of a key file, so that no other file is taken for one.
    private static let mark = "isoloir election key 1\n"
    /// Longest key file in bytes.
    private static let longestFile = 1024

    package let path: String
    /// The folder of box keys, in which this account must be able to erase; the same folder unless another was given.
    package let boxFolder: String
    private let randomness: Randomness

    /// - Parameters:
    ///   - store: the store's path; keys in the same folder as the store are refused, since whoever copies the folder would
    ///     take both.
    ///   - boxKeys: another folder for box keys, nil for the same.
    package init(
        path: String, store: String, boxKeys: String? = nil, randomness: Randomness
    ) throws(KeyError) {
        self.randomness = randomness
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

    /// The key of an election, nil when there is none yet (or no more: a destroyed election).
    package func key(of election: String) throws(KeyError) -> ElectionKey? {
        let file = fileName(election)
        guard unsafe access(file, F_OK) == 0 else { return nil }
        let content = try PrivateFile.read(file, limit: KeyFolder.longestFile, secret: true)
        return try KeyFolder.decode(content, file: file)
    }

    /// The key of an election, made when there is none.
    package func keyOrNew(of election: String) throws(KeyError) -> ElectionKey {
        if let key = try key(of: election) { return key }
        let key = ElectionKey(from: randomness)
        try install(key, for: election)
        return key
    }

    /// Puts a key in place, for instance one that came back from escrow; never replaces another.
    package func install(_ key: ElectionKey, for election: String) throws(KeyError) {
        try PrivateFile.create(fileName(election), KeyFolder.encode(key))
    }

    /// Where the box key of an election lies from the opening of its poll on.
    package func boxKeyFile(_ election: String) -> String { "\(boxFolder)/\(election).box" }

    /// Puts a box key in its place; never replaces another. Where root does it, it belongs to the folder's account, which
    /// votes are taken by and which must be able to erase it.
    package func putBoxKey(_ content: [UInt8], of election: String) throws(KeyError) {
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
    package func destroyBoxKey(_ file: String) throws(KeyError) -> Bool {
        guard unsafe access(file, F_OK) == 0 else { return false }
        try PrivateFile.destroy(file, randomness)
        return true
    }

    /// Overwrites and removes the keys of an election: nothing sealed under them can be opened again.
    package func destroy(_ election: String) throws(KeyError) {
        for path in [fileName(election)] + boxKeyFiles(election) where unsafe access(path, F_OK) == 0 {
            try PrivateFile.destroy(path, randomness)
        }
    }

    private func fileName(_ election: String) -> String { "\(path)/\(election).key" }

    private static func encode(_ key: ElectionKey) -> [UInt8] {
        Array(mark.utf8) + key.secret.reveal { key in Array(hex(key.indices.map { key[$0] }).utf8) } + [10]
    }

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
