import CIDN
import Glibc
import Inputs

/// Scheme, host and port of a site, as browsers compare them (RFC 6454): the same however they were written.
package struct Origin: Sendable, Hashable {
    /// The schemes that a site may have.
    package enum Scheme: String, Sendable { case http, https }

    /// In small letters, however it was written.
    package let scheme: Scheme
    /// In lower-case ASCII (IDNA 2008); an IPv6 address stands in brackets.
    package let host: String
    /// From 1 to 65,535; the scheme's own where none was written.
    package let port: Int

    /// Longest name of a host in octets (RFC 1035, 2.3.4).
    private static let longestHost = 253
    /// Scheme, host and port in any spelling.
    private static let limit = TextLimit(scalars: 300)

    /// Reads `https://host:port`; a slash at the end changes nothing. Nil for everything that names more or less than a site.
    /// - Parameter text: from a setting or from the header `Origin`; `null`, which browsers send, is none.
    package init?(_ text: String) {
        guard Origin.limit.admits(text), let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")),
            let scheme = Scheme(rawValue: text[..<colon].lowercased())
        else { return nil }
        var rest = text[colon...]
        guard rest.hasPrefix("://") else { return nil }
        rest = rest.dropFirst("://".count)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        var port: Substring?
        let afterBracket = rest.lastIndex(of: "]") ?? rest.startIndex
        if let mark = rest[afterBracket...].firstIndex(of: ":") {
            port = rest[rest.index(after: mark)...]
            rest = rest[..<mark]
        }
        guard let host = Origin.host(String(rest)), let number = Origin.port(port, scheme) else { return nil }
        (self.scheme, self.host, self.port) = (scheme, host, number)
    }

    /// Whether the site is on this machine.
    /// By name or address; other names may lead here too.
    package var isLocal: Bool { host == "localhost" || host == "127.0.0.1" || host == "[::1]" }

    /// Whether browsers write no port for it.
    package var isAtStandardPort: Bool { port == (scheme == .https ? 443 : 80) }

    /// Whether no request tells it from another address: the same host and port, and both ports of HTTP and HTTPS where none is
    /// written.
    package func isOneSite(with other: Origin) -> Bool {
        host == other.host && (port == other.port || isAtStandardPort && other.isAtStandardPort)
    }

    /// The port; nil when it is none.
    private static func port(_ text: Substring?, _ scheme: Scheme) -> Int? {
        guard let text else { return scheme == .https ? 443 : 80 }
        guard text.utf8.allSatisfy({ 48...57 ~= $0 }), let number = Int(text), 1...65_535 ~= number else { return nil }
        return number
    }

    /// The host in its one spelling; nil when it is none.
    private static func host(_ text: String) -> String? {
        if text.hasPrefix("["), text.hasSuffix("]") { return address(String(text.dropFirst().dropLast())) }
        guard let ascii = text.utf8.allSatisfy({ $0 < 0x80 }) ? text : ascii(text), ascii.utf8.count <= longestHost
        else { return nil }
        let host = ascii.lowercased()
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        return labels.allSatisfy(isLabel) ? host : nil
    }

    /// Letters, digits and inner hyphens, at most 63 octets.
    private static func isLabel(_ label: Substring) -> Bool {
        1...63 ~= label.utf8.count && label.utf8.first != UInt8(ascii: "-") && label.utf8.last != UInt8(ascii: "-")
            && label.utf8.allSatisfy { 97...122 ~= $0 || 48...57 ~= $0 || $0 == UInt8(ascii: "-") }
    }

    /// An IPv6 address in its one spelling.
    private static func address(_ text: String) -> String? {
        var bytes = in6_addr()
        guard unsafe inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
        var out = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard unsafe inet_ntop(AF_INET6, &bytes, &out, socklen_t(out.count)) != nil else { return nil }
        return "[" + String(decoding: out.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) + "]"
    }

    /// A name in ASCII (IDNA 2008, non-transitional).
    private static func ascii(_ text: String) -> String? {
        var result: UnsafeMutablePointer<UInt8>?
        let code = unsafe idn2_lookup_u8(
            Array(text.utf8) + [0], &result, Int32(IDN2_NFC_INPUT.rawValue | IDN2_NONTRANSITIONAL.rawValue))
        guard code == IDN2_OK.rawValue, let found = unsafe result else { return nil }
        defer { unsafe idn2_free(found) }
        return unsafe String(cString: found)
    }
}
