import Crypto
import Foundation

/// Compares what a voting site gives to browsers with what was sealed. To be run from another machine than the site's, by
/// somebody who has the seal's manifest.
package struct SiteObserver {
    /// What a seal says of a site.
    package struct Seal: Sendable {
        package let fingerprint: String
        /// SHA-256 in hexadecimal of what browsers are given, by name.
        let served: [String: String]

        /// - Returns: nil when the text is no manifest.
        package init?(manifest: [UInt8]) {
            struct Manifest: Decodable {
                struct File: Decodable { let path, sha256: String }
                let isoloir: String, files: [File]
            }
            guard let read = try? JSONDecoder().decode(Manifest.self, from: Data(manifest)), read.isoloir == "seal-1"
            else { return nil }
            let mark = "served/"
            let given = read.files.filter { $0.path.hasPrefix(mark) }.map {
                (String($0.path.dropFirst(mark.count)), $0.sha256)
            }
            served = Dictionary(given, uniquingKeysWith: { first, _ in first })
            if served.isEmpty { return nil }
            let digits = Array(hex(sha256(manifest)).uppercased().prefix(32))
            fingerprint = stride(from: 0, to: 32, by: 4).map { String(digits[$0..<$0 + 4]) }.joined(separator: " ")
        }
    }

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
    private let address: String
    private let seal: Seal

    package init(address: String, seal: Seal) {
        (self.address, self.seal) = (address.hasSuffix("/") ? String(address.dropLast()) : address, seal)
    }

    package struct Report: Sendable {
        /// Comparisons made.
        package var compared = 0
        /// What is not as it was sealed, in words.
        package var faults: [String] = []
    }

    package func observe() -> Report {
        var report = Report()
        for (client, headers) in SiteObserver.clients {
            for (name, sealed) in seal.served.sorted(by: { $0.key < $1.key }) {
                report.compared += 1
                guard let answer = HTTPClient.get("\(address)/assets/\(name)", headers: headers), answer.status == 200
                else {
                    report.faults.append("\(client) cannot fetch /assets/\(name)")
                    continue
                }
                if hex(sha256(answer.body)) != sealed {
                    report.faults.append("\(client) is given another /assets/\(name) than the sealed one")
                }
            }
            for path in ["/", "/box", "/help", "/lost"] { look(path, client, headers, &report) }
        }
        return report
    }

    /// A page runs no other scripts than the sealed ones, and shows the seal.
    private func look(_ path: String, _ client: String, _ headers: [String], _ report: inout Report) {
        report.compared += 1
        guard let answer = HTTPClient.get(address + path, headers: headers), answer.status == 200 else {
            report.faults.append("\(client) cannot fetch \(path)")
            return
        }
        let page = String(decoding: answer.body, as: UTF8.self)
        let pieces = page.components(separatedBy: "<script").dropFirst().compactMap { $0.split(separator: ">").first }
        for piece in pieces {
            let source = piece.components(separatedBy: "src=\"").dropFirst().first?.prefix { $0 != "?" && $0 != "\"" }
            let name = String(source ?? "").replacing("/assets/", with: "")
            if source?.hasPrefix("/assets/") != true || seal.served[name] == nil {
                report.faults.append("\(client) finds a script in \(path) that is not sealed: <script\(piece)>")
            }
        }
        if page.range(of: #"\son[a-z]+\s*="#, options: .regularExpression) != nil {
            report.faults.append("\(client) finds a script inside a tag of \(path)")
        }
        if !page.contains(seal.fingerprint) {
            report.faults.append("\(client) does not find the seal's fingerprint \(seal.fingerprint) on \(path)")
        }
    }
}
