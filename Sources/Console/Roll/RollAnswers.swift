import Elections
import Issuance
import Operations
import Staff
import VoterRoll

/// What is said of a change of the roll.
struct RollAnswers: ConsoleWork {
    let context: ConsoleContext

    /// What came of a change of the roll.
    func answer(_ change: RollChangeOutcome, _ call: ConsoleRequest, done key: String, next: String) -> ActionResult {
        switch change {
        case .done(let messages, let sheets, _, let notes):
            var words = text(key, call.language)
            if messages > 0 { words += " " + text("correct.readdressed", call.language) + " \(messages)." }
            for note in notes { words += " \(text("correct.number", call.language)) \(said(note, call.language))." }
            if let wrong = SheetWords(wording(call.language)).wrong(sheets) { words += " " + wrong }
            return .done(
                words, next: next, details: VoterOutcome(state: .done, sheets: sheets.map { PrintedSheet($0) }))
        case .unknownVoter: return .refused(404, text("reissue.unknown", call.language))
        case .sealed: return .refused(409, text("correct.sealed", call.language))
        case .importing: return .refused(409, text("roll.cannot.busy", call.language))
        case .overtaken: return .refused(409, text("correct.meanwhile", call.language))
        case .asked(let request, let byBureau):
            return .done(
                text(byBureau ? "reissue.askedBureau" : "reissue.asked", call.language), next: next,
                details: VoterOutcome(state: .waits, request: request, needsBureau: byBureau))
        case .already(let request): return .refused(409, text("reissue.already", call.language), more: "\(request)")
        case .refused(let reason): return .refused(422, said(reason, call.language))
        case .refusedColumns(let reasons):
            return .faults(
                reasons.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                    ($0.key.rawValue, said($0.value, call.language))
                })
        }
    }
}
