import Authentication
import Contacts
import Delivery
import Elections
import HTTPServer
import Issuance
import Journal
import Operations
import Staff
import Store
import VoterRoll

/// What is done for a voter, where it may need a second person.
///
///     support or manager            operation                            second person
///       │ reissue, reset, correct ─> │ policy: alone? ──yes──> done         │
///       │                            │ no: a request is kept                │
///       │ <─ asked, its number ───── │ ──────────────── approvals ────────> │ decide: never one's own
///       │                            │ <──────────── approved, refused ──── │
///       │                            │ done, or impossible by then
struct VoterActions: ConsoleWork {
    let context: ConsoleContext

    /// The actions that a voter's page offers: the text's name, the address' last segment, and what it needs.
    static let onPage: [(name: String, segment: String, permission: Permission)] = [
        ("reissue", "reissue", .reissue), ("reissueElsewhere", "reissue-elsewhere", .reissueElsewhere),
        ("passphrase", "passphrase", .resetPassphrase), ("unlock", "unlock", .unlock),
        ("reveal", "reveal", .revealContacts), ("correct", "correct", .changeRoll), ("strike", "strike", .changeRoll),
    ]

    /// Whom their forms are about.
    private static let aboutVoter = FormAbout("voterForm", VoterAbout.self) { try VoterActions($0).aboutVoter($1) }

    /// Actions on one voter.
    static let all = [
        on(
            "reissue", "reissue", .reissue, warning: "proof.warn",
            fields: { task, call in try VoterReissue(task).fields(call, isElsewhere: false) }
        ) { try VoterReissue($0).reissue($1, isElsewhere: false) },
        on(
            "reissueElsewhere", "reissue-elsewhere", .reissueElsewhere, warning: "proof.warnElsewhere",
            fields: { task, call in try VoterReissue(task).fields(call, isElsewhere: true) }
        ) { try VoterReissue($0).reissue($1, isElsewhere: true) },
        on(
            "passphrase", "passphrase", .resetPassphrase,
            fields: { task, call in [.reason, check] + (try VoterActions(task).answerField(call)) }
        ) { try VoterActions($0).resetPassphrase($1) },
        on("unlock", "unlock", .unlock, fields: { _, _ in [.reason] }) { try VoterActions($0).unlock($1) },
        reveal,
        on(
            "correct", "correct", .changeRoll,
            fields: { task, call in try VoterCorrections(task).fields(call) }
        ) { try VoterCorrections($0).correct($1) },
        on("strike", "strike", .changeRoll, fields: { _, _ in [.reason] }) { try VoterActions($0).strike($1) },
        ConsoleAction(
            path: "voters/{voter}/messages/{message}/retry", permission: .runDeliveries, name: "retryOne",
            fields: { _, _ in [] }, about: aboutVoter,
            run: { try VoterActions($0).retryOne($1) },
            back: { "voters/\($0.id("voter"))" }),
    ]

    /// Whether the old identifier works until the letter with the new one is posted.
    static let keepUntilPosted = FormField("keepUntilPosted", .flag, isRequired: false)

    /// How the voter's identity was checked.
    static let check = FormField("check", .choice(VoterOrder.Check.allCases.map(\.rawValue)))

    /// An action on one voter, with the voter above its form.
    /// - Parameter warning: the key of a notice, where the voter can be reached by one channel alone.
    private static func on(
        _ name: String, _ segment: String, _ permission: Permission, warning: String? = nil,
        fields: @escaping @Sendable (ConsoleContext, ConsoleRequest) throws -> [FormField],
        run: @escaping @Sendable (ConsoleContext, ConsoleRequest) throws -> ActionResult
    ) -> ConsoleAction {
        ConsoleAction(
            path: "voters/{voter}/\(segment)", permission: permission, name: name, fields: fields,
            about: FormAbout("voterForm", VoterAbout.self) { task, call in
                var about = try VoterActions(task).aboutVoter(call, warning: warning)
                if name == "correct" { about?.note = try VoterCorrections(task).sealNote(call) }
                return about
            }, answer: VoterOutcome.self, run: run, back: { "voters/\($0.id("voter"))" })
    }

    /// Contacts in clear, this once.
    private static let reveal = ConsoleAction(
        path: "voters/{voter}/reveal", permission: .revealContacts, name: "reveal", fields: { _, _ in [.reason] },
        about: aboutVoter,
        shows: [PageTemplate(name: "revealed", model: RevealedContacts.self)],
        run: { try VoterActions($0).reveal($1) }, back: { "voters/\($0.id("voter"))" })

    /// Whom an action is about; nil when there is no such voter.
    /// - Parameter warning: the key of a notice for voters who are reached by one channel alone and have no answer.
    func aboutVoter(_ call: ConsoleRequest, warning: String? = nil) throws -> VoterAbout? {
        let page = try store.read { (reading: borrowing Reading) throws(StoreError) -> VoterSupport.Page? in
            try VoterSupport(parts.operations).page(reading, voter: call.id("voter"), for: call.viewer)
        }
        guard let page else { return nil }
        // Before anything is put on the channel that carries the other half.
        let reaches = [page.mail, page.phone].compactMap(\.self).count
        let isWeak = reaches < 2 && (election.access.challenge == nil || !page.hasAnswer)
        return VoterAbout(
            name: page.voter.courteousName(call.language), reference: page.voter.reference, mail: page.mail,
            phone: page.phone, channels: ChannelWords(wording(call.language)).proof(page.channels),
            warning: isWeak ? warning.map { text($0, call.language) } : nil)
    }

