import CommandLineKit
import Crypto
import Elections
import Foundation
import Journal
import Operations
import Server
import Store

/// The verbs on the journal.
let journalCommands = [
    Command("journal verify", [], "follow the journal's chain from its first entry", run: verifyJournal),
    Command(
        "journal export", [],
        options: [.init("--personal", nil, "open the personal details of the election's entries, which needs its key")],
        "every entry as a line of JSON", run: exportJournal),
]

/// `journal verify`: follows the chain of hashes. Refused with the first entry that does not fit.
private func verifyJournal(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation, checkingHead: false)
    let verdict = try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) in try AuditJournal.verify(reading) }
    }
    switch verdict {
    case .intact(let entries, let head): Terminal.say("The journal is intact: \(entries) entries, head \(hex(head)).")
    case .broken(let number, let reason): throw Refusal("The journal is broken at entry \(number): \(reason).")
    }
}

/// An entry as `journal export` prints it; hashes are in hexadecimal.
private struct ExportedEntry: Encodable {
    /// `at` is in seconds since 1970: the chain is over this number.
    let number, at: Int
    /// The same time for people, in UTC; the chain is not over it.
    let time: String
    let election: String?
    let principal, action: String
    let details: [String: String]
    let personal: [String: String]?
    let sealedHash: String?
    let previous, hash: String?
}

/// `journal export`: every entry, a line each. That it was exported is an entry itself; `--personal` wants the election's key.
private func exportJournal(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let export = JournalExport(store: services.store, journal: services.journal, clock: services.clock, own: nil)
    var key: ElectionKey?
    if invocation.has("--personal") {
        let election = try services.election()
        key = try services.key(of: election)
        try refusing {
            try export.note("journal with personal details", of: election.election.id, by: services.actor())
        }
    } else {
        try refusing { try export.note("journal", of: nil, by: services.actor()) }
    }
    try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            try export.each(reading, of: nil, for: services.actor()) { line throws(StoreError) in
                let personal = key.flatMap { line.entry.personal($0, services.randomness) }
                Terminal.say(try exportedLine(line, personal: personal))
            }
        }
    }
}

/// An entry as a line of JSON.
/// - Parameter personal: the opened personal details, as JSON; nil where they stay sealed.
/// - Throws: `damaged` where an entry's details are no JSON.
func exportedLine(_ line: JournalExport.Line, personal: String?) throws(StoreError) -> String {
    let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let entry = line.entry
    do {
        let line = ExportedEntry(
            number: entry.number, at: entry.at, time: Moment.text(entry.at), election: entry.election,
            principal: entry.principal, action: entry.action,
            details: try decoder.decode([String: String].self, from: Data(line.details.utf8)),
            personal: try personal.map { try decoder.decode([String: String].self, from: Data($0.utf8)) },
            sealedHash: entry.sealedHash.map(hex), previous: line.previous.map(hex), hash: line.hash.map(hex))
        return String(decoding: try encoder.encode(line), as: UTF8.self)
    } catch {
        throw StoreError(.damaged, "Entry \(entry.number) is not readable: \(error).", cure: "Run `journal verify`.")
    }
}
