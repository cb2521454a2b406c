import Elections
import Foundation
import HTTPServer
import Polling
import Store
import Synchronization
import Tally
import Templating
import WebContent

/// `/box`: the public ballot box, by rounds.
enum BoxRoutes {
    /// That of all boxes.
    static let table = [
        VoterSite.Route(method: .get, path: "/box") { site, visit in .now(try site.box(visit)) }
    ]

    /// Characters of a tracker: a SHA-256 in Base64 without its last sign.
    private static let trackerLength = 43

    /// The tracker in what somebody pasted: the number with its label, a full stop, blanks between; nil where there is none.
    /// - Parameter text: at most `longestTyped` characters.
    static func tracker(in text: String) -> String? {
        let words = text.split { !isSign($0) }
        if let word = words.first(where: { $0.utf8.count == trackerLength }) { return String(word) }
        let joined = text.filter { !$0.isWhitespace }
        return joined.utf8.count == trackerLength && joined.allSatisfy(isSign) ? joined : nil
    }

    /// Whether a tracker may hold this sign (Base64).
    private static func isSign(_ sign: Character) -> Bool {
        sign.isASCII && (sign.isLetter || sign.isNumber || sign == "+" || sign == "/")
    }

    /// Characters of an entry that go back into the field.
    static let longestTyped = 200

    /// What is said of a tracker that was looked for.
    struct Said {
        var error, note, more: String?

        /// - Parameters:
        ///   - round: the round that holds it.
        ///   - coming: when the next round is published at the earliest; nil where none comes.
        ///   - typed: what was sent of the field; nil where nothing was looked for.
        ///   - isTracker: whether a tracker was found in it.
        init(typed: String?, isTracker: Bool, round: Int?, coming: String?, isAbandoned: Bool) {
            guard let typed else { return }
            guard !typed.isEmpty else {
                error = "boxEmpty"
                return
            }
            if let round {
                (note, more) = ("boxFound", "\(round)")
            } else if !isTracker {
                error = "boxShape"
            } else if let coming {
                (note, more) = ("boxNotYet", coming)
            } else {
                error = isAbandoned ? "boxAbandoned" : "boxMissing"
            }
        }
    }

    /// Those of one ballot's box.
    /// - Parameter ballot: its name in the election, which the address has too.
    static func table(of ballot: String) -> [VoterSite.Route] {
        [
            VoterSite.Route(method: .get, path: "/box/\(ballot)") { site, visit in
                .now(try site.box(visit, of: ballot))
            },
            // At a device that many share no number goes into an address: browsers write addresses into their history.
            VoterSite.Route(method: .post, path: "/box/\(ballot)") { site, visit in
                .now(try site.box(visit, of: ballot))
            },
            VoterSite.Route(method: .get, path: "/box/\(ballot)/archive.bel") { site, visit in
                .later { site.archive(visit, of: ballot) }
            },
        ]
    }

    /// Of the page of one box.
    static let shape: [String: Shape] = [
        "ballot": .text, "count": .text, "path": .text, "typed": .text, "archive": .text, "back": .text,
        "backText": .text,
        "next": .object(["path": .text]),
        "rounds": .list(.object(["number": .text, "at": .text, "trackers": .list(.text)])),
    ]

    /// Trackers on one page.
    static let shown = 500
}

extension VoterSite {
    /// The page of all boxes; none is shown before the poll has opened.
    func box(_ visit: VoterRequest) throws -> Response {
        let language = visit.language
        let boxes = try store.read { (reading: borrowing Reading) throws(StoreError) -> [TemplateValue] in
            guard let poll, poll.state != .sealed else { return [] }
            var boxes: [TemplateValue] = []
            for stored in try PollBallot.all(reading, election: poll.election) {
                guard let ballot = election.ballots.first(where: { $0.id == stored.name }) else { continue }
                let count = count(try parts.station.rounds.all(reading, stored), language)
                boxes.append(
                    .object([
                        "title": .text(ballot.title[language]), "count": .text(count),
                        "path": .text("/box/\(ballot.id)"), "link": .text(visit.q),
                    ]))
            }
            return boxes
        }
        return page(
            .box, visit, PageHead(title: "boxTitle"), ["boxes": .list(boxes)].merging(try wayBack(visit)) { $1 })
    }

    /// What is published of a box: ballots, and as many signatures.
    /// - Parameter rounds: of one box; none before the first round.
    private func count(_ rounds: [Round], _ language: Language) -> String {
        let (ballots, signatures) = (rounds.reduce(0) { $0 + $1.ballots }, rounds.last?.signatures ?? 0)
        return "\(pages.text("boxCount", language)) \(ballots). \(pages.text("boxSignatures", language)) \(signatures)."
    }

