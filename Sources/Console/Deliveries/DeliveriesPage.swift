import Delivery
import Elections
import Issuance
import Operations
import Staff
import Store
import WebContent

/// What became of the messages, and reminders.
enum DeliveryViews {
    /// Pages and resources.
    static let all = [
        ConsoleView(path: "deliveries", deed: .seeDeliveries) { site, call in try site.deliveries(call) },
        ConsoleView(path: "reminders", deed: .sendReminders) { site, call in try site.reminders(call) },
    ]
}

/// What a manager does with channels and messages.
enum DeliveryActions {
    /// Any channel, letters too.
    private static let channels = DeedField("channel", .choice(Route.allCases.map(\.rawValue)))
    /// A selection of messages, by what the counts name.
    private static let selection = [
        DeedField("place", .text(maximum: 253), isRequired: false),
        DeedField("mailing", .number(1...1_000_000_000), isRequired: false),
    ]
    /// Where these forms lead back.
    private static let back: @Sendable (Call) -> String = { _ in "deliveries" }

    /// Deeds on deliveries and reminders.
    static let all = [
        ConsoleAction(
            path: "identifiers/issue", deed: .runDeliveries, name: "issueAll", fields: { _, _ in [] },
            intro: { try $0.aboutMissing($1) }, run: { try $0.issueAll($1) }, back: back),
        ConsoleAction(
            path: "deliveries/retry", deed: .runDeliveries, name: "retry",
            fields: { _, _ in [DeedField("what", .choice(["failed", "unknown"]))] + selection },
            run: { try $0.retry($1) },
            back: back),
        ConsoleAction(
            path: "deliveries/hold", deed: .runDeliveries, name: "hold", fields: { _, _ in [channels, .reason] },
            run: { try $0.hold($1) }, back: back),
        ConsoleAction(
            path: "deliveries/release", deed: .runDeliveries, name: "release", fields: { _, _ in [channels] },
            run: { try $0.release($1) }, back: back),
        ConsoleAction(
            path: "deliveries/fail-over", deed: .runDeliveries, name: "failOver",
            fields: { site, _ in
                let open = site.election.channels.map(\.rawValue)
                return [
                    DeedField("from", .choice(open.filter { $0 != Route.letter.rawValue })),
                    DeedField("to", .choice(open)),
                ] + selection + [.reason]
            }, intro: { try $0.aboutStranded($1) }, run: { try $0.failOver($1) }, back: back),
        ConsoleAction(
            path: "deliveries/threshold", deed: .runDeliveries, name: "threshold",
            fields: { _, _ in
                [
                    DeedField("state", .choice(DeliveryDesk.thresholds.keys.sorted())),
                    DeedField("percent", .number(1...100)),
                ]
            }, run: { try $0.threshold($1) }, back: back),
        ConsoleAction(
            path: "reminders/send", deed: .sendReminders, name: "remind",
            fields: { site, call in
                [
                    DeedField("target", .choice(Reminders.Target.allCases.map(\.rawValue))),
                    DeedField("college", .choice([""] + site.election.colleges.keys.sorted()), isRequired: false),
                    DeedField("site", .choice([""] + site.election.sites.keys.sorted()), isRequired: false),
                ]
                    + (call.values["confirmed"] == nil && call.source == "console"
                        ? [] : [DeedField("confirmed", .flag, isRequired: false)])
            }, run: { try $0.remind($1) }, back: { _ in "reminders" }),
    ]
}

