import Foundation

/// The printer's OpenPGP key, by which everything for the printer is encrypted on its way to the disk: gpg in a
/// throwaway home of its own, clear text through a pipe only.
package final class PrinterKey {
    /// gpg's folder, for this account alone (mode 0700); it is removed with this object.
    private let home: String
    /// Of the primary key, 40 hexadecimal digits.
    private let fingerprint: String

    /// - Parameter path: the key as the printer sent it, armoured or binary.
    /// - Throws: when the file holds no key, several, a private one, or one that cannot encrypt any more; or gpg is
    ///   missing.
    package init(path: String) throws(PrinterKeyError) {
        var template = Array("\(NSTemporaryDirectory())/isoloir-gpg-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            throw PrinterKeyError(.gpg("No temporary folder for gpg could be made."), path)
        }
        home = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        do throws(PrinterKeyError) { try PrinterKey.refusePrivate(path, home) } catch {
            PrinterKey.remove(home)
            throw error
        }
        let imported = try PrinterKey.run(home, ["--import", path], path)
        guard imported.status == 0 else {
            PrinterKey.remove(home)
            throw PrinterKeyError(.noKey(imported.output), path)
        }
        let listed = try PrinterKey.run(home, ["--with-colons", "--list-keys"], path)
        let keys = listed.output.split(separator: "\n").filter { $0.hasPrefix("pub:") }
        // The first fingerprint is the primary key's; field 12 of its line lists capabilities, E for encryption.
        let found = listed.output.split(separator: "\n").first { $0.hasPrefix("fpr:") }?.split(separator: ":").last
        guard let found, let key = keys.first, keys.count == 1 else {
            PrinterKey.remove(home)
            throw PrinterKeyError(.notOne, path)
        }
        let fields = key.split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count > 11, fields[11].contains("E") else {
            PrinterKey.remove(home)
            throw PrinterKeyError(.cannotEncrypt, path)
        }
        fingerprint = String(found)
    }

    deinit { PrinterKey.remove(home) }

    /// Whether bytes are a private key, or call themselves one, of OpenPGP or any other kind.
    package static func isLabelledPrivate(_ bytes: some Collection<UInt8>) -> Bool {
        PrivateKeyTraces.areIn(Array(bytes.prefix(mostBytes)))
    }

    /// Refuses a file with a private key in it before gpg stores anything of it.
    private static func refusePrivate(_ path: String, _ home: String) throws(PrinterKeyError) {
        guard let data = FileManager.default.contents(atPath: path), data.count <= mostBytes else {
            throw PrinterKeyError(.unreadable(longest: mostBytes), path)
        }
        guard !isLabelledPrivate(data) else { throw PrinterKeyError(.isPrivate, path) }
        // Behind another label, or without one: sec and ssb are gpg's words for private keys.
        let shown = try run(home, ["--with-colons", "--show-keys", path], path).output
        guard !shown.split(separator: "\n").contains(where: { $0.hasPrefix("sec:") || $0.hasPrefix("ssb:") }) else {
            throw PrinterKeyError(.isPrivate, path)
        }
    }

    /// A public key with a photograph and a hundred signatures is smaller.
    private static let mostBytes = 1 << 20

    /// The key's fingerprint, to compare with the printer by phone.
    package var name: String { fingerprint }

    /// Starts encrypting into the new file `path`.
    /// - Throws: when gpg cannot be started.
    package func begin(_ path: String) throws(LetterError) -> Encryption {
        try Encryption(home: home, fingerprint: fingerprint, path: path)
    }

    /// One file being encrypted.
    package final class Encryption {
        private let process = Process()
        private let input = Pipe()
        private let path: String

        /// - Parameters:
        ///   - home: gpg's folder with the one key.
        ///   - path: a new file; one that is there is replaced.
        init(home: String, fingerprint: String, path: String) throws(LetterError) {
            self.path = path
            process.executableURL = URL(fileURLWithPath: "/usr/bin/gpg")
            process.arguments =
                PrinterKey.arguments(home) + [
                    "--trust-model", "always", "--recipient", fingerprint, "--output", path, "--encrypt",
                ]
            process.standardInput = input
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            do { try process.run() } catch { throw LetterError("gpg could not be started: \(error). Install gnupg.") }
        }

        /// Hands clear text to gpg; false when it has died.
        package func write(_ bytes: Span<UInt8>) -> Bool {
            do {
                let data = unsafe bytes.withUnsafeBufferPointer { unsafe Data(buffer: $0) }
                try input.fileHandleForWriting.write(contentsOf: data)
                return true
            } catch {
                return false
            }
        }

        /// Ends the file.
        /// - Throws: when gpg says that it has failed; the file may be there in part.
        package func finish() throws(LetterError) {
            do { try input.fileHandleForWriting.close() } catch { throw LetterError("gpg broke off: \(error)") }
            process.waitUntilExit()
            guard process.terminationStatus == 0 else {
                throw LetterError(
                    "gpg could not write \(path) (exit status \(process.terminationStatus)): check the disk's free space."
                )
            }
        }
    }

    /// For every call: no questions, no agent, nothing of the account's own gpg.
    fileprivate static func arguments(_ home: String) -> [String] {
        ["--homedir", home, "--batch", "--no-tty", "--quiet", "--no-autostart", "--yes"]
    }

    /// Runs gpg to its end; what it says comes from both of its outputs.
    private static func run(_ home: String, _ arguments: [String], _ file: String) throws(PrinterKeyError) -> (
        status: Int32, output: String
    ) {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/gpg")
        process.arguments = self.arguments(home) + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        do {
            try process.run()
            let data = try output.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return (process.terminationStatus, String(decoding: data, as: UTF8.self))
        } catch {
            throw PrinterKeyError(.gpg("gpg could not be started: \(error). Install gnupg."), file)
        }
    }

    /// Removes gpg's folder; where that fails the log says so.
    private static func remove(_ home: String) {
        do { try FileManager.default.removeItem(atPath: home) } catch {
            FileHandle.standardError.write(Data("gpg's throwaway home \(home) could not be removed: \(error)\n".utf8))
        }
    }
}
