import Crypto
import Elections
import Journal
import Operations
import Polling
import Store
import WebContent

/// What several pages say of the poll.
struct PollWords: ConsoleWork {
    let context: ConsoleContext

    /// Where the poll stands, with what changed its hours.
    func state(_ poll: Poll?, _ hours: PollHours, _ say: Wording) -> String {
        let state = poll.map { $0.state.said(say) } ?? say("poll.none")
        let phase = hours.phase(parts.clock.now)
        let changes: [PollHours.Phase] = [.overdue, .extended, .grace, .closedEarly]
        if changes.contains(phase), poll != nil { return "\(state) (\(say("phase.\(phase.rawValue)")))" }
        return hours.reason.map { "\(state) (\($0))" } ?? state
    }

    /// How long the journal is and its last hash, or where it breaks; for programs in English.
    func head(_ head: AuditJournal.Verification, _ say: Wording) -> Worded {
        let english = Wording(language: .en, election: election, pages: pages)
        return Worded(words(head, english), words(head, say))
    }

    private func words(_ head: AuditJournal.Verification, _ say: Wording) -> String {
        let colon = say.language.colon
        switch head {
        case .intact(let entries, let hash): return hash.isEmpty ? "\(entries)" : "\(entries)\(colon)\(hex(hash))"
        case .broken(let number, let reason): return "\(say("journal.broken")) \(number)\(colon)\(reason)"
        }
    }
}
