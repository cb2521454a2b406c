import Documents
import Foundation
import Inputs

/// What an election's texts may say: voters read them, and the seal keeps them for ever.
extension ElectionReader {
    /// The longest title, answer or name: a few lines on a telephone, on a letter and on the result's paper.
    static let longestText = TextLimit(scalars: 300)

    /// Reports every text of a document that is too long, or holds what nobody sees.
    static func checkWording(_ node: Node, _ reader: DocumentReader) {
        switch node.content {
        case .list(let nodes): for node in nodes { checkWording(node, reader) }
        case .mapping(let entries): for (_, _, value) in entries { checkWording(value, reader) }
        case .scalar(let text, _):
            guard longestText.admits(text) else {
                return reader.fault(
                    node.mark,
                    "the text has \(text.unicodeScalars.count) characters, \(longestText.scalars) at most: shorten it")
            }
            guard let hidden = HiddenText.first(text) else { return }
            let number = String(hidden.scalar.value, radix: 16, uppercase: true)
            let name = "U+" + String(repeating: "0", count: max(0, 4 - number.count)) + number
            reader.fault(
                node.mark,
                "character \(hidden.place) of the text is \(name), which nobody sees: type the text anew without it")
        }
    }

    /// What is wrong with a question's answers and with how many are chosen, in words.
    static func answerFaults(_ question: Election.Question) -> [(key: String, message: String)] {
        var messages: [String] = []
        for language in Language.allCases {
            // A name is the same in every language: what is wrong with it is said once.
            for message in nameFaults(question.answers.map { $0[language] }, hasBlank: question.hasBlank)
            where !messages.contains(message) { messages.append(message) }
        }
        var faults = messages.map { (key: "answers", message: $0) }
        // With both there are two ways to choose nothing, of which the protocol counts one alone as blank; no page could keep a
        // voter's own program from the other.
        if question.hasBlank, question.least == 0 {
            faults.append(
                (
                    "min",
                    "with \"min: 0\" and a blank vote there are two ways to choose nothing, and only one would be counted as blank: write \"min: 1\", or \"blank: false\""
                ))
        }
        return faults
    }

    /// What is wrong with the names of answers in one language: two alike, or a name for the blank vote.
    private static func nameFaults(_ answers: [String], hasBlank: Bool) -> [String] {
        var (faults, known): ([String], [String: String]) = ([], [:])
        for answer in answers {
            let form = folded(answer)
            if let earlier = known.updateValue(answer, forKey: form) {
                faults.append(
                    "the answers \"\(earlier)\" and \"\(answer)\" differ by case or blanks at most: voters could not tell them apart"
                )
            }
            if blankNames.contains(letters(form)) {
                let cure =
                    hasBlank ? "\"blank: true\" gives a blank vote already" : "write \"blank: true\" in its place"
                faults.append("the answer \"\(answer)\" would be counted as a valid vote: take it out; \(cure)")
            }
        }
        return faults
    }

    /// What people call a blank vote, as folded letters.
    private static let blankNames: Set<String> = Set(
        [
            "vote blanc", "bulletin blanc", "blanc", "blank vote", "blank ballot", "blank", "blanc ou nul",
            "blanc et nul",
            "blanc/nul", "vote blanc ou nul", "bulletin blanc ou nul", "je vote blanc", "blank or spoilt",
        ].map { letters(folded($0)) })

    /// A folded text's letters and digits alone: "Vote-blanc." is called a blank vote too.
    private static func letters(_ folded: String) -> String { folded.filter { $0.isLetter || $0.isNumber } }

    /// What two texts share that a reader takes for the same: case, blanks and what nobody sees do not count.
    private static func folded(_ text: String) -> String {
        let plain = text.precomposedStringWithCompatibilityMapping.lowercased()
        return String(
            String.UnicodeScalarView(
                plain.unicodeScalars.filter { !$0.properties.isWhitespace && !HiddenText.isHidden($0) }))
    }
}
