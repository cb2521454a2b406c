import Authentication
import Contacts
import Crypto
import Elections
import Foundation
import HTTPServer
import Journal
import Operations
import Polling
import Staff
import Store
import VoterRoll

/// The first page, the roll, the journal, the staff.
enum HouseViews {
    /// Pages and resources.
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
        ConsoleView(path: "roll/headings", deed: .changeRoll) { site, call in site.headingsScreen(call) },
        ConsoleView(path: "journal/check", deed: .seeJournal) { site, call in try site.journalCheck(call) },
        ConsoleView(path: "staff", deed: .seeStaff) { site, call in try site.staff(call) },
        ConsoleView(path: "clients", deed: .changeClients) { site, call in try site.clientList(call) },
        ConsoleView(path: "account", deed: .seeOwn) { site, call in try site.account(call) },
        ConsoleView(path: "help", deed: .seeOwn) { site, call in site.help(call) },
        ConsoleView(path: "help/{guide}", deed: .seeOwn) { site, call in site.helpGuide(call) },
    ]
}

/// Files of the guides.
enum HouseFiles {
    /// Pictures alone.
    static let all = [
        ConsoleFile(path: "help/pictures/{name}", deed: .seeOwn) { site, call, _ in site.helpPicture(call) }
    ]
}

/// Deeds on roll, staff and programs.
enum HouseActions {
    /// Where forms of the roll lead back.
    private static let toRoll: @Sendable (Call) -> String = { _ in "roll" }
    /// Where forms of the staff lead back.
    private static let toStaff: @Sendable (Call) -> String = { _ in "staff" }

    /// Those whose functions stand in the files of roll and staff.
    static let all = [
        ConsoleAction(
            path: "roll/add", deed: .changeRoll, name: "rollAdd", fields: { site, _ in site.lateVoterFields() },
            run: { try $0.addVoter($1) }, back: toRoll),
        ConsoleAction(
            path: "roll/apply", deed: .changeRoll, name: "rollApply",
            fields: { site, _ in
                [
                    DeedField("confirmed", .flag),
                    DeedField(
                        "import", .hidden, isRequired: false, value: site.parts.roll.waitingFile.map(String.init)),
                ]
            },
            run: { try $0.applyRoll($1) }, back: toRoll),
        ConsoleAction(
            path: "roll/columns", deed: .changeRoll, name: "rollColumns", fields: { site, _ in site.columnFields() },
            intro: { $0.aboutColumns($1) }, run: { try $0.answerColumns($1) }, back: toRoll),
        ConsoleAction(
            path: "roll/drop", deed: .changeRoll, name: "rollDrop", fields: { _, _ in [] },
            run: { try $0.dropRoll($1) },
            back: toRoll),
        ConsoleAction(
            path: "staff/add", deed: .keepStaff, name: "staffAdd",
            fields: { _, _ in
                [
                    DeedField("name", .text(maximum: 40)),
                    DeedField("fullName", .text(maximum: StaffReason.longestName)),
                    DeedField("mail", .text(maximum: 254)),
                    DeedField("role", .choice(StaffRole.allCases.map(\.rawValue))),
                    DeedField("language", .choice(Language.allCases.map(\.rawValue))),
                ]
            }, run: { try $0.addStaff($1) }, back: toStaff),
        ConsoleAction(
            path: "staff/{member}/confirm", deed: .decide, name: "staffConfirm", fields: { _, _ in [] },
            intro: { try $0.aboutMember($1) }, run: { try $0.confirmStaff($1) }, back: toStaff),
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

    /// The first page: alerts and warnings, then the poll's state and hours.
    /// For programs: `election`, `poll`, `opens`, `closes`, `phase`, `reason`, `clockDoubt`.
    func home(_ call: Call) throws -> Screen {
        let language = call.language
        let (poll, hours, alerts, waiting, questions) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (Poll?, PollHours, [Alert], Int, Int) in
            (
                try Poll.find(reading, election: parts.desk.election.number),
                try PollHours.find(reading, parts.desk.election), try parts.desk.alerts(reading),
                try approvals.waitingCount(reading),
                call.viewer.may(.answerVoters) ? try parts.help.waiting(reading) : 0
            )
        }
        var blocks = clockNotice(poll, call)
        if call.viewer.may(.decide) {
            for alert in alerts {
                blocks.append(
                    .notice(
                        "\(text("alert.\(alert.kind)", language)) \(alert.subject), \(time(alert.at, language))",
                        isBad: true)
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
        let state = pollState(poll, hours, language)
        var facts = [
            (text("home.election", language), election.title[language]), (text("seal.state", language), state),
            (text("home.opens", language), election.timeWords(hours.opens, language)),
            (text("home.closes", language), election.timeWords(hours.closes, language)),
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
                "election": .text(election.id), "poll": .optional(poll?.state.rawValue), "opens": .time(hours.opens),
                "closes": .time(hours.closes), "phase": .text(hours.phase(parts.clock.now).rawValue),
                "reason": .optional(hours.reason),
                "clockDoubt": poll?.state.isFinal == false ? .optional(poll?.clockDoubt?.rawValue) : .none,
            ]), isLive: true)
    }

    // MARK: Journal

    /// Entries on one page.
    private static let journalPage = 100

    /// A page of the journal, the latest entry first.
    /// For programs a list: `number`, `at`, `principal`, `action`, `details` as JSON in a text.
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
                            .number(entry.number), Table.Cell(time(entry.at, language)), Table.Cell(entry.principal),
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

    /// Checks the journal's whole chain of hashes.
    /// For programs: `isIntact`, and `head` in words.
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

    /// The entries of this election as a sheet, with their hashes. The export itself is kept in the journal.
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
                        "\(entry.number)", LocalTime.short(entry.at, zone: election.timeZone), entry.principal,
                        entry.action,
                        ConsoleSite.told(entry, isHidden), hex(hash),
                    ].map(SpreadsheetField.quoted).joined(separator: ";") + "\r\n"
            }
        }
        try journalExport(call, "journal.csv")
        return ConsoleSite.file(text, "journal.csv", type: "text/csv; charset=utf-8")
    }
}
