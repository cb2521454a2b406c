import BallotCore
import BallotEngine
import Crypto
import Elections
package import Store

/// Takes ballots: whatever can be checked is checked before the vote's one transaction.
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
package struct BallotTaking: Sendable {
    let election: StoredElection
    let store: Store
    let clock: Clock
    let ballots: VoterBallots
    let checkers: BallotCheckers
    let rounds: BoxRounds
    let seals: BoxSeals
    let signing: SigningKey
    /// Who had ballots refused, and must pause.
    package let pace: CastingPace

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
                let (_, entry) = try ballots.elector(reading, stored, voter)
            else { return nil }
            return (stored, entry, try ballots.isOpen(reading, sessionOpenedAt: openedAt))
        }
        guard let (ballot, before, isOpen) = found else { return (.notEligible, false) }
        guard text.count <= ballot.slotBytes - SlotContent.head else { return (.refused(.notCanonical(at: 0)), false) }
        // Who has voted is answered after the close too; nobody else is.
        let isUnsigned = before.signedAt == nil
        if isUnsigned, !isOpen { return (.shut, false) }
        let read: ReadBallot<Element>
        let checker = try checkers.checker(ballot)
        do throws(BallotFault) { read = try checker.read(text) } catch { return (.refused(error), false) }
        let own = try isUnsigned ? ballots.credential(before, ballot, voter) : nil
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
            guard let slot = checked.slot,
                let (elector, entry) = try ballots.elector(transaction.reading, ballot, voter)
            else { return .answered(.notYours) }
            guard try ballots.isOpen(transaction.reading, sessionOpenedAt: openedAt) else { return .answered(.shut) }
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
            let (_, entry) = try ballots.elector(reading, ballot, voter)
        else { return .answered(.notYours) }
        guard let present = slot.content.ballot else { return entry.signedAt.map { .answered(.voted(at: $0)) } }
        guard let signedAt = entry.signedAt else { return .answered(.notYours) }
        // Once it is public, anybody could send the text: no receipt is given for it any more.
        guard try !rounds.isPublished(reading, ballot, tracker: BoxRounds.tracker(present)) else {
            return .answered(.voted(at: signedAt))
        }
        return present == checked.text ? .counts(nil) : .other(text: present)
    }

    private func answer(_ deposit: CastOutcome, _ checked: Checked) -> Casting {
        switch deposit {
        case .counts(let sums):
            // Known once they are committed, and not before.
            if let sums { seals.note(sums, of: checked.ballot) }
            return .cast(receipt(checked.ballot.name, digest: checked.digest))
        case .other(let text): return .otherCounts(tracker: BoxRounds.tracker(text))
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
        let (found, head) = try seals.sums(transaction.reading, ballot)
        guard case .good(var sums) = found else {
            throw StoreError(
                .damaged, "The seals of \(ballot.name) were changed by hand: nothing is written over them.",
                cure: "Suspend the poll, keep the files as they are, and run `isoloir poll status`.")
        }
        sums.revision += 1
        sums.votes += 1
        sums.box = seals.multiset.adding(seals.boxMember(slot: slot, digest: checked.digest), to: sums.box)
        sums.electors = seals.multiset.removing(
            ElectorEntry.waiting(elector: elector.id, voter: elector.voter, sealed: entry.sealed), from: sums.electors)
        sums.list = seals.multiset.adding(
            ElectorEntry.member(elector: elector.id, voter: elector.voter, signedAt: time), to: sums.list)
        try transaction.execute(
            "UPDATE polling_count SET votes = votes + 1, sums = ? WHERE ballot = ?",
            seals.sumsSeal.seal(sums, uuid: ballot.uuid, head: head), ballot.id)
        return sums
    }

    /// - Parameter digest: SHA-256 of the ballot's text.
    private func receipt(_ ballot: String, digest: [UInt8]) -> Receipt {
        Receipt(
            election: election.election.id, ballot: ballot, tracker: BoxRounds.tracker(digest: digest), by: signing
        )
    }
}
