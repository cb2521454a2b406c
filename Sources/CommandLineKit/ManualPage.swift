/// The manual page, in roff's man macros: what the commands' own table says.
struct ManualPage {
    private let table: CommandTable

    init(_ table: CommandTable) { self.table = table }

    var text: String {
        var lines = [
            ".TH \(table.program.uppercased()) 1 \"\" \"\(table.program) \(table.version)\" \"User Commands\"",
            ".SH NAME", "\(table.program) \\- \(Self.escaped(table.summary.line))",
            ".SH SYNOPSIS", ".B \(table.program)", ".I COMMAND", "[\\fIOPERAND\\fR ...] [\\fIOPTION\\fR ...]",
            ".SH DESCRIPTION",
            Self.escaped(table.summary.about),
            "Each command explains itself with \\fB\\-\\-help\\fR.", ".SH COMMANDS",
        ]
        for command in table.commands { lines += entry(command) }
        lines.append(".SH OPTIONS OF EVERY COMMAND")
        lines += table.common.flatMap(option)
        lines += [
            ".SH EXIT STATUS", ".TP", ".B 0", "done", ".TP", ".B 1", "refused, with the reason and the cure", ".TP",
            ".B 2",
            "wrong usage", ".TP", ".B 70", "internal error", ".SH FILES",
        ]
        lines += table.files.flatMap { [".TP", ".I \(Self.escaped($0.path))", Self.escaped($0.about)] }
        return lines.joined(separator: "\n")
    }

    private func entry(_ command: Command) -> [String] {
        let operands = command.operands.map { " \\fI\(Self.escaped($0))\\fR" }.joined()
        var lines = [".SS \"\(table.program) \(Self.escaped(command.path))\(operands)\"", Self.line(command.help)]
        lines += command.options.flatMap(option)
        return lines
    }

    private func option(_ option: Command.Option) -> [String] {
        let value = option.value.map { " \\fI\(Self.escaped($0))\\fR" } ?? ""
        return [".TP", "\\fB\(Self.escaped(option.name))\\fR\(value)", Self.line(option.help)]
    }

    /// A line that begins with a dot or an apostrophe would be an order to the formatter.
    private static func line(_ text: String) -> String {
        let text = escaped(text)
        return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&\(text)" : text
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("\"", with: "\\(dq")
    }
}
