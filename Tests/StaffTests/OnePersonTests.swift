import Authentication
import Issuance
import Journal
import Staff
import Store
import Testing

/// Nobody is two persons, however many accounts they make.
struct OnePersonTests {
    /// The administrator's two members of the bureau and one manager.
    private func house() throws -> StaffFixture {
        let house = try StaffFixture()
        for (name, role) in [("ines", StaffRole.bureau), ("hugo", .bureau), ("anne", .manager)] {
            guard case .done = try house.add(name, role) else { throw Failure.notAdded }
        }
        return house
    }

    private func mails(_ house: StaffFixture, _ kind: String) throws -> Int {
        try house.store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.number("SELECT count(*) FROM outbox_message WHERE kind = ?", kind)
        }
    }

    @Test(arguments: [StaffRole.manager, .bureau])
    func `an account that decides waits for a second person, and sends nothing before`(role: StaffRole) throws {
        let house = try house()
        let (invited, told) = (try mails(house, "staffIdentifier"), try mails(house, "staffNewcomer"))
        #expect(try house.add("puppet", role, by: .staff("ines")) == .waits)
        #expect(try mails(house, "staffIdentifier") == invited)
        #expect(try mails(house, "staffWaiting") == 3)
        let live = try house.store.read { (reading: borrowing Reading) throws(StoreError) in
            try StaffDirectory(house.register).routes(reading, .staff("puppet")).isEmpty
        }
        #expect(live)
        #expect(try house.confirm("puppet", by: "ines") == .samePerson)
        #expect(try house.confirm("nobody", by: "hugo") == .gone)
        #expect(try house.confirm("puppet", by: "hugo") == nil)
        #expect(try house.confirm("puppet", by: "hugo") == .gone)
        #expect(try mails(house, "staffIdentifier") == invited + 1)
        #expect(try mails(house, "staffNewcomer") == told + 3)
        #expect(try !house.member("puppet").isWaiting)
    }

    @Test func `accounts that one member made do not approve each other`() throws {
        let house = try house()
        for name in ["one", "two"] { _ = try house.add(name, .support, by: .staff("anne")) }
        #expect(try house.decide(try house.ask("one"), "two", .manager) == .samePerson)
        #expect(try house.decide(try house.ask("one"), "anne", .manager) == .samePerson)
        #expect(try house.decide(try house.ask("anne"), "two", .manager) == .samePerson)
        #expect(try house.decide(try house.ask("one"), "ines", .bureau) == nil)
    }

    @Test func `a chain of three, with tokens in it, is followed to its end`() throws {
        let house = try house()
        func token(_ name: String, by maker: String) throws {
            let made = try house.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try StaffClients(house.register).add(
                    transaction, name: name, role: .manager, days: 9, by: .staff(maker))
            }
            #expect(made != nil)
        }
        // anne -> token -> first -> second -> token
        try token("tool", by: "anne")
        _ = try house.add("first", .support, by: .staff("api.tool"))
        _ = try house.add("second", .support, by: .staff("first"))
        try token("far", by: "second")
        let id = try house.ask("api.far")
        for name in ["anne", "api.tool", "first", "second", "api.far"] {
            #expect(try house.decide(id, name, .manager) == .samePerson, "\(name)")
        }
        #expect(try house.decide(id, "hugo", .bureau) == nil)
    }

    @Test func `a second person's word ends a chain, a puppet's does not`() throws {
        let house = try house()
        #expect(try house.add("real", .bureau, by: .staff("ines")) == .waits)
        #expect(try house.decide(try house.ask("ines"), "real", .bureau) == .samePerson)
        _ = try house.add("helper", .support, by: .staff("ines"))
        // Whoever comes from the maker cannot confirm, nor can the account itself.
        #expect(try house.confirm("real", by: "helper") == .samePerson)
        #expect(try house.confirm("real", by: "real") == .samePerson)
        #expect(try house.confirm("real", by: "hugo") == nil)
        #expect(try house.decide(try house.ask("ines"), "real", .bureau) == nil)
        // Who was confirmed is somebody, and the accounts that they make are theirs.
        #expect(try house.add("third", .bureau, by: .staff("real")) == .waits)
        #expect(try house.confirm("third", by: "real") == .samePerson)
        #expect(try house.confirm("third", by: "ines") == nil)
    }

    @Test func `once an identifier was issued a new account approves nothing for a day`() throws {
        let house = try house()
        try house.issueOne()
        guard case .done = try house.add("late", .bureau) else { throw Failure.notAdded }
        _ = try house.add("waits", .manager, by: .staff("ines"))
        let id = try house.ask("anne")
        guard case .tooNew = try house.decide(id, "late", .bureau) else { throw Failure.decided }
        guard case .tooNew = try house.confirm("waits", by: "late") else { throw Failure.decided }
        // A token decides no sooner than the member who made it.
        _ = try house.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try StaffClients(house.register).add(transaction, name: "tool", role: .bureau, days: 2, by: .staff("late"))
        }
        guard case .tooNew = try house.decide(id, "api.tool", .bureau) else { throw Failure.decided }
        #expect(try house.decide(id, "ines", .bureau) == nil)
        house.wait(StaffRegister.newSeconds - 1)
        guard case .tooNew = try house.decide(try house.ask("anne"), "late", .bureau) else { throw Failure.decided }
        house.wait(1)
        #expect(try house.decide(try house.ask("anne"), "late", .bureau) == nil)
        #expect(try house.confirm("waits", by: "late") == nil)
    }

    private enum Failure: Error { case notAdded, decided }
}
