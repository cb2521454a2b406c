import Crypto
import Foundation
import Glibc
import Typesetting

/// One file on its way to the disk, in clear or through gpg; it gets its name when it is whole.
final class PrintOutput {
    let name: String
    private let path: String
    private let draft: String
    private var file: FileHandle?
    private var encryption: PrinterKey.Encryption?
    /// What waits to be written: the press hands over a few bytes at a time.
    private var buffer: [UInt8] = []
    private static let bufferBytes = 1 << 17

    /// Begins `PATH.part`, or `PATH.gpg.part` through gpg, readable by this account alone.
    /// - Throws: `PrintRefusal` when it cannot be made, or gpg does not begin.
    init(_ path: String, _ printer: PrinterKey?) throws(PrintRefusal) {
        self.path = printer == nil ? path : path + ".gpg"
        draft = self.path + ".part"
        name = String(self.path.split(separator: "/").last ?? "")
        do throws(LetterError) { encryption = try printer?.begin(draft) } catch { throw .fault("\(error)") }
        guard printer == nil else { return }
        guard FileManager.default.createFile(atPath: draft, contents: nil, attributes: [.posixPermissions: 0o600]),
            let opened = FileHandle(forWritingAtPath: draft)
        else { throw .cannotMake(draft) }
        file = opened
    }

    /// Appends bytes; false when the disk or gpg does not take them.
    func write(_ bytes: Span<UInt8>) -> Bool {
        unsafe bytes.withUnsafeBufferPointer { unsafe buffer.append(contentsOf: $0) }
        return buffer.count < PrintOutput.bufferBytes || flush()
    }

    /// Writes text.
    func put(_ text: String) throws(PrintRefusal) {
        guard write(Array(text.utf8).span) else {
            throw PrintRefusal.noSpace(path)
        }
    }

    /// Hands the buffer on, and empties it even where that fails: the file is given up then.
    private func flush() -> Bool {
        defer { buffer.removeAll(keepingCapacity: true) }
        if let encryption { return encryption.write(buffer.span) }
        do {
            try file?.write(contentsOf: buffer)
            return true
        } catch {
            return false
        }
    }

    /// Closes the file, gives it its name, and returns its size and SHA-256.
    /// - Throws: `PrintRefusal` when the file cannot be written, synced or named, or gpg fails.
    func finish() throws(PrintRefusal) -> (size: Int, digest: String) {
        guard flush() else { throw PrintRefusal.noSpace(path) }
        do throws(LetterError) { try encryption?.finish() } catch { throw .fault("\(error)") }
        do {
            try file?.synchronize()
            try file?.close()
            let digest = RunningDigest()
            var size = 0
            let whole = try FileHandle(forReadingFrom: URL(fileURLWithPath: draft))
            while let piece = try whole.read(upToCount: 1 << 18), !piece.isEmpty {
                let bytes = [UInt8](piece)
                digest.update(bytes.span)
                size += bytes.count
            }
            try whole.close()
            guard unsafe rename(draft, path) == 0 else { throw PrintRefusal.cannotName(path, Int(errno)) }
            return (size, hex(digest.finish()))
        } catch let refusal as PrintRefusal {
            throw refusal
        } catch {
            throw .cannotWrite(path, "\(error)")
        }
    }

    /// Removes what was begun.
    func abandon() {
        file?.closeFile()
        encryption = nil
        unsafe unlink(draft)
    }
}
