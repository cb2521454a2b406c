import Access
import Bureau
import Contacts
import Crypto
import Elections
import Foundation
import Journal
import Passphrases
import Polling
import Recovery
import Staff
import Store
import VoterRoll

/// The first page, the roll, the journal, the staff.
enum HouseViews {
    static let all = [
        ConsoleView(path: "", deed: .seeOwn) { site, call in try site.home(call) },
        ConsoleView(path: "roll", deed: .changeRoll) { site, call in try site.rollScreen(call) },
        ConsoleView(
            path: "journal", deed: .seeJournal,
            query: [
                DeedField("action", .text(maximum: 60), isRequired: false),
                DeedField("who", .text(maximum: 60), isRequired: false),
                DeedField("text", .text(maximum: 100), isRequired: false),
                DeedField("before", .number(1...1_000_000_000), isRequired: false),
            ]
        ) { site, call in try site.journal(call) },
        ConsoleView(path: "journal/check", deed: .seeJournal) { site, call in try site.journalCheck(call) },
        ConsoleView(path: "staff", deed: .seeStaff) { site, call in try site.staff(call) },
        ConsoleView(path: "clients", deed: .changeClients) { site, call in try site.clientList(call) },
        ConsoleView(path: "account", deed: .seeOwn) { site, call in try site.account(call) },
    ]
}

enum HouseActions {
    private static let toRoll: @Sendable (Call) -> String = { _ in "roll" }
    private static let toStaff: @Sendable (Call) -> String = { _ in "staff" }

    static let all = [
        ConsoleAction(
            path: "roll/add", deed: .changeRoll, name: "rollAdd", fields: { site, _ in site.lateVoterFields() },
            run: { try $0.addVoter($1) }, back: toRoll),
        ConsoleAction(
            path: "roll/apply", deed: .changeRoll, name: "rollApply",
            fields: { _, _ in [DeedField("confirmed", .flag)] },
            run: { try $0.applyRoll($1) }, back: toRoll),
        ConsoleAction(
            path: "roll/drop", deed: .changeRoll, name: "rollDrop", fields: { _, _ in [] },
            run: { try $0.dropRoll($1) },
            back: toRoll),
        ConsoleAction(
            path: "staff/add", deed: .keepStaff, name: "staffAdd",
            fields: { _, _ in
                [
                    DeedField("name", .text(maximum: 40)), DeedField("fullName", .text(maximum: 100)),
                    DeedField("mail", .text(maximum: 254)),
                    DeedField("role", .choice(StaffRole.allCases.map(\.rawValue))),
                    DeedField("language", .choice(Language.allCases.map(\.rawValue))),
                ]
            }, run: { try $0.addStaff($1) }, back: toStaff),
        ConsoleAction(
            path: "staff/{member}/renew", deed: .keepStaff, name: "staffRenew", fields: { _, _ in [.reason] },
            intro: { try $0.aboutMember($1) }, run: { try $0.renewStaff($1) }, back: toStaff),
        ConsoleAction(
            path: "staff/{member}/remove", deed: .keepStaff, name: "staffRemove", fields: { _, _ in [.reason] },
            intro: { try $0.aboutMember($1) }, run: { try $0.removeStaff($1) }, back: toStaff),
        ConsoleAction(
            path: "clients/add", deed: .changeClients, name: "clientAdd",
            fields: { _, _ in
                [
                    DeedField("name", .text(maximum: 40)),
                    DeedField("role", .choice(["manager", "support"])),
                    DeedField("days", .number(1...StaffClients.longestDays)),
                ]
            }, run: { try $0.addClient($1) }, back: { _ in "clients" }),
        ConsoleAction(
            path: "clients/{client}/remove", deed: .changeClients, name: "clientRemove", fields: { _, _ in [] },
            run: { try $0.removeClient($1) }, back: { _ in "clients" }),
    ]
}

extension ConsoleSite {
    // MARK: First page

