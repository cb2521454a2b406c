import CommandLineKit
import Foundation
import Server
import Store

/// A ready-made election of the folder `Ballots`: its definition and a roll of fictional voters.
struct DemoSample {
    /// The one that is run when none is named.
    static let standard = "cse-2026"
    /// Beside the program's sources, or where a package puts them.
    private static let folder =
        ["Ballots", "/usr/share/isoloir/Ballots"].first { FileManager.default.fileExists(atPath: $0) } ?? "Ballots"

    /// The folder's, below `Ballots`.
    let name: String
    /// The path of its `election.yaml`.
    var definition: String { "\(DemoSample.folder)/\(name)/election.yaml" }
    /// The path of its `roll.csv`.
    var roll: String { "\(DemoSample.folder)/\(name)/roll.csv" }

    /// - Throws: where there is no such sample, which there are.
    init(_ name: String) throws(Refusal) {
        let names = DemoSample.names
        guard !names.isEmpty else {
            throw Refusal(
                "There is no folder \(DemoSample.folder) with samples here: run the demo in the folder that holds it.")
        }
        guard names.contains(name) else {
            throw Refusal("There is no sample \"\(name)\". The samples are: \(names.joined(separator: ", ")).")
        }
        self.name = name
    }

    /// The folders that hold both files, by name.
    private static var names: [String] {
        let files = FileManager.default
        let found = (try? files.contentsOfDirectory(atPath: folder)) ?? []
        return found.filter { name in
            ["election.yaml", "roll.csv"].allSatisfy { files.fileExists(atPath: "\(folder)/\(name)/\($0)") }
        }.sorted()
    }

    /// The definition for this machine: its own address, and a poll that opened yesterday and lasts a week.
    /// - Throws: refused where the definition cannot be read.
    func adapted(port: Int) throws(Refusal) -> String {
        func day(_ offset: Double) -> String {
            String(Moment.text(Clock.system.now + Int(offset * 86_400)).prefix(10))
        }
        let lines = try DemoSample.text(definition).split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map { line in
            if line.hasPrefix("address: ") { return "address: http://localhost:\(port)" }
            if line.hasPrefix("opens: ") { return "opens: \(day(-1)) 09:00" }
            if line.hasPrefix("closes: ") { return "closes: \(day(7)) 17:00" }
            return String(line)
        }.joined(separator: "\n")
    }

    /// The roll's rows again and again with references and mail addresses of their own.
    /// The first round keeps the sample's rows as they are; fewer than these are the first ones.
    /// - Throws: refused where the roll cannot be read.
    func multiplied(to count: Int) throws(Refusal) -> String {
        let lines = try DemoSample.text(roll).split(whereSeparator: \.isNewline).map(String.init)
        var result = lines[0] + "\n"
        for index in 0..<count {
            var fields = lines[1 + index % (lines.count - 1)].split(separator: ";", omittingEmptySubsequences: false)
                .map(String.init)
            let round = index / (lines.count - 1)
            if round > 0 {
                fields[0] += "-\(round)"
                if fields.count > 4, !fields[4].isEmpty { fields[4] = "v\(index).\(fields[4])" }
            }
            result += fields.joined(separator: ";") + "\n"
        }
        return result
    }

    /// A file of the sample as text.
    private static func text(_ file: String) throws(Refusal) -> String {
        guard let data = FileManager.default.contents(atPath: file) else { throw Refusal("\(file) cannot be read.") }
        return String(decoding: data, as: UTF8.self)
    }
}
