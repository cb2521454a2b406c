import Documents
import Elections
import Foundation
import Testing

private let ballots = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../Ballots")

private func sample(_ name: String) throws -> String {
    try String(contentsOf: ballots.appending(path: "\(name)/election.yaml"), encoding: .utf8)
}

private func faults(_ text: String) -> [String] {
    switch ElectionReader.read(text, file: "e.yaml") {
    case .success: []
    case .failure(let faults): faults.list.map(\.description)
    }
}

/// A text with one piece in place of another.
private func changed(_ text: String, _ old: String, _ new: String) throws -> String {
    let range = try #require(text.range(of: old), "\(old)")
    return text.replacingCharacters(in: range, with: new)
}

struct SampleTests {
    @Test(arguments: ["cse-2026", "activation", "renouvellement", "espace", "association"])
    func `a sample is named after its folder and has no fault`(name: String) throws {
        let election = try ElectionReader.read(try sample(name), file: "e.yaml").get()
        #expect(election.id == name)
        #expect(election.languages == [.fr, .en])
        #expect(!election.ballots.contains { $0.questions.isEmpty })
    }

    @Test func `the ways of the samples are those of their guides`() throws {
        func access(_ name: String) throws -> AccessPolicy {
            try ElectionReader.read(try sample(name), file: "e.yaml").get().access
        }
        let (activation, renewal) = (try access("activation"), try access("renouvellement"))
        #expect(activation.signIn == .onePage && activation.recoveryDesk == .one && activation.sendsAnew)
        #expect(renewal.secretRenew && renewal.secretMustChange && renewal.secretKind == .generated)
        #expect(!renewal.sendsAnew && renewal.codeChannel != .none)
        #expect(try access("cse-2026").recoveryCaptcha == .always)
        #expect(try access("espace").signIn == .onePage && access("espace").recoveryDesk == .each)
    }

    @Test func `what is not said stays as it was`() throws {
        let plain = try changed(try sample("association"), "channel: same", "digits: 6")
        let policy = try ElectionReader.read(plain, file: "e.yaml").get().access
        #expect(policy.signIn == .steps && policy.recoveryDesk == .each && !policy.secretRenew)
        // A chosen password could always be renewed.
        let password = try changed(plain, "kind: passphrase\n    minimum: 20", "kind: password")
        #expect(try ElectionReader.read(password, file: "e.yaml").get().access.secretRenew)
    }

    @Test(arguments: [
        ("activation", "signIn: onePage", "signIn: twoPages", "signIn", "must be one of: steps, onePage"),
        ("activation", "    channel: none", "    channel: same", "signIn: onePage", "no code comes between"),
        ("activation", "    kind: generated", "    kind: generated\n    renew: true", "renew: true", "by a code"),
        ("activation", "desk: one", "desk: two", "desk", "must be one of: each, one"),
        ("renouvellement", "    captcha: adaptive", "    desk: one", "desk: one", "passwords are sent anew"),
        ("renouvellement", "renew: true", "renew: oui", "renew: oui", "true or false"),
        ("association", "    minimum: 20", "    renew: true", "renew: true", "is for passwords"),
        ("espace", "  - about:", "  - over:", "- over:", "\"over\""),
    ])
    func `a fault of a way is named with its line and column`(
        name: String, old: String, new: String, place: String, word: String
    ) throws {
        let text = try changed(try sample(name), old, new)
        let found = faults(text)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let number = try #require(lines.firstIndex { $0.contains(place.split(separator: ":")[0] + ":") }) + 1
        #expect(found.contains { $0.hasPrefix("e.yaml:\(number):") && $0.contains(word) }, "\(found)")
    }

    @Test func `contacts are one or several, each of several with what it is for`() throws {
        let election = try ElectionReader.read(try sample("espace"), file: "e.yaml").get()
        #expect(election.supports.count == 2)
        #expect(election.support.email == "contact@observatoire.example.org")
        #expect(election.supports.allSatisfy { $0.about != nil })
        #expect(election.printedTexts.contains { $0.text == "Assistance technique" })
        #expect(try ElectionReader.read(try sample("association"), file: "e.yaml").get().supports.count == 1)
        let about =
            "about:\n      fr: La connexion et le fonctionnement du site\n      en: Signing in and how the site works\n    name"
        let mute = try changed(try sample("espace"), about, "name")
        #expect(faults(mute).contains { $0.contains("what it is for") }, "\(faults(mute))")
        let none = try sample("espace").split(separator: "support:\n")[0] + "support: []\ntimezone: Europe/Paris"
        #expect(faults(String(none)).contains { $0.contains("a list of up to 3") })
    }
}
