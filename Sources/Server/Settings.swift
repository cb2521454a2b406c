package import CommandLineKit
import Crypto
package import Delivery
import Documents
import Foundation
import Glibc
import Issuance
import Typesetting

/// The server's settings, `isoloir.yaml`.
package struct Settings {
    /// The store's path.
    package var store: String?
    /// The key folder's path.
    package var keys: String?
    /// The folder of the box key, where it is not the keys' folder.
    package var boxKeys: String?
    /// The folder of the program's texts.
    package var templates: String?
    /// The folder of the elections, each with templates of its own beside it.
    var ballots: String?
    /// How mails leave; nil where no relay is named.
    package var mail: MailTransport?
    /// How SMS leave; nil where no gateway is named.
    package var sms: (any SMSProvider)?
    /// Which numbers get an SMS, and how many segments leave in a day.
    package var smsPolicy = SMSPolicy()
    /// Where bounces come back; nil where nothing takes them.
    package var bounces: BounceSettings?
    /// The name under which the relay signs mails (DKIM); nil where nobody said.
    package var dkim: String?
    /// Where the site listens.
    package var server = ServerSettings()
    /// How letters are laid out; without the logo, which is a template.
    var letters = LetterStyle()
    /// `statements.pdf`, or `cadres=statements.pdf` for the letters of one college.
    var enclosures: [String] = []
    /// SHA-256 of the file, in hexadecimal; nil where there is none.
    package var hash: String?

    /// The settings of an installed package, taken where the present folder has none.
    package static let systemFile = "/etc/isoloir/isoloir.yaml"

    /// The file that holds where no other is named.
    package static var standardFile: String {
        let (isHere, isInstalled) = unsafe (access("isoloir.yaml", F_OK) == 0, access(systemFile, F_OK) == 0)
        return !isHere && isInstalled ? systemFile : "isoloir.yaml"
    }

    /// Reads the file; a missing file is fine unless it was asked for by name. Goes on as the store's account first: what the
    /// settings name is read, and folders for messages are made, as the service would.
    /// - Parameter store: the store that was named on the command line, which comes before the file's.
    /// - Throws: refused with every fault of the file, each on a line of its own.
    package static func read(_ path: String?, store: String? = nil) throws(Refusal) -> Settings {
        let (settings, faults) = try readAll(path, store: store)
        guard faults.isEmpty else { throw Refusal(faults.joined(separator: "\n")) }
        return settings
    }

    /// The same with everything that could be read, and what is wrong, each with its line.
    /// - Throws: where the file cannot be read, or is no YAML.
    package static func readAll(_ path: String?, store: String? = nil) throws(Refusal) -> (
        settings: Settings, faults: [String]
    ) {
        let file = path ?? standardFile
        guard let data = FileManager.default.contents(atPath: file) else {
            guard path == nil, unsafe access(file, F_OK) != 0 else {
                throw Refusal("The settings \(file) cannot be read.")
            }
            try ServiceAccount.take(store: store ?? standardStore)
            return (Settings(), [])
        }
        let reader = DocumentReader(file: file)
        let root: Node
        do throws(Fault) { root = try YAML.parse(String(decoding: data, as: UTF8.self), file: file) } catch {
            throw Refusal(error.description)
        }
        try ServiceAccount.take(store: store ?? named(root) ?? standardStore)
        var settings = reader.section(root, "the settings", read)
        settings.hash = hex(sha256([UInt8](data)))
        return (settings, reader.faults.map(\.description))
    }

    /// What a file that is no YAML says of store and keys all the same, line by line.
    package static func guess(_ path: String?) -> Settings {
        var settings = Settings()
        let text = String(decoding: FileManager.default.contents(atPath: path ?? standardFile) ?? Data(), as: UTF8.self)
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = parts[1].trimmingCharacters(in: .whitespaces.union(CharacterSet(charactersIn: "\"'")))
            switch parts[0] {
            case "store": settings.store = value
            case "keys": settings.keys = value
            case "boxKeys": settings.boxKeys = value
            default: continue
            }
        }
        return settings
    }

    /// Where the store lies when nothing says otherwise.
    package static let standardStore = "isoloir.sqlite"

    /// The store that a document names, before anything else of it is read.
    private static func named(_ root: Node) -> String? {
        guard case .mapping(let entries) = root.content,
            let value = entries.first(where: { $0.0 == "store" })?.2, case .scalar(let text, _) = value.content
        else { return nil }
        return text
    }

    private static func read(_ section: Section) -> Settings {
        var settings = Settings()
        settings.store = section.optionalText("store")
        settings.keys = section.optionalText("keys")
        settings.boxKeys = section.optionalText("boxKeys")
        settings.templates = section.optionalText("templates")
        settings.ballots = section.optionalText("ballots")
        settings.mail =
            section.optionalSection("mail") { section in
                settings.bounces = section.optionalSection("bounces") { BounceSettings($0) } ?? nil
                settings.dkim = section.optionalText("dkim")
                return mail(section)
            } ?? nil
        settings.server = section.optionalSection("server") { ServerSettings($0) } ?? ServerSettings()
        section.optionalSection("letters") { letters in
            settings.letters.envelope = letters.choice("envelope", standard: PrinterProfile.Envelope.dl)
            settings.letters.window = letters.choice("window", standard: PrinterProfile.Side.right)
            settings.letters.noticesApart = letters.flag("noticesApart", standard: false)
            settings.enclosures = letters.texts("enclosures").map(\.text)
        }
        section.optionalSection("sms") { sms in
            settings.sms = provider(sms)
            let prefixes = sms.texts("prefixes").map(\.text)
            if !prefixes.isEmpty { settings.smsPolicy.prefixes = prefixes }
            sms.optionalSection("budgets") { budgets in
                for (name, priority) in [("codes", Priority.code), ("recovery", .recovery), ("batches", .batch)] {
                    let standard = settings.smsPolicy.budgets[priority] ?? 0
                    settings.smsPolicy.budgets[priority] = budgets.number(name, in: 0...100_000_000, standard: standard)
                }
            }
        }
        return settings
    }

    private static func mail(_ section: Section) -> MailTransport? {
        if let folder = section.optionalText("folder") { return mailbox(section, folder).map { .folder($0) } }
        let encryption = section.choice("encryption", standard: MailRelay.Encryption.starttls)
        let standardPort = encryption == .smtps ? 465 : encryption == .none ? 25 : 587
        var relay = MailRelay(
            host: section.text("host"), port: section.number("port", in: 1...65_535, standard: standardPort),
            encryption: encryption, name: section.optionalText("name") ?? ProcessInfo.processInfo.hostName)
        relay.user = section.optionalText("user")
        relay.password = secret(section, "passwordFile")
        relay.certificates = section.optionalText("certificates")
        relay.connections = section.number("connections", in: 1...100, standard: 10)
        section.optionalSection("timeouts") { times in
            let standard = MailRelay.Timeouts()
            relay.timeouts.connect = times.number("connect", in: 1...3600, standard: standard.connect)
            relay.timeouts.greeting = times.number("greeting", in: 1...3600, standard: standard.greeting)
            relay.timeouts.command = times.number("command", in: 1...3600, standard: standard.command)
            relay.timeouts.data = times.number("data", in: 1...3600, standard: standard.data)
            relay.timeouts.finalReply = times.number("finalReply", in: 1...3600, standard: standard.finalReply)
        }
        if relay.user != nil, relay.password == nil { section.fault("user", "a \"user\" needs a \"passwordFile\"") }
        return .relay(relay)
    }

    private static func mailbox(_ section: Section, _ folder: String) -> Mailbox? {
        let box = Mailbox(path: folder)
        if box == nil { section.fault("folder", "the folder \"\(folder)\" cannot be made") }
        return box
    }

    private enum ProviderName: String, CaseIterable { case kannel, rest }

    private static func provider(_ section: Section) -> (any SMSProvider)? {
        if let folder = section.optionalText("folder") { return mailbox(section, folder).map { MailboxSMS($0) } }
        for key in ["provider", "user", "receipts", "passwordFile"] { _ = section.node(key) }
        let url = section.text("url")
        let parts = URLComponents(string: url)
        let isLocal = parts?.scheme == "http" && ["127.0.0.1", "localhost", "[::1]", "::1"].contains(parts?.host ?? "")
        if parts?.scheme != "https" && !isLocal || parts?.user != nil || (parts?.host ?? "").isEmpty {
            section.fault("url", "\"url\" must be https, or http to this machine: codes and passwords travel there")
        }
        let sender = section.text("sender")
        guard let password = secret(section, "passwordFile") else {
            if section.node("passwordFile") == nil { _ = section.required("passwordFile") }
            return nil
        }
        switch section.choice("provider", standard: ProviderName.kannel) {
        case .kannel:
            return KannelProvider(
                url: url, user: section.text("user"), password: password, sender: sender,
                receipts: section.optionalText("receipts"))
        case .rest:
            return RESTProvider(
                url: url, token: password, sender: sender, receipts: section.optionalText("receipts"))
        }
    }

    /// The content of a file that only we may read.
    private static func secret(_ section: Section, _ key: String) -> Secret? {
        guard let path = section.optionalText(key) else { return nil }
        var status = stat()
        guard unsafe stat(path, &status) == 0, let data = FileManager.default.contents(atPath: path) else {
            section.fault(key, "the file \"\(path)\" cannot be read")
            return nil
        }
        guard status.st_mode & 0o077 == 0 else {
            section.fault(key, "the file \"\(path)\" can be read by other accounts: run chmod 600 on it")
            return nil
        }
        return Secret([UInt8](data).filter { $0 != 10 && $0 != 13 })
    }
}
