import Foundation
import Journal
import Testing

/// What staff can order, and by which interfaces. A new command or form stands here, beside the operation that it calls: whoever adds the
/// second interface of an act sees that the first one has it.
private struct Act {
    /// What the sources of each interface call.
    let operation: String
    let commands: [String]
    /// Paths of forms, each of which programs can send too where the role allows it.
    let forms: [String]
    /// Last parts of the forms on a voter's page, which all have one path.
    let onVoter: [String]
    /// Paths of pages and files that show the same.
    let pages: [String]

    init(
        _ operation: String, commands: [String] = [], forms: [String] = [], onVoter: [String] = [], pages: [String] = []
    ) {
        (self.operation, self.commands, self.forms) = (operation, commands, forms)
        (self.onVoter, self.pages) = (onVoter, pages)
    }
}

private let acts: [Act] = [
    Act(
        "IdentifierReissue\\(", commands: ["identifiers reissue"], forms: ["voters/{voter}/\\(segment)"],
        onVoter: ["reissue", "reissue-elsewhere"]),
    Act("PassphraseReset\\(", commands: ["passphrase reset"], onVoter: ["passphrase"]),
    Act("RollCorrection\\(", commands: ["roll correct"], onVoter: ["correct"]),
    Act("\\.apply\\(", commands: ["roll import"], forms: ["roll/apply"]),
    Act("HelpAnswer\\(", commands: ["support done"], forms: ["questions/{question}/done"]),
    Act("issueMissing|issueAll", commands: ["identifiers issue"], forms: ["identifiers/issue"]),
    Act("LetterPosting\\(", commands: ["letters posted"], forms: ["letters/{batch}/posted", "parcels/{batch}/posted"]),
    Act(
        "SpoiledSheet\\(", commands: ["letters spoiled"], forms: ["letters/{batch}/spoiled", "parcels/{batch}/spoiled"]),
    Act("LetterReturns\\(", commands: ["letters returned"], forms: ["letters/returned"]),
    Act("atches\\.confirm\\(", commands: ["letters confirm"], forms: ["letters/{batch}/confirm"]),
    Act(
        "deliveries\\.retry\\(|OutboxRetry\\(", commands: ["outbox retry"],
        forms: ["deliveries/retry", "voters/{voter}/messages/{message}/retry"]),
    Act(
        "PollChange\\(", commands: ["poll suspend", "poll resume", "poll extend", "poll abandon"],
        forms: ["poll/suspend", "poll/resume", "poll/extend"]),
    Act("PollClose\\(", commands: ["poll close"], forms: ["poll/close"]),
    Act("PollSeal\\(", commands: ["poll seal"]),
    Act("PollOpening\\(", commands: ["poll open"]),
    Act("BoxKeyReturn\\(", commands: ["poll box-key"]),
    Act("PollDestruction\\(", commands: ["poll destroy"]),
    Act("undoSeal\\(", commands: ["poll unseal"]),
    Act("\\.trust(Clock)?\\(", commands: ["poll clock"], forms: ["poll/clock/trust"]),
    Act(
        "station\\.notes\\.note\\(", commands: ["poll note", "poll present"], forms: ["poll/incident", "poll/presence"]),
    Act("\\.accept\\(", commands: ["poll accept"], forms: ["policy/points/{point}/accept"]),
    Act("ccounts\\.add\\(", commands: ["manager add"], forms: ["staff/add"]),
    Act("ccounts\\.renew\\(", commands: ["manager renew"], forms: ["staff/{member}/renew"]),
    Act("ccounts\\.remove\\(", commands: ["manager remove"], forms: ["staff/{member}/remove"]),
    Act("JournalExport\\(", commands: ["journal export"], pages: ["journal.csv"]),
    Act("MinutesReport\\.find\\(", commands: ["poll minutes"], pages: ["minutes.pdf"]),
    Act("PollStanding\\(", commands: ["poll status"], pages: ["seal"]),
    // One interface each.
    Act("ElectionDefinition\\(", commands: ["election create"]),
    Act("CopyReports\\(", commands: ["poll key-destroyed", "poll backup-destroyed"]),
    Act("BureauMembers\\(", commands: ["bureau add", "bureau remove"]),
    Act("TrusteeChanges\\(", commands: ["trustee add", "trustee confirm", "trustee checked", "trustee remove"]),
    Act("PollKeeping\\(", commands: ["poll keep"]),
    Act("SignatureExport\\(", commands: ["poll signatures"]),
    Act("PollRehearsal\\(", commands: ["poll rehearse"]),
    Act("RollExport\\(", commands: ["roll export"]),
    Act("KeyEscrow\\(", commands: ["key escrow", "key restore", "key seal"]),
    Act("StoreBackup\\(", commands: ["store backup"]),
    Act("RollStrike\\(", onVoter: ["strike"]), Act("VoterSupport\\([^)]*\\)\\)?\\.unlock\\(", onVoter: ["unlock"]),
    Act("VoterSupport\\(.*\\.reveal\\(", forms: ["voters/{voter}/reveal"]),
    Act("ApprovalDecision\\(.*\\.decide\\(", forms: ["approvals/{request}/decide"]),
    Act("ApprovalDecision\\(.*\\.takeBack\\(", forms: ["approvals/{request}/take-back"]),
    Act("Alerts\\(.*\\.markSeen\\(", forms: ["alerts/{alert}/seen"]),
    Act("ProgramTokens\\(.*\\.add\\(", forms: ["clients/add"]),
    Act("ProgramTokens\\(.*\\.remove\\(", forms: ["clients/{client}/remove"]),
    Act("deliveries\\.failOver\\(", forms: ["deliveries/fail-over"]),
    Act("deliveries\\.hold\\(", forms: ["deliveries/hold"]),
    Act("deliveries\\.release\\(", forms: ["deliveries/release"]),
    Act("deliveries\\.set\\(", forms: ["deliveries/threshold"]),
    Act("letters\\.makeSpecimen\\(", commands: ["letters specimen"], forms: ["letters/specimen"]),
    Act("letters\\.approve\\(", commands: ["letters approve"], forms: ["letters/specimens/{specimen}/approve"]),
    Act("letters\\.(begin|printBatch)\\(", commands: ["letters print"], forms: ["letters/print", "letters/again"]),
    Act("letters\\.keep\\(", forms: ["parcels/key"]),
    Act("letters\\.received\\(", forms: ["parcels/{parcel}/received"]),
    Act("letters\\.destroyed\\(", forms: ["parcels/{parcel}/destroyed"]),
    Act("letters\\.fetch\\(", forms: ["parcels/{parcel}/files/{file}/fetch"]),
    Act("policy\\.answer\\(", forms: ["policy/answers"]), Act("rollImport\\.answer\\(", forms: ["roll/columns"]),
    Act("reminders\\.ask\\(", forms: ["reminders/send"]),
    Act("RollAddition\\(", forms: ["roll/add"]), Act("rollImport\\.drop\\(", forms: ["roll/drop"]),
    Act("ccounts\\.confirm\\(", forms: ["staff/{member}/confirm"]),
]

