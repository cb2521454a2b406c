import Elections
import HTTPServer
import Polling
import Store
import Tally
import Templating
import WebContent

/// `/box`: the public ballot box, by rounds.
struct BoxPages: SitePages {
    let site: SiteContext

    /// That of all boxes.
    static let table = [get("/box") { pages, visit in .now(try pages.box(visit)) }]

    /// Those of one ballot's box.
    /// - Parameter ballot: its name in the election, which the address has too.
    static func table(of ballot: String) -> [Route] {
        [
            get("/box/\(ballot)") { pages, visit in .now(try pages.box(visit, of: ballot)) },
            // At a device that many share no number goes into an address: browsers write addresses into their history.
            post("/box/\(ballot)") { pages, visit in .now(try pages.box(visit, of: ballot)) },
            get("/box/\(ballot)/archive.bel") { pages, visit in .later { pages.archive(visit, of: ballot) } },
        ]
    }

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

    /// Of the page of one box.
    static let shape: [String: Shape] = [
        "ballot": .text, "count": .text, "path": .text, "typed": .text, "archive": .text, "back": .text,
        "backText": .text,
        "next": .object(["path": .text]),
        "rounds": .list(.object(["number": .text, "at": .text, "trackers": .list(.text)])),
    ]

    /// Trackers on one page.
    static let shown = 500

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

    /// The page of one box: a piece of its trackers, and what became of the one that was looked for.
    func box(_ visit: VoterRequest, of name: String) throws -> Response {
        let language = visit.language
        let asked =
            visit.request.method == .post ? visit.request.form()?["tracker"] : visit.request.parameter("tracker")
        if visit.isKiosk, visit.request.method != .post, asked != nil { return see(visit, "/box/\(name)") }
        let pasted = (asked ?? "").trimmingPrefix(while: \.isWhitespace)
        let typed = String(pasted.prefix(BoxPages.longestTyped))
        let tracker = BoxPages.tracker(in: typed)
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
                try parts.station.rounds.trackers(reading, ballot, after: max(0, after), limit: BoxPages.shown),
                tracker == nil ? nil : try parts.station.rounds.round(reading, ballot, tracker: tracker ?? "")
            )
        }
        guard let (rounds, list, round) = found, let ballot = election.ballots.first(where: { $0.id == name }) else {
            return message(visit, 404, "notFound")
        }
        let groups = Dictionary(grouping: list, by: \.round).sorted { $0.key < $1.key }
        let total = rounds.reduce(0) { $0 + $1.ballots }
        let path = "/box/\(name)"
        let said = BoxPages.Said(
            typed: asked.map { _ in typed }, isTracker: tracker != nil, round: round,
            coming: site.presentPoll.comingRound(after: rounds.last, language),
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
            switch try site.archives.file(name, parts.tallyService, parts.station) {
            case .file(let found): path = found
            case .busy: return busy(visit, seconds: 10)
            case .missing: return message(visit, 404, "notFound")
            }
            var response = Response(200, type: "application/x-tar")
            response.file = path
            return response.attached(as: "\(name).bel")
        } catch { return failure(visit, error) }
    }
}
