import Foundation

/// The printer's OpenPGP key, by which everything for the printer is encrypted on its way to the disk: gpg in a
/// throwaway home of its own, clear text through a pipe only.
package final class PrinterKey {
    private let home: String
    private let fingerprint: String

    /// - Parameter path: the key as the printer sent it, armoured or binary.
    package init(path: String) throws(LetterError) {
        var template = Array("\(NSTemporaryDirectory())/isoloir-gpg-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw LetterError("No temporary folder for gpg could be made.") }
        home = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let imported = try PrinterKey.run(home, ["--import", path])
        guard imported.status == 0 else {
            PrinterKey.remove(home)
            throw LetterError("\(path) holds no OpenPGP key that gpg can read: \(imported.output)")
        }
        let listed = try PrinterKey.run(home, ["--with-colons", "--list-keys"])
        let keys = listed.output.split(separator: "\n").filter { $0.hasPrefix("pub:") }
        // The first fingerprint is the primary key's; field 12 of its line lists capabilities, E for encryption.
        let found = listed.output.split(separator: "\n").first { $0.hasPrefix("fpr:") }?.split(separator: ":").last
        guard let found, let key = keys.first, keys.count == 1 else {
            PrinterKey.remove(home)
            throw LetterError("\(path) must hold exactly one OpenPGP key.")
        }
        let fields = key.split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count > 11, fields[11].contains("E") else {
            PrinterKey.remove(home)
            throw LetterError("The key in \(path) cannot encrypt, or has expired: ask the printer for a current one.")
        }
        fingerprint = String(found)
    }

    deinit { PrinterKey.remove(home) }

    /// The key's fingerprint, to compare with the printer by phone.
    package var name: String { fingerprint }

    /// Starts encrypting into the new file `path`.
    package func begin(_ path: String) throws(LetterError) -> Encryption {
        try Encryption(home: home, fingerprint: fingerprint, path: path)
    }

    /// One file being encrypted.
    package final class Encryption {
        private let process = Process()
        private let input = Pipe()
        private let path: String

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

    fileprivate static func arguments(_ home: String) -> [String] {
        ["--homedir", home, "--batch", "--no-tty", "--quiet", "--no-autostart", "--yes"]
    }

    private static func run(_ home: String, _ arguments: [String]) throws(LetterError) -> (
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
            throw LetterError("gpg could not be started: \(error). Install gnupg.")
        }
    }

    private static func remove(_ home: String) {
        do { try FileManager.default.removeItem(atPath: home) } catch {
            FileHandle.standardError.write(Data("gpg's throwaway home \(home) could not be removed: \(error)\n".utf8))
        }
    }
}
