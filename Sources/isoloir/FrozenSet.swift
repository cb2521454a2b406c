import CommandLineKit
import Console
import Crypto
import Elections
import Foundation
import Operations
import Polling
import Server
import Store
import Tally
import Typesetting
import VoterRoll
import WebContent

/// What leaves the store around a poll: signature lists, the frozen set, the end of it all.
extension Services {
    /// Writes the signature list of every ballot as CSV and PDF; returns the files' names.
    func writeSignatures(_ election: StoredElection, to folder: String) throws(Refusal) -> [String] {
        let station = try station(election)
        return try refusing {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            var names: [String] = []
            let ballots = try store.read { (reading: borrowing Reading) throws(StoreError) in
                try PollBallot.all(reading, election: election.number)
            }
            for ballot in ballots {
                let list = try store.read { (reading: borrowing Reading) throws(StoreError) in
                    try station.signatureList.signatures(reading, ballot, registrar: registrar)
                }
                for (ending, content) in [
                    ("csv", Services.csv(list, election.election)), ("pdf", try pdf(list, ballot, election)),
                ] {
                    let name = "signatures-\(ballot.name).\(ending)"
                    try PrivateFile.create("\(folder)/\(name)", content)
                    names.append(name)
                }
            }
            return names
        }
    }

    private static func time(_ signature: Signature, _ election: Election) -> String {
        signature.signedAt.map { LocalTime.short($0, zone: election.timeZone) } ?? ""
    }

    private static func csv(_ list: [Signature], _ election: Election) -> [UInt8] {
        let rows = list.map { signature in
            [signature.voter.reference, signature.voter.lastName, signature.voter.firstName, time(signature, election)]
                .map(SpreadsheetField.quoted).joined(separator: ";")
        }
        return Array((["reference;last_name;first_name;signed"] + rows).joined(separator: "\r\n").utf8) + [13, 10]
    }

    private func pdf(
        _ list: [Signature], _ ballot: PollBallot, _ election: StoredElection
    ) throws -> [UInt8] {
        let (station, definition) = (try station(election), election.election)
        let templates = try templates(for: definition)
        let (hours, signatories, isFinal) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (PollHours, [String], Bool) in
            let chronicle = try PollChronicle(reading, election: definition.id)
            return (
                try PollHours.find(reading, election), try station.records.signatories(reading, chronicle),
                try Poll.find(reading, election: election.number)?.state.isFinal ?? false
            )
        }
        let pages = try ConsolePages(
            definition, templates: consoleTemplates(for: definition), assets: try AssetSet(templates))
        let paper = SignatureListReport(
            definition, ballot, list, hours, signatories: signatories, isFinal: isFinal)
        return try paper.report(pages, definition.languages.first ?? .fr).pdf(created: "2000-01-01T00:00:00Z")
    }

    /// Writes the frozen set and its signed list; returns how many files there are.
    func writeFrozenSet(_ election: StoredElection, to folder: String) throws(Refusal) -> Int {
        guard let poll = try poll(election), [.closed, .abandoned].contains(poll.state) else {
            throw Refusal("The frozen set is made once the poll is closed and counted, or abandoned.")
        }
        let station = try station(election)
        let tallyService = tallyService(station)
        let results = try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in try tallyService.results.all(reading) }
        }
        guard poll.state == .abandoned || results.count == election.election.ballots.count else {
            throw Refusal(
                "The frozen set is made once every ballot is counted: trustees are awaited (isoloir tally take).")
        }
        let (hasClosing, hasAbandonment) = try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) -> (Bool, Bool) in
                (
                    try station.records.record(reading, .closing) != nil,
                    try station.records.record(reading, .abandonment) != nil
                )
            }
        }
        guard poll.state != .abandoned || hasAbandonment else {
            throw Refusal(
                "The record of the abandonment is not written yet: run isoloir serve for a moment, which writes it.")
        }
        var names = try writeArchives(election, to: folder)
        // The closing record lies beside the archives, as it was signed: `writeArchives` refuses another one.
        if hasClosing { names.append(ClosingRecord.fileName) }
        names += try writeSignatures(election, to: folder)
        let papers = try papers(election, poll, results)
        let signing = SigningKey(seed: try key(of: election).subkey(.voteReceipts))
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

    func journalLines() throws(Refusal) -> [UInt8] {
        try refusing {
            var lines: [UInt8] = []
            let export = JournalExport(store: store, journal: journal, clock: clock)
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                try export.each(reading, of: nil, for: actor()) { line throws(StoreError) in
                    lines += Array(try exportedLine(line, personal: nil).utf8) + [10]
                }
            }
            return lines
        }
    }

    /// Destroys keys, signature lists and personal data of an election whose frozen set was made.
    func destroy(_ election: StoredElection) throws(Refusal) {
        let outcome = try refusing {
            try PollDestruction(store: store, keys: keys, election: election).destroy(
                desk: { try voterSupport(election) }, by: principal)
        }
        switch outcome {
        case .destroyed: return
        case .isNotOver: throw Refusal("Only a closed or abandoned poll is destroyed.")
        case .isNotKept:
            throw Refusal("Make the frozen set first: isoloir poll keep --to FOLDER. Nothing comes back afterwards.")
        case .logRemains:
            throw Refusal(
                "Everything is destroyed but the store's log, which another program reads: end it and run this again."
            )
        }
    }
}
