import BallotCore
import BallotEngine
package import CommandLineKit
import Compliance
package import Elections
import Foundation
import Operations
import Polling
import Store
import Tally
import TrusteeSide
import VoterRoll

/// A poll from the trustees' keys to the verified count, by the operations of a real one: two trustees on this one machine, who would
/// be two people on machines of their own. The rehearsal runs it in a store of its own, and the demo on its sample.
package struct RehearsedPoll {
    /// Those of the store in which the poll is played.
    package let services: Services
    /// What is voted on.
    package let election: StoredElection
    let folder: String
    /// Why open points of the security level are accepted: no real voter is here.
    let acceptance: String

    /// - Parameters:
    ///   - folder: where the trustees' files, the box key and the archives go.
    ///   - acceptance: why open points of the security level are accepted.
    package init(services: Services, election: StoredElection, folder: String, acceptance: String) {
        (self.services, self.election, self.folder, self.acceptance) = (services, election, folder, acceptance)
    }

    private static let names = ["Anne Lambert", "Bruno Castel"]
    private var files: [String] { RehearsedPoll.names.indices.map { "\(folder)/trustees/trustee\($0 + 1)" } }

    /// Trustees' keys, seal, opening.
    /// - Throws: refused with the first step that a real poll would be refused.
    package func prepare() throws(Refusal) {
        Terminal.say("\nTrustees")
        try refusing {
            try FileManager.default.createDirectory(atPath: "\(folder)/trustees", withIntermediateDirectories: true)
        }
        for (name, path) in zip(RehearsedPoll.names, files) {
            try TrusteeFiles.make(for: election.election, name: name, path: path)
            let challenge = try PollAdministration(services, election).addTrustee(file: try readFile(path + ".pub"))
            let pair = try keyPair(path)
            try PollAdministration(services, election).confirmTrustee(
                answer: try refusing { try TrusteeFiles.answer(challenge, pair) })
            Terminal.say("  \(name) holds a key for each ballot, and has shown it")
        }
        let poll = try PollAdministration(services, election).seal(boxKeyFile: "\(folder)/box.key")
        Terminal.say("\nThe poll\n  sealed: \(poll.fingerprint)")
        guard let seal = SealManifest(poll.manifest) else {
            throw Refusal("The seal's manifest cannot be read.", status: .broken)
        }
        for path in files {
            try PollAdministration(services, election).takeCheck(
                file: TrusteeFiles.check(seal: seal.digest, try keyPair(path)))
        }
        Terminal.say("  both trustees found their keys in it")
        try accept()
        try fullCheck(services.store)
        try PollAdministration(services, election).open(boxKeyFile: "\(folder)/box.key")
        Terminal.say("  open: the ballot boxes and the signature lists are empty")
    }

    /// What a real election would cure: a demo's site has no HTTPS, for one.
    private func accept() throws(Refusal) {
        let policy = try services.policyService(election)
        let open = try services.policyReport(election).open
        for line in open {
            _ = try refusing { try policy.accept(point: line.point.id, reason: acceptance, by: services.actor()) }
        }
        Terminal.say("  \(Terminal.count(open.count, "open point")) of the security level accepted: \(acceptance)")
    }

    private func keyPair(_ path: String) throws(Refusal) -> TrusteeFiles.KeyPair {
        let bytes = try readFile(path + ".key", secret: true)
        return try refusing { try TrusteeFiles.KeyPair(privateFile: bytes) }
    }

    /// Three voters in five vote: what their browsers would do is done here. Returns the number of ballots.
    /// - Throws: refused as broken where a ballot is not taken.
    @discardableResult
    package func castSome() throws(Refusal) -> Int {
        let station = try services.station(election)
        let voters = try voters()
        var (cast, casters) = (0, 0)
        for (index, voter) in voters.enumerated() where index % 5 < 3 {
            cast += try refusing { try vote(station, voter, index) }
            casters += 1
        }
        Terminal.say("  \(Terminal.count(cast, "ballot")) cast by \(casters) of \(voters.count) voters")
        return cast
    }

    /// Ballots of fiction in each box before the visitor comes: with theirs a round has enough, and their tracker is found.
    private static let firstBallots = 12

    /// Fills each box a little, from the middle of those who may vote on it: a visitor takes a message from the beginning or
    /// the end of the mailbox, and can vote.
    /// - Throws: refused as broken where a ballot is not taken.
    package func castFirst() throws(Refusal) {
        let all = election.election.ballots.map { ($0.id, RehearsedPoll.firstBallots) }
        let cast = try castMore(Dictionary(all) { $1 })
        Terminal.say("  \(Terminal.count(cast, "ballot")) of fiction cast before you come")
    }

    /// Lets voters of fiction who have not voted bring a number of ballots to each box, on all of their ballots.
    /// - Parameter wanted: how many, by the ballot's name; as many come as there are.
    /// - Returns: the ballots cast.
    /// - Throws: refused as broken where a ballot is not taken; those before it stay in the box.
    package func castMore(_ wanted: [String: Int]) throws(Refusal) -> Int {
        let station = try services.station(election)
        let voters = try voters()
        var electorates: [String: [(index: Int, voter: Int)]] = [:]
        var ballots: [Int: [String]] = [:]
        for (index, voter) in voters.enumerated() {
            let open = try refusing {
                try services.store.read { (reading: borrowing Reading) throws(StoreError) in
                    try station.voterBallots.ballots(reading, voter: voter).filter { $0.signedAt == nil }
                }
            }
            ballots[voter] = open.map(\.ballot.id)
            for entry in open { electorates[entry.ballot.id, default: []].append((index, voter)) }
        }
        var counts: [String: Int] = [:]
        var casters: Set<Int> = []
        for ballot in election.election.ballots.map(\.id) {
            let (electors, count) = (electorates[ballot] ?? [], wanted[ballot] ?? 0)
            for (index, voter) in electors.dropFirst(max(0, electors.count - count) / 2)
            where counts[ballot, default: 0] < count && casters.insert(voter).inserted {
                _ = try refusing { try vote(station, voter, index) }
                for voted in ballots[voter] ?? [] { counts[voted, default: 0] += 1 }
            }
        }
        return counts.values.reduce(0, +)
    }

    private func voters() throws(Refusal) -> [Int] {
        try refusing {
            try services.store.read { (reading: borrowing Reading) throws(StoreError) in
                var ids: [Int] = []
                try services.registrar.each(reading, election) { voter, _ throws(StoreError) in ids.append(voter.id) }
                return ids
            }
        }
    }

    /// Votes on every ballot of a voter; returns how many.
    private func vote(_ station: PollingStation, _ voter: Int, _ index: Int) throws -> Int {
        var cast = 0
        for ballot in election.election.ballots {
            let entering = try services.store.read { (reading: borrowing Reading) throws(StoreError) in
                try station.voterBallots.enter(reading, voter: voter, ballot: ballot.id)
            }
            guard case .material(let material) = entering, let document = ElectionDocument(material.document),
                let stored = try services.store.read({ (reading: borrowing Reading) throws(StoreError) in
                    try PollBallot.find(reading, election: election.number, name: ballot.id)
                }), let credential = RehearsedPoll.credential(material.credential)
            else { continue }
            let form = document.form
            let choices = form.questions.map { question in
                // The first choice is a blank vote where there is one: one voter in ten casts it.
                let first = question.hasBlank ? 1 : 0
                let choice = index % 10 == 0 ? 0 : first + (index / 5 + index * index) % question.answers
                return (0..<question.choices).map { $0 == choice ? UInt8(1) : 0 }
            }
            var sealer = BallotSealer(
                group: try station.checkers.checker(stored).group, form: form, source: SystemScalars())
            let uuid = form.uuid
            guard let text = sealer.seal(choices, secret: credential.exponent(uuid: uuid.span)) else { continue }
            let outcome = try station.casting.cast(
                text, voter: voter, ballot: ballot.id, sessionOpenedAt: services.clock.now)
            guard case .cast = outcome else { throw Refusal("A ballot was not taken: \(outcome).", status: .broken) }
            cast += 1
        }
        return cast
    }

    private static func credential(_ text: [UInt8]) -> VotingCredential? {
        let span = text.span
        return VotingCredential(span)
    }

    /// Close, trustees' decryptions, result, archive, both verifiers; returns the number of archives.
    /// - Throws: refused where close or count are, and as broken where an archive does not verify.
    @discardableResult
    package func count() throws(Refusal) -> Int {
        let station = try services.station(election)
        let tallyService = services.tallyService(station)
        let close = PollClose(
            store: services.store, station: station, tallyService: tallyService,
            register: try services.register(election))
        if let refusal = try refusing({
            try close.close(
                atOnce: true, by: services.principal, word: nil, complain: { Terminal.complain($0) })
        }) {
            throw Refusal(refusal)
        }
        Terminal.say("  closed, and the encrypted ballots added up")
        let archives = "\(folder)/archives"
        let names = try PollAdministration(services, election).writeArchives(to: archives)
        let rules = try openingRules(archives)
        Terminal.say("\nThe count")
        for path in files {
            // What trustees type from the minutes and from the bureau's mails stands in this record.
            let entries = rules.record.entries
            let opening = TotalsOpening(
                pair: try keyPair(path), rules: rules, keyFile: path + ".key", say: { _ in })
            let answer = try opening.open(
                names.map { "\(archives)/\($0)" }, fingerprint: rules.seal.fingerprint,
                heads: entries.compactMap(\.head), digests: entries.map(\.tally),
                ask: { _ in nil })
            let taking = try refusing { try tallyService.decryptions.take(answer, by: services.principal) }
            guard case .taken(let trustee, _) = taking else {
                throw Refusal("A trustee's decryption was refused: \(taking).", status: .broken)
            }
            Terminal.say("  \(trustee) verified archives, seal and closing record, and decrypted the totals")
        }
        let results = try refusing {
            try services.store.read { (reading: borrowing Reading) throws(StoreError) in
                try tallyService.results.all(reading)
            }
        }
        Terminal.results(results)
        Terminal.say("\nVerification")
        let whole = try PollAdministration(services, election).writeArchives(to: archives)
        for name in whole { try verify("\(archives)/\(name)") }
        return whole.count
    }

    private func openingRules(_ archives: String) throws(Refusal) -> OpeningRules {
        guard let poll = try services.poll(election), let seal = SealManifest(poll.manifest),
            let record = ClosingRecord(try readFile("\(archives)/\(ClosingRecord.fileName)"), by: seal.receiptKey)
        else { throw Refusal("The closing record cannot be read.", status: .broken) }
        return OpeningRules(seal: seal, record: record, acceptances: [])
    }

    private func verify(_ path: String) throws(Refusal) {
        let name = URL(fileURLWithPath: path).lastPathComponent
        let report: VerifiedArchive
        do throws(ArchiveFault) { report = try ArchiveVerifier(threads: 2).verify(path) } catch {
            throw Refusal("\(name): \(error)", status: .broken)
        }
        var line = "  \(name): \(Terminal.count(report.ballots, "ballot")), every check passed"
        if let other = try RehearsedPoll.beleniosVerdict(path) { line += "; belenios-tool: \(other)" }
        Terminal.say(line)
    }

    /// What belenios-tool says of an archive; nil where it is not installed.
    private static func beleniosVerdict(_ path: String) throws(Refusal) -> String? {
        let tool = "/usr/bin/belenios-tool"
        guard FileManager.default.isExecutableFile(atPath: tool) else { return nil }
        // The tool wants one archive in a folder.
        let place = FileManager.default.temporaryDirectory.appending(path: "isoloir-\(UUID().uuidString)")
        return try refusing {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: place) }
            try FileManager.default.copyItem(
                atPath: path, toPath: place.appending(path: URL(fileURLWithPath: path).lastPathComponent).path)
            let (process, output) = (Process(), Pipe())
            process.executableURL = URL(fileURLWithPath: tool)
            process.arguments = ["election", "verify", "--dir", place.path]
            process.standardError = output
            process.standardOutput = output
            try process.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            let last = text.split(separator: "\n").last.map(String.init) ?? ""
            guard process.terminationStatus == 0, text.contains("all checks passed") else {
                throw Refusal("belenios-tool refuses \(path): \(last)", status: .broken)
            }
            return "all checks passed"
        }
    }
}
