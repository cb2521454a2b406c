import CResolv

/// What the domain name system says of the domain that our mail comes from: mail programs look there before they believe a sender
/// (SPF, RFC 7208; DKIM, RFC 6376; DMARC, RFC 7489).
package struct SenderDomain: Sendable {
    /// Where to ask.
    package struct Server: Sendable {
        let address: String
        let port: UInt16

        /// `192.0.2.1` or `192.0.2.1:5353`; nil where it is neither.
        package init?(_ text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard 1...2 ~= parts.count, parts[0].split(separator: ".").count == 4,
                parts[0].split(separator: ".").allSatisfy({ UInt8($0) != nil }),
                let port = parts.count == 1 ? 53 : UInt16(parts[1])
            else { return nil }
            (address, self.port) = (String(parts[0]), port)
        }
    }

    /// What one of the three records came to.
    package enum Verdict: Sendable, Equatable {
        /// The record, or where it stands.
        case good(String)
        /// What is wrong, with the cure.
        case fault(String)
        /// Nobody answered in time.
        case silent
    }

    /// Seconds for each server of the machine's list; a list holds three at most.
    private static let seconds: Int32 = 2
    /// Longest answer that is read: what a whole DNS message holds.
    private static let room = 65_536

    private let domain: String
    private let server: Server?

    /// - Parameters:
    ///   - domain: what stands behind the sender's at sign.
    ///   - server: whom to ask; nil for the machine's own servers.
    package init(_ domain: String, server: Server? = nil) {
        (self.domain, self.server) = (domain.lowercased(), server)
    }

    private enum Answer { case records([String]), silent }

    /// The texts of all TXT records of a name, none where the name does not exist.
    private func texts(_ name: String) -> Answer {
        var text = [CChar](repeating: 0, count: SenderDomain.room)
        let count = unsafe isoloir_txt(
            name, server?.address, server?.port ?? 0, SenderDomain.seconds, &text, Int32(text.count))
        if count == -1 { return .silent }
        let bytes = text.prefix(max(0, Int(count))).map { UInt8(bitPattern: $0) }
        return .records(String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init))
    }

    /// Whether the domain names who may send for it.
    package func spf() -> Verdict {
        guard case .records(let texts) = texts(domain) else { return .silent }
        let records = texts.filter { $0.lowercased() == "v=spf1" || $0.lowercased().hasPrefix("v=spf1 ") }
        guard let record = records.first else {
            return .fault(
                "\(domain) has no SPF record: add a TXT record \"v=spf1 a:RELAY -all\" that names the relay, or mails end among the unwanted ones"
            )
        }
        guard records.count == 1 else {
            return .fault("\(domain) has \(records.count) SPF records, and then none counts: join them into one")
        }
        let words = record.lowercased().split(separator: " ")
        if words.contains("+all") || words.contains("all") || words.contains("?all") {
            return .fault("the SPF record of \(domain) lets everybody send: end it with -all or ~all")
        }
        guard words.contains(where: { $0 == "-all" || $0 == "~all" || $0.hasPrefix("redirect=") }) else {
            return .fault("the SPF record of \(domain) has no end: add -all or ~all")
        }
        return .good(record)
    }

    /// Whether the key of the relay's signatures is published.
    /// - Parameter selector: the name under which the relay signs.
    package func dkim(selector: String) -> Verdict {
        let name = "\(selector)._domainkey.\(domain)"
        guard case .records(let texts) = texts(name) else { return .silent }
        guard let record = texts.first(where: { SenderDomain.tags($0)["p"] != nil }) else {
            return .fault(
                "there is no DKIM key at \(name): publish the one that the relay signs with, or correct mail.dkim")
        }
        guard SenderDomain.tags(record)["p"] != "" else {
            return .fault("the DKIM key at \(name) is revoked (p= is empty): publish the relay's present key")
        }
        return .good(name)
    }

    /// Whether the domain says what becomes of mails that are not its own; that of a domain above holds for those below it.
    package func dmarc() -> Verdict {
        var labels = domain.split(separator: ".")
        while labels.count >= 2 {
            let name = "_dmarc." + labels.joined(separator: ".")
            guard case .records(let texts) = texts(name) else { return .silent }
            let records = texts.map(SenderDomain.tags).filter { $0["v"]?.lowercased() == "dmarc1" }
            guard records.count < 2 else {
                return .fault("there are \(records.count) DMARC records at \(name), and then none counts: keep one")
            }
            if let record = records.first {
                func policy(_ tag: String) -> String? {
                    record[tag].map { $0.lowercased() }.flatMap {
                        ["none", "quarantine", "reject"].contains($0) ? "\(tag)=\($0)" : nil
                    }
                }
                // Of a domain above, `sp` is for those below it, where it is given.
                let isAbove = labels.count < domain.split(separator: ".").count
                guard let whole = policy("p") else {
                    return .fault("the DMARC record at \(name) has no policy: add p=quarantine")
                }
                return .good("\(name): \(isAbove ? policy("sp") ?? whole : whole)")
            }
            labels.removeFirst()
        }
        return .fault(
            "\(domain) has no DMARC record: add a TXT record \"v=DMARC1; p=quarantine\" at _dmarc.\(domain)")
    }

    /// `v=DKIM1; p=...`, its names in lower case.
    private static func tags(_ record: String) -> [String: String] {
        var tags: [String: String] = [:]
        for part in record.split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { continue }
            let words = pair.map { $0.filter { !$0.isWhitespace } }
            tags[words[0].lowercased()] = tags[words[0].lowercased()] ?? words[1]
        }
        return tags
    }
}