/// Commands of the program alone: they read, they are a trustee's or a member's on a machine of
/// their own, or nobody may do them from afar.
private let commandsAlone: Set<String> = [
    "bureau draft", "bureau kiosk", "bureau list", "bureau sign", "completion", "demo", "doctor", "election check",
    "election show", "identifiers status", "journal verify", "key member", "letters list",
    "manager list", "manual", "observe", "outbox failures", "outbox send", "outbox status",
    "poll custody", "poll expertise", "poll manifest", "poll record", "roll list", "serve",
    "store check", "store empty-log", "store restore", "support code", "support list", "tally answer",
    "tally archive", "tally ballot", "tally check", "tally decrypt", "tally opened", "tally replace", "tally result",
    "tally take", "tally trustee-key", "tally verify", "trustee list",
]

/// Commands of which a form gives the same order, and which no test compares with it, each with the reason.
private let uncompared = [
    // The command writes files for whoever calls it; the console encrypts a parcel to the printer's key.
    "letters print",
    // No form abandons a poll.
    "poll abandon",
    // The form confirms the end of a poll whose clock was in doubt; the command closes at any hour.
    "poll close",
    // Both want a machine whose clock was moved: `test_clock.py` walks each.
    "poll clock",
]

/// All Swift sources of a room as one text.
private func sources(_ room: String) throws -> String {
    let folder = repository.appending(path: "Sources/\(room)")
    return try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        .filter { $0.hasSuffix(".swift") }.sorted()
        .map { try String(contentsOf: folder.appending(path: $0), encoding: .utf8) }.joined(separator: "\n")
}

/// What a command comes to: the program's verbs, and the rooms that they alone stand on.
private func commandSources() throws -> String {
    try ["isoloir", "Demo", "Server", "TrusteeSide"].map(sources).joined(separator: "\n")
}

