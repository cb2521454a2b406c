import Authentication
import Contacts
import Crypto
import Delivery
import Elections
import Foundation
import Issuance
import Journal
import Operations
import Polling
import Staff
import Store
import Synchronization
import TestSupport
import Testing
import VoterRoll

/// The sample election with three voters who were sent identifiers by mail, and with managers and a bureau at the console.
final class ContactFixture {
    private let base: TestElection
    var store: Store { base.store }
    var folder: URL { base.folder.url }
    let operations: OperationContext
    var key: ElectionKey { base.key }
    var answer: String?

    static let head = "reference;last_name;first_name;email;phone;address2;town;college;site\n"

    /// A voter's row of a file; `phone`, `street` and `name` as the roll would have them.
    static func row(
        _ number: Int, mail: String? = nil, phone: String = "", street: String = "", name: String = "Martin"
    ) -> String {
        "V\(number);\(name);Anne;\(mail ?? "v\(number)@example.org");\(phone);\(street);\(street.isEmpty ? "" : "59000 Lille");"
            + "ouvriers;lille\n"
    }

    /// - Parameters:
    ///   - change: a line of the election, and what stands in its place.
    ///   - rows: of the roll to which identifiers were sent.
    ///   - answer: everybody's to the election's question.
    ///   - prefixes: of the countries that SMS go to.
    init(
        _ change: (String, String)? = nil, rows: String = (1...3).map { row($0) }.joined(), answer: String? = nil,
        prefixes: [String] = ["+33"]
    ) throws {
        self.answer = answer
        let sample = try sampleDefinition()
        base = try TestElection(definition: change.map { sample.replacing($0.0, with: $0.1) } ?? sample)
        operations = base.operations(smsPrefixes: prefixes)
        for (name, role) in [("one", StaffRole.manager), ("two", .manager), ("bureau", .bureau)] { try add(name, role) }
        _ = try apply(rows, by: "one")
        _ = try MissingIdentifiers(operations).issueMissing(by: viewer("one"))
        // A day passes for accounts and messages.
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("UPDATE staff_member SET decides_at = 0")
            try transaction.execute("UPDATE outbox_message SET state = 'sent', sealed = NULL")
        }
        base.clock.wait(86_400)
    }

    var now: Int { base.clock.now }
    var clock: Clock { base.time }

    func wait(_ seconds: Int) { base.clock.wait(seconds) }

    private func add(_ name: String, _ role: StaffRole) throws {
        let newcomer = StaffRegister.Newcomer(
            name: name, fullName: name, mail: try EmailAddress("\(name)@staff.example.org"), role: role, language: .fr)
        _ = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try operations.register.add(transaction, newcomer, by: .system("test"))
        }
    }

    func viewer(_ name: String) -> Actor {
        Actor(principal: .staff(name), role: name == "bureau" ? .bureau : .manager, interface: .console)
    }

    /// Reads a file and applies it.
    /// - Parameter hands: whoever gave the file, where it is somebody else.
    func apply(
        _ rows: String, by name: String, hands: [String] = [], actsAlone: Bool = false
    ) throws -> AppliedRoll {
        let path = folder.appending(path: "\(UUID().uuidString).csv").path
        var text = ContactFixture.head + rows
        if let answer {
            text = text.replacing("site\n", with: "site;challenge\n").replacing("lille\n", with: "lille;\(answer)\n")
        }
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let roll = try operations.registrar.imports.load(
            path, into: operations.election, keys: RollKeys(key, randomness: .system), options: ImportOptions())
        let operations = operations
        let applied = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try RollPublication(operations).apply(
                transaction, roll, file: "new.csv", by: .staff(name), hands: hands.map { .staff($0) },
                actsAlone: actsAlone)
        }
        return try #require(applied, "the poll is sealed")
    }

    func decide(
        _ request: Int, approved: Bool = true, leavingOut: Set<String> = [], by name: String
    ) throws -> ApprovalDecision.Outcome {
        try ApprovalDecision(operations).decide(
            request: request, approved: approved, answer: "seen", leavingOut: leavingOut, by: viewer(name))
    }

    func contacts(_ number: Int) throws -> VoterContacts {
        let operations = operations
        return try store.read { (reading: borrowing Reading) throws(StoreError) in
            try operations.registrar.contacts(
                reading, operations.election, voter: number, keys: RollKeys(key, randomness: .system))
        }
    }

    func mail(_ number: Int) throws -> String? { try contacts(number).mail?.text }

    func numbers(_ sql: StaticString) throws -> [Int] {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.all(sql) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
        }
    }

    func texts(_ sql: StaticString) throws -> [String] {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.all(sql) { (row: borrowing Row) throws(StoreError) -> String in try row[0] }
        }
    }

    /// Voters whose old contact is told.
    func told() throws -> [Int] {
        try numbers("SELECT subject FROM outbox_message WHERE kind = 'contactChanged' ORDER BY subject")
    }
}
