package import Crypto
package import Elections
package import Journal
package import Store

/// The polling station of one election: builds the parts that open and close its poll, take ballots and publish them, and
/// offers each to whoever needs it. They share one memory of the box key, of the box's seals and of the write-ahead log.
package final class PollingStation: Sendable {
    /// The definition with its row number, as it was when the station was made: the poll's row is read anew each time.
    package let election: StoredElection
    /// The public key that signs receipts.
    package let receiptKey: [UInt8]
    /// The write-ahead log, which holds the order of the latest votes.
    package let log: VoteLog
    /// Who may vote, and who has.
    package let signatureList: SignatureList
    /// The signed records of the poll.
    package let records: SignedRecords
    /// What of the seal was changed by hand.
    package let sealIntegrity: SealIntegrity
    /// Whether parts and results are what they are said to be.
    package let partIntegrity: PartIntegrity
    /// What of box and list was changed by hand.
    package let integrity: BoxIntegrity
    /// Publication of the box.
    package let rounds: BoxRounds
    /// What the count keeps.
    package let tallies: TallyStore
    /// Checks of ballots.
    package let checkers: BallotCheckers
    /// The box key on this server.
    package let boxKey: BoxKeyKeeper
    /// What pairs voters with ballots, and who holds it.
    package let custody: CustodyRegister
    /// Whether the clock is believed.
    package let watch: ClockWatch
    /// Opens the poll.
    package let opener: PollOpener
    /// What the bureau decides.
    package let decisions: BureauDecisions
    /// Closes the poll.
    package let closer: PollCloser
    /// What the bureau notes.
    package let notes: BureauNotes
    /// What a voter can vote on.
    package let voterBallots: VoterBallots
    /// Takes ballots.
    package let casting: BallotTaking
    /// Word to those who voted.
    package let notices: VoteNotices
    /// Ends what the poll keeps of its voters.
    package let erasure: PollErasure

    /// - Parameters:
    ///   - key: the election's; receipts, sums and seals have subkeys of it.
    ///   - boxKey: gives the box key where it is there; commands that only look or count need none.
    ///   - eraseBoxKey: erases the copies that this server has, after the close.
    ///   - boxKeyPlaces: where such copies lie now.
    ///   - steady: the watched clock behind `clock`; nil where the station follows no hour, or its clock is beyond doubt.
    package init(
        store: Store, election: StoredElection, key: ElectionKey,
        boxKey source: @escaping @Sendable () -> BoxKey? = { nil },
        eraseBoxKey: @escaping @Sendable () -> [BoxKeyErasure] = { [] },
        boxKeyPlaces: @escaping @Sendable () -> [String] = { [] }, journal: AuditJournal, clock: Clock,
        steady: SteadyClock? = nil, randomness: Randomness
    ) {
        let signing = SigningKey(seed: key.subkey(.voteReceipts))
        let seals = BoxSeals(
            multiset: MultisetSeal(key.subkey(.box)),
            sums: SumsSeal(key, election: election.election.id, randomness: randomness))
        let memory = BoxKeyMemory(source: source)
        (self.election, receiptKey) = (election, signing.publicKey)
        (checkers, tallies) = (BallotCheckers(), TallyStore(clock: clock))
        log = VoteLog(store: store, clock: clock)
        rounds = BoxRounds(
            election: election, store: store, journal: journal, clock: clock, seals: seals, log: log)
        signatureList = SignatureList(election: election)
        records = SignedRecords(
            election: election, store: store, clock: clock, signing: signing, list: signatureList)
        sealIntegrity = SealIntegrity(
            election: election, journal: journal, clock: clock, signing: signing, seals: seals, records: records)
        partIntegrity = PartIntegrity(checkers: checkers, tallies: tallies)
        let toldCount = ToldCount(election: election, seal: seals.sumsSeal)
        integrity = BoxIntegrity(
            election: election, store: store, seals: seals, rounds: rounds, tallies: tallies, sealed: sealIntegrity,
            parts: partIntegrity, toldCount: toldCount)
        boxKey = BoxKeyKeeper(
            election: election, store: store, journal: journal, randomness: randomness, memory: memory,
            erase: eraseBoxKey, places: boxKeyPlaces)
        custody = CustodyRegister(
            election: election, store: store, journal: journal, clock: clock, signing: signing, records: records)
        let states = PollStateMachine(
            election: election, store: store, journal: journal, clock: clock, randomness: randomness, log: log)
        watch = ClockWatch(
            election: election, store: store, journal: journal, clock: clock, steady: steady, states: states)
        let admission = RestoreAdmission(
            election: election, clock: clock, rounds: rounds, integrity: sealIntegrity)
        opener = PollOpener(
            election: election, journal: journal, clock: clock, randomness: randomness, store: store, boxKey: memory,
            integrity: integrity, states: states, admission: admission, records: records)
        decisions = BureauDecisions(
            election: election, store: store, journal: journal, clock: clock, states: states, admission: admission,
            integrity: sealIntegrity, records: records, boxKey: boxKey, watch: watch)
        closer = PollCloser(
            election: election, store: store, clock: clock, states: states, watch: watch, rounds: rounds, seals: seals,
            records: records, boxKey: boxKey)
        notes = BureauNotes(election: election, store: store, journal: journal, clock: clock)
        voterBallots = VoterBallots(election: election, clock: clock, randomness: randomness, boxKey: memory)
        casting = BallotTaking(
            election: election, store: store, clock: clock, ballots: voterBallots, checkers: checkers, rounds: rounds,
            seals: seals, signing: signing, pace: CastingPace(clock: clock))
        notices = VoteNotices(
            election: election, store: store, journal: journal, clock: clock, list: signatureList, toldCount: toldCount)
        erasure = PollErasure(election: election, states: states)
    }

    /// What is done in the transaction of a change: word to all voters is queued with it or not at all.
    package typealias Along = (borrowing Transaction) throws(StoreError) -> Void
}
