import BallotCore
import BallotEngine
import Crypto
import Elections
import Journal
import Store

/// What the journal says of a poll.
/// The last entry of a kind counts, and an undone seal counts as never sealed. What it holds is compared with the
/// tables, never written back.
struct PollRecord {
    /// A round of publication by its entry.
    private struct Noted: Equatable {
        let number: Int
        let ballots: Int
        let signatures: Int
        let head: String
        let height: Int
        /// Nil in an entry of an earlier version.
        let at: Int?
    }

    private var state: PollState?
    /// SHA-256 of the manifest, and the trustees whose keys were replaced before it.
    private var manifest = ""
    private var replaced: Set<String> = []
    private var extended: Int?
    private var isStopped = false
    /// Lines of the lists whose voters were told.
    private(set) var told = 0
    private var rounds: [String: [Noted]] = [:]
    private var tallies: [String: String] = [:]
    private var results: [String: String] = [:]
    /// SHA-256 of the signed records by their kinds.
    private(set) var records: [String: String] = [:]
    /// When it was sealed, opened and closed, where the entries say it.
    private var times: [String: Int] = [:]
    /// Restores since the seal.
    private(set) var restores: [PollRestore.Noted] = []

    /// States that the journal's entries lead to.
    private static let states: [JournalAction: PollState] = [
        .pollSeal: .sealed, .pollOpen: .open, .pollSuspend: .suspended,
        .pollResume: .open,
        .pollEnded: .ended, .pollReopen: .open, .pollClosing: .closing, .pollStop: .closing,
        .pollClose: .closed, .pollAbandon: .abandoned, .pollDestroy: .destroyed,
    ]

    /// Entries whose details are part of what is known.
    private static let told: Set<JournalAction> = [
        .pollSeal, .pollOpen, .pollClose, .pollRecord, .trusteeReplace, .trusteeRemove, .pollExtend, .pollRound,
        .pollNotice, .tallyEncrypt, .tallyResult,
    ]

    /// - Parameter election: its name, as the entries carry it.
    /// - Throws: what the store throws, and `.damaged` for an entry of a restore that cannot be read. Details of other
    ///   entries that cannot be read are passed over: the table then differs from what is known.
    init(_ reading: borrowing Reading, election: String) throws(StoreError) {
        var record = PollRecord()
        let actions = PollRecord.told.union(PollRecord.states.keys).union([.storeRestore, .pollUnseal])
        try AuditJournal.each(reading, of: actions) { entry throws(StoreError) in
            // One that was abandoned or destroyed takes no mark.
            if entry.kind == .storeRestore, let state = record.state, state == .closed || !state.isFinal {
                record.restores.append(
                    PollRestore.Noted(try entry.fields(), state: state, isStopped: record.isStopped))
            }
            guard entry.election == election else { return }
            guard let kind = entry.kind else { return }
            if let state = PollRecord.states[kind] { record.state = state }
            // As if it had never been sealed; what became of trustees' keys stays.
            if entry.kind == .pollUnseal { record.state = nil }
            if [.pollStop, .pollAbandon].contains(kind) { record.isStopped = true }
            guard PollRecord.told.contains(kind), let json = JSON.read(Array(entry.details.utf8)) else { return }
            record.take(kind, json)
        }
        self = record
    }

    private init() {}

    /// - Parameter action: one of `told`; every other one would be taken for a result.
    private mutating func take(_ action: JournalAction, _ details: JSON) {
        func text(_ name: StaticString) -> String { String(decoding: details[name]?.bytes ?? [], as: UTF8.self) }
        switch action {
        case .pollSeal:
            manifest = text("manifest.sha256")
            times["sealed"] = Int(text("sealed.at"))
        case .pollOpen: times["opened"] = Int(text("opened.at"))
        case .pollClose: times["closed"] = Int(text("closed.at"))
        case .pollRecord: records[text("kind")] = text("sha256")
        case .trusteeReplace: replaced.insert(text("trustee"))
        case .trusteeRemove: replaced.remove(text("trustee"))
        case .pollNotice: told += Int(text("lines")) ?? 0
        case .pollExtend: extended = Int(text("to"))
        case .pollRound:
            rounds[text("ballot"), default: []].append(
                Noted(
                    number: Int(text("round")) ?? 0, ballots: Int(text("ballots")) ?? 0,
                    signatures: Int(text("signatures")) ?? 0, head: text("head"), height: Int(text("height")) ?? 0,
                    at: Int(text("at"))))
        case .tallyEncrypt: tallies[text("ballot")] = "\(text("sha256")) \(text("ballots")) \(text("weight"))"
        default: results[text("ballot")] = text("result").filter { $0 != " " }
        }
    }

    /// The hour of the close that was sealed, or to which the poll was extended.
    /// - Parameter announced: the close of the sealed definition, in seconds since 1970.
    func hour(announced: Int) -> Int { extended ?? announced }

    /// The poll's row against the journal: manifest, trustees, state, hours.
    /// - Parameter closes: the announced close, in seconds since 1970.
    func faults(_ poll: Poll, closes: Int) -> [AuditFinding] {
        var faults: [AuditFinding] = []
        if manifest != hex(sha256(poll.manifest)) { faults.append(.manifestNotNoted) }
        let sealed = SealManifest(poll.manifest)?.trustees.filter { $0.replaced != nil }.map(\.name) ?? []
        if replaced != Set(sealed) { faults.append(.replacements) }
        if state != poll.state { faults.append(.state(poll.state, noted: state)) }
        let hours: [(AuditFinding.Hour, Int?)] = [
            (.sealed, poll.sealedAt), (.opened, poll.openedAt), (.closed, poll.closedAt),
        ]
        for (name, stored) in hours {
            if let noted = times[name.rawValue], stored != noted { faults.append(.hour(name)) }
        }
        let hour = hour(announced: closes)
        if [.closing, .closed, .abandoned, .destroyed].contains(poll.state)
            ? poll.closesAt > hour : poll.closesAt != hour
        {
            faults.append(.hour(.closing))
        }
        if (poll.stoppedAt != nil) != isStopped { faults.append(.taking) }
        return faults
    }

    /// A ballot's rounds, encrypted tally and result against the journal.
    /// - Parameters:
    ///   - published: the rounds of the store, oldest first.
    ///   - tally: nil before the count.
    func faults(_ ballot: PollBallot, _ published: [Round], _ tally: StoredTally?) -> [BallotFinding] {
        var faults: [BallotFinding] = []
        let noted = rounds[ballot.name] ?? []
        var stored: [Noted] = []
        for (place, round) in published.enumerated() {
            let hasTime = noted.indices.contains(place) && noted[place].at != nil
            stored.append(
                Noted(
                    number: round.number, ballots: round.ballots, signatures: round.signatures, head: round.head,
                    height: round.height, at: hasTime ? round.at : nil))
        }
        if noted.isEmpty, !published.isEmpty {
            faults.append(.unnotedRound)
        } else if noted != stored {
            faults.append(.anotherRound)
        }
        if (tally.map { "\(hex(sha256($0.document))) \($0.ballots) \($0.weight)" }) != tallies[ballot.name] {
            faults.append(.tally)
        }
        let result = tally?.result.map { String(decoding: $0, as: UTF8.self) }
        if result != results[ballot.name].map({ "{\"result\":\($0)}" }) {
            faults.append(.result)
        }
        return faults
    }
}
