import Synchronization
import Testing

@testable import CommandLineKit

/// A program of three verbs that keeps what it was called with.
private final class Program: Sendable {
    enum Size: String, CaseIterable { case small, large }

    private let calls = Mutex<[(verb: String, operands: [String], options: [String: [String]])]>([])

    var table: CommandTable {
        let names = ["--to", "--size", "--force"]
        let options = [
            Command.Option("--to", "FILE", "where it goes"), Command.Option("--force", nil, "without asking"),
            Command.Option("--size", oneOf: Size.self, "how large"),
        ]
        let commands = [("roll import", ["FILE"]), ("roll check", []), ("status", [])].map { path, operands in
            Command(path, operands, options: options, "does \(path)") { [self] invocation throws(Refusal) in
                let given = names.map { ($0, invocation.all($0)) }
                calls.withLock { $0.append((path, invocation.operands, Dictionary(uniqueKeysWithValues: given))) }
            }
        }
        return CommandTable(
            program: "demo", version: "1", summary: ("a program", "It is for tests."), commands: commands,
            common: [Command.Option("--store", "FILE", "the store")])
    }

    var latest: (verb: String, operands: [String], options: [String: [String]])? { calls.withLock { $0.last } }
}

struct CommandTableTests {
    private let program = Program()

    /// Why words that belong to one verb are refused.
    private func refusal(_ path: String, _ words: [String]) throws -> Refusal? {
        let command = try #require(program.table.command(path))
        do throws(Refusal) {
            try command.run(try Invocation(command, words, in: program.table))
            return nil
        } catch { return error }
    }

    @Test func `words find their verb, its operands and its options`() {
        #expect(program.table.run(["roll", "import", "a.csv", "--to=x=y", "--to", "--z", "--force"]) == 0)
        #expect(program.latest?.verb == "roll import" && program.latest?.operands == ["a.csv"])
        #expect(program.latest?.options == ["--to": ["x=y", "--z"], "--size": [], "--force": [""]])
        #expect(program.table.run(["status", "--size", "large"]) == 0)
        #expect(program.latest?.options["--size"] == ["large"])
    }

    @Test func `what stands behind two dashes is an operand, however it begins`() {
        #expect(program.table.run(["roll", "import", "--", "--to"]) == 0)
        #expect(program.latest?.operands == ["--to"] && program.latest?.options["--to"] == [])
    }

    @Test(arguments: [
        ("roll import", [], "FILE is missing."), ("roll import", ["a", "b"], "\"b\" is one word too many."),
        ("status", ["--siz", "small"], "did you mean --size?"), ("status", ["--size"], "wants small|large"),
        ("status", ["--size", "smal"], "Did you mean small?"), ("status", ["--size", "7"], "is one of small, large"),
        ("status", ["--force=1"], "takes no value"), ("status", ["--to"], "wants FILE"), ("status", ["--"], ""),
        ("status", ["--colour"], "has no option --colour."), ("status", ["--", "x"], "\"x\" is one word too many."),
    ])
    func `a wrong word is named with its cure`(path: String, words: [String], says: String) throws {
        let refusal = try refusal(path, words)
        if says.isEmpty {
            #expect(refusal == nil)
        } else {
            #expect(
                refusal?.status == .usage && refusal?.description.contains(says) == true,
                "\(refusal?.description ?? "")")
        }
    }

    @Test func `a verb that does not exist is a wrong call, and no verb runs`() {
        for words in [["rol", "import", "x"], ["roll"], ["roll", "imports", "x"], ["nothing"]] {
            #expect(program.table.run(words) == 2, "\(words)")
        }
        #expect(program.latest == nil)
    }

    @Test func `help runs nothing, and names every option`() throws {
        for words in [
            [], ["--help"], ["help"], ["help", "roll"], ["roll", "import", "--help"], ["status", "--force", "--help"],
        ] {
            #expect(program.table.run(words) == 0, "\(words)")
        }
        #expect(program.latest == nil)
        let usage = program.table.usage(try #require(program.table.command("roll import")))
        for words in ["demo roll import FILE [OPTIONS]", "--to FILE", "--size small|large", "--store FILE", "--help"] {
            #expect(usage.contains(words), "\(words) in \(usage)")
        }
    }

    @Test func `the manual page and the completion are made of the same table`() {
        let (page, completion) = (ManualPage(program.table).text, BashCompletion(program.table).text)
        for command in program.table.commands {
            #expect(page.contains(command.path) && completion.contains(command.path), "\(command.path)")
        }
        for word in ["--to", "--size", "--force", "--store", "small", "large"] {
            #expect(completion.contains(word), "\(word)")
        }
        #expect(page.hasPrefix(".TH") && page.contains(#"\-\-size"#))
    }

    @Test func `a number is a whole one from 1 on`() throws {
        let command = try #require(program.table.command("status"))
        let invocation = try Invocation(command, [], in: program.table)
        #expect(try invocation.number("12") == 12)
        for text in ["0", "-1", "", "1.5", "one", "99999999999999999999"] {
            #expect(throws: Refusal.self, "\(text)") { try invocation.number(text) }
        }
    }

    @Test func `an option that must be there is asked for, and blanks are none`() throws {
        let command = try #require(program.table.command("status"))
        #expect(try Invocation(command, ["--to", "x"], in: program.table).required("--to") == "x")
        for words in [[], ["--to", " "], ["--to="]] {
            let invocation = try Invocation(command, words, in: program.table)
            #expect { try invocation.required("--to") } throws: { ($0 as? Refusal)?.status == .usage }
        }
    }
}
