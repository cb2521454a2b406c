import Crypto
import Foundation
import HTTPClient
import Tally

/// Compares what a voting site gives to browsers with what was sealed. To be run from another machine than the site's, by
/// somebody who has the seal's manifest.
package struct SiteObserver {
    /// Several kinds of clients: a site that gives one of them something else is found out.
    private static let clients = [
        (
            "a computer",
            [
                "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
                "Accept-Language: fr",
            ]
        ),
        (
            "a telephone",
            [
                "User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
                "Accept-Language: fr-FR,fr;q=0.9",
            ]
        ),
        (
            "an English browser",
            ["User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0.0.0", "Accept-Language: en-GB"]
        ),
        ("a program", ["User-Agent: isoloir-observe"]),
    ]
    /// Without a slash at its end: paths are put behind it.
    private let address: String
    private let seal: SiteSeal

    /// - Parameter address: the site's, `https://...`, with or without a slash at its end.
    package init(address: String, seal: SiteSeal) {
        (self.address, self.seal) = (address.hasSuffix("/") ? String(address.dropLast()) : address, seal)
    }

    /// What a round of looking found; `faults` empty means that the site gives what was sealed.
    package struct Report: Sendable {
        /// Comparisons made.
        package var compared = 0
        /// What is not as it was sealed, in words.
        package var faults: [String] = []
        /// What could not be compared yet, in words.
        package var notes: [String] = []
    }

    /// Fetches every sealed file and the first pages as several kinds of clients, and the beginning of each ballot's
    /// archive. What cannot be fetched is a fault as well: nothing is thrown.
    /// - Parameter now: seconds since 1970; before the sealed hour of opening the ballot boxes need not be there.
    package func observe(now: Int) -> Report {
        var report = Report()
        for (client, headers) in SiteObserver.clients {
            for (name, sealed) in seal.served.sorted(by: { $0.key < $1.key }) {
                for address in seal.addresses(name) {
                    report.compared += 1
                    compare(address, with: sealed, client, headers, &report)
                }
            }
            for path in ["/", "/box", "/help", "/lost"] { look(path, client, headers, &report) }
        }
        for ballot in seal.ballots {
            for (client, headers) in SiteObserver.clients {
                archive(of: ballot, now: now, client, headers, &report)
            }
        }
        return report
    }

    /// Fetches a file and compares its SHA-256 with the sealed one.
    private func compare(
        _ path: String, with sealed: String, _ client: String, _ headers: [String], _ report: inout Report
    ) {
        guard let answer = WebClient.get(address + path, headers: headers), answer.status == 200 else {
            report.faults.append("\(client) cannot fetch \(path)")
            return
        }
        if hex(sha256(answer.body)) != sealed {
            report.faults.append("\(client) is given another \(path) than the sealed one")
        }
    }

    /// A page runs and loads nothing but what was sealed, and shows the seal.
    private func look(_ path: String, _ client: String, _ headers: [String], _ report: inout Report) {
        report.compared += 1
        guard let answer = WebClient.page(address + path, headers: headers), answer.status == 200 else {
            report.faults.append("\(client) cannot fetch \(path)")
            return
        }
        report.faults += SiteObserver.faults(ofHeaders: answer.headers).map { "\(client): \(path) \($0)" }
        let page = PublicPage(answer.body, seal: seal)
        report.faults += page.faults.map { "\(client): \(path) \($0)" }
        // Exactly what the page asks for: its address has a version.
        for (address, sealed) in page.loaded { compare(address, with: sealed, client, headers, &report) }
    }

    /// What headers do that the page itself does not show: load a file, lead elsewhere, or let anything run.
    /// - Parameter headers: names in small letters.
    static func faults(ofHeaders headers: [(name: String, value: String)]) -> [String] {
        var faults = headers.filter { ["link", "refresh", "sourcemap", "content-location"].contains($0.name) }
            .map { "is sent with the header \($0.name): \($0.value.prefix(100))" }
        let policies = headers.filter { $0.name == "content-security-policy" }.map { policy($0.value) }
        // Of several all hold: one strict one is enough.
        if !policies.contains(where: isStrict) {
            faults.append("is sent without the policy that lets nothing else run (Content-Security-Policy)")
        }
        // In another character set a browser reads other elements than the ones that are compared.
        let types = headers.filter { $0.name == "content-type" }.map { $0.value.lowercased() }
        if types != ["text/html; charset=utf-8"] {
            faults.append("is sent as \(types.joined(separator: ", ").prefix(100)), not as text/html; charset=utf-8")
        }
        return faults
    }

    /// The sources of a policy's directives; of one that stands twice the first counts, as in browsers.
    private static func policy(_ text: String) -> [String: [String]] {
        var directives: [String: [String]] = [:]
        for part in text.lowercased().split(separator: ";") {
            let words = part.split(whereSeparator: \.isWhitespace).map(String.init)
            if let name = words.first, directives[name] == nil { directives[name] = Array(words.dropFirst()) }
        }
        return directives
    }

    /// Whether a policy forbids everything but the site's own files and checked WebAssembly.
    private static func isStrict(_ policy: [String: [String]]) -> Bool {
        let known: Set<String> = ["'none'", "'self'", "'wasm-unsafe-eval'"]
        return policy["default-src"] == ["'none'"] && policy["base-uri"] == ["'none'"]
            && policy.values.allSatisfy { !$0.isEmpty && known.isSuperset(of: $0) }
    }

    /// The archive that anybody can fetch begins with what was sealed. It is read up to its Setup, whatever its length.
    private func archive(
        of ballot: SiteSeal.Ballot, now: Int, _ client: String, _ headers: [String], _ report: inout Report
    ) {
        report.compared += 1
        let path = "/box/\(ballot.ballot)/archive.bel"
        var (head, progress) = (ArchiveHead(), ArchiveHead.Progress.reading)
        let status = WebClient.read(address + path, headers: headers) { bytes in
            progress = head.take(bytes)
            if case .reading = progress { return true }
            return false
        }
        if status == 404, now < seal.opens {
            let note = "\(path) is not there yet: the poll opens later"
            if !report.notes.contains(note) { report.notes.append(note) }
            return
        }
        guard let status, status == 200 else {
            report.faults.append("\(client) cannot fetch \(path)")
            return
        }
        switch progress {
        case .reading: report.faults.append("\(client): \(path) breaks off before its Setup")
        case .fault(let words): report.faults.append("\(client): \(path) cannot be read: \(words)")
        case .complete(let setup):
            for (name, given, sealed) in [
                ("uuid", String(decoding: setup.uuid, as: UTF8.self), ballot.uuid),
                ("election document", String(decoding: setup.fingerprint, as: UTF8.self), ballot.fingerprint),
                ("list of trustees", setup.trustees, ballot.trustees),
                ("list of credentials", setup.credentials, ballot.credentials),
            ] where given != sealed {
                report.faults.append("\(client): \(path) has another \(name) than the sealed one")
            }
        }
    }
}
