import Elections
import Operations
import VoterRoll
import WebContent

/// What several pages say of a roll's file.
struct RollWords {
    private let say: Wording

    init(_ say: Wording) { self.say = say }

    /// What is wrong with a whole file, after its name and line.
    /// - Parameters:
    ///   - line: 0 when no line is to blame.
    ///   - why: in English, as the roll's room said it.
    func failure(_ file: String, _ line: Int, _ why: String) -> String {
        let place = line > 0 ? "\(file), \(say("roll.line").lowercased()) \(line)" : file
        let words = say.said(why)
        let known = say.language == .fr && words == why ? say("roll.failed") : words
        return "\(place)\(say.language.colon)\(known)"
    }

    /// What a column of the roll is called: the file's own heading, or our word where the file has none.
    func column(_ column: String) -> String { Column(rawValue: column)?.said(say) ?? column }

    /// One column's change in words, with both values where they may be shown.
    func change(_ change: RollChange) -> String {
        let isBack = change.column.isEmpty
        let name = change.column == "address" ? say("f.address") : column(change.column)
        guard !(change.before.isEmpty && change.after.isEmpty) else { return name }
        let values = [change.before, change.after].map { isBack ? say.said($0) : say.choice(change.column, $0) }
        let pair = values.map { say.language == .fr ? "\u{AB}\u{A0}\($0)\u{A0}\u{BB}" : "\"\($0)\"" }
            .joined(separator: " \u{2192} ")
        return isBack ? pair : "\(name)\(say.language.colon)\(pair)"
    }
}
