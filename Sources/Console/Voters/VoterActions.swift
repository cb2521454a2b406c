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

/// What is done for a voter, and with requests for a second person.
///
///     support or manager            VoterDesk                            second person
///       │ reissue, reset, correct ─> │ policy: alone? ──yes──> done         │
///       │                            │ no: a request is kept                │
///       │ <─ asked, its number ───── │ ──────────────── approvals ────────> │ decide: never one's own
///       │                            │ <──────────── approved, refused ──── │
///       │                            │ done, or impossible by then
enum VoterActions {
    /// The deeds that a voter's page offers: the text's name, the address' last segment, and what it needs.
    static let onPage: [(name: String, segment: String, deed: Deed)] = [
        ("reissue", "reissue", .reissue), ("reissueElsewhere", "reissue-elsewhere", .reissueElsewhere),
        ("passphrase", "passphrase", .resetPassphrase), ("unlock", "unlock", .unlock),
        ("reveal", "reveal", .revealContacts), ("correct", "correct", .changeRoll), ("strike", "strike", .changeRoll),
    ]

    /// Deeds on one voter, on requests, alerts and questions.
    static let all = [
        on(
            "reissue", "reissue", .reissue, warning: "proof.warn",
            fields: { site, call in try site.reissueFields(call, isElsewhere: false) }
        ) { try $0.reissue($1, isElsewhere: false) },
        on(
            "reissueElsewhere", "reissue-elsewhere", .reissueElsewhere, warning: "proof.warnElsewhere",
            fields: { site, call in try site.reissueFields(call, isElsewhere: true) }
        ) { try $0.reissue($1, isElsewhere: true) },
        on(
            "passphrase", "passphrase", .resetPassphrase,
            fields: { site, call in [.reason, check] + (try site.answerField(call)) }
        ) { try $0.resetPassphrase($1) },
        on("unlock", "unlock", .unlock, fields: { _, _ in [.reason] }) { try $0.unlock($1) },
        on("reveal", "reveal", .revealContacts, fields: { _, _ in [.reason] }) { try $0.reveal($1) },
        on(
            "correct", "correct", .changeRoll,
            fields: { site, call in try site.correctionFields(call) }
        ) { try $0.correct($1) },
        on("strike", "strike", .changeRoll, fields: { _, _ in [.reason] }) { try $0.strike($1) },
        ConsoleAction(
            path: "voters/{voter}/messages/{message}/retry", deed: .runDeliveries, name: "retryOne",
            fields: { _, _ in [] }, intro: { try $0.aboutVoter($1) }, run: { try $0.retryOne($1) },
            back: { "voters/\($0.id("voter"))" }),
        ConsoleAction(
            path: "approvals/{request}/decide", deed: .decide, name: "decide",
            fields: { site, call in
                [DeedField("decision", .choice(["approve", "refuse"])), .reason] + (try site.rowsField(call))
            }, intro: { try $0.aboutRequest($1) }, run: { try $0.decide($1) }, back: { _ in "approvals" }),
        ConsoleAction(
            path: "approvals/{request}/take-back", deed: .decide, name: "takeBack", fields: { _, _ in [] },
            intro: { try $0.aboutRequest($1) }, run: { try $0.takeBack($1) }, back: { _ in "approvals" }),
        ConsoleAction(
            path: "alerts/{alert}/seen", deed: .decide, name: "seen", fields: { _, _ in [] },
            run: { try $0.seen($1) }),
        ConsoleAction(
            path: "questions/{question}/done", deed: .answerVoters, name: "answered", fields: { _, _ in [] },
            run: { try $0.answered($1) }, back: { _ in "questions" }),
    ]

    /// Whether the old identifier works until the letter with the new one is posted.
    static let keepUntilPosted = DeedField("keepUntilPosted", .flag, isRequired: false)

    /// How the voter's identity was checked.
    static let check = DeedField("check", .choice(VoterOrder.Check.allCases.map(\.rawValue)))

    /// A deed on one voter, with the voter above its form.
    /// - Parameter warning: the key of a notice, where the voter can be reached by one channel alone.
    private static func on(
        _ name: String, _ segment: String, _ deed: Deed, warning: String? = nil,
        fields: @escaping @Sendable (ConsoleSite, Call) throws -> [DeedField],
        run: @escaping @Sendable (ConsoleSite, Call) throws -> DeedAnswer
    ) -> ConsoleAction {
        ConsoleAction(
            path: "voters/{voter}/\(segment)", deed: deed, name: name, fields: fields,
            intro: { site, call in
                try site.aboutVoter(call, warning: warning).map {
                    try name == "correct" ? $0 + site.sealNote(call) : $0
                }
            }, run: run,
            back: { "voters/\($0.id("voter"))" })
    }
}