extension ConsoleSite {
    /// The page: warnings, then counts by channel, place and mailing, and the codes that came back.
    func deliveries(_ call: Call) throws -> Screen {
        let language = call.language
        let picture = try parts.deliveries.picture()
        let states = MessageState.allCases.map(\.rawValue).filter { state in
            (picture.channels).contains { ($0.states[state] ?? 0) > 0 } || ["waiting", "accepted"].contains(state)
        }
        func stateWord(_ state: String) -> String { text("state.\(state)", language) }
        func table(_ caption: String, _ first: String, _ lines: [(name: String, line: DeliveryDesk.Picture.Line)])
            -> Block
        {
            .table(
                Table(
                    caption: text(caption, language),
                    head: [(text(first, language), false)] + states.map { (stateWord($0), true) }
                        + [(text("total", language), true)],
                    rows: lines.map { entry in
                        [Table.Cell(entry.name)] + states.map { .number(entry.line.states[$0] ?? 0) }
                            + [.number(entry.line.total)]
                    }, empty: text("deliveries.none", language)))
        }
        var blocks: [Block] = []
        for warning in picture.warnings {
            blocks.append(
                .notice(
                    "\(choiceText("channel", warning.route.rawValue, language)), \(warning.place.isEmpty ? text("others", language) : warning.place) : "
                        + "\(warning.percent) % \(text("state.\(warning.state)", language)) (\(text("deliveries.threshold", language)) \(warning.threshold) %)",
                    isBad: true))
        }
        for pause in picture.pauses {
            blocks.append(
                .notice(
                    "\(choiceText("channel", pause.route, language))\(language.colon)\(text("deliveries.paused", language)) \(pause.reason)",
                    isBad: true))
        }
        for hold in picture.holds {
            blocks.append(
                .notice(
                    "\(choiceText("channel", hold.route.rawValue, language))\(language.colon)\(text("deliveries.held", language)) \(hold.by), \(time(hold.since, language))",
                    isBad: true))
        }
        blocks.append(
            table(
                "deliveries.channels", "f.channel",
                picture.channels.map { (choiceText("channel", $0.name, language), $0) }))
        blocks.append(
            table(
                "deliveries.places", "deliveries.place",
                picture.places.map { ($0.line.name.isEmpty ? text("others", language) : $0.line.name, $0.line) }))
        blocks.append(
            table(
                "deliveries.mailings", "deliveries.mailing",
                picture.mailings.map { (mailingName($0.mailing, $0.route, language), $0.line) }))
        blocks.append(
            .table(
                Table(
                    caption: text("deliveries.replies", language),
                    head: [
                        (text("f.channel", language), false), (text("f.state", language), false),
                        (text("f.code", language), false), (text("total", language), true),
                    ],
                    rows: picture.replies.map {
                        [
                            Table.Cell(choiceText("channel", $0.route.rawValue, language)),
                            Table.Cell(text("state.\($0.state.rawValue)", language)), Table.Cell($0.reply),
                            .number($0.count),
                        ]
                    }, empty: text("deliveries.noReplies", language))))
        if call.viewer.may(.runDeliveries) {
            blocks.append(
                .links(
                    [
                        ("issueAll", "../identifiers/issue"), ("retry", "retry"), ("hold", "hold"),
                        ("release", "release"), ("failOver", "fail-over"), ("threshold", "threshold"),
                    ]
                    .map {
                        (
                            text("\($0.0).title", language),
                            $0.1.hasPrefix("../") ? "/manager/\($0.1.dropFirst(3))" : "/manager/deliveries/\($0.1)"
                        )
                    }))
        }
        blocks.append(.hint(text("deliveries.hint", language) + " " + time(picture.at, language)))
        return Screen(
            title: text("menu.deliveries", language), blocks: blocks, data: deliveryData(picture), isLive: true)
    }

    /// "2, 2026-11-21 10:00, new identifiers by another channel, e-mail": what tells one mailing from another.
    /// - Parameter mailing: nil for messages that went out one by one.
    private func mailingName(_ mailing: Mailing?, _ route: Route, _ language: Language) -> String {
        let channel = choiceText("channel", route.rawValue, language)
        guard let mailing else { return "\(text("mailing.single", language)), \(channel)" }
        return
            "\(mailing.id), \(time(mailing.startedAt, language)), \(text("mailing.\(mailing.purpose.rawValue)", language)), \(channel)"
    }

    /// The same for programs.
    /// `at`; `channels` by name and state; `places` and `mailings` with their `states`; `replies`; `held` and `paused`
    /// channels; `warnings` with their `percent`.
    private func deliveryData(_ picture: DeliveryDesk.Picture) -> JSONValue {
        func line(_ line: DeliveryDesk.Picture.Line) -> JSONValue { .object(line.states.mapValues { .number($0) }) }
        return .object([
            "at": .time(picture.at),
            "channels": .object(Dictionary(picture.channels.map { ($0.name, line($0)) }, uniquingKeysWith: { $1 })),
            "places": .list(
                picture.places.map {
                    .object([
                        "channel": .text($0.route.rawValue), "place": .text($0.line.name), "states": line($0.line),
                    ])
                }),
            "mailings": .list(
                picture.mailings.map {
                    .object([
                        "mailing": .optional($0.mailing?.id), "purpose": .optional($0.mailing?.purpose.rawValue),
                        "startedBy": .optional($0.mailing?.startedBy), "startedAt": .time($0.mailing?.startedAt),
                        "channel": .text($0.route.rawValue), "states": line($0.line),
                    ])
                }),
            "replies": .list(
                picture.replies.map {
                    .object([
                        "channel": .text($0.route.rawValue), "state": .text($0.state.rawValue),
                        "reply": .text($0.reply),
                        "count": .number($0.count),
                    ])
                }),
            "held": .list(picture.holds.map { .text($0.route.rawValue) }),
            "paused": .list(picture.pauses.map { .text($0.route) }),
            "warnings": .list(
                picture.warnings.map {
                    .object([
                        "channel": .text($0.route.rawValue), "place": .text($0.place), "state": .text($0.state),
                        "percent": .number($0.percent),
                    ])
                }),
        ])
    }

