import CommandLineKit
import Glibc

// A closed pipe is an error to be handled, not a signal to die of.
signal(SIGPIPE, SIG_IGN)
// A file at its limit of size is an error of that write, not the end of the program.
signal(SIGXFSZ, SIG_IGN)
// Every command may hold keys or names in memory.
do throws(Refusal) { try ProcessGuard.close() } catch {
    Terminal.complain(error.description)
    exit(error.status.rawValue)
}
exit(CommandLineTool.table.run(Array(CommandLine.arguments.dropFirst())))
