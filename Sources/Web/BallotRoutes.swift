import Access
import BallotCore
import Crypto
import Elections
import Foundation
import Journal
import Letterpress
import Polling
import Store
import Tally
import Templating
import VoterRoll

/// `/ballots/{ballot}`: choose, review, vote; `/receipt`: the proof as PDF.
enum BallotRoutes {
    static let table = [
        VoterSite.Route(method: .post, path: "/receipt") { site, visit in .now(try site.receipt(visit)) },
        VoterSite.Route(method: .get, path: "/hours") { site, visit in .now(try site.closeToCome(visit)) },
    ]

    static func table(of ballot: String) -> [VoterSite.Route] {
        [
            VoterSite.Route(method: .get, path: "/ballots/\(ballot)") { site, visit in
                .now(try site.signedIn(visit) { try site.ballot(visit, $0, ballot) })
            },
            VoterSite.Route(method: .post, path: "/ballots/\(ballot)") { site, visit in try site.cast(visit, ballot) },
        ]
    }

    /// Hexadecimal digits that tell one voter's page from another's in one browser.
    static let ownerDigits = 32

    static let shape: [String: Shape] = [
        "ballot": .text, "name": .text, "path": .text, "voter": .text, "owner": .text, "document": .text,
        "credential": .text, "worker": .text,
        "workerDigest": .text, "wasm": .text, "wasmDigest": .text, "script": .text, "scriptDigest": .text,
        "sealed": .text, "sealedDigest": .text, "sealPath": .text, "sealDigest": .text,
        "idleSeconds": .text, "grace": .object(["close": .text, "seconds": .text, "until": .text, "hours": .text]),
        "questions": .list(
            .object([
                "number": .text, "title": .text, "rule": .text, "least": .text, "most": .text, "hasBlank": .flag,
                "blankKind": .text, "blankName": .text,
                "answers": .list(
                    .object(["kind": .text, "name": .text, "value": .text, "ruleId": .text, "text": .text])),
            ])),
    ]
}