    /// The messages that a call names; all where it names none.
    /// The at sign before a domain may be typed.
    private func selection(_ call: Call) -> MessageSelection {
        let place = call["place"].trimmed.lowercased().drop { $0 == "@" }
        return MessageSelection(place: place.isEmpty ? nil : String(place), mailing: call.number("mailing"))
    }

    /// Says that no message is in the selection.
    private func noSuch(_ call: Call) -> DeedAnswer {
        .refused(
            422, text("deliveries.noSuch", call.language), field: selection(call).place == nil ? "mailing" : "place")
    }

    /// Makes failed messages due again, or those whose fate nobody knows.
    func retry(_ call: Call) throws -> DeedAnswer {
        guard try parts.deliveries.occurs(selection(call)) else { return noSuch(call) }
        let count = try parts.deliveries.retry(
            unknown: call["what"] == "unknown", of: selection(call), by: call.viewer.principal)
        return .done(
            text("retry.done", call.language) + " \(count).", next: "deliveries", data: ["messages": .number(count)])
    }

    /// The channel that a field names; mail for what is none, which the form's check keeps out.
    private func route(_ call: Call, _ name: String = "channel") -> Route { Route(rawValue: call[name]) ?? .email }

    /// Holds a channel back; codes go on.
    func hold(_ call: Call) throws -> DeedAnswer {
        try parts.deliveries.hold(route(call), reason: call["reason"].trimmed, by: call.viewer)
        return .done(text("hold.done", call.language), next: "deliveries")
    }

    /// Lets a held channel go on.
    func release(_ call: Call) throws -> DeedAnswer {
        try parts.deliveries.release(route(call), by: call.viewer)
            ? .done(text("release.done", call.language), next: "deliveries")
            : .refused(409, text("release.none", call.language), field: "channel")
    }

    /// How many voters have no identifier that reached them, by channel.
    func aboutStranded(_ call: Call) throws -> [Block]? {
        let language = call.language
        var facts: [(term: String, value: String)] = []
        for route in [Route.email, .sms] where election.channels.contains(where: { $0.rawValue == route.rawValue }) {
            facts.append(
                (
                    text("failOver.count", language) + " " + choiceText("channel", route.rawValue, language),
                    "\(try parts.deliveries.strandedCount(from: route))"
                ))
        }
        return [.facts(facts)]
    }

    /// Gives those voters identifiers by another channel.
    /// At most `DeliveryDesk.mostAtOnce` voters at a time; how many are left is said.
    func failOver(_ call: Call) throws -> DeedAnswer {
        let (from, to) = (route(call, "from"), route(call, "to"))
        guard from != to else { return .refused(422, text("failOver.same", call.language), field: "to") }
        guard try parts.deliveries.occurs(selection(call)) else { return noSuch(call) }
        let outcome = try parts.deliveries.failOver(
            from: from, to: to, of: selection(call), reason: call["reason"].trimmed, by: call.viewer)
        var words = [("failOver.done", outcome.reissued), ("failOver.unreachable", outcome.unreachable)]
        if outcome.left > 0 { words.append(("failOver.left", outcome.left)) }
        if outcome.unchanged > 0 { words.append(("failOver.unchanged", outcome.unchanged)) }
        return .done(
            words.map { "\(text($0, call.language)) \($1)." }.joined(separator: " "), next: "deliveries",
            data: [
                "reissued": .number(outcome.reissued), "unreachable": .number(outcome.unreachable),
                "left": .number(outcome.left), "unchanged": .number(outcome.unchanged),
            ])
    }

    /// Sets the share from which the page warns of a state.
    func threshold(_ call: Call) throws -> DeedAnswer {
        guard try parts.deliveries.set(threshold: call["state"], percent: call.number("percent") ?? 0, by: call.viewer)
        else {
            return .refused(422, text("fault.number", call.language), field: "percent")
        }
        return .done(text("threshold.done", call.language), next: "deliveries")
    }

    // MARK: Identifiers for those who have none

    /// How many voters have no identifier.
    func aboutMissing(_ call: Call) throws -> [Block]? {
        let count = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.desk.withoutIdentifier(reading)
        }
        return [.facts([(text("issueAll.count", call.language), "\(count)")])]
    }

    /// Issues identifiers to them, each by their own channel.
    func issueAll(_ call: Call) throws -> DeedAnswer {
        let outcome = try parts.desk.issueMissing(by: call.viewer)
        return .done(
            "\(text("issueAll.done", call.language)) \(outcome.issuedCount). \(text("failOver.unreachable", call.language)) \(outcome.unreachableCount)"
                + (outcome.unreachable.isEmpty ? "." : " (\(outcome.unreachable.prefix(10).joined(separator: ", ")))."),
            next: "deliveries",
            data: ["issued": .number(outcome.issuedCount), "unreachable": .number(outcome.unreachableCount)])
    }
}
