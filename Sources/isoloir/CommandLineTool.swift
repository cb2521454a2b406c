import CommandLineKit
import Demo
import Server

/// The program's verbs.
enum CommandLineTool {
    /// Every verb with its options, in the order of the manual, and the options that all of them take.
    static let table: CommandTable = .init(
        program: "isoloir", version: Services.version,
        summary: (
            line: "from a voter roll to a result that others can check.",
            about:
                "Gives every voter of an election an identifier, lets them sign in and vote, and counts with the trustees."
        ),
        commands: electionCommands + rollCommands + identifierCommands + letterCommands + outboxCommands
            + journalCommands + storeCommands + keyCommands + voterCommands + managerCommands + policyCommands
            + trusteeCommands + bureauCommands + pollCommands + pollHoursCommands + minutesCommands
            + trusteeSideCommands + tallyCommands + [serveCommand, doctorCommand, demoCommand(in: { table })]
            + manualCommands,
        common: [
            .init("--store", "PATH", "the store (default: isoloir.sqlite)"),
            .init("--keys", "FOLDER", "the key folder, outside the store's (default: ~/.isoloir-keys)"),
            .init("--config", "PATH", "the settings (default: isoloir.yaml, else \(Settings.systemFile))"),
            .init("--templates", "FOLDER", "the templates (default: Templates)"),
            .init("--election", "ID", "which election, where the store holds several"),
            .init("--json", nil, "machine-readable output"),
        ],
        files: [
            ("isoloir.yaml", "the settings, in the folder where the program is called; else \(Settings.systemFile)")
        ])

    /// In the list like every other; the table itself answers them.
    private static let manualCommands = [
        Command("manual", [], "this program's manual page, for man(1)") { _ in },
        Command("completion", [], "what bash needs to complete isoloir's commands and options") { _ in },
    ]
}
