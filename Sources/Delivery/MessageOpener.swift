import Crypto
import Store
import Templating

/// Opens leased messages with their election's key. One for each thread.
final class MessageOpener {
    /// What came of a message.
    enum Outcome {
        case opened(LoadedFrame, PersonalModel)
        /// The key is there and does not open it.
        case unreadable
        /// The election's key is not at hand: all its messages wait.
        case noKey
    }

    private let store: Store
    private let outbox: Outbox
    private let keyOf: @Sendable (Int) throws(KeyError) -> ElectionKey?
    private var frames: [Int: LoadedFrame] = [:]
    private var sealers: [Int: Sealer] = [:]
    private var receipts: [Int: ReceiptKey] = [:]
    /// Elections whose key is not at hand, and why.
    private(set) var blocked: [Int: String] = [:]

    init(store: Store, outbox: Outbox, keyOf: @escaping @Sendable (Int) throws(KeyError) -> ElectionKey?) {
        (self.store, self.outbox, self.keyOf) = (store, outbox, keyOf)
    }

    /// Opens one message.
    /// - Throws: an error of the store; `.damaged` where the frame cannot be read or its templates do not fit the
    ///   kind.
    func open(_ message: LeasedMessage) throws(StoreError) -> Outcome {
        guard let sealer = sealer(message.election) else { return .noKey }
        let frame = try frame(message)
        guard let plain = sealer.open(message.sealed, associated: PersonalModel.place(message.id)),
            let model = PersonalModel(plain, names: frame.kind.personalNames)
        else { return .unreadable }
        return .opened(frame, model.with(console: outbox.console ?? frame.frame.shared["address"]))
    }

    /// What shows that a receipt or a bounce answers a message of ours: a keyed hash of its token.
    func tag(_ election: Int, _ token: String) -> String { receipts[election]?.tag(token) ?? "" }

    /// The election's key for messages, remembered; nil and a reason in `blocked` when it is not at hand or damaged.
    private func sealer(_ election: Int) -> Sealer? {
        if let known = sealers[election] { return known }
        do throws(KeyError) {
            guard let key = try keyOf(election) else {
                blocked[election] =
                    "The key of election number \(election) is not in the key folder: its messages wait. "
                    + "Give the right folder with --keys, or restore the key from escrow."
                return nil
            }
            let sealer = Sealer(key: key.subkey(.outbox), randomness: outbox.randomness)
            sealers[election] = sealer
            receipts[election] = ReceiptKey(key)
            return sealer
        } catch {
            blocked[election] = "\(error) The messages of election number \(election) wait."
            return nil
        }
    }

    /// The message's frame with its templates, remembered.
    private func frame(_ message: LeasedMessage) throws(StoreError) -> LoadedFrame {
        if let known = frames[message.frame] { return known }
        let stored = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try outbox.frame(reading, message.frame)
        }
        do throws(TemplateError) {
            let loaded = try LoadedFrame(stored, route: message.route)
            frames[message.frame] = loaded
            return loaded
        } catch {
            throw StoreError(.damaged, "\(error)", cure: "Run `store check`.")
        }
    }
}