    /// When the next round is published at the earliest; nil where none comes any more.
    /// - Parameter last: the round published last; nil before the first.
    /// - Returns: an hour of the day, as people read it.
    func comingRound(after last: Round?, _ language: Language) -> String? {
        guard let poll, [.open, .suspended, .closing, .ended].contains(poll.state), let opened = poll.openedAt else {
            return nil
        }
        let earliest = (last?.at ?? opened) + BoxRounds.roundSeconds
        return election.clockWords(max(earliest, parts.clock.now), language)
    }

    /// The page of one box: a piece of its trackers, and what became of the one that was looked for.
    func box(_ visit: VoterRequest, of name: String) throws -> Response {
        let language = visit.language
        let asked =
            visit.request.method == .post ? visit.request.form()?["tracker"] : visit.request.parameter("tracker")
        if visit.isKiosk, visit.request.method != .post, asked != nil { return see(visit, "/box/\(name)") }
        let pasted = (asked ?? "").trimmingPrefix(while: \.isWhitespace)
        let typed = String(pasted.prefix(BoxRoutes.longestTyped))
        let tracker = BoxRoutes.tracker(in: typed)
        let after = visit.request.parameter("after").flatMap { Int($0) } ?? 0
        let found = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (
                rounds: [Round], list: [(place: Int, tracker: String, round: Int)], round: Int?
            )? in
            guard let poll, poll.state != .sealed,
                let ballot = try PollBallot.find(reading, election: poll.election, name: name)
            else { return nil }
            return (
                try parts.station.rounds.all(reading, ballot),
                try parts.station.rounds.trackers(reading, ballot, after: max(0, after), limit: BoxRoutes.shown),
                tracker == nil ? nil : try parts.station.rounds.round(reading, ballot, tracker: tracker ?? "")
            )
        }
        guard let (rounds, list, round) = found, let ballot = election.ballots.first(where: { $0.id == name }) else {
            return message(visit, 404, "notFound")
        }
        let groups = Dictionary(grouping: list, by: \.round).sorted { $0.key < $1.key }
        let total = rounds.reduce(0) { $0 + $1.ballots }
        let path = "/box/\(name)"
        let said = BoxRoutes.Said(
            typed: asked.map { _ in typed }, isTracker: tracker != nil, round: round,
            coming: comingRound(after: rounds.last, language),
            isAbandoned: phase == .abandoned)
        let next = list.last.flatMap { $0.place < total ? visit.path(path, "after=\($0.place)") : nil }
        return page(
            .boxBallot, visit, PageHead(title: "boxTitle", error: said.error, note: said.note, noteMore: said.more),
            [
                "ballot": .text(ballot.title[language]), "count": .text(count(rounds, language)), "path": .text(path),
                "typed": .text(tracker ?? typed), "archive": .text("\(path)/archive.bel"),
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
            ].merging(try wayBack(visit)) { $1 })
    }

    /// The archive as a file that is made once for each state of the box.
    /// Runs on the pool; another archive that is being made is answered with 503.
    /// - Parameter name: of the ballot.
    func archive(_ visit: VoterRequest, of name: String) -> Response {
        do {
            guard let poll, poll.state != .sealed else { return message(visit, 404, "notFound") }
            let path: String
            switch try archives.file(name, parts.tallyService, parts.station) {
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

    /// Beside its file the folder stands, named as it is with `.box` behind.
    private let store: Store
    /// Whether one is being made: at one time one, so that downloads never take the threads that votes need.
    private let isBusy = Mutex(false)

    /// - Parameter store: of the election whose archives these are.
    init(store: Store) { self.store = store }

    /// The one that was made last.
    private func latest(_ paths: [String]) -> String? {
        paths.max { made($0) < made($1) }
    }

    /// Seconds since 1970.
    private func made(_ path: String) -> Double {
        let date = (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
        return date?.timeIntervalSince1970 ?? 0
    }

    /// What became of a request for an archive.
    enum Place {
        case file(String)
        /// Another one is being made, and there is no earlier state of this one.
        case busy
        case missing
    }

    /// A ballot's archive in its present state, or the one before while the present one is being made.
    /// - Throws: an error of the store, or of the disk; a draft that was begun is overwritten the next time.
    func file(_ name: String, _ tallyService: TallyService, _ station: PollingStation) throws -> Place {
        let folder = store.path + ".box"
        let files = FileManager.default
        guard
            let (ballot, state) = try store.read({
                (reading: borrowing Reading) throws(StoreError) -> (PollBallot, String)? in
                guard let poll = try Poll.find(reading, election: station.election.number),
                    let ballot = try PollBallot.find(reading, election: poll.election, name: name)
                else { return nil }
                let tally = try station.tallies.tally(reading, ballot)
                let counted = "\(tally == nil ? 0 : 1)\(tally?.result == nil ? 0 : 1)"
                let rounds = try station.rounds.all(reading, ballot).count
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
            try tallyService.archive(reading, ballot) { bytes throws(StoreError) in
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
