/// Why something is refused, or what is found wrong: a case of a room's list, with what it speaks of. The command line and
/// programs read it in English, which stands in the room; the console says it in its reader's language, by its key.
package protocol Reason: Sendable, CustomStringConvertible {
    /// What is said: the same value always says the same.
    var text: ReasonText { get }
}

extension Reason {
    /// In English.
    package var description: String { text.english }
}

/// What a reason says, in English and by the key of its text at the console.
package struct ReasonText: Sendable {
    /// Behind `reason.` in the console's texts, `poll.notSealed`: the topic and the case.
    package let key: String
    /// The sentence with its values, for the command line and for programs.
    package let english: String
    /// What stands in the text's places `{name}`, by name.
    package let values: [String: ReasonValue]

    /// - Parameters:
    ///   - key: unique among all reasons; it has a text in each of the console's languages.
    ///   - phrase: one literal, each value with its name: `"Batch \(number, "batch") was confirmed already."`
    package init(_ key: String, _ phrase: Phrase) {
        (self.key, english, values) = (key, phrase.english, phrase.values)
    }

    /// An English sentence that remembers its values by their names.
    package struct Phrase: Sendable, ExpressibleByStringInterpolation {
        fileprivate let english: String
        fileprivate let values: [String: ReasonValue]

        /// A sentence in which nothing changes.
        package init(stringLiteral value: String) { (english, values) = (value, [:]) }

        /// A sentence with values.
        package init(stringInterpolation: StringInterpolation) {
            (english, values) = (stringInterpolation.english, stringInterpolation.values)
        }

        /// Takes the parts of a sentence; a value without a name does not compile.
        package struct StringInterpolation: StringInterpolationProtocol {
            fileprivate var english = ""
            fileprivate var values: [String: ReasonValue] = [:]

            /// Nothing is known of a sentence's length beforehand.
            package init(literalCapacity: Int, interpolationCount: Int) {}

            /// What stands between the values.
            package mutating func appendLiteral(_ literal: String) { english += literal }

            /// A name, a file, a date: the same in every language.
            package mutating func appendInterpolation(_ text: String, _ name: String) { add(.text(text), name) }

            /// A number.
            package mutating func appendInterpolation(_ number: Int, _ name: String) { add(.number(number), name) }

            /// What the reading of rolls says of a value: a sentence without a key, which the console's phrases have in French.
            package mutating func appendInterpolation(phrase: String, _ name: String) { add(.phrase(phrase), name) }

            /// Words of a list that the console knows by name, such as the states of a poll.
            /// - Parameters:
            ///   - list: what the keys of the list's texts begin with.
            ///   - isChoice: whether one of them is meant; else all are.
            package mutating func appendInterpolation<Word: RawRepresentable<String>>(
                _ words: [Word], _ name: String, of list: String, isChoice: Bool = true
            ) {
                add(.words(words.map(\.rawValue), list: list, isChoice: isChoice), name)
            }

            /// What another reason says.
            package mutating func appendInterpolation(_ reason: any Reason, _ name: String) {
                add(.reasons([reason], separator: ""), name)
            }

            /// What several others say.
            /// - Parameter separator: between them in English.
            package mutating func appendInterpolation(
                _ reasons: [any Reason], _ name: String, separator: String = " "
            ) {
                add(.reasons(reasons, separator: separator), name)
            }

            private mutating func add(_ value: ReasonValue, _ name: String) {
                values[name] = value
                switch value {
                case .text(let text), .phrase(let text): english += text
                case .number(let number): english += "\(number)"
                case .words(let words, _, let isChoice): english += words.joined(separator: isChoice ? " or " : ", ")
                case .reasons(let reasons, let separator):
                    english += reasons.map(\.description).joined(separator: separator)
                }
            }
        }
    }
}

/// What stands in a place of a reason's text.
package enum ReasonValue: Sendable {
    /// The same in every language.
    case text(String)
    /// A sentence without a key, in English: the console's phrases have its French.
    case phrase(String)
    /// A number, in digits.
    case number(Int)
    /// Words of a list, by what the keys of its texts begin with: one of them, or all.
    case words([String], list: String, isChoice: Bool)
    /// Further reasons, said in the same language, with what parts them in English.
    case reasons([any Reason], separator: String)
}