struct OperationListTests {
    @Test func `every command is on the list, and nothing else`() throws {
        let text = try commandSources() + sources("CommandLineKit")
        let commands = Set(text.matches(of: /[^.]\bCommand\(\s*"([a-z -]+)"/).map { String($0.1) })
        let listed = acts.flatMap(\.commands)
        #expect(commands.count > 80)
        #expect(commands.symmetricDifference(commandsAlone.union(listed)).sorted() == [])
        #expect(commandsAlone.isDisjoint(with: listed) && Set(listed).count == listed.count)
    }

    @Test func `every form of the console is on the list, and nothing else`() throws {
        let forms = Set(try sources("Console").matches(of: /ConsoleAction\(\s*path: "([^"]+)"/).map { String($0.1) })
        let listed = acts.flatMap(\.forms)
        #expect(forms.count > 40)
        #expect(forms.symmetricDifference(listed).sorted() == [])
        #expect(Set(listed).count == listed.count)
    }

    @Test func `every form of a voter's page is on the list, and nothing else`() throws {
        let text = try sources("Console")
        let forms = text.matches(of: /\bon\(\s*"[a-zA-Z]+", "([a-z-]+)", \./).map { String($0.1) }
        #expect(forms.count > 5 && forms.sorted() == acts.flatMap(\.onVoter).sorted())
    }

    @Test func `the journal knows every form, and no other`() throws {
        let text = try sources("Console")
        let forms = text.matches(of: /ConsoleAction\(\s*path: "[^"]+", permission: [^,]+, name: "?([a-zA-Z]+)"?/)
            .map { String($0.1) }.filter { $0 != "name" }
        // Those on a voter's page are made by one function.
        let onPage = text.matches(of: /\bon\(\s*"([a-zA-Z]+)", "[a-z-]+", \./).map { String($0.1) }
        #expect(forms.count > 40 && onPage.count > 5)
        #expect(JournalAction.allCases.compactMap(\.form).sorted() == (forms + onPage).sorted())
    }

    @Test func `each interface calls the operation`() throws {
        let (console, command) = (try sources("Console"), try commandSources())
        for act in acts {
            let operation = try Regex(act.operation)
            if !(act.forms + act.onVoter + act.pages).isEmpty {
                #expect(console.contains(operation), "\(act.operation) at the console")
            }
            for page in act.pages {
                let forms = ["(path: \"\(page)\"", "static let path = \"\(page)\""]
                #expect(forms.contains { console.contains($0) }, "\(page) at the console")
            }
            if !act.commands.isEmpty { #expect(command.contains(operation), "\(act.operation) on the command line") }
        }
    }

    @Test func `a role is that of a session or a token, never a command's own`() throws {
        let made = /\bActor\(\s*principal:/
        #expect(try commandSources().matches(of: made).isEmpty)
        #expect(try commandSources().contains("Actor(account:"))
        // The console makes one in one place, of what it has checked.
        #expect(try sources("Console").matches(of: made).count == 1)
        #expect(try sources("Operations").matches(of: made).isEmpty)
    }

    @Test func `no interface writes what an operation writes`() throws {
        // Entries of the journal are the operations' own, or a lower room's; no two of the interfaces and Operations write the same.
        let entries = { (text: String) in
            text.matches(of: /\.record\(\s*(?:transaction, election: [^:]+, by: [^:]+, )?\.([a-zA-Z]+),/).map {
                String($0.1)
            }
        }
        let (console, command) = (Set(entries(try sources("Console"))), Set(entries(try commandSources())))
        let text = try sources("Operations")
        let operations = Set(
            entries(text) + text.matches(of: /journal\(\s*transaction, actor, \.([a-zA-Z]+),/).map { String($0.1) })
        #expect(operations.count > 25)
        #expect(console.union(command).sorted() == [])
    }

    @Test func `what can be ordered by several doors is compared, or it is said why not`() throws {
        let walked = try String(
            contentsOf: repository.appending(path: "Tests/Browser/test_every_door.py"), encoding: .utf8)
        // What only prepares the sites is no order that is compared.
        let compared = Set(walked.matches(of: /\bOrder\(\("([a-z]+)", "([a-z-]+)"/).map { "\($0.1) \($0.2)" })
        let several = acts.filter { !($0.forms + $0.onVoter).isEmpty }.flatMap(\.commands)
        #expect(several.count > 20 && Set(uncompared).isSubset(of: several))
        #expect(["passphrase reset", "roll correct"].allSatisfy(several.contains))
        #expect(several.filter { !compared.contains($0) }.sorted() == uncompared.sorted())
    }

    @Test func `an interface of staff writes nothing by itself`() throws {
        // Sign-in and sessions, which rooms below hold to; answers to programs that repeat a request.
        let console = ["ConsoleAPI.swift", "ConsoleSite.swift", "StaffSignIn+Factor.swift", "StaffSignIn.swift"]
        // Before a dispatch, what came too late goes; a restored store is no store of anybody yet.
        let commands = ["OutboxCommands.swift", "StoreCommands.swift"]
        for (room, own) in [("Console", console), ("isoloir", commands)] {
            let folder = repository.appending(path: "Sources/\(room)")
            let writing = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter {
                try $0.hasSuffix(".swift")
                    && String(contentsOf: folder.appending(path: $0), encoding: .utf8).contains("store.write")
            }
            #expect(writing.map { $0.split(separator: "/").last.map(String.init) ?? $0 }.sorted() == own)
        }
    }

    @Test func `no interface calls the journal`() throws {
        let call = /\bjournal\s*\.record\(|\.record\(\s*transaction\b/
        for room in ["Console", "Demo", "isoloir", "Server", "TrusteeSide", "VoterSite"] {
            #expect(try sources(room).matches(of: call).isEmpty, "\(room) writes the journal: an operation does that")
        }
        #expect(try sources("Operations").matches(of: call).count > 25)
    }
}
