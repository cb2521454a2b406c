import Elections
import Foundation
import Polling
import Store
import Synchronization
import Tally
import Templating

/// `/box`: the public ballot box, by rounds.
enum BoxRoutes {
    static let table = [
        VoterSite.Route(method: .get, path: "/box") { site, visit in .now(try site.box(visit)) }
    ]

    /// Characters of a tracker: a SHA-256 in Base64 without its last sign.
    private static let trackerLength = 43

    /// The tracker in what somebody pasted: the number with its label, a full stop, blanks between.
    static func tracker(in text: String) -> String {
        let words = text.split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "+" || $0 == "/")) }
        return words.first { $0.utf8.count == trackerLength }.map(String.init)
            ?? String(text.filter { !$0.isWhitespace }.prefix(trackerLength))
    }

    static func table(of ballot: String) -> [VoterSite.Route] {
        [
            VoterSite.Route(method: .get, path: "/box/\(ballot)") { site, visit in
                .now(try site.box(visit, of: ballot))
            },
            VoterSite.Route(method: .get, path: "/box/\(ballot)/archive.bel") { site, visit in
                .later { site.archive(visit, of: ballot) }
            },
        ]
    }

    static let shape: [String: Shape] = [
        "ballot": .text, "count": .text, "path": .text, "typed": .text, "archive": .text,
        "next": .object(["path": .text]),
        "rounds": .list(.object(["number": .text, "at": .text, "trackers": .list(.text)])),
    ]

    /// Trackers on one page.
    static let shown = 500
}

extension VoterSite {
    func box(_ visit: Visit) throws -> Response {
        let language = visit.language
        let boxes = try store.read { (reading: borrowing Reading) throws(StoreError) -> [TemplateValue] in
            guard let poll, poll.state != .sealed else { return [] }
            var boxes: [TemplateValue] = []
            for stored in try PollBallot.all(reading, election: poll.election) {
                guard let ballot = election.ballots.first(where: { $0.id == stored.name }) else { continue }
                let count = count(try parts.station.rounds(reading, stored), language)
                boxes.append(
                    .object([
                        "title": .text(ballot.title[language]), "count": .text(count),
                        "path": .text("/box/\(ballot.id)"), "link": .text(visit.q),
                    ]))
            }
            return boxes
        }
        return page(.box, visit, title: "boxTitle", ["boxes": .list(boxes)])
    }

    /// What is published of a box: ballots, and as many signatures.
    private func count(_ rounds: [Round], _ language: Language) -> String {
        let (ballots, signatures) = (rounds.reduce(0) { $0 + $1.ballots }, rounds.last?.signatures ?? 0)
        return "\(pages.text("boxCount", language)) \(ballots). \(pages.text("boxSignatures", language)) \(signatures)."
    }

    /// When the next round is published at the earliest; nil where none comes any more.
    private func comingRound(after last: Round?, _ language: Language) -> String? {
        guard let poll, [.open, .suspended, .closing].contains(poll.state), let opened = poll.openedAt else {
            return nil
        }
        let earliest = (last?.at ?? opened) + PollingStation.roundSeconds
        return LocalTime.clock(max(earliest, parts.clock.now), zone: election.timeZone, language)
    }

