import BallotCore
import Crypto
import Foundation
import Polling

/// What a seal's manifest says of a site, for those who compare the two.
package struct SiteSeal: Sendable {
    /// One ballot as it was sealed: its name, its uuid in the protocol, and digests in hexadecimal of its trustees'
    /// keys and of its public credentials. The fingerprint is the election document's, as the protocol has it.
    struct Ballot: Sendable, Decodable {
        let ballot, uuid, fingerprint: String
        let trustees, credentials: String

        enum CodingKeys: String, CodingKey {
            case ballot, uuid, fingerprint
            case trustees = "trustees.sha256"
            case credentials = "credentials.sha256"
        }
    }

    /// What browsers hold a ballot page against: everything that voters read there, in each language.
    struct Texts: Sendable, Decodable {
        /// A question with its answers in the order drawn; a blank vote is not among them.
        struct Question: Sendable, Decodable, Equatable { let title: String, answers: [String] }
        /// One ballot in one language.
        struct Page: Sendable, Decodable { let title: String, questions: [Question] }
        /// One ballot with its pages by language, `fr` or `en`.
        struct Ballot: Sendable, Decodable { let ballot, uuid, fingerprint: String, texts: [String: Page] }

        /// What a blank vote is called, by language.
        let blank: [String: String]
        /// In the manifest's order.
        let ballots: [Ballot]
    }

    /// What is read of the manifest; it holds more.
    private struct Manifest: Decodable {
        /// A sealed file: what browsers are given stands below `served/`.
        struct File: Decodable { let path, sha256: String }
        /// `opens` is in seconds since 1970.
        let opens: Int, files: [File], ballots: [Ballot]
    }

    /// The first 128 bits of the manifest's SHA-256, as pages show it: capital hexadecimal digits in groups of four.
    package let fingerprint: String
    /// Seconds since 1970: before it, a site need not show its ballot box.
    let opens: Int
    /// SHA-256 in hexadecimal of what browsers are given, by name.
    let served: [String: String]
    let ballots: [Ballot]
    let texts: Texts

    /// Reads what was sealed, and the ballots' texts that stand in the manifest.
    /// - Parameter manifest: the file's bytes, as `poll seal` wrote them: its fingerprint is of these.
    /// - Returns: nil when the text is no manifest, or one that contradicts itself.
    package init?(manifest: [UInt8]) {
        guard let read = try? JSONDecoder().decode(Manifest.self, from: Data(manifest)),
            SealManifest(manifest) != nil, let sealed = SealedBallots(manifest: manifest),
            let texts = try? JSONDecoder().decode(Texts.self, from: Data(sealed.text))
        else { return nil }
        let folder = "served/"
        let given = read.files.filter { $0.path.hasPrefix(folder) }.map {
            (String($0.path.dropFirst(folder.count)), $0.sha256)
        }
        // The manifest is served as well: pages hold what they load against it. None names itself.
        guard !given.contains(where: { $0.0 == SealedBallots.manifestName }) else { return nil }
        served = Dictionary(given + [(SealedBallots.manifestName, hex(sha256(manifest)))]) { first, _ in first }
        guard served[SealedBallots.name] == sealed.file.sha256,
            read.ballots.map({ [$0.ballot, $0.uuid, $0.fingerprint] })
                == texts.ballots.map({ [$0.ballot, $0.uuid, $0.fingerprint] })
        else { return nil }
        (opens, ballots, self.texts) = (read.opens, read.ballots, texts)
        fingerprint = PollSealer.fingerprint(manifest)
    }

    /// What a browser compares a file with: `sha256-...` in base64 (W3C, Subresource Integrity); nil for a file that
    /// is not sealed.
    func integrity(_ name: String) -> String? {
        guard let digits = served[name].map(Array.init), digits.count == 64 else { return nil }
        let bytes = stride(from: 0, to: 64, by: 2).compactMap { UInt8(String(digits[$0..<$0 + 2]), radix: 16) }
        return "sha256-" + Data(bytes).base64EncodedString()
    }

    /// Hexadecimal digits of a file's SHA-256 that stand in its address (`AssetSet`).
    private static let versionCount = 16

    /// The addresses at which browsers get a sealed file: pages ask with its version, everybody else without. A site could
    /// answer the two differently.
    func addresses(_ name: String) -> [String] {
        let path = "/assets/\(name)"
        return [path] + (served[name].map { ["\(path)?v=\($0.prefix(SiteSeal.versionCount))"] } ?? [])
    }

    /// The name of the file that an address below `/assets` asks for, where it is a sealed one; the version in the address
    /// must be the sealed one's, so that no other content hides behind it.
    func name(at address: String) -> String? {
        guard let path = address.split(separator: "?").first, path.hasPrefix("/assets/") else { return nil }
        let name = String(path.dropFirst("/assets/".count))
        return addresses(name).contains(address) && served[name] != nil ? name : nil
    }
}
