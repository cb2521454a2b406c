import Contacts
import Delivery
import Elections
import Foundation
import Issuance
import Testing

private let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// What mails, SMS and letters say of the poll's hours.
struct HourMessageTests {
    private static let told: [MessageKind] = [
        .identifier, .activation, .renewal, .renewedActivation, .reminder, .pollExtended, .pollResumed, .pollRestored,
    ]

    /// The sample election with a site where clocks show another hour.
    private func messageTemplates() throws -> (messageTemplates: MessageTemplates, election: Election) {
        let text = try String(contentsOf: repository.appending(path: "Ballots/cse-2026/election.yaml"), encoding: .utf8)
        let changed = text.replacing("  saint-denis:\n", with: "  saint-denis:\n    timezone: Indian/Reunion\n")
        try #require(changed != text)
        let election = try ElectionReader.read(changed, file: "e").get()
        let folder = TemplateFolder([repository.appending(path: "Templates").path])
        return (MessageTemplates(election: election, templates: folder), election)
    }

    private func text(
        _ messageTemplates: MessageTemplates, _ election: Election, _ kind: MessageKind, _ language: Language,
        _ route: Channel
    ) throws -> String {
        let frame = try messageTemplates.frame(kind, language, route, PollHours(announced: election))
        let values = Dictionary(uniqueKeysWithValues: kind.personalNames.map { ($0, "XXXX") })
        return try LoadedFrame(frame, route: route).text(values)
    }

    @Test(arguments: told, Language.allCases)
    func `mails give both hours where sites have two`(kind: MessageKind, language: Language) throws {
        let (messageTemplates, election) = try messageTemplates()
        let text = try text(messageTemplates, election, kind, language, .email)
        #expect(text.contains(language == .fr ? "heure de La R\u{E9}union" : "R\u{E9}union time"), "\(text)")
        #expect(text.contains(language == .fr ? "20\u{A0}h\u{A0}00" : "20:00"), "\(text)")
    }

    @Test(arguments: [MessageKind.reminder, .pollExtended, .pollResumed, .pollRestored], Language.allCases)
    func `SMS give both hours where sites have two`(kind: MessageKind, language: Language) throws {
        let (messageTemplates, election) = try messageTemplates()
        let text = try text(messageTemplates, election, kind, language, .sms)
        #expect(text.contains(language == .fr ? "heure de La R\u{E9}union" : "R\u{E9}union time"), "\(text)")
    }

    @Test(arguments: Language.allCases)
    func `letters give both hours where sites have two`(language: Language) throws {
        let (messageTemplates, election) = try messageTemplates()
        for kind in [MessageKind.identifier, .identifierCode] {
            let frame = try messageTemplates.frame(kind, language, .letter, PollHours(announced: election))
            #expect(frame.text.contains("{{zone}}") && frame.shared["zone"]?.contains("20") == true)
        }
    }

    /// Ballots may be missing: no message may say that all of them count.
    @Test(arguments: [MessageKind.pollExtended, .pollSuspended, .pollResumed, .pollRestored], Language.allCases)
    func `no word of a poll that was restored says that ballots count`(kind: MessageKind, language: Language) throws {
        let (messageTemplates, election) = try messageTemplates()
        for route in [Channel.email, .sms] {
            for isRestored in [false, true] {
                var hours = PollHours(announced: election).changed(.open, closes: 1_795_600_000, reason: nil)
                if isRestored { hours = hours.restored }
                let frame = try LoadedFrame(try messageTemplates.frame(kind, language, route, hours), route: route)
                let told = try frame.text(["greeting": "Anne"])
                let counts =
                    told.contains(language == .fr ? "d\u{E9}pos\u{E9}s comptent" : "cast count")
                    || told.contains("that were cast count")
                #expect(counts == (!isRestored && kind != .pollRestored), "\(told)")
                if isRestored { #expect(told.contains(language == .fr ? "sauvegarde" : "backup"), "\(told)") }
            }
        }
    }

    /// Every voter gets the same words: they say neither that somebody voted nor that they did not.
    @Test(arguments: Language.allCases)
    func `word of a restore says what to do, and word of an abandonment why`(language: Language) throws {
        let (messageTemplates, election) = try messageTemplates()
        let restored = try text(messageTemplates, election, .pollRestored, language, .email)
        #expect(restored.contains(language == .fr ? "num\u{E9}ro de suivi" : "tracking number"))
        #expect(restored.contains(language == .fr ? "votez \u{E0} nouveau" : "vote again"))
        let hours = PollHours(announced: election).changed(.abandoned, closes: 1_795_600_000, reason: "BECAUSE")
        for route in [Channel.email, .sms] {
            let frame = try LoadedFrame(
                try messageTemplates.frame(.pollAbandoned, language, route, hours), route: route)
            let told = try frame.text(["greeting": "Anne"])
            #expect(
                told.contains("BECAUSE") && told.contains(language == .fr ? "sans r\u{E9}sultat" : "without a result"))
            #expect(!told.contains(language == .fr ? "d\u{E9}pos\u{E9}s comptent" : "cast count"), "\(told)")
        }
    }
}
