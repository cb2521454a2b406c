package import CommandLineKit
import Crypto
package import Delivery
import Elections
import Store
import Synchronization

/// Builds what sends messages and takes in what becomes of them.
package struct DeliveryBuilder {
    private let services: Services

    /// - Parameter services: the store's, with its settings.
    package init(_ services: Services) { self.services = services }

    /// The keys of the store's elections by number.
    private func keyring() throws(Refusal) -> @Sendable (Int) throws(KeyError) -> ElectionKey? {
        let names = ElectionNames(services)
        try refusing { try names.read() }
        let keys = services.keys
        return { number throws(KeyError) in
            guard let name = names.name(of: number) else { return nil }
            return try keys.key(of: name)
        }
    }

    /// Takes in gateways' receipts and relays' bounces.
    /// - Throws: what the store said of its elections.
    package func receiptService() throws(Refusal) -> ReceiptService {
        ReceiptService(store: services.store, outbox: services.outbox, keyOf: try keyring())
    }

    /// The listener for bounces, where the settings name one.
    /// - Throws: refused where nothing can listen on the socket's path.
    package func bounceListener(
        _ receipts: ReceiptService, log: @escaping @Sendable (String) -> Void
    ) throws(Refusal) -> BounceListener? {
        guard let bounces = services.settings.bounces else { return nil }
        return try refusing {
            try BounceListener(path: bounces.socket, address: bounces.address, receipts: receipts, trouble: log)
        }
    }

    /// The courier by the services.settings.
    /// - Throws: refused where the settings name neither a relay nor a gateway, and while another program hands messages over.
    package func courier() throws(Refusal) -> Courier {
        guard services.settings.mail != nil || services.settings.sms != nil else {
            throw Refusal(
                "The settings name neither a mail relay nor an SMS gateway: add \"mail\" or \"sms\" to isoloir.yaml.")
        }
        return try courier(mail: services.settings.mail, sms: services.settings.sms)
    }

    /// A courier for channels of the caller's own.
    /// - Throws: refused while another program hands messages over, and with what the store said of its elections.
    package func courier(mail: MailTransport?, sms: (any SMSProvider)?) throws(Refusal) -> Courier {
        let keyOf = try keyring()
        return try refusing {
            try Courier(
                store: services.store, outbox: services.outbox, mail: mail, sms: sms,
                policy: services.settings.smsPolicy,
                bounces: services.settings.bounces?.address, keyOf: keyOf)
        }
    }
}

/// The store's elections by number, with those that come while the program runs.
private final class ElectionNames: Sendable {
    private let services: Services
    private let names = Mutex<[Int: String]>([:])

    init(_ services: Services) { self.services = services }

    /// - Throws: what the store said.
    func read() throws(StoreError) {
        let elections = services.elections
        let found = try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            var names: [Int: String] = [:]
            for name in try elections.names(reading) { names[try elections.number(reading, name) ?? 0] = name }
            return names
        }
        names.withLock { $0 = found }
    }

    /// The short name of an election; nil where there is none, or the store cannot be read: its messages wait then.
    func name(of number: Int) -> String? {
        if let known = names.withLock({ $0[number] }) { return known }
        try? read()
        return names.withLock { $0[number] }
    }
}
