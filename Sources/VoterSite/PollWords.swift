package import Elections
import Templating

/// What voters' pages say of the poll's hours and state at a moment.
package struct PollWords: Sendable {
    /// The line at the foot of every page.
    package let line: String
    /// What the first page, the space and the ballot pages say above all else; nil while the poll is simply open.
    package let notice: String?
    /// Whether the notice leads to the result.
    let hasResult: Bool
    /// Whether there are hours to come that a calendar may keep.
    let hasCalendar: Bool
    /// What is true in this phase, for texts that ask when to vote and when the result comes.
    let answers: Answers

    /// The answers to "when can I vote, and when does the result come?".
    struct Answers: Sendable {
        /// Whether one can vote now or later.
        let isToVote: Bool
        /// Whether the close is still to come, so that a calendar may keep it.
        let isBeforeClose: Bool
        /// Whether there will never be a result.
        let isNever: Bool
        /// When one can vote; empty where the line says it all.
        let vote: String
        /// When the result comes; empty where there is nothing to say of one.
        let result: String
        /// Whether the result's page has more to say.
        let leads: Bool
    }

    /// The values by their names in templates.
    var values: [String: TemplateValue] {
        [
            "hours": .object([
                "line": .text(line), "isToVote": .flag(answers.isToVote), "hasCalendar": .flag(answers.isBeforeClose),
                "isNever": .flag(answers.isNever), "vote": .text(answers.vote),
                "result": answers.result.isEmpty
                    ? .nothing : .object(["text": .text(answers.result), "leads": .flag(answers.leads)]),
            ]),
            "notice": notice.map {
                .object(["text": .text($0), "hasResult": .flag(hasResult), "hasCalendar": .flag(hasCalendar)])
            } ?? .nothing,
        ]
    }

    /// What templates may ask for.
    static let shape: [String: Shape] = [
        "hours": .object([
            "line": .text, "isToVote": .flag, "hasCalendar": .flag, "isNever": .flag, "vote": .text,
            "result": .object(["text": .text, "leads": .flag]),
        ]),
        "notice": .object(["text": .text, "hasResult": .flag, "hasCalendar": .flag]),
    ]
}

extension PageSet {
    /// The words for a phase of the poll.
    /// - Parameter hasResult: whether there is a result to look at.
    /// - Parameter phase: of the hours at the moment that is spoken of.
    package func words(
        _ hours: PollHours, _ phase: PollHours.Phase, _ election: Election, _ language: Language, hasResult: Bool
    ) -> PollWords {
        let name = phase.rawValue.prefix(1).uppercased() + phase.rawValue.dropFirst()
        // Of a box that came from a backup nobody may say that all ballots count.
        let variant = phase == .suspended && hours.isRestored ? "Restored" : ""
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
        var parts = [filled("hours\(name)\(variant)")]
        if phase == .suspended || phase == .abandoned, let reason = hours.reason {
            parts.append(text("hoursReason", language) + " " + reason)
        }
        let isOver = phase == .ended || phase == .closedEarly
        // A poll that was never sealed has no result to wait for.
        if isOver, !hasResult, hours.stage != nil { parts.append(text("hoursCounting", language)) }
        return PollWords(
            line: filled("foot\(name)"), notice: phase == .open ? nil : parts.joined(separator: " "),
            hasResult: isOver && hasResult, hasCalendar: phase == .ahead || phase == .extended,
            answers: PollWords.Answers(
                isToVote: !isOver && phase != .abandoned,
                isBeforeClose: [.ahead, .overdue, .open, .extended, .suspended].contains(phase),
                isNever: phase == .abandoned, vote: PageSet.voteText(phase).map(filled) ?? "",
                result: PageSet.resultText(phase, hasResult: hasResult, isSealed: hours.stage != nil).map(filled) ?? "",
                leads: phase != .abandoned))
    }

    /// The text that says when one can vote; nil where the line says it all.
    private static func voteText(_ phase: PollHours.Phase) -> String? {
        switch phase {
        case .ahead, .overdue: "faqOnceLater"
        case .open, .extended: "faqOnceA"
        case .suspended, .halted: "faqNotNow"
        case .grace: "faqGrace"
        case .ended, .closedEarly, .abandoned: nil
        }
    }

    /// The text that says when the result comes; nil for a poll that never was.
    private static func resultText(_ phase: PollHours.Phase, hasResult: Bool, isSealed: Bool) -> String? {
        switch phase {
        case .abandoned: "faqNoResult"
        case .ended, .closedEarly: hasResult ? "faqResultThere" : isSealed ? "hoursCounting" : nil
        case .ahead, .overdue, .open, .extended, .suspended, .halted, .grace: "faqWhenA"
        }
    }
}
