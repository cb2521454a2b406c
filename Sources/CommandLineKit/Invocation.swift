/// A verb as it was called.
package struct Invocation {
    /// The verb that was found in the table.
    package let command: Command
    /// What stood there beside the options, in order; as many as the command names.
    package let operands: [String]
    private let table: CommandTable
    private let values: [String: [String]]

    /// Reads the words after the verb. Everything after `--` is an operand, however it begins.
    /// - Throws: a refusal of status `usage` at the first word that does not fit.
    package init(_ command: Command, _ words: [String], in table: CommandTable) throws(Refusal) {
        (self.command, self.table) = (command, table)
        var (operands, values): ([String], [String: [String]]) = ([], [:])
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                operands += rest
                break
            }
            guard word.hasPrefix("--") else {
                operands.append(word)
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let option = try Invocation.option(parts[0], command, table)
            let value = try Invocation.value(option, parts.dropFirst().first, &rest, table.seeHelp(command))
            values[option.name, default: []].append(value)
        }
        (self.operands, self.values) = (operands, values)
        if has("--help") { return }
        if operands.count < command.operands.count {
            throw Refusal("\(command.operands[operands.count]) is missing. \(seeHelp)", status: .usage)
        }
        if operands.count > command.operands.count {
            throw Refusal("\"\(operands[command.operands.count])\" is one word too many. \(seeHelp)", status: .usage)
        }
    }

    /// The same command with other words.
    /// - Throws: refused as wrong usage at the first word that does not fit.
    package func again(_ words: [String]) throws(Refusal) -> Invocation { try Invocation(command, words, in: table) }

    private static func option(
        _ name: String, _ command: Command, _ table: CommandTable
    ) throws(Refusal) -> Command.Option {
        let known = command.options + table.common
        if let option = known.first(where: { $0.name == name }) { return option }
        let near = Spelling.nearest(name, among: known.map(\.name))
        throw Refusal(
            "`\(table.program) \(command.path)` has no option \(name)\(near.map { "; did you mean \($0)?" } ?? ".") \(table.seeHelp(command))",
            status: .usage)
    }

    /// The value of an option: after its sign of equality, else the next word.
    private static func value(
        _ option: Command.Option, _ given: String?, _ rest: inout ArraySlice<String>, _ seeHelp: String
    ) throws(Refusal) -> String {
        guard let shape = option.value else {
            guard given == nil else {
                throw Refusal("The option \(option.name) takes no value. \(seeHelp)", status: .usage)
            }
            return ""
        }
        guard let value = given ?? rest.popFirst() else {
            throw Refusal("The option \(option.name) wants \(shape).", status: .usage)
        }
        if let choices = option.choices, !choices.contains(value) {
            let near = Spelling.nearest(value, among: choices).map { " Did you mean \($0)?" } ?? ""
            throw Refusal(
                "\(option.name) is one of \(choices.joined(separator: ", ")), not \"\(value)\".\(near) \(seeHelp)",
                status: .usage)
        }
        return value
    }

    /// The short way out of a wrong call.
    package var seeHelp: String { table.seeHelp(command) }

    /// Whether an option stands there, with a value or as a switch.
    package func has(_ option: String) -> Bool { values[option] != nil }

    /// The last value given to an option.
    package subscript(_ option: String) -> String? { values[option]?.last }

    /// Every value given to an option.
    package func all(_ option: String) -> [String] { values[option] ?? [] }

    /// The value of an option whose choices are the cases of a type; nil where it was not given.
    package func choice<Choice: RawRepresentable<String>>(_ option: String) -> Choice? {
        self[option].flatMap(Choice.init(rawValue:))
    }

    /// The value of an option that must be given.
    /// - Throws: refused as wrong usage where it is missing, or white space alone.
    package func required(_ option: String) throws(Refusal) -> String {
        guard let value = self[option] else {
            throw Refusal("The option \(option) is missing. \(seeHelp)", status: .usage)
        }
        guard value.contains(where: { !$0.isWhitespace }) else {
            throw Refusal("The option \(option) is empty. \(seeHelp)", status: .usage)
        }
        return value
    }

    /// A whole number given to an option or standing as an operand.
    /// - Throws: refused as wrong usage for everything but a number from 1 on.
    package func number(_ text: String) throws(Refusal) -> Int {
        if let number = Int(text), number > 0 { return number }
        throw Refusal("\"\(text)\" is no number from 1 on.", status: .usage)
    }
}
