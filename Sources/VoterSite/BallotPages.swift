import Authentication
import BallotCore
import Crypto
import Elections
import Foundation
import HTTPServer
import Journal
import Polling
import Store
import Tally
import Templating
import Typesetting
import VoterRoll
import WebContent

/// `/ballots/{ballot}`: choose, review, vote; `/receipt`: the proof as PDF.
/// The server never sees a choice: the page's script seals the ballot in a worker, and shows the tracker before it
/// sends it.
///
///     browser                         VoterSite                          Polling
///       │ GET /ballots/B ─────────────> │ the booth ──────────────────────> │ VoterBallots.enter
///       │ <─ document, credential, ──── │                                   │
///       │    digests of the scripts     │                                   │
///       │ seals, shows the tracker      │                                   │
///       │ POST /ballots/B: ballot ────> │ pace, then on the pool ─────────> │ BallotTaking.cast
///       │ <─ JSON: tracker, signature ─ │        (one transaction; no line in log or metrics)
///       │ POST /receipt ──────────────> │ checks its own signature          │
///       │ <─ PDF or QR code ─────────── │                                   │
enum BallotRoutes {
    /// Those that no ballot's name is a part of.
    static let table = [
        VoterSite.Route(method: .post, path: "/receipt") { site, visit in .now(try site.receipt(visit)) },
        VoterSite.Route(method: .get, path: "/hours") { site, visit in .now(try site.closeToCome(visit)) },
    ]

    /// Those of one ballot.
    /// - Parameter ballot: its name in the election, which the address has too.
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

