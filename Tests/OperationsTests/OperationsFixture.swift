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
import Turnout
import VoterRoll

/// The sample election with some voters on its roll, and the operations behind the console. Its time stands still.
final class OperationsFixture {
    private let base: TestElection
    var store: Store { base.store }
    let operations: OperationContext
    /// The voters' numbers, in the roll's order.
    let voters: [Int]
    let hands = Hands()
    let manager = Actor(principal: .staff("anne"), role: .manager, interface: .console)

    /// What a test does to the clock: the hook runs once, at the next look at it, as another program would act in the meantime.
    final class Hands: Sendable {
        let hook = Mutex<(@Sendable () -> Void)?>(nil)

        func now() -> Int {
            let run = hook.withLock { hook in
                defer { hook = nil }
                return hook
            }
            run?()
            return 1_795_000_000
        }
    }

    init(voters count: Int = 20) throws {
        let hands = hands
        base = try TestElection(time: Clock { hands.now() })
        operations = base.operations()
        let rows = (1...count).map {
            "V\($0);Martin;Anne;v\($0)@example.org;06 39 98 \(String(format: "%02d %02d", $0 / 100, $0 % 100));ouvriers;lille"
        }
        voters = try base.enrol(
            (["reference;last_name;first_name;email;phone;college;site"] + rows).joined(separator: "\n"))
        try #require(voters.count == count)
    }

    /// Gives every voter an identifier by mail.
    func issue() throws {
        _ = try operations.issuer.issueAll(
            store, operations.issuance,
            forced: .email,
            by: .system("test"))
    }

    func add(_ name: String, _ role: StaffRole, by maker: Principal = .system("test")) throws {
        let mail = try EmailAddress("\(name)@staff.example.org")
        let newcomer = StaffRegister.Newcomer(name: name, fullName: name, mail: mail, role: role, language: .fr)
        _ = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try operations.register.add(transaction, newcomer, by: maker)
        }
    }

    func number(_ sql: StaticString) throws -> Int { try base.number(sql) }
}
