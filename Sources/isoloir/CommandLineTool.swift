/// Finds the verb and runs it.
enum CommandLineTool {
    /// What `--version` says.
    static let version = "0.1"

    static let commands =
        electionCommands + rollCommands + identifierCommands + letterCommands + outboxCommands + journalCommands
        + storeCommands + keyCommands + voterCommands + managerCommands + policyCommands + trusteeCommands
        + bureauCommands + pollCommands + pollHoursCommands + minutesCommands + trusteeSideCommands + tallyCommands
        + [serveCommand, demoCommand]

    /// Runs the words after the program's name and returns the exit status.
    static func run(_ words: [String]) -> Int32 {
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

    private static func obey(_ words: [String]) throws(Refusal) {
        var words = words
        // `isoloir help letters print` is `isoloir letters print --help`.
        if words.first == "help" { words = words.dropFirst() + ["--help"] }
        if words == ["--version"] || words == ["version"] { return Terminal.say("isoloir \(version)") }
        guard let (command, rest) = find(words) else {
            let isHelp = words.isEmpty || words.contains("--help")
            let related = commands.filter { $0.path.hasPrefix((words.first ?? "") + " ") }
            if isHelp { return Terminal.say(related.isEmpty ? overview : list(related)) }
            let name = words.prefix(related.isEmpty ? 1 : 2).joined(separator: " ")
            throw Refusal(
                "There is no command \"\(name)\"."
                    + (related.isEmpty ? nearest(name) : " There are:\n\(list(related))"),
                status: .usage)
        }
        let invocation = try Invocation(command, rest)
        if invocation.has("--help") { return Terminal.say(command.usage) }
        try command.run(invocation)
    }

    private static func nearest(_ name: String) -> String {
        let groups = Set(commands.compactMap { $0.path.split(separator: " ").first }).sorted().joined(separator: ", ")
        return " Commands begin with: \(groups). Run `isoloir --help` to see them all."
    }

    private static func find(_ words: [String]) -> (Command, [String])? {
        for count in [2, 1] where words.count >= count {
            let path = words.prefix(count).joined(separator: " ")
            if let command = commands.first(where: { $0.path == path }) {
                return (command, Array(words.dropFirst(count)))
            }
        }
        return nil
    }

    private static var overview: String {
        "Isoloir: from a voter roll to a result that others can check.\n\n" + list(commands)
            + "\n\nEach command says more with --help. Exit status: 0 done, 1 refused, 2 wrong usage, 70 internal error."
    }

    private static func list(_ commands: [Command]) -> String {
        let width = commands.map { ($0.path + " " + $0.operands.joined(separator: " ")).count }.max() ?? 0
        return commands.map { command in
            let left = ([command.path] + command.operands).joined(separator: " ")
            return "  isoloir " + left + String(repeating: " ", count: max(1, width - left.count + 3)) + command.help
        }.joined(separator: "\n")
    }
}
