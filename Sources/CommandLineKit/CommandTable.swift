/// A program's verbs and the options that every one understands: help, completion and manual page are made from it.
package struct CommandTable: Sendable {
    /// The program's name as it is typed.
    package let program: String
    /// What `--version` prints behind the name.
    package let version: String
    /// What the program is for: in the list of commands, and in the manual page.
    package let summary: (line: String, about: String)
    /// In the order in which help lists them; no two have one path.
    package let commands: [Command]
    /// Understood by every verb; `--help` among them.
    package let common: [Command.Option]
    /// Files that the manual page names, with what they are.
    package let files: [(path: String, about: String)]

    /// - Parameter common: understood by every verb; `--help` is added.
    package init(
        program: String, version: String, summary: (line: String, about: String), commands: [Command],
        common: [Command.Option], files: [(path: String, about: String)] = []
    ) {
        (self.program, self.version, self.summary) = (program, version, summary)
        self.common = common + [Command.Option("--help", nil, "this text")]
        self.files = files
        self.commands = commands
    }

    /// A verb by its words: `roll import`.
    package func command(_ path: String) -> Command? { commands.first { $0.path == path } }

    /// Runs the words after the program's name and returns the exit status.
    package func run(_ words: [String]) -> Int32 {
        do throws(Refusal) {
            try obey(words)
            if let trouble = Terminal.trouble {
                throw Refusal("The work is done, but what it prints could not be written: \(trouble).")
            }
            return 0
        } catch {
            Terminal.complain(error.description)
            return error.status.rawValue
        }
    }

    private func obey(_ words: [String]) throws(Refusal) {
        var words = words
        // `isoloir help letters print` is `isoloir letters print --help`.
        if words.first == "help" { words = words.dropFirst() + ["--help"] }
        if words == ["--version"] || words == ["version"] { return Terminal.say("\(program) \(version)") }
        if words == ["manual"] { return Terminal.say(ManualPage(self).text) }
        if words == ["completion"] { return Terminal.say(BashCompletion(self).text) }
        guard let (command, rest) = find(words) else {
            let isHelp = words.isEmpty || words.contains("--help")
            let related = commands.filter { $0.path.hasPrefix((words.first ?? "") + " ") }
            if isHelp { return Terminal.say(related.isEmpty ? overview : list(related)) }
            throw unknown(words, related)
        }
        let invocation = try Invocation(command, rest, in: self)
        if invocation.has("--help") { return Terminal.say(usage(command)) }
        try command.run(invocation)
    }

    private func unknown(_ words: [String], _ related: [Command]) -> Refusal {
        let name = words.prefix(related.isEmpty ? 1 : 2).joined(separator: " ")
        var text = "There is no command \"\(name)\"."
        let typed = words.prefix(2).joined(separator: " ")
        if let near = Spelling.nearest(typed, among: commands.map(\.path)) ?? Spelling.nearest(name, among: groups) {
            text += " Did you mean \"\(near)\"?"
        }
        if related.isEmpty {
            text += " Commands begin with: \(groups.joined(separator: ", ")). Run `\(program) --help` to see them all."
        } else {
            text += " There are:\n\(list(related))"
        }
        return Refusal(text, status: .usage)
    }

    private var groups: [String] {
        Set(commands.compactMap { $0.path.split(separator: " ").first.map(String.init) }).sorted()
    }

    private func find(_ words: [String]) -> (Command, [String])? {
        for count in [2, 1] where words.count >= count {
            let path = words.prefix(count).joined(separator: " ")
            if let command = command(path) { return (command, Array(words.dropFirst(count))) }
        }
        return nil
    }

    // MARK: Help

    /// The short way out of a wrong call.
    func seeHelp(_ command: Command) -> String {
        (["Usage: \(program)", command.path] + command.operands + ["[OPTIONS];"]).joined(separator: " ")
            + " see `\(program) \(command.path) --help`."
    }

    /// What `--help` says of a verb.
    package func usage(_ command: Command) -> String {
        let line = ([program, command.path] + command.operands + ["[OPTIONS]"]).joined(separator: " ")
        let all = command.options + common
        let width = all.map { "\($0.name) \($0.value ?? "")".count }.max() ?? 0
        let rows = all.map { option in
            let left = "\(option.name) \(option.value ?? "")"
            return "  " + left + String(repeating: " ", count: width - left.count + 2) + option.help
        }
        return ([line, "", command.help, ""] + rows).joined(separator: "\n")
    }

    private var overview: String {
        "Isoloir: \(summary.line)\n\n" + list(commands)
            + "\n\nEach command says more with --help. Exit status: 0 done, 1 refused, 2 wrong usage, 70 internal error."
    }

    private func list(_ commands: [Command]) -> String {
        let width = commands.map { ($0.path + " " + $0.operands.joined(separator: " ")).count }.max() ?? 0
        return commands.map { command in
            let left = ([command.path] + command.operands).joined(separator: " ")
            return "  \(program) " + left + String(repeating: " ", count: max(1, width - left.count + 3)) + command.help
        }.joined(separator: "\n")
    }
}
