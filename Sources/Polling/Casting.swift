package import BallotCore
import BallotEngine
import Crypto
package import Elections
package import Store
import VoterRoll

/// A ballot as a voter finds it.
package struct VoterBallot: Sendable {
    /// With its title and questions, from the election's definition.
    package let ballot: Election.Ballot
    /// The beginning of the minute in which the voter signed; nil before the vote.
    package let signedAt: Int?
}

/// What the browser needs to seal a ballot.
package struct VotingMaterial: Sendable {
    /// With titles and answers in every language, for the page.
    package let ballot: Election.Ballot
    /// The election document of the ballot protocol.
    package let document: [UInt8]
    /// The voter's secret credential: 19 characters.
    package let credential: [UInt8]
}

/// What casting came to.
package enum Casting: Sendable {
    /// The ballot counts; the same answer for the same bytes, however often they come.
    case cast(Receipt)
    /// Another ballot was cast with this credential, and counts.
    case otherCounts(tracker: String)
    /// This voter has voted on this ballot.
    case voted(at: Int)
    case refused(BallotFault)
    /// The credential is another voter's, or none of this election.
    case notYours
    case notEligible
    case shut
    /// Too many of this voter's ballots were refused: none is looked at for so many seconds.
    case paused(seconds: Int)
    /// Other ballots of this voter are being checked at this moment.
    case underWay
}

/// ```
/// browser                                         server
///   GET /ballots/B  (session)  ------------------>  opens the voter's sealed credential (box key)
///                 <-----  election document, credential, digests of worker, wasm and sealed.json
///   choose, review
///   GET /assets/sealed.json  -------------------->  from the seal's manifest
///   document, titles and answers are the sealed ones, or nothing is sent
///   worker: encrypt, prove, sign, tracker (BallotCore); the tracker is shown
///   POST ballot  -------------------------------->  canonical text, this voter's credential, its signature,
///                                                   then every proof, which is the expensive part
///                                                   one transaction:
///                                                     poll open? credential of this voter? slot empty?
///                                                     slot := ballot; entry := time, credential erased; seals
///                 <-----  receipt: tracker, signed; stored nowhere
///   the same tracker, signed with the sealed key, or the voter is told to call
///   the same bytes again  ----------------------->  the same receipt, until the round that publishes them
/// ```
extension PollingStation {
    /// The ballots that a voter may vote on, in the election's order.
    /// - Parameter voter: row number on the roll.
    /// - Throws: `.damaged` for an entry that was cut short.
    package func ballots(_ reading: borrowing Reading, voter: Int) throws(StoreError) -> [VoterBallot] {
        var entries: [String: Int?] = [:]
        try reading.each(
            """
            SELECT polling_ballot.name, polling_elector.entry FROM polling_elector
            JOIN polling_ballot ON polling_ballot.id = polling_elector.ballot
            WHERE polling_elector.voter = ? AND polling_ballot.election = ?
            """, voter, election.number
        ) { (row: borrowing Row) throws(StoreError) in
            let name: String = try row[0]
            entries.updateValue(try ElectorEntry(try row[1]).signedAt, forKey: name)
        }
        return election.election.ballots.compactMap { ballot in
            entries[ballot.id].map { VoterBallot(ballot: ballot, signedAt: $0) }
        }
    }

    /// Whether a voter whose session was opened then may cast now.
    /// - Parameter sessionOpenedAt: seconds since 1970.
    package func isOpen(_ reading: borrowing Reading, sessionOpenedAt: Int) throws(StoreError) -> Bool {
        guard let (state, closesAt) = try Poll.hours(reading, election: election.number) else { return false }
        return Poll.takes(
            state, closesAt: closesAt, sessionOpenedAt: sessionOpenedAt, now: clock.now, election: election.election)
    }

