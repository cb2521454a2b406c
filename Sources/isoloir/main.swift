import Glibc

// A closed pipe is an error to be handled, not a signal to die of.
signal(SIGPIPE, SIG_IGN)
exit(CommandLineTool.run(Array(CommandLine.arguments.dropFirst())))