extension ConsoleSite {
    /// Whom a deed is about; nil when there is no such voter.
    /// - Parameter warning: the key of a notice for voters who are reached by one channel alone and have no answer.
    func aboutVoter(_ call: Call, warning: String? = nil) throws -> [Block]? {
        let page = try store.read { (reading: borrowing Reading) throws(StoreError) -> VoterDesk.Page? in
            try parts.desk.page(reading, voter: call.id("voter"), for: call.viewer)
        }
        guard let page else { return nil }
        let language = call.language
        var blocks: [Block] = [
            .facts([
                (text("f.name", language), page.voter.courteousName(language)),
                (text("f.reference", language), page.voter.reference),
                (text("f.email", language), page.mail ?? text("none", language)),
                (text("f.phone", language), page.phone ?? text("none", language)),
                (text("voter.channels", language), proofText(page.channels, language)),
            ])
        ]
        // Before anything is put on the channel that carries the other half.
        let reaches = [page.mail, page.phone].compactMap(\.self).count
        if let warning, reaches < 2, election.access.challenge == nil || !page.hasAnswer {
            blocks.append(.notice(text(warning, language), isBad: false))
        }
        return blocks
    }

    /// A field for the answer to the election's question, where the voter has one.
    func answerField(_ call: Call) throws -> [DeedField] {
        guard election.access.challenge != nil else { return [] }
        let hasAnswer = try store.read { (reading: borrowing Reading) throws(StoreError) -> Bool in
            try parts.desk.page(reading, voter: call.id("voter"), for: call.viewer)?.hasAnswer ?? false
        }
        return hasAnswer ? [DeedField("answer", .text(maximum: 200))] : []
    }

    /// How the caller's identity was checked; by calling back for what is none, which the form's check keeps out.
    func check(_ call: Call) -> VoterOrder.Check { VoterOrder.Check(rawValue: call["check"]) ?? .callBack }

    /// Resets a passphrase, or asks a second person to.
    func resetPassphrase(_ call: Call) throws -> DeedAnswer {
        let outcome = try parts.desk.resetPassphrase(
            voter: call.id("voter"), reason: call["reason"].trimmed, check: check(call), answer: call["answer"],
            by: call.viewer)
        return answer(outcome, call, done: "passphrase.done")
    }

    /// What came of a deed that may wait for a second person.
    /// - Parameters:
    ///   - key: of what is said where it was done.
    ///   - more: the key of what stands behind that.
    func answer(_ outcome: VoterDesk.Outcome, _ call: Call, done key: String, more: String? = nil) -> DeedAnswer {
        let language = call.language
        let next = "voters/\(call.id("voter"))"
        switch outcome {
        case .done(let notice, let sheets, let keepsOld):
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
                data: [
                    "state": .text("done"), "noticeBy": .optional(notice?.rawValue), "keepsOld": .flag(keepsOld),
                    "sheets": .list(
                        sheets.map { .object(["batch": .number($0.batch), "number": .number($0.number)]) }),
                ])
        case .asked(let request, let byBureau):
            return .done(
                text(byBureau ? "reissue.askedBureau" : "reissue.asked", language), next: next,
                data: ["state": .text("waits"), "request": .number(request), "needsBureau": .flag(byBureau)])
        case .already(let request):
            return .refused(409, text("reissue.already", language), more: "\(request)")
        case .unknownVoter: return .refused(404, text("reissue.unknown", language))
        case .refused(let reason):
            return .refused(
                422, refusal(reason, "refusal.contact", language),
                field: call.values["contact"] == nil ? "channel" : "contact")
        case .answerMissing: return .refused(422, text("reissue.answerMissing", language), field: "answer")
        case .answerWrong: return .refused(422, text("reissue.answerWrong", language), field: "answer")
        case .wait(let seconds): return later(429, "enter.wait", seconds, language)
        case .busy(let seconds): return later(503, "enter.busy", seconds, language)
        }
    }

    /// Takes a delay off that wrong attempts have brought about.
    func unlock(_ call: Call) throws -> DeedAnswer {
        guard try parts.desk.unlock(voter: call.id("voter"), reason: call["reason"].trimmed, by: call.viewer) else {
            return .refused(404, text("reissue.unknown", call.language))
        }
        return .done(text("unlock.done", call.language), next: "voters/\(call.id("voter"))")
    }

    /// Shows a voter's contacts unmasked, this once; the journal keeps who saw them and why.
    func reveal(_ call: Call) throws -> DeedAnswer {
        let contacts = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> VoterContacts? in
            try parts.desk.reveal(transaction, voter: call.id("voter"), reason: call["reason"].trimmed, by: call.viewer)
        }
        guard let contacts else { return .refused(404, text("reissue.unknown", call.language)) }
        let (language, none) = (call.language, text("none", call.language))
        let address = contacts.address?.lines.joined(separator: ", ")
        return .shown(
            Screen(
                title: text("reveal.title", language),
                blocks: [
                    .facts([
                        (text("f.email", language), contacts.mail?.text ?? none),
                        (text("f.phone", language), contacts.phone?.text ?? none),
                        (text("f.address", language), address ?? none),
                    ]), .hint(text("reveal.noted", language)),
                    .links([(text("back", language), "/manager/voters/\(call.id("voter"))")]),
                ],
                data: .object([
                    "mail": .optional(contacts.mail?.text), "phone": .optional(contacts.phone?.text),
                    "address": .optional(address),
                ])))
    }

    /// What came of a change of the roll.
    func answer(_ change: RollDesk.Change, _ call: Call, done key: String, next: String) -> DeedAnswer {
        switch change {
        case .done(let messages, let sheets):
            var words = text(key, call.language)
            if messages > 0 { words += " " + text("correct.readdressed", call.language) + " \(messages)." }
            if let wrong = sheetWords(sheets, call.language) { words += " " + wrong }
            return .done(words, next: next, data: ["sheets": sheetData(sheets)])
        case .unknownVoter: return .refused(404, text("reissue.unknown", call.language))
        case .sealed: return .refused(409, text("correct.sealed", call.language))
        case .importing: return .refused(409, text("roll.cannot.busy", call.language))
        case .overtaken: return .refused(409, text("correct.meanwhile", call.language))
        case .asked(let request, let byBureau):
            return .done(
                text(byBureau ? "reissue.askedBureau" : "reissue.asked", call.language), next: next,
                data: ["state": .text("waits"), "request": .number(request), "needsBureau": .flag(byBureau)])
        case .already(let request): return .refused(409, text("reissue.already", call.language), more: "\(request)")
        case .refused(let reason): return .refused(422, refusal(reason, "refusal.value", call.language))
        case .refusedColumns(let reasons):
            return .faults(
                reasons.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                    ($0.key.rawValue, refusal($0.value, "refusal.value", call.language))
                })
        }
    }

    /// Strikes a voter off the roll.
    func strike(_ call: Call) throws -> DeedAnswer {
        let change = try parts.roll.strike(voter: call.id("voter"), reason: call["reason"].trimmed, by: call.viewer)
        return answer(change, call, done: "strike.done", next: "voters")
    }

    /// Makes one failed message due again.
    func retryOne(_ call: Call) throws -> DeedAnswer {
        let isDue = try parts.deliveries.retry(
            voter: call.id("voter"), message: call.id("message"), by: call.viewer.principal)
        guard isDue else { return .refused(409, text("retryOne.gone", call.language)) }
        return .done(text("retryOne.done", call.language), next: "voters/\(call.id("voter"))")
    }

    /// Keeps that an alert was seen.
    func seen(_ call: Call) throws -> DeedAnswer {
        let isDone = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try parts.desk.seen(transaction, alert: call.id("alert"), by: call.viewer)
        }
        return isDone
            ? .done(text("seen.done", call.language), next: "") : .refused(409, text("seen.gone", call.language))
    }

    /// Keeps that a question was answered.
    func answered(_ call: Call) throws -> DeedAnswer {
        let answer = HelpAnswer(store: store, queue: parts.help, logbook: parts.logbook, election: parts.desk.election)
        let isDone = try answer.mark(question: call.id("question"), by: call.viewer.principal)
        return isDone
            ? .done(text("answered.done", call.language), next: "questions")
            : .refused(409, text("answered.gone", call.language))
    }
}

