import CommandLineKit
import Console
import Crypto
import Elections
import Foundation
import Glibc
import Operations
import Polling
import Server
import Store
import Tally
import Typesetting
import VoterRoll
import WebContent

/// What leaves the store around a poll: signature lists, and the frozen set.
struct FrozenSet {
    /// The store's, with keys and journal.
    let services: Services
    /// Whose poll it is.
    let election: StoredElection

    /// Makes the folder, and looks whether new files can be written there.
    /// - Parameters:
    ///   - folder: made where it is not there, for this account alone.
    ///   - names: of the files; none may be there.
    /// - Throws: refused where the key is missing, the folder is none or cannot be written, or a file is there.
    func prepare(_ folder: String, for names: [String]) throws(Refusal) {
        _ = try services.station(election)
        try FrozenSet.make(folder)
        guard unsafe access(folder, W_OK | X_OK) == 0 else {
            throw Refusal("\(folder) cannot be written: \(unsafe String(cString: strerror(errno))).")
        }
        for name in names where (try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")) != nil {
            throw Refusal("\(folder)/\(name) exists already, and nothing is overwritten: give another folder.")
        }
    }

    private static func make(_ folder: String) throws(Refusal) {
        try refusing {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
    }

    /// Writes the signature list of every ballot as CSV and PDF; returns the files' names.
    /// - Parameter folder: made where it is not there, for this account alone.
    /// - Throws: refused where a file of that name is there already.
    func writeSignatures(to folder: String) throws(Refusal) -> [String] {
        let station = try services.station(election)
        try FrozenSet.make(folder)
        return try refusing {
            var names: [String] = []
            let ballots = try services.store.read { (reading: borrowing Reading) throws(StoreError) in
                try PollBallot.all(reading, election: election.number)
            }
            for ballot in ballots {
                let list = try services.store.read { (reading: borrowing Reading) throws(StoreError) in
                    try station.signatureList.signatures(reading, ballot, registrar: services.registrar)
                }
                let contents = [FrozenSet.csv(list, election.election), try pdf(list, ballot)]
                for (ending, content) in zip(SignatureExport.endings, contents) {
                    let name = SignatureExport.file(of: ballot, ending)
                    try PrivateFile.create("\(folder)/\(name)", content)
                    names.append(name)
                }
            }
            return names
        }
    }

    /// When a voter signed, in the election's time zone; empty for one who has not.
    private static func time(_ signature: Signature, _ election: Election) -> String {
        signature.signedAt.map { LocalTime.short($0, zone: election.timeZone) } ?? ""
    }

    /// The list as a CSV with semicolons: reference, names, time.
    private static func csv(_ list: [Signature], _ election: Election) -> [UInt8] {
        let rows = list.map { signature in
            [signature.voter.reference, signature.voter.lastName, signature.voter.firstName, time(signature, election)]
                .map(SpreadsheetField.quoted).joined(separator: ";")
        }
        return Array((["reference;last_name;first_name;signed"] + rows).joined(separator: "\r\n").utf8) + [13, 10]
    }

    /// The list on paper, with places for the bureau's signatures.
    /// - Throws: what a template lacks, or what the store said.
    private func pdf(
        _ list: [Signature], _ ballot: PollBallot
    ) throws -> [UInt8] {
        let (station, definition) = (try services.station(election), election.election)
        let templates = try services.templates(for: definition)
        let (hours, signatories, isFinal) = try services.store.read {
            (reading: borrowing Reading) throws(StoreError) -> (PollHours, [String], Bool) in
            let chronicle = try PollChronicle(reading, election: definition.id)
            return (
                try PollHours.find(reading, election), try station.records.signatories(reading, chronicle),
                try Poll.find(reading, election: election.number)?.state.isFinal ?? false
            )
        }
        let pages = try ConsolePages(
            definition, templates: services.consoleTemplates(for: definition), assets: try AssetSet(templates))
        let paper = SignatureListReport(
            definition, ballot, list, hours, signatories: signatories, isFinal: isFinal)
        return try paper.report(pages, definition.languages.first ?? .fr).pdf(created: "2000-01-01T00:00:00Z")
    }

    /// Writes the frozen set and its signed list; returns how many files there are.
    /// `SHA256SUMS` lists every file; `SHA256SUMS.signed` has the signature with the key that signs receipts.
    /// - Throws: refused where a file cannot be written or read back.
    func write(_ content: PollKeeping.Content, to folder: String) throws(Refusal) -> Int {
        var names = try PollAdministration(services, election).writeArchives(to: folder)
        // The closing record lies beside the archives, as it was signed: `writeArchives` refuses another one.
        if content.hasClosing { names.append(ClosingRecord.fileName) }
        names += try writeSignatures(to: folder)
        let papers = try papers(content.poll, content.results)
        let signing = SigningKey(seed: try services.key(of: election).subkey(.voteReceipts))
        return try refusing {
            for (name, content) in papers {
                try PrivateFile.create("\(folder)/\(name)", content)
                names.append(name)
            }
            var list: [String] = []
            for name in names.sorted() {
                guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else {
                    throw Refusal("\(folder)/\(name) cannot be read back: the set is not whole.")
                }
                list.append("\(hex(sha256([UInt8](data))))  \(name)")
            }
            let text = Array((list.joined(separator: "\n") + "\n").utf8)
            try PrivateFile.create("\(folder)/SHA256SUMS", text)
            let signature =
                "ed25519 public key \(hex(signing.publicKey))\nsignature of SHA256SUMS \(hex(signing.sign(text)))\n"
            try PrivateFile.create("\(folder)/SHA256SUMS.signed", Array(signature.utf8))
            return names.count
        }
    }

    /// The whole journal as it is exported, a line for each entry.
    /// Personal details stay sealed.
    func journalLines() throws(Refusal) -> [UInt8] {
        try refusing {
            var lines: [UInt8] = []
            let export = JournalExport(
                store: services.store, journal: services.journal, clock: services.clock, own: nil)
            try services.store.read { (reading: borrowing Reading) throws(StoreError) in
                try export.each(reading, of: nil, for: services.actor()) { line throws(StoreError) in
                    lines += Array(try exportedLine(line, personal: nil).utf8) + [10]
                }
            }
            return lines
        }
    }
}
