package import Journal
package import Polling
package import Staff
package import Store
package import Tally

/// Closes a poll by a person's order: store, journal, box and lists are looked at first, the heads of the last rounds go to the
/// bureau, and the ballots are added up. Console and command line come here.
package struct PollClose: Sendable {
    private let store: Store
    private let station: PollingStation
    private let tallyService: TallyService
    private let register: StaffRegister

    /// - Parameter register: whose members of the bureau get the last heads.
    package init(store: Store, station: PollingStation, tallyService: TallyService, register: StaffRegister) {
        (self.store, self.station, self.tallyService, self.register) = (store, station, tallyService, register)
    }

    /// Closes; returns why not, nil when it was done.
    /// - Parameters:
    ///   - atOnce: without the grace for voters under way.
    ///   - word: which member ordered it, and why.
    ///   - complain: is told what could not be said to the bureau.
    package func close(
        atOnce: Bool, by principal: Principal, word: PollDecision?, complain: @escaping (String) -> Void
    ) throws(StoreError) -> PollOrderRefusal? {
        if let damage = try damage() { return damage }
        let findings = try station.integrity.audit()
        guard findings.isEmpty else {
            return .changed(findings)
        }
        let announce = RoundMail(register).announcement(complain: complain)
        if let refusal = try station.closer.close(atOnce: atOnce, by: principal, word: word, announce: announce) {
            return .station(refusal)
        }
        _ = try tallyService.tally(by: principal)
        return nil
    }

    /// Why nothing may be closed: pages of the store or a link of the journal are damaged; nil when both are whole.
    private func damage() throws(StoreError) -> PollOrderRefusal? {
        var faults = try store.faults()
        let verdict = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try AuditJournal.verify(reading)
        }
        if case .broken(let number, let reason) = verdict { faults.append("journal entry \(number): \(reason)") }
        return faults.isEmpty ? nil : .damaged(store.path, faults)
    }
}
