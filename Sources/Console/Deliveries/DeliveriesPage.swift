import Contacts
import Delivery
import Elections
import Operations
import Staff
import Store
import WebContent

/// What became of the messages: warnings, then counts by channel, place and mailing, and the codes that came back.
struct DeliveriesPage: ConsolePage {
    static let path = "deliveries"
    static let permission = Permission.seeDeliveries
    static let template = "deliveries"
    let context: ConsoleContext

    func title(_ model: DeliveriesModel, _ wording: Wording) -> String { wording("menu.deliveries") }
    func isLive(_ model: DeliveriesModel) -> Bool { true }

    func model(_ call: ConsoleRequest) throws -> DeliveriesModel? {
        let picture = try parts.deliveries.picture()
        let say = wording(call.language)
        let mayKnow = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try VoteSecrecy(parts.operations).mayKnowVotes(reading, call.viewer)
        }
        let undelivered = mayKnow ? picture.undelivered.lines : []
        return DeliveriesModel(
            at: Moment(picture.at),
            channels: Dictionary(picture.channels.map { ($0.name, $0.states) }, uniquingKeysWith: { $1 }),
            places: picture.places.map { .init(channel: $0.route, place: $0.line.name, states: $0.line.states) },
            mailings: picture.mailings.map { mailing, route, line in
                DeliveriesModel.MailingLine(
                    mailing: mailing?.id, purpose: mailing?.purpose, startedBy: mailing?.startedBy,
                    startedAt: Moment(mailing?.startedAt), channel: route, states: line.states)
            },
            replies: picture.replies.map {
                .init(channel: $0.route, state: $0.state, reply: $0.reply, count: $0.count)
            },
            held: picture.holds.map(\.route), paused: try picture.pauses.map { try Channel.read($0.route) },
            holds: picture.holds.map { .init(channel: $0.route, by: $0.by, since: Moment($0.since)) },
            pauses: try picture.pauses.map { .init(channel: try Channel.read($0.route), reason: $0.reason) },
            warnings: try picture.warnings.map {
                .init(
                    channel: $0.route, place: $0.place, state: try MessageState.read($0.state), percent: $0.percent,
                    threshold: $0.threshold)
            },
            undeliveredConfirmations: Dictionary(
                undelivered.map { ($0.route.rawValue, $0.total) }, uniquingKeysWith: { $1 }),
            undelivered: undelivered.map {
                .init(channel: $0.route, failed: $0.failed, unknown: $0.unknown, bounced: $0.bounced)
            },
            view: OnPage(
                DeliveriesModel.View(
                    notices: notices(picture, undelivered, say), states: columns(picture).map { $0.said(say) },
                    tables: tables(picture, say))))
    }

    /// What is wrong, in sentences.
    private func notices(
        _ picture: DeliveryService.Picture, _ undelivered: [UndeliveredConfirmations.Line], _ say: Wording
    ) -> [String] {
        let warnings = picture.warnings.map { warning in
            let place = warning.place.isEmpty ? say("others") : warning.place
            return "\(warning.route.said(say)), \(place) : \(warning.percent) % \(say("state.\(warning.state)")) "
                + "(\(say("deliveries.threshold")) \(warning.threshold) %)"
        }
        let colon = say.language.colon
        let pauses = picture.pauses.map {
            "\(say.choice("channel", $0.route))\(colon)\(say("deliveries.paused")) \($0.reason)"
        }
        let holds = picture.holds.map {
            "\($0.route.said(say))\(colon)\(say("deliveries.held")) \($0.by), \(say.time($0.since))"
        }
        let lost = undelivered.flatMap { line in
            [
                ("deliveries.confirmationsFailed", line.failed), ("deliveries.confirmationsUnknown", line.unknown),
                ("deliveries.confirmationsBounced", line.bounced),
            ].filter { $0.1 > 0 }.map {
                "\(line.route.said(say))\(colon)\(say($0.0).replacing("{}", with: "\($0.1)"))"
            }
        }
        return warnings + lost + pauses + holds
    }

    /// The states that have a column: those that occur, and the two that everybody looks for.
    private func columns(_ picture: DeliveryService.Picture) -> [MessageState] {
        MessageState.allCases.filter { state in
            [.waiting, .accepted].contains(state) || picture.channels.contains { ($0.states[state.rawValue] ?? 0) > 0 }
        }
    }

    /// The same counts by channel, by place and by mailing.
    private func tables(_ picture: DeliveryService.Picture, _ say: Wording) -> [DeliveriesModel.Counts] {
        let states = columns(picture).map(\.rawValue)
        func row(_ name: String, _ line: DeliveryService.Picture.Line) -> DeliveriesModel.Row {
            .init(name: name, counts: states.map { line.states[$0] ?? 0 }, total: line.total)
        }
        return [
            .init(
                caption: say("deliveries.channels"), first: say("f.channel"),
                rows: picture.channels.map { row(say.choice("channel", $0.name), $0) }),
            .init(
                caption: say("deliveries.places"), first: say("deliveries.place"),
                rows: picture.places.map { row($0.line.name.isEmpty ? say("others") : $0.line.name, $0.line) }),
            .init(
                caption: say("deliveries.mailings"), first: say("deliveries.mailing"),
                rows: picture.mailings.map { row(name($0.mailing, $0.route, say), $0.line) }),
        ]
    }

    /// "2, 2026-11-21 10:00, new identifiers by another channel, e-mail": what tells one mailing from another.
    /// - Parameter mailing: nil for messages that went out one by one.
    private func name(_ mailing: Mailing?, _ route: Channel, _ say: Wording) -> String {
        guard let mailing else { return "\(say("mailing.single")), \(route.said(say))" }
        return "\(mailing.id), \(say.time(mailing.startedAt)), \(mailing.purpose.said(say)), \(route.said(say))"
    }
}