    /// A field for the answer to the election's question, where the voter has one.
    func answerField(_ call: ConsoleRequest) throws -> [FormField] {
        guard election.access.challenge != nil else { return [] }
        let hasAnswer = try store.read { (reading: borrowing Reading) throws(StoreError) -> Bool in
            try VoterSupport(parts.operations).page(reading, voter: call.id("voter"), for: call.viewer)?.hasAnswer
                ?? false
        }
        return hasAnswer ? [FormField("answer", .text(maximum: 200))] : []
    }

    /// How the caller's identity was checked; by calling back for what is none, which the form's check keeps out.
    static func check(_ call: ConsoleRequest) -> VoterOrder.Check {
        VoterOrder.Check(rawValue: call["check"]) ?? .callBack
    }

    /// Resets a passphrase, or asks a second person to.
    func resetPassphrase(_ call: ConsoleRequest) throws -> ActionResult {
        let outcome = try PassphraseReset(parts.operations).reset(
            voter: call.id("voter"), reason: call["reason"].trimmed, check: VoterActions.check(call),
            answer: call["answer"],
            by: call.viewer)
        return answer(outcome, call, done: "passphrase.done")
    }

    /// What came of an action that may wait for a second person.
    /// - Parameters:
    ///   - key: of what is said where it was done.
    ///   - more: the key of what stands behind that.
    func answer(_ outcome: SupportOutcome, _ call: ConsoleRequest, done key: String, more: String? = nil)
        -> ActionResult
    {
        let language = call.language
        let next = "voters/\(call.id("voter"))"
        switch outcome {
        case .done(let notice, let sheets, let keepsOld, _):
            var words = text(key, language) + (more.map { " " + text($0, language) } ?? "")
            if let notice {
                words +=
                    " " + text("reissue.notice", language) + " " + choiceText("channel", notice.rawValue, language)
                    + "."
            }
            for sheet in sheets {
                words += " " + text("reissue.sheet", language) + " \(sheet.batch) / \(sheet.number)."
            }
            return .done(
                words, next: next,
                details: VoterOutcome(
                    state: .done, noticeBy: notice, keepsOld: keepsOld, sheets: sheets.map { PrintedSheet($0) }))
        case .asked(let request, let byBureau):
            return .done(
                text(byBureau ? "reissue.askedBureau" : "reissue.asked", language), next: next,
                details: VoterOutcome(state: .waits, request: request, needsBureau: byBureau))
        case .already(let request):
            return .refused(409, text("reissue.already", language), more: "\(request)")
        case .unknownVoter: return .refused(404, text("reissue.unknown", language))
        case .refused(let reason):
            return .refused(
                422, said(reason, language),
                field: call.values["contact"] == nil ? "channel" : "contact")
        case .answerMissing: return .refused(422, text("reissue.answerMissing", language), field: "answer")
        case .answerWrong: return .refused(422, text("reissue.answerWrong", language), field: "answer")
        case .wait(let seconds): return later(429, "enter.wait", seconds, language)
        case .busy(let seconds): return later(503, "enter.busy", seconds, language)
        }
    }

    /// Takes a delay off that wrong attempts have brought about.
    func unlock(_ call: ConsoleRequest) throws -> ActionResult {
        guard
            try VoterSupport(parts.operations).unlock(
                voter: call.id("voter"), reason: call["reason"].trimmed, by: call.viewer)
        else {
            return .refused(404, text("reissue.unknown", call.language))
        }
        return .done(
            text("unlock.done", call.language), next: "voters/\(call.id("voter"))", details: VoterOutcome(state: .done))
    }

    /// Shows a voter's contacts unmasked, this once; the journal keeps who saw them and why.
    func reveal(_ call: ConsoleRequest) throws -> ActionResult {
        let contacts = try VoterSupport(parts.operations).reveal(
            voter: call.id("voter"), reason: call["reason"].trimmed, by: call.viewer)
        guard let contacts else { return .refused(404, text("reissue.unknown", call.language)) }
        return .shown(
            RenderedPage(
                title: text("reveal.title", call.language), template: "revealed",
                model: RevealedContacts(
                    mail: contacts.mail?.text, phone: contacts.phone?.text,
                    address: contacts.address?.lines.joined(separator: ", "), voter: OnPage(call.id("voter")))))
    }

    /// Strikes a voter off the roll.
    func strike(_ call: ConsoleRequest) throws -> ActionResult {
        let change = try RollStrike(parts.operations).strike(
            voter: call.id("voter"), reason: call["reason"].trimmed, by: call.viewer)
        return RollAnswers(context).answer(change, call, done: "strike.done", next: "voters")
    }

    /// Makes one failed message due again.
    func retryOne(_ call: ConsoleRequest) throws -> ActionResult {
        let isDue = try parts.deliveries.retry(
            voter: call.id("voter"), message: call.id("message"), by: call.viewer.principal)
        guard isDue else { return .refused(409, text("retryOne.gone", call.language)) }
        return .done(text("retryOne.done", call.language), next: "voters/\(call.id("voter"))")
    }
}
