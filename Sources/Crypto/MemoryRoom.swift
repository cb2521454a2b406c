import Foundation

/// How much memory the system still gives this process, before anything is asked for: where a control group's limit is
/// passed, nothing fails, and the kernel ends the process.
package struct MemoryRoom: Sendable {
    /// The text of a file; nil where it cannot be read.
    private let text: @Sendable (String) -> String?

    /// - Parameter text: reads a file.
    package init(
        text: @escaping @Sendable (String) -> String? = { path in
            FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
        }
    ) { self.text = text }

    /// Bytes that can still be had; nil where the system tells nothing.
    package var free: Int? { [machine, groups].compactMap(\.self).min() }

    /// What the machine has left (proc(5): `MemAvailable`, and swap).
    private var machine: Int? {
        guard let info = text("/proc/meminfo"), let available = number("MemAvailable:", in: info) else { return nil }
        return (available + (number("SwapFree:", in: info) ?? 0)) << 10
    }

    /// What the tightest of the control groups has left that this process is in (cgroup v2; the kernel's cgroup-v2.rst).
    private var groups: Int? {
        guard let lines = text("/proc/self/cgroup")?.split(separator: "\n"),
            let own = lines.first(where: { $0.hasPrefix("0::/") })?.dropFirst("0::/".count)
        else { return nil }
        var names = own.split(separator: "/")
        var tightest: Int?
        while !names.isEmpty {
            let folder = "/sys/fs/cgroup/" + names.joined(separator: "/")
            names.removeLast()
            // "max" is no number: there is no limit.
            guard let most = whole("\(folder)/memory.max"), let used = whole("\(folder)/memory.current") else {
                continue
            }
            // Files that were read count as used, and go first.
            let spare = text("\(folder)/memory.stat").flatMap { number("inactive_file", in: $0) } ?? 0
            tightest = min(tightest ?? .max, max(0, most - used + spare))
        }
        return tightest
    }

    /// A file that holds one whole number; nil for "max".
    private func whole(_ path: String) -> Int? {
        text(path).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    /// The number behind a name that begins a line.
    private func number(_ name: String, in text: String) -> Int? {
        let line = text.split(separator: "\n").first { $0.split(separator: " ").first.map(String.init) == name }
        return line.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) }
    }
}
