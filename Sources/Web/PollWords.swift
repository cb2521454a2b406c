import Elections
import Templating

/// What voters' pages say of the poll's hours and state at a moment.
struct PollWords: Sendable {
    /// The line at the foot of every page.
    let line: String
    /// What the first page, the space and the ballot pages say above all else; nil while the poll is simply open.
    let notice: String?
    /// Whether the notice leads to the result.
    let hasResult: Bool

    /// The values by their names in templates.
    var values: [String: TemplateValue] {
        [
            "hours": .object(["line": .text(line)]),
            "notice": notice.map { .object(["text": .text($0), "hasResult": .flag(hasResult)]) } ?? .nothing,
        ]
    }

    /// What templates may ask for.
    static let shape: [String: Shape] = [
        "hours": .object(["line": .text]), "notice": .object(["text": .text, "hasResult": .flag]),
    ]
}

extension PageSet {
    /// The words for a phase of the poll.
    /// - Parameter hasResult: whether there is a result to look at.
    func words(
        _ hours: PollHours, _ phase: PollHours.Phase, _ election: Election, _ language: Language, hasResult: Bool
    ) -> PollWords {
        let name = phase.rawValue.prefix(1).uppercased() + phase.rawValue.dropFirst()
        func filled(_ key: String) -> String {
            let said = text(key, language)
            // In the order in which the sentence gives them.
            let times = [("{opens}", hours.opens), ("{closes}", hours.closes)].filter { said.contains($0.0) }.map(\.1)
            return
                said
                .replacing("{opens}", with: LocalTime.phrase(hours.opens, zone: election.timeZone, language))
                .replacing("{closes}", with: LocalTime.phrase(hours.closes, zone: election.timeZone, language))
                .replacing("{until}", with: election.clockWords(hours.graceEnds, language))
                .replacing("{zone}", with: election.zoneWords(times, language))
        }
        var parts = [filled("hours\(name)")]
        if phase == .suspended || phase == .abandoned, let reason = hours.reason {
            parts.append(text("hoursReason", language) + " " + reason)
        }
        let isOver = phase == .ended || phase == .closedEarly
        // A poll that was never sealed has no result to wait for.
        if isOver, !hasResult, hours.stage != nil { parts.append(text("hoursCounting", language)) }
        return PollWords(
            line: filled("foot\(name)"), notice: phase == .open ? nil : parts.joined(separator: " "),
            hasResult: isOver && hasResult)
    }
}
