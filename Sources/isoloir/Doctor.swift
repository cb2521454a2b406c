import CommandLineKit
import Delivery
import Elections
import Foundation
import Glibc
import Server

/// `doctor`: looks at the whole installation.
let doctorCommand = Command(
    "doctor", [],
    options: [
        .init(
            "--dns", "ADDRESS", "ask this name server about the sender's domain, not the machine's own (192.0.2.1:53)"),
        .init("--offline", nil, "leave out what asks other machines: relay, gateway, name servers, site"),
    ],
    "settings, permissions, keys, backups, channels, sender, clock, disk, templates, certificate: each in order, or its cure",
    run: examine)

/// Prints every finding, and refuses with the number of faults where there is one.
private func examine(_ invocation: Invocation) throws(Refusal) {
    let doctor = try Doctor(invocation)
    doctor.examine()
    if invocation.has("--json") {
        struct Shown: Encodable { let area, state, text: String }
        try Terminal.json(doctor.findings.map { Shown(area: $0.area, state: $0.state.rawValue, text: $0.text) })
    } else {
        for finding in doctor.findings { Terminal.say(finding.line) }
    }
    let faults = doctor.findings.count { $0.state == .fault }
    guard faults == 0 else { throw Refusal("\(Terminal.count(faults, "fault")): each line above names its cure.") }
}

/// One thing that was looked at.
struct Finding {
    /// How a finding is weighed: only a fault makes the command fail.
    enum State: String {
        case good = "ok"
        /// Nothing is wrong, but something is missing or could not be looked at.
        case note
        case fault
    }

    /// What was looked at, in a word or two: `mail`, `box key`.
    let area: String
    /// Whether it is in order.
    let state: State
    /// What was found; for a fault with its cure.
    let text: String

    /// As it is printed; on a terminal in colours.
    var line: String {
        let word =
            switch state {
            case .good: "ok   "
            case .note: "note "
            case .fault: "FAULT"
            }
        let colour =
            switch state {
            case .good: 32
            case .note: 33
            case .fault: 31
            }
        let shown = isatty(STDOUT_FILENO) == 1 ? "\u{1B}[\(colour)m\(word)\u{1B}[0m" : word
        let padding = String(repeating: " ", count: max(1, Finding.width - area.count))
        return "  \(shown)  \(area)\(padding)\(text)"
    }

    /// Room for the longest area.
    private static let width = 14
}

/// Looks at an installation as the service would find it. Nothing is changed and nothing sent.
final class Doctor {
    /// The command's, for store, keys, settings and templates.
    let invocation: Invocation
    /// The name server of `--dns`; nil for the machine's own.
    let server: SenderServer?
    /// What was found, in the order in which it was looked at.
    var findings: [Finding] = []

    /// - Throws: refused as wrong usage where `--dns` is no numeric address.
    init(_ invocation: Invocation) throws(Refusal) {
        self.invocation = invocation
        server = try invocation["--dns"].map { text throws(Refusal) in
            guard let server = SenderServer(text) else {
                throw Refusal("\"\(text)\" is no address of a name server: 192.0.2.1 or 192.0.2.1:53.", status: .usage)
            }
            return server
        }
    }

    /// Notes that something is in order.
    func good(_ area: String, _ text: String) {
        findings.append(Finding(area: area, state: .good, text: text))
    }
    /// Notes what is missing or could not be looked at, and is no fault.
    func note(_ area: String, _ text: String) {
        findings.append(Finding(area: area, state: .note, text: text))
    }
    /// Notes what is wrong; the text ends with the cure.
    func fault(_ area: String, _ text: String) {
        findings.append(Finding(area: area, state: .fault, text: text))
    }

    /// Notes what a piece of work says: its value, or its refusal as a fault.
    /// - Returns: nil where it was refused, so that the caller passes over what would rest on it.
    func tried<Value>(_ area: String, _ body: () throws(Refusal) -> Value) -> Value? {
        do throws(Refusal) { return try body() } catch {
            fault(area, error.description)
            return nil
        }
    }

    /// What the settings say, as far as they can be read, and whether all of it can.
    private func lookAtSettings() -> (Settings, isWhole: Bool) {
        let file = invocation["--config"] ?? Settings.standardFile
        let found = tried(
            "settings",
            { () throws(Refusal) in try Settings.readAll(invocation["--config"], store: invocation["--store"]) })
        guard let found else {
            let guess = Settings.guess(invocation["--config"])
            _ = tried("settings") { () throws(Refusal) in
                try ServiceAccount.take(store: invocation["--store"] ?? guess.store ?? Settings.standardStore)
            }
            return (guess, false)
        }
        for text in found.faults { fault("settings", text) }
        if found.settings.hash == nil {
            note("settings", "there is no \(file): everything has its standard")
        } else if found.faults.isEmpty {
            good("settings", file)
        }
        return (found.settings, found.faults.isEmpty)
    }

    /// Looks at everything in order, as far as what was found before allows: without whole settings no store is opened.
    func examine() {
        let (settings, isWhole) = lookAtSettings()
        let store = invocation["--store"] ?? settings.store ?? Settings.standardStore
        lookAtFiles(store: store, settings)
        lookAtDisk(store)
        lookAtClock()
        lookAtBounces(settings)
        // Everything else would rest on what is wrong in them.
        guard isWhole else {
            return note("store", "store, keys and channels are looked at once the settings are in order")
        }
        guard unsafe access(store, F_OK) == 0 else {
            note("store", "there is none at \(store) yet: isoloir election create FOLDER makes it")
            return lookAround(settings, elections: [])
        }
        guard let services = tried("store", { () throws(Refusal) in try Services(invocation, checkingHead: false) })
        else {
            return lookAround(settings, elections: [])
        }
        if tried("store", { () throws(Refusal) in try fullCheck(services.store) }) != nil {
            good("store", "\(store): pages, indices, links and journal are in order")
        }
        let elections = tried("elections", { () throws(Refusal) in try services.allElections() }) ?? []
        lookAtBackups(services, store)
        if elections.isEmpty { note("elections", "the store holds none yet: isoloir election create FOLDER") }
        if elections.count > 1 {
            _ = tried("addresses", { () throws(Refusal) in try StoredElections(services).refuseSharedAddresses() })
            for host in tried("addresses", { () throws(Refusal) in try StoredElections(services).sharedHosts() }) ?? []
            {
                note(
                    "addresses",
                    "several elections stand on \(host), told apart by the port alone: a proxy has to pass it on "
                        + "(nginx: proxy_set_header Host $http_host). Host names of their own are safer")
            }
        }
        for election in elections { look(at: election, services) }
        lookAround(settings, elections: elections.map(\.election))
    }
}