extension VoterSite {
    func ballot(_ visit: Visit, _ session: Session, _ name: String) throws -> Response {
        guard case .voter(let voter) = session.principal else { return see(visit, "/", "say=ended") }
        let (open, entering) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (Poll?, PollingStation.Entering) in
            guard try parts.station.isOpen(reading, sessionOpenedAt: session.openedAt) else {
                return (nil, .notEligible)
            }
            return (
                try Poll.find(reading, election: parts.station.election.number),
                try parts.station.enter(reading, voter: voter, ballot: name)
            )
        }
        guard let open else {
            let now = parts.clock.now
            let (hours, hasResult) = try store.read {
                (reading: borrowing Reading) throws(StoreError) -> (PollHours, Bool) in
                (
                    try PollHours.find(reading, parts.station.election),
                    try PollBallot.haveResult(reading, election: parts.station.election.number)
                )
            }
            let words = pages.words(hours, hours.phase(now), election, visit.language, hasResult: hasResult)
            return message(
                visit, 403, "shut", lines: [words.notice ?? words.line], back: "/space", hasOwnText: true)
        }
        switch entering {
        case .notEligible: return message(visit, 404, "notEligible", back: "/space")
        case .voted(let at):
            let time = LocalTime.phrase(at, zone: election.timeZone, visit.language)
            return message(visit, 200, "voted", lines: [time], back: "/space")
        case .booth(let booth):
            let person = try store.read { (reading: borrowing Reading) throws(StoreError) in
                try parts.directory.voter(reading, session.principal)
            }
            guard let person else { return see(visit, "/", "say=ended") }
            return ballotPage(visit, session, booth, open, person)
        }
    }

    private func ballotPage(_ visit: Visit, _ session: Session, _ booth: Booth, _ poll: Poll, _ person: Voter)
        -> Response
    {
        let (language, now) = (visit.language, parts.clock.now)
        let files = sealFiles
        let idle = min(Doorkeeper.idleSeconds, session.endsAt - now)
        let end = poll.closesAt + election.graceMinutes * 60
        let grace = TemplateValue.object([
            "close": .text("\(max(0, poll.closesAt - now))"), "seconds": .text("\(max(0, end - now))"),
            "until": .text(election.clockWords(end, language)),
            "hours": .text(visit.path("/hours")),
        ])
        var response = page(
            .ballot, visit, title: "voteTitle",
            [
                "ballot": .text(booth.ballot.title[language]), "name": .text(booth.ballot.id),
                "path": .text(visit.path("/ballots/\(booth.ballot.id)")), "voter": .text(person.courteousName),
                "owner": .text(owner(visit, person.id)),
                "document": .text(String(decoding: booth.document, as: UTF8.self)),
                "credential": .text(String(decoding: booth.credential, as: UTF8.self)),
                "worker": .text(assets.path("sealer.js")), "workerDigest": .text(assets.integrity("sealer.js")),
                "wasm": .text(assets.path("ballot.wasm")), "wasmDigest": .text(assets.integrity("ballot.wasm")),
                "script": .text(assets.path("ballot.js")), "scriptDigest": .text(assets.integrity("ballot.js")),
                "sealed": .text(files?.ballots.path(SealedBallots.name) ?? ""),
                "sealedDigest": .text(files?.ballots.integrity ?? ""),
                "sealPath": .text(files?.manifest.path(SealedBallots.manifestName) ?? ""),
                "sealDigest": .text(files?.manifest.integrity ?? ""), "idleSeconds": .text("\(idle)"), "grace": grace,
                "questions": .list(
                    booth.ballot.questions.enumerated().map { question($1, number: $0 + 1, language) }),
            ])
        response.headers.append(SecurityHeaders.ballot)
        return response
    }

    private func question(_ question: Election.Question, number: Int, _ language: Language) -> TemplateValue {
        // One answer exactly: radio buttons, the blank vote among them.
        let isSingle = question.least == 1 && question.most == 1
        let kind = isSingle ? "radio" : "checkbox"
        var rule = ruleText(question, language)
        if question.hasBlank { rule += " " + pages.text("voteRuleBlank", language) }
        return .object([
            "number": .text("\(number)"), "title": .text(question.title[language]), "rule": .text(rule),
            "least": .text("\(question.least)"), "most": .text("\(question.most)"),
            "hasBlank": .flag(question.hasBlank), "blankKind": .text(kind), "blankName": .text("q\(number)"),
            "answers": .list(
                question.answers.enumerated().map { place, answer in
                    .object([
                        "kind": .text(kind), "name": .text("q\(number)"), "value": .text("\(place)"),
                        "ruleId": .text("rule-\(number)"), "text": .text(answer[language]),
                    ])
                }),
        ])
    }

    private func ruleText(_ question: Election.Question, _ language: Language) -> String {
        let key =
            switch (question.least, question.most) {
            case (1, 1): "voteRuleOne"
            case (0, _): "voteRuleUpTo"
            case (let least, let most) where least == most: "voteRuleExact"
            default: "voteRuleRange"
            }
        return pages.text(key, language).replacing("{least}", with: "\(question.least)").replacing(
            "{most}", with: "\(question.most)")
    }

    // MARK: Casting

    func cast(_ visit: Visit, _ name: String) throws -> Reply {
        guard let session = try session(visit), case .voter(let voter) = session.principal else {
            return .now(casting(visit, 401, "voteEnded"))
        }
        // Asked before the work waits for a thread: a flood takes no place in the queue of honest votes.
        let admission: CastingPace.Admission
        switch parts.station.pace.admit(voter) {
        case .admitted(let given): admission = given
        case .paused(let seconds): return .now(answer(visit, .paused(seconds: seconds)))
        case .underWay: return .now(answer(visit, .underWay))
        }
        let form = visit.request.form() ?? Form(fields: [])
        // The page of somebody who shared this browser: neither their ballot nor an answer about this voter's.
        if !form["owner"].isEmpty, !Secret(form["owner"]).matches(Secret(owner(visit, voter))) {
            return .now(casting(visit, 409, "voteOther"))
        }
        let text = Array(form["ballot"].utf8)
        return .later { [self] in
            do {
                let outcome = try parts.station.cast(
                    text, voter: voter, ballot: name, sessionOpenedAt: session.openedAt, admission: admission)
                var next: Next?
                if case .cast = outcome { next = try left(visit, voter, session) }
                return answer(visit, outcome, next)
            } catch { return failure(visit, error) }
        }
    }

    /// Whose page it is, for this browser alone: it tells nobody who that is.
    private func owner(_ visit: Visit, _ voter: Int) -> String {
        String(hex(forms.hash("owner:\(voter):" + visit.browser)).prefix(BallotRoutes.ownerDigits))
    }

    /// What the voter can still vote on.
    private func left(_ visit: Visit, _ voter: Int, _ session: Session) throws(StoreError) -> Next? {
        let entries = try store.read { (reading: borrowing Reading) throws(StoreError) -> [VoterBallot] in
            guard try parts.station.isOpen(reading, sessionOpenedAt: session.openedAt) else {
                return [VoterBallot]()
            }
            return try parts.station.ballots(reading, voter: voter)
        }
        let waiting = entries.filter { $0.signedAt == nil }
        return waiting.first.map {
            Next(
                count: waiting.count, title: $0.ballot.title[visit.language],
                path: visit.path("/ballots/\($0.ballot.id)"))
        }
    }

    private func answer(_ visit: Visit, _ outcome: Casting, _ next: Next? = nil) -> Response {
        switch outcome {
        case .cast(let receipt): casting(visit, 200, nil, receipt: receipt, next: next)
        case .otherCounts(let tracker): casting(visit, 409, "voteAlarmOther", tracker: tracker)
        case .voted: casting(visit, 409, "voteVoted")
        case .refused(let fault): casting(visit, 422, "voteRefused", reason: ArchiveVerifier.words(fault))
        case .notYours: casting(visit, 409, "voteOther", reason: "the credential is not this voter's")
        case .notEligible: casting(visit, 404, "notEligibleText")
        case .shut: casting(visit, 403, "voteShut")
        case .paused(let seconds): waiting(casting(visit, 429, "votePaused", seconds: seconds), seconds)
        case .underWay: waiting(casting(visit, 503, "busyText"), 1)
        }
    }

    private func waiting(_ response: Response, _ seconds: Int) -> Response {
        var response = response
        response.headers.append(("Retry-After", "\(seconds)"))
        return response
    }

    /// The next ballot of a voter who has more than one.
    struct Next: Encodable {
        /// Ballots that are left, this one among them.
        let count: Int
        let title, path: String
    }

    /// What the page's script is told.
    private struct Told: Encodable {
        struct Proof: Encodable { let tracker, signature: String }
        let text: String?
        /// For those who look into it, in English.
        let reason: String?
        let tracker: String?
        let receipt: Proof?
        let next: Next?
    }

    func casting(
        _ visit: Visit, _ status: Int, _ text: String?, tracker: String? = nil, receipt: Receipt? = nil,
        reason: String? = nil, seconds: Int? = nil, next: Next? = nil
    ) -> Response {
        // One word for every refusal: the help desk must not learn from it that somebody has voted.
        if let text {
            trace(visit, step: "ballot", trouble: text == "voteShut" || text == "voteEnded" ? text : "voteRefused")
        }
        let told = Told(
            text: text.map {
                let said = pages.text($0, visit.language).replacing("{seconds}", with: seconds.map(String.init) ?? "")
                let notice = $0 == "voteShut" ? words(visit.language).notice : nil
                return notice.map { said + " " + $0 } ?? said
            }, reason: reason, tracker: tracker,
            receipt: receipt.map { Told.Proof(tracker: $0.tracker, signature: $0.signature) }, next: next)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        guard let data = try? encoder.encode(told) else { return .text(500, "internal error\n") }
        return Response(status, type: "application/json", body: [UInt8](data))
    }

    // MARK: Proof of vote

    func receipt(_ visit: Visit) throws -> Response {
        let form = visit.request.form() ?? Form(fields: [])
        let receipt = Receipt(
            election: election.id, ballot: form["ballot"], tracker: form["tracker"], signature: form["signature"])
        guard receipt.isGenuine(parts.station.receiptKey),
            let ballot = election.ballots.first(where: { $0.id == receipt.ballot })
        else { return message(visit, 422, "receiptBad", back: "/space") }
        let language = visit.language
        func text(_ key: String) -> String { pages.text(key, language) }
        let key = parts.station.receiptKey.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        var report = Report(title: text("receiptTitle"))
        report.add(.paragraph(election.title[language]))
        report.add(.paragraph(ballot.title[language]))
        report.add(.paragraph(text("voteTracker")))
        report.add(.mono(receipt.tracker))
        report.add(.paragraph(text("voteTrackerText") + " \(election.address)/box/\(ballot.id)"))
        report.add(.paragraph(text("receiptSigned")))
        report.add(.mono(receipt.signature))
        report.add(.paragraph(text("receiptKey")))
        report.add(.mono(key))
        if let poll {
            report.add(.paragraph(text("receiptFingerprint")))
            report.add(.mono(poll.fingerprint))
        }
        return try pdf(report, name: "\(election.id)-\(ballot.id).pdf")
    }

    /// A report as a file to keep.
    func pdf(_ report: Report, name: String) throws -> Response {
        var response = Response(200, type: "application/pdf", body: try report.pdf(created: "2000-01-01T00:00:00Z"))
        response.headers.append(("Content-Disposition", "attachment; filename=\"\(name)\""))
        return response
    }
}
