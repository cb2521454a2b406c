import Crypto
import Elections
package import Journal
package import Store

/// What is wrong with the box key of a poll that needs it.
package enum BoxKeyFault: String, Sendable {
    /// None can be read where it should lie.
    case missing
    /// There is one, and it does not open this poll's credentials.
    case foreign
}

/// A poll that takes votes needs its box key: without it voters sign in and get no ballot.
package struct BoxKeyKeeper: Sendable {
    let election: StoredElection
    let store: Store
    let journal: AuditJournal
    let randomness: Randomness
    let memory: BoxKeyMemory
    /// Erases the copies of the box key on this server.
    let erase: @Sendable () -> [BoxKeyErasure]
    /// Where copies lie that `erase` would erase now.
    let places: @Sendable () -> [String]

    /// States in which voters vote, or may again.
    private static let needing: Set<PollState> = [.open, .suspended, .closing, .ended]

    /// What is wrong with the box key; nil where it opens credentials, and where the poll needs none.
    /// To be called every second or so: once the key in memory was proven, the store is asked for the poll's state
    /// alone.
    package func fault() throws(StoreError) -> BoxKeyFault? {
        try store.read { (reading: borrowing Reading) throws(StoreError) -> BoxKeyFault? in
            guard let poll = try Poll.find(reading, election: election.number), poll.stoppedAt == nil,
                BoxKeyKeeper.needing.contains(poll.state)
            else { return nil }
            guard let boxKey = memory.key else { return .missing }
            // Looked at each second: once is enough for the key in memory.
            if memory.isProven { return nil }
            if try opens(reading, boxKey) {
                memory.prove()
                return nil
            }
            // The right one is taken when it comes.
            memory.forgetForeign()
            return .foreign
        }
    }

    /// Whether a key opens the credential of somebody who has not voted, in each ballot where there is one.
    private func opens(_ reading: borrowing Reading, _ boxKey: BoxKey) throws(StoreError) -> Bool {
        for ballot in try PollBallot.all(reading, election: election.number) {
            let found = try reading.first(
                "SELECT voter, entry FROM polling_elector WHERE ballot = ? AND entry < x'0000000000000001' LIMIT 1",
                ballot.id
            ) { (row: borrowing Row) throws(StoreError) -> (Int, [UInt8]) in (try row[0], try row[1]) }
            guard let (voter, entry) = found else { continue }
            let sealed = try ElectorEntry(entry).sealed
            guard boxKey.open(sealed, ballot: ballot.id, voter: voter, randomness: randomness) != nil else {
                return false
            }
        }
        return true
    }

    /// Whether a poll needs its box key now, by its state; no key is wanted to say so.
    /// - Returns: why not; nil where it needs one.
    package static func refusal(_ reading: borrowing Reading, election: Int) throws(StoreError) -> BoxKeyRefusal? {
        guard let poll = try Poll.find(reading, election: election), poll.stoppedAt == nil, needing.contains(poll.state)
        else { return .notNeeded }
        return nil
    }

    /// Whether a key may be put where the site finds it: the poll needs one, and this one is it.
    /// Nothing is written.
    /// - Returns: why not; nil where it does.
    package func refusal(of boxKey: BoxKey) throws(StoreError) -> BoxKeyRefusal? {
        try store.read { (reading: borrowing Reading) throws(StoreError) -> BoxKeyRefusal? in
            if let refusal = try BoxKeyKeeper.refusal(reading, election: election.number) { return refusal }
            return try opens(reading, boxKey) ? nil : .foreign
        }
    }

    /// Notes that the box key was put there again.
    /// - Parameter principal: who put it there.
    /// - Parameter file: where it was taken from, as an absolute path.
    package func noteGiven(from file: String, by principal: Principal) throws(StoreError) {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try note(boxKeyFile: file, transaction, by: principal)
            try journal.record(transaction, election: election.election.id, by: principal, .pollBoxKeyGiven, [:])
        }
    }

    /// Notes that the bureau's box key lies in a file of this machine: it stands in the list until its destruction is reported.
    /// - Parameter file: an absolute path.
    package func note(
        boxKeyFile file: String, _ transaction: borrowing Transaction, by principal: Principal
    ) throws(StoreError) {
        try Custody.note(boxKeyFile: file, transaction, journal, of: election, by: principal)
    }

    /// Erases the box key once the poll is closed: from here on nothing needs it, and with it a copy of the store from before
    /// the close tells who cast which ballot.
    /// - Returns: what became of each copy on this server; empty before the close.
    /// - Throws: `.moved` where the store's file is not the one that was opened; nothing is erased then.
    @discardableResult
    package func destroy(by principal: Principal) throws(StoreError) -> [BoxKeyErasure] {
        let poll = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: election.number)
        }
        guard let state = poll?.state, state.isFinal else { return [] }
        // A store that was moved away tells nothing of the poll whose key lies at the place now.
        try store.checkFile()
        memory.end()
        guard state != .destroyed else { return erase() }
        // First: where the program ends between the erasure and its entry, the record must not say that no key lay there.
        try note(places().map { .begun(path: $0) }, by: principal)
        let erasures = erase()
        try note(erasures, by: principal)
        return erasures
    }

    /// Notes in the journal what is new of the server's copies of the box key.
    private func note(_ erasures: [BoxKeyErasure], by principal: Principal) throws(StoreError) {
        guard !erasures.isEmpty else { return }
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            let known = try Custody(transaction.reading, election: election.election.id).keyCopies
            for erasure in erasures {
                let before = known.first { $0.erasure.path == erasure.path }?.erasure
                // That nothing lies there any more says nothing new.
                if case .absent = erasure, before != nil { continue }
                // That it is there is noted already.
                if case .begun = erasure, case .kept = before { continue }
                guard before != erasure else { continue }
                try journal.record(
                    transaction, election: election.election.id, by: principal, .pollBoxKey,
                    BoxKeyKeeper.details(erasure))
            }
        }
    }

    private static func details(_ erasure: BoxKeyErasure) -> [String: String] {
        switch erasure {
        case .begun(let path): ["path": path, "outcome": "begun"]
        case .erased(let path): ["path": path, "outcome": "erased"]
        case .absent(let path): ["path": path, "outcome": "absent"]
        case .kept(let path, let reason): ["path": path, "outcome": "kept", "reason": reason]
        }
    }

    /// Another program closed the poll, or this one died before the key was gone.
    func forget(by principal: Principal) throws(StoreError) {
        if memory.isGone { return }
        try destroy(by: principal)
    }
}