    func home(_ call: Call) throws -> Screen {
        let language = call.language
        let (poll, alerts, waiting, questions) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (Poll?, [Alert], Int, Int) in
            (
                try Poll.find(reading, election: parts.desk.election.number), try parts.desk.alerts(reading),
                try approvals.waitingCount(reading),
                call.viewer.may(.answerVoters) ? try parts.help.questions(reading, withDone: false).count : 0
            )
        }
        var blocks: [Block] = []
        if call.viewer.may(.decide) {
            for alert in alerts {
                blocks.append(
                    .notice("\(text("alert.\(alert.kind)", language)) \(alert.subject), \(time(alert.at))", isBad: true)
                )
                blocks.append(.links([(text("seen.title", language), "/manager/alerts/\(alert.id)/seen")]))
            }
        }
        if call.viewer.may(.seeDeliveries) {
            let picture = try parts.deliveries.picture()
            let count = picture.warnings.count + picture.pauses.count + picture.holds.count
            if count > 0 {
                blocks.append(.notice("\(text("home.warnings", language)) \(count)", isBad: true))
                blocks.append(.links([(text("menu.deliveries", language), "/manager/deliveries")]))
            }
        }
        let state = poll.map { text("poll.\($0.state.rawValue)", language) } ?? text("poll.none", language)
        var facts = [
            (text("home.election", language), election.title[language]), (text("seal.state", language), state),
            (text("home.opens", language), LocalTime.phrase(election.opens, zone: election.timeZone, language)),
            (
                text("home.closes", language),
                LocalTime.phrase(poll?.closesAt ?? election.closes, zone: election.timeZone, language)
            ),
        ]
        if call.viewer.may(.decide) { facts.append((text("menu.approvals", language), "\(waiting)")) }
        if call.viewer.may(.answerVoters) { facts.append((text("menu.questions", language), "\(questions)")) }
        blocks.append(.facts(facts))
        blocks.append(.text(text("home.\(call.viewer.role.rawValue)", language)))
        if call.viewer.may(.exportProof) {
            blocks.append(
                .links([
                    (text("given.title", language), "/manager/given"),
                    (text("proof.csv", language), "/manager/proof.csv"),
                ]))
        }
        return Screen(
            title: text("home.title", language), blocks: blocks,
            data: .object([
                "election": .text(election.id), "poll": .optional(poll?.state.rawValue), "opens": .time(election.opens),
                "closes": .time(poll?.closesAt ?? election.closes),
            ]), isLive: true)
    }

    // MARK: Roll

    func rollScreen(_ call: Call) throws -> Screen {
        let language = call.language
        let isSealed = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.desk.isSealed(reading)
        }
        var blocks: [Block] = isSealed ? [.notice(text("roll.sealed.text", language), isBad: false)] : []
        var state = "none"
        switch parts.roll.job {
        case nil: break
        case .reading(let file, let rows):
            state = "reading"
            blocks.append(.notice("\(file) : \(text("roll.reading", language)) \(rows)", isBad: false))
            blocks.append(.links([(text("rollDrop.title", language), "/manager/roll/drop")]))
        case .applying(let file):
            state = "applying"
            blocks.append(.notice("\(file) : \(text("roll.applying", language))", isBad: false))
        case .failed(let file, let why):
            state = "failed"
            blocks.append(.notice("\(file) : \(why)", isBad: true))
        case .cancelled(let file):
            state = "cancelled"
            blocks.append(.notice("\(file) : \(text("roll.cancelled", language))", isBad: false))
        case .applied(let file, let summary):
            state = "applied"
            blocks.append(
                .notice(
                    "\(file) : \(text("roll.applied", language)) +\(summary.added), \(summary.changed), -\(summary.removed)",
                    isBad: false))
        case .ready(let file, let summary):
            state = "ready"
            blocks += ready(file, summary, language)
        }
        guard !isSealed else {
            return Screen(title: text("menu.roll", language), blocks: blocks, data: .object(["state": .text("sealed")]))
        }
        blocks.append(.heading(text("roll.upload", language)))
        blocks.append(
            .form(
                FormBlock(
                    path: "/manager/\(RollUpload.path)",
                    fields: [
                        .init(
                            name: "file", label: text("roll.file", language), hint: text("roll.file.hint", language),
                            input: .file),
                        .init(
                            name: "valid", label: text("roll.valid", language), input: .check, value: "",
                            isRequired: false),
                    ], button: text("roll.do", language))))
        blocks.append(.links([(text("rollAdd.title", language), "/manager/roll/add")]))
        return Screen(
            title: text("menu.roll", language), blocks: blocks, data: .object(["state": .text(state)]),
            isLive: ["reading", "applying"].contains(state))
    }

    private func ready(_ file: String, _ summary: RollDesk.Summary, _ language: Language) -> [Block] {
        var blocks: [Block] = [
            .heading("\(file) : \(text("roll.ready", language))"),
            .facts([
                (text("roll.rows", language), "\(summary.rows)"), (text("roll.encoding", language), summary.encoding),
                (text("roll.added", language), "\(summary.added)"),
                (text("roll.changed", language), "\(summary.changed)"),
                (text("roll.removed", language), "\(summary.removed)"),
                (text("roll.rejected", language), "\(summary.rejected)"),
                (text("roll.warnings", language), "\(summary.warningCount)"),
                (
                    text("roll.ignored", language),
                    summary.ignored.isEmpty ? text("none", language) : summary.ignored.joined(separator: ", ")
                ),
            ]),
        ]
        func table(_ caption: String, _ faults: [RollFault]) -> Block {
            .table(
                Table(
                    caption: text(caption, language),
                    head: ["roll.line", "roll.column", "f.value", "why"].map { (text($0, language), false) },
                    rows: faults.prefix(200).map {
                        [Table.Cell("\($0.line)"), Table.Cell($0.column), Table.Cell($0.value), Table.Cell($0.reason)]
                    }, empty: text("none", language)))
        }
        blocks += [table("roll.rejected", summary.faults), table("roll.warnings", summary.warnings)]
        blocks.append(
            .table(
                Table(
                    caption: text("roll.changed", language),
                    head: ["roll.line", "f.reference", "roll.changes"].map { (text($0, language), false) },
                    rows: summary.differences.map {
                        [
                            Table.Cell("\($0.line)"), Table.Cell($0.reference),
                            Table.Cell($0.changes.map(\.text).joined(separator: " ; ")),
                        ]
                    }, empty: text("none", language))))
        for (key, count, names) in [
            ("roll.added", summary.added, summary.addedNames), ("roll.removed", summary.removed, summary.removedNames),
        ] where !names.isEmpty {
            let rest = count > names.count ? " (\(text("roll.first", language)) \(names.count))" : ""
            blocks += [.heading("\(text(key, language)) : \(count)\(rest)"), .codes(names)]
        }
        blocks.append(
            .links([
                (text("rollApply.title", language), "/manager/roll/apply"),
                (text("rollDrop.title", language), "/manager/roll/drop"),
            ]))
        return blocks
    }

    func lateVoterFields() -> [DeedField] {
        func optional(_ name: String, _ maximum: Int = 254) -> DeedField {
            DeedField(name, .text(maximum: maximum), isRequired: false)
        }
        return [
            DeedField("reference", .text(maximum: 64)), DeedField("last_name", .text(maximum: 100)),
            optional("first_name", 100), DeedField("civility", .choice(["", "M", "Mme"]), isRequired: false),
            DeedField("college", .choice(election.colleges.keys.sorted())),
            DeedField(
                "site", .choice(election.sites.isEmpty ? [""] : election.sites.keys.sorted()),
                isRequired: !election.sites.isEmpty), optional("email"),
            optional("phone", 30), optional("address1", 400), .reason,
        ]
    }

    func addVoter(_ call: Call) throws -> DeedAnswer {
        let columns: [Column] = [.lastName, .firstName, .civility, .college, .site, .email, .phone, .address1]
        let values = Dictionary(uniqueKeysWithValues: columns.map { ($0, call[$0.rawValue].trimmed) })
        let (change, voter) = try parts.roll.add(
            reference: call["reference"].trimmed, values: values, reason: call["reason"].trimmed, by: call.viewer)
        switch change {
        case .done:
            return .done(
                text("rollAdd.done", call.language), next: "voters/\(voter ?? 0)", data: ["voter": .optional(voter)])
        case .sealed: return .refused(409, text("roll.cannot.sealed", call.language))
        case .refused(let reason): return .refused(422, refusal(reason, "refusal.value", call.language))
        case .importing: return .refused(409, text("roll.cannot.busy", call.language))
        case .unknownVoter, .asked, .already: return .refused(404, text("reissue.unknown", call.language))
        }
    }

    func applyRoll(_ call: Call) throws -> DeedAnswer {
        guard call.has("confirmed") else {
            return .refused(422, text("rollApply.confirm", call.language), field: "confirmed")
        }
        if let obstacle = try parts.roll.apply(by: call.viewer) {
            return .refused(409, text("roll.cannot.\(obstacle)", call.language))
        }
        return .done(text("rollApply.done", call.language), next: "roll")
    }

    func dropRoll(_ call: Call) throws -> DeedAnswer {
        try parts.roll.drop()
            ? .done(text("rollDrop.done", call.language), next: "roll")
            : .refused(409, text("roll.cannot.nothing", call.language))
    }

    // MARK: Journal

    /// Entries on one page.
    private static let journalPage = 100

    func journal(_ call: Call) throws -> Screen {
        let language = call.language
        let filter = Logbook.Filter(
            election: election.id, action: call["action"].trimmed, principal: call["who"].trimmed,
            text: call["text"].trimmed,
            before: call.number("before"))
        // What tells of a single vote or sign-in during the poll is not in the journal at all.
        let (entries, isHidden) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> ([JournalEntry], Bool) in
            (
                try Logbook.page(reading, filter, limit: ConsoleSite.journalPage),
                try parts.desk.isSecret(reading) && !call.viewer.may(.seeVotes)
            )
        }
        func field(_ name: String) -> FormBlock.Field {
            .init(
                name: name, label: text("journal.\(name)", language), input: .text(maximum: 100), value: call[name],
                isRequired: false)
        }
        var blocks: [Block] = [
            .form(
                FormBlock(
                    path: "/manager/journal", fields: ["action", "who", "text"].map(field),
                    button: text("journal.do", language),
                    isQuery: true)),
            .table(
                Table(
                    caption: text("menu.journal", language),
                    head: ["approvals.number", "journal.when", "journal.who", "journal.action", "journal.details"].map {
                        (text($0, language), false)
                    },
                    rows: entries.map { entry in
                        [
                            .number(entry.number), Table.Cell(time(entry.at)), Table.Cell(entry.principal),
                            Table.Cell(entry.action), Table.Cell(ConsoleSite.told(entry, isHidden)),
                        ]
                    }, empty: text("none", language))),
        ]
        var links = [
            (text("journal.check", language), "/manager/journal/check"),
            (text("journal.export", language), "/manager/journal.csv"),
        ]
        if entries.count == ConsoleSite.journalPage, let last = entries.last {
            let query = ["action", "who", "text"].filter { !call[$0].isEmpty }
                .map { "\($0)=\(call[$0].addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")&" }
                .joined()
            links.append((text("journal.older", language), "/manager/journal?\(query)before=\(last.number)"))
        }
        blocks.append(.links(links))
        return Screen(
            title: text("menu.journal", language), blocks: blocks,
            data: .list(
                entries.map {
                    .object([
                        "number": .number($0.number), "at": .time($0.at), "principal": .text($0.principal),
                        "action": .text($0.action), "details": .text(ConsoleSite.told($0, isHidden)),
                    ])
                }))
    }

    /// An entry's details as far as its reader may know them: how many votes lie in the box between two rounds is nobody's
    /// but the bureau's while the poll is open.
    private static func told(_ entry: JournalEntry, _ isHidden: Bool) -> String {
        let counts = ["poll.suspend", "poll.resume", "poll.closing"]
        return isHidden && counts.contains(entry.action) ? "{\"votes\":\"...\"}" : entry.details
    }

    func journalCheck(_ call: Call) throws -> Screen {
        let verdict = try store.read { (reading: borrowing Reading) throws(StoreError) in try Logbook.verify(reading) }
        var isIntact = false
        if case .intact = verdict { isIntact = true }
        return Screen(
            title: text("journal.check", call.language),
            blocks: [
                .notice(text(isIntact ? "journal.intact" : "journal.isBroken", call.language), isBad: !isIntact),
                .facts([(text("seal.journal", call.language), headWords(verdict, call.language))]),
                .links([(text("back", call.language), "/manager/journal")]),
            ], data: .object(["isIntact": .flag(isIntact), "head": .text(headWords(verdict, .en))]))
    }

    func journalFile(_ call: Call) throws -> Response {
        var text =
            ConsoleSite.sheetHead + ["number", "at", "principal", "action", "details", "hash"].joined(separator: ";")
            + "\r\n"
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            let isHidden = try parts.desk.isSecret(reading) && !call.viewer.may(.seeVotes)
            try Logbook.each(reading) { entry, hash throws(StoreError) in
                guard entry.election == nil || entry.election == election.id else { return }
                text +=
                    [
                        "\(entry.number)", time(entry.at), entry.principal, entry.action,
                        ConsoleSite.told(entry, isHidden), hex(hash),
                    ].map(SpreadsheetField.quoted).joined(separator: ";") + "\r\n"
            }
        }
        try journalExport(call, "journal.csv")
        return ConsoleSite.file(text, "journal.csv", type: "text/csv; charset=utf-8")
    }

    // MARK: Staff

    func staff(_ call: Call) throws -> Screen {
        let language = call.language
        let members = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.register.members(reading)
        }
        var blocks: [Block] = [
            .table(
                Table(
                    caption: text("menu.staff", language),
                    head: [
                        "staff.name", "staff.fullName", "staff.role", "staff.factor", "staff.addedBy", "letters.key",
                        "staff.deeds", "",
                    ].map {
                        ($0.isEmpty ? "" : text($0, language), false)
                    },
                    rows: members.map { member in
                        let may = call.viewer.may(member.role.keeper) && member.principal != call.viewer.principal
                        return [
                            Table.Cell(member.name), Table.Cell(member.fullName),
                            Table.Cell(StaffRegister.word(member.role, language)),
                            Table.Cell(text(member.hasFactor ? "yes" : "no", language)),
                            Table.Cell("\(member.addedBy), \(time(member.addedAt))"),
                            Table.Cell(member.fingerprint ?? ""),
                            Table.Cell(
                                may ? text("staffRenew.title", language) : "",
                                path: may ? "/manager/staff/\(member.name)/renew" : nil),
                            Table.Cell(
                                may ? text("staffRemove.title", language) : "",
                                path: may ? "/manager/staff/\(member.name)/remove" : nil),
                        ]
                    }))
        ]
        if call.viewer.may(.changeStaff) || call.viewer.may(.changeBureau) {
            blocks.append(.links([(text("staffAdd.title", language), "/manager/staff/add")]))
        }
        return Screen(
            title: text("menu.staff", language), blocks: blocks,
            data: .list(
                members.map {
                    .object([
                        "name": .text($0.name), "fullName": .text($0.fullName), "role": .text($0.role.rawValue),
                        "hasAuthenticator": .flag($0.hasFactor),
                    ])
                }))
    }

    /// Refuses who may not add or remove people of a role; the journal keeps it.
    private func mayNot(_ call: Call, _ role: StaffRole) throws -> DeedAnswer? {
        guard !call.viewer.may(role.keeper) else { return nil }
        try journalDenied(call.viewer, role.keeper, "staff", from: call.source)
        return .refused(403, text("staffAdd.denied", call.language))
    }

    func addStaff(_ call: Call) throws -> DeedAnswer {
        let language = call.language
        guard let role = StaffRole(rawValue: call["role"]) else {
            return .refused(422, text("fault.choice", language), field: "role")
        }
        if let refusal = try mayNot(call, role) { return refusal }
        let mail: EmailAddress
        do throws(EmailAddress.Fault) { mail = try EmailAddress(call["mail"].trimmed) } catch {
            return .refused(
                422, refusal("\"\(call["mail"])\" \(error.reason)", "refusal.contact", language), field: "mail")
        }
        let newcomer = StaffRegister.Newcomer(
            name: call["name"].trimmed, fullName: call["fullName"].trimmed, mail: mail, role: role,
            language: Language(rawValue: call["language"]) ?? .fr)
        let change = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try parts.register.add(transaction, newcomer, by: call.viewer.principal)
        }
        switch change {
        case .done: return .done(text("staffAdd.done", language), next: "staff", data: ["name": .text(newcomer.name)])
        case .taken: return .refused(409, text("staffAdd.taken", language), field: "name")
        case .badName: return .refused(422, text("staffAdd.badName", language), field: "name")
        case .unknown: return .refused(404, text("notFound.text", language))
        }
    }

    private func member(_ call: Call) throws(StoreError) -> StaffMember? {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.register.member(reading, name: call.place["member"] ?? "")
        }
    }

    func aboutMember(_ call: Call) throws -> [Block]? {
        guard let member = try member(call) else { return nil }
        return [
            .facts([
                (text("staff.name", call.language), member.name),
                (text("staff.fullName", call.language), member.fullName),
                (text("staff.role", call.language), StaffRegister.word(member.role, call.language)),
            ])
        ]
    }

    func renewStaff(_ call: Call) throws -> DeedAnswer {
        guard let member = try member(call) else { return .refused(404, text("notFound.text", call.language)) }
        if let refusal = try mayNot(call, member.role) { return refusal }
        if member.principal == call.viewer.principal { return .refused(403, text("staff.own", call.language)) }
        let change = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try parts.register.renew(
                transaction, name: member.name, reason: call["reason"].trimmed, by: call.viewer.principal)
        }
        guard case .done = change else { return .refused(404, text("notFound.text", call.language)) }
        return .done(text("staffRenew.done", call.language), next: "staff")
    }

    func removeStaff(_ call: Call) throws -> DeedAnswer {
        guard let member = try member(call) else { return .refused(404, text("notFound.text", call.language)) }
        if let refusal = try mayNot(call, member.role) { return refusal }
        if member.principal == call.viewer.principal { return .refused(403, text("staff.own", call.language)) }
        let isDone = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try parts.register.remove(
                transaction, name: member.name, reason: call["reason"].trimmed, by: call.viewer.principal)
        }
        return isDone
            ? .done(text("staffRemove.done", call.language), next: "staff")
            : .refused(404, text("notFound.text", call.language))
    }

    // MARK: Programs

    func clientList(_ call: Call) throws -> Screen {
        let language = call.language
        let all = try store.read { (reading: borrowing Reading) throws(StoreError) in try clients.all(reading) }
        return Screen(
            title: text("menu.clients", language),
            blocks: [
                .text(text("clients.text", language)),
                .table(
                    Table(
                        caption: text("menu.clients", language),
                        head: ["staff.name", "staff.role", "staff.addedBy", "clients.expires", "staff.deeds"].map {
                            (text($0, language), false)
                        },
                        rows: all.map {
                            [
                                Table.Cell($0.name), Table.Cell(StaffRegister.word($0.role, language)),
                                Table.Cell($0.addedBy),
                                Table.Cell(time($0.expiresAt)),
                                Table.Cell(
                                    text("clientRemove.title", language), path: "/manager/clients/\($0.name)/remove"),
                            ]
                        }, empty: text("none", language))),
                .links([
                    (text("clientAdd.title", language), "/manager/clients/add"), ("OpenAPI", "/api/v1/openapi.json"),
                ]),
            ],
            data: .list(
                all.map {
                    .object(["name": .text($0.name), "role": .text($0.role.rawValue), "expiresAt": .time($0.expiresAt)])
                }))
    }

    func addClient(_ call: Call) throws -> DeedAnswer {
        let language = call.language
        guard let role = StaffRole(rawValue: call["role"]) else {
            return .refused(422, text("fault.choice", language), field: "role")
        }
        let token = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try clients.add(
                transaction, name: call["name"].trimmed, role: role, days: call.number("days") ?? 1,
                by: call.viewer.principal)
        }
        guard let token else { return .refused(422, text("staffAdd.badName", language), field: "name") }
        return .shown(
            Screen(
                title: text("clientAdd.title", language),
                blocks: [
                    .text(text("clientAdd.shown", language)), .codes([token]),
                    .links([(text("back", language), "/manager/clients")]),
                ], data: .object(["token": .text(token)])))
    }

    func removeClient(_ call: Call) throws -> DeedAnswer {
        let isDone = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try clients.remove(transaction, name: call.place["client"] ?? "", by: call.viewer.principal)
        }
        return isDone
            ? .done(text("clientRemove.done", call.language), next: "clients")
            : .refused(404, text("notFound.text", call.language))
    }

    // MARK: Oneself

    func account(_ call: Call) throws -> Screen {
        let language = call.language
        guard case .staff(let name) = call.viewer.principal else { return Screen(title: "", blocks: [], data: .none) }
        let (member, left, signIns) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (StaffMember?, Int, [SignIn]) in
            let member = try parts.register.member(reading, name: name)
            return (
                member, try member.map { member throws(StoreError) in try factor.spareLeft(reading, member) } ?? 0,
                try parts.door.signIns(reading, call.viewer.principal, limit: 10)
            )
        }
        return Screen(
            title: text("menu.account", language),
            blocks: [
                .facts([
                    (text("staff.name", language), name), (text("staff.fullName", language), member?.fullName ?? ""),
                    (text("staff.role", language), StaffRegister.word(call.viewer.role, language)),
                    (text("account.spare", language), "\(left)"),
                ]), .hint(text("account.hint", language)),
                .table(
                    Table(
                        caption: text("account.signIns", language), head: [(text("journal.when", language), false)],
                        rows: signIns.map { [Table.Cell(time($0.at))] }, empty: text("none", language))),
            ], data: .object(["name": .text(name), "role": .text(call.viewer.role.rawValue)]))
    }
}
