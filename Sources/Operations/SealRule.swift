import Polling
package import Store

/// What a seal keeps from changing.
package enum SealRule {
    /// The fingerprint of the seal over an election; nil where nothing is sealed.
    /// - Parameter election: by its number.
    /// - Throws: `busy` while another program seals: what it left behind when it was interrupted is no seal.
    package static func fingerprint(_ store: Store, election: Int) throws(StoreError) -> String? {
        let poll = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: election)
        }
        guard let poll else { return nil }
        guard poll.state == .sealing else { return poll.fingerprint }
        _ = try ProcessLock(store: store.path, name: "seal")
        return nil
    }
}
