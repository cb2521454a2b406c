/// One verb of the command line.
struct Command: Sendable {
    /// An option and what stands after it.
    struct Option: Sendable {
        let name: String
        /// What the value is, in capitals; nil for a switch.
        let value: String?
        let help: String

        init(_ name: String, _ value: String? = nil, _ help: String) {
            (self.name, self.value, self.help) = (name, value, help)
        }
    }

    /// The words of the verb: `roll import`.
    let path: String
    /// The names of what follows the verb: `FILE`.
    let operands: [String]
    let options: [Option]
    let help: String
    let run: @Sendable (Invocation) throws(Refusal) -> Void

    init(
        _ path: String, _ operands: [String] = [], options: [Option] = [], _ help: String,
        run: @escaping @Sendable (Invocation) throws(Refusal) -> Void
    ) {
        (self.path, self.operands, self.options, self.help, self.run) = (path, operands, options, help, run)
    }

    /// Understood by every verb.
    static let common = [
        Option("--store", "PATH", "the store (default: isoloir.sqlite)"),
        Option("--keys", "FOLDER", "the key folder, outside the store's (default: ~/.isoloir-keys)"),
        Option("--config", "PATH", "the settings (default: isoloir.yaml, where there is one)"),
        Option("--templates", "FOLDER", "the templates (default: Templates)"),
        Option("--election", "ID", "which election, where the store holds several"),
        Option("--json", nil, "machine-readable output"),
        Option("--help", nil, "this text"),
    ]

    /// The short way out of a wrong call.
    var seeHelp: String {
        (["Usage: isoloir", path] + operands + ["[OPTIONS];"]).joined(separator: " ") + " see `isoloir \(path) --help`."
    }

    var usage: String {
        let line = (["isoloir", path] + operands + ["[OPTIONS]"]).joined(separator: " ")
        let all = options + Command.common
        let widths = all.map { "\($0.name) \($0.value ?? "")".count }
        let width = widths.max() ?? 0
        let rows = all.map { option in
            let left = "\(option.name) \(option.value ?? "")"
            return "  " + left + String(repeating: " ", count: width - left.count + 2) + option.help
        }
        return ([line, "", help, ""] + rows).joined(separator: "\n")
    }
}

/// A verb as it was called.
struct Invocation {
    let command: Command
    let operands: [String]
    private let values: [String: [String]]

    /// Reads the words after the verb.
    init(_ command: Command, _ words: [String]) throws(Refusal) {
        var (operands, values): ([String], [String: [String]]) = ([], [:])
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("--") else {
                operands.append(word)
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let option = (command.options + Command.common).first(where: { $0.name == parts[0] }) else {
                throw Refusal("`isoloir \(command.path)` has no option \(parts[0]). \(command.seeHelp)", status: .usage)
            }
            if option.value == nil {
                guard parts.count == 1 else {
                    throw Refusal("The option \(option.name) takes no value. \(command.seeHelp)", status: .usage)
                }
                values[option.name, default: []].append("")
            } else if parts.count == 2 {
                values[option.name, default: []].append(parts[1])
            } else if let value = rest.popFirst() {
                values[option.name, default: []].append(value)
            } else {
                throw Refusal("The option \(option.name) wants \(option.value ?? "a value").", status: .usage)
            }
        }
        (self.command, self.operands, self.values) = (command, operands, values)
        if has("--help") { return }
        if operands.count < command.operands.count {
            throw Refusal("\(command.operands[operands.count]) is missing. \(command.seeHelp)", status: .usage)
        }
        if operands.count > command.operands.count {
            throw Refusal(
                "\"\(operands[command.operands.count])\" is one word too many. \(command.seeHelp)", status: .usage)
        }
    }

    func has(_ option: String) -> Bool { values[option] != nil }

    /// The last value given to an option.
    subscript(_ option: String) -> String? { values[option]?.last }

    /// Every value given to an option.
    func all(_ option: String) -> [String] { values[option] ?? [] }

    /// The value of an option that must be given.
    func required(_ option: String) throws(Refusal) -> String {
        guard let value = self[option] else {
            throw Refusal("The option \(option) is missing. \(command.seeHelp)", status: .usage)
        }
        guard value.contains(where: { !$0.isWhitespace }) else {
            throw Refusal("The option \(option) is empty. \(command.seeHelp)", status: .usage)
        }
        return value
    }

    /// A whole number given to an option or standing as an operand.
    func number(_ text: String) throws(Refusal) -> Int {
        if let number = Int(text), number > 0 { return number }
        throw Refusal("\"\(text)\" is no number from 1 on.", status: .usage)
    }
}
