import CommandLineKit
import Contacts
import Delivery
import Elections
import Foundation
import Server

/// Whom the doctor asks about the sender's domain.
typealias SenderServer = SenderDomain.Server

/// What lies on other machines: each is asked once, and waited for a bounded time.
extension Doctor {
    /// Seconds for a relay, gateway or site to answer: longer than a busy one needs, shorter than a person's patience.
    private static let patience = 15

    /// Relay, gateway, the sender's domain and the sites' certificates; nothing of it with `--offline`.
    /// - Parameter elections: those of the store: what they send decides what must be there.
    func lookAround(_ settings: Settings, elections: [Election]) {
        guard !invocation.has("--offline") else {
            return note("channels", "mail, SMS, sender and certificate were left out: --offline")
        }
        lookAtMail(settings, elections)
        lookAtSMS(settings, elections)
        for domain in domains(settings, elections) { lookAtSender(domain, settings) }
        lookAtCertificate(settings, elections)
    }

    /// Whether the relay lets us in; a fault where an election sends mail and no relay is named.
    private func lookAtMail(_ settings: Settings, _ elections: [Election]) {
        switch settings.mail {
        case nil where elections.contains { $0.channels.contains(.email) }:
            fault("mail", "the settings name no relay, and an election sends mail: add \"mail\" to isoloir.yaml")
        case nil: note("mail", "the settings name no relay: add \"mail\" to isoloir.yaml")
        case .folder: note("mail", "mails go into a folder, and reach nobody: name a relay before the election")
        case .relay(let relay):
            let words = "\(relay.host), port \(relay.port)\(relay.user.map { ", as \($0)" } ?? "")"
            if let reason = relay.probe(seconds: Doctor.patience) {
                fault("mail", "\(words): \(reason). Correct host, port, encryption, user or passwordFile of \"mail\"")
            } else {
                good("mail", "\(words): the relay lets us in")
            }
        }
    }

    /// Whether the gateway takes our account; no SMS is sent for it.
    private func lookAtSMS(_ settings: Settings, _ elections: [Election]) {
        guard let provider = settings.sms else {
            return elections.contains { $0.channels.contains(.sms) }
                ? fault("sms", "the settings name no gateway, and an election sends SMS: add \"sms\" to isoloir.yaml")
                : note("sms", "the settings name no gateway")
        }
        if provider is MailboxSMS {
            return note("sms", "SMS go into a folder, and reach nobody: name a gateway before the election")
        }
        switch provider.probe() {
        case .good: good("sms", "the gateway takes our account")
        case .fault(let reason): fault("sms", "\(reason). Correct url, user or passwordFile of \"sms\"")
        case .unclear(let reason):
            note("sms", "\(reason): whether it takes our account cannot be told without an SMS; send one to yourself")
        }
    }

    /// The domains that mails name as their senders'.
    /// Each once, in small letters; none where mails go into a folder.
    private func domains(_ settings: Settings, _ elections: [Election]) -> [String] {
        guard case .relay = settings.mail else { return [] }
        let senders = elections.filter { $0.channels.contains(.email) }.map(\.senderAddress)
        return Set(senders.compactMap { $0.split(separator: "@").last.map { $0.lowercased() } }).sorted()
    }

    /// SPF of the envelope's domain, DMARC and DKIM of the sender's, in this order, until no name server answers.
    private func lookAtSender(_ domain: String, _ settings: Settings) {
        let sender = SenderDomain(domain, server: server)
        // The envelope's domain, where bounces have one of their own.
        let envelope = settings.bounces?.address.domain ?? domain
        guard say("spf", SenderDomain(envelope, server: server).spf(), envelope) else { return }
        guard say("dmarc", sender.dmarc(), domain) else { return }
        guard let selector = settings.dkim else {
            return note(
                "dkim", "\(domain): name the relay's selector as mail.dkim in the settings, and its key is looked up")
        }
        _ = say("dkim", sender.dkim(selector: selector), domain)
    }

    /// - Returns: false where nobody answers, and asking on would only take time.
    /// Notes what name servers say of one record.
    private func say(_ area: String, _ verdict: SenderDomain.Verdict, _ domain: String) -> Bool {
        switch verdict {
        case .good(let text): good(area, text)
        case .fault(let text): fault(area, text)
        case .silent:
            note(area, "\(domain): no name server answers here; ask from a machine that has one, or with --dns ADDRESS")
            return false
        }
        return true
    }

    /// The certificate of each address, once: from the settings' files where the program has one, else as the site shows it.
    private func lookAtCertificate(_ settings: Settings, _ elections: [Election]) {
        var addresses: [String] = []
        for address in elections.map(\.address) + [settings.server.console?.url].compactMap(\.self)
        where !addresses.contains(address) { addresses.append(address) }
        for address in addresses {
            guard let origin = Origin(address) else { continue }
            guard origin.scheme == .https else {
                note("certificate", "\(address) is no https address: good for a rehearsal on one machine alone")
                continue
            }
            let host = origin.host
            let verdict: SiteCertificate.Verdict
            if let chain = settings.server.certificate, let key = settings.server.key {
                guard tried("certificate", { () throws(Refusal) in try settings.server.options() }) != nil else {
                    continue
                }
                verdict = SiteCertificate.files(chain: chain, key: key, host: host)
            } else {
                verdict = SiteCertificate.shown(host: host, port: origin.port, seconds: Doctor.patience)
            }
            switch verdict {
            case .good(let days): good("certificate", "\(host): good for \(days) days")
            case .fault(let text): fault("certificate", text)
            }
        }
    }
}
