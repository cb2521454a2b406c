import Contacts
import Delivery
import Elections
import Issuance
import Operations
import Staff
import Store
import WebContent

/// What a manager does with channels and messages.
struct DeliveryActions: ConsoleWork {
    let context: ConsoleContext

    /// Any channel, letters too.
    private static let channels = FormField("channel", .choice(Channel.allCases.map(\.rawValue)))
    /// A selection of messages, by what the counts name.
    private static let selection = [
        FormField("place", .text(maximum: 253), isRequired: false),
        FormField("mailing", .number(1...1_000_000_000), isRequired: false),
    ]
    /// Where these forms lead back.
    private static let back: @Sendable (ConsoleRequest) -> String = { _ in "deliveries" }

    /// Actions on deliveries.
    static let all = [
        ConsoleAction(
            path: "identifiers/issue", permission: .runDeliveries, name: "issueAll", fields: { _, _ in [] },
            about: FormAbout("countsForm", CountsAbout.self) { try DeliveryActions($0).aboutMissing($1) },
            answer: Issued.self,
            run: { try DeliveryActions($0).issueAll($1) }, back: back),
        ConsoleAction(
            path: "deliveries/retry", permission: .runDeliveries, name: "retry",
            fields: { _, _ in [FormField("what", .choice(["failed", "unknown"]))] + selection },
            answer: Retried.self, run: { try DeliveryActions($0).retry($1) },
            back: back),
        ConsoleAction(
            path: "deliveries/hold", permission: .runDeliveries, name: "hold", fields: { _, _ in [channels, .reason] },
            run: { try DeliveryActions($0).hold($1) }, back: back),
        ConsoleAction(
            path: "deliveries/release", permission: .runDeliveries, name: "release", fields: { _, _ in [channels] },
            run: { try DeliveryActions($0).release($1) }, back: back),
        ConsoleAction(
            path: "deliveries/fail-over", permission: .runDeliveries, name: "failOver",
            fields: { task, _ in
                let open = task.election.channels.map(\.rawValue)
                return [
                    FormField("from", .choice(open.filter { $0 != Channel.letter.rawValue })),
                    FormField("to", .choice(open)),
                ] + selection + [.reason]
            }, about: FormAbout("countsForm", CountsAbout.self) { try DeliveryActions($0).aboutStranded($1) },
            answer: FailedOver.self,
            run: { try DeliveryActions($0).failOver($1) }, back: back),
        ConsoleAction(
            path: "deliveries/threshold", permission: .runDeliveries, name: "threshold",
            fields: { _, _ in
                [
                    FormField("state", .choice(DeliveryService.thresholds.keys.sorted())),
                    FormField("percent", .number(1...100)),
                ]
            }, run: { try DeliveryActions($0).threshold($1) }, back: back),
    ]

    /// How many voters an action would reach.
    struct CountsAbout: PageModel {
        let counts: [Count]

        /// One figure.
        struct Count: PageModel {
            let term: String
            let count: Int
        }
    }

    /// How many messages are due again.
    struct Retried: PageModel {
        let messages: Int
    }

    /// How many voters have an identifier by another channel.
    struct FailedOver: PageModel {
        let reissued: Int
        /// Who cannot be reached by it.
        let unreachable: Int
        /// Who are left for the next time.
        let left: Int
        /// Whose identifier came by now.
        let unchanged: Int
    }

    /// How many voters got their first identifier.
    struct Issued: PageModel {
        let issued: Int
        let unreachable: Int
    }

    /// The messages that a call names; all where it names none.
    /// The at sign before a domain may be typed.
    private func selection(_ call: ConsoleRequest) -> MessageSelection {
        let place = call["place"].trimmed.lowercased().drop { $0 == "@" }
        return MessageSelection(place: place.isEmpty ? nil : String(place), mailing: call.number("mailing"))
    }

    /// Says that no message is in the selection.
    private func noSuch(_ call: ConsoleRequest) -> ActionResult {
        .refused(
            422, text("deliveries.noSuch", call.language), field: selection(call).place == nil ? "mailing" : "place")
    }

    /// Makes failed messages due again, or those whose fate nobody knows.
    func retry(_ call: ConsoleRequest) throws -> ActionResult {
        guard try parts.deliveries.occurs(selection(call)) else { return noSuch(call) }
        let count = try parts.deliveries.retry(
            unknown: call["what"] == "unknown", of: selection(call), by: call.viewer.principal)
        return .done(
            text("retry.done", call.language) + " \(count).", next: "deliveries", details: Retried(messages: count))
    }

    /// The channel that a field names; mail for what is none, which the form's check keeps out.
    private func route(_ call: ConsoleRequest, _ name: String = "channel") -> Channel {
        Channel(rawValue: call[name]) ?? .email
    }

    /// Holds a channel back; codes go on.
    func hold(_ call: ConsoleRequest) throws -> ActionResult {
        try parts.deliveries.hold(route(call), reason: call["reason"].trimmed, by: call.viewer)
        return .done(text("hold.done", call.language), next: "deliveries")
    }

    /// Lets a held channel go on.
    func release(_ call: ConsoleRequest) throws -> ActionResult {
        try parts.deliveries.release(route(call), by: call.viewer)
            ? .done(text("release.done", call.language), next: "deliveries")
            : .refused(409, text("release.none", call.language), field: "channel")
    }

    /// How many voters have no identifier that reached them, by channel.
    func aboutStranded(_ call: ConsoleRequest) throws -> CountsAbout? {
        let say = wording(call.language)
        let routes = [Channel.email, .sms].filter { route in
            election.channels.contains { $0.rawValue == route.rawValue }
        }
        return CountsAbout(
            counts: try routes.map {
                .init(
                    term: "\(say("failOver.count")) \($0.said(say))",
                    count: try parts.deliveries.strandedCount(from: $0))
            })
    }

    /// Gives those voters identifiers by another channel.
    /// At most `DeliveryService.mostAtOnce` voters at a time; how many are left is said.
    func failOver(_ call: ConsoleRequest) throws -> ActionResult {
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
            details: FailedOver(
                reissued: outcome.reissued, unreachable: outcome.unreachable, left: outcome.left,
                unchanged: outcome.unchanged))
    }

    /// Sets the share from which the page warns of a state.
    func threshold(_ call: ConsoleRequest) throws -> ActionResult {
        guard try parts.deliveries.set(threshold: call["state"], percent: call.number("percent") ?? 0, by: call.viewer)
        else {
            return .refused(422, text("fault.number", call.language), field: "percent")
        }
        return .done(text("threshold.done", call.language), next: "deliveries")
    }

    // MARK: Identifiers for those who have none

    /// How many voters have no identifier.
    func aboutMissing(_ call: ConsoleRequest) throws -> CountsAbout? {
        let count = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try MissingIdentifiers(parts.operations).count(reading)
        }
        return CountsAbout(counts: [.init(term: text("issueAll.count", call.language), count: count)])
    }

    /// Issues identifiers to them, each by their own channel.
    func issueAll(_ call: ConsoleRequest) throws -> ActionResult {
        let outcome = try MissingIdentifiers(parts.operations).issueMissing(by: call.viewer)
        return .done(
            "\(text("issueAll.done", call.language)) \(outcome.issuedCount). \(text("failOver.unreachable", call.language)) \(outcome.unreachableCount)"
                + (outcome.unreachable.isEmpty ? "." : " (\(outcome.unreachable.prefix(10).joined(separator: ", ")))."),
            next: "deliveries",
            details: Issued(issued: outcome.issuedCount, unreachable: outcome.unreachableCount))
    }
}
