import Crypto
import Delivery
import Documents
import Foundation
import Glibc

/// The server's settings, `isoloir.yaml`.
struct Settings {
    var store: String?
    var keys: String?
    /// The folder of the box key, where it is not the keys' folder.
    var boxKeys: String?
    var templates: String?
    var mail: MailTransport?
    var sms: (any SMSProvider)?
    var smsPolicy = SMSPolicy()
    var bounces: BounceSettings?
    var server = ServerSettings()
    /// SHA-256 of the file, in hexadecimal; nil where there is none.
    var hash: String?

    /// Reads the file; a missing file is fine unless it was asked for by name.
    static func read(_ path: String?) throws(Refusal) -> Settings {
        let file = path ?? "isoloir.yaml"
        guard let data = FileManager.default.contents(atPath: file) else {
            guard path == nil, unsafe access(file, F_OK) != 0 else {
                throw Refusal("The settings \(file) cannot be read.")
            }
            return Settings()
        }
        let reader = DocumentReader(file: file)
        let root: Node
        do throws(Fault) { root = try YAML.parse(String(decoding: data, as: UTF8.self), file: file) } catch {
            throw Refusal(error.description)
        }
        var settings = reader.section(root, "the settings", read)
        settings.hash = hex(sha256([UInt8](data)))
        guard reader.faults.isEmpty else { throw Refusal(reader.faults.map(\.description).joined(separator: "\n")) }
        return settings
    }

    private static func read(_ section: Section) -> Settings {
        var settings = Settings()
        settings.store = section.optionalText("store")
        settings.keys = section.optionalText("keys")
        settings.boxKeys = section.optionalText("boxKeys")
        settings.templates = section.optionalText("templates")
        settings.mail =
            section.optionalSection("mail") { section in
                settings.bounces = section.optionalSection("bounces") { BounceSettings($0) } ?? nil
                return mail(section)
            } ?? nil
        settings.server = section.optionalSection("server") { ServerSettings($0) } ?? ServerSettings()
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
        case .rest: return RESTProvider(url: url, token: password, sender: sender)
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
