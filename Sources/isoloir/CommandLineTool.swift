/// Finds the verb and runs it.
enum CommandLineTool {
    static let commands =
        electionCommands + rollCommands + identifierCommands + letterCommands + outboxCommands + journalCommands
        + storeCommands + keyCommands + [demoCommand]

    /// Runs the words after the program's name and returns the exit status.
    static func run(_ words: [String]) -> Int32 {
        do throws(Refusal) {
            guard let (command, rest) = find(words) else {
                let wantsHelp = words.isEmpty || words == ["--help"] || words == ["help"]
                if wantsHelp {
                    Terminal.say(overview)
                    return 0
                }
                let related = commands.filter { $0.path.hasPrefix(words[0] + " ") }
                throw Refusal(
                    related.isEmpty ? "There is no command \"\(words[0])\".\n\n\(overview)" : list(related), status: .usage)
            }
            let invocation = try Invocation(command, rest)
            if invocation.has("--help") {
                Terminal.say(command.usage)
            } else {
                try command.run(invocation)
            }
            return 0
        } catch {
            Terminal.complain(error.description)
            return error.status.rawValue
        }
    }

    private static func find(_ words: [String]) -> (Command, [String])? {
        for count in [2, 1] where words.count >= count {
            let path = words.prefix(count).joined(separator: " ")
            if let command = commands.first(where: { $0.path == path }) { return (command, Array(words.dropFirst(count))) }
        }
        return nil
    }

    private static var overview: String {
        "Isoloir: from a voter roll to identifiers in voters' hands.\n\n" + list(commands)
            + "\n\nEach command says more with --help. Exit status: 0 done, 1 refused, 2 wrong usage, 70 internal error."
    }

    private static func list(_ commands: [Command]) -> String {
        let width = commands.map { ($0.path + $0.operands.joined(separator: " ")).count }.max() ?? 0
        return commands.map { command in
            let left = ([command.path] + command.operands).joined(separator: " ")
            return "  isoloir " + left + String(repeating: " ", count: max(1, width - left.count + 3)) + command.help
        }.joined(separator: "\n")
    }
}
