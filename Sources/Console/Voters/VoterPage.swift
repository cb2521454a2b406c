import Authentication
import Contacts
import Delivery
import Elections
import Issuance
import Journal
import Operations
import Staff
import Store
import VoterRoll
import WebContent

/// The voter desk's pages: search, one voter, approvals, questions.
enum VoterViews {
    /// Pages and resources.
    static let all = [
        ConsoleView(path: "voters", deed: .seeVoters, query: [DeedField("q", .text(maximum: 100), isRequired: false)]) {
            try $0.search($1)
        },
        ConsoleView(path: "voters/{voter}", deed: .seeVoters) { try $0.voter($1) },
        ConsoleView(path: "given", deed: .exportProof) { site, call in try site.given(call) },
        ConsoleView(path: "approvals", deed: .decide) { site, call in try site.approvalsScreen(call) },
        ConsoleView(
            path: "questions", deed: .answerVoters,
            query: [
                DeedField("code", .text(maximum: 10), isRequired: false),
                DeedField("after", .number(0...1_000_000_000), isRequired: false),
            ]
        ) { site, call in try site.questions(call) },
    ]
}

extension ConsoleSite {
    // MARK: Search

    /// The search and what it found; nothing where nothing was typed.
    /// For programs: `voters` as `voterData` has them, and `isCut`.
    func search(_ call: Call) throws -> Screen {
        let language = call.language
        let typed = String(call["q"].prefix(100))
        let found =
            try typed.trimmed.isEmpty
            ? Registrar.Found(voters: [], isCut: false)
            : store.read { (reading: borrowing Reading) throws(StoreError) -> Registrar.Found in
                try parts.desk.search(reading, typed)
            }
        let field = FormBlock.Field(
            name: "q", label: text("voters.q", language), hint: text("voters.q.hint", language),
            input: .text(maximum: 100), value: typed)
        var blocks: [Block] = [
            .form(
                FormBlock(path: "/manager/voters", fields: [field], button: text("voters.do", language), isQuery: true))
        ]
        if !typed.trimmed.isEmpty {
            blocks.append(
                .table(
                    Table(
                        caption: text("voters.found", language),
                        head: ["f.name", "f.reference", "f.college", "f.site"].map { (text($0, language), false) },
                        rows: found.voters.map { voter in
                            [
                                Table.Cell(voter.courteousName(language), path: "/manager/voters/\(voter.id)"),
                                Table.Cell(voter.reference), Table.Cell(choiceText("college", voter.college, language)),
                                Table.Cell(choiceText("site", voter.site, language)),
                            ]
                        }, empty: text("voters.none", language))))
            if found.isCut { blocks.append(.hint(text("voters.cut", language))) }
        }
        if call.viewer.may(.changeRoll) {
            blocks.append(.links([(text("rollAdd.title", language), "/manager/roll/add")]))
        }
        return Screen(
            title: text("menu.voters", language), blocks: blocks,
            data: .object([
                "voters": .list(found.voters.map { voterData($0) }), "isCut": .flag(found.isCut),
            ]))
    }

    /// A voter as lists of the API have them.
    private func voterData(_ voter: Voter) -> JSONValue {
        .object([
            "id": .number(voter.id), "reference": .text(voter.reference), "name": .text(voter.courteousName),
            "college": .text(voter.college), "site": .text(voter.site),
        ])
    }

    // MARK: One voter