/// What the voter desk hands out.
enum VoterFiles {
    /// One sheet.
    static let all = [
        ConsoleFile(path: "proof.csv", deed: .exportProof) { site, call, _ in try site.proofFile(call) }
    ]
}

extension ConsoleSite {
    /// Which secret of each voter travelled by which channel.
    /// The export itself is kept in the journal.
    func proofFile(_ call: Call) throws -> Response {
        let language = call.language
        var text =
            ConsoleSite.sheetHead
            + ["f.reference", "f.name", "proof.identifier", "proof.code", "proof.secret", "proof.verdict"]
            .map { SpreadsheetField.quoted(self.text($0, language)) }.joined(separator: ";") + "\r\n"
        func word(_ route: Route?) -> String { route.map { choiceText("channel", $0.rawValue, language) } ?? "" }
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.desk.eachProof(reading) { voter, proof throws(StoreError) in
                let codes = proof.codes.map { word($0) }.joined(separator: " + ")
                text +=
                    [
                        voter.reference, voter.courteousName, word(proof.identifier), codes, word(proof.secret),
                        self.text("verdict.\(proof.verdict.rawValue)", language),
                    ].map(SpreadsheetField.quoted).joined(separator: ";") + "\r\n"
            }
        }
        try journalExport(call, "proof.csv")
        return ConsoleSite.file(text, "proof.csv", type: "text/csv; charset=utf-8")
    }

    /// Keeps in the journal that a file was handed out.
    func journalExport(_ call: Call, _ name: String) throws(StoreError) {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try parts.logbook.record(
                transaction, election: election.id, by: call.viewer.principal, "export", ["file": name])
        }
    }

    /// What a sheet begins with: the mark by which spreadsheets know UTF-8. Fields are separated as French ones expect.
    static let sheetHead = "\u{FEFF}"

    /// A text as a file to keep.
    static func file(_ text: String, _ name: String, type: String) -> Response {
        file(Array(text.utf8), name, type: type)
    }

    /// Bytes as a file to keep.
    static func file(_ bytes: [UInt8], _ name: String, type: String) -> Response {
        var response = Response(200, type: type, body: bytes)
        response.headers.append(("Content-Disposition", "attachment; filename=\"\(name)\""))
        return response
    }
}
