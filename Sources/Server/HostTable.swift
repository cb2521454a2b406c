package import Contacts

/// Finds what answers for the host that a browser asks for. Hosts come from definitions' addresses; what is asked comes from the
/// header `Host`, which a proxy passes on, with or without the port at which voters reach it.
package struct HostTable<Value: Sendable>: Sendable {
    /// What stands for one host: several where a host has sites at several ports.
    private typealias Entry = (origin: Origin, value: Value)

    /// Octets of a name with the root's dot (RFC 1035, 2.3.4), a colon and a port.
    private static var longest: Int { 260 }

    private let entries: [String: [Entry]]
    /// The same by what browsers write, so that nothing is parsed for most requests.
    private let written: [String: Value]

    /// - Parameter values: each with the address at which it is reached. Of those that no request tells apart the first counts.
    package init(_ values: [(origin: Origin, value: Value)]) {
        var kept: [Entry] = []
        for new in values where !kept.contains(where: { $0.origin.isOneSite(with: new.origin) }) {
            kept.append((new.origin, new.value))
        }
        entries = Dictionary(grouping: kept) { $0.origin.host }
        written = Dictionary(
            kept.map { entry in
                let port = entry.origin.isAtStandardPort ? "" : ":\(entry.origin.port)"
                return (entry.origin.host + port, entry.value)
            }, uniquingKeysWith: { first, _ in first })
    }

    /// What answers for the header `Host`.
    /// - Parameter header: in any spelling: capitals, an IPv6 address in brackets, a dot at the end, a port.
    /// - Returns: nil for another host, for what is no host, and where several sites of the host answer at other ports.
    package func find(_ header: String?) -> Value? {
        guard let header else { return nil }
        if let value = written[header] { return value }
        guard let (host, port) = HostTable.read(header), let entries = entries[host] else { return nil }
        let exact = entries.first { entry in port.map { entry.origin.port == $0 } ?? entry.origin.isAtStandardPort }
        // A proxy need not pass the port on, and may listen at another one than the site.
        return exact?.value ?? (entries.count == 1 ? entries[0].value : nil)
    }

    /// Host and port as written; nil for what is none.
    private static func read(_ header: String) -> (host: String, port: Int?)? {
        // Browsers send names of other scripts in ASCII (RFC 3986, 3.2.2): nobody makes the server convert them.
        guard header.utf8.count <= longest, header.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let afterBracket = header.lastIndex(of: "]") ?? header.startIndex
        let colon = header[afterBracket...].firstIndex(of: ":") ?? header.endIndex
        // A name with the root's dot is the same name (RFC 1034, 3.1).
        let name = header[..<colon].hasSuffix(".") ? header[..<colon].dropLast() : header[..<colon]
        guard !header.contains("/"), let origin = Origin("https://\(name)\(header[colon...])") else { return nil }
        return (origin.host, colon == header.endIndex ? nil : origin.port)
    }
}