    /// One voter's page, contacts masked; nil when there is none of this number.
    func voter(_ call: Call) throws -> Screen? {
        let language = call.language
        let page = try store.read { (reading: borrowing Reading) throws(StoreError) -> VoterDesk.Page? in
            try parts.desk.page(reading, voter: call.id("voter"), for: call.viewer)
        }
        guard let page else { return nil }
        var blocks: [Block] = [.facts(voterFacts(page, language))]
        if !page.waiting.isEmpty {
            blocks.append(.notice(text("voter.waits", language), isBad: false))
        }
        if [.one, .oneAndAnswer].contains(page.channels.verdict) {
            blocks.append(.notice(text("proof.\(page.channels.verdict.rawValue)", language), isBad: false))
        }
        let isSealed = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.desk.isSealed(reading)
        }
        let links = VoterActions.onPage.filter { call.viewer.may($0.deed) && !($0.name == "strike" && isSealed) }.map {
            action in
            (text("\(action.name).title", language), "/manager/voters/\(page.voter.id)/\(action.segment)")
        }
        if !links.isEmpty { blocks += [.heading(text("voter.deeds", language)), .links(links)] }
        blocks += [
            .table(identifierTable(page, language)), .table(messageTable(page, call)),
        ]
        return Screen(title: page.voter.courteousName(language), blocks: blocks, data: voterPageData(page))
    }

    /// What stands at the top of that page.
    private func voterFacts(_ page: VoterDesk.Page, _ language: Language) -> [(term: String, value: String)] {
        let none = text("none", language)
        func when(_ at: Int?) -> String { at.map { time($0, language) } ?? text("never", language) }
        var facts = [
            ("f.reference", page.voter.reference), ("f.college", choiceText("college", page.voter.college, language)),
            ("f.site", page.voter.site.isEmpty ? none : choiceText("site", page.voter.site, language)),
            ("f.weight", "\(page.voter.weight)"), ("f.email", page.mail ?? none), ("f.phone", page.phone ?? none),
            ("f.address", text(page.hasAddress ? "yes" : "no", language)),
            ("voter.firstSignIn", when(page.firstSignIn)),
            ("voter.secret", text(page.hasSecret ? "yes" : "no", language)),
            (
                "voter.slowed",
                page.slowedFor > 0 ? "\(text("voter.slowedFor", language)) \(page.slowedFor) s" : text("no", language)
            ),
            ("voter.channels", proofText(page.channels, language)),
        ]
        if page.voter.hasReturnedLetter { facts.append(("voter.returned", text("yes", language))) }
        if election.access.challenge != nil {
            facts.append(("voter.answer", text(page.hasAnswer ? "yes" : "no", language)))
        }
        for entry in page.signatures ?? [] {
            facts.append(
                (
                    "voter.voted",
                    "\(entry.ballot) : " + (entry.signedAt.map { time($0, language) } ?? text("notYet", language))
                ))
        }
        return facts.map { (text($0.0, language), $0.1) }
    }

    /// Which channels brought what, in words.
    func proofText(_ proof: ChannelProof, _ language: Language) -> String {
        guard let identifier = proof.identifier else { return text("proof.none", language) }
        let codes =
            proof.codes.isEmpty
            ? text("none", language)
            : proof.codes.map { choiceText("channel", $0.rawValue, language) }.joined(separator: ", ")
        return
            "\(text("proof.identifier", language)) \(choiceText("channel", identifier.rawValue, language))\(language.semicolon)"
            + "\(text("proof.code", language)) \(codes)"
    }

    /// All identifiers, the latest first; never the identifiers themselves.
    private func identifierTable(_ page: VoterDesk.Page, _ language: Language) -> Table {
        Table(
            caption: text("voter.identifiers", language),
            head: [
                (text("voter.generation", language), true), (text("f.state", language), false),
                (text("f.channel", language), false), (text("f.since", language), false),
                (text("why", language), false),
            ],
            rows: page.identifiers.map { record in
                [
                    .number(record.generation), Table.Cell(stateText(record, language)),
                    Table.Cell(choiceText("channel", record.route.rawValue, language)),
                    Table.Cell(time(record.endedAt ?? record.createdAt, language)), Table.Cell(record.reason ?? ""),
                ]
            }, empty: text("voter.noIdentifier", language))
    }

    /// What is printed is called so when its batch is complete, not before.
    private func stateText(_ record: IdentifierRecord, _ language: Language) -> String {
        let isWaiting = record.state == "unposted" && !record.isPrinted
        return text("identifier.\(isWaiting ? "unprinted" : record.state)", language)
    }

    /// All messages with every state that they were in.
    private func messageTable(_ page: VoterDesk.Page, _ call: Call) -> Table {
        let language = call.language
        let mayRetry = call.viewer.may(.runDeliveries)
        return Table(
            caption: text("voter.messages", language),
            head: ["f.kind", "f.channel", "f.state", "voter.steps", "staff.deeds"].map { (text($0, language), false) },
            rows: page.messages.map { record in
                let canRetry = mayRetry && record.canRetry && [.failed, .unknown].contains(record.state)
                return [
                    Table.Cell(text("kind.\(record.kind.rawValue)", language)),
                    Table.Cell(choiceText("channel", record.route.rawValue, language)),
                    Table.Cell(text("state.\(record.state.rawValue)", language)),
                    Table.Cell(
                        record.steps.map {
                            "\(time($0.at, language)) \(text("state.\($0.state.rawValue)", language))"
                                + ($0.reply.map { " (\($0))" } ?? "")
                        }.joined(separator: "\n")),
                    Table.Cell(
                        canRetry ? text("retryOne.title", language) : "",
                        path: canRetry ? "/manager/voters/\(page.voter.id)/messages/\(record.id)/retry" : nil),
                ]
            }, empty: text("voter.noMessage", language))
    }

    /// The page for programs; whether somebody voted only for whom that may be known.
    /// `voter`, masked `mail` and `phone`, `hasAddress`, `firstSignIn`, `hasSecret`, `slowedSeconds`, `channels`,
    /// `identifiers`, `messages` with their `steps`, and `signatures`, null where they may not be known.
    private func voterPageData(_ page: VoterDesk.Page) -> JSONValue {
        .object([
            "voter": voterData(page.voter), "mail": .optional(page.mail), "phone": .optional(page.phone),
            "hasAddress": .flag(page.hasAddress), "firstSignIn": .time(page.firstSignIn),
            "hasSecret": .flag(page.hasSecret), "slowedSeconds": .number(page.slowedFor),
            "channels": .text(page.channels.verdict.rawValue),
            "identifiers": .list(
                page.identifiers.map {
                    .object([
                        "generation": .number($0.generation), "state": .text($0.state),
                        "isPrinted": .flag($0.isPrinted),
                        "channel": .text($0.route.rawValue),
                        "createdAt": .time($0.createdAt), "endedAt": .time($0.endedAt),
                    ])
                }),
            "messages": .list(
                page.messages.map { message in
                    .object([
                        "id": .number(message.id), "kind": .text(message.kind.rawValue),
                        "channel": .text(message.route.rawValue), "state": .text(message.state.rawValue),
                        "createdAt": .time(message.createdAt), "acceptedAt": .time(message.acceptedAt),
                        "endedAt": .time(message.endedAt),
                        "steps": .list(
                            message.steps.map {
                                .object([
                                    "state": .text($0.state.rawValue), "at": .time($0.at), "reply": .optional($0.reply),
                                ])
                            }),
                    ])
                }),
            "signatures": page.signatures.map { list in
                .list(list.map { .object(["ballot": .text($0.ballot), "signedAt": .time($0.signedAt)]) })
            } ?? .none,
        ])
    }

    // MARK: Contacts given on the phone

    /// After the close: who gave which voters a new contact, and who of them then voted.
    /// For programs a list: `by`, `reference`, `channel`, `at`, `reason`, and `hasVoted`, null until it may be known.
    func given(_ call: Call) throws -> Screen {
        let language = call.language
        let rows = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.desk.given(reading, for: call.viewer)
        }
        return Screen(
            title: text("given.title", language),
            blocks: [
                .text(
                    text(
                        rows.allSatisfy { $0.hasVoted == nil } && !rows.isEmpty ? "given.during" : "given.text",
                        language)),
                .table(
                    Table(
                        caption: text("given.title", language),
                        head: ["given.by", "f.reference", "f.name", "f.channel", "given.at", "why", "given.voted"]
                            .map { (text($0, language), false) },
                        rows: rows.map { row in
                            [
                                Table.Cell(row.by), Table.Cell(row.voter.reference),
                                Table.Cell(row.voter.courteousName(language)),
                                Table.Cell(choiceText("channel", row.route.rawValue, language)),
                                Table.Cell(time(row.at, language)),
                                Table.Cell(row.reason),
                                Table.Cell(
                                    row.hasVoted.map { text($0 ? "yes" : "no", language) }
                                        ?? text("given.later", language)),
                            ]
                        }, empty: text("given.none", language))),
            ],
            data: .list(
                rows.map {
                    .object([
                        "by": .text($0.by), "reference": .text($0.voter.reference), "channel": .text($0.route.rawValue),
                        "at": .time($0.at), "reason": .text($0.reason),
                        "hasVoted": $0.hasVoted.map { .flag($0) } ?? .none,
                    ])
                }))
    }

    // MARK: Questions

    /// Questions that wait, and where the visitor with a support code stands.
    /// For programs: `questions`, and the `trace` of the code that was asked for.
    func questions(_ call: Call) throws -> Screen {
        let language = call.language
        let code = String(call["code"].trimmed.uppercased().prefix(10))
        let (entries, trace) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> ([HelpQueue.Entry], HelpQueue.Trace?) in
            (
                try parts.help.questions(
                    reading, withDone: false, after: call.number("after") ?? 0, limit: HelpQueue.pageSize),
                code.isEmpty ? nil : try parts.help.trace(reading, code: code)
            )
        }
        let field = FormBlock.Field(
            name: "code", label: text("questions.code", language), hint: text("questions.code.hint", language),
            input: .text(maximum: 10), value: code)
        var blocks: [Block] = [
            .form(
                FormBlock(
                    path: "/manager/questions", fields: [field], button: text("questions.do", language), isQuery: true))
        ]
        if let trace {
            blocks.append(
                .facts([
                    (text("questions.step", language), text("step.\(trace.step)", language)),
                    (
                        text("questions.trouble", language),
                        trace.trouble.isEmpty ? text("none", language) : trace.trouble
                    ),
                    (text("questions.at", language), time(trace.at, language)),
                ]))
        } else if !code.isEmpty {
            blocks.append(.notice(text("questions.noTrace", language), isBad: true))
        }
        blocks.append(
            .table(
                Table(
                    caption: text("questions.waiting", language),
                    head: [
                        "approvals.number", "f.created", "questions.code", "f.name", "questions.contact",
                        "questions.text", "staff.deeds",
                    ]
                    .map { (text($0, language), false) },
                    rows: entries.map { entry in
                        [
                            Table.Cell("\(entry.id)"), Table.Cell(time(entry.at, language)), Table.Cell(entry.code),
                            Table.Cell(entry.question.name), Table.Cell(entry.question.contact),
                            Table.Cell(entry.question.text),
                            Table.Cell(text("answered.do", language), path: "/manager/questions/\(entry.id)/done"),
                        ]
                    }, empty: text("questions.none", language))))
        if entries.count == HelpQueue.pageSize, let last = entries.last {
            blocks.append(
                .links([(text("questions.more", language), "/manager/questions?after=\(last.id)")]))
        }
        return Screen(
            title: text("menu.questions", language), blocks: blocks,
            data: .object([
                "questions": .list(
                    entries.map {
                        .object([
                            "id": .number($0.id), "at": .time($0.at), "code": .text($0.code),
                            "name": .text($0.question.name), "contact": .text($0.question.contact),
                            "text": .text($0.question.text),
                        ])
                    }),
                "trace": trace.map {
                    .object(["step": .text($0.step), "trouble": .text($0.trouble), "at": .time($0.at)])
                } ?? .none,
            ]))
    }
}
