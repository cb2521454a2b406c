import Contacts
import Crypto
package import Store

/// Opens sealed contacts. One for each thread.
package final class ContactOpener {
    /// The election's number, to which values are bound.
    private let election: Int
    private let sealer: Sealer
    /// Room for what a value is bound to, used again.
    private var place: [UInt8] = []

    /// - Parameters:
    ///   - election: the election's number in the store.
    ///   - keys: of this election.
    package init(election: Int, keys: RollKeys) {
        self.election = election
        sealer = keys.sealer()
    }

    /// The contacts of `voter`; throws when a value was changed or moved.
    /// - Parameter wantsAddress: false leaves the postal address closed, where only mail and phone are asked for.
    package func open(
        _ sealed: SealedContacts, voter: Int, wantsAddress: Bool = true
    ) throws(StoreError) -> VoterContacts {
        let mail = try open(sealed.mail, .mail, voter).map { EmailAddress(stored: $0) }
        let phone = try open(sealed.phone, .phone, voter).map { PhoneNumber(stored: $0, isMobile: sealed.isMobile) }
        let address = try open(wantsAddress ? sealed.address : nil, .address, voter).map { PostalAddress(stored: $0) }
        return VoterContacts(mail: mail, phone: phone, address: address)
    }

    /// Opens a sealed address; nil where there is none.
    /// - Throws: `.damaged` for one that does not open.
    func address(_ sealed: [UInt8]?, voter: Int) throws(StoreError) -> PostalAddress? {
        try open(sealed, .address, voter).map { PostalAddress(stored: $0) }
    }

    /// Opens one value; nil where there is none.
    private func open(_ sealed: [UInt8]?, _ column: SealedColumn, _ voter: Int) throws(StoreError) -> [UInt8]? {
        guard let sealed else { return nil }
        column.place(election: election, voter: voter, into: &place)
        guard let plain = sealer.open(sealed, associated: place) else {
            throw StoreError(
                .damaged, "The \(column) of voter number \(voter) does not open with this election's key.",
                cure: "Check that --keys names the right key folder; if it does, run `store check`.")
        }
        return plain
    }
}