    /// Of the page on which the voter chooses.
    static let shape: [String: Shape] = [
        "ballot": .text, "name": .text, "path": .text, "voter": .text, "owner": .text, "document": .text,
        "credential": .text, "receiptScript": .text, "receiptDigest": .text, "languageScript": .text,
        "languageDigest": .text, "graceScript": .text, "graceDigest": .text, "worker": .text,
        "workerDigest": .text, "wasm": .text, "wasmDigest": .text, "script": .text, "scriptDigest": .text,
        "sealed": .text, "sealedDigest": .text, "sealPath": .text, "sealDigest": .text,
        "left": .text, "next": .text, "nextText": .text, "doneText": .text, "trackerText": .text,
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

extension BallotRoutes {
    /// Of the page of a ballot that was voted on.
    static let votedShape: [String: Shape] = [
        "ballot": .text, "name": .text, "at": .text, "owner": .text, "idleSeconds": .text, "receiptScript": .text,
        "receiptDigest": .text, "left": .text, "next": .text, "nextText": .text, "doneText": .text,
        "trackerText": .text, "votedText": .text,
    ]
}

extension VoterSite {
    /// The page of one ballot: the booth, the word that it was voted on, or why there is neither.
    /// - Throws: an error of the store, for which the caller shows a page.
    func ballot(_ visit: VoterRequest, _ session: Session, _ name: String) throws -> Response {
        guard case .voter(let voter) = session.principal else { return see(visit, "/", "say=ended") }
        let (open, entering) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (Poll?, VoterBallots.Eligibility) in
            guard try parts.station.voterBallots.isOpen(reading, sessionOpenedAt: session.openedAt) else {
                // Whoever has voted finds their number whatever has become of the poll since.
                let own = try parts.station.voterBallots.ballots(reading, voter: voter).first { $0.ballot.id == name }
                return (nil, own?.signedAt.map { .voted(at: $0) } ?? .notEligible)
            }
            return (
                try Poll.find(reading, election: parts.station.election.number),
                try parts.station.voterBallots.enter(reading, voter: voter, ballot: name)
            )
        }
        if case .voted(let at) = entering {
            return votedPage(visit, session, voter, name, at: at, try wayOn(visit, voter, session, isOpen: open != nil))
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
        case .notEligible, .voted: return message(visit, 404, "notEligible", back: "/space")
        case .material(let material):
            let person = try store.read { (reading: borrowing Reading) throws(StoreError) in
                try parts.directory.voter(reading, session.principal)
            }
            guard let person else { return see(visit, "/", "say=ended") }
            return ballotPage(visit, session, material, open, person)
        }
    }

    /// The page of a ballot that was voted on: a tab that has kept the receipt shows it again.
    private func votedPage(
        _ visit: VoterRequest, _ session: Session, _ voter: Int, _ name: String, at: Int,
        _ wayOn: [String: TemplateValue]
    ) -> Response {
        let title = election.ballots.first { $0.id == name }?.title[visit.language] ?? ""
        return page(
            .voted, visit, PageHead(title: "votedTitle"),
            [
                "ballot": .text(title), "name": .text(name),
                "at": .text(LocalTime.phrase(at, zone: election.timeZone, visit.language)),
                "owner": .text(owner(visit, voter)),
                "idleSeconds": .text("\(min(session.idleSeconds, session.endsAt - parts.clock.now))"),
                "receiptScript": .text(assets.path("receipt.js")),
                "receiptDigest": .text(assets.integrity("receipt.js")),
                "votedText": .text(pages.text(receiptKey("votedText"), visit.language)),
            ].merging(wayOn) { $1 }.merging(receiptWords(visit.language)) { $1 })
    }

    /// What is left to vote on and the way there, as the script writes it after a vote. Where no ballot is taken now, what is
    /// left is nobody's to say: the page says how the poll stands.
    private func wayOn(
        _ visit: VoterRequest, _ voter: Int, _ session: Session, isOpen: Bool
    ) throws(StoreError) -> [String: TemplateValue] {
        func text(_ key: String) -> String { pages.text(key, visit.language) }
        guard isOpen, let next = try left(visit, voter, session) else {
            return [
                "left": .text(isOpen ? text("voteLast") : ""), "next": .text(visit.path("/space")),
                "nextText": .text(text("backSpace")),
            ]
        }
        let left = text(next.count > 1 ? "voteMore" : "voteNext").replacing("{count}", with: "\(next.count)")
            .replacing("{title}", with: next.title)
        return [
            "left": .text(left), "next": .text(next.path),
            "nextText": .text("\(text("ballotVote"))\(visit.language == .fr ? "\u{a0}" : ""): \(next.title)"),
        ]
    }

    /// The page on which the voter chooses. It holds the credential, so that it may not be kept by anybody: every
    /// answer of the site forbids it.
    private func ballotPage(
        _ visit: VoterRequest, _ session: Session, _ material: VotingMaterial, _ poll: Poll, _ person: Voter
    )
        -> Response
    {
        let (language, now) = (visit.language, parts.clock.now)
        let files = sealFiles
        let idle = min(session.idleSeconds, session.endsAt - now)
        let end = poll.closesAt + election.graceMinutes * 60
        let grace = TemplateValue.object([
            "close": .text("\(max(0, poll.closesAt - now))"), "seconds": .text("\(max(0, end - now))"),
            "until": .text(election.clockWords(end, language)),
            "hours": .text(visit.path("/hours")),
        ])
        var response = page(
            .ballot, visit, PageHead(title: "voteTitle"),
            [
                "ballot": .text(material.ballot.title[language]), "name": .text(material.ballot.id),
                "path": .text(visit.path("/ballots/\(material.ballot.id)")),
                "voter": .text(person.courteousName(language)),
                "owner": .text(owner(visit, person.id)),
                "document": .text(String(decoding: material.document, as: UTF8.self)),
                "credential": .text(String(decoding: material.credential, as: UTF8.self)),
                "receiptScript": .text(assets.path("receipt.js")),
                "receiptDigest": .text(assets.integrity("receipt.js")),
                "languageScript": .text(assets.path("language.js")),
                "languageDigest": .text(assets.integrity("language.js")),
                "graceScript": .text(assets.path("grace.js")), "graceDigest": .text(assets.integrity("grace.js")),
                "worker": .text(assets.path("sealer.js")), "workerDigest": .text(assets.integrity("sealer.js")),
                "wasm": .text(assets.path("ballot.wasm")), "wasmDigest": .text(assets.integrity("ballot.wasm")),
                "script": .text(assets.path("ballot.js")), "scriptDigest": .text(assets.integrity("ballot.js")),
                "sealed": .text(files?.ballots.path(SealedBallots.name) ?? ""),
                "sealedDigest": .text(files?.ballots.integrity ?? ""),
                "sealPath": .text(files?.manifest.path(SealedBallots.manifestName) ?? ""),
                "sealDigest": .text(files?.manifest.integrity ?? ""), "left": .text(""),
                "next": .text(visit.path("/space")), "nextText": .text(pages.text("backSpace", language)),
                "idleSeconds": .text("\(idle)"), "grace": grace,
                "questions": .list(
                    material.ballot.questions.enumerated().map { question($1, number: $0 + 1, language) }),
            ].merging(receiptWords(language)) { $1 })
        response.headers.append(SecurityHeaders.ballot)
        return response
    }

    /// One question of the page, numbered from 1; the values of answers count from 0, as the protocol does.
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

    /// How many answers may be chosen, in words.
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

    /// Takes a ballot that the page's script sealed. The work is done on the pool, and the answer is the script's
    /// JSON.
    /// - Parameter name: of the ballot.
    /// - Throws: an error of the store before the work was put off; one after that becomes an answer of its own.
    func cast(_ visit: VoterRequest, _ name: String) throws -> Reply {
        guard let session = try session(visit), case .voter(let voter) = session.principal else {
            // At a kiosk there is no other tab to sign in: it would end this page.
            return .now(casting(visit, 401, visit.isKiosk ? "voteEndedKiosk" : "voteEnded"))
        }
        let form = visit.request.form() ?? Form(fields: [])
        // The page of somebody who shared this browser: neither their ballot nor an answer about this voter's.
        guard isOwn(visit, form, session) else {
            return .now(casting(visit, 409, "voteOther"))
        }
        // Asked before the work waits for a thread: a flood takes no place in the queue of honest votes.
        let admission: CastingPace.Admission
        switch parts.station.casting.pace.admit(voter) {
        case .admitted(let given): admission = given
        case .paused(let seconds): return .now(answer(visit, .paused(seconds: seconds)))
        case .underWay: return .now(answer(visit, .underWay))
        }
        let text = Array(form["ballot"].utf8)
        return .later { [self] in
            do {
                let outcome = try parts.station.casting.cast(
                    text, voter: voter, ballot: name, sessionOpenedAt: session.openedAt, admission: admission)
                var next: Next?
                if case .cast = outcome { next = try left(visit, voter, session) }
                return answer(visit, outcome, next)
            } catch { return failure(visit, error) }
        }
    }

    /// What the voter can still vote on.
    /// Nil where there is nothing, or votes are not taken any more.
    private func left(_ visit: VoterRequest, _ voter: Int, _ session: Session) throws(StoreError) -> Next? {
        let entries = try store.read { (reading: borrowing Reading) throws(StoreError) -> [VoterBallot] in
            guard try parts.station.voterBallots.isOpen(reading, sessionOpenedAt: session.openedAt) else {
                return [VoterBallot]()
            }
            return try parts.station.voterBallots.ballots(reading, voter: voter)
        }
        let waiting = entries.filter { $0.signedAt == nil }
        return waiting.first.map {
            Next(
                count: waiting.count, title: $0.ballot.title[visit.language],
                path: visit.path("/ballots/\($0.ballot.id)"))
        }
    }

    /// What the page is told of a cast, with the status that fits.
    private func answer(_ visit: VoterRequest, _ outcome: Casting, _ next: Next? = nil) -> Response {
        switch outcome {
        case .cast(let receipt): casting(visit, 200, nil, CastDetails(receipt: receipt, next: next))
        case .otherCounts(let tracker): casting(visit, 409, "voteAlarmOther", CastDetails(tracker: tracker))
        case .voted: casting(visit, 409, "voteVoted")
        case .refused(let fault): casting(visit, 422, "voteRefused", CastDetails(reason: ArchiveVerifier.words(fault)))
        case .notYours: casting(visit, 409, "voteOther", CastDetails(reason: "the credential is not this voter's"))
        case .notEligible: casting(visit, 404, "notEligibleText")
        case .shut: casting(visit, 403, "voteShut")
        case .paused(let seconds): waiting(casting(visit, 429, "votePaused", CastDetails(seconds: seconds)), seconds)
        case .underWay: waiting(casting(visit, 503, "busyText"), 1)
        }
    }

    /// Says after how many seconds the page may try again.
    private func waiting(_ response: Response, _ seconds: Int) -> Response {
        var response = response
        response.headers.append(("Retry-After", "\(seconds)"))
        return response
    }

    /// The next ballot of a voter who has more than one.
    /// Sent to the page's script with the receipt.
    struct Next: Encodable {
        /// Ballots that are left, this one among them.
        let count: Int
        let title, path: String
    }

    /// What the page's script is told.
    private struct Told: Encodable {
        struct Proof: Encodable { let tracker, signature: String }
        let text: String?
        /// The same in each language of the election: the page changes its own without asking again.
        let texts: [String: String]?
        /// For those who look into it, in English.
        let reason: String?
        let tracker: String?
        let receipt: Proof?
        let next: Next?
        /// Whether the same ballot may be taken when it is sent again, as the text says.
        let mayRepeat: Bool
    }

    /// What the script's answer holds beside its text.
    struct CastDetails {
        /// Of the ballot that counts in place of this one.
        var tracker: String?
        var receipt: Receipt?
        /// For those who look into it, in English.
        var reason: String?
        /// That must pass before another try.
        var seconds: Int?
        var next: Next?
    }

    /// The script's answer.
    /// - Parameters:
    ///   - text: the key of what the voter reads; nil when the vote was taken.
    ///   - details: what stands in it beside the text.
    func casting(
        _ visit: VoterRequest, _ status: Int, _ text: String?, _ details: CastDetails = CastDetails()
    ) -> Response {
        let (seconds, receipt) = (details.seconds, details.receipt)
        // One word for every refusal: the help desk must not learn from it that somebody has voted.
        if let text {
            let isEnded = text == "voteEnded" || text == "voteEndedKiosk"
            trace(visit, step: "ballot", trouble: isEnded ? "voteEnded" : text == "voteShut" ? text : "voteRefused")
        }
        // A poll that is suspended goes on, and somebody whose session ended signs in again.
        let isToCome = text == "voteShut" && words(visit.language).answers.isToVote && phase != .grace
        func said(_ text: String, _ language: Language) -> String {
            let said = pages.text(text, language).replacing("{seconds}", with: seconds.map(String.init) ?? "")
            guard text == "voteShut" else { return said }
            return [said, words(language).notice, isToCome ? pages.text("voteShutAgain", language) : nil]
                .compactMap(\.self).joined(separator: " ")
        }
        let told = Told(
            text: text.map { said($0, visit.language) },
            texts: text.map { text in
                Dictionary(uniqueKeysWithValues: election.languages.map { ($0.rawValue, said(text, $0)) })
            }, reason: details.reason, tracker: details.tracker,
            receipt: receipt.map { Told.Proof(tracker: $0.tracker, signature: $0.signature) }, next: details.next,
            mayRepeat: text == "voteEnded" || isToCome || status >= 500)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        guard let data = try? encoder.encode(told) else { return .text(500, "internal error\n") }
        return Response(status, type: "application/json", body: [UInt8](data))
    }
}