    func box(_ visit: Visit, of name: String) throws -> Response {
        let language = visit.language
        let typed = BoxRoutes.tracker(in: visit.request.parameter("tracker") ?? "")
        let after = visit.request.parameter("after").flatMap { Int($0) } ?? 0
        let found = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (
                rounds: [Round], list: [(place: Int, tracker: String, round: Int)], round: Int?
            )? in
            guard let poll, poll.state != .sealed,
                let ballot = try PollBallot.find(reading, election: poll.election, name: name)
            else { return nil }
            return (
                try parts.station.rounds(reading, ballot),
                try parts.station.trackers(reading, ballot, after: max(0, after), limit: BoxRoutes.shown),
                typed.isEmpty ? nil : try parts.station.round(reading, ballot, tracker: typed)
            )
        }
        guard let (rounds, list, round) = found, let ballot = election.ballots.first(where: { $0.id == name }) else {
            return message(visit, 404, "notFound")
        }
        let groups = Dictionary(grouping: list, by: \.round).sorted { $0.key < $1.key }
        let total = rounds.reduce(0) { $0 + $1.ballots }
        let path = "/box/\(name)"
        let isMissing = !typed.isEmpty && round == nil
        let coming = comingRound(after: rounds.last, language)
        let next = list.last.flatMap { $0.place < total ? visit.path(path, "after=\($0.place)") : nil }
        return page(
            .boxBallot, visit, title: "boxTitle", error: isMissing && coming == nil ? "boxMissing" : nil,
            note: round != nil ? "boxFound" : isMissing && coming != nil ? "boxNotYet" : nil,
            noteMore: round.map { "\($0)" } ?? coming,
            [
                "ballot": .text(ballot.title[language]), "count": .text(count(rounds, language)), "path": .text(path),
                "typed": .text(typed), "archive": .text("\(path)/archive.bel"),
                "next": next.map { .object(["path": .text($0)]) } ?? .nothing,
                "rounds": .list(
                    groups.map { number, trackers in
                        .object([
                            "number": .text("\(number)"),
                            "at": .text(
                                LocalTime.phrase(
                                    rounds.first { $0.number == number }?.at ?? 0, zone: election.timeZone, language)),
                            "trackers": .list(trackers.map { .text($0.tracker) }),
                        ])
                    }),
            ])
    }

    /// The archive as a file that is made once for each state of the box.
    func archive(_ visit: Visit, of name: String) -> Response {
        do {
            guard let poll, poll.state != .sealed else { return message(visit, 404, "notFound") }
            let path: String
            switch try archives.file(name, parts.teller, parts.station) {
            case .file(let found): path = found
            case .busy: return busy(visit, seconds: 10)
            case .missing: return message(visit, 404, "notFound")
            }
            var response = Response(200, type: "application/x-tar")
            response.file = path
            response.headers.append(("Content-Disposition", "attachment; filename=\"\(name).bel\""))
            return response
        } catch { return failure(visit, error) }
    }
}

/// The public archives as files beside the store: a box of a hundred thousand ballots is a gigabyte, which nobody holds in
/// memory for each who downloads it.
final class ArchiveFolder: Sendable {
    /// Seconds for which an earlier state stays, for those who are about to read it.
    private static let keptSeconds = 3600.0

    private let store: Store
    /// Whether one is being made: at one time one, so that downloads never take the threads that votes need.
    private let isBusy = Mutex(false)

    init(store: Store) { self.store = store }

    private func latest(_ paths: [String]) -> String? {
        paths.max { made($0) < made($1) }
    }

    /// Seconds since 1970.
    private func made(_ path: String) -> Double {
        let date = (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
        return date?.timeIntervalSince1970 ?? 0
    }

    enum Place {
        case file(String)
        /// Another one is being made, and there is no earlier state of this one.
        case busy
        case missing
    }

    /// A ballot's archive in its present state, or the one before while the present one is being made.
    func file(_ name: String, _ teller: Teller, _ station: PollingStation) throws -> Place {
        let folder = store.path + ".box"
        let files = FileManager.default
        guard
            let (ballot, state) = try store.read({
                (reading: borrowing Reading) throws(StoreError) -> (PollBallot, String)? in
                guard let poll = try Poll.find(reading, election: station.election.number),
                    let ballot = try PollBallot.find(reading, election: poll.election, name: name)
                else { return nil }
                let tally = try station.tally(reading, ballot)
                let counted = "\(tally == nil ? 0 : 1)\(tally?.result == nil ? 0 : 1)"
                let rounds = try station.rounds(reading, ballot).count
                return (ballot, "\(rounds)-\(poll.state == .closed ? 1 : 0)\(counted)")
            })
        else { return .missing }
        let prefix = "\(name).\(String(decoding: ballot.uuid, as: UTF8.self))."
        let path = "\(folder)/\(prefix)\(state).bel"
        if files.fileExists(atPath: path) { return .file(path) }
        try files.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let earlier = try files.contentsOfDirectory(atPath: folder).filter {
            $0.hasPrefix(prefix) && $0.hasSuffix(".bel")
        }.map { "\(folder)/\($0)" }
        let mayMake = isBusy.withLock { isBusy in
            defer { isBusy = true }
            return !isBusy
        }
        guard mayMake else { return latest(earlier).map { .file($0) } ?? .busy }
        defer { isBusy.withLock { $0 = false } }
        for old in earlier where Date().timeIntervalSince1970 - made(old) > ArchiveFolder.keptSeconds {
            try files.removeItem(atPath: old)
        }
        let draft = path + ".part"
        guard files.createFile(atPath: draft, contents: nil), let output = FileHandle(forWritingAtPath: draft)
        else {
            throw SiteFault("\(draft) cannot be written")
        }
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try teller.archive(reading, ballot) { bytes throws(StoreError) in
                do { try output.write(contentsOf: Data(bytes)) } catch {
                    throw StoreError(.failed, "\(draft) could not be written: \(error.localizedDescription)")
                }
            }
        }
        try output.synchronize()
        try output.close()
        try files.moveItem(atPath: draft, toPath: path)
        return .file(path)
    }
}
