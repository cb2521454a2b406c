import Authentication
import Compliance
import Contacts
import Delivery
import Elections
import Foundation
import Inputs
import Journal
import Operations
import Polling
import Staff
import Tally
import Testing
import VoterRoll
import WebContent

@testable import Console

/// The console's texts: none is missing, and none is left over.
struct TextKeyTests {
    private let house: ConsoleFixture
    private let keys: Set<String>

    init() throws {
        house = try ConsoleFixture(voters: 1)
        keys = Set(try PageTexts.read(ConsoleFixture.templates, .fr, prefix: "console.").keys)
        try #require(keys.count > 900)
    }

    /// Whole files of a folder, by their names.
    private func files(_ folder: String, _ ending: String) throws -> [String: String] {
        let root = ConsoleFixture.repository.appending(path: folder)
        let names = try FileManager.default.subpathsOfDirectory(atPath: root.path).filter { $0.hasSuffix(ending) }
        return Dictionary(
            uniqueKeysWithValues: try names.map {
                ($0, try String(contentsOf: root.appending(path: $0), encoding: .utf8))
            })
    }

    /// Keys that the sources ask for by name.
    private func asked() throws -> Set<String> {
        var asked: Set<String> = []
        // The minutes' own file knows its prefix.
        for text in try files("Sources/Console", ".swift").values where !text.contains("\"minutes.\\(key)\"") {
            asked.formUnion(
                text.matches(of: /(?:[^.\w]|self\.|task\.|site\.)(?:text|say|wording)\("([A-Za-z][\w.]*)"/).map {
                    String($0.1)
                })
        }
        for text in try files("Templates/pages/console", ".html").values {
            asked.formUnion(text.matches(of: /\{\{[#^]?t\.([\w.]+)\}\}/).map { String($0.1) })
        }
        return asked.subtracting(["colon", "semicolon"])
    }

    /// Keys that stand in the sources as they are, in tables of them mostly.
    private func written() throws -> Set<String> {
        var written: Set<String> = []
        for text in try files("Sources/Console", ".swift").values {
            written.formUnion(text.matches(of: /"([A-Za-z][\w.-]*)"/).map { String($0.1) })
        }
        return written
    }

    /// Of lists of words, each with what its keys begin with.
    private static let choices: [(prefix: String, words: [String])] = [
        ("poll", PollState.allCases.map(\.rawValue)), ("clock", ClockDoubt.allCases.map(\.rawValue)),
        ("v.channel", Channel.allCases.map(\.rawValue)), ("state", MessageState.allCases.map(\.rawValue)),
        ("kind", MessageKind.allCases.map(\.rawValue)), ("home", StaffRole.allCases.map(\.rawValue)),
        ("record", SignedRecord.Kind.allCases.map(\.rawValue)),
        ("v.moment", PollMoment.allCases.map(\.rawValue)), ("minutes.moment", PollMoment.allCases.map(\.rawValue)),
        ("minutes.event", PollChronicle.Kind.allCases.map(\.rawValue)),
        ("secret", PassphraseRules.Fault.allCases.map(\.rawValue)),
        ("verdict", ChannelProof.Verdict.allCases.map(\.rawValue)),
        ("phase", ["overdue", "extended", "grace", "closedEarly"]),
        ("permission", ["reissue", "reissueElsewhere", "resetPassphrase", "changeRoll"]),
        ("proof", ["one", "oneAndAnswer"]), ("picture.by", ["college", "site", "channel"]),
        ("menu", Menu.entries.map { $0.path.isEmpty ? "home" : $0.path }),
        ("print", ["busy", "notApproved", "noPrinter", "noKey", "nothingWaits", "notPrintable"]),
        ("roll.cannot", ["busy"] + RollFileImport.Unapplied.allCases.map(\.rawValue)),
        ("say", ["ended", "other", "signedOut", "gone", "exhausted"]),
        (
            "step",
            [
                "home", "code", "challenge", "enter", "choose", "message", "space", "change", "lost", "lostDone",
                "help", "ballot", "box", "boxBallot", "result",
            ]
        ),
        ("roll", ["added", "removed"]),
        ("roll", RollFileImport.Obstacle.allCases.flatMap { ["\($0.rawValue).title", "\($0.rawValue).text"] }),
        ("busy", ["title", "text"]), ("standstill", ["title", "text"]), ("v.heading", ["none"]),
        ("incident", ["done"]), ("presence", ["done"]),
        // Fields of sign-ins, which are no actions, and fields that only some elections and files have.
        ("signIn", ["identifier", "identifier.hint"]), ("code", ["code", "resend", "cancel"]),
        ("enter", ["secret"]), ("choose", ["secret", "secret.hint", "again"]), ("factor", ["code", "code.hint"]),
        ("enrol", ["code"]), ("ownSecret", ["present", "secret", "secret.hint", "again"]),
        (
            "f",
            [
                "answer", "challenge", "sheet", "together", "without", "without.hint", "erase.email", "erase.phone",
                "erase.address1",
            ]
        ), ("printing", (1...6).flatMap { ["\($0).title", "\($0).text"] }),
    ]

    /// Those of models, which name their own prefix.
    private static let ofModels: [any Choice.Type] = [
        PollState.self, ClockDoubt.self, Channel.self, MessageState.self, MessageKind.self, Mailing.Purpose.self,
        PollMoment.self, TrusteeProgress.Part.self, PolicyReport.State.self, Reminders.Target.self, Column.self,
        VoterModel.IdentifierState.self, LettersModel.BatchState.self,
        AlertLine.Kind.self, JournalDetail.self,
    ]

    private func made(_ type: any Choice.Type) -> [String] {
        guard let prefix = type.texts, case .choice(let words) = try? type.described() else { return [] }
        return words.map { "\(prefix).\($0)" }
    }

    /// Keys that are put together while the console runs, and must be there.
    private func needed() throws -> Set<String> {
        var needed: Set<String> = []
        for (prefix, words) in TextKeyTests.choices { needed.formUnion(words.map { "\(prefix).\($0)" }) }
        for type in TextKeyTests.ofModels { needed.formUnion(made(type)) }
        // What entries of the journal say; those of forms have the form's title.
        needed.formUnion(JournalAction.allCases.filter { $0.form == nil }.map { "action.\($0.rawValue)" })
        needed.insert("action.form")
        for text in try files("Sources", ".swift").values {
            needed.formUnion(text.matches(of: /ReasonText\(\s*"([\w.]+)"/).map { "reason.\($0.1)" })
        }
        for action in ConsoleTables.actions { needed.formUnion(["\(action.name).title", "\(action.name).do"]) }
        for page in StaffSignIn.templates where page.name != "spare" {
            needed.formUnion(["\(page.name).title", "\(page.name).do"])
        }
        for text in try files("Sources/Console", ".swift").values {
            let named = text.matches(of: /message\([\w(]+\)?, \d+, "(\w+)"/).map { String($0.1) }
            needed.formUnion(named.flatMap { ["\($0).title", "\($0).text"] })
            needed.formUnion(text.matches(of: /fault\("(\w+)"\)/).map { "fault.\($0.1)" })
            if text.contains("\"minutes.\\(key)\"") {
                let keys = text.matches(of: /(?:text|said)\("(\w+)"/).map { "minutes.\($0.1)" }
                needed.formUnion(keys)
            }
        }
        return needed
    }

    /// Keys of fields: their own, or those of every form; hints only where there is something to say.
    private func fields() throws -> (labels: [[String]], further: Set<String>) {
        var (labels, further): ([[String]], Set<String>) = ([], [])
        let sample = house.call("anne", .manager, place: ["voter": "1", "batch": "1"], values: ["confirmed": "yes"])
        for action in ConsoleTables.actions {
            further.insert("\(action.name).hint")
            for source in ["console", "api"] {
                let call = house.call(
                    "anne", .manager, place: sample.place, values: sample.values, source: source)
                for field in try action.fields(house.context, call) {
                    let own = ["\(action.name).\(field.name)", "f.\(field.name)"]
                    if case .hidden = field.kind {} else if field.label == nil { labels.append(own) }
                    further.formUnion(own + own.map { "\($0).hint" })
                    if case .choice(let words) = field.kind {
                        further.formUnion(words.map { "v.\(field.name).\($0)" })
                    }
                }
            }
        }
        return (labels, further)
    }

    @Test func `every text that is asked for is there`() throws {
        let missing = try asked().union(try needed()).subtracting(keys).sorted()
        #expect(missing == [])
        for choice in try fields().labels { #expect(choice.contains(where: keys.contains), "\(choice)") }
    }

    @Test func `no text is left over`() throws {
        let used = try asked().union(try written()).union(try needed()).union(try fields().further)
        let leftOver = keys.subtracting(used).sorted()
        #expect(leftOver == [])
    }

    @Test func `both languages hold the same texts`() throws {
        #expect(Set(try PageTexts.read(ConsoleFixture.templates, .en, prefix: "console.").keys) == keys)
    }
}
