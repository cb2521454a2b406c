package import CommandLineKit
import Crypto
package import Delivery
import Elections
import Store

extension Services {
    /// The keys of the store's elections by number.
    func keyring() throws(Refusal) -> @Sendable (Int) throws(KeyError) -> ElectionKey? {
        let elections = elections
        let names: [Int: String] = try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                var names: [Int: String] = [:]
                for name in try elections.names(reading) { names[try elections.number(reading, name) ?? 0] = name }
                return names
            }
        }
        let keys = keys
        return { number throws(KeyError) in
            guard let name = names[number] else { return nil }
            return try keys.key(of: name)
        }
    }

    /// Takes in gateways' receipts and relays' bounces.
    package func receiptService() throws(Refusal) -> ReceiptService {
        ReceiptService(store: store, outbox: outbox, keyOf: try keyring())
    }

    /// The listener for bounces, where the settings name one.
    package func bounceListener(
        _ receipts: ReceiptService, log: @escaping @Sendable (String) -> Void
    ) throws(Refusal) -> BounceListener? {
        guard let bounces = settings.bounces else { return nil }
        return try refusing {
            try BounceListener(path: bounces.socket, address: bounces.address, receipts: receipts, trouble: log)
        }
    }
}
