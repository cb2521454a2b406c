/// One verb of the command line.
package struct Command: Sendable {
    /// An option and what stands after it.
    package struct Option: Sendable {
        /// With its dashes: `--store`.
        package let name: String
        /// What the value is, in capitals, or its choices with bars between them; nil for a switch.
        package let value: String?
        /// One line for the verb's `--help`, without a full stop.
        package let help: String
        /// The only values that are taken; nil where any is.
        package let choices: [String]?

        /// An option that takes any value, or with `value` nil a switch.
        package init(_ name: String, _ value: String? = nil, _ help: String) {
            (self.name, self.value, self.help, choices) = (name, value, help, nil)
        }

        /// An option whose values are the cases of a type.
        package init<Choice: RawRepresentable<String> & CaseIterable>(
            _ name: String, oneOf choice: Choice.Type, _ help: String
        ) {
            let choices = choice.allCases.map(\.rawValue)
            (self.name, value, self.help, self.choices) = (name, choices.joined(separator: "|"), help, choices)
        }
    }

    /// The words of the verb: `roll import`.
    package let path: String
    /// The names of what follows the verb: `FILE`.
    package let operands: [String]
    /// Those of this verb alone, without the ones that every verb understands.
    package let options: [Option]
    /// One line for the list of verbs, without a full stop.
    package let help: String
    /// Does the work; what it throws is printed, and its status is the process's.
    package let run: @Sendable (Invocation) throws(Refusal) -> Void

    /// - Parameters:
    ///   - path: one or two words.
    ///   - operands: their names in capitals; as many must be given.
    ///   - options: beside those that every verb understands.
    package init(
        _ path: String, _ operands: [String] = [], options: [Option] = [], _ help: String,
        run: @escaping @Sendable (Invocation) throws(Refusal) -> Void
    ) {
        (self.path, self.operands, self.options, self.help, self.run) = (path, operands, options, help, run)
    }
}
