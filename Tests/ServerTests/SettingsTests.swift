import CommandLineKit
import Crypto
import Delivery
import Foundation
import HTTPServer
import Server
import TestSupport
import Testing

/// What stands wrong in `isoloir.yaml` is told with its line and the cure, all of it at once.
struct SettingsTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// What is read of a text; its faults without the file's path.
    private func read(_ text: String) throws -> (settings: Settings, faults: [String]) {
        let path = try folder.file("isoloir.yaml", text.utf8)
        let (settings, faults) = try Settings.readAll(path, store: folder.path("s.sqlite"))
        return (settings, faults.map { $0.replacing(path + ":", with: "") })
    }

    @Test func `an unknown key is told with its place and the keys there are`() throws {
        let found = try read("store: s.sqlite\nkyes: k\n").faults
        #expect(
            found == [
                "2:1: unknown key \"kyes\" in the settings; known keys: ballots, boxKeys, keys, letters, mail, server, sms, store, templates"
            ])
        let inside = try read("server:\n  prot: 80\n").faults
        #expect(
            inside.count == 1 && inside[0].hasPrefix("2:3: unknown key \"prot\" in \"server\"; known keys: address"))
    }

    @Test(arguments: [
        ("server: {port: 70000}", "1:16: \"port\" must be a whole number from 1 to 65535"),
        ("server: {certificate: c.pem}", "1:23: \"certificate\" and \"key\" belong together"),
        ("server: {manager: {url: \"http://console.example.org\"}}", "1:25: \"url\" must be https"),
        ("server: {manager: {url: \"https://a.example/path\"}}", "1:25: \"url\" must be https"),
        ("mail: {host: m, encryption: ssl}", "1:29: \"encryption\" must be one of: "),
        ("mail: {host: m, user: u}", "1:23: a \"user\" needs a \"passwordFile\""),
        ("mail: {host: m, bounces: {address: a+b@c.example, socket: s}}", "1:36: \"a+b@c.example\" must be an address"),
        ("sms: {url: \"http://gateway.example\", sender: X}", "1:12: \"url\" must be https"),
        ("sms: {url: \"https://u:p@gateway.example\", sender: X}", "1:12: \"url\" must be https"),
        ("sms: {url: \"https://gateway.example\", sender: X}", "1:6: \"sms\" needs the key \"passwordFile\""),
        ("letters: {window: up}", "1:19: \"window\" must be one of: "),
    ])
    func `a wrong value is told where it stands`(text: String, expected: String) throws {
        let found = try read(text).faults
        #expect(found.contains { $0.hasPrefix(expected) }, "\(found)")
    }

    @Test func `every fault is told at once, and with any nothing is used`() throws {
        let text = "server: {port: 0}\nletters: {window: up}\nkyes: k\n"
        #expect(try read(text).faults.count == 3)
        let refusal = try #require(throws: Refusal.self) {
            try Settings.read(folder.path("isoloir.yaml"), store: folder.path("s.sqlite"))
        }
        #expect(refusal.description.split(separator: "\n").count == 3)
    }

    @Test func `a password that others can read is refused with the cure`() throws {
        let password = try folder.file("password", "s3cret\n".utf8)
        let text = "mail: {host: m, user: u, passwordFile: \(password)}"
        for mode in [0o644, 0o640, 0o604] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: password)
            let found = try read(text).faults
            #expect(found.contains { $0.hasSuffix("can be read by other accounts: run chmod 600 on it") }, "\(found)")
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: password)
        let (settings, faults) = try read(text)
        guard faults.isEmpty, case .relay(let relay) = settings.mail else {
            Issue.record("\(faults)")
            return
        }
        // The line's end is none of the password.
        #expect(relay.user == "u" && relay.password?.matches(Secret("s3cret")) == true)
        #expect(relay.port == 587 && relay.encryption == .starttls)
    }

    @Test(arguments: [("starttls", 587), ("smtps", 465), ("none", 25)])
    func `a relay's port follows its encryption`(encryption: String, port: Int) throws {
        guard case .relay(let relay) = try read("mail: {host: m, encryption: \(encryption)}").settings.mail else {
            Issue.record("no relay")
            return
        }
        #expect(relay.port == port && relay.host == "m")
    }

    @Test func `a server says where it listens`() throws {
        let settings = try read("server: {address: \"::1\", port: 8443, metrics: 9100}").settings
        #expect(try settings.server.options().place == .tcp(address: "::1", port: 8443))
        let socket = try read("server: {socket: /run/i.sock, port: 8443}").settings
        #expect(try socket.server.options().place == .unix(path: "/run/i.sock"))
        #expect(try ServerSettings().options().place == .tcp(address: "127.0.0.1", port: 8080))
    }

    @Test func `a server's key that every account can read is refused`() throws {
        let (chain, key) = (try folder.file("c.pem", "C".utf8), try folder.file("k.pem", "K".utf8))
        let settings = try read("server: {certificate: \(chain), key: \(key)}").settings
        for mode in [0o644, 0o620] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: key)
            let refusal = try #require(throws: Refusal.self) { try settings.server.options() }
            #expect(refusal.description.contains("chmod 640"))
        }
        // A group that may read it is the distribution's.
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: key)
        let certificate = try #require(try settings.server.options().certificate)
        #expect(certificate.chain == "C" && certificate.key == "K")
    }

    @Test func `settings that were named must be there, and know what they were read from`() throws {
        let missing = folder.path("none.yaml")
        let refusal = try #require(throws: Refusal.self) {
            try Settings.readAll(missing, store: folder.path("s.sqlite"))
        }
        #expect(refusal.description == "The settings \(missing) cannot be read.")
        let text = "store: a.sqlite\nkeys: k\n"
        let settings = try read(text).settings
        #expect(settings.store == "a.sqlite" && settings.keys == "k" && settings.boxKeys == nil)
        #expect(settings.hash == hex(sha256(Array(text.utf8))))
    }

    @Test func `what is no YAML is refused with its place, and still says where the store lies`() throws {
        let text = "store: \"a.sqlite\"\nkeys: 'k'\n\tmail: x\n"
        let path = try folder.file("isoloir.yaml", text.utf8)
        let refusal = try #require(throws: Refusal.self) {
            try Settings.readAll(path, store: folder.path("s.sqlite"))
        }
        #expect(refusal.description.hasPrefix("\(path):3:"), "\(refusal)")
        let guessed = Settings.guess(path)
        #expect(guessed.store == "a.sqlite" && guessed.keys == "k" && guessed.hash == nil)
    }
}
