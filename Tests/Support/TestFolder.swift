package import Foundation

/// The repository's root: samples and templates lie below it.
package let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// A folder of a test's own, which is removed with it.
package final class TestFolder: Sendable {
    /// Where it lies.
    package let url: URL

    /// - Throws: what Foundation says where the folder for temporary files cannot be written.
    package init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "isoloir-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// The path of a file in it, whether it is there or not.
    package func path(_ name: String) -> String { url.appending(path: name).path }

    /// Writes a file and returns its path.
    /// - Throws: what Foundation says where it cannot be written.
    package func file(_ name: String, _ content: some Sequence<UInt8>) throws -> String {
        try Data(content).write(to: url.appending(path: name))
        return path(name)
    }
}