    private func isOpen(sessionOpenedAt openedAt: Int) throws(StoreError) -> Bool {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try isOpen(reading, sessionOpenedAt: openedAt)
        }
    }

    /// What a voter finds who opens a ballot's page.
    package enum Eligibility: Sendable {
        case material(VotingMaterial)
        case voted(at: Int)
        case notEligible
    }

    /// What a voter needs to vote on a ballot.
    /// - Parameters:
    ///   - voter: row number on the roll; the caller has checked the session.
    ///   - name: the ballot's name in the election.
    /// - Throws: `.failed` where the box key is not there or does not open the credential.
    package func enter(_ reading: borrowing Reading, voter: Int, ballot name: String) throws(StoreError) -> Eligibility
    {
        guard let ballot = election.election.ballots.first(where: { $0.id == name }),
            let stored = try PollBallot.find(reading, election: election.number, name: name),
            let (_, entry) = try elector(reading, stored, voter)
        else { return .notEligible }
        if let signedAt = entry.signedAt { return .voted(at: signedAt) }
        let credential = try credential(entry, stored, voter)
        return .material(VotingMaterial(ballot: ballot, document: stored.document, credential: credential.text))
    }

    /// A voter's line on the signature list of a ballot; nil where they are not on it.
    private func elector(
        _ reading: borrowing Reading, _ ballot: PollBallot, _ voter: Int
    ) throws(StoreError) -> (id: Int, ElectorEntry)? {
        try reading.first(
            "SELECT id, entry FROM polling_elector WHERE ballot = ? AND voter = ?", ballot.id, voter
        ) { (row: borrowing Row) throws(StoreError) in (try row[0], try ElectorEntry(try row[1])) }
    }

    /// The secret credential of one who has not voted; the entry must be unsigned.
    /// - Throws: `.failed` where the box key is not there, or does not open it.
    private func credential(
        _ entry: ElectorEntry, _ ballot: PollBallot, _ voter: Int
    ) throws(StoreError) -> BoxKey.Credential {
        guard
            let opened = boxKey?.open(entry.sealed, ballot: ballot.id, voter: voter, randomness: randomness)
        else {
            throw StoreError(
                .failed, "A credential of \(ballot.name) cannot be opened.",
                cure: "Give the box key of this poll, or restore the latest backup.")
        }
        return opened
    }

    /// A ballot that passed every check, ready for the transaction.
    package struct Checked: Sendable {
        let text: [UInt8]
        let ballot: PollBallot
        /// What the slot is found by.
        let credential: [UInt8]
        /// The voter's own slot; nil when their credential was used.
        let slot: Int?
        /// SHA-256 of the text.
        let digest: [UInt8]
        /// The slot's content with this ballot in it.
        let content: [UInt8]

        /// - Parameter credential: the public credential's digits, whose signature on the text was checked.
        package init(text: [UInt8], ballot: PollBallot, credential: [UInt8], slot: Int?) {
            (self.text, self.ballot, self.slot) = (text, ballot, slot)
            self.credential = Array(sha256(credential).prefix(16))
            // All that takes time is done before the transaction, which everybody's votes share.
            digest = sha256(text)
            content = SlotContent.bytes(ballot: text, size: ballot.slotBytes)
        }
    }

    /// Takes a ballot. Checks are made before the transaction; ballot, signature and erased credential are one.
    /// - Parameters:
    ///   - openedAt: when the voter's session was opened.
    ///   - admission: leave to have a ballot checked, where it was asked for already.
    /// - Returns: a refusal is a case of it.
    /// - Throws: what the store throws, `.failed` without a box key, `.damaged` where seals or slots were changed by
    ///   hand; no vote was recorded then.
    package func cast(
        _ text: [UInt8], voter: Int, ballot name: String, sessionOpenedAt openedAt: Int,
        admission given: CastingPace.Admission? = nil
    ) throws(StoreError) -> Casting {
        let admission: CastingPace.Admission
        if let given {
            admission = given
        } else {
            switch pace.admit(voter) {
            case .admitted(let new): admission = new
            case .paused(let seconds): return .paused(seconds: seconds)
            case .underWay: return .underWay
            }
        }
        var end = CastingPace.End.free
        defer { admission.end(end) }
        let (casting, isRepeated) = try checkAndPut(text, voter: voter, ballot: name, sessionOpenedAt: openedAt)
        switch casting {
        case .refused, .notYours, .notEligible, .otherCounts, .voted: end = .refused
        case .cast: end = isRepeated ? .repeated : .free
        case .shut, .paused, .underWay: break
        }
        return casting
    }

    /// What is cheap is checked first: that the credential is this voter's own, and that it signed. The proofs, which take a
    /// hundred times as long, are looked at for those alone who may vote with them.
    /// - Returns: with whether the ballot counted before it came.
    private func checkAndPut(
        _ text: [UInt8], voter: Int, ballot name: String, sessionOpenedAt openedAt: Int
    ) throws(StoreError) -> (Casting, isRepeated: Bool) {
        let found = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (PollBallot, ElectorEntry, isOpen: Bool)? in
            guard let stored = try PollBallot.find(reading, election: election.number, name: name),
                let (_, entry) = try elector(reading, stored, voter)
            else { return nil }
            return (stored, entry, try isOpen(reading, sessionOpenedAt: openedAt))
        }
        guard let (ballot, before, isOpen) = found else { return (.notEligible, false) }
        guard text.count <= ballot.slotBytes - SlotContent.head else { return (.refused(.notCanonical(at: 0)), false) }
        // Who has voted is answered after the close too; nobody else is.
        let isUnsigned = before.signedAt == nil
        if isUnsigned, !isOpen { return (.shut, false) }
        let read: ReadBallot<Element>
        let checker = try checker(ballot)
        do throws(BallotFault) { read = try checker.read(text) } catch { return (.refused(error), false) }
        let own = try isUnsigned ? credential(before, ballot, voter) : nil
        let checked = Checked(text: text, ballot: ballot, credential: read.credential, slot: own?.slot)
        if let own {
            let slot = try slotNumber(ballot, checked.credential)
            // A credential of nobody is most likely one that was spoilt on its way: the signature tells, and nothing is
            // said of another person where there is none.
            if slot == nil {
                do throws(BallotFault) { try checker.checkSignature(read, text) } catch {
                    return (.refused(error), false)
                }
            }
            if slot != own.slot { return (.notYours, false) }
        }
        do throws(BallotFault) {
            try checker.checkSignature(read, text)
            // Without a credential of their own nobody's ballot is stored, whatever it proves.
            if own != nil { try checker.checkProofs(read) }
        } catch { return (.refused(error), false) }
        guard isUnsigned else {
            // Nothing is written any more: no repetition takes the writer's place from those who vote.
            let deposit = try store.read { (reading: borrowing Reading) throws(StoreError) in
                try answered(reading, checked, voter: voter)
            }
            return (answer(deposit ?? .answered(.notYours), checked), true)
        }
        return (try put(checked, voter: voter, sessionOpenedAt: openedAt), false)
    }

    /// The slot of a public credential; nil where it is none of this ballot's.
    private func slotNumber(_ ballot: PollBallot, _ credential: [UInt8]) throws(StoreError) -> Int? {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.first(
                "SELECT id FROM polling_slot WHERE ballot = ? AND credential = ?", ballot.id, credential
            ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
        }
    }

    /// What the transaction comes to; receipts and trackers are made after it.
    private enum CastOutcome {
        /// With the sums that this vote wrote; nil where the ballot was there already.
        case counts(BoxSums?)
        case other(text: [UInt8])
        case answered(Casting)
    }

    /// The vote's transaction.
    /// - Parameters:
    ///   - checked: proofs and signature must have been checked by the caller; here nothing of them is looked at again.
    ///   - openedAt: when the voter's session was opened; whether the poll takes votes is asked inside the transaction.
    package func put(
        _ checked: Checked, voter: Int, sessionOpenedAt openedAt: Int
    ) throws(StoreError) -> Casting {
        let ballot = checked.ballot
        let deposit = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> CastOutcome in
            if let answered = try answered(transaction.reading, checked, voter: voter) { return answered }
            // A credential that was used meanwhile leaves nothing to vote with.
            guard let slot = checked.slot, let (elector, entry) = try elector(transaction.reading, ballot, voter)
            else { return .answered(.notYours) }
            guard try isOpen(transaction.reading, sessionOpenedAt: openedAt) else { return .answered(.shut) }
            return .counts(try write(transaction, checked, slot: slot, elector: (elector, voter), entry))
        }
        return answer(deposit, checked)
    }

    /// What a ballot comes to that is not to be written: the same bytes again, or another ballot of a credential that was used,
    /// also after the close; nil where it is to be written.
    private func answered(
        _ reading: borrowing Reading, _ checked: Checked, voter: Int
    ) throws(StoreError) -> CastOutcome? {
        let ballot = checked.ballot
        guard let slot = try slot(reading, ballot, checked.credential), checked.slot.map({ $0 == slot.id }) ?? true,
            let (_, entry) = try elector(reading, ballot, voter)
        else { return .answered(.notYours) }
        guard let present = slot.content.ballot else { return entry.signedAt.map { .answered(.voted(at: $0)) } }
        guard let signedAt = entry.signedAt else { return .answered(.notYours) }
        // Once it is public, anybody could send the text: no receipt is given for it any more.
        guard try !isPublished(reading, ballot, tracker: tracker(present)) else {
            return .answered(.voted(at: signedAt))
        }
        return present == checked.text ? .counts(nil) : .other(text: present)
    }

    private func answer(_ deposit: CastOutcome, _ checked: Checked) -> Casting {
        switch deposit {
        case .counts(let sums):
            // Known once they are committed, and not before.
            if let sums { note(sums, of: checked.ballot) }
            return .cast(receipt(checked.ballot.name, digest: checked.digest))
        case .other(let text): return .otherCounts(tracker: tracker(text))
        case .answered(let casting): return casting
        }
    }

    /// - Parameter credential: what the slot keeps of it, 16 bytes.
    private func slot(
        _ reading: borrowing Reading, _ ballot: PollBallot, _ credential: [UInt8]
    ) throws(StoreError) -> (id: Int, content: SlotContent)? {
        try reading.first(
            "SELECT id, content FROM polling_slot WHERE ballot = ? AND credential = ?", ballot.id, credential
        ) { (row: borrowing Row) throws(StoreError) in (try row[0], try SlotContent(try row[1])) }
    }

    /// The vote's writes: ballot, signature with the credential erased, and both seals.
    /// - Throws: `.damaged` where the seals do not open or are earlier ones: a vote would mend what was changed by hand.
    private func write(
        _ transaction: borrowing Transaction, _ checked: Checked, slot: Int, elector: (id: Int, voter: Int),
        _ entry: ElectorEntry
    ) throws(StoreError) -> BoxSums {
        let ballot = checked.ballot
        let time = clock.now - clock.now % 60
        try transaction.execute("UPDATE polling_slot SET content = ? WHERE id = ?", checked.content, slot)
        let size = entry.sealed.count + 9
        try transaction.execute(
            "UPDATE polling_elector SET entry = ? WHERE id = ?",
            ElectorEntry.signed(at: time, isTold: false, size: size), elector.id)
        let (found, head) = try sums(transaction.reading, ballot)
        guard case .good(var sums) = found else {
            throw StoreError(
                .damaged, "The seals of \(ballot.name) were changed by hand: nothing is written over them.",
                cure: "Suspend the poll, keep the files as they are, and run `isoloir poll status`.")
        }
        sums.revision += 1
        sums.votes += 1
        sums.box = seal.adding(boxMember(slot: slot, digest: checked.digest), to: sums.box)
        sums.electors = seal.removing(
            ElectorEntry.waiting(elector: elector.id, voter: elector.voter, sealed: entry.sealed), from: sums.electors)
        sums.list = seal.adding(
            ElectorEntry.member(elector: elector.id, voter: elector.voter, signedAt: time), to: sums.list)
        try transaction.execute(
            "UPDATE polling_count SET votes = votes + 1, sums = ? WHERE ballot = ?",
            sumsSeal.seal(sums, uuid: ballot.uuid, head: head), ballot.id)
        return sums
    }

    /// What the box's seal covers of a ballot.
    func boxMember(slot: Int, digest: [UInt8]) -> [UInt8] { FixedWidth.bytes(slot, 8) + digest }

    /// The tracker of a ballot's text: 43 characters.
    func tracker(_ text: [UInt8]) -> String { PollingStation.tracker(digest: sha256(text)) }

    /// - Parameter digest: SHA-256 of the ballot's text.
    private func receipt(_ ballot: String, digest: [UInt8]) -> Receipt {
        Receipt(
            election: election.election.id, ballot: ballot, tracker: PollingStation.tracker(digest: digest), by: signing
        )
    }
}
