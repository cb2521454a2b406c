import Authentication
import Elections
import HTTPServer
import Journal
import Polling
import Store
import Templating
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
struct BallotPages: SitePages {
    let site: SiteContext

    /// Those of one ballot.
    /// - Parameter ballot: its name in the election, which the address has too.
    static func table(of ballot: String) -> [Route] {
        [
            get("/ballots/\(ballot)") { pages, visit in
                .now(try pages.signedIn(visit) { try pages.ballot(visit, $0, ballot) })
            }
        ]
    }

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

    /// Of the page of a ballot that was voted on.
    static let votedShape: [String: Shape] = [
        "ballot": .text, "name": .text, "at": .text, "owner": .text, "idleSeconds": .text, "receiptScript": .text,
        "receiptDigest": .text, "left": .text, "next": .text, "nextText": .text, "doneText": .text,
        "trackerText": .text, "votedText": .text,
    ]

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
                "owner": .text(tokens.owner(visit, voter)),
                "idleSeconds": .text("\(min(session.idleSeconds, session.endsAt - parts.clock.now))"),
                "receiptScript": .text(site.assets.path("receipt.js")),
                "receiptDigest": .text(site.assets.integrity("receipt.js")),
                "votedText": .text(pages.text(site.presentPoll.receiptKey("votedText"), visit.language)),
            ].merging(wayOn) { $1 }.merging(site.presentPoll.receiptWords(visit.language)) { $1 })
    }

    /// What is left to vote on and the way there, as the script writes it after a vote. Where no ballot is taken now, what is
    /// left is nobody's to say: the page says how the poll stands.
    private func wayOn(
        _ visit: VoterRequest, _ voter: Int, _ session: Session, isOpen: Bool
    ) throws(StoreError) -> [String: TemplateValue] {
        func text(_ key: String) -> String { pages.text(key, visit.language) }
        guard isOpen, let next = try CastingPages(site: site).left(visit, voter, session) else {
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
        let files = site.presentPoll.sealFiles
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
                "owner": .text(tokens.owner(visit, person.id)),
                "document": .text(String(decoding: material.document, as: UTF8.self)),
                "credential": .text(String(decoding: material.credential, as: UTF8.self)),
                "receiptScript": .text(site.assets.path("receipt.js")),
                "receiptDigest": .text(site.assets.integrity("receipt.js")),
                "languageScript": .text(site.assets.path("language.js")),
                "languageDigest": .text(site.assets.integrity("language.js")),
                "graceScript": .text(site.assets.path("grace.js")),
                "graceDigest": .text(site.assets.integrity("grace.js")),
                "worker": .text(site.assets.path("sealer.js")),
                "workerDigest": .text(site.assets.integrity("sealer.js")),
                "wasm": .text(site.assets.path("ballot.wasm")),
                "wasmDigest": .text(site.assets.integrity("ballot.wasm")),
                "script": .text(site.assets.path("ballot.js")),
                "scriptDigest": .text(site.assets.integrity("ballot.js")),
                "sealed": .text(files?.ballots.path(SealedBallots.name) ?? ""),
                "sealedDigest": .text(files?.ballots.integrity ?? ""),
                "sealPath": .text(files?.manifest.path(SealedBallots.manifestName) ?? ""),
                "sealDigest": .text(files?.manifest.integrity ?? ""), "left": .text(""),
                "next": .text(visit.path("/space")), "nextText": .text(pages.text("backSpace", language)),
                "idleSeconds": .text("\(idle)"), "grace": grace,
                "questions": .list(
                    material.ballot.questions.enumerated().map { question($1, number: $0 + 1, language) }),
            ].merging(site.presentPoll.receiptWords(language)) { $1 })
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
}
